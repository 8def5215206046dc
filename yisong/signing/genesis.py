"""Which keys does a new bus begin with?"""

from yisong.rulebook.model import Directory, Key
from yisong.signing.key_file import KeyUse
from yisong.signing.keystore import Keystore

#: 2000-01-01 and 2011-01-01, 00:00 +08:00, in milliseconds since 1970 (UTC).
GENESIS, REVOKED = 946_656_000_000, 1_293_811_200_000

_USES_OF_AN_ORGAN: tuple[KeyUse, ...] = ("sign", "seal")
_USES_OF_A_NODE: tuple[KeyUse, ...] = ("sign", "seal", "cosign")


def make_genesis_keys(keystore: Keystore, directory: Directory) -> tuple[Key, ...]:
    """
    Make the keys of every organ and system organ of *directory*, and return their rows, by organ and number.

    Each gets ``{org}#0``, a signing key revoked from 2011 on, with which a forger can be played; then from 1 a key to
    sign, a key to seal and, for a node, a key to cosign. All are valid from 2000. Source: directory.yaml, key_rules.
    """
    for organ in directory.organs.values():
        keystore.new(organ.id, "sign", valid_from=GENESIS, revoked_from=REVOKED, number=0)
        for use in _USES_OF_A_NODE if organ.role == "system" else _USES_OF_AN_ORGAN:
            keystore.new(organ.id, use, valid_from=GENESIS)
    return keystore.keys()
