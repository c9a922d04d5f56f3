"""Secrets that nothing may print: known from when settings are read, kept from every message after that."""

from collections.abc import Iterable

MASK = "********"

_secrets: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """From now on; as a traceback shows a text too, which is quoted and with escapes."""
    _secrets.update(form for secret in secrets if secret for form in (secret, repr(secret)[1:-1]))


def redact(text: str) -> str:
    """`text` with every secret that this run knows replaced, longest first: one may be part of another."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
