"""Looking a number up: from its digits, and where the operator says so by asking somebody.

What the digits say is looked up here and tells nobody anything, whom a range of mobile numbers was
given to included. Whether a line is in use, where it
is and whose it is, only others know: the connector the operator named (``lookup_url``) is asked
for a declared purpose, through the gate and the door for recipients, and its answer is kept for
minutes in memory, never on a disk::

    POST lookup_url    Authorization: Bearer lookup_token
    {"number": "+12025550123", "fields": ["line_type_intelligence", "caller_name", "line_status"]}

    {"line_type": "mobile", "carrier_name": "...", "mobile_country_code": "...",
     "mobile_network_code": "...", "caller_name": "...", "caller_type": "CONSUMER",
     "line_status": "reachable", "roaming": true, "roaming_country": "FR"}
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from ringfence.api import views_desk as views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    LOOKUP_ANSWER_BYTES,
    LOOKUP_KEEP_MS,
    LOOKUPS_KEPT,
    PUSH_WAIT_MS,
)
from ringfence.kernel.regions import REGIONS
from ringfence.numbers.plan import Description, describe
from ringfence.office.privacy.notice import terms
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.processors import release
from ringfence.privacy.purposes import current

if TYPE_CHECKING:
    from ringfence.office import Office

FIELDS = ("line_type_intelligence", "caller_name", "line_status")
"""What may be asked for beyond the digits."""
PROCESSOR = "number_lookup"
WHY = ("prevent_abuse", "connect_call", "carry_message")
_JSON = "application/json"
_OK = 200


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a connector says; every field may be missing."""

    line_type: str | None = None
    carrier_name: str | None = None
    mobile_country_code: str | None = None
    mobile_network_code: str | None = None
    caller_name: str | None = None
    caller_type: str | None = None
    line_status: str | None = None
    roaming: bool | None = None
    roaming_country: str | None = None


_decode = msgspec.json.Decoder(Answer).decode
_Key = tuple[str, tuple[str, ...]]


class LookupShelf:
    """Answers for some minutes, in memory alone."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[_Key, tuple[Ms, Answer]] = {}

    def get(self, key: _Key, now: Ms) -> Answer | None:
        """Return an answer that is not too old."""
        self._sweep(now)
        found = self._answers.get(key)
        return None if found is None else found[1]

    def put(self, key: _Key, answer: Answer, now: Ms) -> None:
        """Keep an answer for a while."""
        if len(self._answers) >= LOOKUPS_KEPT:
            del self._answers[next(iter(self._answers))]
        self._answers[key] = (now, answer)

    def clear(self) -> None:
        """Keep nothing: somebody was erased."""
        self._answers.clear()

    def _sweep(self, now: Ms) -> None:
        """Answers are in the order they came: the oldest are first."""
        while self._answers:
            key = next(iter(self._answers))
            if self._answers[key][0] > now - LOOKUP_KEEP_MS:
                return
            del self._answers[key]


@TABLE.use_case(
    "number.lookup", actors=KNOWN, none="the digits alone are looked at, and nothing is kept"
)
async def look_up(office: Office, *, number: str, country: str | None = None) -> views.Lookup:
    """What a number is by its digits: whether it can exist, where, of what kind."""
    return _view(describe(number, region=_region(office, country)))


def _region(office: Office, country: str | None) -> str | None:
    """Return the country that completes a number; raises `Refused` for a word that is none."""
    if not country:
        return office.region
    if country.upper() not in REGIONS:
        raise Refused("bad_argument", "country is the two letters of ISO 3166, e.g. US")
    return country.upper()


@TABLE.use_case(
    "number.lookup.ask",
    actors=KNOWN,
    live=True,
    purpose=WHY,
    category="user.contact.phone_number",
    also=("operate", "notify"),
)
async def ask(
    office: Office, *, number: str, fields: Sequence[str], country: str | None = None
) -> views.Lookup:
    """What others know of a number besides; it is asked for a purpose the asker has."""
    unknown = [field for field in fields if field not in FIELDS]
    if unknown or not fields:
        raise Refused("bad_argument", f"a field is one of: {', '.join(FIELDS)}")
    found = describe(number, region=_region(office, country))
    if not found.valid:
        return _view(found)
    if not office.settings.lookup_url:
        return _view(found, asked=tuple(fields))
    return _view(found, asked=tuple(fields), answer=await _asked(office, found, tuple(fields)))


async def _asked(office: Office, found: Description, fields: tuple[str, ...]) -> Answer:
    now, key = office.clock.now(), (found.e164, tuple(sorted(fields)))
    kept = office.lookups.get(key, now)
    if kept is not None:
        return kept
    given = {"number": found.e164, "fields": list(fields)}
    sent = release(
        PROCESSOR,
        given,
        purpose=current() or WHY[0],
        terms=terms(office, office.store.db.reading, now),
        now=now,
    )
    token = office.settings.lookup_token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with asyncio.timeout(PUSH_WAIT_MS / 1000):
            status, body = await office.live.post(
                office.settings.lookup_url, msgspec.json.encode(sent), _JSON, headers
            )
    except (OSError, TimeoutError):
        raise Refused("lookup_failed", "whoever is asked about numbers does not answer") from None
    if status != _OK or len(body) > LOOKUP_ANSWER_BYTES:
        raise Refused("lookup_failed", "whoever is asked about numbers refuses")
    try:
        answer = _decode(body)
    except msgspec.DecodeError:
        raise Refused("lookup_failed", "whoever is asked about numbers answers garbage") from None
    office.lookups.put(key, answer, now)
    return answer


def _view(
    found: Description, *, asked: tuple[str, ...] = (), answer: Answer | None = None
) -> views.Lookup:
    said = answer if answer is not None else Answer()
    return views.Lookup(
        number=found.e164,
        valid=found.valid,
        errors=list(found.flaws),
        country=found.country,
        calling_code=found.calling_code,
        national=found.national,
        line_type=said.line_type or found.line_type,
        asked=list(asked),
        answered=answer is not None,
        carrier=said.carrier_name or found.carrier,
        mobile_country_code=said.mobile_country_code,
        mobile_network_code=said.mobile_network_code,
        caller_name=said.caller_name,
        caller_type=said.caller_type,
        line_status=said.line_status,
        roaming=said.roaming,
        roaming_country=said.roaming_country,
    )
