"""How is the desk of the cyberspace line 网信 put together? The shell, which all share, does everything but answer."""

from functools import partial

from services.cac.handle import handle
from yisong.desk.settle import Handle
from yisong.desk.shell import Context


def build(context: Context) -> Handle:
    """Return what answers a delivery."""
    return partial(handle, policy=context.policy)
