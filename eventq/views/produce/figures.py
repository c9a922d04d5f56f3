"""Numbers as a produce run shows them to people."""


def short(count: int) -> str:
    """In at most six characters."""
    if count < 100_000:  # noqa: PLR2004 - what five digits hold
        return str(count)
    return f"{count / 1e6:.1f}M" if count >= 1e6 else f"{count // 1000}k"  # noqa: PLR2004 - a million


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:,.4g}"  # noqa: PLR2004
