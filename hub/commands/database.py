"""`hub db`: the database that comes with the hub, and the tables in any.

Knows start, stop and migration; no table.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.choosing import progress_bar, shown_progress
from hub.commands.output import AsJson, note, print_json, print_table
from hub.context import checked_keyring, opened_hub, prepare_database, utc_now
from hub.pulling.retaining import retain_pages
from hub.settings import Settings
from license_library.deliveries.push_holds import are_held, note_restore
from license_library.search.subject_keys import key_subjects, queue_subjects
from license_library.storage import embedded
from license_library.storage.database import assert_migrated, is_answering, open_database
from schemas.errors import HubError, RequestError
from schemas.naming.search_keys import VERSION

app = typer.Typer(help="The hub's database: start, stop, migrate.", no_args_is_help=True)


@app.command()
def up(as_json: AsJson = False) -> None:
    """Start the embedded database and let it run; migrate; load the catalogue; make search keys that are missing."""
    settings = Settings()
    if settings.database_url:
        url = settings.database_url.get_secret_value()
    else:
        url = embedded.start(settings.home.absolute())
    engine = open_database(url)
    try:
        prepare_database(url, engine)
        with engine.begin() as conn:
            note_restore(conn, utc_now())
            is_held = are_held(conn)
        key_subjects(engine, checked_keyring(settings, engine))
    finally:
        engine.dispose()
    _show(settings, {"deliveries_held": is_held}, as_json=as_json)
    if is_held:
        note(
            "deliveries are held back, nothing leaves: see `hub delivery holds`, let them go on with `hub delivery resume`"
        )


@app.command()
def keys(
    every: Annotated[bool, typer.Option("--all", help="Of every subject, not only those that wait.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the search keys of subjects that wait for them, or whose keys an older version made."""
    with opened_hub(Settings()) as hub, progress_bar() as bar:
        with hub.engine.begin() as conn:
            queue_subjects(conn, every=every)
        shown = shown_progress(bar, "search keys")
        made = key_subjects(hub.engine, hub.keyring, lambda count: shown("keys", count))
    if as_json:
        print_json({"subjects": made, "version": VERSION})
    else:
        note(f"search keys: made of {made} subjects, version {VERSION}")


@app.command()
def retain(
    days: Annotated[
        int | None, typer.Option(help="Let go what is older; default HUB_PAGES_DAYS.", min=30, max=36500)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be let go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let go the bytes of raw pages past their retention; digests, records and counts stay."""
    settings = Settings()
    kept = days or settings.pages_days
    if kept is None:
        raise RequestError("retention: expected --days or HUB_PAGES_DAYS; without either pages are kept for good")
    with opened_hub(settings) as hub, progress_bar() as bar:
        shown = shown_progress(bar, "exchanges")
        told = retain_pages(hub, kept, is_trial=dry_run, told=lambda count: shown("retain", count))
    if as_json:
        print_json({"days": kept, "dry_run": dry_run, **told})
        return
    verb = "would be let go" if dry_run else "let go"
    note(
        f"retention, {kept} days: {told['pages']} pages of {told['exchanges']} exchanges, {told['bytes']} bytes {verb}; "
        f"{told['kept_for_cases']} exchanges are kept for open cases"
    )


@app.command()
def down(as_json: AsJson = False) -> None:
    """Stop the embedded database, whoever uses it."""
    settings = Settings()
    if not settings.database_url:
        embedded.stop(settings.home.absolute())
    _show(settings, as_json=as_json)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show whether the database runs and is up to date."""
    found = _show(Settings(), as_json=as_json)
    raise typer.Exit(1 if False in {found.get("answers"), found["migrated"]} else 0)


def _show(settings: Settings, more: dict[str, object] | None = None, *, as_json: bool) -> dict[str, object]:
    found = (_given(settings) if settings.database_url else _embedded(settings)) | (more or {})
    if as_json:
        print_json(found)
    else:
        print_table("database", ["", ""], found.items())
    return found


def _embedded(settings: Settings) -> dict[str, object]:
    home = settings.home.absolute()
    found = embedded.status(home)
    url = embedded.database_url(home, embedded.DATABASE) if found.running else None
    return {
        "kind": "embedded",
        "running": found.running,
        "port": found.port,
        "kept": found.kept,
        "data": str(found.data),
        "migrated": _is_migrated(url),
    }


def _given(settings: Settings) -> dict[str, object]:
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    answers = is_answering(url)
    return {"kind": "given", "answers": answers, "migrated": _is_migrated(url if answers else None)}


def _is_migrated(url: str | None) -> bool | None:
    """Return None where nobody can be asked."""
    if url is None:
        return None
    try:
        assert_migrated(url)
    except HubError:
        return False
    return True
