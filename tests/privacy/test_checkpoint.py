"""Signed tree heads, against the example of the specification and against forgery."""

import base64

import pytest

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import CHECKPOINT_BYTES
from ringfence.privacy import checkpoint
from ringfence.privacy.checkpoint import Checkpoint, Signer, verify

NAME = "exchange.example.com/audit"
SIGNER = Signer(NAME, bytes(range(32)))
HEAD = Checkpoint(NAME, 42, bytes(32))


def test_a_checkpoint_is_signed_and_verified():
    note = SIGNER.sign(HEAD)
    assert note.startswith(f"{NAME}\n42\n{'A' * 43}=\n\n— {NAME} ")
    assert note.endswith("\n")
    assert verify(note, name=NAME, public=SIGNER.public) == HEAD


def test_the_verifier_key_holds_name_id_and_type():
    name, ident, key = SIGNER.verifier_key().split("+", 2)
    assert name == NAME
    assert bytes.fromhex(ident) == checkpoint.key_id(NAME, SIGNER.public)
    assert base64.b64decode(key) == b"\x01" + SIGNER.public


def test_the_key_id_of_the_go_checksum_database():
    """The published verifier key of sum.golang.org, an independent vector."""
    key = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert checkpoint.key_id("sum.golang.org", key[1:]).hex() == "033de0ae"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("42", "43"),
        lambda note: note.replace("AAAA", "AAAB", 1),
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace(f"— {NAME}", "— other.example.com"),
        lambda note: note[:-10] + "\n",
        lambda note: note.split("\n\n")[0] + "\n\n",
        lambda note: note.replace("— ", "— !") + "x" * 3,
        lambda note: "x" * CHECKPOINT_BYTES + note,
        lambda note: "",
    ],
)
def test_a_spoilt_note_is_refused(spoil):
    with pytest.raises(RemoteError):
        verify(spoil(SIGNER.sign(HEAD)), name=NAME, public=SIGNER.public)


def test_another_key_of_the_same_name_is_not_enough():
    other = Signer(NAME, bytes(32))
    with pytest.raises(RemoteError):
        verify(other.sign(HEAD), name=NAME, public=SIGNER.public)


def test_a_witness_line_is_ignored():
    witness = Signer("witness.example.com", bytes(32))
    line = witness.sign(HEAD).split("\n\n")[1]
    assert verify(SIGNER.sign(HEAD) + line, name=NAME, public=SIGNER.public) == HEAD


@pytest.mark.parametrize(
    "text",
    ["", "o\n1\n", "\n1\nAAAA\n", "o\n01\n" + "A" * 43 + "=\n", "o\n-1\n" + "A" * 43 + "=\n",
     "o\n1\nAAAA\n", "o\n1\n***\n", "o\n1\n" + "A" * 43 + "="],
)  # fmt: skip
def test_a_malformed_head_is_refused(text):
    with pytest.raises(RemoteError):
        checkpoint.parse(text)


def test_extension_lines_are_allowed():
    assert checkpoint.parse(HEAD.text() + "extension\n") == HEAD


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n"])
def test_a_key_name_has_no_spaces_and_no_plus(name):
    with pytest.raises(LocalError):
        Signer(name, bytes(32))


def test_a_signer_does_not_show_its_key():
    assert repr(SIGNER) == f"Signer({NAME})"
