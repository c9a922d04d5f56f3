"""What `eventq config show` tells: every setting that is in force, and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass

from eventq.core.settings.properties import RESOLVED, ignored
from eventq.core.settings.settings import Role, Setting


@dataclass(frozen=True, slots=True)
class EffectiveProperty:
    """A client setting, and which kinds of client take it (none: it is ignored)."""

    setting: Setting
    used_by: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Effective:
    """`client` is the library that carries data; `versions` is None for what is not installed."""

    client: str
    versions: Mapping[str, str | None]
    settings: tuple[Setting, ...]
    properties: tuple[EffectiveProperty, ...]


def with_users(said: Mapping[str, Setting], client: str) -> tuple[EffectiveProperty, ...]:
    """Each setting with the kinds of `client` that take it."""
    return tuple(
        EffectiveProperty(setting, tuple(role for role in Role if not ignored([name], role, client)))
        for name, setting in said.items()
        if name not in RESOLVED
    )
