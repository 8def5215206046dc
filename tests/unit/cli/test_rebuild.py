"""What one reads of a rebuild."""

from yisong.cli.rebuild import said

_FOUND = {"agency": "police", "entries": 7, "in_place": True, "difference": None, "waited": 0.0124, "missigned": None}
_DIFFERENCE = {"what": "entry, verdict", "partition": 3, "offset": 17, "kept": "admitted", "derived": "refused"}


def test_an_equal_node_says_how_long_nobody_could_read() -> None:
    assert said(_FOUND) == (
        "police: 7 entries were derived from the log. What was kept is the same; the new tables are in place. "
        "Nobody could read for 12 ms."
    )


def test_a_differing_node_names_the_place_and_the_cure() -> None:
    text = said({**_FOUND, "in_place": False, "waited": None, "difference": _DIFFERENCE})

    assert "partition 3, offset 17: entry, verdict. Kept is admitted; the log gives refused" in text
    assert "Nothing was put in place" in text
    assert "`yisong rebuild --agency police --repair`" in text


def test_a_repaired_node_that_had_signed_what_was_altered_is_told_to_restate() -> None:
    text = said({**_FOUND, "difference": _DIFFERENCE, "missigned": {**_DIFFERENCE, "partition": 5}})

    assert "kept in a schema replaced_…" in text
    assert "`yisong restate --agency police --partition 5 --why …`" in text


def test_what_a_stranger_wrote_cannot_move_the_cursor() -> None:
    altered = {**_DIFFERENCE, "kept": "\x1b[2J" + "x" * 200}
    text = said({**_FOUND, "in_place": False, "waited": None, "difference": altered})

    assert "\x1b" not in text
    assert "x" * 121 not in text
