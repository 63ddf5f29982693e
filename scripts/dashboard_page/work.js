// What is to be done today, what renews, the journey, and what a customer's health is made of; draws with the hand of page.js, which it follows.

const actions = unfolded(data.actions);
const renewals = unfolded(data.renewals);
const present = new Set(customers.map((customer) => customer.customer_id));
const nobody = 'nobody yet';
const grouped = (rows, key) => rows.reduce((groups, row) => groups.set(key(row), [...(groups.get(key(row)) ?? []), row]), new Map());
for (const action of actions) {
  const { playbook_name: name, action: task } = data.playbooks[action.playbook];
  Object.assign(action, { name, task });
  action.owner = action.owner_name ?? (action.owner_id === action.owner_role ? spoken(action.owner_id) : action.owner_id) ?? nobody;
  action.subject = action.customer_name ?? action.customer_id ?? (action.segment_type === 'all' ? 'the company' : `${groupTitle(action.segment_type)} ${action.segment}`);
  action.text = [action.subject, action.name, action.task, action.owner, action.evidence, action.channel].join(' ').toLowerCase();
}
for (const renewal of renewals) renewal.text = [renewal.customer_name, renewal.customer_id, renewal.csm_name, renewal.segment, renewal.reasons, renewal.next_action].join(' ').toLowerCase();

// A customer's name, which opens what is known of it where it has a row in customer_360.
function who(id, name) {
  const text = name ?? id;
  if (!present.has(id)) return text;
  return element('button', { class: 'plain', type: 'button', onclick: () => { location.hash = `customer-${id}`; } }, text);
}

const due = ({ due_on: on, is_overdue: late }) => (known(on) ? [day(on), late ? element('div', { class: 'signal adverse' }, 'overdue') : null].filter(known) : '–');
const severity = (name) => element('span', { class: `band ${{ critical: 'bad', high: 'bad', normal: 'watch' }[name] ?? 'other'}` }, name);
const fallback = (text) => element('p', { class: 'empty' }, text);

// Actions.

let owner = '';
let shownActions = STEP;
const ACTION_TITLES = [['Action'], ['For'], ['Due', 'n'], ['Severity'], ['At risk', 'n'], ['Why'], ['By']];
const actionRow = (action) => [
  [element('strong', {}, action.name), small(action.task)],
  who(action.customer_id, action.subject), due(action), severity(action.severity), shown(action.arr_at_risk_amount, 'currency'),
  [spoken(action.evidence ?? ''), action.state === 'open' ? null : small([action.state, spoken(action.reason ?? ''), known(action.snoozed_until_on) ? `until ${day(action.snoozed_until_on)}` : null].filter(known).join(', '))].filter(known),
  spoken(action.channel ?? '–'),
];

function drawActions() {
  const words = wordsOf(byId('find-action').value);
  const [inState, kind] = [byId('pick-action-state').value, byId('pick-kind').value];
  const picked = actions.filter((action) => words.every((word) => action.text.includes(word)) && action.state === inState && (!kind || action.kind === kind));
  const counts = grouped(picked, (action) => action.owner);
  for (const chip of byId('owners').children) {
    chip.setAttribute('aria-pressed', chip.dataset.owner === owner);
    chip.lastChild.textContent = chip.dataset.owner ? (counts.get(chip.dataset.owner) ?? []).length : picked.length;
  }
  const found = picked.filter((action) => !owner || action.owner === owner);
  // Owners in the order of their most urgent action.
  const groups = grouped(found.slice(0, shownActions), (action) => action.owner);
  byId('action-list').replaceChildren(...[...groups].map(([name, rows]) => grid(ACTION_TITLES, rows.map(actionRow), `${name}: ${rows.length} of ${found.filter((action) => action.owner === name).length}`)),
    ...(found.length ? [] : [fallback('Nothing of this kind.')]));
  byId('action-count').textContent = `${Math.min(shownActions, found.length)} of ${found.length} found, ${actions.length} in all`;
  byId('more-actions').hidden = found.length <= shownActions;
}

