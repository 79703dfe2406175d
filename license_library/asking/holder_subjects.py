"""Whose licenses a holder's number asks for: the subject kept under it, and all who are bound to it as the same.

Text of queries only, to stand in a statement: no connection, no logic. Each step goes through an index, and whoever is bound
to nobody costs one look.
"""

from __future__ import annotations

from typing import Final

_NOW: Final = "{group}.known_to is null"
_THEN: Final = "{group}.known_from <= :known_at and ({group}.known_to is null or {group}.known_to > :known_at)"

# The number that was typed stands first. Another form of it is the same holder's where a decision says so, or where nobody has
# said anything and both have one name: numbers of 15 digits were sometimes given twice.
_LAST_WORD = """coalesce((select d.decision from subject_decisions d
        where d.subject_id = least(asked.subject_id, {other}.subject_id) and d.other_id = greatest(asked.subject_id, {other}.subject_id) {until}
        order by d.decision_id desc limit 1), 'none')"""
_BY_CODE = """select found.subject_id from subjects found
   where found.holder_hash = any(cast({hashes} as bytea[]))
     and (found.holder_hash = (cast({hashes} as bytea[]))[1] or not exists (
       select from subjects asked where asked.holder_hash = (cast({hashes} as bytea[]))[1]
          and case {last_word} when 'same' then false when 'none' then {asked_name} <> {found_name} else true end))"""
# A subject has the name it was given last; as known then, the last that had been told, folded as far as one statement can.
_NAME_NOW = "{subject}.name_key"
_NAME_THEN = """(select upper(regexp_replace(normalize(told.name, nfkc), '[[:space:]·.]', '', 'g')) from (
          select v.holder_name as name, v.source_updated_at, v.known_from from license_history v where v.subject_id = {subject}.subject_id
           union all
          select h.name, v.source_updated_at, v.known_from
            from license_holders h join license_history v using (license_id, version_count) where h.subject_id = {subject}.subject_id) as told
        where told.known_from <= :known_at order by told.source_updated_at desc, told.known_from, told.name limit 1)"""
# The keyed hashes under which a record of theirs may wait: their own, and other forms of the number that are nobody else's.
_WAITING_UNDER = """(select array_agg(hashed) from (
      select holder_hash as hashed from {whose}
       union all
      select form from unnest(cast({hashes} as bytea[])) as form where not exists (
        select from subjects other where other.holder_hash = form)) as theirs)"""
BY_ORGANISATION: Final = (
    "select subject_id from subject_keys where organisation_hash = any(cast(:values as bytea[])) and ordinal = 0"
)
_PROPOSED = """select d.decision_id from subject_decisions d where d.{side} = holder.subject_id and d.decision = 'proposed'
     and not exists (select from subject_decisions later where later.subject_id = d.subject_id
       and later.other_id = d.other_id and later.decision_id > d.decision_id)"""
# How many others may be the same as those in `holder`, and nobody has decided: proposed, or another form of the number asked.
_OTHER_FORMS = """(select count(*) from subjects asked cross join subjects form
    where asked.holder_hash = (cast(:hashes as bytea[]))[1] and form.holder_hash = any(cast(:hashes as bytea[]))
      and {last_word} = 'none' and not exists (select from holder where holder.subject_id = form.subject_id))"""
UNDECIDED: Final = f"""(select count(distinct open.decision_id) from holder cross join lateral (
    {_PROPOSED.format(side="subject_id")} union all {_PROPOSED.format(side="other_id")}) as open)
    + {_OTHER_FORMS.format(last_word=_LAST_WORD.format(other="form", until=""))}"""  # noqa: S608


def by_code(hashes: str, *, then: bool = False) -> str:
    """Return the query of the subjects under a number, given as the bound forms of it; `then`: as known at :known_at."""
    name = _NAME_THEN if then else _NAME_NOW
    return _BY_CODE.format(
        hashes=hashes,
        last_word=_LAST_WORD.format(other="found", until="and d.decided_at <= :known_at" if then else ""),
        asked_name=name.format(subject="asked"),
        found_name=name.format(subject="found"),
    )


def waiting_under(hashes: str, whose: str) -> str:
    """Return the query of the hashes of holders, given with their holder_hash, and of forms that no subject has."""
    return _WAITING_UNDER.format(hashes=hashes, whose=whose)


def with_bound(own: str, *, then: bool = False) -> str:
    """Return the query of subject_id and is_own: these subjects, and all who are in one group with them, some of them twice."""
    standing = _THEN if then else _NOW
    return f"""with own as materialized ({own})
  select subject_id, true as is_own from own
   union all
  select b.subject_id, false from own
    join subject_groups g on g.subject_id = own.subject_id and {standing.format(group="g")}
    join subject_groups b on b.group_id = g.group_id and {standing.format(group="b")}
   where b.subject_id not in (select subject_id from own)"""  # noqa: S608 - constants of this file
