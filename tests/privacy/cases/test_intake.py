"""Letters by e-mail: who wrote, about which number, what for; machines are left alone."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import MAIL_INTAKE_BYTES
from ringfence.privacy.cases import intake


def letter(subject, text="", **headers):
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"From: Ada <ada@example.com>\nSubject: {subject}\n{head}\n{text}\n".encode()


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Please delete everything about me", "erasure"),
        ("Bitte löschen", "erasure"),
        ("Unsubscribe", "opt_out"),
        ("I withdraw my consent", "withdrawal"),
        ("A copy of my data, please", "access"),
        ("My name is wrong", "correction"),
        ("I object to this", "objection"),
        ("Nobody calls me back", ""),
    ],
)
def test_what_it_asks_for(subject, kind):
    found = intake.read(letter(subject, "My number is +1 (202) 555-0123."))
    assert (found.kind, found.sender) == (kind, "ada@example.com")
    assert found.number == "+1 (202) 555-0123"
    assert subject in found.words


def test_a_letter_without_a_number_has_none():
    assert intake.read(letter("erase", "Order 12345")).number == ""


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}],
)
def test_machines_are_left_alone(headers):
    with pytest.raises(Refused) as refused:
        intake.read(letter("erase", "x", **headers))
    assert refused.value.code == "automatic"


@pytest.mark.parametrize(
    "raw",
    [b"", b"no headers at all", b"From: nobody\n\nerase", b"Subject: erase\n\nx",
     b"From: a@b.example\n\n", b"x" * (int(MAIL_INTAKE_BYTES) + 1)],
)  # fmt: skip
def test_what_is_no_letter(raw):
    with pytest.raises(Refused) as refused:
        intake.read(raw)
    assert refused.value.code == "bad_mail"


def test_parts_nobody_can_read_are_left_out():
    raw = (b"From: a@b.example\nSubject: erase\nMIME-Version: 1.0\n"
           b"Content-Type: text/plain; charset=klingon\n\n\xff\xfe")  # fmt: skip
    assert intake.read(raw).kind == "erasure"
    html = b"From: a@b.example\nSubject: erase\nContent-Type: text/html\n\n<p>x</p>"
    assert intake.read(html).words == "erase"
