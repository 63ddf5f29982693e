"""`make mutate` itself: every operator makes a mutant that a good test kills and a poor one lets live; and a sample of the real models."""

from __future__ import annotations

import mutate
import pytest
from mutation.operators import OPERATORS
from mutation.project import Model, Text, UnitTest, read_unit_test
from mutation.score import Equivalents, Result, grouped, sampled
from mutation.source import Source
from mutation.trial import Bench, mutants

ORDERS = "__dbt__cte__orders"


def model(sql: str, *rows: str, raw: str | None = None, macros: dict | None = None, name: str = "toy") -> Model:
    """A model that reads `orders`; a unit test expects what it makes of each set of rows."""
    source = Source(raw or sql, macros or {})
    tests = [
        UnitTest(f"test_{n}", "*", {"orders": f"select * from (values {values}) as t (id, kind, paid, due)"}, "")
        for n, values in enumerate(rows)
    ]
    toy = Model(name, f"models/core/toys/{name}.sql", source, [Text(sql, tests, is_built=True)])
    for test in tests:
        connection = Bench(toy).connection
        connection.execute(f"set search_path = '{test.name}'")
        made = connection.execute(f"select * from ({sql})")
        names = [column for column, *_ in made.description]
        found = ", ".join(str(tuple(row)).replace("None", "null").replace(",)", ")") for row in made.fetchall())
        expected = f"select * from (values {found}) as t ({', '.join(names)})" if found else ""
        toy.texts[0].tests[toy.texts[0].tests.index(test)] = UnitTest(test.name, ", ".join(names), test.given, expected)
    return toy


# operator, SQL, the change, rows that tell it, rows that do not
TOYS = [
    ("comparison", "select id from {} where paid = 1", "paid = 1 -> paid <> 1", "(1, 'a', 1, 1)", "(1, 'a', null, 1)"),
    ("comparison", "select id from {} where paid is null", "paid is null -> not paid is null", "(1, 'a', 1, 1)", None),
    ("comparison", "select id from {} where kind in ('a')", "kind in ('a') -> not kind in ('a')", "(1, 'a', 1, 1)", "(1, null, 1, 1)"),
    ("boundary", "select id from {} where paid < due", "paid < due -> paid <= due", "(1, 'a', 2, 2)", "(1, 'a', 1, 2)"),
    ("boundary", "select id from {} where paid between 1 and 9", "paid between 1 and 9 -> (paid >= 1 and paid < 9)", "(1, 'a', 9, 2)", "(1, 'a', 1, 2)"),
    ("boundary", "select id, paid * 7 as week from {}", "7 -> 8", "(1, 'a', 1, 2)", "(1, 'a', 0, 2)"),
    ("join type", "select a.id, b.paid from {} as a left join {} as b on a.due = b.id", "left join {} as b -> inner join {} as b", "(1, 'a', 2, 9)", "(1, 'a', 2, 1)"),
    ("dropped filter", "select id from {} where paid = 1 and due = 1", "and due = 1 -> nothing", "(1, 'a', 1, 2)", "(1, 'a', 1, 1)"),
    ("dropped filter", "select id from {} where paid = 1 or due = 1", "or due = 1 -> nothing", "(1, 'a', 2, 1)", "(1, 'a', 1, 1)"),
    ("dropped filter", "select kind from {} group by kind having count(*) > 1", "having count(*) > 1 -> nothing", "(1, 'a', 2, 1)", "(1, 'a', 1, 1), (2, 'a', 1, 1)"),
    ("min/max", "select min(paid) as least from {}", "min(paid) -> max(paid)", "(1, 'a', 1, 1), (2, 'a', 2, 2)", "(1, 'a', 1, 1)"),
    ("min/max", "select greatest(paid, due) as most from {}", "greatest(paid, due) -> least(paid, due)", "(1, 'a', 1, 2)", "(1, 'a', 1, 1)"),
    ("distinct", "select distinct kind from {}", "select distinct kind -> select kind", "(1, 'a', 1, 1), (2, 'a', 2, 2)", "(1, 'a', 1, 1)"),
    ("distinct", "select count(distinct kind) as kinds from {}", "count(distinct kind) -> count(kind)", "(1, 'a', 1, 1), (2, 'a', 2, 2)", "(1, 'a', 1, 1)"),
    ("distinct", "select id from {} union select paid from {}", "union -> union all", "(1, 'a', 1, 1)", "(1, 'a', 2, 1)"),
    ("sign", "select paid - due as left_over from {}", "paid - due -> paid + due", "(1, 'a', 3, 1)", "(1, 'a', 3, 0)"),
    ("default", "select coalesce(paid, 0) as paid from {}", "coalesce(paid, 0) -> coalesce(paid, 1)", "(1, 'a', null, 1), (2, 'a', 1, 1)", "(1, 'a', 3, 0)"),
    ("default", "select coalesce(paid, due) as paid from {}", "coalesce(paid, due) -> paid", "(1, 'a', null, 1), (2, 'a', 1, 1)", "(1, 'a', 3, 0)"),
    ("default", "select case when paid > 1 then 1 else 0 end as n from {}", "else 0 -> else 1", "(1, 'a', 1, 1)", "(1, 'a', 3, 0)"),
    ("window order", "select id, row_number() over (order by paid) as n from {}", "paid -> paid desc", "(1, 'a', 1, 1), (2, 'a', 2, 2)", "(1, 'a', 1, 1)"),
    ("window partition", "select id, sum(paid) over (partition by kind) as n from {}", "partition by kind -> nothing", "(1, 'a', 1, 1), (2, 'b', 2, 2)", "(1, 'a', 1, 1), (2, 'a', 2, 2)"),
]  # fmt: skip


