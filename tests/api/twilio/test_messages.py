"""Messages as Twilio's clients see them."""

import msgspec
import pytest

from ringfence.api import views_desk
from ringfence.api import views_messages as views
from ringfence.kernel.errors import Refused

SID, MEDIA = "SM" + "b" * 32, "ME" + "c" * 32
HERE = f"/Messages/{SID}.json"
SENT = views.Message(
    sid=SID, direction="api", status="sent", about="service", to="+447700900123",
    sender="+447700900100", body="Hello", segments=1, media=0, created=1_700_000_000_000,
    changed=1_700_000_001_000, sent=1_700_000_001_000, attempts=1,
)  # fmt: skip
PICTURE = views.Picture(
    sid=MEDIA, message=SID, created=1_700_000_000_000, media_type="application/octet-stream",
    url="https://example.com/a.png",
)  # fmt: skip
FORM = {"To": "+447700900123", "From": "+447700900100", "Body": "Hello"}


@pytest.fixture(autouse=True)
def _answers(office):
    office.answers |= {
        "message.send": SENT,
        "message.show": SENT,
        "message.cancel": msgspec.structs.replace(SENT, status="canceled"),
        "message.redact": msgspec.structs.replace(SENT, body=None),
        "message.delete": None,
        "message.rate": msgspec.structs.replace(SENT, outcome="confirmed"),
        "message.list": views.MessagePage(messages=[SENT], next=SID),
        "message.media": [PICTURE],
        "message.media.show": PICTURE,
        "message.media.delete": None,
    }


def test_a_message_is_sent(twilio, office):
    form = FORM | {
        "MediaUrl": ["https://example.com/a.png", "https://example.com/b.png"],
        "StatusCallback": "https://example.com/told",
        "ValidityPeriod": "60",
        "MaxPrice": "1",
        "ProvideFeedback": "true",
    }
    answer = twilio("POST", "/Messages.json", form=form, operation="CreateMessage")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["direction"]) == ("sent", "outbound-api")
    assert (body["num_segments"], body["num_media"], body["price"]) == ("1", "0", None)
    assert body["date_sent"] == "Tue, 14 Nov 2023 22:13:21 +0000"
    name, args = office.asked[-1][:2]
    assert name == "message.send"
    assert args["media"] == form["MediaUrl"]
    assert (args["callback"], args["valid_s"]) == ("https://example.com/told", 60)
    assert (args["to"], args["sender"], args["text"]) == tuple(FORM.values())


def test_a_message_is_scheduled_and_goes_by_a_pool(twilio, office):
    form = {
        "To": "+447700900123", "Body": "Later", "MessagingServiceSid": "MG" + "a" * 32,
        "ScheduleType": "fixed", "SendAt": "2030-01-31T09:30:00Z",
    }  # fmt: skip
    assert twilio("POST", "/Messages.json", form=form).status_code == 201
    args = office.asked[-1][1]
    assert (args["at"], args["campaign"]) == (1_896_082_200_000, "MG" + "a" * 32)


def test_the_application_says_whom_to_tell(twilio, office):
    office.answers["application.show"] = views_desk.Application(
        sid="AP" + "a" * 32, name="a", created=1, changed=1,
        hooks={"message_status": views_desk.Hook(url="https://example.com/app", method="POST")},
    )  # fmt: skip
    twilio("POST", "/Messages.json", form=FORM | {"ApplicationSid": "AP" + "a" * 32})
    assert office.asked[-1][1]["callback"] == "https://example.com/app"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"Body": "x"}, 21604),
        (FORM | {"Body": ""}, 21602),
        (FORM | {"Body": " \r\n"}, 21602),
        (FORM | {"Body": "\0"}, 21602),
        (FORM | {"SendAt": "2030-01-31T09:30:00Z"}, 35126),
        (FORM | {"ScheduleType": "fixed"}, 35111),
        (FORM | {"ScheduleType": "fixed", "SendAt": "soon"}, 35114),
        (FORM | {"MaxPrice": "cheap"}, 21627),
        (FORM | {"FallbackFrom": "+447700900100"}, 21664),
        ({"To": FORM["To"], "FallbackFrom": "+447700900100"}, 21666),
        (FORM | {"ContentSid": "HX1", "ContentVariables": '["x"]'}, 21656),
        (FORM | {"ContentSid": "HX1", "ContentVariables": '{"2": "x"}'}, 21656),
        (FORM | {"ContentRetention": "burn"}, 30029),
        (FORM | {"AddressRetention": "burn"}, 30030),
        (FORM | {"ValidityPeriod": "0"}, 20001),
    ],
)
def test_what_is_missing_has_its_code(twilio, form, code):
    assert twilio("POST", "/Messages.json", form=form).json()["code"] == code


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        ("invalid_number", 21211),
        ("stopped", 21610),
        ("not_ours", 21606),
        ("bad_sender", 21212),
        ("text_too_long", 21617),
        ("no_sender", 21603),
        ("no_campaign", 30034),
        ("no_template", 30007),
        ("unknown_template", 21655),
        ("bad_validity", 21624),
        ("quiet_hours", 30610),
        ("sender_not_taken", 21612),
    ],
)
def test_each_refusal_has_its_code_and_names_its_rule(twilio, office, refusal, code):
    office.answers["message.send"] = Refused(refusal, "why (the-rule)", clause="the-rule")
    answer = twilio("POST", "/Messages.json", form=FORM)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert "the-rule" in answer.json()["message"]


