with days as (
    select
        max(day_date) as today,
        {{ add_days('max(day_date)', -7) }} as week_before
    from {{ ref('dim_recent_days') }}
),

contributions as (
    select
        contributions.*,
        contributions.period_start = days.today as is_today
    from {{ ref('health_contributions') }} as contributions
    inner join days on contributions.period_start in (days.today, days.week_before)
    where contributions.period_grain = 'day'
),

-- Who was no customer a week ago has not moved.
stayed as (
    select customer_id from contributions
    group by customer_id
    having count(distinct period_start) = 2
),

-- A measure that the set of one of the two days does not have adds nothing to that day's score.
moved as (
    select
        customer_id,
        measure,
        max(name) as name,
        {% for day, of_day in {'week_before': 'not is_today', 'today': 'is_today'}.items() -%}
        count(case when {{ of_day }} then 1 end) = 1 as is_in_set_{{ day }},
        max(case when {{ of_day }} then compared_value end) as value_{{ day }},
        {% endfor -%}
        cast(
            coalesce(sum(case when is_today then contribution else 0 - contribution end), 0)
            as decimal(28, 6)
        ) as points_moved
    from contributions
    where customer_id in (select stayed.customer_id from stayed)
    group by customer_id, measure
)

select
    customer_id,
    measure,
    value_week_before,
    value_today,
    points_moved,
    row_number() over (
        partition by customer_id order by abs(points_moved) desc, measure asc
    ) as place,
    {{ moved_in_words() }} as words
from moved
