"""Under which origin is a partition signed? A pure function of the restatements on the topic, in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.proof.checkpoint import After
from yisong.proof.origins import Origins, TakenBack

FOUR = ("copyright", "cac", "miit", "police")
#: One node after the other takes back what it had signed above 10, up to sizes of its own.
SIZES = {"copyright": 13, "cac": 15, "miit": 12, "police": 13}


def said(node: str, *, partition: int = 4, number: int = 1, sound: int = 10, size: int | None = None) -> TakenBack:
    upto = SIZES[node] if size is None else size
    return TakenBack(node, partition, number, sound, upto, f"{node} {number}/{upto}".ljust(32).encode())


def begun(*taken: TakenBack, nodes: tuple[str, ...] = FOUR, origins: Origins | None = None) -> list[After | None]:
    """Return what each restatement has begun, in their order."""
    into = Origins() if origins is None else origins
    return [into.take(one, nodes=nodes) for one in taken]


class TestTheOriginOfAPartition:
    def test_is_the_first_until_the_last_node_has_restated(self) -> None:
        origins = Origins()
        *before, last = begun(*map(said, FOUR), origins=origins)

        assert before == [None, None, None]
        assert last == origins.of(4) == After(2, 15, said("cac").root)
        assert (origins.number(4), origins.number(5)) == (2, 1)
        assert origins.knows(4, None)
        assert origins.knows(4, last)
        assert not origins.knows(5, last)
        assert not origins.knows(4, last._replace(root=bytes(32)))

    @given(st.permutations(FOUR))
    def test_names_the_largest_checkpoint_that_was_taken_back_whoever_was_last(self, order: list[str]) -> None:
        assert begun(*map(said, order))[-1] == After(2, 15, said("cac").root)

    def test_names_of_two_roots_of_the_largest_size_the_one_that_was_taken_back_first(self) -> None:
        taken = [said(node, size=15) for node in FOUR]

        assert begun(*taken)[-1] == After(2, 15, taken[0].root)
        assert begun(*reversed(taken))[-1] == After(2, 15, taken[-1].root)

    def test_stays_where_one_node_restates_again_and_again(self) -> None:
        """Three of four, however often, are not all."""
        sizes = [("cac", 13), ("cac", 13), ("cac", 20), ("miit", 13), ("police", 13), ("miit", 21), ("police", 30)]

        assert begun(*(said(node, size=size) for node, size in sizes)) == [None] * len(sizes)

    def test_stays_where_each_node_was_wrong_about_something_else(self) -> None:
        """One after the other over the years: each time the three others stood by what they had signed."""
        years = [said(node, sound=100 * year, size=100 * year + 50) for year, node in enumerate(FOUR)]

        assert begun(*years) == [None] * 4
        assert begun(*years, *(said(node, sound=500, size=600) for node in FOUR))[-1] == After(2, 600, said(
            "copyright", size=600
        ).root)  # fmt: skip

    def test_is_that_of_one_partition_only(self) -> None:
        scattered = [said(node, partition=at) for at, node in enumerate(FOUR)]

        assert begun(*scattered) == [None] * 4

    def test_changes_twice_in_a_row_and_never_comes_back(self) -> None:
        """Of the same size and root, too: the number tells the origins apart."""
        origins = Origins()
        (*_, first) = begun(*map(said, FOUR), origins=origins)
        (*_, second) = begun(*(said(node)._replace(number=2) for node in FOUR), origins=origins)

        assert first is not None
        assert second == first._replace(number=3)
        assert origins.after(4) == (first, second)
        assert origins.number(4) == 3

    def test_is_not_changed_by_what_comes_late_of_an_earlier_one(self) -> None:
        origins = Origins()
        begun(*map(said, FOUR), origins=origins)
        late = [said(node, size=40) for node in FOUR]

        assert begun(*late, *map(said, FOUR), origins=origins) == [None] * 8
        assert origins.number(4) == 2

    def test_waits_for_a_node_that_the_rulebook_names_later(self) -> None:
        """Those count that are named when a restatement comes; what has begun is not undone."""
        five = (*FOUR, "customs")
        waiting, done = Origins(), Origins()
        begun(*map(said, FOUR[:3]), origins=waiting)

        assert begun(said("police"), nodes=five, origins=waiting) == [None]
        assert begun(said("cac")._replace(node="customs"), nodes=five, origins=waiting)[0] is not None
        begun(*map(said, FOUR), origins=done)
        assert begun(said("cac")._replace(node="customs"), nodes=five, origins=done) == [None]
        assert done.number(4) == 2

    def test_is_not_begun_by_what_comes_once_more(self) -> None:
        """A node reads some of the topic twice, and by then may know another law of it."""
        origins = Origins()
        begun(*map(said, FOUR[:3]), origins=origins)

        assert begun(said("cac"), said("miit"), nodes=FOUR[:3], origins=origins) == [None, None]
        assert begun(said("cac", size=20), nodes=FOUR[:3], origins=origins)[0] is not None

    def test_is_begun_by_nobody_where_no_node_is_named(self) -> None:
        assert begun(said("cac"), nodes=()) == [None]


class TestANodeThatBeginsAgain:
    @pytest.mark.parametrize("known", range(9))
    def test_at_any_place_comes_to_the_same_although_it_reads_some_of_it_twice(self, known: int) -> None:
        """What was stored, in the order of the topic, and then the topic once more from some place before."""
        topic = [said(node, number=number) for number in (1, 2) for node in FOUR]
        whole, before = Origins(), Origins()
        begun(*topic, origins=whole)
        begun(*topic[:known], origins=before)
        after = Origins({4: before.after(4)}, topic[:known])
        begun(*topic[max(0, known - 3) :], origins=after)

        assert after.after(4) == whole.after(4)
        assert len(whole.after(4)) == 2
