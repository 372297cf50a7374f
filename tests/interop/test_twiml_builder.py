"""Whatever the official builder can write, this parser knows; what has no effect here is said."""

from __future__ import annotations

import inspect
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.twiml import TwiML, messaging_response, voice_response

from ringfence.markup import coverage
from ringfence.markup.elements import ELEMENTS
from ringfence.markup.parser import parse
from ringfence.markup.problems import KINDS
from ringfence.markup.verbs import Broken

VALUES = {
    "url": "https://example.com/x", "action": "/next", "number": "+12025550123",
    "sip_url": "sip:a@example.com", "name": "room", "message": "Hello", "body": "{}",
    "phone_number": "+12025550123", "identity": "desk", "client_identity": "desk",
    "words": "word", "sid": "AP1", "application_sid": "AP1", "sim_sid": "DE1",
    "method": "POST", "timeout": "5", "loop": "2", "length": "2", "digits": "1w2",
    "num_digits": "4", "finish_on_key": "#", "time_limit": "60", "max_length": "30",
    "trim": "do-not-trim", "record": "record-from-answer", "beep": "true", "ring_tone": "us",
    "reason": "busy", "input": "dtmf speech", "track": "inbound_track", "caller_id": "+12025550100",
    "send_digits": "12", "max_participants": "10", "max_queue_size": "10", "coach": "CA1",
    "recording_status_callback_event": "completed", "recording_track": "both",
    "interpret_as": "digits", "alias": "other", "strength": "strong", "time": "1s",
    "alphabet": "ipa", "ph": "a", "level": "strong", "xml_lang": "en-GB", "xml:lang": "en-GB",
    "volume": "loud", "rate": "fast", "pitch": "high", "role": "amazon:VB",
    "speech_timeout": "auto",
    "payment_method": "credit-card", "token_type": "one-time", "charge_amount": "10.00",
    "valid_card_types": "visa amex", "max_attempts": "2", "min_postal_code_length": "3",
    "bank_account_type": "consumer-checking", "postal_code": "true", "currency": "usd",
    "for_": "payment-card-number", "attempt": "1", "card_type": "visa", "error_type": "timeout",
    "max_speech_time": "30", "speech_model": "phone_call", "hints": "one, two",
    "sample_rate": "8000", "machine_detection": "Enable", "machine_detection_timeout": "30",
    "machine_detection_speech_threshold": "2400", "machine_detection_silence_timeout": "5000",
    "machine_detection_speech_end_threshold": "1200",
    "value": "v", "voice": "alice", "language": "en-GB", "dialect": "twilio",
}  # fmt: skip
EVENTS = {
    "Conference": "start end", "Number": "initiated", "Sip": "answered", "Client": "ringing",
    "Application": "initiated", "WhatsApp": "initiated", "Conversation": "call-initiated",
}  # fmt: skip
FLAGS = re.compile(
    "muted|on_enter|on_exit|hangup_on|answer_on|sequential|barge|empty|filter|play_beep|transcribe"
    "|debug|enhanced|security|require|partial_results|start_conf|end_conf"
)
NEVER = {"unknown_verb", "unknown_element", "unknown_attribute", "nested_verb", "bad_value"}


def value(name: str, owner: str) -> str:
    """Something the attribute may well be."""
    if name == "url" and owner in {"Stream", "ConversationRelay"}:
        return "wss://example.com/x"
    if owner == "Recording" and name in {"track", "channels"}:
        return {"track": "both", "channels": "dual"}[name]
    if name.endswith("status_callback_event"):
        return EVENTS.get(owner, "completed") if not name.startswith("rec") else "completed"
    if name in VALUES:
        return VALUES[name]
    if FLAGS.search(name):
        return "true"
    if "callback" in name or name.endswith("url"):
        return "POST" if name.endswith("method") else "https://example.com/x"
    return "POST" if name.endswith("method") else "1"


def builders(cls: type[TwiML]) -> list[tuple[str, Any, str]]:
    """The methods that nest an element, and the class each makes."""
    found = []
    for name, method in inspect.getmembers(cls, inspect.isfunction):
        made = re.search(r"self\.nest\(\s*(\w+)\(", inspect.getsource(method))
        if not name.startswith("_") and made and method.__qualname__.startswith(cls.__name__):
            found.append((name, method, made[1]))
    return found


def grow(parent: TwiML, seen: set[tuple[str, str]], left_out: set[str]) -> None:
    """Nest every element that may stand in ``parent``, with every attribute, each pair once."""
    for name, method, made in builders(type(parent)):
        pair = (type(parent).__name__, name)
        if pair in seen or ".".join(pair) in left_out:
            continue
        seen.add(pair)
        parameters = list(inspect.signature(method).parameters.values())[1:]
        arguments = {
            p.name: value(p.name, made)
            for p in parameters
            if p.kind is not inspect.Parameter.VAR_KEYWORD
        }
        child = getattr(parent, name)(**arguments)
        grow(child, seen, left_out)


def problems(document: str) -> set[tuple[str, str]]:
    return {(p.code, p.sentence) for p in parse(document).problems}


MODULES = (voice_response, messaging_response)
ROOTS: dict[ModuleType, type[TwiML]] = {
    voice_response: voice_response.VoiceResponse,
    messaging_response: messaging_response.MessagingResponse,
}
ALL = [(root, name) for root in ROOTS.values() for name, _, _ in builders(root)]


@pytest.mark.parametrize(("root", "name"), ALL, ids=lambda x: getattr(x, "__name__", x))
def test_everything_the_builder_can_write_is_known(root: type[TwiML], name: str) -> None:
    response = root()
    others = {f"{root.__name__}.{n}" for n, _, _ in builders(root)}
    grow(response, set(), others - {f"{root.__name__}.{name}"})
    found = problems(str(response))
    assert not [p for p in found if p[0] in NEVER], str(response)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_whole_builder_is_walked(module: ModuleType) -> None:
    """Every class of the builder is written at least once: what is left out is named here."""
    root = ROOTS[module]
    seen: set[tuple[str, str]] = set()
    grow(root(), seen, set())
    made = {root.__name__}
    for owner, name in seen:
        method = getattr(getattr(module, owner), name)
        found = re.search(r"self\.nest\(\s*(\w+)\(", inspect.getsource(method))
        assert found is not None
        made.add(found[1])
    classes = {
        name
        for name, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, TwiML) and cls is not TwiML
    }
    unreachable = {"Autopilot"} if module is voice_response else set()  # of no method any more
    assert classes - made <= unreachable


def written(module: ModuleType) -> set[str]:
    """``Element`` and ``Element.attribute`` of whatever the builder can write."""
    found = set()
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if not issubclass(cls, TwiML) or cls is TwiML:
            continue
        for name, method, _made in builders(cls):
            parameters = list(inspect.signature(method).parameters.values())[1:]
            named = [p for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]
            for mark in named:
                parent = TwiML()
                parent.name = "X"
                arguments = {p.name: "." for p in named if p.default is inspect.Parameter.empty}
                made = getattr(cls, name)(parent, **(arguments | {mark.name: "mark"}))
                node = ET.fromstring(made.to_xml(xml_declaration=False))
                found.add(node.tag)
                found |= {
                    f"{node.tag}.{key.replace(XML, 'xml:')}"
                    for key, text in node.attrib.items()
                    if text == "mark"
                }
    return found


XML = "{http://www.w3.org/XML/1998/namespace}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_reference_misses_nothing_the_builder_can_write(module: ModuleType) -> None:
    known = {row.key for row in coverage.rows()}
    found = written(module)
    assert len(found) >= (10 if module is messaging_response else 250)
    assert found <= known


def test_every_attribute_without_effect_is_said() -> None:
    """Nothing is swallowed: what is read fills a field, or is reported."""
    for element in ELEMENTS.values():
        for name, attribute in element.attributes.items():
            if attribute.name is None and element.state == "works":
                assert attribute.read("x") == "x", (element.name, name)


NAMES = st.one_of(
    st.sampled_from(sorted(ELEMENTS)),
    st.text("abcXYZ:-", min_size=1, max_size=6).map(lambda t: f"e{t}"),
)
KEYS = sorted({key for element in ELEMENTS.values() for key in element.attributes})


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> ET.Element:
    node = ET.Element(draw(NAMES).replace(":", "_"))
    for key in draw(st.lists(st.sampled_from([*KEYS, "other"]), max_size=4, unique=True)):
        node.set(key, draw(st.text(st.characters(exclude_categories=["C"]), max_size=12)))
    node.text = draw(st.text(st.characters(exclude_categories=["C"]), max_size=20))
    if depth:
        node.extend(draw(st.lists(trees(depth - 1), max_size=3)))
    return node


@settings(max_examples=60, deadline=None)
@given(st.lists(trees(), max_size=4))
def test_arbitrary_documents_are_read_and_reported(children: list[ET.Element]) -> None:
    """Invariant: any well-formed document gives verbs and known problems, and raises nothing."""
    root = ET.Element("Response")
    root.extend(children)
    document = parse(ET.tostring(root))
    assert {p.code for p in document.problems} <= KINDS.keys()
    for verb in document.verbs:
        assert isinstance(verb, Broken) or type(verb).__name__ in ELEMENTS or verb


XSD = Path(os.environ.get("RINGFENCE_TWIML_XSD", "../shared/data/twiml-xsd"))


def test_every_element_of_the_published_schema_is_known() -> None:
    path = XSD / "twiml_v20100401_twilioRealtimeCallSchema.xsd"
    if not path.exists():
        pytest.skip("THE PUBLISHED SCHEMA IS NOT HERE: set RINGFENCE_TWIML_XSD to its folder")
    space = "{http://www.w3.org/2001/XMLSchema}"
    names = {node.get("name") for node in ET.parse(path).iter(f"{space}element")}
    known = ELEMENTS.keys() | {"Response"}
    speech = ELEMENTS["Say"].children
    assert {name for name in names if name} <= known | speech


def test_the_reference_misses_no_attribute_of_the_published_schema() -> None:
    path = XSD / "twiml_v20100401_twilioRealtimeCallSchema.xsd"
    if not path.exists():
        pytest.skip("THE PUBLISHED SCHEMA IS NOT HERE: set RINGFENCE_TWIML_XSD to its folder")
    space = "{http://www.w3.org/2001/XMLSchema}"
    tree = ET.parse(path)
    types = {node.get("name"): node for node in tree.iter(f"{space}complexType")}
    known = {row.key for row in coverage.rows()}
    missing = set()
    for element in tree.iter(f"{space}element"):
        name, kind = element.get("name"), types.get(element.get("type"))
        if name in {None, "Response", "break"} or kind is None:
            continue
        keys = {f"{name}.{node.get('name')}" for node in kind.iter(f"{space}attribute")}
        missing |= (keys | {str(name)}) - known
    assert not missing
