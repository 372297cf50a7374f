"""Shapes of apps and repeated requests."""

from ringfence.api.views_apps import Replay


def test_a_request_that_is_new_has_no_answer():
    assert Replay().status is None
