"""`make dashboard`: one HTML file from the published marts that needs neither a server nor a network.

    dashboard.py [--published FOLDER] [--out FILE]

The scorecard, a section per KPI (trend with bands, segments, definition) and customer 360. Everything shown is data of the
published file, embedded as JSON that no part of can end its script element, and put into the page as text, never as HTML. Only
the last complete month of customers is embedded, all of them, with twelve months of their MRR, health and active users.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import sys
from decimal import Decimal
from pathlib import Path

import altair as alt
import duckdb
import vl_convert

PAGE = Path(__file__).with_name("dashboard_page")
# Months of segments and customers beside the whole trend of the company.
RECENT = 13
DIGITS = 6
BANDS = {"good": "#2b7a4b", "watch": "#b7791f", "bad": "#b23b3b"}
INK, FAINT = "#33475b", "#c9d1d9"
# What the page puts in the place of, by the unit of a KPI.
FORMAT = "FORMAT"
SCORE = (
    "value", "band", "is_final", "is_low_n", "sample_size", "n_pending", "previous_value", "value_change",
    "value_a_year_before", "year_change", "baseline", "baseline_index", "signal", "good_at", "bad_at", "target_value",
    "last_final_period_start", "last_final_value", "last_final_band", "last_final_signal", "next_action",
)  # fmt: skip
ABOUT = (
    "kpi_id", "mart_kpi_id", "name", "synonyms", "theme", "objective", "definition", "unit", "direction", "timing", "owner",
    "stakeholder", "playbook_id", "action", "band_rule", "is_trailing", "compared_months_back", "breakdown", "seed_texts", "availability", "availability_reason",
)  # fmt: skip
TREND = ("value", "band", "is_final", "sample_size", "numerator", "denominator", "baseline", "target_value", "signal")
CUSTOMER_TRENDS = ("mrr_amount", "health_score", "active_users")


def plain(value: object) -> object:
    """A value as JSON has it: months and dates as text, numbers with six significant digits."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


def rows(published: duckdb.DuckDBPyConnection, sql: str, parameters: list | None = None) -> list[dict]:
    cursor = published.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]


def columns(found: list[dict], names: tuple[str, ...] | list[str]) -> dict[str, list]:
    """Rows as columns, which is much shorter as JSON."""
    return {name: [row[name] for row in found] for name in names}


def read(path: Path) -> dict:
    """All that the page shows, from the published file."""
    with duckdb.connect(str(path), read_only=True) as published:
        (build,) = rows(published, "select build_id, as_of, git_revision, reporting_currency from published_build")
        months = [row["m"] for row in rows(published, "select distinct period_start as m from kpi_values order by 1")]
        recent = months[-RECENT:]
        catalog = {
            row["kpi_id"]: row
            for row in rows(
                published,
                f"""select {", ".join(f"c.{name}" for name in ABOUT)}, {", ".join(f"s.{name}" for name in SCORE)}
                from kpi_catalog as c inner join kpi_scorecard as s using (kpi_id) order by c.sort_order""",
            )
        }
        for row in catalog.values():
            row["score"] = {name: row.pop(name) for name in SCORE}
            row["trend"], row["segments"], row["parts"] = columns([], TREND), {}, []
            row["trend"]["month"] = []
        _add_trends(published, catalog)
        _add_segments(published, catalog, recent[0])
        _add_parts(published, catalog)
        customers = _customers(published, recent[0])
    return {"build": build, "months": months, "recent": recent, "kpis": list(catalog.values()), "customers": customers}


def _add_trends(published: duckdb.DuckDBPyConnection, catalog: dict[str, dict]) -> None:
    for row in rows(
        published,
        f"""select kpi_id, period_start as month, {", ".join(TREND)} from kpi_values
        where segment_type = 'all' and breakdown = 'all' order by kpi_id, period_start""",
    ):
        trend = catalog[row.pop("kpi_id")]["trend"]
        for name, value in row.items():
            trend[name].append(value)


def _add_segments(published: duckdb.DuckDBPyConnection, catalog: dict[str, dict], since: str) -> None:
    """{segment type: {segment: [[month, value, band, n], …]}} of the recent months; what has no value is left out."""
    for row in rows(
        published,
        """select kpi_id, segment_type, segment, period_start as month, value, band, sample_size from kpi_values
        where segment_type not in ('all', 'customer') and breakdown = 'all' and value is not null and period_start >= ?
        order by kpi_id, segment_type, segment, period_start""",
        [since],
    ):
        of_type = catalog[row["kpi_id"]]["segments"].setdefault(row["segment_type"], {})
        of_type.setdefault(row["segment"], []).append([row["month"], row["value"], row["band"], row["sample_size"]])


def _add_parts(published: duckdb.DuckDBPyConnection, catalog: dict[str, dict]) -> None:
    """The company's newest values by the KPI's second dimension."""
    for row in rows(
        published,
        """select kpi_id, breakdown, value, sample_size from kpi_values
        where segment_type = 'all' and breakdown <> 'all' and value is not null
        qualify period_start = max(period_start) over (partition by kpi_id) order by kpi_id, value desc, breakdown""",
    ):
        catalog[row["kpi_id"]]["parts"].append([row["breakdown"], row["value"], row["sample_size"]])


