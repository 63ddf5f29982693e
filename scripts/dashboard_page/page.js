// Draws the page from the embedded data. Text of the data only ever becomes text nodes.
const data = JSON.parse(document.getElementById('data').textContent);
const charts = JSON.parse(document.getElementById('charts').textContent);
const byId = (id) => document.getElementById(id);
const currency = data.build.reporting_currency;
const THEMES = {
  revenue: 'Revenue and retention', health: 'Health and prediction', usage: 'Product usage', journey: 'Journey and value',
  engagement: 'Digital engagement', voice: 'Voice of customer', advocacy: 'Advocacy', relationship: 'Relationship and growth', support: 'Support',
};
const BANDS = ['good', 'watch', 'bad'];
const SEGMENT_TYPES = ['segment', 'tier', 'plan', 'region', 'industry', 'touch_model', 'mrr_band', 'usage_band', 'tenure_band', 'csm'];

for (const kpi of data.kpis) {
  // A ratio that is good from 2 on is a multiple, not a share.
  if (kpi.unit === 'ratio' && kpi.score.good_at >= 2) kpi.unit = 'multiple';
  // The baseline of a trailing KPI that has a column for the month alone is that of the month.
  kpi.has_monthly_baseline = kpi.is_trailing && kpi.compared_months_back === 1;
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') made.className = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const month = (text) => new Date(`${text}T12:00:00`).toLocaleDateString('en', { month: 'short', year: 'numeric' });
const day = (text) => new Date(`${text}T12:00:00`).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
const plain = (number, digits) => number.toLocaleString('en', { maximumFractionDigits: digits });

// A value in its unit; '–' where there is none: missing is not zero.
function shown(value, unit, signed = false) {
  if (value === null || value === undefined) return '–';
  const sign = signed && value > 0 ? '+' : '';
  const size = Math.abs(value);
  if (unit === 'ratio') {
    if (signed) return `${sign}${plain(100 * value, 1)} pt`;
    return size !== 0 && size < 0.001 ? `${plain(100 * value, 3)} %` : `${plain(100 * value, 1)} %`;
  }
  if (unit === 'currency') return `${sign}${plain(value, size < 100 ? 2 : 0)} ${currency}`;
  const text = sign + plain(value, size < 100 ? 2 : 0);
  return ['hours', 'days', 'months', 'users'].includes(unit) ? `${text} ${unit}` : text;
}

const band = (name) => element('span', { class: `band ${name ?? ''}` }, (name ?? 'none').replace('_', ' '));
const signal = (name) => (name ? element('span', { class: `signal ${name}` }, name) : '');

function spark(trend) {
  const values = trend.value.map((value, at) => [at, value]).filter(([, value]) => value !== null);
  const SVG = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('class', 'spark');
  picture.setAttribute('viewBox', '0 0 110 26');
  picture.setAttribute('aria-hidden', 'true');
  if (values.length < 2) return picture;
  const all = values.map(([, value]) => value);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (at) => 3 + (104 * at) / Math.max(trend.value.length - 1, 1);
  const y = (value) => (high === low ? 13 : 23 - (20 * (value - low)) / (high - low));
  const line = document.createElementNS(SVG, 'polyline');
  line.setAttribute('points', values.map(([at, value]) => `${x(at)},${y(value)}`).join(' '));
  line.setAttribute('fill', 'none');
  line.setAttribute('stroke', '#33475b');
  line.setAttribute('stroke-width', '1.4');
  const [at, last] = values[values.length - 1];
  const dot = document.createElementNS(SVG, 'circle');
  dot.setAttribute('cx', x(at));
  dot.setAttribute('cy', y(last));
  dot.setAttribute('r', '2.6');
  const colours = { good: '#2b7a4b', watch: '#b7791f', bad: '#b23b3b' };
  dot.setAttribute('fill', colours[trend.band[at]] ?? '#6b7c8d');
  picture.append(line, dot);
  return picture;
}

// Charts are drawn when they come into view.
const waiting = new Map();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting && waiting.has(entry.target)) {
      const draw = waiting.get(entry.target);
      waiting.delete(entry.target);
      watcher.unobserve(entry.target);
      draw();
    }
  }
}, { rootMargin: '300px' });

