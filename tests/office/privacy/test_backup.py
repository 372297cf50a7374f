"""Keys are copied by whoever holds them; a folder put back is made fit to serve."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ringfence.config import load
from ringfence.kernel.errors import Refused
from ringfence.office.privacy import backup


def test_the_keys_are_copied_for_the_operator_alone(office, tmp_path: Path) -> None:
    async def ask(actor: str):
        return await office.run("backup.keys", {"target": str(tmp_path / "safe")}, actor=actor)

    copied = asyncio.run(ask("operator"))
    assert copied.epoch == office.store.store.keystore.epoch
    assert (tmp_path / "safe" / "keystore.db").exists()
    with pytest.raises(Refused) as refused:
        asyncio.run(ask("api"))
    assert refused.value.code == "not_authorized"


def test_a_folder_with_nothing_to_do_again_stays_as_it_is(data: Path) -> None:
    assert backup.replay(load(data, environment={}, flags={})) == []
