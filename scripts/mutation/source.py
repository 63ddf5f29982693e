"""Where in a model's file, or in which macro, a piece of its compiled SQL was written.

The file and what dbt made of it are cut into tokens and aligned. A token of the compiled SQL that has its fellow in the file
stands on that line. What lies between comes from Jinja: from an argument of the call there, if its words are found in it, else
from the macro that is called.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "[^"]*" | --[^\n]* | /\*.*?\*/ | \d+(?:\.\d+)? | \w+ | <> | != | <= | >= | -> | \|\| | \S""",
    re.VERBOSE | re.DOTALL,
)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
SET = re.compile(r"\{%-?\s*set\s+(\w+)\s*(?:=(?P<value>.*?)-?%\}|-?%\}(?P<body>.*?)\{%-?\s*endset)", re.DOTALL)
CALL = re.compile(r"\b((?:dbt\.)?[a-z_]\w*)\s*\(")
KEPT = set("(),=<>") | {"<>", "<=", ">=", "->", "nothing"}
OF_CALLER = re.compile(r"\b(?:_(?:[ .]_)+|cast\(_ as _\)|_\(_(?:, _)*\))|\(_\)")  # words of a caller, one after another
REACH = 4  # tokens on either side that say which round of a loop's body a token is from


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Place:
    """A line of the model's file, or of the file of a macro."""

    line: int
    macro: str = ""


def tokens(sql: str) -> list[Token]:
    """The tokens of SQL in lower case, without comments."""
    found = (Token(match.group().lower(), *match.span()) for match in TOKEN.finditer(sql))
    return [one for one in found if not one.text.startswith(("--", "/*"))]


def _words(text: str) -> list[Token]:
    """The tokens of SQL that may stand in strings of Jinja: quotes are passed over."""
    return tokens(re.sub(r"""['"~]""", " ", text))


def _find(wanted: list[str], among: list[Token]) -> int | None:
    """The offset of the first run of tokens that are `wanted`."""
    texts = [one.text for one in among]
    for start in range(len(texts) - len(wanted) + 1):
        if texts[start : start + len(wanted)] == wanted:
            return among[start].start
    return None


def _strings(jinja: str) -> list[str]:
    """The strings in a piece of Jinja; a comment has none."""
    if jinja.startswith("{#"):
        return []
    return [double or single for double, single in re.findall(r'"([^"]*)"|\'([^\']*)\'', jinja)]


def _loops(raw: str) -> list[range]:
    """The lines of the outermost loops of Jinja."""
    loops, depth, first = [], 0, 0
    for match in re.finditer(r"\{%-?\s*(for|endfor)\b", raw):
        line = raw.count("\n", 0, match.start()) + 1
        first = first if depth else line
        depth += 1 if match[1] == "for" else -1
        if not depth:
            loops.append(range(first, line + 1))
    return loops


class Source:
    """The file of a model, with the macros of the project: {name: (text of its file, where it begins, where it ends)}."""

    def __init__(self, raw: str, macros: dict[str, tuple[str, int, int]]):
        self.raw, self.macros = raw, macros
        self._words_of: dict[str, list[str]] = {}
        self.loops = _loops(raw)
        self.sets = {
            match[1]: match.span("value" if match["value"] is not None else "body") for match in SET.finditer(raw)
        }
        set_lines = [range(self.line(start), self.line(stop) + 1) for start, stop in self.sets.values()]
        self.repeated = [*self.loops, *set_lines]  # what is written here may stand in the SQL several times
        self.tokens: list[Token] = []
        position = 0
        for match in JINJA.finditer(raw):
            self._add(position, match.start())
            if match.group().startswith("{{"):
                self.tokens.append(Token("{{", *match.span()))
            position = match.end()
        self._add(position, len(raw))

    def _add(self, start: int, end: int) -> None:
        self.tokens += [Token(one.text, one.start + start, one.end + start) for one in tokens(self.raw[start:end])]

    def words(self, macro: str) -> list[str]:
        """The words of a macro's own SQL: what stands outside of its Jinja, and in strings within."""
        if macro not in self._words_of:
            text, start, stop = self.macros[macro]
            own = JINJA.sub(lambda match: " ".join(_strings(match.group())), text[start:stop])
            self._words_of[macro] = [one.text for one in tokens(own)]
        return self._words_of[macro]

    def has_written(self, macro: str, words: tuple[str, str]) -> bool:
        """Whether the two words stand side by side in a macro's own SQL."""
        own = self.words(macro)
        return words in itertools.pairwise(own)

    def has_query(self, macro: str, name: str) -> bool:
        text, start, stop = self.macros[macro]
        return f"{name} as (" in text[start:stop]

    def called(self, jinja: str) -> list[str]:
        """The project's macros that Jinja calls, and those that they call."""
        names = [name for name in CALL.findall(jinja) if name in self.macros]
        for name in names:
            text, start, stop = self.macros[name]
            names += [one for one in CALL.findall(text[start:stop]) if one in self.macros and one not in names]
        return names

    def line(self, offset: int) -> int:
        return self.raw.count("\n", 0, offset) + 1

    def is_in_loop(self, index: int) -> bool:
        """Whether one of the tokens stands in a loop."""
        line = self.line(self.tokens[index].start)
        return any(line in loop for loop in self.loops)

    def aligned(self, compiled: str) -> Compiled:
        return Compiled(self, compiled)


