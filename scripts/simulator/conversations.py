"""What is said and done in a ticket: answers, notes, escalations, solutions, reopenings, ratings.

The first answer takes about 3 hours (longer with friction) and comes when the ticket's schedule is open, or now and
then at night; on chat and phone it comes at once. Some tickets are never answered, some solved without a word.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import exp

import numpy as np

from .schedules import Clock
from .settings import Settings
from .support import (
    AGENTS_OF_TIER,
    CUSTOMER,
    ID_BASE,
    INTERNAL,
    OUTBOUND,
    SPAM,
    STRANGER,
    Ticket,
    agent_id,
)

SYSTEM, ADMIN, BOT = -1, ID_BASE + 1, ID_BASE + 2
LIVE_CHANNELS = {"chat", "voice"}
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
# Groups beside the one of each tier: a second first line, whoever is in charge, and one that the desk forgot to rank.
BILLING_DESK, MANAGEMENT, PARTNERS = ID_BASE + 511, ID_BASE + 521, ID_BASE + 531


def group_id(tier: int) -> int:
    return ID_BASE + 500 + tier


class Conversations:
    """Lets tickets take their course one by one; what would happen after the window's end is not kept."""

    def __init__(self, settings: Settings, clocks: dict[int, Clock]) -> None:
        self.rng, self.clocks, self.end = settings.rng("conversations"), clocks, settings.end

    def hold(self, ticket: Ticket) -> None:
        end = min(self.end, ticket.deleted_at or self.end)
        _Conversation(ticket, self.rng, self.clocks[ticket.desk]).hold()
        ticket.comments = sorted(comment for comment in ticket.comments if comment[0] < end)
        ticket.history = sorted(change for change in ticket.history if change[0] < end)
        ticket.statuses = [change for change in ticket.statuses if change[0] < end]
        ticket.replies = [at for at in ticket.replies if at < end]
        ticket.escalations = [at for at in ticket.escalations if at < end]
        ticket.tier_moves = [move for move in ticket.tier_moves if move[0] < end]
        last_at, last_status = ticket.statuses[-1]
        ticket.closed_at = last_at if last_status == "closed" else None
        follows = ticket.follows
        if follows and not (follows.closed_at and follows.closed_at < ticket.created and not follows.deleted_at):
            ticket.follows = None


