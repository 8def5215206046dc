"""In which form does the administrator of accounts see and name accounts and tokens?"""

from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

from yisong.accounts.people import Account
from yisong.accounts.roles import Role, Scope
from yisong.accounts.tokens import LONGEST_DAYS, Token
from yisong.publishing.instants import to_text

_LONGEST: Final = 256


class AccountLine(BaseModel):
    """An account, without its password."""

    account: str
    organ: str
    roles: list[Role]
    must_change: bool = Field(description="Has to choose a password before anything else.")
    locked: bool
    made_at: str = Field(description="RFC 3339, +08:00.")
    password_at: str = Field(description="RFC 3339, +08:00.")

    @classmethod
    def of(cls, one: Account) -> Self:
        """Return the line of *one*."""
        return cls(
            account=one.account,
            organ=one.organ,
            roles=list(one.roles),
            must_change=one.must_change,
            locked=one.locked,
            made_at=to_text(one.made_at),
            password_at=to_text(one.password_at),
        )


class NewAccount(BaseModel):
    """An account that is to be made. Its password is for the first login only."""

    model_config = ConfigDict(extra="forbid")

    account: str = Field(max_length=64, description="2 to 63 of a-z, 0-9, dot, _ and -.")
    organ: str = Field(max_length=64, description="An organ of this node.")
    roles: list[Role] = Field(max_length=6)
    password: str = Field(max_length=_LONGEST)


class NewPassword(BaseModel):
    """A password for the next login only."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(max_length=_LONGEST)


class TokenLine(BaseModel):
    """What a token is good for; never the token itself."""

    serial: int
    system: str
    organ: str
    scopes: list[Scope]
    made_at: str = Field(description="RFC 3339, +08:00.")
    expires_at: str = Field(description="RFC 3339, +08:00.")
    used_at: str | None = Field(description="To the hour; null: never.")
    revoked_at: str | None

    @classmethod
    def of(cls, one: Token) -> Self:
        """Return the line of *one*."""
        return cls(
            serial=one.serial,
            system=one.system,
            organ=one.organ,
            scopes=list(one.scopes),
            made_at=to_text(one.made_at),
            expires_at=to_text(one.expires_at),
            used_at=None if one.used_at is None else to_text(one.used_at),
            revoked_at=None if one.revoked_at is None else to_text(one.revoked_at),
        )


class NewToken(BaseModel):
    """A token that is to be made."""

    model_config = ConfigDict(extra="forbid")

    system: str = Field(max_length=64, description="2 to 63 of a-z, 0-9, dot, _ and -.")
    organ: str = Field(max_length=64, description="An organ of this node.")
    scopes: list[Scope] = Field(max_length=7, description="Of `publish`, `read`, `audit`.")
    days: int = Field(ge=1, le=LONGEST_DAYS, description="For how many days it is good.")


class MadeToken(BaseModel):
    """A new token, which is shown this once."""

    serial: int
    token: str
