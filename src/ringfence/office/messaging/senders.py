"""Registered texts and campaigns: added, listed, removed, and which of them fits a message."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringfence.api import views_messages as views
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CampaignId, PartyId, TextTemplateId
from ringfence.kernel.limits import NAME_CHARS_MAX, TEXT_SENDERS_MAX, TEXT_TEMPLATES_MAX
from ringfence.kernel.phone import Phone
from ringfence.messaging.registered import check_template, filled, fits, use_of
from ringfence.messaging.senders import sender, text_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import purpose
from ringfence.privacy.recording_law.places import parent
from ringfence.storage.text_senders import Campaign, TextTemplate

if TYPE_CHECKING:
    from ringfence.office import Office

_WHAT = "system.configuration"
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class SenderBook:
    """Templates and campaigns in memory, because every message looks at them."""

    def __init__(self) -> None:
        self.templates: list[TextTemplate] = []
        self.campaigns: list[Campaign] = []

    def learn(self, office: Office) -> None:
        """Read them anew."""
        store, reading = office.store.rooms.text_senders, office.store.db.reading
        with purpose("operate"):
            self.templates = store.templates(reading)
            self.campaigns = store.campaigns(reading)

    def campaign(self, name: str) -> Campaign:
        """Return a campaign by name or SID. Raises `Refused` (``unknown_campaign``)."""
        for found in self.campaigns:
            if name in {found.id, found.name}:
                return found
        raise Refused("unknown_campaign", "no campaign of that name; 'ringfence sms campaign list'")

    def campaign_of(self, own: str) -> Campaign | None:
        """Return the registered campaign a sender belongs to."""
        return next((c for c in self.campaigns if c.registration and own in c.senders), None)

    def template(self, own: str, place: str, text: str, name: str | None) -> TextTemplate | None:
        """Return the registered text that ``text`` is, for a sender and where it goes.

        Raises `Refused`: ``unknown_template``; ``template_mismatch`` where the one that is named
        does not fit.
        """
        if name is not None:
            named = next((t for t in self.templates if name in {t.id, t.name}), None)
            if named is None:
                raise Refused("unknown_template", "no template of that name")
            if (named.header and named.header != own) or not fits(named.text, text):
                raise Refused(
                    "template_mismatch",
                    "the message is not that template filled, or comes from another header",
                    clause="in-dlt-template",
                )
            return named
        country = parent(place)
        return next(
            (
                found
                for found in self.templates
                if found.country == country and found.header == own and fits(found.text, text)
            ),
            None,
        )

    def filled(self, name: str, values: Sequence[str]) -> str:
        """Return a registered text with its gaps filled.

        Raises `Refused`: ``unknown_template``, ``template_mismatch``.
        """
        named = next((t for t in self.templates if name in {t.id, t.name}), None)
        if named is None:
            raise Refused("unknown_template", "no template of that name")
        return filled(named.text, values)

    def owns(self, own: str) -> bool:
        """Whether a word or short code is one of ours: a header or in a campaign."""
        return any(own == t.header for t in self.templates) or any(
            own in c.senders for c in self.campaigns
        )


def pick(campaign: Campaign, party: PartyId) -> str:
    """Return the sender of a campaign for somebody: always the same one, others for others."""
    digest = hashlib.blake2b(party.encode(), digest_size=8).digest()
    return campaign.senders[int.from_bytes(digest, "big") % len(campaign.senders)]


def _name(text: str) -> str:
    if not text or len(text) > NAME_CHARS_MAX or not _NAME.issuperset(text):
        raise Refused("bad_name", "a name has letters, digits, - _ . and at most 64 of them")
    return text


def _number(text: str, what: str) -> str:
    if not text or len(text) > 64 or not text.isascii() or not text.isalnum():
        raise Refused("bad_registration", f"{what} has letters and digits, at most 64")
    return text


# --- templates ------------------------------------------------------------------------------------


@TABLE.use_case("message.template.add", actors=KNOWN, purpose="operate", category=_WHAT)
async def add_template(
    office: Office,
    *,
    name: str,
    text: str,
    header: str = "",
    entity: str = "",
    registration: str = "",
    use: str = "service",
    country: str | None = None,
) -> views.TextTemplate:
    """Add a registered text, as India's DLT knows it.

    With neither header nor ids it is a text of our own: filled by name, and registered nowhere.
    """
    check_template(text)
    own = not (header or entity or registration or country)
    country = "" if own else country or "IN"
    if not own and not (len(country) == 2 and country.isascii() and country.isupper()):
        raise Refused("bad_country", "a country is written as two capitals, e.g. IN")
    if len(office.text_senders.templates) >= TEXT_TEMPLATES_MAX:
        raise Refused("too_many_templates", "remove a template first")
    now = office.clock.now()
    made = TextTemplate(
        id=TextTemplateId(ids.make("text_template", now, office.entropy)),
        name=_name(name),
        country=country,
        entity="" if own else _number(entity, "an entity id"),
        registration="" if own else _number(registration, "a template id"),
        header="" if own else text_of(sender(header)),
        use=use_of(use),
        text=text,
        created_at=now,
    )
    await office.write(lambda tx: office.store.rooms.text_senders.add_template(tx, made))
    office.text_senders.learn(office)
    return _template(made)


@TABLE.use_case("message.template.list", actors=KNOWN, purpose="operate", category=_WHAT)
async def list_templates(office: Office) -> list[views.TextTemplate]:
    """Every registered text."""
    return [_template(found) for found in office.text_senders.templates]


@TABLE.use_case("message.template.remove", actors=KNOWN, purpose="operate", category=_WHAT)
async def remove_template(office: Office, *, name: str) -> None:
    """Forget a registered text: messages like it are refused again."""
    await office.write(lambda tx: office.store.rooms.text_senders.drop_template(tx, name))
    office.text_senders.learn(office)


def _template(found: TextTemplate) -> views.TextTemplate:
    return views.TextTemplate(
        sid=found.id,
        name=found.name,
        country=found.country,
        entity=found.entity,
        registration=found.registration,
        header=found.header,
        use=found.use,
        text=found.text,
        created=found.created_at,
    )


# --- campaigns ------------------------------------------------------------------------------------


@TABLE.use_case("message.campaign.add", actors=KNOWN, purpose="operate", category=_WHAT)
async def add_campaign(
    office: Office, *, name: str, senders: list[str], registration: str = ""
) -> views.Campaign:
    """Add a pool of senders, with its id at the campaign registry where it has one.

    Numbers must be ours; a word or short code is ours by being named here.
    """
    if not senders or len(senders) > TEXT_SENDERS_MAX:
        raise Refused("bad_argument", f"a campaign has 1 to {TEXT_SENDERS_MAX} senders")
    found = [sender(text, region=office.region) for text in senders]
    ours = office.directory.numbers
    if any(isinstance(one, Phone) and one.e164[0] == "+" and one.e164 not in ours for one in found):
        raise Refused("not_ours", "add the number first: ringfence number add")
    now = office.clock.now()
    made = Campaign(
        id=CampaignId(ids.make("campaign", now, office.entropy)),
        name=_name(name),
        registration=_number(registration, "a campaign id") if registration else "",
        senders=tuple(dict.fromkeys(map(text_of, found))),
        created_at=now,
    )
    await office.write(lambda tx: office.store.rooms.text_senders.add_campaign(tx, made))
    office.text_senders.learn(office)
    return _campaign(made)


@TABLE.use_case("message.campaign.list", actors=KNOWN, purpose="operate", category=_WHAT)
async def list_campaigns(office: Office) -> list[views.Campaign]:
    """Every campaign with its senders."""
    return [_campaign(found) for found in office.text_senders.campaigns]


@TABLE.use_case("message.campaign.remove", actors=KNOWN, purpose="operate", category=_WHAT)
async def remove_campaign(office: Office, *, name: str) -> None:
    """Forget a campaign."""
    await office.write(lambda tx: office.store.rooms.text_senders.drop_campaign(tx, name))
    office.text_senders.learn(office)


def _campaign(found: Campaign) -> views.Campaign:
    return views.Campaign(
        sid=found.id,
        name=found.name,
        registration=found.registration,
        senders=list(found.senders),
        created=found.created_at,
    )
