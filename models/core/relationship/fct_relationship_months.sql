with customer_months as (

    select
        spine.customer_id,
        spine.month_start,
        months.next_month_start,
        months.ends_at
    from {{ ref('fct_customer_months') }} as spine
    inner join {{ ref('dim_months') }} as months on spine.month_start = months.month_start

),

stakeholders as (

    select
        customer_id,
        month_start,
        count(case when is_engaged then 1 end) as engaged_contacts,
        count(case when is_engaged and is_executive then 1 end) as engaged_executives,
        count(distinct case when is_engaged then function end) as engaged_functions,
        {% for role in ('decision_maker', 'influencer', 'end_user') -%}
        max(case when is_engaged and buying_role = '{{ role }}' then 1 else 0 end)
        + {% endfor -%}
        max(case when is_engaged and is_champion then 1 else 0 end) as covered_roles,
        count(case when is_champion or buying_role <> 'blocker' then 1 end) as mapped_contacts,
        count(case when is_champion then 1 end) as champions,
        count(case when buying_role = 'blocker' then 1 end) as blockers,
        min(case when buying_role = 'blocker' then days_since_touch end)
            as days_since_blocker_touch
    from {{ ref('fct_stakeholder_months') }}
    group by customer_id, month_start

),

-- A change resolved at exactly E is still open at E.
changed as (

    select
        spine.customer_id,
        spine.month_start,
        count(case when changes.month_start = spine.month_start then 1 end) as org_changes,
        min(
            case
                when coalesce(changes.resolved_at >= spine.ends_at, true) then changes.detected_on
            end
        ) as open_since_on
    from customer_months as spine
    inner join {{ ref('fct_org_changes') }} as changes
        on
            spine.customer_id = changes.customer_id
            and changes.detected_on < spine.next_month_start
    where changes.is_counted
    group by spine.customer_id, spine.month_start

)

select
    spine.customer_id,
    spine.month_start,
    coalesce(stakeholders.engaged_contacts, 0) as engaged_contacts,
    coalesce(stakeholders.engaged_executives, 0) as engaged_executives,
    coalesce(stakeholders.engaged_functions, 0) as engaged_functions,
    cast(coalesce(stakeholders.covered_roles, 0) as bigint) as covered_roles,
    coalesce(stakeholders.mapped_contacts, 0) = 0 as is_unmapped,
    coalesce(stakeholders.champions, 0) as champions,
    coalesce(stakeholders.blockers, 0) as blockers,
    stakeholders.days_since_blocker_touch,
    coalesce(changed.org_changes, 0) as org_changes,
    coalesce(
        {{ dbt.datediff('changed.open_since_on', 'spine.next_month_start', 'day') }}, 0
    ) as open_change_days
from customer_months as spine
left join stakeholders
    on
        spine.customer_id = stakeholders.customer_id
        and spine.month_start = stakeholders.month_start
left join changed
    on spine.customer_id = changed.customer_id and spine.month_start = changed.month_start
