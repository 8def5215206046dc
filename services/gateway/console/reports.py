"""Which reports were filed, late or not at all, and which are not due yet? Organs by periods."""

from typing import Final, NamedTuple, cast
from uuid import UUID

from starlette.responses import Response

from services.gateway.api.campaigns import asked
from services.gateway.api.gathered import gathered_of
from services.gateway.console.report_grid import Grid, counts, grid
from services.gateway.console.shell import Shell, render
from services.gateway.problems import Problem
from yisong.campaigns.standing import PERIOD, STATES, Calendar, State, bodies_in, bodies_shown
from yisong.errors import BusNotFound

PURPOSE: Final = "报表日历"
PAGE: Final = 40
_UNASKED: Final = 50


class Sought(NamedTuple):
    """What is asked of the calendar; empty = whatever there is. *after*: behind which organ the page begins."""

    campaign: str
    period: str
    organ: str
    state: str
    after: str

    @property
    def is_clear(self) -> bool:
        """Hold where period and state are of the form that they have."""
        return (not self.period or PERIOD.fullmatch(self.period) is not None) and self.state in ("", *STATES)


def reports_page(shell: Shell, sought: Sought) -> Response:
    """Return the calendar of reports. Raises Problem 400 for what is no period or state, 404 for what nobody knows."""
    if not sought.is_clear:
        raise Problem(400, "not-understood", "A period or state in the address cannot be understood.")
    gathered = gathered_of(shell.request)
    try:
        wanted = asked(sought.campaign or None, sought.period or None, sought.organ or None)
        whole = gathered.calendar(shell.reader, wanted).only(period=sought.period or None)
    except BusNotFound as fault:
        raise Problem(404, "not-known", "Nobody has announced such a campaign, or there is no such organ.") from fault
    shown = whole.only(states=(cast("State", sought.state),)) if sought.state else whole
    laid = grid(shown.standings, shell.world.law, after=sought.after, most=PAGE)
    gathered.note(shell.reader, PURPOSE, list(_shown(laid, shown, sought)))
    return render(
        shell,
        "reports.html",
        current="campaigns",
        tab="reports",
        sought=sought,
        grid=laid,
        counts=counts(whole.standings),
        states=STATES,
        unasked=[] if sought.after else shown.unasked[-_UNASKED:],
        unasked_count=len(shown.unasked),
        campaigns=gathered.names(),
        organs=sorted({one.report.organ for one in whole.standings} | ({sought.organ} if sought.organ else set())),
    )


def _shown(laid: Grid, shown: Calendar, sought: Sought) -> list[UUID]:
    on_page = [cell.standing for row in laid.rows for cell in row.cells if cell is not None]
    unasked = () if sought.after else shown.unasked[-_UNASKED:]
    return [*bodies_shown(on_page), *bodies_in(unasked)]
