"""How is it said in the language of a page why an account or a token was not made? The rules are the library's."""

import re
from collections.abc import Iterable
from typing import Final

from services.gateway.console.texts import Texts
from yisong.accounts.roles import NAMES, Role

_FAULTS: Final = (
    (re.compile(r"its name is 2 to 63"), "name"),
    (re.compile(r"there is no role"), "no_role"),
    (re.compile(r"an account has one role or more"), "one_role"),
    (re.compile(r"goes with no other role"), "apart"),
    (re.compile(r"a system has that name"), "system_has_name"),
    (re.compile(r"there is one of that name"), "taken"),
    (re.compile(r"the node hosts no such organ"), "organ"),
    (re.compile(r"its system is 2 to 63"), "system"),
    (re.compile(r"it is good for one or more"), "scopes"),
    (re.compile(r"it is good for 1 to \d+ days"), "days"),
    (re.compile(r"a person has that name"), "person_has_name"),
    (re.compile(r"there is no account of that name"), "no_account"),
    (re.compile(r"there is no token of that number"), "no_token"),
    (re.compile(r"that is done at the node"), "at_the_node"),
)
"""By which words the library names a fault, and under which key a page says it."""


def in_words(faults: Iterable[str], t: Texts) -> tuple[str, ...]:
    """Return *faults*, which the library names in English, in the language of *t*; an unknown one as it is."""
    return tuple(_said(one, t) for one in faults)


def _said(fault: str, t: Texts) -> str:
    key = next((key for pattern, key in _FAULTS if pattern.search(fault)), None)
    return fault if key is None else t(f"accounts.fault.{key}")


def role_name(role: Role, t: Texts) -> str:
    """Return what a role is called."""
    return NAMES[role] if t.language == "zh" else role.replace("-", " ")
