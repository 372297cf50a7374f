"""What members of a room are told aside: one announcement after the other."""

from __future__ import annotations

import pytest
from room_scene import announced, come, control, room, turn
from switch_bench import Bench

from ringfence.calls.commands import Hangup, Heard
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ROOM_ANNOUNCEMENTS_MAX
from ringfence.media.engine import protocol as media

pytestmark = pytest.mark.anyio

FIRST, SECOND, GONE = "https://x.example/1", "https://x.example/2", "https://x.example/gone"
NEWS = "beep='false' statusCallback='https://x.example/n' statusCallbackEvent='announcement'"


def documents(bench: Bench) -> None:
    bench.world.documents[FIRST] = b"<Response><Say>one</Say></Response>"
    bench.world.documents[SECOND] = b"<Response><Say>two</Say></Response>"


def end(bench: Bench) -> None:
    """Let what was played last be heard to its end."""
    play = bench.wire.last(media.Play)
    bench.link.heard(media.PlayFinished(play.leg, play.play, "done", 9))


async def test_the_second_follows_the_first(bench: Bench) -> None:
    documents(bench)
    call, leg = await come(bench, NEWS)
    await come(bench)
    desk, sid = control(bench), room(bench)
    desk.announce(sid, Heard(url=FIRST), call=call)
    desk.announce(sid, Heard(url=SECOND), call=call)
    await turn()
    assert bench.world.spoken == ["one"]
    assert [play.leg for play in bench.wire.sent(media.Play)] == [leg]
    end(bench)
    await turn()
    assert bench.world.spoken == ["one", "two"]
    assert [play.leg for play in bench.wire.sent(media.Play)] == [leg, leg]
    end(bench)
    await turn()
    assert announced(bench) == [
        ("announcement-start", FIRST), ("announcement-end", FIRST),
        ("announcement-start", SECOND), ("announcement-end", SECOND),
    ]  # fmt: skip


async def test_another_member_need_not_wait_and_everybody_waits_for_each(bench: Bench) -> None:
    documents(bench)
    (ann, ann_leg), (_, ben_leg) = await come(bench, NEWS), await come(bench)
    desk, sid = control(bench), room(bench)
    desk.announce(sid, Heard(url=FIRST), call=ann)
    desk.announce(sid, Heard(url=SECOND))
    await turn()
    assert [play.leg for play in bench.wire.sent(media.Play)] == [ann_leg]
    end(bench)
    await turn()
    assert [play.leg for play in bench.wire.sent(media.Play)] == [ann_leg, ann_leg, ben_leg]


async def test_one_for_somebody_else_is_heard_beside(bench: Bench) -> None:
    documents(bench)
    (ann, ann_leg), (ben, ben_leg) = await come(bench, NEWS), await come(bench)
    desk, sid = control(bench), room(bench)
    desk.announce(sid, Heard(url=FIRST), call=ann)
    desk.announce(sid, Heard(url=SECOND), call=ben)
    await turn()
    assert [play.leg for play in bench.wire.sent(media.Play)] == [ann_leg, ben_leg]


async def test_what_cannot_be_had_holds_up_nothing(bench: Bench) -> None:
    documents(bench)
    await come(bench, NEWS)
    desk, sid = control(bench), room(bench)
    for url in (GONE, GONE, FIRST):
        desk.announce(sid, Heard(url=url))
    await turn()
    await turn()
    assert bench.world.spoken == ["one"]
    assert announced(bench) == [
        ("announcement-start", GONE), ("announcement-fail", GONE),
        ("announcement-start", GONE), ("announcement-fail", GONE),
        ("announcement-start", FIRST),
    ]  # fmt: skip


async def test_music_comes_back_after_the_last(bench: Bench) -> None:
    documents(bench)
    await come(bench, f"startConferenceOnEnter='false' {NEWS}")
    desk, sid = control(bench), room(bench)
    desk.announce(sid, Heard(url=FIRST))
    desk.announce(sid, Heard(url=SECOND))
    await turn()
    end(bench)
    await turn()
    loops = [play.loop for play in bench.wire.sent(media.Play)]
    assert loops == [0, 1, 1], "no music between the two"
    end(bench)
    await turn()
    assert bench.wire.last(media.Play).loop == 0


