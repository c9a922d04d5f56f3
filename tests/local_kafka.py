"""What scripts/kafka of this checkout keeps, and what Kafka's own programs in Java need to run."""

import os
import subprocess
from functools import cache

from eventq.commands.local.options import DATA, Place, store_of
from eventq.loops.local.java_runtime import find_java
from eventq.loops.local.store import Store
from tests.run_folder import CHECKOUT, SCRIPT


def store() -> Store:
    """The clusters that scripts/kafka started here."""
    os.environ.setdefault(DATA, str(CHECKOUT / ".kafka"))
    return store_of(Place())


@cache
def java() -> str:
    """A Java that can run Kafka."""
    return find_java()


@cache
def class_path() -> str:
    """Kafka's jars, downloaded if they are not there yet."""
    done = subprocess.run([SCRIPT, "jars"], stdout=subprocess.PIPE, text=True, check=True)
    return f"{done.stdout.strip()}/*"
