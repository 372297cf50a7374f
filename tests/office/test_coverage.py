"""Everything the platform has is a resource of /v1, or is on this list with the reason."""

import subprocess
import sys
from pathlib import Path

from ringfence import office as _office  # the table is filled by importing it
from ringfence.api.http import HANDLERS
from ringfence.office.table import API, TABLE

ELSEWHERE = {
    "account.authenticate": "the credentials of every request",
    "account.resume": "whoever stole the account must not end the stop: at the machine alone",
    "admin.link": "whoever may open the data folder hands out sign-in links",
    "admin.redeem": "a page: /admin/TOKEN",
    "message.media.follow": "the link a carrier is given: /m/WORD",
    "app.allow": "the consent page: /oauth/authorize",
    "app.ask": "the consent page: /oauth/authorize",
    "app.code": "/oauth/token",
    "app.end": "/oauth/revoke",
    "app.introspect": "/oauth/introspect",
    "app.issuer": "/.well-known/oauth-authorization-server",
    "app.own": "/oauth/token",
    "app.refresh": "/oauth/token",
    "app.authenticate": "the access token of every request",
    "backup.keys": "keys leave by a path of the machine, never over a network",
    "call.remark": "what Twilio's forms are passed over for; /v1 refuses them instead",
    "carrier.webhook": "a carrier tells there, with a secret of its own",
    "key.authenticate": "the credentials of every request",
    "privacy.audit.export": "writes a folder of the machine; privacy.audit.archive is a file",
    "privacy.message.unsubscribe": "a page: /unsubscribe/WORD",
    "privacy.proof.sign": "signs what 'ringfence privacy prove-erasure' found on the machine",
    "request.begin": "the header Idempotency-Key of every POST",
    "request.finish": "likewise",
    "request.forget": "likewise",
    "session.check": "the cookie of every request",
    "session.end": "a page: /admin/sign-out",
    "timeline.follow": "/v1/events/stream, which resumes from storage",
}


def resources() -> set[str]:
    """Use cases that a handler of /v1 names, in its row or in its code."""
    found: set[str] = set()
    for handler in HANDLERS:
        if any(path.startswith("/v1/") for path in handler.paths):
            found.add(str(handler.opt.get("case")))
            found |= {text for text in handler.fn.__code__.co_consts if isinstance(text, str)}
    return found & TABLE.rows.keys()


def test_every_use_case_is_a_resource_or_has_a_reason_not_to_be() -> None:
    assert _office
    missing = TABLE.rows.keys() - resources() - ELSEWHERE.keys()
    assert not missing, f"give them a row in ringfence/api/v1: {sorted(missing)}"


def test_nothing_is_excused_that_is_there() -> None:
    assert not resources() & ELSEWHERE.keys()
    assert not ELSEWHERE.keys() - TABLE.rows.keys()


def test_a_resource_takes_what_its_use_case_takes() -> None:
    for handler in HANDLERS:
        case = TABLE.rows.get(str(handler.opt.get("case")))
        if case is None or not any(path.startswith("/v1/") for path in handler.paths):
            continue
        wanted = set(case.takes)
        given = {
            field
            for part in ("body", "query")
            if part in handler.opt
            for field in handler.opt[part].__struct_fields__
        }
        given |= {
            piece[1:-1].partition(":")[0]
            for path in handler.paths
            for piece in path.split("/")
            if piece.startswith("{")
        }
        assert given <= wanted, (case.name, given - wanted)
        assert case.needs <= given, (case.name, case.needs - given)


UNSAID = {
    ("account.show", "role"): "of a session: who has just come in by a link",
    ("recording.list", "newest"): "a list of /v1 is in one order: newest first",
}
"""Arguments that /v1 does not take, with the reason."""


def test_whatever_a_use_case_takes_can_be_said() -> None:
    taken: dict[str, set[str]] = {}
    for handler in HANDLERS:
        if not any(path.startswith("/v1/") for path in handler.paths):
            continue
        given = {
            field
            for part in ("body", "query")
            if part in handler.opt
            for field in handler.opt[part].__struct_fields__
        }
        given |= {
            piece[1:-1].partition(":")[0]
            for path in handler.paths
            for piece in path.split("/")
            if piece.startswith("{")
        }
        taken.setdefault(str(handler.opt.get("case")), set()).update(given)
    missing = {
        (name, argument)
        for name, given in taken.items()
        if name in TABLE.rows
        for argument in set(TABLE.rows[name].takes) - given - {"limit", "before"}
    }
    assert missing == UNSAID.keys(), sorted(missing ^ UNSAID.keys())


def test_a_resource_can_be_asked_with_the_credentials_of_the_api() -> None:
    closed = {
        name for name in resources() if name in TABLE.rows and API not in TABLE.rows[name].actors
    }
    assert closed == {"notification.logging"}, "this wants an admin who signed in"


def test_every_module_that_declares_use_cases_is_read_with_the_office() -> None:
    """In a process of its own: here a test may have read the module itself."""
    folder = Path(_office.__file__).parent
    declare = {
        ".".join(("ringfence.office", *file.relative_to(folder).with_suffix("").parts))
        for file in folder.rglob("*.py")
        if "@TABLE." in file.read_text()
    }
    code = "import sys, ringfence.office; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert declare - set(done.stdout.split()) == set()
