"""Effective settings as lines and as a document; secrets must be masked before they get here."""

from typing import Any

from eventq.core.settings.config import Effective
from eventq.core.settings.settings import Setting
from eventq.views.columns import aligned, joined

_HEADER = ("setting", "value", "from", "used by")


def document(effective: Effective) -> dict[str, Any]:
    return {
        "client": effective.client,
        "versions": dict(effective.versions),
        "settings": [_setting(setting) for setting in effective.settings],
        "properties": [
            {**_setting(known.setting), "used_by": [role.value for role in known.used_by]}
            for known in effective.properties
        ],
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {"name": setting.name, "value": setting.value, "source": setting.source}


def text(effective: Effective) -> str:
    """A line a setting, then the client that carries data and the versions."""
    rows = [(*_row(setting), "") for setting in effective.settings]
    rows += [
        (*_row(known.setting), ", ".join(role.value for role in known.used_by) or "nothing (ignored)")
        for known in effective.properties
    ]
    versions = [f"{name} {version or 'not installed'}" for name, version in effective.versions.items()]
    lines = [*aligned(_HEADER, rows, frozenset(_HEADER)), "", f"client: {effective.client}", *versions]
    return joined(lines)


def _row(setting: Setting) -> tuple[str, str, str]:
    return setting.name, "-" if setting.value is None else setting.value, setting.source
