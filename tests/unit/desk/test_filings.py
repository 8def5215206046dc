"""Which rows of a filing register are taken, and under which name is a site looked up?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.story import law
from yisong.desk.filing_csv import COLUMNS, Note, read_filings
from yisong.desk.filings import Asked, asked_of
from yisong.errors import NotImportable

GOOD = {
    "authority": "T98",
    "kind": "domain",
    "value": "novel-a.example",
    "icp_no": "例ICP备16000001号-1",
    "licence_no": "",
    "sponsor_kind": "organisation",
    "sponsor_name": "甲一市墨池网络科技有限公司(合成)",
    "sponsor_uscc": "91980100FAKE000139",
    "contact_ref": "ref://T98/contact/0001",
    "access_provider": "甲省示例接入(合成)",
    "access_region": "980000",
    "valid_from": "2016-01-01",
    "valid_to": "",
}
OTHER = GOOD | {"value": "films-d.example"}


def csv_of(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Return a file of *rows*, as a spreadsheet writes it."""
    lines = [",".join(columns), *(",".join(row[name] for name in columns) for row in rows)]
    return "\r\n".join(lines).encode()


class TestImport:
    def test_takes_good_rows_and_lists_bad_ones_with_their_line_and_every_fault(self) -> None:
        bad = GOOD | {"authority": "V9801", "sponsor_kind": "club", "valid_from": "2016-02-30"}

        found = read_filings(csv_of(GOOD, bad, OTHER), law())

        assert [filing.value for filing in found.filings] == ["novel-a.example", "films-d.example"]
        assert [(note.line, note.field) for note in found.faults] == [
            (3, "authority"),
            (3, "sponsor_kind"),
            (3, "valid_from"),
        ]
        assert found.warnings == ()

    @pytest.mark.parametrize(
        ("field", "value", "what"),
        [
            ("value", "", "must be filled"),
            ("value", "a b.example", "is no domain by IDNA 2008"),
            ("value", "http://novel-a.example/", "is no domain by IDNA 2008"),
            ("kind", "ship", "must be one of domain, app"),
            ("authority", "T99", "is no 通信管理局 of the directory"),
            ("icp_no", "", "a filing has its number, or that of a licence"),
            ("access_region", "98", "must be six digits (GB/T 2260)"),
            ("valid_to", "2016-01-01", "must come after valid_from"),
            ("valid_from", "1.1.2016", "must be a day as YYYY-MM-DD"),
            ("access_provider", "x" * 501, "is longer than 500 characters"),
            ("access_provider", "a\x1b[2J", "holds characters that cannot be printed"),
        ],
    )
    def test_leaves_out_a_row_with_a_fault(self, field: str, value: str, what: str) -> None:
        found = read_filings(csv_of(GOOD | {field: value}, OTHER), law())

        assert len(found.filings) == 1
        assert found.faults == (Note(2, field, what),)

    def test_lets_no_name_of_a_person_in(self) -> None:
        """A person stands here as a token; nor does the number of an identity card come in anywhere."""
        named = GOOD | {"sponsor_kind": "person", "sponsor_name": "张三"}
        token = GOOD | {"sponsor_kind": "person", "sponsor_name": "PT-98-0007"}
        number = GOOD | {"contact_ref": "11010519491231002X"}

        found = read_filings(csv_of(named, number, token), law())

        assert [filing.sponsor_name for filing in found.filings] == ["PT-98-0007"]
        assert [(note.line, note.field) for note in found.faults] == [(2, "sponsor_name"), (3, "contact_ref")]
        assert "张三" not in str(found.faults)
        assert "1949" not in str(found.faults)

    def test_takes_what_only_looks_wrong_and_says_so(self) -> None:
        """Issued codes exist that break their own check."""
        found = read_filings(csv_of(GOOD | {"sponsor_uscc": "91980100FAKE000130", "icp_no": "一号"}), law())

        assert len(found.filings) == 1
        assert [(note.line, note.field) for note in found.warnings] == [(2, "icp_no"), (2, "sponsor_uscc")]

    def test_writes_a_domain_as_it_is_looked_up(self) -> None:
        (filing,) = read_filings(csv_of(GOOD | {"value": "示例小说.example"}), law()).filings

        assert filing.value == "xn--fsqy81a8xw7tq.example"

    def test_takes_the_first_of_two_rows_about_one_site_and_day(self) -> None:
        again = GOOD | {"authority": "T97"}

        found = read_filings(csv_of(GOOD, again, again | {"valid_from": "2017-01-01"}), law())

        assert [filing.authority for filing in found.filings] == ["T98", "T97"]
        assert found.faults == (Note(3, "value", "stands in line 2 already, from the same day on"),)

    def test_reads_on_behind_a_line_that_is_no_csv(self) -> None:
        """A quotation mark that nobody closed, other bytes than UTF-8, a cell too many, a blank line."""
        head, good = csv_of(GOOD).split(b"\r\n")
        content = b"\n".join([head, b'"' + good, "甲省".encode("gb18030"), good + b",x", b"", good])

        found = read_filings(b"\xef\xbb\xbf" + content, law())

        assert len(found.filings) == 1
        assert [(note.line, note.what.partition(":")[0]) for note in found.faults] == [
            (2, "is no CSV"),
            (3, "is not UTF-8"),
            (4, "has 14 cells, the first line 13"),
        ]

    def test_knows_the_columns_in_any_order(self) -> None:
        assert len(read_filings(csv_of(GOOD, columns=COLUMNS[::-1]), law()).filings) == 1

    def test_takes_nothing_where_the_first_line_does_not_name_the_columns(self) -> None:
        """What stands there instead is somebody's filing, and is not repeated."""
        with pytest.raises(NotImportable, match="line 1: lacks the column authority") as raised:
            read_filings(csv_of(GOOD).split(b"\r\n")[1], law())
        assert "novel-a" not in str(raised.value)

    @given(st.binary(max_size=400))
    def test_no_content_makes_it_fail_otherwise(self, junk: bytes) -> None:
        found = read_filings(csv_of(GOOD) + b"\n" + junk + b"\n" + csv_of(OTHER).split(b"\r\n")[1], law())

        assert {filing.value for filing in found.filings} >= {"novel-a.example"}
        assert all(note.line > 1 for note in found.faults)


