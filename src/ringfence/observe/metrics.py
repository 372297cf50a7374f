"""The counters and gauges at ``/metrics``, declared once and rendered by prometheus-client.

Nothing is counted here: the running parts keep plain integers (a call must not pay for a lock in
a metrics library) and hand them over when somebody asks. A metric has at most one label, and its
values are code words, never names, numbers or addresses: what is none shows as ``removed``.
``docs/reference/metrics.md`` is made from `METRICS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ringfence.kernel.errors import LocalError
from ringfence.observe.logs import WORD

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Values = Mapping[str, float | Mapping[str, float]]


class Declared(NamedTuple):
    """One metric: a counter's name ends in ``_total``."""

    name: str
    kind: Literal["counter", "gauge"]
    doc: str
    label: str | None = None


METRICS: tuple[Declared, ...] = (
    Declared("ringfence_up_seconds", "gauge", "seconds since this server started"),
    Declared("ringfence_calls_offered_total", "counter", "calls offered", "direction"),
    Declared("ringfence_calls_answered_total", "counter", "calls answered by a person or a flow"),
    Declared("ringfence_calls_ended_total", "counter", "calls ended", "cause"),
    Declared("ringfence_calls_open", "gauge", "calls going on"),
    Declared("ringfence_legs_open", "gauge", "legs going on"),
    Declared("ringfence_sip_received_total", "counter", "SIP messages received", "transport"),
    Declared("ringfence_sip_sent_total", "counter", "SIP messages sent"),
    Declared("ringfence_sip_malformed_total", "counter", "messages that broke a rule of SIP"),
    Declared("ringfence_sip_dropped_total", "counter", "messages of unknown sources, unanswered"),
    Declared("ringfence_sip_banned", "gauge", "source addresses banned at present"),
    Declared("ringfence_registrations", "gauge", "phones registered"),
    Declared("ringfence_trunks_faulty", "gauge", "trunks that are refused or unreachable"),
    Declared("ringfence_media_workers", "gauge", "media processes connected"),
    Declared("ringfence_media_restarts_total", "counter", "times a media process was lost"),
    Declared("ringfence_recordings_total", "counter", "recordings by how they ended", "result"),
    Declared("ringfence_fetches_total", "counter", "fetches of documents and clips", "result"),
    Declared("ringfence_jobs_waiting", "gauge", "jobs not yet done"),
    Declared("ringfence_jobs_dead", "gauge", "jobs given up after all their tries"),
    Declared("ringfence_callbacks_total", "counter", "tries of callbacks", "result"),
    Declared("ringfence_callbacks_flying", "gauge", "callbacks under way"),
    Declared("ringfence_callbacks", "gauge", "callbacks not over, by state", "state"),
    Declared("ringfence_servers_left_alone", "gauge", "servers that do not answer callbacks"),
    Declared(
        "ringfence_messages_total", "counter", "text messages, by what became of them", "state"
    ),
    Declared("ringfence_carrier_messages_total", "counter", "text messages, by carrier", "carrier"),
    Declared("ringfence_messages_waiting", "gauge", "text messages to be sent"),
    Declared("ringfence_messages_unread", "gauge", "text messages nobody has read"),
    Declared("ringfence_carriers_faulty", "gauge", "carriers of text messages not connected"),
    Declared("ringfence_commits_total", "counter", "transactions committed"),
    Declared("ringfence_disk_free_bytes", "gauge", "space left for the data folder"),
    Declared("ringfence_clock_skew_seconds", "gauge", "how far the wall clock moved since start"),
)

NAMES = frozenset(metric.name for metric in METRICS)


class _Scrape(Collector):
    """The families of one answer."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def collect(self) -> Iterator[Metric]:
        for declared in METRICS:
            yield _family(declared, self._values.get(declared.name, 0))


def _family(declared: Declared, value: float | Mapping[str, float]) -> Metric:
    build = CounterMetricFamily if declared.kind == "counter" else GaugeMetricFamily
    if declared.label is None:
        if isinstance(value, Mapping):
            raise LocalError("this metric has no label")
        return build(declared.name, declared.doc, value=value)
    family = build(declared.name, declared.doc, labels=[declared.label])
    pairs: Iterable[tuple[str, float]] = value.items() if isinstance(value, Mapping) else ()
    for word, figure in pairs:
        family.add_metric([str(WORD.show(word))], figure)
    return family


def render(values: Values) -> bytes:
    """Return the text exposition of ``values``; raises `LocalError` on an undeclared name."""
    if not NAMES.issuperset(values):
        raise LocalError("a metric is not declared in ringfence.observe.metrics")
    registry = CollectorRegistry()
    registry.register(_Scrape(values))
    ProcessCollector(registry=registry)
    return generate_latest(registry)
