"""Which metrics are there? Every one: code, dashboards and alerts may name no other."""

from collections.abc import Mapping
from typing import Final

from yisong.metrics.metric import Metric
from yisong.metrics.names import MetricName
from yisong.metrics.of_trails import OF_TRAILS
from yisong.metrics.of_work import OF_WORK
from yisong.metrics.of_world import OF_WORLD

METRICS: Final[Mapping[MetricName, Metric]] = {**OF_TRAILS, **OF_WORK, **OF_WORLD}
"""Every metric of ours, by its name. All have the label ``agency`` besides."""

FOREIGN: Final[Mapping[str, str]] = {
    "up": "1 where Prometheus could scrape the process",
    "process_cpu_seconds_total": "CPU time of the process",
    "process_resident_memory_bytes": "memory of the process",
    "process_open_fds": "open files and connections of the process",
    "process_max_fds": "how many it may have",
    "process_start_time_seconds": "since when the process runs",
}
"""What else is on every page, or comes from Prometheus itself: dashboards and alerts may use these, too."""
