"""Who can read a body? Whoever has a key with which it was sealed: encrypted once, its key wrapped for each reader."""

from yisong.sealing.content import new_content_key, open_sealed, seal
from yisong.sealing.letter import open_letter, seal_letter
from yisong.sealing.wrap import WRAPPED_BYTES, unwrap, wrap

__all__ = [
    "WRAPPED_BYTES",
    "new_content_key",
    "open_letter",
    "open_sealed",
    "seal",
    "seal_letter",
    "unwrap",
    "wrap",
]
