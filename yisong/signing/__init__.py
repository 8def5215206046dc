"""Who says so? Keys of the organs, their signatures, and the one verifier."""

from yisong.signing.genesis import make_genesis_keys
from yisong.signing.keystore import Keystore
from yisong.signing.sign import sign
from yisong.signing.verify import verifies, verify

__all__ = ["Keystore", "make_genesis_keys", "sign", "verifies", "verify"]
