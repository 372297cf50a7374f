"""Which argument of a use case a refusal is about.

Numbers and URLs are read in one place each, which cannot know what they are for: of a call to one
number from another, "write the number as + and digits" leaves open which was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone

_NUMBERS: Final = frozenset({
    "number", "to", "caller", "sender", "customer", "called", "emergency_caller",
})  # fmt: skip
_SHOWN: Final = frozenset({"caller", "display"})


def _is_url(name: str) -> bool:
    return name == "url" or name.endswith("_url")


def _no_number(value: str) -> bool:
    try:
        Phone.parse(value)
    except Refused:
        return not value.lower().startswith(("sip:", "sips:"))
    return False


def _no_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return True
    return parts.scheme not in {"http", "https"} or not parts.hostname


def _any(_value: str) -> bool:
    return True


_KINDS: Final[Mapping[str, tuple[Callable[[str], bool], Callable[[str], bool]]]] = {
    "invalid_number": (_NUMBERS.__contains__, _no_number),
    "bad_caller_id": (_SHOWN.__contains__, _no_number),
    "bad_url": (_is_url, _no_url),
    "private_address": (_is_url, _any),
}
"""By the code of a refusal: which arguments it can be about, and which of these are wrong."""


def blame(refused: Refused, args: Mapping[str, Any]) -> None:
    """Write into ``refused`` which argument it is about, where exactly one can be meant."""
    kind = _KINDS.get(refused.code)
    if kind is None or refused.field is not None:
        return
    of_kind, is_wrong = kind
    given = [(name, value) for name, value in args.items() if of_kind(name) and value]
    wrong = [name for name, value in given if isinstance(value, str) and is_wrong(value)]
    if len(wrong) == 1:
        refused.field = wrong[0]
