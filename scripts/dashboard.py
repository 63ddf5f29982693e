"""`make dashboard`: one HTML file from the published marts that needs neither a server nor a network.

    dashboard.py [--published FOLDER] [--out FILE]

The scorecard, what is to be done, what renews, the customers, their journey and a section per KPI. All that it shows is data of the published file, embedded as JSON that cannot end its
script element and put into the page as text, never as HTML; the page runs no script but its own (Content-Security-Policy), whatever a
customer is called. Of the customers the last complete month is embedded, all of them, with thirteen months of CUSTOMER_TRENDS and what
their health is made of.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import altair as alt
import duckdb
import vl_convert
from html_page import assembled, rows, script_json

PAGE = Path(__file__).with_name("dashboard_page")
# Months of segments and customers; the company's are all there.
RECENT = 13
# Told apart with every kind of colour blindness; each has a shape and a word too.
BANDS = {"good": "#16808e", "watch": "#cc8400", "bad": "#8a0f32", "other": "#aab4bd"}
SHAPES = {"good": "circle", "watch": "diamond", "bad": "square", "other": "circle"}
INK, SOFT, FAINT, GRID = "#26394a", "#5b6b7a", "#c9d1d9", "#e9edf1"
ABOUT = (
    "kpi_id", "mart_kpi_id", "name", "synonyms", "theme", "objective", "definition", "unit", "direction", "timing",
    "owner", "stakeholder", "playbook_id", "action", "band_rule", "is_trailing", "compared_months_back", "breakdown",
    "availability", "availability_reason",
)  # fmt: skip
SCORE = (
    "value", "band", "is_final", "is_low_n", "sample_size", "n_pending", "previous_value", "value_change",
    "value_a_year_before", "year_change", "baseline", "baseline_index", "signal", "good_at", "bad_at", "target_value",
    "last_final_period_start", "last_final_value", "last_final_band", "next_action",
)  # fmt: skip
TREND = (
    "value", "numerator", "denominator", "sample_size", "n_pending", "is_final", "band", "signal", "baseline", "good_at",
    "bad_at", "target_value",
)  # fmt: skip
CUSTOMER_TRENDS = ("mrr_amount", "health_score", "active_users")
ACTION = (
    "state", "reason", "severity", "priority", "kind", "segment_type", "segment", "customer_id", "customer_name",
    "owner_role", "owner_id", "owner_name", "channel", "evidence", "arr_at_risk_amount", "due_on", "is_overdue", "snoozed_until_on",
)  # fmt: skip


# Data.


def read(path: Path) -> dict:
    """All that the page shows, from the published file."""
    with duckdb.connect(str(path), read_only=True) as published:
        (build,) = rows(
            published, "select build_id, as_of, git_revision, sources, reporting_currency from published_build"
        )
        months = [row["m"] for row in rows(published, "select distinct period_start as m from kpi_values order by m")]
        return {
            "build": build,
            "months": months,
            "recent": min(RECENT, len(months)),
            "kpis": _kpis(published, months),
            "customers": _customers(published, months[-RECENT:]),
            "today": _by_column(rows(published, TODAY)),
            "health": _by_column(rows(published, HEALTH)),
            "forecasts": _by_column(rows(published, FORECASTS)),
            "playbooks": rows(published, f"select distinct playbook_name, action from {LIVE} order by all"),
            "actions": _by_column(rows(published, ACTIONS)),
            "effects": rows(published, "select * from playbook_effects order by kpi_id"),
            "renewals": _by_column(
                rows(published, "select * from renewal_book order by renewal_on, arr_amount desc, contract_id")
            ),
            "journey": rows(
                published,
                "select * from journey_map where month_start >= ? order by month_start, stage_order",
                months[-RECENT:][:1] or [None],
            ),
            "cohorts": rows(published, "select * from onboarding_cohorts order by cohort_month desc"),
            "coverage": rows(
                published,
                "select * from tier_coverage where month_start = (select max(month_start) from tier_coverage) order by tier, touch_model",
            ),
        }


# How each customer is today. Why a person set another score is free text and stays in the published file.
TODAY = """
    select customer_id, scored_on, score, band, change_in_7_days, change_in_30_days, is_sharp_drop, is_band_fall, moved_in_words,
        override_score, override_set_by, override_until
    from customer_health order by customer_id
"""

# What every measure takes from a customer's score, and how that moved since the month before.
HEALTH = """
    with known as (
        select *, 100 * counted_weight - contribution as lost_points
        from health_contributions where period_grain = 'month' and score is not null
    )
    select now.customer_id, now.component, now.name, now.score, now.lost_points, before.lost_points - now.lost_points as moved_points
    from known as now
    left join known as before on now.customer_id = before.customer_id and now.measure = before.measure
        and before.period_start = cast(now.period_start - interval 1 month as date)
    where now.period_start = (select max(month_start) from customer_360)
    order by now.customer_id, now.lost_points desc, now.measure
