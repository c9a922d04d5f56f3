"""A planned load in a pipe, on a terminal, as JSON and as a picture."""

import re
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from eventq.commands.options import Shared
from eventq.commands.produce.options import ProduceOptions
from eventq.commands.produce.plan import produce_plan
from eventq.commands.produce.shard_options import ShardOptions
from eventq.core.produce.pacing import Paced
from eventq.core.produce.plan import ArrivalKind
from eventq.core.produce.planned_load import PlannedLoad, planned_load
from eventq.views.produce.planned_load import chart, chart_columns, document, lines
from eventq.views.produce.plot import picture

pytestmark = pytest.mark.usefixtures("no_settings")
BURST = ("30s:100", "1m:100..1000", "20s:0", "10s:50")


def load(*stages: str, columns: int = 50, sharding: ShardOptions | None = None, **more: Any) -> PlannedLoad:
    options = ProduceOptions(stage=stages, seed=1, **more)
    plan = produce_plan(Shared(), options, sharding or ShardOptions())
    assert isinstance(plan.schedule, Paced)
    return planned_load(plan, plan.schedule, columns)


def test_the_lines_tell_total_end_peak_bytes_and_each_stage() -> None:
    assert lines(load(*BURST)).splitlines() == [
        "36,500 events, the last due after 120 s",
        "at most 1,000/s, about 3.54 MB of keys and values",
        "stage 1 at 0 s: 30 s at 100/s, 3,000 events",
        "stage 2 at 30 s: 60 s from 100 to 1,000/s, 33,000 events",
        "stage 3 at 90 s: 20 s pause, 0 events",
        "stage 4 at 110 s: 10 s at 50/s, 500 events",
    ]


def test_the_lines_name_a_loop_a_shard_and_arrivals_by_chance() -> None:
    found = lines(
        load(
            "1s:10",
            loop=True,
            duration="1m",
            arrivals=ArrivalKind.POISSON,
            sharding=ShardOptions("0/2", "2026-12-01T12:00:00Z"),
        )
    )
    assert "at Poisson arrivals" in found
    assert "starts at 2026-12-01T12:00:00.000Z\nshard 0/2 sends " in found
    assert found.endswith("then from the first again\n")


def test_many_stages_are_not_all_listed() -> None:
    assert "and 80 more stages" in lines(load(*["1s:1"] * 100))


def test_the_document_has_the_rate_over_time_and_it_adds_up() -> None:
    found = document(load(*BURST))
    assert (found["total"], found["end_seconds"], found["peak_rate"]) == (36_500, 119.98, 1000)
    assert [stage["events"] for stage in found["stages"]] == [3000, 33_000, 0, 500]
    points = found["points"]
    area = sum(before["rate"] * (after["seconds"] - before["seconds"]) for before, after in pairwise(points))
    assert abs(area - 36_500) < 2


def test_a_load_without_end_has_neither_total_nor_end() -> None:
    plan = produce_plan(Shared(), ProduceOptions(rate="5"))
    assert isinstance(plan.schedule, Paced)
    found = document(planned_load(plan, plan.schedule, 10))
    assert (found["total"], found["end_seconds"], found["bytes"]) == (None, None, None)
    assert found["stages"][0]["events"] is None


@pytest.mark.parametrize("width", [20, 80, 200])
def test_the_chart_fits_the_terminal_and_shows_the_pause(width: int) -> None:
    columns = chart_columns(width, float(Fraction(1000)))
    drawn = chart(load(*BURST, columns=columns), width).splitlines()
    assert len(drawn) > 8
    lowest = drawn[-2]
    assert " " * (columns // 8) in lowest[10:]
    assert lowest.count("█") > columns // 3
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in drawn) <= width


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_picture_is_the_same_each_time(kind: str) -> None:
    first = picture(load(*BURST), kind)
    assert first == picture(load(*BURST), kind)
    assert first.startswith(b"<?xml" if kind == "svg" else b"\x89PNG")
    assert kind == "png" or b"36,500 events" in first


def test_arrivals_by_chance_can_be_none_at_all() -> None:
    never = load("1s:1/h", arrivals=ArrivalKind.POISSON)
    assert lines(never).splitlines()[0] == "0 events"
    assert (never.bytes, never.points) == (0, ())
    assert "0 events" in chart(never, 80)
    assert picture(never, "svg")
