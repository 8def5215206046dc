"""How does a person come to a dossier? The notice goes on the log, and once it is proven the file can be taken."""

from uuid import UUID

from anyio import to_thread
from starlette.responses import RedirectResponse, Response

from services.gateway.api.callers import verdicts_of
from services.gateway.api.dossiers import announced
from services.gateway.api.outcomes import known
from services.gateway.console.case import PURPOSES, need_case_id, purpose_text
from services.gateway.console.proofs import cosigned
from services.gateway.console.shell import Shell, render
from services.gateway.problems import Problem
from yisong.proof.policy import QUORUM

_PATIENCE = 8.0


async def ask(shell: Shell, case_id: str, purpose: str) -> Response:
    """Put on the log that a dossier of a case is made for the viewer's organ, and go where it can be taken."""
    need_case_id(case_id)
    if purpose not in PURPOSES:
        raise Problem(400, "no-such-purpose", "There is no such purpose.")
    event_id = await announced(shell.world, case_id, shell.reader, purpose_text(purpose))
    await verdicts_of(shell.request).wait([event_id], seconds=_PATIENCE)
    return RedirectResponse(f"/cases/{case_id}/dossiers/{UUID(bytes=event_id)}", 303)


async def dossier_page(shell: Shell, case_id: str, event_id: UUID) -> Response:
    """Say whether the dossier that the notice *event_id* closes can be taken yet. Raises Problem 404."""
    return await to_thread.run_sync(_page, shell, case_id, event_id)


def _page(shell: Shell, case_id: str, event_id: UUID) -> Response:
    need_case_id(case_id)
    found = known(shell.world, [event_id.bytes])
    if not found or found[0].case_id != case_id:
        raise Problem(404, "not-known", "No dossier of this case was asked for under this id.")
    count = 0
    if found[0].position is not None:
        with shell.world.connection() as connection:
            at = found[0].position
            count = cosigned(connection, at.partition, [at.offset]).get(at.offset, 0)
    return render(
        shell,
        "dossier.html",
        current="cases",
        case_id=case_id,
        event_id=event_id,
        cosigned=count,
        ready=count >= QUORUM,
    )
