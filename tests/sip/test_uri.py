"""URIs: round trips, what is refused, and what telephones get away with."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringfence.kernel.errors import RemoteError
from ringfence.sip.grammar import is_clean
from ringfence.sip.uri import Uri

ROUND = [
    "sip:example.com",
    "sip:alice@example.com",
    "sips:alice:secret@example.com:5061;transport=tcp",
    "sip:+12025550123@192.0.2.1:5070;user=phone;lr",
    "sip:user;par=u%40example.net@example.com",
    "sip:alice@[2001:db8::1]:5060;maddr=[2001:db8::2]",
    "sip:alice@[::ffff:192.0.2.1]",
    "sip:echo@example.com?Subject=hi%20there&Priority=urgent",
    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it=1,weird!*pas$wo~d_too.(isn't)@h.com",
    "sip:*21#@example.com",
    "tel:+1-202-555-0123",
    "tel:7042;phone-context=example.com",
    "isbn:2983792873",
    "soap.beep://192.0.2.103:3002",
]


@pytest.mark.parametrize("text", ROUND)
def test_the_wire_form_round_trips(text):
    uri = Uri.parse(text)
    assert str(uri) == text
    assert Uri.parse(str(uri)) == uri
    assert hash(Uri.parse(text)) == hash(uri)


@pytest.mark.parametrize("text", ROUND)
def test_truncated_at_every_length_it_is_read_or_refused(text):
    for length in range(len(text)):
        try:
            uri = Uri.parse(text[:length])
        except RemoteError:
            continue
        assert Uri.parse(str(uri)) == uri


def test_the_parts_of_a_uri():
    uri = Uri.parse("SIPS:Alice:pw@EXAMPLE.com:5061;Transport=TCP;lr;x=?Subject=a%26b")
    assert (uri.scheme, uri.user, uri.password) == ("sips", "Alice", "pw")
    assert (uri.host, uri.port) == ("example.com", 5061)
    assert dict(uri.params) == {"transport": "TCP", "lr": None, "x": ""}
    assert uri.headers == (("Subject", "a&b"),)
    assert uri.transport == "tcp"
    assert uri.loose
    assert uri.secure
    assert uri.is_sip
    assert uri.bare() == Uri("sips", "Alice", "example.com", 5061)


def test_an_ipv6_host_stands_without_brackets():
    uri = Uri.parse("sip:a@[2001:DB8::1]:5070")
    assert (uri.host, uri.port) == ("2001:db8::1", 5070)
    assert Uri.parse("sip:[2001:db8::10:5070]").port is None  # RFC 5118 section 4.3


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "sip:",
            "sip:@example.com",
            "alice@example.com",
            "sip:alice@",
            "sip: alice@example.com",
        ),
        *("sip:alice@exa mple.com", "sip:alice@example.com:", "sip:alice@example.com:65536"),
        *("sip:alice@example.com:123456", "<sip:alice@example.com>", "sip:alice@example.com;;lr"),
        *("sip:alice@example.com;a=1;a=2", "sip:2001:db8::10", "sip:[2001:db8::10", "sip:[gg::1]"),
        *(
            "sip:al%4@example.com",
            "sip:alice@example.com?",
            "sip:alice@example.com?a",
            "tel:",
            "tel:x",
            "tel:+1;a%4",
        ),
        *("sip:a@b@c", "sip:alice@ex\nample.com", "sip:alice@example.com\r\nVia:", 'sip:"a"@b'),
        *("sip:alice@exämple.com", "sip:alice@example.com?a=b?c=d", "1sip:x"),
    ],
)
def test_malformed_uris_are_refused(text):
    with pytest.raises(RemoteError) as caught:
        Uri.parse(text)
    assert text == "" or text not in caught.value.reason


def test_a_port_given_twice_is_tolerated():
    assert Uri.parse("sip:a@example.com:5060:5060").port == 5060


def test_lr_counts_in_all_its_forms():
    assert Uri.parse("sip:p;lr=on").loose
    assert Uri.parse("sip:p;%6C%72").loose
    assert not Uri.parse("sip:p").loose


def test_the_subscriber_is_what_a_person_would_say():
    assert Uri.parse("sip:%2B12025550123;phone-context=x@h").subscriber == "+12025550123"
    assert Uri.parse("sip:null-%00-null@h").subscriber == "null-\0-null"
    assert Uri.parse("tel:+1-202-(555)-0123;x=y").subscriber == "+12025550123"
    assert Uri.parse("sip:h").subscriber == ""


def test_text_becomes_a_user_part_that_cannot_break_out():
    uri = Uri.sip("a@b:c\r\nVia: x", "example.com", params={"user": "phone"})
    assert Uri.parse(str(uri)) == uri
    assert uri.subscriber == "a@b:c\r\nVia: x"
    assert uri.host == "example.com"


WIRE = st.lists(
    st.sampled_from(
        [
            *"aZ0-_.!~*'()&=+$,/:[]%?;@# \"<>\\",
            *("%0d%0a", "%00", "%20", "%22", "%26", "%3b", "%3D", "%3Ex", "%40", "%41", "%6C"),
            *("%25", "%C3%A9", "%FF", "é", "\u017f", "\u212a", "\u0130", "\u2028", "\xa0"),
            *("lr", "maddr=9.9.9.9", "transport=tcp", "sip:", "tel:+1", "h.com", ";;"),
        ]
    ),
    max_size=8,
).map("".join)


@given(
    st.sampled_from(["sip:", "SIPS:", "\u017fip:", "tel:", "tel:+1", "isbn:", ""]),
    *(WIRE, st.sampled_from(["@", ""]), st.sampled_from(["h", "\u0130.com", "[::1]:5060", ""])),
    *(st.lists(WIRE, max_size=3), st.lists(WIRE, max_size=3)),
)
@example("sip:", "a", "@", "h", ["%0d%0aX-Injected"], [])
@example("sip:", "a", "@", "h", ["%3bmaddr%3d9.9.9.9"], [])
@example("sip:", "a", "@", "h", [], ["Subject=a%26b"])
@example("tel:", "1", "", "", ["%%34%31"], [])
def test_what_is_read_is_written_so_that_it_reads_the_same(scheme, user, at, host, params, headers):
    """Invariant: whatever is understood as a URI is written as one line that means the same."""
    text = scheme + user + at + host + "".join(f";{one}" for one in params)
    try:
        uri = Uri.parse(f"{text}?{'&'.join(headers)}" if headers else text)
    except RemoteError:
        return
    assert Uri.parse(str(uri)) == uri
    assert is_clean(str(uri))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sip:a@h;%0d%0aX", ["%0d%0ax"]),
        ("sip:a@h;%3Ex", ["%3ex"]),
        ("sip:a@h;%20x", ["%20x"]),
        ("sip:a@h;%3bmaddr%3d9.9.9.9", ["%3bmaddr%3d9.9.9.9"]),
        ("sip:a@h;%4D%61ddr=192.0.2.1", ["maddr"]),
        ("tel:+1;%4Cr", ["lr"]),
    ],
)
def test_an_escape_in_the_name_of_a_parameter_stays_one(text, names):
    """RFC 3261 19.1.4: only what is not reserved is the same without its escape."""
    uri = Uri.parse(text)
    assert list(uri.params) == names
    assert Uri.parse(str(uri)) == uri


def test_a_header_with_an_ampersand_stays_one_header():
    uri = Uri.parse("sip:a@h?Subject=a%26b%3dc&Priority=urgent")
    assert uri.headers == (("Subject", "a&b=c"), ("Priority", "urgent"))
    assert str(uri) == "sip:a@h?Subject=a%26b%3Dc&Priority=urgent"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_text_survives_as_a_user_part(text):
    uri = Uri.parse(str(Uri.sip(text, "example.com")))
    assert uri.subscriber == text.partition(";")[0]
    assert uri.host == "example.com"


def test_a_printed_object_names_nobody():
    for text in ("sip:+12025550123@example.com", "tel:+12025550123"):
        assert "2025550123" not in repr(Uri.parse(text))


def test_parameters_can_be_set():
    uri = Uri.parse("sip:a@h;lr")
    assert str(uri.with_params(transport="tcp")) == "sip:a@h;lr;transport=tcp"
    assert str(uri) == "sip:a@h;lr"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        # The examples of RFC 3261 section 19.1.4.
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp", True),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", True),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on", True),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            True,
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            True,
        ),
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", False),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", False),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", False),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", False),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", False),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", False),
        ("sip:a@h;x=1", "sip:a@h;x=2", False),
        ("sip:a@h", "sips:a@h", False),
        ("sip:h", "sip:a@h", False),
        ("sip:a:p@h", "sip:a@h", False),
        ("sip:a@h;maddr=192.0.2.1", "sip:a@h", False),
    ],
)
def test_equivalence_is_that_of_the_rfc(one, other, same):
    assert Uri.parse(one).equivalent(Uri.parse(other)) is same
    assert Uri.parse(other).equivalent(Uri.parse(one)) is same
