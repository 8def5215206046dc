"""Which rights has a broker that topics.yaml does not give, which does it lack, and how is that put right?"""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import SecurityDisabledError

from yisong.errors import TimedOut, WorldFault
from yisong.kafka.rights import Right

_PRINCIPAL: Final = "User:"
_ANY_HOST: Final = "*"
_PATIENCE_SECONDS: Final = 30.0


class Rule(NamedTuple):
    """An access rule as Kafka has it, in its own words, small."""

    principal: str
    host: str
    operation: str
    permission: str
    resource: str
    name: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightChange:
    """One difference: ``allow`` a right that is declared and not there, ``withdraw`` one that nobody declared."""

    action: Literal["allow", "withdraw"]
    rule: Rule

    def __str__(self) -> str:
        """Say the difference in one line."""
        rule, usual = self.rule, ("allow", "literal", _ANY_HOST)
        how = (rule.permission, rule.pattern, rule.host)
        words = "" if how == usual else f" ({rule.permission}, {rule.pattern}, from {rule.host})"
        user = rule.principal.removeprefix(_PRINCIPAL)
        return f"{self.action:<8} {user:<17} {rule.operation} {rule.resource} {rule.name}{words}"

    def as_json(self) -> dict[str, object]:
        """Return the difference as plain data."""
        return {"action": self.action, **self.rule._asdict()}


def plan(declared: Iterable[Right], client: KafkaAdminClient) -> tuple[RightChange, ...] | None:
    """Return every difference between *declared* and the broker, which stays as it is; None where it asks nobody."""
    try:
        actual = actual_rules(client)
    except SecurityDisabledError:
        return None
    wanted = {_rule(right) for right in declared}
    lacking = (RightChange(action="allow", rule=rule) for rule in sorted(wanted - actual))
    surplus = (RightChange(action="withdraw", rule=rule) for rule in sorted(actual - wanted))
    return (*lacking, *surplus)


def apply(changes: Iterable[RightChange], client: KafkaAdminClient) -> None:
    """
    Give and withdraw what *changes* say, what is withdrawn first, and return when the broker shows it.

    Raises WorldFault where the broker did not take it, TimedOut where it has and doesn't show it.
    """
    changes = tuple(changes)
    surplus = [_acl(one.rule) for one in changes if one.action == "withdraw"]
    lacking = [_acl(one.rule) for one in changes if one.action == "allow"]
    failed = []
    if surplus:
        failed += [error.__name__ for _, _, error in client.delete_acls(surplus) if error.errno]
    if lacking:
        failed += [error.__name__ for error in client.create_acls(lacking)["failed"]]
    if failed:
        raise WorldFault(
            f"The broker did not take {len(failed)} of {len(changes)} rights ({', '.join(sorted(set(failed)))}). What "
            "it took holds; `yisong topics plan` shows the rest."
        )
    _await(changes, client)


def _await(changes: Collection[RightChange], client: KafkaAdminClient) -> None:
    """Return when the broker goes by *changes*: it lags a little behind its controller."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while changes:
        actual = actual_rules(client)
        if all((one.rule in actual) == (one.action == "allow") for one in changes):
            return
        if time.monotonic() > end:
            raise TimedOut("The broker took the rights, but doesn't show them yet; run `yisong topics plan`")
        time.sleep(0.1)


def actual_rules(client: KafkaAdminClient) -> frozenset[Rule]:
    """Return every access rule of the broker, whoever made it. Raises SecurityDisabledError where it has no guard."""
    everything = ACLFilter(
        principal=None,
        host=None,
        operation=ACLOperation.ANY,
        permission_type=ACLPermissionType.ANY,
        resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
    found, _ = client.describe_acls(everything)
    return frozenset(_as_rule(one) for one in found)


def _rule(right: Right) -> Rule:
    return Rule(
        principal=f"{_PRINCIPAL}{right.user}",
        host=_ANY_HOST,
        operation=right.operation,
        permission="allow",
        resource=right.resource,
        name=right.name,
        pattern="literal",
    )


def _as_rule(acl: ACL) -> Rule:
    pattern = acl.resource_pattern
    return Rule(
        principal=acl.principal,
        host=acl.host,
        operation=acl.operation.name.lower(),
        permission=acl.permission_type.name.lower(),
        resource=pattern.resource_type.name.lower(),
        name=pattern.resource_name,
        pattern=pattern.pattern_type.name.lower(),
    )


def _acl(rule: Rule) -> ACL:
    pattern = ResourcePattern(
        ResourceType[rule.resource.upper()], rule.name, ACLResourcePatternType[rule.pattern.upper()]
    )
    return ACL(
        principal=rule.principal,
        host=rule.host,
        operation=ACLOperation[rule.operation.upper()],
        permission_type=ACLPermissionType[rule.permission.upper()],
        resource_pattern=pattern,
    )
