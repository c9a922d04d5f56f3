"""Where metrics are pushed to."""

import pytest

from eventq.core.errors import UsageError
from eventq.core.lag.otlp import otlp_target

ENDPOINT, OWN = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"


@pytest.mark.parametrize(
    ("given", "environment", "url"),
    [
        ("http://c:4318", {}, "http://c:4318/v1/metrics"),
        ("http://c:4318/", {ENDPOINT: "http://d"}, "http://c:4318/v1/metrics"),
        ("https://c/api/v1/otlp", {}, "https://c/api/v1/otlp/v1/metrics"),
        ("http://c/v1/metrics", {}, "http://c/v1/metrics"),
        (None, {ENDPOINT: "http://c:4318"}, "http://c:4318/v1/metrics"),
        (None, {OWN: "http://c/as-it-is", ENDPOINT: "http://d"}, "http://c/as-it-is"),
        ("http://[::1]:1", {PROTOCOL: "http/protobuf", "OTEL_SDK_DISABLED": "true"}, "http://[::1]:1/v1/metrics"),
    ],
)  # fmt: skip
def test_the_option_comes_before_the_variables_and_gets_the_path_added(
    given: str | None, environment: dict[str, str], url: str
) -> None:
    target = otlp_target(given, environment)
    assert target is not None
    assert target.url == url


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {ENDPOINT: ""},
        {ENDPOINT: "http://c", "OTEL_SDK_DISABLED": "TRUE"},
        {ENDPOINT: "http://c", "OTEL_METRICS_EXPORTER": "none"},
    ],
)
def test_nothing_is_pushed_where_nobody_asks(environment: dict[str, str]) -> None:
    assert otlp_target(None, environment) is None


@pytest.mark.parametrize(
    ("given", "environment", "told"),
    [
        ("", {}, "--otlp is empty"),
        ("c:4318", {}, "--otlp is not a URL"),
        ("http://", {}, "--otlp is not a URL"),
        ("http://[::1", {}, "--otlp is not a URL"),
        ("http://c:99999", {}, "--otlp is not a URL"),
        (None, {ENDPOINT: "c"}, f"{ENDPOINT} is not a URL"),
        ("http://u:secret@c", {}, "--otlp has a user in it"),
        ("http://c", {PROTOCOL: "grpc"}, f"{PROTOCOL} is 'grpc'"),
        ("http://c", {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta"}, "is delta"),
    ],
)
def test_what_can_not_be_carried_out_is_a_usage_error_that_names_its_source_and_no_secret(
    given: str | None, environment: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError) as refused:
        otlp_target(given, environment)
    assert told in str(refused.value)
    assert "secret" not in str(refused.value)


def test_what_is_told_of_an_address_has_no_path_and_no_query() -> None:
    target = otlp_target("https://c:4318/tenant?token=x", {})
    assert target is not None
    assert target.shown == "https://c:4318"
