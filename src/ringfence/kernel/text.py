"""What people write, as far as everything here asks the same about it."""

from __future__ import annotations


def is_blank(text: str) -> bool:
    """Whether a text says nothing: no character of it is printed, or only spaces are.

    Controls, NUL among them, and joiners that join nothing count as nothing (Unicode 4.5: general
    categories C and Z, as `str.isprintable` has them).
    """
    return not any(sign.isprintable() and not sign.isspace() for sign in text)
