"""
What is a row in each file of the rulebook, and which of its fields end it?

A version may append to what is a `Table` here, set a field of `Row.ends` where none is set, and nothing else.
Whatever is not named stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from yisong.rulebook.identity import BUS


@dataclass(frozen=True, slots=True)
class Fixed:
    """Stays as it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    A mapping whose fields stay.

    *ends*: dates that may be set where none is: they end the row. *beside*: fields that may be set where it is ended.
    *forward*: a date that may be moved to an earlier one. *parts*: fields that are tables themselves.
    """

    ends: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    forward: frozenset[str] = frozenset()
    parts: Mapping[str, "Rule"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A list, or a mapping by name, whose rows stay in their places; others may follow."""

    row: "Row | Table | Fixed" = field(default_factory=Fixed)


Rule = Fixed | Row | Table

_ROWS: Final = Table()


def _ended_by(*fields: str) -> Table:
    return Table(Row(ends=frozenset(fields)))


_ORGANS: Final = Table(
    Row(ends=frozenset({"valid_to"}), beside=frozenset({"successor"}), parts={"aliases": _ROWS, "intake": _ROWS})
)


GROWTH: Final[Mapping[str, Rule]] = {
    "rulebook/calendar.yaml": Row(parts={"years": _ROWS, "amendments": _ROWS}),
    "rulebook/directory.yaml": Row(
        parts={
            "levels": _ROWS,
            "regions": _ROWS,
            "system_orgs": _ended_by("valid_to"),
            "delegations": _ended_by("valid_to"),
            "orgs": _ORGANS,
            "parties": _ROWS,
        }
    ),
    "rulebook/events.yaml": Row(
        parts={
            "aggregate_kinds": _ROWS,
            "audience_tokens": _ROWS,
            "events": Table(Row(parts={"body": _ROWS})),
            "records": Table(_ROWS),
            "enums": Table(_ROWS),
            "variant_labels": _ROWS,
        }
    ),
    "rulebook/lifecycles.yaml": Row(
        parts={
            "state_sets": _ROWS,
            "machines": Table(Row(parts={"states": _ROWS, "transitions": _ROWS})),
            "cross_effects": _ROWS,
            "guards": _ROWS,
        }
    ),
    "rulebook/reasons.yaml": Row(
        parts={
            "header_field_reasons": _ROWS,
            "reasons": _ROWS,
            "sealing_required": Row(forward=frozenset({"from"})),
        }
    ),
    "rulebook/thresholds.yaml": Row(
        parts={"combination": _ROWS, "counting_traps": _ROWS, "rules": _ended_by("to")},
    ),
    "rulebook/timers.yaml": Row(parts={"timers": _ended_by("effective_to")}),
    BUS: Row(parts={"keys": _ended_by("valid_to", "revoked_from")}),
}
"""By file: what may be appended to, and which fields end a row."""
