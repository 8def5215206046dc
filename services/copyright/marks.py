"""What is known of a clue beside what it says: protected works, open cases with its target, its archive series."""

from typing import Final, NamedTuple

from yisong.desk.delivery import Body

CORPORATE: Final = "corporate_complaint"


class Marks(NamedTuple):
    """
    What our register knows that touches a clue.

    *protected*: document numbers of the entries of the protected works list 重点作品白名单 that its works stand on.
    *same_target*: open cases, other than its own, in which a clue names one of its targets. *series*: the archive
    series of its case 案卷系列, None where we never read the clue.
    """

    protected: tuple[str, ...] = ()
    same_target: tuple[str, ...] = ()
    series: str | None = None


NO_MARKS: Final = Marks()


def series_of(clue: Body) -> str:
    """Return the series in which the case of *clue* is archived: complaints of companies lie apart (notice of 2006)."""
    if clue.get("company_complaint") is True or clue.get("source") == "company_or_association":
        return CORPORATE
    return "hotline_12318" if clue.get("source") == "hotline_12318" else "general"
