"""A terminal's screen as SVG: the live view in a pty, read by an emulator, drawn as it stands there."""

import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pexpect
import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from first_queue import burst

_CHECKOUT = Path(__file__).resolve().parents[2]
_PICTURE = _CHECKOUT / "docs" / "lag-watch.svg"
_LINES, _COLUMNS = 24, 96
_BURST, _DEEP_AFTER = 20, 14.0


def main() -> None:
    kafka = str(_CHECKOUT / "scripts" / "kafka")
    up = [kafka, "up", "--name", "picture"]
    bootstrap = subprocess.run(up, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    try:
        with tempfile.TemporaryDirectory() as folder:
            program = _CHECKOUT / ".venv" / "bin" / "eventq"
            screen = _watched(burst.Eventq(program, burst.environment(bootstrap), Path(folder)))
    finally:
        subprocess.run([kafka, "wipe", "--name", "picture", "--yes"], check=True)
    _PICTURE.write_text(_svg(screen), encoding="utf-8")
    print(f"drew {_PICTURE.relative_to(_CHECKOUT)}")


def _watched(eventq: burst.Eventq) -> Any:
    """The emulator's screen some seconds into the burst, when the queue is deep."""
    eventq.call("topic", "create", burst.TOPIC, "--partitions", "10")
    with ExitStack() as stack:
        stack.enter_context(eventq.started("produce", *burst.produce(_BURST)))
        stack.enter_context(eventq.started("consume", *burst.consume(_BURST)))
        words = ["lag", "watch", *burst.QUEUE]
        environment = {**eventq.environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        size = (_LINES, _COLUMNS)
        child = pexpect.spawn(str(eventq.program), words, env=environment, dimensions=size)
        screen = pyte.Screen(_COLUMNS, _LINES)
        _read(child, pyte.ByteStream(screen), _DEEP_AFTER)
        child.close(force=True)
    return screen


def _read(child: Any, stream: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(pexpect.TIMEOUT):
            stream.feed(child.read_nonblocking(65536, timeout=0.2))


def _svg(screen: Any) -> str:
    console = Console(record=True, width=_COLUMNS, file=StringIO(), color_system="truecolor")
    lines = [_line(screen.buffer[row]) for row in range(_LINES)]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    console.print(*lines, sep="\n")
    return console.export_svg(title="eventq lag watch")


def _line(cells: Any) -> Text:
    line = Text(no_wrap=True)
    for column in range(_COLUMNS):
        line.append(cells[column].data, _style(cells[column]))
    line.rstrip()
    return line


def _style(cell: Any) -> Style:
    return Style(
        color=_color(cell.fg),
        bgcolor=_color(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        reverse=cell.reverse,
    )


def _color(name: str) -> str | None:
    """Of pyte's names: `default`, one of eight (`brown` is yellow), `bright` before one, or six digits."""
    if name == "default":
        return None
    if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name):
        return f"#{name}"
    return name.replace("brown", "yellow").replace("bright", "bright_")


if __name__ == "__main__":
    main()
