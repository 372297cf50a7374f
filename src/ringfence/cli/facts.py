"""Gathers what ``ringfence doctor`` judges: the machine, the ports, the running server."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import pwd
import resource
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from ringfence.cli.checks import Blocked, Facts, Hindrance, Trunk
from ringfence.cli.control import DATABASE, opened, running, supervisor_pid
from ringfence.config import Address, Settings, declarations, own_address, routed_address
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ENGINE_LOADED, PROBE_WAIT, RTP_LOOKED_AT, SERVER_FILES

_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_SIZE = 512  # larger than struct timex on every platform


def gather(settings: Settings) -> Facts:
    """Look at everything; nothing here changes anything."""
    status = _status(settings)
    alive = status is not None
    silent = "" if alive else _silent(settings)
    known = status or {}
    named = _looked_up(known.get("advertise") or own_address(settings))
    http = _address(known["listens"]) if "listens" in known else settings.http
    sip = _address(known["sip"]) if "sip" in known else settings.sip
    return Facts(
        data=str(settings.data),
        python=sys.executable,
        root=os.geteuid() == 0,
        installed=(settings.data / DATABASE).exists(),
        running=alive,
        silent=silent,
        answers_http=_http_answers(http) if alive else None,
        answers_sip=_sip_answers(sip) or _accepts(sip) if alive else None,
        taken=() if alive or silent else tuple(taken(settings)),
        rtp_ports=_ports(known.get("rtp") or str(settings.rtp)),
        advertise=kind(named),
        named=named,
        outgoing=_outgoing(),
        seen=tuple(sorted(_public(known))),
        flags=tuple(_flags(settings)),
        sip_bound=kind(sip.host),
        sip_port=sip.port,
        http_bound=kind(http.host),
        http_port=http.port,
        public_url=known["http"] != known["listens"] if alive else bool(settings.public_url),
        clock_synchronised=_synchronised(),
        time_service=any(map(os.path.exists, _TIME_SERVICES)),
        skew_ms=known.get("clock_skew_ms", 0),
        behind_ms=known.get("clock_behind_ms", 0),
        ahead_ms=known.get("clock_ahead_ms", 0),
        audit_faults=known.get("audit_faults", 0),
        disk_free=shutil.disk_usage(_existing(settings.data)).free,
        writable=_is_writable(settings),
        private=_is_private(settings.data),
        owner=owner(settings.data),
        engine=_engine(known),
        hung=sum(engine.get("hung", 0) for engine in known.get("engines", ())),
        native_built=native_built(),
        native_loads=native_loads(),
        compiler=shutil.which("gcc") is not None or shutil.which("cc") is not None,
        speech=find_spec("espeakng_loader") is not None,
        codecs=tuple(known.get("codecs", ())),
        trunks=tuple(
            Trunk(
                name=trunk["name"],
                state=trunk["state"],
                detail=trunk.get("detail"),
                address=trunk.get("address") or "HOST",
                register=trunk.get("register", False),
                transport=trunk.get("transport", "udp"),
                not_found=trunk.get("not_found", 0),
                not_found_ms=now_ms() - (trunk.get("not_found_at") or 0),
            )
            for trunk in known.get("trunks", ())
        ),
        carriers=tuple(
            Trunk(name=carrier["name"], state=carrier["state"], detail=carrier.get("detail"))
            for carrier in known.get("carriers", ())
        ),
        files=_files(),
        receive_buffer=_receive_buffer(),
        storage=() if alive else tuple(_storage(settings)),
        jobs_dead=known.get("jobs_dead", 0),
    )


def kind(host: str) -> str:
    """Return what kind of address a host is: any, loopback, private, public, name."""
    try:
        address = ip_address(host)
    except ValueError:
        return "loopback" if host == "localhost" else "name"
    if address.is_unspecified:
        return "any"
    if address.is_loopback:
        return "loopback"
    return "private" if address.is_private or address.is_link_local else "public"


def audio_address(settings: Settings) -> str | None:
    """Return the one address audio should listen on: the one we name, if it is this machine's.

    A port that listens on one address costs less to send from. Behind a NAT the address we name
    is not ours, and a name or IPv6 is left to the worker: None, all addresses.
    """
    host = own_address(settings)
    if kind(host) == "name" or ":" in host or not _free(Address(host, 0), socket.SOCK_DGRAM):
        return None
    return host


def _status(settings: Settings) -> dict[str, Any] | None:
    if not running(settings):
        return None
    try:
        with opened(settings) as ask:
            found: dict[str, Any] = ask.run("system.status")
            return found | {"carriers": ask.run("carrier.list")}
    except Refused:
        return None


def _flags(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the flags that what runs there was given, also where it hangs.

    They stand in the plan that the supervisor was started with (`ringfence.cli.plan`).
    """
    pid = supervisor_pid(settings)
    known = {each.given for each in declarations()}
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        (serve,) = [child for child in json.loads(words[-1])["children"] if child["main"]]
    except (OSError, ValueError, LookupError, TypeError):
        return  # nothing runs, or it is somebody else's
    for word in serve["argv"]:
        name, equals, value = word.removeprefix("--").partition("=")
        name = name.replace("-", "_")
        if word.startswith("--") and equals and name in known:
            yield name, value


