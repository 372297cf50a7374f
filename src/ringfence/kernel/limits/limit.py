"""What a bound is."""

from __future__ import annotations


class Limit(int):
    """An integer bound with a unit and a reason."""

    unit: str
    reason: str

    def __new__(cls, value: int, unit: str, reason: str) -> Limit:
        self = super().__new__(cls, value)
        self.unit = unit
        self.reason = reason
        return self
