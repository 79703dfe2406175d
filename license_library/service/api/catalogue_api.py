"""The JSON interface of the catalogue: approval items, and license types with their definitions.

Routes only: a question in, an answer out; nothing personal stands here.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from license_library.answers import ItemsAnswer, LicenseTypeBrief, LicenseTypesAnswer
from license_library.service.access import Settings
from license_library.service.acts import overseeing
from license_library.service.api.api import JSON
from license_library.service.filters import Items, TypeName
from license_library.service.openapi import describe

router = APIRouter(prefix="/api")

SHAPES = (ItemsAnswer, LicenseTypeBrief, LicenseTypesAnswer)


@router.get("/items", openapi_extra=describe(ItemsAnswer))
def items(settings: Settings, chosen: Items) -> Response:
    """List the approval items, all or those of a line or with a word in their name."""
    return JSON(overseeing.items(settings, chosen.line, chosen.name))


@router.get("/license-types", openapi_extra=describe(LicenseTypesAnswer))
def license_types(settings: Settings) -> Response:
    """List the license types: who issues them, which feeds deliver them, how they are defined."""
    return JSON(overseeing.license_types(settings))


@router.get("/license-types/{license_type}", openapi_extra=describe(LicenseTypeBrief))
def license_type(settings: Settings, license_type: TypeName) -> Response:
    """Show how one license type is defined: face fields, sensitivity, term, what took its place."""
    return JSON(overseeing.license_type(settings, license_type))
