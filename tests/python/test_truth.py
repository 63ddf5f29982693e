"""The warehouse is the simulator's truth, for two companies; and the comparison itself sees every kind of difference."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import truth
import yaml
from conftest import ROOT

NOT_ASKED = {"coefficients", "churn_hazards"}
KPIS = sorted(yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["kpis"])
FACTS = sorted(path.stem for path in truth.ANSWERS.glob("*.sql") if path.stem.split("_")[0] != "kpi")
AT_LEAST = {"customer_months": 1000, "tickets": 500, "ticket_counts": 500, "customer_segments": 10_000}
# Columns that the simulator says nothing of, and the KPI whose published sums its mart's own answer allows cents for.
UNSTATED = {"feedback_theme_mix": {"taxonomy_version"}, "open_ticket_backlog": {"open_escalations"}}
ROUNDED = {"product_roi"}
SEGMENT_TYPES = {
    "all", "segment", "tier", "industry", "region", "plan", "touch_model", "csm", "mrr_band", "usage_band", "tenure_band",
    "customer",
}  # fmt: skip


@pytest.fixture(scope="module", params=["the sample", "another company"])
def comparisons(request):
    company = "sample" if request.param == "the sample" else "other"
    raw, build = request.getfixturevalue(f"{company}_raw"), request.getfixturevalue(f"{company}_build")
    answers = {one.name: one for one in truth.compare(raw / "truth", build.warehouse_file)}
    return {path.stem: path for path in (raw / "truth").iterdir()}, answers


def _mart(kpi: str) -> dict:
    (path,) = (ROOT / "models" / "marts").glob(f"*/kpi_{kpi}.yml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]


def _meta(kpi: str) -> dict:
    return _mart(kpi)["config"]["meta"]["kpi"]


def _stated_kpis(stated: dict[str, Path]) -> set[str]:
    return {name.removeprefix("kpi_") for name in stated if name.startswith("kpi_")}


def test_every_truth_has_its_answer(comparisons):
    stated, answers = comparisons
    assert answers.keys() == stated.keys() - NOT_ASKED
    assert len(_stated_kpis(stated)) >= 75


@pytest.mark.parametrize("name", FACTS)
def test_the_answer_is_the_truth(comparisons, name, tmp_path):
    _, answers = comparisons
    assert answers[name].rows > AT_LEAST.get(name, 20)
    assert answers[name].is_equal, truth.report([answers[name]], tmp_path)


@pytest.mark.parametrize("kpi", KPIS)
def test_every_row_and_number_of_a_mart_is_the_truth(comparisons, kpi, tmp_path):
    """Of the company, of each segment of every type and, where the KPI knows them, of each customer; the truth has all columns of the mart."""
    stated, answers = comparisons
    if kpi not in _stated_kpis(stated):
        pytest.skip("the simulator does not say what is true of it")
    answer, table = answers[f"kpi_{kpi}"], f"'{stated[f'kpi_{kpi}']}'"
    assert answer.is_equal, truth.report([answer], tmp_path)
    columns = {column["name"] for column in _mart(kpi)["columns"]} - {"kpi_id", "period_grain", "period_start"}
    assert set(answer.columns) == (columns | {"month"}) - UNSTATED.get(kpi, set())
    has_customers = "customer" in _meta(kpi)["grains"]
    segment_types = {name for (name,) in duckdb.sql(f"select distinct segment_type from {table}").fetchall()}
    assert segment_types == SEGMENT_TYPES - (set() if has_customers else {"customer"})
    assert duckdb.sql(f"select count(value) > 0 from {table}").fetchall() == [(True,)]


def test_all_companions_of_these_kpis_are_held_as_published(comparisons):
    stated, _ = comparisons
    published = {kpi for (kpi,) in duckdb.sql(f"select distinct kpi_id from '{stated['values']}'").fetchall()}
    kpis = _stated_kpis(stated) - ROUNDED
    assert published == kpis | {f"{kpi}__{one['id']}" for kpi in kpis for one in _meta(kpi).get("companions") or []}


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


@pytest.mark.parametrize(
    ("answered", "is_equal"),
    [
        ("('A', 1, 10.000000009, 'new'), ('B', 1, null, null)", True),
        ("('A', 1, 10.00000002, 'new'), ('B', 1, null, null)", False),
        ("('A', 1, cast(10.01 as decimal(9, 2)), 'new'), ('B', 1, null, null)", True),
        ("('A', 1, cast(10.02 as decimal(9, 2)), 'new'), ('B', 1, null, null)", False),
        ("('A', 1, 10.0, 'new'), ('B', 1, 0.0, null)", False),
    ],
)
def test_a_number_may_differ_by_a_part_of_itself_and_a_decimal_by_its_last_digit(compared, answered, is_equal):
    relative = ANSWER.replace("within: mrr 0.005", "relative: 0.000000001")
    assert (compared("('A', 1, 10.0::double, 'new'), ('B', 1, null, null)", answered, relative) == []) == is_equal


def test_one_answer_is_that_of_many_truths_but_of_those_that_have_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(truth, "ANSWERS", tmp_path)
    (tmp_path / "kpi.sql").write_text("-- of each: kpi_*\nselect {columns} from marts.{name}")
    (tmp_path / "kpi_odd.sql").write_text("select 1")
    for name in ("kpi_a", "kpi_odd", "kpi_b", "seats"):
        (tmp_path / f"{name}.parquet").touch()
    answers = dict(truth.answers_of(tmp_path))
    assert list(answers) == ["kpi_a", "kpi_b", "kpi_odd"]
    assert answers["kpi_b"].endswith("select {columns} from marts.kpi_b") and answers["kpi_odd"] == "select 1"


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
