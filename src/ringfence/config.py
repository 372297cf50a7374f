"""Every setting, declared once: name, form, default and what it does.

A value comes from, in rising order: the default, ``ringfence.toml`` in the data folder, the
environment (``RINGFENCE_`` and the name in capitals), the command line (``--`` and the name with
dashes). Whatever is not in the table is refused, with the nearest name suggested, so that a
misspelt setting never silently does nothing. ``docs/reference/settings.md`` is made from this
table.
"""

from __future__ import annotations

import difflib
import os
import re
import socket
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zoneinfo import available_timezones

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    CACHE_SECONDS_MAX,
    DRAIN_SECONDS_MAX,
    KEEP_DAYS_MAX,
    MEDIA_WORKERS_MAX,
    RTP_PORTS_MIN,
    SETTINGS_FILE_MAX,
)
from ringfence.kernel.regions import REGIONS

FILE = "ringfence.toml"
ENVIRONMENT = "RINGFENCE_"
DATA_DEFAULT = "ringfence-data"

T = TypeVar("T")

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")
_PLACE = re.compile(r"line \d+, column \d+")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}\Z")
_WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - text, nothing binds
_NOWHERE = ("192.0.2.1", 9)  # RFC 5737: never reached; connecting UDP sends nothing


class Address(NamedTuple):
    """A host and a port; port 0 lets the system choose one."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class PortRange(NamedTuple):
    """UDP ports for audio, both ends included."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"


class Form(NamedTuple):
    """How a setting is written: what to call the form, and how to read it."""

    shape: str
    read: Callable[[str], Any]
    show: Callable[[Any], str] = str
    metavar: str = "TEXT"
    hint: str = ""
    """What a refusal adds, where the form is hard to guess."""
    secret: bool = False
    """Whether ``config show`` keeps the value to itself."""


def _read_address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(c.isspace() or c in "/@?#" for c in host):
        raise ValueError
    return Address(host, int(port))


def _read_optional_address(text: str) -> Address | None:
    return _read_address(text) if text else None


def _read_ports(text: str) -> PortRange:
    low, dash, high = text.partition("-")
    if not dash or not (low + high).isascii() or not (low + high).isdigit():
        raise ValueError
    ports = PortRange(int(low), int(high))
    if not 1024 <= ports.low <= ports.high <= 65535:
        raise ValueError
    if ports.high - ports.low + 1 < RTP_PORTS_MIN:
        raise ValueError
    return ports


def _read_ip(text: str) -> str:
    return str(ip_address(text)) if text else ""


def _read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _read_path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _read_url(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError
    return text.rstrip("/")


def _read_word(text: str) -> str:
    if any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError
    return text


def _read_mailbox(text: str) -> str:
    name, at, host = text.rpartition("@")
    if text and not (name and at and host and text.isascii()):
        raise ValueError
    if any(c.isspace() or not c.isprintable() or c in '<>,;:"()[]\\' for c in text):
        raise ValueError
    return text


def _read_hours(text: str) -> tuple[int, int, str] | None:
    """``09:00-17:00@Europe/Berlin``: the first minute, the first one after, and whose clock."""
    if not text:
        return None
    span, _, zone = text.partition("@")
    begin, _, end = span.partition("-")
    if (zone or "UTC") not in available_timezones():
        raise ValueError
    return _minute(begin), _minute(end), zone or "UTC"


def _minute(text: str) -> int:
    if not _CLOCK.match(text):
        raise ValueError
    return int(text[:2]) * 60 + int(text[3:])


def _show_hours(value: tuple[int, int, str] | None) -> str:
    if value is None:
        return ""
    begin, end, zone = value
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}@{zone}"


def _read_place(text: str) -> str:
    code, dash, state = text.upper().partition("-")
    if code and (code not in REGIONS or (dash and not (len(state) == 2 and state.isalpha()))):
        raise ValueError
    return text.upper()


def _read_country(text: str) -> str:
    code = text.upper()
    if code and code not in REGIONS:
        raise ValueError
    return code


def _read_prefixes(text: str) -> tuple[str, ...]:
    prefixes = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(_PREFIX.match(prefix) for prefix in prefixes):
        raise ValueError
    return prefixes


def _show_optional(value: object) -> str:
    return "" if value is None else str(value)


def _choice(*words: str) -> Form:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    return Form(" or ".join(words), read, str, "|".join(words))


