"""`hub airflow`: what an Airflow of your own needs from the declarations.

Knows arguments and output; Airflow is spoken to by its own command.
"""

from __future__ import annotations

import os

import typer

from connectors.declarations.declaration import load_departments
from hub.airflow.pools import keep_pools, pools_of
from hub.commands.output import AsJson, explain, print_json, print_table
from hub.settings import Settings, demand_folder

app = typer.Typer(help="What an Airflow of your own needs.", no_args_is_help=True)


@app.callback()
def airflow() -> None:
    """Keep `pools` a verb of its own, though there is no other yet."""


@app.command()
def pools(as_json: AsJson = False) -> None:
    """Make the pool of each department in the Airflow that is configured here; safe to repeat."""
    folder = Settings().connectors_folder
    demand_folder(folder)
    declared, broken = load_departments(folder)
    keep_pools(declared, os.environ)
    made = pools_of(declared)
    if as_json:
        print_json({"pools": made, "broken": sorted(broken)})
    else:
        print_table("pools", ["pool", "slots"], [[name, pool["slots"]] for name, pool in made.items()])
    for error in broken.values():
        explain(error)
    raise typer.Exit(1 if broken else 0)
