"""The public pages: versions with fingerprints, a feed, choices, the one click."""

import hashlib
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from data_map_source import sources
from litestar.testing import TestClient

from ringfence.api import cookies
from ringfence.api import views_policy as views
from ringfence.kernel.errors import Refused
from ringfence.privacy.notice import Issuer, Said, Wording, compile_notice, encode
from ringfence.privacy.registry import compile_map

SAID = (Said("TEL-14", "Telephony", "Quality, measured.", "The quality of calls is measured."),)
NOTICE = encode(
    compile_notice(
        compile_map(sources()),
        Wording(title="Notice", pack="own", said=SAID, unkept={}),
        Issuer("Example Ltd"),
    )
).decode()
DIGEST = hashlib.sha256(NOTICE.encode()).hexdigest()


def made(number: int) -> views.PolicyVersion:
    return views.PolicyVersion(
        number=number,
        digest=DIGEST,
        pack="own",
        title="Notice & more",
        severity="material",
        lapsed=[],
        published=1_795_000_000_000,
        effective=1_795_000_000_000,
        in_force=number == 2,
        notice=NOTICE,
    )


@pytest.fixture(autouse=True)
def answers(office: Any) -> None:
    def version(number: int) -> views.PolicyVersion:
        if number > 2:
            raise Refused("not_found", "there is no version of that number")
        return made(number)

    office.answers |= {
        "privacy.policy.current": made(2),
        "privacy.policy.version": version,
        "privacy.policy.versions": [made(1), made(2)],
        "privacy.policy.pending": [made(2)],
        "privacy.policy.acknowledge": None,
        "privacy.policy.diff": views.PolicyDifference(
            before=1, after=2, severity="material", told=["email"], lapses=[], changes=[]
        ),
        "privacy.message.unsubscribe": None,
    }


@pytest.mark.promise("POL-01")
def test_the_notice_has_one_address_and_each_version_its_own(client: TestClient[Any]) -> None:
    answer = client.get("/privacy")
    assert (answer.status_code, answer.headers["content-type"]) == (
        200, "text/html; charset=utf-8",
    )  # fmt: skip
    assert "Version 2, in force from 2026-11-18." in answer.text
    assert "set-cookie" not in answer.headers
    assert "Version 1" in client.get("/privacy/1").text
    assert client.get("/privacy/3").status_code == 404
    for name in ("x", "-1", "1e9", "99999999999"):
        assert client.get(f"/privacy/{name}").status_code == 404


def test_the_bytes_are_those_of_the_fingerprint(client: TestClient[Any]) -> None:
    for path in ("/privacy.json", "/privacy/2.json"):
        answer = client.get(path)
        assert hashlib.sha256(answer.content).hexdigest() == DIGEST
        assert answer.headers["etag"] == f'"{DIGEST}"'
    as_json = client.get("/privacy", headers={"Accept": "application/json"})
    assert as_json.json() == json.loads(NOTICE)


def test_a_head_tells_the_fingerprint_alone(client: TestClient[Any]) -> None:
    for path in ("/privacy.json", "/privacy/2.json"):
        answer = client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["etag"] == f'"{DIGEST}"'
    assert client.head("/privacy").headers["etag"] == f'"{DIGEST}-page"'


