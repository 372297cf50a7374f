"""Values: frozen, keyword-only, and what nobody may read stays out of their printed form."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from importlib import import_module

import pytest
from msgspec.structs import replace

from ringfence.calls.inputs import DigitPressed
from ringfence.kernel.ids import AccountId, CallId, LegId
from ringfence.kernel.values import Hidden, Value, hidden_of
from ringfence.markup.context import Context
from ringfence.sip.admission import Challenge
from ringfence.sip.commands import Credentials
from ringfence.sip.events import Drained, Ended, LegKey
from ringfence.sip.message import Response
from ringfence.sip.sdp import Media

HIDDEN = {
    "calls.commands.Hangup": "headers",
    "calls.commands.Reject": "headers",
    "calls.commands.SendDigits": "digits",
    "calls.commands.Transfer": "target",
    "calls.company.Enqueue": "name",
    "calls.company.Heard": "url",
    "calls.company.JoinConference": "label name",
    "calls.company.TakeFromQueue": "name",
    "calls.company.Told": "url",
    "calls.ears.StopStream": "name",
    "calls.effects.HangUpLeg": "headers",
    "calls.effects.PlaceLeg": "display subject",
    "calls.effects.ReferLeg": "target",
    "calls.effects.RefuseLeg": "headers",
    "calls.effects.SendDigits": "digits",
    "calls.hearing.Wish": "hints",
    "calls.inputs.DigitPressed": "digit",
    "calls.inputs.LegHungUp": "returned",
    "calls.inputs.SpeechHeard": "text",
    "calls.inputs.TransferAsked": "uri",
    "calls.notices.CalleeWaits": "digits shown",
    "calls.notices.CallerRefers": "target",
    "calls.notices.DialFinished": "referred",
    "calls.notices.DialProgress": "shown",
    "calls.notices.DigitHeard": "digit",
    "calls.notices.DigitsEntered": "digits",
    "calls.notices.RecordingFinished": "digit",
    "calls.notices.SpeechHeard": "text",
    "calls.reply.Reply": "call_id headers returned",
    "calls.secrecy.SecretEntered": "digits",
    "calls.secrecy.SecretPressed": "digits",
    "calls.stream.StreamOrder": "name parameters status_callback url",
    "calls.stream.Words": "callback inbound_label outbound_label",
    "calls.targets.DialTarget": "display send_digits subject",
    "calls.targets.Screen": "finish_on",
    "calls.targets.Shown": "phone",
    "calls.targets.ToApplication": "customer parameters",
    "calls.targets.ToSip": "headers password uri username",
    "markup.context.Context": "besides called caller caller_name forwarded_from token",
    "markup.context.Source": "document fallback_url url",
    "markup.exchange.AskRecording": "first own room",
    "markup.exchange.AskRoom": "room",
    "markup.exchange.Callback": "also body fallback_url params url",
    "markup.exchange.Fetch": "params url",
    "markup.exchange.Fetched": "body url",
    "markup.exchange.GoTo": "url",
    "markup.exchange.LoadMedia": "url",
    "markup.exchange.SendOn": "params url",
    "markup.exchange.SendText": "body media sender status_callback to",
    "markup.exchange.Speak": "text",
    "markup.exchange.Transcribe": "url",
    "sip.commands.Acknowledge": "answer",
    "sip.commands.Answer": "body headers",
    "sip.commands.AnswerOffer": "body",
    "sip.commands.Bye": "headers",
    "sip.commands.Credentials": "password",
    "sip.commands.Invite": "credentials from_ headers offer others route spares to uri",
    "sip.commands.Probe": "uri",
    "sip.commands.Provisional": "body headers",
    "sip.commands.Refer": "referred_by target",
    "sip.commands.Register": "aor contact_user credentials registrar",
    "sip.commands.Reject": "headers",
    "sip.commands.Reoffer": "offer",
    "sip.commands.SendInfo": "body",
    "sip.commands.Way": "route uri",
    "sip.events.Answered": "body response",
    "sip.events.Ended": "redirect response",
    "sip.events.Established": "answer",
    "sip.events.InfoReceived": "body digits",
    "sip.events.InviteReceived": "offer request",
    "sip.events.OfferAnswered": "body",
    "sip.events.OfferReceived": "offer",
    "sip.events.ProbeChanged": "seen_from",
    "sip.events.Progress": "body",
    "sip.events.ReferReceived": "target",
    "sip.events.Registered": "seen_from service_route",
    "sip.sdp.Media": "attributes",
    "sip.sdp.SessionDescription": "attributes name",
    "switch.identity.Identity": "address display",
}
"""Fields that must never show, of every class that has some (below ``ringfence``)."""

WITHOUT_VALUE = {"sip.sdp.Media", "sip.sdp.SessionDescription"}
"""They change while they are read, and hide their fields all the same."""
BY_PLACE = {"sip.admission.Trusted", "sip.commands.Credentials", "sip.commands.Way"}
"""Those that take their fields by place."""


def kinds() -> Iterator[type[Value]]:
    """Every class of values in the program."""
    for path in HIDDEN:
        import_module(f"ringfence.{path.rpartition('.')[0]}")
    rest: list[type[Value]] = [Value]
    while rest:
        for kind in rest.pop().__subclasses__():
            rest.append(kind)
            if kind.__module__.startswith("ringfence."):
                yield kind


KINDS = {f"{kind.__module__}.{kind.__name__}".removeprefix("ringfence."): kind for kind in kinds()}


class Kettle(Value, frozen=True, kw_only=True):
    litres: int
    owner: Hidden[str] = ""
    kept: Hidden[str | None] = None
    on: bool = False


@pytest.mark.parametrize("path", KINDS)
def test_the_form(path: str) -> None:
    kind = KINDS[path]
    assert kind.__struct_config__.frozen
    assert kind.__struct_config__.gc == (kind is Context)
    assert (kind.__match_args__ == ()) == (path not in BY_PLACE)


@pytest.mark.parametrize("path", HIDDEN)
def test_what_is_hidden_stays_so(path: str) -> None:
    module, _, name = path.rpartition(".")
    kind = getattr(import_module(f"ringfence.{module}"), name)
    assert hidden_of(kind) == frozenset(HIDDEN[path].split())


def test_whatever_hides_something_is_in_the_table() -> None:
    found = {path for path, kind in KINDS.items() if hidden_of(kind)}
    assert found == set(HIDDEN) - WITHOUT_VALUE


def test_what_is_hidden_is_left_out_of_the_printed_form() -> None:
    kettle = Kettle(litres=2, owner="Ann", kept="Bob")
    assert repr(kettle) == str(kettle) == f"{kettle}" == "Kettle(litres=2, on=False)"
    assert repr([kettle]) == "[Kettle(litres=2, on=False)]"
    assert repr(DigitPressed(leg=LegId("LG-x"), digit="7")) == (
        "DigitPressed(leg='LG-x', duration_ms=0, inband=False, signalled=False)"
    )
    assert repr(Credentials("desk", "hush")) == "Credentials(username='desk')"
    assert repr(Drained()) == "Drained()"


def test_a_description_shows_no_attributes() -> None:
    medium = Media("audio", 4000, "RTP/AVP", ["0"], attributes=["crypto:hush"])
    assert repr(medium) == (
        "Media(kind='audio', port=4000, protocol='RTP/AVP', formats=['0'], host=None)"
    )


def test_a_value_does_not_change() -> None:
    kettle = Kettle(litres=2)
    with pytest.raises(AttributeError):
        kettle.litres = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        kettle.colour = "red"  # type: ignore[attr-defined]
    assert replace(kettle, litres=3) == Kettle(litres=3)
    assert kettle.litres == 2


def test_every_field_without_a_default_is_named() -> None:
    with pytest.raises(TypeError, match="litres"):
        Kettle()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Kettle(2)  # type: ignore[call-arg, misc]
    with pytest.raises(TypeError, match="colour"):
        Kettle(litres=2, colour="red")  # type: ignore[call-arg]


def test_values_are_compared_by_kind_and_content() -> None:
    assert Kettle(litres=2) == Kettle(litres=2) != Kettle(litres=2, owner="Ann")
    assert len({Kettle(litres=2), Kettle(litres=2), Kettle(litres=3)}) == 2
    assert Drained() == Drained() != Challenge()
    match Kettle(litres=2, owner="Ann"):
        case Kettle(litres=litres, owner="Ann"):
            assert litres == 2
        case _:
            pytest.fail("it has the form")


def test_the_collector_does_not_look_at_values() -> None:
    assert not gc.is_tracked(Kettle(litres=2))


def test_two_ends_of_a_leg_are_the_same_whatever_was_said() -> None:
    end = Ended(leg=LegKey("a"), by="remote", cause="refused", status=486)
    told = replace(end, response=Response(486, "Busy Here"))
    assert end == told
    assert hash(end) == hash(told)
    assert end != replace(end, status=603)
    assert end != Drained()


def test_two_contexts_are_the_same_whatever_makes_the_token() -> None:
    context = Context(call=CallId("CA1"), account=AccountId("AC1"), caller="", called="")
    other = replace(context, token=lambda: "t")
    assert context == other
    assert hash(context) == hash(other)
    assert context != replace(context, called="sip:bob@example.com")
