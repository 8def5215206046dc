"""Which routes does the API for agency systems have?"""

from fastapi import APIRouter

from services.gateway.api import cases, events, evidence, inbox, owing, proofs

router = APIRouter(prefix="/v1")
for part in (events, inbox, cases, owing, proofs, evidence):
    router.include_router(part.router)
