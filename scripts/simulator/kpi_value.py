"""The truth of the KPIs of value: how long it takes, what it is worth, and what follows it, from success plans, surveys and the ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .catalog import USD_RATE
from .kpi_days import median_days, state_days
from .kpis import Kpis, ratio, total
from .outcomes import Outcomes
from .plans import IS_VALUE
from .settings import Settings
from .success import Success
from .surveys import NOBODY, Surveys

YEAR, BEFORE = 12, pd.Timedelta(days=90)


class ValueKpis:
    def __init__(self, settings: Settings, kpis: Kpis, success: Success) -> None:
        self.settings, self.kpis = settings, kpis
        self.end = np.datetime64(settings.end, "us")
        clock = pd.Series(success.lives.clock, dtype="datetime64[us]").sort_index()
        self.clock = clock[clock < self.end].dt.normalize()
        self.milestones = success.milestones.all[~success.milestones.all["is_cancelled"]]
        outcomes = success.outcomes.all
        self.outcomes = outcomes[~outcomes["is_cancelled"]].assign(
            verified_on=outcomes["verified"].dt.normalize(),
            is_reached=Outcomes.is_reached(outcomes),
            is_exceeded=Outcomes.is_exceeded(outcomes),
        )

    def add(self, surveys: Surveys, invoiced: pd.DataFrame, first_month: int) -> None:
        """`invoiced`: as invoiced.py says; `first_month`: from when on subscriptions are known."""
        self._times_to_value()
        self._times_to_exceed(surveys.judged())
        self._returns(invoiced, first_month)

    # --- how long it takes --------------------------------------------------------------------------------

    def _times_to_value(self) -> None:
        plan = self.milestones
        done = plan.dropna(subset="achieved").assign(on=lambda rows: rows["achieved"].dt.normalize())
        live = done[done["name"] == "go_live"].groupby("customer")["on"].min()
        value = done[done["name"].isin(IS_VALUE)].groupby("customer")["on"].min()
        units = self._clocks(self.clock, value)
        live = live.reindex(units["customer"])
        is_planned = units["customer"].isin(plan.loc[plan["name"].isin(IS_VALUE), "customer"])
        units = units.assign(
            is_live=live.notna().to_numpy(),
            to_live=_days(self.clock.loc[units["customer"]], live),
            from_live=np.where(live.notna(), _days(live, value.reindex(units["customer"])), np.nan),
            is_unplanned=~is_planned,
        )
        state_days(self.settings, self.kpis, "time_to_value", units, "reached", _parts)

    def _times_to_exceed(self, answers: pd.DataFrame) -> None:
        """Of those that have an outcome, or rated the value."""
        rated = answers["survey_type"].eq("value") & answers["exclusion_reason"].isna() & answers["customer"].ne(NOBODY)
        answers = answers[rated]
        top = answers.loc[answers["score"] == answers["high"], ["customer", "responded_at"]]
        beyond = self.outcomes.loc[self.outcomes["is_exceeded"], ["customer", "verified"]]
        proofs = pd.concat([beyond.set_axis(["customer", "at"], axis=1), top.set_axis(["customer", "at"], axis=1)])
        first = proofs.groupby("customer")["at"].min().dt.normalize()
        could = np.union1d(self.outcomes["customer"], answers["customer"])
        units = self._clocks(self.clock[self.clock.index.isin(could)], first)
        state_days(self.settings, self.kpis, "time_to_exceed_value", units, "exceeded", _exceeders)

    def _clocks(self, clock: pd.Series, reached: pd.Series) -> pd.DataFrame:
        """A clock that starts before the customer's first month has that month's segments."""
        month = np.array([self.settings.month_of(at) for at in clock.dt.to_pydatetime()])
        customer = clock.index.to_numpy()
        return pd.DataFrame(
            {
                "customer": customer,
                "month": month,
                "segment_month": np.maximum(month, self.kpis.segments.is_spine.argmax(axis=0)[customer]),
                "days": _days(clock, reached.reindex(customer)),
                "observed": (self.end - clock.to_numpy()) // np.timedelta64(1, "D"),
            }
        )

    # --- what it is worth ---------------------------------------------------------------------------------

    def _returns(self, invoiced: pd.DataFrame, first_month: int) -> None:
        """A year's benefit against twelve months of fees and own cost; nothing where either is missing."""
        fees = invoiced.groupby(["customer", "month"])["usd"].sum()
        fees = fees.unstack(fill_value=0.0).reindex(columns=range(self.settings.months), fill_value=0.0)
        fees = fees.T.rolling(YEAR).sum().T.stack().rename("fees")
        months = range(first_month + YEAR - 1, self.settings.months)
        benefits = pd.concat(
            [self._benefits(month) for month in months] or [self._benefits(0).head(0)], ignore_index=True
        )
        units = benefits.join(fees, on=["customer", "month"]).fillna({"fees": 0.0})
        cost = units["fees"] + units["own"]
        is_known = units["verified"].notna() & (cost > 0)
        units = units.assign(cost=cost, net=units["verified"] - cost)
        for name in ("verified", "fees", "own", "cost", "net"):
            units[name] = units[name].where(is_known)
        self.kpis.add("product_roi", units, _return, window=30, has_customers=True)

    def _benefits(self, month: int) -> pd.DataFrame:
        start = np.datetime64(self.settings.month_starts[max(month - YEAR + 1, 0)], "us")
        end = np.datetime64(self.kpis.ends[month], "us")
        rows = self.outcomes
        is_verified = rows["verified_on"] < end
        counted = rows["verified_on"].where(is_verified, rows["target_date"])
        rate = rows["currency"].map(USD_RATE)
        rows = rows.assign(
            month=month,
            verified=(rows["benefit"] * rate).where(is_verified),
            unverified=(rows["benefit"] * rate).where(~is_verified),
            own=(rows["cost"] * rate).where(is_verified),
        )[(counted >= start) & (counted < end)]
        groups = rows.groupby(["customer", "month"])
        sums = pd.DataFrame({name: total(groups, name) for name in ("verified", "unverified", "own")})
        return sums.fillna({"own": 0.0}).reset_index()

    # --- what follows it ----------------------------------------------------------------------------------

    def after_outcomes(self, spine: pd.DataFrame) -> pd.DataFrame:
        """Customer-months once for each type of outcome that was reached, and verified in the 90 days before the month, else as 'none';
        from the first month on that has any."""
        rows, found = self.outcomes[self.outcomes["is_reached"]], []
        for month, start in enumerate(self.settings.month_starts):
            before = rows[(rows["verified_on"] >= start - BEFORE) & (rows["verified_on"] < start)]
            found.append(before[["customer", "type"]].drop_duplicates().assign(month=month))
        found = pd.concat(found, ignore_index=True).rename(columns={"type": "breakdown"})
        if found.empty:
            return spine.head(0).assign(breakdown="none")
        spine = spine[spine["month"] >= found["month"].min()].drop(columns="breakdown", errors="ignore")
        return spine.merge(found, "left", ["customer", "month"]).fillna({"breakdown": "none"})


def _days(since: pd.Series, until: pd.Series) -> np.ndarray:
    """What came before took no time; what has not come is later than all."""
    days = (until.to_numpy() - since.to_numpy()) / np.timedelta64(1, "D")
    return np.where(np.isnan(days), np.inf, np.maximum(days, 0))


def _parts(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return {
        "median_days_to_go_live": median_days(groups, "to_live"),
        "median_days_from_go_live": median_days(groups, "from_live"),
        "live_customers": groups["is_live"].sum(),
        "customers_without_value_milestone": groups["is_unplanned"].sum(),
    }


def _exceeders(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    days = groups["days"].apply(lambda days: days[np.isfinite(days)].mean())
    return {"mean_among_exceeders": days}


def _return(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    units = groups["net"].count()
    return ratio(total(groups, "net"), total(groups, "cost")) | {
        "sample_size": units,
        "n_pending": 0 * units,
        "verified_benefit_amount": total(groups, "verified"),
        "fee_amount": total(groups, "fees"),
        "internal_cost_amount": total(groups, "own"),
        "unverified_benefit_amount": total(groups, "unverified"),
    }