const FORMATS = { ratio: '~%', currency: '~s' };

function chartInto(place, name, unit, datasets) {
  const chart = JSON.parse(JSON.stringify(charts[name]).replaceAll('"FORMAT"', `"${FORMATS[unit] ?? ',.6~g'}"`));
  const description = place.getAttribute('aria-label');
  return window.vegaEmbed(place, { ...chart, description, datasets }, { actions: false, renderer: 'svg', tooltip: { theme: 'light' } });
}

function later(place, draw) {
  waiting.set(place, draw);
  watcher.observe(place);
}

// Scorecard.

function state(kpi) {
  const score = kpi.score;
  if (kpi.availability === 'unavailable') return 'unavailable';
  return score.is_final === false ? 'provisional' : score.is_low_n ? 'few units' : '';
}

function scoreRow(kpi) {
  const { score, unit } = kpi;
  return element('tr', {},
    element('th', { scope: 'row' }, element('a', { href: `#kpi-${kpi.kpi_id}` }, kpi.name),
      element('div', { class: 'small' }, [kpi.timing, state(kpi)].filter(Boolean).join(' · '))),
    element('td', { class: 'n' }, shown(score.value, unit)),
    element('td', {}, band(score.band)),
    element('td', { class: 'n change' }, shown(score.value_change, unit, true)),
    element('td', { class: 'n baseline' }, shown(score.baseline, unit), kpi.has_monthly_baseline ? element('div', { class: 'small' }, 'of the month alone') : null),
    element('td', {}, signal(score.signal)),
    element('td', {}, spark(kpi.trend)),
    element('td', { class: 'action' }, score.next_action ?? ''));
}

function wanted(kpi, words, theme, pick) {
  const { score } = kpi;
  const text = `${kpi.name} ${kpi.synonyms} ${kpi.kpi_id}`.toLowerCase();
  if (!words.every((word) => text.includes(word)) || (theme && kpi.theme !== theme)) return false;
  if (!pick) return true;
  if (pick === 'act') return score.next_action !== null;
  if (pick === 'none') return score.value === null;
  return score.band === pick || score.signal === pick;
}

function drawScores() {
  const words = byId('find-kpi').value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = data.kpis.filter((kpi) => wanted(kpi, words, byId('pick-theme').value, byId('pick-state').value));
  const body = byId('scores').tBodies[0];
  body.replaceChildren();
  for (const [theme, title] of Object.entries(THEMES)) {
    const of = found.filter((kpi) => kpi.theme === theme);
    if (of.length) body.append(element('tr', { class: 'theme-row' }, element('th', { colspan: 8, scope: 'rowgroup' }, title)), ...of.map(scoreRow));
  }
  byId('kpi-count').textContent = `${found.length} of ${data.kpis.length}`;
}

// A section per KPI.

function trendRows(kpi) {
  const { trend } = kpi;
  return trend.month.map((at, index) => ({
    month: at, label: month(at), value: trend.value[index], shown: shown(trend.value[index], kpi.unit),
    band: BANDS.includes(trend.band[index]) ? trend.band[index] : 'other', is_final: trend.is_final[index],
    state: trend.is_final[index] ? 'final' : 'provisional', sample_size: trend.sample_size[index], signal: trend.signal[index],
    baseline: kpi.has_monthly_baseline ? null : trend.baseline[index], target_value: trend.target_value[index],
  })).filter((row) => row.value !== null);
}

function bounds(kpi) {
  if (kpi.band_rule !== 'threshold') return [];
  const values = kpi.trend.value.filter((value) => value !== null);
  const room = (Math.max(...values) - Math.min(...values)) || Math.abs(values[0]) || 1;
  return [['good_at', 'good'], ['bad_at', 'bad']]
    .map(([name, of]) => ({ at: kpi.score[name], band: of }))
    // A bound far away would flatten the line.
    .filter(({ at }) => at !== null && at > Math.min(...values) - room && at < Math.max(...values) + room);
}

