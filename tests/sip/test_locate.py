"""RFC 3263: every way through the procedure, with DNS played by a table."""

import pytest

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import LOCATE_QUERIES_MAX, LOCATE_TARGETS_MAX
from ringfence.sip.locate import Locator, Naptr, Query, Srv
from ringfence.sip.uri import Uri


def locate(uri, zone, *, seed=1, **options):
    """Resolve against a table of answers; return targets and the questions in order."""
    locator = Locator(Uri.parse(uri), SeededEntropy(seed), **options)
    asked = []
    while queries := locator.take_output():
        assert locator.targets is None
        asked += queries
        for query in queries:
            locator.receive(query, zone.get(tuple(query), []))
    assert locator.targets is not None
    assert locator.take_output() == []
    return [target[:3] for target in locator.targets], asked


ZONE = {
    ("example.com", "NAPTR"): [
        Naptr(50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com."),
        Naptr(100, 50, "s", "SIP+D2U", "_sip._udp.example.com"),
        Naptr(90, 50, "S", "sip+d2t", "_sip._tcp.example.com"),
        Naptr(10, 50, "u", "E2U+sip", ""),
        Naptr(10, 50, "s", "SIP+D2W", "_sip._ws.example.com"),
    ],
    ("_sips._tcp.example.com", "SRV"): [Srv(0, 1, 5061, "a.example.com.")],
    ("_sip._tcp.example.com", "SRV"): [Srv(0, 1, 5062, "A.example.com")],
    ("_sip._udp.example.com", "SRV"): [
        Srv(1, 0, 5070, "b.example.com"),
        Srv(0, 0, 5060, "a.example.com"),
    ],
    ("a.example.com", "A"): ["192.0.2.1", "192.0.2.2"],
    ("b.example.com", "A"): ["192.0.2.3"],
    ("b.example.com", "AAAA"): ["2001:db8::3"],
    ("example.com", "A"): ["192.0.2.9"],
}


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("sip:a@192.0.2.7", ("udp", "192.0.2.7", 5060)),
        ("sip:192.0.2.7:5070", ("udp", "192.0.2.7", 5070)),
        ("sips:192.0.2.7", ("tls", "192.0.2.7", 5061)),
        ("sip:192.0.2.7;transport=tcp", ("tcp", "192.0.2.7", 5060)),
        ("sip:192.0.2.7;transport=TLS", ("tls", "192.0.2.7", 5061)),
        ("sips:192.0.2.7;transport=tcp", ("tls", "192.0.2.7", 5061)),
        ("sip:[2001:db8::7]", ("udp", "2001:db8::7", 5060)),
        ("sip:example.com;maddr=192.0.2.8", ("udp", "192.0.2.8", 5060)),
        ("sip:example.com;maddr=[2001:db8::8]", ("udp", "2001:db8::8", 5060)),
    ],
)
def test_an_address_needs_no_question(uri, target):
    assert locate(uri, {}) == ([target], [])


def test_a_name_with_a_port_is_only_looked_up():
    targets, asked = locate("sip:example.com:5070", ZONE)
    assert targets == [("udp", "192.0.2.9", 5070)]
    assert asked == [Query("example.com", "A")]
    assert locate("sips:example.com:5070", ZONE)[0] == [("tls", "192.0.2.9", 5070)]
    assert locate("sip:example.com:5070;transport=tcp", ZONE)[0] == [("tcp", "192.0.2.9", 5070)]


def test_naptr_says_which_transports_in_which_order():
    targets, asked = locate("sip:alice@example.com", ZONE)
    assert targets == [
        *(("tls", "192.0.2.1", 5061), ("tls", "192.0.2.2", 5061)),
        *(("tcp", "192.0.2.1", 5062), ("tcp", "192.0.2.2", 5062)),
        *(("udp", "192.0.2.1", 5060), ("udp", "192.0.2.2", 5060), ("udp", "192.0.2.3", 5070)),
    ]
    assert asked[0] == Query("example.com", "NAPTR")
    assert len(asked) == len(set(asked))


def test_transports_we_lack_are_left_out():
    targets, _ = locate("sip:example.com", ZONE, transports=("udp", "tcp"))
    assert {transport for transport, _, _ in targets} == {"udp", "tcp"}
    assert locate("sip:192.0.2.1;transport=tls", {}, transports=("udp",)) == ([], [])
    assert locate("sips:192.0.2.1", {}, transports=("udp",)) == ([], [])
    assert locate("sip:192.0.2.1", {}, transports=("tcp",))[0] == [("tcp", "192.0.2.1", 5060)]


def test_sips_never_leaves_tls():
    targets, asked = locate("sips:example.com", ZONE)
    assert {transport for transport, _, _ in targets} == {"tls"}
    assert Query("_sip._udp.example.com", "SRV") not in asked
    assert locate("sips:example.com;transport=udp", ZONE) == ([], [])
    targets, asked = locate("sips:b.example.com", ZONE)
    assert targets == [("tls", "192.0.2.3", 5061)]
    assert asked[1:] == [Query("_sips._tcp.b.example.com", "SRV"), Query("b.example.com", "A")]


