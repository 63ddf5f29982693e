"""What one run is: its size, its seed and its window of time. Nothing here reads a clock."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from zlib import crc32

import numpy as np

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PAIRS = [low + high for high in BASE62 for low in BASE62]


def add_months(anchor: datetime, months: int) -> datetime:
    """`anchor` moved by whole months; the 31st becomes the last day of a shorter month, as Stripe bills."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year, month = anchor.year + years, month + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class Settings:
    """`months` calendar months that end at `end` (exclusive, first of a month, UTC).

    `events`: about how many product events there are in all; None: as many as come about.
    `links`: clean, where every record can be joined to its customer, or dirty, as people keep ids. `has_kpis`: the truth of KPIs is stated too.
    `play_effects`: by how much a play of a KPI raises the hidden path that the KPI shows; empty: no play does anything.
    """

    customers: int
    months: int
    seed: int
    end: datetime
    events: int | None = None
    links: str = "clean"
    has_kpis: bool = True
    play_effects: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def start(self) -> datetime:
        return add_months(self.end, -self.months)

    @cached_property
    def days(self) -> int:
        return (self.end - self.start).days

    @cached_property
    def month_starts(self) -> list[datetime]:
        return [add_months(self.start, k) for k in range(self.months)]

    @property
    def synced_at(self) -> datetime:
        """When the loader last read the tables that hold only current state."""
        return self.end - timedelta(minutes=30)

    def month_of(self, at: datetime) -> int:
        """Index of the month of `at`, held inside the window."""
        month = (at.year - self.start.year) * 12 + at.month - self.start.month
        return min(max(month, 0), self.months - 1)

    def whole_days(self, stretches: Iterable[tuple[int, datetime, datetime]], customers: int) -> np.ndarray:
        """Customer x day: days that a (customer, start, stop) covers from midnight to midnight."""
        covered = np.zeros((customers, self.days), dtype=bool)
        for customer, start, stop in stretches:
            first = -((self.start - start) // timedelta(days=1))
            last = (min(stop, self.end) - self.start) // timedelta(days=1)
            covered[customer, max(first, 0) : max(last, 0)] = True
        return covered

    def rng(self, domain: str, *keys: int) -> np.random.Generator:
        """A stream of its own for each domain (and key): more draws in one never shift another."""
        return np.random.default_rng([self.seed, crc32(domain.encode()), *keys])

    def token(self, kind: str, number: int, length: int = 14) -> str:
        """A vendor-like random id, the same for the same seed, kind and number."""
        value = int.from_bytes(blake2b(f"{self.seed}:{kind}:{number}".encode(), digest_size=16).digest(), "big")
        pairs = []
        for _ in range((length + 1) // 2):
            value, pair = divmod(value, len(PAIRS))
            pairs.append(PAIRS[pair])
        return "".join(pairs)[:length]
