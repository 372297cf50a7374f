"""What laws ask for, as dated facts with their source: periods, fees, limits, clocks.

A fact names where it was read (``source``: the number of our collection of legal facts, ``cite``:
the provision) and from when to when it applies. Where a law is silent the promise is the generous
default, that of the strictest law we know; it is marked by the source ``policy``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ringfence.kernel.clock import Ms
from ringfence.privacy.cases.calendar import Period, day_of

EEA = frozenset(
    {
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
        *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
        *("IS", "LI", "NO"),
    }
)
"""Countries where the GDPR applies (EU and EEA)."""

GROUNDS_FOR_A_FEE = ("manifestly_unfounded", "excessive")


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRule:
    """How a request of a person is handled.

    ``reply``: from receipt to answer; ``extension``: once, with reasons, None where there is none;
    ``acknowledge``: receipt to confirm; ``opt_out``: until marketing must have ended; ``free``:
    requests a year that must be free, None for all; ``fee_grounds``: when a fee may be asked;
    ``cite``: by what it is handled so. What gives the right itself is in `cases.provisions`.
    """

    law: str
    reply: Period
    extension: Period | None
    opt_out: Period
    acknowledge: Period | None = None
    free: int | None = None
    fee_grounds: tuple[str, ...] = ()
    source: tuple[str, ...]
    cite: str
    since: date = date(1970, 1, 1)
    until: date | None = None


Whom = Literal["authority", "subjects", "controllers", "processors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """Who is told of an incident, and within what time of knowing about it.

    ``sector``: only for such operators (``telecom``, ``essential``), "" for everybody;
    ``waived_if_sealed``: people need not be told of data nobody can read.
    """

    key: str
    law: str
    whom: Whom
    what: str
    within: Period
    source: str
    cite: str
    sector: str = ""
    waived_if_sealed: bool = False
    since: date = date(1970, 1, 1)
    until: date | None = None


_MONTH = Period(1, "months")

RIGHTS: tuple[RightsRule, ...] = (
    RightsRule(
        law="EU", reply=_MONTH, extension=Period(2, "months"), opt_out=Period(0, "days"),
        fee_grounds=GROUNDS_FOR_A_FEE, source=("EU-01", "EU-02", "EU-06"),
        cite="GDPR 12(3), 12(5)",
    ),
    RightsRule(
        law="IN", reply=_MONTH, extension=None, opt_out=Period(0, "days"),
        source=("IN-17", "IN-11"), cite="SPDI Rules 2011 r.5(9)", until=date(2027, 5, 13),
    ),
    RightsRule(
        law="IN", reply=_MONTH, extension=Period(60, "days"), opt_out=Period(0, "days"),
        source=("IN-03", "IN-11", "IN-17"), cite="DPDP Rules 2025 r.14(3)",
        since=date(2027, 5, 13),
    ),
    RightsRule(
        law="AE", reply=_MONTH, extension=None, opt_out=Period(0, "days"),
        source=("AE-01", "AE-03"),
        cite="FDL 45/2021, which leaves the period to regulations", since=date(2022, 1, 2),
    ),
    RightsRule(
        law="US-CA", reply=Period(45, "days"), extension=Period(45, "days"),
        acknowledge=Period(10, "business_days"), opt_out=Period(15, "business_days"), free=2,
        fee_grounds=GROUNDS_FOR_A_FEE, source=("US-14", "US-15"),
        cite="CCPA regulations; Cal. Civ. 1798.130, 1798.145",
    ),
    RightsRule(
        law="US", reply=_MONTH, extension=Period(2, "months"),
        opt_out=Period(10, "business_days"), source=("US-05", "US-13", "policy"),
        cite="our policy, after GDPR 12; opt-outs: 47 CFR 64.1200(a)(10), CAN-SPAM",
    ),
    RightsRule(
        law="*", reply=_MONTH, extension=Period(2, "months"), opt_out=Period(0, "days"),
        source=("policy",), cite="our policy, after GDPR 12",
    ),
)  # fmt: skip

CLOCKS: tuple[ClockRule, ...] = (
    ClockRule(key="EU-authority", law="EU", whom="authority", what="notification",
              within=Period(72, "hours"), source="EU-10", cite="GDPR 33(1)"),
    ClockRule(key="EU-telecom", law="EU", whom="authority", what="initial notification",
              within=Period(24, "hours"), source="EU-12", cite="Reg. (EU) 611/2013",
              sector="telecom"),
    ClockRule(key="EU-telecom-second", law="EU", whom="authority", what="second notification",
              within=Period(72, "hours"), source="EU-12", cite="Reg. (EU) 611/2013",
              sector="telecom"),
    ClockRule(key="EU-nis2-warning", law="EU", whom="authority", what="early warning",
              within=Period(24, "hours"), source="EU-13", cite="NIS2 23", sector="essential"),
    ClockRule(key="EU-nis2-notice", law="EU", whom="authority", what="incident notification",
              within=Period(72, "hours"), source="EU-13", cite="NIS2 23", sector="essential"),
    ClockRule(key="EU-nis2-final", law="EU", whom="authority", what="final report",
              within=Period(30, "days"), source="EU-13", cite="NIS2 23", sector="essential"),
    ClockRule(key="EU-subjects", law="EU", whom="subjects", what="notice to people",
              within=Period(72, "hours"), source="EU-11", cite="GDPR 34; ours: within 72 h",
              waived_if_sealed=True),
    ClockRule(key="EU-controllers", law="EU", whom="controllers", what="notice to controllers",
              within=Period(24, "hours"), source="EU-10", cite="GDPR 33(2); ours: within 24 h"),
    ClockRule(key="EU-processors", law="EU", whom="processors", what="instruction to processors",
              within=Period(24, "hours"), source="policy", cite="GDPR 28(3)(f); ours: within 24 h"),
    ClockRule(key="IN-processors", law="IN", whom="processors", what="instruction to processors",
              within=Period(24, "hours"), source="policy", cite="DPDP Act 8(2); ours: 24 h"),
    ClockRule(key="IN-cert", law="IN", whom="authority", what="report to CERT-In",
              within=Period(6, "hours"), source="IN-19", cite="CERT-In Directions 28 Apr 2022",
              since=date(2022, 6, 27)),
    ClockRule(key="IN-telecom-first", law="IN", whom="authority", what="first report",
              within=Period(6, "hours"), source="IN-22", cite="Telecom Cyber Security Rules 2024",
              sector="telecom"),
    ClockRule(key="IN-telecom-details", law="IN", whom="authority", what="details",
              within=Period(24, "hours"), source="IN-22",
              cite="Telecom Cyber Security Rules 2024", sector="telecom"),
    ClockRule(key="IN-board", law="IN", whom="authority", what="report to the Board",
              within=Period(72, "hours"), source="IN-06", cite="DPDP Rules 2025 r.7",
              since=date(2027, 5, 13)),
    ClockRule(key="IN-subjects", law="IN", whom="subjects", what="notice to people",
              within=Period(72, "hours"), source="IN-06",
              cite="DPDP Rules 2025 r.7; ours before it applies"),
    ClockRule(key="AE-authority", law="AE", whom="authority", what="report to the Data Office",
              within=Period(72, "hours"), source="AE-02",
              cite="PDPL 9: at once; period left to regulations"),
    ClockRule(key="AE-subjects", law="AE", whom="subjects", what="notice to people",
              within=Period(72, "hours"), source="AE-02", cite="PDPL 9"),
    ClockRule(key="US-cpni", law="US", whom="authority", what="report to FBI and Secret Service",
              within=Period(7, "business_days"), source="US-11", cite="47 CFR 64.2011"),
    ClockRule(key="US-subjects", law="US", whom="subjects", what="notice to customers",
              within=Period(30, "days"), source="US-11", cite="47 CFR 64.2011 (2024 text)"),
    ClockRule(key="any-authority", law="*", whom="authority", what="notification",
              within=Period(72, "hours"), source="policy", cite="our policy, after GDPR 33"),
    ClockRule(key="any-processors", law="*", whom="processors", what="instruction to processors",
              within=Period(24, "hours"), source="policy", cite="our policy"),
    ClockRule(key="any-subjects", law="*", whom="subjects", what="notice to people",
              within=Period(72, "hours"), source="policy", cite="our policy, after GDPR 34"),
)  # fmt: skip

GRIEVANCE = Period(1, "months")
"""IN-17 (SPDI Rules 2011 r.5(9)); IN-11 would allow 90 days. The shorter one is promised to all."""

ADULT_YEARS = 18
"""IN-12; EU-08 and US-16 ask for less: the strictest is promised to all."""

EMERGENCY_REVIEW = Period(72, "hours")
CHILD_RESTRICTED = Period(1, "hours")

REGULATORS: dict[str, str] = {
    "AE": "the UAE Data Office", "AT": "the Datenschutzbehörde (Austria)",
    "BE": "the Autorité de protection des données (Belgium)",
    "BG": "the Commission for Personal Data Protection (Bulgaria)",
    "CY": "the Commissioner for Personal Data Protection (Cyprus)",
    "CZ": "the Office for Personal Data Protection (Czechia)",
    "DE": "the data protection commissioner of your Land, or BfDI (Germany)",
    "DK": "Datatilsynet (Denmark)", "EE": "the Data Protection Inspectorate (Estonia)",
    "ES": "the Agencia Española de Protección de Datos (Spain)",
    "FI": "the Data Protection Ombudsman (Finland)", "FR": "the CNIL (France)",
    "GB": "the Information Commissioner's Office (United Kingdom)",
    "GR": "the Hellenic Data Protection Authority (Greece)", "HR": "AZOP (Croatia)",
    "HU": "NAIH (Hungary)", "IE": "the Data Protection Commission (Ireland)",
    "IN": "the Data Protection Board of India", "IS": "Persónuvernd (Iceland)",
    "IT": "the Garante per la protezione dei dati personali (Italy)",
    "LI": "the Datenschutzstelle (Liechtenstein)",
    "LT": "the State Data Protection Inspectorate (Lithuania)",
    "LU": "CNPD (Luxembourg)", "LV": "the Data State Inspectorate (Latvia)",
    "MT": "the Information and Data Protection Commissioner (Malta)",
    "NL": "the Autoriteit Persoonsgegevens (Netherlands)", "NO": "Datatilsynet (Norway)",
    "PL": "UODO (Poland)", "PT": "CNPD (Portugal)", "RO": "ANSPDCP (Romania)",
    "SE": "IMY (Sweden)", "SI": "the Information Commissioner (Slovenia)",
    "SK": "the Office for Personal Data Protection (Slovakia)",
    "US": "the Federal Trade Commission and your state's attorney general",
    "US-CA": "the California Privacy Protection Agency and the Attorney General of California",
}  # fmt: skip

ANY_REGULATOR = "the data protection authority of the country you live in"


def law_of(residence: str) -> str:
    """Return the law for somebody who lives in ``residence`` (ISO 3166: ``DE``, ``US-CA``)."""
    place = residence.upper()
    country = place.partition("-")[0]
    if country in EEA:
        return "EU"
    known = {rule.law for rule in RIGHTS}
    return place if place in known else country if country in known else "*"


def rights_rule(residence: str, now: Ms) -> RightsRule:
    """Return the rule in force for a person's residence; the generous default where none is."""
    law = law_of(residence)
    for name in (law, "*"):
        for rule in RIGHTS:
            if rule.law == name and _in_force(rule, now):
                return rule
    raise AssertionError  # the default has no end


def clocks(laws: frozenset[str], sectors: frozenset[str], now: Ms) -> list[ClockRule]:
    """Return every clock an incident starts under ``laws``; the default where none is known."""
    found = [
        rule
        for rule in CLOCKS
        if rule.law in laws and (not rule.sector or rule.sector in sectors) and _in_force(rule, now)
    ]
    return found or [rule for rule in CLOCKS if rule.law == "*"]


def regulator(residence: str) -> str:
    """Return the authority somebody can complain to; it is named in every closing letter."""
    place = residence.upper()
    return REGULATORS.get(place) or REGULATORS.get(place.partition("-")[0]) or ANY_REGULATOR


def _in_force(rule: RightsRule | ClockRule, now: Ms) -> bool:
    today = day_of(now)
    return rule.since <= today and (rule.until is None or today < rule.until)