def _whole(low: int, high: int) -> Form:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Form(f"a whole number from {low} to {high}", read, str, "N")


ADDRESS = Form("HOST:PORT, e.g. 127.0.0.1:8080", _read_address, metavar="HOST:PORT")
OPTIONAL_ADDRESS = Form(
    "HOST:PORT, or empty for none", _read_optional_address, _show_optional, "HOST:PORT"
)
PORTS = Form(
    f"LOW-HIGH, {RTP_PORTS_MIN} ports or more between 1024 and 65535",
    _read_ports,
    metavar="LOW-HIGH",
)
IP = Form("an IP address, or empty to find it", _read_ip, metavar="IP")
NETWORKS = Form(
    "networks separated by commas, e.g. 10.0.0.0/8,127.0.0.1",
    _read_networks,
    lambda value: ",".join(map(str, value)),
    "CIDR,…",
)
PATH = Form("a path, or empty for none", _read_path, _show_optional, "FILE")
URL = Form("http://… or https://…, or empty", _read_url, metavar="URL")
COUNTRY = Form(
    "the two letters of a country (ISO 3166, e.g. US; GB for the United Kingdom)",
    _read_country,
    metavar="CC",
    hint=f"; one of {' '.join(REGIONS)}",
)
HOURS = Form(
    "HH:MM-HH:MM@ZONE, e.g. 09:00-17:00@Europe/Berlin, or empty",
    _read_hours,
    _show_hours,
    "HH:MM-HH:MM@ZONE",
)
PLACE = Form("a country, or a state of the US, e.g. DE or US-TX", _read_place, metavar="PLACE")
PREFIXES = Form(
    "prefixes with + separated by commas, e.g. +881,+44909", _read_prefixes, ",".join, "+PREFIX,…"
)
NUMBERS = Form("numbers with + separated by commas", _read_prefixes, ",".join, "+NUMBER,…")
WORD = Form("one word", _read_word, metavar="WORD")
SECRET = Form("one word, never shown", _read_word, metavar="WORD", secret=True)
MAILBOX = Form("NAME@HOST, or empty", _read_mailbox, metavar="NAME@HOST")