// What came of the plays that are over.

const VERDICTS = { works: 'good', harms: 'bad', 'no effect seen': 'watch' };
function drawEffects() {
  const rows = data.effects.map((row) => [
    [row.kpi_name, small(spoken(row.playbook_id ?? ''))], decimal(row.plays), `${decimal(row.matched_customers)} of ${decimal(row.treated_customers)}`, decimal(row.untreated_customers), percent(row.treated_out_share),
    percent(row.effect), known(row.effect_low) ? `${percent(row.effect_low)} to ${percent(row.effect_high)}` : '–',
    [element('span', { class: `band ${VERDICTS[row.verdict] ?? 'other'}` }, row.verdict), small(row.warning ?? '')],
  ]);
  byId('effects').append(rows.length ? grid([['Plays for'], ['Over', 'n'], ['Customers compared', 'n'], ['With like ones', 'n'], ['Came out of bad', 'n'], ['More than like ones', 'n'], ['With 95 %', 'n'], ['Verdict']], rows, 'Plays of the last 12 months against customers as bad without one') : fallback('No play is over.'));
}

// Renewals.

const RISKS = { cancel_requested: 'bad', late: 'bad', bad: 'bad', watch: 'watch', good: 'good' };
const RENEWAL_TITLES = [['Customer'], ['Renews', 'n'], ['ARR', 'n'], ['Risk'], ['Reasons'], ['CSM'], ['Last touch', 'n'], ['Next action']];

function drawRenewals() {
  const words = wordsOf(byId('find-renewal').value);
  const risk = byId('pick-risk').value;
  const found = renewals.filter((renewal) => words.every((word) => renewal.text.includes(word)) && (!risk || renewal.risk === risk));
  const rows = found.map((renewal) => [
    [who(renewal.customer_id, renewal.customer_name), small(renewal.segment ?? '')], [day(renewal.renewal_on), small(renewal.days_to_renewal < 0 ? `${-renewal.days_to_renewal} days ago` : `in ${renewal.days_to_renewal} days`)], shown(renewal.arr_amount, 'currency'),
    element('span', { class: `band ${RISKS[renewal.risk] ?? 'other'}` }, spoken(renewal.risk)), renewal.reasons ?? '–', renewal.csm_name ?? renewal.csm_id ?? '–',
    known(renewal.days_since_touch) ? `${shown(renewal.days_since_touch, 'days')} ago` : 'never',
    known(renewal.next_action) ? [renewal.next_action, small(`due ${day(renewal.next_action_due_on)}`)] : '–',
  ]);
  byId('renewal-list').replaceChildren(rows.length ? grid(RENEWAL_TITLES, rows, 'Contracts by the day they renew') : fallback('No contract of this kind ends within 180 days.'));
  const arr = found.reduce((sum, renewal) => sum + (renewal.arr_amount ?? 0), 0);
  byId('renewal-count').textContent = `${found.length} of ${renewals.length} contracts, ${shown(arr, 'currency')} of ARR`;
}

// The journey.

const percent = (value) => shown(value, 'ratio');
function stageCard(stage, path) {
  return element('li', { class: 'stage' },
    element('h3', {}, spoken(stage.stage)), element('div', { class: 'value' }, decimal(stage.customers), element('span', { class: 'small' }, stage.is_terminal ? ' left in the month' : ' customers')),
    small(stage.is_terminal ? '' : `${shown(stage.mrr_amount, 'currency')} MRR`),
    spark(path, null, null),
    stage.is_terminal ? '' : pairs([
      ['Stalled', stage.customers ? `${decimal(stage.stalled_customers)} (${shown(stage.stalled_mrr_amount, 'currency')} MRR)` : null],
      ['Ready for the next', decimal(stage.ready_customers)], ['Waits for', known(stage.main_obstacle) ? `${spoken(stage.main_obstacle)} (${stage.main_obstacle_customers})` : null],
      ['Went on this month', known(stage.advance_rate) ? `${percent(stage.advance_rate)} of ${stage.opening_customers}` : null],
      ['Led on, 12 months', known(stage.conversion_rate) ? `${percent(stage.conversion_rate)} of ${stage.ended_stays} stays` : null],
      ['Usual stay', known(stage.median_dwell_days) ? shown(stage.median_dwell_days, 'days') : null], ['In it for', known(stage.median_days_in_stage) ? shown(stage.median_days_in_stage, 'days') : null],
      ['Milestones on time', stage.due_milestones ? `${stage.achieved_milestones} of ${stage.due_milestones}` : null],
      ['Outcomes verified, 12 months', stage.verified_outcomes ? decimal(stage.verified_outcomes) : null],
    ]));
}

