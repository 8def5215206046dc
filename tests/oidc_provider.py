"""
A real identity provider for tests: ``python -m tests.oidc_provider PORT`` (Authlib's own server, with PKCE demanded).

Whoever comes is logged in at once, as whoever was said last by ``POST /next`` with claims: they replace those that
the provider would vouch for itself, so that it also lies when it is told to.
"""

import sys
from secrets import token_urlsafe
from types import SimpleNamespace
from typing import Any, Final

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from flask import Flask, Response, jsonify, request
from joserfc.jwk import ECKey, KeySet

CLIENT_ID: Final = "yisong-police"
CLIENT_SECRET: Final = "Lantern-of-tests"  # noqa: S105 (of an invented client)

_KEYS: Final = KeySet([ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"})])
_OTHER_KEYS: Final = KeySet([ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"})])
_NEXT: dict[str, Any] = {}
_CODES: dict[str, SimpleNamespace] = {}


class _Client:
    """The one client that is known."""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, uri: str) -> bool:
        return uri.endswith("/login/provider/back")

    def check_client_secret(self, secret: str) -> bool:
        return secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


class _Code(SimpleNamespace):
    """A code, good for one client and one redirect."""

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str:
        return str(self.nonce)

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


class _Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        said = request.payload
        _CODES[code] = _Code(
            redirect_uri=said.redirect_uri,
            scope=said.scope,
            nonce=said.data["nonce"],
            code_challenge=said.data["code_challenge"],
            code_challenge_method=said.data["code_challenge_method"],
            user=dict(_NEXT),
        )

    def query_authorization_code(self, code: str, client: _Client) -> SimpleNamespace | None:
        del client
        return _CODES.get(code)

    def delete_authorization_code(self, authorization_code: SimpleNamespace) -> None:
        for code in [code for code, one in _CODES.items() if one is authorization_code]:
            del _CODES[code]

    def authenticate_user(self, authorization_code: Any) -> dict[str, Any]:
        return dict(authorization_code.user)


class _OpenId(OpenIDCode):  # type: ignore[misc]
    def exists_nonce(self, nonce: str, request: Any) -> bool:
        del nonce, request
        return False

    def resolve_client_private_key(self, client: _Client) -> KeySet:
        del client
        return _OTHER_KEYS if _NEXT.get("forged") else _KEYS

    def get_client_algorithm(self, client: _Client) -> str:
        del client
        return "ES256"

    def get_client_claims(self, client: _Client) -> dict[str, Any]:
        return {"iss": request.host_url.rstrip("/"), "aud": [client.get_client_id()]}

    def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
        del scope
        return user


def _app() -> Flask:
    app, client = Flask(__name__), _Client()
    server = AuthorizationServer(app, query_client=lambda _: client, save_token=lambda *_: None)
    server.register_grant(_Grant, [_OpenId(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        host = request.host_url.rstrip("/")
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return jsonify({"issuer": host, **{name: f"{host}/{path}" for name, path in places.items()}})

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(_KEYS.as_dict(private=False))

    @app.post("/next")
    def said() -> str:
        _NEXT.clear()
        _NEXT.update(request.get_json())
        return token_urlsafe(8)

    @app.get("/authorize")
    def authorize() -> Any:
        return server.create_authorization_response(grant_user=dict(_NEXT))

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    return app


if __name__ == "__main__":
    _app().run("127.0.0.1", int(sys.argv[1]))
