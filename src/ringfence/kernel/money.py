"""Money as whole millionths of a currency's unit: no float ever holds a price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MICRO = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """``micros`` millionths of ``currency`` (ISO 4217, upper case)."""

    micros: int
    currency: str

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros + other.micros, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros - other.micros, self.currency)

    def times(self, count: int) -> Money:
        """Return this amount ``count`` times."""
        return Money(self.micros * count, self.currency)

    def rounded(self, places: int = 2) -> Decimal:
        """Return the amount as a decimal with ``places`` digits, half rounded up."""
        exact = Decimal(self.micros) / MICRO
        return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read ``"12.50"``; more than six decimal places are refused."""
        micros = Decimal(text) * MICRO
        if micros != micros.to_integral_value():
            raise ValueError("more than six decimal places")
        return cls(int(micros), currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError("amounts in two currencies do not add up")
