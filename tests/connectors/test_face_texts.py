"""The face of a license is written for all rows at once, byte for byte as an encoder writes one row."""

from __future__ import annotations

import msgspec
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mapping.face_texts import face_texts

TEXTS = (
    st.none()
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
    | st.sampled_from(['"', "\\n", "\x1f\x7f"])
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=5))
def test_every_text_is_written_as_an_encoder_would(rows: list[tuple[str | None, ...]]) -> None:
    names = ['b"', "a", "面"]
    columns = {name: pl.Series(name, [row[n] for row in rows], pl.String) for n, name in enumerate(names)}
    faces = [
        {name: row[names.index(name)] for name in sorted(names) if row[names.index(name)] is not None} for row in rows
    ]
    expected = [msgspec.json.encode(face).decode() if face else None for face in faces]
    assert pl.DataFrame({"row": range(len(rows))}).select(face_texts(columns)).to_series().to_list() == expected


def test_a_department_without_faces_has_none() -> None:
    assert pl.DataFrame({"row": [1, 2]}).with_columns(face=face_texts({}))["face"].to_list() == [None, None]
