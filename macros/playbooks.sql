{% macro mart_signals() %}
    {#- What rules of playbooks look at beside values, bands and signals of KPIs: {signal: (KPI, expression over its mart's rows)}.
        A row without a value is no row. -#}
    {{ return({
        'nps_detractors': ('net_promoter_score', 'detractors'),
        'nps_promoters': ('net_promoter_score', 'promoters'),
        'nps_mean_score': ('net_promoter_score', 'mean_score'),
        'health_drop': ('customer_health_score', "case when segment_type = 'customer' then previous_score - value end"),
        'health_band_falls': ('customer_health_score', 'fallen_customers'),
        'daily_features': ('feature_usage', 'daily_pairs'),
        'answered_in_48_hours_share': ('community_participation', 'answered_in_48_hours_share'),
        'human_touch_share': ('channel_preference', 'human_touch_share'),
        'overused_advocates': ('advocacy_activity', 'overused_customers'),
        'csm_overloads': ('csm_portfolio', 'case when is_overloaded then 1 else 0 end'),
        'csm_vacancies': ('csm_portfolio', 'vacant_customers'),
        'mrr_identity_gap': (
            'mrr_movements',
            'abs(opening_mrr_amount + new_mrr_amount + reactivation_mrr_amount + expansion_mrr_amount + fx_mrr_amount'
            ' - contraction_mrr_amount - churn_mrr_amount - value)'
        ),
    }) }}
{% endmacro %}


{% macro fact_signals() %}
    {#- The signals that stand in no KPI's mart, each with what its value is. -#}
    {{ return({
        'days_to_renewal': 'to the end of the term that ends first and that nothing is known to follow',
        'days_past_renewal': 'since the end of a term that nothing followed, up to 60',
        'churned': '1 in the month in which the customer left by its own will, or nobody knows why',
        'churned_involuntarily': '1 in the month in which it was lost because it did not pay',
        'months_since_expansion': 'since it last grew, else since it first paid',
        'days_without_go_live': 'since the start, while it has planned to go live and has not',
        'days_without_value': 'since the start, while its first value is planned and not reached',
        'outcomes_exceeded': 'outcomes verified in the month beyond their target',
        'qbr_referral_intents': 'business reviews of the month that showed an intent to refer',
        'advocacy_acts': 'references, testimonials, case studies and reviews of the month',
        'metrics_disproved_twice': 'KPIs that tell nothing of renewals in two half-years, in the last whole quarter',
    }) }}
{% endmacro %}


{% macro renewal_risks() %}
    {#- Why a contract may be lost, in the order in which it is told: {reason: condition over renewal_prospects}. -#}
    {{ return({
        'end asked for': 'is_cancel_requested',
        'term is over': 'days_to_renewal <= 0',
        'pays nothing': 'mrr_amount is null or mrr_amount = 0',
        'health is bad': "health_band = 'bad'",
        'health is unknown': "health_band = 'unknown'",
        'use has dropped': 'usage_drop >= 0.25',
        'a change there is open': 'open_change_days > 0',
        'a P1 ticket is old': 'oldest_p1_days > 1',
        'feedback is falling': 'feedback_trend <= -2',
        'not met for 60 days': 'days_since_touch > 60',
        'never met': 'days_since_touch is null and mrr_amount > 0',
    }) }}
{% endmacro %}


{% macro is_among(words, bars) %}
    {#- Whether `words` is one of those that a rule names between bars. -#}
    {{ dbt.concat(["'|'", bars, "'|'"]) }} like {{ dbt.concat(["'%|'", words, "'|%'"]) }}
{%- endmacro %}


{% macro meets(operator, number, words, bound) %}
    {#- Whether what is seen meets a bound that a rule names as text: words are one of those between bars, numbers stand to it as the operator
        says. Empty where nothing is seen. -#}
    {%- set limit = try_cast(bound, 'double precision') -%}
    case {{ operator }}
        when 'is' then {{ is_among(words, bound) }}
        when '<' then {{ number }} < {{ limit }}
        when '<=' then {{ number }} <= {{ limit }}
        when '>' then {{ number }} > {{ limit }}
        when '>=' then {{ number }} >= {{ limit }}
    end
{%- endmacro %}


{% macro is_live(state) %}
    {#- Whether an action in this state is not over yet. -#}
    {{ state }} in ('open', 'snoozed', 'suppressed')
{%- endmacro %}


{% macro is_finished(state, reason) %}
    {#- Whether an action was over because of what somebody did, or did not do in time: it does not come back. -#}
    ({{ state }} in ('done', 'expired') or {{ reason }} = 'dismissed')
{%- endmacro %}


{% macro severity_order(severity) %}
    {#- The place of a severity, the worst first. -#}
    case {{ severity }} when 'critical' then 1 when 'high' then 2 when 'normal' then 3 else 4 end
{%- endmacro %}


{% macro owner_of(role, csm_id) %}
    {#- Who owns an action: the customer's CSM where its playbook says so, else the role itself. -#}
    case {{ role }} when 'csm' then coalesce({{ csm_id }}, '(unknown)') else {{ role }} end
{%- endmacro %}


{% macro ledger_before() %}
    {#- history.playbook_ledger as earlier builds left it; none before the first one. It is no ref: the ledger itself is made of it. -#}
    {{ return(adapter.get_relation(target.database, 'history', 'playbook_ledger') if execute else none) }}
{% endmacro %}
