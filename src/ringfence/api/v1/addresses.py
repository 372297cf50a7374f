"""``/v1/addresses``: where customers live whom a number was given to."""

from __future__ import annotations

from ringfence.api import views
from ringfence.api import views_desk as desk
from ringfence.api.resources import Body, resource


class AddressWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/addresses``. ``contact``: a number or mailbox of whose it is."""

    customer: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    street_more: str = ""
    name: str = ""
    contact: str | None = None
    emergency: bool = False


class AddressChanged(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/addresses/SID``: what is to be different."""

    customer: str | None = None
    street: str | None = None
    street_more: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    name: str | None = None
    emergency: bool | None = None


_A = "/v1/addresses"
_ONE = "{sid:str}"

HANDLERS = (
    resource(f"GET {_A}", "address.list", list[desk.Address], "Addresses of customers."),
    resource(f"POST {_A}", "address.add", desk.Address,
             "Keep the address of a customer, whom a number is given to.", body=AddressWanted,
             status=201),
    resource(f"GET {_A}/{_ONE}", "address.show", desk.Address, "One address."),
    resource(f"POST {_A}/{_ONE}", "address.change", desk.Address, "Change some of it.",
             body=AddressChanged),
    resource(f"DELETE {_A}/{_ONE}", "address.remove", None, "Forget an address."),
    resource(f"GET {_A}/{_ONE}/numbers", "address.numbers", list[views.Number],
             "Our numbers that are given by it."),
)  # fmt: skip
