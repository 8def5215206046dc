"""What may whoever bears a role do, and which roles may not meet in one account?"""

from collections.abc import Collection, Mapping
from typing import Final, Literal, get_args

Scope = Literal["publish", "read", "audit", "approve", "operate", "administer", "review"]
Role = Literal["officer", "approver", "auditor", "operator", "account-administrator", "audit-administrator"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
SCOPES: Final[Mapping[Role, frozenset[Scope]]] = {
    "officer": frozenset({"read", "publish"}),
    "approver": frozenset({"read", "publish", "approve"}),
    "auditor": frozenset({"read", "audit"}),
    "operator": frozenset({"operate"}),
    "account-administrator": frozenset({"administer"}),
    "audit-administrator": frozenset({"review"}),
}
SYSTEM_SCOPES: Final[tuple[Scope, ...]] = ("publish", "read", "audit")
"""What a token may be good for: a machine neither approves nor administers."""
ADMINISTRATORS: Final[frozenset[Role]] = frozenset({"operator", "account-administrator", "audit-administrator"})
"""The three administrators 三员: system, accounts (security), audit."""
NAMES: Final[Mapping[Role, str]] = {
    "officer": "办案人员",
    "approver": "审批人员",
    "auditor": "案件审计人员",
    "operator": "系统管理员",
    "account-administrator": "安全管理员(账号)",
    "audit-administrator": "审计管理员",
}


def scopes_of(roles: Collection[Role]) -> frozenset[Scope]:
    """Return all that an account with these *roles* may do."""
    return frozenset[Scope]().union(*(SCOPES[role] for role in roles))


def fault_of(roles: Collection[str]) -> str | None:
    """
    Say why no account may have just these *roles*; None where one may.

    The three administrators are kept apart 三员分立, and none of them sees a case: an account with an administrator's
    role has that role alone. The database refuses the same (``local_accounts_apart``).
    """
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        return f"there is no role {', '.join(map(repr, unknown))}; there are {', '.join(ROLES)}"
    if not roles or len(set(roles)) != len(roles):
        return "an account has one role or more, each once"
    if len(roles) > 1 and not ADMINISTRATORS.isdisjoint(roles):
        alone = next(role for role in roles if role in ADMINISTRATORS)
        return f"{alone} goes with no other role: the three administrators 三员 are kept apart, and see no case"
    return None
