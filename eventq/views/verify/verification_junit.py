"""What a verification found, as JUnit's XML: the cases of its audit, and that it can be trusted."""

from eventq.core.verify.verification import Verification
from eventq.views.verify import audit_junit
from eventq.views.verify.audit_junit import JunitCase
from eventq.views.verify.verification import check_line


def junit_xml(found: Verification) -> bytes:
    finished = JunitCase("finished")
    if found.timed_out is not None:
        finished = JunitCase("finished", "error", "the group had not processed everything in time")
    tested = found.self_test
    can_fail = JunitCase("the check can fail", None if tested.can_fail else "error", check_line(tested))
    return audit_junit.junit_xml(found.audit, "verify", [finished, can_fail])
