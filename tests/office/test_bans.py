"""Who gets no answer by SIP is seen and let in by whoever runs the exchange, and by nobody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.office import Office, bans
from ringfence.office.table import TABLE
from ringfence.privacy.gate import decide
from ringfence.switch.guard import Ban

pytestmark = pytest.mark.anyio
BAN = Ban(address="192.0.2.10", since=Ms(1), until=Ms(2))


@pytest.fixture
def running(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A server with one ban; what was asked to be lifted."""
    asked: list[str] = []

    def lift(address: str) -> Ban | None:
        asked.append(address)
        return BAN if address == BAN.address else None

    live: Any = SimpleNamespace(bans=lambda: [BAN], lift_ban=lift)
    monkeypatch.setattr(office, "_live", live)
    return asked


async def test_bans_are_shown_and_lifted(office: Office, running: list[str]) -> None:
    (shown,) = await bans.list_bans(office)
    assert (shown.address, shown.since, shown.until) == ("192.0.2.10", 1, 2)
    assert repr(shown) == "Ban()"
    lifted = await bans.lift_ban(office, address=" [192.0.2.10] ")
    assert lifted.address == "192.0.2.10"
    assert running == ["192.0.2.10"]


@pytest.mark.parametrize(
    ("address", "code"), [("192.0.2.11", "not_found"), ("nowhere", "bad_argument")]
)
@pytest.mark.usefixtures("running")
async def test_what_cannot_be_lifted_is_not_repeated(
    office: Office, address: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await bans.lift_ban(office, address=address)
    assert refused.value.code == code
    assert address not in str(refused.value)


async def test_they_need_a_server(office: Office) -> None:
    with pytest.raises(Refused, match="not_running"):
        await office.run("ban.list", {}, actor="operator")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("owner", True), ("admin", True), ("agent", False), ("staff", False), ("developer", False)],
)
def test_an_address_of_a_stranger_is_for_who_runs_the_exchange(role: Any, allowed: bool) -> None:
    for name in ("ban.list", "ban.lift"):
        handling = TABLE.rows[name].handling
        (purpose,) = handling.purposes
        assert purpose == "prevent_abuse"
        assert decide(role, purpose=purpose, category=handling.category).allowed is allowed
