"""`make backtest`: simulate companies, build them, forecast their late months from their early ones, and say how well that went.

    backtest.py [--seed SEED …] [--customers N] [--months N] [--folder FOLDER] [--keep]

Everything is out of time: what is fitted saw no month, and no outcome, of those it is judged on. The forecast stands beside the hand-weighted
health score, every leading metric of kpi_catalog and the chance that the simulated world itself gave (truth/churn_hazards), which nobody can
beat but by luck. Intervals are of 95 %, from drawing customers, not months: a customer's months are not independent. Writes
target/backtest.json and, from it, docs/health.md. With --keep a company that a run before built under FOLDER is taken as it lies there.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from backtest_page import write_page
from forecast import KEYS, TARGETS, WEIGHTS, before, of, read, train
from simulate import at_least
from simulate import main as simulate
from sklearn.ensemble import HistGradientBoostingClassifier
from truth import ROOT, build

FIRST_TEST = 0.55  # Of the months, from here on they are judged.
DRAWS = 200
LEAD = "churn", 90
TENTHS = 10
METRIC = "kpi:"


def auc(happened: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """The chance that who it happened to has the higher score, equal ones shared, for each row of `weights` (draws x rows; None: once, all
    alike); NaN where all or nobody has it."""
    weights = np.ones((1, len(score))) if weights is None else np.atleast_2d(weights)
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
    yes = np.add.reduceat((weights * happened)[:, order], starts, axis=1)
    no = np.add.reduceat((weights * (1 - happened))[:, order], starts, axis=1)
    pairs = yes.sum(axis=1) * no.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (yes * (np.cumsum(no, axis=1) - no / 2)).sum(axis=1) / pairs


def drawn(rows: pd.DataFrame) -> np.ndarray:
    """How often each row is in each draw of customers, the same draws for the same customers."""
    _, customer = np.unique(rows["customer_id"], return_inverse=True)
    number = customer.max() + 1
    rng = np.random.default_rng(0)
    return np.array(
        [np.bincount(rng.integers(0, number, number), minlength=number)[customer] for _ in range(DRAWS)], dtype=float
    )


def scored(rows: pd.DataFrame, score: str) -> np.ndarray:
    """A column; a score that is not known is in the middle."""
    return rows[score].fillna(rows[score].median()).to_numpy(float)


def with_interval(rows: pd.DataFrame, score: str, weights: np.ndarray | None = None) -> dict:
    """AUC of a column over `happened` with its interval by customer; none where it happened to all or to nobody."""
    happened, values = rows["happened"].to_numpy(float), scored(rows, score)
    found: tuple[float, ...] = (np.nan, np.nan, np.nan)
    if 0 < happened.sum() < len(happened):
        draws = auc(happened, values, drawn(rows) if weights is None else weights)
        found = auc(happened, values)[0], *np.nanquantile(draws, (0.025, 0.975))
    return dict(zip(("auc", "low", "high"), map(rounded, found), strict=True)) | {
        "rows": len(rows),
        "customers": rows["customer_id"].nunique(),
        "happened": int(happened.sum()),
    }


def rounded(value: float) -> float | None:
    return round(float(value), 4) if value == value else None


class Company:
    """A built company: features with outcomes, and beside them what else could tell. All scores are turned so that worse is higher."""

    def __init__(self, warehouse: Path, truth: Path | None) -> None:
        self.rows, self.features, self.as_of = read(warehouse)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            beside = connection.execute(
                """select customer_id, month_start, -health_score as health, coalesce(segment, '(unknown)') as segment,
                    coalesce(csm_id, '(unknown)') as csm_id, mrr_amount
                from marts.customer_360"""
            ).df()
            metrics = connection.execute(
                """select judgements.segment as customer_id, judgements.period_start, catalog.kpi_id, catalog.window_days,
                    judgements.value * if(catalog.direction = 'down', 1, -1) as against
                from kpi.kpi_judgements as judgements inner join marts.kpi_catalog as catalog using (kpi_id)
                where judgements.segment_type = 'customer' and judgements.breakdown = 'all' and catalog.timing = 'leading'
                    and judgements.value is not null"""
            ).df()
            self.retention = connection.execute("select * from marts.retention_forecasts order by all").df()
            hazards = connection.execute(
                f"""select ids.customer_id, hazards.month as month_start, hazards.horizon_days, hazards.chance
                from '{truth}/churn_hazards.parquet' as hazards
                inner join core.brg_customer_ids as ids on ids.source_customer_id = coalesce(hazards.salesforce_account_id, hazards.stripe_customer_id)
                    and ids.source_system = if(hazards.salesforce_account_id is null, 'stripe', 'salesforce')"""
            ).df()
        # Features that are means of a KPI have its plain name.
        metrics["kpi_id"] = METRIC + metrics["kpi_id"]
        self.metrics = sorted(metrics["kpi_id"].unique())
        self.rows = self.rows.merge(beside.astype({"health": float}), how="left", on=KEYS)
        self.rows = self.rows.merge(hazards, how="left", on=[*KEYS, "horizon_days"])
        self.rows = self.rows.merge(newest(metrics, self.rows[KEYS].drop_duplicates()), how="left", on=KEYS)
        months = np.sort(self.rows["month_start"].unique())
        self.first_test = pd.Timestamp(months[int(len(months) * FIRST_TEST)])

    def split(self, target: str, days: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What may be learnt from, and what is judged."""
        rows = of(self.rows, target, days)
        learnt, late = before(rows, self.first_test, days), rows[rows["month_start"] >= self.first_test].copy()
        for part, when in ((learnt, "before"), (late, "from")):
            if part["happened"].nunique() < 2:
                sys.exit(
                    f"{target} within {days} days {when} {self.first_test:%Y-%m}: it happened to all or to nobody of {len(part)} customer-months. More customers or months are needed."
                )
        return learnt, late


