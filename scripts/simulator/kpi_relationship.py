"""The truth of the KPIs of relationships: touchpoints, the people behind a customer, and what changes on its side."""

from __future__ import annotations

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .kpis import Kpis, amount, judged, rate, ratio, share, total
from .relationship import Relations
from .relationship_truth import ROLES, RelationshipMonths
from .settings import Settings

KEY = ["customer", "month"]
CADENCE_DAYS = {"1": 30, "2": 60, "3": 90}


class RelationshipKpis:
    """`months`: customer-months of the spine with their closing MRR."""

    def __init__(
        self, settings: Settings, kpis: Kpis, months: pd.DataFrame, relations: Relations, stood: RelationshipMonths
    ) -> None:
        self.settings, self.kpis, self.relations, self.spine = settings, kpis, relations, months[KEY]
        is_active = months["closing"] > 0
        self.months = stood.of(self.spine).assign(is_active=is_active.to_numpy())
        self.active = self.months[is_active.to_numpy()]

    def add(self) -> None:
        touches = self.relations.touches
        held = touches[(touches["status"] == "held") & (touches["at"] < self.settings.end)]
        self._touchpoints(held)
        first = self.settings.month_of(touches["at"].min())
        met = self.active[self.active["month"] >= first]
        self._depth(met)
        covered = met.assign(roles=len(ROLES), has_blocker=met["blockers"] > 0)
        self.kpis.add("stakeholder_coverage", covered, _coverage, has_customers=True)
        self._changes()
        reviews = self._in_month(held[held["type"] == "qbr"])
        reviews = judged(reviews, True, reviews["referral_intent"].eq(True))
        reviews = reviews.assign(is_noted=reviews["referral_intent"].notna())
        self.kpis.add("referral_intent_in_qbrs", reviews, _intents)

    def _in_month(self, touches: pd.DataFrame) -> pd.DataFrame:
        """Those of customers of the spine, by month."""
        at, start = touches["at"], self.settings.start
        month = (at.dt.year - start.year) * 12 + at.dt.month - start.month
        return touches.drop(columns="month").assign(month=month).merge(self.spine, on=KEY)

    def _touchpoints(self, held: pd.DataFrame) -> None:
        """A row per customer-month, and one per touchpoint under its type and its purpose."""
        counted = held[held["is_two_way"] | ~held["is_automated"]]
        first = self.settings.month_of(counted["at"].min())
        touches = self.relations.touches
        missed = touches[(touches["status"] == "no_show") & (touches["at"] < self.settings.end)]
        touched = {
            "touches": counted,
            "proactive": counted[counted["is_proactive"]],
            "initiated": counted,
            "well_rated": held[held["rating"] >= 4],
            "rated": held[held["rating"].notna()],
            "no_shows": missed,
        }
        counts = pd.DataFrame({name: self._in_month(rows).groupby(KEY).size() for name, rows in touched.items()})
        units = self.months[self.months["month"] >= first].join(counts, on=KEY).fillna(dict.fromkeys(touched, 0))
        place = self.kpis.segments.places["tier"][units["month"], units["customer"]]
        tier = self.kpis.segments.names["segment"].reindex(place)
        cadence = tier.map(CADENCE_DAYS).set_axis(units.index).where(units["is_active"])
        units["cadence_days"], units["gap_days"] = cadence, units["gap_days"].where(cadence.notna())
        units["gap"] = units["gap_days"] / cadence
        # Who does not pay is neither counted nor missing.
        units["active"] = units["is_active"].where(units["is_active"]).astype(float)
        units["with_qbr"] = units["active"].where(units["has_recent_review"])
        shown = self._in_month(counted)
        shown = shown[shown["month"] >= first]
        parts = [units.assign(breakdown="all")]
        for name in ("type", "purpose"):
            by = shown.groupby([*KEY, name]).size().rename("touches").reset_index()
            parts.append(by.assign(breakdown=f"{name}: " + by[name]))
        self.kpis.add("customer_touchpoints", pd.concat(parts, ignore_index=True), _touched, has_customers=True)

    def _depth(self, met: pd.DataFrame) -> None:
        has_met = met["has_recent_review"] | met["has_recent_meeting"]
        has_two = met["engaged_functions"] >= 2
        score = 15 * met["engaged_contacts"] + 25 * met["has_engaged_executive"] + 10 * has_two + 20 * has_met
        self.kpis.add("relationship_depth_score", met.assign(score=score.clip(upper=100)), _depth, has_customers=True)

    def _changes(self) -> None:
        first = self.settings.month_of(self.relations.changes["detected_at"].min())
        units = self.active[self.active["month"] >= first]
        units = judged(units, True, units["org_changes"] > 0).assign(has_open=units["open_change_days"] > 0)
        self.kpis.add(
            "organizational_change", units, _changed, has_customers=True, of_customers=("open_days", "is_exposed")
        )


def _touched(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    further = {
        "proactive_touchpoints": "proactive",
        "initiated_touchpoints": "initiated",
        "well_rated_touchpoints": "well_rated",
        "rated_touchpoints": "rated",
        "no_shows": "no_shows",
        "gap_days": "gap_days",
        "cadence_days": "cadence_days",
    }
    sums = {column: total(groups, name) for column, name in further.items()}
    active, reviewed = total(groups, "active"), total(groups, "with_qbr")
    return amount(groups["touches"].sum(), groups.size()) | {
        "gap_ratio": groups["gap"].median(),
        **sums,
        "active_customers": active,
        "customers_with_qbr": reviewed,
        "proactive_share": share(sums["proactive_touchpoints"], sums["initiated_touchpoints"]),
        "value_add_rate": share(sums["well_rated_touchpoints"], sums["rated_touchpoints"]),
        "qbr_coverage": share(reviewed.fillna(0), active),
    }


def _depth(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    customers = groups.size()
    return ratio(groups["score"].sum(), customers) | {
        "sample_size": customers,
        "n_pending": 0 * customers,
        "engaged_contacts": groups["engaged_contacts"].sum(),
        "customers_with_engaged_executive": groups["has_engaged_executive"].sum(),
    }


def _coverage(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    customers = groups.size()
    return ratio(groups["covered_roles"].sum(), groups["roles"].sum()) | {
        "sample_size": customers,
        "n_pending": 0 * customers,
        "unmapped_customers": groups["is_unmapped"].sum(),
        "customers_with_blocker": groups["has_blocker"].sum(),
        "days_since_blocker_touch": groups["days_since_blocker_touch"].min(),
    }


def _changed(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    champions, days = groups["champions"].sum(), groups["open_change_days"].max()
    return rate(groups) | {
        "champions": champions,
        "customers_with_open_change": groups["has_open"].sum(),
        "open_days": days,
        "is_exposed": ((days > 30) | ((days > 0) & (champions == 0))).astype(object),
    }


def _intents(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers, noted = rate(groups), groups["is_noted"].sum()
    return numbers | {"captured_qbrs": noted, "capture_rate": share(noted, numbers["denominator"])}
