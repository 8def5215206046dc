"""Which routes does the API for agency systems have?"""

from fastapi import APIRouter

from services.gateway.api import cases, events, evidence, inbox, owing, pii, proofs, resolving

router = APIRouter(prefix="/v1")
for part in (events, inbox, cases, owing, proofs, evidence, pii, resolving):
    router.include_router(part.router)
