"""The application as a whole."""

import re
from typing import Any

from litestar.testing import TestClient

from ringfence.api import gateways, pictures, privacy_pages
from ringfence.api.http import HANDLERS
from ringfence.kernel.limits import HTTP_BODY_MAX


def test_only_the_status_page_and_health_answer_strangers(client: TestClient[Any]) -> None:
    """Every other GET wants credentials (or a token in its path)."""
    free = {"/", "/status.css", "/health", "/admin/{token:str}", "/rights"}
    free |= {path for handler in privacy_pages.HANDLERS for path in handler.paths}
    free |= {path for handler in pictures.HANDLERS for path in handler.paths}  # a word is in them
    free |= {path for handler in gateways.HANDLERS for path in handler.paths}
    free |= {path for handler in HANDLERS if handler.opt.get("public") for path in handler.paths}
    for handler in HANDLERS:
        for path in handler.paths:
            if "GET" in getattr(handler, "http_methods", ()) and path not in free:
                concrete = path.replace("{sid:str}", "CA1").replace("{name:str}", "RE1.wav")
                concrete = re.sub(r"\{[a-z_]+:(?:int|str)\}", "1", concrete)
                assert client.get(concrete).status_code == 401, path


def test_a_huge_body_is_refused(client: TestClient[Any], basic: Any) -> None:
    body = b"x" * (HTTP_BODY_MAX + 1)
    answer = client.post("/v1/calls", content=body, headers=basic())
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
