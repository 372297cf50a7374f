"""The first start: an account with random credentials, the demo flows, and loopback trusted."""

from __future__ import annotations

import importlib.resources

from ringfence.kernel import ids
from ringfence.kernel.clock import Clock
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import AccountId, FlowId, TrunkId
from ringfence.storage.accounts import Account
from ringfence.storage.store import Store
from ringfence.storage.trunks import Trunk
from ringfence.storage.unit_of_work import Transaction

DEMO_FLOWS = ("welcome", "echo")
LOOPBACK = "127.0.0.0/8"


def open_account(store: Store, *, clock: Clock, entropy: Entropy) -> Account:
    """The account of this installation; made, with all it needs, at the first start."""
    found = store.accounts.all(store.db.reading)
    if found:
        return found[0]
    now = clock.now()
    account_id = AccountId(ids.make("account", now, entropy))
    token = entropy.token(16).hex()

    def make(tx: Transaction) -> Account:
        account = store.accounts.add(tx, account_id, name="My business", auth_token=token, now=now)
        rooms = store.of(account)
        for name in DEMO_FLOWS:
            rooms.flows.put(
                tx,
                FlowId(ids.make("flow", now, entropy)),
                name=name,
                document=demo_flow(name),
                now=now,
            )
        rooms.trunks.add(
            tx,
            Trunk(
                id=TrunkId(ids.make("trunk", now, entropy)),
                account=account.id,
                name="loopback",
                kind="address",
                host=LOOPBACK,
                created_at=now,
            ),
        )
        return account

    return store.db.submit(make).result()


def demo_flow(name: str) -> bytes:
    """The JSON document of a built-in flow."""
    return (importlib.resources.files("ringfence.prompts") / f"{name}.json").read_bytes()
