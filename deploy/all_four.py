"""
How do all four lines stand on one host? ``compose/agency.yaml`` four times, with a broker: ``compose/all-four.yaml``.

``python -m deploy.all_four`` after a change of agency.yaml; a test fails while the file differs.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from yisong.embedded.broker import PROPERTIES
from yisong.home import AGENCIES

FOLDER: Final = Path(__file__).parent / "compose"
FILE: Final = "all-four.yaml"
_KAFKA, _FIRST_PORT = "kafka:9092", 8081
_SERVICES: Final = ("trail", "desk", "clocks", "gateway")
_HEAD: Final = """\
# All four lines and a broker on one host, to look at or to develop against. Written by `python -m deploy.all_four`.
#
#   python -m deploy.lines lines && LINES=$PWD/lines YISONG_IMAGE=… KAFKA_IMAGE=… POSTGRES_IMAGE=… \\
#     docker compose -f deploy/compose/all-four.yaml up -d
#
# Broker and databases speak in clear, on networks that lead nowhere else. Real cases want a secured broker: see
# deploy/README.md.
"""

# Where the embedded broker says where it is, the container says so itself.
_PLACE: Final = re.compile(r"listener|advertised|controller|log\.dirs|process\.roles|node\.id")


def whole() -> str:
    """Return the file for all four lines, from the one for one line."""
    one = yaml.safe_load((FOLDER / "agency.yaml").read_text("utf-8"))
    services = {"kafka": _kafka(), "topics": _topics(one["services"]["upgrade"])}
    for number, agency in enumerate(AGENCIES):
        for name, service in one["services"].items():
            services[f"{agency}-{name}"] = _of_line(service, name, agency, port=_FIRST_PORT + number)
    networks = {f"line-{agency}": {"internal": True} for agency in AGENCIES}
    volumes: dict[str, dict[str, object]] = {f"{name}-{agency}": {} for agency in AGENCIES for name in one["volumes"]}
    row = {
        "name": "yisong",
        "services": services,
        "networks": {"bus": {"internal": True}, "doors": {}, **networks},
        "volumes": {"log": {}, **volumes},
    }
    return _HEAD + yaml.dump(row, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


def _of_line(service: Mapping[str, Any], name: str, agency: str, *, port: int) -> dict[str, Any]:
    """Return *service* of agency.yaml for the line of *agency*."""
    row: dict[str, Any] = _said(service, {"${AGENCY}": agency, "${LINE:?the home of the line}": f"{_LINES}/{agency}"})
    row = _said(row, {"${LINE}": f"{_LINES}/{agency}", "${GATEWAY_PORT:-8080}": str(port)})
    row["networks"] = [f"line-{agency}" if one == "line" else one for one in service["networks"]]
    row["volumes"] = [_volume(one, agency) for one in row["volumes"] if "/tls:" not in one and "/users/" not in one]
    if "depends_on" in row:
        row["depends_on"] = {f"{agency}-{one}": when for one, when in row["depends_on"].items()}
    if name in _SERVICES:
        row["depends_on"]["topics"] = {"condition": "service_completed_successfully"}
    if name == "gateway":
        row["networks"].append("doors")
    return row


_LINES: Final = "${LINES:?the folder of the four lines}"


def _volume(text: str, agency: str) -> str:
    name, _, rest = text.partition(":")
    return f"{name}-{agency}:{rest}" if name in ("database", "evidence") else text


def _said(value: Any, words: Mapping[str, str]) -> Any:  # noqa: ANN401 (whatever YAML holds)
    """Return a copy of *value* in which *words* stand for others, in every text."""
    match value:
        case str():
            for old, new in words.items():
                value = value.replace(old, new)
            return value
        case dict():
            return {key: _said(one, words) for key, one in value.items()}
        case list():
            return [_said(one, words) for one in value]
    return value


def _topics(upgrade: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes the topics as topics.yaml declares them, before anybody asks for one."""
    kept = {key: value for key, value in upgrade.items() if key not in ("depends_on", "volumes", "command", "networks")}
    return {
        **kept,
        "command": ["yisong.cli", "topics", "apply", "--bootstrap", _KAFKA, "--brokers", "embedded"],
        "networks": ["bus"],
        "depends_on": {"kafka": {"condition": "service_healthy"}},
        "volumes": [f"{_LINES}/{AGENCIES[0]}/bus.yaml:/etc/yisong/bus.yaml:ro"],
    }


def _kafka() -> dict[str, Any]:
    """Return the broker, with the settings of the embedded one; its image is Apache's, or one that reads the same."""
    lines = [line for line in PROPERTIES.splitlines() if line and not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines if not _PLACE.search(line.split("=", 1)[0]))
    environment = {f"KAFKA_{key.upper().replace('.', '_')}": value for key, value in settings.items()}
    return {
        "image": "${KAFKA_IMAGE:?Apache Kafka 4, by its digest}",
        "restart": "unless-stopped",
        "networks": ["bus"],
        "environment": {
            "KAFKA_NODE_ID": "1",
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_LISTENERS": "CLIENT://:9092,CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": f"CLIENT://{_KAFKA}",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "CLIENT",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@kafka:9093",
            "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
            **environment,
        },
        "volumes": ["log:/var/lib/kafka/data"],
        "healthcheck": {
            "test": ["CMD", "/opt/kafka/bin/kafka-broker-api-versions.sh", "--bootstrap-server", "localhost:9092"],
            "interval": "10s",
            "timeout": "10s",
            "retries": 12,
        },
    }


class _Plain(yaml.SafeDumper):
    """Writes every value out: a reader should not have to follow anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (PyYAML's signature)
        """Say yes."""
        return True


def main() -> None:
    """Write the file in its place."""
    (FOLDER / FILE).write_text(whole(), encoding="utf-8")


if __name__ == "__main__":
    main()
