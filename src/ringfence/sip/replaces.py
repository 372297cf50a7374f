"""The Replaces header (RFC 3891): this call takes the place of that dialog.

::

    Replaces: 98732@example.com;from-tag=r33th4x0r;to-tag=ff87ff;early-only
              Call-ID            tag of the side that is not addressed
                                               tag of the side that is
"""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.kernel.errors import RemoteError
from ringfence.sip.grammar import value_and_params


@dataclass(frozen=True, slots=True)
class Replaces:
    """Names a dialog from the point of view of whoever receives it: ``to_tag`` is their own."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """Read the value; raises `RemoteError`."""
        call_id, params = value_and_params(text)
        to_tag, from_tag = params.get("to-tag"), params.get("from-tag")
        if not call_id or not to_tag or not from_tag:
            raise RemoteError("the Replaces header does not name a dialog")
        return cls(call_id, to_tag, from_tag, "early-only" in params)

    def __str__(self) -> str:
        tail = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}{tail}"
