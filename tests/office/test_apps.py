"""Apps of others: made, allowed, let in by their scopes and purposes, shut out at once."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from office_open import opened

from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import APP_ACCESS_MS, APP_CODE_MS, APP_REFRESH_MS
from ringfence.office import Office
from ringfence.office.apps import check_redirect
from ringfence.privacy.roles import caller

BACK = "https://app.example.com/back"
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


def ask(office: Office, case: str, /, actor: str = "operator", **args: Any) -> Any:
    return asyncio.run(office.run(case, args, actor=actor))


def code(office: Office, case: str, /, actor: str = "operator", **args: Any) -> str:
    with pytest.raises(Refused) as refused:
        ask(office, case, actor, **args)
    return refused.value.code


@pytest.fixture
def app(office: Office) -> Any:
    return ask(
        office, "app.add", name="crm", scopes=["calls:read", "setup:read"],
        purposes=["call_record", "operate"], redirects=[BACK],
    )  # fmt: skip


def allowed(office: Office, app: Any, **args: Any) -> str:
    given = {"client": app.sid, "redirect": BACK, "challenge": CHALLENGE} | args
    found: str = ask(office, "app.allow", "admin", **given).code
    return found


def tokens(office: Office, app: Any, **args: Any) -> Any:
    given = {"code": allowed(office, app), "redirect": BACK, "verifier": VERIFIER}
    return ask(office, "app.code", "public", client=app.sid, secret=app.secret, **(given | args))


def actor(office: Office, token: str) -> str:
    found: str = ask(office, "app.authenticate", "public", token=token).actor
    return found


def later(office: Office, ms: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock(office.clock.now() + ms)
    monkeypatch.setattr(office, "clock", clock)


@pytest.mark.promise("SHR-06")
def test_a_token_lets_in_for_its_scopes_alone(office: Office, app: Any) -> None:
    made = tokens(office, app)
    assert (made.token_type, made.scope) == ("Bearer", "calls:read setup:read")
    who = actor(office, made.access_token)
    assert who.startswith("app:OG")
    assert ask(office, "call.list", who).calls == []
    assert ask(office, "number.list", who) == []
    for closed in ("number.add", "key.add", "app.add", "privacy.case.list", "recording.export"):
        assert code(office, closed, who) in {"insufficient_scope", "unknown_use_case"}, closed


@pytest.mark.promise("SHR-06")
def test_a_token_lets_in_for_the_purposes_of_its_app_alone(office: Office) -> None:
    app = ask(
        office, "app.add", name="x", scopes=["calls:read", "setup:read"], purposes=["operate"],
        redirects=[BACK],
    )  # fmt: skip
    who = actor(office, tokens(office, app).access_token)
    assert ask(office, "number.list", who) == []
    assert code(office, "call.list", who) == "purpose_not_declared"


def test_a_grant_is_in_the_role_of_whoever_allowed_it(office: Office, app: Any) -> None:
    given = {"client": app.sid, "redirect": BACK, "challenge": CHALLENGE}
    word = ask(office, "app.allow", "admin:developer", **given).code
    made = ask(
        office, "app.code", "public", client=app.sid, secret=app.secret, code=word,
        redirect=BACK, verifier=VERIFIER,
    )  # fmt: skip
    who = actor(office, made.access_token)
    assert ask(office, "number.list", who) == []
    assert code(office, "call.list", who) == "not_allowed"


@pytest.mark.promise("SHR-06")
def test_consent_may_be_to_less_than_the_app_wants(office: Office, app: Any) -> None:
    word = allowed(office, app, scope="calls:read")
    made = ask(
        office, "app.code", "public", client=app.sid, secret=app.secret, code=word,
        redirect=BACK, verifier=VERIFIER,
    )  # fmt: skip
    assert made.scope == "calls:read"
    assert code(office, "number.list", actor(office, made.access_token)) == "insufficient_scope"
    given = {"client": app.sid, "redirect": BACK, "challenge": CHALLENGE}
    assert code(office, "app.ask", "admin", scope="calls:write", **given) == "invalid_scope"


@pytest.mark.promise("SHR-06")
def test_what_is_shown_is_said_in_words(office: Office, app: Any) -> None:
    shown = ask(office, "app.ask", "admin", client=app.sid, redirect=BACK, challenge=CHALLENGE)
    assert [scope.key for scope in shown.scopes] == ["calls:read", "setup:read"]
    assert all(item.says for item in (*shown.scopes, *shown.purposes))
    assert code(office, "app.ask", "api", client=app.sid) == "not_authorized"


@pytest.mark.parametrize(
    "wrong",
    [
        {"verifier": "w" * 43},
        {"verifier": ""},
        {"redirect": "https://app.example.com/other"},
        {"code": "x"},
    ],
)
def test_a_code_is_bound_to_how_it_was_asked_for(office: Office, app: Any, wrong: Any) -> None:
    with pytest.raises(Refused) as refused:
        tokens(office, app, **wrong)
    assert refused.value.code == "invalid_grant"


def test_a_code_works_once_and_a_second_time_ends_everything(office: Office, app: Any) -> None:
    word = allowed(office, app)
    made = tokens(office, app, code=word)
    who = actor(office, made.access_token)
    with pytest.raises(Refused) as refused:
        tokens(office, app, code=word)
    assert refused.value.code == "invalid_grant"
    assert code(office, "app.authenticate", "public", token=made.access_token) == "not_authorized"
    assert code(office, "number.list", who) == "not_authorized"


def test_a_refresh_token_rotates_and_its_reuse_ends_the_grant(office: Office, app: Any) -> None:
    client = {"client": app.sid, "secret": app.secret}
    first = tokens(office, app)
    second = ask(office, "app.refresh", "public", token=first.refresh_token, **client)
    assert second.refresh_token not in {None, first.refresh_token}
    assert caller(actor(office, second.access_token)) == caller(actor(office, first.access_token))
    assert code(office, "app.refresh", "public", token=first.refresh_token, **client) == (
        "invalid_grant"
    )
    for token in (first.access_token, second.access_token):
        assert code(office, "app.authenticate", "public", token=token) == "not_authorized"
    assert code(office, "app.refresh", "public", token=second.refresh_token, **client) == (
        "invalid_grant"
    )


def test_codes_and_tokens_end_in_time(
    office: Office, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = {"client": app.sid, "secret": app.secret}
    made, word = tokens(office, app), allowed(office, app)
    with monkeypatch.context() as patch:
        later(office, APP_CODE_MS, patch)
        with pytest.raises(Refused):
            tokens(office, app, code=word)
    with monkeypatch.context() as patch:
        later(office, APP_ACCESS_MS, patch)
        assert code(office, "app.authenticate", "public", token=made.access_token) == (
            "token_expired"
        )
    later(office, APP_REFRESH_MS, monkeypatch)
    assert code(office, "app.refresh", "public", token=made.refresh_token, **client) == (
        "invalid_grant"
    )


def test_an_app_acts_for_itself(office: Office, app: Any) -> None:
    client = {"client": app.sid, "secret": app.secret}
    made = ask(office, "app.own", "public", **client)
    assert made.refresh_token is None
    assert ask(office, "number.list", actor(office, made.access_token)) == []
    other = ask(office, "app.own", "public", **client)
    ask(office, "app.end", "public", token=made.access_token, **client)
    assert code(office, "app.authenticate", "public", token=made.access_token) == "not_authorized"
    assert actor(office, other.access_token)


@pytest.mark.promise("SHR-06")
def test_a_token_is_for_no_more_than_was_asked_for(office: Office, app: Any) -> None:
    client = {"client": app.sid, "secret": app.secret}
    own = ask(office, "app.own", "public", scope="calls:read", **client)
    first = tokens(office, app)
    less = ask(office, "app.refresh", "public", token=first.refresh_token, scope="calls:read",
               **client)  # fmt: skip
    for made in (own, less):
        who = actor(office, made.access_token)
        seen = ask(office, "app.introspect", "public", token=made.access_token, **client)
        assert (made.scope, seen.scope) == ("calls:read", "calls:read")
        assert ask(office, "call.list", who).calls == []
        assert code(office, "number.list", who) == "insufficient_scope"
    # What a refresh token is for stays what was allowed, and never becomes more.
    assert code(
        office, "app.refresh", "public", token=less.refresh_token, scope="setup:write", **client
    ) == "invalid_scope"  # fmt: skip
    again = ask(office, "app.refresh", "public", token=less.refresh_token, **client)
    assert again.scope == "calls:read setup:read"
    assert ask(office, "number.list", actor(office, again.access_token)) == []


def test_what_an_app_may_for_itself_is_ended_for_good(office: Office, app: Any) -> None:
    client = {"client": app.sid, "secret": app.secret}

    async def at_once() -> list[Any]:
        asked = (office.run("app.own", client, actor="public") for _ in range(5))
        return await asyncio.gather(*asked)

    made = asyncio.run(at_once())
    assert all(ask(office, "number.list", actor(office, one.access_token)) == [] for one in made)
    [grant] = ask(office, "app.grants", app=app.sid)
    ask(office, "app.end_grant", sid=grant.sid)
    assert code(office, "app.own", "public", **client) == "unauthorized_client"


@pytest.mark.promise("SHR-06")
@pytest.mark.parametrize("how", ["ended", "expired"])
def test_what_one_token_opened_ends_with_it(
    office: Office, app: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = {"client": app.sid, "secret": app.secret}
    made, other = (ask(office, "app.own", "public", **client) for _ in range(2))
    who, stays = actor(office, made.access_token), actor(office, other.access_token)
    if how == "ended":
        ask(office, "app.end", "public", token=made.access_token, **client)
        assert ask(office, "number.list", stays) == []
        assert code(office, "number.list", who) == "not_authorized"
    else:
        later(office, APP_ACCESS_MS, monkeypatch)
        assert code(office, "number.list", who) == "token_expired"


def test_a_revoked_token_is_introspected_as_nothing(office: Office, app: Any) -> None:
    client = {"client": app.sid, "secret": app.secret}
    made = tokens(office, app)
    seen = ask(office, "app.introspect", "public", token=made.access_token, **client)
    assert (seen.active, seen.client_id, seen.scope) == (True, app.sid, made.scope)
    ask(office, "app.end", "public", token=made.refresh_token, **client)
    for token in (made.access_token, made.refresh_token, "x"):
        seen = ask(office, "app.introspect", "public", token=token, **client)
        assert seen == type(seen)(active=False)


def test_other_apps_learn_and_end_nothing(office: Office, app: Any) -> None:
    other = ask(office, "app.add", name="y", scopes=["calls:read"], purposes=["call_record"])
    made = tokens(office, app)
    client = {"client": other.sid, "secret": other.secret}
    assert not ask(office, "app.introspect", "public", token=made.access_token, **client).active
    ask(office, "app.end", "public", token=made.access_token, **client)
    assert actor(office, made.access_token)
    assert code(office, "app.refresh", "public", token=made.refresh_token, **client) == (
        "invalid_grant"
    )


@pytest.mark.promise("SHR-06")
@pytest.mark.parametrize("how", ["app.revoke", "app.end_grant"])
def test_what_is_ended_lets_nobody_in_from_that_instant(office: Office, app: Any, how: str) -> None:
    made = tokens(office, app)
    who = actor(office, made.access_token)
    [grant] = ask(office, "app.grants", app=app.sid)
    ask(office, how, sid=app.sid if how == "app.revoke" else grant.sid)
    assert code(office, "number.list", who) == "not_authorized"
    assert code(office, "app.authenticate", "public", token=made.access_token) == "not_authorized"
    assert ask(office, "app.grants") == []


def test_everything_survives_a_restart_and_so_does_its_end(data: Path) -> None:
    office = opened(data)
    app = ask(
        office, "app.add", name="crm", scopes=["setup:read"], purposes=["operate"],
        redirects=[BACK],
    )  # fmt: skip
    kept, ended = tokens(office, app), tokens(office, app)
    client = {"client": app.sid, "secret": app.secret}
    ask(office, "app.end", "public", token=ended.access_token, **client)
    asyncio.run(office.close())
    office = opened(data)
    assert ask(office, "number.list", actor(office, kept.access_token)) == []
    assert code(office, "app.authenticate", "public", token=ended.access_token) == "not_authorized"
    ask(office, "app.revoke", sid=app.sid)
    asyncio.run(office.close())
    office = opened(data)
    assert code(office, "app.own", "public", **client) == "invalid_client"
    assert ask(office, "app.list")[0].revoked is not None
    asyncio.run(office.close())


def test_an_app_is_made_of_known_words(office: Office) -> None:
    good = {"name": "x", "scopes": ["calls:read"], "purposes": ["call_record"]}
    for wrong, why in (
        ({"name": " "}, "bad_name"),
        ({"scopes": []}, "bad_scope"),
        ({"scopes": ["everything"]}, "bad_scope"),
        ({"purposes": ["authenticate"]}, "bad_purpose"),
        ({"purposes": ["seal"]}, "bad_purpose"),
        ({"redirects": ["http://app.example.com/"]}, "bad_url"),
        ({"redirects": [BACK] * 11}, "bad_argument"),
        ({"role": "staff"}, "bad_role"),
    ):
        assert code(office, "app.add", **(good | wrong)) == why, wrong  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://app.example.com/back?x=1", True),
        ("http://localhost:8000/back", True),
        ("http://127.0.0.1:1/back", True),
        ("http://[::1]:8000/back", True),
        ("http://app.example.com/back", False),
        ("https://app.example.com/back#x", False),
        ("https://user@app.example.com/", False),
        ("https://app.example.com;x/", False),
        ("javascript:alert(1)", False),
        ("https:///back", False),
        ("https://app.example.com/a b", False),
        ("https://[/", False),
        ("", False),
    ],
)
def test_where_a_browser_may_be_sent_back_to(uri: str, good: bool) -> None:
    if good:
        assert check_redirect(uri) == uri
    else:
        with pytest.raises(Refused):
            check_redirect(uri)


def test_no_secret_and_no_name_rests_in_clear(data: Path) -> None:
    office = opened(data)
    app = ask(
        office, "app.add", name="Ann Example", scopes=["setup:read"], purposes=["operate"],
        redirects=[BACK],
    )  # fmt: skip
    made = tokens(office, app)
    asyncio.run(office.close())
    needles = [app.secret, made.access_token, made.refresh_token, "Ann Example", BACK]
    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(needle.encode() in content for needle in needles), path
