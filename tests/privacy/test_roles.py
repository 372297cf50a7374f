"""Who somebody is: doors, links with a role, keys with purposes, tickets with a time box."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.roles import (
    GRANTED,
    KeyHolder,
    Ticket,
    check_granted,
    of_key,
    of_ticket,
    plain,
)

KEY = KeyHolder("SK" + "1" * 32, "admin", frozenset({"billing"}), expires_at=100)
TICKET = Ticket("TT" + "1" * 32, opened_at=10, expires_at=100)


@pytest.mark.parametrize(
    ("actor", "entrance", "role"),
    [
        ("operator", "operator", "owner"),
        ("api", "api", "owner"),
        ("admin", "admin", "owner"),
        ("admin:auditor", "admin", "auditor"),
        ("public", "public", "visitor"),
    ],
)
def test_a_door_gives_a_role(actor, entrance, role):
    found = plain(actor)
    assert (found.entrance, found.role, found.purposes) == (entrance, role, None)


@pytest.mark.parametrize(
    "actor", ["", "system", "admin:system", "admin:staff", "admin:", "admin:caller", "Operator",
              "key:SK1", "staff:TT1", "api ", "operator\x00", "admin:visitor"],
)  # fmt: skip
def test_a_word_that_no_door_says_is_nobody(actor):
    assert plain(actor) is None


def test_a_key_lets_in_for_its_purposes_until_it_ends():
    holder = of_key(KEY, 99)
    assert (holder.actor, holder.entrance, holder.role) == ("key:" + KEY.id, "api", "admin")
    assert holder.purposes == {"billing"}
    with pytest.raises(Refused, match="key_expired"):
        of_key(KEY, 100)
    revoked = KeyHolder(KEY.id, "admin", KEY.purposes, revoked_at=50)
    assert of_key(revoked, 49).role == "admin"
    with pytest.raises(Refused, match="key_expired"):
        of_key(revoked, 50)


@pytest.mark.promise("CLS-05")
@pytest.mark.promise("SHR-01")
@pytest.mark.promise("PUR-04")
def test_staff_are_let_in_between_the_opening_of_a_ticket_and_its_end():
    assert of_ticket(TICKET, 10).role == "staff"
    assert of_ticket(TICKET, 99).role == "staff"
    closed = Ticket(TICKET.id, 10, 100, closed_at=50)
    assert of_ticket(closed, 49).role == "staff"
    for ticket, now in ((TICKET, 9), (TICKET, 100), (closed, 50), (closed, 99)):
        with pytest.raises(Refused, match="ticket_expired") as refused:
            of_ticket(ticket, now)
        assert refused.value.clause == "PUR-04"


def test_only_roles_of_people_of_the_account_are_handed_out():
    for role in GRANTED:
        assert check_granted(role) == role
    for role in ("system", "staff", "visitor", "caller", "root"):
        with pytest.raises(Refused, match="bad_role"):
            check_granted(role)
