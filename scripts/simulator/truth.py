"""The truth beside the raw tables, from the ledger's own spells (R1, R5 `durable` and bridge, R6)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import numpy as np
import pandas as pd

from .catalog import MINOR_UNITS, USD_RATE
from .ledger import Ledger
from .settings import Settings, add_months
from .world import World

BRIDGE_DAYS = 30
OPEN_END = np.datetime64("9999-12-31", "us")


def truth_tables(settings: Settings, world: World, ledger: Ledger) -> dict[str, pd.DataFrame]:
    months = monthly_mrr(settings, world, ledger)
    return {"customer_months": _named(world, months), "movements": _named(world, movements(months))}


def _named(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """By surviving CRM account, or by Stripe customer where billing knows no account."""
    customers = world.customers.loc[rows["customer"]]
    is_linked = customers["stripe_account_id"].notna().to_numpy()
    return rows.assign(
        salesforce_account_id=customers["account_id"].where(is_linked).to_numpy(),
        stripe_customer_id=customers["stripe_id"].where(~is_linked).to_numpy(),
    )


def monthly_mrr(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """One row per customer (its number) and month since it first paid: MRR in USD at the month's end."""
    spells = _spells(settings, ledger)
    discounts = _durable_discounts(ledger)
    bridges = _bridges(settings, spells, discounts)
    month_ends = np.array([add_months(at, 1) for at in settings.month_starts], dtype="datetime64[us]")

    held = _at_instants(spells, month_ends)
    held["mrr_usd"] = _net(held, discounts)
    bridged = _at_instants(bridges, month_ends)
    mrr = pd.concat([held, bridged]).groupby(["customer", "instant"])["mrr_usd"].sum()

    paying = mrr[mrr > 0].reset_index()
    first = paying.groupby("customer")["instant"].min()
    grid = pd.MultiIndex.from_product([first.index, month_ends], names=["customer", "instant"])
    rows = mrr.reindex(grid, fill_value=0.0).reset_index()
    rows = rows[rows["instant"] >= rows["customer"].map(first)]
    starts = dict(zip(month_ends, settings.month_starts, strict=True))
    rows["month"] = [starts[instant.to_datetime64().astype("datetime64[us]")].date() for instant in rows["instant"]]
    rows["mrr_usd"] = rows["mrr_usd"].round(6)
    rows["is_internal"] = (world.customers["kind"] == "internal").to_numpy()[rows["customer"]]
    return rows.drop(columns="instant").reset_index(drop=True)


def movements(months: pd.DataFrame) -> pd.DataFrame:
    """Per customer and month: opening + new + reactivation + expansion - contraction - churn = closing."""
    rows = months.rename(columns={"mrr_usd": "closing"}).copy()
    by_customer = rows.groupby("customer")["closing"]
    opening = by_customer.shift(1, fill_value=0.0)
    closing, change = rows["closing"], rows["closing"] - opening
    has_paid_before = by_customer.cummax().groupby(rows["customer"]).shift(1, fill_value=0.0) > 0
    starts, stops, stays = (
        (opening == 0) & (closing > 0),
        (opening > 0) & (closing == 0),
        (opening > 0) & (closing > 0),
    )
    rows["opening"] = opening
    rows["new"] = change.where(starts & ~has_paid_before, 0.0)
    rows["reactivation"] = change.where(starts & has_paid_before, 0.0)
    rows["expansion"] = change.where(stays & (change > 0), 0.0)
    rows["contraction"] = -change.where(stays & (change < 0), 0.0)
    rows["churn"] = -change.where(stops, 0.0)
    return rows


def _spells(settings: Settings, ledger: Ledger) -> pd.DataFrame:
    """Spells with USD list MRR. `ended`: the item's service is known to be over by the window's end."""
    frame = pd.DataFrame(
        [
            (
                spell.customer,
                spell.subscription.number,
                spell.item.number,
                spell.price.product,
                spell.start,
                spell.stop,
                spell.item.ended,
                spell.gross / MINOR_UNITS[spell.price.currency] * USD_RATE[spell.price.currency],
            )
            for spell in ledger.spells
        ],
        columns=["customer", "subscription", "item", "product", "start", "stop", "ended", "gross"],
    ).astype({"start": "datetime64[us]", "stop": "datetime64[us]", "ended": "datetime64[us]"})
    frame["ended"] = frame["ended"].where(frame["ended"] < settings.end)
    return frame


