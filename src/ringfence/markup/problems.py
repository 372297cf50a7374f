"""What can be wrong with a document, each with a stable code and Twilio's number for it.

A `Problem` is shown to the author of the document on the call's timeline. Its sentence never
repeats a value from the document: a value may be a telephone number or a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning"]
"""``error``: the verb (or the document) cannot be carried out and the caller hears a neutral
sentence in its place. ``warning``: it is carried out, with a default or without the part named."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: how bad it is and Twilio's number where it has one."""

    severity: Severity
    twilio: int | None


KINDS: Final[dict[str, Kind]] = {
    # the document
    "not_xml": Kind("error", 12100),
    "doctype_refused": Kind("error", 12100),
    "empty_document": Kind("error", 11770),
    "document_too_large": Kind("error", 11750),
    "too_deep": Kind("error", 12100),
    "too_many_verbs": Kind("error", 12100),
    "root_not_response": Kind("error", 12102),
    "wrong_content_type": Kind("error", 12300),
    "space_before_declaration": Kind("warning", 12100),
    "problems_left_out": Kind("warning", None),
    # elements
    "unknown_verb": Kind("warning", 12200),
    "unknown_element": Kind("warning", 12200),
    "misplaced_element": Kind("warning", 12200),
    "unavailable_verb": Kind("warning", None),
    "unavailable_target": Kind("warning", None),
    "text_ignored": Kind("warning", 12200),
    "voice_elsewhere": Kind("warning", None),
    "markup_in_speech": Kind("warning", None),
    "nested_verb": Kind("warning", 13320),
    "nested_element": Kind("warning", 13215),
    # attributes
    "unknown_attribute": Kind("warning", 12200),
    "attribute_without_effect": Kind("warning", None),
    "bad_value": Kind("warning", 12200),
    # content
    "nothing_to_say": Kind("warning", 13520),
    "speech_too_long": Kind("warning", 13520),
    "nothing_to_play": Kind("warning", 11100),
    "bad_clip_url": Kind("warning", 11100),
    "bad_url": Kind("error", 11100),
    "nobody_to_dial": Kind("error", 13223),
    "too_many_targets": Kind("warning", 13250),
    "bad_number": Kind("warning", 13223),
    "impossible_number": Kind("warning", 13224),
    "unknown_country": Kind("warning", 13226),
    "bad_sip_uri": Kind("warning", 13243),
    "empty_message": Kind("warning", 14103),
    "bad_media_url": Kind("warning", 12200),
    "message_not_sent": Kind("warning", 14107),
    "bad_header": Kind("warning", 13252),
    "too_many_headers": Kind("warning", 13251),
    "too_many_parameters": Kind("warning", 31951),
    "stream_without_url": Kind("warning", 31920),
    "stream_without_name": Kind("warning", 31920),
    "nothing_to_connect": Kind("warning", None),
    "bad_track": Kind("warning", 31941),
    "speech_input_unavailable": Kind("warning", None),
    # while it runs
    "fetch_failed": Kind("error", 11205),
    "fetch_protocol": Kind("error", 11206),
    "fetch_refused": Kind("error", 11205),
    "fetch_host_unknown": Kind("error", 11210),
    "fetch_redirects": Kind("error", 11215),
    "fetch_tls": Kind("error", 11220),
    "fetch_certificate": Kind("error", 11237),
    "fetch_certificate_name": Kind("error", 11235),
    "fetch_certificate_expired": Kind("error", 11236),
    "fetch_too_large": Kind("error", 11750),
    "fetch_timed_out": Kind("error", 11200),
    "fetch_status": Kind("error", 11200),
    "clip_failed": Kind("warning", 13420),
    "speech_failed": Kind("warning", None),
    "recording_failed": Kind("warning", None),
    "recording_not_permitted": Kind("warning", None),
    "refer_failed": Kind("warning", None),
    "stream_failed": Kind("warning", 31920),
    "stream_refused": Kind("warning", 31920),
    "stream_not_understood": Kind("warning", 31951),
    "stream_not_permitted": Kind("warning", None),
    "payment_invalid": Kind("warning", 64020),
    "payment_no_connector": Kind("warning", 64004),
    "payment_failed": Kind("warning", 64008),
    "bad_prompt": Kind("warning", 12200),
    "stream_too_many": Kind("warning", None),
    "no_such_flow": Kind("error", None),
    "reject_after_answer": Kind("warning", None),
    "document_loop": Kind("error", 11215),
    "caller_id_refused": Kind("warning", 13214),
    "verb_not_here": Kind("warning", 13238),
    "room_full": Kind("warning", None),
    "label_taken": Kind("warning", 16025),
    "screen_verb": Kind("warning", None),
    "bad_ring_tone": Kind("warning", None),
    # what was asked of a call by HTTP
    "unknown_call_event": Kind("warning", 21626),
    "unknown_recording_event": Kind("warning", 13621),
    "unknown_room_event": Kind("warning", 16002),
}
"""Every kind; ``docs/reference/twiml.md`` lists them and a test keeps the two in step."""

_UNSAFE = re.compile(r"[^A-Za-z:._-]")
_NAME_SHOWN = 32


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, where, and what was done about it.

    ``line`` and ``column`` count from 1; 0 where the problem has no place in a document.
    """

    code: str
    sentence: str
    line: int = 0
    column: int = 0
    warning: int | None = None
    """Twilio's number where the attribute has one of its own, else that of the kind."""

    @property
    def severity(self) -> Severity:
        return KINDS[self.code].severity

    @property
    def twilio(self) -> int | None:
        """Twilio's number for it, or None."""
        return self.warning if self.warning is not None else KINDS[self.code].twilio

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{self.sentence}"


def shown(name: str) -> str:
    """Return a name from a document fit for a sentence: short, letters only, digits blotted."""
    return _UNSAFE.sub("#", name[:_NAME_SHOWN])
