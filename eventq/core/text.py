"""Numbers with their nouns and units, as people write them."""


def plural(number: int, noun: str, form: str = "") -> str:
    """`1 partition`, `3 partitions`; `form` as of format(): `,` groups the digits."""
    return f"{number:{form}} {noun}" if number == 1 else f"{number:{form}} {noun}s"


def size(count: int) -> str:
    """97 B, 5.2 kB, 1.4 GB."""
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.3g} {unit}"
    return f"{count} B"


def duration(seconds: float) -> str:
    """0.5 s, 35 s, 14 min, 3.5 h, 4.2 d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            count = seconds / size
            return f"{count:.3g} {unit}" if count < 1000 else f"{count:,.0f} {unit}"  # noqa: PLR2004
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004
