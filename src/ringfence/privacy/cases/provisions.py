"""Which provision gives a right, by law and date; what no law gives, our policy does.

Each names where it was read, as the facts of `cases.law` do: ``source`` is the number of our
collection of legal facts, ``policy`` where it holds nothing of the kind. Letters cite the provision
of what was asked, and the one by which the request was handled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ringfence.kernel.clock import Ms
from ringfence.privacy.cases.calendar import day_of
from ringfence.privacy.cases.law import law_of, rights_rule

OURS = "granted by our policy"


@dataclass(frozen=True, slots=True)
class Provision:
    """One right under one law, from a day on and until another."""

    law: str
    right: str
    cite: str
    source: str
    since: date = date(1970, 1, 1)
    until: date | None = None


_GDPR = date(2018, 5, 25)
_DPDP = date(2027, 5, 13)
"""IN-03: sources say 13 or 14 May 2027."""
_PDPL = date(2022, 1, 2)
_CCPA, _CPRA = date(2020, 1, 1), date(2023, 1, 1)
_REVOKED = date(2025, 4, 11)

PROVISIONS: tuple[Provision, ...] = (
    Provision("EU", "access", "GDPR 15", "EU-02", _GDPR),
    Provision("EU", "correction", "GDPR 16", "EU-04", _GDPR),
    Provision("EU", "erasure", "GDPR 17", "EU-04", _GDPR),
    Provision("EU", "restriction", "GDPR 18", "EU-04", _GDPR),
    Provision("EU", "portability", "GDPR 20", "EU-05", _GDPR),
    Provision("EU", "objection", "GDPR 21(1)", "EU-06", _GDPR),
    Provision("EU", "opt_out", "GDPR 21(2)-(3)", "EU-06", _GDPR),
    Provision("EU", "withdrawal", "GDPR 7(3)", "EU-07", _GDPR),
    Provision("IN", "access", "SPDI Rules 2011 r.5(6)", "IN-17", until=_DPDP),
    Provision("IN", "correction", "SPDI Rules 2011 r.5(6)", "IN-17", until=_DPDP),
    Provision("IN", "withdrawal", "SPDI Rules 2011 r.5(7)", "IN-17", until=_DPDP),
    Provision("IN", "access", "DPDP Act 11", "IN-03", _DPDP),
    Provision("IN", "correction", "DPDP Act 12", "IN-03", _DPDP),
    Provision("IN", "erasure", "DPDP Act 12", "IN-03", _DPDP),
    Provision("IN", "withdrawal", "DPDP Act 6(4)", "IN-05", _DPDP),
    Provision("IN", "opt_out", "TCCCPR 2018, as amended in 2025", "IN-28", date(2025, 2, 12)),
    Provision("AE", "access", "FDL 45/2021 art. 13", "AE-03", _PDPL),
    Provision("AE", "portability", "FDL 45/2021 art. 14", "AE-03", _PDPL),
    Provision("AE", "correction", "FDL 45/2021 art. 15", "AE-03", _PDPL),
    Provision("AE", "erasure", "FDL 45/2021 art. 15", "AE-03", _PDPL),
    Provision("AE", "restriction", "FDL 45/2021 art. 16", "AE-03", _PDPL),
    Provision("AE", "objection", "FDL 45/2021 art. 17", "AE-03", _PDPL),
    Provision("AE", "withdrawal", "FDL 45/2021 art. 6", "policy", _PDPL),
    Provision("AE", "opt_out", "Cabinet Res. 56/2024", "AE-05", date(2024, 8, 27)),
    Provision("US-CA", "access", "Cal. Civ. 1798.110", "US-15", _CCPA),
    Provision("US-CA", "correction", "Cal. Civ. 1798.106", "US-15", _CPRA),
    Provision("US-CA", "erasure", "Cal. Civ. 1798.105", "US-15", _CCPA),
    Provision("US-CA", "portability", "Cal. Civ. 1798.130", "US-15", _CCPA),
    Provision("US-CA", "opt_out", "Cal. Civ. 1798.120", "US-14", _CCPA),
    Provision("US", "opt_out", "47 CFR 64.1200(a)(10)", "US-05", _REVOKED),
    Provision("US", "withdrawal", "47 CFR 64.1200(a)(10)", "US-05", _REVOKED),
)


def basis(right: str, residence: str, now: Ms) -> str:
    """Return the provision behind a right where somebody lives, or that we grant it ourselves.

    A state's law comes before its country's.
    """
    law, today = law_of(residence), day_of(now)
    for place in (law, law.partition("-")[0]):
        for one in PROVISIONS:
            in_force = one.since <= today and (one.until is None or today < one.until)
            if (one.law, one.right) == (place, right) and in_force:
                return one.cite
    return OURS


def law_applied(right: str, residence: str, now: Ms) -> str:
    """Return what a letter cites: the right, and the rule by which the request was handled."""
    return f"{basis(right, residence, now)}; handled by {rights_rule(residence, now).cite}"
