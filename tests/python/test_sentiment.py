"""What of a text is scored, how often the score is right, and that docs/sentiment.md says so."""

from __future__ import annotations

from collections import Counter

import pytest
import sentiment_report
from voice.sentiment import is_english, own_words, score


def test_two_hundred_different_sentences_of_all_classes_are_labelled():
    labelled = sentiment_report.sentences()
    assert len(labelled) == len({text for _, text in labelled}) == 200
    assert min(Counter(label for label, _ in labelled).values()) >= 60


def test_the_page_says_what_is_measured():
    page = sentiment_report.PAGE.read_text(encoding="utf-8")
    assert page == sentiment_report.page_with(sentiment_report.measured())


def test_sentiment_is_right_far_more_often_than_by_chance():
    labelled = sentiment_report.sentences()
    right = sum(sentiment_report.sentiment(text) == label for label, text in labelled)
    assert right / len(labelled) >= 0.6
    # The wrong way round is worse than neutral.
    opposite = {"positive": "negative", "negative": "positive"}
    upside_down = sum(sentiment_report.sentiment(text) == opposite.get(label) for label, text in labelled)
    assert upside_down / len(labelled) <= 0.1


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("It broke again.\n\nBest regards,\nAda Berg\nHead of Happiness", "It broke again."),
        ("It broke again.\nThanks,\nAda", "It broke again."),
        ("It broke again.\n-- \nAda", "It broke again."),
        ("It broke again.\n\nSent from my phone", "It broke again."),
        ("It broke again.\n\nOn Tue, 3 Mar, Sam wrote:\n> We love you!\nreally", "It broke again."),
        ("It broke again.\n-----Original Message-----\nFrom: Sam\nGreat!", "It broke again."),
        ("Es ist kaputt.\n\nAm 3. März 2026 um 10:00 schrieb Sam <sam@x.example>:\n> Danke", "Es ist kaputt."),
        ("> We are happy to help!\nIt broke again.", "It broke again."),
        # A closing formula that opens a text, or after which much follows, is none.
        ("Thanks,\nthis solved it.", "Thanks,\nthis solved it."),
        ("Hello,\nthanks\n" + "one more line\n" * 5, "Hello,\nthanks\n" + "one more line\n" * 5),
        ("Thank you for the great work!", "Thank you for the great work!"),
        ("On the other hand she wrote: nothing works.", "On the other hand she wrote: nothing works."),
    ],
)
def test_only_the_authors_own_words_are_left(text, own):
    assert own_words(text) == own.strip()


def test_a_friendly_signature_makes_no_complaint_positive():
    bare = score("We are very disappointed with the invoice.")["compound"]
    signed = "We are very disappointed with the invoice.\n\nKindest regards and best wishes,\nHappy Joy"
    assert score(signed)["compound"] == pytest.approx(bare)
    assert bare <= -0.05


@pytest.mark.parametrize("text", ["Great!", "Love it", "", "👍 👍 👍 10/10"])
def test_fewer_than_three_words_have_no_score(text):
    assert score(text)["compound"] is None


def test_three_words_have_a_score():
    assert score("Not good enough")["compound"] < -0.05


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("We are happy with the dashboard.", True),
        ("Great support, fast answers", True),
        ("ok thanks", True),
        ("Wir sind sehr zufrieden mit dem Produkt.", False),
        ("Leider nicht gut, das Problem ist alt", False),
        ("Le service est trop lent pour nous.", False),
        ("El producto no es bueno para nosotros", False),
        ("Il supporto non è molto veloce", False),
        ("とても満足しています。", False),
        ("Поддержка отвечает быстро", False),
        ("12345", False),
    ],
)
def test_english_is_told_by_its_words(text, is_it):
    assert is_english(text) is is_it
