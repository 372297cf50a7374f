"""Whose words a machine may write down: one rule for recordings, live calls and spoken answers.

============ ================ ================ =========
the setting  said nothing     agreed           said no
============ ================ ================ =========
recorded     written          written          not
agreed       not              written          not
never        not              not              not
============ ================ ================ =========

Of somebody whose data is only stored (GDPR 18) nothing is written down in any case.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from ringfence.kernel.errors import LocalError
from ringfence.privacy.gate import Consent

Written = Literal["recorded", "agreed", "never"]

_ENOUGH: Final[dict[Written, frozenset[Consent]]] = {
    "recorded": frozenset({"unknown", "given"}),
    "agreed": frozenset({"given"}),
    "never": frozenset(),
}


def written_of(setting: str) -> Written:
    """Return the setting ``transcription``, whose form the settings checked."""
    for known in get_args(Written):
        if setting == known:
            found: Written = known
            return found
    raise LocalError("transcription is recorded, agreed or never")


def may_be_written(house: Written, consent: Consent, *, restricted: bool) -> bool:
    """Return whether somebody's words may be written down."""
    return not restricted and consent in _ENOUGH[house]
