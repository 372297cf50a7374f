"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncParticipantOperations(AsyncGroup):
    """``participant.…``"""

    async def add(
        self,
        conference: str,
        *,
        to: str,
        caller: str | None = None,
        label: str | None = None,
        muted: bool | None = None,
        beep: str | None = None,
        start_on_enter: bool | None = None,
        end_on_exit: bool | None = None,
        wait_url: str | None = None,
        wait_method: str | None = None,
        max_participants: int | None = None,
        coach: str | None = None,
        record: bool | None = None,
        trim: bool | None = None,
        record_call: models.Recorded | None = None,
        listen: models.Listened | None = None,
        ring_s: int | None = None,
        limit_s: int | None = None,
        sip_username: str | None = None,
        sip_password: str | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        status_events: builtins.list[str] | None = None,
        news_url: str | None = None,
        news_method: str | None = None,
        news_events: builtins.list[str] | None = None,
        recording_url: str | None = None,
        recording_method: str | None = None,
        recording_events: builtins.list[str] | None = None,
        about: str | None = None,
        customer: bool | None = None,
        reason: str | None = None,
        display: str | None = None,
        call_token: str | None = None,
        trunk: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Participant:
        """Call somebody into a conference: `conference` is its SID, or a name; then it may be new."""
        return cast(
            "models.Participant",
            await self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(conference)}/participants",
                models.Participant,
                body={
                    "to": to,
                    "caller": caller,
                    "label": label,
                    "muted": muted,
                    "beep": beep,
                    "start_on_enter": start_on_enter,
                    "end_on_exit": end_on_exit,
                    "wait_url": wait_url,
                    "wait_method": wait_method,
                    "max_participants": max_participants,
                    "coach": coach,
                    "record": record,
                    "trim": trim,
                    "record_call": record_call,
                    "listen": listen,
                    "ring_s": ring_s,
                    "limit_s": limit_s,
                    "sip_username": sip_username,
                    "sip_password": sip_password,
                    "status_url": status_url,
                    "status_method": status_method,
                    "status_events": status_events,
                    "news_url": news_url,
                    "news_method": news_method,
                    "news_events": news_events,
                    "recording_url": recording_url,
                    "recording_method": recording_method,
                    "recording_events": recording_events,
                    "about": about,
                    "customer": customer,
                    "reason": reason,
                    "display": display,
                    "call_token": call_token,
                    "trunk": trunk,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self,
        conference: str,
        *,
        muted: bool | None = None,
        held: bool | None = None,
        coaching: bool | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Participant]:
        """Who is in a conference, in order of coming; of one that has ended, who was."""
        return cast(
            "AsyncIterator[models.Participant]",
            self._connection.pages(
                "GET",
                f"/v1/conferences/{piece(conference)}/participants",
                models.Participant,
                query={"muted": muted, "held": held, "coaching": coaching, "limit": limit},
            ),
        )

    async def remove(self, conference: str, call: str) -> None:
        """Put somebody out of a conference; one who is still being called is given up."""
        await self._connection.ask(
            "DELETE", f"/v1/conferences/{piece(conference)}/participants/{piece(call)}", type(None)
        )

    async def show(self, conference: str, call: str) -> models.Participant:
        """One of them: `call` is the SID of their call, or their label."""
        return cast(
            "models.Participant",
            await self._connection.ask(
                "GET",
                f"/v1/conferences/{piece(conference)}/participants/{piece(call)}",
                models.Participant,
            ),
        )

    async def update(
        self,
        conference: str,
        call: str,
        *,
        muted: bool | None = None,
        held: bool | None = None,
        hold_url: str | None = None,
        hold_method: str | None = None,
        announce_url: str | None = None,
        announce_method: str | None = None,
        wait_url: str | None = None,
        wait_method: str | None = None,
        beep_on_exit: bool | None = None,
        end_on_exit: bool | None = None,
        coaching: bool | None = None,
        coach: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Participant:
        """Mute, hold, address, coach a participant, or change what their leaving does."""
        return cast(
            "models.Participant",
            await self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(conference)}/participants/{piece(call)}",
                models.Participant,
                body={
                    "muted": muted,
                    "held": held,
                    "hold_url": hold_url,
                    "hold_method": hold_method,
                    "announce_url": announce_url,
                    "announce_method": announce_method,
                    "wait_url": wait_url,
                    "wait_method": wait_method,
                    "beep_on_exit": beep_on_exit,
                    "end_on_exit": end_on_exit,
                    "coaching": coaching,
                    "coach": coach,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )
