"""Who asks: words of edges, keys and tickets, looked at anew for every request."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office.identities import Identities
from ringfence.privacy.roles import KeyHolder, Ticket
from ringfence.storage.staff import StoredKey, StoredTicket

SK, TT = "SK" + "1" * 32, "TT" + "1" * 32
RIGHT, WRONG = b"r" * 16, b"w" * 16


@pytest.fixture
def known() -> Identities:
    found = Identities()
    holder = KeyHolder(SK, "admin", frozenset({"billing"}), expires_at=100)
    found.learn_key(StoredKey(holder, RIGHT, "reports", 5))
    found.learn_ticket(StoredTicket(Ticket(TT, 10, 100), RIGHT, "one-way audio"))
    return found


def test_a_secret_opens_its_own_door_only(known: Identities) -> None:
    assert known.enter_by_key(SK, RIGHT, 50).actor == f"key:{SK}"
    assert known.enter_by_ticket(TT, RIGHT, 50).actor == f"staff:{TT}"
    for name, lookup in ((SK, WRONG), (TT, RIGHT), ("SK" + "2" * 32, RIGHT), ("", bytes(16))):
        with pytest.raises(Refused, match="not_authorized"):
            known.enter_by_key(name, lookup, 50)
    for name, lookup in ((TT, WRONG), (SK, RIGHT), ("TT" + "2" * 32, bytes(16))):
        with pytest.raises(Refused, match="not_authorized"):
            known.enter_by_ticket(name, lookup, 50)


def test_what_ends_ends_for_requests_under_way_too(known: Identities) -> None:
    assert known.of(f"key:{SK}", 99).purposes == {"billing"}
    assert known.of(f"staff:{TT}", 99).role == "staff"
    with pytest.raises(Refused, match="key_expired"):
        known.of(f"key:{SK}", 100)
    with pytest.raises(Refused, match="ticket_expired"):
        known.of(f"staff:{TT}", 100)
    known.revoke_key(SK, 20)
    known.close_ticket(TT, 20)
    with pytest.raises(Refused, match="key_expired"):
        known.of(f"key:{SK}", 21)
    with pytest.raises(Refused, match="ticket_expired"):
        known.of(f"staff:{TT}", 21)
    assert [key.holder.revoked_at for key in known.keys] == [20]
    assert [ticket.ticket.closed_at for ticket in known.tickets] == [20]


@pytest.mark.parametrize("actor", ["", "system", "key:", f"key:{TT}", f"staff:{SK}", "root"])
def test_a_word_no_edge_says_is_nobody(known: Identities, actor: str) -> None:
    with pytest.raises(Refused, match="not_authorized"):
        known.of(actor, 50)


def test_a_key_may_be_called_otherwise(known: Identities) -> None:
    assert known.rename_key(SK, "exports").name == "exports"
    assert known.enter_by_key(SK, RIGHT, 50).actor == f"key:{SK}"
