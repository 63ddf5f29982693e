"""The sentiment of a text: what its author wrote of it, whether that is English, and VADER's compound score.

Used by models/core/voice/fct_text_sentiments.py, which scores each text once. Whoever changes a rule here changes SCORER too: then, and only
then, every text is scored anew.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

SCORER = "vaderSentiment 3.3.2, rules 1"
# A text of fewer words of its author's own says too little to be scored.
FEWEST_WORDS = 3

# Where somebody else's words begin: all from here on is a quote.
QUOTE_BEGINS = re.compile(
    r"^\s*(-{2,}\s*(original message|forwarded message).*|_{10,}|on .{4,200} wrote:|am .{4,200} schrieb.{0,100}:|le .{4,200} a écrit ?:"
    r"|from: .+|von: .+|de ?: .+)\s*$",
    re.IGNORECASE,
)
QUOTED_LINE = re.compile(r"^\s*[>|]")
# Where the signature begins: the mark of mail programs, a device's line, or a closing formula on a line of its own.
SIGNATURE_BEGINS = re.compile(
    r"^\s*(--\s*|sent from my .+|get outlook for .+"
    r"|((with|many|kind|kindest|best|warm|warmest|regards|and) )*(regards|wishes|best|cheers|sincerely|yours|thanks|thank you)( sincerely| truly| faithfully)?"
    r"[,.!]?)\s*$",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")

# The commonest function words of each language, those of two languages left out.
FUNCTION_WORDS = {
    "en": "the and is are was were it this that with for you your we our they of to from have has not but be been i my at by very would could "
    "which what when too",
    "de": "der das und ist sind wir sie nicht mit für auf ein eine einen dem den von zu sehr leider auch aber bei ich mir uns nur noch",
    "fr": "le la les et est sont nous vous ne pas avec pour sur un une du dans très mais au aux je mon notre votre trop que qui",
    "es": "el los las y es son no con para una por muy pero del al se mi su nuestro que lo está",
    "pt": "o os e é são não com um uma por muito mas do da dos nosso seu está",
    "it": "il gli è sono non con per una molto ma del della si mio nostro che lo",
    "nl": "het een en zijn wij niet met voor op zeer maar ook bij ik ons dat van",
}
_HEARD = Counter(word for words in FUNCTION_WORDS.values() for word in set(words.split()))
OWN_WORDS = {
    language: frozenset(word for word in words.split() if _HEARD[word] == 1)
    for language, words in FUNCTION_WORDS.items()
}


@cache
def _vader() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def own_words(text: str) -> str:
    """The text without quotes of others and without its signature. A closing formula is one only where at most four short lines follow."""
    lines: list[str] = []
    for line in text.splitlines():
        if QUOTE_BEGINS.match(line):
            break
        if not QUOTED_LINE.match(line):
            lines.append(line)
    for number, line in enumerate(lines):
        after = [later for later in lines[number + 1 :] if later.strip()]
        if number and SIGNATURE_BEGINS.match(line) and len(after) <= 4 and all(len(later) <= 60 for later in after):
            lines = lines[:number]
            break
    return "\n".join(lines).strip()


def is_english(text: str) -> bool:
    """By its words, where nobody says the language: at least as many function words of English as of any other language, hardly a letter beyond
    a to z, and one word at least that is a function word or known to VADER."""
    letters = [letter for letter in text if letter.isalpha()]
    if not letters or sum(letter.isascii() for letter in letters) < 0.9 * len(letters):
        return False
    words = [word.lower() for word in WORD.findall(text)]
    heard = {language: sum(word in known for word in words) for language, known in OWN_WORDS.items()}
    if heard["en"] < max(heard.values()):
        return False
    return heard["en"] > 0 or any(word in _vader().lexicon for word in words)


def score(text: str) -> dict[str, object]:
    """words: of the author's own; is_english: told by them; compound: -1 to 1, None where there are too few words."""
    own = own_words(text)
    words = len(WORD.findall(own))
    return {
        "words": words,
        "is_english": is_english(own),
        "compound": _vader().polarity_scores(own)["compound"] if words >= FEWEST_WORDS else None,
    }
