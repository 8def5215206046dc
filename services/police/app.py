"""How is the desk of the police 公安 put together? The shell, which all share, does everything but answer."""

from functools import partial

from services.police.handle import handle
from services.police.intake import LatePapers
from yisong.desk.paper_intake import PaperIntake
from yisong.desk.settle import Handle
from yisong.desk.shell import Context, Tick, Work


def build(context: Context) -> Handle:
    """Return what answers a delivery, with the papers that were handed in at this node."""
    return partial(handle, policy=context.policy, papers=PaperIntake(context.connection))


def tick(work: Work) -> Tick:
    """Return what looks for papers that were handed in after their referral."""
    late = LatePapers(work)

    def look(_: int) -> None:
        late.look()

    return look
