"""What customers write and what is noted of calls: sentences of a known tone, their themes, complaints.

Coefficients. A customer with access writes 0.10 * exp(0.35 friction) e-mails and 0.004 reviews a month; 0.15 * exp(0.3 relationship) calls
are noted. Their tone is 0.2 + 0.35 success - 0.4 friction + noise of deviation 0.5: from 0.3 on positive, below -0.2 negative. A third
of the survey answers have a comment, in the tone of the score. Six of ten negative e-mails and three of ten negative call notes are complaints,
a third of which are followed by another of the same theme within 40 days; four of five are resolved, after 6 days on average.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .ledger import Ledger
from .settings import Settings
from .surveys import NOBODY, RatedTickets, Surveys
from .world import World

THEMES = ("reporting", "support", "pricing", "reliability", "integrations", "usability")
SUBJECTS = {
    "reporting": ("the new reports", "the dashboard", "the export of our figures"),
    "support": ("your support team", "the help we got", "our last call with support"),
    "pricing": ("the price", "the renewal offer", "the invoice"),
    "reliability": ("the stability of the service", "the uptime this month", "the speed of the pages"),
    "integrations": ("the CRM integration", "the API", "the import of our data"),
    "usability": ("the new interface", "the setup", "the way to find things"),
}
POSITIVE, NEUTRAL, NEGATIVE = 1, 0, -1
# {} is the subject.
CLAUSES = {
    POSITIVE: (
        "We love {}.",
        "We are very happy with {}.",
        "I have to say that {} impressed us, great work!",
        "My team is really pleased with {}.",
        "Excellent, {} helps us every day.",
    ),
    NEUTRAL: (
        "We use {} every week.",
        "Our team has looked at {} this month.",
        "We talked about {} in our meeting.",
        "There is a question about {} in the list.",
        "Half of the team works with {} now.",
    ),
    NEGATIVE: (
        "We are very disappointed with {}.",
        "Sadly, {} is a terrible experience.",
        "My team is frustrated with {}.",
        "Honestly, {} has been awful.",
        "I am unhappy about {}, it is a real problem for us.",
    ),
}
ENDINGS = {
    POSITIVE: ("Thank you!", "Keep up the good work.", "It saves us a lot of time.", ""),
    NEUTRAL: ("The next review is in May.", "We will see.", "", ""),
    NEGATIVE: ("This is not acceptable.", "We lose hours every week.", "Please fix this.", ""),
}
SHORT = {POSITIVE: ("Great!", "Love it"), NEUTRAL: ("ok", "n/a", "Nothing."), NEGATIVE: ("Too slow", "Bad.")}
# {language: {tone: sentences}}
FOREIGN = {
    "de": {
        POSITIVE: ("Wir sind sehr zufrieden mit dem Produkt.",),
        NEUTRAL: ("Wir nutzen das Produkt jede Woche.",),
        NEGATIVE: ("Leider sind wir mit der Leistung nicht zufrieden.",),
    },
    "fr": {
        POSITIVE: ("Nous sommes très contents de votre équipe.",),
        NEUTRAL: ("Nous utilisons le produit chaque semaine.",),
        NEGATIVE: ("Le service est trop lent pour nous.",),
    },
    "ja": {
        POSITIVE: ("とても満足しています。",),
        NEUTRAL: ("毎週使っています。",),
        NEGATIVE: ("反応が遅くて困っています。",),
    },
}
LANGUAGES = {"Germany": "de", "France": "fr", "Japan": "ja"}
SIGNATURE = "\n\nBest regards,\n{name}\nHead of Happiness\n-- \nSent from my phone"
QUOTE = "\n\nOn Tue, 3 Mar, your team wrote:\n> Thank you so much for your great and lovely feedback!\n> We hope that you are happy."
COMMENTED, THEMED, FOREIGN_SHARE, SHORT_SHARE, SAID_LANGUAGE = 0.33, 0.85, 0.5, 0.08, 0.7


class Feedback:
    """`texts`: one row per text, in order of time; `customer` as in Surveys, `tone` 1, 0 or -1; `said`: its author's own words."""

    def __init__(
        self, settings: Settings, world: World, ledger: Ledger, surveys: Surveys, tickets: RatedTickets
    ) -> None:
        self.settings, self.world, self.surveys, self.tickets = settings, world, surveys, tickets
        self.rng = settings.rng("feedback")
        self.access = settings.whole_days(ledger.access, len(world.customers))
        texts = pd.concat([self._comments(), *self._written()], ignore_index=True)
        texts = self._complain(texts.assign(theme=self._themes(len(texts))))
        texts = texts[texts["at"] < np.datetime64(settings.end)].sort_values(["at", "customer"], kind="stable")
        self.texts = self._compose(texts.reset_index(drop=True))

    def _comments(self) -> pd.DataFrame:
        answers = self.surveys.answers
        picked = answers[(self.rng.random(len(answers)) < COMMENTED) & answers["is_complete"]]
        tone = np.select([picked["share"] >= 0.8, picked["share"] < 0.5], [POSITIVE, NEGATIVE], NEUTRAL)
        columns = {"customer": picked["customer"], "source": "survey", "author": "customer", "at": picked["at"]}
        return pd.DataFrame({**columns, "tone": tone, "response": picked["id"]})

    def _written(self) -> list[pd.DataFrame]:
        friction, relationship = self.world.friction, self.world.relationship
        rates = {
            ("email", "customer"): 0.10 * np.exp(0.35 * friction),
            ("review", "customer"): np.full(friction.shape, 0.004),
            ("call", "staff"): 0.15 * np.exp(0.3 * relationship),
        }
        customer, day = np.nonzero(self.access)
        at = np.datetime64(self.settings.start, "us") + day.astype("timedelta64[D]")
        month = self.surveys.month_of(at)
        mood = 0.2 + 0.35 * self.world.success[customer, month] - 0.4 * friction[customer, month]
        parts = []
        for (source, author), rate in rates.items():
            picked = self.rng.random(len(day)) < rate[customer, month] / 30.4
            felt = mood[picked] + self.rng.normal(0, 0.5, picked.sum())
            parts.append(
                pd.DataFrame(
                    {
                        "customer": customer[picked],
                        "source": source,
                        "author": author,
                        "at": at[picked] + self.rng.integers(6 * 3600, 20 * 3600, len(felt)).astype("timedelta64[s]"),
                        "tone": np.select([felt >= 0.3, felt < -0.2], [POSITIVE, NEGATIVE], NEUTRAL),
                        "response": None,
                    }
                )
            )
        return parts

    def _themes(self, count: int) -> np.ndarray:
        return np.array(THEMES)[self.rng.choice(len(THEMES), count, p=[0.3, 0.2, 0.15, 0.15, 0.1, 0.1])]

    def _complain(self, texts: pd.DataFrame) -> pd.DataFrame:
        """Who complains; the same trouble again, up to 40 days after the first word and after the second."""
        chance = texts["source"].map({"email": 0.6, "call": 0.3}).fillna(0).to_numpy()
        texts["is_complaint"] = (texts["tone"] == NEGATIVE) & (self.rng.random(len(texts)) < chance)
        parts, again = [texts], texts[texts["is_complaint"]]
        for _ in range(3):
            again = again[self.rng.random(len(again)) < 1 / 3].copy()
            again["at"] += pd.to_timedelta(self.rng.integers(1, 40 * 24, len(again)), unit="h")
            parts.append(again)
        texts = pd.concat(parts, ignore_index=True)
        patience = pd.to_timedelta((self.rng.exponential(6 * 86400, len(texts))).astype(int), unit="s")
        is_resolved = texts["is_complaint"] & (self.rng.random(len(texts)) < 0.8)
        resolved = texts["at"] + patience
        return texts.assign(resolved=resolved.where(is_resolved & (resolved < self.settings.end)))

    def _compose(self, texts: pd.DataFrame) -> pd.DataFrame:
        draws = self.rng.random((len(texts), 6))
        customer, source, tone = (texts[name].tolist() for name in ("customer", "source", "tone"))
        countries, names = (self.world.customers[name].tolist() for name in ("country", "name"))
        language, own, words, lang = [], [], [], []
        for n, (kind, subject, clause, ending, odd, told) in enumerate(draws.tolist()):
            spoken = LANGUAGES.get(countries[customer[n]], "en") if customer[n] != NOBODY else "en"
            spoken = spoken if spoken != "en" and kind < FOREIGN_SHARE else "en"
            if spoken != "en":
                text = _one(FOREIGN[spoken][tone[n]], clause)
            elif source[n] == "survey" and odd < SHORT_SHARE:
                text = _one(SHORT[tone[n]], clause)
            else:
                subjects = SUBJECTS[texts.at[n, "theme"]]
                text = f"{_one(CLAUSES[tone[n]], clause).format(_one(subjects, subject))} {_one(ENDINGS[tone[n]], ending)}".strip()
            own.append(text)
            if source[n] == "email":
                text += SIGNATURE.format(name=f"{names[customer[n]]} team") if odd < 0.6 else ""
                text += QUOTE if odd < 0.3 else ""
            language.append(spoken)
            words.append(text)
            # Who does not write English is told apart; English often is left unsaid.
            lang.append(spoken if spoken != "en" or told < SAID_LANGUAGE else None)
        ids = [f"t_{n:06d}" for n in range(1, len(texts) + 1)]
        texts = texts.assign(id=ids, language=language, said=own, text=words, lang=lang)
        has_theme = texts["is_complaint"] | (draws[:, 5] < THEMED)
        return texts.assign(theme=texts["theme"].where(has_theme))

    def files(self) -> dict[str, pd.DataFrame]:
        """With two rows that say nothing and one that was delivered twice."""
        texts = self.texts
        frame = pd.DataFrame(
            {
                "text_id": texts["id"],
                "customer_id": self.surveys.customer_ids(texts["customer"].to_numpy()),
                "response_id": texts["response"],
                "source": texts["source"],
                "author_type": texts["author"],
                "lang": texts["lang"],
                "text": texts["text"],
                "theme": texts["theme"],
                "is_complaint": texts["is_complaint"],
                "created_at": texts["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
                "resolved_at": texts["resolved"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            }
        )
        blank = frame.iloc[:2]
        blank = blank.assign(text_id=["t_blank_1", "t_blank_2"][: len(blank)], text=["  ", None][: len(blank)])
        return {"feedback_texts": pd.concat([frame, blank, frame.iloc[:1]])}

    def all_texts(self) -> pd.DataFrame:
        """customer, at, theme and response (the survey tool's) of all that was said, comments of the help desk's ratings too."""
        comments = pd.DataFrame(
            [(self.tickets.customers[n], at, self.tickets.categories[n]) for n, at, _ in self.tickets.comments],
            columns=["customer", "at", "theme"],
        )
        comments = comments.dropna(subset="customer").astype({"customer": "int64", "at": "datetime64[us]"})
        return pd.concat([self.texts[["customer", "at", "theme", "response"]], comments], ignore_index=True)

    def truth(self) -> dict[str, pd.DataFrame]:
        """Per customer and month texts written by customers, comments of the help desk's ratings too."""
        texts = self.texts
        written = texts.loc[(texts["author"] == "customer") & (texts["customer"] != NOBODY), ["customer", "at"]]
        comments = pd.DataFrame(
            [(self.tickets.customers[ticket], at) for ticket, at, _ in self.tickets.comments],
            columns=["customer", "at"],
        ).dropna()
        rows = pd.concat([written, comments]).astype({"customer": int})
        months = np.array([at.date() for at in self.settings.month_starts])
        rows["month"] = months[self.surveys.month_of(rows["at"].to_numpy().astype("datetime64[us]"))]
        table = rows.groupby(["customer", "month"]).size().rename("texts").reset_index()
        return {"feedback_counts": table.assign(**self.surveys.names(table["customer"].to_numpy()))}


def _one(choices: tuple[str, ...], draw: float) -> str:
    return choices[int(draw * len(choices))]
