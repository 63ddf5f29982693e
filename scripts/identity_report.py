"""How well the warehouse joined the records of a simulated company: precision and recall per link rule, and wrong merges.

python scripts/identity_report.py --warehouse warehouse/customer_success.duckdb --raw data/simulated

A link is one record and the record it points to (core.brg_customer_pointers); it is right where both are the same company
in truth. Recall: of the records that in truth belong to another record's company, the share that a rule's links brought
there. Pairs: any two records. A wrong merge is a customer made of records of more than one company. Exits 1 where there is one.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb

# Options of dbt that build what is needed to know who is who.
IDENTITY = (
    "--indirect-selection=cautious",
    "--select",
    "+dim_customers",
    "+dim_contacts",
    "+dim_users",
    "customer_link_conflicts",
)

TRUTH = """
create temp view truth as
select source_system, source_customer_id, anchor_system || ' ' || anchor_id as company
from read_parquet('{raw}/truth/identity_map.parquet')
"""

OURS = """
create temp view ours as
select truth.*, ids.customer_id, ids.anchor_system, ids.anchor_id, pointers.link_rule, pointers.next_system, pointers.next_id
from truth
inner join core.brg_customer_ids as ids using (source_system, source_customer_id)
inner join core.brg_customer_pointers as pointers using (source_system, source_customer_id)
"""

LINKS = """
select
    ours.link_rule,
    count(*) as links,
    sum(case when ours.company = target.company then 1 else 0 end) as right_links,
    sum(case when ours.company = anchor.company then 1 else 0 end) as brought_home
from ours
inner join truth as target on ours.next_system = target.source_system and ours.next_id = target.source_customer_id
inner join truth as anchor on ours.anchor_system = anchor.source_system and ours.anchor_id = anchor.source_customer_id
where ours.next_system <> ours.source_system or ours.next_id <> ours.source_customer_id
group by ours.link_rule
order by links desc
"""

PAIRS = """
select
    sum(case when same_company and same_customer then 1 else 0 end) as found,
    sum(case when same_company then 1 else 0 end) as in_truth,
    sum(case when same_customer then 1 else 0 end) as joined
from (
    select a.company = b.company as same_company, a.customer_id = b.customer_id as same_customer
    from ours as a
    inner join ours as b
        on (a.company = b.company or a.customer_id = b.customer_id)
        and (a.source_system, a.source_customer_id) < (b.source_system, b.source_customer_id)
)
"""

WRONG = """
select customer_id, source_system, source_customer_id, link_rule, company
from ours
where customer_id in (select customer_id from ours group by customer_id having count(distinct company) > 1)
order by customer_id, company, source_system, source_customer_id
"""

CONFLICTS = "select conflict, count(*) as rows from quality.customer_link_conflicts group by conflict order by conflict"


@dataclass(frozen=True)
class Rule:
    """Links of one rule, how many of them are right, and how many records they brought to their company's customer."""

    name: str
    links: int
    right: int
    brought_home: int


@dataclass(frozen=True)
class Report:
    """`belonging`: records that in truth belong to another record's company. `wrong`: rows of customers that are several."""

    rules: list[Rule]
    belonging: int
    missing_records: int
    pairs: tuple[int, int, int]
    wrong: list[tuple]
    conflicts: list[tuple[str, int]]

    @property
    def wrong_merges(self) -> int:
        return len({customer_id for customer_id, *_ in self.wrong})

    @property
    def precision(self) -> float:
        found, _, joined = self.pairs
        return found / joined if joined else 1.0

    @property
    def recall(self) -> float:
        found, in_truth, _ = self.pairs
        return found / in_truth if in_truth else 1.0

    def lines(self) -> list[str]:
        text = [f"{'rule':52} {'links':>7} {'precision':>9} {'recall':>7}"]
        for rule in self.rules:
            home = rule.brought_home / self.belonging if self.belonging else 1.0
            text.append(f"{rule.name:52} {rule.links:7} {rule.right / rule.links:9.4f} {home:7.4f}")
        text.append(f"pairs of records: precision {self.precision:.4f}, recall {self.recall:.4f}")
        text.append("not followed: " + (", ".join(f"{rows} {name}" for name, rows in self.conflicts) or "nothing"))
        text.append(f"records without a customer: {self.missing_records}; wrong merges: {self.wrong_merges}")
        return text + [f"  {' | '.join(map(str, row))}" for row in self.wrong]


def identity_report(warehouse: Path, raw: Path) -> Report:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(TRUTH.format(raw=str(raw).replace("'", "''")))
        connection.execute(OURS)

        def rows(sql: str) -> list[tuple]:
            return connection.execute(sql).fetchall()

        belonging = """select count(*) from truth
            where company <> source_system || ' ' || source_customer_id"""
        missing = "select (select count(*) from truth) - (select count(*) from ours)"
        return Report(
            [Rule(*row) for row in rows(LINKS)],
            rows(belonging)[0][0],
            rows(missing)[0][0],
            tuple(int(number or 0) for number in rows(PAIRS)[0]),
            rows(WRONG),
            rows(CONFLICTS),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warehouse", type=Path, default=Path("warehouse/customer_success.duckdb"))
    parser.add_argument("--raw", type=Path, required=True, help="the folder that the company was simulated into")
    options = parser.parse_args()
    report = identity_report(options.warehouse, options.raw)
    print("\n".join(report.lines()))
    raise SystemExit(1 if report.wrong or report.missing_records else 0)


if __name__ == "__main__":
    main()
