"""``/v1/numbers``, ``flows``, ``trunks``, ``phones``, ``applications``: what the operator sets up.

What is named after a person, a number or a phone, stands in a path by its SID alone.
"""

from __future__ import annotations

from ringfence.api import bounds, views, views_desk, views_flows
from ringfence.api.resources import Body, resource


class HookWanted(Body, frozen=True, kw_only=True):
    """A URL and how it is asked, or one of them; an empty ``url`` takes a hook away."""

    url: str | None = None
    method: str | None = None


Hooks = dict[str, HookWanted]
"""By what they are for: voice, voice_fallback, status, sms …"""


class Ties(Body, frozen=True, kw_only=True):
    """SIDs of what a number is tied to, "" unties it.

    ``trunk``: its calls are passed on there, before anything else; ``address``: whose it is;
    ``emergency_address``, and ``emergency`` true: where help is sent; ``bundle``, ``identity``:
    papers kept elsewhere.
    """

    trunk: str | None = None
    address: str | None = None
    emergency_address: str | None = None
    emergency: bool | None = None
    bundle: str | None = None
    identity: str | None = None


class NumberWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/numbers``: a number of ours and what answers it.

    ``silent``: nothing yet. ``from_stock``: only a number of the stock will do, where there is one.
    """

    number: str
    flow: str | None = None
    voice_url: str | None = None
    voice_method: str = "POST"
    twiml: bounds.Markup | None = None
    application: str | None = None
    sms_application: str | None = None
    sms_flow: str | None = None
    hooks: Hooks | None = None
    name: str | None = None
    caller_name_lookup: bool | None = None
    ties: Ties | None = None
    silent: bool = False
    from_stock: bool | None = None
    replace: bool = False


class NumberChanged(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/numbers/SID``: what is to be different."""

    flow: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    twiml: bounds.Markup | None = None
    application: str | None = None
    sms_application: str | None = None
    sms_flow: str | None = None
    hooks: Hooks | None = None
    name: str | None = None
    caller_name_lookup: bool | None = None
    ties: Ties | None = None


class FlowWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/flows``: published at once as the next version of its name."""

    name: str
    document: views_flows.Document


class FlowChecked(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/flows/validate``."""

    document: views_flows.Document


