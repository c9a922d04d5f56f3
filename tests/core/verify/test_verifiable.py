"""The output of Kafka's VerifiableProducer as a ledger."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from eventq.core.errors import UsageError
from eventq.core.ledger.lines import EndLine, Line, OfferLine, RunLine
from eventq.core.verify.findings import Findings
from eventq.core.verify.names import Name
from eventq.core.verify.runs import Runs
from eventq.core.verify.sink_pass import SinkPass, SinkRows
from eventq.core.verify.stamps import StampKind, Stamps
from eventq.core.verify.state import ACKED, UNKNOWN, Sources, fate
from eventq.core.verify.verifiable import verifiable_lines


def said(name: str, **fields: Any) -> bytes:
    return json.dumps({"timestamp": 1, "name": name, **fields}).encode() + b"\n"


def sent(value: str, partition: int = 0, offset: int = 0) -> bytes:
    return said(
        "producer_send_success", key=None, value=value, topic="orders", partition=partition, offset=offset
    )


def read(*texts: bytes) -> tuple[list[Line], Runs]:
    lines = list(verifiable_lines(texts, "verifiable:f"))
    runs = Runs()
    assert isinstance(lines[0], RunLine)
    events = runs.begin(lines[0], "verifiable:f")
    for line in lines[1:]:
        runs.add(events, line)
    return lines, runs


def fates(runs: Runs) -> list[int]:
    (events,) = runs.workers
    return [fate(state) for state in events.state]


@pytest.mark.parametrize("prefix", ["", "3."])
def test_its_values_are_events_and_its_errors_are_unknown(prefix: str) -> None:
    error = said("producer_send_error", key=None, value=f"{prefix}2", topic="orders", message="timed out")
    texts = [
        said("startup_complete"),
        sent(f"{prefix}0", 0, 5),
        b"[log4j] a warning\n",
        sent(f"{prefix}1"),
        error,
    ]
    lines, runs = read(*texts, said("tool_data", sent=3, acked=2))
    assert fates(runs) == [ACKED, ACKED, UNKNOWN]
    assert isinstance(lines[-1], EndLine)
    assert runs.complete
    findings, sources = Findings(), Sources(log=False, sink=True)
    sink = SinkPass("s", Stamps(runs, StampKind.VALUE), sources, findings)
    sink.take(SinkRows([f"{prefix}0", f"{prefix}1".encode(), f"{prefix}7", "9.9.9", None]))
    assert (sink.unstamped, sink.foreign, findings.total(Name.PHANTOM)) == (2, 0, 1)


def test_without_its_last_line_it_is_not_complete_and_later_values_are_no_phantoms() -> None:
    _, runs = read(sent("0"), sent("1")[:20])
    assert (runs.complete, fates(runs)) == (False, [ACKED])
    findings = Findings()
    SinkPass("s", Stamps(runs, StampKind.VALUE), Sources(log=False, sink=True), findings).take(
        SinkRows([1, 2])
    )
    assert findings.total(Name.PHANTOM) == 0


def test_offsets_are_told_batch_by_batch() -> None:
    lines, runs = read(*(sent(str(k), k % 2, k // 2) for k in range(2500)))
    assert [line.to for line in lines if isinstance(line, OfferLine)] == [1000, 2000, 2500]
    assert list(ranges(runs)) == [(0, 0, 499), (0, 500, 999), (0, 1000, 1249)]


def ranges(runs: Runs) -> Iterator[tuple[int, int, int]]:
    for found in runs.acknowledged.within(0, 0, 10_000):
        yield 0, found.first, found.last


@pytest.mark.parametrize(
    ("texts", "match"),
    [
        ([said("startup_complete")], "no event of a VerifiableProducer"),
        ([b"\xff\n"], "no event of a VerifiableProducer"),
        ([sent("zero")], "not a value of VerifiableProducer"),
        ([sent("1.0"), sent("2.0")], "more than one producer"),
    ],
)
def test_what_it_never_prints_is_refused(texts: list[bytes], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        list(verifiable_lines(texts, "verifiable:f"))
