{%- set planned = {'days_without_go_live': 'is_go_live', 'days_without_value': 'is_value'} -%}
with spine as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        customer_months.is_active,
        months.looked_at_on,
        coalesce(
            max(case when customer_months.movement = 'expansion' then months.month_start end) over (
                partition by customer_months.customer_id order by months.month_start
            ),
            {{ month_of('customer_months.first_paid_on') }}
        ) as grown_month_start
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('dim_months') }} as months
        on customer_months.month_start = months.month_start
),

-- Of what is planned, the day on which it was first done.
goals as (
    {% for signal, which in planned.items() -%}
    select
        customer_id,
        '{{ signal }}' as signal_id,
        min(achieved_on) as achieved_on
    from {{ ref('fct_milestones') }}
    where {{ which }} and not is_cancelled
    group by customer_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'months_since_expansion' as signal_id,
    month_start as period_start,
    'customer' as segment_type,
    customer_id as segment,
    cast(
        {{ dbt.datediff('grown_month_start', 'month_start', 'month') }}
        as double precision
    ) as value,
    true as is_final
from spine
where is_active
union all
select
    goals.signal_id,
    spine.month_start as period_start,
    'customer' as segment_type,
    spine.customer_id as segment,
    cast(case
        when goals.achieved_on < spine.looked_at_on then 0
        else greatest({{
            dbt.datediff('starts.clock_started_on', 'spine.looked_at_on', 'day')
        }}, 0)
    end as double precision) as value,
    true as is_final
from spine
inner join goals on spine.customer_id = goals.customer_id
inner join {{ ref('dim_customer_starts') }} as starts on spine.customer_id = starts.customer_id
