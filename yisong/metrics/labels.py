"""By what are metrics told apart? Labels whose values are few and known, or bounded by a rule: never a case."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label: its *values*, where they can be written down, else the *rule* that keeps them few."""

    name: str
    rule: str
    values: frozenset[str] = frozenset()


def _one_of(name: str, rule: str, *values: str) -> Label:
    return Label(name=name, rule=rule, values=frozenset(values))


_NODES: Final = ("copyright", "cac", "miit", "police")
_BAND_NAMES: Final = ("1h", "24h", "3d", "7d", "30d", "over")

AGENCY: Final = _one_of("agency", "whose process it is; every metric has it", *_NODES)
PARTITION: Final = Label(name="partition", rule="partitions of case-events: as many as the bus was made with")
INBOX_PARTITION: Final = Label(name="partition", rule="partitions of our agency's inbox: as many as topics.yaml says")
VERDICT: Final = _one_of("verdict", "the verdicts", "admitted", "admitted-late", "refused", "duplicate", "absent")
REASON: Final = Label(name="reason", rule="ids of rulebook/reasons.yaml; empty where nothing was refused")
STAGE: Final = _one_of("stage", "the steps of a batch", "open", "load", "fold", "write")
OUTCOME: Final = _one_of("outcome", "what a desk makes of a delivery", "emit", "owe", "ignore", "park", "duplicate")
DESK_REASON: Final = Label(name="reason", rule="reasons that the four desks' rules name; empty where there is none")
NOTICE: Final = _one_of("event_type", "what a clock says", "DeadlineBreached", "DeadlineApproaching", "Heartbeat")
PEER: Final = _one_of("peer", "the nodes; empty where a statement is nobody's", *_NODES, "")
STATEMENT: Final = _one_of("outcome", "what becomes of a statement", "merged", "again", "void")
HALT: Final = _one_of(
    "why", "why a partition is not signed", "rulebook", "building", "altered", "unlike-signed", "contradicted"
)
KEY_ACT: Final = _one_of("what", "what happens to the key of a body", "mirrored", "given", "withdrawn")
MESSAGE: Final = Label(name="result", rule="results that the code of the exchange names")
LOSS: Final = _one_of("why", "what is wrong with evidence", "changed", "gone")
TIMER: Final = Label(name="timer", rule="ids of rulebook/timers.yaml")
ARTICLE: Final = Label(name="article", rule="articles of rulebook/timers.yaml and of the desks' policy")
AGE: Final = _one_of("age", "how long it has waited: up to an hour, a day … or over 30 days", *_BAND_NAMES)
OUTBOX_STATE: Final = _one_of(
    "state", "states of the outbox that are not settled", "waiting", "drafted", "signed", "logged", "parked"
)
COSIGNERS: Final = _one_of("nodes", "how many nodes have cosigned it, at least", "1", "2", "3", "4")
METHOD: Final = _one_of("method", "HTTP methods", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other")
ROUTE: Final = Label(name="route", rule="the gateway's route templates, as /v1/events/{event_id}; none: no such route")
STATUS: Final = _one_of("status", "class of the HTTP status", "1xx", "2xx", "3xx", "4xx", "5xx")
KEY_USE: Final = _one_of("use", "what a key is for", "sign", "seal", "cosign")
TROUBLE: Final = _one_of("trouble", "what a partition of a topic lacks", "leader", "replica")
FIGURE: Final = _one_of("what", "figures that a node looks up", "work", "clocks", "proof", "broker", "database")
SERVICE: Final = _one_of("service", "what a process is", "trail", "desk", "clocks", "gateway")
