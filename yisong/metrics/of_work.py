"""What is measured of the agencies' work: desks, duties, clocks, handoffs, what is sent, who comes to the gateway?"""

from collections.abc import Mapping
from typing import Final

from yisong.metrics import labels as by
from yisong.metrics.metric import REQUEST_SECONDS, Metric, counter, gauge, histogram
from yisong.metrics.names import MetricName

OF_WORK: Final[Mapping[MetricName, Metric]] = {
    "yisong_desk_deliveries_total": counter(
        "records", "Deliveries that the desk has answered; duplicate: it had before.", by.OUTCOME, by.DESK_REASON
    ),
    "yisong_desk_parked": gauge(
        "records", "Deliveries that wait for a person, those behind them in their case included. Above 0: look at them."
    ),
    "yisong_inbox_behind_records": gauge(
        "records",
        "In the inbox, and not yet acknowledged by the desk. The group's position is read before the end, so that it "
        "is never negative; of a partition without a position all of it.",
        by.INBOX_PARTITION,
    ),
    "yisong_inbox_behind_seconds": gauge(
        "seconds",
        "Age of the newest moment of which the desk has acknowledged all its inbox. Growing is bad, high is not.",
    ),
    "yisong_inbox_without_position": gauge(
        "partitions", "Of the inbox, that hold records and of which the desk has acknowledged none yet."
    ),
    "yisong_duties_open": gauge("things", "Duties of our organs that are open.", by.ARTICLE),
    "yisong_duties_overdue": gauge(
        "things", "Open duties whose end, moved over holidays, has passed. Late is recorded, not refused.", by.ARTICLE
    ),
    "yisong_clocks_running": gauge("things", "Clocks on this trail that run, windows included.", by.TIMER),
    "yisong_clocks_breached": gauge(
        "things", "Clocks on this trail that have run out and whose act is still owed.", by.TIMER
    ),
    "yisong_handoffs_pending": gauge(
        "things", "Clocks by which an act makes another organ owe an answer, and that is owed still.", by.AGE
    ),
    "yisong_handoffs_late": gauge("things", "Handoffs that are pending beyond their date."),
    "yisong_clocks_watched": gauge(
        "things", "Notices that this node would say if nobody else does: what is still to run out, and what has."
    ),
    "yisong_clocks_due": gauge(
        "things", "Notices whose turn has come and that are not on the log. Above 0 for minutes: nobody says them."
    ),
    "yisong_clocks_notices_total": counter(
        "events", "Notices that this node has put into its outbox, again ones included.", by.NOTICE
    ),
    "yisong_clocks_provisional_years": gauge(
        "things",
        "Years in which running clocks end and whose holidays are not known. Above 0: the calendar needs them.",
    ),
    "yisong_outbox_events": gauge("events", "Of the outbox, that have no verdict of their own trail.", by.OUTBOX_STATE),
    "yisong_outbox_stuck_seconds": gauge(
        "seconds",
        "How long the same event has been the next to be sent or judged; 0 where none is. Who waits for a second "
        "signature, and what waits behind it, does not count.",
    ),
    "yisong_body_keys_total": counter(
        "things", "Keys of sealed bodies that our line got, gave, or took back.", by.KEY_ACT
    ),
    "yisong_draft_messages_total": counter(
        "records",
        "Messages on our drafts topic. Beside draft, signed, declined, withdrawn, known and late: noise.",
        by.MESSAGE,
    ),
    "yisong_pii_letters_total": counter(
        "records", "Letters on our topic of P2 tokens. Beside asked, answered and known: noise.", by.MESSAGE
    ),
    "yisong_evidence_lost_total": counter(
        "things", "Evidence that was asked for and is not what its hash says. Alarm above 0.", by.LOSS
    ),
    "yisong_gateway_request_seconds": histogram(
        "seconds",
        "From the first byte of a request to the last of its answer; its count is the rate, its 5xx are the errors. "
        "Who asks to wait for a verdict or for news is answered when it has come.",
        REQUEST_SECONDS,
        by.METHOD,
        by.ROUTE,
        by.STATUS,
    ),
}
