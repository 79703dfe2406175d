"""Whether this service and its database are there: for probes, so it asks for nobody and tells nothing else."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import Response

from license_library.service.access import Settings
from license_library.service.openapi import describe

router = APIRouter(prefix="/api")
ASK_DATABASE = text("select 1")


class Health(msgspec.Struct, frozen=True):
    """Say that the service answers; an unreachable database is a 503 instead."""

    status: str


@router.get("/health", openapi_extra=describe(Health, anyone=True))
def health(settings: Settings) -> Response:
    """Say whether the service and its database answer."""
    with settings.engine.connect() as conn:
        conn.execute(ASK_DATABASE)
    return Response(msgspec.json.encode(Health("ok")), media_type="application/json")
