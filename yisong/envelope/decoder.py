"""
How does a schema become a decoder that reads canonical bytes and nothing else?

Bytes are canonical iff re-encoding the decoded value gives the same bytes. A decoder that refuses every other way to
write a value (long varints, split or sized blocks, odd booleans, bytes left over) says the same without encoding
anything, in a sixth of the time; the tests hold it to re-encoding by two other libraries. Its source is written out
from the schema once, as namedtuple and dataclass do it, because this is the hottest loop of a node.
"""

from collections.abc import Callable, Mapping
from inspect import get_annotations
from typing import NamedTuple, cast

from fastavro.types import Schema as AvroSchema

from yisong.envelope.varint import read_int, read_long
from yisong.errors import ContractFault

Decoder = Callable[[bytes, int], tuple[object, ...]]
#: The class of the value that a record becomes, by the name of the field that holds it; "" for the outermost.
Shapes = Mapping[str, type[tuple[object, ...]]]
#: What a decoder raises on bytes that are not canonical; nothing else ever.
NOT_CANONICAL = (IndexError, KeyError, ValueError)

_INDENT = "    "


class Block(NamedTuple):
    """Lines of source, and the name of the variable that holds the value read."""

    lines: tuple[str, ...]
    variable: str


def compile_decoder(schema: AvroSchema, shapes: Shapes) -> Decoder:
    """
    Return ``decode(data, start)``, which reads *data* from *start* to its very end as one value of *schema*.

    It raises one of NOT_CANONICAL where that is no canonical encoding. ContractFault: the schema needs what is not
    supported here (maps, floats, unions other than with null), or has a field for which *shapes* has no place.
    """
    compiler = _Compiler(shapes)
    body = compiler.value(schema, field="")
    lines = [
        "def decode(data, at):",
        *_indented(body.lines),
        f"{_INDENT}if at != len(data): raise ValueError",
        f"{_INDENT}return {body.variable}",
    ]
    namespace = dict(compiler.constants)
    exec("\n".join(lines), namespace)  # noqa: S102 (our own schema is its only source; no record has a say in it)
    return cast("Decoder", namespace["decode"])


class _Compiler:
    """Writes the source for one schema; ``constants`` are the names that it uses."""

    def __init__(self, shapes: Shapes) -> None:
        self.constants: dict[str, object] = {"read_long": read_long, "read_int": read_int, "new": tuple.__new__}
        self._shapes = shapes
        self._named: dict[str, AvroSchema] = {}
        self._count = 0

    def value(self, schema: AvroSchema, *, field: str) -> Block:
        """Return the source that reads one value of *schema* into a new variable."""
        if isinstance(schema, str) and schema in self._named:
            schema = self._named[schema]
        match schema:
            case ["null", inner]:
                return self._nullable(inner, field=field)
            case "string" | "bytes" | "boolean" | "long" | "int":
                return self._primitive(schema)
            case {"type": "fixed" | "enum" | "record", "name": str(name)}:
                self._named[name] = schema
                return self._definition(cast("Mapping[str, object]", schema), field=field)
            case {"type": "array", "items": items}:
                return self._array(items, field=field)
            case {"type": str(name)}:
                return self.value(name, field=field)
        raise ContractFault("A schema cannot be decoded by the fold", [f"{field}: {schema} is not supported"])

    def _definition(self, schema: Mapping[str, object], *, field: str) -> Block:
        match schema:
            case {"type": "fixed", "size": int(size)}:
                variable = self._variable()
                return Block((f"end = at + {size}", f"{variable} = data[at:end]", "at = end"), variable)
            case {"type": "enum", "symbols": list(symbols)}:
                return self._enum(symbols)
            case {"fields": list(fields)}:
                return self._record(fields, field=field)
        raise ContractFault("A schema cannot be decoded by the fold", [f"{field}: {schema} is not supported"])

    def _primitive(self, kind: str) -> Block:
        variable = self._variable()
        lines: tuple[str, ...]
        match kind:
            case "string" | "bytes":
                read = ".decode()" if kind == "string" else ""
                lines = (*_LENGTH, f"{variable} = data[at:end]{read}", "at = end")
            case "boolean":
                lines = (f"{variable} = (False, True)[data[at]]", "at += 1")
            case _:
                lines = _integer(variable, kind)
        return Block(lines, variable)

    def _enum(self, symbols: list[str]) -> Block:
        if len(symbols) > 64:  # noqa: PLR2004 (the indices that fit into one byte)
            raise ContractFault("A schema cannot be decoded by the fold", ["an enum of over 64 symbols"])
        variable = self._variable()
        self.constants[f"symbols_{variable}"] = {2 * index: symbol for index, symbol in enumerate(symbols)}
        return Block((f"{variable} = symbols_{variable}[data[at]]", "at += 1"), variable)

    def _nullable(self, inner: AvroSchema, *, field: str) -> Block:
        variable, block = self._variable(), self.value(inner, field=field)
        lines = (
            "branch = data[at]",
            "at += 1",
            f"if not branch: {variable} = None",
            "elif branch == 2:",
            *_indented((*block.lines, f"{variable} = {block.variable}")),
            "else: raise ValueError",
        )
        return Block(lines, variable)

    def _array(self, items: AvroSchema, *, field: str) -> Block:
        variable, block = self._variable(), self.value(items, field=field)
        # Every item takes a byte at least: a count that promises more than there is costs neither time nor memory.
        filled = (
            *_integer(f"count_{variable}", "long"),
            f"if not 0 < count_{variable} <= len(data) - at: raise ValueError",
            f"items_{variable} = []",
            f"for _ in range(count_{variable}):",
            *_indented((*block.lines, f"items_{variable}.append({block.variable})")),
            "if data[at]: raise ValueError",
            f"{variable} = tuple(items_{variable})",
        )
        lines = (f"if not data[at]: {variable} = ()", "else:", *_indented(filled), "at += 1")
        return Block(lines, variable)

    def _record(self, fields: list[Mapping[str, AvroSchema]], *, field: str) -> Block:
        shape = self._shapes.get(field)
        blocks = {str(part["name"]): self.value(part["type"], field=str(part["name"])) for part in fields}
        if shape is None or tuple(blocks) != tuple(get_annotations(shape)):
            raise ContractFault("A schema has no place in the fold", [f"{field or 'the record'}: its fields differ"])
        variable = self._variable()
        self.constants[f"shape_{variable}"] = shape
        values = ", ".join(block.variable for block in blocks.values())
        made = f"{variable} = new(shape_{variable}, ({values},))"
        return Block((*(line for block in blocks.values() for line in block.lines), made), variable)

    def _variable(self) -> str:
        self._count += 1
        return f"v{self._count}"


#: Sets ``at`` to the first byte of a string and ``end`` behind its last; a slice beyond the data shows at the very end.
_LENGTH = (
    "end = data[at]",
    "at += 1",
    "if end & 0x81:",
    f"{_INDENT}end, at = read_long(data, at - 1)",
    f"{_INDENT}if end < 0: raise ValueError",
    f"{_INDENT}end += at",
    "else: end = at + (end >> 1)",
)


def _integer(variable: str, kind: str) -> tuple[str, ...]:
    return (
        "byte = data[at]",
        f"if byte > 0x7F: {variable}, at = read_{kind}(data, at)",
        "else:",
        f"{_INDENT}{variable} = (byte >> 1) ^ -(byte & 1)",
        f"{_INDENT}at += 1",
    )


def _indented(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_INDENT + line for line in lines)