def test_who_has_it_is_not_sent_it_again(client: TestClient[Any]) -> None:
    tag = client.get("/privacy").headers["etag"]
    again = client.get("/privacy", headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"
    other = client.get("/privacy", headers={"If-None-Match": f'"{DIGEST}"'})
    assert other.status_code == 200  # the page is not the JSON


@pytest.mark.promise("POL-05")
def test_a_feed_has_an_entry_for_each_version_with_its_changes(client: TestClient[Any]) -> None:
    answer = client.get("/privacy/feed")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    atom = "{http://www.w3.org/2005/Atom}"
    entries = ET.fromstring(answer.text).findall(f"{atom}entry")
    links = [[link.get("href", "") for link in entry.findall(f"{atom}link")] for entry in entries]
    assert [[href.rpartition("/privacy/")[2] for href in pair] for pair in links] == [
        ["2", "2/changes"],
        ["1", "1/changes"],
    ]
    assert client.get("/privacy/2/changes").json()["severity"] == "material"


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.promise("POL-01")
@pytest.mark.parametrize("path", ["/privacy/2/changes", "/privacy/versions"])
def test_a_browser_reads_changes_and_versions_as_pages(client: TestClient[Any], path: str) -> None:
    read = client.get(path, headers=BROWSER)
    assert read.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="/privacy/2"' in read.text
    assert 'href="/privacy/1"' in read.text
    assert read.headers["vary"] == "Accept"
    assert "set-cookie" not in read.headers
    plain = client.get(path)
    assert plain.headers["content-type"].startswith("application/json")
    assert plain.json()
    assert client.get("/privacy/9x/changes", headers=BROWSER).status_code == 404


def test_a_notice_leads_to_the_versions_before_it(client: TestClient[Any]) -> None:
    second, first = client.get("/privacy/2").text, client.get("/privacy/1").text
    for target in ("/privacy/1", "/privacy/2/changes", "/privacy/versions"):
        assert f'href="{target}"' in second
    assert 'href="/privacy/versions"' in first
    assert "/privacy/0" not in first


@pytest.mark.promise("POL-03")
def test_the_pop_up_stands_on_the_status_page_until_it_is_acknowledged(
    client: TestClient[Any], office: Any
) -> None:
    assert "acknowledge" not in client.get("/").text  # strangers see none
    assert client.post("/privacy/2/acknowledge", follow_redirects=False).status_code == 401
    client.get("/admin/once", follow_redirects=False)
    page = client.get("/").text
    assert 'action="/privacy/2/acknowledge"' in page
    answer = client.post("/privacy/2/acknowledge", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert ("privacy.policy.acknowledge", {"number": 2}, "admin") in office.asked
    office.answers["privacy.policy.pending"] = []
    assert "acknowledge" not in client.get("/").text


@pytest.mark.promise("COO-08")
def test_global_privacy_control_is_declared(client: TestClient[Any]) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert answer.json()["gpc"] is True


def test_there_is_nothing_to_choose_by_default(client: TestClient[Any]) -> None:
    assert "nothing to choose" in client.get("/privacy/choices").text


@pytest.fixture
def tracking(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, category in (("lang", "functional"), ("seen", "analytics"), ("ad", "advertising")):
        entry = cookies.Registered(name, category, "operate", 3600, "a <word>")  # type: ignore[arg-type]
        monkeypatch.setitem(cookies.COOKIES, name, entry)


@pytest.mark.usefixtures("tracking")
@pytest.mark.promise("COO-07")
def test_a_choice_is_remembered_and_asked_for_again_when_there_is_something_new(
    client: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cookies.must_ask(client.cookies.get(cookies.CHOICES))
    answer = client.post("/privacy/choices", data={}, follow_redirects=False)
    assert answer.status_code == 303
    declined = client.cookies.get(cookies.CHOICES)
    assert cookies.chosen(declined) == frozenset()
    assert not cookies.must_ask(declined)
    assert f"Max-Age={182 * 86_400}" in answer.headers["set-cookie"]
    another = cookies.Registered("more", "analytics", "operate", 60, "x")
    monkeypatch.setitem(cookies.COOKIES, "more", another)
    assert cookies.must_ask(declined)


@pytest.mark.usefixtures("tracking")
def test_the_form_shows_what_was_agreed_to(client: TestClient[Any]) -> None:
    client.post("/privacy/choices", data={"agree": ["analytics", "nonsense"]})
    page = client.get("/privacy/choices").text
    assert 'value="analytics" checked' in page
    assert 'value="functional">' in page
    assert "a &lt;word&gt;" in page


@pytest.mark.usefixtures("tracking")
@pytest.mark.promise("COO-08")
def test_a_browser_that_objects_has_its_way(client: TestClient[Any]) -> None:
    gpc = {"Sec-GPC": "1"}
    client.post("/privacy/choices", data={"agree": ["advertising", "analytics"]}, headers=gpc)
    assert cookies.chosen(client.cookies.get(cookies.CHOICES)) == {"analytics"}
    assert "objects to advertising" in client.get("/privacy/choices", headers=gpc).text


@pytest.mark.promise("MSG-04")
def test_one_post_ends_advertising_and_a_look_at_the_link_does_not(
    client: TestClient[Any], office: Any
) -> None:
    assert 'method="post"' in client.get("/unsubscribe/abc").text
    assert ("privacy.message.unsubscribe", {"word": "abc"}, "public") not in office.asked
    answer = client.post("/unsubscribe/abc", content="List-Unsubscribe=One-Click")
    assert answer.status_code == 200
    assert ("privacy.message.unsubscribe", {"word": "abc"}, "public") in office.asked
    office.answers["privacy.message.unsubscribe"] = Refused("not_found", "not ours")
    assert client.post("/unsubscribe/abc").status_code == 404


def test_a_word_is_no_markup(client: TestClient[Any]) -> None:
    assert "<script" not in client.get("/unsubscribe/%3Cscript%3E").text
