with tickets as (

    select
        *,
        {{ month_of(reporting_date('created_at')) }} as month_start,
        coalesce(escalated_at <= {{ dbt.dateadd('day', 30, 'created_at') }}, false) as is_escalated
    from {{ ref('fct_tickets') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

timed as (

    select
        tickets.*,
        {{ dbt.dateadd('day', 30, 'tickets.created_at') }} <= {{ utc_start_of('months.as_of') }}
            as is_due
    from tickets
    inner join months on tickets.month_start = months.month_start
    inner join customer_months
        on
            tickets.customer_id = customer_months.customer_id
            and tickets.month_start = customer_months.month_start

),

measured as (

    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_due and is_escalated then 1 else 0 end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending
    from timed

),

{{ kpi_rows('escalation_rate') }}

select * from kpi_rows
