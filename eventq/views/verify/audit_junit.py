"""What an audit found, as JUnit's XML: a test case for each name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from eventq.core import safe_text
from eventq.core.verify.audit import Audit
from eventq.core.verify.names import COUNTED_ONLY, Name
from eventq.views.verify.audit import example_text


@dataclass(frozen=True, slots=True)
class JunitCase:
    """`outcome` is failure, error or skipped, None for one that passed; `text` has lines of its own."""

    name: str
    outcome: str | None = None
    message: str = ""
    text: str = ""


def junit_xml(found: Audit, command: str = "audit", more: Sequence[JunitCase] = ()) -> bytes:
    """A name that the guarantee does not allow fails if it was found; pending events are an error."""
    cases = [_case(found, name) for name in Name if name not in COUNTED_ONLY]
    return suite_xml(f"eventq {command} {found.delivery.value}", f"eventq.{command}", [*cases, *more])


def suite_xml(name: str, classname: str, cases: Sequence[JunitCase]) -> bytes:
    suite = Element("testsuite", name=name, tests=str(len(cases)))
    counts = Counter(case.outcome for case in cases)
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    for case in cases:
        element = SubElement(suite, "testcase", classname=classname, name=case.name)
        if case.outcome is not None:
            told = SubElement(element, case.outcome, message=case.message)
            told.text = case.text or None
            if case.outcome != "skipped":
                told.set("type", case.name)
    written: bytes = tostring(suite, encoding="utf-8", xml_declaration=True)
    return written


def _outcome(found: Audit, name: Name) -> str | None:
    if not found.checked(name):
        return "skipped"
    if not found.count(name) or found.allowed(name):
        return None
    return "error" if found.allowed(name) is None else "failure"


def _case(found: Audit, name: Name) -> JunitCase:
    outcome = _outcome(found, name)
    if outcome is None:
        return JunitCase(name.value)
    if outcome == "skipped":
        return JunitCase(name.value, outcome, "nothing to find it in was named")
    blame = found.blame(name)
    message = f"{found.count(name)} {name.value}{f' (blame: {blame})' if blame else ''}"
    examples = (safe_text.line(example_text(found, example)) for example in found.examples.get(name, ()))
    return JunitCase(name.value, outcome, message, "\n".join(examples))
