"""What does a gateway show of registers, and to whom? Over a real PostgreSQL that holds the example histories."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from io import StringIO
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from starlette.testclient import TestClient

from services.gateway.api import deriving
from services.gateway.app import build
from services.gateway.console.register_cells import Words
from services.gateway.console.texts import texts
from tests.doors import Browser, Doors
from tests.kept_on_paper import Kept, keep, readings_of_acts, world_on_paper
from tests.shifted import GIVEN
from tests.unit.audit.on_paper import Desk
from yisong.accounts import passwords
from yisong.accounts.tokens import add_token
from yisong.audit.acts import Act, Found, act_of, as_corrected
from yisong.audit.history_file import read_history
from yisong.audit.readings import readings
from yisong.desk.inbox import open_body
from yisong.envelope.open import open_record
from yisong.ledger import Entry, Law
from yisong.ledger.sharing import may_read
from yisong.proof.refold import refold
from yisong.registers.catalogue import KINDS, register
from yisong.registers.credit import credit
from yisong.registers.exports import EVENT_TYPES
from yisong.registers.rendering import columns, row_json
from yisong.rulebook.model import BusProfile
from yisong.schemas import genesis
from yisong.signing import Keystore, make_genesis_keys

HISTORIES = ("H1", "H3", "H4", "H5", "H7")
AT = 1_488_297_600_000
THEN = "2017-03-01T00:00:00+08:00"
ORGANS = ("V00", "V98", "V9801", "V97", "V9702", "W97", "T98", "P9801", "P98")
"""A ministry, provinces and cities of four lines: some found clues, some own cases, one was handed a case."""


class Node:
    """A gateway before the histories, and what each organ may read of them, by the fold."""

    def __init__(self, doors: Doors, law: Law, kept: Sequence[Kept]) -> None:
        self.doors, self.law, self.kept = doors, law, kept
        self._readers = dict(_readers(kept, law))

    @cache  # noqa: B019 (it lives as long as the module)
    def caller(self, organ: str, *scopes: str) -> TestClient:
        """Speak for *organ*."""
        client = TestClient(self.doors.app, base_url="http://gateway.test", raise_server_exceptions=False)
        made = add_token(
            self.doors.owner, "case-system", organ=organ, scopes=scopes or ("read",), days=1, by_whom="node:test",
            now=self.doors.time,
        )  # fmt: skip
        client.headers["authorization"] = f"Bearer {made.secret}"
        return client

    def read(self, name: str, organ: str, **params: Any) -> Mapping[str, Any]:
        """Return a register as *organ* gets it, as of 2017."""
        answer = self.caller(organ).get(f"/v1/registers/{name}", params={"as_of": THEN, "limit": 500, **params})
        assert answer.status_code == 200, answer.text
        found: Mapping[str, Any] = answer.json()
        return found

    def may(self, organ: str, event: str) -> bool:
        """Hold where *organ* may read the body of an event."""
        return organ in self._readers[event]

    def acts(self, organ: str, event_types: Sequence[str]) -> list[Act]:
        """Return what *organ* may read of these events by the fold alone, corrections in their place."""
        wanted, found, read = {*event_types, "EventCorrected"}, [], []
        for one in sorted(self.kept, key=lambda one: (one.entry.log_time, one.entry.partition, one.entry.offset)):
            header = one.entry.header
            if header is None or one.entry.verdict not in ("admitted", "admitted-late") or one.entry.log_time > AT:
                continue
            if header.event_type in wanted:
                found.append(Found(one.entry, header, one.carried))
                bare = act_of(found[-1], None, "not-in-audience")
                body = open_body(header, one.carried or b"")[0] if self.may(organ, bare.id) else None
                read.append(bare if body is None else act_of(found[-1], body))
        return [one for one in as_corrected(found, read, self.law) if one.event_type in event_types]


def _readers(kept: Sequence[Kept], law: Law) -> Iterator[tuple[str, frozenset[str]]]:
    dockets: dict[str, list[Entry]] = defaultdict(list)
    for one in kept:
        if one.entry.docket is not None:
            dockets[one.entry.docket].append(one.entry)
    for entries in dockets.values():
        folded = refold([one.leaf for one in entries], law)
        for seen in may_read(((one.entry, one.docket) for one in folded), law):
            yield act_of(Found(folded[0].entry, seen.header, None), None).id, seen.readers


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    keystore = Keystore(tmp_path_factory.mktemp("keys"))
    keys = make_genesis_keys(
        keystore, genesis(BusProfile(name="paper", profile="demo", partitions=12, keys=())).directory
    )
    return Desk(law=Law(genesis(BusProfile(name="paper", profile="demo", partitions=12, keys=keys))), keystore=keystore)


@pytest.fixture(scope="module")
def node(police_dsn: tuple[str, str], tmp_path_factory: pytest.TempPathFactory, desk: Desk) -> Iterator[Node]:
    """Serve the node of the copyright line, which stands where the histories end."""
    with (
        pytest.MonkeyPatch.context() as patch,
        world_on_paper(
            *police_dsn, tmp_path_factory.mktemp("gateway"), agency="copyright", law=desk.law, keys=desk.keystore
        ) as (world, owner),
    ):
        patch.setattr(passwords, "_HASHER", PasswordHasher.from_parameters(CHEAPEST))
        kept, ends = [], defaultdict[int, int](int)
        for name in HISTORIES:
            on_paper = desk.play(read_history(GIVEN / f"{name}.jsonl"))
            for entry, record in zip(on_paper.entries, on_paper.records, strict=True):
                opened = open_record(entry.partition, entry.offset, 0, record.key, record.value)
                here = entry._replace(offset=ends[entry.partition])
                ends[entry.partition] += 1
                kept.append((Kept(entry, opened.carried), Kept(here, opened.carried)))
        keep(owner, [moved for _, moved in kept])
        owner.execute("DELETE FROM local_log_ends")
        owner.execute("INSERT INTO local_log_ends SELECT n, 0, %s FROM generate_series(0, 11) AS n", [2**52])
        yield Node(Doors(build(world), owner), desk.law, [stated for stated, _ in kept])


def test_every_organ_gets_of_every_register_what_the_fold_lets_it_read_and_no_more(node: Node) -> None:
    """Nine organs, eleven registers: row by row, and every event that is closed to it is named with its reason."""
    closed = set()
    for organ in ORGANS:
        for name, kind in KINDS.items():
            wanted = register(name, node.acts(organ, kind.event_types), agency="copyright", as_of=AT)
            found = node.read(name, organ)
            assert found["rows"] == [row_json(row) for row in wanted.rows], (organ, name)
            assert found["not_readable_here"]["count"] == len(wanted.unread), (organ, name)
            assert found["not_readable_here"]["events"] == [one._asdict() for one in wanted.unread], (organ, name)
            assert (found["organ"], found["total"], found["notes"]) == (organ, len(wanted.rows), list(wanted.notes))
            closed |= {organ for _ in wanted.unread}
    assert closed >= {"P9801", "T98", "W97"}
    assert "V00" not in {one for one in closed if not node.read("parties", one)["not_readable_here"]["count"]} - {"V00"}


def test_a_clue_of_another_city_is_counted_and_not_shown_to_its_own_line(node: Node) -> None:
    """What the node's line may read, an organ of it may not: V9702 has nothing to do with the clues of V9801."""
    works = {organ: node.read("protected-works", organ) for organ in ("V00", "V9702")}

    counts = {organ: found["rows"][0]["clues_count"] for organ, found in works.items()}
    assert counts["V00"] == {"known": 0, "not_readable_here": 0} or counts["V00"]["not_readable_here"] > 0
    assert counts["V9702"]["known"] is None
    assert counts["V9702"]["not_readable_here"] > counts["V00"]["not_readable_here"]


