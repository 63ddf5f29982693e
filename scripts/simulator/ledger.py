"""What billing did: subscriptions, invoices, stretches of service; raw tables and truth both read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from .catalog import INTERVALS, Coupon, Price


@dataclass
class Item:
    """A subscription's item; price and quantity are the current ones. `ended`: service over (not: paused)."""

    number: int
    price: Price
    quantity: int
    created: datetime
    ended: datetime | None = None


@dataclass
class Discount:
    coupon: Coupon
    start: datetime
    end: datetime | None


@dataclass
class Subscription:
    """`changes`: (when, the fields that change then). `periods`: (start, stop) as billed."""

    number: int
    customer: int
    interval: str
    currency: str
    created: datetime
    discounts: list[Discount]
    items: list[Item] = field(default_factory=list)
    changes: list[tuple[datetime, dict]] = field(default_factory=list)
    periods: list[tuple[datetime, datetime]] = field(default_factory=list)
    trial_end: datetime | None = None

    @property
    def months(self) -> int:
        return INTERVALS[self.interval][0]

    def change(self, at: datetime, **fields) -> None:
        self.changes.append((at, fields))

    def end_service(self, at: datetime) -> None:
        for item in self.items:
            item.ended = at

    def cancel_at_period_end(self, at: datetime, requested: datetime) -> None:
        self.change(requested, cancel_at_period_end=True, canceled_at=requested)
        self.change(at, status="canceled", ended_at=at)
        self.end_service(at)

    def cancel_now(self, at: datetime) -> None:
        self.change(at, status="canceled", canceled_at=at, ended_at=at)


@dataclass
class Line:
    """What one item is charged for one service period. `amount` before discounts, in minor units."""

    item: Item
    price: Price
    quantity: int
    amount: int
    start: datetime
    stop: datetime


@dataclass
class Invoice:
    """`status` is the final one; until `settled_at` the invoice stands open."""

    number: int
    subscription: Subscription
    at: datetime
    status: str
    settled_at: datetime
    lines: list[Line]


@dataclass
class Spell:
    """A stretch in which a licensed item counts towards MRR; `gross`: list price a month, in minor units."""

    customer: int
    subscription: Subscription
    item: Item
    price: Price
    start: datetime
    stop: datetime
    gross: float


@dataclass
class Loss:
    """The end of a customer's service, late renewals apart."""

    customer: int
    at: datetime
    is_voluntary: bool


@dataclass
class Ledger:
    """Everything that billing ever did, also beyond the window's end: readers cut at the end.

    `access`: (customer, start, stop) in which the product may be used.
    """

    subscriptions: list[Subscription] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    access: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    item_numbers: Iterator[int] = field(default_factory=count)
