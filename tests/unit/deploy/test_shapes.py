"""What is deployed has the shape that Compose and Kubernetes take, is closed by default, and has not drifted."""

import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import kubernetes_validate
import orjson
import pytest
import yaml
from compose_spec import PyCompose

from deploy import all_four, lines, strimzi
from tests.deployed import DIGEST, ROOT, compose, manifests, pods
from yisong.contract import folder
from yisong.embedded.jars import KAFKA_VERSION
from yisong.home import AGENCIES, Home
from yisong.kafka.declared import topics_file
from yisong.kafka.rights import rights, users

OVERLAYS = [f"overlays/{agency}" for agency in AGENCIES]


@pytest.mark.parametrize(
    ("name", "more"), [("agency.yaml", {"AGENCY": "police", "LINE": "/srv"}), ("all-four.yaml", {})]
)
def test_compose_takes_the_file(name: str, more: dict[str, str]) -> None:
    row = compose(name, **{"LINES": "/srv", "KAFKA_IMAGE": f"kafka@{DIGEST}", **more})
    row = {key: value for key, value in row.items() if not key.startswith("x-")}
    known = PyCompose.from_yaml(yaml.safe_dump(row))
    known.validate()

    used = {one for service in row["services"].values() for one in service["networks"]}
    assert used == set(row["networks"])
    kept = {mount.partition(":")[0] for service in row["services"].values() for mount in service["volumes"]}
    assert {name for name in kept if not name.startswith("/")} == set(row["volumes"])


