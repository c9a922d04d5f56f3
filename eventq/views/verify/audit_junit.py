"""What an audit found, as JUnit's XML: a test case for each name."""

from xml.etree.ElementTree import Element, SubElement, tostring

from eventq.core import safe_text
from eventq.core.verify.audit import Audit
from eventq.core.verify.names import COUNTED_ONLY, Name
from eventq.views.verify.audit import example_text


def junit_xml(found: Audit) -> bytes:
    """A name that the guarantee does not allow fails if it was found; pending events are an error."""
    names = [name for name in Name if name not in COUNTED_ONLY]
    suite = Element("testsuite", name=f"eventq audit {found.delivery.value}", tests=str(len(names)))
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for name in names:
        case = SubElement(suite, "testcase", classname="eventq.audit", name=name.value)
        outcome = _outcome(found, name)
        if outcome is not None:
            counts[outcome] += 1
            _add(case, outcome, found, name)
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    written: bytes = tostring(suite, encoding="utf-8", xml_declaration=True)
    return written


def _outcome(found: Audit, name: Name) -> str | None:
    if not found.checked(name):
        return "skipped"
    if not found.count(name) or found.allowed(name):
        return None
    return "error" if found.allowed(name) is None else "failure"


def _add(case: Element, outcome: str, found: Audit, name: Name) -> None:
    if outcome == "skipped":
        SubElement(case, outcome, message="nothing to find it in was named")
        return
    blame = found.blame(name)
    text = f"{found.count(name)} {name.value}{f' (blame: {blame})' if blame else ''}"
    told = SubElement(case, outcome, message=text, type=name.value)
    told.text = "\n".join(
        safe_text.line(example_text(found, example)) for example in found.examples.get(name, ())
    )
