"""The sockets under the agent; whole exchanges over them are in tests/system and tests/interop."""

import errno

from ringfence.kernel.errors import Refused
from ringfence.switch.sip_transport import port_refused


def test_a_port_that_cannot_be_had_is_explained() -> None:
    for number, code in (
        (errno.EADDRINUSE, "sip_port_taken"),
        (errno.EACCES, "sip_port_denied"),
        (errno.EADDRNOTAVAIL, "sip_bind_failed"),
    ):
        refused = port_refused("192.0.2.1", 5060, OSError(number, "x"))
        assert isinstance(refused, Refused)
        assert refused.code == code
