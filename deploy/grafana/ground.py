"""How are Kafka and PostgreSQL, as the nodes measure them? No exporter of others is needed."""

from typing import Final

from deploy.grafana.panels import CHOSEN, Dashboard, Panel, Row

GROUND: Final = Dashboard(
    uid="yisong-ground",
    title="Yisong 移送 · Kafka and PostgreSQL",
    variables={"bus": "up", "agency": "yisong_trail_position"},
    rows=[
        Row(
            title="Kafka, as each node sees it",
            panels=[
                Panel(
                    title="Since Kafka last answered",
                    ask={"{{agency}}": f'time() - yisong_figures_at_seconds{{{CHOSEN},what="broker"}}'},
                    read="Asked every ten seconds. Above 120: docs/runbooks/kafka-silent.md.",
                    unit="s",
                    bad_above=120,
                ),
                Panel(
                    title="How long it took to answer",
                    ask={"{{agency}}": f"yisong_broker_answer_seconds{{{CHOSEN}}}"},
                    read="To say where the log ends.",
                    unit="s",
                ),
                Panel(
                    title="Broker time ahead of ours",
                    ask={"{{agency}}": f"yisong_broker_ahead_seconds{{{CHOSEN}}}"},
                    read="Of the newest record. On a demo bus a replayed history is far behind.",
                    unit="s",
                ),
                Panel(
                    title="Brokers",
                    ask={"brokers": f"min(yisong_broker_nodes{{{CHOSEN}}})"},
                    read="As Kafka says.",
                    unit="none",
                    shape="stat",
                ),
                Panel(
                    title="Partitions that lack a leader or a replica",
                    ask={"{{trouble}}": f"max by (trouble) (yisong_broker_partitions_lacking{{{CHOSEN}}})"},
                    read="Above 0: docs/runbooks/kafka-thin.md.",
                    unit="none",
                    bad_above=1,
                ),
                Panel(
                    title="Records appended a second",
                    ask={"{{agency}}": f"sum by (agency) (rate(yisong_trail_position{{{CHOSEN}}}[5m]))"},
                    read="As fast as the trails follow.",
                    unit="ops",
                ),
            ],
        ),
        Row(
            title="PostgreSQL, as each node sees its own",
            panels=[
                Panel(
                    title="Since PostgreSQL last answered",
                    ask={"{{agency}}": f'time() - yisong_figures_at_seconds{{{CHOSEN},what="database"}}'},
                    read="Asked every ten seconds. Above 120: docs/runbooks/database-silent.md.",
                    unit="s",
                    bad_above=120,
                ),
                Panel(
                    title="How long it took to answer",
                    ask={"{{agency}}": f"yisong_database_answer_seconds{{{CHOSEN}}}"},
                    read="To say how it is.",
                    unit="s",
                ),
                Panel(
                    title="Size",
                    ask={"{{agency}}": f"yisong_database_bytes{{{CHOSEN}}}"},
                    read="Indexes included.",
                    unit="bytes",
                ),
                Panel(
                    title="Connections of those let in",
                    ask={
                        "{{agency}}": f"yisong_database_connections{{{CHOSEN}}} / "
                        f"yisong_database_connections_limit{{{CHOSEN}}}"
                    },
                    read="Of the server.",
                    unit="percentunit",
                    bad_above=0.9,
                ),
                Panel(
                    title="Transactions a second",
                    ask={
                        "{{agency}} committed": f"rate(yisong_database_transactions_total{{{CHOSEN}}}[5m])",
                        "{{agency}} rolled back": f"rate(yisong_database_rollbacks_total{{{CHOSEN}}}[5m])",
                        "{{agency}} deadlocks": f"rate(yisong_database_deadlocks_total{{{CHOSEN}}}[5m])",
                    },
                    read="Of this node's database.",
                    unit="ops",
                ),
                Panel(
                    title="Oldest open transaction",
                    ask={"{{agency}}": f"yisong_database_transaction_age_seconds{{{CHOSEN}}}"},
                    read="Old ones keep the database from cleaning up.",
                    unit="s",
                ),
            ],
        ),
        Row(
            title="How old are these figures?",
            panels=[
                Panel(
                    title="Since each kind was looked up",
                    ask={"{{agency}} {{what}}": f"time() - yisong_figures_at_seconds{{{CHOSEN}}}"},
                    read="What takes long to look up is left alone a hundred times as long.",
                    unit="s",
                    width=24,
                ),
            ],
        ),
    ],
)
