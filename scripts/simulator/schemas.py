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
        touch_model_c:s region_c:s csm_id_c:s is_internal_c:b""",
    "salesforce/contact": """id:s account_id:s email:s first_name:s last_name:s name:s title:s
        is_deleted:b created_date:t last_modified_date:t
        _fivetran_synced:t""",
    "salesforce/user": "id:s name:s email:s is_active:b user_role_id:s title:s _fivetran_synced:t",
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
        subtotal:i tax:i total:i amount_due:i amount_paid:i
        amount_remaining:i paid:b is_deleted:b livemode:b
        status_transitions_paid_at:t _fivetran_synced:t""",
    "stripe/invoice_line_item": """id:s unique_id:s invoice_id:s subscription_id:s subscription_item_id:s
        price_id:s plan_id:s quantity:i amount:i currency:s
        period_start:t period_end:t type:s proration:b discountable:b
        description:s livemode:b metadata:s _fivetran_synced:t""",
    "zendesk/organization": "id:i name:s external_id:s created_at:t updated_at:t _fivetran_synced:t",
    "zendesk/user": """id:i name:s email:s role:s organization_id:i active:b alias:s
        created_at:t time_zone:s suspended:b _fivetran_deleted:b
        _fivetran_synced:t""",
    "zendesk/group": "id:i name:s created_at:t updated_at:t _fivetran_deleted:b _fivetran_synced:t",
    "zendesk/ticket": """id:i subject:s description:s status:s priority:s type:s via_channel:s
        requester_id:i submitter_id:i assignee_id:i organization_id:i
        group_id:i brand_id:i ticket_form_id:i created_at:t updated_at:s
        is_public:b merged_ticket_ids:s followup_ids:s external_id:s
        _fivetran_deleted:b _fivetran_synced:t""",
    "zendesk/ticket_field_history": "ticket_id:i field_name:s updated:t user_id:i value:s _fivetran_synced:t",
    "zendesk/ticket_comment": """id:i ticket_id:i user_id:i created:t public:b body:s voice_comment:b
        _fivetran_deleted:b _fivetran_synced:t""",
    "zendesk/schedule": """id:i name:s time_zone:s start_time:i end_time:i start_time_utc:i
        end_time_utc:i created_at:t _fivetran_deleted:b
        _fivetran_synced:t""",
    "zendesk/schedule_holiday": """id:i schedule_id:i name:s start_date:s end_date:s _fivetran_deleted:b
        _fivetran_synced:t""",
    "zendesk/ticket_schedule": "ticket_id:i schedule_id:i created_at:t _fivetran_synced:t",
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
        plan:s salesforce_account_id:s""",
    "segment/accounts": "id:s received_at:t name:s plan:s salesforce_account_id:s",
    "segment/pages": """id:s anonymous_id:s user_id:s timestamp:t original_timestamp:t
        sent_at:t received_at:t uuid_ts:t name:s path:s referrer:s search:s
        title:s url:s category:s""",
    "segment/screens": """id:s anonymous_id:s user_id:s timestamp:t original_timestamp:t
        sent_at:t received_at:t uuid_ts:t name:s category:s""",
    "files/features": "feature_id:s name:s is_core:b is_gated:b released_at:s",
    "files/feature_entitlements": "customer_id:s feature_id:s valid_from:s valid_to:s",
    "files/seat_entitlements": """customer_id:s limit_type:s purchased:i used:i valid_from:s
        valid_to:s""",
    "files/seat_assignments": "user_id:s assigned_at:s unassigned_at:s first_login_at:s",
    "files/process_daily": "customer_id:s process:s date:d attempts:i failures:i",
    "files/churn_events": """churn_event_id:s customer_id:s churned_at:s reason_code:s is_primary:b
        source:s is_voluntary:b""",
    "files/fx_rates": "currency:s rate_type:s rate:f",
    "truth/customer_months": """salesforce_account_id:s stripe_customer_id:s month:d mrr_usd:f
        is_internal:b""",
    "truth/movements": """salesforce_account_id:s stripe_customer_id:s month:d opening:f new:f
        reactivation:f expansion:f contraction:f churn:f closing:f
        is_internal:b""",
    "truth/active_users": """salesforce_account_id:s stripe_customer_id:s month:d active_users:i
        weekly_active_users:i active_user_days:i active_user_weekdays:i
        daily_active_users:f value_events:i login_days:i registered_users:i""",
    "truth/feature_months": """salesforce_account_id:s stripe_customer_id:s month:d feature_id:s
        users:i uses:i adopters:i user_days:i used_days:i used_weekdays:i
        is_used_in_prior_3_months:b""",
    "truth/feature_adoptions": """salesforce_account_id:s stripe_customer_id:s feature_id:s
        clock_started_on:d adopted_on:d""",
    "truth/seats": """salesforce_account_id:s stripe_customer_id:s month:d
        purchased_seats:i assigned_seats:i activated_seats:i
        active_seats:i""",
    "truth/ticket_clock": """ticket_id:i first_reply_calendar_minutes:f
        first_solved_calendar_minutes:f""",
}

# Tables of many rows, written as a folder of Parquet files, one or two a day or one a month.
IN_PARTS = ("segment/tracks", "segment/pages", "segment/screens", "files/process_daily")

SCHEMAS = {
    table: pa.schema([(name, TYPES[code]) for name, code in (column.split(":") for column in text.split())])
    for table, text in COLUMNS.items()
}
