"""The rules of cosigning: what a node signs next, and when it does not."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.proof.cosigning import Standing, Stated, contradicted, rulebooks, size_to_sign, until_turn

NODES = ("copyright", "cac", "miit", "police")
A, B = b"a" * 32, b"b" * 32


def _next(size: int, signed: int, agreed: Mapping[str, int], **more: Mapping[str, int]) -> int | None:
    return size_to_sign(Standing(size=size, signed=signed, agreed=agreed, **more), followed=NODES)


class TestTheSizeToSign:
    def test_is_the_largest_that_another_node_has_announced(self) -> None:
        assert _next(120, 90, {"cac": 95, "miit": 100}) == 100

    def test_is_our_own_where_nobody_is_beyond_what_we_signed(self) -> None:
        assert _next(120, 100, {"cac": 100, "miit": 95}) == 120

    def test_is_none_where_nothing_is_new(self) -> None:
        assert _next(120, 120, {"cac": 120}) is None

    def test_never_is_one_that_we_have_not_reached(self) -> None:
        assert _next(100, 90, {"cac": 110}) == 100

    def test_is_not_that_of_a_node_with_another_root_or_another_rulebook(self) -> None:
        """What such a node announces is not followed, even where its root happens to be ours."""
        assert _next(120, 90, {"cac": 95, "miit": 100}, differing={"miit": 80}) == 95
        standing = Standing(size=120, signed=90, agreed={"cac": 95, "miit": 100})
        assert size_to_sign(standing, followed={"cac"}) == 95

    def test_never_shrinks_when_a_database_was_restored_from_an_older_copy(self) -> None:
        """The trail is behind what the node has signed: it signs nothing until it is beyond."""
        assert _next(100, 140, {"cac": 140}) is None

    @given(st.data())
    def test_brings_all_four_to_the_end_of_a_silent_log_within_two_intervals(self, data: st.DataObject) -> None:
        """Wherever they stand, whoever has announced what, in whatever order they speak in each interval."""
        end = data.draw(st.integers(1, 50))
        signed = {node: data.draw(st.integers(0, end)) for node in NODES}
        for _ in range(2):
            for node in data.draw(st.permutations(NODES)):
                agreed = {peer: size for peer, size in signed.items() if peer != node}
                size = _next(end, signed[node], agreed)
                assert size is None or signed[node] < size <= end
                signed[node] = size or signed[node]

        assert set(signed.values()) == {end}

    @given(st.data())
    def test_brings_them_there_also_where_all_speak_at_the_same_moment(self, data: st.DataObject) -> None:
        """Each sees what the others said one interval before."""
        end = data.draw(st.integers(1, 50))
        signed = {node: data.draw(st.integers(0, end)) for node in NODES}
        for _ in range(2):
            before = dict(signed)
            for node in NODES:
                agreed = {peer: size for peer, size in before.items() if peer != node}
                signed[node] = _next(end, before[node], agreed) or before[node]

        assert set(signed.values()) == {end}


class TestANodeThatIsContradicted:
    def _holds(self, agreed: Mapping[str, int], differing: Mapping[str, int]) -> bool:
        return contradicted(Standing(size=100, signed=50, agreed=agreed, differing=differing), us="police")

    def test_stops_once_more_have_another_root_than_have_ours(self) -> None:
        assert self._holds({}, {"cac": 60, "miit": 60})
        assert self._holds({"copyright": 50}, {"cac": 60, "miit": 60})

    def test_is_stopped_by_nobody_alone(self) -> None:
        """One liar stops nobody, whether the others have spoken yet or not."""
        assert not self._holds({}, {"cac": 60})
        assert not self._holds({"miit": 60, "copyright": 70}, {"cac": 60})

    def test_goes_on_where_the_nodes_are_split_in_half(self) -> None:
        """Neither half reaches a quorum."""
        assert not self._holds({"copyright": 60}, {"cac": 60, "miit": 60})

    def test_does_not_count_itself_twice(self) -> None:
        """Its own lines come back from the topic."""
        assert self._holds({"police": 90}, {"cac": 60, "miit": 60})

    def test_stops_where_it_has_signed_what_its_tree_no_longer_says(self) -> None:
        assert self._holds({"cac": 60, "miit": 60, "copyright": 60}, {"police": 40})


class TestRulebooks:
    def test_are_compared_at_the_log_time_that_the_other_node_names(self) -> None:
        """A node that has read beyond the day of a new version and one that has not agree."""
        found = rulebooks({"cac": Stated(A, 9), "miit": Stated(B, 10)}, hash_at=lambda at: B if at >= 10 else A)

        assert found.same == {"cac", "miit"}
        assert not found.other

    def test_that_differ_are_named_with_both_hashes(self) -> None:
        found = rulebooks({"cac": Stated(A, 5)}, hash_at=lambda _: B)

        assert found.other == {"cac": (A, B)}

    def test_stop_the_node_that_is_alone_and_none_of_the_three_others(self) -> None:
        three = {node: Stated(A, 5) for node in NODES[:3]}
        one = {NODES[0]: Stated(A, 5), NODES[1]: Stated(A, 5), NODES[3]: Stated(B, 5)}

        assert rulebooks(three, hash_at=lambda _: B).outvoted
        assert not rulebooks(one, hash_at=lambda _: A).outvoted

    def test_stop_both_halves_of_a_split(self) -> None:
        stated = {"cac": Stated(A, 5), "miit": Stated(B, 5), "copyright": Stated(B, 5)}

        assert rulebooks(stated, hash_at=lambda _: A).outvoted


class TestTurns:
    @given(now=st.integers(0, 10**13), every=st.sampled_from([0.5, 1.0, 5.0, 60.0]))
    def test_share_the_interval_out_among_the_nodes(self, now: int, every: float) -> None:
        """Whenever they wake, each wakes at its own quarter, and a quarter after the one before it."""
        ends = [now / 1000 + until_turn(now, every=every, turn=turn, turns=4) for turn in range(4)]
        for turn, end in enumerate(ends):
            off = (end - every * turn / 4) % every
            assert min(off, every - off) < 0.001

    @given(now=st.integers(0, 10**13), turn=st.integers(0, 3))
    def test_come_once_in_an_interval(self, now: int, turn: int) -> None:
        assert 2.5 <= until_turn(now, every=5.0, turn=turn, turns=4) < 7.5

    def test_a_round_that_was_short_is_followed_by_the_next_one_an_interval_later(self) -> None:
        begun = 1_468_899_999_750 // 5000 * 5000 + 1250
        assert until_turn(begun + 40, every=5.0, turn=1, turns=4) == pytest.approx(4.96)
