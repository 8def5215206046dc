"""Are keys, folders and room on the disk as they must be? What can be seen without asking anybody."""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import inf
from pathlib import Path
from typing import Final

from yisong.doctor.finding import Finding, fault, good, warning
from yisong.errors import YisongError
from yisong.home import Home
from yisong.ledger import Law
from yisong.publishing.instants import to_text
from yisong.rulebook.model import Key

_DAY: Final = 86_400_000
SOON_DAYS: Final = 30
"""Keys that end, and calendars that run out, within so many days are told."""
LEAST_FREE: Final = 0.10
"""Of a disk so much should be free; below a third of that it is a fault."""


def disk(where: str, *, total: int, free: int) -> Finding:
    """Judge how much of a disk (bytes) is free."""
    share = free / total if total else 0.0
    found = f"{share:.0%} of the disk are free ({free >> 20} MiB)"
    if share >= LEAST_FREE:
        return good("disk", where, found)
    say = warning if share >= LEAST_FREE / 3 else fault
    return say(
        "disk",
        where,
        found,
        "Log, trails and evidence are kept for ever: once the disk is full Kafka, PostgreSQL and the nodes stop.",
        "Give the disk more room, or move the data folder to a larger one while the bus is down. Delete nothing in it.",
    )


def disks(home: Home) -> Iterator[Finding]:
    """Look at the disks on which the home and its data lie."""
    seen: set[int] = set()
    for folder in (home.path, home.data):
        if folder.exists() and (device := folder.stat().st_dev) not in seen:
            seen.add(device)
            used = shutil.disk_usage(folder)
            yield disk(str(folder), total=used.total, free=used.free)


def secrets(home: Home) -> Iterator[Finding]:
    """Look whether anybody but the owner may read what is secret."""
    files = [home.passwords, *sorted(home.keys.glob("*.key")), *sorted((home.path / "users").glob("*.password"))]
    files += [home.run / "state.json"]
    open_ = [file for file in files if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077]
    for file in open_:
        yield fault(
            "secrets",
            str(file.relative_to(home.path)),
            f"others may read it (mode {stat.S_IMODE(file.stat().st_mode):o})",
            "Whoever has read a private key may sign in the name of its organ; a password opens the databases.",
            f"chmod 600 {file}. If others work on this machine: make new keys (`yisong keys new`), and have the old "
            "ones revoked (`yisong rulebook propose`).",
        )
    if not open_:
        yield good("secrets", str(home.path), f"{len(files)} files, readable by their owner alone")


def keys(home: Home, law: Law, *, now: int) -> Iterator[Finding]:
    """Look whether each organ has a key that may be used *now* (ms), whose private half is here, and until when."""
    try:
        rows = home.keystore().keys()
    except (YisongError, OSError) as trouble:
        cure = "Give the passphrase in YISONG_PASSPHRASE, or restore keys/ from the backup of the keys."
        yield fault("keys", str(home.keys), str(trouble), "Nothing can be signed.", cure)
        return
    here = {key.key_id for key in rows}
    registered = tuple(law.rulebook.keys.values())
    found = [one for pair in _pairs(registered) for one in _of_organ(*pair, registered, here, now=now)]
    yield from found
    if not found:
        yield good("keys", str(home.keys), f"{len(here)} keys; none ends within {SOON_DAYS} days")


def _pairs(registered: Sequence[Key]) -> Sequence[tuple[str, str]]:
    return sorted({(key.org, key.use) for key in registered})


def _of_organ(organ: str, use: str, registered: Sequence[Key], here: set[str], *, now: int) -> Iterator[Finding]:
    mine = [key for key in registered if (key.org, key.use) == (organ, use)]
    usable = [key for key in mine if key.usable(now)]
    if not usable:
        yield fault(
            "keys",
            organ,
            f"it has no key to {use} that may be used",
            f"Since it ended, {_WITHOUT[use]}",
            f"`yisong keys new {organ} --use {use}`, then put its row into a version of the rulebook "
            "(`yisong rulebook propose`, three nodes sign it).",
        )
    elif not any(key.key_id in here for key in usable):
        yield fault(
            "keys",
            organ,
            f"the private half of {usable[-1].key_id} is not here",
            f"On this machine {_WITHOUT[use]}",
            f"Restore keys/{usable[-1].key_id.replace('#', '.')}.key from the backup of the keys; if it is lost, "
            f"`yisong keys new {organ} --use {use}` and have the old one revoked (`yisong rulebook propose`).",
        )
    elif (end := _end(usable)) - now < SOON_DAYS * _DAY:
        yield warning(
            "keys",
            organ,
            f"its last key to {use} ends on {to_text(int(end))[:10]}",
            f"From then on {_WITHOUT[use]}",
            f"`yisong keys new {organ} --use {use}`, then `yisong rulebook propose`: both keys count for a while.",
        )


_WITHOUT: Final = {
    "sign": "what it publishes is refused by every node.",
    "cosign": "this node's checkpoints count for nobody.",
    "seal": "nobody can give it the keys of sealed bodies.",
}


def _end(usable: Sequence[Key]) -> float:
    """Return when the last of the keys ends (ms); inf: never."""
    ends = (min((one for one in (key.valid_to, key.revoked_from) if one is not None), default=inf) for key in usable)
    return max(ends)


def calendar(law: Law, *, now: int) -> Finding:
    """Look whether the holidays of the year are known, and from December on those of the next."""
    today = date.fromisoformat(to_text(now)[:10])
    last = max((row.year for row in law.rulebook.calendar if row.year is not None and row.known_from <= now), default=0)
    found = f"holidays are known up to {last}"
    days = (date(last + 1, 1, 1) - today).days
    if days > SOON_DAYS:
        return good("calendar", "rulebook", found)
    say = warning if days > 0 else fault
    return say(
        "calendar",
        "rulebook",
        found,
        "Clocks that end in a year without a calendar are counted with weekends only: their dates are provisional.",
        "Put the State Council's notice into rulebook/calendar.yaml, and publish it: `yisong rulebook propose`.",
    )


def evidence(folders: Iterable[tuple[str, Path]]) -> Iterator[Finding]:
    """Look whether evidence can be kept, by agency."""
    for agency, folder in folders:
        ancestor = next(one for one in (folder, *folder.parents) if one.exists())
        if ancestor.is_dir() and os.access(ancestor, os.W_OK | os.X_OK):
            yield good("evidence", agency, f"{folder} can be written")
            continue
        yield fault(
            "evidence",
            agency,
            f"{folder} cannot be written",
            "No evidence can be handed in at the gateway, and what was handed in may not be given out.",
            f"Make it a folder that the gateway's user may write (chmod 700 {ancestor}), on a disk with room.",
        )
