"""The privacy centre's use cases; importing this fills the table of `ringfence.office.table`."""

from ringfence.office.privacy import (
    backup,
    case_clocks,
    cases,
    children,
    consents,
    demands,
    erasure,
    grievances,
    incidents,
    messages,
    notice,
    policy,
    proof,
    recording,
    retention,
    staff,
)

__all__ = [
    "backup",
    "case_clocks",
    "cases",
    "children",
    "consents",
    "demands",
    "erasure",
    "grievances",
    "incidents",
    "messages",
    "notice",
    "policy",
    "proof",
    "recording",
    "retention",
    "staff",
]
