"""What is not there says why."""

from ringfence.api.twilio.operations import operations


def test_every_operation_that_is_not_there_says_why():
    silent = [row.name for row in operations().rows if row.state == "not" and not row.missing]
    assert silent == []


def test_the_answer_says_why_too(twilio):
    answer = twilio("GET", "/ConnectApps.json")
    assert (answer.status_code, answer.json()["code"]) == (501, 20501)
    assert "OAuth" in answer.json()["message"]
