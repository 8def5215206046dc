"""A desk of the police that signs every receipt itself, and whose rule fails while a file says so: run by the tests."""

import sys
from functools import partial
from pathlib import Path

from tests.desks import machine_receipt, receipt_owed
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Emit, Ignore, Outcome
from yisong.desk.process import main
from yisong.desk.settle import Handle
from yisong.desk.shell import Context

FAILING = "rule-fails-for"
"""The file in the home that names the case for which the rule fails."""


def handle(delivery: Delivery, *, failing: Path) -> Outcome:
    """Sign the receipt of a referral, and make it a duty all the same until it is on the log."""
    if failing.exists() and failing.read_text() == delivery.header.case_id:
        raise LookupError("a rule that fails")
    if delivery.header.event_type != "CriminalReferralSent":
        return Ignore("nothing-owed")
    return Emit((machine_receipt(delivery),), (receipt_owed(delivery),))


def build(_: Context) -> Handle:
    home = Path(sys.argv[sys.argv.index("--home") + 1])
    return partial(handle, failing=home / FAILING)


if __name__ == "__main__":
    sys.exit(main("police", build))
