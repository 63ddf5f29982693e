// Draws the page from the embedded data. Whatever comes from the data becomes text nodes and attributes, never HTML.
const data = JSON.parse(document.getElementById('data').textContent);
const charts = document.getElementById('charts').textContent;
const months = data.months;
const recent = months.slice(months.length - data.recent);
const currency = data.build.reporting_currency;
const THEMES = {
  revenue: 'Revenue', health: 'Health', usage: 'Usage', journey: 'Journey', engagement: 'Engagement',
  voice: 'Voice', advocacy: 'Advocacy', relationship: 'Relationship', support: 'Support',
};
const BANDS = ['good', 'watch', 'bad'];
const byId = (id) => document.getElementById(id);
const known = (value) => value !== null && value !== undefined && value !== '';
const last = (values) => values[values.length - 1];
const spoken = (name) => String(name).replaceAll('_', ' ');
const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (known(value)) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter(known));
  return made;
}

// Values as people read them; '–' where there is none: missing is not zero.

const briefly = (text) => new Date(`${text}T12:00:00`).toLocaleDateString('en', { month: 'short', year: '2-digit' });
const date = (text, day) => new Date(`${text}T12:00:00`).toLocaleDateString('en', { day, month: 'short', year: 'numeric' });
const month = (text) => date(text);
const day = (text) => date(text, 'numeric');
// Days at noon, so that a chart shows the same month in every time zone.
const noon = (text) => `${text}T12:00:00`;
const UNITS = {
  ratio: { factor: 100, after: ' %', change: ' pt', axis: '.3~p' },
  multiple: { factor: 1, after: ' ×', axis: '.3~f' },
  currency: { factor: 1, after: ` ${currency}`, axis: '.3~s' },
  hours: { factor: 1, after: ' h', axis: '.3~f' },
  days: { factor: 1, after: ' days', axis: '.3~f' },
  months: { factor: 1, after: ' months', axis: '.3~f' },
};
const COUNT = { factor: 1, after: '', axis: '.3~s' };
const unitOf = (name) => UNITS[name] ?? COUNT;

// Four figures are enough to read; whole numbers keep all of theirs.
function decimal(value, sign = 'negative', most = 4) {
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 0.1 || size === 0 ? 2 : 4;
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(digits, most), signDisplay: sign });
}

function shown(value, unit) {
  if (!known(value)) return '–';
  const { factor, after } = unitOf(unit);
  const number = factor * value;
  const most = unit === 'ratio' && Math.abs(number) >= 0.1 ? 1 : unit === 'currency' && Math.abs(number) >= 100 ? 0 : 4;
  return decimal(number, 'negative', most) + after;
}

function change(value, unit) {
  if (!known(value)) return '–';
  const { factor, after, change: points } = unitOf(unit);
  return decimal(factor * value, 'exceptZero', unit === 'currency' && Math.abs(value) >= 100 ? 0 : 2) + (points ?? after);
}

const bandOf = (name) => (BANDS.includes(name) ? name : 'other');
const BAND_WORDS = { no_data: 'no data', unknown: 'unknown', none: 'not judged' };
const band = (name) => element('span', { class: `band ${bandOf(name)}` }, BAND_WORDS[name ?? 'no_data'] ?? name);
const signal = (name) => (known(name) ? element('span', { class: `signal ${name}` }, name) : null);

// Charts, drawn when they come near the window.

const waiting = new Map();
const watcher = new IntersectionObserver((entries) => entries.forEach((entry) => { if (entry.isIntersecting) drawNow(entry.target); }), { rootMargin: '400px' });

function later(place, draw) {
  waiting.set(place, draw);
  watcher.observe(place);
}

function drawNow(place) {
  const draw = waiting.get(place);
  waiting.delete(place);
  watcher.unobserve(place);
  return draw?.();
}

