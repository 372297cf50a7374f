"""Small documents in memory: what was kept survives, and only so many are."""

import asyncio

import pytest
from office_open import opened

from ringfence.accounts.resources import Application
from ringfence.kernel.errors import Refused
from ringfence.office import shelf


def test_what_was_kept_is_there_after_a_start(office, data):
    async def change():
        one = await shelf.keep(office, Application(name="One"))
        gone = await shelf.keep(office, Application(name="Two"))
        await shelf.change(office, one, Application(name="Three"))
        await shelf.drop(office, gone)
        return one.id

    kept = asyncio.run(change())
    office.store.store.close()
    again = opened(data)
    assert [(found.id, found.body.name) for found in again.shelf.all(Application)] == [
        (kept, "Three")
    ]
    assert set(again.directory.applications) == {kept}
    again.store.store.close()


def test_only_so_many_are_kept(office, monkeypatch):
    monkeypatch.setattr(shelf, "RESOURCES_MAX", 1)

    async def two():
        await shelf.keep(office, Application(name="One"))
        await shelf.keep(office, Application(name="Two"))

    with pytest.raises(Refused, match="too_many"):
        asyncio.run(two())


def test_a_document_is_found_below_its_parent_alone(office):
    async def keep():
        return await shelf.keep(office, Application(name="One"), parent="PN1")

    kept = asyncio.run(keep())
    assert office.shelf.find(Application, kept.id, parent="PN1") is kept
    assert office.shelf.all(Application, parent="PN2") == []
    for identifier, parent in ((kept.id, "PN2"), ("AP0", None)):
        with pytest.raises(Refused, match="not_found"):
            office.shelf.find(Application, identifier, parent=parent)
