"""Text messages at rest: states follow facts, the queue, and what is sealed."""

from __future__ import annotations

import pytest

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.messaging.carrier import Delivery
from ringfence.privacy.purposes import purpose
from ringfence.storage import sweeps
from ringfence.storage.audit import check_log
from ringfence.storage.audit_check import check_all
from ringfence.storage.audit_proofs import leaves_of
from ringfence.storage.deliveries import Message, Told
from ringfence.storage.erasure_find import look
from ringfence.storage.erasure_rows import empty
from ringfence.storage.texts import NewText

PERSON, OURS = "+12025550123", "+12025550100"
SAID = "Your parcel is with your neighbour"
LINK = "https://example.com/picture.png"


@pytest.fixture
def texts(rooms):
    return rooms.texts


@pytest.fixture
def asked(store, rooms, clock, texts):
    """Ask for a message; its SID."""

    def ask(*, kind=life.MessageAsked, due_in=0, body=SAID, media=(), **more):
        now = clock.now()
        sid = ids.make("message", now, SystemEntropy())
        party = rooms.parties.resolve(Phone(PERSON), now)
        extra = {"due_at": Ms(now + due_in)} if kind is life.MessageScheduled else {}
        direction = "inbound" if kind is life.MessageArrived else "api"
        begun = kind(
            at=now, message=sid, account=rooms.account.id, party=party, direction=direction,
            segments=1, **extra,
        )  # fmt: skip
        due = None if kind is life.MessageArrived else Ms(now + due_in)
        new = NewText(begun=begun, own=OURS, body=body, media=media, due_at=due, **more)
        write(store, lambda tx: texts.add(tx, new))
        return sid

    return ask


def write(store, unit):
    return store.db.submit(unit).result(5)


def take(store, texts, clock, count=10):
    return write(store, lambda tx: texts.take(tx, now=clock.now(), count=count))


def happen(store, texts, clock, kind, sid, **fields):
    fact = kind(at=clock.now(), message=sid, **fields)
    return write(store, lambda tx: texts.happen(tx, fact))


def sent(store, texts, clock, sid, names=("a1",)):
    text = texts.get(store.db.reading, sid)
    happen(store, texts, clock, life.MessageSent, sid, carrier="one", parts=len(names))
    write(
        store,
        lambda tx: texts.parts.sent_as(tx, sid, text.party, "one", names, clock.now()),
    )


def test_a_message_is_kept_sealed_and_read_again(store, texts, asked, clock):
    sid = asked(media=(LINK,), callback="https://example.com/told")
    found = texts.get(store.db.reading, sid)
    assert (found.state, found.segments, found.media) == ("queued", 1, 1)
    assert SAID.encode() not in found.sealed
    with pytest.raises(Refused, match="purpose"):
        texts.body(found)
    with purpose("carry_message"):
        assert texts.body(found) == SAID
        assert texts.own(found) == OURS
        assert texts.callback(found) == "https://example.com/told"
        (medium,) = texts.media(store.db.reading, sid)
        assert texts.link(medium) == LINK


def test_nothing_that_was_said_rests_in_clear(store, texts, asked, tmp_path):
    sid = asked(media=(LINK,))
    store.close()
    rest = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert sid.encode() in rest
    for needle in (SAID, LINK, PERSON, OURS):
        assert needle.encode() not in rest


def test_every_fact_has_its_row_its_state_and_its_leaf(store, texts, asked, clock):
    sid = asked()
    size = store.trail.size
    take(store, texts, clock)
    sent(store, texts, clock, sid)
    assert happen(store, texts, clock, life.MessageDelivered, sid) == "delivered"
    names = [name for _, name, _ in texts.story(store.db.reading, sid)]
    assert names == ["MessageAsked", "MessageTaken", "MessageSent", "MessageDelivered"]
    assert store.trail.size == size + 3
    found = texts.get(store.db.reading, sid)
    assert (found.state, found.attempts, found.due_at) == ("delivered", 1, None)
    assert found.sent_at == clock.now()
    check_log(store.db.reading, store.trail.size, store.signer)


def test_every_fact_is_proved_by_the_log(store, texts, asked, clock):
    sid = asked()
    take(store, texts, clock)
    sent(store, texts, clock, sid)
    queries = store.db.reading
    found = check_all(
        queries, store.trail.size, signer=store.signer(), salt=store.salt, now=clock.now()
    )
    assert (found.faults, found.erased) == ([], 0)
    party = texts.get(queries, sid).party
    names = {leaf.kind for leaf in leaves_of(queries, party, store.salt)}
    assert {"MessageAsked", "MessageTaken", "MessageSent"} <= names
    forged = "UPDATE text_events SET body = '{}' WHERE name = 'MessageSent'"
    store.db.submit(lambda tx: tx._cursor.execute(forged)).result(5)
    found = check_all(
        queries, store.trail.size, signer=store.signer(), salt=store.salt, now=clock.now()
    )
    assert len(found.faults) == 1


