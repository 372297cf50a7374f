"""What ``ringfence doctor`` concludes from the facts: each fault with the command that mends it.

Facts are gathered by ``ringfence.cli.facts`` and judged here without looking at anything, so that
every sentence is tested.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from ringfence.kernel.clock import DAY, HOUR, MINUTE, SECOND
from ringfence.kernel.limits import CLOCK_BACK_MS

GIGABYTE = 10**9
DISK_LOW = 2 * GIGABYTE
DISK_OUT = GIGABYTE // 5
SKEW_MS = 2_000
FILES_LOW = 4_096
BUFFER_WANTED = 4_194_304
RTP_FEW = 64
"""Ports, two for each party: with fewer, a busy hour of a small shop is short of them."""
TELEPHONY_CODECS = ("PCMU", "PCMA", "G722")


class Finding(NamedTuple):
    """One thing looked at: how it is, in words, and the command that mends it."""

    check: str
    level: Literal["ok", "warning", "fault"]
    text: str
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A trunk, as the running server reports it."""

    name: str
    state: str
    detail: str | None
    address: str = "HOST"
    register: bool = False
    transport: str = "udp"
    not_found: int = 0
    """How often it called for a number that is not set up."""
    not_found_ms: int = 0
    """How long ago it last did."""


Hindrance = Literal["taken", "foreign", "denied"]


class Blocked(NamedTuple):
    """A setting that names a port we cannot have: why, and a value with which we could."""

    name: str
    at: str
    why: Hindrance
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found on the machine and asked of the server."""

    data: str
    python: str = "python3"
    """The interpreter that Ringfence is installed for."""
    root: bool = True
    """Whether system packages can be installed without asking for more rights."""
    installed: bool
    """Whether there is an installation in the data folder."""
    running: bool
    silent: Literal["", "busy", "hung"] = ""
    """Whether a server is there that does not answer: it starts or stops, or it hangs."""
    answers_http: bool | None
    answers_sip: bool | None
    """None where no server runs to be asked."""
    taken: tuple[Blocked, ...]
    """Settings whose port cannot be had (looked at only where no server runs)."""
    rtp_ports: int = 10_000
    """How many ports there are for audio."""
    advertise: str
    """Kind of the address we name: public, private, loopback, name."""
    named: str = ""
    """That address; a name that is looked up."""
    outgoing: str = ""
    """The address of this machine that it speaks to others from, "" where it has none."""
    seen: tuple[str, ...] = ()
    """The public addresses at which trunks say that they see us."""
    flags: tuple[tuple[str, str], ...] = ()
    """The settings that the running server was given as flags, which a restart has to repeat."""
    sip_bound: str
    """Kind of the address SIP listens on: any, public, private, loopback."""
    sip_port: int = 5060
    """The port SIP listens on."""
    http_bound: str = "loopback"
    """Kind of the address HTTP listens on."""
    http_port: int = 8080
    """The port HTTP listens on."""
    public_url: bool = False
    """Whether it is said how others reach HTTP."""
    clock_synchronised: bool | None
    time_service: bool = False
    """Whether something is installed that could keep the clock."""
    skew_ms: int
    behind_ms: int = 0
    ahead_ms: int = 0
    """How far the clock stood before the newest record at the start."""
    audit_faults: int = 0
    """How many places of the audit log do not fit, by the last check of all of it."""
    disk_free: int
    writable: bool
    owner: str = ""
    """Whose the data folder is, where it is not ours."""
    private: bool
    """Whether only its owner can read the data folder."""
    engine: str | None
    """native, reference, or None where no media process answers."""
    hung: int = 0
    """How many media processes were ended because they hung, since the server started."""
    native_built: bool
    native_loads: bool = True
    """Whether the compiled engine, where there is one, can be loaded on this machine."""
    compiler: bool
    speech: bool
    codecs: tuple[str, ...]
    trunks: tuple[Trunk, ...]
    carriers: tuple[Trunk, ...] = ()
    """Carriers of text messages."""
    files: int
    """How many files the server may open, which asks for as many as it is allowed."""
    receive_buffer: int
    """The largest receive buffer the kernel grants, in bytes; 0 where it does not say."""
    jobs_dead: int
    storage: tuple[tuple[str, str], ...] = ()
    """Part and flaw of what cannot be opened (`ringfence.storage.examine`)."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Yield one finding or more per check, in the order a person would look."""
    yield _server(facts)
    yield from _storage(facts)
    yield from _ports(facts)
    yield _nat(facts)
    yield from _links(facts)
    yield _clock(facts)
    yield from _disk(facts)
    yield from _media(facts)
    yield from _trunks(facts)
    yield from _carriers(facts)
    yield from _system(facts)


