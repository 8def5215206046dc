"""Which letter about a P2 token does a node believe, and when does it answer? On real databases, rolled back."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection

from tests.clues import own_case
from yisong.audit.readings import Reader
from yisong.audit.replay import Stage
from yisong.errors import NotAcceptable
from yisong.home import Agency
from yisong.kafka.records import LogRecord
from yisong.pii.asking import KEPT_MS, Pending, answer_to, ask, written
from yisong.pii.exchange import PATIENCE_MS, Taken, answer_all, take
from yisong.pii.letters import Outside, Request, answer_inside, encode, request_inside
from yisong.pii.resolving import Answer, Asked, Node
from yisong.publishing.signer import Signer

OWNER, POLICE, CASE = "V9801", "P9801", own_case(89_001)
NOW = 1_790_000_000_000
ASKED = Asked("case-system", POLICE, CASE, "U-V9801-01", "核对")


def node(stage: Stage, agency: Agency) -> Node:
    return Node(agency, stage.law, stage.home.keystore())


@pytest.fixture
def database(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Connection[Any]]:
    """Lend the database of the copyright line's node; whatever is done in it is undone."""
    agency = getattr(request, "param", "copyright")
    with closing(psycopg.connect(stage.running.dsn[agency])) as connection:
        connection.execute("SELECT 1")  # begins what is rolled back: all transactions from now on are inside it
        yield connection
        connection.rollback()


def asked(stage: Stage, *, after: tuple[int, int] | None = None, request_id: UUID | None = None) -> bytes:
    inside = request_inside(Request(ASKED, after))
    return written("asked", request_id or uuid4(), inside, by=POLICE, to=OWNER, node=node(stage, "police"), now=NOW)


def taken(database: Connection[Any], stage: Stage, *values: bytes | None, agency: Agency = "copyright") -> list[Taken]:
    records = [LogRecord(0, 7 + n, NOW, None, value) for n, value in enumerate(values)]
    return take(database, records, node(stage, agency), now=NOW)


def signed(stage: Stage, by: str, to: str, *, with_key_of: str, inside: bytes = b"{}") -> bytes:
    """Return a letter that says it is *by* an organ, and is signed with the key of one."""
    outside = Outside("asked", uuid4(), by, to, f"{to}#2")
    sign = Signer(stage.law, stage.home.keystore()).signing(with_key_of, at=NOW)
    return encode(outside, inside, bus=stage.law.bus.name, sign=sign)


def changed(letter: bytes, **fields: str) -> bytes:
    row = json.loads(letter)
    return json.dumps({**row, "said": {**row["said"], **fields}}).encode()


def state(database: Connection[Any], table: str = "local_pii_requests") -> list[Any]:
    column = "state" if table == "local_pii_requests" else "agency"
    query = f"SELECT {column} FROM {table} ORDER BY 1"  # noqa: S608 (our own tables)
    return [row[0] for row in database.execute(query).fetchall() if row[0] != "answered"]


def test_a_request_counts_once_and_is_answered_to_whoever_asked(database: Connection[Any], stage: Stage) -> None:
    letter = asked(stage)
    assert taken(database, stage, letter, letter) == ["asked", "known"]
    answer_all(database, node(stage, "copyright"), now=NOW)
    assert state(database) == []
    assert state(database, "local_pii_letters") == ["police"]
    row = database.execute("SELECT account, organ, refused FROM local_readings WHERE case_id = %s", [CASE]).fetchall()
    assert row == [("case-system", POLICE, "no-need-to-know")]
    assert taken(database, stage, letter) == ["known"]


def test_what_is_not_by_whom_it_says_or_not_for_us_is_passed_over(database: Connection[Any], stage: Stage) -> None:
    letter = asked(stage)
    values = [
        None,
        b"",
        b"[]",
        b"{" * 10_000,
        b"x" * 20_000,
        changed(letter, request_id="1"),
        changed(letter, what="told"),
        changed(letter, request_id=str(uuid4())),
        changed(letter, by="P9702"),
        changed(letter, to="V97"),
        signed(stage, "P9702", OWNER, with_key_of=POLICE),
        signed(stage, POLICE, "P9702", with_key_of=POLICE),
        signed(stage, "V97", OWNER, with_key_of="V97"),
        signed(stage, "X9801", OWNER, with_key_of=POLICE),
    ]
    assert taken(database, stage, *values) == [
        *["unreadable"] * 7,
        *["bad-signature"] * 4,
        *["not-ours"] * 3,
    ]
    assert state(database) == []


def test_an_answer_counts_only_from_whom_was_asked(stage: Stage) -> None:
    with closing(psycopg.connect(stage.running.dsn["police"])) as database:
        police, request_id = node(stage, "police"), uuid4()
        database.execute("SELECT 1")  # begins what is rolled back
        assert ask(database, ASKED, police, request_id=request_id, now=NOW) == Pending(request_id)
        inside = answer_inside(Answer("李", None))

        def answer(by: str, *, to: str = POLICE, now: int = NOW) -> bytes:
            agency: Agency = "copyright" if by.startswith("V") else "cac"
            return written("answered", request_id, inside, by=by, to=to, node=node(stage, agency), now=now)

        letters = [answer("W98"), answer("V97"), answer(OWNER, to="P9702"), answer(OWNER), answer(OWNER)]
        assert taken(database, stage, *letters, agency="police") == ["known", "known", "known", "answered", "known"]
        reader = Reader(ASKED.account, POLICE)
        assert answer_to(database, request_id, reader, police) == (ASKED.token, Answer("李", None))
        answer_all(database, police, now=NOW + KEPT_MS)
        assert answer_to(database, request_id, reader, police) == (ASKED.token, Pending(request_id, lapsed=True))
        database.rollback()


def test_a_request_waits_for_what_its_reader_has_read_and_not_for_ever(database: Connection[Any], stage: Stage) -> None:
    assert taken(database, stage, asked(stage, after=(3, 1 << 40))) == ["asked"]
    answer_all(database, node(stage, "copyright"), now=NOW + PATIENCE_MS - 1)
    assert state(database) == ["open"]
    answer_all(database, node(stage, "copyright"), now=NOW + PATIENCE_MS)
    assert state(database) == []


def test_a_request_that_does_not_open_stops_nobody(
    database: Connection[Any], stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    poison = signed(stage, POLICE, OWNER, with_key_of=POLICE)
    assert taken(database, stage, poison, asked(stage)) == ["asked", "asked"]
    answer_all(database, node(stage, "copyright"), now=NOW)
    assert state(database) == ["void"]
    assert state(database, "local_pii_letters") == ["police"]
    assert "is not answered (NotOpenable)" in caplog.text


def test_nobody_is_asked_for_the_token_of_another(database: Connection[Any], stage: Stage) -> None:
    other = Asked(ASKED.account, POLICE, CASE, "U-V97-01", ASKED.purpose)
    inside = request_inside(Request(other, None))
    letter = written("asked", uuid4(), inside, by=POLICE, to=OWNER, node=node(stage, "police"), now=NOW)
    assert taken(database, stage, letter) == ["asked"]
    answer_all(database, node(stage, "copyright"), now=NOW)
    assert state(database) == ["void"]
    for wrong in ("V9801", "U-X9-01", "U-V9801-01\n", ""):
        with pytest.raises(NotAcceptable, match="names no organ of the directory"):
            ask(database, ASKED._replace(token=wrong), node(stage, "police"), request_id=uuid4(), now=NOW)
