"""Is the rulebook sound as a whole, and what does it say? The one way from ``rulebook/*.yaml`` to a Rulebook."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from yisong.errors import ContractFault
from yisong.rulebook.calendar import calendar
from yisong.rulebook.catalogue import catalogue
from yisong.rulebook.checks import rulebook_faults
from yisong.rulebook.days import day_start
from yisong.rulebook.directory import directory
from yisong.rulebook.files import read_files
from yisong.rulebook.identity import rulebook_hash
from yisong.rulebook.lifecycles import lifecycles
from yisong.rulebook.model import BusProfile, Rulebook
from yisong.rulebook.reasons import reasons
from yisong.rulebook.thresholds import thresholds
from yisong.rulebook.timers import timers

GENESIS_DAY = date(2000, 1, 1)


def load(contract: Path, *, bus: BusProfile, schema_event_types: Mapping[bytes, str]) -> Rulebook:
    """
    Return the genesis version of the rulebook that lies in the folder *contract*.

    *schema_event_types* maps the fingerprint of each registered body schema to its event type. Raises ContractFault,
    which names every fault at once.
    """
    files = read_files(contract / "rulebook")
    fields = header_fields(contract / "schemas")
    faults = rulebook_faults(files, bus=bus, header_fields=fields, schema_event_types=schema_event_types)
    if faults:
        raise ContractFault("The rulebook contradicts itself; correct the places named", faults)
    return Rulebook(
        n=1,
        hash=rulebook_hash(contract, bus),
        effective_from=day_start(GENESIS_DAY),
        directory=directory(files.directory),
        keys={key.key_id: key for key in bus.keys},
        catalogue=catalogue(files.events),
        lifecycles=lifecycles(files.lifecycles),
        timers=timers(files.timers),
        calendar=calendar(files.calendar),
        reasons=reasons(files.reasons),
        thresholds=thresholds(files.thresholds),
        schema_event_types=schema_event_types,
        bus=bus,
    )


def header_fields(schemas: Path) -> frozenset[str]:
    """Return the names of the header's fields, as the newest header schema in the folder *schemas* has them."""
    newest = max(schemas.glob("header.v*.avsc"), key=lambda path: int(path.name.split(".")[1][1:]), default=None)
    if newest is None:
        raise ContractFault("The schemas are incomplete", ["schemas/header.v1.avsc is missing"])
    raw = json.loads(newest.read_text(encoding="utf-8"))
    return frozenset(field["name"] for field in raw["fields"])
