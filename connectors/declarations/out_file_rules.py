"""What must hold of a declared file that brings a delivery: a name of its own, folders below the drop's, its class.

Each breach is a DeclarationError that names file, table and key. Opens no folder.
"""

from __future__ import annotations

import re

from connectors.declarations.declared import TO_FILL_IN, Transport
from connectors.declarations.declared_delivery import OutFile, Receipt
from connectors.declarations.file_rules import MARKS, PART
from connectors.declarations.request_template import placeholders
from connectors.declarations.text_encoding import CODECS
from schemas.errors import DeclarationError

NAMED = {"delivery_key", "case_number", "sequence", "kind"}
ITS_OWN = ({"delivery_key"}, {"case_number", "sequence"})  # what makes a name that no other delivery has


def check_out_file(file: OutFile, class_: str, transport: Transport, place: str) -> None:
    """Refuse a file whose name another delivery may have, or that does not give what its class promises."""
    named = placeholders({"name": file.name})
    if file.name != TO_FILL_IN and (not PART.fullmatch(file.name) or file.name.startswith(".") or named - NAMED):
        raise DeclarationError(f"{place}: key 'name': expected such as TZ_{{delivery_key}}.xml, got {file.name!r}")
    if not any(own <= named for own in ITS_OWN) and file.name != TO_FILL_IN:
        raise DeclarationError(
            f"{place}: key 'name': another delivery may have it; expected {{delivery_key}}, or {{case_number}} and {{sequence}}"
        )
    if class_ == "A" and "delivery_key" not in named:
        raise DeclarationError(f"{place}: key 'name': class A needs {{delivery_key}} in it")
    if (class_ == "B") != bool(file.taken):
        raise DeclarationError(
            f"{place}: key 'taken' {'needs class B' if file.taken else 'is missing; class B needs it'}"
        )
    _check_done(file, place)
    _check_folders(file, place)
    _check_form(file, transport, place)


def check_receipt_file(receipt: Receipt, place: str) -> None:
    """Refuse a receipt that is looked for outside the drop, or that any delivery might have."""
    named = placeholders({"poll": receipt.poll})
    is_inside = all(PART.fullmatch(part) and not part.startswith(".") for part in receipt.poll.split("/"))
    if not is_inside or named - NAMED - MARKS or not any(own <= named for own in (*ITS_OWN, {"name"}, {"stem"})):
        raise DeclarationError(f"{place}: key 'poll': expected a file such as back/{{stem}}.xml, got {receipt.poll!r}")
    if receipt.request:
        raise DeclarationError(f"{place}: key 'request' means nothing to kind file")


def _check_done(file: OutFile, place: str) -> None:
    unknown = placeholders({"done": file.done}) - MARKS
    if file.done and (unknown or not re.search(r"\{(stem|name)\}", file.done) or file.done == "{name}"):
        raise DeclarationError(f"{place}: key 'done': expected such as {{stem}}.ok or {{name}}.done, got {file.done!r}")


def _check_folders(file: OutFile, place: str) -> None:
    for key in ("folder", "taken"):
        parts = [part for part in getattr(file, key).split("/") if part]
        if ".." in parts or "." in parts or "\\" in getattr(file, key):
            raise DeclarationError(f"{place}: key {key!r}: expected a folder below the connection's, without dots")
    if file.taken and file.folder.strip("/") == file.taken.strip("/"):
        raise DeclarationError(f"{place}: 'folder' and 'taken' must differ")


def _check_form(file: OutFile, transport: Transport, place: str) -> None:
    if len(file.delimiter) != 1 or file.delimiter in '"\r\n':
        raise DeclarationError(f"{place}: key 'delimiter': expected one character, got {file.delimiter!r}")
    if transport.payload_encoding.lower() not in CODECS:
        raise DeclarationError(
            f"{place}: [transport] payload_encoding {transport.payload_encoding!r} is not written; "
            f"there are {', '.join(sorted(CODECS))}"
        )
