select
    profiles.customer_id,
    profiles.month_start,
    profiles.name,
    profiles.csm_id,
    profiles.csm_name,
    profiles.segment,
    profiles.tier,
    profiles.industry,
    profiles.region,
    profiles.plan_id,
    profiles.tenure_months,
    profiles.mrr_amount,
    profiles.arr_amount,
    profiles.movement,
    profiles.mrr_change_amount,
    profiles.renewal_on,
    profiles.renewal_arr_amount,
    profiles.stage,
    profiles.days_in_stage,
    health.score as health_score,
    health.band as health_band,
    health.previous_score as previous_health_score,
    health.worst_component as worst_health_component,
    health.override_score as health_override_score,
    signals.active_users,
    signals.license_utilization,
    signals.usage_drop,
    signals.open_tickets,
    signals.oldest_p1_days,
    signals.sentiment,
    signals.feedback_trend,
    signals.relationship_depth_score,
    signals.open_change_days,
    signals.satisfaction,
    signals.nps_mean_score,
    profiles.days_since_touch,
    coalesce(upsells.meets_rule and not upsells.has_open_deal, false) as is_upsell_qualified,
    upsells.reasons as upsell_reasons,
    upsells.evidence as upsell_evidence,
    coalesce(upsells.has_open_deal, false) as has_open_expansion_deal
from {{ ref('fct_customer_profiles') }} as profiles
left join {{ ref('health_scores') }} as health
    on
        profiles.customer_id = health.customer_id
        and health.period_grain = 'month'
        and profiles.month_start = health.period_start
left join {{ ref('customer_signals') }} as signals
    on profiles.customer_id = signals.customer_id and profiles.month_start = signals.month_start
left join {{ ref('upsell_candidates') }} as upsells
    on profiles.customer_id = upsells.customer_id and profiles.month_start = upsells.month_start
