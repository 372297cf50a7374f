"""Listening for words: what is asked of a recogniser of speech and what comes of it."""

from __future__ import annotations

from typing import Literal

from ringfence.kernel.values import Hidden, Value

HearingEnd = Literal["none_installed", "failed", "over", "not_permitted"]
"""Why nobody listens any more: no recogniser is installed, it failed, the leg has ended, or whoever
speaks does not let their words be written down."""


class Wish(Value, frozen=True, kw_only=True):
    """How to listen. ``language``: BCP 47; ``hints``: likely words; ``model`` and
    ``enhanced`` (a better one, where there are two): as asked.

    ``partial``: whether results before the end of an utterance are of use.
    """

    language: str = ""
    hints: Hidden[tuple[str, ...]] = ()
    profanity_filter: bool = True
    model: str = ""
    enhanced: bool = False
    partial: bool = False
