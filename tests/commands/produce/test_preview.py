"""`eventq produce --plan` needs no broker: there is none here."""

import json
from pathlib import Path

import pytest

from tests.in_process import eventq

NOWHERE = ("-b", "127.0.0.1:1")


def test_a_plan_is_shown_and_nothing_is_sent() -> None:
    done = eventq("produce", "--plan", *NOWHERE, "--stage", "10s:100", "--stage", "10s:0..50")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1,250 events, the last due after")


def test_a_plan_is_one_document_and_a_picture_beside_it(tmp_path: Path) -> None:
    to = tmp_path / "plan.svg"
    done = eventq("produce", "--plan", *NOWHERE, "--rate", "30/m", "-n", "10", "-o", "json", "--to", str(to))
    found = json.loads(done.stdout)
    assert (done.returncode, found["total"], found["end_seconds"]) == (0, 10, 18.0)
    assert to.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--plan",), "--plan without --rate or --stage"),
        (("--rate", "5", "--to", "plan.svg"), "--to without --plan"),
        (("--plan", "--rate", "5", "--to", "plan.gif"), "not a supported image format"),
        (("--plan", "--stage", "5"), "--stage 1, '5'"),
    ],
)
def test_what_can_not_be_drawn_is_told(options: tuple[str, ...], why: str) -> None:
    done = eventq("produce", *NOWHERE, *options)
    assert (done.returncode, why in done.stderr) == (2, True), done.stderr