def test_messages_are_listed_and_found(twilio, office):
    query = {"To": "+1", "From": "+2", "DateSent>": "2030-01-01", "PageSize": 1}
    body = twilio("GET", "/Messages.json", operation="ListMessage", **query).json()
    assert [one["sid"] for one in body["messages"]] == [SID]
    assert "PageToken=SM" in body["next_page_uri"]
    args = office.asked[-1][1]
    assert (args["to"], args["sender"], args["limit"]) == ("+1", "+2", 1)
    assert args["since"] is not None
    assert args["until"] is None


def test_one_is_shown(twilio, office):
    body = twilio("GET", HERE, operation="FetchMessage").json()
    assert (body["to"], body["from"], body["body"]) == tuple(FORM.values())
    failed = msgspec.structs.replace(SENT, status="failed", error=30004, body=None, sent=None)
    office.answers["message.show"] = failed
    body = twilio("GET", HERE, operation="FetchMessage").json()
    assert (body["error_code"], body["error_message"]) == (30004, "Message blocked")
    assert (body["body"], body["date_sent"]) == ("", None)


def test_one_is_redacted_called_back_and_deleted(twilio, office):
    redacted = twilio("POST", HERE, form={"Body": ""}, operation="UpdateMessage").json()
    assert (redacted["body"], office.asked[-1][0]) == ("", "message.redact")
    canceled = twilio("POST", HERE, form={"Status": "canceled"}, operation="UpdateMessage").json()
    assert canceled["status"] == "canceled"
    assert twilio("POST", HERE, form={"Body": "other words"}).json()["code"] == 20001
    assert twilio("POST", HERE, form={"Status": "sent"}).json()["code"] == 20001
    assert twilio("POST", HERE, form={}).status_code == 200
    assert twilio("DELETE", HERE).status_code == 204
    office.answers["message.delete"] = Refused("in_progress", "on its way")
    assert twilio("DELETE", HERE).json()["code"] == 20009


def test_pictures(twilio):
    base = f"/Messages/{SID}/Media"
    listed = twilio("GET", f"{base}.json", operation="ListMedia").json()
    assert [one["sid"] for one in listed["media_list"]] == [MEDIA]
    old = twilio("GET", f"{base}.json", **{"DateCreated<": "2020-01-01"}).json()
    assert old["media_list"] == []
    one = twilio("GET", f"{base}/{MEDIA}.json", operation="FetchMedia").json()
    assert one["parent_sid"] == SID
    assert twilio("DELETE", f"{base}/{MEDIA}.json").status_code == 204


def test_feedback(twilio, office):
    path = f"/Messages/{SID}/Feedback.json"
    form = {"Outcome": "confirmed"}
    body = twilio("POST", path, form=form, operation="CreateMessageFeedback").json()
    assert (body["outcome"], body["message_sid"]) == ("confirmed", SID)


def test_a_content_is_a_registered_text_filled(twilio, office):
    form = {
        "To": FORM["To"], "From": FORM["From"], "ContentSid": "HX" + "d" * 32,
        "ContentVariables": '{"2": "nine", "1": "Ann"}', "SmartEncoded": "true",
        "ContentRetention": "discard", "AddressRetention": "obfuscate",
    }  # fmt: skip
    assert twilio("POST", "/Messages.json", form=form).status_code == 201
    args = office.asked[-1][1]
    assert (args["template"], args["values"]) == ("HX" + "d" * 32, ["Ann", "nine"])
    assert (args["text"], args["smart"], args["discard"]) == ("", True, "both")


def test_a_picture_itself(twilio, office):
    office.answers["message.media.bytes"] = views.PictureBytes(media_type="image/png", body=b"PNG")
    answer = twilio("GET", f"/Messages/{SID}/Media/{MEDIA}")
    assert (answer.status_code, answer.content) == (200, b"PNG")
    assert answer.headers["content-type"].startswith("image/png")
    assert answer.headers["cache-control"] == "no-store"
    assert office.asked[-1][:2] == ("message.media.bytes", {"sid": SID, "medium": MEDIA})
