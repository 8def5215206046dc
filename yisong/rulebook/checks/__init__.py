"""Do the files of a rulebook fit together? Every name used exists, every name that exists is used."""

from collections.abc import Mapping

from yisong.rulebook.calendar import calendar_faults
from yisong.rulebook.checks.bus import bus_faults
from yisong.rulebook.checks.directory import directory_faults
from yisong.rulebook.checks.events import event_faults
from yisong.rulebook.checks.lifecycles import lifecycle_faults
from yisong.rulebook.checks.names import unknown
from yisong.rulebook.checks.reasons import reason_faults
from yisong.rulebook.checks.timers import timer_faults
from yisong.rulebook.files import Files
from yisong.rulebook.model import BusProfile
from yisong.rulebook.thresholds import threshold_faults


def rulebook_faults(
    files: Files, *, bus: BusProfile, header_fields: frozenset[str], schema_event_types: Mapping[bytes, str]
) -> list[str]:
    """Return every fault of the whole; *schema_event_types* and *header_fields* are what the schemas say."""
    events = {row.name for row in files.events.events}
    enums = files.events.enums
    return [
        *event_faults(files, header_fields=header_fields),
        *lifecycle_faults(files),
        *timer_faults(files),
        *calendar_faults(files.calendar),
        *directory_faults(files),
        *reason_faults(files, header_fields=header_fields),
        *threshold_faults(files.thresholds, metrics=set(enums.get("metric", ())), charges=set(enums.get("charge", ()))),
        *bus_faults(bus, files),
        *unknown("schemas/events", "event type", schema_event_types.values(), events),
        *unknown("events.yaml", "body schema of", sorted(events), set(schema_event_types.values())),
    ]
