"""Which argument is at fault, where the words of a refusal do not say."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office.blame import blame


@pytest.mark.parametrize(
    ("code", "args", "field"),
    [
        ("invalid_number", {"to": "abc", "caller": "+12025550123", "flow": "welcome"}, "to"),
        ("invalid_number", {"to": "sip:ada@example.com", "caller": "abc"}, "caller"),
        ("invalid_number", {"to": "abc", "caller": "def"}, None),
        ("invalid_number", {"flow": "abc"}, None),
        ("bad_caller_id", {"to": "sip:x", "caller": "abc"}, "caller"),
        ("bad_url", {"url": "x", "status_url": "https://example.com/"}, "url"),
        ("bad_url", {"url": "https://example.com/", "status_url": "https://["}, "status_url"),
        ("bad_url", {"url": "", "status_url": None}, None),
        ("private_address", {"voice_url": "http://10.0.0.1/"}, "voice_url"),
        ("private_address", {"url": "http://10.0.0.1/", "status_url": "http://10.0.0.1/"}, None),
        ("not_found", {"to": "abc"}, None),
    ],
)
def test_the_one_that_can_be_meant_is_named(code, args, field):
    refused = Refused(code, "no")
    blame(refused, args)
    assert refused.field == field


def test_what_is_said_already_stays():
    refused = Refused("invalid_number", "no", field="caller")
    blame(refused, {"to": "abc"})
    assert refused.field == "caller"
