"""Every resource of cases asks the use case of its name, with what the body says and no more."""

from typing import Any, get_args, get_origin

import msgspec
import pytest
from litestar.testing import TestClient

from ringfence.api import case_views, views
from ringfence.api.v1.privacy_cases import HANDLERS
from ringfence.kernel.limits import CHILD_REPORTS_PER_DAY, RIGHTS_PER_HOUR
from ringfence.office.table import TABLE

SID = "CS" + "1" * 32
FILES = {"privacy.rights.fetch", "privacy.case.fetch", "privacy.demand.fetch"}


def value(kind: Any) -> Any:
    """Something of a type."""
    options = [option for option in get_args(kind) if option is not type(None)]
    if get_origin(kind) is not None and options and get_origin(kind) not in {list, dict}:
        return value(options[0])
    return {str: "x", int: 7, bool: True}.get(kind) or (
        [value(get_args(kind)[0])] if get_origin(kind) is list else {"what": "x"}
    )


def body_of(handler: Any) -> dict[str, Any]:
    body = handler.opt.get("body")
    if body is None:
        return {}
    return {field.name: value(field.type) for field in msgspec.structs.fields(body)}


ROUTES = [
    (handler, method, path)
    for handler in HANDLERS
    for path in handler.paths
    for method in handler.http_methods
    if method in {"GET", "POST"}
]


def send(client: Any, method: str, path: str, body: Any, headers: Any) -> Any:
    where = path.replace("{sid:str}", SID)
    if method == "GET":
        return client.get(where, headers=headers)
    return client.post(where, json=body, headers=headers)


@pytest.fixture
def watched(office: Any) -> Any:
    """The office answers whatever is asked of it."""

    class Everything(dict):  # type: ignore[type-arg]
        def __contains__(self, name: object) -> bool:
            return True

        def __missing__(self, name: str) -> Any:
            return case_views.Done()

    office.answers = Everything(office.answers)
    for name in FILES:
        office.streams[name] = [
            views.ExportHead(filename="a.zip", media_type="application/zip", size=4),
            views.Chunk(data=b"PK.."),
        ]
    return office


def test_each_resource_asks_a_use_case_there_is(
    client: TestClient[Any], watched: Any, basic: Any
) -> None:
    for handler, method, path in ROUTES:
        body = body_of(handler)
        answer = send(client, method, path, body, basic())
        assert answer.status_code == 200, (path, answer.text)
        name, args, actor = watched.asked[-1]
        assert actor == ("public" if handler.opt.get("public") else "api"), path
        assert args == body | ({"sid": SID} if "{sid" in path else {}), path
        TABLE.rows[name].check(args)
        assert actor in TABLE.rows[name].actors, path


def test_strangers_reach_only_what_is_for_everybody(client: TestClient[Any], watched: Any) -> None:
    for handler, method, path in ROUTES:
        answer = send(client, method, path, body_of(handler), {})
        assert answer.status_code == (200 if handler.opt.get("public") else 401), path


def test_a_body_with_more_or_nonsense_is_refused(
    client: TestClient[Any], watched: Any, basic: Any
) -> None:
    for _, method, path in ROUTES:
        for wrong in ({"surprise": 1}, [1]) if method == "POST" else ():
            answer = send(client, method, path, wrong, basic())
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument"), path


def test_everything_a_case_can_do_has_a_resource() -> None:
    families = ("rights", "case", "grievance", "child", "demand", "incident", "approver",
                "officer", "honey", "age")  # fmt: skip
    wanted = {n for n in TABLE.rows if n.startswith(tuple(f"privacy.{f}." for f in families))}
    found = set()
    for handler in HANDLERS:
        found.add(handler.opt["case"])
    assert wanted <= found


def test_a_file_is_handed_out_as_a_file(client: TestClient[Any], watched: Any, basic: Any) -> None:
    path = f"/v1/privacy/cases/{SID}/archive/fetch"
    answer = client.post(path, json={"token": "t"}, headers=basic())
    assert answer.content == b"PK.."
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"


def test_nobody_reports_one_number_after_the_other(client: TestClient[Any], watched: Any) -> None:
    """Each report restricts somebody at once: from one address there are few a day."""
    codes = [
        client.post("/v1/privacy/children/report", json={"contact": f"+120255501{n:02d}"})
        for n in range(CHILD_REPORTS_PER_DAY + 2)
    ]
    assert [answer.status_code for answer in codes] == [200] * CHILD_REPORTS_PER_DAY + [429] * 2
    assert client.post("/v1/privacy/requests/status", json={"reference": "x"}).status_code == 200


def test_a_stranger_who_asks_without_end_is_told_to_wait(
    client: TestClient[Any], watched: Any
) -> None:
    codes = [
        client.post("/v1/privacy/requests/status", json={"reference": "x"}).status_code
        for _ in range(RIGHTS_PER_HOUR + 1)
    ]
    assert codes == [200] * RIGHTS_PER_HOUR + [429]


@pytest.mark.parametrize("body", [None, {}, {"words": 5}])
def test_nobody_stops_the_account_by_asking_for_nothing(
    client: TestClient[Any], basic: Any, body: Any
) -> None:
    sent = {} if body is None else {"json": body}
    answer = client.post("/v1/privacy/compromised", headers=basic(), **sent)
    assert answer.status_code == 400
    assert "words" in answer.json()["detail"]
