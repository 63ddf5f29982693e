with classed as (
    select
        ending.*,
        coalesce(
            ending.known_class,
            case when health.band in ('good', 'watch', 'bad') then health.band else 'unknown' end
        ) as renewal_class
    from {{ ref('fct_ending_contracts') }} as ending
    left join {{ ref('kpi_judgements') }} as health
        on
            health.kpi_id = 'customer_health_score'
            and health.segment_type = 'customer'
            and ending.customer_id = health.segment
            and ending.month_start = health.period_start
)

select
    classed.source_system,
    classed.contract_id,
    classed.customer_id,
    classed.month_start,
    classed.term_end,
    classed.renewal_class,
    classed.renewal_class in ('bad', 'unknown', 'cancel_requested') as is_at_risk,
    classed.due_arr_amount,
    case when classed.renewal_class = 'renewed' then 1 else rates.renewal_rate end as probability,
    coalesce(outcomes.is_final, false) as is_final,
    case when outcomes.is_final then outcomes.kept_arr_amount end as kept_arr_amount
from classed
left join {{ ref('health_renewal_rates') }} as rates
    on classed.month_start = rates.month_start and classed.renewal_class = rates.renewal_class
left join {{ ref('fct_contract_renewals') }} as outcomes
    on classed.source_system = outcomes.source_system and classed.contract_id = outcomes.contract_id
