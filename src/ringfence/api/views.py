"""What a use case answers: one frozen shape per resource, shared by the CLI and HTTP.

The office returns these, the control socket and the HTTP API encode them, the command line prints
them. Instants are epoch milliseconds; durations say their unit in the name. A telephone number in
a view was opened for the person who asked (the purpose is in the audit log) and goes to nobody
else: views are never logged.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ringfence.api.views_desk import Hook
from ringfence.api.views_flows import Document


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account of this installation."""

    sid: str
    name: str
    status: str
    created: int
    role: str | None = None
    """In which role a session acts; said to the edge alone."""
    owner: str | None = None
    """SID of the account this one is below."""
    token: str | None = None
    """On ``account.add`` alone and once."""
    trial: bool = False
    """It lives on its own credit; of any other below the first, that one pays."""


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """Who showed the secret of a key or ticket: the word the edge acts under from now on."""

    actor: str


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser session: the secret for the cookie, and when it ends."""

    session: str
    expires: int


class AdminLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that signs in once: ``path`` is ``/admin/TOKEN``."""

    path: str
    expires: int


class NumberStock(msgspec.Struct, frozen=True, kw_only=True):
    """What a trunk's range says of a number. ``address``: none, any, local, foreign."""

    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number and what answers it: at most one of ``flow``, ``voice_url``, ``twiml`` is set."""

    sid: str
    number: str
    flow: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    twiml: bool = False
    application: str | None = None
    """SID of the application that answers, before anything else."""
    sms_application: str | None = None
    sms_flow: str | None = None
    """The flow that answers its messages."""
    hooks: dict[str, Hook] = {}
    """Those set, of ``fallback``, ``status``, ``sms``, ``sms_fallback``."""
    name: str = ""
    """What people call it; "" for its digits."""
    caller_name_lookup: bool = False
    trunk: str | None = None
    """SID of the trunk its calls are passed on to, before anything else."""
    address: str | None = None
    """SID of the address it was given to."""
    emergency_address: str | None = None
    emergency: bool = False
    bundle: str | None = None
    identity: str | None = None
    stock: NumberStock | None = None
    """What the stock says of it, where it is in one."""
    created: int
    problems: list[Problem] = []
    """What is wrong with the document and was left out or mended, on ``number.add`` alone."""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine counted on one leg; enough to say in words why there was no audio."""

    packets_in: int = 0
    packets_out: int = 0
    lost: int = 0
    late: int = 0
    jitter_ms: int = 0
    mos: float | None = None
    latched: bool = False
    """Whether audio came from another address than the description named (a NAT)."""
    strangers: int = 0
    """Packets refused because they came from an address that was not latched."""
    remote: str = "unknown"
    """Kind of address the other side named: public, private, loopback, unspecified, unknown."""
    advertised: str = "unknown"
    """Kind of address we named: public, private, loopback, unspecified, unknown."""
    dtmf_in: int = 0


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One connection between Ringfence and a phone or carrier."""

    sid: str
    direction: str
    via: str
    """Name of the trunk, ``phone`` where none lies between, ``unknown`` for one that is gone."""
    status: str
    codec: str | None = None
    cause: str | None = None
    sip_status: int | None = None
    answered: int | None = None
    ended: int | None = None
    media: Media | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording or voicemail; its audio is sealed and read with ``recording.export``."""

    sid: str
    call: str
    kind: str
    """``recording`` or ``voicemail``."""
    status: str
    """in-progress, saved, failed, refused, deleted."""
    reason: str | None = None
    created: int
    duration_ms: int | None = None
    channels: int = 1
    size: int | None = None
    source: str = "dial"
    """voicemail, dial, conference, queue; of a whole call: api or placing."""
    track: str = "both"
    """both, inbound, outbound."""
    conference: str | None = None
    """What was recorded, where it was no call."""
    price: str | None = None
    """What it cost; null while that is not known, and where nothing costs."""
    currency: str | None = None


class Call(msgspec.Struct, frozen=True, kw_only=True, weakref=True):
    """One call: its record."""

    sid: str
    direction: str
    """inbound or outbound."""
    status: str
    """offered, ringing, answered, ended."""
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
    number: str | None = None
    """The SID of the number of ours that was called, or of the one that is shown to whoever is
    called: a number of ours, or one that was confirmed."""
    parent: str | None = None
    """The call that rang it, where it is a leg of that one, or was."""
    forwarded_from: str | None = None
    answered_by: str | None = None
    """human, machine_start, machine_end_beep, ...: what detection heard, where it was asked."""
    price: str | None = None
    """What it cost; null while that is not known, and where nothing costs."""
    currency: str | None = None
    legs: list[Leg] = []
    """Told of one call; in a list of calls it is left empty."""
    recordings: list[Recording] = []
    """Told of one call; in a list of calls it is left empty."""


