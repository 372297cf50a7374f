"""What may be recorded in a call: the decision of the law, asked before any recording starts.

The parties of a call are made into what the law looks at: where each lives, whether they work for
the account, what they said before. A phone of ours is staff; its place is the account's own. What
cannot be found out is unknown, which the law treats as its strictest case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringfence.calls import commands
from ringfence.calls.words import RecordingSource
from ringfence.config import Settings
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import PartyId
from ringfence.kernel.phone import Phone
from ringfence.privacy.consent.writing import Written, may_be_written, written_of
from ringfence.privacy.gate import Consent
from ringfence.privacy.recording_law.decision import Case, Party, Policy, decide, policy_of
from ringfence.privacy.recording_law.places import STATELESS, UNKNOWN, place_of
from ringfence.privacy.recording_law.rules import RuleSet, load
from ringfence.sip.uri import Uri
from ringfence.switch.directory import Directory
from ringfence.switch.ports import Choices

Address = Phone | str
"""A number, a SIP address, or ``""`` for somebody who hides theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the account says about recording. ``place``: of its own people, "" for as its numbers.

    ``hours``: minutes of the day of ``zone`` in which it records at all. ``written``: whose words
    a machine writes down.
    """

    policy: Policy = "law"
    hours: tuple[int, int] | None = None
    zone: str = "UTC"
    place: str = ""
    country: str = ""
    written: Written = "recorded"

    @classmethod
    def of(cls, settings: Settings) -> House:
        """Return what the settings say."""
        begin, end, zone = settings.recording_hours or (0, 0, "UTC")
        return cls(
            policy=policy_of(settings.recording),
            hours=None if settings.recording_hours is None else (begin, end),
            zone=zone,
            place=settings.recording_place,
            country=settings.country,
            written=written_of(settings.transcription),
        )


@dataclass(frozen=True, slots=True)
class Side:
    """One party of a recording, as the call knows it."""

    address: Address
    party: PartyId | None


class NobodySpoke:
    """Choices of people who never made any: for an exchange without a storage."""

    def recording_consent(self, _party: PartyId, /) -> Consent:
        """Nobody said anything."""
        return "unknown"

    def transcription_consent(self, _party: PartyId, /) -> Consent:
        """Nobody said anything."""
        return "unknown"

    def restricted(self, _party: PartyId, /) -> bool:
        """Nobody is restricted."""
        return False


class Rulings:
    """Rules on recordings."""

    def __init__(
        self,
        *,
        choices: Choices,
        directory: Directory,
        domain: str,
        house: House | None = None,
        rules: RuleSet | None = None,
    ) -> None:
        self._choices = choices
        self._directory = directory
        self._domain = domain
        self._house = house or House()
        self._rules = rules or load()

    def rule(
        self,
        source: RecordingSource,
        sides: Sequence[Side],
        *,
        own: Address,
        beep: bool,
        now: Ms,
    ) -> commands.RuleRecording:
        """Return the ruling; ``sides``: the first leg, then whom a dial rings; ``own``: ours."""
        house = self._house
        parties = tuple(self._party(side, own) for side in sides)
        case = Case(
            source=source,
            parties=parties,
            at=now,
            beep=beep,
            policy=house.policy,
            hours=house.hours,
            zone=house.zone,
        )
        found = decide(case, self._rules)
        return commands.RuleRecording(
            source=source,
            outcome=found.outcome,
            law=found.law,
            rules=found.rules,
            edition=found.edition,
            decided_at=now,
            beep=beep,
            policy=house.policy,
            hours=house.hours,
            zone=house.zone,
            parties=tuple(side.party for side in sides),
            places=tuple(party.place for party in parties),
            standings=tuple(party.standing for party in parties),
            consents=tuple(party.consent for party in parties),
            restricted=tuple(party.restricted for party in parties),
            duties=found.duties,
        )

    @property
    def writes(self) -> bool:
        """Whether anything that is said is turned into text here, the exchange's own words too."""
        return self._house.written != "never"

    def may_be_written(self, party: PartyId | None) -> bool:
        """Whether what somebody says may be turned into text; None: nobody knows who it is."""
        choices = self._choices
        return may_be_written(
            self._house.written,
            "unknown" if party is None else choices.transcription_consent(party),
            restricted=party is not None and choices.restricted(party),
        )

    def _party(self, side: Side, own: Address) -> Party:
        staff = self._is_ours(side.address)
        place = self._own_place(own) if staff else self._place(side.address)
        consent: Consent = "unknown"
        restricted = False
        if side.party is not None:
            consent = self._choices.recording_consent(side.party)
            restricted = self._choices.restricted(side.party)
        return Party(place, "staff" if staff else "person", consent, restricted)

    def _is_ours(self, address: Address) -> bool:
        """Whether it is a phone of ours, or a number of ours."""
        if isinstance(address, Phone):
            return address.e164 in self._directory.numbers
        user = _user_at(address, self._domain)
        return user is not None and user in self._directory.devices

    def _place(self, address: Address) -> str:
        if isinstance(address, Phone):
            return place_of(address)
        user = _user_at(address, None)
        try:
            return UNKNOWN if user is None else place_of(Phone.parse(user))
        except Refused:
            return UNKNOWN

    def _own_place(self, own: Address) -> str:
        house = self._house
        if house.place:
            return STATELESS if house.place == "US" else house.place
        if isinstance(own, Phone):
            return place_of(own)
        return STATELESS if house.country == "US" else house.country or UNKNOWN


def _user_at(address: str, domain: str | None) -> str | None:
    """The user part of a SIP address, at ``domain`` where one is named."""
    try:
        uri = Uri.parse(address)
    except RemoteError:
        return None
    return uri.subscriber if domain is None or uri.host == domain else None
