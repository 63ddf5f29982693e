with contracts as (

    select * from {{ ref('dim_contracts') }}

),

rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

-- R1: due in the month of the last covered day. Month-to-month terms never fall due.
due as (

    select
        contracts.*,
        months.month_start,
        months.as_of >= {{ dbt.dateadd('day', 30, 'contracts.term_end') }} as is_final,
        coalesce(contracts.arr_amount * rates.rate, 0) as due_arr_amount
    from contracts
    inner join {{ ref('dim_months') }} as months
        on contracts.term_end > months.starts_at and contracts.term_end <= months.ends_at
    left join rates
        on contracts.currency = rates.currency and months.month_start = rates.month_start
    where contracts.term_months > 1

),

-- Both sides at the rate of the due month: a rate renews nothing.
successors as (

    select
        links.*,
        due.due_arr_amount,
        coalesce(contracts.arr_amount * rates.rate, 0) as successor_arr_amount,
        max(case when links.is_early then 1 else 0 end) over (
            partition by links.source_system, links.contract_id
        ) = 1 as is_superseded
    from {{ ref('brg_contract_successors') }} as links
    inner join due
        on links.source_system = due.source_system and links.contract_id = due.contract_id
    inner join contracts
        on
            links.successor_system = contracts.source_system
            and links.successor_id = contracts.contract_id
    left join rates
        on contracts.currency = rates.currency and due.month_start = rates.month_start

),

-- One contract that renews several is shared among them by what they were worth.
shared as (

    select
        *,
        case when is_superseded then 0 else due_arr_amount end
        / nullif(
            sum(case when is_superseded then 0 else due_arr_amount end) over (
                partition by successor_system, successor_id
            ), 0
        ) as share
    from successors

),

renewals as (

    select
        source_system,
        contract_id,
        count(*) as successors,
        min(starts_at) as renewed_at,
        max(case when is_on_time then 1 else 0 end) = 1 as is_on_time,
        max(case when is_superseded then 1 else 0 end) = 1 as is_superseded,
        sum(successor_arr_amount) as successor_arr_amount,
        sum(successor_arr_amount * share) as renewed_arr_amount
    from shared
    group by source_system, contract_id

)

select
    due.source_system,
    due.contract_id,
    due.customer_id,
    due.contract_kind,
    due.month_start,
    due.term_start,
    due.term_end,
    due.term_months,
    coalesce(renewals.is_superseded, false) as is_superseded,
    renewals.contract_id is not null as is_renewed,
    coalesce(renewals.is_on_time, false) as is_on_time,
    renewals.renewed_at,
    coalesce(renewals.successors, 0) as successors,
    cast(due.due_arr_amount as decimal(28, 6)) as due_arr_amount,
    cast(coalesce(renewals.successor_arr_amount, 0) as decimal(28, 6)) as successor_arr_amount,
    cast(coalesce(renewals.renewed_arr_amount, 0) as decimal(28, 6)) as renewed_arr_amount,
    cast(
        least(coalesce(renewals.renewed_arr_amount, 0), due.due_arr_amount) as decimal(28, 6)
    ) as kept_arr_amount,
    due.is_final
from due
left join renewals
    on due.source_system = renewals.source_system and due.contract_id = renewals.contract_id
