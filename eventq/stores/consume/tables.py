"""The tables of effects and positions, whatever the database: each dialect has its words for the types."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

VERSION = 1
"""Another one only when an older eventq could not work with the tables: one that is added leaves it."""


class ColumnKind(Enum):
    """NUMBER is a whole one of 64 bits, IDENTITY one that the database gives out."""

    IDENTITY = auto()
    TEXT = auto()
    NUMBER = auto()
    REAL = auto()
    FLAG = auto()
    BYTES = auto()


class StoreColumn(NamedTuple):
    name: str
    kind: ColumnKind
    required: bool = True

    def declared(self, types: Mapping[ColumnKind, str]) -> str:
        null = " NOT NULL" if self.required and self.kind is not ColumnKind.IDENTITY else ""
        return f"{self.name} {types[self.kind]}{null}"


class StoreTable(NamedTuple):
    """`once` is the index that refuses a row twice, of those that are to be there once."""

    name: str
    columns: tuple[StoreColumn, ...]
    key: tuple[str, ...] = ()
    once: str | None = None

    def created(self, types: Mapping[ColumnKind, str]) -> str:
        """The statement that makes it where it is missing."""
        parts = [column.declared(types) for column in self.columns]
        parts += [f"PRIMARY KEY ({', '.join(self.key)})"] if self.key else []
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({', '.join(parts)})"

    @property
    def once_created(self) -> str:
        where = f"{self.name} (grp, topic_id, part, off) WHERE once"
        return f"CREATE UNIQUE INDEX IF NOT EXISTS {self.once} ON {where}"

    @property
    def written(self) -> tuple[str, ...]:
        """The columns of a row that is inserted."""
        return tuple(column.name for column in self.columns if column.kind is not ColumnKind.IDENTITY)


def _columns(kind: ColumnKind, *names: str, required: bool = True) -> tuple[StoreColumn, ...]:
    return tuple(StoreColumn(name, kind, required) for name in names)


_PARTITION = (*_columns(ColumnKind.TEXT, "grp", "topic_id"), *_columns(ColumnKind.NUMBER, "part"))

SCHEMA = StoreTable("eventq_schema", _columns(ColumnKind.NUMBER, "version"))
POSITION = StoreTable(
    "eventq_position",
    (
        *_PARTITION,
        *_columns(ColumnKind.TEXT, "topic"),
        *_columns(ColumnKind.NUMBER, "next_offset", "epoch"),
        *_columns(ColumnKind.TEXT, "owner"),
        *_columns(ColumnKind.NUMBER, "updated_at"),
    ),
    key=("grp", "topic_id", "part"),
)
EFFECT = StoreTable(
    "eventq_effect",
    (
        *_columns(ColumnKind.IDENTITY, "id"),
        *_PARTITION,
        *_columns(ColumnKind.NUMBER, "off"),
        *_columns(ColumnKind.FLAG, "once"),
        *_columns(ColumnKind.TEXT, "run", required=False),
        *_columns(ColumnKind.NUMBER, "worker", "k", required=False),
        *_columns(ColumnKind.TEXT, "product", required=False),
        *_columns(ColumnKind.REAL, "price", required=False),
        *_columns(ColumnKind.NUMBER, "purchased_at", required=False),
        *_columns(ColumnKind.TEXT, "member"),
        *_columns(ColumnKind.NUMBER, "epoch", required=False),
        *_columns(ColumnKind.NUMBER, "at"),
    ),
    once="eventq_once",
)
DEAD_LETTER = StoreTable(
    "eventq_dead_letter",
    (
        *_columns(ColumnKind.IDENTITY, "id"),
        *_PARTITION,
        *_columns(ColumnKind.TEXT, "topic"),
        *_columns(ColumnKind.NUMBER, "off"),
        *_columns(ColumnKind.FLAG, "once"),
        *_columns(ColumnKind.TEXT, "run", required=False),
        *_columns(ColumnKind.NUMBER, "worker", "k", required=False),
        *_columns(ColumnKind.TEXT, "reason"),
        *_columns(ColumnKind.NUMBER, "timestamp", required=False),
        *_columns(ColumnKind.BYTES, "key", "value", required=False),
        *_columns(ColumnKind.TEXT, "headers", "member"),
        *_columns(ColumnKind.NUMBER, "epoch", required=False),
        *_columns(ColumnKind.NUMBER, "at"),
    ),
    once="eventq_dead_letter_once",
)
TABLES = (SCHEMA, POSITION, EFFECT, DEAD_LETTER)
