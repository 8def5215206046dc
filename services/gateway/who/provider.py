"""
Who does an identity provider say that somebody is? OpenID Connect, the authorization code flow with PKCE (RFC 7636).

Off unless the gateway was started with a file of settings. Protocol and tokens are Authlib's; here stands what this
gateway demands of them: an issuer over TLS, asymmetric signatures, our own audience, and the nonce of this very login.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.gateway.who.provider_settings import ProviderSettings
from yisong.accounts.provider_logins import Begun
from yisong.errors import BusUnreachable
from yisong.safe_address import is_safe_address

_ALGORITHMS: Final = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
]
_DISCOVERY: Final = "/.well-known/openid-configuration"
_FRESH_SECONDS: Final = 600.0
_PATIENCE_SECONDS: Final = 10.0
_LEEWAY_SECONDS: Final = 60


class NotVouchedFor(Exception):
    """The provider does not vouch for anybody here; the text says why in a few words and holds nothing that it said."""


class Metadata(NamedTuple):
    """Where the provider's doors are, and its public keys (JWK set)."""

    authorization: str
    token: str
    keys: Mapping[str, Any]


class Provider:
    """One identity provider, as the settings name it. For several threads."""

    def __init__(self, settings: ProviderSettings) -> None:
        """Ask nobody anything yet: the gateway starts although the provider is away."""
        self.settings = settings
        self._lock = threading.Lock()
        self._known: tuple[float, Metadata] | None = None
        self._tls = settings.tls()

    def address(self, begun: Begun) -> str:
        """Return where the browser logs in. Raises BusUnreachable where the provider does not answer as it should."""
        with self._client() as client:
            found, _ = client.create_authorization_url(
                self._metadata().authorization, state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(found)

    def account(self, code: str, begun: Begun, *, now: int) -> str:
        """
        Return the name of the local account of whoever came back with *code*, by the claim that the settings name.

        *now* in ms. Raises NotVouchedFor where the provider gives nothing for the code, or its ID token does not hold;
        BusUnreachable where it is away.
        """
        metadata = self._metadata()
        with self._client() as client:
            try:
                said = client.fetch_token(
                    metadata.token, grant_type="authorization_code", code=code, code_verifier=begun.verifier
                )
            except OAuthError as fault:
                raise NotVouchedFor("it gives nothing for the code") from fault
            except (httpx2.HTTPError, ValueError) as fault:
                raise _away(fault) from fault
        return self.settings.account_of(self._claims(said, begun.nonce, metadata, now=now))

    def _claims(self, said: Mapping[str, Any], nonce: str, metadata: Metadata, *, now: int) -> Mapping[str, Any]:
        """Return what a token response vouches for (OpenID Connect Core 1.0, 3.1.3.7). Raises NotVouchedFor."""
        issuer, client_id = self.settings.issuer, self.settings.client_id
        demanded = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
        params = {"nonce": nonce, "client_id": client_id, "access_token": said.get("access_token")}
        try:
            keys = KeySet.import_key_set(cast("Any", metadata.keys))
            token = jwt.decode(str(said["id_token"]), keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(token.claims, token.header, demanded, params)
            claims.validate(now=now // 1000, leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            # The next login asks for the keys again: they may have changed.
            self._known = None
            raise NotVouchedFor(f"its ID token does not hold ({type(fault).__name__})") from fault
        return dict(claims)

    def _metadata(self) -> Metadata:
        with self._lock:
            known = self._known
            if known is None or time.monotonic() - known[0] > _FRESH_SECONDS:
                known = self._known = (time.monotonic(), self._discovered())
            return known[1]

    def _discovered(self) -> Metadata:
        """Ask the provider (OpenID Connect Discovery 1.0, 4)."""
        with self._client() as client:
            document = _json(client, self.settings.issuer.rstrip("/") + _DISCOVERY)
            places = [str(document.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            if document.get("issuer") != self.settings.issuer or not all(map(is_safe_address, places)):
                raise _away(ValueError("another issuer, or an address without TLS"))
            return Metadata(places[0], places[1], _json(client, places[2]))

    def _client(self) -> OAuth2Client:
        one = self.settings
        return OAuth2Client(
            client_id=one.client_id,
            client_secret=one.client_secret,
            scope=one.scope,
            redirect_uri=one.redirect_uri,
            code_challenge_method="S256",
            verify=self._tls,
            timeout=_PATIENCE_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )


def _json(client: OAuth2Client, url: str) -> Mapping[str, Any]:
    try:
        answer = client.request("GET", url, withhold_token=True)
        answer.raise_for_status()
        document = answer.json()
    except (httpx2.HTTPError, ValueError) as fault:
        raise _away(fault) from fault
    if not isinstance(document, dict):
        raise _away(TypeError("no object"))
    return document


def _away(fault: Exception) -> BusUnreachable:
    return BusUnreachable(
        f"The identity provider does not answer as it should ({type(fault).__name__}). Nobody was let in. Log in "
        "with a password, or try again; an operator looks at the provider and at the file of its settings."
    )
