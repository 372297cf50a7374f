"""Usage records as Twilio's clients see them."""

import pytest

HERE = "/Usage/Records"


def records(scene, part="", **query):
    answer = scene.ask("GET", f"{HERE}{part}.json", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()["usage_records"]


def test_the_call_is_counted_and_has_no_price(scene):
    (calls,) = records(scene, Category="calls")
    assert (calls["count"], calls["usage"], calls["usage_unit"]) == ("4", "4", "minutes")
    assert calls["price"] is None
    assert records(scene, "/Today", Category="calls-inbound")[0]["count"] == "4"
    assert records(scene, "/Yesterday", Category="calls-inbound")[0]["count"] == "0"
    again = scene.send("GET", calls["uri"]).json()["usage_records"][0]
    assert again["count"] == "4"


@pytest.mark.parametrize("part", ["/Daily", "/Monthly", "/Yearly", "/AllTime", "/LastMonth"])
def test_every_period_has_records(scene, part):
    assert records(scene, part, Category="sms")[0]["count_unit"] == "messages"


def test_a_long_list_leads_on(scene):
    query = {"StartDate": "-9days", "Category": "calls", "PageSize": 4}
    page = scene.ask("GET", f"{HERE}/Daily.json", **query).json()
    days = [one["start_date"] for one in page["usage_records"]]
    while page["next_page_uri"] is not None:
        page = scene.send("GET", page["next_page_uri"]).json()
        days += [one["start_date"] for one in page["usage_records"]]
    assert len(days) == 10
    assert days == sorted(days, reverse=True)


def test_a_day_that_is_none_is_refused(scene):
    assert scene.ask("GET", f"{HERE}.json", StartDate="soon").json()["code"] == 20001
