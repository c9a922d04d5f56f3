"""Labels that a user adds to every metric of the exporter."""

import re
from collections.abc import Sequence

from eventq.core import safe_text
from eventq.core.errors import UsageError

OWN_LABELS = frozenset({"consumergroup", "topic", "partition", "verdict"})
"""The names that the exporter's own metrics have."""

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")

Labels = tuple[tuple[str, str], ...]


def parse_labels(given: Sequence[str]) -> Labels:
    """(name, value) of each; UsageError for what Prometheus would refuse, drop or take for ours."""
    found: dict[str, str] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator:
            raise UsageError(f"--label {text!r:.120} is not name=value", hint="such as --label cluster=east")
        _check_name(name)
        if name in found:
            raise UsageError(f"--label {name} is given twice", hint="a metric has one value of a label")
        found[name] = _checked(name, value)
    return tuple(found.items())


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"--label: Prometheus allows no label of the name {name!r:.120}",
            hint="letters from a to z, digits and _, and no digit first",
        )
    if name.startswith("__"):
        raise UsageError(
            f"--label: {name:.120} is a name that Prometheus keeps for itself", hint="no __ at its beginning"
        )
    if name in OWN_LABELS:
        raise UsageError(
            f"--label: the exporter's own metrics have the label {name}",
            hint=f"another name than {', '.join(sorted(OWN_LABELS))}",
        )


def _checked(name: str, value: str) -> str:
    if not value:
        raise UsageError(
            f"--label {name}= has no value: Prometheus takes that for no label",
            hint="leave it out, or give a value",
        )
    if not safe_text.is_unicode(value):
        raise UsageError(f"--label {name}: its value is not UTF-8", hint="Prometheus reads nothing else")
    return value
