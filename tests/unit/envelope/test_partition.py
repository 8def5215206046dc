import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as murmur2_of_kafka_python

from yisong.envelope.partition import murmur2, partition_of

VECTORS = json.loads((Path(__file__).parents[3] / "conformance/bytes/murmur2.json").read_text(encoding="utf-8"))


class TestPartition:
    @pytest.mark.parametrize("vector", [v for v in VECTORS if "murmur2" in v], ids=lambda vector: vector["text"])
    def test_hashes_as_the_java_client_does(self, vector: dict[str, object]) -> None:
        """Kafka's own vectors, as signed 32-bit integers."""
        signed = int.from_bytes(murmur2(str(vector["text"]).encode()).to_bytes(4), signed=True)

        assert signed == vector["murmur2"]

    @pytest.mark.parametrize(
        "vector", [v for v in VECTORS if "partition_of_12" in v], ids=lambda vector: vector["text"]
    )
    def test_lies_where_the_contract_says(self, vector: dict[str, object]) -> None:
        """The contract's three cases lie in partitions 4, 9 and 1 of twelve."""
        assert partition_of(str(vector["text"]).encode(), 12) == vector["partition_of_12"]

    @given(st.binary(max_size=100), st.integers(1, 100))
    def test_agrees_with_another_client_on_every_key(self, key: bytes, partitions: int) -> None:
        """kafka-python's murmur2 gives the same hash, of keys of any length."""
        other = murmur2_of_kafka_python(key) & 0xFFFFFFFF

        assert murmur2(key) == other
        assert partition_of(key, partitions) == (other & 0x7FFFFFFF) % partitions