def _server(facts: Facts) -> Finding:
    if facts.silent == "hung":
        text = "It runs but does not answer within half a minute: it hangs, or is overloaded."
        return Finding("server", "fault", text, _restart(facts))
    if facts.silent == "busy":
        text = "It is starting or stopping: look again in a moment."
        return Finding("server", "warning", text, f"ringfence doctor{_data(facts)}")
    if not facts.installed and not facts.storage:
        text = f"There is no installation in {facts.data}: is --data right? 'up' makes one there."
        return Finding("server", "fault", text, f"ringfence up{_data(facts)}")
    if not facts.running:
        return Finding("server", "warning", "It is not running.", f"ringfence up{_data(facts)}")
    return Finding("server", "ok", "It is running.")


def _storage(facts: Facts) -> Iterator[Finding]:
    folder, data = _folder(facts), _data(facts)
    restore = f"ringfence restore BACKUP{data}"
    keys = f"cp -p YOUR_COPY/* {folder}/keys/ && ringfence restore --replay{data}"
    owner = f"{_root(facts)}chown -R $(id -u) {folder}"
    for part, flaw in facts.storage:
        match part, flaw:
            case "database", "damaged":
                text = "The database is damaged: it cannot start. Put a backup back."
                yield Finding("database", "fault", text, restore)
            case "database", "missing":
                text = "The database is missing though there are keys. Put a backup back."
                yield Finding("database", "fault", text, restore)
            case _, "newer":
                text = (
                    f"A newer Ringfence wrote the {part}: install that one again,"
                    " or put back a backup from before the update."
                )
                yield Finding(part, "fault", text, restore)
            case "keystore", ("damaged" | "missing"):
                text = (
                    f"The keystore is {flaw}: without it nothing can be read. Put your copy of the"
                    " keys back; whom it brings back is erased again, also by a newer backup's"
                    " list (--ledger)."
                )
                yield Finding("keystore", "fault", text, keys)
            case _:
                yield Finding(part, "fault", f"The {part} cannot be read.", owner)


def _data(facts: Facts) -> str:
    return f" --data {_folder(facts)}"


def _folder(facts: Facts) -> str:
    """Return the data folder as a shell has to read it."""
    return shlex.quote(facts.data)


def _restart(facts: Facts, **changed: str) -> str:
    """Return the command line that stops it and starts it again, or starts it.

    It is started as it was, but for ``changed``; "" leaves a flag away.
    """
    flags = dict(facts.flags) | changed
    up = f"ringfence up{_data(facts)}" + "".join(
        f" --{name.replace('_', '-')} {shlex.quote(value)}"
        for name, value in flags.items()
        if value
    )
    return f"ringfence stop{_data(facts)} && {up}" if facts.running or facts.silent else up


def _root(facts: Facts) -> str:
    return "" if facts.root else "sudo "


def _package(facts: Facts, names: str) -> str:
    """Return the command that installs packages of Debian."""
    return f"{_root(facts)}apt-get install {names}"


def _ports(facts: Facts) -> Iterator[Finding]:
    elsewhere = {name: instead for name, _, _, instead in facts.taken}
    for name, at, why, _ in facts.taken:
        mend = _restart(facts, **elsewhere)  # all of them: with one alone it would not start
        yield Finding("ports", "fault", _HINDRANCES[why].format(name=name, at=at), mend)
    restart = _restart(facts)
    if facts.rtp_ports < RTP_FEW:
        text = (
            f"rtp has {facts.rtp_ports} ports: {facts.rtp_ports // 2} parties can talk at once, "
            "each caller and each called one counts; whoever is one more is refused."
        )
        yield Finding("ports", "warning", text, _restart(facts, rtp="10000-19999"))
    if facts.answers_http is False:
        yield Finding("ports", "fault", "HTTP does not answer although it runs.", restart)
    if facts.answers_sip is False:
        yield Finding("ports", "fault", "SIP does not answer although it runs.", restart)
    answer = facts.answers_http is not False and facts.answers_sip is not False
    if not facts.taken and not facts.silent and answer:
        text = "HTTP and SIP answer." if facts.running else "All ports are free."
        yield Finding("ports", "ok", text)


