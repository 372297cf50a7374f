"""The guard: who gets an answer on port 5060."""

import dataclasses
from ipaddress import ip_network

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    GARBAGE_LINE_MS,
    GUARD_BAN_MS,
    GUARD_STRIKES,
    GUARD_STRIKES_WINDOW_MS,
)
from ringfence.sip.admission import Challenge, Drop, Trusted
from ringfence.sip.events import Peer
from ringfence.sip.message import Request
from ringfence.sip.parser import parse
from ringfence.switch.directory import DomainEntry, FlowRoute
from ringfence.switch.guard import Guard, Secret

CARRIER = Peer("udp", "192.0.2.10", 5060, 1)
STRANGER = Peer("udp", "203.0.113.66", 5070, 1)
T0 = Ms(1_700_000_000_000)


def request(method: str = "INVITE", *, user: str = "alice", extra: str = "") -> Request:
    message = parse(
        (
            f"{method} sip:welcome@192.0.2.1 SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1\r\n"
            f"From: <sip:{user}@192.0.2.10>;tag=a\r\n"
            "To: <sip:welcome@192.0.2.1>\r\n"
            "Call-ID: 1@192.0.2.10\r\n"
            f"CSeq: 1 {method}\r\n"
            f"{extra}"
            "Max-Forwards: 70\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()
    )
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize("host", ["::ffff:192.0.2.10", "::FFFF:c000:20a", "::ffff:198.51.100.7"])
def test_a_trunk_is_known_by_its_mapped_address_too(guard: Guard, host: str) -> None:
    expected = "TK2" if "198" in host else "TK1"
    assert guard.trunk_at(host) == expected


def test_a_mapped_address_or_network_is_trusted_as_ipv4() -> None:
    guard = Guard()
    guard.trust("TK1", "::ffff:192.0.2.10")
    guard.trust("TK2", "::ffff:198.51.100.0/120")
    guard.trust("TK3", "2001:db8::1")
    assert guard.trunk_at("192.0.2.10") == "TK1"
    assert guard.trunk_at("198.51.100.200") == "TK2"
    assert guard.trunk_at("2001:DB8:0::1") == "TK3"
    assert guard.trunk_at("198.51.101.1") is None


def test_a_banned_source_stays_banned_in_its_other_form(guard: Guard) -> None:
    mapped = Peer("tcp", f"::ffff:{STRANGER.host}", 5070, 2)
    guard.admit(request(extra="User-Agent: friendly-scanner\r\n"), STRANGER, T0)
    assert guard.banned(T0) == 1
    guard.add_phone("alice", Secret(realm="x", md5="", sha256=""))
    assert isinstance(guard.admit(request(), mapped, T0), Drop)
    guard.proved(mapped)
    assert guard.banned(T0) == 0


@pytest.fixture
def guard() -> Guard:
    made = Guard()
    made.trust("TK1", "192.0.2.10")
    made.trust("TK2", "198.51.100.0/24")
    return made


def with_phone(guard: Guard) -> Guard:
    guard.add_phone("desk", Secret(realm="ringfence", md5="m" * 32, sha256="s" * 64))
    return guard


def test_a_trunks_address_and_network_are_trusted(guard: Guard) -> None:
    assert guard.admit(request(), CARRIER, T0) == Trusted("TK1")
    assert guard.admit(request(), CARRIER._replace(host="198.51.100.77"), T0) == Trusted("TK2")


def test_an_unknown_source_gets_nothing_when_there_are_no_phones(guard: Guard) -> None:
    for method in ("INVITE", "REGISTER", "OPTIONS", "MESSAGE", "NOTIFY"):
        assert guard.admit(request(method), STRANGER, T0) == Drop()


def test_an_unknown_source_is_challenged_once_phones_exist_whatever_name_it_tries(
    guard: Guard,
) -> None:
    with_phone(guard)
    for user in ("desk", "nobody", "100"):
        assert guard.admit(request("REGISTER", user=user), STRANGER, T0) == Challenge()
    assert guard.admit(request("OPTIONS"), STRANGER, T0) == Drop()


def test_a_phone_behind_a_trunks_address_still_has_to_prove_itself(guard: Guard) -> None:
    with_phone(guard)
    assert guard.admit(request(user="desk"), CARRIER, T0) == Challenge()
    assert guard.admit(request(user="alice"), CARRIER, T0) == Trusted("TK1")


def test_a_scanner_is_banned_by_its_first_packet(guard: Guard) -> None:
    with_phone(guard)
    scan = request(extra="User-Agent: friendly-scanner\r\n")
    assert guard.admit(scan, STRANGER, T0) == Drop()
    assert guard.banned(T0) == 1
    assert guard.admit(request("REGISTER", user="desk"), STRANGER, T0) == Drop()
    later = Ms(T0 + GUARD_BAN_MS)
    assert guard.admit(request("REGISTER", user="desk"), STRANGER, later) == Challenge()


def test_guessing_passwords_leads_to_a_ban_and_success_forgives(guard: Guard) -> None:
    with_phone(guard)
    for _ in range(GUARD_STRIKES // 2 - 1):
        guard.failed(STRANGER, T0)
    assert guard.banned(T0) == 0
    guard.failed(STRANGER, T0)
    assert guard.banned(T0) == 1
    guard.proved(STRANGER)
    assert guard.banned(T0) == 0


def test_an_office_full_of_phones_may_start_at_once(guard: Guard) -> None:
    """Each asks once without credentials, from one address: that is how digest begins."""
    with_phone(guard)
    for _ in range(10 * GUARD_STRIKES):
        assert guard.admit(request("REGISTER", user="desk"), STRANGER, T0) == Challenge()
    assert guard.banned(T0) == 0
    for _ in range(GUARD_STRIKES):
        guard.admit(request("REGISTER", user="nobody"), STRANGER, T0)
    assert guard.admit(request("REGISTER", user="desk"), STRANGER, T0) == Drop()


def test_old_strikes_are_forgiven(guard: Guard) -> None:
    for _ in range(GUARD_STRIKES - 1):
        guard.malformed(STRANGER, T0)
    guard.malformed(STRANGER, Ms(T0 + GUARD_STRIKES_WINDOW_MS + 1))
    assert guard.banned(Ms(T0 + GUARD_STRIKES_WINDOW_MS + 1)) == 0


def test_garbage_of_one_source_gets_one_line_and_that_of_a_banned_one_none(guard: Guard) -> None:
    lines = [guard.malformed(STRANGER, T0) for _ in range(500)]
    assert lines == [1, *[0] * 499]
    assert guard.banned(T0) == 1
    assert guard.malformed(STRANGER, Ms(T0 + GARBAGE_LINE_MS)) == 0
    after = Ms(T0 + GUARD_BAN_MS)
    assert guard.malformed(STRANGER, after) > 0
    assert guard.banned(Ms(after)) == 0, "what came during the ban is no strike"


def test_garbage_of_a_trunk_is_told_of_from_time_to_time(guard: Guard) -> None:
    assert [guard.malformed(CARRIER, T0) for _ in range(500)] == [1, *[0] * 499]
    assert guard.malformed(CARRIER, Ms(T0 + GARBAGE_LINE_MS)) == 500


def test_a_trunk_is_never_banned_because_sources_can_be_forged(guard: Guard) -> None:
    for _ in range(GUARD_STRIKES * 3):
        guard.malformed(CARRIER, T0)
        guard.failed(CARRIER, T0)
    assert guard.admit(request(), CARRIER, T0) == Trusted("TK1")


def test_a_forgotten_trunk_is_a_stranger(guard: Guard) -> None:
    guard.distrust("TK1")
    guard.distrust("TK2")
    assert guard.admit(request(), CARRIER, T0) == Drop()


def test_the_memory_for_strangers_is_bounded(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.switch.guard.GUARD_SOURCES_MAX", 100)
    for number in range(1000):
        guard.malformed(STRANGER._replace(host=f"10.0.{number // 250}.{number % 250}"), T0)
    assert len(guard._sources) <= 100


def test_digests_are_given_for_the_right_realm_only(guard: Guard) -> None:
    with_phone(guard)
    assert guard.ha1("desk", "ringfence", "MD5") == "m" * 32
    assert guard.ha1("desk", "ringfence", "SHA-256") == "s" * 64
    assert guard.ha1("desk", "elsewhere", "MD5") is None
    assert guard.ha1("nobody", "ringfence", "MD5") is None


def test_an_address_of_a_domain_may_call_it_alone(guard: Guard) -> None:
    entry = DomainEntry(
        id="SD1", route=FlowRoute(flow="x"), networks=(ip_network("203.0.113.64/30"),)
    )
    guard.domains = {"192.0.2.1": entry}
    assert guard.admit(request(), STRANGER, T0) == Trusted("SD1")
    guard.domains = {"calls.example.com": entry}
    assert isinstance(guard.admit(request(), STRANGER, T0), Drop)
    guard.domains = {"192.0.2.1": entry}
    both = dataclasses.replace(entry, users=frozenset({"ann"}))
    guard.domains = {"192.0.2.1": both}
    assert guard.admit(request(), STRANGER, T0) == Challenge(), "the password is asked for, too"
    guard.domains = {"192.0.2.1": entry}
    elsewhere = Peer("udp", "203.0.113.99", 5070, 1)
    assert isinstance(guard.admit(request(), elsewhere, T0), Drop)


def test_a_ban_is_shown_and_lifted() -> None:
    guard = Guard()
    peer = Peer("udp", "::ffff:192.0.2.9", 5060)
    other = Peer("udp", "192.0.2.8", 5060)
    for _ in range(20):
        guard.malformed(other, Ms(1_000))
    for _ in range(20):
        guard.malformed(peer, Ms(2_000))
    shown = guard.bans(Ms(3_000))
    assert [ban.address for ban in shown] == ["192.0.2.9", "192.0.2.8"]
    assert shown[0].since == 2_000
    assert shown[0].until - shown[0].since == GUARD_BAN_MS
    assert "192.0.2" not in repr(shown)
    assert guard.lift("192.0.2.7", Ms(3_000)) is None
    assert guard.lift("::ffff:192.0.2.9", Ms(3_000)) == shown[0]
    assert [ban.address for ban in guard.bans(Ms(3_000))] == ["192.0.2.8"]
    assert guard.bans(Ms(1_000 + GUARD_BAN_MS)) == []
