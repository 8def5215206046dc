"""How does a broker come to know a user and his password, and to forget one?"""

from collections.abc import Collection, Mapping
from typing import Final

from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialDeletion, UserScramCredentialUpsertion

from yisong.errors import WorldFault

_MECHANISM: Final = ScramMechanism.SCRAM_SHA_512
# The least that Kafka takes. A password of 192 random bits is not found by trying, however fast.
_ITERATIONS: Final = 4096


def set_passwords(client: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    """
    Let each user have this password from now on, and no other; whoever is connected stays so.

    The broker is sent a salted hash. Raises WorldFault where it did not take them.
    """
    made = [
        UserScramCredentialUpsertion(user, _MECHANISM, password, iterations=_ITERATIONS)
        for user, password in passwords.items()
    ]
    if made:
        _alter(client, made)


def forget(client: KafkaAdminClient, users: Collection[str]) -> None:
    """Let none of *users* in any more. Raises WorldFault where the broker did not take it."""
    if users:
        _alter(client, [UserScramCredentialDeletion(user, _MECHANISM) for user in users])


def known_users(client: KafkaAdminClient) -> frozenset[str]:
    """Return everybody who has a password."""
    return frozenset(client.describe_user_scram_credentials())


def _alter(client: KafkaAdminClient, alterations: list[object]) -> None:
    answer = client.alter_user_scram_credentials(alterations)
    failed = sorted(user for user, error in answer.items() if error is not None)
    if failed:
        raise WorldFault(f"The broker did not take the passwords of {', '.join(failed)}. Try again.")
