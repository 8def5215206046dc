"""Every schema of the contract is found by its fingerprint, and read alike by Avro's own library."""

import json
import shutil
from pathlib import Path

import avro.schema
import pytest
import yaml

from yisong.contract import folder
from yisong.envelope.header import Attachment, Cite, Header
from yisong.errors import ContractFault
from yisong.schemas import registry
from yisong.schemas.generate import derived_files
from yisong.schemas.registry import Registry, load_registry, schema_fingerprint

RABIN_EMPTY = 0xC15D213AA4D7A795


def rabin(data: bytes) -> bytes:
    """CRC-64-AVRO as the Avro specification writes it, little-endian: independent of any library."""
    table = []
    for number in range(256):
        entry = number
        for _ in range(8):
            entry = (entry >> 1) ^ (RABIN_EMPTY & -(entry & 1))
        table.append(entry)
    value = RABIN_EMPTY
    for byte in data:
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    return value.to_bytes(8, "little")


def canonical_form(node: object, namespace: str = "") -> str:
    """Return the parsing canonical form, after the Avro specification's list of transformations and no library."""
    match node:
        case str():
            primitive = node in ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
            return json.dumps(node if primitive or "." in node or not namespace else f"{namespace}.{node}")
        case list():
            return f"[{','.join(canonical_form(item, namespace) for item in node)}]"
        case {"type": ("record" | "enum" | "fixed") as kind, "name": name, **rest}:
            space = str(rest.get("namespace", namespace))
            head = f'{{"name":"{space}.{name}","type":"{kind}"'
            match rest:
                case {"fields": list(fields)}:
                    rows = (f'{{"name":"{f["name"]}","type":{canonical_form(f["type"], space)}}}' for f in fields)
                    return f'{head},"fields":[{",".join(rows)}]}}'
                case {"symbols": list(symbols)}:
                    return f'{head},"symbols":{json.dumps(symbols, separators=(",", ":"))}}}'
                case {"size": int(size)}:
                    return f'{head},"size":{size}}}'
        case {"type": "array", "items": items}:
            return f'{{"type":"array","items":{canonical_form(items, namespace)}}}'
        case {"type": inner}:
            return canonical_form(inner, namespace)
    raise AssertionError(node)


class TestFingerprints:
    def test_of_the_specification(self) -> None:
        """Java's SchemaNormalization gives 0x63DD24E7CC258F8A for "null"."""
        assert rabin(b'"null"') == (0x63DD24E7CC258F8A).to_bytes(8, "little")

    def test_are_those_of_an_independent_canonical_form_and_crc(self) -> None:
        """A wrong fingerprint would make every other reader's records unknown-schema."""
        for schema in registry().by_fingerprint.values():
            assert schema.fingerprint == rabin(canonical_form(dict(schema.json)).encode()), schema.path

    def test_do_not_change_with_documentation_or_logical_types(self) -> None:
        raw = dict(registry().body("EvidencePreserved").json)
        bare = json.loads(json.dumps(raw).replace('"logicalType": "timestamp-millis"', '"doc": "x"'))
        assert schema_fingerprint(raw) == schema_fingerprint({**bare, "doc": "another"})

    def test_change_with_the_order_of_enumeration_values(self) -> None:
        raw = json.dumps(dict(registry().header.json))
        swapped = raw.replace('["clear", "sealed"]', '["sealed", "clear"]')
        assert swapped != raw
        assert schema_fingerprint(json.loads(raw)) != schema_fingerprint(json.loads(swapped))


class TestRegistry:
    def test_has_a_body_for_every_event_type_of_the_catalogue(self) -> None:
        events = yaml.safe_load((folder() / "rulebook/events.yaml").read_text("utf-8"))["events"]
        assert set(registry().event_types.values()) == {event["name"] for event in events}

    def test_every_schema_parses_with_avros_own_library(self) -> None:
        for schema in registry().by_fingerprint.values():
            assert avro.schema.parse(json.dumps(dict(schema.json))).fullname.endswith(f".{schema.name}")  # type: ignore[attr-defined]  # a record has one

    def test_records_parse_alone_and_are_the_ones_nested_in_bodies(self) -> None:
        """schemas/records holds what the bodies hold: the same definition, standing alone."""
        nested: dict[str, object] = {}
        for schema in registry().by_fingerprint.values():
            collect(schema.json, nested)
        files = sorted((folder() / "schemas/records").glob("*.avsc"))
        assert len(files) == 13
        for path in files:
            raw = json.loads(path.read_text("utf-8"))
            avro.schema.parse(json.dumps(raw))
            assert shallow(raw) == shallow(nested[raw["name"]])

    def test_header_fields_stand_in_the_order_of_the_value(self) -> None:
        """The hot path makes a Header from the decoded values without naming them."""
        fields = registry().header.json["fields"]
        assert isinstance(fields, list)
        assert tuple(field["name"] for field in fields) == Header._fields
        nested = {field["name"]: field["type"] for field in fields}
        assert tuple(f["name"] for f in nested["cites"]["items"]["fields"]) == Cite._fields
        assert tuple(f["name"] for f in nested["attachments"]["items"]["fields"]) == Attachment._fields

    def test_header_enumerations_are_those_of_the_catalogue(self) -> None:
        enums = yaml.safe_load((folder() / "rulebook/events.yaml").read_text("utf-8"))["enums"]
        found: dict[str, list[str]] = {}
        collect_enums(registry().header.json, found)
        for name in ("severity", "pii_level", "classification"):
            assert found[name.title().replace("_", "")] == list(enums[name])

    def test_a_name_that_is_no_body_has_no_body(self) -> None:
        with pytest.raises(KeyError, match="Header"):
            registry().body("Header")


