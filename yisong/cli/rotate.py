"""How does an organ get new keys while the old ones still count? ``yisong keys rotate``."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, cast

import typer

from yisong.cli import rulebook_screen
from yisong.cli.page import page
from yisong.cli.rulebook import check_fit, check_may_change, succession_of, to_instant
from yisong.errors import ContractFault
from yisong.home import Home, write_whole
from yisong.rulebook.model import Key
from yisong.rulebook.propose import proposal_text, proposed, rotated
from yisong.rulebook.succession import LEAD, NEEDED, Succession
from yisong.signing.key_file import Algorithm, KeyUse

From = Annotated[str, typer.Option("--from", help="From when the new keys count: 2027-01-01T00:00:00+08:00.")]
Until = Annotated[str, typer.Option(help="Until when the old ones count, too; after that only what they signed stays.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write the proposal.")]
Use = Annotated[KeyUse | None, typer.Option(help="Only keys of this use; by default of every use that it has.")]


def rotate(org: str, *, since: From, until: Until, output: Output, use: Use = None) -> None:
    """
    Make new keys of the organ ORG, and write a proposal that registers them and ends the old ones after an overlap.

    It takes effect as every version does: once three nodes have signed it, at the same event on all nodes. A key that
    may be in the wrong hands is not rotated but revoked: yisong rulebook propose --revoke.
    """
    home, start, end = Home.find(), to_instant(since), to_instant(until)
    succession = succession_of(home)
    check_may_change(succession)
    following = _followed(succession, org, use, start)
    if faults := list(_faults(org, following, start=start, end=end)):
        raise ContractFault(f"The keys of {org} can't be rotated so; none was made", faults)
    keystore = home.keystore()
    added = [
        keystore.new(org, one.use, valid_from=start, algorithm=cast("Algorithm", one.algorithm)) for one in following
    ]
    bus = rotated(succession.newest.bus, added=added, until=end)
    signed = proposed(succession.newest, files={}, bus=bus, effective_from=start)
    changes = check_fit(succession, signed)
    write_whole(output, proposal_text(signed))
    page().print(rulebook_screen.changes(signed.version, changes), soft_wrap=True)
    page().print(f"Written to {output}. It takes effect once {NEEDED} of 4 nodes have signed it: yisong rulebook sign")


def _followed(succession: Succession, org: str, use: KeyUse | None, at: int) -> tuple[Key, ...]:
    """Return the keys that would count at *at*, the newest of each use and algorithm."""
    newest: dict[tuple[str, str], Key] = {}
    for key in sorted(succession.newest.bus.keys, key=lambda key: int(key.key_id.rpartition("#")[2])):
        if key.org == org and key.usable(at) and use in (None, key.use):
            newest[key.use, key.algorithm] = key
    return tuple(newest.values())


def _faults(org: str, following: tuple[Key, ...], *, start: int, end: int) -> Iterator[str]:
    if not following:
        yield f"{org}: has no key of that use that counts then; make one with `yisong keys new`, and propose it"
    if start < time.time_ns() // 1_000_000 + LEAD:
        yield "--from: it is less than ten minutes till then, and a node might not have read the version in time"
    if end < start:
        yield "--until: it lies before --from, and in between nobody could sign"
