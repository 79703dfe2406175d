"""What can be found wrong with a file drop's declaration by the vendored sample alone. Opens no folder."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.declarations.declared import Department, Feed
from connectors.drops.file_contract import declared_files, read_file_contract
from connectors.formats.page_rows import source_names
from connectors.wire.findings import Finding, declared_at


def check_files(department: Department, feed: Feed) -> Iterator[Finding]:
    """Look every source field up in the sample, and say which of the precautions are not taken."""
    place = declared_at(department.department, f"[feeds.{feed.name}]")
    contract, files = read_file_contract(department, feed), declared_files(department, feed)
    named = {name: name.partition("/")[0] for name in source_names(feed) if not name.startswith("@")}
    for name in sorted(name for name, first in named.items() if first not in contract.columns):
        there = ", ".join(contract.columns)
        yield Finding("error", place, f"source field {name!r} is not in the sample {contract.file}; there are {there}")
    if not files.done and not files.total:
        yield Finding(
            "warning", f"{place} files", "declares neither 'done' nor 'total': half a file may pass for a whole one"
        )
    if not files.is_answered:
        yield Finding(
            "warning",
            f"{place} files",
            "declares neither 'archive' nor 'receipts': files stay, and nothing is answered",
        )
