"""Success plans: what a customer and we agree to reach by when. success.py says what drives them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .journey import Lives, month_ends, text
from .settings import Settings

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


class Plans:
    """The lives that have a plan; a plan begins with its life's anchor and is known as it stands at the window's end."""

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

    def repeated(self, times: int) -> pd.DataFrame:
        rows = self.living.loc[self.living.index.repeat(times)].reset_index(drop=True)
        rows["step"] = np.tile(np.arange(times), len(self.living))
        return rows

    def path(self, name: str, rows: pd.DataFrame, at: pd.Series) -> np.ndarray:
        months = (at.dt.year - self.settings.start.year) * 12 + at.dt.month - self.settings.start.month
        return getattr(self.world, name)[rows["customer"], months.clip(0, self.settings.months - 1)]

    def monthly(self, rows: pd.DataFrame, at: str, **sums: str) -> pd.DataFrame:
        """Sums by customer and complete month of `at`."""
        rows = rows[(rows[at] < self.end) & (rows[at] >= np.datetime64(self.settings.start))]
        month = self.starts[np.searchsorted(month_ends(self.settings), rows[at].to_numpy(), side="right")]
        grouped = rows.assign(month=month).groupby(["customer", "month"])
        return pd.DataFrame({name: grouped[column].sum() for name, column in sums.items()})


class Milestones(Plans):
    def __init__(self, settings: Settings, lives: Lives) -> None:
        super().__init__(settings, lives)
        self.all = self._milestones()

    def _milestones(self) -> pd.DataFrame:
        rng = self.settings.rng("milestones")
        rows = self.repeated(len(PLAN))
        names, stages, days, owners, shares = (np.array(column) for column in zip(*PLAN, strict=True))
        for column, values in {"name": names, "stage": stages, "owner_side": owners}.items():
            rows[column] = values[rows["step"]]
        pace = self.world.customers["segment"].map({"SMB": 0.85, "MM": 1.0, "ENT": 1.3}).to_numpy()
        after = days[rows["step"]] * pace[rows["customer"]] + rng.integers(-4, 5, len(rows))
        rows["original_due"] = rows["anchor"].dt.normalize() + pd.to_timedelta(after.round(), unit="D")
        success, usage = (self.path(name, rows, rows["original_due"]) for name in ("success", "usage"))
        late = 3 - 12 * success - 4 * usage + rng.normal(0, 15, len(rows))
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

    def file(self) -> pd.DataFrame:
        rng = self.settings.rng("milestones on file")
        rows = self.all
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

    def months(self) -> pd.DataFrame:
        """By customer and month: what was due by its first date and by its present one, and done by then."""
        rows = self.all.assign(
            is_achieved=self.all["achieved"].notna(),
            is_on_time=self.all["achieved"].dt.normalize() <= self.all["original_due"],
            is_by_present=self.all["achieved"].dt.normalize() <= self.all["due"],
            is_redated=self.all["due"] != self.all["original_due"],
        )
        rows["counts"] = ~rows["is_cancelled"]
        first = self.monthly(
            rows,
            "original_due",
            due="counts",
            achieved_on_time="is_on_time",
            achieved_ever="is_achieved",
            cancelled="is_cancelled",
            redated="is_redated",
        )
        present = self.monthly(
            rows[rows["counts"]], "due", due_by_present_date="counts", achieved_by_present_date="is_by_present"
        )
        return first.join(present, how="outer").fillna(0).astype(int).reset_index()

    def clocks(self) -> pd.DataFrame:
        """Each customer's clock and the days from it to go-live and to the first value; what came before it took none."""
        achieved = self.all.dropna(subset="achieved")
        customers = sorted(self.lives.clock)
        clock = pd.Series({customer: self.lives.clock[customer] for customer in customers}, dtype="datetime64[us]")
        rows = pd.DataFrame({"customer": customers, "clock_started_on": clock.dt.date.to_numpy()})
        for name, names in (("go_live", ("go_live",)), ("value", IS_VALUE)):
            first = achieved[achieved["name"].isin(names)].groupby("customer")["achieved"].min().reindex(customers)
            days = (first.dt.normalize() - clock.dt.normalize()).dt.days.clip(lower=0)
            rows[f"days_to_{name}"] = days.astype("Int64").to_numpy()
        return rows[clock.to_numpy() < self.end]
