"""What a killed server had still to tell is told at the next start, once."""

from __future__ import annotations

import pytest

from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId, RecordingId, own_call
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Context
from ringfence.markup.exchange import Callback
from ringfence.markup.telling import CallStep, StatusCallback, StatusTeller
from ringfence.media.engine.sealing import measure
from ringfence.office import Office
from ringfence.office.deliveries import told
from ringfence.office.pledges import redeem
from ringfence.privacy.purposes import purpose
from ringfence.storage.deliveries import Delivery, Message

SAID = (("RecordingSid", "RE"), ("CallStatus", "in-progress"), ("From", Phone("+12025550123")))


class Killed:
    """A call that is being recorded when the server dies."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.now = office.clock.now()
        store, entropy = office.store.store, office.entropy
        self.call = CallId(ids.make("call", self.now, entropy))
        self.recording = RecordingId(ids.make("recording", self.now, entropy))
        leg = LegId(ids.make("leg", self.now, entropy))
        caller = office.store.party_room.resolve(Phone("+12025550123"), self.now)
        called = office.store.party_room.resolve(Phone("+442079460001"), self.now)
        about = {"at": self.now, "call": self.call}
        store.calls.record(
            [
                events.CallOffered(
                    leg=leg, account=office.account.id, caller=caller, called=called, **about
                )
            ],
            self.now,
        )
        self.about = about | {"recording": self.recording}
        self.leg = leg

    def pledge(self, *words: str) -> None:
        request = Callback(
            url="https://x.example/r", kind="recording", params=SAID, outcome=self.recording,
            pledged=words,
        )  # fmt: skip
        self.office.postbox.tell(told(self.call, request))

    def asked(self, source: str = "voicemail") -> None:
        fact = events.RecordingRequested(
            source=source, legs=(self.leg,), parties=(None,), **self.about
        )  # type: ignore[arg-type]
        self.record(fact, events.RecordingStarted(**self.about))  # type: ignore[arg-type]

    def saved(self, source: str = "voicemail") -> None:
        self.record(
            events.RecordingSaved(
                source=source, reason="leg_closed", duration_ms=4_200, size=1, sha256=(),
                **self.about,
            )
        )  # type: ignore[arg-type]  # fmt: skip

    def lost(self) -> None:
        self.record(events.RecordingFailed(source="voicemail", reason="media_lost", **self.about))  # type: ignore[arg-type]

    def record(self, *facts: events.CallFact) -> None:
        self.office.store.store.calls.record(list(facts), self.now)
        self.office.store.db.submit(lambda _tx: None).result(5)

    def redeem(self) -> list[tuple[Delivery, Message]]:
        """What is to be told after the start."""
        made = redeem(self.office, now=Ms(self.now + 1_000))
        box, reading = self.office.store.rooms.deliveries, self.office.store.db.reading
        assert box.pledged(reading) == []
        rows = [row for how in ("ready", "behind") for row in box.page(reading, how, count=10)]
        assert len(rows) == made
        with purpose("deliver_content"):
            return [(row, box.message(row)) for row in rows]

    def pledge_call(self, *steps: CallStep) -> None:
        """A status callback of the call, as its beginning pledges it."""
        about = Context(
            call=self.call, account=self.office.account.id, caller=Phone("+12025550123"),
            called=Phone("+442079460001"),
        )  # fmt: skip
        wanted = StatusCallback(url="https://x.example/s", steps=steps or ("completed",))
        for callback in StatusTeller(about, wanted).pledge():
            self.office.postbox.tell(told(self.call, callback))

    def answered(self) -> None:
        self.record(events.CallAnswered(at=self.now, call=self.call))

    def recover(self) -> None:
        store = self.office.store
        store.store.recover(store.rooms, measure=measure, now=Ms(self.now + 1_000))


@pytest.fixture
def killed(office: Office) -> Killed:
    return Killed(office)


def test_what_was_saved_is_told_with_its_length_once(killed: Killed) -> None:
    killed.pledge("completed")
    killed.asked()
    killed.saved()
    ((row, said),) = killed.redeem()
    assert (row.subject, row.call, row.kind, row.event) == (
        killed.call, killed.call, "recording", "completed",
    )  # fmt: skip
    params = dict(said.params)
    assert (said.url, said.method) == ("https://x.example/r", "POST")
    assert params["From"] == "+12025550123"
    assert (params["RecordingStatus"], params["RecordingDuration"]) == ("completed", "4")
    assert params["CallStatus"] == "completed"
    assert "RecordingStartTime" in params
    assert redeem(killed.office, now=Ms(killed.now + 2_000)) == 0


@pytest.mark.parametrize(("words", "count"), [(("completed",), 0), (("completed", "absent"), 1)])
def test_of_what_was_lost_is_told_who_wants_to_know(
    killed: Killed, words: tuple[str, ...], count: int
) -> None:
    killed.pledge(*words)
    killed.asked()
    killed.lost()
    told_of = killed.redeem()
    assert [dict(said.params)["RecordingStatus"] for _, said in told_of] == ["absent"] * count


def test_what_was_told_before_the_kill_is_not_told_again(killed: Killed) -> None:
    killed.pledge("completed")
    killed.asked()
    killed.saved()
    ended = Callback(url="https://x.example/r", kind="recording", outcome=killed.recording)
    killed.office.postbox.tell(told(killed.call, ended))
    killed.record()
    assert redeem(killed.office, now=killed.now) == 0


def test_a_recording_nobody_knows_of_is_not_told(killed: Killed) -> None:
    killed.pledge("completed", "absent")
    killed.record()
    assert killed.redeem() == []


def test_the_recording_of_a_room_is_told_under_its_own_sid(killed: Killed) -> None:
    killed.pledge("completed", "absent")
    killed.asked("conference")
    killed.saved("conference")
    ((row, said),) = killed.redeem()
    assert (row.subject, row.event) == (killed.recording, "completed")
    assert dict(said.params)["RecordingDuration"] == "0"


def test_of_whoever_is_left_alone_nothing_is_told_until_they_no_longer_are(killed: Killed) -> None:
    killed.pledge("completed")
    killed.asked()
    killed.saved()
    store = killed.office.store
    (pledge,) = store.rooms.deliveries.pledged(store.db.reading)
    store.store.restrict(pledge.key_serial, True)
    assert redeem(killed.office, now=killed.now) == 0
    store.store.restrict(pledge.key_serial, False)
    assert len(killed.redeem()) == 1


def test_of_whoever_was_erased_nothing_is_told(killed: Killed) -> None:
    killed.pledge("completed")
    killed.asked()
    killed.saved()
    store = killed.office.store
    (pledge,) = store.rooms.deliveries.pledged(store.db.reading)
    store.store.keystore.destroy([pledge.key_serial])
    assert killed.redeem() == []


@pytest.mark.parametrize(("answered", "word"), [(True, "completed"), (False, "failed")])
def test_the_end_of_an_interrupted_call_is_told_once(
    killed: Killed, answered: bool, word: str
) -> None:
    killed.pledge_call()
    if answered:
        killed.answered()
    killed.recover()
    ((row, said),) = killed.redeem()
    assert (row.subject, row.call, row.event) == (killed.call, killed.call, "completed")
    assert said.url == "https://x.example/s"
    params = dict(said.params)
    assert (params["CallSid"], params["CallStatus"]) == (killed.call, word)
    assert params["From"] == "+12025550123"
    assert redeem(killed.office, now=Ms(killed.now + 2_000)) == 0


def test_the_end_that_was_told_before_the_kill_is_not_told_again(killed: Killed) -> None:
    killed.pledge_call()
    ended = Callback(url="https://x.example/s", event="completed", outcome=killed.call)
    killed.office.postbox.tell(told(killed.call, ended))
    killed.recover()
    assert redeem(killed.office, now=killed.now) == 0


def test_of_the_end_another_server_is_told_or_none(killed: Killed) -> None:
    killed.pledge_call()
    killed.pledge_call("answered")
    killed.recover()
    assert killed.redeem() == []


def test_the_call_is_told_after_what_belongs_to_it(killed: Killed) -> None:
    killed.pledge_call()
    killed.pledge("completed")
    killed.asked()
    killed.saved()
    leg = LegId(ids.make("leg", killed.now, killed.office.entropy))
    about = [("ParentCallSid", killed.call), ("StatusCallbackEvent", "completed")]
    dialled = Callback(
        url="https://x.example/d",
        params=tuple(about),
        outcome=own_call(leg),
        pledged=("completed",),
    )
    killed.office.postbox.tell(told(killed.call, dialled))
    killed.record(
        events.LegPlaced(at=killed.now, call=killed.call, leg=leg, role="callee"),
        events.LegConnected(at=killed.now, call=killed.call, leg=leg),
    )
    killed.recover()
    rows = sorted(killed.redeem(), key=lambda one: one[0].sequence)
    assert [said.url[-1] for _, said in rows] == ["r", "d", "s"]
    assert [row.state for row, _ in rows] == ["ready", "behind", "behind"]
    assert all(row.subject == killed.call for row, _ in rows)


def test_the_end_of_a_call_nobody_knows_of_is_not_told(killed: Killed) -> None:
    killed.call = CallId("CA" + "9" * 32)
    killed.pledge_call()
    killed.recover()
    assert killed.redeem() == []
