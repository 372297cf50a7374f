"""The base of every fact: frozen, dated, in the past tense.

A fact names its subject by id and never holds a phone number, a name, a digit or a message:
those live sealed in one room (see ``ringfence.privacy``), and a fact refers to them by party id.
Each concrete event class is a frozen, slotted, keyword-only dataclass deriving from `Event`;
every field carries a privacy label (``ringfence.privacy.labels``), checked by a test.
"""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.kernel.clock import Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened ``at`` an instant."""

    at: Ms

    @classmethod
    def name(cls) -> str:
        """The stable name of the kind of fact, e.g. ``CallAnswered``."""
        return cls.__name__
