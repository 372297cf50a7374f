"""``/v1/privacy``: requests, grievances, reports of children, demands, incidents.

Everything the command line can do to a case has a resource here. What anybody may ask (a request,
how far it is, a grievance) needs no sign-in and is counted by address; a secret reference stands
in a body, never in a path, because paths end up in logs.
"""

from __future__ import annotations

from typing import Any

from ringfence.api import bounds, case_views
from ringfence.api.resources import Body, Instant, Nothing, file, resource

_PREFIX = "/v1/privacy"


class Ask(Body, frozen=True, kw_only=True):
    """A request of a person."""

    kind: str
    contact: str
    residence: str = ""
    words: str = ""
    details: dict[str, str] | None = None


class Open(Ask, frozen=True, kw_only=True):
    """A request that came on paper. ``method``: how it is known who asks."""

    method: str | None = None


class Mail(Body, frozen=True, kw_only=True):
    """A letter as it came: an RFC 5322 message."""

    raw: bounds.Letter


class Reference(Body, frozen=True, kw_only=True):
    """The secret that leads back to a case."""

    reference: str


class Verify(Reference, frozen=True, kw_only=True):
    """The code that was spoken or sent."""

    code: str


class Code(Body, frozen=True, kw_only=True):
    """The code that the person reads out."""

    code: str


class Method(Body, frozen=True, kw_only=True):
    """How it is known who asks."""

    method: str


class Reason(Body, frozen=True, kw_only=True):
    """A reason of the law, and words."""

    reason: str
    words: str = ""


class Charge(Body, frozen=True, kw_only=True):
    """A fee."""

    amount: str
    ground: str = ""
    words: str = ""


class Words(Body, frozen=True, kw_only=True):
    """What is said to the person, or kept with the case."""

    words: str = ""


class Stolen(Body, frozen=True, kw_only=True):
    """What happened to the account."""

    words: str


class Answer(Words, frozen=True, kw_only=True):
    """What is said to the person; ``details``: what their letter left open."""

    details: dict[str, str] | None = None


class Token(Body, frozen=True, kw_only=True):
    """The token of an archive."""

    token: str


class File(Body, frozen=True, kw_only=True):
    """A grievance."""

    words: str
    about: str = "other"
    residence: str = ""
    contact: str = ""


class Extend(Body, frozen=True, kw_only=True):
    """More time for a grievance."""

    days: int
    words: str


class Settle(Body, frozen=True, kw_only=True):
    """How a grievance ends."""

    words: str
    redress: bool = True


class NameOfficer(Body, frozen=True, kw_only=True):
    """Who takes grievances of people under a law."""

    law: str
    name: str
    email: str = ""
    post: str = ""


class Born(Body, frozen=True, kw_only=True):
    """A birthday; it is looked at and kept nowhere."""

    born: str


class Report(Body, frozen=True, kw_only=True):
    """Somebody who uses a number is a child."""

    contact: str
    words: str = ""
    residence: str = ""


class Receive(Body, frozen=True, kw_only=True):
    """A demand of an authority; instants are epoch milliseconds."""

    authority: str
    instrument: str
    country: str
    contacts: list[str]
    fields: list[str]
    since: int
    until: int
    path: str = "domestic"
    held_for_other: bool = False
    words: str = ""


class Checks(Body, frozen=True, kw_only=True):
    """Which checks a demand passed."""

    checks: list[str]


class Emergency(Checks, frozen=True, kw_only=True):
    """Why a demand is urgent."""

    reason: str


class Object(Body, frozen=True, kw_only=True):
    """What is wrong with a demand."""

    reason: str


class Narrow(Body, frozen=True, kw_only=True):
    """What will be given: by default what was asked."""

    contacts: list[str] | None = None
    fields: list[str] | None = None
    since: int | None = None
    until: int | None = None


class Sent(Body, frozen=True, kw_only=True):
    """To whom a letter went, and how."""

    person: str
    words: str


class Gag(Body, frozen=True, kw_only=True):
    """An order not to tell the person, and until when."""

    instrument: str
    until: int


class Secret(Body, frozen=True, kw_only=True):
    """An approver's secret."""

    secret: str


class Review(Secret, frozen=True, kw_only=True):
    """What an approver found, looking back."""

    words: str


class Name(Body, frozen=True, kw_only=True):
    """A name."""

    name: str


class Incident(Body, frozen=True, kw_only=True):
    """Something happened."""

    kind: str
    words: str
    laws: list[str] | None = None
    sectors: list[str] | None = None
    aware: int | None = None
    sealed: bool = False


class Affect(Body, frozen=True, kw_only=True):
    """Whose data it was: by number, or by the keys that got out."""

    contacts: list[str] | None = None
    serials: list[int] | None = None


class Told(Body, frozen=True, kw_only=True):
    """Which clock has stopped."""

    clock: str
    words: str = ""


