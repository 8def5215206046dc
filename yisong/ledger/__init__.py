"""
The pure fold: one record of the log in, one entry of the trail out.

`fold` judges a record against the state of its docket and returns both after it; `advance` lets clocks run out up to an
instant, for whoever looks. Nothing here reads a clock, a network, a database or a random number.
"""

from yisong.envelope.leaf import TOPIC
from yisong.ledger.audience import organs_meant, own_readers, readers, sealed_to
from yisong.ledger.breaches import Breach, breaches
from yisong.ledger.clocks import advance
from yisong.ledger.docket import Aggregate, Chain, Clock, Docket, Outcome
from yisong.ledger.fold import absent_entry, docket_of, fold, ids_needed
from yisong.ledger.law import Law, hash_in_force
from yisong.ledger.stored import dumps, loads
from yisong.ledger.verdict import Entry, Known, Memory, Verdict, known_by, remember

__all__ = [
    "TOPIC",
    "Aggregate",
    "Breach",
    "Chain",
    "Clock",
    "Docket",
    "Entry",
    "Known",
    "Law",
    "Memory",
    "Outcome",
    "Verdict",
    "absent_entry",
    "advance",
    "breaches",
    "docket_of",
    "dumps",
    "fold",
    "hash_in_force",
    "ids_needed",
    "known_by",
    "loads",
    "organs_meant",
    "own_readers",
    "readers",
    "remember",
    "sealed_to",
]
