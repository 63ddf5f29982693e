"""How often the sentiment of a text is right: `python scripts/sentiment_report.py` measures it on the labelled sentences of
tests/python/labelled_sentences.csv and writes the tables of docs/sentiment.md.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from voice.sentiment import SCORER, score

ROOT = Path(__file__).resolve().parents[1]
SENTENCES = ROOT / "tests" / "python" / "labelled_sentences.csv"
PAGE = ROOT / "docs" / "sentiment.md"
BEGIN, END = "<!-- measured: scripts/sentiment_report.py -->\n", "<!-- end -->"
CLASSES = ("positive", "neutral", "negative")


def sentences() -> list[tuple[str, str]]:
    """(label, text)"""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return [(row["label"], row["text"]) for row in csv.DictReader(file)]


def sentiment(text: str) -> str | None:
    """The class of a text that is said to be English, by the thresholds of fct_feedback_texts."""
    compound = score(text)["compound"]
    if compound is None:
        return None
    return "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"


def measured() -> str:
    """The tables as Markdown."""
    labelled = sentences()
    found = Counter((label, sentiment(text)) for label, text in labelled)
    per_label = Counter(label for label, _ in labelled)
    per_class = Counter(sentiment(text) for _, text in labelled)
    right = sum(found[name, name] for name in CLASSES)
    english = sum(bool(score(text)["is_english"]) for _, text in labelled)
    net_said, net_read = (100 * (c["positive"] - c["negative"]) / len(labelled) for c in (per_label, per_class))
    rows = [
        f"| **{label}** | {' | '.join(str(found[label, name]) for name in CLASSES)} | {per_label[label]} |"
        f" {found[label, label] / per_label[label]:.2f} | {found[label, label] / per_class[label]:.2f} |"
        for label in CLASSES
    ]
    return "\n".join(
        [
            f"{SCORER}, {len(labelled)} sentences: {right} right, accuracy **{right / len(labelled):.3f}**.",
            "",
            "| written as | read as positive | neutral | negative | sentences | found (recall) | right where read (precision) |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"Net sentiment as written {net_said:.1f}, as read {net_read:.1f}. Told by their words alone, {english} of {len(labelled)} are English.",
            "",
        ]
    )


def page_with(tables: str) -> str:
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + tables + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with(measured()), encoding="utf-8")
