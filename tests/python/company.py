"""A company of eight accounts in the RavenStack raw format, with its KPIs worked out by hand.

MRR at the month's end, by account (a late renewal of 16 days is bridged, the trial does not count):

            A1   A2   A3   A4   A5   A6   A7   A8   sum   movement
    2024-01 100  200                                  300   new 300
    2024-02 100  200   50                  120        470   new 170
    2024-03 100  200   50  300             120        770   new 300
    2024-04 100  200   50  300             120        770
    2024-05 100  200   50  300   40  150   120        960   new 190
    2024-06 100  260   50  300   40  150   120       1020   expansion 60
    2024-07 100  260   50  300   40  150   120       1020   A7's term is over, its renewal is on the way
    2024-08 100  260   50  300   40  150   120       1020
    2024-09 100  260    0  300   40  150   120        970   churn 50
    2024-10 100  260       300   40  150   120        970
    2024-11 100  260       300   40  150   120        970
    2024-12 100  260       240   40  150   120        910   contraction 60
    2025-01 100  260   80  240   40  150   120        990   reactivation 80
    2025-02 100  260   80  240   40    0   120        840   churn 150
    2025-03 100  260   80  240   40        120   60   900   new 60
"""

ACCOUNTS = """\
account_id,account_name,industry,country,signup_date,referral_source,plan_tier,seats,is_trial,churn_flag
A1,Alder,EdTech,US,2024-01-02,other,Basic,5,False,False
A2,Birch,FinTech,US,2024-01-03,other,Pro,9,False,False
A3,Cedar,EdTech,DE,2024-01-20,event,Basic,2,False,True
A4,Dogwood,FinTech,DE,2024-02-25,event,Enterprise,30,False,False
A5,Elm,HealthTech,FR,2024-03-25,ads,Basic,2,False,False
A6,Fir,EdTech,FR,2024-05-01,ads,Pro,6,False,True
A7,Ginkgo,FinTech,US,2024-02-01,other,Pro,6,False,False
A8,Hazel,HealthTech,US,2025-03-20,other,Basic,3,False,False
"""

SUBSCRIPTIONS = """\
subscription_id,account_id,start_date,end_date,plan_tier,seats,mrr_amount,arr_amount,is_trial,billing_frequency
S01,A1,2024-01-10,,Basic,5,100,1200,False,monthly
S02,A2,2024-01-15,2024-06-20,Pro,9,200,2400,False,annual
S03,A2,2024-06-20,,Pro,12,260,3120,False,annual
S04,A3,2024-02-01,2024-09-10,Basic,2,50,600,False,monthly
S05,A3,2025-01-05,,Basic,3,80,960,False,monthly
S06,A4,2024-03-05,2024-12-31,Enterprise,30,300,3600,False,annual
S07,A4,2024-12-31,,Enterprise,24,240,2880,False,annual
S08,A5,2024-04-01,2024-05-01,Basic,2,500,6000,True,monthly
S09,A5,2024-05-01,,Basic,2,40,480,False,monthly
S10,A6,2024-05-10,2025-02-10,Pro,6,150,1800,False,monthly
S11,A7,2024-02-10,2024-07-25,Pro,6,120,1440,False,monthly
S12,A7,2024-08-10,,Pro,6,120,1440,False,monthly
S13,A8,2025-03-31,,Basic,3,60,720,False,monthly
"""

CHURN_EVENTS = """\
churn_event_id,account_id,churn_date,reason_code
C1,A6,2025-02-08,pricing
"""

SUPPORT_TICKETS = """\
ticket_id,account_id,submitted_at,closed_at,priority,first_response_time_minutes,satisfaction_score,escalation_flag
T1,A1,2025-02-03,2025-02-04 12:00:00,high,60,4,False
T2,A1,2025-03-05,2025-03-05 06:00:00,urgent,30,5,False
T3,A2,2025-03-10,2025-03-11 00:00:00,low,120,,True
"""

FEATURE_USAGE = """\
usage_id,subscription_id,usage_date,feature_name,is_beta_feature
U1,S01,2025-02-10,feature_1,False
U2,S01,2025-03-10,feature_1,False
U3,S01,2025-03-11,feature_1,False
U4,S03,2025-03-11,feature_2,False
"""

RAW = {
    "ravenstack_accounts.csv": ACCOUNTS,
    "ravenstack_subscriptions.csv": SUBSCRIPTIONS,
    "ravenstack_churn_events.csv": CHURN_EVENTS,
    "ravenstack_support_tickets.csv": SUPPORT_TICKETS,
    "ravenstack_feature_usage.csv": FEATURE_USAGE,
}

# The same company, had Alder always paid 110: every month's MRR is 10 more.
RESTATED_SUBSCRIPTIONS = SUBSCRIPTIONS.replace("Basic,5,100,1200,", "Basic,5,110,1320,")
RESTATED = RAW | {"ravenstack_subscriptions.csv": RESTATED_SUBSCRIPTIONS}

CLOSING_MRR = {
    "2024-01": 300, "2024-02": 470, "2024-03": 770, "2024-04": 770, "2024-05": 960, "2024-06": 1020, "2024-07": 1020,
    "2024-08": 1020, "2024-09": 970, "2024-10": 970, "2024-11": 970, "2024-12": 910, "2025-01": 990, "2025-02": 840,
    "2025-03": 900,
}  # fmt: skip

MOVEMENTS = {
    ("2024-01", "new"): 300, ("2024-02", "new"): 170, ("2024-03", "new"): 300, ("2024-05", "new"): 190,
    ("2024-06", "expansion"): 60, ("2024-09", "churn"): 50, ("2024-12", "contraction"): 60,
    ("2025-01", "reactivation"): 80, ("2025-02", "churn"): 150, ("2025-03", "new"): 60,
}  # fmt: skip

TICKETS = {"2025-02": 1, "2025-03": 2}

# (numerator, denominator): what the cohort of twelve months before pays now, and what it paid then.
NET_RETENTION = {"2025-01": (360, 300), "2025-02": (560, 470), "2025-03": (800, 770)}
GROSS_RETENTION = {"2025-01": (300, 300), "2025-02": (470, 470), "2025-03": (710, 770)}
# Customers lost, and customers at the month's start.
CHURN = {"2024-09": (1, 7), "2024-10": (0, 6), "2025-02": (1, 7), "2025-03": (0, 6)}
