"""What stands on the command line, before anything is made of it."""

import os
import re
from collections.abc import Sequence

from eventq.core import safe_text
from eventq.core.errors import UsageError

_OPTION = re.compile(r"-\w|--[a-z-]+")


def check_arguments(arguments: Sequence[str]) -> None:
    """UsageError for one that is not UTF-8: no client could send it, and they hang or crash over it.

    It is not shown, as it may be a secret.
    """
    before = ""
    for number, argument in enumerate(arguments, 1):
        if not safe_text.is_unicode(argument):
            after = f", after {before}," if _OPTION.fullmatch(before) else ""
            raise UsageError(f"argument {number}{after} is not UTF-8", hint=_way_out(argument))
        before = argument


def _way_out(argument: str) -> str:
    try:
        os.fsencode(argument).decode()
    except UnicodeError:
        return "Kafka's names and settings are Unicode: encode it as UTF-8"
    return "this locale takes only ASCII: set PYTHONUTF8=1, or a locale of UTF-8"
