"""What the library keeps of a department's declaration, so that exchanges and answers can name it.

Translates one room's words into the other's; decides nothing.
"""

from __future__ import annotations

from sqlalchemy import Connection

from connectors.declarations.declaration import Department, Feed, duration
from connectors.declarations.declaration_archive import pack_declaration
from connectors.declarations.field_origins import describe_fields
from connectors.declarations.mapping_digest import mapping_digest
from hub.context import HubContext
from license_library.catalogue.declared_feeds import (
    DepartmentEntry,
    FeedEntry,
    are_feeds_free,
    is_noted,
    is_registered,
    register_department,
)
from license_library.exchange.kept_declarations import is_kept, keep_declaration
from license_library.merge.mappings import keep_mapping


def register(hub: HubContext, declared: Department) -> None:
    """Note a declaration in the library; the same one again changes nothing and waits for no merge."""
    with hub.engine.begin() as conn:
        _note(hub, conn, declared)


def register_when_free(hub: HubContext, declared: Department) -> None:
    """Note a declaration where no merge holds a feed of it; a changed one is else left to the next pull or push."""
    with hub.engine.begin() as conn:
        if are_feeds_free(conn, declared.department):
            _note(hub, conn, declared)


def register_unknown(hub: HubContext, declared: Department) -> None:
    """Note a department that the library has never heard of; a known one is not touched, for a merge may hold its feeds."""
    with hub.engine.connect() as conn:
        is_known = is_registered(conn, declared.department)
    if not is_known:
        register(hub, declared)


def _note(hub: HubContext, conn: Connection, declared: Department) -> None:
    if not is_kept(conn, declared.digest):
        keep_declaration(conn, declared.digest, declared.department, pack_declaration(declared), hub.clock())
    department, feeds = department_entry(declared), [feed_entry(declared, feed) for feed in declared.feeds.values()]
    if not is_noted(conn, department, feeds):
        register_department(conn, department, feeds, hub.clock())
    for feed in declared.feeds.values():
        fields = describe_fields(declared, feed)
        keep_mapping(conn, declared.department, feed.name, declared.digest, fields, hub.clock())


def department_entry(declared: Department) -> DepartmentEntry:
    """Return what the library keeps of a declaration."""
    return DepartmentEntry(
        department=declared.department,
        name=declared.name,
        uscc=declared.uscc,
        network=declared.network,
        contact=declared.contact,
        transport=declared.transport.kind,
        declaration_digest=declared.digest,
    )


def feed_entry(declared: Department, feed: Feed) -> FeedEntry:
    """Return what the library keeps of a declared feed."""
    return FeedEntry(
        feed=feed.name,
        record_type=feed.record,
        catalogue_code=feed.catalogue,
        basis=feed.basis,
        purpose=feed.purpose,
        license_types=feed.license_types(),
        fresh_seconds=int(duration(feed.fresh_within).total_seconds()),
        mapping_digest=mapping_digest(declared, feed),
        face_fields=sorted(feed.face),
    )
