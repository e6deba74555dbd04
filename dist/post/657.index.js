export const id = 657;
export const ids = [657];
export const modules = {

/***/ 5657:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runPost: () => (/* binding */ runPost)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(1279);
;// CONCATENATED MODULE: ./build/inputs/input-table.js
/**
 * Every input of the action with its default, as `action.yml` states them (a test compares the two).
 * An input that is left out, or set to an empty string, takes the default.
 */
const INPUT_DEFAULTS = {
    operation: '',
    api_key: '',
    api_secret: '',
    token: '',
    base_url: 'https://app.visual-layer.com',
    dataset_id: '',
    dataset_name: '',
    bucket_path: '',
    files: '',
    models: '',
    archive: '',
    s3_uri: '',
    auto_reindex: 'true',
    snapshot_id: '',
    snapshot_name: '',
    description: '',
    if_exists: 'create',
    safety_snapshot: 'true',
    rollback_on_failure: 'false',
    export_format: 'json',
    include_images: 'false',
    media_ids: '',
    cluster_ids: '',
    exclude_media_ids: '',
    vql: '',
    entity_type: 'IMAGES',
    export_id: '',
    split: 'auto',
    shard: '',
    allow_empty: 'false',
    output_dir: 'visual-layer-export',
    extract: 'false',
    compare_with: '',
    upload_artifact: 'true',
    artifact_name: 'visual-layer-export',
    retention_days: '',
    compression_level: '6',
    overwrite_artifact: 'false',
    keep_last: '',
    keep_days: '',
    name_prefix: '',
    dry_run: 'false',
    confirm_dataset_name: '',
    fail_if: '',
    warn_if: '',
    coco: 'false',
    class_list: '',
    wait: 'true',
    timeout: '2h',
    poll_interval: 'auto',
    request_timeout: '60s',
    max_retries: '5',
    on_conflict: 'wait',
    on_cancel: 'abort',
    github_token: '${{ github.token }}',
};
const SOME_ID = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';
/** What a message shows as a valid value of an input that has no default. */
const EXAMPLES = {
    operation: 'export',
    api_key: '${{ secrets.VL_API_KEY }}',
    api_secret: '${{ secrets.VL_API_SECRET }}',
    token: '${{ secrets.VL_TOKEN }}',
    dataset_id: SOME_ID,
    dataset_name: 'street-scenes',
    bucket_path: 's3://my-bucket/images/',
    files: 'images/**/*.jpg',
    archive: 'images.zip',
    s3_uri: 's3://my-bucket/images/',
    snapshot_id: SOME_ID,
    snapshot_name: 'before-training',
    description: 'Labels reviewed',
    media_ids: SOME_ID,
    cluster_ids: SOME_ID,
    exclude_media_ids: SOME_ID,
    vql: '[{"labels":{"op":"one_of","value":["cat"]}}]',
    export_id: SOME_ID,
    shard: '2/8',
    compare_with: 'previous-run',
    retention_days: '7',
    keep_last: '10',
    keep_days: '30',
    name_prefix: 'nightly-',
    confirm_dataset_name: 'street-scenes',
    fail_if: 'removed > 5%',
    warn_if: 'issues.blur > 5%',
    models: 'vl_image_captioner_v00',
    class_list: 'classes.txt',
};
/** A valid value of an input: its default, or one made up. */
function exampleOf(name) {
    return lacksDefault(name) ? EXAMPLES[name] : INPUT_DEFAULTS[name];
}
function lacksDefault(name) {
    return INPUT_DEFAULTS[name] === '';
}
function isInputName(name) {
    return typeof name === 'string' && Object.hasOwn(INPUT_DEFAULTS, name);
}
/** The input names among the keys of an object. */
function inputNames(object) {
    return Object.keys(object).filter(isInputName);
}
const INPUT_NAMES = inputNames(INPUT_DEFAULTS);
/**
 * Collects the inputs from the environment, where the runner puts each as `INPUT_` and the upper-cased name
 * (docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs).
 */
function givenInputs(env) {
    const given = {};
    for (const name of INPUT_NAMES) {
        const text = env[`INPUT_${name.toUpperCase()}`]?.trim();
        if (text)
            given[name] = text;
    }
    return given;
}
/** Whether an input has its default, be it left out or spelled out; `True` is `true`, and `images` is `IMAGES`. */
function hasDefault(given, name) {
    const text = given[name];
    const standard = INPUT_DEFAULTS[name];
    if (text === undefined || text === standard)
        return true;
    const caseless = standard === 'true' || standard === 'false' || name === 'entity_type';
    return caseless && text.toLowerCase() === standard.toLowerCase();
}

// EXTERNAL MODULE: ./node_modules/pretty-ms/index.js
var pretty_ms = __webpack_require__(4506);
;// CONCATENATED MODULE: ./build/numbers.js

/**
 * A number for people: `1,234,567`; at most three digits after the point. Without `Intl`, which takes 20 ms to load.
 */
function count(value) {
    const [whole = '', fraction] = String(Number(value.toFixed(3))).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
/** A number and its noun: `1 class`, `1,234 classes`. */
function numbers_counted(value, one, many = `${one}s`) {
    return `${count(value)} ${value === 1 ? one : many}`;
}
/** A length of time for people, in two units at most: `0.4s`, `8s`, `1m 20s`, `2h 5m`. @param ms milliseconds */
function numbers_duration(ms) {
    const tenths = Math.floor(ms / 100);
    return tenths < 100 ? `${tenths / 10}s` : (0,pretty_ms/* default */.A)(Math.floor(ms / 1000) * 1000, { unitCount: 2 });
}
/** How far work is, to follow its figures: ` (40%)`; '' if that says nothing, as 100% of work that continues does not. */
function percent(done, total) {
    const share = total ? Math.floor((done / total) * 100) : 100;
    return share >= 0 && share < 100 ? ` (${share}%)` : '';
}
/** A difference for people: `+12`, `−3` with a real minus, `±0`. */
function signed(difference) {
    const size = count(Math.abs(difference));
    if (size === '0')
        return '±0';
    return `${difference < 0 ? '−' : '+'}${size}`;
}

;// CONCATENATED MODULE: ./build/inputs/faults.js



const MOST_PROBLEMS = 10;
const SHOWN_CHARACTERS = 100;
/** Inputs whose value never appears in a message: a key and a secret put in each other's place are secret too. */
const CONCEALED = ['api_key', 'api_secret', 'token', 'github_token'];
function shown({ input, got, wrongItems }) {
    if (got === undefined)
        return 'missing';
    if (wrongItems) {
        const { kind, total, problems } = wrongItems;
        return `${count(problems.length)} of ${count(total)} ${kind} ${problems.length === 1 ? 'is' : 'are'} invalid`;
    }
    if (CONCEALED.includes(input))
        return `got ${got.length} characters (hidden)`;
    return `got ${faults_quoted(got)}`;
}
/** The bullet of a fault, with a line below it for each wrong item. */
function bullet(fault) {
    const { input, got, rule, wrongItems } = fault;
    const fix = fault.fix ?? `${got === undefined ? 'Add' : 'Example'}: ${yamlLine(input, exampleOf(input))}`;
    const problems = wrongItems?.problems ?? [];
    const items = problems.slice(0, MOST_PROBLEMS);
    if (problems.length > MOST_PROBLEMS)
        items.push(`and ${count(problems.length - MOST_PROBLEMS)} more`);
    return [`- ${input}: ${shown(fault)}; ${rule}. ${fix}`, ...items].join('\n    ');
}
/** An input as a line under "with:"; a value that YAML would read as something else is quoted. */
function yamlLine(input, value) {
    const isOtherNumber = !Number.isNaN(Number(value)) && String(Number(value)) !== value;
    const isPlain = /^[\w./$][^#\n]*$/.test(value) && !/:(?:\s|$)|\s$/.test(value) && !isOtherNumber;
    return `${input}: ${isPlain ? value : `'${value.replaceAll("'", "''")}'`}`;
}
/** What to do about an input that cannot be there. */
function removal(input, got) {
    return `Remove: ${input}: ${CONCEALED.includes(input) || got.length > 40 ? '...' : faults_quoted(got)}`;
}
/**
 * A value as a message shows it: as a JSON string, so on one line, of at most 100 characters. What a pasted URL may carry
 * as a secret (a user's password, a signature in the query) is left out.
 */
function faults_quoted(text) {
    const harmless = withoutUser(text).replace(/\?[\w-]+=.*/s, '?***');
    if (harmless.length <= SHOWN_CHARACTERS)
        return JSON.stringify(harmless);
    return `${JSON.stringify(harmless.slice(0, SHOWN_CHARACTERS))}... (${harmless.length} characters)`;
}
/** What follows the first `://`, `//` or `:` is left out where an `@` comes after it, since a user and a password may. */
function withoutUser(text) {
    const mark = /:\/\/|\/\/|:/.exec(text);
    if (!mark)
        return text;
    const start = mark.index + mark[0].length;
    return text.includes('@', start) ? `${text.slice(0, start)}***` : text;
}
/** All faults as the one error that ends the step before any request is sent. `operation` is there if it is known. */
function invalidInput(faults, operation) {
    const bullets = new Set(faults.map(bullet));
    const inputs = new Set(faults.map((fault) => fault.input)).size;
    const what = inputs === 1 ? '1 input is invalid' : `${inputs} inputs are invalid`;
    const where = operation === undefined ? '' : ` for operation "${operation}"`;
    const problems = bullets.size > inputs ? ` (${bullets.size} problems)` : '';
    return new errors/* ActionError */.lZ('invalid_input', [`${what}${where}${problems}.`, ...bullets].join('\n'), {
        todo: `Fix ${bullets.size === 1 ? 'this input' : 'these inputs'} under "with:". Nothing was sent to Visual Layer.`,
    });
}

;// CONCATENATED MODULE: ./build/inputs/secrets.js
/**
 * What must be masked in the log before anything else is done, whether the inputs are right or not: the secrets as they
 * came and, where these have white space at the ends, as they are used.
 */
function secretsOf(env) {
    const raw = [env['INPUT_API_SECRET'], env['INPUT_TOKEN'], env['INPUT_GITHUB_TOKEN']];
    const secrets = raw.flatMap((secret) => (secret === undefined ? [] : [secret, secret.trim()]));
    return [...new Set(secrets)].filter((secret) => secret.trim() !== '');
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
;// CONCATENATED MODULE: ./build/inputs/base-url.js
const RULE = 'it must be the origin of a Visual Layer server';
const UUID_IN_PATH = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/**
 * The host and what follows it of an address that has no scheme. Which scheme is meant is clear only for a name with a dot: a
 * server at an IP address, on this machine, or with a name of one word often has no certificate.
 */
const WITHOUT_SCHEME = /^(?!(?:[^/:?#]*\.)?(?:localhost|\d+)\.?(?:[:/?#]|$))[^\s/:?#@[\]]+\.[^\s/:?#@[\]]+(?:[:/?#]|$)/i;
/** The service behind a `base_url`: an origin, with or without `https://`, and a slash or `/api/v1` at its end. */
function serviceAt(given) {
    if (/[\s\\\p{Cc}]/u.test(given))
        return { broken: `${RULE}, on one line and without spaces or backslashes` };
    const text = WITHOUT_SCHEME.test(given) ? `https://${given}` : given;
    if (!/^https?:\/\/[^/]/i.test(text))
        return { broken: `${RULE}, and it must begin with https:// or http://` };
    const url = URL.parse(text);
    if (url === null)
        return { broken: RULE };
    if (/^[^/]*\/\/[^/]*@/.test(text))
        return { broken: `${RULE}, without a user or password` };
    if (/[?#]/.test(text))
        return { broken: `${RULE}, without a query or a fragment` };
    if (!/^\/(?:api\/v1\/?)?$/.test(url.pathname)) {
        const id = UUID_IN_PATH.exec(url.pathname);
        const hint = id ? `; this looks like the page of a dataset, whose ID ${id[0]} belongs in dataset_id` : '';
        return { broken: `${RULE}, with nothing after it but /api/v1${hint}`, instead: url.origin };
    }
    const { origin } = url;
    return { value: { apiRoot: new URL('/api/v1/', origin), origin, isCloud: isCloudHost(url.hostname) } };
}
function isCloudHost(hostname) {
    return /(?:^|\.)(?:visual-layer\.com|(?:staging-)?visual-layer\.link)\.?$/.test(hostname);
}
/** Whether what is sent there stays on this machine, so that credentials may go over plain http. */
function isLoopback(service) {
    const { hostname } = new URL(service.origin);
    return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core = __webpack_require__(8532);
// EXTERNAL MODULE: ./node_modules/parse-duration/index.js + 1 modules
var parse_duration = __webpack_require__(7595);
;// CONCATENATED MODULE: ./build/inputs/durations.js

const NUMBER = String.raw `\d+(?:\.\d+)?`;
const UNITS = ['h|hrs?|hours?', 'm|mins?|minutes?', 's|secs?|seconds?', 'ms|milliseconds?'];
const WRITTEN = new RegExp(`^(?=\\d)${UNITS.map((unit) => `(?:${NUMBER} *(?:${unit}) *)?`).join('')}$`, 'i');
const ISO_8601 = new RegExp(`^PT(?=\\d)(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?$`);
/**
 * The milliseconds of a duration such as `90s`, `1h30m`, `500ms`, `2 hours`, `2h 30m` or `PT2H30M`: hours, minutes, seconds,
 * and milliseconds in this order, each at most once, each with an integer or a decimal. Rounded to whole milliseconds.
 * Anything else, and nothing more than zero, gives undefined: the library alone would take a bare number or other words.
 */
function durationMs(text) {
    if (!WRITTEN.test(text) && !ISO_8601.test(text))
        return undefined;
    const ms = Math.round((0,parse_duration/* default */.A)(text) ?? 0);
    return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}

;// CONCATENATED MODULE: ./build/inputs/nearest.js
const MOST_EDITS = 3;
const LONGEST = 40;
/** The word that a text was probably meant to be: the one the fewest edits away, and none when all are far. */
function nearest(text, words) {
    const plain = (one) => one
        .toLowerCase()
        .replace(/[\s_]+/g, '-')
        .slice(0, LONGEST);
    const ranked = words
        .map((word) => ({ word, edits: editDistance(plain(text), plain(word)) }))
        .sort((a, b) => a.edits - b.edits);
    const best = ranked[0];
    return best && best.edits <= Math.min(MOST_EDITS, best.word.length / 2) ? best.word : undefined;
}
/** Levenshtein's distance: the insertions, deletions and replacements that turn one text into the other. */
function editDistance(from, to) {
    let row = Array.from({ length: to.length + 1 }, (_, index) => index);
    for (const [index, letter] of Array.from(from).entries()) {
        const next = [index + 1];
        for (let column = 1; column <= to.length; column++) {
            const replaced = row[column - 1] + (to[column - 1] === letter ? 0 : 1);
            next.push(Math.min(replaced, row[column] + 1, next[column - 1] + 1));
        }
        row = next;
    }
    return row[to.length];
}

;// CONCATENATED MODULE: ./build/inputs/uuids.js
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ALONE = new RegExp(`^${UUID}$`, 'i');
const AFTER_DATASET = new RegExp(`/datasets?/(${UUID})(?=/|$)`, 'i');
/**
 * The UUID that a text is, in lower case and of any version (Visual Layer's own are not of version 4 only). It may be in
 * quotes, in braces, or in both. `undefined` for anything else.
 */
function uuids_uuidIn(text) {
    const bare = unwrapped(text);
    return ALONE.test(bare) ? bare.toLowerCase() : undefined;
}
/**
 * The UUID of the dataset whose page a URL leads to, such as `https://app.visual-layer.com/dataset/<uuid>/data`; the scheme
 * may be missing. `undefined` for anything else.
 */
function datasetIn(text) {
    const bare = unwrapped(text);
    if (/[\s\\]/.test(bare))
        return undefined;
    const url = URL.parse(bare.includes('://') ? bare : `https://${bare}`);
    if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
        return undefined;
    return AFTER_DATASET.exec(url.pathname)?.[1]?.toLowerCase();
}
/** A text without the pairs of quotes and braces around it, of which there are at most two. */
function unwrapped(text) {
    const once = (wrapped) => /^(["'`])(.*)\1$|^\{(.*)\}$/s
        .exec(wrapped)
        ?.slice(2)
        .find((part) => part) ?? wrapped;
    return once(once(text.trim()).trim()).trim();
}

;// CONCATENATED MODULE: ./build/inputs/fields.js





// Field schemas turn the text of one input into its value. Every message is a rule: the sentence after "got ...;".
const HOUR = 3_600_000;
/** GitHub ends any job after five days: docs.github.com/actions/reference/limits. */
const LONGEST_JOB = 120 * HOUR;
const MAX_ID_CHARACTERS = 200;
/** A field whose text a function turns into a value. `rule` is said when there is no text at all. */
function parsed(rule, parse) {
    return schemas/* string */.YjP(rule).transform((text, context) => {
        const outcome = parse(text);
        if ('value' in outcome)
            return outcome.value;
        const { broken, ...details } = outcome;
        context.addIssue({ code: 'custom', message: broken, params: { details } });
        return core/* NEVER */.tm;
    });
}
/** The details that {@link parsed} gave an issue; none for any other issue. */
function detailsOf(issue) {
    return issue.code === 'custom' && issue.params !== undefined ? (issue.params['details'] ?? {}) : {};
}
/** The words that YAML 1.1, shells, and people use, for those that YAML 1.2 has. */
const OTHER_FLAGS = new Map([
    ...['yes', 'y', 'on', '1'].map((word) => [word, 'true']),
    ...['no', 'n', 'off', '0'].map((word) => [word, 'false']),
]);
/** `true` or `false` as YAML 1.2 spells them, which is what `@actions/core` takes too. */
function flag() {
    const rule = 'it must be true or false';
    return parsed(rule, (text) => {
        if (/^(?:true|True|TRUE)$/.test(text))
            return { value: true };
        if (/^(?:false|False|FALSE)$/.test(text))
            return { value: false };
        return { broken: rule, instead: OTHER_FLAGS.get(text.toLowerCase()) ?? nearest(text, ['true', 'false']) };
    });
}
/** One of a few words, spelled exactly. */
function oneOf(...words) {
    const rule = `it must be ${words.map((word) => JSON.stringify(word)).join(' or ')}`;
    return parsed(rule, (text) => {
        const value = words.find((word) => word === text);
        return value === undefined ? { broken: rule, instead: nearest(text, words) } : { value };
    });
}
/** What to do where something else is running on the dataset. */
const onConflict = () => oneOf('wait', 'fail');
/** What to do where the name is taken. */
const ifExists = () => oneOf('create', 'reuse', 'fail');
/** What becomes of the work that a canceled step has started. */
const onCancel = () => oneOf('abort', 'leave');
/** What an export counts; taken in any case. */
function entityType() {
    return z.string().toUpperCase().pipe(oneOf('IMAGES', 'OBJECTS'));
}
/** A whole number in decimal digits within bounds, both included. */
function wholeNumber(lowest, highest) {
    const rule = `it must be a whole number from ${lowest} to ${highest}`;
    return parsed(rule, (text) => {
        const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
        return value >= lowest && value <= highest ? { value } : { broken: rule };
    });
}
const DURATION_FORM = 'a duration such as 90s, 45m, 2h, 1h30m, or 500ms';
/** A duration in milliseconds, more than zero and at most the 120 hours that a job can last. */
function timeLimit() {
    const rule = `it must be ${DURATION_FORM}, more than zero and at most 120h`;
    return parsed(rule, (text) => durationWithin(text, rule, 1, LONGEST_JOB));
}
function durationWithin(text, rule, leastMs, mostMs) {
    const within = (written) => {
        const value = durationMs(written);
        return value !== undefined && value >= leastMs && value <= mostMs ? value : undefined;
    };
    const value = within(text);
    if (value !== undefined)
        return { value };
    if (within(`${text}s`) === undefined || !/^\d+(?:\.\d+)?$/.test(text))
        return { broken: rule };
    return { broken: `the unit is missing (${text}s for seconds, ${text}m for minutes)`, instead: `${text}s` };
}
/** `auto`, or milliseconds from 50 ms to an hour. */
function pollInterval() {
    const rule = `it must be "auto" or ${DURATION_FORM}, from 50ms to 1h`;
    return parsed(rule, (text) => {
        return text === 'auto' ? { value: text } : durationWithin(text, rule, 50, HOUR);
    });
}
/** A UUID in lower case; see {@link uuidIn}. */
function uuid() {
    const rule = 'it must be a UUID';
    return parsed(rule, (text) => {
        const value = uuidIn(text);
        return value === undefined ? { broken: rule } : { value };
    });
}
/** The ID of a dataset, or the address of its page. */
function datasetId() {
    const rule = "it must be a UUID, or the URL of the dataset's page";
    return parsed(rule, (text) => {
        const value = uuids_uuidIn(text) ?? datasetIn(text);
        return value === undefined ? { broken: rule } : { value };
    });
}
/** The id of a snapshot, in lower case, or the word `current`. */
function snapshotId() {
    const rule = 'it must be the UUID of a snapshot, or the word "current"';
    return parsed(rule, (text) => {
        if (text === 'current')
            return { value: text };
        const value = uuids_uuidIn(text);
        return value === undefined ? { broken: rule } : { value };
    });
}
/** A name on one line, as a dataset or a snapshot carries it. */
function displayName() {
    const rule = 'it must be one line of at most 255 characters, without control characters';
    return schemas/* string */.YjP(rule).refine((text) => text.length <= 255 && !/[\p{Cc}\u2028\u2029]/u.test(text), rule);
}
/** Free text of several lines. */
function description() {
    const rule = 'it must be text of at most 10,000 characters';
    return z.string(rule).refine((text) => text.length <= 10_000, rule);
}
/** The lines of a text that are not blank, trimmed, with their numbers from 1. */
function linesOf(text) {
    const lines = text.split(/\r\n|\r|\n/).map((content, index) => ({ line: index + 1, text: content.trim() }));
    return lines.filter((line) => line.text !== '');
}
/** Ids that Visual Layer gave out. UUIDs as far as documented, but that is the service's to judge. */
function idList() {
    const rule = `it must be IDs separated by commas or lines, or a JSON array of IDs, each of at most ${MAX_ID_CHARACTERS} characters without spaces, commas, quotes, brackets, or braces`;
    return parsed(rule, (text) => {
        const items = text.startsWith('[') ? jsonItems(text) : lineItems(text);
        if (items === undefined)
            return { broken: `${rule}, and it is not a JSON array of strings` };
        const given = items.map(({ place, id }) => ({ place, id: uuidIn(id) ?? id.trim() })).filter(({ id }) => id !== '');
        // Commas alone must not turn a selection that came out empty into the whole dataset.
        if (given.length === 0)
            return { broken: `${rule}, and it contains no ID` };
        const wrong = given.filter(({ id }) => id.length > MAX_ID_CHARACTERS || /[\s\p{Cc},"'`[\]{}]/u.test(id));
        if (wrong.length === 0)
            return { value: [...new Set(given.map(({ id }) => id))] };
        const problems = wrong.map(({ place, id }) => `${place}: ${quoted(id)}`);
        return { broken: rule, wrongItems: { kind: 'IDs', total: given.length, problems } };
    }).default([]);
}
function lineItems(text) {
    return linesOf(text).flatMap(({ line, text: ids }) => ids.split(',').map((id) => ({ place: `line ${line}`, id })));
}
/** The items of a JSON array of strings, as `toJSON()` of a workflow writes it; `undefined` for anything else. */
function jsonItems(text) {
    const list = jsonOf(text);
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string'))
        return undefined;
    return list.map((id, index) => ({ place: `item ${index + 1}`, id }));
}
/** The value of a JSON text; `undefined` if it is none. */
function jsonOf(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/**
 * A VQL filter (docs.visual-layer.com, semantic search): a JSON array of objects, kept as the text that came without the
 * white space between its parts, so that no number in it changes.
 */
function vql() {
    const rule = 'it must be a JSON array of filter objects';
    return parsed(rule, (text) => {
        const filters = jsonOf(text);
        if (filters === undefined)
            return { broken: `${rule}, and it is not JSON` };
        if (!Array.isArray(filters) || !filters.every(isObject))
            return { broken: rule };
        return { value: text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, '$1') };
    });
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/**
 * The path of a bucket. The documentation writes `s3://bucket/prefix/`; older pages leave the scheme out, so a bare path
 * passes as it came.
 */
function bucketPath() {
    const rule = 'it must be a bucket and a prefix';
    return parsed(rule, (text) => {
        if (/^https?:\/\//i.test(text))
            return { broken: `${rule}, not the web address of a bucket` };
        if (/[\s\p{Cc}]/u.test(text))
            return { broken: `${rule}, on one line and without spaces` };
        const path = text.replace(/^s3:\/\//, '');
        if (path.includes('://'))
            return { broken: `${rule}; s3:// is the only scheme` };
        return /^[^/]/.test(path) ? { value: text } : { broken: `${rule}, and the name of the bucket is missing` };
    });
}
/** An S3 folder, or a manifest in one; docs.visual-layer.com, "Add media to an existing dataset". */
function s3Uri() {
    const rule = 'it must be an S3 folder such as s3://my-bucket/images/, or a .csv, .parquet, or .txt manifest such as s3://my-bucket/list.csv';
    return z.string(rule).regex(/^s3:\/\/[^/\s\p{Cc}]+(?:\/[^\p{Cc}]*)?$/u, rule);
}
/** A name GitHub takes for an artifact; short enough for a file of that name with an ending. */
function artifactName() {
    const rule = 'it must be a name of at most 200 bytes without " : < > | * ? \\ / or line breaks';
    return z.string(rule).refine((text) => {
        const forbidden = /[":<>|*?\\/\p{Cc}]/u.test(text) || text === '.' || text === '..';
        return !forbidden && Buffer.byteLength(text) <= 200;
    }, rule);
}
/** More than a matrix of 256 jobs can use, and few enough that no shard is made of nothing. */
const MOST_SHARDS = 1000;
/** A shard and the number of shards: `2/8`. */
function shard() {
    const rule = `it must be the number of a shard and the number of shards: whole numbers, the first from 1 to the second, which is at most ${MOST_SHARDS}`;
    return parsed(rule, (text) => {
        const [, first, second] = /^(\d{1,4})\s*\/\s*(\d{1,4})$/.exec(text) ?? [];
        const [index, of] = [Number(first), Number(second)];
        return index >= 1 && index <= of && of <= MOST_SHARDS ? { value: { index, of } } : { broken: rule };
    });
}

;// CONCATENATED MODULE: ./build/inputs/read-fields.js




/** Reads the given inputs by their schemas, with defaults for those that are absent. */
function readFields(fields, given, operation) {
    const names = inputNames(fields);
    const texts = names.map((name) => [name, given[name] ?? (INPUT_DEFAULTS[name] || undefined)]);
    const outcome = schemas/* object */.Ikc(fields).safeParse(Object.fromEntries(texts));
    if (outcome.success)
        return { values: camelCased(outcome.data), faults: [] };
    const faults = new Map();
    for (const issue of outcome.error.issues) {
        const input = issue.path[0];
        if (!isInputName(input) || faults.has(input))
            continue;
        const got = given[input];
        const rule = got === undefined ? `operation "${operation}" requires it, and ${issue.message}` : issue.message;
        const { instead, wrongItems } = detailsOf(issue);
        const fix = instead === undefined ? undefined : `Change it to: ${yamlLine(input, instead)}`;
        faults.set(input, { input, got, rule, fix, wrongItems });
    }
    return { values: undefined, faults: [...faults.values()] };
}
function camelCased(values) {
    const camelCase = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]));
}

;// CONCATENATED MODULE: ./build/inputs/service-inputs.js






const fields = {
    base_url: parsed('it must be a URL', serviceAt),
    api_key: headerText('it must be the key alone, without spaces or line breaks').optional(),
    api_secret: schemas/* string */.YjP().optional(),
    token: headerText('it must be the token alone, without "Bearer", spaces or line breaks').optional(),
    timeout: timeLimit(),
    request_timeout: timeLimit(),
    max_retries: wholeNumber(0, 100),
    poll_interval: pollInterval(),
};
const SHARED_INPUTS = inputNames(fields);
/** Text that can be used in an HTTP header as it is. */
function headerText(rule) {
    return schemas/* string */.YjP(rule).regex(/^[\x21-\x7e]+$/, rule);
}
/** Reads what every operation receives. */
function readShared(given) {
    const { values, faults } = readFields(fields, given);
    const service = serviceAt(given.base_url ?? INPUT_DEFAULTS.base_url);
    faults.push(...credentialFaults(given, 'value' in service ? service.value : undefined));
    if (values === undefined || faults.length > 0)
        return { values: undefined, faults };
    return {
        values: {
            service: values.baseUrl,
            credentials: credentials(values),
            timeoutMs: values.timeout,
            requestTimeoutMs: values.requestTimeout,
            maxRetries: values.maxRetries,
            retryLimit: values.maxRetries === Number(INPUT_DEFAULTS.max_retries) ? undefined : values.maxRetries,
            pollIntervalMs: values.pollInterval,
        },
        faults,
    };
}
function credentials({ apiKey, apiSecret, token }) {
    if (token !== undefined)
        return { kind: 'token', token };
    if (apiKey !== undefined && apiSecret !== undefined)
        return { kind: 'key', apiKey, apiSecret };
    return { kind: 'none' };
}
const WHY_EMPTY = 'Undefined secrets are empty, and pull requests from forks or Dependabot get no secrets';
/** What is wrong with the credentials as a whole. The service is unknown when `base_url` is wrong itself. */
function credentialFaults(given, service) {
    const { api_key: key, api_secret: secret, token } = given;
    const faults = [];
    if (token !== undefined && (key !== undefined || secret !== undefined)) {
        faults.push({
            input: 'token',
            got: token,
            rule: 'it cannot be combined with api_key and api_secret; set only one kind of credentials',
            fix: removal('token', token),
        });
    }
    else if ((key === undefined) !== (secret === undefined)) {
        const [input, other] = key === undefined ? ['api_key', 'api_secret'] : ['api_secret', 'api_key'];
        faults.push({ input, got: undefined, rule: `it must be set together with ${other}. ${WHY_EMPTY}` });
    }
    if (service === undefined)
        return faults;
    if (key === undefined && secret === undefined && token === undefined) {
        if (service.isCloud) {
            const fix = `Add: ${yamlLine('api_key', exampleOf('api_key'))} and ${yamlLine('api_secret', exampleOf('api_secret'))}`;
            faults.push({
                input: 'api_key',
                got: undefined,
                rule: `${service.origin} requires credentials. ${WHY_EMPTY}`,
                fix,
            });
        }
    }
    else if (service.apiRoot.protocol === 'http:' && !isLoopback(service)) {
        const rule = 'it must begin with https://, because http would expose the credentials';
        const fix = `Change it to: ${yamlLine('base_url', service.origin.replace('http:', 'https:'))}`;
        faults.push({ input: 'base_url', got: given.base_url, rule, fix });
    }
    return faults;
}

;// CONCATENATED MODULE: ./build/inputs/snapshot-choice.js


const snapshotChoiceFields = {
    snapshot_id: snapshotId().optional(),
    snapshot_name: displayName().optional(),
};
/** Exactly one of the two must be there: guessing a snapshot could put the wrong data in place. */
function snapshotChoiceFaults(operation, { snapshot_id: id, snapshot_name: name }, idForm = 'a UUID, or "current"') {
    if (id === undefined && name === undefined) {
        const rule = `operation "${operation}" requires either snapshot_id (${idForm}) or snapshot_name`;
        return [{ input: 'snapshot_id', got: undefined, rule }];
    }
    if (id === undefined || name === undefined)
        return [];
    return [bothFault(name)];
}
/** The fault of a snapshot chosen in two ways. */
function bothFault(name) {
    const rule = 'it cannot be combined with snapshot_id; set only one';
    return { input: 'snapshot_name', got: name, rule, fix: removal('snapshot_name', name) };
}
/** The choice that values make once {@link snapshotChoiceFaults} has found nothing wrong. */
function snapshotChoice({ snapshotId, snapshotName }) {
    if (snapshotId !== undefined)
        return { by: 'id', snapshotId };
    if (snapshotName !== undefined)
        return { by: 'name', snapshotName };
    throw new Error('neither snapshot_id nor snapshot_name: the rules between inputs let this pass');
}
/** The values with the choice that two of them make. */
function withSnapshot(values) {
    const { snapshotId, snapshotName, ...others } = values;
    return { ...others, snapshot: snapshotChoice({ snapshotId, snapshotName }) };
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./build/runner/restored.js



/**
 * Remembers for the other steps of this job to which snapshot a dataset was restored last; `undefined` once it was changed since. The
 * post step of an earlier step has no other way to know. Outside a workflow run nothing is remembered.
 */
function rememberRestored(job, datasetId, snapshotId, reporter) {
    if (job.runId === undefined)
        return;
    try {
        if (snapshotId === undefined)
            (0,external_node_fs_.rmSync)(fileOf(job, datasetId), { force: true });
        else
            (0,external_node_fs_.writeFileSync)(fileOf(job, datasetId), `${ownName(job)} ${snapshotId}`);
    }
    catch (error) {
        reporter.debug(`Could not remember the restore for later steps: ${(0,errors/* describe */.q0)(error)}`);
    }
}
/** The ID of the snapshot to which a step of this job restored the dataset last, if nothing of this action changed it since. */
function restoredTo(job, datasetId) {
    try {
        const [name, snapshotId] = (0,external_node_fs_.readFileSync)(fileOf(job, datasetId), 'utf8').split(' ');
        return job.runId !== undefined && name === ownName(job) ? snapshotId : undefined;
    }
    catch {
        return undefined;
    }
}
function fileOf({ temp }, datasetId) {
    return (0,external_node_path_.join)(temp, `visual-layer-restored-${datasetId}`);
}
/** The folder for temporary files may outlive a job on a self-hosted runner. */
function ownName({ runId, runAttempt, job }) {
    return `${runId}/${runAttempt}/${job}`;
}

;// CONCATENATED MODULE: ./build/visual-layer/fields.js

/**
 * Fields as responses carry them. Everything is optional in practice, so a field that is absent, null, or of another kind than
 * documented reads as `undefined` and never spoils the response around it.
 */
const fields_text = schemas/* string */.YjP().optional().catch(undefined);
const fields_count = schemas/* union */.KCZ([
    schemas/* number */.aig(),
    schemas/* string */.YjP()
        .regex(/^-?\d+(\.\d+)?$/)
        .transform(Number),
])
    .optional()
    .catch(undefined);
/** A progress in whole percent that helps a reader: 100 on work that continues does not, and neither does a larger number. */
function shownProgress(progress) {
    return progress !== undefined && progress >= 0 && progress < 100 ? Math.floor(progress) : undefined;
}
const fields_flag = schemas/* boolean */.zMY().catch(false).default(false);
/** An id: text that is not empty. A number is taken as text, since transactions carry one. */
const identifier = schemas/* union */.KCZ([schemas/* string */.YjP().trim().min(1), schemas/* number */.aig().int().transform(String)])
    .optional()
    .catch(undefined);
/** The ID of a dataset: a UUID, which IDs from elsewhere are compared with, so in one case. */
const datasetIdentifier = identifier.transform((id) => id?.toLowerCase());
/** A required id. */
const requiredIdentifier = schemas/* string */.YjP().trim().min(1);
/**
 * Milliseconds since the epoch of an ISO 8601 stamp. Stamps without a zone, as the API writes most of them, are read as UTC.
 */
function parseStamp(stamp) {
    if (stamp === undefined)
        return undefined;
    const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(stamp) ? stamp : `${stamp}Z`;
    const milliseconds = Date.parse(zoned.replace(' ', 'T'));
    return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

;// CONCATENATED MODULE: ./build/visual-layer/datasets.js


const KNOWN = {
    DRAFT: 'DRAFT',
    INDEXING: 'INDEXING',
    READ_ONLY: 'READ_ONLY',
    PARTIAL_INDEX: 'PARTIAL_INDEX',
    READY: 'READY',
    ERROR: 'ERROR',
    // Words of the retired `status` field and of older clients.
    COMPLETED: 'READY',
    'READY_(PUBLIC)': 'READY',
    FATAL_ERROR: 'ERROR',
    FAILED: 'ERROR',
    NEW: 'BUSY',
    PRE_PROCESSING: 'BUSY',
    PROCESSING: 'BUSY',
    INITIALIZING: 'BUSY',
    UPLOADING: 'BUSY',
    SAVING: 'BUSY',
    PENDING: 'BUSY',
    QUEUED: 'BUSY',
    ENRICHING: 'READ_ONLY',
    UPDATING: 'READ_ONLY',
};
/** Reads a status word whatever its spelling: `READ ONLY`, `READ_ONLY` and "Read Only" are one. */
function datasetStatus(word) {
    return KNOWN[normalWord(word)] ?? 'UNKNOWN';
}
/** Upper case, and any run of spaces, `_` or `-` as one `_`. */
function normalWord(word) {
    return word
        .trim()
        .toUpperCase()
        .replace(/[\s_-]+/g, '_');
}
/** Used where a response has no status. */
const NO_STATUS = '(none)';
const datasetReply = schemas/* looseObject */._H3({
    id: datasetIdentifier,
    dataset_id: datasetIdentifier,
    display_name: fields_text,
    dataset_name: fields_text,
    name: fields_text,
    status_new: fields_text,
    status: fields_text,
    progress: fields_count,
    n_images: fields_count,
    n_videos: fields_count,
    n_objects: fields_count,
    fatal_error_msg: fields_text,
    source_dataset_id: datasetIdentifier,
    source_uri: fields_text,
    bucket_path: fields_text,
    created_at: fields_text,
})
    .transform((reply) => {
    // The docs: use `status_new`, which is one day to be renamed to `status`.
    const word = reply.status_new ?? reply.status ?? '';
    const known = (value) => (value === undefined || value < 0 ? undefined : value);
    return {
        id: reply.id ?? reply.dataset_id ?? '',
        name: reply.display_name ?? reply.dataset_name ?? reply.name ?? '',
        status: datasetStatus(word),
        statusWord: word === '' ? NO_STATUS : word,
        progress: shownProgress(reply.progress),
        images: known(reply.n_images),
        videos: known(reply.n_videos),
        objects: known(reply.n_objects),
        fatalError: reply.fatal_error_msg,
        sourceDatasetId: reply.source_dataset_id,
        createdAt: parseStamp(reply.created_at),
        sourceUri: reply.source_uri ?? reply.bucket_path,
    };
});
/** A dataset read by itself has its status. */
const statusReply = datasetReply.refine((dataset) => dataset.statusWord !== NO_STATUS, { path: ['status_new'] });
const datasetList = schemas/* union */.KCZ([
    schemas/* array */.YOg(datasetReply),
    schemas/* looseObject */._H3({ datasets: schemas/* array */.YOg(datasetReply) }).transform((reply) => reply.datasets),
]);
/** The id of a new dataset, under either of the names it is known by. */
const createdReply = schemas/* looseObject */._H3({ dataset_id: datasetIdentifier, id: datasetIdentifier })
    .transform((reply) => reply.dataset_id ?? reply.id)
    .refine((id) => id !== undefined, { path: ['dataset_id'] });
class Datasets {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** One dataset with its status; docs.visual-layer.com, "Retrieve dataset status". */
    async get(datasetId, retries) {
        const request = { what: `read dataset ${datasetId}`, method: 'GET', path: `dataset/${datasetId}` };
        const dataset = await this.#http.read(request, statusReply, retries);
        return { ...dataset, id: datasetId };
    }
    /** All datasets that the account sees. No paging is documented, and names are not unique. */
    async list(retries) {
        const request = { what: 'list the datasets', method: 'GET', path: 'datasets' };
        return (await this.#http.read(request, datasetList, retries)).filter((dataset) => dataset.id !== '');
    }
    /**
     * Asks for a dataset to be made from a bucket path; returns its ID. One attempt.
     * Sent as multipart, as the vendor's curl example does; docs.visual-layer.com, "Create a dataset from S3".
     */
    async createFromS3(name, bucketPath) {
        const request = {
            what: `create dataset "${name}"`,
            method: 'POST',
            path: 'dataset',
            form: { dataset_name: name, bucket_path: bucketPath },
        };
        return this.#http.change(request, createdReply);
    }
    /** Deletes a dataset permanently. One attempt. In public clients only; whatever the response contains, a 2xx is an acceptance. */
    async delete(datasetId) {
        await this.#http.send({ what: `delete dataset ${datasetId}`, method: 'DELETE', path: `dataset/${datasetId}` });
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/tasks.js



/** The largest documented page. */
const PAGE_SIZE = 50;
const MOST_PAGES = 40;
function taskState(word, ended) {
    switch (normalWord(word)) {
        case 'COMPLETED':
        case 'SUCCEEDED':
        case 'DONE':
            return 'COMPLETED';
        case 'FAILED':
        case 'ERROR':
        case 'REJECTED':
            return 'FAILED';
        case 'ABORTED':
        case 'CANCELLED':
        case 'CANCELED':
            return 'ABORTED';
        case 'PENDING':
        case 'QUEUED':
            return 'QUEUED';
        default:
            // A word that is not known is not an end, unless the task has an end.
            return ended && !/RUNNING|INITIALIZING|PROGRESS/.test(normalWord(word)) ? 'FAILED' : 'RUNNING';
    }
}
const taskReply = schemas/* looseObject */._H3({
    task_id: requiredIdentifier,
    dataset_id: datasetIdentifier,
    dataset_name: fields_text,
    task_type: fields_text,
    status: fields_text,
    status_message: fields_text,
    error_message: fields_text,
    progress_percentage: fields_count,
    start_time: fields_text,
    end_time: fields_text,
})
    .transform((reply) => ({
    id: reply.task_id,
    datasetId: reply.dataset_id ?? '',
    datasetName: reply.dataset_name ?? '',
    type: normalWord(reply.task_type ?? ''),
    state: taskState(reply.status ?? '', (reply.end_time ?? '') !== ''),
    statusWord: reply.status ?? '(none)',
    progress: shownProgress(reply.progress_percentage),
    words: reply.error_message || reply.status_message || undefined,
    startedAt: parseStamp(reply.start_time),
}));
const taskPage = schemas/* union */.KCZ([
    schemas/* looseObject */._H3({ tasks: schemas/* array */.YOg(taskReply), total: fields_count }),
    schemas/* array */.YOg(taskReply).transform((tasks) => ({ tasks, total: tasks.length })),
]);
/** Whether a dataset cannot be used while the task runs. Models are trained and validated on a dataset that stays READY. */
function isBlocking(task) {
    return !hasEnded(task) && !/TRAIN|VALIDAT/.test(task.type);
}
/** Whether a task is over, well or not. */
function hasEnded(task) {
    return task.state === 'COMPLETED' || task.state === 'FAILED' || task.state === 'ABORTED';
}
/** The task manager; docs.visual-layer.com, task manager API. No call reads one task: lists are read, and IDs compared. */
class Tasks {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /**
     * All tasks of a dataset, or of a type, as far back as the API keeps them (14 days). The filters are applied here again, in
     * case a server drops one silently.
     */
    async list(filter, retries) {
        const found = new Map();
        let seen = 0;
        for (let page = 1; page <= MOST_PAGES; page += 1) {
            const request = {
                what: 'list the tasks',
                method: 'GET',
                path: 'tasks',
                query: {
                    dataset_id: filter.datasetId,
                    task_type: filter.type,
                    sort_by: 'start_time',
                    sort_order: 'desc',
                    page: String(page),
                    page_size: String(PAGE_SIZE),
                },
            };
            const { tasks, total } = await this.#http.read(request, taskPage, retries);
            seen += tasks.length;
            for (const task of tasks)
                found.set(task.id, task);
            if (tasks.length < PAGE_SIZE || (total !== undefined && seen >= total))
                break;
        }
        return [...found.values()].filter((task) => (filter.datasetId === undefined || task.datasetId === filter.datasetId) &&
            (filter.type === undefined || task.type === filter.type));
    }
    /** Aborts a dataset creation, the only kind that can be. One attempt; 409 where it has ended or is being committed. */
    async abort(taskId) {
        await this.#http.send({ what: `abort task ${taskId}`, method: 'POST', path: `tasks/${taskId}/abort` });
    }
}

;// CONCATENATED MODULE: ./build/network.js


const REACH = 'Check that the address is right (base_url) and that the runner can reach it (DNS, firewall, HTTPS_PROXY, and NO_PROXY), then re-run the job.';
const REACH_STORAGE = 'Check that the runner can reach the storage host (DNS, firewall, HTTPS_PROXY, and NO_PROXY), then re-run the job.';
const AUTHORITY = `Put the certificate of that authority (a PEM file) on the runner, and set its path for this step:
  env:
    NODE_EXTRA_CA_CERTS: /path/to/authority.pem
If the system of the runner trusts the authority, NODE_USE_SYSTEM_CA: 1 is enough.`;
/** Codes of OpenSSL and Node about TLS and certificates. */
const TLS = /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH)/;
const UNKNOWN_AUTHORITY = /^(?:UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/;
/** How a handshake ends at each attempt. The other faults of TLS can be those of a connection that was damaged on the way. */
const NO_HANDSHAKE = /WRONG_VERSION|PACKET_LENGTH|PROTOCOL|HANDSHAKE_FAILURE|CERT/;
/** Codes of failures before a connection stood. */
const CONNECTING = {
    ECONNREFUSED: 'the connection was refused',
    ENOTFOUND: 'the host name could not be resolved',
    EAI_AGAIN: 'the host name could not be resolved for now',
    EHOSTUNREACH: 'there is no route to the host',
    ENETUNREACH: 'there is no route to its network',
    ENETDOWN: 'the network of the runner is down',
    EADDRNOTAVAIL: 'the runner has no free port or address',
    UND_ERR_CONNECT_TIMEOUT: 'the connection attempt timed out',
};
const BROKEN = {
    ECONNRESET: 'the connection was reset',
    ECONNABORTED: 'the connection was aborted',
    EPIPE: 'the connection was closed',
    ETIMEDOUT: 'the connection timed out',
    UND_ERR_SOCKET: 'the connection was closed',
    UND_ERR_HEADERS_TIMEOUT: 'no response came in time',
    UND_ERR_BODY_TIMEOUT: 'no more bytes came in time',
};
/**
 * The classification of everything that can keep a response from coming. `error` is what an HTTP client threw.
 *
 * @param isStorage the host was named by a download link, and not by `base_url`
 */
function networkFault(error, isStorage = false) {
    const chain = errorsIn(error);
    const codes = chain.map(system_errors/* codeOf */.$N).filter((code) => code !== undefined);
    const tls = chain.find((one) => TLS.test((0,system_errors/* codeOf */.$N)(one) ?? ''));
    if (tls)
        return tlsFault(tls, isStorage);
    // A proxy that opens no tunnel responds before anything reaches the server.
    const proxy = chain.find(({ message }) => /HTTP Tunneling|Proxy response/i.test(message));
    if (proxy) {
        const todo = 'Check the proxy and its credentials (HTTPS_PROXY: http://user:password@host:port), or add the host to NO_PROXY.';
        const isFinal = /\b407\b/.test(proxy.message);
        return { cause: `the proxy did not open a connection: ${proxy.message}`, todo, neverSent: true, isFinal };
    }
    const connecting = codes.find((code) => CONNECTING[code]);
    const broken = codes.find((code) => BROKEN[code]);
    const known = broken ?? connecting;
    const cause = known === undefined ? (0,errors/* describe */.q0)(error) : `${BROKEN[known] ?? CONNECTING[known]} (${known})`;
    const neverSent = codes.length > 0 && codes.every((code) => CONNECTING[code] !== undefined);
    return { cause, todo: isStorage ? REACH_STORAGE : REACH, neverSent, isFinal: false };
}
function tlsFault(error, isStorage) {
    const code = (0,system_errors/* codeOf */.$N)(error) ?? '';
    const fault = (cause, todo, isFinal = true) => {
        return { cause: `${cause} (${code})`, todo, neverSent: isFinal, isFinal };
    };
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        const names = namesOf(error);
        const cause = names === '' ? 'its certificate is for another host' : `its certificate is for ${names}`;
        return fault(cause, isStorage
            ? 'Something between the runner and the storage host responds instead of it: check DNS, the proxy, and the firewall.'
            : 'Check the host name in the address (base_url, or the proxy).');
    }
    if (UNKNOWN_AUTHORITY.test(code))
        return fault('its certificate is signed by an authority that the runner does not know', AUTHORITY);
    if (!code.startsWith('ERR_SSL_') && /CERT|^INVALID|^PATH/.test(code)) {
        const causes = { CERT_HAS_EXPIRED: 'has expired', CERT_NOT_YET_VALID: 'is not valid yet' };
        return fault(`its certificate ${causes[code] ?? 'is not valid'}`, 'Renew the certificate of the server, and check the clock of the runner.');
    }
    return fault('TLS failed', isStorage
        ? REACH_STORAGE
        : 'Check that the address begins with the right scheme (https:// or http://) and has the right port.', NO_HANDSHAKE.test(code));
}
/** The names that a certificate is for, such as `localhost, *.example.com`. */
function namesOf(error) {
    const certificate = 'cert' in error ? error.cert : undefined;
    const names = typeof certificate === 'object' && certificate !== null && 'subjectaltname' in certificate
        ? certificate.subjectaltname
        : undefined;
    return typeof names === 'string' ? names.replaceAll(/\b(?:DNS|IP Address):/g, '') : '';
}
/** An error and all that it hides: causes, and what each of several addresses of one name met. */
function errorsIn(error, depth = 0) {
    if (!(error instanceof Error) || depth > 5)
        return [];
    const inner = error instanceof AggregateError ? error.errors : [];
    return [error, ...inner.flatMap((one) => errorsIn(one, depth + 1)), ...errorsIn(error.cause, depth + 1)];
}

;// CONCATENATED MODULE: ./build/visual-layer/failure.js



/** A failed request to the Visual Layer API. */
class RequestFailure extends errors/* ActionError */.lZ {
    outcome;
    constructor(code, message, details, outcome) {
        super(code, message, details);
        this.outcome = outcome;
    }
    copy(message, details) {
        return new RequestFailure(this.code, message, details, this.outcome);
    }
}
/** Whether a failure may be transient, so that a wait continues through it. */
function isTransient(error) {
    return error instanceof RequestFailure && error.outcome.transient;
}
/** Whether a request failed because what it names is not there, or not visible to this account. */
function failure_isMissing(error) {
    return error instanceof RequestFailure && error.outcome.status === 404;
}
/**
 * A failure without a response: refused, reset, not resolved, cut off, or too long without a response.
 *
 * @param whole `false`: the connection broke before the last byte of the request had been handed to it
 */
function networkFailure(what, host, error, whole = true) {
    const { cause, todo, neverSent, isFinal } = networkFault(error);
    return new RequestFailure('network', `Could not reach Visual Layer (${host}) to ${what}: ${cause}.`, { todo, cause: error }, { transient: !isFinal, effect: neverSent || !whole ? 'none' : 'unknown' });
}
/**
 * No response came in the time that the deadline of the step left.
 *
 * @param whole `false`: the request had not been sent completely
 */
function outOfTime(what, host, words, deadline, whole) {
    return new RequestFailure('timed_out', `Timed out: the request to ${what} got ${words} (${host}; ${deadline.name}: ${numbers_duration(deadline.totalMs)}).`, { todo: 'Increase timeout, and check that Visual Layer is up, then re-run the job.' }, { transient: true, effect: whole ? 'unknown' : 'none' });
}
/** A response that came with a 2xx but cannot be what the API documents. */
function unexpectedReply(what, reason, excerpt, wrongShape) {
    return new RequestFailure('unexpected_reply', `Unexpected response to the request to ${what}: ${reason}.`, {
        apiWords: excerpt,
        todo: 'Check base_url (a web page instead of a response means that it is not Visual Layer). If it is right, the API may have changed: look for a newer version of this action.',
    }, { transient: true, effect: 'unknown', wrongShape });
}
const MEANING = {
    403: {
        code: 'forbidden',
        happened: 'permission denied',
        todo: 'Check that the account of the credentials has the Editor or Owner role on the dataset, and that the feature is enabled for it.',
    },
    404: {
        code: 'not_found',
        happened: 'not found, or this account has no access (the API does not distinguish the two)',
        todo: 'Check the IDs, that base_url is the right server, and that the dataset is shared with the account that the credentials belong to.',
    },
    407: {
        code: 'network',
        happened: 'the proxy between the runner and Visual Layer requires credentials',
        todo: 'Put a user and a password into the proxy address (HTTPS_PROXY: http://user:password@host:port), or add the host to NO_PROXY.',
    },
    409: {
        code: 'conflict',
        happened: 'the dataset is busy, or its status does not allow this',
        todo: 'Wait until nothing else runs on the dataset (on_conflict: wait does so), then re-run the job.',
    },
    413: { code: 'rejected', happened: 'the request is too large', todo: 'Request less at once.' },
    414: {
        code: 'rejected',
        happened: 'the URL of the request is too long',
        todo: 'Shorten vql, or select by media_ids or cluster_ids, which are sent in the request body.',
    },
};
const REJECTIONS = {
    key: {
        happened: 'Visual Layer did not accept the credentials',
        todo: 'Check api_key and api_secret: they must be complete, not revoked, and made for this base_url. Pull requests from forks get no secrets.',
    },
    token: {
        happened: 'Visual Layer did not accept the token',
        todo: 'Check token: it must be complete, not revoked, and made for this base_url. Or set api_key and api_secret instead: they sign a new token for each request.',
    },
    expired_token: {
        happened: 'the token has expired',
        todo: 'The action cannot renew token. Set api_key and api_secret instead: they sign a new token for each request, however long the step takes.',
    },
    none_sent: {
        happened: 'Visual Layer requires credentials, and none were sent',
        todo: 'Set api_key and api_secret (or token). Undefined secrets are empty, and pull requests from forks get no secrets.',
    },
};
const REJECTED = {
    code: 'rejected',
    happened: 'Visual Layer rejected the request',
    todo: 'Fix what the server message describes, then re-run the job.',
};
/**
 * A response with a status that is no success. 408, 425, 429, and 5xx may be transient; the rest ends the step.
 *
 * @param words the API's own words, '' where it gave none
 * @param answered the body had the API's own JSON form
 * @param rejection what a 401 is about
 */
function statusFailure(what, status, words, answered, retryAfter, rejection = 'key') {
    const apiWords = words === '' ? undefined : words;
    if (status >= 500 || status === 408 || status === 425 || status === 429) {
        const isLimit = status === 429;
        const asked = retryAfter === undefined ? '' : `, Retry-After: ${Math.ceil(retryAfter / 1000)} s`;
        const happened = isLimit ? 'Visual Layer is limiting the request rate' : 'the server failed';
        const todo = isLimit
            ? `Re-run the job ${retryAfter === undefined ? 'later' : 'after that time'}, with fewer jobs that use Visual Layer at the same time.`
            : 'Re-run the job later. If the problem persists, contact Visual Layer support.';
        return new RequestFailure('server_error', `The request to ${what} failed (HTTP ${status}${asked}): ${happened}.`, { apiWords, todo }, {
            transient: true,
            // Too many requests, and too early: the request was turned away before anything was done with it.
            effect: status === 429 || status === 425 ? 'none' : 'unknown',
            status,
            retryAfterMs: retryAfter,
            answered,
        });
    }
    const meaning = status === 401 ? { code: 'unauthorized', ...REJECTIONS[rejection] } : (MEANING[status] ?? REJECTED);
    const old = status === 403 && what.includes('snapshot')
        ? ' Datasets created before Visual Layer had snapshots do not support them.'
        : '';
    return new RequestFailure(meaning.code, `The request to ${what} failed (HTTP ${status}): ${meaning.happened}.`, { apiWords, todo: meaning.todo + old }, { transient: false, effect: 'none', status, answered });
}
/** The API itself rejects the request, permanently, although it knows the account. */
function isRejection(error) {
    if (!(error instanceof RequestFailure) || error.outcome.transient)
        return false;
    const { status = 0 } = error.outcome;
    return status === 200 || (status >= 400 && status !== 401 && status !== 407);
}
/** What is read; `undefined` if the API rejects the request. */
async function unlessRejected(reading) {
    return reading.catch((error) => {
        if (!isRejection(error))
            throw error;
        return undefined;
    });
}

// EXTERNAL MODULE: ./build/clock.js + 1 modules
var build_clock = __webpack_require__(4701);
;// CONCATENATED MODULE: ./build/visual-layer/retry.js



/** The longest pause between two attempts of one request, in ms, when the service names none. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 500;
/** How long an outage may last for a read outside a wait, in ms, and at most this share of the time left. */
const LONGEST_OUTAGE_MS = 5 * 60_000;
const SHARE_OF_TIME_LEFT = 1 / 4;
/** Retries after responses in a row that are not understood. */
const MOST_UNEXPECTED = 5;
/**
 * A pause before attempt number `attempt` + 2 (`attempt` counts failures so far, from 0), in ms: anywhere between 0 and a
 * ceiling that doubles, so that many runners that failed together do not return together ("full jitter").
 */
function fullJitter(attempt, random = Math.random) {
    return random() * ceilingMs(attempt);
}
/**
 * A pause before a retry that is never shorter than the one before, in ms: between half of a ceiling that doubles and all of it, so
 * that an outage meets fewer and fewer requests, and not all runners at once.
 *
 * @param attempt failures so far, from 0
 */
function growingPause(attempt, random = Math.random) {
    return (ceilingMs(attempt) * (1 + random())) / 2;
}
function ceilingMs(attempt) {
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16));
}
/**
 * Retries what changes nothing after transient failures: for five minutes or a quarter of the time left, whichever is less, with pauses
 * that grow, or longer ones if `Retry-After` asks for them. Throws the last failure.
 *
 * @param retries the most retries; without it, time alone decides
 */
async function persistent(attempt, retries = Infinity, { clock, deadline, signal, onRetry }) {
    let failingSince;
    let patienceMs = 0;
    let unexpected = 0;
    return (0,build_clock/* attempts */.r2)({ clock, signal }, attempt, (error, failures) => {
        if (!isTransient(error))
            throw error;
        failingSince ??= clock.now();
        patienceMs ||= Math.min(LONGEST_OUTAGE_MS, deadline.remainingMs() * SHARE_OF_TIME_LEFT);
        const failingMs = clock.now() - failingSince;
        // A response that is not understood is no outage, and seldom passes: most often base_url names another server.
        const isOutage = error.code !== 'unexpected_reply';
        unexpected = isOutage ? 0 : unexpected + 1;
        const left = Math.min(retries - failures, isOutage ? Infinity : MOST_UNEXPECTED + 1 - unexpected);
        const restMs = isOutage ? patienceMs - failingMs : Infinity;
        const { retryAfterMs: asked = 0 } = error.outcome;
        const pause = Math.max(Math.min(growingPause(failures), Math.max(restMs, 0)), asked);
        if (left <= 0 || restMs <= 0 || asked > restMs || pause >= deadline.remainingMs()) {
            const times = `${failures} ${failures === 1 ? 'retry' : 'retries'} in ${numbers_duration(failingMs)}`;
            const tried = failures === 0 ? '' : ` ${times} did not help.`;
            const asks = left > 0 && asked > patienceMs;
            const longer = asks ? ` Retry-After asks for longer than the ${numbers_duration(patienceMs)} of retries.` : '';
            throw tried + longer === '' ? error : error.with({ message: `${error.message}${tried}${longer}` });
        }
        const count = left === Infinity ? '' : ` of ${failures + left}`;
        onRetry(`${error.message} Retrying in ${numbers_duration(pause)} (retry ${failures + 1}${count}).`);
        return pause;
    });
}

;// CONCATENATED MODULE: ./build/waiting/pace.js
/**
 * The first pause of an adaptive wait, in ms; also the one it returns to whenever something moves. Work of twenty seconds is polled at
 * most twelve times, and its end is seen at most three seconds late.
 */
const SHORTEST_MS = 2_000;
/** Longer pauses save few requests and make every end of a wait late. Work of an hour is polled at most 160 times. */
const LONGEST_MS = 40_000;
/** A pause is this share of the time since the last change, so that an end is seen late by about an eighth of the wait at most. */
const SHARE = 0.12;
/**
 * The pause before the next poll, in ms: fixed where the user fixed it, otherwise growing with the time since something last
 * changed, and longer by up to a fifth so that many runners do not poll in step.
 *
 * @param sinceChangeMs since the state that is polled was last seen to change, in ms
 */
function pause(interval, sinceChangeMs, random = Math.random) {
    if (interval !== 'auto')
        return interval;
    const steady = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, sinceChangeMs * SHARE));
    return steady * (1 + 0.2 * random());
}
/**
 * How long to look for what a lost response may have made before it is asked for again, in ms: lists lag, so up to two minutes, or
 * a quarter of the time left.
 */
function pace_patienceMs(remainingMs) {
    return Math.min(120_000, remainingMs / 4);
}
/** How long a result that others could still join is watched, in ms: 5 s, or a tenth of the time left. */
function pace_settlingMs(remainingMs) {
    return Math.min(5_000, remainingMs / 10);
}

;// CONCATENATED MODULE: ./build/waiting/until.js


/** Runs `body` as a phase. One that a cancellation ends stays open, so that the step can say what it left. */
async function until_asPhase(waiting, phase, body) {
    waiting.phases?.add(phase);
    try {
        return await body();
    }
    finally {
        if (!waiting.signal.aborted)
            waiting.phases?.delete(phase);
    }
}
/**
 * The only poll loop. Looks until `probe` says done or failed, or the deadline has passed; then looks again, because what ended
 * in the last pause has ended in time. A transient fault is a pending look, for however long the outage lasts. `Retry-After`
 * stretches a pause. Throws what `probe` throws otherwise, and the signal's reason at once when the step is cancelled.
 *
 * @param limitMs ends the wait earlier than the deadline, in ms from now
 */
async function until(probe, waiting, limitMs = Infinity) {
    const { clock, deadline, signal, interval } = waiting;
    const startedAt = clock.now();
    const left = () => Math.min(deadline.remainingMs(), limitMs - (clock.now() - startedAt));
    let changedAt = startedAt;
    let lastPhase;
    let lastLine;
    let lastFault;
    let wrongShapes = 0;
    for (;;) {
        signal.throwIfAborted();
        const isLast = left() <= 0;
        let asked = 0;
        try {
            const look = await probe();
            if (look.state === 'done')
                return { end: 'done', value: look.value };
            if (look.state === 'failed')
                return { end: 'failed', error: look.error };
            wrongShapes = 0;
            lastFault = undefined;
            const phase = look.phase ?? look.line;
            if (phase !== lastPhase)
                changedAt = clock.now();
            lastPhase = phase;
            lastLine = look.line;
            waiting.onLook(look.line);
        }
        catch (error) {
            if (!isTransient(error))
                throw error;
            wrongShapes = error.outcome.wrongShape ? wrongShapes + 1 : 0;
            if (wrongShapes > waiting.maxRetries)
                return { end: 'failed', error };
            lastFault = error;
            asked = error.outcome.retryAfterMs ?? 0;
            waiting.onLook(`${error.message} Still waiting.`);
        }
        if (isLast)
            return { end: 'out_of_time', lastLine, lastFault, waitedMs: clock.now() - startedAt };
        const next = Math.max(pause(interval, clock.now() - changedAt), asked);
        await clock.sleep(Math.max(0, Math.min(next, left())), signal);
    }
}
/**
 * Returns what `probe` finds in the time that `waiting` has. Throws the error of a failed look; if the time ends first, the fault of
 * the last look, or an error that says that `what` did not appear.
 */
async function seen(waiting, what, probe) {
    const ended = await until(probe, waiting);
    if (ended.end === 'done')
        return ended.value;
    if (ended.end === 'failed')
        throw ended.error;
    throw ended.lastFault ?? new Error(`${what} did not appear in the lists of Visual Layer`);
}

;// CONCATENATED MODULE: ./build/waiting/once.js





/** Answers of the application itself with HTTP 500 before it counts as its last word. */
const MOST_ANSWERED_FAILURES = 2;
/**
 * The only way to send a request that changes something. A request that never arrived is sent again; one whose response was lost
 * is looked for, patiently, before it is sent again, so that it takes effect once.
 *
 * One instance represents one intended change: `run()` may be called again (after a conflict was waited out) and still knows
 * that an earlier attempt may have taken effect.
 */
class OnceOnly {
    #change;
    #waiting;
    #say;
    /** The failure after which the change may have been made. */
    #lost;
    /** @param say one line for the log, when a response is lost and what was found */
    constructor(change, waiting, say) {
        this.#change = change;
        this.#waiting = waiting;
        this.#say = say;
    }
    /** An earlier attempt may have taken effect: what is known of the state before it still counts. */
    get mayHaveTakenEffect() {
        return this.#lost !== undefined;
    }
    /**
     * Makes the change, or finds it made. Throws the {@link RequestFailure} of the last attempt where it was rejected or could not
     * be made, `timed_out` if the time ended before that was clear, and the signal's reason when the step is cancelled.
     */
    async run() {
        const { what, ifUnclear } = this.#change;
        const phase = { awaited: `the response to the request to ${what}`, carryOn: ifUnclear };
        return until_asPhase(this.#waiting, phase, () => this.#run());
    }
    async #run() {
        const { clock, deadline, signal, maxRetries } = this.#waiting;
        let answeredFailures = 0;
        let notBefore = 0;
        for (let failures = 0;; failures += 1) {
            const found = await this.#settled();
            if (found)
                return found.value;
            const early = notBefore - clock.now();
            if (early > 0) {
                if (this.#lost && early >= deadline.remainingMs())
                    throw this.#lost;
                await clock.sleep(early, signal);
            }
            try {
                const made = await this.#change.send();
                this.#lost = undefined;
                return made;
            }
            catch (error) {
                if (!(error instanceof RequestFailure))
                    throw error;
                const { transient, effect, answered, status, retryAfterMs } = error.outcome;
                if (effect === 'unknown')
                    this.#lost = error;
                if (answered && status === 500)
                    answeredFailures += 1;
                if (!transient || failures >= maxRetries || answeredFailures >= MOST_ANSWERED_FAILURES) {
                    // A rejection after a lost response can be the response to our own first attempt: a dataset busy with it, for one.
                    const late = await this.#settled();
                    if (late)
                        return late.value;
                    if (this.#lost)
                        error.outcome.ifUnclear = this.#change.ifUnclear;
                    throw error;
                }
                if (effect === 'unknown') {
                    // The checks continue during that time; they are the pause if the service asked for none.
                    this.#say(error.message);
                    notBefore = clock.now() + (retryAfterMs ?? 0);
                    continue;
                }
                const wait = Math.max(fullJitter(failures), retryAfterMs ?? 0);
                if (wait >= deadline.remainingMs())
                    throw error;
                this.#say(`${error.message} Retrying (${failures + 1} of ${maxRetries}).`);
                notBefore = clock.now() + wait;
            }
        }
    }
    /** What a lost response was about, where it is found; nothing where none was lost. */
    async #settled() {
        const lost = this.#lost;
        if (!lost)
            return undefined;
        const found = await this.#settle(lost);
        // Without time to look, an empty list proves nothing.
        if (!found && this.#waiting.deadline.remainingMs() <= 0)
            throw this.#unclear(lost);
        return found;
    }
    #unclear(lost) {
        const message = `Timed out before it was clear whether the request to ${this.#change.what} took effect. The last attempt failed: ${lost.message}`;
        return new errors/* ActionError */.lZ('timed_out', message, {
            apiWords: lost.apiWords,
            todo: `${this.#change.ifUnclear} Increase timeout if Visual Layer was slow.`,
            cause: lost,
        });
    }
    /** Looks for the change until it is found, or has had time to show and did not. */
    async #settle(lost) {
        const { clock, deadline } = this.#waiting;
        const { what } = this.#change;
        const patience = pace_patienceMs(deadline.remainingMs());
        const startedAt = clock.now();
        this.#say(`No clear response to the request to ${what}. Checking whether it took effect before retrying.`);
        const ended = await until(async () => {
            const trace = await this.#change.look();
            if (trace === 'busy')
                return { state: 'pending', line: `Visual Layer is still busy, possibly with the request to ${what}` };
            if (trace !== 'absent')
                return { state: 'done', value: { value: trace.found } };
            return clock.now() - startedAt >= patience
                ? { state: 'done', value: undefined }
                : { state: 'pending', line: `no sign yet of the request to ${what}` };
        }, this.#waiting);
        switch (ended.end) {
            case 'done':
                this.#say(ended.value
                    ? `The request to ${what} took effect; not retrying.`
                    : `Found no sign of it after ${Math.round((clock.now() - startedAt) / 1000)} s: the request to ${what} did not take effect.`);
                if (ended.value)
                    this.#lost = undefined;
                return ended.value;
            case 'failed':
                throw ended.error;
            case 'out_of_time':
                throw this.#unclear(lost);
        }
    }
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/dataset.js

/** The status of a dataset, for a person: `INDEXING (40%)`. */
function datasetLine(dataset) {
    const known = dataset.status === 'READY' || dataset.progress === undefined ? '' : ` (${dataset.progress}%)`;
    return `dataset ${dataset.statusWord}${known}`;
}
/** The status of a task, for a person; it distinguishes a queued task from a running one. */
function taskLine(task) {
    const progress = task.progress === undefined || task.state !== 'RUNNING' ? '' : ` (${task.progress}%)`;
    return task.state === 'QUEUED'
        ? `task ${task.statusWord}: queued behind other work`
        : `task ${task.statusWord}${progress}`;
}
/** The state of a dataset and its task. */
function dataset_pending(dataset, task) {
    return {
        state: 'pending',
        line: [datasetLine(dataset), ...(task ? [taskLine(task)] : [])].join(', '),
        phase: `${dataset.status} ${task?.statusWord ?? ''}`,
    };
}
/** The failure of a dataset in status ERROR, with the reason that Visual Layer gives. */
function dataset_datasetError(dataset, doing) {
    return new errors/* ActionError */.lZ('operation_failed', `Dataset ${dataset.id} ended in status ${dataset.statusWord} ${doing}.`, {
        apiWords: dataset.fatalError,
        todo: dataset.fatalError
            ? 'Fix the problem Visual Layer reports, then re-run the job.'
            : 'Visual Layer gave no reason. Open the dataset there, or send its support the dataset ID.',
    });
}
/** The failure of a task that ended FAILED or ABORTED. */
function dataset_taskError(task, doing) {
    const aborted = task.state === 'ABORTED';
    return new errors/* ActionError */.lZ('operation_failed', `The task ${doing} ended as ${task.statusWord} (task ${task.id}).`, {
        apiWords: task.words,
        todo: aborted
            ? 'Someone aborted it in Visual Layer. If that was unintended, re-run the job.'
            : 'Check the task in the Task Manager of Visual Layer, then re-run the job.',
    });
}
/**
 * A dataset that is being made. Its READY cannot be old, since the dataset is new. `task` is its creation task, where the list
 * shows it.
 */
function creationVerdict(dataset, task) {
    if (dataset.status === 'READY')
        return { state: 'done', value: dataset };
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: dataset_datasetError(dataset, 'while it was being created') };
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: dataset_taskError(task, 'that creates the dataset') };
    }
    return dataset_pending(dataset, task);
}
/**
 * Any dataset that is waited for until it is READY. A READY next to a task that has not ended may be the old one: it counts once
 * it has stood for `patienceMs`, since a task may also have been left hanging long ago.
 */
function readyVerdict(dataset, unended, readyForMs, patienceMs) {
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: dataset_datasetError(dataset, 'instead of READY') };
    if (dataset.status === 'READY' && (!unended || readyForMs >= patienceMs))
        return { state: 'done', value: dataset };
    return dataset_pending(dataset, unended);
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/restore.js



/** Of the restores since a request, the one that runs, or the last that began; one without a start still waits for its turn. */
function lastRestore(tasks) {
    const began = (task) => (hasEnded(task) ? (task.startedAt ?? 0) : Infinity);
    return tasks.reduce((best, next) => (best && began(best) >= began(next) ? best : next), undefined);
}
/**
 * A restore is over when its own task COMPLETED, its snapshot is the current one, none is restoring, and the dataset is READY.
 * It is over too if its snapshot is no longer current only because of what someone else did since: a snapshot that was not there
 * before, or a later restore, is the current one.
 * A task that never shows is done without, once the list had time: then the snapshot must have become current, or have been seen
 * restoring. docs.visual-layer.com/api-reference/snapshots; the order of these signs is not documented.
 */
function restoreVerdict(seen) {
    const { tasks, dataset, snapshots, targetId } = seen;
    const task = lastRestore(tasks);
    const target = snapshots.find((snapshot) => snapshot.id === targetId);
    const succeeded = tasks.filter(({ state }) => state === 'COMPLETED').length;
    // Only one restore runs at a time, so one that failed after another had COMPLETED may be someone else's.
    const isTheirs = succeeded > 0 && target?.isCurrent === true && !seen.wasCurrent;
    if (task && !isTheirs && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: dataset_taskError(task, `that restores snapshot ${targetId}`) };
    }
    const completed = succeeded > 0 && tasks.every(hasEnded);
    if (dataset.status === 'ERROR' && (completed || (!task && !seen.wasError))) {
        return { state: 'failed', error: dataset_datasetError(dataset, `while snapshot ${targetId} was being restored`) };
    }
    const restoring = snapshots.some((snapshot) => snapshot.isRestoring);
    const settled = dataset.status === 'READY' && !restoring;
    if (settled && target?.isCurrent) {
        const proven = completed || (!task && (!seen.wasCurrent || seen.seenAtWork) && seen.sinceMs >= seen.patienceMs);
        if (proven)
            return { state: 'done', value: { since: undefined } };
    }
    const current = snapshots.find((snapshot) => snapshot.isCurrent);
    if (settled && completed && current && !target?.isCurrent) {
        if (!seen.earlierIds.has(current.id) || succeeded > 1)
            return { state: 'done', value: { since: current } };
    }
    if (settled && completed && !target?.isCurrent && seen.sinceMs >= seen.patienceMs) {
        return {
            state: 'failed',
            error: new errors/* ActionError */.lZ('operation_failed', `The restore task COMPLETED, but snapshot ${targetId} is not the current state of dataset ${dataset.id}${current ? `: that is "${current.name}" (${current.id})` : ''}.`, {
                todo: 'Someone else may have changed the dataset. Check its Snapshot Catalog in Visual Layer before you continue.',
            }),
        };
    }
    const signs = [
        datasetLine(dataset),
        task ? taskLine(task) : 'task not listed yet',
        restoring ? 'restoring' : target?.isCurrent ? 'snapshot is current' : 'snapshot not current yet',
    ];
    return { state: 'pending', line: signs.join(', '), phase: `${dataset.status} ${task?.statusWord} ${signs[2]}` };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
;// CONCATENATED MODULE: ./build/export/manifest.js




/** The file next to every export that describes it. */
const MANIFEST_NAME = 'manifest.json';
/** The file next to the manifest of an export that was compared with a baseline. */
const COMPARISON_NAME = 'comparison.json';
/** The file that an export's labels are written to in the format of COCO. Visual Layer may have put one of that name into the export. */
const manifest_ANNOTATIONS_NAME = 'annotations.json';
/** Names that no file of an export may have. */
const OWN_NAMES = [MANIFEST_NAME, COMPARISON_NAME];
/** A CRC-32 as a manifest has it. */
function checksumText(crc32) {
    return crc32.toString(16).padStart(8, '0');
}
/** What was unpacked, as a manifest lists it. */
function listed({ entries }) {
    return entries.map(({ name, path, size, crc32 }) => ({
        path,
        ...(name === path ? {} : { original_name: name }),
        size_bytes: size,
        crc32: checksumText(crc32),
    }));
}
const FILES_AT_ONCE = 1000;
/**
 * Writes a manifest, under another name first, so that no half of one is ever found at `path`. `files` are listed only where the
 * export was unpacked; they are taken and written a thousand at a time. Throws an `ActionError` for the disk, or what `files` throws.
 */
async function writeManifest(path, manifest, files) {
    try {
        await writeListing(path, manifest, files);
    }
    catch (error) {
        throw systemFailure(error, 'write the manifest', path);
    }
}
/** Writes an object that is not empty, and `files` as its last member, as JSON; under another name first. Throws what the disk does. */
async function writeListing(path, head, files) {
    const draft = `${path}.${randomUUID()}.tmp`;
    try {
        const file = await open(draft, 'wx');
        try {
            await write(file, head, files);
        }
        finally {
            await file.close();
        }
        await rename(draft, path);
    }
    catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw error;
    }
}
async function write(file, head, files) {
    const text = JSON.stringify(head, null, 2);
    if (!files)
        return file.appendFile(`${text}\n`);
    await file.appendFile(`${text.slice(0, -2)},\n  "files": [`);
    let lines = [];
    let separator = '';
    const flush = async () => {
        await file.appendFile(separator + lines.join(','));
        separator = ',';
        lines = [];
    };
    for await (const entry of files) {
        lines.push(`\n    ${JSON.stringify(entry)}`);
        if (lines.length === FILES_AT_ONCE)
            await flush();
    }
    if (lines.length > 0)
        await flush();
    await file.appendFile(separator === '' ? ']\n}\n' : '\n  ]\n}\n');
}
/** What is read back of a manifest. Everything but the version may be missing: another version of this action wrote it. */
const earlierManifest = schemas/* object */.Ikc({
    schema_version: schemas/* number */.aig(),
    media_count: schemas/* number */.aig().optional(),
    content_digest: schemas/* string */.YjP().optional(),
    archive: schemas/* object */.Ikc({ name: schemas/* string */.YjP() }).nullish(),
    files: schemas/* array */.YOg(schemas/* object */.Ikc({ path: schemas/* string */.YjP() })).default([]),
    produced_by: schemas/* object */.Ikc({ action: schemas/* string */.YjP() }),
});
const ourComparison = schemas/* object */.Ikc({
    schema_version: schemas/* number */.aig(),
    compared_with: schemas/* object */.Ikc({}),
    modified_fields: schemas/* object */.Ikc({}),
});
const LARGEST_MANIFEST = (/* unused pure expression or super */ null && (256 * 1024 * 1024));
/** Reads a manifest. `undefined` when there is none or it is not one of ours; its paths are not to be trusted. */
async function readManifest(path) {
    try {
        const result = earlierManifest.safeParse(await readJson(path));
        return result.success ? result.data : undefined;
    }
    catch {
        return undefined;
    }
}
/** Whether a file is a `comparison.json` of ours. */
async function isComparison(path) {
    try {
        return ourComparison.safeParse(await readJson(path)).success;
    }
    catch {
        return false;
    }
}
/** A file of ours, which may be anybody's. A link to a device or a pipe, which would never end, is not read. */
async function readJson(path) {
    const found = await stat(path);
    return found.isFile() && found.size <= LARGEST_MANIFEST ? JSON.parse(await readFile(path, 'utf8')) : undefined;
}

;// CONCATENATED MODULE: ./build/operations/facts.js




/** Tells which dataset a step is about, in the outputs and the log, as soon as it is known. */
function aboutDataset(step, dataset) {
    const { reporter } = step;
    reporter.output('dataset_id', dataset.id);
    reporter.output('dataset_name', dataset.name);
    reporter.output('dataset_status', dataset.statusWord);
    reporter.info(`Dataset "${dataset.name}" (${dataset.id}) is ${dataset.statusWord}.`);
}
/** Reads the dataset that a step is about. Its ID is known from the inputs, and reported even if it cannot be read. */
async function readDataset(step, datasetId) {
    step.reporter.output('dataset_id', datasetId);
    const dataset = await step.api.datasets.get(datasetId);
    aboutDataset(step, dataset);
    return dataset;
}
/** How messages name a dataset: `dataset "Cats" (0a1b…)`; by its ID alone if its name is not known. */
function facts_namedDataset({ id, name }) {
    return name ? `dataset "${name}" (${id})` : `dataset ${id}`;
}
/** Bytes for people. */
function size(bytes) {
    return prettyBytes(bytes, { binary: true });
}
/** Images and videos, as far as they are known: `1,234 images, 5 videos`. */
function facts_items(images, videos) {
    const parts = [
        images === undefined || images < 0 ? undefined : `${count(images)} images`,
        videos === undefined || videos <= 0 ? undefined : `${count(videos)} videos`,
    ].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.join(', ');
}
/** Tells which snapshot a step is about, in the outputs and the summary, where `label` says what it is to the step. */
function aboutSnapshot(step, snapshot, label) {
    const { reporter } = step;
    reporter.output('snapshot_id', snapshot.id);
    reporter.output('snapshot_name', snapshot.name);
    reporter.fact(label, snapshot.name);
    reporter.fact('Snapshot ID', snapshot.id, { code: true });
    const text = facts_items(snapshot.images, snapshot.videos);
    if (text !== undefined)
        reporter.fact('Snapshot items', text);
}
/** Reports where an export is and what it contains. */
function tellPlaced({ outputDir }, step, placed) {
    const { reporter, context } = step;
    if (placed.archivePath !== undefined)
        reporter.output('export_path', placed.archivePath);
    reporter.output('export_dir', outputDir);
    reporter.output('media_count', placed.mediaCount);
    reporter.output('content_digest', placed.contentDigest);
    const where = placed.archivePath ?? outputDir;
    reporter.fact('Export', path.relative(context.workspace, where), { code: true });
    reporter.fact('Content digest', placed.contentDigest, { code: true });
    if (!placed.coco)
        return;
    reporter.output('annotations_path', path.join(outputDir, ANNOTATIONS_NAME));
    const { images, boxes, imageLabels, classes, notes, theirs } = placed.coco;
    const counts = [
        counted(images, 'image'),
        counted(boxes, 'box', 'boxes'),
        counted(imageLabels, 'image label'),
        counted(classes, 'class', 'classes'),
    ];
    reporter.fact('COCO annotations', counts.join(', '));
    for (const note of notes)
        reporter.note(note);
    if (theirs !== undefined)
        reporter.note(`Renamed the ${ANNOTATIONS_NAME} from Visual Layer to ${theirs}.`);
}

;// CONCATENATED MODULE: ./build/operations/catalog.js

/** Newest first; those without a readable stamp at the end, in the order in which they came. */
function newestFirst(snapshots) {
    return snapshots.toSorted((a, b) => (b.createdAt ?? -Infinity) - (a.createdAt ?? -Infinity) || 0);
}
/** When a snapshot was taken, for people: `2026-01-02 03:04 UTC`; where the stamp cannot be read, as the API wrote it. */
function whenTaken(snapshot) {
    if (snapshot.createdAt === undefined)
        return snapshot.createdAtText;
    return `${new Date(snapshot.createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
/** The cells that any table of snapshots begins with, by the headers in {@link CATALOG_HEADERS}. */
function catalogCells(snapshot) {
    const { name, createdBy, images, videos, id } = snapshot;
    return [name, whenTaken(snapshot), createdBy, items(images, videos) ?? '', { code: id }];
}
const CATALOG_HEADERS = (/* unused pure expression or super */ null && (['Name', 'When', 'By', 'Items', 'ID']));
/**
 * The catalog as a JSON array, in the API's own words for the fields; stamps with their zone, which the API leaves out, and
 * `null` if it shows nothing.
 */
function catalogJson(snapshots) {
    return JSON.stringify(snapshots.map((snapshot) => ({
        snapshot_id: snapshot.id,
        snapshot_name: snapshot.name,
        description: snapshot.description,
        reason: snapshot.reason,
        created_at: snapshot.createdAt === undefined ? snapshot.createdAtText || null : new Date(snapshot.createdAt).toISOString(),
        created_by: snapshot.createdBy,
        n_images: snapshot.images ?? null,
        n_videos: snapshot.videos ?? null,
        is_current: snapshot.isCurrent,
        is_restoring: snapshot.isRestoring,
    })));
}

;// CONCATENATED MODULE: ./build/operations/choose-snapshot.js



/** The newest snapshot of exactly this name. Names are not unique; the list is newest first, and stamps decide where there are any. */
function newestNamed(snapshots, name) {
    return snapshots
        .filter((snapshot) => snapshot.name === name)
        .reduce((best, next) => (best && (best.createdAt ?? 0) >= (next.createdAt ?? 0) ? best : next), undefined);
}
function pick(snapshots, choice) {
    if (choice.by === 'name')
        return newestNamed(snapshots, choice.snapshotName);
    if (choice.snapshotId === 'current')
        return snapshots.find((snapshot) => snapshot.isCurrent);
    return snapshots.find((snapshot) => snapshot.id.toLowerCase() === choice.snapshotId);
}
/**
 * Finds the snapshot that an input chooses, by id, by name, or `current`. A list that does not show it is read again for a
 * moment, since lists lag; then it is `not_found`, never another one.
 */
async function chooseSnapshot(step, dataset, choice) {
    let known = await step.api.snapshots.list(dataset.id);
    const first = pick(known, choice);
    if (first)
        return first;
    const look = async () => {
        known = await step.api.snapshots.list(dataset.id, 0);
        const snapshot = pick(known, choice);
        return snapshot
            ? { state: 'done', value: snapshot }
            : { state: 'pending', line: 'the snapshot is not listed; reading the list again' };
    };
    const ended = await until(look, step.waiting, pace_settlingMs(step.deadline.remainingMs()));
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'done')
        return ended.value;
    if (ended.lastFault)
        throw ended.lastFault;
    const wanted = choice.by === 'name'
        ? `named "${choice.snapshotName}"`
        : choice.snapshotId === 'current'
            ? 'marked as current'
            : choice.snapshotId;
    const names = known.slice(0, 10).map((snapshot) => `"${snapshot.name}" (${snapshot.id})`);
    const others = known.length === 0
        ? 'The dataset has no snapshots.'
        : `It has: ${names.join(', ')}${known.length > 10 ? `, and ${known.length - 10} more` : ''}.`;
    throw new errors/* ActionError */.lZ('not_found', `Dataset "${dataset.name}" (${dataset.id}) has no snapshot ${wanted}.`, {
        todo: `${others} Deleted snapshots are not listed. Fix snapshot_id or snapshot_name.`,
    });
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/copy.js

/** By the type of the task that makes a dataset of another one. */
const WORDS = {
    SNAPSHOT_CLONE: { task: 'that clones into', dataset: 'the new dataset', during: 'while it was being cloned' },
    ENRICHMENT: { task: 'that enriches', dataset: 'the enriched dataset', during: 'while it was being enriched' },
};
/** Whether a dataset can come from `sourceId`, as far as it shows. */
function canComeFrom(dataset, sourceId) {
    return (dataset?.sourceDatasetId ?? sourceId) === sourceId;
}
/**
 * The task that makes a dataset: the only new one on it, or, if the server names the source in it, the only new one on the source.
 * `undefined` if several could be it.
 */
function copy_ownTask({ source, taskIds }, datasetId, tasks) {
    const on = (id) => tasks.filter((task) => task.datasetId === id && !taskIds.has(task.id));
    const own = on(datasetId);
    const [only, ...others] = own.length > 0 ? own : on(source.id);
    return others.length === 0 ? only : undefined;
}
/** A clone or an enrichment whose dataset is known. Its READY counts once its task is over, or, if none is listed, once it is proven. */
function copy_copyVerdict(type, { datasetId, dataset, task, proven }) {
    const words = WORDS[type];
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: taskError(task, `${words.task} dataset ${datasetId}`) };
    }
    if (!dataset)
        return { state: 'pending', line: `${words.dataset} cannot be read yet` };
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: datasetError(dataset, words.during) };
    const over = task ? task.state === 'COMPLETED' : proven;
    if (dataset.status === 'READY' && over)
        return { state: 'done', value: dataset };
    if (dataset.status !== 'READY' || task)
        return pending(dataset, task);
    return { state: 'pending', line: 'dataset READY, its task is not listed yet' };
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/clone.js

/** What Visual Layer calls a clone, as documented. */
function cloneName(sourceName) {
    return `${sourceName} (cloned)`;
}
/**
 * The datasets that may be the clone: new since the background, called like a clone of the source, and not known to come from
 * another dataset. If there is none, those that are known to come from the source, whatever they are called, since someone may
 * rename a clone at once.
 */
function cloneCandidates(background, tasks, datasets) {
    const all = newClones(background, tasks, datasets);
    const named = all.filter(({ isNamed }) => isNamed);
    return named.length > 0 ? named : all;
}
/**
 * All datasets that may be clones of the source and are new since the background. Two signs are read, since either list may lag: the
 * clone tasks, whose dataset is documented as the new one (a server that names the source there instead says nothing of the new one's
 * ID), and the datasets.
 */
function newClones(background, tasks, datasets) {
    const { source } = background;
    const expected = cloneName(source.name).trim();
    const known = new Map(datasets.map((dataset) => [dataset.id, dataset]));
    const isNew = (id) => id !== '' && id !== source.id && !background.datasetIds.has(id);
    const found = new Map();
    const add = (datasetId, name, task) => {
        const dataset = known.get(datasetId);
        if (!isNew(datasetId) || found.has(datasetId) || !canComeFrom(dataset, source.id))
            return;
        const isNamed = name.trim() === expected;
        if (isNamed || task || dataset?.sourceDatasetId !== undefined)
            found.set(datasetId, { datasetId, task, dataset, isNamed });
    };
    for (const task of tasks) {
        const name = ['', source.name].includes(task.datasetName) ? expected : task.datasetName;
        const isOurs = name.trim() === expected || known.get(task.datasetId)?.sourceDatasetId !== undefined;
        if (!background.taskIds.has(task.id) && isOurs)
            add(task.datasetId, name, task);
    }
    for (const dataset of datasets)
        add(dataset.id, dataset.name);
    return [...found.values()];
}
/** The clone tasks of a dataset, whichever dataset a server names in them. */
function clone_cloneTasksOf({ id, name }, tasks) {
    return tasks.filter((task) => task.datasetId === id || task.datasetName.trim() === cloneName(name).trim());
}
/**
 * The new clone tasks of the source that failed, except those of the candidates themselves. One of them may be ours: then what else is
 * new is someone else's.
 */
function failedClones({ source, taskIds }, tasks, candidates) {
    return clone_cloneTasksOf(source, tasks).filter(({ id, state, datasetId }) => !taskIds.has(id) &&
        (state === 'FAILED' || state === 'ABORTED') &&
        !candidates.some((candidate) => candidate.datasetId === datasetId));
}
/**
 * The task of a clone that failed before any dataset showed: every clone task that is new and of this source has failed. While one of
 * them still runs it may be ours.
 */
function failedClone(background, tasks) {
    const ours = clone_cloneTasksOf(background.source, tasks).filter(({ id }) => !background.taskIds.has(id));
    return ours.length === failedClones(background, tasks, []).length ? ours[0] : undefined;
}

;// CONCATENATED MODULE: ./build/operations/visible-tasks.js




/** Steps whose task list turned out to be unreadable. */
const without = new WeakSet();
/**
 * The tasks that this account may see. A task list that is rejected, or that an older self-hosted server does not have (it answers
 * with its web page), is no reason to give up: the status of the dataset and of its snapshots show it as well, only less surely.
 *
 * @param retries 0 in a wait, where the next look is the retry
 */
async function visible_tasks_visibleTasks(step, filter, retries) {
    if (without.has(step))
        return [];
    try {
        return await step.api.tasks.list(filter, retries);
    }
    catch (error) {
        // A web page that stayed one however often it was asked is a rejection, too.
        const isPage = error instanceof RequestFailure && error.code === 'unexpected_reply' && retries !== 0;
        if (!isRejection(error) && !isPage)
            throw error;
        without.add(step);
        const todo = 'The step relies only on the status of the dataset and its snapshots.';
        step.reporter.warning(`Could not read the task list of Visual Layer: ${error.message}`, { todo });
        return [];
    }
}
/** Sets `task_id` where the list shows the task within a moment; a step that does not wait can do without, whatever the reason. */
async function nameTask(step, find) {
    await until(async () => {
        const task = await find();
        if (!task)
            return { state: 'pending', line: 'task not listed yet' };
        step.reporter.output('task_id', task.id);
        return { state: 'done', value: undefined };
    }, step.waiting, pace_settlingMs(step.deadline.remainingMs())).catch((error) => {
        step.signal.throwIfAborted();
        step.reporter.info(`Could not look for the task, so task_id is not set: ${(0,errors/* describe */.q0)(error)}.`);
    });
}

;// CONCATENATED MODULE: ./build/operations/waits.js






/**
 * Waits until `probe` is done; a failed look or the end of the time is thrown. The message of a `timed_out` names what was
 * waited for, the last status, how long, and how to resume.
 */
async function waits_waitFor(step, phase, probe) {
    let hasLooked = false;
    const look = async () => {
        const found = await probe();
        hasLooked = true;
        return found;
    };
    const ended = await step.reporter
        .group(`Waiting for ${phase.awaited}`, () => until_asPhase(step.waiting, phase, () => until(look, step.waiting)))
        .catch((error) => {
        throw hasLooked ? goneMeanwhile(error, phase) : error;
    });
    switch (ended.end) {
        case 'done':
            return ended.value;
        case 'failed':
            throw ended.error;
        case 'out_of_time':
            throw timedOut(step, phase, ended);
    }
}
/** What is waited for was there before, so a 404 is news, and no fault of the inputs. */
function goneMeanwhile(error, { awaited }) {
    if (!failure_isMissing(error))
        return error;
    const message = `The dataset or the item disappeared while this step waited for ${awaited}: someone deleted it or removed this account's access. ${error.message}`;
    return new waits_Disappeared('not_found', message, { apiWords: error.apiWords, todo: REDO, cause: error });
}
const REDO = 'If that was unintended, re-run the job.';
/** The error of a wait that timed out. */
function timedOut({ deadline }, { awaited, carryOn }, { lastLine, lastFault, waitedMs }) {
    const last = lastLine === undefined ? 'no status received' : `last status: ${lastLine}`;
    const fault = lastFault ? ` The last poll failed: ${lastFault.message}` : '';
    return new errors/* ActionError */.lZ('timed_out', `Timed out after ${numbers_duration(deadline.elapsedMs())} (timeout: ${numbers_duration(deadline.totalMs)}). Waited ${numbers_duration(waitedMs)} for ${awaited}; ${last}.${fault}`, { apiWords: lastFault?.apiWords, todo: `${carryOn} Or increase timeout.`, cause: lastFault });
}
/** Makes a read that returns `undefined` for what is not there yet, for at most `graceMs` from now. */
function lenient(step, graceMs, read) {
    const startedAt = step.clock.now();
    return async () => {
        try {
            return await read();
        }
        catch (error) {
            if (isMissing(error) && step.clock.now() - startedAt < graceMs)
                return undefined;
            throw error;
        }
    };
}
/** Reads a dataset that this step has made, whatever it is doing, as soon as it is visible. `carryOn` as in {@link Phase}. */
async function readNew(step, datasetId, carryOn) {
    const read = waits_ownDataset(step, datasetId, patienceMs(step.deadline.remainingMs()));
    return waits_waitFor(step, { awaited: `dataset ${datasetId} to be readable`, carryOn }, async () => {
        const dataset = await read();
        return dataset
            ? { state: 'done', value: dataset }
            : { state: 'pending', line: 'the new dataset cannot be read yet' };
    });
}
/** What a step had made is no longer there. */
class waits_Disappeared extends errors/* ActionError */.lZ {
}
/**
 * Makes a read of a dataset that this step has made: `undefined` while it is not visible yet, for at most `graceMs` from now. Once it
 * was visible, a lasting absence is {@link Disappeared}.
 *
 * @param seen the dataset, if it was visible before
 */
function waits_ownDataset({ api, clock, deadline }, datasetId, graceMs, seen) {
    let last = seen;
    let missingSince = seen ? undefined : clock.now();
    return async () => {
        try {
            last = await api.datasets.get(datasetId, 0);
            missingSince = undefined;
            return last;
        }
        catch (error) {
            if (!isMissing(error))
                throw error;
            missingSince ??= clock.now();
            const grace = last ? settlingMs(deadline.remainingMs()) : graceMs;
            if (clock.now() - missingSince < grace)
                return undefined;
            if (!last) {
                const message = `Dataset ${datasetId} was created, but this account could not read it since.`;
                const todo = 'Look for it in Visual Layer, and check who has access to it, before you re-run the job.';
                throw new ActionError('not_found', message, { apiWords: error.apiWords, todo, cause: error });
            }
            const message = `Dataset "${last.name}" (${datasetId}) disappeared while this step waited for it: someone deleted it or removed this account's access.`;
            throw new waits_Disappeared('not_found', message, { todo: REDO, cause: error });
        }
    };
}
/** Remembers whether something was ever seen in a wait. */
class waits_Seen {
    value = false;
    add(now) {
        this.value ||= now;
        return this.value;
    }
}
/**
 * Runs work that has no looks to count, a transfer say, against the deadline of the step: its signal aborts with `timed_out` when
 * the time is up, and with the step's own reason when that is cancelled.
 */
async function withinDeadline(step, phase, body) {
    const { clock, deadline } = step;
    step.signal.throwIfAborted();
    const late = () => {
        const message = `Timed out after ${duration(deadline.elapsedMs())} (timeout: ${duration(deadline.totalMs)}) while waiting for ${phase.awaited}.`;
        return new ActionError('timed_out', message, { todo: `${phase.carryOn} Or increase timeout.` });
    };
    return asPhase(step.waiting, phase, () => within(clock, deadline.remainingMs(), step.signal, late, body));
}

;// CONCATENATED MODULE: ./build/operations/conflicts.js










function statusBlocks(dataset) {
    switch (dataset.status) {
        case 'READY':
            return { kind: 'none' };
        case 'ERROR':
        case 'PARTIAL_INDEX':
        case 'DRAFT':
            return { kind: 'stuck', line: datasetLine(dataset) };
        case 'INDEXING':
        case 'READ_ONLY':
        case 'BUSY':
        case 'UNKNOWN':
            return { kind: 'work', line: datasetLine(dataset) };
    }
}
function taskName(task) {
    return `${task.type || 'a task'} (${taskLine(task)}, id ${task.id})`;
}
/** Looks at what a dataset is doing. A clone runs on the dataset it makes, so clones of this one are looked for by name. */
async function blocker(step, datasetId, retries) {
    const dataset = await step.api.datasets.get(datasetId, retries);
    const own = await visible_tasks_visibleTasks(step, { datasetId }, retries);
    const running = own.find(isBlocking);
    if (running)
        return { kind: 'work', line: taskName(running) };
    const byStatus = statusBlocks(dataset);
    if (byStatus.kind !== 'none')
        return byStatus;
    const clones = await visible_tasks_visibleTasks(step, { type: 'SNAPSHOT_CLONE' }, retries);
    const clone = clones.find((task) => !hasEnded(task) && task.datasetName === cloneName(dataset.name));
    return clone ? { kind: 'work', line: taskName(clone) } : byStatus;
}
/** Waits until no work is visible on the dataset. */
async function waitForCalm(step, datasetId, phase) {
    await waits_waitFor(step, phase, async () => {
        const now = await blocker(step, datasetId, 0);
        return now.kind === 'work'
            ? { state: 'pending', line: `waiting for ${now.line}`, phase: now.line.replace(/\(\d+%\)/, '') }
            : { state: 'done', value: undefined };
    });
}
/**
 * Makes a request that Visual Layer rejects with 409 while something else runs on the dataset. With `wait`, waits for what runs
 * and tries again, within the deadline; a conflict that waiting cannot resolve ends the step at once.
 */
async function throughConflicts(step, datasetId, onConflict, attempt) {
    let calmSince;
    for (;;) {
        try {
            return await attempt();
        }
        catch (error) {
            if (!(error instanceof RequestFailure) || error.outcome.status !== 409)
                throw error;
            const { ifUnclear } = error.outcome;
            if (onConflict === 'fail')
                throw error.with({ todo: ifUnclear ?? 'Set on_conflict: wait to wait for it.' });
            const phase = calm(datasetId, ifUnclear);
            const now = await until_asPhase(step.waiting, phase, () => blocker(step, datasetId));
            if (now.kind === 'stuck') {
                throw error.with({
                    todo: ifUnclear ??
                        `The dataset will stay in this state (${now.line}) until someone changes it, so waiting will not help. Fix it in Visual Layer first (PARTIAL INDEX: reindex; ERROR: restore a snapshot).`,
                });
            }
            if (now.kind === 'work') {
                calmSince = undefined;
                step.reporter.info(`Visual Layer reports the dataset as busy (${error.apiWords ?? error.message}). Waiting for ${now.line}.`);
                await waitForCalm(step, datasetId, phase);
                continue;
            }
            // Nothing runs, as far as can be seen: the lists may lag a little, and the rejection may have been the last of its kind.
            calmSince ??= step.clock.now();
            const calmFor = step.clock.now() - calmSince;
            if (calmFor >= pace_patienceMs(step.deadline.remainingMs())) {
                throw error.with({
                    todo: ifUnclear ??
                        `Nothing appears to have been running on the dataset for ${numbers_duration(calmFor)}, so waiting longer will not help.`,
                });
            }
            step.reporter.progress('Visual Layer reports the dataset as busy, but nothing appears to be running. Retrying.');
            const pause = typeof step.waiting.interval === 'number' ? step.waiting.interval : 5_000;
            await until_asPhase(step.waiting, phase, () => step.clock.sleep(Math.min(pause, step.deadline.remainingMs()), step.signal));
        }
    }
}
/**
 * Reads the dataset once its status shows no work in progress (at once with `fail`), so that what follows starts from a known
 * state. Goes by the status alone: a task that was left hanging long ago does not block what Visual Layer would accept.
 */
async function calmDataset(step, datasetId, onConflict) {
    const dataset = await step.api.datasets.get(datasetId);
    if (statusBlocks(dataset).kind !== 'work')
        return dataset;
    if (onConflict === 'fail') {
        throw new errors/* ActionError */.lZ('conflict', `Dataset ${datasetId} is busy: ${datasetLine(dataset)}.`, {
            todo: 'Set on_conflict: wait to wait for it.',
        });
    }
    return waits_waitFor(step, calm(datasetId), async () => {
        const now = await step.api.datasets.get(datasetId, 0);
        const { kind } = statusBlocks(now);
        return kind === 'work'
            ? { state: 'pending', line: datasetLine(now), phase: now.statusWord }
            : { state: 'done', value: now };
    });
}
function calm(datasetId, carryOn = 'The operation was not started. Re-run the job when that work is finished.') {
    return { awaited: `other work on dataset ${datasetId} to end`, carryOn };
}

;// CONCATENATED MODULE: ./build/operations/operation.js



/** Inputs that no operation is warned about: shared ones, and the token that the runner fills in by itself. */
const NEVER_UNUSED = ['operation', 'github_token', ...SHARED_INPUTS];
function operation(definition) {
    const { name, inputs, outputs, rules, idle, request } = definition;
    return {
        name,
        outputs,
        read(given, places) {
            const fields = typeof inputs === 'function' ? inputs(places) : inputs;
            const { values, faults } = readFields(fields, given, name);
            faults.push(...(rules?.(given) ?? []));
            const set = INPUT_NAMES.filter((input) => !hasDefault(given, input) && !NEVER_UNUSED.includes(input));
            const unused = set.filter((input) => !(input in fields));
            const warnings = unused.map((input) => `The input "${input}" is set but operation "${name}" does not use it.`);
            for (const { inputs: without, because } of idle?.(given) ?? []) {
                const idling = set.filter((input) => without.includes(input));
                warnings.push(...idling.map((input) => `The input "${input}" is set but has no effect: ${because}.`));
            }
            const made = values && ((shared) => ({ operation: name, ...shared, ...(request?.(values) ?? values) }));
            return { faults, request: made, warnings };
        },
        run: (asked, step) => definition.run(asked, step),
    };
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/snapshot.js


/**
 * A snapshot counts when the list shows it and the dataset is READY. If the API accepted without naming one, a READY may still be
 * the old one: then it counts once the snapshot is the current state, or the dataset was busy in between. `gone`: the API named it,
 * and the list had time to show it and does not, since someone else may delete it at once.
 */
function snapshotVerdict(seen) {
    const { snapshot, dataset } = seen;
    if (dataset.status === 'ERROR') {
        return { state: 'failed', error: dataset_datasetError(dataset, 'while its snapshot was being created') };
    }
    const ready = dataset.status === 'READY';
    if (snapshot && ready && (seen.named || snapshot.isCurrent || seen.seenBusy))
        return { state: 'done', value: snapshot };
    if (!snapshot && ready && seen.named && seen.sinceMs >= seen.patienceMs)
        return { state: 'done', value: 'gone' };
    if (!snapshot && ready && !seen.named && seen.sinceMs >= seen.patienceMs) {
        return {
            state: 'failed',
            error: new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the request, but dataset ${dataset.id} is READY again and does not list the snapshot.`, { todo: 'Visual Layer could not create the snapshot. Re-run the job.' }),
        };
    }
    const line = `${snapshot ? 'snapshot listed' : 'snapshot not listed yet'}, ${datasetLine(dataset)}`;
    return { state: 'pending', line, phase: `${snapshot !== undefined} ${dataset.status}` };
}

;// CONCATENATED MODULE: ./build/operations/provenance.js

/** Marks one snapshot of ours, so that it is found again among others made at the same time under the same name. */
function newMark() {
    return (0,external_node_crypto_.randomBytes)(8).toString('hex');
}
/**
 * The line that a snapshot's description ends with: where it came from, for people, and a mark, for the action.
 * `Created by GitHub Actions: octo/cats, workflow "Nightly", job export, run 42, attempt 1, commit 1a2b3c4, https://… [mark 0f…]`
 */
function provenanceLine(context, mark) {
    const parts = [
        context.repository,
        context.workflow === undefined ? undefined : `workflow "${context.workflow}"`,
        context.job === undefined ? undefined : `job ${context.job}`,
        context.runId === undefined ? undefined : `run ${context.runId}`,
        context.runAttempt === undefined ? undefined : `attempt ${context.runAttempt}`,
        context.sha === undefined ? undefined : `commit ${context.sha}`,
        context.runUrl,
    ].filter((part) => part !== undefined);
    return `Created by GitHub Actions${parts.length > 0 ? `: ${parts.join(', ')}` : ''} [mark ${mark}]`;
}
/** A description with its provenance on a line of its own. */
function describedWith(description, line) {
    return description === undefined || description === '' ? line : `${description}\n${line}`;
}

;// CONCATENATED MODULE: ./build/operations/take-snapshot.js








/**
 * Saves the present state of a dataset, once, and sees it: the snapshot is in the list and the dataset READY again.
 * The description ends with a line that says where it came from; the mark in it distinguishes ours from any other.
 *
 * @param wait `false`: returns as soon as the ID is known
 */
async function takeSnapshot(step, dataset, wish, wait) {
    const { api, clock } = step;
    const mark = newMark();
    const description = describedWith(wish.description, provenanceLine(step.context, mark));
    const hint = wish.safety
        ? 'No restore was started.'
        : 'Check it before you take another one (if_exists: reuse uses an existing one).';
    const ours = (snapshots) => snapshots.find((snapshot) => snapshot.description.includes(mark));
    const change = new OnceOnly({
        what: `create a snapshot of dataset ${dataset.id}`,
        ifUnclear: `The snapshot may already have been created. Look in the Snapshot Catalog of dataset ${dataset.id} for a description that ends with [mark ${mark}]. ${hint}`,
        send: () => api.snapshots.create(dataset.id, wish.name, description),
        async look() {
            const found = ours(await api.snapshots.list(dataset.id, 0));
            if (found)
                return { found };
            const { status } = await api.datasets.get(dataset.id, 0);
            return status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => step.reporter.info(line));
    const known = (snapshot) => {
        step.undo.settle();
        wish.onId(snapshot);
    };
    const { existing, reply } = await throughConflicts(step, dataset.id, wish.onConflict, async () => {
        const found = change.mayHaveTakenEffect ? undefined : await wish.existing?.();
        if (found)
            return { existing: found };
        step.undo.plan({ kind: 'snapshot', datasetId: dataset.id, mark, safety: wish.safety });
        return { reply: await step.undo.during(change) };
    });
    if (existing)
        return existing;
    if (reply)
        known(reply);
    if (reply && !wait)
        return reply;
    const acceptedAt = clock.now();
    const patience = pace_patienceMs(step.deadline.remainingMs());
    const busy = new waits_Seen();
    let last = reply;
    const made = await waits_waitFor(step, {
        awaited: `the snapshot${wish.name === undefined ? '' : ` "${wish.name}"`}${reply ? ` (${reply.id})` : ''} of ${facts_namedDataset(dataset)}`,
        carryOn: `The snapshot may still appear in the Snapshot Catalog of the dataset. ${hint}`,
    }, async () => {
        const listed = await api.snapshots.list(dataset.id, 0);
        const snapshot = listed.find((one) => one.id === last?.id) ?? ours(listed);
        if (snapshot && snapshot.id !== last?.id) {
            last = snapshot;
            known(snapshot);
        }
        const now = await api.datasets.get(dataset.id, 0);
        step.reporter.output('dataset_status', now.statusWord);
        if (snapshot && !wait)
            return { state: 'done', value: snapshot };
        return snapshotVerdict({
            snapshot,
            dataset: now,
            named: reply !== undefined,
            seenBusy: busy.add(now.status !== 'READY'),
            sinceMs: clock.now() - acceptedAt,
            patienceMs: patience,
        });
    });
    if (made !== 'gone')
        return made;
    if (!last)
        throw new Error('a snapshot without a name cannot be gone');
    step.reporter.warning(`Snapshot "${last.name}" (${last.id}) was created, but after ${numbers_duration(patience)} the catalog does not list it. Someone else may have deleted it.`);
    return last;
}

;// CONCATENATED MODULE: ./build/operations/restore.js

















const TYPE = 'SNAPSHOT_RESTORE';
/** How the summary calls the snapshot until it is restored. */
const TARGET = 'Target snapshot';
/**
 * Puts a dataset back to a snapshot; done when the restore's own task COMPLETED, the snapshot is current, none is restoring and
 * the dataset is READY. An error says which state the dataset is in, and how to bring back the one before.
 */
const restore = operation({
    name: 'restore',
    inputs: {
        dataset_id: datasetId(),
        ...snapshotChoiceFields,
        safety_snapshot: flag(),
        on_conflict: onConflict(),
        wait: flag(),
    },
    outputs: ['snapshot_id', 'snapshot_name', 'safety_snapshot_id', 'task_id'],
    rules: (given) => snapshotChoiceFaults('restore', given),
    request: (values) => withSnapshot(values),
    async run(request, step) {
        const { reporter } = step;
        let dataset = await readDataset(step, request.datasetId);
        // Chosen before the safety snapshot is taken: that one becomes the current one.
        const target = await chooseSnapshot(step, dataset, request.snapshot);
        aboutSnapshot(step, target, TARGET);
        reporter.info(`The snapshot to restore is "${target.name}" (${target.id}), created ${whenTaken(target) || 'at an unknown time'}.`);
        dataset = await calmDataset(step, dataset.id, request.onConflict);
        const safety = request.safetySnapshot ? await saveFirst(step, request, dataset, target) : undefined;
        const restoring = { dataset, target, safety };
        const task = await startRestore(step, request, restoring);
        if (!request.wait) {
            return `Visual Layer accepted the restore of dataset "${dataset.name}" to snapshot "${target.name}". The step did not wait for it to finish (wait: false).`;
        }
        const { since } = await waitForRestore(step, restoring, task);
        reporter.fact('Restored to', target.name, { insteadOf: TARGET });
        rememberRestored(step.context, dataset.id, since?.id ?? target.id, reporter);
        if (since)
            reporter.note(`Snapshot "${since.name}" (${since.id}) is current now: someone else took or restored it after this restore finished.`);
        return `Restored dataset "${dataset.name}" to snapshot "${target.name}".`;
    },
});
/** A restore cannot be undone, so the present state is saved before. Only a READY dataset can be saved. */
async function saveFirst(step, request, dataset, target) {
    const { reporter } = step;
    if (dataset.status !== 'READY') {
        reporter.warning(`No safety snapshot was taken before the restore: dataset ${dataset.id} is ${dataset.statusWord}, and Visual Layer takes snapshots of READY datasets only. The restore permanently replaces its current contents.`);
        return undefined;
    }
    return reporter.group('Safety snapshot of the current state', async () => {
        const run = step.context.runId === undefined ? '' : `, run ${step.context.runId}`;
        const saved = await takeSnapshot(step, dataset, {
            name: `before restore to ${target.name}${run}`.slice(0, 255),
            description: `The state of the dataset before it was restored to snapshot "${target.name}" (${target.id}).`,
            onConflict: request.onConflict,
            safety: true,
            onId: (one) => reporter.output('safety_snapshot_id', one.id),
        }, true).catch((error) => {
            throw withState(step, error, `No restore was started, because the safety snapshot of dataset ${dataset.id} failed.`);
        });
        reporter.fact('Safety snapshot', saved.name);
        reporter.fact('Safety snapshot ID', saved.id, { code: true });
        reporter.info(`Saved the current state as snapshot "${saved.name}" (${saved.id}).`);
        return saved;
    });
}
/** A restore that may have been started, and was not seen to fail. */
class UnclearRestore extends errors/* ActionError */.lZ {
}
/** The error of a restore with the state that it left, and more to do. */
function withState(step, error, state, more, isUnclear = false) {
    if (step.signal.aborted || !(error instanceof errors/* ActionError */.lZ))
        return error;
    const told = error.with({
        message: `${error.message} ${state}`,
        todo: [error.todo, more].filter(Boolean).join('\n'),
    });
    return isUnclear ? new UnclearRestore(told.code, told.message, told) : told;
}
/** How to bring back what was there before a restore. */
function wayBack({ dataset, safety }) {
    if (!safety)
        return 'There is no safety snapshot of the state before this step.';
    return `To bring back the state before this step:
  operation: restore
  dataset_id: ${dataset.id}
  snapshot_id: ${safety.id}`;
}
/** The restores that came since the request. */
async function newTasks(step, datasetId, earlier) {
    return (await visible_tasks_visibleTasks(step, { datasetId, type: TYPE }, 0)).filter((task) => !earlier.has(task.id));
}
async function startRestore(step, request, restoring) {
    const { dataset, target } = restoring;
    const { api, reporter } = step;
    let earlier = new Set();
    let snapshotIds = new Set();
    let wasCurrent = false;
    let wasError = false;
    const change = new OnceOnly({
        what: `restore snapshot ${target.id} of dataset ${dataset.id}`,
        ifUnclear: `The restore may be running. Wait for the dataset with operation: wait and dataset_id: ${dataset.id}, then check in its Snapshot Catalog which snapshot is current before you restore again.`,
        send: () => api.snapshots.restore(dataset.id, target.id),
        async look() {
            // The tasks first: a restore that someone starts in between then shows as restoring, and not as a task of ours.
            const task = lastRestore(await newTasks(step, dataset.id, earlier));
            const snapshots = await api.snapshots.list(dataset.id, 0);
            const now = snapshots.find((one) => one.id === target.id);
            if (now?.isRestoring || (now?.isCurrent && !wasCurrent))
                return { found: undefined };
            // A new task is ours, unless another snapshot is the one that is being, or was, restored.
            const others = snapshots.some((one) => one.isRestoring && one.id !== target.id);
            const elsewhere = task?.state === 'COMPLETED' && !now?.isCurrent;
            if (task && !others && !elsewhere) {
                const later = (await newTasks(step, dataset.id, earlier)).find(({ id }) => id === task.id);
                // If it ended before the snapshots were read, it may have restored another one: the next check shows it.
                return later && hasEnded(later) && !hasEnded(task) ? 'busy' : { found: undefined };
            }
            const { status } = await api.datasets.get(dataset.id, 0);
            return others || status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => reporter.info(line));
    rememberRestored(step.context, dataset.id, undefined, reporter);
    await throughConflicts(step, dataset.id, request.onConflict, async () => {
        if (!change.mayHaveTakenEffect) {
            const tasks = await visible_tasks_visibleTasks(step, { datasetId: dataset.id, type: TYPE });
            earlier = new Set(tasks.map((task) => task.id));
            const snapshots = await api.snapshots.list(dataset.id);
            snapshotIds = new Set(snapshots.map(({ id }) => id));
            wasCurrent = snapshots.some((one) => one.id === target.id && one.isCurrent);
            wasError = (await api.datasets.get(dataset.id)).status === 'ERROR';
        }
        await change.run();
    }).catch((error) => {
        throw change.mayHaveTakenEffect
            ? withState(step, error, 'Could not tell whether the restore was started.', wayBack(restoring), true)
            : withState(step, error, `Dataset "${dataset.name}" is unchanged: the restore was not started.`);
    });
    reporter.info('Visual Layer accepted the restore.');
    const started = { earlier, snapshotIds, wasCurrent, wasError, acceptedAt: step.clock.now() };
    if (!request.wait)
        await nameTask(step, async () => lastRestore(await newTasks(step, dataset.id, earlier)));
    return started;
}
async function waitForRestore(step, restoring, started) {
    const { dataset, target } = restoring;
    const { api, clock, reporter } = step;
    const patience = pace_patienceMs(step.deadline.remainingMs());
    const settling = pace_settlingMs(step.deadline.remainingMs());
    const atWork = new waits_Seen();
    const carryOn = `The restore is still running in Visual Layer. Do not restore again; to resume waiting, use operation: wait and dataset_id: ${dataset.id}.`;
    let seen = `Visual Layer accepted the restore. No status of dataset "${dataset.name}" was received since.`;
    return waits_waitFor(step, {
        awaited: `the restore of ${facts_namedDataset(dataset)} to snapshot "${target.name}" (${target.id})`,
        get carryOn() {
            return step.signal.aborted ? `${carryOn}\n${wayBack(restoring)}` : carryOn;
        },
    }, async () => {
        const tasks = await newTasks(step, dataset.id, started.earlier);
        const task = lastRestore(tasks);
        if (task)
            reporter.output('task_id', task.id);
        const snapshots = await api.snapshots.list(dataset.id, 0);
        const now = await api.datasets.get(dataset.id, 0);
        reporter.output('dataset_status', now.statusWord);
        const current = snapshots.find((one) => one.isCurrent);
        seen = `Dataset "${now.name}" is ${now.statusWord}, and its current snapshot is ${current ? `"${current.name}" (${current.id})` : 'not known'}.`;
        const sinceMs = clock.now() - started.acceptedAt;
        const isRestoring = snapshots.some((one) => one.id === target.id && one.isRestoring);
        const verdict = restoreVerdict({
            tasks,
            snapshots,
            earlierIds: started.snapshotIds,
            dataset: now,
            targetId: target.id,
            wasCurrent: started.wasCurrent,
            wasError: started.wasError,
            seenAtWork: atWork.add(isRestoring || now.status === 'READ_ONLY' || now.status === 'BUSY'),
            sinceMs,
            patienceMs: patience,
        });
        // A task that failed may be someone else's, whose restore ended just before this one: then ours appears soon.
        if (verdict.state !== 'failed' || sinceMs >= settling)
            return verdict;
        return { state: 'pending', line: `${task ? taskLine(task) : datasetLine(now)}; checking again` };
    }).catch((error) => {
        const hasFailed = error instanceof errors/* ActionError */.lZ && ['operation_failed', 'not_found'].includes(error.code);
        throw withState(step, error, seen, wayBack(restoring), !hasFailed);
    });
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/enrichment.js


/**
 * The datasets that may be the enriched copy, whose name is not documented: new since the background, not known to come from another
 * dataset, and either with an enrichment task or known to come from the source. What is called like a clone needs the task.
 *
 * @param tasks enrichment tasks only
 */
function enrichedCopies({ source, taskIds, datasetIds }, tasks, datasets) {
    const known = new Map(datasets.map((dataset) => [dataset.id, dataset]));
    const withTask = tasks.filter((task) => !taskIds.has(task.id)).map((task) => task.datasetId);
    const fromSource = datasets
        .filter(({ sourceDatasetId, name }) => sourceDatasetId !== undefined && name.trim() !== cloneName(source.name).trim())
        .map(({ id }) => id);
    return [...new Set([...withTask, ...fromSource])]
        .filter((id) => id !== '' && id !== source.id && !datasetIds.has(id) && canComeFrom(known.get(id), source.id))
        .map((datasetId) => ({ datasetId, dataset: known.get(datasetId) }));
}
/** The new tasks that are listed on the source: of an enrichment in place, or of a copy on a server that names the source there. */
function tasksOnSource({ source, taskIds }, tasks) {
    return tasks.filter(({ id, datasetId }) => !taskIds.has(id) && datasetId === source.id);
}

;// CONCATENATED MODULE: ./build/operations/abort-creation.js




const abort_creation_TYPE = 'DATASET_CREATION';
/**
 * Aborts the creation of a dataset on the server; returns a sentence about the result. Only dataset creations can be aborted;
 * docs.visual-layer.com, task manager API. The task may not be listed yet: it is looked for as long as `waiting` lasts.
 *
 * Throws where the task did not show or the API could not be reached.
 */
async function abortCreation(api, waiting, datasetId) {
    const read = async () => (await api.tasks.list({ datasetId, type: abort_creation_TYPE }, 0))[0];
    const task = await seen(waiting, `the creation task of dataset ${datasetId}`, async () => {
        const found = await read();
        return found ? { state: 'done', value: found } : { state: 'pending', line: 'the creation task is not listed yet' };
    });
    if (hasEnded(task))
        return alreadyEnded(datasetId, task);
    const change = new OnceOnly({
        what: `abort task ${task.id}`,
        ifUnclear: 'Check the task in the Task Manager of Visual Layer, and abort it there if it is still running.',
        async send() {
            await api.tasks.abort(task.id);
            return { ...task, state: 'ABORTED' };
        },
        async look() {
            const now = await read();
            return now && hasEnded(now) ? { found: now } : 'absent';
        },
    }, waiting, waiting.onLook);
    try {
        const ended = await change.run();
        if (ended.state !== 'ABORTED')
            return alreadyEnded(datasetId, ended);
        return `Aborted the creation of dataset ${datasetId}. Visual Layer may still list the dataset; delete it there if you do not need it.`;
    }
    catch (error) {
        if (!(error instanceof RequestFailure) || error.outcome.status !== 409)
            throw error;
        return `Could not abort the creation of dataset ${datasetId}: it was being committed or had ended (${error.apiWords ?? 'HTTP 409'}).`;
    }
}
function alreadyEnded(datasetId, task) {
    return `The creation of dataset ${datasetId} had already ended (${task.statusWord}), so there was nothing to abort.`;
}

// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./build/visual-layer/reply.js

/** The longest excerpt of a response that an error shows, in characters. */
const EXCERPT_CHARS = 300;
/** Only this many characters of a web page are examined: what looks for tags may take the square of their number. */
const PAGE_CHARS = 10_000;
/** The words of an error are in the first objects of its body, or not at all. */
const DEEPEST_WORDS = 5;
/** No documented response comes near this size, in bytes. */
const LARGEST_REPLY = 256 * 1024 * 1024;
const DECODERS = {
    gzip: external_node_zlib_.gunzipSync,
    'x-gzip': external_node_zlib_.gunzipSync,
    deflate: external_node_zlib_.inflateSync,
    br: external_node_zlib_.brotliDecompressSync,
    zstd: external_node_zlib_.zstdDecompressSync,
};
/**
 * The text of a body. Requests accept no compression, but a gateway may compress all the same: without `Accept-Encoding` HTTP allows
 * it. Throws an Error that names an encoding which cannot be read.
 *
 * @param encoding the `Content-Encoding`, if there is one
 */
function decodedText(bytes, encoding) {
    let plain = bytes;
    for (const name of (encoding ?? '').toLowerCase().split(',').reverse()) {
        const coding = name.trim();
        if (coding === '' || coding === 'identity')
            continue;
        const decode = DECODERS[coding];
        if (!decode)
            throw new Error(`it is encoded as "${coding.slice(0, 40)}", which this action cannot read`);
        try {
            plain = decode(plain, { maxOutputLength: LARGEST_REPLY });
        }
        catch (error) {
            throw new Error(`its ${coding} encoding is damaged`, { cause: error });
        }
    }
    return plain.toString('utf8');
}
/** Reads a body by what it is, not by its content type: the API's own word for it is not always right. */
function readBody(text) {
    const trimmed = text.trim();
    if (trimmed === '')
        return { kind: 'empty' };
    try {
        return { kind: 'json', json: JSON.parse(trimmed) };
    }
    catch {
        return { kind: 'other', text: trimmed };
    }
}
/** The text that a body is: '' for none, and a JSON string for what it says. `undefined` for other JSON. */
function plainText(body) {
    if (body.kind === 'json')
        return typeof body.json === 'string' ? body.json.trim() : undefined;
    return body.kind === 'empty' ? '' : body.text;
}
/** A JSON object. */
function reply_isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** Takes a web page's text apart far enough for a log: its title, or its words without tags. */
function pageWords(page) {
    const html = page.slice(0, PAGE_CHARS);
    const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]?.trim();
    if (title)
        return `a web page titled "${title}"`;
    return html
        .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
}
/** A short excerpt of a body, for a message. */
function excerpt(body) {
    if (body.kind === 'empty')
        return 'an empty body';
    const text = body.kind === 'json' ? spelled(body.json) : body.text;
    const words = text.startsWith('<') ? pageWords(text) : text;
    return words.length > EXCERPT_CHARS ? `${words.slice(0, EXCERPT_CHARS)}…` : words;
}
/** JSON as text. What is nested thousands of levels deep can be read, but not written. */
function spelled(json) {
    try {
        return JSON.stringify(json);
    }
    catch {
        return 'JSON that is nested too deeply to show';
    }
}
function validationWords(item) {
    if (!reply_isRecord(item))
        return String(item);
    const place = Array.isArray(item['loc']) ? item['loc'].join('.') : '';
    const message = typeof item['msg'] === 'string' ? item['msg'] : spelled(item);
    return place === '' ? message : `${place}: ${message}`;
}
/**
 * The API's own words in the body of an error. Known forms: `{"detail": "text"}`, `{"detail": [{loc, msg, ...}]}` (422),
 * `{"error": "text"}`, `{"status": "error", "message": "text"}`; docs.visual-layer.com, error handling page, and public clients.
 */
function errorWords(body) {
    if (body.kind === 'empty')
        return '';
    if (body.kind === 'json') {
        const words = wordsOf(body.json);
        if (words !== undefined)
            return words;
    }
    return excerpt(body);
}
function wordsOf(json, depth = 0) {
    if (typeof json === 'string')
        return json;
    if (!reply_isRecord(json) || depth === DEEPEST_WORDS)
        return undefined;
    for (const key of ['detail', 'error', 'message', 'error_message', 'msg']) {
        const value = json[key];
        if (typeof value === 'string' && value.trim() !== '')
            return value;
        if (Array.isArray(value) && value.length > 0)
            return value.map(validationWords).join('; ');
        if (reply_isRecord(value))
            return wordsOf(value, depth + 1) ?? spelled(value);
    }
    return undefined;
}
/**
 * A rejection that came with HTTP 200: `{"error": ...}` (export start) or `{"status": "error", "message": ...}` (creation), as
 * recorded in public clients. `undefined` where the response is no rejection.
 */
function rejectionIn(json) {
    if (!reply_isRecord(json))
        return undefined;
    if ('id' in json || 'dataset_id' in json || 'snapshot_id' in json || 'tasks' in json)
        return undefined;
    const { error, status, message, detail } = json;
    const saysError = (typeof error === 'string' && error !== '') || reply_isRecord(error);
    const saysStatus = typeof status === 'string' && status.toLowerCase() === 'error' && (message ?? detail) !== undefined;
    return saysError || saysStatus ? (wordsOf(json) ?? spelled(json)) : undefined;
}

;// CONCATENATED MODULE: ./build/visual-layer/enrichment.js




/** What the work of a context came to. Only `NEW` is documented; a word that is not known means that the map contains what is applied. */
function contextState(status) {
    if (status === 'NEW')
        return 'none';
    if (/FAIL|ERROR|ABORT|CANCEL|REJECT/.test(status))
        return 'failed';
    return /RUNNING|PROGRESS|PENDING|QUEUED|INIT|PROCESSING|ENRICHING|START|WAIT/.test(status) ? 'running' : 'applied';
}
const modelReply = schemas/* looseObject */._H3({
    id: identifier,
    name: fields_text,
    type: fields_text,
    status: fields_text,
    dependencies: schemas/* array */.YOg(schemas/* string */.YjP()).optional().catch(undefined),
})
    .transform((reply) => {
    const { id = '', name = '', type = '', status = '', dependencies = [] } = reply;
    return { id, name, type, status, isActive: ['', 'ACTIVE'].includes(normalWord(status)), dependencies };
});
const modelList = schemas/* union */.KCZ([schemas/* array */.YOg(modelReply), schemas/* looseObject */._H3({ models: schemas/* array */.YOg(modelReply) }).transform((reply) => reply.models)])
    .transform((models) => models.filter(({ id }) => id !== ''));
const modelMap = schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* unknown */.L5J()).optional().catch(undefined);
const contextReply = schemas/* looseObject */._H3({
    enrichment_context_id: identifier,
    status: fields_text,
    dataset_enrichment_models: schemas/* looseObject */._H3({ enrichment_models: modelMap }).optional().catch(undefined),
})
    .transform((reply) => ({
    id: reply.enrichment_context_id,
    status: normalWord(reply.status ?? ''),
    models: reply.dataset_enrichment_models?.enrichment_models ?? {},
}));
/** The ID in a value of {@link EnrichmentModels}. */
function modelId(value) {
    const id = isRecord(value) ? value['id'] : value;
    return typeof id === 'string' ? id : undefined;
}
/** AI models applied to a dataset; docs.visual-layer.com, "Enrichment". */
class Enrichment {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** The models on offer for a dataset, those that cannot be applied yet included. */
    async models(datasetId) {
        const what = `list the models for dataset ${datasetId}`;
        const request = { what, method: 'GET', path: `enrichment/${datasetId}/list_models` };
        return this.#http.read(request, modelList);
    }
    /** What was applied to a dataset. */
    async context(datasetId, retries) {
        const what = `read what was applied to dataset ${datasetId}`;
        const request = { what, method: 'GET', path: `enrichment/${datasetId}/context` };
        return this.#http.read(request, contextReply, retries);
    }
    /**
     * Applies models. One attempt. Returns the ID of the enriched dataset: a new one is a copy, the source's own means that the
     * source itself is enriched. 409 unless READY.
     */
    async start(datasetId, models) {
        const request = {
            what: `enrich dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/enrich_dataset`,
            json: { enrichment_models: models },
        };
        return this.#http.change(request, createdReply);
    }
    /** Aborts an enrichment. One attempt; the shape of the response is not documented, so any 2xx is an acceptance. */
    async abort(datasetId, contextId) {
        await this.#http.send({
            what: `abort the enrichment of dataset ${datasetId}`,
            method: 'DELETE',
            path: `enrichment/${datasetId}/${encodeURIComponent(contextId)}/abort`,
        });
    }
}

;// CONCATENATED MODULE: ./build/operations/abort-enrichment.js






/**
 * Aborts an enrichment: through the context of the enriched dataset or of the one its task is listed on, else through the task. Neither is documented to work in
 * every version, so a rejection is no error: the enrichment is named. Throws if neither its task nor the context of a copy shows that it runs, or if the API cannot be reached.
 *
 * @param onAccepted called as soon as the API accepts the abort
 */
async function abortEnrichment(api, waiting, { source, datasetId, taskId, earlierTasks, aborting }, onAccepted) {
    // The context of a copy is this step's own. That of the source may be that of a later enrichment by someone else.
    const isCopy = datasetId !== source.id;
    const look = async () => {
        const list = api.tasks.list({ type: 'ENRICHMENT' }, 0);
        const tasks = (await (isCopy ? unlessRejected(list) : list)) ?? [];
        const task = taskId
            ? tasks.find(({ id }) => id === taskId)
            : copy_ownTask({ source, taskIds: new Set(earlierTasks) }, datasetId, tasks);
        if (task) {
            const end = task.state === 'COMPLETED' ? 'applied' : 'failed';
            return { task, state: hasEnded(task) ? end : 'running', word: task.statusWord };
        }
        const word = isCopy ? ((await unlessRejected(api.enrichment.context(datasetId, 0)))?.status ?? 'NEW') : 'NEW';
        return { task, state: contextState(word), word };
    };
    const outcome = async () => {
        const last = await until(async () => {
            const now = await look();
            return isOver(now)
                ? { state: 'done', value: now }
                : { state: 'pending', line: 'the abort was accepted; the enrichment task has not ended yet' };
        }, waiting);
        if (last.end === 'failed')
            throw last.error;
        if (last.end === 'out_of_time') {
            const text = `Visual Layer accepted the abort of the enrichment of dataset ${datasetId}, but its task has not ended yet.`;
            return { text, settled: false };
        }
        if (last.value.state === 'applied')
            return abort_enrichment_alreadyEnded(datasetId, last.value);
        const left = isCopy ? ' Visual Layer may still list the copy; delete it there if you do not need it.' : '';
        return { text: `Aborted the enrichment of dataset ${datasetId}.${left}`, settled: true };
    };
    if (aborting)
        return outcome();
    const first = await seen(waiting, `the enrichment task of dataset ${datasetId}`, async () => {
        const now = await look();
        return now.task || now.state === 'running'
            ? { state: 'done', value: now }
            : { state: 'pending', line: 'the enrichment task is not listed yet' };
    });
    if (isOver(first))
        return abort_enrichment_alreadyEnded(datasetId, first);
    let rejection = 'there is no request for it';
    // A task on the source of a copy may be someone else's: it shows that something runs, and is not aborted.
    const task = isCopy && first.task?.datasetId !== datasetId ? undefined : first.task;
    for (const send of await ways(api, task, datasetId)) {
        const change = new OnceOnly({
            what: `abort the enrichment of dataset ${datasetId}`,
            ifUnclear: 'Check the task in the Task Manager of Visual Layer.',
            send,
            look: async () => (isOver(await look()) ? { found: undefined } : 'absent'),
        }, waiting, waiting.onLook);
        try {
            await change.run();
        }
        catch (error) {
            if (!isRejection(error))
                throw error;
            rejection = error.apiWords ?? error.message;
            continue;
        }
        onAccepted();
        return outcome();
    }
    const now = await look();
    if (isOver(now))
        return abort_enrichment_alreadyEnded(datasetId, now);
    return {
        text: `Could not abort the enrichment of dataset ${datasetId} (${rejection}), so it continues in Visual Layer.`,
        settled: true,
    };
}
/** The requests that may abort an enrichment, the surest first. */
async function ways(api, task, datasetId) {
    const found = [];
    for (const id of new Set([datasetId, task?.datasetId ?? datasetId])) {
        const context = await unlessRejected(api.enrichment.context(id, 0));
        const contextId = context && contextState(context.status) === 'running' ? context.id : undefined;
        if (contextId !== undefined)
            found.push(() => api.enrichment.abort(id, contextId));
    }
    return task ? [...found, () => api.tasks.abort(task.id)] : found;
}
function isOver({ state }) {
    return state === 'applied' || state === 'failed';
}
function abort_enrichment_alreadyEnded(datasetId, { word }) {
    const text = `The enrichment of dataset ${datasetId} had already ended (${word}), so there was nothing to abort.`;
    return { text, settled: true };
}

;// CONCATENATED MODULE: ./build/operations/undo-log.js


const ids = schemas/* array */.YOg(schemas/* string */.YjP()).readonly();
const named = { id: schemas/* string */.YjP(), name: schemas/* string */.YjP() };
/** What a step is about to leave in Visual Layer, with all that is needed to find it again. IDs and names only: the runner keeps them in plain text. */
const planSchema = schemas/* discriminatedUnion */.gMt('kind', [
    /** A dataset being created. `earlier`: the datasets that could be mistaken for it and were there before the request. */
    schemas/* object */.Ikc({
        kind: schemas/* literal */.euz('creation'),
        from: schemas/* enum */.k5n(['s3', 'files']),
        name: schemas/* string */.YjP(),
        earlier: ids,
        /** `false`: it is only named (`on_cancel: leave`). */
        abort: schemas/* boolean */.zMY(),
        datasetId: schemas/* string */.YjP().optional(),
    }),
    /** A clone. The API does not return its ID. */
    schemas/* object */.Ikc({
        kind: schemas/* literal */.euz('clone'),
        source: schemas/* object */.Ikc(named),
        /** Clones of that dataset, and clone tasks, that were there before the request. */
        earlier: ids,
        earlierTasks: ids,
        /** Deleted at the end of the step. */
        ephemeral: schemas/* boolean */.zMY(),
        /** The API accepted the request, so exactly one clone is this step's. */
        accepted: schemas/* boolean */.zMY(),
        datasetId: schemas/* string */.YjP().optional(),
    }),
    /** An enrichment: a new dataset, or the source itself. */
    schemas/* object */.Ikc({
        kind: schemas/* literal */.euz('enrichment'),
        source: schemas/* object */.Ikc(named),
        /** The datasets that could be mistaken for the copy, and the enrichment tasks on the source, that were there before the request. */
        earlier: ids,
        earlierTasks: ids,
        /** `false`: it is only named (`on_cancel: leave`). */
        abort: schemas/* boolean */.zMY(),
        datasetId: schemas/* string */.YjP().optional(),
        taskId: schemas/* string */.YjP().optional(),
        /** The API accepted an abort. */
        aborting: schemas/* boolean */.zMY().optional(),
    }),
    /** A snapshot, whose description ends with `mark`. */
    schemas/* object */.Ikc({ kind: schemas/* literal */.euz('snapshot'), datasetId: schemas/* string */.YjP(), mark: schemas/* string */.YjP(), safety: schemas/* boolean */.zMY() }),
    /** A snapshot that is restored if the job fails later. */
    schemas/* object */.Ikc({ kind: schemas/* literal */.euz('rollback'), datasetId: schemas/* string */.YjP(), snapshot: schemas/* object */.Ikc(named) }),
]);
/** The runner hands a state to the post step as a variable; Windows allows 32,767 characters for all of them. */
const LONGEST_SAVED = 24_000;
/** Of more earlier datasets than this, only those are saved that look like what is made. */
const undo_log_MOST_SAVED_IDS = 400;
/**
 * What must be undone if the step ends early. `plan()` before the request that makes something, `confirm()` as soon as more is
 * known, `settle()` only once nothing is left to undo. Every change is saved at once, so that the post step knows as much as a
 * killed main step. One plan is open at a time: a later one replaces it.
 */
class UndoLog {
    #save;
    #open;
    /** @param save keeps a text for the post step; '' says that nothing is left */
    constructor(save) {
        this.#save = save;
    }
    get open() {
        return this.#open;
    }
    plan(plan) {
        this.#open = plan;
        const text = JSON.stringify(plan);
        // Without all of the earlier IDs the dataset could not be distinguished from others: then only this process knows the plan.
        this.#save(text.length <= LONGEST_SAVED ? text : '');
    }
    /** Adds what became known since to the open plan. With the ID, nothing has to be distinguished. */
    confirm(known) {
        const open = this.#open;
        if (open?.kind !== 'creation' && open?.kind !== 'clone' && open?.kind !== 'enrichment')
            return;
        this.plan({ ...open, ...known, ...('datasetId' in known ? { earlier: [] } : {}) });
    }
    /** Runs the change that the open plan is about. If it is rejected for certain, nothing is left to undo. */
    async during(change) {
        try {
            return await change.run();
        }
        catch (error) {
            if (error instanceof RequestFailure && !change.mayHaveTakenEffect)
                this.settle();
            throw error;
        }
    }
    settle() {
        if (!this.#open)
            return;
        this.#open = undefined;
        this.#save('');
    }
}
/** The plan in a saved text; `undefined` if there is none. Throws for a text that `UndoLog` did not write. */
function savedPlan(text) {
    return text ? planSchema.parse(JSON.parse(text)) : undefined;
}

;// CONCATENATED MODULE: ./build/operations/copies.js









/** Reads what is there before a request. `saved` is what a plan needs of it. */
async function backgroundOf(step, type, find, { id, name }) {
    const source = { id, name };
    const tasks = await visibleTasks(step, { type });
    const datasets = await step.api.datasets.list();
    // A copy that someone else started a moment ago may be in only one of the lists.
    const datasetIds = new Set([...datasets.map((dataset) => dataset.id), ...tasks.map((task) => task.datasetId)]);
    const known = { source, taskIds: new Set(tasks.map((task) => task.id)), datasetIds };
    const alike = find({ source, taskIds: new Set(), datasetIds: new Set() }, tasks, datasets);
    const earlier = datasetIds.size <= MOST_SAVED_IDS ? [...datasetIds] : alike.map(({ datasetId }) => datasetId);
    const earlierTasks = cloneTasksOf(source, tasks).map((task) => task.id);
    return { known, saved: { source, earlier, earlierTasks } };
}
/** The datasets that may be the copy. Each is read, since the list may say less of where it comes from than it does itself. */
async function copiesSince(api, find, known, tasks) {
    const found = find(known, tasks, await api.datasets.list(0)).map(async (candidate) => {
        const dataset = await unlessRejected(api.datasets.get(candidate.datasetId, 0));
        const isFromSource = (dataset ?? candidate.dataset)?.sourceDatasetId !== undefined;
        return { ...candidate, dataset, isFromSource };
    });
    return (await Promise.all(found)).filter(({ dataset }) => canComeFrom(dataset, known.source.id));
}
/** Tells whether the same has been seen for a settling time, since more may show. */
function steadiness({ clock, deadline }) {
    let last;
    let settledAt = 0;
    return (seen) => {
        if (seen !== last)
            settledAt = clock.now() + settlingMs(deadline.remainingMs());
        last = seen;
        return clock.now() >= settledAt;
    };
}
/** The error for a copy that is one of these, or none of them. */
function cannotTell(source, copies) {
    const names = copies.map(({ datasetId, dataset }) => namedDataset({ id: datasetId, name: dataset?.name }));
    const found = names.length === 0 ? 'no new dataset is listed' : `the new ones are ${names.join(', ')}`;
    const check = names.length === 0
        ? 'Check the Task Manager in Visual Layer for the task of this dataset before you re-run the job.'
        : 'Check these datasets in Visual Layer, keep the one you want, and delete the others.';
    return new ActionError('operation_failed', `Could not tell which dataset is this step's copy of ${namedDataset(source)}: ${found}.`, {
        todo: `No data was lost. ${check} To prevent this, let only one job clone or enrich this dataset at a time (a concurrency group in the workflow).`,
    });
}
/** Waits until it is READY and its task over; `undefined` if it was made and someone else deleted it at once. */
async function waitForMade(step, made) {
    const { type, source, datasetId, ephemeral, hasModels } = made;
    const isCopy = datasetId !== source.id;
    const noun = type === 'ENRICHMENT' ? 'enrichment' : 'clone';
    const phase = {
        awaited: `the ${noun} of ${namedDataset(source)}${isCopy ? ` as ${namedDataset({ id: datasetId, name: made.dataset?.name })}` : ''}`,
        carryOn: ephemeral
            ? 'The step deletes the clone when it ends, so re-run the job.'
            : `The ${noun} is still running in Visual Layer. Do not start it again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`,
    };
    const patience = patienceMs(step.deadline.remainingMs());
    const startedAt = step.clock.now();
    const read = ownDataset(step, datasetId, patience, made.dataset);
    const atWork = new Seen();
    let ours;
    return waitFor(step, phase, async () => {
        const tasks = await visibleTasks(step, { type }, 0);
        const task = tasks.find(({ id }) => id === ours) ?? ownTask(made, datasetId, tasks);
        if (task)
            step.reporter.output('task_id', task.id);
        // One that is listed on the source of a copy is a guess, which a later look may correct.
        if (task?.datasetId === datasetId && task.id !== ours) {
            ours = task.id;
            if (type === 'ENRICHMENT')
                step.undo.confirm({ taskId: ours });
        }
        const dataset = await read().catch((error) => {
            if (error instanceof Disappeared && isCopy && task?.state === 'COMPLETED')
                return 'gone';
            throw error;
        });
        if (dataset === 'gone')
            return { state: 'done', value: undefined };
        if (dataset && !ephemeral) {
            step.reporter.output('dataset_name', dataset.name);
            step.reporter.output('dataset_status', dataset.statusWord);
        }
        const busy = atWork.add(dataset !== undefined && dataset.status !== 'READY');
        const hadTime = step.clock.now() - startedAt >= patience;
        // The READY of the source itself may be the old one.
        const proven = isCopy ? busy || hadTime : hadTime && (busy || (!task && (await hasModels?.()) === true));
        return copyVerdict(type, { datasetId, dataset, task, proven });
    });
}

;// CONCATENATED MODULE: ./build/operations/remove-dataset.js




/**
 * Prepares the deletion of a dataset. It is gone when it cannot be read any longer, or has left the list that showed it before.
 *
 * @param retries of the list; 0 in a wait
 */
async function datasetRemoval(api, waiting, datasetId, retries) {
    const isListed = async (most) => (await api.datasets.list(most)).some((dataset) => dataset.id === datasetId);
    // Not every dataset is in the list: only one that was there can be seen to leave it.
    const wasListed = await isListed(retries);
    const isGone = async () => {
        try {
            await api.datasets.get(datasetId, 0);
        }
        catch (error) {
            if (failure_isMissing(error))
                return true;
            throw error;
        }
        return wasListed && !(await isListed(0));
    };
    const change = new OnceOnly({
        what: `delete dataset ${datasetId}`,
        ifUnclear: 'Check in Visual Layer whether the dataset is still there. If it is, re-run the job.',
        send: () => api.datasets.delete(datasetId),
        look: async () => ((await isGone()) ? { found: undefined } : 'absent'),
    }, waiting, waiting.onLook);
    return { change, isGone, wasListed };
}
/**
 * Deletes a dataset of ours and sees it gone. A 409 is retried: a clone may not be deletable while it is being made. A dataset that
 * is not found counts as deleted only after a while, since one that was just made may not be visible yet.
 *
 * Throws if the API rejects it, cannot be reached, or still shows the dataset when the time of `waiting` ends.
 */
async function removeDataset(api, waiting, datasetId) {
    const { clock, deadline } = waiting;
    const startedAt = clock.now();
    const patience = pace_patienceMs(deadline.remainingMs());
    let removal;
    let accepted = false;
    const ended = await until(async () => {
        removal ??= await datasetRemoval(api, waiting, datasetId, 0);
        try {
            if (!accepted)
                await removal.change.run();
            accepted = true;
        }
        catch (error) {
            const busy = error instanceof RequestFailure && error.outcome.status === 409;
            if (busy)
                return { state: 'pending', line: `dataset ${datasetId} cannot be deleted yet` };
            if (!failure_isMissing(error))
                throw error;
            if (removal.wasListed || clock.now() - startedAt >= patience)
                return { state: 'done', value: undefined };
            return { state: 'pending', line: `dataset ${datasetId} is not visible yet` };
        }
        if (await removal.isGone())
            return { state: 'done', value: undefined };
        return { state: 'pending', line: `dataset ${datasetId} is still there` };
    }, waiting);
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'out_of_time')
        throw ended.lastFault ?? new Error(ended.lastLine);
}

;// CONCATENATED MODULE: ./build/operations/delete-draft.js



/**
 * Undoes a creation from files that was cancelled; returns a sentence about the result. A draft is deleted, since no data is
 * lost with it: the files are still where they came from. Where processing has begun, that is aborted instead.
 *
 * Throws where the API could not be reached, or where the creation could not be found.
 */
async function deleteDraft(api, waiting, datasetId) {
    const draft = await api.datasets.get(datasetId).catch((error) => {
        if (failure_isMissing(error))
            return undefined;
        throw error;
    });
    if (!draft)
        return `The draft dataset ${datasetId} no longer exists, so there was nothing to delete.`;
    if (draft.status !== 'DRAFT')
        return abortCreation(api, waiting, datasetId);
    const { change } = await datasetRemoval(api, waiting, datasetId);
    try {
        await change.run();
        return `Deleted the draft dataset ${datasetId}, because its upload was canceled.`;
    }
    catch (error) {
        if (!(error instanceof RequestFailure) || error.outcome.transient)
            throw error;
        return `Could not delete the draft dataset ${datasetId}, whose upload was canceled: ${error.apiWords ?? error.message}. Delete it in Visual Layer.`;
    }
}

;// CONCATENATED MODULE: ./build/operations/undo.js









/** A dataset is deleted without a confirmed ID only after nothing else appeared for this long, in ms. */
const CERTAIN_MS = 5_000;
/**
 * Undoes what a plan describes, as far as that is certain to be this step's own: aborts a creation or an enrichment, deletes a draft or an ephemeral
 * clone. Anything else is only named. Main and post share this; post has more time. A rollback is an operation of its own.
 *
 * Throws if the API cannot be reached, rejects, or shows nothing in the time of `waiting`.
 *
 * @param confirm called at once with what becomes known of the plan
 */
async function undo(plan, api, waiting, confirm = () => undefined) {
    switch (plan.kind) {
        case 'creation':
            return undoCreation(plan, api, waiting);
        case 'clone':
            return undoClone(plan, api, waiting);
        case 'enrichment':
            return undoEnrichment(plan, api, waiting, confirm);
        case 'snapshot':
            return nameSnapshot(plan, api, waiting);
    }
}
async function undoCreation(plan, api, waiting) {
    const { datasetId, from, name, abort } = plan;
    if (datasetId !== undefined) {
        if (!abort)
            return { text: `The creation of dataset ${datasetId} continues in Visual Layer.`, settled: true };
        const undoOne = from === 's3' ? abortCreation : deleteDraft;
        return { text: await undoOne(api, waiting, datasetId), settled: true };
    }
    const found = await appeared(waiting, async () => {
        const datasets = await api.datasets.list(0);
        const tasks = from === 's3' ? await api.tasks.list({ type: 'DATASET_CREATION' }, 0) : [];
        const named = [
            ...datasets.filter((dataset) => dataset.name === name).map(({ id }) => id),
            ...tasks.filter((task) => task.datasetName === name && task.datasetId !== '').map((task) => task.datasetId),
        ];
        return [...new Set(named)].filter((id) => !plan.earlier.includes(id));
    });
    if (found.length === 0) {
        const text = `The step ended before it knew the ID of dataset "${name}", and no new dataset of that name has appeared.`;
        return { text, settled: false };
    }
    return {
        text: `The step ended before it knew the ID of dataset "${name}". ${perhapsOurs(found, 'Abort its creation or delete it')}`,
        settled: false,
        candidates: found,
    };
}
async function undoClone(plan, api, waiting) {
    const { source, ephemeral, accepted } = plan;
    const deleted = async (datasetId) => {
        await removeDataset(api, waiting, datasetId);
        return { text: `Deleted the temporary clone, dataset ${datasetId}.`, settled: true, datasetId };
    };
    if (plan.datasetId !== undefined) {
        if (ephemeral && accepted)
            return deleted(plan.datasetId);
        const lost = `Dataset ${plan.datasetId} is probably the temporary clone of this step. Because the response to the clone request was lost, it was not deleted.`;
        return {
            text: `${lost} Delete it in Visual Layer if nobody else created it.`,
            settled: false,
            candidates: [plan.datasetId],
        };
    }
    const background = { source, taskIds: new Set(plan.earlierTasks), datasetIds: new Set(plan.earlier) };
    const startedAt = waiting.clock.now();
    let hasFailed = false;
    const found = await appeared(waiting, async () => {
        const tasks = await api.tasks.list({ type: 'SNAPSHOT_CLONE' }, 0);
        const copies = await copiesSince(api, cloneCandidates, background, tasks);
        hasFailed = failedClones(background, tasks, copies).length > 0;
        return copies;
    });
    const ids = found.map(({ datasetId }) => datasetId);
    if (found.length === 0) {
        return {
            text: `The clone of dataset "${source.name}" ${accepted ? 'was accepted' : 'was requested'}, but no new clone has appeared. If "${source.name} (cloned)" appears later and you do not need it, delete it in Visual Layer.`,
            settled: false,
        };
    }
    const [only] = found;
    // If a clone of the source failed, that may have been this step's, and this one someone else's.
    if (accepted && only && found.length === 1 && !hasFailed) {
        const { datasetId, isNamed } = only;
        const isCertain = isNamed && waiting.clock.now() - startedAt >= CERTAIN_MS;
        if (ephemeral && isCertain)
            return deleted(datasetId);
        const what = ephemeral ? 'The temporary clone' : 'The clone';
        const text = `${what} of ${facts_namedDataset(source)} is dataset ${datasetId}. Delete it in Visual Layer if you do not need it.`;
        return { text, settled: !ephemeral, datasetId };
    }
    return {
        text: `The clone of dataset "${source.name}" could not be identified with certainty. ${perhapsOurs(ids, 'Delete it')}`,
        settled: false,
        candidates: ids,
    };
}
async function undoEnrichment(plan, api, waiting, confirm) {
    const { source, datasetId, earlier, earlierTasks } = plan;
    if (datasetId !== undefined) {
        if (plan.abort)
            return abortEnrichment(api, waiting, { ...plan, datasetId }, () => confirm({ aborting: true }));
        return { text: `The enrichment continues in Visual Layer as dataset ${datasetId}.`, settled: true };
    }
    const background = { source, taskIds: new Set(earlierTasks), datasetIds: new Set(earlier) };
    const found = await appeared(waiting, async () => {
        const tasks = await api.tasks.list({ type: 'ENRICHMENT' }, 0);
        const copies = await copiesSince(api, enrichedCopies, background, tasks);
        const onSource = copies.length === 0 && tasksOnSource(background, tasks).length > 0;
        return onSource ? [source.id] : copies.map((copy) => copy.datasetId);
    });
    const lost = `The request to enrich ${facts_namedDataset(source)} got no response`;
    if (found.length === 0)
        return { text: `${lost}, and no new enrichment has appeared.`, settled: false };
    const text = found[0] === source.id
        ? `${lost}. An enrichment task appeared on the dataset since, and may be the one. If you do not need it, abort it in Visual Layer.`
        : `${lost}. ${perhapsOurs(found, 'Abort its enrichment or delete it')}`;
    return { text, settled: false, candidates: found };
}
/** A snapshot stays. It is named, so that someone can find or delete it. */
async function nameSnapshot(plan, api, waiting) {
    const [snapshot] = await appeared(waiting, async () => (await api.snapshots.list(plan.datasetId, 0)).filter((one) => one.description.includes(plan.mark)));
    const restore = plan.safety ? ' No restore was started.' : '';
    if (!snapshot) {
        const text = `No snapshot of this step has appeared. If one appears later, its description ends with [mark ${plan.mark}].`;
        return { text: text + restore, settled: false };
    }
    return { text: `Snapshot "${snapshot.name}" (${snapshot.id}) was created.${restore}`, settled: true, snapshot };
}
function perhapsOurs(ids, advice) {
    return ids.length === 1
        ? `Dataset ${ids[0]} appeared since, and may be the one. ${advice} in Visual Layer if nobody else created it.`
        : `These datasets appeared since, and one of them may be the one: ${ids.join(', ')}. ${advice} in Visual Layer if you do not need it.`;
}
/**
 * What the lists show in the time that `waiting` has: once something appears they are read for {@link CERTAIN_MS} more, or for as
 * long as a tenth of the time lasts, since more may follow. Empty if nothing appeared in the whole time. Throws if the lists could
 * not be read.
 */
async function appeared(waiting, read) {
    const { clock, deadline } = waiting;
    let settledAt;
    let last;
    const ended = await until(async () => {
        last = await read();
        if (last.length === 0)
            return { state: 'pending', line: 'nothing has appeared yet' };
        settledAt ??= clock.now() + Math.min(CERTAIN_MS, deadline.totalMs / 10);
        if (clock.now() < settledAt)
            return { state: 'pending', line: 'checking whether anything else appears' };
        return { state: 'done', value: undefined };
    }, waiting);
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'out_of_time' && ended.lastFault)
        throw ended.lastFault;
    return last ?? [];
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./build/runner/text.js


/** The least that is looked at of a text, in characters. */
const READ_CHARS = 100_000;
/**
 * Text from outside made fit for one line of the log or of a message: no terminal sequence, no line break or other control
 * character, nothing invisible that hides or reorders what is read, and nothing the runner takes for a workflow command.
 * Longer text is cut, and says by how much. White space inside a line stays as it is.
 */
function text_oneLine(text, maxChars = 500) {
    const read = readable(text, maxChars);
    return cut(unarmed(visible(read)), maxChars, text.length - read.length);
}
/** As {@link oneLine}, for text of several lines: the breaks stay, and each line keeps its indentation. */
function text_lines(text, maxChars = 4000) {
    const read = readable(text, maxChars);
    return cut(read
        .split(/\r\n|\r|\n/)
        .map((line) => indentedLine(line, maxChars))
        .join('\n')
        .trimEnd(), maxChars, text.length - read.length);
}
/** A line of our own log: as {@link oneLine}, with the spaces it begins with. */
function indentedLine(line, maxChars = 2000) {
    const indent = /^ */.exec(line)?.[0] ?? '';
    return indent + text_oneLine(line.slice(indent.length), maxChars);
}
/**
 * Text from outside as plain text in Markdown, a table cell included: every character that Markdown or HTML would act on
 * becomes an entity. What GitHub links on its own (mentions, issue numbers, addresses) is parted by an invisible space, so
 * use {@link code} for what a reader will copy.
 */
function markdown(text, maxChars = 500) {
    return (entities(text_oneLine(text, maxChars))
        // A list marker counts only at the start of a line, which this text may be.
        .replace(/^[-+=]/, (character) => `&#${character.charCodeAt(0)};`)
        .replace(/^(\d+)\./, '$1&#46;')
        .replace(/&#64;(?=\w)/g, '&#64;&#8203;')
        .replace(/&#35;(?=\d)/g, '&#35;&#8203;')
        .replace(/\bGH-(?=\d)/gi, (prefix) => `${prefix}&#8203;`)
        .replace(/:(?=\/\/)/g, '&#58;&#8203;')
        .replace(/\b(mailto|xmpp):/gi, '$1&#58;&#8203;')
        .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#8203;&#46;`));
}
/** Text from outside as `<code>`, a table cell included; empty for empty text. Nothing invisible is added: it can be copied. */
function code(text, maxChars = 500) {
    const escaped = entities(text_oneLine(text, maxChars))
        .replace(/:(?=\/\/)/g, '&#58;')
        .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#46;`);
    return escaped && `<code>${escaped}</code>`;
}
/** The beginning of a text: more than is shown of it, and no more than can be gone through in a moment, whatever it is made of. */
function readable(text, maxChars) {
    return text.slice(0, Math.max(READ_CHARS, 2 * maxChars));
}
function visible(text) {
    return (0,external_node_util_.stripVTControlCharacters)(text)
        .toWellFormed()
        .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\n')
        .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
        .split('\n')
        .map((part) => part.trim())
        .filter(Boolean)
        .join(' ');
}
/**
 * The runner takes a line for a command when it begins, white space aside, with `::`, or contains `##[` anywhere
 * (ActionCommand.cs of actions/runner).
 */
function unarmed(text) {
    return text.replaceAll('##[', '## [').replace(/^::/, ': :');
}
/** @param unread how many more characters there are that are not in `text` */
function cut(text, maxChars, unread) {
    if (text.length <= maxChars && unread === 0)
        return text;
    const lastIsHalf = /[\uD800-\uDBFF]/.test(text[maxChars - 1] ?? '');
    const kept = text.slice(0, lastIsHalf ? maxChars - 1 : maxChars);
    return `${kept}… (${count(text.length - kept.length + unread)} more characters)`;
}
function entities(text) {
    return text.replace(/[&<>"'\\*_`[\]()#|~!@${}^]/g, (character) => `&#${character.charCodeAt(0)};`);
}

;// CONCATENATED MODULE: ./build/runner/context.js


/**
 * Reads the runner's variables. `repository`, `job`, `runId`, `runAttempt`, `sha` and `event` are plain ASCII and may go into
 * a header; `workflow`, `ref` and `actor` are one line of any text.
 */
function readContext(env) {
    const shaped = (name, shape) => (shape.test(env[name] ?? '') ? env[name] : undefined);
    const line = (name) => text_oneLine(env[name] ?? '', 250) || undefined;
    const repository = shaped('GITHUB_REPOSITORY', /^[\w.-]{1,100}\/[\w.-]{1,100}$/);
    const runId = shaped('GITHUB_RUN_ID', /^\d{1,20}$/);
    const runAttempt = shaped('GITHUB_RUN_ATTEMPT', /^\d{1,10}$/);
    const serverUrl = address(env['GITHUB_SERVER_URL'], 'https://github.com');
    const run = repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}` : undefined;
    const days = shaped('GITHUB_RETENTION_DAYS', /^[1-9]\d{0,3}$/);
    return {
        repository,
        workflow: line('GITHUB_WORKFLOW'),
        job: shaped('GITHUB_JOB', /^[\w-]{1,200}$/),
        runId,
        runAttempt,
        sha: shaped('GITHUB_SHA', /^[0-9a-f]{40,64}$/i),
        ref: line('GITHUB_REF'),
        actor: line('GITHUB_ACTOR'),
        event: shaped('GITHUB_EVENT_NAME', /^\w{1,100}$/),
        serverUrl,
        apiUrl: address(env['GITHUB_API_URL'], 'https://api.github.com'),
        runUrl: run && runAttempt ? `${run}/attempts/${runAttempt}` : run,
        workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
        temp: env['RUNNER_TEMP'] || (0,external_node_os_.tmpdir)(),
        retentionDays: days === undefined ? undefined : Number(days),
        isEnterpriseServer: isEnterpriseServer(serverUrl),
        isAct: Boolean(env['ACT']),
        isRunner: env['GITHUB_ACTIONS'] === 'true',
    };
}
/** As @actions/artifact decides it: neither github.com nor a host under ghe.com or .localhost. */
function isEnterpriseServer(serverUrl) {
    const { hostname } = new URL(serverUrl);
    return hostname !== 'github.com' && !hostname.endsWith('.ghe.com') && !hostname.endsWith('.localhost');
}
function address(text, otherwise) {
    const url = URL.parse(text ?? '');
    if (!url || !/^https?:$/.test(url.protocol))
        return otherwise;
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 14 modules
var lib_core = __webpack_require__(6421);
;// CONCATENATED MODULE: ./build/runner/outputs.js

/** Every output of the action, as action.yml lists them, by its kind, which decides how it appears in `result`. */
const OUTPUTS = {
    dataset_id: 'text',
    dataset_name: 'text',
    dataset_status: 'text',
    source_dataset_id: 'text',
    snapshot_id: 'text',
    snapshot_name: 'text',
    safety_snapshot_id: 'text',
    snapshots: 'json',
    deleted_snapshot_ids: 'json',
    would_delete_snapshot_ids: 'json',
    task_id: 'text',
    export_id: 'text',
    export_path: 'text',
    export_dir: 'text',
    export_size_bytes: 'number',
    export_sha256: 'text',
    media_count: 'number',
    content_digest: 'text',
    changed: 'boolean',
    added_count: 'number',
    removed_count: 'number',
    modified_count: 'number',
    comparison_path: 'text',
    annotations_path: 'text',
    artifact_id: 'text',
    artifact_name: 'text',
    artifact_url: 'text',
    artifact_digest: 'text',
    elapsed_seconds: 'number',
    error_code: 'text',
    headline: 'text',
    report_path: 'text',
    result: 'json',
};
/** What every step sets, whatever it does. */
const COMMON_OUTPUTS = (/* unused pure expression or super */ null && ([
    'dataset_id',
    'dataset_name',
    'dataset_status',
    'elapsed_seconds',
    'error_code',
    'headline',
    'report_path',
    'result',
]));
/**
 * GitHub allows a job about 1 MB of outputs, counted in UTF-16 (docs.github.com, "Passing information between jobs"), and
 * breaks the workflow beyond. A list is both in its own output and in `result`.
 */
const LONGEST_LIST_CHARS = 200_000;
const LONGEST_TEXT_CHARS = 20_000;
const LONGEST_RESULT_CHARS = 250_000;
/** The outputs set so far, and the rules for their form. Writes nothing. */
class Outputs {
    #values = new Map();
    #extras = new Map();
    /**
     * Remembers a value and returns it as it goes to GitHub: always a string, and of bearable length. `problem` says in a
     * sentence what had to be left out.
     */
    set(name, value) {
        const given = String(value).toWellFormed();
        const shortened = OUTPUTS[name] === 'json' ? shortenList(given) : shortenText(given);
        this.#values.set(name, shortened.text);
        return { text: shortened.text, ...(shortened.left && { problem: `The output ${name} ${shortened.left}` }) };
    }
    /** The value as it was written; empty when not set. */
    get(name) {
        return this.#values.get(name) ?? '';
    }
    /** A value that is in `result` only. */
    addToResult(name, value) {
        this.#extras.set(name, value);
    }
    /** The `result` output: every other one under its name, numbers and lists as such, `null` for those not set. */
    result() {
        const entries = Object.keys(OUTPUTS).filter(isSettable);
        const extras = [...this.#extras];
        const values = entries.map((name) => [name, outputs_parsed(name, this.get(name))]);
        const whole = JSON.stringify(Object.fromEntries([...values, ...extras]));
        if (whole.length <= LONGEST_RESULT_CHARS)
            return { text: whole };
        const ids = entries.map((name) => [
            name,
            OUTPUTS[name] === 'json' || this.get(name).length > 1000 ? null : outputs_parsed(name, this.get(name)),
        ]);
        return {
            text: JSON.stringify(Object.fromEntries([...ids, ...extras])),
            problem: "The output result does not contain its long values, to fit GitHub's size limit.",
        };
    }
}
function isSettable(name) {
    return Object.hasOwn(OUTPUTS, name) && name !== 'result';
}
function outputs_parsed(name, text) {
    if (text === '')
        return null;
    const kind = OUTPUTS[name];
    if (kind === 'number')
        return Number.isFinite(Number(text)) ? Number(text) : text;
    if (kind === 'boolean')
        return text === 'true';
    return kind === 'json' ? (parseJson(text) ?? text) : text;
}
function parseJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
function shortenText(text) {
    if (text.length <= LONGEST_TEXT_CHARS)
        return { text };
    return {
        text: text.slice(0, LONGEST_TEXT_CHARS).toWellFormed(),
        left: `was cut to the first ${count(LONGEST_TEXT_CHARS)} of ${count(text.length)} characters.`,
    };
}
/** Keeps as many elements from the front as fit, so that what is left is still a JSON array. */
function shortenList(text) {
    if (text.length <= LONGEST_LIST_CHARS)
        return { text };
    const list = parseJson(text);
    if (!Array.isArray(list))
        return { text: '[]', left: `is empty: its ${count(text.length)} characters exceed GitHub's size limit.` };
    const kept = [];
    let chars = 2;
    for (const element of list) {
        const json = JSON.stringify(element);
        if (chars + json.length + 1 > LONGEST_LIST_CHARS)
            break;
        kept.push(json);
        chars += json.length + 1;
    }
    return {
        text: `[${kept.join(',')}]`,
        left: `was cut to the first ${count(kept.length)} of ${count(list.length)} entries to fit GitHub's size limit.`,
    };
}

;// CONCATENATED MODULE: ./build/runner/secrets.js
/** Shorter values are not masked: `***` instead of every "yes" or "12" would make a log unreadable and hide nothing. */
const SHORTEST_SECRET = 4;
/** The values that may appear in no log line, output, state or summary. */
class Secrets {
    #forms = new Set();
    #longestFirst;
    /**
     * Remembers a secret and returns the forms of it that are new, for the runner's own masking: the value, each line of a
     * value of several lines (a log shows lines), and how it looks in an address, in a form and in JSON. Base64 is left out:
     * nothing here encodes a secret so, and the runner derives that form itself for every mask it is given.
     */
    add(secret) {
        const spellings = new Set();
        for (const part of [secret, ...secret.split(/[\r\n]+/)]) {
            const value = part.trim().toWellFormed();
            if (value.length < SHORTEST_SECRET)
                continue;
            spellings.add(value);
            spellings.add(encodeURIComponent(value));
            spellings.add(new URLSearchParams([['', value]]).toString().slice(1));
            spellings.add(JSON.stringify(value).slice(1, -1));
        }
        const added = [...spellings].filter((form) => !this.#forms.has(form));
        for (const form of added)
            this.#forms.add(form);
        this.#longestFirst = undefined;
        return added;
    }
    /** The text with `***` for every secret in it; the text itself when there is none. */
    redact(text) {
        // Longest first, so that a secret that begins with another one leaves no tail behind.
        this.#longestFirst ??= [...this.#forms].sort((a, b) => b.length - a.length);
        return this.#longestFirst.reduce((redacted, form) => redacted.replaceAll(form, '***'), text);
    }
}

;// CONCATENATED MODULE: ./build/runner/state.js
/** The one name under which main leaves something to post: the open plan of the undo log. */
const UNDO_STATE = 'undo';
/** What main left; `undefined` if nothing. The runner hands it over as a variable. */
function savedUndo(env) {
    return env[`STATE_${UNDO_STATE}`] || undefined;
}

;// CONCATENATED MODULE: ./build/runner/log.js








/** Wide enough for `23h 59m`, so that the lines of a wait align. */
const STAMP_WIDTH = 7;
/** A wait in which nothing changes says so this often, in ms, so that a log never looks dead. */
const HEARTBEAT_MS = 300_000;
/**
 * The {@link Reporter} of a real step: stdout, and the files the runner names in `GITHUB_OUTPUT` and `GITHUB_STATE`. It also
 * collects what the job summary shows.
 */
class RunnerReporter {
    #clock;
    #startedAt;
    #secrets = new Secrets();
    #outputs = new Outputs();
    #unwritten = new Set();
    #facts = new Map();
    #sections = new Map();
    #notes = [];
    #warnings = new Set();
    #inGroup = false;
    #lastProgress = '';
    #lastProgressMs = 0;
    constructor(options) {
        this.#clock = options.clock;
        this.#startedAt = options.clock.now();
    }
    /** Rows for the job summary, in the order their labels were first given. */
    get facts() {
        return [...this.#facts.values()];
    }
    /** Tables and charts for the job summary, in the order their titles were first given. */
    get sections() {
        return [...this.#sections.values()];
    }
    get notes() {
        return this.#notes;
    }
    get warnings() {
        return [...this.#warnings];
    }
    /** Milliseconds since this reporter was made. */
    get elapsedMs() {
        return this.#clock.now() - this.#startedAt;
    }
    info(line) {
        lib_core/* info */.pq(this.#safe(line));
    }
    debug(line) {
        lib_core/* debug */.Yz(this.#safe(line));
    }
    /** {@link debug}, if the runner shows it (`RUNNER_DEBUG`): for lines that are many. */
    get debugging() {
        return process.env['RUNNER_DEBUG'] === '1' ? (line) => this.debug(line) : undefined;
    }
    warning(message, details = {}) {
        const text = text_lines(this.redact(details.todo ? `${message}\n${details.todo}` : message));
        if (this.#warnings.has(text))
            return;
        this.#warnings.add(text);
        lib_core/* warning */.$e(text);
    }
    async group(title, body) {
        if (this.#inGroup) {
            this.info(`== ${title} ==`);
            return await body();
        }
        this.#inGroup = true;
        lib_core/* startGroup */.Oh(this.#safe(title));
        try {
            return await body();
        }
        finally {
            this.endGroup();
        }
    }
    /** Ends a group that work left open which nobody waits for any longer. */
    endGroup() {
        if (this.#inGroup)
            lib_core/* endGroup */.N4();
        this.#inGroup = false;
    }
    progress(line) {
        const silentMs = this.elapsedMs - this.#lastProgressMs;
        if (line === this.#lastProgress && silentMs < HEARTBEAT_MS)
            return;
        this.#lastProgress = line;
        this.#lastProgressMs = this.elapsedMs;
        this.info(`[${numbers_duration(Math.floor(this.elapsedMs / 1000) * 1000).padStart(STAMP_WIDTH)}] ${line}`);
    }
    output(name, value) {
        const given = String(value);
        const redacted = this.redact(given);
        if (redacted !== given) {
            this.warning(`The output ${name} contained a masked secret, which was replaced by ***.`, {
                todo: 'If it is not a secret, choose a credential that is not an ordinary word.',
            });
        }
        const { text, problem } = this.#outputs.set(name, redacted);
        if (problem)
            this.warning(problem);
        this.#write(name, text);
    }
    addToResult(name, value) {
        this.#outputs.addToResult(name, typeof value === 'string' ? this.redact(value) : value.map((one) => this.redact(one)));
    }
    /** What an output was set to, as GitHub got it; empty when it was not set. */
    outputValue(name) {
        return this.#outputs.get(name);
    }
    /**
     * Sets `elapsed_seconds` and `result`, and tries again what could not be written before. Call it last, on success and on
     * failure.
     * @throws ActionError `operation_failed` when outputs are still missing: a later step would read them as empty
     */
    finishOutputs() {
        this.output('elapsed_seconds', Math.round(this.elapsedMs / 100) / 10);
        const { text, problem } = this.#outputs.result();
        if (problem)
            this.warning(problem);
        this.#write('result', text);
        if (!process.env['GITHUB_OUTPUT'] && process.env['GITHUB_ACTIONS'] === 'true')
            this.warning('GITHUB_OUTPUT is not set, so later steps cannot read the outputs of this step.');
        for (const name of this.#unwritten)
            if (name !== 'result')
                this.#write(name, this.#outputs.get(name));
        if (this.#unwritten.size === 0)
            return;
        throw new errors/* ActionError */.lZ('operation_failed', `Could not write these outputs (GITHUB_OUTPUT): ${[...this.#unwritten].join(', ')}.`, {
            todo: 'Check that the disk of the runner is not full. The changes that this step made in Visual Layer remain; the log lists the IDs.',
        });
    }
    /**
     * Makes sure that outputs can be written, before anything is done whose ID would be lost.
     * @throws ActionError `operation_failed` that names the file and the reason
     */
    requireOutputs() {
        const { GITHUB_OUTPUT: file } = process.env;
        if (!file)
            return;
        try {
            if (!(0,external_node_fs_.statSync)(file).isFile())
                throw new Error('it is not a file');
            (0,external_node_fs_.accessSync)(file, external_node_fs_.constants.W_OK);
        }
        catch (error) {
            throw new errors/* ActionError */.lZ('operation_failed', `Could not open the file for outputs (GITHUB_OUTPUT): ${(0,errors/* describe */.q0)(error)}.`, {
                todo: 'The runner creates this file for each step. Check the disk and the permissions of the runner, and that no step sets GITHUB_OUTPUT. Nothing was sent to Visual Layer.',
            });
        }
    }
    /** Saves what the post step has to undo if this step is killed, at once; '' for nothing. */
    saveUndo(text) {
        try {
            // Without the file the library would print a command that runners no longer know.
            if (!process.env['GITHUB_STATE'])
                throw new Error('the variable is not set');
            // A secret among the names makes them useless for finding anything, but the runner keeps states in plain text.
            lib_core/* saveState */.LZ(UNDO_STATE, this.redact(text));
        }
        catch (error) {
            if (text === '')
                return;
            this.warning(`Could not save what to undo (GITHUB_STATE): ${(0,errors/* describe */.q0)(error)}. If this step is killed, the post step cannot clean up.`);
        }
    }
    mask(secret) {
        for (const form of this.#secrets.add(secret))
            lib_core/* setSecret */.Pq(form);
    }
    /** The text with `***` for every masked secret in it. */
    redact(text) {
        return this.#secrets.redact(text);
    }
    fact(label, value, options = {}) {
        const { insteadOf = label, ...shown } = options;
        this.#facts.set(insteadOf, { label, value, ...shown });
    }
    table(table) {
        this.#sections.set(table.title, table);
    }
    chart(chart) {
        this.#sections.set(chart.title, chart);
    }
    note(text) {
        this.#notes.push(text);
        this.info(text);
    }
    // Secrets go before the line is cut: half of one would slip past the runner's own masking.
    #safe(line) {
        return indentedLine(this.redact(line));
    }
    #write(name, text) {
        if (!process.env['GITHUB_OUTPUT']) {
            this.debug(`Output ${name}: ${text}`);
            return;
        }
        try {
            lib_core/* setOutput */.uH(name, text);
            this.#unwritten.delete(name);
        }
        catch (error) {
            this.#unwritten.add(name);
            this.warning(`Could not write the output ${name} yet: ${(0,errors/* describe */.q0)(error)}`);
        }
    }
}

;// CONCATENATED MODULE: ./build/transfer/download/slots.js
/** Limits how many connections work at once, over all downloads of a step. The one that waits longest is next. */
class Slots {
    #free;
    #waiting = [];
    constructor(count) {
        this.#free = count;
    }
    /** Resolves with the function that gives the slot back. Throws the reason of `signal`. */
    async acquire(signal) {
        signal.throwIfAborted();
        if (this.#free > 0) {
            this.#free -= 1;
        }
        else {
            const { promise, resolve, reject } = Promise.withResolvers();
            const abort = () => {
                const at = this.#waiting.indexOf(resolve);
                // It has its slot already.
                if (at === -1)
                    return;
                this.#waiting.splice(at, 1);
                reject(signal.reason);
            };
            this.#waiting.push(resolve);
            signal.addEventListener('abort', abort, { once: true });
            await promise.finally(() => signal.removeEventListener('abort', abort));
        }
        return () => {
            const next = this.#waiting.shift();
            if (next)
                next();
            else
                this.#free += 1;
        };
    }
}

;// CONCATENATED MODULE: ./build/version.js
/** The version in package.json; a test checks that they are equal. */
const VERSION = '1.0.0';
/** How the action names itself to servers. */
const USER_AGENT = `visual-layer-dataset-action/${VERSION}`;

;// CONCATENATED MODULE: ./build/visual-layer/explore.js





/** Ten million clusters in pages of 100. Only a listing that never ends comes so far. */
const explore_MOST_PAGES = 100_000;
const MOST_RESTARTS = 3;
const LONGEST_EXCERPT = 300;
const clusterReply = schemas/* looseObject */._H3({ cluster_id: identifier, id: identifier, n_images: fields_count, n_videos: fields_count })
    .transform((reply) => ({ id: reply.cluster_id ?? reply.id, items: itemsIn(reply.n_images, reply.n_videos) }))
    .refine((cluster) => cluster.id !== undefined, { path: ['cluster_id'] });
/** Negative counts are how the API says that it has not counted. */
function itemsIn(...counts) {
    const known = counts.filter((value) => value !== undefined && value >= 0);
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + (value ?? 0), 0);
}
const clusterPage = schemas/* union */.KCZ([
    schemas/* looseObject */._H3({
        clusters: schemas/* array */.YOg(clusterReply).nullable(),
        metadata: schemas/* looseObject */._H3({ total_clusters: fields_count }).optional().catch(undefined),
    })
        .transform((reply) => ({ clusters: reply.clusters ?? [], total: reply.metadata?.total_clusters })),
    schemas/* array */.YOg(clusterReply).transform((clusters) => ({ clusters, total: undefined })),
    // A page beyond the last one can be `null`, as public clients know.
    schemas/* null */.chJ().transform(() => ({ clusters: [], total: undefined })),
]);
const memberPage = schemas/* unknown */.L5J().transform(mediaIdsIn);
const MEMBER_LISTS = ['previews', 'media_items', 'items', 'media'];
/** The media IDs of one page of a cluster, wherever it has them; `undefined` where it has no list of them, or not of all. */
function mediaIdsIn(reply) {
    if (Array.isArray(reply)) {
        // `image_id` is what older responses call it.
        const ids = reply.map((entry) => (reply_isRecord(entry) ? (entry['media_id'] ?? entry['image_id']) : undefined));
        return ids.every(isMediaId) ? ids : undefined;
    }
    if (!reply_isRecord(reply))
        return undefined;
    const lists = [...MEMBER_LISTS.map((name) => reply[name]), reply['cluster']].filter((value) => Array.isArray(value) || reply_isRecord(value));
    const found = lists.map(mediaIdsIn).filter((ids) => ids !== undefined);
    return found.length === 0 ? undefined : found.flat();
}
/** Not what an ID is, which is not documented, but what it surely is not: a file name, a sentence, half a row. */
function isMediaId(value) {
    return typeof value === 'string' && /^[^\s,"<>]{1,99}$/.test(value);
}
const explore_UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** What a dataset contains, by cluster and by ID. Reads only, with the usual retries. */
class Explore {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /**
     * All clusters of a dataset, each once; docs.visual-layer.com, semantic search. Media that are in no cluster are in none of them,
     * so a caller that needs all media verifies the sum of the items against the dataset's own count.
     *
     * Ends at an empty page, at the total that the response reports, or where the pages only repeat themselves. A listing that moves
     * while it is read is begun again, three times.
     *
     * @param onPage receives after each page how many clusters are known, and of how many if the API reports it
     * @throws ActionError `unexpected_reply` where the listing keeps moving, stops short of its own total, or never ends
     */
    async clusters(datasetId, explored, onPage) {
        for (let restarts = 0;; restarts += 1) {
            const listing = await this.#listClusters(datasetId, explored, onPage);
            if (typeof listing !== 'string')
                return listing;
            if (restarts === MOST_RESTARTS)
                throw incomplete(datasetId, listing);
        }
    }
    /** The clusters, or why what was read cannot be all of them. */
    async #listClusters(datasetId, explored, onPage) {
        const found = new Map();
        let last;
        let repeats = 0;
        for (let page = 0; page < explore_MOST_PAGES; page += 1) {
            const what = `list the clusters of dataset ${datasetId} (page ${page + 1})`;
            const { clusters, total } = await this.#http.read(pageOf(what, datasetId, explored, page), clusterPage);
            const present = new Map(clusters.map((cluster) => [cluster.id, cluster]));
            const ids = [...present.keys()].join();
            // A server may count pages from 1 and take 0 for 1, so one page that comes twice is not yet an end.
            repeats = ids === last ? repeats + 1 : 0;
            last = ids;
            if (repeats === 1)
                continue;
            if (present.size === 0 || repeats === 2) {
                if (total === undefined || found.size >= total)
                    return [...found.values()];
                return `it reported ${total} clusters but listed ${found.size}`;
            }
            for (const [id, cluster] of present) {
                if (found.has(id))
                    return `cluster ${id} was on two of its pages`;
                found.set(id, cluster);
            }
            onPage?.(found.size, total);
            // A total that is no more than this page contains may be the page's own: then the next page decides.
            if (total !== undefined && found.size === total && total > present.size)
                return [...found.values()];
        }
        return `it did not end within ${explore_MOST_PAGES} pages`;
    }
    /** Whether anything in a dataset has one of these labels; docs.visual-layer.com, semantic search. Retried once. */
    async hasLabels(datasetId, entityType, labels) {
        const vql = JSON.stringify([{ labels: { op: 'one_of', value: labels } }]);
        const request = pageOf(`look for labels in dataset ${datasetId}`, datasetId, { entityType, vql }, 0);
        const { clusters } = await this.#http.read(request, clusterPage, 1);
        return clusters.some(({ items }) => items !== 0);
    }
    /**
     * The IDs of all media of one cluster, as far as the API lists them: verify their number against the cluster's items. Known from
     * public clients only. `undefined` where the server cannot list the members of a cluster.
     */
    async members(datasetId, clusterId, explored) {
        const found = new Set();
        let fruitless = 0;
        for (let page = 0; page < explore_MOST_PAGES && fruitless < 2; page += 1) {
            const what = `list the media of cluster ${clusterId} (page ${page + 1})`;
            const request = pageOf(what, `${datasetId}/similarity_cluster/${clusterId}`, explored, page);
            const ids = await this.#http.read(request, memberPage).catch(unlessUnsupported);
            if (ids === undefined && page === 0)
                return undefined;
            if (ids === undefined || ids.length === 0)
                break;
            const before = found.size;
            for (const id of ids)
                found.add(id);
            fruitless = found.size === before ? fruitless + 1 : 0;
        }
        return [...found];
    }
    /**
     * The IDs of all media of a dataset, from its table of file names and IDs. Known from public clients only. `undefined` where the
     * server has no such table.
     *
     * @throws ActionError `unexpected_reply` where a row of the table has no ID
     */
    async mediaIds(datasetId) {
        const request = {
            what: `list the media IDs of dataset ${datasetId}`,
            method: 'GET',
            path: `dataset/${datasetId}/export_media_id`,
        };
        const { parse } = await __webpack_require__.e(/* import() */ 175).then(__webpack_require__.bind(__webpack_require__, 5175));
        return this.#http.readText(request, (table) => idColumn(parse, request, table)).catch(unlessUnsupported);
    }
}
function pageOf(what, path, explored, page) {
    return {
        what,
        method: 'GET',
        path: `explore/${path}`,
        query: { entity_type: explored.entityType, threshold: '0', page_number: String(page), vql: explored.vql },
    };
}
/** `undefined` for the failures by which a server says that it has no such call: its web page among them. */
function unlessUnsupported(error) {
    const outcome = error instanceof RequestFailure ? error.outcome : undefined;
    const noSuchCall = outcome?.status === 404 || outcome?.status === 405;
    const noJson = error instanceof RequestFailure && error.code === 'unexpected_reply' && !outcome?.wrongShape;
    if (!noSuchCall && !noJson)
        throw error;
}
function incomplete(datasetId, reason) {
    return new errors/* ActionError */.lZ('unexpected_reply', `Could not read the complete cluster list of dataset ${datasetId} in ${MOST_RESTARTS + 1} attempts: ${reason}.`, {
        todo: 'Wait until nothing changes the dataset, then re-run the job. If the problem persists, select what to export by vql, cluster_ids, or media_ids.',
    });
}
/**
 * The column `media_id` of a CSV table; the last one if it has no heading. Counted from the end, because a file name may contain commas
 * without quotes.
 */
function idColumn(parse, { what }, table) {
    if (table === '')
        return undefined;
    let fromEnd;
    let areUuids = false;
    const ids = new Set();
    const take = (fields) => {
        if (fromEnd === undefined) {
            const heading = fields.findIndex((name) => name.trim().toLowerCase() === 'media_id');
            fromEnd = heading < 0 ? 1 : fields.length - heading;
            if (heading >= 0)
                return null;
        }
        const id = fields.length > 1 ? fields.at(-fromEnd) : undefined;
        if (!isMediaId(id) || (areUuids && !explore_UUID.test(id))) {
            const reason = `its row ${ids.size + 1} has no media ID`;
            throw unexpectedReply(what, reason, fields.join(',').slice(0, LONGEST_EXCERPT), true);
        }
        // Where the first ID is a UUID, one of another form was cut off.
        if (ids.size === 0)
            areUuids = explore_UUID.test(id);
        ids.add(id);
        return null;
    };
    try {
        parse(table, { relax_column_count: true, skip_empty_lines: true, on_record: take });
    }
    catch (error) {
        if (error instanceof RequestFailure)
            throw error;
        throw unexpectedReply(what, `it is not CSV (${(0,errors/* describe */.q0)(error)})`, table.slice(-LONGEST_EXCERPT), true);
    }
    return [...ids];
}

;// CONCATENATED MODULE: ./build/visual-layer/exports.js





function exportState(word) {
    switch (normalWord(word)) {
        case 'COMPLETED':
            return 'COMPLETED';
        case 'FAILED':
        case 'ERROR':
            return 'FAILED';
        case 'REJECTED':
            return 'REJECTED';
        case 'CANCELED':
        case 'CANCELLED':
        case 'ABORTED':
            return 'CANCELLED';
        case 'INIT':
        case 'PENDING':
        case 'QUEUED':
            return 'QUEUED';
        default:
            return 'RUNNING';
    }
}
/** Used where a response has no status. */
const exports_NO_STATUS = '(none)';
const LINK_FIELDS = ['download_uri', 'download_url', 'downloadUri', 'url', 'uri', 'file_url'];
function linkIn(reply) {
    if (!reply_isRecord(reply))
        return undefined;
    for (const field of LINK_FIELDS) {
        const value = reply[field];
        if (typeof value === 'string' && value !== '')
            return value;
    }
    return linkIn(reply['result']);
}
const exportReply = schemas/* looseObject */._H3({
    id: identifier,
    export_task_id: identifier,
    task_id: identifier,
    status: fields_text,
    progress: fields_count,
    entities_count: fields_count,
    result_message: fields_text,
})
    .transform((reply) => ({
    id: reply.id ?? reply.export_task_id ?? reply.task_id,
    state: exportState(reply.status ?? ''),
    statusWord: reply.status ?? exports_NO_STATUS,
    progress: reply.progress,
    entities: reply.entities_count,
    words: reply.result_message,
    link: linkIn(reply),
}));
/** A start names its export, or says why there is none. */
const startReply = exportReply.refine((task) => task.id !== undefined || task.state === 'REJECTED', { path: ['id'] });
/** A status response has a status. */
const exports_statusReply = exportReply.refine((task) => task.statusWord !== exports_NO_STATUS, { path: ['status'] });
/** Exports; docs.visual-layer.com, export API. What the docs leave out is read as recorded by public clients. */
class Exports {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Starts an export, of the whole dataset, by VQL, or of a selection. One attempt. */
    async start(datasetId, start) {
        const request = start.selection ? selective(datasetId, start, start.selection) : whole(datasetId, start);
        return this.#http.change(request, startReply);
    }
    /** The status of an export, with a new link once it is COMPLETED. */
    async status(datasetId, exportId, retries) {
        const request = {
            what: `read the status of export ${exportId}`,
            method: 'GET',
            path: `dataset/${datasetId}/export_status`,
            query: { export_task_id: exportId },
        };
        return this.#http.read(request, exports_statusReply, retries);
    }
    /**
     * The address that an export is fetched from: self-hosted servers give paths such as `/cdn/...`. A server that answers over https
     * must not lead over plain http: what comes that way can be changed on the way, and what only the runner reaches without credentials
     * (the metadata of a cloud machine, say) speaks plain http.
     *
     * @throws ActionError `unexpected_reply` for what is no address, and for such a one
     */
    resolve(link, exportId) {
        const { origin } = this.#http;
        const url = URL.parse(link, origin);
        if (url?.protocol === 'https:' || (url?.protocol === 'http:' && origin.startsWith('http:')))
            return url;
        const why = url?.protocol === 'http:'
            ? `uses plain http (to ${url.host}), although ${origin} uses https; data sent over http can be modified`
            : 'is not a URL';
        throw new errors/* ActionError */.lZ('unexpected_reply', `The download link of export ${exportId} ${why}.`, {
            todo: url?.protocol === 'http:'
                ? 'Configure the server to return links that begin with https://, or paths such as /cdn/export.zip.'
                : 'Export again with this export_id to get a new link.',
        });
    }
}
function whole(datasetId, start) {
    // `entity_type` and `vql` are not in the docs of this call; public clients send them.
    const chosen = start.vql !== undefined || start.entityType !== 'IMAGES';
    return {
        what: `start an export of dataset ${datasetId}`,
        method: 'GET',
        path: `dataset/${datasetId}/export_context_async`,
        query: {
            file_name: start.fileName,
            export_format: start.format,
            include_images: String(start.includeImages),
            entity_type: chosen ? start.entityType : undefined,
            vql: start.vql,
        },
    };
}
function selective(datasetId, start, selection) {
    const media = selection.mediaIds.length > 0 ? [{ type: 'media', payload: { media_ids: selection.mediaIds } }] : [];
    const filters = {
        entity_type: start.entityType,
        ...(selection.clusterVql === undefined ? {} : { vql: JSON.parse(selection.clusterVql) }),
    };
    const clusters = selection.clusterIds.map((clusterId) => ({
        type: 'cluster',
        payload: {
            cluster_id: clusterId,
            cluster_filters: filters,
            exclude_media_ids: selection.excludeMediaIds,
        },
    }));
    return {
        what: `start a selective export of dataset ${datasetId}`,
        method: 'POST',
        path: `dataset/${datasetId}/export_entities_async`,
        query: { export_format: start.format, include_images: String(start.includeImages) },
        json: { media_selection: [...media, ...clusters] },
    };
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
;// CONCATENATED MODULE: ./build/visual-layer/headers.js
/** The first value of a header. */
function headerOf(headers, name) {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
}
/**
 * The pause that a `Retry-After` header asks for, in ms from now; `undefined` if it is absent or unreadable.
 * Both forms of RFC 9110 are read: whole seconds, and an HTTP date (a date in the past asks for no pause: 0). A date is compared with
 * the `Date` of the same response, because the clocks of the server and the runner may differ.
 *
 * @param nowMs the wall clock, for a response without `Date`
 */
function retryAfterMs(headers, nowMs) {
    const value = headerOf(headers, 'retry-after')?.trim();
    if (!value)
        return undefined;
    if (/^\d{1,9}$/.test(value))
        return Number(value) * 1000;
    const until = httpDate(value);
    return until === undefined ? undefined : Math.max(0, until - (httpDate(headerOf(headers, 'date')) ?? nowMs));
}
function httpDate(value) {
    if (value === undefined || !/[a-z]{3}/i.test(value))
        return undefined;
    const date = Date.parse(value);
    return Number.isNaN(date) ? undefined : date;
}
/** Where a redirect leads; `undefined` if it does not say. Whether to follow is for the caller. @param from what was requested */
function redirectTarget(headers, from) {
    const location = headerOf(headers, 'location');
    return location === undefined ? undefined : (URL.parse(location, from.href) ?? undefined);
}

;// CONCATENATED MODULE: ./build/visual-layer/attempt.js






/** Time that a request still gets when the deadline is near, in ms: the last poll of a wait needs some. */
const LAST_POLL_MS = 2_000;
/** No request, of whichever stage of a step, lasts longer than this after the deadline, in ms. */
const OVERTIME_MS = 2_500;
/** A change that is in flight when the step is canceled gets this long, in ms, to be answered, so that its ID becomes known. */
const IN_FLIGHT_MS = 1_000;
/** One HTTP request and its whole response, in the time that both have. */
class Attempt {
    /** What has come so far. */
    reply;
    #sent;
    /** When a byte last went out or came in. */
    #movedAt;
    #form;
    constructor(sent) {
        this.#sent = sent;
        this.#movedAt = sent.options.clock.now();
    }
    /** Throws a {@link RequestFailure} if no whole response comes, or the reason of what ended it. */
    async run() {
        const { request, url, isChange, options } = this.#sent;
        const { clock, deadline, signal, requestTimeoutMs } = options;
        const { upload, what, text } = request;
        signal.throwIfAborted();
        if (isChange)
            options.onChange?.();
        // One attempt that hangs must leave time to check what became of it.
        const fair = upload ? Infinity : Math.max(deadline.remainingMs() / 2, LAST_POLL_MS);
        const limit = Math.min(requestTimeoutMs, fair, deadline.remainingMs(OVERTIME_MS));
        const moves = upload !== undefined || text === true;
        const startedAt = this.#movedAt;
        const left = () => Math.min((moves ? this.#movedAt : startedAt) + limit - clock.now(), deadline.remainingMs(OVERTIME_MS));
        const late = () => new Silence(`no ${upload ? 'progress' : 'response'} within ${Math.round(limit / 100) / 10} s`);
        const done = new AbortController();
        const ends = [
            isChange ? (0,build_clock/* delayed */.Nw)(signal, IN_FLIGHT_MS, clock, done.signal) : signal,
            ...(upload ? [upload.signal] : []),
        ];
        try {
            return await (0,build_clock/* within */.ux)(clock, left, AbortSignal.any(ends), late, (stop) => this.#exchange(stop));
        }
        catch (error) {
            signal.throwIfAborted();
            const whole = this.#form?.whole ?? true;
            // An upload that its deadline ended after the last byte may have taken effect.
            if (!whole)
                upload?.signal.throwIfAborted();
            if (this.#form?.broken)
                throw this.#form.broken;
            if (error instanceof RequestFailure)
                throw error;
            const { host } = url;
            const isLate = error instanceof Silence && (limit < requestTimeoutMs || deadline.remainingMs() <= 0);
            if (upload?.signal.aborted || isLate)
                throw outOfTime(what, host, 'no complete response', deadline, whole);
            throw networkFailure(what, host, error, whole);
        }
        finally {
            done.abort();
        }
    }
    async #exchange(stop) {
        const { request, url, options, authorization } = this.#sent;
        const { clock, signal, userAgent, connection } = options;
        const { upload, json, form: fields, text, method } = request;
        const { request: send, FormData: Form } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 6752, 19));
        const headers = {
            accept: text ? 'text/csv, text/plain, */*;q=0.5' : 'application/json',
            'user-agent': userAgent,
        };
        const bearer = authorization();
        if (bearer !== undefined)
            headers['authorization'] = bearer;
        let body;
        if (json !== undefined) {
            headers['content-type'] = 'application/json';
            body = JSON.stringify(json);
        }
        else if (fields) {
            body = new Form();
            for (const [name, value] of Object.entries(fields))
                body.append(name, value);
        }
        else if (upload) {
            const { MultipartForm } = await __webpack_require__.e(/* import() */ 377).then(__webpack_require__.bind(__webpack_require__, 6377));
            const form = new MultipartForm(upload.parts, (sent) => {
                // What was not sent whole cannot have arrived, so a canceled step need not wait for a response to it.
                signal.throwIfAborted();
                this.#movedAt = clock.now();
                upload.onBytes(sent);
            });
            this.#form = form;
            headers['content-type'] = form.contentType;
            headers['content-length'] = String(form.contentLength);
            // Read no further ahead than the connection takes.
            body = external_node_stream_.Readable.from(form, { objectMode: false, highWaterMark: 1 });
        }
        const dispatcher = await connection();
        // Nothing has been sent so far.
        signal.throwIfAborted();
        const response = await send(url, {
            method,
            headers,
            ...(body === undefined ? {} : { body }),
            dispatcher,
            signal: stop,
            // Never silently sent a second time by the connection pool: some GETs of this API create.
            idempotent: false,
        });
        const head = { status: response.statusCode, headers: response.headers };
        this.reply = head;
        const reply = { ...head, body: this.#read(await this.#whole(response.body), head.headers) };
        this.reply = reply;
        return reply;
    }
    async #whole(body) {
        const parts = [];
        let size = 0;
        for await (const part of body) {
            size += part.length;
            if (size > LARGEST_REPLY) {
                throw new RequestFailure('unexpected_reply', `The response to the request to ${this.#sent.request.what} is larger than any documented one (over ${LARGEST_REPLY / 1024 / 1024} MiB).`, { todo: 'Check base_url. If it is right, request less at once.' }, { transient: false, effect: 'unknown', wrongShape: true });
            }
            parts.push(part);
            this.#movedAt = this.#sent.options.clock.now();
        }
        return Buffer.concat(parts);
    }
    #read(bytes, headers) {
        try {
            return readBody(decodedText(bytes, headerOf(headers, 'content-encoding')));
        }
        catch (error) {
            throw unexpectedReply(this.#sent.request.what, (0,errors/* describe */.q0)(error), '', false);
        }
    }
}
/** No (further) byte came in the time there was. */
class Silence extends Error {
}

;// CONCATENATED MODULE: ./build/visual-layer/token.js

/** The lifetime of a signed token in seconds: the documented ten minutes. No upper bound is documented. */
const LIFETIME_S = 600;
/** `iat` is this far back, because verifiers reject one in the future and runners' clocks differ. */
const BACKDATE_S = 30;
/**
 * A bearer token (JWT, HS256) as docs.visual-layer.com/api-reference/authentication describes it: `kid` and `sub` are the API
 * key, `iss` is the literal `sdk`, `iat` and `exp` are whole Unix seconds.
 *
 * @param nowMs the wall clock in ms since the epoch
 */
function signToken(apiKey, apiSecret, nowMs) {
    const issuedAt = Math.floor(nowMs / 1000) - BACKDATE_S;
    const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const head = encode({ alg: 'HS256', typ: 'JWT', kid: apiKey });
    const claims = encode({ sub: apiKey, iss: 'sdk', iat: issuedAt, exp: issuedAt + LIFETIME_S });
    const signature = (0,external_node_crypto_.createHmac)('sha256', apiSecret).update(`${head}.${claims}`).digest('base64url');
    return `${head}.${claims}.${signature}`;
}
/** When a token expires, in ms since the epoch; `undefined` if it is no JWT or does not say. */
function expiryOf(token) {
    try {
        const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
        const expiry = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined;
        return typeof expiry === 'number' ? expiry * 1000 : undefined;
    }
    catch {
        return undefined;
    }
}
/**
 * Makes the `Authorization` header of each request. A token is signed again every time, so that none expires in a long wait.
 */
class Signer {
    #credentials;
    #skewMs = 0;
    constructor(credentials) {
        this.#credentials = credentials;
    }
    authorization(nowMs) {
        const credentials = this.#credentials;
        switch (credentials.kind) {
            case 'key':
                return `Bearer ${signToken(credentials.apiKey, credentials.apiSecret, nowMs + this.#skewMs)}`;
            case 'token':
                return `Bearer ${credentials.token}`;
            case 'none':
                return undefined;
        }
    }
    /**
     * Why a server answered 401.
     *
     * @param accepted whether it accepted these credentials before
     * @param nowMs the wall clock in ms since the epoch
     */
    rejection(accepted, nowMs) {
        const credentials = this.#credentials;
        if (credentials.kind !== 'token')
            return credentials.kind === 'key' ? 'key' : 'none_sent';
        const expiry = expiryOf(credentials.token);
        return accepted || (expiry !== undefined && expiry <= nowMs) ? 'expired_token' : 'token';
    }
    /**
     * Takes the server's clock (its `Date` header) after a 401: a runner whose clock is off signs tokens that are not yet, or no
     * longer, valid. Returns whether signing again can help.
     */
    learnFrom401(dateHeader, nowMs) {
        if (this.#credentials.kind !== 'key')
            return false;
        const serverMs = dateHeader === undefined ? Number.NaN : Date.parse(dateHeader);
        if (!Number.isNaN(serverMs))
            this.#skewMs = Math.abs(serverMs - nowMs) > 5_000 ? serverMs - nowMs : 0;
        return true;
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/trace.js



/** Headers by which Visual Layer, S3, and Cloudflare find a request in their logs. */
const ID_HEADERS = ['x-request-id', 'x-amz-request-id', 'x-amz-id-2', 'cf-ray'];
/** An ID, and not a sentence or a secret of another kind. */
const ID = /^\w[\w.+/=:@-]{0,127}$/;
const LONGEST_BODY_CHARS = 600;
/** The IDs in a response, for people: `x-request-id: 4f1c, cf-ray: 9a0b`. Empty if there are none. */
function requestIds(reply) {
    if (!reply)
        return '';
    const ids = ID_HEADERS.map((name) => [name, headerOf(reply.headers, name)]);
    const json = reply.body?.kind === 'json' ? reply.body.json : undefined;
    // Some services put them next to the message, below `error`.
    const places = reply_isRecord(json) ? [json, ...Object.values(json).filter(reply_isRecord)] : [];
    for (const [name, value] of places.flatMap((place) => Object.entries(place)))
        if (name === 'request_id' || name === 'requestId')
            ids.push([name, String(value)]);
    return ids
        .filter(([, id]) => id !== undefined && ID.test(id))
        .map(([name, id]) => `${name}: ${id}`)
        .join(', ');
}
/**
 * The line of an error that lets the people who run a service find the request: method, path without its query, UTC time, and IDs.
 *
 * @param path as far as it may be shown
 * @param atMs when the request was sent, in ms since the Unix epoch
 */
function traceLine(method, path, atMs, ids) {
    const at = `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    return `Request, for support: ${method} ${path}, ${at}${ids === '' ? '' : `, ${ids}`}`;
}
/** An attempt and its response in one line for the debug log; with the body if it failed. `failure` is what it led to. */
function exchangeLine(method, path, ms, reply, failure) {
    const broken = reply && failure !== undefined && !reply.body ? `, then ${(0,errors/* describe */.q0)(failure)}` : '';
    const end = reply ? `${reply.status}${broken}` : `no response (${(0,errors/* describe */.q0)(failure)})`;
    const ids = requestIds(reply);
    const body = reply?.body && (failure !== undefined || reply.status >= 400) ? `; body: ${debugBody(reply.body)}` : '';
    return `${method} ${path}: ${end} in ${Math.round(ms)} ms${ids === '' ? '' : `, ${ids}`}${body}`;
}
/**
 * A body as the debug log may show it: on one line, shortened, without the queries that sign links, tokens, and fields that are named
 * as secrets. Whatever else is a secret of this step is masked in the log itself.
 */
function debugBody(body) {
    if (body.kind === 'empty')
        return '(empty)';
    const text = (body.kind === 'json' ? spelled(body.json) : body.text).slice(0, 8 * LONGEST_BODY_CHARS);
    const bare = text
        .replace(/(https?:\/\/[^\s"'<>?\\]{1,2000})\?[^\s"'<>\\]*/gi, '$1?***')
        .replace(/\b([\w-]{0,60}(?:signature|credential|security-token|access_?key|secret|token|password)[\w-]{0,60}=)[^&\s"'<>]+/gi, '$1***')
        .replace(/("[\w-]{0,60}(?:signature|credential|access_?key|secret|token|password|authorization)[\w-]{0,60}"\s*:\s*)"(?:[^"\\]|\\.)*"?/gi, '$1"***"')
        .replace(/(<[\w-]{0,60}(?:signature|stringtosign|canonicalrequest|accesskey|token)[\w-]{0,60}>)[^<]*/gi, '$1***')
        .replace(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '***')
        .replace(/\b(bearer\s+)[^\s"'<>]+/gi, '$1***')
        .replace(/\s+/g, ' ');
    return bare.length > LONGEST_BODY_CHARS ? `${bare.slice(0, LONGEST_BODY_CHARS)}…` : bare;
}

;// CONCATENATED MODULE: ./build/visual-layer/http.js








const MOST_REDIRECTS = 3;
/** HTTP to the API: signs each request, times it, and turns whatever comes into a body or a {@link RequestFailure}. */
class Http {
    #options;
    #signer;
    #accepted = false;
    constructor(options) {
        this.#options = options;
        this.#signer = new Signer(options.credentials);
    }
    /** The origin that relative links of the API are resolved against. */
    get origin() {
        return this.#options.apiRoot.origin;
    }
    /**
     * Sends one attempt of a request that changes something. Throws a {@link RequestFailure}, or the signal's reason once the step is
     * canceled: at once if the request was not sent, else after a moment in which it may still be answered.
     */
    async send(request) {
        return this.#send(request, true, (body) => body);
    }
    /** {@link send} for a response of a documented shape. */
    async change(request, schema) {
        return this.#send(request, true, (body) => http_parsed(request, body, schema));
    }
    /**
     * Sends a request that changes nothing, and retries it after transient failures, as {@link persistent} says. Throws a
     * {@link RequestFailure}.
     *
     * @param retries the most retries; in a wait 0, because the next poll is the retry
     */
    async read(request, schema, retries = this.#options.retryLimit) {
        const once = async () => this.#send(request, false, (body) => http_parsed(request, body, schema));
        return persistent(once, retries, this.#options);
    }
    /** {@link read} of a response that is plain text, trimmed; '' for an empty one. What `take` throws counts as the response's fault. */
    async readText(request, take) {
        const text = (body) => plainText(body) ?? http_parsed(request, body, schemas/* string */.YjP());
        const once = async () => this.#send({ ...request, text: true }, false, (body) => take(text(body)));
        return persistent(once, this.#options.retryLimit, this.#options);
    }
    async #send(request, isChange, take) {
        const url = new URL(request.path, this.#options.apiRoot);
        for (const [name, value] of Object.entries(request.query ?? {})) {
            if (value !== undefined)
                url.searchParams.set(name, value);
        }
        const { clock, onExchange } = this.#options;
        const authorization = () => this.#signer.authorization(clock.date());
        const tries = { redirects: 0, resigned: false };
        for (;;) {
            const [atMs, startedAt] = [clock.date(), clock.now()];
            const { pathname } = url;
            const attempt = new Attempt({ request, url, isChange, options: this.#options, authorization });
            let failure;
            try {
                const body = this.#taken(request, url, await attempt.run(), tries);
                if (body)
                    return take(body);
            }
            catch (error) {
                failure = error;
                if (error instanceof RequestFailure) {
                    error.trace ??= traceLine(request.method, pathname, atMs, requestIds(attempt.reply));
                }
                throw error;
            }
            finally {
                onExchange?.(exchangeLine(request.method, pathname, clock.now() - startedAt, attempt.reply, failure));
            }
        }
    }
    /** The body of a success; `undefined` if the request is to be sent again, elsewhere or signed again. Throws for any other response. */
    #taken(request, url, reply, tries) {
        const { status, headers, body } = reply;
        if (status >= 300 && status < 400 && status !== 304) {
            // Only these keep the method of a change.
            const repeatable = request.method === 'GET' || status === 307 || status === 308;
            follow(request, url, reply, repeatable && (tries.redirects += 1) <= MOST_REDIRECTS);
            return undefined;
        }
        if (status === 401 &&
            !tries.resigned &&
            this.#signer.learnFrom401(headerOf(headers, 'date'), this.#options.clock.date())) {
            tries.resigned = true;
            return undefined;
        }
        if (status < 200 || status >= 300)
            throw this.#failed(request, reply);
        this.#accepted = true;
        return accepted(request, body);
    }
    #failed(request, { status, headers, body }) {
        const words = errorWords(body);
        const pause = retryAfterMs(headers, this.#options.clock.date());
        const rejection = this.#signer.rejection(this.#accepted, this.#options.clock.date());
        return statusFailure(request.what, status, words, body.kind === 'json', pause, rejection);
    }
}
function accepted(request, body) {
    const wanted = request.text === true && body.kind === 'other' && !body.text.startsWith('<');
    if (body.kind === 'other' && !wanted) {
        throw unexpectedReply(request.what, request.text ? 'it is a web page' : 'it is not JSON', excerpt(body), false);
    }
    const rejection = body.kind === 'json' ? rejectionIn(body.json) : undefined;
    if (rejection !== undefined) {
        const message = `Visual Layer rejected the request to ${request.what} (HTTP 200 with an error).`;
        const todo = 'Fix what the server message describes, then re-run the job.';
        throw new RequestFailure('rejected', message, { apiWords: rejection, todo }, { transient: false, effect: 'none', status: 200 });
    }
    return body;
}
/** Holds a body against the shape that is documented for it. */
function http_parsed({ what }, body, schema) {
    const result = schema.safeParse(body.kind === 'json' ? body.json : undefined);
    if (result.success)
        return result.data;
    const first = result.error.issues[0];
    const place = first && first.path.length > 0
        ? `"${first.path.join('.')}" is missing or has the wrong type`
        : 'its format is not the documented one';
    throw unexpectedReply(what, body.kind === 'empty' ? 'it is empty' : place, excerpt(body), true);
}
/** Follows a redirect inside the same origin only: the bearer goes to no other server. */
function follow({ what }, url, { status, headers }, allowed) {
    const target = redirectTarget(headers, url);
    if (target && target.origin === url.origin && allowed) {
        url.href = target.href;
        return;
    }
    const where = target ? `to ${target.origin}${target.pathname}` : 'without an address';
    throw new RequestFailure('unexpected_reply', `The request to ${what} was redirected ${where}.`, {
        todo: `Set base_url to the address of Visual Layer itself; ${url.origin} redirects elsewhere. The action sends no credentials to another server.`,
    }, { transient: false, effect: 'none', status });
}

;// CONCATENATED MODULE: ./build/visual-layer/ingestion.js




const transactionReply = schemas/* looseObject */._H3({ trans_id: identifier, transaction_id: identifier })
    .transform((reply) => reply.trans_id ?? reply.transaction_id)
    .refine((id) => id !== undefined, { path: ['trans_id'] });
/** Datasets made of uploaded files; docs.visual-layer.com, "Create a dataset from local files". */
class Ingestion {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Makes an empty dataset in DRAFT; returns its ID. One attempt: this GET creates. */
    async newDataset(name) {
        const request = {
            what: `create dataset "${name}"`,
            method: 'GET',
            path: 'ingestion/new_dataset',
            query: { dataset_name: name },
        };
        return this.#http.change(request, createdReply);
    }
    /**
     * Opens an upload transaction; returns its ID. This GET creates too, but it is repeated like a read: transactions cannot be
     * listed, and one that is never processed changes nothing.
     */
    async openTransaction(datasetId) {
        return this.#http.read({
            what: `open an upload to dataset ${datasetId}`,
            method: 'GET',
            path: `ingestion/${datasetId}/data_files`,
        }, transactionReply);
    }
    /** Sends files into a transaction. One attempt; 202. No limits are documented but "about 50 files" a request. */
    async upload(datasetId, transactionId, files, sending) {
        await this.#http.send({
            what: `upload ${numbers_counted(files.length, 'file')} to dataset ${datasetId}`,
            method: 'POST',
            path: `ingestion/${datasetId}/data_files/${encodeURIComponent(transactionId)}`,
            upload: { ...sending, parts: files.map((file) => ({ ...file, field: 'files' })) },
        });
    }
    /** Starts the processing of all that was uploaded. One attempt; 202. */
    async process(datasetId, transactionId) {
        await this.#http.send({
            what: `start the processing of dataset ${datasetId}`,
            method: 'POST',
            path: `ingestion/${datasetId}/process_files/${encodeURIComponent(transactionId)}`,
        });
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/media.js
/** Media added to a dataset; docs.visual-layer.com, "Add media to an existing dataset". */
class Media {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Adds media, all in one request. One attempt; 202 with an empty body. 409 unless READY or PARTIAL INDEX. */
    async add(datasetId, source, autoReindex, sending) {
        // The fields come before the files, so that a server which reads as it receives knows them first.
        const parts = [{ field: 'auto_reindex', value: String(autoReindex) }, ...sourceParts(source)];
        await this.#http.send({
            what: `add media to dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/add_media`,
            upload: { ...sending, parts },
        });
    }
    /** Reindexes a dataset. One attempt; 202. 409 unless PARTIAL INDEX. */
    async reindex(datasetId) {
        await this.#http.send({
            what: `reindex dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/reindex`,
        });
    }
}
function sourceParts(source) {
    switch (source.kind) {
        case 'files':
            return source.files.map((file) => ({ ...file, field: 'files' }));
        case 'archive':
            return [{ ...source.archive, field: 'archive' }];
        case 's3':
            return [{ field: 's3_uri', value: source.uri }];
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/snapshots.js


const snapshotReply = schemas/* looseObject */._H3({
    snapshot_id: requiredIdentifier,
    snapshot_name: fields_text,
    name: fields_text,
    description: fields_text,
    reason: fields_text,
    created_by: fields_text,
    created_at: fields_text,
    n_images: fields_count,
    n_videos: fields_count,
    is_current: fields_flag,
    is_restoring: fields_flag,
})
    .transform((reply) => ({
    id: reply.snapshot_id,
    // Requests use `name`, responses `snapshot_name`.
    name: reply.snapshot_name ?? reply.name ?? '',
    description: reply.description ?? '',
    reason: reply.reason ?? '',
    createdBy: reply.created_by ?? '',
    createdAtText: reply.created_at ?? '',
    createdAt: parseStamp(reply.created_at),
    images: reply.n_images,
    videos: reply.n_videos,
    isCurrent: reply.is_current,
    isRestoring: reply.is_restoring,
}));
const snapshotList = schemas/* union */.KCZ([
    schemas/* array */.YOg(snapshotReply),
    schemas/* looseObject */._H3({ snapshots: schemas/* array */.YOg(snapshotReply) }).transform((reply) => reply.snapshots),
]);
/** The snapshot catalog; docs.visual-layer.com/api-reference/snapshots. Paths are singular: `dataset/{id}/snapshot`. */
class Snapshots {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** All snapshots of a dataset, as the API orders them: newest first. */
    async list(datasetId, retries) {
        const request = {
            what: `list the snapshots of dataset ${datasetId}`,
            method: 'GET',
            path: `dataset/${datasetId}/snapshot`,
        };
        return this.#http.read(request, snapshotList, retries);
    }
    /**
     * Saves the present state. One attempt. Documented as synchronous with the snapshot in the response; `undefined` where the API
     * accepted without naming one.
     */
    async create(datasetId, name, description) {
        const request = {
            what: `create a snapshot of dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/snapshot`,
            json: { ...(name === undefined ? {} : { name }), description },
        };
        const body = await this.#http.send(request);
        if (body.kind !== 'json' || body.json === null)
            return undefined;
        const snapshot = snapshotReply.safeParse(body.json);
        return snapshot.success ? snapshot.data : undefined;
    }
    /** Changes the name, the description or both; what is left out stays as it is. One attempt. */
    async update(datasetId, snapshotId, change) {
        await this.#http.send({
            what: `change snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'PATCH',
            path: `dataset/${datasetId}/snapshot/${snapshotId}`,
            json: change,
        });
    }
    /** Removes a snapshot from the catalog. One attempt; 409 for the current one. Documented as 200 with an empty body. */
    async delete(datasetId, snapshotId) {
        await this.#http.send({
            what: `delete snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'DELETE',
            path: `dataset/${datasetId}/snapshot/${snapshotId}`,
        });
    }
    /** Starts a restore. One attempt; 202 with an empty body. */
    async restore(datasetId, snapshotId) {
        await this.#http.send({
            what: `restore snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/snapshot/${snapshotId}/restore`,
        });
    }
    /** Starts a clone. One attempt; 202 with an empty body: the new dataset's ID is not returned. */
    async clone(datasetId, snapshotId) {
        await this.#http.send({
            what: `clone snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/snapshot/${snapshotId}/clone`,
        });
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/client.js









function connect(options) {
    const http = new Http(options);
    return {
        datasets: new Datasets(http),
        snapshots: new Snapshots(http),
        tasks: new Tasks(http),
        exports: new Exports(http),
        explore: new Explore(http),
        ingestion: new Ingestion(http),
        media: new Media(http),
        enrichment: new Enrichment(http),
    };
}

;// CONCATENATED MODULE: ./build/visual-layer/connection.js

/**
 * Reads the proxies from `http_proxy`, `HTTP_PROXY`, `https_proxy`, and `HTTPS_PROXY`; `host:port` is taken as `http://host:port`,
 * also in the environment itself, because the artifact library reads it too. Throws `invalid_input`, which never shows the value,
 * because it may contain a password.
 */
function readProxies(env) {
    return { http: readProxy(env, 'http_proxy'), https: readProxy(env, 'https_proxy') };
}
function readProxy(env, lowerCase) {
    const name = env[lowerCase] === undefined ? lowerCase.toUpperCase() : lowerCase;
    const given = env[name]?.trim();
    if (!given)
        return undefined;
    const address = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`;
    if (!isProxy(address)) {
        throw new errors/* ActionError */.lZ('invalid_input', `The environment variable ${name} is not a valid proxy address (not shown).`, {
            todo: `It must be http://host:port or http://user:password@host:port, with special characters in the password percent-encoded (% is %25). Fix it where the runner or the workflow sets it (env: ${name}: http://host:port), or unset it. Nothing was sent to Visual Layer.`,
        });
    }
    env[name] = address;
    return address;
}
function isProxy(address) {
    const url = URL.parse(address);
    if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
        return false;
    try {
        decodeURIComponent(url.username);
        decodeURIComponent(url.password);
        return true;
    }
    catch {
        return false;
    }
}
/**
 * The one way out to the network: the given proxies and `NO_PROXY`, kept-alive connections, TLS as Node verifies it
 * (`NODE_EXTRA_CA_CERTS` adds a company's own authority), even if `NODE_TLS_REJECT_UNAUTHORIZED=0` was set for some other step of the
 * job: credentials go to nobody who cannot prove who they are. undici's own timers are off where ours watch: the header and body
 * timeouts.
 */
async function openConnection({ http, https } = {}) {
    const { EnvHttpProxyAgent } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 6752, 19));
    const verified = { rejectUnauthorized: true };
    return new EnvHttpProxyAgent({
        ...(http === undefined ? {} : { httpProxy: http }),
        ...(https === undefined ? {} : { httpsProxy: https }),
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: 30_000, ...verified },
        proxyTls: verified,
        requestTls: verified,
        // Several connections are several only in HTTP/1.1: HTTP/2 would make streams of one.
        allowH2: false,
        // Below the usual idle limits of load balancers, so that a request is seldom written to a socket that is being closed.
        keepAliveTimeout: 4_000,
    });
}

;// CONCATENATED MODULE: ./build/session.js






/** Connections of a step that download at once, all parts of an export together. */
const MOST_DOWNLOADS = 8;
/** Between polls when seconds count, in ms. */
const LAST_INTERVAL_MS = 400;
/** What a request that is in progress when the time of {@link Session.lastly} ends still gets, in ms. */
const LAST_REQUEST_MS = 500;
/** The connections of one process, and the clients that use them. */
class Session {
    #request;
    #clock;
    #proxies;
    #say;
    #debug;
    #phases = new Set();
    #hasSentChange = false;
    #dispatcher;
    /** The `timeout` of the request, from now. */
    deadline;
    /** @param debug one line for the debug log, if there is one */
    constructor(request, clock, proxies, say, debug) {
        this.#request = request;
        this.#clock = clock;
        this.deadline = new build_clock/* Deadline */.B2(clock, request.timeoutMs);
        this.#proxies = proxies;
        this.#say = say;
        this.#debug = debug;
    }
    /** What the step was in the midst of when it ended. */
    get phase() {
        return [...this.#phases].at(-1);
    }
    /** A request that changes something was sent, or was about to be. */
    get hasSentChange() {
        return this.#hasSentChange;
    }
    /** Opened when first needed: an invalid input never loads the network. */
    connection = () => (this.#dispatcher ??= openConnection(this.#proxies));
    /** A client that works until `deadline` or `signal`. */
    client(deadline, signal) {
        const { service, credentials, requestTimeoutMs, retryLimit } = this.#request;
        return connect({
            apiRoot: service.apiRoot,
            credentials,
            userAgent: USER_AGENT,
            requestTimeoutMs,
            retryLimit,
            clock: this.#clock,
            deadline,
            signal,
            connection: this.connection,
            onRetry: this.#say,
            onChange: () => (this.#hasSentChange = true),
            onExchange: this.#debug,
        });
    }
    /** What an operation gets. */
    step(parts) {
        const { service, requestTimeoutMs, maxRetries, retryLimit, pollIntervalMs } = this.#request;
        const { reporter, signal } = parts;
        const { deadline } = this;
        return {
            ...parts,
            api: this.client(deadline, signal),
            clock: this.#clock,
            deadline,
            waiting: {
                ...this.#waiting(deadline, signal, pollIntervalMs, (line) => reporter.progress(line)),
                phases: this.#phases,
            },
            maxRetries,
            retryLimit,
            requestTimeoutMs,
            userAgent: USER_AGENT,
            connection: this.connection,
            onExchange: this.#debug,
            slots: new Slots(MOST_DOWNLOADS),
            datasetPage: (datasetId) => `${service.origin}/dataset/${datasetId}/data`,
        };
    }
    #waiting(deadline, signal, interval, onLook) {
        return { clock: this.#clock, deadline, signal, interval, maxRetries: this.#request.maxRetries, onLook };
    }
    /**
     * Runs what must be done in the last seconds of a step, whatever ended the rest of it. Ends {@link LAST_REQUEST_MS} after `limitMs`,
     * or when `signal` aborts.
     */
    async lastly(limitMs, signal, onLook, body) {
        const late = () => new Error(`it took longer than ${numbers_duration(limitMs)}`);
        const deadline = new build_clock/* Deadline */.B2(this.#clock, limitMs, 'limit of the cleanup');
        return await (0,build_clock/* within */.ux)(this.#clock, limitMs + LAST_REQUEST_MS, signal, late, (ends) => 
        // A change in flight would get more time to be answered, and there is none.
        (0,build_clock/* orAborted */.H6)(body(this.client(deadline, ends), this.#waiting(deadline, ends, LAST_INTERVAL_MS, onLook)), ends));
    }
    /** Kept-alive connections would keep the process alive. */
    async close() {
        const dispatcher = await this.#dispatcher?.catch(() => undefined);
        await dispatcher?.destroy();
    }
}

;// CONCATENATED MODULE: ./build/runner/headline.js

const MOST_CHARS = 300;
const ENDS = {
    gate_failed: ['❌', ' complete, check failed'],
    cancelled: ['🚫', ' was canceled'],
    timed_out: ['⏱️', ' timed out'],
};
/** The sign of how a step ended, and the words that follow the operation in a title: `Visual Layer: export timed out`. */
function endOf(code) {
    return code === undefined ? ['✅', ''] : (ENDS[code] ?? ['❌', ' failed']);
}
/** Signs that Markdown or a chat program acts on, and what looks like them. */
const LOOK_ALIKES = {
    '`': "'",
    '*': '∗',
    '~': '∼',
    '|': '¦',
    _: '＿',
    '<': '‹',
    '@': '＠',
    '#': '＃',
};
/** Marks anywhere, what calls people or refers to something, and underscores at the edges of words: those within are no mark. */
const ACTED_ON = /[`*~]|\|(?=\|)|<(?=[!@#/a-z])|@(?=\w)|#(?=\w)|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/giu;
/** A text as one line of at most 300 characters, in which neither Markdown nor a chat program acts on what came from outside. */
function headline_plainSentence(text) {
    const plain = oneLine(text, 10_000)
        .replaceAll('](', '] (')
        .replace(ACTED_ON, (signs) => (LOOK_ALIKES[signs.charAt(0)] ?? '').repeat(signs.length));
    if (plain.length <= MOST_CHARS)
        return plain;
    return `${plain
        .slice(0, MOST_CHARS - 1)
        .replace(/\s+\S*$/, '')
        .toWellFormed()}…`;
}
/** Why a step failed, in a sentence that says what failed at what. */
function headline_failureHeadline({ code, message }, { operation, dataset }) {
    const [first = '', ...rest] = lines(message).split('\n');
    const isNamed = dataset === '' || (code !== 'cancelled' && first.includes(`"${dataset}"`));
    const subject = `Visual Layer ${operation === 'enrich' ? 'enrichment' : oneLine(operation, 60)}${isNamed ? '' : ` of dataset "${dataset}"`}`;
    if (code === 'cancelled')
        return `${subject} was canceled.`;
    const points = rest.map((line) => line.replace(/^\s*- /, '').trim()).filter(Boolean);
    // The first sentence of a timeout says only that it timed out; what was waited for follows.
    const sentence = code === 'timed_out' ? first : firstSentence(first);
    const why = points.length === 0 ? sentence : `${first.replace(/[.:]$/, '')}: ${points.join('; ')}`;
    return code === 'gate_failed' ? `${subject} is complete, but a check failed: ${why}` : `${subject} failed: ${why}`;
}
/** The end of a sentence in a quoted name is none. */
function firstSentence(text) {
    return /^(?:"[^"]*"|[^"])*?[.!?](?= [A-Z"]|$)/.exec(text)?.[0] ?? text;
}

;// CONCATENATED MODULE: ./build/runner/chart-names.js

/**
 * Names from outside as they may stand between double quotes in a Mermaid chart: in one line, at most `room` wide, where a plain small
 * letter or digit is 1, and each unlike the others, since Mermaid draws what has one name at one place. What could end the quotes
 * or begin a tag or an entity is shown by a look-alike, what could begin a comment or a directive is parted, and what has no known
 * width shows as `?`.
 */
function chartNames(names, room) {
    const given = new Set();
    return names.map((name) => {
        const plain = harmless(name) || '(no name)';
        let shown = shortened(plain, room);
        for (let number = 2; given.has(shown); number += 1) {
            const ending = ` (${number})`;
            shown = shortened(plain, room - ending.length) + ending;
        }
        given.add(shown);
        return shown;
    });
}
/** More of a name is never shown. */
const chart_names_READ_CHARS = 1_000;
// Mermaid leaves out all names of an axis when one is too wide, so nothing is kept whose width is not known: what has no
// glyph (private, unassigned), the letters beyond the basic plane other than Chinese ones, and three signs of many letters' width.
const NO_KNOWN_WIDTH = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|(?![\p{Script=Han}\p{Emoji}])[\u{10000}-\u{10FFFF}]|[\u2E3A\u2E3B\uFDFD]/gu;
function harmless(name) {
    return (text_oneLine(name.slice(0, chart_names_READ_CHARS).normalize('NFKC'), Infinity)
        .replace(NO_KNOWN_WIDTH, '?')
        // Marks piled up reach into the rows above and below.
        .replace(/(\p{M}{3})\p{M}+/gu, '$1')
        .replace(/["`]/g, "'")
        .replaceAll('<', '‹')
        .replaceAll('>', '›')
        // The Greek question mark: `#35;` is an entity in Mermaid, and the semicolon after `style a:#b` goes.
        .replaceAll(';', '\u037E')
        // Parted by an invisible space: `%%` begins a comment, even right after the quote, `%%{` a directive, even within, and
        // `¶ß` is Mermaid's own stand-in for a semicolon.
        .replace(/%(?=%)|¶(?=ß)/g, '$&\u200B'));
}
/** Cut in the middle: the names of classes often begin alike, or end alike. */
function shortened(name, room) {
    if (widthOf(name) <= room)
        return name;
    const letters = Array.from(new Intl.Segmenter('en').segment(name), ({ segment }) => segment);
    const half = (room - widthOf('…')) / 2;
    const head = fitting(letters, half);
    const tail = fitting(letters.toReversed(), half).toReversed();
    return `${head.join('').trimEnd()}…${tail.join('').trimStart()}`;
}
function fitting(letters, room) {
    let left = room;
    const end = letters.findIndex((letter) => (left -= widthOf(letter)) < 0);
    return letters.slice(0, end);
}
/** From above, for the fonts that Mermaid asks for: Trebuchet, Verdana, Arial, and what stands for them on Linux. */
function widthOf(text) {
    let width = 0;
    for (const character of text) {
        if (/\p{M}/u.test(character))
            continue;
        if (/[A-Zmw@%&+]/.test(character))
            width += 1.5;
        else if (character < '\u007F')
            width += 1;
        else
            width += character < '\u0900' ? 1.5 : 2;
    }
    return width;
}

;// CONCATENATED MODULE: ./build/runner/chart.js



/** With more bars a chart is no longer readable. */
const MAX_CATEGORIES = 15;
/** In CSS pixels; GitHub makes a chart narrower where there is less room. */
const WIDTH = 900;
const ROW_HEIGHT = 34;
/** The part of the width, in percent, that the names may not take from the bars: Mermaid would leave all of them out. */
const BARS_PERCENT = 38;
/** How wide a name and its numbers may be together, in small letters of 9 pixels; the rest of 62 % is the axis and its padding. */
const LABEL_ROOM = 58;
const NAME_ROOM = 32;
const MIN_NAME_ROOM = 16;
/** In CSS pixels: of a small letter, rounded up, and of the widest space. */
const LETTER_WIDTH = 8;
const SPACE_WIDTH = 14;
/** Of the squares in the legend, and seen on white and on black: more, fewer, and what both have or the only series. */
const COLOURS = ['#2da44e', '#e5534b', '#539bf5'];
/**
 * A chart as a section of the job summary: lying bars, each with its name and numbers, in a Mermaid fence. Of two series, a bar is as
 * long as the smaller value, and continues in the color of more or of fewer up to the larger. `undefined` where Mermaid cannot show
 * it well: too many categories or none, and values that are missing, below zero or have too many digits.
 *
 * Mermaid draws the bars of a category over each other, the last in front, and knows no legend (seen in 11.4, 11.12, 11.17 and
 * 12.3). Its own colours are too pale on white, and a labelled axis of values makes a bar of nothing look like something.
 */
function chartMarkdown(chart, frame = {}) {
    const drawing = drawingOf(chart);
    if (!drawing)
        return undefined;
    const unit = markdown(chart.unit, 100);
    const [first, second] = chart.series;
    const legend = first && second
        ? `🟦 ${unit}, ${markdown(first.name, 100)} → ${markdown(second.name, 100)} · 🟩 more · 🟥 fewer`
        : `🟦 ${unit}`;
    return `\n### ${markdown(chart.title, 200)}\n\n${legend}\n\n${fence(drawing, frame)}`;
}
/** The frame for the charts of a page. A chart that is alone needs none. */
function frameOf(charts) {
    const drawings = charts.map(drawingOf).filter((drawing) => drawing !== undefined);
    if (drawings.length < 2)
        return {};
    const scales = new Map();
    for (const { unit, longest } of drawings)
        scales.set(unit, Math.max(longest, scales.get(unit) ?? 0));
    const widest = Math.max(...drawings.flatMap(({ labels }) => labels.map(widthOf)));
    // Mermaid trims white space at the ends of a label, so characters without a width stand there.
    const spacer = `\u200B${'\u2003'.repeat(Math.ceil((widest * LETTER_WIDTH) / SPACE_WIDTH))}\u200B`;
    return { scales, spacer };
}
function drawingOf(chart) {
    const { categories, series } = chart;
    const [first, second] = series;
    if (!first || series.length > 2 || categories.length === 0 || categories.length > MAX_CATEGORIES)
        return undefined;
    const before = categories.map((_, row) => first.values[row] ?? Number.NaN);
    const after = second ? categories.map((_, row) => second.values[row] ?? Number.NaN) : before;
    // The numbers of Mermaid have no exponent.
    if (![...before, ...after].every((value) => /^\d+(\.\d+)?$/.test(String(value))))
        return undefined;
    const figures = before.map((value, row) => change(value, after[row] ?? value));
    const room = Math.min(NAME_ROOM, LABEL_ROOM - Math.max(...figures.map((figure) => widthOf(` · ${figure}`))));
    if (room < MIN_NAME_ROOM)
        return undefined;
    const names = chartNames(categories, room);
    const labels = names.map((name, row) => `${leftToRight(name)} · ${figures[row]}`);
    return { unit: chart.unit, labels, before, after, longest: Math.max(...before, ...after) };
}
function fence({ unit, longest, ...drawing }, { scales, spacer }) {
    const labels = spacer === undefined ? drawing.labels : [...drawing.labels, spacer];
    // A row of nothing for the spacer.
    const withSpacer = (values) => labels.map((_, row) => values[row] ?? 0);
    const [before, after] = [withSpacer(drawing.before), withSpacer(drawing.after)];
    const both = before.map((value, row) => Math.min(value, after[row] ?? value));
    const beyond = (values) => values.map((value, row) => (value > (both[row] ?? value) ? value : 0));
    return `\`\`\`mermaid
---
config:
  themeVariables:
    xyChart:
      backgroundColor: transparent
      plotColorPalette: "${COLOURS.join(',')}"
  xyChart:
    width: ${WIDTH}
    height: ${labels.length * ROW_HEIGHT}
    plotReservedSpacePercent: ${BARS_PERCENT}
    xAxis:
      showTick: false
    yAxis:
      showLabel: false
      showTick: false
      showAxisLine: false
---
xychart-beta horizontal
  x-axis [${labels.map((label) => `"${label}"`).join(', ')}]
  y-axis 0 --> ${scales?.get(unit) || longest || 1}
  bar [${beyond(after).join(', ')}]
  bar [${beyond(before).join(', ')}]
  bar [${both.join(', ')}]
\`\`\`
`;
}
/** The same as a table, for what cannot be drawn. */
function chartTable(chart) {
    const { title, unit, categories, series } = chart;
    const [first, second] = series;
    const headers = second ? series.map(({ name }) => `${unit} ${name}`) : [unit];
    const compared = first && second && series.length === 2;
    return {
        title,
        headers: ['Name', ...headers, ...(compared ? ['Change'] : [])],
        rows: categories.map((category, row) => {
            const cells = series.map(({ values }) => figureOr(values[row], count));
            if (!compared)
                return [category, ...cells];
            return [
                category,
                ...cells,
                figureOr((second.values[row] ?? Number.NaN) - (first.values[row] ?? Number.NaN), signed),
            ];
        }),
    };
}
function change(before, after) {
    const [from, to] = [count(before), count(after)];
    return from === to ? to : `${from} → ${to} (${signed(after - before)})`;
}
function figureOr(value, shown) {
    return Number.isFinite(value) ? shown(Number(value)) : '?';
}
/** After a name in Hebrew or Arabic the numbers would run from right to left, and the arrow would point to the older one. */
function leftToRight(name) {
    return /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/.test(name) ? `${name}\u200E` : name;
}

;// CONCATENATED MODULE: ./build/runner/summary.js








/** GitHub drops the whole summary of a step over 1 MiB (FileCommandManager.cs of actions/runner). */
const MAX_BYTES = 1_000_000;
/** Kept free for the lines that say what was left out. */
const LEFT_OUT_BYTES = 8_000;
/** A comment takes 65,536 characters. */
const MAX_REPORT_BYTES = 60_000;
const CUT = '\nThis report was cut to fit into a comment. The job summary shows everything.\n';
/**
 * The summary as Markdown, of at most `maxBytes` bytes: first the verdict, then what happened and what changed, the charts, the facts,
 * and the details. Rows and charts that do not fit are counted, none is cut in the middle.
 */
function buildSummary(model, maxBytes = MAX_BYTES) {
    return summary_pageOf(model, maxBytes).text;
}
/** The same for a comment: of at most 60,000 bytes, and with a sentence that says so if something was left out. */
function buildReport(model) {
    const page = summary_pageOf(model, MAX_REPORT_BYTES - CUT.length);
    return page.isCut ? page.text + CUT : page.text;
}
function summary_pageOf(model, maxBytes) {
    const page = new Page(maxBytes);
    const [sign, end] = endOf(model.error?.code);
    page.add(`## ${sign} Visual Layer: ${markdown(model.operation, 100)}${end}\n`);
    if (model.headline !== '')
        page.add(`\n${paragraph(model.headline, 1000)}\n`);
    if (model.error)
        page.add(errorSection(model.error));
    const [facts, details] = factRows(model);
    const giveRoom = page.keepRoom([FACTS_HEAD, ...facts, DETAILS_HEAD, ...details, FOLD_END].join(''));
    page.list('lines', '\n### What happened\n\n', model.notes.map((note) => `- ${markdown(note, 1000)}\n`));
    page.list('warnings', '\n### Warnings\n\n', model.warnings.map((warning) => `- ${paragraph(warning, 2000)}\n`));
    const sections = model.sections ?? [];
    const tables = sections.filter((section) => 'rows' in section);
    const placed = (place) => tables.filter((table) => table.place === place);
    for (const table of [...placed('first'), ...placed(undefined)])
        addTable(page, table);
    addCharts(page, sections.filter((section) => 'series' in section));
    giveRoom();
    page.list('details', FACTS_HEAD, facts);
    page.list('IDs, paths, and digests', DETAILS_HEAD, details, FOLD_END);
    for (const table of placed('folded'))
        addTable(page, table);
    return page;
}
function addCharts(page, charts) {
    const frame = frameOf(charts);
    let leftOut = 0;
    for (const chart of charts) {
        const drawn = chartMarkdown(chart, frame);
        if (drawn === undefined)
            addTable(page, chartTable(chart));
        else if (!page.add(drawn))
            leftOut += 1;
    }
    if (leftOut > 0)
        page.addNote(`${count(leftOut)} more ${leftOut === 1 ? 'chart' : 'charts'}`);
}
/**
 * Appends the summary to the step's summary file. Masked secrets are replaced. Never throws: without the file, or when it
 * cannot be written, the step continues.
 */
function writeSummary(model, options) {
    const { env, reporter } = options;
    const path = env['GITHUB_STEP_SUMMARY'];
    if (!path)
        return reporter.debug('No job summary: GITHUB_STEP_SUMMARY is not set.');
    try {
        const size = (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false })?.size ?? 0;
        (0,external_node_fs_.appendFileSync)(path, buildSummary(redacted(model, reporter), MAX_BYTES - size));
    }
    catch (error) {
        reporter.warning(`Could not write the job summary (GITHUB_STEP_SUMMARY): ${(0,errors/* describe */.q0)(error)}.`);
    }
}
/**
 * Writes the report to a file of its own in the folder `temp`. Masked secrets are replaced. Returns its absolute path; '' if it cannot
 * be written, which is a warning.
 */
function summary_writeReport(model, options) {
    const { temp, reporter } = options;
    const path = join(temp, `visual-layer-report-${randomUUID()}.md`);
    try {
        mkdirSync(temp, { recursive: true });
        writeFileSync(path, buildReport(redacted(model, reporter)), { flag: 'wx' });
        return path;
    }
    catch (error) {
        reporter.warning(`Could not write the report (report_path): ${describe(error)}. The output report_path is empty.`);
        return '';
    }
}
/** Before escaping, which would hide a secret from the search for it. */
function redacted(model, reporter) {
    return JSON.parse(JSON.stringify(model), (_key, value) => typeof value === 'string' ? reporter.redact(value) : value);
}
/** Markdown that grows by whole parts, as long as they fit. */
class Page {
    /** Whether something was left out. */
    isCut = false;
    #text = '';
    #freeBytes;
    #maxBytes;
    constructor(maxBytes) {
        this.#maxBytes = maxBytes;
        this.#freeBytes = maxBytes - LEFT_OUT_BYTES;
    }
    get text() {
        return this.#text;
    }
    add(piece) {
        const bytes = Buffer.byteLength(piece);
        if (bytes > this.#freeBytes) {
            this.isCut = true;
            return false;
        }
        this.#text += piece;
        this.#freeBytes -= bytes;
        return true;
    }
    /** Keeps room for a text that is added later, of at most a quarter of what is left; the function that it returns gives it back. */
    keepRoom(text) {
        const bytes = Math.min(Buffer.byteLength(text), this.#freeBytes / 4);
        this.#freeBytes -= bytes;
        return () => void (this.#freeBytes += bytes);
    }
    /** Adds items between `head` and `tail`, as many as fit, and counts the others. Without room for the first, neither of the two. */
    list(items, head, [first, ...rest], tail = '') {
        if (first === undefined)
            return;
        const tailBytes = Buffer.byteLength(tail);
        this.#freeBytes -= tailBytes;
        let left = rest.length + 1;
        if (this.add(head + first)) {
            const end = rest.findIndex((item) => !this.add(item));
            left = end < 0 ? 0 : rest.length - end;
            this.#text += tail;
        }
        else
            this.#freeBytes += tailBytes;
        if (left > 0)
            this.addNote(`${count(left)} more ${items}`);
    }
    /** Says what was left out, in the room kept free for that. */
    addNote(leftOut) {
        const note = `\n… and ${leftOut}\n`;
        if (Buffer.byteLength(this.#text + note) <= this.#maxBytes)
            this.#text += note;
    }
}
function errorSection(error) {
    const said = error.apiWords && `\n**Server message:** ${markdown(error.apiWords, 2000)}\n`;
    // A cancellation is no failure, and its text says what was left or undone.
    const [what, next] = error.code === 'cancelled' ? ['What happened', 'What is left'] : ['What failed', 'What to do'];
    const todo = error.todo && `\n**${next}:** ${paragraph(error.todo, 3000)}\n`;
    const trace = error.trace && `\n${markdown(error.trace, 700)}\n`;
    return `\n**${what}** (${code(error.code)}): ${paragraph(error.message, 4000)}\n${said ?? ''}${todo ?? ''}${trace ?? ''}`;
}
/** The rows of the facts, and those of the details that are folded. */
function factRows(model) {
    const { name, id, link: address } = model.dataset ?? {};
    const { durationMs, runUrl } = model;
    const facts = [];
    const details = [];
    if (name)
        facts.push(tableRow(['Dataset', summary_link(markdown(name), address)]));
    if (id)
        details.push(tableRow(['Dataset ID', name ? code(id) : summary_link(code(id), address)]));
    for (const fact of model.facts) {
        const value = fact.code ? code(fact.value) : markdown(fact.value);
        const row = tableRow([markdown(fact.label, 100), summary_link(value, fact.link)]);
        if (fact.code)
            details.push(row);
        else
            facts.push(row);
    }
    if (durationMs >= 1000)
        facts.push(tableRow(['Duration', numbers_duration(durationMs)]));
    if (runUrl)
        details.push(tableRow(['Workflow run', summary_link(markdown(runName(runUrl)), runUrl)]));
    return [underHeader(facts), underHeader(details)];
}
function runName(runUrl) {
    const [, run, attempt] = /\/runs\/(\d+)(?:\/attempts\/(\d+))?$/.exec(runUrl) ?? [];
    return run ? `${run}${attempt ? `, attempt ${attempt}` : ''}` : 'this run';
}
function addTable(page, { title, headers, rows, place }) {
    const isFolded = place === 'folded';
    const head = isFolded ? folded(markdown(title, 200)) : `\n### ${markdown(title, 200)}\n\n`;
    const shown = headers.map((header) => markdown(header, 100));
    page.list(`rows of ${markdown(title, 200)}`, `${head}${tableRow(shown)}${tableRow(shown.map(() => '---'))}`, rows.map((row) => tableRow(row.map(cell))), isFolded ? FOLD_END : '');
}
/** Rows of labels and values as a table. A table must have a header, so the first row is one. */
function underHeader([first, ...rest]) {
    return first === undefined ? [] : [`${first}| :--- | :--- |\n`, ...rest];
}
const FACTS_HEAD = '\n### Details\n\n';
const DETAILS_HEAD = folded('IDs, paths, and digests');
const FOLD_END = '\n</details>\n';
function folded(title) {
    return `\n<details><summary>${title}</summary>\n\n`;
}
function tableRow(cells) {
    return `| ${cells.join(' | ')} |\n`;
}
function cell(content) {
    if (typeof content === 'string')
        return markdown(content);
    return 'code' in content ? code(content.code) : summary_link(markdown(content.text), content.link);
}
/** Only http and https lead anywhere; anything else stays text. */
function summary_link(shown, address) {
    const url = URL.parse(address ?? '');
    if (!url || !shown || !/^https?:$/.test(url.protocol))
        return shown;
    return `<a href="${url.href.replace(/[&<>"'|`\\*_[\]]/g, (character) => `&#${character.charCodeAt(0)};`)}">${shown}</a>`;
}
/** Text of several lines in one paragraph; indentation, which YAML needs, is kept. */
function paragraph(text, maxChars) {
    return text_lines(text, maxChars)
        .split('\n')
        .map((line) => '&nbsp;'.repeat(/^ */.exec(line)?.[0].length ?? 0) + markdown(line, maxChars))
        .join('<br>');
}

;// CONCATENATED MODULE: ./build/summarize.js


/** Sets the outputs that say how the step ended, and writes the report for them. Never throws. */
function tellEnd(account) {
    const { reporter, context, headline, failure } = account;
    const operation = operationOf(account);
    const dataset = reporter.outputValue('dataset_name');
    reporter.output('error_code', failure?.code ?? '');
    // Before it is cut: half of a secret would slip past the search for it.
    const told = failure ? failureHeadline(failure, { operation, dataset }) : headline;
    reporter.output('headline', plainSentence(reporter.redact(told)));
    reporter.output('report_path', writeReport(modelOf(account), { temp: context.temp, reporter }));
}
/** Writes the account of what was done to the job summary. Never throws. */
function summarize(account) {
    writeSummary(modelOf(account), account);
}
function modelOf(account) {
    const { reporter, context, request, headline, failure } = account;
    const id = reporter.outputValue('dataset_id');
    const name = reporter.outputValue('dataset_name');
    const isGone = request?.operation === 'delete-dataset' && !failure;
    const link = isGone ? undefined : request && `${request.service.origin}/dataset/${id}/data`;
    return {
        operation: operationOf(account),
        headline: failure ? '' : headline,
        dataset: id === '' ? undefined : { name, id, link },
        facts: reporter.facts,
        notes: reporter.notes.filter((note) => note !== headline),
        warnings: reporter.warnings.filter((warning) => !failure || !warning.startsWith(failure.message)),
        sections: reporter.sections,
        error: failure && {
            code: failure.code,
            message: failure.message,
            apiWords: failure.apiWords,
            todo: failure.todo,
            trace: failure.trace,
        },
        durationMs: reporter.elapsedMs,
        runUrl: context.runUrl,
    };
}
/** What to call a step in a title; 'step' if its inputs do not say what it does. */
function operationOf({ request, env }) {
    return request?.operation ?? (env['INPUT_OPERATION'] || 'step');
}

;// CONCATENATED MODULE: ./build/run-post.js
















/** Time to undo each kind of plan, in ms: well within the five minutes that GitHub gives to what runs after a cancellation. */
const LIMITS_MS = { creation: 30_000, clone: 60_000, enrichment: 30_000, snapshot: 15_000 };
/**
 * Runs the post step, which GitHub starts only if the job failed or was canceled: undoes what the main step planned and did not
 * settle. Without a saved plan it does nothing. Its own failure is a warning and never fails the job, so it always returns 0.
 */
async function runPost(options) {
    const { env, clock } = options;
    const reporter = new RunnerReporter({ clock });
    let session;
    try {
        for (const secret of secretsOf(env))
            reporter.mask(secret);
        const plan = savedPlan(savedUndo(env));
        if (!plan) {
            reporter.info('Nothing is left to undo in Visual Layer.');
            return 0;
        }
        const { values, faults } = readShared(givenInputs(env));
        if (!values)
            throw invalidInput(faults);
        // GitHub gives the post step little time after a cancellation, so `poll_interval` does not apply.
        const shared = { ...values, pollIntervalMs: 'auto' };
        session = new Session(shared, clock, readProxies(env), (line) => reporter.info(line), reporter.debugging);
        const post = { ...options, reporter, session, shared };
        await (plan.kind === 'rollback' ? rollBack(plan, post) : undoPlan(plan, post));
    }
    catch (error) {
        const failure = (0,system_errors/* asActionError */.z6)(error);
        reporter.warning(`Cleanup in Visual Layer failed: ${failure.message}`, { todo: failure.todo });
    }
    await session?.close();
    return 0;
}
async function undoPlan(plan, { reporter, session, signal, shared, env }) {
    const account = {
        reporter,
        context: readContext(env),
        request: { operation: 'cleanup', service: shared.service },
        headline: '',
        env,
    };
    try {
        // Polls are frequent here: lines that differ in their figures only are shown once.
        const told = new Set();
        const progress = (line) => {
            const words = line.replace(/[\d.]+/g, '#');
            if (!told.has(words))
                reporter.progress(line);
            told.add(words);
        };
        const { text, settled } = await session.lastly(LIMITS_MS[plan.kind], signal, progress, (api, waiting) => undo(plan, api, waiting));
        if (settled) {
            reporter.info(text);
            return;
        }
        reporter.warning(text);
    }
    catch (error) {
        const why = signal.aborted ? 'the post step was canceled' : (0,errors/* describe */.q0)(error);
        reporter.warning(`Could not clean up ${subjectOf(plan)}: ${why}.`, {
            todo: 'Look for it in Visual Layer, and abort or delete it there if you do not need it.',
        });
    }
    const left = 'Something that this job started may still be in Visual Layer.';
    summarize({ ...account, failure: new errors/* ActionError */.lZ('operation_failed', left) });
}
/** What a plan is about, for people. */
function subjectOf(plan) {
    switch (plan.kind) {
        case 'creation':
            return plan.datasetId === undefined
                ? `the creation of dataset "${plan.name}"`
                : `the creation of dataset "${plan.name}" (${plan.datasetId})`;
        case 'clone':
            return plan.datasetId === undefined
                ? `the clone of dataset "${plan.source.name}" (${plan.source.id})`
                : `the temporary clone, dataset ${plan.datasetId}`;
        case 'enrichment':
            return `the enrichment of dataset "${plan.source.name}" (${plan.datasetId ?? plan.source.id})`;
        case 'snapshot':
            return `the snapshot of dataset ${plan.datasetId}`;
    }
}
/**
 * Restores the snapshot that the main step took, unless a step of the job has done so since. What the failed job left is saved first
 * if it can be: a restore cannot be undone.
 */
async function rollBack(plan, post) {
    const { env, reporter, session, signal, shared } = post;
    const { datasetId, snapshot } = plan;
    const context = readContext(env);
    if (restoredTo(context, datasetId) === snapshot.id) {
        reporter.info(`A later step of this job restored dataset ${datasetId} to snapshot "${snapshot.name}" (${snapshot.id}). It is not restored again.`);
        return;
    }
    reporter.info(`The job failed or was canceled, and rollback_on_failure is set: restoring dataset ${datasetId} to snapshot "${snapshot.name}" (${snapshot.id}).`);
    const request = {
        ...shared,
        operation: 'restore',
        datasetId,
        snapshot: { by: 'id', snapshotId: snapshot.id },
        safetySnapshot: true,
        onConflict: 'wait',
        wait: true,
    };
    const account = { reporter, context, request: { operation: 'rollback', service: shared.service }, env };
    try {
        // A restore leaves nothing to undo.
        const undoLog = new UndoLog(() => undefined);
        const headline = await restore.run(request, session.step({ reporter, context, signal, undo: undoLog }));
        const told = `Rolled back after the failure of the job: ${headline}`;
        reporter.info(told);
        summarize({ ...account, headline: told, failure: undefined });
    }
    catch (error) {
        const failure = signal.aborted && signal.reason instanceof errors/* ActionError */.lZ ? signal.reason : (0,system_errors/* asActionError */.z6)(error);
        const { code, apiWords } = failure;
        const mayRun = error instanceof UnclearRestore || code === 'cancelled';
        const which = `of dataset ${datasetId} to snapshot "${snapshot.name}" (${snapshot.id})`;
        const message = mayRun
            ? `Could not confirm that the rollback ${which} finished: ${failure.message}`
            : `The rollback ${which} failed: ${failure.message}`;
        const todo = `${mayRun ? 'If the snapshot is not current in Visual Layer when nothing runs there any longer, restore it' : 'Restore it'}:
  operation: restore
  dataset_id: ${datasetId}
  snapshot_id: ${snapshot.id}`;
        const words = apiWords === undefined ? '' : ` Server message: ${apiWords}`;
        reporter.warning(`${message}${words}`, { todo });
        summarize({ ...account, headline: '', failure: failure.with({ message, todo }) });
    }
}


/***/ })

};
