"""
Is this identifier well-formed? One module per kind; pure, and nothing is looked up.

A validator yields one `Remark` per thing that is wrong. Issued codes exist that break their own check, so what is wrong
with an identifier is a *warning*, told to whoever publishes it, and never keeps an event from being sent; it is a
*refusal* only where the contract says that such a thing does not travel. No remark repeats the value.
Case ids are in `yisong.envelope.case_id`, since every verdict rests on them.
"""

from yisong.validators.remark import Remark, refuse, warn

__all__ = ["Remark", "refuse", "warn"]
