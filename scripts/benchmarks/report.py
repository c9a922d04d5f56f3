"""docs/performance.md and a JSON file out of the outcomes of a run, and a run held against an earlier one."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.rounds import Figure, Outcome, Reached
from eventq.loops.local.java_runtime import find_java

BEGIN, END = "<!-- figures: written by scripts/bench -->", "<!-- end of figures -->"


def document(outcomes: Sequence[Outcome], machine: Mapping[str, str]) -> dict[str, Any]:
    """Everything that was measured, run by run."""
    date = machine["date"]
    return {"machine": dict(machine), "suites": {one.suite.title: _suite(one, date) for one in outcomes}}


def together(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What was measured now, and earlier what was not."""
    return {**now, "suites": {**earlier["suites"], **now["suites"]}}


def _suite(outcome: Outcome, date: str) -> dict[str, Any]:
    return {
        "date": date,
        "unit": outcome.suite.unit,
        "settings": outcome.suite.settings,
        "figures": {name: [_figure(one) for one in runs] for name, runs in outcome.figures.items()},
        "targets": {one.target.name: _judged(one) for one in outcome.reached},
    }


def _figure(one: Figure) -> dict[str, Any]:
    return {
        "value": round(one.value, 6),
        "wall_seconds": round(one.wall, 3),
        "cpu_seconds": round(one.cpu, 3),
        "peak_bytes": one.peak,
        "peak_sum_bytes": one.peak_sum,
        **one.more,
    }


def _judged(one: Reached) -> dict[str, Any]:
    return {
        "rounds": [round(number, 6) for number in one.rounds],
        "median": round(one.median, 4),
        "required": one.target.required,
        "aim": one.target.aim,
        "verdict": one.verdict,
    }


def machine() -> dict[str, str]:
    names = ("eventq", "confluent-kafka", "kafka-python", "orjson", "typer")
    said = subprocess.run([find_java(), "-version"], capture_output=True, text=True, check=False).stderr
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "java": said.splitlines()[0] if said else "none",
        **{name: version(name) for name in names},
    }


def markdown(found: Mapping[str, Any]) -> str:
    """The tables, of a document that this or an earlier run wrote."""
    on = ", ".join(f"{name} {value}" for name, value in found["machine"].items() if name != "date")
    parts = [f"Measured on {on}; the broker ran beside the client.\n"]
    for title, suite in found["suites"].items():
        parts.append(_section(title, suite))
        if suite["targets"]:
            parts.append(_targets(suite["targets"]))
    return "\n".join(parts)


def _section(title: str, suite: Mapping[str, Any]) -> str:
    head = f"### {title[0].upper()}{title[1:]}"
    return f"{head}\n\n{suite['settings']} ({suite['date']}).\n\n{_figures(suite)}"


def _figures(suite: Mapping[str, Any]) -> str:
    head = (
        f"| | {suite['unit']}: min | median | max | wall s | cpu s | largest process MB | sum MB | also |\n"
    )
    rows = [_row(name, runs) for name, runs in suite["figures"].items()]
    return head + "|---|--:|--:|--:|--:|--:|--:|--:|---|\n" + "".join(rows)


def _row(name: str, runs: Sequence[Mapping[str, Any]]) -> str:
    values = sorted(run["value"] for run in runs)
    cells = [name, *map(_number, (values[0], median(values), values[-1]))]
    cells += [f"{median(run[key] for run in runs):.2f}" for key in ("wall_seconds", "cpu_seconds")]
    cells += [f"{median(run[key] for run in runs) / 1e6:.0f}" for key in ("peak_bytes", "peak_sum_bytes")]
    fixed = ("value", "wall_seconds", "cpu_seconds", "peak_bytes", "peak_sum_bytes")
    more = {key: [run[key] for run in runs if run.get(key) is not None] for key in runs[0]}
    also = [f"{key} {_number(median(found))}" for key, found in more.items() if found and key not in fixed]
    return f"| {' | '.join([*cells, ', '.join(also)])} |\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _targets(targets: Mapping[str, Any]) -> str:
    head = "| round by round | min | median | max | to reach | aim | |\n|---|--:|--:|--:|--:|--:|---|\n"
    return head + "".join(_target(name, found) for name, found in targets.items())


def _target(name: str, found: Mapping[str, Any]) -> str:
    rounds, bounds = sorted(found["rounds"]), (found["required"], found["aim"])
    numbers = (rounds[0], found["median"], rounds[-1], *bounds)
    return f"| {' | '.join([name, *(f'{number:.3g}' for number in numbers), found['verdict']])} |\n"


def write(page: Path, found: Mapping[str, Any]) -> None:
    """Replaces the figures in the page and leaves the words around them."""
    text = page.read_text(encoding="utf-8") if page.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{markdown(found)}{END}{after}", encoding="utf-8")


def against(found: Mapping[str, Any], earlier: Mapping[str, Any]) -> str:
    """A line for each figure and target that both runs have: now ÷ then, by their medians."""
    lines = []
    for title, suite in found["suites"].items():
        old = earlier["suites"].get(title, {"figures": {}, "targets": {}})
        for name in suite["figures"].keys() & old["figures"].keys():
            now, then = (median(run["value"] for run in s["figures"][name]) for s in (suite, old))
            lines.append(
                f"{title}: {name}: {_number(now)} {suite['unit']}, {now / then:.2f} of {_number(then)}"
            )
        for name in suite["targets"].keys() & old["targets"].keys():
            now, then = (s["targets"][name]["median"] for s in (suite, old))
            lines.append(f"{title}: target {name}: {now:.2f}, was {then:.2f}")
    return "\n".join(sorted(lines)) + "\n"


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def save(path: Path, found: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
