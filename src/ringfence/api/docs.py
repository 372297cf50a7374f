"""``/v1/docs`` and ``/v1/problems``: the API for people, drawn from its description.

Plain HTML without script; nothing comes from another host.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Redirect

from ringfence.api import openapi, problems
from ringfence.api.common import HEADERS, Asked
from ringfence.kernel.errors import Refused

_OPEN: dict[str, Any] = {"plain": True, "public": True}
_VERBS = ("get", "post", "put", "delete")


@get("/v1", opt=_OPEN, include_in_schema=False)
async def start() -> Redirect:
    """Lead whoever types the address of the API to what it is."""
    return Redirect("/v1/docs", status_code=303)


@get("/v1/docs", media_type=MediaType.HTML, opt=_OPEN)
async def docs(request: Asked) -> Response[str]:
    """Show every operation: what it takes and what it answers."""
    return _html(_docs(request.app))


@get("/v1/problems", media_type=MediaType.HTML, opt=_OPEN)
async def every_problem() -> Response[str]:
    """Show every problem that is about requests as such."""
    rows = "".join(
        f'<tr><td><a href="{problems.PLACE}{code}">{code}</a></td><td>{about.status}</td>'
        f"<td>{escape(about.title)}</td></tr>"
        for code, about in problems.KINDS.items()
    )
    return _html(_page("Problems", f"<table>{rows}</table>"))


@get("/v1/problems/{code:str}", media_type=MediaType.HTML, opt=_OPEN)
async def one_problem(code: FromPath[str]) -> Response[str]:
    """Say what a problem is and what to do about it."""
    if not code.isascii() or not code.isidentifier() or len(code) > 64:
        raise Refused("not_found", "no problem is called that")
    about = problems.kind(code)
    says = (
        f"<p><strong>{escape(about.title)}</strong> (HTTP {about.status})</p>"
        f"<p>{escape(about.mend)}</p>"
    )
    return _html(_page(f"Problem: {code}", says))


@lru_cache(maxsize=4)
def _docs(app: Litestar) -> str:
    document = msgspec.json.decode(openapi.written(app))
    tags: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for verb in _VERBS:
            if verb in item:
                operation = item[verb]
                tags.setdefault(operation["tags"][0], []).append(
                    _operation(path, verb, operation, document)
                )
    menu = " · ".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in sorted(tags))
    parts = [
        f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(rows)}'
        for tag, rows in sorted(tags.items())
    ]
    about = escape(document["info"]["description"])
    links = (
        '<p><a href="/v1/openapi.json">openapi.json</a> · <a href="/v1/problems">problems</a></p>'
    )
    models = "".join(
        f'<h3 id="model-{escape(name)}">{escape(name)}</h3>{_fields(schema)}'
        for name, schema in document["components"]["schemas"].items()
    )
    return _page(
        "The API", f"<p>{about}</p>{links}<p>{menu}</p>{''.join(parts)}<h2>Shapes</h2>{models}"
    )


def _operation(path: str, verb: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    takes = "".join(
        f"<li><code>{escape(p['name'])}</code> in {p['in']}: {_kind(p['schema'])}"
        f"{', required' if p['required'] else ''}</li>"
        for p in operation["parameters"]
    )
    body = operation.get("requestBody", {}).get("content", {}).get(openapi.JSON)
    if body is not None:
        schema = body["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        takes += f"<li>body:{_fields(schema)}</li>"
    answers = "".join(
        f"<li>{status}: {_answer(answer)}</li>"
        for status, answer in operation["responses"].items()
        if status.startswith(("2", "3"))
    )
    return (
        f"<details><summary><code>{verb.upper()} {escape(path)}</code> "
        f"{escape(operation['summary'])}</summary><p>{escape(operation['description'])}</p>"
        f"<p>Use case <code>{escape(operation['operationId'])}</code></p>"
        f"<ul>{takes}</ul><p>Answers</p><ul>{answers}</ul></details>"
    )


def _answer(answer: dict[str, Any]) -> str:
    kinds = [
        f"{escape(kind)} {_kind(content['schema'])}"
        for kind, content in answer.get("content", {}).items()
    ]
    return ", ".join(kinds) or escape(answer["description"])


def _fields(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = "".join(
        f"<li><code>{escape(name)}</code>: {_kind(kind)}"
        f"{', required' if name in required else ''}</li>"
        for name, kind in schema.get("properties", {}).items()
    )
    return f"<p>{escape(schema.get('description', ''))}</p><ul>{rows}</ul>"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#model-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(kind) for kind in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(escape(str(value)) for value in schema["enum"])
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return f"list of {_kind(schema['items'])}"
    if "items" in schema.get("properties", {}) and "next" in schema["properties"]:
        return f"page of {_kind(schema['properties']['items']['items'])}"
    return escape(str(schema.get("type", "anything")))


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/status.css"></head>'
        f"<body><header><h1>{escape(title)}</h1></header><main>{body}</main></body></html>\n"
    )


def _html(page: str) -> Response[str]:
    return Response(page, media_type=MediaType.HTML, headers=dict(HEADERS))


HANDLERS = (start, docs, every_problem, one_problem)
