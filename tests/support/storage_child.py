"""A process that uses a data folder until it is killed; what it prints has been acknowledged.

``calls FOLDER``: calls without end, each printed when all its facts are durable.
``epochs FOLDER``: new epochs without end, each printed when it is complete.
"""

import sys
from pathlib import Path

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.phone import Phone
from ringfence.storage.folder import DataFolder
from ringfence.storage.keystore_file import move_all
from ringfence.storage.store import Store

ENTROPY = SystemEntropy()


class Channel:
    leg, incoming = "LG1", True

    def __init__(self, party):
        self.party = party


class Job:
    kind, account, secret, party, unique, run_at = "report", None, None, None, None, None

    def __init__(self, call):
        self.body = {"call": call}


def calls(store, clock):
    found = store.accounts.all(store.db.reading)
    account = found[0] if found else store.db.submit(
        lambda tx: store.accounts.add(
            tx, ids.make("account", clock.now(), ENTROPY), name="Example", auth_token="t",
            now=clock.now(),
        )
    ).result(10)  # fmt: skip
    rooms = store.of(account)
    store.calls.jobs_of = lambda fact: (
        [Job(fact.call)] if isinstance(fact, events.CallEnded) else []
    )
    while True:
        now = clock.now()
        number = f"+1{200_0000000 + int.from_bytes(ENTROPY.token(4), 'big') % 799_0000000}"
        caller = rooms.parties.resolve(Phone(number), now)
        called = rooms.parties.resolve(Phone("+442079460001"), now)
        call, leg, recording = (ids.make(k, now, ENTROPY) for k in ("call", "leg", "recording"))
        common = {"at": now, "call": call}
        [file] = rooms.recordings.begin(recording, call, "call", [Channel(caller)], now)
        Path(file.path).write_bytes(b"sealed")
        story = [
            events.CallOffered(
                account=account.id, leg=leg, caller=caller, called=called, **common
            ),
            events.CallAnswered(codec="PCMU", **common),
            events.RecordingRequested(
                recording=recording, source="call", legs=(leg,), parties=(caller,), **common
            ),
            events.RecordingStarted(recording=recording, **common),
            events.DigitsCollected(count=1, reason="max_digits", **common),
            events.RecordingSaved(
                recording=recording, source="call", reason="stopped", duration_ms=1, **common
            ),
            events.LegEnded(
                leg=leg, role="caller", cause=Cause.NORMAL, by_far_end=True, party=caller, **common
            ),
            events.CallEnded(
                account=account.id, direction="inbound", cause=Cause.NORMAL, hung_up_by="caller",
                missed=True, offered_at=now, rang_at=None, answered_at=now,
                answered_by_person_at=None, ended_at=now, duration_ms=0, talk_ms=0, **common,
            ),
        ]  # fmt: skip
        for fact in story:
            if isinstance(fact, events.RecordingSaved):
                rooms.recordings.finish_now(recording, keep=True)
            store.calls.record([fact], now)
        store.db.submit(lambda tx: None, patient=True).result(30)
        print(call, caller, number, flush=True)


def epochs(store, _clock):
    while True:
        move_all(store.keystore, step=3)
        print(store.keystore.epoch, flush=True)


def main():
    clock = SystemClock()
    store = Store.open(DataFolder(Path(sys.argv[2])), clock=clock, entropy=ENTROPY, gather_ms=2)
    print("open", flush=True)
    {"calls": calls, "epochs": epochs}[sys.argv[1]](store, clock)


if __name__ == "__main__":
    main()
