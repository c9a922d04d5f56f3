"""Which class copies records to a topic, and whether that topic can take them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from eventq.core.consume.delivery import KAFKA, SinkPlan, is_transactional
from eventq.core.consume.plan import MemberPlan
from eventq.core.errors import NotFound
from eventq.loops.consume.effect_store import EffectStore
from eventq.loops.consume.transactional_producer import CopyTransactions

if TYPE_CHECKING:
    from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin


def copies(plan: MemberPlan, sink: SinkPlan) -> EffectStore:
    if plan.client == "librdkafka":
        from eventq.broker.consume.librdkafka_copies import LibrdkafkaCopies

        return LibrdkafkaCopies(plan, sink.path)
    from eventq.broker.consume.kafka_python_copies import KafkaPythonCopies

    return KafkaPythonCopies(plan, sink.path)


def transactional_producer(plan: MemberPlan, sink: SinkPlan) -> CopyTransactions:
    transactional_id = sink.transactional_id(plan.number)
    if plan.client == "librdkafka":
        from eventq.broker.consume.librdkafka_transactions import LibrdkafkaTransactionalCopies

        return LibrdkafkaTransactionalCopies(plan, sink.path, transactional_id)
    from eventq.broker.consume.kafka_python_transactions import KafkaPythonTransactionalCopies

    return KafkaPythonTransactionalCopies(plan, sink.path, transactional_id)


def check_target(member: MemberPlan, admin: "KafkaPythonClusterAdmin") -> None:
    """NotFound for a target topic that is not there: copying never creates one."""
    sink = member.sink
    if sink is not None and sink.kind == KAFKA and not admin.has_topic(sink.path):
        raise NotFound(
            f"no such topic: {sink.path}, which --sink {sink.name} copies to",
            hint=f"eventq topic create {sink.path} --partitions {len(admin.partitions())}",
        )


def end_transactions(member: MemberPlan, admin: "KafkaPythonClusterAdmin") -> Callable[[int], None]:
    """Ends what member n left open when it died; nothing where there are no transactions."""
    sink = member.sink
    if sink is None or not is_transactional(member.delivery, sink.kind):
        return lambda _number: None
    return lambda number: admin.end_transaction(sink.transactional_id(number))
