"""What does one node do?"""

from typing import Final

from deploy.grafana.panels import CHOSEN, Dashboard, Panel, Row

NODE: Final = Dashboard(
    uid="yisong-node",
    title="Yisong 移送 · one node",
    variables={"bus": "up", "agency": "yisong_trail_position"},
    rows=[
        Row(
            title="Trail",
            panels=[
                Panel(
                    title="Position",
                    ask={"{{agency}} {{partition}}": f"yisong_trail_position{{{CHOSEN}}}"},
                    read="The next offset of each partition.",
                    unit="none",
                ),
                Panel(
                    title="Where a batch spends its time",
                    ask={
                        "{{agency}} {{stage}}": "sum by (agency, stage) "
                        f"(rate(yisong_trail_batch_seconds_sum{{{CHOSEN}}}[5m]))"
                    },
                    read="Seconds of each second. What is near 1 is what to make faster.",
                    unit="s",
                ),
                Panel(
                    title="Records in a batch",
                    ask={
                        "{{agency}}": f"sum by (agency) (rate(yisong_trail_batch_records_sum{{{CHOSEN}}}[5m])) / "
                        f"(sum by (agency) (rate(yisong_trail_batch_records_count{{{CHOSEN}}}[5m])) > 0)"
                    },
                    read="Large ones while it catches up.",
                    unit="none",
                ),
                Panel(
                    title="Refused, by reason",
                    ask={
                        "{{reason}}": "sum by (reason) "
                        f'(increase(yisong_verdicts_total{{{CHOSEN},verdict="refused"}}[1h]))'
                    },
                    read="In the last hour. A refusal is evidence, and wakes nobody.",
                    unit="none",
                    may_be_empty="nothing was refused",
                ),
                Panel(
                    title="Looked through by the scrub",
                    ask={
                        "{{agency}} faults": f"yisong_scrub_faults{{{CHOSEN}}}",
                        "{{agency}} since (h)": f"yisong_scrub_covered_seconds{{{CHOSEN}}} / 3600",
                    },
                    read="Faults above 0: docs/runbooks/trail-altered.md.",
                    unit="none",
                ),
                Panel(
                    title="Since each other node was heard",
                    ask={
                        "{{peer}} by {{agency}}": f"yisong_checkpoint_peer_silent_seconds{{{CHOSEN}}}",
                    },
                    read="Idle nodes speak every ten intervals.",
                    unit="s",
                    bad_above=600,
                ),
            ],
        ),
        Row(
            title="Relay, desk, outbox",
            panels=[
                Panel(
                    title="Recorded and not in the inbox",
                    ask={"{{agency}}": f"yisong_relay_waiting_records{{{CHOSEN}}}"},
                    read="What the relay has still to put there.",
                    unit="none",
                ),
                Panel(
                    title="In the inbox and not settled",
                    ask={
                        "{{agency}}": f"sum by (agency) (yisong_inbox_behind_records{{{CHOSEN}}})",
                        "{{agency}} partitions never begun": f"yisong_inbox_without_position{{{CHOSEN}}}",
                    },
                    read="What the desk has still to answer.",
                    unit="none",
                ),
                Panel(
                    title="Deliveries settled a second",
                    ask={
                        "{{agency}} {{outcome}}": "sum by (agency, outcome) "
                        f"(rate(yisong_desk_deliveries_total{{{CHOSEN}}}[5m]))"
                    },
                    read="What the desk makes of what comes.",
                    unit="ops",
                ),
                Panel(
                    title="Outbox",
                    ask={"{{agency}} {{state}}": f"yisong_outbox_events{{{CHOSEN}}}"},
                    read="Drafted waits for a second signature, for a day at most; parked waits for a person.",
                    unit="none",
                ),
                Panel(
                    title="Memory and open files",
                    ask={
                        "{{process}} memory": 'process_resident_memory_bytes{job="yisong",bus=~"$bus"}',
                    },
                    read="Of every process of the bus.",
                    unit="bytes",
                ),
                Panel(
                    title="CPU",
                    ask={"{{process}}": 'rate(process_cpu_seconds_total{job="yisong",bus=~"$bus"}[5m])'},
                    read="1 = a whole core.",
                    unit="none",
                ),
            ],
        ),
    ],
)
