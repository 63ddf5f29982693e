"""Forecasts of customers: they know nothing of the future, are better than the score, are the same in SQL and scikit-learn, and chance is chance."""

from __future__ import annotations

import shutil
from pathlib import Path

import backtest
import backtest_page
import duckdb
import forecast
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, VENDORS

MODELS = ("fct_service_standings", "forecast_features")
BRIDGE_DAYS = 30  # Variable mrr_bridge_days.
CUT = "2025-09-01"  # The last month that is known, of a company that goes on until June 2026.
END = "timestamp '2025-10-01'"
# What came after the end of that month, made undone or, where it had been open, another than it was.
LATER = (
    f"delete from core.dim_months where month_start > date '{CUT}'",
    f"delete from core.fct_customer_months where month_start > date '{CUT}'",
    f"delete from core.fct_subscription_periods where starts_at >= {END}",
    f"update core.fct_subscription_periods set ends_at = null where ends_at >= {END}",
    f"update core.fct_subscription_periods set cancel_requested_at = null where cancel_requested_at >= {END}",
    "update core.fct_subscription_periods set runs_until = null",
    f"delete from core.dim_contracts where term_start >= {END}",
    f"update core.dim_contracts set terminated_at = null where terminated_at >= {END}",
    "update core.dim_contracts set cancel_requested_at = null",
    f"""update kpi.kpi_judgements set value = 1e6, baseline_index = 1e6
    where period_start + interval 1 month + (select any_value(window_days) from marts.kpi_catalog as catalog
        where catalog.kpi_id = kpi_judgements.kpi_id) * interval 1 day > {END}""",
)
LEAK = """select features.*, later.mrr_amount as later_mrr_amount from ({sql}) as features
    left join core.fct_customer_months as later
        on features.customer_id = later.customer_id and features.month_start + interval 1 month = later.month_start"""


@pytest.fixture(scope="module")
def company(sample_build, sample_raw) -> backtest.Company:
    return backtest.Company(sample_build.warehouse_file, sample_raw / "truth")


@pytest.fixture(scope="module")
def lead(company) -> dict:
    """Who leaves within 90 days, on the late months of the sample."""
    return backtest.judged(company, *backtest.LEAD)


@pytest.fixture(scope="module")
def features_moved(dbt, sample_build, sample_raw, target_path, tmp_path_factory):
    """How many rows of features, up to the month CUT, another future changes; `features` is the SQL that makes them."""
    done = dbt("compile", "-s", *MODELS, raw=sample_raw, after=sample_build, SOURCES=VENDORS)
    assert done.code == 0, done.output[-5000:]
    compiled = Path(target_path(VENDORS)) / "compiled"
    # Beside a model lie the inputs of its unit tests, in folders that are named after a yml.
    files = {name: [path for path in compiled.rglob(f"{name}.sql") if path.parent.suffix != ".yml"] for name in MODELS}
    sql = {name: path.read_text(encoding="utf-8") for name, (path,) in files.items()}
    warehouse = tmp_path_factory.mktemp("future") / sample_build.warehouse_file.name
    shutil.copy(sample_build.warehouse_file, warehouse)
    with duckdb.connect(str(warehouse)) as connection:

        def made(features: str, name: str) -> None:
            connection.execute(f"create or replace table core.fct_service_standings as {sql[MODELS[0]]}")
            connection.execute(
                f"create or replace table {name} as select * from ({features}) where month_start <= date '{CUT}'"
            )

        def moved(template: str) -> tuple[int, int]:
            connection.execute("begin")
            made(template.format(sql=sql[MODELS[1]]), "as_it_came")
            for statement in LATER:
                connection.execute(statement)
            made(template.format(sql=sql[MODELS[1]]), "as_it_was_known")
            counts = connection.execute(
                "select (select count(*) from (from as_it_came except all from as_it_was_known)), (select count(*) from as_it_was_known)"
            ).fetchone()
            connection.execute("rollback")
            return counts

        yield moved


def test_another_future_moves_no_feature(features_moved):
    moved, rows = features_moved("{sql}")
    assert rows > 500
    assert moved == 0


def test_a_feature_of_the_future_is_seen(features_moved):
    moved, _ = features_moved(LEAK)
    assert moved > 50


