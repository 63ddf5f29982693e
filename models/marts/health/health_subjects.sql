{%- set stage = "case when ends.first_paid_on > " ~ add_days('ends.ends_on', -90)
    ~ " then 'onboarding' else 'regular' end" -%}
with ends as (
    select
        spine.customer_id,
        'month' as period_grain,
        spine.month_start as period_start,
        spine.first_paid_on,
        {{ add_months('spine.month_start', 1) }} as ends_on,
        attributes.segment,
        attributes.touch_model
    from {{ ref('fct_customer_months') }} as spine
    inner join {{ ref('fct_customer_attributes') }} as attributes
        on
            spine.customer_id = attributes.customer_id
            and spine.month_start = attributes.month_start
    where spine.is_active
    union all
    select
        customer_id,
        'day' as period_grain,
        day_date as period_start,
        first_paid_on,
        next_day as ends_on,
        segment,
        touch_model
    from {{ ref('fct_recent_customer_days') }}
),

-- The set that says more of the customer: its touch model before its segment, both before any.
ranked as (
    select
        ends.customer_id,
        ends.period_grain,
        ends.period_start,
        {{ stage }} as lifecycle_stage,
        sets.measure_set,
        row_number() over (
            partition by ends.customer_id, ends.period_grain, ends.period_start
            order by
                case when sets.touch_model = '(any)' then 1 else 0 end,
                case when sets.segment = '(any)' then 1 else 0 end
        ) as place
    from ends
    left join {{ ref('health_sets') }} as sets
        on
            sets.lifecycle_stage = {{ stage }}
            and sets.touch_model in ('(any)', coalesce(ends.touch_model, '(unknown)'))
            and sets.segment in ('(any)', coalesce(ends.segment, '(unknown)'))
)

select
    customer_id,
    period_grain,
    period_start,
    lifecycle_stage,
    measure_set
from ranked
where place = 1
