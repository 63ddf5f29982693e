"""The truth of the KPIs of what customers say: the trend of their answers, what their words are about, who of them stays, who is loyal, and
what follows an answer. Only customers of the spine count (R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .contracts import Contracts
from .engagement import Messages, moments
from .feedback import Feedback
from .follow_ups import DETRACTOR, PROMOTER, PROMOTER_ASK, REMINDER, THANK_YOU, due_days
from .kpis import KEY, Kpis, rate, ratio, share, total
from .settings import Settings, add_months
from .surveys import NOBODY, WINDOW, Surveys
from .truth import Revenue
from .usage_truth import UsageTruth

TREND_MONTHS, MIN_MONTHS, SURELY, ROUNDING = 6, 3, 1.64, 1e-6
AGES, FEEDBACK_MONTHS = (3, 6, 12), 3
COMPLETED = ("resolved", "no_effect", "declined")
# What the help desk's categories are about, in the words of the survey tool.
PRIMARY_THEMES = {"billing": "pricing", "bug": "reliability", "integration": "integrations", "how_to": "usability"}
UNTHEMED, NO_SCORE = "unthemed", "no_score"


@dataclass(frozen=True)
class Voice:
    """`plays`: runs of playbooks as plays.py has them; `users`: active users by customer and month of the spine."""

    surveys: Surveys
    feedback: Feedback
    plays: pd.DataFrame
    messages: Messages
    contracts: Contracts
    usage: UsageTruth
    users: pd.DataFrame


class FeedbackKpis:
    def __init__(self, settings: Settings, kpis: Kpis, revenue: Revenue, voice: Voice) -> None:
        self.settings, self.kpis, self.voice = settings, kpis, voice
        self.spine, self.months = revenue.spine[["customer", "month"]], revenue.months
        self.active = self.months.loc[self.months["closing"] > 0, ["customer", "month"]]
        judged = voice.surveys.judged()
        self.said = judged.assign(month=self._month(judged["responded_at"]))
        self.answers = self.said[self.said["exclusion_reason"].isna()].merge(self.spine, on=["customer", "month"])
        self.nps = self.answers[self.answers["survey_type"] == "nps"]
        self.texts = voice.feedback.all_texts()
        self.texts["month"] = self._month(self.texts["at"])

    def add(self) -> None:
        self._trend()
        self._themes()
        self._retention()
        self._loyalty()
        self._follow_ups()

    def _month(self, at: pd.Series) -> np.ndarray:
        return self.voice.surveys.month_of(at.to_numpy().astype("datetime64[us]"))

    # --- the trend ------------------------------------------------------------------------------------

    def _trend(self) -> None:
        rows = self.answers[["customer", "month", "survey_type", "normalised_score"]]
        shown = [rows.assign(month=rows["month"] + later, x=-float(later)) for later in range(TREND_MONTHS)]
        units = pd.concat(shown).assign(y=lambda found: (100 * found["normalised_score"].astype(float)).round(9))
        units = units[units["month"] < self.settings.months]
        self.kpis.add("customer_feedback_trend", units, _trend, window=30, has_customers=True)

    # --- themes ---------------------------------------------------------------------------------------

    def _themes(self) -> None:
        scores = self.nps[self.nps["source_system"] == "files"].set_index("response_id")["score"]
        texts = self.texts.merge(self.spine, on=["customer", "month"])
        texts["nps_class"] = _class(texts["response"].map(scores))
        texts["theme"] = texts["theme"].map(lambda theme: PRIMARY_THEMES.get(theme, theme)).fillna(UNTHEMED)
        placed = self.kpis.placed(texts[["customer", "month", "theme", "nps_class"]])
        each = placed.merge(pd.DataFrame({"breakdown": texts["theme"].unique()}), how="cross")
        each["is_hit"] = each["theme"] == each["breakdown"]
        by_class = each.assign(breakdown=each["breakdown"] + " | " + each["nps_class"])
        by_class = by_class[by_class.groupby(KEY)["is_hit"].transform("any")]
        themed = placed[placed["theme"] != UNTHEMED].groupby(["place", "month", "theme"]).size().rename("texts")
        themed = themed.reset_index().sort_values(["texts", "theme"], ascending=[False, True])
        largest = themed.drop_duplicates(["place", "month"]).rename(columns={"theme": "largest_theme"})
        whole = placed.merge(largest.drop(columns="texts"), "left", ["place", "month"]).assign(breakdown="all")
        whole["is_hit"] = whole["theme"] == whole["largest_theme"]
        units = pd.concat([whole, each, by_class], ignore_index=True)
        self.kpis.add_placed("feedback_theme_mix", units, _theme_mix, window=30)

    # --- who stays ------------------------------------------------------------------------------------

    def _retention(self) -> None:
        gave = pd.concat([self.said[["customer", "month"]], self.texts[["customer", "month"]]])
        first_cohort = gave["month"].min() + FEEDBACK_MONTHS - 1
        gave = gave.merge(self.spine, on=["customer", "month"])
        shown = [gave.assign(month=gave["month"] + later, has_given=True) for later in range(FEEDBACK_MONTHS)]
        cohorts = self.active.merge(pd.concat(shown).drop_duplicates(), "left", ["customer", "month"])
        cohorts["has_given"] = cohorts["has_given"].notna()
        cohorts = cohorts[cohorts["month"] >= first_cohort].rename(columns={"month": "segment_month"})
        parts = [cohorts.assign(age=age, month=cohorts["segment_month"] + age) for age in AGES]
        units = pd.concat(parts).merge(self.active.assign(is_there=True), "left", ["customer", "month"])
        units = units[units["month"] < self.settings.months]
        for age in AGES:
            for name, is_one in (("givers", units["has_given"]), ("others", ~units["has_given"])):
                kept = units["is_there"].notna().astype(float)
                units[f"{name}_{age}"] = kept.where(is_one & (units["age"] == age))
        self.kpis.add("customer_feedback_retention_score", units, _retention, window=30)

    # --- who is loyal ---------------------------------------------------------------------------------

    def _loyalty(self) -> None:
        units = self.active.assign(has_stayed=0.0)
        starts = np.array(self.settings.month_starts, dtype="datetime64[D]")
        first_paid = starts[0] + self.voice.usage.first_paid[units["customer"]].astype("timedelta64[D]")
        a_year_before = [np.datetime64(add_months(start, -11), "D") for start in self.settings.month_starts]
        again = self._bought_again().reindex(units["customer"]).to_numpy()
        is_long = first_paid <= np.array(a_year_before)[units["month"]]
        units["has_stayed"] = ((again <= units["month"].to_numpy()) | is_long).astype(float)
        users = self.voice.users.set_index(["customer", "month"])["active_users"]
        back = [users.reindex(pd.MultiIndex.from_arrays([units["customer"], units["month"] - k])) for k in range(3)]
        fewest = np.stack([found.to_numpy(dtype=float) for found in back]).min(axis=0)
        units["is_using"] = np.where(np.isnan(fewest), np.nan, fewest > 0)
        means = self._mean_scores().reindex(pd.MultiIndex.from_frame(units[["customer", "month"]])).to_numpy()
        units["is_promoting"] = np.where(np.isnan(means), np.nan, means >= PROMOTER)
        flags = units[["has_stayed", "is_using", "is_promoting"]]
        known, met = flags.notna().sum(axis=1), flags.sum(axis=1)
        units["is_known"] = known >= 2
        units["is_loyal"] = (3 * met >= 2 * known).astype(float).where(units["is_known"])
        self.kpis.add("customer_loyalty", units, _loyalty, window=30, has_customers=True)

    def _bought_again(self) -> pd.Series:
        """The first month of a renewal that has begun and fallen due, or of a return, by customer."""
        renewed = self.voice.contracts.first_renewals()
        returned = self.months.loc[self.months["reactivation"] > 0, ["customer", "month"]]
        return pd.concat([renewed, returned]).groupby("customer")["month"].min()

    def _mean_scores(self) -> pd.Series:
        """By customer and month: of the last answers of its people in 180 days."""
        rows = self.nps.sort_values(["responded_at", "response_id"])
        found = []
        for month, start in enumerate(self.settings.month_starts):
            end = add_months(start, 1)
            recent = rows[(rows["responded_at"] >= end - timedelta(days=180)) & (rows["responded_at"] < end)]
            last = recent.drop_duplicates("person", keep="last")
            found.append(last.groupby("customer")["score"].mean().rename("mean").reset_index().assign(month=month))
        return pd.concat(found).set_index(["customer", "month"])["mean"]

    # --- what follows ---------------------------------------------------------------------------------

    def _follow_ups(self) -> None:
        answers = self.nps.reset_index(drop=True)
        due = due_days(answers["responded_at"])
        is_due = pd.Series(due < np.datetime64(self.settings.end, "D"))
        plays = self.voice.plays[self.voice.plays["result"].isin(COMPLETED)]
        calls = answers[["response_id", "customer", "responded_at"]].assign(due=due)
        calls = calls.merge(plays, left_on=["response_id", "customer"], right_on=["trigger", "customer"])
        is_in_time = calls["closed"].to_numpy().astype("datetime64[D]") <= calls["due_x"].to_numpy()
        calls = calls[is_in_time & (calls["closed"] >= calls["responded_at"])]
        mails = self._mails()
        is_bad, is_good = answers["score"] <= DETRACTOR, answers["score"] >= PROMOTER
        units = answers[["customer", "month"]].assign(
            is_due=is_bad & is_due,
            is_success=is_bad & is_due & answers["response_id"].isin(calls["response_id"]),
            is_pending=is_bad & ~is_due,
            respondents=is_due,
            respondents_thanked=is_due & _mailed(answers, due, mails[mails["purpose"] == THANK_YOU]),
            promoters=is_due & is_good,
            promoters_asked=is_due & is_good & _mailed(answers, due, mails[mails["purpose"] == PROMOTER_ASK]),
        )
        reminders = self._reminders(mails[mails["purpose"] == REMINDER]).merge(self.spine, on=["customer", "month"])
        units = pd.concat([units, reminders.assign(reminders_to_non_responders=True)])
        units[units.columns[2:]] = units[units.columns[2:]].fillna(value=False).astype(bool)
        self.kpis.add("nps_follow_up_rate", units, _follow_ups, window=4)

    def _mails(self) -> pd.DataFrame:
        """Messages that arrived."""
        sent = self.voice.messages
        columns = {"person": sent.person, "customer": sent.company, "month": sent.month, "purpose": sent.purpose}
        rows = pd.DataFrame(columns | {"sent": moments(self.settings, sent.sent)})
        return rows[
            moments(self.settings, sent.bounced).isna() | (moments(self.settings, sent.bounced) >= self.settings.end)
        ]

    def _reminders(self, mails: pd.DataFrame) -> pd.DataFrame:
        """customer and month of those to people who could still answer and had not."""
        asked = self.voice.surveys.asked
        asked = asked[asked["survey"] == "nps"].reset_index(names="invitation")
        ended = self.said[(self.said["exclusion_reason"] != "incomplete") & (self.said["invitation"] != NOBODY)]
        first = ended.groupby("invitation")["responded_at"].min()
        opened = asked[["invitation", "person", "sent"]].rename(columns={"sent": "asked"})
        opened["closes"] = asked["delivered"].fillna(asked["sent"]) + WINDOW
        pairs = mails.reset_index(names="mail").merge(opened, on="person")
        answered = pairs["invitation"].map(first)
        is_open = (pairs["asked"] <= pairs["sent"]) & (pairs["sent"] <= pairs["closes"])
        return pairs[is_open & ~(answered <= pairs["sent"])].drop_duplicates("mail")[["customer", "month"]]


def _class(scores: pd.Series) -> np.ndarray:
    return np.select(
        [scores >= PROMOTER, scores <= DETRACTOR, scores.notna()], ["promoter", "detractor", "passive"], NO_SCORE
    )


def _mailed(answers: pd.DataFrame, due: np.ndarray, mails: pd.DataFrame) -> pd.Series:
    """Whether who answered got one of these mails from then on, by the end of the day on which it is due."""
    asked = answers[["response_id", "person", "responded_at"]].assign(due=due)
    pairs = asked.merge(mails[["person", "sent"]], on="person")
    is_late = pairs["sent"].to_numpy().astype("datetime64[D]") > pairs["due"].to_numpy()
    return answers["response_id"].isin(pairs.loc[~is_late & (pairs["sent"] >= pairs["responded_at"]), "response_id"])


# --- measures -----------------------------------------------------------------------------------------


def _trend(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    rows = groups.obj
    own = rows.groupby([*KEY, "survey_type"])[["x", "y"]]
    x, y = (rows[["x", "y"]] - own.transform("mean")).T.to_numpy()
    sums = pd.DataFrame({"xx": x * x, "xy": x * y, "yy": y * y}).groupby([rows[name].to_numpy() for name in KEY]).sum()
    sums.index.names = KEY
    months, types, answers = groups["x"].nunique(), groups["survey_type"].nunique(), groups.size()
    xx, xy, yy = (sums[name].where((months >= MIN_MONTHS) & (sums["xx"] > 0)) for name in ("xx", "xy", "yy"))
    # What is left of rounding is nothing.
    xy = xy.where(xy.isna() | (xy.abs() >= ROUNDING), 0.0)
    slope, residual = xy / xx, yy - xy * xy / xx
    residual = residual.where(residual.isna() | (residual >= ROUNDING), 0.0)
    error = np.sqrt(residual / (answers - types - 1).where(answers > types + 1) / xx)
    numbers = {"numerator": xy, "denominator": xx, "value": slope, "sample_size": answers, "n_pending": 0 * answers}
    told = {"answered_months": months, "survey_types": types}
    return numbers | told | {"standard_error": error, "is_falling": slope + SURELY * error < 0}


def _theme_mix(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    hits, texts = groups["is_hit"].sum(), groups.size()
    is_whole = pd.Series(texts.index.get_level_values("breakdown") == "all", index=texts.index)
    largest = groups["largest_theme"].first()
    unthemed = groups["theme"].agg(lambda themes: (themes == UNTHEMED).sum())
    return ratio(hits.where(~is_whole | largest.notna()), texts) | {
        "sample_size": texts,
        "n_pending": 0 * texts,
        "largest_theme": largest,
        "unthemed_texts": unthemed.where(is_whole),
    }


def _retention(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    value = {(who, age): groups[f"{who}_{age}"].mean() for who in ("givers", "others") for age in AGES}
    givers, others = groups["givers_6"].count(), groups["others_6"].count()
    return ratio(total(groups, "givers_6"), givers) | {
        "sample_size": givers,
        "n_pending": 0 * givers,
        "value_3m": value["givers", 3],
        "value_12m": value["givers", 12],
        "other_customers": others,
        "others_value": value["others", 6],
        "uplift": value["givers", 6] - value["others", 6],
    }


def _loyalty(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    known = groups["is_known"].sum()
    return {
        "numerator": total(groups, "is_loyal"),
        "denominator": known,
        "value": share(groups["is_loyal"].sum(), known),
        "sample_size": known,
        "n_pending": 0 * known,
        "customers": groups.size(),
        "staying_customers": groups["has_stayed"].sum(),
        "using_customers": total(groups, "is_using"),
        "customers_with_known_use": groups["is_using"].count(),
        "promoting_customers": total(groups, "is_promoting"),
        "customers_with_known_score": groups["is_promoting"].count(),
    }


def _follow_ups(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    names = ("respondents", "respondents_thanked", "promoters", "promoters_asked", "reminders_to_non_responders")
    return rate(groups) | {name: groups[name].sum() for name in names}
