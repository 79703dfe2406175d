"""The ways in which a fake department misbehaves: their names, what each means, and which transports can show it.

A list to choose from; how each one is done is the business of sending, bending, the shelf, the front table and the relay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connectors.declarations.declared import Department

HTTP = frozenset({"soap", "rest"})
ALL = HTTP | {"table", "file"}
SOAP, REST, TABLE = frozenset({"soap"}), frozenset({"rest"}), frozenset({"table"})
FILE = frozenset({"file"})
NO_HTTP = "a front database or a file drop speaks no HTTP"
NOT_READ_SO = "a front table or a file is read in one piece, in an order of ours"
NO_FILES = "it has no files"
NO_OPERATIONS = "a table or a file has no operations"
NOT_XML, NOT_JSON = "only XML can carry it", "only JSON can carry it"
SAME_TWICE = "a row with the same key, or a file with the same name, is the same"


@dataclass(frozen=True)
class Mode:
    """Say what a mode does, which kinds of transport can show it, and why the others cannot."""

    words: str
    kinds: frozenset[str] = ALL
    otherwise: str = ""


MODES: Final[dict[str, Mode]] = {
    "ok": Mode("answers as it should"),
    # --- the line -------------------------------------------------------------------------------------------------
    "timeout_connect": Mode("a knock at its port gets no answer"),
    "hang_forever": Mode("takes the request and never answers"),
    "drip_headers": Mode("sends the head of its answer one byte at a time", HTTP, NO_HTTP),
    "drip_body": Mode("sends the answer one byte at a time"),
    "never_ends": Mode("sends an answer that has no end", HTTP, NO_HTTP),
    "reset_midway": Mode("breaks the connection off in the middle of an answer"),
    "close_without_length": Mode("declares no length and closes in the middle", HTTP, NO_HTTP),
    "short_body": Mode("declares more bytes than it sends, then closes", HTTP, NO_HTTP),
    "half_json": Mode("a complete HTTP answer whose payload is cut in the middle", HTTP, NO_HTTP),
    "half_xml": Mode("the same, by its name for XML", HTTP, NO_HTTP),
    "half_gzip": Mode("a compressed answer that is cut in the middle", HTTP, NO_HTTP),
    "gzip_bomb": Mode("a small compressed body that grows to 64 MiB", HTTP, NO_HTTP),
    "cert_good": Mode("asked over TLS, and shows a certificate of an authority of its own", HTTP, NO_HTTP),
    "cert_expired": Mode("shows a certificate that has run out (asked over TLS)", HTTP, NO_HTTP),
    # --- HTTP -----------------------------------------------------------------------------------------------------
    "500_before": Mode("fails with status 500 before it did anything", HTTP, NO_HTTP),
    "500_after_commit": Mode("does what it was sent, then answers 500", HTTP, NO_HTTP),
    "503": Mode("under maintenance: status 503 with Retry-After", HTTP, NO_HTTP),
    "rate_limited_429": Mode("too many requests: status 429 with Retry-After", HTTP, NO_HTTP),
    "200_with_fault": Mode("a Fault, or an error code, with status 200", HTTP, NO_HTTP),
    "200_html_login": Mode("a login page with status 200", HTTP, NO_HTTP),
    "202_empty": Mode("status 202 with nothing in it", HTTP, NO_HTTP),
    "204": Mode("status 204: no content", HTTP, NO_HTTP),
    "wrong_content_type": Mode("the right answer, labelled as a web page in Latin-1", HTTP, NO_HTTP),
    "redirect_internal": Mode("redirects to another address of its own machine", HTTP, NO_HTTP),
    "redirect_file": Mode("redirects to a file of the caller's machine", HTTP, NO_HTTP),
    # --- encodings and forms --------------------------------------------------------------------------------------
    "gbk_labelled_utf8": Mode("writes GBK and says UTF-8, or the other way round", HTTP | FILE, NO_HTTP),
    "gb2312_labelled_gbk": Mode("writes GBK and says GB2312", HTTP, NO_HTTP),
    "utf7": Mode("says it writes UTF-7", HTTP, NO_HTTP),
    "bom": Mode("begins with a byte order mark", HTTP | FILE, NO_HTTP),
    "doctype": Mode("XML with a DOCTYPE whose entity names a file", HTTP, NOT_XML),
    "processing_instruction": Mode("XML with a processing instruction in it", HTTP, NOT_XML),
    "xinclude": Mode("XML that includes a file", HTTP, NOT_XML),
    "many_attributes": Mode("XML with 300 attributes on one element", HTTP, NOT_XML),
    "deep_nesting": Mode("an answer nested a hundred deep", HTTP, NO_HTTP),
    "nan": Mode("NaN where the license number belongs", REST, NOT_JSON),
    "huge_integer": Mode("a number of 5,000 digits where the license number belongs", REST, NOT_JSON),
    "lone_surrogate": Mode("half a character in a license number", REST, NOT_JSON),
    "nul": Mode("a NUL in a license number", HTTP, "a database keeps no NUL in a text"),
    "duplicate_elements": Mode("says one record's license number twice", HTTP, "a row has each column once"),
    "one_element_list": Mode("holds a single record; REST writes it without the list", HTTP, NOT_READ_SO),
    "empty_list": Mode("an empty list under a total that says otherwise", HTTP, NOT_READ_SO),
    # --- paging ---------------------------------------------------------------------------------------------------
    "count_lies": Mode("declares more records than there are", HTTP | FILE, "a front table declares no total"),
    "page_loops": Mode("every page is the first", HTTP, NOT_READ_SO),
    "page_shifts": Mode("a record of the first page is changed while the second is asked for", HTTP, NOT_READ_SO),
    "stale_cache": Mode("a cache in between answers with the state of thirty days ago", HTTP, NOT_READ_SO),
    # --- records --------------------------------------------------------------------------------------------------
    "duplicate_records": Mode("lists every fifth record twice"),
    "out_of_order": Mode("lists its records newest first", HTTP, NOT_READ_SO),
    "unknown_code": Mode("one record has a code that is in no list"),
    "giant_field": Mode("one record has a field of 1.2 MB"),
    "type_changed": Mode("the license number is no longer a plain text", HTTP | TABLE, "a file is made of texts"),
    "schema_added": Mode("every record has a field more"),
    "schema_missing": Mode("no record has a license number any more"),
    "column_renamed": Mode("the field of the time of change has another name"),
    "operation_added": Mode("its contract shows one operation more", HTTP, NO_OPERATIONS),
    "parameter_required": Mode("demands one parameter more, and its contract says so", HTTP, NO_OPERATIONS),
    "schema_renamed_namespace": Mode("answers in another namespace than the contract's", SOAP, NOT_XML),
    "ten_times_volume": Mode("lists ten times as many records"),
    "zero_rows": Mode("lists nothing at all"),
    # --- what happens at the department, and stays ----------------------------------------------------------------
    "late_commit": Mode("a record changed before another one is committed after it: seen once the mode is over"),
    "clock_backwards": Mode("changes carry times two days back, set right once the mode is over"),
    "revokes": Mode("revokes three licenses"),
    "deletes": Mode("deletes three licenses, in whatever way its declaration can tell"),
    # --- a front database -----------------------------------------------------------------------------------------
    "table_locked": Mode("somebody else holds the table", TABLE, "it has no table"),
    "table_missing": Mode("the table is gone", TABLE, "it has no table"),
    "ack_lost": Mode("takes what it was sent, and the word of it is lost"),
    # --- a file drop ----------------------------------------------------------------------------------------------
    "half_file": Mode("files are cut in the middle", FILE, NO_FILES),
    "missing_marker": Mode("files lie there without their done-marker", FILE, NO_FILES),
    "growing_file": Mode("files grow while somebody looks", FILE, NO_FILES),
    "late_file": Mode("a file of an earlier day comes after later ones, and says what was so then", FILE, NO_FILES),
    "corrected_file": Mode("the newest file comes once more under its name, with three records changed", FILE, NO_FILES),
    "marker_alone": Mode("a done-marker lies there without its file", FILE, NO_FILES),
    "cut_zip": Mode("zip files are cut in the middle", FILE, NO_FILES),
    "zip_bomb": Mode("zip files grow to 64 MiB of nothing", FILE, NO_FILES),
    "host_key_changed": Mode("the SFTP server shows another host key", FILE, NO_FILES),
    "permission_denied": Mode("files may be listed but not read", FILE, NO_FILES),
    "applies_twice": Mode("does twice what it was sent once, unless a key says that it is the same", HTTP, SAME_TWICE),
}  # fmt: skip

# What only one form of an answer can carry; over REST a declaration says which one it is.
FORMS: Final = {
    "xml": {"doctype", "processing_instruction", "xinclude", "many_attributes"},
    "json": {"nan", "huge_integer", "lone_surrogate"},
}


def refusal(mode: str, kind: str) -> str:
    """Return why a department of `kind` has no such mode; empty when it has."""
    known = MODES[mode]
    return "" if kind in known.kinds else f"mode {mode!r} makes no sense for kind {kind}: {known.otherwise}"


def refusal_of(mode: str, department: Department) -> str:
    """Return why this department has no such mode: its transport cannot show it, or the form of all its answers."""
    if mode not in MODES:
        return f"no mode {mode!r}; there are {', '.join(one for one in MODES if not refusal_of(one, department))}"
    kind = department.transport.kind
    if (wrong := refusal(mode, kind)) or kind != "rest":
        return wrong
    answers = {one.answer for one in department.feeds.values()} | {one.answer for one in department.deliveries.values()}
    form = next((form for form, modes in FORMS.items() if mode in modes and form not in answers), "")
    return form and f"mode {mode!r} makes no sense for {department.department}: none of its answers is {form.upper()}"
