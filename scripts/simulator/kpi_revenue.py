"""The truth of the KPIs of revenue: what became of what customers paid, from their months, contracts, reasons for leaving and costs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .kpis import KEY, Kpis, amount, beside, judged, rate, ratio, share, total
from .settings import Settings

MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")
AMOUNTS = ("opening", *MOVEMENTS)
DRIVERS = ("upsell", "seat", "cross_sell", "price")
FINAL = 30
ASKED, FEW_CHURNS = timedelta(days=60), 10
NEAR, BELIEVED_FIRST = timedelta(days=60), ("exit_survey", "csm", "form")


class RevenueKpis:
    """`spine`: customer and month (numbers); `months`: movements since a customer's first payment, as truth.py states them."""

    def __init__(self, settings: Settings, kpis: Kpis, spine: pd.DataFrame, months: pd.DataFrame) -> None:
        self.settings, self.kpis, self.months = settings, kpis, months
        spine = spine.merge(months, how="left", on=["customer", "month"]).fillna({"reason": ""})
        self.spine = spine.fillna(0.0)
        self.first_month = spine["month"].min()

    def add(self, renewals: pd.DataFrame, last_served: pd.Series, reasons: pd.DataFrame) -> None:
        """`renewals`: one row per contract due; `last_served`: when service last ended by customer and month; `reasons`: what was written of losses."""
        churns = self._churns(last_served, reasons)
        self._movements()
        self._churn(churns)
        self._reasons(churns)
        self._retention()
        self._cohorts()
        self._trailing_kpis()
        self._renewals(renewals)

    def _movements(self) -> None:
        """A row per customer-month of the spine, and one per movement in it."""
        spine = self.spine.assign(breakdown="all", amount=self.spine["closing"])
        moved = [spine.assign(breakdown=name, amount=spine[name])[spine[name] > 0] for name in MOVEMENTS]
        self.kpis.add("mrr_movements", pd.concat([spine, *moved]), _chain, window=FINAL, has_customers=True)

    def add_expansion(self, groups: pd.DataFrame) -> None:
        """`groups`: customer-months by what they are compared by, beside all."""
        spine = pd.concat([self.spine.assign(breakdown="all"), groups])
        spine["is_growing"] = spine["expansion"] > 0
        self.kpis.add("expansion_revenue", spine, _expansion, window=FINAL, has_customers=True)

    # --- who leaves, and why ----------------------------------------------------------------------------

    def _churns(self, last_served: pd.Series, reasons: pd.DataFrame) -> pd.DataFrame:
        """One row per churn with when service ended, and what is believed of why: who was asked first-hand before all, then what was
        written nearest to it."""
        churns = self.months[self.months["churn"] > 0].rename(columns={"reason": "kind"}).reset_index(drop=True)
        churns = churns.join(last_served.rename("lost_on"), on=["customer", "month"])
        told = reasons[reasons["is_primary"]].assign(told_on=reasons["churned_at"].dt.normalize())
        told["place"] = told["source"].map(BELIEVED_FIRST.index)
        pairs = churns[["customer", "lost_on"]].reset_index(names="churn").merge(told, on="customer")
        pairs["distance"] = (pairs["told_on"] - pairs["lost_on"]).abs()
        pairs = pairs[pairs["distance"] <= NEAR].sort_values(["place", "distance"], kind="stable")
        best = pairs.drop_duplicates("churn").set_index("churn")[["reason_code", "is_voluntary"]]
        churns = churns.join(best)
        churns["is_final"] = churns["lost_on"] + ASKED <= self.settings.end
        return churns.fillna({"reason_code": "not_captured"})

    def _churn(self, churns: pd.DataFrame) -> None:
        opened = judged(self.spine[self.spine["opening"] > 0], True, self.spine["churn"] > 0)
        opened = opened.merge(churns[["customer", "month", "is_voluntary"]], "left", ["customer", "month"])
        opened["voluntary"] = opened["is_voluntary"].eq(True)
        opened["involuntary"] = opened["is_voluntary"].eq(False)
        opened["paused"] = opened["is_success"] & (opened["reason"] == "pause")
        placed = self.kpis.placed(opened.assign(segment_month=opened["month"] - 1, breakdown="all"))
        numbers = self.kpis.measured(placed, _churn)
        stays = numbers.pivot(index="place", columns="month", values="value")
        stays = 1 - stays.reindex(columns=range(self.settings.months))
        year = 1 - stays.T.rolling(12).apply(np.prod, raw=True).T
        numbers = beside(numbers, year, "compounded_12m_value")
        self.kpis.state("customer_churn_rate", numbers, window=FINAL)
        self.churned = numbers

    def _reasons(self, churns: pd.DataFrame) -> None:
        """Each churn in its month and in the two after it, under every reason that anybody ever had."""
        shown = [
            churns.assign(segment_month=churns["month"], month=churns["month"] + n, is_own=n == 0) for n in range(3)
        ]
        shown = pd.concat(shown)
        shown = shown[shown["month"] < self.settings.months]
        rows = [shown.assign(breakdown="all", has_reason=shown["reason_code"] != "not_captured")]
        for reason in churns["reason_code"].unique():
            rows.append(shown.assign(breakdown=reason, has_reason=shown["reason_code"] == reason))
        rows = pd.concat(rows)
        is_final, is_own = rows["is_final"].astype(bool), rows["is_own"]
        has_reason, mrr = rows["has_reason"].astype(float), rows["churn"]
        columns = {
            "with_reason": has_reason.where(is_final),
            "all": has_reason.where(is_final).notna().where(is_final).astype(float),
            "own_with_reason": has_reason.where(is_final & is_own),
            "own": has_reason.notna().where(is_final & is_own).astype(float),
            "mrr_with_reason": (mrr * has_reason).where(is_final & is_own),
            "mrr": mrr.where(is_final & is_own),
            "is_pending": is_own & ~is_final,
        }
        numbers = self.kpis.measured(self.kpis.placed(rows.assign(**columns)), _exit_reasons)
        named = numbers[~numbers["breakdown"].isin(["all", "not_captured"]) & (numbers["value"] > 0)]
        top = named.sort_values(["value", "breakdown"], ascending=[False, True]).drop_duplicates(["place", "month"])
        top = top.assign(top_reason=top["breakdown"], breakdown="all").set_index(KEY)
        at = pd.MultiIndex.from_frame(numbers[KEY])
        is_all = (numbers["breakdown"] == "all").to_numpy()
        for name in ("numerator", "value"):
            numbers[name] = np.where(is_all, top[name].reindex(at), numbers[name])
        numbers["top_reason"] = top["top_reason"].reindex(at).to_numpy()
        self.kpis.state("exit_reason_frequency", numbers, window=60)

    # --- who stays ----------------------------------------------------------------------------------------

    def _retention(self) -> None:
        """What became of those who paid a year and a month ago; who left is 0."""
        found, months = [], self.months
        paid = (months["closing"] > 0).astype(int)
        for back in (12, 1):
            then = months.loc[months["closing"] > 0, ["customer", "month", "closing"]]
            now = months.assign(paid=paid.groupby(months["customer"]).rolling(back).sum().droplevel(0))
            rows = then.assign(month=then["month"] + back, segment_month=then["month"])
            rows = rows.merge(now, on=["customer", "month"], suffixes=("_then", ""))
            is_kept = rows["closing"] > 0
            columns = {
                "d": rows["closing_then"],
                "n": rows["closing"],
                "g": rows[["closing_then", "closing"]].min(axis=1),
                "l": is_kept.astype(float),
                "one": 1.0,
            }
            found.append(
                rows[["customer", "month", "segment_month"]].assign(
                    **{f"{name}{back}": column for name, column in columns.items()},
                    is_cohort=back == 12,
                    was_interrupted=is_kept & (rows["paid"] < back) & (back == 12),
                )
            )
        rows = pd.concat(found, ignore_index=True)
        for kpi, name, base in (
            ("net_revenue_retention", "n", "d"),
            ("gross_revenue_retention", "g", "d"),
            ("logo_retention_rate", "l", "one"),
        ):
            self.kpis.add(kpi, rows, partial(_kept, name=name, base=base), window=FINAL)

    def _cohorts(self) -> None:
        months = self.months
        paying = months[months["closing"] > 0]
        cohorts = paying.groupby("customer").agg(segment_month=("month", "first"), at_start=("closing", "first"))
        followed = months.merge(cohorts, on="customer")
        followed = followed[followed["month"] >= followed["segment_month"]]
        followed["age"] = followed["month"] - followed["segment_month"]
        followed = judged(followed, True, followed["closing"] > 0)
        ages = followed.assign(breakdown=followed["age"].astype(str))
        grown = followed[followed["age"] == 12].assign(breakdown="all")
        numbers = self.kpis.measured(self.kpis.placed(pd.concat([grown, ages])), _cohort)
        start = pd.Series(self.kpis.starts).reindex(numbers["segment_month"]).to_numpy()
        numbers = numbers.assign(cohort_month_start=start).drop(columns="segment_month")
        self.kpis.state("cohort_retention", numbers, window=FINAL)

    def _trailing_kpis(self) -> None:
        months = self.spine
        months["gained"] = months["new"] + months["reactivation"] + months["expansion"]
        months["lost"] = months["churn"] + months["contraction"]
        moves = self._trailing(months, 3)
        self.kpis.add("quick_ratio", moves, _quick_ratio, window=FINAL)
        grown = self._trailing(months[months["expansion"] > 0], 12)
        self.kpis.add("average_revenue_per_expansion_account", grown, _per_expansion, window=FINAL)

    def _trailing(self, months: pd.DataFrame, length: int) -> pd.DataFrame:
        """Every row in its own month, and what moved in those after it that look back so far; `own_…` is that month's alone, `then_…`
        counts where so many months are known."""
        moved = months[(months["gained"] > 0) | (months["lost"] > 0)]
        shown = [moved.assign(month=moved["month"] + later, is_own=False) for later in range(1, length)]
        rows = pd.concat([months.assign(is_own=True), *shown], ignore_index=True)
        rows = rows[rows["month"] < self.settings.months].copy()
        for name in ("gained", "lost", "expansion", "opening", "closing"):
            rows[f"own_{name}"] = rows[name].where(rows["is_own"])
            rows[f"then_{name}"] = rows[name].where(rows["month"] >= self.first_month + length - 1)
        rows["has_moved"] = rows["is_own"] & ((rows["gained"] > 0) | (rows["lost"] > 0))
        rows["was_paying"] = rows["is_own"] & (rows["opening"] > 0)
        rows["then_customer"] = rows["customer"].where(rows["then_closing"].notna())
        return rows

    def _renewals(self, renewals: pd.DataFrame) -> None:
        due = renewals[~renewals["is_superseded"]].copy()
        due["month"] = [self.settings.month_of(pd.Timestamp(month)) for month in due["month"]]
        due = judged(due, due["is_final"], due["is_renewed"])
        due["on_time"] = due["is_due"] & due["is_on_time"]
        due["arr"] = due["arr_usd"].where(due["is_due"])
        due["renewed"] = due["shared_arr_usd"].where(due["is_due"])
        due["kept"] = due[["arr", "renewed"]].min(axis=1)
        due["due_customer"] = due["customer"].where(due["is_due"])
        due["renewed_customer"] = due["customer"].where(due["is_success"])
        self.kpis.add("customer_renewal_rate", due, _renewal, window=FINAL)


