"""What reads a struct from plain values, built while a module is imported.

msgspec builds it at the first use, and two threads that do so at the same moment crash the interpreter. An import
has a lock of its own; knows nothing of what the structs mean.
"""

from __future__ import annotations

import msgspec


def build_readers(*kinds: type[msgspec.Struct]) -> None:
    """Build what reads each of these structs, and every struct inside."""
    for kind in kinds:
        msgspec.json.Decoder(kind)
