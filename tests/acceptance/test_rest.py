"""When does a bus stand still? When all is judged, relayed and settled, and what ran out is said."""

from collections.abc import Collection

import psycopg
import pytest

from yisong.audit.history_file import History
from yisong.audit.replay import Stage, replay
from yisong.audit.rest import wait_until_at_rest
from yisong.desk.inbox import decode_record, topic
from yisong.embedded import Bus
from yisong.errors import TimedOut
from yisong.home import AGENCIES, Agency
from yisong.kafka.inbox import look_into

Places = set[tuple[int, int]]


def inbox(bus: Bus, agency: Agency, case_ids: Collection[str]) -> Places:
    """Return what lies in an inbox of these cases, by its position on the log."""
    keys = {case_id.encode() for case_id in case_ids}
    found = (one for one in look_into(bus.running.bootstrap, topic(agency), follow=False) if one.key in keys)
    records = [decode_record(one.value) for one in found if one.value is not None]
    return {(one.partition, one.offset) for one in records}


def settled(bus: Bus, agency: Agency) -> Places:
    """Return what a desk has settled."""
    with psycopg.connect(bus.running.dsn[agency]) as connection:
        return {(row[0], row[1]) for row in connection.execute('SELECT "partition", "offset" FROM local_settled')}


def breaches(bus: Bus, case_id: str) -> list[str]:
    """Return the verdicts on the breaches of a case."""
    query = "SELECT verdict FROM entries WHERE docket = %s AND event_type = 'DeadlineBreached'"
    with psycopg.connect(bus.running.dsn["miit"]) as connection:
        return [row[0] for row in connection.execute(query, (case_id,))]


def at_rest(stage: Stage, *, timeout: float = 120) -> None:
    wait_until_at_rest(stage.home, stage.running, partitions=stage.law.bus.partitions, timeout=timeout)


@pytest.mark.timeout(600)
class TestABusAtRest:
    def test_has_every_delivery_settled_and_every_breach_on_the_log(
        self, bus: Bus, stage: Stage, histories: dict[str, History]
    ) -> None:
        """H5 has a rectification that ran out; nobody publishes the breach but the clocks, seconds after they look."""
        bus.stop_clocks()
        try:
            played = replay(stage, [histories["H5"], histories["H4"]], fresh=True).played
            (overdue,), (whole,) = (one.case_ids() for one in played)
            assert breaches(bus, overdue) == []
        finally:
            bus.start_clocks()
        at_rest(stage)

        assert breaches(bus, overdue) == ["admitted"]
        for agency in AGENCIES:
            assert inbox(bus, agency, [overdue, whole]) <= settled(bus, agency)
        assert inbox(bus, "miit", [whole])

    def test_is_none_while_a_desk_is_away(self, bus: Bus, stage: Stage, histories: dict[str, History]) -> None:
        """网信 has found a clue and its desk does not know; when it is back the bus comes to rest."""
        at_rest(stage)
        bus.stop_desk("cac")
        try:
            replay(stage, [histories["H4"]], fresh=True)
            with pytest.raises(TimedOut, match="has not come to rest within 8 s"):
                at_rest(stage, timeout=8)
        finally:
            bus.start_desk("cac")

        at_rest(stage)
