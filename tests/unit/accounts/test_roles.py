from itertools import combinations

import pytest

from yisong.accounts.roles import ADMINISTRATORS, ROLES, SYSTEM_SCOPES, fault_of, scopes_of


def test_no_account_has_two_of_the_three_administrators() -> None:
    assert len(ADMINISTRATORS) == 3
    for one, other in combinations(sorted(ADMINISTRATORS), 2):
        assert "kept apart" in (fault_of([one, other]) or "")


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_an_administrator_sees_no_case_and_publishes_nothing(role: str) -> None:
    assert fault_of([role]) is None
    assert scopes_of([role]).isdisjoint({"read", "audit", "publish", "approve"})  # type: ignore[list-item]
    for other in set(ROLES) - ADMINISTRATORS:
        assert "see no case" in (fault_of([other, role]) or "")


def test_an_officer_may_also_approve_and_an_auditor_only_looks() -> None:
    assert fault_of(["officer", "approver"]) is None
    assert scopes_of(["officer", "approver"]) == {"read", "publish", "approve"}
    assert scopes_of(["auditor"]) == {"read", "audit"}


def test_each_administrator_may_what_the_others_may_not() -> None:
    scopes = [scopes_of([role]) for role in sorted(ADMINISTRATORS)]

    assert [len(one) for one in scopes] == [1, 1, 1]
    assert len(frozenset().union(*scopes)) == 3
    assert frozenset().union(*scopes).isdisjoint(SYSTEM_SCOPES)


@pytest.mark.parametrize(
    ("roles", "why"), [([], "one role or more"), (["officer", "officer"], "each once"), (["root"], "no role 'root'")]
)
def test_roles_that_are_none_are_named(roles: list[str], why: str) -> None:
    assert why in (fault_of(roles) or "")
