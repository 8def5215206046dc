"""How do events of many callers get into the outbox? What arrives while one transaction runs goes into the next one."""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from anyio import to_thread

from services.gateway.api.events_in import Ready
from services.gateway.api.outcomes import Outcome, submit
from services.gateway.world import World
from yisong.errors import BusUnreachable
from yisong.telemetry import tracing
from yisong.telemetry.about import About

_MOST = 200
# A transaction costs as much for one event as for ten. After each the intake rests as long as it took, up to so many
# seconds, so that what arrives meanwhile comes together; whoever comes alone does not wait.
_LONGEST_REST = 0.02


class _Call(NamedTuple):
    """The events of one caller, all or none of which are accepted, and who waits for that."""

    events: Sequence[Ready]
    accepted: asyncio.Future[Sequence[Outcome]]


class Intake:
    """Accepts events, each caller's all or none. For one event loop."""

    def __init__(self, world: World) -> None:
        """Write into the outbox of *world*."""
        self._world = world
        self._calls: list[_Call] = []
        self._task: asyncio.Task[None] | None = None

    async def submit(self, events: Sequence[Ready]) -> Sequence[Outcome]:
        """Do as `outcomes.submit`; what it raises for one caller is raised for nobody else."""
        tracing.tell(_about(events))
        loop = asyncio.get_running_loop()
        call = _Call(events, loop.create_future())
        self._calls.append(call)
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._work())
        return await call.accepted

    async def _work(self) -> None:
        while self._calls:
            began = monotonic()
            taken, self._calls = self._calls[:_MOST], self._calls[_MOST:]
            answers = await to_thread.run_sync(self._submitted, [call.events for call in taken])
            for call, answer in zip(taken, answers, strict=True):
                if call.accepted.done():
                    continue  # he has gone away meanwhile
                if isinstance(answer, Exception):
                    call.accepted.set_exception(answer)
                else:
                    call.accepted.set_result(answer)
            await asyncio.sleep(min(monotonic() - began, _LONGEST_REST))

    def _submitted(self, calls: Sequence[Sequence[Ready]]) -> Sequence[Sequence[Outcome] | Exception]:
        if len(calls) > 1:
            try:
                found = iter(submit(self._world, [one for call in calls for one in call]))
                return [[next(found) for _ in call] for call in calls]
            except BusUnreachable as fault:  # for all of them, and nobody waits for it once more
                return [fault] * len(calls)
            except Exception:  # noqa: BLE001, S110 (whatever is wrong is wrong with one of them: one after the other)
                pass
        return [self._alone(call) for call in calls]

    def _alone(self, call: Sequence[Ready]) -> Sequence[Outcome] | Exception:
        try:
            return submit(self._world, call)
        except Exception as fault:  # noqa: BLE001 (it is raised where it belongs: at the caller's)
            return fault


def _about(events: Sequence[Ready]) -> About:
    """Return what a request that publishes is about: its event, or how many."""
    if len(events) != 1:
        return About(records=len(events))
    said = events[0].draft.said
    case_id, event_type = str(said.fields["case_id"]), str(said.fields["event_type"])
    return About(event_id=said.event_id, case_id=case_id, event_type=event_type)
