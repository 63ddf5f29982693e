"""The truth about relationships, from the simulator's own touchpoints, people and changes (R1: local days before the month's end E)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .crm import DEPARTMENT_OF_TITLE
from .ledger import Ledger
from .opportunities import Deals
from .relationship import EXECUTIVE_TITLES, Relations
from .settings import Settings, add_months
from .world import World

ENGAGED_DAYS, MEETING_DAYS = 90, 30
ROLES = ("decision_maker", "champion", "influencer", "end_user")
COUNTED_CHANGES = ("champion_loss", "exec_change", "merger_acquisition", "layoffs")


def relationship_truth(
    settings: Settings, world: World, ledger: Ledger, relations: Relations, deals: Deals, months: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """`months`: customer-months with their closing MRR; who pays at a month's end has a row in `relationship_months`."""
    paying = months.loc[months["closing"] > 0, ["customer", "month"]]
    stood = RelationshipMonths(settings, world, ledger, relations, deals).of(paying)
    stood["month"] = np.array([at.date() for at in settings.month_starts])[stood["month"]]
    return {
        "touchpoint_months": _named(world, _touchpoint_months(settings, relations)),
        "org_change_months": _named(world, _org_change_months(relations)),
        "opportunity_months": _named(world, deals.months()),
        "relationship_months": _named(world, stood),
    }


