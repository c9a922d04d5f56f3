"""How fast three members write the effects of events into each sink, under the guarantees that it keeps."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import psycopg

from benchmarks import consume
from benchmarks.process import measure
from benchmarks.rounds import Contender, Figure, Suite, Target
from benchmarks.site import Site
from eventq.stores.private_postgresql.server import private_postgresql

_ALL = 1_000_000
_MEMBERS = 3
Sink = Callable[[], AbstractContextManager[str]]
"""Where one run writes to, empty; gone after it."""


@contextmanager
def sinks(site: Site, topic: str) -> Iterator[Suite]:
    """The suite, over a full topic."""
    count = site.records(_ALL)
    measure(site.eventq("produce", "-t", topic, "-n", str(count), "-q", "-o", "json"))
    with private_postgresql() as url:
        into: dict[str, Sink] = {
            "SQLite": _sqlite,
            "PostgreSQL": partial(_postgresql, url),
            "Kafka": partial(_kafka, site),
        }
        yield _suite(site, topic, count, into)


def _suite(site: Site, topic: str, count: int, into: dict[str, Sink]) -> Suite:
    contenders = [
        Contender(f"{delivery}, {name}", partial(_run, site, topic, count, delivery, sink))
        for name, sink in into.items()
        for delivery in ("at-least-once", "exactly-once")
    ]
    targets = [
        Target("rows/s, exactly-once, SQLite", ("exactly-once, SQLite",), None, 50_000, 75_000),
        Target("rows/s, exactly-once, PostgreSQL", ("exactly-once, PostgreSQL",), None, 30_000, 45_000),
        Target(
            "Kafka, transactions ÷ at-least-once", ("exactly-once, Kafka",), "at-least-once, Kafka", 0.5, 0.75
        ),
    ]
    what = f"{count:,} Purchases, {_MEMBERS} members, 10 partitions; each server with its own defaults"
    return Suite("sinks", "rows/s", what, contenders, targets)


def _run(site: Site, topic: str, count: int, delivery: str, sink: Sink) -> Figure:
    with sink() as url:
        return consume.eventq(site, topic, _MEMBERS, count, "--delivery", delivery, "--sink", url)


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:{Path(folder) / 'effects.db'}"


@contextmanager
def _postgresql(url: str) -> Iterator[str]:
    """A schema of its own."""
    schema = f"bench_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        yield f"{url}&options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@contextmanager
def _kafka(site: Site) -> Iterator[str]:
    with site.topic() as target:
        yield f"kafka:{target}"