def setting(form: Form, default: str, doc: str) -> Any:
    """Declare a setting: its form, its default as it would be written, one line of explanation."""
    return field(
        default=form.read(default), metadata={"form": form, "default": default, "doc": doc}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one installation. ``data`` is the folder that holds everything."""

    data: Path = Path(DATA_DEFAULT)
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each value came from: ``default``, ``file``, ``environment`` or ``flag``."""

    http: Address = setting(
        ADDRESS, "127.0.0.1:8080", "where the status page and the API listen (plain HTTP)"
    )
    sip: Address = setting(ADDRESS, "0.0.0.0:5060", "where SIP listens, UDP and TCP")
    sip_tls: Address | None = setting(OPTIONAL_ADDRESS, "", "where SIP over TLS listens")
    tls_certificate: Path | None = setting(
        PATH, "", "certificate chain (PEM) for SIP over TLS; empty: a self-signed one is made"
    )
    tls_key: Path | None = setting(PATH, "", "private key (PEM) of tls_certificate")
    rtp: PortRange = setting(PORTS, "10000-19999", "UDP ports for audio, shared by the workers")
    advertise: str = setting(
        IP, "", "the address phones and carriers reach us at; set it behind NAT"
    )
    domain: str = setting(
        WORD, "", "SIP domain and realm of our phones; empty: advertise, or ringfence.local"
    )
    public_url: str = setting(
        URL, "", "how browsers and webhooks reach http, e.g. behind a TLS proxy"
    )
    engine: str = setting(
        _choice("auto", "native", "reference"),
        "auto",
        "media engine: native needs the compiled library, reference is pure Python",
    )
    workers: int = setting(
        _whole(1, MEDIA_WORKERS_MAX), "1", "media processes; one carries hundreds of calls"
    )
    drain_seconds: int = setting(
        _whole(0, DRAIN_SECONDS_MAX), "30", "how long a stop waits for calls to end"
    )
    fetch_private: tuple[IPv4Network | IPv6Network, ...] = setting(
        NETWORKS, "", "private or loopback networks that voice URLs may reach; none by default"
    )
    cache_seconds: int = setting(
        _whole(0, CACHE_SECONDS_MAX),
        "3600",
        "longest time that fetched documents and audio are kept where their server permits it;"
        " 0: never",
    )
    country: str = setting(
        COUNTRY, "", "country (ISO 3166) that completes numbers written nationally, e.g. US"
    )
    recording: str = setting(
        _choice("law", "announce", "ask", "never"),
        "law",
        "recording of conversations: what the law of the parties asks for, never less; or always"
        " announce, always ask, never record",
    )
    recording_hours: tuple[int, int, str] | None = setting(
        HOURS, "", "record conversations and voicemail in these hours only; empty: at any time"
    )
    recording_place: str = setting(
        PLACE, "", "where our own people talk, for the law on recording; empty: as our numbers say"
    )
    allow_prefixes: tuple[str, ...] = setting(
        PREFIXES, "", "dearer destinations that may be called all the same; see 'call' refusals"
    )
    voice: str = setting(WORD, "en", "voice that speaks where a document names none")
    recogniser: str = setting(
        WORD, "", "who understands speech: a package's entry point in ringfence.stt; empty: nobody"
    )
    smtp_host: str = setting(
        WORD, "", "the mail server that carries our e-mail; empty: no e-mail is sent"
    )
    smtp_port: int = setting(_whole(1, 65535), "587", "its port: 587 with starttls, 465 with tls")
    smtp_user: str = setting(WORD, "", "who we are to the mail server; empty: nobody asks")
    smtp_password: str = setting(
        SECRET, "", "password of smtp_user; better in ringfence.toml than among the flags"
    )
    smtp_from: str = setting(MAILBOX, "", "the sender of our e-mail")
    smtp_tls: str = setting(
        _choice("starttls", "tls", "none"),
        "starttls",
        "encryption to the mail server; none for one on this machine",
    )
    lookup_url: str = setting(
        URL, "", "the connector that is asked about lines of others; empty: nobody is asked"
    )
    lookup_token: str = setting(SECRET, "", "what we show the connector (Bearer)")
    missed_call_mail: str = setting(
        _choice("no", "yes"), "no", "tell the primary administrator of missed calls by e-mail"
    )
    missed_call_sms: tuple[str, ...] = setting(
        NUMBERS, "", "numbers that are told of missed calls by text message"
    )
    missed_call_sms_from: str = setting(
        WORD, "", "the number or word of ours these messages come from"
    )
    rights_sms_from: str = setting(
        WORD,
        "",
        "the number or word of ours that codes of rights requests come from by text;"
        " empty: they are spoken on a call",
    )
    privacy_contact: str = setting(
        MAILBOX, "", "where people write about privacy; printed in the notice"
    )
    keep_recordings_days: int = setting(
        _whole(0, KEEP_DAYS_MAX), "0", "days recordings are kept; 0: as long as the policy allows"
    )
    keep_calls_days: int = setting(
        _whole(0, KEEP_DAYS_MAX), "0", "days call records are kept; 0: as long as the policy allows"
    )
    log_level: str = setting(
        _choice("debug", "info", "warning", "error"), "info", "the least severe line to log"
    )
    log_to: str = setting(
        _choice("file", "stderr"), "file", "where logs go: logs/ in the data folder, or stderr"
    )

    @property
    def run_dir(self) -> Path:
        """Sockets and locks of the running processes."""
        return self.data / "run"

    @property
    def log_dir(self) -> Path:
        """Log files."""
        return self.data / "logs"

    @property
    def control_socket(self) -> Path:
        """Where the command line reaches the running server."""
        return self.run_dir / "control.sock"

    def flags(self) -> dict[str, str]:
        """Return what was set by flag, by name, as it would be written."""
        return {
            declared.name: declared.form.show(getattr(self, declared.name))
            for declared in declarations()
            if self.sources.get(declared.name) == "flag"
        }

    def argv(self) -> list[str]:
        """Return the flags that, with the same file and environment, give these settings."""
        pairs = [f"{TABLE[name].flag}={text}" for name, text in self.flags().items()]
        return ["--data", str(self.data), *pairs]


class Declaration(NamedTuple):
    """One row of the table."""

    name: str
    form: Form
    default: str
    doc: str

    @property
    def flag(self) -> str:
        """Return the command-line spelling, ``--drain-seconds``."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Return the environment spelling, ``RINGFENCE_DRAIN_SECONDS``."""
        return ENVIRONMENT + self.name.upper()


def declarations() -> Iterator[Declaration]:
    """Yield every setting in the order of the table."""
    for item in fields(Settings):
        if item.metadata:
            yield _declaration(item)


def _declaration(item: Field[Any]) -> Declaration:
    assert item.default is not MISSING
    return Declaration(
        item.name, item.metadata["form"], item.metadata["default"], item.metadata["doc"]
    )


TABLE: Mapping[str, Declaration] = {item.name: item for item in declarations()}


def load(
    data: Path | None = None,
    *,
    flags: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Read the settings of the installation in ``data``.

    ``data`` falls back to ``RINGFENCE_DATA`` and then to ``ringfence-data`` here. ``flags`` maps
    names of settings to their text. Raises `Refused` (``unknown_setting``, ``bad_setting``).
    """
    variables = os.environ if environment is None else environment
    folder = data or Path(variables.get(ENVIRONMENT + "DATA") or DATA_DEFAULT)
    texts: dict[str, tuple[str, str]] = {}
    for name, text in _from_file(folder / FILE).items():
        texts[_known(name, f"in {FILE}")] = (text, "file")
    for variable, text in variables.items():
        if variable.startswith(ENVIRONMENT) and variable != ENVIRONMENT + "DATA":
            name = variable.removeprefix(ENVIRONMENT).lower()
            texts[_known(name, "in the environment")] = (text, "environment")
    for name, text in (flags or {}).items():
        texts[_known(name, "on the command line")] = (text, "flag")
    values = {name: _read(name, text, source) for name, (text, source) in texts.items()}
    sources = dict.fromkeys(TABLE, "default") | {n: source for n, (_, source) in texts.items()}
    settings = Settings(data=folder, sources=sources, **values)
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise Refused("bad_setting", "set tls_certificate and tls_key together, or neither")
    if settings.smtp_host and not settings.smtp_from:
        raise Refused("bad_setting", "set smtp_from, the sender, together with smtp_host")
    return settings


def own_address(settings: Settings) -> str:
    """Return the address others most likely reach us at: the one set, bound, or routed from."""
    if settings.advertise:
        return settings.advertise
    if settings.sip.host not in _WILDCARDS:
        return settings.sip.host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_NOWHERE)
        except OSError:
            return "127.0.0.1"
        host: str = probe.getsockname()[0]
        return host


def from_argv(argv: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``--name value`` and ``--name=value`` pairs; the processes we start are given these."""
    flags: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        if not word.startswith("--"):
            raise Refused("bad_setting", "a flag starts with two dashes")
        name, equals, text = word[2:].partition("=")
        if not equals:
            text = next(words, "")
        flags[name.replace("-", "_")] = text
    data = flags.pop("data", None)
    return load(Path(data) if data else None, flags=flags, environment=environment)


def _from_file(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            content = file.read(SETTINGS_FILE_MAX + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise Refused("bad_setting", f"{FILE} cannot be read: {error.strerror}") from error
    if len(content) > SETTINGS_FILE_MAX:
        raise Refused("bad_setting", f"{FILE} is larger than {SETTINGS_FILE_MAX} bytes")
    try:
        table = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        place = _PLACE.search(str(error))
        where = f": see {place[0]}" if place else ""
        raise Refused("bad_setting", f"{FILE} is not valid TOML{where}") from error
    return {name: _toml_text(name, value) for name, value in table.items()}


def _toml_text(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case list() if all(isinstance(part, str) for part in value):
            return ",".join(value)
        case dict():
            _known(name, f"in {FILE}")
    raise Refused("bad_setting", f"{name} in {FILE} must be text, a number, true or false")


def _known(name: str, where: str) -> str:
    if name in TABLE:
        return name
    near = difflib.get_close_matches(name, TABLE, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else "; 'ringfence config show' lists them all"
    raise Refused("unknown_setting", f"there is no setting {name!r} {where}{hint}")


def _read(name: str, text: str, source: str) -> Any:
    form = TABLE[name].form
    try:
        return form.read(text.strip())
    except (ValueError, KeyError):
        where = {"file": f" in {FILE}", "environment": " in the environment"}.get(source, "")
        reason = f"{name}{where} must be {form.shape}{form.hint}"
        raise Refused("bad_setting", reason) from None


def is_of_this_machine(address: str) -> bool:
    """Whether an address belongs to an interface here, and not to a NAT in front of us."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def is_wildcard(host: str) -> bool:
    """Whether it means every address of this machine."""
    return host in _WILDCARDS