def _named(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Internal accounts are left out."""
    rows = rows[(world.customers["kind"] != "internal").to_numpy()[rows["customer"]]]
    return rows.assign(**world.names(rows["customer"]))


def _month(moments: pd.Series) -> pd.Series:
    return moments.dt.to_period("M").dt.start_time.dt.date


def _touchpoint_months(settings: Settings, relations: Relations) -> pd.DataFrame:
    """What happened, by the month in which it was held or missed."""
    touches = relations.touches
    touches = touches[(touches["at"] < settings.end) & touches["status"].isin(["held", "no_show"])]
    held, kind = touches["status"] == "held", touches["type"]
    is_human = held & ~touches["is_automated"]
    rows = pd.DataFrame(
        {
            "customer": touches["customer"],
            "month": _month(touches["at"]),
            "touches": held & (touches["is_two_way"] | ~touches["is_automated"]),
            "two_way": held & touches["is_two_way"],
            "human": is_human,
            "no_shows": ~held,
            "qbrs": held & (kind == "qbr"),
            "rated": held & touches["rating"].notna(),
            "rated_well": held & (touches["rating"] >= 4),
            "intents_noted": held & (kind == "qbr") & touches["referral_intent"].notna(),
            "intents": held & (kind == "qbr") & touches["referral_intent"].eq(True),
        }
    )
    return rows.groupby(["customer", "month"]).sum().astype(int).reset_index()


def _org_change_months(relations: Relations) -> pd.DataFrame:
    changes = relations.changes
    rows = pd.DataFrame(
        {
            "customer": changes["customer"],
            "month": _month(changes["detected_at"]),
            "changes": changes["type"].isin(COUNTED_CHANGES),
            "role_changes": changes["type"] == "role_change",
        }
    )
    return rows.groupby(["customer", "month"]).sum().astype(int).reset_index()


class RelationshipMonths:
    """How each relationship stood at a month's end."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, relations: Relations, deals: Deals) -> None:
        self.settings, self.world, self.relations = settings, world, relations
        self.ends = np.array([add_months(at, 1) for at in settings.month_starts], dtype="datetime64[us]")
        self.first_paid = pd.Series(
            {customer: min(starts) for customer, starts in _starts(ledger).items()}, dtype="datetime64[us]"
        )
        touches = relations.touches
        # Who has no role of his own has the one that a deal in the CRM gives him.
        in_deals = deals.parts.dropna(subset="role").drop_duplicates("person").set_index("person")["role"]
        self.role = world.people["buying_role"].fillna(in_deals)
        self.held = touches[(touches["status"] == "held") & (touches["at"] < settings.end)]

    def of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """`rows`: customers and months by number."""
        rows = rows.reset_index(drop=True)
        self.place = pd.MultiIndex.from_frame(rows, names=["customer", "end"])
        end = pd.Series(self.ends[rows["month"]])
        return rows.assign(**self._touched(end), **self._people(), **self._changed())

    def _touched(self, end: pd.Series) -> dict[str, np.ndarray]:
        held = self.held
        counted = held[held["is_two_way"] | ~held["is_automated"]]
        last = self._last_before(counted)
        meeting = held[held["type"].isin(["meeting", "qbr"]) | (held["purpose"] == "feedback")]
        review = self._last_before(held[held["type"] == "qbr"])
        met = self._last_before(meeting)
        paid = pd.Series(self.place.get_level_values("customer")).map(self.first_paid)
        since = _days(last.fillna(paid), end)
        return {
            "days_since_touch": _days(last, end),
            "gap_days": since,
            "has_recent_review": (_days(review, end) <= ENGAGED_DAYS).to_numpy(),
            "has_recent_meeting": (_days(met, end) <= MEETING_DAYS).to_numpy(),
        }

    def _last_before(self, touches: pd.DataFrame) -> pd.Series:
        """The latest of these touchpoints before each row's E."""
        end = np.searchsorted(self.ends, touches["at"].to_numpy(), side="right")
        latest = touches["at"].groupby([touches["customer"].to_numpy(), end]).max()
        wide = latest.unstack().reindex(columns=range(len(self.ends))).ffill(axis=1)
        return wide.stack(future_stack=True).reindex(self.place).reset_index(drop=True)

    def _people(self) -> dict[str, np.ndarray]:
        """Of those who are there at E: who was in a two-way touchpoint of the company in the 90 days before."""
        people = self.world.people
        members = self.relations.members.assign(
            role=lambda m: m["person"].map(self.role),
            function=lambda m: m["person"].map(people["title"]).map(DEPARTMENT_OF_TITLE),
            is_executive=lambda m: m["person"].map(people["title"]).isin(EXECUTIVE_TITLES),
        )
        members["is_champion"] |= members["role"] == "champion"
        grid = pd.DataFrame({"end": range(len(self.ends)), "at": self.ends})
        there = members.merge(grid, how="cross")
        there = there[(there["since"] < there["at"]) & (there["until"] >= there["at"])]
        met = self.relations.attendees.merge(
            self.held.loc[self.held["is_two_way"], ["customer", "at"]], left_on="touch", right_index=True
        )
        met["end"] = np.searchsorted(self.ends, met["at"].to_numpy(), side="right")
        last = met.groupby(["customer", "person", "end"])["at"].max().unstack()
        last = last.reindex(columns=range(len(self.ends))).ffill(axis=1).stack(future_stack=True).rename("last")
        there = there.join(last, on=["customer", "person", "end"])
        there["days"] = _days(there["last"], there["at"])
        there["is_engaged"] = there["days"] <= ENGAGED_DAYS
        return self._counted(there)

    def _counted(self, there: pd.DataFrame) -> dict[str, np.ndarray]:
        where = ["customer", "end"]
        engaged = there[there["is_engaged"]]
        roles = {role: (engaged["role"] == role) | (engaged["is_champion"] & (role == "champion")) for role in ROLES}
        covered = pd.DataFrame({**roles, "customer": engaged["customer"], "end": engaged["end"]}).groupby(where).max()
        is_mapped = there["role"].isin(ROLES) | there["is_champion"]
        found = {
            "engaged_contacts": engaged.groupby(where).size(),
            "has_engaged_executive": engaged.groupby(where)["is_executive"].max(),
            "engaged_functions": engaged.groupby(where)["function"].nunique(),
            "covered_roles": covered.sum(axis=1),
            "champions": there[there["is_champion"]].groupby(where).size(),
            "blockers": there[there["role"] == "blocker"].groupby(where).size(),
            "is_unmapped": ~is_mapped.groupby([there[name] for name in where]).max(),
        }
        missing = {"has_engaged_executive": False, "is_unmapped": True}
        found = {
            name: values.reindex(self.place).fillna(missing.get(name, 0)).astype(type(missing.get(name, 0))).to_numpy()
            for name, values in found.items()
        }
        blocked = there[there["role"] == "blocker"].groupby(where)["days"].min()
        return found | {"days_since_blocker_touch": blocked.reindex(self.place).to_numpy()}

    def _changed(self) -> dict[str, np.ndarray]:
        """Changes that count: how many came in the month, and how old the oldest is that is not over at E, in days; 0 where there is none."""
        changes = self.relations.changes
        changes = changes[changes["type"].isin(COUNTED_CHANGES)]
        open_ones = changes.merge(pd.DataFrame({"end": range(len(self.ends)), "at_end": self.ends}), how="cross")
        is_open = open_ones["resolved_at"].isna() | (open_ones["resolved_at"] >= open_ones["at_end"])
        open_ones = open_ones[is_open & (open_ones["detected_at"] < open_ones["at_end"])]
        oldest = open_ones.groupby(["customer", "end"])["detected_at"].min().reindex(self.place).reset_index(drop=True)
        end = pd.Series(self.ends[self.place.get_level_values("end")])
        came = np.searchsorted(self.ends, changes["detected_at"].to_numpy(), side="right")
        new = changes.groupby([changes["customer"], came]).size().reindex(self.place, fill_value=0).to_numpy()
        return {"open_change_days": _days(oldest, end).fillna(0), "org_changes": new}


def _starts(ledger: Ledger) -> dict[int, list]:
    starts: dict[int, list] = {}
    for spell in ledger.spells:
        starts.setdefault(spell.customer, []).append(spell.start)
    return starts


def _days(since: pd.Series, end: pd.Series) -> pd.Series:
    """Whole local days from the day of `since` to the day of `end`."""
    return (end.dt.normalize() - pd.to_datetime(since).dt.normalize()).dt.days
