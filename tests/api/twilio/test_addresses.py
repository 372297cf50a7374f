"""Addresses of customers as Twilio's clients see them."""

from twilio_shapes import check

HERE = "/Addresses.json"
FORM = {
    "CustomerName": "Grace Example", "Street": "2 Street", "City": "Berlin", "Region": "Berlin",
    "PostalCode": "10115", "IsoCountry": "DE", "FriendlyName": "Office",
    "StreetSecondary": "Back", "EmergencyEnabled": "true",
}  # fmt: skip


def make(scene, **form):
    answer = scene.ask("POST", HERE, FORM | form)
    assert answer.status_code == 201, answer.text
    check("CreateAddress", answer.json())
    return answer.json()


def one(made):
    return f"/Addresses/{made['sid']}.json"


def test_an_address_is_kept_found_changed_and_removed(scene):
    made = make(scene)
    assert (made["street_secondary"], made["emergency_enabled"]) == ("Back", True)
    assert (made["validated"], made["verified"]) == (False, False)
    for query in (
        {"CustomerName": "Grace Example"}, {"FriendlyName": "Office"}, {"IsoCountry": "DE"},
        {"EmergencyEnabled": "true"},
    ):  # fmt: skip
        assert scene.ask("GET", HERE, **query).json()["addresses"] == [made]
    assert scene.ask("GET", HERE, IsoCountry="FR").json()["addresses"] == []
    changed = scene.ask("POST", one(made), {"City": "Hamburg", "StreetSecondary": ""}).json()
    check("UpdateAddress", changed)
    assert (changed["city"], changed["street"]) == ("Hamburg", "2 Street")
    assert scene.ask("GET", one(made)).json() == changed
    assert scene.ask("DELETE", one(made)).status_code == 204
    assert scene.ask("GET", one(made)).json()["code"] == 20404


def test_a_number_is_given_to_an_address_it_asks_for(scene):
    made = make(scene)
    stock = scene.run("number.stock.add", first="+12025550112", address="any")
    form = {"PhoneNumber": "+12025550112"}
    refused = scene.ask("POST", "/IncomingPhoneNumbers.json", form).json()
    assert refused["code"] == 21631
    unknown = form | {"AddressSid": "AD" + "0" * 32}
    assert scene.ask("POST", "/IncomingPhoneNumbers.json", unknown).json()["code"] == 22109
    form |= {
        "AddressSid": made["sid"], "EmergencyAddressSid": made["sid"], "EmergencyStatus": "Active",
        "BundleSid": "BU" + "1" * 32, "IdentitySid": "RI" + "2" * 32,
    }  # fmt: skip
    bought = scene.ask("POST", "/IncomingPhoneNumbers.json", form).json()
    check("CreateIncomingPhoneNumber", bought)
    assert (bought["address_sid"], bought["address_requirements"]) == (made["sid"], "any")
    assert (bought["emergency_status"], bought["emergency_address_sid"]) == ("Active", made["sid"])
    assert (bought["bundle_sid"], bought["identity_sid"]) == (
        form["BundleSid"],
        form["IdentitySid"],
    )
    assert bought["emergency_address_status"] == "unregistered"
    depend = scene.ask("GET", f"/Addresses/{made['sid']}/DependentPhoneNumbers.json").json()
    check("ListDependentPhoneNumber", depend)
    assert [row["sid"] for row in depend["dependent_phone_numbers"]] == [bought["sid"]]
    kept = scene.ask("DELETE", one(made))
    assert (kept.status_code, kept.json()["code"]) == (409, 20409)
    where = f"/IncomingPhoneNumbers/{bought['sid']}.json"
    assert scene.ask("POST", where, {"EmergencyStatus": "maybe"}).json()["code"] == 20001
    changed = scene.ask("POST", where, {"AddressSid": "", "EmergencyAddressSid": "",
                                        "EmergencyStatus": "Inactive"}).json()  # fmt: skip
    assert (changed["address_sid"], changed["emergency_status"]) == (None, "Inactive")
    scene.ask("DELETE", where)
    assert scene.ask("DELETE", one(made)).status_code == 204
    scene.run("number.stock.remove", sid=stock.sid)


def test_what_is_no_address_is_refused(scene):
    for name in ("CustomerName", "Street", "City", "Region", "PostalCode", "IsoCountry"):
        assert scene.ask("POST", HERE, FORM | {name: ""}).json()["code"] == 20001
    assert scene.ask("POST", HERE, FORM | {"IsoCountry": "Germany"}).json()["code"] == 21628
    assert scene.ask("POST", HERE, FORM | {"City": "x" * 200}).json()["code"] == 21628
