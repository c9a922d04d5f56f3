"""The push beside the sampling: the newest value, and what is told of failures."""

import threading

from eventq.loops.lag.push import pushing

PATIENCE = 60.0


def test_who_is_slow_gets_the_newest_value_and_nobody_waits_for_him() -> None:
    begun, go, done = threading.Event(), threading.Event(), threading.Event()
    sent: list[int] = []

    def send(value: int) -> None:
        sent.append(value)
        begun.set()
        assert go.wait(PATIENCE)
        if value == 3:
            done.set()

    with pushing(send, lambda _: None) as push:
        push(1)
        assert begun.wait(PATIENCE)
        push(2)
        push(3)
        go.set()
        assert done.wait(PATIENCE)
    assert sent == [1, 3]


def test_a_failure_is_told_when_it_begins_and_when_it_is_over() -> None:
    answers = iter([None, "refused", "refused", None, None])
    told: list[str | None] = []
    sent = threading.Semaphore(0)

    def send(_: int) -> str | None:
        try:
            return next(answers)
        finally:
            sent.release()

    with pushing(send, told.append) as push:
        for value in range(5):
            push(value)
            assert sent.acquire(timeout=PATIENCE)
    assert told == ["refused", None]
