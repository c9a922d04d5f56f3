"""`eventq` called inside the test's process: a user's call without the half second that a process takes."""

import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import NamedTuple
from unittest.mock import patch

from eventq import cli
from eventq.commands.options import Debug
from eventq.commands.settings.connect import connection
from eventq.commands.settings.settings import layers


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def eventq(*arguments: str, **environment: str) -> Done:
    """Exit code and output; stdin and stdout are no terminal. No KAFKA_ variable but those given is set."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("KAFKA_")}
    layers.cache_clear()  # a process has one environment, and reads it once
    connection.cache_clear()
    with (
        patch.dict(os.environ, {**clean, **environment}, clear=True),
        patch.object(Debug, "on", False),
        patch.object(sys, "argv", ["eventq", *arguments]),
        redirect_stdout(StringIO()) as out,
        redirect_stderr(StringIO()) as err,
    ):
        code = cli.run()
    return Done(code, out.getvalue(), err.getvalue())
