"""What a verification did and found, as a document; see docs/json.md."""

from typing import Any

from eventq.core.verify.self_test import SelfTest
from eventq.core.verify.verification import Faulted, Verification
from eventq.views.verify import audit_json


def document(found: Verification) -> dict[str, Any]:
    """That of the audit, and what was injected, how long each phase took, and whether the check can fail."""
    return {
        "name": found.name,
        "messages": found.messages,
        "members": found.members,
        "sink": found.sink,
        "timed_out": found.timed_out is not None,
        "self_test": self_test(found.self_test),
        "injected": injected(found.faults),
        "phases": [{"phase": each.name, "seconds": round(each.seconds, 3)} for each in found.phases],
        **audit_json.document(found.audit),
    }


def self_test(tested: SelfTest) -> dict[str, Any]:
    return {
        "can_fail": tested.can_fail,
        "planted": sorted(name.value for name in tested.planted),
        "missed": [name.value for name in tested.missed],
        "wrong": [name.value for name in tested.wrong],
        "left_out": [{"name": name.value, "reason": why} for name, why in tested.left_out.items()],
    }


def injected(faults: Faulted) -> dict[str, Any]:
    return {
        "asked": list(faults.asked),
        "seed": faults.seed,
        "counts": dict(sorted(faults.counts.items())),
        "restarts": faults.restarts,
        "faults": [
            {
                "fault": each.what,
                "member": each.member,
                "seconds": round(each.seconds, 3),
                "processed": each.processed,
            }
            for each in faults.injected
        ],
    }
