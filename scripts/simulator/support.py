"""Who asks for support, when, about what; which tickets are not a customer's question at all.

Tickets a month: 0.22 * seats^0.35 * exp(0.45 friction), fewer at weekends, only while the product
may be used. Some are merged, also in chains; some are deleted; some follow up a closed one. A share
of 0.02 * exp(0.5 friction) complain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from .ledger import Ledger
from .settings import Settings
from .world import World

ID_BASE = 360_000_000_000
# The help desk's id of the first person of the world; the others follow.
REQUESTERS_FROM = ID_BASE + 20_000_000
CATEGORIES = ("billing", "bug", "how_to", "integration", "access", "feature_request", None)
PRIORITIES = ("low", "normal", "high", "urgent", None)
CHANNELS = ("email", "web", "chat", "voice", "api")
CUSTOMER, OUTBOUND, SPAM, STRANGER, INTERNAL = "customer", "outbound", "spam", "stranger", "internal"
# Organisations that no CRM account answers to, their one user each, and a suspended sender of spam.
STRANGERS = {ID_BASE + 91_001: ID_BASE + 92_001, ID_BASE + 91_002: ID_BASE + 92_002}
SPAMMER = ID_BASE + 92_003
# Schedules of a region's tickets, and how often each.
SCHEDULES_OF_REGION = {
    "AMER": ((1, 4), (0.7, 0.3)),
    "EMEA": ((2, 3, 6), (0.45, 0.45, 0.1)),
    "APAC": ((5, 2, 6), (0.7, 0.2, 0.1)),
}
AGENTS_OF_TIER = {1: 5, 2: 3, 3: 2}


@dataclass
class Ticket:
    """One conversation. `comments`: (when, who, is public, text); `history`: (when, who, field, value).

    `complained_at`: when it was marked as a complaint. `schedules`: (when, schedule number) of those put on it; `desk`: whose hours its agents keep.
    `statuses` (when, status), `replies` (public answers by people), `escalations` and `tier_moves` (when, from, to) are what
    the truth reads.
    """

    id: int
    kind: str
    created: datetime
    customer: int | None
    requester: int
    colleague: int
    organization: int | None
    friction: float
    channel: str
    category: str | None
    priority: str | None
    tier: int
    desk: int
    schedules: list[tuple[datetime, int]]
    deleted_at: datetime | None = None
    merged_at: datetime | None = None
    complained_at: datetime | None = None
    closed_at: datetime | None = None
    absorbed: list[Ticket] = field(default_factory=list)
    follows: Ticket | None = None
    comments: list[tuple[datetime, int, bool, str]] = field(default_factory=list)
    history: list[tuple[datetime, int, str, str]] = field(default_factory=list)
    statuses: list[tuple[datetime, str]] = field(default_factory=list)
    replies: list[datetime] = field(default_factory=list)
    escalations: list[datetime] = field(default_factory=list)
    tier_moves: list[tuple[datetime, int, int]] = field(default_factory=list)

    def say(self, at: datetime, who: int, text: str, is_public: bool = True) -> None:
        self.comments.append((at, who, is_public, text))

    def set(self, at: datetime, who: int, name: str, value: object) -> None:
        self.history.append((at, who, name, str(value)))

    def last(self, name: str) -> str | None:
        return next((value for _, _, changed, value in reversed(self.history) if changed == name), None)

    def first(self, name: str) -> str | None:
        return next((value for _, _, changed, value in self.history if changed == name), None)

    @property
    def is_counted(self) -> bool:
        """R7: raised by a customer, still there, and not merged into another that is still there."""
        return self.kind in (CUSTOMER, STRANGER) and self.deleted_at is None and self.merged_at is None

    def forget(self) -> None:
        """Let go of all that was said and done, once it is written down."""
        records = (self.comments, self.history, self.statuses, self.replies, self.escalations, self.tier_moves)
        for record in records:
            record.clear()

    def family(self) -> Iterator[Ticket]:
        """The ticket and every one merged into it, directly or by way of another."""
        yield self
        for other in self.absorbed:
            yield from other.family()


def agent_id(tier: int, number: int) -> int:
    return ID_BASE + 10 * tier + number


def organization_id(customer: int) -> int:
    return ID_BASE + 10_000_000 + customer


def has_subsidiary(world: World) -> pd.Series:
    """Accounts with a second organisation in the help desk."""
    return (world.customers["segment"] == "ENT") & (world.customers.index % 3 == 0)


def subsidiary_id(customer: int) -> int:
    return ID_BASE + 15_000_000 + customer


def organizations(world: World) -> pd.DataFrame:
    """One organisation per account that signed, a second one for some; both name the account's CRM id."""
    signed = world.customers[world.customers["kind"] != "prospect"]
    seconds = signed[has_subsidiary(world)[signed.index]]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "id": identify(accounts.index),
                    "customer": accounts.index,
                    "name": accounts["name"] + suffix,
                    "external_id": accounts["zendesk_account_id"],
                    "domain": accounts["domain"] if identify is organization_id else None,
                    "segment": accounts["segment"],
                    "created_at": accounts["signed_at"],
                }
            )
            for identify, accounts, suffix in ((organization_id, signed, ""), (subsidiary_id, seconds, " Subsidiary"))
        ]
    )


