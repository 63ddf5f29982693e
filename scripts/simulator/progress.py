"""What a run is at, on stderr: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from time import monotonic

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 10


def tell(message: str) -> None:
    tqdm.write(f"simulate: {message}", file=sys.stderr)


def counted(days: Iterable[tuple[datetime, int]], total: int) -> Iterator[int]:
    """Passes on the number of events of each of `total` days, and shows days done, events so far and time gone."""
    started = told = monotonic()
    events = 0
    with tqdm(desc="events", total=total, unit=" days", disable=not sys.stderr.isatty()) as bar:
        for done, (day, written) in enumerate(days, start=1):
            events += written
            bar.update()
            bar.set_postfix_str(f"{events:,} events", refresh=False)
            if bar.disable and monotonic() - told > SECONDS_BETWEEN_LINES:
                told = monotonic()
                tell(f"events up to {day:%Y-%m-%d}, {done} of {total} days, {events:,} events, {told - started:.0f} s")
            yield written