"""

# A quarter ahead; of a renewal half a year, in which the term ends.
FORECASTS = """
    select customer_id, target, horizon_days, probability, base_rate, concat_ws(', ', reason_1, reason_2, reason_3) as reasons
    from customer_forecasts where horizon_days = case target when 'renewal' then 180 else 90 end order by customer_id, target
"""
# Actions name their playbook, whose text many share, by its place among all of them.
LIVE = "(select * from playbook_actions where is_live)"
ACTIONS = f"""
    select dense_rank() over (order by playbook_name, action) - 1 as playbook, {", ".join(ACTION)} from {LIVE}
    order by priority nulls last, due_on, action_id
"""


def _by_column(found: list[dict]) -> dict:
    """Rows as columns, which is short as JSON."""
    return {
        "count": len(found),
        "columns": {name: [row[name] for row in found] for name in (found[0] if found else ())},
    }


def _kpis(published: duckdb.DuckDBPyConnection, months: list[str]) -> list[dict]:
    """The KPIs in the order of the catalogue: what they are, their score, the company's trend and the segments' recent months."""
    kpis = {}
    for row in rows(
        published,
        f"""select {", ".join(f"c.{name}" for name in ABOUT)}, {", ".join(f"s.{name}" for name in SCORE)}
        from kpi_catalog as c inner join kpi_scorecard as s using (kpi_id) order by c.sort_order""",
    ):
        score = {name: row.pop(name) for name in SCORE}
        trend = {name: [None] * len(months) for name in TREND}
        kpis[row["kpi_id"]] = row | {"score": score, "trend": trend, "groups": {}}
    place = {month: index for index, month in enumerate(months)}
    for row in rows(
        published,
        f"""select kpi_id, period_start, {", ".join(TREND)} from kpi_values
        where segment_type = 'all' and breakdown = 'all'""",
    ):
        for name in TREND:
            kpis[row["kpi_id"]]["trend"][name][place[row["period_start"]]] = row[name]
    since = len(months[:-RECENT])
    for row in rows(
        published,
        """select kpi_id, segment_type, segment, breakdown, period_start, value, band, sample_size from kpi_values
        where value is not null and period_start >= ?
            and (segment_type not in ('all', 'customer') and breakdown = 'all' or segment_type = 'all' and breakdown <> 'all')
        order by kpi_id, segment_type, segment, breakdown, period_start""",
        [months[since]] if months else [None],
    ):
        kpi = kpis[row["kpi_id"]]
        is_segment = row["breakdown"] == "all"
        of_type = kpi["groups"].setdefault(row["segment_type"] if is_segment else kpi["breakdown"], {})
        empty = {
            "value": [None] * len(months[since:]),
            "band": [None] * len(months[since:]),
            "n": [None] * len(months[since:]),
        }
        group = of_type.setdefault(row["segment"] if is_segment else row["breakdown"], empty)
        at = place[row["period_start"]] - since
        group["value"][at], group["band"][at], group["n"][at] = row["value"], row["band"], row["sample_size"]
    return list(kpis.values())


def _customers(published: duckdb.DuckDBPyConnection, recent: list[str]) -> dict:
    """customer_360 of the last month by columns, which is short as JSON, and per customer the recent months of CUSTOMER_TRENDS."""
    now = rows(
        published,
        """select * exclude (month_start) from customer_360
        where month_start = (select max(month_start) from customer_360) order by mrr_amount desc, customer_id""",
    )
    place = {row["customer_id"]: index for index, row in enumerate(now)}
    trends = {name: [[None] * len(recent) for _ in now] for name in CUSTOMER_TRENDS}
    for row in rows(
        published,
        f"""select customer_id, month_start, {", ".join(CUSTOMER_TRENDS)} from customer_360 where month_start >= ?""",
        recent[:1] or [None],
    ):
        if row["customer_id"] in place:
            for name in CUSTOMER_TRENDS:
                trends[name][place[row["customer_id"]]][recent.index(row["month_start"])] = row[name]
    return _by_column(now) | {"trends": trends}


# Charts: as Altair writes them, each layer over named rows that the page puts in. The page replaces FORMAT by the KPI's unit.

FORMAT = "FORMAT"
MONTH = alt.X(
    "month:T", title=None, axis=alt.Axis(format="%b %y", labelFlush=True, labelOverlap=True, tickCount=6, grid=False)
)


def of(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name))


def by_band(channel: type, scale: dict) -> alt.Color | alt.Shape | alt.Fill:
    return channel("band:N", scale=alt.Scale(domain=list(scale), range=list(scale.values())), legend=None)


def number(name: str) -> alt.Y:
    axis = alt.Axis(tickCount=5, gridColor=GRID, format=FORMAT)
    return alt.Y(f"{name}:Q", title=None, axis=axis, scale=alt.Scale(zero=False, nice=False))


def trend_chart() -> alt.TopLevelMixin:
    zones = of("zones").mark_rect(opacity=0.11).encode(
        x=alt.X("from:T"), x2="to:T", y=number("low"), y2="high:Q", fill=by_band(alt.Fill, BANDS)
    )  # fmt: skip
    baseline = of("baseline").mark_line(color=SOFT, strokeDash=[2, 3], strokeWidth=1.3)
    target = of("target").mark_line(color="#5340a8", strokeDash=[7, 3], strokeWidth=1.5, interpolate="step-after")
    group = of("group").mark_line(color="#8a5a9e", strokeWidth=1.8, point=alt.OverlayMarkDef(size=18, color="#8a5a9e"))
    line = of("rows").mark_line(color=INK, strokeWidth=2)
    points = of("points").mark_point(size=46, strokeWidth=1.6, opacity=1).encode(
        color=by_band(alt.Color, BANDS),
        shape=by_band(alt.Shape, SHAPES),
        fill=alt.condition("datum.is_final", by_band(alt.Fill, BANDS), alt.value("white")),
        tooltip=[
            alt.Tooltip(f"{field}:N", title=title)
            for field, title in (
                ("label", "month"), ("shown", "value"), ("band_name", "band"), ("state", "state"), ("n", "n"),
                ("against", "baseline"), ("signal", "signal"), ("aim", "target"),
            )
        ],
    )  # fmt: skip
    lines = [layer.encode(x=MONTH, y=number("value")) for layer in (baseline, target, group, line, points)]
    return alt.layer(zones, *lines).properties(width="container", height=205)


def groups_chart() -> alt.TopLevelMixin:
    name = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=120, ticks=False, domain=False))
    value = alt.X("value:Q", title=None, axis=alt.Axis(tickCount=4, gridColor=GRID, format=FORMAT))
    bars = of("rows").mark_bar(height=12).encode(
        x=value,
        y=name,
        color=by_band(alt.Color, BANDS),
        opacity=alt.condition("datum.is_few", alt.value(0.4), alt.value(0.9)),
        tooltip=[
            alt.Tooltip(f"{field}:N", title=title)
            for field, title in (("name", "name"), ("shown", "value"), ("month", "month"), ("band_name", "band"), ("n", "n"))
        ],
    )  # fmt: skip
    company = of("company").mark_rule(color=INK, strokeDash=[4, 2], strokeWidth=1.4).encode(x="value:Q")
    return alt.layer(bars, company).properties(width="container")


def customer_chart() -> alt.TopLevelMixin:
    shown = [alt.Tooltip("label:N", title="month"), alt.Tooltip("shown:N", title="value")]
    axis = alt.Axis(tickCount=3, gridColor=GRID, format=FORMAT)
    line = of("rows").mark_line(color=INK, strokeWidth=2)
    points = of("points").mark_point(size=26, filled=True, color=INK, opacity=1)
    return alt.layer(
        *(
            layer.encode(
                x=MONTH, y=alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(domainMin=0)), tooltip=shown
            )
            for layer in (line, points)
        )
    ).properties(width="container", height=110)


def charts() -> dict[str, dict]:
    config = {
        "view": {"stroke": None},
        "font": "system-ui, sans-serif",
        "axis": {"domainColor": FAINT, "tickColor": FAINT, "labelColor": SOFT, "labelFontSize": 11},
    }
    fit = {"autosize": {"type": "fit-x", "contains": "padding"}, "config": config}
    specs = {"trend": trend_chart(), "groups": groups_chart(), "customer": customer_chart()}
    return {name: chart.to_dict() | fit for name, chart in specs.items()}


# The page.


def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, of the version that Altair writes for."""
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    bundle = vl_convert.javascript_bundle(vl_version=version)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def page(data: dict) -> str:
    own = [(PAGE / name).read_text(encoding="utf-8") for name in ("page.js", "work.js")]
    script = ";\n".join([library(), *own])
    parts = {
        "STYLE": (PAGE / "page.css").read_text(encoding="utf-8"),
        "DATA": script_json(data),
        "CHARTS": script_json(charts()),
    }
    return assembled(PAGE / "page.html", script, parts)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--published", type=Path, default=Path(os.environ.get("PUBLISHED_DIR", "published")))
    parser.add_argument("--out", type=Path, default=Path("target/dashboard.html"))
    options = parser.parse_args(arguments)
    published = options.published / "customer_success.duckdb"
    if not published.exists():
        sys.exit(f"{published} is not there: make build first")
    html = page(read(published))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(html, encoding="utf-8")
    print(f"{options.out} ({len(html.encode()) / 1e6:.1f} MB): open it in a browser, no network is needed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
