with customer_months as (select * from {{ ref('fct_customer_months') }}),

process_months as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        runs.process,
        sum(runs.attempts) as attempts,
        sum(runs.failures) as failures
    from {{ ref('union_process_daily') }} as runs
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            runs.source_system = ids.source_system
            and runs.source_customer_id = ids.source_customer_id
    inner join customer_months
        on
            ids.customer_id = customer_months.customer_id
            and {{ month_of('runs.run_on') }} = customer_months.month_start
            and runs.run_on >= customer_months.started_on
    group by customer_months.customer_id, customer_months.month_start, runs.process
),

measured as (
    {% for breakdown in ["'all'", 'process'] -%}
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        sum(failures) as numerator,
        sum(attempts) as denominator,
        case when sum(attempts) > 0 then 1 else 0 end as units,
        0 as n_pending
    from process_months
    group by customer_id, month_start{{ ', process' if not loop.first }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{{ kpi_rows('error_rate') }}

select * from kpi_rows
