"""Reads a ledger as far as it is whole."""

from collections.abc import Iterable, Iterator

from eventq.core.ledger.lines import Line, UnreadableLine, decoded


def whole_lines(texts: Iterable[bytes]) -> Iterator[Line]:
    """Up to the first line that is cut off or altered; UnknownVersion for a run of another version.

    Nobody knows how much is missing there, so nothing behind it is read: the fate of the events that it told
    of is unknown, and none is taken for lost that is not.
    """
    for text in texts:
        line = _line_if_whole(text)
        if line is None:
            return
        yield line


def whole_size(texts: Iterable[bytes]) -> int:
    """How many bytes come before the first line that is cut off or altered."""
    size = 0
    for text in texts:
        if _line_if_whole(text) is None:
            break
        size += len(text)
    return size


def _line_if_whole(text: bytes) -> Line | None:
    try:
        return decoded(text)
    except UnreadableLine:
        return None
