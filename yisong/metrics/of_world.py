"""What does a node measure of the world that it stands on: broker, database, calendar, keys?"""

from collections.abc import Mapping
from typing import Final

from yisong.metrics import labels as by
from yisong.metrics.metric import Metric, counter, gauge
from yisong.metrics.names import MetricName

OF_WORLD: Final[Mapping[MetricName, Metric]] = {
    "yisong_broker_ahead_seconds": gauge(
        "seconds", "By which broker time was ahead of ours when the newest record arrived; alarm at 1 (production)."
    ),
    "yisong_broker_answer_seconds": gauge("seconds", "That Kafka last took to say where the log ends."),
    "yisong_broker_nodes": gauge("things", "Brokers of the cluster, as Kafka says."),
    "yisong_broker_partitions_lacking": gauge(
        "partitions", "Of all topics, that have no leader, or fewer replicas in sync than they should.", by.TROUBLE
    ),
    "yisong_database_answer_seconds": gauge("seconds", "That PostgreSQL last took to say how it is."),
    "yisong_database_bytes": gauge("bytes", "Of this node's database, indexes included."),
    "yisong_database_connections": gauge("things", "Connections to the server of this node's database."),
    "yisong_database_connections_limit": gauge("things", "Connections that the server lets in at most."),
    "yisong_database_transaction_age_seconds": gauge(
        "seconds", "Of the oldest transaction that is open in this node's database. Old ones keep it from cleaning up."
    ),
    "yisong_database_transactions_total": counter("things", "Transactions committed in this node's database."),
    "yisong_database_rollbacks_total": counter("things", "Transactions rolled back in this node's database."),
    "yisong_database_deadlocks_total": counter("things", "Deadlocks in this node's database."),
    "yisong_calendar_days": gauge(
        "days", "Until the end of the last year whose holidays the rulebook knows. Clocks beyond it are provisional."
    ),
    "yisong_key_days": gauge(
        "days", "Until the first of our organs has no key of this use any more. Absent where no key ends.", by.KEY_USE
    ),
    "yisong_figures_at_seconds": gauge(
        "seconds",
        "Since 1970 (UTC): when this node last looked figures up, so that one sees how old they are. Where those of "
        "broker or database grow old, it does not answer this node.",
        by.FIGURE,
    ),
}
