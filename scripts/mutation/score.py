"""Mutants grouped, tried and counted.

What is written once is counted once: the same change in several texts of a model, in the rounds of a loop, or of a macro in all the
models that call it, is one mutant. It is tried in some of these places and killed by whatever kills it in one.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from tqdm import tqdm

from mutation.project import Project
from mutation.trial import Bench, Mutant, mutants
from mutation.warehouse import Warehouse

PROCESSES = 2
PLACES = 6  # in which a macro or the body of a loop is tried


@dataclass
class Result:
    """A mutant and what became of it: killed, survived or equivalent; '' where it is no SQL."""

    owner: str
    folder: str
    operator: str
    line: int
    change: str
    places: list[Mutant] = field(repr=False)
    status: str = "survived"
    killed_by: str = ""
    is_judged: bool = False  # killed by a data test or the truth

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.owner, self.operator, self.change


@dataclass(frozen=True)
class Built:
    """A warehouse that was built of a simulated company, whose truth lies under `raw`."""

    warehouse: Path
    raw: Path
    seconds: float = 20


def grouped(found: Iterable[Mutant]) -> list[Result]:
    """One result per change, those of the same words numbered."""
    groups: dict[tuple, list[Mutant]] = {}
    for mutant in found:
        groups.setdefault(mutant.key, []).append(mutant)
    named: Counter = Counter()
    results = []
    for places in groups.values():
        first = places[0]
        named[first.owner, first.operator, first.change] += 1
        nth = named[first.owner, first.operator, first.change]
        change = first.change if nth == 1 else f"{first.change} ({nth})"
        results.append(Result(first.owner, first.folder, first.operator, first.line, change, _spread(places)))
    return results


def _spread(places: list[Mutant]) -> list[Mutant]:
    """At most PLACES of them, evenly over all."""
    if len(places) <= PLACES:
        return places
    return [places[step * (len(places) - 1) // (PLACES - 1)] for step in range(PLACES)]


def sampled(results: list[Result], size: int | None, seed: int) -> list[Result]:
    if size is None or size >= len(results):
        return results
    chosen = set(random.Random(seed).sample(range(len(results)), size))
    return [result for index, result in enumerate(results) if index in chosen]


class Equivalents:
    """tests/equivalent_mutants.yml: mutants that no test can kill, each with the argument why."""

    def __init__(self, path: Path):
        self.entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        self.identities = {(one["model"], one["operator"], one["change"]) for one in self.entries}

    def problems(self, all_results: list[Result], tried: list[Result]) -> list[str]:
        """Entries without an argument, that stand twice or name no mutant; and that a test killed."""
        known = {result.identity for result in all_results}
        owners = {result.owner for result in all_results}
        words = [f"{one['model']}, {one['operator']}, {one['change']}" for one in self.entries]
        return [
            *(f"stands twice: {text}" for text, times in Counter(words).items() if times > 1),
            *(f"has no argument: {text}" for one, text in zip(self.entries, words, strict=True) if not one["argument"]),
            *(
                f"names no mutant: {', '.join(identity)}"
                for identity in sorted(self.identities - known)
                if identity[0] in owners
            ),
            *(
                f"is no equivalent, {result.killed_by} kills it: {', '.join(result.identity)}"
                for result in tried
                if result.identity in self.identities and result.status == "killed"
            ),
        ]


# In a process of the pool.

_project: Project
_warehouse: Warehouse | None = None


def _start(root: Path, target: Path) -> None:
    global _project
    _project = Project(root, target)


def _list(name: str) -> list[Mutant]:
    return list(mutants(_project.model(name)))


def _unchanged(name: str) -> list[str]:
    return [f"{name}: {test}" for test in Bench(_project.model(name)).unchanged()]


def _try(name: str, chosen: list[tuple[int, Mutant]]) -> list[tuple[int, str | None]]:
    bench = Bench(_project.model(name))
    return [(number, bench.killed_by(mutant)) for number, mutant in chosen]


def _judge(built: Built, folder: Path, places: list[Mutant]) -> str | None:
    """By the truth, in the first place where the model is as it is built."""
    global _warehouse
    if _warehouse is None:
        _warehouse = Warehouse.copied(_project, built.warehouse, built.raw, folder, built.seconds)
    for mutant in places[:1]:
        return _warehouse.killed_by(mutant.model, Bench(_project.model(mutant.model), is_loaded=False).sql(mutant))
    return None


class Trials:
    """The processes in which mutants are tried. They share what dbt compiled."""

    def __init__(self, root: Path, target: Path, is_quiet: bool = False):
        self.pool = ProcessPoolExecutor(PROCESSES, initializer=_start, initargs=(root, target))
        self.is_quiet = is_quiet

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def _each(self, what: str, work, jobs: list[tuple], sizes: list[int] | None = None) -> Iterator:
        """Results of the work in the order of the jobs, with a bar."""
        sizes = sizes or [1] * len(jobs)
        with tqdm(total=sum(sizes), desc=f"{what:<10}", disable=self.is_quiet, smoothing=0) as bar:
            for size, result in zip(sizes, self.pool.map(work, *zip(*jobs, strict=True)) if jobs else (), strict=True):
                yield result
                bar.update(size)

    def unchanged(self, names: list[str]) -> list[str]:
        """The unit tests that do not pass once a model was parsed and written again."""
        return [
            test for failing in self._each("round trip", _unchanged, [(name,) for name in names]) for test in failing
        ]

    def mutants(self, names: list[str]) -> list[Result]:
        return grouped(one for found in self._each("mutants", _list, [(name,) for name in names]) for one in found)

    def unit_tests(self, results: list[Result]) -> None:
        """Tries each where it stands, against the model's unit tests; what is no SQL gets no status."""
        jobs: dict[str, list[tuple[int, Mutant]]] = defaultdict(list)
        for number, result in enumerate(results):
            for mutant in result.places:
                jobs[mutant.model].append((number, mutant))
        said: dict[int, list[str | None]] = defaultdict(list)
        sizes = [len(chosen) for chosen in jobs.values()]
        for answers in self._each("unit tests", _try, list(jobs.items()), sizes):
            for number, answer in answers:
                said[number].append(answer)
        for number, result in enumerate(results):
            result.killed_by = next((one for one in said[number] if one), "")
            no_sql = all(one == "" for one in said[number])
            result.status = "killed" if result.killed_by else "" if no_sql else "survived"

    def truth(self, results: list[Result], built: Built, folder: Path) -> None:
        """Shows those that live to the data tests and the truth of a company."""
        living = [result for result in results if result.status == "survived"]
        shutil.rmtree(folder, ignore_errors=True)
        jobs = [(built, folder, [one for one in result.places if one.text == 0]) for result in living]
        for result, killed_by in zip(living, self._each("truth", _judge, jobs), strict=True):
            if killed_by:
                result.status, result.killed_by, result.is_judged = "killed", killed_by, True
