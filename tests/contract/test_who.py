"""Who gets through the doors of a gateway, and to what? Over HTTP and on a real PostgreSQL."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from fastapi import Depends
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from starlette.requests import Request
from starlette.routing import Mount

from services.gateway.who.principal import Principal, Scope, needs
from tests.doors import PASSWORD, Browser, Doors, doors
from yisong.accounts import passwords
from yisong.accounts.people import add_account
from yisong.accounts.roles import ADMINISTRATORS, ROLES, SCOPES
from yisong.accounts.rows import Database
from yisong.accounts.tokens import add_token, revoke, tokens
from yisong.audit.readings import Reader, note_reading
from yisong.errors import NotAcceptable

LOGIN = {"/login", "/login/provider", "/login/provider/back", "/language/{chosen}"}
PUBLIC = {"/healthz", "/readyz", "/openapi.json", "/asyncapi.json", *LOGIN}
"""What answers to anybody: health, the public documents, the login page with its language and its provider."""
DAY = 86_400_000
CASE = "CRB-980100-2016-000021-5"


NEW = {"account": "li", "organ": "P9801", "roles": ["officer"], "password": PASSWORD}


class Desk:
    """A browser whose scripts send JSON, with the token of the session."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.token = browser.token("/password")

    def send(self, method: str, path: str, body: object = None) -> Response:
        """Send a request."""
        content = None if body is None else json.dumps(body)
        headers = {"x-csrf-token": self.token, "content-type": "application/json"}
        return self.browser.client.request(method, path, content=content, headers=headers)


