"""The shell's completion, which Typer installs: it rewrites files of the user's, such as ~/.bashrc."""

from pathlib import Path, PosixPath

from typer import _completion_shared

from eventq.commands.whole_file import write_file


class _WholeFile(PosixPath):
    """A path to a file that is written whole, or stays as it was; bytes that are not UTF-8 are kept."""

    def read_text(self, *_: object, **__: object) -> str:
        return self.read_bytes().decode(errors="surrogateescape")

    def write_text(self, data: str, *_: object, **__: object) -> int:
        write_file(Path(self), data.encode(errors="surrogateescape"))
        return len(data)


def write_whole() -> None:
    """So does Typer from now on."""
    _completion_shared.Path = _WholeFile  # type: ignore[attr-defined]
