"""How is the desk of the copyright line 版权 put together? The shell that all four share does everything but answer."""

from services.copyright.handle import handle
from services.copyright.reporting import Reporting
from services.copyright.store import Register
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Outcome
from yisong.desk.settle import Handle
from yisong.desk.shell import Context, Tick, Work


def build(context: Context) -> Handle:
    """Return what answers a delivery, put beside what the register knows."""
    register = Register(context.connection, key_of=context.key_of)

    def answered(delivery: Delivery) -> Outcome:
        return handle(delivery, policy=context.policy, marks=register.marks(delivery))

    return answered


def tick(work: Work) -> Tick:
    """Return what raises the reports that the calendar asks for, and marks clues whose works were listed since."""
    connection = work.context.connection
    key_of = work.context.key_of
    reporting = Reporting(connection, work.context.law, key_of=key_of)
    register = Register(connection, key_of=key_of)

    def look(now: int) -> None:
        reporting.look(now=now)
        register.mark_earlier_clues()

    return look
