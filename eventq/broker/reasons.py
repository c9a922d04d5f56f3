"""Why an event was not delivered, in the same words whatever the client: Kafka's own names for its errors."""

TIMED_OUT = "TIMED_OUT"
INTERRUPTED = "INTERRUPTED"

_NAMES = {
    10: "MESSAGE_TOO_LARGE",
    -192: TIMED_OUT,  # librdkafka's own codes
    -185: TIMED_OUT,
    -195: "CONNECTION_LOST",
    -152: INTERRUPTED,
    -151: INTERRUPTED,
}
_UNRECOGNIZED = "UNKNOWN"


def reason(code: int, text: str) -> str:
    """Of an error code of Kafka or of librdkafka; `text` for a code that neither knows."""
    if code in _NAMES:
        return _NAMES[code]
    from kafka.errors import for_code

    name = getattr(for_code(code), "message", _UNRECOGNIZED)
    return text if name == _UNRECOGNIZED else str(name)
