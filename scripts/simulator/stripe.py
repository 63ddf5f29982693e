"""The ledger as Fivetran's Stripe connector lands it (amounts in minor units, times UTC)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count, groupby, pairwise
from json import dumps

import pandas as pd

from .billing import price_raise_at
from .catalog import AMOUNT_COUPONS, INTERVALS, PERCENT_COUPONS, PRICES, PRODUCTS
from .fivetran import FOREVER, JUST_BEFORE, LAG
from .ledger import Charge, CreditNote, Invoice, Ledger, Line, Subscription
from .settings import Settings
from .world import World


def stripe_tables(settings: Settings, world: World, ledger: Ledger) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(rows) for name, rows in _Stripe(settings, world, ledger).tables().items()}


class _Stripe:
    """Rows of each table; every row was created before the window's end."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger) -> None:
        self.settings, self.customers, self.ledger = settings, world.customers, ledger
        self.stripe_ids = world.customers["stripe_id"].to_list()
        self.invoices = [invoice for invoice in ledger.invoices if invoice.at < settings.end]
        self.subscription_ids = [self._id("sub", n) for n in range(len(ledger.subscriptions))]
        self.price_ids = {price: self._id("price", price.number) for price in PRICES.values()}
        self.charge_ids = {id(charge): self._id("ch", n) for n, charge in enumerate(ledger.charges)}
        self.refund_ids = {id(refund): self._id("re", n) for n, refund in enumerate(ledger.refunds)}
        self.product_ids = {name: self._id("prod", n) for n, name in enumerate(PRODUCTS)}

    def tables(self) -> dict[str, list[dict]]:
        subscriptions = self.ledger.subscriptions
        return {
            "customer": list(self._customer()),
            "product": list(self._product()),
            "price": list(self._price()),
            "coupon": list(self._coupon()),
            "subscription_history": [row for subscription in subscriptions for row in self._history(subscription)],
            "subscription_item": [row for subscription in subscriptions for row in self._items(subscription)],
            "subscription_discount": [row for subscription in subscriptions for row in self._discounts(subscription)],
            "invoice": list(self._invoice()),
            "invoice_line_item": list(self._lines()),
            "charge": [self._charge(charge) for charge in self.ledger.charges],
            "refund": list(self._refund()),
            "credit_note": [self._credit_note(number, note) for number, note in enumerate(self.ledger.credit_notes)],
            "credit_note_line_item": list(self._credit_note_line()),
        }

    def _id(self, prefix: str, number: int) -> str:
        return f"{prefix}_{self.settings.token(prefix, number)}"

    def _customer(self) -> Iterator[dict]:
        delinquent = {invoice.customer for invoice in self.invoices if self._status(invoice) == "open"}
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
                "currency": self.ledger.currencies[number],
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
            interval, interval_count, *_ = INTERVALS[price.interval]
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
                "recurring_interval_count": interval_count,
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
            "customer_id": self.stripe_ids[subscription.customer],
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
                "customer_id": self.stripe_ids[subscription.customer],
                "coupon_id": discount.coupon.id,
                "start": discount.start,
                "end": discount.end,
            }

    # --- invoices -------------------------------------------------------------------------------------

    def _invoice(self) -> Iterator[dict]:
        """A cycle's invoice says the period before as its own; its lines' periods are those of service."""
        numbers: dict[int, int] = {}
        billed_before: dict[int | None, datetime] = {}
        paid_by = {charge.invoice.number: self.charge_ids[id(charge)] for charge in self.ledger.charges}
        for invoice in self.invoices:
            subscription, stripe_id = invoice.subscription, self.stripe_ids[invoice.customer]
            numbers[invoice.customer] = numbers.get(invoice.customer, 0) + 1
            status = self._status(invoice)
            paid = invoice.due if status == "paid" else 0
            is_cycle = invoice.reason == "subscription_cycle"
            yield {
                "id": self._id("in", invoice.number),
                "customer_id": stripe_id,
                "subscription_id": self.subscription_ids[subscription.number] if subscription else None,
                "charge_id": paid_by.get(invoice.number),
                "number": f"{stripe_id[4:12].upper()}-{numbers[invoice.customer]:04d}",
                "created": invoice.at,
                "date": invoice.at,
                "period_start": billed_before[subscription.number] if is_cycle else invoice.at,
                "period_end": invoice.at,
                "status": status,
                "billing_reason": invoice.reason,
                "currency": invoice.currency,
                "subtotal": invoice.subtotal,
                "tax": invoice.tax,
                "total": invoice.total,
                "starting_balance": invoice.starting_balance,
                "ending_balance": invoice.ending_balance,
                "amount_due": invoice.due,
                "amount_paid": paid,
                "amount_remaining": invoice.due - paid,
                "paid": status == "paid",
                "is_deleted": False,
                "livemode": True,
                "status_transitions_paid_at": invoice.settled_at if status == "paid" else None,
                "status_transitions_voided_at": invoice.settled_at if status == "void" else None,
            }
            if subscription and invoice.reason != "subscription_update":
                billed_before[subscription.number] = invoice.at

    def _status(self, invoice: Invoice) -> str:
        return invoice.status if invoice.settled_at < self.settings.end else "open"

    def _lines(self) -> Iterator[dict]:
        numbers = count()
        for invoice in self.invoices:
            for line in invoice.lines:
                number = next(numbers)
                price_id = self.price_ids[line.price] if line.price else None
                yield {
                    "id": self._id("il", number),
                    "unique_id": self._id("il_uniq", number),
                    "invoice_id": self._id("in", invoice.number),
                    "invoice_item_id": None if line.kind == "recurring" else self._id("ii", number),
                    "subscription_id": self.subscription_ids[invoice.subscription.number]
                    if invoice.subscription
                    else None,
                    "subscription_item_id": self._id("si", line.item.number) if line.item else None,
                    "price_id": price_id,
                    "plan_id": price_id,
                    "quantity": line.quantity,
                    "amount": line.amount,
                    "currency": invoice.currency,
                    "period_start": line.start,
                    "period_end": line.stop,
                    "type": "subscription" if line.kind == "recurring" else "invoiceitem",
                    "proration": line.kind == "proration",
                    "discountable": line.kind == "recurring",
                    "description": _description(line),
                    "livemode": True,
                    "metadata": "{}" if line.item else dumps({"kind": line.kind}),
                }

    # --- payments -------------------------------------------------------------------------------------

    def _charge(self, charge: Charge) -> dict:
        return {
            "id": self.charge_ids[id(charge)],
            "customer_id": self.stripe_ids[charge.invoice.customer],
            "invoice_id": self._id("in", charge.invoice.number),
            "amount": charge.amount,
            "amount_refunded": charge.refunded,
            "captured": charge.is_paid,
            "created": charge.at,
            "currency": charge.invoice.currency,
            "description": "Subscription update" if charge.invoice.subscription else "Invoice",
            "failure_code": None if charge.is_paid else "card_declined",
            "failure_message": None if charge.is_paid else "Your card was declined.",
            "livemode": True,
            "metadata": "{}",
            "paid": charge.is_paid,
            "refunded": charge.refunded == charge.amount,
            "status": "succeeded" if charge.is_paid else "failed",
        }

    def _refund(self) -> Iterator[dict]:
        for refund in self.ledger.refunds:
            yield {
                "id": self.refund_ids[id(refund)],
                "charge_id": self.charge_ids[id(refund.charge)],
                "amount": refund.amount,
                "created": refund.at,
                "currency": refund.charge.invoice.currency,
                "metadata": "{}",
                "reason": refund.reason,
                "status": "succeeded",
            }

    def _credit_note(self, number: int, note: CreditNote) -> dict:
        return {
            "id": self._id("cn", number),
            "invoice_id": self._id("in", note.invoice.number),
            "refund_id": self.refund_ids[id(note.refund)] if note.refund else None,
            "amount": note.amount,
            "created": note.at,
            "currency": note.invoice.currency,
            "discount_amount": 0,
            "subtotal": note.amount,
            "total": note.amount,
            "livemode": True,
            "memo": note.memo,
            "metadata": "{}",
            "number": f"CN-{number + 1:05d}",
            "reason": note.reason,
            "status": "issued",
            "type": "post_payment",
        }

    def _credit_note_line(self) -> Iterator[dict]:
        for number, note in enumerate(self.ledger.credit_notes):
            yield {
                "id": self._id("cnli", number),
                "credit_note_id": self._id("cn", number),
                "amount": note.amount,
                "discount_amount": 0,
                "description": note.memo,
                "livemode": True,
                "quantity": 1,
                "type": "custom_line_item",
                "unit_amount": note.amount,
            }


def _when(change: tuple[datetime, dict]) -> datetime:
    return change[0]


def _period_at(subscription: Subscription, before: datetime) -> tuple[datetime, datetime]:
    """The latest period that started before an instant."""
    return next(period for period in reversed(subscription.periods) if period[0] < before)


def _description(line: Line) -> str:
    if line.kind == "proration":
        what = "Unused time on" if line.amount < 0 else "Remaining time on"
        return f"{what} {line.quantity} x {line.price.plan} after {line.start:%d %b %Y}"
    return f"{line.quantity} x {line.price.plan}" if line.price else line.kind.capitalize()
