"""`make mutate`: how many wrong versions of the models the tests notice.

Every model of core, marts and actions is changed at one place at a time (scripts/mutation/operators.py): a comparison turned round, a join
of another kind, a filter left out. Each such mutant is put before the model's unit tests; what they let pass is built into a
warehouse of the sample company and held against its data tests and the truth. A mutant that nothing notices is a sentence of the
model that nobody tests.

    make mutate MODELS="core/revenue kpi_quick_ratio"    models, or folders below models/
    make mutate SAMPLE=300                               that many mutants, drawn by --seed

target/mutants.csv has them all: model, operator, line, status (killed, survived, equivalent), killed_by, diff. A mutant of a
macro's SQL is counted once, as `macro <name>`. Exits with 1 where fewer than 90 % of the mutants that are not equivalent are
killed, more than 10 % are called equivalent, or tests/equivalent_mutants.yml is not right.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from mutation.operators import OPERATORS
from mutation.project import LAYERS, Project
from mutation.score import Built, Equivalents, Result, Trials, sampled
from simulate import main as simulate
from truth import places

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENTS = ROOT / "tests" / "equivalent_mutants.yml"
LEAST, MOST_EQUIVALENT = 0.9, 0.1
COLUMNS = ("model", "operator", "line", "status", "killed_by", "diff")


def dbt(folder: Path, *arguments: str) -> None:
    command = [Path(sys.executable).with_name("dbt"), "--quiet", *arguments]
    if code := subprocess.run(command, cwd=ROOT, env=os.environ | places(folder), check=False).returncode:
        sys.exit(f"dbt {arguments[0]} failed (exit code {code}): mutants are made of models whose tests pass.")


def prepare(folder: Path, is_kept: bool, wanted: list[str]) -> list[str]:
    """The models that are wanted, of the sample company built with its unit tests under `folder`; where one is kept there, only the
    unit tests of these models are run anew."""
    is_kept = is_kept and (folder / "warehouse" / "customer_success.duckdb").exists()
    if not is_kept:
        simulate(["--customers=160", "--months=30", "--seed=1", "--out", str(folder / "raw")])
        dbt(folder, "build")
    dbt(folder, "compile", "--full-refresh", "--select", *LAYERS)
    names = selected(Project(ROOT, folder / "target"), wanted)
    if is_kept:
        dbt(folder, "test", "--select", *[f"{name},test_type:unit" for name in names])
    return names


def selected(project: Project, wanted: list[str]) -> list[str]:
    """The models of all layers that are changed, or those that are named or lie in a folder that is named."""
    names = [name for name, node in project.models.items() if node["fqn"][1] in LAYERS]
    if not wanted:
        return names
    known = {
        place: [name for name, node in project.models.items() if name == place or f"/{place}/" in f"/{node['path']}"]
        for place in (one.removeprefix("models/").strip("/") for one in wanted)
    }
    if strange := [place for place, found in known.items() if not found]:
        sys.exit(f"No model and no folder of models: {', '.join(strange)}")
    return [name for name in project.models if any(name in found for found in known.values())]


def write(results: list[Result], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in results:
            writer.writerow([one.owner, one.operator, one.line, one.status, one.killed_by, one.change])


def score(results: list[Result]) -> float:
    """The share killed of those that are not equivalent; 1 where there is none."""
    counts = Counter(result.status for result in results)
    counted = counts["killed"] + counts["survived"]
    return counts["killed"] / counted if counted else 1


def summary(results: list[Result]) -> str:
    lines = ["", f"{'':<22}{'mutants':>9}{'killed':>9}{'survived':>10}{'equivalent':>12}{'score':>9}"]

    def line(name: str, part: list[Result]) -> None:
        counts = Counter(result.status for result in part)
        numbers = f"{len(part):>9,}{counts['killed']:>9,}{counts['survived']:>10,}{counts['equivalent']:>12,}"
        lines.append(f"{name:<22}{numbers}{score(part):>9.1%}")

    for folder in sorted({result.folder for result in results}):
        line(folder, [result for result in results if result.folder == folder])
    lines.append("")
    for operator in OPERATORS:
        if part := [result for result in results if result.operator == operator]:
            line(operator, part)
    lines.append("")
    line("all", results)
    by_unit_tests = sum(result.status == "killed" and not result.is_judged for result in results)
    lines.append(f"{by_unit_tests:,} were killed by unit tests, the others by data tests and the truth of the sample.")
    survivors = Counter(result.owner for result in results if result.status == "survived")
    lines += [f"  {times:>4} of {owner} survived" for owner, times in survivors.most_common(20)]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help="names or folders; all where none is given")
    parser.add_argument("--sample", type=int, help="so many mutants, not all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--no-truth", action="store_true", help="unit tests alone")
    parser.add_argument("--keep", action="store_true", help="do not build the sample anew where it is built already")
    parser.add_argument("--folder", type=Path, default=Path("target/mutation"), help="where the sample is built")
    parser.add_argument("--out", type=Path, default=Path("target/mutants.csv"))
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    names = prepare(folder, options.keep, options.models)
    built = None if options.no_truth else Built(folder / "warehouse" / "customer_success.duckdb", folder / "raw")
    return measure(names, folder, built, options.sample, options.seed, options.out)


def measure(names: list[str], folder: Path, built: Built | None, sample: int | None, seed: int, out: Path) -> int:
    equivalents = Equivalents(EQUIVALENTS)
    with Trials(ROOT, folder / "target") as trials:
        if failing := trials.unchanged(names):
            sys.exit("Not the same once parsed and written again:\n  " + "\n  ".join(failing))
        found = trials.mutants(names)
        results = sampled(found, sample, seed)
        trials.unit_tests(results)
        if built:
            trials.truth(
                [one for one in results if one.identity not in equivalents.identities], built, folder / "copies"
            )
    results = [result for result in results if result.status]
    problems = equivalents.problems(found, results)
    for result in results:
        if result.status == "survived" and result.identity in equivalents.identities:
            result.status = "equivalent"
    write(results, out)
    print(summary(results))
    share = sum(result.status == "equivalent" for result in results) / (len(results) or 1)
    if share > MOST_EQUIVALENT:
        problems.append(f"{share:.1%} are called equivalent, more than {MOST_EQUIVALENT:.0%}")
    if score(results) < LEAST:
        problems.append(f"{score(results):.1%} killed, less than {LEAST:.0%}")
    print("\n".join([f"All of them: {out}", *problems]))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
