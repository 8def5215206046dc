"""
What did a dashboard show? Its panels over the last hours as one picture, for documents and where there is no Grafana.

``python -m deploy.grafana.drawn ADDRESS UID FILE`` asks the same queries of the same Prometheus, and draws the answers.
"""

import argparse
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure

from deploy.grafana.boards import DASHBOARDS
from deploy.grafana.panels import Dashboard, Panel

_COLUMNS: Final = 3
_POINTS: Final = 300
_FONTS: Final = ("DejaVu Sans", "WenQuanYi Micro Hei", "Noto Sans CJK SC")


def main(argv: Sequence[str] | None = None) -> None:
    """Draw one dashboard."""
    parser = argparse.ArgumentParser(prog="python -m deploy.grafana.drawn", description="Draw a dashboard.")
    parser.add_argument("address", help="where Prometheus answers: http://127.0.0.1:9090")
    parser.add_argument("uid", choices=[one.uid for one in DASHBOARDS])
    parser.add_argument("file", type=Path, help="a .png or .svg")
    parser.add_argument("--minutes", type=float, default=60)
    asked = parser.parse_args(argv)
    board = next(one for one in DASHBOARDS if one.uid == asked.uid)
    drawn(asked.address, board, seconds=asked.minutes * 60).savefig(asked.file, dpi=110)


def drawn(address: str, board: Dashboard, *, seconds: float) -> Figure:
    """Return the panels of *board* over the last *seconds* as the Prometheus at *address* knows them."""
    panels, end = list(board.panels), time.time()
    rows = -(-len(panels) // _COLUMNS)
    figure = Figure(figsize=(5.2 * _COLUMNS, 2.3 * rows), layout="constrained")
    figure.suptitle(board.title, fontfamily=_FONTS)
    for place, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, _COLUMNS, place)
        for legend, expression in panel.ask.items():
            _draw(axes, legend, _ask(address, expression, since=end - seconds, until=end))
        _label(axes, panel)
    return figure


def _ask(address: str, expression: str, *, since: float, until: float) -> list[dict[str, Any]]:
    """Return the series of *expression* between two instants (s); what a reader chooses is: everything."""
    step = max(1.0, (until - since) / _POINTS)
    asked = {"query": re.sub(r"\$\w+", ".*", expression), "start": str(since), "end": str(until), "step": str(step)}
    answer = httpx.get(f"{address}/api/v1/query_range", params=asked, timeout=60).raise_for_status()
    found: list[dict[str, Any]] = answer.json()["data"]["result"]
    return found


def _draw(axes: Axes, legend: str, series: Sequence[Mapping[str, Any]]) -> None:
    for one in series:
        name = re.sub(r"{{(\w+)}}", lambda label, of=one["metric"]: str(of.get(label[1], "")), legend)  # type: ignore[misc]
        points = [(datetime.fromtimestamp(at, UTC), float(value)) for at, value in one["values"]]
        axes.plot(*zip(*points, strict=True), label=name, linewidth=1)


def _label(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.title, fontsize=8, loc="left", fontfamily=_FONTS)
    axes.set_ylabel("" if panel.unit in ("short", "none") else panel.unit, fontsize=7)
    axes.tick_params(labelsize=6)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M"))  # type: ignore[no-untyped-call]
    lines = axes.get_lines()
    if lines:
        axes.legend(prop={"family": _FONTS, "size": 6}, loc="upper left", frameon=False, ncols=2)
    else:
        axes.text(0.5, 0.5, panel.may_be_empty or "no data", ha="center", va="center", fontsize=7, wrap=True)


if __name__ == "__main__":
    main()
