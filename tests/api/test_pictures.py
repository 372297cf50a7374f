"""A picture by a link: itself, kept by nobody on the way; nothing for a word that is not ours."""

from typing import Any

from litestar.testing import TestClient

from ringfence.api.views_messages import PictureBytes
from ringfence.kernel.errors import Refused


def test_a_picture_is_given_out_and_kept_by_nobody(client: TestClient[Any], office: Any) -> None:
    office.answers["message.media.follow"] = PictureBytes(media_type="image/png", body=b"PNG")
    answer = client.get("/m/word")
    assert (answer.status_code, answer.content) == (200, b"PNG")
    assert answer.headers["content-type"].startswith("image/png")
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert office.asked[-1] == ("message.media.follow", {"word": "word"}, "public")


def test_a_link_that_is_dead_is_nothing(client: TestClient[Any], office: Any) -> None:
    office.answers["message.media.follow"] = Refused("not_found", "there is nothing here")
    answer = client.get("/m/word")
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["cache-control"] == "no-store"