@pytest.fixture
def gateway(police_dsn: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """Serve the gateway of the police; hashing costs little, for what it costs is tested elsewhere."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher.from_parameters(CHEAPEST))
    with doors(*police_dsn, tmp_path) as gateway:
        yield gateway


def token(gateway: Doors, *scopes: str, system: str = "case-system", organ: str = "P9801", days: int = 30) -> str:
    """Make a token and return its secret."""
    asked = {"organ": organ, "scopes": scopes or ("read",), "days": days, "by_whom": "node:test"}
    return add_token(gateway.owner, system, now=gateway.time, **asked).secret  # type: ignore[arg-type]


def status(gateway: Doors, secret: str, path: str = "/v1/readings", scheme: str = "Bearer") -> int:
    """Ask with a token."""
    return gateway.browser().client.get(path, headers={"authorization": f"{scheme} {secret}"}).status_code


class TestAStranger:
    def test_gets_an_answer_from_no_route_but_the_public_ones(self, gateway: Doors) -> None:
        browser = gateway.browser()
        asked = 0
        for path, methods in _routes(gateway):
            for method in methods - {"OPTIONS"}:
                answer = browser.client.request(method, _filled(path), json={}, headers={"accept": "application/json"})
                asked += 1
                assert (answer.status_code == 401) != (path in PUBLIC), f"{method} {path}: {answer.status_code}"
        assert asked > len(PUBLIC)

    def test_is_told_how_to_be_known(self, gateway: Doors) -> None:
        answer = gateway.browser().client.get("/v1/logins")

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="yisong"'
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:yisong:problem:not-known"

    def test_who_sends_a_form_is_led_to_the_login_page_and_not_back(self, gateway: Doors) -> None:
        answer = gateway.browser().post("/logout", {})

        assert (answer.status_code, answer.headers["location"]) == (303, "/login")

    def test_is_turned_away_before_his_form_is_read(self, gateway: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever has no session fills no disk."""

        def read(_: Request) -> None:
            raise AssertionError("a form was read")

        monkeypatch.setattr(Request, "form", read)
        gateway.app.add_api_route("/probe", _nothing, methods=["POST"], dependencies=[Depends(needs("read"))])
        browser = gateway.browser()
        browser.client.cookies.set("yisong-police", "x" * 43, domain="gateway.test")

        assert browser.client.post("/probe", data={"csrf": "x"}).status_code == 401


class TestAToken:
    def test_opens_what_it_is_good_for_and_nothing_else(self, gateway: Doors) -> None:
        secret = token(gateway, "read")

        assert status(gateway, secret) == 200
        assert status(gateway, secret, scheme="bearer") == 200
        assert status(gateway, secret, "/v1/logins") == 403
        assert status(gateway, token(gateway, "publish")) == 403

    @pytest.mark.parametrize("wrong", ["", "x", "yisong_" + "A" * 43, "\u00e9"])
    def test_that_nobody_made_opens_nothing(self, gateway: Doors, wrong: str) -> None:
        token(gateway, "read")
        answer = gateway.browser().client.get("/v1/readings", headers=[(b"authorization", b"Bearer " + wrong.encode())])

        assert answer.status_code == 401

    def test_under_another_scheme_opens_nothing(self, gateway: Doors) -> None:
        assert status(gateway, token(gateway, "read"), scheme="Basic") == 401

    def test_opens_nothing_once_it_has_expired(self, gateway: Doors) -> None:
        secret = token(gateway, "read", days=1)

        gateway.time += DAY - 1
        assert status(gateway, secret) == 200
        gateway.time += 1
        assert status(gateway, secret) == 401

    def test_opens_nothing_from_the_moment_it_is_revoked(self, gateway: Doors) -> None:
        revoked, other = token(gateway, "read"), token(gateway, "read")
        revoke(gateway.owner, 1, by_whom="node:test", now=gateway.time)

        assert (status(gateway, revoked), status(gateway, other)) == (401, 200)
        with pytest.raises(NotAcceptable, match="revoked already"):
            revoke(gateway.owner, 1, by_whom="node:test", now=gateway.time)
        assert gateway.log()[-1] == ("token-revoked", "case-system", "node:test")

    def test_is_kept_as_a_hash_only(self, gateway: Doors) -> None:
        secret = token(gateway, "read")

        assert len(secret) == len("yisong_") + 43
        assert secret not in str(gateway.owner.execute("SELECT * FROM local_tokens").fetchall())
        assert secret not in str(gateway.owner.execute("SELECT * FROM local_logins").fetchall())

    def test_shows_to_the_hour_when_it_was_last_used(self, gateway: Doors) -> None:
        secret = token(gateway, "read")
        assert tokens(gateway.owner)[0].used_at is None
        status(gateway, secret)
        hour = gateway.time - gateway.time % 3_600_000

        assert tokens(gateway.owner)[0].used_at == hour
        gateway.time += 3_600_000
        status(gateway, secret)
        assert tokens(gateway.owner)[0].used_at == hour + 3_600_000

    def test_counts_even_where_a_session_comes_with_it(self, gateway: Doors) -> None:
        """A request has one author: a token that does not hold is not made good by a cookie."""
        gateway.account("li")
        browser = gateway.logged_in("li")

        assert browser.client.get("/v1/readings").status_code == 200
        refused = browser.client.get("/v1/readings", headers={"authorization": "Bearer yisong_none"})
        assert refused.status_code == 401

    def test_changes_things_without_a_form_for_no_browser_sends_it_by_itself(self, gateway: Doors) -> None:
        @gateway.app.post("/v1/probe")
        def probe(asker: Annotated[Principal, Depends(needs("publish"))]) -> dict[str, str]:
            return {"account": asker.account, "kind": asker.kind, "organ": asker.organ}

        secret = token(gateway, "publish")
        answer = gateway.browser().client.post("/v1/probe", json={}, headers={"authorization": f"Bearer {secret}"})

        assert answer.json() == {"account": "case-system", "kind": "system", "organ": "P9801"}

    @pytest.mark.parametrize(
        ("what", "fault"),
        [
            ({"scopes": ("administer",)}, "neither approves nor administers"),
            ({"scopes": ()}, "one or more of"),
            ({"days": 731}, "1 to 730 days"),
            ({"days": 0}, "1 to 730 days"),
            ({"system": "a b\r\nc"}, "2 to 63"),
        ],
    )
    def test_that_may_not_be_is_not_made(self, gateway: Doors, what: dict[str, Any], fault: str) -> None:
        asked = {
            "system": "case-system",
            "organ": "P9801",
            "scopes": ("read",),
            "days": 1,
            "by_whom": "node:test",
            **what,
        }

        with pytest.raises(NotAcceptable, match=fault):
            add_token(gateway.owner, now=gateway.time, **asked)
        assert tokens(gateway.owner) == []


class TestAPerson:
    @pytest.mark.parametrize("role", ROLES)
    def test_may_what_his_role_may_and_nothing_else(self, gateway: Doors, role: str) -> None:
        every: list[Scope] = ["publish", "read", "audit", "approve", "operate", "administer", "review"]
        for scope in every:
            gateway.app.add_api_route(f"/v1/probe/{scope}", _nothing, dependencies=[Depends(needs(scope))])
        gateway.account("li", role)
        browser = gateway.logged_in("li")

        allowed = {scope for scope in every if browser.client.get(f"/v1/probe/{scope}").status_code == 200}
        refused = {scope for scope in every if browser.client.get(f"/v1/probe/{scope}").status_code == 403}

        assert allowed == SCOPES[role]  # type: ignore[index]
        assert refused == set(every) - allowed

    def test_changes_things_only_with_the_token_of_his_session(self, gateway: Doors) -> None:
        gateway.app.add_api_route("/v1/probe", _nothing, methods=["POST"], dependencies=[Depends(needs("publish"))])
        gateway.account("li")
        gateway.account("wang")
        browser, other = gateway.logged_in("li"), gateway.logged_in("wang")
        own, foreign = browser.token("/password"), other.token("/password")

        said = [
            {},
            {"x-csrf-token": foreign},
            {"x-csrf-token": own, "origin": "http://evil.test"},
            {"x-csrf-token": own},
        ]
        assert [browser.client.post("/v1/probe", json={}, headers=one).status_code for one in said] == [403] * 3 + [200]

    def test_may_no_more_at_the_moment_he_is_locked(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        gateway.owner.execute("UPDATE local_accounts SET locked = true")

        assert browser.client.get("/v1/readings").status_code == 401

    def test_may_have_a_password_page_and_a_system_none(self, gateway: Doors) -> None:
        assert status(gateway, token(gateway, "read"), "/password") == 403


class TestTheDatabase:
    @pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
    @pytest.mark.parametrize("other", ROLES)
    def test_refuses_an_administrator_any_other_role_whoever_asks(self, gateway: Doors, role: str, other: str) -> None:
        with pytest.raises(psycopg.errors.CheckViolation, match="local_accounts_apart"):
            _insert(gateway.owner, [role, other])

    @pytest.mark.parametrize("roles", [[], ["root"], [None], ["officer", None]])
    def test_refuses_roles_that_are_none(self, gateway: Doors, roles: list[str | None]) -> None:
        with pytest.raises(psycopg.errors.CheckViolation, match="local_accounts_roles"):
            _insert(gateway.owner, roles)

    def test_refuses_to_give_an_account_other_roles_later(self, gateway: Doors) -> None:
        gateway.account("li")
        for change in ("roles = '{operator}'", "organ = 'P00'", "account = 'wang'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="lock it and make another"):
                gateway.owner.execute(f"UPDATE local_accounts SET {change}")  # noqa: S608

    def test_refuses_to_forget_an_account_or_a_line_of_the_log(self, gateway: Doors) -> None:
        gateway.account("li")
        for statement in (
            "DELETE FROM local_accounts",
            "DELETE FROM local_logins",
            "UPDATE local_logins SET who = 'wang'",
            "TRUNCATE local_logins",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                gateway.owner.execute(statement)

    def test_lets_the_gateway_make_no_administrator_and_change_no_past(
        self, gateway: Doors, police_dsn: tuple[str, str]
    ) -> None:
        """Whoever breaks into the gateway does not become an administrator by it."""
        gateway.account("shen", "audit-administrator")
        token(gateway, "read")
        with psycopg.connect(police_dsn[0], autocommit=True) as service:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="at the node itself"):
                _insert(service, ["account-administrator"])
            for statement in (
                "UPDATE local_accounts SET roles = '{operator}'",
                "UPDATE local_accounts SET locked = true",
                "UPDATE local_tokens SET scopes = '{publish}'",
                "UPDATE local_tokens SET expires_at = 9999999999999",
                "DELETE FROM local_tokens",
                "DELETE FROM local_logins",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    service.execute(statement)
            _insert(service, ["officer", "approver"])

    def test_keeps_one_account_of_a_name(self, gateway: Doors) -> None:
        gateway.account("li")

        with pytest.raises(NotAcceptable, match="never given again"):
            gateway.account("li", "auditor")

    def test_names_every_fault_of_an_account_at_once(self, gateway: Doors) -> None:
        with pytest.raises(NotAcceptable) as refused:
            add_account(
                gateway.owner,
                "Li Si",
                organ="P9801",
                roles=["operator", "audit-administrator"],
                password=PASSWORD,
                by_whom="node:test",
                now=0,
            )

        assert len(refused.value.faults) == 2


class TestTheAdministratorOfAccounts:
    @pytest.fixture
    def chen(self, gateway: Doors) -> Desk:
        """Log in as the administrator of accounts."""
        gateway.account("chen", "account-administrator")
        return Desk(gateway.logged_in("chen"))

    def test_makes_an_account_whose_person_chooses_a_password_first(self, gateway: Doors, chen: Desk) -> None:
        made = chen.send("POST", "/v1/accounts", NEW)
        listed = chen.send("GET", "/v1/accounts").json()

        assert (made.status_code, made.json()["must_change"]) == (201, True)
        assert [(one["account"], one["roles"]) for one in listed] == [
            ("chen", ["account-administrator"]),
            ("li", ["officer"]),
        ]
        assert PASSWORD not in made.text
        assert "argon2" not in str(listed)
        assert gateway.logged_in("li").client.get("/v1/readings").status_code == 403
        assert ("account-made", "li", "chen") in gateway.log()

    def test_locks_unlocks_and_gives_another_password(self, gateway: Doors, chen: Desk) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")

        assert chen.send("POST", "/v1/accounts/li/lock").status_code == 204
        assert browser.client.get("/v1/readings").status_code == 401
        assert gateway.browser().log_in("li").status_code == 403
        assert chen.send("POST", "/v1/accounts/li/unlock").status_code == 204
        assert chen.send("PUT", "/v1/accounts/li/password", {"password": "Radish-8-Candle"}).status_code == 204
        assert gateway.browser().log_in("li").status_code == 403
        assert gateway.browser().log_in("li", "Radish-8-Candle").status_code == 303
        said = [(what, by) for what, who, by in gateway.log() if who == "li" and by == "chen"]
        assert said == [("account-locked", "chen"), ("account-unlocked", "chen"), ("password-set", "chen")]

    def test_makes_and_revokes_tokens(self, gateway: Doors, chen: Desk) -> None:
        asked = {"system": "case-system", "organ": "P9801", "scopes": ["read"], "days": 30}
        made = chen.send("POST", "/v1/tokens", asked)

        assert made.status_code == 201
        assert status(gateway, made.json()["token"]) == 200
        assert made.json()["token"] not in chen.send("GET", "/v1/tokens").text
        assert chen.send("DELETE", "/v1/tokens/1").status_code == 204
        assert status(gateway, made.json()["token"]) == 401
        assert chen.send("DELETE", "/v1/tokens/1").status_code == 404

    @pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
    def test_makes_changes_and_locks_no_administrator_not_even_himself(
        self, gateway: Doors, chen: Desk, role: str
    ) -> None:
        """Else he would make himself another one, and be two of the three."""
        gateway.account("shen", role)
        made = chen.send("POST", "/v1/accounts", {**NEW, "roles": [role]})
        changes = [
            chen.send(method, f"/v1/accounts/{account}/{what}", body)
            for account in ("shen", "chen")
            for method, what, body in (
                ("POST", "lock", None),
                ("POST", "unlock", None),
                ("PUT", "password", {"password": "Radish-8-Candle"}),
            )
        ]

        assert [one.status_code for one in (made, *changes)] == [403] * 7
        assert gateway.browser().log_in("shen").status_code == 303

    @pytest.mark.parametrize("role", [one for one in ROLES if one != "account-administrator"])
    def test_is_the_only_one_who_may(self, gateway: Doors, role: str) -> None:
        gateway.account("wu", role)
        wu = Desk(gateway.logged_in("wu"))
        asked = [("GET", "accounts"), ("POST", "accounts"), ("POST", "accounts/wu/unlock"), ("GET", "tokens"),
                 ("PUT", "accounts/wu/password"), ("POST", "tokens"), ("DELETE", "tokens/1")]  # fmt: skip

        assert {wu.send(method, f"/v1/{path}", {}).status_code for method, path in asked} == {403}

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"organ": "V9801"}, "hosts no such organ"),
            ({"account": "li\r\nset-cookie: x"}, "its name is"),
            ({"password": "short"}, "12 to 128"),
            ({"password": "Turnip-7-Lantern\ud800"}, "/password"),
            ({"roles": []}, "one role or more"),
            ({"roles": ["root"]}, "/roles/0"),
            ({"extra": 1}, "no such field"),
            ({"account": "chen"}, "never given again"),
            ({"account": "case-system"}, "a system has that name"),
        ],
    )
    def test_is_told_why_an_account_may_not_be(
        self, gateway: Doors, chen: Desk, change: dict[str, Any], why: str
    ) -> None:
        token(gateway, "read")
        answer = chen.send("POST", "/v1/accounts", {**NEW, **change})

        assert answer.status_code == 422
        assert why in answer.text
        assert PASSWORD not in answer.text

    def test_is_told_that_there_is_no_such_account(self, chen: Desk) -> None:
        assert chen.send("POST", "/v1/accounts/nobody/lock").status_code == 404
        assert chen.send("POST", "/v1/accounts/%0d%0a/lock").status_code == 404

    def test_gives_no_system_the_name_of_a_person(self, chen: Desk) -> None:
        asked = {"system": "chen", "organ": "P9801", "scopes": ["read"], "days": 30}

        assert "a person has that name" in chen.send("POST", "/v1/tokens", asked).text


class TestTheLogOfLogins:
    def test_is_for_the_audit_administrator_alone(self, gateway: Doors) -> None:
        for role in ROLES:
            gateway.account(role, role)
        answers = {role: gateway.logged_in(role).client.get("/v1/logins").status_code for role in ROLES}

        assert answers == {role: 200 if role == "audit-administrator" else 403 for role in ROLES}

    def test_says_who_did_what_from_where(self, gateway: Doors) -> None:
        gateway.account("shen", "audit-administrator")
        gateway.browser("192.0.2.9").log_in("shen", "Wrong-1-Wrongs")
        lines = gateway.logged_in("shen").client.get("/v1/logins").json()["lines"]

        assert [(one["what"], one["who"], one["by_whom"], one["address"]) for one in lines] == [
            ("login", "shen", "shen", "192.0.2.7"),
            ("login-refused", "shen", None, "192.0.2.9"),
            ("account-made", "shen", "node:test", None),
        ]
        assert lines[0]["at"] == "2016-07-20T15:33:20+08:00"

    def test_is_given_in_pages(self, gateway: Doors) -> None:
        gateway.account("shen", "audit-administrator")
        gateway.account("li")
        browser = gateway.logged_in("shen")

        serials: list[int] = []
        before: int | None = None
        while True:
            page = browser.client.get("/v1/logins", params={"limit": 2} | ({"before": before} if before else {})).json()
            serials += [one["serial"] for one in page["lines"]]
            if (before := page["next"]) is None:
                break
        assert serials == [3, 2, 1]
        assert [one["what"] for one in browser.client.get("/v1/logins?who=li").json()["lines"]] == ["account-made"]

    @pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "before=0", "who=%00", f"before={2**63}"])
    def test_refuses_what_is_no_question(self, gateway: Doors, query: str) -> None:
        gateway.account("shen", "audit-administrator")

        assert gateway.logged_in("shen").client.get(f"/v1/logins?{query}").status_code == 422


