"""How does a test read what is deployed? Compose files and manifests as values, and what a service is given by each."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

ROOT: Final = Path(__file__).parents[1] / "deploy"
HOME: Final = "/etc/yisong"
DIGEST: Final = f"sha256:{'0' * 64}"
SERVICES: Final = ("trail", "desk", "clocks", "gateway")

_VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::-(?P<default>[^}]*)|:\?[^}]*)?\}")


class Given(NamedTuple):
    """What one service gets: its arguments, what of its home is there, where it may write, and its probes."""

    argv: tuple[str, ...]
    files: frozenset[str]
    writable: frozenset[str]
    probes: frozenset[tuple[int, str]]


def compose(name: str, **variables: str) -> dict[str, Any]:
    """Return a Compose file with *variables* put in; KeyError where it asks for another one."""
    text = (ROOT / "compose" / name).read_text("utf-8")
    known = {"YISONG_IMAGE": f"yisong@{DIGEST}", "POSTGRES_IMAGE": f"postgres@{DIGEST}", **variables}

    def value(match: re.Match[str]) -> str:
        return known[match["name"]] if match["default"] is None else known.get(match["name"], match["default"])

    row: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(value, text))
    return row


def manifests(folder: str) -> list[dict[str, Any]]:
    """Return every resource that the kustomization of *folder* names, base and all; its own generators left out."""
    here = ROOT / "k8s" / folder
    known = yaml.safe_load((here / "kustomization.yaml").read_text("utf-8"))
    found: list[dict[str, Any]] = []
    for name in known["resources"]:
        path = (here / name).resolve()
        if path.is_dir():
            found += manifests(path.relative_to((ROOT / "k8s").resolve()).as_posix())
        else:
            found += [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]
    return found


def of_compose(service: Mapping[str, Any], agency: str) -> Given:
    """Return what *service* of a Compose file is given."""
    mounts = [one.split(":") for one in service["volumes"]]
    probe = re.search(r":(\d+)(/\w+)", " ".join(service.get("healthcheck", {}).get("test", ())))
    return Given(
        argv=tuple(service["command"]),
        files=frozenset(_named(mount[1], agency) for mount in mounts if mount[-1] == "ro"),
        writable=frozenset([*(mount[1] for mount in mounts if mount[-1] != "ro"), *service.get("tmpfs", ())]),
        probes=frozenset({(int(probe[1]), probe[2])} if probe else ()),
    )


def of_pod(template: Mapping[str, Any], agency: str) -> Given:
    """Return what the one container of a pod *template* is given."""
    (container,) = template["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", ())}
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness") if ports]
    return Given(
        argv=tuple(word.replace("$(AGENCY)", agency) for word in container["args"]),
        files=frozenset(_named(one["mountPath"], agency) for one in container["volumeMounts"] if one.get("readOnly")),
        writable=frozenset(one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")),
        probes=frozenset((ports[probe["port"]], probe["path"]) for probe in probes),
    )


def _named(path: str, agency: str) -> str:
    """Return a path below the home; the file of a user as the folder in which it lies."""
    name = path.removeprefix(f"{HOME}/")
    return re.sub(rf"^users/\w+-{agency}\.password$", "users", name)


def pods(resources: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every pod template by the name of what makes it."""
    for one in resources:
        if one["kind"] in ("Deployment", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]
