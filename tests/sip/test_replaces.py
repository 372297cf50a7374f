"""The Replaces header, both ways (RFC 3891 section 6.1)."""

import pytest

from ringfence.kernel.errors import RemoteError
from ringfence.sip.replaces import Replaces


@pytest.mark.parametrize(
    "text",
    [
        "98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff",
        "98732@sip.example.com ; to-tag=ff87ff ;from-tag=r33th4x0r",
    ],
)
def test_it_names_a_dialog(text):
    assert Replaces.parse(text) == Replaces("98732@sip.example.com", "ff87ff", "r33th4x0r")


def test_what_is_written_is_read_again():
    for early in (False, True):
        replaces = Replaces("c@example.com", "t", "f", early)
        assert Replaces.parse(str(replaces)) == replaces


@pytest.mark.parametrize("text", ["", "c", "c;to-tag=a", "c;from-tag=a", ";to-tag=a;from-tag=b"])
def test_half_a_dialog_is_none(text):
    with pytest.raises(RemoteError):
        Replaces.parse(text)
