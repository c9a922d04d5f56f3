"""What an audit found: a table of names, the first events of each, the verdict."""

from collections.abc import Iterable

from rich.console import RenderableType

from eventq.core import safe_text
from eventq.core.text import plural
from eventq.core.verify.audit import Audit, RunResult
from eventq.core.verify.findings import Example
from eventq.core.verify.names import COUNTED_ONLY, AuditVerdict, Name
from eventq.views.columns import aligned, digits, drawn, grid, joined, styled
from eventq.views.lag.lines import Number, number

_RUNS = ("run", "acked", "failed", "unknown", "aborted", "dropped", "processed", "ledger")
_NAMES = ("found", "count", "allowed", "blame")
_TEXT = frozenset({"run", "ledger", "found", "allowed", "blame"})
_STYLES = {AuditVerdict.HOLDS: "green", AuditVerdict.BROKEN: "bold red", AuditVerdict.UNFINISHED: "yellow"}


def lines(found: Audit) -> str:
    """For a pipe."""
    text = [*aligned(_RUNS, _runs(found, digits), _TEXT), ""]
    text += aligned(_NAMES, _names(found, digits), _TEXT)
    return joined([*text, *_below(_told(found)), "", verdict_line(found)])


def screen(found: Audit, width: int) -> str:
    """For a terminal."""
    things: list[RenderableType] = [grid(_RUNS, _runs(found, number), _TEXT), ""]
    things.append(grid(_NAMES, _names(found, number), _TEXT))
    things += _below(_told(found))
    return drawn(width, [*things, "", styled(verdict_line(found), _STYLES[found.verdict])])


def verdict_line(found: Audit) -> str:
    delivery = found.delivery.value
    if found.verdict is AuditVerdict.HOLDS:
        return f"{delivery} holds"
    if found.verdict is AuditVerdict.UNFINISHED:
        return f"{delivery} is unfinished: {plural(found.count(Name.PENDING) or 0, 'event')} pending"
    what = ", ".join(f"{found.count(name)} {name.value}" for name in found.broken)
    return f"{delivery} is broken: {what}"


def _runs(found: Audit, number: Number) -> list[list[str]]:
    return [_run(run, number) for run in found.runs]


def _run(run: RunResult, number: Number) -> list[str]:
    counts = (run.acked, run.failed, run.unknown, run.aborted, run.dropped, run.processed)
    ledger = run.file if run.complete else f"{run.file} (not complete)"
    return [run.run, *map(number, counts), ledger]


def _names(found: Audit, number: Number) -> list[list[str]]:
    return [
        [name.value, number(found.count(name)), _allowed(found, name), _blame(found, name)] for name in Name
    ]


def _allowed(found: Audit, name: Name) -> str:
    if not found.checked(name):
        return "not checked"
    if name in COUNTED_ONLY:
        return "counted only"
    return {True: "yes", False: "no", None: "not finished"}[found.allowed(name)]


def _blame(found: Audit, name: Name) -> str:
    return (found.blame(name) or "-") if name in found.broken else ""


def _below(told: list[str]) -> list[str]:
    return ["", *told] if told else []


def _told(found: Audit) -> list[str]:
    return [*_examples(found), *_dead_letters(found)]


def _dead_letters(found: Audit) -> list[str]:
    return [
        f"{safe_text.line(sink.sink)}: {plural(sink.dead_letters, 'event')} put aside as dead letters"
        for sink in found.sinks
        if sink.dead_letters
    ]


def _examples(found: Audit) -> list[str]:
    return [example_text(found, example) for name in Name for example in _of(found, name)]


def _of(found: Audit, name: Name) -> Iterable[Example]:
    return found.examples.get(name, ())


def example_text(found: Audit, example: Example) -> str:
    """`lost orders:0 offset 17, event 17 of worker 0 of run 372d8a68`"""
    event = f"event {example.sequence} of worker {example.worker} of run {example.run}"
    if example.sink is not None:
        return f"{example.name.value} in {example.sink}: {event}"
    if example.partition is None:
        return f"{example.name.value}: {event}"
    topic = next(run.topic for run in found.runs if run.run == example.run)
    offset = "" if example.offset is None else f" offset {example.offset}"
    return f"{example.name.value} {topic}:{example.partition}{offset}, {event}"
