"""The true clocks of the tickets that customers raised (R7), from what each ticket itself remembers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pandas as pd

from .schedules import Clock
from .settings import Settings
from .support import CUSTOMER, STRANGER, Ticket
from .world import World

SAME_TICKET = timedelta(days=28)
# Business hours within which a ticket of each priority is to be answered, and the level of that priority.
TARGETS = {"urgent": ("P1", 1), "high": ("P2", 4), "normal": ("P3", 8), "low": ("P4", 16), None: ("none", 16)}
TURN_OF_STATUS = {"new": "agent", "open": "agent", "pending": "customer", "hold": "third_party"}


@dataclass
class Spell:
    """A stretch in which a ticket was open; `turns`: (whose turn, since when)."""

    opened: datetime
    solved: datetime | None = None
    turns: list[tuple[str, datetime]] = field(default_factory=list)


def spells(ticket: Ticket, raised: datetime) -> list[Spell]:
    """Every stretch from being opened to being solved, before R7 ignores some."""
    found = [Spell(raised, turns=[("agent", raised)])]
    for at, status in ticket.statuses:
        spell, turn = found[-1], TURN_OF_STATUS.get(status)
        if turn is None:
            spell.solved = spell.solved or at
        elif spell.solved:
            found.append(Spell(at, turns=[(turn, at)]))
        elif turn != spell.turns[-1][0]:
            spell.turns.append((turn, at))
    return found


def lives(ticket: Ticket, raised: datetime) -> list[list[Spell]]:
    """The tickets that one help desk ticket is by R7, each as the spells that count.

    Solved again without a public answer by a person: ignored. Reopened more than 28 days later: a new ticket.
    """
    found: list[list[Spell]] = []
    for spell in spells(ticket, raised):
        if not found:
            found.append([spell])
        elif spell.solved and not any(spell.opened <= at <= spell.solved for at in ticket.replies):
            continue
        elif spell.opened - found[-1][-1].solved > SAME_TICKET:
            found.append([spell])
        else:
            found[-1].append(spell)
    return found


class SupportTruth:
    """Collects the truth ticket by ticket: one row per ticket, and counts per customer and month."""

    def __init__(self, settings: Settings, world: World, clocks: dict[int, Clock]) -> None:
        self.settings, self.clocks = settings, clocks
        self.names = _names(world)
        self.rows: list[dict] = []
        self.facts: list[dict] = []
        self.created, self.solved, self.open = Counter(), Counter(), Counter()

    def add(self, ticket: Ticket) -> None:
        if not ticket.is_counted:
            return
        raised = min(one.created for one in ticket.family() if one.kind in (CUSTOMER, STRANGER))
        found = lives(ticket, raised)
        ends = [life[0].opened for life in found[1:]] + [self.settings.end]
        for number, (life, until) in enumerate(zip(found, ends, strict=True), start=1):
            self._add_life(ticket, number, life, until)

    def _add_life(self, ticket: Ticket, number: int, life: list[Spell], until: datetime) -> None:
        created, first_solved, last_solved = life[0].opened, life[0].solved, life[-1].solved
        replies = [at for at in ticket.replies if created <= at < until]
        escalations = [at for at in ticket.escalations if created <= at < until]
        account, billed = self.names.get(ticket.customer, (None, None))
        clock = self.clocks[ticket.schedules[0][1]] if ticket.schedules else None
        row = {
            "ticket_id": str(ticket.id) if number == 1 else f"{ticket.id}#{number}",
            "salesforce_account_id": account,
            "stripe_customer_id": billed,
            "created_at": created,
            "replies": len(replies),
            "reopens": len(life) - 1,
            "is_open": last_solved is None,
            "escalated_at": min(escalations, default=None),
            "turn": None if last_solved else life[-1].turns[-1][0],
        }
        measured = {
            "first_reply": [(created, min(replies))] if replies else None,
            "first_solve": [(created, first_solved)] if first_solved else None,
            "last_solve": [(created, last_solved)] if last_solved else None,
            **_turns(life),
        }
        open_seconds = clock.seconds if clock else _seconds
        for name, stretches in measured.items():
            known = stretches is not None
            row[f"{name}_calendar_seconds"] = sum(_seconds(*stretch) for stretch in stretches) if known else None
            row[f"{name}_business_seconds"] = sum(open_seconds(*stretch) for stretch in stretches) if known else None
        self.rows.append(row)
        self._remember(ticket, life, until, replies, clock, row)
        first_waits = _turns(life[:1])["customer_turn"]
        self.facts[-1]["first_wait_seconds"] = sum(open_seconds(*stretch) for stretch in first_waits)
        if ticket.customer is not None:
            self._count(ticket.customer, life)

    def _remember(
        self,
        ticket: Ticket,
        life: list[Spell],
        until: datetime,
        replies: list[datetime],
        clock: Clock | None,
        row: dict,
    ) -> None:
        """What KPIs ask of a ticket beside its times."""
        created, priority = life[0].opened, ticket.priority or ticket.first("priority")
        level, hours = TARGETS[priority]
        due = clock.runs_out(created, hours * 3600) if clock else created + timedelta(hours=hours)
        moves = [move for move in ticket.tier_moves if created <= move[0] < until]
        said = [at for at, who, is_public, _ in ticket.comments if is_public and who == ticket.requester]
        contacts = _answered_contacts([at for at in said if created <= at < until], replies)
        self.facts.append(
            {
                "ticket": row["ticket_id"],
                "customer": -1 if ticket.customer is None else ticket.customer,
                "requester": str(ticket.last("requester_id") or ticket.requester),
                "channel": ticket.channel,
                "category": ticket.category or "unclassified",
                "level": level,
                "tier": ticket.tier,
                "created": created,
                "reply": min(replies, default=None),
                "reply_due": due,
                "first_solved": life[0].solved,
                "last_solved": life[-1].solved,
                "first_reopened": life[1].opened if len(life) > 1 else None,
                "second_contact_answered": contacts[1] if len(contacts) > 1 else None,
                "tier_moved": min((at for at, *_ in moves), default=None),
                "left_first_tier": min((at for at, old, new in moves if old == 1 and new > 1), default=None),
                "escalated": row["escalated_at"],
                "reopens": row["reopens"],
                "last_solve_seconds": row["last_solve_calendar_seconds"],
                "first_reply_seconds": row["first_reply_business_seconds"],
                "first_solve_seconds": row["first_solve_business_seconds"],
                "spells": [(spell.opened, spell.solved) for spell in life],
            }
        )

    def _count(self, customer: int, life: list[Spell]) -> None:
        month_of, months = self.settings.month_of, self.settings.months
        self.created[customer, month_of(life[0].opened)] += 1
        if life[0].solved:
            self.solved[customer, month_of(life[0].solved)] += 1
        for spell in life:
            until = month_of(spell.solved) if spell.solved else months
            self.open.update((customer, month) for month in range(month_of(spell.opened), until))

    def tables(self) -> dict[str, pd.DataFrame]:
        counts = [
            (
                *self.names[customer],
                self.settings.month_starts[month].date(),
                self.created[customer, month],
                self.solved[customer, month],
                self.open[customer, month],
            )
            for customer, month in sorted(self.created.keys() | self.solved.keys() | self.open.keys())
        ]
        columns = ["salesforce_account_id", "stripe_customer_id", "month", "created", "solved", "open_at_end"]
        return {"tickets": pd.DataFrame(self.rows), "ticket_counts": pd.DataFrame(counts, columns=columns)}


def _names(world: World) -> dict[int, tuple[str | None, str | None]]:
    """(CRM account, Stripe customer) that a company is named by: the account's id, where it is one, else billing's."""
    accounts, billed = (world.customers[name].tolist() for name in ("account_id", "stripe_id"))
    return {
        number: (None, customer) if account == customer else (account, None)
        for number, (account, customer) in enumerate(zip(accounts, billed, strict=True))
    }


def _answered_contacts(said: list[datetime], replies: list[datetime]) -> list[datetime]:
    """When each contact was first answered: what the customer wrote since the answer before; the creation is a part of the first."""
    found: list[datetime] = []
    waits = True
    for at, is_reply in sorted([(at, False) for at in said] + [(at, True) for at in replies]):
        if is_reply and waits:
            found.append(at)
        waits = not is_reply
    return found


def _turns(life: list[Spell]) -> dict[str, list[tuple[datetime, datetime]]]:
    """By whose turn it was, the stretches that are over."""
    found: dict[str, list] = {f"{turn}_turn": [] for turn in ("agent", "customer", "third_party")}
    for spell in life:
        ends = [since for _, since in spell.turns[1:]] + [spell.solved]
        for (turn, since), until in zip(spell.turns, ends, strict=True):
            if until:
                found[f"{turn}_turn"].append((since, until))
    return found


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())
