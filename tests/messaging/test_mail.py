"""Mails: plain, one-click to end where they advertise, and no header can be smuggled in."""

from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.messaging.mail import Envelope, check_address, compose

ENVELOPE = Envelope(
    to="a@example.com", sender="pbx@example.net", id="SM1", at=Ms(1_795_000_000_000)
)
CLICK = "https://pbx.example.net/unsubscribe/abc"


def parsed(envelope: Envelope = ENVELOPE, body: str = "Hello\n"):
    return message_from_bytes(compose("Hällo", body, envelope), policy=default)


def test_a_mail_has_what_rfc_5322_asks_for() -> None:
    mail = parsed()
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "a@example.com", "pbx@example.net", "Hällo",
    )  # fmt: skip
    assert mail["Message-ID"] == "<SM1@example.net>"
    assert mail["Date"] == "Wed, 18 Nov 2026 11:06:40 +0000"
    assert mail["List-Unsubscribe"] is None
    assert mail.get_content() == "Hello\r\n"


@pytest.mark.promise("MSG-06")
@given(st.text(alphabet='<img src="https://x.example/p.gif">a\n\'', max_size=80))
def test_nothing_in_a_mail_can_load(body: str) -> None:
    """Invariant: a mail is one part of plain text, whatever its body says."""
    mail = parsed(body=body)
    assert not mail.is_multipart()
    assert mail.get_content_type() == "text/plain"


@pytest.mark.promise("MSG-04")
def test_one_click_ends_it() -> None:
    mail = parsed(
        Envelope(to="a@example.com", sender="p@example.net", id="1", at=Ms(0), unsubscribe=CLICK)
    )
    assert mail["List-Unsubscribe"] == f"<{CLICK}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content().endswith(f"No more of these: {CLICK}\r\n")


@pytest.mark.promise("MSG-04")
def test_a_long_link_stands_in_its_header_as_it_is() -> None:
    link = f"https://telephony.a-rather-long-name.example.net/unsubscribe/{'a_B-' * 12}"
    sent = compose("Hällo " * 30, "Hello\n", Envelope(
        to="a@example.com", sender="p@example.net", id="1", at=Ms(0), unsubscribe=link
    ))  # fmt: skip
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in sent
    assert max(map(len, sent.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.example", "a@b", "a b@c.example", "a@b.example\r\nBcc: c@d.example",
     "a@b.example,c@d.example", "<a@b.example>", "é@b.example", "a@b..", "x" * 300 + "@b.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="bad_address"):
        check_address(address)


def test_the_host_is_written_small() -> None:
    assert check_address(" Ann.O'Nym+x@Example.COM ") == "Ann.O'Nym+x@example.com"
