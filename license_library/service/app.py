"""The application: its routes in the order a request meets them, its wire, its errors.

Built from settings at the edge; importing this module starts nothing.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec
from fastapi import Depends, FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from license_library.service import health
from license_library.service.access import demand_someone
from license_library.service.api import (
    api,
    case_api,
    catalogue_api,
    correction_api,
    fact_api,
    file_api,
    oversight_api,
    quality_api,
    subject_api,
)
from license_library.service.calls import sharing
from license_library.service.filters import demand_known_query
from license_library.service.openapi import build_document
from license_library.service.pages import (
    case_pages,
    checklist_pages,
    correction_pages,
    delivery_pages,
    fact_pages,
    file_pages,
    held_pages,
    incident_pages,
    oversight_pages,
    quality_pages,
    reconciliation_pages,
    reliance_pages,
    search_pages,
    sign_in,
    subject_pages,
)
from license_library.service.problems import ProblemAnswer, add_problem_handlers
from license_library.service.rendering import build_environment
from license_library.service.settings import ServiceSettings
from license_library.service.wire import STATIC_PREFIX, Wire

VERSION = "0.1.0"
DESCRIBED = (
    api,
    case_api,
    catalogue_api,
    correction_api,
    fact_api,
    file_api,
    oversight_api,
    quality_api,
    subject_api,
)
PAGES = (
    case_pages,
    correction_pages,
    fact_pages,
    search_pages,
    checklist_pages,
    held_pages,
    oversight_pages,
    incident_pages,
    quality_pages,
    delivery_pages,
    file_pages,
    reconciliation_pages,
    reliance_pages,
    subject_pages,
)


def create_app(settings: ServiceSettings) -> FastAPI:
    """Return the pages and the JSON interface over one library."""
    # FastAPI's own documentation pages load scripts from another host, and its openapi route asks for nobody.
    app = FastAPI(title="License hub", version=VERSION, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.templates = build_environment()
    add_problem_handlers(app)
    app.add_middleware(
        Wire, body_bytes=settings.body_bytes, file_bytes=settings.files.max_bytes
    )  # added last, so that it sees every answer
    _include_routes(app)
    _serve_description(app)
    app.mount(STATIC_PREFIX.rstrip("/"), StaticFiles(directory=str(files(__package__) / "static")), name="static")
    return app


def _include_routes(app: FastAPI) -> None:
    """Let everybody in to the first three, a consumer's token being judged by each call; whoever is signed in to the rest."""
    for open_part in (health, sharing, sign_in):
        app.include_router(open_part.router)
    someone = Depends(demand_someone)
    for part in DESCRIBED:
        app.include_router(part.router, dependencies=[someone, Depends(demand_known_query)])
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False, dependencies=[someone])


def _serve_description(app: FastAPI) -> None:
    shapes = (*(shape for part in DESCRIBED for shape in part.SHAPES), health.Health, ProblemAnswer)
    document = msgspec.json.encode(build_document(app, shapes))

    @app.get("/openapi.json", include_in_schema=False, dependencies=[Depends(demand_someone)])
    def openapi(_request: Request) -> Response:
        return Response(document, media_type="application/json")
