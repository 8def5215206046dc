"""A dossier holds all of a case: whoever leaves out, moves or changes anything in it proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from tests.unit.proof import dossier_world as world
from tests.unit.proof.dossier_world import POLICY, good, judged_otherwise, law, relisted, resigned
from yisong.errors import NotProven, Unreadable
from yisong.proof.archive import archive, read_archive
from yisong.proof.dossier import Dossier, dossier_bytes, parse_dossier
from yisong.proof.dossier_page import dossier_page
from yisong.proof.refold import refold
from yisong.proof.statement import Statement
from yisong.proof.verifier import verify
from yisong.rulebook.version import SignedVersion

GOOD = dossier_bytes(good())


def proven(dossier: Dossier) -> Statement:
    return verify(dossier_bytes(dossier), policy=POLICY)


class TestDossier:
    def test_shows_that_a_case_is_complete_and_rightly_judged(self) -> None:
        """Every record, every verdict, every body; and it says in words on whom the rest relies."""
        statement = verify(GOOD, policy=POLICY, keys=law().rulebook.keys, rulebooks=[law().rulebook.hash])

        assert statement.facts["records"] == len(world.HISTORY) + 1 == statement.facts["bodies"]
        assert statement.facts["rulebook_known"] is True
        assert statement.facts["authors_checked"] == len(world.HISTORY) + 1
        assert "complete up to here" in statement.proven[0]
        assert "4 of 4 cosigners" in statement.quorum[0]

    def test_believes_no_rulebook_that_its_reader_does_not_know(self) -> None:
        statement = proven(good())

        assert statement.facts["rulebook_known"] is False
        assert any("is the rulebook of the bus" in one for one in statement.unproven)

    def test_is_read_and_written_byte_for_byte(self) -> None:
        assert parse_dossier(GOOD) == good()
        assert dossier_bytes(parse_dossier(GOOD)) == GOOD

    def test_without_bodies_still_verifies(self) -> None:
        """Masked, it says how many bodies are not in it; everything else holds as before."""
        records = tuple(record._replace(body=None) for record in good().records)
        folded = refold([record.leaf for record in records], law())
        page = dossier_page(folded, [None] * len(records), law(), mask="P9801")
        statement = proven(good()._replace(mask="P9801", records=records, page=page))

        assert statement.facts["bodies"] == 0
        assert any(f"What {len(records)} bodies say" in one for one in statement.unproven)

    def test_has_a_page_on_which_strangers_only_have_words(self) -> None:
        """Whoever publishes markup finds it shown as text; the page fetches nothing."""
        folded = refold([record.leaf for record in good().records], law())
        header = folded[0].entry.header
        assert header is not None
        stranger = header._replace(variant="<script>alert(1)</script>\x1b[2J")
        shown = [one._replace(entry=one.entry._replace(header=stranger)) for one in folded]
        page = dossier_page(shown, [record.body for record in good().records], law(), mask="<b>").decode()

        assert "&lt;script&gt;" in page
        assert not [word for word in ("<script", "<b>", "\x1b", "href=", "src=", "url(") if word in page]

    def test_fails_with_any_file_changed_and_listed_anew(self) -> None:
        """The manifest is nobody's word: who changes a file can list it anew, and something else gives it away."""
        for name, content in read_archive(GOOD).items():
            if name.startswith("records/") or name in ("manifest.json", "policy"):
                continue  # the manifest is made anew, the policy a suggestion; for records see test_flips
            middle = len(content) // 2
            changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            if name == "checkpoint":  # in its text: a signature line would be lost, and reported
                changed = content.replace(b"\n", b"\n1", 1)
            with pytest.raises(NotProven):
                verify(relisted({**read_archive(GOOD), name: changed}), policy=POLICY)

    def test_cut_short_is_unreadable(self) -> None:
        for end in (1, 4, 30, len(GOOD) // 2, len(GOOD) - 1):
            with pytest.raises(Unreadable):
                verify(GOOD[:end], policy=POLICY)


class TestForgedDossier:
    @pytest.mark.parametrize("at", [0, 1, 5, len(good().records) - 1])
    def test_with_a_record_withheld(self, at: int) -> None:
        """The first, one within, or the closing notice: the chain shows the hole."""
        records = good().records[:at] + good().records[at + 1 :]
        with pytest.raises(NotProven, match=r"Step 6.*withheld|Step 7.*the end was cut off"):
            proven(good()._replace(records=records))

    def test_with_two_records_in_another_order(self) -> None:
        first, second, *others = good().records
        with pytest.raises(NotProven, match=r"Step 6.*withheld, moved or put in twice"):
            proven(good()._replace(records=(second, first, *others)))

    def test_with_a_record_put_in_twice(self) -> None:
        with pytest.raises(NotProven, match=r"Step 6"):
            proven(good()._replace(records=good().records[:1] + good().records))

    def test_with_the_body_of_another_record(self) -> None:
        first, second, *others = good().records
        with pytest.raises(NotProven, match=r"Step 8.*body of record 1"):
            proven(good()._replace(records=(first._replace(body=second.body), second, *others)))

    def test_with_a_record_on_no_path(self) -> None:
        first, second, *others = good().records
        with pytest.raises(NotProven, match=r"Step 5"):
            proven(good()._replace(records=(first._replace(path=second.path), second, *others)))

    def test_with_another_word_on_its_mask_than_the_notice_on_the_log(self) -> None:
        """Who was told that all is in it, and is given less, can see that."""
        records = tuple(record._replace(body=None) for record in good().records[:-1])
        with pytest.raises(NotProven, match=r"Step 8.*the dossier is not masked, and the manifest that it is masked"):
            proven(good()._replace(mask="miit", records=(*records, good().records[-1])))

    def test_of_another_case(self) -> None:
        with pytest.raises(NotProven, match=r"Step 3.*another docket"):
            proven(good()._replace(case_id="CRB-970200-2016-000072-B"))

    def test_with_another_page(self) -> None:
        with pytest.raises(NotProven, match=r"Step 12.*another story"):
            proven(good()._replace(page=good().page.replace(b"admitted", b"refused")))
        with pytest.raises(Unreadable, match=r"Step 12.*in form 2"):
            proven(good()._replace(page=b"<h1>nothing happened</h1>", page_form=2))

    def test_recorded_by_too_few(self) -> None:
        signed = good().signed
        with pytest.raises(NotProven, match=r"Step 4.*recorded by 2 of 4"):
            proven(good()._replace(signed=signed._replace(signatures=signed.signatures[:2])))

    def test_of_another_bus(self) -> None:
        signed = good().signed
        elsewhere = signed._replace(
            checkpoint=signed.checkpoint._replace(origin=f"elsewhere/case-events/{world.PARTITION}")
        )
        with pytest.raises(Unreadable, match=r"Step 2.*another bus"):
            proven(good()._replace(signed=elsewhere))

    def test_with_a_verdict_that_the_rules_do_not_give(self) -> None:
        """All four nodes cosigned a refusal of what the rules admit: only judging again shows it."""
        with pytest.raises(NotProven, match=r"Step 11.*record 4 is admitted, and its leaf says refused"):
            proven(resigned(judged_otherwise(3)))

    def test_with_a_rulebook_out_of_its_line(self) -> None:
        """A version that does not follow the genesis version is none, whatever it says."""
        other = SignedVersion(version=replace(good().versions[0].version, n=2))
        with pytest.raises(NotProven, match=r"Step 10.*do not follow one another"):
            proven(good()._replace(versions=(other,)))


def zipped(write: Callable[[ZipFile], None]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as opened:
        write(opened)
    return out.getvalue()


def _twice(opened: ZipFile) -> None:
    opened.writestr("manifest.json", b"{}")
    with pytest.warns(UserWarning, match="Duplicate name"):
        opened.writestr("manifest.json", b"{}")


class TestArchive:
    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (zipped(lambda z: z.writestr("../manifest.json", b"{}")), "lead out of it"),
            (zipped(lambda z: z.writestr("/etc/passwd", b"")), "lead out of it"),
            (zipped(lambda z: z.writestr("records/../../x", b"")), "lead out of it"),
            (zipped(lambda z: z.writestr(ZipInfo("a\\b"), b"")), "lead out of it"),
            (zipped(lambda z: z.writestr("manifest.json", bytes(10_000_000), ZIP_DEFLATED)), "made to swell"),
            (zipped(lambda z: z.writestr("manifest.json", b"{}", ZIP_DEFLATED)), "is compressed"),
            (zipped(_twice), "two files of one name"),
        ],
    )
    def test_that_is_not_safe_is_not_opened(self, data: bytes, why: str) -> None:
        with pytest.raises(Unreadable, match=f"Step 1.*{why}"):
            verify(data, policy=POLICY)

    def test_with_something_behind_its_files_is_none(self) -> None:
        files = read_archive(GOOD)
        for data in (b"".join((GOOD[:-2], b"\x03\x00", b"hid")), archive({**files, "besides": b""})):
            with pytest.raises(NotProven, match=r"Step 1.*besides|Step 1.*not on the manifest"):
                verify(data, policy=POLICY)
