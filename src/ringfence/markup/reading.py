"""What a fetched answer means, whatever its server calls it.

Servers lie about content types, so the body decides: what begins with ``<`` is a document. For the
rest Twilio's rules hold: audio is played, plain text is spoken.
"""

from __future__ import annotations

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


def read_body(answer: Fetched) -> Document:
    """Return the document in an answer, or the one its type implies."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    body = answer.body
    if body.lstrip()[:4].startswith(_MARKS):
        return parse(body)
    if kind.startswith("audio/"):
        return Document((Play(url=answer.url),))
    if kind == "text/plain" and body.strip() and len(body) <= MARKUP_DOCUMENT_BYTES:
        return parse_plain(body)
    if kind and body.strip() and kind not in _DOCUMENTS:
        what = "the answer is neither TwiML nor audio nor text, and says so"
        return Document((), (Problem("wrong_content_type", what),))
    return parse(body)


def parse_plain(body: bytes) -> Document:
    """Return a document that speaks ``body``."""
    text = " ".join(body.decode("utf-8", "replace").split())
    return Document((Say(text=text),))