class TestTheLogOfReadings:
    def test_shows_all_to_the_audit_administrator(self, gateway: Doors) -> None:
        _read(gateway, "history", by="P00")
        gateway.account("shen", "audit-administrator")
        (line,) = gateway.logged_in("shen").client.get("/v1/readings").json()["lines"]

        assert (line["account"], line["organ"], line["what"], line["purpose"]) == ("reader", "P00", "history", "复核")
        assert line["case_id"] == CASE

    def test_shows_the_owner_of_a_body_who_has_read_it_and_nobody_else(self, gateway: Doors) -> None:
        mine, theirs = _entry(gateway, "P9801", 1), _entry(gateway, "P00", 2)
        _read(gateway, "body", by="P98", events=[mine])
        _read(gateway, "body", by="P9801", events=[theirs])
        gateway.account("li", organ="P9801")
        gateway.account("zhao", organ="P9702")

        (line,) = gateway.logged_in("li").client.get("/v1/readings").json()["lines"]
        assert (line["organ"], line["events"]) == ("P98", [str(mine)])
        assert gateway.logged_in("zhao").client.get("/v1/readings").json() == {"lines": [], "next": None}
        assert gateway.logged_in("li").client.get("/v1/readings?case_id=other").json()["lines"] == []

    def test_shows_no_owner_a_body_that_was_refused(self, gateway: Doors) -> None:
        """Whoever repeats the id of an event in a record of his own does not become its owner."""
        event = _entry(gateway, "P00", 1)
        _entry(gateway, "P9801", 2, event=event, verdict="refused")
        _read(gateway, "body", by="P98", events=[event])
        gateway.account("li", organ="P9801")

        assert gateway.logged_in("li").client.get("/v1/readings").json()["lines"] == []

    @pytest.mark.parametrize("role", ["operator", "account-administrator"])
    def test_is_closed_to_the_other_administrators(self, gateway: Doors, role: str) -> None:
        gateway.account("li", role)

        assert gateway.logged_in("li").client.get("/v1/readings").status_code == 403


