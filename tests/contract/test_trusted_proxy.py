"""Whom does a gateway behind an ingress take for its client? The one whom a proxy names that it was told to trust."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.gateway.__main__ import config_of
from services.gateway.proxies import trusted
from tests.doors import Browser, Doors, doors
from yisong.accounts.failures import ADDRESS_TRIES
from yisong.errors import WiringFault

INGRESS, INNER, OUTSIDE, OTHER = "10.1.0.7", "10.1.0.8", "203.0.113.9", "203.0.113.10"


@pytest.fixture
def gateway(police_dsn: tuple[str, str], tmp_path: Path) -> Iterator[Doors]:
    with doors(*police_dsn, tmp_path) as found:
        found.account("li")
        yield found


def browser(gateway: Doors, *proxies: str, peer: str = INGRESS, **headers: str) -> Browser:
    """Open a browser that is connected by way of *peer*, as the process would serve it that trusts *proxies*."""
    settings = argparse.Namespace(trusted_proxy=list(proxies), host="127.0.0.1")
    config = config_of(gateway.app, settings, port=0)
    config.load()
    client = TestClient(
        config.loaded_app,
        base_url="http://gateway.test",
        client=(peer, 50_000),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        follow_redirects=False,
    )
    return Browser(client)


def seen(gateway: Doors) -> str | None:
    """Return from where the last login came, as its log has it."""
    row = gateway.owner.execute("SELECT address FROM local_logins ORDER BY serial DESC LIMIT 1").fetchone()
    return None if row is None else str(row[0])


@pytest.mark.parametrize(
    ("proxies", "peer", "said", "address"),
    [
        ((), INGRESS, OUTSIDE, INGRESS),
        ((INGRESS,), INGRESS, OUTSIDE, OUTSIDE),
        (("10.1.0.0/24",), INGRESS, OUTSIDE, OUTSIDE),
        # Nobody else may name another, nor whoever puts a header of his own before that of the ingress.
        ((INGRESS,), OTHER, OUTSIDE, OTHER),
        ((INGRESS,), INGRESS, f"{OTHER}, {OUTSIDE}", OUTSIDE),
        (("10.1.0.0/24",), INGRESS, f"{OTHER}, {OUTSIDE}, {INNER}", OUTSIDE),
        ((INGRESS,), INGRESS, "<script>", "unknown"),
    ],
)
def test_the_log_of_logins_names_the_client_whom_a_trusted_proxy_names(
    gateway: Doors, proxies: tuple[str, ...], peer: str, said: str, address: str
) -> None:
    assert browser(gateway, *proxies, peer=peer, x_forwarded_for=said).log_in().status_code == 303
    assert seen(gateway) == address


def test_a_flood_of_one_client_locks_out_that_client_and_not_the_whole_ingress(gateway: Doors) -> None:
    for _ in range(ADDRESS_TRIES):
        assert browser(gateway, INGRESS, x_forwarded_for=OUTSIDE).log_in("nobody").status_code == 403
    assert browser(gateway, INGRESS, x_forwarded_for=OUTSIDE).log_in().status_code == 403
    assert browser(gateway, INGRESS, x_forwarded_for=OTHER).log_in().status_code == 303


def test_behind_tls_of_the_ingress_cookies_are_for_tls_alone(gateway: Doors) -> None:
    page = browser(gateway, INGRESS, x_forwarded_proto="https").get("/login")
    assert page.headers["set-cookie"].startswith("__Host-yisong-visitor-police=")
    assert "Secure" in page.headers["set-cookie"]
    for proxies, peer in (((), INGRESS), ((INGRESS,), OTHER)):
        plain = browser(gateway, *proxies, peer=peer, x_forwarded_proto="https").get("/login")
        assert plain.headers["set-cookie"].startswith("yisong-visitor-police=")


@pytest.mark.parametrize("said", ["*", "0.0.0.0/0", "::/0", "ingress.example", "10.0.0.1/8", ""])
def test_nobody_can_be_told_to_trust_everybody_or_a_name(said: str) -> None:
    with pytest.raises(WiringFault, match="--trusted-proxy takes an address or a network"):
        trusted([INGRESS, said])


def test_addresses_and_networks_of_both_kinds_are_trusted() -> None:
    assert trusted(["10.0.0.7", "10.1.0.0/24", "fd00::/64"]) == ["10.0.0.7", "10.1.0.0/24", "fd00::/64"]