def verdicts(toy: Model) -> dict[tuple[str, str], str | None]:
    bench = Bench(toy)
    assert bench.unchanged() == []
    return {(one.operator, one.change.partition(": ")[2]): bench.killed_by(one) for one in mutants(toy)}


@pytest.mark.parametrize(("operator", "sql", "change", "telling", "blind"), TOYS)
def test_a_change_is_killed_by_rows_that_tell_it_and_lives_where_none_do(operator, sql, change, telling, blind):
    sql, change = sql.replace("{}", ORDERS), change.replace("{}", ORDERS)
    assert verdicts(model(sql, telling))[operator, change] == "test_0"
    if blind:
        assert verdicts(model(sql, blind))[operator, change] is None
        assert verdicts(model(sql, blind, telling))[operator, change] == "test_1"


def test_every_operator_has_its_toy():
    assert {operator for operator, *_ in TOYS} == set(OPERATORS)


def test_what_must_give_the_same_rows_is_not_changed():
    asked = [
        f"select id from {ORDERS} order by id",
        f"select percentile_cont(0.5) within group (order by paid) as median from {ORDERS}",
        f"select nullif(paid, 0) as paid, cast(due as decimal(28, 6)) as due from {ORDERS}",
    ]
    found = {one.operator for sql in asked for one in mutants(model(sql))}
    assert found <= {"boundary"}  # the share of the percentile


def test_a_mutant_that_is_no_sql_is_neither_killed_nor_alive():
    toy = model(f"select id, sum(paid) over (partition by kind, due) as n from {ORDERS}", "(1, 'a', 1, 1)")
    (mutant, *_) = mutants(toy)
    bench = Bench(toy)
    bench.sql = lambda _: f"select nothing from {ORDERS}"
    assert bench.killed_by(mutant) == ""


def test_an_error_on_a_row_kills_and_an_endless_query_is_stopped(monkeypatch):
    toy = model(f"select id from {ORDERS} where paid = 1", "(1, 'a', 1, 1)")
    bench, test = Bench(toy), toy.texts[0].tests[0]
    assert bench.run(f"select cast(kind as integer) as id from {ORDERS}", test) == "error"
    monkeypatch.setattr("mutation.trial.SECONDS", 0.2)
    endless = "select count(*) as id from range(1000000) as a (n), range(1000000) as b (m) where a.n * b.m = 7"
    assert bench.run(endless, test) == "endless"
    assert bench.run(toy.texts[0].sql, test) == "passes"


# Where a mutant was written.

MACROS = """\
{% macro is_late(due) %}
    {#- A comment with = and < in it. -#}
    {{ due }} < 5
    and kind <> 'gift'
{% endmacro %}
"""
CALLS = """\
with orders as (

    select * from {{ ref('orders') }}

)

select id
from orders
where
    {{ is_late('due + 1') }}
    and paid = 1
"""
CALLED = f"""\
with orders as (

    select * from {ORDERS}

)

select id
from orders
where
    due + 1 < 5
    and kind <> 'gift'
    and paid = 1
"""
LOOPS = """\
select
    {% for kind in ('a', 'b', 'c') -%}
    sum(case when kind = '{{ kind }}' then paid else 0 end) as paid_{{ kind }},
    {% endfor -%}
    min(due) as due
from {{ ref('orders') }}
"""
LOOPED = f"""\
select
    sum(case when kind = 'a' then paid else 0 end) as paid_a,
    sum(case when kind = 'b' then paid else 0 end) as paid_b,
    sum(case when kind = 'c' then paid else 0 end) as paid_c,
    min(due) as due
from {ORDERS}
"""


def macros() -> dict:
    return {"is_late": (MACROS, 0, len(MACROS))}


