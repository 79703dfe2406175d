"""What is seen on the terminal while feeds are pulled: one line each, on standard error.

Knows states and words; neither Airflow nor how an exchange works.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hub.terminal import notes
from license_library.answers import ExchangeBrief

WORDS = {
    "landing": "landing, {pages} pages",
    "landed": "{pages} pages landed, checking",
    "checked": "checked, merging {received} records",
    "merged": "merged {merged}, unchanged {unchanged}, quarantined {quarantined}",
    "held": "held: {why}",
    "failed": "failed: {error_message}",
}


class RunProgress:
    """A line per feed, up to date as often as somebody shows exchanges."""

    def __init__(self, feeds: Sequence[str]) -> None:
        width = max(len(feed) for feed in feeds)
        name = TextColumn(f"{{task.fields[feed]:<{width}}}")
        self._bar = Progress(
            SpinnerColumn(), name, TextColumn("{task.description}"), TimeElapsedColumn(), console=notes
        )
        self._lines = {feed: self._bar.add_task("waiting", total=1, feed=feed) for feed in feeds}

    def __enter__(self) -> RunProgress:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def show(self, exchanges: Iterable[ExchangeBrief]) -> None:
        """Show how far each exchange is, newest first."""
        newest = {f"{exchange.department}/{exchange.feed}": exchange for exchange in reversed(list(exchanges))}
        for feed, exchange in newest.items():
            words = WORDS.get(exchange.state, exchange.state).format(**_facts(exchange))
            self._bar.update(self._lines[feed], description=words, completed=int(exchange.finished_at is not None))


def _facts(exchange: ExchangeBrief) -> dict[str, object]:
    names = ("pages", "received", "merged", "unchanged", "quarantined", "error_message")
    return {"why": exchange.hold_words and exchange.hold_words.en} | {name: getattr(exchange, name) for name in names}
