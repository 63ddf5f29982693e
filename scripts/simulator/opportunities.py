"""Deals: what was sold, renewed, lost or never decided, where it came from and who had a say in it.

A signature or renewal of a term of three months and more is a deal, the start of a monthly subscription and a loss too. Beside
them lie first tries that failed, and offers of more that came to nothing: about one in two years of access. Who was referred
signs more often: a partner, an adviser or a customer stands behind about 40 % of what is won and 20 % of what is not.
The CRM has all deals of the companies that it knows; those of the others are in files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from .catalog import CORE, MINOR_UNITS, USD_RATE
from .ledger import Ledger, Subscription
from .settings import Settings
from .world import World

OPEN_BEFORE_RENEWAL = timedelta(days=90)
FAILED_FIRST, OFFERS_A_YEAR, UNDECIDED, DELETED = 0.2, 0.5, 0.4, 0.01
STAGES = {"won": "Closed Won", "lost": "Closed Lost", "no_decision": "Closed - No Decision", "open": "Negotiation"}
PROBABILITY = {"won": 100.0, "lost": 0.0, "no_decision": 0.0, "open": 60.0}
# What the CRM calls where a deal came from, with the shares among what was won and what was not; None: nobody said.
SOURCES = ("Partner Referral", "Advisor", "Customer Referral", "Web", "Trade Show", "Cold Call", None)
SHARES_OF_WON, SHARES_OF_OTHERS = (0.12, 0.06, 0.22, 0.3, 0.1, 0.1, 0.1), (0.07, 0.04, 0.09, 0.4, 0.15, 0.15, 0.1)
SOURCE_TYPES = {
    "Partner Referral": "partner",
    "Advisor": "advisor",
    "Customer Referral": "customer",
    "Web": "inbound",
    "Trade Show": "event",
    "Cold Call": "outbound",
}
# What the CRM calls a person's part in a deal; a role that no field of the person's own states is taken from here.
PARTS = {
    "decision_maker": "Economic Decision Maker",
    "champion": "Champion",
    "influencer": "Evaluator",
    "end_user": "Business User",
    "blocker": "Blocker",
}
UNSTATED_PARTS, UNSTATED_SHARES = ("decision_maker", "influencer", "end_user", None), (0.15, 0.2, 0.25, 0.4)
BROKEN = (
    {"outcome": "won", "created_at": "2025-03-10", "amount": "100"},
    {"outcome": "perhaps", "created_at": "2025-03-10", "closed_at": "2025-03-20"},
    {"outcome": "lost", "created_at": "2025-03-10", "closed_at": "2025-02-20"},
    {"outcome": "won", "created_at": "2025-03-10", "closed_at": "2025-03-20", "amount": "a lot"},
)


@dataclass(frozen=True)
class Deals:
    """`frame`: one row per deal in the CRM's columns; `customer` its company's number, `outcome` as it stands at the window's end,
    `referrer` the number of the customer that referred it, -1 where none did. `parts`: (opportunity_id, person, role, created)."""

    frame: pd.DataFrame
    parts: pd.DataFrame

    def months(self) -> pd.DataFrame:
        """What was decided, by customer and month of closing; in US dollars what was won."""
        closed = self.frame[(self.frame["outcome"] != "open") & ~self.frame["is_deleted"]]
        amount = closed["amount"] * closed["currency_iso_code"].str.lower().map(USD_RATE)
        rows = pd.DataFrame(
            {
                "customer": closed["customer"],
                "month": closed["close_date"].dt.to_period("M").dt.start_time.dt.date,
                **{name: (closed["outcome"] == name).astype(int) for name in ("won", "lost", "no_decision")},
                "won_usd": amount.where(closed["outcome"] == "won", 0.0).fillna(0.0),
            }
        )
        return rows.groupby(["customer", "month"]).sum().reset_index()


def agree_deals(settings: Settings, world: World, ledger: Ledger) -> Deals:
    rows = [*_signed_and_lost(settings, world, ledger), *_failed(settings, world, ledger)]
    frame = pd.DataFrame(rows)
    companies = world.customers.loc[frame["customer"]].set_index(frame.index)
    is_open = frame["closes"] >= settings.end
    frame["outcome"] = frame["outcome"].mask(is_open, "open")
    has_contract = frame["outcome"].eq("won") & frame["months"].notna()
    rng = settings.rng("opportunity sources")
    frame = frame.assign(
        account_id=companies["account_id"],
        name=companies["name"] + " " + frame["type"] + frame["closes"].dt.strftime(" %Y-%m"),
        stage_name=frame["outcome"].map(STAGES),
        probability=frame["outcome"].map(PROBABILITY),
        currency_iso_code=companies["currency"].str.upper(),
        is_closed=~is_open,
        is_won=frame["outcome"] == "won",
        is_deleted=rng.random(len(frame)) < np.where(has_contract, 0.0, DELETED),
        close_date=frame["closes"].dt.floor("D"),
        created_date=frame["asked"],
        contract_start_c=frame["begins"].dt.date.where(has_contract, None),
        contract_end_c=(frame["ends"] - timedelta(days=1)).dt.date.where(has_contract, None),
        contract_months_c=frame["months"].where(has_contract),
    )
    return Deals(_with_sources(rng, world, frame), _parts(settings, world, frame))


def salesforce_opportunities(
    settings: Settings, world: World, deals: Deals, user_ids: np.ndarray
) -> dict[str, pd.DataFrame]:
    known = deals.frame[world.customers["in_crm"].to_numpy()[deals.frame["customer"]]]
    owner = user_ids[world.customers["csm"].to_numpy()[known["customer"]]]
    referrer = world.customers["account_id"].reindex(known["referrer"]).to_numpy()
    parts = deals.parts[deals.parts["opportunity_id"].isin(known["id"])]
    return {
        "opportunity": known.assign(owner_id=owner, referring_account_c=referrer),
        "opportunity_contact_role": pd.DataFrame(
            {
                "id": ["00K" + settings.token("contact role", n, 15) for n in range(len(parts))],
                "opportunity_id": parts["opportunity_id"],
                "contact_id": world.people["contact_id"].reindex(parts["person"]).to_numpy(),
                "role": parts["role"].map(PARTS).fillna("Other"),
                "is_primary": ~parts["opportunity_id"].duplicated(),
                "created_date": parts["created"],
                "last_modified_date": parts["created"],
                "is_deleted": False,
            }
        ),
    }


def opportunity_files(world: World, deals: Deals) -> dict[str, pd.DataFrame]:
    rows = deals.frame[~world.customers["in_crm"].to_numpy()[deals.frame["customer"]] & ~deals.frame["is_deleted"]]
    frame = pd.DataFrame(
        {
            "opportunity_id": rows["id"],
            "customer_id": rows["account_id"],
            "opportunity_type": rows["type"].str.lower().str.replace(" ", "_"),
            "source_type": rows["lead_source"].map(SOURCE_TYPES),
            "referrer_customer_id": world.customers["account_id"].reindex(rows["referrer"]).to_numpy(),
            "stage": rows["stage_name"],
            "outcome": rows["outcome"].where(rows["outcome"] != "open"),
            "amount": rows["amount"].map("{:.2f}".format).where(rows["amount"].notna()),
            "currency": rows["currency_iso_code"],
            "created_at": rows["created_date"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "closed_at": rows["closes"].dt.strftime("%Y-%m-%d %H:%M:%S").where(rows["is_closed"]),
        }
    )
    anyone = {"customer_id": "anyone", "opportunity_type": "expansion", "currency": "USD"}
    broken = [{"opportunity_id": f"broken_{n}", **anyone, **row} for n, row in enumerate(BROKEN, start=1)]
    return {"opportunities": pd.concat([frame, frame.iloc[:1], pd.DataFrame(broken)])}


def _signed_and_lost(settings: Settings, world: World, ledger: Ledger) -> Iterator[dict]:
    subscriptions: dict[int, list[Subscription]] = defaultdict(list)
    served = {spell.subscription.number for spell in ledger.spells}
    for subscription in ledger.subscriptions:
        if subscription.number in served:
            subscriptions[subscription.customer].append(subscription)
    losses: dict[int, list[datetime]] = defaultdict(list)
    for loss in ledger.losses:
        if loss.at < settings.end:
            losses[loss.customer].append(loss.at)
    rng = settings.rng("opportunities")
    for number, kind, created in world.customers[["kind", "created_at"]].itertuples():
        for what, begins, ends, months, amount in _agreements(subscriptions[number]):
            signed = begins - timedelta(days=int(rng.integers(0, 10)) if what == "Renewal" else 0)
            asked = signed - timedelta(days=int(rng.integers(20, 80)))
            if asked < settings.end:
                terms = {"begins": begins, "ends": ends, "months": months, "amount": amount}
                yield _deal(settings, rng, number, what, asked, signed, "won", **terms)
        for at in losses[number]:
            yield _deal(settings, rng, number, "Renewal", at - OPEN_BEFORE_RENEWAL, at, "lost")
        if kind == "prospect" and created < settings.end:
            asked = created.to_pydatetime()
            closes = asked + timedelta(days=int(rng.integers(30, 120)))
            yield _deal(settings, rng, number, "New Business", asked, closes, "lost")


def _agreements(subscriptions: list[Subscription]) -> Iterator[tuple]:
    """(type, first day, first day after, months, amount) of what was signed after any trial; months None where it runs by the month."""
    has_signed = False
    for subscription in sorted(subscriptions, key=lambda one: (one.created, one.number)):
        items = [item for item in subscription.items if not item.price.is_metered]
        paid = [period for period in subscription.periods if period[0] >= (subscription.trial_end or period[0])]
        if not paid or not items:
            continue
        is_core = any(item.price.product == CORE for item in items)
        amount = sum(item.price.unit_amount * item.quantity for item in items) / MINOR_UNITS[subscription.currency]
        first = ("Renewal" if has_signed else "New Business") if is_core else "Expansion"
        has_signed = has_signed or is_core
        has_terms = subscription.months >= 3
        for n, (start, stop) in enumerate(paid if has_terms else paid[:1]):
            months = subscription.months if has_terms else None
            yield "Renewal" if n else first, start, stop, months, round(amount, 2)


def _failed(settings: Settings, world: World, ledger: Ledger) -> Iterator[dict]:
    """First tries, and offers of more to who has access; some of them still open."""
    rng = settings.rng("failed opportunities")
    tried = world.customers[(world.customers["kind"] == "customer") & (rng.random(len(world.customers)) < FAILED_FIRST)]
    for number, created in tried["created_at"].items():
        closes = created.to_pydatetime() - timedelta(days=int(rng.integers(1, 60)))
        yield _failure(settings, rng, number, "New Business", closes - timedelta(days=30), closes)
    for number, start, stop in ledger.access:
        until = min(stop, settings.end)
        for _ in range(int(rng.poisson(OFFERS_A_YEAR * max((until - start).days, 0) / 365))):
            asked = start + (until - start) * rng.random()
            asked = asked.replace(microsecond=0)
            yield _failure(
                settings, rng, number, "Expansion", asked, asked + timedelta(days=int(rng.integers(10, 100)))
            )


def _failure(
    settings: Settings, rng: np.random.Generator, number: int, what: str, asked: datetime, closes: datetime
) -> dict:
    outcome = "no_decision" if rng.random() < UNDECIDED else "lost"
    amount = float(rng.integers(5, 300) * 100)
    return _deal(settings, rng, number, what, asked, closes, outcome, amount=amount)


def _deal(
    settings: Settings,
    rng: np.random.Generator,
    number: int,
    what: str,
    asked: datetime,
    closes: datetime,
    outcome: str,
    **terms: object,
) -> dict:
    """`outcome` is what it comes to, though that be after the window's end."""
    return {
        "id": "006" + settings.token("opportunity", int(rng.integers(2**62)), 15),
        "customer": number,
        "type": what,
        "asked": asked,
        "closes": closes,
        "outcome": outcome,
        **{"begins": None, "ends": None, "months": None, "amount": None, **terms},
    }


