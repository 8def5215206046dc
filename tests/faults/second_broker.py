"""How does an embedded cluster get a second broker, that can be lost without anybody being hurt?"""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from tests.waiting import until
from yisong.embedded import Bus, broker, jars, ports

_NODE: Final = 2
_CHANGED: Final = {"process.roles": "broker", "node.id": str(_NODE)}


class SecondBroker:
    """Apache Kafka in the folder *data*, a broker of the cluster of *bus* that is no controller."""

    def __init__(self, bus: Bus, data: Path) -> None:
        self._classpath = jars.classpath(progress=lambda _: None)
        self._data, self._log = data, bus.home.logs / "second-broker.log"
        self._properties = data.parent / "second.properties"
        self._port = ports.free()
        self._process: subprocess.Popen[bytes] | None = None
        self._bootstrap = str(bus.running.bootstrap)
        self._admin = self._client()
        self._properties.write_text(self._own(bus.home.data / "kafka.properties"))
        self._format(bus.home.data / broker.NAME)

    def _client(self) -> KafkaAdminClient:
        return KafkaAdminClient(bootstrap_servers=self._bootstrap)

    def _own(self, first: Path) -> str:
        """Return the properties of the *first* broker, changed into ours."""
        address = f"CLIENT://{ports.LOOPBACK}:{self._port}"
        changed = {**_CHANGED, "listeners": address, "advertised.listeners": address, "log.dirs": str(self._data)}
        lines = [line.partition("=") for line in first.read_text().splitlines() if not line.startswith("#")]
        return "".join(f"{name}={changed.get(name, value)}\n" for name, _, value in lines)

    def _format(self, first: Path) -> None:
        known = dict(line.split("=", 1) for line in (first / "meta.properties").read_text().splitlines() if "=" in line)
        argv = (*broker._java(self._classpath), "kafka.tools.StorageTool", "format")
        subprocess.run([*argv, f"--cluster-id={known['cluster.id']}", "-c", str(self._properties)], check=True)

    def start(self) -> None:
        """Start it, and wait until the cluster has it."""
        argv = (*broker._java(self._classpath), "kafka.Kafka", str(self._properties))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(argv, stdout=log, stderr=log)
        until(lambda: self._brokers() == {1, _NODE}, f"the second broker does not come; see {self._log}")

    def stop(self) -> None:
        """Stop it in good order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def place(self, topic: str, partition: int, *brokers: int) -> None:
        """Have a partition lie at *brokers* from now on, and wait until all of them are in sync."""
        # A client of before does not know the broker that is named to it as the controller: any of them may be.
        with closing(self._client()) as admin:
            admin.alter_partition_reassignments({TopicPartition(topic, partition): list(brokers)})
        until(lambda: self._in_sync(topic, partition) == set(brokers), f"{topic} does not come to lie at {brokers}")

    def _brokers(self) -> set[int]:
        with suppress(KafkaError):
            found = self._admin.describe_cluster()["brokers"]
            return {one["broker_id"] for one in found if not one["is_fenced"]}
        return set()

    def _in_sync(self, topic: str, partition: int) -> set[int]:
        with suppress(KafkaError):
            (described,) = self._admin.describe_topics([topic])
            found = next(one for one in described["partitions"] if one["partition_index"] == partition)
            return set(found["isr_nodes"]) & set(found["replica_nodes"])
        return set()

    def close(self) -> None:
        """Stop it, if it runs."""
        self.stop()
        self._admin.close()


@contextmanager
def second_broker(bus: Bus, folder: Path) -> Iterator[SecondBroker]:
    """Give a second broker to the cluster of *bus*, and take it away again."""
    found = SecondBroker(bus, folder / "second-broker")
    try:
        found.start()
        yield found
    finally:
        found.close()
