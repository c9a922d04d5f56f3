"""The effects that `eventq consume --sink jsonl:PATH` wrote, as an audit reads them: a file a member."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from eventq.core.errors import EventqError, UsageError
from eventq.core.identity import HEADER
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind

_BYTES = 400_000


class JsonLineRows:
    """Serves SinkSource of loops/verify/judge.py.

    Which member processed an event first can't be told of files of their own: there is no order.
    """

    ordered = False

    def __init__(self, path: str) -> None:
        self._path = path
        self.name = f"jsonl:{path}"

    def check(self) -> None:
        """UsageError where no member has written anything."""
        if not self._files():
            raise UsageError(
                f"{self.name}: there is no file {self._path}.1", hint="is it the PATH of consume --sink?"
            )

    def _files(self) -> list[Path]:
        found = Path(self._path).parent.glob(f"{Path(self._path).name}.*")
        return sorted(path for path in found if path.suffix[1:].isdecimal())

    def rows(self, stamp: StampKind) -> Iterator[SinkRows]:
        for path in self._files():
            yield from self._rows(path, stamp)

    def _rows(self, path: Path, stamp: StampKind) -> Iterator[SinkRows]:
        """Of whole lines: a member that is killed may leave a part of one."""
        try:
            with path.open("rb") as file:
                while lines := file.readlines(_BYTES):
                    yield SinkRows([_identity(path, line, stamp) for line in lines if line.endswith(b"\n")])
        except OSError as error:
            raise EventqError(f"{path} can't be read: {error.strerror}") from error


def _identity(path: Path, line: bytes, stamp: StampKind) -> object:
    """What carries it; None of an event without one."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise EventqError(f"{path} has a line that is no JSON", hint="did others write to it?") from error
    if stamp is StampKind.HEADER:
        names = {header["name"]: header.get("value") for header in event.get("headers", ())}
        value = names.get(HEADER)
        return value.encode() if isinstance(value, str) else None
    value = event.get("value")
    return value.get("productId") if isinstance(value, dict) else None
