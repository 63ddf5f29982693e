{#- What comes strays, and so did what the rate is of: there a unit is in several steps. -#}
{%- set error = 'sqrt(rated.variance * (
        steps.before_squares / power(steps.before_amount, 2)
        + 3 * rated.quarters_ahead * rated.before_squares / power(rated.before_amount, 2)
    ))' -%}
{%- set sums = ['before_amount', 'after_amount', 'before_squares', 'after_squares', 'products'] -%}
with steps as (select * from {{ ref('fct_retention_steps') }}),

-- What is forecast at the end of each quarter, and what was seen of the last year's steps by then.
seen as (
    select
        made.measure,
        made.month_start,
        {% for name in sums -%}
        sum(past.{{ name }}) as {{ name }},
        {% endfor -%}
        made.quarters_ahead
    from steps as made
    inner join steps as past
        on
            made.measure = past.measure
            and made.quarters_ahead = past.quarters_ahead
            and {{ add_months('made.month_start', 1) }} >= past.final_on
            and {{ add_months('made.month_start', -12) }} < past.until_month_start
    where extract(month from made.month_start) in (3, 6, 9, 12)
    group by made.measure, made.month_start, made.quarters_ahead
),

-- How far one unit strays from the rate, as a part of its amount, squared.
rated as (
    select
        *,
        after_amount / before_amount as rate,
        greatest(
            after_squares - 2 * after_amount / before_amount * products
            + after_amount * after_amount / before_amount / before_amount * before_squares, 0
        ) / before_squares as variance
    from seen
    where before_amount > 0
)

select
    rated.measure,
    cast({{ dbt.date_trunc('quarter', 'rated.month_start') }} as date) as made_quarter_start,
    cast({{ dbt.date_trunc('quarter', 'steps.until_month_start') }} as date) as quarter_start,
    rated.quarters_ahead,
    steps.units,
    cast(steps.before_amount as decimal(28, 6)) as base_amount,
    cast(rated.rate as decimal(28, 6)) as forecast,
    {% for name, sign in {'low': '-', 'high': '+'}.items() -%}
    cast(greatest(rated.rate {{ sign }} 1.2816 * {{ error }}, 0) as decimal(28, 6)) as {{ name }},
    {% endfor -%}
    cast(steps.final_rate as decimal(28, 6)) as actual
from rated
inner join steps
    on
        rated.measure = steps.measure
        and rated.month_start = steps.month_start
        and rated.quarters_ahead = steps.quarters_ahead
where steps.before_amount > 0