// Layers without rows are left out. Expressions are interpreted (ast), since the page may not evaluate text.
async function chartInto(place, name, unit, datasets) {
  const spec = JSON.parse(charts.replaceAll('"FORMAT"', JSON.stringify(unitOf(unit).axis)))[name];
  spec.layer = spec.layer.filter((layer) => datasets[layer.data.name]?.length);
  spec.datasets = datasets;
  if (name === 'groups') spec.height = 20 * datasets.rows.length;
  place.replaceChildren();
  const { view } = await vegaEmbed(place, spec, { actions: false, renderer: 'svg', ast: true, tooltip: { theme: 'light' } });
  place.dataset.drawn = 'true';
  return view;
}

const SVG = 'http://www.w3.org/2000/svg';
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// A line of the values in the page's own hand: hundreds of them cost nothing.
function spark(values, bands, isFinal, width = 120, height = 28) {
  const picture = shape('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  const points = values.map((value, at) => [at, value]).filter(([, value]) => known(value));
  if (!points.length) return picture;
  const all = points.map(([, value]) => value);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (at) => 4 + ((width - 8) * at) / Math.max(values.length - 1, 1);
  const y = (value) => (high === low ? height / 2 : height - 4 - ((height - 8) * (value - low)) / (high - low));
  picture.append(shape('polyline', { points: points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ') }));
  const [at, value] = last(points);
  picture.append(shape('circle', { cx: x(at), cy: y(value), r: 3, class: `${bandOf(bands?.[at])}${isFinal?.[at] === false ? ' open' : ''}` }));
  return picture;
}

// KPIs.

for (const kpi of data.kpis) {
  // A ratio that is good from 2 on is a multiple, not a share.
  if (kpi.unit === 'ratio' && kpi.band_rule === 'threshold' && kpi.score.good_at >= 2) kpi.unit = 'multiple';
  // A trailing KPI that has a column for the month alone is compared by that: its baseline is no value of the trend.
  kpi.comparesMonths = kpi.is_trailing && kpi.compared_months_back === 1;
  kpi.definition = kpi.definition.replaceAll('`', '');
  kpi.text = `${kpi.name} ${kpi.synonyms} ${kpi.kpi_id}`.toLowerCase();
}

const STATES = {
  all: ['All', () => true],
  act: ['To act on', ({ score }) => known(score.next_action)],
  bad: ['Bad', ({ score }) => score.band === 'bad'],
  watch: ['Watch', ({ score }) => score.band === 'watch'],
  good: ['Good', ({ score }) => score.band === 'good'],
  adverse: ['Adverse', ({ score }) => score.signal === 'adverse'],
  favourable: ['Favourable', ({ score }) => score.signal === 'favourable'],
  blank: ['Without a value', ({ score }) => !known(score.value)],
};
let state = 'all';

function stateOf(kpi) {
  const { score } = kpi;
  if (kpi.availability === 'unavailable') return 'unavailable';
  return [score.is_final === false ? 'provisional' : null, score.is_low_n ? 'n < 30' : null].filter(known).join(', ');
}

const small = (...children) => element('div', { class: 'small' }, ...children);

// The newest final value, where the last month's is not.
function finalValue({ score, unit }) {
  if (score.is_final !== false || !known(score.last_final_period_start)) return null;
  return small(`final ${shown(score.last_final_value, unit)} (${briefly(score.last_final_period_start)})`);
}

function scoreRow(kpi) {
  const { score, trend, unit } = kpi;
  const action = kpi.availability === 'unavailable' ? small(kpi.availability_reason) : score.next_action;
  return element('tr', {},
    element('th', { scope: 'row' }, element('a', { href: `#kpi-${kpi.kpi_id}` }, kpi.name), small([kpi.timing, stateOf(kpi)].filter(known).join(' · '))),
    element('td', { class: 'n' }, element('strong', {}, shown(score.value, unit)), finalValue(kpi)),
    element('td', {}, band(score.band)),
    element('td', { class: 'n', 'data-title': 'month before' }, change(score.value_change, unit)),
    element('td', { class: 'n', 'data-title': 'year before' }, change(score.year_change, unit)),
    element('td', {}, signal(score.signal)),
    element('td', {}, spark(trend.value, trend.band, trend.is_final)),
    element('td', { class: 'action' }, action));
}

function drawScores() {
  const words = wordsOf(byId('find-kpi').value);
  const [theme, timing, owner] = ['theme', 'timing', 'owner'].map((name) => byId(`pick-${name}`).value);
  const picked = data.kpis.filter((kpi) => words.every((word) => kpi.text.includes(word)) && (!theme || kpi.theme === theme)
    && (!timing || kpi.timing === timing) && (!owner || kpi.owner === owner));
  for (const chip of byId('states').children) {
    chip.setAttribute('aria-pressed', chip.dataset.state === state);
    chip.lastChild.textContent = picked.filter(STATES[chip.dataset.state][1]).length;
  }
  const found = picked.filter(STATES[state][1]);
  const bodies = Object.entries(THEMES).map(([id, title]) => {
    const rows = found.filter((kpi) => kpi.theme === id).map(scoreRow);
    return rows.length ? element('tbody', {}, element('tr', { class: 'theme-row' }, element('th', { colspan: 8, scope: 'rowgroup' }, title)), rows) : null;
  });
  for (const body of [...byId('scores').tBodies]) body.remove();
  byId('scores').append(...bodies.filter(known));
  byId('kpi-count').textContent = `${found.length} of ${data.kpis.length} KPIs`;
}

// The span of a chart's values, with those bounds in it that are not so far away that the line would be flat.
function span(kpi, values) {
  const all = values.filter(known);
  let [low, high] = [Math.min(...all), Math.max(...all)];
  const room = high - low || Math.abs(high) || 1;
  if (kpi.band_rule === 'threshold') {
    for (const bound of [last(kpi.trend.good_at), last(kpi.trend.bad_at)].filter(known)) {
      if (bound > low - room && bound < high + room) [low, high] = [Math.min(low, bound), Math.max(high, bound)];
    }
  }
  const pad = 0.08 * (high - low || Math.abs(high) || 1);
  return [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad];
}

// Where good, watch and bad lie: a rectangle of each for every run of months with the same bounds.
function zones(kpi, [low, high], first) {
  const { good_at: good, bad_at: bad } = kpi.trend;
  if (kpi.band_rule !== 'threshold' || kpi.direction === 'none') return [];
  const found = [];
  const clipped = (value) => Math.max(low, Math.min(high, value));
  for (let from = first, to; from < months.length; from = to) {
    for (to = from + 1; to < months.length && good[to] === good[from] && bad[to] === bad[from];) to += 1;
    if (!known(good[from]) || !known(bad[from])) continue;
    const edges = [low, ...[good[from], bad[from]].map(clipped).sort((one, other) => one - other), high];
    const names = kpi.direction === 'up' ? ['bad', 'watch', 'good'] : ['good', 'watch', 'bad'];
    names.forEach((name, at) => {
      if (edges[at + 1] > edges[at]) found.push({ from: noon(months[from]), to: noon(months[Math.min(to, months.length - 1)]), low: edges[at], high: edges[at + 1], band: name });
    });
  }
  return found;
}

function drawTrend(kpi, place, group) {
  const { trend, unit } = kpi;
  const first = Math.max(0, trend.value.findIndex(known));
  const series = (values) => months.map((at, index) => ({ month: noon(at), value: values[index] })).slice(first).filter(({ value }) => known(value));
  const baseline = kpi.comparesMonths ? [] : series(trend.baseline);
  const target = series(trend.target_value);
  const beside = (group?.value ?? []).map((value, at) => ({ month: noon(recent[at]), value })).filter(({ value }) => known(value));
  const rows = months.map((at, index) => ({ month: noon(at), value: trend.value[index] })).slice(first);
  const points = months.map((at, index) => ({
    month: noon(at), label: month(at), value: trend.value[index], shown: shown(trend.value[index], unit),
    band: bandOf(trend.band[index]), band_name: BAND_WORDS[trend.band[index]] ?? trend.band[index], is_final: trend.is_final[index] !== false,
    state: trend.is_final[index] === false ? 'provisional' : 'final', n: trend.sample_size[index],
    against: shown(trend.baseline[index], unit), signal: trend.signal[index] ?? '–', aim: shown(trend.target_value[index], unit),
  })).filter(({ value }) => known(value));
  const range = span(kpi, [...rows, ...baseline, ...target, ...beside].map(({ value }) => value));
  // Bounds of the zones are the ends of the axis; without zones the axis takes its ends from two rows that draw nothing.
  const ends = zones(kpi, range, first);
  if (!ends.length) ends.push(...range.map((at) => ({ from: noon(months[first]), to: noon(months[first]), low: at, high: at, band: 'other' })));
  return chartInto(place, 'trend', unit, { zones: ends, baseline, target, group: beside, rows, points });
}

function trendText(kpi) {
  const points = kpi.trend.value.map((value, at) => [value, months[at]]).filter(([value]) => known(value));
  const ordered = [...points].sort(([one], [other]) => one - other);
  const say = ([value, at]) => `${shown(value, kpi.unit)} in ${month(at)}`;
  return `Trend of ${kpi.name}: ${say(points[0])} at first, lowest ${say(ordered[0])}, highest ${say(last(ordered))}, ${say(last(points))} at last.`;
}

const groupTitle = (type) => (type === 'csm' ? 'CSM' : type === 'mrr_band' ? 'MRR band' : spoken(type));
const TYPES = ['segment', 'tier', 'plan', 'industry', 'region', 'csm', 'touch_model', 'mrr_band', 'usage_band', 'tenure_band'];
const MOST_BARS = 15;

// Values of a CSM stand under an id; customers say what the CSM is called.
const csmNames = new Map((data.customers.columns.csm_id ?? []).map((id, at) => [id, data.customers.columns.csm_name?.[at]]).filter(([, name]) => known(name)));
function groupName(type, id) {
  if (type !== 'csm' || !csmNames.has(id)) return id;
  const name = csmNames.get(id);
  return [...csmNames].some(([other, called]) => called === name && other !== id) ? `${name} (${id})` : name;
}

// The newest value of each group of a type, highest first.
function newest(kpi, type) {
  return Object.entries(kpi.groups[type]).map(([id, { value, band: bands, n }]) => {
    const at = value.findLastIndex(known);
    return { id, name: groupName(type, id), value: value[at], shown: shown(value[at], kpi.unit), month: month(recent[at]), band: bandOf(bands[at]), band_name: BAND_WORDS[bands[at]] ?? bands[at], n: n[at], is_few: n[at] < 30 };
  }).sort((one, other) => other.value - one.value);
}

function groupsPart(kpi, redraw) {
  const types = Object.keys(kpi.groups);
  if (!types.length) return element('p', { class: 'empty' }, 'No segment has a value in the last year.');
  // The company's own parts first, then the dimensions of customers.
  types.sort((one, other) => TYPES.indexOf(one) - TYPES.indexOf(other));
  const chart = element('div', { class: 'chart', role: 'img' });
  const note = small();
  const beside = element('select', { 'aria-label': `Line beside the company's in the trend of ${kpi.name}`, class: 'beside', onchange: () => redraw(kpi.groups[pick.value][beside.value]) });
  const draw = () => {
    const rows = newest(kpi, pick.value);
    beside.replaceChildren(element('option', { value: '' }, 'company only'), ...rows.map(({ id, name }) => element('option', { value: id }, name)));
    chart.setAttribute('aria-label', `${kpi.name} by ${groupTitle(pick.value)}: ${rows.slice(0, MOST_BARS).map((row) => `${row.name} ${row.shown}`).join(', ')}`);
    note.textContent = rows.length > MOST_BARS ? `The highest ${MOST_BARS} of ${rows.length}; all stand under “The numbers”.` : '';
    const company = pick.value === kpi.breakdown || !known(kpi.score.value) ? [] : [{ value: kpi.score.value }];
    return chartInto(chart, 'groups', kpi.unit, { rows: rows.slice(0, MOST_BARS), company });
  };
  const pick = element('select', { 'aria-label': `Groups of ${kpi.name}`, onchange: () => { redraw(undefined); draw(); } },
    types.map((type) => element('option', { value: type }, groupTitle(type))));
  // Its height beforehand, so that nothing moves when it is drawn.
  chart.style.minHeight = `${20 * Math.min(MOST_BARS, Object.keys(kpi.groups[types[0]]).length) + 28}px`;
  later(chart, draw);
  return element('div', {}, element('div', { class: 'picker' }, element('label', {}, 'by ', pick), element('label', {}, 'trend with ', beside)), chart, note);
}

const pairs = (rows) => element('dl', {}, rows.filter(([, text]) => known(text)).map(([title, text]) => element('div', {}, element('dt', {}, title), element('dd', {}, text))));

// How a value came about: always in sight.
function facts(kpi) {
  const { score, trend, unit } = kpi;
  const part = (name) => (known(last(trend[name])) ? decimal(last(trend[name])) : '–');
  const bound = (value) => (kpi.band_rule === 'baseline' ? `${decimal(value)} × baseline` : shown(value, unit));
  const sign = { up: ['from', 'below'], down: ['up to', 'above'] }[kpi.direction];
  return pairs([
    ['Numerator / denominator', known(last(trend.denominator)) ? `${part('numerator')} / ${part('denominator')}` : part('numerator')],
    ['Units (n)', decimal(score.sample_size ?? 0) + (score.n_pending ? `, ${decimal(score.n_pending)} pending` : '')],
    ['Month before', `${shown(score.previous_value, unit)} (${change(score.value_change, unit)})`],
    ['Year before', `${shown(score.value_a_year_before, unit)} (${change(score.year_change, unit)})`],
    [kpi.comparesMonths ? 'Baseline of the month alone' : 'Baseline', shown(score.baseline, unit)],
    ['Newest final value', known(score.last_final_period_start) ? `${shown(score.last_final_value, unit)}, ${month(score.last_final_period_start)}` : '–'],
    ['Bands', known(score.good_at) && sign ? `good ${sign[0]} ${bound(score.good_at)}, bad ${sign[1]} ${bound(score.bad_at)}` : kpi.band_rule === 'baseline' ? 'by its own baseline' : 'none'],
    ['Target', known(score.target_value) ? shown(score.target_value, unit) : 'none set'],
  ]);
}

function grid(titles, rows, caption) {
  return element('div', { class: 'wide' }, element('table', {}, element('caption', {}, caption),
    element('thead', {}, element('tr', {}, titles.map(([title, kind]) => element('th', { scope: 'col', class: kind }, title)))),
    element('tbody', {}, rows.map((cells) => element('tr', {}, cells.map((cell, at) => element(at ? 'td' : 'th', { scope: at ? null : 'row', class: titles[at][1], 'data-title': titles[at][0] }, cell)))))));
}

// The numbers behind the charts.
function numbers(kpi, type) {
  const { trend, unit } = kpi;
  const count = (value) => (known(value) ? decimal(value) : '–');
  const rows = months.map((at, index) => [
    month(at), shown(trend.value[index], unit), count(trend.numerator[index]), count(trend.denominator[index]), count(trend.sample_size[index]), count(trend.n_pending[index]),
    band(trend.band[index]), trend.is_final[index] === false ? 'provisional' : 'final', shown(trend.baseline[index], unit), signal(trend.signal[index]) ?? '–', shown(trend.target_value[index], unit),
  ]).filter((_, index) => trend.is_final[index] !== null).reverse();
  const titles = [['Month'], ['Value', 'n'], ['Numerator', 'n'], ['Denominator', 'n'], ['n', 'n'], ['Pending', 'n'], ['Band'], ['State'], ['Baseline', 'n'], ['Signal'], ['Target', 'n']];
  const tables = [grid(titles, rows, `${kpi.name} of the company by month`)];
  if (type) {
    const groups = newest(kpi, type).map((row) => [row.name, row.shown, row.month, band(row.band_name), decimal(row.n), spark(kpi.groups[type][row.id].value, kpi.groups[type][row.id].band)]);
    tables.push(grid([[groupTitle(type)], ['Value', 'n'], ['Month'], ['Band'], ['n', 'n'], ['Recent months']], groups, `${kpi.name} by ${groupTitle(type)}, newest values`));
  }
  return tables;
}

function kpiArticle(kpi) {
  const { score } = kpi;
  const [meaning] = kpi.definition.match(/^.{40,}?[.:;](?=\s|$)/s) ?? [kpi.definition];
  const heading = `title-${kpi.kpi_id}`;
  const head = element('div', { class: 'head' }, element('h3', { id: heading }, kpi.name), band(score.band), signal(score.signal),
    element('span', { class: 'small' }, [kpi.timing, stateOf(kpi)].filter(known).join(' · ')), element('span', { class: 'value' }, shown(score.value, kpi.unit)));
  const about = element('details', {}, element('summary', {}, 'Definition, owner and action'), element('p', {}, kpi.definition), pairs([
    ['When bad', kpi.action], ['Playbook', kpi.playbook_id === 'none' ? null : spoken(kpi.playbook_id)], ['Owner', spoken(kpi.owner)], ['For', spoken(kpi.stakeholder)],
    ['Objective', kpi.objective], ['Also called', kpi.synonyms], ['Mart', `kpi_${kpi.mart_kpi_id}`],
  ]));
  const article = (...parts) => element('article', { class: 'kpi', id: `kpi-${kpi.kpi_id}`, 'aria-labelledby': heading, tabindex: -1 }, head, element('p', { class: 'meaning' }, meaning.replace(/[:;]$/, '.')), ...parts, about);
  if (!kpi.trend.value.some(known)) return article(element('p', { class: 'empty' }, kpi.availability_reason ?? 'No month has a value yet.'));
  const chart = element('div', { class: 'chart', role: 'img', 'aria-label': trendText(kpi) });
  later(chart, () => drawTrend(kpi, chart));
  const groups = groupsPart(kpi, (group) => { drawNow(chart); drawTrend(kpi, chart, group); });
  const table = element('details', { ontoggle: () => {
    if (!table.open) return;
    while (table.children.length > 1) table.lastChild.remove();
    table.append(...numbers(kpi, groups.querySelector('select')?.value));
  } }, element('summary', {}, 'The numbers'));
  return article(element('div', { class: 'grid' }, chart, groups), facts(kpi), table);
}

// Customers.

// Rows of data that is embedded by columns.
const unfolded = ({ count, columns }) => Array.from({ length: count }, (_, at) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[at]])));
const { trends } = data.customers;
const customers = unfolded(data.customers);
customers.forEach((customer, at) => {
  customer.owner = customer.csm_name ?? customer.csm_id;
  customer.text = [customer.name, customer.customer_id, customer.owner, customer.segment, customer.region, customer.industry, customer.plan_id, customer.stage].join(' ').toLowerCase();
  customer.at = at;
});
const OWN = new Set(['owner', 'text', 'at', 'name', 'customer_id']);
const SORTS = {
  'largest MRR': (customer) => -(customer.mrr_amount ?? 0), 'worst health': (customer) => customer.health_score ?? 1e9, 'next renewal': (customer) => customer.renewal_on ?? '9999',
  'longest without a touch': (customer) => -(customer.days_since_touch ?? -1), 'largest usage drop': (customer) => -(customer.usage_drop ?? -1e9), name: (customer) => (customer.name ?? '').toLowerCase(),
};
const LIST = [
  ['Customer', '', (c) => [element('button', { class: 'plain', type: 'button', onclick: () => { location.hash = `customer-${c.customer_id}`; } }, c.name ?? c.customer_id), small([c.segment, c.region].filter(known).join(' · '))]],
  ['MRR', 'n', (c) => shown(c.mrr_amount, 'currency')], ['Health', '', (c) => [band(c.health_band ?? 'none'), known(c.health_score) ? ` ${Math.round(c.health_score)}` : '']],
  ['CSM', '', (c) => c.owner ?? '–'], ['Plan', '', (c) => c.plan_id ?? '–'], ['Stage', '', (c) => c.stage ?? '–'], ['Active users', 'n', (c) => shown(c.active_users)],
  ['Open tickets', 'n', (c) => shown(c.open_tickets)], ['Renewal', 'n', (c) => (known(c.renewal_on) ? day(c.renewal_on) : '–')], ['Last touch', 'n', (c) => (known(c.days_since_touch) ? `${shown(c.days_since_touch, 'days')} ago` : 'never')],
];
const STEP = 50;
let visible = STEP;

function drawCustomers() {
  const words = wordsOf(byId('find-customer').value);
  const health = byId('pick-health').value;
  const key = SORTS[byId('pick-sort').value];
  const found = customers.filter((customer) => words.every((word) => customer.text.includes(word)) && (!health || customer.health_band === health))
    .map((customer) => [key(customer), customer]).sort(([one, a], [other, b]) => (one < other ? -1 : one > other ? 1 : a.at - b.at));
  byId('customer-list').tBodies[0].replaceChildren(...found.slice(0, visible).map(([, customer]) => element('tr', {},
    LIST.map(([title, kind, cell], at) => element(at ? 'td' : 'th', { class: kind, scope: at ? null : 'row', 'data-title': title }, cell(customer))))));
  byId('customer-count').textContent = `${Math.min(visible, found.length)} of ${found.length} found, ${customers.length} in all`;
  byId('more-customers').hidden = found.length <= visible;
}

const RATIOS = /^(license_utilization|usage_drop|satisfaction)$/;
function cell(name, value) {
  if (!known(value)) return '–';
  if (name.endsWith('_band')) return band(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (name.endsWith('_on')) return day(value);
  if (name.endsWith('_amount')) return shown(value, 'currency');
  if (RATIOS.test(name)) return shown(value, 'ratio');
  if (name.includes('days')) return shown(value, 'days');
  return typeof value === 'number' ? decimal(value) : spoken(value);
}
const title = (name) => spoken(name.replace(/_(amount|id|on)$/, '').replace(/^is_/, '')).replace(/\b(mrr|arr|csm|nps|p1)\b/g, (short) => short.toUpperCase());

function showCustomer(customer) {
  const dialog = byId('customer');
  const series = [['MRR', 'mrr_amount', 'currency'], ['Health score', 'health_score', 'score'], ['Active users', 'active_users', 'users']].map(([name, column, unit]) => {
    const rows = trends[column][customer.at].map((value, at) => ({ month: noon(recent[at]), label: month(recent[at]), value, shown: shown(value, unit) }));
    const points = rows.filter(({ value }) => known(value));
    const text = points.length ? `${name} by month: ${points.map((row) => `${row.label} ${row.shown}`).join(', ')}` : null;
    const chart = element('div', { class: 'chart', role: text ? 'img' : null, 'aria-label': text }, text ? null : element('p', { class: 'empty' }, 'not known'));
    return { name, unit, rows, points, chart };
  });
  dialog.replaceChildren(
    element('div', { class: 'head' }, element('div', {}, element('h2', { id: 'customer-name' }, customer.name ?? customer.customer_id), small(customer.customer_id)), element('button', { type: 'button', onclick: () => dialog.close() }, 'Close')),
    element('div', { class: 'charts' }, series.map(({ name, chart }) => element('div', {}, small(`${name}, last ${recent.length} months`), chart))),
    ...[todayPart(customer), healthPart(customer), forecastPart(customer), actionsPart(customer)].filter(known),
    pairs(Object.entries(customer).filter(([name]) => !OWN.has(name)).map(([name, value]) => [title(name), cell(name, value)])));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  for (const { chart, unit, rows, points } of series) if (points.length) chartInto(chart, 'customer', unit, { rows, points });
}

function followAddress() {
  const id = decodeURIComponent(location.hash.slice(1));
  const customer = id.startsWith('customer-') && customers.find(({ customer_id }) => `customer-${customer_id}` === id);
  if (customer) showCustomer(customer);
}

// The page.

async function printAll() {
  byId('print').disabled = true;
  for (const place of [...waiting.keys()]) await drawNow(place);
  byId('print').disabled = false;
  window.print();
}

// Who prints by the browser's menu gets a plain line where a chart is not drawn yet.
function fillForPrint() {
  for (const kpi of data.kpis) {
    const chart = byId(`kpi-${kpi.kpi_id}`).querySelector('.chart');
    if (waiting.has(chart) && !chart.firstChild) chart.append(spark(kpi.trend.value, kpi.trend.band, kpi.trend.is_final, 560, 150));
  }
}

function start() {
  const newestMonth = month(last(months));
  const options = (id, names, say = spoken) => byId(id).append(...names.map((name) => element('option', { value: name }, say(name))));
  const distinct = (name) => [...new Set(data.kpis.map((kpi) => kpi[name]))].sort();
  const themes = Object.keys(THEMES).filter((theme) => data.kpis.some((kpi) => kpi.theme === theme));
  byId('about').textContent = `${newestMonth} is the last complete month. Data as of ${day(data.build.as_of)} from ${data.build.sources.replaceAll(' ', ', ')}; build ${data.build.build_id.slice(0, 8)}.`;
  byId('scorecard-lead').textContent = `The company in ${newestMonth}, KPI by KPI. The next action is that of the newest final month: where it is bad or adverse, of at least 30 units.`;
  byId('customers-lead').textContent = `All ${customers.length} customers of ${newestMonth}, those included that left in it. A name opens what is known of the customer.`;
  byId('nav').append(...[['scorecard', 'Scorecard'], ['actions', 'Actions'], ['renewals', 'Renewals'], ['customers', 'Customers'], ['journey', 'Journey map'], ...themes.map((theme) => [`theme-${theme}`, THEMES[theme]])]
    .map(([id, text]) => element('li', {}, element('a', { href: `#${id}` }, text))));
  byId('states').append(...Object.entries(STATES).map(([id, [text]]) => element('button', { type: 'button', class: `chip ${id}`, 'data-state': id, onclick: () => { state = id; drawScores(); } }, `${text} `, element('span', {}))));
  options('pick-theme', themes, (theme) => THEMES[theme]);
  options('pick-timing', distinct('timing'));
  options('pick-owner', distinct('owner'));
  options('pick-health', ['bad', 'watch', 'good', 'unknown']);
  options('pick-sort', Object.keys(SORTS));
  byId('customer-list').tHead.append(element('tr', {}, LIST.map(([text, kind]) => element('th', { scope: 'col', class: kind }, text))));
  byId('kpis').append(...themes.map((theme) => element('section', { class: 'theme', id: `theme-${theme}`, 'aria-labelledby': `heading-${theme}` },
    element('h2', { id: `heading-${theme}` }, THEMES[theme]), data.kpis.filter((kpi) => kpi.theme === theme).map(kpiArticle))));
  for (const id of ['find-kpi', 'pick-theme', 'pick-timing', 'pick-owner']) byId(id).addEventListener('input', drawScores);
  for (const id of ['find-customer', 'pick-health', 'pick-sort']) byId(id).addEventListener('input', () => { visible = STEP; drawCustomers(); });
  byId('more-customers').addEventListener('click', () => { visible += STEP; drawCustomers(); });
  byId('print').addEventListener('click', printAll);
  byId('customer').addEventListener('close', () => history.replaceState(null, '', '#customers'));
  window.addEventListener('beforeprint', fillForPrint);
  window.addEventListener('hashchange', followAddress);
  drawScores();
  drawCustomers();
  drawWork();
  followAddress();
  document.documentElement.dataset.ready = 'true';
}
