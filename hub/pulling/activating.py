"""Activation: a mapping is let into the library by two persons, after a shadow exchange has shown what it would change.

The rule holds where the hub's setting says so; recording who let what in works everywhere.
"""

from __future__ import annotations

from connectors.declarations.declaration import Department, Feed, load_department
from connectors.declarations.mapping_digest import mapping_digest
from hub.context import HubContext
from hub.registration import register
from license_library.merge.activations import Mapping, approve_activation, is_active, propose_activation
from schemas.errors import DeclarationError


def may_merge(hub: HubContext, department: Department, feed: Feed) -> bool:
    """Say whether this feed's records may enter the library: always where no activation is asked for."""
    if not hub.requires_activation:
        return True
    with hub.engine.connect() as conn:
        return is_active(conn, mapping_of(department, feed))


def mapping_of(department: Department, feed: Feed) -> Mapping:
    """Return the name of a feed's mapping as it is declared."""
    return Mapping(department.department, feed.name, mapping_digest(department, feed), department.digest)


def propose(hub: HubContext, department: str, feeds: list[str], who: str) -> dict[str, int]:
    """Propose the mappings of some feeds, all or none; return the shadow exchange that each rests on."""
    mappings = _mappings(hub, department, feeds)
    with hub.engine.begin() as conn:
        return {one.feed: propose_activation(conn, one, who, hub.clock()) for one in mappings}


def approve(hub: HubContext, department: str, feeds: list[str], who: str) -> None:
    """Approve the proposed mappings of some feeds, all or none."""
    mappings = _mappings(hub, department, feeds)
    with hub.engine.begin() as conn:
        for one in mappings:
            approve_activation(conn, one, who, hub.clock())


def _mappings(hub: HubContext, department: str, feeds: list[str]) -> list[Mapping]:
    declared = load_department(department, hub.connectors_folder)
    unknown = [feed for feed in feeds if feed not in declared.feeds]
    if unknown:
        raise DeclarationError(f"{department}: no feed {unknown[0]!r}; there are {', '.join(sorted(declared.feeds))}")
    register(hub, declared)
    return [mapping_of(declared, declared.feeds[feed]) for feed in feeds or sorted(declared.feeds)]
