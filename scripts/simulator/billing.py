"""Billing lives: customers sign, pay, grow, shrink, pause, leave, return; all of it lands in one Ledger.

Yearly risk of leaving, asked at each period's end and scaled to the period's length:
    logit = -2.1 - 0.9 usage + 0.7 friction - 0.4 fit + 0.8 (price raised at this renewal)
Yearly chance of more seats: logit = -0.4 + 0.9 usage; of fewer: logit = -2.0 - 0.9 usage + 0.4 friction.
Quantity and plan change only where an invoice period starts, so there are no proration lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from math import exp

from .catalog import ADDON, AMOUNT_COUPONS, PERCENT_COUPONS, PLANS, PRICES, Coupon, Price
from .ledger import Discount, Invoice, Item, Ledger, Line, Loss, Spell, Subscription
from .settings import Settings, add_months
from .world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRIAL_DAYS = 14
Hole = tuple[datetime, datetime]


def price_raise_at(settings: Settings) -> datetime:
    """From this month on the second price list holds for new business, and for most at renewal."""
    return settings.month_starts[min(round(settings.months * 0.55), settings.months - 1)]


def build_ledger(settings: Settings, world: World) -> Ledger:
    ledger = Ledger()
    for customer in world.customers.itertuples():
        if customer.kind != "prospect":
            _Life(settings, world, ledger, customer).live()
    return ledger


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-score))


class _Life:
    """One customer's way through signing, periods, endings and returns."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, customer) -> None:
        self.settings, self.ledger, self.customer = settings, ledger, customer
        self.rng = settings.rng("billing", customer.Index)
        self.usage, self.friction = world.usage[customer.Index], world.friction[customer.Index]
        self.raise_at = price_raise_at(settings)
        self.accepts_raise = self.rng.random() < 0.75
        self.interval = self._pick(year=0.66, quarter=0.1, month=0.24)
        self.plan = {
            "SMB": lambda: self._pick(Starter=0.6, Growth=0.35, Scale=0.05),
            "MM": lambda: self._pick(Starter=0.2, Growth=0.6, Scale=0.2),
            "ENT": lambda: self._pick(Growth=0.4, Scale=0.6),
        }[customer.segment]()
        self.seats = int(customer.seats)
        self.has_addon_item = self.interval != "year" and self._chance(0.15)
        self.is_metered = self.interval == "month" and self._chance(0.15)
        self.coupons = self._coupons()

    # --- the story ------------------------------------------------------------------------------------

    def live(self) -> None:
        start = self.customer.signed_at.to_pydatetime()
        has_trial = self.customer.kind == "customer" and self._chance(0.2)
        while start < self.settings.end:
            ending, stop = self._relationship(start, has_trial)
            if ending == "trial":
                return
            if ending == "addon_only":
                left = self._addon(stop + self._days(5, 25), None)
                if left:
                    self.ledger.losses.append(Loss(self.customer.Index, left, is_voluntary=True))
                return
            if ending == "running":
                self._maybe_addon(start, None)
                return
            self.ledger.losses.append(Loss(self.customer.Index, stop, ending == "churned"))
            self._maybe_addon(start, stop)
            if not self._chance(0.3):
                return
            start, has_trial = stop + self._days(90, 270), False
            self._reopen(self._pick(year=0.6, month=0.4))

    def _relationship(self, start: datetime, has_trial: bool) -> tuple[str, datetime]:
        """Core subscriptions one after the other, each renewed late; how and when the last one ended."""
        ending, stop = self._core(start, has_trial)
        while ending == "late":
            self._reopen(self.interval)
            start = stop + self._days(5, 25)
            if start >= self.settings.end:
                return "running", self.settings.end
            ending, stop = self._core(start, has_trial=False)
        return ending, stop

    def _core(self, start: datetime, has_trial: bool) -> tuple[str, datetime]:
        subscription = self._open(start, self._core_prices(start), has_trial)
        if has_trial:
            start = subscription.trial_end
            if self._chance(0.2):
                subscription.cancel_at_period_end(start, start - self._days(1, 10))
                return "trial", start
            subscription.change(start, status="active")
        resumes = start
        for number, (begin, stop) in enumerate(self._periods(subscription, start)):
            if begin < resumes:
                self._bill(subscription, begin, stop, "void", begin)
                continue
            if self._happens(0.016, subscription):
                return "unpaid", self._go_unpaid(subscription, begin, stop)
            hole = None
            if number and self._happens(0.04, subscription):
                hole = self._pause(subscription, begin)
                resumes = hole[1]
            if hole and hole[0] == begin:
                self._bill(subscription, begin, stop, "void", begin)
                continue
            self._bill(subscription, begin, stop, "paid", self._payment(subscription, begin), hole=hole)
            ending = self._ending(subscription, stop)
            if ending:
                notice = self._days(5, 60) if ending == "churned" else self._days(2, 10)
                subscription.cancel_at_period_end(stop, max(stop - notice, begin + HOUR))
                return ending, stop
            if stop < self.settings.end:
                self._evolve(subscription, stop)
        return "running", self.settings.end

    def _maybe_addon(self, since: datetime, cut: datetime | None) -> None:
        """Yearly customers may buy the add-on at any time, as a subscription of its own."""
        if self.interval == "year" and self._chance(0.25 + 0.1 * self.usage[self.settings.month_of(since)]):
            bought = since + self._days(20, 500)
            if bought < (cut or self.settings.end):
                self._addon(bought, cut)

    def _addon(self, start: datetime, cut: datetime | None) -> datetime | None:
        """An add-on subscription, stopped without notice with the core service (`cut`); returns its end."""
        if start >= self.settings.end:
            return None
        subscription = self._open(start, [(self._price("Analytics", start), self._addon_seats())])
        for begin, stop in self._periods(subscription, start):
            served_until = min(stop, cut or stop)
            self._bill(subscription, begin, stop, "paid", begin + HOUR, served_until=served_until)
            if served_until < stop:
                subscription.cancel_now(cut)
                subscription.end_service(cut)
                return cut
            if stop == cut or self._happens(0.1, subscription):
                subscription.cancel_at_period_end(stop, max(stop - self._days(5, 40), begin + HOUR))
                return stop
            if stop < self.settings.end:
                subscription.items[0].price = self._price("Analytics", stop)
        return None

    # --- what can happen within a subscription --------------------------------------------------------

    def _payment(self, subscription: Subscription, begin: datetime) -> datetime:
        """Paid within the hour, or past due for some days first."""
        if not self._happens(0.07, subscription):
            return begin + HOUR
        settled = begin + self._days(3, 14)
        subscription.change(begin + HOUR, status="past_due")
        subscription.change(settled, status="active")
        return settled

    def _go_unpaid(self, subscription: Subscription, begin: datetime, stop: datetime) -> datetime:
        unpaid = begin + self._days(14, 21)
        closed = unpaid + self._days(3, 6)
        subscription.change(begin + HOUR, status="past_due")
        subscription.change(unpaid, status="unpaid")
        subscription.cancel_now(closed)
        self._bill(subscription, begin, stop, "uncollectible", closed, served_until=unpaid)
        subscription.end_service(unpaid)
        return unpaid

    def _pause(self, subscription: Subscription, begin: datetime) -> Hole:
        """Monthly: one or two whole periods; longer terms: 30 to 50 days somewhere inside."""
        if subscription.interval == "month":
            hole = begin, add_months(begin, int(self.rng.integers(1, 3)))
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
        risk = _logistic(
            -2.1 - 0.9 * self.usage[month] + 0.7 * self.friction[month] - 0.4 * self.customer.fit + 0.8 * is_raised
        )
        if self._happens(risk, subscription):
            return "churned"
        if self._chance(0.08 if subscription.months > 1 else 0.006):
            return "addon_only" if self._chance(0.08) else "late"
        return None

    def _evolve(self, subscription: Subscription, at: datetime) -> None:
        """Seats, plan, add-on and price list at the start of the next period."""
        month = self.settings.month_of(at)
        usage, friction = self.usage[month], self.friction[month]
        if self._happens(_logistic(-0.4 + 0.9 * usage), subscription):
            self.seats += max(round(self.seats * self.rng.uniform(0.05, 0.35)), 1)
        elif self._happens(_logistic(-2.0 - 0.9 * usage + 0.4 * friction), subscription):
            self.seats = max(round(self.seats * self.rng.uniform(0.6, 0.95)), 1)
        rank = PLANS.index(self.plan)
        if rank < 2 and self._happens(_logistic(-2.2 + 0.8 * usage), subscription):
            self.plan = PLANS[rank + 1]
        elif rank and self._happens(_logistic(-3.5 - 0.8 * usage), subscription):
            self.plan = PLANS[rank - 1]
        self._change_addon_item(subscription, at)
        for item in subscription.items:
            plan = self.plan if item.price.plan in PLANS else item.price.plan
            item.price = self._price(plan, at)
            if item.price.plan in PLANS:
                item.quantity = self.seats

    def _change_addon_item(self, subscription: Subscription, at: datetime) -> None:
        """Where the core is not yearly the add-on is a second item; once dropped it stays away."""
        if subscription.interval == "year":
            return
        addon = next((item for item in subscription.items if item.price.product == ADDON), None)
        if addon and self._happens(0.1, subscription):
            addon.ended = at
            subscription.items.remove(addon)
            self.has_addon_item = False
        elif not addon and at < self.raise_at and self._happens(0.12, subscription):
            self.has_addon_item = True
            self._add_item(subscription, self._price("Analytics", at), self._addon_seats(), at)

    # --- records --------------------------------------------------------------------------------------

    def _open(self, at: datetime, prices: list[tuple[Price, int]], has_trial: bool = False) -> Subscription:
        is_core = prices[0][0].plan in PLANS
        subscription = Subscription(
            number=len(self.ledger.subscriptions),
            customer=self.customer.Index,
            interval=prices[0][0].interval,
            currency=self.customer.currency,
            created=at,
            discounts=[
                Discount(coupon, at, add_months(at, coupon.months) if coupon.months else None)
                for coupon in (self.coupons if is_core else ())
            ],
        )
        self.ledger.subscriptions.append(subscription)
        for price, quantity in prices:
            self._add_item(subscription, price, quantity, at)
        subscription.change(at, status="trialing" if has_trial else "active")
        if has_trial:
            subscription.trial_end = at + timedelta(days=TRIAL_DAYS)
            self._bill(subscription, at, subscription.trial_end, "trial", at)
        return subscription

    def _add_item(self, subscription: Subscription, price: Price, quantity: int, at: datetime) -> None:
        subscription.items.append(Item(next(self.ledger.item_numbers), price, quantity, at))

    def _bill(
        self,
        subscription: Subscription,
        begin: datetime,
        stop: datetime,
        status: str,
        settled_at: datetime,
        served_until: datetime | None = None,
        hole: Hole | None = None,
    ) -> None:
        """One invoice for one period, and what of it counts as service."""
        lines = [self._line(subscription, item, begin, stop, status == "trial") for item in subscription.items]
        self.ledger.invoices.append(
            Invoice(
                number=len(self.ledger.invoices),
                subscription=subscription,
                at=begin,
                status="paid" if status == "trial" else status,
                settled_at=settled_at,
                lines=[line for line in lines if line],
            )
        )
        subscription.periods.append((begin, stop))
        if status == "void":
            return
        until = served_until or stop
        served = [(begin, hole[0]), (hole[1], until)] if hole else [(begin, until)]
        self.ledger.access += [(self.customer.Index, *stretch) for stretch in served]
        if status != "trial":
            self.ledger.spells += [
                Spell(
                    self.customer.Index,
                    subscription,
                    item,
                    item.price,
                    *stretch,
                    item.price.unit_amount * item.quantity / item.price.months,
                )
                for item in subscription.items
                if not item.price.is_metered
                for stretch in served
            ]

    def _line(
        self, subscription: Subscription, item: Item, begin: datetime, stop: datetime, is_trial: bool
    ) -> Line | None:
        """Licensed items are charged for the period ahead, metered ones for the period before."""
        if not item.price.is_metered:
            amount = 0 if is_trial else item.price.unit_amount * item.quantity
            return Line(item, item.price, item.quantity, amount, begin, stop)
        if not subscription.periods or is_trial:
            return None
        calls = int(self.rng.lognormal(8, 0.6))
        return Line(item, item.price, calls, calls * item.price.unit_amount, *subscription.periods[-1])

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
        return PRICES[plan, "month" if plan == "API call" else self.interval, self.customer.currency, version]

    def _addon_seats(self) -> int:
        return max(self.seats // 2, 1)

    def _reopen(self, interval: str) -> None:
        """Terms of a new subscription after an old one: only percents agreed for ever go with it."""
        if interval != "month":
            self.is_metered = False
        if interval == "year":
            self.has_addon_item = False
        self.interval = interval
        self.coupons = [coupon for coupon in self.coupons if coupon.duration == "forever" and coupon.percent_off]

    def _coupons(self) -> list[Coupon]:
        """Two thirds pay list price; a few hold two coupons."""
        if not self._chance(0.35):
            return []
        amount = AMOUNT_COUPONS[self.customer.currency, self.interval]
        kinds = (*PERCENT_COUPONS, amount)
        held = self.rng.choice(
            len(kinds), 2 if self._chance(0.2) else 1, replace=False, p=(0.2, 0.15, 0.25, 0.15, 0.1, 0.15)
        )
        return [kinds[n] for n in sorted(held)]

    # --- chance ---------------------------------------------------------------------------------------

    def _periods(self, subscription: Subscription, anchor: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Service periods from `anchor` on that start inside the window."""
        for number in count():
            begin = add_months(anchor, number * subscription.months)
            if begin >= self.settings.end:
                return
            yield begin, add_months(anchor, (number + 1) * subscription.months)

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def _happens(self, yearly: float, subscription: Subscription) -> bool:
        """Whether something of a `yearly` chance happens in one of the subscription's periods."""
        return self._chance(1 - (1 - yearly) ** (subscription.months / 12))

    def _pick(self, **weights: float) -> str:
        return str(self.rng.choice(list(weights), p=list(weights.values())))

    def _days(self, low: int, high: int) -> timedelta:
        return timedelta(days=int(self.rng.integers(low, high + 1)), seconds=int(self.rng.integers(0, 3600)))
