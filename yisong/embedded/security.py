"""What is secret about a secured bus, where is it, and how does the broker learn its users and their rights?"""

import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from yisong.bootstrap import SecuredBroker
from yisong.embedded import broker, database
from yisong.embedded.authority import Authority
from yisong.errors import TimedOut, WiringFault
from yisong.home import Home
from yisong.kafka import acls, topics, users
from yisong.kafka.let_in import check_let_in
from yisong.kafka.rights import ADMIN, rights
from yisong.kafka.rights import users as all_users
from yisong.secret_file import check_private, read_secret, write_secret

_PASSWORD_BYTES: Final = 24
_PATIENCE_SECONDS: Final = 30.0


class Security:
    """
    The authority, certificates and passwords of a secured bus: files of its home, the secret ones for its owner alone.

    A bus is secured at its first start, or never: data that lay open are not closed by a lock.
    """

    def __init__(self, home: Home, *, bus: str) -> None:
        """Take what is in *home*, and make what it lacks. Raises WiringFault where others may read a secret."""
        authority = Authority(home.tls, bus=bus)
        pair = home.tls / f"{broker.NAME}.pem"
        authority.server(broker.NAME, certificate=pair, key=pair)
        authority.server(database.NAME, certificate=home.tls / database.CERTIFICATE, key=home.tls / database.KEY)
        for user in all_users():
            _ensure_password(home.password_of(user))
        if (home.data / broker.NAME / "meta.properties").exists():
            check_private(home.password_of(ADMIN))  # the broker knows it since it was made; another opens nothing
        else:
            _ensure_password(home.password_of(ADMIN))
        if home.passwords.exists():
            check_private(home.passwords)
        self._home = home

    @classmethod
    def of(cls, home: Home, *, bus: str, asked_for: bool) -> Self | None:
        """
        Return the security of *home*: what it has, or one made now where it was *asked_for* and nothing lies open.

        Raises WiringFault where the bus has data that everybody on this machine could read and write so far.
        """
        if home.ca.exists() or (home.tls / "ca.key").exists():
            return cls(home, bus=bus)
        if not asked_for:
            return None
        if home.data.exists():
            raise WiringFault(
                f"The bus in {home.path} has run without a password so far, and cannot be closed afterwards: nobody "
                "could say who has written what. Name another folder in YISONG_HOME, and secure that from the start."
            )
        return cls(home, bus=bus)

    @property
    def tls(self) -> Path:
        """The folder of certificates and keys."""
        return self._home.tls

    @property
    def ca(self) -> Path:
        """The certificate of the bus's authority."""
        return self._home.ca

    @property
    def admin_password(self) -> str:
        """The password of the admin, with which the broker's storage is formatted."""
        return read_secret(self._home.password_of(ADMIN))

    def admin(self, address: str) -> SecuredBroker:
        """Return the broker at *address* for the admin."""
        return SecuredBroker(address=address, user=ADMIN, password=self.admin_password, ca=self.ca)

    def tell_broker(self, as_admin: SecuredBroker) -> None:
        """
        Let the broker know every user by his password, and give each the rights of topics.yaml alone.

        A user or a right that nobody declared is taken away. Returns when all are let in. Raises BusUnreachable,
        WorldFault.
        """
        with topics.admin(as_admin) as client:
            known, own = users.known_users(client), [self._as(user, as_admin) for user in all_users()]
            changed = [one for one in own if one.user not in known or not _is_let_in(one)]
            users.set_passwords(client, {one.user: one.password for one in changed})
            users.forget(client, known - {ADMIN, *all_users()})
            acls.apply(acls.plan(rights(), client) or (), client)
        until = time.monotonic() + _PATIENCE_SECONDS
        while not all(map(_is_let_in, changed)):
            if time.monotonic() > until:
                raise TimedOut("The broker took the passwords, but lets nobody in by them; start the bus again")
            time.sleep(0.1)

    def _as(self, user: str, broker: SecuredBroker) -> SecuredBroker:
        return replace(broker, user=user, password=read_secret(self._home.password_of(user)))


def _is_let_in(broker: SecuredBroker) -> bool:
    try:
        check_let_in(broker)
    except WiringFault:
        return False
    return True


def _ensure_password(file: Path) -> None:
    """Make a password where there is none yet. Raises WiringFault where others may read the one that there is."""
    if not file.exists():
        write_secret(file, f"{secrets.token_urlsafe(_PASSWORD_BYTES)}\n".encode())
    check_private(file)
