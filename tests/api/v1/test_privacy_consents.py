"""``/v1/privacy``: consents, lists, rulings, restrictions and holds."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import views_choices as views

Headers = Callable[..., dict[str, str]]
NUMBER = "+12025550123"
CHOICES = views.Choices(now=[], history=[], do_not_call=False, no_marketing=False, restricted=[])

POSTS = [
    ("consents", "privacy.consent.give", {"number": NUMBER, "purpose": "market"}),
    ("consents/refuse", "privacy.consent.refuse", {"number": NUMBER, "purpose": "market"}),
    ("consents/withdraw", "privacy.consent.withdraw", {"number": NUMBER, "purpose": "market"}),
    ("consents/find", "privacy.consent.show", {"number": NUMBER}),
    ("leave-alone", "privacy.leave_alone.add", {"number": NUMBER}),
    ("leave-alone/remove", "privacy.leave_alone.remove", {"number": NUMBER}),
    ("restrictions", "privacy.restrict", {"number": NUMBER}),
    ("restrictions/lift", "privacy.unrestrict", {"number": NUMBER}),
    ("holds", "privacy.hold", {"record": "CA1"}),
    ("holds/lift", "privacy.release", {"record": "CA1"}),
]


@pytest.mark.parametrize(("path", "name", "body"), POSTS)
def test_what_is_asked_stands_in_the_body(
    client: TestClient[Any], office: Any, basic: Headers, path: str, name: str, body: dict[str, str]
) -> None:
    office.answers[name] = CHOICES if "number" in body else []
    answer = client.post(f"/v1/privacy/{path}", json=body, headers=basic())
    assert answer.status_code == 200, answer.text
    asked, args, _ = office.asked[-1]
    assert asked == name
    assert body.items() <= args.items()
    for wrong in ({}, {**body, "more": 1}, [], dict.fromkeys(body, 5)):
        refused = client.post(f"/v1/privacy/{path}", json=wrong, headers=basic())
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_argument")


@pytest.mark.parametrize(("path", "name", "body"), POSTS)
def test_a_stranger_is_asked_to_sign_in(
    client: TestClient[Any], path: str, name: str, body: dict[str, str]
) -> None:
    answer = client.post(f"/v1/privacy/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authorized"), name


@pytest.mark.promise("CON-03")
def test_taking_back_takes_no_more_than_giving(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers |= {"privacy.consent.give": CHOICES, "privacy.consent.withdraw": CHOICES}
    body = {"number": NUMBER, "purpose": "market", "channel": "email"}
    for path in ("consents", "consents/withdraw"):
        assert client.post(f"/v1/privacy/{path}", json=body, headers=basic()).status_code == 200
    given, taken = (args for name, args, _ in office.asked if name.startswith("privacy.consent"))
    assert set(taken) <= set(given)


def test_what_is_read_is_read(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.answers |= {
        "privacy.consent.text": views.ConsentText(locale="en", version="1", hash="0", text="I"),
        "privacy.leave_alone.count": views.Suppressions(do_not_call=1, marketing=2),
        "privacy.recording": [], "privacy.holds": [],
    }  # fmt: skip
    text = client.get("/v1/privacy/consents/text?purpose=market&channel=email", headers=basic())
    assert text.json()["text"] == "I"
    assert office.asked[-1][1] == {"purpose": "market", "channel": "email"}
    assert client.get("/v1/privacy/leave-alone", headers=basic()).json()["marketing"] == 2
    assert client.get("/v1/privacy/recording/CA1", headers=basic()).json()["items"] == []
    assert office.asked[-1][1] == {"sid": "CA1"}
    assert client.get("/v1/privacy/holds", headers=basic()).json()["items"] == []
    for path in ("consents/text", "leave-alone", "recording/CA1", "holds"):
        assert client.get(f"/v1/privacy/{path}").status_code == 401
