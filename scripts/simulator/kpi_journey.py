"""The truth of the KPIs of journeys and promised value, from stages, milestones and outcomes as they were lived."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .journey import CHURNED, DAY, STAGES, month_ends
from .kpis import Kpis, judged, rate, share
from .outcomes import VERIFICATION_DAYS, Outcomes
from .settings import Settings, add_months
from .success import Success
from .truth import at_instants

KEY = ["customer", "month"]
GO_LIVE_DAYS, STALLED, LIKE_THEM = 60, 1.5, 10
EXPECTED = pd.read_csv(Path(__file__).resolve().parents[2] / "seeds" / "stages.csv").set_index("stage")["expected_days"]


class JourneyKpis:
    def __init__(self, settings: Settings, kpis: Kpis, spine: pd.DataFrame, success: Success) -> None:
        self.settings, self.kpis, self.spine, self.success = settings, kpis, spine[KEY], success
        self.ends = month_ends(settings)

    def add(self) -> None:
        self._stages()
        self._milestones()
        self._onboarding()
        self._outcomes()

    def _in_month_of(self, rows: pd.DataFrame, at: pd.Series) -> pd.DataFrame:
        """Of customers of the spine in the month of `at`."""
        month = (at.dt.year - self.settings.start.year) * 12 + at.dt.month - self.settings.start.month
        return rows.assign(month=month).merge(self.spine, on=KEY)

    # --- stages -----------------------------------------------------------------------------------------

    def _stages(self) -> None:
        """Each customer as one of all, in its stage, and in another one that it opened in."""
        held = self._held()
        is_opening = held["opening"] >= 0
        whole = held.assign(breakdown="all", is_opening=is_opening)
        here = held.assign(breakdown=held["name"], is_opening=held["opening"] == held["stage"])
        elsewhere = held[is_opening & (held["opening"] != held["stage"])]
        opened = np.array(STAGES, dtype=object)[elsewhere["opening"]]
        elsewhere = elsewhere[[*KEY, "is_advanced"]].assign(breakdown=opened, is_opening=True, is_here=False)
        units = pd.concat([whole.assign(is_here=True), here.assign(is_here=True), elsewhere], ignore_index=True)
        for name in ("is_stalled", "is_under_way", "is_ready", "is_backward", "is_advanced"):
            counts = units["is_opening"] if name == "is_advanced" else units["is_here"]
            units[name] = counts & units[name].eq(True)
        self.kpis.add("journey_stage", units, _staged, has_customers=True, of_customers=("stage", "obstacle"))

    def _held(self) -> pd.DataFrame:
        """The stage at each month's end of customers of the spine; `opening`: the one of the month before, -1 where that was none."""
        spells = self.success.stages
        held = at_instants(spells, self.ends)
        held["month"] = np.searchsorted(self.ends, held["instant"].to_numpy())
        before = held[["customer", "month", "stage"]].assign(month=held["month"] + 1)
        held = held.merge(before.rename(columns={"stage": "opening"}), "left", KEY)
        held["opening"] = held["opening"].where(held["opening"] != CHURNED).fillna(-1).astype(int)
        held["is_under_way"] = held["stage"] != CHURNED
        held["is_advanced"] = (held["opening"] >= 0) & (held["stage"] > held["opening"]) & held["is_under_way"]
        held["name"] = np.array(STAGES, dtype=object)[held["stage"]]
        held["days"] = (held["instant"].dt.normalize() - held["start"].dt.normalize()).dt.days
        held = held.merge(self.spine, on=KEY)
        held["place"] = self.kpis.segments.places["segment"][held["month"], held["customer"]]
        held = held.join(self._usual_days(spells), on=["place", "month", "stage"])
        expected = held["usual"].fillna(held["name"].map(EXPECTED))
        held["is_stalled"] = held["is_under_way"] & (held["days"] > STALLED * expected)
        return held.join(self._readiness(held), on=KEY).drop(columns="place")

    def _usual_days(self, spells: pd.DataFrame) -> pd.Series:
        """By segment, month and stage: the median of enough stays that went on to a later stage in the twelve months before."""
        later = spells.groupby("customer")["stage"].shift(-1)
        done = spells[(later > spells["stage"]) & (later != CHURNED)]
        done = done.assign(dwell=(done["stop"].dt.normalize() - done["start"].dt.normalize()).dt.days)
        parts = []
        for month, end in enumerate(self.ends):
            since = np.datetime64(add_months(self.settings.month_starts[month], -11))
            recent = done[(done["stop"] < end) & (done["stop"] >= since)]
            place = self.kpis.segments.places["segment"][month, recent["customer"]]
            parts.append(recent.assign(place=place, month=month)[place >= 0])
        dwells = pd.concat(parts).groupby(["place", "month", "stage"])["dwell"].agg(["median", "size"])
        return dwells["median"].where(dwells["size"] >= LIKE_THEM).rename("usual")

    def _readiness(self, held: pd.DataFrame) -> pd.DataFrame:
        """Whether all milestones of the stage are achieved, and the barrier of the most urgent one that is not."""
        plans = self.success.milestones.all
        plans = plans[~plans["is_cancelled"]].reset_index(names="number")
        plans = held[[*KEY, "name", "instant"]].merge(
            plans[["customer", "stage", "number", "due", "achieved", "barrier"]],
            left_on=["customer", "name"],
            right_on=["customer", "stage"],
        )
        plans["is_open"] = ~(plans["achieved"] < plans["instant"])
        obstacles = plans[plans["is_open"] & plans["barrier"].notna()].sort_values(["due", "number"])
        return pd.DataFrame(
            {
                "is_ready": ~plans.groupby(KEY)["is_open"].max(),
                "obstacle": obstacles.drop_duplicates(KEY).set_index(KEY)["barrier"],
            }
        )

    # --- promises ---------------------------------------------------------------------------------------

    def _milestones(self) -> None:
        """All of them, then those of each side that has to act, and of each barrier."""
        plans = self.success.milestones.all
        due = self._in_month_of(plans, plans["original_due"])
        due = due[~due["is_cancelled"]]
        due = due.assign(
            is_achieved=due["achieved"].notna(),
            is_redated=due["due"] != due["original_due"],
            is_by_present_date=due["achieved"].dt.normalize() <= due["due"],
        )
        blocked = due[due["barrier"].notna()]
        shown = [
            due.assign(breakdown="all"),
            due.assign(breakdown="owner: " + due["owner_side"]),
            blocked.assign(breakdown="barrier: " + blocked["barrier"]),
        ]
        units = pd.concat(shown, ignore_index=True)
        units = judged(units, True, units["achieved"].dt.normalize() <= units["original_due"])
        self.kpis.add("milestone_attainment_rate", units, _attained, has_customers=True)

    def _onboarding(self) -> None:
        """Customers by the month of their clock, under their segment then or, later, in their first month."""
        plans = self.success.milestones.all
        go_lives = plans[(plans["name"] == "go_live") & ~plans["is_cancelled"]]
        clock = pd.Series(self.success.lives.clock, dtype="datetime64[us]").dt.normalize().rename("clock")
        days = (go_lives["achieved"].dt.normalize() - go_lives["customer"].map(clock)).dt.days.clip(lower=0)
        live = days.groupby(go_lives["customer"]).agg(["min", "size"])
        first = self.spine.groupby("customer")["month"].min()
        rows = clock[clock < self.settings.end].rename_axis("customer").reset_index()
        rows["month"] = [self.settings.month_of(at) for at in rows["clock"]]
        rows["segment_month"] = rows["month"].clip(lower=rows["customer"].map(first))
        days = rows["customer"].map(live["min"])
        rows = judged(rows, rows["clock"] + GO_LIVE_DAYS * DAY < self.settings.end, days <= GO_LIVE_DAYS)
        rows["is_live"] = rows["is_due"] & days.notna()
        rows["is_unplanned"] = rows["is_due"] & ~rows["customer"].isin(live.index)
        self.kpis.add("onboarding_completion_rate", rows, _onboarded, window=GO_LIVE_DAYS)

    def _outcomes(self) -> None:
        """Each in the month of its target date and the eleven after it."""
        rows = self.success.outcomes.all
        lower, actual, target = rows["is_lower_better"], rows["actual"], rows["target"]
        until = rows["target_date"] + VERIFICATION_DAYS * DAY
        is_reached = Outcomes.is_reached(rows)
        rows = judged(rows, until < self.settings.end, is_reached & (rows["verified"].dt.normalize() <= until))
        rows["was_reached"] = rows["is_due"] & is_reached
        rows["is_exceeded"] = rows["is_success"] & np.where(lower, actual < target, actual > target)
        rows = self._in_month_of(rows[~rows["is_cancelled"]], rows["target_date"])
        shown = pd.concat([rows.assign(month=rows["month"] + n) for n in range(12)])
        shown = shown[shown["month"] < self.settings.months]
        self.kpis.add("verified_outcome_rate", shown, _verified, window=VERIFICATION_DAYS, has_customers=True)


