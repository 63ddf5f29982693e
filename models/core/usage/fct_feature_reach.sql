select
    feature_months.customer_id,
    feature_months.month_start,
    feature_months.feature_id,
    feature_months.is_new,
    feature_months.adopters,
    feature_months.active_users as trying_users,
    users.active_users
from {{ ref('fct_feature_months') }} as feature_months
inner join {{ ref('fct_customer_usage_months') }} as users
    on
        feature_months.customer_id = users.customer_id
        and feature_months.month_start = users.month_start
where users.active_users is not null