def _customers(published: duckdb.DuckDBPyConnection, since: str) -> dict:
    """Customer 360 of the last month as columns, and per customer the recent months of a few of them."""
    now = rows(
        published,
        """select * exclude (month_start) from customer_360
        where month_start = (select max(month_start) from customer_360) order by mrr_amount desc, customer_id""",
    )
    place = {row["customer_id"]: index for index, row in enumerate(now)}
    trends: list[list] = [[] for _ in now]
    for row in rows(
        published,
        f"""select customer_id, month_start as month, {", ".join(CUSTOMER_TRENDS)} from customer_360
        where month_start >= ? order by customer_id, month_start""",
        [since],
    ):
        if row["customer_id"] in place:
            trends[place[row["customer_id"]]].append([row["month"], *(row[name] for name in CUSTOMER_TRENDS)])
    return {"columns": columns(now, list(now[0]) if now else []), "count": len(now), "trends": trends}


# Charts: Vega-Lite as Altair writes it, the data of which the page puts in.


def band_colour() -> alt.Color:
    scale = alt.Scale(domain=[*BANDS, "other"], range=[*BANDS.values(), "#6b7c8d"])
    return alt.Color("band:N", scale=scale, legend=None)


def band_shape() -> alt.Shape:
    """Bands are told by shape too."""
    return alt.Shape(
        "band:N",
        scale=alt.Scale(domain=[*BANDS, "other"], range=["circle", "diamond", "square", "circle"]),
        legend=None,
    )


def trend_chart() -> alt.TopLevelMixin:
    month = alt.X("month:T", title=None, axis=alt.Axis(format="%b %y", labelFlush=True, tickCount=6, grid=False))
    value = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(zero=False),
        axis=alt.Axis(tickCount=5, format=FORMAT, gridColor="#eef1f4"),
    )
    base = alt.Chart(alt.NamedData("rows"))
    line = base.mark_line(color=INK, strokeWidth=2).encode(x=month, y=value)
    points = base.mark_point(size=48, strokeWidth=1.5).encode(
        x=month,
        y=value,
        color=band_colour(),
        shape=band_shape(),
        fill=alt.condition("datum.is_final", band_colour(), alt.value("white")),
        tooltip=[
            alt.Tooltip("label:N", title="month"),
            alt.Tooltip("shown:N", title="value"),
            alt.Tooltip("band:N"),
            alt.Tooltip("state:N", title="state"),
            alt.Tooltip("sample_size:Q", title="n"),
            alt.Tooltip("signal:N", title="against baseline"),
        ],
    )
    baseline = base.mark_line(color="#8795a1", strokeDash=[2, 3], strokeWidth=1.2).encode(x=month, y="baseline:Q")
    target = base.mark_line(color="#5a67d8", strokeDash=[6, 3], strokeWidth=1.2, interpolate="step-after").encode(
        x=month, y="target_value:Q"
    )
    bounds = (
        alt.Chart(alt.NamedData("bounds"))
        .mark_rule(strokeDash=[1, 3], strokeWidth=1.4)
        .encode(y="at:Q", color=band_colour())
    )
    return alt.layer(bounds, baseline, target, line, points).properties(width="container", height=190)


def segments_chart() -> alt.TopLevelMixin:
    name = alt.Y("segment:N", sort=None, title=None, axis=alt.Axis(labelLimit=150))
    bars = (
        alt.Chart(alt.NamedData("rows"))
        .mark_bar(height=11)
        .encode(
            x=alt.X("value:Q", title=None, axis=alt.Axis(tickCount=4, format=FORMAT, gridColor="#eef1f4")),
            y=name,
            color=band_colour(),
            opacity=alt.condition("datum.is_few", alt.value(0.45), alt.value(0.9)),
            tooltip=[
                alt.Tooltip("segment:N"),
                alt.Tooltip("shown:N", title="value"),
                alt.Tooltip("band:N"),
                alt.Tooltip("sample_size:Q", title="n"),
            ],
        )
    )
    return bars.properties(width="container", height=alt.Step(19))


def customer_chart() -> alt.TopLevelMixin:
    return (
        alt.Chart(alt.NamedData("rows"))
        .mark_line(color=INK, point=alt.OverlayMarkDef(size=24, color=INK))
        .encode(
            x=alt.X("month:T", title=None, axis=alt.Axis(format="%b %y", tickCount=4, grid=False)),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4, format=FORMAT, gridColor="#eef1f4")),
            tooltip=[alt.Tooltip("label:N", title="month"), alt.Tooltip("shown:N", title="value")],
        )
        .properties(width="container", height=110)
    )


def charts() -> dict[str, dict]:
    config = {
        "view": {"stroke": None},
        "font": "system-ui, sans-serif",
        "axis": {"domainColor": FAINT, "tickColor": FAINT, "labelColor": "#52616f"},
    }
    specs = {"trend": trend_chart(), "segments": segments_chart(), "customer": customer_chart()}
    return {name: chart.to_dict(validate=True) | {"config": config} for name, chart in specs.items()}


def script_json(value: object) -> str:
    """JSON that can stand inside a script element: no `<`, so no `</script>` and no `<!--`, whatever a customer is called."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, of the version that Altair writes for."""
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    bundle = vl_convert.javascript_bundle(vl_version=version)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def page(data: dict) -> str:
    parts = {
        "STYLE": (PAGE / "page.css").read_text(encoding="utf-8"),
        "DATA": script_json(data),
        "CHARTS": script_json(charts()),
        "LIBRARY": library(),
        "SCRIPT": (PAGE / "page.js").read_text(encoding="utf-8"),
    }
    html = (PAGE / "page.html").read_text(encoding="utf-8")
    before, *pieces = html.split("{{")
    for piece in pieces:
        name, rest = piece.split("}}", 1)
        before += parts[name] + rest
    return before


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
