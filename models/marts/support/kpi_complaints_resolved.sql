with complaints as (
    select
        *,
        {{ month_of(reporting_date('received_at')) }} as received_month,
        {{ month_of(reporting_date('resolved_at')) }} as resolved_month,
        {{ dbt.dateadd('day', 21, 'received_at') }} as matured_at,
        coalesce(resolved_at <= {{ dbt.dateadd('day', 14, 'received_at') }}, false) as is_in_time
    from {{ ref('fct_complaints') }}
),

-- Before the first complaint nobody noted any.
known_months as (
    select
        months.*,
        {{ utc_start_of('months.as_of') }} as known_until,
        customer_months.customer_id
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('dim_months') }} as months
        on customer_months.month_start = months.month_start
    where months.month_start >= (select min(complaints.received_month) from complaints)
),

{% set is_received = 'complaints.received_month = known_months.month_start' -%}
{% set is_due = is_received ~ ' and complaints.matured_at <= known_months.known_until' -%}
measured as (
    select
        known_months.customer_id,
        known_months.month_start as period_start,
        known_months.month_start as segment_month,
        'all' as breakdown,
        count(case when {{ is_due }} and complaints.is_in_time then 1 end) as numerator,
        count(case when {{ is_due }} then 1 end) as denominator,
        count(case when {{ is_due }} then 1 end) as units,
        count(case when {{ is_received }} and not ({{ is_due }}) then 1 end) as n_pending,
        count(case when complaints.resolved_month = known_months.month_start then 1 end)
            as resolved_complaints,
        coalesce(max(open_complaints.complaints), 0) as backlog
    from known_months
    left join complaints
        on
            known_months.customer_id = complaints.customer_id
            and known_months.month_start in (complaints.received_month, complaints.resolved_month)
    left join {{ ref('fct_open_complaints') }} as open_complaints
        on
            known_months.customer_id = open_complaints.customer_id
            and known_months.month_start = open_complaints.month_start
    group by known_months.customer_id, known_months.month_start
),

{{ kpi_rows('complaints_resolved', counts=['resolved_complaints', 'backlog']) }}

select * from kpi_rows
