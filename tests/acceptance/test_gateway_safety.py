"""What can somebody do to a gateway who means no good? OWASP's list, on a real bus, over a real socket."""

import contextlib
import json
import re
import select
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.clues import Stated, clue_found, own_case
from tests.commands import run
from tests.gateways import Caller, Gateway
from tests.waiting import until
from yisong.embedded import Bus

OWNER, STRANGER = "V9801", "V9702"
SILENT: Final = "V9603"
"""An organ for which nobody on this bus publishes but these tests."""
AT = "2016-07-19T09:00:00+08:00"
PUBLIC: Final = {"/healthz", "/readyz", "/asyncapi.json", "/openapi.json"}
"""What answers to anybody; the login page, too, which is no part of the document."""
NAMES: Final = {
    "case_id": "CRB-980100-2016-000021-5", "event_id": str(uuid4()), "sha256": "0" * 64,
    "referral": "R-CRB-980100-2016-000021-5-1",
}  # fmt: skip
MARK: Final = "无人之地-7c1f3e"
"""A text that may stand in no log."""
LARGE: Final = b'{"events": [' + b" " * 10_000_000 + b"]}"
DEEP: Final = b'{"header": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"


def operations(gateway: Gateway) -> list[tuple[str, str]]:
    """Return all that the OpenAPI document has, as (method, path)."""
    document = gateway.caller(None).http.get("/openapi.json").json()
    return [(method.upper(), path) for path, found in document["paths"].items() for method in found]


def filled(path: str) -> str:
    """Return *path* with names of things in place of its parameters."""
    return re.sub(r"\{(\w+)\}", lambda found: NAMES.get(found[1], "1"), path)


def raw(gateway: Gateway, request: bytes) -> bytes:
    """Send *request* byte for byte, and return the whole answer."""
    address = urlsplit(gateway.address)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=120) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def asked(caller: Caller, path: str, **headers: str) -> bytes:
    """Return a request for *path*, as it stands, with the token of *caller*."""
    known = {"host": "gateway", "connection": "close", **headers}
    if "authorization" in caller.http.headers:
        known["authorization"] = caller.http.headers["authorization"]
    lines = "".join(f"{name}: {value}\r\n" for name, value in known.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


def head_of(answer: bytes) -> tuple[int, str]:
    """Return status and headers of an answer."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    return int(head.split()[1]), head


def sent(node: psycopg.Connection[tuple[Any, ...]]) -> int:
    """Return how many events of `SILENT` were ever put into the outbox of a node."""
    row = node.execute("SELECT count(*) FROM local_outbox WHERE publisher = %s", [SILENT]).fetchone()
    return 0 if row is None else int(row[0])


@pytest.fixture
def node(bus: Bus) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Give the database of the copyright node."""
    with psycopg.connect(bus.running.admin_dsn["copyright"], autocommit=True) as connection:
        yield connection


class TestAStranger:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"authorization": "Bearer yisong_guessed"},
            {"authorization": "Basic YWRtaW46YWRtaW4="},
            {"authorization": "Bearer"},
            {"authorization": "Bearer ' OR 1=1 --"},
            {"cookie": "yisong-copyright=guessed; yisong-visitor-copyright=guessed"},
        ],
        ids=["nothing", "guessed", "basic", "empty", "sql", "cookie"],
    )
    def test_gets_nothing_but_health_and_the_documents(self, gateway: Gateway, headers: Mapping[str, str]) -> None:
        stranger = gateway.caller(None)
        walked = operations(gateway)
        assert len(walked) > 20
        for method, path in walked:
            content = None if method == "GET" else b"{}"
            kept = {"content-type": "application/json", **headers}
            answer = stranger.http.request(method, filled(path), headers=kept, content=content)
            assert (answer.status_code == 401) != (path in PUBLIC), f"{method} {path}: {answer.status_code}"
            if path not in PUBLIC:
                assert answer.headers["content-type"] == "application/problem+json"

    def test_is_not_known_by_a_token_in_the_address(self, gateway: Gateway) -> None:
        """Addresses are logged and sent on as referrers."""
        secret = gateway.caller(OWNER).http.headers["authorization"].removeprefix("Bearer ")
        for name in ("token", "access_token", "authorization"):
            assert gateway.caller(None).http.get("/v1/cases", params={name: secret}).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/v1/evidence/../../../../etc/passwd?purpose=xx",
        "/v1/evidence/..%2f..%2f..%2fetc%2fpasswd?purpose=xx",
        "/v1/evidence/%2e%2e/%2e%2e/bus.yaml?purpose=xx",
        "/v1/evidence/..%5c..%5cbus.yaml?purpose=xx",
        "/v1/evidence/incoming/x?purpose=xx",
        "/v1/evidence/" + "0" * 63 + "?purpose=xx",
        "/v1/evidence/" + "A" * 64 + "?purpose=xx",
        "/v1/evidence/" + "0" * 64 + "%00?purpose=xx",
        "/v1/evidence/" + "0" * 64 + "%0a?purpose=xx",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/world.py",
        "/static/..%5c..%5cworld.py",
        "/static//etc/passwd",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_store_or_the_static_files(gateway: Gateway, path: str) -> None:
    for caller in (gateway.caller(OWNER), gateway.caller(None)):
        answer = raw(gateway, asked(caller, path))
        status, _ = head_of(answer)
        assert status in {303, 400, 401, 404, 405, 422}, (path, status)
        for told in (b"root:", b"import ", b"profile:"):
            assert told not in answer


