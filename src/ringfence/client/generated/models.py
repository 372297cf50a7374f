"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import Any

import msgspec


class AboutFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: ok, warning or fault, and the command that mends it."""

    check: str
    level: str
    text: str
    mend: str | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account of this installation."""

    sid: str
    name: str
    status: str
    created: int
    role: str | None = None
    owner: str | None = None
    token: str | None = None
    trial: bool = False


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app of others. ``sid`` is its client id; ``secret`` is there once, when it is made."""

    sid: str
    name: str
    redirects: builtins.list[str]
    scopes: builtins.list[str]
    purposes: builtins.list[str]
    role: str
    created: int
    revoked: int | None = None
    secret: str | None = None


class AppLogging(msgspec.Struct, frozen=True, kw_only=True):
    """A number or a flow, and whether what its calls' exchanges say is kept."""

    app: str
    name: str
    on: bool


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """URLs under one name. ``hooks``: those that are set, of ``voice``, ``voice_fallback``, ``status``, ``sms``, ``sms_fallback``, ``sms_status``, ``message_status``."""

    sid: str
    name: str
    hooks: builtins.dict[str, Hook]
    caller_name_lookup: bool = False
    public_connect: bool = False
    created: int
    changed: int


class Approver(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may approve a disclosure; ``secret`` is shown once."""

    sid: str
    name: str
    created: int
    removed: int | None = None
    secret: str | None = None


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """An archive was made: the token fetches it once."""

    case: str
    token: str
    size: int
    sha256: str
    expires: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request was received: ``reference`` is the secret that leads back to it."""

    reference: str
    due: int
    letter: str


class AuditHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest signed head of the audit log, and the key that checks it."""

    checkpoint: str
    size: int
    verifier_key: str


class AuditProof(msgspec.Struct, frozen=True, kw_only=True):
    """One record about a person, with the proof that it is in the log (C2SP tlog-proof)."""

    leaf: int
    at: int
    kind: str
    proof: str


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the whole log found; it is whole where ``faults`` is empty."""

    leaves: int
    heads: int
    proved: int
    erased: int
    faults: builtins.list[str]


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup as a file, in the folder for backups. It holds no key."""

    name: str
    size: int
    made: int


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to an account. Without a tariff nothing costs, and currency is null."""

    account: str
    payer: str
    trial: bool
    currency: str | None
    amount: str | None
    limit: str | None
    credit: bool


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call: its record."""

    sid: str
    direction: str
    status: str
    caller: str | None = None
    called: str | None = None
    offered: int
    ringing: int | None = None
    answered: int | None = None
    ended: int | None = None
    talk_ms: int | None = None
    hung_up_by: str | None = None
    cause: str | None = None
    codec: str | None = None
    mos: float | None = None
    missed: bool | None = None
    flow: str | None = None
    parent: str | None = None
    forwarded_from: str | None = None
    answered_by: str | None = None
    price: str | None = None
    currency: str | None = None
    legs: builtins.list[Leg] = []
    recordings: builtins.list[Recording] = []


class CallerId(msgspec.Struct, frozen=True, kw_only=True):
    """A number of somebody's that calls may show, because they confirmed it."""

    sid: str
    number: str
    name: str
    created: int
    changed: int


class CallerIdCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A number is being called; who answers enters ``code``."""

    call: str
    number: str
    name: str
    code: str


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A pool of senders; ``registration``: its id at the campaign registry, or empty."""

    sid: str
    name: str
    registration: str
    senders: builtins.list[str]
    created: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case, for whoever handles it."""

    sid: str
    family: str
    kind: str
    state: str
    residence: str
    received: int
    due: int | None
    decided: int | None
    late: bool = False
    person: str | None = None
    facts: builtins.dict[str, Any] = {}
    words: builtins.dict[str, Any] = {}
    letter: str = ""
    can: builtins.list[str] = []
    steps: builtins.list[Step] = []


class CaseIncident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident with its clocks; ``affected``: the people to tell, by id."""

    sid: str
    state: str
    kind: str
    aware: int
    sealed: bool
    affected: builtins.list[str]
    clocks: builtins.list[Clock]
    words: str = ""
    steps: builtins.list[Step] = []


class CaseStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far a request is, for whoever holds its reference."""

    kind: str
    state: str
    received: int
    due: int | None
    letter: str = ""
    archive: bool = False
    steps: builtins.list[Step] = []


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One word of somebody: given, refused, withdrawn."""

    purpose: str
    channel: str
    state: str
    how: str
    by: str
    at: int
    text: str | None = None


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one person chose. The number itself is not repeated."""

    now: builtins.list[Standing]
    history: builtins.list[Choice]
    do_not_call: bool
    no_marketing: bool
    restricted: builtins.list[str]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of an incident."""

    key: str
    whom: str
    what: str
    due: int
    told: int | None
    waived: str
    cite: str
    source: str
    late: bool = False


class Conference(msgspec.Struct, frozen=True, kw_only=True):
    """A room. ``status``: init, running, ended; ``reason``: why it ended."""

    sid: str
    name: str
    status: str
    reason: str | None = None
    ended_by: str | None = None
    created: int
    updated: int
    ended: int | None = None


class ConsentText(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is shown, or was: the hash is over version, language and text."""

    purpose: str = ""
    channel: str = ""
    locale: str
    version: str
    hash: str
    text: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that waits, or that was given up."""

    sid: str
    call: str | None
    subject: str
    kind: str
    event: str | None
    source: str | None
    state: str
    attempts: int
    error: str | None
    created: int
    due: int


class DeskAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a customer lives whom a number was given to."""

    sid: str
    customer: str
    street: str
    street_more: str | None = None
    city: str
    region: str
    postal_code: str
    country: str
    name: str = ""
    emergency: bool = False
    created: int
    changed: int


class DeskPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where numbers are from. ``region``: in North America the two letters of the state."""

    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP phone of this installation."""

    name: str
    sid: str
    registered: bool
    expires: int | None = None
    created: int
    uri: str
    secret: str | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Said when everything went well and there is nothing else to say."""

    done: bool = True


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """One media worker."""

    shard: int
    connected: bool
    engine: str | None = None
    pid: int | None = None
    legs: int = 0
    restarts: int = 0


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure: planned, begun or done. ``due``: when the next of what is kept may go."""

    sid: str
    status: str
    reason: str
    asked: int
    done: int | None
    due: int | None
    rows: builtins.list[ErasureRow]
    receipt: str | None
    verifier_key: str | None


class ErasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the plan of an erasure. ``at`` None: at once; ``count`` None: not counted."""

    store: str
    what: str
    count: int | None
    action: str
    at: int | None
    rule: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. ``text`` names no number and no digit. ``type``: the name of the fact, e.g. ``CallAnswered``; ``heartbeat`` where nothing happened for a while; ``behind`` where the reader was too slow and has to come back with ``id``."""

    id: int
    type: str
    at: int
    call: str | None = None
    leg: str | None = None
    message: str | None = None
    text: str = ""
    level: str = "info"
    data: builtins.dict[str, bool | int | str | None] = {}


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures that are published."""

    values: builtins.dict[str, Any]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: how it is, in words, and what mends it."""

    check: str
    level: str
    text: str
    mend: str | None = None
    leg: str | None = None


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow; ``document`` is the JSON document on ``flow.show`` alone."""

    name: str
    sid: str
    version: int
    created: int
    changed: int
    document: builtins.dict[str, Any] | None = None


class FreeNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number that can be had."""

    number: str
    country: str | None = None
    kind: str | None = None
    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"
    place: DeskPlace


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody in a role allowed an app."""

    sid: str
    app: str
    role: str
    scopes: builtins.list[str]
    created: int


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a stranger may know."""

    state: str


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on a record."""

    record: str
    reason: str
    placed: int


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A URL that is asked or told something, and how."""

    url: str
    method: str


class InboxCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages nobody has read."""

    unread: int
    numbers: builtins.list[InboxNumber]


class InboxNumber(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages to a number of ours nobody has read; ``number`` None: it is gone."""

    number: str | None
    unread: int


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key. ``secret`` is there once, when the key is made."""

    sid: str
    name: str
    role: str
    purposes: builtins.list[str]
    created: int
    expires: int | None = None
    revoked: int | None = None
    secret: str | None = None


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One connection between Ringfence and a phone or carrier."""

    sid: str
    direction: str
    via: str
    status: str
    codec: str | None = None
    cause: str | None = None
    sip_status: int | None = None
    answered: int | None = None
    ended: int | None = None
    media: Media | None = None


class LetterOwed(msgspec.Struct, frozen=True, kw_only=True):
    """A letter about a demand that somebody has to send, as no message reaches the person."""

    case: str
    person: str
    address: str
    since: int
    text: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a call's timeline. ``text`` names no number and no digit."""

    at: int
    call: str
    leg: str | None = None
    name: str
    text: str
    level: str = "info"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gets: lists with their grounds, and whether they declined."""

    lists: builtins.list[builtins.dict[str, str]]
    suppressed: bool


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a number. From ``carrier`` on: what others said, where they were asked."""

    number: str
    valid: bool
    errors: builtins.list[str]
    country: str | None = None
    calling_code: str | None = None
    national: str | None = None
    line_type: str | None = None
    asked: builtins.list[str] = []
    answered: bool = False
    carrier: str | None = None
    mobile_country_code: str | None = None
    mobile_network_code: str | None = None
    caller_name: str | None = None
    caller_type: str | None = None
    line_status: str | None = None
    roaming: bool | None = None
    roaming_country: str | None = None


class MapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the map of the data."""

    kind: str
    name: str
    facts: builtins.dict[str, Any]


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine counted on one leg; enough to say in words why there was no audio."""

    packets_in: int = 0
    packets_out: int = 0
    lost: int = 0
    late: int = 0
    jitter_ms: int = 0
    mos: float | None = None
    latched: bool = False
    strangers: int = 0
    remote: str = "unknown"
    advertised: str = "unknown"
    direction: str = "sendrecv"
    timed_out: bool = False
    played_ms: int = 0
    dtmf_in: int = 0


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A call that waits in a queue, at ``position`` from 1."""

    queue: str
    call: str
    position: int
    since: int
    wait_s: int


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One text message."""

    sid: str
    direction: str
    status: str
    about: str
    to: str | None = None
    sender: str | None = None
    body: str | None = None
    segments: int
    media: int
    created: int
    changed: int
    sent: int | None = None
    due: int | None = None
    expires: int | None = None
    attempts: int
    carrier: str | None = None
    campaign: str | None = None
    template: str | None = None
    cause: str | None = None
    error: int | None = None
    outcome: str | None = None
    unread: bool = False
    price: str | None = None
    currency: str | None = None


class MessageFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a message."""

    at: int
    name: str
    facts: builtins.dict[str, Any]


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Values of the metrics declared in ``ringfence.observe.metrics``, by name and label."""

    values: builtins.dict[str, float | builtins.dict[str, float]]


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What moved a balance, beside what was used."""

    sid: str
    kind: str
    at: int
    currency: str
    amount: str
    reason: str | None = None


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange with a server of the account's, or what was wrong with a document of its."""

    sid: str
    call: str | None
    kind: str
    at: int
    elapsed_ms: int
    method: str
    status: int
    failure: str | None = None
    code: int | None = None
    level: str | None = None
    subject: str | None = None
    event: str | None = None
    number: str | None = None
    flow: str | None = None
    delivery: str | None = None
    attempt: int = 1
    source: str | None = None
    request_size: int
    response_size: int
    kept: bool
    url: str | None = None
    params: builtins.list[builtins.list[Any]] | None = None
    sent: str | None = None
    headers: builtins.list[builtins.list[Any]] | None = None
    content_type: str | None = None
    body: str | None = None
    cut: bool | None = None


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number and what answers it: at most one of ``flow``, ``voice_url``, ``twiml`` is set."""

    sid: str
    number: str
    flow: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    twiml: bool = False
    application: str | None = None
    sms_application: str | None = None
    sms_flow: str | None = None
    hooks: builtins.dict[str, Hook] = {}
    name: str = ""
    caller_name_lookup: bool = False
    trunk: str | None = None
    address: str | None = None
    emergency_address: str | None = None
    emergency: bool = False
    bundle: str | None = None
    identity: str | None = None
    stock: NumberStock | None = None
    created: int
    problems: builtins.list[Problem] = []


class NumberStock(msgspec.Struct, frozen=True, kw_only=True):
    """What a trunk's range says of a number. ``address``: none, any, local, foreign."""

    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes grievances of people under one law (``*``: everybody else)."""

    law: str
    name: str
    email: str
    post: str
    since: int


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is, was or will be in a room. ``status``: queued and ringing while it is called, connected, complete, failed."""

    conference: str
    call: str
    label: str | None = None
    status: str
    muted: bool = False
    held: bool = False
    coaching: str | None = None
    start_on_enter: bool = True
    end_on_exit: bool = False
    joined: int
    updated: int


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment made on a call. ``state``: open, asked, approved, declined, unknown, dropped. ``unknown``: the processor was asked and did not answer; ask it about the SID. ``last``: the last digits of the card or account; with ``confirmation``, ``token``, ``error`` shown for one payment alone."""

    sid: str
    call: str
    connector: str
    state: str
    result: str | None = None
    code: str | None = None
    why: str | None = None
    source: str
    method: str
    amount: str | None = None
    currency: str
    last: str | None = None
    card_type: str | None = None
    confirmation: str | None = None
    token: str | None = None
    error: str | None = None
    opened: int
    asked: int | None = None
    ended: int | None = None


class PaymentConnector(msgspec.Struct, frozen=True, kw_only=True):
    """A processor. ``kind``: http, or sandbox, which moves no money."""

    sid: str
    name: str
    kind: str
    address: str
    idempotent: bool = False
    created: int | None = None


class PaymentSession(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that an agent leads a caller through."""

    sid: str
    call: str
    created: int
    updated: int


class PaymentTried(msgspec.Struct, frozen=True, kw_only=True):
    """What a processor answered to a tokenisation of a card that no bank issued."""

    name: str
    standing: str
    code: str | None = None
    why: str | None = None
    error: str | None = None


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or the like of a message, by link; ``url`` None: of an erased person."""

    sid: str
    message: str
    created: int
    media_type: str
    size: int | None = None
    url: str | None


class PolicyAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody went on using the service under a version. No consent."""

    number: int
    actor: str
    kind: str
    digest: str
    at: int


class PolicyChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference of two maps, or of two texts (kind ``clause``)."""

    kind: str
    name: str
    what: str
    severity: str
    fact: str = ""
    before: Any | None = None
    after: Any | None = None


class PolicyDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What leads from one version to another, who is told, and whose consents lapse."""

    before: int
    after: int
    severity: str
    told: builtins.list[str]
    lapses: builtins.list[str]
    changes: builtins.list[PolicyChange]


class PolicyFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a policy; ``printed``: whether it stands in what the notice would print."""

    line: int
    code: str
    clause: str
    where: str
    words: str
    says: str
    printed: bool


class PolicyMail(msgspec.Struct, frozen=True, kw_only=True):
    """A message: its template, ground and fate; nothing of what it said or to whom."""

    id: str
    template: str
    kind: str
    channel: str
    ground: str
    evidence: str
    reason: str
    state: str
    error: str | None
    created: int
    settled: int | None


class PolicyPack(msgspec.Struct, frozen=True, kw_only=True):
    """A shipped pack: how many clauses it has, how many of them are kept here."""

    name: str
    title: str
    version: str
    clauses: int
    kept: int
    findings: int
    in_force: bool


class PolicyTold(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence: a version, a channel, and how far telling is."""

    number: int
    channel: str
    state: str
    acknowledged_by: str | None
    changed: int


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the notice. ``notice``: its JSON, the very bytes of the digest."""

    number: int
    digest: str
    pack: str
    title: str
    severity: str
    lapsed: builtins.list[str]
    published: int
    effective: int
    in_force: bool
    notice: str | None = None


class PrimaryAdmin(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of material changes; ``retold``: how many notices go to them anew."""

    email: str | None
    retold: int = 0


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a document, and where (a JSON path or ``line 12``)."""

    where: str
    text: str


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One clause of the policies: kept by which code and tests, or waiting for what."""

    id: str
    section: str
    companies: builtins.list[str]
    states: str
    state: str
    control: str = ""
    tests: builtins.list[str] = []
    waits_for: str = ""
    reason: str = ""


class Proofs(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the head and the proofs under it."""

    head: AuditHead
    proofs: builtins.list[AuditProof]


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue. ``average_wait_s``: of those who were taken out of it lately."""

    sid: str
    name: str
    size: int
    max_size: int
    average_wait_s: int
    created: int
    updated: int


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit of a service costs, to or at a place."""

    service: str
    to: str
    price: str
    per: str
    increment: str | None = None


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Who receives data, on what terms. ``refused``: why nothing is sent to it now."""

    key: str
    says: str
    role: str
    fields: builtins.list[str]
    purposes: builtins.list[str]
    country: str
    mechanism: str
    until: int | None
    refused: str | None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording or voicemail; its audio is sealed and read with ``recording.export``."""

    sid: str
    call: str
    kind: str
    status: str
    reason: str | None = None
    created: int
    duration_ms: int | None = None
    channels: int = 1
    size: int | None = None
    source: str = "dial"
    track: str = "both"
    conference: str | None = None
    price: str | None = None
    currency: str | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent again. ``left_out``: SIDs that cannot be, with the reason."""

    deliveries: builtins.list[Delivery]
    left_out: builtins.dict[str, str]


class RetentionTerm(msgspec.Struct, frozen=True, kw_only=True):
    """How long a kind of record is kept. ``at_most_days`` None: for ever."""

    rule: str
    trigger: str
    at_least_days: int
    at_most_days: int | None
    floor_by: str
    source: str
    setting: str | None


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role that a link, a key or an app may have, and what it may be declared for."""

    name: str
    purposes: builtins.list[str]


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What was ruled on a recording, and what the same case is ruled now."""

    call: str
    at: int
    source: str
    outcome: str
    law: str
    parties: builtins.list[RulingParty]
    rules: builtins.list[RulingRule]
    edition: str
    again: str
    same: bool
    edition_now: str
    said: builtins.list[str] = []


class RulingParty(msgspec.Struct, frozen=True, kw_only=True):
    """One party of a ruling."""

    place: str
    standing: str
    consent: str
    restricted: bool
    duty: str


class RulingRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule behind a ruling, and where it comes from."""

    id: str
    says: str


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: its value as it would be written, and where that comes from."""

    name: str
    value: str
    source: str
    default: str
    form: str
    doc: str


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What a program did with the caller of a recorded call. ``fetched``: servers were asked."""

    call: str
    fetched: bool
    lines: builtins.list[SimulationLine]


class SimulationLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would have happened. ``at``: milliseconds since the call began."""

    at: int
    what: str
    text: str


class SipAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address, or the network around it, on a list."""

    sid: str
    list: str
    name: str
    address: str
    prefix: int
    created: int
    changed: int


class SipCredential(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a list of credentials; never their password."""

    sid: str
    list: str
    username: str
    created: int
    changed: int


class SipDomain(msgspec.Struct, frozen=True, kw_only=True):
    """A name under which calls by SIP are taken. ``hooks``: those set, of ``voice``, ``voice_fallback``, ``status``. ``credentials``, ``registrations``, ``addresses``: SIDs of the lists that count for it."""

    sid: str
    domain: str
    name: str
    hooks: builtins.dict[str, Hook]
    registration: bool
    secure: bool = False
    emergency: bool = False
    emergency_caller: str | None = None
    carrier: str | None = None
    credentials: builtins.list[str]
    registrations: builtins.list[str]
    addresses: builtins.list[str]
    created: int
    changed: int


class SipList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of credentials or of addresses."""

    sid: str
    name: str
    created: int
    changed: int


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was verified and is put back at the next start; None where none is."""

    source: str | None = None
    made: int | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one purpose and channel now: given, refused, unknown."""

    purpose: str
    channel: str
    consent: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the running installation is."""

    version: str
    started: int
    draining: bool
    http: str
    listens: str
    sip: str
    rtp: str
    advertise: str
    transports: builtins.list[str]
    calls_now: int
    calls_today: int
    registrations: int
    numbers: int
    jobs_waiting: int
    jobs_dead: int
    clock_skew_ms: int
    clock_behind_ms: int = 0
    disk_free: int
    recording_refused: bool
    codecs: builtins.list[str]
    engines: builtins.list[Engine]
    trunks: builtins.list[Trunk]
    domain: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a case."""

    at: int
    action: str
    state: str
    by: str = ""
    words: str = ""


class StockCountry(msgspec.Struct, frozen=True, kw_only=True):
    """A country of numbers that can be had. ``beta``: all of them are new."""

    code: str
    name: str
    kinds: builtins.list[str]
    beta: bool = False


class StockRange(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that a trunk brings, from ``first`` to ``last``."""

    sid: str
    first: str
    last: str
    count: int
    used: int
    trunk: str | None = None
    kind: str | None = None
    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"
    place: DeskPlace
    created: int


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The account was stopped: its incident, and the token that replaces the old one."""

    incident: str
    auth_token: str


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A message and what happened to it, in order."""

    message: Message
    facts: builtins.list[MessageFact]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """A server that hears a call. ``status``: in-progress or stopped."""

    sid: str
    call: str
    status: str
    name: str = ""


class Suppressions(msgspec.Struct, frozen=True, kw_only=True):
    """How many people are on each list; the lists hold no numbers."""

    do_not_call: int
    marketing: int


class SweepDue(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep removes of one kind, or removed."""

    kind: str
    count: int
    oldest: int | None
    rule: str
    at_most_days: int


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a tariff: never changed, and in force until another one begins."""

    sid: str
    account: str | None
    currency: str
    since: int
    rates: builtins.list[Rate]


class TextCarrier(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier and how it is at the moment. ``kind``: smpp, http, loopback. ``senders``: our numbers and words that go by it alone; none: all the others. ``state``: stopped, connecting, ready, waiting, refused; ``offline`` where no server runs. ``webhook``: path to give to a gateway, shown when it is added and not again."""

    sid: str
    name: str
    kind: str
    address: str
    senders: builtins.list[str]
    state: str
    detail: str | None = None
    since: int | None = None
    waiting: int = 0
    unanswered: int = 0
    webhook: str | None = None
    created: int


class TextTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A registered text."""

    sid: str
    name: str
    country: str
    entity: str
    registration: str
    header: str
    use: str
    text: str
    created: int


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """The time box of staff. ``secret`` is there once, when the ticket is opened."""

    sid: str
    matter: str
    opened: int
    expires: int
    closed: int | None = None
    open: bool
    secret: str | None = None


class Transcription(msgspec.Struct, frozen=True, kw_only=True):
    """What was said in a recording. ``status``: waiting, queued, completed, failed, expired. ``text``: all of it in the order it was said; null until it is completed, and where all words are gone. ``reason``: why it failed. ``made_by``: the recogniser."""

    sid: str
    call: str
    recording: str
    status: str
    created: int
    settled: int | None = None
    duration_ms: int | None = None
    reason: str | None = None
    language: str | None = None
    made_by: str | None = None
    text: str | None = None
    said: builtins.list[TranscriptionsSaid] = []
    price: str | None = None
    currency: str | None = None


class TranscriptionsSaid(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance. ``at_ms``: from the beginning of the recording; ``voice``: its channel."""

    at_ms: int
    voice: int
    text: str
    confidence: float


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A connection to a carrier or PBX."""

    name: str
    sid: str
    address: str | None = None
    register: bool = False
    transport: str = "udp"
    state: str
    detail: str | None = None
    expires: int | None = None
    created: int
    secret: str | None = None


class UsageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was used of a category from ``start`` to ``end`` (days of UTC, both included)."""

    category: str
    says: str
    start: str
    end: str
    count: int
    count_unit: str
    usage: int
    usage_unit: str
    as_of: int
    price: str | None = None
    currency: str | None = None


class UsageTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is told once ``current`` reaches ``value``."""

    sid: str
    name: str
    category: str
    by: str
    recurring: str
    value: int
    current: int
    hook: Hook
    fired: int | None = None
    created: int
    changed: int


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is told of events, as JSON with ``X-Twilio-Signature`` over its digest."""

    sid: str
    url: str
    events: builtins.list[str]
    created: int


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Long work: how far it is, and what came of it."""

    sid: str
    kind: str
    state: str
    step: str
    done: int
    total: int
    begun: int
    ended: int | None = None
    error: str | None = None
    reason: str | None = None
    result: Any | None = None
