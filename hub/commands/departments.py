"""`hub department`: what is declared, whether it is right, and a fake of it to try against.

Reads declarations; asking a department is defined beside this.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.declarations.declaration import Department, load_department, load_departments
from connectors.fake.modes import MODES, refusal_of
from connectors.lint.lint import Finding, check_department
from connectors.wire.connection import read_connection
from connectors.wire.tls import check_certificates
from hub.commands.choosing import declared_department, require_declared
from hub.commands.conforming import conform
from hub.commands.output import AsJson, explain, note, print_json, print_table, say
from hub.commands.scaffolding import new
from hub.commands.signals import ended_by_signals
from hub.commands.trusting import activate, shadow, try_live
from hub.commands.watching import drift
from hub.context import running_database, utc_now
from hub.demo.front_databases import front_database
from hub.settings import Settings, demand_folder
from license_library.storage.database import open_database
from schemas.errors import ConnectionMissing, DeclarationError

app = typer.Typer(help="Declared departments: make, list, check, fake.", no_args_is_help=True)
app.command()(new)
app.command("try")(try_live)
app.command()(shadow)
app.command()(activate)
app.command()(conform)
app.command()(drift)
Name = Annotated[str, typer.Argument(help="Name of the department's folder.")]


@app.command("list")
def list_declared(as_json: AsJson = False) -> None:
    """List the declared departments and their feeds."""
    settings = Settings()
    demand_folder(settings.connectors_folder)
    declared, broken = load_departments(settings.connectors_folder)
    rows = [row for one in declared for row in _feed_rows(one)]
    if as_json:
        told = [{"department": name, "error_code": error.code, "error": str(error)} for name, error in broken.items()]
        print_json({"departments": rows, "broken": told})
    else:
        print_table("departments", ["department", "name", "transport", "feed", "schedule", "license types"], [
            [*list(row.values())[:5], " ".join(row["license_types"])] for row in rows
        ])  # fmt: skip
    for error in broken.values():
        explain(error)
    raise typer.Exit(1 if broken else 0)


@app.command()
def check(name: Name, as_json: AsJson = False) -> None:
    """Check a declaration offline; never touches the network."""
    settings = Settings()
    require_declared(name, settings)
    folder = settings.connectors_folder
    findings = check_department(name, folder) + _check_certificates(name, folder)
    if as_json:
        print_json({"department": name, "findings": findings})
    elif findings:
        for finding in findings:
            say(str(finding))
    else:
        say(f"{name}: nothing to complain about")
    raise typer.Exit(1 if any(finding.severity == "error" for finding in findings) else 0)


@app.command()
def fake(  # noqa: PLR0913, PLR0917 - each is one option
    name: Name,
    port: Annotated[int, typer.Option(help="Loopback port; 0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int, typer.Option(help="Same seed, same data.")] = 7,
    scale: Annotated[int, typer.Option(help="Number of licenses.")] = 1000,
    day: Annotated[int, typer.Option(help="Days since the beginning; later days bring updates.")] = 30,
    mode: Annotated[str, typer.Option(help="How it misbehaves; --modes lists how it can.")] = "ok",
    modes: Annotated[
        bool, typer.Option("--modes", help="List the modes with what each does, and serve nothing.")
    ] = False,
    database: Annotated[str, typer.Option(help="Front table: SQLAlchemy address; default: beside the hub's.")] = "",
    folder: Annotated[Path | None, typer.Option(help="File drop: where its files lie; default: thrown away.")] = None,
    local: Annotated[bool, typer.Option("--local", help="File drop: no SFTP, the connection is the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Serve a fake of a declared department until Ctrl-C."""
    settings = Settings()
    declared = declared_department(name, settings)
    if modes:
        _list_modes(declared, as_json=as_json)
        return
    if wrong := refusal_of(mode, declared):
        raise typer.BadParameter(wrong, param_hint="--mode")
    with ended_by_signals(), ExitStack() as stack:
        if declared.transport.kind == "table" and not database:
            engine = open_database(stack.enter_context(running_database(settings)))
            stack.callback(engine.dispose)
            database = front_database(settings, engine, declared)
        words = ["--database", database] if database else []
        words += ["--folder", str(folder)] if folder else []
        words += ["--local"] if local else []
        raise typer.Exit(_serve(name, settings.connectors_folder, port, seed, scale, day, mode, words))


def _list_modes(declared: Department, *, as_json: bool) -> None:
    kind = declared.transport.kind
    rows = [
        {"mode": name, "what": one.words, "not": refusal_of(name, declared) and one.otherwise}
        for name, one in MODES.items()
    ]
    if as_json:
        print_json({"department": declared.department, "transport": kind, "modes": rows})
        return
    shown = [[row["mode"], row["what"], f"makes no sense here: {row['not']}" if row["not"] else "yes"] for row in rows]
    print_table(f"modes of {declared.department} ({kind})", ["mode", "what it does", "here"], shown)


def _check_certificates(name: str, folder: Path | None) -> list[Finding]:
    """Look at the certificates of the connection, where there is one; a broken declaration was told already."""
    try:
        declared = load_department(name, folder)
    except DeclarationError:
        return []
    try:
        return check_certificates(read_connection(declared, os.environ), utc_now(), name)
    except ConnectionMissing:
        return []
    except DeclarationError as error:
        return [Finding("error", name, str(error))]


def _serve(  # noqa: PLR0913, PLR0917 - each is one option
    name: str, folder: Path | None, port: int, seed: int, scale: int, day: int, mode: str, more: list[str]
) -> int:
    options = {"--port": port, "--seed": seed, "--scale": scale, "--day": day, "--mode": mode}
    command = [sys.executable, "-m", "connectors.fake", name, "--parent", str(os.getpid())]
    command += ["--connectors", str(folder)] if folder else []
    command += [*(str(word) for option in options.items() for word in option), *more]
    note(f"serving a fake {name}; the line below holds its connection; Ctrl-C ends it")
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own module
    except KeyboardInterrupt:
        return 0


def _feed_rows(declared: Department) -> list[dict[str, Any]]:
    return [
        {
            "department": declared.department,
            "name": declared.name,
            "transport": declared.transport.kind,
            "feed": feed.name,
            "schedule": feed.schedule,
            "license_types": feed.license_types(),
            "connection": f"AIRFLOW_CONN_{declared.connection.upper()}",
        }
        for feed in declared.feeds.values()
    ]
