"""`make forecast`: fit the forecasts of churn, renewal and expansion on a warehouse and write their weights, seeds/forecast_weights.csv.

    forecast.py [--warehouse FILE …] [--name TEXT] [--out FILE]

Each target and horizon is a logistic regression over `forecast_features` at a month's end, of what `forecast_outcomes` says came of it: a
row per feature with what is usual (center), how far it spreads (scale) and its weight, so that SQL scores it and a person can read it.
Its penalty is chosen by customers that were left out. Nothing is drawn at random: the same warehouse gives the same weights. With several
warehouses their customers are one crowd. How good such forecasts are out of time is what `make backtest` says.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

WEIGHTS = Path(__file__).resolve().parents[1] / "seeds" / "forecast_weights.csv"
TARGETS = [(target, days) for target in ("churn", "renewal") for days in (30, 60, 90, 180)]
TARGETS += [("expansion", days) for days in (90, 180)]
KEYS = ["customer_id", "month_start"]
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3)
LIMIT = 3  # Nothing counts as more than so many times its spread.
FOLDS = 5


@dataclass(frozen=True)
class Forecast:
    """`terms`: one row per feature with its center, scale and weight."""

    terms: pd.DataFrame
    intercept: float

    def logit(self, rows: pd.DataFrame) -> np.ndarray:
        return self.intercept + standardised(rows, self.terms) @ self.terms["weight"].to_numpy()

    def probability(self, rows: pd.DataFrame) -> np.ndarray:
        return 1 / (1 + np.exp(-self.logit(rows)))


def standardised(rows: pd.DataFrame, terms: pd.DataFrame) -> np.ndarray:
    """Distances from the usual, in spreads; what is not known is usual."""
    distances = (rows[terms.index].astype(float) - terms["center"]) / terms["scale"]
    return distances.clip(-LIMIT, LIMIT).fillna(0).to_numpy()


def usual(rows: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """Center and scale of each feature; one that does not vary, or is never known, has the scale 1."""
    values = rows[list(features)].astype(float)
    scale = values.std(ddof=0)
    terms = pd.DataFrame({"center": values.mean().fillna(0), "scale": scale.where(scale > 0, 1.0).fillna(1.0)})
    return terms.round(6).assign(scale=lambda frame: frame["scale"].clip(lower=1e-6))


def train(rows: pd.DataFrame, features: Sequence[str]) -> Forecast:
    """The forecast of one target and horizon; its penalty is the one that foretells best, by log loss, customers that it was not fitted on."""
    terms, happened = usual(rows, features), rows["happened"].to_numpy()
    distances = standardised(rows, terms)
    model = regression(chosen(distances, happened, rows["customer_id"])).fit(distances, happened)
    return Forecast(terms.assign(weight=model.coef_[0]), float(model.intercept_[0]))


def regression(penalty: float) -> LogisticRegression:
    """A smaller `penalty` (C) pulls weights more to 0."""
    return LogisticRegression(C=penalty, solver="newton-cholesky", tol=1e-8)


def chosen(distances: np.ndarray, happened: np.ndarray, customers: pd.Series) -> float:
    """The best penalty; of too few customers to leave some out the strictest."""
    folds = (
        GroupKFold(min(FOLDS, customers.nunique())).split(distances, groups=customers)
        if customers.nunique() > 1
        else []
    )
    folds = [(seen, unseen) for seen, unseen in folds if len(np.unique(happened[seen])) == 2]
    if not folds:
        return PENALTIES[0]

    def loss(penalty: float) -> float:
        foretold = [
            regression(penalty).fit(distances[seen], happened[seen]).predict_proba(distances[unseen])
            for seen, unseen in folds
        ]
        return log_loss(
            np.concatenate([happened[unseen] for _, unseen in folds]), np.concatenate(foretold)[:, 1], labels=[0, 1]
        )

    return min(PENALTIES, key=loss)


def before(rows: pd.DataFrame, at: pd.Timestamp, horizon_days: int) -> pd.DataFrame:
    """Rows whose outcome was known at the end of the month `at`, from which on forecasts are judged."""
    wait = pd.to_timedelta(horizon_days + rows["bridge_days"], unit="D")
    return rows[rows["month_start"] + pd.DateOffset(months=1) + wait <= at + pd.DateOffset(months=1)]


def read(warehouse: Path) -> tuple[pd.DataFrame, list[str], pd.Timestamp]:
    """Features with the outcomes that are known (`happened`) by target and horizon, and for how long an outcome may still change (`bridge_days`);
    the features' names; as of which day."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            """select features.*, outcomes.target, outcomes.horizon_days, cast(outcomes.has_happened as integer) as happened,
                cast(build.mrr_bridge_days as integer) as bridge_days
            from kpi.forecast_features as features
            cross join quality.build as build
            inner join kpi.forecast_outcomes as outcomes using (customer_id, month_start)
            where outcomes.has_happened is not null
            order by customer_id, month_start, target, horizon_days"""
        ).df()
        names = [
            name
            for (name,) in connection.execute("select column_name from (describe kpi.forecast_features)").fetchall()
        ]
        (as_of,) = connection.execute("select max(as_of) from core.dim_months").fetchone()
    rows["month_start"] = pd.to_datetime(rows["month_start"])
    return rows, [name for name in names if name not in KEYS], pd.Timestamp(as_of)


def of(rows: pd.DataFrame, target: str, horizon_days: int) -> pd.DataFrame:
    return rows[(rows["target"] == target) & (rows["horizon_days"] == horizon_days)]


def weights(rows: pd.DataFrame, features: Sequence[str], name: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """The rows of the seed; a target of which nothing can be learnt has none."""
    tables = []
    for target, days in TARGETS:
        part = of(rows, target, days)
        if part["happened"].nunique() < 2:
            continue
        forecast = train(part, features)
        table = forecast.terms.rename_axis("feature").reset_index()
        intercept = pd.DataFrame([{"feature": "intercept", "center": 0.0, "scale": 1.0, "weight": forecast.intercept}])
        table = pd.concat([intercept, table], ignore_index=True).round(6)
        tables.append(table.assign(target=target, horizon_days=days))
    columns = ["target", "horizon_days", "feature", "center", "scale", "weight"]
    return pd.concat(tables)[columns].assign(trained_on=name, trained_as_of=as_of.date())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    own = Path(os.environ.get("WAREHOUSE_DIR", "warehouse")) / "customer_success.duckdb"
    parser.add_argument(
        "--warehouse", type=Path, nargs="+", default=[own], help=f"whose customers are learnt from ({own})"
    )
    parser.add_argument(
        "--name", default="own customers", help="what the weights say they were trained on (own customers)"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="the seed (seeds/forecast_weights.csv)")
    options = parser.parse_args()
    worlds = [read(path) for path in options.warehouse]
    rows = pd.concat([rows.assign(customer_id=f"{n}:" + rows["customer_id"]) for n, (rows, *_) in enumerate(worlds)])
    table = weights(rows, worlds[0][1], options.name, max(as_of for *_, as_of in worlds))
    table.to_csv(options.out, index=False, lineterminator="\n")
    print(f"{len(table)} weights of {rows['customer_id'].nunique()} customers: {options.out}")
    print("`dbt build` scores with them from now on.")


if __name__ == "__main__":
    main()
