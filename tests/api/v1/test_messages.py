"""Text messages: every row asks its use case."""

from typing import Any

from resource_rows import check_rows

from ringfence.api import views_messages as views
from ringfence.api.v1.messages import HANDLERS


def test_every_row_asks_its_use_case(client: Any, office: Any, basic: Any) -> None:
    check_rows(client, office, basic, [row for row in HANDLERS if "media" not in row.opt])


def test_a_picture_comes_as_what_it_is(client: Any, office: Any, basic: Any) -> None:
    office.answers["message.media.bytes"] = views.PictureBytes(media_type="image/png", body=b"PNG")
    path = "/v1/messages/SM1/media/ME1/file"
    answer = client.get(path, headers=basic())
    assert (answer.headers["content-type"], answer.content) == ("image/png", b"PNG")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert office.asked[-1][1] == {"sid": "SM1", "medium": "ME1"}
    assert client.get(path).status_code == 401
