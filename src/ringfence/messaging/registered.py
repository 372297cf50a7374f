"""Texts that were registered before they are sent, and whether a message is one of them.

India's DLT (TRAI, TCCCPR 2018) knows a message by its entity, its header (the sender) and a
template: fixed words with gaps. A gap is written ``{#var#}`` (or ``{#numeric#}``, ``{#url#}`` and
the like) and stands for up to thirty characters; two beside each other for up to sixty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import TEXT_CHARS_MAX, TEXT_GAP_CHARS

Use = Literal["promotional", "transactional", "service"]
"""What a template was registered for."""

_GAP = re.compile(r"((?:\{#[A-Za-z]{1,20}#\})+)")
_SPACES = re.compile(r"\s+")


def use_of(word: str) -> Use:
    """Return the use of a template. Raises `Refused` (``bad_argument``)."""
    for known in get_args(Use):
        if word == known:
            found: Use = known
            return found
    raise Refused("bad_argument", f"a template is one of: {', '.join(get_args(Use))}")


def check_template(text: str) -> None:
    """Raise `Refused` (``bad_template``) for a text that cannot be a template."""
    fixed = _GAP.sub("", text).strip()
    if not fixed or len(text) > TEXT_CHARS_MAX:
        raise Refused("bad_template", "a template has words of its own, and gaps like {#var#}")


def filled(template: str, values: Sequence[str]) -> str:
    """Return a template with its gaps filled, in order.

    Raises `Refused` (``template_mismatch``) for too few or too many values, or one too long.
    """
    parts = _GAP.split(template)
    if len(values) != len(parts) // 2:
        raise Refused("template_mismatch", f"that template has {len(parts) // 2} gaps")
    made = [parts[0]]
    for gap, fixed, value in zip(parts[1::2], parts[2::2], values, strict=True):
        if len(value) > gap.count("{#") * TEXT_GAP_CHARS:
            raise Refused("template_mismatch", f"a gap holds {TEXT_GAP_CHARS} characters")
        made += [value, fixed]
    return "".join(made)


def fits(template: str, text: str) -> bool:
    """Whether ``text`` is a filled ``template``; spaces and line ends count as one space."""
    parts = _GAP.split(_SPACES.sub(" ", template.strip()))
    text = _SPACES.sub(" ", text.strip())
    if not text.startswith(parts[0]):
        return False
    ends = {len(parts[0])}
    for gap, fixed in zip(parts[1::2], parts[2::2], strict=True):
        room = gap.count("{#") * TEXT_GAP_CHARS
        ends = {
            at + len(fixed)
            for end in ends
            for at in range(end, min(end + room, len(text)) + 1)
            if text.startswith(fixed, at)
        }
    return len(text) in ends
