"""How does an app get its doors? Login and logout, the two logs, accounts and tokens, and what becomes of strangers."""

from fastapi import FastAPI

from services.gateway.who import administering, logs, provider_routes, refusals, routes
from yisong.accounts import passwords


def install(app: FastAPI) -> None:
    """Put all of it into *app*, whose world is in ``app.state.world``."""
    passwords.prepare()
    refusals.install(app)
    app.state.provider = None  # until `__main__` was told of one
    app.include_router(routes.router)
    app.include_router(provider_routes.router)
    app.include_router(logs.router)
    app.include_router(administering.router)
