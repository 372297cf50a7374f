"""The privacy centre's use cases; importing this fills the table of `ringfence.office.table`."""

from ringfence.office.privacy import (
    case_clocks,
    cases,
    children,
    demands,
    erasure,
    grievances,
    incidents,
    messages,
    notice,
    policy,
    proof,
    retention,
)

__all__ = [
    "case_clocks",
    "cases",
    "children",
    "demands",
    "erasure",
    "grievances",
    "incidents",
    "messages",
    "notice",
    "policy",
    "proof",
    "retention",
]