def _looked_up(host: str) -> str:
    """Return the address that a name stands for; the name itself where that is not known."""
    if kind(host) != "name":
        return host
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError:
        return host
    return str(found[0][4][0])


def _public(status: Mapping[str, Any]) -> set[str]:
    """Return the public addresses at which trunks see us."""
    seen = {trunk.get("sees_us_at") or "" for trunk in status.get("trunks", ())}
    return {address for address in seen if kind(address) == "public"}


def _outgoing() -> str:
    """Return the address of this machine that it speaks to others from, "" where there is none."""
    host = routed_address()
    return "" if kind(host) == "loopback" else host


def now_ms() -> int:
    """Return what time it is, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def _silent(settings: Settings) -> Literal["", "busy", "hung"]:
    """Whether a server is there though it did not answer, and whether it should have."""
    if supervisor_pid(settings) is None:
        return ""
    return "hung" if running(settings) else "busy"


def _ports(span: str) -> int:
    """Return how many ports LOW-HIGH are."""
    low, _, high = span.partition("-")
    return int(high) - int(low) + 1


def _address(text: str) -> Address:
    """Read the address of a URL or ``HOST:PORT``."""
    host, _, port = text.rpartition("://")[2].rstrip("/").rpartition(":")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def _reachable(address: Address) -> tuple[str, int]:
    """Return where to knock for something that listens on ``address``."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104
    return host, address.port


def _http_answers(address: Address) -> bool:
    host, port = _reachable(address)
    try:
        with socket.create_connection((host, port), PROBE_WAIT) as connection:
            connection.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(16).startswith(b"HTTP/1.")
    except OSError:
        return False


