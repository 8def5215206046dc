"""How do campaigns and the calendar of reports look to programs? The same for the command line and over HTTP."""

from uuid import UUID

from yisong.campaigns.overview import CaseOf, EventOf
from yisong.campaigns.phases import Campaign, Phase
from yisong.campaigns.standing import Calendar, Filed, Standing
from yisong.publishing.instants import to_text

Document = dict[str, object]
_OUTCOME = {"late": "late", "missing": "late", "not_yet_due": "running"}


def campaign_document(one: Campaign) -> Document:
    """Return a campaign with its phases and all that they look at; days as they are, instants in RFC 3339."""
    first, last = one.window
    return {
        "campaign": one.id,
        "name": one.lead.name,
        "series_no": one.lead.series_no,
        "starts_on": first,
        "ends_on": last,
        "phases": [phase_document(phase) for phase in one.phases],
        "focus": [focus._asdict() for focus in one.focus],
    }


def phase_document(phase: Phase) -> Document:
    """Return one phase, as it stands."""
    first, last = phase.window
    return {
        "phase": phase.kind,
        "name": phase.name,
        "starts_on": phase.starts_on,
        "ends_on": phase.ends_on,
        "date_precision": phase.precision,
        "window": {"first": first, "last": last},
        "crosses_years": phase.crosses_years,
        "organ": phase.organ,
        "doc_no": phase.doc_no,
        "logged_at": to_text(phase.log_time),
        "position": f"{phase.position[0]}:{phase.position[1]}",
        "announced_before": phase.changes,
    }


def case_document(case: CaseOf) -> Document:
    """Return a case in which something was done for a campaign."""
    return case._asdict() | {"first": to_text(case.first), "last": to_text(case.last)}


def event_document(one: EventOf) -> Document:
    """Return an event that belongs to a campaign."""
    return one._asdict() | {
        "log_time": to_text(one.log_time),
        "position": f"{one.position[0]}:{one.position[1]}",
        "event_id": str(UUID(bytes=one.event_id)),
    }


def plan_document(one: Standing) -> Document:
    """Return what has become of a plan that is asked for."""
    return {
        "organ": one.report.organ,
        "timer": one.report.timer.id,
        "state": one.state,
        "filed": None if one.by is None else filed_document(one.by),
    }


def calendar_document(found: Calendar) -> Document:
    """Return a calendar of reports; instants as RFC 3339 with +08:00."""
    return {
        "reports": [standing_document(one) for one in found.standings],
        "unasked": [filed_document(one) for one in found.unasked],
    }


def standing_document(one: Standing) -> Document:
    """Return what has become of a report that is asked for."""
    report, timer = one.report, one.report.timer
    in_time = "rolled_on_time" if one.rolled else "on_time"
    return {
        "organ": report.organ,
        "to": report.to,
        "timer": timer.id,
        "zh": timer.zh,
        "owed": list(report.owed),
        "campaign": report.campaign,
        "period": report.period,
        "docket": report.docket,
        "article": timer.source,
        "basis": timer.basis,
        "opens_at": to_text(report.opens_at),
        "due_strict": to_text(report.ends.strict),
        "due_rolled": to_text(report.ends.rolled),
        "provisional": report.ends.provisional,
        "as_of": None if one.as_of is None else to_text(one.as_of),
        "state": one.state,
        "outcome": in_time if one.state == "filed" else _OUTCOME.get(one.state),
        "late_strictly": one.is_late_strictly,
        "filed": None if one.by is None else filed_document(one.by),
        "later": [filed_document(each) for each in one.later],
    }


def filed_document(one: Filed) -> Document:
    """Return a report that was filed; null is what can't be read here."""
    return {
        "organ": one.organ,
        "variant": one.variant,
        "period": one.period,
        "version": one.version,
        "doc_no": one.doc_no,
        "campaign": one.campaign,
        "event_id": str(UUID(bytes=one.event_id)),
        "position": f"{one.partition}:{one.offset}",
        "docket": one.docket,
        "logged_at": to_text(one.log_time),
        "focus_areas": None if one.focus is None else len(one.focus),
        "focus_warning": one.few_or_many,
    }