def _staged(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    stalled, customers = groups["is_stalled"].sum(), groups["is_under_way"].sum()
    opening, advanced = groups["is_opening"].sum(), groups["is_advanced"].sum()
    return {
        "numerator": stalled,
        "denominator": customers,
        "value": share(stalled, customers),
        "sample_size": customers,
        "n_pending": 0 * customers,
        "stage": groups["name"].first(),
        "obstacle": groups["obstacle"].first(),
        "median_days_in_stage": groups["days"].median(),
        "ready_customers": groups["is_ready"].sum(),
        "backward_customers": groups["is_backward"].sum(),
        "opening_customers": opening,
        "advanced_customers": advanced,
        "advance_rate": share(advanced, opening),
    }


def _attained(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers = rate(groups)
    return numbers | {
        "overdue_milestones": numbers["denominator"] - numbers["numerator"],
        "ever_achieved_milestones": groups["is_achieved"].sum(),
        "redated_milestones": groups["is_redated"].sum(),
        "achieved_by_present_date": groups["is_by_present_date"].sum(),
    }


def _onboarded(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers, unplanned = rate(groups), groups["is_unplanned"].sum()
    return numbers | {
        "ever_completed_customers": groups["is_live"].sum(),
        "customers_without_go_live": unplanned,
        "share_without_go_live": share(unplanned, numbers["denominator"]),
    }


def _verified(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return rate(groups) | {
        "reached_outcomes": groups["was_reached"].sum(),
        "exceeded_outcomes": groups["is_exceeded"].sum(),
    }