class TestAnEventThatIsNone:
    @pytest.mark.parametrize(
        ("content", "media_type", "status"),
        [
            (LARGE, "application/json", 413),
            (DEEP, "application/json", 400),
            (b"", "application/json", 400),
            (b"{", "application/json", 400),
            (b'{"header": NaN, "body": {}}', "application/json", 400),
            (b'{"header": {"event_type": "\\ud800"}, "body": {}}', "application/json", 400),
            (b'{"header": {"event_type": "\\u0000"}, "body": {}}', "application/json", 422),
            (b"\xff\xfe{}", "application/json", 400),
            (b"null", "application/json", 422),
            (b'"text"', "application/json", 422),
            (b'{"header": [], "body": 1, "more": {}}', "application/json", 422),
            (b"<event/>", "application/xml", 415),
            (b"{}", "text/plain", 415),
            (b"{}", "application/json; charset=utf-8, text/html", 422),
            (b"header=1&body=2", "application/x-www-form-urlencoded", 415),
            (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("path", ["/v1/events", "/v1/events:batch"])
    def test_is_a_problem_document_and_nothing_is_published(
        self,
        *,
        gateway: Gateway,
        node: psycopg.Connection[tuple[Any, ...]],
        path: str,
        content: bytes,
        media_type: str,
        status: int,
    ) -> None:
        before = sent(node)
        answer = gateway.caller(SILENT).http.post(path, content=content, headers={"content-type": media_type})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
        assert sent(node) == before

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"case_id": "CRB-980100-2016-000021-6"}, "/header/case_id"),
            ({"occurred_at": "2016-02-30T09:00:00+08:00"}, "/header/occurred_at"),
            ({"publisher": STRANGER}, "/header/publisher"),
            ({"occured_at": AT}, "/header/occured_at"),
            ({"aggregate": {"kind": "clue", "id": "C-1\r\nSet-Cookie: x=1"}}, "/header/aggregate"),
        ],
    )
    def test_names_the_place_in_the_header(
        self,
        gateway: Gateway,
        node: psycopg.Connection[tuple[Any, ...]],
        changed: Mapping[str, object],
        pointer: str,
    ) -> None:
        before, said = sent(node), clue_found(own_case(77_101), 1, publisher=SILENT)
        answer = gateway.caller(SILENT).publish(Stated({**said.header, **changed}, said.body))
        assert answer.status_code in {403, 422}, answer.text
        assert any(one["pointer"].startswith(pointer) for one in answer.json()["faults"]), answer.text
        assert sent(node) == before

    def test_takes_no_file_for_json_and_no_json_for_a_file(self, gateway: Gateway) -> None:
        for method, path in operations(gateway):
            if method == "POST" and "evidence" not in path:
                answer = gateway.caller(OWNER).http.post(
                    filled(path), content=b"%PDF", headers={"content-type": "application/pdf"}
                )
                assert answer.status_code == 415, f"{path}: {answer.status_code}"


