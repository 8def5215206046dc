"""Which topics has the bus, and which metrics do its services show?"""

from docsite.markdown import code, codes, head, table
from yisong.kafka.declared import TopicsFile, TopicShape
from yisong.metrics import FOREIGN, METRICS


def topics(file: TopicsFile) -> str:
    """Return the page of the topics: what lies there, for how long, and who may write and read it."""
    return "\n".join(
        [
            head(
                "Topics",
                "Every topic of the bus, from `topics.yaml`.",
                "`yisong topics plan` shows what a broker has differently.",
            ),
            *(_topic(name, one) for name, one in file.topics.items()),
        ]
    )


def _topic(name: str, one: TopicShape) -> str:
    stamp = one.timestamp if isinstance(one.timestamp, str) else ", ".join(f"{v} ({k})" for k, v in one.timestamp)
    facts = (
        ("Owner", one.owner),
        ("Key, value", f"{code(one.key)}, {code(one.value)}"),
        ("Partitions", str(one.partitions)),
        ("Kept", one.retention),
        ("Timestamp", stamp),
        ("Largest batch", f"{one.max_bytes:,} bytes"),
        ("Written by", codes(one.producers)),
        ("Read by", codes(one.consumers)),
        ("Besides", ", ".join(f"{code(row.who)} may {row.may}" for row in one.acls)),
    )
    return f"## {name}\n\n{one.description}\n\n{table(('', ''), (fact for fact in facts if fact[1]))}"


def metrics() -> str:
    """Return the page of the metrics: what each means, and by what it is told apart."""
    rows = (
        (code(name), one.kind, one.unit, codes(("agency", *(label.name for label in one.labels))), one.meaning)
        for name, one in METRICS.items()
    )
    foreign = ((code(name), meaning) for name, meaning in FOREIGN.items())
    return "\n".join(
        [
            head(
                "Metrics",
                "What the services show at `/metrics`, from the catalogue `yisong/metrics`.",
                "A counter grows from 0 at the start of its process; a gauge is absent until it is known.",
            ),
            table(("Metric", "Kind", "Unit", "Labels", "What it means"), rows),
            "## Of others\n",
            table(("Metric", "What it means"), foreign),
        ]
    )
