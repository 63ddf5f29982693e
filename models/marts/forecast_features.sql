{%- set of_kpis = forecast_metrics() -%}
{%- set kpi_ids = of_kpis.values() | map(attribute=0) | join("', '") -%}
with customers as (
    select
        spine.*,
        {{ add_months('spine.month_start', -3) }} as quarter_before,
        {{ add_months('spine.month_start', 1) }} as known_on
    from {{ ref('fct_customer_months') }} as spine
    where spine.is_active
),

metrics as (
    select
        judgements.*,
        catalog.window_days
    from {{ ref('kpi_judgements') }} as judgements
    inner join {{ ref('kpi_catalog') }} as catalog on judgements.kpi_id = catalog.kpi_id
    where
        judgements.segment_type = 'customer' and judgements.breakdown = 'all'
        and judgements.kpi_id in ('active_users', '{{ kpi_ids }}')
),

-- A KPI's newest month is the last one whose window had closed by the end of the customer's month.
measured as (
    select
        customers.customer_id,
        customers.month_start,
        {% for feature, (kpi_id, low, high) in of_kpis.items() -%}
        avg(case when metrics.kpi_id = '{{ kpi_id }}' then metrics.value end) as {{ feature }},
        {% endfor -%}
        avg(case when metrics.kpi_id = 'active_users' then metrics.baseline_index end)
            as use_change
    from customers
    left join metrics
        on
            customers.customer_id = metrics.segment
            and {{ add_months(
                month_of(add_days('customers.known_on', '-metrics.window_days')), -1
            ) }} between metrics.period_start and {{ add_months('metrics.period_start', 2) }}
    group by customers.customer_id, customers.month_start
)

select
    measured.*,
    cast(customers.mrr_amount / nullif(earlier.mrr_amount, 0) as double precision) as mrr_change,
    cast(ln(customers.mrr_amount) as double precision) as mrr_size,
    {% for flag, (condition, low, high) in forecast_flags().items() -%}
    cast(case when {{ condition }} then 1 else 0 end as double precision) as {{ flag }},
    {% endfor -%}
    {{ dbt.datediff('customers.first_paid_on', 'customers.known_on', 'day') }}
    / cast(365.25 as double precision) as tenure_years,
    standings.end_asked_share as is_end_asked_for
from measured
inner join customers
    on measured.customer_id = customers.customer_id and measured.month_start = customers.month_start
inner join {{ ref('fct_service_standings') }} as standings
    on measured.customer_id = standings.customer_id and measured.month_start = standings.month_start
left join {{ ref('fct_customer_months') }} as earlier
    on measured.customer_id = earlier.customer_id and customers.quarter_before = earlier.month_start
