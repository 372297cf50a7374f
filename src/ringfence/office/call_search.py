"""Looking for calls by number, time and final status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.calls.causes import Cause, word
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, PartyId, is_id
from ringfence.kernel.limits import PAGE_MAX
from ringfence.kernel.phone import Phone
from ringfence.office.records import CALL, CALL_LOG, call_id, call_views, record_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.call_search import Ending, Wanted, search

if TYPE_CHECKING:
    from ringfence.office import Office


def _unanswered(status: str) -> Ending:
    causes = tuple(sorted(cause for cause in Cause if word(cause, answered=False) == status))
    return Ending(("ended",), answered=False, causes=causes)


ENDINGS = {
    "queued": Ending(("placed",)),
    "ringing": Ending(("offered", "ringing")),
    "in-progress": Ending(("answered",)),
    "completed": Ending(("ended",), answered=True),
    "busy": _unanswered("busy"),
    "no-answer": _unanswered("no-answer"),
    "failed": _unanswered("failed"),
    "canceled": _unanswered("canceled"),
}
"""What the words of the Twilio-like dialects mean here."""


@TABLE.use_case("call.search", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def search_calls(
    office: Office,
    *,
    limit: int = 50,
    before: str | None = None,
    caller: str | None = None,
    called: str | None = None,
    since: int | None = None,
    until: int | None = None,
    ended_since: int | None = None,
    ended_until: int | None = None,
    statuses: list[str] | None = None,
    parent: str | None = None,
    children: bool = False,
) -> views.CallPage:
    """Calls, newest first: of a number, of a time, with a final status.

    ``children``: the legs they rang, too, each as a call of its own; of ``parent`` alone.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    if before is not None and not is_id(before, "call"):
        raise Refused("bad_argument", "before is a call's SID")
    if parent is not None and record_of(office, call_id(parent)) is None:
        return views.CallPage(calls=[])
    unknown = [status for status in statuses or () if status not in ENDINGS]
    if unknown:
        raise Refused("bad_argument", f"a status is one of: {', '.join(ENDINGS)}")
    people = [_person(office, address) for address in (caller, called)]
    if "nobody" in people:
        return views.CallPage(calls=[])
    wanted = Wanted(
        caller=_party(people[0]),
        called=_party(people[1]),
        since=_instant(since),
        until=_instant(until),
        ended_since=_instant(ended_since),
        ended_until=_instant(ended_until),
        endings=tuple(ENDINGS[status] for status in statuses or ()),
        parent=None if parent is None else call_id(parent),
        children=children or parent is not None,
        alone=not office.house.branches,
    )
    start = CallId(before) if before is not None else None
    found = office.read(
        lambda queries: search(queries, office.account.id, wanted, before=start, count=limit + 1)
    )
    shown = found[:limit]
    return views.CallPage(
        calls=call_views(office, shown),
        next=shown[-1].id if len(found) > limit else None,
    )


def _person(office: Office, address: str | None) -> str | None:
    """Return the party of an address, None where none was asked for, ``nobody`` for a stranger."""
    if address is None:
        return None
    try:
        known = office.store.party_room.find(Phone.parse(address, region=office.region))
    except Refused:
        known = office.store.party_room.find(address)
    return known or "nobody"


def _party(found: str | None) -> PartyId | None:
    return None if found is None else PartyId(found)


def _instant(value: int | None) -> Ms | None:
    return None if value is None else Ms(value)
