{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_stale_months() if is_incremental() }}"
) }}

{% set user_day = 'customer_id, source_system, user_id, event_date' -%}
{% set by_time = 'partition by ' ~ user_day ~ ' order by started_at, ended_at' -%}

with stale_months as (

    select * from {{ ref('event_months') }}
    {%- if is_incremental() %} as census
    where
        not exists (
            select 1
            from {{ this }} as summed
            where {{ is_summed_from('summed', 'census') }}
        )
    {%- endif %}

),

-- A person's ids have sessions of their own; those that meet are one.
pieces as (

    select
        pieces.*,
        stale_months.fingerprint,
        max(pieces.ended_at) over (
            {{ by_time }} rows between unbounded preceding and 1 preceding
        ) as ended_before
    from {{ ref('fct_customer_sessions') }} as pieces
    inner join stale_months on {{ month_of('pieces.event_date') }} = stale_months.month_start

),

numbered as (

    select
        *,
        sum(
            case when started_at <= {{ session_goes_on_until('ended_before') }} then 0 else 1 end
        ) over ({{ by_time }} rows between unbounded preceding and current row) as session_number
    from pieces

),

sessions as (

    select
        {{ user_day }},
        fingerprint,
        least({{ dbt.datediff('min(started_at)', 'max(ended_at)', 'millisecond') }}, 14400000)
            as session_ms
    from numbered
    group by {{ user_day }}, fingerprint, session_number

)

select
    customer_id,
    event_date,
    count(*) as sessions,
    cast(sum(session_ms) as bigint) as session_ms,
    fingerprint as month_fingerprint
from sessions
group by customer_id, event_date, fingerprint