def _with_sources(rng: np.random.Generator, world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """Renewals come from nowhere; a customer's referral names the customer."""
    edges = np.where(
        frame["is_won"].to_numpy()[:, None], np.cumsum(SHARES_OF_WON)[:-1], np.cumsum(SHARES_OF_OTHERS)[:-1]
    )
    drawn = (rng.random(len(frame))[:, None] >= edges).sum(axis=1)
    source = pd.Series(np.array(SOURCES, dtype=object)[drawn], index=frame.index)
    source = source.where(frame["type"] != "Renewal", None)
    customers = world.customers.index[(world.customers["kind"] == "customer") & world.customers["in_crm"]]
    referrer = np.where(source == "Customer Referral", rng.choice(customers, len(frame)), -1)
    return frame.assign(lead_source=source, referrer=referrer)


def _parts(settings: Settings, world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """One or two people of the company stand in each deal; who has no role in the CRM has one here, or the part 'Other'."""
    rng = settings.rng("opportunity contact roles")
    known = world.people[world.people["contact_id"].notna()]
    people = known.groupby("customer").indices
    stated = known["buying_role"].to_numpy()
    drawn = rng.choice(np.array(UNSTATED_PARTS, dtype=object), len(known), p=UNSTATED_SHARES)
    role = np.where(pd.isna(stated), drawn, stated)
    wanted = rng.integers(1, 3, len(frame))
    rows = []
    for deal, customer, created, count in zip(frame["id"], frame["customer"], frame["asked"], wanted, strict=True):
        there = people.get(customer)
        if there is not None:
            rows += [(deal, known.index[n], role[n], created) for n in there[-count:]]
    return pd.DataFrame(rows, columns=["opportunity_id", "person", "role", "created"])
