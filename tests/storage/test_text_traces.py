"""What a message said leaves the notification log and the callbacks with the message itself."""

from __future__ import annotations

import pytest

from ringfence.kernel import ids
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.privacy.purposes import purpose
from ringfence.storage.deliveries import Message, Told
from ringfence.storage.erasure_find import look
from ringfence.storage.erasure_rows import remove
from ringfence.storage.notifications import Exchange, Wanted
from ringfence.storage.texts import NewText

PERSON, OURS = "+12025550123", "+12025550100"
SAID = "canary of a message 5531"
SERVER = "https://shop.example"


def write(store, unit):
    return store.db.submit(unit).result(5)


@pytest.fixture
def text(store, rooms, clock):
    """A message that came in to a number of ours; its SID."""
    now = clock.now()
    sid = ids.make("message", now, SystemEntropy())
    number = ids.make("number", now, SystemEntropy())
    begun = life.MessageArrived(
        at=now, message=sid, account=rooms.account.id, party=rooms.parties.resolve(
            Phone(PERSON), now
        ), number=number, direction="inbound", segments=1,
    )  # fmt: skip
    write(store, lambda tx: rooms.texts.add(tx, NewText(begun=begun, own=OURS, body=SAID)))
    return sid


def exchange(text, clock, *, kind="document", body=SAID):
    return Exchange(
        call=None, subject=text, kind=kind, at=clock.now(), elapsed_ms=3, method="POST",
        url=f"{SERVER}/sms", params=(("From", PERSON), ("Body", body)), status=200,
        body=b"<Response/>",
    )  # fmt: skip


def log(store, rooms, one):
    sid = write(store, lambda tx: rooms.notifications.add(tx, one))
    return rooms.notifications.get(store.db.reading, sid)


def said(store, rooms, sid):
    with purpose("deliver_content"):
        return rooms.notifications.said(rooms.notifications.get(store.db.reading, sid))


def told(store, rooms, text, clock, kind):
    message = Message(f"{SERVER}/{kind}", "POST", [("Body", SAID)])
    wanted = Told(message=message, origin=SERVER, subject=text, kind=kind)
    return write(store, lambda tx: rooms.deliveries.add(tx, wanted, now=clock.now()))


def redact(store, rooms, text, clock):
    fact = life.MessageRedacted(at=clock.now(), message=text)
    assert write(store, lambda tx: rooms.texts.happen(tx, fact)) is not None


@pytest.mark.promise("TEL-18")
def test_of_messages_that_a_quiet_application_answers_the_frame_remains(store, rooms, clock, text):
    menu, asked = "AP" + "3" * 32, []
    rooms.notifications.answering = lambda number, texts: asked.append((number, texts)) or menu
    write(store, lambda tx: rooms.notifications.silence(tx, menu, on=True, now=clock.now()))
    quiet = log(store, rooms, exchange(text, clock))
    assert (quiet.sealed, quiet.status, quiet.response_size) == (None, 200, len(b"<Response/>"))
    assert asked == [(quiet.number, True)]
    write(store, lambda tx: rooms.notifications.silence(tx, menu, on=False, now=clock.now()))
    assert log(store, rooms, exchange(text, clock)).sealed is not None


def test_a_redacted_message_leaves_the_frame_of_what_was_asked(store, rooms, clock, text):
    asked = log(store, rooms, exchange(text, clock))
    state = log(store, rooms, exchange(text, clock, kind="message", body=""))
    assert dict(said(store, rooms, asked.id).params)["Body"] == SAID
    redact(store, rooms, text, clock)
    assert said(store, rooms, asked.id) is None
    row = rooms.notifications.get(store.db.reading, asked.id)
    assert (row.status, row.response_size, row.key_serial) == (200, 11, None)
    assert said(store, rooms, state.id) is not None, "it says nothing of the text"


