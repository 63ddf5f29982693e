with months as (select * from {{ ref('dim_months') }}),

renewals as (select * from {{ ref('health_renewals') }}),

classes as (
    {% for renewal_class in ('good', 'watch', 'bad', 'unknown', 'cancel_requested') -%}
    select '{{ renewal_class }}' as renewal_class
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- What was final at the month's end E, of the twelve months to it.
counted as (
    select
        months.month_start,
        classes.renewal_class,
        count(renewals.contract_id) as contracts,
        sum(renewals.due_arr_amount) as due_arr_amount,
        sum(renewals.kept_arr_amount) as kept_arr_amount
    from months
    cross join classes
    left join renewals
        on
            classes.renewal_class = renewals.renewal_class
            and renewals.month_start > {{ add_months('months.month_start', -12) }}
            and renewals.closes_at <= months.ends_at
    group by months.month_start, classes.renewal_class
),

pooled as (
    select
        *,
        sum(due_arr_amount) over (partition by month_start) as all_due_arr_amount,
        sum(kept_arr_amount) over (partition by month_start) as all_kept_arr_amount
    from counted
)

select
    month_start,
    renewal_class,
    contracts,
    cast(due_arr_amount as decimal(28, 6)) as due_arr_amount,
    cast(kept_arr_amount as decimal(28, 6)) as kept_arr_amount,
    contracts >= 10 as is_own_rate,
    cast(
        case
            when contracts >= 10 then kept_arr_amount / nullif(due_arr_amount, 0)
            when renewal_class = 'cancel_requested' then 0
            else all_kept_arr_amount / nullif(all_due_arr_amount, 0)
        end as double precision
    ) as renewal_rate
from pooled
