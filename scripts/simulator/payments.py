"""What invoices come to, and what is collected, paid back and credited of them (amounts in minor units)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from .catalog import TAX_RATE, Coupon, discounted
from .ledger import Charge, CreditNote, Invoice, Ledger, Refund
from .settings import Settings

HOUR = timedelta(hours=1)
REFUNDED, CREDITED = 0.02, 0.012
REASONS = ("requested_by_customer", "duplicate")


def collect(settings: Settings, ledger: Ledger) -> None:
    """Totals, charges, refunds and credit notes of all invoices, which are in the order of time."""
    rng = settings.rng("payments")
    balances: dict[tuple[int, str], int] = defaultdict(int)
    credits: dict[tuple[int, str], list[CreditNote]] = defaultdict(list)
    once_used: set[int] = set()
    for invoice in ledger.invoices:
        account = invoice.customer, invoice.currency
        for note in [note for note in credits[account] if note.at <= invoice.at]:
            balances[account] -= note.amount
            credits[account].remove(note)
        _discount_and_tax(invoice, once_used)
        balances[account] = _apply_balance(invoice, balances[account])
        charges = _charges(settings, invoice)
        ledger.charges += charges
        kind, days, share, how = rng.random(4)
        if not (charges and charges[-1].is_paid):
            continue
        amount = charges[-1].amount if share < 0.3 else max(round(charges[-1].amount * share), 1)
        at = charges[-1].at + timedelta(days=1 + int(days * 20))
        if at >= settings.end:
            continue
        if kind < REFUNDED:
            refund = Refund(charges[-1], at, amount, REASONS[int(how * len(REASONS))])
            charges[-1].refunded = amount
            ledger.refunds.append(refund)
            if how < 0.75:
                note = CreditNote(invoice, at, amount, "order_change", "Paid back", refund)
                ledger.credit_notes.append(note)
        elif kind < REFUNDED + CREDITED:
            amount = max(amount // 5, 1)
            note = CreditNote(invoice, at, amount, "product_unsatisfactory", "Goodwill", None)
            ledger.credit_notes.append(note)
            credits[account].append(note)


def _discount_and_tax(invoice: Invoice, once_used: set[int]) -> None:
    """Coupons reduce what recurs; prorations are net already, one-off lines are not reduced."""
    recurring = sum(line.amount for line in invoice.lines if line.kind == "recurring")
    if invoice.subscription:
        number = invoice.subscription.number
        invoice.discount = recurring - round(discounted(recurring, _coupons_of(invoice, number in once_used)))
        if recurring:
            once_used.add(number)
    invoice.tax = round((invoice.subtotal - invoice.discount) * TAX_RATE[invoice.currency])


def _coupons_of(invoice: Invoice, has_used_once: bool) -> list[Coupon]:
    """What an invoice is reduced by: every coupon in force, a `once` coupon only on the first paid one."""
    return [
        discount.coupon
        for discount in invoice.subscription.discounts
        if (discount.end is None or invoice.at < discount.end)
        and not (discount.coupon.duration == "once" and has_used_once)
    ]


def _apply_balance(invoice: Invoice, balance: int) -> int:
    """A negative total becomes the customer's credit, which later invoices use up; returns the new balance."""
    invoice.starting_balance = invoice.ending_balance = balance
    invoice.due = max(invoice.total, 0)
    if invoice.status != "void":
        invoice.due = max(invoice.total + balance, 0)
        invoice.ending_balance = balance + invoice.total - invoice.due
    return invoice.ending_balance


def _charges(settings: Settings, invoice: Invoice) -> list[Charge]:
    """A failed attempt within the hour where the invoice was settled later or never, then the one that was paid."""
    if invoice.status == "void" or not invoice.due:
        return []
    attempts: list[tuple[datetime, bool]] = []
    if invoice.status == "uncollectible" or invoice.settled_at > invoice.at + HOUR:
        attempts.append((invoice.at + HOUR, False))
    if invoice.status == "paid":
        attempts.append((invoice.settled_at, True))
    return [Charge(invoice, at, invoice.due, is_paid) for at, is_paid in attempts if at < settings.end]