_HINDRANCES: dict[Hindrance, str] = {
    "taken": "Another program holds {at}, where {name} is to listen.",
    "foreign": "{at}, where {name} is to listen, is no address of this machine.",
    "denied": "{at}, where {name} is to listen, needs more rights.",
}


def _nat(facts: Facts) -> Finding:
    change = {"sip": f"0.0.0.0:{facts.sip_port}"} if facts.sip_bound == "loopback" else {}
    change["advertise"] = facts.seen[0] if facts.seen else facts.outgoing or "YOUR_ADDRESS"
    if facts.sip_bound == "loopback" or facts.advertise == "loopback":
        text = "Only programs on this machine can call: it listens on or names a loopback address."
        return Finding("nat", "warning", text, _restart(facts, **change))
    others = [address for address in facts.seen if (":" in address) == (":" in facts.named)]
    if facts.advertise == "private" and others:
        text = (
            f"It names a private address, and a trunk sees us at {others[0]}: where the trunk does "
            "not follow the source of our packets, its calls have no audio."
        )
        return Finding("nat", "warning", text, _restart(facts, advertise=others[0]))
    if facts.advertise == "private":
        text = (
            "It names a private address: phones in the same network have audio, a carrier on the "
            "internet has not unless it follows the source of our packets. Needed for that is the "
            "address your router has outside."
        )
        return Finding("nat", "warning", text, _restart(facts, advertise="YOUR_ADDRESS"))
    if facts.advertise == "public" and others and facts.named not in others:
        text = (
            f"It names {facts.named}, and a trunk sees us at {others[0]}: others send their audio "
            "to an address that is not ours, or not any more."
        )
        return Finding("nat", "fault", text, _restart(facts, advertise=others[0]))
    if facts.advertise == "name":
        text = "It names a host that is not found: nobody can send audio to it."
        mend = _restart(facts, advertise=facts.outgoing or "YOUR_ADDRESS")
        return Finding("nat", "fault", text, mend)
    return Finding("nat", "ok", "It names a public address.")


