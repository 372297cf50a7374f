"""Command status of SMPP 3.4 (5.1.3), and what each means to somebody who sends messages."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from ringfence.messaging.carrier import Cause


class Status(IntEnum):
    """The codes of the standard; carriers have their own from 0x400 on."""

    ESME_ROK = 0x00
    ESME_RINVMSGLEN = 0x01
    ESME_RINVCMDLEN = 0x02
    ESME_RINVCMDID = 0x03
    ESME_RINVBNDSTS = 0x04
    ESME_RALYBND = 0x05
    ESME_RINVPRTFLG = 0x06
    ESME_RINVREGDLVFLG = 0x07
    ESME_RSYSERR = 0x08
    ESME_RINVSRCADR = 0x0A
    ESME_RINVDSTADR = 0x0B
    ESME_RINVMSGID = 0x0C
    ESME_RBINDFAIL = 0x0D
    ESME_RINVPASWD = 0x0E
    ESME_RINVSYSID = 0x0F
    ESME_RCANCELFAIL = 0x11
    ESME_RREPLACEFAIL = 0x13
    ESME_RMSGQFUL = 0x14
    ESME_RINVSERTYP = 0x15
    ESME_RINVNUMDESTS = 0x33
    ESME_RINVDLNAME = 0x34
    ESME_RINVDESTFLAG = 0x40
    ESME_RINVSUBREP = 0x42
    ESME_RINVESMCLASS = 0x43
    ESME_RCNTSUBDL = 0x44
    ESME_RSUBMITFAIL = 0x45
    ESME_RINVSRCTON = 0x48
    ESME_RINVSRCNPI = 0x49
    ESME_RINVDSTTON = 0x50
    ESME_RINVDSTNPI = 0x51
    ESME_RINVSYSTYP = 0x53
    ESME_RINVREPFLAG = 0x54
    ESME_RINVNUMMSGS = 0x55
    ESME_RTHROTTLED = 0x58
    ESME_RINVSCHED = 0x61
    ESME_RINVEXPIRY = 0x62
    ESME_RINVDFTMSGID = 0x63
    ESME_RX_T_APPN = 0x64
    ESME_RX_P_APPN = 0x65
    ESME_RX_R_APPN = 0x66
    ESME_RQUERYFAIL = 0x67
    ESME_RINVOPTPARSTREAM = 0xC0
    ESME_ROPTPARNOTALLWD = 0xC1
    ESME_RINVPARLEN = 0xC2
    ESME_RMISSINGOPTPARAM = 0xC3
    ESME_RINVOPTPARAMVAL = 0xC4
    ESME_RDELIVERYFAILURE = 0xFE
    ESME_RUNKNOWNERR = 0xFF


class Meaning(NamedTuple):
    """``temporary``: the same again later may be taken."""

    cause: Cause
    temporary: bool


SLOW_DOWN: Final = frozenset({Status.ESME_RTHROTTLED, Status.ESME_RMSGQFUL})
"""Not this message is at fault but how fast they come: the session waits and goes on."""

UNKNOWN_US: Final = frozenset(
    {
        *(Status.ESME_RBINDFAIL, Status.ESME_RINVPASWD, Status.ESME_RINVSYSID),
        *(Status.ESME_RINVSYSTYP, Status.ESME_RALYBND),
    }
)
"""Answers to a bind that another try at once will not change."""

_MEANINGS: Final[dict[int, Meaning]] = {
    Status.ESME_RMSGQFUL: Meaning(Cause.BUSY, temporary=True),
    Status.ESME_RTHROTTLED: Meaning(Cause.BUSY, temporary=True),
    Status.ESME_RSYSERR: Meaning(Cause.UNAVAILABLE, temporary=True),
    Status.ESME_RX_T_APPN: Meaning(Cause.UNAVAILABLE, temporary=True),
    Status.ESME_RINVBNDSTS: Meaning(Cause.UNAVAILABLE, temporary=True),
    Status.ESME_RSUBMITFAIL: Meaning(Cause.UNKNOWN, temporary=False),
    Status.ESME_RX_R_APPN: Meaning(Cause.FILTERED, temporary=False),
    Status.ESME_RINVSRCADR: Meaning(Cause.BAD_SENDER, temporary=False),
    Status.ESME_RINVSRCTON: Meaning(Cause.BAD_SENDER, temporary=False),
    Status.ESME_RINVSRCNPI: Meaning(Cause.BAD_SENDER, temporary=False),
    Status.ESME_RINVDSTADR: Meaning(Cause.BAD_DESTINATION, temporary=False),
    Status.ESME_RINVDSTTON: Meaning(Cause.BAD_DESTINATION, temporary=False),
    Status.ESME_RINVDSTNPI: Meaning(Cause.BAD_DESTINATION, temporary=False),
    Status.ESME_RINVEXPIRY: Meaning(Cause.TOO_LATE, temporary=False),
    Status.ESME_RDELIVERYFAILURE: Meaning(Cause.UNREACHABLE, temporary=False),
    Status.ESME_RX_P_APPN: Meaning(Cause.UNKNOWN, temporary=False),
    Status.ESME_RUNKNOWNERR: Meaning(Cause.UNKNOWN, temporary=False),
}
_OURS: Final = Meaning(Cause.BAD_MESSAGE, temporary=False)
_THEIRS: Final = Meaning(Cause.UNKNOWN, temporary=False)


def meaning(status: int) -> Meaning:
    """Return what a status other than 0 means for the message it answers."""
    known = _MEANINGS.get(status)
    if known is not None:
        return known
    return _THEIRS if status >= 0x100 else _OURS


def name(status: int) -> str:
    """Return the standard's name of a status, or its number in hexadecimal."""
    try:
        return Status(status).name
    except ValueError:
        return f"0x{status & 0xFFFF_FFFF:08X}"
