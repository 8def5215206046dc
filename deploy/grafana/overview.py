"""Is the bus well? The dashboard for operators."""

from typing import Final

from deploy.grafana.panels import Dashboard, Panel, Row

_ALL: Final = 'bus=~"$bus"'

OVERVIEW: Final = Dashboard(
    uid="yisong-overview",
    title="Yisong 移送 · overview",
    variables={"bus": "up"},
    rows=[
        Row(
            title="Is the bus well?",
            panels=[
                Panel(
                    title="Processes that do not answer",
                    ask={"not answering": f'count(up{{job="yisong",{_ALL}}} == 0) or vector(0)'},
                    read="Above 0: see which in the next panel, and docs/runbooks/process-down.md.",
                    shape="stat",
                    width=4,
                    bad_above=1,
                ),
                Panel(
                    title="Alerts",
                    ask={"firing": 'count(ALERTS{alertstate="firing"}) or vector(0)'},
                    read="Every alert names its page in docs/runbooks.",
                    shape="stat",
                    width=4,
                    bad_above=1,
                ),
                Panel(
                    title="Nodes whose trail differs",
                    ask={"differing": f"sum(yisong_checkpoint_differs{{{_ALL}}} > bool 0)"},
                    read="0: all four trails have the same roots. Anything else: docs/runbooks/trails-differ.md, now.",
                    shape="stat",
                    width=4,
                    bad_above=1,
                ),
                Panel(
                    title="Heartbeats: how old is the newest on each trail?",
                    ask={"{{agency}}": f"min by (agency) (yisong_heartbeat_age_seconds{{{_ALL}}})"},
                    read="Each node says one a minute, the whole way of an event: the sign of life of an idle bus.",
                    unit="s",
                    width=12,
                    bad_above=300,
                    may_be_empty="a demo bus says heartbeats only where it was told to",
                ),
            ],
        ),
        Row(
            title="Does what is published become recorded?",
            panels=[
                Panel(
                    title="Records judged a second",
                    ask={
                        "{{agency}} {{verdict}}": "sum by (agency, verdict) "
                        f"(rate(yisong_verdicts_total{{{_ALL}}}[5m]))"
                    },
                    read="All four nodes judge the same records, so the lines lie on each other.",
                    unit="ops",
                ),
                Panel(
                    title="From the log into the trail, 95 of 100 batches",
                    ask={
                        "{{agency}}": "histogram_quantile(0.95, sum by (agency, le) "
                        f"(rate(yisong_recorded_seconds_bucket{{{_ALL}}}[5m])))"
                    },
                    read="Of the oldest record of each batch. Nothing where nothing came, or a history is replayed.",
                    unit="s",
                    bad_above=30,
                ),
                Panel(
                    title="On the log and not in the trail",
                    ask={"{{agency}}": f"sum by (agency) (yisong_trail_behind_records{{{_ALL}}})"},
                    read="High after a stop, then falling: it catches up. Level: docs/runbooks/trail-stuck.md.",
                    unit="none",
                ),
                Panel(
                    title="Entries that at least so many nodes have cosigned",
                    ask={"{{nodes}} of 4": f"max by (nodes) (yisong_checkpoint_cosigned_entries{{{_ALL}}})"},
                    read="From 3 of 4 on an entry is proven. The lines lie on each other while all nodes run.",
                    unit="none",
                ),
                Panel(
                    title="How old is what three have cosigned all of?",
                    ask={"{{agency}}": f"max by (agency) (yisong_checkpoint_behind_seconds{{{_ALL}}})"},
                    read="A few seconds. Growing: docs/runbooks/proof-behind.md. Traffic goes on meanwhile.",
                    unit="s",
                    bad_above=300,
                ),
                Panel(
                    title="The same event is next to be sent or judged",
                    ask={"{{agency}}": f"max by (agency) (yisong_outbox_stuck_seconds{{{_ALL}}})"},
                    read="Above 300: what this agency decides does not reach the log.",
                    unit="s",
                    bad_above=300,
                ),
            ],
        ),
        Row(
            title="Gateways: rate, errors, duration",
            panels=[
                Panel(
                    title="Requests a second",
                    ask={
                        "{{agency}} {{status}}": "sum by (agency, status) "
                        f"(rate(yisong_gateway_request_seconds_count{{{_ALL}}}[5m]))"
                    },
                    read="By class of status.",
                    unit="reqps",
                ),
                Panel(
                    title="Failed by our fault",
                    ask={"{{agency}}": f"yisong:gateway_errors:ratio5m{{{_ALL}}}"},
                    read="5xx of all requests. Nothing where nobody asks.",
                    unit="percentunit",
                    bad_above=0.0144,
                ),
                Panel(
                    title="Duration, 95 of 100 requests",
                    ask={
                        "{{agency}}": "histogram_quantile(0.95, sum by (agency, le) "
                        f"(rate(yisong_gateway_request_seconds_bucket{{{_ALL}}}[5m])))"
                    },
                    read="Who asks to wait for a verdict is answered when it has come, and is in here, too.",
                    unit="s",
                ),
            ],
        ),
        Row(
            title="What runs out?",
            panels=[
                Panel(
                    title="Calendar",
                    ask={"days": f"min(yisong_calendar_days{{{_ALL}}})"},
                    read="Until the end of the last year whose holidays are in the rulebook.",
                    unit="d",
                    shape="stat",
                ),
                Panel(
                    title="Keys",
                    ask={"{{agency}} {{use}}": f"min by (agency, use) (yisong_key_days{{{_ALL}}})"},
                    read="Until the first organ of the line has no key of this use any more.",
                    unit="d",
                    shape="bargauge",
                    may_be_empty="the keys of a demo bus have no end",
                ),
                Panel(
                    title="Waits for a person",
                    ask={
                        "{{agency}} desk": f"max by (agency) (yisong_desk_parked{{{_ALL}}})",
                        "{{agency}} outbox": f'max by (agency) (yisong_outbox_events{{{_ALL},state="parked"}})',
                    },
                    read="`yisong dead-letters list`, and docs/runbooks/parked.md.",
                    unit="none",
                    bad_above=1,
                ),
            ],
        ),
    ],
)
