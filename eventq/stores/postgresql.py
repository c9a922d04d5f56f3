"""The one door to PostgreSQL: connections are made here, and errors said in the words of the other floors."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from eventq.core.errors import EventqError, StoreUnavailable, UsageError

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # it would tell people of lost connections
_PASSING = ("08", "40", "53", "55P03", "57", "58", "25P03", "25006")
"""Classes and codes of SQLSTATE that say nothing against the statement, by appendix A of PostgreSQL's manual:
the connection, a deadlock, resources, a lock that was waited for too long, a server that stops or starts, its
disk, a transaction that was idle too long, a server that is a standby just now."""
_HINTS = {
    "42501": "GRANT what it lacks, or connect as another user",
    "3F000": "create the schema, or name another one: ?options=-csearch_path%3DSCHEMA",
}


def check_url(target: str) -> None:
    """UsageError, which names it, for an option that the URL can't have."""
    _said_in(target)


@contextmanager
def reading(target: str, shown: str, connect_timeout: float) -> Iterator["psycopg.Connection[Any]"]:
    """A connection that can't write; `shown` stands for `target`, which may have a password, in messages."""
    try:
        with psycopg.connect(target, **_defaults(target, connect_timeout)) as connection:
            connection.read_only = True
            yield connection
    except psycopg.Error as error:
        raise EventqError(f"{shown} can't be read: {_first_line(error)}") from error


def writing(target: str, connect_timeout: float, patience: float) -> "psycopg.Connection[Any]":
    """A connection of a writer that others take over from after `patience` seconds: see `_session`.

    Without transactions but those that are begun. psycopg.Error where there is none.
    """
    defaults = {
        **_defaults(target, connect_timeout),
        "client_encoding": "utf8",
        "target_session_attrs": "primary",
        "keepalives_idle": max(1, round(patience / 2)),
        "keepalives_interval": max(1, round(patience / 10)),
        "tcp_user_timeout": round(patience * 1000),
    }
    said = _said_in(target)
    ours = {name: value for name, value in defaults.items() if name not in said}
    connection = psycopg.connect(target, autocommit=True, prepare_threshold=None, **ours)
    try:
        _session(connection, patience)
    except BaseException:
        connection.close()
        raise
    return connection


def _session(connection: "psycopg.Connection[Any]", patience: float) -> None:
    """A writer that stops between two statements is put out by the server by the time that others take over;
    one that waits for it gives up before it is taken over from itself. A commit lasts once it is answered.
    """
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.read_only = False
    connection.execute(
        """SELECT set_config('idle_in_transaction_session_timeout', %s, false),
            set_config('lock_timeout', %s, false),
            CASE current_setting('synchronous_commit')
                WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END""",
        (f"{round(patience * 1000)}ms", f"{max(1, round(patience * 500))}ms"),
    )


@contextmanager
def told(shown: str) -> Iterator[None]:
    """PostgreSQL's errors as ours: StoreUnavailable of what may pass, EventqError of what does not."""
    try:
        yield
    except psycopg.Error as error:
        if _may_pass(error):
            raise StoreUnavailable(_first_line(error)) from error
        hint = _HINTS.get(error.sqlstate or "")
        raise EventqError(f"{shown} can't be used: {_first_line(error)}", hint=hint) from error


def _may_pass(error: psycopg.Error) -> bool:
    """A connection that breaks or is not made has no SQLSTATE; it may come back if no password lacks."""
    if error.sqlstate is not None:
        return error.sqlstate.startswith(_PASSING)
    no_password = error.pgconn is not None and bool(error.pgconn.needs_password)
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not no_password


def _said_in(target: str) -> dict[str, Any]:
    try:
        return conninfo_to_dict(target)
    except psycopg.ProgrammingError as error:
        raise UsageError(f"not a URL of PostgreSQL: {_first_line(error)}") from error


def _defaults(target: str, connect_timeout: float) -> dict[str, Any]:
    """What the URL does not say itself."""
    said = _said_in(target)
    ours = {"connect_timeout": max(2, round(connect_timeout)), "application_name": "eventq"}
    return {name: value for name, value in ours.items() if name not in said}


def _first_line(error: psycopg.Error) -> str:
    """The next ones repeat the statement."""
    return str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
