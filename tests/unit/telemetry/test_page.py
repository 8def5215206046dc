"""The page for operators names what lines of a log hold, and variables that turn traces on."""

import json
import logging
import re
from pathlib import Path

from yisong.telemetry import tracing
from yisong.telemetry.about import About
from yisong.telemetry.logs import JsonLines

PAGE = (Path("docs/howto") / "operators.md").read_text("utf-8")
SAID, TRACED = PAGE.split("## What a service says\n")[1].split("## An idle bus\n")[0].split("## Follow one event\n")


def test_it_names_every_field_of_a_line() -> None:
    """What a line alone is about; the rest of what spans say is said of spans."""
    record = logging.LogRecord("yisong", logging.ERROR, "", 0, "said", (), (ValueError, ValueError(), None))
    record.about = About(
        event_id=bytes(16), case_id="CRB-980100-2016-000021-5", event_type="ClueFound", partition=4, offset=9,
        request_id="r",
    )  # fmt: skip
    row = json.loads(JsonLines({"service": "trail", "agency": "police"}).format(record))
    named = {name for line in re.findall(r"^\| (`.*?) \|", SAID, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)}

    assert named == {*row, "trace_id", "span_id"}


def test_its_example_is_a_line_as_a_service_writes_it() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", SAID, re.DOTALL)
    record = logging.LogRecord("yisong.publishing.rounds", logging.ERROR, "", 0, "said", (), None)
    record.about = About(event_id=bytes(16), case_id="CRB-980100-2016-000021-5")
    row = json.loads(JsonLines({"service": "trail", "agency": "police"}).format(record))

    assert list(json.loads(example.replace("\n", ""))) == list(row)


def test_the_variables_that_it_sets_turn_traces_on() -> None:
    (block,) = re.findall(r"```bash\n(.*?)```", TRACED, re.DOTALL)
    settings = dict(re.findall(r"(OTEL_\w+)=(\S+)", block))

    assert tracing.exporter_of(settings) == "otlp"
    assert tracing.exporter_of(dict(re.findall(r"`(OTEL_\w+)=(\S+)`", TRACED))) == "console"