def test_what_comes_too_late_changes_nothing(store, texts, asked, clock):
    sid = asked()
    assert happen(store, texts, clock, life.MessageCanceled, sid) == "canceled"
    assert happen(store, texts, clock, life.MessageSent, sid, carrier="one", parts=1) is None
    assert happen(store, texts, clock, life.MessageDelivered, "SM" + "0" * 32) is None
    assert texts.get(store.db.reading, sid).state == "canceled"
    assert take(store, texts, clock) == []


# --- the queue ----------------------------------------------------------------------------------


def test_a_message_is_handed_out_once(store, texts, asked, clock):
    sid = asked()
    (taken,) = take(store, texts, clock)
    assert (taken.id, taken.state, taken.attempts) == (sid, "sending", 1)
    assert take(store, texts, clock) == []
    assert texts.next_due(store.db.reading) is None
    assert texts.waiting(store.db.reading) == 1


def test_the_urgent_first_then_the_longest_waiting(store, texts, asked, clock):
    plain = asked()
    clock.advance(5)
    later = asked()
    code = asked(priority=0)
    order = [text.id for _ in range(3) for text in take(store, texts, clock, count=1)]
    assert order == [code, plain, later]


def test_the_hour_of_a_scheduled_message(store, texts, asked, clock):
    sid = asked(kind=life.MessageScheduled, due_in=60_000)
    assert texts.get(store.db.reading, sid).state == "scheduled"
    assert take(store, texts, clock) == []
    assert texts.next_due(store.db.reading) == clock.now() + 60_000
    clock.advance(60_000)
    (taken,) = take(store, texts, clock)
    assert taken.state == "sending"


def test_a_message_that_is_too_late_is_not_sent(store, texts, asked, clock):
    sid = asked(expires_at=Ms(clock.now() + 1_000))
    clock.advance(1_000)
    (late,) = take(store, texts, clock)
    assert (late.id, late.state, late.error) == (sid, "failed", 30036)


def test_what_a_killed_process_left_is_sent_again_unless_the_answer_is_known(
    store, texts, asked, clock
):
    known, unknown = asked(), asked()
    take(store, texts, clock)
    sent(store, texts, clock, known)
    assert write(store, lambda tx: texts.give_back(tx, now=clock.now())) == 1
    assert [text.id for text in take(store, texts, clock)] == [unknown]


def test_another_try_waits(store, texts, asked, clock):
    sid = asked()
    take(store, texts, clock)
    due = Ms(clock.now() + 500)
    assert happen(store, texts, clock, life.MessageQueued, sid, why="busy", due_at=due) == "queued"
    assert take(store, texts, clock) == []
    clock.advance(500)
    (again,) = take(store, texts, clock)
    assert again.attempts == 2


# --- taking away --------------------------------------------------------------------------------


def test_redacting_destroys_what_was_said_and_keeps_that_it_was_sent(
    store, texts, asked, clock, tmp_path
):
    sid = asked(media=(LINK,))
    before = texts.get(store.db.reading, sid).sealed
    take(store, texts, clock)
    assert happen(store, texts, clock, life.MessageRedacted, sid) is None  # it is under way
    sent(store, texts, clock, sid)
    assert happen(store, texts, clock, life.MessageRedacted, sid) == "sent"
    found = texts.get(store.db.reading, sid)
    assert (found.sealed, found.key_serial, found.media) == (None, None, 0)
    with purpose("carry_message"):
        assert texts.body(found) is None
    assert texts.media(store.db.reading, sid) == []
    store.close()
    assert before not in (tmp_path / "data" / "ringfence.db").read_bytes()


def test_a_failure_is_still_known_after_redaction(store, texts, asked, clock):
    sid = asked()
    happen(store, texts, clock, life.MessageFailed, sid, cause="filtered", code=30007)
    happen(store, texts, clock, life.MessageRedacted, sid)
    assert texts.get(store.db.reading, sid).error == 30007


def test_a_message_is_removed_with_everything_of_it(store, texts, asked, clock):
    sid = asked(media=(LINK,))
    take(store, texts, clock)
    sent(store, texts, clock, sid)
    write(store, lambda tx: texts.drop(tx, sid))
    with pytest.raises(Refused, match="SID"):
        texts.get(store.db.reading, sid)
    assert texts.story(store.db.reading, sid) == []
    assert write(store, lambda tx: texts.parts.told(tx, "one", "a1", Delivery.DELIVERED)) is None


def test_one_picture_is_removed(store, texts, asked):
    sid = asked(media=(LINK, LINK))
    first, second = texts.media(store.db.reading, sid)
    write(store, lambda tx: texts.drop_medium(tx, first))
    assert texts.media(store.db.reading, sid) == [second]
    assert texts.get(store.db.reading, sid).media == 1
    with pytest.raises(Refused, match="picture"):
        texts.medium(store.db.reading, sid, first.id)


