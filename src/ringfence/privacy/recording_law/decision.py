"""The decision about one recording: what it may be, and what each party has to be told or asked.

Pure and without memory: the same `Case` under the same rules gives the same `Decision`, so a
stored case can be decided again years later (`ringfence privacy recording CALL_SID`).

In this order, the first that applies ends it:

1. the account records nothing, or not at this hour                    never
2. a party is restricted (GDPR 18), or has refused                     never
3. a voicemail after the beep: whoever speaks knows, and wants it       record
4. the strictest law of all parties binds everybody who has not agreed:
   one party must know and one does                                    record
   all must know                                                       announce
   all must agree                                                      ask each of them
   nobody here knows (people of others alone talk)                     announce at the least
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from ringfence.kernel.clock import Ms
from ringfence.privacy.gate import Consent, RecordingLaw
from ringfence.privacy.recording_law.places import UNKNOWN
from ringfence.privacy.recording_law.rules import STRICTNESS, RuleSet, day_of

Outcome = Literal["record", "announce", "ask", "never"]
Duty = Literal["none", "announce", "ask"]
Standing = Literal["person", "staff"]
"""``staff``: works for the account and knows that it records."""
Source = Literal["voicemail", "call", "dial", "conference", "queue", "stream"]
Policy = Literal["law", "announce", "ask", "never"]
"""What the account wants beyond the law: nothing more, always announce, always ask, nothing."""

_DUTY: dict[RecordingLaw, Duty] = {
    "one_party": "none",
    "announce": "announce",
    "all_party": "ask",
}
_RANK: dict[Duty, int] = {"none": 0, "announce": 1, "ask": 2}
_LEAST: dict[Policy, Duty] = {
    "law": "none",
    "announce": "announce",
    "ask": "ask",
    "never": "ask",
}
_OUTCOME: dict[Duty, Outcome] = {"none": "record", "announce": "announce", "ask": "ask"}

OWN_RULES: dict[str, str] = {
    "policy-never": "the account records no calls",
    "policy-announce": "the account announces every recording",
    "policy-ask": "the account asks before every recording",
    "outside-recording-hours": "the account does not record at this hour",
    "restriction": "a party's data is restricted: it is stored and not added to (GDPR 18)",
    "consent-refused": "a party has refused to be recorded",
    "consent-given": "a party has agreed to be recorded",
    "staff-informed": "a party works for the account and knows that it records",
    "voicemail-informed": "who speaks after the beep knows that it is recorded",
    "nobody-knows": "nobody on the line knows: the law of one party asks that one does",
}
"""Rules that are this product's own; the others are those of ``rules.toml``."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a call, as far as the decision goes. ``place``: see ``places``."""

    place: str
    standing: Standing = "person"
    consent: Consent = "unknown"
    restricted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question. ``hours``: the account's recording hours in minutes of the day of ``zone``."""

    source: Source
    parties: tuple[Party, ...]
    at: Ms
    beep: bool = False
    policy: Policy = "law"
    hours: tuple[int, int] | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done. ``duties``: of each party, in order; ``rules``: the ids behind it."""

    outcome: Outcome
    law: RecordingLaw
    duties: tuple[Duty, ...]
    rules: tuple[str, ...]
    edition: str


def decide(case: Case, rules: RuleSet) -> Decision:
    """Return the decision; see the module."""
    day = day_of(case.at)
    places = [party.place for party in case.parties] or [UNKNOWN]
    laws = [rules.law_of(place, day) for place in places]
    law: RecordingLaw = max((found for found, _ in laws), key=STRICTNESS.__getitem__)

    def decided(outcome: Outcome, duties: tuple[Duty, ...], *ids: str) -> Decision:
        return Decision(outcome, law, duties, tuple(dict.fromkeys(ids)), rules.edition)

    free: Duty = "none"
    nothing = (free,) * len(case.parties)
    if case.policy == "never":
        return decided("never", nothing, "policy-never")
    if case.hours is not None and not _within(case.at, case.hours, case.zone):
        return decided("never", nothing, "outside-recording-hours")
    if any(party.restricted for party in case.parties):
        return decided("never", nothing, "restriction")
    if any(party.consent == "refused" for party in case.parties):
        return decided("never", nothing, "consent-refused")
    if case.source == "voicemail" and case.beep:
        return decided("record", nothing, "voicemail-informed")

    least, why = _LEAST[case.policy], [id_ for found, ids in laws if found == law for id_ in ids]
    due = _DUTY[law]
    if due == "none" and not _somebody_knows(case):
        due = "announce"
        why.append("nobody-knows")
    if _RANK[least] > _RANK[due]:
        due = least
        why.append(f"policy-{case.policy}")
    duties: list[Duty] = []
    for party in case.parties:
        if party.standing == "staff":
            why.append("staff-informed")
        elif party.consent == "given":
            why.append("consent-given")
        knows = party.standing == "staff" or party.consent == "given"
        duties.append("none" if knows else due)
    worst: Duty = max(duties, key=_RANK.__getitem__, default=due)
    return decided(_OUTCOME[worst], tuple(duties), *why)


def policy_of(word: str) -> Policy:
    """Return a policy by its word; the strictest for a word that is none."""
    for known in _LEAST:
        if word == known:
            return known
    return "never"


def standing_of(word: str) -> Standing:
    """Return a standing by its word; somebody is a person unless they are known to be staff."""
    return "staff" if word == "staff" else "person"


def consent_of(word: str) -> Consent:
    """Return a consent by its word; refused for a word that is none."""
    if word == "given":
        return "given"
    return "unknown" if word == "unknown" else "refused"


def _somebody_knows(case: Case) -> bool:
    """Whether one side of the talk has agreed: the account itself, its staff, or somebody asked.

    In a dial the account only connects others; otherwise the caller talks to the account.
    """
    if case.source != "dial":
        return True
    return any(party.standing == "staff" or party.consent == "given" for party in case.parties)


def _within(at: Ms, hours: tuple[int, int], zone: str) -> bool:
    begin, end = hours
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    return begin <= minute < end if begin <= end else minute >= begin or minute < end
