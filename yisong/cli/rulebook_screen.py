"""How do versions of the rulebook look on a page?"""

from collections.abc import Iterator, Sequence

from rich.text import Text

from yisong.cli.page import instant, ruled, stranger
from yisong.rulebook.growth import Change
from yisong.rulebook.succession import Succession, Valid, Void
from yisong.rulebook.version import Version, instant_text

__all__ = ["Change", "as_json", "changes", "versions"]

_KINDS = {"added": "green", "ended": "yellow", "forward": "yellow"}


def versions(succession: Succession, *, now: int) -> Iterator[Text]:
    """Yield the table of valid versions, and the table of what is void, where there is any; *now* in ms."""
    rows = [_valid(one, _state(one.version, succession, now)) for one in succession.valid]
    yield ruled("The rulebook", ("version", "state", "from", "hash", "appended", "signed by", "rows"), rows)
    if succession.void:
        yield ruled(
            "Void", ("offset", "appended", "version", "signed by", "because"), list(map(_void, succession.void))
        )


def changes(version: Version, found: Sequence[Change]) -> Text:
    """Return the table of the rows that *version* adds and ends."""
    rows = [
        (stranger(one.file), Text(one.kind, _KINDS[one.kind]), stranger(one.row), stranger(one.what)) for one in found
    ]
    title = f"Version {version.n} ({version.hash.hex()[:16]}…), from {instant(version.effective_from)} on"
    return ruled(title, ("file", "row is", "row", "what"), rows)


def as_json(succession: Succession, *, now: int) -> dict[str, object]:
    """Return the same as plain data."""
    return {
        "in_force": succession.in_force(now).hash.hex(),
        "versions": [
            {
                "n": one.version.n,
                "hash": one.version.hash.hex(),
                "prev_hash": None if one.version.prev_hash is None else one.version.prev_hash.hex(),
                "effective_from": instant_text(one.version.effective_from),
                "offset": None if one.published is None else one.published.offset,
                "appended": None if one.published is None else instant_text(one.published.append_time),
                "signed_by": list(one.nodes),
                "state": _state(one.version, succession, now),
                "changes": [change._asdict() for change in one.changes],
            }
            for one in succession.valid
        ],
        "void": [
            {
                "offset": one.published.offset,
                "appended": instant_text(one.published.append_time),
                "hash": None if one.version is None else one.version.hash.hex(),
                "signed_by": list(one.nodes),
                "because": list(one.faults),
            }
            for one in succession.void
        ],
    }


def _state(version: Version, succession: Succession, now: int) -> str:
    in_force = succession.in_force(now)
    if version.n == in_force.n:
        return "in force"
    return "waits" if version.n > in_force.n else "followed"


def _valid(one: Valid, state: str) -> tuple[str, ...]:
    version, published = one.version, one.published
    return (
        str(version.n),
        state,
        instant(version.effective_from),
        f"{version.hash.hex()[:16]}…",
        "–" if published is None else instant(published.append_time),
        ", ".join(one.nodes) or "came with the bus",
        str(len(one.changes) or "–"),
    )


def _void(one: Void) -> tuple[str, ...]:
    return (
        str(one.published.offset),
        instant(one.published.append_time),
        "–" if one.version is None else f"{one.version.n} ({one.version.hash.hex()[:16]}…)",
        ", ".join(one.nodes) or "–",
        "; ".join(map(stranger, one.faults[:5])) + (f"; and {len(one.faults) - 5} more" if len(one.faults) > 5 else ""),  # noqa: PLR2004
    )
