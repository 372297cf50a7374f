"""What an account below the installation's sees of the installation's own: nothing, by any name.

The installation has something of every kind. Every use case that an account may be asked (`TENANT`)
is asked by one that has nothing: for whatever it lists, and for each thing by the SIDs of others,
all kinds in all places. It is refused, or what comes back holds no SID, number or name of the
house; and afterwards the house is as it was.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw
import msgspec
import pytest
from office_open import opened
from twilio_scene import SEEDS

from ringfence.kernel.errors import Refused
from ringfence.office import Office, tenancy
from ringfence.office.table import TABLE

THEIRS, WRITER, ERASED = "+12025550123", "+447700900101", "+447700900102"
SILENCE = "<Response><Pause length='5'/></Response>"
SID_CHARS = 34
SHARED = frozenset({"role.list", "number.stock.free"})
"""What is everybody's: the names of the roles, numbers nobody has."""

SIDS = frozenset(
    {
        "sid", "sids", "call", "conference", "recording", "queue", "list_sid", "medium", "stream",
        "transcription", "application", "sms_application", "subject", "delivery", "before",
    }
)  # fmt: skip
"""Arguments that name something."""

SPOKEN: dict[str, Any] = {
    "kind": "credentials", "which": "credentials", "to": "stopped", "status_url": "",
    "url": "https://example.com/", "method": "POST", "text": "Hello", "number": WRITER,
    "password": "long-s3cret-word", "username": "bob", "address": WRITER, "purpose": "market",
    "key": "k", "fingerprint": "f", "status": 200, "body": None, "known": False, "on": False,
    "flow": "x", "name": "x", "domain": "x.example.com", "document": {}, "digits": "1",
}  # fmt: skip
"""What the other arguments are, where they have to be something."""


async def _more(office: Office) -> None:
    """What no operation of Twilio's is about."""

    async def run(name: str, /, **args: Any) -> Any:
        return await office.run(name, args, actor="operator")

    await run("phone.add", name="desk")
    await run("webhook.add", url="https://example.com/events")
    await run("payment_connector.add", name="till", url="https://example.com/pay")
    await run("number.add", number="+447700900110", silent=True)
    await run("message.campaign.add", name="news", senders=["+447700900110"])
    await run("message.template.add", name="hello", text="Hello")
    for writer in (WRITER, ERASED):
        await run("message.send", to=writer, sender="+447700900110", text="Hello")
    await run("privacy.consent.give", number=WRITER, purpose="market", channel="call")
    planned = await run("privacy.erase.plan", address=ERASED)
    await run("privacy.erase.execute", sid=planned.sid)
    await run("privacy.erase.plan", address=THEIRS)
    await office.settled()


def sids_in(data: Path) -> set[str]:
    """Everything in the database that looks like a SID."""
    db = apsw.Connection(str(data / "ringfence.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found: set[str] = set()
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in db.execute(f'SELECT * FROM "{table}"'):
            found |= {v for v in row if isinstance(v, str) and len(v) == SID_CHARS and " " not in v}
    db.close()
    return {sid for sid in found if sid[:2].isupper()}


def two_of_each(sids: set[str]) -> list[str]:
    """Two of every kind, which stand for all of it."""
    kinds = groupby(sorted(sids), key=lambda sid: sid[:2])
    return [sid for _, same in kinds for sid in list(same)[:2]]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    data = tmp_path_factory.mktemp("apart") / "data"
    office, loop = opened(data), asyncio.new_event_loop()

    def run(name: str, actor: str = "operator", /, **args: Any) -> Any:
        return loop.run_until_complete(office.run(name, args, actor=actor))

    for seed in (*SEEDS, _more):
        loop.run_until_complete(seed(office))
    theirs = sids_in(data)
    made = run("account.add", name="Branch")
    yield SimpleNamespace(
        run=run,
        actor=f"account:{made.sid}",
        own=made.sid,
        theirs=theirs,
        tried=two_of_each(theirs),
        house=run("account.show").sid,
    )
    loop.run_until_complete(office.close())
    loop.close()


def spelt(answer: Any) -> str:
    """An answer as text; keys and sealed values as nothing."""
    return msgspec.json.encode(answer, enc_hook=_plain).decode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return type(value).__name__


def asked(name: str) -> tuple[list[inspect.Parameter], set[str]]:
    """The arguments of a use case, and those of them that name something."""
    taken = inspect.signature(TABLE.rows[name].work).parameters.values()
    args = [one for one in taken if one.kind is one.KEYWORD_ONLY]
    return args, {one.name for one in args if one.name in SIDS and "str" in str(one.annotation)}


ASKED = [name for name in tenancy.TENANT if not TABLE.rows[name].stream and name not in SHARED]


@pytest.mark.parametrize("name", ASKED)
def test_nothing_of_the_house_is_seen_from_below(scene: SimpleNamespace, name: str) -> None:
    args, named = asked(name)
    needed = [one.name for one in args if one.default is one.empty]
    tried = [dict.fromkeys(named & set(needed), sid) for sid in scene.tried] if named else [{}]
    tried += [
        {**dict.fromkeys(named & set(needed), sid), one: [sid] if one == "sids" else sid}
        for sid in scene.tried
        for one in named - set(needed)
    ]
    for given in [{}, *tried]:
        if "sids" in given:
            given["sids"] = [given["sids"]] if isinstance(given["sids"], str) else given["sids"]
        whole = {one: SPOKEN.get(one, "x") for one in needed} | given
        try:
            answer = spelt(scene.run(name, scene.actor, **whole))
        except Refused:
            continue
        said = {sid for value in given.values() for sid in ([value], value)[type(value) is list]}
        seen = {sid for sid in scene.theirs - said if sid in answer} - {scene.house}
        assert not seen, (name, given)
        assert THEIRS not in answer, (name, given)


def test_the_house_has_something_of_every_kind(scene: SimpleNamespace) -> None:
    """So that the test above asks for something: what can be asked for by a SID is there."""
    kinds = {sid[:2] for sid in scene.theirs}
    assert {"CA", "RE", "CF", "QU", "PN", "AP", "SM", "TR", "NO", "ER", "AD", "SD", "CL", "AL",
            "UT", "WH", "SK", "PA"} <= kinds, kinds  # fmt: skip
