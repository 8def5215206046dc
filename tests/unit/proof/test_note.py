"""What is a signed note, and what is none?"""

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.errors import Unreadable
from yisong.proof.note import MOST_LINES, Note, SignatureLine, note_bytes, parse_note, read_note
from yisong.proof.vkey import ML_DSA_44, VerifierKey, parse_vkey, verifier_key

#: The example of C2SP signed-note.
EXAMPLE = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
""".encode()

_names = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C"), exclude_characters="+"), min_size=1)
_lines = st.builds(SignatureLine, _names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=90))
_texts = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20), min_size=1).map(
    lambda lines: "".join(f"{line}\n" for line in lines).encode()
)


class TestNote:
    def test_of_the_specification_is_read(self) -> None:
        """Its text may have empty lines; it ends at the last one."""
        note = parse_note(EXAMPLE)

        assert note.text.endswith("sole:\n\ned è subito sera.\n".encode())
        assert [(line.name, line.key_id.hex()) for line in note.signatures] == [
            ("quasimodo.example/salvatore", "367ba04b")
        ]
        assert note_bytes(note) == EXAMPLE

    @given(_texts, st.lists(_lines, min_size=1, max_size=20).map(tuple))
    def test_is_written_and_read_back(self, text: bytes, lines: tuple[SignatureLine, ...]) -> None:
        """Sixteen lines and more, of whatever keys, come back in their order, byte for byte."""
        note = Note(text, lines)

        assert parse_note(note_bytes(note)) == note

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda note: note[:-1], "each with its newline"),
            (lambda note: note.replace(b"\n\n", b"\n"), "No note"),
            (lambda note: note[: note.rindex(b"\n\n") + 2], "begins with an em dash|No note"),
            (lambda note: note.replace("— q".encode(), b"- q"), "em dash"),
            (lambda note: note.replace(b"quasimodo.example/", b"quasimodo example/"), "base64"),
            (lambda note: note.replace(b"quasimodo", b"quasi+modo"), "plus"),
            (lambda note: note.replace(b"quasimodo", "quasi\u2003modo".encode()), "no space"),
            (lambda note: note.replace(b"quasimodo.example/salvatore", b""), "not empty"),
            (lambda note: note.replace(b"tIc=", b"tId="), "bits set that nothing uses"),
            (lambda note: note.replace(b"tIc=", b"tIc"), "no base64"),
            (lambda note: note.replace(b" NnugS", b" Nnug S"), "no base64"),
            (lambda note: note[: note.index(b"NnugS")] + b"NnugSw==\n", "has less"),
            (lambda note: note.replace(b"sera", b"s\tera"), "control characters"),
            (lambda note: note.replace(b"sera", b"s\rera"), "control characters"),
            (lambda note: note.replace(b"sera", b"s\xffera"), "UTF-8"),
            (lambda note: note + note[note.rindex(b"\n\n") + 2 :] * MOST_LINES, "More than 100"),
        ],
    )
    def test_is_nothing_else(self, change: object, why: str) -> None:
        """What the specification rejects is rejected, and the reason is told."""
        assert callable(change)
        with pytest.raises(Unreadable, match=why):
            parse_note(change(EXAMPLE))


class TestReading:
    TEXT = b"a\nb\n"
    ONE, TWO = (SignatureLine(name, b"key!", bytes(72)) for name in ("bus/one", "bus/two"))

    def test_keeps_the_lines_around_a_damaged_one(self) -> None:
        """Garbage between two lines is named and costs neither."""
        note = read_note(self.TEXT + b"\n" + self.ONE.line + b"\xff\x00 garbage\n" + self.TWO.line)

        assert note == Note(self.TEXT, (self.ONE, self.TWO), (b"\xff\x00 garbage",))

    def test_finds_the_line_behind_a_damaged_newline(self) -> None:
        """Two lines that ran into one are one lost and one kept."""
        note = read_note(self.TEXT + b"\n" + self.ONE.line[:-1] + b"K" + self.TWO.line)

        assert note == Note(self.TEXT, (self.TWO,), (self.ONE.line[:-1] + b"K",))

    @pytest.mark.parametrize("more", [b"\n", b"x", b"x\n\n"])
    def test_takes_nothing_that_was_appended(self, more: bytes) -> None:
        """A byte too many at the end is no damage but another file."""
        with pytest.raises(Unreadable, match="appended"):
            read_note(self.TEXT + b"\n" + self.ONE.line + more)

    def test_takes_no_text_that_is_damaged(self) -> None:
        """Only signature lines may be lost."""
        with pytest.raises(Unreadable, match="UTF-8"):
            read_note(b"a\xff\n\n" + self.ONE.line)


class TestVerifierKey:
    PUBLIC = bytes(range(32))
    #: The verifier key of C2SP signed-note: of a type that cosigners do not have, but its id is made the same way.
    OF_THE_EXAMPLE = b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")[1:]

    def test_is_name_id_and_key(self) -> None:
        """The id is the beginning of a hash over name, type and key, so it differs with each of them."""
        key = verifier_key("conformance/police", self.PUBLIC)
        other = verifier_key("conformance/police", bytes(1312), type_=ML_DSA_44)

        assert key.text == "conformance/police+bea9013a+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
        assert [parse_vkey(one.text) for one in (key, other)] == [key, other]
        assert VerifierKey("example.com/foo", 1, self.OF_THE_EXAMPLE).key_id.hex() == "530d903a"
        assert len({key.key_id, other.key_id, verifier_key("conformance/cac", self.PUBLIC).key_id}) == 3

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "a key in base64"),
            ("conformance/police", "a key in base64"),
            ("conformance/police+bea9013a+", "a key in base64"),
            ("conformance/police+bea9013b+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f", "not that of its key"),
            ("conformance/police+BEA9013A+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f", "not that of its key"),
            ("conformance/cac+bea9013a+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f", "not that of its key"),
            ("conformance/police+bea9013a+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4", "no base64"),
            ("conformance/police+bea9013a+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHQ==", "has 30 bytes"),
            ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "of type 0x01"),
            ("con formance+bea9013a+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f", "no space"),
        ],
    )
    def test_is_nothing_else(self, text: str, why: str) -> None:
        """A key that is not what it says, or not of a cosigner, is refused."""
        with pytest.raises(Unreadable, match=why):
            parse_vkey(text)
