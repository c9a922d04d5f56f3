"""The reads that lag needs, over librdkafka in a process of its own, which may crash alone.

An admin request that is under way when its broker goes or comes back can end the process (librdkafka 2.16: an
assertion in rd_kafka_enq_once_del_source, or a segmentation fault), just when lag is asked for. The process
is forked before the client is imported, so it answers about as soon; this one imports no client.
"""

import os
import pickle
import resource
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from traceback import format_exc
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from eventq.core.errors import EventqError
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.reads import Commits, Description, ListedGroup, Listing, Topic
from eventq.core.settings.settings import Connection

if TYPE_CHECKING:
    from typing_extensions import Self

    from eventq.broker.lag.kafka_python import KafkaPythonLagReader
    from eventq.broker.lag.librdkafka import LibrdkafkaLagReader

_STARTS = 3

Question = tuple[str, tuple[Any, ...]]
"""A method of the reader and its arguments."""


class IsolatedLagReader:
    """Serves LagReader of loops/lag/snapshot.py; use it as a context manager.

    After a crash the same is asked again: with `--client auto` of kafka-python from then on, else of
    librdkafka in a new process; EventqError when that crashes time after time.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._process: _ReaderProcess | None = None
        self._instead: KafkaPythonLagReader | None = None
        self.committed(())  # asks Kafka nothing: whether a broker answers is said now, as by other readers

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        if self._instead is not None:
            self._instead.__exit__()

    def list_groups(self) -> Listing:
        found: Listing = self._ask("list_groups")
        return found

    def describe(self, groups: Sequence[ListedGroup]) -> dict[str, Description]:
        found: dict[str, Description] = self._ask("describe", list(groups))
        return found

    def committed(self, groups: Sequence[str]) -> dict[str, Commits]:
        found: dict[str, Commits] = self._ask("committed", list(groups))
        return found

    def topics(self, names: Iterable[str]) -> dict[str, Topic]:
        found: dict[str, Topic] = self._ask("topics", list(names))
        return found

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> dict[TopicPartition, Bounds]:
        found: dict[TopicPartition, Bounds] = self._ask("bounds", dict(leaders), isolation)
        return found

    def _ask(self, method: str, *arguments: object) -> Any:
        """The method's result, or its error raised here."""
        cause = ""
        for _ in range(_STARTS):
            if self._instead is not None:
                return getattr(self._instead, method)(*arguments)
            try:
                answer = self._started().ask((method, arguments))
            except (EOFError, BrokenPipeError, pickle.UnpicklingError):
                cause = self._end()
                self._recover()
            except BaseException:  # a signal: the answer to come would be taken for the next question's
                self._end()
                raise
            else:
                return _result(answer)
        hint = "--client kafka-python reads the same"
        raise EventqError(f"librdkafka crashed {_STARTS} times in a row ({cause})", hint=hint)

    def _started(self) -> "_ReaderProcess":
        try:
            self._process = self._process or _ReaderProcess(self._connection)
        except OSError as error:
            raise EventqError(f"no process for librdkafka can be started: {error.strerror}") from error
        return self._process

    def _recover(self) -> None:
        if self._connection.client == "auto":
            from eventq.broker.lag.kafka_python import KafkaPythonLagReader

            self._instead = KafkaPythonLagReader(self._connection)

    def _end(self) -> str:
        ended, self._process = self._process, None
        return "" if ended is None else ended.end()


class _ReaderProcess:
    """One with librdkafka, and the pipes to it."""

    def __init__(self, connection: Connection) -> None:
        asked, ask, answered, answer = ends = _pipes()
        here = os.getpid()
        try:
            self._pid = os.fork()
            if self._pid == 0:
                os.close(ask)
                os.close(answered)
                _serve(connection, os.fdopen(asked, "rb"), os.fdopen(answer, "wb"))
        except OSError:
            _close(ends)
            raise
        finally:
            if os.getpid() != here:
                os._exit(1)
        os.close(asked)
        os.close(answer)
        self._questions, self._answers = os.fdopen(ask, "wb"), os.fdopen(answered, "rb")

    def ask(self, question: Question) -> Any:
        """The answer; EOFError, BrokenPipeError or UnpicklingError when the process ends before all of it."""
        pickle.dump(question, self._questions)
        self._questions.flush()
        return pickle.load(self._answers)  # noqa: S301 - of our own process

    def end(self) -> str:
        """At once, whatever it does: it has nothing to keep. Returns what it died of, if it was dead."""
        for pipe in (self._questions, self._answers):
            with suppress(OSError):
                pipe.close()
        try:
            os.kill(self._pid, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        except (ProcessLookupError, ChildProcessError):
            return "cause unknown"  # SIGCHLD is ignored: the system has forgotten it
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _pipes() -> list[int]:
    """Two: the end to read from and the end to write to of each."""
    ends: list[int] = []
    try:
        ends += os.pipe()
        ends += os.pipe()
    except OSError:
        _close(ends)
        raise
    return ends


def _close(ends: Iterable[int]) -> None:
    for end in ends:
        os.close(end)


class _RemoteError(NamedTuple):
    error: Exception
    traceback: str


def _result(answer: Any) -> Any:
    if isinstance(answer, _RemoteError):
        raise answer.error from RuntimeError(answer.traceback)
    return answer


def _serve(connection: Connection, asked: IO[bytes], answers: IO[bytes]) -> None:
    """In the isolated process; an error of its start is the answer to its first question."""
    _detach()
    reader: LibrdkafkaLagReader | None = None
    for method, arguments in _questions(asked):
        try:
            reader = reader or _reader(connection)
            answer = getattr(reader, method)(*arguments)
        except EventqError as error:
            answer = _RemoteError(error, format_exc())
        except Exception as error:  # perhaps one of the client's own, which the other side does not know
            answer = _RemoteError(RuntimeError(f"{type(error).__name__}: {error}"), format_exc())
        pickle.dump(answer, answers)
        answers.flush()


def _detach() -> None:
    """From the terminal and whoever reads the output: a crash leaves neither words nor a core file."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group; the parent ends this one
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)


def _reader(connection: Connection) -> "LibrdkafkaLagReader":
    from eventq.broker.lag.librdkafka import LibrdkafkaLagReader

    return LibrdkafkaLagReader(connection)


def _questions(asked: IO[bytes]) -> Iterator[Question]:
    """Read by a thread, so that the end of the parent ends this process amid a question too."""
    from queue import SimpleQueue
    from threading import Thread

    questions: SimpleQueue[Question] = SimpleQueue()

    def read() -> None:
        try:
            while True:
                questions.put(pickle.load(asked))  # noqa: S301 - of our own process
        finally:
            os._exit(0)

    Thread(target=read).start()
    while True:
        yield questions.get()
