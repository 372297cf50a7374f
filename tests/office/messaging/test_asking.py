"""Asking for a text message: what is taken, and by which rule it is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from spoken_carrier import until

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.office.messaging.asking import Wanted, own_sender, prepare

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"
AMERICAN, INDIAN = "+12025550123", "+910000000000"
CODE = "Your code is {#var#}. Do not share it. -EXAMPL"


async def refused(run: Any, **args: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as found:
        await run("message.send", **({"to": BRITISH, "text": "Hello", "sender": OURS} | args))
    assert BRITISH not in str(found.value)
    return found.value.code, found.value.clause


async def test_a_message_is_kept_and_waits(office: Office, run: Any, ready: Any) -> None:
    await ready()
    made = await run("message.send", to="+44 7700 900123", text="Hello", sender=OURS)
    assert (made.status, made.to, made.sender, made.body) == ("queued", BRITISH, OURS, "Hello")
    assert (made.segments, made.direction, made.about) == (1, "api", "service")
    office.store.store.close()
    assert b"Hello" not in (office.settings.data / "ringfence.db").read_bytes()


async def test_segments_are_counted(run: Any, ready: Any) -> None:
    await ready()
    long = await run("message.send", to=BRITISH, text="a" * 161, sender=OURS)
    assert long.segments == 2
    greek = await run("message.send", to=BRITISH, text="Ж" * 71, sender=OURS)
    assert greek.segments == 2


async def test_what_cannot_be_sent(run: Any, ready: Any) -> None:
    await ready()
    for args, code in (
        ({"to": "nobody"}, "invalid_number"),
        ({"to": "12345"}, "invalid_number"),
        ({"to": "+1202555"}, "invalid_number"),
        ({"text": ""}, "no_content"),
        ({"text": " \t\r\n"}, "no_content"),
        ({"text": "\0\0"}, "no_content"),
        ({"text": "x" * 1_601}, "text_too_long"),
        ({"media": ["https://example.com/a"] * 11}, "too_many_media"),
        ({"media": ["ftp://example.com/a"]}, "bad_media_url"),
        ({"media": ["https://example.com/a", "http://10.0.0.1/a"]}, "bad_media_url"),
        ({"sender": None}, "no_sender"),
        ({"sender": "not a sender"}, "bad_sender"),
        ({"sender": "+447700900199"}, "not_ours"),
        ({"sender": "EXAMPLE"}, "not_ours"),
        ({"to": OURS}, "same_number"),
        ({"campaign": "nothing"}, "unknown_campaign"),
        ({"template": "nothing"}, "unknown_template"),
        ({"priority": "soon"}, "bad_argument"),
        ({"about": "friendship"}, "bad_argument"),
        ({"at": 1}, "bad_schedule"),
        ({"valid_s": 0}, "bad_validity"),
        ({"callback": "http://127.0.0.1/told"}, "private_address"),
    ):
        assert (await refused(run, **args))[0] == code, args


@pytest.mark.promise("MSG-04")
@pytest.mark.promise("TEL-10")
async def test_who_stopped_gets_nothing(run: Any, ready: Any) -> None:
    await ready()
    await run("privacy.leave_alone.add", number=BRITISH, which="texts")
    assert await refused(run) == ("stopped", "stop-list")
    assert await refused(run, about="marketing", customer=True) == ("stopped", "stop-list")


async def test_an_offer_needs_a_ground(run: Any, ready: Any) -> None:
    await ready()
    assert await refused(run, about="marketing") == ("no_marketing_consent", "marketing-consent")
    await run("message.send", to=BRITISH, text="Hi", sender=OURS, about="marketing", customer=True)
    said = {"number": BRITISH, "purpose": "market", "channel": "message"}
    await run("privacy.consent.give", **said)
    await run("message.send", to=BRITISH, text="Hi", sender=OURS, about="marketing")
    await run("privacy.consent.withdraw", **said)
    assert await refused(run, about="marketing", customer=True) == (
        "marketing_opt_out",
        "marketing-opt-out",
    )


@pytest.mark.promise("TEL-10")
async def test_india_asks_for_a_template(run: Any, ready: Any) -> None:
    await ready()
    template = {
        "name": "code", "text": CODE, "header": "EXAMPL", "entity": "1101", "registration": "1107",
    }  # fmt: skip
    await run("message.template.add", **template)
    good = "Your code is 1234. Do not share it. -EXAMPL"
    assert await refused(run, to=INDIAN, sender="EXAMPL") == ("no_template", "in-dlt-template")
    assert await refused(run, to=INDIAN, text=good) == ("no_template", "in-dlt-template")
    made = await run("message.send", to=INDIAN, text=good, sender="EXAMPL")
    assert made.template is not None
    code, clause = await refused(run, to=INDIAN, sender="EXAMPL", template="code")
    assert (code, clause) == ("template_mismatch", "in-dlt-template")


@pytest.mark.promise("TEL-10")
async def test_the_united_states_ask_for_a_campaign(run: Any, ready: Any) -> None:
    await ready()
    await run("number.add", number="+12025550100", twiml="<Response/>")
    assert await refused(run, to=AMERICAN, sender="+12025550100") == (
        "no_campaign",
        "us-10dlc-campaign",
    )
    campaign = await run(
        "message.campaign.add", name="alerts", senders=["+12025550100"], registration="CABC123"
    )
    made = await run("message.send", to=AMERICAN, text="Hello", sender="+12025550100")
    assert made.campaign == campaign.sid


async def test_a_campaign_picks_the_same_sender_for_somebody(run: Any, ready: Any) -> None:
    await ready()
    await run("number.add", number="+447700900101", twiml="<Response/>")
    await run("message.campaign.add", name="pool", senders=[OURS, "+447700900101"])
    made = [
        await run("message.send", to=f"+4477009002{n:02}", text="Hi", campaign="pool")
        for n in range(20)
        for _ in range(2)
    ]
    assert {one.status for one in made} == {"accepted"}
    assert {one.sender for one in made} == {OURS, "+447700900101"}
    assert all(a.sender == b.sender for a, b in zip(made[::2], made[1::2], strict=True))


async def test_a_message_for_later(office: Office, run: Any, ready: Any) -> None:
    await ready()
    at = office.clock.now() + 600_000
    made = await run("message.send", to=BRITISH, text="Later", sender=OURS, at=at)
    assert (made.status, made.due) == ("scheduled", at)
    canceled = await run("message.cancel", sid=made.sid)
    assert (canceled.status, canceled.due) == ("canceled", None)


async def test_who_wants_their_data_left_alone_gets_nothing(run: Any, ready: Any) -> None:
    await ready()
    await run("message.send", to=BRITISH, text="Hello", sender=OURS)
    await run("privacy.restrict", number=BRITISH, reason="accuracy")
    assert (await refused(run))[0] == "restricted"


async def test_what_is_owed_to_them_they_get_all_the_same(
    office: Office, run: Any, ready: Any
) -> None:
    await ready()
    await run("privacy.restrict", number=BRITISH, reason="accuracy")
    wanted = Wanted(to=Phone(BRITISH), sender=own_sender(office, OURS), text="Your code is 0.")
    with pytest.raises(Refused, match="restricted"):
        prepare(office, wanted)
    assert prepare(office, replace(wanted, owed=True)).id


async def test_a_text_of_our_own_is_filled(run: Any, ready: Any) -> None:
    await ready()
    made = await run("message.template.add", name="code", text="Your code is {#var#}.")
    assert (made.country, made.header) == ("", "")
    sent = await run(
        "message.send", to="+447700900123", sender=OURS, template=made.sid, values=["1234"]
    )
    assert sent.body == "Your code is 1234."
    with pytest.raises(Refused, match="template_mismatch"):
        await run("message.send", to="+447700900123", sender=OURS, template="code", values=[])
    with pytest.raises(Refused, match="unknown_template"):
        await run("message.send", to="+447700900123", sender=OURS, template="no", values=["1"])


async def test_smart_characters_become_plain_where_that_saves_parts(run: Any, ready: Any) -> None:
    await ready()
    asked = {"to": "+447700900123", "sender": OURS}
    curly = "\u201cIt\u2019s here\u201d"
    assert (await run("message.send", **asked, text=curly, smart=True)).body == '"It\'s here"'
    assert (await run("message.send", **asked, text=curly)).body == curly
    wide = curly + "\u4f60"  # no plain form: nothing is saved, nothing is changed
    assert (await run("message.send", **asked, text=wide, smart=True)).body == wide


@pytest.mark.parametrize("what", ["text", "number", "both"])
async def test_what_is_discarded_is_gone_once_it_was_sent(
    office: Office, run: Any, ready: Any, carrier: Any, what: str
) -> None:
    await ready()
    await office.post.start(carrier)
    sid = (await run("message.send", to="+447700900123", sender=OURS, text="Hi", discard=what)).sid
    await until(lambda: office.post.counts["sent"] == 1)
    found = await run("message.show", sid=sid)
    assert found.status == "sent"
    assert found.body == (None if what in {"text", "both"} else "Hi")
    assert found.to == ("+44770090XXXX" if what in {"number", "both"} else "+447700900123")
    assert carrier.got[0].text == "Hi"
    await office.post.stop()
