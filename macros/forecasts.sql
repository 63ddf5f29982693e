{% macro forecast_metrics() %}
    {#- {feature of forecast_features: (KPI whose value it is, the mean of three months; words where it is below the usual; where it is not)}. -#}
    {{ return({
        'seat_use': ('license_utilization', 'few seats are used', 'most seats are used'),
        'stickiness': ('active_users__stickiness', 'users come on few days', 'users come on many days'),
        'feature_breadth': ('feature_breadth', 'few features are used', 'many features are used'),
        'usage_depth': ('product_usage_depth', 'users do little', 'users do much'),
        'login_frequency': ('login_frequency', 'users log in seldom', 'users log in often'),
        'minutes_in_app': ('time_in_app', 'little time in the product', 'much time in the product'),
        'ticket_rate': ('ticket_volume__per_100_mau', 'few tickets', 'many tickets'),
        'open_tickets': ('open_ticket_backlog', 'few open tickets', 'many open tickets'),
        'complaint_rate': ('complaints_received__per_100', 'few complaints', 'many complaints'),
        'satisfaction': ('customer_satisfaction_score', 'answers are not content', 'answers are content'),
        'nps': ('net_promoter_score', 'NPS is low', 'NPS is high'),
        'sentiment': ('sentiment', 'feedback is sour', 'feedback is kind'),
        'loyalty': ('customer_loyalty', 'loyalty is low', 'loyalty is high'),
        'outcomes_reached': ('verified_outcome_rate', 'outcomes are missed', 'outcomes are reached'),
        'milestones_reached': ('milestone_attainment_rate', 'milestones are missed', 'milestones are reached'),
        'roi': ('product_roi', 'little return is shown', 'a return is shown'),
        'relationship_depth': ('relationship_depth_score', 'the relationship is thin', 'the relationship is deep'),
        'stakeholders_met': ('stakeholder_coverage', 'few stakeholders are met', 'stakeholders are met'),
        'touch_gap_days': ('customer_touchpoints__gap', 'met of late', 'not met for long'),
        'open_change_days': ('organizational_change__open_days', 'no change there is open', 'a change there is open'),
        'engagement': ('customer_engagement_rate', 'engages little', 'engages much'),
        'emails_clicked': ('email_click_rate', 'messages are not clicked', 'messages are clicked'),
    }) }}
{% endmacro %}


{% macro forecast_flags() %}
    {#- {feature of forecast_features that is 0 or 1: (its condition over fct_service_standings; words where it is not met; where it is)}. -#}
    {%- set days = 'standings.days_to_term_end' -%}
    {{ return({
        'is_past_due': ('standings.is_past_due', 'bills are paid', 'a bill is past due'),
        'is_without_term': (days ~ ' is null', 'is bound by a term', 'may leave any month'),
        'is_short_term': ('standings.term_months < 12', 'has a long term', 'has a short term'),
        'ends_in_30_days': (days ~ ' <= 30', 'no term ends in 30 days', 'a term ends in 30 days'),
        'ends_in_60_days':
            (days ~ ' between 31 and 60', 'no term ends in 31 to 60 days', 'a term ends in 31 to 60 days'),
        'ends_in_90_days':
            (days ~ ' between 61 and 90', 'no term ends in 61 to 90 days', 'a term ends in 61 to 90 days'),
        'ends_in_180_days':
            (days ~ ' between 91 and 180', 'no term ends in 91 to 180 days', 'a term ends in 91 to 180 days'),
    }) }}
{% endmacro %}


{% macro forecast_words() %}
    {#- {feature of forecast_features: (words where it is below the usual; where it is not)}. -#}
    {%- set words = {
        'use_change': ('use has fallen', 'use has grown'),
        'mrr_change': ('pays less than three months ago', 'pays more than three months ago'),
        'mrr_size': ('pays little', 'pays much'),
        'tenure_years': ('is a new customer', 'is an old customer'),
        'is_end_asked_for': ('no end is asked for', 'the end is asked for'),
    } -%}
    {%- for said in (forecast_flags(), forecast_metrics()) -%}
        {%- for feature, (source, low, high) in said.items() -%}{%- do words.update({feature: (low, high)}) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(words) }}
{% endmacro %}
