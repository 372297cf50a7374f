"""What a SIP agent must know about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ringfence.sip.events import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """The settings of one `ringfence.sip.agent.Agent`.

    ``addresses``: the advertised host and port per transport, written into Via and Contact.
    ``realm``: of our digest challenges. ``secret``: at least 16 random bytes that sign nonces.
    ``product``: the Server and User-Agent field. ``user``: user part of our Contact where a leg
    says nothing better. ``may_register``: whether a user whose password was right may register
    under the host that the REGISTER is for; 403 where not (RFC 3261 10.3, 4).
    """

    addresses: Mapping[Transport, tuple[str, int]]
    realm: str
    secret: bytes = field(repr=False)
    product: str = "Ringfence"
    user: str = "ringfence"
    may_register: Callable[[str, str], bool] = lambda _user, _host: True
