"""Pull 100,000 licenses end to end, beside a hand-written floor and beside dlt, all in one run, interleaved.

    python -m benchmarks.pull [--records N] [--rounds N] [--ways hub,floor,…] [--transports rest,nested,soap] [--json]

Three loads: the first, the same again, and again after one record in a hundred changed. "nested" is the REST department with
a list of one to three holders in each record, which every way must keep: dlt makes a child table of it by itself.

dlt-merge is what its users get by default, dlt-scd2 keeps history as the hub does, dlt-upsert is tuned: CSV through COPY.
Each measurement is a process of its own over a fresh database; the departments are fakes in processes of their own.
Medians are printed, with the ratio of each way to the hub's.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measures import machine, middle
from benchmarks.ways import ROOT, Bench, measure, prepare_dlt
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from license_library.storage import embedded

NESTED = "transport_nested"
TRANSPORTS = {"transport": "REST", NESTED: "nested", "market_regulation": "SOAP"}
LOADS = ("first", "again", "changed")
HOLDERS = """
[feeds.licenses.holders]
list = "CYRLB"
name = "CYR"
code = { from = "CYRDM", normalise = "identifier" }
code_type = { from = "CYRLX", codes = { "001" = "001", "111" = "111" } }
share = "CYFE"

[feeds.licenses.face]"""
WAYS = ("hub", "floor", "dlt-merge", "dlt-scd2", "dlt-upsert")
Measured = dict[tuple[str, str], list[dict[str, Any]]]


def main() -> None:
    """Measure what was asked for and print it."""
    asked = read_arguments()
    with bench(asked.records, [name for name in TRANSPORTS if TRANSPORTS[name].lower() in asked.transports]) as ready:
        if any(way.startswith("dlt") for way in asked.ways):
            prepare_dlt()
        measured = run_rounds(ready, asked.rounds, asked.ways)
    rows = [summed_up(*key, runs) for key, runs in measured.items()]
    told = {"machine": machine(), "records": asked.records, "rounds": asked.rounds, "results": with_ratios(rows)}
    print(json.dumps(told, ensure_ascii=False, indent=1) if asked.json else table(told))


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", type=lambda text: text.split(","), default=list(WAYS))
    parser.add_argument("--transports", type=lambda text: text.split(","), default=["rest", "nested", "soap"])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return parser.parse_args()


@contextmanager
def bench(records: int, departments: list[str]) -> Iterator[Bench]:
    """Keep an embedded server and the fakes running; the declarations are copies without a request limit."""
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="hub-bench-"))
        stack.callback(shutil.rmtree, home)
        stack.callback(embedded.erase, home)
        home.chmod(0o711)  # as root the server runs as another user, who must be able to walk in
        stack.enter_context(embedded.running(home))
        plot = Plot(scale=records, day=0, bad_share=0)  # none bad: dlt stops at the first row without a key
        folder = unlimited_declarations(home, departments)
        fakes = {name: stack.enter_context(start_fake(name, plot, connectors=folder)) for name in departments}
        yield Bench(home, folder, fakes, plot.day)


def unlimited_declarations(home: Path, departments: list[str]) -> Path:
    """Copy the declarations, without the pause that spares a real department, and one with a list of holders."""
    folder = home / "connectors"
    for name in departments:
        shutil.copytree(ROOT / "connectors" / name.removesuffix("_nested"), folder / name)
        file = folder / name / "department.toml"
        text = file.read_text(encoding="utf-8")
        text = text.replace("\n[feeds.licenses.face]", HOLDERS) if name == NESTED else text
        file.write_text(text.replace("requests_per_second = 20", "requests_per_second = 100_000"), encoding="utf-8")
    return folder


def run_rounds(ready: Bench, rounds: int, ways: list[str]) -> Measured:
    """Run every way in turn, round after round; the fakes have rendered their pages before the first."""
    measured: Measured = {}
    for number in range(rounds + 1):
        for department in ready.fakes:
            for way in ["floor"] if number == 0 else ways:
                if way.startswith("dlt") and department == "market_regulation":
                    continue
                print(f"round {number} of {rounds}: {way}, {department}", file=sys.stderr)
                told = measure(ready, way, department)
                if number:
                    measured.setdefault((department, way), []).append(told)
    return measured


def summed_up(department: str, way: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of several runs of one way."""
    told: dict[str, Any] = {"transport": TRANSPORTS[department], "way": way}
    for load in LOADS:
        told[load] = {key: round(middle([run[load][key] for run in runs]), 3) for key in runs[0][load]}
        told[load]["per_second"] = round(told[load]["records"] / told[load]["seconds"])
        told[load]["runs"] = [round(run[load]["seconds"], 2) for run in runs]
    told["peak_mb"] = round(max(max(run["peak_mb"], run.get("peak_children_mb", 0)) for run in runs))
    return told


def with_ratios(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add how fast the hub is beside each way, by the clock and by CPU seconds: above one, the hub is faster."""
    hub = {row["transport"]: row for row in rows if row["way"] == "hub"}
    for row in rows:
        for load in LOADS:
            if row["transport"] in hub:
                ours, theirs = hub[row["transport"]][load], row[load]
                theirs["hub_beside_it"] = round(theirs["seconds"] / ours["seconds"], 2)
                theirs["hub_beside_it_cpu"] = round(cpu(theirs) / cpu(ours), 2)
    return rows


def cpu(one: dict[str, Any]) -> float:
    """Return the CPU seconds of both sides."""
    return float(one["client_cpu"] + one["server_cpu"])


def table(told: dict[str, Any]) -> str:
    """Return the results as a table of Markdown."""
    lines = [
        "| transport | way | load | records/s | hub beside it: clock, CPU | land · check · merge · keys, s | all, s (runs)"
        " | CPU s, client + PostgreSQL | peak MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in told["results"]:
        for load in LOADS:
            one = row[load]
            steps = " · ".join(f"{one[step]:.2f}" for step in ("land", "check", "merge", "keys") if step in one)
            lines.append(
                f"| {row['transport']} | {row['way']} | {load} | {one['per_second']:,}"
                f" | {one.get('hub_beside_it', '')}, {one.get('hub_beside_it_cpu', '')}"
                f" | {steps} | {one['seconds']:.2f} ({', '.join(map(str, one['runs']))})"
                f" | {one['client_cpu']:.1f} + {one['server_cpu']:.1f} | {row['peak_mb']} |"
            )
    about = ", ".join(f"{key} {value}" for key, value in told["machine"].items())
    return "\n".join([f"{told['records']:,} records, {told['rounds']} rounds; {about}", "", *lines])


if __name__ == "__main__":
    main()
