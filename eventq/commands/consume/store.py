"""Which class keeps the effects of a run."""

from eventq.core.consume.delivery import SinkPlan
from eventq.core.consume.plan import MemberPlan
from eventq.loops.consume.effect_store import EffectStore, PositionStore


def position_store(plan: MemberPlan, sink: SinkPlan) -> PositionStore:
    """Of a kind that can keep positions: see check_delivery."""
    from eventq.stores.consume.sqlite import SqliteEffects

    return SqliteEffects(sink.path, plan, sink.topic_id)


def effect_store(plan: MemberPlan, sink: SinkPlan) -> EffectStore:
    if sink.kind == "sqlite":
        return position_store(plan, sink)
    from eventq.stores.consume.jsonl import JsonLines

    return JsonLines(sink.path, plan)
