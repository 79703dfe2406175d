"""The hub as one department may use it: each of its statements in our database ends at the department's own limit.

Knows declarations; a broken one leaves the limit that every department has.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.declarations.declaration import Limits, load_department
from hub.context import HubContext
from license_library.storage.database import limit_statements
from schemas.errors import DeclarationError


def limited_for(hub: HubContext, department: str) -> HubContext:
    """Return the hub with the statement limit of a department, over the same connections."""
    try:
        limits = load_department(department, hub.connectors_folder).transport.limits
    except DeclarationError:  # told where the declaration is used
        limits = Limits()
    return replace(hub, engine=limit_statements(hub.engine, limits.statement_seconds))
