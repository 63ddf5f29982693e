"""What is said and done in a ticket: answers, escalations, solutions, reopenings, ratings.

The first answer takes about 3 hours (longer with friction) and comes in the office hours of the customer's
region; on chat and phone it comes at once. Some tickets are never answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import exp

import numpy as np

from .settings import Settings
from .support import CUSTOMER, ID_BASE, MERGED, OUTBOUND, SPAM, STRANGER, Ticket

SYSTEM, ADMIN = -1, ID_BASE + 1
AGENTS_OF_TIER = {1: 5, 2: 3, 3: 2}
LIVE_CHANNELS = {"chat", "voice"}
OPENS_AT_UTC = {"AMER": 14, "EMEA": 8, "APAC": 8}
HOURS_OPEN = 9
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))


def agent_id(tier: int, number: int) -> int:
    return ID_BASE + 10 * tier + number


def group_id(tier: int) -> int:
    return ID_BASE + 500 + tier


def is_agent(user_id: int) -> bool:
    return ID_BASE < user_id < ID_BASE + 100


def hold_conversations(settings: Settings, tickets: list[Ticket]) -> None:
    """Let every ticket take its course; what would happen after the window's end is not kept."""
    rng = settings.rng("conversations")
    for ticket in tickets:
        _Conversation(ticket, rng).hold()
        ticket.comments = sorted(comment for comment in ticket.comments if comment[0] < settings.end)
        ticket.history = sorted(change for change in ticket.history if change[0] < settings.end)


class _Conversation:
    """One ticket's course; `now` only moves forward."""

    def __init__(self, ticket: Ticket, rng: np.random.Generator) -> None:
        self.ticket, self.rng = ticket, rng
        self.now, self.tier = ticket.created, ticket.tier
        self.agent = agent_id(ticket.tier, int(rng.integers(AGENTS_OF_TIER[ticket.tier])))

    def hold(self) -> None:
        self._open()
        {
            CUSTOMER: self._question,
            STRANGER: self._question,
            OUTBOUND: self._outbound,
            SPAM: self._close_as_spam,
            MERGED: self._close_as_merged,
        }[self.ticket.kind]()

    def _open(self) -> None:
        ticket, author = self.ticket, self.agent if self.ticket.kind == OUTBOUND else self.ticket.requester
        ticket.say(self.now, author, "Hello, we have a question.")
        ticket.set(self.now, author, "status", "new")
        ticket.set(self.now, SYSTEM, "group_id", group_id(self.tier))
        if ticket.priority:
            ticket.set(self.now, author, "priority", ticket.priority)
        if ticket.category:
            ticket.set(self.now, author, "custom_category", ticket.category)
        if ticket.kind != OUTBOUND and ticket.channel not in LIVE_CHANNELS and self._chance(0.85):
            ticket.say(self.now + MINUTE, SYSTEM, "We have received your request.")

    # --- kinds ----------------------------------------------------------------------------------------

    def _question(self) -> None:
        if self._chance(0.03):
            return
        self.now = max([self.now, *(loser.merged_at for loser in self.ticket.absorbed)])
        self._wait(0.03 if self.ticket.channel in LIVE_CHANNELS else 3 * exp(0.35 * self.ticket.friction))
        self._assign()
        if self._chance(0.3):
            self.ticket.say(self.now - 20 * SECOND, self.agent, "Looks like a known problem.", is_public=False)
        self._answer()
        if self.ticket.priority and self._chance(0.05):
            self.ticket.set(self.now + SECOND, self.agent, "priority", "high")
        if self._chance(0.13):
            self._escalate()
        for _ in range(int(self.rng.poisson(0.5))):
            self._customer_writes("It still does not work.")
            self._answer()
        if self._chance(0.04):
            return
        self._wait(1.5 if self.ticket.channel in LIVE_CHANNELS else 8)
        self._solve()
        self._aftermath()

    def _outbound(self) -> None:
        self.now += MINUTE
        self._assign()
        self._wait(20)
        self._solve()

    def _close_as_spam(self) -> None:
        self.ticket.set(self.now + 3 * HOUR, ADMIN, "status", "closed")

    def _close_as_merged(self) -> None:
        self.ticket.say(self.ticket.merged_at, ADMIN, "Merged into another ticket.", is_public=False)
        self.ticket.set(self.ticket.merged_at, ADMIN, "status", "closed")

    # --- steps ----------------------------------------------------------------------------------------

    def _assign(self) -> None:
        self.ticket.set(self.now - 2 * SECOND, self.agent, "assignee_id", self.agent)
        self.ticket.set(self.now - 2 * SECOND, self.agent, "status", "open")

    def _answer(self) -> None:
        self.ticket.say(self.now, self.agent, "Thank you, please try this.")
        self.ticket.set(self.now, self.agent, "status", "pending")

    def _customer_writes(self, text: str) -> None:
        """The customer comes back; an answer follows in office hours."""
        self.now += timedelta(seconds=int(60 + self.rng.exponential(10 * 3600)))
        self.ticket.say(self.now, self.ticket.requester, text)
        self.ticket.set(self.now, self.ticket.requester, "status", "open")
        self._wait(2)

    def _escalate(self) -> None:
        """To the next tier, rarely to the one after it; the new agent answers."""
        while self.tier < 3:
            self.tier += 1
            self._wait(1)
            self.ticket.set(self.now, self.agent, "group_id", group_id(self.tier))
            self.agent = agent_id(self.tier, int(self.rng.integers(AGENTS_OF_TIER[self.tier])))
            self._wait(4)
            self.ticket.set(self.now, self.agent, "assignee_id", self.agent)
            self._answer()
            if self._chance(0.85):
                return

    def _solve(self) -> None:
        self.ticket.set(self.now, self.agent, "status", "solved")

    def _aftermath(self) -> None:
        """A rating, a reopening (some only say thanks and are solved without an answer), the closing."""
        if self._chance(0.6):
            self.ticket.set(self.now + HOUR, SYSTEM, "satisfaction_score", "offered")
            if self._chance(0.5):
                is_good = self._chance(1 / (1 + exp(-1.6 + 0.6 * self.ticket.friction)))
                rated = self.now + timedelta(hours=2, seconds=int(self.rng.exponential(20 * 3600)))
                score = "good" if is_good else "bad"
                self.ticket.set(rated, self.ticket.requester, "satisfaction_score", score)
        came_back = self.rng.random()
        if came_back < 0.08:
            self._customer_writes("The problem is back.")
            self._answer()
            self._wait(3)
            self._solve()
        elif came_back < 0.13:
            self._customer_writes("Thanks a lot!")
            self._solve()
        self.ticket.set(self.now + 28 * DAY, SYSTEM, "status", "closed")

    # --- time and chance ------------------------------------------------------------------------------

    def _wait(self, hours: float) -> None:
        """On average about `hours`; the phone and the chat answer at once, mail only in office hours."""
        self.now += timedelta(seconds=int(30 + 3600 * hours * self.rng.lognormal(-0.3, 0.8)))
        if self.ticket.channel not in LIVE_CHANNELS:
            self.now = self._in_office_hours(self.now)

    def _in_office_hours(self, at: datetime) -> datetime:
        opens = at.replace(hour=OPENS_AT_UTC[self.ticket.region], minute=0, second=0)
        if at >= opens + HOURS_OPEN * HOUR:
            opens += DAY
        while opens.weekday() >= 5:
            opens += DAY
        return at if at >= opens else opens + timedelta(seconds=int(self.rng.integers(60, 5400)))

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability
