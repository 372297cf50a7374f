"""What the installation says about itself: its settings, the promises it keeps, its roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import config
from ringfence.api import views_about as views
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.gate import RULES, rules_of_the_rest
from ringfence.privacy.roles import GRANTED
from ringfence.promises import registry

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case("settings.show", actors=KNOWN, purpose="operate", category="system.configuration")
async def show_settings(office: Office) -> list[views.Setting]:
    """Every setting: its value here, where that comes from, what it does; no secret."""
    return [
        views.Setting(
            name=declared.name,
            value=_shown(declared.form, getattr(office.settings, declared.name)),
            source=str(office.settings.sources.get(declared.name, "default")),
            default=str(declared.default),
            form=declared.form.shape,
            doc=declared.doc,
        )
        for declared in config.declarations()
    ]


def _shown(form: config.Form, value: object) -> str:
    if form.secret:
        return "set" if value else ""
    return form.show(value)


@TABLE.use_case("privacy.promise.list", actors=KNOWN, none="promises are about nobody")
async def list_promises(_office: Office, *, company: str | None = None) -> list[views.Promise]:
    """The clauses of the policies: kept by which code and tests, or waiting for what."""
    return [
        views.Promise(
            id=clause.id,
            section=clause.section,
            companies=list(clause.companies),
            states=clause.states,
            state=clause.state,
            control=clause.control,
            tests=list(clause.tests),
            waits_for=clause.waits_for,
            reason=clause.reason,
        )
        for clause in registry.chosen(registry.load(), company)
    ]


@TABLE.use_case("role.list", actors=KNOWN, none="roles are the same in every installation")
async def list_roles(_office: Office) -> list[views.Role]:
    """Every role that may be handed out, and the purposes it has."""
    rules = (*RULES, *rules_of_the_rest())
    return [
        views.Role(
            name=role, purposes=sorted({rule.purpose for rule in rules if role in rule.roles})
        )
        for role in GRANTED
    ]
