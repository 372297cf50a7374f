"""Which recordings of a call are permitted, and who has still to be told or asked.

A ruling (`commands.RuleRecording`) names the parties it covers and what each has a right to; what
was then said and answered (`commands.TellRecording`) pays that off. Until every party of a
recording is covered and owed nothing, `Permits.allow` says no, and the switch starts nothing.

    party owed "announce" ── heard ──▶ owed nothing
    party owed "ask" ──────── yes ───▶ owed nothing
                     └─ no, nothing, not said ─▶ the recording is not permitted
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ringfence.calls.words import (
    RecordingAnswer,
    RecordingDuty,
    RecordingOutcome,
    RecordingSource,
)
from ringfence.kernel.ids import PartyId

RANK: Final[dict[RecordingDuty, int]] = {"none": 0, "announce": 1, "ask": 2}
"""How much a duty is: whoever was asked was told, too."""


@dataclass(slots=True)
class Permit:
    """What was ruled for one source. ``owed``: by party, without those owed nothing."""

    outcome: RecordingOutcome
    covered: frozenset[PartyId]
    owed: dict[PartyId, RecordingDuty] = field(default_factory=dict)


class Permits:
    """The rulings of one call."""

    __slots__ = ("_forbidden", "_paid", "_permits")

    def __init__(self) -> None:
        self._forbidden: set[PartyId] = set()
        self._paid: dict[tuple[RecordingSource, PartyId], RecordingDuty] = {}
        self._permits: dict[RecordingSource, Permit] = {}

    def rule(
        self,
        source: RecordingSource,
        outcome: RecordingOutcome,
        duties: Iterable[tuple[PartyId | None, RecordingDuty]],
        *,
        again: bool = False,
    ) -> None:
        """A recording was ruled on; a later ruling replaces an earlier one.

        ``again``: of one that goes on, so that what somebody was told of it before is not owed, and
        a no stays one.
        """
        listed = [(party, duty) for party, duty in duties if party is not None]
        covered = frozenset(party for party, _ in listed)
        refused = covered & self._forbidden or (again and self.denied(source))
        self._permits[source] = Permit(
            "never" if refused else outcome,
            covered,
            {
                party: duty
                for party, duty in listed
                if RANK[duty] > (RANK[self.paid(source, party)] if again else 0)
            },
        )

    def told(self, source: RecordingSource, party: PartyId | None, answer: RecordingAnswer) -> None:
        """A party heard the announcement, or answered the question."""
        permit = self._permits.get(source)
        duty = None if permit is None or party is None else permit.owed.get(party)
        if permit is None or party is None or duty is None:
            return
        if answer == "yes" or (answer == "heard" and duty == "announce"):
            del permit.owed[party]
            self._paid[source, party] = duty
        else:
            permit.outcome = "never"

    def forbid(self, party: PartyId) -> None:
        """A party takes everything back: no recording with them, whatever is ruled later."""
        self._forbidden.add(party)
        for permit in self._permits.values():
            if party in permit.covered:
                permit.outcome = "never"

    def ruled(self, source: RecordingSource) -> bool:
        """Whether anything was ruled on at all."""
        return source in self._permits

    def denied(self, source: RecordingSource) -> bool:
        """Whether it was ruled that nothing is recorded, or somebody has said no."""
        permit = self._permits.get(source)
        return permit is not None and permit.outcome == "never"

    def paid(self, source: RecordingSource, party: PartyId | None) -> RecordingDuty:
        """Return what a party has been told or asked already, as far as it agreed."""
        return "none" if party is None else self._paid.get((source, party), "none")

    def owes(self, source: RecordingSource, party: PartyId | None) -> RecordingDuty:
        """Return what a party has still a right to."""
        permit = self._permits.get(source)
        if permit is None or party is None:
            return "none"
        return permit.owed.get(party, "none")

    def allow(self, source: RecordingSource, parties: Iterable[PartyId | None]) -> bool:
        """Whether a recording of these parties may begin. None: what the exchange itself plays.

        In a dial the exchange plays what others say: then nobody at all may be owed anything.
        """
        permit = self._permits.get(source)
        if permit is None or permit.outcome == "never":
            return False
        heard = list(parties)
        if None in heard and source != "voicemail" and permit.owed:
            return False
        return all(
            party is None or (party in permit.covered and party not in permit.owed)
            for party in heard
        )
