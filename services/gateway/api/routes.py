"""Which routes does the API for agency systems have?"""

from fastapi import APIRouter

from services.gateway.api import (
    campaigns,
    cases,
    events,
    evidence,
    inbox,
    linked,
    owing,
    pii,
    proofs,
    registers,
    resolving,
    statistics,
)

router = APIRouter(prefix="/v1")
for part in (events, inbox, cases, owing, proofs, evidence, pii, resolving, campaigns, linked, statistics, registers):
    router.include_router(part.router)