class Cases(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/privacy/cases``: those in one state."""

    state: str | None = None


class Span(Body, frozen=True, kw_only=True):
    """From when until when, epoch milliseconds; without ``until`` until now."""

    since: Instant | None = None
    until: Instant | None = None


class Honey(Body, frozen=True, kw_only=True):
    """A number that belongs to nobody."""

    number: str


def _do(
    path: str,
    case: str,
    body: type[Body | Nothing],
    answer: Any,
    says: str,
    *,
    public: bool = False,
) -> Any:
    return resource(f"POST {_PREFIX}{path}", case, answer, says, body=body, public=public)


def _see(
    path: str,
    case: str,
    answer: Any,
    says: str,
    *,
    query: type[Body] | None = None,
    public: bool = False,
) -> Any:
    return resource(f"GET {_PREFIX}{path}", case, answer, says, query=query, public=public)


def _file(path: str, case: str, body: type[Body], says: str, *, public: bool = False) -> Any:
    return file(f"POST {_PREFIX}{path}", case, says, body=body, public=public)


_C, _L, _S, _Q = case_views.Case, list[case_views.Case], case_views.Status, case_views.Asked
_R, _G, _K, _D, _I = "/cases", "/grievances", "/children", "/demands", "/incidents"

HANDLERS = (
    # Anybody, counted by address.
    _do("/requests", "privacy.rights.ask", Ask, _Q, "Ask for a right.", public=True),
    _do("/requests/code", "privacy.rights.code", Reference, _S, "Send another code.", public=True),
    _do("/requests/verify", "privacy.rights.verify", Verify, _S, "Show the code.", public=True),
    _do("/requests/status", "privacy.rights.status", Reference, _S, "How far it is.", public=True),
    _do("/requests/withdraw", "privacy.rights.withdraw", Reference, _S, "Take a request back.",
        public=True),
    _file("/requests/archive", "privacy.rights.fetch", Reference, "Fetch the archive, once.",
          public=True),
    _do("/grievances/file", "privacy.grievance.file", File, _Q, "Say what is wrong.", public=True),
    _do("/grievances/status", "privacy.grievance.status", Reference, _S, "How far it is.",
        public=True),
    _do("/grievances/take-back", "privacy.grievance.take_back", Reference, _S,
        "Take a grievance back.", public=True),
    _see("/grievances/figures", "privacy.grievance.figures", case_views.GrievanceReport,
         "How grievances ended.", public=True),
    _see("/officers", "privacy.officer.list", list[case_views.Officer], "Who takes grievances.",
         public=True),
    _do("/age", "privacy.age.declare", Born, case_views.Done, "The age gate.", public=True),
    _do("/children/report", "privacy.child.report", Report, _Q, "Report a child.", public=True),
    _see("/transparency", "privacy.transparency", case_views.TransparencyReport,
         "The transparency report.", query=Span, public=True),
    _see("/signing-key", "privacy.signing_key", case_views.SigningKey,
         "The key that signs what is sent to recipients.", public=True),
    # Whoever handles requests.
    _see(_R, "privacy.case.list", _L, "Requests, newest first.", query=Cases),
    _do(_R + "/mail", "privacy.case.mail", Mail, _Q, "A letter by e-mail."),
    _do(_R, "privacy.case.open", Open, _C, "Write down a request that came on paper."),
    _see(_R + "/{sid:str}", "privacy.case.show", _C, "One request."),
    _do(_R + "/{sid:str}/code", "privacy.case.code", Nothing, _C, "Send another code."),
    _do(_R + "/{sid:str}/verify", "privacy.case.verify", Code, _C, "The code they read out."),
    _do(_R + "/{sid:str}/identify", "privacy.case.identify", Method, _C, "It is known who asks."),
    _do(_R + "/{sid:str}/extend", "privacy.case.extend", Reason, _C, "More time, once."),
    _do(_R + "/{sid:str}/charge", "privacy.case.charge", Charge, _C, "A fee, where it may be."),
    _do(_R + "/{sid:str}/answer", "privacy.case.answer", Answer, _C, "Grant and carry out."),
    _do(_R + "/{sid:str}/refuse", "privacy.case.refuse", Reason, _C, "Refuse, with the reason."),
    _do(_R + "/{sid:str}/withdraw", "privacy.case.withdraw", Nothing, _C, "It was taken back."),
    _do(_R + "/{sid:str}/close", "privacy.case.close", Nothing, _C, "File it away."),
    _do(_R + "/{sid:str}/archive", "privacy.case.archive", Nothing, case_views.Archive,
        "Make the archive; the token fetches it."),
    _file(_R + "/{sid:str}/archive/fetch", "privacy.case.fetch", Token, "The archive, once."),
    # Grievances, officers.
    _see(_G, "privacy.grievance.list", _L, "Grievances, newest first."),
    _see(_G + "/{sid:str}", "privacy.grievance.show", _C, "One grievance."),
    _do(_G + "/{sid:str}/take", "privacy.grievance.take", Nothing, _C, "Look into it."),
    _do(_G + "/{sid:str}/extend", "privacy.grievance.extend", Extend, _C, "More time, once."),
    _do(_G + "/{sid:str}/settle", "privacy.grievance.settle", Settle, _C, "How it ends."),
    _do(_G + "/{sid:str}/withdraw", "privacy.grievance.withdraw", Nothing, _C,
        "It was taken back."),
    _do(_G + "/{sid:str}/close", "privacy.grievance.close", Nothing, _C, "File it away."),
    _do("/officers", "privacy.officer.name", NameOfficer, case_views.Officer, "Name an officer."),
    # Children.
    _see(_K, "privacy.child.list", _L, "Reports, newest first."),
    _see(_K + "/{sid:str}", "privacy.child.show", _C, "One report."),
    _do(_K + "/{sid:str}/confirm", "privacy.child.confirm", Words, _C, "It is a child: erase."),
    _do(_K + "/{sid:str}/clear", "privacy.child.clear", Words, _C, "It is none: lift."),
    # Demands.
    _see(_D, "privacy.demand.list", _L, "Demands, newest first."),
    _do(_D, "privacy.demand.receive", Receive, _C, "Write a demand down."),
    _see(_D + "/letters", "privacy.demand.letters", list[case_views.LetterOwed],
         "Letters that somebody has to send: no message reaches these people."),
    _see(_D + "/{sid:str}", "privacy.demand.show", _C, "One demand."),
    _do(_D + "/{sid:str}/refer", "privacy.demand.refer", Words, _C, "Send them to the owner."),
    _do(_D + "/{sid:str}/object", "privacy.demand.object", Object, _C, "Refuse, with reasons."),
    _do(_D + "/{sid:str}/validate", "privacy.demand.validate", Checks, _C, "It passed these."),
    _do(_D + "/{sid:str}/emergency", "privacy.demand.emergency", Emergency, _C, "A life."),
    _do(_D + "/{sid:str}/narrow", "privacy.demand.narrow", Narrow, _C, "What will be given."),
    _do(_D + "/{sid:str}/notify", "privacy.demand.notify", Words, _C,
        "The person was told, in words how; without words, tell them now."),
    _do(_D + "/{sid:str}/told", "privacy.demand.told", Sent, _C, "A letter went out, so."),
    _do(_D + "/{sid:str}/gag", "privacy.demand.gag", Gag, _C, "Telling is forbidden until."),
    _do(_D + "/{sid:str}/approve", "privacy.demand.approve", Secret, _C, "One of two approves."),
    _do(_D + "/{sid:str}/disclose", "privacy.demand.disclose", Secret, case_views.Archive,
        "Make the export; the token fetches it."),
    _file(_D + "/{sid:str}/fetch", "privacy.demand.fetch", Token, "The export, once."),
    _do(_D + "/{sid:str}/review", "privacy.demand.review", Review, _C, "Look back at it."),
    _do(_D + "/{sid:str}/close", "privacy.demand.close", Nothing, _C, "Everything is done."),
    _see("/approvers", "privacy.approver.list", list[case_views.Approver], "Who may approve."),
    _do("/approvers", "privacy.approver.add", Name, case_views.Approver, "One who may approve."),
    _do("/approvers/{sid:str}/remove", "privacy.approver.remove", Nothing, case_views.Done,
        "One who may no longer."),
    # Incidents.
    _see(_I, "privacy.incident.list", list[case_views.Incident], "Incidents and their clocks."),
    _do(_I, "privacy.incident.open", Incident, case_views.Incident, "Something happened."),
    _see(_I + "/{sid:str}", "privacy.incident.show", case_views.Incident, "One incident."),
    _do(_I + "/{sid:str}/affect", "privacy.incident.affect", Affect, case_views.Incident,
        "Whose data it was."),
    _do(_I + "/{sid:str}/tell", "privacy.incident.tell", Told, case_views.Incident,
        "Somebody was told."),
    _do(_I + "/{sid:str}/waive", "privacy.incident.waive", Told, case_views.Incident,
        "Nobody can read what got out."),
    _do(_I + "/{sid:str}/contain", "privacy.incident.contain", Words, case_views.Incident,
        "It goes on no longer."),
    _do(_I + "/{sid:str}/close", "privacy.incident.close", Words, case_views.Incident,
        "Everybody was told."),
    _do("/compromised", "account.compromised", Stolen, case_views.Stopped,
        "The account was stolen: stop everything."),
    _do("/honey", "privacy.honey.place", Honey, case_views.Done, "Watch a number of nobody."),
)  # fmt: skip
