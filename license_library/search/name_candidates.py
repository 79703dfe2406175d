"""Which subjects a typed name or typed letters may mean, best first, each with how it fits. Bounded, through indexes.

A look-alike is a hint with its reason, never an identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, text

from schemas.naming.plain_names import plain_name
from schemas.naming.search_keys import asked_letters, asked_sounds, core_of, initials_key, sound_pairs, sounds_like

# How many subjects each part of a search looks at: a common fragment must not walk the whole library. Where only some
# licenses are wanted, more holders are looked at, since those that come first may hold none of these.
CANDIDATES: Final = 200
FILTERED_CANDIDATES: Final = 2_000
LOOKED_AT: Final = 2_000  # and of those that sound alike
PAIR: Final = 2  # characters

Fit = Literal["name", "other_script", "core", "beginning", "holding", "former_name", "same_core", "sound", "initials"]
RANKS: Final[tuple[Fit, ...]] = (
    "name", "other_script", "core", "beginning", "holding", "former_name", "same_core", "sound", "initials",
)  # fmt: skip


class Candidate(msgspec.Struct, frozen=True):
    """Hold one subject that may be meant."""

    subject_id: int
    rank: int  # of RANKS
    size: int  # of its name: short names before long ones
    former_name: str | None = None


class Candidates(msgspec.Struct, frozen=True):
    """Hold who may be meant, best first, and whether there were more."""

    listed: list[Candidate]
    too_many: bool


# In order: the name; its beginning; what holds it; a company's own words; another script or a former name. Each part ends
# where it has enough, and sorts no more than that: a common pair of characters stands in a million names. What holds it comes
# as it lies in the table: twice as many are looked at, since where fewer begin with it than are kept, the rest is enough.
_BY_NAME = """
(select subject_id, name_key, 0 as rank, null as former_name, 0 as part from subjects
  where name_key = :name order by subject_id limit :candidates)
union all
(select subject_id, name_key, 1, null, 1 from subjects
  where name_key = :plain and cast(:plain as text) <> cast(:name as text) order by subject_id limit :candidates)
union all
(select subject_id, name_key, 3, null, 2 from subjects
  where name_key like :beginning and name_key <> :plain order by name_key using ~<~, subject_id limit :candidates)
union all
(select subject_id, name_key, 4, null, 3 from (
   select subject_id, name_key from subjects
    where name_pairs(name_key) @> name_pairs(:plain) {holding} limit 2 * :candidates) as held
  where name_key not like :beginning limit :candidates)
union all
(select k.subject_id, s.name_key, case when k.former_name is null then 2 else 5 end, k.former_name, 4 from (
   select subject_id, former_name from subject_keys where core_key = :plain order by subject_id limit :candidates) as k
  join subjects s using (subject_id))
union all
(select k.subject_id, s.name_key,
        case when k.former_name is not null then 5 when k.other_key = :plain then 1 else 4 end, k.former_name, 5
   from (select subject_id, former_name, other_key from subject_keys
          where name_pairs(other_key) @> name_pairs(:plain) and other_key like :holding limit :candidates) as k
   join subjects s using (subject_id))
"""
_BY_WORD = text(_BY_NAME.format(holding="and name_key like :holding"))
_BY_PAIR = text(_BY_NAME.format(holding=""))  # two characters stand in a name where their pair does: nothing to look up

_BY_CORE = text("""
select k.subject_id, s.name_key, 6 as rank, k.former_name, 6 as part
  from subject_keys k join subjects s using (subject_id)
 where k.core_key = :core and s.name_key <> all(cast(:known as text[]))
   and (k.other_key is null or k.other_key <> all(cast(:known as text[])))
 order by k.subject_id, k.ordinal limit :candidates
""")

# The inner limit comes first and asks for no order: a common sound must not be read to its end. An empty row at the end
# says that it was not: those who have the very name typed are looked at too, and may be all.
_BY_SOUND = text("""
with looked as materialized (
  select subject_id, ordinal, former_name, other_key from subject_keys where sounds @> cast(:sounds as text[]) limit :looked_at)
