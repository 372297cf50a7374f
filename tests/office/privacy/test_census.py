"""The census and what there really is agree, in both directions."""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import ringfence
from ringfence import config
from ringfence.api.links import LINKS
from ringfence.observe.logs import FIELDS
from ringfence.office import Office
from ringfence.office.privacy import census
from ringfence.office.table import TABLE
from ringfence.privacy.processors import EDGES_ON_THIS_MACHINE, PROCESSORS, Engagement
from ringfence.privacy.registry_objects import strangers
from ringfence.privacy.scopes import SCOPES
from ringfence.storage.schema import metadata

SOURCE = Path(ringfence.__file__).parent
OPENERS = re.compile(
    r"\b(ClientSession|aiosmtplib\.SMTP|open_connection|create_connection|urlopen|getaddrinfo"
    r"|create_datagram_endpoint|HTTPS?Connection|asyncresolver\.Resolver"
    r"|(?:open|create)_unix_connection|(?:socket|probe)\.connect)$"
)
"""Functions whose call opens a connection to somebody, or asks a name server."""
OPENERS_HINT = re.compile(OPENERS.pattern.replace("$", r"\("))


@cache
def modules() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if not name.startswith("ringfence.testing"):
            found[name] = path.read_text("utf-8")
    return found


@cache
def openers() -> set[str]:
    """Modules that call something that opens a connection."""
    return {
        name
        for name, source in modules().items()
        if OPENERS_HINT.search(source)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and OPENERS.search(ast.unparse(node.func))
    }


def test_every_module_that_opens_a_connection_belongs_to_a_recipient() -> None:
    declared = {edge for item in PROCESSORS.values() for edge in item.edges}
    known = declared | set(EDGES_ON_THIS_MACHINE)
    assert openers() - known == set(), "declare the recipient in privacy/processors.py"


def test_every_declared_edge_opens_a_connection() -> None:
    declared = {edge for item in PROCESSORS.values() for edge in item.edges}
    assert declared - openers() == set(), "a recipient that no code speaks to"


def test_what_stays_on_this_machine_is_told_with_its_reason() -> None:
    assert set(EDGES_ON_THIS_MACHINE) <= openers()


def test_settings_that_name_hosts_are_those_of_recipients() -> None:
    named = {name for item in PROCESSORS.values() for name in item.settings}
    assert named <= set(config.TABLE)
    hosts = {name for name in config.TABLE if name.endswith("_host")}
    assert hosts | {"lookup_url", "recogniser_url"} == named


HOST = re.compile(r"https?://([A-Za-z0-9.-]+)|^([a-z0-9-]+\.)+(?:com|net|org|io|cloud|dev)$")
HOST_HINT = re.compile(r"https?://|[\"'][a-z0-9.-]+\.(?:com|net|org|io|cloud|dev)[\"']")
OURS = re.compile(
    r"(?:.*\.)?example\.(?:com|net|org|invalid)$|localhost$|127\.0\.0\.1$|user$|\.\.\.$"
)


def test_no_host_is_written_in_the_code_unless_a_recipient_declares_it() -> None:
    declared = {host for item in PROCESSORS.values() for host in item.hosts}
    found: set[str] = set()
    for name, source in modules().items():
        if not HOST_HINT.search(source):
            continue
        tree = ast.parse(source)
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documents
            ):
                for match in HOST.finditer(node.value):
                    host = match[1] or match[0]
                    if not OURS.match(host):
                        found.add(f"{name} {host}")
    linked = {urlsplit(item.address).netloc for item in LINKS.values()}
    assert {item.split(" ")[1] for item in found} - KNOWN_NAMES - linked == declared, found


KNOWN_NAMES = {"www.w3.org", "www.twilio.com", "c2sp.org", "in-toto.io"}
"""Names of formats, and of pages that are pointed at: printed, never fetched."""


def test_the_census_counts_everything() -> None:
    assert set(census.columns()) == {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
    }
    made = census.current_map(home="DE")
    assert {entry.name for entry in made.of("log")} == set(FIELDS)
    apps = {f"app {key}" for key in SCOPES}
    assert {entry.name for entry in made.of("scope")} == set(TABLE.rows) | apps
    assert {entry.name for entry in made.of("processor")} == {
        item.key for item in PROCESSORS.values() if item.role != "engaged"
    }


def test_an_engaged_recipient_appears_with_its_place_and_host() -> None:
    engaged = [Engagement("mail_relay", "US", "scc")]
    made = census.current_map(
        home="DE", engagements=engaged, hosts={"mail_relay": ("mail.example.com",)}
    )
    relay = made.find("processor", "mail_relay")
    assert relay is not None
    assert (relay.get("region"), relay.get("mechanism")) == ("us", "scc")
    assert relay.words("hosts") == ("mail.example.com",)
    assert [entry.name for entry in made.of("region")] == ["home", "not-said", "us"]


def test_every_file_of_a_first_start_is_of_a_kind_somebody_described(office: Office) -> None:
    root = office.settings.data
    paths = [p.relative_to(root).as_posix() for p in root.rglob("*") if not p.is_dir()]
    assert "ringfence.db" in paths
    assert list(strangers(paths)) == []
