"""What a dialled leg shows: the INVITE, the record and the callbacks say the same number."""

import asyncio

import pytest
from switch_bench import Bench

from ringfence.calls.events import LegPlaced
from ringfence.kernel.ids import NumberId
from ringfence.kernel.phone import Phone
from ringfence.sip import commands as sip
from ringfence.switch.directory import NumberEntry, TwimlRoute

pytestmark = pytest.mark.anyio

CALLER, DIALLED, SECOND, STRANGER = (
    "+12025550123", "+12025550100", "+12025550101", "+12025550142",
)  # fmt: skip
NUMBER = "<Number>+12025550150</Number>"
DESK = "<Client>desk</Client>"
ELSEWHERE = "<Sip>sip:bob@192.0.2.77</Sip>"
HIDDEN = "Privacy: id\r\n"


async def placed(
    bench: Bench, dial: str, extra: str = "", phone: str = ""
) -> tuple[str, LegPlaced]:
    """The user that the INVITE is from, and what is written down of the leg."""
    for number, ours in enumerate((DIALLED, SECOND)):
        bench.directory.add_number(
            NumberEntry(
                id=NumberId(f"PN{number}"),
                phone=Phone(ours),
                route=TwimlRoute(document=f"<Response>{dial}</Response>"),
            )
        )
    bench.register("sip:desk@192.0.2.60")
    bench.invite(DIALLED, extra=extra, username=phone)
    for _ in range(3):
        bench.open_ports()
        for _ in range(6):
            await asyncio.sleep(0)
    (fact,) = (fact for fact in bench.world.facts if isinstance(fact, LegPlaced))
    return bench.wire.last(sip.Invite).from_.uri.user or "", fact


@pytest.mark.parametrize(
    ("dial", "shown", "number"),
    [
        (f"<Dial>{NUMBER}</Dial>", DIALLED, "PN0"),
        (f"<Dial callerId='{SECOND}'>{NUMBER}</Dial>", SECOND, "PN1"),
        (f"<Dial callerId='{CALLER}'>{NUMBER}</Dial>", DIALLED, "PN0"),
        (f"<Dial>{ELSEWHERE}</Dial>", DIALLED, "PN0"),
        (f"<Dial callerId='{STRANGER}'>{ELSEWHERE}</Dial>", STRANGER, None),
        (f"<Dial callerId='{SECOND}'>{DESK}</Dial>", SECOND, "PN1"),
    ],
)
async def test_what_is_shown_in_place_of_the_caller_is_written_down(
    bench: Bench, dial: str, shown: str, number: str | None
) -> None:
    user, fact = await placed(bench, dial)
    assert user == shown
    assert fact.shown == bench.world.resolve(Phone(shown), bench.clock.now())
    assert fact.number == number


async def test_a_phone_of_ours_is_shown_who_calls(bench: Bench) -> None:
    user, fact = await placed(bench, f"<Dial>{DESK}</Dial>")
    assert (user, fact.shown, fact.number) == (CALLER, None, None)


@pytest.mark.parametrize(("noun", "shown"), [(NUMBER, DIALLED), (ELSEWHERE, DIALLED)])
async def test_who_hides_from_us_too_has_no_number_of_their_own_to_show(
    bench: Bench, noun: str, shown: str
) -> None:
    user, fact = await placed(bench, f"<Dial>{noun}</Dial>", HIDDEN)
    assert user == shown
    assert fact.shown == bench.world.resolve(Phone(shown), bench.clock.now())


@pytest.mark.parametrize("noun", [NUMBER, ELSEWHERE])
async def test_a_phone_of_ours_that_hides_shows_nothing(bench: Bench, noun: str) -> None:
    user, fact = await placed(bench, f"<Dial>{noun}</Dial>", HIDDEN, phone="desk")
    assert (user, fact.shown, fact.number) == ("anonymous", None, None)
