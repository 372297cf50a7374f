"""``/v1/privacy``: consents, lists of people to leave alone, rulings, restrictions and holds.

A number stands in a body, never in a path: paths end up in logs of proxies.
"""

from __future__ import annotations

from ringfence.api import views_choices as views
from ringfence.api.resources import Body, resource


class Said(Body, frozen=True, kw_only=True):
    """The body of a consent that is given or refused."""

    number: str
    purpose: str
    channel: str = "any"
    how: str = "api"
    locale: str = "en"


class TakenBack(Body, frozen=True, kw_only=True):
    """The body of a consent that is withdrawn."""

    number: str
    purpose: str
    channel: str = "any"
    how: str = "api"


class Whom(Body, frozen=True, kw_only=True):
    """Somebody, by their number."""

    number: str


class LeftAlone(Body, frozen=True, kw_only=True):
    """Somebody who is to be left alone: ``which`` is do_not_call or marketing."""

    number: str
    which: str = "do_not_call"
    how: str = "api"


class Restricted(Body, frozen=True, kw_only=True):
    """Somebody whose data is only stored, and why."""

    number: str
    reason: str = "requested"


class Held(Body, frozen=True, kw_only=True):
    """A record by its SID, and why nothing may erase it."""

    record: str
    reason: str = "legal_claim"


class Shown(Body, frozen=True, kw_only=True):
    """The query for a text: a purpose, or the hash of what somebody was shown."""

    purpose: str | None = None
    channel: str | None = None
    locale: str | None = None
    shown: str | None = None


_AT = "/v1/privacy"

HANDLERS = (
    resource(f"POST {_AT}/consents", "privacy.consent.give", views.Choices,
             "Write down that somebody agreed to one purpose, and what they were shown.",
             body=Said),
    resource(f"POST {_AT}/consents/refuse", "privacy.consent.refuse", views.Choices,
             "Write down that somebody was asked and said no.", body=Said),
    resource(f"POST {_AT}/consents/withdraw", "privacy.consent.withdraw", views.Choices,
             "Take a consent back. It holds at once; what is being recorded of them stops.",
             body=TakenBack),
    resource(f"POST {_AT}/consents/find", "privacy.consent.show", views.Choices,
             "What holds for somebody now, and every word of theirs.", body=Whom),
    resource(f"GET {_AT}/consents/text", "privacy.consent.text", views.ConsentText,
             "What people are shown.", query=Shown),
    resource(f"POST {_AT}/leave-alone", "privacy.leave_alone.add", views.Choices,
             "Never call somebody again, or send them no offers.", body=LeftAlone),
    resource(f"POST {_AT}/leave-alone/remove", "privacy.leave_alone.remove", views.Choices,
             "They asked to be called again.", body=LeftAlone),
    resource(f"GET {_AT}/leave-alone", "privacy.leave_alone.count", views.Suppressions,
             "How many people are on each list; the lists hold no numbers."),
    resource(f"GET {_AT}/recording/{{sid:str}}", "privacy.recording", list[views.Ruling],
             "Every ruling on recordings of a call, decided again and explained."),
    resource(f"POST {_AT}/restrictions", "privacy.restrict", list[str],
             "Store somebody's data and use it no more; why it is restricted now.",
             body=Restricted),
    resource(f"POST {_AT}/restrictions/lift", "privacy.unrestrict", list[str],
             "End a restriction; the reasons that still stand.", body=Restricted),
    resource(f"POST {_AT}/holds", "privacy.hold", list[views.Hold],
             "Let nothing erase one record.", body=Held),
    resource(f"POST {_AT}/holds/lift", "privacy.release", list[views.Hold], "End a hold.",
             body=Held),
    resource(f"GET {_AT}/holds", "privacy.holds", list[views.Hold], "The holds that stand."),
)  # fmt: skip
