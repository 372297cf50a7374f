"""The page of rights: forms that work without script; nothing set, nothing from elsewhere."""

from html.parser import HTMLParser
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import case_views
from ringfence.api.rights import HANDLERS
from ringfence.api.views import Chunk, ExportHead
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CHILD_REPORTS_PER_DAY, RIGHTS_PER_HOUR
from ringfence.privacy.cases.rights import RIGHTS
from ringfence.privacy.consent.texts import consentable
from ringfence.privacy.purposes import PURPOSES

STATUS = case_views.Status(
    kind="access", state="answered", received=1_700_000_000_000, due=1_700_600_000_000,
    letter="We have done what you asked for.", archive=True,
    steps=[case_views.Step(at=1_700_000_000_000, action="receive", state="received")],
)  # fmt: skip
ASKED = case_views.Asked(reference="abc234", due=1_700_600_000_000, letter="We received it.")
OFFICER = case_views.Officer(
    law="IN", name="A. Iyer", email="a@example.com", post="1 High Street", since=1
)


@pytest.fixture(autouse=True)
def answers(office: Any) -> None:
    office.answers |= {
        "privacy.officer.list": [OFFICER],
        "privacy.rights.ask": ASKED,
        "privacy.rights.status": STATUS,
        "privacy.rights.code": STATUS,
        "privacy.rights.verify": STATUS,
        "privacy.rights.withdraw": STATUS,
        "privacy.grievance.file": ASKED,
        "privacy.grievance.status": STATUS,
        "privacy.grievance.take_back": STATUS,
        "privacy.child.report": ASKED,
    }
    office.streams["privacy.rights.fetch"] = [
        ExportHead(filename="a.zip", media_type="application/zip", size=2),
        Chunk(data=b"PK"),
    ]


class Page(HTMLParser):
    """What a browser and a reader of screens would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.tags if tag in tags]


def pages(client: TestClient[Any]) -> list[Any]:
    posts = [
        path
        for handler in HANDLERS
        for path in handler.paths
        if "POST" in handler.http_methods and path != "/rights/archive"
    ]
    data = {"reference": "abc234", "kind": "access"}
    return [client.get("/rights"), *(client.post(path, data=data) for path in posts)]


def test_every_page_works_without_script_cookies_or_anybody_else(client: TestClient[Any]) -> None:
    for answer in pages(client):
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        page = Page(answer.text)
        assert not page.all("script", "iframe", "img", "object")
        for attrs in page.all("link", "form", "a"):
            target = attrs.get("href") or attrs.get("action") or ""
            assert target.startswith(("/", "mailto:")), target
        assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_every_field_has_a_label_and_every_form_a_button(client: TestClient[Any]) -> None:
    for answer in pages(client):
        page = Page(answer.text)
        labelled = {attrs["for"] for attrs in page.all("label")}
        for attrs in page.all("input", "textarea", "select"):
            if attrs.get("type") != "hidden":
                assert attrs["id"] in labelled, attrs
        ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        assert page.all("html")[0]["lang"] == "en"
        assert len(page.all("h1")) == 1
        assert len(page.all("button")) >= len(page.all("form"))
        assert all(attrs.get("tabindex") is None for _, attrs in page.tags)


def test_every_right_can_be_chosen(client: TestClient[Any]) -> None:
    page = Page(client.get("/rights").text)
    kinds = {a["value"] for a in page.all("input") if a.get("name") == "kind"}
    assert kinds == set(RIGHTS)


def test_asking_passes_on_what_was_filled_in_and_shows_the_reference(
    client: TestClient[Any], office: Any
) -> None:
    answer = client.post(
        "/rights/ask",
        data={"kind": "correction", "contact": "+12025550123", "residence": "DE",
              "words": "wrong", "what": "name", "value": "Ada", "recipient": ""},
    )  # fmt: skip
    assert "abc234" in answer.text
    asked = next(args for name, args, _ in office.asked if name == "privacy.rights.ask")
    assert asked == {
        "kind": "correction", "contact": "+12025550123", "residence": "DE", "words": "wrong",
        "details": {"what": "name", "value": "Ada"},
    }  # fmt: skip


def test_a_refusal_is_said_where_a_reader_of_screens_hears_it(
    client: TestClient[Any], office: Any
) -> None:
    office.answers["privacy.rights.ask"] = Refused("invalid_number", "write it as + and digits")
    answer = client.post("/rights/ask", data={"contact": "<b>me</b>", "words": "kept"})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "write it as + and digits" in answer.text
    assert "&lt;b&gt;me" in answer.text  # what was typed is there again, and is no markup
    assert "kept" in answer.text


def test_who_takes_grievances_is_named(client: TestClient[Any]) -> None:
    assert "A. Iyer" in client.get("/rights").text


def test_the_archive_comes_as_a_file(client: TestClient[Any], office: Any) -> None:
    answer = client.post("/rights/archive", data={"reference": "abc234"})
    assert answer.content == b"PK"
    office.streams["privacy.rights.fetch"] = [Refused("not_found", "there is no archive")]
    again = client.post("/rights/archive", data={"reference": "abc234"})
    assert (again.status_code, "there is no archive" in again.text) == (404, True)


def test_reports_of_children_are_few_a_day(client: TestClient[Any], office: Any) -> None:
    asked = office.answers["privacy.rights.ask"]
    office.answers["privacy.child.report"] = asked
    codes = [
        client.post("/rights/child", data={"contact": "+12025550177"}).status_code
        for _ in range(CHILD_REPORTS_PER_DAY + 1)
    ]
    assert codes == [200] * CHILD_REPORTS_PER_DAY + [429]
    assert client.get("/rights").status_code == 200


def test_a_script_that_asks_without_end_is_told_to_wait(client: TestClient[Any]) -> None:
    codes = {
        client.post("/rights/status", data={"reference": "x"}).status_code
        for _ in range(RIGHTS_PER_HOUR + 1)
    }
    assert codes == {200, 429}


def test_everything_one_may_object_to_or_take_back_can_be_chosen(client: TestClient[Any]) -> None:
    chosen = {attrs.get("value") for attrs in Page(client.get("/rights").text).all("option")}
    interests = {key for key, one in PURPOSES.items() if one.basis == "legitimate_interest"}
    assert {*consentable(), *interests, "service", ""} - {"market"} <= chosen
    assert {"name", "number", "email", "record"} <= chosen


def test_which_record_is_wrong_goes_along(client: TestClient[Any], office: Any) -> None:
    record = "CA" + "0" * 32
    answer = client.post(
        "/rights/ask",
        data={"kind": "correction", "contact": "+12025550123", "what": "record",
              "value": "it was not me", "record": record},
    )  # fmt: skip
    assert answer.status_code == 200
    (asked,) = [args for name, args, _ in office.asked if name == "privacy.rights.ask"]
    assert asked["details"]["record"] == record
