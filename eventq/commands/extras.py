"""What a command needs beyond the base installation."""

from importlib.util import find_spec

from eventq.core.errors import UsageError


def require(module: str, extra: str) -> None:
    """UsageError that says what to install, before anything is done."""
    if find_spec(module) is None:
        raise UsageError(f"{module} is not installed", hint=f"pip install 'eventq[{extra}]'")
