"""The ledger as Fivetran's Stripe connector lands it (amounts in minor units, times UTC)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, pairwise
from json import dumps

import pandas as pd

from .billing import price_raise_at
from .catalog import AMOUNT_COUPONS, PERCENT_COUPONS, PRICES, PRODUCTS, TAX_RATE, Coupon, discounted
from .fivetran import FOREVER, JUST_BEFORE, LAG
from .ledger import Invoice, Ledger, Subscription
from .settings import Settings
from .world import World


def stripe_tables(settings: Settings, world: World, ledger: Ledger) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(rows) for name, rows in _Stripe(settings, world, ledger).tables().items()}


class _Stripe:
    """Rows of each table; every row was created before the window's end."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger) -> None:
        self.settings, self.customers, self.ledger = settings, world.customers, ledger
        self.invoices = [invoice for invoice in ledger.invoices if invoice.at < settings.end]
        self.subscription_ids = [self._id("sub", n) for n in range(len(ledger.subscriptions))]
        self.price_ids = {price: self._id("price", price.number) for price in PRICES.values()}
        self.product_ids = {name: self._id("prod", n) for n, name in enumerate(PRODUCTS)}

    def tables(self) -> dict[str, list[dict]]:
        invoices, lines = self._billed()
        return {
            "customer": list(self._customer()),
            "product": list(self._product()),
            "price": list(self._price()),
            "coupon": list(self._coupon()),
            "subscription_history": [row for sub in self.ledger.subscriptions for row in self._history(sub)],
            "subscription_item": [row for sub in self.ledger.subscriptions for row in self._items(sub)],
            "subscription_discount": [row for sub in self.ledger.subscriptions for row in self._discounts(sub)],
            "invoice": invoices,
            "invoice_line_item": lines,
        }

    def _id(self, prefix: str, number: int) -> str:
        return f"{prefix}_{self.settings.token(prefix, number)}"

    def _customer(self) -> Iterator[dict]:
        delinquent = {invoice.subscription.customer for invoice in self.invoices if self._status(invoice) == "open"}
        for number in sorted({subscription.customer for subscription in self.ledger.subscriptions}):
            row = self.customers.loc[number]
            is_linked, account = pd.notna(row["stripe_account_id"]), row["stripe_account_id"]
            yield {
                "id": row["stripe_id"],
                "created": row["signed_at"].to_pydatetime(),
                "email": f"billing@{row['domain']}"
                if is_linked
                else f"owner.{row['stripe_id'][-8:]}@gmail.com".lower(),
                "name": row["name"],
                "currency": row["currency"],
                "delinquent": number in delinquent,
                "is_deleted": False,
                "livemode": True,
                "metadata": dumps({"salesforce_account_id": account}) if is_linked else None,
            }

    def _product(self) -> Iterator[dict]:
        for name, number in self.product_ids.items():
            yield {
                "id": number,
                "name": name,
                "active": True,
                "created": self.settings.start,
                "is_deleted": False,
                "livemode": True,
                "type": "service",
            }

    def _price(self) -> Iterator[dict]:
        for price, number in self.price_ids.items():
            interval = "month" if price.interval == "quarter" else price.interval
            yield {
                "id": number,
                "product_id": self.product_ids[price.product],
                "nickname": price.plan,
                "active": price.version == 2,
                "billing_scheme": "per_unit",
                "created": price_raise_at(self.settings) if price.version == 2 else self.settings.start,
                "currency": price.currency,
                "is_deleted": False,
                "livemode": True,
                "recurring_interval": interval,
                "recurring_interval_count": 3 if price.interval == "quarter" else 1,
                "recurring_usage_type": "metered" if price.is_metered else "licensed",
                "recurring_aggregate_usage": "sum" if price.is_metered else None,
                "type": "recurring",
                "unit_amount": price.unit_amount,
                "unit_amount_decimal": str(price.unit_amount),
            }

    def _coupon(self) -> Iterator[dict]:
        for coupon in (*PERCENT_COUPONS, *AMOUNT_COUPONS.values()):
            yield {
                "id": coupon.id,
                "name": coupon.id.replace("-", " ").title(),
                "percent_off": coupon.percent_off,
                "amount_off": coupon.amount_off,
                "currency": coupon.currency,
                "duration": coupon.duration,
                "duration_in_months": coupon.months,
                "valid": True,
                "created": self.settings.start,
                "livemode": True,
            }

    # --- subscriptions --------------------------------------------------------------------------------

    def _history(self, subscription: Subscription) -> Iterator[dict]:
        """One row per change of status, pause or cancellation; changes of one instant are one row."""
        changes = sorted((change for change in subscription.changes if change[0] < self.settings.end), key=_when)
        versions = [(at, [fields for _, fields in group]) for at, group in groupby(changes, key=_when)]
        state = {"cancel_at_period_end": False, **self._facts(subscription)}
        for (at, updates), (following, _) in pairwise([*versions, (None, [])]):
            for fields in updates:
                state |= fields
            start, stop = _period_at(subscription, following or self.settings.end)
            yield {
                **state,
                "_fivetran_start": at,
                "_fivetran_end": following - JUST_BEFORE if following else FOREVER,
                "_fivetran_active": following is None,
                "_fivetran_synced": at + LAG,
                "current_period_start": start,
                "current_period_end": stop,
            }

    def _facts(self, subscription: Subscription) -> dict:
        """What of a subscription never changes; `quantity` only where there is one item, as in Stripe."""
        items = subscription.items
        return {
            "id": self.subscription_ids[subscription.number],
            "customer_id": self.customers.at[subscription.customer, "stripe_id"],
            "created": subscription.created,
            "start_date": subscription.created,
            "billing_cycle_anchor": subscription.trial_end or subscription.created,
            "trial_start": subscription.created if subscription.trial_end else None,
            "trial_end": subscription.trial_end,
            "quantity": items[0].quantity if len(items) == 1 else None,
            "livemode": True,
            "metadata": "{}",
        }

    def _items(self, subscription: Subscription) -> Iterator[dict]:
        start, stop = _period_at(subscription, self.settings.end)
        for item in subscription.items:
            yield {
                "id": self._id("si", item.number),
                "subscription_id": self.subscription_ids[subscription.number],
                "plan_id": self.price_ids[item.price],
                "quantity": None if item.price.is_metered else item.quantity,
                "created": item.created,
                "current_period_start": start,
                "current_period_end": stop,
                "metadata": "{}",
            }

    def _discounts(self, subscription: Subscription) -> Iterator[dict]:
        for rank, discount in enumerate(subscription.discounts):
            yield {
                "id": self._id("di", 2 * subscription.number + rank),
                "subscription_id": self.subscription_ids[subscription.number],
                "customer_id": self.customers.at[subscription.customer, "stripe_id"],
                "coupon_id": discount.coupon.id,
                "start": discount.start,
                "end": discount.end,
            }

    # --- invoices -------------------------------------------------------------------------------------

    def _billed(self) -> tuple[list[dict], list[dict]]:
        """Invoices and their lines. An invoice's own period is the one before, its lines' that of service."""
        invoices, lines = [], []
        numbers: dict[int, int] = {}
        billed_before: dict[int, datetime] = {}
        once_used: set[int] = set()
        for invoice in self.invoices:
            subscription = invoice.subscription
            numbers[subscription.customer] = numbers.get(subscription.customer, 0) + 1
            subtotal = sum(line.amount for line in invoice.lines)
            coupons = _coupons_of(invoice, has_used_once=subscription.number in once_used)
            if subtotal:
                once_used.add(subscription.number)
            net = round(discounted(subtotal, coupons))
            tax = round(net * TAX_RATE[subscription.currency])
            status = self._status(invoice)
            paid = net + tax if status == "paid" else 0
            stripe_id = self.customers.at[subscription.customer, "stripe_id"]
            invoices.append(
                {
                    "id": self._id("in", invoice.number),
                    "customer_id": stripe_id,
                    "subscription_id": self.subscription_ids[subscription.number],
                    "number": f"{stripe_id[4:12].upper()}-{numbers[subscription.customer]:04d}",
                    "created": invoice.at,
                    "date": invoice.at,
                    "period_start": billed_before.get(subscription.number, invoice.at),
                    "period_end": invoice.at,
                    "status": status,
                    "billing_reason": (
                        "subscription_cycle" if subscription.number in billed_before else "subscription_create"
                    ),
                    "currency": subscription.currency,
                    "subtotal": subtotal,
                    "tax": tax,
                    "total": net + tax,
                    "amount_due": net + tax,
                    "amount_paid": paid,
                    "amount_remaining": net + tax - paid,
                    "paid": status == "paid",
                    "is_deleted": False,
                    "livemode": True,
                    "status_transitions_paid_at": invoice.settled_at if status == "paid" else None,
                }
            )
            billed_before[subscription.number] = invoice.at
            lines += self._lines(invoice, first_number=len(lines))
        return invoices, lines

    def _status(self, invoice: Invoice) -> str:
        return invoice.status if invoice.settled_at < self.settings.end else "open"

    def _lines(self, invoice: Invoice, first_number: int) -> Iterator[dict]:
        for number, line in enumerate(invoice.lines, first_number):
            yield {
                "id": self._id("il", number),
                "unique_id": self._id("il_uniq", number),
                "invoice_id": self._id("in", invoice.number),
                "subscription_id": self.subscription_ids[invoice.subscription.number],
                "subscription_item_id": self._id("si", line.item.number),
                "price_id": self.price_ids[line.price],
                "plan_id": self.price_ids[line.price],
                "quantity": line.quantity,
                "amount": line.amount,
                "currency": line.price.currency,
                "period_start": line.start,
                "period_end": line.stop,
                "type": "subscription",
                "proration": False,
                "discountable": True,
                "description": f"{line.quantity} x {line.price.plan}",
                "livemode": True,
                "metadata": "{}",
            }


def _when(change: tuple[datetime, dict]) -> datetime:
    return change[0]


def _period_at(subscription: Subscription, before: datetime) -> tuple[datetime, datetime]:
    """The latest period that started before an instant."""
    return next(period for period in reversed(subscription.periods) if period[0] < before)


def _coupons_of(invoice: Invoice, has_used_once: bool) -> list[Coupon]:
    """What an invoice is reduced by: every coupon in force, a `once` coupon only on the first paid one."""
    return [
        discount.coupon
        for discount in invoice.subscription.discounts
        if invoice.at < (discount.end or FOREVER) and not (discount.coupon.duration == "once" and has_used_once)
    ]