def test_a_given_transport_goes_straight_to_its_srv():
    targets, asked = locate("sip:example.com;transport=tcp", ZONE)
    assert targets == [("tcp", "192.0.2.1", 5062), ("tcp", "192.0.2.2", 5062)]
    assert asked[0] == Query("_sip._tcp.example.com", "SRV")


def test_without_naptr_every_transport_is_asked_for():
    zone = {key: value for key, value in ZONE.items() if key[1] != "NAPTR"}
    targets, asked = locate("sip:example.com", zone)
    assert [transport for transport, _, _ in targets] == ["udp"] * 3 + ["tcp"] * 2 + ["tls"] * 2
    assert asked[1:4] == [
        Query("_sip._udp.example.com", "SRV"),
        Query("_sip._tcp.example.com", "SRV"),
        Query("_sips._tcp.example.com", "SRV"),
    ]


def test_without_any_service_record_the_name_itself_is_the_place():
    zone = {("example.com", "A"): ["192.0.2.9"]}
    assert locate("sip:example.com", zone)[0] == [("udp", "192.0.2.9", 5060)]
    assert locate("sip:example.com;transport=tcp", zone)[0] == [("tcp", "192.0.2.9", 5060)]
    assert locate("sips:example.com", zone)[0] == [("tls", "192.0.2.9", 5061)]
    assert locate("sip:example.com.", zone)[0] == [("udp", "192.0.2.9", 5060)]


def test_a_service_of_a_single_dot_does_not_exist():
    zone = {
        ("_sip._tcp.example.com", "SRV"): [Srv(0, 0, 0, ".")],
        ("example.com", "A"): ["192.0.2.9"],
    }
    assert locate("sip:example.com;transport=tcp", zone) == (
        [],
        [Query("_sip._tcp.example.com", "SRV")],
    )


def test_a_name_that_does_not_exist_leads_nowhere():
    targets, asked = locate("sip:nowhere.example.com", {})
    assert targets == []
    assert asked[-1] == Query("nowhere.example.com", "A")


def test_both_families_are_asked_in_the_order_given():
    targets, _ = locate("sip:b.example.com:5060", ZONE, families=("AAAA", "A"))
    assert targets == [("udp", "2001:db8::3", 5060), ("udp", "192.0.2.3", 5060)]


def test_priorities_are_strict_and_weights_are_chances():
    zone = {
        ("_sip._udp.example.com", "SRV"): [
            Srv(2, 0, 5060, "192.0.2.3"),
            Srv(1, 90, 5060, "192.0.2.1"),
            Srv(1, 10, 5060, "192.0.2.2"),
        ]
    }
    firsts = []
    for seed in range(300):
        targets, _ = locate("sip:example.com;transport=udp", zone, seed=seed)
        assert targets[2] == ("udp", "192.0.2.3", 5060)
        firsts.append(targets[0][1])
    assert 240 < firsts.count("192.0.2.1") < 295
    assert locate("sip:example.com;transport=udp", zone, seed=5) == locate(
        "sip:example.com;transport=udp", zone, seed=5
    )


def test_answers_may_come_in_any_order_and_twice():
    locator = Locator(Uri.parse("sip:example.com"), SeededEntropy(1))
    query = Query("example.com", "NAPTR")
    locator.receive(Query("other.example.com", "A"), ["192.0.2.66"])  # never asked
    assert locator.take_output() == [query]
    locator.receive(query, list(reversed(ZONE["example.com", "NAPTR"])))
    locator.receive(query, [])  # too late
    pending = locator.take_output()
    assert len(pending) == 3
    while pending:
        for query in reversed(pending):
            locator.receive(query, ZONE.get(tuple(query), []))
        pending = locator.take_output()
    assert [target[:3] for target in locator.targets] == locate("sip:example.com", ZONE)[0]


def test_records_of_another_kind_are_left_out():
    zone = {
        ("example.com", "NAPTR"): ["192.0.2.1", Srv(0, 0, 1, "x")],
        ("_sip._udp.example.com", "SRV"): ["192.0.2.1", Naptr(0, 0, "s", "SIP+D2U", "x")],
        ("example.com", "A"): [Srv(0, 0, 1, "x"), "not an address", "192.0.2.9"],
    }
    assert locate("sip:example.com", zone)[0] == [("udp", "192.0.2.9", 5060)]


def test_the_certificate_is_to_prove_the_name_in_the_uri():
    locator = Locator(Uri.parse("sips:example.com:5061"), SeededEntropy(1))
    locator.receive(locator.take_output()[0], ["192.0.2.1"])
    assert locator.targets[0].name == "example.com"


def test_a_zone_without_end_is_cut_off():
    zone = {
        ("_sip._udp.example.com", "SRV"): [Srv(0, 0, 5060, f"h{n}.example.com") for n in range(99)],
        **{(f"h{n}.example.com", "A"): [f"192.0.2.{n}", "192.0.2.200"] for n in range(99)},
    }
    targets, asked = locate("sip:example.com;transport=udp", zone)
    assert len(asked) == LOCATE_QUERIES_MAX
    assert len(targets) == len(set(targets)) == LOCATE_TARGETS_MAX


def test_other_schemes_have_no_place():
    with pytest.raises(LocalError):
        Locator(Uri.parse("tel:+12025550123"), SeededEntropy(1))