class TestHeaders:
    def test_say_nothing_that_a_caller_has_put_into_a_request(self, gateway: Gateway) -> None:
        owner = gateway.caller(OWNER)
        for path in (
            "/v1/cases?limit=1&text=%0d%0aSet-Cookie:%20x=1",
            "/login?next=/%0d%0aSet-Cookie:%20x=1",
            "/%0d%0aSet-Cookie:%20x=1",
            "/v1/inbox?after=%0d%0aSet-Cookie:%20x=1",
        ):
            _, head = head_of(raw(gateway, asked(owner, path)))
            assert "x=1" not in head, path

    def test_hold_no_request_id_but_a_plain_one(self, gateway: Gateway) -> None:
        for asked_for, kept in (("case-7.retry_2", True), ("<script>", False), ("a b", False), ("x" * 65, False)):
            answer = gateway.caller(None).http.get("/healthz", headers={"x-request-id": asked_for})
            assert (answer.headers["x-request-id"] == asked_for) == kept

    def test_of_every_answer_let_no_browser_guess_frame_or_keep(self, gateway: Gateway) -> None:
        for path in ("/healthz", "/openapi.json", "/login", "/v1/cases", "/v1/evidence/" + "0" * 64, "/nowhere"):
            headers = gateway.caller(None).http.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert "server" not in headers

    def test_name_no_other_host(self, gateway: Gateway) -> None:
        """A cache or a link must not be led away by a Host that a caller made up."""
        for path in ("/login", "/", "/v1/cases?limit=1"):
            answer = raw(gateway, asked(gateway.caller(OWNER), path, host="evil.example", accept="text/html"))
            assert b"evil.example" not in answer, path


class TestWhatBelongsToAnotherOrgan:
    def test_stays_with_it_whoever_knows_its_name(self, gateway: Gateway) -> None:
        """Case ids can be counted up; that opens nothing."""
        owner, stranger = gateway.caller(OWNER), gateway.caller(STRANGER)
        case = own_case(77_110)
        event_id = owner.publish(clue_found(case, 1, summary=MARK)).json()["event_id"]
        notice = owner.http.post(f"/v1/cases/{case}/dossiers", json={"purpose": "复核"}).headers["location"]
        cursor = owner.http.get("/v1/inbox").json()["cursor"]
        assert stranger.http.get(f"/v1/events/{event_id}").status_code == 404
        assert stranger.http.get(notice).status_code == 404
        told = stranger.http.get(f"/v1/cases/{case}/history", params={"purpose": "好奇", "bodies": "true"})
        assert MARK not in told.text
        assert MARK not in stranger.http.get("/v1/inbox", params={"after": "0-0", "purpose": "好奇"}).text
        assert MARK not in stranger.http.get("/v1/readings").text
        assert stranger.http.get("/v1/logins").status_code == 403
        stranger.http.post("/v1/inbox/ack", json={"cursor": cursor})
        assert owner.http.get("/v1/inbox").json()["cursor"] == cursor

    def test_is_not_spoken_for(self, gateway: Gateway, node: psycopg.Connection[tuple[Any, ...]]) -> None:
        before = sent(node)
        answer = gateway.caller(STRANGER).publish(clue_found(own_case(77_111), 1, publisher=SILENT))
        assert answer.status_code in {403, 422}
        assert sent(node) == before

    def test_is_not_answered_under_its_event_id(self, gateway: Gateway) -> None:
        """Whoever sends another one's id again learns nothing of the event that has it."""
        said = clue_found(own_case(77_112), 1)
        event_id = gateway.caller(OWNER).publish(said).json()["event_id"]
        answer = gateway.caller(STRANGER).publish(said, event_id=event_id)
        assert answer.status_code in {403, 409, 422}
        assert "position" not in answer.json()


