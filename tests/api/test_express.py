"""Reads beneath the framework: the same answers, refusals and headers as through it."""

import re
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api.express import Application
from ringfence.api.rates import POLICY_HEADER, STATE_HEADER, Rates
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import HTTP_DRAIN_MAX

ACCOUNT = "AC" + "a" * 32
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"


@pytest.fixture
def app(application: Any) -> Application:
    assert isinstance(application, Application)
    return application


def both(client: TestClient[Any], app: Application, path: str, **args: Any) -> tuple[Any, Any]:
    """Ask once beneath the framework and once through it."""
    quick = client.get(path, **args)
    reads, below = app.reads, app.below
    app.reads, app.below = {}, ("\0", below[1])
    try:
        return quick, client.get(path, **args)
    finally:
        app.reads, app.below = reads, below


def same(quick: Any, slow: Any) -> None:
    assert quick.status_code == slow.status_code
    assert quick.content == slow.content
    left, right = (
        {name: value for name, value in answer.headers.items() if name != STATE_HEADER.lower()}
        for answer in (quick, slow)
    )
    assert left == right


def test_every_fixed_read_of_v1_goes_beneath(app: Application) -> None:
    assert {"/v1/calls", "/v1/numbers", "/v1/messages"} <= app.reads.keys()
    assert not any("{" in path for path in app.reads)
    assert "/v1/events/stream" not in app.reads
    assert "/v1/openapi.json" not in app.reads


def test_both_ways_answer_alike(client: TestClient[Any], app: Application, basic: Any) -> None:
    for path in sorted(app.reads):
        same(*both(client, app, path, headers=basic()))


@pytest.mark.parametrize(
    "path", ["/v1/calls", "/v1/calls?limit=1", "/v1/calls?limit=0", "/v1/calls?nonsense=1", CALLS,
             CALLS + "?PageSize=2&To=%2B12025550100", "/2010-04-01/Accounts/ACx/Calls.json",
             f"/2010-04-01/Accounts/{ACCOUNT}/Nonsense.json", "/2010-04-01/Accounts.json",
             CALLS + "?To=\xff"],
)  # fmt: skip
@pytest.mark.parametrize("who", ["right", "wrong", "nobody", "broken"])
def test_refusals_are_alike(
    client: TestClient[Any], app: Application, basic: Any, path: str, who: str
) -> None:
    headers = {
        "right": basic(), "wrong": basic(token="wrong"), "nobody": {},
        "broken": {"Authorization": "Basic !"},
    }[who]  # fmt: skip
    same(*both(client, app, path, headers=headers))


def test_what_breaks_inside_is_told_alike(
    client: TestClient[Any], app: Application, basic: Any, office: Any
) -> None:
    for error in (RuntimeError("a bug"), Refused("not_running", "start it"),
                  Refused("not_allowed", "no", clause="TEL-11")):  # fmt: skip
        office.answers["call.list"] = error
        quick, slow = both(client, app, "/v1/calls", headers=basic())
        same(quick, slow)
        assert quick.status_code in {403, 500, 503}
        assert quick.headers["content-type"] == "application/problem+json"


def test_the_rate_is_counted_and_told(
    client: TestClient[Any], application: Any, basic: Any
) -> None:
    application.state["rates"] = Rates(quota=100, window=1_000_000)  # nothing comes back meanwhile
    answers = [client.get("/v1/calls", headers=basic()) for _ in range(3)]
    left = [int(re.findall(r"r=(\d+)", answer.headers[STATE_HEADER])[0]) for answer in answers]
    assert left == [99, 98, 97]
    assert all(POLICY_HEADER in answer.headers for answer in answers)


def test_a_page_that_is_known_is_not_sent_again(
    client: TestClient[Any], app: Application, basic: Any
) -> None:
    tag = client.get("/v1/calls", headers=basic()).headers["etag"]
    quick, slow = both(client, app, "/v1/calls", headers=basic() | {"If-None-Match": tag})
    assert (quick.status_code, quick.content, quick.headers["etag"]) == (304, b"", tag)
    assert (slow.status_code, slow.content, slow.headers["etag"]) == (304, b"", tag)


@pytest.mark.anyio
async def test_a_body_too_large_is_taken_off_the_line_before_it_is_refused(
    app: Application, basic: Any
) -> None:
    async def ask(length: int, pieces: int, last: str = "http.request") -> tuple[int, int]:
        taken, told = 0, []

        async def receive() -> Any:
            nonlocal taken
            taken += 1
            kind = last if taken == pieces else "http.request"
            return {"type": kind, "body": b"x" * 1024, "more_body": taken < pieces}

        async def send(message: Any) -> None:
            told.append(message)

        headers = [(name.lower().encode(), value.encode()) for name, value in basic().items()]
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/v1/calls", "raw_path": b"/v1/calls", "query_string": b"", "root_path": "",
            "headers": [*headers, (b"host", b"x"), (b"content-length", str(length).encode())],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        await app(scope, receive, send)
        return told[0]["status"], taken

    assert await ask(10_000_000, 20) == (413, 20)
    assert await ask(10_000_000, 20, "http.disconnect") == (413, 20)
    assert (await ask(2 * HTTP_DRAIN_MAX, 20)) == (413, 0)


def test_head_is_get_without_what_it_says(client: TestClient[Any], office: Any, basic: Any) -> None:
    office.answers["phone.list"] = []
    for path in ("/v1/phones", "/v1/docs", "/v1/calls/CA1", "/health"):
        whole = client.get(path, headers=basic())
        head = client.head(path, headers=basic())
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]
    assert client.head("/v1/phones").status_code == 401
    assert client.head("/v1/events/stream", headers=basic()).status_code == 405
    assert client.head("/admin/once").status_code == 405
    assert office.tokens == {"once"}, "a link that opens once is not used up by a look at it"


@pytest.mark.parametrize("path", ["/v1/calls", "/v1/openapi.json", "/health"])
def test_head_says_what_get_would_without_its_body(
    client: TestClient[Any], basic: Any, path: str
) -> None:
    asked, head = (client.request(verb, path, headers=basic()) for verb in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (asked.status_code, b"")
    for name in ("content-type", "content-length"):
        assert head.headers.get(name) == asked.headers.get(name)
