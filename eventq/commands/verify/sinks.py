"""Where the effects of a verification go, and how they are read."""

from pathlib import Path

from eventq.core.consume.delivery import SinkPlan
from eventq.core.verify.stamps import StampKind
from eventq.loops.verify.judge import SinkSource

_FILES = {None: "sqlite:", "sqlite:": "sqlite:", "jsonl:": "jsonl:"}
"""Without a path they go to a file of the verification's own."""


def sink_address(given: str | None, folder: Path, name: str = "sink") -> str:
    """As `eventq consume --sink` takes it."""
    kind = _FILES.get(given)
    return given or "" if kind is None else f"{kind}{folder / name}.{'db' if kind == 'sqlite:' else 'jsonl'}"


def effects_of(sink: SinkPlan, group: str) -> SinkSource:
    """What `eventq consume` wrote there."""
    if sink.kind == "sqlite":
        from eventq.stores.verify.effects import EffectRows

        return EffectRows(sink.path, group)
    from eventq.stores.verify.json_lines import JsonLineRows

    return JsonLineRows(sink.path, StampKind.ID)
