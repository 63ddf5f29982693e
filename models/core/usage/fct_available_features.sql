with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

spells as (

    select * from {{ ref('fct_feature_spells') }}

)

-- A feature that is granted twice in a month is one that the customer had.
select distinct
    windows.customer_id,
    windows.month_start,
    spells.feature_id,
    spells.is_core,
    spells.is_gated,
    {{ reporting_date('spells.released_at') }} >= {{ add_days('months.next_month_start', -90) }}
        as is_new
from windows
inner join months on windows.month_start = months.month_start
inner join spells
    on
        windows.customer_id = spells.customer_id
        and spells.released_at < months.ends_at
        and spells.granted_from < months.ends_at
        and spells.granted_until > months.starts_at
