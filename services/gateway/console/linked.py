"""Which cases hang together, in which clusters, and how do joint supervisions stand? Each case counted once."""

from typing import Final, NamedTuple

from starlette.responses import Response

from services.gateway.api.gathered import gathered_of
from services.gateway.api.linked import behind, group_id, unknown
from services.gateway.console.clocks import LOOKS
from services.gateway.console.shell import Shell, render
from yisong.audit.clusters import Group
from yisong.audit.linked import Linked, bodies_in
from yisong.audit.supervised import Supervision
from yisong.ledger import Clock

PURPOSE: Final = "并案关联与联合督办"
PAGE: Final = 10


class Paged(NamedTuple):
    """Behind which group, and which supervision, a page begins; empty = with the first."""

    group: str
    supervision: str


class Dated(NamedTuple):
    """A clock of a supervision, and how what became of it looks."""

    clock: Clock
    look: str


class SupervisionView(NamedTuple):
    """A supervision as shown, with its dates."""

    one: Supervision
    due: Dated | None
    report_due: Dated | None


def clusters_page(shell: Shell, paged: Paged) -> Response:
    """Return supervisions, those that go on first, and groups of linked cases, the largest first."""
    gathered = gathered_of(shell.request)
    found, left = gathered.linked(shell.reader)
    groups = behind(found.groups, paged.group, group_id)
    supervisions = behind(found.supervisions, paged.supervision, lambda one: one.ref.id)
    shown = Linked(tuple(groups[:PAGE]), tuple(supervisions[:PAGE]))
    more_groups = group_id(groups[PAGE - 1]) if len(groups) > PAGE else ""
    more_supervisions = supervisions[PAGE - 1].ref.id if len(supervisions) > PAGE else ""
    gathered.note(shell.reader, PURPOSE, list(bodies_in(shown)))
    return _page(shell, shown, found, left, which="", more=(more_supervisions, more_groups))


def one_page(shell: Shell, which: str) -> Response:
    """Return what has to do with a case, a cluster or a supervision. Raises Problem 404 where nothing has."""
    gathered = gathered_of(shell.request)
    found, left = gathered.linked(shell.reader)
    shown = found.of(which)
    if not any(shown):
        raise unknown()
    gathered.note(shell.reader, PURPOSE, list(bodies_in(shown)))
    return _page(shell, shown, shown, left, which=which, more=("", ""))


def _page(  # noqa: PLR0913 (what is shown, of how much, and how it goes on)
    shell: Shell, shown: Linked, whole: Linked, left: int, *, which: str, more: tuple[str, str]
) -> Response:
    return render(
        shell,
        "clusters.html",
        current="campaigns",
        tab="clusters",
        which=which,
        groups=shown.groups,
        supervisions=[_view(one) for one in shown.supervisions],
        counted={
            "groups": len(whole.groups),
            "open": sum(one.lifted is None for one in whole.supervisions),
            "lifted": sum(one.lifted is not None for one in whole.supervisions),
        },
        more_supervisions=more[0],
        more_groups=more[1],
        title_of=_title,
        behind=left,
    )


def _title(group: Group) -> str:
    """Return the id of the element in which a group stands."""
    return f"g-{group_id(group)}"


def _view(one: Supervision) -> SupervisionView:
    return SupervisionView(one, _dated(one.due), _dated(one.report_due))


def _dated(clock: Clock | None) -> Dated | None:
    return None if clock is None else Dated(clock, LOOKS[clock.outcome])
