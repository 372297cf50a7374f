"""The views of text messages as JSON."""

import msgspec

from ringfence.api import views_messages as views


def test_a_message_is_json_and_back():
    made = views.Message(
        sid="SM1", direction="api", status="queued", about="service", segments=1, media=0,
        created=1, changed=1, attempts=0,
    )  # fmt: skip
    page = views.MessagePage(messages=[made], next="SM1")
    again = msgspec.json.decode(msgspec.json.encode(page), type=views.MessagePage)
    assert again == page
    assert again.messages[0].body is None


def test_facts_of_a_message_are_plain_values():
    made = views.MessageFact(at=1, name="MessageSent", facts={"carrier": "here", "parts": 2})
    assert msgspec.json.decode(msgspec.json.encode(made), type=views.MessageFact) == made
    shape = msgspec.json.schema(views.MessageFact)["$defs"]["MessageFact"]["properties"]["facts"]
    assert {one["type"] for one in shape["additionalProperties"]["anyOf"]} == {
        "string", "integer", "boolean", "null",
    }  # fmt: skip