class Compiled:
    """The compiled SQL of a model beside its file."""

    def __init__(self, source: Source, sql: str):
        self.source, self.sql, self.tokens = source, sql, tokens(sql)
        self.starts = [one.start for one in self.tokens]
        theirs = [one.text for one in source.tokens]
        matcher = SequenceMatcher(None, theirs, [one.text for one in self.tokens], autojunk=False)
        self.fellows: list[int | None] = [None] * len(self.tokens)
        for raw, ours, size in matcher.get_matching_blocks():
            for step in range(size):
                self.fellows[ours + step] = raw + step

    def place(self, start: int, end: int, symbol: str | None = None) -> Place | None:
        """Of what stands from `start` to `end`; by the token `symbol` within, where it is given and there. None in dbt's own code."""
        first, last = self._at(start), self._at(end - 1)
        anchor = next((i for i in range(first, last + 1) if self.tokens[i].text == symbol), first)
        if (fellow := self.fellows[anchor]) is not None:
            return Place(self.source.line(self.source.tokens[fellow].start))
        return self._from_jinja(first, last, anchor, symbol)

    def _at(self, offset: int) -> int:
        """The index of the token in which an offset lies."""
        index = bisect_left(self.starts, offset + 1) - 1
        return max(index, 0)

    def _from_jinja(self, first: int, last: int, anchor: int, symbol: str | None) -> Place | None:
        before = next((f for f in reversed(self.fellows[:anchor]) if f is not None), -1)
        after = next((f for f in self.fellows[anchor + 1 :] if f is not None), len(self.source.tokens))
        blocks = [one for one in self.source.tokens[before + 1 : after] if one.text == "{{"]
        wanted = [one.text for one in _words(self.sql[self.tokens[first].start : self.tokens[last].end])]
        spans = [span for block in blocks for span in self._spans(block)]
        for start, stop in spans:
            offset = _find(wanted, _words(self.source.raw[start:stop]))
            if offset is not None:
                return Place(self.source.line(start + offset))
        if self.source.loops and (line := self._round_of_a_loop(anchor)):
            return Place(line)
        called = [name for start, stop in spans for name in self.source.called(self.source.raw[start:stop])]
        pairs = self._pairs(first, anchor, symbol)
        written = [name for name in called if any(self.source.has_written(name, pair) for pair in pairs)]
        given = [start for start, stop in spans if symbol in {one.text for one in _words(self.source.raw[start:stop])}]
        if given and not written:
            return Place(self.source.line(given[0]))
        macro = next(iter(written + [name for name in called if symbol in self.source.words(name)]), None)
        if macro:
            return Place(self._line_in(macro, wanted), macro)
        if any(CALL.search(self.source.raw[start:stop]) for start, stop in spans):
            return None
        known = self.source.tokens[max(before, 0)] if self.source.tokens else Token("", 0, 0)
        return Place(self.source.line(blocks[0].start if blocks else known.start))

    def _pairs(self, first: int, anchor: int, symbol: str | None) -> list[tuple[str, str]]:
        """The token that is changed with those beside it."""
        if self.tokens[anchor].text != symbol:
            return [(symbol or "", self.tokens[first].text)]
        texts = [one.text for one in self.tokens[max(anchor - 1, 0) : anchor + 2]]
        return list(itertools.pairwise(texts))

    def _spans(self, block: Token) -> list[tuple[int, int]]:
        """A block of Jinja and the values of the variables that it names, and that they name."""
        spans = [(block.start, block.end)]
        for start, stop in spans:
            named = re.findall(r"\w+", self.source.raw[start:stop])
            sets = self.source.sets
            spans += [sets[name] for name in named if name in sets and sets[name] not in spans]
        return spans

    def _round_of_a_loop(self, anchor: int) -> int | None:
        """The line of the token of the file whose neighbours are most like the anchor's: at least half of them."""
        texts, theirs = [one.text for one in self.tokens], [one.text for one in self.source.tokens]

        def likeness(index: int) -> int:
            steps = (step for step in range(-REACH, REACH + 1) if step)
            return sum(
                0 <= index + step < len(theirs) and 0 <= anchor + step < len(texts)
                and theirs[index + step] == texts[anchor + step]
                for step in steps
            )  # fmt: skip

        alike = [i for i, one in enumerate(theirs) if one == texts[anchor] and self.source.is_in_loop(i)]
        best = max(alike, key=likeness, default=None)
        if best is None or likeness(best) < REACH:
            return None
        return self.source.line(self.source.tokens[best].start)

    def _line_in(self, macro: str, wanted: list[str]) -> int:
        """The line of a macro's file on which most of the words stand one after another."""
        text, start, stop = self.source.macros[macro]
        theirs = _words(JINJA.sub(lambda match: " " * len(match.group()), text[start:stop]))
        matcher = SequenceMatcher(None, [one.text for one in theirs], wanted, autojunk=False)
        best = matcher.find_longest_match()
        return text.count("\n", 0, start + (theirs[best.a].start if best.size else 0)) + 1

    def shape(self, place: Place, text: str) -> str:
        """A change with `_` for what the caller of a macro, or the round of a loop, puts in."""
        query, _, change = text.partition(": ")
        if place.macro:
            own = self.source.words(place.macro)
            named = f"{query}: " if self.source.has_query(place.macro, query) else ""
        elif any(place.line in loop for loop in self.source.loops):
            own = [one.text for one in self.source.tokens]
            named = f"{query}: " if query in own else "_: "
        else:
            return text
        before, after = ({one.text for one in tokens(side)} for side in change.split(" -> ", 1))
        kept = KEPT.union(own, after - before)
        shaped = TOKEN.sub(lambda match: match.group() if match.group().lower() in kept else "_", change)
        while (shorter := OF_CALLER.sub("_", shaped)) != shaped:
            shaped = shorter
        return named + shaped
