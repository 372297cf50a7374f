"""Two wishes for one switch: muted by somebody, quiet while digits are secret."""

from typing import Any

from ringfence.calls import effects
from ringfence.kernel.ids import CallId, LegId
from ringfence.media.engine import protocol as media
from ringfence.sip.events import LegKey
from ringfence.switch.live import LiveLeg
from ringfence.switch.muting import Muting

LEG = LegId("LG" + "1" * 32)


class Link:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, command: Any) -> None:
        self.sent.append(command)


class Runner:
    def __init__(self, *legs: LiveLeg) -> None:
        self.legs = {leg.id: leg for leg in legs}


def scene() -> tuple[Muting, Link]:
    link: Any = Link()
    leg = LiveLeg(id=LEG, call=CallId("CA"), key=LegKey("k"), ours=False, link=link)
    muting = Muting()
    runner: Any = Runner(leg)
    muting.attach(runner)
    return muting, link


def said(link: Link) -> list[bool]:
    assert all(isinstance(one, media.SetMute) and one.leg == LEG for one in link.sent)
    return [one.on for one in link.sent]


def do(muting: Muting, effect: Any) -> None:
    muting.handlers()[type(effect)](None, effect)  # type: ignore[arg-type]


def test_whoever_is_muted_stays_so_when_digits_are_secret_no_more() -> None:
    muting, link = scene()
    do(muting, effects.MuteLeg(leg=LEG, on=True))
    do(muting, effects.QuietLeg(leg=LEG, on=True))
    do(muting, effects.QuietLeg(leg=LEG, on=False))
    do(muting, effects.MuteLeg(leg=LEG, on=False))
    assert said(link) == [True, True, True, False]


def test_whose_digits_are_secret_is_not_let_be_heard() -> None:
    muting, link = scene()
    do(muting, effects.QuietLeg(leg=LEG, on=True))
    muting.mute(LEG, on=False)
    assert said(link) == [True, True]
    assert muting.joins(LEG, muted=False)
    do(muting, effects.QuietLeg(leg=LEG, on=False))
    assert said(link)[-1] is False


def test_a_leg_that_is_gone_is_nobodys() -> None:
    muting, link = scene()
    muting.mute(LegId("LG2"), on=True)
    assert muting.joins(LegId("LG2"), muted=True)
    assert not link.sent
