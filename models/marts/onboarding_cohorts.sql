with last_month as (
    select
        max(month_start) as month_start,
        max(as_of) as as_of
    from {{ ref('dim_months') }}
),

-- From the customer's clock (R11).
reached as (
    select
        customer_id,
        min(case when is_go_live then days_from_clock end) as days_to_go_live,
        min(case when is_value then days_from_clock end) as days_to_value
    from {{ ref('fct_milestones') }}
    where not is_cancelled
    group by customer_id
),

customers as (
    select
        starts.customer_id,
        starts.clock_started_on,
        {{ month_of('starts.clock_started_on') }} as cohort_month,
        last_month.as_of,
        reached.days_to_go_live,
        reached.days_to_value,
        stages.stage,
        coalesce(spine.is_active, false) as is_active
    from {{ ref('dim_customer_starts') }} as starts
    cross join last_month
    left join reached on starts.customer_id = reached.customer_id
    left join {{ ref('fct_customer_months') }} as spine
        on starts.customer_id = spine.customer_id and last_month.month_start = spine.month_start
    left join {{ ref('fct_customer_stage_months') }} as stages
        on starts.customer_id = stages.customer_id and last_month.month_start = stages.month_start
)

select
    cohort_month,
    count(*) as customers,
    count(days_to_go_live) as live_customers,
    cast({{ percentile('days_to_go_live') }} as double precision) as median_days_to_go_live,
    {% for days in (30, 60, 90) -%}
    -- R10: known once that day is over for all of the cohort.
    case
        when {{ add_days('max(clock_started_on)', days) }} < max(as_of)
            then avg(case when days_to_go_live <= {{ days }} then 1.0 else 0.0 end)
    end as live_in_{{ days }}_days_rate,
    {% endfor -%}
    count(days_to_value) as valued_customers,
    cast({{ percentile('days_to_value') }} as double precision) as median_days_to_value,
    count(case when is_active and stage = 'onboarding' then 1 end) as onboarding_customers,
    count(case when is_active then 1 end) as active_customers,
    avg(case when is_active then 1.0 else 0.0 end) as retained_rate
from customers
group by cohort_month
