"""``/v1/messages``: text messages, their templates and campaigns. Numbers stand in bodies alone."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from ringfence.api import views_messages as views
from ringfence.api.common import Asked, account_of, require, use_cases
from ringfence.api.pictures import answered
from ringfence.api.resources import Body, Instant, resource


class MessageList(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/messages``."""

    since: Instant | None = None
    until: Instant | None = None


class MessageSearch(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/messages/search``."""

    to: str | None = None
    sender: str | None = None
    since: Instant | None = None
    until: Instant | None = None


class MessageSend(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/messages``."""

    to: str
    text: str = ""
    sender: str | None = None
    campaign: str | None = None
    media: list[str] | None = None
    template: str | None = None
    values: list[str] | None = None
    smart: bool = False
    discard: str | None = None
    about: str = "service"
    customer: bool = False
    priority: str = "normal"
    at: Instant | None = None
    valid_s: int | None = None
    callback: str | None = None
    max_price: str | None = None
    """It fails at once (30010) where it would cost more; without a tariff nothing costs."""


class MessageRate(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/messages/{sid}/rate``."""

    outcome: str = "confirmed"


class InboxSearch(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/inbox/search``."""

    unread: bool = False
    number: str | None = None
    sender: str | None = None
    text: str | None = None


class InboxList(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/inbox``."""

    unread: bool = False


class InboxMark(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/inbox/{sid}/mark``."""

    unread: bool = False


class InboxReply(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/inbox/{sid}/reply``."""

    text: str = ""
    media: list[str] | None = None


class MessageTemplateAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/message-templates``."""

    name: str
    text: str
    header: str = ""
    entity: str = ""
    registration: str = ""
    use: str = "service"
    country: str | None = None


class MessageCampaignAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/message-campaigns``."""

    name: str
    senders: list[str]
    registration: str = ""


@get(
    "/v1/messages/{sid:str}/media/{medium:str}/file",
    opt={"case": "message.media.bytes", "media": "*/*"},
)
async def file_of(request: Asked, sid: FromPath[str], medium: FromPath[str]) -> Response[bytes]:
    """One picture itself, with the content type it came with; fetched now if it is not here yet."""
    actor = await require(request)
    found: views.PictureBytes = await use_cases(request).run(
        "message.media.bytes",
        {"sid": sid, "medium": medium},
        actor=actor,
        account=account_of(request),
    )
    return answered(found)


HANDLERS = (
    resource(
        "GET /v1/messages",
        "message.list",
        views.MessagePage,
        "Messages, newest first: to and from whom, and from when until when they were sent.",
        query=MessageList,
        paged=True,
    ),
    resource(
        "POST /v1/messages/search",
        "message.list",
        views.MessagePage,
        "Messages to or from somebody, newest first.",
        body=MessageSearch,
        paged=True,
        name="message.search",
    ),
    resource(
        "POST /v1/messages",
        "message.send",
        views.Message,
        "Ask for a text message; it is durable when this returns, and sent after.",
        body=MessageSend,
        status=201,
    ),
    resource("GET /v1/messages/{sid:str}", "message.show", views.Message, "One message."),
    resource(
        "GET /v1/messages/{sid:str}/story",
        "message.story",
        views.Story,
        "One message and everything that happened to it.",
    ),
    resource(
        "POST /v1/messages/{sid:str}/cancel",
        "message.cancel",
        views.Message,
        "Call a message back that waits. Refused (`not_waiting`) where a carrier has it.",
    ),
    resource(
        "POST /v1/messages/{sid:str}/redact",
        "message.redact",
        views.Message,
        "Destroy what a message says; that it was sent remains.",
    ),
    resource(
        "POST /v1/messages/{sid:str}/rate",
        "message.rate",
        views.Message,
        "Write down whether a message had its effect: `confirmed` or `unconfirmed`.",
        body=MessageRate,
    ),
    resource(
        "DELETE /v1/messages/{sid:str}",
        "message.delete",
        None,
        "Remove a message with everything of it; the audit log says that it was removed.",
    ),
    resource(
        "GET /v1/messages/{sid:str}/media",
        "message.media",
        list[views.Picture],
        "The pictures of a message, by link.",
    ),
    resource(
        "GET /v1/messages/{sid:str}/media/{medium:str}",
        "message.media.show",
        views.Picture,
        "One picture of a message.",
    ),
    resource(
        "DELETE /v1/messages/{sid:str}/media/{medium:str}",
        "message.media.delete",
        None,
        "Forget the link to a picture.",
    ),
    file_of,
    resource(
        "GET /v1/inbox",
        "inbox.list",
        views.MessagePage,
        "What came in, newest first; with `unread`, what nobody has read alone.",
        query=InboxList,
        paged=True,
    ),
    resource(
        "POST /v1/inbox/search",
        "inbox.list",
        views.MessagePage,
        "What came in from somebody, to a number of ours, or with some words in it.",
        body=InboxSearch,
        paged=True,
        name="inbox.search",
    ),
    resource(
        "GET /v1/inbox/count",
        "inbox.count",
        views.InboxCount,
        "How many messages nobody has read, by number of ours.",
    ),
    resource(
        "POST /v1/inbox/{sid:str}/read",
        "inbox.read",
        views.Message,
        "One message that came in; from now on it has been read.",
    ),
    resource(
        "POST /v1/inbox/{sid:str}/mark",
        "inbox.mark",
        views.Message,
        "Mark a message as read, or as unread again.",
        body=InboxMark,
    ),
    resource(
        "POST /v1/inbox/{sid:str}/reply",
        "inbox.reply",
        views.Message,
        "Answer whoever wrote a message, from the number they wrote to; it has been read then.",
        body=InboxReply,
        status=201,
    ),
    resource(
        "GET /v1/message-templates",
        "message.template.list",
        list[views.TextTemplate],
        "Every registered text.",
    ),
    resource(
        "POST /v1/message-templates",
        "message.template.add",
        views.TextTemplate,
        "Add a registered text, as India's DLT knows it.",
        body=MessageTemplateAdd,
        status=201,
    ),
    resource(
        "DELETE /v1/message-templates/{name:str}",
        "message.template.remove",
        None,
        "Forget a registered text: messages like it are refused again.",
    ),
    resource(
        "GET /v1/message-campaigns",
        "message.campaign.list",
        list[views.Campaign],
        "Every campaign with its senders.",
    ),
    resource(
        "POST /v1/message-campaigns",
        "message.campaign.add",
        views.Campaign,
        "Add a pool of senders, with its id at the campaign registry where it has one.",
        body=MessageCampaignAdd,
        status=201,
    ),
    resource(
        "DELETE /v1/message-campaigns/{name:str}",
        "message.campaign.remove",
        None,
        "Forget a campaign.",
    ),
)
