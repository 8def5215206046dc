"""
What can be seen of a running bus: one catalogue of metrics, from which every process makes its page.

To add one: its name in `names`, what it means and by what it is told apart in `of_trails`, `of_work` or `of_world`.
A test sees that code, catalogue, dashboards and alerts name the same ones.
"""

from yisong.metrics.catalogue import FOREIGN, METRICS
from yisong.metrics.metric import Metric
from yisong.metrics.names import CounterName, GaugeName, HistogramName, MetricName
from yisong.metrics.page import Metrics

__all__ = ["FOREIGN", "METRICS", "CounterName", "GaugeName", "HistogramName", "Metric", "MetricName", "Metrics"]
