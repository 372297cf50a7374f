"""Whether a message may go to somebody, and on what ground.

service      always; a suppression does not touch it
marketing    unless suppressed: on a consent given for its list, or to a customer of the same
             family of products (soft opt-in, 2002/58/EC 13(2))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ringfence.kernel.errors import Refused
from ringfence.messaging.templates import Template

Ground = Literal["service", "consent", "soft_opt_in"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """Why somebody is on a list.

    ``evidence``: the id of the consent or of the purchase; ``product``: family of the product
    bought, for ``soft_opt_in``.
    """

    list: str
    ground: Ground
    evidence: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """A message may go: on this ground, which this id proves."""

    ground: Ground
    evidence: str = ""


def permit(
    template: Template,
    *,
    suppressed: bool,
    subscriptions: Iterable[Subscription],
    product: str = "",
) -> Permission:
    """Return the ground for sending ``template``; ``product``: family of what it is about.

    Raises `Refused`: ``suppressed`` (MSG-04), ``other_list`` (MSG-05), ``other_product`` and
    ``no_ground`` (MSG-03).
    """
    if template.kind == "service":
        return Permission("service")
    if suppressed:
        raise Refused("suppressed", "this person declined advertising", clause="MSG-04")
    known = list(subscriptions)
    mine = [item for item in known if item.list == template.list]
    for item in mine:
        if item.ground == "consent" and item.evidence:
            return Permission("consent", item.evidence)
    bought = [item for item in mine if item.ground == "soft_opt_in" and item.evidence]
    for item in bought:
        if product and item.product == product:
            return Permission("soft_opt_in", item.evidence)
    if bought:
        raise Refused(
            "other_product", "they bought something else; that is no ground", clause="MSG-03"
        )
    if known:
        raise Refused("other_list", "they asked about something else", clause="MSG-05")
    raise Refused("no_ground", "nobody agreed to advertising", clause="MSG-03")
