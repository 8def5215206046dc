"""The body of Heartbeat 心跳. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model, Ordinal


class Heartbeat(Model):
    """心跳. For: copyright, cac, miit, police."""

    #: 计数 (P0): 1, 2, 3 … since the node was set up
    counter: Ordinal
