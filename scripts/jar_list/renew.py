"""Resolves pom.xml with Maven and writes the coordinates, digests and sizes of the jars into the package."""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from eventq.core.local.jars import Jar, parse_jars

POM = Path(__file__).with_name("pom.xml")
LIST = Path(__file__).parents[2] / "eventq" / "loops" / "local" / "files" / "jars.txt"
_HEAD = "# The jars of the local Kafka: group:artifact:version sha256 size. Written by scripts/renew_jars.\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _resolve(Path(folder))
        text = list_of(Path(folder))
    found = parse_jars(text)
    LIST.write_text(text, encoding="utf-8")
    print(f"{LIST.name}: Kafka {found.kafka_version}, {len(found.jars)} jars, {found.size:,} bytes")


def _resolve(folder: Path) -> None:
    layout = ["-Dmdep.useRepositoryLayout=true", f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", *layout]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        sys.exit("scripts/renew_jars: Maven could not resolve pom.xml")


def list_of(repository: Path) -> str:
    """The text of the list, for the jars of a folder that is laid out as a Maven repository."""
    return _HEAD + "".join(f"{_jar(path, repository).line}\n" for path in sorted(repository.rglob("*.jar")))


def _jar(path: Path, repository: Path) -> Jar:
    *group, artifact, version, _name = path.relative_to(repository).parts
    content = path.read_bytes()
    jar = Jar(".".join(group), artifact, version, hashlib.sha256(content).hexdigest(), len(content))
    if jar.file_name != path.name:
        sys.exit(f"scripts/renew_jars: {path.name} has a classifier, for which the list has no place")
    return jar


def pinned_version() -> str:
    """Kafka's version in pom.xml."""
    (found,) = re.findall(r"<kafka.version>(.*)</kafka.version>", POM.read_text(encoding="utf-8"))
    return str(found)


if __name__ == "__main__":
    main()