def _links(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with the addresses that callbacks, messages and e-mails name."""
    if facts.http_bound == "any" and not facts.public_url:
        text = (
            "HTTP listens on every address, and nothing says which one others reach it at: set "
            "public_url. Until then callbacks name recordings, and e-mails pages, at an address "
            "that nobody can follow, and pictures go by the address they were given at."
        )
        url = f"http://{facts.named}:{facts.http_port}" if facts.named else "YOUR_URL"
        yield Finding("links", "warning", text, _restart(facts, public_url=url))


def _clock(facts: Facts) -> Finding:
    if facts.behind_ms:
        return _clock_back(facts)
    if facts.ahead_ms:
        text = (
            f"At the start the clock stood {_span(facts.ahead_ms)} after the newest record: "
            "nothing is swept until somebody says that it is right. "
            "If it is not, set it and start again."
        )
        mend = f"ringfence privacy sweep --clock-is-right{_data(facts)}"
        return Finding("clock", "warning", text, mend)
    if abs(facts.skew_ms) > SKEW_MS:
        text = "The clock was moved while it ran; call times may be off until a restart."
        mend = _restart(facts)
        return Finding("clock", "warning", text, mend)
    if facts.clock_synchronised is False:
        text = "The clock is not kept by a time service: TLS and call times suffer."
        return Finding("clock", "warning", text, _keep_time(facts))
    return Finding("clock", "ok", "The clock is right as far as the system knows.")


def _keep_time(facts: Facts) -> str:
    """Return what lets a time service keep the clock: the one that is there, or a new one."""
    if facts.time_service:
        return f"{_root(facts)}timedatectl set-ntp true"
    return _package(facts, "systemd-timesyncd")


def _clock_back(facts: Facts) -> Finding:
    """A clock that was put back while nothing ran (``storage.store``)."""
    mend = f"{_keep_time(facts)} && {_restart(facts)}"
    behind = f"At the start the clock stood {_span(facts.behind_ms)} before the newest record"
    if facts.behind_ms <= CLOCK_BACK_MS:
        text = f"{behind}: time goes on from that record, and nothing is kept longer or shorter."
        return Finding("clock", "warning", text, mend)
    text = (
        f"{behind} and is believed. Nothing goes before its time and the last word about a consent "
        "counts, but what was written then is kept longer, and its sign-ins last longer."
    )
    return Finding("clock", "fault", text, mend)


def _span(milliseconds: int) -> str:
    for size, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if milliseconds >= 2 * size:
            return f"{milliseconds // size} {name}"
    return f"{milliseconds // SECOND} seconds"


def _disk(facts: Facts) -> Iterator[Finding]:
    if not facts.writable:
        owner = f"{_root(facts)}chown -R $(id -u) {_folder(facts)}"
        mend = f"{owner} && chmod -R u+rwX {_folder(facts)}"
        text = "The data folder, or a file in it, cannot be written."
        yield Finding("disk", "fault", text, mend)
    elif facts.owner:
        text = (
            f"The data folder belongs to {facts.owner}, and you are somebody else: what you write"
            f" there {facts.owner} may be unable to read. Type commands as {facts.owner}."
        )
        yield Finding("disk", "warning", text, _as(facts.owner, facts.data))
    if not facts.private:
        text = "Other users of this machine can look into the data folder."
        yield Finding("disk", "fault", text, f"chmod 700 {_folder(facts)}")
    free = f"{facts.disk_free / GIGABYTE:.1f} GB free"
    if facts.disk_free < DISK_OUT:
        text = f"{free}: calls connect, recordings are refused."
        yield Finding("disk", "fault", text, f"df -h {_folder(facts)}")
    elif facts.disk_free < DISK_LOW:
        yield Finding("disk", "warning", f"{free}: room for a few days.", f"df -h {_folder(facts)}")
    elif facts.writable and facts.private:
        yield Finding("disk", "ok", f"{free}, and only its owner can read it.")


def closed(folder: Path, owner: str) -> Finding:
    """Return what is said of a data folder that cannot even be looked into."""
    whose = f"belongs to {owner} and " if owner else ""
    text = f"The data folder {whose}is closed to you: type this as its owner."
    here = shlex.quote(str(folder))
    return Finding(
        "disk", "fault", text, _as(owner, str(folder)) if owner else f"chmod u+rwx {here}"
    )


def _as(owner: str, folder: str) -> str:
    return f"sudo -u {shlex.quote(owner)} ringfence doctor --data {shlex.quote(folder)}"


def _media(facts: Facts) -> Iterator[Finding]:
    if facts.running and facts.engine is None:
        text = "No media process answers: calls would have no audio."
        mend = f"tail {_folder(facts)}/logs/media-0.log"
        yield Finding("engine", "fault", text, mend)
    elif facts.native_built and not facts.native_loads:
        text = (
            "The native engine cannot be loaded: it is damaged, or built for another machine. The "
            "pure-Python one serves fewer calls."
        )
        yield Finding("engine", "warning", text, _rebuild(facts))
    elif facts.engine == "reference" and facts.native_built:
        text = "The pure-Python engine runs though the native one is built: it serves fewer calls."
        mend = _restart(facts, engine="auto")
        yield Finding("engine", "warning", text, mend)
    elif facts.native_built or facts.engine == "native":
        yield Finding("engine", "ok", "The native media engine is present.")
    else:
        text = "The native engine is not built; the pure-Python one serves fewer calls."
        yield Finding("engine", "warning", text, _rebuild(facts))
    if facts.hung:
        text = (
            "A media process hung, was ended and replaced: its calls lost their audio; since the"
            f" server started {facts.hung} in all."
        )
        yield Finding("media", "warning", text, f"grep media_hung {_folder(facts)}/logs/serve.log")
    missing = [codec for codec in TELEPHONY_CODECS if facts.codecs and codec not in facts.codecs]
    if missing:
        text = f"These codecs are missing: {', '.join(missing)}."
        yield Finding("codecs", "fault", text, f"{_build(facts)} && {_restart(facts)}")
    else:
        yield Finding("codecs", "ok", f"Codecs: {', '.join(facts.codecs or TELEPHONY_CODECS)}.")
    if facts.speech:
        yield Finding("speech", "ok", "Say can speak.")
    else:
        text = "The speech library is missing: Say stays silent."
        yield Finding("speech", "fault", text, f"{_python(facts)} -m pip install espeakng-loader")


def _python(facts: Facts) -> str:
    return shlex.quote(facts.python)


def _build(facts: Facts) -> str:
    """Return the command that compiles the engine where it is imported from.

    By the module and not by a package's name: what an index has under it may be somebody else's.
    """
    return f"{_python(facts)} -m ringfence.media.engine.build"


def _rebuild(facts: Facts) -> str:
    """Return what builds the engine and starts with it, and gets a compiler where none is."""
    compiler = "" if facts.compiler else f"{_package(facts, 'gcc libc6-dev')} && "
    return f"{compiler}{_build(facts)} && {_restart(facts)}"


def _trunks(facts: Facts) -> Iterator[Finding]:
    for trunk in facts.trunks:
        detail = f": {trunk.detail}" if trunk.detail else ""
        text = f"Trunk {trunk.name} is {trunk.state}{detail}."
        if trunk.state in {"refused", "unreachable"}:
            yield Finding("trunks", "fault", text, _again(facts, trunk))
        else:
            yield Finding("trunks", "ok", text)
        if trunk.not_found and trunk.not_found_ms < DAY:
            times = "once" if trunk.not_found == 1 else f"{trunk.not_found} times"
            text = (
                f"Trunk {trunk.name} called {times} for a number or a name that is not set up "
                f"here, last {_span(trunk.not_found_ms)} ago, and was told so (404). Does it write "
                "your number as it is set up here?"
            )
            yield Finding("numbers", "warning", text, f"ringfence number list{_data(facts)}")
    if not facts.trunks and facts.running:
        text = "There is no trunk: nobody outside can call."
        yield Finding(
            "trunks", "warning", text, f"ringfence trunk add NAME --address HOST{_data(facts)}"
        )


def _again(facts: Facts, trunk: Trunk) -> str:
    """Return what sets a trunk up anew, as it is; whoever types it corrects what is wrong."""
    way = f"--register USER@{trunk.address}" if trunk.register else f"--address {trunk.address}"
    by = "" if trunk.transport == "udp" else f" --transport {trunk.transport}"
    remove = f"ringfence trunk remove {trunk.name}{_data(facts)}"
    return f"{remove} && ringfence trunk add {trunk.name} {way}{by}{_data(facts)}"


def _carriers(facts: Facts) -> Iterator[Finding]:
    for carrier in facts.carriers:
        detail = f": {carrier.detail}" if carrier.detail else ""
        text = f"Carrier {carrier.name} is {carrier.state}{detail}."
        # Whoever sets it up anew has to know its options: removing it here could lose them.
        test = f"ringfence carrier test {carrier.name}{_data(facts)}"
        match carrier.state:
            case "refused":
                text += " Add it again with the right --system-id and password."
                yield Finding("carriers", "fault", text, test)
            case "waiting" if carrier.detail != "outbind":
                text += " Is its address right, and the firewall open?"
                yield Finding("carriers", "fault", text, test)
            case "connecting":
                yield Finding("carriers", "warning", text, test)
            case _:
                yield Finding("carriers", "ok", text)


def _system(facts: Facts) -> Iterator[Finding]:
    if facts.files < FILES_LOW:
        text = f"A process may open {facts.files} files: enough for about {facts.files // 6} calls."
        more = f"{_root(facts)}prlimit --pid $$ --nofile=65536"  # of the shell, which hands it on
        yield Finding("limits", "warning", text, f"{more} && {_restart(facts)}")
    if 0 < facts.receive_buffer < BUFFER_WANTED:
        text = "The kernel grants small receive buffers: bursts of SIP are dropped."
        more = f"{_root(facts)}sysctl -w net.core.rmem_max={BUFFER_WANTED}"
        mend = f"{more} && {_restart(facts)}"
        yield Finding("limits", "warning", text, mend)
    if facts.audit_faults:
        text = (
            f"The audit log, or records behind it, were changed by hand: {facts.audit_faults} "
            "places do not fit. An incident was opened."
        )
        yield Finding("audit", "fault", text, f"ringfence privacy audit verify{_data(facts)}")
    if facts.jobs_dead:
        text = f"{facts.jobs_dead} jobs were given up after all their tries."
        yield Finding("jobs", "warning", text, f"grep job {_folder(facts)}/logs/serve.log")
