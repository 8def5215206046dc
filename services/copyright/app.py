"""How is the desk of the copyright line 版权 put together? The shell that all four share does everything but answer."""

from services.copyright.handle import handle
from services.copyright.store import Register
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Outcome
from yisong.desk.settle import Handle
from yisong.desk.shell import Context


def build(context: Context) -> Handle:
    """Return what answers a delivery, put beside what the register knows."""
    register = Register(context.connection)

    def answered(delivery: Delivery) -> Outcome:
        return handle(delivery, policy=context.policy, marks=register.marks(delivery))

    return answered
