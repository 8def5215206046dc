"""Do dashboards, alerts and runbooks speak of what there is?"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from deploy.grafana.boards import DASHBOARDS
from deploy.grafana.build import FOLDER, built
from tests.prometheus import CONFIG, PROMTOOL, RULES
from yisong.metrics import FOREIGN, METRICS

RUNBOOKS: Final = Path("docs/runbooks")
SOAKS: Final = Path("tests/faults")
_SEEN: Final = re.compile(r"^\| `(Yisong\w+)` \| [^|]+ \| `(test_\w+\.py)`: `(test_\w+)` \|$", re.MULTILINE)
_SUFFIXES: Final = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
_METRIC: Final = re.compile(r"\b(?:yisong[_:]\w[\w:]*|up|process_\w+|ALERTS)\b(?:\{([^}]*)\})?")
_LABEL: Final = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')
#: What Prometheus or the file of targets adds to every series.
_OF_TARGETS: Final = {"job", "instance", "bus", "service", "process"}


def rules() -> list[dict[str, Any]]:
    files = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in RULES)
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


ALERTS: Final = {rule["alert"]: rule for rule in rules() if "alert" in rule}
RECORDED: Final = {rule["record"] for rule in rules() if "record" in rule}
KNOWN: Final = {
    **{name: set[str]() for name in FOREIGN},
    **{name: {"agency"} for name in RECORDED},
    "ALERTS": {"alertstate"},
    **{
        f"{name}{suffix}": {
            "agency",
            *(label.name for label in metric.labels),
            *(["le"] if suffix == "_bucket" else []),
        }
        for name, metric in METRICS.items()
        for suffix in _SUFFIXES[metric.kind]
    },
}


def expressions() -> Iterator[tuple[str, str]]:
    """Yield every question to Prometheus, and where it stands."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    for board in DASHBOARDS:
        for panel in board.panels:
            for expression in panel.ask.values():
                yield f"{board.title}: {panel.title}", expression
        for name, metric in board.variables.items():
            yield board.title, f'{metric}{{{name}="x"}}'


def test_no_panel_and_no_rule_names_a_metric_or_a_label_that_there_is_not() -> None:
    for where, expression in expressions():
        found = list(_METRIC.finditer(expression))
        assert found, where
        for one in found:
            name = one[0].partition("{")[0]
            assert name in KNOWN, f"{where}: {name}"
            assert set(_LABEL.findall(one[1] or "")) <= KNOWN[name] | _OF_TARGETS, f"{where}: {one[0]}"


def test_every_recorded_series_is_used() -> None:
    asked = " ".join(expression for _, expression in expressions())

    assert all(len(re.findall(rf"{one}\b", asked)) >= 1 for one in RECORDED)


def test_the_dashboards_in_the_repository_are_what_their_source_builds() -> None:
    """Else: ``python -m deploy.grafana.build``."""
    assert {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()} == built()


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_says_what_it_means_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]

    assert rule["labels"]["severity"] in ("page", "ticket")
    assert 40 < len(rule["annotations"]["summary"]) < 160
    page = Path(rule["annotations"]["runbook"])
    text = page.read_text(encoding="utf-8")
    assert f"`{name}`" in text
    for heading in ("What it means for the agencies", "How to see it", "What to do", "When it ends"):
        assert f"## {heading}\n" in text


def test_every_runbook_belongs_to_an_alert_and_is_in_the_list() -> None:
    pages = {Path(rule["annotations"]["runbook"]) for rule in ALERTS.values()}
    listed = (RUNBOOKS / "README.md").read_text(encoding="utf-8")

    assert pages == set(RUNBOOKS.glob("*.md")) - {RUNBOOKS / "README.md"}
    assert all(f"({page.name})" in listed for page in pages)


def test_every_alert_has_been_seen_on_a_real_bus_by_a_test_that_there_is() -> None:
    """The table of the runbooks names for each alert the test in which it fired; that test speaks of it."""
    table = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    seen = {alert: (file, name) for alert, file, name in _SEEN.findall(table)}
    assert seen.keys() == ALERTS.keys()
    for alert, (file, name) in seen.items():
        text = (SOAKS / file).read_text(encoding="utf-8")
        _, found, behind = text.partition(f"def {name}(")
        assert found, f"{file}: {name}"
        assert alert in behind.split("\ndef ")[0] or _constant_of(text, alert) in behind.split("\ndef ")[0], alert


def _constant_of(text: str, alert: str) -> str:
    """Return the constant of a module that names *alert*."""
    found = re.search(rf"^([A-Z_]+)\b.*{alert}", text, re.MULTILINE)
    return "nothing" if found is None else found[1]


def test_what_panels_send_the_reader_to_is_there() -> None:
    said = " ".join(panel.read for board in DASHBOARDS for panel in board.panels)

    assert all(Path(page).exists() for page in re.findall(r"docs/runbooks/[\w-]+\.md", said))


def test_every_alert_is_tested_to_fire_and_to_be_silent() -> None:
    tested: dict[bool, set[str]] = {True: set(), False: set()}
    for file in (CONFIG / "tests").glob("*.yml"):
        for test in yaml.safe_load(file.read_text(encoding="utf-8"))["tests"]:
            for one in test["alert_rule_test"]:
                tested[bool(one.get("exp_alerts"))].add(one["alertname"])

    assert tested[True] == tested[False] == set(ALERTS)


@pytest.mark.parametrize("file", sorted((CONFIG / "tests").glob("*.yml")), ids=lambda file: file.stem)
def test_alerts_fire_for_their_cause_and_are_silent_otherwise(file: Path) -> None:
    """An idle night, a holiday, a restart, a deploy: nothing. This is what Prometheus itself makes of the rules."""
    if not PROMTOOL.exists():
        pytest.fail(f"The alerts are tested with {PROMTOOL}: apt-get install prometheus", pytrace=False)
    done = subprocess.run([PROMTOOL, "test", "rules", file], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_configuration() -> None:
    done = subprocess.run(
        [PROMTOOL, "check", "config", CONFIG / "prometheus.yml"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
