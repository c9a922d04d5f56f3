"""The audit of what one group of a verification has done."""

from collections.abc import Callable

from eventq.commands.verify.run import cluster_access
from eventq.commands.verify.session import Session
from eventq.commands.verify.sinks import effects_of
from eventq.core.consume.plan import MemberPlan
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation
from eventq.core.verify.audit import Audit
from eventq.core.verify.self_test import SelfTest
from eventq.loops.clock import SystemClock
from eventq.loops.verify.audited import audited
from eventq.loops.verify.judge import AuditPlan


def audit_group(session: Session, member: MemberPlan) -> tuple[Audit, Callable[[], SelfTest]]:
    """By the ledger of the verification, and how to find out whether the audit could have failed."""
    if member.sink is None:
        raise UsageError("a verification needs a sink", hint="--sink sqlite:")
    plan = AuditPlan(member.topic, member.group, member.delivery, Isolation.READ_COMMITTED)
    sink = effects_of(session.shared, member.sink, member.group)
    cluster = cluster_access(session.shared, plan)
    return audited(plan, session.workspace.ledger, sink, cluster, SystemClock())
