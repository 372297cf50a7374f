"""Consents by use case: given one at a time, taken back as easily, kept with what was shown."""

from __future__ import annotations

import inspect

import pytest

from ringfence.calls import commands
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import StreamId
from ringfence.office import Office
from ringfence.office.privacy import consents

pytestmark = pytest.mark.anyio

NUMBER = "+12025550123"
RECORD = {"number": NUMBER, "purpose": "record_call"}
WORDS = StreamId("MZ-words")


async def run(office: Office, name: str, actor: str = "operator", **args: object) -> object:
    return await office.run(name, args, actor=actor)


def standing(found: object, purpose: str, channel: str = "any") -> str:
    (consent,) = (
        one.consent for one in found.now if (one.purpose, one.channel) == (purpose, channel)
    )  # type: ignore[attr-defined]
    return str(consent)


async def test_a_consent_is_given_and_taken_back(office: Office) -> None:
    found = await run(office, "privacy.consent.give", **RECORD, how="letter", locale="de")
    assert standing(found, "record_call") == "given"
    assert standing(found, "market", "call") == "unknown"
    found = await run(office, "privacy.consent.withdraw", **RECORD, actor="api")
    assert standing(found, "record_call") == "refused"
    given, taken = found.history  # type: ignore[attr-defined]
    assert (given.state, given.how, given.by) == ("given", "letter", "operator")
    assert (taken.state, taken.how, taken.by, taken.text) == ("withdrawn", "api", "api", None)
    shown = await run(office, "privacy.consent.text", shown=given.text)
    assert (shown.locale, shown.version) == ("de", "2")  # type: ignore[attr-defined]
    assert "aufgezeichnet" in shown.text  # type: ignore[attr-defined]


@pytest.mark.promise("CON-03")
async def test_taking_back_asks_for_no_more_than_giving(office: Office) -> None:
    wanted = {
        name: inspect.signature(work).parameters
        for name, work in (("give", consents.give), ("withdraw", consents.withdraw))
    }
    assert set(wanted["withdraw"]) <= set(wanted["give"])
    needed = {
        name: {key for key, one in found.items() if one.default is one.empty}
        for name, found in wanted.items()
    }
    assert needed["withdraw"] == needed["give"]
    # nothing has to be there before: whoever takes back what they never gave is taken at their word
    found = await run(office, "privacy.consent.withdraw", **RECORD)
    assert standing(found, "record_call") == "refused"


@pytest.mark.promise("CON-01")
async def test_consents_are_apart_from_each_other(office: Office) -> None:
    found = await run(office, "privacy.consent.give", number=NUMBER, purpose="market",
                      channel="email")  # fmt: skip
    given = [(one.purpose, one.channel) for one in found.now if one.consent == "given"]  # type: ignore[attr-defined]
    assert given == [("market", "email")]
    for purpose, channel, code in (
        ("everything", "any", "bad_purpose"),
        ("market", "any", "bad_channel"),
        ("record_call", "call", "bad_channel"),
    ):
        with pytest.raises(Refused, match=code):
            await run(office, "privacy.consent.give", number=NUMBER, purpose=purpose,
                      channel=channel)  # fmt: skip


@pytest.mark.promise("CON-01")
async def test_a_box_that_was_ticked_before_is_no_consent(office: Office) -> None:
    with pytest.raises(Refused, match="not_freely_given") as refused:
        await run(office, "privacy.consent.give", **RECORD, how="preticked_box")
    assert refused.value.clause == "CON-01"
    found = await run(office, "privacy.consent.show", number=NUMBER)
    assert found.history == []  # type: ignore[attr-defined]


async def test_a_refusal_is_kept_with_what_was_shown(office: Office) -> None:
    found = await run(office, "privacy.consent.refuse", **RECORD, how="in_person")
    assert found.history[0].state == "refused"  # type: ignore[attr-defined]
    assert found.history[0].text  # type: ignore[attr-defined]


async def test_a_stranger_chose_nothing_and_is_not_made_known_by_asking(office: Office) -> None:
    found = await run(office, "privacy.consent.show", number="+12025550177")
    assert found.history == []  # type: ignore[attr-defined]
    assert office.store.party_room.find(consents.address_of(office, "+12025550177")) is None
    with pytest.raises(Refused, match="invalid_number"):
        await run(office, "privacy.consent.show", number="+1 (nobody)")


async def test_whom_to_leave_alone(office: Office) -> None:
    found = await run(office, "privacy.leave_alone.add", number=NUMBER, how="call_key")
    assert (found.do_not_call, found.no_marketing) == (True, False)  # type: ignore[attr-defined]
    found = await run(office, "privacy.leave_alone.add", number=NUMBER, which="marketing")
    counted = await run(office, "privacy.leave_alone.count")
    assert (counted.do_not_call, counted.marketing) == (1, 1)  # type: ignore[attr-defined]
    found = await run(office, "privacy.leave_alone.remove", number=NUMBER, how="letter")
    assert (found.do_not_call, found.no_marketing) == (False, True)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="bad_list"):
        await run(office, "privacy.leave_alone.add", number=NUMBER, which="friends")


class _Call:
    first_leg = "LG1"

    def __init__(self, *parties: object) -> None:
        self._parties = parties

    def has(self, party: object) -> bool:
        return party in self._parties

    def transcribed(self) -> tuple[StreamId, ...]:
        return (WORDS,)


class _Runner:
    def __init__(self) -> None:
        self.calls: dict[str, object] = {}
        self.told: list[tuple[object, object]] = []

    def command(self, live: object, command: object) -> None:
        self.told.append((live, command))


@pytest.mark.promise("CON-03")
@pytest.mark.parametrize("what", ["privacy.consent.withdraw", "privacy.consent.refuse"])
async def test_what_is_being_recorded_of_somebody_stops_when_they_take_it_back(
    office: Office, what: str
) -> None:
    from types import SimpleNamespace

    party = await consents.party_of(office, NUMBER)
    runner = _Runner()
    theirs, others = SimpleNamespace(call=_Call(party)), SimpleNamespace(call=_Call("PA-other"))
    runner.calls = {"CA1": theirs, "CA2": others}
    office.attach(SimpleNamespace(runner=runner))  # type: ignore[arg-type]
    await run(office, "privacy.consent.give", **RECORD)
    assert runner.told == []
    await run(office, what, **RECORD)
    assert runner.told == [(theirs, commands.ForbidRecording(party=party))]
    runner.told.clear()
    await run(office, what, number=NUMBER, purpose="transcription")
    assert runner.told == [(theirs, commands.StopStream(stream=WORDS))]