class Version(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/flows/NAME``: another version than the one in force."""

    version: int | None = None


class TrunkWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/trunks``: trust an address, or register as USER@HOST."""

    name: str
    address: str | None = None
    register: str | None = None
    password: str | None = None
    transport: str = "udp"


class TrunkChecked(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/trunks/check``."""

    name: str
    address: str | None = None
    register: str | None = None
    transport: str = "udp"


class PhoneWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/phones``; without a password one is made and shown once."""

    name: str
    password: str | None = None


class StockWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/number-stock``: numbers that a trunk brings, from first to last.

    ``address``: whose address has to be known: none, any, local, foreign. ``locality`` and
    ``region`` are as the digits say unless they are given.
    """

    first: str
    last: str | None = None
    trunk: str | None = None
    kind: str | None = None
    voice: bool | None = None
    sms: bool = False
    mms: bool | None = None
    fax: bool | None = None
    beta: bool | None = None
    address: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class StockFree(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/number-stock/free``. ``contains``: digits, * for any one.

    ``locality`` to ``lata``: a place, or a number that is from the same one. ``near``: a number or
    ``latitude,longitude``; ``miles``: how far from there.
    """

    country: str | None = None
    kind: str | None = None
    voice: bool | None = None
    sms: bool | None = None
    mms: bool | None = None
    fax: bool | None = None
    contains: str | None = None
    area_code: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    near: str | None = None
    miles: int | None = None
    no_address: bool | None = None
    no_local_address: bool | None = None
    no_foreign_address: bool | None = None
    beta: bool | None = None


class ApplicationWanted(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/applications``."""

    name: str = ""
    hooks: Hooks | None = None
    caller_name_lookup: bool = False
    public_connect: bool = False


class ApplicationChanged(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/applications/SID``: what is to be different."""

    name: str | None = None
    hooks: Hooks | None = None
    caller_name_lookup: bool | None = None
    public_connect: bool | None = None


_N, _F, _T, _P, _A = (f"/v1/{name}" for name in ("numbers", "flows", "trunks", "phones",
                                                "applications"))  # fmt: skip
_S = "/v1/number-stock"
_ONE = "{sid:str}"

HANDLERS = (
    resource(f"GET {_N}", "number.list", list[views.Number], "Our numbers and what answers them."),
    resource(f"POST {_N}", "number.add", views.Number, "A number is ours.", body=NumberWanted,
             status=201),
    resource(f"GET {_N}/{_ONE}", "number.show", views.Number, "One number."),
    resource(f"POST {_N}/{_ONE}", "number.change", views.Number, "Another thing answers it.",
             body=NumberChanged),
    resource(f"DELETE {_N}/{{number:str}}", "number.remove", views.Number,
             "A number, by its SID, is ours no longer."),
    resource(f"GET {_S}", "number.stock.list", list[views_desk.StockRange],
             "Ranges of numbers that the trunks bring."),
    resource(f"POST {_S}", "number.stock.add", views_desk.StockRange, "A trunk brings these.",
             body=StockWanted, status=201),
    resource(f"DELETE {_S}/{_ONE}", "number.stock.remove", views_desk.StockRange,
             "They are not to be had any more."),
    resource(f"GET {_S}/free", "number.stock.free", list[views_desk.FreeNumber],
             "Numbers that can be had.", query=StockFree, newest=True),
    resource(f"GET {_S}/countries", "number.stock.countries", list[views_desk.StockCountry],
             "Where there are numbers, and of which kinds."),
    resource(f"GET {_F}", "flow.list", list[views.Flow], "Every flow, without its document."),
    resource(f"POST {_F}", "flow.add", views.Flow,
             "Publish a flow, or the next version of it; calls get it at once.", body=FlowWanted,
             status=201),
    resource(f"POST {_F}/validate", "flow.validate", list[views.Problem],
             "What is wrong with a document; nothing where it is good.", body=FlowChecked),
    resource(f"GET {_F}/{{name:str}}", "flow.show", views.Flow,
             "One flow with its document, by default the version in force.", query=Version),
    resource(f"GET {_T}", "trunk.list", list[views.Trunk], "Every trunk and its state."),
    resource(f"POST {_T}", "trunk.add", views.Trunk, "Trust a carrier, or register at it.",
             body=TrunkWanted, status=201),
    resource(f"POST {_T}/check", "trunk.check", None, "Refuse what adding would refuse.",
             body=TrunkChecked),
    resource(f"DELETE {_T}/{{name:str}}", "trunk.remove", views.Trunk,
             "Trust a carrier no longer, or unregister from it."),
    resource(f"GET {_P}", "phone.list", list[views.Device],
             "Every phone and whether it is registered."),
    resource(f"POST {_P}", "phone.add", views.Device, "Let a phone register.", body=PhoneWanted,
             status=201),
    resource(f"DELETE {_P}/{{name:str}}", "phone.remove", views.Device,
             "Forget a phone, by its SID."),
    resource(f"GET {_A}", "application.list", list[views_desk.Application],
             "URLs under one name each."),
    resource(f"POST {_A}", "application.add", views_desk.Application, "Keep URLs under a name.",
             body=ApplicationWanted, status=201),
    resource(f"GET {_A}/{_ONE}", "application.show", views_desk.Application, "One application."),
    resource(f"POST {_A}/{_ONE}", "application.change", views_desk.Application,
             "Change its URLs.", body=ApplicationChanged),
    resource(f"DELETE {_A}/{_ONE}", "application.remove", None, "Forget an application."),
)  # fmt: skip
