"""A call between a caller and an agent, recorded on a channel each, and work it left."""

from dataclasses import dataclass, replace

import msgspec

from ringfence.jobs.queue import NewJob
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.deliveries import Message, Told
from ringfence.storage.notifications import Exchange
from ringfence.storage.recordings import channel_name

CALLER, AGENT = "+12025550123", "+12025550124"


@dataclass
class Asked:
    leg: str
    incoming: bool
    party: str | None = None


class Scene:
    """One call between a caller and an agent, recorded on a channel each."""

    def __init__(self, store, rooms, story, clock):
        self.store, self.rooms, self.clock = store, rooms, clock
        self.story = one = story(caller=CALLER)
        self.caller = one.caller
        self.agent = rooms.parties.resolve(Phone(AGENT), clock.now())
        store.calls.record([one.offered(), one.answered()], clock.now())
        self.files = rooms.recordings.begin(
            one.recording,
            one.call,
            "call",
            [Asked(one.leg, True, self.caller), Asked("LG2", True, self.agent)],
            clock.now(),
        )
        for number in range(2):
            (store.folder.spool / channel_name(one.recording, number)).write_bytes(
                b"sealed %d" % number
            )
        rooms.recordings.finish_now(one.recording, keep=True)
        store.calls.record(
            [
                msgspec.structs.replace(one.requested(), parties=(self.caller, self.agent)),
                one.started(),
                one.saved(),
                one.leg_ended(),
                one.ended(),
            ],
            clock.now(),
        )
        self.settle()

    def settle(self):
        self.store.db.submit(lambda tx: None).result(10)

    def plan(self, party=None, **options):
        options = {"reason": "request", "actor": "operator"} | options
        return self.store.eraser.plan(self.rooms.account, party or self.caller, **options)

    def erase(self, party=None):
        done = self.store.eraser.carry_out(self.plan(party).id)
        self.rooms.parties.forget(party or self.caller)
        return done

    def rows(self, sql, *values):
        return self.store.db.reading._cursor.execute(sql, values).fetchall()

    def keys(self):
        with purpose("deliver_content"):
            found = self.rooms.recordings.channels(self.store.db.reading, self.story.recording)
        return [channel.key for channel in found]

    def file(self, number):
        return self.store.folder.recordings / channel_name(self.story.recording, number)

    def address(self, party=None):
        with purpose("answer_rights"):
            return self.store.parties.address(self.store.db.reading, party or self.caller)


def hold(scene, record, *, on=True):
    act = scene.rooms.holds.place if on else scene.rooms.holds.lift
    scene.store.db.submit(
        lambda tx: act(tx, record, reason="dispute", by="operator", now=scene.clock.now())
    ).result(5)


def left_to_do(scene, call):
    """Let there be callbacks that were given up, jobs and exchanges, of a call and of none."""
    now, account = scene.clock.now(), scene.rooms.account.id
    message = Message("http://192.0.2.1/", "POST", [("From", CALLER)])
    asked = Exchange(
        call=call, kind="document", at=now, elapsed_ms=1, method="POST", url="http://192.0.2.1/",
        params=[("From", CALLER)], status=200, failure=None, content_type="", body=b"",
        response_size=0,
    )  # fmt: skip

    def work(tx):
        about = {"message": message, "origin": "http://192.0.2.1", "kind": "event"}
        for told in (
            Told(**about, subject=call, call=call),
            Told(**about, subject="SM1", party=scene.caller),
        ):
            kept = scene.rooms.deliveries.add(tx, told, now=now)
            scene.rooms.deliveries.bury(tx, kept, error="no_answer", tried=True, now=now)
        for kind, body, party in (("one", {"call": call}, None), ("two", {}, scene.caller)):
            job = NewJob(kind=kind, body=body, account=account, secret=b"number", party=party)
            scene.store.outbox.add(tx, job, now=now)
        scene.rooms.notifications.add(tx, asked)
        scene.rooms.notifications.add(tx, replace(asked, call=None, party=scene.caller))

    scene.store.db.submit(work).result(5)


def counts(scene):
    """How many rows of what is left to do there are, and how many exchanges say something."""
    return {
        "deliveries": scene.rows("SELECT count(*) FROM deliveries")[0][0],
        "jobs": scene.rows("SELECT count(*) FROM jobs WHERE kind IN ('one', 'two')")[0][0],
        "notifications": scene.rows(
            "SELECT count(*) FROM notifications WHERE sealed IS NOT NULL"
        )[0][0],
    }  # fmt: skip
