-- A month is looked at on the day it is over, the last one on the day of the build.
with spine as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        customer_months.is_active,
        coalesce(
            max(case when customer_months.movement = 'expansion' then months.month_start end) over (
                partition by customer_months.customer_id order by months.month_start
            ),
            {{ month_of('customer_months.first_paid_on') }}
        ) as grown_month_start,
        case
            when months.month_start = max(months.month_start) over () then months.as_of
            else months.next_month_start
        end as looked_at_on
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('dim_months') }} as months
        on customer_months.month_start = months.month_start

),

-- Of what is planned, the day on which it was first done.
goals as (

    {% for signal, which in {
        'days_without_go_live': 'is_go_live', 'days_without_value': 'is_value'
    }.items() -%}
    select
        customer_id,
        '{{ signal }}' as signal_id,
        min(achieved_on) as achieved_on
    from {{ ref('fct_milestones') }}
    where {{ which }} and not is_cancelled
    group by customer_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

clocks as (

    select
        customer_id,
        month_start,
        'months_since_expansion' as signal_id,
        {{ dbt.datediff('grown_month_start', 'month_start', 'month') }}
            as value
    from spine
    where is_active
    union all
    select
        spine.customer_id,
        spine.month_start,
        goals.signal_id,
        case
            when goals.achieved_on < spine.looked_at_on then 0
            else greatest({{
                dbt.datediff('starts.clock_started_on', 'spine.looked_at_on', 'day')
            }}, 0)
        end as value
    from spine
    inner join goals on spine.customer_id = goals.customer_id
    inner join {{ ref('dim_customer_starts') }} as starts on spine.customer_id = starts.customer_id

)

select
    signal_id,
    month_start as period_start,
    'customer' as segment_type,
    customer_id as segment,
    cast(value as double precision) as value,
    true as is_final
from clocks
