"""How is the desk of the telecoms line 通信 put together? The shell, which all share, does everything but answer."""

from functools import partial

from services.miit.handle import handle
from yisong.desk.filing_register import FilingRegister
from yisong.desk.settle import Handle
from yisong.desk.shell import Context


def build(context: Context) -> Handle:
    """Return what answers a delivery, from the filing register of this node."""
    return partial(handle, policy=context.policy, register=FilingRegister(context.connection))