class _Conversation:
    """One ticket's course; `now` only moves forward."""

    def __init__(self, ticket: Ticket, rng: np.random.Generator, clock: Clock) -> None:
        self.ticket, self.rng, self.clock = ticket, rng, clock
        self.now, self.tier = ticket.created, ticket.tier
        self.is_live = ticket.channel in LIVE_CHANNELS
        self.agent = self._someone()

    def hold(self) -> None:
        self._open()
        if self.ticket.merged_at:
            self._close_as_merged()
            return
        {
            CUSTOMER: self._question,
            STRANGER: self._question,
            INTERNAL: self._question,
            OUTBOUND: self._outbound,
            SPAM: self._close_as_spam,
        }[self.ticket.kind]()

    def _open(self) -> None:
        ticket, author = self.ticket, self.agent if self.ticket.kind == OUTBOUND else self.ticket.requester
        ticket.say(self.now, author, "Hello, we have a question.")
        self._status("new", author)
        ticket.set(self.now, SYSTEM, "group_id", group_id(self.tier))
        if ticket.priority:
            ticket.set(self.now, author, "priority", ticket.priority)
        if ticket.category:
            ticket.set(self.now, author, "custom_category", ticket.category)
        if ticket.complained_at:
            self._mark_as_complaint(ticket.complained_at)
        if ticket.kind != OUTBOUND and not self.is_live and self._chance(0.85):
            ticket.say(self.now + MINUTE, SYSTEM, "We have received your request.")

    def _mark_as_complaint(self, at: datetime) -> None:
        """By whoever says so; one mark in seven is taken back, though the complaint was made."""
        ticket = self.ticket
        who = ticket.requester if at == ticket.created else self.agent
        ticket.set(at, who, "custom_complaint", "true")
        if ticket.id % 7 == 0:
            ticket.set(at + 3 * DAY, self.agent, "custom_complaint", "false")

    # --- kinds ----------------------------------------------------------------------------------------

    def _question(self) -> None:
        ticket = self.ticket
        for loser in ticket.absorbed:
            ticket.say(loser.merged_at, ADMIN, f"Request #{loser.id} was merged into this one.", is_public=False)
        self.now = max([self.now, *(loser.merged_at for loser in ticket.absorbed)])
        if self._chance(0.15) and ticket.channel != "voice":
            self._bot_answers()
        if self._chance(0.03):
            return
        if self._chance(0.1):
            self.now += timedelta(seconds=int(60 + self.rng.exponential(1800)))
            ticket.say(self.now, ticket.requester, "One thing more.")
        if self._chance(0.08):
            self._move_aside()
        self._wait(0.03 if self.is_live else 3 * exp(0.35 * ticket.friction))
        self._assign()
        if self._chance(0.3):
            ticket.say(self.now - 20 * SECOND, self.agent, "Looks like a known problem.", is_public=False)
        if self._chance(0.03):
            self._solve()
            self._aftermath()
            return
        self._answer()
        if self._chance(0.05) if ticket.priority else self._chance(0.3):
            ticket.set(self.now + SECOND, self.agent, "priority", "high" if self._chance(0.7) else "low")
        if self._chance(0.03):
            ticket.set(self.now + 5 * SECOND, self.agent, "requester_id", ticket.colleague)
        if self._chance(0.13):
            self._escalate()
        if self._chance(0.03):
            self._ask_management()
        if self._chance(0.08):
            self._put_on_hold()
        for _ in range(int(self.rng.poisson(0.5))):
            self._customer_writes("It still does not work.")
            self._answer()
        if self._chance(0.04):
            return
        self._wait(1.5 if self.is_live else 8)
        self._solve()
        self._aftermath()

    def _outbound(self) -> None:
        self.now += MINUTE
        self._assign()
        self._wait(20)
        self._solve()

    def _close_as_spam(self) -> None:
        self.now += 3 * HOUR
        self._status("closed", ADMIN)

    def _close_as_merged(self) -> None:
        """The notice is signed by a person and may be public: it is no answer to the ticket that goes on."""
        self.now = self.ticket.merged_at
        self.ticket.say(self.now, ADMIN, "Merged into another ticket.", is_public=self._chance(0.3))
        self._status("closed", ADMIN)

    # --- steps ----------------------------------------------------------------------------------------

    def _status(self, status: str, who: int) -> None:
        """The help desk records changes only."""
        if self.ticket.statuses and self.ticket.statuses[-1][1] == status:
            return
        self.ticket.set(self.now, who, "status", status)
        self.ticket.statuses.append((self.now, status))

    def _assign(self) -> None:
        self.ticket.set(self.now, self.agent, "assignee_id", self.agent)
        self._status("open", self.agent)
        self.now += 30 * SECOND

    def _answer(self, then: str = "pending") -> None:
        self.ticket.say(self.now, self.agent, "Thank you, please try this.")
        self.ticket.replies.append(self.now)
        self._status(then, self.agent)

    def _bot_answers(self) -> None:
        """A bot proposes an article; the customer often says that it did not help."""
        self.now += 20 * SECOND
        self.ticket.say(self.now, BOT, "This article may help you.")
        self._status("pending", BOT)
        if self._chance(0.8):
            self.now += timedelta(seconds=int(60 + self.rng.exponential(1200)))
            self.ticket.say(self.now, self.ticket.requester, "It did not.")
            self._status("open", self.ticket.requester)

    def _customer_writes(self, text: str, is_awaited: bool = True) -> None:
        """The customer comes back; an answer follows in office hours."""
        self.now += timedelta(seconds=int(60 + self.rng.exponential(10 * 3600)))
        self.ticket.say(self.now, self.ticket.requester, text)
        self._status("open", self.ticket.requester)
        if is_awaited:
            self._wait(2)

    def _move_aside(self) -> None:
        """To another first line, or to a group without a tier, and back: for a first line's ticket no escalation."""
        aside = PARTNERS if self._chance(0.2) else BILLING_DESK
        for group in (aside, group_id(self.tier)):
            self._wait(0.3)
            self.ticket.set(self.now, self.agent, "group_id", group)
            if aside == BILLING_DESK and self.tier > 1:
                self.ticket.tier_moves.append((self.now, *((self.tier, 1) if group == aside else (1, self.tier))))
        if aside == BILLING_DESK and self.tier > 1:
            self.ticket.escalations.append(self.now)

    def _escalate(self) -> None:
        """To the next tier, rarely to the one after it; the new agent answers."""
        while self.tier < 3:
            self.tier += 1
            self._wait(1)
            self.ticket.set(self.now, self.agent, "group_id", group_id(self.tier))
            self.ticket.escalations.append(self.now)
            self.ticket.tier_moves.append((self.now, self.tier - 1, self.tier))
            self.agent = self._someone()
            self._wait(4)
            self.ticket.set(self.now, self.agent, "assignee_id", self.agent)
            self._answer()
            if self._chance(0.85):
                return

    def _ask_management(self) -> None:
        """To those in charge, who decide, and back to the tier it came from."""
        self._wait(0.5)
        self.ticket.set(self.now, self.agent, "group_id", MANAGEMENT)
        self.ticket.escalations.append(self.now)
        self._wait(3)
        self.ticket.say(self.now, ADMIN, "Approved.", is_public=False)
        self.now += MINUTE
        self.ticket.set(self.now, ADMIN, "group_id", group_id(self.tier))
        self._answer()

    def _put_on_hold(self) -> None:
        """Somebody else has to act; then the agent answers."""
        self._wait(0.5)
        self._answer(then="hold")
        self._wait(20)
        self._status("open", self.agent)
        self._wait(0.5)
        self._answer()

    def _solve(self) -> None:
        self._status("solved", self.agent)

    def _aftermath(self) -> None:
        """A rating, reopenings (some only say thanks and are solved without an answer), the closing."""
        if self._chance(0.6):
            self._ask_for_a_rating()
        came_back = self.rng.random()
        if came_back < 0.08:
            self._reopened()
            if self._chance(0.2):
                self._reopened()
        elif came_back < 0.12:
            self._customer_writes("Thanks a lot!")
            self._solve()
        elif came_back < 0.14:
            self._thanked_with_noise()
        elif came_back < 0.15:
            self._customer_writes("It is back.", is_awaited=False)
            return
        elif came_back < 0.175:
            self._reopened_late()
        self.now += 28 * DAY
        self._status("closed", SYSTEM)

    def _reopened(self) -> None:
        self._customer_writes("The problem is back.")
        self._answer()
        self._wait(3)
        self._solve()

    def _thanked_with_noise(self) -> None:
        """Thanks that a bot, or a private note, but no person answers."""
        self._customer_writes("Great, thanks!")
        if self._chance(0.5):
            self.ticket.say(self.now, BOT, "You are welcome.")
        else:
            self.ticket.say(self.now, self.agent, "Nothing to do.", is_public=False)
        self.now += MINUTE
        self._solve()

    def _reopened_late(self) -> None:
        """Where nothing closed it, a ticket is taken up again about or more than 28 days after its solution."""
        if self._chance(0.3):
            self._customer_writes("Thanks, by the way!")
            self._solve()
        self.now += 27 * DAY + timedelta(seconds=int(self.rng.integers(0, 15 * 86400)))
        self._reopened()
        if self._chance(0.3):
            self._reopened()

    def _ask_for_a_rating(self) -> None:
        """Offered; half answer; some change their mind; a comment or a reason with some."""
        self.ticket.set(self.now + HOUR, SYSTEM, "satisfaction_score", "offered")
        if self._chance(0.5):
            return
        rated = self.now + timedelta(hours=2, seconds=int(self.rng.exponential(20 * 3600)))
        is_good = self._chance(1 / (1 + exp(-1.6 + 0.6 * self.ticket.friction)))
        self._rate(rated, is_good)
        if self._chance(0.08):
            self._rate(rated + timedelta(seconds=int(60 + self.rng.exponential(86400))), not is_good)

    def _rate(self, at: datetime, is_good: bool) -> None:
        ticket, who = self.ticket, self.ticket.requester
        ticket.set(at, who, "satisfaction_score", "good" if is_good else "bad")
        if self._chance(0.3):
            ticket.set(at, who, "satisfaction_comment", "Quick and kind." if is_good else "It took too long.")
        if not is_good and self._chance(0.5):
            ticket.set(at, who, "satisfaction_reason_code", "5")

    # --- time and chance ------------------------------------------------------------------------------

    def _someone(self) -> int:
        return agent_id(self.tier, int(self.rng.integers(AGENTS_OF_TIER[self.tier])))

    def _wait(self, hours: float) -> None:
        """On average about `hours`; the phone and the chat answer at once, mail when the schedule is open."""
        self.now += timedelta(seconds=int(30 + 3600 * hours * self.rng.lognormal(-0.3, 0.8)))
        if self.is_live or self._chance(0.05):
            return
        opening = self.clock.opening(self.now)
        if opening > self.now:
            self.now = opening + timedelta(seconds=int(self.rng.integers(60, 5400)))

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability
