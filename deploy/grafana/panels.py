"""What is a dashboard? Rows of panels, each a question to Prometheus and a word on how to read the answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

CHOSEN: Final = 'bus=~"$bus",agency=~"$agency"'
"""What a query asks for on a page whose reader chooses buses and agencies."""

Shape = Literal["timeseries", "stat", "table", "bargauge"]
_DATASOURCE: Final = {"type": "prometheus", "uid": "yisong"}
_WIDTH: Final = 24
_HEIGHT: Final = 8
_HEADING_HEIGHT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """
    One panel.

    *ask*: PromQL by legend; a legend may name labels as ``{{agency}}``. *unit*: as Grafana calls it. *read*: how to
    read it. *may_be_empty*: why a healthy bus may have no data for it; None: it has. *bad_above*: red from there on.
    """

    title: str
    ask: Mapping[str, str]
    read: str
    unit: str = "short"
    shape: Shape = "timeseries"
    width: int = 8
    may_be_empty: str | None = None
    bad_above: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels that answer one question."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A page of Grafana; *variables*: the label by which one chooses, and from which metric its values are taken."""

    uid: str
    title: str
    rows: Sequence[Row]
    variables: Mapping[str, str]

    @property
    def panels(self) -> Iterator[Panel]:
        """All panels."""
        return (panel for row in self.rows for panel in row.panels)

    def as_json(self) -> dict[str, Any]:
        """Return it as Grafana reads it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "tags": ["yisong"],
            "editable": False,
            "graphTooltip": 1,
            "refresh": "30s",
            "schemaVersion": 39,
            "time": {"from": "now-6h", "to": "now"},
            "timezone": "Asia/Shanghai",
            "templating": {"list": [_variable(name, metric) for name, metric in self.variables.items()]},
            "panels": list(_placed(self.rows)),
        }


def _variable(name: str, metric: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "query",
        "datasource": _DATASOURCE,
        "query": {"query": f"label_values({metric}, {name})", "refId": name},
        "refresh": 2,
        "sort": 1,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _placed(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Yield rows and panels with their places, from left to right and from top to bottom."""
    number = top = 0
    for row in rows:
        number += 1
        place = {"x": 0, "y": top, "w": _WIDTH, "h": _HEADING_HEIGHT}
        yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []}
        top, left = top + _HEADING_HEIGHT, 0
        for panel in row.panels:
            number += 1
            if left + panel.width > _WIDTH:
                top, left = top + _HEIGHT, 0
            place = {"x": left, "y": top, "w": panel.width, "h": _HEIGHT}
            yield {**_drawn(panel), "id": number, "gridPos": place}
            left += panel.width
        top += _HEIGHT


def _drawn(panel: Panel) -> dict[str, Any]:
    instant = panel.shape in ("table", "bargauge", "stat")
    targets = [
        {
            "refId": chr(ord("A") + place),
            "datasource": _DATASOURCE,
            "expr": expression,
            "legendFormat": legend,
            "instant": instant,
            "range": not instant,
        }
        for place, (legend, expression) in enumerate(panel.ask.items())
    ]
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.bad_above is not None:
        steps.append({"color": "red", "value": panel.bad_above})
    defaults = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}, "noValue": "–"}
    return {
        "type": panel.shape,
        "title": panel.title,
        "description": panel.read,
        "datasource": _DATASOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}} if panel.shape in ("stat", "bargauge") else {},
    }
