with renewals as (
    select
        source_system,
        contract_id,
        min({{ reporting_date('agreed_at') }}) as agreed_on
    from {{ ref('brg_contract_successors') }}
    group by source_system, contract_id
),

contracts as (
    select
        contracts.customer_id,
        {{ reporting_date('coalesce(contracts.signed_at, contracts.term_start)') }} as agreed_on,
        {{ reporting_date('contracts.term_end') }} as ends_on,
        renewals.agreed_on as renewed_on
    from {{ ref('dim_contracts') }} as contracts
    left join renewals
        on
            contracts.source_system = renewals.source_system
            and contracts.contract_id = renewals.contract_id
    where contracts.term_months > 1
),

-- Terms that were agreed on by then and that nothing was known to follow.
terms as (
    select
        spine.customer_id,
        spine.month_start,
        months.looked_at_on,
        min(case when contracts.ends_on > months.looked_at_on then contracts.ends_on end)
            as next_on,
        max(case when contracts.ends_on <= months.looked_at_on then contracts.ends_on end)
            as last_on
    from {{ ref('fct_customer_months') }} as spine
    inner join {{ ref('dim_months') }} as months on spine.month_start = months.month_start
    left join contracts
        on
            spine.customer_id = contracts.customer_id
            and contracts.agreed_on < months.looked_at_on
            and contracts.ends_on >= {{ add_days('months.looked_at_on', -60) }}
            and coalesce(contracts.renewed_on >= months.looked_at_on, true)
    group by spine.customer_id, spine.month_start, months.looked_at_on
)

{% for signal, days in {
    'days_to_renewal': dbt.datediff('looked_at_on', 'next_on', 'day'),
    'days_past_renewal': 'coalesce(' ~ dbt.datediff('last_on', 'looked_at_on', 'day') ~ ', 0)',
}.items() -%}
select
    '{{ signal }}' as signal_id,
    month_start as period_start,
    'customer' as segment_type,
    customer_id as segment,
    cast({{ days }} as double precision) as value,
    true as is_final
from terms
where {{ days }} is not null
{{ 'union all' if not loop.last }}
{% endfor -%}
