import pytest
import typer

from yisong.cli.history import parse_instant
from yisong.cli.page import due, instant, span, stranger
from yisong.publishing.instants import to_ms

NOON = to_ms("2016-08-03T12:00:00+08:00")


class TestInstants:
    def test_are_shown_as_people_of_the_zone_read_them(self) -> None:
        """Noon is noon, and a day clock ends with its day."""
        assert instant(NOON) == "2016-08-03 12:00:00"
        assert due(to_ms("2016-08-03T23:59:59.999+08:00")) == "2016-08-03 24:00"
        assert due(NOON) == "2016-08-03 12:00:00"

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("2016-08-03T12:00:00+08:00", NOON),
            ("2016-08-03T04:00:00Z", NOON),
            ("2016-08-03T12:00:00", NOON),
            ("2016-08-03T12:00", NOON),
            ("2016-08-02", to_ms("2016-08-02T23:59:59.999+08:00")),
        ],
    )
    def test_are_taken_as_an_auditor_writes_them(self, text: str, meant: int) -> None:
        """Without an offset the zone of all periods is meant, without a time the end of the day."""
        assert parse_instant(text) == meant

    def test_that_are_none_are_refused(self) -> None:
        """What is no instant says how to write one."""
        with pytest.raises(typer.BadParameter, match="is no instant"):
            parse_instant("yesterday")

    @pytest.mark.parametrize(
        ("milliseconds", "text"), [(0, "0 min"), (90 * 60_000, "1 h 30 min"), (26 * 3_600_000, "1 d 2 h")]
    )
    def test_have_lengths_of_time_between_them(self, milliseconds: int, text: str) -> None:
        """Two units are enough."""
        assert span(milliseconds) == text


class TestStrangers:
    def test_can_not_write_on_our_terminal(self) -> None:
        """A refused event whose publisher calls itself an escape sequence stays text, and stays short."""
        assert stranger("V9801\x1b[2J") == "V9801\ufffd[2J"
        assert len(stranger("V" * 1_000_000)) == 121
