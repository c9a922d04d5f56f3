"""`eventq report merge`: the reports of one load, or of one group, as the one of a single run."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import typer

from eventq.commands.output import write, write_json
from eventq.core import safe_text
from eventq.core.consume import report_merge as consume_merge
from eventq.core.consume import report_reading as consume_reading
from eventq.core.errors import EventqError, UsageError
from eventq.core.produce import report_merge as produce_merge
from eventq.core.produce import report_reading as produce_reading
from eventq.core.text import plural
from eventq.views.consume import report as consume_view
from eventq.views.produce import report as produce_view

_HINT = "name files that `eventq produce -o json` or `eventq consume -o json` wrote"
_FORMATS = ("text", "json")
_Report = TypeVar("_Report")


class ReportKind(Generic[_Report]):
    """How reports of one command are read, merged and shown."""

    def __init__(
        self,
        read: Callable[[Mapping[str, Any]], _Report],
        merged: Callable[[Sequence[_Report]], _Report],
        text: Callable[[_Report], str],
        document: Callable[[_Report], dict[str, Any]],
    ) -> None:
        self._read, self._merged, self._text, self.document = read, merged, text, document

    def read(self, file: str, found: Mapping[str, Any]) -> _Report:
        """UsageError for what is no such report, or says what nobody here would merge."""
        try:
            report = self._read(found)
            lost = _lost(found, self.document(report))
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise UsageError(f"{file} is no whole report: {_why(error)}", hint=_HINT) from error
        if lost is not None:
            raise UsageError(f"{file}: its {lost} can't be merged", hint="is it of another version?")
        return report

    def show(self, reports: Sequence[_Report], output: str) -> _Report:
        whole = self._merged(reports)
        if output == "json":
            write_json(self.document(whole))
        else:
            write(self._text(whole))
        return whole


_PRODUCE = ReportKind(
    produce_reading.read_report, produce_merge.merged_report, produce_view.report_text, produce_view.document
)
_CONSUME = ReportKind(
    consume_reading.read_report, consume_merge.merged_report, consume_view.report_text, consume_view.document
)


def merge(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Reports written by -o json.")],
    output: Annotated[str, typer.Option("-o", "--output", help="Output format: text or json.")] = "text",
) -> None:
    """Put reports of produce, or of consume, together: the report that one run would have had.

    Exit code 1 if shards are missing.
    """
    if output not in _FORMATS:
        raise UsageError(f"no such format: -o {output}", hint=f"one of {', '.join(_FORMATS)}")
    found = [(safe_text.line(str(path)), _document(path)) for path in files]
    groups = ["group" in document for _, document in found]
    if all(groups):
        _CONSUME.show([_CONSUME.read(*each) for each in found], output)
        return
    if any(groups):
        raise UsageError("reports of produce and of consume together", hint="merge them apart")
    whole = _PRODUCE.show([_PRODUCE.read(*each) for each in found], output)
    missing = produce_merge.missing_shards(whole.shard)
    if missing:
        names = ", ".join(map(str, missing[:10])) + (" and more" if len(missing) > 10 else "")  # noqa: PLR2004
        raise EventqError(
            f"{plural(len(missing), 'shard')} of the load missing: {names}", hint="merge their reports too"
        )


def _document(path: Path) -> dict[str, Any]:
    import orjson

    name = safe_text.line(str(path))
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not one JSON document"
        raise UsageError(f"{name} can't be read: {reason}", hint=_HINT) from error
    if not isinstance(found, dict):
        raise UsageError(f"{name} is no report", hint=_HINT)
    return found


def _why(error: Exception) -> str:
    missing = isinstance(error, KeyError) and error.args
    return f"it has no {error.args[0]}" if missing else f"{error!s:.200}"


def _lost(found: Any, kept: Any, name: str = "report") -> str | None:
    """The first field that was not understood; fractions are derived, or rounded."""
    if isinstance(found, dict) and isinstance(kept, dict):
        for key in [*found, *kept]:
            if key not in found or key not in kept:
                return str(key)
        return next((lost for key in found if (lost := _lost(found[key], kept[key], key))), None)
    if isinstance(found, list) and isinstance(kept, list) and len(found) == len(kept):
        return next(
            (lost for one, other in zip(found, kept, strict=True) if (lost := _lost(one, other, name))), None
        )
    return None if found == kept or isinstance(found, float) or isinstance(kept, float) else name


def register(group: typer.Typer) -> None:
    group.command("merge")(merge)