def test_whoever_was_shown_a_row_is_written_down_with_the_events_that_he_could_read(node: Node) -> None:
    for organ in ("V9801", "P9801"):
        found = node.read("seizures", organ)
        newest = readings(node.doors.owner, most=1)[0]
        assert (newest.account, newest.organ, newest.what, newest.case_id) == ("case-system", organ, "register", "")
        assert newest.purpose == "register seizures"
        sources = {one["event"] for row in found["rows"] for one in row["sources"]}
        assert {str(one) for one in newest.events} == {one for one in sources if node.may(organ, one)}
        assert newest.events


def test_pages_follow_one_another_and_speak_of_the_same_instant(node: Node) -> None:
    caller, path, rows = node.caller("V00"), f"/v1/registers/parties?limit=1&as_of={THEN.replace('+', '%2B')}", []
    while path:
        answer = caller.get(path)
        rows += answer.json()["rows"]
        assert (answer.json()["as_of"], len(answer.json()["rows"])) == (THEN, 1)
        path = answer.links.get("next", {}).get("url", "")
    assert rows == node.read("parties", "V00")["rows"]
    assert len(rows) == 4


@pytest.mark.parametrize("asked", [{"params": {"form": "csv"}}, {"headers": {"accept": "text/csv"}}])
def test_csv_is_whole_has_what_is_closed_and_is_asked_for_by_name_or_by_accept(node: Node, asked: Any) -> None:
    params = {"as_of": THEN, "limit": 1, **asked.get("params", {})}
    answer = node.caller("P9801").get("/v1/registers/plans", params=params, headers=asked.get("headers"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="plans.csv"'
    lines = list(csv.DictReader(StringIO(answer.text, newline="")))
    found = node.read("plans", "P9801")
    assert len(lines) == len(found["rows"]) + found["not_readable_here"]["count"] > 2
    assert sum(one["doubts"].startswith("not readable here") for one in lines) == found["not_readable_here"]["count"]


def test_an_earlier_instant_knows_no_more_than_was_known_then(node: Node) -> None:
    """云帙 was published as black on 30 December 2016, and 叠浪 was added on 10 October."""
    found = node.read("black-list", "P9801", as_of="2016-11-01T00:00:00+08:00")
    assert [row["uscc"] for row in found["rows"]] == ["91980100FAKE00064H"]
    assert len(node.read("black-list", "P9801")["rows"]) == 2


def test_what_is_not_there_or_not_allowed_says_so(node: Node) -> None:
    caller = node.caller("V9801")
    assert caller.get("/v1/registers/grey-list").status_code == 404
    assert "black-list" in caller.get("/v1/registers/grey-list").json()["detail"]
    assert caller.get("/v1/registers/parties", params={"as_of": "yesterday"}).status_code == 422
    assert caller.get("/v1/registers/parties", params={"form": "xlsx"}).status_code == 422
    assert node.caller("V9801", "publish").get("/v1/registers/parties").status_code == 403
    nobody = TestClient(node.doors.app, base_url="http://gateway.test")
    for path in ("/v1/registers", "/v1/registers/parties", "/v1/exports/credit", "/v1/exports/credit/withheld"):
        assert nobody.get(path).status_code == 401
    listed = caller.get("/v1/registers").json()["registers"]
    assert [one["name"] for one in listed] == list(KINDS)


def test_the_credit_export_is_made_of_what_the_organ_may_read(node: Node) -> None:
    """W97 may read penalties and no parties, so no penalty goes out of its hands, and each is named with the reason."""
    for organ in ORGANS:
        wanted = credit(node.acts(organ, EVENT_TYPES), node.law.rulebook)
        answer = node.caller(organ).get("/v1/exports/credit", params={"as_of": THEN})
        assert answer.json()["rows"] == [row_json(row) for row in wanted.rows], organ
        assert answer.json()["withheld"] == len(wanted.withheld)
        held = node.caller(organ).get("/v1/exports/credit/withheld", params={"as_of": THEN}).json()["withheld"]
        assert held == [one._asdict() for one in wanted.withheld]
    kinds = {
        organ: [row["kind"] for row in node.caller(organ).get("/v1/exports/credit").json()["rows"]]
        for organ in ("V00", "W97")
    }
    assert kinds == {"V00": ["penalty", "penalty", "list entry", "penalty"], "W97": ["list entry"]}
    table = node.caller("V00").get("/v1/exports/credit", params={"form": "csv"}).text
    assert table.splitlines()[0].startswith("uscc,organisation,check,kind,list")


def test_what_was_derived_is_kept_for_one_organ_while_the_trail_stands_and_no_longer(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = readings_of_acts(monkeypatch)
    now = {"as_of": "2017-02-28T12:00:00+08:00"}
    for organ in ("V98", "V98", "V9801", "V98"):
        node.read("rewards", organ, **now)
    assert made == ["V98", "V9801"]
    node.doors.owner.execute('UPDATE positions SET next_offset = next_offset + 1 WHERE "partition" = 0')
    node.read("rewards", "V98", **now)
    assert made == ["V98", "V9801", "V98"]


def test_of_too_many_events_nothing_is_made_here(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deriving, "MOST_EVENTS", 2)
    answer = node.caller("V98").get("/v1/registers/sites", params={"as_of": "2017-02-27T12:00:00+08:00"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:yisong:problem:too-much")
    assert "yisong registers" in answer.json()["detail"]


@pytest.fixture(scope="module")
def browsers(node: Node) -> Mapping[str, Browser]:
    """Log in an officer of a province and of a city's police, and an operator."""
    found = {}
    for organ in ("V98", "P9801"):
        node.doors.account(organ.lower(), organ=organ)
        found[organ] = node.doors.logged_in(organ.lower())
    node.doors.account("ops", "operator", organ="V98")
    return {**found, "ops": node.doors.logged_in("ops")}


class TestPages:
    def test_the_list_leads_to_every_register_and_each_page_shows_its_rows(
        self, node: Node, browsers: Mapping[str, Browser]
    ) -> None:
        listed = browsers["V98"].get("/registers").text
        for name in KINDS:
            assert f'href="/registers/{name}"' in listed
            page = browsers["V98"].get(f"/registers/{name}?as_of=2017-03-01")
            assert page.status_code == 200
            found = node.read(name, "V98", as_of="2017-03-01T23:59:59.999+08:00")
            assert page.text.count('class="beneath"') == len(found["rows"]), name
            assert all(row["doc_no"] in page.text for row in found["rows"] if row.get("doc_no"))

    def test_duties_stand_first_and_the_most_urgent_on_top(self, browsers: Mapping[str, Browser]) -> None:
        page = browsers["V98"].get("/registers/black-list?as_of=2017-10-11").text
        duties = page[page.index('id="d-t"') : page.index('id="rows-t"')]
        assert duties.index("2017-10-10 · 已过期") < duties.index("2017-12-29 · 未到")

    def test_what_the_organ_may_not_read_is_counted_named_and_nowhere_shown(
        self, node: Node, browsers: Mapping[str, Browser]
    ) -> None:
        page = browsers["P9801"].get("/registers/parties?as_of=2017-03-01").text
        assert "本单位不可读" in page
        assert "5 件可能相关的事项本单位不可读" in page
        assert "无权看 5" in page
        for row in node.read("parties", "V00")["rows"]:
            assert all(text not in page for text in (row["uscc"], *row["names"]))
        seizures = browsers["P9801"].get("/registers/seizures?as_of=2017-03-01").text
        assert "已知 2, 另有 2 件不可读" in seizures

    def test_a_page_is_read_on_record_and_only_by_whoever_may_read(
        self, node: Node, browsers: Mapping[str, Browser]
    ) -> None:
        browsers["V98"].get("/registers/rewards?as_of=2017-03-01")
        newest = readings(node.doors.owner, most=1)[0]
        assert (newest.account, newest.organ, newest.purpose) == ("v98", "V98", "register rewards")
        assert browsers["ops"].get("/registers").status_code == 403
        assert browsers["ops"].get("/registers/rewards").status_code == 403
        assert browsers["V98"].get("/registers/grey-list").status_code == 404
        assert browsers["V98"].get("/registers/rewards?as_of=soon").status_code == 422

    def test_a_register_of_which_nothing_has_happened_says_so(self, browsers: Mapping[str, Browser]) -> None:
        assert "还没有内容" in browsers["V98"].get("/registers/white-list?as_of=2016-01-01").text
        assert "没有这么多页" in browsers["V98"].get("/registers/parties?as_of=2017-03-01&page=9").text


def test_every_column_has_a_name_in_both_languages(node: Node) -> None:
    del node
    names = {one.name.strip("_") for kind in KINDS.values() for one in columns(kind.row_type, details=True)}
    for language in ("zh", "en"):
        known = texts(language).known()
        assert {name for name in names if f"register.col.{name}" not in known} == set()
        assert {name for name in KINDS if not {f"register.is.{name}", f"register.about.{name}"} <= known} == set()
    assert Words.__doc__
