"""With which settings does a gateway run, and how does it start and stop? ``python -m services.gateway --help``."""

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Final

import uvicorn
from fastapi import FastAPI

from services.gateway.app import build
from services.gateway.patience import PatientProtocol
from services.gateway.proxies import trusted
from services.gateway.who.provider import Provider
from services.gateway.who.provider_settings import read_settings
from services.gateway.world import RATE, World, open_world
from yisong.errors import WiringFault, YisongError
from yisong.home import AGENCIES, Home
from yisong.kafka.rights import user_of
from yisong.telemetry import logs, tracing

_LOG = logging.getLogger(__name__)
_AT_ONCE: Final = 500
_LAST_WORDS_SECONDS: Final = 3


def _settings(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.gateway", description="The gateway of one agency.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the bus (YISONG_HOME)")
    parser.add_argument("--agency", choices=AGENCIES, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="on which address to listen")
    parser.add_argument("--port", type=int, help="on which port; else what the home says")
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second for one account; 0: no limit")
    parser.add_argument(
        "--metrics-port", type=int, help="where /metrics is, on this machine; else, without --port, what the home says"
    )
    parser.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="believe X-Forwarded-For and -Proto from this address or network; may come again; nobody where not said",
    )
    parser.add_argument(
        "--oidc", type=Path, metavar="FILE", help="settings of an identity provider; else there is none"
    )
    parser.add_argument(
        "--evidence", type=Path, metavar="FILE", help="settings of a bucket for evidence; else it lies in a folder"
    )
    parser.add_argument(
        "--public-docket", action="store_true", help="let everybody read /public/docket, without an account"
    )
    return parser.parse_args(argv)


def _serve(settings: argparse.Namespace, world: World, port: int, metrics_port: int | None) -> None:
    stop = Event()
    Thread(target=world.watched.run, args=(stop,), name="law", daemon=True).start()
    app = build(world)
    if settings.oidc is not None:
        app.state.provider = Provider(read_settings(settings.oidc))
    if metrics_port is not None:
        app.state.metrics.serve(metrics_port, health=lambda: {"agency": world.agency}, host=settings.host)
    try:
        uvicorn.Server(config_of(app, settings, port=port)).run()
    finally:
        stop.set()


def _ports(settings: argparse.Namespace, home: Home) -> tuple[int, int | None]:
    """Return where to serve, and where to say how it is: of a second gateway nowhere unless said."""
    if settings.port is not None:
        return settings.port, settings.metrics_port
    agency = settings.agency
    running = home.need_running(user_of("gateway", agency))
    said = settings.metrics_port
    return running.gateways[agency], running.gateway_metrics.get(agency) if said is None else said


def config_of(app: FastAPI, settings: argparse.Namespace, *, port: int) -> uvicorn.Config:
    """Return how *app* is served on *port*. Raises WiringFault where a proxy is to be trusted that is none."""
    proxies = trusted(settings.trusted_proxy)
    return uvicorn.Config(
        app,
        host=settings.host,
        port=port,
        log_config=None,
        access_log=False,  # paths hold case ids
        http=PatientProtocol,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        limit_concurrency=_AT_ONCE,
        timeout_graceful_shutdown=_LAST_WORDS_SECONDS,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, and return the exit code: 0 stopped, 1 the world is at fault, 2 the wiring."""
    settings = _settings(argv)
    logs.install("gateway", agency=settings.agency)
    try:
        tracing.install("gateway", agency=settings.agency)
        home = Home(settings.home)
        world = open_world(
            home,
            settings.agency,
            rate=settings.rate,
            public_docket=settings.public_docket,
            bucket=settings.evidence,
        )
        port, metrics_port = _ports(settings, home)
        _LOG.info("the gateway of %s listens on %s:%s", settings.agency, settings.host, port)
        # What was loaded stays: nobody need look through it for garbage again and again.
        gc.collect()
        gc.freeze()
        _serve(settings, world, port, metrics_port)
    except YisongError as fault:
        _LOG.critical("%s", fault)
        return 2 if isinstance(fault, WiringFault) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
