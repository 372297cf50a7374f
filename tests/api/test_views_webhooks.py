"""Views of webhooks go over the wire as they are."""

import msgspec

from ringfence.api.views_webhooks import Webhook


def test_a_webhook_is_json():
    made = Webhook(sid="WH1", url="https://example.com/in", events=["message.sent"], created=1)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Webhook) == made
