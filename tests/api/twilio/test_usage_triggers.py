"""Usage triggers as Twilio's clients see them."""

import pytest

LIST = "/Usage/Triggers.json"
FORM = {"UsageCategory": "calls", "TriggerValue": "7", "CallbackUrl": "https://example.com/used"}


def test_a_trigger_is_made_changed_and_removed(scene):
    made = scene.ask("POST", LIST, FORM | {"Recurring": "daily", "TriggerBy": "count"}).json()
    (calls,) = scene.ask("GET", "/Usage/Records/Today.json", Category="calls").json()[
        "usage_records"
    ]
    assert (made["trigger_value"], made["current_value"]) == ("7", calls["count"])
    assert int(calls["count"]) >= 1
    here = f"/Usage/Triggers/{made['sid']}.json"
    assert scene.ask("GET", here).json() == made
    for query, found in (({"Recurring": "daily"}, True), ({"TriggerBy": "usage"}, False)):
        rows = scene.ask("GET", LIST, **query).json()["usage_triggers"]
        assert (made in rows) is found
    changed = scene.ask("POST", here, {"CallbackMethod": "GET"}).json()
    assert (changed["callback_method"], changed["callback_url"]) == ("GET", made["callback_url"])
    assert scene.ask("DELETE", here).status_code == 204
    assert scene.ask("GET", here).json()["code"] == 20404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"UsageCategory": ""}, 20001),
        ({"UsageCategory": "totalprice"}, 20001),
        ({"TriggerValue": "much"}, 20001),
        ({"CallbackUrl": "http://127.0.0.1/"}, 21402),
        ({"CallbackMethod": "PUT"}, 21403),
    ],
)
def test_what_is_wrong_has_its_code(scene, change, code):
    answer = scene.ask("POST", LIST, FORM | change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
