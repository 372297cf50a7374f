"""``/v1/privacy/…``: policy, map, recipients, messages; all that the command line can do."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath

from ringfence.api import views_policy as views
from ringfence.api.common import Asked, require, use_cases
from ringfence.kernel.errors import Refused

T = TypeVar("T")


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which pack to publish: a shipped one by name, or one's own as TOML; from when on."""

    name: str | None = None
    document: str | None = None
    effective: int | None = None
    """Epoch milliseconds; at once where it is missing."""


class Examine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shipped pack by name, or one's own as TOML; neither: the one in use."""

    name: str | None = None
    document: str | None = None


class Admin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is told of material changes."""

    email: str


class Engage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The contract with a recipient; ``until``: epoch milliseconds."""

    country: str = ""
    mechanism: str = ""
    until: int | None = None


class Send(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One message: ``reason`` names what it is sent for, and of one reason there is one."""

    template: str
    to: str
    fields: dict[str, str]
    reason: str
    product: str = ""


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody on a list, with the consent or purchase (``ground``) and its id."""

    to: str
    name: str
    ground: str
    evidence: str
    product: str = ""


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An address; in a body, so that it stands in no log of paths."""

    to: str


class Received(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An answer to a message."""

    to: str
    text: str


@get("/v1/privacy/policy/packs")
async def list_packs(request: Asked) -> list[views.PolicyPack]:
    """Return the packs that are shipped and how many of their clauses are kept."""
    return await _ask(request, "policy.packs", list[views.PolicyPack])


@get("/v1/privacy/policy/versions")
async def list_versions(request: Asked) -> list[views.PolicyVersion]:
    """Return every version of the notice, oldest first, without its text."""
    return await _ask(request, "policy.versions", list[views.PolicyVersion])


@get("/v1/privacy/policy/versions/{number:int}")
async def show_version(request: Asked, number: FromPath[int]) -> views.PolicyVersion:
    """Return one version with its notice."""
    return await _ask(request, "policy.version", views.PolicyVersion, number=number)


@get("/v1/privacy/policy/versions/{number:int}/changes/{before:int}")
async def show_changes(
    request: Asked, number: FromPath[int], before: FromPath[int]
) -> views.PolicyDifference:
    """Return what leads from version ``before`` to ``number``, who is told, what lapses."""
    return await _ask(request, "policy.diff", views.PolicyDifference, before=before, after=number)


@get("/v1/privacy/policy/draft/{name:str}")
async def show_draft(request: Asked, name: FromPath[str]) -> dict[str, Any]:
    """Return the notice that a shipped pack would give here."""
    return await _ask(request, "policy.draft", dict[str, Any], name=name)


@post("/v1/privacy/policy", status_code=201, opt={"body": Use})
async def use(request: Asked) -> views.PolicyVersion:
    """Publish the notice of a pack; 201 with the version it is."""
    given = await _body(request, Use)
    return await _ask(request, "policy.use", views.PolicyVersion, **given)


@post("/v1/privacy/policy/lint", status_code=200, opt={"body": Examine})
async def lint(request: Asked) -> list[views.PolicyFinding]:
    """Return what is wrong with a pack, line by line, each with the clause it goes against."""
    given = await _body(request, Examine)
    return await _ask(request, "policy.lint", list[views.PolicyFinding], **given)


@post("/v1/privacy/policy/refresh", status_code=200)
async def refresh(request: Asked) -> views.PolicyVersion:
    """Publish a new version if what is done has changed."""
    return await _ask(request, "policy.refresh", views.PolicyVersion)


@get("/v1/privacy/policy/pending")
async def list_pending(request: Asked) -> list[views.PolicyVersion]:
    """Return material versions that nobody has acknowledged."""
    return await _ask(request, "policy.pending", list[views.PolicyVersion])


@post("/v1/privacy/policy/versions/{number:int}/acknowledge", status_code=200)
async def acknowledge(request: Asked, number: FromPath[int]) -> views.PolicyTold:
    """Acknowledge a version; who did is evidence."""
    return await _ask(request, "policy.acknowledge", views.PolicyTold, number=number)


@get("/v1/privacy/policy/told")
async def list_told(request: Asked) -> list[views.PolicyTold]:
    """Return the evidence of who was told of which version."""
    return await _ask(request, "policy.told", list[views.PolicyTold])


@get("/v1/privacy/policy/acceptances")
async def list_acceptances(request: Asked) -> list[views.PolicyAcceptance]:
    """Return who went on using the service under which version."""
    return await _ask(request, "policy.acceptances", list[views.PolicyAcceptance])


@get("/v1/privacy/primary-admin")
async def show_admin(request: Asked) -> views.PrimaryAdmin:
    """Return who is told of material changes."""
    return await _ask(request, "primary_admin.show", views.PrimaryAdmin)


@put("/v1/privacy/primary-admin", opt={"body": Admin})
async def set_admin(request: Asked) -> views.PrimaryAdmin:
    """Name who is told; what the last one was not told yet, the new one is."""
    return await _ask(
        request, "primary_admin.set", views.PrimaryAdmin, **await _body(request, Admin)
    )


@get("/v1/privacy/map")
async def show_map(request: Asked) -> list[views.MapEntry]:
    """Return the map of the data. Query: ``kind``."""
    kind = request.query_params.get("kind")
    return await _ask(request, "map", list[views.MapEntry], kind=kind)


@get("/v1/privacy/processing")
async def show_processing(request: Asked) -> list[dict[str, Any]]:
    """Return the record of processing activities."""
    return await _ask(request, "processing", list[dict[str, Any]])


@get("/v1/privacy/erasure-view")
async def show_erasure_view(request: Asked) -> list[dict[str, Any]]:
    """Return what an erasure does to each place."""
    return await _ask(request, "erasure_view", list[dict[str, Any]])


@get("/v1/privacy/recipients")
async def list_recipients(request: Asked) -> list[views.Recipient]:
    """Return who receives data, on what terms."""
    return await _ask(request, "recipient.list", list[views.Recipient])


@put("/v1/privacy/recipients/{key:str}", opt={"body": Engage})
async def engage(request: Asked, key: FromPath[str]) -> views.Recipient:
    """Write down the contract with a recipient."""
    given = await _body(request, Engage)
    return await _ask(request, "recipient.engage", views.Recipient, processor=key, **given)


@get("/v1/privacy/messages")
async def list_messages(request: Asked) -> list[views.Message]:
    """Return messages, newest first, without addresses and texts. Query: ``limit``."""
    text = request.query_params.get("limit", "50")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Refused("bad_argument", "limit is a whole number")
    return await _ask(request, "message.list", list[views.Message], limit=int(text))


@post("/v1/privacy/messages", status_code=201, opt={"body": Send})
async def send_message(request: Asked) -> views.Message:
    """Ask for one message by e-mail."""
    return await _ask(request, "message.send", views.Message, **await _body(request, Send))


@post("/v1/privacy/messages/received", status_code=200, opt={"body": Received})
async def receive(request: Asked) -> views.Listed:
    """Take an answer to a message; STOP ends advertising."""
    return await _ask(request, "message.received", views.Listed, **await _body(request, Received))


@post("/v1/privacy/subscriptions", status_code=201, opt={"body": Subscribe})
async def subscribe(request: Asked) -> views.Listed:
    """Put somebody on a list."""
    given = await _body(request, Subscribe)
    return await _ask(request, "message.subscribe", views.Listed, **given)


@post("/v1/privacy/subscriptions/of", status_code=200, opt={"body": Address})
async def show_lists(request: Asked) -> views.Listed:
    """Return the lists an address is on, and whether it declined."""
    return await _ask(request, "message.lists", views.Listed, **await _body(request, Address))


@delete("/v1/privacy/subscriptions", status_code=200, opt={"body": Address})
async def suppress(request: Asked) -> views.Listed:
    """Send an address no more advertising."""
    return await _ask(request, "message.suppress", views.Listed, **await _body(request, Address))


async def _ask(request: Asked, case: str, _kind: type[T], /, **args: Any) -> T:
    actor = await require(request)
    found: T = await use_cases(request).run(f"privacy.{case}", args, actor=actor)
    return found


async def _body(request: Asked, kind: type[msgspec.Struct]) -> dict[str, Any]:
    await require(request)
    try:
        given = msgspec.json.decode(await request.body(), type=kind)
    except msgspec.MsgspecError:
        fields = ", ".join(kind.__struct_fields__)
        raise Refused("bad_argument", f"the body is JSON: {fields}") from None
    return msgspec.structs.asdict(given)


HANDLERS = (
    *(list_packs, list_versions, show_version, show_changes, show_draft, use, lint, refresh),
    *(list_pending, acknowledge, list_told, list_acceptances, show_admin, set_admin),
    *(show_map, show_processing, show_erasure_view, list_recipients, engage),
    *(list_messages, send_message, receive, subscribe, show_lists, suppress),
)
