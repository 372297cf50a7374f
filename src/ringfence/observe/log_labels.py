"""The privacy label of every field a log line may have.

An id of a call leads to people, so it is labelled as such; code words, counts and flags say
nothing about anybody. A field that holds an id must be named here; a test compares both lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ringfence.observe.logs import FIELDS, IDENT
from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_ID,
    CASE_FACT,
    CONFIG,
    PAYMENT_ID,
    SYSTEM,
    TEXT_ID,
    Label,
)

IDENTS: Mapping[str, Label] = MappingProxyType(
    {
        "account": ACCOUNT_ID,
        "call": CALL_ID,
        "case": CASE_FACT,
        "clip": SYSTEM,
        "delivery": CALL_ID,
        "flow": CONFIG,
        "job": SYSTEM,
        "leg": CALL_ID,
        "message": TEXT_ID,
        "number": CONFIG,
        "payment": PAYMENT_ID,
        "phone": CONFIG,
        "recording": CALL_ID,
        "stream": CALL_ID,
        "trunk": CONFIG,
    }
)
"""What each id leads to."""


def labels() -> dict[str, Label]:
    """Return the label of every declared field; an id that is not named above counts as a call's.

    That is the careful reading; the tests want each of them named.
    """
    return {
        name: IDENTS.get(name, CALL_ID) if kind is IDENT else SYSTEM
        for name, (kind, _) in FIELDS.items()
    }
