"""A department's folder, made from its contract: declaration, vendored files with digests, and what was generated last.

What somebody edited is never overwritten: the difference is told instead. The only module here that writes.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from connectors.declarations.contract_files import SUMS
from connectors.scaffold.ddl_reader import gather_ddl, read_ddl
from connectors.scaffold.declaration_text import write_declaration
from connectors.scaffold.difference import Difference, compare_declarations
from connectors.scaffold.draft import Draft, draft_declaration
from connectors.scaffold.line import Line
from connectors.scaffold.openapi_document import gather_openapi
from connectors.scaffold.openapi_reader import read_openapi
from connectors.scaffold.outline import Call, Node, Outline
from connectors.scaffold.sample_filling import fill_open
from connectors.scaffold.sample_reader import gather_sample, read_answer, read_sample
from connectors.scaffold.vendoring import Gathered, gather_xml
from connectors.scaffold.wsdl_reader import read_wsdl
from schemas.errors import RequestError

FILE, GENERATED = "department.toml", ".generated.toml"  # the second: as last generated, to tell edits from it
FORMS = {
    "wsdl": (gather_xml, read_wsdl),
    "openapi": (gather_openapi, read_openapi),
    "ddl": (gather_ddl, read_ddl),
    "sample": (gather_sample, read_sample),
}
Form = Literal["wsdl", "openapi", "ddl", "sample"]
Outcome = Literal["made", "same", "renewed", "kept", "accepted"]


class Source(msgspec.Struct, frozen=True):
    """Say what to make a department from."""

    form: Form
    path: Path
    sample: Path | None = None  # an answer, beside a contract that leaves open what it holds
    operation: str = ""


class Scaffolded(msgspec.Struct, frozen=True):
    """Tell what was done: what is in the folder now, and how it differs from what would be made."""

    outcome: Outcome
    folder: Path
    draft: Draft
    differences: list[Difference] = []
    changed_files: list[str] = []  # contract files that differ from the pinned ones


def scaffold_department(name: str, source: Source, root: Path, *, accept: bool = False) -> Scaffolded:
    """Make, renew or compare department `name` below `root`; `accept` pins the new contract and keeps the declaration."""
    folder = root / name
    _require_name(name, folder)
    gathered, outline = _read(source)
    draft = draft_declaration(name, gathered.main, outline, source.operation)
    text = write_declaration(draft, gathered.main)
    if not (folder / FILE).is_file():
        _write(folder, text, gathered, declaration=True)
        return Scaffolded("made", folder, draft)
    edited, generated = _text(folder / FILE), _text(folder / GENERATED)
    changed = _changed_files(folder, gathered)
    if accept:
        _write(folder, text, gathered, declaration=edited == generated)
        return Scaffolded("accepted", folder, draft, compare_declarations(text, edited, text), changed)
    if edited == generated and (changed or edited != text):
        _write(folder, text, gathered, declaration=True)
        return Scaffolded("renewed", folder, draft, compare_declarations(generated, edited, text), changed)
    if edited == text and not changed:
        return Scaffolded("same", folder, draft)
    return Scaffolded("kept", folder, draft, compare_declarations(generated, edited, text), changed)


def _require_name(name: str, folder: Path) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise RequestError(
            "department new: NAME: expected a letter, then letters, digits and _, all lower case, such as water_bureau; "
            f"got {name!r}; nothing was written"
        )
    if (folder / "__init__.py").exists() or (folder.exists() and not folder.is_dir()):
        raise RequestError(
            f"department new: NAME: expected one that no room of ours has, got {name!r}; nothing was written"
        )


def _read(source: Source) -> tuple[Gathered, Outline]:
    gather, read = FORMS[source.form]
    gathered = gather(source.path)
    outline = read(gathered)
    if source.sample and source.form != "sample":
        content = gather_sample(source.sample).files[source.sample.name]
        answer, is_json = read_answer(content, source.sample.name), content.lstrip()[:1] in (b"{", b"[")
        outline = replace(outline, calls=tuple(_with_answer(call, answer, is_json=is_json) for call in outline.calls))
    return gathered, outline


def _with_answer(call: Call, answer: Node, *, is_json: bool) -> Call:
    """Put a sample answer where the contract shows none, or into the groups that it leaves open (xsd:any)."""
    if any(child.children for child in call.answer.children):
        return fill_open(call, answer)
    payload: Any = "json-in-string" if call.payload != "none" and is_json else call.payload
    return replace(call, answer=answer, payload=payload)


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _changed_files(folder: Path, gathered: Gathered) -> list[str]:
    contract = folder / "contract"
    return sorted(
        name
        for name, content in gathered.files.items()
        if not (contract / name).is_file() or (contract / name).read_bytes() != content
    )


def _write(folder: Path, text: str, gathered: Gathered, *, declaration: bool) -> None:
    contract = folder / "contract"
    there = {p.relative_to(contract).as_posix(): p for p in contract.rglob("*") if p.is_file() and p.name != SUMS}
    kept = {name: path.read_bytes() for name, path in there.items()} | gathered.files
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(kept.items())}
    contract.mkdir(parents=True, exist_ok=True)
    for name, content in gathered.files.items():
        (contract / name).write_bytes(content)
    (contract / SUMS).write_text("".join(f"{sha}  {name}\n" for name, sha in sums.items()), "utf-8")
    (folder / GENERATED).write_text(text, "utf-8")
    if declaration:
        (folder / FILE).write_text(text, "utf-8")


def open_lines(draft: Draft) -> list[Line]:
    """Return the lines that nobody but the engineer can fill."""
    lines = [*draft.head, *draft.transport, *draft.feed, *draft.fields]
    return [line for line in lines if line.confidence == 0 or line.is_open]