function drawJourney() {
  const newestMonth = last(data.journey)?.month_start;
  const stages = data.journey.filter((stage) => stage.month_start === newestMonth);
  byId('stages').append(...stages.map((stage) => stageCard(stage, data.journey.filter((other) => other.stage === stage.stage).map((other) => other.customers))));
  byId('cohorts').append(grid([['Began'], ['Customers', 'n'], ['Live', 'n'], ['Days to go live', 'n'], ['Within 30', 'n'], ['Within 60', 'n'], ['Within 90', 'n'], ['With value', 'n'], ['Days to value', 'n'], ['Still onboarding', 'n'], ['Still here', 'n']],
    data.cohorts.map((cohort) => [briefly(cohort.cohort_month), decimal(cohort.customers), decimal(cohort.live_customers), shown(cohort.median_days_to_go_live, 'days'), percent(cohort.live_in_30_days_rate), percent(cohort.live_in_60_days_rate),
      percent(cohort.live_in_90_days_rate), decimal(cohort.valued_customers), shown(cohort.median_days_to_value, 'days'), decimal(cohort.onboarding_customers), percent(cohort.retained_rate)]), 'Customers by the month they began; a share stays empty until its window is over for all of them'));
  byId('coverage').append(grid([['Tier'], ['Touch model'], ['Customers', 'n'], ['ARR', 'n'], ['CSMs', 'n'], ['Customers a CSM', 'n'], ['Without CSM', 'n'], ['Met in time', 'n'], ['Bad health', 'n'], ['Median health', 'n']],
    data.coverage.map((row) => [row.tier, row.touch_model, decimal(row.customers), shown(row.arr_amount, 'currency'), decimal(row.csms), shown(row.customers_per_csm), decimal(row.customers_without_csm), percent(row.in_cadence_rate),
      decimal(row.bad_customers), shown(row.median_health_score)]), 'Active customers of the last month'));
}

// A customer's health, forecasts and actions, for its dialog.

const today = new Map(unfolded(data.today).map((score) => [score.customer_id, score]));
const health = grouped(unfolded(data.health), (measure) => measure.customer_id);
const ofCustomer = grouped(actions.filter((action) => known(action.customer_id)), (action) => action.customer_id);
const points = (value) => decimal(value, 'exceptZero', 1);

function todayPart(customer) {
  const score = today.get(customer.customer_id);
  if (!score) return null;
  const change = (value) => (known(value) ? `${points(value)} points` : 'not known');
  const alerts = [score.is_sharp_drop && 'a drop of 15 points or more', score.is_band_fall && 'the band fell'].filter(Boolean);
  return element('details', { open: 'open', class: 'today' }, element('summary', {}, `Health at the end of ${day(score.scored_on)}`),
    pairs([
      ['Score', [band(score.band), known(score.score) ? ` ${decimal(score.score, 'negative', 1)}` : '']],
      ['In 7 days', change(score.change_in_7_days)], ['In 30 days', change(score.change_in_30_days)], ['Alert', alerts.join(', ') || null],
      ["A person's judgement", known(score.override_score) ? `${decimal(score.override_score, 'negative', 0)} by ${score.override_set_by ?? 'nobody named'}, ${known(score.override_until) ? `until ${day(score.override_until.slice(0, 10))}` : 'without an end'}` : null],
    ]),
    element('p', { class: 'small' }, known(score.moved_in_words) ? 'What moved since a week ago:' : 'Nothing moved since a week ago, or it is not known.'),
    known(score.moved_in_words) ? element('ul', {}, score.moved_in_words.split('; ').map((move) => element('li', {}, move))) : null);
}