def test_a_mutant_names_its_line_or_the_macro_and_the_line_there():
    found = {one.change: (one.owner, one.line) for one in mutants(model(CALLED, raw=CALLS, macros=macros()))}
    assert found["select: paid = 1 -> paid <> 1"] == ("toy", 11)
    assert found["select: due + 1 -> due - 1"] == ("toy", 10)  # an argument of the call
    assert found["kind <> 'gift' -> kind = 'gift'"] == ("macro is_late", 4)
    assert found["_ < 5 -> _ >= 5"] == ("macro is_late", 3)


def test_what_a_macro_or_a_loop_makes_several_times_is_one_mutant_and_dies_by_any_of_them():
    one = model(CALLED, "(1, 'gift', 1, 1)", raw=CALLS, macros=macros(), name="one")
    two = model(CALLED, "(1, 'gift', 1, 3)", raw=CALLS, macros=macros(), name="two")
    results = grouped([*mutants(one), *mutants(two)])
    (late,) = [result for result in results if result.change == "_ < 5 -> _ <= 5"]
    assert [place.model for place in late.places] == ["one", "two"]
    assert len([result for result in results if result.change == "select: paid = 1 -> paid <> 1"]) == 2

    loop = model(LOOPED, "(1, 'c', 1, 1)", raw=LOOPS)
    (turned,) = [result for result in grouped(mutants(loop)) if result.operator == "comparison"]
    assert turned.line == 3 and len(turned.places) == 3


def test_a_unit_test_is_taken_out_of_the_query_that_dbt_made():
    query = f"""
    -- Build actual result given inputs
with dbt_internal_unit_test_actual as (
  select
    "id","paid", 'actual' as "actual_or_expected"
  from (
    with  {ORDERS} as (

-- Fixture for orders (
select cast(1 as INTEGER) as "id", cast(')' as VARCHAR) as "kind", cast(3 as INTEGER) as "paid"
), chosen as (
    select * from {ORDERS}
)
select id, paid from chosen
  ) _dbt_internal_unit_test_actual
),
-- Build expected result
dbt_internal_unit_test_expected as (
  select
    "id", "paid", 'expected' as "actual_or_expected"
  from (
    select cast(1 as INTEGER) as "id", cast(3 as INTEGER) as "paid"
  ) _dbt_internal_unit_test_expected
)
-- Union actual and expected results
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected"""
    sql, test = read_unit_test("one", query)
    assert sql.split() == f"with chosen as ( select * from {ORDERS} ) select id, paid from chosen".split()
    assert test.columns == '"id","paid"' and list(test.given) == ["orders"]
    assert Bench(Model("toy", "models/core/toy.sql", Source(sql, {}), [Text(sql, [test])])).unchanged() == []


# The count.


def result(owner: str = "toy", change: str = "a -> b", status: str = "survived", killed_by: str = "") -> Result:
    return Result(owner, "core/toys", "sign", 1, change, [], status, killed_by)


def equivalents(tmp_path, text: str) -> Equivalents:
    path = tmp_path / "equivalent_mutants.yml"
    path.write_text(text, encoding="utf-8")
    return Equivalents(path)


ENTRY = "- {{model: {}, operator: sign, change: a -> b, argument: {}}}\n"


@pytest.mark.parametrize(
    ("text", "status", "problem"),
    [
        (ENTRY.format("toy", "Both are 0."), "survived", None),
        (ENTRY.format("toy", "Both are 0."), "killed", "is no equivalent, t kills it: toy, sign, a -> b"),
        (ENTRY.format("toy", "''"), "survived", "has no argument: toy, sign, a -> b"),
        (ENTRY.format("toy", "Both are 0.") * 2, "survived", "stands twice: toy, sign, a -> b"),
        (ENTRY.format("toy", "Both are 0.").replace("a ->", "c ->"), "survived", "names no mutant: toy, sign, c -> b"),
        (ENTRY.format("another", "That is not looked at."), "survived", None),
    ],
)
def test_an_entry_of_the_equivalents_must_be_right(tmp_path, text, status, problem):
    found = [result(status=status, killed_by="t")]
    assert equivalents(tmp_path, text).problems(found, found) == ([problem] if problem else [])


def test_the_score_is_of_what_is_not_equivalent():
    statuses = ["killed"] * 8 + ["survived"] * 2 + ["equivalent"] * 90
    assert mutate.score([result(status=status) for status in statuses]) == 0.8
    assert mutate.score([]) == 1


def test_a_sample_is_the_same_each_time_and_keeps_the_order():
    found = [result(change=f"{n} -> b") for n in range(50)]
    assert sampled(found, 7, 1) == sampled(found, 7, 1) != sampled(found, 7, 2)
    assert [found.index(one) for one in sampled(found, 7, 1)] == sorted(
        found.index(one) for one in sampled(found, 7, 1)
    )
    assert sampled(found, None, 1) == found
