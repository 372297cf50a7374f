"""SIP domains as the switch knows them."""

import ipaddress

from ringfence.accounts.resources import Credential, Hook, IpAddress, SipDomain
from ringfence.office.domain_entries import domain_entries
from ringfence.office.shelf import Shelf
from ringfence.storage.resources import Kept
from ringfence.switch.directory import FlowRoute, UrlRoute

NOTHING = FlowRoute(flow="nothing")


def shelf(*bodies):
    made = Shelf()
    for number, (body, parent) in enumerate(bodies):
        made.learn(Kept(id=f"XX{number}", account="AC1", body=body, parent=parent, created_at=1,
                        changed_at=1))  # fmt: skip
    return made


def test_only_mapped_lists_count():
    domain = SipDomain(
        domain="calls.example.com", voice=Hook(url="https://example.com"), credentials=("CL1",),
        addresses=("AL1",), registrations=("CL2",),
    )  # fmt: skip
    found, users = domain_entries(
        shelf(
            (domain, None), (Credential(username="ann"), "CL1"),
            (Credential(username="bob"), "CL2"),
            (IpAddress(name="", address="192.0.2.7", prefix=30), "AL1"),
            (IpAddress(name="", address="192.0.2.99", prefix=32), "AL2"),
        ),
        nothing=NOTHING,
    )  # fmt: skip
    entry = found["calls.example.com"]
    assert entry.route == UrlRoute(url="https://example.com")
    assert entry.users == {"ann"}
    assert entry.networks == (ipaddress.ip_network("192.0.2.4/30"),)
    assert entry.holds("192.0.2.6")
    assert not entry.holds("192.0.2.99")
    assert not entry.holds("nonsense")
    assert users == {"ann", "bob"}


def test_a_list_counts_for_registrations_where_the_domain_takes_any():
    for registration, expected in ((True, {"bob"}), (False, set())):
        domain = SipDomain(
            domain="calls.example.com", registration=registration, registrations=("CL2",)
        )
        found, _ = domain_entries(
            shelf(
                (domain, None),
                (Credential(username="ann"), "CL1"),
                (Credential(username="bob"), "CL2"),
            ),
            nothing=NOTHING,
        )
        assert found["calls.example.com"].registrars == expected


def test_a_domain_without_a_url_is_answered_by_nothing():
    found, _ = domain_entries(shelf((SipDomain(domain="x.example.com"), None)), nothing=NOTHING)
    assert found["x.example.com"].route is NOTHING
    entry = found["x.example.com"]
    assert (entry.users, entry.networks) == (None, None)
    assert not entry.admits(None, "192.0.2.1")


def test_a_list_without_entries_lets_nobody_in():
    lists = SipDomain(domain="x.example.com", credentials=("CL1",), addresses=("AL1",))
    found, _ = domain_entries(
        shelf((lists, None), (IpAddress(name="", address="192.0.2.7", prefix=32), "AL1")),
        nothing=NOTHING,
    )
    assert found["x.example.com"].users == frozenset()
    assert not found["x.example.com"].admits(None, "192.0.2.7")
    assert not found["x.example.com"].admits("ann", "192.0.2.7")


def test_a_domain_without_lists_is_called_by_nobody():
    found, users = domain_entries(shelf((SipDomain(domain="x.example.com"), None)), nothing=NOTHING)
    assert not found["x.example.com"].admits("ann", "192.0.2.1")
    assert users == set()
