"""Short codes as Twilio's clients see them."""

from twilio_shapes import check

LIST = "/SMS/ShortCodes.json"


def test_a_number_of_few_digits_is_a_short_code(scene):
    (one,) = scene.ask("GET", LIST).json()["short_codes"]
    assert (one["short_code"], one["friendly_name"], one["sid"][:2]) == ("54321", "54321", "SC")
    assert scene.ask("GET", LIST, ShortCode="5*3").json()["short_codes"] == [one]
    assert scene.ask("GET", LIST, ShortCode="99").json()["short_codes"] == []
    assert scene.ask("GET", LIST, FriendlyName="Votes").json()["short_codes"] == []
    here = f"/SMS/ShortCodes/{one['sid']}.json"
    form = {"FriendlyName": "Votes", "SmsUrl": "https://example.com/s", "SmsMethod": "GET"}
    changed = scene.ask("POST", here, form).json()
    check("UpdateShortCode", changed)
    assert (changed["sms_url"], changed["sms_method"]) == ("https://example.com/s", "GET")
    assert scene.ask("GET", here).json() == changed
    assert scene.ask("POST", here, {"SmsUrl": "nowhere"}).status_code == 400
    scene.ask("POST", here, {"FriendlyName": "", "SmsUrl": ""})


def test_a_number_of_a_country_is_none(scene):
    numbers = scene.ask("GET", "/IncomingPhoneNumbers.json").json()["incoming_phone_numbers"]
    assert "54321" not in [one["phone_number"] for one in numbers]
    for sid in (numbers[0]["sid"], "SC" + numbers[0]["sid"][2:], "SC" + "0" * 32):
        assert scene.ask("GET", f"/SMS/ShortCodes/{sid}.json").status_code == 404
