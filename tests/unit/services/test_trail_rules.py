"""Which records come next, and is the log still the one that was read?"""

import pytest

from services.trail.rules import first_difference, parse_partitions, runs_of, share_out
from yisong.kafka.records import LogRecord


def at(partition: int, *offsets: int) -> list[LogRecord]:
    return [LogRecord(partition, offset, 0, b"key", b"value") for offset in offsets]


class TestRuns:
    def test_the_position_stops_behind_the_last_record_that_was_delivered(self) -> None:
        """Offsets 4 and 5 are absent because 6 came; of 7 nothing is known."""
        (run,) = runs_of({2: at(2, 3, 6)}, positions={2: 3})

        assert (run.first, run.next_offset, [one.offset for one in run.records]) == (3, 7, [3, 6])

    def test_what_was_read_before_is_left_out(self) -> None:
        """A batch that begins below the position, as after a seek into a compressed batch."""
        (run,) = runs_of({2: at(2, 1, 2, 3)}, positions={2: 3})

        assert (run.first, [one.offset for one in run.records]) == (3, [3])

    def test_a_partition_of_which_nothing_new_came_does_not_move(self) -> None:
        assert runs_of({2: at(2, 1), 5: []}, positions={2: 3, 5: 0}) == ()


class TestFirstDifference:
    def test_is_none_where_the_log_says_what_the_trail_kept(self) -> None:
        assert first_difference({(0, 1): b"a", (0, 2): None}, {(0, 1): b"a", (0, 2): None}) is None

    @pytest.mark.parametrize(
        "read", [{(0, 1): b"a", (0, 2): b"x"}, {(0, 1): b"a"}, {(0, 1): b"a", (0, 2): b"b", (0, 3): b"c"}]
    )
    def test_names_what_was_replaced_cut_or_slipped_in(self, read: dict[tuple[int, int], bytes | None]) -> None:
        """A replaced record, one that is gone, and one where the trail had seen none."""
        kept: dict[tuple[int, int], bytes | None] = {(0, 1): b"a", (0, 2): b"b"}

        assert first_difference(kept, read) in ((0, 2), (0, 3))


class TestPartitions:
    def test_are_written_as_ranges_and_numbers(self) -> None:
        assert parse_partitions("0-2,7") == (0, 1, 2, 7)

    def test_must_be_numbers(self) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            parse_partitions("all")

    def test_are_shared_out_over_no_more_processes_than_there_are_partitions(self) -> None:
        assert share_out((0, 1, 2), workers=2) == ((0, 2), (1,))
        assert share_out((0,), workers=4) == ((0,),)