def test_a_forecast_that_knows_the_future_is_better_than_the_world_allows(lead):
    # Of so few customers the optimum's interval is wide; docs/health.md has larger companies, where the leak is above it.
    assert lead["leak"]["auc"] > lead["quiet"]["optimum"]["auc"] > lead["quiet"]["forecast"]["auc"]
    assert not backtest.is_too_good(lead["quiet"]["forecast"], lead["quiet"]["optimum"])


def test_outcomes_dealt_out_at_random_are_foretold_by_nobody(lead):
    shuffled = lead["shuffled"]
    assert shuffled["low"] <= 0.5 <= shuffled["high"]
    assert shuffled["high"] - shuffled["low"] < 0.3


def test_the_forecast_is_better_than_the_score_out_of_time(lead):
    for part in ("all", "quiet"):
        assert lead[part]["forecast"]["auc"] > lead[part]["health"]["auc"], part
    found = {score: lead["scores"][score]["capacity"]["found"] for score in ("forecast", "health")}
    assert found["forecast"] >= found["health"]


def test_weights_learnt_elsewhere_foretell_the_sample_better_than_its_score(company):
    rows = forecast.of(company.rows, *backtest.LEAD)
    rows = rows.assign(shipped=shipped(*backtest.LEAD).probability(rows))
    ahead = backtest.difference(rows, "shipped", "health")
    assert ahead["low"] > 0


def test_nothing_is_learnt_from_what_was_not_known_yet(company):
    learnt, late = company.split(*backtest.LEAD)
    known = learnt["month_start"] + pd.DateOffset(months=1) + pd.Timedelta(days=backtest.LEAD[1] + BRIDGE_DAYS)
    assert len(learnt) > 100 and len(late) > 100
    assert known.max() <= late["month_start"].min() + pd.DateOffset(months=1)


def shipped(target: str, days: int) -> forecast.Forecast:
    table = pd.read_csv(forecast.WEIGHTS)
    table = table[(table["target"] == target) & (table["horizon_days"] == days)].set_index("feature")
    intercept = table["weight"].pop("intercept")
    return forecast.Forecast(table.drop("intercept")[["center", "scale", "weight"]], intercept)


@pytest.mark.parametrize(("target", "days"), forecast.TARGETS)
def test_sql_and_scikit_learn_give_the_same_probability(sample_build, target, days):
    with duckdb.connect(str(sample_build.warehouse_file), read_only=True) as connection:
        features = connection.execute("from kpi.forecast_features").df().set_index("customer_id")
        told = connection.execute(
            "select customer_id, cast(probability as double) as probability from marts.customer_forecasts where target = ? and horizon_days = ?",
            [target, days],
        ).df()
    last = features[features["month_start"] == features["month_start"].max()]
    rows = last.loc[told["customer_id"]]
    assert len(told) > (50 if target != "renewal" else 10 if days >= 90 else 0)
    assert np.abs(shipped(target, days).probability(rows) - told["probability"]).max() < 1e-6


def test_the_same_customers_give_the_same_weights(company):
    rows = company.rows[company.rows["target"] != "expansion"]
    first = forecast.weights(rows, company.features, "the sample", company.as_of)
    again = forecast.weights(
        rows.sample(frac=1, random_state=1).sort_index(), company.features, "the sample", company.as_of
    )
    pd.testing.assert_frame_equal(first, again)
    assert set(first["feature"]) == {"intercept", *company.features}
    assert (first["scale"] > 0).all() and first["weight"].abs().max() > 0.1


def test_the_worlds_own_chance_is_how_many_leave(company):
    rows = forecast.of(company.rows, *backtest.LEAD)
    rows = rows[(rows["is_end_asked_for"] == 0) & rows["chance"].notna()]
    surprise = (rows["happened"] - rows["chance"]).groupby(rows["customer_id"]).sum()
    spread = np.sqrt((surprise**2).sum())
    assert abs(surprise.sum()) < 3 * spread
    assert backtest.with_interval(rows, "chance")["low"] > 0.75


