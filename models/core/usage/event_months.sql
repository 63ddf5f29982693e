with used as (

    select
        *,
        {{ month_of('event_date') }} as month_start
    from {{ ref('fct_customer_event_days') }}

),

sessions as (

    select
        *,
        {{ month_of('event_date') }} as month_start
    from {{ ref('fct_event_sessions') }}

),

used_months as (

    select
        month_start,
        {{ fingerprint([
            'customer_id', 'source_system', 'user_id', 'event_date', 'feature_id', 'is_value_event',
            'events',
        ]) }} as fingerprint
    from used
    group by month_start

),

-- Whose a session is follows from whose its events are.
session_months as (

    select
        month_start,
        {{ fingerprint([
            'source_system', 'source_customer_id', 'user_id', 'is_program', 'started_at', 'ended_at',
        ]) }} as fingerprint
    from sessions
    group by month_start

)

-- Neither is negative, so that the difference of two is a bigint as well.
select
    used_months.month_start,
    used_months.fingerprint - coalesce(session_months.fingerprint, 0) as fingerprint
from used_months
left join session_months on used_months.month_start = session_months.month_start
