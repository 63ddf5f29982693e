-- key: salesforce_account_id, stripe_customer_id, month
-- Customers that pay at the month's end: who else is in a month of the spine, the truth of customer-months does not say.
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    spine.month_start as month,
    touched.days_since_touch,
    touched.gap_days,
    touched.has_recent_qbr as has_recent_review,
    touched.has_recent_meeting,
    stood.engaged_contacts,
    stood.engaged_executives > 0 as has_engaged_executive,
    stood.engaged_functions,
    stood.covered_roles,
    stood.is_unmapped,
    stood.champions,
    stood.open_change_days
from core.fct_customer_months as spine
inner join core.dim_customers as customers on spine.customer_id = customers.customer_id
inner join core.fct_touchpoint_months as touched
    on spine.customer_id = touched.customer_id and spine.month_start = touched.month_start
inner join core.fct_relationship_months as stood
    on spine.customer_id = stood.customer_id and spine.month_start = stood.month_start
where spine.is_active
