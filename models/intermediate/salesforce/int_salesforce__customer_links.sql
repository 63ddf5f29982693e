with accounts as (

    select
        *,
        {{ website_domain('website') }} as domain,
        row_number() over (partition by account_id order by valid_from desc) as recency
    from {{ ref('stg_salesforce__accounts') }}
    where row_status = 'accepted'

)

{% set links = [
    ('stripe', 'stripe_customer_id', 'stripe_customer_id_c', 1),
    ('zendesk', 'zendesk_organization_id', 'zendesk_organization_id_c', 1),
    ('(website)', 'domain', 'website', 0.8),
] -%}
{% for system, column, field, confidence in links -%}
select
    account_id as source_customer_id,
    '{{ system }}' as linked_system,
    {{ column }} as linked_customer_id,
    'salesforce.account.{{ field }}' as link_rule,
    {{ confidence }} as confidence
from accounts
where recency = 1 and {{ column }} is not null
{{ 'union all' if not loop.last }}
{% endfor %}
