"""Where a consume run shows itself."""

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from eventq.commands.output import say
from eventq.commands.redaction import redact
from eventq.core.consume.report import GroupNow

if TYPE_CHECKING:
    from eventq.views.live import LiveView

_PROGRESS_SECONDS = 5.0


class ConsumeOutput:
    """A live view on a terminal, a progress line every few seconds elsewhere; events whole on stdout."""

    def __init__(self, *, live: bool, quiet: bool) -> None:
        self._live_wanted, self._quiet = live, quiet
        self._live: LiveView[GroupNow] | None = None
        self._next = time.monotonic() + _PROGRESS_SECONDS
        self._mark = (0.0, 0)
        self._stack = ExitStack()

    def __enter__(self) -> "ConsumeOutput":  # noqa: PYI034 - typing.Self is not in 3.10
        if self._live_wanted:
            from eventq.views.consume.live import frame
            from eventq.views.live import LiveView

            self._live = self._stack.enter_context(LiveView(frame))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live = None
        self._stack.__exit__(kind, error, trace)

    def show(self, now: GroupNow) -> None:
        moment = time.monotonic()
        if self._live is not None:
            self._live.show(now)
        elif not self._quiet and moment >= self._next:
            from eventq.views.consume.report import progress_line

            self._next = moment + _PROGRESS_SECONDS
            self.note(progress_line(replace(now, rate=self._rate_since_mark(now))))

    def _rate_since_mark(self, now: GroupNow) -> float | None:
        """Since the last line, or the start of the run."""
        seconds, processed = self._mark
        self._mark = (now.seconds, now.processed)
        return (now.processed - processed) / (now.seconds - seconds) if now.seconds > seconds else None

    def note(self, text: str) -> None:
        if self._live is not None:
            self._live.note(redact(text))
        elif not self._quiet:
            say(text)

    def write(self, block: bytes) -> bool:
        """Writes whole lines; False when nobody reads them any more."""
        view, out = memoryview(block), sys.stdout.fileno()
        try:
            while view:
                view = view[os.write(out, view) :]
        except BrokenPipeError:
            return False
        return True