function segmentPart(kpi) {
  const types = SEGMENT_TYPES.filter((type) => type in kpi.segments);
  const place = element('div', {});
  if (kpi.parts.length) types.push(`by ${kpi.breakdown}`);
  if (!types.length) return element('p', { class: 'empty' }, 'No segment has a value in the last year.');
  const draw = (type) => {
    const of = kpi.segments[type];
    const rows = of
      ? Object.entries(of).map(([segment, months]) => {
        const [at, value, of_band, n] = months[months.length - 1];
        return { segment, value, band: BANDS.includes(of_band) ? of_band : 'other', sample_size: n, is_few: n < 30, shown: `${shown(value, kpi.unit)} (${month(at)})` };
      })
      : kpi.parts.map(([segment, value, n]) => ({ segment, value, band: 'other', sample_size: n, is_few: n < 30, shown: shown(value, kpi.unit) }));
    rows.sort((one, other) => other.value - one.value);
    place.replaceChildren();
    const chart = element('div', { class: 'chart', role: 'img', 'aria-label': `${kpi.name} by ${type}: ${rows.slice(0, 12).map((row) => `${row.segment} ${row.shown}`).join(', ')}` });
    place.append(chart);
    chartInto(chart, 'segments', kpi.unit, { rows: rows.slice(0, 25) });
    if (rows.length > 25) place.append(element('p', { class: 'small' }, `The first 25 of ${rows.length}; all are in kpi_values.`));
  };
  const pick = element('select', { 'aria-label': `Segments of ${kpi.name}`, onchange: (event) => draw(event.target.value) },
    ...types.map((type) => element('option', { value: type }, type.replace('_', ' '))));
  later(place, () => draw(types[0]));
  return element('div', {}, element('div', { class: 'picker' }, element('span', {}, 'Newest value by'), pick), place);
}

function facts(kpi) {
  const { score, trend, unit } = kpi;
  const last = trend.month.length - 1;
  const part = (name) => (last < 0 || trend[name][last] === null ? '–' : plain(trend[name][last], 2));
  const rows = [
    ['Numerator / denominator', `${part('numerator')} / ${part('denominator')}`],
    ['Units (n)', `${plain(score.sample_size ?? 0, 0)}${score.n_pending ? `, ${plain(score.n_pending, 0)} pending` : ''}`],
    ['A year before', `${shown(score.value_a_year_before, unit)} (${shown(score.year_change, unit, true)})`],
    ['Newest final value', score.last_final_period_start ? `${shown(score.last_final_value, unit)} in ${month(score.last_final_period_start)}` : '–'],
    ['Good / bad at', score.good_at === null ? '–' : `${shown(score.good_at, kpi.band_rule === 'baseline' ? 'x' : unit)} / ${shown(score.bad_at, kpi.band_rule === 'baseline' ? 'x' : unit)}${kpi.band_rule === 'baseline' ? ' times the baseline' : ''}`],
    ['Target', shown(score.target_value, unit)],
    ['When bad', kpi.action],
    ['Owner', `${kpi.owner.replaceAll('_', ' ')}, for ${kpi.stakeholder.replaceAll('_', ' ')}`],
    ['Also called', kpi.synonyms || '–'],
  ];
  return element('dl', {}, ...rows.flatMap(([title, text]) => [element('dt', {}, title), element('dd', {}, text)]));
}

