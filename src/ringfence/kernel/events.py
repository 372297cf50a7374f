"""The base of every fact: frozen, dated, in the past tense.

A fact names its subject by id and never holds a phone number, a name, a digit or a message:
those live sealed in one room (see ``ringfence.privacy``), and a fact refers to them by party id.
Each concrete event class is a frozen, keyword-only Struct deriving from `Event`; every field
carries a privacy label (``ringfence.privacy.labels``), checked by a test.
"""

from __future__ import annotations

from ringfence.kernel.clock import Ms
from ringfence.kernel.values import Value


class Event(Value, frozen=True, kw_only=True):
    """Something that happened ``at`` an instant."""

    at: Ms

    @classmethod
    def name(cls) -> str:
        """The stable name of the kind of fact, e.g. ``CallAnswered``."""
        return cls.__name__
