"""Do the figures of the matrix add up, whatever was handed over?"""

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.console.matrix import Sum, added, matrix
from tests.unit.ledger.story import law
from yisong.audit.handoffs import Cell

ORGANS = sorted(organ.id for organ in law().organs.values() if organ.role != "system")
few = st.integers(0, 30)


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    receipted, running, late, ended = (draw(few) for _ in range(4))
    return Cell(
        sender=draw(st.sampled_from(ORGANS)),
        receiver=draw(st.sampled_from(ORGANS)),
        sent=receipted + running + late + ended,
        receipted=receipted,
        pending=running + late,
        late=late,
        ended=ended,
        refused=draw(few),
        oldest=draw(st.integers(0, 10**9)) if running + late else None,
    )


@given(st.lists(cells(), max_size=12))
def test_rows_columns_and_cells_give_the_same(found: list[Cell]) -> None:
    sums = matrix(found, law())
    assert sums.adds_up
    assert sums.total.sent == sum(one.sent for one in found)
    assert sums.total.refused == sum(one.refused for one in found)
    assert sums.total.oldest == max((one.oldest for one in found if one.oldest is not None), default=None)


def test_a_sum_that_does_not_add_up_says_so() -> None:
    assert not Sum(sent=3, answered=1, running=1).adds_up
    assert Sum(sent=2, answered=1, running=1).adds_up


def test_a_bar_is_as_long_as_its_share_and_shows_every_part() -> None:
    bar = Sum(sent=10, answered=5, running=3, late=2).bars(10)
    assert [(style, x) for style, x, _ in bar] == [("b-ans", 0.0), ("b-run", 100.0), ("b-late", 160.0)]
    assert Sum().bars(0) == []
    assert added([]) == Sum()
