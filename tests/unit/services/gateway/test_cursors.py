"""Is a cursor what it was made of, and is nothing else one?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.api.cursors import moved_on, read_cursor, write_cursor

PARTITIONS = 12


@given(st.dictionaries(st.integers(0, PARTITIONS - 1), st.integers(1, 1 << 50)))
def test_what_is_written_is_read(cursor: dict[int, int]) -> None:
    assert read_cursor(write_cursor(cursor), partitions=PARTITIONS) == cursor


@pytest.mark.parametrize(
    "text", ["x", "0", "0-", "-1", "0-1.", "0-1.0-2", "12-1", "0-01", "０-1", "0-1 ", "0--1", "0-" + "9" * 20]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        read_cursor(text, partitions=PARTITIONS)


def test_it_moves_behind_what_was_read_and_never_back() -> None:
    assert moved_on({0: 7, 3: 2}, [(0, 4), (3, 9), (5, 0)]) == {0: 7, 3: 10, 5: 1}
