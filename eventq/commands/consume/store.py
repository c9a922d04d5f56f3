"""Which class keeps the effects of a run."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from eventq.core.consume.delivery import KAFKA, Delivery, SinkPlan
from eventq.core.consume.injection import NO_FAULTS, CrashPoint
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.report import Offsets
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.effect_store import EffectStore, PositionStore

_A_FILE = "is there such a folder, and may it be written?"
_UNOPENED = {
    "sqlite": _A_FILE,
    "jsonl": _A_FILE,
    "postgresql": "does it run there, and does it let this user in?",
}


def position_store(plan: MemberPlan, sink: SinkPlan, crash: CrashPoints) -> PositionStore:
    """Of a kind that can keep positions: see check_delivery."""
    before, after = (
        partial(crash.pass_by, point) for point in (CrashPoint.BEFORE_COMMIT, CrashPoint.AFTER_COMMIT)
    )
    if sink.kind == "postgresql":
        from eventq.stores.consume.postgresql import PostgresqlEffects

        return PostgresqlEffects(sink, plan, before, after)
    from eventq.stores.consume.sqlite import SqliteEffects

    return SqliteEffects(sink.path, plan, sink.topic_id, before, after)


def effect_store(plan: MemberPlan, sink: SinkPlan) -> EffectStore:
    if sink.kind == KAFKA:
        from eventq.commands.consume.copies import copies

        return copies(plan, sink)
    if sink.kind != "jsonl":
        return position_store(plan, sink, CrashPoints(NO_FAULTS, 0, 0))
    from eventq.stores.consume.jsonl import JsonLines

    return JsonLines(sink.path, plan)


def with_store(member: MemberPlan, topic_id: str | None) -> MemberPlan:
    """With the topic's id for its sink, which is looked at before any member starts; EventqError for a sink
    that can't be used.
    """
    if member.sink is None or member.sink.kind == KAFKA:
        return member
    sink = replace(member.sink, topic_id=topic_id or member.topic)
    store = effect_store(replace(member, number=1), sink)
    try:
        store.open()
    except StoreUnavailable as error:
        raise EventqError(
            f"--sink {sink.name} can't be opened: {error}",
            hint=_UNOPENED[sink.kind],
        ) from error
    finally:
        store.close()
    return replace(member, sink=sink)


def stored_positions(member: MemberPlan) -> Callable[[], Offsets]:
    """Asks for the positions that the sink of the run keeps: none where it keeps none, or can't be read."""
    sink = member.sink
    if sink is None or sink.kind == KAFKA or member.delivery is not Delivery.EXACTLY_ONCE:
        return dict
    store = position_store(member, sink, CrashPoints(NO_FAULTS, 0, 0))

    def read() -> Offsets:
        try:
            store.open()
            return store.positions()
        except StoreUnavailable:
            return {}
        finally:
            store.close()

    return read
