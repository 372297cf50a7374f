"""The same answers as XML: what a path that ends in no ``.json`` is answered with.

::

    {"sid": "CA…", "parent_call_sid": null}        {"queues": […], "page": 0, "uri": …}

    <TwilioResponse>                               <TwilioResponse>
      <Call>                                         <Queues page="0" uri="…">
        <Sid>CA…</Sid>                                 <Queue>…</Queue>
        <ParentCallSid/>                             </Queues>
      </Call>                                      </TwilioResponse>
    </TwilioResponse>

An element is called what its field is, without the underscores; what is about a list is an
attribute of it, likewise. An address of the interface ends without ``.json``, so that whoever
follows it is answered in XML again. A refusal is a ``RestException``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

MEDIA_TYPE = "application/xml"

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORD = re.compile(r"[A-Z][a-z][A-Za-z]+")
"""No SID and no country."""
_ADDRESS = re.compile(r"(/2010-04-01/[^?]*)\.json(\?.*)?", re.DOTALL)
_UNSAYABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no way to write (XML 1.0, 2.2)."""
_SINGULAR = {"media_list": "Media", "countries": "Country", "addresses": "Address"}


def rendered(resource: str, body: Any) -> bytes:
    """Return an answer. ``resource``: its path, whose last word says what one thing is."""
    found = msgspec.json.decode(msgspec.json.encode(body))
    collection = next((name for name, value in found.items() if isinstance(value, list)), None)
    if collection is not None and "uri" in found:
        inside = "".join(_listed(collection, found))
    else:
        inside = "".join(_element(_one_of(resource), found))
    return _document(inside)


def refusal(body: Mapping[str, Any]) -> bytes:
    """Return a refusal."""
    return _document("".join(_element("RestException", body)))


def _document(inside: str) -> bytes:
    return f"{_HEAD}<TwilioResponse>{inside}</TwilioResponse>\n".encode()


def _one_of(resource: str) -> str:
    """Return what a thing is called by the list it is in: ``…/Calls/CA….json`` is a Call."""
    parts = resource.removesuffix(".json").split("/")
    words = [part for part in parts if _WORD.fullmatch(part)]
    return _singular(words[-1] if words else "Account")


def _singular(name: str) -> str:
    known = _SINGULAR.get(name.lower())
    if known is not None:
        return known
    return _called(name).removesuffix("es" if name.endswith("sses") else "s")


def _called(field: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in field.split("_"))


def _listed(collection: str, body: Mapping[str, Any]) -> Iterator[str]:
    about = "".join(
        f" {name.replace('_', '')}={quoteattr(_text(value))}"
        for name, value in body.items()
        if name != collection
    )
    yield f"<{_called(collection)}{about}>"
    for row in body[collection]:
        yield from _element(_singular(collection), row)
    yield f"</{_called(collection)}>"


def _element(name: str, value: Any) -> Iterator[str]:
    # A parameter of somebody's may be called what no element can be.
    opened = name if _NAME.fullmatch(name) else f"Item name={quoteattr(_text(name))}"
    closed = opened.partition(" ")[0]
    match value:
        case None | "" | [] | dict() if not value:
            yield f"<{opened}/>"
        case dict():
            yield f"<{opened}>"
            for field, inner in value.items():
                yield from _element(_called(field), inner)
            yield f"</{closed}>"
        case list():
            yield f"<{opened}>"
            for inner in value:
                yield from _element(_singular(name), inner)
            yield f"</{closed}>"
        case _:
            yield f"<{opened}>{escape(_text(value))}</{closed}>"


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            address = _ADDRESS.fullmatch(value)
            said = value if address is None else address[1] + (address[2] or "")
            return _UNSAYABLE.sub("\N{REPLACEMENT CHARACTER}", said)
    return str(value)
