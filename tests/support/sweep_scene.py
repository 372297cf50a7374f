"""Calls of many people over years, for tests of what sweeps remove."""

from ringfence.kernel.clock import DAY, Ms
from ringfence.storage import sweeps

CEILING = 365 * DAY


class World:
    """Calls of many people over years, and what is left of them."""

    def __init__(self, store, account, rooms, clock, story):
        self.store, self.account, self.rooms, self.clock = store, account, rooms, clock
        self.story = story

    def call(self, caller="+12025550123"):
        story = self.story(caller=caller)
        self.store.calls.record(story.whole(), self.clock.now())
        self.flush()
        return story

    def flush(self):
        self.store.db.submit(lambda _: None).result(5)

    def due(self, kind, now, *, count=100, after=""):
        return sweeps.due(
            self.store.db.reading,
            kind,
            account=self.account.id,
            cutoff=Ms(now - CEILING),
            count=count,
            after=after,
        )

    def sweep(self, kind, now):
        batch = self.due(kind, now)
        return self.store.db.submit(lambda tx: sweeps.remove(tx, kind, batch)).result(5)

    def ids(self, table):
        return {row[0] for row in self.raw(f"SELECT * FROM {table}")}

    def raw(self, sql):
        return self.store.db.reading._cursor.execute(sql).fetchall()

    def hold(self, record):
        self.store.db.submit(
            lambda tx: self.rooms.holds.place(
                tx, record, reason="dispute", by="owner", now=self.clock.now()
            )
        ).result(5)

    def lift(self, record):
        self.store.db.submit(
            lambda tx: self.rooms.holds.lift(
                tx, record, reason="dispute", by="owner", now=self.clock.now()
            )
        ).result(5)
