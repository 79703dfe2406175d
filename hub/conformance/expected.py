"""In which mode of a fake which end is right, and for which feed a mode can show nothing. Data, no exchange."""

from __future__ import annotations

from typing import Final

from connectors.declarations.declaration import Department, Feed
from connectors.fake.modes import FORMS, refusal_of
from connectors.fake.rows.bending import coded_column

BROKE, FAULT, REFUSED = "department.broke_promise", "department.fault", "department.refused"
TIMEOUT, UNAVAILABLE, UNREACHABLE = "department.timeout", "department.unavailable", "department.unreachable"
MERGED, HELD, QUARANTINED = "merged", "held", "quarantined"  # quarantined: merged, but for one record with its reason
Ends = frozenset[str]


def _one_of(*ends: str) -> Ends:
    return frozenset(ends)


SHAPES: Final[dict[str, Ends]] = {
    "half_json": _one_of(BROKE), "half_xml": _one_of(BROKE), "half_gzip": _one_of(BROKE), "gzip_bomb": _one_of(BROKE),
    "short_body": _one_of(BROKE), "close_without_length": _one_of(BROKE), "never_ends": _one_of(BROKE, TIMEOUT),
    "reset_midway": _one_of(UNREACHABLE, BROKE),
    "200_with_fault": _one_of(FAULT, REFUSED), "200_html_login": _one_of(BROKE), "202_empty": _one_of(BROKE),
    "204": _one_of(BROKE), "wrong_content_type": _one_of(BROKE, MERGED),
    "redirect_internal": _one_of(BROKE), "redirect_file": _one_of(BROKE),
    "gbk_labelled_utf8": _one_of(BROKE), "gb2312_labelled_gbk": _one_of(MERGED), "utf7": _one_of(BROKE),
    "bom": _one_of(MERGED),
    "doctype": _one_of(BROKE), "processing_instruction": _one_of(BROKE), "xinclude": _one_of(BROKE),
    "many_attributes": _one_of(BROKE), "deep_nesting": _one_of(BROKE, MERGED),
    "nan": _one_of(QUARANTINED), "huge_integer": _one_of(QUARANTINED), "lone_surrogate": _one_of(QUARANTINED),
    "nul": _one_of(QUARANTINED, BROKE),
    "duplicate_elements": _one_of(QUARANTINED), "one_element_list": _one_of(MERGED, HELD), "empty_list": _one_of(BROKE),
    "count_lies": _one_of(BROKE), "page_loops": _one_of(BROKE), "stale_cache": _one_of(MERGED, QUARANTINED),
    "duplicate_records": _one_of(MERGED), "out_of_order": _one_of(MERGED),
    "unknown_code": _one_of(QUARANTINED), "giant_field": _one_of(QUARANTINED, BROKE),
    "type_changed": _one_of(HELD, BROKE), "schema_added": _one_of(MERGED), "schema_missing": _one_of(HELD, BROKE),
    "schema_renamed_namespace": _one_of(BROKE), "ten_times_volume": _one_of(HELD), "zero_rows": _one_of(HELD),
    "half_file": _one_of(BROKE), "missing_marker": _one_of(MERGED), "growing_file": _one_of(MERGED, BROKE),
    "cut_zip": _one_of(BROKE), "zip_bomb": _one_of(BROKE), "table_missing": _one_of(BROKE), "column_renamed": _one_of(HELD, BROKE),
}  # fmt: skip
TROUBLE: Final[dict[str, Ends]] = {
    "timeout_connect": _one_of(UNREACHABLE, TIMEOUT), "hang_forever": _one_of(TIMEOUT, UNREACHABLE),
    "drip_headers": _one_of(TIMEOUT), "drip_body": _one_of(TIMEOUT, UNREACHABLE), "500_before": _one_of(FAULT),
    "503": _one_of(UNAVAILABLE), "rate_limited_429": _one_of(UNAVAILABLE),
    "cert_good": _one_of(MERGED), "cert_expired": _one_of("department.not_trusted"), "table_locked": _one_of(TIMEOUT),
    "host_key_changed": _one_of(REFUSED), "permission_denied": _one_of(REFUSED),
}  # fmt: skip
NEEDS_PAGES = {"page_loops", "page_shifts"}
NEEDS_TOTAL = {"count_lies", "empty_list"}
BENT_BEHIND_SIGNATURES = {"duplicate_records", "schema_renamed_namespace"}
WITHOUT_TOTAL = (
    "the answers declare no total, so a list that ends early cannot be told from a whole one; what was missed comes with "
    "the sweep"
)


def why_not(mode: str, department: Department, feed: Feed) -> str:
    """Return why a mode can show nothing with this feed; empty when it can."""
    if wrong := refusal_of(mode, department):
        return wrong
    has_total = bool(feed.paging.total or feed.paging.total_header)
    reasons = {
        "everything comes in one answer": mode in NEEDS_PAGES and feed.paging.style == "none",
        WITHOUT_TOTAL: mode in NEEDS_TOTAL and not has_total,
        "its answers are signed, and what is bent behind the signature is refused": (
            mode in BENT_BEHIND_SIGNATURES and department.transport.auth == "wsse-signature"
        ),
        "its answers are signed, and what is not XML cannot be": (
            mode == "nul" and department.transport.auth == "wsse-signature"
        ),
        f"its answers are {feed.answer.upper()}": department.transport.kind == "rest"
        and any(mode in modes for form, modes in FORMS.items() if form != feed.answer),
        "no field of it has a code list": mode == "unknown_code" and not coded_column(feed),
        "strictness is off": mode == "schema_renamed_namespace" and department.transport.strictness == "off",
        "its declaration knows no state but valid": mode == "revokes" and len(_states(feed)) < 2,
        "it writes no done-markers": mode in {"missing_marker", "marker_alone"}
        and not (feed.files and feed.files.done),
        "none of its files is a zip": mode in {"cut_zip", "zip_bomb"}
        and not any(name.lower().endswith(".zip") for name in (feed.files.names if feed.files else ())),
        "it has no way to say that a license was deleted; one that is listed no more stays in the library": (
            mode == "deletes" and not feed.change and "cancelled" not in _states(feed)
        ),
    }
    return next((words for words, holds in reasons.items() if holds), "")


def right_ends(mode: str, ends: Ends, feed: Feed) -> Ends:
    """Return which ends are right for this feed: some departments may say what others must not."""
    if mode == "zero_rows" and (feed.flag or feed.files):
        return ends | {MERGED}  # a front table from which everything was taken, or a day's file, may well be empty
    if mode in {"one_element_list", "200_with_fault"} and not feed.records.strip("."):
        return ends | {BROKE}  # where the whole answer is the list, an object instead may be an error or one record
    return ends


def _states(feed: Feed) -> set[str]:
    rule = feed.fields.get("status")
    return set((rule.codes or {}).values()) if rule else set()