class TestLookUp:
    @pytest.mark.parametrize(
        ("target", "asked"),
        [
            ({"kind": "domain", "value": "novel-a.example"}, ("domain", ("novel-a.example",))),
            (
                {"kind": "domain", "value": "WWW.Novel-A.example."},
                ("domain", ("www.novel-a.example", "novel-a.example")),
            ),
            ({"kind": "domain", "value": "示例小说.example"}, ("domain", ("xn--fsqy81a8xw7tq.example",))),
            ({"kind": "url", "value": "https://novel-a.example:8080/1?x=2"}, ("domain", ("novel-a.example",))),
            ({"kind": "app", "value": "cn.example.reader"}, ("app", ("cn.example.reader",))),
        ],
    )
    def test_is_by_the_host_and_the_domains_above_it(
        self, target: dict[str, str], asked: tuple[str, tuple[str, ...]]
    ) -> None:
        assert asked_of(target) == Asked(*asked)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "target",
        [
            {"kind": "ip", "value": "192.0.2.7"},
            {"kind": "account", "value": "U-1"},
            {"kind": "premises", "value": "甲一市"},
            {"kind": "domain", "value": ""},
            {"kind": "domain", "value": "192.0.2.7"},
            {"kind": "domain", "value": "localhost"},
            {"kind": "url", "value": "http://[::1"},
            {"kind": "url", "value": "novel-a.example"},
            {"kind": "domain"},
            {},
        ],
    )
    def test_is_not_made_of_what_no_register_is_kept_by(self, target: dict[str, str]) -> None:
        assert asked_of(target) is None