def test_what_is_answered_after_the_redaction_is_not_kept(store, rooms, clock, text):
    redact(store, rooms, text, clock)
    assert said(store, rooms, log(store, rooms, exchange(text, clock)).id) is None
    state = log(store, rooms, exchange(text, clock, kind="message", body=""))
    assert said(store, rooms, state.id) is not None


def test_a_replay_that_waits_has_nothing_to_say_any_more(store, rooms, clock, text):
    replay = told(store, rooms, text, clock, "document")
    state = told(store, rooms, text, clock, "message")
    redact(store, rooms, text, clock)
    with purpose("deliver_content"):
        with pytest.raises(Refused, match="erased"):
            rooms.deliveries.message(rooms.deliveries.get(store.db.reading, replay.id))
        assert rooms.deliveries.message(rooms.deliveries.get(store.db.reading, state.id))


def test_of_a_deleted_message_not_even_the_states_are_kept(store, rooms, clock, text):
    rows = [log(store, rooms, exchange(text, clock, kind=kind)) for kind in ("document", "message")]
    state = told(store, rooms, text, clock, "message")
    write(store, lambda tx: rooms.texts.drop(tx, text))
    assert [said(store, rooms, row.id) for row in rows] == [None, None]
    late = log(store, rooms, exchange(text, clock, kind="message"))
    assert said(store, rooms, late.id) is None
    with purpose("deliver_content"), pytest.raises(Refused, match="erased"):
        rooms.deliveries.message(rooms.deliveries.get(store.db.reading, state.id))


def test_nothing_of_it_rests_readable_or_goes_with_somebody_else(store, rooms, clock, text):
    row = log(store, rooms, exchange(text, clock))
    person = rooms.parties.find(Phone(PERSON))
    assert row.key_serial == store.parties.key_serial(store.db.reading, person)
    assert row.number is not None
    write(
        store,
        lambda tx: remove(
            tx, look(store.db.reading, person, clock.now()), serial=row.key_serial, proved=tuple
        ),
    )
    assert said(store, rooms, row.id) is None


def test_of_a_quiet_number_only_the_frame_of_its_messages_is_kept(store, rooms, clock, text):
    number = rooms.texts.get(store.db.reading, text).number
    write(store, lambda tx: rooms.notifications.silence(tx, number, on=True, now=clock.now()))
    row = log(store, rooms, exchange(text, clock))
    assert (row.sealed, row.number, row.status) == (None, number, 200)


def test_they_are_found_by_message_and_only_by_its_account(store, rooms, clock, text):
    row = log(store, rooms, exchange(text, clock))
    found = rooms.notifications.page(store.db.reading, Wanted(subject=text), count=5)
    assert [one.id for one in found] == [row.id]
    name = ids.make("account", clock.now(), SystemEntropy())
    other = write(
        store,
        lambda tx: store.accounts.add(
            tx, name, name="Other Ltd", auth_token="another-token-entirely", now=clock.now()
        ),
    )
    assert write(
        store, lambda tx: store.of(other).notifications.add(tx, exchange(text, clock))
    ) is None  # fmt: skip


@pytest.mark.promise("TEL-18")
def test_of_a_number_whose_messages_a_quiet_flow_answers_only_the_frame_is_kept(
    store, rooms, text, clock
):
    flow, other = "FW" + "3" * 32, "FW" + "4" * 32
    kept = rooms.notifications
    write(store, lambda tx: kept.silence(tx, flow, on=True, now=clock.now()))
    numbers = []

    def answered_by(name):
        def find(number):
            numbers.append(number)
            return name

        def unit(tx):
            return kept.add(tx, exchange(text, clock), text_flow=find)

        return kept.get(store.db.reading, write(store, unit))

    quiet = answered_by(flow)
    assert (quiet.flow, quiet.status, quiet.sealed, quiet.number) == (flow, 200, None, numbers[0])
    assert answered_by(other).sealed is not None
    assert answered_by(None).flow is None
    write(store, lambda tx: kept.silence(tx, flow, on=False, now=clock.now()))
    assert answered_by(flow).sealed is not None