function kpiSection(kpi) {
  const { score } = kpi;
  const chart = element('div', { class: 'chart', role: 'img', 'aria-label': `Trend of ${kpi.name}` });
  const rows = trendRows(kpi);
  if (rows.length) {
    later(chart, () => chartInto(chart, 'trend', kpi.unit, { rows, bounds: bounds(kpi) }));
  } else {
    chart.removeAttribute('role');
    chart.append(element('p', { class: 'empty' }, kpi.availability_reason ?? 'No month has a value yet.'));
  }
  return element('article', { class: 'kpi', id: `kpi-${kpi.kpi_id}`, tabindex: -1 },
    element('div', { class: 'head' }, element('h3', {}, kpi.name), band(score.band), signal(score.signal),
      element('span', { class: 'small' }, [kpi.timing, state(kpi)].filter(Boolean).join(' · ')),
      element('span', { class: 'value' }, shown(score.value, kpi.unit))),
    element('div', { class: 'grid' }, chart, segmentPart(kpi)),
    element('details', {}, element('summary', {}, 'What it means, and what to do'), element('p', {}, kpi.definition), facts(kpi)));
}

// Customers.

const { columns } = data.customers;
const customers = Array.from({ length: data.customers.count }, (_, at) => ({
  at, ...Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[at]])),
}));
const owner = (customer) => customer.csm_name ?? customer.csm_id;
const SORTS = {
  'MRR': (customer) => -(customer.mrr_amount ?? 0), 'health, worst first': (customer) => customer.health_score ?? 1e9,
  'renewal date': (customer) => customer.renewal_on ?? '9999', 'days since a touch': (customer) => -(customer.days_since_touch ?? -1),
  'name': (customer) => (customer.name ?? '').toLowerCase(),
};
const LIST = [
  ['Customer', null, ''], ['MRR', (c) => shown(c.mrr_amount, 'currency'), 'n'], ['Health', (c) => element('span', {}, shown(c.health_score, 'score'), ' ', band(c.health_band)), ''],
  ['CSM', owner, ''], ['Plan', (c) => c.plan_id, ''], ['Stage', (c) => c.stage, ''], ['Users', (c) => shown(c.active_users, 'count'), 'n'],
  ['Open tickets', (c) => shown(c.open_tickets, 'count'), 'n'], ['Renewal', (c) => (c.renewal_on ? day(c.renewal_on) : '–'), ''],
  ['Last touch', (c) => shown(c.days_since_touch, 'days'), 'n'],
];
const PAGE = 50;
let visible = PAGE;

function drawCustomers() {
  const words = byId('find-customer').value.toLowerCase().split(/\s+/).filter(Boolean);
  const health = byId('pick-health').value;
  const key = SORTS[byId('pick-sort').value];
  const found = customers.filter((customer) => {
    const text = [customer.name, customer.customer_id, owner(customer), customer.segment, customer.plan_id, customer.stage].join(' ').toLowerCase();
    return words.every((word) => text.includes(word)) && (!health || customer.health_band === health);
  });
  found.sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : one.at - other.at));
  byId('customer-list').tBodies[0].replaceChildren(...found.slice(0, visible).map((customer) => element('tr', {},
    element('th', { scope: 'row' }, element('button', { class: 'plain', type: 'button', onclick: () => openCustomer(customer) }, customer.name ?? customer.customer_id),
      element('div', { class: 'small' }, [customer.segment, customer.region].filter(Boolean).join(' · '))),
    ...LIST.slice(1).map(([, cell, kind]) => element('td', { class: kind }, cell(customer) ?? '–')))));
  byId('customer-count').textContent = `${Math.min(visible, found.length)} of ${found.length} shown, ${customers.length} in all`;
  byId('more-customers').hidden = found.length <= visible;
}

function value(name, of) {
  if (of === null || of === undefined || of === '') return '–';
  if (typeof of === 'boolean') return of ? 'yes' : 'no';
  if (/_on$|_start$/.test(name)) return day(of);
  if (/_amount$/.test(name)) return shown(of, 'currency');
  if (/utilization|usage_drop|satisfaction/.test(name)) return shown(of, 'ratio');
  if (/days/.test(name)) return shown(of, 'days');
  return typeof of === 'number' ? plain(of, 2) : String(of).replaceAll('_', ' ');
}

