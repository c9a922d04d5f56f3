"""A recording read back is what was recorded, and a line that is no sample is named by its number."""

import json
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.kafka import TopicPartition
from eventq.core.lag.advice import Advice, Helps, Hot, KeyShare
from eventq.core.lag.eta import Eta, EtaState
from eventq.core.lag.reads import MemberDescription
from eventq.core.lag.recording import BadLine, read, sample
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.time_lag import Source, TimeLag
from eventq.core.lag.trend import GroupTrend, Rates, Trend
from eventq.core.lag.verdict import Judgement, Verdict
from eventq.views.lag.json import stream_document

KEY = TopicPartition("a:b", 3)
numbers = st.none() | st.integers(0, 2**53)
rates = st.none() | st.integers(0, 10**6).map(lambda n: n / 8)
trends = st.builds(
    Trend,
    st.builds(Rates, rates, rates, rates),
    st.builds(Eta, st.sampled_from(EtaState), rates),
    st.builds(Judgement, st.none() | st.sampled_from(Verdict), st.none() | st.text()),
)
parts = st.builds(
    PartitionLag, st.just("a:b"), st.just(3), st.sampled_from(Status), numbers, numbers, numbers, numbers,
    numbers, st.integers(0, 9), st.none() | st.builds(MemberDescription, st.text(), st.text(), st.text()),
    st.none() | st.text(),
)  # fmt: skip
texts = st.text()
groups = st.builds(
    GroupLag, st.just("g"), texts, texts, st.none() | texts, st.none() | st.integers(0, 9),
    st.tuples(parts), st.tuples(texts), st.none() | texts,
)  # fmt: skip
group_trends = st.builds(
    GroupTrend, trends, rates, st.just(KEY), st.just(()), st.fixed_dictionaries({KEY: trends})
)
time_lags = st.builds(TimeLag, rates, st.none() | st.sampled_from(Source), texts)
shares = st.integers(0, 8).map(lambda n: n / 8)
hots = st.builds(
    Hot, texts, st.integers(0, 9), st.none() | shares,
    st.tuples(st.builds(KeyShare, st.none() | st.binary(), shares)),
)  # fmt: skip
counts = st.none() | st.integers(0, 99)
advice = st.builds(
    Advice, rates, rates, rates, counts, counts, st.tuples(st.integers(1, 9)),
    st.none() | st.sampled_from(Helps), st.none() | hots, rates, rates, counts, st.tuples(texts),
)  # fmt: skip
samples = st.builds(
    Sample,
    st.builds(Snapshot, st.integers(0, 2**31).map(lambda n: n / 4), st.tuples(groups)),
    st.fixed_dictionaries({"g": group_trends}),
    st.fixed_dictionaries({("g", KEY): time_lags}),
    st.none() | texts,
    st.fixed_dictionaries({}, optional={"g": advice}),
)  # fmt: skip


@given(samples)
def test_what_was_written_is_read_back(one: Sample) -> None:
    written = stream_document(one)
    again = sample(orjson.loads(orjson.dumps(written)))
    assert stream_document(again) == written
    assert again.snapshot.groups == one.snapshot.groups


def line(**changed: Any) -> bytes:
    body = {**stream_document(Sample(Snapshot(5.0, ()))), **changed}
    return json.dumps(body).encode() + b"\n"


def test_bad_lines_are_named_by_number_and_the_rest_is_read() -> None:
    cut = line()[:20]
    found = list(read([line(), b"\n", b"nonsense\n", b"[1]\n", b'{"at": "x"}\n', line(at="x"), line(), cut]))
    bad = {one.number: one for one in found if isinstance(one, BadLine)}
    assert list(bad) == [3, 4, 5, 6, 8]
    assert [number for number, one in bad.items() if one.cut] == [8]
    assert len(found) - len(bad) == 2
    assert "'groups' is missing" in bad[5].why
