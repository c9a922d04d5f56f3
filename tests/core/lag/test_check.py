"""Which limits a group breaks, by plain values."""

import pytest

from eventq.core.lag.check import Limits, Measured, PluginState, breaches, measure, plugin_state
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.time_lag import TimeLag
from eventq.views.lag.check import plugin_line, plugin_text

DEEP = PartitionLag("t", 1, Status.OK, 0, 60, 100, lag=40)
DARK = PartitionLag("t", 2, Status.ERROR, error="the partition has no leader")
LOST = PartitionLag("t", 3, Status.LOSS, 50, 10, 100, lag=50, lost=40)
AHEAD = PartitionLag("t", 4, Status.AHEAD, 0, 150, 100, lag=0)


def measured(*parts: PartitionLag, members: int | None = 2, time_lag: float | None = None) -> Measured:
    return Measured(GroupLag("g", "Stable", "classic", None, members, parts), time_lag)


def checks(found: Measured, limits: Limits) -> list[str]:
    return [breach.check for breach in breaches(found, limits)]


def test_a_limit_is_kept_up_to_itself() -> None:
    found = measured(DEEP, time_lag=30.0)
    assert checks(found, Limits(40, 30.0, 2)) == []
    assert checks(found, Limits(39, 29.9, 3)) == ["lag", "time-lag", "members"]
    assert breaches(found, Limits(max_lag=39))[0].text == "lag 40 is above 39 (largest t:1 with 40)"


def test_what_is_unknown_never_passes() -> None:
    for found in (measured(DEEP, DARK, members=None), measured(members=None)):
        hit = breaches(found, Limits(10**6, 10**6, 1))
        assert [breach.unknown for breach in hit] == [True, True, True]
    assert "t:2: the partition has no leader" in breaches(measured(DARK), Limits(max_lag=9))[0].text


def test_a_known_part_above_the_limit_is_a_breach_whatever_the_rest_is() -> None:
    (hit,) = breaches(measured(DEEP, DARK), Limits(max_lag=39))
    assert (hit.unknown, hit.text.startswith("lag at least 40 is above 39")) == (False, True)


def test_an_unknown_time_lag_says_why_and_one_of_a_group_without_lag_is_0() -> None:
    dark = Sample(Snapshot(0, (measured(DEEP).group,)), time_lags={("g", DEEP.key): TimeLag(note="gone")})
    (hit,) = breaches(measure(dark), Limits(max_time_lag=9.0))
    assert (hit.unknown, hit.text) == (True, "time lag is unknown: gone")
    done = PartitionLag("t", 1, Status.OK, 0, 100, 100, lag=0)
    assert measure(Sample(Snapshot(0, (measured(done).group,)))).time_lag == 0


def test_loss_and_a_commit_beyond_the_end_break_any_check() -> None:
    assert checks(measured(LOST, AHEAD), Limits(max_lag=10**6)) == ["offsets", "offsets"]


@pytest.mark.parametrize(
    ("parts", "warn", "critical", "state"),
    [
        ((DEEP,), 40, 50, PluginState.OK),
        ((DEEP,), 39, 50, PluginState.WARNING),
        ((DEEP,), 10, 39, PluginState.CRITICAL),
        ((DEEP, DARK), 10, 39, PluginState.CRITICAL),
        ((DEEP, DARK), 10, 50, PluginState.UNKNOWN),
        ((DEEP, DARK), 50, None, PluginState.UNKNOWN),
        ((LOST,), None, 500, PluginState.CRITICAL),
        ((), 10, 50, PluginState.UNKNOWN),
    ],
)
def test_plugin_states(
    parts: tuple[PartitionLag, ...], warn: int | None, critical: int | None, state: PluginState
) -> None:
    assert plugin_state(measured(*parts), Limits(max_lag=critical, warn_lag=warn)) is state


def test_a_plugin_line_is_one_line_with_perfdata() -> None:
    limits = Limits(1000, 30.0, 3, warn_lag=100)
    found = measured(DEEP, time_lag=1.25)
    line = plugin_line(PluginState.OK, found, limits, ())
    said, _, values = line.partition(" | ")
    assert said == "LAG OK - g lag 40, time lag 1.2 s, members 2"
    assert values == "lag=40;100;1000;0 time_lag=1.25s;;30;0 members=2;;3:;0"
    dark = plugin_line(PluginState.UNKNOWN, measured(DARK), Limits(warn_lag=5), ())
    assert dark.endswith("| lag=U;5;;0")
    assert plugin_text(PluginState.UNKNOWN, "a\nb | c") == r"LAG UNKNOWN - a\nb \x7c c"
