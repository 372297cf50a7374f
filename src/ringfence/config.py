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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ringfence.config_forms import (
    ADDRESS,
    COUNTRY,
    HOST,
    HOURS,
    IP,
    MAILBOX,
    NETWORKS,
    NUMBERS,
    OPTIONAL_ADDRESS,
    PATH,
    PLACE,
    PORTS,
    PREFIXES,
    SECRET,
    URL,
    WORD,
    YES_OR_NO,
    choice,
    whole,
)
from ringfence.config_forms import Address as Address
from ringfence.config_forms import Form as Form
from ringfence.config_forms import PortRange as PortRange
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    CACHE_SECONDS_MAX,
    DRAIN_SECONDS_MAX,
    KEEP_DAYS_MAX,
    MEDIA_WORKERS_MAX,
    SETTINGS_FILE_MAX,
)

FILE = "ringfence.toml"
ENVIRONMENT = "RINGFENCE_"
DATA_DEFAULT = "ringfence-data"

T = TypeVar("T")

_PLACE = re.compile(r"line \d+, column \d+")
_WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - text, nothing binds
_NOWHERE = ("192.0.2.1", 9)  # RFC 5737: never reached; connecting UDP sends nothing


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
    secret_files: Mapping[str, str] = field(default_factory=dict)
    """Which secrets a flag named a file of, and that file."""

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
        HOST, "", "SIP domain and realm of our phones; empty: advertise, or ringfence.local"
    )
    public_url: str = setting(
        URL, "", "how browsers and webhooks reach http, e.g. behind a TLS proxy"
    )
    engine: str = setting(
        choice("auto", "native", "reference"),
        "auto",
        "media engine: native needs the compiled library, reference is pure Python",
    )
    workers: int = setting(
        whole(1, MEDIA_WORKERS_MAX), "1", "media processes; one carries hundreds of calls"
    )
    drain_seconds: int = setting(
        whole(0, DRAIN_SECONDS_MAX), "30", "how long a stop waits for calls to end"
    )
    fetch_private: tuple[IPv4Network | IPv6Network, ...] = setting(
        NETWORKS, "", "private or loopback networks that voice URLs may reach; none by default"
    )
    cache_seconds: int = setting(
        whole(0, CACHE_SECONDS_MAX),
        "3600",
        "longest time that fetched documents and audio are kept where their server permits it;"
        " 0: never",
    )
    backup_dir: Path | None = setting(
        PATH, "", "where backups asked for over HTTP lie, outside the data folder; empty: none"
    )
    country: str = setting(
        COUNTRY, "", "country (ISO 3166) that completes numbers written nationally, e.g. US"
    )
    recording: str = setting(
        choice("law", "announce", "ask", "never"),
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
        WORD, "", "who understands speech: sphinx, http, or an entry point of ringfence.stt"
    )
    recogniser_url: str = setting(URL, "", "the server that recogniser http posts utterances to")
    recogniser_token: str = setting(SECRET, "", "what we show that server (Bearer)")
    recogniser_form: str = setting(
        WORD, "file=@", "its form, e.g. file=@,model=base,language={lang}; empty: the WAV alone"
    )
    recogniser_answer: str = setting(WORD, "text", "where its JSON has the text; empty: all of it")
    transcription: str = setting(
        choice("recorded", "agreed", "never"),
        "recorded",
        "whose words a machine writes down: of all who did not refuse, of who agreed, nobody's",
    )
    smtp_host: str = setting(
        HOST, "", "the mail server that carries our e-mail; empty: no e-mail is sent"
    )
    smtp_port: int = setting(whole(1, 65535), "587", "its port: 587 with starttls, 465 with tls")
    smtp_user: str = setting(WORD, "", "who we are to the mail server; empty: nobody asks")
    smtp_password: str = setting(SECRET, "", "password of smtp_user")
    smtp_from: str = setting(MAILBOX, "", "the sender of our e-mail")
    smtp_tls: str = setting(
        choice("starttls", "tls", "none"),
        "starttls",
        "encryption to the mail server; none for one on this machine",
    )
    lookup_url: str = setting(
        URL, "", "the connector that is asked about lines of others; empty: nobody is asked"
    )
    lookup_token: str = setting(SECRET, "", "what we show the connector (Bearer)")
    missed_call_mail: str = setting(
        YES_OR_NO, "no", "tell the primary administrator of missed calls by e-mail"
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
        whole(0, KEEP_DAYS_MAX), "0", "days recordings are kept; 0: as long as the policy allows"
    )
    keep_calls_days: int = setting(
        whole(0, KEEP_DAYS_MAX), "0", "days call records are kept; 0: as long as the policy allows"
    )
    log_level: str = setting(
        choice("debug", "info", "warning", "error"), "info", "the least severe line to log"
    )
    log_to: str = setting(
        choice("file", "stderr"), "file", "where logs go: logs/ in the data folder, or stderr"
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

    def listening(self) -> Iterator[tuple[str, Address]]:
        """Yield the settings that name where to listen."""
        yield "http", self.http
        yield "sip", self.sip
        if self.sip_tls is not None:
            yield "sip_tls", self.sip_tls

    def flags(self) -> dict[str, str]:
        """Return what was set by flag, by name, as it would be written; of a secret its file."""
        return {
            declared.given: self.secret_files[declared.name]
            if declared.form.secret
            else declared.form.show(getattr(self, declared.name))
            for declared in declarations()
            if self.sources.get(declared.name) == "flag"
        }

    def with_flags(self, **values: object) -> Settings:
        """Return these settings with other values, as if flags had given them."""
        sources = {**self.sources, **dict.fromkeys(values, "flag")}
        return replace(self, sources=sources, **values)  # type: ignore[arg-type]

    def argv(self) -> list[str]:
        """Return the flags that, with the same file and environment, give these settings."""
        pairs = [f"--{name.replace('_', '-')}={text}" for name, text in self.flags().items()]
        return ["--data", str(self.data), *pairs]


class Declaration(NamedTuple):
    """One row of the table."""

    name: str
    form: Form
    default: str
    doc: str

    @property
    def given(self) -> str:
        """Return by what name a flag gives it: a secret is given by the file it lies in.

        Arguments are visible to every process of the machine and stay in the shell's history.
        """
        return self.name + "_file" if self.form.secret else self.name

    @property
    def flag(self) -> str:
        """Return the command-line spelling, ``--drain-seconds``."""
        return "--" + self.given.replace("_", "-")

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


def folder_of(data: Path | None, variables: Mapping[str, str] = os.environ) -> Path:
    """Return the data folder: the one given, else ``RINGFENCE_DATA``, else the default."""
    return data or Path(variables.get(ENVIRONMENT + "DATA") or DATA_DEFAULT)


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
    folder = folder_of(data, variables)
    texts: dict[str, tuple[str, str]] = {}
    places: dict[str, str] = {}
    for name, (text, place) in _from_file(folder / FILE).items():
        texts[_known(name, place)] = (text, "file")
        places[name] = place
    for variable, text in variables.items():
        if variable.startswith(ENVIRONMENT) and variable != ENVIRONMENT + "DATA":
            name = variable.removeprefix(ENVIRONMENT).lower()
            texts[_known(name, f"in the environment ({variable})")] = (text, "environment")
    secret_files: dict[str, str] = {}
    for given, text in (flags or {}).items():
        name = _of_flag(given)
        if name != given:
            secret_files[name] = text
        texts[name] = (text if name == given else _first_line(given, text), "flag")
    values = {
        name: _read(name, text, places.get(name, "") if source == "file" else _WHERE[source])
        for name, (text, source) in texts.items()
    }
    sources = dict.fromkeys(TABLE, "default") | {n: source for n, (_, source) in texts.items()}
    settings = Settings(data=folder, sources=sources, secret_files=secret_files, **values)
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise Refused("bad_setting", "set tls_certificate and tls_key together, or neither")
    if settings.smtp_host and not settings.smtp_from:
        raise Refused("bad_setting", "set smtp_from, the sender, together with smtp_host")
    if settings.missed_call_mail == "yes" and not settings.smtp_host:
        raise Refused(
            "bad_setting", "set smtp_host, the mail server, together with missed_call_mail"
        )
    if settings.missed_call_sms and not settings.missed_call_sms_from:
        raise Refused(
            "bad_setting", "set missed_call_sms_from, the sender, together with missed_call_sms"
        )
    return settings


def own_address(settings: Settings) -> str:
    """Return the address others most likely reach us at: the one set, bound, or routed from."""
    if settings.advertise:
        return settings.advertise
    if settings.sip.host not in _WILDCARDS:
        return settings.sip.host
    return routed_address()


def routed_address() -> str:
    """Return the address of this machine that it speaks to the internet from, else loopback."""
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


_WHERE = {"environment": "in the environment", "flag": ""}


def _from_file(path: Path) -> dict[str, tuple[str, str]]:
    """Return what the file gives each name, and the place in it, for whoever has to mend it."""
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
        lines = content.decode()
        table = tomllib.loads(lines)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        place = _PLACE.search(str(error))
        where = f": see {place[0]}" if place else ""
        raise Refused("bad_setting", f"{FILE} is not valid TOML{where}") from error
    places = {name: _place(lines, name) for name in table}
    return {
        name: (_toml_text(name, value, places[name]), places[name]) for name, value in table.items()
    }


def _place(text: str, name: str) -> str:
    """Return where a name stands in a TOML text; without a line where it is written oddly."""
    begins = re.compile(rf"""\s*\[{{0,2}}\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
    for number, line in enumerate(text.splitlines(), 1):
        if begins.match(line):
            return f"in {FILE}, line {number}"
    return f"in {FILE}"


def _toml_text(name: str, value: object, place: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case list() if all(isinstance(part, str) for part in value):
            return ",".join(value)
    shape = TABLE[_known(name, place)].form.shape
    raise Refused("bad_setting", f"{name} {place} must be {shape}")


def _known(name: str, where: str) -> str:
    if name in TABLE:
        return name
    near = difflib.get_close_matches(name.lower(), TABLE, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else "; 'ringfence up --help' lists them all"
    raise Refused("unknown_setting", f"there is no setting {name!r} {where}{hint}")


def _of_flag(given: str) -> str:
    """Return which setting a flag gives. Raises `Refused` for a secret given in the open."""
    for item in declarations():
        if item.form.secret and given == item.given:
            return item.name
        if item.form.secret and given == item.name:
            says = f"{given} would be visible to everybody: use {item.flag} FILE or {FILE}"
            raise Refused("bad_setting", says)
    return _known(given, "on the command line")


def _first_line(name: str, path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.readline(SETTINGS_FILE_MAX).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise Refused("bad_setting", f"{name}: the file cannot be read") from None


def _read(name: str, text: str, place: str) -> Any:
    form = TABLE[name].form
    try:
        return form.read(text.strip())
    except (ValueError, KeyError):
        where = f" {place}" if place else ""
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


def located(settings: Settings) -> Settings:
    """Return the settings with an address where SIP was told to listen at a name.

    It is looked up once, so that every process means the same address; what is started is given it
    as a flag. Raises `Refused` (``bad_setting``) where a host is not found.
    """
    found: dict[str, Any] = {}
    for name, address in settings.listening():
        host = _address_of(address.host)
        if host is None:
            reason = f"{name} names a host that is not found: write an address of this machine"
            raise Refused("bad_setting", reason)
        if name != "http" and host != address.host:
            found[name] = Address(host, address.port)
    return settings.with_flags(**found)


def _address_of(host: str) -> str | None:
    """Return an address of a host, IPv4 if it has one; a resolver is asked where it is a name."""
    with suppress(ValueError):
        ip_address(host)
        return host
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return None
    return str(min(found, key=lambda each: each[0] != socket.AF_INET)[4][0])


def is_wildcard(host: str) -> bool:
    """Whether it means every address of this machine."""
    return host in _WILDCARDS
