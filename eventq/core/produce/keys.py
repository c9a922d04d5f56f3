"""Which key an event has, drawn from the seed and the event's block like the event itself."""

from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import accumulate
from random import Random

from eventq.core.errors import UsageError

_HINT = "none, product, customer:K or zipf:K:S, such as customer:100 or zipf:100:1.1"
_MOST_SKEWED = 1_000_000
_MOST_CUSTOMERS = 2**53
"""As many as a float can tell apart."""


class KeyKind(str, Enum):
    NONE = "none"
    PRODUCT = "product"
    CUSTOMER = "customer"
    ZIPF = "zipf"


REPEATING = frozenset({KeyKind.CUSTOMER, KeyKind.ZIPF})
"""Kinds of which several events have the same key."""


@dataclass(frozen=True, slots=True)
class KeyRule:
    """`count` distinct customers; zipf: the k-th of them is chosen in proportion to 1 / k^skew."""

    kind: KeyKind = KeyKind.NONE
    count: int = 0
    skew: float = 0.0


def parse_key(text: str) -> KeyRule:
    """`none`, `product`, `customer:K` or `zipf:K:S`."""
    kind, *rest = text.strip().split(":")
    try:
        if kind in {"none", "product"} and not rest:
            return KeyRule(KeyKind(kind))
        if kind == "customer":
            (count,) = rest
            return _checked(KeyRule(KeyKind.CUSTOMER, int(count)), text)
        if kind == "zipf":
            count, skew = rest
            return _checked(KeyRule(KeyKind.ZIPF, int(count), float(skew)), text)
    except ValueError:
        pass
    raise UsageError(f"not a kind of key: {text!r:.120}", hint=_HINT)


def _checked(rule: KeyRule, text: str) -> KeyRule:
    if not 1 <= rule.count <= _MOST_CUSTOMERS or not 0 <= rule.skew < 100:  # noqa: PLR2004 - beyond it every weight but the first is 0
        raise UsageError(f"not a kind of key: {text!r:.120}", hint=_HINT)
    if rule.kind is KeyKind.ZIPF and rule.count > _MOST_SKEWED:
        raise UsageError(
            f"{text:.120}: at most {_MOST_SKEWED} skewed keys", hint="customer:K has no such limit"
        )
    return rule


def customers(rule: KeyRule, seed: int, block: int, count: int) -> list[bytes]:
    """The keys of a block's events; only for the kinds that draw customers."""
    random = Random(f"{seed}/{block}/key")
    if rule.kind is KeyKind.ZIPF:
        drawn = random.choices(range(rule.count), cum_weights=_weights(rule), k=count)
    else:
        drawn = [int(random.random() * rule.count) for _ in range(count)]
    return [b"customer-%d" % customer for customer in drawn]


@cache
def _weights(rule: KeyRule) -> list[float]:
    return list(accumulate((k + 1) ** -rule.skew for k in range(rule.count)))
