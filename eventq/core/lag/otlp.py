"""Where and whether metrics are pushed by OTLP, by an option and OpenTelemetry's own variables.

The rest of OTEL_EXPORTER_OTLP_* (headers, timeout, certificates, compression) is read by OpenTelemetry's SDK.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from eventq.core.errors import UsageError

_PREFIX = "OTEL_EXPORTER_OTLP"
_PATH = "v1/metrics"


@dataclass(frozen=True, slots=True)
class OtlpTarget:
    """`url`: the address that metrics are posted to; `shown`: the part of it that may be told."""

    url: str
    shown: str


def otlp_target(given: str | None, environment: Mapping[str, str]) -> OtlpTarget | None:
    """None where nobody asks for a push; UsageError, naming the source, for what can't be carried out.

    `given` and OTEL_EXPORTER_OTLP_ENDPOINT are addresses to which v1/metrics is added,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is taken as it is.
    """
    source, address = _address(given, environment)
    if not address or (given is None and _switched_off(environment)):
        return None
    _check_form(environment)
    whole = source == f"{_PREFIX}_METRICS_ENDPOINT" or address.rstrip("/").endswith(f"/{_PATH}")
    return OtlpTarget(address if whole else f"{address.rstrip('/')}/{_PATH}", _shown(source, address))


def _address(given: str | None, environment: Mapping[str, str]) -> tuple[str, str]:
    if given is not None:
        if not given:
            raise UsageError("--otlp is empty", hint="is the variable that it comes from set?")
        return "--otlp", given
    for name in (f"{_PREFIX}_METRICS_ENDPOINT", f"{_PREFIX}_ENDPOINT"):
        if environment.get(name):
            return name, environment[name]
    return "", ""


def _switched_off(environment: Mapping[str, str]) -> bool:
    return (
        environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
        or environment.get("OTEL_METRICS_EXPORTER", "").strip().lower() == "none"
    )


def _check_form(environment: Mapping[str, str]) -> None:
    """What is asked for in the environment and not served here is no default to fall back from."""
    for name in (f"{_PREFIX}_METRICS_PROTOCOL", f"{_PREFIX}_PROTOCOL"):
        protocol = environment.get(name, "").strip()
        if protocol and protocol != "http/protobuf":
            raise UsageError(
                f"{name} is {protocol!r:.40}: metrics are pushed by http/protobuf alone",
                hint="collectors take it on port 4318",
            )
        if protocol:
            break
    name = f"{_PREFIX}_METRICS_TEMPORALITY_PREFERENCE"
    if environment.get(name, "").strip().lower() == "delta":
        raise UsageError(
            f"{name} is delta: counters are pushed cumulative alone",
            hint="unset it; a collector's cumulativetodelta processor converts them",
        )


def _shown(source: str, address: str) -> str:
    """Without a path or query, which may hold a token. UsageError for what is no address to post to."""
    hint = "such as http://collector:4318"
    try:
        parts = urlsplit(address)
        host, port, user = parts.hostname, parts.port, parts.username
    except ValueError as error:
        raise UsageError(f"{source} is not a URL", hint=hint) from error
    if parts.scheme not in {"http", "https"} or not host or not address.isprintable() or " " in address:
        raise UsageError(f"{source} is not a URL of http or https", hint=hint)
    if user is not None:
        raise UsageError(
            f"{source} has a user in it, and processes show their arguments to everybody",
            hint=f"{_PREFIX}_HEADERS takes 'authorization=…'",
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}"
