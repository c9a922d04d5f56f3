"""Labels of a user's own, as Prometheus allows them."""

import pytest

from eventq.core.errors import UsageError
from eventq.core.lag.labels import parse_labels


def test_a_label_is_a_name_and_all_that_stands_after_the_first_equals_sign() -> None:
    assert parse_labels(["cluster=east", "_x9=a=b é"]) == (("cluster", "east"), ("_x9", "a=b é"))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["cluster"], "'cluster' is not name=value"),
        (["=x"], "''"),
        (["9a=x"], "'9a'"),
        (["a-b=x"], "'a-b'"),
        (["é=x"], "'é'"),
        (["a\n=x"], "'a\\n'"),
        (["__name__=x"], "__name__"),
        (["topic=x"], "label topic"),
        (["a=1", "a=2"], "a is given twice"),
        (["a="], "a= has no value"),
        (["a=\udce4"], "a: its value is not UTF-8"),
    ],
)
def test_what_prometheus_refuses_drops_or_has_already_is_a_usage_error_that_names_it(
    given: list[str], named: str
) -> None:
    with pytest.raises(UsageError) as refused:
        parse_labels(given)
    assert named in str(refused.value)
