"""The warehouse is the simulator's truth, for two companies; and the comparison itself sees every kind of difference."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import truth
from conftest import VENDORS, WHOLE

NOT_ASKED = {"coefficients"}


@pytest.fixture(scope="module", params=["the sample", "another company"])
def comparisons(request, dbt, simulate, tmp_path_factory):
    if request.param == "the sample":
        raw, build = request.getfixturevalue("sample_raw"), request.getfixturevalue("sample_build")
    else:
        raw = simulate(customers=90, months=26, seed=20261122)
        build = dbt(*WHOLE, raw=raw, SOURCES=VENDORS)
        assert build.code == 0, build.output[-5000:]
    asked = {path.stem for path in (raw / "truth").iterdir()} - NOT_ASKED
    return asked, {one.name: one for one in truth.compare(raw / "truth", build.warehouse_file)}


def test_every_truth_has_its_answer(comparisons):
    asked, answers = comparisons
    assert answers.keys() == asked


@pytest.mark.parametrize("name", sorted(path.stem for path in truth.ANSWERS.glob("*.sql")))
def test_the_answer_is_the_truth(comparisons, name, tmp_path):
    _, answers = comparisons
    assert answers[name].rows > 20
    assert answers[name].is_equal, truth.report([answers[name]], tmp_path)


# --- the comparison itself ----------------------------------------------------------------------------

ANSWER = """-- key: customer, month
-- within: mrr 0.005
select * from core.answers"""
STATED = SAME = "('A', 1, 10.0, 'new'), ('B', 1, null, null)"


@pytest.fixture
def compared(tmp_path, monkeypatch):
    def run(stated: str, answered: str, sql: str = ANSWER, columns: str = "customer, month, mrr, movement"):
        folder = tmp_path / "truth"
        folder.mkdir()
        (tmp_path / "answers").mkdir()
        (tmp_path / "answers" / "moves.sql").write_text(sql, encoding="utf-8")
        monkeypatch.setattr(truth, "ANSWERS", tmp_path / "answers")
        warehouse = tmp_path / "w.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(
                f"copy (from (values {stated}) as t (customer, month, mrr, movement)) to '{folder}/moves.parquet'"
            )
            connection.execute("create schema core")
            connection.execute(f"create table core.answers as from (values {answered}) as t ({columns})")
        (comparison,) = truth.compare(folder, warehouse)
        return [tuple(row) for row in comparison.differences.itertuples(index=False)]

    return run


def test_equal_is_equal(compared):
    assert compared(STATED, SAME) == []


@pytest.mark.parametrize(
    ("answered", "difference"),
    [
        ("('A', 1, 10.004, 'new'), ('B', 1, null, null)", None),
        ("('A', 1, 10.006, 'new'), ('B', 1, null, null)", ("A 1", "mrr", "10.0", "10.006")),
        ("('A', 1, null, 'new'), ('B', 1, null, null)", ("A 1", "mrr", "10.0", None)),
        ("('A', 1, 10.0, 'new'), ('B', 1, 0.0, null)", ("B 1", "mrr", None, "0.0")),
        ("('A', 1, 10.0, 'churn'), ('B', 1, null, null)", ("A 1", "movement", "new", "churn")),
        ("('A', 1, 10.0, 'new')", ("B 1", "(row)", "there", "absent")),
        (SAME + ", ('C', 1, 1.0, 'new')", ("C 1", "(row)", "absent", "there")),
        (SAME + ", ('B', 1, null, null)", ("B 1", "(repeated key in ours)", "2", "")),
    ],
)
def test_a_difference_is_listed_with_both_values(compared, answered, difference):
    listed = [tuple(None if value != value else value for value in row) for row in compared(STATED, answered)]
    assert listed == ([difference] if difference else [])


def test_a_column_that_only_one_side_has_is_an_error(compared):
    with pytest.raises(ValueError, match="column extra is not in both"):
        compared(STATED, "('A', 1, 10.0, 'new', 1)", columns="customer, month, mrr, movement, extra")


def test_differences_are_shown_in_part_and_kept_in_full(tmp_path):
    many = truth.pd.DataFrame(
        [(f"C{n}", "mrr", "1", "2") for n in range(30)], columns=["key", "column", "truth", "warehouse"]
    )
    text = truth.report([truth.Comparison("moves", 30, ["mrr"], many)], tmp_path)
    assert "30 differences, the first 20" in text and "C0 | mrr: truth 1, warehouse 2" in text
    assert len(Path(tmp_path / "differences.csv").read_text().splitlines()) == 31