def newest(metrics: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """A column per metric: its newest value that was final at the month's end, empty where the customer has none then."""
    for (kpi, window), values in metrics.groupby(["kpi_id", "window_days"]):
        closed_on = rows["month_start"] + pd.DateOffset(months=1) - pd.Timedelta(days=window)
        last = closed_on.dt.to_period("M").dt.to_timestamp() - pd.DateOffset(months=1)
        values = values[["customer_id", "period_start", "against"]].rename(columns={"against": kpi})
        rows = rows.assign(period_start=last.astype(values["period_start"].dtype)).merge(
            values, how="left", on=["customer_id", "period_start"]
        )
    return rows.drop(columns="period_start")


def judged(company: Company, target: str, days: int) -> dict:
    """Forecast, health, each leading metric and the world's own chance on the late months: who leaves, does not renew, or grows. Judged are those
    of whom nobody had asked for the end (`quiet`); AUCs are there for `all` too."""
    learnt, late = company.split(target, days)
    forecast = train(learnt, company.features)
    boosted = HistGradientBoostingClassifier(max_depth=3, learning_rate=0.05, max_iter=150, random_state=0)
    varied = [name for name in company.features if learnt[name].nunique() > 1]
    boosted.fit(learnt[varied].astype(float), learnt["happened"])
    late = late.assign(
        forecast=forecast.probability(late), boosting=boosted.predict_proba(late[varied].astype(float))[:, 1]
    )
    if target == "renewal":
        late[["happened", "forecast", "boosting"]] = 1 - late[["happened", "forecast", "boosting"]]
    if target == "expansion":
        late[["health", *company.metrics]] *= -1
    quiet = late[late["is_end_asked_for"] == 0]
    result = {"target": target, "horizon_days": days, "base_rate": rounded(quiet["happened"].mean())}
    for name, part in {"all": late, "quiet": quiet}.items():
        result[name] = {score: with_interval(part, score) for score in ("forecast", "health", "boosting")}
        result[name]["ahead_of_health"] = difference(part, "forecast", "health")
    if target == "churn":
        result["quiet"]["optimum"] = with_interval(quiet[quiet["chance"].notna()], "chance")
    weights = drawn(quiet)
    result["scores"] = {
        score.removeprefix(METRIC): told(quiet[known], score, weights[:, known])
        for score in ("forecast", "health", *company.metrics)
        if quiet.loc[known := quiet[score].notna(), "happened"].nunique() == 2
    }
    if (target, days) == LEAD:
        result |= {"shuffled": shuffled(company, learnt, late), "leak": leaked(company)}
    return result


def difference(rows: pd.DataFrame, one: str, other: str) -> dict:
    """By how much the AUC of one score is above that of another, over the same draws of customers."""
    happened, weights = rows["happened"].to_numpy(float), drawn(rows)
    draws = auc(happened, scored(rows, one), weights) - auc(happened, scored(rows, other), weights)
    low, high = np.nanquantile(draws, (0.025, 0.975))
    ahead = auc(happened, scored(rows, one))[0] - auc(happened, scored(rows, other))[0]
    return {"auc": rounded(ahead), "low": rounded(low), "high": rounded(high)}


def told(rows: pd.DataFrame, score: str, weights: np.ndarray) -> dict:
    """What a score that is known of all `rows` tells of them: AUC, by segment too, lift by tenth and what a team finds by it."""
    return with_interval(rows, score, weights) | {
        "segments": {
            str(name): with_interval(rows[rows["segment"] == name], score, weights[:, rows["segment"] == name])
            for name in sorted(rows["segment"].unique())
        },
        "deciles": deciles(rows, score),
        "capacity": at_capacity(rows, score),
    }


def deciles(rows: pd.DataFrame, score: str) -> list[dict]:
    """From the least likely tenth to the most likely: the score's mean, which of a forecast is what was expected, and what came. Who has the
    same score shares outcomes."""
    rows = rows.assign(shared=rows.groupby(score)["happened"].transform("mean"))
    tenth = (rows[score].rank(method="first").to_numpy(int) - 1) * TENTHS // len(rows)
    everybody = rows["happened"].mean()
    return [
        {
            "decile": int(number) + 1,
            "rows": len(part),
            "score": rounded(part[score].mean()),
            **share(part["shared"], part["customer_id"]),
            "lift": rounded(part["shared"].mean() / everybody),
        }
        for number, part in rows.groupby(tenth)
    ]


def at_capacity(rows: pd.DataFrame, score: str) -> dict:
    """Each month every CSM works the customers at the top of the list, as many as fit: how many of them it happens to, and what part of all whom it
    happens to is among them. Who has the same score has the same chance of being worked."""
    lists = ["month_start", "csm_id"]
    shared = rows.groupby([*lists, score])["happened"].transform("mean")
    worked = rows.groupby(lists)[score].rank(ascending=False, method="first") <= room()
    return {
        "worked": int(worked.sum()),
        **share(shared[worked], rows.loc[worked, "customer_id"]),
        "found": rounded(shared[worked].sum() / rows["happened"].sum()),
    }


def room() -> int:
    """How many customers a CSM works at a time (seeds/playbook_capacity.csv)."""
    with (ROOT / "seeds" / "playbook_capacity.csv").open(encoding="utf-8") as file:
        (found,) = [
            int(row["open_actions"])
            for row in csv.DictReader(file)
            if row["owner_role"] == "csm" and row["owner_id"] == "(any)"
        ]
    return found


def share(happened: pd.Series, customers: pd.Series) -> dict:
    """To what share it happened, with its 95 % interval (Wilson); months of a customer being no independent ones, it counts as many as there are
    customers."""
    mean, n, z = happened.mean(), customers.nunique(), 1.96
    middle = (mean + z * z / (2 * n)) / (1 + z * z / n)
    margin = z / (1 + z * z / n) * np.sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
    return {"happened": rounded(mean), "low": rounded(middle - margin), "high": rounded(middle + margin)}


def shuffled(company: Company, learnt: pd.DataFrame, late: pd.DataFrame) -> dict:
    """Outcomes dealt out among customers at random: whoever still foretells them has seen them."""
    rng = np.random.default_rng(0)

    def deal(part):
        return part.assign(happened=rng.permutation(part["happened"].to_numpy()))

    forecast = train(deal(learnt), company.features)
    return with_interval(deal(late).assign(shuffled=forecast.probability(late)), "shuffled")


def leaked(company: Company) -> dict:
    """A feature of the future, whether the customer pays three months on, put in by intent: it must be seen to be one."""
    future = company.rows.drop_duplicates(KEYS)[[*KEYS, "mrr_amount"]]
    future = future.assign(
        month_start=future["month_start"] - pd.DateOffset(months=3), pays_later=(future["mrr_amount"] > 0).astype(float)
    )[[*KEYS, "pays_later"]]
    learnt, late = (part.merge(future, how="left", on=KEYS).fillna({"pays_later": 0}) for part in company.split(*LEAD))
    late = late.assign(leaked=train(learnt, [*company.features, "pays_later"]).probability(late))
    late = late[(late["is_end_asked_for"] == 0) & late["chance"].notna()]
    found, ceiling = with_interval(late, "leaked"), with_interval(late, "chance")
    return found | {"is_found": is_too_good(found, ceiling), "ceiling": ceiling["high"]}


def is_too_good(found: dict, ceiling: dict) -> bool:
    """No forecast is better than the world's own chance: one that is has seen what was to come."""
    return found["auc"] > ceiling["high"]


def retention(companies: Sequence[Company]) -> list[dict]:
    """How the forecasts of past quarters turned out, all companies together."""
    rows = pd.concat([company.retention for company in companies])
    rows = rows[rows["actual"].notna()].astype(dict.fromkeys(("forecast", "low", "high", "actual"), float))
    table = []
    for (measure, ahead), part in rows.groupby(["measure", "quarters_ahead"]):
        error = part["actual"] - part["forecast"]
        table.append(
            {
                "measure": measure,
                "quarters_ahead": int(ahead),
                "forecasts": len(part),
                "mean_error": rounded(error.mean()),
                "mean_absolute_error": rounded(error.abs().mean()),
                "half_width": rounded((part["high"] - part["low"]).mean() / 2),
                "inside": rounded(part["actual"].between(part["low"], part["high"]).mean()),
            }
        )
    return table


def backtested(seed: int, customers: int, months: int, folder: Path, is_kept: bool) -> tuple[Company, dict]:
    place = folder / f"seed-{seed}-{customers}x{months}"
    warehouse = place / "warehouse" / "customer_success.duckdb"
    if not (is_kept and warehouse.exists()):
        shutil.rmtree(place, ignore_errors=True)
        simulate(
            [
                f"--customers={customers}",
                f"--months={months}",
                f"--seed={seed}",
                "--no-kpis",
                "--out",
                str(place / "raw"),
            ]
        )
        build(place)
    company = Company(warehouse, place / "raw" / "truth")
    results = [judged(company, target, days) for target, days in TARGETS]
    print(
        f"seed {seed}: "
        + ", ".join(
            f"{r['target']} {r['horizon_days']}: {r['quiet']['forecast']['auc']} (health {r['quiet']['health']['auc']})"
            for r in results
        ),
        flush=True,
    )
    return company, {
        "seed": seed,
        "customers": customers,
        "months": months,
        "tested_from": str(company.first_test.date()),
        "results": results,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=at_least(0), nargs="+", default=[7])
    parser.add_argument("--customers", type=at_least(10), default=600)
    parser.add_argument("--months", type=at_least(24), default=36)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "backtest", help="where companies are built")
    parser.add_argument("--keep", action="store_true", help="take companies that a run before built there")
    options = parser.parse_args()
    size = (options.customers, options.months, options.folder, options.keep)
    companies, worlds = zip(*(backtested(seed, *size) for seed in options.seed), strict=True)
    report = {"worlds": list(worlds), "draws": DRAWS, "room": room(), "retention": retention(companies)}
    (ROOT / "target").mkdir(exist_ok=True)
    (ROOT / "target" / "backtest.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    write_page(report, ROOT / "docs", pd.read_csv(WEIGHTS)["trained_on"].iloc[0])
    print("target/backtest.json, docs/health.md")


if __name__ == "__main__":
    main()
