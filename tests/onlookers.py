"""
How does everybody look at once? Twenty organs, each with a system that has a token and a person who has logged in.

Each at the gateway of its own line, over HTTP. And how does one look at all that a node keeps?
"""

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import psycopg
from psycopg import sql

from tests import audiences
from yisong.accounts.people import add_account
from yisong.accounts.tokens import add_token
from yisong.embedded import Bus
from yisong.errors import NotAcceptable
from yisong.home import AGENCIES

_T = TypeVar("_T")
_PASSWORD: Final = "Turnip-7-Lantern"  # noqa: S105 (of invented people)
_FIELD: Final = re.compile(r'name="csrf" value="([0-9a-f]*)"')
_SIDE_BY_SIDE: Final = 6
_INDEXES: Final = (".index", ".timeindex")


def system_of(organ: str) -> str:
    """Return the name under which the system of *organ* reads."""
    return f"system-{organ.lower()}"


def person_of(organ: str) -> str:
    """Return the account of the officer of *organ*."""
    return f"officer-{organ.lower()}"


class Onlookers:
    """Whoever may ask at the four gateways."""

    def __init__(self, bus: Bus, addresses: Mapping[str, str]) -> None:
        """Make tokens and accounts on *bus*, whose gateways answer at *addresses*."""
        self._addresses = addresses
        secrets: dict[str, str] = {}
        for agency in AGENCIES:
            with psycopg.connect(bus.running.admin_dsn[agency], autocommit=True) as owner:
                for organ in self.of(agency):
                    secrets[organ] = _admit(owner, organ)
        self._systems = {organ: self._client(organ, secret) for organ, secret in secrets.items()}
        self._people = dict(zip(secrets, self.each(self._logged_in), strict=True))

    @staticmethod
    def of(agency: str) -> tuple[str, ...]:
        """Return the organs of a line."""
        return tuple(one for one in audiences.organs() if audiences.line_of(one) == agency)

    def system(self, organ: str) -> httpx.Client:
        """Return the HTTP client of the system of *organ*."""
        return self._systems[organ]

    def person(self, organ: str) -> httpx.Client:
        """Return the browser, without scripts, of the officer of *organ*."""
        return self._people[organ]

    def each(self, look: Callable[[str], _T]) -> list[_T]:
        """Let every organ *look*, some side by side, and return what they found, in the order of the directory."""
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return list(pool.map(look, audiences.organs()))

    def close(self) -> None:
        """Let go of all connections."""
        for client in (*self._systems.values(), *self._people.values()):
            client.close()

    def _client(self, organ: str, secret: str | None) -> httpx.Client:
        headers = {"accept": "text/html"} if secret is None else {"authorization": f"Bearer {secret}"}
        address = next(where for agency, where in self._addresses.items() if organ in self.of(agency))
        return httpx.Client(base_url=address, headers=headers, timeout=120)

    def _logged_in(self, organ: str) -> httpx.Client:
        client = self._client(organ, None)
        log_in(client, person_of(organ))
        return client


def csrf_in(page: str) -> str:
    """Return the token of the session that the forms of *page* carry."""
    form = _FIELD.search(page)
    assert form is not None
    return form[1]


def log_in(client: Any, account: str) -> None:
    """Log in as one of whom `admit_person` has made."""
    said = {"csrf": csrf_in(client.get("/login").text), "account": account, "password": _PASSWORD}
    assert client.post("/login", data=said, follow_redirects=False).status_code == 303


def admit_person(owner: "psycopg.Connection[Any]", organ: str) -> None:
    """Make the officer of *organ* in the database behind *owner*, unless he is there."""
    now = time.time_ns() // 1_000_000
    with contextlib.suppress(NotAcceptable):
        add_account(
            owner, person_of(organ), organ=organ, roles=("officer",), password=_PASSWORD, must_change=False,
            by_whom="node:test", now=now,
        )  # fmt: skip


def _admit(owner: "psycopg.Connection[Any]", organ: str) -> str:
    now, by_whom = time.time_ns() // 1_000_000, "node:test"
    admit_person(owner, organ)
    scopes = ("publish", "read", "audit")
    made = add_token(owner, system_of(organ), organ=organ, scopes=scopes, days=1, by_whom=by_whom, now=now)
    return made.secret


def dump(owner: str) -> Iterator[tuple[str, bytes]]:
    """
    Yield every table of the database behind *owner* with all its rows, as a backup has them: bytes as they are.

    What a session keeps for itself while it lasts is in none.
    """
    with psycopg.connect(owner) as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname <> 'information_schema' AND schemaname !~ '^pg_(catalog|temp|toast)'"
        ).fetchall()
        for schema, name in names:
            table = sql.Identifier(schema, name)
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(table)) as rows:
                yield name, b"".join(bytes(row) for row in rows)


def files_with(folder: Path, text: bytes) -> Iterator[Path]:
    """
    Yield the files below *folder* in which *text* stands; one that goes while one looks is passed over.

    So is what only says where a record lies, of which the broker keeps a gigabyte ready.
    """
    for file in sorted(folder.rglob("*")):
        try:
            if file.is_file() and file.suffix not in _INDEXES and text in file.read_bytes():
                yield file
        except FileNotFoundError:
            continue
