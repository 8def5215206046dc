"""Which dockets of a demo bus live by the wall clock, although the others have a time of their own?"""

from collections.abc import Collection

from yisong.home import Running
from yisong.postgres import connect
from yisong.postgres.connection import reachable

_MARK = "INSERT INTO local_live (case_id) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"


def mark_live(running: Running, case_ids: Collection[str]) -> None:
    """
    Let these dockets live by the wall clock from now on, at every node of the embedded bus that is *running*.

    A demonstration that plays as one watches: deadlines then run out without a further record. It cannot be taken back,
    because a notice moves such a docket's time to the present. Raises BusUnreachable.
    """
    for dsn in running.dsn.values():
        with connect(dsn, name="yisong-live") as connection, reachable():
            connection.execute(_MARK, (list(case_ids),))
