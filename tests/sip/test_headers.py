"""The multi-map of header fields and the typed values in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.sip.headers import COMPACT, CSeq, Headers, NameAddr, Via, canonical, parse_delta
from ringfence.sip.uri import Uri

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)


def test_names_are_found_in_any_case_and_in_compact_form():
    headers = Headers([("v", "one"), ("VIA", "two"), ("vIa", "three"), ("X-Own", "x")])
    assert headers.all("Via") == ["one", "two", "three"]
    assert headers.get("via") == "one"
    assert headers.get("x-oWN") == "x"
    assert headers.get("From") is None
    assert headers.all("t") == []
    assert "call-id" not in headers
    assert "X-OWN" in headers
    assert 7 not in headers


def test_every_compact_name_leads_to_its_long_one():
    for short, name in COMPACT.items():
        assert canonical(short) == canonical(short.upper()) == canonical(name.swapcase()) == name


def test_order_within_a_field_and_among_fields_is_kept():
    headers = Headers([("X-B", "1"), ("X-A", "2"), ("x-b", "3")])
    headers.insert_first("X-B", "0")
    assert list(headers) == [("X-B", "0"), ("X-B", "1"), ("X-B", "3"), ("X-A", "2")]


def test_set_and_remove():
    headers = Headers([("Route", "a"), ("Route", "b")])
    headers.set("Route", "c")
    assert headers.all("Route") == ["c"]
    headers.remove("route")
    headers.remove("route")
    assert headers.get("Route") is None
    headers.extend([("A", "1"), ("A", "2")])
    assert headers.all("A") == ["1", "2"]


def test_a_copy_is_independent():
    headers = Headers([("Via", "a"), ("X-Own", "b")])
    twin = headers.copy()
    twin.add("Via", "c")
    twin.set("X-Own", "d")
    assert list(headers) == [("Via", "a"), ("X-Own", "b")]
    assert list(twin) == [("Via", "a"), ("Via", "c"), ("X-Own", "d")]


@pytest.mark.parametrize("bad", ["a\r\nVia: b", "a\nb", "a\rb", "a\0b"])
def test_injection_is_refused_by_every_way_in(bad):
    headers = Headers()
    for way in (headers.add, headers.set, headers.insert_first):
        with pytest.raises(LocalError):
            way("Subject", bad)
        with pytest.raises(LocalError):
            way(bad, "value")
    with pytest.raises(LocalError):
        Headers([("Subject", bad)])
    assert headers.all("Subject") == []


def test_lists_are_split_and_tokens_gathered():
    headers = Headers([("Contact", '"a, b" <sip:a@b>, <sip:c@d>'), ("Contact", "<sip:e@f>")])
    assert headers.split("Contact") == ['"a, b" <sip:a@b>', "<sip:c@d>", "<sip:e@f>"]
    assert headers.split("Route") == []
    headers = Headers([("Supported", "100rel, Timer"), ("k", ""), ("k", "replaces")])
    assert headers.tokens("Supported") == {"100rel", "timer", "replaces"}
    assert headers.tokens("Require") == frozenset()


def test_a_printed_object_shows_names_only():
    assert repr(Headers([("From", "<sip:+12025550123@h>")])) == "Headers(From)"


def test_a_cseq_round_trips():
    for text in ("1 INVITE", "4294967295 ACK", "0 RE%47IST%45R"):
        assert str(CSeq.parse(text)) == text
    assert CSeq.parse("0009 \t INVITE") == CSeq(9, "INVITE")
    assert CSeq.parse("9\tINVITE") == CSeq(9, "INVITE")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "INVITE",
        "-1 INVITE",
        "1.5 INVITE",
        "4294967296 INVITE",
        "1 IN VITE",
        "9" * 5000 + " X",
    ],
)
def test_a_malformed_cseq_is_refused(text):
    with pytest.raises(RemoteError):
        CSeq.parse(text)


@pytest.mark.parametrize(
    ("text", "display", "uri", "params"),
    [
        ('"A \\"B\\"" <sip:a@b;lr>;tag=x', 'A "B"', "sip:a@b;lr", {"tag": "x"}),
        ("Alice<sip:a@b>", "Alice", "sip:a@b", {}),
        ("<sip:a@b?x=y> ; q = 0.3", "", "sip:a@b?x=y", {"q": "0.3"}),
        ("sip:a@b;tag=x;lr", "", "sip:a@b", {"tag": "x", "lr": None}),
        ("sip:a@b ; tag = x", "", "sip:a@b", {"tag": "x"}),
        ("< sip:a@b >", "", "sip:a@b", {}),
        ("Bell, Alexander <sip:a@b>", "Bell, Alexander", "sip:a@b", {}),
        ("tel:+12025550123;tag=x", "", "tel:+12025550123", {"tag": "x"}),
        ("<http://www.example.com>;tag=1", "", "http://www.example.com", {"tag": "1"}),
    ],
)
def test_name_addresses_are_read(text, display, uri, params):
    value = NameAddr.parse(text)
    assert (value.display, str(value.uri), dict(value.params)) == (display, uri, params)
    assert NameAddr.parse(str(value)) == value
    assert value.tag == params.get("tag")


@given(
    st.from_regex(r"(Bob |Bo-b\.2|)<sips?:[a-z+0-9$,&]{1,4}@[a-z0-9.\-]{1,6}", fullmatch=True),
    st.from_regex(r"(:[0-9]{1,6})?", fullmatch=True),
    st.from_regex(r">(;tag=[a-z0-9.%]{1,4})?", fullmatch=True),
)
def test_the_usual_form_is_read_as_any_other(head, port, tail):
    """Invariant: the short way through `NameAddr.parse` changes no result."""
    text = head + port + tail
    try:
        expected = NameAddr._parse_any(text)
    except RemoteError:
        with pytest.raises(RemoteError):
            NameAddr.parse(text)
        return
    found = NameAddr.parse(text)
    assert found == expected
    assert str(found) == str(expected)


@pytest.mark.parametrize(
    "text",
    [
        *('"A <sip:a@b>', "<sip:a@b", "sip:a@b>", "<>", "", "A <sip:a@b> x", "<sip:a@b>;;"),
        *("sip:a@b?x=y", "sip:a@b,sip:c@d", "<sip:a@b> <sip:c@d>", 'A"b" <sip:a@b>', "A"),
    ],
)
def test_malformed_name_addresses_are_refused(text):
    with pytest.raises(RemoteError):
        NameAddr.parse(text)


@pytest.mark.parametrize(
    "text",
    ['"A \\"B\\"" <sip:a@b:5060;lr>;tag=x;q="1;2"', "tel:+12025550123;tag=x", "Alice <sip:a@b>"],
)
def test_truncated_at_every_length_a_name_address_is_read_or_refused(text):
    for length in range(len(text)):
        try:
            value = NameAddr.parse(text[:length])
        except RemoteError:
            continue
        assert NameAddr.parse(str(value)) == value


@given(TEXT, st.from_regex("[a-z0-9]{1,8}", fullmatch=True))
def test_any_display_name_survives(display, tag):
    value = NameAddr(display, Uri.sip("a", "example.com"), {"tag": tag})
    assert NameAddr.parse(str(value)) == value


def test_a_control_in_a_display_name_stays_behind_its_backslash():
    text = '"bell \\\x07 \\"" <sip:a@h>'
    assert NameAddr.parse(text).display == 'bell \x07 "'
    assert str(NameAddr.parse(text)) == text


@pytest.mark.parametrize("host", ["\u0130.com", "\u212a.com", "\u017f.com"])
def test_a_host_is_written_in_ascii(host):
    """What lower case makes of these is no host, or that of somebody else."""
    with pytest.raises(RemoteError):
        Via.parse(f"SIP/2.0/UDP {host};branch=z9hG4bK1")
    with pytest.raises(RemoteError):
        NameAddr.parse(f"<sip:a@{host}>")


def test_a_printed_name_address_names_nobody():
    value = NameAddr.parse('"Alice" <sip:+12025550123@example.com>')
    assert "Alice" not in repr(value)
    assert "2025550123" not in repr(value)
    assert value.with_params(tag="t").tag == "t"


@pytest.mark.parametrize(
    "text",
    [
        "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport",
        "SIP/2.0/TLS host.example.com",
        "SIP/2.0/UNKNOWN [2001:db8::1]:5061;received=2001:db8::2",
    ],
)
def test_a_via_round_trips(text):
    via = Via.parse(text)
    assert str(via) == text
    for length in range(len(text)):
        try:
            Via.parse(text[:length])
        except RemoteError:
            pass


def test_the_parts_of_a_via():
    via = Via.parse("sip / 2.0 / udp \t First.example.com : 4000 ;ttl=16 ;branch=z9hG4bKa.1")
    assert (via.transport, via.host, via.port) == ("UDP", "first.example.com", 4000)
    assert (via.branch, via.params["ttl"]) == ("z9hG4bKa.1", "16")
    assert via.has_magic
    assert not via.wants_rport
    assert via.rport is None
    asked = via.with_params(rport=None)
    assert asked.wants_rport
    assert asked.rport is None
    assert asked.with_params(rport="5099").rport == 5099


def test_the_cookie_alone_identifies_nothing():
    assert not Via.parse("SIP/2.0/UDP h;branch=z9hG4bK").has_magic  # RFC 4475 section 3.2.1
    assert not Via.parse("SIP/2.0/UDP h;branch=390skdjuw").has_magic
    assert not Via.parse("SIP/2.0/UDP h").has_magic


def test_received_is_understood_with_and_without_brackets():
    for text in ("[2001:db8::9]", "2001:db8::9"):  # RFC 5118 section 4.5
        assert Via.parse(f"SIP/2.0/UDP h;received={text}").received == "2001:db8::9"
    assert Via.parse("SIP/2.0/UDP h").received is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/3.0/UDP h", "HTTP/2.0/UDP h", "SIP/2.0/UDP h:x"),
        *("SIP/2.0/UDP h:65536", "SIP/2.0/UDP h;;,;,,", "SIP/2.0/UDP [::1", "SIP/2.0/UDP [::g]"),
        *("SIP/2.0/UDP h k", "SIP/2.0 h"),
    ],
)
def test_a_malformed_via_is_refused(text):
    with pytest.raises(RemoteError):
        Via.parse(text)


def test_seconds_are_capped():
    assert parse_delta("3600") == 3600
    assert parse_delta("60 ; x=y") == 60
    assert parse_delta("1" + "0" * 100) == parse_delta("4294967296") == 2**32 - 1
    for text in ("", "-1", "x", "1.5", "٣"):
        with pytest.raises(RemoteError):
            parse_delta(text)
