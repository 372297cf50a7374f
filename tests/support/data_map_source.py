"""A small set of declarations to compile a map of the data from."""

from __future__ import annotations

from typing import Any

from ringfence.privacy.labels import CALL_FACT, CALL_TIME, CONTENT_SEALED, PHONE_SEALED, SYSTEM
from ringfence.privacy.registry import BrowserItem, Receiver, Region, Sources, StoredObject


def sources(**changes: Any) -> Sources:
    """Two tables, two facts, a log field, a file, a cookie, a place, a recipient, a use case."""
    given: dict[str, Any] = {
        "columns": {
            "calls.offered_at": CALL_TIME,
            "calls.cause": CALL_FACT,
            "parties.address": PHONE_SEALED,
            "jobs.state": SYSTEM,
        },
        "events": {"CallEnded.at": CALL_TIME, "CallEnded.cause": CALL_FACT},
        "logs": {"count": SYSTEM},
        "objects": [
            StoredObject("recording", "Sound.", ("objects/*",), CONTENT_SEALED),
            StoredObject("log", "Lines.", ("logs/*",), SYSTEM),
        ],
        "cookies": [BrowserItem("session", "necessary", "authenticate", 3600, "a word")],
        "regions": [Region("home", "DE", "here")],
        "processors": [
            Receiver(
                key="mail_relay",
                says="Carries mail.",
                role="engaged",
                purposes=("notify", "market"),
                fields={"to": "user.contact.email"},
                region="home",
                mechanism="",
                hosts=("mail.example.com",),
            )
        ],
        "scopes": {"call.list": ("admin", "operator")},
    }
    return Sources(**(given | changes))
