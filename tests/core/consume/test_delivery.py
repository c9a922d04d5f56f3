import pytest

from eventq.core.consume.delivery import Delivery, check_delivery, parse_sink
from eventq.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sqlite:effects.db", ("sqlite", "effects.db")),
        ("jsonl:/tmp/a:b", ("jsonl", "/tmp/a:b")),
        ("postgresql://app@db/shop", ("postgresql", "//app@db/shop")),
        ("postgres://db", ("postgresql", "//db")),
    ],
)
def test_a_sink_is_a_kind_and_a_path(text: str, found: tuple[str, str]) -> None:
    assert parse_sink(text) == found


@pytest.mark.parametrize("text", ["", "sqlite", "sqlite:", "effects.db", "mysql://u:secret@h", ":x"])
def test_another_form_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="not a sink") as refused:
        parse_sink(text)
    assert refused.value.hint == "sqlite:PATH, postgresql://…, jsonl:PATH or kafka:TOPIC"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("kind", [None, "jsonl"])
def test_exactly_once_needs_a_sink_that_keeps_the_position_with_the_effect(kind: str | None) -> None:
    with pytest.raises(UsageError, match="exactly-once") as refused:
        check_delivery(Delivery.EXACTLY_ONCE, kind)
    assert "sqlite:PATH" in (refused.value.hint or "")
    check_delivery(Delivery.EXACTLY_ONCE, "sqlite")
    for delivery in (Delivery.AT_MOST_ONCE, Delivery.AT_LEAST_ONCE):
        check_delivery(delivery, kind)
