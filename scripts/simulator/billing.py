"""Billing lives: customers sign, pay, grow, shrink, pause, leave, return; all of it lands in one Ledger.

What drives them are COEFFICIENTS: the logit of a yearly chance is the event's intercept plus each coefficient times the
customer's usage, friction, success, relationship or fit (world.py) or, for price_raise, 1 where the coming period costs more:
    leave        -2.2 - 0.9 usage + 0.7 friction - 0.5 success - 0.4 relationship - 0.4 fit + 0.8 price_raise
    more_seats   -0.4 + 0.9 usage + 0.3 success         fewer_seats  -2.0 - 0.9 usage + 0.4 friction
    upgrade      -2.2 + 0.8 usage + 0.4 success         downgrade    -3.5 - 0.8 usage - 0.3 success
    buy_add_on   -1.1 + 0.5 usage + 0.4 relationship
Leaving is asked at each period's end. Seats, plan and add-on change at a period's start or, with the share MID_PERIOD of
the chance, within it: then Stripe credits the unused time of the old state and charges the rest of the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from math import exp

from .catalog import (
    ADDON,
    AMOUNT_COUPONS,
    BRIEF,
    MINOR_UNITS,
    PERCENT_COUPONS,
    PLANS,
    PRICES,
    USD_RATE,
    Coupon,
    Price,
    discounted,
)
from .ledger import Discount, Invoice, Item, Ledger, Line, Loss, Period, Spell, Subscription, Term
from .payments import collect
from .settings import Settings, add_months
from .world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRIAL_DAYS = 14
MID_PERIOD = 0.35
# Yearly chances that have no cause, the shares of those who leave within a period and of the late who come back too late, and days of notice.
UNPAID, LATE = 0.016, 0.1
WITHIN_PERIOD, TOO_LATE = 0.15, 0.2
NOTICE_DAYS = (5, 60)
FORESEEN = timedelta(days=180)
DAILY_PAYERS, WEEKLY_PAYERS = 120, 60  # One customer in so many pays by the day, by the week.
PATHS = ("usage", "friction", "success", "relationship")
Span = tuple[datetime, datetime]

# (event, what counts): (its coefficient in the logit of the yearly chance, in words)
COEFFICIENTS = {
    ("leave", "intercept"): (-2.2, "leaving, asked at each period's end"),
    ("leave", "usage"): (-0.9, "per unit of the customer's hidden usage in the period's last month"),
    ("leave", "friction"): (0.7, "per unit of the customer's hidden friction in support in the period's last month"),
    ("leave", "success"): (-0.5, "per unit of how far the customer reaches what the product was bought for"),
    ("leave", "relationship"): (-0.4, "per unit of how well the customer and the vendor know each other"),
    ("leave", "fit"): (-0.4, "per unit of how well the product suits the customer"),
    ("leave", "price_raise"): (0.8, "where the next period is on a dearer price list"),
    ("more_seats", "intercept"): (-0.4, "5 to 35 % more seats"),
    ("more_seats", "usage"): (0.9, "per unit of hidden usage"),
    ("more_seats", "success"): (0.3, "per unit of success"),
    ("fewer_seats", "intercept"): (-2.0, "5 to 40 % fewer seats, where there were not more"),
    ("fewer_seats", "usage"): (-0.9, "per unit of hidden usage"),
    ("fewer_seats", "friction"): (0.4, "per unit of hidden friction in support"),
    ("upgrade", "intercept"): (-2.2, "to the next higher plan"),
    ("upgrade", "usage"): (0.8, "per unit of hidden usage"),
    ("upgrade", "success"): (0.4, "per unit of success"),
    ("downgrade", "intercept"): (-3.5, "to the next lower plan, where there was no upgrade"),
    ("downgrade", "usage"): (-0.8, "per unit of hidden usage"),
    ("downgrade", "success"): (-0.3, "per unit of success"),
    ("buy_add_on", "intercept"): (-1.1, "yearly customers: the add-on as a subscription of its own, once"),
    ("buy_add_on", "usage"): (0.5, "per unit of hidden usage"),
    ("buy_add_on", "relationship"): (0.4, "per unit of relationship"),
}


def price_raise_at(settings: Settings) -> datetime:
    """From this month on the second price list holds for new business, and for most at renewal."""
    return settings.month_starts[min(round(settings.months * 0.55), settings.months - 1)]


def build_ledger(settings: Settings, world: World) -> Ledger:
    ledger = Ledger()
    for customer in world.customers.itertuples():
        if customer.kind != "prospect":
            _Life(settings, world, ledger, customer).live()
    ledger.invoices.sort(key=_when)
    for number, invoice in enumerate(ledger.invoices):
        invoice.number = number
    collect(settings, ledger)
    return ledger


def yearly_chance(event: str, values: dict[str, float]) -> float:
    """The chance of an event in a year; of the values those count that the event has a coefficient of."""
    score = COEFFICIENTS[event, "intercept"][0]
    score += sum(
        COEFFICIENTS[event, name][0] * value for name, value in values.items() if (event, name) in COEFFICIENTS
    )
    return 1 / (1 + exp(-score))


def _when(invoice: Invoice) -> tuple[datetime, int]:
    return invoice.at, invoice.number


def _runs(discount: Discount, at: datetime) -> bool:
    return discount.end is None or at < discount.end


class _Life:
    """One customer's way through signing, periods, endings and returns."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, customer) -> None:
        self.settings, self.ledger, self.customer = settings, ledger, customer
        self.rng = settings.rng("billing", customer.Index)
        self.extras = settings.rng("one-off lines", customer.Index)
        self.paths = {name: getattr(world, name)[customer.Index] for name in PATHS}
        self.raise_at = price_raise_at(settings)
        self.accepts_raise = self.rng.random() < 0.75
        self.currency = customer.currency
        self.interval = self._pick(year=0.66, quarter=0.1, month=0.24)
        if customer.Index % DAILY_PAYERS == 7:
            self.interval = "day"
        elif customer.Index % WEEKLY_PAYERS == 11:
            self.interval = "week"
        self.plan = {
            "SMB": lambda: self._pick(Starter=0.6, Growth=0.35, Scale=0.05),
            "MM": lambda: self._pick(Starter=0.2, Growth=0.6, Scale=0.2),
            "ENT": lambda: self._pick(Growth=0.4, Scale=0.6),
        }[customer.segment]()
        self.seats = int(customer.seats)
        self.has_addon_item = self.interval in ("month", "quarter") and self._chance(0.15)
        self.is_metered = self.interval == "month" and self._chance(0.15)
        self.has_late_prorations = self.interval == "month" and self._chance(0.5)
        self.coupons = self._coupons()
        self.terms: dict[int, Term] = {}  # The latest of each subscription.
        self.renews: Term | None = None
        self.paid_until = self.listed_at = settings.start

    def _yearly(self, event: str, month: int, **values: float) -> float:
        """The chance of an event in a year, for the customer as it is in `month`."""
        return yearly_chance(event, {name: path[month] for name, path in self.paths.items()} | values)

    # --- the story ------------------------------------------------------------------------------------

    def live(self) -> None:
        start = self.customer.signed_at.to_pydatetime()
        has_trial = self.customer.kind == "customer" and self._chance(0.2)
        if not has_trial and self._chance(0.05):
            start = self._fail_to_start(start)
        while start < self.settings.end:
            ending, stop = self._relationship(start, has_trial)
            if ending == "trial":
                break
            if ending == "addon_only":
                left = self._addon(stop + self._days(5, 25), None)
                if left:
                    self.ledger.losses.append(Loss(self.customer.Index, left, is_voluntary=True))
                break
            if ending == "running":
                self._maybe_addon(start, None)
                break
            self.ledger.losses.append(Loss(self.customer.Index, stop, ending == "churned"))
            self._maybe_addon(start, stop)
            if not self._chance(0.3):
                break
            start, has_trial = max(stop, self.paid_until) + self._days(90, 270), False
            self.renews = None
            self._reopen(self._pick(year=0.6, month=0.4))
        self.ledger.currencies[self.customer.Index] = self.currency

    def _fail_to_start(self, start: datetime) -> datetime:
        """The first payment fails, so the subscription expires after 23 hours; the next attempt is the real one."""
        subscription = self._open(start, self._core_prices(start), status="incomplete")
        expired = start + 23 * HOUR
        subscription.change(expired, status="incomplete_expired", ended_at=expired)
        self._bill(subscription, (start, self._nth(subscription, start, 1)), "void", expired)
        return start + self._days(1, 4)

    def _relationship(self, start: datetime, has_trial: bool) -> tuple[str, datetime]:
        """Core subscriptions one after the other, each renewing the one before; how and when the last one ended."""
        ending, stop = self._core(start, has_trial)
        while ending in ("late", "early", "currency"):
            start = stop + self._lateness() if ending == "late" else stop
            if start >= self.settings.end:
                return "running", self.settings.end
            if ending == "currency":
                others = [currency for currency in USD_RATE if currency != self.currency]
                self.currency = str(self.rng.choice(others))
            self._reopen(self.interval)
            ending, stop = self._core(start, has_trial=False)
        return ending, stop

    def _lateness(self) -> timedelta:
        """Most renewals that are late are bridged, some on the last day that counts; a few come too late."""
        when = self._pick(bridged=0.6, last_day=0.2, too_late=TOO_LATE)
        if when == "last_day":
            return timedelta(days=int(self.rng.integers(29, 31)))
        return self._days(5, 25) if when == "bridged" else self._days(32, 50)

    def _core(self, start: datetime, has_trial: bool) -> tuple[str, datetime]:
        subscription = self._open(start, self._core_prices(start), "trialing" if has_trial else "active")
        self.listed_at = start
        if has_trial:
            start = self._try_out(subscription, start)
            if self._chance(0.2):
                subscription.cancel_at_period_end(start, start - self._days(1, 10))
                return "trial", start
            subscription.change(start, status="active")
        resumes = start
        for number, (begin, stop) in enumerate(self._periods(subscription, start)):
            if begin < resumes:
                self._bill(subscription, (begin, stop), "void", begin)
                continue
            if self._happens(UNPAID, subscription):
                return "unpaid", self._go_unpaid(subscription, (begin, stop))
            hole = None
            if number and subscription.interval not in BRIEF and self._happens(0.04, subscription):
                hole = self._pause(subscription, start, number)
                resumes = hole[1]
                if hole[0] == begin:
                    self._bill(subscription, (begin, stop), "void", begin)
                    continue
            self._bill(subscription, (begin, stop), "paid", self._payment(subscription, (begin, stop)))
            self.paid_until = stop
            self.ledger.periods.append(self._period(subscription, start, number))
            if hole:
                self._serve_all(subscription, hole[0], "pause")
                self._resume(subscription, hole[1])
            ending = self._ending(subscription, stop)
            left = begin if hole else self._change_within(subscription, begin, stop)
            if ending in ("churned", "early") and not hole and subscription.interval not in BRIEF:
                cut = self._cut(subscription, ending, left, stop)
                if cut:
                    has_credit = ending == "early" or self._chance(0.5)
                    return ending, self._cancel_at_once(subscription, cut, stop, has_credit)
            self._serve_all(subscription, stop)
            if ending and ending != "early":
                notice = self._days(*NOTICE_DAYS) if ending == "churned" else self._days(2, 10)
                return ending, self._cancel_at_period_end(subscription, stop, max(stop - notice, begin + HOUR))
            if stop < self.settings.end:
                self._evolve(subscription, stop, 1 - MID_PERIOD)
        return "running", self.settings.end

    def _period(self, subscription: Subscription, anchor: datetime, number: int) -> Period:
        begin, stops = self._nth(subscription, anchor, number), [self._nth(subscription, anchor, number + 1)]
        while stops[-1] < stops[0] + FORESEEN:
            stops.append(self._nth(subscription, anchor, number + 1 + len(stops)))
        is_raised = self.accepts_raise or self.customer.signed_at >= self.raise_at
        raise_at = self.raise_at if is_raised else None
        return Period(self.customer.Index, subscription.interval, subscription.months, begin, tuple(stops), raise_at)

    def _maybe_addon(self, since: datetime, cut: datetime | None) -> None:
        """Yearly customers may buy the add-on at any time, as a subscription of its own."""
        if self.currency != self.customer.currency or self.interval != "year":
            return
        if self._chance(self._yearly("buy_add_on", self.settings.month_of(since))):
            bought = since + self._days(20, 500)
            if bought < (cut or self.settings.end):
                self._addon(bought, cut)

    def _addon(self, start: datetime, cut: datetime | None) -> datetime | None:
        """An add-on subscription, stopped without notice with the core service (`cut`); returns its end."""
        if start >= self.settings.end:
            return None
        subscription = self._open(start, [(self._price("Analytics", start), self._addon_seats())])
        for begin, stop in self._periods(subscription, start):
            self._bill(subscription, (begin, stop), "paid", begin + HOUR)
            if cut and cut < stop:
                return self._cancel_at_once(subscription, cut, stop, has_credit=False)
            self._serve_all(subscription, stop)
            if stop == cut or self._happens(0.1, subscription):
                return self._cancel_at_period_end(subscription, stop, max(stop - self._days(5, 40), begin + HOUR))
            if stop < self.settings.end:
                subscription.items[0].price = self._price("Analytics", stop)
        return None

    # --- what can happen within a subscription --------------------------------------------------------

    def _try_out(self, subscription: Subscription, start: datetime) -> datetime:
        subscription.trial_end = start + timedelta(days=TRIAL_DAYS)
        self._bill(subscription, (start, subscription.trial_end), "trial", start)
        self._serve_all(subscription, subscription.trial_end)
        return subscription.trial_end

    def _payment(self, subscription: Subscription, period: Span) -> datetime:
        """Paid within the hour, or past due for some days first."""
        begin, stop = period
        if not self._happens(0.07, subscription):
            return begin + HOUR
        settled = min(begin + self._days(3, 14), stop - HOUR)
        subscription.change(begin + HOUR, status="past_due")
        subscription.change(settled, status="active")
        return settled

    def _go_unpaid(self, subscription: Subscription, period: Span) -> datetime:
        """Two thirds stand unpaid for some days before they are closed, the others are closed at once."""
        begin, stop = period
        lost = min(begin + self._days(14, 21), stop)
        subscription.change(begin + HOUR, status="past_due")
        closed = lost
        if self._chance(2 / 3):
            closed = lost + self._days(3, 6)
            subscription.change(lost, status="unpaid")
        subscription.cancel_now(closed)
        self._bill(subscription, period, "uncollectible", closed)
        self._serve_all(subscription, lost, "non_payment")
        subscription.end_service(lost)
        return lost

    def _pause(self, subscription: Subscription, anchor: datetime, number: int) -> Span:
        """Monthly: one or two whole periods; longer terms: 30 to 50 days somewhere inside."""
        begin = self._nth(subscription, anchor, number)
        if subscription.interval == "month":
            hole = begin, self._nth(subscription, anchor, number + int(self.rng.integers(1, 3)))
            for item in subscription.items:
                self._end_spell(item, begin, "pause")
        else:
            paused = begin + self._days(10, 30 if subscription.interval == "quarter" else 250)
            hole = paused, paused + self._days(30, 50)
        subscription.change(hole[0], pause_collection_behavior="void", pause_collection_resumes_at=hole[1])
        subscription.change(hole[1], pause_collection_behavior=None, pause_collection_resumes_at=None)
        return hole

    def _ending(self, subscription: Subscription, stop: datetime) -> str | None:
        month = self.settings.month_of(stop - DAY)
        price = subscription.items[0].price
        is_raised = self._price(price.plan, stop).version > price.version
        risk = self._yearly(
            "leave",
            month,
            fit=self.customer.fit,
            price_raise=is_raised,
        )
        if self._happens(risk, subscription):
            return "churned"
        if subscription.interval == "year" and self._chance(0.07):
            return "early"
        if subscription.interval not in BRIEF and self._happens(0.02, subscription):
            return "currency"
        if self._happens(LATE, subscription):
            return "addon_only" if self._chance(0.06) else "late"
        return None

    def _cut(self, subscription: Subscription, ending: str, after: datetime, stop: datetime) -> datetime | None:
        """When a subscription stops within its period: some who leave, and all who renew early."""
        if ending == "early":
            early = stop - (self._days(5, 60) if self._chance(0.75) else self._days(95, 150))
            return early if early > after + DAY else None
        return self._between(after + DAY, stop - DAY) if self._chance(WITHIN_PERIOD) else None

    def _cancel_at_once(self, subscription: Subscription, at: datetime, stop: datetime, has_credit: bool) -> datetime:
        lines = [self._proration(item, -1, at, stop) for item in subscription.items if has_credit and item.since]
        self._serve_all(subscription, at)
        subscription.cancel_now(at)
        subscription.end_service(at)
        self._invoice(subscription, at, [*subscription.pending, *lines], "paid", at + HOUR, "subscription_update")
        term = self.terms.get(subscription.number)
        if term:
            term.cancel_requested_at = term.terminated_at = at
        return at

    def _cancel_at_period_end(self, subscription: Subscription, stop: datetime, requested: datetime) -> datetime:
        subscription.cancel_at_period_end(stop, requested)
        self._invoice(subscription, stop, subscription.pending, "paid", stop + HOUR, "subscription_update")
        term = self.terms.get(subscription.number)
        if term:
            term.cancel_requested_at = requested
        return stop

    def _change_within(self, subscription: Subscription, begin: datetime, stop: datetime) -> datetime:
        """Changes at one or two instants of a period; returns the last instant that was looked at."""
        at = begin
        for _ in range(2 if self._chance(0.4) else 1):
            later = self._between(at + DAY, stop - DAY)
            if subscription.interval in BRIEF or not later or later >= self.settings.end:
                break
            at = later
            lines = self._evolve(subscription, at, MID_PERIOD, stop)
            if self.has_late_prorations and stop < self.settings.end:
                subscription.pending += lines
            else:
                self._invoice(subscription, at, lines, "paid", at + HOUR, "subscription_update")
        return at

    def _evolve(
        self,
        subscription: Subscription,
        at: datetime,
        share: float,
        stop: datetime | None = None,
    ) -> list[Line]:
        """Seats, plan, add-on and price list at a period's start, or until `stop` within it: then the prorations."""
        month = self.settings.month_of(at)
        if self._happens(share * self._yearly("more_seats", month), subscription):
            self.seats += max(round(self.seats * self.rng.uniform(0.05, 0.35)), 1)
        elif self._happens(share * self._yearly("fewer_seats", month), subscription):
            self.seats = max(round(self.seats * self.rng.uniform(0.6, 0.95)), 1)
        rank = PLANS.index(self.plan)
        if rank < 2 and self._happens(share * self._yearly("upgrade", month), subscription):
            self.plan = PLANS[rank + 1]
        elif rank and self._happens(share * self._yearly("downgrade", month), subscription):
            self.plan = PLANS[rank - 1]
        if not stop:
            self.listed_at = at
        lines = self._change_addon_item(subscription, at, share, stop)
        for item in subscription.items:
            is_core = item.price.plan in PLANS
            price = self._price(self.plan if is_core else item.price.plan, self.listed_at)
            quantity = self.seats if is_core else item.quantity
            if stop and (price, quantity) != (item.price, item.quantity):
                lines.append(self._proration(item, -1, at, stop))
                self._serve(item, at)
                item.price, item.quantity, item.since = price, quantity, at
                lines.append(self._proration(item, 1, at, stop))
            item.price, item.quantity = price, quantity
        return lines

    def _change_addon_item(
        self, subscription: Subscription, at: datetime, share: float, stop: datetime | None
    ) -> list[Line]:
        """By the month and quarter the add-on is a second item."""
        if subscription.interval not in ("month", "quarter"):
            return []
        addon = next((item for item in subscription.items if item.price.product == ADDON), None)
        if addon and self._happens(0.15 * share, subscription):
            lines = [self._proration(addon, -1, at, stop)] if stop else []
            self._serve(addon, at)
            addon.ended = at
            subscription.items.remove(addon)
            self.has_addon_item = False
            return lines
        if not addon and at < self.raise_at and self._happens(0.2 * share, subscription):
            self.has_addon_item = True
            addon = self._add_item(subscription, self._price("Analytics", at), self._addon_seats(), at)
            if stop:
                addon.since = at
                return [self._proration(addon, 1, at, stop)]
        return []

    # --- records --------------------------------------------------------------------------------------

    def _open(self, at: datetime, prices: list[tuple[Price, int]], status: str = "active") -> Subscription:
        is_core = prices[0][0].plan in PLANS
        subscription = Subscription(
            number=len(self.ledger.subscriptions),
            customer=self.customer.Index,
            interval=prices[0][0].interval,
            currency=self.currency,
            created=at,
            discounts=[
                Discount(coupon, at, add_months(at, coupon.months) if coupon.months else None)
                for coupon in (self.coupons if is_core else ())
            ],
        )
        self.ledger.subscriptions.append(subscription)
        for price, quantity in prices:
            self._add_item(subscription, price, quantity, at)
        subscription.change(at, status=status)
        return subscription

    def _add_item(self, subscription: Subscription, price: Price, quantity: int, at: datetime) -> Item:
        subscription.items.append(Item(next(self.ledger.item_numbers), subscription, price, quantity, at))
        return subscription.items[-1]

    def _bill(self, subscription: Subscription, period: Span, status: str, settled_at: datetime) -> None:
        """The invoice of one period; from its start on, unless void, its items are in service."""
        begin, stop = period
        lines = [self._line(subscription, item, begin, stop, status == "trial") for item in subscription.items]
        reason = "subscription_cycle" if subscription.periods else "subscription_create"
        if status == "void":
            self._invoice(subscription, begin, subscription.pending, "paid", begin + HOUR, "subscription_update")
        elif status != "trial":
            lines += [*subscription.pending, *self._one_off(subscription, begin)]
            for item in subscription.items:
                item.since = begin
        invoice = self._invoice(
            subscription,
            begin,
            [line for line in lines if line],
            "paid" if status == "trial" else status,
            settled_at,
            reason,
        )
        subscription.periods.append(period)
        if status == "void":
            return
        subscription.since = begin
        if status != "trial" and subscription.months >= 3:
            self._agree(subscription, invoice, period)

    def _invoice(
        self,
        subscription: Subscription | None,
        at: datetime,
        lines: list[Line],
        status: str,
        settled_at: datetime,
        reason: str,
    ) -> Invoice | None:
        """Nothing where there is nothing to say. Lines that waited for an invoice wait no longer."""
        if not lines:
            return None
        lines = list(lines)
        if subscription:
            subscription.pending.clear()
        invoice = Invoice(
            number=len(self.ledger.invoices),
            customer=self.customer.Index,
            subscription=subscription,
            currency=subscription.currency if subscription else self.currency,
            at=at,
            status=status,
            settled_at=settled_at,
            reason=reason,
            lines=lines,
        )
        self.ledger.invoices.append(invoice)
        return invoice

    def _agree(self, subscription: Subscription, invoice: Invoice, period: Span) -> None:
        """A term that renews the subscription's last one or, the first of a core subscription, the one before it."""
        licensed = [item for item in subscription.items if not item.price.is_metered]
        is_core = any(item.price.plan in PLANS for item in licensed)
        coupons = [
            discount.coupon
            for discount in subscription.discounts
            if discount.coupon.is_durable and _runs(discount, period[0])
        ]
        net = discounted(sum(item.price.unit_amount * item.quantity for item in licensed), coupons)
        term = Term(
            invoice=invoice,
            products=frozenset(item.price.product for item in licensed),
            start=period[0],
            stop=period[1],
            arr=net * 12 / subscription.months / MINOR_UNITS[subscription.currency],
            currency=subscription.currency,
            predecessor=self.terms.get(subscription.number, self.renews if is_core else None),
        )
        self.ledger.terms.append(term)
        self.terms[subscription.number] = term
        if is_core:
            self.renews = term

    def _serve_all(self, subscription: Subscription, until: datetime, ended_by: str = "") -> None:
        """Service since it last began, up to `until`."""
        self.ledger.access.append((self.customer.Index, subscription.since, until))
        for item in subscription.items:
            self._serve(item, until, ended_by)

    def _resume(self, subscription: Subscription, at: datetime) -> None:
        subscription.since = at
        for item in subscription.items:
            item.since = at

    def _serve(self, item: Item, until: datetime, ended_by: str = "") -> None:
        if item.since and until > item.since and not item.price.is_metered:
            item.last = Spell(
                customer=self.customer.Index,
                subscription=item.subscription,
                item=item,
                price=item.price,
                quantity=item.quantity,
                start=item.since,
                stop=until,
                gross=item.price.unit_amount * item.quantity / item.price.months,
                is_resumed=item.is_paused,
            )
            item.is_paused = False
            self.ledger.spells.append(item.last)
        item.since = None
        if ended_by:
            self._end_spell(item, until, ended_by)

    @staticmethod
    def _end_spell(item: Item, at: datetime, ended_by: str) -> None:
        if item.last and item.last.stop == at:
            item.last.ended_by, item.is_paused = ended_by, ended_by == "pause"

    def _line(
        self, subscription: Subscription, item: Item, begin: datetime, stop: datetime, is_trial: bool
    ) -> Line | None:
        """Licensed items are charged for the period ahead, metered ones for the period before."""
        if not item.price.is_metered:
            amount = 0 if is_trial else item.price.unit_amount * item.quantity
            return Line("recurring", item, item.price, item.quantity, amount, begin, stop)
        if not subscription.periods or is_trial:
            return None
        calls = int(self.rng.lognormal(8, 0.6))
        amount = calls * item.price.unit_amount
        return Line("recurring", item, item.price, calls, amount, *subscription.periods[-1])

    def _proration(self, item: Item, sign: int, at: datetime, stop: datetime) -> Line:
        """The rest of a period, net of percents off: credited (-1) or charged (1)."""
        subscription = item.subscription
        percents = [
            discount.coupon
            for discount in subscription.discounts
            if discount.coupon.percent_off and discount.coupon.duration != "once" and _runs(discount, at)
        ]
        share = (stop - at) / (stop - subscription.periods[-1][0])
        amount = round(discounted(item.price.unit_amount * item.quantity * share, percents))
        return Line("proration", item, item.price, item.quantity, sign * amount, at, stop)

    def _one_off(self, subscription: Subscription, begin: datetime) -> list[Line]:
        """Services and goodwill on a subscription's invoice; some services have an invoice of their own."""
        lines = []
        is_new, is_long = not subscription.periods, subscription.months >= 3
        if is_new and is_long and self.extras.random() < 0.2:
            lines.append(Line("service", None, None, 1, self._minor(1500), begin, begin))
        if is_long and self.extras.random() < 0.08:
            at = begin + timedelta(days=int(self.extras.integers(20, 60)))
            service = Line("service", None, None, 2, 2 * self._minor(450), at, at)
            self._invoice(None, at, [service], "paid", at + HOUR, "manual")
        if not is_new and self.extras.random() < 1 - 0.92 ** (subscription.months / 12):
            goodwill = self._minor(int(self.extras.integers(20, 200)))
            lines.append(Line("goodwill", None, None, 1, -goodwill, begin, begin))
        return lines

    def _minor(self, usd: float) -> int:
        """An amount of USD in minor units of the customer's currency, without decimals."""
        return round(usd / USD_RATE[self.currency]) * MINOR_UNITS[self.currency]

    def _core_prices(self, at: datetime) -> list[tuple[Price, int]]:
        prices = [(self._price(self.plan, at), self.seats)]
        if self.has_addon_item:
            prices.append((self._price("Analytics", at), self._addon_seats()))
        if self.is_metered:
            prices.append((self._price("API call", at), 0))
        return prices

    def _price(self, plan: str, at: datetime) -> Price:
        """Who signed after the raise, or accepts it, pays by the second list from then on."""
        is_new = self.customer.signed_at >= self.raise_at
        version = 2 if at >= self.raise_at and (is_new or self.accepts_raise) else 1
        return PRICES[plan, "month" if plan == "API call" else self.interval, self.currency, version]

    def _addon_seats(self) -> int:
        return max(self.seats // 2, 1)

    def _reopen(self, interval: str) -> None:
        """Terms of a new subscription after an old one: only percents agreed for ever go with it."""
        if interval != "month":
            self.is_metered = False
        if interval not in ("month", "quarter"):
            self.has_addon_item = False
        self.interval = interval
        self.coupons = [coupon for coupon in self.coupons if coupon.duration == "forever" and coupon.percent_off]

    def _coupons(self) -> list[Coupon]:
        """Two thirds pay list price; a few hold two coupons, of which one may be an amount off each invoice."""
        if not self._chance(0.35):
            return []
        amount = AMOUNT_COUPONS.get((self.currency, self.interval), PERCENT_COUPONS[0])
        kinds = (*PERCENT_COUPONS, amount)
        held = self.rng.choice(
            len(kinds), 2 if self._chance(0.25) else 1, replace=False, p=(0.2, 0.15, 0.25, 0.15, 0.1, 0.15)
        )
        return [kinds[n] for n in sorted(held)]

    # --- chance ---------------------------------------------------------------------------------------

    def _nth(self, subscription: Subscription, anchor: datetime, number: int) -> datetime:
        """Start of the n-th period after `anchor`."""
        if subscription.interval in BRIEF:
            return anchor + number * timedelta(days=1 if subscription.interval == "day" else 7)
        return add_months(anchor, number * int(subscription.months))

    def _periods(self, subscription: Subscription, anchor: datetime) -> Iterator[Span]:
        """Service periods from `anchor` on that start inside the window."""
        for number in count():
            begin = self._nth(subscription, anchor, number)
            if begin >= self.settings.end:
                return
            yield begin, self._nth(subscription, anchor, number + 1)

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def _happens(self, yearly: float, subscription: Subscription) -> bool:
        """Whether something of a `yearly` chance happens in one of the subscription's periods."""
        return self._chance(1 - (1 - yearly) ** (subscription.months / 12))

    def _pick(self, **weights: float) -> str:
        return str(self.rng.choice(list(weights), p=list(weights.values())))

    def _days(self, low: int, high: int) -> timedelta:
        return timedelta(days=int(self.rng.integers(low, high + 1)), seconds=int(self.rng.integers(0, 3600)))

    def _between(self, low: datetime, high: datetime) -> datetime | None:
        seconds = int((high - low).total_seconds())
        return low + timedelta(seconds=int(self.rng.integers(0, seconds))) if seconds > 0 else None
