"""How a process ended, in words."""

import signal


def exit_name(code: int | None) -> str | int | None:
    """A signal by its name, anything else as it is."""
    if code is None or code >= 0:
        return code
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
