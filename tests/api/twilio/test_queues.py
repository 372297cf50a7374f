"""Queues as Twilio's clients see them."""

import pytest

from ringfence.api.views_rooms import Member, Queue

SID, CALL = "QU" + "1" * 32, "CA" + "2" * 32
QUEUE = Queue(sid=SID, name="support", size=1, max_size=100, average_wait_s=9, created=1, updated=2)
MEMBER = Member(queue=SID, call=CALL, position=1, since=1, wait_s=4)
MEMBERS = f"/Queues/{SID}/Members"


@pytest.fixture
def queues(twilio, office):
    office.answers |= {
        "queue.list": [QUEUE],
        "queue.show": QUEUE,
        "queue.add": QUEUE,
        "queue.update": QUEUE,
        "queue.remove": None,
        "queue.member.list": [MEMBER],
        "queue.member.show": MEMBER,
        "queue.member.dequeue": MEMBER,
    }
    return twilio


def test_queues(queues, office):
    (one,) = queues("GET", "/Queues.json", operation="ListQueue").json()["queues"]
    assert (one["current_size"], one["max_size"], one["average_wait_time"]) == (1, 100, 9)
    assert queues("GET", f"/Queues/{SID}.json", operation="FetchQueue").json() == one
    form = {"FriendlyName": "support", "MaxSize": "7"}
    made = queues("POST", "/Queues.json", operation="CreateQueue", form=form)
    assert made.status_code == 201
    assert office.asked[-1][1] == {"name": "support", "max_size": 7}
    queues("POST", f"/Queues/{SID}.json", operation="UpdateQueue", form={"MaxSize": "8"})
    assert office.asked[-1][1] == {"sid": SID, "name": None, "max_size": 8}
    assert queues("DELETE", f"/Queues/{SID}.json").status_code == 204
    for form in ({}, {"FriendlyName": "x", "MaxSize": "0"}):
        assert queues("POST", "/Queues.json", form=form).json()["code"] == 20001


def test_who_waits(queues, office):
    listed = queues("GET", f"{MEMBERS}.json", operation="ListMember").json()
    (one,) = listed["queue_members"]
    assert (one["call_sid"], one["position"], one["wait_time"]) == (CALL, 1, 4)
    assert queues("GET", f"{MEMBERS}/Front.json", operation="FetchMember").json() == one
    assert office.asked[-1][1]["call"] == "Front"
    form = {"Url": "https://example.com/go", "Method": "GET"}
    queues("POST", f"{MEMBERS}/{CALL}.json", operation="UpdateMember", form=form)
    assert office.asked[-1][1] == {
        "queue": SID, "call": CALL, "url": "https://example.com/go", "method": "GET",
    }  # fmt: skip
    assert queues("POST", f"{MEMBERS}/{CALL}.json", form={}).json()["code"] == 20001
