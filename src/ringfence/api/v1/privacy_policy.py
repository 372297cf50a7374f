"""``/v1/privacy/…``: policy, map, recipients, messages; all that the command line can do."""

from __future__ import annotations

from typing import Any

from ringfence.api import bounds
from ringfence.api import views_policy as views
from ringfence.api.resources import Body, resource


class Use(Body, frozen=True, kw_only=True):
    """Which pack to publish: a shipped one by name, or one's own as TOML; from when on."""

    name: str | None = None
    document: bounds.Pack | None = None
    effective: int | None = None
    """Epoch milliseconds; at once where it is missing."""


class Examine(Body, frozen=True, kw_only=True):
    """A shipped pack by name, or one's own as TOML; neither: the one in use."""

    name: str | None = None
    document: bounds.Pack | None = None


class Admin(Body, frozen=True, kw_only=True):
    """Who is told of material changes."""

    email: str


class Engage(Body, frozen=True, kw_only=True):
    """The contract with a recipient; ``until``: epoch milliseconds."""

    country: str = ""
    mechanism: str = ""
    until: int | None = None


class Send(Body, frozen=True, kw_only=True):
    """One message: ``reason`` names what it is sent for, and of one reason there is one."""

    template: str
    to: str
    fields: dict[str, str]
    reason: str
    product: str = ""


class Subscribe(Body, frozen=True, kw_only=True):
    """Somebody on a list, with the consent or purchase (``ground``) and its id."""

    to: str
    name: str
    ground: str
    evidence: str
    product: str = ""


class Address(Body, frozen=True, kw_only=True):
    """An address; in a body, so that it stands in no log of paths."""

    to: str


class Received(Body, frozen=True, kw_only=True):
    """An answer to a message."""

    to: str
    text: str


class Kind(Body, frozen=True, kw_only=True):
    """Which part of the map: column, cookie, processor, scope and so on."""

    kind: str | None = None


_AT = "/v1/privacy"
_P = f"{_AT}/policy"
_VERSION = f"{_P}/versions/{{number:int}}"

HANDLERS = (
    resource(f"GET {_P}/packs", "privacy.policy.packs", list[views.PolicyPack],
             "The packs that are shipped and how many of their clauses are kept."),
    resource(f"GET {_P}/versions", "privacy.policy.versions", list[views.PolicyVersion],
             "Every version of the notice, oldest first, without its text."),
    resource(f"GET {_P}/current", "privacy.policy.current", views.PolicyVersion,
             "The notice in force."),
    resource(f"GET {_P}/source", "privacy.policy.source", str,
             "The pack in use, as it is written."),
    resource(f"GET {_VERSION}", "privacy.policy.version", views.PolicyVersion,
             "One version with its notice."),
    resource(f"GET {_P}/versions/{{after:int}}/changes/{{before:int}}", "privacy.policy.diff",
             views.PolicyDifference,
             "What leads from one version to another, who is told, what lapses."),
    resource(f"GET {_P}/draft/{{name:str}}", "privacy.policy.draft", dict[str, Any],
             "The notice that a shipped pack would give here."),
    resource(f"POST {_P}", "privacy.policy.use", views.PolicyVersion,
             "Publish the notice of a pack; 201 with the version it is.", body=Use, status=201),
    resource(f"POST {_P}/lint", "privacy.policy.lint", list[views.PolicyFinding],
             "What is wrong with a pack, line by line, each with the clause it goes against.",
             body=Examine),
    resource(f"POST {_P}/refresh", "privacy.policy.refresh", views.PolicyVersion,
             "Publish a new version if what is done has changed."),
    resource(f"GET {_P}/pending", "privacy.policy.pending", list[views.PolicyVersion],
             "Material versions that nobody has acknowledged."),
    resource(f"POST {_VERSION}/acknowledge", "privacy.policy.acknowledge", views.PolicyTold,
             "Acknowledge a version; who did is evidence."),
    resource(f"GET {_P}/told", "privacy.policy.told", list[views.PolicyTold],
             "The evidence of who was told of which version."),
    resource(f"GET {_P}/acceptances", "privacy.policy.acceptances", list[views.PolicyAcceptance],
             "Who went on using the service under which version."),
    resource(f"GET {_AT}/primary-admin", "privacy.primary_admin.show", views.PrimaryAdmin,
             "Who is told of material changes."),
    resource(f"PUT {_AT}/primary-admin", "privacy.primary_admin.set", views.PrimaryAdmin,
             "Name who is told; what the last one was not told yet, the new one is.", body=Admin),
    resource(f"GET {_AT}/map", "privacy.map", list[views.MapEntry], "The map of the data.",
             query=Kind),
    resource(f"GET {_AT}/processing", "privacy.processing", list[views.Processing],
             "The record of processing activities."),
    resource(f"GET {_AT}/erasure-view", "privacy.erasure_view", list[views.ErasedPlace],
             "What an erasure does to each place."),
    resource(f"GET {_AT}/recipients", "privacy.recipient.list", list[views.Recipient],
             "Who receives data, on what terms."),
    resource(f"PUT {_AT}/recipients/{{processor:str}}", "privacy.recipient.engage",
             views.Recipient, "Write down the contract with a recipient.", body=Engage),
    resource(f"GET {_AT}/messages", "privacy.message.list", list[views.Mail],
             "Messages, newest first, without addresses and texts.", newest=True),
    resource(f"POST {_AT}/messages", "privacy.message.send", views.Mail,
             "Ask for one message by e-mail.", body=Send, status=201),
    resource(f"POST {_AT}/messages/received", "privacy.message.received", views.Listed,
             "Take an answer to a message; STOP ends advertising.", body=Received),
    resource(f"POST {_AT}/subscriptions", "privacy.message.subscribe", views.Listed,
             "Put somebody on a list.", body=Subscribe, status=201),
    resource(f"POST {_AT}/subscriptions/of", "privacy.message.lists", views.Listed,
             "The lists an address is on, and whether it declined.", body=Address),
    resource(f"DELETE {_AT}/subscriptions", "privacy.message.suppress", views.Listed,
             "Send an address no more advertising.", body=Address),
)  # fmt: skip
