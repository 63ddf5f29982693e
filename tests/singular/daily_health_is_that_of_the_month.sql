-- At the end of a month's last day health is what it is at the month's end: the same customers, and
-- of each the same measures, values, points, coverage, score and band. Rows are what differs.
with month_ends as (

    select
        months.month_start,
        days.day_date
    from {{ ref('dim_months') }} as months
    inner join {{ ref('dim_recent_days') }} as days on months.next_month_start = days.next_day

),

{% for table, key, compared in [
    ('health_contributions', 'measure', ['measure_set', 'value', 'baseline', 'score', 'contribution']),
    ('health_scores', 'measure_set', ['coverage', 'score', 'band', 'worst_component', 'override_score']),
] -%}
{% for grain, start in {'month': 'month_start', 'day': 'day_date'}.items() -%}
{{ table }}_of_{{ grain }} as (

    select
        month_ends.month_start,
        facts.*
    from {{ ref(table) }} as facts
    inner join month_ends
        on facts.period_grain = '{{ grain }}' and facts.period_start = month_ends.{{ start }}

),

{% endfor -%}
{{ table }}_that_differ as (

    select
        coalesce(monthly.customer_id, daily.customer_id) as customer_id,
        coalesce(monthly.month_start, daily.month_start) as month_start,
        coalesce(monthly.{{ key }}, daily.{{ key }}) as what
    from {{ table }}_of_month as monthly
    full outer join {{ table }}_of_day as daily
        on
            monthly.customer_id = daily.customer_id
            and monthly.month_start = daily.month_start
            and monthly.{{ key }} = daily.{{ key }}
    where
        monthly.customer_id is null
        or daily.customer_id is null
        {% for column in compared -%}
        or monthly.{{ column }} is distinct from daily.{{ column }}
        {% endfor %}
),

{% endfor -%}
differing as (

    select * from health_contributions_that_differ
    union all
    select * from health_scores_that_differ

)

select * from differing
