"""Keys and tokens as Twilio's clients see them."""

import pytest
from twilio_scene import basic


def make(scene, kind="Keys", **form):
    answer = scene.ask("POST", f"/{kind}.json", form)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize(("kind", "plural"), [("Keys", "keys"), ("SigningKeys", "signing_keys")])
def test_a_key_lets_somebody_in_until_it_is_deleted(scene, kind, plural):
    made = make(scene, kind, FriendlyName="CI")
    headers = {"Authorization": basic(made["sid"], made["secret"])}
    calls = f"/2010-04-01/Accounts/{scene.account}/Calls.json"
    assert scene.send("GET", calls, headers=headers).status_code == 200
    here = f"/{kind}/{made['sid']}.json"
    assert "secret" not in scene.ask("GET", here).json()
    assert made["secret"] not in scene.ask("GET", f"/{kind}.json").text
    renamed = scene.ask("POST", here, {"FriendlyName": "Deploy"}).json()
    assert renamed["friendly_name"] == "Deploy"
    assert renamed in scene.ask("GET", f"/{kind}.json").json()[plural]
    assert scene.ask("DELETE", here).status_code == 204
    assert scene.ask("GET", here).json()["code"] == 20404
    answer = scene.send("GET", calls, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_a_key_makes_no_other_keys(scene):
    made = make(scene)
    headers = {"Authorization": basic(made["sid"], made["secret"])}
    keys = f"/2010-04-01/Accounts/{scene.account}/Keys.json"
    answer = scene.send("POST", keys, {}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, 20003)


def test_a_key_may_be_made_for_some_purposes(scene):
    made = make(scene, Purpose=["operate"])
    headers = {"Authorization": basic(made["sid"], made["secret"])}
    here = f"/2010-04-01/Accounts/{scene.account}"
    assert scene.send("GET", f"{here}/Applications.json", headers=headers).status_code == 200
    assert scene.send("GET", f"{here}/Calls.json", headers=headers).json()["code"] == 20003
    wrong = scene.ask("POST", "/Keys.json", {"Purpose": "curiosity"})
    assert wrong.json()["code"] == 20001


def test_there_is_no_server_for_browsers(scene):
    token = scene.ask("POST", "/Tokens.json", {"Ttl": "60"}).json()
    assert (token["ice_servers"], token["ttl"]) == ([], "60")
    assert scene.ask("POST", "/Tokens.json", {}).json()["ttl"] == "86400"
    for ttl in ("0", "-1", "abc", "1000000"):
        refused = scene.ask("POST", "/Tokens.json", {"Ttl": ttl})
        assert (refused.status_code, refused.json()["code"]) == (400, 20001)
