"""The truth of revenue, from the ledger's own spells and terms (R1, R4, R5 `durable` and bridge, R6)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .billing import COEFFICIENTS
from .catalog import MINOR_UNITS, USD_RATE
from .ledger import Ledger
from .settings import Settings, add_months
from .world import World

BRIDGE_DAYS = 30
OPEN_END = np.datetime64("9999-12-31", "us")
# How service can end, the strongest reason first.
ENDINGS = ("pause", "non_payment", "cancellation")
DRIVERS = ("upsell", "seat", "cross_sell", "price")


class Revenue:
    """MRR in USD at month ends. A month's end is named by the month's position in the window.

    `months`: one row per customer (its number) and month since it first paid, with the movements that led to its `closing` MRR;
    `spine`: customer and month of R4. Both without internal accounts.
    """

    def __init__(self, settings: Settings, world: World, ledger: Ledger) -> None:
        self.settings, self.world, self.ledger = settings, world, ledger
        self.starts = np.array(settings.month_starts, dtype="datetime64[us]")
        self.ends = np.array([add_months(at, 1) for at in settings.month_starts], dtype="datetime64[us]")
        self.spells = _spells(settings, ledger)
        self.discounts = _durable_discounts(ledger)
        held = at_instants(self.spells, self.ends)
        held["mrr_usd"] = _net(held, self.discounts)
        # What is held at each month's end, and what is carried there.
        self.bridges = self._bridges()
        self.held = pd.concat([held, at_instants(self.bridges, self.ends)], ignore_index=True)
        self.held["end"] = np.searchsorted(self.ends, self.held["instant"].to_numpy())
        self.is_ours = (world.customers["kind"] != "internal").to_numpy()
        self.customer_months = self._customer_months()
        self.movements = self._movements(self.customer_months)
        self.months = self.movements.drop(columns="month").rename(columns={"end": "month"})
        self.spine = self._spine()

    def tables(self, renewals: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """`renewals`: as contracts.py states them."""
        coefficients = [(f"{event}.{name}", *said) for (event, name), said in COEFFICIENTS.items()]
        named = {"customer_months": self.customer_months, "movements": self.movements, "contract_renewals": renewals}
        return {name: self._named(rows) for name, rows in named.items()} | {
            "coefficients": pd.DataFrame(coefficients, columns=["name", "value", "meaning"])
        }

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows[self.is_ours[rows["customer"]]]
        return rows.assign(**self.world.names(rows["customer"]))

    def plans(self) -> pd.DataFrame:
        """The plan of the largest MRR by customer and month; of as large ones the first by name."""
        mrr = self.held.groupby(["customer", "end", "plan"])["mrr_usd"].sum().round(6).reset_index()
        mrr = mrr.sort_values(["mrr_usd", "plan"], ascending=[False, True]).drop_duplicates(["customer", "end"])
        return mrr.rename(columns={"end": "month"})

    def last_served(self) -> pd.Series:
        """The day of the last end of service, carried or not, by customer and month."""
        ended = pd.concat([self.spells, self.bridges])
        ended = ended[ended["stop"] < self.ends[-1]]
        month = np.searchsorted(self.starts, ended["stop"].to_numpy(), side="right") - 1
        return ended["stop"].dt.normalize().groupby([ended["customer"], month.astype("int64")]).max()

    def _spine(self) -> pd.DataFrame:
        """Paying at the month's end or its start, or served in it."""
        paying = self.months.loc[self.months["closing"] > 0, ["customer", "month"]]
        served = [
            (spell.customer, self.settings.month_of(spell.start))
            for spell in self.ledger.spells
            if spell.start < self.settings.end and self.is_ours[spell.customer]
        ]
        served = pd.DataFrame(served, columns=["customer", "month"])
        rows = pd.concat([paying, paying.assign(month=paying["month"] + 1), served]).drop_duplicates()
        return rows[rows["month"] < self.settings.months].sort_values(["customer", "month"], ignore_index=True)

    def _customer_months(self) -> pd.DataFrame:
        """One row per customer (its number) and month since it first paid: MRR in USD at the month's end."""
        held = self.held[self.is_ours[self.held["customer"]]]
        mrr = held.groupby(["customer", "end"])["mrr_usd"].sum()
        paying = mrr[mrr > 0].reset_index()
        first = paying.groupby("customer")["end"].min()
        grid = pd.MultiIndex.from_product([first.index, range(len(self.ends))], names=["customer", "end"])
        rows = mrr.reindex(grid, fill_value=0.0).reset_index()
        rows = rows[rows["end"] >= rows["customer"].map(first)]
        rows["month"] = np.array([at.date() for at in self.settings.month_starts])[rows["end"]]
        rows["mrr_usd"] = rows["mrr_usd"].round(6)
        return rows.reset_index(drop=True)

    def _movements(self, months: pd.DataFrame) -> pd.DataFrame:
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
        rows["reason"] = self._reasons(rows)
        return self._with_drivers(rows)

    # --- why ------------------------------------------------------------------------------------------

    def _reasons(self, rows: pd.DataFrame) -> np.ndarray:
        """A churn's: the strongest of what ended service in its month; a reactivation's: whether an item resumed."""
        key = pd.MultiIndex.from_frame(rows[["customer", "end"]])
        ended = self.spells.assign(
            end=np.searchsorted(self.starts, self.spells["stop"].to_numpy(), side="right") - 1,
            rank=self.spells["ended_by"].map(ENDINGS.index),
        )
        begun = self.spells.assign(end=np.searchsorted(self.starts, self.spells["start"].to_numpy(), side="right") - 1)
        rank = ended.groupby(["customer", "end"])["rank"].min().reindex(key, fill_value=len(ENDINGS) - 1)
        resumed = begun.groupby(["customer", "end"])["is_resumed"].any().reindex(key, fill_value=False)
        churn = np.array(ENDINGS, dtype=object)[rank.to_numpy(dtype=int)]
        reactivation = np.where(resumed.to_numpy(dtype=bool), "resume", "return")
        return np.select([rows["churn"] > 0, rows["reactivation"] > 0], [churn, reactivation], "")

    def _with_drivers(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What grew by product, scaled to the net: bought anew, on another plan, with more seats, or dearer."""
        products = (
            self.held.groupby(["customer", "end", "product"])
            .agg(mrr=("mrr_usd", "sum"), quantity=("quantity", "sum"), low=("plan", "min"), high=("plan", "max"))
            .reset_index()
        )
        before = products.assign(end=products["end"] + 1)
        grown = products.merge(before, how="left", on=["customer", "end", "product"], suffixes=("", "_before"))
        grown = grown.merge(rows.loc[rows["expansion"] > 0, ["customer", "end", "expansion"]], on=["customer", "end"])
        grown["growth"] = grown["mrr"] - grown["mrr_before"].fillna(0.0)
        grown = grown[grown["growth"] > 1e-9]
        grown["driver"] = np.select(
            [
                grown["mrr_before"].isna(),
                (grown["low"] != grown["low_before"]) | (grown["high"] != grown["high_before"]),
                grown["quantity"] > grown["quantity_before"],
            ],
            ["cross_sell", "upsell", "seat"],
            "price",
        )
        whole = grown.groupby(["customer", "end"])["growth"].transform("sum")
        grown["amount"] = grown["growth"] * grown["expansion"] / whole
        amounts = grown.pivot_table(index=["customer", "end"], columns="driver", values="amount", aggfunc="sum")
        key = pd.MultiIndex.from_frame(rows[["customer", "end"]])
        amounts = amounts.reindex(index=key, columns=DRIVERS).fillna(0.0)
        return rows.assign(**{driver: amounts[driver].to_numpy() for driver in DRIVERS})

    # --- late renewals --------------------------------------------------------------------------------

    def _bridges(self) -> pd.DataFrame:
        """Stretches from an item's end to its successor's start, at the item's last MRR: the next service of its
        product, else, where the customer would fall to nothing, its next service of any kind."""
        spells, last = self.spells, self._ended()
        pairs = last.reset_index(names="ending").merge(
            spells[["customer", "product", "start", "stop"]], on="customer", suffixes=("", "_other")
        )
        goes_on = (pairs["start_other"] <= pairs["ended"]) & (pairs["ended"] < pairs["stop_other"])
        has_more = goes_on.groupby(pairs["ending"]).any()
        gap = (pairs["start_other"].dt.normalize() - pairs["ended"].dt.normalize()).dt.days
        near = pairs[
            (pairs["start_other"] >= pairs["ended"])
            & (gap <= BRIDGE_DAYS)
            & (pairs["start_other"] < np.datetime64(self.settings.end))
        ]
        same = near[near["product"] == near["product_other"]].groupby("ending")["start_other"].min()
        any_other = near.groupby("ending")["start_other"].min()
        any_other = any_other[~any_other.index.map(has_more).to_numpy(dtype=bool)]
        successor = same.combine_first(any_other)
        bridges = last.loc[successor.index].copy()
        bridges["start"], bridges["stop"] = bridges["ended"], successor
        return bridges

    def _ended(self) -> pd.DataFrame:
        """The last spell of each item whose service ended, with its MRR then."""
        is_last = self.spells["ended"].notna() & (self.spells["stop"] == self.spells["ended"])
        last = self.spells[is_last]
        keyed = last[["subscription", "ended"]].drop_duplicates().rename(columns={"ended": "instant"})
        beside = self.spells.reset_index(names="spell").merge(keyed, on="subscription")
        beside = beside[(beside["start"] < beside["instant"]) & (beside["instant"] <= beside["stop"])]
        beside["mrr_usd"] = _net(beside, self.discounts)
        own = beside[beside["instant"] == beside["ended"]].set_index("spell")["mrr_usd"]
        return last.assign(mrr_usd=own)


def _spells(settings: Settings, ledger: Ledger) -> pd.DataFrame:
    """Spells with USD list MRR. `ended`: the item's service is known to be over by the window's end."""
    frame = pd.DataFrame(
        [
            (
                spell.customer,
                spell.subscription.number,
                spell.price.product,
                spell.price.plan,
                spell.quantity,
                spell.start,
                spell.stop,
                spell.item.ended,
                spell.gross / MINOR_UNITS[spell.price.currency] * USD_RATE[spell.price.currency],
                spell.is_resumed,
                spell.ended_by or ENDINGS[-1],
            )
            for spell in ledger.spells
            if spell.start < settings.end
        ],
        columns=[
            "customer",
            "subscription",
            "product",
            "plan",
            "quantity",
            "start",
            "stop",
            "ended",
            "gross",
            "is_resumed",
            "ended_by",
        ],
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


def at_instants(stretches: pd.DataFrame, instants: np.ndarray) -> pd.DataFrame:
    """The rows that hold at each instant: start < instant <= stop."""
    first = np.searchsorted(instants, stretches["start"].to_numpy(), side="right")
    last = np.searchsorted(instants, stretches["stop"].to_numpy(), side="right")
    counts = last - first
    rows = stretches.loc[stretches.index.repeat(counts)].reset_index(drop=True)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows["instant"] = instants[np.repeat(first, counts) + offset]
    return rows


def _net(rows: pd.DataFrame, discounts: pd.DataFrame) -> pd.Series:
    """MRR of each row at its `instant`: percents, then the amount off shared by price over its subscription's rows."""
    keyed = rows[["subscription", "instant"]].drop_duplicates()
    running = keyed.merge(discounts, on="subscription")
    running = running[(running["from"] < running["instant"]) & (running["instant"] <= running["until"])]
    terms = running.groupby(["subscription", "instant"]).agg(keeps=("keeps", "prod"), off=("off", "sum")).reset_index()
    joined = rows.merge(terms, on=["subscription", "instant"], how="left").fillna({"keeps": 1.0, "off": 0.0})
    total = joined.groupby(["subscription", "instant"])["gross"].transform("sum")
    net = (total * joined["keeps"] - joined["off"]).clip(lower=0.0)
    # Of money a millionth is kept, half a one is rounded up.
    return (net * joined["gross"] / total + 1e-10).round(6).set_axis(rows.index)
