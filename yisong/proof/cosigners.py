"""Which keys cosign the checkpoints of a bus? Rows of use ``cosign``, as verifier keys ``<bus>/<node>``."""

from yisong.proof.vkey import TYPES, VerifierKey, verifier_key
from yisong.rulebook.model import Key, Rulebook


def cosigner_name(bus: str, node: str) -> str:
    """Return the name under which a *node* of a bus cosigns."""
    return f"{bus}/{node}"


def cosigners(rulebook: Rulebook) -> tuple[VerifierKey, ...]:
    """Return the verifier key of each row of use ``cosign``, in the order of the rows, valid or not."""
    return tuple(_verifier_key(rulebook, key) for key in rulebook.keys.values() if key.use == "cosign")


def _verifier_key(rulebook: Rulebook, key: Key) -> VerifierKey:
    node = rulebook.directory.organs[key.org].node
    return verifier_key(cosigner_name(rulebook.bus.name, node or key.org), key.public, type_=TYPES[key.algorithm])
