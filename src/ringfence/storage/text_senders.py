"""What regulators know senders by: registered texts, and campaigns with their pools of senders."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, delete, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CampaignId, TextTemplateId
from ringfence.messaging.registered import Use
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import text_campaigns, text_templates
from ringfence.storage.statement import Statement, insert_new
from ringfence.storage.unit_of_work import Queries, Transaction

_t, _c = text_templates.c, text_campaigns.c
_ADD_TEMPLATE = insert_new(text_templates)
_TEMPLATES = Statement(select(*_t).where(_t.account_id == bindparam("account")).order_by(_t.name))
_DROP_TEMPLATE = Statement(
    delete(text_templates).where(_t.account_id == bindparam("account"), _t.name == bindparam("it")),
    *("account", "it"),
)
_ADD_CAMPAIGN = insert_new(text_campaigns)
_CAMPAIGNS = Statement(select(*_c).where(_c.account_id == bindparam("account")).order_by(_c.name))
_DROP_CAMPAIGN = Statement(
    delete(text_campaigns).where(_c.account_id == bindparam("account"), _c.name == bindparam("it")),
    *("account", "it"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTemplate:
    """A registered text: ``registration`` and ``entity`` are DLT's ids, ``header`` the sender."""

    id: TextTemplateId
    name: str
    country: str
    entity: str
    registration: str
    header: str
    use: Use
    text: str = field(repr=False)
    created_at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A pool of senders; ``registration``: its id at the campaign registry, empty without one."""

    id: CampaignId
    name: str
    registration: str
    senders: tuple[str, ...] = field(repr=False)
    created_at: Ms


class TextSenders:
    """Templates and campaigns of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def add_template(self, tx: Transaction, made: TextTemplate) -> None:
        """Add a template. Raises `Refused` (``exists``)."""
        row = (
            *(made.id, self._seal.account.id, made.name, made.country, made.entity),
            *(made.registration, made.header, made.use),
            self._seal.seal(made.text.encode(), f"template:{made.id}"),
            made.created_at,
        )
        if not tx.changed(_ADD_TEMPLATE, row):
            raise Refused("exists", "there is a template of that name already")

    def templates(self, queries: Queries) -> list[TextTemplate]:
        """Return every template, by name. Purposes: operate, carry_message."""
        return [
            TextTemplate(
                id=row[0], name=row[2], country=row[3], entity=row[4], registration=row[5],
                header=row[6], use=row[7], created_at=row[9],
                text=self._seal.open(row[8], f"template:{row[0]}").decode(),
            )
            for row in queries.rows(_TEMPLATES, (self._seal.account.id,))
        ]  # fmt: skip

    def drop_template(self, tx: Transaction, name: str) -> None:
        """Remove a template. Raises `Refused` (``not_found``)."""
        if not tx.changed(_DROP_TEMPLATE, (self._seal.account.id, name)):
            raise Refused("not_found", "no template of that name")

    def add_campaign(self, tx: Transaction, made: Campaign) -> None:
        """Add a campaign. Raises `Refused` (``exists``)."""
        row = (
            *(made.id, self._seal.account.id, made.name, made.registration),
            self._seal.seal(msgspec.json.encode(made.senders), f"campaign:{made.id}"),
            made.created_at,
        )
        if not tx.changed(_ADD_CAMPAIGN, row):
            raise Refused("exists", "there is a campaign of that name already")

    def campaigns(self, queries: Queries) -> list[Campaign]:
        """Return every campaign, by name. Purposes: operate, carry_message."""
        return [
            Campaign(
                id=row[0], name=row[2], registration=row[3], created_at=row[5],
                senders=tuple(msgspec.json.decode(self._seal.open(row[4], f"campaign:{row[0]}"))),
            )
            for row in queries.rows(_CAMPAIGNS, (self._seal.account.id,))
        ]  # fmt: skip

    def drop_campaign(self, tx: Transaction, name: str) -> None:
        """Remove a campaign. Raises `Refused` (``not_found``)."""
        if not tx.changed(_DROP_CAMPAIGN, (self._seal.account.id, name)):
            raise Refused("not_found", "no campaign of that name")
