"""Starts a KPI: its two files and its line in dbt_project.yml.

    new_kpi.py quick_ratio --theme revenue --unit ratio --direction up

writes models/marts/revenue/kpi_quick_ratio.sql and .yml and adds quick_ratio to vars.kpis. What it cannot know is marked with
<angle brackets>; `make test` fails until all of it is filled in.
"""

import argparse
import re
import sys
from pathlib import Path

THEMES = (
    "revenue", "health", "usage", "journey", "engagement", "voice", "advocacy", "relationship", "support",
)  # fmt: skip
UNITS = ("currency", "ratio", "count", "users", "hours", "days", "months", "score")

SQL = """\
-- <One row per unit: what its rows are, and why.>
with measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        <numerator> as numerator,
        <denominator> as denominator,
        1 as units,
        0 as n_pending
    from {{{{ ref('fct_customer_months') }}}}
),

{{{{ kpi_rows('{id}') }}}}

select * from kpi_rows
"""

YML = """\
models:
  - name: kpi_{id}
    description: >
      <What it means in plain words: what counts, what is left out, and a worked example with its answer.>
    config:
      meta:
        kpi:
          name: <Name>
          synonyms: []
          theme: {theme}
          objective: <retention, expansion, adoption, advocacy or efficiency>
          unit: {unit}
          direction: {direction}
          timing: <leading or lagging>
          owner: <role>
          stakeholder: <role>
          grains: [segment]
          breakdown: none
          window_days: 0
          bands: {{rule: none}}
          playbook_id: <playbook>
          action: <What to do when it is bad.>
          seed_texts: []
          requires: [subscription_items]
          last_reviewed: <YYYY-MM-DD>
    columns:
      - {{name: kpi_id, data_type: string}}
      - {{name: period_grain, data_type: string}}
      - {{name: period_start, data_type: date}}
      - {{name: segment_type, data_type: string}}
      - {{name: segment, data_type: string}}
      - {{name: breakdown, data_type: string}}
      - {{name: numerator, data_type: "decimal(28,6)", description: <What it counts.>}}
      - {{name: denominator, data_type: "decimal(28,6)", description: <What it counts.>}}
      - {{name: value, data_type: double}}
      - {{name: sample_size, data_type: bigint, description: <Which units.>}}
      - {{name: n_pending, data_type: bigint}}
      - {{name: is_final, data_type: boolean}}

unit_tests:
  - name: <a_business_sentence_that_is_true>
    model: kpi_{id}
    given:
      - input: ref('fct_customer_months')
        rows:
          - {{customer_id: A, month_start: 2026-02-01}}
      - input: ref('brg_customer_segments')
        rows:
          - {{customer_id: A, month_start: 2026-02-01, segment_type: all, segment: all}}
      - {{input: ref('dim_segment_months'), rows: []}}
      - input: ref('kpi_periods')
        rows:
          - kpi_id: {id}
            period_grain: month
            period_start: 2026-02-01
            has_customer_rows: false
            is_final: true
    expect:
      rows:
        - {{segment: all, numerator: <worked>, denominator: <by hand>, value: <here>}}
"""


def add_to_list(project: str, kpi: str) -> str:
    """dbt_project.yml with the KPI at the end of vars.kpis; raises ValueError when it stands there already."""
    block = re.search(r"^  kpis:\n((?:    - \w+\n)+)", project, flags=re.MULTILINE)
    if not block:
        raise ValueError("dbt_project.yml has no list vars.kpis")
    if f"    - {kpi}\n" in block.group(1):
        raise ValueError(f"{kpi} is in vars.kpis of dbt_project.yml already")
    return project[: block.end()] + f"    - {kpi}\n" + project[block.end() :]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kpi", help="its id, such as quick_ratio")
    parser.add_argument("--theme", required=True, choices=THEMES)
    parser.add_argument("--unit", required=True, choices=UNITS)
    parser.add_argument("--direction", required=True, choices=("up", "down", "none"), help="which way is better")
    options = parser.parse_args(arguments)
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", options.kpi):
        parser.error("a KPI's id is lower case words joined by _")

    folder = Path("models/marts") / options.theme
    files = {folder / f"kpi_{options.kpi}.sql": SQL, folder / f"kpi_{options.kpi}.yml": YML}
    if taken := [str(path) for path in Path("models/marts").rglob(f"kpi_{options.kpi}.*")]:
        sys.exit(f"{', '.join(taken)}: exists already, nothing was written")
    project = Path("dbt_project.yml")
    try:
        listed = add_to_list(project.read_text(encoding="utf-8"), options.kpi)
    except ValueError as error:
        sys.exit(f"{error}; nothing was written")

    folder.mkdir(parents=True, exist_ok=True)
    values = {"id": options.kpi, "theme": options.theme, "unit": options.unit, "direction": options.direction}
    for path, template in files.items():
        path.write_text(template.format(**values), encoding="utf-8")
        print(f"wrote {path}")
    project.write_text(listed, encoding="utf-8")
    print(f"added {options.kpi} to vars.kpis in {project}")
    print(f"fill in the <brackets>, then: dbt build -s kpi_{options.kpi}")
    print("what is to be done when it is bad: a playbook and a rule in seeds/ (docs/playbooks.md)")


if __name__ == "__main__":
    main()
