"""Success plans: milestones that a customer and we agree on, and outcomes that the customer bought the product for.

Hidden paths (world.py) are those of the month in which something falls due; logits and days are
    a milestone is achieved      8 - 12 success - 4 usage days after it was due, give or take 15
    it is never achieved         logit -2.2 - 0.9 success
    an outcome reaches           1 + 0.20 success + 0.08 usage of its target, give or take 0.15
    the customer verifies it     20 - 5 relationship days after its target date, give or take 12
    it is never verified         logit -1.8 - 0.8 relationship
    its yearly benefit           grows by e to the 0.3 success
Go-live and first value are milestones, so both come sooner with success. Who leaves achieves nothing more; what is then
open is mostly cancelled.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .catalog import USD_RATE
from .contracts import Contracts
from .journey import Lives, journey_tables, month_ends, text
from .ledger import Ledger
from .plays import Plays
from .settings import Settings
from .world import World

# Name, stage, days after the plan's start, our doing or the customer's, how often it is part of a plan.
PLAN = (
    ("kickoff", "onboarding", 7, "vendor", 0.9),
    ("integration", "onboarding", 25, "customer", 0.8),
    ("go_live", "onboarding", 42, "customer", 0.95),
    ("training", "adoption", 55, "vendor", 0.6),
    ("first_value", "adoption", 65, "customer", 0.9),
    ("adoption_review", "adoption", 120, "vendor", 0.5),
    ("value_proof", "value", 190, "customer", 0.6),
    ("executive_review", "value", 270, "vendor", 0.5),
    ("business_case", "expansion", 365, "customer", 0.4),
)
IS_VALUE = ("first_value", "value_proof")
BARRIERS = {
    "vendor": ("missing_feature", "resourcing", "open_ticket"),
    "customer": ("it_security", "data_quality", "priorities", "sponsor_left"),
}
# Type, whether less is more, target from and to, whether it is written with a digit after the point.
OUTCOMES = (
    ("cost_saving", False, 10_000, 200_000),
    ("revenue_growth", False, 20_000, 300_000),
    ("handling_minutes", True, 5, 60),
    ("error_rate_percent", True, 1, 9),
)
OUTCOME_EVERY = 150
VERIFICATION_DAYS = 30


def success_tables(
    settings: Settings, world: World, ledger: Ledger, contracts: Contracts
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """The files that customer success keeps, and the truth of them."""
    lives = Lives(settings, world, ledger, contracts)
    stage_history, stage_months = journey_tables(settings, lives)
    plans, plays = Plans(settings, lives), Plays(settings, lives)
    files = {
        "stage_history": stage_history,
        "milestones": plans.milestone_file(),
        "outcomes": plans.outcome_file(),
        "plays": plays.play_file(),
        "health_overrides": plays.override_file(),
    }
    truth = {
        "stage_months": stage_months,
        "milestone_months": plans.milestone_months(),
        "customer_clocks": plans.clocks(),
        "outcome_months": plans.outcome_months(),
        "play_months": plays.play_months(),
        "health_override_months": plays.override_months(),
    }
    return files, {name: rows.assign(**world.names(rows["customer"])) for name, rows in truth.items()}


class Plans:
    """The plans of `lives` as they stand at the window's end."""

    def __init__(self, settings: Settings, lives: Lives) -> None:
        self.settings, self.world, self.lives = settings, lives.world, lives
        self.end = np.datetime64(settings.end, "us")
        self.starts = np.array([at.date() for at in settings.month_starts])
        living = [life for life in lives.all if life.anchor < settings.end]
        self.living = pd.DataFrame(
            {
                "customer": [life.customer for life in living],
                "anchor": np.array([life.anchor for life in living], dtype="datetime64[us]"),
                "gone": np.array([life.gone for life in living], dtype="datetime64[us]"),
            }
        )
        self.milestones = self._milestones()
        self.outcomes = self._outcomes()

    def _repeated(self, times: int) -> pd.DataFrame:
        rows = self.living.loc[self.living.index.repeat(times)].reset_index(drop=True)
        rows["step"] = np.tile(np.arange(times), len(self.living))
        return rows

    def _path(self, name: str, rows: pd.DataFrame, at: pd.Series) -> np.ndarray:
        months = (at.dt.year - self.settings.start.year) * 12 + at.dt.month - self.settings.start.month
        return getattr(self.world, name)[rows["customer"], months.clip(0, self.settings.months - 1)]

    # --- milestones -----------------------------------------------------------------------------------

    def _milestones(self) -> pd.DataFrame:
        rng = self.settings.rng("milestones")
        rows = self._repeated(len(PLAN))
        names, stages, days, owners, shares = (np.array(column) for column in zip(*PLAN, strict=True))
        for column, values in {"name": names, "stage": stages, "owner_side": owners}.items():
            rows[column] = values[rows["step"]]
        pace = self.world.customers["segment"].map({"SMB": 0.85, "MM": 1.0, "ENT": 1.3}).to_numpy()
        after = days[rows["step"]] * pace[rows["customer"]] + rng.integers(-4, 5, len(rows))
        rows["original_due"] = rows["anchor"].dt.normalize() + pd.to_timedelta(after.round(), unit="D")
        success, usage = (self._path(name, rows, rows["original_due"]) for name in ("success", "usage"))
        late = 8 - 12 * success - 4 * usage + rng.normal(0, 15, len(rows))
        # Some are achieved in the due day's first or last second.
        sharp, second = rng.random(len(rows)), rng.integers(0, 86400, len(rows))
        late = np.where(sharp < 0.04, 0, np.floor(late))
        second = np.select([sharp < 0.02, sharp < 0.04], [0, 86399], second)
        achieved = rows["original_due"] + pd.to_timedelta(late, unit="D") + pd.to_timedelta(second, unit="s")
        achieved = achieved.where(achieved > rows["anchor"] - np.timedelta64(20, "D"), rows["anchor"])
        is_never = rng.random(len(rows)) < 1 / (1 + np.exp(2.2 + 0.9 * success))
        is_done = ~is_never & (achieved < rows["gone"]) & (achieved < self.end)
        rows["achieved"] = achieved.where(is_done)
        is_dropped = rng.random(len(rows)) < np.where(
            rows["gone"] <= np.minimum(rows["original_due"], self.end), 0.7, 0.03
        )
        rows["is_cancelled"] = is_dropped & ~is_done
        self._redate(rows, rng, late)
        rows["barrier"] = self._barriers(rows, rng, late)
        keep = rng.random(len(rows)) < shares[rows["step"]]
        return rows[keep].reset_index(drop=True)

    def _redate(self, rows: pd.DataFrame, rng: np.random.Generator, late: np.ndarray) -> None:
        """Half of those that will be late get a new date some days before the old one, now and then one that is earlier."""
        draw, told = rng.random(len(rows)), rng.integers(1, 15, len(rows))
        is_known = rows["original_due"] - pd.to_timedelta(told, unit="D") < self.end
        moved = np.where((late > 3) & (draw < 0.5), rng.integers(7, 60, len(rows)), 0)
        moved = np.where(draw > 0.98, -3, moved) * is_known
        rows["due"] = rows["original_due"] + pd.to_timedelta(moved, unit="D")

    @staticmethod
    def _barriers(rows: pd.DataFrame, rng: np.random.Generator, late: np.ndarray) -> np.ndarray:
        draw, choice = rng.random((2, len(rows)))
        barrier = np.full(len(rows), None, dtype=object)
        for side, names in BARRIERS.items():
            is_met = (rows["owner_side"] == side).to_numpy() & ((late > 0) | rows["achieved"].isna()) & (draw < 0.6)
            barrier[is_met] = np.array(names, dtype=object)[(choice[is_met] * len(names)).astype(int)]
        return barrier

    def milestone_file(self) -> pd.DataFrame:
        rng = self.settings.rng("milestones on file")
        rows = self.milestones
        is_open = rows["achieved"].isna() & ~rows["is_cancelled"]
        state = np.where(rng.random(len(rows)) < 0.5, "planned", "in_progress")
        frame = pd.DataFrame(
            {
                "milestone_id": [f"ms_{n:06d}" for n in range(1, len(rows) + 1)],
                "customer_id": self.lives.account(rows["customer"].to_numpy(), rows["anchor"].to_numpy()),
                "stage": rows["stage"],
                "original_due_at": rows["original_due"].dt.strftime("%Y-%m-%d"),
                "due_at": rows["due"].dt.strftime("%Y-%m-%d"),
                "achieved_at": text(rows["achieved"]),
                "is_go_live": rows["name"] == "go_live",
                "is_value": rows["name"].isin(IS_VALUE),
                "owner_side": rows["owner_side"],
                "barrier": rows["barrier"],
                "status": np.select([rows["is_cancelled"], is_open], ["cancelled", state], "achieved"),
            }
        )
        # Who never re-dated a milestone often left the first date empty.
        is_plain = (rows["due"] == rows["original_due"]) & (rng.random(len(rows)) < 0.1)
        frame["original_due_at"] = frame["original_due_at"].mask(is_plain)
        broken = frame.head(4).copy()
        broken["milestone_id"] = [f"ms_x{n}" for n in range(4)]
        broken["status"] = ["achieved", "doing", "planned", "cancelled"]
        broken["achieved_at"] = [None, None, None, "2026-01-01 10:00:00"]
        broken["due_at"] = ["2026-01-01", "2026-01-01", "15.01.2026", "2026-01-01"]
        return pd.concat([frame, frame.iloc[3:5], broken], ignore_index=True)

    def milestone_months(self) -> pd.DataFrame:
        """By customer and month: what was due by its first date and by its present one, and done by then."""
        rows = self.milestones.assign(
            is_achieved=self.milestones["achieved"].notna(),
            is_on_time=self.milestones["achieved"].dt.normalize() <= self.milestones["original_due"],
            is_by_present=self.milestones["achieved"].dt.normalize() <= self.milestones["due"],
            is_redated=self.milestones["due"] != self.milestones["original_due"],
        )
        rows["counts"] = ~rows["is_cancelled"]
        first = self._monthly(
            rows,
            "original_due",
            due="counts",
            achieved_on_time="is_on_time",
            achieved_ever="is_achieved",
            cancelled="is_cancelled",
            redated="is_redated",
        )
        present = self._monthly(
            rows[rows["counts"]], "due", due_by_present_date="counts", achieved_by_present_date="is_by_present"
        )
        return first.join(present, how="outer").fillna(0).astype(int).reset_index()

    def _monthly(self, rows: pd.DataFrame, at: str, **sums: str) -> pd.DataFrame:
        """Sums by customer and complete month of `at`."""
        rows = rows[(rows[at] < self.end) & (rows[at] >= np.datetime64(self.settings.start))]
        month = self.starts[np.searchsorted(month_ends(self.settings), rows[at].to_numpy(), side="right")]
        grouped = rows.assign(month=month).groupby(["customer", "month"])
        return pd.DataFrame({name: grouped[column].sum() for name, column in sums.items()})

    def clocks(self) -> pd.DataFrame:
        """Each customer's clock and the days from it to go-live and to the first value; what came before it took none."""
        achieved = self.milestones.dropna(subset="achieved")
        customers = sorted(self.lives.clock)
        clock = pd.Series({customer: self.lives.clock[customer] for customer in customers}, dtype="datetime64[us]")
        rows = pd.DataFrame({"customer": customers, "clock_started_on": clock.dt.date.to_numpy()})
        for name, names in (("go_live", ("go_live",)), ("value", IS_VALUE)):
            first = achieved[achieved["name"].isin(names)].groupby("customer")["achieved"].min().reindex(customers)
            days = (first.dt.normalize() - clock.dt.normalize()).dt.days.clip(lower=0)
            rows[f"days_to_{name}"] = days.astype("Int64").to_numpy()
        return rows[clock.to_numpy() < self.end]

    # --- outcomes -------------------------------------------------------------------------------------

    def _outcomes(self) -> pd.DataFrame:
        rng = self.settings.rng("outcomes")
        rows = self._repeated(max(self.settings.days // OUTCOME_EVERY, 1))
        after = 90 + rows["step"] * OUTCOME_EVERY + rng.integers(-20, 21, len(rows))
        rows["target_date"] = rows["anchor"].dt.normalize() + pd.to_timedelta(after, unit="D")
        # A plan is written a quarter ahead.
        ahead = np.timedelta64(90, "D")
        keep = (rng.random(len(rows)) < 0.75) & (rows["target_date"] - ahead < np.minimum(self.end, rows["gone"]))
        rows = rows[keep].reset_index(drop=True)
        count = len(rows)
        kind = rng.integers(0, len(OUTCOMES), count)
        names, lower, least, most = (np.array(column) for column in zip(*OUTCOMES, strict=True))
        rows["type"], rows["is_lower_better"] = names[kind], lower[kind]
        rows["target"] = np.round(rng.uniform(least[kind], most[kind]), 1)
        success, usage, relationship = (
            self._path(name, rows, rows["target_date"]) for name in ("success", "usage", "relationship")
        )
        share = (1 + 0.20 * success + 0.08 * usage + rng.normal(0, 0.15, count)).clip(0.2, 1.8)
        share = np.where(rng.random(count) < 0.08, 1.0, share)
        rows["actual"] = np.round(rows["target"] * np.where(rows["is_lower_better"], 2 - share, share), 1)
        lag = np.floor(20 - 5 * relationship + rng.normal(0, 12, count))
        sharp = rng.random(count)
        lag = np.select([sharp < 0.05, sharp < 0.1], [VERIFICATION_DAYS, VERIFICATION_DAYS + 1], lag)
        verified = rows["target_date"] + pd.to_timedelta(lag * 86400 + rng.integers(0, 86400, count), unit="s")
        is_never = rng.random(count) < 1 / (1 + np.exp(1.8 + 0.8 * relationship))
        rows["is_cancelled"] = (rows["gone"] <= np.minimum(rows["target_date"], self.end)) & (rng.random(count) < 0.6)
        is_live = (verified < rows["gone"]) & (verified < self.end) & ~rows["is_cancelled"]
        rows["verified"] = verified.where(is_live & ~is_never)
        rows["is_measured"] = (rows["target_date"] < np.minimum(self.end, rows["gone"])) | rows["verified"].notna()
        rows["currency"] = self.world.customers["currency"].to_numpy()[rows["customer"]]
        seats = self.world.customers["seats"].to_numpy()[rows["customer"]]
        rate = rows["currency"].map(USD_RATE).to_numpy()
        benefit = 400 * seats * np.exp(0.3 * success + rng.normal(0, 0.5, count))
        rows["benefit"] = np.round(benefit / rate, 2)
        rows["cost"] = np.round(benefit * rng.uniform(0.02, 0.3, count) / rate, 2)
        rows["cost"] = rows["cost"].where(rng.random(count) < 0.8)
        return rows

    def outcome_file(self) -> pd.DataFrame:
        rows = self.outcomes
        is_reached = self._is_reached(rows)
        status = np.select(
            [rows["is_cancelled"], ~rows["is_measured"], is_reached], ["cancelled", "open", "achieved"], "missed"
        )
        frame = pd.DataFrame(
            {
                "outcome_id": [f"oc_{n:06d}" for n in range(1, len(rows) + 1)],
                "customer_id": self.lives.account(rows["customer"].to_numpy(), rows["anchor"].to_numpy()),
                "type": rows["type"],
                "target": rows["target"],
                "actual": rows["actual"].where(rows["is_measured"]),
                "is_lower_better": rows["is_lower_better"],
                "target_date": rows["target_date"].dt.strftime("%Y-%m-%d"),
                "verified_at": text(rows["verified"]),
                "annual_benefit": rows["benefit"],
                "internal_cost": rows["cost"],
                "currency": rows["currency"].str.upper(),
                "status": status,
            }
        )
        broken = frame.head(3).copy()
        broken["outcome_id"] = [f"oc_x{n}" for n in range(3)]
        broken["target_date"] = ["30/06/2026", "2026-03-01", "2026-03-01"]
        broken["status"] = ["open", "in doubt", "open"]
        broken["annual_benefit"] = [1000.0, 1000.0, -1000.0]
        return pd.concat([frame, frame.tail(2), broken], ignore_index=True)

    @staticmethod
    def _is_reached(rows: pd.DataFrame) -> pd.Series:
        reaches = np.where(rows["is_lower_better"], rows["actual"] <= rows["target"], rows["actual"] >= rows["target"])
        return rows["is_measured"] & reaches & ~rows["is_cancelled"]

    def outcome_months(self) -> pd.DataFrame:
        """By customer and month of the target date what was due, reached, and verified in time; by month of verification
        what it brings in a year and cost, in USD."""
        rows = self.outcomes
        window = rows["target_date"] + np.timedelta64(VERIFICATION_DAYS, "D")
        is_in_time = rows["verified"].dt.normalize() <= window
        rate = rows["currency"].map(USD_RATE)
        rows = rows.assign(
            counts=~rows["is_cancelled"],
            is_reached=self._is_reached(rows),
            is_achieved=self._is_reached(rows) & is_in_time,
            is_pending=~rows["is_cancelled"] & (window + np.timedelta64(1, "D") > self.end),
            is_verified=True,
            benefit_usd=rows["benefit"] * rate,
            cost_usd=rows["cost"].fillna(0.0) * rate,
        )
        due = self._monthly(
            rows,
            "target_date",
            due="counts",
            reached="is_reached",
            verified_on_time="is_achieved",
            pending="is_pending",
        )
        verified = self._monthly(
            rows.dropna(subset="verified"),
            "verified",
            verified="is_verified",
            benefit_usd="benefit_usd",
            cost_usd="cost_usd",
        )
        months = due.join(verified, how="outer").fillna(0)
        whole = ["due", "reached", "verified_on_time", "pending", "verified"]
        return months.astype(dict.fromkeys(whole, int)).reset_index()