def _nothing() -> dict[str, str]:
    return {}


def _routes(gateway: Doors) -> list[tuple[str, set[str]]]:
    found: list[tuple[str, set[str]]] = []
    for one in iter_route_contexts(gateway.app.routes):
        if isinstance(one.original_route, Mount):
            assert one.original_route.path == "/static", f"{one.original_route.path} is mounted past the doors"
            continue
        assert one.path is not None
        found.append((one.path, set(one.methods or {"GET"})))
    return found


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


def _insert(owner: Database, roles: list[Any]) -> None:
    owner.execute(
        "INSERT INTO local_accounts (account, organ, roles, password, password_at, made_at) "
        "VALUES ('mallory', 'P00', %s, '$argon2id$x', 0, 0)",
        (roles,),
    )


def _read(gateway: Doors, what: Any, *, by: str, events: list[UUID] | None = None) -> None:
    with gateway.owner.transaction():
        note_reading(gateway.owner, Reader("reader", by), what=what, case_id=CASE, purpose="复核", events=events or [])


def _entry(gateway: Doors, organ: str, offset: int, *, event: UUID | None = None, verdict: str = "admitted") -> UUID:
    """Write down an entry, as far as the owner of its body goes."""
    known = event or uuid4()
    with gateway.owner.transaction():
        gateway.owner.execute("SET LOCAL session_replication_role = replica")
        gateway.owner.execute('DELETE FROM entries WHERE "partition" = 0 AND "offset" = %s', (offset,))
        gateway.owner.execute(
            'INSERT INTO entries ("partition", "offset", broker_time, log_time, docket, docket_index, event_id, organ, '
            "publisher, verdict, reason, remembered, leaf, leaf_hash) "
            "VALUES (0, %s, 0, 0, %s, %s, %s, %s, %s, %s, %s, true, '', %s)",
            (offset, CASE, offset, known, organ, organ, verdict, "x" if verdict == "refused" else None, bytes(32)),
        )
    return known
