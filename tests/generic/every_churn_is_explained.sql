{% test every_churn_is_explained(model) %}
    {#- Customer-months that churned and have no row, or a row that did not churn. -#}
    select
        coalesce(months.customer_id, churns.customer_id) as customer_id,
        coalesce(months.month_start, churns.month_start) as month_start
    from (select * from {{ ref('fct_customer_months') }} where movement = 'churn') as months
    full outer join {{ model }} as churns
        on months.customer_id = churns.customer_id and months.month_start = churns.month_start
    where months.customer_id is null or churns.customer_id is null
{% endtest %}
