-- key: month
-- within: cost_usd 0.005, mrr_usd 0.05, gross_margin 0.000001
select
    month_start as month,
    cost_amount as cost_usd,
    mrr_amount as mrr_usd,
    gross_margin
from core.fct_gross_margin_months
where not is_assumed
