"""``/v1/openapi.json``: the resources of the API, for programs (OpenAPI 3.1).

Paths, parameters and answers come from the handlers' types. A handler that reads a body names its
type (``opt={"body": ...}``), because bodies are decoded strictly by us and not by the framework.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from ringfence import __version__

PREFIX = "/v1/"
_REF = "#/components/schemas/{name}"


class Described(JsonRenderPlugin):
    """Renders the schema of ``/v1`` with the bodies of requests; loads nothing, shows no page."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document."""
        return json.dumps(document(request.app, openapi_schema)).encode()


def document(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    """Return ``schema`` with the resources of ``/v1`` alone and the bodies they take."""
    found = json.loads(json.dumps(schema))
    found["paths"] = {
        path: item for path, item in found.get("paths", {}).items() if path.startswith(PREFIX)
    }
    components = found.setdefault("components", {}).setdefault("schemas", {})
    for handler in handlers(app):
        body = handler.opt.get("body")
        if body is None:
            continue
        (described,), definitions = msgspec.json.schema_components([body], ref_template=_REF)
        components.update(definitions)
        for path in handler.paths:
            for method in handler.http_methods:
                operation = found["paths"].get(_templated(path), {}).get(method.lower())
                if operation is not None:
                    content = {"application/json": {"schema": described}}
                    operation["requestBody"] = {"required": True, "content": content}
    return dict(found)


def handlers(app: Litestar) -> list[HTTPRouteHandler]:
    """Return every handler of a resource."""
    found: dict[int, HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and any(
                path.startswith(PREFIX) for path in handler.paths
            ):
                found[id(handler)] = handler
    return list(found.values())


def _templated(path: str) -> str:
    """Return a path as the schema writes it: ``{sid:str}`` becomes ``{sid}``."""
    return "/".join(
        f"{{{part[1:-1].partition(':')[0]}}}" if part.startswith("{") else part
        for part in path.split("/")
    )


CONFIG = OpenAPIConfig(
    title="Ringfence",
    version=__version__,
    description="Cloud telephony with its privacy policy enforced in code. Basic auth with the "
    "account SID and auth token, or with an API key and its secret.",
    path="/v1",
    use_handler_docstrings=True,
    render_plugins=[Described(path="/openapi.json")],
)
