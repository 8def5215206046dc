"""An agency's existing cases: a spreadsheet becomes events, once, however often it is imported."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
import pytest
from typer.testing import CliRunner

from tests.cases import ADMITTED
from tests.existing_cases import OPEN, PENALISED, Row, csv_of
from tests.waiting import PATIENCE, until
from yisong.cli.main import app
from yisong.embedded import Bus

Json = Any

ORGAN: Final = "V9603"
_OWN: Final = {
    "专项行动": "",
    "是否公开": "否",
    "当事人": "丙三市青梧文化有限公司(合成)",
    "统一社会信用代码": "91960300FAKE00048X",
    "办案人员": "U-V9603-01、U-V9603-02",
    "批准人": "U-V9603-90",
}
#: Of a year and an organ of which no other test says anything.
WHOLE: Final[Row] = {
    name: cell.replace("2016", "2014").replace("２０１６", "２０１４").replace("二0一六", "二0一四")
    for name, cell in {**PENALISED, **_OWN}.items()
}
BEGUN: Final[Row] = {
    name: cell.replace("2016", "2014").replace("二0一六", "二0一四") for name, cell in {**OPEN, **_OWN}.items()
}


class Importer:
    """Imports rows from a file, as an officer does."""

    def __init__(self, command: CliRunner, folder: Path) -> None:
        self._command, self._file = command, folder / "cases.csv"

    def __call__(self, *rows: Row, options: tuple[str, ...] = (), code: int = 0) -> Json:
        self._file.write_bytes(csv_of(*rows))
        asked = ["import", str(self._file), "--organ", ORGAN, "--timeout", str(PATIENCE), "--json", *options]
        done = self._command.invoke(app, asked, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return orjson.loads(done.stdout)

    def shown(self, *rows: Row) -> str:
        self._file.write_bytes(csv_of(*rows))
        return self._command.invoke(app, ["import", str(self._file), "--organ", ORGAN], catch_exceptions=False).output


def _entries(bus: Bus, agency: str) -> list[tuple[Any, ...]]:
    """Return what *agency* has on record of what the organ published of 2014: docket, number, id, type, verdict."""
    with closing(psycopg.connect(bus.running.dsn[agency])) as connection:
        return connection.execute(
            "SELECT docket, docket_index, event_id::text, event_type, verdict FROM entries"
            " WHERE publisher = %s AND docket LIKE 'CRB-960300-2014-%%' ORDER BY docket, docket_index",
            [ORGAN],
        ).fetchall()


def _told(found: Json) -> Mapping[str, tuple[str, ...]]:
    return {one["event_id"]: (row["case_id"], one["event_type"]) for row in found["taken"] for one in row["events"]}


@pytest.mark.timeout(1200)
def test_a_spreadsheet_of_cases_comes_onto_the_bus_once(command: CliRunner, bus: Bus, tmp_path: Path) -> None:
    """Dry run, all or nothing, the good ones only, again, with a row put right, changed, and gone on with."""
    run = Importer(command, tmp_path)
    broken = {**BEGUN, "立案日期": "2014-02-30"}

    tried = run(WHOLE, BEGUN)
    assert [(one["line"], one["what"], one["late"], len(one["to_publish"])) for one in tried["plan"]] == [
        (2, "new", True, 4), (3, "new", False, 1),
    ]  # fmt: skip
    assert (tried["published"], tried["taken"], tried["faults"]) == (False, [], [])
    refused = run(WHOLE, broken, options=("--publish",), code=1)
    assert (refused["published"], [(one["line"], one["column"]) for one in refused["faults"]]) == (
        False, [(3, "立案日期")],
    )  # fmt: skip
    assert _entries(bus, "copyright") == []

    first = run(WHOLE, broken, options=("--publish", "--take", "good"), code=1)
    assert [(one["line"], one["what"], [e["event_type"] for e in one["events"]]) for one in first["taken"]] == [
        (2, "new", ["ClueFound", "CaseOpened", "PenaltyDecided", "CaseClosed"])
    ]
    second = run(WHOLE, BEGUN, options=("--publish",))
    assert [(one["line"], one["what"]) for one in second["taken"]] == [(2, "same"), (3, "new")]
    record = _entries(bus, "copyright")
    third = run(WHOLE, BEGUN, options=("--publish",))

    assert [one["what"] for one in third["taken"]] == ["same", "same"]
    assert third["taken"] == [{**one, "what": "same"} for one in second["taken"]]
    assert {event: (case, kind) for case, _, event, kind, _ in record} == _told(third)
    assert {verdict for *_, verdict in record} <= set(ADMITTED)
    assert len({case for case, *_ in record}) == 2
    for agency in ("copyright", "cac", "miit", "police"):
        until(lambda agency=agency: _entries(bus, agency) == record, f"{agency} has other entries")  # type: ignore[misc]

    changed = run(WHOLE, {**BEGUN, "案由": "信网条例19"}, options=("--publish", "--take", "good"), code=1)
    assert "`EventCorrected`" in changed["faults"][0]["what"]
    ended = {**BEGUN, "结案日期": "2014-12-01", "结案方式": "不予处罚", "结案理由": "违法行为轻微并及时改正"}
    grown = run(WHOLE, ended, options=("--publish",))
    assert [(one["what"], one["case_id"]) for one in grown["taken"]] == [
        ("same", second["taken"][0]["case_id"]), ("continued", second["taken"][1]["case_id"]),
    ]  # fmt: skip
    assert [kind for *_, kind, _ in _entries(bus, "copyright")[len(record) :]] == ["CaseClosed"]

    again = {**WHOLE, "案件编号": "甲一文案2014-23", "立案文号": "甲一文立字〔2014〕23号", "线索来源": "企业协会投诉"}
    owed = run(WHOLE, {**again, "处罚文号": "甲一文罚字〔2014〕8号"}, code=1)
    assert [(one["line"], one["column"]) for one in owed["faults"]] == [(3, "要求答复")]
    twin = run({**ended, "案件编号": "甲一文案2014-24"}, code=1)
    assert [(one["column"], grown["taken"][1]["case_id"] in one["what"]) for one in twin["faults"]] == [
        ("立案文号", True)
    ]  # fmt: skip
    assert "2 rows (UTF-8): 2 can be taken (0 new, 0 continued, 2 there already), 0 can't." in run.shown(WHOLE, ended)
