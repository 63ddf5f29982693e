// Draws the page from the embedded data. Whatever comes from the data becomes text nodes, never HTML.
const data = JSON.parse(document.getElementById('data').textContent);
const byId = (id) => document.getElementById(id);
const known = (value) => value !== null && value !== undefined && value !== '';
const number = (value) => (known(value) ? Number(value).toLocaleString('en') : '–');
const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
const words = (text) => String(text ?? '').replaceAll('_', ' ');
const LAYERS = { raw: 'Raw files', staging: 'Staging: rows judged one by one', core: 'Core: one customer truth', marts: 'Marts: the KPIs' };

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (known(value)) made.setAttribute(name, value);
  made.append(...children.flat().filter(known));
  return made;
}

// columns: [heading, row => text or element, is a number]
function table(columns, rows) {
  const cells = (row) => columns.map(([, cell, isNumber]) => element('td', isNumber ? { class: 'n' } : {}, cell(row) ?? '–'));
  return element('table', {},
    element('thead', {}, element('tr', {}, columns.map(([heading, , isNumber]) => element('th', isNumber ? { scope: 'col', class: 'n' } : { scope: 'col' }, heading)))),
    element('tbody', {}, rows.map((row) => element('tr', {}, cells(row)))));
}

const show = (id, columns, rows, nothing) => byId(id).replaceChildren(rows.length ? table(columns, rows) : element('p', { class: 'soft', style: 'padding: 0 .8rem' }, nothing));
const matches = (search, ...texts) => {
  const text = texts.join(' ').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
};
const days = (since) => Math.floor((new Date(data.builds[0]?.judged_at ?? since) - new Date(since)) / 864e5);
const sinceWords = (rule) => `since ${rule.failing_since}${days(rule.failing_since) ? ` (${count(days(rule.failing_since), 'day')})` : ''}, ${count(rule.failing_judgements, 'judgement')} in a row`;

function state(rule) {
  if (rule.status !== 'passed') return element('span', { class: `state ${rule.severity === 'critical' ? 'bad' : 'watch'}` }, rule.status === 'error' ? 'could not be judged' : 'fails');
  if (rule.is_flapping) return element('span', { class: 'state watch' }, 'passes, flapping');
  return element('span', { class: 'state good' }, 'passes');
}

const failing = data.rules.filter((rule) => rule.status !== 'passed');
const critical = failing.filter((rule) => rule.severity === 'critical');

// What stands at the top.
const [last] = data.builds;
byId('headline').textContent = !last ? 'Nothing has been judged yet.'
  : last.is_published && !critical.length ? `The last build was published. ${failing.length ? count(failing.length, 'rule warns', 'rules warn') + '.' : 'Every rule passes.'}`
  : last.is_published ? `The last build was published, and ${count(critical.length, 'critical rule fails', 'critical rules fail')}.`
  : `The last build was not published: readers see the numbers of the one before.${known(last.refusal) ? ` ${last.refusal}` : ''}`;
byId('about').textContent = data.build
  ? `Data as of ${data.build.as_of} from ${data.build.sources}; built ${data.build.started_at} (UTC), revision ${data.build.git_revision || 'unknown'}. This page holds raw rows: it is for data stewards.`
  : '';

function failingRows(rule) {
  if (!known(rule.failing_keys)) return null;
  const keys = JSON.parse(rule.failing_keys);
  const title = rule.failing_count > keys.length ? `The first ${keys.length} of ${number(rule.failing_count)} failing rows` : count(keys.length, 'failing row');
  return element('details', {}, element('summary', {}, title), element('pre', {}, keys.map((key) => JSON.stringify(key)).join('\n')));
}

byId('now-lead').textContent = failing.length
  ? `${count(failing.length, 'rule')} of ${number(data.rules.length)}, the newest first. A critical one holds publication until it is mended; one that warns does from its date on.`
  : `All ${number(data.rules.length)} rules pass.`;
byId('now-list').append(...failing.map((rule) => element('article', { class: `card ${rule.severity}` },
  element('h3', {}, `${words(rule.rule)} `, state(rule)),
  element('p', {}, `${rule.table_name ?? ''} · ${rule.severity} · ${count(rule.failing_count ?? 0, 'row')} · ${sinceWords(rule)}${rule.is_flapping ? ' · flapping' : ''}`),
  element('p', {}, element('strong', {}, 'Why it matters: '), rule.reason ?? '–'),
  element('p', {}, element('strong', {}, 'What to do first: '), rule.fix ?? 'Look at the failing rows.', ` (owner: ${words(rule.owner ?? 'nobody is named')})`),
  failingRows(rule))));

// Layers.
const layers = [...Object.keys(LAYERS), ...new Set(data.rules.map((rule) => rule.layer ?? 'other').filter((layer) => !LAYERS[layer]))];
show('layer-table', [
  ['Layer', (layer) => LAYERS[layer] ?? words(layer)],
  ['Rules', (layer) => number(of(layer).length), true],
  ['Pass', (layer) => number(of(layer).filter((rule) => rule.status === 'passed').length), true],
  ['Fail, critical', (layer) => number(of(layer).filter((rule) => rule.status !== 'passed' && rule.severity === 'critical').length), true],
  ['Fail, warning', (layer) => number(of(layer).filter((rule) => rule.status !== 'passed' && rule.severity !== 'critical').length), true],
  ['Judged last', (layer) => of(layer).map((rule) => rule.judged_at).sort().at(-1)],
], layers.filter((layer) => of(layer).length), 'No rule has been judged.');
function of(layer) { return data.rules.filter((rule) => (rule.layer ?? 'other') === layer); }

