"""Which buckets must be looked into: those of which either end is not what it was when both were found the same.

Knows sums as texts that are the same or not; what they are made of is each end's business.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.reconciling.settling import Settled
from license_library.reconciliation.entries import LibrarySum
from license_library.reconciliation.reconciling import Matched

Theirs = Mapping[str, str]
Ours = Mapping[str, LibrarySum]
NOTHING = LibrarySum(0, "")


def find_suspects(ours: Ours, theirs: Theirs, matched: Mapping[str, Matched]) -> set[str] | None:
    """Return the buckets to look into; None for all, where most would have to be."""
    every = ours.keys() | theirs.keys() | matched.keys()
    suspects = {bucket for bucket in every if not _is_as_before(bucket, ours, theirs, matched)}
    return None if 2 * len(suspects) > len(every) else suspects


def counts_agree(theirs: Theirs, listed: Mapping[str, int]) -> bool:
    """Say whether the department's database put every row into the bucket that we put it in."""
    told = {bucket: int(total.partition(":")[0]) for bucket, total in theirs.items()}
    return told == dict(listed)


def newly_matched(ours: Ours, theirs: Theirs, looked_into: set[str], settled: Settled) -> list[Matched]:
    """Return the buckets that were looked into and found the same."""
    others = {*settled.differences["bucket"], *settled.pending}
    return [
        Matched(one, theirs.get(one, ""), ours.get(one, NOTHING).total, settled.waiting[one])
        for one in sorted(looked_into - others)
    ]


def _is_as_before(bucket: str, ours: Ours, theirs: Theirs, matched: Mapping[str, Matched]) -> bool:
    known = matched.get(bucket)
    now = (theirs.get(bucket, ""), ours.get(bucket, NOTHING).total)
    return known is not None and now == (known.department_sum, known.library_sum)
