"""
Does every organ see what the law lets it know, and nothing else? The whole matrix, through every door.

Every event type of the contract in clear and sealed; twenty organs, each in whatever relation it stands to the event.
What must be seen is reckoned from events.yaml and directory.yaml alone (`tests/audiences.py`, `tests/standings.py`).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple
from uuid import UUID
from zipfile import ZipFile

import httpx
import orjson
import psycopg
import pytest

from tests import audiences
from tests.clues import Stated, clue_found, own_case
from tests.commands import run
from tests.gateways import Caller
from tests.marked import SEALED
from tests.onlookers import dump, files_with, person_of, system_of
from tests.scene import HISTORY, Cell, Scene, by_organ, cells, content, cover, history, looked, marks_in, set_on, walked
from tests.standings import Event, Look, differing
from tests.waiting import PATIENCE, until
from yisong.embedded import Bus
from yisong.home import AGENCIES, Agency, Home

pytestmark = pytest.mark.timeout(900)

_INBOX, _STREAM, _DOSSIER, _PERSON = "收件", "随到随收", "出具卷宗", "办理本案"
#: What the console says instead of a body, or beside one.
_SAID: Final = {
    "本单位无权看此正文": "not-in-audience",
    "正文已销毁": "erased",
    "正文已封存": "sealed",
    "正文无法核对": "broken",
    "本次打开已记入": "shown",
}
_OF_THE_BUS: Final = ("DeadlineBreached", "DeadlineApproaching", "DossierIssued", "Heartbeat")
#: Relations in which no organ can stand to an event, and why.
_NOBODY: Final[Mapping[Cell, str]] = {
    **{(one, "publisher"): "a system organ says it, for which nobody reads" for one in _OF_THE_BUS},
    **{(one, "same line"): "no organ is of the line of the bus itself" for one in _OF_THE_BUS},
    ("Heartbeat", "owner"): "it belongs to no case",
    ("Heartbeat", "superior"): "it belongs to no case, and nobody stands above the bus",
}
#: Relations that never decide alone whether somebody may read, and why.
_NEVER_ALONE: Final[Mapping[Cell, str]] = {
    **{
        (one, "owner"): "lifecycles.yaml lets the owner say it, or whoever becomes it by that"
        for one in (
            *("ClueFound", "ClueHandedOver", "ExternalReplyRecorded", "CaseOpened", "PenaltyDecided", "CaseClosed"),
            *("ReferralProposed", "ReferralDecided", "CriminalReferralSent", "ReferralSupplemented"),
            *("ReconsiderationRequested", "CaseItemsHandedOver", "ReferralClosedUnfiled"),
        )
    },
    ("ClueFeedbackSent", "owner"): "the line of whoever may say it may read it",
    ("ClueHandedOver", "addressee"): "whom a clue is handed to holds it, and so stands for the owner",
    ("ReferralRerouted", "owner"): "it has to name the owner in `to` or `cc`",
    ("LicenceOrFilingCancelled", "owner"): "here the owner has asked for it",
    ("LicenceOrFilingCancelled", "requester"): "here the owner has asked for it",
    ("JointSupervisionOrdered", "co-signer"): "who is told of the order signs beside it",
    ("JointSupervisionOrdered", "cc"): "who is told of the order signs beside it",
}
_WORDS: Final = {"co_signers": "co-signer", "superiors": "superior"}


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus of its own with four nodes; without desks and clocks, so that nothing is said by itself."""
    with Bus.start(Home(tmp_path_factory.mktemp("bus"))) as bus:
        bus.stop_clocks()
        for agency in AGENCIES:
            bus.stop_desk(agency)
        yield bus


@pytest.fixture(scope="module")
def scene(bus: Bus) -> Iterator[Scene]:
    """Give that bus with every event type on it."""
    with set_on(bus) as scene:
        yield scene


def _possible() -> set[Cell]:
    """Return every type with every relation that the contract makes possible."""
    return {(one, how) for one in audiences.events() for how in audiences.relations_of(one)} - _NOBODY.keys()


def test_every_cell_that_the_contract_makes_possible_is_there(scene: Scene) -> None:
    """Each type admitted in clear and sealed; to each, somebody in every relation; and in none that cannot be."""
    admitted = [one for one in scene.all_events() if one.admitted]
    both = {(one, sealed) for one in audiences.events() for sealed in (False, True)}
    assert {(one.event_type, one.sealed) for one in admitted} == both
    assert {cell for organ in audiences.organs() for cell in cells(admitted, organ)} == _possible()