def _chain(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    amounts = {f"{name}_mrr_amount": groups[name].sum() for name in AMOUNTS}
    nothing = {"fx_mrr_amount": 0.0 * groups["amount"].sum()}
    return amount(groups["amount"].sum(), groups.size()) | amounts | nothing


def _expansion(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    drivers = {f"{name}_mrr_amount": groups[name].sum() for name in ("opening", *DRIVERS)}
    drivers["rate"] = share(groups["expansion"].sum(), groups["opening"].sum())
    further = {"expanding_customers": groups["is_growing"].sum(), "usage_mrr_amount": 0.0 * groups["opening"].sum()}
    return amount(groups["expansion"].sum(), groups.size()) | drivers | further


def _churn(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers = rate(groups)
    counts = {f"{name}_customers": groups[name].sum() for name in ("voluntary", "involuntary", "paused")}
    return numbers | {"annualised_value": 1 - (1 - numbers["value"]) ** 12} | counts


def _exit_reasons(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    """Three months where one has fewer than ten churns."""
    own, churns = groups["own"].sum(), total(groups, "all")
    is_few = own < FEW_CHURNS
    numbers = ratio(
        total(groups, "own_with_reason").where(~is_few, total(groups, "with_reason")),
        total(groups, "own").where(~is_few, churns),
    )
    return numbers | {
        "sample_size": numbers["denominator"],
        "n_pending": groups["is_pending"].sum(),
        "captured_customers": total(groups, "own_with_reason"),
        "churned_customers": total(groups, "own"),
        "mrr_weighted_value": share(total(groups, "mrr_with_reason"), total(groups, "mrr")),
        "is_trailing_3m": is_few,
    }


def _kept(groups: DataFrameGroupBy, name: str, base: str) -> dict[str, pd.Series]:
    year, month = (ratio(total(groups, f"{name}{back}"), total(groups, f"{base}{back}")) for back in (12, 1))
    cohort = groups["is_cohort"].sum()
    interrupted = {"interrupted_customers": groups["was_interrupted"].sum()} if name == "l" else {}
    return year | {"sample_size": cohort, "n_pending": 0 * cohort, "monthly_value": month["value"]} | interrupted


def _cohort(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    mrr, at_start = groups["closing"].sum(), groups["at_start"].sum()
    return rate(groups) | {
        "segment_month": groups["segment_month"].first(),
        "age_months": groups["age"].first(),
        "cohort_mrr_amount": at_start,
        "mrr_amount": mrr,
        "mrr_value": mrr / at_start,
    }


def _quick_ratio(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    gained, lost = total(groups, "own_gained"), total(groups, "own_lost")
    return ratio(gained, lost) | {
        "sample_size": groups["has_moved"].sum(),
        "n_pending": 0 * groups.size(),
        "is_no_loss": ((gained > 0) & (lost == 0)).where(gained.notna(), None),
        "trailing_3m_value": share(total(groups, "then_gained"), total(groups, "then_lost")),
        "net_new_mrr_amount": gained - lost,
        "arr_amount": 12 * total(groups, "own_closing"),
        "opening_mrr_amount": total(groups, "own_opening"),
        "opening_customers": groups["was_paying"].sum(),
    }


def _per_expansion(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    own = groups["own_expansion"].count().astype(float)
    numbers = ratio(total(groups, "own_expansion"), own.where(own > 0))
    return numbers | {
        "sample_size": own,
        "n_pending": 0 * own,
        "trailing_12m_value": share(total(groups, "then_expansion"), groups["then_customer"].nunique()),
        "total_mrr_per_expansion_account": share(total(groups, "own_closing"), own),
    }


def _renewal(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    due = groups["is_due"].sum()
    arr, kept, renewed = (total(groups, name) for name in ("arr", "kept", "renewed"))
    customers = groups["due_customer"].nunique()
    return rate(groups) | {
        "on_time_value": share(groups["on_time"].sum(), due),
        "gross_value": share(kept, arr),
        "net_value": share(renewed, arr),
        "by_customer_value": share(groups["renewed_customer"].nunique(), customers),
        "due_arr_amount": arr,
        "kept_arr_amount": kept,
        "renewed_arr_amount": renewed,
        "due_customers": customers,
    }
