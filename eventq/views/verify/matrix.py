"""The table of guarantees and faults: for a pipe, a terminal, a page in Markdown, as JSON, as JUnit's XML."""

from typing import Any

from eventq.core.consume.delivery import Delivery
from eventq.core.text import duration, plural
from eventq.core.verify.matrix import Cell, Matrix
from eventq.core.verify.names import AuditVerdict, Name
from eventq.views.columns import aligned, drawn, grid, joined, styled
from eventq.views.verify.audit import verdict_line
from eventq.views.verify.audit_junit import JunitCase, suite_xml
from eventq.views.verify.verification import check_line
from eventq.views.verify.verification_json import injected, self_test

_HEADER = ("fault", *(delivery.value for delivery in Delivery))


def lines(found: Matrix) -> str:
    """For a pipe."""
    return joined([_load(found), "", *aligned(_HEADER, _rows(found), _HEADER), "", *_below(found)])


def screen(found: Matrix, width: int) -> str:
    """For a terminal."""
    style = "bold red" if found.exit_code else "green"
    below = [styled(line, style) for line in _below(found)]
    return drawn(width, [_load(found), "", grid(_HEADER, _rows(found), _HEADER), "", *below])


def markdown(found: Matrix) -> str:
    """The table as a page holds it, and below it what it was made with."""
    rows = [_HEADER, ["---"] * len(_HEADER), *_rows(found)]
    table = [f"| {' | '.join(row)} |" for row in rows]
    seconds = sum(phase.seconds for phase in found.phases)
    made = f"{_load(found)}; {len(found.cells)} runs in {duration(seconds)}; {check_line(found.self_test)}."
    return joined([*table, "", made])


def document(found: Matrix) -> dict[str, Any]:
    """See docs/json.md."""
    return {
        "name": found.name,
        "messages": found.messages,
        "sink": found.sink,
        "verdict": (AuditVerdict.BROKEN if found.broken else _verdict(found)).value,
        "self_test": self_test(found.self_test),
        "cells": [_cell(cell) for cell in found.cells],
        "phases": [{"phase": each.name, "seconds": round(each.seconds, 3)} for each in found.phases],
    }


def _verdict(found: Matrix) -> AuditVerdict:
    return AuditVerdict.HOLDS if all(cell.holds for cell in found.cells) else AuditVerdict.UNFINISHED


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "fault": cell.fault,
        "delivery": cell.delivery.value,
        "verdict": cell.audit.verdict.value,
        "timed_out": not cell.settled,
        "acked": sum(run.acked for run in cell.audit.runs),
        "processed": sum(run.processed or 0 for run in cell.audit.runs),
        "lost": cell.lost,
        "duplicate": cell.duplicate,
        "broken": {name.value: cell.audit.count(name) for name in cell.audit.broken},
        "injected": injected(cell.faulted),
    }


def junit_xml(found: Matrix) -> bytes:
    """A case for each cell, and for whether the check can fail."""
    cases = [_case(cell) for cell in found.cells]
    tested = found.self_test
    cases.append(JunitCase("the check can fail", None if tested.can_fail else "error", check_line(tested)))
    return suite_xml("eventq verify --matrix", "eventq.verify.matrix", cases)


def _case(cell: Cell) -> JunitCase:
    name = f"{cell.delivery.value}, {cell.fault}"
    if cell.audit.verdict is AuditVerdict.BROKEN:
        return JunitCase(name, "failure", verdict_line(cell.audit))
    return JunitCase(name) if cell.holds else JunitCase(name, "error", "not everything was processed in time")


def _rows(found: Matrix) -> list[list[str]]:
    by_place = {(cell.fault, cell.delivery): cell for cell in found.cells}
    return [[fault, *(_text(by_place[fault, d]) for d in Delivery)] for fault in found.faults]


def _text(cell: Cell) -> str:
    """`12 lost, 0 twice`: what the guarantee rules out is said too where it was found."""
    text = f"{cell.lost} lost, {cell.duplicate} twice"
    others = [name for name in cell.audit.broken if name not in {Name.LOST, Name.DUPLICATE}]
    text += "".join(f", {cell.audit.count(name)} {name.value}" for name in others)
    if cell.audit.broken:
        return f"{text}: BROKEN"
    return text if cell.settled else f"{text}, unfinished"


def _load(found: Matrix) -> str:
    return f"{plural(found.messages, 'event', ',')} a run, into {found.sink}"


def _below(found: Matrix) -> list[str]:
    broken = [f"{cell.fault}: {verdict_line(cell.audit)}" for cell in found.broken]
    late = [
        f"{cell.fault}: {cell.delivery.value} was not finished" for cell in found.cells if not cell.settled
    ]
    return [*(broken + late or ["every guarantee holds"]), check_line(found.self_test)]