def test_the_plan_of_an_erasure_finds_every_message(store, texts, asked, clock):
    sid = asked(media=(LINK,))
    take(store, texts, clock)
    sent(store, texts, clock, sid)
    party = texts.get(store.db.reading, sid).party
    survey = look(store.db.reading, party, clock.now())
    counts = {found.holding.table: found.later or found.now for found in survey.found}
    assert {
        name: counts[name] for name in ("texts", "text_events", "text_parts", "text_media")
    } == {"texts": 1, "text_events": 3, "text_parts": 1, "text_media": 1}
    write(store, lambda tx: empty(tx, survey))
    found = texts.get(store.db.reading, sid)
    assert found.sealed is None
    with purpose("carry_message"):
        assert texts.link(texts.media(store.db.reading, sid)[0]) is None


def test_old_words_are_swept_and_the_record_stays(store, rooms, texts, asked, clock):
    old, waiting = asked(media=(LINK,)), asked()
    happen(store, texts, clock, life.MessageCanceled, old)
    account, later = rooms.account.id, Ms(clock.now() + 1)
    found = sweeps.due(store.db.reading, "text_contents", account=account, cutoff=later, count=9)
    assert [one.id for one in found] == [old]  # what waits is still to be sent
    write(store, lambda tx: sweeps.remove(tx, "text_contents", found))
    assert texts.get(store.db.reading, old).sealed is None
    assert texts.media(store.db.reading, old) == []
    assert texts.get(store.db.reading, waiting).sealed is not None


def test_an_erased_person_leaves_a_record_without_words(store, rooms, texts, asked):
    sid = asked()
    serial = texts.get(store.db.reading, sid).key_serial
    store.keystore.destroy([serial])
    found = texts.get(store.db.reading, sid)
    with purpose("carry_message"):
        assert texts.body(found) is None


@pytest.mark.parametrize("how", ["redact", "delete"])
def test_what_was_said_is_in_no_file_once_it_is_redacted(store, texts, asked, clock, how):
    sid = asked(kind=life.MessageArrived, media=(LINK,))
    sealed = bytes(texts.get(store.db.reading, sid).sealed)
    (medium,) = texts.media(store.db.reading, sid)
    asked(kind=life.MessageArrived)
    assert any(sealed in held for held in files_of(store))
    if how == "redact":
        happen(store, texts, clock, life.MessageRedacted, sid)
    else:
        write(store, lambda tx: texts.drop(tx, sid))
    for held in files_of(store):  # right after the answer
        assert sealed not in held
        assert bytes(medium.sealed) not in held


def files_of(store):
    return [path.read_bytes() for path in store.folder.root.glob("ringfence.db*")]


def erased(store, rooms):
    party = rooms.parties.resolve(Phone(PERSON), Ms(0))
    planned = store.eraser.plan(rooms.account, party, reason="request", actor="operator")
    done = store.eraser.carry_out(planned.id)
    assert done.rows == planned.rows
    return done


@pytest.mark.promise("RET-03")
def test_a_hold_on_a_message_keeps_that_message_and_no_other(store, rooms, texts, asked, clock):
    held = asked(media=(LINK,))
    other = asked(body="and another", media=(LINK,))
    hold = {"reason": "dispute", "by": "operator", "now": clock.now()}
    write(store, lambda tx: rooms.holds.place(tx, held, **hold))
    for sid in (held, other):
        about = Told(
            message=Message("http://192.0.2.1/", "POST", []), origin="http://192.0.2.1",
            subject=sid, kind="event", party=texts.get(store.db.reading, held).party,
        )  # fmt: skip
        write(store, lambda tx, about=about: rooms.deliveries.add(tx, about, now=clock.now()))
    done = erased(store, rooms)
    assert [row.subject for row in rooms.deliveries.page(store.db.reading, "ready", count=9)] == [
        held
    ]
    told = {(row.store, row.action, row.count, row.rule) for row in done.rows}
    assert ("texts", "suspend", 1, "hold") in told
    assert ("deliveries", "suspend", 1, "hold") in told
    assert ("deliveries", "remove", 1, "content") in told
    assert ("text_media", "suspend", 1, "hold") in told
    reading = store.db.reading
    found = texts.get(reading, held)
    assert (found.sealed is not None, texts.get(reading, other).sealed) == (True, None)
    assert store.keystore.key(found.key_serial)
    assert [bool(m.sealed) for m in texts.media(reading, held)] == [True]
    # the hold is lifted: now it goes as well
    lifted = {"reason": "dispute", "by": "operator", "now": clock.now()}
    write(store, lambda tx: rooms.holds.lift(tx, held, **lifted))
    clock.set(done.due_at)
    later = store.eraser.go_on(done.id)
    assert not texts.get(reading, held).sealed
    with pytest.raises(Refused):
        store.keystore.key(found.key_serial)
    assert later.serial == found.key_serial
