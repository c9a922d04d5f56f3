"""What `docker` would do for scripts/kafka, without an engine: the compose file's container as a process.

The image's rule is kept: server.properties is the mounted file, and behind it each variable KAFKA_A_B as a.b.
Its state lies in STAND_IN: the pid, the log, and the volume.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from eventq.loops.local.files import FILES
from tests import local_kafka

STATE = Path(os.environ["STAND_IN"])
DATA = STATE / "volume"
LOGGING = [f"-Dlog4j2.configurationFile={FILES / 'log4j2.properties'}", "-Dlevel=INFO"]
JVM = [
    local_kafka.java(),
    *("-Xmx256m", "-XX:TieredStopAtLevel=1"),
    *LOGGING,
    *("-cp", local_kafka.class_path()),
]


def main(words: list[str]) -> int:
    if words[0] == "version" or words[:2] == ["compose", "version"]:
        return 0
    assert words[:2] == ["compose", "-p"]
    assert words[3] == "-f"
    verb, options = words[5], words[6:]
    if verb == "up":
        up(Path(words[4]))
    elif verb == "ps" and running():
        print(words[2])
    elif verb == "logs":
        print((STATE / "log").read_text(encoding="utf-8"))
    elif verb == "down":
        down(volumes="--volumes" in options)
    return 0


def up(file: Path) -> None:
    if running():
        return
    text = re.sub(
        r"\$\{(\w+):-(\w+)}", lambda it: os.environ.get(it[1], it[2]), file.read_text(encoding="utf-8")
    )
    settings = STATE / "server.properties"
    settings.write_text(
        server_properties(yaml.safe_load(text)["services"]["kafka"], file.parent), encoding="utf-8"
    )
    identity = "MkU3OEVBNTcwNTJENDM2Qg"
    format_words = [
        "kafka.tools.StorageTool",
        "format",
        "--ignore-formatted",
        "-t",
        identity,
        "-c",
        str(settings),
    ]
    subprocess.run([*JVM, *format_words], check=True, capture_output=True)
    with (STATE / "log").open("w") as log:
        broker = subprocess.Popen(
            [*JVM, "kafka.Kafka", str(settings)], stdout=log, stderr=log, start_new_session=True
        )
    (STATE / "pid").write_text(str(broker.pid), encoding="ascii")


def server_properties(service: Any, folder: Path) -> str:
    (mount,) = [each for each in service["volumes"] if ":/mnt/shared/config/server.properties" in each]
    mounted: str = (folder / mount.split(":")[0]).read_text(encoding="utf-8")
    variables = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in service["environment"].items()
        if name != "KAFKA_HEAP_OPTS"
    }
    variables["log.dirs"] = str(DATA)
    return mounted + "".join(f"\n{name}={value}" for name, value in variables.items())


def running() -> int | None:
    try:
        pid = int((STATE / "pid").read_text(encoding="ascii"))
        return pid if Path(f"/proc/{pid}/cmdline").read_bytes() else None
    except (FileNotFoundError, ProcessLookupError):
        return None


def down(*, volumes: bool) -> None:
    """Returns, as docker does, when the container has ended: its port is free then."""
    pid = running()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    while running():
        time.sleep(0.02)
    if volumes:
        shutil.rmtree(DATA, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
