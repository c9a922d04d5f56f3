"""Sockets that kafka-python leaves open, and handshakes that it waits for too long (3.0.12; kafka/net).

- `KafkaNetSocket.sock_connect`: a connect that is refused, times out, or is under way when the client is
  closed leaves its socket to the garbage collector, a descriptor for each try while a broker is away.
- `KafkaSSLTransport`: so do TLS settings that can't be used, and a TLS handshake that fails.
- `KafkaConnectionManager._build_transport`: its time-out ends with the TCP connect; a listener that never
  answers the TLS handshake is waited for without end.
- `KafkaTCPTransport._sock_recv`, and KafkaSSLTransport's: what comes with the end of the connection is lost,
  such as why a login was refused.

Each is wrapped here, and can go when upstream does the same: tests/broker/test_sockets.py passes without it.
"""

from typing import Any

from kafka.errors import KafkaTimeoutError
from kafka.net.inet import KafkaNetSocket
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import TaskState
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

_sock_connect = KafkaNetSocket.sock_connect
_sock_recv = KafkaTCPTransport._sock_recv  # noqa: SLF001 - where the end is seen
_tls_sock_recv = KafkaSSLTransport._sock_recv  # noqa: SLF001 - the same
_init = KafkaSSLTransport.__init__
_handshake = KafkaSSLTransport.handshake
_build_transport = KafkaConnectionManager._build_transport  # noqa: SLF001 - where the time-out is known


def mend() -> None:
    """For every kafka-python client of this process, whoever makes it; done again it changes nothing."""
    KafkaNetSocket.sock_connect = sock_connect
    KafkaTCPTransport._sock_recv = sock_recv  # noqa: SLF001 - see above
    KafkaSSLTransport._sock_recv = tls_sock_recv  # noqa: SLF001 - see above
    KafkaSSLTransport.__init__ = init
    KafkaSSLTransport.handshake = handshake
    KafkaConnectionManager._build_transport = build_transport  # noqa: SLF001 - see above


async def sock_connect(self: Any, net: Any, sock: Any, sockaddr: Any, timeout_at: float | None = None) -> Any:
    try:
        return await _sock_connect(self, net, sock, sockaddr, timeout_at=timeout_at)
    except BaseException:  # a task that is cancelled ends with GeneratorExit
        sock.close()
        raise


def sock_recv(self: Any) -> tuple[bytes, Exception | None]:
    """The end is seen again by the next read."""
    data, error = _sock_recv(self)
    return data, None if data else error


def tls_sock_recv(self: Any) -> tuple[bytes, Exception | None]:
    data, error = _tls_sock_recv(self)
    return data, None if data else error


def init(self: Any, net: Any, sock: Any, host: str | None = None, **configs: Any) -> None:
    try:
        _init(self, net, sock, host=host, **configs)
    except BaseException:
        sock.close()
        raise


async def handshake(self: Any) -> None:
    try:
        await _handshake(self)
    except BaseException:
        self.close()
        raise


async def build_transport(self: Any, node: Any, timeout_at: float | None = None) -> Any:
    net = self._net
    task = net._current  # noqa: SLF001 - the loop has no public time-out

    def give_up() -> None:
        if task.state is TaskState.WAIT_IO:
            task.inject_exc(KafkaTimeoutError("the SSL handshake was not answered in time"))
            net._add_ready_task(task)  # noqa: SLF001 - the same

    timer = None if timeout_at is None else net.call_at(timeout_at, give_up)
    try:
        return await _build_transport(self, node, timeout_at=timeout_at)
    finally:
        if timer is not None:
            net.cancel(timer)
