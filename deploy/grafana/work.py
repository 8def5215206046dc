"""What is owed, and until when? The dashboard for the agencies' managers."""

from typing import Final

from deploy.grafana.panels import CHOSEN, Dashboard, Panel, Row

WORK: Final = Dashboard(
    uid="yisong-work",
    title="Yisong 移送 · handoffs and clocks",
    variables={"bus": "up", "agency": "yisong_trail_position"},
    rows=[
        Row(
            title="Duties 待办",
            panels=[
                Panel(
                    title="Open, by agency",
                    ask={"{{agency}}": f"sum by (agency) (yisong_duties_open{{{CHOSEN}}})"},
                    read="What each line owes.",
                    unit="none",
                ),
                Panel(
                    title="Overdue, by agency",
                    ask={"{{agency}}": f"sum by (agency) (yisong_duties_overdue{{{CHOSEN}}})"},
                    read="Of those the ones whose end, moved over holidays, has passed.",
                    unit="none",
                ),
                Panel(
                    title="Overdue now, by article",
                    ask={"{{agency}} {{article}}": f"sum by (agency, article) (yisong_duties_overdue{{{CHOSEN}}})"},
                    read="Under which article what is owed too late.",
                    unit="none",
                    shape="bargauge",
                ),
            ],
        ),
        Row(
            title="Handoffs 移交",
            panels=[
                Panel(
                    title="Pending, by how long they have waited",
                    ask={"{{age}}": f"max by (age) (yisong_handoffs_pending{{{CHOSEN}}})"},
                    read="All four trails count the same handoffs; `yisong handoffs` shows who owes them to whom.",
                    unit="none",
                    width=12,
                ),
                Panel(
                    title="Pending beyond their date",
                    ask={"late": f"max(yisong_handoffs_late{{{CHOSEN}}})"},
                    read="Late is never refused, but always recorded.",
                    unit="none",
                    width=12,
                ),
            ],
        ),
        Row(
            title="Clocks 期限",
            panels=[
                Panel(
                    title="Running, by timer",
                    ask={"{{timer}}": f"max by (timer) (yisong_clocks_running{{{CHOSEN}}})"},
                    read="The timers of rulebook/timers.yaml.",
                    unit="none",
                ),
                Panel(
                    title="Run out and still owed, by timer",
                    ask={"{{timer}}": f"max by (timer) (yisong_clocks_breached{{{CHOSEN}}})"},
                    read="Until somebody acts, or the case is closed.",
                    unit="none",
                    may_be_empty="no clock has run out",
                ),
                Panel(
                    title="Notices to be said",
                    ask={
                        "{{agency}} watched": f"max by (agency) (yisong_clocks_watched{{{CHOSEN}}})",
                        "{{agency}} due": f"max by (agency) (yisong_clocks_due{{{CHOSEN}}})",
                    },
                    read="Due for minutes: docs/runbooks/deadlines-unsaid.md.",
                    unit="none",
                ),
            ],
        ),
    ],
)
