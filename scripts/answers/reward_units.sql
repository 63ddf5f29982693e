-- key: kind, month
select
    units.kind,
    cast(date_trunc('month', units.issued_at) as date) as month,
    count(*) as units,
    cast(sum(units.qty) as bigint) as issued,
    cast(sum(case when units.is_redeemed_in_time then units.qty else 0 end) as bigint) as redeemed
from core.fct_reward_units as units
inner join core.dim_customers as customers on units.customer_id = customers.customer_id
where not units.is_voided and not customers.is_internal
group by units.kind, month
