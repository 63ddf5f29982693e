"""What follows an answer to the relationship survey (nps), and no answer.

Nine in ten who score up to 6 are called: a play that names their answer, opened within hours and closed after a day in the middle, some at
the last second that is in time and the second after it. Four in five who answer are thanked by mail, mostly the same day; three in five
promoters are asked for a word or a lead, within five days; seven in ten who have not answered after a week are reminded, and some who have.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .settings import Settings
from .surveys import Surveys

DETRACTOR, PROMOTER = 6, 9
CALLED, THANKED, ASKED, REMINDED, REMINDED_ALL_THE_SAME = 0.9, 0.8, 0.6, 0.7, 0.05
THANK_YOU, PROMOTER_ASK, REMINDER = "survey_thank_you", "promoter_ask", "survey_reminder"
RESULTS = {"resolved": 0.66, "no_effect": 0.13, "declined": 0.13, "lost": 0.03, "cancelled": 0.05}
WEEKDAYS = 2


def nps_answers(surveys: Surveys) -> pd.DataFrame:
    return surveys.answers[surveys.answers["survey"] == "nps"].reset_index(drop=True)


def due_days(at: pd.Series | np.ndarray) -> np.ndarray:
    """The second weekday after a moment's day: a follow-up in time is done by its end."""
    return np.busday_offset(np.asarray(at, dtype="datetime64[D]"), WEEKDAYS, roll="backward")


def call_detractors(settings: Settings, surveys: Surveys) -> pd.DataFrame:
    """Plays: customer, month (of the answer), kpi_id, trigger, opened, due, closed and result."""
    rng = settings.rng("calls to detractors")
    answers = nps_answers(surveys)
    bad = answers[(answers["score"] <= DETRACTOR) & (rng.random(len(answers)) < CALLED)].reset_index(drop=True)
    count = len(bad)
    opened = bad["at"] + pd.to_timedelta(rng.integers(600, 6 * 3600, count), unit="s")
    took = pd.Series((rng.lognormal(0.1, 0.9, count) * 86400).astype("timedelta64[s]"))
    due = pd.Series(due_days(bad["at"]).astype("datetime64[us]"))
    sharp = rng.random(count)
    last = due + np.timedelta64(86399, "s")
    closed = (opened + took).mask(sharp < 0.06, last).mask(sharp < 0.03, last + np.timedelta64(1, "s"))
    result = pd.Series(rng.choice(list(RESULTS), count, p=list(RESULTS.values())), dtype=object)
    is_closed = closed < np.datetime64(settings.end, "us")
    columns = {"customer": bad["customer"], "month": surveys.month_of(bad["at"].to_numpy()), "trigger": bad["id"]}
    rows = pd.DataFrame({**columns, "opened": opened, "due": due, "closed": closed.where(is_closed)})
    rows = rows.assign(kpi_id="net_promoter_score", result=result.where(is_closed, None))
    return rows[rows["opened"] < np.datetime64(settings.end, "us")].reset_index(drop=True)


def survey_mails(settings: Settings, surveys: Surveys) -> pd.DataFrame:
    """person, customer, sent and purpose of mails to who answered the relationship survey, and to who did not."""
    rng = settings.rng("survey mails")
    answers, asked = nps_answers(surveys), surveys.asked
    count = len(answers)
    thanks = answers[rng.random(count) < THANKED]
    thanks = thanks.assign(sent=thanks["at"] + _hours(rng.exponential(5, len(thanks))), purpose=THANK_YOU)
    asks = answers[(answers["score"] >= PROMOTER) & (rng.random(count) < ASKED)]
    asks = asks.assign(sent=asks["at"] + _hours(rng.uniform(1, 120, len(asks))), purpose=PROMOTER_ASK)
    waiting = asked[(asked["survey"] == "nps") & asked["delivered"].notna()]
    reminded_at = waiting["delivered"] + _hours(168 + rng.uniform(0, 2, len(waiting)))
    first_answer = answers.groupby("invitation")["at"].min().reindex(waiting.index)
    draw = rng.random(len(waiting))
    is_reminded = np.where(first_answer < reminded_at, draw < REMINDED_ALL_THE_SAME, draw < REMINDED)
    reminders = waiting.assign(sent=reminded_at, purpose=REMINDER)[is_reminded]
    return pd.concat([part[["person", "customer", "sent", "purpose"]] for part in (thanks, asks, reminders)])


def _hours(hours: np.ndarray) -> pd.TimedeltaIndex:
    return pd.to_timedelta((hours * 3600).astype(np.int64), unit="s")
