"""Fields that are one of a few words."""

from __future__ import annotations

from typing import Any

import pytest
from twilio_scene import FORMS, ON_A_PLATFORM, NothingThere, Scene
from twilio_shapes import document, operation

from ringfence.api.twilio.choices import CHOICES, heard
from ringfence.api.twilio.operations import Operation, operations
from ringfence.api.twilio.question import Question
from ringfence.kernel.ids import PREFIX

ROWS = {row.name: row for row in operations().rows if row.handler is not None}
_STATES = {"UpdateCall", "UpdateAccount", "UpdatePayments"}
"""What has to be in a certain state, or another's, before its words are looked at."""


def _path(scene: Scene, row: Operation) -> str:
    """The path of something that is there, else of something that might be."""
    try:
        return "/2010-04-01" + next(iter(scene._paths(row.path)))
    except (NothingThere, StopIteration):
        path = row.path.replace("{AccountSid}", scene.account)
        for field, kind in (("CallSid", "call"), ("QueueSid", "queue"), ("Sid", "recording")):
            path = path.replace(f"{{{field}}}", PREFIX[kind] + "0" * 32)
        return f"/2010-04-01{path.replace('{ConferenceSid}', PREFIX['conference'] + '0' * 32)}"


def _asked(scene: Scene, row: Operation, field: str, word: str) -> Any:
    path = _path(scene, row)
    if row.method == "GET":
        return scene.send("GET", path, None, params={field: word})
    return scene.send("POST", path, {**scene._filled(FORMS.get(row.name, {})), field: word})


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_a_word_nobody_knows_is_refused_and_those_known_are_not(scene: Scene, name: str) -> None:
    for field, words in CHOICES[name].items():
        for wrong in ("triple", "☃", "x" * 5_000):
            answer = _asked(scene, ROWS[name], field, wrong)
            assert answer.status_code == 400, field
            assert answer.json()["code"] in {20001, 21403}, field
            refusal = answer.json()["message"]
            assert field in refusal
        for word in sorted(words):
            answer = _asked(scene, ROWS[name], field, word)
            assert answer.json().get("message") != refusal, (field, word)


def _enumerated(name: str) -> set[str]:
    """Return the fields of an operation that the official description enumerates."""
    schemas = document()["components"]["schemas"]

    def resolved(schema: Any) -> Any:
        while "$ref" in schema:
            schema = schemas[schema["$ref"].split("/")[-1]]
        return resolved(schema["items"]) if schema.get("type") == "array" else schema

    described = operation(name)
    form = described.get("requestBody", {}).get("content", {})
    fields = dict(
        form.get("application/x-www-form-urlencoded", {}).get("schema", {}).get("properties", {})
    )
    for parameter in described.get("parameters", ()):
        if parameter["in"] == "query":
            fields[parameter["name"]] = parameter["schema"]
    return {field for field, schema in fields.items() if "enum" in resolved(schema)}


@pytest.mark.parametrize(
    "name", sorted(ROWS.keys() - _STATES - {name for name in ON_A_PLATFORM if name[:6] == "Update"})
)
def test_every_word_that_is_enumerated_is_looked_at(scene: Scene, name: str) -> None:
    for field in sorted(_enumerated(name)):
        answer = _asked(scene, ROWS[name], field, "nonsense")
        assert answer.status_code == 400, (field, answer.text)


def test_clients_write_truth_with_a_capital(scene: Scene) -> None:
    row = ROWS["CreateParticipant"]
    assert _asked(scene, row, "ConferenceRecord", "True").status_code != 400
    assert _asked(scene, row, "RecordingChannels", "Dual").status_code != 400


@pytest.mark.parametrize("spell", [str.upper, str.title, str.swapcase])
def test_a_handler_hears_each_word_as_it_is_written_in_the_table(spell: Any) -> None:
    for words in CHOICES.values():
        said = {name: [spell(min(known))] for name, known in words.items()}
        nobody: Any = None
        asked = heard(Question("user:x", "AC1", nobody, "/", params=said), words)
        for name, known in words.items():
            assert asked.get(name) in known
