{%- set never = "cast('9999-01-01' as timestamp)" -%}

with records as (

    select
        records.*,
        complaints.complaint_id
    from {{ ref('fct_complaint_records') }} as records
    inner join {{ ref('brg_complaint_records') }} as complaints
        on records.record_id = complaints.record_id

),

-- When all that had been said so far was resolved, and when the customer spoke again.
followed as (

    select
        *,
        max(coalesce(resolved_at, {{ never }})) over (
            partition by complaint_id order by place
            rows between unbounded preceding and current row
        ) as settled_at,
        lead(received_at) over (partition by complaint_id order by place) as next_received_at
    from records

),

judged as (

    select
        *,
        settled_at < {{ never }}
        and coalesce(next_received_at > {{ dbt.dateadd('day', 7, 'settled_at') }}, true) as has_held
    from followed

)

select
    complaint_id,
    customer_id,
    min(theme) as theme,
    min(received_at) as received_at,
    max(received_at) as last_received_at,
    count(*) as records,
    min(case when has_held then settled_at end) as resolved_at
from judged
group by complaint_id, customer_id
