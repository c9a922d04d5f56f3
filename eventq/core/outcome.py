"""How a run ended, whichever run it is."""

from enum import Enum


class Outcome(Enum):
    REACHED = "goal reached"
    TIMED_OUT = "timed out"
    IDLE = "nothing more arrived"
    CLOSED = "the reader of the events is gone"
    FAILED = "failed"
    SIGINT = "stopped by Ctrl-C"
    SIGTERM = "stopped by SIGTERM"
