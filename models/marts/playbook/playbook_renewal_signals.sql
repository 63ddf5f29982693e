-- A month is looked at on the day it is over, the last one on the day of the build.
with spine as (

    select
        customer_months.customer_id,
        months.month_start,
        case
            when months.month_start = max(months.month_start) over () then months.as_of
            else months.next_month_start
        end as looked_at_on
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('dim_months') }} as months
        on customer_months.month_start = months.month_start

),

contracts as (

    select
        *,
        {{ reporting_date('term_end') }} as ends_on,
        {{ reporting_date('coalesce(signed_at, term_start)') }} as known_on
    from {{ ref('dim_contracts') }}

),

followed as (

    select
        contracts.customer_id,
        contracts.term_months,
        contracts.known_on,
        contracts.ends_on,
        min(successors.known_on) as renewed_on
    from contracts
    left join {{ ref('brg_contract_successors') }} as links
        on
            contracts.source_system = links.source_system
            and contracts.contract_id = links.contract_id
    left join contracts as successors
        on
            links.successor_system = successors.source_system
            and links.successor_id = successors.contract_id
    group by
        contracts.source_system,
        contracts.contract_id,
        contracts.customer_id,
        contracts.term_months,
        contracts.known_on,
        contracts.ends_on

),

-- Terms that were agreed on by then and that nothing was known to follow.
terms as (

    select
        spine.customer_id,
        spine.month_start,
        spine.looked_at_on,
        min(case when contracts.ends_on > spine.looked_at_on then contracts.ends_on end) as next_on,
        max(case when contracts.ends_on <= spine.looked_at_on then contracts.ends_on end) as last_on
    from spine
    left join followed as contracts
        on
            spine.customer_id = contracts.customer_id
            and contracts.term_months > 1
            and contracts.known_on < spine.looked_at_on
            and contracts.ends_on >= {{ add_days('spine.looked_at_on', -60) }}
            and coalesce(contracts.renewed_on >= spine.looked_at_on, true)
    group by spine.customer_id, spine.month_start, spine.looked_at_on

),

clocks as (

    select
        customer_id,
        month_start,
        'days_to_renewal' as signal_id,
        {{ dbt.datediff('looked_at_on', 'next_on', 'day') }}
            as days
    from terms
    where next_on is not null
    union all
    select
        customer_id,
        month_start,
        'days_past_renewal' as signal_id,
        coalesce({{
            dbt.datediff('last_on', 'looked_at_on', 'day')
        }}, 0) as days
    from terms

)

select
    signal_id,
    month_start as period_start,
    'customer' as segment_type,
    customer_id as segment,
    cast(days as double precision) as value,
    true as is_final
from clocks
