"""What does one see of four trails side by side?"""

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from yisong.audit.compare import Comparison, Digest
from yisong.cli.page import stranger


def table(found: Comparison) -> Table:
    """Return one row a partition: how far it was compared, and the digest of each trail; the dockets last."""
    agencies = list(found.partitions)
    screen = Table(title="The four trails, up to where all of them have come", title_justify="left")
    screen.add_column("partition", justify="right")
    screen.add_column("entries", justify="right")
    for agency in agencies:
        screen.add_column(agency)
    for partition, upto in found.upto.items():
        if upto:
            digests = [found.partitions[agency].get(partition) for agency in agencies]
            screen.add_row(str(partition), str(upto), *_side_by_side([str(one or "nothing") for one in digests]))
    docket_digests = [found.dockets[agency] for agency in agencies]
    rows = max(one.rows for one in docket_digests)
    screen.add_row("dockets", str(rows), *_side_by_side([str(one) for one in docket_digests]))
    return screen


def _side_by_side(said: list[str]) -> list[str]:
    """Colour what the fewest say."""
    most = max(said, key=said.count)
    return [f"[green]{one}[/]" if one == most else f"[red]{one}[/]" for one in said]


def verdict(found: Comparison) -> str:
    """Return the one sentence that matters."""
    return f"{found.agreeing} of {len(found.partitions)} trails agree"


def unlike(found: Comparison) -> Iterator[str]:
    """Say where the trails begin to differ, and how."""
    for one in found.differences:
        yield f"first difference: {one.where}"
        if one.missing:
            yield f"  not there: {', '.join(one.missing)}"
        for column, said in one.fields.items():
            yield f"  {column}: " + " · ".join(
                f"{agency} {escape(stranger(str(value)))}" for agency, value in said.items()
            )


def as_json(found: Comparison) -> dict[str, object]:
    """Return the comparison for programs."""
    return {
        "agree": found.agree,
        "agreeing": found.agreeing,
        "upto": {str(partition): upto for partition, upto in found.upto.items()},
        "partitions": {
            agency: {
                str(partition): {"entries": one.rows, "digest": one.digest.hex()} for partition, one in rows.items()
            }
            for agency, rows in found.partitions.items()
        },
        "roots": {
            agency: {str(partition): None if root is None else root.hex() for partition, root in roots.items()}
            for agency, roots in found.roots.items()
        },
        "dockets": {agency: _digest_json(one) for agency, one in found.dockets.items()},
        "dockets_ahead": found.ahead,
        "differences": [
            {"where": one.where, "missing": one.missing, "fields": one.fields} for one in found.differences
        ],
    }


def _digest_json(one: Digest) -> dict[str, object]:
    return {"rows": one.rows, "digest": one.digest.hex()}
