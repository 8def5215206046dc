"""What is measured of trail, relay and checkpoints?"""

from collections.abc import Mapping
from typing import Final

from yisong.metrics import labels as by
from yisong.metrics.metric import BATCH_RECORDS, BATCH_SECONDS, WAITING_SECONDS, Metric, counter, gauge, histogram
from yisong.metrics.names import MetricName

OF_TRAILS: Final[Mapping[MetricName, Metric]] = {
    "yisong_verdicts_total": counter(
        "records", "Positions judged. A refusal is evidence, and wakes nobody.", by.VERDICT, by.REASON
    ),
    "yisong_recorded_seconds": histogram(
        "seconds",
        "From the log time of a batch's oldest record until the batch stood in this trail. Only records that live by "
        "the wall clock: a history that is replayed at its own dates is left out.",
        WAITING_SECONDS,
    ),
    "yisong_trail_position": gauge(
        "offset", "The next one that this trail will read. It stops when the trail does.", by.PARTITION
    ),
    "yisong_trail_behind_records": gauge(
        "records",
        "On the log, and not yet in the trail. The position is read before the end, so that it is never negative; "
        "absent where there is no position.",
        by.PARTITION,
    ),
    "yisong_trail_without_position": gauge(
        "partitions", "Partitions that this trail has never begun to read: not the same as nothing behind."
    ),
    "yisong_trail_behind_seconds": gauge(
        "seconds",
        "Age of the newest moment of which the trail holds all the log. Growing is bad, high is not.",
    ),
    "yisong_trail_batch_seconds": histogram(
        "seconds", "That a batch spent in a step. Says what to make faster.", BATCH_SECONDS, by.STAGE
    ),
    "yisong_trail_batch_records": histogram(
        "records", "Records in a batch. Full batches mean that the trail is catching up.", BATCH_RECORDS
    ),
    "yisong_relayed_total": counter(
        "events", "Put into our agency's inbox. One may be put there twice, after a crash."
    ),
    "yisong_relay_waiting_records": gauge("records", "Recorded, concern our agency, and do not lie in its inbox yet."),
    "yisong_relay_behind_seconds": gauge(
        "seconds",
        "Age of the newest moment of which the inbox holds all that it should. Growing: the desk sees nothing new.",
    ),
    "yisong_rulebook_void_versions": gauge(
        "records", "Records of the topic rulebook that are void. Above 0: `yisong rulebook show` says why."
    ),
    "yisong_checkpoint_statements_total": counter(
        "records", "Statements on the topic checkpoints. Void: forged, or garbage.", by.PEER, by.STATEMENT
    ),
    "yisong_checkpoint_quorum_size": gauge(
        "entries", "The largest checkpoint that three nodes have cosigned.", by.PARTITION
    ),
    "yisong_checkpoint_origin": gauge(
        "things", "Under the how-manieth origin it is signed. Above 1: all nodes have restated it.", by.PARTITION
    ),
    "yisong_checkpoint_behind_seconds": gauge(
        "seconds",
        "Age of the newest moment of which three nodes have cosigned all. Growing is bad: nothing new is proven.",
    ),
    "yisong_checkpoint_age_seconds": gauge(
        "seconds", "Since this node last signed a checkpoint. An idle log needs none: read it beside the entries."
    ),
    "yisong_checkpoint_cosigned_entries": gauge(
        "entries",
        "Of all partitions, under their present origin, that at least so many nodes have cosigned.",
        by.COSIGNERS,
    ),
    "yisong_checkpoint_halts": gauge(
        "partitions", "That this node does not sign; rulebook: 1 for all of them. Above 0: read its log.", by.HALT
    ),
    "yisong_checkpoint_differs": gauge(
        "partitions", "In which the node's root is not ours, our own earlier one included. Alarm above 0.", by.PEER
    ),
    "yisong_checkpoint_equivocations_total": counter(
        "things", "Times that a node was seen to have signed two roots for one size. Alarm above 0.", by.PEER
    ),
    "yisong_checkpoint_rulebook_differs": gauge(
        "things", "1 where the node judges by another rulebook. Alarm above 0.", by.PEER
    ),
    "yisong_checkpoint_peer_silent_seconds": gauge(
        "seconds",
        "Since the node last said anything. An idle one speaks every ten intervals; alarm at thirty.",
        by.PEER,
    ),
    "yisong_heartbeat_age_seconds": gauge(
        "seconds",
        "Since the log time of the newest heartbeat of the node that stands in this trail. Each says one a minute, the "
        "whole way of an event: alarm at 300. Absent where none was ever said.",
        by.PEER,
    ),
    "yisong_scrub_faults": gauge(
        "things", "Faults that looking through the trail has found and nobody has put right. Alarm above 0."
    ),
    "yisong_scrub_covered_seconds": gauge(
        "seconds", "All entries have been looked at since then. Alarm above 7200 on a bus of demo size."
    ),
}
