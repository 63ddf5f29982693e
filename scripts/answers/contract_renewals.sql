-- key: salesforce_account_id, stripe_customer_id, term_start, term_end
-- within: arr_usd 0.01, renewed_arr_usd 0.01, shared_arr_usd 0.01
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    renewals.term_start,
    renewals.term_end,
    case when renewals.contract_kind = 'contract' then renewals.contract_id end as contract_id,
    renewals.month_start as month,
    cast(renewals.due_arr_amount as double) as arr_usd,
    renewals.is_superseded,
    renewals.is_renewed,
    renewals.is_on_time,
    cast(renewals.successor_arr_amount as double) as renewed_arr_usd,
    cast(renewals.renewed_arr_amount as double) as shared_arr_usd,
    renewals.is_final
from core.fct_contract_renewals as renewals
inner join core.dim_customers as customers on renewals.customer_id = customers.customer_id
where not customers.is_internal
