"""How do tests ask what commands say, as programs read it, of cases that have numbers of their own on this bus?"""

from typing import Any

import orjson
from typer.testing import CliRunner

from tests.waiting import PATIENCE
from yisong import Publisher
from yisong.audit.replay import Replay
from yisong.cli.main import app

Json = Any


class Said:
    """What commands say, as programs read it, and under which number a case of the histories is on the bus."""

    def __init__(self, command: CliRunner, everything: Replay) -> None:
        self._command, self._everything = command, everything

    def __call__(self, *arguments: str) -> Json:
        done = self._command.invoke(app, [*arguments, "--json"])
        assert done.exit_code == 0, done.output
        return orjson.loads(done.stdout)

    def plain(self, *arguments: str) -> str:
        return self._command.invoke(app, [*arguments]).output

    def id(self, history: str, text: str) -> str:
        """Return *text* of a history with the case ids that it has on this bus."""
        (played,) = (one for one in self._everything.played if one.history.name == history)
        return played.table.text(text)


def link(publisher: Publisher, case: str, kind: str, *others: str, cluster: str | None = None) -> None:
    header = {
        "event_type": "CasesLinked", "variant": kind, "case_id": case, "publisher": "V9801", "to": ["V98"],
        "occurred_at": "2016-10-10T10:00:00+08:00", "region_code": "980100", "pii_level": "P1",
        "cites": [{"kind": "case", "id": one} for one in others],
    }  # fmt: skip
    body = {"cluster_id": cluster, "lead_case": case if cluster else None, "reason": "同一来源"}
    said = publisher.publish_header(header, body, wait="verdict", timeout=PATIENCE)
    assert said.verdict in ("admitted", "admitted-late"), said.reason
