import pytest

from eventq.core.errors import UsageError
from eventq.core.produce.keys import customers, parse_key


@pytest.mark.parametrize(
    "text",
    [
        "customer:0",
        "customer:9007199254740993",
        "customer:" + "9" * 400,
        "zipf:1000001:1",
        "zipf:9:nan",
        "zipf:9:1e9",
    ],
)
def test_more_keys_than_can_be_drawn_are_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_key(text)
    assert len(str(refused.value)) < 200


def test_as_many_customers_as_a_float_tells_apart_can_be_drawn() -> None:
    assert len(set(customers(parse_key("customer:9007199254740992"), 1, 0, 100))) == 100