def test_each_word_of_an_audience_lets_somebody_read_who_has_no_other_right(scene: Scene) -> None:
    """So that a word that was passed over would show."""
    words = audiences.book("events")["audience_tokens"]
    named = {(one, _WORDS.get(word, word)) for one, row in audiences.events().items() for word in row["audience"]}
    wanted = {(one, how) for one, how in named if how in _WORDS.values() or how in words} - _NOBODY.keys()
    ways = [(one, one.related(organ)) for one in scene.all_events() for organ in one.readers]
    alone = {(one.event_type, how[0]) for one, how in ways if len(how) == 1}
    assert wanted - alone == set(_NEVER_ALONE)


def test_the_history_over_http_shows_each_organ_what_it_may_know(scene: Scene) -> None:
    looks: list[Look] = []
    strange: list[tuple[str, str]] = []
    for (case, organ), answer in scene.answers.items():
        records = orjson.loads(answer)["records"]
        assert len(records) == len(scene.events[case])
        found = list(looked(scene.events[case], organ, records))
        if marks_in(answer) != scene.marks_of(one for one in scene.events[case] if one.reads(organ)):
            strange.append((case, organ))
        scene.note(system_of(organ), HISTORY, found)
        looks += found
    assert not differing(looks), differing(looks)
    assert not strange, "somewhere else in these answers stands a body"
    assert walked(looks) == _possible()


def test_an_inbox_holds_what_concerns_its_organ_as_far_as_it_may_know(scene: Scene) -> None:
    events = scene.all_events()

    def look(organ: str) -> tuple[list[Look], set[str]]:
        found: list[Look] = []
        marks: set[str] = set()
        cursor = ""
        while True:
            params = {"purpose": _INBOX, "after": cursor, "limit": "500"}
            answer = content(scene.onlookers.system(organ).get("/v1/inbox", params=params))
            read = orjson.loads(answer)
            looks = list(looked(events, organ, read["events"]))
            if not looks:
                return found, marks
            found, marks, cursor = [*found, *looks], marks | marks_in(answer), read["cursor"]

    for organ, (looks, marks) in zip(audiences.organs(), scene.onlookers.each(look), strict=True):
        assert not differing(looks), differing(looks)
        assert marks == scene.marks_of(one.event for one in looks if one.event.reads(organ)), organ
        lying = {one.event.position for one in looks}
        assert lying == {one.position for one in events if organ in one.concerned}, organ
        scene.note(system_of(organ), _INBOX, looks)


