"""What comes past the door of a gateway? Asked of the door alone, piece by piece as a socket gives it."""

import asyncio
import json
from collections.abc import Iterable

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from services.gateway import door
from services.gateway.door import LARGEST_BODY, Door


class Behind:
    """An application that keeps what comes past the door."""

    def __init__(self) -> None:
        self.got: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.got = await Request(scope, receive).body()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def answered(
    pieces: Iterable[bytes],
    *,
    path: str = "/v1/events",
    query: bytes = b"",
    media_type: bytes = b"application/json",
    ends: bool = True,
) -> tuple[int, bytes | None, int]:
    """Return the status, what came past the door, and how many pieces were taken."""
    behind, left, taken, status = Behind(), list(pieces), 0, 0

    async def receive() -> Message:
        nonlocal taken
        if not left:
            await asyncio.Event().wait()
        taken += 1
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left) or not ends}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["body"]:
            assert json.loads(message["body"])["status"] == status

    headers = [(b"content-type", media_type)]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": headers}
    asyncio.run(Door(behind)(scope, receive, send))
    return status, behind.got, taken


def test_a_body_comes_through_as_it_was_sent() -> None:
    assert answered([b'{"header"', b": {}}"]) == (200, b'{"header": {}}', 2)


def test_a_body_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_SLOWEST_BODY_SECONDS", 0.01)
    assert answered([b'{"header"'], ends=False) == (408, None, 1)


def test_of_a_body_without_a_length_no_more_is_read_than_is_allowed() -> None:
    piece = b" " * (LARGEST_BODY // 2)
    assert answered([piece] * 100) == (413, None, 3)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"[" * 32 + b"]" * 32, 200),
        (b"[" * 33 + b"]" * 33, 400),
        (b"[" * 100_000, 400),
        (b'{"a": ' * 33 + b"1" + b"}" * 33, 400),
        (b'"' + b"[" * 100 + b'"', 200),
        (b'["\\"' + b"[" * 100 + b'"]', 200),
        (b"[" + b"[]," * 100 + b"1]", 200),
    ],
)
def test_brackets_in_texts_are_not_counted_and_all_others_are(content: bytes, status: int) -> None:
    assert answered([content])[0] == status


@pytest.mark.parametrize(
    ("content", "media_type", "path", "status"),
    [
        (b'{"a": "\\u0000"}', b"application/json", "/v1/events", 422),
        (b'{"a": "\\\\\\u0000"}', b"application/json", "/v1/events", 422),
        (b'{"a": "\\\\u0000"}', b"application/json", "/v1/events", 200),
        (b'{"a": "http://a.example/%00"}', b"application/json", "/v1/events", 200),
        (b"account=li%00", b"application/x-www-form-urlencoded", "/login", 422),
        (b"account=li%2500", b"application/x-www-form-urlencoded", "/login", 200),
        (b"{}", b"application/json", "/v1/\0", 422),
    ],
)
def test_no_text_holds_a_nul(content: bytes, media_type: bytes, path: str, status: int) -> None:
    assert answered([content], media_type=media_type, path=path)[0] == status


def test_no_query_holds_a_nul() -> None:
    assert answered([b"{}"], query=b"purpose=%00")[0] == 422
    assert answered([b"{}"], query=b"purpose=%2500")[0] == 200


def test_a_file_is_not_read_before_it_is_known_whose_it_is() -> None:
    status, got, taken = answered([b"%PDF"] * 3, path="/v1/evidence", media_type=b"application/pdf")
    assert (status, got, taken) == (200, b"%PDF" * 3, 3)
