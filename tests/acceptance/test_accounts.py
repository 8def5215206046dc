"""Who may log in at a node is said at its command line, by the owner of its database; no password is an argument."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.commands import run
from yisong.accounts import passwords
from yisong.accounts.demo import demo_accounts
from yisong.accounts.logging_in import log_in
from yisong.accounts.people import accounts
from yisong.accounts.roles import ADMINISTRATORS, ROLES
from yisong.accounts.rows import Database
from yisong.accounts.sessions import find_session
from yisong.accounts.tokens import find_token
from yisong.cli import accounts as command_line
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.errors import NotAcceptable, WiringFault
from yisong.home import AGENCIES
from yisong.postgres import connect

FIRST, SECOND = "Turnip-7-Lantern", "Radish-8-Candle"
NOW = 1_800_000_000_000


@pytest.fixture
def police(home: Bus) -> Iterator[Database]:
    """Connect to the database of the police as the gateway does."""
    with closing(connect(home.running.dsn["police"], autocommit=True)) as database:
        yield database


def enters(database: Database, account: str, password: str) -> str | None:
    """Log in from the machine itself, and return the secret of the session."""
    return log_in(database, account, password, address="192.0.2.1", former=None, now=NOW)


def test_an_account_is_made_listed_locked_unlocked_and_given_another_password(police: Database, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(FIRST + "\nwhatever else stands there\n")
    officer = ("--organ", "P9801", "--role", "officer", "--role", "approver", "--password-file", str(secret))
    made = run("accounts", "add", "police", "zhou", *officer)
    (row,) = [one for one in json.loads(run("accounts", "list", "police", "--json")) if one["account"] == "zhou"]

    assert "choose a password" in made
    assert (row["organ"], row["roles"]) == ("P9801", ["officer", "approver"])
    assert (row["scopes"], row["must_change"], row["locked"]) == (["approve", "publish", "read"], True, False)
    assert "password" not in row
    assert "argon2" not in run("accounts", "list", "police")

    session = enters(police, "zhou", FIRST)
    assert session is not None
    run("accounts", "lock", "police", "zhou")
    assert find_session(police, session, now=NOW) is None
    assert enters(police, "zhou", FIRST) is None
    run("accounts", "unlock", "police", "zhou")
    session = enters(police, "zhou", FIRST)
    assert session is not None
    secret.write_text(SECOND)
    run("accounts", "passwd", "police", "zhou", "--password-file", str(secret))
    assert find_session(police, session, now=NOW) is None
    assert (enters(police, "zhou", FIRST), enters(police, "zhou", SECOND) is None) == (None, False)


def test_a_password_is_asked_for_twice_and_not_shown(home: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    del home
    monkeypatch.setattr(command_line, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    asked = ["accounts", "add", "miit", "zheng", "--organ", "T98", "--role", "auditor"]
    result = CliRunner().invoke(app, asked, input=f"{FIRST}\n{FIRST}\n")

    assert result.exit_code == 0, result.output
    assert FIRST not in result.output


def test_a_password_is_asked_of_nobody_where_nobody_is(home: Bus) -> None:
    del home
    result = CliRunner().invoke(app, ["accounts", "passwd", "police", "zhou"])

    assert isinstance(result.exception, NotAcceptable)
    assert "--password-file" in str(result.exception)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["--organ", "V9801", "--role", "officer"], "the node of police hosts P00"),
        (["--organ", "S-police", "--role", "officer"], "no other organ"),
        (["--organ", "P9801", "--role", "operator", "--role", "audit-administrator"], "kept apart"),
        (["--organ", "P9801", "--role", "root"], "there is no role"),
    ],
)
def test_an_account_that_may_not_be_is_not_made(police: Database, tmp_path: Path, asked: list[str], why: str) -> None:
    secret = tmp_path / "password"
    secret.write_text(FIRST)
    asked = ["accounts", "add", "police", "nobody", *asked, "--password-file", str(secret)]
    result = CliRunner().invoke(app, asked)

    assert isinstance(result.exception, NotAcceptable)
    assert why in str(result.exception)
    assert "nobody" not in {one.account for one in accounts(police)}


def test_a_token_is_shown_once_listed_and_revoked(police: Database) -> None:
    made = json.loads(
        run("tokens", "new", "police", "jwzh", "--organ", "P9801", "--scope", "publish", "--days", "7", "--json")
    )
    now = time.time_ns() // 1_000_000

    assert find_token(police, made["token"], now=now) is not None
    assert find_token(police, made["token"], now=now + 7 * 86_400_000) is None
    listed = run("tokens", "list", "police", "--json")
    assert made["token"] not in listed
    (row,) = [one for one in json.loads(listed) if one["serial"] == made["serial"]]
    assert (row["system"], row["organ"], row["scopes"], row["revoked_at"]) == ("jwzh", "P9801", ["publish"], None)

    run("tokens", "revoke", "police", str(made["serial"]))
    assert find_token(police, made["token"], now=now) is None
    assert "revoked" in run("tokens", "list", "police")
    result = CliRunner().invoke(app, ["tokens", "revoke", "police", str(made["serial"])])
    assert isinstance(result.exception, NotAcceptable)


def test_a_demo_bus_has_an_account_of_every_role_with_a_password_shown_once(home: Bus) -> None:
    made = demo_accounts(home.home)
    again = {(one.agency, one.account): one.password for one in demo_accounts(home.home)}

    assert {one.role for one in made} == set(ROLES)
    assert {one.agency for one in made if one.role == "officer"} == set(AGENCIES)
    assert [sum(one.role == role for one in made) for role in sorted(ADMINISTRATORS)] == [1, 1, 1]
    assert len({one.password for one in made}) == len(made)
    for one in made:
        passwords.check(one.password, account=one.account)
        with closing(connect(home.running.dsn[one.agency], autocommit=True)) as database:
            secret = enters(database, one.account, again[one.agency, one.account])
            assert secret is not None
            session = find_session(database, secret, now=NOW)
        assert one.password != again[one.agency, one.account]
        assert session is not None
        assert (session.organ, session.roles, session.account) == (one.organ, (one.role,), one.account)


def test_a_production_bus_has_no_ready_made_accounts(home: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home.home, "bus", lambda: replace(type(home.home).bus(home.home), profile="production"))

    with pytest.raises(WiringFault, match="its accounts are people"):
        demo_accounts(home.home)
