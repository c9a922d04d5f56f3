"""`eventq lag plot` on a recording of a real run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lag_harness import LagHarness


def plot(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "eventq", "lag", "plot", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def recording(bootstrap: str, tmp_path: Path) -> Path:
    """Three samples, and the beginning of a fourth."""
    with LagHarness(bootstrap) as harness:
        harness.commit(100, 60)
        done = harness.run("watch", "-o", "json", "--samples", "3", "--interval", "100ms")
    path = tmp_path / "run.ndjson"
    path.write_text(done.out + done.out[:50], encoding="utf-8")
    return path


def test_a_recorded_run_is_drawn_and_the_picture_named_on_stdout(recording: Path, tmp_path: Path) -> None:
    for name in ("lag.svg", "lag.png", "lag.HTML"):
        done = plot(str(recording), "--to", str(tmp_path / name))
        assert (done.returncode, done.stdout) == (0, f"{tmp_path / name}\n")
        assert "line, 4, is cut off" in done.stderr
        assert (tmp_path / name).stat().st_size > 5000


def test_what_can_not_be_drawn_is_an_error_that_names_it(recording: Path, tmp_path: Path) -> None:
    picture = str(tmp_path / "x.svg")
    for arguments, code, said in (
        ((str(recording), "--to", str(tmp_path / "x.pdf")), 2, "name it .svg, .png or .html"),
        ((str(recording), "--to", str(tmp_path / "no" / "x.svg")), 1, "can't write"),
        ((str(tmp_path / "none"), "--to", picture), 1, "can't read"),
        ((str(recording), "--to", picture, "-g", "nope"), 4, "nope"),
    ):
        done = plot(*arguments)
        assert (done.returncode, said in done.stderr, done.stdout) == (code, True, ""), done.stderr
