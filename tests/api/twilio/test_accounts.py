"""The account as Twilio's clients see it."""

from ringfence.api.twilio import wire

ACCOUNT = "AC" + "a" * 32


def test_the_account_is_shown_without_its_token(twilio, office):
    shown = twilio("GET", ".json", operation="FetchAccount").json()
    assert (shown["sid"], shown["status"], shown["auth_token"]) == (ACCOUNT, "active", None)
    assert shown["friendly_name"] == office.answers["account.show"].name


def test_it_is_the_only_one(client, basic):
    listed = client.get("/2010-04-01/Accounts.json", headers=basic()).json()
    assert [one["sid"] for one in listed["accounts"]] == [ACCOUNT]
    none = client.get("/2010-04-01/Accounts.json?Status=closed", headers=basic()).json()
    assert none["accounts"] == []
    assert wire.VERSION == "2010-04-01"
