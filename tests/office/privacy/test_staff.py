"""Keys, tickets, restrictions and holds by use case."""

from __future__ import annotations

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office

pytestmark = pytest.mark.anyio

CALL = "CA" + "1" * 32


async def run(office: Office, use_case: str, actor: str = "operator", /, **args: object) -> object:
    return await office.run(use_case, args, actor=actor)


@pytest.mark.promise("TEL-11")
async def test_a_key_is_good_for_its_purposes_until_it_is_revoked(office: Office) -> None:
    made = await run(office, "key.add", name="reports", purposes=["billing"], days=30)
    entered = await run(office, "key.authenticate", "public", key=made.sid, secret=made.secret)  # type: ignore[attr-defined]
    actor = entered.actor  # type: ignore[attr-defined]
    assert actor == f"key:{made.sid}"  # type: ignore[attr-defined]
    await run(office, "call.list", actor)
    with pytest.raises(Refused, match="purpose_not_declared") as refused:
        await run(office, "number.list", actor)
    assert refused.value.clause == "TEL-11"
    await run(office, "key.revoke", sid=made.sid)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="key_expired"):
        await run(office, "call.list", actor)
    [listed] = await run(office, "key.list")  # type: ignore[misc]
    assert (listed.secret, listed.revoked is not None) == (None, True)


async def test_a_key_for_nothing_or_for_something_unknown_is_not_made(office: Office) -> None:
    for wanted, code in (
        ({"purposes": []}, "bad_purpose"),
        ({"purposes": ["curiosity"]}, "bad_purpose"),
        ({"purposes": ["billing"], "role": "system"}, "bad_role"),
        ({"purposes": ["billing"], "days": 0}, "bad_argument"),
        ({"purposes": ["billing"], "name": " "}, "bad_name"),
    ):
        with pytest.raises(Refused, match=code):
            await run(office, "key.add", **({"name": "x"} | wanted))


@pytest.mark.promise("TEL-11")
async def test_a_key_hands_on_no_purpose_that_it_has_not(office: Office) -> None:
    """Else a key for two purposes would make itself one for all of them."""
    made = await run(
        office, "key.add", name="x", purposes=["authenticate", "operate"], role="owner"
    )
    actor = f"key:{made.sid}"  # type: ignore[attr-defined]
    await run(office, "key.add", actor, name="same", purposes=["operate"], role="owner")
    app = {"name": "x", "scopes": ["calls:read"], "purposes": ["operate"]}
    await run(office, "app.add", actor, **app)
    for use_case, args in (
        ("key.add", {"name": "more", "purposes": ["operate", "deliver_content"]}),
        ("app.add", {**app, "purposes": ["deliver_content"]}),
        ("privacy.ticket.open", {"matter": "one-way audio"}),
    ):
        with pytest.raises(Refused, match="purpose_not_declared") as refused:
            await run(office, use_case, actor, **args)
        assert refused.value.clause == "TEL-11"


@pytest.mark.promise("TEL-11")
async def test_a_key_that_stops_everything_is_not_shown_the_token(office: Office) -> None:
    made = await run(office, "key.add", name="x", purposes=["authenticate"], role="owner")
    stopped = await run(office, "account.compromised", f"key:{made.sid}", words="stolen")  # type: ignore[attr-defined]
    assert stopped.auth_token is None  # type: ignore[attr-defined]
    assert (await run(office, "account.compromised", words="stolen")).auth_token  # type: ignore[attr-defined]


@pytest.mark.promise("SHR-01")
async def test_staff_see_how_calls_went_while_their_ticket_is_open(office: Office) -> None:
    made = await run(office, "privacy.ticket.open", matter="one-way audio", minutes=30)
    entered = await run(office, "key.authenticate", "public", key=made.sid, secret=made.secret)  # type: ignore[attr-defined]
    staff = entered.actor  # type: ignore[attr-defined]
    await run(office, "call.list", staff)
    for name, args in (
        ("privacy.consent.show", {"number": "+12025550123"}),
        ("key.add", {"name": "x", "purposes": ["billing"]}),
        ("privacy.holds", {}),
        ("phone.list", {}),
    ):
        with pytest.raises(Refused, match=r"not_allowed|not_authorized"):
            await run(office, name, staff, **args)
    closed = await run(office, "privacy.ticket.close", sid=made.sid)  # type: ignore[attr-defined]
    assert closed.open is False  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="ticket_expired"):
        await run(office, "call.list", staff)
    with pytest.raises(Refused, match="bad_argument"):
        await run(office, "privacy.ticket.open", matter="for ever", minutes=100_000)


async def test_keys_and_tickets_outlive_a_restart(office: Office, data: object) -> None:
    from office_open import opened

    made = await run(office, "key.add", name="reports", purposes=["billing"])
    ticket = await run(office, "privacy.ticket.open", matter="noise")
    await office.close()
    again = opened(data)  # type: ignore[arg-type]
    try:
        for one in (made, ticket):
            entered = await run(again, "key.authenticate", "public", key=one.sid, secret=one.secret)  # type: ignore[attr-defined]
            assert entered.actor.endswith(one.sid)  # type: ignore[attr-defined]
    finally:
        again.store.store.close()


async def test_a_record_is_held_and_released(office: Office) -> None:
    [held] = await run(office, "privacy.hold", record=CALL, reason="dispute")  # type: ignore[misc]
    assert (held.record, held.reason) == (CALL, "dispute")
    assert await run(office, "privacy.holds") == [held]
    assert await run(office, "privacy.release", record=CALL, reason="dispute") == []
    for record in ("CA1", "../x", ""):
        with pytest.raises(Refused, match="not_found"):
            await run(office, "privacy.hold", record=record)
    with pytest.raises(Refused, match="bad_reason"):
        await run(office, "privacy.hold", record=CALL, reason="spite")


@pytest.mark.promise("DSR-04")
async def test_a_restriction_is_seen_by_whoever_asks_and_ends(office: Office) -> None:
    number = "+12025550123"
    assert await run(office, "privacy.restrict", number=number, reason="accuracy") == ["accuracy"]
    found = await run(office, "privacy.consent.show", number=number)
    assert found.restricted == ["accuracy"]  # type: ignore[attr-defined]
    party = office.store.rooms.consents
    assert party.restricted(office.store.party_room.find(number))  # type: ignore[arg-type]
    assert await run(office, "privacy.unrestrict", number=number, reason="accuracy") == []
