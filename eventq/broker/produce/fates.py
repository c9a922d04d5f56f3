"""What an error says of the event that it is about."""

from eventq.broker.definite import DEFINITE_CODES
from eventq.core.ledger.lines import Fate


def fate_of(code: int) -> Fate:
    """FAILED for a certain refusal; all other errors, also the clients' own, leave it open: UNKNOWN."""
    return Fate.FAILED if code in DEFINITE_CODES else Fate.UNKNOWN
