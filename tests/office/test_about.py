"""Settings without secrets, promises, roles."""

import asyncio
from typing import Any

from ringfence.office import Office
from ringfence.privacy.roles import GRANTED


def ask(office: Office, name: str, /, **args: Any) -> Any:
    return asyncio.run(office.run(name, args, actor="api"))


def test_every_setting_is_told_and_no_secret(office: Office) -> None:
    found = {setting.name: setting for setting in ask(office, "settings.show")}
    assert found["country"].value == "US"
    assert found["domain"].source != "default"
    secret = [setting for setting in found.values() if "password" in setting.name]
    assert secret
    assert all(setting.value in {"", "set"} for setting in secret)


def test_promises_are_told_by_company(office: Office) -> None:
    every = ask(office, "privacy.promise.list")
    assert any(promise.state == "kept" and promise.tests for promise in every)
    some = ask(office, "privacy.promise.list", company="excitel")
    assert 0 < len(some) < len(every)


def test_roles_have_the_purposes_of_the_gate(office: Office) -> None:
    found = {role.name: role.purposes for role in ask(office, "role.list")}
    assert tuple(found) == GRANTED
    assert "authenticate" in found["owner"]
    assert "authenticate" not in found["admin"]
    assert "operate" in found["developer"]


def test_a_number_and_a_phone_are_forgotten_by_their_sid(office: Office) -> None:
    ask(office, "number.add", number="+12025550123", twiml="<Response/>")
    [number] = ask(office, "number.list")
    assert ask(office, "number.remove", number=number.sid).number == "+12025550123"
    phone = ask(office, "phone.add", name="desk")
    assert ask(office, "phone.remove", name=phone.sid).name == "desk"
    assert ask(office, "phone.list") == ask(office, "number.list") == []