const words = (name) => name.replace(/_(amount|id|on)$/, '').replaceAll('_', ' ').replace(/^is /, '').replace(/\b(mrr|arr|csm|nps|p1)\b/g, (short) => short.toUpperCase());

function openCustomer(customer) {
  const dialog = byId('customer');
  const hide = new Set(['at', 'name', 'customer_id']);
  const trend = data.customers.trends[customer.at];
  const places = [['MRR', 1, 'currency'], ['Health', 2, 'score'], ['Active users', 3, 'count']].map(([title, at, unit]) => {
    const rows = trend.filter((row) => row[at] !== null).map((row) => ({ month: row[0], label: month(row[0]), value: row[at], shown: shown(row[at], unit) }));
    return { title, rows, unit, chart: element('div', { class: 'chart', role: 'img', 'aria-label': `${title} by month` }) };
  });
  dialog.replaceChildren(
    element('div', { class: 'head' }, element('div', {}, element('h2', { id: 'customer-name' }, customer.name ?? customer.customer_id),
      element('div', { class: 'small' }, customer.customer_id)),
    element('button', { type: 'button', onclick: () => dialog.close() }, 'Close')),
    element('div', { class: 'facts' }, ...Object.entries(customer).filter(([name]) => !hide.has(name))
      .map(([name, of]) => element('div', {}, element('span', { class: 'small' }, words(name)), name === 'health_band' ? band(of) : value(name, of)))),
    element('div', { class: 'charts' }, ...places.map(({ title, chart }) => element('div', {}, element('div', { class: 'small' }, title), chart))));
  dialog.showModal();
  for (const { chart, rows, unit } of places) {
    if (rows.length) chartInto(chart, 'customer', unit, { rows });
    else chart.append(element('p', { class: 'empty' }, 'Not known.'));
  }
}

// The page.

function start() {
  const last = data.months[data.months.length - 1];
  byId('about').textContent = `${month(last)} is the last complete month. Built as of ${day(data.build.as_of)}, build ${data.build.build_id.slice(0, 8)}`
    + (data.build.git_revision ? ` of ${data.build.git_revision}` : '') + '.';
  const acting = data.kpis.filter((kpi) => kpi.score.next_action !== null).length;
  byId('scorecard-lead').textContent = `The company in ${month(last)}. ${acting} of ${data.kpis.length} KPIs are bad or adverse in their newest final month: their next action stands beside them.`;
  byId('customers-lead').textContent = `All ${customers.length} customers of ${month(last)}; a name opens what is known of it.`;
  const themes = Object.keys(THEMES).filter((theme) => data.kpis.some((kpi) => kpi.theme === theme));
  byId('nav').append(element('ul', {}, ...[['scorecard', 'Scorecard'], ['customers', 'Customers'], ...themes.map((theme) => [`theme-${theme}`, THEMES[theme]])]
    .map(([id, title]) => element('li', {}, element('a', { href: `#${id}` }, title)))));
  byId('pick-theme').append(...themes.map((theme) => element('option', { value: theme }, THEMES[theme])));
  byId('pick-sort').append(...Object.keys(SORTS).map((name) => element('option', {}, name)));
  byId('customer-list').tHead.append(element('tr', {}, ...LIST.map(([title, , kind]) => element('th', { scope: 'col', class: kind }, title))));
  for (const theme of themes) {
    byId('kpis').append(element('section', { class: 'theme', id: `theme-${theme}` }, element('h2', {}, THEMES[theme]),
      ...data.kpis.filter((kpi) => kpi.theme === theme).map(kpiSection)));
  }
  for (const id of ['find-kpi', 'pick-theme', 'pick-state']) byId(id).addEventListener('input', drawScores);
  for (const id of ['find-customer', 'pick-health', 'pick-sort']) byId(id).addEventListener('input', () => { visible = PAGE; drawCustomers(); });
  byId('more-customers').addEventListener('click', () => { visible += PAGE; drawCustomers(); });
  drawScores();
  drawCustomers();
  document.documentElement.dataset.ready = 'true';
}

start();
