"""What billing did: subscriptions, invoices, stretches of service, terms; raw tables and truth both read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from .catalog import INTERVALS, Coupon, Price


@dataclass(eq=False)
class Item:
    """A subscription's item; price and quantity are the current ones. `ended`: service over (not: paused).

    `since`: from when its current state serves; `last`: its latest spell; `is_paused`: what it serves next resumes.
    """

    number: int
    subscription: Subscription
    price: Price
    quantity: int
    created: datetime
    ended: datetime | None = None
    since: datetime | None = None
    last: Spell | None = None
    is_paused: bool = False


@dataclass(eq=False)
class Discount:
    coupon: Coupon
    start: datetime
    end: datetime | None


@dataclass(eq=False)
class Subscription:
    """`changes`: (when, the fields that change then). `periods`: (start, stop) as billed. `pending`: lines of changes
    that the next invoice will carry. `since`: from when its customer may use the product."""

    number: int
    customer: int
    interval: str
    currency: str
    created: datetime
    discounts: list[Discount]
    items: list[Item] = field(default_factory=list)
    changes: list[tuple[datetime, dict]] = field(default_factory=list)
    periods: list[tuple[datetime, datetime]] = field(default_factory=list)
    pending: list[Line] = field(default_factory=list)
    since: datetime | None = None
    trial_end: datetime | None = None

    @property
    def months(self) -> float:
        return INTERVALS[self.interval][2]

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


@dataclass(frozen=True)
class Period:
    """A paid period of a customer's core service, and when it and those after it would end, half a year beyond its own end.

    `raise_at`: from when on a dearer price list holds for the customer at a period's end; None: for this one never.
    """

    customer: int
    interval: str
    months: float
    begin: datetime
    stops: tuple[datetime, ...]
    raise_at: datetime | None


@dataclass(eq=False)
class Line:
    """What is charged for one span of service. `amount` before discounts, in minor units.

    `kind`: recurring; proration (negative: unused time, credited); service and goodwill, which no item causes.
    """

    kind: str
    item: Item | None
    price: Price | None
    quantity: int
    amount: int
    start: datetime
    stop: datetime


@dataclass(eq=False)
class Invoice:
    """`status` is the final one; until `settled_at` the invoice stands open. Amounts are in minor units of `currency`.

    What payments.py adds: a negative balance is the customer's credit; `due` is what is left to pay after it.
    """

    number: int
    customer: int
    subscription: Subscription | None
    currency: str
    at: datetime
    status: str
    settled_at: datetime
    reason: str
    lines: list[Line]
    discount: int = 0
    tax: int = 0
    starting_balance: int = 0
    ending_balance: int = 0
    due: int = 0

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.tax


@dataclass(eq=False)
class Spell:
    """A stretch in which a licensed item counts towards MRR; `gross`: list price a month, in minor units.

    `ended_by`: pause or non_payment; empty where it ran on or was cancelled.
    """

    customer: int
    subscription: Subscription
    item: Item
    price: Price
    quantity: int
    start: datetime
    stop: datetime
    gross: float
    is_resumed: bool = False
    ended_by: str = ""


@dataclass(eq=False)
class Term:
    """A paid term of three months and more. `stop`: as agreed; `arr`: major units of `currency`, net of durable discounts.

    `predecessor`: the term that this one renews.
    """

    invoice: Invoice
    products: frozenset[str]
    start: datetime
    stop: datetime
    arr: float
    currency: str
    predecessor: Term | None
    cancel_requested_at: datetime | None = None
    terminated_at: datetime | None = None

    @property
    def customer(self) -> int:
        return self.invoice.customer


@dataclass(eq=False)
class Charge:
    """One attempt to collect an invoice; `refunded` in minor units, by the window's end."""

    invoice: Invoice
    at: datetime
    amount: int
    is_paid: bool
    refunded: int = 0


@dataclass(eq=False)
class Refund:
    charge: Charge
    at: datetime
    amount: int
    reason: str


@dataclass(eq=False)
class CreditNote:
    """Taken off an invoice after it was paid: paid back (`refund`), or kept as the customer's credit."""

    invoice: Invoice
    at: datetime
    amount: int
    reason: str
    memo: str
    refund: Refund | None


@dataclass(eq=False)
class Loss:
    """The end of a customer's service, late renewals apart."""

    customer: int
    at: datetime
    is_voluntary: bool


@dataclass(eq=False)
class Ledger:
    """Everything that billing ever did, also beyond the window's end: readers cut at the end.

    `access`: (customer, start, stop) in which the product may be used.
    """

    subscriptions: list[Subscription] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    access: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    currencies: dict[int, str] = field(default_factory=dict)
    item_numbers: Iterator[int] = field(default_factory=count)
