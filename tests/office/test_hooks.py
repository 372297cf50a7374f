"""URLs as somebody gives them, laid over those there were."""

import pytest

from ringfence.accounts.resources import Hook
from ringfence.kernel.errors import Refused
from ringfence.office.hooks import laid_over

OLD = {"voice": Hook(url="https://example.com/a"), "sms": None}


def test_what_is_not_said_stays(office):
    assert laid_over(office, {}, OLD) == OLD
    changed = laid_over(office, {"voice": {"method": "get"}}, OLD)
    assert changed["voice"] == Hook(url="https://example.com/a", method="GET")


def test_an_empty_url_takes_it_away(office):
    assert laid_over(office, {"voice": {"url": ""}}, OLD)["voice"] is None
    assert laid_over(office, {"sms": {"method": "GET"}}, OLD)["sms"] is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"other": {"url": "https://example.com"}}, "bad_argument"),
        ({"sms": {"url": "http://10.0.0.1/"}}, "private_address"),
        ({"sms": {"url": "mailto:x"}}, "bad_url"),
        ({"sms": {"url": "https://example.com", "method": "PUT"}}, "bad_method"),
    ],
)
def test_what_is_wrong_is_refused(office, given, code):
    with pytest.raises(Refused) as refused:
        laid_over(office, given, OLD)
    assert refused.value.code == code
