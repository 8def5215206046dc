"""Which JSON is this, and is it in its one form? RFC 8785, for manifests of dossiers and proofs of handoffs."""

import json
from typing import Any, NamedTuple

from yisong.errors import NotProven, Unreadable
from yisong.rulebook.identity import canonical


class Form(NamedTuple):
    """
    What such a file looks like: *name* of it in words, its field ``format``, and all its *fields*.

    *format* is of this version; what stands before its last slash is common to all versions.
    """

    name: str
    format: str
    fields: frozenset[str]


def read_canonical(data: bytes, form: Form) -> dict[str, Any]:
    """
    Return the fields of the file *data*, which is in *form*.

    Raises Unreadable: no JSON that names its format, or another version. NotProven: written again by somebody, or with
    other fields.
    """
    try:
        row = json.loads(data)
        said = row["format"]
        same = canonical(row) == data
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as fault:
        raise Unreadable(f"No {form.name}, or cut short: no JSON that names its format.") from fault
    if said != form.format:
        family = form.format.rpartition("/")[0] + "/"
        other = isinstance(said, str) and said.startswith(family)
        raise Unreadable(
            f"{'It is of another version' if other else f'No {form.name}'}: only {form.format} is known here."
        )
    if not same:
        raise NotProven(f"The {form.name} is not in its canonical form (RFC 8785): somebody has written it again.")
    if set(row) != form.fields:
        raise NotProven(f"The {form.name} has other fields than it should have.")
    return dict(row)
