"""Which number does a new case get? Each line counts per region and year, in its own database and its own range."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from yisong.envelope.case_id import case_id
from yisong.errors import NotAcceptable
from yisong.home import Agency
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable

_SQL: Final = queries(Path(__file__).with_name("case_numbers.sql"))
RANGES: Final[Mapping[Agency, range]] = {
    # 000000 is the register docket of a region and year.
    "copyright": range(1, 400_000),
    "cac": range(400_000, 600_000),
    "miit": range(600_000, 700_000),
    "police": range(700_000, 900_000),
}
"""The first digit of a number tells the line that opened the docket (contract, "Case numbers")."""


def next_case_id(connection: Rows, agency: Agency, *, region: str, year: int) -> str:
    """
    Return the id of a new case of *region* (six digits) and *year*, which nobody is given again.

    *connection*: to the database of the node of *agency*, in autocommit mode. A number under which this node knows a
    docket already is passed over. Raises NotAcceptable where the range of a region and year is used up, BusUnreachable.
    """
    numbers = RANGES[agency]
    while True:
        asked = {"region": region, "year": year, "first": numbers.start}
        with reachable():
            row = connection.execute(_SQL["take"], asked).fetchone()
        number = cast("int", row[0]) if row is not None else numbers.stop
        if number not in numbers:
            raise NotAcceptable(
                f"All case numbers of {agency} for region {region} and year {year} are given away; nothing was taken.",
                ["the line has no number left: the contract must give it another range"],
            )
        chosen = case_id(region, year, number)
        with reachable():
            known = connection.execute(_SQL["known"], {"case_id": chosen}).fetchone()
        if known is None:
            return chosen