(select subject_id, s.name_key, s.kind, coalesce(former_name, s.name) as name, former_name
   from looked join subjects s using (subject_id)
  where s.name_key <> all(cast(:known as text[])) and (other_key is null or other_key <> all(cast(:known as text[])))
  order by subject_id, ordinal limit :candidates)
union all
(select null, null, null, null, null from looked offset :looked_at - 1)
""")


def name_candidates(conn: Connection, key: str, most: int = CANDIDATES) -> Candidates:
    """Return who has this name, or one that begins with it, holds it, or was theirs before; `most` of each."""
    plain = plain_name(key)
    escaped = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    asked = {"name": key, "plain": plain, "beginning": f"{escaped}%", "holding": f"%{escaped}%"}
    statement = _BY_PAIR if len(plain) == PAIR else _BY_WORD
    return _ranked(conn.execute(statement, {**asked, "candidates": most}).all(), most)


def similar_candidates(conn: Connection, key: str, most: int = CANDIDATES) -> Candidates:
    """Return whose company has the same words of its own, or whose name sounds alike; `most` of each."""
    plain = plain_name(key)
    known = [key, plain]
    same_core = conn.execute(_BY_CORE, {"core": core_of(plain), "known": known, "candidates": most}).all()
    heard, is_cut = _by_sounds(conn, asked_sounds(plain), known, most)
    return _ranked([*same_core, *heard], most, is_cut=is_cut)


def letter_candidates(conn: Connection, letters: str, most: int = CANDIDATES) -> Candidates:
    """Return whose name is read as these letters, or begins its characters with them; `most` of each."""
    rows, initials_cut = _sounding(conn, [initials_key(letters)], [], most)
    heard, is_cut = _by_sounds(conn, asked_letters(letters), [], most)
    initials = [_Found(row.subject_id, row.name_key, 8, row.former_name) for row in rows]
    return _ranked([*heard, *initials], most, is_cut=is_cut or initials_cut)


_HEARD: Final = 7  # after the parts of the statements above: whether it was cut is known before the names are heard


class _Found(NamedTuple):
    subject_id: int
    name_key: str
    rank: int
    former_name: str | None = None
    part: int = _HEARD


def _by_sounds(conn: Connection, ways: list[tuple[str, ...]], known: list[str], most: int) -> tuple[list[_Found], bool]:
    """Ask for pairs of syllables through the index, then listen to each whole name; tell whether there were more."""
    found, any_cut = [], False
    for way in ways:
        rows, is_cut = _sounding(conn, sound_pairs(way), known, most)
        heard = [row for row in rows if sounds_like(plain_name(row.name), row.kind, way)]
        found += [_Found(row.subject_id, row.name_key, 7, row.former_name) for row in heard]
        any_cut |= is_cut
    return found, any_cut


def _sounding(conn: Connection, sounds: list[str], known: list[str], most: int) -> tuple[Sequence[Any], bool]:
    asked = {"sounds": sounds, "known": known, "looked_at": max(LOOKED_AT, most), "candidates": most}
    rows = conn.execute(_BY_SOUND, asked).all()
    named = [row for row in rows if row.name is not None]
    return named, len(named) < len(rows) or len(named) >= most


def _ranked(rows: Iterable[Any], most: int, *, is_cut: bool = False) -> Candidates:
    """Keep each subject once, where it fits best."""
    best: dict[int, tuple[int, int, int, str | None]] = {}
    counts = [0] * _HEARD
    for subject_id, name_key, rank, former_name, part in rows:  # hundreds of rows: unpacked, they cost half
        if part < _HEARD:
            counts[part] += 1
        if subject_id not in best or rank < best[subject_id][0]:
            best[subject_id] = rank, len(name_key), subject_id, former_name
    ordered = sorted(best.values(), key=itemgetter(0, 1, 2))[: 2 * most]
    listed = [Candidate(subject_id, rank, size, former_name) for rank, size, subject_id, former_name in ordered]
    return Candidates(listed, is_cut or max(counts) >= most or len(listed) < len(best))
