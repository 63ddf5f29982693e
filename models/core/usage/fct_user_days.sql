{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_stale_months() if is_incremental() }}"
) }}

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

)

select
    used.customer_id,
    used.source_system,
    used.user_id,
    used.event_date,
    cast(sum(used.events) as bigint) as events,
    cast(sum(case when used.is_value_event then used.events else 0 end) as bigint) as value_events,
    stale_months.fingerprint as month_fingerprint
from {{ ref('fct_customer_event_days') }} as used
inner join stale_months on {{ month_of('used.event_date') }} = stale_months.month_start
where used.user_id is not null
group by
    used.customer_id,
    used.source_system,
    used.user_id,
    used.event_date,
    stale_months.fingerprint
