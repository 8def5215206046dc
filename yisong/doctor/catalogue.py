"""Is a node's schema, and what its services may do, what this release makes? Made once more, and taken back at once."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final, LiteralString, NamedTuple

from psycopg import Connection, sql
from psycopg.errors import UndefinedObject

from yisong.doctor.finding import Finding, fault, good
from yisong.postgres.connection import reachable
from yisong.postgres.migrate import FOLDER
from yisong.postgres.queries import queries

_SQL: Final = queries(Path(__file__).with_name("catalogue.sql"))
_SCRATCH: Final = "yisong_doctor"
_NAMED: Final = 5

_SCHEMA: Final = (
    "schema",
    "Somebody has changed tables by hand. Without its triggers a trail can be rewritten unseen.",
    "Find out who did it. The owner of the database puts back what schema.sql says; then `yisong rebuild --agency {}`.",
)
_GRANTS: Final = (
    "grants",
    "The services may do more than they need, so that whoever breaks into one may, too; or less than they need.",
    "REVOKE what is too much from trail_{}; what is missing is granted again when the migrations run (`yisong up`).",
)


class _Seen(NamedTuple):
    objects: AbstractSet[tuple[str, ...]]
    rights: AbstractSet[tuple[str, ...]]


def catalogue(owner: Connection, agency: str) -> Iterator[Finding]:
    """
    Compare the schema behind the *owner*'s connection, in autocommit mode, with the one that schema.sql makes.

    Nothing stays of what is made for that. Raises BusUnreachable.
    """
    role = f"trail_{agency}"
    with reachable():
        there = _seen(owner, "public", role)
        with owner.transaction(force_rollback=True):
            owner.execute(sql.SQL("CREATE SCHEMA {0}; SET LOCAL search_path TO {0}").format(sql.Identifier(_SCRATCH)))
            owner.execute(_text("schema.sql"))
            grants = _text("grants.sql").replace("ON SCHEMA public", f"ON SCHEMA {_SCRATCH}")
            owner.execute(sql.SQL(grants).format(role=sql.Identifier(role)))
            made = _seen(owner, _SCRATCH, role)
    yield _judged(_SCHEMA, agency, there.objects, made.objects)
    yield _judged(_GRANTS, agency, there.rights, made.rights)


def _seen(connection: Connection, schema: str, role: str) -> _Seen:
    try:
        objects = connection.execute(_SQL["objects"], {"schema": schema}).fetchall()
        rights = connection.execute(_SQL["rights"], {"schema": schema, "role": role}).fetchall()
    except UndefinedObject:
        return _Seen(frozenset(), frozenset())
    said = {tuple(str(one).replace(f"{schema}.", "") for one in row) for row in objects}
    return _Seen(said, {tuple(map(str, row)) for row in rights})


def _judged(
    what: tuple[str, str, str], agency: str, there: AbstractSet[tuple[str, ...]], made: AbstractSet[tuple[str, ...]]
) -> Finding:
    check, means, do = what
    missing, strange = ({_name(row) for row in rows} for rows in (made - there, there - made))
    if not missing and not strange:
        return good(check, agency, "as this release makes it")
    said = [f"{name} is {'changed' if name in strange else 'missing'}" for name in sorted(missing)]
    said += [f"{name} is not ours" for name in sorted(strange - missing)]
    more = f" and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return fault(check, agency, "; ".join(said[:_NAMED]) + more, means, do.format(agency))


def _name(row: tuple[str, ...]) -> str:
    """Name an object or a right without the text that makes it."""
    return " ".join(part for part in row[:3] if part)


def _text(name: str) -> LiteralString:
    return (FOLDER / name).read_text(encoding="utf-8")
