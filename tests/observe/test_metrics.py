"""Metrics: declared once, rendered as Prometheus reads them."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ringfence.kernel.errors import LocalError
from ringfence.observe import metrics


def parsed(values: metrics.Values) -> dict[str, list[tuple[dict[str, str], float]]]:
    text = metrics.render(values).decode()
    return {
        sample.name: [(s.labels, s.value) for s in family.samples if s.name == sample.name]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_values_come_out() -> None:
    values = {
        "ringfence_calls_open": 3,
        "ringfence_calls_ended_total": {"busy": 2, "completed": 40},
    }
    shown = parsed(values)
    assert shown["ringfence_calls_open"] == [({}, 3)]
    assert shown["ringfence_calls_ended_total"] == [
        ({"cause": "busy"}, 2),
        ({"cause": "completed"}, 40),
    ]


def test_what_nobody_counted_is_zero() -> None:
    assert parsed({})["ringfence_sip_malformed_total"] == [({}, 0)]


def test_the_process_is_measured() -> None:
    assert parsed({})["process_resident_memory_bytes"][0][1] > 0


def test_an_undeclared_name_is_a_bug() -> None:
    with pytest.raises(LocalError):
        metrics.render({"ringfence_secrets": 1})


def test_a_label_where_none_is_declared_is_a_bug() -> None:
    with pytest.raises(LocalError):
        metrics.render({"ringfence_calls_open": {"a": 1}})


def test_names_follow_the_custom() -> None:
    for declared in metrics.METRICS:
        assert re.fullmatch(r"ringfence_[a-z_]+", declared.name)
        assert declared.name.endswith("_total") == (declared.kind == "counter")
        assert declared.doc


@pytest.mark.promise("TEL-14")
def test_a_number_handed_over_as_a_label_is_removed() -> None:
    text = metrics.render({"ringfence_calls_ended_total": {"+12025550123": 1, "normal": 2}})
    assert b"2025550123" not in text
    assert b'cause="removed"' in text
    assert b'cause="normal"' in text
