"""The audit of one run's ledger, log and sink, and whether it could have failed."""

from collections.abc import Callable

from eventq.core.clock import Clock
from eventq.core.verify.audit import Audit
from eventq.core.verify.runs import Runs
from eventq.core.verify.self_test import SelfTest
from eventq.loops.verify.audit import KafkaAccess, look
from eventq.loops.verify.judge import AuditPlan, LogAccess, SinkSource, judge
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.self_test import self_test


def audited(
    plan: AuditPlan, ledger: str, sink: SinkSource, cluster: KafkaAccess, clock: Clock
) -> tuple[Audit, Callable[[], SelfTest]]:
    """The audit, and what tests it. `plan` names a topic."""
    ledgers, looked = Ledgers([ledger]), list[LogAccess]()

    def look_once(runs: Runs) -> LogAccess | None:
        log = look(plan, runs, cluster, clock)
        looked.extend([log] if log is not None else [])
        return log

    found = judge(plan, ledgers, [sink], look_once, clock)
    return found, lambda: self_test(plan, ledger, ledgers, sink, looked[0], found, clock)
