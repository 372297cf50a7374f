"""Applications: URLs under one name, to which numbers and calls refer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ringfence.accounts.resources import Application, Hook
from ringfence.api import views_desk as views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import FRIENDLY_NAME_CHARS_MAX
from ringfence.office import shelf
from ringfence.office.hooks import Given, laid_over
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.resources import Kept

if TYPE_CHECKING:
    from ringfence.office import Office

HOOKS = (
    "voice", "voice_fallback", "status", "sms", "sms_fallback", "sms_status", "message_status",
)  # fmt: skip
_SET_UP = "system.configuration"


def friendly(name: str) -> str:
    """Return what people call a thing. Raises `Refused` (``bad_name``) where it is too long."""
    if len(name) > FRIENDLY_NAME_CHARS_MAX:
        raise Refused("bad_name", f"a name has at most {FRIENDLY_NAME_CHARS_MAX} characters")
    return name


def hook_views(hooks: Mapping[str, Hook | None]) -> dict[str, views.Hook]:
    """Return those that are set."""
    return {
        name: views.Hook(url=hook.url, method=hook.method)
        for name, hook in hooks.items()
        if hook is not None
    }


def _hooks(body: Application) -> dict[str, Hook | None]:
    return {name: getattr(body, name) for name in HOOKS}


def _view(kept: Kept[Application]) -> views.Application:
    return views.Application(
        sid=kept.id,
        name=kept.body.name,
        hooks=hook_views(_hooks(kept.body)),
        caller_name_lookup=kept.body.caller_name_lookup,
        public_connect=kept.body.public_connect,
        created=kept.created_at,
        changed=kept.changed_at,
    )


@TABLE.use_case("application.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add(
    office: Office,
    *,
    name: str = "",
    hooks: Given | None = None,
    caller_name_lookup: bool = False,
    public_connect: bool = False,
) -> views.Application:
    """Put URLs under one name."""
    body = Application(
        name=friendly(name),
        caller_name_lookup=caller_name_lookup,
        public_connect=public_connect,
        **laid_over(office, hooks or {}, dict.fromkeys(HOOKS)),
    )
    return _view(await shelf.keep(office, body))


@TABLE.use_case("application.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_(office: Office) -> list[views.Application]:
    """Every application, the oldest first."""
    return [_view(kept) for kept in office.shelf.all(Application)]


@TABLE.use_case("application.show", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show(office: Office, *, sid: str) -> views.Application:
    """One application."""
    return _view(office.shelf.find(Application, sid))


@TABLE.use_case("application.change", actors=KNOWN, purpose="operate", category=_SET_UP)
async def change(
    office: Office,
    *,
    sid: str,
    name: str | None = None,
    hooks: Given | None = None,
    caller_name_lookup: bool | None = None,
    public_connect: bool | None = None,
) -> views.Application:
    """Change some of it; calls that begin from now on get it."""
    kept = office.shelf.find(Application, sid)
    old = kept.body
    body = replace(
        old,
        name=old.name if name is None else friendly(name),
        caller_name_lookup=(
            old.caller_name_lookup if caller_name_lookup is None else caller_name_lookup
        ),
        public_connect=old.public_connect if public_connect is None else public_connect,
        **laid_over(office, hooks or {}, _hooks(old)),
    )
    return _view(await shelf.change(office, kept, body))


@TABLE.use_case("application.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove(office: Office, *, sid: str) -> None:
    """Forget an application; numbers that refer to it are answered by nothing."""
    await shelf.drop(office, office.shelf.find(Application, sid))
