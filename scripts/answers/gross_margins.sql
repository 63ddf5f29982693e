-- key: month
-- within: cost_usd 0.005, mrr_usd 0.05, gross_margin 0.000001
select
    month_start as month,
    months_known,
    case when not is_assumed then cost_amount end as cost_usd,
    case when not is_assumed then mrr_amount end as mrr_usd,
    case when not is_assumed then gross_margin end as gross_margin
from core.fct_gross_margin_months
where mrr_amount > 0
