"""The guard: what is public, what the operator allows, and URLs that pretend."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import Refused
from ringfence.webhooks.guard import Guard, is_public, is_public_text

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2606:4700:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_as_text_and_as_answer(address):
    assert not is_public(ip_address(address))
    assert not is_public_text(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused) as refused:
        Guard().target(f"http://{host}/x")
    assert refused.value.code == "private_address"
    with pytest.raises(Refused):
        Guard().admit("hooks.example.com", 443, [address])


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f.1",
        "0x7F000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "0x",
        "127.0.0.1.",
        "①②⑦.0.0.1",
    ],
)
def test_an_address_in_another_spelling_is_that_address(host):
    with pytest.raises(Refused) as refused:
        Guard().target(f"http://{host}/")
    assert refused.value.code == "private_address"
    target = Guard(["127.0.0.0/8", "0.0.0.0"]).target(f"http://{host}/x")
    assert target.literal
    assert target.host in {"127.0.0.1", "0.0.0.0"}
    assert target.url == f"http://{target.host}/x"


@pytest.mark.parametrize(
    "host",
    ["1.2.3.4.5", "256.1", "4294967296", "08.1", "a.1", "1..2", "127.0.0x1ffff", "1.2.3.256"],
)
def test_what_ends_in_a_number_and_is_no_address_is_refused(host):
    """WHATWG URL 3.5: never a name, so never asked of a resolver."""
    with pytest.raises(Refused) as refused:
        Guard().target(f"http://{host}/")
    assert refused.value.code == "bad_url"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_admitted(address):
    assert is_public_text(address)
    Guard().admit("hooks.example.com", 443, [address])


def test_one_private_address_among_public_ones_refuses_the_name():
    with pytest.raises(Refused):
        Guard().admit("hooks.example.com", 443, ["8.8.8.8", "10.0.0.1"])


def test_what_is_no_address_is_refused():
    with pytest.raises(Refused):
        Guard().admit("hooks.example.com", 443, ["not-an-address"])


@pytest.mark.parametrize(
    ("allowed", "host", "port", "address"),
    [
        ("127.0.0.1", "127.0.0.1", 8080, "127.0.0.1"),
        ("10.1.0.0/16", "crm.example.com", 443, "10.1.2.3"),
        ("10.1.0.0/16", "crm.example.com", 443, "::ffff:10.1.2.3"),
        ("::ffff:10.1.0.0/112", "crm.example.com", 443, "10.1.2.3"),
        ("::ffff:10.1.2.3", "crm.example.com", 443, "10.1.2.3"),
        ("crm.example.com", "crm.example.com", 9999, "10.9.9.9"),
        ("CRM.Example.com.", "crm.example.com", 80, "192.168.0.1"),
        ("crm.example.com:8443", "crm.example.com", 8443, "10.9.9.9"),
        ("fd00::/8", "crm.example.com", 443, "fd00::1"),
        ("[::1]", "::1", 80, "::1"),
        ("localhost", "localhost", 80, "127.0.0.1"),
    ],
)
def test_the_operator_may_allow(allowed, host, port, address):
    with pytest.raises(Refused):
        Guard().admit(host, port, [address])
    Guard([allowed]).admit(host, port, [address])


@pytest.mark.parametrize(
    ("allowed", "host", "port", "address"),
    [
        ("crm.example.com:8443", "crm.example.com", 22, "10.9.9.9"),
        ("crm.example.com", "crm.example.com.evil.example", 80, "10.9.9.9"),
        ("crm.example.com", "evil-crm.example.com", 80, "10.9.9.9"),
        ("10.1.0.0/16", "crm.example.com", 80, "10.2.0.1"),
        ("fd00::/8", "crm.example.com", 80, "10.2.0.1"),
    ],
)
def test_an_allowance_goes_no_further(allowed, host, port, address):
    with pytest.raises(Refused):
        Guard([allowed]).admit(host, port, [address])


@pytest.mark.parametrize("entry", ["http://x", "a b", "", "10.0.0.0/99", "host:port", "*"])
def test_a_setting_that_means_nothing_is_refused(entry):
    with pytest.raises(Refused) as refused:
        Guard([entry])
    assert refused.value.code == "invalid_setting"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com",
        "example.com/voice",
        "//example.com/voice",
        "http://",
        "http:///path",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://[fe80::1%25eth0]/",
        "http://[::1",
        "http://" + "a" * 64 + ".example/",
        "http://a..b/",
        "http://.example.com/",
        "http://example.com\\@evil.example/",
        "http://xn--\u0000.example/",
        "https://example.com/" + "a" * 5000,
    ],
)
def test_urls_beyond_repair(url):
    with pytest.raises(Refused) as refused:
        Guard().target(url)
    assert refused.value.code == "bad_url"


def test_a_target_is_ascii_without_credentials_and_fragment():
    target = Guard().target(
        "HTTPS://us%40er:p%3Aw@Ex\u00e4mple.COM:443/p\u00e4th?q=\u00e4 b#frag".replace(" ", "%20")
    )
    assert target.url == "https://xn--exmple-cua.com:443/p%C3%A4th?q=%C3%A4%20b"
    assert target.credentials == ("us@er", "p:w")
    assert (target.scheme, target.host, target.port) == ("https", "xn--exmple-cua.com", 443)
    assert "p:w" not in repr(target)


def test_a_url_is_requested_as_it_is_written():
    url = "https://example.com/a%2Fb;c?x=%7e&y=1+2&z=(a,b)"
    assert Guard().target(url).url == url


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1.nip.io"])
def test_disguised_hosts_are_names_whose_answer_is_checked(host):
    target = Guard().target(f"http://{host}/")
    assert not target.literal
    with pytest.raises(Refused):
        Guard().admit(target.host, target.port, ["127.0.0.1"])


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_refused(text):
    """Invariant: `Guard.target` returns an ASCII http(s) URL or raises `Refused`, nothing else."""
    for url in (text, f"http://{text}/", f"https://example.com/{text}"):
        try:
            target = Guard().target(url)
        except Refused:
            continue
        assert target.url.isascii()
        assert target.url.startswith(("http://", "https://"))


@given(st.ip_addresses())
def test_everything_special_is_refused(address):
    """Invariant: what the standard library calls private, local or reserved is never public."""
    special = (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )
    if special:
        assert not is_public(address)
