"""`hub license`: the files of licenses, working copies (加注件) made of them, and whether one may be relied on.

Knows arguments and output; keeping, making and checking are the library's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.asker import ASKED_HERE, Why, actor, served_hub, served_library
from hub.commands.output import AsJson, note, print_json, print_table
from hub.commands.outputs import demand_writable
from hub.pulling.fetching import fetch_file
from license_library.answers import CopyBrief, FileBrief, FileCheck
from license_library.service.acts import filing
from license_library.service.acts.filing import CheckRequest, CopyRequest, FileRequest
from schemas.errors import RequestError

app = typer.Typer(help="Files of licenses and working copies made of them.", no_args_is_help=True)
LicenseId = Annotated[int, typer.Argument(help="Id of the license, as a search answers it.")]
FileId = Annotated[int, typer.Argument(help="Id of the file, as `hub license files` lists it.")]
Output = Annotated[Path, typer.Argument(help="Where to write it; what is there already stays.", dir_okay=False)]


@app.command()
def attach(
    license_id: LicenseId,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="PDF, OFD, PNG or JPEG.")],
    version: Annotated[int | None, typer.Option(min=1, help="Version whose file it is; default: the present.")] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Keep a file of a license; the same file again is the same file."""
    with served_library() as service:
        content = _read(file, service.files.max_bytes)
        kept = filing.attach(service, actor(), content, FileRequest(license_id, file.name, purpose, version))
    print_json(kept) if as_json else _show_files([kept])


@app.command()
def fetch(license_id: LicenseId, purpose: Why = ASKED_HERE, as_json: AsJson = False) -> None:
    """Fetch the file that a license names from its department and keep it; the same file again is the same file."""
    with served_hub() as (hub, service):
        kept = fetch_file(hub, service, license_id, actor(), purpose, os.environ)
    print_json(kept) if as_json else _show_files([kept])


@app.command()
def files(license_id: LicenseId, purpose: Why = ASKED_HERE, as_json: AsJson = False) -> None:
    """List the files of a license and the working copies made of it."""
    with served_library() as service:
        answer = filing.show_files(service, actor(), license_id, purpose)
    if as_json:
        print_json(answer)
        return
    _show_files(answer.files)
    _show_copies(answer.copies)


@app.command()
def save(file_id: FileId, output: Output, purpose: Why = ASKED_HERE) -> None:
    """Write a file of a license as it came."""
    with served_library() as service:
        _demand_free(output, "license save")
        _write(output, filing.give_file(service, actor(), file_id, purpose).content)


@app.command()
def withdraw(file_id: FileId, purpose: Why = ASKED_HERE, as_json: AsJson = False) -> None:
    """Let a file no longer count, as one attached to the wrong license."""
    with served_library() as service:
        gone = filing.withdraw(service, actor(), file_id, purpose)
    print_json(gone) if as_json else _show_files([gone])


@app.command()
def copy(
    license_id: LicenseId,
    output: Output,
    purpose: Annotated[str, typer.Option("--purpose", help="What it is for; printed on every page.")],
    case_number: Annotated[str | None, typer.Option("--case", help="Number of the case it is for.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="For how many days it is good.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Make a working copy of a license, for one purpose, and write it as PDF."""
    asked = CopyRequest(license_id, purpose, case_number, days)
    with served_library() as service:
        _demand_free(output, "license copy")
        made = filing.copy(service, actor(), asked)
        _write(output, filing.give_copy(service, actor(), made.identifier, purpose).content)
    print_json(made) if as_json else _show_copies([made])


@app.command()
def verify(
    identifier: Annotated[str | None, typer.Argument(help="Identifier printed on the working copy.")] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The working copy or license file itself.")
    ] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Verify a working copy, or a file: exit code 0 where it is unaltered and good."""
    if (identifier is None) == (file is None):
        raise typer.BadParameter("expected either an identifier or --file")
    with served_library() as service:
        if file is not None:
            content = _read(file, service.files.max_bytes)
            check = filing.check_by_content(service, actor(), content, purpose)
        else:
            check = filing.check_by_identifier(service, actor(), CheckRequest(identifier or "", purpose))
    print_json(check) if as_json else _show_check(check)
    raise typer.Exit(0 if check.verdict == "valid" else 1)


@app.command("check-store")
def check_store(as_json: AsJson = False) -> None:
    """Read every stored file and compare it with its digest: exit code 1 where one is missing or damaged."""
    with served_library() as service:
        stored = filing.compare_store(service)
    if as_json:
        print_json(stored)
    else:
        rows = [["missing or damaged", one] for one in stored.missing] + [
            ["without a row", one] for one in stored.orphans
        ]
        print_table(f"{stored.whole} files are whole", ["", "SHA-256"], rows)
    raise typer.Exit(1 if stored.missing else 0)


def _read(file: Path, max_bytes: int) -> bytes:
    """Read at most one byte more than is kept, so that a huge file is refused and never held."""
    with file.open("rb") as source:
        return source.read(max_bytes + 1)


def _demand_free(output: Path, command: str) -> None:
    if output.exists():
        raise RequestError(f"{output.name}: is there already; expected a new name; nothing was written")
    demand_writable(command, output)


def _write(output: Path, content: bytes) -> None:
    try:
        with output.open("xb") as out:  # somebody may have come first since it was looked at
            out.write(content)
    except OSError as error:
        raise RequestError(
            f"license: {output} cannot be written: {error.strerror}; expected a new file in a folder that is there"
        ) from None
    note(f"written: {output}")


def _show_files(files_: list[FileBrief]) -> None:
    columns = ["file", "version", "kind", "bytes", "name", "attached", "by", "fetched from", "withdrawn", "SHA-256"]
    rows = [
        [one.file_id, one.version_count, one.kind, one.size_bytes, one.name, one.attached_at,
         one.attached_by, one.fetched_from, one.withdrawn_at, one.digest]
        for one in files_
    ]  # fmt: skip
    print_table("license files", columns, rows)


def _show_copies(copies: list[CopyBrief]) -> None:
    rows = [
        [one.identifier, f"{one.license_type_name} {one.license_number}", one.case_number, one.purpose, one.made_by,
         one.made_at, one.expires_at, one.body]
        for one in copies
    ]  # fmt: skip
    print_table("working copies", ["identifier", "license", "case", "purpose", "by", "made", "until", "body"], rows)


def _show_check(check: FileCheck) -> None:
    license_words = check.license_words.zh if check.license_words else None
    source = f"{check.source.department_name}: {check.source.freshness_words.zh}" if check.source else None
    print_table(check.words.zh, ["verdict", "license", "source"], [[check.verdict, license_words, source]])
    if check.copy:
        _show_copies([check.copy])
    if check.file:
        _show_files([check.file])
