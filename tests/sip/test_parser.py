"""Bytes to messages: the torture corpora, faults of the field, and nothing but `RemoteError`."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SIP_HEAD_MAX, SIP_LINES_MAX
from ringfence.sip.message import Request, Response, response_to
from ringfence.sip.parser import parse, salvage

VECTORS = Path(__file__).parent.parent / "vectors" / "sip"


def table(name):
    """Read the table beside a corpus; every file is in it and every entry has its file."""
    rows = tomllib.loads((VECTORS / name / "table.toml").read_text())
    assert {path.stem for path in (VECTORS / name).glob("*.dat")} == set(rows)
    return rows


def read(corpus, name):
    return (VECTORS / corpus / f"{name}.dat").read_bytes()


def files(corpus):
    return sorted(path.stem for path in (VECTORS / corpus).glob("*.dat"))


TORTURE = table("rfc4475")
IPV6 = table("rfc5118")

ACCESSORS = (
    *("via", "vias", "from_", "to", "from_tag", "to_tag", "call_id", "cseq", "contacts", "contact"),
    *("contact_star", "routes", "record_routes", "max_forwards", "expires", "content_type"),
    *("supported", "require", "allow", "refer_to"),
)


def touch(message):
    """Ask for everything that is read lazily; a `RemoteError` is as good as a value."""
    for name in ACCESSORS:
        try:
            getattr(message, name)
        except RemoteError:
            pass


# The corpora of RFC 4475 and RFC 5118


def test_the_torture_corpus_is_complete():
    assert len(TORTURE) == 49


@pytest.mark.parametrize("name", TORTURE)
def test_a_torture_message_is_taken_as_the_rfc_asks(name):
    data, row = read("rfc4475", name), TORTURE[name]
    if row["wire"] == "accept":
        message = parse(data)
        touch(message)
        again = parse(message.to_bytes())
        assert list(again.headers) == list(message.headers)
        assert again.body == message.body
        return
    with pytest.raises(RemoteError) as caught:
        parse(data)
    assert caught.value.hint == row["wire"]
    request = salvage(data)
    if row["answer"] == "drop":
        assert request is None
    else:
        answer = response_to(request, caught.value.hint, to_tag="t")
        assert parse_leniently(answer.to_bytes()).status == row["wire"]


def parse_leniently(data):
    """Read an answer, which may repeat what was malformed in its request."""
    status = data.split(b" ")[1]
    return Response(int(status))


@pytest.mark.parametrize("name", IPV6)
def test_ipv6_messages_are_taken_as_the_rfc_asks(name):
    data, row = read("rfc5118", name), IPV6[name]
    if row["wire"] == "accept":
        touch(parse(data))
    else:
        with pytest.raises(RemoteError) as caught:
            parse(data)
        assert caught.value.hint == row["wire"]
        assert salvage(data) is not None


def test_a_short_tortuous_invite():
    message = parse(read("rfc4475", "wsinv"))
    assert (message.method, message.uri.user) == ("INVITE", "vivekg")
    assert dict(message.uri.params) == {"unknownparam": None}
    assert message.to_tag == "1918181833n"
    assert (message.from_.display, message.from_tag) == ('J Rosenberg \\"', "98asjd8")
    assert (message.max_forwards, message.cseq) == (68, (9, "INVITE"))
    assert [(via.transport, via.host, via.branch) for via in message.vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert message.headers.get("Subject") == ""
    assert message.headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert message.headers.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    assert message.routes[0].uri.params == {
        "lr": None,
        "unknownwith": "value",
        "unknown-no-value": None,
    }
    assert message.contact.display == 'Quoted string ""'
    assert message.contact.params == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    assert len(message.body) == 150
    assert b"NewFangledHeader: " in message.to_bytes()


def test_a_wide_range_of_characters():
    message = parse(read("rfc4475", "intmeth"))
    assert message.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert message.uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert message.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert message.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert message.from_.display == "token1~` token2'+_ token3*%!.-"
    assert message.from_tag == "_token~1'+`*%!-."
    assert message.from_.params["fromparam''~+*_!.-%"] == '"работающий"'
    assert message.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert message.headers.get("extensionHeader-!.%*+_`'~") == "\ufeff大停電"
    assert message.to_bytes().count(b"\\\x00") == 1


def test_escapes_mean_something_only_where_they_may():
    message = parse(read("rfc4475", "esc01"))
    assert message.uri.subscriber == "sips:user@example.com"
    assert message.to.uri.subscriber == "user"
    assert message.contact.uri.subscriber == "caller"
    assert message.contact.uri.params == {"lr": None, "name": "v%61lue%25%34%31"}
    message = parse(read("rfc4475", "esc02"))
    assert message.method == "RE%47IST%45R"
    assert message.to.display == "%Z%45"
    assert [contact.uri.user for contact in message.contacts] == ["alias1", "alias3"]
    contacts = parse(read("rfc4475", "escnull")).contacts
    assert [contact.uri.subscriber for contact in contacts] == ["\0", "\0\0"]
    assert not contacts[0].uri.equivalent(contacts[1].uri)


def test_what_follows_the_body_is_noise():
    message = parse(read("rfc4475", "dblreq"))
    assert (message.method, message.body) == ("REGISTER", b"")
    assert b"INVITE" not in message.to_bytes()


def test_other_well_formed_messages_of_the_corpus():
    assert parse(read("rfc4475", "semiuri")).uri.user == "user;par=u%40example.net"
    assert len(parse(read("rfc4475", "longreq")).vias) == 34
    assert [via.transport for via in parse(read("rfc4475", "transports")).vias] == [
        *("UDP", "SCTP", "TLS", "UNKNOWN", "TCP")
    ]
    body = parse(read("rfc4475", "mpart01")).body
    assert (len(body), b"\x30\x82\x01\x52" in body) == (553, True)
    assert parse(read("rfc4475", "unreason")).reason.startswith("= 2**3 * 5**2 но")
    assert parse(read("rfc4475", "noreason")).reason == ""
    assert parse(read("rfc4475", "unkscm")).uri.scheme == "nobodyknowsthisscheme"
    assert parse(read("rfc4475", "cparam01")).contact.params == {"unknownparam": None}
    assert parse(read("rfc4475", "cparam02")).contact.uri.params == {"unknownparam": None}
    headers = parse(read("rfc4475", "regescrt")).contact.uri.headers
    assert headers == (("Route", "<sip:sip.example.com>"),)
    old = parse(read("rfc4475", "inv2543"))
    assert (old.from_tag, old.via.branch, old.max_forwards) == (None, None, None)
    assert len(old.body) > 100
    assert not parse(read("rfc4475", "badbranch")).via.has_magic
    assert parse(read("rfc4475", "baddn") + b"\r\n").to.display == "Watson, Thomas"


def test_ipv6_addresses_are_understood():
    assert parse(read("rfc5118", "ipv6-good")).uri.host == "2001:db8::10"
    assert parse(read("rfc5118", "port-ambiguous")).uri.port is None
    assert parse(read("rfc5118", "port-unambiguous")).uri.port == 5070
    for name in ("via-received-param-with-delim", "via-received-param-no-delim"):
        assert parse(read("rfc5118", name)).via.received == "2001:db8::9:255"
    assert parse(read("rfc5118", "ipv4-mapped-ipv6")).via.host == "::ffff:192.0.2.10"
    bug = parse(read("rfc5118", "ipv6-bug-abnf-3-colons"))
    assert bug.uri == parse(read("rfc5118", "ipv6-correct-abnf-2-colons")).uri


# Faults seen in the field

SILENT = {
    *("empty", "line-ends-only", "line-ends-in-lf", "http-request", "stun-binding-request"),
    *("random-octets", "status-of-two-digits", "status-700", "method-not-a-token", "no-via"),
    *("version-without-minor", "control-behind-backslash-in-reason"),
}


@pytest.mark.parametrize("name", files("flawed"))
def test_a_flawed_message_is_refused_and_answered_where_it_can_be(name):
    data = read("flawed", name)
    with pytest.raises(RemoteError) as caught:
        parse(data)
    assert caught.value.hint == 400
    request = salvage(data)
    assert (request is None) == (name in SILENT)
    if request is not None:
        request.received_from("192.0.2.9", 5060)
        answer = response_to(request, 400, to_tag="t").to_bytes()
        assert answer.count(b"\r\n\r\n") == 1
        assert b"\nVia: SIP/2.0/UDP 192.0.2.1" in answer


@pytest.mark.parametrize("name", files("tolerated"))
def test_a_known_oddity_is_understood(name):
    message = parse(read("tolerated", name))
    for accessor in ACCESSORS:
        getattr(message, accessor)
    parse(message.to_bytes())


def test_what_the_oddities_mean():
    assert parse(read("tolerated", "latin-1-display-name")).from_.display == "Jörg"
    assert parse(read("tolerated", "utf-8-display-name")).from_.display == "Zoë 電話"
    assert parse(read("tolerated", "content-length-two-too-long")).body == b"hello"
    assert parse(read("tolerated", "content-length-too-short")).body == b"hello"
    assert parse(read("tolerated", "port-twice")).uri.port == 5060
    assert parse(read("tolerated", "lr-on")).routes[0].uri.loose
    assert parse(read("tolerated", "hash-in-user")).uri.subscriber == "*21#"
    assert parse(read("tolerated", "tel-uris")).uri.subscriber == "+12025550123"
    assert len(parse(read("tolerated", "several-via-in-one-header")).vias) == 3
    assert parse(read("tolerated", "status-line-without-last-blank")).status == 200
    assert parse(read("tolerated", "control-behind-backslash")).from_.display == "bell \x07"


def test_a_latin_1_line_does_not_spoil_the_utf_8_of_others():
    data = read("tolerated", "latin-1-display-name").replace(
        b"To: <sip:echo", 'To: "Zoë" <sip:echo'.encode()
    )
    message = parse(data)
    assert (message.from_.display, message.to.display) == ("Jörg", "Zoë")


def test_an_endless_head_is_refused():
    data = read("tolerated", "compact-names")
    room = SIP_HEAD_MAX - data.find(b"\r\n\r\n") - len(b"X: \r\n")
    longest = data.replace(b"\r\n", b"\r\nX: " + b"a" * room + b"\r\n", 1)
    assert len(parse(longest).headers.get("X")) == room
    with pytest.raises(RemoteError) as caught:
        parse(longest.replace(b"X: a", b"X: aa"))
    assert caught.value.hint == 513


def test_a_count_of_three_octets_too_many_is_no_forgotten_line_end():
    data = read("tolerated", "content-length-two-too-long")
    assert parse(data).body == b"hello"
    with pytest.raises(RemoteError):
        parse(data.replace(b"Content-Length: 7", b"Content-Length: 8"))


def test_a_response_of_another_version_is_refused():
    data = read("rfc4475", "noreason").replace(b"SIP/2.0 100", b"SIP/3.0 100")
    with pytest.raises(RemoteError) as caught:
        parse(data)
    assert caught.value.hint == 505
    assert salvage(data) is None


def test_the_route_of_an_answer_to_a_malformed_request_is_kept():
    data = read("flawed", "cseq-negative").replace(
        b";branch=z9hG4bKf1",
        b";RPORT;received=192.0.2.3;branch=z9hG4bKf1;x=y, SIP/2.0/TCP p;rport=7",
    )
    via = salvage(data).via
    assert via.params == {"rport": None, "received": "192.0.2.3", "branch": "z9hG4bKf1"}


def test_endless_headers_are_refused():
    data = read("tolerated", "compact-names")
    more = SIP_LINES_MAX - data.count(b"\r\n") + 1
    most = data.replace(b"\r\n", b"\r\n" + b"X-Y: z\r\n" * more, 1)
    assert len(parse(most).headers.all("X-Y")) == more
    with pytest.raises(RemoteError) as caught:
        parse(most.replace(b"X-Y: z\r\n", b"X-Y: z\r\nX-Y: z\r\n", 1))
    assert caught.value.hint == 513


def test_what_is_never_answered():
    ack = read("flawed", "no-cseq").replace(b"OPTIONS", b"ACK")
    assert salvage(read("flawed", "no-cseq")) is not None
    assert salvage(ack) is None
    assert salvage(read("rfc4475", "bigcode")) is None


def test_salvage_leaves_out_what_could_break_an_answer():
    data = read("flawed", "bare-lf-in-value")
    answer = response_to(salvage(data), 400).to_bytes()
    assert b"ce@" not in answer
    data = read("rfc4475", "badinv01")
    assert salvage(data).headers.all("Via") == ["SIP/2.0/UDP 192.0.2.15"]
    request = salvage(read("rfc4475", "insuf"))
    assert set(dict(request.headers)) == {"Via", "CSeq"}
    assert (request.call_id, request.from_tag, request.to_tag) == ("invalid", None, None)
    request = salvage(read("flawed", "cseq-negative"))
    assert (request.cseq, request.call_id) == ((0, "OPTIONS"), "vector@192.0.2.1")


def test_salvage_reads_compact_names_and_leaves_out_a_port_that_is_none():
    data = read("tolerated", "compact-names").replace(b"CSeq: 1 OPTIONS", b"CSeq: x")
    assert set(dict(salvage(data).headers)) == {"Via", "From", "To", "Call-ID", "CSeq"}
    via = salvage(read("flawed", "via-port-too-large")).via
    assert (via.host, via.port) == ("192.0.2.1", None)
    highest = read("flawed", "via-port-too-large").replace(b"65536", b"65535")
    assert parse(highest).via.port == 65535


# Invariants

SEEDS = [path.read_bytes() for path in sorted(VECTORS.rglob("*.dat"))]
HUGE = 2000  # truncating at every length is quadratic in the size


@pytest.mark.parametrize("name", ["wsinv", "intmeth", "mpart01", "unreason", "inv2543", "badinv01"])
def test_truncated_at_every_length_it_is_read_or_refused(name):
    data = read("rfc4475", name)
    assert len(data) < HUGE
    for length in range(len(data)):
        examine(data[:length])


def examine(data):
    """Hold the invariant: a message, or `RemoteError`; and answers to anything are well formed."""
    try:
        message = parse(data)
    except RemoteError as error:
        refuse(data, error.hint)
        return
    touch(message)
    again = parse(message.to_bytes())
    assert type(again) is type(message)
    assert list(again.headers) == list(message.headers)
    assert again.body == message.body
    if isinstance(message, Request):
        assert again.uri == message.uri
        message.received_from("192.0.2.200", 5062)
        response_to(message, 200, to_tag="t").to_bytes()


def refuse(data, hint):
    assert hint in {400, 501, 505, 513}
    request = salvage(data)
    if request is not None:
        response_to(request, hint, to_tag="t").to_bytes()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
@example(b"\r")
@example(b"INVITE sip:a SIP/2.0\r\n\r\n")
def test_any_octets_are_read_or_refused(data):
    examine(data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_any_vector_with_a_piece_exchanged_is_read_or_refused(seed, data):
    at = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(at, min(at + 20, len(seed))))
    piece = data.draw(
        st.binary(max_size=8)
        | st.sampled_from(
            [b"\r\n", b"\r\n ", b'"', b"\\", b"<", b">", b";", b",", b":", b"@", b"\0"]
        )
    )
    examine(seed[:at] + piece + seed[end:])
