"""The table of elements is whole: every attribute fills a field, every verb can be built."""

import dataclasses

import pytest

from ringfence.markup import verbs
from ringfence.markup.build import BUILDERS
from ringfence.markup.elements import ELEMENTS, TOP_LEVEL

# names of the attributes of twilio-python's builders, from the public documentation
TWILIO = {
    "Say": "voice loop language",
    "Play": "loop digits",
    "Pause": "length",
    "Gather": "input action method timeout speechTimeout maxSpeechTime profanityFilter finishOnKey "
    "numDigits partialResultCallback partialResultCallbackMethod language hints bargeIn debug "
    "actionOnEmptyResult speechModel enhanced",
    "Record": "action method timeout finishOnKey maxLength playBeep trim recordingStatusCallback "
    "recordingStatusCallbackMethod recordingStatusCallbackEvent transcribe transcribeCallback",
    "Dial": "action method timeout hangupOnStar timeLimit callerId record trim "
    "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent "
    "answerOnBridge ringTone recordingTrack sequential referUrl referMethod events",
    "Number": "sendDigits url method statusCallback statusCallbackEvent statusCallbackMethod byoc",
    "Sip": "username password url method statusCallback statusCallbackEvent statusCallbackMethod",
    "Client": "url method statusCallback statusCallbackEvent statusCallbackMethod",
    "Conference": "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod "
    "maxParticipants record region coach trim statusCallback statusCallbackEvent "
    "recordingStatusCallback eventCallbackUrl jitterBufferSize participantLabel",
    "Queue": "url method",
    "Redirect": "method",
    "Reject": "reason",
    "Hangup": "",
    "Echo": "",
}


@pytest.mark.parametrize("name", TWILIO)
def test_every_attribute_of_twilios_builders_is_known(name):
    assert set(TWILIO[name].split()) <= ELEMENTS[name].attributes.keys()


@pytest.mark.parametrize("element", [e for e in ELEMENTS.values() if e.state != "later"])
def test_attributes_fill_fields_of_the_verb(element):
    assert element.name in BUILDERS
    parts = {"Prompt": verbs.PayPrompt}  # a Prompt of ours is whatever is heard
    verb = parts.get(element.name) or getattr(verbs, element.name, None)
    if verb is None:
        return  # Uri, Headers, Header, Identity, Parameter: parts of a verb
    fields = {field.name for field in dataclasses.fields(verb)}
    for attribute in element.attributes.values():
        assert attribute.name is None or attribute.name in fields


def test_children_exist_or_are_known_to_be_missing():
    for element in ELEMENTS.values():
        if element.content == "speech":
            continue
        missing = {name for name in element.children if name not in ELEMENTS}
        assert missing <= {"Sim", "Application", "WhatsApp"}


def test_parts_are_not_verbs():
    assert "Number" not in TOP_LEVEL
    assert "Enqueue" in TOP_LEVEL
    assert "Say" in TOP_LEVEL
