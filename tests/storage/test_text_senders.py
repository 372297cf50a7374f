"""Templates and campaigns at rest: read again as they were, and sealed."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.storage.text_senders import Campaign, TextTemplate

TEXT = "Your code is {#var#}. -EXAMPL"
TEMPLATE = TextTemplate(
    id="HX" + "a" * 32, name="code", country="IN", entity="1101", registration="1107",
    header="EXAMPL", use="service", text=TEXT, created_at=1,
)  # fmt: skip
CAMPAIGN = Campaign(
    id="MG" + "a" * 32, name="alerts", registration="CABC", senders=("+447700900100",),
    created_at=1,
)  # fmt: skip


def write(store, unit):
    return store.db.submit(unit).result(5)


def test_they_are_read_as_they_were_written_and_removed(store, rooms):
    book = rooms.text_senders
    write(store, lambda tx: book.add_template(tx, TEMPLATE))
    write(store, lambda tx: book.add_campaign(tx, CAMPAIGN))
    for why in ("operate", "carry_message"):
        with purpose(why):
            assert book.templates(store.db.reading) == [TEMPLATE]
            assert book.campaigns(store.db.reading) == [CAMPAIGN]
    for add, made in ((book.add_template, TEMPLATE), (book.add_campaign, CAMPAIGN)):
        with pytest.raises(Refused, match="already"):
            write(store, lambda tx, add=add, made=made: add(tx, made))
    for drop, name in ((book.drop_template, "code"), (book.drop_campaign, "alerts")):
        write(store, lambda tx, drop=drop, name=name: drop(tx, name))
        with pytest.raises(Refused, match="no "):
            write(store, lambda tx, drop=drop, name=name: drop(tx, name))


def test_wording_and_numbers_rest_sealed(store, rooms, tmp_path):
    write(store, lambda tx: rooms.text_senders.add_template(tx, TEMPLATE))
    write(store, lambda tx: rooms.text_senders.add_campaign(tx, CAMPAIGN))
    store.close()
    rest = (tmp_path / "data" / "ringfence.db").read_bytes()
    assert TEXT.encode() not in rest
    assert b"+447700900100" not in rest
    assert b"alerts" in rest
