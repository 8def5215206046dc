"""How do tests speak to a gateway? As an agency system does: over HTTP, with a token from ``yisong tokens``."""

from functools import cache
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

from tests.clues import Stated
from tests.commands import run
from yisong.home import Agency

EVERYTHING = ("publish", "read", "audit")


def token(agency: Agency, organ: str, *scopes: str, system: str = "case-system") -> str:
    """Return a new token for *organ* at the node of *agency*; YISONG_HOME says on which bus."""
    wanted = [part for scope in scopes or EVERYTHING for part in ("--scope", scope)]
    return run("tokens", "new", agency, system, "--organ", organ, *wanted).splitlines()[0]


@cache
def _token(address: str, agency: Agency, organ: str, scopes: tuple[str, ...]) -> str:
    del address  # there is one for each bus
    return token(agency, organ, *scopes)


class Caller(NamedTuple):
    """An agency system that speaks for one organ."""

    http: httpx.Client

    def publish(self, said: Stated, *, event_id: str = "", at: str = "2016-07-19T09:00:00+08:00") -> httpx.Response:
        """Publish one event, and wait for its verdict."""
        event = {"event_id": event_id or str(uuid4()), "at": at, "header": said.header, "body": said.body}
        return self.http.post("/v1/events", json=event, headers={"prefer": "wait=30"})

    def hand_in(
        self, content: bytes, *, kind: str = "evidence_package", media_type: str = "application/zip", **more: Any
    ) -> httpx.Response:
        """Upload a file."""
        headers = {"content-type": media_type, **more}
        return self.http.post("/v1/evidence", params={"kind": kind}, content=content, headers=headers)

    def take_out(self, sha256: str, *, event: str | None = None, purpose: str = "办案") -> httpx.Response:
        """Download a file."""
        params = {"purpose": purpose, **({} if event is None else {"event": event})}
        return self.http.get(f"/v1/evidence/{sha256}", params=params)


class Gateway(NamedTuple):
    """A gateway that runs, at *address*."""

    address: str
    agency: Agency

    def caller(self, organ: str | None, *scopes: str) -> Caller:
        """Speak for *organ*, with a token for *scopes* (all of a system's); without an organ, without a token."""
        headers = (
            {} if organ is None else {"authorization": f"Bearer {_token(self.address, self.agency, organ, scopes)}"}
        )
        return Caller(httpx.Client(base_url=self.address, headers=headers, timeout=120))
