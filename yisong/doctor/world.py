"""Do broker, topics and processes answer, are they as declared, and do all judge by one law?"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

import orjson
from prometheus_client.parser import text_string_to_metric_families

from yisong.bootstrap import Bootstrap
from yisong.doctor.finding import Finding, fault, good, warning
from yisong.embedded.node import CLOCKS, desk_name, gateway_name, name
from yisong.embedded.ports import LOOPBACK
from yisong.errors import YisongError
from yisong.home import AGENCIES, Running
from yisong.kafka import acls, topics
from yisong.kafka.declared import Brokers, declared_topics
from yisong.kafka.log_ends import LogEnds
from yisong.kafka.rights import rights
from yisong.rulebook.model import BusProfile

ALARMING_SECONDS: Final = 1.0
LARGEST_SECONDS: Final = 60.0
"""From so far apart on the clocks of broker and node are an alarm, and nothing is sent any more."""
_OK: Final = 200
_CLOCK: Final = "Set the clocks of brokers and nodes by one source (chrony or NTP), then start the node again."


def broker(bootstrap: Bootstrap, bus: BusProfile, *, brokers: Brokers) -> Iterator[Finding]:
    """Look whether the broker answers, and has the topics of topics.yaml as they are declared."""
    try:
        with topics.admin(bootstrap) as client:
            found = topics.plan(declared_topics(bus, brokers=brokers), client)
            rights_differing = acls.plan(rights(), client) or ()
    except YisongError as away:
        means = "Nothing is sent and nothing recorded meanwhile; nothing is lost."
        yield fault("broker", "kafka", str(away), means, "See that Kafka runs (`yisong status`), then logs/kafka.log.")
        return
    yield good("broker", "kafka", "Kafka answers")
    differing = [*found.refusals, *found.todo]
    for change in differing:
        if change.action == "refuse":
            do = "Nobody may change this on a topic that has records. Find out who did, and restore the topic."
        else:
            do = "`yisong topics plan` shows it all, `yisong topics apply` puts it right and deletes nothing."
        means = f"The topic is not what the contract says. {change.why or 'Records may be lost or reordered.'}"
        yield fault(
            "topics", change.topic, f"{change.setting} is {change.actual}, declared is {change.declared}", means, do
        )
    for one in rights_differing:
        means = "Somebody may do more, or less, on Kafka than docs/security.md says."
        do = "Find out who changed it. `yisong topics apply` gives and withdraws rights until they are those declared."
        yield fault("topics", one.rule.principal, str(one), means, do)
    if not differing and not rights_differing:
        yield good("topics", "kafka", f"all {len(found.declared)} as topics.yaml declares them")


def log_ends(bootstrap: Bootstrap, bus: BusProfile) -> Mapping[int, int] | None:
    """Return where the log ends; None where the broker does not say."""
    try:
        with closing(LogEnds(bootstrap, bus.partitions)) as ends:
            return ends.now()
    except YisongError:
        return None


def processes(running: Running, bus: BusProfile, *, rulebook: bytes) -> Iterator[Finding]:
    """
    Look whether every process answers and can work, and whether the nodes judge by the *rulebook* in force (its hash).

    Of a production bus also what nodes have seen of the broker's clock.
    """
    for process, port in _ports(running):
        answer = _get(port, "/readyz")
        yield _judged(process, port, answer)
        if process in map(name, AGENCIES) and answer is not None:
            yield from _law(process, answer[1], rulebook)
            if bus.timestamp_type == "LogAppendTime":
                yield from _clock(process, port)


def _ports(running: Running) -> Iterator[tuple[str, int]]:
    if not running.nodes:
        return
    yield from ((name(one), running.metrics[one]) for one in AGENCIES)
    yield from ((desk_name(one), running.desks[one]) for one in AGENCIES)
    yield CLOCKS, running.clocks
    yield from ((gateway_name(one), running.gateways[one]) for one in AGENCIES if gateway_name(one) in running.pids)


def _judged(process: str, port: int, answer: tuple[int, Mapping[str, Any]] | None) -> Finding:
    do = f"The end of logs/{process}.log says what to do. Then start the bus again (`yisong down`, `yisong up`)."
    if answer is None:
        return fault("processes", process, f"nobody answers at port {port}", _MEANS[process.partition("-")[0]], do)
    status, said = answer
    if status == _OK:
        return good("processes", process, f"ready at port {port}")
    why = "; ".join(said.get("why", ())) or f"it answers {status}"
    return fault("processes", process, why, _MEANS[process.partition("-")[0]], do)


_MEANS: Final = {
    "node": "Its agency records, sends and cosigns nothing. The others go on, and nothing is lost: it catches up.",
    "desk": "What concerns its agency becomes no duty. It lies in the inbox, and is answered once the desk is back.",
    "clocks": "Nobody puts breaches and warnings on the log. They are derived all the same, and said later.",
    "gateway": "Nobody of its agency can publish or read over HTTP, or log in to the console.",
}


def _law(process: str, said: Mapping[str, Any], rulebook: bytes) -> Iterator[Finding]:
    theirs = said.get("rulebook")
    if theirs == rulebook.hex():
        yield good("rulebook", process, f"judges by {rulebook.hex()[:16]}…")
    elif theirs is not None:
        yield fault(
            "rulebook",
            process,
            f"it judges by {theirs[:16]}…, in force is {rulebook.hex()[:16]}…",
            "Its verdicts may be others than those of the other nodes, and its checkpoints then agree with nobody's.",
            "See `yisong rulebook show`. Let all nodes run the same release; start this one again.",
        )


def _clock(process: str, port: int) -> Iterator[Finding]:
    answer = _text(port, "/metrics")
    found = [
        sample.value
        for family in text_string_to_metric_families(answer or "")
        for sample in family.samples
        if sample.name == "yisong_broker_ahead_seconds"
    ]
    if found:
        yield clock(process, ahead=found[0])


def clock(where: str, *, ahead: float) -> Finding:
    """Judge by how many seconds the broker's clock is *ahead* of a node's; below 0: behind."""
    found = f"the broker's clock is {abs(ahead):.1f} s {'ahead of' if ahead >= 0 else 'behind'} ours"
    if abs(ahead) >= LARGEST_SECONDS:
        means = "The node folds, and sends nothing: claims and log times would not fit each other."
        return fault("clock", where, found, means, _CLOCK)
    if abs(ahead) >= ALARMING_SECONDS:
        means = f"Log times are evidence. From {LARGEST_SECONDS:.0f} s on the node sends nothing any more."
        return warning("clock", where, found, means, _CLOCK)
    return good("clock", where, found)


def _get(port: int, path: str) -> tuple[int, Mapping[str, Any]] | None:
    connection = HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = orjson.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return answer.status, said if isinstance(said, dict) else {}


def _text(port: int, path: str) -> str | None:
    connection = HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