def test_who_never_ends_his_headers_is_let_go_and_keeps_nobody_out(gateway: Gateway) -> None:
    address = urlsplit(gateway.address)
    place = (address.hostname or "", address.port or 0)
    slow = [socket.create_connection(place, timeout=120) for _ in range(20)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(b"" if number % 2 else b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        assert gateway.caller(None).http.get("/healthz").status_code == 200
        assert [connection.recv(1) for connection in slow] == [b""] * 20
    finally:
        for connection in slow:
            connection.close()


def test_headers_without_end_are_refused_and_take_no_memory(gateway: Gateway) -> None:
    address = urlsplit(gateway.address)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=120) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        sent_all = 0
        with contextlib.suppress(ConnectionError):
            while sent_all < 10_000_000 and not select.select([connection], [], [], 0)[0]:
                sent_all += connection.send(b"X-More: " + b"a" * 4000 + b"\r\n")
        assert sent_all < 10_000_000, "the gateway takes ten megabytes of headers"


def test_a_length_that_lies_is_refused(gateway: Gateway) -> None:
    owner = gateway.caller(OWNER)
    head = asked(owner, "/v1/evidence?kind=other", **{"content-type": "application/pdf"}).replace(b"GET", b"POST", 1)
    for length, status in ((b"1099511627776", 413), (b"-1", 400), (b"1e3", 400)):
        answer = raw(gateway, head.replace(b"\r\n\r\n", b"\r\ncontent-length: " + length + b"\r\n\r\n"))
        assert head_of(answer)[0] == status, length
    both = b"\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/cases HTTP/1.1\r\n\r\n"
    answer = raw(gateway, head.replace(b"\r\n\r\n", both))
    assert answer.count(b"HTTP/1.1 ") == 1, "a second request was smuggled behind the first"


def test_no_log_holds_anything_of_what_was_sent(gateway: Gateway, bus: Bus) -> None:
    owner, case = gateway.caller(OWNER), own_case(77_120)
    said = clue_found(case, 1, summary=MARK)
    assert owner.publish(said).status_code == 201
    sendings: list[tuple[str, dict[str, Any]]] = [
        ("/v1/events", {"header": {**said.header, "publisher": MARK}, "body": said.body}),
        ("/v1/events", {"header": {MARK: MARK}, "body": {MARK: MARK}}),
        ("/v1/events", {"header": said.header, "body": {**said.body, "source": MARK}}),
        ("/v1/inbox/ack", {"cursor": MARK}),
        ("/v1/case-numbers", {"region": MARK, "year": MARK}),
    ]
    for path, content in sendings:
        answer = owner.http.post(path, json=content)
        assert answer.status_code == 422, path
        # A fault names the place, and of a body never the value; what a header says is for all four agencies.
        told = json.dumps(answer.json(), ensure_ascii=False).replace(f"/{MARK}", "")
        assert MARK not in told.replace(f"{MARK} is not in the directory", ""), f"{path} repeats a value"
    for path in (f"/v1/cases/{MARK}", f"/v1/cases?text={MARK}", f"/v1/inbox?after={MARK}", f"/{MARK}"):
        owner.http.get(path)
    owner.hand_in(MARK.encode(), kind=MARK)
    owner.take_out(owner.hand_in(MARK.encode()).json()["sha256"], purpose=MARK)
    gateway.caller(None).http.get("/v1/cases", headers={"authorization": "Bearer " + "geheim-7c1f3e"})
    run("history", case, "--node", "copyright")
    secret = owner.http.headers["authorization"].removeprefix("Bearer ")
    quoted = [MARK, MARK.encode("unicode_escape").decode(), "geheim-7c1f3e", secret, "%E6%97%A0%E4%BA%BA"]
    for log in sorted(bus.home.logs.iterdir()):
        text = _text(log)
        assert [one for one in quoted if one in text] == [], log.name


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def test_the_gateway_is_well_after_all_that(gateway: Gateway, bus: Bus) -> None:
    until(lambda: gateway.caller(None).http.get("/readyz").status_code == 200)
    said = [json.loads(line) for line in _text(bus.home.logs / "gateway-copyright.log").splitlines()]
    assert [row for row in said if row["level"] == "ERROR" and "request" in row["message"]] == []