def _durable_discounts(ledger: Ledger) -> pd.DataFrame:
    rows = [
        (
            subscription.number,
            discount.start,
            discount.end or OPEN_END.item(),
            1 - (discount.coupon.percent_off or 0) / 100,
            (discount.coupon.amount_off or 0)
            / subscription.months
            / MINOR_UNITS[subscription.currency]
            * USD_RATE[subscription.currency],
        )
        for subscription in ledger.subscriptions
        for discount in subscription.discounts
        if discount.coupon.is_durable
    ]
    frame = pd.DataFrame(rows, columns=["subscription", "from", "until", "keeps", "off"])
    return frame.astype({"from": "datetime64[us]", "until": "datetime64[us]", "keeps": float, "off": float})


def _at_instants(stretches: pd.DataFrame, instants: np.ndarray) -> pd.DataFrame:
    """The rows that hold at each instant: start < instant <= stop."""
    first = np.searchsorted(instants, stretches["start"].to_numpy(), side="right")
    last = np.searchsorted(instants, stretches["stop"].to_numpy(), side="right")
    counts = last - first
    rows = stretches.loc[stretches.index.repeat(counts)].reset_index(drop=True)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows["instant"] = instants[np.repeat(first, counts) + offset]
    return rows


def _net(rows: pd.DataFrame, discounts: pd.DataFrame) -> pd.Series:
    """MRR of each row at its `instant`: percents, then the amount off shared by price in its subscription."""
    keyed = rows[["subscription", "instant"]].drop_duplicates()
    running = keyed.merge(discounts, on="subscription")
    running = running[(running["from"] < running["instant"]) & (running["instant"] <= running["until"])]
    terms = running.groupby(["subscription", "instant"]).agg(keeps=("keeps", "prod"), off=("off", "sum")).reset_index()
    joined = rows.merge(terms, on=["subscription", "instant"], how="left").fillna({"keeps": 1.0, "off": 0.0})
    total = joined.groupby(["subscription", "instant"])["gross"].transform("sum")
    net = (total * joined["keeps"] - joined["off"]).clip(lower=0.0)
    return (net * joined["gross"] / total).set_axis(rows.index)


def _bridges(settings: Settings, spells: pd.DataFrame, discounts: pd.DataFrame) -> pd.DataFrame:
    """Stretches from an item's end to its successor's start, at the item's last MRR."""
    last = spells[spells["ended"].notna() & (spells["stop"] == spells["ended"])].copy()
    last["instant"] = last["ended"]
    last["mrr_usd"] = _net(last, discounts)
    items = spells.groupby("item", sort=False).agg(
        customer=("customer", "first"),
        product=("product", "first"),
        start=("start", "min"),
        stop=("stop", "max"),
    )
    items_of = defaultdict(list)
    for item in items.itertuples():
        items_of[item.customer].append(item)
    rows = []
    for end in last.itertuples():
        others = items_of[end.customer]
        near = [item for item in others if 0 <= _calendar_days(end.ended, item.start) <= BRIDGE_DAYS]
        near = [item for item in near if end.ended <= item.start < settings.end]
        successors = [item.start for item in near if item.product == end.product]
        if not successors and not any(item.start <= end.ended < item.stop for item in others):
            successors = [item.start for item in near]
        if successors:
            rows.append((end.customer, end.ended, min(successors), end.mrr_usd))
    frame = pd.DataFrame(rows, columns=["customer", "start", "stop", "mrr_usd"])
    return frame.astype({"start": "datetime64[us]", "stop": "datetime64[us]", "mrr_usd": float})


def _calendar_days(start: datetime, stop: datetime) -> int:
    return (stop.date() - start.date()).days