def _sip_answers(address: Address) -> bool:
    """Send OPTIONS (RFC 3261 11) over loopback, the one source trusted from the first start."""
    host, port = ("::1" if ":" in address.host else "127.0.0.1"), address.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.settimeout(PROBE_WAIT)
        try:
            probe.connect((host, port))
            local = Address(*probe.getsockname()[:2])
            target = Address(host, port)
            tag = os.urandom(8).hex()
            probe.send(
                f"OPTIONS sip:{target} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {local};branch=z9hG4bK{tag};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:doctor@{local}>;tag={tag}\r\n"
                f"To: <sip:{target}>\r\nCall-ID: {tag}\r\nCSeq: 1 OPTIONS\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
            return probe.recv(2048).startswith(b"SIP/2.0 ")
        except OSError:
            return False


def _accepts(address: Address) -> bool:
    """Whether somebody listens there at all; from an address of its own it does not talk to us."""
    try:
        with socket.create_connection(_reachable(address), PROBE_WAIT):
            return True
    except OSError:
        return False


def taken(settings: Settings) -> Iterator[Blocked]:
    """Yield the settings whose port cannot be had, each with one that can."""
    for name, address in settings.listening():
        forms = (socket.SOCK_STREAM, socket.SOCK_DGRAM)[: 2 if name == "sip" else 1]
        why = _hindrance(address, *forms)
        if why is not None:
            host = address.host if why != "foreign" else _USUAL_HOSTS[name]
            yield Blocked(name, str(address), why, str(_vacant(host, address.port, *forms)))
    if _is_crowded(settings.rtp.low, settings.rtp.high):
        spare = (span for span in _SPANS if not _is_crowded(*span))
        low, high = next(spare, _SPANS[0])
        yield Blocked("rtp", str(settings.rtp), "taken", f"{low}-{high}")


_USUAL_HOSTS = {"http": "127.0.0.1", "sip": "0.0.0.0", "sip_tls": "0.0.0.0"}  # noqa: S104 - a hint
_SPANS = ((10_000, 19_999), (20_000, 29_999), (40_000, 49_999), (50_000, 59_999))


def _vacant(host: str, port: int, *forms: socket.SocketKind) -> Address:
    """Return an address that nobody holds, near a port and above those that need more rights."""
    first = max(port, 1024) if port < 65_000 else 1024
    near = (Address(host, first + step) for step in range(0, int(RTP_LOOKED_AT), 2))
    return next((one for one in near if _hindrance(one, *forms) is None), Address(host, first))


def _is_crowded(low: int, high: int) -> bool:
    """Whether others hold the first port of a range, or half of those that are looked at.

    One port in its midst is passed over when a call needs one.
    """
    step = max(2, (high - low) // RTP_LOOKED_AT // 2 * 2)
    looked = [_free(Address("0.0.0.0", port), socket.SOCK_DGRAM)  # noqa: S104
              for port in range(low, high, step)]  # fmt: skip
    return not looked[0] or 2 * sum(looked) <= len(looked)


def _free(address: Address, form: socket.SocketKind) -> bool:
    return _hindrance(address, form) is None


def _hindrance(address: Address, *forms: socket.SocketKind) -> Hindrance | None:
    """Return what keeps us from listening there, by each form of socket; None where nothing."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    for form in forms:
        with socket.socket(family, form) as probe:
            if form is socket.SOCK_STREAM:  # as a server does: one just closed is no rival
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(tuple(address))
            except PermissionError:
                return "denied"
            except OSError as error:
                return "taken" if error.errno == errno.EADDRINUSE else "foreign"
    return None


_TIME_SERVICES = ("/lib/systemd/systemd-timesyncd", "/usr/sbin/chronyd", "/usr/sbin/ntpd")


def _files() -> int:
    """Return how many files a server may open that is started from here: it takes all it gets."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return int(SERVER_FILES) if hard == resource.RLIM_INFINITY else hard


def _synchronised() -> bool | None:
    with contextlib.suppress(OSError, AttributeError):
        buffer = ctypes.create_string_buffer(_TIMEX_SIZE)
        state: int = ctypes.CDLL(None).adjtimex(buffer)
        return None if state < 0 else state != _TIME_ERROR
    return None


def _existing(folder: Path) -> Path:
    """Return the folder, or its nearest parent that exists."""
    return next(
        place for place in (folder.absolute(), *folder.absolute().parents) if place.exists()
    )


def _is_writable(settings: Settings) -> bool:
    """Whether the folder and what is written in it all the time are ours to write."""
    kept = (settings.data / DATABASE, settings.run_dir, settings.log_dir)
    places = (_existing(settings.data), *(place for place in kept if os.access(place, os.F_OK)))
    return all(os.access(place, os.W_OK) for place in places)


def _storage(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield what keeps the database and the keystore from being opened, where nobody has them."""
    from ringfence.storage.examine import examine
    from ringfence.storage.folder import DataFolder

    if supervisor_pid(settings) is not None:
        return  # it is starting or stopping
    try:
        yield from examine(DataFolder(settings.data))
    except OSError:
        yield "database", "unreadable"


def owner(folder: Path) -> str:
    """Return whose a folder is, "" where it is ours or not there."""
    try:
        uid = folder.stat().st_uid
    except OSError:
        return ""
    if uid == os.geteuid():
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def _is_private(folder: Path) -> bool:
    return not folder.exists() or not folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def _engine(status: Mapping[str, Any]) -> str | None:
    connected = [engine for engine in status.get("engines", ()) if engine["connected"]]
    return connected[0]["engine"] if connected else None


def native_built() -> bool:
    """Whether the compiled engine lies beside its source."""
    return any(_libraries())


def native_loads() -> bool:
    """Whether it is one of ours that can be loaded, if it is there.

    A process of its own tries: a file that was cut off ends whoever loads it (SIGBUS).
    """
    return all(_loads(library) for library in _libraries())


_LOAD = (
    "import sys; from pathlib import Path; from ringfence.media.engine.library import load;"
    " sys.exit(load(Path(sys.argv[1])) is None)"
)


def _loads(library: Path) -> bool:
    words = [sys.executable, "-c", _LOAD, str(library)]
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=ENGINE_LOADED)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _libraries() -> Iterator[Path]:
    spec = find_spec("ringfence.media.engine")
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        yield from Path(folder).glob("*.so")


def _receive_buffer() -> int:
    try:
        return int(Path("/proc/sys/net/core/rmem_max").read_text())
    except (OSError, ValueError):
        return 0
