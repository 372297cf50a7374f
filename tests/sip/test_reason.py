"""Q.850 causes in Reason headers (RFC 3326)."""

import pytest
from sip_net import request

from ringfence.sip.reason import q850, q850_header


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ([], None),
        (["Q.850;cause=16"], 16),
        (['q.850 ;cause=17;text="User, busy"'], 17),
        (['SIP;cause=200;text="Call completed elsewhere"'], None),
        (['SIP;cause=200, Q.850;cause=26;text="x"'], 26),
        (["SIP;cause=480", "Q.850;cause=19"], 19),
        (["Q.850"], None),
        (["Q.850;cause=abc"], None),
        (["Q.850;cause=0"], None),
        (["Q.850;cause=128"], None),
        (["Q.850;cause=99999999999"], None),
        (['Q.850;cause=16;text="unclosed'], None),
    ],
)
def test_the_cause_of_a_message(lines, cause):
    bye = request("BYE", extra=[("Reason", line) for line in lines])
    assert q850(bye) == cause


def test_what_is_written_is_read_again():
    assert q850(request("BYE", extra=q850_header(16))) == 16
    assert q850_header(None) == []
