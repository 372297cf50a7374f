"""What an app of others may be allowed: each scope with its use cases, for the consent page.

A use case that is in no scope is closed to apps, whatever else they were allowed: credentials,
the account, the rooms of the privacy officer. A scope says what may be asked; for which purposes
it may be done is declared by the app besides, and held by the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ringfence.kernel.errors import LocalError


@dataclass(frozen=True, slots=True)
class Scope:
    """``says``: for whoever consents, as what follows "may". ``cases``: the use cases in it."""

    key: str
    says: str
    cases: tuple[str, ...]


_SCOPES = (
    Scope("calls:read", "see calls, when they were and how they went",
          ("call.list", "call.search", "call.show", "call.timeline", "call.diagnose",
           "event.list", "event.follow", "timeline.follow", "recording.list", "recording.show",
           "conference.list", "conference.show", "participant.list", "participant.show",
           "queue.list", "queue.show", "queue.member.list", "queue.member.show",
           "conference.recording.list", "conference.recording.show")),
    Scope("calls:write", "place, redirect and end calls",
          ("call.place", "call.hangup", "call.redirect", "call.adjust", "conference.announce",
           "conference.end", "participant.add", "participant.update", "participant.remove",
           "queue.member.dequeue",
           "recording.start", "recording.control")),
    Scope("recordings:read", "listen to recordings and voicemails, and read what was said",
          ("recording.export", "transcription.list", "transcription.show")),
    Scope("recordings:write", "delete recordings and voicemails, and have them read",
          ("recording.remove", "transcription.request", "transcription.remove")),
    Scope("messages:read", "read text messages",
          ("message.list", "message.show", "message.story", "message.media",
           "message.media.show")),
    Scope("messages:write", "send text messages",
          ("message.send", "message.cancel", "message.rate")),
    Scope("exchanges:read", "see what was exchanged with the account's own servers",
          ("notification.list", "notification.show", "notification.apps")),
    Scope("setup:read", "see numbers, flows, trunks, phones and settings",
          ("account.show", "system.status", "system.health", "system.metrics", "settings.show",
           "role.list", "number.list", "number.show", "flow.list", "flow.show", "flow.validate",
           "trunk.list", "trunk.check", "phone.list", "application.list", "application.show",
           "number.lookup", "caller_id.list", "caller_id.show",
           "number.stock.list", "number.stock.free", "number.stock.countries",
           "webhook.list", "webhook.show")),
    Scope("setup:write", "change numbers, flows, trunks and phones",
          ("number.add", "number.change", "number.remove", "flow.add", "trunk.add",
           "trunk.remove", "phone.add", "phone.remove", "application.add", "application.change",
           "number.stock.add", "number.stock.remove",
           "queue.add", "queue.update", "queue.remove",
           "application.remove", "webhook.add", "webhook.remove")),
    Scope("choices:write", "write down what people agreed to or refused",
          ("privacy.consent.give", "privacy.consent.refuse", "privacy.consent.withdraw",
           "privacy.consent.show", "privacy.consent.text", "privacy.leave_alone.add",
           "privacy.leave_alone.remove", "privacy.leave_alone.count")),
    Scope("policy:read", "read the policy, the map of the data and the promises",
          ("privacy.policy.current", "privacy.policy.versions", "privacy.policy.version",
           "privacy.policy.diff", "privacy.policy.packs", "privacy.map", "privacy.processing",
           "privacy.promise.list", "privacy.retention.rules", "privacy.recipient.list")),
)  # fmt: skip

ALWAYS = frozenset({"request.begin", "request.finish", "request.forget"})
"""What every app does on the way: a request that is sent again."""


def _by_key() -> Mapping[str, Scope]:
    made = {scope.key: scope for scope in _SCOPES}
    if len(made) != len(_SCOPES):
        raise LocalError("two scopes have one name")
    return MappingProxyType(made)


def _by_case() -> Mapping[str, str]:
    made: dict[str, str] = {}
    for scope in _SCOPES:
        for case in scope.cases:
            if case in made:
                raise LocalError(f"{case} is in two scopes")
            made[case] = scope.key
    return MappingProxyType(made)


SCOPES = _by_key()
_OF = _by_case()


def scope_of(case: str) -> str | None:
    """Return the scope a use case is in, None where it is closed to apps."""
    return _OF.get(case)


def may_ask(scopes: frozenset[str], case: str) -> bool:
    """Whether an app that was allowed ``scopes`` may ask for a use case."""
    return case in ALWAYS or scope_of(case) in scopes
