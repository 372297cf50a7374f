"""Digits that nobody may see: kept in one place in memory, and overwritten when they have served.

The characters lie in a buffer of our own, which `wipe` fills with zeros. Whoever hands them on
(`reveal`) makes a copy that Python frees without overwriting it: that is done once, where the
processor's request is written, and nowhere else. No ``repr``, copy, pickle or comparison shows any.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import NoReturn

from ringfence.kernel.errors import LocalError


class SecretDigits:
    """Keys 0 to 9, in the order they were pressed."""

    __slots__ = ("_marks",)

    def __init__(self, digits: str = "") -> None:
        self._marks = bytearray(digits, "ascii")

    def press(self, digit: str) -> None:
        """Take one more."""
        self._marks += digit.encode("ascii")

    def reveal(self) -> str:
        """Return the digits, to be handed on and forgotten."""
        return self._marks.decode("ascii")

    def last(self, count: int) -> str:
        """Return the last few, by which a person knows their card."""
        return self._marks[-count:].decode("ascii") if count else ""

    def masked(self, shown: int, *, mark: str = "x") -> str:
        """Return ``mark`` for each digit but the last ``shown``; of few digits none is shown."""
        size = len(self._marks)
        shown = shown if size > 2 * shown else 0
        return mark * (size - shown) + self.last(shown)

    def same(self, other: SecretDigits) -> bool:
        """Whether both are the same, found out in the same time whatever they are."""
        return compare_digest(bytes(self._marks), bytes(other._marks))

    def wipe(self) -> None:
        """Overwrite and forget them."""
        for place in range(len(self._marks)):
            self._marks[place] = 0
        self._marks.clear()

    def __len__(self) -> int:
        return len(self._marks)

    def __repr__(self) -> str:
        return "SecretDigits()"

    def __eq__(self, other: object) -> NoReturn:
        raise LocalError("secret digits are not compared; use same()")

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise LocalError("secret digits do not travel")

    def __copy__(self) -> NoReturn:
        raise LocalError("secret digits are not copied")

    def __deepcopy__(self, _memo: object) -> NoReturn:
        raise LocalError("secret digits are not copied")
