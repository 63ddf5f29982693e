"""docs/health.md, what health and the forecasts foretell, written from what `make backtest` measured; with it a plot of the calibration."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

PLOT = "health_calibration.svg"
LEAD = "churn", 90
LEADS = LEAD, ("renewal", 90)
FEW = 10
COLOURS = ("#16808e", "#cc8400", "#8a0f32", "#26394a", "#6a51a3", "#5b6b7a")
NAMES = {"churn": "leaves", "renewal": "does not renew a term that ends", "expansion": "grows"}
MEASURES = {"net_revenue_retention": "Net revenue retention", "renewal_rate": "Renewal rate"}

INTRODUCTION = """# What health and the forecasts foretell

How far the health score and the forecasts can be believed, measured on simulated companies, in which the causes of leaving are known. `make backtest SEED="{seeds}"
CUSTOMERS={customers} MONTHS={months}` wrote this page and `target/backtest.json`; each company is built by this project from raw tables as any other.

Everything is out of time. The forecast is fitted on what was known by the end of {learnt_until} and judged on the month ends from {tested_from} on. Intervals
are of 95 %, from {draws} draws of customers (a customer's months are no independent ones); of shares Wilson's, of as many as there are customers. Figures of several companies are means, and so are
their intervals. Where nothing else is said the customers are those **whose end nobody had asked for yet**: who has given notice is no riddle.

- **AUC** is the chance that of one whom it happened to and one whom it did not the first has the higher score: .5 is a coin, 1 is always. Scores are turned so that worse is higher, but where it is asked who grows.
- **Lift** is how many times as often it happens in the tenth with the highest scores as in all. **At capacity**: each month every CSM works the {room} customers at the top of the own list (`playbook_capacity`); to how
  many of them it happens, and what part of all to whom it happens is among them. Who has the same score shares outcomes. A list that is shorter than {room} is worked whole, as most are of terms that end soon.
- **Health** is `health_scores` of the same month, the hand-weighted score. It knows nothing of terms, and the forecast does: part of its lead in churn is that a customer can hardly leave before its term ends. In
  renewals, where all have a term that ends, that lead is gone.
- **Optimum** is the chance by which the simulated world itself let customers leave (truth `churn_hazards`), with every hidden cause as it was going to be. Nobody can be better but by luck.
- **Boosting** is scikit-learn's gradient boosted trees on the same features: why the forecast is a logistic regression.

The kind of model and how its penalty is chosen were settled on companies 7, 11, 13 and 17, so their figures are a little kind; tests hold the order of forecast, health and optimum on another one, the sample.
"""

READING = """## How to read a customer's health

- **Today** is `customer_health`: one row per customer that pays at the end of the last day before `as_of`, with its score, band, coverage, worst component, how it was 7 and 30 days
  before, and what moved since last week in words. **Each month** is `customer_health_score`; the last `health_days` days (36) and all months, measure by measure, are `health_contributions`
  (`period_grain` month or day).
- **A day is scored as a month is**, by the same models; its windows are the month, 90 or 180 days that end with the day. On the last day of a month both are the same, value by value: the build
  fails where they are not (`daily_health_is_that_of_the_month`). A day is held against the customer's own baseline of its calendar month, the median of the three months before, since a baseline is of months. The bounds
  of a month that is not over are those of the last complete one.
- **Alerts**: `is_sharp_drop`, at least 15 points less than 30 days before; `is_band_fall`, a lower band than then. From or to unknown is neither.
- **In words**: `Stickiness 0.21 -> 0.14: -4.2 points` is a measure, its value (of use and tickets the multiple of the baseline) seven days before and now, and what that does to the score; the three that
  did most. Points of all measures make the change of the score together. `unknown`: not known on that day, its weight was with the others, so that they move too; `not counted`: the set of that day has no
  such measure, as on the day on which onboarding ends.
- **A judgement** (`override_score`, by whom, why, from and until when) stands beside the score and never replaces it. The reason is free text of your staff: the column is marked as personal data, and the
  dashboard leaves it out.
- **Which measures count** is in two seeds: `health_sets` says which set judges whom, by lifecycle stage, touch model and segment, `health_measures` what is in a set. As shipped, `digital_led` and `high_touch` are
  the regular set under names of their own, so every score is as the definition has it. To judge digital-led customers without contact, take the row `digital_led, relationship` out: what it weighed goes to the
  rest. Bounds of the bands by segment, customer and date are the seed `kpi_targets`.
"""

CARD = """## Model card

| | |
|---|---|
| What it is | a penalised logistic regression (scikit-learn) per target and horizon over `forecast_features`; the weights are `seeds/forecast_weights.csv`, the build scores them in SQL (`forecast_points`, `customer_forecasts`) |
| Targets | churn in 30, 60, 90, 180 days (a pause is not leaving), renewal of a term that ends in 30, 60, 90, 180 days (at least half of its ARR), expansion of MRR in 90, 180 days |
| Features | what was known at the month's end: the customer's leading KPIs whose window had closed, mean of three months; use and MRR against before; term, tenure, notice given, bills past due. No names, no people, no segment, region or industry |
| Not read | the health score, so that both can be compared; anything later than the month's end. Raw records carry no time of arrival that is kept: what landed late counts as if it had been there |
| What is not known | counts as the usual; nothing counts as more than three times its spread |
| Shipped weights | trained on {trained_on}: a demonstration, not knowledge of your customers. `make forecast` trains on yours, after about two years of history and 50 losses; then `make build` |
| Reasons | the features that move a customer's log-odds most, either way. They say what the model looks at, not what would keep the customer: no cause is proved by them |
| Use | to order who is called first and to size a quarter. Not for prices, nor for judging a person's work |
| Watch | the calibration, each year anew: probabilities drift when prices, product or customers change |

"""


def number(value: float | None, digits: int = 3) -> str:
    if value is None:
        return ""
    return f"{value:.{digits}f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.{digits}f}"


def interval(score: dict) -> str:
    return (
        f"{number(score['auc'])} ({number(score['low'])} to {number(score['high'])})"
        if score["auc"] is not None
        else ""
    )


def table(heads: list[str], rows: list[list[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n\n"


def result(world: dict, target: str, days: int) -> dict:
    (found,) = [one for one in world["results"] if (one["target"], one["horizon_days"]) == (target, days)]
    return found


def closed(quiet: dict) -> str:
    """How much of the way from health to the optimum the forecast goes."""
    way = quiet["optimum"]["auc"] - quiet["health"]["auc"]
    return f"{100 * (quiet['forecast']['auc'] - quiet['health']['auc']) / way:.0f} %" if way > 0 else ""


def by_seed(worlds: list[dict]) -> str:
    text = "## Who leaves within 90 days, by company\n\n"
    rows = []
    for world in worlds:
        quiet = result(world, *LEAD)["quiet"]
        ahead = quiet["ahead_of_health"]
        rows.append(
            [
                world["seed"],
                quiet["forecast"]["happened"],
                interval(quiet["forecast"]),
                interval(quiet["health"]),
                interval(ahead),
                interval(quiet["optimum"]),
                closed(quiet),
                interval(quiet["boosting"]),
            ]
        )
    heads = ["Seed", "Left", "Forecast", "Health", "Forecast ahead by", "Optimum", "Way to it", "Boosting"]
    return text + table(heads, rows)


def targets(worlds: list[dict]) -> list[tuple[str, int]]:
    return [(one["target"], one["horizon_days"]) for one in worlds[0]["results"]]


def words(target: str, days: int) -> str:
    return f"{NAMES[target]} within {days} days"


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def together(found: list[dict]) -> dict:
    """The AUC of several companies and its interval."""
    return {name: mean(one[name] for one in found) for name in ("auc", "low", "high")}


def by_horizon(worlds: list[dict]) -> str:
    text = "## By target and horizon\n\nMean over the companies; in how many of them the forecast is ahead of health, and ahead by more than its interval.\n\n"
    rows = []
    for target in targets(worlds):
        found = [result(world, *target) for world in worlds]

        def auc(name, part="quiet", found=found):
            return number(mean(one[part][name]["auc"] for one in found if name in one[part]))

        ahead = [one["quiet"]["ahead_of_health"] for one in found]
        rows.append(
            [
                words(*target),
                number(mean(one["base_rate"] for one in found)),
                auc("forecast"),
                auc("health"),
                auc("optimum"),
                auc("forecast", "all"),
                f"{sum(a['auc'] > 0 for a in ahead)} of {len(ahead)}",
                f"{sum(a['low'] > 0 for a in ahead)} of {len(ahead)}",
            ]
        )
    heads = ["Customer", "Share", "Forecast", "Health", "Optimum", "Forecast, notice or not", "Ahead", "Clearly ahead"]
    return text + table(heads, rows)


def tenths(worlds: list[dict], target: tuple[str, int], score: str) -> pd.DataFrame:
    """One row per company and tenth."""
    return pd.DataFrame(
        [
            {"seed": world["seed"], **row}
            for world in worlds
            for row in result(world, *target)["scores"][score]["deciles"]
        ]
    )


def calibration(worlds: list[dict]) -> str:
    text = f"## Calibration and lift\n\n![Expected and observed shares by tenth]({PLOT})\n\n"
    for target in LEADS:
        forecast, health = (
            tenths(worlds, target, score).drop(columns="seed").groupby("decile").mean()
            for score in ("forecast", "health")
        )
        rows = [
            [decile, number(row["score"]), shares(row), f"{row['lift']:.2f}", shares(other), f"{other['lift']:.2f}"]
            for (decile, row), (_, other) in zip(forecast.iterrows(), health.iterrows(), strict=True)
        ]
        text += (
            f"Who {words(*target)}: by tenths of the forecast, and by tenths of health from the best to the worst.\n\n"
        )
        text += table(["Tenth", "Expected", "By forecast", "Lift", "By health", "Lift"], rows)
    return text


def shares(row: pd.Series) -> str:
    return f"{number(row['happened'])} ({number(max(row['low'], 0))} to {number(row['high'])})"


def capacity(worlds: list[dict]) -> str:
    rows = []
    for target in targets(worlds):
        found = [result(world, *target) for world in worlds]
        by = {score: [one["scores"][score] for one in found] for score in ("forecast", "health")}
        rows.append(
            [words(*target)]
            + [f"{mean(one['deciles'][-1]['lift'] for one in by[score]):.2f}" for score in by]
            + [number(mean(one["base_rate"] for one in found))]
            + [shares(pd.DataFrame([one["capacity"] for one in by[score]]).mean()) for score in by]
            + [f"{100 * mean(one['capacity']['found'] for one in by[score]):.0f} %" for score in by]
        )
    heads = ["Customer", "Lift of forecast", "of health", "By chance", "At capacity by forecast", "by health"]
    return "## Lift and the team's capacity by target\n\n" + table([*heads, "Found by forecast", "by health"], rows)


def large_segments(worlds: list[dict], target: tuple[str, int]) -> dict[str, int]:
    """How often it happened in each segment where that is often enough to say something of it."""
    happened: Counter = Counter()
    for world in worlds:
        for name, score in result(world, *target)["scores"]["forecast"]["segments"].items():
            happened[name] += score["happened"]
    return {name: times for name, times in sorted(happened.items()) if times >= FEW}


def segments(worlds: list[dict]) -> str:
    rows = []
    for target in targets(worlds):
        for name, happened in large_segments(worlds, target).items():
            found = [result(world, *target)["scores"] for world in worlds]
            scores = [
                together([one[score]["segments"][name] for one in found if name in one[score]["segments"]])
                for score in ("forecast", "health")
            ]
            rows.append([words(*target), name, happened, *map(interval, scores)])
    text = f"## By segment\n\nSegments in which it happened at least {FEW} times.\n\n"
    return text + table(["Customer", "Segment", "Happened", "Forecast", "Health"], rows)


def by_metric(worlds: list[dict], target: tuple[str, int]) -> dict[str, list[dict]]:
    """What each leading metric told of a target, by company; the best AUC first."""
    found = defaultdict(list)
    for world in worlds:
        for name, score in result(world, *target)["scores"].items():
            if name not in ("forecast", "health"):
                found[name].append(score)
    return dict(sorted(found.items(), key=lambda item: -mean(one["auc"] for one in item[1])))


def metrics(worlds: list[dict]) -> str:
    """AUC of each metric by target and horizon, then more of the two leads."""
    found = {target: by_metric(worlds, target) for target in targets(worlds) if target[0] != "expansion"}
    text = (
        "## Each leading metric alone\n\nIts newest value that was final at the month's end, of the customers that have one. In bold where its interval is above .5 in all companies that have it, in italics where it is below in all. "
        "`metric_renewal_correlation` asks the same of renewals in your own data. Intervals, tenths, segments and capacity of every metric and target are in `target/backtest.json`.\n\n"
    )
    rows = [[f"`{kpi}`", *(marked(found[target].get(kpi, [])) for target in found)] for kpi in found[LEAD]]
    text += table(["Metric", *(words(*target).replace(" a term that ends", "") for target in found)], rows)
    for target in LEADS:
        names = large_segments(worlds, target)
        heads = ["Metric", "Happened", "AUC", "Lift", "At capacity", "Found", *(f"AUC {name}" for name in names)]
        chance = number(mean(result(world, *target)["base_rate"] for world in worlds))
        text += f"Who {words(*target)}, {chance} of all:\n\n"
        text += table(heads, [[f"`{kpi}`", *alone(scores, names)] for kpi, scores in found[target].items()])
    return text


def marked(found: list[dict]) -> str:
    if not found:
        return ""
    text = number(mean(one["auc"] for one in found))
    mark = "**" if all(one["low"] > 0.5 for one in found) else "*" if all(one["high"] < 0.5 for one in found) else ""
    return f"{mark}{text}{mark}"


def alone(found: list[dict], segments: Iterable[str]) -> list[object]:
    """What one metric tells of one target, the companies together."""
    return [
        sum(one["happened"] for one in found),
        interval(together(found)),
        f"{mean(one['deciles'][-1]['lift'] for one in found):.2f}",
        shares(pd.DataFrame([one["capacity"] for one in found]).mean()),
        f"{100 * mean(one['capacity']['found'] for one in found):.0f} %",
        *(number(mean(one["segments"][name]["auc"] for one in found if name in one["segments"])) for name in segments),
    ]


def guards(worlds: list[dict]) -> str:
    rows = []
    for world in worlds:
        found = result(world, *LEAD)
        leak = found["leak"]
        rows.append(
            [
                world["seed"],
                interval(found["shuffled"]),
                interval(leak),
                number(leak["ceiling"]),
                "yes" if leak["is_found"] else "no",
            ]
        )
    text = "## Nothing leaks\n\nWith outcomes dealt out at random the forecast is a coin. A feature of the future that was put in on purpose (does the customer pay three months on) lifts it towards 1. Above the upper end of the world's own optimum, where no honest one is, it is seen; a small company's interval can be too wide for that.\n\n"
    return text + table(["Seed", "Shuffled outcomes", "With a leak", "Upper end of the optimum", "Seen"], rows)


def retention(rows: list[dict]) -> str:
    text = "## How the forecasts of past quarters turned out\n\n`retention_forecasts`, all companies: made at the end of each quarter by the rate of the year before, with intervals that are to hold four of five.\n\n"
    return text + table(
        ["Measure", "Quarters ahead", "Forecasts", "Mean error", "Mean absolute error", "Half width", "Inside"],
        [
            [MEASURES[row["measure"]], row["quarters_ahead"], row["forecasts"]]
            + [number(row[name]) for name in ("mean_error", "mean_absolute_error", "half_width")]
            + [f"{100 * row['inside']:.0f} %"]
            for row in rows
        ],
    )


def plot(worlds: list[dict]) -> str:
    frame = tenths(worlds, LEAD, "forecast").rename(columns={"score": "expected"})
    frame["company"] = "seed " + frame["seed"].astype(str)
    top = float(frame[["expected", "high"]].max().max())
    scale = alt.Scale(domain=[0, round(top + 0.02, 2)])
    base = alt.Chart(frame).encode(
        x=alt.X("expected:Q", title="expected share", scale=scale),
        color=alt.Color("company:N", title=None, scale=alt.Scale(range=list(COLOURS))),
    )
    line = (
        alt.Chart(pd.DataFrame({"at": [0, top]}))
        .mark_line(color="#aab4bd", strokeDash=[4, 4])
        .encode(x="at:Q", y="at:Q")
    )
    points = base.mark_line(point=True).encode(y=alt.Y("happened:Q", title="left within 90 days", scale=scale))
    bars = base.mark_rule(opacity=0.4).encode(y="low:Q", y2="high:Q")
    chart = (line + bars + points).properties(width=420, height=320, background="white")
    return vl_convert.vegalite_to_svg(chart.to_dict())


def write_page(report: dict, folder: Path, trained_on: str) -> None:
    worlds = report["worlds"]
    text = INTRODUCTION.format(
        seeds=" ".join(str(world["seed"]) for world in worlds),
        customers=worlds[0]["customers"],
        months=worlds[0]["months"],
        learnt_until=worlds[0]["tested_from"][:7],
        tested_from=worlds[0]["tested_from"][:7],
        draws=report["draws"],
        room=report["room"],
    )
    text += (
        "\n"
        + READING
        + "\n"
        + by_seed(worlds)
        + by_horizon(worlds)
        + capacity(worlds)
        + calibration(worlds)
        + segments(worlds)
        + metrics(worlds)
    )
    text += guards(worlds) + retention(report["retention"]) + CARD.format(trained_on=trained_on)
    (folder / "health.md").write_text(text.rstrip() + "\n", encoding="utf-8")
    (folder / PLOT).write_text(plot(worlds) + "\n", encoding="utf-8")
