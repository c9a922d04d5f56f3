"""What the pages show is what works: their bash blocks run, a page at a time, on a real Kafka."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.private_kafka import PrivateKafka
from tests.run_folder import CHECKOUT

PAGES = ("README.md", "docs/ci.md", "docs/delivery.md", "docs/load.md", "docs/local.md", "docs/patterns.md")
LIMIT = 150


def commands(page: str) -> str:
    """The bash blocks of a page as one script: they build on each other."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_works(page: str, restartable: PrivateKafka, tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
    kafka = {"KAFKA_BOOTSTRAP_ADDRESS": restartable.bootstrap, "EVENTQ_LOCAL_DATA": str(tmp_path / "local")}
    environment = {**own, "PATH": path, **kafka}
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", commands(page)],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    subprocess.run(["eventq", "local", "wipe", "--all", "--yes"], env=environment, check=True)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{path.name}" for path in (CHECKOUT / "docs").glob("*.md"))]
)
def test_links_lead_to_files_that_are_there(page: str) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((CHECKOUT / page).parent / target).exists(), target


def test_the_architecture_names_files_and_folders_that_are_there() -> None:
    text = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:eventq|tests|scripts)/[\w/.]*)`", text)
    assert len(named) > 40
    assert [path for path in named if not (CHECKOUT / path).exists()] == []
