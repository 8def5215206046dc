"""What do tests of a gateway's doors need? Its app over a real database, a clock that they move, and a browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from services.gateway.app import build
from services.gateway.world import World, open_pool
from tests.unit.ledger.story import law
from yisong.accounts.people import add_account
from yisong.accounts.rows import Database
from yisong.evidence import EvidenceFolder
from yisong.home import Home

NOW = 1_469_000_000_000
PASSWORD = "Turnip-7-Lantern"  # noqa: S105 (of invented people)
ADDRESS = "192.0.2.7"
_FIELD = re.compile(r'name="csrf" value="([0-9a-f]*)"')
_TABLES = "local_sessions, local_login_failures, local_tokens, local_logins, local_readings, local_accounts"


class Doors:
    """The gateway of the police, and its database as the owner sees it."""

    def __init__(self, app: FastAPI, owner: Database) -> None:
        self.app, self.owner = app, owner
        self.time = NOW
        app.state.now = lambda: self.time

    def account(self, account: str = "li", *roles: str, organ: str = "P9801", must_change: bool = False) -> None:
        """Make an account with the password of this module."""
        add_account(
            self.owner,
            account,
            organ=organ,
            roles=roles or ("officer",),
            password=PASSWORD,
            must_change=must_change,
            by_whom="node:test",
            now=self.time,
        )

    def browser(self, address: str = ADDRESS, base_url: str = "http://gateway.test") -> "Browser":
        """Open a browser that knows nothing yet."""
        return Browser(TestClient(self.app, base_url=base_url, client=(address, 50_000), follow_redirects=False))

    def logged_in(self, account: str = "li", *, address: str = ADDRESS) -> "Browser":
        """Open a browser and log in."""
        browser = self.browser(address)
        assert browser.log_in(account).status_code == 303
        return browser

    def log(self) -> list[tuple[str, str | None, str | None]]:
        """Return what the log of logins says happened to whom by whom, oldest first."""
        return self.owner.execute("SELECT what, who, by_whom FROM local_logins ORDER BY serial").fetchall()


class Browser:
    """A browser without scripts: it keeps cookies, and sends forms as the page gave them."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> Response:
        """Ask for a page."""
        return self.client.get(path, headers={"accept": "text/html", **headers})

    def token(self, page: str) -> str:
        """Return the hidden field of the form on a page."""
        return token_in(self.get(page))

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Response:
        """Send a form."""
        return self.client.post(path, data=fields, headers={"accept": "text/html", **headers})

    def log_in(self, account: str = "li", password: str = PASSWORD, **more: str) -> Response:
        """Fill in the login form."""
        fields = {"csrf": self.token("/login"), "account": account, "password": password, **more}
        return self.post("/login", fields)

    def session(self) -> str | None:
        """Return the secret of the session that the browser keeps."""
        return self.client.cookies.get("yisong-police")


def token_in(page: Response) -> str:
    """Return the hidden field of the form that was answered."""
    found = _FIELD.search(page.text)
    assert found is not None
    return found[1]


@contextmanager
def doors(service: str, admin: str, folder: Path) -> Iterator[Doors]:
    """Serve the gateway of the police over the database at *service*, with nobody in it; *admin* owns it."""
    with psycopg.connect(admin, autocommit=True) as owner:
        emptied(owner)
        world = World(
            agency="police",
            home=Home(folder),
            dsn=service,
            keys=cast("Any", None),
            pool=open_pool(service),
            evidence=EvidenceFolder(folder / "evidence"),
            watched=cast("Any", SimpleNamespace(law=law())),
        )
        try:
            yield Doors(build(world), owner)
        finally:
            world.close()


def emptied(owner: Database) -> None:
    """Take away what no program can: the tables that only grow refuse even their owner."""
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(f"TRUNCATE {_TABLES} RESTART IDENTITY")
