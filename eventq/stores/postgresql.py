"""The one door to PostgreSQL: connections are made here, and errors said in the words of the other floors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from eventq.core.errors import EventqError, UsageError


@contextmanager
def reading(target: str, shown: str, connect_timeout: float) -> Iterator["psycopg.Connection[Any]"]:
    """A connection that can't write; `shown` stands for `target`, which may have a password, in messages."""
    try:
        with psycopg.connect(target, **_defaults(target, connect_timeout)) as connection:
            connection.read_only = True
            yield connection
    except psycopg.Error as error:
        raise EventqError(f"{shown} can't be read: {_said(error)}") from error


def _defaults(target: str, connect_timeout: float) -> dict[str, Any]:
    """What the URL does not say itself."""
    try:
        said = conninfo_to_dict(target)
    except psycopg.ProgrammingError as error:
        raise UsageError(f"not a URL of PostgreSQL: {_said(error)}") from error
    ours = {"connect_timeout": max(2, round(connect_timeout)), "application_name": "eventq"}
    return {name: value for name, value in ours.items() if name not in said}


def _said(error: psycopg.Error) -> str:
    """Its first line: the next ones repeat the statement."""
    return str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
