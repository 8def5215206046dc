"""Why is a duty owed, in the language of a page? The desks say ``中文: English``, or name a timer and an event."""

from typing import Final, NamedTuple

from services.gateway.console.names import Names
from yisong.desk.outcome import Duty

_OVERDUE: Final = " 逾期"


class Because(NamedTuple):
    """*title*: what is the matter, in a few words; *text*: the sentence to it, empty where there is none."""

    title: str
    text: str


def because(duty: Duty, names: Names) -> Because:
    """Return why *duty* is owed; what a catalogue does not know stays as the desk has said it."""
    title, _, text = duty.why.partition(": ")
    timer, event = _timer(duty, title.removesuffix(_OVERDUE), names), text.rpartition(" ")[2]
    if timer is not None and event in names.law.events:
        return Because(names.timer(timer), names.t("today.since", event=names.event_type(event)))
    if timer is not None and title.endswith(_OVERDUE):
        return Because(names.timer(timer), names.t("today.overdue"))
    said = names.t.get(f"because.{title}", "")
    if said:
        return Because(title, said) if names.t.language == "zh" else Because(said, text)
    return Because(title if timer is None else names.timer(timer), text)


def _timer(duty: Duty, zh: str, names: Names) -> str | None:
    own = (duty.clock_id or "").partition("/")[0]
    timers = names.law.timers
    if own in timers and timers[own].zh == zh:
        return own
    return next((one.id for one in timers.values() if one.zh == zh), None)
