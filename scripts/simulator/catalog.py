"""What the simulated company sells: plans, prices, coupons, currencies, features."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CORE, ADDON, METERED = "Core platform", "Analytics add-on", "API calls"
PRODUCTS = (CORE, ADDON, METERED)

# Value of one unit in USD (the constant rate), and how many minor units make one unit.
USD_RATE = {"usd": 1.0, "eur": 1.08, "gbp": 1.26, "jpy": 0.0067}
MINOR_UNITS = {"usd": 100, "eur": 100, "gbp": 100, "jpy": 1}
TAX_RATE = {"usd": 0.0, "eur": 0.19, "gbp": 0.20, "jpy": 0.10}

# How the vendor names an interval, its length in months (R5: a week is 12/52, a day 12/365 of one), and the price
# of one as a multiple of the monthly price.
INTERVALS = {
    "day": ("day", 1, 12 / 365, 0.036),
    "week": ("week", 1, 12 / 52, 0.25),
    "month": ("month", 1, 1.0, 1.0),
    "quarter": ("month", 3, 3.0, 2.85),
    "year": ("year", 1, 12.0, 10.2),
}
BRIEF = ("day", "week")

PLANS = ("Starter", "Growth", "Scale")
# List price in USD per seat and month (the metered one: per call).
LIST_PRICE = {"Starter": 24.0, "Growth": 42.0, "Scale": 69.0, "Analytics": 12.0, "API call": 0.01}
PRODUCT_OF_PLAN = {**dict.fromkeys(PLANS, CORE), "Analytics": ADDON, "API call": METERED}
PRICE_RAISE = 1.08


@dataclass(frozen=True)
class Price:
    """One Stripe price; `version` 2 is the list after the price raise. `unit_amount` in minor units."""

    number: int
    plan: str
    interval: str
    currency: str
    version: int
    unit_amount: int

    @property
    def product(self) -> str:
        return PRODUCT_OF_PLAN[self.plan]

    @property
    def months(self) -> float:
        return INTERVALS[self.interval][2]

    @property
    def is_metered(self) -> bool:
        return self.product == METERED


def _unit_amount(plan: str, interval: str, currency: str, version: int) -> int:
    usd = LIST_PRICE[plan] * INTERVALS[interval][3] * (PRICE_RAISE if version == 2 else 1.0)
    return max(round(usd / USD_RATE[currency] * MINOR_UNITS[currency]), 1)


PRICES = {
    key: Price(number, *key, _unit_amount(*key))
    for number, key in enumerate(
        (plan, interval, currency, version)
        for plan in LIST_PRICE
        for interval in (INTERVALS if plan != "API call" else ("month",))
        for currency in USD_RATE
        for version in (1, 2)
    )
}


@dataclass(frozen=True)
class Coupon:
    """One Stripe coupon; `amount_off` in minor units of `currency`, per invoice."""

    id: str
    duration: str
    percent_off: float | None = None
    months: int | None = None
    amount_off: int | None = None
    currency: str | None = None

    @property
    def is_durable(self) -> bool:
        """Counted in MRR (R5 `durable`): agreed for ever or for a year and more."""
        return self.duration == "forever" or (self.months or 0) >= 12


PERCENT_COUPONS = (
    Coupon("PARTNER20", "forever", percent_off=20.0),
    Coupon("NONPROFIT10", "forever", percent_off=10.0),
    Coupon("FIRSTYEAR15", "repeating", percent_off=15.0, months=12),
    Coupon("WELCOME30", "repeating", percent_off=30.0, months=3),
    Coupon("ONCE25", "once", percent_off=25.0),
)
AMOUNT_COUPONS = {
    (currency, interval): Coupon(
        f"LOYAL-{interval.upper()}-{currency.upper()}",
        "forever",
        amount_off=round(20 * months / USD_RATE[currency]) * MINOR_UNITS[currency],
        currency=currency,
    )
    for currency in USD_RATE
    for interval, (_, _, months, _) in INTERVALS.items()
    if interval not in BRIEF
}

# feature_id, name, is_core, is_gated, share of the window gone at its release, how often it is used.
FEATURES = (
    ("report_created", "Reports", True, False, 0.0, 0.16),
    ("dashboard_viewed", "Dashboards", True, False, 0.0, 0.28),
    ("export_downloaded", "Exports", True, False, 0.0, 0.09),
    ("alert_configured", "Alerts", True, False, 0.55, 0.06),
    ("integration_connected", "Integrations", True, False, 0.0, 0.03),
    ("workflow_run", "Workflows", True, False, 0.0, 0.14),
    ("api_called", "API", False, False, 0.0, 0.07),
    ("comment_added", "Comments", True, False, 0.0, 0.08),
    ("user_invited", "Invitations", False, False, 0.0, 0.03),
    ("forecast_run", "Forecasts", True, True, 0.0, 0.06),
)


def discounted(gross: float, coupons: list[Coupon]) -> float:
    """`gross` after percents in order, then amounts off, never below zero (same unit in and out)."""
    for coupon in coupons:
        gross *= 1 - (coupon.percent_off or 0.0) / 100
    return max(gross - sum(coupon.amount_off or 0 for coupon in coupons), 0.0)


def released_at(share: float, start: datetime, end: datetime) -> datetime:
    """Release day of a feature: the window's start, or midnight after `share` of the window."""
    day = start + (end - start) * share
    return day.replace(hour=0, minute=0, second=0, microsecond=0)
