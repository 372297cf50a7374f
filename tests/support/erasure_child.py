"""A process that erases people in a data folder until it is killed.

What it prints was acknowledged; each line is ``ERASURE PARTY SERIAL RECORDING``. Everybody called
long ago, so nothing must be kept.
"""

import sys
from pathlib import Path

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import DAY, SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.phone import Phone
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store

ENTROPY = SystemEntropy()


class Channel:
    leg, incoming = "LG1", True

    def __init__(self, party):
        self.party = party


def main():
    clock = SystemClock()
    store = Store.open(DataFolder(Path(sys.argv[1])), clock=clock, entropy=ENTROPY, gather_ms=2)
    store.eraser.resume()
    found = store.accounts.all(store.db.reading)
    account = found[0] if found else store.db.submit(
        lambda tx: store.accounts.add(
            tx, ids.make("account", clock.now(), ENTROPY), name="Example", auth_token="t",
            now=clock.now(),
        )
    ).result(10)  # fmt: skip
    rooms = store.of(account)
    print("open", flush=True)
    while True:
        now = clock.now() - 400 * DAY
        number = f"+1{200_0000000 + int.from_bytes(ENTROPY.token(4), 'big') % 799_0000000}"
        party = rooms.parties.resolve(Phone(number), now)
        call, leg, recording = (ids.make(k, now, ENTROPY) for k in ("call", "leg", "recording"))
        common = {"at": now, "call": call}
        [file] = rooms.recordings.begin(recording, call, "call", [Channel(party)], now)
        Path(file.path).write_bytes(b"sealed")
        rooms.recordings.finish_now(recording, keep=True)
        story = [
            events.CallOffered(account=account.id, leg=leg, caller=party, called=party, **common),
            events.RecordingRequested(recording=recording, source="call", legs=(leg,),
                                      parties=(party,), **common),
            events.CallEnded(account=account.id, direction="inbound", cause=Cause.NORMAL,
                             hung_up_by="caller", missed=True, offered_at=now, rang_at=None,
                             answered_at=now, answered_by_person_at=None, ended_at=now,
                             duration_ms=0, talk_ms=0, **common),
        ]  # fmt: skip
        store.calls.record(story, now)
        planned = store.eraser.plan(account, party, reason="request", actor="operator")
        done = store.eraser.carry_out(planned.id)
        print(done.id, party, done.serial, recording, flush=True)


if __name__ == "__main__":
    main()
