"""What there is instead of what was named."""

from collections.abc import Sequence

_MOST = 20


def there(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{what} there: {', '.join(sorted(names)[:_MOST]) or 'none'}{more}"
