"""The truth of the KPIs of what customers say, from their answers and texts."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from .feedback import Feedback
from .kpis import Kpis, judged, rate, ratio, share, total
from .settings import Settings
from .surveys import Surveys

KEY = ["customer", "month"]
FEWEST_WORDS, FELT = 3, 0.05
RECENT_DAYS, SCORE_DAYS = 90, 180


class VoiceKpis:
    """Only what customers of the spine said in its month counts; who has left since stays in what looks back."""

    def __init__(self, settings: Settings, kpis: Kpis, spine: pd.DataFrame, surveys: Surveys) -> None:
        self.settings, self.kpis, self.spine = settings, kpis, spine[KEY]
        answers = surveys.judged()
        answers = answers[answers["exclusion_reason"].isna()].rename(columns={"responded_at": "at"})
        # An answer without a name is a respondent of its own.
        anonymous = answers["source_system"] + " " + answers["response_id"]
        answers["respondent"] = answers["person"].astype(str).where(answers["person"] >= 0, anonymous)
        self.answers = self._of_customers(answers, surveys)

    def add(self, feedback: Feedback) -> None:
        self._recommendations()
        self._satisfaction()
        self._effort()
        self._value()
        self._sentiment(feedback)

    def _of_customers(self, rows: pd.DataFrame, surveys: Surveys) -> pd.DataFrame:
        month = surveys.month_of(rows["at"].to_numpy().astype("datetime64[us]"))
        return rows.astype({"customer": int}).assign(month=month).merge(self.spine, on=KEY)

    def _of(self, survey: str) -> pd.DataFrame:
        return self.answers[self.answers["survey_type"] == survey]

    def _looking_back(self, answers: pd.DataFrame, days: int) -> pd.DataFrame:
        """Every answer in each month whose last `days` days hold it; `age`: days from it to the month's end."""
        later = range(days // 28 + 1)
        shown = pd.concat([answers.assign(said_in=answers["month"], month=answers["month"] + n) for n in later])
        shown = shown[shown["month"] < self.settings.months].reset_index(drop=True)
        ends = self.kpis.ends.reindex(shown["month"]).reset_index(drop=True)
        shown["age"] = (ends - shown["at"].dt.normalize()).dt.days
        return shown[shown["age"] <= days]

    def _recommendations(self) -> None:
        """Everybody's latest answer of 180 days; the score itself is of those of 90."""
        recent = self._looking_back(self._of("nps"), SCORE_DAYS).sort_values(["at", "response_id"])
        latest = recent.drop_duplicates(["month", "respondent"], keep="last").sort_values("respondent")
        is_recent, score = latest["age"] <= RECENT_DAYS, latest["score"]
        classes = np.select([score >= 9, score <= 6], [100.0, -100.0], 0.0)
        mean = latest.groupby(["month", "customer"])["score"].transform("mean")
        is_first = ~latest.duplicated(["month", "customer"])
        account = pd.Series(np.select([mean >= 9, mean <= 6], [100.0, -100.0], 0.0), index=latest.index)
        latest = latest.assign(
            points=pd.Series(classes, index=latest.index).where(is_recent),
            is_recent=is_recent,
            is_promoter=is_recent & (score >= 9),
            is_detractor=is_recent & (score <= 6),
            account=account.where(is_first),
        )
        self.kpis.add("net_promoter_score", latest, _recommended, window=30, has_customers=True)

    def _satisfaction(self) -> None:
        answers = self._of("csat")
        answers = answers.assign(is_satisfied=answers["normalised_score"] >= 0.75)
        recent = self._looking_back(answers, RECENT_DAYS)
        is_own = recent["said_in"] == recent["month"]
        recent = judged(recent, is_own, recent["is_satisfied"])
        recent["own_score"] = recent["normalised_score"].where(is_own)
        recent["own"] = recent["is_success"].astype(float).where(is_own)
        self.kpis.add("customer_satisfaction_score", recent, _satisfied, has_customers=True)

    def _effort(self) -> None:
        answers = self._of("ces")
        is_easy = (answers["score"] - answers["low"]) * 6 >= (answers["high"] - answers["low"]) * 4
        self.kpis.add("customer_effort_score", judged(answers, True, is_easy), _easy, window=30, has_customers=True)

    def _value(self) -> None:
        answers = self._looking_back(self._of("value"), RECENT_DAYS)
        is_valued = (answers["score"] - answers["low"]) * 4 >= (answers["high"] - answers["low"]) * 3
        units = judged(answers, True, is_valued).assign(is_top=answers["score"] == answers["high"])
        self.kpis.add("perceived_value", units, _valued, window=30, has_customers=True)

    def _sentiment(self, feedback: Feedback) -> None:
        """What customers wrote themselves, in English and not too short, as VADER reads it."""
        written = feedback.texts[feedback.texts["author"] == "customer"]
        comments = [(feedback.tickets.customers[ticket], at, text) for ticket, at, text in feedback.tickets.comments]
        comments = pd.DataFrame(comments, columns=["customer", "at", "said"]).dropna(subset="customer")
        texts = pd.concat([written, comments.assign(language="en")], ignore_index=True)
        texts = self._of_customers(texts, feedback.surveys)
        is_read = (texts["language"] == "en") & (texts["said"].str.split().str.len() >= FEWEST_WORDS)
        felt = texts["said"].map(_compound).where(is_read)
        texts = texts.assign(
            compound=felt,
            points=100.0 * (felt >= FELT).astype(float).sub(felt <= -FELT).where(is_read),
            is_positive=felt >= FELT,
            is_negative=felt <= -FELT,
        )
        self.kpis.add("sentiment", texts, _felt, has_customers=True)


@cache
def _vader() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@cache
def _compound(text: str) -> float:
    return _vader().polarity_scores(text)["compound"]


def _recommended(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    promoters, detractors = groups["is_promoter"].sum(), groups["is_detractor"].sum()
    answers = groups["is_recent"].sum()
    p, d = share(promoters, answers), share(detractors, answers)
    error = 100 * np.sqrt((p + d - (p - d) ** 2) / answers.where(answers > 0))
    return ratio(total(groups, "points"), answers) | {
        "sample_size": answers,
        "n_pending": 0 * answers,
        "promoters": promoters,
        "detractors": detractors,
        "standard_error": error,
        "margin_of_error": 1.96 * error,
        "mean_score": groups["score"].mean(),
        "mean_score_answers": groups["score"].count(),
        "account_weighted_value": groups["account"].mean(),
    }


def _satisfied(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    satisfied, answers = groups["is_satisfied"].sum(), groups.size()
    return rate(groups) | {
        "numerator": total(groups, "own"),
        "n_pending": 0 * answers,
        "mean_score": groups["own_score"].mean(),
        "trailing_90d_satisfied": satisfied,
        "trailing_90d_responses": answers,
        "trailing_90d_value": satisfied / answers,
    }


def _easy(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return rate(groups) | {"mean_score": groups["normalised_score"].mean()}


def _valued(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return rate(groups) | {"exceeded_expectations": groups["is_top"].sum()}


def _felt(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    read = groups["compound"].count()
    return ratio(total(groups, "points"), read) | {
        "sample_size": read,
        "n_pending": 0 * read,
        "texts": groups.size(),
        "positive_texts": groups["is_positive"].sum(),
        "negative_texts": groups["is_negative"].sum(),
        "mean_compound": groups["compound"].mean(),
    }
