"""How does one take a value out of a body, as JSON has it, without asking at every place what it is?"""

from collections.abc import Mapping
from datetime import date

from yisong.audit.acts import Act
from yisong.legal_time.days import day_of
from yisong.schemas.instants import milliseconds, parse_instant

Value = Mapping[str, object]


def says(act: Act) -> Value:
    """Return the body of *act*; empty where it is not readable here."""
    return {} if act.body is None else act.body


def text(value: Value, name: str) -> str | None:
    """Return a text, None where there is none."""
    found = value.get(name)
    return found if isinstance(found, str) and found else None


def whole(value: Value, name: str) -> int | None:
    """Return a whole number, None where there is none."""
    found = value.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def record(value: Value, name: str) -> Value:
    """Return a nested record; empty where there is none."""
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def records(value: Value, name: str) -> tuple[Value, ...]:
    """Return a list of nested records; empty where there is none."""
    found = value.get(name)
    return tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list | tuple) else ()


def instant(value: Value, name: str) -> int | None:
    """Return an instant in ms, None where there is none."""
    found = text(value, name)
    return None if found is None else milliseconds(parse_instant(found))


def credit_code(code: str | None) -> str | None:
    """Return a credit code in the form in which two are compared: no spaces, capitals; None where there is none."""
    return None if code is None else "".join(code.split()).upper() or None


def day(at: int) -> str:
    """Return the legal day of an instant (ms) as YYYY-MM-DD."""
    return date.fromordinal(day_of(at)).isoformat()
