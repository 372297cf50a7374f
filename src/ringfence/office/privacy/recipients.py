"""Who receives data and on what terms: contracts are written down, and end by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views_policy as views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.office.privacy.notice import engagements, terms
from ringfence.office.privacy.policy import refresh
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.processors import PROCESSORS, Engagement, check_engagement, check_terms
from ringfence.privacy.purposes import PURPOSES
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case("privacy.recipient.list", actors=KNOWN, none="declarations about data, no data")
async def list_recipients(office: Office) -> list[views.Recipient]:
    """Who receives data, which fields, where, on what terms, and whether anything is sent now."""
    now = office.clock.now()
    known = {item.processor: item for item in office.read(lambda q: engagements(office, q))}
    agreed = office.read(lambda q: terms(office, q, now))
    found = []
    for item in PROCESSORS.values():
        engaged = known.get(item.key)
        refused: str | None = None
        try:
            check_terms(item, agreed, now)
        except Refused as refusal:
            refused = refusal.code
        found.append(
            views.Recipient(
                key=item.key,
                says=item.says,
                role=item.role,
                fields=sorted(item.fields),
                purposes=sorted(set(item.purposes) & set(PURPOSES)),
                country="" if engaged is None else engaged.country or office.settings.country,
                mechanism=engaged.mechanism if engaged else "",
                until=engaged.until if engaged else None,
                refused=refused,
            )
        )
    return found


@TABLE.use_case(
    "privacy.recipient.engage", actors=KNOWN, purpose="notify", category="system.configuration"
)
async def engage(
    office: Office,
    *,
    processor: str,
    country: str = "",
    mechanism: str = "",
    until: int | None = None,
) -> views.Recipient:
    """Write down the contract with a recipient; a new place is a new version of the notice.

    Of those whom the account names, only where they are: what the account sets up ends with that.
    Whoever says nothing of it has no contract, and must not take back the end of one that there is.
    """
    if not country and not mechanism and until is None:
        raise Refused("bad_argument", "say country, mechanism or until: what was agreed")
    wanted = Engagement(processor, country, mechanism, None if until is None else Ms(until))
    check_engagement(wanted)
    if processor == "named_by_the_person":
        raise Refused("bad_argument", "people name whom they like: that is no one place")
    if PROCESSORS[processor].role != "engaged" and until is not None:
        raise Refused("bad_argument", "the account instructs that recipient, and no contract ends: "
                      "say its country alone")  # fmt: skip
    now = office.clock.now()

    def write(tx: Transaction) -> None:
        office.store.rooms.policies.engage(tx, wanted, now)
        body = {"processor": processor, "country": country, "mechanism": mechanism}
        office.store.store.trail.note(
            tx, "recipient_engaged", at=now, account=office.account.id, body=body
        )

    await office.write(write)
    await refresh(office)
    rows: list[views.Recipient] = await list_recipients(office)
    return next(row for row in rows if row.key == processor)