def requesters(world: World) -> pd.DataFrame:
    """People who may write in: the first six of each account that ever signed, with their organisation."""
    people = world.people
    signed = (world.customers["kind"] != "prospect").to_numpy()[people["customer"]]
    users = people[signed & (people["rank"] < 6) & ~people["is_bot"] & ~people["is_staff"]].copy()
    users["id"] = REQUESTERS_FROM + users.index
    in_subsidiary = has_subsidiary(world).to_numpy()[users["customer"]] & (users["rank"] % 2 == 1)
    users["organization"] = organization_id(users["customer"]).where(~in_subsidiary, subsidiary_id(users["customer"]))
    return users


def build_tickets(settings: Settings, world: World, ledger: Ledger) -> list[Ticket]:
    """Tickets in order of creation, so that ids rise with time; nothing has been said yet."""
    rng = settings.rng("tickets")
    customer, second = _arrivals(rng, settings, world, ledger)
    count = len(customer)
    kind = rng.choice([CUSTOMER, OUTBOUND, SPAM, STRANGER, INTERNAL], count, p=[0.955, 0.03, 0.007, 0.003, 0.005])
    kind[: len(STRANGERS)] = STRANGER
    channel = rng.choice(CHANNELS, count, p=[0.5, 0.25, 0.12, 0.08, 0.05]).tolist()
    category = rng.choice(len(CATEGORIES), count, p=[0.12, 0.24, 0.2, 0.12, 0.14, 0.1, 0.08]).tolist()
    priority = rng.choice(len(PRIORITIES), count, p=[0.2, 0.45, 0.17, 0.06, 0.12]).tolist()
    tier = rng.choice([1, 2, 3], count, p=[0.88, 0.1, 0.02]).tolist()
    has_organization = rng.random(count) > 0.05
    pick, other = rng.random(count), rng.random(count)
    deleted_hours = np.where(rng.random(count) < 0.008, rng.exponential(72, count), np.inf).tolist()
    region = world.customers["region"].to_numpy()[customer]
    schedules = _schedules(settings, count, region)
    people = {
        number: list(zip(rows["id"].tolist(), rows["organization"].tolist(), strict=True))
        for number, rows in requesters(world).groupby("customer")
    }
    tickets = []
    for n, number in enumerate(customer.tolist()):
        created = settings.start + timedelta(seconds=int(second[n]))
        known = people[number]
        requester, organization = known[int(pick[n] * len(known))]
        colleague = known[int(other[n] * len(known))][0]
        if not has_organization[n]:
            organization = None
        if kind[n] in (SPAM, INTERNAL):
            requester = SPAMMER if kind[n] == SPAM else agent_id(1, n % AGENTS_OF_TIER[1])
            number, colleague, organization = None, requester, None
        elif kind[n] == STRANGER:
            organization, requester = list(STRANGERS.items())[n % len(STRANGERS)]
            number, colleague = None, requester
        desk, applied = schedules[n]
        deleted_at = created + timedelta(hours=deleted_hours[n]) if deleted_hours[n] < 10_000 else None
        tickets.append(
            Ticket(
                id=1001 + n,
                kind=str(kind[n]),
                created=created,
                customer=number,
                requester=requester,
                colleague=colleague,
                organization=organization,
                friction=float(world.friction[customer[n], settings.month_of(created)]),
                channel="web" if kind[n] == OUTBOUND else channel[n],
                category=CATEGORIES[category[n]],
                priority=PRIORITIES[priority[n]],
                tier=tier[n],
                desk=desk,
                schedules=[
                    (at, schedule)
                    for delay, schedule in applied
                    if (at := created + timedelta(seconds=delay)) < settings.end
                ],
                deleted_at=deleted_at if deleted_at and deleted_at < settings.end else None,
            )
        )
    _follow_some(rng, tickets)
    _merge_some(settings, rng, tickets)
    _complain_some(settings, tickets)
    return tickets


