"""`hub department new`: a folder to begin with, made from a department's own contract.

Shows what was guessed and how sure it is; what was edited is compared, never overwritten.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import connectors
from connectors.declarations.declaration import load_department
from connectors.drift.watching import compare_given
from connectors.scaffold.folder import Form, Scaffolded, Source, open_lines, scaffold_department
from hub.commands.output import AsJson, note, print_json, print_table, say
from hub.settings import Settings
from schemas.errors import HubError, RequestError

Name = Annotated[str, typer.Argument(help="Name of the department's folder, as water_bureau.")]
SAID = {
    "made": "made",
    "same": "is as the contract makes it; nothing was changed",
    "renewed": "was made again; nobody had edited it",
    "kept": "was edited; nothing was changed, the differences are below",
    "accepted": "keeps its declaration; the contract is pinned and compared with from now on",
}


def new(  # noqa: PLR0913, PLR0917 - each is one option
    name: Name,
    wsdl: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A WSDL; what it imports is found beside it.")
    ] = None,
    openapi: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An OpenAPI 3 or Swagger 2 document, JSON or YAML.")
    ] = None,
    ddl: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with CREATE TABLE statements.")
    ] = None,
    sample: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A sample answer (JSON, XML, CSV); alone, or beside a contract that leaves it open.",
        ),
    ] = None,
    operation: Annotated[str, typer.Option(help="Operation, path or table to use; default: the likeliest.")] = "",
    accept: Annotated[
        bool, typer.Option("--accept", help="Pin the changed contract; an edited declaration stays as it is.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a department's folder from its contract: declaration, suggested mapping, vendored files."""
    source = _source({"wsdl": wsdl, "openapi": openapi, "ddl": ddl}, sample, operation)
    root = Settings().connectors_folder or Path(connectors.__file__).parent
    changes = _contract_changes(name, source, root)
    done = scaffold_department(name, source, root, accept=accept)
    if as_json:
        print_json(_told(name, done) | {"contract_changes": changes})
    else:
        _show(name, done, changes)
    raise typer.Exit(1 if done.outcome == "kept" else 0)


def _source(contracts: dict[Form, Path | None], sample: Path | None, operation: str) -> Source:
    given: list[tuple[Form, Path]] = [(form, path) for form, path in contracts.items() if path]
    if len(given) > 1 or not (given or sample):
        raise RequestError("department new: expected one of --wsdl, --openapi, --ddl, --sample; nothing was written")
    if given:
        return Source(*given[0], sample=sample, operation=operation)
    return Source("sample", sample or Path(), operation=operation)


def _contract_changes(name: str, source: Source, root: Path) -> list[str]:
    """Say in words what the contract changes for the declaration as it was edited; nothing where it is not filled in yet."""
    if source.form not in {"wsdl", "openapi"} or not (root / name / "department.toml").is_file():
        return []
    try:
        found = compare_given(load_department(name, root), source.path)
    except HubError:
        return []
    return [f"{one.feed}: {one.words_en}" if one.feed else one.words_en for one in found]


def _told(name: str, done: Scaffolded) -> dict[str, Any]:
    lines = [("fields", done.draft.fields), ("face", done.draft.face), ("feed", done.draft.feed)]
    return {
        "department": name,
        "outcome": done.outcome,
        "folder": str(done.folder),
        "suggestions": [{"table": table, "key": one.key, "value": one.value, "confidence": one.confidence,
                         "reason": one.reason} for table, group in lines for one in group],
        "fill_in": [line.key for line in open_lines(done.draft)],
        "notes": done.draft.notes,
        "differences": done.differences,
        "changed_files": done.changed_files,
    }  # fmt: skip


def _show(name: str, done: Scaffolded, changes: list[str]) -> None:
    say(f"{name}: {SAID[done.outcome]}")
    if done.outcome in {"made", "renewed"}:
        rows = [
            [one.key, _source_of(one.value), f"{one.confidence:.2f}" if one.confidence else "?", one.reason]
            for one in done.draft.fields
        ]
        print_table("fields", ["field", "source", "sure", "why"], rows)
    if done.differences:
        told = [[one.key, one.who, one.generated, one.edited, one.suggested] for one in done.differences]
        print_table("differences", ["key", "changed by", "last generated", "yours", "the contract now"], told)
    changed = [f"the contract's {file} changed" for file in done.changed_files]
    for text in [*changed, *changes, *done.draft.notes]:
        note(text)
    _show_next(name, done)


def _show_next(name: str, done: Scaffolded) -> None:
    if done.outcome == "kept":
        note(f"next: edit {done.folder.name}/department.toml where the contract is right, then the same with --accept")
    elif done.outcome == "made":
        note(f"fill in: {', '.join(line.key for line in open_lines(done.draft))}")
        note(f"next: hub department check {name}, then hub department fake {name}")


def _source_of(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("from") or f"always {value.get('value')}")
    return str(value)