class CallPage(msgspec.Struct, frozen=True, kw_only=True):
    """Calls, newest first; ``next`` is the ``before`` of the page after this one."""

    calls: list[Call]
    next: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a call's timeline. ``text`` names no number and no digit."""

    at: int
    call: str
    leg: str | None = None
    name: str
    """Name of the event, e.g. ``CallAnswered``."""
    text: str
    level: str = "info"
    """info, warning, fault."""


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A connection to a carrier or PBX."""

    name: str
    sid: str
    address: str | None = None
    register: bool = False
    transport: str = "udp"
    state: str
    """trusted, registering, registered, refused, unreachable, reachable, unknown, stopped."""
    detail: str | None = None
    """A constant sentence: why it is in that state."""
    sees_us_at: str | None = None
    """The address it says that our packets come from (RFC 3581), while the server runs."""
    not_found: int = 0
    """How often it called for a number or a name that is not here, since the server started."""
    not_found_at: int | None = None
    """When it last did."""
    expires: int | None = None
    created: int
    secret: str | None = None
    """The generated password, on ``trunk.add`` alone and once."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP phone of this installation."""

    name: str
    sid: str
    registered: bool
    expires: int | None = None
    created: int
    uri: str
    """What to dial to reach it, ``sip:NAME@DOMAIN``."""
    secret: str | None = None
    """The generated password, on ``phone.add`` alone and once."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow; ``document`` is the JSON document on ``flow.show`` alone."""

    name: str
    sid: str
    version: int
    created: int
    changed: int
    document: Document | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a document, and where (a JSON path or ``line 12``).

    ``level``: ``error`` where the document cannot be used, ``warning`` where it can.
    """

    where: str
    text: str
    level: Literal["error", "warning"] = "error"


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """One media worker."""

    shard: int
    connected: bool
    engine: str | None = None
    """native or reference."""
    pid: int | None = None
    legs: int = 0
    restarts: int = 0
    hung: int = 0
    """How many were ended because they hung; another took the place of each."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the running installation is."""

    version: str
    started: int
    draining: bool
    http: str
    listens: str
    """Where HTTP is reached on this machine; ``http`` may be a public URL."""
    sip: str
    rtp: str
    advertise: str
    transports: list[str]
    calls_now: int
    calls_today: int
    registrations: int
    numbers: int
    jobs_waiting: int
    jobs_dead: int
    clock_skew_ms: int
    clock_behind_ms: int = 0
    """How far the clock stood before the newest record when it was started."""
    clock_ahead_ms: int = 0
    """How far it leapt ahead of the newest record while nothing ran; until it is put right, or
    somebody says that it is, nothing is swept."""
    audit_faults: int = 0
    """How many places of the audit log did not fit when all of it was checked last."""
    disk_free: int
    recording_refused: bool
    """Whether new recordings are refused at present (disk full)."""
    codecs: list[str]
    engines: list[Engine]
    trunks: list[Trunk]
    domain: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a stranger may know."""

    state: str
    """ok, draining, no_media: no media process answers, calls would have no audio."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: how it is, in words, and what mends it."""

    check: str
    level: str
    """ok, warning, fault."""
    text: str
    mend: str | None = None
    leg: str | None = None


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Values of the metrics declared in ``ringfence.observe.metrics``, by name and label."""

    values: dict[str, float | dict[str, float]]


class ExportHead(msgspec.Struct, frozen=True, kw_only=True):
    """The first item of ``recording.export``; the items after it are `Chunk`."""

    filename: str
    media_type: str
    size: int | None = None


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a file."""

    data: bytes


class RetentionTerm(msgspec.Struct, frozen=True, kw_only=True):
    """How long a kind of record is kept. ``at_most_days`` None: for ever."""

    rule: str
    trigger: str
    at_least_days: int
    at_most_days: int | None
    floor_by: str
    """The statute, or the rule itself, behind the shortest time."""
    source: str
    setting: str | None
    """The setting that chooses a shorter time."""


class SweepDue(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep removes of one kind, or removed."""

    kind: str
    count: int
    oldest: int | None
    rule: str
    at_most_days: int


class SignedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A signed report of a proof: the note, its leaf in the audit log, and the key to check it."""

    note: str
    leaf: int
    verifier_key: str


class ErasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the plan of an erasure. ``at`` None: at once; ``count`` None: not counted."""

    store: str
    what: str
    count: int | None
    action: str
    at: int | None
    rule: str


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure: planned, begun or done. ``due``: when the next of what is kept may go."""

    sid: str
    status: str
    reason: str
    asked: int
    done: int | None
    due: int | None
    rows: list[ErasureRow]
    receipt: str | None
    """A signed note; ``verifier_key`` checks it."""
    verifier_key: str | None


class KeysCopied(msgspec.Struct, frozen=True, kw_only=True):
    """The keys were copied, as of this epoch."""

    epoch: int


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
    """Leaves whose record nobody can prove any more, because the person was erased."""
    faults: list[str]


class AuditExport(msgspec.Struct, frozen=True, kw_only=True):
    """The log was written as files."""

    size: int
    files: int
