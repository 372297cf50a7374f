"""Which number a call of ours shows.

    wanted   | is ours -> shown; is the caller's, on a trunk that lets it pass -> shown
             | anything else -> refused: showing somebody else's number is fraud in most countries
    nothing  | passing a caller on, on a trunk that lets it pass -> the caller's own
    wanted   | answering on a number of ours -> that number; else the trunk's own; else withheld

Sources: 47 CFR 64.1604 (US), TKG § 120 (DE), Ofcom General Condition C6 (UK).
"""

from __future__ import annotations

from collections.abc import Callable

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Value


class Showing(Value, frozen=True, kw_only=True):
    """What is known when a leg is placed.

    ``wanted``: asked for by the program. ``caller``: who called us, if this leg passes that call
    on. ``called``: the number of ours they called. ``trunk_number``: shown on this trunk by
    default. ``passes_callers``: the carrier lets numbers of strangers through.
    """

    wanted: Phone | None = None
    caller: Phone | None = None
    called: Phone | None = None
    trunk_number: Phone | None = None
    passes_callers: bool = False


def choose(showing: Showing, *, owns: Callable[[Phone], bool]) -> Phone | None:
    """Return the number to show, None to withhold it.

    Raises `Refused` (``caller_id_not_allowed``) when a number is wanted that is not ours to show.
    """
    wanted = showing.wanted
    if wanted is not None:
        passed_on = showing.passes_callers and wanted == showing.caller
        if owns(wanted) or passed_on:
            return wanted
        raise Refused(
            "caller_id_not_allowed",
            "the caller id must be a number of this installation: ringfence number list",
        )
    if showing.caller is not None and showing.passes_callers:
        return showing.caller
    if showing.called is not None and owns(showing.called):
        return showing.called
    return showing.trunk_number
