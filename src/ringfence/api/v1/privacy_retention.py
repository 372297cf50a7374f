"""``/v1/privacy/retention``: the rules, what the next sweep removes, and a sweep now."""

from __future__ import annotations

from ringfence.api import views
from ringfence.api.resources import resource

_AT = "/v1/privacy/retention"

HANDLERS = (
    resource(f"GET {_AT}", "privacy.retention.rules", list[views.RetentionTerm],
             "How long each kind of record is kept, and by whose law."),
    resource(f"GET {_AT}/preview", "privacy.retention.preview", list[views.SweepDue],
             "What the next sweep will remove, kind by kind."),
    resource(f"POST {_AT}/sweep", "privacy.retention.sweep", list[views.SweepDue],
             "Remove now what is older than it may be; what went, kind by kind."),
)  # fmt: skip
