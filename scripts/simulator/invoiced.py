"""What was invoiced for each month of service, in USD: net of discounts, without tax, less what was given back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pandas as pd

from .catalog import MINOR_UNITS, USD_RATE
from .ledger import Invoice, Ledger
from .settings import Settings


def invoiced_months(settings: Settings, ledger: Ledger) -> pd.DataFrame:
    """customer, month, kind (recurring, usage, goodwill, credit) and `usd`: spread evenly over the months of service, the days of a month being
    equal parts of it."""
    entries = [entry for entry in _entries(settings, ledger) if entry[2] < settings.end]
    rows = pd.DataFrame(entries, columns=["customer", "kind", "start", "stop", "currency", "amount"])
    first, last = (np.array([_position(at) for at in rows[name]]) for name in ("start", "stop"))
    offset = settings.start.year * 12 + settings.start.month - 1
    rate, parts = rows["currency"].map(USD_RATE), []
    for month in range(settings.months):
        begins = offset + month
        covered = np.minimum(last, begins + 1) - np.maximum(first, begins)
        is_point = last <= first
        share = np.where(is_point, np.floor(first) == begins, covered / np.where(is_point, 1, last - first))
        parts.append(rows.assign(month=month, usd=rows["amount"] * share * rate)[share > 0])
    spread = pd.concat(parts, ignore_index=True)
    return spread.groupby(["customer", "month", "kind"], as_index=False)["usd"].sum()


def _entries(settings: Settings, ledger: Ledger) -> Iterator[tuple]:
    """(customer, kind, first day, day after the last, currency, amount in major units)."""
    for invoice in ledger.invoices:
        if invoice.at < settings.end and not _is_void(settings, invoice):
            recurring = sum(line.amount for line in invoice.lines if line.kind == "recurring")
            for line in invoice.lines:
                off = invoice.discount * line.amount / recurring if line.kind == "recurring" and recurring else 0.0
                kind = line.kind if line.price is None else "usage" if line.price.is_metered else "recurring"
                yield _entry(invoice, kind, line.start, line.stop, line.amount - off)
    noted = {id(note.refund) for note in ledger.credit_notes}
    for note in ledger.credit_notes:
        kind = "goodwill" if note.reason == "product_unsatisfactory" else "credit"
        yield _entry(note.invoice, kind, note.at, note.at, -note.amount)
    for refund in ledger.refunds:
        if id(refund) not in noted:
            yield _entry(refund.charge.invoice, "credit", refund.at, refund.at, -refund.amount)


def _is_void(settings: Settings, invoice: Invoice) -> bool:
    return invoice.status == "void" and invoice.settled_at < settings.end


def _entry(invoice: Invoice, kind: str, start: datetime, stop: datetime, minor: float) -> tuple:
    return invoice.customer, kind, start, stop, invoice.currency, minor / MINOR_UNITS[invoice.currency]


def _position(at: datetime) -> float:
    """A day as months since the year 0."""
    return at.year * 12 + at.month - 1 + (at.day - 1) / monthrange(at.year, at.month)[1]
