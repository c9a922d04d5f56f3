"""The least-squares line through points that come and go, by its sums: their number costs nothing."""


class LeastSquares:
    """Slope = (n Σty - Σt Σy) / (n Σtt - (Σt)²), in whole milliseconds and records: exact, without drift.

    https://en.wikipedia.org/wiki/Simple_linear_regression
    """

    __slots__ = ("_base", "_count", "_origin", "_t", "_tt", "_ty", "_y", "first")

    def __init__(self, at: float, value: int) -> None:
        self.first = at
        self._origin, self._base = at, value
        self._count, self._t, self._tt, self._y, self._ty = 1, 0, 0, 0, 0

    def add(self, at: float, value: int) -> None:
        t, y = round((at - self._origin) * 1000), value - self._base
        self._count += 1
        self._t += t
        self._tt += t * t
        self._y += y
        self._ty += t * y

    def drop(self, at: float, value: int, following: float) -> None:
        """The first point leaves; the next one was at `following`."""
        t, y = round((at - self._origin) * 1000), value - self._base
        self._count -= 1
        self._t -= t
        self._tt -= t * t
        self._y -= y
        self._ty -= t * y
        self.first = following

    @property
    def slope(self) -> float | None:
        """Per second; None of a single point."""
        spread = self._count * self._tt - self._t * self._t
        return (self._count * self._ty - self._t * self._y) * 1000 / spread if spread else None
