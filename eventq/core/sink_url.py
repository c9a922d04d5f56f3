"""Where effects go to, as a URL says it: a table of a database, or a topic.

    sqlite:PATH                                     what eventq consume --sink sqlite:PATH wrote
    sqlite:PATH?table=payments&id=product_id
    postgresql://USER:PASSWORD@HOST:PORT/DATABASE   what eventq consume wrote there
    postgresql://USER:PASSWORD@HOST:PORT/DATABASE?table=payments&id=product_id
    kafka:TOPIC                                     what eventq consume copied there

What PostgreSQL's own URLs allow beside (sslmode, host=/run/postgresql) is handed on.
"""

from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from eventq.core.errors import UsageError
from eventq.core.kafka import check_names

_FORMS = "sqlite:PATH or postgresql://…, for a table of your own with ?table=T&id=COLUMN; kafka:TOPIC"
_OWN = ("table", "id")
_SECRET = ("password", "secret")
"""What is in the name of an option of PostgreSQL that nobody may see."""


class Kind(str, Enum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """`target` is a path or PostgreSQL's own URL, `shown` the same without a password."""

    kind: Kind
    target: str
    shown: str
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectsUrl(DatabaseUrl):
    """Where eventq itself wrote effects to."""


@dataclass(frozen=True, slots=True)
class TableUrl(DatabaseUrl):
    """A table of the user's own, and its column with the ids of events."""

    table: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class TopicUrl:
    """Where eventq itself copied records to."""

    topic: str
    secrets: tuple[str, ...] = ()


def sink_url(text: str) -> TableUrl | EffectsUrl | TopicUrl:
    """UsageError, without what may be a password in it, for a URL of another form."""
    scheme, _, rest = text.partition(":")
    if scheme == Kind.SQLITE.value and rest and "?" not in rest and not rest.startswith("//"):
        return EffectsUrl(Kind.SQLITE, rest, f"sqlite:{rest}")
    if scheme == Kind.SQLITE.value:
        return _sqlite(rest)
    if scheme in {"postgresql", "postgres"}:
        return _postgresql(rest)
    if scheme == "kafka":
        return TopicUrl(check_names([rest])[0])
    raise UsageError(f"not a sink: {scheme!r:.40}", hint=_FORMS)


def postgresql_url(rest: str) -> EffectsUrl:
    """Of what follows `postgresql:`, all of whose options are PostgreSQL's; UsageError for another form."""
    found = _postgresql(rest)
    if isinstance(found, TableUrl):
        raise UsageError(
            "a sink of consume has tables of its own: its URL takes no table= and id=",
            hint="postgresql://USER@HOST/DATABASE",
        )
    return found


def _sqlite(rest: str) -> TableUrl:
    path, _, query = rest.rpartition("?") if "?" in rest else (rest, "", "")
    said = _parameters(query, "sqlite:")
    if more := set(said) - set(_OWN):
        raise UsageError(f"sqlite: takes no {', '.join(sorted(more))}", hint=_FORMS)
    if not path or path.startswith("//"):
        raise UsageError(
            f"not a path of SQLite: {path!r:.120}", hint="sqlite:orders.db?…, or sqlite:/srv/orders.db?…"
        )
    table, column = _table(said)
    return TableUrl(Kind.SQLITE, path, f"sqlite:{path}?table={table}", table=table, column=column)


def _postgresql(rest: str) -> TableUrl | EffectsUrl:
    try:
        parts = urlsplit(f"postgresql:{rest}")
        user, password = parts.username, parts.password
    except ValueError as error:
        raise UsageError("not a URL of PostgreSQL", hint=_FORMS) from error
    if not rest.startswith("//"):
        raise UsageError("not a URL of PostgreSQL: // is missing", hint=_FORMS)
    if parts.fragment:
        raise UsageError("not a URL of PostgreSQL: # in a password is written %23", hint=_FORMS)
    said = _parameters(parts.query, "postgresql:")
    others = urlencode([pair for pair in said.items() if pair[0] not in _OWN])
    target = urlunsplit(("postgresql", parts.netloc, parts.path, others, ""))
    where = parts.netloc.rpartition("@")[2] or said.get("host", "")
    shown = f"postgresql://{f'{unquote(user)}@' if user else ''}{where}{parts.path}"
    hidden = [password, *(said[name] for name in said if any(word in name for word in _SECRET))]
    secrets = [word for word in hidden if word]
    secrets = list(dict.fromkeys([*secrets, *map(unquote, secrets)]))
    if not any(name in said for name in _OWN):
        return EffectsUrl(Kind.POSTGRESQL, target, shown, tuple(secrets))
    table, column = _table(said)
    return TableUrl(Kind.POSTGRESQL, target, f"{shown}?table={table}", tuple(secrets), table, column)


def _parameters(query: str, kind: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise UsageError(f"{kind} its parameters are not name=value&name=value", hint=_FORMS) from error
    if repeated := [name for name, values in parse_qs(query).items() if len(values) > 1]:
        raise UsageError(f"{kind} {repeated[0]} is given twice", hint=_FORMS)
    return dict(pairs)


def _table(said: dict[str, str]) -> tuple[str, str]:
    for name in _OWN:
        if not said.get(name):
            raise UsageError(f"the sink's URL does not say {name}=…", hint=_FORMS)
    return said["table"], said["id"]
