"""A recording as a picture, in each of its three kinds."""

from math import isnan
from xml.etree import ElementTree as ET

import pytest

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.plot import Charts, GroupChart
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Assume, GroupLag, Snapshot, partition_lag
from eventq.core.lag.time_lag import TimeLag
from eventq.core.lag.trend import GroupTrend, Rates, Trend
from eventq.views.lag.plot import picture


def sample(at: float, *lags: int, group: str = "billing", error: str | None = None) -> Sample:
    parts = tuple(
        partition_lag(TopicPartition("_orders", n), 0, Bounds(0, lag), Assume.EARLIEST)
        for n, lag in enumerate(lags)
    )
    trend = GroupTrend(Trend(Rates(2.0, 1.0, 1.0)))
    ages = {(group, part.key): TimeLag(float(part.lag or 0)) for part in parts}
    one = GroupLag(group, "Stable", "classic", None, 1, parts)
    return Sample(Snapshot(1.8e9 + at, (one,)), {group: trend}, ages, error)


def charts(*samples: Sample) -> list[GroupChart]:
    found = Charts()
    for one in samples:
        found.add(one)
    return found.deepest_first()


def test_a_sample_that_failed_and_a_group_that_is_gone_are_gaps() -> None:
    (one,) = charts(sample(0, 5), sample(0, 5, error="down"), sample(2, 7), Sample(Snapshot(1.8e9 + 3, ())))
    assert [None if isnan(value) else value for value in one.lag] == [5, None, 7, None]
    assert len(one.times) == len(one.arrival) == len(one.time_lag) == 4


def test_the_hottest_partitions_are_drawn_deepest_first_and_those_without_lag_are_not() -> None:
    (one,) = charts(sample(0, 5, 0, 9, 1), sample(1, 5, 0, 9, 1, 2, 3))
    assert [key.partition for key, _ in one.hottest] == [2, 0, 5, 4]
    assert {len(column) for column in one.partitions.values()} == {2}


def test_the_deepest_group_comes_first_and_only_those_wanted_come() -> None:
    samples = (sample(0, 1, group="a"), sample(0, 9, group="b"))
    assert [chart.group for chart in charts(*samples)] == ["b", "a"]
    some = Charts(("a",))
    for one in samples:
        some.add(one)
    assert [chart.group for chart in some.deepest_first()] == ["a"]


ODD = 'g$1$ <"&'


@pytest.mark.parametrize("seconds", [1, 100_000])
def test_each_kind_is_what_it_says_and_names_what_it_draws(seconds: int) -> None:
    drawn = charts(*(sample(at * seconds, at, 2 * at, group=ODD) for at in range(5)))
    svg = picture(drawn, "svg").decode()
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = {"".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {f"{ODD}: lag (records)", "rates (records/s)", "time lag", "total", "_orders:1"} <= texts
    assert picture(drawn, "png").startswith(b"\x89PNG\r\n\x1a\n")
    page = picture(drawn, "html").decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "g$1$ &lt;&quot;&amp;" in page
    assert not any(word in page for word in ("<script", "src=", "@import", "<link"))


def test_one_sample_alone_and_figures_never_known_can_be_drawn() -> None:
    (one,) = charts(Sample(sample(0, 5).snapshot))
    texts = picture([one], "svg").decode()
    assert "arrival: unknown" in texts
    assert "oldest unread record: unknown" in texts


def test_the_same_recording_gives_the_same_picture() -> None:
    drawn = charts(sample(0, 5), sample(1, 7))
    assert picture(drawn, "svg") == picture(drawn, "svg")
