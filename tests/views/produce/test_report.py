from eventq.core.ledger.lines import Fate
from eventq.core.produce.report import Deliveries, Offered, ProduceNow, ProduceReport
from eventq.views.produce.report import document, live_line, progress_line, report_text


def report(*, target: float | None = 100.0, acknowledged: bool = True) -> ProduceReport:
    offered = Offered(count=1001, bytes=97_000, first_at=50.0, last_at=60.0)
    deliveries = Deliveries()
    for offset in range(998):
        deliveries.acknowledge(offset % 2, offset, offset)
    deliveries.time(5.0, 60.25, 998)
    deliveries.refuse(Fate.FAILED, "MESSAGE_TOO_LARGE", 2)
    deliveries.lose("TIMED_OUT")
    return ProduceReport("orders", "r1", "librdkafka", acknowledged, 50.0, 10.5, target, offered, deliveries)


def test_a_progress_line_tells_counts_rate_against_target_slip_and_what_is_in_flight() -> None:
    now = ProduceNow(
        seconds=5.2, offered=1200, acked=1190, failed=1, in_flight=9, rate=99.96, target_rate=100.0,
        slip_ms=0.81, total=3000,
    )  # fmt: skip
    assert progress_line(now) == (
        "5 s: 1,200 of 3,000 offered, 1,190 acked, 1 failed, 99.96 of 100/s, slip 0.8 ms, 9 in flight"
    )


def test_a_paced_rate_counts_the_gaps_between_the_first_send_and_the_last() -> None:
    assert document(report())["achieved_rate"] == 100.0
    assert document(report(target=None))["achieved_rate"] == round(998 / 10.25, 3)


def test_the_document_accounts_for_every_event() -> None:
    found = document(report())
    assert found["acked"] + found["failed"] + found["unknown"] + found["dropped"] == found["offered"]
    assert found["errors"] == {"MESSAGE_TOO_LARGE": 2, "TIMED_OUT": 1}
    assert found["partitions"] == [
        {"partition": 0, "acked": 499, "first_offset": 0, "last_offset": 996},
        {"partition": 1, "acked": 499, "first_offset": 1, "last_offset": 997},
    ]


def test_what_nobody_acknowledged_is_sent_and_not_acked() -> None:
    found = document(report(acknowledged=False))
    assert (found["acked"], found["sent"], found["ack_ms"], found["partitions"]) == (None, 998, None, [])
    assert "sent, none acknowledged" in report_text(report(acknowledged=False))


def test_the_text_names_what_was_lost_and_why() -> None:
    text = report_text(report())
    assert "998 of 1,001 events acknowledged by orders" in text
    assert "failed: 2\nunknown: 1\n  MESSAGE_TOO_LARGE: 2\n  TIMED_OUT: 1\n" in text


def test_a_live_line_tells_the_same_in_eighty_columns() -> None:
    now = ProduceNow(
        seconds=3600.0,
        offered=12_345_678,
        acked=12_345_000,
        failed=0,
        in_flight=678,
        rate=4999.7,
        target_rate=5000.0,
        slip_ms=12.34,
        total=18_000_000,
    )
    short = "12.3M/18.0M offered 12.3M acked 0 failed 5000/5000/s slip 12.3 ms 678 in flight"
    assert live_line(now, len(short) + 1) == short
    assert len(short) < 80
    assert live_line(now, 200) == progress_line(now)