@pytest.mark.parametrize("organ", ["V98", "W97", "T97", "P9702"])
def test_what_is_streamed_is_what_lies_in_the_inbox(scene: Scene, organ: str) -> None:
    params = {"purpose": _STREAM, "after": ""}
    with scene.onlookers.system(organ).stream("GET", "/v1/inbox/stream", params=params) as answer:
        said = (line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: "))
        told = list(islice(said, 25))
    looks = list(looked(scene.all_events(), organ, map(orjson.loads, told)))
    assert not differing(looks), differing(looks)
    assert marks_in("\n".join(told).encode()) == scene.marks_of(one.event for one in looks if one.event.reads(organ))
    scene.note(system_of(organ), _STREAM, looks)


def test_the_console_opens_to_each_person_what_his_organ_may_know(scene: Scene) -> None:
    """One event a page: nothing else of the case is on it, whoever looks."""
    pairs = [(one, organ) for one in scene.all_events() for organ in audiences.organs()]
    chosen = by_organ(cover((cells([one], organ), (one, organ)) for one, organ in pairs))

    def look(organ: str) -> list[Look]:
        return [Look(one, organ, _page(scene, one, organ)) for one in chosen[organ]]

    looks: list[Look] = []
    for organ, found in zip(audiences.organs(), scene.onlookers.each(look), strict=True):
        scene.note(person_of(organ), _PERSON, found)
        looks += found
    assert not differing(looks), differing(looks)
    assert walked(looks) == _possible()


def _page(scene: Scene, event: Event, organ: str) -> str:
    """Return what *organ* finds on the page of an event; no mark but that of the event may stand on it."""
    params = {"event": str(event.number), "purpose": "handling"}
    page = content(scene.onlookers.person(organ).get(f"/cases/{event.case_id}", params=params))
    wanted = scene.marks_of([event]) if event.reads(organ) else set()
    if marks_in(page) != wanted:
        return f"the marks of {len(marks_in(page))} bodies"
    return ", ".join(found for text, found in _SAID.items() if text.encode() in page)


def test_no_page_shows_a_body_that_nobody_has_opened(scene: Scene) -> None:
    cases, organs = list(scene.events), list(audiences.organs())

    def look(organ: str) -> None:
        first = organs.index(organ)
        for path in ("/", "/search", "/handoffs", *(f"/cases/{case}" for case in cases[first : first + 3])):
            assert not marks_in(content(scene.onlookers.person(organ).get(path))), (organ, path)

    scene.onlookers.each(look)


def test_a_dossier_holds_the_bodies_that_its_organ_may_know(scene: Scene) -> None:
    pairs = [(case, organ) for case in scene.events for organ in audiences.organs()]
    chosen = by_organ(cover((cells(scene.events[case], organ), (case, organ)) for case, organ in pairs))

    def take(organ: str) -> dict[str, bytes]:
        http = scene.onlookers.system(organ)
        places = {case: _ordered(http, case) for case in chosen[organ]}
        return {case: _taken(http, place) for case, place in places.items()}

    looks: list[Look] = []
    strange: list[tuple[str, str]] = []
    for organ, dossiers in zip(audiences.organs(), scene.onlookers.each(take), strict=True):
        for case, data in dossiers.items():
            bodies = _bodies_in(scene, case, data)
            looks += (Look(one, organ, _found(one, organ, is_in=one.number in bodies)) for one in scene.events[case])
            may = {one.number for one in scene.events[case] if one.reads(organ)}
            strange += [] if _in_clear(data) == _clear(scene, case, may) else [(case, organ)]
    assert not differing(looks), differing(looks)
    assert not strange, "somewhere else in these dossiers stands a body"
    assert walked(looks) == _possible()
    noted = Counter(one[:4] for agency in AGENCIES for one in _readings(scene.bus, agency) if one.what == "dossier")
    orders = [(system_of(organ), organ, "dossier", case) for organ, cases in chosen.items() for case in cases]
    assert noted == dict.fromkeys(orders, 2), "it is written down who had one made, and who took it away"


def _found(event: Event, organ: str, *, is_in: bool) -> str:
    """Say what a dossier shows: a body is in, or it is not, and then for the reason that the law has, if any."""
    if is_in:
        return "shown"
    return "left out" if event.reads(organ) else event.lawful(organ)


def _ordered(http: httpx.Client, case: str) -> str:
    """Have a dossier made, and return where it is to be taken."""
    answers: list[httpx.Response] = []

    def accepted() -> bool:
        answers.append(http.post(f"/v1/cases/{case}/dossiers", json={"purpose": _DOSSIER}))
        return answers[-1].status_code != 503  # the node has not been heard of: a machine that is too slow

    until(accepted)
    assert answers[-1].status_code == 202, answers[-1].text
    return answers[-1].headers["location"]


def _taken(http: httpx.Client, place: str) -> bytes:
    answers: list[httpx.Response] = []

    def cosigned() -> bool:
        answers.append(http.get(place))
        return answers[-1].status_code != 503

    until(cosigned, "the dossier is not cosigned in time")
    return content(answers[-1])


def _bodies_in(scene: Scene, case: str, data: bytes) -> set[int]:
    """Return the numbers of the events whose bodies are in a dossier."""
    with ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
    return {one.number for one in scene.events[case] if f"records/{one.number:06}.body" in names}


def _in_clear(data: bytes) -> tuple[set[str], set[str]]:
    """Return the marks on the page of a dossier, and in all of its files."""
    with ZipFile(BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return marks_in(files["history.html"]), marks_in(b"\n".join(files.values()))


def _clear(scene: Scene, case: str, may: Collection[int]) -> tuple[set[str], set[str]]:
    """Return the marks that are to be there where one *may* read the events of these numbers: of clear bodies only."""
    clear = scene.marks_of(one for one in scene.events[case] if one.number in may and not one.sealed)
    return clear, clear


@pytest.mark.parametrize("mask", [*AGENCIES, "T97"])
def test_the_command_makes_the_same_dossier_for_a_line_or_an_organ(
    scene: Scene, mask: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line may know what one of its organs may."""
    monkeypatch.setenv("YISONG_HOME", str(scene.bus.home.path))
    case = max(scene.events, key=lambda case: len({one.event_type for one in scene.events[case]}))
    run("dossier", case, "-o", str(tmp_path / "case.zip"), "--mask", mask, "--timeout", "120")
    organs = [one for one in audiences.organs() if mask in (one, audiences.line_of(one))]
    may = {one.number for one in scene.events[case] if any(one.reads(organ) for organ in organs)}
    data = (tmp_path / "case.zip").read_bytes()
    assert _bodies_in(scene, case, data) == may
    assert _in_clear(data) == _clear(scene, case, may)


def test_whatever_was_shown_is_in_the_log_of_readings_and_nothing_else(scene: Scene) -> None:
    """Who, what, which case, for which purpose; what was masked was not read."""
    noted: dict[tuple[str, str, str], set[str]] = {}
    rows = [row for agency in AGENCIES for row in _readings(scene.bus, agency)]
    for one in rows:
        if one.what == "body":
            noted.setdefault((one.account, one.purpose, one.case_id), set()).update(map(str, one.events))
    streamed = {key: events for key, events in noted.items() if key[1] == _STREAM}
    assert {key: events for key, events in noted.items() if key not in streamed} == {
        key: events for key, events in scene.shown.items() if key[1] != _STREAM
    }
    # More may have been sent than was listened to.
    assert all(events <= streamed[key] for key, events in scene.shown.items() if key[1] == _STREAM)
    may = {(one.event_id, organ) for one in scene.all_events() for organ in one.readers}
    assert all((str(event_id), one.organ) in may for one in rows for event_id in one.events)
    asked = {(system_of(organ), "history", case, HISTORY) for case, organ in scene.answers}
    assert asked <= {(one.account, one.what, one.case_id, one.purpose) for one in rows}


class _Reading(NamedTuple):
    """One line of the log of readings."""

    account: str
    organ: str
    what: str
    case_id: str
    purpose: str
    events: Sequence[UUID]


def _readings(bus: Bus, agency: Agency) -> list[_Reading]:
    asked = "SELECT account, organ, what, case_id, purpose, events FROM local_readings"
    with psycopg.connect(bus.running.admin_dsn[agency]) as connection:
        return [_Reading(*row) for row in connection.execute(asked).fetchall()]


def test_nobody_reads_for_a_blank_purpose(scene: Scene) -> None:
    http, case = scene.onlookers.system("V98"), next(iter(scene.events))
    for blank in ("   ", "\x1c\x1c", "\u3000\u3000"):
        for path in (f"/v1/cases/{case}/history", "/v1/inbox", "/v1/inbox/stream"):
            assert http.get(path, params={"purpose": blank}).status_code == 422, (path, blank)
        assert http.post(f"/v1/cases/{case}/dossiers", json={"purpose": blank}).status_code == 422, blank


def test_what_is_sealed_stands_in_clear_nowhere_and_what_is_erased_is_in_no_backup(scene: Scene) -> None:
    """In no table of any node, nor in a file of PostgreSQL, its log ahead, or Kafka; what is clear is on every node."""
    clear = scene.marks_of(one for one in scene.all_events() if not one.sealed and not one.erased)
    for agency in AGENCIES:
        found = marks_in(b"\n".join(rows for _, rows in dump(scene.bus.running.admin_dsn[agency])))
        assert {one for one in found if one.startswith("qz")} == {one for one in clear if one.startswith("qz")}, agency
    assert list(files_with(scene.bus.home.data, b"qzclear"))
    assert not list(files_with(scene.bus.home.data, SEALED.encode()))


def test_no_log_of_a_process_holds_anything_of_a_body(scene: Scene) -> None:
    logs = sorted(scene.bus.home.logs.iterdir())
    assert {f"{kind}-{agency}.log" for kind in ("node", "gateway") for agency in AGENCIES} <= {one.name for one in logs}
    for log in logs:
        assert not marks_in(log.read_bytes()), log.name


def test_what_is_sealed_on_its_way_out_is_in_clear_on_no_other_node(scene: Scene) -> None:
    """Published over HTTP: in clear it stands in its author's own node alone, and there only until it is sealed."""
    case, mark = own_case(79_001), "qzpublished00001z"
    said = clue_found(case, 1, summary=mark)
    answer = Caller(scene.onlookers.system("V9801")).publish(Stated({**said.header, "sealing": "sealed"}, said.body))
    assert answer.status_code == 201, answer.text
    end = monotonic() + PATIENCE
    assert mark in history(scene.onlookers, case, "V98", end=end).decode()
    assert marks_in(history(scene.onlookers, case, "P9801", end=end)) == set()
    for agency in AGENCIES:
        assert mark.encode() not in b"\n".join(rows for _, rows in dump(scene.bus.running.admin_dsn[agency])), agency
    for log in scene.bus.home.logs.iterdir():
        assert mark.encode() not in log.read_bytes(), log.name
