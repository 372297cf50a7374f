"""What a fetched answer means, whatever its server calls it.

Servers lie about content types, so the body decides: what begins with ``<`` is a document. For the
rest Twilio's rules hold: audio is played, plain text is spoken.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from ringfence.kernel.limits import MARKUP_DOCUMENT_BYTES
from ringfence.markup.exchange import Fetched
from ringfence.markup.parser import Document, parse
from ringfence.markup.problems import Problem
from ringfence.markup.verbs import Play, Say

FETCH_SENTENCES: Final[dict[str, str]] = {
    "fetch_failed": "the document could not be fetched: the connection failed",
    "fetch_refused": "the document was not fetched: its address is private or not allowed",
    "fetch_host_unknown": "the document could not be fetched: the host name is not known",
    "fetch_redirects": "the document could not be fetched: too many redirects",
    "fetch_protocol": "the document could not be fetched: the answer is not HTTP, or broken off",
    "fetch_tls": "the document could not be fetched: no TLS connection came about",
    "fetch_certificate": "the document could not be fetched: nobody known signed the certificate",
    "fetch_certificate_name": "the document could not be fetched: its certificate is another's",
    "fetch_certificate_expired": "the document could not be fetched: the certificate has expired",
    "fetch_too_large": "the document could not be fetched: the answer is too large",
    "fetch_timed_out": "the document could not be fetched: no answer in time",
    "fetch_status": "the document could not be fetched: the server answered {status}",
    "bad_url": "the document could not be fetched: what leads to it is not an http or https URL",
}
"""One sentence per kind of `FetchFailed`."""

_DOCUMENTS = frozenset({"text/xml", "application/xml", "text/html", "text/plain"})
"""What a document may be called; Twilio's 12300 names anything else."""
_MARKS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9._-]{1,32})", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}\sencoding\s*=")
_FAMILIES = ("iso8859", "cp125", "koi8", "big5", "euc", "gb", "shift_jis")
"""How text on the web is written where it is not UTF-8; the other codecs are not for documents."""


def read_body(answer: Fetched) -> Document:
    """Return the document in an answer, or the one its type implies."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    body = answer.body
    if body.lstrip()[:4].startswith(_MARKS):
        return parse(_text(answer))
    if kind.startswith("audio/"):
        return Document((Play(url=answer.url),))
    if kind == "text/plain" and body.strip() and len(body) <= MARKUP_DOCUMENT_BYTES:
        return parse_plain(_text(answer))
    if kind and body.strip() and kind not in _DOCUMENTS:
        what = "the answer is neither TwiML nor audio nor text, and says so"
        return Document((), (Problem("wrong_content_type", what),))
    return parse(body)


def _text(answer: Fetched) -> bytes | str:
    """Return a body, as text where its server alone says how it is written (RFC 7303 3.2).

    A byte order mark and an XML declaration that names an encoding are left to the parser. What a
    server says and does not keep to is not believed.
    """
    body = answer.body
    named = _CHARSET.search(answer.content_type)
    if named is None or body.startswith(codecs.BOM_UTF8) or _DECLARED.match(body):
        return body
    try:
        name = codecs.lookup(named[1]).name
        return body.decode(name) if name.startswith(_FAMILIES) else body
    except (LookupError, UnicodeDecodeError):
        return body


def parse_plain(body: bytes | str) -> Document:
    """Return a document that speaks ``body``; bytes are UTF-8."""
    whole = body if isinstance(body, str) else body.decode("utf-8", "replace")
    text = " ".join(whole.split())
    return Document((Say(text=text),))
