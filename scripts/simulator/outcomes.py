"""Outcomes: the numbers that a customer bought the product for, and what they are worth. success.py says what drives them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .catalog import USD_RATE
from .journey import Lives, text
from .plans import Plans
from .settings import Settings

# Type, whether less is more, target from and to, whether it is written with a digit after the point.
OUTCOMES = (
    ("cost_saving", False, 10_000, 200_000),
    ("revenue_growth", False, 20_000, 300_000),
    ("handling_minutes", True, 5, 60),
    ("error_rate_percent", True, 1, 9),
)
OUTCOME_EVERY = 150
VERIFICATION_DAYS = 30


class Outcomes(Plans):
    def __init__(self, settings: Settings, lives: Lives) -> None:
        super().__init__(settings, lives)
        self.all = self._outcomes()

    def _outcomes(self) -> pd.DataFrame:
        rng = self.settings.rng("outcomes")
        rows = self.repeated(max(self.settings.days // OUTCOME_EVERY, 1))
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
            self.path(name, rows, rows["target_date"]) for name in ("success", "usage", "relationship")
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

    def file(self) -> pd.DataFrame:
        rows = self.all
        is_reached = self.is_reached(rows)
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
    def is_reached(rows: pd.DataFrame) -> pd.Series:
        reaches = np.where(rows["is_lower_better"], rows["actual"] <= rows["target"], rows["actual"] >= rows["target"])
        return rows["is_measured"] & reaches & ~rows["is_cancelled"]

    @staticmethod
    def is_exceeded(rows: pd.DataFrame) -> pd.Series:
        return Outcomes.is_reached(rows) & (rows["actual"] != rows["target"])

    def months(self) -> pd.DataFrame:
        """By customer and month of the target date what was due, reached, and verified in time; by month of verification
        what it brings in a year and cost, in USD."""
        rows = self.all
        window = rows["target_date"] + np.timedelta64(VERIFICATION_DAYS, "D")
        is_in_time = rows["verified"].dt.normalize() <= window
        rate = rows["currency"].map(USD_RATE)
        rows = rows.assign(
            counts=~rows["is_cancelled"],
            is_reached=self.is_reached(rows),
            is_achieved=self.is_reached(rows) & is_in_time,
            is_pending=~rows["is_cancelled"] & (window + np.timedelta64(1, "D") > self.end),
            is_verified=True,
            benefit_usd=rows["benefit"] * rate,
            cost_usd=rows["cost"].fillna(0.0) * rate,
        )
        due = self.monthly(
            rows,
            "target_date",
            due="counts",
            reached="is_reached",
            verified_on_time="is_achieved",
            pending="is_pending",
        )
        verified = self.monthly(
            rows.dropna(subset="verified"),
            "verified",
            verified="is_verified",
            benefit_usd="benefit_usd",
            cost_usd="cost_usd",
        )
        months = due.join(verified, how="outer").fillna(0)
        whole = ["due", "reached", "verified_on_time", "pending", "verified"]
        return months.astype(dict.fromkeys(whole, int)).reset_index()
