"""Where the effects of a verification go, what is made for them, and how they are read."""

from eventq.commands.options import Shared
from eventq.commands.verify.run import copied_topic, effect_rows
from eventq.commands.verify.workspace import Workspace
from eventq.core.consume.delivery import KAFKA, SinkPlan
from eventq.core.sink_url import EffectsUrl, Kind
from eventq.loops.verify.judge import SinkSource

POSTGRESQL = "postgresql:"
SQLITE = "sqlite:"
_OWN = (SQLITE, "jsonl:", POSTGRESQL, "kafka:")
"""Without a path, an address or a topic they are the verification's own, and end with it."""


def sink_address(given: str | None, work: Workspace, name: str = "sink") -> str:
    """As `eventq consume --sink` takes it."""
    kind = given or SQLITE
    if kind == POSTGRESQL:
        return work.postgresql()
    if kind == "kafka:":
        return f"{kind}{work.target(name)}"
    if kind in _OWN:
        return f"{kind}{work.folder / name}.{'db' if kind == SQLITE else 'jsonl'}"
    return kind


def sink_kind(given: str | None, sink: SinkPlan | None) -> str:
    """As it may be shown: an address can have a password in it."""
    kind = given or SQLITE
    return kind if kind in _OWN or sink is None else sink.name


def effects_of(shared: Shared, sink: SinkPlan, group: str) -> SinkSource:
    """What `eventq consume` wrote there."""
    if sink.kind == KAFKA:
        return copied_topic(shared, sink.path)
    if sink.kind == "jsonl":
        from eventq.stores.verify.json_lines import JsonLineRows

        return JsonLineRows(sink.path)
    return effect_rows(shared, group, EffectsUrl(Kind(sink.kind), sink.path, sink.name))