async def test_who_leaves_hears_no_more_and_the_others_do(bench: Bench) -> None:
    documents(bench)
    (ann, _), (_, ben_leg) = await come(bench, NEWS), await come(bench)
    desk, sid = control(bench), room(bench)
    desk.announce(sid, Heard(url=FIRST), call=ann)
    desk.announce(sid, Heard(url=GONE), call=ann)
    desk.announce(sid, Heard(url=SECOND))
    await turn()
    bench.runner.command(bench.runner.calls[ann], Hangup())
    bench.close_legs()
    await turn()
    assert bench.wire.last(media.Play).leg == ben_leg
    assert announced(bench) == [
        ("announcement-start", FIRST), ("announcement-fail", FIRST),
        ("announcement-fail", GONE), ("announcement-start", SECOND),
    ]  # fmt: skip


async def test_whoever_came_first_leaves_and_the_others_hear_the_rest(bench: Bench) -> None:
    bench.world.documents[FIRST] = (
        b"<Response><Say>one</Say><Say>two</Say><Play>https://x.example/tune</Play></Response>"
    )
    (ann, ann_leg), (_, ben_leg) = await come(bench, NEWS), await come(bench)
    desk, sid = control(bench), room(bench)
    desk.announce(sid, Heard(url=FIRST))
    await turn()
    assert [play.leg for play in bench.wire.sent(media.Play)] == [ann_leg, ben_leg]
    (to_ann, _) = bench.wire.sent(media.Play)
    bench.runner.command(bench.runner.calls[ann], Hangup())
    bench.link.heard(media.PlayFinished(ann_leg, to_ann.play, "stopped", 9))
    bench.close_legs()
    await turn()
    assert announced(bench) == [("announcement-start", FIRST)]
    for _ in range(2):
        assert bench.wire.last(media.Play).leg == ben_leg
        end(bench)
        await turn()
    print(
        [(p.leg[-3:], p.play, p.clips) for p in bench.wire.sent(media.Play)],
        ann_leg[-3:],
        announced(bench),
    )
    assert bench.world.spoken == ["one", "two"]
    end(bench)
    await turn()
    assert announced(bench)[-1] == ("announcement-end", FIRST)


async def test_what_nobody_has_answered_yet_is_asked_again_for_the_next(bench: Bench) -> None:
    documents(bench)
    (ann, _), (_, ben_leg) = await come(bench, NEWS), await come(bench)
    control(bench).announce(room(bench), Heard(url=FIRST))
    bench.runner.command(bench.runner.calls[ann], Hangup())  # before the document is there
    bench.close_legs()
    await turn()
    assert bench.world.spoken == ["one"]
    assert [play.leg for play in bench.wire.sent(media.Play)] == [ben_leg]


async def test_a_beep_waits_for_the_end_of_what_is_announced(bench: Bench) -> None:
    documents(bench)
    (_, ann_leg), (ben, _) = await come(bench, NEWS), await come(bench, "beep='true'")
    control(bench).announce(room(bench), Heard(url=FIRST))
    await turn()
    bench.runner.command(bench.runner.calls[ben], Hangup())
    bench.close_legs()
    await turn()
    assert bench.wire.sent(media.Tone)[1:] == [], "that Ben came was heard at once"
    (beep,) = bench.wire.sent(media.Feed)
    assert (beep.leg, len(beep.pcm) > 1000) == (ann_leg, True)


async def test_there_is_a_bound(bench: Bench) -> None:
    documents(bench)
    await come(bench, NEWS)
    desk, sid = control(bench), room(bench)
    for _ in range(ROOM_ANNOUNCEMENTS_MAX):
        desk.announce(sid, Heard(url=FIRST))
    with pytest.raises(Refused, match="announcements"):
        desk.announce(sid, Heard(url=FIRST))
    desk.end(sid)
    await turn()
    assert len(announced(bench)) == ROOM_ANNOUNCEMENTS_MAX + 1, "each is told of"
