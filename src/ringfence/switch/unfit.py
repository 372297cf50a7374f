"""Offers of which nothing can be taken: what the far end is answered, what the timeline says.

A call that comes with such an offer is refused at once and never opens a port. It is a call all
the same: somebody wanted to speak to somebody, and whoever missed it has to be able to see why.

    offer                         answer   Warning   note
    ---------------------------   ------   -------   ----------------
    no codec in common            488      305       offer_codecs
    not RTP/AVP (SRTP, say)       488      302       offer_protocol
    no audio, every port closed   488      304       offer_no_audio
    another IP version            488      300       offer_ip_version
    multicast                     488      330       offer_multicast
    not SDP, or broken SDP        400      399       offer_unreadable
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ringfence.calls.causes import CAUSES, Cause
from ringfence.calls.commands import Note
from ringfence.kernel.errors import RemoteError
from ringfence.sip import commands as sip
from ringfence.sip.events import LegKey
from ringfence.sip.offer_answer import CODECS, AudioStream
from ringfence.sip.sdp import SessionDescription
from ringfence.switch.sessions import Sessions, Unacceptable

MISCELLANEOUS: Final = 399
"""RFC 3261 20.43: the warning that is none of the others."""

_UNREADABLE: Final = Note(
    code="offer_unreadable",
    text="the calling side described its audio in a way that cannot be read (bad SDP)",
    level="error",
)
_NOTES: Final[dict[int, Note]] = {
    300: Note(
        code="offer_ip_version",
        text="the calling side named an address of another IP version for its audio than ours",
        level="error",
    ),
    302: Note(
        code="offer_protocol",
        text="the calling side offered its audio in no form that is spoken here; most likely "
        "it wants it encrypted (SRTP) and no other way",
        level="error",
    ),
    304: Note(code="offer_no_audio", text="the calling side offered no audio", level="error"),
    305: Note(
        code="offer_codecs",
        text="the calling side offered no codec that is spoken here; these are "
        + ", ".join(CODECS),
        level="error",
    ),
    330: Note(
        code="offer_multicast",
        text="the calling side wanted its audio sent to a multicast address",
        level="error",
    ),
}


class Offer(NamedTuple):
    """An offer, and what we take of it."""

    description: SessionDescription
    choice: AudioStream


class Unfit(NamedTuple):
    """An offer that leads to no call. ``note``: why, for the call's timeline."""

    status: int
    warning: int
    reason: str
    note: Note

    def refusal(self, leg: LegKey) -> sip.Reject:
        """What the far end is answered; 20.43 wants it to be told why."""
        return sip.Reject(
            leg=leg,
            status=self.status,
            q850=CAUSES[Cause.NOT_ACCEPTABLE].q850,
            headers=(("Warning", f'{self.warning} ringfence "{self.reason}"'),),
        )


def judge(body: bytes, sessions: Sessions) -> Offer | Unfit | None:
    """Read an INVITE's offer; None where it has none, as the 2xx offers then."""
    if not body:
        return None
    try:
        offer = sessions.parse(body)
        return Offer(offer, sessions.choose(offer))
    except Unacceptable as error:
        note = _NOTES.get(error.warning, _UNREADABLE)
        return Unfit(error.hint, error.warning, error.reason, note)
    except RemoteError as error:
        return Unfit(error.hint, MISCELLANEOUS, error.reason, _UNREADABLE)
