"""Why a broker could not be used, as either client found out."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssl import SSLError


class Stage(IntEnum):
    """How far a connection came before it was lost."""

    CONNECT = 0
    TLS = 1
    ANSWERED = 2
    LOGIN = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """`reason` is what the client says; `definite`: trying again would end in the same way.

    `late`: the client had no more time, which says less than an answer would; `tls`: what failed, if known.
    """

    reason: str
    stage: Stage = Stage.CONNECT
    definite: bool = False
    late: bool = False
    tls: "SSLError | None" = None

    @property
    def refuses_login(self) -> bool:
        return self.definite and self.stage is Stage.LOGIN
