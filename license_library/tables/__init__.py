"""Every table of the library, a module for each family, for a DBA to read.

Only this room knows these names. Columns: `_id` ours, `_number` printed on the license, `_code` from a closed
list, `_on` a date, `_at` a UTC instant, `_count` a count, `department` and `feed` the names of a declaration.
"""

from __future__ import annotations

from license_library.tables.cases import case_batches, case_events, replayed_records
from license_library.tables.catalogue import authorities, item_materials, items, license_types
from license_library.tables.columns import metadata
from license_library.tables.corrections import calendar_days, correction_requests
from license_library.tables.exchanges import (
    departments,
    exchange_measures,
    exchanges,
    feeds,
    landed_pages,
    mappings,
)
from license_library.tables.facts import element_masters, fact_decisions
from license_library.tables.files import license_files, working_copies
from license_library.tables.held_records import held_holders, held_records
from license_library.tables.inquiries import inquiries, inquiry_seals
from license_library.tables.library import (
    license_holders,
    license_reversals,
    license_versions,
    licenses,
    subjects,
)
from license_library.tables.library_key import library_key
from license_library.tables.outbox import deliveries
from license_library.tables.oversight import (
    activations,
    incident_alerts,
    incident_events,
    incidents,
    kept_declarations,
    shadow_changes,
)
from license_library.tables.push_holds import database_line, push_holds
from license_library.tables.reconciliations import (
    matched_buckets,
    reconciliation_buckets,
    reconciliation_differences,
    reconciliations,
)
from license_library.tables.records import (
    listing_changes,
    quality_results,
    quarantined_records,
    staged_holders,
    staged_licenses,
)
from license_library.tables.reliances import license_alerts, reliances
from license_library.tables.searching import former_names, subject_keys, subjects_to_key
from license_library.tables.sharing import consumer_grants, consumers
from license_library.tables.subjects import subject_decisions, subject_groups

__all__ = [
    "activations",
    "authorities",
    "calendar_days",
    "case_batches",
    "case_events",
    "consumer_grants",
    "consumers",
    "correction_requests",
    "database_line",
    "deliveries",
    "departments",
    "element_masters",
    "exchange_measures",
    "exchanges",
    "fact_decisions",
    "feeds",
    "former_names",
    "held_holders",
    "held_records",
    "incident_alerts",
    "incident_events",
    "incidents",
    "inquiries",
    "inquiry_seals",
    "item_materials",
    "items",
    "kept_declarations",
    "landed_pages",
    "library_key",
    "license_alerts",
    "license_files",
    "license_holders",
    "license_reversals",
    "license_types",
    "license_versions",
    "licenses",
    "listing_changes",
    "mappings",
    "matched_buckets",
    "metadata",
    "push_holds",
    "quality_results",
    "quarantined_records",
    "reconciliation_buckets",
    "reconciliation_differences",
    "reconciliations",
    "reliances",
    "replayed_records",
    "shadow_changes",
    "staged_holders",
    "staged_licenses",
    "subject_decisions",
    "subject_groups",
    "subject_keys",
    "subjects",
    "subjects_to_key",
    "working_copies",
]
