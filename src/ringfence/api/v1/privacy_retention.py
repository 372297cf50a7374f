"""``/v1/privacy/retention``: the rules, what the next sweep removes, and a sweep now."""

from __future__ import annotations

from ringfence.api import views
from ringfence.api.resources import Body, resource


class Sure(Body, frozen=True, kw_only=True):
    """``clock_is_right``: the word of whoever runs this, after the clock leapt ahead."""

    clock_is_right: bool = False


_AT = "/v1/privacy/retention"

HANDLERS = (
    resource(f"GET {_AT}", "privacy.retention.rules", list[views.RetentionTerm],
             "How long each kind of record is kept, and by whose law."),
    resource(f"GET {_AT}/preview", "privacy.retention.preview", list[views.SweepDue],
             "What the next sweep will remove, kind by kind."),
    resource(f"POST {_AT}/sweep", "privacy.retention.sweep", list[views.SweepDue],
             "Remove now what is older than it may be; what went, kind by kind.", query=Sure),
)  # fmt: skip
