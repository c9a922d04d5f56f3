"""What a command needs beyond the base installation."""

from importlib.util import find_spec

from eventq.core.errors import UsageError


def require(module: str, extra: str) -> None:
    """UsageError that says what to install, before anything is done."""
    if not _is_there(module):
        raise UsageError(f"{module} is not installed", hint=f"pip install 'eventq[{extra}]'")


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package that `module` would lie in
        return False
