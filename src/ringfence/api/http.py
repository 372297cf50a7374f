"""Puts the pages and resources together into one ASGI application."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from ringfence.api import (
    admin,
    common,
    cookies,
    docs,
    gateways,
    house,
    oauth,
    openapi,
    pictures,
    privacy_pages,
    rights,
    status,
    tags,
)
from ringfence.api.express import Application
from ringfence.api.twilio import door
from ringfence.api.twilio.lookups import lookups
from ringfence.api.twilio.question import VERSION
from ringfence.api.use_cases import UseCases
from ringfence.api.v1 import (
    about,
    accounts,
    addresses,
    apps,
    billing,
    caller_ids,
    calls,
    carriers,
    conference_recordings,
    conferences,
    events,
    live_transcriptions,
    messages,
    notifications,
    numbering,
    payments,
    privacy_audit,
    privacy_cases,
    privacy_consents,
    privacy_erasure,
    privacy_policy,
    privacy_retention,
    privacy_staff,
    queues,
    recordings,
    setup,
    simulations,
    sip_domains,
    streams,
    transcriptions,
    usage_triggers,
    webhooks,
    work,
)
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import HTTP_BODY_MAX

HANDLERS = (
    status.status_page,
    status.stylesheet,
    status.health,
    status.scrape,
    admin.redeem,
    admin.sign_out,
    openapi.openapi,
    *calls.HANDLERS,
    *recordings.HANDLERS,
    *transcriptions.HANDLERS,
    *live_transcriptions.HANDLERS,
    *setup.HANDLERS,
    *about.HANDLERS,
    *apps.HANDLERS,
    *accounts.HANDLERS,
    *billing.HANDLERS,
    *carriers.HANDLERS,
    *addresses.HANDLERS,
    *payments.HANDLERS,
    *conference_recordings.HANDLERS,
    *sip_domains.HANDLERS,
    *streams.HANDLERS,
    *usage_triggers.HANDLERS,
    *webhooks.HANDLERS,
    *work.HANDLERS,
    *caller_ids.HANDLERS,
    *conferences.HANDLERS,
    *queues.HANDLERS,
    *numbering.HANDLERS,
    *messages.HANDLERS,
    *events.HANDLERS,
    *oauth.HANDLERS,
    *docs.HANDLERS,
    *notifications.HANDLERS,
    *simulations.HANDLERS,
    *privacy_pages.HANDLERS,
    *rights.HANDLERS,
    *gateways.HANDLERS,
    *pictures.HANDLERS,
    *privacy_policy.HANDLERS,
    *privacy_cases.HANDLERS,
    *privacy_consents.HANDLERS,
    *privacy_audit.HANDLERS,
    *privacy_erasure.HANDLERS,
    *privacy_retention.HANDLERS,
    *privacy_staff.HANDLERS,
    door.door,
    door.nothing,
    lookups,
)


def _rejected(request: common.Asked, error: HTTPException) -> Response[Any]:
    """Answer what the framework refuses, in the words of whose path it is."""
    theirs = request.url.path.startswith((f"/{VERSION}", "/v2"))
    return door.rejected(request, error) if theirs else common.rejected(request, error)


def build(use_cases: UseCases, *, secure: bool = False) -> Litestar:
    """Return the application over ``use_cases``.

    ``secure``: whether browsers reach it by https only, so that the cookie may say so.
    """
    handlers = [house.dressed(handler) for handler in HANDLERS]
    app = Application(
        route_handlers=handlers,
        state=State({"use_cases": use_cases, "secure": secure}),
        exception_handlers={
            Refused: common.refused,
            HTTPException: _rejected,
            Exception: common.broke,
        },
        response_headers=common.HEADERS,
        before_send=[cookies.strip, tags.police, house.tell],
        request_max_body_size=int(HTTP_BODY_MAX),
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    app.reads = {
        path: handler.opt["read"]
        for handler in handlers
        if "read" in getattr(handler, "opt", ())
        for path in handler.paths
    }
    app.below = (f"/{VERSION}/", door.read)
    return app
