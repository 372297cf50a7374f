"""SIP domains and lists as Twilio's clients see them."""

import pytest

DOMAINS = "/SIP/Domains.json"


def test_a_domain_says_who_may_call_it(scene):
    (domain,) = scene.ask("GET", DOMAINS).json()["domains"]
    assert domain["auth_type"] == "CREDENTIAL_LIST,IP_ACL"
    assert domain["domain_name"] == "calls.example.com"
    here = f"/SIP/Domains/{domain['sid']}"
    (mapped,) = scene.ask("GET", f"{here}/CredentialListMappings.json").json()[
        "credential_list_mappings"
    ]
    assert mapped["domain_sid"] == domain["sid"]
    again = scene.ask("GET", f"{here}/Auth/Calls/CredentialListMappings.json").json()["contents"]
    assert [one["sid"] for one in again] == [mapped["sid"]]


def test_no_answer_has_a_password(scene):
    (found,) = scene.ask("GET", "/SIP/CredentialLists.json").json()["credential_lists"]
    here = f"/SIP/CredentialLists/{found['sid']}/Credentials.json"
    made = scene.ask("POST", here, {"Username": "eve", "Password": "hidden-s3cret"})
    assert made.status_code == 201
    assert "hidden" not in made.text + scene.ask("GET", here).text


def test_a_domain_is_changed(scene):
    (domain,) = scene.ask("GET", DOMAINS).json()["domains"]
    form = {"VoiceStatusCallbackUrl": "https://example.com/s", "SipRegistration": "true"}
    changed = scene.ask("POST", f"/SIP/Domains/{domain['sid']}.json", form).json()
    assert changed["voice_status_callback_url"] == "https://example.com/s"
    assert (changed["sip_registration"], changed["voice_url"]) == (True, domain["voice_url"])


def test_what_is_said_of_a_domain_is_kept(scene):
    (domain,) = scene.ask("GET", DOMAINS).json()["domains"]
    here = f"/SIP/Domains/{domain['sid']}.json"
    form = {
        "Secure": "true", "EmergencyCallingEnabled": "true", "EmergencyCallerSid": "PN" + "1" * 32,
        "ByocTrunkSid": "BY" + "2" * 32,
    }  # fmt: skip
    changed = scene.ask("POST", here, form).json()
    assert (changed["secure"], changed["emergency_calling_enabled"]) == (True, True)
    assert changed["emergency_caller_sid"] == form["EmergencyCallerSid"]
    assert changed["byoc_trunk_sid"] == form["ByocTrunkSid"]
    assert scene.office.directory.domains["calls.example.com"].secure is True
    wrong = scene.ask("POST", here, {"ByocTrunkSid": "mine"})
    assert wrong.status_code == 400
    scene.ask("POST", here, {"Secure": "false", "EmergencyCallingEnabled": "false",
                             "EmergencyCallerSid": "", "ByocTrunkSid": ""})  # fmt: skip
    assert scene.ask("GET", here).json()["byoc_trunk_sid"] is None


def test_a_domain_is_called_something_else(scene):
    (domain,) = scene.ask("GET", DOMAINS).json()["domains"]
    here = f"/SIP/Domains/{domain['sid']}.json"
    changed = scene.ask("POST", here, {"DomainName": "desk.example.com"}).json()
    assert (changed["sid"], changed["domain_name"]) == (domain["sid"], "desk.example.com")
    other = scene.ask("POST", DOMAINS, {"DomainName": domain["domain_name"]})
    assert other.status_code == 201  # the old name is free
    taken = scene.ask("POST", here, {"DomainName": domain["domain_name"]})
    assert (taken.status_code, taken.json()["code"]) == (400, 21232)
    assert scene.ask("DELETE", f"/SIP/Domains/{other.json()['sid']}.json").status_code == 204
    back = scene.ask("POST", here, {"DomainName": domain["domain_name"]}).json()
    assert back["domain_name"] == domain["domain_name"]


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        (DOMAINS, {}, 20001),
        (DOMAINS, {"DomainName": "x"}, 21232),
        (DOMAINS, {"DomainName": "calls.example.com"}, 21232),
        (DOMAINS, {"DomainName": "a.example.com", "VoiceUrl": "http://10.0.0.1"}, 21402),
        ("/SIP/CredentialLists.json", {}, 20001),
    ],
)
def test_what_is_wrong_has_its_code(scene, path, form, code):
    answer = scene.ask("POST", path, form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_list_in_use_stays(scene):
    (found,) = scene.ask("GET", "/SIP/IpAccessControlLists.json").json()["ip_access_control_lists"]
    here = f"/SIP/IpAccessControlLists/{found['sid']}"
    assert scene.ask("DELETE", f"{here}.json").json()["code"] == 21236
    wrong = scene.ask("POST", f"{here}/IpAddresses.json", {"IpAddress": "nowhere"})
    assert wrong.json()["code"] == 21238
    assert scene.ask("GET", f"{here}/IpAddresses/IP0.json").json()["code"] == 20404
