"""What was ruled on the recordings of a call: replayed from what was stored, and explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringfence.api import views_choices as views
from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.calls.words import RecordingSource
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, is_id
from ringfence.office.sentences import line_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.recording_law.decision import (
    OWN_RULES,
    Case,
    Decision,
    Party,
    consent_of,
    decide,
    policy_of,
    standing_of,
)
from ringfence.privacy.recording_law.rules import load

if TYPE_CHECKING:
    from ringfence.office import Office


def case_of(fact: events.RecordingRuled) -> Case:
    """Return the case a ruling was made on."""
    parties = zip(fact.places, fact.standings, fact.consents, fact.restricted, strict=True)
    return Case(
        source=fact.source,
        parties=tuple(
            Party(place, standing_of(standing), consent_of(consent), restricted)
            for place, standing, consent, restricted in parties
        ),
        at=fact.decided_at,
        beep=fact.beep,
        policy=policy_of(fact.policy),
        hours=None if fact.opens < 0 else (fact.opens, fact.closes),
        zone=fact.zone,
    )


@TABLE.use_case(
    "privacy.recording", actors=KNOWN, purpose="call_record", category="user.telephony.call"
)
async def explain(office: Office, *, sid: str) -> list[views.Ruling]:
    """Every ruling of a call: by which rules, and whether the same case is ruled the same again."""
    if not is_id(sid, "call"):
        raise Refused("not_found", "a call's SID is CA and 32 hexadecimal digits")
    record = office.store.records.get(CallId(sid))
    if record is None or record.account != office.account.id:
        raise Refused("not_found", "no call of that SID")
    facts = office.store.timeline.facts_of(CallId(sid))
    return [
        _ruling(fact, decide(case_of(fact), load()), facts)
        for fact in facts
        if isinstance(fact, events.RecordingRuled)
    ]


def _ruling(
    fact: events.RecordingRuled, again: Decision, facts: Sequence[CallFact]
) -> views.Ruling:
    parties = zip(
        fact.places, fact.standings, fact.consents, fact.restricted, fact.duties, strict=True
    )
    before = (fact.outcome, fact.duties, fact.rules)
    return views.Ruling(
        call=fact.call,
        at=fact.at,
        source=fact.source,
        outcome=fact.outcome,
        law=fact.law,
        parties=[
            views.RulingParty(
                place=place or "unknown",
                standing=standing,
                consent=consent,
                restricted=restricted,
                duty=duty,
            )
            for place, standing, consent, restricted, duty in parties
        ],
        rules=[views.RulingRule(id=rule, says=_says(rule)) for rule in fact.rules],
        edition=fact.edition,
        again=again.outcome,
        same=before == (again.outcome, again.duties, again.rules),
        edition_now=again.edition,
        said=_said(facts, fact.source),
    )


def _said(facts: Sequence[CallFact], source: RecordingSource) -> list[str]:
    return [
        line_of(fact).text
        for fact in facts
        if isinstance(fact, events.RecordingTold) and fact.source == source
    ]


def _says(rule: str) -> str:
    return OWN_RULES.get(rule) or load().explain(rule) or "a rule of an earlier edition"
