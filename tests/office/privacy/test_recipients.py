"""Contracts with recipients: places, grounds and ends, and what they mean for the notice."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.office import Office

Ask = Callable[..., Any]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: int) -> None:
        self.time = start

    def now(self) -> Ms:
        return Ms(self.time)

    def skew_ms(self) -> int:
        return 0


@pytest.fixture
def clock(office: Office) -> Clock:
    clock = Clock(office.clock.now())
    office.clock = clock
    return clock


@pytest.fixture
def ask(office: Office) -> Ask:
    def asked(name: str, /, **args: Any) -> Any:
        return asyncio.run(office.run(f"privacy.{name}", args, actor="operator"))

    return asked


@pytest.mark.promise("SHR-03")
def test_a_contract_that_ended_ends_sending_and_the_notice_names_places(
    ask: Ask, office: Office, clock: Clock
) -> None:
    ask("policy.current")
    row = ask("recipient.engage", processor="mail_relay", country="FR", until=clock.time + DAY)
    assert (row.refused, row.country) == (None, "FR")
    notice = json.loads(ask("policy.current").notice)
    assert {place["country"] for place in notice["places"]} == {"FR", "US", ""}
    assert "mail_relay" in [recipient["key"] for recipient in notice["recipients"]]
    clock.time += DAY
    [row] = [row for row in ask("recipient.list") if row.key == "mail_relay"]
    assert row.refused == "no_contract"
    with pytest.raises(Refused, match="bad_argument"):
        ask("recipient.engage", processor="carrier")


@pytest.mark.promise("XFR-01")
def test_a_recipient_of_whom_nothing_is_written_down_is_nowhere_said_to_be_at_home(
    ask: Ask, clock: Clock
) -> None:
    def places() -> dict[str, str]:
        notice = json.loads(ask("policy.current").notice)
        return {row["key"]: row["place"] for row in notice["recipients"]}

    before = places()
    assert "US" not in before.values()
    assert "is not written down" in before["carrier"]
    assert {row.country for row in ask("recipient.list")} == {""}
    assert ask("recipient.engage", processor="carrier", country="FR").country == "FR"
    assert ask("recipient.engage", processor="account_server", country="US").refused is None
    after = places()
    assert (after["carrier"], after["account_server"]) == ("FR", "US")
    assert after["text_carrier"] == before["text_carrier"]
    for bad in ({"processor": "carrier", "until": clock.time + DAY},
                {"processor": "named_by_the_person", "country": "US"}):  # fmt: skip
        with pytest.raises(Refused, match="bad_argument"):
            ask("recipient.engage", **bad)


@pytest.mark.promise("XFR-01")
def test_a_new_place_is_a_material_change(ask: Ask) -> None:
    ask("policy.current")
    ask("recipient.engage", processor="mail_relay", country="US")
    ask("recipient.engage", processor="mail_relay", country="SG")
    last = ask("policy.versions")[-1]
    assert last.severity == "material"
    changes = ask("policy.diff", before=last.number - 1, after=last.number).changes
    assert {(change.kind, change.name) for change in changes} >= {("region", "sg")}


@pytest.mark.promise("XFR-02")
def test_data_is_stored_here_and_a_move_is_a_material_change(ask: Ask, office: Office) -> None:
    notice = json.loads(ask("policy.current").notice)
    assert [place["country"] for place in notice["places"]] == ["US", ""]
    kept = ask("map", kind="object")
    assert all(not path.startswith(("/", "..")) for row in kept for path in row.facts["paths"])
    assert not [row for row in ask("recipient.list") if row.role == "engaged" and not row.refused]
    office.settings = replace(office.settings, country="FR")
    assert ask("policy.refresh").severity == "material"
    changes = ask("policy.diff", before=1, after=2).changes
    [moved] = [change for change in changes if change.kind == "region"]
    assert (moved.name, moved.before, moved.after) == ("home", "US", "FR")


def test_who_says_nothing_of_a_contract_changes_none(ask: Ask, clock: Clock) -> None:
    ask("recipient.engage", processor="mail_relay", until=clock.time + DAY)
    with pytest.raises(Refused, match="say country"):
        ask("recipient.engage", processor="mail_relay")
    (row,) = [row for row in ask("recipient.list") if row.key == "mail_relay"]
    assert row.until == clock.time + DAY
