"""Who can read a body? Whoever has a key with which it was sealed: encrypted once, its key wrapped for each reader."""

from yisong.sealing.content import new_content_key, open_sealed, seal
from yisong.sealing.wrap import WRAPPED_BYTES, unwrap, wrap

__all__ = ["WRAPPED_BYTES", "new_content_key", "open_sealed", "seal", "unwrap", "wrap"]
