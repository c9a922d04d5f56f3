"""Names, reasons and errors that anybody may have written, through every view of text."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Mapping
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from eventq.core import safe_text
from eventq.core.consume.report import ConsumeReport, GroupNow, MalformedRecord, MemberNow, Tally
from eventq.core.group.groups import Described
from eventq.core.group.reset import Action, ResetPlan, ResetRow
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.check import Breach, Limits, Measured, PluginState
from eventq.core.lag.plot import Charts
from eventq.core.lag.reads import Commits, Description, GroupReads, ListedGroup, MemberDescription
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.time_lag import TimeLag
from eventq.core.lag.trend import GroupTrend, Rates, Trend
from eventq.core.lag.verdict import Judgement, Verdict
from eventq.core.lag.wait import Held, WaitState
from eventq.core.produce.report import Deliveries, Offered, ProduceReport
from eventq.core.settings.config import Effective, EffectiveProperty
from eventq.core.settings.settings import Role, Setting
from eventq.core.topic.topics import (
    Config,
    Configs,
    Result,
    TopicChange,
    TopicDetail,
    TopicMap,
    TopicPart,
    detail,
)
from eventq.views.consume import live as consume_live
from eventq.views.consume import report as consume_report
from eventq.views.group import groups, reset, reset_json
from eventq.views.lag import check, lines, live, prometheus, table, wait
from eventq.views.lag import csv as lag_csv
from eventq.views.lag.plot import picture
from eventq.views.live import one_line
from eventq.views.produce import report as produce_report
from eventq.views.settings import config
from eventq.views.topic import topics

WIDE = 600
STYLE = re.compile(r"\x1b\[[0-9;]*m")
NAMES = [
    "nl\nfoo 99", "\x1b]0;title\x07\x1b[2J", "cr\rgone", "\x9b31m", "\u202egnp", "zero\u200bwidth",
    "caf\udce9", "team[prod]", "billing[/]", "[red]x",
    "app:warning:prod", "a,b", "1,234", "=cmd", "DOMAIN\\user", "\\x1b",
    "<b>&amp;", "$x$", "_x", "größe", "a|b",
]  # fmt: skip


def member(text: str) -> MemberDescription:
    return MemberDescription(f"{text}-id", text, text, (text,), (TopicPartition(text, 0),))


def lag_of(text: str) -> GroupLag:
    parts = (
        PartitionLag(text, 0, Status.OK, 0, 40, 12_100, lag=12_060, member=member(text)),
        PartitionLag(text, 1, Status.ERROR, committed=7, error=text),
    )
    return GroupLag(text, "Stable", "classic", text, 1, parts, (text,), text)


def sample_of(text: str) -> Sample:
    group = lag_of(text)
    trend = GroupTrend(Trend(Rates(2.0, 1.0, 1.0), judgement=Judgement(Verdict.STOP, text)))
    ages = {(text, part.key): TimeLag(note=text) for part in group.partitions}
    return Sample(Snapshot(0.0, (group,), (text,)), {text: trend}, ages)


def described(text: str) -> list[Described]:
    description = Description("Stable", text, (member(text),))
    return [(GroupReads(text, "Stable", "classic", description, Commits({})), lag_of(text))]


def plan_of(text: str) -> ResetPlan:
    key = TopicPartition(text, 0)
    rows = (
        ResetRow(key, Bounds(0, 9), 5, Action.SET, 2, text),
        ResetRow(key, Bounds(error=text), None, error=text),
    )
    return ResetPlan(text, "Empty", (member(text),), rows)


def drawn(thing: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=WIDE, height=60, force_terminal=True).print(thing)
    return out.getvalue()


def consumed(text: str) -> ConsumeReport:
    malformed = (MalformedRecord(0, 1, text),)
    return ConsumeReport(text, text, "kafka-python", 1.5, Tally(), 0, (), 0, (), {}, malformed)


def consuming(text: str) -> GroupNow:
    row = MemberNow(1, 4000, text, (0,), 1, 1.0, None, 1)
    return GroupNow(text, text, 1.0, (row,), 1, 1, 0, 1.0, 0, 1, "a goal")


def produced(text: str) -> ProduceReport:
    deliveries = Deliveries(failed=1, errors=Counter({text: 1}))
    return ProduceReport(text, text, "librdkafka", True, 0.0, 1.0, None, Offered(count=1), deliveries)


def effective(text: str) -> Effective:
    said = Setting("ssl.ca.location", text, text)
    properties = (EffectiveProperty(Setting(text, text, text), (Role.ADMIN,)),)
    return Effective("librdkafka", {"python": text}, (said,), properties)


def topic_map(text: str) -> TopicMap:
    return TopicMap(text, text, parts=(TopicPart(0, 1, (1, 2), (1,)),))


def topic_detail(text: str) -> list[TopicDetail]:
    configs = Configs({text: Config(text, text)}, error=text)
    return [detail(text, topic_map(text), {TopicPartition(text, 0): Bounds(error=text)}, configs)]


def changed(text: str) -> TopicChange:
    return TopicChange(text, Result.ALTERED, text)


def held(text: str) -> tuple[Held, ...]:
    return (Held(text, 0, 1, 9, 8, Status.OK, text, text),)


def plugin(text: str) -> str:
    breach = Breach("lag", text)
    return check.plugin_line(PluginState.CRITICAL, Measured(lag_of(text)), Limits(5), [breach])


TEXTS: Mapping[str, Callable[[str], str]] = {
    "group list": lambda text: groups.list_lines([ListedGroup(text, text, text)]),
    "group list, drawn": lambda text: groups.list_table([ListedGroup(text, text, text)], WIDE),
    "group describe": lambda text: groups.describe_lines(described(text)),
    "group describe, drawn": lambda text: groups.describe_table(described(text), WIDE),
    "group members": lambda text: groups.members_lines(described(text)),
    "group members, drawn": lambda text: groups.members_table(described(text), WIDE),
    "group reset": lambda text: reset.lines(plan_of(text)),
    "group reset, drawn": lambda text: reset.screen(plan_of(text), WIDE),
    "lag": lambda text: lines.lines(sample_of(text)),
    "lag, drawn": lambda text: table.table(sample_of(text), WIDE),
    "lag watch": lambda text: drawn(live.frame(sample_of(text), WIDE, 60)),
    "lag watch, stale": lambda text: drawn(live.frame(Sample(Snapshot(0.0, ()), error=text), WIDE, 60)),
    "lag check": lambda text: check.lines(Measured(lag_of(text)), [Breach("lag", text)]),
    "lag check --nagios": plugin,
    "lag wait": lambda text: wait.progress(text, WaitState(True, 8, held=held(text), never=text), 1.0, None),
    "lag wait, failing": lambda text: wait.progress(text, None, 1.0, text),
    "lag wait, held": lambda text: "\n".join(wait.held_lines(held(text))),
    "one line": lambda text: drawn(one_line(text, WIDE, 1)),
    "consume": lambda text: consume_report.report_text(consumed(text)),
    "consume, drawn": lambda text: drawn(consume_live.frame(consuming(text), WIDE, 60)),
    "produce": lambda text: produce_report.report_text(produced(text)),
    "config show": lambda text: config.text(effective(text)),
    "topic list": lambda text: topics.list_lines([topic_map(text)]),
    "topic list, drawn": lambda text: topics.list_table([topic_map(text)], WIDE),
    "topic describe": lambda text: topics.describe_lines(topic_detail(text)),
    "topic describe, drawn": lambda text: topics.describe_table(topic_detail(text), WIDE),
    "topic changes": lambda text: topics.changes_lines([changed(text)]),
}
TITLED = {"group list", "group describe", "group members", "lag", "lag wait", "lag check", "consume"}
"""Views that name a group: each name as only that name is shown."""


@pytest.mark.parametrize("view", TEXTS)
@given(text=st.text(st.characters(), min_size=1) | st.sampled_from(NAMES))
@example(text="nl\nfoo 99")
@example(text="billing[/]")
@example(text="caf\udce9")
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_text_of_others_acts_on_a_terminal_or_makes_a_line_of_its_own(view: str, text: str) -> None:
    shown, tame = STYLE.sub("", TEXTS[view](text)), STYLE.sub("", TEXTS[view]("tame"))
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert len(shown.splitlines()) == len(tame.splitlines())
    shown.encode()


@pytest.mark.parametrize("view", [view for view in TEXTS if view != "lag check --nagios"])
def test_a_text_is_shown_with_nothing_of_it_lost(view: str) -> None:
    for text in NAMES:
        shown = STYLE.sub("", TEXTS[view](text))
        assert safe_text.name(text) in shown or safe_text.line(text) in shown


@pytest.mark.parametrize("view", TEXTS)
def test_a_name_with_an_escape_and_one_that_is_spelled_like_it_look_different(view: str) -> None:
    if view.partition(",")[0] in TITLED:
        assert TEXTS[view]("a\x1bb") != TEXTS[view]("a\\x1bb")


@pytest.mark.parametrize("text", NAMES)
def test_csv_has_a_line_a_row_and_gives_names_back(text: str) -> None:
    for of in (lag_csv.table(sample_of(text)), reset_json.table(plan_of(text))):
        assert all(character.isprintable() or character == "\n" for character in of)
        rows = list(csv.DictReader(StringIO(of)))
        assert len(rows) == len(of.splitlines()) - 1 == 2
        assert {safe_text.from_csv(row["group"]) for row in rows} == {text}
        assert not any(row["group"].startswith(tuple("=+-@")) for row in rows)


@pytest.mark.parametrize("text", NAMES)
def test_labels_of_prometheus_are_visible_and_no_two_groups_share_one(text: str) -> None:
    found = prometheus.text(sample_of(text))
    assert all(character.isprintable() or character == "\n" for character in found)
    assert prometheus.text(sample_of("a\x1bb")) != prometheus.text(sample_of("a\\x1bb"))
    found.encode()


@pytest.mark.parametrize("text", ["nl\nfoo 99", "\x1b[2J", "\u202egnp", "caf\udce9", "<b>&amp;", "$x$"])
def test_a_picture_is_well_formed_and_names_the_group(text: str) -> None:
    charts = Charts()
    charts.add(sample_of(text))
    page = picture(charts.deepest_first(), "html").decode()
    svg = page[page.index("<svg") : page.index("</html>")]
    texts = {"".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert any(safe_text.name(text) in one for one in texts)
    assert all(character.isprintable() or character == "\n" for character in page)
    assert "<b>&amp;" not in page
