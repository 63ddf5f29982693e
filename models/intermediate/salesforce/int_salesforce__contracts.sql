with versions as (

    select
        *,
        row_number() over (partition by opportunity_id order by valid_from desc) as recency
    from {{ ref('stg_salesforce__opportunities') }}
    where row_status = 'accepted'

),

-- A sale without any word of its term cannot fall due.
won as (

    select
        *,
        coalesce(contract_starts_on, closes_on) as starts_on
    from versions
    where
        recency = 1
        and is_won
        and not coalesce(is_deleted, false)
        and (contract_ends_on is not null or contract_months > 0)

),

-- The last day named is covered.
terms as (

    select
        *,
        coalesce(
            {{ add_days('contract_ends_on', 1) }},
            cast({{ dbt.dateadd('month', 'contract_months', 'starts_on') }} as date)
        ) as ends_before
    from won

),

measured as (

    select
        *,
        coalesce(
            contract_months,
            cast(
                round({{ calendar_position('ends_before') }} - {{ calendar_position('starts_on') }})
                as integer
            )
        ) as term_months
    from terms

)

select
    opportunity_id as contract_id,
    'opportunity' as contract_kind,
    account_id as source_customer_id,
    {{ utc_start_of('starts_on') }} as term_start,
    {{ utc_start_of('ends_before') }} as term_end,
    term_months,
    amount * 12 / nullif(term_months, 0) as arr_amount,
    upper(currency) as currency,
    cast(null as {{ dbt.type_string() }}) as predecessor_id,
    {{ utc_start_of('closes_on') }} as signed_at,
    cast(null as timestamp) as cancel_requested_at,
    cast(null as timestamp) as terminated_at
from measured
