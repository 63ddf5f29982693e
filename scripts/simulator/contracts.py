"""Contracts: which of billing's terms are on file, as the vendor keeps them, and how each one that fell due ended.

About 60 % of the linked customers have their core terms of three months and more on file, signatures and cancellations
included; the others' are known from billing alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import pandas as pd

from .catalog import CORE, USD_RATE
from .ledger import Ledger, Term
from .settings import Settings
from .world import World

ON_FILE = 0.6
EARLY, LATE = timedelta(days=90), timedelta(days=30)


@dataclass(eq=False)
class Contract:
    """A term as the vendor knows it; `number` and `signed_at` only where it is on file."""

    term: Term
    number: int | None = None
    signed_at: datetime | None = None
    predecessor: Contract | None = None

    @property
    def agreed_at(self) -> datetime:
        return self.signed_at or self.term.start

    @property
    def arr(self) -> float:
        """On file it is written in whole cents."""
        return round(self.term.arr, 2) if self.number is not None else self.term.arr

    @property
    def arr_usd(self) -> float:
        return self.arr * USD_RATE[self.term.currency]


class Contracts:
    """Every contract that the vendor knows by the window's end."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger) -> None:
        self.settings, self.world = settings, world
        rng = settings.rng("contracts")
        draws = rng.random(len(world.customers))
        is_known = (world.customers["kind"] == "customer") & world.customers["stripe_account_id"].notna()
        on_file = (is_known & (draws < ON_FILE)).to_numpy()
        terms = [term for term in ledger.terms if term.start < settings.end and self._is_agreed(term)]
        filed = {term.customer for term in terms if on_file[term.customer] and CORE in term.products}
        by_term: dict[int, Contract] = {}
        for term in sorted(terms, key=_by_customer):
            if term.customer in filed and CORE not in term.products:
                continue
            contract = Contract(term)
            if term.customer in filed:
                contract.number = len(by_term)
                contract.predecessor = by_term.get(id(term.predecessor))
                contract.signed_at = self._signed_at(term, *rng.random(2))
            by_term[id(term)] = contract
        self.all = list(by_term.values())

    @cached_property
    def of_customer(self) -> dict[int, list[Contract]]:
        found = defaultdict(list)
        for contract in self.all:
            found[contract.term.customer].append(contract)
        return found

    def _is_agreed(self, term: Term) -> bool:
        """Its invoice was paid, or may still be: it stands open at the window's end."""
        return term.invoice.status == "paid" or term.invoice.settled_at >= self.settings.end

    def _signed_at(self, term: Term, first: float, second: float) -> datetime:
        """The first contract is signed as it starts, renewals up to 60 days before the old term ends, most of the
        late ones only after."""
        before = term.predecessor
        if not before:
            return term.start
        ended = before.terminated_at or before.stop
        if term.start > ended and first < 0.7:
            return ended + (term.start - ended) * second
        return max(ended - timedelta(days=3 + int(second * 57)), before.start)

    # --- what is landed -------------------------------------------------------------------------------

    def file(self) -> pd.DataFrame:
        """files/contracts, times as text."""
        rows = [
            {
                "contract_id": self._id(contract),
                "customer_id": self.world.customers.at[contract.term.customer, "account_id"],
                "term_start": _text(contract.term.start),
                "term_end": _text(contract.term.stop),
                "term_months": round(contract.term.invoice.subscription.months),
                "arr_amount": contract.arr,
                "currency": contract.term.currency.upper(),
                "predecessor_id": self._id(contract.predecessor),
                "signed_at": _text(contract.signed_at),
                "cancel_requested_at": self._known(contract.term.cancel_requested_at),
                "terminated_at": self._known(contract.term.terminated_at),
            }
            for contract in self.all
            if contract.number is not None
        ]
        return pd.DataFrame(rows)

    def _id(self, contract: Contract | None) -> str | None:
        return contract and f"ct_{self.settings.token('contract', contract.number, 10)}"

    def _known(self, at: datetime | None) -> str | None:
        return _text(at) if at and at < self.settings.end else None

    # --- what is true ---------------------------------------------------------------------------------

    def renewed_terms(self) -> Iterator[tuple[int, datetime]]:
        """(customer, start) of each term that renews another, which has run out or not; what replaces one more than 90 days before
        its end renews nothing."""
        for contract in self.all:
            for other in self._successors(contract):
                if other.term.start >= contract.term.stop - EARLY:
                    yield contract.term.customer, other.term.start

    def renewals(self) -> pd.DataFrame:
        """One row per contract whose last day lies in the window: its customer's number and how it ended."""
        columns = [
            "customer",
            "term_start",
            "term_end",
            "contract_id",
            "month",
            "arr_usd",
            "is_superseded",
            "is_renewed",
            "is_on_time",
            "renewed_arr_usd",
            "shared_arr_usd",
            "is_final",
        ]
        due = {one: self._successors(one) for one in self.all if one.term.stop <= self.settings.end}
        superseded = {
            one for one, found in due.items() if any(other.term.start < one.term.stop - EARLY for other in found)
        }
        # What one contract renews at once: each is renewed by its part of it.
        renewed_by: dict[Contract, float] = defaultdict(float)
        for contract, found in due.items():
            for other in found:
                renewed_by[other] += 0.0 if contract in superseded else contract.arr_usd
        rows = []
        for contract, found in due.items():
            term = contract.term
            parts = [other.arr_usd * contract.arr_usd / renewed_by[other] for other in found if renewed_by[other]]
            last_day = term.stop - timedelta(microseconds=1)
            rows.append(
                (
                    term.customer,
                    term.start,
                    term.stop,
                    self._id(contract) if contract.number is not None else None,
                    last_day.date().replace(day=1),
                    contract.arr_usd,
                    contract in superseded,
                    bool(found),
                    any(other.agreed_at <= term.stop for other in found),
                    sum(other.arr_usd for other in found),
                    0.0 if contract in superseded else sum(parts),
                    term.stop + LATE <= self.settings.end,
                )
            )
        # A small company may have none: the types hold all the same.
        amounts = {column: float for column in columns if column.endswith("_usd")}
        verdicts = {column: bool for column in columns if column.startswith("is_")}
        return pd.DataFrame(rows, columns=columns).astype({"customer": "int64"} | amounts | verdicts)

    def first_renewals(self) -> pd.DataFrame:
        """customer and month of contracts that were renewed: in which they were due, or their renewal began if later."""
        rows = []
        for contract in self.all:
            begun = [other.term.start for other in self._successors(contract) if other.term.start < self.settings.end]
            if contract.term.stop <= self.settings.end and begun:
                due = contract.term.stop - timedelta(microseconds=1)
                month = max(self.settings.month_of(due), self.settings.month_of(min(begun)))
                rows.append((contract.term.customer, month))
        return pd.DataFrame(rows, columns=["customer", "month"], dtype="int64")

    def _successors(self, contract: Contract) -> list[Contract]:
        """What renews it by name, at most 30 days late; else a term with a product in common, or after one on file any
        term, that begins from 90 days before its end to 30 days after."""
        term, others = contract.term, self.of_customer[contract.term.customer]
        named = [o for o in others if o.predecessor is contract and o.term.start <= term.stop + LATE]
        return named or [
            other
            for other in others
            if other is not contract
            and other.term.start > term.start
            and (contract.number is not None or other.term.products & term.products)
            and (self._earliest(contract) <= other.term.start <= term.stop + LATE)
        ]

    @staticmethod
    def _earliest(contract: Contract) -> datetime:
        """Service that was broken off and taken up again at once was replaced, however early."""
        return min(contract.term.stop - EARLY, contract.term.terminated_at or datetime.max)


def _by_customer(term: Term) -> tuple[int, datetime]:
    return term.customer, term.start


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
