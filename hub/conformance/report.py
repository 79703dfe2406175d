"""The report of a run, as a Markdown file that a department's engineer can read without us.

Knows outcomes only.
"""

from __future__ import annotations

from hub.conformance.outcome import LEVELS, Outcome, Report

MARKS = {"passed": "✔", "failed": "✘", "not_applicable": "–"}


def write_report(reports: list[Report]) -> str:
    """Return the report as Markdown: the failures first, in words, then every check by level."""
    return "\n".join(line for report in reports for line in _lines(report)) + "\n"


def tally(report: Report) -> dict[str, int]:
    """Count the checks by what came of them."""
    return {state: sum(one.state == state for one in report.outcomes) for state in MARKS}


def _lines(report: Report) -> list[str]:
    counts = tally(report)
    head = [
        f"# Conformance of {report.department}/{report.feed}",
        "",
        f"Transport {report.transport}; declaration and contract {report.digest[:16]}.",
        f"{counts['passed']} checks passed, {counts['failed']} failed, {counts['not_applicable']} do not apply.",
        "",
    ]
    return [*head, *_failures(report), *(line for level in LEVELS for line in _level(report, level))]


def _failures(report: Report) -> list[str]:
    if not report.failed:
        return []
    lines = ["## What failed, and what to do", ""]
    for one in report.failed:
        lines += [
            f"### {one.level} {one.name}: {one.proves}", "", f"Found: {_plain(one.found)}", "", f"To do: {one.advice}", "",
        ]  # fmt: skip
    return lines


def _level(report: Report, level: str) -> list[str]:
    outcomes = [one for one in report.outcomes if one.level == level]
    if not outcomes:
        return []
    rows = [_row(one) for one in outcomes]
    return [
        f"## {level}: {LEVELS[level]}",
        "",
        "| | check | what it shows | what came of it |",
        "|---|---|---|---|",
        *rows,
        "",
    ]


def _row(one: Outcome) -> str:
    return f"| {MARKS[one.state]} | `{one.name}` | {_plain(one.proves)} | {_plain(one.found)} |"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
