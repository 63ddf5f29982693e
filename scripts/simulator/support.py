"""Who asks for support, when, about what; which tickets are not a customer's question at all.

Tickets a month: 0.22 * seats^0.35 * exp(0.45 friction), fewer at weekends, only while the product
may be used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from .ledger import Ledger
from .settings import Settings
from .world import World

ID_BASE = 360_000_000_000
CATEGORIES = ("billing", "bug", "how_to", "integration", "access", "feature_request", None)
PRIORITIES = ("low", "normal", "high", "urgent", None)
CHANNELS = ("email", "web", "chat", "voice", "api")
CUSTOMER, OUTBOUND, SPAM, STRANGER, MERGED = "customer", "outbound", "spam", "stranger", "merged"
# Organisations that no CRM account answers to, their one user each, and a suspended sender of spam.
STRANGERS = {ID_BASE + 91_001: ID_BASE + 92_001, ID_BASE + 91_002: ID_BASE + 92_002}
SPAMMER = ID_BASE + 92_003


@dataclass
class Ticket:
    """One conversation. `comments`: (when, who, is public, text); `history`: (when, who, field, value)."""

    id: int
    kind: str
    created: datetime
    requester: int
    organization: int | None
    region: str
    friction: float
    channel: str
    category: str | None
    priority: str | None
    tier: int
    merged_at: datetime | None = None
    absorbed: list[Ticket] = field(default_factory=list)
    comments: list[tuple[datetime, int, bool, str]] = field(default_factory=list)
    history: list[tuple[datetime, int, str, str]] = field(default_factory=list)

    def say(self, at: datetime, who: int, text: str, is_public: bool = True) -> None:
        self.comments.append((at, who, is_public, text))

    def set(self, at: datetime, who: int, name: str, value: object) -> None:
        self.history.append((at, who, name, str(value)))

    def last(self, name: str) -> str | None:
        return next((value for _, _, changed, value in reversed(self.history) if changed == name), None)


def organization_id(customer: int) -> int:
    return ID_BASE + 10_000_000 + customer


def requesters(world: World) -> pd.DataFrame:
    """People who may write in: the first six of each account that ever signed."""
    people = world.people
    signed = (world.customers["kind"] != "prospect").to_numpy()[people["customer"]]
    users = people[signed & (people["rank"] < 6) & ~people["is_bot"] & ~people["is_staff"]].copy()
    users["id"] = ID_BASE + 20_000_000 + users.index
    return users


def build_tickets(settings: Settings, world: World, ledger: Ledger) -> list[Ticket]:
    """Tickets in order of creation, so that ids rise with time; nothing has been said yet."""
    rng = settings.rng("tickets")
    customer, second = _arrivals(rng, settings, world, ledger)
    count = len(customer)
    kind = rng.choice([CUSTOMER, OUTBOUND, SPAM, STRANGER], count, p=[0.96, 0.03, 0.007, 0.003])
    kind[: len(STRANGERS)] = STRANGER
    channel = rng.choice(CHANNELS, count, p=[0.5, 0.25, 0.12, 0.08, 0.05])
    category = rng.choice(len(CATEGORIES), count, p=[0.12, 0.24, 0.2, 0.12, 0.14, 0.1, 0.08])
    priority = rng.choice(len(PRIORITIES), count, p=[0.2, 0.45, 0.17, 0.06, 0.12])
    tier = rng.choice([1, 2, 3], count, p=[0.88, 0.1, 0.02])
    has_organization = rng.random(count) > 0.05
    pick = rng.random(count)
    people = {number: rows["id"].to_list() for number, rows in requesters(world).groupby("customer")}
    tickets = []
    for n, number in enumerate(customer.tolist()):
        created = settings.start + timedelta(seconds=int(second[n]))
        known = people[number]
        requester = known[int(pick[n] * len(known))]
        organization = organization_id(number) if has_organization[n] else None
        if kind[n] == SPAM:
            requester, organization = SPAMMER, None
        elif kind[n] == STRANGER:
            organization, requester = list(STRANGERS.items())[n % len(STRANGERS)]
        tickets.append(
            Ticket(
                id=1001 + n,
                kind=str(kind[n]),
                created=created,
                requester=requester,
                organization=organization,
                region=world.customers.at[number, "region"],
                friction=float(world.friction[number, settings.month_of(created)]),
                channel="web" if kind[n] == OUTBOUND else str(channel[n]),
                category=CATEGORIES[category[n]],
                priority=PRIORITIES[priority[n]],
                tier=int(tier[n]),
            )
        )
    _merge_some(rng, tickets)
    return tickets


def _arrivals(
    rng: np.random.Generator, settings: Settings, world: World, ledger: Ledger
) -> tuple[np.ndarray, np.ndarray]:
    """(customer, second of the window) of each ticket, in order of time."""
    seats = world.customers["seats"].to_numpy()
    monthly = 0.22 * seats[:, None] ** 0.35 * np.exp(0.45 * world.friction)
    customer, day = np.nonzero(settings.whole_days(ledger.access, len(seats)))
    month = np.array([settings.month_of(settings.start + timedelta(days=n)) for n in range(settings.days)])
    is_weekend = (settings.start.weekday() + day) % 7 >= 5
    count = rng.poisson(monthly[customer, month[day]] / 30.4 * np.where(is_weekend, 0.3, 1.28))
    customer, day = np.repeat(customer, count), np.repeat(day, count)
    second = day * 86400 + (rng.triangular(0, 13, 24, len(day)) * 3600).astype(np.int64)
    order = np.lexsort((customer, second))
    return customer[order], second[order]


def _merge_some(rng: np.random.Generator, tickets: list[Ticket]) -> None:
    """Of two questions of one customer within a day some are merged; either of the two may survive."""
    latest: dict[int, Ticket] = {}
    for ticket in tickets:
        if ticket.kind != CUSTOMER or ticket.organization is None:
            continue
        earlier = latest.get(ticket.organization)
        latest[ticket.organization] = ticket
        is_near = earlier is not None and ticket.created - earlier.created < timedelta(days=1)
        if is_near and not earlier.absorbed and rng.random() < 0.5:
            survivor, loser = (earlier, ticket) if rng.random() < 0.5 else (ticket, earlier)
            loser.kind, loser.merged_at = MERGED, ticket.created + timedelta(minutes=10)
            survivor.absorbed.append(loser)
            latest[ticket.organization] = survivor
