"""The reference says what the contract says: nothing is missing, and what is drawn is what the tables hold."""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docsite import commands, lifecycles, reference
from services.gateway.app import document
from yisong.cli.main import COMMANDS
from yisong.contract import folder
from yisong.kafka.declared import topics_file
from yisong.metrics import METRICS
from yisong.rulebook.catalogue import read_catalogue
from yisong.rulebook.diagrams import is_drawn
from yisong.rulebook.model import Machine
from yisong.rulebook.reasons import read_reasons
from yisong.rulebook.timers import read_timers, timers

BOOK = folder() / "rulebook"
MACHINES = reference.known_lifecycles().machines


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    return {Path(path).stem: text for path, text in reference.pages().items()}


def _headings(page: str) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", page, re.MULTILINE))


def test_every_event_type_has_its_fields_and_its_readers(pages: Mapping[str, str]) -> None:
    for row in read_catalogue(BOOK).events:
        section = pages["events"].split(f"\n## {row.name}\n")[1].split("\n## ")[0]
        assert f"| Body read by | {', '.join(row.audience)} |" in section
        assert [field.name for field in row.body if f"| `{field.name}` |" not in section] == []


def test_every_timer_has_its_article_and_every_reason_both_languages(pages: Mapping[str, str]) -> None:
    for one in timers(read_timers(BOOK)).values():
        section = pages["timers"].split(f"\n## {one.id}\n")[1].split("\n## ")[0]
        assert one.source in section.replace("\\|", "|")
    for name, reason in read_reasons(BOOK).reasons.items():
        assert f"### {name}\n\n{reason.zh}\n\n{reason.en}\n" in pages["reasons"]


def test_every_topic_metric_command_and_operation_is_there(pages: Mapping[str, str]) -> None:
    assert _headings(pages["topics"]) >= set(topics_file().topics)
    assert [name for name in METRICS if f"| `{name}` |" not in pages["metrics"]] == []
    assert _headings(pages["commands"]) >= {f"yisong {name}" for name in COMMANDS}
    operations = {f"{method.upper()} {path}" for path, one in document()["paths"].items() for method in one}
    assert _headings(pages["api"]) >= operations


def test_a_command_shows_its_options_as_its_help_does(pages: Mapping[str, str]) -> None:
    section = pages["commands"].split("\n## yisong history\n")[1].split("\n## ")[0]

    assert "yisong history [OPTIONS] CASE" in section
    assert "| `--at` | As known at this instant" in section
    assert set(commands.commands()) == set(COMMANDS)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_a_ladder_has_a_rung_for_every_act_that_moves_a_state(machine: Machine) -> None:
    """The ring of a rung stands on the column from which it moves, its head on the one to which."""
    figure = lifecycles.figure(machine)
    svg = ET.fromstring(figure.removeprefix('<figure class="ladder">').removesuffix("</figure>"))  # noqa: S314 (ours)
    names = [text.text for text in svg.iterfind(".//{*}text") if text.get("transform")]
    acts = [text.text for text in svg.iterfind(".//{*}text[@class='act']")]
    rings = [ring for ring in svg.iterfind(".//{*}circle") if ring.get("class") != "head"]
    drawn = [row for row in machine.rows if is_drawn(row)]

    assert names == ["(begin)", *machine.states]
    assert len(acts) == len(drawn)
    assert len(rings) == sum(len(row.from_states) for row in drawn)
    assert "\n\n" not in figure


def test_the_page_of_the_lifecycles_needs_no_script() -> None:
    page = (folder() / "docs" / "lifecycles.md").read_text("utf-8")
    drawn = lifecycles.drawn(page, MACHINES)

    assert "mermaid" in page
    assert "mermaid" not in drawn
    assert "An arrow is" not in drawn
    assert drawn.count("<svg") == len(MACHINES)