class TestWhatIsRefused:
    @pytest.fixture
    def schemas(self, tmp_path: Path) -> Path:
        shutil.copytree(folder() / "schemas", tmp_path / "schemas")
        return tmp_path / "schemas"

    def refused(self, schemas: Path, sentence: str) -> None:
        with pytest.raises(ContractFault, match=sentence):
            load_registry(schemas)

    def test_a_version_that_skips_a_number(self, schemas: Path) -> None:
        (schemas / "events/heartbeat.v1.avsc").rename(schemas / "events/heartbeat.v2.avsc")
        self.refused(schemas, r"Heartbeat: its versions are \[2\]; they must count")

    def test_two_schemas_with_one_fingerprint(self, schemas: Path) -> None:
        """A second version that changes only a comment would be the first one to every reader."""
        shutil.copy(schemas / "events/heartbeat.v1.avsc", schemas / "events/heartbeat.v2.avsc")
        self.refused(schemas, r"heartbeat.* has the fingerprint of .*heartbeat")

    def test_a_file_that_is_called_otherwise_than_its_schema(self, schemas: Path) -> None:
        (schemas / "events/heartbeat.v1.avsc").rename(schemas / "events/heart_beat.v1.avsc")
        self.refused(schemas, r"heart_beat\.v1\.avsc: holds cn\.yisong\.events\.Heartbeat")

    def test_a_file_name_without_a_version(self, schemas: Path) -> None:
        (schemas / "leaf.v1.avsc").rename(schemas / "leaf.avsc")
        self.refused(schemas, r"leaf\.avsc: a schema file is called")

    def test_a_type_that_does_not_exist(self, schemas: Path) -> None:
        path = schemas / "events/heartbeat.v1.avsc"
        path.write_text(path.read_text("utf-8").replace('"long"', '"longish"'), "utf-8")
        self.refused(schemas, r"heartbeat\.v1\.avsc: .*longish")

    def test_a_registry_without_an_envelope(self, schemas: Path) -> None:
        (schemas / "envelope.v1.avsc").unlink()
        self.refused(schemas, r"Envelope: there is no such schema")

    def test_every_fault_is_named_at_once(self, schemas: Path) -> None:
        (schemas / "envelope.v1.avsc").unlink()
        (schemas / "events/heartbeat.v1.avsc").write_text("{", "utf-8")
        self.refused(schemas, r"(?s)heartbeat.*Envelope")


def test_what_is_derived_from_the_catalogue_has_not_drifted() -> None:
    """After a change of events.yaml: python -m yisong.schemas.generate."""
    derived = derived_files(folder())
    drifted = [path.name for path, text in derived.items() if not path.is_file() or path.read_text("utf-8") != text]
    assert drifted == []


def test_nothing_is_left_over_from_an_older_catalogue() -> None:
    derived = {path.resolve() for path in derived_files(folder())}
    models = Path(__file__).parents[3] / "yisong/schemas/models"
    kept = {models / "__init__.py", models / "base.py"}
    on_disk = {*models.glob("*.py"), *(folder() / "schemas").glob("*/*.avsc")}
    assert {path.resolve() for path in on_disk} - {path.resolve() for path in kept} == derived


def collect(node: object, nested: dict[str, object]) -> None:
    match node:
        case {"type": "record", "name": str(name), "namespace": "cn.yisong.records"}:
            nested[name] = node
    for value in node.values() if hasattr(node, "values") else node if isinstance(node, list) else ():
        collect(value, nested)


def collect_enums(node: object, found: dict[str, list[str]]) -> None:
    match node:
        case {"type": "enum", "name": str(name), "symbols": [*symbols]}:
            found[name] = symbols
    for value in node.values() if hasattr(node, "values") else node if isinstance(node, list) else ():
        collect_enums(value, found)


def shallow(raw: object) -> list[tuple[str, str]]:
    """Field names and types; a named type by its name, because it may be written out elsewhere."""
    assert isinstance(raw, dict)
    return [(field["name"], named(field["type"])) for field in raw["fields"]]


def named(node: object) -> str:
    match node:
        case {"type": "record" | "enum", "name": name, "namespace": namespace}:
            return f"{namespace}.{name}"
        case {"type": "array", "items": items}:
            return f"array<{named(items)}>"
        case list():
            return "|".join(map(named, node))
        case _:
            return str(node)


def test_the_registry_is_loaded_once() -> None:
    one: Registry = registry()
    assert one is registry()
