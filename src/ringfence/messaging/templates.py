"""Every message this program sends of its own accord, typed: its kind, words and fields.

A *service* message is one the service cannot be run without; nobody can decline it, and so it may
hold no advertising (``messaging.promotion`` is asked when the table is made). A *marketing*
message goes to a list, to those who agreed (``messaging.permission``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import MAIL_CHARS_MAX, MAIL_LINE_MAX
from ringfence.messaging.promotion import promotions

Kind = Literal["service", "marketing"]

_FIELD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """One message. ``list``: the list a marketing message belongs to, empty for service."""

    key: str
    kind: Kind
    subject: str
    body: str
    list: str = ""

    @property
    def fields(self) -> frozenset[str]:
        """The fields it needs."""
        return frozenset(_FIELD.findall(self.subject + self.body))


@dataclass(frozen=True, slots=True)
class Letter:
    """A filled template: plain text, no pictures, nothing that loads."""

    template: str
    subject: str
    body: str


def table(templates: Iterable[Template]) -> Mapping[str, Template]:
    """Return templates by key.

    Raises `LocalError` for a service message that advertises, a marketing message without a list,
    and a key that is there twice.
    """
    found: dict[str, Template] = {}
    for template in templates:
        if template.key in found:
            raise LocalError(f"two templates are called {template.key}")
        if template.kind == "service":
            words = promotions(f"{template.subject}\n{template.body}")
            if words:
                raise LocalError(f"{template.key} is a service message and advertises: {words[0]}")
        elif not template.list:
            raise LocalError(f"{template.key} is marketing and belongs to no list")
        found[template.key] = template
    return MappingProxyType(found)


TEMPLATES = table(
    (
        Template("account_opened", "service", "Your account is open",
                 "The account {account} was opened.\n"),
        Template("password_changed", "service", "A password was changed",
                 "The password of {who} was changed. If that was not you, end all sessions: "
                 "ringfence admin-link\n"),
        Template("payment_received", "service", "Your payment arrived",
                 "We received your payment {reference}.\n"),
        Template("package_ending", "service", "Your package ends in {days} days",
                 "The package {package} ends in {days} days. Calls stop when it has ended.\n"),
        Template("security_alert", "service", "Something happened in your account",
                 "{what}\nIf that was not you, end all sessions: ringfence admin-link\n"),
        Template("missed_call", "service", "A call was missed",
                 "A call was missed at {time}. Its record: {call}\n"),
        Template("text_forwarded", "service", "A text message came",
                 "{text}\n\nThe message: {message}\n"
                 "Answer it: ringfence sms inbox reply {message} TEXT\n"),
        Template("technical_update", "service", "A technical change",
                 "{what}\n"),
        Template("policy_changed", "service", "The privacy notice changes",
                 "From {effective} on another version of the privacy notice holds: "
                 "number {number}.\n\nWhat changes:\n{changes}\n\nThe whole text: {address}\n"
                 "Please acknowledge it on the status page.\n"),
        Template("demand_received", "service", "An authority asked for your data",
                 "An authority asked for data about you. {what}\n"),
        Template("rights_code", "service", "Your code",
                 "Somebody asked about the data we hold on this address. If it was you, your code "
                 "is {code}. Enter it here, with the reference you were given: {page}\n"
                 "If it was not you, you need to do nothing.\n"),
        Template("case_received", "service", "We have your letter",
                 "{letter}\nYour reference, which alone leads back to it: {reference}\n"
                 "With it you see here how far it is, and show with a code that it is you where "
                 "you were sent one: {page}\n"),
        Template("case_due", "service", "A case needs you",
                 "{what}\nLook at it: ringfence privacy {family} show {case}\n"),
        Template("case_news", "service", "News of what you asked",
                 "{letter}\nHow far it is, with the reference you were given: {page}\n"),
        Template("product_news", "marketing", "{title}", "{text}\n", "news"),
        Template("similar_product", "marketing", "{title}", "{text}\n", "similar"),
        Template("answer_about_product", "marketing", "{title}", "{text}\n", "enquiry"),
    )
)  # fmt: skip
"""Every template there is."""


def letter(key: str, fields: Mapping[str, str]) -> Letter:
    """Return a template with its fields filled in.

    Raises `Refused`: ``unknown_template``, ``bad_fields`` (missing, unknown, too long, or a line
    break where a header will stand: RFC 5322 2.2).
    """
    template = TEMPLATES.get(key)
    if template is None:
        raise Refused("unknown_template", f"the templates are {', '.join(sorted(TEMPLATES))}")
    if set(fields) != template.fields:
        wanted = ", ".join(sorted(template.fields))
        raise Refused("bad_fields", f"{key} takes: {wanted}")

    def value(match: re.Match[str]) -> str:
        return fields[match[1]]

    subject = _FIELD.sub(value, template.subject)
    body = _FIELD.sub(value, template.body)
    if len(subject) > MAIL_LINE_MAX or len(body) > MAIL_CHARS_MAX:
        raise Refused("bad_fields", "that message is too long")
    if not subject.strip() or not subject.isprintable():
        raise Refused("bad_fields", "a subject is one line of text")
    if template.kind == "service" and promotions(f"{subject}\n{body}"):
        raise Refused("promotion", "a service message carries no advertising", clause="MSG-02")
    return Letter(key, subject, body)