def test_a_compose_file_with_a_slip_in_it_is_not_taken() -> None:
    row = compose("agency.yaml", AGENCY="police", LINE="/srv")
    row["services"]["trail"]["depends_on"]["upgrade"]["condition"] = "service_is_well"

    with pytest.raises(ValueError, match="condition"):
        PyCompose.from_yaml(yaml.safe_dump({key: row[key] for key in ("name", "services")}))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_takes_every_resource_of_a_line(overlay: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the validator, about its own imports
        for one in manifests(overlay):
            kubernetes_validate.validate(one, "1.34", strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_pod_is_nobody_can_write_nothing_and_asks_the_cluster_nothing(overlay: str) -> None:
    for name, template in pods(manifests(overlay)):
        pod = template["spec"]
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"], name
        assert not pod["automountServiceAccountToken"], name
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}
        assert set(container["resources"]["limits"]) == {"memory"}
        assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_whoever_is_not_named_speaks_with_nobody(overlay: str) -> None:
    resources = manifests(overlay)
    policies = {one["metadata"]["name"]: one["spec"] for one in resources if one["kind"] == "NetworkPolicy"}
    budgets = {one["metadata"]["name"] for one in resources if one["kind"] == "PodDisruptionBudget"}
    deployed = {one["metadata"]["name"] for one in resources if one["kind"] == "Deployment"}
    ports = {
        port["containerPort"] for _, pod in pods(resources) for port in pod["spec"]["containers"][0].get("ports", ())
    }
    (scraped,) = (row["ports"][0] for row in policies["from-monitoring"]["ingress"])

    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert budgets == deployed
    assert ports == {8080, *range(scraped["port"], scraped["endPort"] + 1)}


def test_the_four_lines_differ_in_their_name_alone() -> None:
    """Whoever changes one changes all."""
    for file in ("kustomization.yaml", "namespace.yaml", "line.yaml"):
        texts = {(ROOT / "k8s" / one / file).read_text("utf-8").replace(one.split("/")[1], "…") for one in OVERLAYS}
        assert len(texts) == 1, file
    for agency, overlay in zip(AGENCIES, OVERLAYS, strict=True):
        row = yaml.safe_load((ROOT / "k8s" / overlay / "kustomization.yaml").read_text("utf-8"))
        assert row["configMapGenerator"] == [{"name": "line", "files": ["line.yaml"], "literals": [f"agency={agency}"]}]


def test_what_is_written_by_programs_is_as_they_write_it() -> None:
    for name, text in strimzi.written().items():
        assert (strimzi.FOLDER / name).read_text("utf-8") == text, "python -m deploy.strimzi"
    assert (all_four.FOLDER / all_four.FILE).read_text("utf-8") == all_four.whole(), "python -m deploy.all_four"


def test_the_broker_has_every_topic_every_user_and_no_right_that_topics_yaml_does_not_give() -> None:
    known: dict[str, list[dict[str, Any]]] = {}
    for one in manifests("kafka"):
        known.setdefault(one["kind"], []).append(one)
    given = {
        (user["metadata"]["name"], acl["resource"]["type"], acl["resource"]["name"], operation.lower())
        for user in known["KafkaUser"]
        for acl in user["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    }

    assert {one["metadata"]["name"] for one in known["KafkaTopic"]} == set(topics_file().topics)
    assert {one["metadata"]["name"] for one in known["KafkaUser"]} == set(users())
    assert given == {(*right[:3], right.operation.replace("_", "")) for right in rights()}


def test_the_broker_is_closed_and_of_the_version_that_is_tested() -> None:
    (kafka,) = (one for one in manifests("kafka") if one["kind"] == "Kafka")
    (listener,) = kafka["spec"]["kafka"]["listeners"]

    assert kafka["spec"]["kafka"]["version"] == KAFKA_VERSION
    assert (listener["tls"], listener["authentication"]) == (True, {"type": "scram-sha-512"})
    assert kafka["spec"]["kafka"]["authorization"] == {"type": "simple"}
    for one in (*AGENCIES,):
        line = yaml.safe_load((ROOT / "k8s" / "overlays" / one / "line.yaml").read_text("utf-8"))
        assert line["kafka"] == f"{kafka['metadata']['name']}-kafka-bootstrap.yisong-kafka.svc:{listener['port']}"


def test_no_image_is_from_a_registry_that_we_chose() -> None:
    """Bare names, and arguments without a default: whoever deploys says from where."""
    containers = [pod["spec"]["containers"][0]["image"] for _, pod in pods(manifests("overlays/police"))]
    text = (ROOT / "images" / "Containerfile").read_text("utf-8")

    assert set(containers) == {"yisong"}
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${BASE}"}
    assert set(re.findall(r"^ARG (.+)$", text, re.MULTILINE)) == {"BASE"}
    for file in (ROOT / "compose").glob("*.yaml"):
        images = re.findall(r"^ +image: (.+)$", file.read_text("utf-8"), re.MULTILINE)
        assert all(re.fullmatch(r"\$\{[A-Z]+_IMAGE:\?.+\}", image) for image in images)


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody() -> None:
    text = (ROOT / "images" / "Containerfile").read_text("utf-8")
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()]
    packed = re.findall(r'^"(.+)" = "yisong/_contract', (folder() / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    sent = {line[1:] for line in (folder() / ".containerignore").read_text("utf-8").splitlines() if line[:1] == "!"}

    assert [name for name in copied if not (folder() / name).exists()] == []
    assert set(packed) <= set(copied) == sent
    assert (folder() / ".dockerignore").read_text("utf-8") == (folder() / ".containerignore").read_text("utf-8")
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == [f"{lines.USER}:{lines.USER}"]
    assert "--require-hashes" in text


def test_each_line_of_a_new_bus_gets_the_keys_of_its_own_organs(tmp_path: Path) -> None:
    lines.lay_out(tmp_path / "bus", profile="production")
    found = {agency: {file.name for file in (tmp_path / "bus" / agency / "keys").iterdir()} for agency in AGENCIES}
    homes = [Home(tmp_path / "bus" / agency) for agency in AGENCIES]
    public = {f"{key.key_id.replace('#', '.')}.key" for key in homes[0].bus().keys}

    assert sorted(path.name for path in (tmp_path / "bus").iterdir()) == sorted(AGENCIES)
    assert sum(map(len, found.values())) == len(set().union(*found.values()))
    assert set().union(*found.values()) == public
    assert "S-police.1.key" in found["police"]
    assert len({home.bus().name for home in homes}) == 1
    running = homes[3].running()
    assert running is not None
    assert (running.bootstrap, list(running.dsn), list(running.admin_dsn)) == ("kafka:9092", ["police"], ["police"])


def test_a_bus_that_is_there_is_never_made_anew(tmp_path: Path) -> None:
    (tmp_path / "police").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "deploy.lines", str(tmp_path)], capture_output=True, text=True, timeout=240, check=False
    )
    assert (done.returncode, "is not empty" in done.stderr) == (2, True)


def test_the_bill_of_materials_names_what_is_locked_with_its_hashes(tmp_path: Path) -> None:
    """Made by the command of `make sbom`."""
    recipe = re.search(
        r"^sbom:.*\n\t@mkdir -p build\n\t@\$\(BIN\)/(.+)$", (folder() / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    assert recipe is not None
    program, *argv = recipe[1].replace("build/yisong.cdx.json", str(tmp_path / "bill.json")).split()
    command = [str(Path(sys.executable).parent / program), *argv]
    done = subprocess.run(command, cwd=folder(), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    bill = orjson.loads((tmp_path / "bill.json").read_bytes())
    locked = set(
        re.findall(r"^([a-z0-9.\-]+)==(\S+) \\$", (folder() / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    )

    assert {(one["name"], one["version"]) for one in bill["components"]} == locked
    assert all(one["externalReferences"] or one["hashes"] for one in bill["components"])
