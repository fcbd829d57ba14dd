"""Small contents compressed with Zstandard: what the library sets up for one is kept for the next.

A compressor works for one thread at a time, so each thread keeps its own; setting one up costs more than a
state or an entry of the history does.
"""

from __future__ import annotations

import threading

import zstandard

_here = threading.local()


def compress(content: bytes, *, level: int) -> bytes:
    """One frame."""
    kept: dict[int, zstandard.ZstdCompressor] | None = getattr(_here, "compressors", None)
    if kept is None:
        kept = _here.compressors = {}
    compressor = kept.get(level)
    if compressor is None:
        compressor = kept[level] = zstandard.ZstdCompressor(level=level)
    return compressor.compress(content)


def decompress(frame: bytes, *, largest: int = 0) -> bytes:
    """What a frame holds. Raises zstandard.ZstdError.

    `largest` bounds what a frame without its size may become.
    """
    decompressor: zstandard.ZstdDecompressor | None = getattr(_here, "decompressor", None)
    if decompressor is None:
        decompressor = _here.decompressor = zstandard.ZstdDecompressor()
    return decompressor.decompress(frame, max_output_size=largest)
