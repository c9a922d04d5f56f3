"""Ports on this machine: which are free, and who listens."""

import errno
import random
import socket
import time

from eventq.core.errors import EventqError
from eventq.core.local.cluster import HOST

# Below the range from which systems take the ports of outgoing connections: no client can sit on the port
# of a broker that comes back.
_RANGE = range(20000, 32000)
_LEAVING_SECONDS = 3.0


def is_free(port: int) -> bool:
    """EventqError where this user may not listen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EPERM}:
                raise EventqError(
                    f"this user may not listen on port {port}", hint="take one above 1023"
                ) from error
            return False
    return True


def comes_free(port: int) -> bool:
    """Whether nothing listens on it, at the latest soon: a process that has just ended may leave it last."""
    until = time.monotonic() + _LEAVING_SECONDS
    while not (free := is_free(port)) and time.monotonic() < until:
        time.sleep(0.05)
    return free


def pick(taken: set[int]) -> int:
    """A free port that is not in `taken`, to which it is added."""
    while True:
        port = random.choice(_RANGE)
        if port not in taken and is_free(port):
            taken.add(port)
            return port
