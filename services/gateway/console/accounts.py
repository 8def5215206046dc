"""
What does the administrator of accounts see and do? The people and the agency systems that this node lets in.

All is done by the functions that the API has for it, which judge and write down; here it is only shown. A password or
a token is shown in the answer to the form that made it, and never again.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from services.gateway.console.account_words import in_words, role_name
from services.gateway.console.fields import Typed, first
from services.gateway.console.shell import Shell, render
from services.gateway.problems import Problem
from services.gateway.who import administering
from services.gateway.who.account_lines import NewAccount, NewPassword, NewToken
from services.gateway.who.clock import now_of
from services.gateway.who.principal import Principal
from services.gateway.who.refusals import NotAllowed
from yisong.accounts.passwords import generated
from yisong.accounts.roles import ADMINISTRATORS, ROLES, SYSTEM_SCOPES
from yisong.accounts.tokens import LONGEST_DAYS
from yisong.errors import NotAcceptable

_SEE_OTHER, _UNPROCESSABLE = 303, 422
_DAYS: Final = "365"


class Once(NamedTuple):
    """What is shown this once: the *secret* of the account or system *name*; *new*: it was made just now."""

    name: str
    secret: str
    new: bool


def accounts_page(shell: Shell, typed: Typed, *, faults: Sequence[str] = (), once: Once | None = None) -> Response:
    """Return all accounts of this node, and the form of a new one as it was *typed*, with its *faults*."""
    return render(
        shell,
        "accounts.html",
        current="accounts",
        status=_UNPROCESSABLE if faults else 200,
        accounts=administering.account_lines(shell.request, viewer_of(shell)),
        once=once,
        typed={name: tuple(values) for name, values in typed.items()},
        faults=in_words(faults, shell.t),
        organs=_organs(shell),
        roles=[(role, role_name(role, shell.t), role in ADMINISTRATORS) for role in ROLES],
        administrators=ADMINISTRATORS,
        role_name=lambda role: role_name(role, shell.t),
    )


def tokens_page(shell: Shell, typed: Typed, *, faults: Sequence[str] = (), once: Once | None = None) -> Response:
    """Return all tokens of agency systems, and the form of a new one; otherwise as `accounts_page`."""
    return render(
        shell,
        "tokens.html",
        current="tokens",
        status=_UNPROCESSABLE if faults else 200,
        tokens=sorted(administering.token_lines(shell.request, viewer_of(shell)), key=lambda one: -one.serial),
        once=once,
        typed={"days": (_DAYS,), **{name: tuple(values) for name, values in typed.items()}},
        faults=in_words(faults, shell.t),
        organs=_organs(shell),
        scopes=SYSTEM_SCOPES,
        most_days=LONGEST_DAYS,
        now=now_of(shell.request),
    )


def make_account(shell: Shell, typed: Typed) -> Response:
    """Make an account with a password of our choice, which is shown in this answer."""
    secret = generated()
    said = {"account": first(typed, "account").strip(), "organ": first(typed, "organ"), "password": secret}

    def made() -> None:
        new = NewAccount.model_validate({**said, "roles": list(typed.get("roles", ()))})
        administering.make_account(shell.request, viewer_of(shell), new)

    faults = _faults(made)
    if faults:
        return accounts_page(shell, typed, faults=faults)
    return accounts_page(shell, {}, once=Once(said["account"], secret, new=True))


def give_password(shell: Shell, account: str) -> Response:
    """Give an account a password of our choice, which is shown in this answer."""
    secret = generated()
    new = NewPassword(password=secret)
    faults = _faults(lambda: administering.give_password(shell.request, viewer_of(shell), account, new))
    if faults:
        return accounts_page(shell, {}, faults=faults)
    return accounts_page(shell, {}, once=Once(account, secret, new=False))


def lock(shell: Shell, account: str, *, locked: bool) -> Response:
    """Let an account in no more, or again."""
    act = administering.lock_account if locked else administering.unlock_account
    faults = _faults(lambda: act(shell.request, viewer_of(shell), account))
    return accounts_page(shell, {}, faults=faults) if faults else RedirectResponse("/accounts", _SEE_OTHER)


def make_token(shell: Shell, typed: Typed) -> Response:
    """Make a token, which is shown in this answer."""
    said = {name: first(typed, name).strip() for name in ("system", "organ", "days")}
    secrets: list[str] = []

    def made() -> None:
        new = NewToken.model_validate({**said, "scopes": list(typed.get("scopes", ()))})
        secrets.append(administering.make_token(shell.request, viewer_of(shell), new).token)

    faults = _faults(made)
    if faults:
        return tokens_page(shell, typed, faults=faults)
    return tokens_page(shell, {}, once=Once(said["system"], secrets[0], new=True))


def revoke(shell: Shell, serial: int) -> Response:
    """Let a token open nothing any more."""
    faults = _faults(lambda: administering.revoke_token(shell.request, viewer_of(shell), serial))
    return tokens_page(shell, {}, faults=faults) if faults else RedirectResponse("/tokens", _SEE_OTHER)


def viewer_of(shell: Shell) -> Principal:
    """Return who looks: somebody, or the page would not be made."""
    if shell.viewer is None:
        raise NotAllowed("needs administer")
    return shell.viewer


def _faults(act: Callable[[], object]) -> tuple[str, ...]:
    """Do something, and return why it was not done; nothing where it was."""
    try:
        act()
    except NotAcceptable as fault:
        return fault.faults
    except ValidationError as fault:
        return tuple(dict.fromkeys(_in_form(str(one["loc"][0])) for one in fault.errors()))
    except Problem as problem:
        return (problem.detail,)
    return ()


def _in_form(field: str) -> str:
    """Return the library's words for a field that could not even be read."""
    return {
        "account": "its name is 2 to 63 characters",
        "roles": "there is no role of that name",
        "system": "its system is 2 to 63 characters",
        "scopes": "it is good for one or more scopes",
        "days": f"it is good for 1 to {LONGEST_DAYS} days",
    }.get(field, "the node hosts no such organ")


def _organs(shell: Shell) -> list[str]:
    return [one.id for one in shell.world.law.organs.values() if one.role == shell.world.agency]
