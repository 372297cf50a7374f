"""Signatures against the published vectors of Twilio's own library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.webhooks.signatures import sign, verify, with_body_digest

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
BODY = b'{"property": "value", "boolean": true}'
BODY_URL = (
    "https://mycompany.com/myapp.php?foo=1&bar=2"
    "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)

VECTORS = [
    (URL, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", FORM, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ("https://mycompany.com:443/myapp.php?foo=1&bar=2", FORM, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    ("http://mycompany.com:80/myapp.php?foo=1&bar=2", FORM, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    (
        URL,
        [
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ],
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ),
    (BODY_URL, [], "a9nBmqA0ju/hNViExpshrM61xv4="),
]


@pytest.mark.parametrize(("url", "form", "signature"), VECTORS)
def test_published_vectors(url, form, signature):
    assert sign(url, form, TOKEN) == signature
    assert verify(signature, url=url, params=form, token=TOKEN)


def test_body_digest_is_that_of_the_vector():
    assert with_body_digest(URL, BODY) == BODY_URL
    assert verify("a9nBmqA0ju/hNViExpshrM61xv4=", url=BODY_URL, body=BODY, token=TOKEN)


def test_another_body_does_not_fit():
    assert not verify("a9nBmqA0ju/hNViExpshrM61xv4=", url=BODY_URL, body=BODY + b" ", token=TOKEN)
    assert not verify("a9nBmqA0ju/hNViExpshrM61xv4=", url=URL, body=BODY, token=TOKEN)


def test_a_digest_is_appended_to_a_url_without_query():
    assert with_body_digest("https://example.com/a", b"").startswith(
        "https://example.com/a?bodySHA256=e3b0c442"
    )


def test_a_receiver_behind_a_proxy_sees_no_port_or_one_more():
    behind = sign("https://example.com/a", FORM, TOKEN)
    assert verify(behind, url="https://example.com:443/a", params=FORM, token=TOKEN)
    outside = sign("https://example.com:8443/a", FORM, TOKEN)
    assert verify(outside, url="https://example.com/a", params=FORM, token=TOKEN) is False
    assert verify(
        sign("https://example.com:443/a", FORM, TOKEN),
        url="https://example.com/a",
        params=FORM,
        token=TOKEN,
    )
    v6 = sign("http://[2001:db8::1]/a", FORM, TOKEN)
    assert verify(v6, url="http://[2001:db8::1]:80/a", params=FORM, token=TOKEN)


def test_a_broken_port_is_no_crash():
    assert not verify("x", url="http://example.com:port/", token=TOKEN)


@given(
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=6),
    st.randoms(),
)
def test_order_and_repetition_do_not_matter(form, rng):
    """Invariant: a signature depends on the set of pairs, not on their order or count."""
    shuffled = form * 2
    rng.shuffle(shuffled)
    assert sign(URL, form, TOKEN) == sign(URL, shuffled, TOKEN)


@given(st.text(max_size=40))
def test_a_wrong_signature_never_fits(text):
    """Invariant: nothing but the signature itself verifies."""
    if text != "RSOYDt4T1cUTdK1PDd93/VVr8B8=":
        assert not verify(text, url=URL, params=FORM, token=TOKEN)
