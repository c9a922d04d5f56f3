"""Where every child process enters and ends."""

import os
import signal
from collections.abc import Callable
from typing import NoReturn

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, ExitCode
from eventq.loops.processes.child import Pipe
from eventq.loops.processes.link import ParentLink
from eventq.loops.processes.messages import Done, Failed
from eventq.loops.processes.parent_pipe import ParentPipe


def run_child(pipe: Pipe, clock: Clock, name: str, body: Callable[[ParentPipe], None]) -> NoReturn:
    """Runs `body` and ends the process with its exit code. Signals are the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    parent = ParentPipe(pipe, clock)
    code = run_and_tell(parent, name, lambda: body(parent))
    pipe.close()
    os._exit(code)


def run_and_tell(parent: ParentLink, name: str, body: Callable[[], None]) -> ExitCode:
    """Tells the parent of an error of `body`, and of its end; `name` is what a user calls such a child."""
    code = ExitCode.DONE
    try:
        body()
    except EventqError as error:
        code = _fail(parent, error)
    except Exception as error:
        code = _fail(parent, EventqError(f"a {name} met an unexpected {type(error).__name__}: {error}"))
    parent.send(Done())
    return code


def _fail(parent: ParentLink, error: EventqError) -> ExitCode:
    parent.send(Failed(str(error), error.hint))
    return error.exit_code
