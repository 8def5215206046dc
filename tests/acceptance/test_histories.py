import pytest

from tests.shifted import all_files
from yisong.audit.differences import differences, disagreements, wanted
from yisong.audit.expected_file import Expected
from yisong.audit.replay import Replay, Stage
from yisong.home import AGENCIES

NAMES = [file.stem for file in all_files()]


class TestFourTrails:
    @pytest.mark.parametrize("name", NAMES)
    def test_say_of_each_file_what_it_expects(
        self, everything: Replay, expected: dict[str, Expected], stage: Stage, name: str
    ) -> None:
        """Verdicts line by line, and for a history its states, clocks and breaches, on the trail of each agency."""
        (played,) = (one for one in everything.played if one.history.name == name)

        assert [trail.agency for trail in everything.found] == list(AGENCIES)
        assert any(wanted(line, played, expected.get(name), stage.law) is not None for line, _ in played.lines())
        for trail in everything.found:
            assert list(differences(played, expected.get(name), trail, stage.law)) == []

    def test_say_the_same_of_every_record_leaf_by_leaf(self, everything: Replay) -> None:
        """Built independently, from the same log, down to the hash of each leaf."""
        assert [one for played in everything.played for one in disagreements(played, everything.found)] == []
