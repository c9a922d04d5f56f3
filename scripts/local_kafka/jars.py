"""The broker's jars: what pom.xml names, brought by Maven once, kept in .kafka/."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from local_kafka.layout import HERE, HOME, KafkaProblem

_POM = HERE / "pom.xml"
_OLDEST_JAVA = 17


def kafka_version() -> str:
    found = re.search(r"<kafka.version>(.*)</kafka.version>", _POM.read_text(encoding="utf-8"))
    assert found, "pom.xml names no kafka.version"
    return found.group(1)


def java() -> str | None:
    """A java of at least version 17: JAVA_HOME's, else the PATH's; None if there is none."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home, "bin", "java")) if home else "java"
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r'version "(\d+)', said.stderr)
    return program if version and int(version.group(1)) >= _OLDEST_JAVA else None


def folder() -> Path:
    """Where the jars are; its name changes with pom.xml, so that running brokers keep theirs."""
    mark = hashlib.sha256(_POM.read_bytes()).hexdigest()[:8]
    return HOME / f"jars-{kafka_version()}-{mark}"


def ensure() -> Path:
    """The folder of the jars, filled."""
    target = folder()
    if not target.exists():
        _download(target)
    return target


def _download(target: Path) -> None:
    if shutil.which("mvn") is None:
        raise KafkaProblem(
            "Maven is needed once, to download Kafka's jars: install it (mvn) and run this again"
        )
    print(f"downloading the jars of Kafka {kafka_version()} with Maven (once, 55 MB)", file=sys.stderr)
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={part}", "-DincludeScope=runtime"]
    done = subprocess.run(
        ["mvn", "-q", "-B", "-f", str(_POM), *goal],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise KafkaProblem(f"Maven could not download the jars:\n{done.stdout[-3000:]}")
    part.rename(target)