def _schedules(settings: Settings, count: int, regions: np.ndarray) -> list[tuple[int, list[tuple[int, int]]]]:
    """Per ticket the desk that answers it and the schedules put on it, as (seconds after creation, number).

    One in ten has none; with some it comes seconds late; with some another one replaces it later.
    """
    rng = settings.rng("ticket_schedules")
    desks = np.empty(count, dtype=np.int64)
    for region, (numbers, shares) in SCHEDULES_OF_REGION.items():
        is_here = regions == region
        desks[is_here] = rng.choice(numbers, int(is_here.sum()), p=shares)
    course = rng.random(count)
    late = np.where(course < 0.2, rng.integers(1, 90, count), 0)
    changed_after = rng.integers(120, 200_000, count)
    others = 1 + (desks + rng.integers(0, 5, count)) % 6
    return [
        (desk, [] if chance > 0.9 else [(first, desk), (change, other)] if chance < 0.08 else [(first, desk)])
        for desk, chance, first, change, other in zip(
            desks.tolist(), course.tolist(), late.tolist(), changed_after.tolist(), others.tolist(), strict=True
        )
    ]


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
    # What breaks is reported by several people of a customer within the hour.
    echoes = np.where(rng.random(len(second)) < 0.02, rng.integers(1, 4, len(second)), 0)
    customer = np.concatenate([customer, np.repeat(customer, echoes)])
    second = np.concatenate([second, np.repeat(second, echoes) + rng.integers(60, 3600, echoes.sum())])
    inside = second < settings.days * 86400
    customer, second = customer[inside], second[inside]
    order = np.lexsort((customer, second))
    return customer[order], second[order]


def _follow_some(rng: np.random.Generator, tickets: list[Ticket]) -> None:
    """Some questions take up an earlier one of the same requester, if the help desk has closed that by then."""
    latest: dict[int, Ticket] = {}
    for ticket in tickets:
        if ticket.kind == CUSTOMER:
            earlier = latest.get(ticket.requester)
            if earlier is None or ticket.created - earlier.created > timedelta(days=30):
                ticket.follows = earlier if rng.random() < 0.15 else None
                latest[ticket.requester] = ticket


def _merge_some(settings: Settings, rng: np.random.Generator, tickets: list[Ticket]) -> None:
    """Of two tickets of one organisation within a day some are merged, by and by three or more into one.

    Either of the two may survive, so that there are chains; what an agent opened is merged into a question only.
    """
    latest: dict[int, Ticket] = {}
    for ticket in tickets:
        if ticket.kind not in (CUSTOMER, OUTBOUND) or ticket.organization is None:
            continue
        earlier = latest.get(ticket.organization)
        latest[ticket.organization] = ticket
        merged_at = ticket.created + timedelta(minutes=10)
        is_near = earlier is not None and ticket.created - earlier.created < timedelta(days=1)
        if is_near and merged_at < settings.end and rng.random() < 0.6:
            survivor, loser = (earlier, ticket) if rng.random() < 0.5 else (ticket, earlier)
            if survivor.kind == OUTBOUND:
                survivor, loser = loser, survivor
            if survivor.kind == OUTBOUND or survivor.deleted_at or loser.deleted_at:
                continue
            loser.merged_at = merged_at
            survivor.absorbed.append(loser)
            latest[ticket.organization] = survivor


def _complain_some(settings: Settings, tickets: list[Ticket]) -> None:
    """The customer says so itself when it writes in, or an agent marks it within minutes, before any merge."""
    rng = settings.rng("ticket complaints")
    draws, minutes = rng.random(len(tickets)), rng.integers(-5, 9, len(tickets)).clip(0)
    for ticket, draw, delay in zip(tickets, draws, minutes.tolist(), strict=True):
        complained_at = ticket.created + timedelta(minutes=delay)
        is_there = complained_at < min(settings.end, ticket.deleted_at or settings.end)
        if ticket.kind in (CUSTOMER, STRANGER) and is_there and draw < 0.02 * np.exp(0.5 * ticket.friction):
            ticket.complained_at = complained_at
