"""Progress lines on stderr."""

from __future__ import annotations

import sys


def progress(message: str) -> None:
    print(f"simulate: {message}", file=sys.stderr, flush=True)