function healthPart(customer) {
  const measures = health.get(customer.customer_id);
  if (!measures) return null;
  const rows = measures.map((measure) => [measure.name, spoken(measure.component), decimal(measure.score, 'negative', 0), known(measure.lost_points) ? points(-measure.lost_points) : '–', known(measure.moved_points) ? points(measure.moved_points) : '–']);
  return element('details', { open: 'open' }, element('summary', {}, 'What the health score is made of'),
    grid([['Measure'], ['Part'], ['Score', 'n'], ['Points it takes', 'n'], ['Since last month', 'n']], rows, 'Measures that are known, the one that takes most first'));
}

const forecasts = grouped(unfolded(data.forecasts), (forecast) => forecast.customer_id);

function forecastPart(customer) {
  const rows = (forecasts.get(customer.customer_id) ?? []).map((forecast) => [`${forecast.target} within ${forecast.horizon_days} days`, percent(forecast.probability), percent(forecast.base_rate), forecast.reasons]);
  if (!rows.length) return null;
  return element('details', { open: 'open' }, element('summary', {}, 'What is likely'), grid([['Forecast'], ['Probability', 'n'], ['Of all customers', 'n'], ['What moves it most']], rows, 'By the weights of the forecast'));
}

function actionsPart(customer) {
  const open = (ofCustomer.get(customer.customer_id) ?? []).filter((action) => action.state === 'open');
  if (!open.length) return null;
  return element('details', { open: 'open' }, element('summary', {}, 'What is to be done'),
    grid([['Action'], ['Due', 'n'], ['Severity'], ['Who'], ['Why']], open.map((action) => [[element('strong', {}, action.name), small(action.task)], due(action), severity(action.severity), action.owner, spoken(action.evidence ?? '')]), 'Open actions, the most urgent first'));
}

function drawWork() {
  const options = (id, names, say = spoken) => byId(id).append(...names.map((name) => element('option', { value: name }, say(name))));
  const distinct = (rows, name) => [...new Set(rows.map((row) => row[name]).filter(known))].sort();
  byId('actions-lead').textContent = 'What the playbooks ask for today, by owner, the most urgent first. Suppressed ones wait for room or were done lately.';
  byId('renewals-lead').textContent = 'Contracts that end within 180 days, or did within the last 30 and that none follows yet.';
  byId('journey-lead').textContent = 'Where customers are, where they stall, how many go on and how long it takes them. Small lines are the customers of the last thirteen months.';
  byId('owners').append(...[['', 'Everyone'], ...[...grouped(actions, (action) => action.owner).keys()].sort().map((name) => [name, name])]
    .map(([id, text]) => element('button', { type: 'button', class: 'chip', 'data-owner': id, onclick: () => { owner = id; shownActions = STEP; drawActions(); } }, `${text} `, element('span', {}))));
  options('pick-action-state', ['open', ...distinct(actions, 'state').filter((name) => name !== 'open')]);
  options('pick-kind', distinct(actions, 'kind'));
  options('pick-risk', distinct(renewals, 'risk'));
  for (const id of ['find-action', 'pick-action-state', 'pick-kind']) byId(id).addEventListener('input', () => { shownActions = STEP; drawActions(); });
  for (const id of ['find-renewal', 'pick-risk']) byId(id).addEventListener('input', drawRenewals);
  byId('more-actions').addEventListener('click', () => { shownActions += STEP; drawActions(); });
  drawActions();
  drawEffects();
  drawRenewals();
  drawJourney();
}

start();
