"""Named points at which a process kills itself when it is told to, so that tests can look at what is left.

Armed by HUB_CRASH_AT, as `after_landing` or `mid_check:2` for the second pass; without it, nothing happens here.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import Final

VARIABLE: Final = "HUB_CRASH_AT"
POINTS: Final = {
    "before_fetch": "before the first page is asked for",
    "after_fetch": "a page has come and is not stored",
    "after_landing": "a page is stored, and nobody has looked inside",
    "mid_check": "some records are checked, none of it is committed",
    "before_merge_commit": "everything is merged, nothing is committed",
    "after_merge_commit": "the merge is committed, the department knows nothing",
    "after_claim": "a delivery is claimed, nothing has left",
    "before_send": "a delivery, or the answer to the rows of a page or file, is about to leave",
    "after_send_before_mark": "a delivery is answered, and nobody has noted it",
    "after_mark": "a delivery is noted, or the rows of a page or file are answered",
    "mid_reconcile": "both ends are compared, what was found is not committed",
}

_passed: Counter[str] = Counter()


def pass_by(point: str) -> None:
    """Go on, unless this process was told to die at this pass of `point`."""
    armed, _, pass_number = os.environ.get(VARIABLE, "").partition(":")
    if armed == point:
        _passed[point] += 1
        if _passed[point] == int(pass_number or 1):
            os.kill(os.getpid(), signal.SIGKILL)
