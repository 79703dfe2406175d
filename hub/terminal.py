"""The terminal beside the result: standard error, where progress and notes go. Standard output is for results.

Knows no command and no exchange.
"""

from __future__ import annotations

from rich.console import Console

notes = Console(stderr=True, highlight=False)
