"""Columns and types of every table that is written.

Types: s text, t timestamp, d date, b boolean, i integer, f double. Columns that a builder leaves out are
written as typed nulls, except `_fivetran_synced`: there it is the loader's last reading.
"""

from __future__ import annotations

import pyarrow as pa

TYPES = {
    "s": pa.string(),
    "t": pa.timestamp("us"),
    "d": pa.date32(),
    "b": pa.bool_(),
    "i": pa.int64(),
    "f": pa.float64(),
}

COLUMNS = {
    "salesforce/account": """id:s _fivetran_start:t _fivetran_end:t _fivetran_active:b
        _fivetran_synced:t name:s industry:s type:s billing_country:s
        website:s owner_id:s parent_id:s master_record_id:s is_deleted:b
        created_date:t number_of_employees:i segment_c:s tier_c:s
        touch_model_c:s region_c:s csm_id_c:s is_internal_c:b
        stripe_customer_id_c:s""",
    "salesforce/contact": """id:s _fivetran_start:t _fivetran_end:t _fivetran_active:b
        _fivetran_synced:t account_id:s email:s first_name:s last_name:s
        name:s title:s department:s master_record_id:s is_deleted:b
        created_date:t last_modified_date:t job_level_c:s buying_role_c:s
        is_champion_c:b no_longer_at_company_c:b""",
    "salesforce/user": """id:s name:s email:s is_active:b user_role_id:s manager_id:s title:s
        _fivetran_synced:t""",
    "salesforce/user_role": "id:s name:s developer_name:s parent_role_id:s _fivetran_synced:t",
    # amount: what the term is charged at list price, in major units; contract_end_c is the last day covered.
    "salesforce/opportunity": """id:s account_id:s name:s type:s stage_name:s amount:f
        currency_iso_code:s probability:f is_closed:b is_won:b is_deleted:b
        close_date:t created_date:t owner_id:s lead_source:s contract_start_c:d
        contract_end_c:d contract_months_c:i referring_account_c:s
        _fivetran_synced:t""",
    "salesforce/opportunity_contact_role": """id:s opportunity_id:s contact_id:s role:s is_primary:b
        created_date:t last_modified_date:t is_deleted:b
        _fivetran_synced:t""",
    "salesforce/task": """id:s account_id:s who_id:s owner_id:s subject:s type:s task_subtype:s status:s
        call_type:s call_disposition:s is_closed:b activity_date:t
        completed_date_time:t created_date:t last_modified_date:t
        is_deleted:b purpose_c:s is_proactive_c:b rating_c:f
        _fivetran_synced:t""",
    "salesforce/event": """id:s account_id:s who_id:s owner_id:s subject:s type:s event_subtype:s
        location:s is_group_event:b is_child:b is_recurrence:b
        activity_date:t start_date_time:t end_date_time:t created_date:t
        last_modified_date:t is_deleted:b purpose_c:s is_proactive_c:b
        rating_c:f no_show_c:b referral_intent_c:b _fivetran_synced:t""",
    "salesforce/event_relation": """id:s event_id:s relation_id:s is_what:b is_invitee:b status:s
        is_deleted:b _fivetran_synced:t""",
    "salesforce/campaign": """id:s name:s type:s status:s is_active:b parent_id:s owner_id:s
        budgeted_cost:f actual_cost:f start_date:t end_date:t created_date:t
        last_modified_date:t is_deleted:b _fivetran_synced:t""",
    "salesforce/campaign_member": """id:s campaign_id:s lead_id:s contact_id:s status:s has_responded:b
        first_responded_date:t created_date:t is_deleted:b _fivetran_synced:t""",
    "stripe/customer": """id:s created:t email:s name:s currency:s delinquent:b description:s
        is_deleted:b livemode:b metadata:s _fivetran_synced:t""",
    "stripe/product": """id:s name:s description:s active:b created:t is_deleted:b livemode:b
        type:s _fivetran_synced:t""",
    "stripe/price": """id:s product_id:s nickname:s active:b billing_scheme:s created:t
        currency:s is_deleted:b livemode:b metadata:s
        recurring_interval:s recurring_interval_count:i
        recurring_usage_type:s recurring_aggregate_usage:s type:s
        unit_amount:i unit_amount_decimal:s _fivetran_synced:t""",
    "stripe/coupon": """id:s name:s percent_off:f amount_off:i currency:s duration:s
        duration_in_months:i valid:b created:t livemode:b
        _fivetran_synced:t""",
    "stripe/subscription_history": """id:s _fivetran_start:t _fivetran_end:t _fivetran_active:b
        _fivetran_synced:t customer_id:s status:s created:t
        start_date:t billing_cycle_anchor:t current_period_start:t
        current_period_end:t cancel_at_period_end:b canceled_at:t
        ended_at:t trial_start:t trial_end:t
        pause_collection_behavior:s pause_collection_resumes_at:t
        quantity:i livemode:b metadata:s""",
    "stripe/subscription_item": """id:s subscription_id:s plan_id:s quantity:i created:t
        current_period_start:t current_period_end:t metadata:s
        _fivetran_synced:t""",
    "stripe/subscription_discount": """id:s subscription_id:s customer_id:s coupon_id:s start:t end:t
        checkout_session:s invoice_id:s invoice_item_id:s
        _fivetran_synced:t""",
    "stripe/invoice": """id:s customer_id:s subscription_id:s number:s created:t date:t
        period_start:t period_end:t status:s billing_reason:s currency:s
        subtotal:i tax:i total:i starting_balance:i ending_balance:i
        amount_due:i amount_paid:i amount_remaining:i charge_id:s paid:b
        is_deleted:b livemode:b status_transitions_paid_at:t
        status_transitions_voided_at:t _fivetran_synced:t""",
    "stripe/invoice_line_item": """id:s unique_id:s invoice_id:s invoice_item_id:s subscription_id:s
        subscription_item_id:s price_id:s plan_id:s quantity:i amount:i currency:s
        period_start:t period_end:t type:s proration:b discountable:b
        description:s livemode:b metadata:s _fivetran_synced:t""",
    "stripe/charge": """id:s customer_id:s invoice_id:s amount:i amount_refunded:i captured:b
        created:t currency:s description:s failure_code:s failure_message:s
        livemode:b metadata:s paid:b refunded:b status:s
        _fivetran_synced:t""",
    "stripe/refund": """id:s charge_id:s amount:i created:t currency:s description:s
        metadata:s reason:s status:s _fivetran_synced:t""",
    "stripe/credit_note": """id:s invoice_id:s refund_id:s amount:i created:t currency:s
        discount_amount:i subtotal:i total:i livemode:b memo:s metadata:s
        number:s reason:s status:s type:s voided_at:t _fivetran_synced:t""",
    "stripe/credit_note_line_item": """id:s credit_note_id:s amount:i discount_amount:i description:s
        livemode:b quantity:i type:s unit_amount:i _fivetran_synced:t""",
    "zendesk/organization": "id:i name:s external_id:s created_at:t updated_at:t _fivetran_synced:t",
    "zendesk/user": """id:i name:s email:s role:s organization_id:i active:b alias:s
        created_at:t time_zone:s suspended:b _fivetran_deleted:b
        _fivetran_synced:t""",
    "zendesk/group": "id:i name:s created_at:t updated_at:t _fivetran_deleted:b _fivetran_synced:t",
    "zendesk/ticket": """id:i subject:s description:s status:s priority:s type:s via_channel:s
        requester_id:i submitter_id:i assignee_id:i organization_id:i
        group_id:i brand_id:i ticket_form_id:i created_at:t updated_at:s
        is_public:b merged_ticket_ids:s followup_ids:s via_followup_source_id:i
        external_id:s _fivetran_deleted:b _fivetran_synced:t""",
    "zendesk/ticket_field_history": "ticket_id:i field_name:s updated:t user_id:i value:s _fivetran_synced:t",
    "zendesk/ticket_comment": """id:i ticket_id:i user_id:i created:t public:b body:s voice_comment:b
        _fivetran_deleted:b _fivetran_synced:t""",
    "zendesk/schedule": """id:i name:s time_zone:s start_time:i end_time:i start_time_utc:i
        end_time_utc:i created_at:t _fivetran_deleted:b
        _fivetran_synced:t""",
    "zendesk/schedule_holiday": """id:i schedule_id:i name:s start_date:s end_date:s _fivetran_deleted:b
        _fivetran_synced:t""",
    "zendesk/ticket_schedule": "ticket_id:i schedule_id:i created_at:t _fivetran_synced:t",
    "zendesk/domain_name": "organization_id:i domain_name:s index:i _fivetran_synced:t",
    "zendesk/organization_tag": "organization_id:i tag:s _fivetran_synced:t",
    "zendesk/brand": """id:i name:s subdomain:s default:b active:b _fivetran_deleted:b
        _fivetran_synced:t""",
    "zendesk/ticket_tag": "ticket_id:i tag:s _fivetran_synced:t",
    "zendesk/ticket_form_history": """id:i updated_at:t name:s display_name:s created_at:t active:b
        end_user_visible:b _fivetran_deleted:b _fivetran_synced:t""",
    "zendesk/time_zone": "time_zone:s standard_offset:s _fivetran_synced:t",
    "zendesk/daylight_time": """time_zone:s year:i daylight_start_utc:t daylight_end_utc:t
        daylight_offset:i _fivetran_synced:t""",
    "zendesk/ticket_sla_policy": "ticket_id:i sla_policy_id:i policy_applied_at:t _fivetran_synced:t",
    "zendesk/sla_policy_metric_history": """sla_policy_id:i sla_policy_updated_at:t index:i metric:s
        priority:s business_hours:b target:i _fivetran_synced:t""",
    "zendesk/satisfaction_rating": """id:i ticket_id:i requester_id:i assignee_id:i group_id:i score:s
        reason:s reason_id:i comment:s created_at:t updated_at:t _fivetran_synced:t""",
    "zendesk/ticket_metric": """id:i ticket_id:i created_at:t updated_at:t initially_assigned_at:t
        assigned_at:t solved_at:t assignee_stations:i group_stations:i reopens:i replies:i
        reply_time_in_minutes__calendar:i reply_time_in_minutes__business:i
        first_resolution_time_in_minutes__calendar:i first_resolution_time_in_minutes__business:i
        full_resolution_time_in_minutes__calendar:i full_resolution_time_in_minutes__business:i
        agent_wait_time_in_minutes__calendar:i agent_wait_time_in_minutes__business:i
        requester_wait_time_in_minutes__calendar:i requester_wait_time_in_minutes__business:i
        on_hold_time_in_minutes__calendar:i on_hold_time_in_minutes__business:i
        _fivetran_deleted:b _fivetran_synced:t""",
    "segment/tracks": """id:s anonymous_id:s user_id:s event:s event_text:s timestamp:t
        original_timestamp:t sent_at:t received_at:t context_group_id:s
        context_library_name:s uuid_ts:t""",
    "segment/identifies": """id:s anonymous_id:s user_id:s timestamp:t original_timestamp:t
        sent_at:t received_at:t uuid_ts:t email:s name:s created_at:t
        account_id:s role:s""",
    "segment/users": """id:s received_at:t email:s name:s created_at:t account_id:s
        is_internal:b is_bot:b role:s""",
    "segment/aliases": """id:s anonymous_id:s user_id:s previous_id:s timestamp:t
        original_timestamp:t sent_at:t received_at:t uuid_ts:t""",
    "segment/groups": """id:s anonymous_id:s user_id:s group_id:s timestamp:t
        original_timestamp:t sent_at:t received_at:t uuid_ts:t name:s
        plan:s salesforce_account_id:s stripe_customer_id:s""",
    "segment/accounts": "id:s received_at:t name:s plan:s salesforce_account_id:s",
    "segment/pages": """id:s anonymous_id:s user_id:s timestamp:t original_timestamp:t
        sent_at:t received_at:t uuid_ts:t name:s path:s referrer:s search:s
        title:s url:s category:s""",
    "segment/screens": """id:s anonymous_id:s user_id:s timestamp:t original_timestamp:t
        sent_at:t received_at:t uuid_ts:t name:s category:s""",
    # Terms of three months and more of about 60 % of the customers; amounts in major units of `currency`.
    "files/contracts": """contract_id:s customer_id:s term_start:s term_end:s term_months:i
        arr_amount:f currency:s predecessor_id:s signed_at:s
        cancel_requested_at:s terminated_at:s""",
    "files/features": "feature_id:s name:s is_core:b is_gated:b released_at:s",
    "files/feature_entitlements": "customer_id:s feature_id:s valid_from:s valid_to:s",
    "files/seat_entitlements": """customer_id:s limit_type:s purchased:i used:i valid_from:s
        valid_to:s""",
    "files/seat_assignments": "user_id:s assigned_at:s unassigned_at:s first_login_at:s",
    "files/process_daily": "customer_id:s process:s date:d attempts:i failures:i",
    "files/churn_events": """churn_event_id:s customer_id:s churned_at:s reason_code:s is_primary:b
        source:s is_voluntary:b""",
    "files/fx_rates": "currency:s rate_type:s rate_on:d rate:f",
    "files/referrals": """referral_id:s customer_id:s referrer_type:s lead_key:s created_at:s
        converted_at:s is_valid:b""",
    "files/intro_asks": "ask_id:s customer_id:s contact_id:s party_type:s asked_at:s outcome:s",
    "files/loyalty_members": "customer_id:s eligible_from:s eligible_to:s enrolled_at:s",
    "files/reward_units": """unit_id:s customer_id:s kind:s qty:i issued_at:s expires_at:s
        redeemed_at:s voided_at:s""",
    "files/advocacy_acts": "act_id:s customer_id:s contact_id:s kind:s occurred_at:s",
    # amount in major units of `currency`.
    "files/costs": """cost_id:s month:s function:s purpose:s segment:s amount:f currency:s""",
    "files/touchpoints": """touchpoint_id:s customer_id:s touchpoint_type:s purpose:s channel:s
        is_automated:b is_two_way:b is_proactive:b status:s planned_at:s
        held_at:s rating:s referral_intent:b""",
    "files/touchpoint_contacts": "touchpoint_id:s contact_id:s",
    "files/org_changes": """org_change_id:s customer_id:s contact_id:s change_type:s detected_at:s
        resolved_at:s""",
    "files/opportunities": """opportunity_id:s customer_id:s opportunity_type:s source_type:s
        referral_id:s referrer_customer_id:s stage:s outcome:s amount:s
        currency:s created_at:s closed_at:s""",
    "files/stage_history": "customer_id:s stage:s entered_at:s",
    "files/milestones": """milestone_id:s customer_id:s stage:s original_due_at:s due_at:s achieved_at:s
        is_go_live:b is_value:b owner_side:s barrier:s status:s""",
    "files/outcomes": """outcome_id:s customer_id:s type:s target:f actual:f is_lower_better:b
        target_date:s verified_at:s annual_benefit:f internal_cost:f currency:s
        status:s""",
    "files/plays": """play_id:s customer_id:s kpi_id:s trigger_ref:s opened_at:s due_at:s closed_at:s
        result:s""",
    "files/health_overrides": "customer_id:s score:f reason:s set_by:s valid_from:s valid_to:s",
    "files/messages": """message_id:s contact_id:s customer_id:s channel:s purpose:s target_feature_id:s
        sent_at:t delivered_at:t""",
    "files/message_events": "message_id:s event_type:s is_machine:b occurred_at:t",
    "files/content_events": """user_id:s customer_id:s content_id:s kind:s progress:f dwell_seconds:f
        occurred_at:t""",
    "files/community_posts": """post_id:s parent_id:s user_id:s customer_id:s kind:s is_staff:b
        occurred_at:t answered_at:t""",
    "files/survey_invitations": """invitation_id:s survey_type:s wave:s contact_id:s customer_id:s
        sent_at:s delivered_at:s""",
    "files/survey_responses": """response_id:s survey_type:s invitation_id:s customer_id:s contact_id:s
        ticket_id:s score:f scale_min:f scale_max:f is_complete:b responded_at:s""",
    "files/feedback_texts": """text_id:s customer_id:s response_id:s source:s author_type:s lang:s
        text:s theme:s is_complaint:b created_at:s resolved_at:s""",
    "truth/customer_months": """salesforce_account_id:s stripe_customer_id:s month:d mrr_usd:f""",
    # reason: of a churn pause, non_payment or cancellation, of a reactivation resume or return, else ''.
    # upsell + seat + cross_sell + price = expansion.
    "truth/movements": """salesforce_account_id:s stripe_customer_id:s month:d opening:f new:f
        reactivation:f expansion:f contraction:f churn:f closing:f
        reason:s upsell:f seat:f cross_sell:f price:f""",
    # One row per contract of three months and more whose last covered day lies in a month of the window. Who has
    # rows in files/contracts has the contracts named there (contract_id); all others have one per subscription and
    # paid term, mid-term changes and early ends apart. A row is known by its customer, term_start and term_end.
    # arr_usd: 12 x MRR of the licensed items at the term's first instant, net of durable discounts, at the constant
    # rate; term_end: as agreed, however early it was terminated. is_superseded: replaced more than 90 days early.
    # is_renewed: a successor is known at the window's end; is_on_time: it was signed (or, where no signature is on
    # file, began) by term_end; renewed_arr_usd: the successors' ARR, 0 without one; shared_arr_usd: this contract's part of it, by
    # what each was worth where a successor renews several; is_final: term_end + 30 days have passed.
    "truth/contract_renewals": """salesforce_account_id:s stripe_customer_id:s term_start:t term_end:t
        contract_id:s month:d arr_usd:f is_superseded:b is_renewed:b
        is_on_time:b renewed_arr_usd:f shared_arr_usd:f is_final:b""",
    # R4: one row per customer (its CRM account, else billing customer), month and type, from its first month in the spine on.
    "truth/customer_segments": "customer_id:s month:d segment_type:s segment:s is_spine:b",
    # Every row of every KPI and companion; truth/kpi_<id> has the columns of the mart of that name beside them (kpis.py), and no schema here.
    "truth/values": """kpi_id:s month:d segment_type:s segment:s breakdown:s numerator:f denominator:f value:f sample_size:i
        n_pending:i is_final:b""",
    # What drives the simulated lives: the coefficients of billing.py's formulas.
    "truth/coefficients": "name:s value:f meaning:s",
    # The chance by those causes, taken as they will be, that who is served at a month's end, and whose end nobody has asked for, leaves within
    # so many days from then on; a pause is not leaving.
    "truth/churn_hazards": "salesforce_account_id:s stripe_customer_id:s month:d horizon_days:i chance:f",
    "truth/tickets": """ticket_id:s salesforce_account_id:s stripe_customer_id:s created_at:t replies:i reopens:i is_open:b
        escalated_at:t turn:s
        first_reply_calendar_seconds:i first_reply_business_seconds:i
        first_solve_calendar_seconds:i first_solve_business_seconds:i
        last_solve_calendar_seconds:i last_solve_business_seconds:i
        agent_turn_calendar_seconds:i agent_turn_business_seconds:i
        customer_turn_calendar_seconds:i customer_turn_business_seconds:i
        third_party_turn_calendar_seconds:i third_party_turn_business_seconds:i""",
    "truth/ticket_counts": """salesforce_account_id:s stripe_customer_id:s month:d created:i
        solved:i open_at_end:i""",
    # Every answer that staging accepts, Zendesk's ratings too. contact: the CRM's id, else the help desk's. exclusion_reason: why it
    # does not count by rule R8 (incomplete, answered_before_sent, late, superseded), empty where it counts.
    "truth/survey_answers": """source_system:s response_id:s survey_type:s
        salesforce_account_id:s stripe_customer_id:s contact:s ticket_id:s
        normalised_score:f responded_at:t exclusion_reason:s is_in_response_rate:b""",
    # By month of delivery. matured: the 30 days are over; answered and answered_in_part are of those, a unit is in one of them.
    "truth/survey_invitations": """salesforce_account_id:s stripe_customer_id:s month:d survey_type:s
        delivered:i matured:i answered:i answered_in_part:i""",
    # By month of writing.
    "truth/feedback_counts": "salesforce_account_id:s stripe_customer_id:s month:d texts:i",
    # Which company a record of a system belongs to, by the record that names the company.
    "truth/identity_map": "source_system:s source_customer_id:s anchor_system:s anchor_id:s",
    "truth/active_users": """salesforce_account_id:s stripe_customer_id:s month:d active_users:i
        weekly_active_users:i active_user_days:i active_user_weekdays:i
        daily_active_users:f value_events:i api_value_events:i login_days:i power_users:i
        registered_users:i""",
    "truth/feature_months": """salesforce_account_id:s stripe_customer_id:s month:d feature_id:s
        users:i uses:i adopters:i user_days:i used_days:i used_weekdays:i
        is_used_in_prior_3_months:b""",
    "truth/feature_adoptions": """salesforce_account_id:s stripe_customer_id:s feature_id:s
        clock_started_on:d adopted_on:d""",
    # Of a month, by referrer: leads that were first and validly referred in it, and those of them that paid within 90 days
    # and before the window's end. Partners have no name.
    "truth/referrals": """salesforce_account_id:s stripe_customer_id:s month:d referrer_type:s
        created:i converted:i""",
    # asks: without repeats, which are asks of a contact that was asked in the 90 days before; accepted: of the asks.
    "truth/intro_asks": """salesforce_account_id:s stripe_customer_id:s quarter:d asks:i
        repeats:i accepted:i""",
    # One row per customer that is eligible at the month's end; is_participating: it earned or redeemed in the last 90 days.
    "truth/loyalty_months": """salesforce_account_id:s stripe_customer_id:s month:d is_enrolled:b
        is_participating:b""",
    # Per month of issue; issued, redeemed (by the earlier of expiry and 90 days): quantities.
    "truth/reward_units": "kind:s month:d units:i issued:i redeemed:i",
    "truth/advocacy_acts": "salesforce_account_id:s stripe_customer_id:s month:d kind:s acts:i",
    "truth/costs": "month:d function:s purpose:s segment:s amount_usd:f",
    # Per month from the first with recurring revenue, over the twelve months that end with it: how many have revenue and
    # costs of service; where all do, the sums of these and 1 - cost / MRR.
    "truth/gross_margins": "month:d months_known:i cost_usd:f mrr_usd:f gross_margin:f",
    # By the month in which it was held or missed. touches: held, two-way or human; rated_well: 4 or 5.
    "truth/touchpoint_months": """salesforce_account_id:s stripe_customer_id:s month:d touches:i two_way:i
        human:i no_shows:i qbrs:i rated:i rated_well:i intents_noted:i
        intents:i""",
    # By the month of detection: those that count, and roles that changed, which do not.
    "truth/org_change_months": "salesforce_account_id:s stripe_customer_id:s month:d changes:i role_changes:i",
    "truth/opportunity_months": """salesforce_account_id:s stripe_customer_id:s month:d won:i lost:i
        no_decision:i won_usd:f""",
    # Who pays at the month's end E. gap_days: since the last touch that counts, else since the first paid day;
    # has_recent_review: a QBR held in the 90 days before E, has_recent_meeting: a meeting, QBR or feedback in the 30;
    # engaged: in a two-way touch of the 90 days before E and still there; open_change_days: of the oldest open change.
    "truth/relationship_months": """salesforce_account_id:s stripe_customer_id:s month:d
        days_since_touch:i gap_days:i has_recent_review:b
        has_recent_meeting:b engaged_contacts:i has_engaged_executive:b
        engaged_functions:i covered_roles:i is_unmapped:b champions:i
        open_change_days:i""",
    "truth/seats": """salesforce_account_id:s stripe_customer_id:s month:d
        purchased_seats:i assigned_seats:i activated_seats:i
        active_seats:i login_days:i""",
    # The stage at the month's end and the days since it was entered; who came to it from a later stage (is_backward)
    # or from having left (is_return).
    "truth/stage_months": """salesforce_account_id:s stripe_customer_id:s month:d stage:s
        days_in_stage:i is_backward:b is_return:b""",
    # Milestones by the month of their first due date, cancelled ones apart, and by that of their present one.
    "truth/milestone_months": """salesforce_account_id:s stripe_customer_id:s month:d due:i
        achieved_on_time:i achieved_ever:i cancelled:i redated:i
        due_by_present_date:i achieved_by_present_date:i""",
    # R11: the first contract's start, else the first paid start, and the days from it; null: not reached.
    "truth/customer_clocks": """salesforce_account_id:s stripe_customer_id:s clock_started_on:d
        days_to_go_live:i days_to_value:i""",
    # Outcomes by month of their target date (verified_on_time: reached, and verified within 30 days; pending: these 30
    # days are not over), and by month of verification.
    "truth/outcome_months": """salesforce_account_id:s stripe_customer_id:s month:d due:i reached:i
        verified_on_time:i pending:i verified:i benefit_usd:f cost_usd:f""",
    "truth/play_months": """salesforce_account_id:s stripe_customer_id:s month:d kpi_id:s opened:i
        closed:i cancelled:i resolved:i due:i closed_by_due:i""",
    "truth/health_override_months": "salesforce_account_id:s stripe_customer_id:s month:d score:f",
    # By month of sending: messages whose 14 days have passed at the window's end; bounced ones are in neither opened nor
    # clicked, which a person did within 14 days; pending: whose days have not passed.
    "truth/message_months": """salesforce_account_id:s stripe_customer_id:s month:d channel:s sent:i
        bounced:i opened:i clicked:i pending:i""",
    # Walkthroughs by the month of a user's first start of each; surveys are no part of actions.
    "truth/content_months": """salesforce_account_id:s stripe_customer_id:s month:d article_reads:i
        webinars_attended:i walkthroughs_started:i walkthroughs_watched:i
        walkthroughs_completed:i walkthroughs_pending:i""",
    "truth/community_months": """salesforce_account_id:s stripe_customer_id:s month:d posts:i questions:i
        answered_in_48_hours:i peer_answered_in_48_hours:i""",
    "truth/engagement_months": "salesforce_account_id:s stripe_customer_id:s month:d actions:i channels:i",
}

# Tables of many rows, written as a folder of Parquet files, one or two a day or one a month.
IN_PARTS = (
    "segment/tracks",
    "segment/pages",
    "segment/screens",
    "files/process_daily",
    "files/messages",
    "files/message_events",
    "files/content_events",
)

SCHEMAS = {
    table: pa.schema([(name, TYPES[code]) for name, code in (column.split(":") for column in text.split())])
    for table, text in COLUMNS.items()
}
