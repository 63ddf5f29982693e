with churn_months as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        customer_months.churn_mrr_amount,
        customer_months.is_pause,
        months.starts_at,
        months.ends_at,
        months.next_month_start,
        months.as_of
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('dim_months') }} as months on customer_months.month_start = months.month_start
    where customer_months.movement = 'churn'

),

-- Whom a lasting discount leaves nothing to pay while service goes on, the month's end finds lost.
losses as (

    select
        churn_months.customer_id,
        churn_months.month_start,
        churn_months.churn_mrr_amount,
        churn_months.is_pause,
        churn_months.as_of,
        coalesce(
            {{ reporting_date(
                'max(case when periods.runs_until < churn_months.ends_at then periods.runs_until end)'
            ) }},
            {{ add_days('churn_months.next_month_start', -1) }}
        ) as lost_on
    from churn_months
    inner join {{ ref('fct_subscription_periods') }} as periods
        on
            churn_months.customer_id = periods.customer_id
            and periods.starts_at < churn_months.ends_at
            and (periods.runs_until is null or periods.runs_until >= churn_months.starts_at)
    group by
        churn_months.customer_id,
        churn_months.month_start,
        churn_months.churn_mrr_amount,
        churn_months.is_pause,
        churn_months.next_month_start,
        churn_months.as_of

),

reasons as (

    select
        ids.customer_id,
        {{ reporting_date('churn_events.churned_at') }} as churned_on,
        churn_events.churn_event_id,
        churn_events.reason_code,
        churn_events.reason_source,
        churn_events.is_voluntary,
        case churn_events.reason_source when 'exit_survey' then 1 when 'csm' then 2 else 3 end
            as precedence
    from {{ ref('union_churn_events') }} as churn_events
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            churn_events.source_system = ids.source_system
            and coalesce(churn_events.source_customer_id, '(none)') = ids.source_customer_id
    where coalesce(churn_events.is_primary, true) and churn_events.reason_code is not null

),

-- Who was asked first-hand is believed first, then who wrote nearest to the loss.
ranked as (

    select
        losses.customer_id,
        losses.month_start,
        reasons.reason_code,
        reasons.reason_source,
        reasons.is_voluntary,
        row_number() over (
            partition by losses.customer_id, losses.month_start
            order by
                reasons.precedence,
                abs({{ dbt.datediff('losses.lost_on', 'reasons.churned_on', 'day') }}),
                reasons.churn_event_id
        ) as choice
    from losses
    inner join reasons
        on
            losses.customer_id = reasons.customer_id
            and reasons.churned_on >= {{ add_days('losses.lost_on', -60) }}
            and reasons.churned_on <= {{ add_days('losses.lost_on', 60) }}

)

select
    losses.customer_id,
    losses.month_start,
    losses.lost_on,
    losses.churn_mrr_amount,
    losses.is_pause,
    coalesce(ranked.reason_code, 'not_captured') as reason_code,
    ranked.reason_source,
    ranked.is_voluntary,
    losses.as_of >= {{ add_days('losses.lost_on', 60) }} as is_reason_final
from losses
left join ranked
    on
        losses.customer_id = ranked.customer_id
        and losses.month_start = ranked.month_start
        and ranked.choice = 1