// Builds.
byId('trend-lead').textContent = `The last ${count(data.builds.length, 'build')}, newest first; builds of a part that judged no gate are left out.`;
const most = Math.max(1, ...data.builds.map((build) => build.failed));
show('build-table', [
  ['When (UTC)', (build) => build.judged_at],
  ['Published', (build) => element('span', { class: `state ${build.is_published ? 'good' : 'bad'}` }, build.is_published ? 'yes' : 'no')],
  ['Passed', (build) => number(build.passed), true],
  ['Failed', (build) => element('span', {}, build.failed ? element('span', { class: 'bar', style: `width: ${(60 * build.failed) / most}px` }) : '', number(build.failed)), true],
  ['Where', (build) => data.failures_by_layer.filter((one) => one.build_id === build.build_id).map((one) => `${words(one.layer ?? 'other')} ${one.failed}`).join(', ') || '–'],
  ['Why not', (build) => build.refusal || '–'],
  ['Build', (build) => element('code', {}, build.build_id)],
], data.builds, 'No build is on record.');

// Rules.
function drawRules() {
  const search = byId('find-rule').value;
  const picked = byId('pick-state').value;
  const kept = data.rules.filter((rule) => matches(search, rule.rule, words(rule.rule), rule.table_name, words(rule.owner), rule.layer)
    && (!picked || (picked === 'failing' ? rule.status !== 'passed' : picked === 'flapping' ? rule.is_flapping : rule.failed_judgements > 0)));
  byId('rule-count').textContent = `${number(kept.length)} of ${number(data.rules.length)}`;
  show('rule-table', [
    ['Rule', (rule) => words(rule.rule)],
    ['Table', (rule) => rule.table_name],
    ['State', state],
    ['Failing rows', (rule) => (rule.status === 'passed' ? '–' : number(rule.failing_count)), true],
    ['Failing since', (rule) => rule.failing_since],
    ['First failed', (rule) => rule.first_failed_at],
    ['Failed of judged', (rule) => `${number(rule.failed_judgements)} of ${number(rule.judgements)}`, true],
    ['Owner', (rule) => words(rule.owner ?? '–')],
    ['Seconds', (rule) => (known(rule.mean_seconds) ? rule.mean_seconds.toFixed(2) : '–'), true],
  ], kept, 'No rule is like that.');
}
byId('find-rule').addEventListener('input', drawRules);
byId('pick-state').addEventListener('change', drawRules);
drawRules();

// Rejects.
const rejected = data.reject_counts.reduce((sum, row) => sum + row.rejected_rows, 0);
byId('reject-lead').textContent = rejected
  ? `${count(rejected, 'row')} of the last build broke a rule of its table and ${rejected === 1 ? 'is' : 'are'} in no number. Of each table and reason at most ${data.limits.rejects} are shown below.`
  : 'No row of the last build was rejected.';
show('reject-counts', [
  ['Source', (row) => row.source_name], ['Table', (row) => row.raw_table], ['Reason', (row) => words(row.reject_reason)],
  ['Rows', (row) => number(row.rejected_rows), true], ['Of', (row) => number(row.raw_rows), true],
], data.reject_counts, 'None.');
function drawRejects() {
  const search = byId('find-reject').value;
  const kept = data.rejects.filter((row) => matches(search, row.source_name, row.raw_table, words(row.reject_reason), row.raw_record));
  byId('reject-count').textContent = `${number(kept.length)} of ${number(data.rejects.length)} shown`;
  show('reject-table', [
    ['Table', (row) => `${row.source_name}.${row.raw_table}`], ['Reason', (row) => words(row.reject_reason)],
    ['Raw row', (row) => element('pre', {}, row.raw_record)], ['File', (row) => row.raw_file],
  ], kept, 'No rejected row is like that.');
}
byId('find-reject').addEventListener('input', drawRejects);
drawRejects();

// Raw tables, customers, restatements.
show('raw-table', [
  ['Source', (row) => row.source_name], ['Table', (row) => row.raw_table], ['Newest file (UTC)', (row) => row.newest_file_at],
  ['Files', (row) => number(row.files), true], ['MB', (row) => (row.bytes / 1e6).toFixed(1), true], ['Rows', (row) => number(row.raw_rows), true],
  ['Rejected', (row) => number(row.rejected_rows), true], ['Delivered again', (row) => number(row.duplicate_rows), true],
], data.raw_tables, 'Nothing was landed.');
show('customer-table', [
  ['Known from', (row) => row.anchor_system], ['Customers', (row) => number(row.customers), true], ['Unmatched', (row) => number(row.unmatched), true],
  ['Share', (row) => `${((100 * row.unmatched) / row.customers).toFixed(1)} %`, true],
], data.customers, 'Customers have not been built yet.');
byId('restated-lead').textContent = data.restated_by_kpi.length
  ? `Published values that a later build changed, by KPI, and the company's newest ${data.limits.restated} of them. What a month was known as on any day stays on record.`
  : 'No published value has been changed by a later build.';
show('restated-counts', [['KPI', (row) => words(row.kpi_id)], ['Values restated', (row) => number(row.restated), true], ['Last', (row) => row.last_restated_at]], data.restated_by_kpi, 'None.');
if (data.restated.length) {
  show('restated-table', [
    ['Restated (UTC)', (row) => row.restated_at], ['KPI', (row) => words(row.kpi_id)], ['Month', (row) => row.period_start], ['Breakdown', (row) => row.breakdown],
    ['Was', (row) => number(row.was), true], ['Became', (row) => number(row.became), true],
  ], data.restated, '');
}
document.documentElement.dataset.ready = 'yes';
