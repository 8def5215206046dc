import pytest
from fastavro import parse_schema

from yisong.envelope.decoder import compile_decoder
from yisong.envelope.header import Cite
from yisong.errors import ContractFault

Field = dict[str, object]


def record(*fields: Field) -> dict[str, object]:
    return {"type": "record", "name": "Cite", "fields": list(fields)}


KIND: Field = {"name": "kind", "type": "string"}
ID: Field = {"name": "id", "type": "string"}
SINCE: Field = {"name": "since", "type": "long"}


class TestCompileDecoder:
    def test_returns_the_class_that_was_named_for_the_record(self) -> None:
        """A cite comes out as a Cite."""
        decode = compile_decoder(parse_schema(record(KIND, ID)), {"": Cite})

        assert decode(b"\x08case\x02x", 0) == Cite("case", "x")

    @pytest.mark.parametrize("kind", [{"type": "map", "values": "string"}, "double", ["string", "null"], "null"])
    def test_refuses_a_schema_with_a_kind_of_value_that_the_fold_has_no_use_for(self, kind: object) -> None:
        """A map, a float or another union is said to be unsupported when the node starts, not at a record."""
        with pytest.raises(ContractFault, match="is not supported"):
            compile_decoder(parse_schema(record(KIND, {"name": "id", "type": kind})), {"": Cite})

    @pytest.mark.parametrize("fields", [(KIND,), (ID, KIND), (KIND, ID, SINCE)])
    def test_refuses_a_schema_whose_fields_are_not_those_of_the_class(self, fields: tuple[Field, ...]) -> None:
        """A field missing, moved or added would put values in the wrong places."""
        with pytest.raises(ContractFault, match="its fields differ"):
            compile_decoder(parse_schema(record(*fields)), {"": Cite})

    def test_refuses_an_enumeration_of_more_symbols_than_one_byte_counts(self) -> None:
        """Sixty-five symbols would need two bytes."""
        many = {"type": "enum", "name": "Many", "symbols": [f"s{n}" for n in range(65)]}

        with pytest.raises(ContractFault, match="over 64 symbols"):
            compile_decoder(parse_schema(record(KIND, {"name": "id", "type": many})), {"": Cite})
