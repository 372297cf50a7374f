"""The table of use cases: names, arguments, rights."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from ringfence.api.use_cases import STREAMS
from ringfence.kernel.errors import LocalError, Refused
from ringfence.office import Office
from ringfence.office.table import EVERYBODY, TABLE, Table, UseCase
from ringfence.privacy import purposes
from ringfence.privacy.gate import decide
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.roles import ROLES, Identity
from ringfence.privacy.taxonomy import is_known
from ringfence.storage.schema import audit_records
from ringfence.storage.statement import Statement

pytestmark = pytest.mark.anyio


async def test_an_unknown_name_and_unknown_arguments_are_refused(office: Office) -> None:
    with pytest.raises(Refused, match="unknown_use_case"):
        await office.run("number.explode", {}, actor="operator")
    with pytest.raises(Refused, match=r"bad_argument.*number.add takes: number, flow"):
        await office.run("number.add", {"colour": "red"}, actor="operator")
    with pytest.raises(Refused, match="unknown_use_case"):
        await office.run("recording.export", {"sid": "x"}, actor="operator")


async def test_what_needs_a_server_says_how_to_start_one(office: Office) -> None:
    for name, row in TABLE.rows.items():
        if row.live and not row.stream:
            with pytest.raises(Refused, match=r"not_running.*ringfence up"):
                await office.run(name, {}, actor="operator")


async def test_a_stranger_signs_in_hands_something_in_or_reads_what_is_published(
    office: Office,
) -> None:
    for name, row in TABLE.rows.items():
        if "public" in row.actors:
            assert row.handling.none or row.handling.purposes == ("authenticate",), name
            continue
        with pytest.raises(Refused, match=r"not_authorized|unknown_use_case"):
            await office.run(name, {}, actor="public")
    assert {"operator", "public"} <= EVERYBODY


async def test_the_api_makes_no_links(office: Office) -> None:
    for name in ("admin.link", "account.resume", "backup.keys"):
        with pytest.raises(Refused, match="not_authorized"):
            await office.run(name, {}, actor="api")


def test_what_the_gate_answered_is_remembered_for_a_role_that_nothing_narrows() -> None:
    row = replace(TABLE.rows["call.list"])
    owner = Identity("owner", "api", "owner")
    first = row.admit(owner)
    assert row.admit(owner) is first
    assert first.purpose == row.handling.purposes[0]
    # A key for other purposes, and an app, are asked about each time, and know nothing of it.
    with pytest.raises(Refused, match="purpose_not_declared"):
        row.admit(replace(owner, purposes=frozenset({"authenticate"})))
    with pytest.raises(Refused, match="insufficient_scope"):
        row.admit(replace(owner, scopes=frozenset()))
    # Nor does a role that may not: it is refused each time.
    for _ in range(2):
        with pytest.raises(Refused):
            row.admit(replace(owner, role="visitor"))
    # Another row begins with nothing.
    assert not replace(row, handling=row.handling).admitted


@pytest.mark.promise("PUR-02")
def test_every_use_case_says_what_it_handles_and_why() -> None:
    assert len(TABLE.rows) > 100
    for name, row in TABLE.rows.items():
        handling = row.handling
        if handling.none:
            assert len(handling.none) > 10, name
            assert (handling.purposes, handling.category, handling.also) == ((), "", ()), name
        else:
            assert set(handling.purposes) <= set(PURPOSES), name
            assert is_known(handling.category), name
            # somebody can do it: a use case that the gate never lets through is a mistake
            roles = [r for r in ROLES for p in handling.purposes
                     if decide(r, purpose=p, category=handling.category).allowed]  # fmt: skip
            assert roles, name


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"purpose": "operate"},
        {"category": "user"},
        {"purpose": "curiosity", "category": "user"},
        {"purpose": "operate", "category": "user.dreams"},
        {"purpose": "operate", "category": "system", "also": ("curiosity",)},
        {"purpose": "operate", "category": "system", "none": "nothing"},
    ],
)
def test_a_use_case_that_does_not_say_so_cannot_be_added(said: dict[str, str]) -> None:
    with pytest.raises(LocalError):
        Table().use_case("x.y", **said)  # type: ignore[arg-type]


def a_row(**said: object) -> UseCase:
    table = Table()

    @table.use_case("x.y", **said)  # type: ignore[arg-type]
    async def work(_office: object) -> None:
        """Nothing."""

    return table.rows["x.y"]


def with_work(row: UseCase, work: Any) -> UseCase:
    return replace(row, work=work, takes={}, needs=frozenset())


@pytest.mark.promise("TEL-11")
def test_a_use_case_is_done_for_the_first_purpose_that_whoever_asks_has() -> None:
    row = a_row(
        purpose=("call_record", "billing"), category="user.telephony.call", also=("operate",)
    )
    owner = Identity("operator", "operator", "owner")
    assert row.admit(owner).purpose == "call_record"
    assert row.admit(owner).declared == {"call_record", "operate"}
    biller = Identity("key:SK1", "api", "admin", frozenset({"billing"}))
    assert row.admit(biller).purpose == "billing"
    for who, code in (
        (Identity("key:SK1", "api", "admin", frozenset({"operate"})), "purpose_not_declared"),
        (Identity("key:SK1", "api", "developer", frozenset({"billing"})), "not_allowed"),
        (Identity("admin:developer", "admin", "developer"), "not_allowed"),
        (Identity("public", "public", "visitor"), "not_allowed"),
    ):
        with pytest.raises(Refused, match=code) as refused:
            row.admit(who)
        assert refused.value.clause


def test_what_handles_nobodys_data_is_open_to_everybody_who_gets_in() -> None:
    row = a_row(none="sums over all calls")
    assert row.admit(Identity("admin:developer", "admin", "developer")).declared == frozenset()


@pytest.mark.promise("PUR-01")
async def test_inside_a_use_case_no_other_purpose_can_be_named(office: Office) -> None:
    seen: list[object] = []

    async def work(_office: Office) -> None:
        seen.append((purposes.current(), purposes.current_role(), purposes.current_actor()))
        with purposes.purpose("deliver_content"):
            seen.append("opened")

    TABLE.rows["x.y"] = with_work(a_row(purpose="billing", category="user.telephony"), work)
    try:
        with pytest.raises(Refused, match="purpose_not_declared"):
            await office.run("x.y", {}, actor="operator")
    finally:
        del TABLE.rows["x.y"]
    assert seen == [("billing", "owner", "operator")]
    assert purposes.current() is None
    assert purposes.current_role() == "system"


async def test_what_opens_personal_data_leaves_a_leaf_that_says_who_and_why(
    office: Office,
) -> None:
    await office.settled()
    before = office.store.store.trail.size
    await office.run("account.show", {}, actor="operator")
    await office.settled()
    assert office.store.store.trail.size == before
    await office.run("phone.list", {}, actor="admin:developer")
    await office.settled()
    row = office.store.db.reading.row(
        Statement(select(audit_records.c.kind, audit_records.c.body).order_by(
            audit_records.c.leaf.desc()))
    )  # fmt: skip
    assert row is not None
    assert row[0] == "handled"
    assert json.loads(row[1]) == {
        "what": "phone.list", "category": "user.account.username", "purpose": "operate",
        "by": "admin:developer",
    }  # fmt: skip


async def test_a_stream_acts_for_whoever_asked_and_leaves_nothing_in_force(
    office: Office,
) -> None:
    seen = []

    async def work(_office: Office):  # type: ignore[no-untyped-def]
        for number in range(2):
            seen.append((purposes.current(), purposes.current_role()))
            yield number

    TABLE.rows["x.z"] = replace(
        with_work(a_row(purpose="billing", category="user.telephony"), work), stream=True
    )
    try:
        items = [item async for item in office.follow("x.z", {}, actor="admin")]
    finally:
        del TABLE.rows["x.z"]
    assert items == [0, 1]
    assert seen == [("billing", "owner")] * 2
    assert (purposes.current(), purposes.current_role()) == (None, "system")


def test_whatever_answers_with_a_stream_does_so_over_the_control_socket_too() -> None:
    assert {name for name, row in TABLE.rows.items() if row.stream} == STREAMS
