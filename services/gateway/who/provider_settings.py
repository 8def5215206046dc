"""By which settings does a gateway trust an identity provider? A YAML file of its own; without one it trusts none."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from yisong.errors import WiringFault
from yisong.safe_address import is_safe_address
from yisong.secret_file import read_secret
from yisong.settings_file import form_faults, read_mapping

CALLBACK: Final = "/login/provider/back"
"""The path to which the provider sends the browser back."""
_NEEDED: Final = ("issuer", "client_id", "client_secret_file", "redirect_uri")
_KNOWN: Final = frozenset({*_NEEDED, "name", "claim", "accounts", "scope", "ca_file"})
_SCOPE: Final = re.compile(r"[!#-\[\]-~]+(?: [!#-\[\]-~]+)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """
    An identity provider, and who its people are here.

    *claim*: of the ID token; its text is the local account, or what *accounts* says for it where that is given.
    *name*: on the button. *ca_file*: who vouches for the provider's certificate; None: whom the machine trusts.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    name: str = "统一身份认证 Single sign-on"
    claim: str = "preferred_username"
    accounts: Mapping[str, str] | None = None
    scope: str = "openid profile"
    ca_file: str | None = None

    def account_of(self, claims: Mapping[str, Any]) -> str:
        """Return the name of the account of whom *claims* speak; it may be none's, and empty."""
        said = claims.get(self.claim)
        if not isinstance(said, str):
            return ""
        return said if self.accounts is None else self.accounts.get(said, "")

    def tls(self) -> ssl.SSLContext:
        """Return how the provider's certificate is checked."""
        return ssl.create_default_context(cafile=self.ca_file)


def read_settings(path: Path) -> ProviderSettings:
    """Return what the file at *path* says. Raises WiringFault, naming every fault and never the secret."""
    row, unread = read_mapping(path)
    faults = list(unread or form_faults(row, needed=_NEEDED, known=_KNOWN, texts=_KNOWN - {"accounts"}))
    if not faults:
        faults = list(_faults(row))
    if faults:
        raise _fault(path, faults)
    secret = _secret(path, row.pop("client_secret_file"))
    return ProviderSettings(**row, client_secret=secret)


def _faults(row: Mapping[str, Any]) -> list[str]:
    faults = [
        f"{name}: must be https, or of this machine"
        for name in ("issuer", "redirect_uri")
        if not is_safe_address(row[name])
    ]
    if urlsplit(row["redirect_uri"]).path != CALLBACK:
        faults.append(f"redirect_uri: must end in {CALLBACK}, at the address by which browsers know this gateway")
    accounts = row.get("accounts")
    if accounts is not None and not (
        isinstance(accounts, dict) and all(type(one) is str for pair in accounts.items() for one in pair)
    ):
        faults.append("accounts: must say for a text of the claim which account it is")
    if "openid" not in row.get("scope", "openid").split() or not _SCOPE.fullmatch(row.get("scope", "openid")):
        faults.append("scope: must hold openid")
    if "ca_file" in row and not Path(row["ca_file"]).is_file():
        faults.append("ca_file: there is no such file")
    return faults


def _secret(path: Path, file: str) -> str:
    try:
        return read_secret(path.parent / file)
    except WiringFault as fault:
        raise _fault(path, [f"client_secret_file: {fault}"]) from fault


def _fault(path: Path, faults: list[str]) -> WiringFault:
    said = "\n".join(f"  - {one}" for one in faults)
    return WiringFault(
        f"The settings of the identity provider in {path} are at fault, so the gateway does not start. Put them right, "
        f"or start it without:\n{said}"
    )
