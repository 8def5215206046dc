"""What do tests of the API need? A gateway over a real database, without a bus: what a node does is done by hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from httpx2 import Response
from starlette.testclient import TestClient

from services.gateway.app import build
from services.gateway.world import World, open_pool
from tests.clues import Stated
from tests.unit.publishing.bus import ORGANS, Keys, law, seed
from yisong.accounts.rows import Database
from yisong.accounts.tokens import add_token
from yisong.evidence import EvidenceFolder
from yisong.home import Home
from yisong.ledger import Law

_TABLES = "local_outbox, local_log_ends, local_inbox, local_inbox_acks, local_case_numbers, local_tokens"
ORGAN = "P9801"
"""The police organ whose key is at hand."""


class Api:
    """The gateway of the police; *http* speaks for P9801 with all that a system may do."""

    def __init__(self, world: World, owner: Database) -> None:
        self.world, self.owner = world, owner
        self.http = self.caller(ORGAN, "publish", "read", "audit")

    def caller(self, organ: str, *scopes: str) -> TestClient:
        """Speak for *organ*, to a gateway that knows nothing of other callers' requests."""
        client = TestClient(build(self.world), base_url="http://gateway.test", raise_server_exceptions=False)
        now = time.time_ns() // 1_000_000
        made = add_token(self.owner, "case-system", organ=organ, scopes=scopes, days=1, by_whom="node:test", now=now)
        client.headers["authorization"] = f"Bearer {made.secret}"
        return client

    def heard(self, *, ago: float = 0.0, end: int = 0) -> None:
        """Let the node have heard of the broker so many seconds *ago*, that each partition ends at *end*."""
        at = time.time_ns() // 1_000_000 - round(ago * 1000)
        self.owner.execute("DELETE FROM local_log_ends")
        self.owner.execute("INSERT INTO local_log_ends SELECT n, %s, %s FROM generate_series(0, 11) AS n", [end, at])

    def publish(self, event: object, *, wait: int = 0, **params: str) -> Response:
        """Publish, and wait so many seconds for a verdict."""
        return self.http.post("/v1/events", json=event, params=params, headers={"prefer": f"wait={wait}"})

    def settle(self, event_id: str, *, verdict: str = "admitted", reason: str | None = None) -> None:
        """Give an event its verdict, as the sender of the node does."""
        self.owner.execute(
            """UPDATE local_outbox SET state = 'settled', "partition" = 3, "offset" = 7, log_time = 1468804440000,
                      verdict = %s, reason = %s WHERE event_id = %s""",
            [verdict, reason, UUID(event_id).bytes],
        )

    def accepted(self) -> list[str]:
        """Return the case ids of all that stands in the outbox, in its order."""
        rows = self.owner.execute("SELECT case_id FROM local_outbox ORDER BY serial").fetchall()
        return [str(row[0]) for row in rows]


def event(said: Stated, event_id: str | None = None) -> dict[str, Any]:
    """Return *said* as it is sent."""
    return {"header": said.header, "body": said.body, **({} if event_id is None else {"event_id": event_id})}


@cache
def law_that_seals() -> Law:
    """Return the law of that bus with a key to seal to for each of its organs."""
    rulebook = law().rulebook
    seals = [
        replace(
            rulebook.keys[f"{organ}#1"],
            key_id=f"{organ}#2",
            use="seal",
            algorithm="x25519",
            public=X25519PrivateKey.from_private_bytes(seed(f"{organ}#2")).public_key().public_bytes_raw(),
        )
        for organ in ORGANS
    ]
    return Law(replace(rulebook, keys={**rulebook.keys, **{key.key_id: key for key in seals}}))


@contextmanager
def api(service: str, admin: str, folder: Path) -> Iterator[Api]:
    """Serve the API over the database at *service*, empty and with a node that lives; *admin* owns it."""
    with psycopg.connect(admin, autocommit=True) as owner:
        owner.execute(f"TRUNCATE {_TABLES} RESTART IDENTITY CASCADE")
        world = World(
            agency="police",
            home=Home(folder),
            dsn=service,
            keys=Keys(),
            pool=open_pool(service),
            evidence=EvidenceFolder(folder / "evidence"),
            watched=cast("Any", SimpleNamespace(law=law_that_seals())),
            rate=0,
        )
        try:
            made = Api(world, owner)
            made.heard()
            yield made
        finally:
            world.close()
