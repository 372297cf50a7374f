"""Who may come in."""

from typing import Any

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import SESSIONS_MAX
from ringfence.office import Office

pytestmark = pytest.mark.anyio


async def run(office: Office, use: str, /, actor: str = "operator", **args: Any) -> Any:
    return await office.run(use, args, actor=actor)


async def test_the_link_signs_in_once(office: Office) -> None:
    link = await run(office, "admin.link")
    token = link.path.removeprefix("/admin/")
    session = await run(office, "admin.redeem", actor="public", token=token)
    found = await run(office, "session.check", actor="public", session=session.session)
    assert found.sid == office.account.id
    with pytest.raises(Refused, match="link_over"):
        await run(office, "admin.redeem", actor="public", token=token)
    await run(office, "session.end", actor="public", session=session.session)
    with pytest.raises(Refused, match="not_authorized"):
        await run(office, "session.check", actor="public", session=session.session)


async def test_an_old_session_has_ended(office: Office) -> None:
    link = await run(office, "admin.link")
    token = link.path.removeprefix("/admin/")
    session = (await run(office, "admin.redeem", actor="public", token=token)).session
    for hashed in office.sessions:
        office.sessions[hashed] = office.clock.now()
    with pytest.raises(Refused, match="not_authorized"):
        await run(office, "session.check", actor="public", session=session)


async def test_sessions_are_bounded(office: Office) -> None:
    for number in range(SESSIONS_MAX):
        office.sessions[bytes([number % 256, number // 256])] = office.clock.now()
    token = (await run(office, "admin.link")).path.removeprefix("/admin/")
    await run(office, "admin.redeem", actor="public", token=token)
    assert len(office.sessions) == SESSIONS_MAX


async def test_the_account_is_known_by_both_of_its_words(office: Office) -> None:
    sid, token = office.account.id, office.directory.auth_token
    assert len(token) == 32
    await run(office, "account.authenticate", actor="public", account_sid=sid, auth_token=token)
    for bad in ((sid, token[:-1] + "x"), ("AC" + "0" * 32, token), ("", "")):
        with pytest.raises(Refused, match="not_authorized"):
            await run(
                office,
                "account.authenticate",
                actor="public",
                account_sid=bad[0],
                auth_token=bad[1],
            )


async def test_only_the_operator_makes_links(office: Office) -> None:
    for actor in ("api", "admin", "public"):
        with pytest.raises(Refused, match="not_authorized"):
            await run(office, "admin.link", actor=actor)
