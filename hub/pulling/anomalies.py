"""What is unlike a feed's own past: its volume, how far fields are filled, doubles, contradictions.

Pure: stored numbers and declared thresholds in, anomalies with their words out. The same numbers say the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Final, Literal

from connectors.declarations.declaration import Expects
from license_library.answers import Words
from license_library.exchange.feed_history import Past
from license_library.words.hold_words import reason_words
from schemas.license.license import LICENSE
from schemas.license.problems import PROBLEM_CODES
from schemas.suites.hold_reasons import HoldReason, hold_reason
from schemas.suites.measures import CONTRADICTIONS, Measured

Kind = Literal["volume", "fill", "duplicates", "contradictions"]
KINDS: Final[tuple[Kind, ...]] = ("volume", "fill", "duplicates", "contradictions")
FEWEST_RECORDS: Final = 100  # a handful says nothing of a volume,
FEWEST_JUDGED: Final = 50  # nor of a share
FEWEST_PAST: Final = 5
# Silence is only news where there was never any, for a week at least.
PAST_WITHOUT_SILENCE: Final = 10
TIME_WITHOUT_SILENCE: Final = timedelta(days=7)
_ZH: Final = {field.name: field.zh for field in LICENSE.fields}
_RULES: Final = {code: PROBLEM_CODES[code] for code in CONTRADICTIONS}


@dataclass(frozen=True)
class Anomaly:
    """Say what is unlike before: one cause, in words; with `held_for` the batch waits for the steward."""

    kind: Kind
    cause: str
    words: Words
    held_for: HoldReason | None = None


@dataclass(frozen=True)
class Batch:
    """Hold the numbers of the exchange that is judged; `known` is what the library holds, None where it proves nothing."""

    window: timedelta | None
    received: int
    counted: Sequence[Measured]
    known: int | None


def find_anomalies(expects: Expects, batch: Batch, history: Sequence[Past]) -> list[Anomaly]:
    """Return what is unlike the feed's past, or more than declared."""
    volume = _of_all(expects, batch) if batch.window is None else _of_news(expects, batch, history)
    return [*volume, *_fill(expects, batch, history), *_shares(expects, batch)]


def judged_kinds(batch: Batch) -> tuple[Kind, ...]:
    """Return the kinds about which this batch says something; the others stand as they were."""
    return KINDS if batch.received >= FEWEST_JUDGED else ("volume",)


def _of_all(expects: Expects, batch: Batch) -> Iterator[Anomaly]:
    """Judge an exchange that asked for everything by what the library holds."""
    if batch.known is None or batch.known < FEWEST_RECORDS:
        return
    least, most = (1 - expects.max_loss) * batch.known, expects.max_growth * batch.known
    if batch.received < least:
        yield _held("loss", hold_reason("batch.loss", received=batch.received, known=batch.known, least=least))
    if batch.received > most:
        yield _held("growth", hold_reason("batch.growth", received=batch.received, known=batch.known, most=most))


def _of_news(expects: Expects, batch: Batch, history: Sequence[Past]) -> Iterator[Anomaly]:
    """Judge an exchange of what changed by those before it, as long as it covers: a late one brings more."""
    window = batch.window or timedelta(0)
    past = [(one, one.window) for one in history if one.window is not None]
    if len(past) < FEWEST_PAST:
        return
    longest = max(covered for _, covered in past)
    longer = max(1.0, window / longest) if longest else 1.0
    most = expects.max_growth * longer * max(one.received for one, _ in past)
    if batch.received > max(most, FEWEST_RECORDS):
        yield _held("growth", hold_reason("batch.flood", received=batch.received, most=most, exchanges=len(past)))
    if not batch.received and _never_silent(past, window):
        yield _held("silence", hold_reason("batch.silence", exchanges=len(past)))


def _held(cause: str, reason: HoldReason) -> Anomaly:
    return Anomaly("volume", cause, reason_words(reason), reason)


def _never_silent(past: Sequence[tuple[Past, timedelta]], window: timedelta) -> bool:
    starts = [one.started_at for one, _ in past]
    received = [one.received for one, _ in past]
    is_long = len(past) >= PAST_WITHOUT_SILENCE and max(starts) - min(starts) >= TIME_WITHOUT_SILENCE
    is_as_wide = window >= min(covered for _, covered in past)
    return is_long and is_as_wide and min(received) > 0 and median(received) >= 20


def _fill(expects: Expects, batch: Batch, history: Sequence[Past]) -> Iterator[Anomaly]:
    """Judge how far each field is filled by how far it was."""
    for one in (count for count in batch.counted if count.measure == "filled" and count.of >= FEWEST_JUDGED):
        past = [counts for entry in history if (counts := entry.counts.get(("filled", one.name)))]
        found, of = sum(count for count, _ in past), sum(count for _, count in past)
        if of < FEWEST_RECORDS:
            continue
        before, now = found / of, one.found / one.of
        if before - now > expects.max_fill_drop:
            zh = f"“{_ZH[one.name]}”（{one.name}）填充率由 {before:.0%} 降至 {now:.0%}，疑似来源改了字段"
            en = f"{one.name} is filled in {now:.0%} of the records, before in {before:.0%}; did the source rename it?"
            yield Anomaly("fill", one.name, Words(zh, en))


def _shares(expects: Expects, batch: Batch) -> Iterator[Anomaly]:
    """Judge doubles and contradictions by what is declared."""
    for one in (count for count in batch.counted if count.of >= FEWEST_JUDGED):
        share = one.found / one.of
        if one.measure == "duplicate" and share > expects.max_duplicates:
            zh = f"{one.of} 条记录中有 {one.found} 条与其他记录证照编号相同"
            en = f"{one.found} of {one.of} records share their license number with another record"
            yield Anomaly("duplicates", one.name, Words(zh, en))
        elif (words := _contradiction(one)) and share > expects.max_contradictions:
            zh, en = f"{one.found} / {one.of} 条记录{words.zh}", f"{one.found} of {one.of} records: {words.en}"
            yield Anomaly("contradictions", one.name, Words(zh, en))


def _contradiction(one: Measured) -> Words | None:
    if one.measure == "contradiction":
        return Words(
            "的电子证照标识与颁发机构代码不是同一机构",
            "the license identifier names another issuer than the issuer code",
        )
    rule = _RULES.get(one.name) if one.measure == "problem" else None
    return Words(rule.zh, rule.en) if rule else None
