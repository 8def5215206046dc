"""What is a filing 备案, and what can a filing register be asked? Values only; the register itself is a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple, Protocol, get_args
from urllib.parse import urlsplit

from yisong.validators.domain import to_ascii

FiledKind = Literal["domain", "app"]
FILED_KINDS: Final[tuple[FiledKind, ...]] = get_args(FiledKind)
_LEAST_LABELS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """
    One row of the register: what a site or app was filed as, from *valid_from* until before *valid_to* (None = open).

    *authority*: the organ of the filing province. *value*: a domain as A-label, or the bundle id of an app.
    *sponsor_name*: of an organisation; of a person its token. *contact_ref*: where the contact is kept.
    """

    authority: str
    kind: FiledKind
    value: str
    icp_no: str | None
    licence_no: str | None
    sponsor_kind: str
    sponsor_name: str | None
    sponsor_uscc: str | None
    contact_ref: str | None
    access_provider: str | None
    access_region: str | None
    valid_from: date
    valid_to: date | None


class Asked(NamedTuple):
    """What is looked up: a kind, and the values under which it may be filed, the most exact first."""

    kind: FiledKind
    values: tuple[str, ...]


class Register(Protocol):
    """A filing register."""

    def find(self, asked: Asked, *, on: date) -> Filing | None:
        """Return the filing valid *on* that day under the most exact of the values, None where there is none."""


def asked_of(target: Mapping[str, object]) -> Asked | None:
    """
    Return what to look up for a `Target` of an event; None for what no register is kept by (an address, an account).

    A host belongs to the filing of the domain above it: www.novel-a.example to novel-a.example.
    """
    kind, value = target.get("kind"), target.get("value")
    if not isinstance(value, str) or not value.strip():
        return None
    match kind:
        case "app":
            return Asked("app", (value.strip(),))
        case "domain":
            return _host(value)
        case "url":
            return _host(_host_of(value))
        case _:
            return None


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _host(name: str) -> Asked | None:
    try:
        labels = to_ascii(name).split(".")
    except ValueError:
        return None
    if len(labels) < _LEAST_LABELS or labels[-1].isdigit():  # an IPv4 address looks like a name
        return None
    return Asked("domain", tuple(".".join(labels[n:]) for n in range(len(labels) - _LEAST_LABELS + 1)))