def test_an_auc_is_the_share_of_pairs_in_order():
    # Of the 2 x 3 pairs three are in order and one is equal.
    happened, score = np.array([1.0, 0, 1, 0, 0]), np.array([3.0, 1, 2, 2, 5])
    assert backtest.auc(happened, score)[0] == pytest.approx(3.5 / 6)
    # The second twice and the last not at all: of 2 x 3 pairs five and a half are; nobody without it: no pair.
    weights = np.array([[1, 2, 1, 1, 0], [1, 0, 1, 0, 0]])
    assert backtest.auc(happened, score, weights) == pytest.approx([5.5 / 6, np.nan], nan_ok=True)


def test_score_and_metrics_are_judged_by_churn_and_renewal_in_30_60_90_and_180_days():
    asked = {(target, days) for target in ("churn", "renewal") for days in (30, 60, 90, 180)}
    assert asked <= set(forecast.TARGETS)
    page = (ROOT / "docs" / "health.md").read_text(encoding="utf-8")
    for target in asked:
        assert page.count(backtest_page.words(*target)) >= 3, target


def test_all_leading_metrics_that_customers_have_are_judged(company, lead):
    for kpi in company.metrics:
        known = company.rows[kpi].notna() & (company.rows["month_start"] >= company.first_test)
        rows = forecast.of(company.rows[known & (company.rows["is_end_asked_for"] == 0)], *backtest.LEAD)
        assert (kpi.removeprefix(backtest.METRIC) in lead["scores"]) == (rows["happened"].nunique() == 2), kpi
    assert len(lead["scores"]) > 30
    assert set(lead["scores"]["login_frequency"]["segments"]) >= {"SMB", "MM"}


def test_of_a_metric_the_newest_final_value_is_read():
    months = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"])
    values = pd.DataFrame({"customer_id": "a", "period_start": months, "against": [1.0, 2.0, 3.0]})
    metrics = pd.concat(
        [values.assign(kpi_id="at once", window_days=0), values.assign(kpi_id="in 14 days", window_days=14)]
    )
    rows = pd.DataFrame({"customer_id": ["a", "a", "b"], "month_start": months[[1, 2, 2]]})
    found = backtest.newest(metrics, rows)
    assert found["at once"].tolist()[:2] == [2, 3] and np.isnan(found["at once"][2])
    assert found["in 14 days"].tolist()[:2] == [1, 2] and np.isnan(found["in 14 days"][2])


def test_who_has_the_same_score_shares_what_came():
    # Two of ten have it; those of the scores 3 to 10 are told apart, the first two are not.
    rows = pd.DataFrame({"customer_id": range(10), "score": [1, 1, *range(3, 11)], "happened": [1, 0] + [0] * 7 + [1]})
    tenths = pd.DataFrame(backtest.deciles(rows, "score"))
    assert tenths["happened"].tolist() == [0.5, 0.5] + [0] * 7 + [1]
    assert tenths["lift"].tolist() == [2.5, 2.5] + [0] * 7 + [5]
    assert tenths["score"].tolist() == [1, 1, *range(3, 11)]


def test_a_team_works_the_top_of_each_list(monkeypatch):
    # Of Ada's three the upper two, of Bob's pair of equals one, to whom it happens half: 1.5 of 3 of all.
    monkeypatch.setattr(backtest, "room", lambda: 2)
    rows = pd.DataFrame(
        {
            "customer_id": range(6),
            "month_start": "2026-01-01",
            "csm_id": ["ada"] * 3 + ["bob"] * 3,
            "score": [3, 2, 1, 9, 5, 5],
            "happened": [1, 0, 1, 0, 1, 0],
        }
    )
    found = backtest.at_capacity(rows, "score")
    assert (found["worked"], found["happened"], found["found"]) == (4, 0.375, 0.5)
    # Wilson's interval of 1.5 in 4.
    assert (found["low"], found["high"]) == (pytest.approx(0.0919, abs=1e-4), pytest.approx(0.7806, abs=1e-4))


def test_the_page_is_of_the_weights_that_are_shipped():
    page = (ROOT / "docs" / "health.md").read_text(encoding="utf-8")
    assert pd.read_csv(forecast.WEIGHTS)["trained_on"].iloc[0] in page


def test_the_page_says_how_a_customers_health_is_read():
    assert backtest_page.READING in (ROOT / "docs" / "health.md").read_text(encoding="utf-8")
