"""``/v1/conferences/SID/recordings``: what was recorded of a conference."""

from __future__ import annotations

from ringfence.api import views
from ringfence.api.resources import Body, resource


class ConferenceRecordingControl(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/conferences/{conference}/recordings/{sid}``."""

    to: str
    skip: bool = False


HANDLERS = (
    resource(
        "GET /v1/conferences/{conference:str}/recordings",
        "conference.recording.list",
        list[views.Recording],
        "What was recorded of a conference: one recording, or none.",
    ),
    resource(
        "GET /v1/conferences/{conference:str}/recordings/{sid:str}",
        "conference.recording.show",
        views.Recording,
        "The recording of a conference.",
    ),
    resource(
        "POST /v1/conferences/{conference:str}/recordings/{sid:str}",
        "conference.recording.control",
        views.Recording,
        "Pause what is recorded of a conference, go on with it, or stop it.",
        body=ConferenceRecordingControl,
    ),
    resource(
        "DELETE /v1/conferences/{conference:str}/recordings/{sid:str}",
        "conference.recording.remove",
        None,
        "Remove every voice of it, keys and sound at once.",
    ),
)
