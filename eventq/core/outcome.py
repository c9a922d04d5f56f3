"""How a run ended, whichever run it is."""

from enum import Enum, auto


class Outcome(Enum):
    """CLOSED: nobody reads the events any more; IDLE: no more of them arrived."""

    REACHED = auto()
    TIMED_OUT = auto()
    IDLE = auto()
    CLOSED = auto()
    FAILED = auto()
    SIGINT = auto()
    SIGTERM = auto()
