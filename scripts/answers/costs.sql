-- key: month, function, purpose, segment
-- within: amount_usd 0.005
select
    month_start as month,
    cost_function as function,
    purpose,
    segment,
    amount as amount_usd
from core.fct_costs
