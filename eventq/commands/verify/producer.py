"""The topic of a verification, and the producer that fills it."""

from dataclasses import replace

from eventq.commands.consume.launch import check_room, prepare
from eventq.commands.produce.launch import launcher
from eventq.commands.produce.output import ProduceOutput
from eventq.commands.produce.worker import generated
from eventq.commands.verify.options import VerifyOptions
from eventq.commands.verify.plans import topic_wish
from eventq.commands.verify.session import Session
from eventq.commands.verify.workspace import Workspace
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.produce.feed import Share
from eventq.core.produce.plan import ProducePlan
from eventq.core.topic.topics import TopicWish
from eventq.loops.clock import SystemClock
from eventq.loops.produce.parent import WorkerPool


def prepared(session: Session, options: VerifyOptions, plan: GroupPlan, member: MemberPlan) -> TopicWish:
    """Makes the topics, the database, and what the members of such a group start from."""
    wish = topic_wish(session.shared, options)
    check_room(plan, wish.partitions)
    prepare(plan.client, member.sink)
    session.workspace.start_postgresql()
    session.make_topics(wish)
    return wish


def producer_pool(sent: ProducePlan, work: Workspace) -> WorkerPool:
    """One worker, in this process; its ledger tells which topic it is, by the topic's id."""
    if sent.ledger is not None:
        sent = replace(sent, ledger=replace(sent.ledger, cluster=work.cluster_id, topic_id=work.topic_id))
    launch, wait = launcher(sent, [Share()], generated(sent, Share()))
    quiet = ProduceOutput(sent, live=False, quiet=True)
    return WorkerPool(sent.schedule, [Share()], launch, wait, SystemClock(), quiet, keyed=True)
