import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 42613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 20181:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("buffer");

/***/ }),

/***/ 35317:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("child_process");

/***/ }),

/***/ 49140:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("constants");

/***/ }),

/***/ 76982:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");

/***/ }),

/***/ 24434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 79896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 91943:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs/promises");

/***/ }),

/***/ 58611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 65692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 69278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 34589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 16698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 37540:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:console");

/***/ }),

/***/ 77598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 53053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 40610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 78474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 73024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 51455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 37067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 32467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 44708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 77030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 48161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 76760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 1708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:process");

/***/ }),

/***/ 41792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 80099:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:sqlite");

/***/ }),

/***/ 57075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 37830:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/web");

/***/ }),

/***/ 46193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:string_decoder");

/***/ }),

/***/ 87997:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers");

/***/ }),

/***/ 58500:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");

/***/ }),

/***/ 41692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 73136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 57975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 73429:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util/types");

/***/ }),

/***/ 75919:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");

/***/ }),

/***/ 38522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 70857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 16928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 2203:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("stream");

/***/ }),

/***/ 13193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");

/***/ }),

/***/ 53557:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("timers");

/***/ }),

/***/ 64756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 52018:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tty");

/***/ }),

/***/ 87016:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("url");

/***/ }),

/***/ 39023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 43106:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("zlib");

/***/ }),

/***/ 7094:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ Deadline),
/* harmony export */   m: () => (/* binding */ systemClock)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(58500);

const systemClock = {
    now: () => performance.now(),
    date: () => Date.now(),
    async sleep(ms, signal) {
        signal?.throwIfAborted();
        try {
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(ms, undefined, signal ? { signal } : {});
        }
        catch (error) {
            signal?.throwIfAborted();
            throw error;
        }
    },
};
/** The end of a step: one deadline that every wait, request, download and upload shares. */
class Deadline {
    totalMs;
    #clock;
    #startedAt;
    /** @param totalMs from now, in ms */
    constructor(clock, totalMs) {
        this.#clock = clock;
        this.#startedAt = clock.now();
        this.totalMs = totalMs;
    }
    /** Milliseconds since the step began. */
    elapsedMs() {
        return this.#clock.now() - this.#startedAt;
    }
    /** Milliseconds left, never below 0. */
    remainingMs() {
        return Math.max(0, this.totalMs - this.elapsedMs());
    }
}


/***/ }),

/***/ 19473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Hu: () => (/* binding */ unforeseen),
/* harmony export */   lZ: () => (/* binding */ ActionError),
/* harmony export */   q0: () => (/* binding */ describe)
/* harmony export */ });
/**
 * A failure a user meets. Thrown where it is known, shown once, by `run()`.
 *
 * `message` says what happened; `apiWords` what the service said; `todo` what to do. Text from outside may stand in any of
 * them: the runner's side escapes and shortens it.
 */
class ActionError extends Error {
    name = 'ActionError';
    code;
    apiWords;
    todo;
    constructor(code, message, details = {}) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.code = code;
        this.apiWords = details.apiWords;
        this.todo = details.todo;
    }
}
const MOST_CAUSES = 3;
/** The text of anything thrown, with the cause chain that network errors hide their reason in. */
function describe(error) {
    if (!(error instanceof Error))
        return String(error);
    const parts = [error.message || error.name];
    let { cause } = error;
    // Counted, since causes can go round in a circle.
    for (let depth = 0; depth < MOST_CAUSES && cause instanceof Error; depth += 1) {
        const { message } = cause;
        if (message && !parts.some((part) => part.includes(message)))
            parts.push(message);
        cause = cause.cause;
    }
    return parts.join(': ');
}
/** What a user is told of something thrown that nothing foresaw. */
function unforeseen(error) {
    return new ActionError('operation_failed', `The action itself failed: ${describe(error)}`, {
        todo: 'This is a fault of the action, not of your workflow. Please report it with this log.',
        cause: error,
    });
}


/***/ }),

/***/ 83515:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* binding */ readRequest),
  F: () => (/* binding */ secretsOf)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(19473);
;// CONCATENATED MODULE: ./build/inputs/faults.js

const SHOWN_CHARACTERS = 100;
/** Inputs whose value never appears in a message: a key and a secret put in each other's place are secret too. */
const CONCEALED = ['api_key', 'api_secret', 'token', 'github_token'];
function shown({ input, got }) {
    if (got === undefined)
        return 'nothing';
    if (CONCEALED.includes(input))
        return `${got.length} characters that are not shown`;
    return quoted(got);
}
/**
 * A value as a message shows it: as a JSON string, so on one line, of at most 100 characters. What a pasted URL may carry
 * as a secret (a user's password, a signature in the query) is left out.
 */
function quoted(text) {
    const harmless = text.replace(/(:\/\/|\/\/|:).*@.*/s, '$1***').replace(/\?[\w-]+=.*/s, '?***');
    if (harmless.length <= SHOWN_CHARACTERS)
        return JSON.stringify(harmless);
    return `${JSON.stringify(harmless.slice(0, SHOWN_CHARACTERS))}... (${harmless.length} characters)`;
}
/** All faults as the one error that ends the step before any request is sent. */
function invalidInput(faults) {
    const lines = new Set(faults.map((fault) => `- ${fault.input}: got ${shown(fault)}; ${fault.rule}`));
    const inputs = new Set(faults.map((fault) => fault.input));
    const heading = inputs.size === 1 ? '1 input is wrong.' : `${inputs.size} inputs are wrong.`;
    return new errors/* ActionError */.lZ('invalid_input', [heading, ...lines].join('\n'), {
        todo: 'Correct the inputs under "with:" of this step. Nothing was sent to Visual Layer.',
    });
}

;// CONCATENATED MODULE: ./build/inputs/input-table.js
/**
 * Every input of the action with its default, as `action.yml` states them (a test holds the two together).
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
    wait: 'true',
    timeout: '2h',
    poll_interval: 'auto',
    request_timeout: '60s',
    max_retries: '5',
    on_conflict: 'wait',
    on_cancel: 'abort',
    github_token: '${{ github.token }}',
};
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

;// CONCATENATED MODULE: ./build/inputs/nearest.js
const MOST_EDITS = 3;
const LONGEST = 40;
/** The word that a text was probably meant to be: the one the fewest edits away, and none when all are far. */
function nearest(text, words) {
    const plain = text
        .toLowerCase()
        .replace(/[\s_]+/g, '-')
        .slice(0, LONGEST);
    const ranked = words.map((word) => ({ word, edits: editDistance(plain, word) })).sort((a, b) => a.edits - b.edits);
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

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(76760);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __nccwpck_require__(9691);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core = __nccwpck_require__(88532);
;// CONCATENATED MODULE: ./node_modules/parse-duration/locale/en.js
const unit = Object.create(null)
const m = 60000, h = m * 60, d = h * 24, y = d * 365.25

unit.year = unit.yr = unit.y = y
unit.month = unit.mo = unit.mth = y / 12
unit.week = unit.wk = unit.w = d * 7
unit.day = unit.d = d
unit.hour = unit.hr = unit.h = h
unit.minute = unit.min = unit.m = m
unit.second = unit.sec = unit.s = 1000
unit.millisecond = unit.millisec = unit.ms = 1
unit.microsecond = unit.microsec =  unit.us = unit.µs = 1e-3
unit.nanosecond = unit.nanosec = unit.ns = 1e-6

unit.group = ','
unit.decimal = '.'
unit.placeholder = ' _'

/* harmony default export */ const en = (unit);

;// CONCATENATED MODULE: ./node_modules/parse-duration/index.js


const durationRE = /((?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([\p{L}]{0,14})/gu

parse.unit = en

// group/placeholder cleanup regex — rebuilt only when the locale strings change
let groupRE, placeholder = null, group

/**
 * look up a unit name, ignoring case and a trailing plural `s`
 *
 * @param {object} unit
 * @param {string} name
 * @return {number|undefined}
 */
const lookupUnit = (unit, name) => {
  name = String(name).toLowerCase()
  return unit[name] ?? (name.endsWith('s') ? unit[name.slice(0, -1)] : undefined)
}

/**
 * convert `str` to ms
 *
 * @param {string} str
 * @param {string} format
 * @return {number|null}
 */
function parse(str = '', format = 'ms') {
  let result = null, prevUnits, unit = parse.unit

  if (unit.placeholder !== placeholder || unit.group !== group)
    groupRE = new RegExp(`(\\d)[${(placeholder = unit.placeholder) ?? ''}${(group = unit.group) ?? ''}](\\d)`, 'g')

  str = String(str)
  let s = str.replace(groupRE, '$1$2') // clean up group separators / placeholders
  if (unit.decimal !== '.') s = s.replaceAll(unit.decimal, '.') // normalize decimal separator

  durationRE.lastIndex = 0
  for (let m; (m = durationRE.exec(s));) {
    let units = m[2]
    // if no units, find next smallest units or fall back to format value
    // eg. 1h30 -> 1h30m
    if (!units) {
      if (prevUnits) {
        for (const u in unit) if (unit[u] < prevUnits) { units = u; break }
      }
      else units = format
    }

    prevUnits = units = lookupUnit(unit, units)

    if (typeof units == 'number') result = (result || 0) + m[1] * units
  }

  return result && ((result / (lookupUnit(unit, format) || 1)) * (str.trimStart()[0] === '-' ? -1 : 1))
}

;// CONCATENATED MODULE: ./build/inputs/durations.js

const NUMBER = String.raw `\d+(?:\.\d+)?`;
const DURATION = new RegExp(`^(?=\\d)(?:${NUMBER}h)?(?:${NUMBER}m)?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`);
/**
 * The milliseconds of a duration such as `90s`, `45m`, `1h30m` or `500ms`: units `h`, `m`, `s`, `ms` in this order, each
 * at most once, each with an integer or a decimal. Rounded to whole milliseconds. Anything else, and nothing more than
 * zero, gives undefined: the library alone would take "2 hours", a bare number or trailing words.
 */
function durationMs(text) {
    if (!DURATION.test(text))
        return undefined;
    const ms = Math.round(parse(text) ?? 0);
    return ms > 0 && Number.isFinite(ms) ? ms : undefined;
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
        context.addIssue({ code: 'custom', message: outcome.broken });
        return core/* NEVER */.tm;
    });
}
/** `true` or `false` as YAML 1.2 spells them, which is what `@actions/core` takes too. */
function flag() {
    return schemas/* stringbool */.uEf({
        truthy: ['true', 'True', 'TRUE'],
        falsy: ['false', 'False', 'FALSE'],
        case: 'sensitive',
        error: 'it must be true or false',
    });
}
/** One of a few words, spelled exactly. */
function oneOf(...words) {
    return schemas/* enum */.k5n(words, `it must be ${words.map((word) => JSON.stringify(word)).join(' or ')}`);
}
/** What an export counts; taken in any case. */
function entityType() {
    return schemas/* string */.YjP().toUpperCase().pipe(oneOf('IMAGES', 'OBJECTS'));
}
/** A whole number in decimal digits within bounds, both included. */
function wholeNumber(lowest, highest) {
    const rule = `it must be a whole number from ${lowest} to ${highest}`;
    return parsed(rule, (text) => {
        const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
        return value >= lowest && value <= highest ? { value } : { broken: rule };
    });
}
const DURATION_FORM = 'a duration such as 90s, 45m, 2h, 1h30m or 500ms';
/** A duration in milliseconds, more than zero and at most the 120 hours that a job can last. */
function duration() {
    const rule = `it must be ${DURATION_FORM}, more than zero and at most 120h`;
    return parsed(rule, (text) => {
        const value = durationMs(text);
        return value !== undefined && value <= LONGEST_JOB ? { value } : { broken: rule };
    });
}
/** `auto`, or milliseconds from 50 ms to an hour. */
function pollInterval() {
    const rule = `it must be "auto" or ${DURATION_FORM}, from 50ms to 1h`;
    return parsed(rule, (text) => {
        if (text === 'auto')
            return { value: text };
        const value = durationMs(text);
        return value !== undefined && value >= 50 && value <= HOUR ? { value } : { broken: rule };
    });
}
/** A UUID of any version, in lower case: Visual Layer's own are not of version 4 only. */
function uuid() {
    return schemas/* guid */.OsD('it must be a UUID such as 0a1b2c3d-4e5f-6789-abcd-ef0123456789').toLowerCase();
}
/** The id of a snapshot, in lower case, or the word `current`. */
function snapshotId() {
    const rule = 'it must be the UUID of a snapshot, or the word "current"';
    return parsed(rule, (text) => {
        if (text === 'current')
            return { value: text };
        const id = uuid().safeParse(text);
        return id.success ? { value: id.data } : { broken: rule };
    });
}
/** A name on one line, as a dataset or a snapshot carries it. */
function displayName() {
    const rule = 'it must be one line of at most 255 characters, without control characters';
    return schemas/* string */.YjP(rule).refine((text) => text.length <= 255 && !/[\p{Cc}\u2028\u2029]/u.test(text), rule);
}
/** Free text of several lines. */
function description() {
    const rule = 'it must be a text of at most 10,000 characters';
    return schemas/* string */.YjP(rule).refine((text) => text.length <= 10_000, rule);
}
/** Items between commas and line ends: trimmed, blanks and repetitions dropped. */
function listItems(text) {
    const items = text.split(/[,\r\n]/).map((item) => item.trim());
    return [...new Set(items.filter((item) => item !== ''))];
}
/** Ids that Visual Layer gave out. UUIDs as far as documented, but that is the service's to judge. */
function idList() {
    const rule = `it must be ids separated by commas or lines, each of at most ${MAX_ID_CHARACTERS} characters without spaces`;
    return parsed(rule, (text) => {
        const items = listItems(text);
        // Commas alone must not turn a selection that came out empty into the whole dataset.
        if (items.length === 0)
            return { broken: `${rule}, and there is no id in it` };
        const wrong = items.find((item) => item.length > MAX_ID_CHARACTERS || /[\s\p{Cc}]/u.test(item));
        return wrong === undefined ? { value: items } : { broken: `${rule}, and ${quoted(wrong)} is not one` };
    }).default([]);
}
/**
 * A VQL filter (docs.visual-layer.com, semantic search): a JSON array of objects, kept as the text that came without the
 * white space between its parts, so that no number in it changes.
 */
function vql() {
    const rule = 'it must be a JSON array of filter objects such as [{"labels":{"op":"one_of","value":["cat"]}}]';
    return parsed(rule, (text) => {
        let filters;
        try {
            filters = JSON.parse(text);
        }
        catch {
            return { broken: `${rule}, and it is not JSON` };
        }
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
    const rule = 'it must be a bucket and a prefix such as s3://my-bucket/images/';
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
    const rule = 'it must be an S3 folder such as s3://my-bucket/images/, or a .csv, .parquet or .txt manifest such as s3://my-bucket/list.csv';
    return schemas/* string */.YjP(rule).regex(/^s3:\/\/[^/\s\p{Cc}]+(?:\/[^\p{Cc}]*)?$/u, rule);
}
/** A name GitHub takes for an artifact; short enough for a file of that name with an ending. */
function artifactName() {
    const rule = 'it must be a name of at most 200 bytes without any of " : < > | * ? \\ / and line ends';
    return schemas/* string */.YjP(rule).refine((text) => {
        const forbidden = /[":<>|*?\\/\p{Cc}]/u.test(text) || text === '.' || text === '..';
        return !forbidden && Buffer.byteLength(text) <= 200;
    }, rule);
}
/** An input of the contract that this version cannot act on: anything but its default is refused. */
function notOffered(name, what) {
    const standard = INPUT_DEFAULTS[name];
    const rule = `it must be ${standard === '' ? 'left out' : JSON.stringify(standard)}: ${what} is not part of this version`;
    return schemas/* string */.YjP()
        .refine((text) => text.toLowerCase() === standard, rule)
        .optional();
}

;// CONCATENATED MODULE: ./build/inputs/file-patterns.js



const RULE = 'it must be file patterns, one a line, relative to the workspace, such as images/**/*.jpg; ! at the start of a line excludes';
/**
 * File patterns, one a line, for @actions/glob: relative to the workspace and with `/`. Absolute ones are taken where they lie in
 * the workspace, since `${{ github.workspace }}` makes such. Blank lines and comments (`#`) are dropped.
 */
function filePatterns(workspace) {
    return parsed(RULE, (text) => {
        const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
        const patterns = [];
        for (const line of lines) {
            if (line === '' || line.startsWith('#'))
                continue;
            const pattern = relativePattern(line, workspace);
            if (pattern === undefined)
                return { broken: `${RULE}; ${quoted(line)} leads out of the workspace` };
            patterns.push(pattern);
        }
        return patterns.some((pattern) => !pattern.startsWith('!'))
            ? { value: patterns }
            : { broken: `${RULE}; every line of it excludes, so that nothing is left` };
    });
}
/** `undefined` where the pattern cannot stay inside the workspace. */
function relativePattern(line, workspace) {
    const [, marks = '', rest = ''] = /^([!\s]*)(.*)$/s.exec(line) ?? [];
    // An even number of marks excludes nothing.
    const exclude = marks.replaceAll(/\s/g, '').length % 2 === 1 ? '!' : '';
    const slashed = (place) => (external_node_path_.sep === '\\' ? place.replaceAll('\\', '/') : place);
    const root = slashed(external_node_path_.resolve(workspace)).replace(/\/$/, '');
    let pattern = slashed(rest);
    if (pattern === root || pattern.startsWith(`${root}/`))
        pattern = pattern.slice(root.length + 1);
    else if (external_node_path_.isAbsolute(rest) || pattern.startsWith('/'))
        return undefined;
    pattern = pattern.replace(/^(?:\.\/+)+/, '').replace(/\/\.(?=\/|$)/g, '');
    if (pattern === '~' || pattern.startsWith('~/') || pattern.split('/').includes('..'))
        return undefined;
    return `${exclude}${pattern === '' || pattern === '.' ? '**' : pattern}`;
}
const ARCHIVE_RULE = 'it must be the path of one .zip, .tar or .tar.gz in the workspace';
/** The path of an archive, relative to the workspace, which is no pattern. */
function archivePath(workspace) {
    return parsed(ARCHIVE_RULE, (text) => {
        if (/[\p{Cc}]/u.test(text))
            return { broken: `${ARCHIVE_RULE}, on one line` };
        const inside = external_node_path_.relative(workspace, external_node_path_.resolve(workspace, text));
        const leaves = inside === '..' || inside.startsWith(`..${external_node_path_.sep}`) || external_node_path_.isAbsolute(inside);
        if (leaves)
            return { broken: `${ARCHIVE_RULE}, and it leads out of the workspace` };
        return /\.(?:zip|tar|tar\.gz)$/i.test(inside)
            ? { value: inside.split(external_node_path_.sep).join('/') }
            : { broken: ARCHIVE_RULE };
    });
}

;// CONCATENATED MODULE: ./build/inputs/read-fields.js


/** Reads the given inputs by their schemas, with defaults in place of those that are absent. */
function readFields(fields, given, operation) {
    const names = inputNames(fields);
    const texts = names.map((name) => [name, given[name] ?? (INPUT_DEFAULTS[name] || undefined)]);
    const outcome = schemas/* object */.Ikc(fields).safeParse(Object.fromEntries(texts));
    if (outcome.success)
        return { values: outcome.data, faults: [] };
    const faults = new Map();
    for (const { path, message } of outcome.error.issues) {
        const input = path[0];
        if (!isInputName(input))
            continue;
        const got = given[input];
        const rule = got === undefined ? `operation "${operation}" needs it, and ${message}` : message;
        if (!faults.has(input))
            faults.set(input, { input, got, rule });
    }
    return { values: undefined, faults: [...faults.values()] };
}

;// CONCATENATED MODULE: ./build/inputs/base-url.js
const base_url_RULE = 'it must be the origin of a Visual Layer server such as https://app.visual-layer.com';
const UUID_IN_PATH = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/** The service behind a `base_url`: an origin, with or without a slash or `/api/v1` at its end. */
function serviceAt(text) {
    if (/[\s\\\p{Cc}]/u.test(text))
        return { broken: `${base_url_RULE}, on one line and without spaces or backslashes` };
    if (!/^https?:\/\/[^/]/i.test(text))
        return { broken: `${base_url_RULE}, and it must begin with https:// or http://` };
    const url = URL.parse(text);
    if (url === null)
        return { broken: base_url_RULE };
    if (/^[^/]*\/\/[^/]*@/.test(text))
        return { broken: `${base_url_RULE}, without a user or a password in it` };
    if (/[?#]/.test(text))
        return { broken: `${base_url_RULE}, without a query or a fragment` };
    if (!/^\/(?:api\/v1\/?)?$/.test(url.pathname)) {
        const id = UUID_IN_PATH.exec(url.pathname);
        const hint = id ? `; this looks like the page of a dataset, whose id ${id[0]} belongs in dataset_id` : '';
        return { broken: `${base_url_RULE}, with nothing after it but /api/v1${hint}` };
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

;// CONCATENATED MODULE: ./build/inputs/service-inputs.js





const fields = {
    base_url: parsed('it must be a URL', serviceAt),
    api_key: headerText('it must be the key alone, without spaces or line ends').optional(),
    api_secret: schemas/* string */.YjP().optional(),
    token: headerText('it must be the token alone, without "Bearer", spaces or line ends').optional(),
    timeout: duration(),
    request_timeout: duration(),
    max_retries: wholeNumber(0, 100),
};
const SHARED_INPUTS = inputNames(fields);
/** Text that can stand in an HTTP header as it is. */
function headerText(rule) {
    return schemas/* string */.YjP(rule).regex(/^[\x21-\x7e]+$/, rule);
}
/** Reads what every operation is told. */
function readShared(given) {
    const { values, faults } = readFields(fields, given);
    const service = serviceAt(given.base_url ?? INPUT_DEFAULTS.base_url);
    faults.push(...credentialFaults(given, 'value' in service ? service.value : undefined));
    if (values === undefined || faults.length > 0)
        return { values: undefined, faults };
    return {
        values: {
            service: values.base_url,
            credentials: credentials(values),
            timeoutMs: values.timeout,
            requestTimeoutMs: values.request_timeout,
            maxRetries: values.max_retries,
        },
        faults,
    };
}
function credentials(values) {
    const { api_key: apiKey, api_secret: apiSecret, token } = values;
    if (token !== undefined)
        return { kind: 'token', token };
    if (apiKey !== undefined && apiSecret !== undefined)
        return { kind: 'key', apiKey, apiSecret };
    return { kind: 'none' };
}
const WHY_EMPTY = 'A secret that does not exist is empty, and so is every secret in a run for a pull request from a fork or from Dependabot';
/** What is wrong with the credentials as a whole. The service is unknown when `base_url` is wrong itself. */
function credentialFaults(given, service) {
    const { api_key: key, api_secret: secret, token } = given;
    const faults = [];
    if (token !== undefined && (key !== undefined || secret !== undefined)) {
        faults.push({
            input: 'token',
            got: token,
            rule: 'it must be left out beside api_key and api_secret: give one or the other',
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
            const yaml = 'api_key: ${{ secrets.VL_API_KEY }} and api_secret: ${{ secrets.VL_API_SECRET }}';
            faults.push({
                input: 'api_key',
                got: undefined,
                rule: `${service.origin} needs credentials: set ${yaml}. ${WHY_EMPTY}`,
            });
        }
    }
    else if (service.apiRoot.protocol === 'http:' && !isLoopback(service)) {
        const rule = 'it must begin with https://, since credentials over http can be read on the way';
        faults.push({ input: 'base_url', got: given.base_url, rule });
    }
    return faults;
}

;// CONCATENATED MODULE: ./build/inputs/operation-inputs.js




const waitingFields = { wait: flag(), poll_interval: pollInterval() };
function waiting(values) {
    return { wait: values.wait, pollIntervalMs: values.poll_interval };
}
const onConflict = oneOf('wait', 'fail');
const ifExists = oneOf('create', 'reuse', 'fail');
/** Inputs that no operation is warned about: shared ones, and the token that the runner fills in by itself. */
const NEVER_UNUSED = ['operation', 'github_token', ...SHARED_INPUTS];
/** States the inputs of one operation: the schema of each, the rules between them, and the request they make. */
function operationInputs(definition) {
    const { operation, rules, idle, request } = definition;
    return {
        operation,
        read(given, places) {
            const fields = definition.fields(places);
            const { values, faults } = readFields(fields, given, operation);
            faults.push(...(rules?.(given) ?? []));
            const set = INPUT_NAMES.filter((name) => !hasDefault(given, name) && !NEVER_UNUSED.includes(name));
            const unused = set.filter((name) => !(name in fields));
            const warnings = unused.map((name) => `The input "${name}" is set but operation "${operation}" does not use it.`);
            for (const { inputs, because } of idle?.(given) ?? []) {
                const idling = set.filter((name) => inputs.includes(name));
                warnings.push(...idling.map((name) => `The input "${name}" is set but has no effect: ${because}.`));
            }
            return { faults, request: values && ((shared) => request(values, shared)), warnings };
        },
    };
}

;// CONCATENATED MODULE: ./build/inputs/operations/add-media.js



const SOURCES = ['files', 'archive', 's3_uri'];
const add_media_fields = ({ workspace }) => ({
    dataset_id: uuid(),
    files: filePatterns(workspace).optional(),
    archive: archivePath(workspace).optional(),
    s3_uri: s3Uri().optional(),
    auto_reindex: flag(),
    on_conflict: onConflict,
    ...waitingFields,
});
/** The API takes exactly one source; docs.visual-layer.com, "Add media to an existing dataset". */
function sourceFaults(given) {
    const [first, ...others] = SOURCES.filter((name) => given[name] !== undefined);
    if (first === undefined) {
        return [{ input: 'files', got: undefined, rule: 'operation "add-media" needs one of files, archive and s3_uri' }];
    }
    return others.map((input) => ({
        input,
        got: given[input],
        rule: `it must be left out beside ${first}: media come from one of files, archive and s3_uri`,
    }));
}
const addMedia = operationInputs({
    operation: 'add-media',
    fields: add_media_fields,
    rules: sourceFaults,
    request: (values, shared) => ({
        operation: 'add-media',
        ...shared,
        ...waiting(values),
        datasetId: values.dataset_id,
        media: values.files !== undefined
            ? { from: 'files', files: values.files }
            : values.archive !== undefined
                ? { from: 'archive', archive: values.archive }
                : { from: 's3', uri: values.s3_uri ?? '' },
        autoReindex: values.auto_reindex,
        onConflict: values.on_conflict,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/snapshot-choice.js

const snapshotChoiceFields = { snapshot_id: snapshotId().optional(), snapshot_name: displayName().optional() };
/** Exactly one of the two must be there: guessing a snapshot could put the wrong data in place. */
function snapshotChoiceFaults(operation, { snapshot_id: id, snapshot_name: name }, idForm = 'a UUID, or "current"') {
    if (id === undefined && name === undefined) {
        const rule = `operation "${operation}" needs either snapshot_id (${idForm}) or snapshot_name`;
        return [{ input: 'snapshot_id', got: undefined, rule }];
    }
    if (id === undefined || name === undefined)
        return [];
    return [{ input: 'snapshot_name', got: name, rule: 'it must be left out beside snapshot_id: give one or the other' }];
}
/** The choice that values make once {@link snapshotChoiceFaults} has found nothing wrong. */
function snapshotChoice(values) {
    if (values.snapshot_id !== undefined)
        return { by: 'id', snapshotId: values.snapshot_id };
    if (values.snapshot_name !== undefined)
        return { by: 'name', snapshotName: values.snapshot_name };
    throw new Error('neither snapshot_id nor snapshot_name: the rules between inputs let this pass');
}

;// CONCATENATED MODULE: ./build/inputs/operations/clone.js



const clone_fields = { dataset_id: uuid(), ...snapshotChoiceFields, on_conflict: onConflict, ...waitingFields };
const clone = operationInputs({
    operation: 'clone',
    fields: () => clone_fields,
    rules: (given) => snapshotChoiceFaults('clone', given),
    request: (values, shared) => ({
        operation: 'clone',
        ...shared,
        ...waiting(values),
        datasetId: values.dataset_id,
        snapshot: snapshotChoice(values),
        onConflict: values.on_conflict,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/create-from-files.js



const create_from_files_fields = ({ workspace }) => ({
    dataset_name: displayName(),
    files: filePatterns(workspace),
    if_exists: ifExists,
    on_cancel: oneOf('abort', 'leave'),
    ...waitingFields,
});
const createFromFiles = operationInputs({
    operation: 'create-from-files',
    fields: create_from_files_fields,
    request: (values, shared) => ({
        operation: 'create-from-files',
        ...shared,
        ...waiting(values),
        datasetName: values.dataset_name,
        files: values.files,
        ifExists: values.if_exists,
        onCancel: values.on_cancel,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/create-from-s3.js


const create_from_s3_fields = {
    dataset_name: displayName(),
    bucket_path: bucketPath(),
    if_exists: ifExists,
    on_cancel: oneOf('abort', 'leave'),
    ...waitingFields,
};
const createFromS3 = operationInputs({
    operation: 'create-from-s3',
    fields: () => create_from_s3_fields,
    request: (values, shared) => ({
        operation: 'create-from-s3',
        ...shared,
        ...waiting(values),
        datasetName: values.dataset_name,
        bucketPath: values.bucket_path,
        ifExists: values.if_exists,
        onCancel: values.on_cancel,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/delete-dataset.js


const delete_dataset_fields = { dataset_id: uuid(), confirm_dataset_name: displayName(), poll_interval: pollInterval() };
const deleteDataset = operationInputs({
    operation: 'delete-dataset',
    fields: () => delete_dataset_fields,
    request: (values, shared) => ({
        operation: 'delete-dataset',
        ...shared,
        datasetId: values.dataset_id,
        confirmDatasetName: values.confirm_dataset_name,
        pollIntervalMs: values.poll_interval,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/delete-snapshot.js



const UUID_RULE = 'it must be the UUID of a snapshot';
const CURRENT_RULE = `${UUID_RULE} that is not the current one: Visual Layer does not delete the state that a dataset is in. Take another snapshot (operation: snapshot) or restore one (operation: restore); from then on that one is current, and this one can be deleted by its UUID`;
const delete_snapshot_fields = {
    dataset_id: uuid(),
    snapshot_id: parsed(UUID_RULE, (text) => {
        if (text.toLowerCase() === 'current')
            return { broken: CURRENT_RULE };
        const id = uuid().safeParse(text);
        return id.success ? { value: id.data } : { broken: UUID_RULE };
    }).optional(),
    snapshot_name: displayName().optional(),
    poll_interval: pollInterval(),
};
const deleteSnapshot = operationInputs({
    operation: 'delete-snapshot',
    fields: () => delete_snapshot_fields,
    rules: (given) => snapshotChoiceFaults('delete-snapshot', given, 'a UUID'),
    request: (values, shared) => ({
        operation: 'delete-snapshot',
        ...shared,
        datasetId: values.dataset_id,
        snapshot: snapshotChoice(values),
        pollIntervalMs: values.poll_interval,
    }),
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(73024);
;// CONCATENATED MODULE: ./build/inputs/output-dir.js


const output_dir_RULE = 'it must be a folder inside the workspace, and not the workspace itself';
/**
 * The absolute, real path of the folder that an export goes to. It lies strictly inside the workspace after symbolic
 * links are resolved, so that an export cannot write over the rest of the runner; and not inside `.git`, where the
 * checkout keeps the repository and its credentials. The folder need not exist.
 */
function outputDir(text, workspace) {
    const root = realPath((0,external_node_path_.resolve)(workspace)) ?? (0,external_node_path_.resolve)(workspace);
    const path = realPath((0,external_node_path_.resolve)(root, text));
    if (path === undefined)
        return { broken: `${output_dir_RULE}, and a link or a file stands in its way` };
    const inside = (0,external_node_path_.relative)(root, path);
    if (inside === '' || inside === '..' || inside.startsWith(`..${external_node_path_.sep}`) || (0,external_node_path_.isAbsolute)(inside))
        return { broken: output_dir_RULE };
    if (inside.split(external_node_path_.sep).some((segment) => segment.toLowerCase() === '.git')) {
        return { broken: 'it must not lie inside a .git folder' };
    }
    return { value: path };
}
/** The real path of a folder that may not exist yet in part; undefined when something that is no folder is in the way. */
function realPath(path) {
    try {
        if ((0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })) {
            return (0,external_node_fs_.statSync)(path).isDirectory() ? external_node_fs_.realpathSync.native(path) : undefined;
        }
    }
    catch {
        // A link that leads nowhere or in a circle, a path below a file, a name too long, a folder that may not be read.
        return undefined;
    }
    const parent = (0,external_node_path_.dirname)(path);
    if (parent === path)
        return path;
    const realParent = realPath(parent);
    return realParent === undefined ? undefined : (0,external_node_path_.join)(realParent, (0,external_node_path_.basename)(path));
}

;// CONCATENATED MODULE: ./build/inputs/operations/export.js




const selectionFields = {
    export_id: uuid().optional(),
    media_ids: idList(),
    cluster_ids: idList(),
    exclude_media_ids: idList(),
    vql: vql().optional(),
};
const export_fields = {
    dataset_id: uuid(),
    ...snapshotChoiceFields,
    export_format: oneOf('json', 'parquet'),
    include_images: flag(),
    ...selectionFields,
    entity_type: entityType(),
    split: notOffered('split', 'a choice about exporting in parts'),
    shard: notOffered('shard', 'exporting one slice of a dataset'),
    allow_empty: flag(),
    extract: flag(),
    compare_with: notOffered('compare_with', 'comparing exports'),
    upload_artifact: flag(),
    artifact_name: artifactName(),
    retention_days: wholeNumber(1, 400).optional(),
    compression_level: wholeNumber(0, 9),
    overwrite_artifact: flag(),
    fail_if: notOffered('fail_if', 'failing on what an export holds'),
    on_conflict: onConflict,
    ...waitingFields,
};
const SELECTING = ['vql', 'media_ids', 'cluster_ids', 'exclude_media_ids'];
const STARTING = [
    ...SELECTING,
    'snapshot_id',
    'snapshot_name',
    'entity_type',
    'export_format',
    'include_images',
    'on_conflict',
];
const UPLOADING = ['retention_days', 'compression_level', 'overwrite_artifact'];
const LANDING = ['output_dir', 'extract', 'artifact_name', ...UPLOADING];
function rules(given) {
    if (given.export_id !== undefined)
        return [];
    const { vql: filter, media_ids, cluster_ids, exclude_media_ids: exclusions } = given;
    const faults = [];
    const { snapshot_id: id, snapshot_name: name } = given;
    if (id !== undefined && name !== undefined) {
        const rule = 'it must be left out beside snapshot_id: choose the snapshot by one of them';
        faults.push({ input: 'snapshot_name', got: name, rule });
    }
    if ((id ?? name) !== undefined && given.wait?.toLowerCase() === 'false') {
        const rule = 'it must be true with snapshot_id or snapshot_name: the clone that is exported is deleted at the end of the step';
        faults.push({ input: 'wait', got: given.wait, rule });
    }
    if (filter !== undefined && (media_ids !== undefined || cluster_ids !== undefined)) {
        const rule = 'it must be left out beside media_ids and cluster_ids: select by filter or by ids';
        faults.push({ input: 'vql', got: filter, rule });
    }
    if (exclusions !== undefined && cluster_ids === undefined) {
        const rule = 'it must be left out without cluster_ids, from which it takes media away';
        faults.push({ input: 'exclude_media_ids', got: exclusions, rule });
    }
    return faults;
}
function idle(given) {
    const attached = given.export_id !== undefined;
    const waits = given.wait?.toLowerCase() !== 'false';
    const uploads = given.upload_artifact?.toLowerCase() !== 'false';
    return [
        ...(attached ? [{ inputs: STARTING, because: 'the export of export_id was started elsewhere' }] : []),
        ...(waits ? [] : [{ inputs: LANDING, because: 'with wait: false nothing is downloaded' }]),
        ...(waits && !uploads ? [{ inputs: UPLOADING, because: 'upload_artifact is false' }] : []),
    ];
}
/** The snapshot that is exported, where one is chosen and no export is attached to. */
function chosen(values) {
    const { snapshot_id: id, snapshot_name: name, export_id: exportId } = values;
    return exportId === undefined && (id ?? name) !== undefined ? snapshotChoice(values) : undefined;
}
/** Attached, filtered or selected where one is asked for, else the whole dataset; {@link rules} keep them apart. */
function selection(values) {
    const { export_id: exportId, vql: filter, media_ids: mediaIds, cluster_ids: clusterIds } = values;
    if (exportId !== undefined)
        return { kind: 'attached', exportId };
    if (filter !== undefined)
        return { kind: 'vql', vql: filter };
    if (mediaIds.length === 0 && clusterIds.length === 0)
        return { kind: 'whole' };
    return { kind: 'selected', mediaIds, clusterIds, excludeMediaIds: values.exclude_media_ids };
}
const exportDataset = operationInputs({
    operation: 'export',
    fields: ({ workspace }) => ({
        ...export_fields,
        output_dir: parsed('it must be a folder', (text) => outputDir(text, workspace)),
    }),
    rules,
    idle,
    request: (values, shared) => ({
        operation: 'export',
        ...shared,
        ...waiting(values),
        datasetId: values.dataset_id,
        snapshot: chosen(values),
        selection: selection(values),
        entityType: values.entity_type,
        exportFormat: values.export_format,
        includeImages: values.include_images,
        allowEmpty: values.allow_empty,
        onConflict: values.on_conflict,
        outputDir: values.output_dir,
        extract: values.extract,
        uploadArtifact: values.upload_artifact,
        artifactName: values.artifact_name,
        retentionDays: values.retention_days,
        compressionLevel: values.compression_level,
        overwriteArtifact: values.overwrite_artifact,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/list-snapshots.js


const list_snapshots_fields = { dataset_id: uuid(), poll_interval: pollInterval() };
const listSnapshots = operationInputs({
    operation: 'list-snapshots',
    fields: () => list_snapshots_fields,
    request: (values, shared) => ({
        operation: 'list-snapshots',
        ...shared,
        datasetId: values.dataset_id,
        pollIntervalMs: values.poll_interval,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/prune-snapshots.js


const prune_snapshots_fields = {
    dataset_id: uuid(),
    keep_last: wholeNumber(0, 1000).optional(),
    keep_days: wholeNumber(0, 36_500).optional(),
    name_prefix: displayName().optional(),
    dry_run: flag(),
    poll_interval: pollInterval(),
};
/** A rule that keeps nothing is no retention: more likely, an expression in the workflow came out empty or as 0. */
function prune_snapshots_rules({ keep_last: last, keep_days: days }) {
    if (last === undefined && days === undefined) {
        const rule = 'operation "prune-snapshots" needs keep_last (how many of the newest to keep), keep_days (for how many days), or both; without a rule nothing is deleted';
        return [{ input: 'keep_last', got: undefined, rule }];
    }
    const keepsNothing = [last, days].every((text) => text === undefined || /^0+$/.test(text));
    if (!keepsNothing)
        return [];
    const rule = 'it must be at least 1 where nothing else keeps any: this rule would delete every snapshot that can be';
    return [last === undefined ? { input: 'keep_days', got: days, rule } : { input: 'keep_last', got: last, rule }];
}
const pruneSnapshots = operationInputs({
    operation: 'prune-snapshots',
    fields: () => prune_snapshots_fields,
    rules: prune_snapshots_rules,
    request: (values, shared) => ({
        operation: 'prune-snapshots',
        ...shared,
        datasetId: values.dataset_id,
        keepLast: values.keep_last,
        keepDays: values.keep_days,
        namePrefix: values.name_prefix ?? '',
        dryRun: values.dry_run,
        pollIntervalMs: values.poll_interval,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/restore.js



const restore_fields = {
    dataset_id: uuid(),
    ...snapshotChoiceFields,
    safety_snapshot: flag(),
    on_conflict: onConflict,
    ...waitingFields,
};
const restore = operationInputs({
    operation: 'restore',
    fields: () => restore_fields,
    rules: (given) => snapshotChoiceFaults('restore', given),
    request: (values, shared) => ({
        operation: 'restore',
        ...shared,
        ...waiting(values),
        datasetId: values.dataset_id,
        snapshot: snapshotChoice(values),
        safetySnapshot: values.safety_snapshot,
        onConflict: values.on_conflict,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/snapshot.js


const snapshot_fields = {
    dataset_id: uuid(),
    snapshot_name: displayName().optional(),
    description: description().optional(),
    if_exists: ifExists,
    rollback_on_failure: flag(),
    on_conflict: onConflict,
    ...waitingFields,
};
const snapshot = operationInputs({
    operation: 'snapshot',
    fields: () => snapshot_fields,
    idle: (given) => given.snapshot_name === undefined
        ? [{ inputs: ['if_exists'], because: 'without snapshot_name there is no name to look for' }]
        : [],
    request: (values, shared) => ({
        operation: 'snapshot',
        ...shared,
        ...waiting(values),
        datasetId: values.dataset_id,
        snapshotName: values.snapshot_name,
        description: values.description,
        ifExists: values.if_exists,
        rollbackOnFailure: values.rollback_on_failure,
        onConflict: values.on_conflict,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/update-snapshot.js


const update_snapshot_fields = {
    dataset_id: uuid(),
    snapshot_id: snapshotId(),
    snapshot_name: displayName().optional(),
    description: description().optional(),
    poll_interval: pollInterval(),
};
function update_snapshot_rules({ snapshot_name: name, description: text }) {
    if (name !== undefined || text !== undefined)
        return [];
    const rule = 'operation "update-snapshot" needs snapshot_name (the name to give), description, or both';
    return [{ input: 'snapshot_name', got: undefined, rule }];
}
const updateSnapshot = operationInputs({
    operation: 'update-snapshot',
    fields: () => update_snapshot_fields,
    rules: update_snapshot_rules,
    request: (values, shared) => ({
        operation: 'update-snapshot',
        ...shared,
        datasetId: values.dataset_id,
        snapshotId: values.snapshot_id,
        snapshotName: values.snapshot_name,
        description: values.description,
        pollIntervalMs: values.poll_interval,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations/wait.js


const wait_fields = { dataset_id: uuid(), poll_interval: pollInterval() };
const wait = operationInputs({
    operation: 'wait',
    fields: () => wait_fields,
    request: (values, shared) => ({
        operation: 'wait',
        ...shared,
        datasetId: values.dataset_id,
        pollIntervalMs: values.poll_interval,
    }),
});

;// CONCATENATED MODULE: ./build/inputs/operations-table.js













/** The operations on offer. A new one is a file beside these and an entry here. */
const OPERATIONS = {
    'create-from-s3': createFromS3,
    'create-from-files': createFromFiles,
    'add-media': addMedia,
    snapshot: snapshot,
    restore: restore,
    clone: clone,
    export: exportDataset,
    'list-snapshots': listSnapshots,
    'update-snapshot': updateSnapshot,
    'delete-snapshot': deleteSnapshot,
    'prune-snapshots': pruneSnapshots,
    wait: wait,
    'delete-dataset': deleteDataset,
};

;// CONCATENATED MODULE: ./build/inputs/request.js





/**
 * The request that the inputs make, and a warning for each input that is set without effect.
 *
 * @throws ActionError `invalid_input` that names everything wrong with the inputs.
 */
function readRequest(env, places) {
    const given = givenInputs(env);
    const shared = readShared(given);
    const operation = operationOf(given);
    if (typeof operation === 'object')
        throw invalidInput([operation, ...shared.faults]);
    const own = OPERATIONS[operation].read(given, places);
    if (own.request === undefined || shared.values === undefined || own.faults.length > 0) {
        throw invalidInput([...own.faults, ...shared.faults]);
    }
    return { request: own.request(shared.values), warnings: own.warnings };
}
/**
 * What must be masked in the log before anything else is done, whether the inputs are right or not: the secrets as they
 * came and, where these have white space at the ends, as they are used.
 */
function secretsOf(env) {
    const raw = [env['INPUT_API_SECRET'], env['INPUT_TOKEN'], env['INPUT_GITHUB_TOKEN']];
    const secrets = raw.flatMap((secret) => (secret === undefined ? [] : [secret, secret.trim()]));
    return [...new Set(secrets)].filter((secret) => secret.trim() !== '');
}
/** The operation asked for, or why there is none. */
function operationOf({ operation: got }) {
    if (got !== undefined && isOffered(got))
        return got;
    const names = Object.keys(OPERATIONS);
    const rule = `it must be one of ${names.join(', ')}`;
    if (got === undefined)
        return { input: 'operation', got, rule };
    const meant = nearest(got, names);
    return { input: 'operation', got, rule: meant ? `${rule}. Did you mean "${meant}"?` : rule };
}
function isOffered(name) {
    return Object.hasOwn(OPERATIONS, name);
}


/***/ }),

/***/ 59479:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7094);
/* harmony import */ var _post_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(16756);
/* harmony import */ var _run_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(40863);
/* harmony import */ var _runner_state_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(63866);




/** How long handles that nothing can close (an artifact upload under way, say) may keep a finished process alive, in ms. */
const LINGER_MS = 1_000;
const options = { env: process.env, clock: _clock_js__WEBPACK_IMPORTED_MODULE_0__/* .systemClock */ .m, process };
const state = (0,_runner_state_js__WEBPACK_IMPORTED_MODULE_3__/* .readState */ .u)(process.env);
await (state.phase === 'post' ? (0,_post_js__WEBPACK_IMPORTED_MODULE_1__/* .post */ .b)(state, options) : (0,_run_js__WEBPACK_IMPORTED_MODULE_2__/* .run */ .e)(options));
// Node ends by itself once nothing is open: process.exit so soon after network use can crash it on Windows.
setTimeout(() => process.exit(), LINGER_MS).unref();

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 70819:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   cI: () => (/* binding */ seen),
/* harmony export */   up: () => (/* binding */ abortUnnamedCreation),
/* harmony export */   y: () => (/* binding */ abortCreation)
/* harmony export */ });
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(57911);
/* harmony import */ var _visual_layer_tasks_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(38395);
/* harmony import */ var _waiting_once_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(41563);
/* harmony import */ var _waiting_until_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(49404);




const TYPE = 'DATASET_CREATION';
/**
 * Aborts the creation of a dataset on the server; answers in a sentence what came of it. Only dataset creations can be aborted;
 * docs.visual-layer.com, task manager API. The task may not be listed yet: it is looked for as long as `waiting` lasts.
 *
 * Throws where the task did not show or the API could not be reached.
 */
async function abortCreation(api, waiting, datasetId) {
    const read = async () => (await api.tasks.list({ datasetId, type: TYPE }, 0))[0];
    const task = await seen(waiting, `the creation task of dataset ${datasetId}`, async () => {
        const found = await read();
        return found ? { state: 'done', value: found } : { state: 'pending', line: 'the creation task is not listed yet' };
    });
    if ((0,_visual_layer_tasks_js__WEBPACK_IMPORTED_MODULE_1__/* .hasEnded */ .h)(task))
        return alreadyEnded(datasetId, task);
    const change = new _waiting_once_js__WEBPACK_IMPORTED_MODULE_2__/* .OnceOnly */ .g({
        what: `abort task ${task.id}`,
        async send() {
            await api.tasks.abort(task.id);
            return { ...task, state: 'ABORTED' };
        },
        async look() {
            const now = await read();
            return now && (0,_visual_layer_tasks_js__WEBPACK_IMPORTED_MODULE_1__/* .hasEnded */ .h)(now) ? { found: now } : 'absent';
        },
    }, waiting, waiting.onLook);
    try {
        const ended = await change.run();
        if (ended.state !== 'ABORTED')
            return alreadyEnded(datasetId, ended);
        return `The creation of dataset ${datasetId} was aborted in Visual Layer. The dataset itself may still be listed there; delete it if it is not wanted.`;
    }
    catch (error) {
        if (!(error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .RequestFailure */ .e6) || error.outcome.status !== 409)
            throw error;
        return `The creation of dataset ${datasetId} could no longer be aborted: it was being committed or had ended (${error.apiWords ?? 'HTTP 409'}).`;
    }
}
/**
 * Aborts a creation whose reply was never seen, so that its id is not known: that of the one dataset of this name that is not
 * among `earlier`. Where several are, none is touched.
 */
async function abortUnnamedCreation(api, waiting, name, earlier) {
    const [only, ...others] = await seen(waiting, `a creation of dataset "${name}"`, async () => {
        const ids = await creationsNamed(api, name, 0);
        const added = [...ids].filter((id) => !earlier.has(id));
        return added.length > 0 ? { state: 'done', value: added } : { state: 'pending', line: 'no creation is listed yet' };
    });
    if (only === undefined || others.length > 0) {
        return `Several new datasets are named "${name}" (${[only, ...others].join(', ')}); none was aborted, since it cannot be told which is this step's.`;
    }
    return abortCreation(api, waiting, only);
}
/** Ids of the datasets that are called `name` or are being created under it. Names are not unique. */
async function creationsNamed(api, name, retries) {
    const datasets = await api.datasets.list(retries);
    const tasks = await api.tasks.list({ type: TYPE }, retries);
    return new Set([
        ...datasets.filter((dataset) => dataset.name === name).map((dataset) => dataset.id),
        ...tasks.filter((task) => task.datasetName === name && task.datasetId !== '').map((task) => task.datasetId),
    ]);
}
function alreadyEnded(datasetId, task) {
    return `The creation of dataset ${datasetId} had already ended (${task.statusWord}); nothing was left to abort.`;
}
/** What the lists come to show, in the time there is. */
async function seen(waiting, what, probe) {
    const ended = await (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_3__/* .until */ .T)(probe, waiting);
    switch (ended.end) {
        case 'done':
            return ended.value;
        case 'failed':
            throw ended.error;
        case 'out_of_time':
            throw ended.lastFault ?? new Error(`${what} did not show in the lists of Visual Layer`);
    }
}


/***/ }),

/***/ 12690:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ deleteDraft),
/* harmony export */   f: () => (/* binding */ deleteUnnamedDraft)
/* harmony export */ });
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(57911);
/* harmony import */ var _abort_creation_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(70819);
/* harmony import */ var _remove_dataset_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(17126);



/**
 * Undoes a creation from files that was cancelled; answers in a sentence what came of it. A draft is deleted, since no data is
 * lost with it: the files are still where they came from. Where processing has begun, that is aborted instead.
 *
 * Throws where the API could not be reached, or where the creation could not be found.
 */
async function deleteDraft(api, waiting, datasetId) {
    const missing = (error) => error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .RequestFailure */ .e6 && error.outcome.status === 404;
    const draft = await api.datasets.get(datasetId).catch((error) => {
        if (missing(error))
            return undefined;
        throw error;
    });
    if (!draft)
        return `The draft dataset ${datasetId} is not there any more; nothing was left to delete.`;
    if (draft.status !== 'DRAFT')
        return (0,_abort_creation_js__WEBPACK_IMPORTED_MODULE_1__/* .abortCreation */ .y)(api, waiting, datasetId);
    const { change } = await (0,_remove_dataset_js__WEBPACK_IMPORTED_MODULE_2__/* .datasetRemoval */ .t)(api, waiting, datasetId);
    try {
        await change.run();
        return `The draft dataset ${datasetId}, whose upload was cancelled, was deleted in Visual Layer.`;
    }
    catch (error) {
        if (!(error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .RequestFailure */ .e6) || error.outcome.transient)
            throw error;
        return `The draft dataset ${datasetId}, whose upload was cancelled, is left behind: Visual Layer does not let it be deleted (${error.apiWords ?? error.message}). Delete it there.`;
    }
}
/**
 * Undoes a creation whose reply was never seen, so that its id is not known: that of the one dataset of this name that is not
 * among `earlier`. Where several are, none is touched.
 */
async function deleteUnnamedDraft(api, waiting, name, earlier) {
    const [only, ...others] = await (0,_abort_creation_js__WEBPACK_IMPORTED_MODULE_1__/* .seen */ .cI)(waiting, `a draft dataset "${name}"`, async () => {
        const added = (await api.datasets.list(0)).filter((dataset) => dataset.name === name && !earlier.has(dataset.id));
        return added.length > 0
            ? { state: 'done', value: added.map(({ id }) => id) }
            : { state: 'pending', line: 'no draft is listed yet' };
    });
    if (only === undefined || others.length > 0) {
        return `Several new datasets are named "${name}" (${[only, ...others].join(', ')}); none was deleted, since it cannot be told which is this step's.`;
    }
    return deleteDraft(api, waiting, only);
}


/***/ }),

/***/ 41230:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  y: () => (/* binding */ perform)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(19473);
// EXTERNAL MODULE: ./build/visual-layer/failure.js
var failure = __nccwpck_require__(57911);
// EXTERNAL MODULE: ./build/visual-layer/retry.js
var retry = __nccwpck_require__(86055);
;// CONCATENATED MODULE: ./build/transfer/upload.js


/** "About 50 files" a request; docs.visual-layer.com, "Create a dataset from local files". */
const MOST_FILES = 50;
/** Proxies commonly refuse bodies over 100 MB; a request that breaks also costs less when it is small. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Requests under way at once, as many as a browser sends to one host. Each keeps its connection for the next batch. */
const AT_ONCE = 6;
/** The files in their order, cut where the next one would exceed a cap. A file larger than the cap goes alone. */
function batchesOf(files, mostFiles = MOST_FILES, mostBytes = MOST_BYTES) {
    const batches = [];
    let bytes = 0;
    for (const file of files) {
        const last = batches.at(-1);
        if (last && last.length < mostFiles && bytes + file.sizeBytes <= mostBytes) {
            last.push(file);
            bytes += file.sizeBytes;
        }
        else {
            batches.push([file]);
            bytes = file.sizeBytes;
        }
    }
    return batches;
}
function totalBytes(files) {
    return files.reduce((sum, file) => sum + file.sizeBytes, 0);
}
/**
 * Sends every file, in batches, several at a time. A batch that is refused as too large is halved, and those that follow are
 * kept below what was refused. One that cannot have arrived whole is sent again; one whose reply was lost, once, with a warning,
 * since uploaded files cannot be listed. Throws the first failure, after all other batches were stopped.
 */
async function uploadFiles(options) {
    const queue = batchesOf(options.files);
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const underWay = new Map();
    let doneFiles = 0;
    let doneBytes = 0;
    let tooLarge = Infinity;
    const tell = () => {
        let bytes = doneBytes;
        for (const sent of underWay.values())
            bytes += sent;
        options.onProgress(doneFiles, bytes);
    };
    const work = async () => {
        for (let batch = queue.shift(); batch; batch = queue.shift()) {
            const current = batch;
            const size = totalBytes(current);
            if (size >= tooLarge && current.length > 1) {
                queue.unshift(...halves(current));
                continue;
            }
            const onBytes = (sent) => {
                // What goes out is more than the files: the form around them is not counted.
                underWay.set(current, Math.min(sent, size));
                tell();
            };
            try {
                await sendBatch(options, current, { signal, onBytes });
            }
            catch (error) {
                if (!(error instanceof failure/* RequestFailure */.e6) || error.outcome.status !== 413)
                    throw error;
                if (current.length === 1)
                    throw tooLargeAlone(error, current);
                tooLarge = Math.min(tooLarge, size);
                queue.unshift(...halves(current));
                options.say(`A batch of ${current.length} files was refused as too large (HTTP 413). It is sent in halves.`);
                continue;
            }
            finally {
                underWay.delete(current);
            }
            doneFiles += current.length;
            doneBytes += size;
            tell();
        }
    };
    const workers = Array.from({ length: AT_ONCE }, () => work().catch((error) => {
        // The first failure is the reason; what the others throw after it is that reason again.
        stop.abort(error);
    }));
    await Promise.all(workers);
    options.signal.throwIfAborted();
    stop.signal.throwIfAborted();
}
async function sendBatch(options, batch, sending) {
    const { clock, deadline, maxRetries, say, warn } = options;
    let lost = false;
    for (let failures = 0;; failures += 1) {
        try {
            return await options.send(batch, sending);
        }
        catch (error) {
            if (!(0,failure/* isTransient */.dg)(error) || failures >= maxRetries)
                throw error;
            const { effect, retryAfterMs } = error.outcome;
            if (effect === 'unknown' && lost)
                throw error;
            const pause = retryAfterMs ?? (0,retry/* fullJitter */.G)(failures);
            if (pause >= deadline.remainingMs())
                throw error;
            if (effect === 'unknown') {
                lost = true;
                warn(`The reply to the upload of ${named(batch)} was lost (${error.message}). They are sent once more: uploaded files cannot be listed, so if the first request had arrived, they may be in the dataset twice.`);
            }
            else {
                say(`${error.message} Sending ${named(batch)} again (${failures + 1} of ${maxRetries}).`);
            }
            await clock.sleep(pause, sending.signal);
        }
    }
}
function halves(batch) {
    const middle = Math.ceil(batch.length / 2);
    return [batch.slice(0, middle), batch.slice(middle)];
}
/** For people: `50 files (a.jpg to b.jpg)`. */
function named(batch) {
    const [first, last] = [batch.at(0)?.fileName, batch.at(-1)?.fileName];
    return batch.length === 1 ? `1 file (${first})` : `${batch.length} files (${first} to ${last})`;
}
function tooLargeAlone(error, batch) {
    const [file] = batch;
    return new failure/* RequestFailure */.e6(error.code, `Visual Layer refused ${file?.path} as too large (HTTP 413): ${totalBytes(batch).toLocaleString('en-US')} bytes in one file.`, {
        apiWords: error.apiWords,
        todo: 'Leave the file out of "files" (a line with ! before its name), make it smaller, or put the media into a bucket and use create-from-s3.',
    }, error.outcome);
}

// EXTERNAL MODULE: ./build/visual-layer/tasks.js
var visual_layer_tasks = __nccwpck_require__(38395);
// EXTERNAL MODULE: ./build/waiting/once.js
var once = __nccwpck_require__(41563);
// EXTERNAL MODULE: ./build/waiting/pace.js
var pace = __nccwpck_require__(19901);
// EXTERNAL MODULE: ./build/waiting/until.js
var until = __nccwpck_require__(49404);
;// CONCATENATED MODULE: ./build/waiting/verdicts/dataset.js

/** How a dataset stands, for a person: `INDEXING (40 %)`. */
function datasetLine(dataset) {
    const known = dataset.status === 'READY' || dataset.progress === undefined ? '' : ` (${Math.round(dataset.progress)} %)`;
    return `dataset ${dataset.statusWord}${known}`;
}
/** How a task stands, for a person; a task that waits for its turn is told from one that runs. */
function taskLine(task) {
    const progress = task.progress === undefined || task.state !== 'RUNNING' ? '' : ` (${Math.round(task.progress)} %)`;
    return task.state === 'QUEUED'
        ? `task ${task.statusWord}: queued behind other work`
        : `task ${task.statusWord}${progress}`;
}
function pending(dataset, task) {
    return {
        state: 'pending',
        line: [datasetLine(dataset), ...(task ? [taskLine(task)] : [])].join(', '),
        phase: `${dataset.status} ${task?.statusWord ?? ''}`,
    };
}
/** The failure of a dataset in status ERROR, with the reason that Visual Layer gives. */
function datasetError(dataset, doing) {
    return new errors/* ActionError */.lZ('operation_failed', `Dataset ${dataset.id} ended in status ${dataset.statusWord} ${doing}.`, {
        apiWords: dataset.fatalError,
        todo: dataset.fatalError
            ? 'Mend what Visual Layer names, then run the step again.'
            : 'Visual Layer gave no reason. Open the dataset there, or ask its support with the dataset id.',
    });
}
/** The failure of a task that ended FAILED or ABORTED. */
function taskError(task, doing) {
    const aborted = task.state === 'ABORTED';
    return new errors/* ActionError */.lZ('operation_failed', `The task ${doing} ended as ${task.statusWord} (task ${task.id}).`, {
        apiWords: task.words,
        todo: aborted
            ? 'Somebody aborted it in Visual Layer. Run the step again if that was not meant.'
            : 'Look at the task in the Task Manager of Visual Layer, then run the step again.',
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
        return { state: 'failed', error: datasetError(dataset, 'while it was being created') };
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: taskError(task, 'that creates the dataset') };
    }
    return pending(dataset, task);
}
/**
 * Any dataset that is waited for until it is READY. A READY beside a task that has not ended may be the old one: it counts once
 * it has stood for `patienceMs`, since a task may also have been left hanging long ago.
 */
function readyVerdict(dataset, unended, readyForMs, patienceMs) {
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: datasetError(dataset, 'instead of READY') };
    if (dataset.status === 'READY' && (!unended || readyForMs >= patienceMs))
        return { state: 'done', value: dataset };
    return pending(dataset, unended);
}
/** A clone whose dataset is known. Its READY counts once its task is over, or, where none is listed, once it is proven. */
function cloneVerdict({ datasetId, dataset, task, proven }) {
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: taskError(task, `that clones into dataset ${datasetId}`) };
    }
    if (!dataset)
        return { state: 'pending', line: 'the new dataset cannot be read yet' };
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: datasetError(dataset, 'while it was being cloned') };
    const over = task ? task.state === 'COMPLETED' : proven;
    if (dataset.status === 'READY' && over)
        return { state: 'done', value: dataset };
    if (dataset.status !== 'READY' || task)
        return pending(dataset, task);
    return { state: 'pending', line: 'dataset READY, its clone task is not listed yet' };
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/media.js


/**
 * An addition is over when its own task COMPLETED and the dataset is READY, or PARTIAL INDEX; with an automatic reindex PARTIAL
 * INDEX counts only once it has stood for a while, and is then no success yet. A task that never shows is done without, once the
 * list had time and the dataset was seen to change. docs.visual-layer.com, "Add media to an existing dataset".
 */
function mediaVerdict(seen) {
    const { dataset, task, reindexing } = seen;
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: taskError(task, `that adds media to dataset ${dataset.id}`) };
    }
    const over = isOver(seen);
    if (dataset.status === 'ERROR' && (over || !task)) {
        return { state: 'failed', error: datasetError(dataset, 'while media were being added') };
    }
    if (over && !reindexing) {
        if (dataset.status === 'READY')
            return { state: 'done', value: dataset };
        const stands = !seen.autoReindex || seen.partialMs >= seen.settlingMs;
        if (dataset.status === 'PARTIAL_INDEX' && stands)
            return { state: 'done', value: dataset };
    }
    return media_pending(dataset, reindexing ?? task);
}
function isOver({ task, seenChange, sinceMs, patienceMs }) {
    return task ? task.state === 'COMPLETED' : seenChange && sinceMs >= patienceMs;
}
/** A reindex. Its READY cannot be old, since the dataset was PARTIAL INDEX. `task` is one that came since the request. */
function reindexVerdict(dataset, task) {
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: taskError(task, `that indexes dataset ${dataset.id} anew`) };
    }
    if (dataset.status === 'ERROR') {
        return { state: 'failed', error: datasetError(dataset, 'while it was being indexed anew') };
    }
    if (dataset.status === 'READY' && (!task || (0,visual_layer_tasks/* hasEnded */.h)(task)))
        return { state: 'done', value: dataset };
    return media_pending(dataset, task);
}
function media_pending(dataset, task) {
    const words = task ? taskLine(task) : 'task not listed yet';
    return {
        state: 'pending',
        line: `${datasetLine(dataset)}, ${words}`,
        phase: `${dataset.status} ${task?.type} ${task?.statusWord}`,
    };
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/clone.js
/** What Visual Layer calls a clone, as documented. */
function cloneName(sourceName) {
    return `${sourceName} (cloned)`;
}
/**
 * The datasets that may be the clone: new since the background, called like a clone of the source, and not known to come from
 * another dataset. Two signs are read, since either list may lag: the clone tasks, whose dataset is documented as the new one
 * (a server that names the source there instead tells nothing of the new one's id), and the datasets.
 */
function cloneCandidates(background, tasks, datasets) {
    const { source } = background;
    const found = new Map();
    const known = new Map(datasets.map((dataset) => [dataset.id, dataset]));
    const isOther = (id) => {
        const dataset = known.get(id);
        return dataset?.sourceDatasetId !== undefined && dataset.sourceDatasetId.toLowerCase() !== source.id;
    };
    const expected = cloneName(source.name).trim();
    const isNew = (id) => id !== '' && id !== source.id && !background.datasetIds.has(id);
    for (const task of tasks) {
        if (background.taskIds.has(task.id) || !isNew(task.datasetId) || isOther(task.datasetId))
            continue;
        if (task.datasetName !== '' && task.datasetName !== source.name && task.datasetName.trim() !== expected)
            continue;
        found.set(task.datasetId, { datasetId: task.datasetId, task, dataset: known.get(task.datasetId) });
    }
    for (const dataset of datasets) {
        if (!isNew(dataset.id) || isOther(dataset.id) || found.has(dataset.id))
            continue;
        if (dataset.name.trim() === expected)
            found.set(dataset.id, { datasetId: dataset.id, task: undefined, dataset });
    }
    return [...found.values()];
}
/**
 * The task of a clone that failed before any dataset showed: every clone task that is new and of this source, or of none that is
 * known, has failed. While one of them still runs it may be ours.
 */
function failedClone(background, tasks) {
    const { source } = background;
    const ours = tasks.filter((task) => !background.taskIds.has(task.id) &&
        (task.datasetId === source.id || task.datasetName.trim() === cloneName(source.name).trim()));
    return ours.every((task) => task.state === 'FAILED' || task.state === 'ABORTED') ? ours[0] : undefined;
}

;// CONCATENATED MODULE: ./build/operations/visible-tasks.js

/** Steps for which the task list was found unreadable for good. */
const without = new WeakSet();
/**
 * The tasks that this account may see. A task list that is refused, or that an older self-hosted server does not have (it answers
 * with its web page), is no reason to give up: the status of the dataset and of its snapshots tell as well, only less surely.
 *
 * @param retries 0 in a wait, where the next look is the retry
 */
async function visibleTasks(step, filter, retries) {
    if (without.has(step))
        return [];
    try {
        return await step.api.tasks.list(filter, retries);
    }
    catch (error) {
        if (!(error instanceof failure/* RequestFailure */.e6) || !isFinal(error, retries))
            throw error;
        without.add(step);
        const todo = 'The step goes by the status of the dataset and of its snapshots alone.';
        step.reporter.warning(`The task list of Visual Layer cannot be read: ${error.message}`, { todo });
        return [];
    }
}
/** A refusal, or a web page that stayed one however often it was asked. */
function isFinal(error, retries) {
    if (error.code === 'unauthorized')
        return false;
    return !error.outcome.transient || (error.code === 'unexpected_reply' && retries !== 0);
}

// EXTERNAL MODULE: ./node_modules/pretty-ms/index.js
var pretty_ms = __nccwpck_require__(64506);
;// CONCATENATED MODULE: ./build/operations/waits.js




/** A duration for people: `1h 4m 10s`. @param ms milliseconds */
function duration(ms) {
    return (0,pretty_ms/* default */.A)(ms, ms < 10_000 ? { secondsDecimalDigits: 1 } : { secondsDecimalDigits: 0 });
}
/**
 * Waits until `probe` is done; a failed look or the end of the time is thrown. The message of a `timed_out` names what was
 * waited for, the last state seen, how long, and how to carry on.
 */
async function waitFor(step, phase, probe) {
    const ended = await step.reporter.group(`Waiting for ${phase.awaited}`, () => (0,until/* until */.T)(probe, step.waiting));
    switch (ended.end) {
        case 'done':
            return ended.value;
        case 'failed':
            throw ended.error;
        case 'out_of_time': {
            const last = ended.lastLine === undefined ? 'nothing was seen of it' : `last seen: ${ended.lastLine}`;
            const fault = ended.lastFault ? ` The last look failed: ${ended.lastFault.message}` : '';
            throw new errors/* ActionError */.lZ('timed_out', `Timed out after ${duration(step.deadline.elapsedMs())} (timeout: ${duration(step.deadline.totalMs)}), ${duration(ended.waitedMs)} of them waiting for ${phase.awaited}; ${last}.${fault}`, { apiWords: ended.lastFault?.apiWords, todo: `${phase.carryOn} Or raise timeout.`, cause: ended.lastFault });
        }
    }
}
/** Makes a read that answers `undefined` for what is not there yet, for at most `graceMs` from now. */
function lenient(step, graceMs, read) {
    const startedAt = step.clock.now();
    return async () => {
        try {
            return await read();
        }
        catch (error) {
            const missing = error instanceof failure/* RequestFailure */.e6 && error.outcome.status === 404;
            if (missing && step.clock.now() - startedAt < graceMs)
                return undefined;
            throw error;
        }
    };
}
/** Remembers whether something was ever seen in a wait. */
class Seen {
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
    const end = new AbortController();
    const done = new AbortController();
    const onCancel = () => end.abort(step.signal.reason);
    step.signal.throwIfAborted();
    step.signal.addEventListener('abort', onCancel, { once: true });
    const expire = () => {
        const message = `Timed out after ${duration(deadline.elapsedMs())} (timeout: ${duration(deadline.totalMs)}) during ${phase.awaited}.`;
        end.abort(new errors/* ActionError */.lZ('timed_out', message, { todo: `${phase.carryOn} Or raise timeout.` }));
    };
    const watch = clock.sleep(deadline.remainingMs(), done.signal).then(expire, () => undefined);
    try {
        return await body(end.signal);
    }
    finally {
        step.signal.removeEventListener('abort', onCancel);
        done.abort();
        await watch;
    }
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
    const own = await visibleTasks(step, { datasetId }, retries);
    const running = own.find((task) => !(0,visual_layer_tasks/* hasEnded */.h)(task));
    if (running)
        return { kind: 'work', line: taskName(running) };
    const byStatus = statusBlocks(dataset);
    if (byStatus.kind !== 'none')
        return byStatus;
    const clones = await visibleTasks(step, { type: 'SNAPSHOT_CLONE' }, retries);
    const clone = clones.find((task) => !(0,visual_layer_tasks/* hasEnded */.h)(task) && task.datasetName === cloneName(dataset.name));
    return clone ? { kind: 'work', line: taskName(clone) } : byStatus;
}
/** Waits until no work is visible on the dataset. */
async function waitForCalm(step, datasetId) {
    await waitFor(step, calm(datasetId), async () => {
        const now = await blocker(step, datasetId, 0);
        return now.kind === 'work'
            ? { state: 'pending', line: `waiting for ${now.line}`, phase: now.line.replace(/\(\d+ %\)/, '') }
            : { state: 'done', value: undefined };
    });
}
/**
 * Makes a request that Visual Layer refuses with 409 while something else runs on the dataset. With `wait`, waits for what runs
 * and tries again, within the deadline; a conflict that waiting cannot heal ends the step at once.
 */
async function throughConflicts(step, datasetId, onConflict, attempt) {
    let calmSince;
    for (;;) {
        try {
            return await attempt();
        }
        catch (error) {
            if (!(error instanceof failure/* RequestFailure */.e6) || error.outcome.status !== 409)
                throw error;
            if (onConflict === 'fail')
                throw sharpened(error, 'Set on_conflict: wait to wait for what runs there.');
            const now = await blocker(step, datasetId);
            if (now.kind === 'stuck') {
                throw sharpened(error, `The dataset stays as it is (${now.line}) until somebody changes it; waiting does not help. Mend it in Visual Layer first (PARTIAL INDEX: reindex; ERROR: restore a snapshot).`);
            }
            if (now.kind === 'work') {
                calmSince = undefined;
                step.reporter.info(`Visual Layer answers that the dataset is busy (${error.apiWords ?? error.message}). Waiting for ${now.line}.`);
                await waitForCalm(step, datasetId);
                continue;
            }
            // Nothing runs, as far as can be seen: the lists may lag a little, and the refusal may have been the last of its kind.
            calmSince ??= step.clock.now();
            const calmFor = step.clock.now() - calmSince;
            if (calmFor >= (0,pace/* patienceMs */.si)(step.deadline.remainingMs())) {
                throw sharpened(error, `Nothing was seen running on the dataset for ${duration(calmFor)}, so waiting on does not help.`);
            }
            step.reporter.progress('Visual Layer answers that the dataset is busy, but nothing is seen running there. Trying again.');
            const pause = typeof step.waiting.interval === 'number' ? step.waiting.interval : 5_000;
            await step.clock.sleep(Math.min(pause, step.deadline.remainingMs()), step.signal);
        }
    }
}
function sharpened(error, todo) {
    return new errors/* ActionError */.lZ('conflict', error.message, { apiWords: error.apiWords, todo, cause: error });
}
/**
 * Reads the dataset once its status names no work under way (at once with `fail`), so that what follows starts from a known
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
    return waitFor(step, calm(datasetId), async () => {
        const now = await step.api.datasets.get(datasetId, 0);
        const { kind } = statusBlocks(now);
        return kind === 'work'
            ? { state: 'pending', line: datasetLine(now), phase: now.statusWord }
            : { state: 'done', value: now };
    });
}
function calm(datasetId) {
    return {
        awaited: `other work on dataset ${datasetId} to end`,
        carryOn: 'Nothing was changed by this step. Run it again when that work is over.',
    };
}

;// CONCATENATED MODULE: ./node_modules/pretty-bytes/index.js
const BYTE_UNITS = [
	'B',
	'kB',
	'MB',
	'GB',
	'TB',
	'PB',
	'EB',
	'ZB',
	'YB',
];

const BIBYTE_UNITS = [
	'B',
	'KiB',
	'MiB',
	'GiB',
	'TiB',
	'PiB',
	'EiB',
	'ZiB',
	'YiB',
];

const BIT_UNITS = [
	'b',
	'kbit',
	'Mbit',
	'Gbit',
	'Tbit',
	'Pbit',
	'Ebit',
	'Zbit',
	'Ybit',
];

const BIBIT_UNITS = [
	'b',
	'kibit',
	'Mibit',
	'Gibit',
	'Tibit',
	'Pibit',
	'Eibit',
	'Zibit',
	'Yibit',
];

// Indexed by `bits` and then `binary`, so the four unit systems are picked in one step.
const UNIT_SETS = [BYTE_UNITS, BIBYTE_UNITS, BIT_UNITS, BIBIT_UNITS];

/*
`Number#toString` switches to exponential notation outside the range [1e-6, 1e21) and `Intl.NumberFormat` drops every fraction digit past the 100 it accepts.
Byte counts read as plain decimal numbers, so both losses are undone here. Expects a finite, non-negative number.
*/
const toDecimalString = number => {
	if (number >= 1e-6 && number < 1e21) {
		return String(number);
	}

	const [mantissa, exponentString] = number.toExponential().split('e');
	const digits = mantissa.replace('.', '');
	const pointPosition = Number(exponentString) + 1;
	const isPositive = pointPosition > 0;
	const padded = isPositive ? digits.padEnd(pointPosition, '0') : '0'.repeat(1 - pointPosition) + digits;
	const integerPart = padded.slice(0, isPositive ? pointPosition : 1);
	const fractionPart = padded.slice(isPositive ? pointPosition : 1).replace(/0+$/, '');

	return fractionPart ? `${integerPart}.${fractionPart}` : integerPart;
};

/*
Formats the given number using `Number#toLocaleString`.
- If locale is a string or array, the value is expected to be a BCP 47 language tag or list of language tags (for example: `de`).
- If locale is true, the system default locale is used for translation.
- If locale is false or unspecified, formatting options are applied without localization; without options, the number is written out as plain digits.
*/
const toLocaleString = (number, locale, options) => {
	if (typeof locale === 'string' || Array.isArray(locale) || locale === true) {
		const locales = locale === true ? undefined : locale;

		if (options !== undefined) {
			return number.toLocaleString(locales, options);
		}

		// `Intl.NumberFormat` limits itself to 3 *fraction* digits while the default here is 3 *significant* digits, so the limit comes from the value.
		const text = toDecimalString(number);
		const pointIndex = text.indexOf('.');
		const maximumFractionDigits = pointIndex === -1 ? 0 : text.length - pointIndex - 1;

		// `Intl.NumberFormat` accepts at most 100 fraction digits. Rounding to 3 significant digits only needs more than that for absurdly small values, which are written out as plain digits instead.
		if (maximumFractionDigits > 100) {
			return text;
		}

		return number.toLocaleString(locales, {maximumFractionDigits});
	}

	if (options === undefined) {
		return toDecimalString(number);
	}

	return number.toLocaleString('en-US', {...options, useGrouping: false});
};

const log10 = numberOrBigInt => {
	if (typeof numberOrBigInt === 'number') {
		return Math.log10(numberOrBigInt);
	}

	const string = numberOrBigInt.toString(10);

	// A `number` only holds about 15 significant digits, so the remaining digits cannot move the magnitude. The result can still land exactly on a unit boundary, which the caller corrects for.
	return string.length + Math.log10(`0.${string.slice(0, 15)}`);
};

const log = numberOrBigInt => {
	if (typeof numberOrBigInt === 'number') {
		return Math.log(numberOrBigInt);
	}

	return log10(numberOrBigInt) * Math.log(10);
};

/*
A `bigint` that a `number` can hold exactly is divided the same way, so the output never depends on which type it was given as.
`floor(a / b) + (a % b) / b` is a different double than `a / b`, which flips the rounding at ties like 1805 bytes.
*/
const divide = (numberOrBigInt, base, exponent) => {
	const divisor = base ** exponent;

	if (typeof numberOrBigInt === 'number' || numberOrBigInt <= Number.MAX_SAFE_INTEGER) {
		return Number(numberOrBigInt) / divisor;
	}

	// `divisor` is not exact for every unit, as `1000 ** 8` is not `1e24`, so the exact divisor is rebuilt from the base and the exponent.
	const bigintDivisor = BigInt(base) ** BigInt(exponent);
	const integerPart = numberOrBigInt / bigintDivisor;
	const remainder = numberOrBigInt % bigintDivisor;

	return Number(integerPart) + (Number(remainder) / divisor);
};

/*
The plain decimal digits of a scaled value that no `number` can hold. `Intl.NumberFormat` is not involved, so the output carries no grouping or localized separator, the same as the fallback for a value with more fraction digits than it accepts.
*/
const toUnrepresentableString = (number, base, exponent, localeOptions) => {
	const scale = BigInt(base) ** BigInt(exponent);
	const whole = number / scale;

	// The 3 significant digit default never bites here: it only ever rounds to at least as many digits as the value has integers, and this one has far more than 3.
	if (localeOptions === undefined) {
		return whole.toString();
	}

	// The fraction digit options take over from that default, so the integer part stays exact and the fraction is truncated.
	const minimumFractionDigits = localeOptions.minimumFractionDigits ?? 0;
	const maximumFractionDigits = Math.max(localeOptions.maximumFractionDigits ?? 3, minimumFractionDigits);
	const truncated = ((number % scale) * (10n ** BigInt(maximumFractionDigits)) / scale).toString().padStart(maximumFractionDigits, '0');
	const fraction = truncated.replace(/0+$/, '').padEnd(minimumFractionDigits, '0');

	return fraction ? `${whole}.${fraction}` : whole.toString();
};

/*
The sign to print in front of the number. A difference of exactly zero gets a space instead of a plus sign, for better alignment. `0 === 0n` is `false`, so both are compared.
*/
const signOf = (number, signed) => {
	if (number < 0) {
		return '-';
	}

	if (!signed) {
		return '';
	}

	return number === 0 || number === 0n ? ' ' : '+';
};

const assertFixedWidth = fixedWidth => {
	if (fixedWidth !== undefined && (typeof fixedWidth !== 'number' || !Number.isSafeInteger(fixedWidth) || fixedWidth < 0)) {
		throw new TypeError(`Expected fixedWidth to be a non-negative integer, got ${typeof fixedWidth}: ${fixedWidth}`);
	}
};

/*
`Intl.NumberFormat` silently truncates non-integers, so they are rejected here instead of quietly changing the output.
*/
const assertFractionDigits = (name, value) => {
	if (value !== undefined && (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 100)) {
		throw new TypeError(`Expected ${name} to be an integer between 0 and 100, got ${typeof value}: ${value}`);
	}
};

const buildLocaleOptions = options => {
	const {minimumFractionDigits, maximumFractionDigits} = options;

	if (minimumFractionDigits === undefined && maximumFractionDigits === undefined) {
		return undefined;
	}

	assertFractionDigits('minimumFractionDigits', minimumFractionDigits);
	assertFractionDigits('maximumFractionDigits', maximumFractionDigits);

	// Checked here rather than left to `Intl.NumberFormat`, which is skipped for a value past the number range.
	if (minimumFractionDigits > maximumFractionDigits) {
		throw new RangeError(`Expected minimumFractionDigits (${minimumFractionDigits}) to not be greater than maximumFractionDigits (${maximumFractionDigits})`);
	}

	return {
		...(minimumFractionDigits !== undefined && {minimumFractionDigits}),
		...(maximumFractionDigits !== undefined && {maximumFractionDigits}),
		roundingMode: 'trunc',
	};
};

function prettyBytes(number, options) {
	if (typeof number !== 'bigint' && !Number.isFinite(number)) {
		throw new TypeError(`Expected a finite number, got ${typeof number}: ${number}`);
	}

	options = {
		bits: false,
		binary: false,
		space: true,
		nonBreakingSpace: false,
		...options,
	};

	assertFixedWidth(options.fixedWidth);
	const localeOptions = buildLocaleOptions(options);

	// Indexed by `bits` then `binary`, so the four combinations line up in one table.
	const UNITS = UNIT_SETS[(options.bits ? 2 : 0) + (options.binary ? 1 : 0)];

	const separator = options.space ? (options.nonBreakingSpace ? '\u00A0' : ' ') : '';

	// Normalize `-0` to `0` so it never formats as `-0`.
	if (Object.is(number, -0)) {
		number = 0;
	}

	const prefix = signOf(number, options.signed);

	if (number < 0) {
		number = -number;
	}

	const base = options.binary ? 1024 : 1000;

	let exponent = 0;
	if (number >= 1) {
		exponent = Math.min(Math.floor(options.binary ? log(number) / Math.log(base) : log10(number) / 3), UNITS.length - 1);
	}

	// A `number` always scales down to something a `number` can hold, and a `bigint` stops being able to once the quotient passes `Number.MAX_VALUE`, where `divide` overflows to `Infinity` and the exact quotient is formatted instead.
	const scaled = divide(number, base, exponent);

	let numberString;
	if (Number.isFinite(scaled)) {
		number = scaled;

		// A value that sits just below a unit boundary, like `999999999999999` bytes, has a `log10` that rounds up to the boundary itself, so the exponent has to be corrected back.
		if (number < 1 && exponent > 0) {
			number *= base;
			exponent -= 1;
		}

		if (!localeOptions) {
			const minimumPrecision = Math.max(3, Math.floor(number).toString().length);
			number = Number(number.toPrecision(minimumPrecision));

			if (number >= base && exponent < UNITS.length - 1) {
				number /= base;
				exponent += 1;
			}
		}

		numberString = toLocaleString(number, options.locale, localeOptions);
	} else {
		// The scaled value is past what a `number` can hold, so the exact quotient is written out instead.
		numberString = toUnrepresentableString(number, base, exponent, localeOptions);
	}

	const result = prefix + numberString + separator + UNITS[exponent];
	return result.padStart(options.fixedWidth ?? 0);
}

;// CONCATENATED MODULE: ./build/operations/facts.js

/** Tells which dataset a step is about, in the outputs and the log, as soon as it is known. */
function aboutDataset(step, dataset) {
    const { reporter } = step;
    reporter.output('dataset_id', dataset.id);
    reporter.output('dataset_name', dataset.name);
    reporter.output('dataset_status', dataset.statusWord);
    reporter.state('dataset_id', dataset.id);
    reporter.info(`Dataset "${dataset.name}" (${dataset.id}) is ${dataset.statusWord}.`);
}
/** Reads the dataset that a step is about. Its id is known from the inputs, and told even where it cannot be read. */
async function readDataset(step, datasetId) {
    step.reporter.output('dataset_id', datasetId);
    const dataset = await step.api.datasets.get(datasetId);
    aboutDataset(step, dataset);
    return dataset;
}
/** Bytes for people. */
function size(bytes) {
    return prettyBytes(bytes, { binary: true });
}
/** Images and videos, as far as they are known: `1,234 images, 5 videos`. */
function items(images, videos) {
    const parts = [
        images === undefined || images < 0 ? undefined : `${images.toLocaleString('en-US')} images`,
        videos === undefined || videos <= 0 ? undefined : `${videos.toLocaleString('en-US')} videos`,
    ].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.join(', ');
}
/** Tells which snapshot a step is about, in the outputs, the state and the summary, where `label` says what it is to the step. */
function aboutSnapshot(step, snapshot, label) {
    const { reporter } = step;
    reporter.output('snapshot_id', snapshot.id);
    reporter.output('snapshot_name', snapshot.name);
    reporter.state('snapshot_id', snapshot.id);
    reporter.state('snapshot_name', snapshot.name);
    reporter.fact(label, snapshot.name);
    reporter.fact('Snapshot id', snapshot.id, { code: true });
    const text = items(snapshot.images, snapshot.videos);
    if (text !== undefined)
        reporter.fact('Items in the snapshot', text);
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(76760);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(51455);
;// CONCATENATED MODULE: ./build/runner/files.js



/**
 * All files below the workspace that patterns match, ordered by their path, byte by byte. Patterns are relative to the workspace
 * and use `/`; later ones win, `!` excludes. Hidden files match too. No link to a folder is followed, so the search never leaves
 * the workspace and never goes in a circle.
 */
async function findFiles(patterns, workspace) {
    try {
        const root = await (0,promises_.realpath)(workspace);
        const { create } = await Promise.all(/* import() */[__nccwpck_require__.e(752), __nccwpck_require__.e(21), __nccwpck_require__.e(324)]).then(__nccwpck_require__.bind(__nccwpck_require__, 43324));
        const rooted = patterns.map((pattern) => {
            const [, exclude = '', rest = ''] = /^(!*)(.*)$/s.exec(pattern) ?? [];
            return `${exclude}${literally(root)}${root.endsWith(external_node_path_.sep) ? '' : external_node_path_.sep}${rest}`;
        });
        const globber = await create(rooted.join('\n'), { followSymbolicLinks: false, matchDirectories: false });
        const matched = await globber.glob();
        const found = await Promise.all(matched.map((one) => look(one, root)));
        return found.sort((a, b) => Buffer.compare(Buffer.from(a.shown), Buffer.from(b.shown)));
    }
    catch (error) {
        throw new errors/* ActionError */.lZ('operation_failed', `The files could not be listed: ${(0,errors/* describe */.q0)(error)}.`, {
            todo: 'Check that the step may read the workspace, and that the checkout or the step that makes the files comes before.',
            cause: error,
        });
    }
}
/** One file by its path relative to the workspace; `undefined` where there is none. */
async function findFile(place, workspace) {
    try {
        const root = await (0,promises_.realpath)(workspace);
        return await look(external_node_path_.join(root, place), root);
    }
    catch {
        return undefined;
    }
}
/** A path as a pattern that matches just this path; as @actions/glob escapes the folder that it prefixes itself. */
function literally(folder) {
    return (external_node_path_.sep === '\\' ? folder : folder.replaceAll('\\', '\\\\'))
        .replace(/\[(?=[^/]+\])/g, '[[]')
        .replaceAll('?', '[?]')
        .replaceAll('*', '[*]');
}
async function look(file, root) {
    const shown = external_node_path_.relative(root, file).split(external_node_path_.sep).join('/');
    const own = await (0,promises_.lstat)(file);
    if (own.isFile())
        return { path: file, shown, sizeBytes: own.size, trouble: undefined };
    if (!own.isSymbolicLink())
        return { path: file, shown, sizeBytes: 0, trouble: 'not a regular file' };
    let target;
    try {
        target = await (0,promises_.realpath)(file);
    }
    catch {
        return { path: file, shown, sizeBytes: 0, trouble: 'broken link' };
    }
    const inside = external_node_path_.relative(root, target);
    if (inside === '..' || inside.startsWith(`..${external_node_path_.sep}`) || external_node_path_.isAbsolute(inside)) {
        return { path: file, shown, sizeBytes: 0, trouble: 'link out of the workspace' };
    }
    const behind = await (0,promises_.stat)(target);
    if (behind.isDirectory())
        return { path: target, shown, sizeBytes: 0, trouble: 'link to a folder' };
    const trouble = behind.isFile() ? undefined : 'not a regular file';
    // Read where it lies, so that a link which is changed meanwhile leads nowhere else.
    return { path: target, shown, sizeBytes: behind.size, trouble };
}

;// CONCATENATED MODULE: ./build/visual-layer/media-formats.js
/** The formats that Visual Layer takes, by file extension, with their media types; docs.visual-layer.com, FAQ. */
const MEDIA_TYPES = {
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    jfif: 'image/jpeg',
    gif: 'image/gif',
    tif: 'image/tiff',
    tiff: 'image/tiff',
    heic: 'image/heic',
    heif: 'image/heif',
    bmp: 'image/bmp',
    webp: 'image/webp',
    jp2: 'image/jp2',
    mp4: 'video/mp4',
    m4v: 'video/x-m4v',
    mov: 'video/quicktime',
    mkv: 'video/x-matroska',
    wmv: 'video/x-ms-wmv',
    flv: 'video/x-flv',
    webm: 'video/webm',
    avi: 'video/x-msvideo',
    dav: 'application/octet-stream',
};
/** For people: `png, jpg, …`. */
const MEDIA_FORMATS = Object.keys(MEDIA_TYPES).join(', ');
/** The media type of a file by its name; `undefined` where it is no image or video that Visual Layer takes. */
function mediaType(fileName) {
    const extension = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
    return Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension] : undefined;
}
/** Whether a file is an archive by its name: `.zip`, `.tar` or `.tar.gz`. Creation from files takes none, add media one. */
function isArchive(fileName) {
    return /\.(?:zip|tar|tar\.gz|tgz)$/i.test(fileName);
}

;// CONCATENATED MODULE: ./build/operations/media-files.js




/** How many names a message lists. */
const MOST_NAMED = 10;
/**
 * The media that `files` selects, in the order of their paths, ready to be sent. Everything that is matched is sent, or nothing:
 * what cannot be sent is named, all at once. Hidden files are the exception, unless a pattern names them. Nothing was sent yet.
 *
 * Throws `invalid_input`, or `operation_failed` where the workspace cannot be read.
 */
async function chooseMedia(step, patterns, operation) {
    const found = await findFiles(patterns, step.context.workspace);
    const { taken, hidden } = withoutHidden(found, patterns);
    if (hidden.length > 0) {
        step.reporter.note(`${count(hidden.length)} hidden (a name that begins with a dot) and left out: ${list(hidden.map(({ shown }) => shown))}. A pattern that names the dot takes them along.`);
    }
    if (taken.length === 0)
        throw nothingFound(step, patterns, hidden.length);
    const refused = taken.flatMap((file) => {
        const why = reasonAgainst(file, operation);
        return why === undefined ? [] : [{ file, why }];
    });
    if (refused.length > 0)
        throw cannotBeSent(refused, taken.length);
    const files = taken.map((file) => {
        const fileName = external_node_path_.posix.basename(file.shown);
        return {
            path: file.path,
            fileName,
            contentType: mediaType(fileName) ?? 'application/octet-stream',
            sizeBytes: file.sizeBytes,
        };
    });
    warnOfEqualNames(step, taken);
    return files;
}
/** The archive that `archive` names, ready to be sent. Throws `invalid_input` where it is none. Nothing was sent yet. */
async function chooseArchive(step, place) {
    const found = await findFile(place, step.context.workspace);
    const why = !found
        ? 'is not there'
        : found.trouble
            ? `is ${article(found.trouble)}`
            : found.sizeBytes === 0
                ? 'is empty'
                : '';
    if (found && why === '') {
        const fileName = external_node_path_.posix.basename(found.shown);
        const contentType = /\.zip$/i.test(fileName)
            ? 'application/zip'
            : /gz$/i.test(fileName)
                ? 'application/gzip'
                : 'application/x-tar';
        return { path: found.path, fileName, contentType, sizeBytes: found.sizeBytes };
    }
    throw new errors/* ActionError */.lZ('invalid_input', `The archive ${JSON.stringify(place)} ${why}, in ${step.context.workspace}.`, {
        todo: 'Check the path, and that a step before this one puts the archive into the workspace. Nothing was sent to Visual Layer.',
    });
}
function article(trouble) {
    return trouble.startsWith('not') ? trouble : `a ${trouble}`;
}
function withoutHidden(found, patterns) {
    const isHidden = (place) => /(?:^|\/)\.[^/]/.test(place);
    if (patterns.some((pattern) => !pattern.startsWith('!') && isHidden(pattern)))
        return { taken: found, hidden: [] };
    return { taken: found.filter(({ shown }) => !isHidden(shown)), hidden: found.filter(({ shown }) => isHidden(shown)) };
}
function reasonAgainst(file, operation) {
    if (file.trouble !== undefined)
        return article(file.trouble);
    if (isArchive(file.shown)) {
        return operation === 'add-media'
            ? 'an archive: give it as "archive"'
            : 'an archive, which Visual Layer does not take at creation: unpack it in a step before';
    }
    if (mediaType(file.shown) === undefined)
        return 'not one of the formats that Visual Layer takes';
    return file.sizeBytes === 0 ? 'empty (0 bytes)' : undefined;
}
function nothingFound(step, patterns, hidden) {
    const shown = patterns.map((pattern) => JSON.stringify(pattern)).join(', ');
    const only = hidden > 0 ? ' but hidden ones' : '';
    return new errors/* ActionError */.lZ('invalid_input', `"files" matches no file${only} in ${step.context.workspace}: ${shown}.`, {
        todo: 'Check the patterns, and that a step before this one puts the files into the workspace (actions/checkout, a download). Links to folders are not followed. Nothing was sent to Visual Layer.',
    });
}
function cannotBeSent(refused, total) {
    const lines = refused.slice(0, MOST_NAMED).map(({ file, why }) => `- ${JSON.stringify(file.shown)}: ${why}`);
    if (refused.length > MOST_NAMED)
        lines.push(`- and ${(refused.length - MOST_NAMED).toLocaleString('en-US')} more`);
    return new errors/* ActionError */.lZ('invalid_input', [`${refused.length} of the ${count(total)} that "files" matches cannot be sent.`, ...lines].join('\n'), {
        todo: `Name the media more closely, or exclude the others, such as with a line "!**/*.txt" under files. Visual Layer takes ${MEDIA_FORMATS}. Nothing was sent to Visual Layer.`,
    });
}
/** Files go up under their base names; what Visual Layer does with two of one name is documented nowhere. */
function warnOfEqualNames(step, files) {
    const places = Map.groupBy(files, ({ shown }) => external_node_path_.posix.basename(shown));
    const equal = [...places.values()].filter((group) => group.length > 1);
    if (equal.length === 0)
        return;
    const examples = equal.slice(0, MOST_NAMED).map((group) => group.map(({ shown }) => shown).join(' = '));
    const more = equal.length > MOST_NAMED ? `, and ${equal.length - MOST_NAMED} more names` : '';
    step.reporter.warning(`${equal.length} file names occur more than once: ${examples.join(', ')}${more}. Files are sent without their folders, and what Visual Layer does with two of the same name is not documented: one may replace the other.`, { todo: 'Give each file a name of its own to be sure. The number of items is compared in the end.' });
}
function count(files) {
    return files === 1 ? '1 file' : `${files.toLocaleString('en-US')} files`;
}
function list(names) {
    const shown = names.slice(0, MOST_NAMED).join(', ');
    return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}

;// CONCATENATED MODULE: ./build/operations/reindex.js





const TYPE = 'REINDEX';
/** Has a dataset that is PARTIAL INDEX indexed anew, once, and waits until it is READY. */
async function reindex(step, { id }, onConflict) {
    const { api, reporter } = step;
    let earlier = new Set();
    const newTask = async () => (await visibleTasks(step, { datasetId: id, type: TYPE }, 0)).find((task) => !earlier.has(task.id));
    const change = new once/* OnceOnly */.g({
        what: `reindex dataset ${id}`,
        send: () => api.media.reindex(id),
        async look() {
            if (await newTask())
                return { found: undefined };
            const { status } = await api.datasets.get(id, 0);
            return status === 'PARTIAL_INDEX' ? 'absent' : { found: undefined };
        },
    }, step.waiting, (line) => reporter.info(line));
    await throughConflicts(step, id, onConflict, async () => {
        if (!change.mayHaveTakenEffect) {
            earlier = new Set((await visibleTasks(step, { datasetId: id, type: TYPE })).map((task) => task.id));
            // An automatic reindex may have begun, or ended, meanwhile.
            if ((await api.datasets.get(id)).status !== 'PARTIAL_INDEX')
                return;
        }
        await change.run();
    });
    return waitFor(step, {
        awaited: `dataset ${id} to be indexed anew`,
        carryOn: `The media are in, and the reindex goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${id}.`,
    }, async () => {
        const task = await newTask();
        const dataset = await api.datasets.get(id, 0);
        reporter.output('dataset_status', dataset.statusWord);
        return reindexVerdict(dataset, task);
    });
}

;// CONCATENATED MODULE: ./build/operations/send-files.js



/** Between two lines of progress, in ms. */
const PROGRESS_MS = 5_000;
/** Says how far an upload is, now and then: `uploaded 1,250 of 2,000 files, 1.2 GiB of 2 GiB (60 %)`. */
function uploadProgress(step, files) {
    const total = totalBytes(files);
    let last = step.clock.now();
    return (doneFiles, bytes) => {
        if (step.clock.now() - last < PROGRESS_MS && doneFiles < files.length)
            return;
        last = step.clock.now();
        const counted = `${doneFiles.toLocaleString('en-US')} of ${files.length.toLocaleString('en-US')} files`;
        const share = total === 0 ? 100 : Math.floor((bytes / total) * 100);
        step.reporter.progress(`uploaded ${counted}, ${size(bytes)} of ${size(total)} (${share} %)`);
    };
}
/** Sends files in batches, several at a time, within the deadline of the step. */
async function sendFiles(step, files, phase, send) {
    const { clock, deadline, maxRetries, reporter } = step;
    await reporter.group(`Uploading ${files.length.toLocaleString('en-US')} files, ${size(totalBytes(files))}`, () => withinDeadline(step, phase, (signal) => uploadFiles({
        files,
        send,
        clock,
        deadline,
        signal,
        maxRetries,
        onProgress: uploadProgress(step, files),
        say: (line) => reporter.info(line),
        warn: (line) => reporter.warning(line),
    })));
}

;// CONCATENATED MODULE: ./build/operations/add-media.js















const add_media_TYPE = 'MEDIA_ADDITION';
/**
 * Adds media to a dataset; done when the task of this step COMPLETED and the dataset is READY, or PARTIAL INDEX where no reindex
 * was asked for. Where one was and PARTIAL INDEX stays, the reindex is asked for.
 */
async function addMedia(request, step) {
    const { reporter } = step;
    const source = await sourceOf(request, step);
    const what = sourceText(source);
    reporter.info(`To be added: ${what}.`);
    await readDataset(step, request.datasetId);
    const dataset = await calmDataset(step, request.datasetId, request.onConflict);
    if (dataset.status !== 'READY' && dataset.status !== 'PARTIAL_INDEX')
        throw notOpen(dataset);
    reporter.fact('Added', what);
    const { before, acceptedAt } = await startAddition(step, request, dataset, source);
    if (!request.wait) {
        await nameTask(step, before);
        return `The addition of ${what} to dataset "${dataset.name}" was accepted; the step did not wait for it (wait: false).`;
    }
    let now = await waitForAddition(step, request, before, acceptedAt);
    aboutDataset(step, now);
    if (request.autoReindex && now.status === 'PARTIAL_INDEX') {
        reporter.note(`Dataset ${now.id} stayed PARTIAL INDEX although auto_reindex was set: the reindex is asked for.`);
        now = await reindex(step, now, request.onConflict);
        aboutDataset(step, now);
    }
    const inside = items(now.images, now.videos);
    if (inside !== undefined)
        reporter.fact('Items', inside);
    compare(step, before.dataset, now, source);
    return `${what} ${source.kind === 'files' && source.files.length > 1 ? 'were' : 'was'} added to dataset "${now.name}", which is ${now.statusWord}${inside === undefined ? '' : ` with ${inside}`}.`;
}
async function sourceOf({ media }, step) {
    switch (media.from) {
        case 'files':
            return { kind: 'files', files: await chooseMedia(step, media.files, 'add-media') };
        case 'archive':
            return { kind: 'archive', archive: await chooseArchive(step, media.archive) };
        case 's3':
            return { kind: 's3', uri: media.uri };
    }
}
function filesOf(source) {
    return source.kind === 'files' ? source.files : source.kind === 'archive' ? [source.archive] : [];
}
function sourceText(source) {
    const bytes = size(totalBytes(filesOf(source)));
    switch (source.kind) {
        case 'files':
            return source.files.length === 1
                ? `1 file (${bytes})`
                : `${source.files.length.toLocaleString('en-US')} files (${bytes})`;
        case 'archive':
            return `archive ${source.archive.fileName} (${bytes})`;
        case 's3':
            return source.uri;
    }
}
function notOpen(dataset) {
    return new errors/* ActionError */.lZ('conflict', `Media cannot be added to dataset ${dataset.id}: it is ${dataset.statusWord}.`, {
        apiWords: dataset.fatalError,
        todo: 'Visual Layer adds media to READY and PARTIAL INDEX datasets only. Mend the dataset first (ERROR: restore a snapshot). Nothing was sent.',
    });
}
/** Of the additions that came since, the one that runs, or the one listed first: the newest. */
function newTask(tasks, { taskIds }) {
    const since = tasks.filter((task) => task.type === add_media_TYPE && !taskIds.has(task.id));
    return since.find((task) => !(0,visual_layer_tasks/* hasEnded */.h)(task)) ?? since[0];
}
function itemCount({ images = 0, videos = 0 }) {
    return images + videos;
}
/** Whether a dataset shows that media were added since: more in it, or an index that is out of date now. */
function isChanged(before, now) {
    return itemCount(now) > itemCount(before) || (now.status === 'PARTIAL_INDEX' && before.status !== 'PARTIAL_INDEX');
}
function isBusy({ status }) {
    return status === 'READ_ONLY' || status === 'INDEXING' || status === 'BUSY';
}
async function startAddition(step, request, dataset, source) {
    const { api, reporter } = step;
    let before = { dataset, taskIds: new Set() };
    const files = filesOf(source);
    const phase = {
        awaited: `the upload to dataset ${dataset.id}`,
        carryOn: 'Media are added only by a whole upload. Run the step again.',
    };
    const change = new once/* OnceOnly */.g({
        what: `add media to dataset ${dataset.id}`,
        send: () => withinDeadline(step, phase, (signal) => {
            const tell = uploadProgress(step, files);
            const total = totalBytes(files);
            const onBytes = (sent) => total === 0 ? undefined : tell(sent >= total ? files.length : 0, Math.min(sent, total));
            return api.media.add(dataset.id, source, request.autoReindex, { signal, onBytes });
        }),
        async look() {
            if (newTask(await visibleTasks(step, { datasetId: dataset.id }, 0), before))
                return { found: undefined };
            const now = await api.datasets.get(dataset.id, 0);
            if (isChanged(before.dataset, now))
                return { found: undefined };
            return isBusy(now) ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => reporter.info(line));
    await throughConflicts(step, dataset.id, request.onConflict, async () => {
        if (!change.mayHaveTakenEffect) {
            const tasks = await visibleTasks(step, { datasetId: dataset.id });
            before = { dataset: await api.datasets.get(dataset.id), taskIds: new Set(tasks.map((task) => task.id)) };
        }
        await change.run().catch((error) => {
            throw withSizeHint(error);
        });
    });
    reporter.info('Visual Layer accepted the media.');
    return { before, acceptedAt: step.clock.now() };
}
/** One addition is one request, so it cannot be sent in halves. */
function withSizeHint(error) {
    if (!(error instanceof errors/* ActionError */.lZ) || !error.message.includes('HTTP 413'))
        return error;
    const { code, message, apiWords } = error;
    const todo = 'Add fewer files at a time, in steps one after the other, or put the media into a bucket and use s3_uri.';
    return new errors/* ActionError */.lZ(code, message, { apiWords, todo, cause: error });
}
/** Sets `task_id` where the list shows the task within a moment; a step that does not wait can do without. */
async function nameTask(step, before) {
    await (0,until/* until */.T)(async () => {
        const task = newTask(await visibleTasks(step, { datasetId: before.dataset.id }, 0), before);
        if (!task)
            return { state: 'pending', line: 'task not listed yet' };
        step.reporter.output('task_id', task.id);
        return { state: 'done', value: undefined };
    }, step.waiting, (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs()));
}
async function waitForAddition(step, { autoReindex }, before, acceptedAt) {
    const { api, clock, reporter } = step;
    const { id } = before.dataset;
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const settling = (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs());
    const change = new Seen();
    let partialSince;
    return waitFor(step, {
        awaited: `media to be added to dataset ${id}`,
        carryOn: `The addition goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${id}, instead of adding again.`,
    }, async () => {
        const tasks = await visibleTasks(step, { datasetId: id }, 0);
        const task = newTask(tasks, before);
        if (task)
            reporter.output('task_id', task.id);
        const dataset = await api.datasets.get(id, 0);
        reporter.output('dataset_status', dataset.statusWord);
        const ended = !task || (0,visual_layer_tasks/* hasEnded */.h)(task);
        partialSince = dataset.status === 'PARTIAL_INDEX' && ended ? (partialSince ?? clock.now()) : undefined;
        return mediaVerdict({
            dataset,
            task,
            reindexing: tasks.find((one) => one.type === 'REINDEX' && !(0,visual_layer_tasks/* hasEnded */.h)(one)),
            autoReindex,
            seenChange: change.add(isBusy(dataset) || isChanged(before.dataset, dataset)),
            sinceMs: clock.now() - acceptedAt,
            patienceMs: patience,
            partialMs: partialSince === undefined ? 0 : clock.now() - partialSince,
            settlingMs: settling,
        });
    });
}
/** Files that Visual Layer dropped or took twice show in the number of items. A video may count as its frames. */
function compare(step, before, now, source) {
    if (source.kind !== 'files' || before.images === undefined || now.images === undefined)
        return;
    const sent = source.files.filter(({ contentType }) => contentType.startsWith('image/')).length;
    const added = now.images - before.images;
    if (sent !== source.files.length || (now.videos ?? 0) !== (before.videos ?? 0) || added === sent)
        return;
    step.reporter.warning(`${sent.toLocaleString('en-US')} images were sent, and dataset ${now.id} has ${added.toLocaleString('en-US')} more than before (${datasetLine(now)}).`, {
        todo: 'Look at the dataset in Visual Layer: images that could not be read, and files of the same name, may have been dropped; somebody else may have changed the dataset too.',
    });
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
    let known = [];
    const settling = (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs());
    const startedAt = step.clock.now();
    const ended = await (0,until/* until */.T)(async () => {
        known = await step.api.snapshots.list(dataset.id);
        const snapshot = pick(known, choice);
        if (snapshot || step.clock.now() - startedAt >= settling)
            return { state: 'done', value: snapshot };
        return { state: 'pending', line: 'the snapshot is not in the list; reading it again' };
    }, step.waiting);
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'done' && ended.value)
        return ended.value;
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
        todo: `${others} Deleted snapshots are not listed. Correct snapshot_id or snapshot_name.`,
    });
}

;// CONCATENATED MODULE: ./build/operations/make-clone.js








const make_clone_TYPE = 'SNAPSHOT_CLONE';
/**
 * Has a snapshot cloned, once, and finds the new dataset, whose id the API does not tell. Never names somebody else's: where
 * several datasets may be it, it fails and names them.
 */
async function makeClone(step, source, target, onConflict) {
    const known = await startClone(step, onConflict, source, target);
    const found = await findClone(step, source, known);
    step.reporter.info(`The clone is dataset ${found.datasetId}.`);
    return { found, known };
}
async function backgroundOf(step, source) {
    const tasks = await visibleTasks(step, { type: make_clone_TYPE });
    const datasets = await step.api.datasets.list();
    return {
        source: { id: source.id, name: source.name },
        taskIds: new Set(tasks.map((task) => task.id)),
        // A clone that somebody else started a moment ago may be in the one list only.
        datasetIds: new Set([...datasets.map((dataset) => dataset.id), ...tasks.map((task) => task.datasetId)]),
    };
}
async function candidates(step, known) {
    const tasks = await visibleTasks(step, { type: make_clone_TYPE }, 0);
    return { seen: cloneCandidates(known, tasks, await step.api.datasets.list(0)), tasks };
}
async function startClone(step, onConflict, source, target) {
    let known;
    const change = new once/* OnceOnly */.g({
        what: `clone snapshot ${target.id} of dataset ${source.id}`,
        async send() {
            await step.api.snapshots.clone(source.id, target.id);
            return 'accepted';
        },
        async look() {
            return known && (await candidates(step, known)).seen.length > 0 ? { found: 'found' } : 'absent';
        },
    }, step.waiting, (line) => step.reporter.info(line));
    return throughConflicts(step, source.id, onConflict, async () => {
        if (!known || !change.mayHaveTakenEffect)
            known = await backgroundOf(step, source);
        if ((await change.run()) === 'found') {
            step.reporter.warning(`The reply to the clone of dataset "${source.name}" was lost; a new clone of it was found in the lists and is taken for this step's.`, { todo: 'If somebody else cloned the same dataset in the same moment, look at both clones in Visual Layer.' });
        }
        else {
            step.reporter.info('Visual Layer accepted the clone; it does not tell the id of the new dataset.');
        }
        return known;
    });
}
/** Reads what each candidate itself says of where it comes from: the list may say less. */
async function narrowed(step, source, found) {
    const kept = [];
    for (const candidate of found) {
        const dataset = await lenient(step, Infinity, () => step.api.datasets.get(candidate.datasetId))();
        if (dataset?.sourceDatasetId === undefined || dataset.sourceDatasetId.toLowerCase() === source.id)
            kept.push({ ...candidate, dataset });
    }
    return kept;
}
/**
 * Finds the one dataset that is new and can be our clone. It is watched for a moment before it is named, since another clone of
 * the same dataset may show first; where several stay, none is named.
 */
async function findClone(step, source, known) {
    let firstAt;
    let settling = 0;
    const found = await waitFor(step, {
        awaited: `the clone of dataset ${source.id} to show in the lists`,
        carryOn: `The clone goes on in Visual Layer as "${source.name} (cloned)": look for it there before you clone again.`,
    }, async () => {
        const { seen, tasks } = await candidates(step, known);
        const failed = failedClone(known, tasks);
        if (seen.length === 0 && !failed)
            return { state: 'pending', line: 'the new dataset is not listed yet' };
        if (firstAt === undefined) {
            firstAt = step.clock.now();
            settling = (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs());
        }
        if (step.clock.now() - firstAt < settling) {
            const names = seen.map((candidate) => candidate.datasetId).join(', ') || `a clone task that ended as ${failed?.statusWord}`;
            return { state: 'pending', line: `seen: ${names}; watching whether another clone of this dataset shows` };
        }
        const kept = await narrowed(step, source, seen);
        if (kept.length > 0)
            return { state: 'done', value: kept };
        if (!failed)
            return { state: 'pending', line: 'the new dataset is not listed yet' };
        step.reporter.output('task_id', failed.id);
        return { state: 'failed', error: taskError(failed, `that clones dataset ${source.id}`) };
    });
    const [only, ...others] = found;
    if (only && others.length === 0)
        return only;
    const ids = found.map((candidate) => candidate.datasetId);
    throw new errors/* ActionError */.lZ('operation_failed', `The clone was accepted, but ${found.length} clones of dataset "${source.name}" were made at the same time and the API does not tell which is this step's: ${ids.join(', ')}.`, {
        todo: 'Nothing is lost: open these datasets in Visual Layer, keep the one you want and delete the others. To keep it from happening, let only one job clone this dataset at a time (a concurrency group in the workflow).',
    });
}
/** The task of our clone: the one of its dataset, or, where the server names the source in it, the only new one of the source. */
function taskOf(found, tasks, known) {
    const own = tasks.find((task) => task.id === found.task?.id || task.datasetId === found.datasetId);
    if (own)
        return own;
    const [only, ...others] = tasks.filter((task) => !known.taskIds.has(task.id) && task.datasetId === known.source.id);
    return others.length === 0 ? only : undefined;
}
/** Waits until the clone is READY and its task over. `carryOn` says how to go on when time runs out. */
async function waitForClone(step, { found, known }, carryOn) {
    const { datasetId } = found;
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const startedAt = step.clock.now();
    const read = lenient(step, patience, () => step.api.datasets.get(datasetId, 0));
    const atWork = new Seen();
    return waitFor(step, {
        awaited: `the clone, dataset ${datasetId}`,
        carryOn,
    }, async () => {
        const task = taskOf(found, await visibleTasks(step, { type: make_clone_TYPE }, 0), known);
        if (task)
            step.reporter.output('task_id', task.id);
        const dataset = await read();
        if (dataset)
            step.reporter.output('dataset_status', dataset.statusWord);
        const busy = atWork.add(dataset !== undefined && dataset.status !== 'READY');
        return cloneVerdict({ datasetId, dataset, task, proven: busy || step.clock.now() - startedAt >= patience });
    });
}
/** Reads the new dataset, whatever it is doing. */
async function readClone(step, { found }) {
    const read = lenient(step, (0,pace/* patienceMs */.si)(step.deadline.remainingMs()), () => step.api.datasets.get(found.datasetId));
    return waitFor(step, {
        awaited: `dataset ${found.datasetId} to be readable`,
        carryOn: `The clone goes on in Visual Layer as dataset ${found.datasetId}.`,
    }, async () => {
        const dataset = await read();
        return dataset
            ? { state: 'done', value: dataset }
            : { state: 'pending', line: 'the new dataset cannot be read yet' };
    });
}

;// CONCATENATED MODULE: ./build/operations/clone.js



/** Makes a new dataset from a snapshot; done when the clone's own task COMPLETED and the new dataset is READY. */
async function clone(request, step) {
    const { reporter } = step;
    reporter.output('source_dataset_id', request.datasetId);
    const source = await step.api.datasets.get(request.datasetId);
    reporter.fact('Source dataset', source.name || source.id, { link: step.datasetPage(source.id) });
    reporter.fact('Source dataset id', source.id, { code: true });
    reporter.info(`The source is dataset "${source.name}" (${source.id}), ${source.statusWord}.`);
    const target = await chooseSnapshot(step, source, request.snapshot);
    aboutSnapshot(step, target, 'Cloned snapshot');
    const made = await makeClone(step, source, target, request.onConflict);
    const { datasetId, task, dataset: listed } = made.found;
    reporter.output('dataset_id', datasetId);
    // With its name a later step can delete the clone of a step that failed.
    if (listed)
        reporter.output('dataset_name', listed.name);
    reporter.state('dataset_id', datasetId);
    if (task)
        reporter.output('task_id', task.id);
    const carryOn = `The clone goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${datasetId}, instead of cloning again.`;
    const dataset = await (request.wait ? waitForClone(step, made, carryOn) : readClone(step, made));
    aboutDataset(step, dataset);
    return request.wait
        ? `Snapshot "${target.name}" of dataset "${source.name}" was cloned into dataset "${dataset.name}".`
        : `The clone of snapshot "${target.name}" of dataset "${source.name}" was accepted as dataset "${dataset.name}"; the step did not wait for it (wait: false).`;
}

;// CONCATENATED MODULE: ./build/operations/wait-until-ready.js





/** Waits until a dataset that this step did not make is READY, and the work that is seen on it has ended. */
async function waitUntilReady(step, datasetId, carryOn) {
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    let readySince;
    return waitFor(step, { awaited: `dataset ${datasetId} to be READY`, carryOn }, async () => {
        const dataset = await step.api.datasets.get(datasetId, 0);
        step.reporter.output('dataset_status', dataset.statusWord);
        const unended = (await visibleTasks(step, { datasetId }, 0)).find((task) => !(0,visual_layer_tasks/* hasEnded */.h)(task));
        readySince = dataset.status === 'READY' ? (readySince ?? step.clock.now()) : undefined;
        return readyVerdict(dataset, unended, step.clock.now() - (readySince ?? step.clock.now()), patience);
    });
}

;// CONCATENATED MODULE: ./build/operations/creation.js








const CREATION = 'DATASET_CREATION';
/**
 * What `if_exists` says to a dataset that has the name: the headline where it is used, `undefined` where one is to be created.
 * Throws `conflict` with `fail`, and where the one to be used is a draft, which never becomes READY by itself.
 */
async function reuseExisting(step, wish) {
    const { datasetName: name, ifExists, wait } = wish;
    const existing = ifExists === 'create' ? undefined : await newestDataset(step, name);
    if (!existing)
        return undefined;
    if (ifExists === 'fail') {
        throw new errors/* ActionError */.lZ('conflict', `A dataset named "${name}" already exists (${existing.id}).`, {
            todo: 'Choose another dataset_name, or set if_exists: reuse to use that dataset, or if_exists: create to create another one of the same name.',
        });
    }
    aboutDataset(step, existing);
    if (existing.status === 'DRAFT') {
        throw new errors/* ActionError */.lZ('conflict', `The newest dataset named "${name}" (${existing.id}) is a draft: its upload is under way somewhere else, or never came to its end.`, {
            todo: 'Delete the draft in Visual Layer if nobody is uploading to it, or set if_exists: create to create another dataset of the same name.',
        });
    }
    if (wait) {
        const carryOn = `Wait for it with operation: wait and dataset_id: ${existing.id}.`;
        aboutDataset(step, await waitUntilReady(step, existing.id, carryOn));
    }
    return `Dataset "${name}" was already there and is used; none was created.`;
}
async function newestDataset(step, name) {
    const named = (await step.api.datasets.list()).filter((dataset) => dataset.name === name);
    const newest = named.reduce((best, next) => (best && (best.createdAt ?? 0) >= (next.createdAt ?? 0) ? best : next), undefined);
    // The list may not tell the status.
    return newest && step.api.datasets.get(newest.id);
}
/** What is owed from now on when the workflow is cancelled: by this step, or by its post step where this one was killed. */
function owe(step, wish, owed) {
    const undone = wish.onCancel === 'abort' ? owed : undefined;
    step.reporter.state('owed', undone?.debt ?? '');
    step.onCancel(undone?.undo);
}
/** Has a dataset made, once; answers its id, and leaves it to the outputs and the post step. */
async function createOnce(step, creation) {
    const { reporter } = step;
    const { name, debt } = creation;
    const before = await creation.candidates();
    const change = new once/* OnceOnly */.g({
        what: `create dataset "${name}"`,
        send: () => creation.send(),
        async look() {
            const [only, ...others] = [...(await creation.candidates(0))].filter((id) => !before.has(id));
            if (only === undefined)
                return 'absent';
            if (others.length === 0)
                return { found: only };
            throw new errors/* ActionError */.lZ('operation_failed', `The reply to the creation was lost, and several new datasets are named "${name}": ${[only, ...others].join(', ')}. Which of them is this step's cannot be told.`, {
                todo: 'Nothing is lost: open these datasets in Visual Layer, keep the one you want and delete the others.',
            });
        },
    }, step.waiting, (line) => reporter.info(line));
    // From here on a creation may be under way, though its id is told by the reply only.
    reporter.state('dataset_name', name);
    reporter.state('earlier_dataset_ids', [...before].join(' '));
    owe(step, creation, { debt, undo: creation.undoUnnamed(before) });
    const made = await change.run().catch((error) => {
        throw creation.explain?.(error) ?? error;
    });
    const datasetId = made.toLowerCase();
    reporter.output('dataset_id', datasetId);
    reporter.state('dataset_id', datasetId);
    owe(step, creation, { debt, undo: creation.undo(datasetId) });
    return datasetId;
}
/** Waits until a dataset that this step has made is READY, and tells how large it became. */
async function waitForCreation(step, datasetId) {
    const read = lenient(step, (0,pace/* patienceMs */.si)(step.deadline.remainingMs()), () => step.api.datasets.get(datasetId, 0));
    const dataset = await waitFor(step, {
        awaited: `dataset ${datasetId} to be READY`,
        carryOn: `The creation goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${datasetId}, instead of creating again.`,
    }, async () => {
        // The task first: a dataset that is read after its task has failed says why.
        const task = (await visibleTasks(step, { datasetId, type: CREATION }, 0))[0];
        if (task)
            step.reporter.output('task_id', task.id);
        const now = await read();
        if (!now)
            return { state: 'pending', line: 'the new dataset cannot be read yet' };
        step.reporter.output('dataset_status', now.statusWord);
        return creationVerdict(now, task);
    });
    aboutDataset(step, dataset);
    const size = items(dataset.images, dataset.videos);
    if (size !== undefined)
        step.reporter.fact('Items', size);
    return { dataset, size };
}

// EXTERNAL MODULE: ./build/operations/delete-draft.js
var delete_draft = __nccwpck_require__(12690);
;// CONCATENATED MODULE: ./build/operations/create-from-files.js









/** Creates a dataset from files on the runner: every file goes up, then processing starts; done when the dataset is READY. */
async function createFromFiles(request, step) {
    const { reporter } = step;
    const { datasetName: name } = request;
    reporter.output('dataset_name', name);
    const files = await chooseMedia(step, request.files, 'create-from-files');
    reporter.info(`"files" matches ${filesText(files)}.`);
    const used = await reuseExisting(step, request);
    if (used !== undefined)
        return used;
    reporter.fact('Files', filesText(files));
    const datasetId = await create(step, request);
    try {
        await upload(step, datasetId, files);
    }
    catch (error) {
        throw step.signal.aborted ? error : draftLeft(error, name, datasetId);
    }
    if (!request.wait) {
        owe(step, request, undefined);
        return `Dataset "${name}" was accepted for creation from ${filesText(files)}; the step did not wait for it (wait: false).`;
    }
    const { dataset, size: made } = await waitForCreation(step, datasetId);
    owe(step, request, undefined);
    create_from_files_compare(step, dataset, files);
    return `Dataset "${name}" was created from ${filesText(files)}${made === undefined ? '' : ` with ${made}`}.`;
}
async function create(step, request) {
    const { api, reporter } = step;
    const { datasetName: name, onCancel } = request;
    const datasetId = await createOnce(step, {
        name,
        onCancel,
        send: () => api.ingestion.newDataset(name),
        async candidates(retries) {
            // Ours has no task yet, and was made from nothing.
            const [datasets, tasks] = await Promise.all([
                api.datasets.list(retries),
                visibleTasks(step, { type: CREATION }, retries),
            ]);
            const named = datasets.filter((dataset) => dataset.name === name);
            const busy = new Set(tasks.map((task) => task.datasetId));
            return new Set(named.filter(({ id, sourceUri }) => !busy.has(id) && !sourceUri?.startsWith('s3://')).map(({ id }) => id));
        },
        debt: 'delete-draft',
        undoUnnamed: (earlier) => (client, waiting) => (0,delete_draft/* deleteUnnamedDraft */.f)(client, waiting, name, earlier),
        undo: (id) => (client, waiting) => (0,delete_draft/* deleteDraft */.T)(client, waiting, id),
    });
    reporter.output('dataset_status', 'DRAFT');
    reporter.info(`Visual Layer made dataset ${datasetId} as a draft.`);
    return datasetId;
}
/** Sends every file, and only then starts the processing, once. */
async function upload(step, datasetId, files) {
    const { api, reporter } = step;
    const transaction = await api.ingestion.openTransaction(datasetId);
    const phase = {
        awaited: `the upload to dataset ${datasetId}`,
        carryOn: 'Run the step again: it starts from the first file.',
    };
    await sendFiles(step, files, phase, (batch, sending) => api.ingestion.upload(datasetId, transaction, batch, sending));
    const change = new once/* OnceOnly */.g({
        what: `start the processing of dataset ${datasetId}`,
        send: () => api.ingestion.process(datasetId, transaction),
        async look() {
            const { status } = await api.datasets.get(datasetId, 0);
            if (status !== 'DRAFT')
                return { found: undefined };
            const tasks = await visibleTasks(step, { datasetId, type: CREATION }, 0);
            return tasks.length > 0 ? { found: undefined } : 'absent';
        },
    }, step.waiting, (line) => reporter.info(line));
    await change.run();
    reporter.info(`All files are up; Visual Layer accepted the processing of dataset ${datasetId}.`);
}
/** The same failure, which also names what is left behind. */
function draftLeft(error, name, datasetId) {
    if (!(error instanceof errors/* ActionError */.lZ))
        return error;
    const { code, message, apiWords, todo } = error;
    const left = `Dataset "${name}" (${datasetId}) is left behind, as a draft unless its processing had begun: delete it in Visual Layer if it is not wanted. Running the step again creates another dataset.`;
    return new errors/* ActionError */.lZ(code, message, {
        apiWords,
        todo: todo === undefined ? left : `${todo}\n${left}`,
        cause: error,
    });
}
/** Files that Visual Layer dropped or took twice show in the number of items. A video may count as its frames. */
function create_from_files_compare(step, { id, images, videos }, files) {
    const sent = files.filter(({ contentType }) => contentType.startsWith('image/')).length;
    if (images === undefined || sent !== files.length || (videos ?? 0) > 0 || images === sent)
        return;
    step.reporter.warning(`${sent.toLocaleString('en-US')} images were sent, and dataset ${id} has ${images.toLocaleString('en-US')}.`, {
        todo: 'Look at the dataset in Visual Layer: images that could not be read, and files of the same name, may have been dropped; a file that was sent twice may be there twice.',
    });
}
function filesText(files) {
    const count = files.length === 1 ? '1 file' : `${files.length.toLocaleString('en-US')} files`;
    return `${count} (${size(totalBytes(files))})`;
}

// EXTERNAL MODULE: ./build/operations/abort-creation.js
var abort_creation = __nccwpck_require__(70819);
;// CONCATENATED MODULE: ./build/operations/create-from-s3.js





/** Creates a dataset from a bucket path; done when it is READY. */
async function createFromS3(request, step) {
    const { reporter } = step;
    const { datasetName: name, bucketPath } = request;
    reporter.output('dataset_name', name);
    reporter.fact('Bucket path', bucketPath, { code: true });
    const used = await reuseExisting(step, request);
    if (used !== undefined)
        return used;
    const datasetId = await create_from_s3_create(step, request);
    if (!request.wait) {
        owe(step, request, undefined);
        return `Dataset "${name}" was accepted for creation from ${bucketPath}; the step did not wait for it (wait: false).`;
    }
    const { size } = await waitForCreation(step, datasetId);
    owe(step, request, undefined);
    return `Dataset "${name}" was created from ${bucketPath}${size === undefined ? '' : ` with ${size}`}.`;
}
async function create_from_s3_create(step, request) {
    const { api, reporter } = step;
    const { datasetName: name, bucketPath, onCancel } = request;
    const datasetId = await createOnce(step, {
        name,
        onCancel,
        send: () => api.datasets.createFromS3(name, bucketPath),
        async candidates(retries) {
            const datasets = await api.datasets.list(retries);
            const tasks = await visibleTasks(step, { type: CREATION }, retries);
            const ids = [
                ...datasets
                    .filter((dataset) => dataset.name === name && fits(dataset, bucketPath))
                    .map((dataset) => dataset.id),
                ...tasks.filter((task) => task.datasetName === name).map((task) => task.datasetId),
            ];
            return new Set(ids.filter((id) => id !== ''));
        },
        explain: (error) => withBucketHint(error, bucketPath),
        debt: 'abort-creation',
        undoUnnamed: (earlier) => (client, waiting) => (0,abort_creation/* abortUnnamedCreation */.up)(client, waiting, name, earlier),
        undo: (id) => (client, waiting) => (0,abort_creation/* abortCreation */.y)(client, waiting, id),
    });
    reporter.info(`Visual Layer accepted the creation: dataset ${datasetId}.`);
    return datasetId;
}
/** The API answers HTTP 500 at once where it cannot read the bucket; docs.visual-layer.com, "Create a dataset from S3". */
function withBucketHint(error, bucketPath) {
    if (!(error instanceof failure/* RequestFailure */.e6) || (error.outcome.status !== 500 && error.outcome.status !== 400))
        return error;
    const { code, message, apiWords } = error;
    const todo = `Check that ${bucketPath} exists, holds media, and may be read by Visual Layer (a public bucket, or a role that it may assume). If it does, run the step again later.`;
    return new errors/* ActionError */.lZ(code, message, { apiWords, todo, cause: error });
}
/** Whether a dataset can come from a bucket path: where the API tells its source, that must agree. */
function fits(dataset, bucketPath) {
    const { sourceUri } = dataset;
    const bare = (path) => path.replace(/^s3:\/\//, '').replace(/\/+$/, '');
    return !sourceUri?.startsWith('s3://') || bare(sourceUri) === bare(bucketPath);
}

// EXTERNAL MODULE: ./build/operations/remove-dataset.js
var remove_dataset = __nccwpck_require__(17126);
;// CONCATENATED MODULE: ./build/operations/delete-dataset.js






/** Deletes a dataset for good; done when it is gone. Without its name as a confirmation nothing is changed. */
async function deleteDataset(request, step) {
    const { api } = step;
    const dataset = await readDataset(step, request.datasetId);
    // White space around an input is dropped before it gets here.
    if (dataset.name.trim() !== request.confirmDatasetName)
        throw notConfirmed(dataset, request.confirmDatasetName);
    const { change, isGone } = await (0,remove_dataset/* datasetRemoval */.t)(api, step.waiting, dataset.id);
    await throughConflicts(step, dataset.id, 'wait', () => change.run());
    const acceptedAt = step.clock.now();
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    await waitFor(step, {
        awaited: `dataset ${dataset.id} to be gone`,
        carryOn: 'The deletion was accepted: look at the dataset in Visual Layer, or run the step again.',
    }, async () => {
        if (await isGone())
            return { state: 'done', value: undefined };
        if (step.clock.now() - acceptedAt >= patience)
            return { state: 'failed', error: notGone(dataset, patience) };
        return { state: 'pending', line: 'Visual Layer still shows the dataset' };
    });
    return `Dataset "${dataset.name}" was deleted.`;
}
function notConfirmed(dataset, given) {
    return new errors/* ActionError */.lZ('invalid_input', `Nothing was deleted: confirm_dataset_name is "${given}", but dataset ${dataset.id} is named "${dataset.name}".`, {
        todo: 'Check that dataset_id is the dataset that you mean to delete. If it is, set confirm_dataset_name to its name, letter by letter. A deleted dataset cannot be brought back.',
    });
}
function notGone(dataset, afterMs) {
    return new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the deletion of dataset "${dataset.name}" (${dataset.id}), but after ${duration(afterMs)} still shows it.`, {
        todo: 'Look at the dataset in Visual Layer: on a self-hosted server the deletion of datasets may be switched off. If it is still there, run the step again.',
    });
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
const CATALOG_HEADERS = ['Name', 'When', 'By', 'Items', 'Id'];
/**
 * The catalog as a JSON array, in the API's own words for the fields; stamps with their zone, which the API leaves out, and
 * `null` where it tells nothing.
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

;// CONCATENATED MODULE: ./build/operations/deletion.js



/** The deletion of one snapshot that the catalog has shown; it has taken effect when the catalog shows it no more. */
function deletion(step, datasetId, { id }) {
    const { snapshots } = step.api;
    return new once/* OnceOnly */.g({
        what: `delete snapshot ${id} of dataset ${datasetId}`,
        send: () => snapshots.delete(datasetId, id),
        async look() {
            const listed = await snapshots.list(datasetId, 0);
            return listed.some((one) => one.id === id) ? 'absent' : { found: undefined };
        },
    }, step.waiting, (line) => step.reporter.info(line));
}
/** Waits until the catalog shows none of these any more; answers those that it still shows when it has had its time. */
async function stillListed(step, datasetId, ids) {
    const startedAt = step.clock.now();
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const many = ids.size > 1 ? `${ids.size} deleted snapshots` : 'the deleted snapshot';
    return waitFor(step, {
        awaited: `${many} to leave the catalog of dataset ${datasetId}`,
        carryOn: 'The deletion was accepted: look at the Snapshot Catalog of the dataset, or run the step again.',
    }, async () => {
        const left = (await step.api.snapshots.list(datasetId, 0)).filter((one) => ids.has(one.id));
        return left.length === 0 || step.clock.now() - startedAt >= patience
            ? { state: 'done', value: left }
            : { state: 'pending', line: `the catalog still shows ${left.length} of them` };
    });
}

;// CONCATENATED MODULE: ./build/operations/delete-snapshot.js







/** Removes a snapshot from the catalog; done when the catalog shows it no more. The current one is refused, by the service too. */
async function deleteSnapshot(request, step) {
    const { reporter } = step;
    reporter.output('deleted_snapshot_ids', '[]');
    const dataset = await readDataset(step, request.datasetId);
    const target = await chooseSnapshot(step, dataset, request.snapshot);
    aboutSnapshot(step, target, 'Snapshot');
    reporter.info(`The snapshot to delete is "${target.name}" (${target.id}), taken ${whenTaken(target) || 'at an unknown time'}.`);
    if (target.isCurrent)
        throw currentIsKept(dataset, target);
    const change = deletion(step, dataset.id, target);
    await throughConflicts(step, dataset.id, 'wait', async () => {
        try {
            await change.run();
        }
        catch (error) {
            const refused = error instanceof failure/* RequestFailure */.e6 && error.outcome.status === 409;
            if (refused && (await isCurrentNow(step, dataset, target)))
                throw currentIsKept(dataset, target, error);
            throw error;
        }
    });
    reporter.output('deleted_snapshot_ids', JSON.stringify([target.id]));
    const left = await stillListed(step, dataset.id, new Set([target.id]));
    if (left.length === 0)
        return `Snapshot "${target.name}" of dataset "${dataset.name}" was deleted.`;
    reporter.output('deleted_snapshot_ids', '[]');
    throw new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the deletion of snapshot "${target.name}" (${target.id}), but still lists it.`, { todo: 'Look at the Snapshot Catalog of the dataset. If the snapshot is still there, run the step again.' });
}
async function isCurrentNow(step, dataset, target) {
    return (await step.api.snapshots.list(dataset.id)).some((one) => one.id === target.id && one.isCurrent);
}
/** No waiting heals this conflict. */
function currentIsKept(dataset, target, refusal) {
    return new errors/* ActionError */.lZ('conflict', `Snapshot "${target.name}" (${target.id}) is the current one of dataset "${dataset.name}", and Visual Layer does not delete the state that a dataset is in. Nothing was deleted.`, {
        apiWords: refusal?.apiWords,
        todo: `Take another snapshot first (operation: snapshot) or restore another one (operation: restore), which makes that one current. Then delete this one by its id:\n  snapshot_id: ${target.id}`,
        cause: refusal,
    });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(77598);
;// CONCATENATED MODULE: ./build/exports/canonical.js
/**
 * One record as text that is equal for equal data: canonical JSON as RFC 8785 defines it (no white space, members sorted by the
 * UTF-16 code units of their names, numbers and strings as ECMAScript writes them, so that 1.0 is 1), with these rules on top:
 *
 * 1. Members named `url`, at any depth, are left out: they are links, signed anew for every export.
 * 2. Any other string that is an http(s) link as a whole loses the parts of its query that sign it (see {@link withoutSignature}).
 * 3. The elements of arrays named `metadata_items`, at any depth, are a set: their canonical texts are sorted by UTF-16 code
 *    units. A `metadata_items` that is a string holding a JSON array (a parquet column may) counts as that array. All other
 *    arrays keep their order.
 * 4. Parquet values that JSON does not know: a 64-bit integer is written as a number in full, a date and time as an ISO 8601 string
 *    in UTC with milliseconds, bytes as a base64 string, NaN and the infinities as the strings "NaN", "Infinity", "-Infinity".
 */
function canonical(value) {
    return canonical_text(value, '');
}
function canonical_text(value, name) {
    switch (typeof value) {
        case 'string':
            return name === 'metadata_items' ? metadataItems(value) : JSON.stringify(withoutSignature(value));
        case 'number':
            return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value));
        case 'bigint':
            return value.toString();
        case 'boolean':
            return value ? 'true' : 'false';
        case 'object':
            return value === null ? 'null' : structure(value, name);
        default:
            return 'null';
    }
}
function structure(value, name) {
    if (Array.isArray(value))
        return canonical_list(value, name);
    if (value instanceof Date)
        return JSON.stringify(value);
    if (value instanceof Uint8Array)
        return JSON.stringify(Buffer.from(value).toString('base64'));
    if (isNumbers(value))
        return canonical_list(Array.from(value), name);
    const members = Object.entries(value);
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    let texts = '';
    for (const [key, member] of members) {
        if (key === 'url' || member === undefined)
            continue;
        texts += `${texts === '' ? '' : ','}${JSON.stringify(key)}:${canonical_text(member, key)}`;
    }
    return `{${texts}}`;
}
/** A typed array: parquet readers give one for a list of plain numbers. */
function isNumbers(value) {
    return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
function canonical_list(values, name) {
    const texts = values.map((value) => canonical_text(value, ''));
    return `[${(name === 'metadata_items' ? texts.sort() : texts).join(',')}]`;
}
function metadataItems(value) {
    if (value.startsWith('[')) {
        try {
            return canonical_text(JSON.parse(value), 'metadata_items');
        }
        catch {
            // Not JSON: a string like any other.
        }
    }
    return JSON.stringify(value);
}
/** Names of query parameters that sign a link or say until when it holds, in lower case. */
const SIGNING = new Set([
    'awsaccesskeyid',
    'googleaccessid',
    'signature',
    'expires',
    'key-pair-id',
    'policy',
    'token',
    'access_token',
    'sig',
]);
/** Parameters of a shared access signature of Azure: too short to mean anything unless a `sig` stands beside them. */
const SIGNING_WITH_SIG = new Set([
    'se',
    'sp',
    'sv',
    'st',
    'sr',
    'ss',
    'srt',
    'spr',
    'sip',
    'si',
    'skoid',
    'sktid',
    'skt',
    'ske',
    'sks',
    'skv',
]);
/**
 * A link without the query parameters that sign it: those that begin with `X-Amz-` or `X-Goog-`, and `AWSAccessKeyId`,
 * `GoogleAccessId`, `Signature`, `Expires`, `Key-Pair-Id`, `Policy`, `token`, `access_token`, `sig`; beside a `sig` also `se` `sp`
 * `sv` `st` `sr` `ss` `srt` `spr` `sip` `si` `skoid` `sktid` `skt` `ske` `sks` `skv`. Upper and lower case are the same. The other
 * parameters stay as they are, in their order; a `?` with nothing after it goes. Any string that is not one http(s) link without
 * white space comes back unchanged.
 */
function withoutSignature(value) {
    // Most strings of an export are none: the cheap question first.
    if (!value.includes('?') || !/^https?:\/\/\S+$/i.test(value))
        return value;
    const [, place = '', query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(value) ?? [];
    if (query === undefined)
        return value;
    const parameters = query.split('&').map((parameter) => ({ parameter, name: nameOf(parameter) }));
    const azure = parameters.some(({ name }) => name === 'sig');
    const kept = parameters.filter(({ name }) => !signs(name, azure)).map(({ parameter }) => parameter);
    const rest = kept.join('&');
    return place + (rest === '' ? '' : `?${rest}`) + fragment;
}
function nameOf(parameter) {
    const name = parameter.split('=', 1)[0] ?? '';
    try {
        return decodeURIComponent(name).toLowerCase();
    }
    catch {
        return name.toLowerCase();
    }
}
function signs(name, azure) {
    return (name.startsWith('x-amz-') ||
        name.startsWith('x-goog-') ||
        SIGNING.has(name) ||
        (azure && SIGNING_WITH_SIG.has(name)));
}

;// CONCATENATED MODULE: ./build/exports/digest.js


const HASH_BYTES = 32;
const FIRST_CAPACITY = 1024;
/** SHA-256 of one record's {@link canonical} text in UTF-8: 32 bytes, equal for equal data. */
function recordHash(record) {
    return (0,external_node_crypto_.hash)('sha256', canonical(record), 'buffer');
}
/**
 * The `content_digest` of an export: SHA-256, in hex, over its records, whatever their order, their links or the time of export.
 *
 * To compute it elsewhere: write each record as canonical JSON (the rules stand at {@link canonical}), take the SHA-256 of each
 * text in UTF-8, sort these 32-byte values as bytes, ascending, and take the SHA-256 of all of them in a row. A record that is
 * there twice counts twice; without records it is the SHA-256 of nothing. Only the records count: `info` does not.
 *
 * Uses 32 bytes of memory a record (and 4 more while it ends).
 */
class RecordDigest {
    count = 0;
    #hashes = Buffer.alloc(FIRST_CAPACITY * HASH_BYTES);
    add(record) {
        const at = this.count * HASH_BYTES;
        if (at === this.#hashes.length)
            this.#hashes = Buffer.concat([this.#hashes], this.#hashes.length * 2);
        recordHash(record).copy(this.#hashes, at);
        this.count += 1;
    }
    hex() {
        const hashes = this.#hashes;
        const order = new Uint32Array(this.count).map((_, index) => index);
        order.sort((one, other) => {
            const first = hashes.readUInt32BE(one * HASH_BYTES) - hashes.readUInt32BE(other * HASH_BYTES);
            return first !== 0 ? first : compareWhole(hashes, one, other);
        });
        const total = (0,external_node_crypto_.createHash)('sha256');
        for (const index of order)
            total.update(hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
        return total.digest('hex');
    }
}
function compareWhole(hashes, one, other) {
    const end = (index) => (index + 1) * HASH_BYTES;
    return hashes.compare(hashes, other * HASH_BYTES, end(other), one * HASH_BYTES, end(one));
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/export.js

/**
 * Tells the refusals apart. REJECTED is in no documentation: public clients met it for filters that match nothing and for
 * exports over a cap whose number is not known.
 */
function refusalReason(words, entities) {
    const said = words ?? '';
    if (/exceed|threshold|too (?:many|large|big)|maximum/i.test(said))
        return 'too_large';
    // No word of these tells of an empty result, however the sentence reads.
    if (/permission|access|allowed|denied|trial|quota|licen|support|storage|account|plan/i.test(said))
        return 'other';
    // Items that were counted did match.
    if (entities !== undefined && entities > 0)
        return /entit/i.test(said) ? 'too_large' : 'other';
    return entities === 0 || NOTHING.test(said) ? 'nothing_matched' : 'other';
}
const NOTHING = /\bno\b.{0,40}\b(?:match|entit|item|media|image|result|data|record)|\bnothing\b|\bempty\b|\b0 (?:entit|item|media|image|result)/i;
/** The error for a refused export, however the refusal came. */
function refusedExport(words, entities) {
    const items = entities === undefined || entities < 0 ? '' : ` (${entities} items)`;
    switch (refusalReason(words, entities)) {
        case 'nothing_matched':
            return new errors/* ActionError */.lZ('rejected', 'Nothing matched: there is nothing to export.', {
                apiWords: words,
                todo: 'Check vql, media_ids or cluster_ids. If an empty result is fine for this workflow, set allow_empty: true.',
            });
        case 'too_large':
            return new errors/* ActionError */.lZ('rejected', `Visual Layer refused the export as too large${items}.`, {
                apiWords: words,
                todo: 'Export less at once: select with vql, cluster_ids or media_ids, or leave the media files out with include_images: false.',
            });
        case 'other':
            return new errors/* ActionError */.lZ('rejected', `Visual Layer refused the export${items}.`, {
                apiWords: words,
                todo: 'Correct what Visual Layer names, then run the step again. Trial accounts cannot export.',
            });
    }
}
/**
 * An export is over when it is COMPLETED and has its link: one without the other is still under way. `progress` decides nothing,
 * since its scale is not documented.
 */
function exportVerdict(task, exportId, allowEmpty) {
    switch (task.state) {
        case 'COMPLETED':
            if (task.link !== undefined)
                return { state: 'done', value: { kind: 'link', link: task.link } };
            return { state: 'pending', line: 'export COMPLETED, its download link is not there yet', phase: 'COMPLETED' };
        case 'REJECTED':
            if (allowEmpty && refusalReason(task.words, task.entities) === 'nothing_matched') {
                return { state: 'done', value: { kind: 'nothing_matched', words: task.words } };
            }
            return { state: 'failed', error: refusedExport(task.words, task.entities) };
        case 'FAILED':
        case 'CANCELLED':
            return {
                state: 'failed',
                error: new errors/* ActionError */.lZ('operation_failed', `Export ${exportId} ended as ${task.statusWord}.`, {
                    apiWords: task.words,
                    todo: 'Run the step again: it starts a new export. If it fails again, ask Visual Layer support with the export id.',
                }),
            };
        case 'QUEUED':
        case 'RUNNING': {
            const items = task.entities === undefined || task.entities <= 0 ? '' : `, ${task.entities} items`;
            const queued = task.state === 'QUEUED' ? ': accepted, not started yet' : '';
            return { state: 'pending', line: `export ${task.statusWord}${queued}${items}`, phase: task.statusWord };
        }
    }
}

;// CONCATENATED MODULE: ./build/runner/artifact-errors.js

function stageOf(error) {
    const text = (0,errors/* describe */.q0)(error);
    if (text.includes('Failed to CreateArtifact'))
        return 'create';
    return text.includes('Failed to FinalizeArtifact') ? 'finalize' : 'transfer';
}
/** Whether the artifact service refused the name because the run already has an artifact of that name. */
function isNameTaken(error) {
    return stageOf(error) === 'create' && /\(409\)/.test((0,errors/* describe */.q0)(error));
}
const NETWORK_CODES = /\b(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|REQUEST_SEND_ERROR)\b/;
/**
 * Whether another attempt may help: a lost connection, which the library does not retry, and server errors that outlasted
 * its own retries. A 403 of FinalizeArtifact counts too: uploads have been seen to meet it at random (dotnet/orleans#10961,
 * QIICR/dcmqi#562).
 */
function isTransient(error) {
    const text = (0,errors/* describe */.q0)(error);
    if (isOverQuota(text))
        return false;
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && NETWORK_CODES.test(error.code))
        return true;
    if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
        return error.statusCode >= 500 || error.statusCode === 429 || error.statusCode === 408;
    }
    if (stageOf(error) === 'finalize' && /\(403\)/.test(text))
        return true;
    return NETWORK_CODES.test(text) || /Upload progress stalled|Failed to make request after \d+ attempts/.test(text);
}
function isOverQuota(text) {
    return /quota has been hit|insufficient usage/i.test(text);
}
const SKIP = 'To go without an artifact: `upload_artifact: false`; the export stays in `output_dir` for later steps of the job.';
/** What a user is told of an upload that cannot be had. */
function uploadFailure(error, storedName) {
    const text = (0,errors/* describe */.q0)(error);
    const failure = (message, todo) => new errors/* ActionError */.lZ('artifact_failed', `The export is complete on disk, but its artifact is not stored: ${message}`, {
        todo: `${todo} ${SKIP}`,
        cause: error,
    });
    if (isNameTaken(error)) {
        return failure(`this workflow run already has an artifact named "${storedName}".`, 'Another job, another leg of the matrix or an earlier step took the name. Give each its own, such as `artifact_name: export-${{ strategy.job-index }}`, or replace the earlier one: `overwrite_artifact: true`.');
    }
    if (isOverQuota(text)) {
        return failure('the storage for artifacts that GitHub allows this account is used up.', 'Delete old artifacts or let them live shorter (`retention_days: 7`); GitHub counts anew every 6 to 12 hours.');
    }
    if (isTransient(error)) {
        return failure(`the connection to GitHub's artifact storage kept breaking. Last: ${text}`, 'Run the job again. On a self-hosted runner, check that it reaches *.actions.githubusercontent.com and *.blob.core.windows.net.');
    }
    return failure(`GitHub's artifact service refused it. ${text}`, 'See whether githubstatus.com reports trouble with Actions, then run the job again.');
}
/** What a user is told where the artifact service is out of reach from the start. */
function noArtifactService(variable) {
    return new errors/* ActionError */.lZ('artifact_failed', `The export is complete on disk, but its artifact is not stored: ${variable} is not set, so GitHub's artifact service cannot be reached.`, {
        todo: `The runner sets it for actions; it is absent outside a GitHub workflow and where a step or container clears the environment. ${SKIP}`,
    });
}

;// CONCATENATED MODULE: ./build/runner/artifact.js





const MAX_ATTEMPTS = 5;
/**
 * Stores an export as an artifact of this workflow run. On GitHub Enterprise Server, which has no such artifact service, it
 * warns and skips. Lost connections are retried, up to 5 attempts; an artifact that was there before is only ever deleted
 * with `overwrite`.
 *
 * @throws ActionError `artifact_failed`, or the reason of `signal`
 */
async function uploadExport(options) {
    const { content, context, reporter, signal } = options;
    signal.throwIfAborted();
    if (context.isEnterpriseServer) {
        const reason = `${new URL(context.serverUrl).host} is GitHub Enterprise Server, which the artifact library does not support`;
        reporter.warning(`No artifact was stored: ${reason}. The export stays on the runner's disk.`, {
            todo: 'Add a step with actions/upload-artifact@v3 and `path: ${{ steps.<id>.outputs.export_dir }}`; and set `upload_artifact: false` here.',
        });
        return { kind: 'skipped', reason };
    }
    for (const variable of ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL']) {
        if (!process.env[variable])
            throw noArtifactService(variable);
    }
    await requireFiles('zip' in content ? [content.zip] : content.files);
    return await reporter.group('Storing the export as an artifact', () => new Upload(options).run());
}
/** One upload with its attempts. */
class Upload {
    #options;
    #name;
    /** A folder for the ZIP under another name, made when one is needed. */
    #aliasFolder;
    /** What our failed attempts tell of the present name: that it is ours beyond doubt, or that it may be. */
    #claim = 'none';
    constructor(options) {
        this.#options = options;
        this.#name = 'zip' in options.content ? (0,external_node_path_.basename)(options.content.zip) : options.name;
    }
    async run() {
        const { reporter, clock, signal } = this.#options;
        const { default: client } = await Promise.all(/* import() */[__nccwpck_require__.e(752), __nccwpck_require__.e(21), __nccwpck_require__.e(833)]).then(__nccwpck_require__.bind(__nccwpck_require__, 58833));
        const retentionDays = this.#retentionDays();
        let toDelete = this.#options.overwrite;
        try {
            for (let attempt = 1;; attempt++) {
                try {
                    if (toDelete)
                        await this.#delete(client);
                    toDelete = false;
                    return await this.#send(client, retentionDays);
                }
                catch (error) {
                    signal.throwIfAborted();
                    const stored = isNameTaken(error) ? await this.#settleTakenName(client, error, attempt) : undefined;
                    if (stored)
                        return stored;
                    if (isNameTaken(error))
                        continue;
                    if (!isTransient(error) || attempt >= MAX_ATTEMPTS)
                        throw uploadFailure(error, this.#name);
                    reporter.info(`Attempt ${attempt} of ${MAX_ATTEMPTS} broke off: ${(0,errors/* describe */.q0)(error)}`);
                    if (!toDelete)
                        this.#claimAfter(stageOf(error));
                    await clock.sleep((0,retry/* fullJitter */.G)(attempt), signal);
                }
            }
        }
        finally {
            if (this.#aliasFolder)
                await (0,promises_.rm)(this.#aliasFolder, { recursive: true, force: true });
        }
    }
    // What broke after the name was created was created by us; a lost reply to the creation itself leaves it open.
    #claimAfter(stage) {
        if (stage !== 'create')
            this.#claim = 'ours';
        else if (this.#claim === 'none')
            this.#claim = 'perhaps';
    }
    async #send(client, retentionDays) {
        const { content, compressionLevel, signal } = this.#options;
        const retention = retentionDays === undefined ? {} : { retentionDays };
        const work = 'zip' in content
            ? this.#sendZip(client, content.zip, retention)
            : client.uploadArtifact(this.#name, [...content.files], content.folder, { compressionLevel, ...retention });
        const { id, size, digest } = await abortable(work, signal);
        if (id === undefined || digest === undefined)
            throw new Error('The reply of the artifact service names no artifact.');
        return this.#uploaded(id, digest, size ?? 0);
    }
    async #sendZip(client, zip, retention) {
        const path = this.#name === (0,external_node_path_.basename)(zip) ? zip : await this.#alias(zip);
        return await client.uploadArtifact(this.#name, [path], (0,external_node_path_.dirname)(path), { skipArchive: true, ...retention });
    }
    /**
     * The service says that the name is taken, after one of our own attempts may have taken it. If that attempt was complete
     * and only its reply was lost, its artifact is the result. An upload that was never finished holds its name for the rest
     * of the run, is in no list and cannot be deleted (atlanhq/application-sdk#3711): then the next attempt goes under a name
     * of its own. What may be another job's is left alone.
     */
    async #settleTakenName(client, error, attempt) {
        if (this.#claim === 'none')
            throw uploadFailure(error, this.#name);
        const stored = await this.#find(client);
        if (stored && this.#claim === 'ours')
            return stored;
        if (stored)
            throw uploadFailure(error, this.#name);
        const deleted = this.#claim === 'ours' && (await this.#delete(client).catch(() => false));
        this.#claim = 'none';
        if (deleted)
            return undefined;
        const burnt = this.#name;
        const extension = 'zip' in this.#options.content ? (0,external_node_path_.extname)(burnt) : '';
        const stem = burnt.slice(0, burnt.length - extension.length).replace(/-retry-\d+$/, '');
        this.#name = `${stem}-retry-${attempt}${extension}`;
        this.#options.reporter.warning(`The artifact goes up as "${this.#name}": an upload that broke off still holds the name "${burnt}", and GitHub does not give it free in this run.`, {
            todo: 'Later jobs find it by the output `artifact_name` or `artifact_id`.',
        });
        return undefined;
    }
    /** Deletes the artifact of the present name; `false` when none is listed. */
    async #delete(client) {
        try {
            await abortable(client.deleteArtifact(this.#name), this.#options.signal);
            return true;
        }
        catch (error) {
            if (error instanceof Error && error.name === 'ArtifactNotFoundError')
                return false;
            throw error;
        }
    }
    /** The finished artifact of the present name; `undefined` when none is listed or the list cannot be had. */
    async #find(client) {
        try {
            const { artifacts } = await abortable(client.listArtifacts({ latest: true }), this.#options.signal);
            const found = artifacts.find(({ name }) => name === this.#name);
            return found?.digest ? this.#uploaded(found.id, found.digest, found.size) : undefined;
        }
        catch (error) {
            this.#options.signal.throwIfAborted();
            this.#options.reporter.debug(`The artifacts of this run could not be listed: ${(0,errors/* describe */.q0)(error)}`);
            return undefined;
        }
    }
    #uploaded(id, digest, sizeBytes) {
        const { serverUrl, repository, runId } = this.#options.context;
        const url = repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}/artifacts/${id}` : '';
        return { kind: 'uploaded', id, name: this.#name, url, digest: digest.replace(/^sha256:/, ''), sizeBytes };
    }
    // The library names a single file's artifact after the file, whatever name it is given.
    async #alias(zip) {
        this.#aliasFolder ??= await (0,promises_.mkdtemp)((0,external_node_path_.join)((0,external_node_path_.dirname)(zip), '.artifact-'));
        const path = (0,external_node_path_.join)(this.#aliasFolder, this.#name);
        await (0,promises_.link)(zip, path).catch(() => (0,promises_.copyFile)(zip, path));
        return path;
    }
    #retentionDays() {
        const { retentionDays, context, reporter } = this.#options;
        const most = context.retentionDays;
        if (retentionDays === undefined || most === undefined || retentionDays <= most)
            return retentionDays;
        reporter.warning(`The artifact lives ${most} days, not ${retentionDays}: the repository's settings allow no more.`, {
            todo: `Set \`retention_days: ${most}\`, or raise the limit in the repository's settings under Actions, General.`,
        });
        return most;
    }
}
async function requireFiles(files) {
    if (files.length === 0)
        throw new errors/* ActionError */.lZ('artifact_failed', 'There is no file to store as an artifact: the export is empty.');
    for (const file of files) {
        const found = await (0,promises_.stat)(file).catch(() => undefined);
        if (!found?.isFile())
            throw new errors/* ActionError */.lZ('artifact_failed', `A file to be stored in the artifact is gone: ${file}`, {
                todo: 'Check that no other step or process cleans the workspace at the same time.',
            });
    }
}
/** The result of `work`, or a rejection with the signal's reason as soon as it aborts. */
async function abortable(work, signal) {
    signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
        return await Promise.race([work, aborted]);
    }
    finally {
        signal.removeEventListener('abort', abort);
    }
}

;// CONCATENATED MODULE: ./build/operations/export-artifact.js


/**
 * Uploads the export as an artifact of the run: one ZIP as it is, so that the artifact's digest equals `export_sha256`; an
 * unpacked export as one folder.
 */
async function publishExport(request, step, placed) {
    const { reporter, context, clock } = step;
    const phase = {
        awaited: 'the upload of the artifact',
        carryOn: 'The export itself is safe on the runner (output export_dir); a later step can upload it.',
    };
    const result = await withinDeadline(step, phase, (signal) => uploadExport({
        name: request.artifactName,
        content: placed.archivePath === undefined
            ? { folder: request.outputDir, files: [...placed.files, placed.manifestPath] }
            : { zip: placed.archivePath },
        retentionDays: request.retentionDays,
        compressionLevel: request.compressionLevel,
        overwrite: request.overwriteArtifact,
        context,
        reporter,
        clock,
        signal,
    }));
    if (result.kind === 'skipped') {
        reporter.note(`No artifact was uploaded: ${result.reason}`);
        return;
    }
    reporter.output('artifact_id', result.id);
    reporter.output('artifact_name', result.name);
    reporter.output('artifact_url', result.url);
    reporter.output('artifact_digest', result.digest);
    reporter.fact('Artifact', result.name, { link: result.url });
    reporter.fact('Artifact digest', result.digest, { code: true });
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(73024);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __nccwpck_require__(58500);
;// CONCATENATED MODULE: ./build/transfer/disk.js




const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** The message for a file that could not be written, read or moved. `doing` completes "could not …": `write the export`. */
function diskFailure(error, doing, path) {
    if (error instanceof errors/* ActionError */.lZ)
        return error;
    const code = codeOf(error);
    if (code !== undefined && FULL.has(code)) {
        return new errors/* ActionError */.lZ('operation_failed', `The disk of the runner is full: could not ${doing} (${path}).`, {
            todo: 'Free space before this step, use a runner with a larger disk, or set output_dir to a folder on another disk.',
            cause: error,
        });
    }
    return new errors/* ActionError */.lZ('operation_failed', `Could not ${doing} (${path}): ${(0,errors/* describe */.q0)(error)}.`, {
        todo: 'Check that output_dir names a folder that the runner may write to.',
        cause: error,
    });
}
/** The `code` of a system error, such as `ENOENT`. */
function codeOf(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
/**
 * Throws when the disk that `path` will lie on has fewer than `bytes` free, so that a full disk is met before the work and
 * not at its end. Says nothing where the file system does not tell.
 */
async function requireSpace(path, bytes) {
    let free;
    try {
        const disk = await (0,promises_.statfs)((0,external_node_path_.dirname)(path));
        if (disk.blocks === 0)
            return;
        free = disk.bavail * disk.bsize;
    }
    catch {
        return;
    }
    if (free >= bytes)
        return;
    throw new errors/* ActionError */.lZ('operation_failed', `The disk of the runner is too full: the export needs ${prettyBytes(bytes)} and ${prettyBytes(free)} are free (${(0,external_node_path_.dirname)(path)}).`, {
        todo: 'Free space before this step, use a runner with a larger disk, or set output_dir to a folder on another disk.',
    });
}
/** Writes all of `bytes` at `position`: one write call may take fewer than it is given. */
async function writeFully(file, bytes, position) {
    for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
    }
}

;// CONCATENATED MODULE: ./build/transfer/archive-limits.js


const defaultLimits = { maxEntries: 5_000_000, maxRatio: 400 };
const GIB = 1024 ** 3;
/** DEFLATE gives at most 1,032 bytes for one (zlib.net/zlib_tech.html), so that a declared size beyond it is a lie. */
const MOST_OF_DEFLATE = 1032;
/** The unpacked size of all entries, in bytes. Throws `unsafe_archive` where declared sizes are impossible or absurd. */
function checkSizes(entries, archiveBytes, limits) {
    let total = 0;
    for (const { name, size, compressedSize } of entries) {
        if (size > (compressedSize + 1) * MOST_OF_DEFLATE) {
            throw bomb(`its entry ${JSON.stringify(name.slice(0, 300))} claims to unpack ${prettyBytes(compressedSize)} to ${prettyBytes(size)}`);
        }
        total += size;
    }
    if (total > GIB && total > archiveBytes * limits.maxRatio) {
        throw bomb(`it claims to unpack ${prettyBytes(archiveBytes)} to ${prettyBytes(total)}, more than ${limits.maxRatio} times its size`);
    }
    return total;
}
/** The error for an archive that is made to unpack to far more than it should. */
function bomb(why) {
    return new errors/* ActionError */.lZ('unsafe_archive', `The archive was refused: ${why}.`, {
        todo: 'Nothing of it was kept. No export of Visual Layer looks like this: check who could have changed the archive, and export again.',
    });
}

// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __nccwpck_require__(4573);
;// CONCATENATED MODULE: ./build/transfer/not-a-zip.js

/** How much of a file tells what it is, in bytes. */
const SAMPLE = 512;
/** The error for a file that is not a whole ZIP archive. It says what the file looks like instead, and quotes its beginning. */
async function notAnArchive(file, sizeBytes, reason, cause) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0);
    const start = buffer.subarray(0, bytesRead);
    const kind = looksLike(start, sizeBytes);
    const message = kind === undefined
        ? `The downloaded archive is damaged: ${reason.replace(/\.$/, '')}.`
        : `The download is not a ZIP archive: it ${kind}.`;
    return new errors/* ActionError */.lZ('corrupt_download', message, {
        apiWords: kind?.startsWith('looks like') ? start.toString().slice(0, 200) : undefined,
        todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
        cause,
    });
}
/** `undefined` for something that begins as a ZIP does. */
function looksLike(start, sizeBytes) {
    if (sizeBytes === 0)
        return 'is empty';
    if (start.subarray(0, 2).toString('latin1') === 'PK')
        return undefined;
    if (start.subarray(0, 4).toString('latin1') === 'PAR1')
        return 'is a parquet file';
    if (start[0] === 0x1f && start[1] === 0x8b)
        return 'is compressed with gzip';
    const text = start
        .toString()
        .replace(/^\uFEFF/, '')
        .trimStart();
    if (/^<(!doctype html|html|head|body)/i.test(text))
        return 'looks like a web page';
    if (/^<(\?xml|error|[a-z]+>)/i.test(text))
        return 'looks like XML, as storage hosts answer when they refuse';
    if (/^[[{]/.test(text))
        return 'looks like JSON';
    if (/^[\p{L}\p{N}\p{P}\p{S}\p{Zs}\s]+$/u.test(text) && !text.includes('\uFFFD'))
        return 'looks like plain text';
    return 'begins with bytes that no ZIP archive begins with';
}

;// CONCATENATED MODULE: ./build/transfer/central-directory.js





const READ_AHEAD = 1024 * 1024;
const ENTRY_SIGNATURE = 0x02014b50;
const SHORTEST_ENTRY = 46;
/** Reads the whole central directory of an archive. Names come back unchecked. */
async function readDirectory(file, sizeBytes, maxEntries, signal) {
    const { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } = await __nccwpck_require__.e(/* import() */ 663).then(__nccwpck_require__.t.bind(__nccwpck_require__, 20663, 19));
    const window = new ReadAhead(file.fd);
    class DirectoryReader extends RandomAccessReader {
        read(buffer, offset, length, position, done) {
            done(null, window.read(buffer, offset, length, position));
        }
    }
    const entries = [];
    const options = { autoClose: false, decodeStrings: false, strictFileNames: true };
    try {
        const zip = await fromRandomAccessReaderPromise(new DirectoryReader(), sizeBytes, options);
        const start = Number(zip.readEntryCursor);
        if (zip.entryCount > maxEntries)
            throw bomb(`it claims to hold ${zip.entryCount} entries`);
        if (zip.entryCount * SHORTEST_ENTRY > sizeBytes)
            throw new Error('its directory is longer than the whole archive');
        for await (const entry of zip.eachEntry()) {
            signal?.throwIfAborted();
            entries.push(read(entry, getFileNameLowLevel));
        }
        // A directory with more entries than it counts would hide the rest from this check, not from every unpacker.
        const next = Buffer.alloc(4);
        window.read(next, 0, 4, Number(zip.readEntryCursor));
        if (next.readUInt32LE(0) === ENTRY_SIGNATURE)
            throw new Error('its directory holds more entries than it counts');
        return { entries, start };
    }
    catch (error) {
        signal?.throwIfAborted();
        if (error instanceof Error && error.name === 'ActionError')
            throw error;
        throw await notAnArchive(file, sizeBytes, (0,errors/* describe */.q0)(error), error);
    }
}
function read(entry, decode) {
    const rawName = entry.fileNameRaw;
    // Writers often store UTF-8 without the flag that says so; by the letter it would be code page 437.
    const flags = (0,external_node_buffer_.isUtf8)(rawName) ? entry.generalPurposeBitFlag | 0x800 : entry.generalPurposeBitFlag;
    return {
        name: decode(flags, rawName, entry.extraFields, true),
        rawName,
        attributes: entry.externalFileAttributes,
        method: entry.compressionMethod,
        encrypted: entry.isEncrypted(),
        crc32: entry.crc32,
        size: entry.uncompressedSize,
        compressedSize: entry.compressedSize,
        headerStart: entry.relativeOffsetOfLocalHeader,
    };
}
/** Reads a file through one large window: a directory of 100,000 entries costs a dozen reads in place of 200,000. */
class ReadAhead {
    #fd;
    #window = Buffer.allocUnsafe(READ_AHEAD);
    #start = 0;
    #length = 0;
    constructor(fd) {
        this.#fd = fd;
    }
    /** The number of bytes read: fewer than `length` only at the end of the file. */
    read(target, offset, length, position) {
        let done = 0;
        while (done < length) {
            const at = position + done;
            if (at < this.#start || at >= this.#start + this.#length) {
                this.#length = (0,external_node_fs_.readSync)(this.#fd, this.#window, 0, READ_AHEAD, at);
                this.#start = at;
                if (this.#length === 0)
                    break;
            }
            const from = at - this.#start;
            done += this.#window.copy(target, offset + done, from, Math.min(this.#length, from + length - done));
        }
        return done;
    }
}

;// CONCATENATED MODULE: ./build/transfer/damaged.js

/** The error for an entry that cannot be what the archive's writer meant. `why` completes "…: it is encrypted". */
function damaged(name, why, cause) {
    return new errors/* ActionError */.lZ('corrupt_download', `The downloaded archive is damaged at its entry ${JSON.stringify(name.slice(0, 300))}: ${why}.`, {
        todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
        cause,
    });
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __nccwpck_require__(57075);
;// CONCATENATED MODULE: external "node:stream/promises"
const external_node_stream_promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/promises");
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __nccwpck_require__(38522);
;// CONCATENATED MODULE: ./build/transfer/entry-bytes.js








const CHUNK = 1024 * 1024;
/** Up to this size (bytes) an entry is unpacked in one piece: for many small files that is several times faster. */
const SMALL = 4 * CHUNK;
/** Whether {@link inflateSmall} may be used. */
function isSmall(entry) {
    return entry.size <= SMALL && entry.compressedSize <= SMALL;
}
/** All bytes of a small entry, size and CRC checked. */
function inflateSmall(fd, entry) {
    const packed = Buffer.allocUnsafe(entry.compressedSize);
    for (let done = 0; done < packed.length;) {
        const read = (0,external_node_fs_.readSync)(fd, packed, done, packed.length - done, entry.dataStart + done);
        if (read === 0)
            throw damaged(entry.name, 'the archive ends within it');
        done += read;
    }
    let bytes = packed;
    if (entry.method === 'deflated') {
        try {
            // One byte of room beyond the declared size is enough to see that it lies.
            bytes = (0,external_node_zlib_.inflateRawSync)(packed, { chunkSize: Math.max(64, entry.size + 1), maxOutputLength: entry.size + 1 });
        }
        catch (error) {
            throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(entry) : undecodable(entry, error);
        }
    }
    check(entry, bytes.length, (0,external_node_zlib_.crc32)(bytes));
    return bytes;
}
/** The bytes of an entry of any size in chunks; size and CRC are checked by the end. Memory stays at a few chunks. */
async function* inflateEntry(file, entry, signal) {
    const packed = packedBytes(file, entry, signal);
    let size = 0;
    let crc = 0;
    try {
        for await (const chunk of entry.method === 'stored' ? packed : inflated(packed)) {
            signal?.throwIfAborted();
            size += chunk.length;
            if (size > entry.size)
                throw tooLong(entry);
            crc = (0,external_node_zlib_.crc32)(chunk, crc);
            yield chunk;
        }
    }
    catch (error) {
        signal?.throwIfAborted();
        throw error instanceof errors/* ActionError */.lZ ? error : undecodable(entry, error);
    }
    check(entry, size, crc);
}
async function* packedBytes(file, entry, signal) {
    for (let done = 0; done < entry.compressedSize;) {
        signal?.throwIfAborted();
        const wanted = Math.min(CHUNK, entry.compressedSize - done);
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, entry.dataStart + done);
        if (bytesRead === 0)
            throw damaged(entry.name, 'the archive ends within it');
        done += bytesRead;
        yield buffer.subarray(0, bytesRead);
    }
}
async function* inflated(packed) {
    const inflate = (0,external_node_zlib_.createInflateRaw)({ chunkSize: CHUNK });
    const source = external_node_stream_.Readable.from(packed, { objectMode: false, highWaterMark: CHUNK });
    // Its failure reaches the loop below as the failure of `inflate`.
    const flow = (0,external_node_stream_promises_namespaceObject.pipeline)(source, inflate).catch(() => undefined);
    yield* inflate;
    await flow;
}
function check(entry, size, crc) {
    if (size > entry.size)
        throw tooLong(entry);
    if (size < entry.size)
        throw damaged(entry.name, `it unpacks to ${size} bytes where ${entry.size} are declared`);
    if (crc !== entry.crc32)
        throw damaged(entry.name, 'its checksum (CRC-32) is wrong');
}
function tooLong(entry) {
    return bomb(`its entry ${JSON.stringify(entry.name.slice(0, 300))} unpacks to more than the ${entry.size} bytes it declares`);
}
function undecodable(entry, error) {
    return damaged(entry.name, `its data cannot be unpacked (${(0,errors/* describe */.q0)(error)})`, error);
}

;// CONCATENATED MODULE: ./build/transfer/entry-names.js


/** The longest name of one file or folder on common file systems, in bytes of UTF-8. */
const LONGEST_SEGMENT = 255;
/** Leaves room for the output folder within the 4,096 bytes that Linux allows a path. */
const LONGEST_PATH = 2048;
const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)[ ]*(?=\.|$)/i;
/**
 * Decides where each entry of an archive lies on disk, in the order given.
 *
 * Refused, with an `unsafe_archive` error that names the entry: a name that leaves the folder (`..` in any spelling), an absolute
 * one, one with a drive letter, an empty one, one with a NUL; links, devices, sockets and pipes; the same name twice; a file
 * where another entry needs a folder.
 *
 * Changed, because names that are fine in the data are not fine on Windows or in the name of an artifact's file: `" : < > | * ?`,
 * control characters, trailing dots and spaces and device names get `_`; names too long for a file system are cut. Names that
 * would then, or on a disk that ignores case, fall together all get `~` and eight digits of their hash, so that where an entry
 * lands does not depend on the order in which an archive holds its entries.
 *
 * @param reserved paths that no entry may take, because the caller writes there
 */
function placeNames(entries, reserved = []) {
    const places = entries.map((entry) => placeName(entry));
    refuseTwins(places);
    separate(places, reserved);
    return places.map(({ entry, kind, path }) => ({ entry, kind, path }));
}
function placeName(entry) {
    const kind = kindOf(entry);
    const segments = segmentsOf(entry.name);
    if (kind === 'file' && segments.length === 0)
        throw refusal(entry.name, 'it has no name');
    const path = segments.map(safeSegment).join('/');
    if (Buffer.byteLength(path) > LONGEST_PATH)
        throw refusal(entry.name, `its path is longer than ${LONGEST_PATH} bytes`);
    return { entry, kind, path, segments };
}
function kindOf(entry) {
    const type = (entry.attributes >>> 16) & 0o170000;
    const named = /[/\\]$/.test(entry.name) ? 'folder' : 'file';
    // 0: a writer that does not know unix modes.
    if (type === 0o120000)
        throw refusal(entry.name, 'it is a symbolic link');
    if (type !== 0 && type !== 0o100000 && type !== 0o040000)
        throw refusal(entry.name, 'it is neither a file nor a folder');
    if (type === 0o040000 && named === 'file')
        throw refusal(entry.name, 'it is marked as a folder but named as a file');
    // The DOS attribute of a "reparse point": what Windows calls its links.
    if ((entry.attributes & 0x400) !== 0)
        throw refusal(entry.name, 'it is a link');
    return named;
}
/** The parts of a name, both separators counting; `.` and empty parts mean nothing and are left out. */
function segmentsOf(name) {
    if (name === '')
        throw refusal(name, 'it has no name');
    if (name.includes('\0'))
        throw refusal(name, 'its name holds a NUL');
    if (/^[/\\]/.test(name))
        throw refusal(name, 'its path is absolute');
    if (/^[a-z]:/i.test(name))
        throw refusal(name, 'its path names a drive');
    const segments = [];
    for (const segment of name.toWellFormed().split(/[/\\]/)) {
        if (segment === '' || segment === '.')
            continue;
        // Windows drops trailing dots and spaces, so that ".. " and "..." climb there too.
        if (/^\.{2,}$/.test(segment.replace(/[\s\p{C}]/gu, '')))
            throw refusal(name, 'its path leaves the folder ("..")');
        segments.push(segment);
    }
    return segments;
}
function safeSegment(segment) {
    const shown = segment
        .replace(/[":<>|*?\p{Cc}]/gu, '_')
        .replace(/[. ]+$/, (end) => '_'.repeat(end.length))
        .replace(RESERVED_ON_WINDOWS, (device) => `${device}_`);
    return Buffer.byteLength(shown) <= LONGEST_SEGMENT ? shown : withHash(shown, segment);
}
/** `name.ext` as `name~0123abcd.ext`, cut to what a file system takes; the digits come from `original`. */
function withHash(name, original) {
    const digits = (0,external_node_crypto_.createHash)('sha256').update(original).digest('hex').slice(0, 8);
    const extension = /[^.](\.[^.]{1,16})$/.exec(name)?.[1] ?? '';
    const room = LONGEST_SEGMENT - Buffer.byteLength(extension) - digits.length - 1;
    const stem = Buffer.from(name.slice(0, name.length - extension.length))
        .subarray(0, room)
        .toString()
        // A character cut in half.
        .replace(/\uFFFD$/, '');
    return `${stem}~${digits}${extension}`;
}
function refuseTwins(places) {
    const files = new Set();
    for (const { entry, kind, segments } of places) {
        if (kind === 'folder')
            continue;
        const key = segments.join('/');
        // Two spellings of one path ("a//b", "a/b") are twins as well: an unpacker lets the second overwrite the first.
        if (files.has(key))
            throw refusal(entry.name, 'another entry has the same name');
        files.add(key);
    }
    for (const { entry, kind, segments } of places) {
        const depth = kind === 'folder' ? segments.length : segments.length - 1;
        for (let length = 1; length <= depth; length += 1) {
            if (!files.has(segments.slice(0, length).join('/')))
                continue;
            throw refusal(entry.name, 'it needs a folder where another entry is a file');
        }
    }
}
/** Gives names that fall together a suffix each. What still falls together after that was made to, and is refused. */
function separate(places, reserved) {
    const wanted = occupied(places, reserved);
    for (const place of places) {
        if (place.kind === 'folder' || (wanted.get(folded(place.path)) ?? 0) < 2)
            continue;
        const cut = place.path.lastIndexOf('/') + 1;
        place.path = place.path.slice(0, cut) + withHash(place.path.slice(cut), place.entry.name);
    }
    const taken = occupied(places, reserved);
    const kept = reserved.find((path) => (taken.get(folded(path)) ?? 0) > 1);
    if (kept !== undefined)
        throw refusal(kept, 'this place is kept for a file of the action');
    for (const { entry, kind, path } of places) {
        if (kind === 'folder' || taken.get(folded(path)) === 1)
            continue;
        throw refusal(entry.name, 'another entry takes the same place on disk');
    }
}
/** How many want each place, as a disk sees it that ignores case: files, and each folder once. */
function occupied(places, reserved) {
    const folders = new Set();
    const counts = new Map();
    const take = (key) => counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const path of reserved)
        take(folded(path));
    for (const { kind, path } of places) {
        if (kind === 'file')
            take(folded(path));
        let folder = folded(kind === 'folder' ? path : path.slice(0, Math.max(0, path.lastIndexOf('/'))));
        while (folder !== '' && !folders.has(folder)) {
            folders.add(folder);
            take(folder);
            folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
        }
    }
    return counts;
}
/** Equal for paths that some disk takes for one: macOS and Windows ignore case, macOS also how accents are composed. */
function folded(path) {
    return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
function refusal(name, why) {
    return new errors/* ActionError */.lZ('unsafe_archive', `The archive was refused because of its entry ${JSON.stringify(name.slice(0, 300))}: ${why}.`, {
        todo: 'Nothing was unpacked. An export of Visual Layer has no such entry: check who could have changed the archive, and export again.',
    });
}

;// CONCATENATED MODULE: ./build/transfer/local-header.js


const SIGNATURE = 0x04034b50;
const FIXED = 30;
/** Sizes and CRC follow the data ("data descriptor"); the header may hold zeros in their place. */
const SIZES_FOLLOW = 0x8;
const IN_ZIP64 = 0xffffffff;
const ZIP64_FIELD = 1;
const header = Buffer.alloc(FIXED);
/**
 * Where the data of an entry begins in the archive. Throws `corrupt_download` unless the entry's local header, in front of its
 * data, says the same of name, method, sizes and CRC as the central directory: unpackers differ in which of the two they believe.
 */
function locate(fd, entry, directoryStart) {
    const { name, headerStart } = entry;
    if (headerStart + FIXED > directoryStart)
        throw damaged(name, 'its data would lie behind the directory');
    if ((0,external_node_fs_.readSync)(fd, header, 0, FIXED, headerStart) < FIXED || header.readUInt32LE(0) !== SIGNATURE) {
        throw damaged(name, 'there is no entry where the directory says');
    }
    const flags = header.readUInt16LE(6);
    const nameLength = header.readUInt16LE(26);
    const extraLength = header.readUInt16LE(28);
    const dataStart = headerStart + FIXED + nameLength + extraLength;
    if (dataStart + entry.compressedSize > directoryStart)
        throw damaged(name, 'its data would reach into the directory');
    if (((flags & 1) === 1) !== entry.encrypted)
        throw disagree(name, 'encryption');
    if (header.readUInt16LE(8) !== entry.method)
        throw disagree(name, 'the method');
    const rest = Buffer.alloc(nameLength + extraLength);
    const got = rest.length === 0 ? 0 : (0,external_node_fs_.readSync)(fd, rest, 0, rest.length, headerStart + FIXED);
    if (got < rest.length || !rest.subarray(0, nameLength).equals(entry.rawName))
        throw disagree(name, 'the name');
    const local = sizes(rest.subarray(nameLength));
    const optional = (flags & SIZES_FOLLOW) !== 0;
    if (!agrees(local.size, entry.size, optional) || !agrees(local.compressedSize, entry.compressedSize, optional)) {
        throw disagree(name, 'the size');
    }
    if (!agrees(header.readUInt32LE(14), entry.crc32, optional))
        throw disagree(name, 'the CRC');
    return dataStart;
}
function agrees(local, central, optional) {
    return local === central || (optional && (local === 0 || local === IN_ZIP64));
}
function sizes(extra) {
    let compressedSize = header.readUInt32LE(18);
    let size = header.readUInt32LE(22);
    for (let at = 0; at + 4 <= extra.length;) {
        const data = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
        if (extra.readUInt16LE(at) === ZIP64_FIELD) {
            let next = 0;
            if (size === IN_ZIP64 && data.length >= next + 8) {
                size = Number(data.readBigUInt64LE(next));
                next += 8;
            }
            if (compressedSize === IN_ZIP64 && data.length >= next + 8)
                compressedSize = Number(data.readBigUInt64LE(next));
        }
        at += 4 + extra.readUInt16LE(at + 2);
    }
    return { size, compressedSize };
}
function disagree(name, about) {
    return damaged(name, `its two headers disagree about ${about}`);
}

;// CONCATENATED MODULE: ./build/transfer/archive.js








/**
 * Opens a ZIP archive (Zip64 too) and checks its whole directory before a single byte is unpacked: names, types, sizes,
 * encryption and methods, both headers of each entry against each other, and that no two entries share bytes. Throws an
 * `ActionError`: `corrupt_download` for what is broken, `unsafe_archive` for what is made to do harm.
 */
async function openArchive(path, options = {}) {
    let file;
    try {
        file = await (0,promises_.open)(path, 'r');
    }
    catch (error) {
        throw diskFailure(error, 'read the archive', path);
    }
    try {
        return await examine(file, options);
    }
    catch (error) {
        await file.close();
        throw error;
    }
}
async function examine(file, options) {
    const { size: sizeBytes } = await file.stat();
    const limits = { ...defaultLimits, ...options.limits };
    const directory = await readDirectory(file, sizeBytes, limits.maxEntries, options.signal);
    const inOrder = placeNames(directory.entries, options.reserved).sort((one, other) => one.entry.headerStart - other.entry.headerStart);
    const entries = [];
    const folders = [];
    let end = 0;
    for (const { entry, kind, path } of inOrder) {
        const { name, size, compressedSize, crc32 } = entry;
        const method = methodOf(entry);
        const dataStart = locate(file.fd, entry, directory.start);
        if (entry.headerStart < end)
            throw bomb(`its entry ${JSON.stringify(name.slice(0, 300))} shares bytes with another one`);
        end = dataStart + compressedSize;
        if (kind === 'file')
            entries.push({ name, path, size, compressedSize, crc32, method, dataStart });
        else if (size !== 0)
            throw damaged(name, 'it is a folder and yet holds data');
        else if (path !== '')
            folders.push(path);
    }
    const totalBytes = checkSizes(entries, sizeBytes, limits);
    return {
        file,
        sizeBytes,
        entries,
        folders,
        totalBytes,
        openEntry: (entry, signal) => inflateEntry(file, entry, signal),
        close: () => file.close(),
    };
}
function methodOf({ name, encrypted, method }) {
    if (encrypted)
        throw damaged(name, 'it is encrypted');
    if (method === 0)
        return 'stored';
    if (method === 8)
        return 'deflated';
    throw damaged(name, `it is packed with method ${method}, which is neither "stored" nor "deflated"`);
}

;// CONCATENATED MODULE: ./build/transfer/unpack.js







/** Small entries are handled synchronously; after this many bytes the event loop gets its turn. */
const TURN = 8 * 1024 * 1024;
/** What one small file costs beyond its bytes, counted towards a turn. */
const PER_FILE = 64 * 1024;
/**
 * Verifies a ZIP archive from end to end (every header, size and CRC) and, with `target`, unpacks it. Nothing is written before
 * the whole directory was found safe, nothing outside `target`, nothing through a link, and nothing is overwritten. On failure
 * and on abort `target` is removed. Throws an `ActionError` (`corrupt_download`, `unsafe_archive`; `operation_failed` for the
 * disk), or the signal's reason.
 */
async function readArchive(options) {
    const { target, signal } = options;
    signal.throwIfAborted();
    const archive = await openArchive(options.archive, options);
    try {
        if (target === undefined) {
            await walk(archive, options, undefined);
        }
        else {
            await requireSpace(target, archive.totalBytes);
            await unpack(archive, options, target);
        }
    }
    finally {
        await archive.close();
    }
    const entries = archive.entries.map(({ name, path, size, crc32 }) => ({ name, path, size, crc32 }));
    return { entries, totalBytes: archive.totalBytes };
}
async function unpack(archive, options, target) {
    try {
        (0,external_node_fs_.mkdirSync)(target);
    }
    catch (error) {
        throw diskFailure(error, 'make a folder for the export', target);
    }
    try {
        const folders = new Folders(target);
        for (const folder of archive.folders)
            folders.make(folder);
        await walk(archive, options, folders);
    }
    catch (error) {
        await (0,promises_.rm)(target, { recursive: true, force: true }).catch(() => undefined);
        throw error;
    }
}
async function walk(archive, options, folders) {
    const { signal, onProgress } = options;
    let done = 0;
    let sinceTurn = 0;
    for (const entry of archive.entries) {
        signal.throwIfAborted();
        const path = folders?.forFile(entry.path);
        if (isSmall(entry)) {
            const bytes = inflateSmall(archive.file.fd, entry);
            if (path !== undefined)
                writeSmall(path, bytes);
            done += entry.size;
            sinceTurn += entry.size + PER_FILE;
        }
        else {
            for await (const written of copyLarge(archive, entry, path, signal)) {
                done += written;
                onProgress?.(done, archive.totalBytes);
            }
        }
        if (sinceTurn < TURN)
            continue;
        sinceTurn = 0;
        onProgress?.(done, archive.totalBytes);
        await (0,external_node_timers_promises_.setImmediate)();
    }
    onProgress?.(done, archive.totalBytes);
}
function writeSmall(path, bytes) {
    try {
        // A fifth faster than writeFileSync, which counts with 100,000 files.
        const fd = (0,external_node_fs_.openSync)(path, 'wx');
        try {
            for (let done = 0; done < bytes.length;)
                done += (0,external_node_fs_.writeSync)(fd, bytes, done);
        }
        finally {
            (0,external_node_fs_.closeSync)(fd);
        }
    }
    catch (error) {
        throw diskFailure(error, 'unpack the export', path);
    }
}
/** Yields the number of bytes of each chunk once it is written. */
async function* copyLarge(archive, entry, path, signal) {
    let file;
    try {
        if (path !== undefined)
            file = await (0,promises_.open)(path, 'wx');
        let written = 0;
        for await (const chunk of archive.openEntry(entry, signal)) {
            if (file)
                await writeFully(file, chunk, written);
            written += chunk.length;
            yield chunk.length;
        }
    }
    catch (error) {
        signal.throwIfAborted();
        throw diskFailure(error, 'unpack the export', path ?? entry.path);
    }
    finally {
        await file?.close();
    }
}
/** The folders of one unpacking, each made once and never one that was there before. */
class Folders {
    #root;
    #made = new Set(['']);
    constructor(root) {
        this.#root = root;
    }
    forFile(path) {
        this.make(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
        return (0,external_node_path_.join)(this.#root, path);
    }
    make(folder) {
        if (this.#made.has(folder))
            return;
        this.make(folder.slice(0, Math.max(0, folder.lastIndexOf('/'))));
        const path = (0,external_node_path_.join)(this.#root, folder);
        try {
            (0,external_node_fs_.mkdirSync)(path);
        }
        catch (error) {
            // On a disk that ignores case, "Images" is there once "images" is.
            if (codeOf(error) !== 'EEXIST' || !(0,external_node_fs_.lstatSync)(path).isDirectory())
                throw diskFailure(error, 'unpack the export', path);
        }
        this.#made.add(folder);
    }
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __nccwpck_require__(9691);
;// CONCATENATED MODULE: ./build/exports/manifest.js




/** The file that lies beside every export and says what it is. */
const MANIFEST_NAME = 'manifest.json';
const FILES_AT_ONCE = 1000;
/**
 * Writes a manifest, under another name first, so that no half of one is ever found at `path`. `files` are listed only where the
 * export was unpacked; they are written a thousand at a time. Throws an `ActionError` for the disk.
 */
async function writeManifest(path, manifest, files) {
    const draft = `${path}.${(0,external_node_crypto_.randomUUID)()}.tmp`;
    try {
        const file = await (0,promises_.open)(draft, 'wx');
        try {
            await write(file, manifest, files);
        }
        finally {
            await file.close();
        }
        await (0,promises_.rename)(draft, path);
    }
    catch (error) {
        await (0,promises_.rm)(draft, { force: true }).catch(() => undefined);
        throw diskFailure(error, 'write the manifest', path);
    }
}
async function write(file, manifest, files) {
    const text = JSON.stringify(manifest, null, 2);
    if (!files)
        return file.appendFile(`${text}\n`);
    await file.appendFile(`${text.slice(0, -2)},\n  "files": [`);
    for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
        const lines = files.slice(start, start + FILES_AT_ONCE).map((entry) => `\n    ${JSON.stringify(entry)}`);
        await file.appendFile((start === 0 ? '' : ',') + lines.join(','));
    }
    await file.appendFile(files.length === 0 ? ']\n}\n' : '\n  ]\n}\n');
}
/** What is read back of a manifest. Everything but the version may be missing: another version of this action wrote it. */
const earlierManifest = schemas/* object */.Ikc({
    schema_version: schemas/* number */.aig(),
    media_count: schemas/* number */.aig().optional(),
    content_digest: schemas/* string */.YjP().optional(),
    archive: schemas/* object */.Ikc({ name: schemas/* string */.YjP() }).optional(),
    files: schemas/* array */.YOg(schemas/* object */.Ikc({ path: schemas/* string */.YjP() })).default([]),
    produced_by: schemas/* object */.Ikc({ action: schemas/* string */.YjP() }),
});
const LARGEST_MANIFEST = 256 * 1024 * 1024;
/** Reads a manifest. `undefined` when there is none or it is not one of ours; its paths are not to be trusted. */
async function readManifest(path) {
    try {
        if ((await (0,promises_.stat)(path)).size > LARGEST_MANIFEST)
            return undefined;
        const result = earlierManifest.safeParse(JSON.parse(await (0,promises_.readFile)(path, 'utf8')));
        return result.success ? result.data : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/exports/earlier-export.js






/** The beginning of the names of the folders in which exports are unpacked before they are moved into place. */
const WORK_PREFIX = '.visual-layer-';
/**
 * Looks for an earlier export in `dir`: its `manifest.json`, and the work folders of exports that were killed half-way (their own
 * manifests tell what they had already moved into place). Throws `operation_failed` when the `manifest.json` there is somebody
 * else's.
 */
async function findEarlier(dir) {
    const names = await (0,promises_.readdir)(dir);
    const leftovers = names.filter((name) => name.startsWith(WORK_PREFIX)).map((name) => (0,external_node_path_.join)(dir, name));
    const files = new Set();
    if (names.includes(MANIFEST_NAME)) {
        const manifest = await readManifest((0,external_node_path_.join)(dir, MANIFEST_NAME));
        if (!manifest)
            throw inTheWay((0,external_node_path_.join)(dir, MANIFEST_NAME));
        for (const { path } of manifest.files)
            if (isPlain(path))
                files.add(path);
    }
    for (const leftover of leftovers) {
        const manifest = await readManifest((0,external_node_path_.join)(leftover, MANIFEST_NAME));
        for (const { path } of manifest?.files ?? [])
            if (isPlain(path))
                files.add(path);
    }
    return { files, leftovers };
}
/** Removes what {@link findEarlier} found, its manifest first, and the folders that are empty then. What is no plain file is left alone. */
async function removeEarlier(dir, { files, leftovers }) {
    try {
        if (files.size > 0)
            await (0,promises_.rm)((0,external_node_path_.join)(dir, MANIFEST_NAME), { force: true });
        const folders = new Set();
        for (const path of files) {
            if (isPlainFile(dir, path))
                (0,external_node_fs_.unlinkSync)((0,external_node_path_.join)(dir, path));
            for (let folder = (0,external_node_path_.dirname)(path); folder !== '.'; folder = (0,external_node_path_.dirname)(folder))
                folders.add(folder);
        }
        for (const folder of [...folders].sort((one, other) => other.length - one.length))
            removeIfEmpty(dir, folder);
        for (const leftover of leftovers)
            await (0,promises_.rm)(leftover, { recursive: true, force: true });
    }
    catch (error) {
        throw diskFailure(error, 'remove the earlier export', dir);
    }
}
function removeIfEmpty(dir, folder) {
    if (!hasRealFolders(dir, folder))
        return;
    try {
        (0,external_node_fs_.rmdirSync)((0,external_node_path_.join)(dir, folder));
    }
    catch (error) {
        if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? ''))
            throw error;
    }
}
/** Whether a path from a manifest stays inside: no `..`, no drive, no other separators. */
function isPlain(path) {
    if (path.includes('\\') || path.includes('\0') || path.includes(':'))
        return false;
    return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
/** Whether `path` below `dir` is a file that is reached through no link. */
function isPlainFile(dir, path) {
    const folder = (0,external_node_path_.dirname)(path);
    return (folder === '.' || hasRealFolders(dir, folder)) && earlier_export_look((0,external_node_path_.join)(dir, path))?.isFile() === true;
}
function hasRealFolders(dir, folder) {
    const segments = folder.split('/');
    return segments.every((_, depth) => earlier_export_look((0,external_node_path_.join)(dir, ...segments.slice(0, depth + 1)))?.isDirectory() === true);
}
/** What lies at a path itself, a link not followed; `undefined` for nothing. */
function earlier_export_look(path) {
    return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false });
}
/** The error for something in the output folder that is not ours to replace. */
function inTheWay(path) {
    return new errors/* ActionError */.lZ('operation_failed', `The export was not put into place: ${path} is in the way, and no earlier export wrote it.`, {
        todo: 'Set output_dir to an empty folder or to one that only exports are written to, for example "output_dir: visual-layer-export".',
    });
}

;// CONCATENATED MODULE: ./build/exports/export-files.js





/** Lends the files of an export that lie at its root or one folder deep, sorted by path, and the number of all its files. */
async function withExportFiles(place, use) {
    if ('dir' in place) {
        const files = await filesIn(place.dir);
        return use(files, files.length);
    }
    const archive = await openArchive(place.archive);
    try {
        const shallow = archive.entries.filter(({ path }) => path.split('/').length <= 2);
        const files = shallow.map((entry) => entryFile(archive, place.archive, entry));
        return await use(files.sort(byPath), archive.entries.length);
    }
    finally {
        await archive.close();
    }
}
function byPath(one, other) {
    return one.path < other.path ? -1 : 1;
}
async function filesIn(dir) {
    const paths = [];
    for (const entry of await (0,promises_.readdir)(dir, { withFileTypes: true })) {
        if (entry.isFile())
            paths.push(entry.name);
        if (!entry.isDirectory())
            continue;
        for (const inner of await (0,promises_.readdir)((0,external_node_path_.join)(dir, entry.name), { withFileTypes: true })) {
            if (inner.isFile())
                paths.push(`${entry.name}/${inner.name}`);
        }
    }
    const files = paths.map((path) => {
        const onDisk = (0,external_node_path_.join)(dir, path);
        return {
            path,
            bytes: (signal) => (0,external_node_fs_.createReadStream)(onDisk, { signal, highWaterMark: 1024 * 1024 }),
            onDisk: (_signal, use) => use(onDisk),
        };
    });
    return files.sort(byPath);
}
function entryFile(archive, archivePath, entry) {
    return {
        path: entry.path,
        bytes: (signal) => archive.openEntry(entry, signal),
        async onDisk(signal, use) {
            const spool = `${archivePath}.spool`;
            try {
                await copy(archive.openEntry(entry, signal), spool);
                return await use(spool);
            }
            finally {
                await (0,promises_.rm)(spool, { force: true });
            }
        },
    };
}
async function copy(bytes, path) {
    try {
        await (0,promises_.rm)(path, { force: true });
        const file = await (0,promises_.open)(path, 'wx');
        try {
            let written = 0;
            for await (const chunk of bytes) {
                await writeFully(file, chunk, written);
                written += chunk.length;
            }
        }
        finally {
            await file.close();
        }
    }
    catch (error) {
        throw diskFailure(error, 'unpack the metadata', path);
    }
}

;// CONCATENATED MODULE: ./build/exports/parquet.js

/**
 * The rows of a parquet file as plain objects, in order; one row group is in memory at a time. 64-bit integers come as `bigint`,
 * times as `Date`, bytes as `Uint8Array`. Throws `corrupt_download` when the file cannot be read, or the signal's reason.
 *
 * @param fileName as errors should name it
 */
async function* readRows(path, fileName, signal) {
    const { parquetReadObjects } = await __nccwpck_require__.e(/* import() */ 972).then(__nccwpck_require__.bind(__nccwpck_require__, 86972));
    const { compressors } = await __nccwpck_require__.e(/* import() */ 138).then(__nccwpck_require__.bind(__nccwpck_require__, 20138));
    const { file, metadata } = await footer(path, fileName);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
        signal?.throwIfAborted();
        const rowEnd = rowStart + Number(group.num_rows);
        let rows;
        try {
            rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
        }
        catch (error) {
            throw unreadable(fileName, error);
        }
        if (rows.length !== rowEnd - rowStart)
            throw unreadable(fileName, new Error('it holds fewer rows than it says'));
        yield* rows;
        rowStart = rowEnd;
    }
    if (rowStart !== Number(metadata.num_rows))
        throw unreadable(fileName, new Error('it holds fewer rows than it says'));
}
async function footer(path, fileName) {
    const { asyncBufferFromFile, parquetMetadataAsync } = await __nccwpck_require__.e(/* import() */ 972).then(__nccwpck_require__.bind(__nccwpck_require__, 86972));
    try {
        const file = await asyncBufferFromFile(path);
        return { file, metadata: await parquetMetadataAsync(file) };
    }
    catch (error) {
        throw unreadable(fileName, error);
    }
}
function unreadable(fileName, error) {
    return new errors/* ActionError */.lZ('corrupt_download', `The export's ${fileName} cannot be read as parquet: ${(0,errors/* describe */.q0)(error)}.`, {
        todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
        cause: error,
    });
}

;// CONCATENATED MODULE: ./build/exports/records.js

/** The longest record or other value that is held in memory, in bytes. */
const LONGEST_VALUE = 256 * 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/**
 * The records of an export's `metadata.json`, one at a time: the elements of its top-level `media_items` array, or of the array
 * that the whole file is. The memory used is that of one record and one chunk, however large the file.
 *
 * Iterate it once; then {@link info} and {@link found} hold. Throws `corrupt_download` when the bytes are not one complete JSON
 * text, or a single value is larger than 256 MiB.
 */
class RecordReader {
    /** The `info` member beside the records, if there is one. */
    info;
    /** Whether there is a `media_items` array (or a bare array) at all. */
    found = false;
    #bytes;
    #fileName;
    #bareArrays;
    #expecting = 'root';
    #key = '';
    #inRecords = false;
    #bare = false;
    #records = 0;
    #offset = 0;
    #value = new ValueScanner();
    /**
     * @param fileName as errors should name it
     * @param bareArrays whether the elements of an array that is the whole file count as records
     */
    constructor(bytes, fileName, bareArrays = true) {
        this.#bytes = bytes;
        this.#fileName = fileName;
        this.#bareArrays = bareArrays;
    }
    async *[Symbol.asyncIterator]() {
        const start = new ByteOrderMark();
        for await (const bytes of this.#bytes) {
            const chunk = start.strip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
            yield* this.#read(chunk);
            this.#offset += bytes.byteLength;
        }
        // A number or a word at the root ends with the file itself.
        if (this.#expecting === 'root' && this.#value.active && this.#value.finish())
            this.#end();
        if (this.#expecting !== 'nothing')
            throw this.#malformed(`it ends after ${this.#offset} bytes in the middle of its data`);
    }
    *#read(chunk) {
        for (let at = 0; at < chunk.length;) {
            if (this.#value.active) {
                at = this.#value.scan(chunk, at);
                if (this.#value.active)
                    return;
                const isRecord = this.#inRecords;
                const value = this.#end();
                if (isRecord)
                    yield value;
                continue;
            }
            const byte = chunk[at] ?? 0;
            if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)
                at += 1;
            else
                at = this.#step(byte, at);
        }
    }
    /** Takes one byte that belongs to the outer structure, or begins a value at it. Returns where to go on. */
    #step(byte, at) {
        const expecting = this.#expecting;
        if (expecting === 'root' && byte === OPEN_OBJECT)
            this.#expecting = 'first key';
        else if (expecting === 'root' && byte === OPEN_ARRAY && this.#bareArrays)
            this.#openRecords(true);
        else if (expecting === 'member' && byte === OPEN_ARRAY && this.#key === 'media_items')
            this.#openRecords(false);
        else if (expecting === 'colon' && byte === COLON)
            this.#expecting = 'member';
        else if (expecting === 'comma or }' && byte === COMMA)
            this.#expecting = 'key';
        else if ((expecting === 'comma or }' || expecting === 'first key') && byte === CLOSE_OBJECT)
            this.#expecting = 'nothing';
        else if (expecting === 'comma or ]' && byte === COMMA)
            this.#expecting = 'record';
        else if ((expecting === 'comma or ]' || expecting === 'first record') && byte === CLOSE_ARRAY)
            this.#closeRecords();
        else if (beginsValue(expecting, byte)) {
            this.#inRecords = expecting === 'record' || expecting === 'first record';
            this.#value.begin(byte);
            return at;
        }
        else {
            throw this.#malformed(`it has ${JSON.stringify(String.fromCharCode(byte))} at byte ${this.#offset + at} where something else belongs`);
        }
        return at + 1;
    }
    #openRecords(bare) {
        if (this.found)
            throw this.#malformed('it has "media_items" twice');
        this.found = true;
        this.#bare = bare;
        this.#expecting = 'first record';
    }
    #closeRecords() {
        this.#expecting = this.#bare ? 'nothing' : 'comma or }';
    }
    /** The value that was just scanned, put in its place. */
    #end() {
        let value;
        try {
            const text = this.#value.take();
            value = text === undefined ? undefined : JSON.parse(text);
        }
        catch (error) {
            const place = this.#inRecords ? `its record ${this.#records + 1}` : `the part before byte ${this.#offset}`;
            throw this.#malformed(`${place} is no JSON (${(0,errors/* describe */.q0)(error)})`, error);
        }
        if (this.#inRecords) {
            if (value === undefined)
                throw this.#malformed(`its record ${this.#records + 1} is larger than ${LONGEST_VALUE} bytes`);
            this.#records += 1;
            this.#inRecords = false;
            this.#expecting = 'comma or ]';
        }
        else if (this.#expecting === 'first key' || this.#expecting === 'key') {
            this.#key = String(value);
            this.#expecting = 'colon';
        }
        else if (this.#expecting === 'member') {
            if (this.#key === 'info')
                this.info = value;
            this.#expecting = 'comma or }';
        }
        else {
            this.#expecting = 'nothing';
        }
        return value;
    }
    #malformed(why, cause) {
        return new errors/* ActionError */.lZ('corrupt_download', `The export's ${this.#fileName} cannot be read: ${why}.`, {
            todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
            cause,
        });
    }
}
function beginsValue(expecting, byte) {
    if (expecting === 'first key' || expecting === 'key')
        return byte === QUOTE;
    if (expecting === 'root' || expecting === 'member' || expecting === 'record' || expecting === 'first record') {
        return byte !== COMMA && byte !== COLON && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT;
    }
    return false;
}
/** Finds the end of one JSON value that may span chunks. What lies between is for `JSON.parse` to judge. */
class ValueScanner {
    active = false;
    #kind = 'scalar';
    #depth = 0;
    #inString = false;
    #escaped = false;
    #parts = [];
    #size = 0;
    /** @param byte the first of the value, which {@link scan} will see again */
    begin(byte) {
        this.active = true;
        this.#kind = byte === QUOTE ? 'string' : byte === OPEN_OBJECT || byte === OPEN_ARRAY ? 'container' : 'scalar';
        this.#depth = 0;
        this.#inString = false;
        this.#escaped = false;
        this.#parts = [];
        this.#size = 0;
    }
    /** Scans on from `start`; returns the place after the value, or the end of the chunk while {@link active} stays true. */
    scan(chunk, start) {
        const end = this.#kind === 'scalar' ? this.#scanScalar(chunk, start) : this.#scanNested(chunk, start);
        this.#size += end - start;
        if (this.#size <= LONGEST_VALUE)
            this.#parts.push(chunk.subarray(start, end));
        else
            this.#parts = [];
        return end;
    }
    /** Ends a scalar that the end of the file ends. False for values that have an end of their own. */
    finish() {
        if (this.#kind !== 'scalar')
            return false;
        this.active = false;
        return true;
    }
    /** The text of the value; `undefined` when it was too large to keep. */
    take() {
        if (this.#size > LONGEST_VALUE)
            return undefined;
        const [only] = this.#parts;
        return only && this.#parts.length === 1 ? only.toString() : Buffer.concat(this.#parts, this.#size).toString();
    }
    #scanScalar(chunk, start) {
        for (let at = start; at < chunk.length; at += 1) {
            const byte = chunk[at] ?? 0;
            if (byte > 0x20 && byte !== COMMA && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT)
                continue;
            this.active = false;
            return at;
        }
        return chunk.length;
    }
    // The hot loop: every byte of every record passes here.
    #scanNested(chunk, start) {
        const length = chunk.length;
        let depth = this.#depth;
        let inString = this.#inString;
        let at = start;
        if (this.#escaped && at < length) {
            this.#escaped = false;
            at += 1;
        }
        while (at < length) {
            const byte = chunk[at] ?? 0;
            at += 1;
            if (inString) {
                if (byte === QUOTE) {
                    inString = false;
                    if (depth === 0)
                        return this.#ended(at);
                }
                else if (byte === BACKSLASH) {
                    if (at === length)
                        this.#escaped = true;
                    at += 1;
                }
            }
            else if (byte === QUOTE)
                inString = true;
            // Setting this bit makes "[" of "{" and "]" of "}" the same.
            else if ((byte | 0x20) === OPEN_OBJECT)
                depth += 1;
            else if ((byte | 0x20) === CLOSE_OBJECT) {
                depth -= 1;
                if (depth === 0)
                    return this.#ended(at);
            }
        }
        this.#depth = depth;
        this.#inString = inString;
        return length;
    }
    #ended(at) {
        this.active = false;
        return at;
    }
}
/** Takes the byte order mark off the beginning of a text, though it may come in pieces. */
class ByteOrderMark {
    static #mark = Buffer.from([0xef, 0xbb, 0xbf]);
    #seen = Buffer.alloc(0);
    strip(chunk) {
        if (!this.#seen)
            return chunk;
        const start = Buffer.concat([this.#seen, chunk]);
        const mark = ByteOrderMark.#mark;
        if (start.length < mark.length && mark.subarray(0, start.length).equals(start)) {
            this.#seen = start;
            return Buffer.alloc(0);
        }
        this.#seen = undefined;
        return mark.equals(start.subarray(0, mark.length)) ? start.subarray(mark.length) : start;
    }
}

;// CONCATENATED MODULE: ./build/exports/inspect.js





/**
 * Counts and digests the records of an export, straight from its ZIP or from the folder it was unpacked into. The records are
 * those of `metadata.json` at the root; without it of `metadata.parquet` there; without either of every JSON file with a
 * `media_items` array, at the root or one folder deep, together; without any of every parquet file there. Throws
 * `corrupt_download` when there is no metadata or it is damaged, or the signal's reason.
 */
async function inspectExport(options) {
    const { signal } = options;
    return withExportFiles(options, async (files, count) => {
        const digest = new RecordDigest();
        try {
            const metadataFiles = await readMetadata(files, digest, signal);
            if (metadataFiles.length === 0)
                throw noMetadata(files, count);
            return { mediaCount: digest.count, contentDigest: digest.hex(), metadataFiles };
        }
        catch (error) {
            signal.throwIfAborted();
            throw error;
        }
    });
}
async function readMetadata(files, digest, signal) {
    const json = files.find(({ path }) => path === 'metadata.json');
    if (json) {
        if (await addJson(json, digest, signal, true))
            return [json.path];
        throw new errors/* ActionError */.lZ('corrupt_download', 'The export\'s metadata.json has no "media_items" array.', {
            todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
        });
    }
    const parquet = files.find(({ path }) => path === 'metadata.parquet');
    if (parquet) {
        await addParquet(parquet, digest, signal);
        return [parquet.path];
    }
    const read = [];
    for (const file of files) {
        if (/\.json$/i.test(file.path) && (await addJson(file, digest, signal, false)))
            read.push(file.path);
    }
    if (read.length > 0)
        return read;
    for (const file of files) {
        if (!/\.parquet$/i.test(file.path))
            continue;
        await addParquet(file, digest, signal);
        read.push(file.path);
    }
    return read;
}
/** @param certain whether the file can only be the metadata. Another JSON file may be anything: without records it is passed over. */
async function addJson(file, digest, signal, certain) {
    const reader = new RecordReader(file.bytes(signal), file.path, certain);
    try {
        for await (const record of reader)
            digest.add(record);
    }
    catch (error) {
        if (certain || reader.found || signal.aborted)
            throw error;
    }
    return reader.found;
}
async function addParquet(file, digest, signal) {
    await file.onDisk(signal, async (path) => {
        for await (const row of readRows(path, file.path, signal))
            digest.add(row);
    });
}
function noMetadata(files, count) {
    const shown = files.slice(0, 10).map(({ path }) => JSON.stringify(path.slice(0, 100)));
    const rest = count - shown.length;
    const holds = count === 0 ? 'nothing' : shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
    return new errors/* ActionError */.lZ('corrupt_download', `The export has no metadata.json and no metadata.parquet. It holds ${holds}.`, {
        todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
    });
}

;// CONCATENATED MODULE: ./build/exports/place.js










/**
 * Puts a downloaded export into the output folder and writes its manifest. Before any file gets its final name, the whole archive
 * is verified (every CRC) and its records are counted. An export that was unpacked there before is replaced: the files its
 * manifest lists, and no others. A ZIP is replaced by one of the same name only. Anything else in the way is an error before
 * anything is changed. On failure the folder is as it was, but for what the disk itself refused. Throws an `ActionError`, or the
 * signal's reason.
 */
async function placeExport(options) {
    try {
        await (0,promises_.mkdir)(options.outputDir, { recursive: true });
    }
    catch (error) {
        throw diskFailure(error, 'make the output folder', options.outputDir);
    }
    const earlier = await findEarlier(options.outputDir);
    return options.extract ? placeFiles(options, earlier) : placeArchive(options, earlier);
}
async function placeArchive(options, earlier) {
    const { archive, outputDir, archiveName, signal, onProgress } = options;
    const archivePath = (0,external_node_path_.join)(outputDir, archiveName);
    const there = earlier_export_look(archivePath);
    if (there && !there.isFile())
        throw inTheWay(archivePath);
    await readArchive({ archive, signal, ...(onProgress ? { onProgress } : {}) });
    const inspection = await inspectExport({ archive, signal });
    signal.throwIfAborted();
    await removeEarlier(outputDir, earlier);
    try {
        await (0,promises_.rename)(archive, archivePath);
    }
    catch (error) {
        throw diskFailure(error, 'give the export its final name', archivePath);
    }
    const manifestPath = (0,external_node_path_.join)(outputDir, MANIFEST_NAME);
    await writeManifest(manifestPath, manifestOf(options, inspection));
    return { ...inspection, archivePath, manifestPath, files: [] };
}
async function placeFiles(options, earlier) {
    const { archive, outputDir, signal, onProgress } = options;
    let work;
    let moving = [];
    try {
        work = await (0,promises_.mkdtemp)((0,external_node_path_.join)(outputDir, `${WORK_PREFIX}${safeId(options.origin.export.id)}-`));
        const target = (0,external_node_path_.join)(work, 'files');
        const contents = await readArchive({
            archive,
            target,
            signal,
            reserved: [MANIFEST_NAME],
            ...(onProgress ? { onProgress } : {}),
        });
        const inspection = await inspectExport({ dir: target, signal });
        const paths = contents.entries.map(({ path }) => path);
        refuseObstacles(outputDir, paths, earlier);
        const draft = (0,external_node_path_.join)(work, MANIFEST_NAME);
        await writeManifest(draft, manifestOf(options, inspection), listed(contents));
        signal.throwIfAborted();
        // From here on nothing stops for a cancellation: it takes moments, and half a change would be worse.
        await removeEarlier(outputDir, earlier);
        moving = paths;
        await moveIn(target, outputDir, paths);
        const manifestPath = (0,external_node_path_.join)(outputDir, MANIFEST_NAME);
        await (0,promises_.rename)(draft, manifestPath);
        moving = [];
        await (0,promises_.rm)(archive, { force: true });
        return { ...inspection, manifestPath, files: paths.map((path) => (0,external_node_path_.join)(outputDir, path)) };
    }
    catch (error) {
        signal.throwIfAborted();
        throw diskFailure(error, 'put the export into place', outputDir);
    }
    finally {
        if (moving.length > 0)
            await removeEarlier(outputDir, { files: new Set(moving), leftovers: [] });
        if (work !== undefined)
            await (0,promises_.rm)(work, { recursive: true, force: true }).catch(() => undefined);
    }
}
/** Throws unless every file has a free place, or one that an earlier export's file will leave, reached through no link. */
function refuseObstacles(outputDir, paths, earlier) {
    const free = new Map();
    const isFree = (folder) => {
        if (folder === '.')
            return false;
        const known = free.get(folder);
        if (known !== undefined)
            return known;
        const there = isFree((0,external_node_path_.dirname)(folder)) ? undefined : earlier_export_look((0,external_node_path_.join)(outputDir, folder));
        if (there && !there.isDirectory() && !replaces(folder))
            throw inTheWay((0,external_node_path_.join)(outputDir, folder));
        free.set(folder, there === undefined);
        return there === undefined;
    };
    const replaces = (path) => earlier.files.has(path) && isPlainFile(outputDir, path);
    for (const path of paths) {
        if (isFree((0,external_node_path_.dirname)(path)) || earlier_export_look((0,external_node_path_.join)(outputDir, path)) === undefined || replaces(path))
            continue;
        throw inTheWay((0,external_node_path_.join)(outputDir, path));
    }
}
/** Moves the unpacked files into the output folder: whole folders where nothing is there, else file by file. */
async function moveIn(from, outputDir, paths) {
    const whole = new Set((0,external_node_fs_.readdirSync)(from).filter((name) => earlier_export_look((0,external_node_path_.join)(outputDir, name)) === undefined));
    for (const name of whole)
        (0,external_node_fs_.renameSync)((0,external_node_path_.join)(from, name), (0,external_node_path_.join)(outputDir, name));
    let moved = 0;
    for (const path of paths) {
        if (whole.has(path.split('/', 1)[0] ?? ''))
            continue;
        const target = (0,external_node_path_.join)(outputDir, path);
        (0,external_node_fs_.mkdirSync)((0,external_node_path_.dirname)(target), { recursive: true });
        (0,external_node_fs_.renameSync)((0,external_node_path_.join)(from, path), target);
        moved += 1;
        if (moved % 256 === 0)
            await (0,external_node_timers_promises_.setImmediate)();
    }
}
function manifestOf(options, inspection) {
    return {
        schema_version: 1,
        ...options.origin,
        archive: { name: options.archiveName, size_bytes: options.sizeBytes, sha256: options.sha256 },
        media_count: inspection.mediaCount,
        content_digest: inspection.contentDigest,
        extracted: options.extract,
    };
}
function listed(contents) {
    return contents.entries.map(({ name, path, size, crc32 }) => ({
        path,
        ...(name === path ? {} : { original_name: name }),
        size_bytes: size,
        crc32: crc32.toString(16).padStart(8, '0'),
    }));
}
/** An export id as part of a file name: as it is, which is a UUID, or its hash where the service sent something else. */
function safeId(id) {
    return /^[\w-]{1,64}$/.test(id) ? id : (0,external_node_crypto_.createHash)('sha256').update(id).digest('hex').slice(0, 16);
}

;// CONCATENATED MODULE: ./build/transfer/source.js
/** What a message may tell of a link: the host and the last part of the path, never the query that signs it. */
function placeOf(link) {
    const last = link.pathname.split('/').findLast((part) => part !== '');
    return last === undefined ? link.host : `${decode(last)} at ${link.host}`;
}
function decode(part) {
    try {
        return decodeURIComponent(part);
    }
    catch {
        return part;
    }
}

;// CONCATENATED MODULE: ./build/transfer/transfer-failure.js

/** One try at some bytes that came to nothing. Not shown to users: {@link toActionError} makes the error they meet. */
class TransferFailure extends Error {
    name = 'TransferFailure';
    code;
    /** Whether another try may end better. */
    transient;
    /** The pause the storage host asked for, in ms. */
    pauseMs;
    apiWords;
    constructor(code, message, more = {}) {
        super(message, more.cause === undefined ? undefined : { cause: more.cause });
        this.code = code;
        this.transient = more.transient ?? true;
        this.pauseMs = more.pauseMs;
        this.apiWords = more.apiWords;
    }
}
/** A failure that no other try will mend. */
function fail(code, message) {
    return new TransferFailure(code, message, { transient: false });
}
const todos = {
    network: 'If it happens each time, check the network and proxy between the runner and the storage host, or raise max_retries.',
    server_error: 'If it happens each time, tell Visual Layer support the export id.',
    corrupt_download: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
    unexpected_reply: 'Check that nothing between the runner and the storage host (a proxy, a firewall) answers in its place.',
};
/** The error a user meets when the tries are used up. `place` is what may be shown of the link. */
function toActionError(failure, place, tries) {
    const times = tries > 1 ? `, ${tries} times in a row without progress` : '';
    const details = { todo: todos[failure.code], apiWords: failure.apiWords, cause: failure };
    return new errors/* ActionError */.lZ(failure.code, `The download of ${place} failed: ${failure.message}${times}.`, details);
}

;// CONCATENATED MODULE: ./build/transfer/storage-reply.js

/**
 * Reads status and headers of a reply to a (ranged) GET as RFC 9110 defines them. Throws a {@link TransferFailure} for a reply
 * that brings no bytes: one that may be better at the next try, or one that never will.
 */
function readReply(status, headers, asked) {
    if (status === 200)
        return whole(headers);
    if (status === 206)
        return part(headers, asked);
    if (status === 416)
        return outside(headers, asked);
    // 400 is how S3 and Google say that the credentials behind a link ran out (ExpiredToken); 403 that the link did.
    if ([400, 401, 403, 404, 410].includes(status))
        return { kind: 'expired' };
    if ([408, 425, 429].includes(status) || status >= 500) {
        throw new TransferFailure('server_error', `the storage host answered HTTP ${status}`);
    }
    throw fail('unexpected_reply', `the storage host answered HTTP ${status}`);
}
function whole(headers) {
    const length = wholeNumber(headerOf(headers, 'content-length'));
    return { kind: 'bytes', offset: 0, end: length, identity: identityOf(headers, length) };
}
function part(headers, asked) {
    const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(headerOf(headers, 'content-range')?.trim() ?? '');
    if (!asked.ranged || !range)
        throw new TransferFailure('server_error', 'the storage host sent a part that was not asked for');
    const first = Number(range[1]);
    const last = Number(range[2]);
    const total = wholeNumber(range[3]);
    const identity = identityOf(headers, total);
    if (differs(asked.identity, identity))
        return { kind: 'start over', why: 'the object behind the link has changed' };
    const beyond = Math.min(total ?? Infinity, asked.end ?? Infinity);
    if (first !== asked.offset || last < first || last >= beyond) {
        return { kind: 'start over', why: 'the storage host sent another range than the one asked for' };
    }
    return { kind: 'bytes', offset: first, end: last + 1, identity: { ...asked.identity, ...identity } };
}
function outside(headers, asked) {
    const total = wholeNumber(/^bytes \*\/(\d{1,16})$/i.exec(headerOf(headers, 'content-range')?.trim() ?? '')?.[1]);
    const known = asked.identity?.totalBytes;
    if (total !== undefined && total === asked.offset && (known === undefined || known === total))
        return { kind: 'complete' };
    return { kind: 'start over', why: 'the object behind the link is shorter than what was already received' };
}
/** Whether two looks at an object show two versions of it. What only one of them tells proves nothing. */
function differs(known, seen) {
    if (!known)
        return false;
    const keys = ['etag', 'lastModified', 'totalBytes'];
    const compared = keys.filter((key) => known[key] !== undefined && seen[key] !== undefined);
    // Equal strong tags settle it: mirrors of one object may carry different dates.
    if (compared.includes('etag'))
        return known.etag !== seen.etag || (compared.includes('totalBytes') && known.totalBytes !== seen.totalBytes);
    return compared.some((key) => known[key] !== seen[key]);
}
function identityOf(headers, totalBytes) {
    const etag = headerOf(headers, 'etag')?.trim();
    const lastModified = headerOf(headers, 'last-modified')?.trim();
    return {
        ...(etag && /^"[^"]*"$/.test(etag) ? { etag } : {}),
        ...(lastModified ? { lastModified } : {}),
        ...(totalBytes === undefined ? {} : { totalBytes }),
    };
}
/** The first value of a header; names are lower case. */
function headerOf(headers, name) {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
}
function wholeNumber(text) {
    if (text === undefined || !/^\d{1,16}$/.test(text))
        return undefined;
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : undefined;
}

;// CONCATENATED MODULE: ./build/transfer/storage-request.js




const MOST_REDIRECTS = 5;
/** How much of a refusal is read for its words, in bytes. */
const LONGEST_REFUSAL = 8 * 1024;
/**
 * One GET to a storage host, redirects followed. It never carries credentials: the link itself is what opens the object, and
 * S3 refuses a signed link that comes with an `Authorization` header. Throws a {@link TransferFailure}, or the signal's reason.
 */
async function askStorage(asked) {
    const { request } = await __nccwpck_require__.e(/* import() */ 752).then(__nccwpck_require__.t.bind(__nccwpck_require__, 46752, 19));
    const headers = {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': asked.userAgent,
    };
    if (asked.range !== undefined)
        headers['range'] = asked.range;
    if (asked.range !== undefined && asked.ifRange !== undefined)
        headers['if-range'] = asked.ifRange;
    let link = asked.link;
    for (let redirects = 0;; redirects += 1) {
        if (link.protocol !== 'https:' && link.protocol !== 'http:')
            throw fail('unexpected_reply', 'its link is neither http nor https');
        let reply;
        try {
            reply = await request(link, {
                headers,
                dispatcher: asked.dispatcher,
                signal: asked.signal,
                headersTimeout: asked.stallTimeoutMs,
                bodyTimeout: asked.stallTimeoutMs,
            });
        }
        catch (error) {
            asked.signal.throwIfAborted();
            throw networkFailure(error, asked.stallTimeoutMs);
        }
        const { statusCode: status, body } = reply;
        if (![301, 302, 303, 307, 308].includes(status))
            return { status, headers: reply.headers, body };
        discard(body);
        link = follow(link, headerOf(reply.headers, 'location'), redirects);
    }
}
function follow(link, location, redirects) {
    const next = location === undefined ? null : URL.parse(location, link.href);
    if (!next)
        throw fail('unexpected_reply', 'the storage host redirected to nowhere');
    if (redirects >= MOST_REDIRECTS)
        throw fail('unexpected_reply', `the storage host redirected more than ${MOST_REDIRECTS} times`);
    if (link.protocol === 'https:' && next.protocol === 'http:') {
        throw fail('unexpected_reply', `the storage host redirected from https to plain http (${placeOf(next)})`);
    }
    return next;
}
/** Why no (further) bytes came. */
function networkFailure(error, stallTimeoutMs) {
    const codes = codesIn(error);
    const seconds = `${Math.round(stallTimeoutMs / 100) / 10} s`;
    if (codes.has('UND_ERR_BODY_TIMEOUT'))
        return new TransferFailure('network', `no byte arrived for ${seconds}`, { cause: error });
    if (codes.has('UND_ERR_HEADERS_TIMEOUT'))
        return new TransferFailure('network', `no reply came within ${seconds}`, { cause: error });
    const untrusted = [...codes].some((code) => /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/.test(code));
    const words = untrusted ? `the certificate of the storage host is not trusted: ${(0,errors/* describe */.q0)(error)}` : (0,errors/* describe */.q0)(error);
    return new TransferFailure('network', words, { cause: error, transient: !untrusted });
}
function codesIn(error) {
    const codes = new Set();
    for (let next = error, depth = 0; next instanceof Error && depth < 5; next = next.cause, depth += 1) {
        if ('code' in next && typeof next.code === 'string')
            codes.add(next.code);
    }
    return codes;
}
/** Ends a reply whose body nobody wants. */
function discard(body) {
    body.on('error', () => undefined);
    body.destroy();
}
/**
 * The storage host's own words in a refusal: `Code` and `Message` of the XML that S3 and its kin send. Nothing else of it is
 * kept, because it repeats keys and signatures. `undefined` when there are none to be had.
 */
async function refusalWords(body) {
    let text = '';
    try {
        for await (const chunk of body) {
            text += chunk.toString('latin1');
            if (text.length > LONGEST_REFUSAL)
                break;
        }
    }
    catch {
        // A refusal that breaks off is a refusal all the same.
    }
    const words = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(text)?.[1]);
    return words.filter((word) => word !== undefined).join(': ') || undefined;
}

;// CONCATENATED MODULE: ./build/transfer/segment.js








/** Fresh links that may be asked for in a row without a single new byte. */
const MOST_RENEWALS = 3;
/**
 * Fetches bytes of one object into `sink`, and resumes where a connection broke, stalled or expired. Returns what the storage
 * host told of the object. Throws an `ActionError` once `maxRetries` failures in a row brought no new byte, whatever the sink
 * throws, or the signal's reason.
 */
async function fetchSegment(options) {
    return new Segment(options).fetch();
}
class Segment {
    #options;
    #identity;
    #position;
    /** The furthest byte ever reached. Bytes fetched a second time are no progress, so that a loop over them ends. */
    #furthest;
    #furthestAtFailure;
    #furthestAtRenewal;
    #failures = 0;
    #renewals = 0;
    constructor(options) {
        this.#options = options;
        this.#position = options.start;
        this.#furthest = options.start;
        this.#furthestAtFailure = options.start;
        this.#furthestAtRenewal = options.start;
    }
    async fetch() {
        for (;;) {
            try {
                if (await this.#attempt())
                    return this.#identity ?? {};
            }
            catch (error) {
                this.#options.signal.throwIfAborted();
                if (!(error instanceof TransferFailure))
                    throw error;
                await this.#recover(error);
            }
        }
    }
    /** One request. True when the last byte is in. */
    async #attempt() {
        const { source, end } = this.#options;
        const ranged = this.#position > 0 || end !== undefined;
        const asked = { offset: this.#position, end, ranged, identity: this.#identity };
        const reply = await askStorage({
            ...this.#options,
            link: source.link(),
            range: ranged ? `bytes=${this.#position}-${end === undefined ? '' : end - 1}` : undefined,
            ifRange: this.#identity?.etag ?? this.#identity?.lastModified,
        });
        let meaning;
        try {
            meaning = readReply(reply.status, reply.headers, asked);
        }
        catch (error) {
            throw await this.#withWords(error, reply);
        }
        if (meaning.kind === 'bytes')
            return this.#take(reply, meaning);
        if (meaning.kind === 'expired') {
            await this.#renew(reply);
            return false;
        }
        discard(reply.body);
        if (meaning.kind === 'complete')
            return true;
        await this.#startOver();
        throw new TransferFailure('corrupt_download', meaning.why);
    }
    async #take(reply, meaning) {
        const { sink, onNote, signal, stallTimeoutMs } = this.#options;
        if (meaning.offset !== this.#position) {
            onNote(`The storage host sends the whole object again in place of the rest after ${prettyBytes(this.#position)}: starting over.`);
            await this.#startOver();
            if (meaning.offset !== this.#position) {
                discard(reply.body);
                throw fail('unexpected_reply', 'the storage host does not send parts of the object');
            }
        }
        this.#identity = meaning.identity;
        const limit = meaning.end;
        try {
            for await (const chunk of reply.body) {
                signal.throwIfAborted();
                if (limit !== undefined && this.#position + chunk.length > limit)
                    throw await this.#tooLong(limit);
                await sink.write(chunk, meaning.identity.totalBytes);
                this.#position += chunk.length;
                this.#furthest = Math.max(this.#furthest, this.#position);
            }
        }
        catch (error) {
            signal.throwIfAborted();
            if (error instanceof errors/* ActionError */.lZ || error instanceof TransferFailure)
                throw error;
            throw networkFailure(error, stallTimeoutMs);
        }
        return this.#settle(limit);
    }
    async #tooLong(limit) {
        await this.#startOver();
        return new TransferFailure('corrupt_download', `more bytes arrived than the ${prettyBytes(limit)} announced`);
    }
    /** After a body that ended by itself: are we done? */
    #settle(limit) {
        const wanted = this.#options.end ?? this.#identity?.totalBytes;
        if (wanted === undefined || this.#position === wanted)
            return true;
        // A host may answer a range in parts.
        if (limit !== undefined && this.#position === limit && limit < wanted)
            return false;
        throw new TransferFailure('corrupt_download', `${prettyBytes(this.#position)} arrived of ${prettyBytes(wanted)}`);
    }
    async #startOver() {
        await this.#options.sink.startOver();
        this.#position = this.#options.start;
        this.#identity = undefined;
    }
    async #renew(reply) {
        const { source, onNote, signal } = this.#options;
        const apiWords = await refusalWords(reply.body);
        signal.throwIfAborted();
        if (this.#furthest > this.#furthestAtRenewal)
            this.#renewals = 0;
        this.#furthestAtRenewal = this.#furthest;
        if (this.#renewals >= MOST_RENEWALS) {
            throw new TransferFailure('server_error', `the storage host refused the link (HTTP ${reply.status}) and ${MOST_RENEWALS} fresh ones after it`, { transient: false, apiWords });
        }
        this.#renewals += 1;
        onNote(`The download link is no longer accepted (HTTP ${reply.status}): asking for a fresh one.`);
        await source.renew();
        signal.throwIfAborted();
    }
    async #withWords(error, reply) {
        if (!(error instanceof TransferFailure))
            return error;
        const pauseMs = (0,retry/* retryAfterMs */.V)(headerOf(reply.headers, 'retry-after'), this.#options.clock.date());
        const apiWords = await refusalWords(reply.body);
        return new TransferFailure(error.code, error.message, { transient: error.transient, pauseMs, apiWords });
    }
    async #recover(failure) {
        const { clock, maxRetries, onNote, signal, source } = this.#options;
        if (this.#furthest > this.#furthestAtFailure)
            this.#failures = 0;
        this.#furthestAtFailure = this.#furthest;
        if (!failure.transient || this.#failures >= maxRetries)
            throw toActionError(failure, placeOf(source.link()), this.#failures + 1);
        const pause = failure.pauseMs ?? (0,retry/* fullJitter */.G)(this.#failures);
        this.#failures += 1;
        const from = this.#position > 0 ? `going on after ${prettyBytes(this.#position)}` : 'starting again';
        onNote(`The download broke: ${failure.message}. In ${(0,pretty_ms/* default */.A)(pause)} ${from} (${this.#failures} of ${maxRetries}).`);
        await clock.sleep(pause, signal);
    }
}

;// CONCATENATED MODULE: ./build/transfer/download.js




/**
 * Downloads one object to `path`, hashing it on the way; the memory used does not grow with its size. Broken, stalled and
 * expired connections are resumed. On failure and on abort no file is left at `path`. Throws an `ActionError` (`network`,
 * `server_error`, `corrupt_download`, `unexpected_reply`; `operation_failed` when the disk is full), what `source.renew()`
 * throws, or the signal's reason.
 */
async function download(options) {
    options.signal.throwIfAborted();
    let file;
    try {
        // Removed and made anew, never opened as it is: what lies there could be a link to somewhere else.
        await (0,promises_.rm)(options.path, { force: true });
        file = await (0,promises_.open)(options.path, 'wx');
    }
    catch (error) {
        throw diskFailure(error, 'write the download', options.path);
    }
    try {
        const result = await downloadInto(file, options);
        await file.close();
        return result;
    }
    catch (error) {
        await file.close().catch(() => undefined);
        await (0,promises_.rm)(options.path, { force: true }).catch(() => undefined);
        throw error;
    }
}
async function downloadInto(file, options) {
    let hash = (0,external_node_crypto_.createHash)('sha256');
    let received = 0;
    const sink = {
        async write(chunk, totalBytes) {
            try {
                await writeFully(file, chunk, received);
            }
            catch (error) {
                throw diskFailure(error, 'write the download', options.path);
            }
            hash.update(chunk);
            received += chunk.length;
            options.onProgress(received, totalBytes);
        },
        async startOver() {
            try {
                await file.truncate(0);
            }
            catch (error) {
                throw diskFailure(error, 'write the download', options.path);
            }
            hash = (0,external_node_crypto_.createHash)('sha256');
            received = 0;
        },
    };
    const { etag } = await fetchSegment({ ...options, start: 0, sink });
    return { sizeBytes: received, sha256: hash.digest('hex'), ...(etag === undefined ? {} : { etag }) };
}

;// CONCATENATED MODULE: ./build/operations/signed-link.js
/** Parameters of a link that sign it: whoever has them has the bytes. */
const signed_link_SIGNING = /sig|token|credential|key|secret|auth|hmac|policy/i;
/** An id, which must stay readable whatever parameter it stands under. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Masks what makes a link a secret: the whole of it, its query, and the values in it that sign it. Never an id or a name. */
function maskLink(reporter, url) {
    if (url.search === '')
        return;
    reporter.mask(url.href);
    reporter.mask(url.search.slice(1));
    for (const [name, value] of url.searchParams) {
        if (signed_link_SIGNING.test(name) && value.length >= 8 && !UUID.test(value))
            reporter.mask(value);
    }
}

;// CONCATENATED MODULE: ./build/operations/start-export.js



/** The name that the ZIP gets, on the server and on disk: that of the artifact. */
function archiveName(request) {
    return /\.zip$/i.test(request.artifactName) ? request.artifactName : `${request.artifactName}.zip`;
}
function startOf(request) {
    const { selection } = request;
    return {
        fileName: archiveName(request),
        format: request.exportFormat,
        includeImages: request.includeImages,
        entityType: request.entityType,
        vql: selection.kind === 'vql' ? selection.vql : undefined,
        selection: selection.kind === 'selected' ? selection : undefined,
    };
}
/**
 * Starts an export. A start whose reply is lost is sent again: exports cannot be listed, so there is nothing to look for, and an
 * export changes nothing in the dataset; at worst one more than needed runs on the server.
 */
async function startExport(request, step, dataset) {
    for (let failures = 0;; failures += 1) {
        try {
            return await step.api.exports.start(dataset.id, startOf(request));
        }
        catch (error) {
            if (!(0,failure/* isTransient */.dg)(error)) {
                const refused = refusalAtStart(error);
                if (refused)
                    return refused;
                throw error;
            }
            const pause = error.outcome.retryAfterMs ?? (0,retry/* fullJitter */.G)(failures);
            if (failures >= step.maxRetries || pause >= step.deadline.remainingMs())
                throw error;
            const doubled = error.outcome.effect === 'unknown' ? ' Should the first one have arrived, its export is left to itself.' : '';
            step.reporter.info(`${error.message} Starting the export again (${failures + 1} of ${step.maxRetries}).${doubled}`);
            await step.clock.sleep(pause, step.signal);
        }
    }
}
/** A refusal at the start that says the same as a REJECTED export, in another form. */
function refusalAtStart(error) {
    if (!(error instanceof failure/* RequestFailure */.e6) || error.code !== 'rejected')
        return undefined;
    const words = error.apiWords;
    const reason = refusalReason(words, undefined);
    // A fault in the request itself (400, 422) is never an empty result.
    if (reason === 'other' || (reason === 'nothing_matched' && error.outcome.status !== 200))
        return undefined;
    return {
        id: undefined,
        state: 'REJECTED',
        statusWord: 'REJECTED',
        progress: undefined,
        entities: undefined,
        words,
        link: undefined,
    };
}

;// CONCATENATED MODULE: ./build/operations/export-bytes.js










/** Between two lines of progress, in ms. */
const export_bytes_PROGRESS_MS = 5_000;
/** A link that the API gives anew when it has expired; masked before anything can show it. */
function export_bytes_sourceOf(step, datasetId, exportId, first) {
    const resolve = (link) => {
        const url = step.api.exports.resolve(link);
        if (!url) {
            throw new errors/* ActionError */.lZ('unexpected_reply', `The download link of export ${exportId} is not an address.`, {
                todo: 'Run the step again with export_id to ask for the link anew.',
            });
        }
        maskLink(step.reporter, url);
        return url;
    };
    let current = resolve(first);
    return {
        link: () => current,
        async renew() {
            const task = await step.api.exports.status(datasetId, exportId);
            if (task.link === undefined) {
                throw new errors/* ActionError */.lZ('operation_failed', `The download link of export ${exportId} expired, and Visual Layer gives no new one (${task.statusWord}).`, {
                    apiWords: task.words,
                    todo: 'Run the step again: it starts a new export.',
                });
            }
            current = resolve(task.link);
        },
    };
}
/** Calls `tell` at most once in {@link PROGRESS_MS}. */
function nowAndThen(step, tell) {
    let last = step.clock.now();
    return (done, total) => {
        if (step.clock.now() - last < export_bytes_PROGRESS_MS)
            return;
        last = step.clock.now();
        step.reporter.progress(tell(done, total));
    };
}
function share(done, total) {
    return total === undefined || total === 0
        ? size(done)
        : `${size(done)} of ${size(total)} (${Math.floor((done / total) * 100)} %)`;
}
/** Says how to carry on where a transfer failed for a reason that may pass. */
async function toldHow(carryOn, transfer) {
    try {
        return await transfer();
    }
    catch (error) {
        const passing = error instanceof errors/* ActionError */.lZ && (error.code === 'network' || error.code === 'server_error');
        if (!passing)
            throw error;
        const { code, message, apiWords, todo } = error;
        throw new errors/* ActionError */.lZ(code, message, { apiWords, todo: [todo, carryOn].join('\n'), cause: error });
    }
}
/**
 * Downloads a completed export, verifies every byte of it, and puts it in `output_dir`. The file carries its final name only
 * when it is whole and verified.
 */
async function fetchExport(request, step, { datasetId, exportId, link, origin, carryOn }) {
    const { reporter, context } = step;
    const partial = external_node_path_.join(request.outputDir, `${archiveName(request)}.partial`);
    await (0,promises_.mkdir)(request.outputDir, { recursive: true }).catch((error) => {
        throw diskFailure(error, 'make the output folder', request.outputDir);
    });
    const source = export_bytes_sourceOf(step, datasetId, exportId, link);
    const bytes = await toldHow(carryOn, () => reporter.group('Downloading the export', () => withinDeadline(step, { awaited: `the download of export ${exportId}`, carryOn }, async (signal) => download({
        source,
        path: partial,
        dispatcher: await step.connection(),
        clock: step.clock,
        signal,
        stallTimeoutMs: step.requestTimeoutMs,
        maxRetries: step.maxRetries,
        userAgent: step.userAgent,
        onProgress: nowAndThen(step, (done, total) => `downloaded ${share(done, total)}`),
        onNote: (line) => reporter.info(line),
    }))));
    reporter.output('export_size_bytes', bytes.sizeBytes);
    reporter.output('export_sha256', bytes.sha256);
    reporter.fact('Size', `${size(bytes.sizeBytes)} (${bytes.sizeBytes.toLocaleString('en-US')} bytes)`);
    reporter.fact('SHA-256', bytes.sha256, { code: true });
    reporter.info(`Downloaded ${size(bytes.sizeBytes)}, SHA-256 ${bytes.sha256}.`);
    const placed = await reporter
        .group(request.extract ? 'Verifying and unpacking' : 'Verifying', () => withinDeadline(step, { awaited: `the verification of export ${exportId}`, carryOn }, (signal) => placeExport({
        archive: partial,
        outputDir: request.outputDir,
        archiveName: archiveName(request),
        extract: request.extract,
        origin,
        sizeBytes: bytes.sizeBytes,
        sha256: bytes.sha256,
        signal,
        onProgress: nowAndThen(step, (done, total) => `${request.extract ? 'unpacked' : 'verified'} ${share(done, total)}`),
    })))
        .catch(async (error) => {
        // Bytes that are not what they should be are not left where a later step would take them along.
        await (0,promises_.rm)(partial, { force: true });
        throw error;
    });
    if (placed.archivePath !== undefined)
        reporter.output('export_path', placed.archivePath);
    reporter.output('export_dir', request.outputDir);
    reporter.output('media_count', placed.mediaCount);
    reporter.output('content_digest', placed.contentDigest);
    const where = placed.archivePath ?? request.outputDir;
    reporter.fact('Export', external_node_path_.relative(context.workspace, where), { code: true });
    reporter.fact(request.exportFormat === 'json' ? 'Records' : 'Rows', placed.mediaCount.toLocaleString('en-US'));
    reporter.fact('Content digest', placed.contentDigest, { code: true });
    return placed;
}

// EXTERNAL MODULE: ./build/version.js
var version = __nccwpck_require__(58508);
;// CONCATENATED MODULE: ./build/operations/export-origin.js

/** What the manifest tells of an export beside its bytes: what was asked for, of which dataset, and by which run. */
function originOf(request, step, { source: dataset, snapshot }, exportId) {
    const { context } = step;
    return {
        dataset: {
            id: dataset.id,
            name: dataset.name === '' ? undefined : dataset.name,
            snapshot: snapshot && { id: snapshot.id, name: snapshot.name },
        },
        export: {
            id: exportId,
            format: request.exportFormat,
            include_images: request.includeImages,
            entity_type: request.entityType,
            selection: selected(request),
        },
        exported_at: new Date(step.clock.date()).toISOString(),
        produced_by: {
            action: version/* VERSION */.x,
            repository: context.repository,
            workflow: context.workflow,
            run_id: context.runId,
            run_attempt: context.runAttempt,
            sha: context.sha,
            run_url: context.runUrl,
        },
    };
}
function selected({ selection }) {
    switch (selection.kind) {
        case 'whole':
            return null;
        case 'attached':
            return { export_id: selection.exportId };
        case 'vql':
            return { vql: JSON.parse(selection.vql) };
        case 'selected':
            return {
                media_ids: selection.mediaIds,
                cluster_ids: selection.clusterIds,
                exclude_media_ids: selection.excludeMediaIds,
            };
    }
}

;// CONCATENATED MODULE: ./build/operations/export-snapshot.js






/** Time to delete the clone once the export is done or has failed, in ms, whatever is left of the deadline. */
const CLEANING_MS = 60_000;
/**
 * Makes a clone of a snapshot, has `body` export it, and deletes it, whatever happens in between: by this step, or by its post
 * step where this one is killed. The vendor's own way to export a snapshot is to restore it first, which changes the live dataset.
 * A clone that cannot be deleted is named in a warning.
 */
async function withEphemeralClone(request, step, source, choice, body) {
    const { reporter } = step;
    const target = await chooseSnapshot(step, source, choice);
    aboutSnapshot(step, target, 'Exported snapshot');
    // Until its id is known, a clone can only be told of.
    step.onCancel(async () => {
        const name = cloneName(source.name);
        return `A clone of dataset "${source.name}" may have been started: if a dataset named "${name}" is not wanted, delete it in Visual Layer.`;
    });
    const made = await makeClone(step, source, target, request.onConflict);
    const { datasetId } = made.found;
    reporter.addToResult('clone_dataset_id', datasetId);
    reporter.fact('Ephemeral clone', datasetId, { code: true });
    reporter.state('clone_dataset_id', datasetId);
    reporter.state('owed', 'delete-clone');
    step.onCancel(async (api, waiting) => {
        await (0,remove_dataset/* removeDataset */.B)(api, waiting, datasetId);
        return deleted(datasetId);
    });
    try {
        const clone = await waitForClone(step, made, 'The clone is deleted; run the step again.');
        reporter.output('dataset_status', source.statusWord);
        return await body(clone, target);
    }
    finally {
        // After a cancellation the undo does it, which has only seconds; after anything else that ended the step, this does.
        const reason = step.signal.reason;
        if (!(reason instanceof errors/* ActionError */.lZ && reason.code === 'cancelled'))
            await clean(step, datasetId);
    }
}
function deleted(datasetId) {
    return `The ephemeral clone, dataset ${datasetId}, was deleted.`;
}
async function clean(step, datasetId) {
    try {
        await step.lastly(CLEANING_MS, (api, waiting) => (0,remove_dataset/* removeDataset */.B)(api, waiting, datasetId));
        step.reporter.note(deleted(datasetId));
    }
    catch (error) {
        step.reporter.warning(`The ephemeral clone, dataset ${datasetId}, could not be deleted: ${(0,errors/* describe */.q0)(error)}.`, {
            todo: 'Delete it in Visual Layer; it is a copy, and nothing else needs it.',
        });
    }
    step.reporter.state('owed', '');
    step.onCancel(undefined);
}

;// CONCATENATED MODULE: ./build/operations/export.js













/** Exports a dataset, or a part of it; done when the bytes are on disk, verified, and (by default) up as an artifact. */
async function exportDataset(request, step) {
    const source = await readDataset(step, request.datasetId);
    step.reporter.fact('Exported', selectionWords(request));
    if (request.snapshot === undefined) {
        const carryOn = (exportId) => `The export goes on in Visual Layer: fetch it later with export_id: ${exportId}, instead of starting another.`;
        return exportSubject(request, step, { source, exported: source, snapshot: undefined, carryOn });
    }
    return withEphemeralClone(request, step, source, request.snapshot, (clone, snapshot) => {
        const carryOn = () => 'The clone that it was made from is deleted: run the step again.';
        return exportSubject(request, step, { source, exported: clone, snapshot, carryOn });
    });
}
async function exportSubject(request, step, subject) {
    const { reporter } = step;
    const { source, exported } = subject;
    const started = await begin(request, step, exported);
    if (started === undefined)
        return nothing(step, source);
    reporter.output('export_id', started);
    reporter.fact('Export id', started, { code: true });
    if (!request.wait) {
        return `Export ${started} of dataset "${source.name}" was started; the step did not wait for it (wait: false). Fetch it in a later step with export_id: ${started}.`;
    }
    const end = await completed(request, step, subject, started);
    if (end.kind === 'nothing_matched')
        return nothing(step, source);
    const placed = await fetchExport(request, step, {
        datasetId: exported.id,
        exportId: started,
        link: end.link,
        origin: originOf(request, step, subject, started),
        carryOn: subject.carryOn(started),
    });
    if (placed.mediaCount === 0 && !request.allowEmpty) {
        throw new errors/* ActionError */.lZ('rejected', `The export of dataset "${source.name}" is empty: it holds no records.`, {
            todo: 'Check the dataset and what was selected. If an empty export is fine for this workflow, set allow_empty: true.',
        });
    }
    if (request.uploadArtifact)
        await publishExport(request, step, placed);
    return `Dataset "${source.name}" was exported: ${told(step, request, placed)}.`;
}
function told(step, request, placed) {
    const where = external_node_path_.relative(step.context.workspace, placed.archivePath ?? request.outputDir);
    return `${placed.mediaCount.toLocaleString('en-US')} ${request.exportFormat === 'json' ? 'records' : 'rows'} in ${where}`;
}
/** Starts the export, or attaches to one that runs; answers its id, or `undefined` where nothing matched. */
async function begin(request, step, dataset) {
    if (request.selection.kind === 'attached') {
        step.reporter.info(`Attaching to export ${request.selection.exportId}; none is started.`);
        return request.selection.exportId;
    }
    const task = await throughConflicts(step, dataset.id, request.onConflict, () => startExport(request, step, dataset));
    if (task.state === 'REJECTED') {
        const ended = exportVerdict(task, task.id ?? '', request.allowEmpty);
        if (ended.state === 'failed')
            throw ended.error;
        return undefined;
    }
    if (task.id === undefined)
        throw new errors/* ActionError */.lZ('unexpected_reply', 'Visual Layer started an export without naming it.');
    return task.id;
}
async function completed(request, step, { exported, carryOn }, exportId) {
    // An export that was started a moment ago may not be known everywhere yet; one that is attached to must be.
    const grace = request.selection.kind === 'attached' ? 0 : (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const read = lenient(step, grace, () => step.api.exports.status(exported.id, exportId, 0));
    return waitFor(step, { awaited: `export ${exportId} of dataset ${exported.id}`, carryOn: carryOn(exportId) }, async () => {
        const task = await read();
        if (!task)
            return { state: 'pending', line: 'the export cannot be read yet' };
        return exportVerdict(task, exportId, request.allowEmpty);
    });
}
function nothing(step, dataset) {
    step.reporter.output('media_count', 0);
    step.reporter.output('content_digest', new RecordDigest().hex());
    return `Nothing matched in dataset "${dataset.name}": there is nothing to export, which allow_empty: true accepts. No file was written and no artifact uploaded.`;
}
function selectionWords(request) {
    const { selection } = request;
    const how = `${request.exportFormat}, ${request.includeImages ? 'with media files' : 'without media files'}`;
    switch (selection.kind) {
        case 'attached':
            return `what export ${selection.exportId} selected`;
        case 'whole':
            return `the whole dataset (${how})`;
        case 'vql':
            return `what the VQL filter matches (${how})`;
        case 'selected': {
            const parts = [
                selection.mediaIds.length > 0 ? `${selection.mediaIds.length} media` : undefined,
                selection.clusterIds.length > 0 ? `${selection.clusterIds.length} clusters` : undefined,
                selection.excludeMediaIds.length > 0 ? `less ${selection.excludeMediaIds.length} media` : undefined,
            ];
            return `${parts.filter((part) => part !== undefined).join(', ')} (${how})`;
        }
    }
}

;// CONCATENATED MODULE: ./build/operations/list-snapshots.js


/** The summary and the output hold more; a log of thousands of lines helps nobody. */
const MOST_LOGGED = 100;
/** Tells the snapshots of a dataset, newest first: as JSON, as a table in the summary, and in the log. */
async function listSnapshots(request, step) {
    const { reporter } = step;
    const dataset = await readDataset(step, request.datasetId);
    const snapshots = newestFirst(await step.api.snapshots.list(dataset.id));
    reporter.output('snapshots', catalogJson(snapshots));
    reporter.table({
        title: 'Snapshots',
        headers: [...CATALOG_HEADERS, 'Why', 'Description', 'State'],
        rows: snapshots.map((one) => [...catalogCells(one), one.reason, one.description, stateOf(one)]),
    });
    reporter.fact('Snapshots', String(snapshots.length));
    const current = snapshots.find((one) => one.isCurrent);
    if (current)
        reporter.fact('Current snapshot', current.name);
    await reporter.group(`Snapshots of dataset "${dataset.name}", newest first`, async () => {
        for (const one of snapshots.slice(0, MOST_LOGGED)) {
            const state = stateOf(one);
            reporter.info(`"${one.name}" (${one.id}), ${whenTaken(one)}, ${one.reason}${state && `, ${state}`}`);
        }
        if (snapshots.length > MOST_LOGGED)
            reporter.info(`… and ${snapshots.length - MOST_LOGGED} more`);
    });
    return `Dataset "${dataset.name}" has ${snapshots.length === 1 ? '1 snapshot' : `${snapshots.length} snapshots`}.`;
}
function stateOf(snapshot) {
    return [snapshot.isCurrent ? 'current' : '', snapshot.isRestoring ? 'being restored' : ''].filter(Boolean).join(', ');
}

;// CONCATENATED MODULE: ./build/operations/prune-failure.js

const prune_failure_MOST_NAMED = 8;
const NAME_CHARS = 60;
const WHY_CHARS = 160;
function shortened(text, chars) {
    return text.length <= chars ? text : `${text.slice(0, chars).toWellFormed()}…`;
}
/** The one error for all that stayed: what stayed, why, and what to do. The code is theirs where they share one. */
function pruneFailure(dataset, stayed, deleted) {
    const [first] = stayed;
    const shared = stayed.every(({ error }) => error.code === first?.error.code) ? first?.error : undefined;
    const named = stayed.slice(0, prune_failure_MOST_NAMED).map(({ snapshot, error }) => {
        const why = shortened(error.apiWords ?? error.message, WHY_CHARS);
        return `- "${shortened(snapshot.name, NAME_CHARS)}" (${snapshot.id}): ${why}`;
    });
    const more = stayed.length > prune_failure_MOST_NAMED ? [`- and ${stayed.length - prune_failure_MOST_NAMED} more, in the job summary`] : [];
    const many = stayed.length === 1 ? '1 snapshot' : `${stayed.length} snapshots`;
    return new errors/* ActionError */.lZ(shared?.code ?? 'operation_failed', [
        `${many} of dataset "${shortened(dataset.name, NAME_CHARS)}" should have been deleted and stayed; ${deleted} ${deleted === 1 ? 'was' : 'were'} deleted.`,
        ...named,
        ...more,
    ].join('\n'), { todo: todoOf(shared), cause: first?.error });
}
function todoOf(shared) {
    if (shared?.code === 'conflict') {
        return 'A snapshot that is being restored or cloned can be deleted once that has ended: run the step again then. The current one can be deleted when another one is current.';
    }
    return shared?.todo ?? 'Run the step again: it deletes what is left. What stays each time has its reason in the list.';
}

// EXTERNAL MODULE: ./build/visual-layer/datasets.js
var datasets = __nccwpck_require__(78824);
;// CONCATENATED MODULE: ./build/operations/retention.js


const DAY_MS = 86_400_000;
/**
 * Why a snapshot is kept whatever its age; `undefined` where the rule may delete it. Only snapshots that people or workflows
 * took are ever deleted (`reason` is `manual`), and never the current one.
 */
function protection(snapshot, { namePrefix }) {
    if (snapshot.isCurrent)
        return 'it is the current one';
    if ((0,datasets/* normalWord */.Y4)(snapshot.reason) !== 'MANUAL') {
        return `it is not a manual one (${snapshot.reason === '' ? 'its reason is not known' : snapshot.reason})`;
    }
    if (!snapshot.name.startsWith(namePrefix))
        return `its name does not begin with "${namePrefix}"`;
    return snapshot.createdAt === undefined ? 'when it was taken cannot be read' : undefined;
}
/**
 * Holds the catalog against the rule; newest first. The newest `keepLast` are counted among the manual ones of the prefix, the
 * current one included where it is one. A rule that keeps nothing deletes nothing.
 *
 * @param now the wall clock, in ms since the epoch
 */
function retentionPlan(snapshots, rule, now) {
    const { keepLast = 0, keepDays = 0 } = rule;
    let counted = 0;
    return newestFirst(snapshots).map((snapshot) => {
        const keptFor = protection(snapshot, rule);
        // The current one takes a place among the newest, as if it were not protected.
        const isCounted = protection({ ...snapshot, isCurrent: false }, rule) === undefined;
        if (isCounted)
            counted += 1;
        const ageMs = now - (snapshot.createdAt ?? now);
        const why = keptFor ??
            (keepLast === 0 && keepDays === 0 ? 'the rule is empty' : undefined) ??
            (counted <= keepLast ? `it is one of the newest ${keepLast}` : undefined) ??
            (keepDays > 0 && ageMs < keepDays * DAY_MS ? `it is younger than ${keepDays} days` : undefined);
        if (why !== undefined)
            return { snapshot, keep: true, why };
        const age = Math.floor(ageMs / DAY_MS);
        return {
            snapshot,
            keep: false,
            why: `it is ${age === 1 ? '1 day' : `${age} days`} old and beyond what the rule keeps`,
        };
    });
}
/** The rule in a sentence's worth of words: `the newest 3, and those younger than 30 days`. */
function ruleWords({ keepLast, keepDays, namePrefix }) {
    const parts = [
        keepLast === undefined ? '' : `the newest ${keepLast}`,
        keepDays === undefined ? '' : `those younger than ${keepDays} days`,
    ].filter(Boolean);
    const names = namePrefix === '' ? 'manual snapshots' : `manual snapshots whose name begins with "${namePrefix}"`;
    return `of the ${names} keep ${parts.join(', and ')}`;
}

;// CONCATENATED MODULE: ./build/operations/prune-snapshots.js







/** Written at each deletion up to here, then at every so manieth: the runner keeps all that was ever written. */
const WRITTEN_EACH = 100;
const WRITTEN_AT = 25;
/** Deletes what a retention rule no longer keeps, oldest first; one failure does not stop the rest. */
async function pruneSnapshots(request, step) {
    const { reporter } = step;
    reporter.output('deleted_snapshot_ids', '[]');
    const dataset = await readDataset(step, request.datasetId);
    reporter.fact('Rule', ruleWords(request));
    const plan = retentionPlan(await step.api.snapshots.list(dataset.id), request, step.clock.date());
    const doomed = plan.filter((one) => !one.keep).toReversed();
    reporter.fact('Kept by the rule', String(plan.length - doomed.length));
    tell(step, plan, new Map(), request.dryRun ? 'would be deleted' : 'to be deleted');
    if (request.dryRun) {
        for (const { snapshot } of doomed)
            reporter.info(`Would delete ${prune_snapshots_named(snapshot)}.`);
        reporter.fact('Would be deleted', String(doomed.length));
        return `Dry run: ${counted(doomed.length)} of dataset "${dataset.name}" would be deleted, and none was.`;
    }
    const pruning = new Pruning(step, dataset, request);
    try {
        await pruning.deleteAll(doomed);
    }
    finally {
        pruning.writeDeleted();
        tell(step, plan, pruning.ends, 'not tried');
        reporter.fact('Deleted', String(pruning.deleted.length));
    }
    if (pruning.stayed.length > 0)
        throw pruneFailure(dataset, pruning.stayed, pruning.deleted.length);
    return `${counted(pruning.deleted.length)} of dataset "${dataset.name}" ${pruning.deleted.length === 1 ? 'was' : 'were'} deleted.`;
}
function counted(number) {
    return number === 1 ? '1 snapshot' : `${number} snapshots`;
}
function prune_snapshots_named(snapshot) {
    return `snapshot "${snapshot.name}" (${snapshot.id}), taken ${whenTaken(snapshot)}`;
}
/** Shows the plan in the summary, with what became of it as far as it is known. */
function tell(step, plan, ends, otherwise) {
    step.reporter.table({
        title: 'Retention',
        headers: [...CATALOG_HEADERS, 'Outcome', 'Why'],
        rows: plan.map(({ snapshot, keep, why }) => {
            const end = ends.get(snapshot.id);
            return [...catalogCells(snapshot), keep ? 'kept' : (end?.outcome ?? otherwise), end?.why ?? why];
        }),
    });
}
class Pruning {
    /** Ids, in the order in which they were deleted. */
    deleted = [];
    stayed = [];
    ends = new Map();
    #step;
    #dataset;
    #rule;
    constructor(step, dataset, rule) {
        this.#step = step;
        this.#dataset = dataset;
        this.#rule = rule;
    }
    /** @param doomed in the order in which they are to go */
    async deleteAll(doomed) {
        const { reporter, deadline, signal } = this.#step;
        for (const [index, { snapshot }] of doomed.entries()) {
            signal.throwIfAborted();
            try {
                if (deadline.remainingMs() <= 0)
                    throw notTried('timed_out');
                const outcome = await this.#deleteOne(snapshot);
                reporter.info(`${index + 1} of ${doomed.length}: ${prune_snapshots_named(snapshot)}: ${outcome}.`);
            }
            catch (error) {
                signal.throwIfAborted();
                const failure = error instanceof errors/* ActionError */.lZ ? error : (0,errors/* unforeseen */.Hu)(error);
                this.#stays(snapshot, failure);
                reporter.info(`${index + 1} of ${doomed.length}: ${prune_snapshots_named(snapshot)} stayed: ${failure.apiWords ?? failure.message}`);
                // Neither would end otherwise for any of the rest.
                if (failure.code === 'timed_out' || failure.code === 'unauthorized') {
                    for (const rest of doomed.slice(index + 1))
                        this.#stays(rest.snapshot, notTried(failure.code, failure.todo));
                    break;
                }
            }
        }
        await this.#confirm();
    }
    writeDeleted() {
        this.#step.reporter.output('deleted_snapshot_ids', JSON.stringify(this.deleted));
    }
    async #deleteOne(snapshot) {
        const { api } = this.#step;
        // Read again each time: a long list takes its time, and somebody may restore, rename or delete meanwhile.
        const now = (await api.snapshots.list(this.#dataset.id)).find((one) => one.id === snapshot.id);
        const keptFor = now && protection(now, this.#rule);
        if (!now)
            return this.#ended(snapshot, 'already gone', 'somebody else deleted it meanwhile');
        if (keptFor !== undefined)
            return this.#ended(snapshot, 'kept', `meanwhile ${keptFor}`);
        if (now.isRestoring)
            throw new errors/* ActionError */.lZ('conflict', 'The dataset is being restored to it.');
        try {
            await deletion(this.#step, this.#dataset.id, snapshot).run();
        }
        catch (error) {
            if (!(error instanceof failure/* RequestFailure */.e6) || error.outcome.status !== 404)
                throw error;
            // The list may lag behind somebody else's deletion; that it is gone is seen at the end.
            return this.#ended(snapshot, 'already gone', 'Visual Layer did not find it any more');
        }
        this.deleted.push(snapshot.id);
        if (this.deleted.length <= WRITTEN_EACH || this.deleted.length % WRITTEN_AT === 0)
            this.writeDeleted();
        return this.#ended(snapshot, 'deleted');
    }
    #ended(snapshot, outcome, why) {
        this.ends.set(snapshot.id, { outcome, ...(why === undefined ? {} : { why }) });
        return outcome;
    }
    #stays(snapshot, error) {
        this.stayed.push({ snapshot, error });
        this.#ended(snapshot, 'stayed', error.apiWords ?? error.message);
    }
    /** An accepted deletion is not yet a deletion: the catalog must show it. */
    async #confirm() {
        const gone = [...this.ends].filter(([, { outcome }]) => outcome === 'deleted' || outcome === 'already gone');
        if (gone.length === 0)
            return;
        let left = [];
        try {
            left = await stillListed(this.#step, this.#dataset.id, new Set(gone.map(([id]) => id)));
        }
        catch (error) {
            this.#step.signal.throwIfAborted();
            if (this.stayed.length === 0)
                throw error;
            this.#step.reporter.note(`That the others are gone could not be seen: ${(0,errors/* describe */.q0)(error)}`);
        }
        for (const snapshot of left) {
            const isOurs = this.deleted.includes(snapshot.id);
            const message = `Visual Layer ${isOurs ? 'accepted its deletion' : 'did not find it'}, but still lists it.`;
            this.#stays(snapshot, new errors/* ActionError */.lZ('operation_failed', message));
            this.deleted = this.deleted.filter((id) => id !== snapshot.id);
        }
    }
}
function notTried(code, todo = 'Run the step again: it goes on where it ended. Or raise timeout.') {
    const why = code === 'timed_out' ? 'the time of the step had ended' : 'the credentials were no longer accepted';
    return new errors/* ActionError */.lZ(code, `Its deletion was not tried: ${why}.`, { todo });
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/restore.js


/**
 * A restore is over when its own task COMPLETED, its snapshot is the current one, none is restoring, and the dataset is READY.
 * A task that never shows is done without, once the list had time: then the snapshot must have become current, or have been seen
 * restoring. docs.visual-layer.com/api-reference/snapshots; the order of these signs is not documented.
 */
function restoreVerdict(seen) {
    const { task, dataset, snapshots, targetId } = seen;
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: taskError(task, `that restores snapshot ${targetId}`) };
    }
    const completed = task?.state === 'COMPLETED';
    if (dataset.status === 'ERROR' && (completed || (!task && !seen.wasError))) {
        return { state: 'failed', error: datasetError(dataset, `while snapshot ${targetId} was being restored`) };
    }
    const target = snapshots.find((snapshot) => snapshot.id === targetId);
    const restoring = snapshots.some((snapshot) => snapshot.isRestoring);
    const settled = dataset.status === 'READY' && !restoring;
    if (settled && target?.isCurrent) {
        const proven = completed || (!task && (!seen.wasCurrent || seen.seenAtWork) && seen.sinceMs >= seen.patienceMs);
        if (proven)
            return { state: 'done', value: target };
    }
    if (settled && completed && !target?.isCurrent && seen.sinceMs >= seen.patienceMs) {
        const current = snapshots.find((snapshot) => snapshot.isCurrent);
        return {
            state: 'failed',
            error: new errors/* ActionError */.lZ('operation_failed', `The restore task COMPLETED, but snapshot ${targetId} is not the current state of dataset ${dataset.id}${current ? `: that is "${current.name}" (${current.id})` : ''}.`, {
                todo: 'Somebody may have changed the dataset meanwhile. Look at its Snapshot Catalog in Visual Layer before you go on.',
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

;// CONCATENATED MODULE: ./build/waiting/verdicts/snapshot.js


/**
 * A snapshot counts when the list shows it and the dataset is READY. Where the API accepted without naming one, a READY may still
 * be the old one: then it counts once the snapshot is the current state, or the dataset was busy in between.
 */
function snapshotVerdict(seen) {
    const { snapshot, dataset } = seen;
    if (dataset.status === 'ERROR') {
        return { state: 'failed', error: datasetError(dataset, 'while its snapshot was being created') };
    }
    const ready = dataset.status === 'READY';
    if (snapshot && ready && (seen.named || snapshot.isCurrent || seen.seenBusy))
        return { state: 'done', value: snapshot };
    if (!snapshot && ready && !seen.named && seen.sinceMs >= seen.patienceMs) {
        return {
            state: 'failed',
            error: new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the request, but dataset ${dataset.id} is READY again and no such snapshot is in its list.`, { todo: 'Creating the snapshot failed in Visual Layer in a recoverable way: run the step again.' }),
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
 * The description ends with a line that says where it came from; the mark in it tells ours from any other.
 *
 * @param wait `false`: returns as soon as the id is known
 */
async function takeSnapshot(step, dataset, wish, wait) {
    const { api, clock } = step;
    const mark = newMark();
    const description = describedWith(wish.description, provenanceLine(step.context, mark));
    const ours = (snapshots) => snapshots.find((snapshot) => snapshot.description.includes(mark));
    const change = new once/* OnceOnly */.g({
        what: `create a snapshot of dataset ${dataset.id}`,
        send: () => api.snapshots.create(dataset.id, wish.name, description),
        async look() {
            const found = ours(await api.snapshots.list(dataset.id, 0));
            if (found)
                return { found };
            const { status } = await api.datasets.get(dataset.id, 0);
            return status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => step.reporter.info(line));
    const reply = await throughConflicts(step, dataset.id, wish.onConflict, () => change.run());
    if (reply)
        wish.onId(reply);
    if (reply && !wait)
        return reply;
    const acceptedAt = clock.now();
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const busy = new Seen();
    let known = reply;
    return waitFor(step, {
        awaited: `the snapshot${wish.name === undefined ? '' : ` "${wish.name}"`} of dataset ${dataset.id}${reply ? ` (${reply.id})` : ''}`,
        carryOn: 'The snapshot may still appear: look at the Snapshot Catalog of the dataset before you take another (if_exists: reuse takes the one that is there).',
    }, async () => {
        const listed = await api.snapshots.list(dataset.id, 0);
        const snapshot = listed.find((one) => one.id === known?.id) ?? ours(listed);
        if (snapshot && snapshot.id !== known?.id) {
            known = snapshot;
            wish.onId(snapshot);
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
}

;// CONCATENATED MODULE: ./build/operations/restore.js












const restore_TYPE = 'SNAPSHOT_RESTORE';
/**
 * Puts a dataset back to a snapshot; done when the restore's own task COMPLETED, the snapshot is current, none is restoring and
 * the dataset is READY.
 */
async function restore(request, step) {
    const { reporter } = step;
    let dataset = await readDataset(step, request.datasetId);
    // Chosen before the safety snapshot is taken: that one becomes the current one.
    const target = await chooseSnapshot(step, dataset, request.snapshot);
    aboutSnapshot(step, target, 'Restored to');
    reporter.info(`The snapshot to restore is "${target.name}" (${target.id}), created ${target.createdAtText || 'at an unknown time'}.`);
    dataset = await calmDataset(step, dataset.id, request.onConflict);
    if (request.safetySnapshot)
        await saveFirst(step, request, dataset, target);
    const task = await startRestore(step, request, dataset, target);
    if (!request.wait) {
        return `The restore of dataset "${dataset.name}" to snapshot "${target.name}" was accepted; the step did not wait for it (wait: false).`;
    }
    await waitForRestore(step, dataset, target, task);
    return `Dataset "${dataset.name}" was restored to snapshot "${target.name}".`;
}
/** A restore cannot be undone, so the present state is saved before. Only a READY dataset can be saved. */
async function saveFirst(step, request, dataset, target) {
    const { reporter } = step;
    if (dataset.status !== 'READY') {
        reporter.warning(`No safety snapshot was taken before the restore: dataset ${dataset.id} is ${dataset.statusWord}, and Visual Layer saves only READY datasets. What is in it now is replaced for good.`);
        return;
    }
    await reporter.group('Safety snapshot of the present state', async () => {
        const run = step.context.runId === undefined ? '' : `, run ${step.context.runId}`;
        const saved = await takeSnapshot(step, dataset, {
            name: `before restore to ${target.name}${run}`.slice(0, 255),
            description: `The state of the dataset before it was restored to snapshot "${target.name}" (${target.id}).`,
            onConflict: request.onConflict,
            onId: (one) => reporter.output('safety_snapshot_id', one.id),
        }, true);
        reporter.fact('Safety snapshot', saved.name);
        reporter.fact('Safety snapshot id', saved.id, { code: true });
        reporter.note(`The state before was saved as snapshot "${saved.name}" (${saved.id}).`);
    });
}
/** Of the restores that came since, the one that runs, or the last that began; one without a start still waits for its turn. */
function restore_newTask(tasks, earlier) {
    const since = tasks.filter((task) => !earlier.has(task.id));
    const began = (task) => ((0,visual_layer_tasks/* hasEnded */.h)(task) ? (task.startedAt ?? 0) : Infinity);
    return since.reduce((best, next) => (best && began(best) >= began(next) ? best : next), undefined);
}
async function startRestore(step, request, dataset, target) {
    const { api, reporter } = step;
    let earlier = new Set();
    let wasCurrent = false;
    let wasError = false;
    const change = new once/* OnceOnly */.g({
        what: `restore snapshot ${target.id} of dataset ${dataset.id}`,
        send: () => api.snapshots.restore(dataset.id, target.id),
        async look() {
            // The tasks first: a restore that somebody starts in between then shows as restoring, and not as a task of ours.
            const task = restore_newTask(await visibleTasks(step, { datasetId: dataset.id, type: restore_TYPE }, 0), earlier);
            const snapshots = await api.snapshots.list(dataset.id, 0);
            const now = snapshots.find((one) => one.id === target.id);
            if (now?.isRestoring || (now?.isCurrent && !wasCurrent))
                return { found: undefined };
            // A new task is ours, unless another snapshot is the one that is being, or was, restored.
            const others = snapshots.some((one) => one.isRestoring && one.id !== target.id);
            const elsewhere = task?.state === 'COMPLETED' && !now?.isCurrent;
            if (task && !others && !elsewhere)
                return { found: undefined };
            const { status } = await api.datasets.get(dataset.id, 0);
            return others || status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => reporter.info(line));
    await throughConflicts(step, dataset.id, request.onConflict, async () => {
        if (!change.mayHaveTakenEffect) {
            const tasks = await visibleTasks(step, { datasetId: dataset.id, type: restore_TYPE });
            earlier = new Set(tasks.map((task) => task.id));
            wasCurrent = (await api.snapshots.list(dataset.id)).some((one) => one.id === target.id && one.isCurrent);
            wasError = (await api.datasets.get(dataset.id)).status === 'ERROR';
        }
        await change.run();
    });
    reporter.info('Visual Layer accepted the restore.');
    const started = { earlier, wasCurrent, wasError, acceptedAt: step.clock.now() };
    if (!request.wait)
        await restore_nameTask(step, dataset, started);
    return started;
}
/** Sets `task_id` where the list shows the task within a moment; a step that does not wait can do without. */
async function restore_nameTask(step, dataset, started) {
    await (0,until/* until */.T)(async () => {
        const task = restore_newTask(await visibleTasks(step, { datasetId: dataset.id, type: restore_TYPE }, 0), started.earlier);
        if (!task)
            return { state: 'pending', line: 'task not listed yet' };
        step.reporter.output('task_id', task.id);
        return { state: 'done', value: undefined };
    }, step.waiting, (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs()));
}
async function waitForRestore(step, dataset, target, started) {
    const { api, clock, reporter } = step;
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const settling = (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs());
    const atWork = new Seen();
    const carryOn = `The restore goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${dataset.id}, instead of restoring again.`;
    await waitFor(step, { awaited: `the restore of dataset ${dataset.id} to snapshot ${target.id}`, carryOn }, async () => {
        const task = restore_newTask(await visibleTasks(step, { datasetId: dataset.id, type: restore_TYPE }, 0), started.earlier);
        if (task)
            reporter.output('task_id', task.id);
        const snapshots = await api.snapshots.list(dataset.id, 0);
        const now = await api.datasets.get(dataset.id, 0);
        reporter.output('dataset_status', now.statusWord);
        const sinceMs = clock.now() - started.acceptedAt;
        const restoring = snapshots.some((one) => one.id === target.id && one.isRestoring);
        const verdict = restoreVerdict({
            task,
            snapshots,
            dataset: now,
            targetId: target.id,
            wasCurrent: started.wasCurrent,
            wasError: started.wasError,
            seenAtWork: atWork.add(restoring || now.status === 'READ_ONLY' || now.status === 'BUSY'),
            sinceMs,
            patienceMs: patience,
        });
        // A task that failed may be that of somebody whose restore ended just before this one: then ours shows in a moment.
        if (verdict.state !== 'failed' || sinceMs >= settling)
            return verdict;
        return { state: 'pending', line: `${task ? taskLine(task) : datasetLine(now)}; looking again` };
    });
}

;// CONCATENATED MODULE: ./build/operations/snapshot.js




/** Saves the dataset's state under a name; done when the snapshot is listed and the dataset READY. */
async function snapshot(request, step) {
    const { reporter } = step;
    const dataset = await readDataset(step, request.datasetId);
    const name = request.snapshotName;
    if (name !== undefined && request.ifExists !== 'create') {
        const existing = newestNamed(await step.api.snapshots.list(dataset.id), name);
        if (existing && request.ifExists === 'fail') {
            throw new errors/* ActionError */.lZ('conflict', `Dataset "${dataset.name}" (${dataset.id}) already has a snapshot named "${name}" (${existing.id}).`, {
                todo: 'Choose another snapshot_name, or set if_exists: reuse to use that snapshot, or if_exists: create to save another one under the same name.',
            });
        }
        if (existing) {
            aboutSnapshot(step, existing, 'Snapshot');
            if (request.rollbackOnFailure)
                oweRollback(step, existing);
            return `Snapshot "${existing.name}" of dataset "${dataset.name}" was already there and is used; none was created.`;
        }
    }
    const made = await takeSnapshot(step, dataset, {
        name,
        description: request.description,
        onConflict: request.onConflict,
        onId: (one) => {
            reporter.output('snapshot_id', one.id);
            reporter.output('snapshot_name', one.name);
            reporter.state('snapshot_id', one.id);
            reporter.info(`Snapshot "${one.name}" has the id ${one.id}.`);
        },
    }, request.wait);
    aboutSnapshot(step, made, 'Snapshot');
    if (request.rollbackOnFailure)
        oweRollback(step, made);
    return request.wait
        ? `Snapshot "${made.name}" of dataset "${dataset.name}" was created.`
        : `Snapshot "${made.name}" of dataset "${dataset.name}" was accepted; the step did not wait for it (wait: false).`;
}
/** From here on the post step restores the snapshot, which runs only where the job fails or is cancelled. */
function oweRollback(step, one) {
    step.reporter.state('owed', 'rollback');
    step.reporter.note(`Should the job fail or be cancelled from here on, the dataset is restored to snapshot "${one.name}".`);
}

;// CONCATENATED MODULE: ./build/operations/update-snapshot.js







/** A service may keep a text without the white space around it, and with line ends of its own. */
function sameText(a, b) {
    const plain = (text) => text.replace(/\r\n?/g, '\n').trim();
    return plain(a) === plain(b);
}
/** Gives a snapshot another name, another description, or both; done when the catalog shows them. */
async function updateSnapshot(request, step) {
    const { api, reporter } = step;
    const { snapshotName: name, description } = request;
    const dataset = await readDataset(step, request.datasetId);
    const target = await chooseSnapshot(step, dataset, { by: 'id', snapshotId: request.snapshotId });
    reporter.output('snapshot_id', target.id);
    reporter.output('snapshot_name', target.name);
    const isChanged = (one) => one !== undefined &&
        (name === undefined || sameText(one.name, name)) &&
        (description === undefined || sameText(one.description, description));
    const listed = async () => (await api.snapshots.list(dataset.id, 0)).find((one) => one.id === target.id);
    const change = new once/* OnceOnly */.g({
        what: `change snapshot ${target.id} of dataset ${dataset.id}`,
        send: () => api.snapshots.update(dataset.id, target.id, {
            ...(name === undefined ? {} : { name }),
            ...(description === undefined ? {} : { description }),
        }),
        look: async () => (isChanged(await listed()) ? { found: undefined } : 'absent'),
    }, step.waiting, (line) => reporter.info(line));
    await throughConflicts(step, dataset.id, 'wait', () => change.run());
    const acceptedAt = step.clock.now();
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const changed = await waitFor(step, {
        awaited: `the catalog to show the change of snapshot ${target.id}`,
        carryOn: 'The change was accepted: look at the Snapshot Catalog of the dataset, or run the step again.',
    }, async () => {
        const now = await listed();
        if (isChanged(now))
            return { state: 'done', value: now };
        if (step.clock.now() - acceptedAt >= patience)
            return { state: 'failed', error: notChanged(target, now, patience) };
        return { state: 'pending', line: 'the catalog shows the snapshot as it was' };
    });
    reporter.output('snapshot_name', changed.name);
    reporter.fact('Snapshot', changed.name);
    reporter.fact('Snapshot id', changed.id, { code: true });
    if (name !== undefined && target.name !== changed.name)
        reporter.fact('Name before', target.name);
    const what = [name === undefined ? '' : 'name', description === undefined ? '' : 'description'].filter(Boolean);
    return `The ${what.join(' and the ')} of snapshot "${changed.name}" of dataset "${dataset.name}" ${what.length > 1 ? 'were' : 'was'} changed.`;
}
function notChanged(target, now, afterMs) {
    const seen = now ? `still shows it as it was, named "${now.name}"` : 'does not list it any more';
    return new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the change of snapshot "${target.name}" (${target.id}), but after ${duration(afterMs)} its catalog ${seen}.`, {
        todo: now
            ? 'Look at the Snapshot Catalog of the dataset: Visual Layer may not take this name or description.'
            : 'Somebody may have deleted it at the same moment. Look at the Snapshot Catalog of the dataset.',
    });
}

;// CONCATENATED MODULE: ./build/operations/wait.js


/** Waits for a dataset to be READY: how a step that ran out of time, or did not wait, is carried on. */
async function wait(request, step) {
    await readDataset(step, request.datasetId);
    const dataset = await waitUntilReady(step, request.datasetId, 'Run the step again to wait on.');
    return `Dataset "${dataset.name}" is ${dataset.statusWord}.`;
}

;// CONCATENATED MODULE: ./build/operations/index.js













/** Runs the operation that a request names; answers in a sentence what was done. */
function perform(request, step) {
    switch (request.operation) {
        case 'create-from-s3':
            return createFromS3(request, step);
        case 'create-from-files':
            return createFromFiles(request, step);
        case 'add-media':
            return addMedia(request, step);
        case 'snapshot':
            return snapshot(request, step);
        case 'restore':
            return restore(request, step);
        case 'clone':
            return clone(request, step);
        case 'export':
            return exportDataset(request, step);
        case 'list-snapshots':
            return listSnapshots(request, step);
        case 'update-snapshot':
            return updateSnapshot(request, step);
        case 'delete-snapshot':
            return deleteSnapshot(request, step);
        case 'prune-snapshots':
            return pruneSnapshots(request, step);
        case 'wait':
            return wait(request, step);
        case 'delete-dataset':
            return deleteDataset(request, step);
    }
}


/***/ }),

/***/ 17126:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ removeDataset),
/* harmony export */   t: () => (/* binding */ datasetRemoval)
/* harmony export */ });
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(57911);
/* harmony import */ var _waiting_once_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(41563);
/* harmony import */ var _waiting_until_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(49404);



/** Prepares the deletion of a dataset. It is gone when it cannot be read any more, or has left the list that showed it before. */
async function datasetRemoval(api, waiting, datasetId) {
    const isListed = async (retries) => (await api.datasets.list(retries)).some((dataset) => dataset.id.toLowerCase() === datasetId);
    // Not every dataset is in the list: only one that was there can be seen to leave it.
    const wasListed = await isListed();
    const isGone = async () => {
        try {
            await api.datasets.get(datasetId, 0);
        }
        catch (error) {
            if (error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .RequestFailure */ .e6 && error.outcome.status === 404)
                return true;
            throw error;
        }
        return wasListed && !(await isListed(0));
    };
    const change = new _waiting_once_js__WEBPACK_IMPORTED_MODULE_1__/* .OnceOnly */ .g({
        what: `delete dataset ${datasetId}`,
        send: () => api.datasets.delete(datasetId),
        look: async () => ((await isGone()) ? { found: undefined } : 'absent'),
    }, waiting, waiting.onLook);
    return { change, isGone };
}
/**
 * Deletes a dataset of ours, and sees it gone; one that is not there any more needs no deleting. Throws where the API refuses,
 * cannot be reached, or still shows the dataset when the time of `waiting` is over.
 */
async function removeDataset(api, waiting, datasetId) {
    const { change, isGone } = await datasetRemoval(api, waiting, datasetId);
    try {
        await change.run();
    }
    catch (error) {
        if (error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .RequestFailure */ .e6 && error.outcome.status === 404)
            return;
        throw error;
    }
    const ended = await (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_2__/* .until */ .T)(async () => {
        if (await isGone())
            return { state: 'done', value: undefined };
        return { state: 'pending', line: `dataset ${datasetId} is still there` };
    }, waiting);
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'out_of_time')
        throw ended.lastFault ?? new Error('it was still there when the time was over');
}


/***/ }),

/***/ 16756:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ post)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(19473);
/* harmony import */ var _inputs_request_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(83515);
/* harmony import */ var _operations_abort_creation_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(70819);
/* harmony import */ var _operations_delete_draft_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(12690);
/* harmony import */ var _operations_remove_dataset_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(17126);
/* harmony import */ var _operations_index_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(41230);
/* harmony import */ var _runner_cancellation_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(50172);
/* harmony import */ var _runner_context_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(24092);
/* harmony import */ var _runner_log_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(51103);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(71326);
/* harmony import */ var _summarize_js__WEBPACK_IMPORTED_MODULE_10__ = __nccwpck_require__(16476);











/** Time for an abort, in ms: well within the five minutes that GitHub gives to what runs after a cancellation. */
const ABORT_MS = 30_000;
/** Time to delete a clone and to see it gone, in ms. */
const CLEANING_MS = 60_000;
/**
 * Runs the post step, which GitHub starts only where the job failed or was cancelled: aborts a creation that the main step could
 * not abort before it was killed, or rolls back to the snapshot of the main step. Its own trouble is a warning and never fails
 * the job.
 */
async function post(state, { env, clock, process }) {
    const reporter = new _runner_log_js__WEBPACK_IMPORTED_MODULE_8__/* .RunnerReporter */ .i({ clock });
    for (const secret of (0,_inputs_request_js__WEBPACK_IMPORTED_MODULE_1__/* .secretsOf */ .F)(env))
        reporter.mask(secret);
    const settle = state.owed === undefined || !Object.hasOwn(DEBTS, state.owed) ? undefined : DEBTS[state.owed];
    if (!settle) {
        reporter.info('Nothing is left to undo in Visual Layer.');
        return;
    }
    const cancellation = (0,_runner_cancellation_js__WEBPACK_IMPORTED_MODULE_6__/* .listenForCancellation */ .c)(process);
    const context = (0,_runner_context_js__WEBPACK_IMPORTED_MODULE_7__/* .readContext */ .y)(env);
    let session;
    try {
        const { request } = (0,_inputs_request_js__WEBPACK_IMPORTED_MODULE_1__/* .readRequest */ .i)(env, { workspace: context.workspace });
        session = new _session_js__WEBPACK_IMPORTED_MODULE_9__/* .Session */ .N(request, clock, (line) => reporter.info(line));
        await settle({ state, request, session, reporter, context, signal: cancellation.signal, env });
    }
    catch (error) {
        const failure = error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ ? error : (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .unforeseen */ .Hu)(error);
        reporter.warning(`What this job owed to Visual Layer could not be done: ${failure.message}`, { todo: failure.todo });
    }
    await session?.close();
    cancellation.dispose();
}
/** How each debt that a main step can leave is paid. */
const DEBTS = {
    'abort-creation': (owed) => undo(owed, _operations_abort_creation_js__WEBPACK_IMPORTED_MODULE_2__/* .abortCreation */ .y, _operations_abort_creation_js__WEBPACK_IMPORTED_MODULE_2__/* .abortUnnamedCreation */ .up),
    'delete-clone': deleteClone,
    'delete-draft': (owed) => undo(owed, _operations_delete_draft_js__WEBPACK_IMPORTED_MODULE_3__/* .deleteDraft */ .T, _operations_delete_draft_js__WEBPACK_IMPORTED_MODULE_3__/* .deleteUnnamedDraft */ .f),
    rollback,
};
/** Deletes the ephemeral clone of an export that was killed. */
async function deleteClone({ state, session, reporter }) {
    const { clone_dataset_id: datasetId } = state;
    if (datasetId === undefined)
        return;
    try {
        await session.lastly(CLEANING_MS, (api, waiting) => (0,_operations_remove_dataset_js__WEBPACK_IMPORTED_MODULE_4__/* .removeDataset */ .B)(api, waiting, datasetId));
        reporter.info(`The ephemeral clone, dataset ${datasetId}, was deleted.`);
    }
    catch (error) {
        reporter.warning(`The ephemeral clone, dataset ${datasetId}, could not be deleted: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error)}.`, {
            todo: 'Delete it in Visual Layer; it is a copy, and nothing else needs it.',
        });
    }
}
async function undo({ state, session, reporter }, known, unnamed) {
    const { dataset_id: datasetId, dataset_name: name = '' } = state;
    try {
        reporter.info(await session.lastly(ABORT_MS, (api, waiting) => datasetId === undefined
            ? unnamed(api, waiting, name, new Set((state.earlier_dataset_ids ?? '').split(' ')))
            : known(api, waiting, datasetId)));
    }
    catch (error) {
        const what = datasetId === undefined ? `a dataset named "${name}"` : `dataset ${datasetId}`;
        reporter.warning(`The creation of ${what}, which this cancelled run had asked for, could not be undone: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error)}.`, {
            todo: 'If it goes on in Visual Layer and is not wanted, abort it in the Task Manager there, or delete the draft.',
        });
    }
}
/**
 * Restores the snapshot that the main step took. No safety snapshot is taken: what a failed job left is what the user asked to
 * be rid of, and a cancelled job has minutes.
 */
async function rollback({ state, request, session, reporter, context, signal, env }) {
    const { dataset_id: datasetId, snapshot_id: snapshotId, snapshot_name: name } = state;
    if (request.operation !== 'snapshot' || datasetId === undefined || snapshotId === undefined)
        return;
    reporter.info(`The job failed or was cancelled, and rollback_on_failure is set: dataset ${datasetId} is restored to snapshot "${name}" (${snapshotId}).`);
    const restore = {
        ...request,
        operation: 'restore',
        snapshot: { by: 'id', snapshotId },
        safetySnapshot: false,
        onConflict: 'wait',
        wait: true,
    };
    let headline = '';
    let failure;
    try {
        headline = await (0,_operations_index_js__WEBPACK_IMPORTED_MODULE_5__/* .perform */ .y)(restore, session.step({ reporter, context, signal, onCancel: () => undefined }));
        reporter.note(`Rolled back after the failure of the job: ${headline}`);
    }
    catch (error) {
        failure = signal.aborted && signal.reason instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ ? signal.reason : undefined;
        failure ??= error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ ? error : (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .unforeseen */ .Hu)(error);
        const words = failure.apiWords === undefined ? '' : ` The server said: ${failure.apiWords}`;
        reporter.warning(`The rollback of dataset ${datasetId} to snapshot "${name}" (${snapshotId}) was not seen to end: ${failure.message}${words}`, {
            todo: `${failure.todo ?? ''}\nLook at the dataset in Visual Layer, and restore the snapshot there if it is not the current one.`,
        });
    }
    await (0,_summarize_js__WEBPACK_IMPORTED_MODULE_10__/* .summarize */ .e)({ reporter, context, request: restore, headline, failure, env });
}


/***/ }),

/***/ 40863:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(19473);
// EXTERNAL MODULE: ./build/inputs/request.js + 28 modules
var inputs_request = __nccwpck_require__(83515);
// EXTERNAL MODULE: ./build/operations/index.js + 74 modules
var operations = __nccwpck_require__(41230);
// EXTERNAL MODULE: ./build/runner/cancellation.js
var runner_cancellation = __nccwpck_require__(50172);
// EXTERNAL MODULE: ./build/runner/context.js
var runner_context = __nccwpck_require__(24092);
// EXTERNAL MODULE: ./build/runner/toolkit.js
var toolkit = __nccwpck_require__(22077);
// EXTERNAL MODULE: ./build/runner/text.js
var runner_text = __nccwpck_require__(93912);
;// CONCATENATED MODULE: ./build/runner/failure.js



/**
 * GitHub keeps the first 4,096 characters of an annotation (ExecutionContext.cs of actions/runner). What is left by the
 * service's own words and by what to do is the message's.
 */
const ANNOTATION_CHARS = 3900;
const API_WORDS_CHARS = 700;
const TODO_CHARS = 1200;
/**
 * Ends the step as failed: the one error annotation (what failed, the service's own words, what to do) and exit code 1. The
 * process is left to end by itself: `process.exit` soon after network use crashes Node 24 on Windows (nodejs/node#56645).
 */
function fail(error, options) {
    const { reporter } = options;
    const words = error.apiWords && `The server said: ${(0,runner_text/* oneLine */.TN)(reporter.redact(error.apiWords), API_WORDS_CHARS)}`;
    const todo = error.todo && (0,runner_text/* lines */.Mn)(reporter.redact(error.todo), TODO_CHARS);
    const left = ANNOTATION_CHARS - (words?.length ?? 0) - (todo?.length ?? 0);
    const message = (0,runner_text/* lines */.Mn)(reporter.redact(error.message), left);
    if (error.cause !== undefined)
        reporter.debug(`Caused by: ${(0,errors/* describe */.q0)(error.cause)}`);
    process.exitCode = 1;
    const title = options.operation ? `Visual Layer: ${options.operation} failed` : 'Visual Layer: the step failed';
    toolkit/* error */.z3([message, words, todo].filter(Boolean).join('\n'), (0,runner_text/* oneLine */.TN)(title, 100));
}

// EXTERNAL MODULE: ./build/runner/log.js + 2 modules
var log = __nccwpck_require__(51103);
// EXTERNAL MODULE: ./build/session.js + 9 modules
var build_session = __nccwpck_require__(71326);
// EXTERNAL MODULE: ./build/summarize.js + 1 modules
var summarize = __nccwpck_require__(16476);
// EXTERNAL MODULE: ./build/version.js
var version = __nccwpck_require__(58508);
;// CONCATENATED MODULE: ./build/run.js










/** The runner kills a cancelled step after 7.5 s; what is undone on the server has this many ms of them. */
const UNDO_MS = 3_500;
/**
 * Runs the main step: one operation from the inputs to outputs, summary, and at most one error. Never throws; a failure sets
 * `process.exitCode`.
 */
async function run({ env, clock, process }) {
    const reporter = new log/* RunnerReporter */.i({ clock });
    for (const secret of (0,inputs_request/* secretsOf */.F)(env))
        reporter.mask(secret);
    reporter.state('phase', 'post');
    const context = (0,runner_context/* readContext */.y)(env);
    const cancellation = (0,runner_cancellation/* listenForCancellation */.c)(process);
    const undo = { last: undefined };
    let request;
    let session;
    let headline = '';
    let failure;
    try {
        const read = (0,inputs_request/* readRequest */.i)(env, { workspace: context.workspace });
        request = read.request;
        for (const warning of read.warnings)
            reporter.warning(warning);
        reporter.info(`visual-layer-dataset-action ${version/* VERSION */.x}: ${request.operation} at ${request.service.origin}`);
        reporter.state('operation', request.operation);
        session = new build_session/* Session */.N(request, clock, (line) => reporter.info(line));
        const onCancel = (last) => {
            undo.last = last;
        };
        headline = await (0,operations/* perform */.y)(request, session.step({ reporter, context, signal: cancellation.signal, onCancel }));
        reporter.note(headline);
    }
    catch (error) {
        failure = asFailure(error, cancellation.signal);
        if (failure.code === 'cancelled' && session && undo.last)
            await undoLast(session, undo.last, reporter);
    }
    await session?.close();
    await finish({ reporter, context, request, headline, failure, env });
    cancellation.dispose();
}
/** What a user is told of anything thrown. After a cancellation, whatever broke broke because of it. */
function asFailure(error, signal) {
    if (signal.aborted && signal.reason instanceof errors/* ActionError */.lZ)
        return signal.reason;
    if (error instanceof errors/* ActionError */.lZ)
        return error;
    return (0,errors/* unforeseen */.Hu)(error);
}
async function undoLast(session, undo, reporter) {
    try {
        reporter.note(await session.lastly(UNDO_MS, undo));
        reporter.state('owed', '');
    }
    catch (error) {
        // What is owed stays in the state: the post step tries again.
        reporter.info(`Undoing what was started did not succeed (${(0,errors/* describe */.q0)(error)}). The post step tries again.`);
    }
}
async function finish({ reporter, context, request, headline, failure: thrown, env }) {
    let failure = thrown;
    // A step that failed in its own time owes nothing: only a killed one leaves its debts to the post step.
    if (failure && failure.code !== 'cancelled')
        reporter.state('owed', '');
    reporter.output('error_code', failure?.code ?? '');
    try {
        reporter.finishOutputs();
    }
    catch (error) {
        failure ??= error instanceof errors/* ActionError */.lZ ? error : (0,errors/* unforeseen */.Hu)(error);
    }
    await (0,summarize/* summarize */.e)({ reporter, context, request, headline, failure, env });
    if (failure)
        fail(failure, { operation: request?.operation, reporter });
}


/***/ }),

/***/ 50172:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   c: () => (/* binding */ listenForCancellation)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(19473);

/** SIGBREAK is what Node makes of the Ctrl-Break that the runner sends on Windows in place of SIGTERM. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'];
/** What a library throws outside of any call of ours, an upload's event handler say. */
const CRASH = 'uncaughtException';
/**
 * An abort signal that fires when the step must end now: with an ActionError `cancelled` when the runner cancels the step
 * (it sends SIGINT, SIGTERM 7.5 s later, and kills after another 2.5 s; only the first counts here), or with
 * `operation_failed` when something was thrown that nobody could catch, so that even then the step ends in order.
 * `dispose` gives the events back to Node.
 */
function listenForCancellation(process) {
    const controller = new AbortController();
    const cancel = () => {
        controller.abort(new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('cancelled', 'The step was cancelled: the workflow run was stopped, or the step ran into its `timeout-minutes`.', {
            todo: 'What Visual Layer has already started goes on there unless the log says that it was aborted; the outputs name it.',
        }));
    };
    const crash = (error) => {
        controller.abort((0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .unforeseen */ .Hu)(error));
    };
    for (const name of SIGNALS)
        process.on(name, cancel);
    process.on(CRASH, crash);
    return {
        signal: controller.signal,
        dispose: () => {
            for (const name of SIGNALS)
                process.off(name, cancel);
            process.off(CRASH, crash);
        },
    };
}


/***/ }),

/***/ 24092:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   y: () => (/* binding */ readContext)
/* harmony export */ });
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(93912);

/**
 * Reads the runner's variables. `repository`, `job`, `runId`, `runAttempt`, `sha` and `event` are plain ASCII and may go into
 * a header; `workflow`, `ref` and `actor` are one line of any text.
 */
function readContext(env) {
    const shaped = (name, shape) => (shape.test(env[name] ?? '') ? env[name] : undefined);
    const line = (name) => (0,_text_js__WEBPACK_IMPORTED_MODULE_0__/* .oneLine */ .TN)(env[name] ?? '', 250) || undefined;
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
        retentionDays: days === undefined ? undefined : Number(days),
        isEnterpriseServer: isEnterpriseServer(serverUrl),
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


/***/ }),

/***/ 51103:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* binding */ RunnerReporter)
});

// EXTERNAL MODULE: ./build/runner/toolkit.js
var toolkit = __nccwpck_require__(22077);
// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(19473);
;// CONCATENATED MODULE: ./build/runner/outputs.js
/** Every output of the action, as action.yml lists them: the kind decides how it stands in `result`. */
const OUTPUTS = {
    dataset_id: { kind: 'text', description: 'The dataset that was made or acted on; for clone the new one' },
    dataset_name: { kind: 'text', description: 'Its name' },
    dataset_status: { kind: 'text', description: 'Its status as last seen' },
    source_dataset_id: { kind: 'text', description: 'The dataset a clone was made from' },
    snapshot_id: { kind: 'text', description: 'The snapshot that was made, restored, cloned or changed' },
    snapshot_name: { kind: 'text', description: 'Its name' },
    safety_snapshot_id: { kind: 'text', description: 'The snapshot taken before a restore' },
    snapshots: { kind: 'json', description: 'The snapshot catalog, as a JSON array' },
    deleted_snapshot_ids: { kind: 'json', description: 'The snapshots that were deleted, as a JSON array' },
    task_id: { kind: 'text', description: 'The task that did the work' },
    export_id: { kind: 'text', description: 'The export' },
    export_path: { kind: 'text', description: 'The ZIP on disk, complete and verified' },
    export_dir: { kind: 'text', description: 'The folder that holds the export and its manifest.json' },
    export_size_bytes: { kind: 'number', description: 'Size of what was downloaded' },
    export_sha256: { kind: 'text', description: 'SHA-256 of what was downloaded' },
    media_count: { kind: 'number', description: 'Records in the export' },
    content_digest: { kind: 'text', description: 'SHA-256 over the records, whatever their order' },
    changed: { kind: 'boolean', description: 'Whether the export differs from the one compared with' },
    added_count: { kind: 'number', description: 'Records that are new' },
    removed_count: { kind: 'number', description: 'Records that are gone' },
    modified_count: { kind: 'number', description: 'Records that changed' },
    artifact_id: { kind: 'text', description: 'The GitHub artifact' },
    artifact_name: { kind: 'text', description: 'The name GitHub stored it under' },
    artifact_url: { kind: 'text', description: 'Where to download it' },
    artifact_digest: { kind: 'text', description: 'SHA-256 of the artifact' },
    elapsed_seconds: { kind: 'number', description: 'How long the step took' },
    error_code: { kind: 'text', description: 'Why the step failed' },
    result: { kind: 'json', description: 'All other outputs as one JSON object' },
};
/**
 * GitHub allows a job about 1 MB of outputs, counted in UTF-16 (docs.github.com, "Passing information between jobs"), and
 * breaks the workflow beyond. A list stands both in its own output and in `result`.
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
        const shortened = OUTPUTS[name].kind === 'json' ? shortenList(given) : shortenText(given);
        this.#values.set(name, shortened.text);
        return { text: shortened.text, ...(shortened.left && { problem: `The output ${name} ${shortened.left}` }) };
    }
    /** The value as it was written; empty when not set. */
    get(name) {
        return this.#values.get(name) ?? '';
    }
    /** A value that stands in `result` only. */
    addToResult(name, value) {
        this.#extras.set(name, value);
    }
    /** The `result` output: every other one under its name, numbers and lists as such, `null` for those not set. */
    result() {
        const entries = Object.keys(OUTPUTS).filter(isSettable);
        const extras = [...this.#extras];
        const values = entries.map((name) => [name, parsed(name, this.get(name))]);
        const whole = JSON.stringify(Object.fromEntries([...values, ...extras]));
        if (whole.length <= LONGEST_RESULT_CHARS)
            return { text: whole };
        const ids = entries.map((name) => [
            name,
            OUTPUTS[name].kind === 'json' || this.get(name).length > 1000 ? null : parsed(name, this.get(name)),
        ]);
        return {
            text: JSON.stringify(Object.fromEntries([...ids, ...extras])),
            problem: 'The output result is without its long values: together they are more than GitHub takes.',
        };
    }
}
function isSettable(name) {
    return Object.hasOwn(OUTPUTS, name) && name !== 'result';
}
function parsed(name, text) {
    if (text === '')
        return null;
    const { kind } = OUTPUTS[name];
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
        left: `was cut after ${LONGEST_TEXT_CHARS} of ${text.length} characters.`,
    };
}
/** Keeps as many elements from the front as fit, so that what is left is still a JSON array. */
function shortenList(text) {
    if (text.length <= LONGEST_LIST_CHARS)
        return { text };
    const list = parseJson(text);
    if (!Array.isArray(list))
        return { text: '[]', left: `is empty: its ${text.length} characters are more than GitHub takes.` };
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
        left: `holds the first ${kept.length} of ${list.length} entries: more is over what GitHub takes.`,
    };
}

;// CONCATENATED MODULE: ./build/runner/secrets.js
/** Shorter values are not masked: `***` in place of every "yes" or "12" would make a log unreadable and hide nothing. */
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

// EXTERNAL MODULE: ./build/runner/text.js
var runner_text = __nccwpck_require__(93912);
;// CONCATENATED MODULE: ./build/runner/log.js





/** Wide enough for `23h 59m`, so that the lines of a wait stand under each other. */
const STAMP_WIDTH = 7;
/** A wait in which nothing changes says so this often, in ms, so that a log never looks dead. */
const HEARTBEAT_MS = 300_000;
/**
 * The {@link Reporter} of a real step: stdout, and the files the runner names in `GITHUB_OUTPUT` and `GITHUB_STATE`. It also
 * gathers what the job summary tells.
 */
class RunnerReporter {
    #clock;
    #startedAt;
    #secrets = new Secrets();
    #outputs = new Outputs();
    #unwritten = new Set();
    #facts = new Map();
    #tables = new Map();
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
    /** Tables for the job summary, in the order their titles were first given. */
    get tables() {
        return [...this.#tables.values()];
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
        toolkit/* info */.pq(this.#safe(line));
    }
    debug(line) {
        toolkit/* debug */.Yz(this.#safe(line));
    }
    warning(message, details = {}) {
        const text = (0,runner_text/* lines */.Mn)(this.redact(details.todo ? `${message}\n${details.todo}` : message));
        if (this.#warnings.has(text))
            return;
        this.#warnings.add(text);
        toolkit/* warning */.$e(text);
    }
    async group(title, body) {
        if (this.#inGroup) {
            this.info(`== ${title} ==`);
            return await body();
        }
        this.#inGroup = true;
        toolkit/* startGroup */.Oh(this.#safe(title));
        try {
            return await body();
        }
        finally {
            toolkit/* endGroup */.N4();
            this.#inGroup = false;
        }
    }
    progress(line) {
        const silentMs = this.elapsedMs - this.#lastProgressMs;
        if (line === this.#lastProgress && silentMs < HEARTBEAT_MS)
            return;
        this.#lastProgress = line;
        this.#lastProgressMs = this.elapsedMs;
        this.info(`[${(0,runner_text/* duration */.p0)(this.elapsedMs).padStart(STAMP_WIDTH)}] ${line}`);
    }
    output(name, value) {
        const given = String(value);
        const redacted = this.redact(given);
        if (redacted !== given) {
            this.warning(`The output ${name} held a masked secret. It was replaced by ***.`, {
                todo: 'If it is no secret, choose a credential that is not an ordinary word.',
            });
        }
        const { text, problem } = this.#outputs.set(name, redacted);
        if (problem)
            this.warning(problem);
        this.#write(name, text);
    }
    addToResult(name, value) {
        this.#outputs.addToResult(name, this.redact(value));
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
        for (const name of this.#unwritten)
            if (name !== 'result')
                this.#write(name, this.#outputs.get(name));
        if (this.#unwritten.size === 0)
            return;
        throw new errors/* ActionError */.lZ('operation_failed', `These outputs could not be written: ${[...this.#unwritten].join(', ')}.`, {
            todo: 'The work itself is done; the log names the ids. Check that the disk of the runner is not full.',
        });
    }
    state(name, value) {
        const redacted = this.redact(value);
        if (redacted !== value)
            this.warning(`What is left to the post step as ${name} held a masked secret. It was replaced by ***.`);
        if (!process.env['GITHUB_STATE'])
            return;
        try {
            toolkit/* saveState */.LZ(name, redacted);
        }
        catch (error) {
            this.warning(`The post step will not know the ${name}: ${(0,errors/* describe */.q0)(error)}`);
        }
    }
    mask(secret) {
        for (const form of this.#secrets.add(secret))
            toolkit/* setSecret */.Pq(form);
    }
    /** The text with `***` for every masked secret in it. */
    redact(text) {
        return this.#secrets.redact(text);
    }
    fact(label, value, options = {}) {
        this.#facts.set(label, { label, value, ...options });
    }
    table(table) {
        this.#tables.set(table.title, table);
    }
    note(text) {
        this.#notes.push(text);
        this.info(text);
    }
    // Secrets go before the line is cut: half of one would slip past the runner's own masking.
    #safe(line) {
        return (0,runner_text/* indentedLine */.Ko)(this.redact(line));
    }
    #write(name, text) {
        if (!process.env['GITHUB_OUTPUT']) {
            this.debug(`Output ${name}: ${text}`);
            return;
        }
        try {
            toolkit/* setOutput */.uH(name, text);
            this.#unwritten.delete(name);
        }
        catch (error) {
            this.#unwritten.add(name);
            this.warning(`The output ${name} could not be written yet: ${(0,errors/* describe */.q0)(error)}`);
        }
    }
}


/***/ }),

/***/ 63866:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   u: () => (/* binding */ readState)
/* harmony export */ });
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(93912);

/** What the main step may leave to the post step. Ids and names only: the runner keeps the values in plain text. */
const STATE_NAMES = [
    /** `post` once main has begun: one bundle serves both, and this tells it which it is. */
    'phase',
    'operation',
    'dataset_id',
    'dataset_name',
    /** Of datasets that had the name before one was asked for, parted by spaces. */
    'earlier_dataset_ids',
    'snapshot_id',
    'snapshot_name',
    /** An ephemeral clone. */
    'clone_dataset_id',
    'task_id',
    /** What the post step has to undo when the job fails or is cancelled; empty when nothing is owed any more. */
    'owed',
];
/** Room for a thousand ids, in characters. */
const LONGEST_VALUE = 40_000;
/** Reads the `STATE_*` variables in which the runner hands main's state to post. Empty values count as absent. */
function readState(env) {
    const state = { phase: env['STATE_phase'] === 'post' ? 'post' : 'main' };
    for (const name of STATE_NAMES) {
        const value = name === 'phase' ? undefined : env[`STATE_${name}`];
        if (name !== 'phase' && value)
            state[name] = (0,_text_js__WEBPACK_IMPORTED_MODULE_0__/* .oneLine */ .TN)(value, LONGEST_VALUE);
    }
    return state;
}


/***/ }),

/***/ 93912:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ko: () => (/* binding */ indentedLine),
/* harmony export */   Mn: () => (/* binding */ lines),
/* harmony export */   TN: () => (/* binding */ oneLine),
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   p0: () => (/* binding */ duration),
/* harmony export */   wD: () => (/* binding */ markdown)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(57975);
/* harmony import */ var pretty_ms__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(64506);


/**
 * Text from outside made fit for one line of the log or of a message: no terminal sequence, no line break or other control
 * character, nothing invisible that hides or reorders what is read, and nothing the runner takes for a workflow command.
 * Longer text is cut, and says by how much. White space inside a line stays as it is.
 */
function oneLine(text, maxChars = 500) {
    return cut(unarmed(visible(text)), maxChars);
}
/** As {@link oneLine}, for text of several lines: the breaks stay, and each line keeps its indentation. */
function lines(text, maxChars = 4000) {
    return cut(text
        .split(/\r\n|\r|\n/)
        .map((line) => indentedLine(line, maxChars))
        .join('\n')
        .trimEnd(), maxChars);
}
/** A line of our own log: as {@link oneLine}, with the spaces it begins with. */
function indentedLine(line, maxChars = 2000) {
    const indent = /^ */.exec(line)?.[0] ?? '';
    return indent + oneLine(line.slice(indent.length), maxChars);
}
/**
 * Text from outside as plain text in Markdown, a table cell included: every character that Markdown or HTML would act on
 * becomes an entity. What GitHub links on its own (mentions, issue numbers, addresses) is parted by an invisible space, so
 * use {@link code} for what a reader will copy.
 */
function markdown(text, maxChars = 500) {
    return (entities(oneLine(text, maxChars))
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
    const escaped = entities(oneLine(text, maxChars))
        .replace(/:(?=\/\/)/g, '&#58;')
        .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#46;`);
    return escaped && `<code>${escaped}</code>`;
}
function visible(text) {
    return (0,node_util__WEBPACK_IMPORTED_MODULE_0__.stripVTControlCharacters)(text)
        .toWellFormed()
        .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\n')
        .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
        .split('\n')
        .map((part) => part.trim())
        .filter(Boolean)
        .join(' ');
}
/**
 * The runner takes a line for a command when it begins, white space aside, with `::`, or holds `##[` anywhere
 * (ActionCommand.cs of actions/runner).
 */
function unarmed(text) {
    return text.replaceAll('##[', '## [').replace(/^::/, ': :');
}
function cut(text, maxChars) {
    if (text.length <= maxChars)
        return text;
    const lastIsHalf = /[\uD800-\uDBFF]/.test(text[maxChars - 1] ?? '');
    const kept = text.slice(0, lastIsHalf ? maxChars - 1 : maxChars);
    return `${kept}… (${(text.length - kept.length).toLocaleString('en-US')} more characters)`;
}
function entities(text) {
    return text.replace(/[&<>"'\\*_`[\]()#|~!@${}^]/g, (character) => `&#${character.charCodeAt(0)};`);
}
/** A length of time for people, in whole seconds and two units at most: `8s`, `1m 20s`, `2h 5m`. */
function duration(ms) {
    const seconds = Math.floor(ms / 1000);
    return seconds < 1 ? '0s' : (0,pretty_ms__WEBPACK_IMPORTED_MODULE_1__/* ["default"] */ .A)(seconds * 1000, { unitCount: 2 });
}


/***/ }),

/***/ 22077:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $e: () => (/* binding */ warning),
/* harmony export */   LZ: () => (/* binding */ saveState),
/* harmony export */   N4: () => (/* binding */ endGroup),
/* harmony export */   Oh: () => (/* binding */ startGroup),
/* harmony export */   Pq: () => (/* binding */ setSecret),
/* harmony export */   Yz: () => (/* binding */ debug),
/* harmony export */   pq: () => (/* binding */ info),
/* harmony export */   uH: () => (/* binding */ setOutput),
/* harmony export */   z3: () => (/* binding */ error)
/* harmony export */ });
/* harmony import */ var _node_modules_actions_core_lib_command_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(89635);
/* harmony import */ var _node_modules_actions_core_lib_file_command_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(82902);
// The parts of @actions/core that a step needs, taken from their own files: the package's one entry also loads an HTTP client
// (for OIDC tokens, which this action does not ask for), and that alone takes longer to start than all the rest.


/** A line of the log. */
function info(line) {
    process.stdout.write(`${line}\n`);
}
/** A line that shows only with debug logging. */
function debug(line) {
    (0,_node_modules_actions_core_lib_command_js__WEBPACK_IMPORTED_MODULE_0__/* .issueCommand */ .L)('debug', {}, line);
}
function warning(text) {
    (0,_node_modules_actions_core_lib_command_js__WEBPACK_IMPORTED_MODULE_0__/* .issueCommand */ .L)('warning', {}, text);
}
function error(text, title) {
    (0,_node_modules_actions_core_lib_command_js__WEBPACK_IMPORTED_MODULE_0__/* .issueCommand */ .L)('error', { title }, text);
}
function startGroup(title) {
    (0,_node_modules_actions_core_lib_command_js__WEBPACK_IMPORTED_MODULE_0__/* .issue */ .s)('group', title);
}
function endGroup() {
    (0,_node_modules_actions_core_lib_command_js__WEBPACK_IMPORTED_MODULE_0__/* .issue */ .s)('endgroup');
}
/** Has the runner replace a value by `***` in every later line. */
function setSecret(value) {
    (0,_node_modules_actions_core_lib_command_js__WEBPACK_IMPORTED_MODULE_0__/* .issueCommand */ .L)('add-mask', {}, value);
}
/** Appends an output to the file that `GITHUB_OUTPUT` names. Throws where that cannot be written. */
function setOutput(name, value) {
    (0,_node_modules_actions_core_lib_file_command_js__WEBPACK_IMPORTED_MODULE_1__/* .issueFileCommand */ .n)('OUTPUT', (0,_node_modules_actions_core_lib_file_command_js__WEBPACK_IMPORTED_MODULE_1__/* .prepareKeyValueMessage */ .v)(name, value));
}
/** Appends a value for the post step to the file that `GITHUB_STATE` names. Throws where that cannot be written. */
function saveState(name, value) {
    (0,_node_modules_actions_core_lib_file_command_js__WEBPACK_IMPORTED_MODULE_1__/* .issueFileCommand */ .n)('STATE', (0,_node_modules_actions_core_lib_file_command_js__WEBPACK_IMPORTED_MODULE_1__/* .prepareKeyValueMessage */ .v)(name, value));
}


/***/ }),

/***/ 71326:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  N: () => (/* binding */ Session)
});

// EXTERNAL MODULE: ./build/clock.js
var clock = __nccwpck_require__(7094);
// EXTERNAL MODULE: ./build/version.js
var version = __nccwpck_require__(58508);
// EXTERNAL MODULE: ./build/visual-layer/datasets.js
var datasets = __nccwpck_require__(78824);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __nccwpck_require__(9691);
// EXTERNAL MODULE: ./build/visual-layer/fields.js
var fields = __nccwpck_require__(78284);
;// CONCATENATED MODULE: ./build/visual-layer/reply.js
/** The longest piece of a reply that an error shows, in characters. */
const EXCERPT_CHARS = 300;
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
/** A JSON object. */
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** Takes a web page's text apart far enough for a log: its title, or its words without tags. */
function pageWords(html) {
    const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]?.trim();
    if (title)
        return `a web page titled "${title}"`;
    return html
        .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
}
/** A short piece of a body, for a message. */
function excerpt(body) {
    if (body.kind === 'empty')
        return 'an empty body';
    const text = body.kind === 'json' ? JSON.stringify(body.json) : body.text;
    const words = text.startsWith('<') ? pageWords(text) : text;
    return words.length > EXCERPT_CHARS ? `${words.slice(0, EXCERPT_CHARS)}…` : words;
}
function validationWords(item) {
    if (!isRecord(item))
        return String(item);
    const place = Array.isArray(item['loc']) ? item['loc'].join('.') : '';
    const message = typeof item['msg'] === 'string' ? item['msg'] : JSON.stringify(item);
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
function wordsOf(json) {
    if (typeof json === 'string')
        return json;
    if (!isRecord(json))
        return undefined;
    for (const key of ['detail', 'error', 'message', 'error_message', 'msg']) {
        const value = json[key];
        if (typeof value === 'string' && value.trim() !== '')
            return value;
        if (Array.isArray(value) && value.length > 0)
            return value.map(validationWords).join('; ');
        if (isRecord(value))
            return wordsOf(value) ?? JSON.stringify(value);
    }
    return undefined;
}
/**
 * A refusal that came with HTTP 200: `{"error": ...}` (export start) or `{"status": "error", "message": ...}` (creation), as
 * recorded in public clients. `undefined` where the reply is no refusal.
 */
function refusalIn(json) {
    if (!isRecord(json))
        return undefined;
    if ('id' in json || 'dataset_id' in json || 'snapshot_id' in json || 'tasks' in json)
        return undefined;
    const { error, status, message, detail } = json;
    const saysError = (typeof error === 'string' && error !== '') || isRecord(error);
    const saysStatus = typeof status === 'string' && status.toLowerCase() === 'error' && (message ?? detail) !== undefined;
    return saysError || saysStatus ? (wordsOf(json) ?? JSON.stringify(json)) : undefined;
}

;// CONCATENATED MODULE: ./build/visual-layer/exports.js




function exportState(word) {
    switch ((0,datasets/* normalWord */.Y4)(word)) {
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
/** Stands where a reply has no status. */
const NO_STATUS = '(none)';
const LINK_FIELDS = ['download_uri', 'download_url', 'downloadUri', 'url', 'uri', 'file_url'];
function linkIn(reply) {
    if (!isRecord(reply))
        return undefined;
    for (const field of LINK_FIELDS) {
        const value = reply[field];
        if (typeof value === 'string' && value !== '')
            return value;
    }
    return linkIn(reply['result']);
}
const exportReply = schemas/* looseObject */._H3({
    id: fields/* identifier */.Cv,
    export_task_id: fields/* identifier */.Cv,
    task_id: fields/* identifier */.Cv,
    status: fields/* text */.Qq,
    progress: fields/* count */.U9,
    entities_count: fields/* count */.U9,
    result_message: fields/* text */.Qq,
})
    .transform((reply) => ({
    id: reply.id ?? reply.export_task_id ?? reply.task_id,
    state: exportState(reply.status ?? ''),
    statusWord: reply.status ?? NO_STATUS,
    progress: reply.progress,
    entities: reply.entities_count,
    words: reply.result_message,
    link: linkIn(reply),
}));
/** A start names its export, or says why there is none. */
const startReply = exportReply.refine((task) => task.id !== undefined || task.state === 'REJECTED', { path: ['id'] });
/** A status tells a status. */
const statusReply = exportReply.refine((task) => task.statusWord !== NO_STATUS, { path: ['status'] });
/** Exports; docs.visual-layer.com, export API. What the docs leave out is read as recorded by public clients. */
class Exports {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Starts an export, of the whole dataset, by VQL, or of a selection. One attempt. */
    async start(datasetId, start) {
        const request = start.selection ? selective(datasetId, start, start.selection) : whole(datasetId, start);
        return this.#http.parse(request, await this.#http.send(request), startReply);
    }
    /** How an export stands, with a fresh link once it is COMPLETED. */
    async status(datasetId, exportId, retries) {
        const request = {
            what: `read the status of export ${exportId}`,
            method: 'GET',
            path: `dataset/${datasetId}/export_status`,
            query: { export_task_id: exportId },
        };
        return this.#http.read(request, statusReply, retries);
    }
    /** An absolute link: self-hosted servers give paths such as `/cdn/...`. */
    resolve(link) {
        const url = URL.parse(link, this.#http.origin);
        return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined;
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
    const clusters = selection.clusterIds.map((clusterId) => ({
        type: 'cluster',
        payload: {
            cluster_id: clusterId,
            cluster_filters: { entity_type: start.entityType },
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
var external_node_stream_ = __nccwpck_require__(57075);
// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(19473);
// EXTERNAL MODULE: ./build/visual-layer/failure.js
var failure = __nccwpck_require__(57911);
// EXTERNAL MODULE: ./build/visual-layer/retry.js
var retry = __nccwpck_require__(86055);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(77598);
;// CONCATENATED MODULE: ./build/visual-layer/token.js

/** The lifetime of a signed token in seconds: the documented ten minutes. No upper bound is documented. */
const LIFETIME_S = 600;
/** `iat` lies this far back, since verifiers refuse one in the future and runners' clocks differ. */
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
/**
 * Makes the `Authorization` header of each request. A token is signed anew every time, so that none expires in a long wait.
 */
class Signer {
    #credentials;
    #skewMs = 0;
    constructor(credentials) {
        this.#credentials = credentials;
    }
    get kind() {
        return this.#credentials.kind;
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
     * Takes the server's clock (its `Date` header) after a 401: a runner whose clock is off signs tokens that are not yet, or no
     * longer, valid. Answers whether signing once more can help.
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

;// CONCATENATED MODULE: ./build/visual-layer/http.js






/** Time that a request still gets when the deadline is near or past, in ms: the last look of a wait needs some. */
const LAST_LOOK_MS = 5_000;
/** No documented reply comes near this size, in bytes. */
const LARGEST_REPLY = 256 * 1024 * 1024;
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
    /** Sends one attempt. Throws a {@link RequestFailure}, or the signal's reason once the step is cancelled. */
    async send(request) {
        const url = new URL(request.path, this.#options.apiRoot);
        for (const [name, value] of Object.entries(request.query ?? {})) {
            if (value !== undefined)
                url.searchParams.set(name, value);
        }
        let resigned = false;
        for (let redirects = 0;;) {
            const reply = await this.#attempt(request, url);
            const { status, headers } = reply;
            if (status >= 300 && status < 400 && status !== 304) {
                // Only these keep the method of a change.
                const repeatable = request.method === 'GET' || status === 307 || status === 308;
                this.#follow(request, url, header(headers, 'location'), repeatable && (redirects += 1) <= MOST_REDIRECTS);
                continue;
            }
            if (status === 401 &&
                !resigned &&
                this.#signer.learnFrom401(header(headers, 'date'), this.#options.clock.date())) {
                resigned = true;
                continue;
            }
            if (status >= 200 && status < 300) {
                this.#accepted = true;
                return this.#accept(request, reply.body);
            }
            throw this.#failed(request, status, headers, reply.body);
        }
    }
    /** {@link send}, repeated after transient failures, with growing and jittered pauses or the one that `Retry-After` asks for. */
    async read(request, schema, retries = this.#options.maxRetries) {
        const { clock, deadline, signal, onRetry } = this.#options;
        for (let failures = 0;; failures += 1) {
            try {
                return this.parse(request, await this.send(request), schema);
            }
            catch (error) {
                if (!(0,failure/* isTransient */.dg)(error) || failures >= retries)
                    throw error;
                const pause = error.outcome.retryAfterMs ?? (0,retry/* fullJitter */.G)(failures);
                if (pause >= deadline.remainingMs())
                    throw error;
                onRetry(`${error.message} Trying again (${failures + 1} of ${retries}).`);
                await clock.sleep(pause, signal);
            }
        }
    }
    /** Holds a body against the shape that is documented for it. */
    parse(request, body, schema) {
        const result = schema.safeParse(body.kind === 'json' ? body.json : undefined);
        if (result.success)
            return result.data;
        const first = result.error.issues[0];
        const place = first && first.path.length > 0
            ? `"${first.path.join('.')}" is missing or of another kind`
            : 'its form is not the documented one';
        throw (0,failure/* unexpectedReply */.Cp)(request.what, body.kind === 'empty' ? 'it is empty' : place, excerpt(body), true);
    }
    #accept(request, body) {
        if (body.kind === 'other')
            throw (0,failure/* unexpectedReply */.Cp)(request.what, 'it is not JSON', excerpt(body), false);
        const refusal = body.kind === 'json' ? refusalIn(body.json) : undefined;
        if (refusal !== undefined) {
            const message = `Visual Layer refused the request to ${request.what} (an error inside HTTP 200).`;
            const todo = 'Correct what its own words name, then run the step again.';
            throw new failure/* RequestFailure */.e6('rejected', message, { apiWords: refusal, todo }, { transient: false, effect: 'none', status: 200 });
        }
        return body;
    }
    #failed(request, status, headers, body) {
        const words = errorWords(body);
        if (status === 401 && this.#signer.kind === 'token' && this.#accepted) {
            const message = `The token was accepted before, but no longer at the request to ${request.what}: it has expired.`;
            const todo = 'A ready-made token is never renewed. Give api_key and api_secret instead: they sign a fresh token for each request, however long the step takes.';
            return new failure/* RequestFailure */.e6('unauthorized', message, { apiWords: words, todo }, { transient: false, effect: 'none', status });
        }
        const pause = (0,retry/* retryAfterMs */.V)(header(headers, 'retry-after'), this.#options.clock.date());
        return (0,failure/* statusFailure */.FP)(request.what, status, words, body.kind === 'json', pause);
    }
    /** Follows a redirect inside the same origin only: the bearer goes nowhere else. */
    #follow(request, url, location, allowed) {
        const target = location === undefined ? undefined : URL.parse(location, url.href);
        if (target && target.origin === url.origin && allowed) {
            url.href = target.href;
            return;
        }
        const where = target ? `to ${target.origin}${target.pathname}` : 'without an address';
        throw new errors/* ActionError */.lZ('unexpected_reply', `The request to ${request.what} was redirected ${where}.`, {
            todo: `Set base_url to the address at which Visual Layer itself answers; ${url.origin} sends its callers on. Credentials are not sent to another server.`,
        });
    }
    async #attempt(request, url) {
        const { clock, deadline, signal, requestTimeoutMs, userAgent } = this.#options;
        signal.throwIfAborted();
        // One attempt that hangs must leave time to look what became of it.
        const { upload } = request;
        const limit = upload
            ? requestTimeoutMs
            : Math.min(requestTimeoutMs, Math.max(deadline.remainingMs() / 2, LAST_LOOK_MS));
        const attempt = new AbortController();
        let movedAt = clock.now();
        const ends = AbortSignal.any([signal, attempt.signal, ...(upload ? [upload.signal] : [])]);
        const expire = async () => {
            for (let left = limit; left > 0; left = movedAt + limit - clock.now())
                await clock.sleep(left, ends);
            attempt.abort(new Error(`no ${upload ? 'progress' : 'reply'} within ${Math.round(limit / 100) / 10} s`));
        };
        const watch = expire().catch(() => undefined);
        let sending;
        try {
            const { request: send, FormData } = await __nccwpck_require__.e(/* import() */ 752).then(__nccwpck_require__.t.bind(__nccwpck_require__, 46752, 19));
            const headers = { accept: 'application/json', 'user-agent': userAgent };
            const authorization = this.#signer.authorization(clock.date());
            if (authorization !== undefined)
                headers['authorization'] = authorization;
            let body;
            if (request.json !== undefined) {
                headers['content-type'] = 'application/json';
                body = JSON.stringify(request.json);
            }
            else if (request.form) {
                body = new FormData();
                for (const [name, value] of Object.entries(request.form))
                    body.append(name, value);
            }
            else if (upload) {
                const { MultipartForm: Form } = await __nccwpck_require__.e(/* import() */ 377).then(__nccwpck_require__.bind(__nccwpck_require__, 56377));
                sending = new Form(upload.parts, (sent) => {
                    movedAt = clock.now();
                    upload.onBytes(sent);
                });
                headers['content-type'] = sending.contentType;
                headers['content-length'] = String(sending.contentLength);
                // Read no further ahead than the connection takes.
                body = external_node_stream_.Readable.from(sending, { objectMode: false, highWaterMark: 1 });
            }
            const reply = await send(url, {
                method: request.method,
                headers,
                ...(body === undefined ? {} : { body }),
                dispatcher: await this.#options.connection(),
                signal: ends,
                // Never silently sent a second time by the connection pool: some GETs of this API create.
                idempotent: false,
            });
            return { status: reply.statusCode, headers: reply.headers, body: readBody(await readText(reply.body)) };
        }
        catch (error) {
            signal.throwIfAborted();
            upload?.signal.throwIfAborted();
            if (sending?.broken)
                throw sending.broken;
            const reason = attempt.signal.aborted ? attempt.signal.reason : error;
            throw (0,failure/* networkFailure */.rd)(request.what, url.host, reason, (0,errors/* describe */.q0)(reason), sending?.whole ?? true);
        }
        finally {
            attempt.abort();
            await watch;
        }
    }
}
function header(headers, name) {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
}
async function readText(body) {
    const parts = [];
    let size = 0;
    for await (const part of body) {
        size += part.length;
        if (size > LARGEST_REPLY)
            throw new Error('the reply is larger than any documented one');
        parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
}

;// CONCATENATED MODULE: ./build/visual-layer/ingestion.js



const transactionReply = schemas/* looseObject */._H3({ trans_id: fields/* identifier */.Cv, transaction_id: fields/* identifier */.Cv })
    .transform((reply) => reply.trans_id ?? reply.transaction_id)
    .refine((id) => id !== undefined, { path: ['trans_id'] });
/** Datasets made of uploaded files; docs.visual-layer.com, "Create a dataset from local files". */
class Ingestion {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Makes an empty dataset in DRAFT; answers its id. One attempt: this GET creates. */
    async newDataset(name) {
        const request = {
            what: `create dataset "${name}"`,
            method: 'GET',
            path: 'ingestion/new_dataset',
            query: { dataset_name: name },
        };
        return this.#http.parse(request, await this.#http.send(request), datasets/* createdReply */.Nq);
    }
    /**
     * Opens an upload transaction; answers its id. This GET creates too, but it is repeated like a read: transactions cannot be
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
            what: `upload ${files.length === 1 ? '1 file' : `${files.length} files`} to dataset ${datasetId}`,
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
        // The fields stand before the files, so that a server which reads as it receives knows them first.
        const parts = [{ field: 'auto_reindex', value: String(autoReindex) }, ...sourceParts(source)];
        await this.#http.send({
            what: `add media to dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/add_media`,
            upload: { ...sending, parts },
        });
    }
    /** Indexes a dataset anew. One attempt; 202. 409 unless PARTIAL INDEX. */
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
    snapshot_id: fields/* requiredIdentifier */.R1,
    snapshot_name: fields/* text */.Qq,
    name: fields/* text */.Qq,
    description: fields/* text */.Qq,
    reason: fields/* text */.Qq,
    created_by: fields/* text */.Qq,
    created_at: fields/* text */.Qq,
    n_images: fields/* count */.U9,
    n_videos: fields/* count */.U9,
    is_current: fields/* flag */.Jt,
    is_restoring: fields/* flag */.Jt,
})
    .transform((reply) => ({
    id: reply.snapshot_id,
    // Requests use `name`, replies `snapshot_name`.
    name: reply.snapshot_name ?? reply.name ?? '',
    description: reply.description ?? '',
    reason: reply.reason ?? '',
    createdBy: reply.created_by ?? '',
    createdAtText: reply.created_at ?? '',
    createdAt: (0,fields/* parseStamp */.Pu)(reply.created_at),
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
     * Saves the present state. One attempt. Documented as synchronous with the snapshot in the reply; `undefined` where the API
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
    /** Starts a clone. One attempt; 202 with an empty body: the new dataset's id is not told. */
    async clone(datasetId, snapshotId) {
        await this.#http.send({
            what: `clone snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/snapshot/${snapshotId}/clone`,
        });
    }
}

// EXTERNAL MODULE: ./build/visual-layer/tasks.js
var tasks = __nccwpck_require__(38395);
;// CONCATENATED MODULE: ./build/visual-layer/client.js







function connect(options) {
    const http = new Http(options);
    return {
        datasets: new datasets/* Datasets */.ek(http),
        snapshots: new Snapshots(http),
        tasks: new tasks/* Tasks */.Z(http),
        exports: new Exports(http),
        ingestion: new Ingestion(http),
        media: new Media(http),
    };
}

;// CONCATENATED MODULE: ./build/visual-layer/connection.js
/**
 * The one way out to the network: proxies from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, kept-alive connections, TLS as Node
 * verifies it (`NODE_EXTRA_CA_CERTS` adds a company's own authority). undici's own timers are off where ours watch: the header
 * and body timeouts.
 */
async function openConnection() {
    const { EnvHttpProxyAgent } = await __nccwpck_require__.e(/* import() */ 752).then(__nccwpck_require__.t.bind(__nccwpck_require__, 46752, 19));
    return new EnvHttpProxyAgent({
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: 30_000 },
        // Below the usual idle limits of load balancers, so that a request is seldom written to a socket that is being closed.
        keepAliveTimeout: 4_000,
    });
}

;// CONCATENATED MODULE: ./build/session.js




/** Between looks when seconds count, in ms. */
const LAST_INTERVAL_MS = 400;
/** The connections of one process, and the clients that use them. */
class Session {
    #request;
    #clock;
    #say;
    #dispatcher;
    constructor(request, clock, say) {
        this.#request = request;
        this.#clock = clock;
        this.#say = say;
    }
    /** Opened when first needed: a wrong input never loads the network. */
    connection = () => (this.#dispatcher ??= openConnection());
    /** A client that works until `deadline` or `signal`. */
    client(deadline, signal) {
        const { service, credentials, requestTimeoutMs, maxRetries } = this.#request;
        return connect({
            apiRoot: service.apiRoot,
            credentials,
            userAgent: version/* USER_AGENT */._,
            requestTimeoutMs,
            maxRetries,
            clock: this.#clock,
            deadline,
            signal,
            connection: this.connection,
            onRetry: this.#say,
        });
    }
    /** What an operation gets, from now until the request's `timeout`. */
    step(parts) {
        const { service, timeoutMs, requestTimeoutMs, maxRetries, pollIntervalMs } = this.#request;
        const { reporter, signal } = parts;
        const deadline = new clock/* Deadline */.B(this.#clock, timeoutMs);
        return {
            ...parts,
            api: this.client(deadline, signal),
            clock: this.#clock,
            deadline,
            waiting: this.waiting(deadline, signal, pollIntervalMs, (line) => reporter.progress(line)),
            maxRetries,
            requestTimeoutMs,
            userAgent: version/* USER_AGENT */._,
            connection: this.connection,
            lastly: (limitMs, body) => this.lastly(limitMs, body),
            datasetPage: (datasetId) => `${service.origin}/dataset/${datasetId}/data`,
        };
    }
    /** How waits go within `deadline`. */
    waiting(deadline, signal, interval, onLook) {
        return { clock: this.#clock, deadline, signal, interval, maxRetries: this.#request.maxRetries, onLook };
    }
    /** Runs what has to be done in the last seconds of a process, apart from the signal that ended everything else. */
    async lastly(limitMs, body) {
        const end = new AbortController();
        const expire = () => end.abort(new Error(`Visual Layer did not answer within ${limitMs / 1000} s`));
        const watch = this.#clock.sleep(limitMs, end.signal).then(expire, () => undefined);
        const deadline = new clock/* Deadline */.B(this.#clock, limitMs);
        try {
            const waiting = this.waiting(deadline, end.signal, LAST_INTERVAL_MS, this.#say);
            return await body(this.client(deadline, end.signal), waiting);
        }
        finally {
            end.abort();
            await watch;
        }
    }
    /** Kept-alive connections would keep the process alive. */
    async close() {
        if (this.#dispatcher)
            await (await this.#dispatcher).destroy();
    }
}


/***/ }),

/***/ 16476:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ summarize)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(51455);
// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(19473);
// EXTERNAL MODULE: ./build/runner/text.js
var runner_text = __nccwpck_require__(93912);
;// CONCATENATED MODULE: ./build/runner/summary.js



/** GitHub drops the whole summary of a step over 1 MiB (FileCommandManager.cs of actions/runner). */
const MAX_BYTES = 1_000_000;
/** Kept free for the lines that say what was left out. */
const LEFT_OUT_BYTES = 8_000;
const TITLES = {
    success: (operation) => `✅ Visual Layer: ${operation}`,
    failed: (operation) => `❌ Visual Layer: ${operation} failed`,
    cancelled: (operation) => `🚫 Visual Layer: ${operation} was cancelled`,
    timed_out: (operation) => `⏱️ Visual Layer: ${operation} timed out`,
};
/** The summary as Markdown, of at most `maxBytes` bytes: rows that do not fit are counted, none is cut in the middle. */
function buildSummary(model, maxBytes = MAX_BYTES) {
    const page = new Page(maxBytes);
    page.add(`## ${TITLES[model.outcome]((0,runner_text/* markdown */.wD)(model.operation, 100))}\n\n${paragraph(model.headline, 1000)}\n`);
    if (model.error)
        page.add(errorSection(model.error));
    page.list('\n| | |\n| --- | --- |\n', factRows(model));
    page.list('\n### What happened\n\n', model.notes.map((note) => `- ${(0,runner_text/* markdown */.wD)(note, 1000)}\n`));
    page.list('\n### Warnings\n\n', model.warnings.map((warning) => `- ${paragraph(warning, 2000)}\n`));
    for (const table of model.tables ?? [])
        page.list(tableHead(table), table.rows.map((row) => tableRow(row.map(cell))));
    return page.text;
}
/**
 * Appends the summary to the step's summary file. Masked secrets are replaced. Never throws: without the file, or when it
 * cannot be written, the step goes on.
 */
async function writeSummary(model, options) {
    const { env, reporter } = options;
    const path = env['GITHUB_STEP_SUMMARY'];
    if (!path)
        return reporter.debug('No job summary: GITHUB_STEP_SUMMARY is not set.');
    try {
        // Before escaping, which would hide a secret from the search for it.
        const redacted = JSON.parse(JSON.stringify(model), (_key, value) => typeof value === 'string' ? reporter.redact(value) : value);
        const { size } = await (0,promises_.stat)(path);
        await (0,promises_.appendFile)(path, buildSummary(redacted, MAX_BYTES - size));
    }
    catch (error) {
        reporter.warning(`The job summary could not be written: ${(0,errors/* describe */.q0)(error)}`);
    }
}
/** Markdown that is added to in whole pieces, as long as they fit. */
class Page {
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
        if (bytes > this.#freeBytes)
            return false;
        this.#text += piece;
        this.#freeBytes -= bytes;
        return true;
    }
    list(head, items) {
        if (items.length === 0)
            return;
        const fitting = this.add(head) ? items.findIndex((item) => !this.add(item)) : 0;
        if (fitting < 0)
            return;
        const note = `\n… and ${(items.length - fitting).toLocaleString('en-US')} more\n`;
        if (Buffer.byteLength(this.#text + note) <= this.#maxBytes)
            this.#text += note;
    }
}
function errorSection(error) {
    const said = error.apiWords && `\n**The server said:** ${(0,runner_text/* markdown */.wD)(error.apiWords, 2000)}\n`;
    const todo = error.todo && `\n**What to do:** ${paragraph(error.todo, 3000)}\n`;
    return `\n**What failed** (${(0,runner_text/* code */.aY)(error.code)}): ${paragraph(error.message, 4000)}\n${said ?? ''}${todo ?? ''}`;
}
function factRows(model) {
    const rows = [];
    const { name, id, link: address } = model.dataset ?? {};
    const shown = [name && summary_link((0,runner_text/* markdown */.wD)(name), address), id && (name ? (0,runner_text/* code */.aY)(id) : summary_link((0,runner_text/* code */.aY)(id), address))].filter(Boolean);
    if (shown.length > 0)
        rows.push(tableRow(['Dataset', shown.join(' ')]));
    for (const fact of model.facts) {
        const value = fact.code ? (0,runner_text/* code */.aY)(fact.value) : (0,runner_text/* markdown */.wD)(fact.value);
        rows.push(tableRow([(0,runner_text/* markdown */.wD)(fact.label, 100), summary_link(value, fact.link)]));
    }
    rows.push(tableRow(['Took', (0,runner_text/* duration */.p0)(model.durationMs)]));
    if (model.runUrl)
        rows.push(tableRow(['Workflow run', summary_link((0,runner_text/* markdown */.wD)(runName(model.runUrl)), model.runUrl)]));
    return rows;
}
function runName(runUrl) {
    const [, run, attempt] = /\/runs\/(\d+)(?:\/attempts\/(\d+))?$/.exec(runUrl) ?? [];
    return run ? `${run}${attempt ? `, attempt ${attempt}` : ''}` : 'this run';
}
function tableHead(table) {
    const headers = table.headers.map((header) => (0,runner_text/* markdown */.wD)(header, 100));
    return `\n### ${(0,runner_text/* markdown */.wD)(table.title, 200)}\n\n${tableRow(headers)}${tableRow(headers.map(() => '---'))}`;
}
function tableRow(cells) {
    return `| ${cells.join(' | ')} |\n`;
}
function cell(content) {
    if (typeof content === 'string')
        return (0,runner_text/* markdown */.wD)(content);
    return 'code' in content ? (0,runner_text/* code */.aY)(content.code) : summary_link((0,runner_text/* markdown */.wD)(content.text), content.link);
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
    return (0,runner_text/* lines */.Mn)(text, maxChars)
        .split('\n')
        .map((line) => '&nbsp;'.repeat(/^ */.exec(line)?.[0].length ?? 0) + (0,runner_text/* markdown */.wD)(line, maxChars))
        .join('<br>');
}

;// CONCATENATED MODULE: ./build/summarize.js

/** Writes the account of what was done to the job summary. Never throws. */
async function summarize({ reporter, context, request, headline, failure, env }) {
    const id = reporter.outputValue('dataset_id');
    const name = reporter.outputValue('dataset_name');
    const link = request && `${request.service.origin}/dataset/${id}/data`;
    await writeSummary({
        operation: request?.operation ?? env['INPUT_OPERATION'] ?? 'no operation',
        outcome: outcomeOf(failure),
        headline: failure ? 'The step ended early. What is known so far stands below.' : headline,
        dataset: id === '' ? undefined : { name, id, link },
        facts: reporter.facts,
        notes: reporter.notes.filter((note) => note !== headline),
        warnings: reporter.warnings,
        tables: reporter.tables,
        error: failure && {
            code: failure.code,
            message: failure.message,
            apiWords: failure.apiWords,
            todo: failure.todo,
        },
        durationMs: reporter.elapsedMs,
        runUrl: context.runUrl,
    }, { env, reporter });
}
function outcomeOf(failure) {
    switch (failure?.code) {
        case undefined:
            return 'success';
        case 'cancelled':
            return 'cancelled';
        case 'timed_out':
            return 'timed_out';
        default:
            return 'failed';
    }
}


/***/ }),

/***/ 58508:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ USER_AGENT),
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
/** The version in package.json, which a test holds it against. */
const VERSION = '1.0.0';
/** How the action names itself to servers. */
const USER_AGENT = `visual-layer-dataset-action/${VERSION}`;


/***/ }),

/***/ 78824:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Nq: () => (/* binding */ createdReply),
/* harmony export */   Y4: () => (/* binding */ normalWord),
/* harmony export */   ek: () => (/* binding */ Datasets)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9691);
/* harmony import */ var _fields_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(78284);


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
/** Stands where a reply has no status. */
const NO_STATUS = '(none)';
const datasetReply = zod__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({
    id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .identifier */ .Cv,
    dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .identifier */ .Cv,
    display_name: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    dataset_name: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    name: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    status_new: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    status: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    progress: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9,
    n_images: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9,
    n_videos: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9,
    fatal_error_msg: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    source_dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .identifier */ .Cv,
    source_uri: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    bucket_path: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    created_at: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
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
        progress: reply.progress,
        images: known(reply.n_images),
        videos: known(reply.n_videos),
        fatalError: reply.fatal_error_msg,
        sourceDatasetId: reply.source_dataset_id,
        createdAt: (0,_fields_js__WEBPACK_IMPORTED_MODULE_0__/* .parseStamp */ .Pu)(reply.created_at),
        sourceUri: reply.source_uri ?? reply.bucket_path,
    };
});
/** A dataset read by itself tells its status. */
const statusReply = datasetReply.refine((dataset) => dataset.statusWord !== NO_STATUS, { path: ['status_new'] });
const datasetList = zod__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KCZ([
    zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(datasetReply),
    zod__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ datasets: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(datasetReply) }).transform((reply) => reply.datasets),
]);
/** The id of a new dataset, under either of the names it is known by. */
const createdReply = zod__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .identifier */ .Cv, id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .identifier */ .Cv })
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
     * Asks for a dataset to be made from a bucket path; answers its id. One attempt.
     * Sent as multipart, as the vendor's curl example does; docs.visual-layer.com, "Create a dataset from S3".
     */
    async createFromS3(name, bucketPath) {
        const request = {
            what: `create dataset "${name}"`,
            method: 'POST',
            path: 'dataset',
            form: { dataset_name: name, bucket_path: bucketPath },
        };
        return this.#http.parse(request, await this.#http.send(request), createdReply);
    }
    /** Deletes a dataset for good. One attempt. In public clients only; whatever the reply holds, a 2xx is an acceptance. */
    async delete(datasetId) {
        await this.#http.send({ what: `delete dataset ${datasetId}`, method: 'DELETE', path: `dataset/${datasetId}` });
    }
}


/***/ }),

/***/ 57911:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cp: () => (/* binding */ unexpectedReply),
/* harmony export */   FP: () => (/* binding */ statusFailure),
/* harmony export */   dg: () => (/* binding */ isTransient),
/* harmony export */   e6: () => (/* binding */ RequestFailure),
/* harmony export */   rd: () => (/* binding */ networkFailure)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(19473);

/** A failed request to the Visual Layer API. */
class RequestFailure extends _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ {
    outcome;
    constructor(code, message, details, outcome) {
        super(code, message, details);
        this.outcome = outcome;
    }
}
/** Whether a failure may heal by itself, so that a wait goes on through it. */
function isTransient(error) {
    return error instanceof RequestFailure && error.outcome.transient;
}
/** Codes of failures before a connection stood, so that the request cannot have arrived. */
const NEVER_SENT = new Set([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'UND_ERR_CONNECT_TIMEOUT',
]);
function codesOf(error) {
    const codes = [];
    for (let next = error, depth = 0; next instanceof Error && depth < 5; next = next.cause, depth += 1) {
        if ('code' in next && typeof next.code === 'string')
            codes.push(next.code);
        // Node tries several addresses of one name and gathers what each said.
        if (next instanceof AggregateError)
            for (const inner of next.errors)
                codes.push(...codesOf(inner));
    }
    return codes;
}
function isCertificateTrouble(code) {
    return /CERT|SIGNATURE|ERR_TLS|SELF_SIGNED|ISSUER/.test(code);
}
/**
 * A failure without a reply: refused, reset, not resolved, cut off, or too long without an answer.
 *
 * @param whole `false`: the connection broke before the last byte of the request had been handed to it
 */
function networkFailure(what, host, error, words, whole = true) {
    const codes = codesOf(error);
    if (codes.some(isCertificateTrouble)) {
        return new RequestFailure('network', `The connection to ${host} is not trusted: ${words}.`, {
            todo: 'If the server uses a certificate of your own authority, set NODE_EXTRA_CA_CERTS to its PEM file in the environment of the runner.',
            cause: error,
        }, { transient: true, effect: 'none' });
    }
    // A proxy that will not open a tunnel answers before anything reaches the API.
    const refusedByProxy = /HTTP Tunneling|proxy/i.test(words);
    const neverSent = !whole || refusedByProxy || (codes.length > 0 && codes.every((code) => NEVER_SENT.has(code)));
    return new RequestFailure('network', `Visual Layer could not be reached to ${what}: ${words} (${host}).`, {
        todo: 'Check that the runner can reach this host (base_url, DNS, HTTPS_PROXY and NO_PROXY), then run the step again.',
        cause: error,
    }, { transient: true, effect: neverSent ? 'none' : 'unknown' });
}
/** A reply that came with a 2xx but cannot be what the API documents. */
function unexpectedReply(what, reason, excerpt, wrongShape) {
    return new RequestFailure('unexpected_reply', `Visual Layer's reply to the request to ${what} was not understood: ${reason}.`, {
        apiWords: excerpt,
        todo: 'Check base_url (a web page in place of a reply means that it names another server). If it is right, the API may have changed: look for a newer version of this action.',
    }, { transient: true, effect: 'unknown', wrongShape });
}
const MEANING = {
    401: {
        code: 'unauthorized',
        happened: 'Visual Layer did not accept the credentials',
        todo: 'Check api_key and api_secret (or token): they must be complete, not revoked, and made for this base_url. Secrets are empty in pull requests from forks.',
    },
    403: {
        code: 'forbidden',
        happened: 'Visual Layer refused permission',
        todo: 'The account needs the Editor or Owner role on the dataset, and the feature must be enabled for it (datasets created before snapshot support have no snapshots).',
    },
    404: {
        code: 'not_found',
        happened: 'Visual Layer did not find it, or this account has no access to it (the API does not tell these apart)',
        todo: 'Check the ids, that base_url is the right server, and that the dataset is shared with the account that the credentials belong to.',
    },
    407: {
        code: 'network',
        happened: 'The proxy between the runner and Visual Layer asks for credentials',
        todo: 'Put a user and a password into the proxy address (HTTPS_PROXY: http://user:password@host:port), or name the host in NO_PROXY.',
    },
    409: {
        code: 'conflict',
        happened: 'Visual Layer refused because of what the dataset is doing or the state it is in',
        todo: 'Wait until nothing else runs on the dataset (on_conflict: wait does so), then run the step again.',
    },
    413: { code: 'rejected', happened: 'Visual Layer refused the request as too large', todo: 'Ask for less at once.' },
    414: {
        code: 'rejected',
        happened: 'Visual Layer refused the request because its address is too long',
        todo: 'Shorten vql, or select by media_ids or cluster_ids, which travel in the body.',
    },
};
const REJECTED = {
    code: 'rejected',
    happened: 'Visual Layer refused the request',
    todo: 'Correct what its own words name, then run the step again.',
};
/**
 * A reply with a status that is no success. 408, 425, 429 and 5xx may heal; the rest ends the step.
 *
 * @param words the API's own words, '' where it gave none
 * @param answered the body had the API's own JSON form
 */
function statusFailure(what, status, words, answered, retryAfter) {
    const apiWords = words === '' ? undefined : words;
    if (status >= 500 || status === 408 || status === 425 || status === 429) {
        const happened = status === 429 ? 'Visual Layer asked for fewer requests' : "Visual Layer's server failed";
        return new RequestFailure('server_error', `${happened} (HTTP ${status}) at the request to ${what}.`, {
            apiWords,
            todo: 'Run the step again later. If it stays, raise max_retries, or contact Visual Layer support with the time of this run.',
        }, {
            transient: true,
            // Too many requests, and too early: the request was turned away before anything was done with it.
            effect: status === 429 || status === 425 ? 'none' : 'unknown',
            status,
            retryAfterMs: retryAfter,
            answered,
        });
    }
    const meaning = MEANING[status] ?? REJECTED;
    return new RequestFailure(meaning.code, `${meaning.happened} (HTTP ${status}) at the request to ${what}.`, { apiWords, todo: meaning.todo }, { transient: false, effect: 'none', status, answered });
}


/***/ }),

/***/ 78284:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cv: () => (/* binding */ identifier),
/* harmony export */   Jt: () => (/* binding */ flag),
/* harmony export */   Pu: () => (/* binding */ parseStamp),
/* harmony export */   Qq: () => (/* binding */ text),
/* harmony export */   R1: () => (/* binding */ requiredIdentifier),
/* harmony export */   U9: () => (/* binding */ count)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(9691);

/**
 * Fields as replies carry them. Everything is optional in practice, so a field that is absent, null, or of another kind than
 * documented reads as `undefined` and never spoils the reply around it.
 */
const text = zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP().optional().catch(undefined);
const count = zod__WEBPACK_IMPORTED_MODULE_0__/* .union */ .KCZ([
    zod__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig(),
    zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()
        .regex(/^-?\d+(\.\d+)?$/)
        .transform(Number),
])
    .optional()
    .catch(undefined);
const flag = zod__WEBPACK_IMPORTED_MODULE_0__/* .boolean */ .zMY().catch(false).default(false);
/** An id: text that is not empty. A number is taken as text, since transactions carry one. */
const identifier = zod__WEBPACK_IMPORTED_MODULE_0__/* .union */ .KCZ([zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP().trim().min(1), zod__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig().int().transform(String)])
    .optional()
    .catch(undefined);
/** A required id. */
const requiredIdentifier = zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP().trim().min(1);
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


/***/ }),

/***/ 86055:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ fullJitter),
/* harmony export */   V: () => (/* binding */ retryAfterMs)
/* harmony export */ });
/** The longest pause between two attempts of one request, in ms, when the service names none. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 500;
/**
 * The pause that a `Retry-After` header asks for, in ms from now; `undefined` where it is absent or unreadable.
 * Both forms of RFC 9110 are read: whole seconds, and an HTTP date (a date in the past asks for no pause: 0).
 */
function retryAfterMs(header, dateNowMs) {
    const value = header?.trim();
    if (!value)
        return undefined;
    if (/^\d{1,9}$/.test(value))
        return Number(value) * 1000;
    if (!/[a-z]{3}/i.test(value))
        return undefined;
    const date = Date.parse(value);
    return Number.isNaN(date) ? undefined : Math.max(0, date - dateNowMs);
}
/**
 * A pause before attempt number `attempt` + 2 (`attempt` counts failures so far, from 0), in ms: anywhere between 0 and a
 * ceiling that doubles, so that many runners that failed together do not return together ("full jitter").
 */
function fullJitter(attempt, random = Math.random) {
    return random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16));
}


/***/ }),

/***/ 38395:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ Tasks),
/* harmony export */   h: () => (/* binding */ hasEnded)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(9691);
/* harmony import */ var _datasets_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(78824);
/* harmony import */ var _fields_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(78284);



/** The largest documented page. */
const PAGE_SIZE = 50;
const MOST_PAGES = 40;
function taskState(word, ended) {
    switch ((0,_datasets_js__WEBPACK_IMPORTED_MODULE_0__/* .normalWord */ .Y4)(word)) {
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
            return ended && !/RUNNING|INITIALIZING|PROGRESS/.test((0,_datasets_js__WEBPACK_IMPORTED_MODULE_0__/* .normalWord */ .Y4)(word)) ? 'FAILED' : 'RUNNING';
    }
}
const taskReply = zod__WEBPACK_IMPORTED_MODULE_2__/* .looseObject */ ._H3({
    task_id: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .requiredIdentifier */ .R1,
    dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .identifier */ .Cv,
    dataset_name: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    task_type: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    status: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    status_message: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    error_message: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    progress_percentage: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9,
    start_time: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    end_time: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
})
    .transform((reply) => ({
    id: reply.task_id,
    datasetId: reply.dataset_id ?? '',
    datasetName: reply.dataset_name ?? '',
    type: (0,_datasets_js__WEBPACK_IMPORTED_MODULE_0__/* .normalWord */ .Y4)(reply.task_type ?? ''),
    state: taskState(reply.status ?? '', (reply.end_time ?? '') !== ''),
    statusWord: reply.status ?? '(none)',
    progress: reply.progress_percentage,
    words: reply.error_message || reply.status_message || undefined,
    startedAt: (0,_fields_js__WEBPACK_IMPORTED_MODULE_1__/* .parseStamp */ .Pu)(reply.start_time),
}));
const taskPage = zod__WEBPACK_IMPORTED_MODULE_2__/* .union */ .KCZ([
    zod__WEBPACK_IMPORTED_MODULE_2__/* .looseObject */ ._H3({ tasks: zod__WEBPACK_IMPORTED_MODULE_2__/* .array */ .YOg(taskReply), total: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9 }),
    zod__WEBPACK_IMPORTED_MODULE_2__/* .array */ .YOg(taskReply).transform((tasks) => ({ tasks, total: tasks.length })),
]);
/** Whether a task is over, well or not. */
function hasEnded(task) {
    return task.state === 'COMPLETED' || task.state === 'FAILED' || task.state === 'ABORTED';
}
/** The task manager; docs.visual-layer.com, task manager API. No call reads one task: lists are read, and ids compared. */
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
        return [...found.values()].filter((task) => (filter.datasetId === undefined || task.datasetId.toLowerCase() === filter.datasetId) &&
            (filter.type === undefined || task.type === filter.type));
    }
    /** Aborts a dataset creation, the only kind that can be. One attempt; 409 where it has ended or is being committed. */
    async abort(taskId) {
        await this.#http.send({ what: `abort task ${taskId}`, method: 'POST', path: `tasks/${taskId}/abort` });
    }
}


/***/ }),

/***/ 41563:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ OnceOnly)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(19473);
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(57911);
/* harmony import */ var _visual_layer_retry_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(86055);
/* harmony import */ var _pace_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(19901);
/* harmony import */ var _until_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(49404);





/** Answers of the application itself with HTTP 500 before it counts as its last word. */
const MOST_ANSWERED_FAILURES = 2;
/**
 * The only way to send a request that changes something. A request that never arrived is sent again; one whose reply was lost
 * is looked for, patiently, before it is sent again, so that it takes effect once.
 *
 * One instance stands for one intended change: `run()` may be called again (after a conflict was waited out) and still knows
 * that an earlier attempt may have taken effect.
 */
class OnceOnly {
    #change;
    #waiting;
    #say;
    /** The failure after which the change may have been made. */
    #lost;
    /** @param say one line for the log, when a reply is lost and what was found */
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
     * Makes the change, or finds it made. Throws the {@link RequestFailure} of the last attempt where it was refused or could not
     * be made, `timed_out` where the time ended before that could be told, and the signal's reason when the step is cancelled.
     */
    async run() {
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
                if (!(error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .RequestFailure */ .e6))
                    throw error;
                const { transient, effect, answered, status, retryAfterMs } = error.outcome;
                if (effect === 'unknown')
                    this.#lost = error;
                if (answered && status === 500)
                    answeredFailures += 1;
                if (!transient || failures >= maxRetries || answeredFailures >= MOST_ANSWERED_FAILURES) {
                    // A refusal after a lost reply can be the answer to our own first attempt: a dataset busy with it, for one.
                    const late = await this.#settled();
                    if (late)
                        return late.value;
                    throw error;
                }
                if (effect === 'unknown') {
                    // The looks go on meanwhile; they are the pause where the service asked for none.
                    this.#say(error.message);
                    notBefore = clock.now() + (retryAfterMs ?? 0);
                    continue;
                }
                const wait = retryAfterMs ?? (0,_visual_layer_retry_js__WEBPACK_IMPORTED_MODULE_3__/* .fullJitter */ .G)(failures);
                if (wait >= deadline.remainingMs())
                    throw error;
                this.#say(`${error.message} Trying again (${failures + 1} of ${maxRetries}).`);
                notBefore = clock.now() + wait;
            }
        }
    }
    /** What a lost reply was about, where it is found; nothing where none was lost. */
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
        const message = `The time ended while it was not clear whether the request to ${this.#change.what} had taken effect.`;
        return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('timed_out', message, {
            apiWords: lost.apiWords ?? lost.message,
            todo: 'Look at the dataset in Visual Layer before you run the step again: what was asked for may have been made. Raise timeout if Visual Layer was slow.',
            cause: lost,
        });
    }
    /** Looks for the change until it is found, or has had time to show and did not. */
    async #settle(lost) {
        const { clock, deadline } = this.#waiting;
        const { what } = this.#change;
        const patience = (0,_pace_js__WEBPACK_IMPORTED_MODULE_4__/* .patienceMs */ .si)(deadline.remainingMs());
        const startedAt = clock.now();
        this.#say(`No clear reply to the request to ${what}. Looking whether it took effect, before anything is sent again.`);
        const ended = await (0,_until_js__WEBPACK_IMPORTED_MODULE_2__/* .until */ .T)(async () => {
            const trace = await this.#change.look();
            if (trace === 'busy')
                return { state: 'pending', line: `Visual Layer is still at work; it may be on the request to ${what}` };
            if (trace !== 'absent')
                return { state: 'done', value: { value: trace.found } };
            return clock.now() - startedAt >= patience
                ? { state: 'done', value: undefined }
                : { state: 'pending', line: `no trace yet of the request to ${what}` };
        }, this.#waiting);
        switch (ended.end) {
            case 'done':
                this.#say(ended.value
                    ? `Found: the request to ${what} had taken effect; it is not sent again.`
                    : `No trace of it after ${Math.round((clock.now() - startedAt) / 1000)} s: the request to ${what} did not take effect.`);
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


/***/ }),

/***/ 19901:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Z0: () => (/* binding */ settlingMs),
/* harmony export */   si: () => (/* binding */ patienceMs),
/* harmony export */   v7: () => (/* binding */ pause)
/* harmony export */ });
/** The first pause of an adaptive wait, in ms; also the one it returns to whenever something moves. */
const SHORTEST_MS = 1_000;
/** Longer pauses save few requests and make every end of a wait late. */
const LONGEST_MS = 30_000;
/** A pause is this share of the time since the last change, so that an end is seen late by at most about a tenth of the wait. */
const SHARE = 0.1;
/**
 * The pause before the next look, in ms: fixed where the user fixed it, otherwise growing with the time since something last
 * changed, and jittered by up to a fifth so that many runners do not look in step.
 *
 * @param sinceChangeMs since the state that is looked at was last seen to change, in ms
 */
function pause(interval, sinceChangeMs, random = Math.random) {
    if (interval !== 'auto')
        return interval;
    const steady = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, sinceChangeMs * SHARE));
    return steady * (0.9 + 0.2 * random());
}
/**
 * How long to look for what a lost reply may have made before it is asked for again, in ms: lists lag, so up to two minutes, or
 * a quarter of the time left.
 */
function patienceMs(remainingMs) {
    return Math.min(120_000, remainingMs / 4);
}
/** How long an answer that could still be joined by others is watched, in ms: 5 s, or a tenth of the time left. */
function settlingMs(remainingMs) {
    return Math.min(5_000, remainingMs / 10);
}


/***/ }),

/***/ 49404:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ until)
/* harmony export */ });
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(57911);
/* harmony import */ var _pace_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(19901);


/**
 * The only poll loop. Looks until `probe` says done or failed, or the deadline has passed; then looks once more, since what ended
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
            if (!(0,_visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .isTransient */ .dg)(error))
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
        const next = Math.max((0,_pace_js__WEBPACK_IMPORTED_MODULE_1__/* .pause */ .v7)(interval, clock.now() - changedAt), asked);
        await clock.sleep(Math.max(0, Math.min(next, left())), signal);
    }
}


/***/ }),

/***/ 89635:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ issueCommand),
/* harmony export */   s: () => (/* binding */ issue)
/* harmony export */ });
/* harmony import */ var os__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(70857);
/* harmony import */ var _utils_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4679);


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + os__WEBPACK_IMPORTED_MODULE_0__.EOL);
}
function issue(name, message = '') {
    issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return (0,_utils_js__WEBPACK_IMPORTED_MODULE_1__/* .toCommandValue */ .E)(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return (0,_utils_js__WEBPACK_IMPORTED_MODULE_1__/* .toCommandValue */ .E)(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map

/***/ }),

/***/ 82902:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   n: () => (/* binding */ issueFileCommand),
/* harmony export */   v: () => (/* binding */ prepareKeyValueMessage)
/* harmony export */ });
/* harmony import */ var crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(76982);
/* harmony import */ var fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(79896);
/* harmony import */ var os__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(70857);
/* harmony import */ var _utils_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(4679);
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!fs__WEBPACK_IMPORTED_MODULE_1__.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    fs__WEBPACK_IMPORTED_MODULE_1__.appendFileSync(filePath, `${(0,_utils_js__WEBPACK_IMPORTED_MODULE_3__/* .toCommandValue */ .E)(message)}${os__WEBPACK_IMPORTED_MODULE_2__.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID()}`;
    const convertedValue = (0,_utils_js__WEBPACK_IMPORTED_MODULE_3__/* .toCommandValue */ .E)(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${os__WEBPACK_IMPORTED_MODULE_2__.EOL}${convertedValue}${os__WEBPACK_IMPORTED_MODULE_2__.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map

/***/ }),

/***/ 4679:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ toCommandValue),
/* harmony export */   k: () => (/* binding */ toCommandProperties)
/* harmony export */ });
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map

/***/ }),

/***/ 64506:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ prettyMilliseconds)
/* harmony export */ });
const isZero = value => value === 0 || value === 0n;
const pluralize = (word, count) => (count === 1 || count === 1n) ? word : `${word}s`;

const ONE_SECOND_IN_MILLISECONDS = 1000n;
const ONE_MINUTE_IN_MILLISECONDS = 60n * ONE_SECOND_IN_MILLISECONDS;
const ONE_HOUR_IN_MILLISECONDS = 60n * ONE_MINUTE_IN_MILLISECONDS;
const ONE_DAY_IN_MILLISECONDS = 24n * ONE_HOUR_IN_MILLISECONDS;
const MAX_DECIMAL_DIGITS = 100; // The same limit as `Number#toFixed()`, which keeps the output a sensible size.

// A negative or fractional count is not a digit count, and a `NaN` count would leak into the output as `NaN`.
const decimalDigits = (value, defaultValue) => typeof value === 'number' && !Number.isNaN(value)
	? Math.min(Math.max(Math.trunc(value), 0), MAX_DECIMAL_DIGITS)
	: defaultValue;

// The duration as the exact fraction `value / scale` milliseconds, so every field can be derived with exact BigInt arithmetic.
// An integer is exact at any size, including a number past the safe range. A fractional number is rounded to 15 significant digits, counting the whole duration, as that is all the precision a double has. This turns float noise back into the intended value: `0.57 * 100_000` is `56999.99999999999`, which is read as `57000`, and `999.9999999999999` is read as `1000`. Digits past the 15th are rounded away, so they are not exact.
const toExactMilliseconds = milliseconds => {
	// eslint-disable-next-line unicorn/prefer-number-is-safe-integer -- An integer past the safe range is still exact.
	if (typeof milliseconds === 'bigint' || Number.isInteger(milliseconds)) {
		return {value: BigInt(milliseconds), scale: 1n};
	}

	const [significand, exponent = '0'] = milliseconds.toPrecision(15).split('e', 2);
	const [whole, fraction = ''] = significand.split('.', 2);
	const digits = BigInt(whole + fraction);
	const decimals = fraction.length - Number(exponent);

	// From `1e15` up, the 15 digits end before the decimal point, so the exponent is positive. The fraction is then dropped and the duration is rounded to the nearest 10 milliseconds. A number from `2 ** 52` up is always an integer, so this only applies below that.
	return decimals < 0
		? {value: digits * (10n ** BigInt(-decimals)), scale: 1n}
		: {value: digits, scale: 10n ** BigInt(decimals)};
};

// Places the decimal point in a count of steps of `10 ** -digits`.
const formatSteps = (steps, digits) => {
	if (digits === 0) {
		return String(steps);
	}

	const padded = String(steps).padStart(digits + 1, '0');
	return `${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
};

function prettyMilliseconds(milliseconds, options) {
	const isBigInt = typeof milliseconds === 'bigint';
	if (!isBigInt && !Number.isFinite(milliseconds)) {
		throw new TypeError('Expected a finite number or bigint');
	}

	options = {...options};

	const sign = milliseconds < 0 ? '-' : '';
	// eslint-disable-next-line unicorn/prefer-math-abs -- `Math.abs()` throws on a bigint, and the bigint path reaches here.
	milliseconds = milliseconds < 0 ? -milliseconds : milliseconds; // Cannot use `Math.abs()` because of BigInt support.

	if (options.colonNotation) {
		options.compact = false;
		options.formatSubMilliseconds = false;
		options.separateMilliseconds = false;
		options.verbose = false;
		// Dropping a field from the right would change what the remaining fields mean: `1:01:01` would become `1:01`, which reads as 1 minute.
		options.unitCount = undefined;
	}

	if (options.compact) {
		options.unitCount = 1;
		options.secondsDecimalDigits = 0;
		options.millisecondsDecimalDigits = 0;
	}

	let result = [];

	const add = (value, long, short, valueString) => {
		// Colon notation always shows the minutes, and the hours too when the seconds are hidden, so the last fields read as `m:ss`, or as `h:mm` without the seconds. A duration under a minute keeps its seconds, so it reads as `h:mm:ss` there.
		const isAlwaysShown = options.colonNotation && (short === 'm' || (short === 'h' && options.hideSeconds));

		if (
			!isAlwaysShown
			&& (result.length === 0 || !options.colonNotation)
			&& isZero(value)) {
			return;
		}

		valueString ??= String(value);
		if (options.colonNotation) {
			const wholeDigits = valueString.includes('.') ? valueString.split('.', 1)[0].length : valueString.length;
			// The first field is not padded. The days after a year go up to 364, so they get 3 digits to keep the width.
			let minLength = 1;
			if (result.length > 0) {
				minLength = short === 'd' ? 3 : 2;
			}

			valueString = '0'.repeat(Math.max(0, minLength - wholeDigits)) + valueString;
		} else {
			valueString += options.verbose ? ' ' + pluralize(long, value) : short;
		}

		result.push(valueString);
	};

	const {value, scale} = toExactMilliseconds(milliseconds);
	const second = ONE_SECOND_IN_MILLISECONDS * scale;
	const minute = ONE_MINUTE_IN_MILLISECONDS * scale;
	const hour = ONE_HOUR_IN_MILLISECONDS * scale;
	const day = ONE_DAY_IN_MILLISECONDS * scale;

	// The days, hours, minutes, seconds, and sub-millisecond fields are floored from the exact value, so none of them can round up into the next unit. Only the milliseconds, when they are the last unit, are rounded (see below).
	const days = value / day;
	const hoursWithinDay = (value % day) / hour;
	const minutesWithinHour = (value % hour) / minute;

	if (options.hideYearAndDays) {
		add((days * 24n) + hoursWithinDay, 'hour', 'h');
	} else {
		if (options.hideYear) {
			add(days, 'day', 'd');
		} else {
			add(days / 365n, 'year', 'y');
			add(days % 365n, 'day', 'd');
		}

		add(hoursWithinDay, 'hour', 'h');
	}

	add(minutesWithinHour, 'minute', 'm');

	const secondsDecimalDigits = decimalDigits(options.secondsDecimalDigits, 1);
	const secondsStepsPerSecond = 10n ** BigInt(secondsDecimalDigits);

	// A duration under a minute has no coarser field, so hiding the seconds would leave nothing to carry its value.
	const hideSeconds = options.hideSeconds && value >= minute;

	// `subSecondsAsDecimals` moves the value into the seconds field, so it only applies when that field is rendered and can represent the value, at least one step of the seconds digits. Otherwise the value is lost.
	const canShowAsDecimalSeconds = options.subSecondsAsDecimals
		&& !hideSeconds
		&& value * secondsStepsPerSecond >= second;

	if (!hideSeconds) {
		const withinMinute = value % minute;

		if (
			options.separateMilliseconds
			|| options.formatSubMilliseconds
			|| (!canShowAsDecimalSeconds && !options.colonNotation && value < second)
		) {
			add(withinMinute / second, 'second', 's');

			if (options.formatSubMilliseconds) {
				// Floored to whole nanoseconds, the smallest unit shown. `formatSubMilliseconds` shows these as they are, so a duration under 1 nanosecond is `0ms` there.
				const subMillisecondNanoseconds = ((value % scale) * 1_000_000n) / scale;

				add((value % second) / scale, 'millisecond', 'ms');
				add(subMillisecondNanoseconds / 1000n, 'microsecond', 'µs');
				add(subMillisecondNanoseconds % 1000n, 'nanosecond', 'ns');
			} else {
				const millisecondsDecimalDigits
					= decimalDigits(options.millisecondsDecimalDigits, 0);
				const stepsPerMillisecond = 10n ** BigInt(millisecondsDecimalDigits);

				// Rounded half up in exact steps of the last digit, as a float sum of the parts can land a midpoint like `1.005` below it.
				let steps = ((2n * (value % second) * stepsPerMillisecond) + scale) / (2n * scale);

				// Under a second, the zero field is dropped entirely, so a nonzero duration is clamped to the smallest representable value instead of rounding down onto it. From a second up, the seconds field carries the value, so the milliseconds round normally.
				if (steps === 0n && value > 0n && value < second) {
					steps = 1n;
				}

				// The milliseconds are rounded, not floored, but never up to a full second, which would need the seconds field.
				const maximumSteps = (1000n * stepsPerMillisecond) - 1n;
				if (steps > maximumSteps) {
					steps = maximumSteps;
				}

				const millisecondsString = formatSteps(steps, millisecondsDecimalDigits);

				add(
					Number(millisecondsString),
					'millisecond',
					'ms',
					millisecondsString,
				);
			}
		} else {
			// Floored to the digit count, so the seconds never round up into the next step, or to `60s`.
			const secondsFixed = formatSteps((withinMinute * secondsStepsPerSecond) / second, secondsDecimalDigits);
			const secondsString = options.keepDecimalsOnWholeSeconds
				? secondsFixed
				: secondsFixed.replace(/\.0+$/v, '');
			add(Number(secondsString), 'second', 's', secondsString);
		}
	}

	const separator = options.colonNotation ? ':' : ' ';
	if (typeof options.unitCount === 'number') {
		// `Math.max()` propagates `NaN`, and `slice(0, NaN)` is an empty slice, which would drop every unit.
		result = result.slice(0, Math.max(options.unitCount, 1) || Infinity);
	}

	const output = result.length === 0
		? '0' + (options.verbose ? ' milliseconds' : 'ms')
		: result.join(separator);

	// Rounding can leave nothing but zeros behind, and a signed zero reads as a negative duration.
	return /[1-9]/v.test(output) ? sign + output : output;
}


/***/ }),

/***/ 9691:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  YOg: () => (/* binding */ array),
  zMY: () => (/* binding */ schemas_boolean),
  k5n: () => (/* binding */ schemas_enum),
  OsD: () => (/* binding */ schemas_guid),
  _H3: () => (/* binding */ looseObject),
  aig: () => (/* binding */ schemas_number),
  Ikc: () => (/* binding */ object),
  YjP: () => (/* binding */ schemas_string),
  uEf: () => (/* binding */ stringbool),
  KCZ: () => (/* binding */ union)
});

// UNUSED EXPORTS: ZodAny, ZodArray, ZodBase64, ZodBase64URL, ZodBigInt, ZodBigIntFormat, ZodBoolean, ZodCIDRv4, ZodCIDRv6, ZodCUID, ZodCUID2, ZodCatch, ZodCodec, ZodCreditCard, ZodCustom, ZodCustomStringFormat, ZodDate, ZodDefault, ZodDiscriminatedUnion, ZodE164, ZodEmail, ZodEmoji, ZodEnum, ZodExactOptional, ZodFile, ZodFunction, ZodGUID, ZodIBAN, ZodIPv4, ZodIPv6, ZodISODate, ZodISODateTime, ZodISODuration, ZodISOTime, ZodInstanceOf, ZodIntersection, ZodJWT, ZodKSUID, ZodLazy, ZodLiteral, ZodMAC, ZodMap, ZodNaN, ZodNanoID, ZodNever, ZodNonOptional, ZodNull, ZodNullable, ZodNumber, ZodNumberFormat, ZodObject, ZodOptional, ZodPipe, ZodPrefault, ZodPreprocess, ZodPromise, ZodReadonly, ZodRecord, ZodSet, ZodString, ZodStringFormat, ZodSuccess, ZodSymbol, ZodTemplateLiteral, ZodTransform, ZodTuple, ZodType, ZodULID, ZodURL, ZodUUID, ZodUndefined, ZodUnion, ZodUnknown, ZodVoid, ZodXID, ZodXor, _ZodString, _default, _function, any, base64, base64url, bigint, catch, check, cidrv4, cidrv6, codec, creditCard, cuid, cuid2, currencyCode, custom, date, describe, discriminatedUnion, e164, email, emoji, exactOptional, file, float32, float64, function, hash, hex, hostname, httpUrl, iban, instanceof, int, int32, int64, intersection, invertCodec, ipv4, ipv6, json, jwt, keyof, ksuid, lazy, literal, looseRecord, mac, map, meta, nan, nanoid, nativeEnum, never, nonoptional, null, nullable, nullish, optional, partialRecord, pipe, prefault, preprocess, promise, readonly, record, refine, set, strictObject, stringFormat, success, superRefine, symbol, templateLiteral, transform, tuple, uint32, uint64, ulid, undefined, unknown, url, uuid, uuidv4, uuidv6, uuidv7, void, xid, xor

// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core_core = __nccwpck_require__(88532);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/util.js
var core_util = __nccwpck_require__(54723);
;// CONCATENATED MODULE: ./node_modules/zod/v4/core/memoizer.js

class $ZodCyclicError extends Error {
    constructor() {
        super(`Cannot parse a reference cycle that closes through a transform`);
        this.name = "ZodCyclicError";
    }
}
/** Keyed off the context object every schema in one parse call already shares. */
const STATE = "~memo";
const NO_ISSUES = [];
// a value a cycle can close through
function isRef(value) {
    return value !== null && typeof value === "object";
}
// Receivers prefix paths in place, so the cache and every hand-out need their own copies.
function cloneIssues(issues) {
    return issues.map((iss) => (iss.path ? { ...iss, path: iss.path.slice() } : { ...iss }));
}
const recursive = /*@__PURE__*/ new WeakMap();
/** What the walk established, in order of certainty: ordered so the strongest answer among children wins. */
const NONE = 0;
const ASSUMED = 1;
const PROVEN = 2;
/** Whether this schema's subtree contains a cycle, so one parse can re-enter it. */
function isRecursive(inst, stack, resolve) {
    const cached = recursive.get(inst);
    if (cached !== undefined)
        return cached ? PROVEN : NONE;
    // Relative to the walk in progress, so not cached.
    if (stack.has(inst))
        return PROVEN;
    stack.add(inst);
    let result = NONE;
    const check = (child) => {
        if (result !== PROVEN && child?._zod) {
            const answer = isRecursive(child, stack, resolve);
            if (answer > result)
                result = answer;
        }
    };
    // `Reflect.ownKeys` rather than `Object.keys`, so a cycle through a declared symbol key is still seen
    const shape = (sh, spread) => {
        let answer = NONE;
        for (const key of Reflect.ownKeys(sh)) {
            const desc = Object.getOwnPropertyDescriptor(sh, key);
            // an object resolves its shape by spread, so a key it does not enumerate is never parsed; `z.properties` reads every own key and so keeps them all
            if (spread && !desc.enumerable)
                continue;
            // resolving runs user code, and a factory mints a fresh subtree per read, so an edge the walk can't follow counts as a cycle
            const child = desc.get ? ASSUMED : desc.value?._zod ? isRecursive(desc.value, stack, resolve) : NONE;
            if (child > answer)
                answer = child;
        }
        return answer;
    };
    const merge = (answer) => {
        if (answer > result)
            result = answer;
    };
    const def = inst._zod.def;
    const kind = def.type;
    switch (kind) {
        case "object": {
            const raw = core_util/* rawShape */.MO(def);
            // a def with no raw shape answers `shape` from an accessor of its own, and running that can mint a whole fresh subtree
            merge(raw ? shape(raw, true) : ASSUMED);
            check(def.catchall);
            break;
        }
        case "array":
            check(def.element);
            break;
        case "tuple":
            for (const el of def.items)
                check(el);
            check(def.rest);
            break;
        case "record":
        case "map":
            check(def.keyType);
            check(def.valueType);
            break;
        case "set":
            check(def.valueType);
            break;
        case "union":
            for (const el of def.options)
                check(el);
            break;
        case "intersection":
            check(def.left);
            check(def.right);
            break;
        case "optional":
        case "nullable":
        case "default":
        case "prefault":
        case "catch":
        case "readonly":
        case "nonoptional":
        case "promise":
        case "success":
            check(def.innerType);
            break;
        case "pipe":
            check(def.in);
            check(def.out);
            break;
        case "function":
            check(def.input);
            check(def.output);
            break;
        // `$ZodLazy` caches its inner on the def, so a resolved edge is followed exactly
        case "lazy": {
            const inner = def._cachedInner ?? (resolve ? inst._zod.innerType : undefined);
            // walked with resolution off: one hop sees past the deferral, and a lazy that yields only another unresolved lazy is generative, so it stops there
            merge(inner ? isRecursive(inner, stack, false) : ASSUMED);
            break;
        }
        // a leaf by choice: `parts` are regex fragments, not data positions
        case "template_literal":
        // leaves
        case "string":
        case "number":
        case "int":
        case "boolean":
        case "bigint":
        case "symbol":
        case "undefined":
        case "null":
        case "void":
        case "never":
        case "any":
        case "unknown":
        case "date":
        case "nan":
        case "enum":
        case "literal":
        case "file":
        case "transform":
        case "custom":
            break;
        default: {
            // a new built-in kind becomes a compile error here
            kind;
            // a user-defined kind can still hold children, and only its author knows where, so fall back to scanning the def — skipping accessors, since reading one can run user code
            for (const key in def) {
                const desc = Object.getOwnPropertyDescriptor(def, key);
                if (!desc || desc.get)
                    continue;
                const value = desc.value;
                if (!value || typeof value !== "object")
                    continue;
                if (value._zod)
                    check(value);
                else if (Array.isArray(value))
                    for (const el of value)
                        check(el);
            }
        }
    }
    stack.delete(inst);
    return settle(inst, result);
}
/** An assumed answer must not outlive the resolution that settles it, so only a certain one is cached. */
function settle(inst, answer) {
    if (answer !== ASSUMED)
        recursive.set(inst, answer === PROVEN);
    return answer;
}
/**
 * Whether one parse can re-enter this schema, i.e. its subtree contains a cycle.
 * Exported for `z.compile`, which refuses to compile such a schema: cycle
 * breaking is driven from here off state keyed on the parse context, and a
 * generated fast path has no context to key on.
 */
function isRecursiveSchema(inst) {
    // z.compile never parses, so nothing would ever resolve a lazy for it; it runs once and already treats a throw here as recursive
    return isRecursive(inst, new Set(), true) !== NONE;
}
function bucketFor(state, inst) {
    let bucket = state.buckets.get(inst);
    if (!bucket) {
        bucket = new WeakMap();
        state.buckets.set(inst, bucket);
    }
    return bucket;
}
// Set immediately before delegating to core and cleared immediately after, so `alloc` registers only for a visit this module is driving.
let handoff;
// Allocated but unfinished entries. `alloc` and the matching pop both happen in the synchronous part of a parse, so they nest even when children are async, and one stack serves every schema.
const memoizer_open = [];
const memo = {
    alloc(_inst, payload, empty) {
        const bucket = handoff;
        if (!bucket)
            return empty;
        handoff = undefined;
        const entry = { value: empty, issues: null };
        bucket.set(payload.value, entry);
        memoizer_open.push(entry);
        return empty;
    },
    guard(inst) {
        var _a;
        (_a = inst._zod).deferred ?? (_a.deferred = []);
        inst._zod.deferred.push(() => {
            const base = inst._zod.parse;
            const wrapped = (payload, ctx) => {
                // The value is a placeholder a back-edge is still waiting on, so the cycle closes through this transform. Its output can't exist in time to bind.
                if (ctx.direction !== "backward" && isBackEdge(ctx, payload.value))
                    throw new $ZodCyclicError();
                return base(payload, ctx);
            };
            inst._zod.parse = wrapped;
            if (inst._zod.run === base)
                inst._zod.run = wrapped;
        });
    },
    attach(inst) {
        var _a;
        let isRecursiveInst;
        let rechecked = false;
        // a recursive schema is re-entered many times per parse and its bucket never changes
        let lastCtx;
        let lastBucket;
        // Wraps `parse` in a deferred so it sees the container's final parse. Core's own deferred copies `parse` into `run` when there are no checks, and it ran first, so `run` is patched to match; with checks, `run` reads `parse` dynamically.
        (_a = inst._zod).deferred ?? (_a.deferred = []);
        inst._zod.deferred.push(() => {
            const base = inst._zod.parse;
            const wrapped = (payload, ctx) => {
                if (isRecursiveInst === undefined) {
                    const walked = isRecursive(inst, new Set(), false);
                    if (walked === NONE) {
                        // Nothing here can ever fire, so take it back out.
                        inst._zod.parse = base;
                        if (inst._zod.run === wrapped)
                            inst._zod.run = base;
                        return base(payload, ctx);
                    }
                    // this parse resolves the deferred edges on its own path, so ask once more before latching
                    if (walked === PROVEN || rechecked)
                        isRecursiveInst = true;
                    else
                        rechecked = true;
                }
                const input = payload.value;
                if (!isRef(input))
                    return base(payload, ctx);
                let state = ctx[STATE];
                if (!state) {
                    state = { buckets: new WeakMap(), backEdges: undefined };
                    ctx[STATE] = state;
                }
                let bucket;
                if (lastCtx === ctx) {
                    bucket = lastBucket;
                }
                else {
                    bucket = bucketFor(state, inst);
                    lastCtx = ctx;
                    lastBucket = bucket;
                }
                const hit = bucket.get(input);
                if (hit) {
                    payload.value = hit.value;
                    if (hit.issues) {
                        if (hit.issues.length)
                            payload.issues.push(...cloneIssues(hit.issues));
                    }
                    else {
                        // Still being parsed: its own checks cover it, so skip them here.
                        payload.memo = true;
                        state.backEdges ?? (state.backEdges = new WeakSet());
                        state.backEdges.add(hit.value);
                    }
                    return payload;
                }
                handoff = bucket;
                const depth = memoizer_open.length;
                const result = base(payload, ctx);
                handoff = undefined;
                // A container that rejected its input outright allocated nothing.
                const entry = memoizer_open.length > depth ? memoizer_open.pop() : undefined;
                // Both paths written out so the sync one allocates no closure. It runs once per node, and capturing here cost more than everything else combined.
                if (result instanceof Promise) {
                    return result.then((r) => {
                        if (entry)
                            entry.issues = r.issues.length ? cloneIssues(r.issues) : NO_ISSUES;
                        return r;
                    });
                }
                if (entry)
                    entry.issues = result.issues.length ? cloneIssues(result.issues) : NO_ISSUES;
                return result;
            };
            inst._zod.parse = wrapped;
            if (inst._zod.run === base)
                inst._zod.run = wrapped;
        });
    },
};
/** The memoizer that gives containers cycle support. `zod` installs it by default; `zod/mini` opts in with `config({ memoizer: memoizer() })`. */
function memoizer() {
    return memo;
}
/** Whether this value is a node a back-edge resolved to before it finished. */
function isBackEdge(ctx, value) {
    const backEdges = ctx[STATE]?.backEdges;
    return backEdges !== undefined && isRef(value) && backEdges.has(value);
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/regexes.js

/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link cuid2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
const cuid = /^[cC][0-9a-z]{6,}$/;
const cuid2 = /^[0-9a-z]+$/;
const ulid = /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;
const xid = /^[0-9a-vA-V]{20}$/;
const ksuid = /^[A-Za-z0-9]{27}$/;
const nanoid = /^[a-zA-Z0-9_-]{21}$/;
function nanoidOfLength(length) {
    return new RegExp(`^[a-zA-Z0-9_-]{${length}}$`);
}
/** ISO 8601-1 duration regex. Does not support the 8601-2 extensions like negative durations or fractional/negative components. */
const duration = /^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$/;
/** Implements ISO 8601-2 extensions like explicit +- prefixes, mixing weeks with other units, and fractional/negative components. */
const extendedDuration = /^[-+]?P(?!$)(?:(?:[-+]?\d+Y)|(?:[-+]?\d+[.,]\d+Y$))?(?:(?:[-+]?\d+M)|(?:[-+]?\d+[.,]\d+M$))?(?:(?:[-+]?\d+W)|(?:[-+]?\d+[.,]\d+W$))?(?:(?:[-+]?\d+D)|(?:[-+]?\d+[.,]\d+D$))?(?:T(?=[\d+-])(?:(?:[-+]?\d+H)|(?:[-+]?\d+[.,]\d+H$))?(?:(?:[-+]?\d+M)|(?:[-+]?\d+[.,]\d+M$))?(?:[-+]?\d+(?:[.,]\d+)?S)?)??$/;
/** A regex for any UUID-like identifier: 8-4-4-4-12 hex pattern */
const guid = /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$/;
/** Returns a regex for validating an RFC 9562/4122 UUID.
 *
 * @param version Optionally specify a version 1-8. If no version is specified, all versions are supported. */
const uuid = (version) => {
    if (!version)
        return /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$/;
    return new RegExp(`^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-${version}[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$`);
};
const uuid4 = /*@__PURE__*/ (/* unused pure expression or super */ null && (uuid(4)));
const uuid6 = /*@__PURE__*/ (/* unused pure expression or super */ null && (uuid(6)));
const uuid7 = /*@__PURE__*/ (/* unused pure expression or super */ null && (uuid(7)));
/** Practical email validation */
const email = /^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$/;
/** Equivalent to the HTML5 input[type=email] validation implemented by browsers. Source: https://developer.mozilla.org/en-US/docs/Web/HTML/Element/input/email */
const html5Email = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
/** The classic emailregex.com regex for RFC 5322-compliant emails */
const rfc5322Email = /^(([^<>()\[\]\\.,;:\s@"]+(\.[^<>()\[\]\\.,;:\s@"]+)*)|(".+"))@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}])|(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}))$/;
/** A loose regex that allows Unicode characters, enforces length limits, and that's about it. */
const unicodeEmail = /^[^\s@"]{1,64}@[^\s@]{1,255}$/u;
const idnEmail = (/* unused pure expression or super */ null && (unicodeEmail));
const browserEmail = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
// from https://thekevinscott.com/emojis-in-javascript/#writing-a-regular-expression
// Single character class, not an alternation: the two properties overlap (U+1F9B0-U+1F9B3), so `(A|B)+` backtracks exponentially on a failed match. The leading lookahead then demands one anchor — a pictograph, a regional indicator, or the enclosing keycap — because `\p{Emoji_Component}` on its own covers ASCII digits, `#`, `*`, ZWJ, variation selectors and skin tone modifiers, none of which is an emoji without a base.
const _emoji = `^(?=[\\s\\S]*[\\p{Extended_Pictographic}\\p{Regional_Indicator}\\u20E3])[\\p{Extended_Pictographic}\\p{Emoji_Component}]+$`;
function emoji() {
    return new RegExp(_emoji, "u");
}
const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$/;
const ipv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))$/;
const mac = (delimiter) => {
    const escapedDelim = util.escapeRegex(delimiter ?? ":");
    return new RegExp(`^(?:[0-9A-F]{2}${escapedDelim}){5}[0-9A-F]{2}$|^(?:[0-9a-f]{2}${escapedDelim}){5}[0-9a-f]{2}$`);
};
const cidrv4 = /^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\/([0-9]|[1-2][0-9]|3[0-2])$/;
const cidrv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))\/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$/;
// https://stackoverflow.com/questions/7860392/determine-if-string-is-in-base64-using-javascript
const base64 = /^$|^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$/;
const base64url = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;
// based on https://stackoverflow.com/questions/106179/regular-expression-to-match-dns-hostname-or-ip-address
// export const hostname: RegExp = /^([a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+$/;
const hostname = /^(?=.{1,253}\.?$)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-0-9a-zA-Z]{0,61}[0-9a-zA-Z])?)*\.?$/;
const domain = /^(?=.{1,253}$)([a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$/;
const httpProtocol = /^https?$/;
// https://blog.stevenlevithan.com/archives/validate-phone-number#r4-3 (regex sans spaces) E.164: leading digit must be 1-9; total digits (excluding '+') between 7-15
const e164 = /^\+[1-9]\d{6,14}$/;
// Credit card shape: 12–19 digits, optionally separated by single spaces or single hyphens. ISO/IEC 7812 caps the PAN at 19 digits; 12 is the shortest issued length (Maestro).
const creditCard = /^\d(?:[ -]?\d){11,18}$/;
// ISO 4217 alpha codes from the SIX list, regenerated by scripts/update-iso-4217.ts
const currencyCode = /^(?:AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BHD|BIF|BMD|BND|BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHE|CHF|CHW|CLF|CLP|CNY|COP|COU|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|USD|USN|UYI|UYU|UYW|UZS|VED|VES|VND|VUV|WST|XAD|XAF|XAG|XAU|XBA|XBB|XBC|XBD|XCD|XCG|XDR|XOF|XPD|XPF|XPT|XSU|XTS|XUA|XXX|YER|ZAR|ZMW|ZWG)$/;
// iban electronic format: 2-letter country, check digits 02-98 (the only values `98 - remainder` can produce), 11-30 bban characters
const iban = /^[A-Z]{2}(?!00|01|99)\d{2}[A-Z0-9]{11,30}$/;
const dateSource = `(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))`;
/** Anchors a pattern source. The interpolation lives here rather than at the call site because
 * esbuild will not drop a `@__PURE__` call whose own argument interpolates a variable, but it
 * will drop `anchor(dateSource)`. Keeping it inline pinned `date` into every bundle. */
function regexes_anchor(source) {
    return new RegExp(`^${source}$`);
}
const date = /*@__PURE__*/ regexes_anchor(dateSource);
function timeSource(args) {
    const hhmm = `(?:[01]\\d|2[0-3]):[0-5]\\d`;
    const regex = typeof args.precision === "number"
        ? args.precision === -1
            ? `${hhmm}`
            : args.precision === 0
                ? `${hhmm}:[0-5]\\d`
                : `${hhmm}:[0-5]\\d\\.\\d{${args.precision}}`
        : args.seconds
            ? `${hhmm}:[0-5]\\d(?:\\.\\d+)?`
            : `${hhmm}(?::[0-5]\\d(?:\\.\\d+)?)?`;
    return regex;
}
function time(args) {
    return new RegExp(`^${timeSource(args)}$`);
}
// Adapted from https://stackoverflow.com/a/3143231
function datetime(args) {
    const opts = ["Z"];
    // if (args.offset) opts.push(`([+-]\\d{2}:\\d{2})`);
    if (args.offset)
        opts.push(`([+-](?:[01]\\d|2[0-3]):[0-5]\\d)`);
    // RFC 3339 mandates seconds wherever the time carries a `Z` or an offset, so only the unqualified form `local` adds may omit them
    const qualified = `${timeSource({ precision: args.precision, seconds: true })}(?:${opts.join("|")})`;
    const timeRegex = args.local ? `${qualified}|${timeSource({ precision: args.precision })}` : qualified;
    return new RegExp(`^${dateSource}T(?:${timeRegex})$`);
}
// the unbounded form of `string()` as a literal, so every plain string shares one instance instead of building its own
const anyString = /^[\s\S]{0,}$/;
const string = (params) => {
    const regex = params ? `[\\s\\S]{${params?.minimum ?? 0},${params?.maximum ?? ""}}` : `[\\s\\S]*`;
    return new RegExp(`^${regex}$`);
};
const bigint = /^-?\d+n?$/;
const integer = /^-?\d+$/;
const number = /^-?\d+(?:\.\d+)?$/;
const regexes_boolean = /^(?:true|false)$/i;
const _null = /^null$/i;

const _undefined = /^undefined$/i;

// regex for string with no uppercase letters
const lowercase = /^[^A-Z]*$/;
// regex for string with no lowercase letters
const uppercase = /^[^a-z]*$/;
// regex for hexadecimal strings (any length)
const hex = /^[0-9a-fA-F]*$/;
// Hash regexes for different algorithms and encodings
// Helper function to create base64 regex with exact length and padding
function fixedBase64(bodyLength, padding) {
    return new RegExp(`^[A-Za-z0-9+/]{${bodyLength}}${padding}$`);
}
// Helper function to create base64url regex with exact length (no padding)
function fixedBase64url(length) {
    return new RegExp(`^[A-Za-z0-9_-]{${length}}$`);
}
// MD5 (16 bytes): base64 = 24 chars total (22 + "==")
const md5_hex = /^[0-9a-fA-F]{32}$/;
const md5_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(22, "==")));
const md5_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(22)));
// SHA1 (20 bytes): base64 = 28 chars total (27 + "=")
const sha1_hex = /^[0-9a-fA-F]{40}$/;
const sha1_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(27, "=")));
const sha1_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(27)));
// SHA256 (32 bytes): base64 = 44 chars total (43 + "=")
const sha256_hex = /^[0-9a-fA-F]{64}$/;
const sha256_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(43, "=")));
const sha256_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(43)));
// SHA384 (48 bytes): base64 = 64 chars total (no padding)
const sha384_hex = /^[0-9a-fA-F]{96}$/;
const sha384_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(64, "")));
const sha384_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(64)));
// SHA512 (64 bytes): base64 = 88 chars total (86 + "==")
const sha512_hex = /^[0-9a-fA-F]{128}$/;
const sha512_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(86, "==")));
const sha512_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(86)));

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/checks.js
// import { $ZodType } from "./schemas.js";



const $ZodCheck = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheck", (inst, def) => {
    var _a;
    inst._zod ?? (inst._zod = {});
    inst._zod.def = def;
    (_a = inst._zod).onattach ?? (_a.onattach = []);
});
/** Default `when` for size-based checks: run only on non-nullish values with a `size`. */
const _whenHasSize = (payload) => {
    const val = payload.value;
    return !util.nullish(val) && val.size !== undefined;
};
/** Default `when` for length-based checks: run only on non-nullish values with a `length`. */
const _whenHasLength = (payload) => {
    const val = payload.value;
    return !core_util/* nullish */.cl(val) && val.length !== undefined;
};
const numericOriginMap = {
    number: "number",
    bigint: "bigint",
    object: "date",
};
const $ZodCheckLessThan = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckLessThan", (inst, def) => {
    $ZodCheck.init(inst, def);
    const origin = numericOriginMap[typeof def.value];
    inst._zod.check = (payload) => {
        if (def.inclusive ? payload.value <= def.value : payload.value < def.value) {
            return;
        }
        payload.issues.push({
            origin: numericOriginMap[typeof payload.value] ?? origin,
            code: "too_big",
            maximum: typeof def.value === "object" ? def.value.getTime() : def.value,
            input: payload.value,
            inclusive: def.inclusive,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckGreaterThan = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckGreaterThan", (inst, def) => {
    $ZodCheck.init(inst, def);
    const origin = numericOriginMap[typeof def.value];
    inst._zod.check = (payload) => {
        if (def.inclusive ? payload.value >= def.value : payload.value > def.value) {
            return;
        }
        payload.issues.push({
            origin: numericOriginMap[typeof payload.value] ?? origin,
            code: "too_small",
            minimum: typeof def.value === "object" ? def.value.getTime() : def.value,
            input: payload.value,
            inclusive: def.inclusive,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckMultipleOf = 
/*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckMultipleOf", (inst, def) => {
    $ZodCheck.init(inst, def);
    inst._zod.check = (payload) => {
        if (typeof payload.value !== typeof def.value)
            throw new Error("Cannot mix number and bigint in multiple_of check.");
        const isMultiple = typeof payload.value === "bigint"
            ? // `value % 0n` throws, and nothing is a multiple of zero — the number branch already fails this way via NaN
                def.value !== BigInt(0) && payload.value % def.value === BigInt(0)
            : core_util/* floatSafeRemainder */.LG(payload.value, def.value) === 0;
        if (isMultiple)
            return;
        payload.issues.push({
            origin: typeof payload.value,
            code: "not_multiple_of",
            divisor: def.value,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckNumberFormat = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckNumberFormat", (inst, def) => {
    $ZodCheck.init(inst, def); // no format checks
    def.format = def.format || "float64";
    const isInt = def.format?.includes("int");
    const origin = isInt ? "int" : "number";
    const [minimum, maximum] = core_util/* NUMBER_FORMAT_RANGES */.zH[def.format];
    inst._zod.check = (payload) => {
        const input = payload.value;
        if (isInt) {
            if (!Number.isInteger(input)) {
                // invalid_format issue
                // payload.issues.push({
                //   expected: def.format,
                //   format: def.format,
                //   code: "invalid_format",
                //   input,
                //   inst,
                // });
                // invalid_type issue
                payload.issues.push({
                    expected: origin,
                    format: def.format,
                    code: "invalid_type",
                    continue: false,
                    input,
                    inst,
                });
                return;
                // not_multiple_of issue
                // payload.issues.push({
                //   code: "not_multiple_of",
                //   origin: "number",
                //   input,
                //   inst,
                //   divisor: 1,
                // });
            }
            if (!Number.isSafeInteger(input)) {
                if (input > 0) {
                    // too_big
                    payload.issues.push({
                        input,
                        code: "too_big",
                        maximum: Number.MAX_SAFE_INTEGER,
                        note: "Integers must be within the safe integer range.",
                        inst,
                        origin,
                        inclusive: true,
                        continue: !def.abort,
                    });
                }
                else {
                    // too_small
                    payload.issues.push({
                        input,
                        code: "too_small",
                        minimum: Number.MIN_SAFE_INTEGER,
                        note: "Integers must be within the safe integer range.",
                        inst,
                        origin,
                        inclusive: true,
                        continue: !def.abort,
                    });
                }
                return;
            }
        }
        if (input < minimum) {
            payload.issues.push({
                origin: "number",
                input,
                code: "too_small",
                minimum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
        if (input > maximum) {
            payload.issues.push({
                origin: "number",
                input,
                code: "too_big",
                maximum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
    };
});
const $ZodCheckBigIntFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckBigIntFormat", (inst, def) => {
    $ZodCheck.init(inst, def); // no format checks
    const [minimum, maximum] = util.BIGINT_FORMAT_RANGES[def.format];
    inst._zod.check = (payload) => {
        const input = payload.value;
        if (input < minimum) {
            payload.issues.push({
                origin: "bigint",
                input,
                code: "too_small",
                minimum: minimum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
        if (input > maximum) {
            payload.issues.push({
                origin: "bigint",
                input,
                code: "too_big",
                maximum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
    };
})));
const $ZodCheckMaxSize = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMaxSize", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasSize);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const size = input.size;
        if (size <= def.maximum)
            return;
        payload.issues.push({
            origin: util.getSizableOrigin(input),
            code: "too_big",
            maximum: def.maximum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckMinSize = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMinSize", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasSize);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const size = input.size;
        if (size >= def.minimum)
            return;
        payload.issues.push({
            origin: util.getSizableOrigin(input),
            code: "too_small",
            minimum: def.minimum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckSizeEquals = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckSizeEquals", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasSize);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const size = input.size;
        if (size === def.size)
            return;
        const tooBig = size > def.size;
        payload.issues.push({
            origin: util.getSizableOrigin(input),
            ...(tooBig ? { code: "too_big", maximum: def.size } : { code: "too_small", minimum: def.size }),
            inclusive: true,
            exact: true,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckMaxLength = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckMaxLength", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const units = input.length;
        // Strings are measured in Unicode code points, not UTF-16 units. A code point is at most two units, so a string that already fits in units fits in code points; only an overflow has to be counted.
        const length = typeof input === "string" && units > def.maximum ? core_util/* codePointLength */.O7(input) : units;
        if (length <= def.maximum)
            return;
        const origin = core_util/* getLengthableOrigin */.Rc(input);
        payload.issues.push({
            origin,
            code: "too_big",
            maximum: def.maximum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckMinLength = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckMinLength", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const units = input.length;
        // A code point is one or two UTF-16 units, so fewer units than the floor can never reach it and twice the floor always clears it. Only in between is the exact count in doubt.
        const length = typeof input === "string" && units >= def.minimum && units < def.minimum * 2
            ? core_util/* codePointLength */.O7(input)
            : units;
        if (length >= def.minimum)
            return;
        const origin = core_util/* getLengthableOrigin */.Rc(input);
        payload.issues.push({
            origin,
            code: "too_small",
            minimum: def.minimum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckLengthEquals = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckLengthEquals", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const units = input.length;
        // A code point is one or two UTF-16 units, so outside `[length, length * 2]` units the target is missed either way — and missed in the same direction in both measures.
        const length = typeof input === "string" && units >= def.length && units <= def.length * 2
            ? core_util/* codePointLength */.O7(input)
            : units;
        if (length === def.length)
            return;
        const origin = core_util/* getLengthableOrigin */.Rc(input);
        const tooBig = length > def.length;
        payload.issues.push({
            origin,
            ...(tooBig ? { code: "too_big", maximum: def.length } : { code: "too_small", minimum: def.length }),
            inclusive: true,
            exact: true,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckStringFormat = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckStringFormat", (inst, def) => {
    var _a, _b;
    $ZodCheck.init(inst, def);
    if (def.pattern)
        (_a = inst._zod).check ?? (_a.check = (payload) => {
            def.pattern.lastIndex = 0;
            if (def.pattern.test(payload.value))
                return;
            payload.issues.push({
                origin: "string",
                code: "invalid_format",
                format: def.format,
                input: payload.value,
                ...(def.pattern ? { pattern: def.pattern.toString() } : {}),
                inst,
                continue: !def.abort,
            });
        });
    else
        (_b = inst._zod).check ?? (_b.check = () => { });
});
const $ZodCheckRegex = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckRegex", (inst, def) => {
    $ZodCheckStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        def.pattern.lastIndex = 0;
        if (def.pattern.test(payload.value))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "regex",
            input: payload.value,
            pattern: def.pattern.toString(),
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckLowerCase = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckLowerCase", (inst, def) => {
    def.pattern ?? (def.pattern = lowercase);
    $ZodCheckStringFormat.init(inst, def);
});
const $ZodCheckUpperCase = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckUpperCase", (inst, def) => {
    def.pattern ?? (def.pattern = uppercase);
    $ZodCheckStringFormat.init(inst, def);
});
const $ZodCheckIncludes = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckIncludes", (inst, def) => {
    $ZodCheck.init(inst, def);
    const escapedRegex = core_util/* escapeRegex */.sD(def.includes);
    // `String.prototype.includes(sub, position)` matches `sub` at `position`
    // OR LATER, so the pattern must allow at least `position` leading chars
    // (`{N,}`), not exactly `position` chars (`{N}`).
    const pattern = new RegExp(typeof def.position === "number" ? `^.{${def.position},}${escapedRegex}` : escapedRegex);
    def.pattern = pattern;
    inst._zod.check = (payload) => {
        if (payload.value.includes(def.includes, def.position))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "includes",
            includes: def.includes,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckStartsWith = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckStartsWith", (inst, def) => {
    $ZodCheck.init(inst, def);
    const pattern = new RegExp(`^${core_util/* escapeRegex */.sD(def.prefix)}.*`);
    def.pattern ?? (def.pattern = pattern);
    inst._zod.check = (payload) => {
        if (payload.value.startsWith(def.prefix))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "starts_with",
            prefix: def.prefix,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckEndsWith = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckEndsWith", (inst, def) => {
    $ZodCheck.init(inst, def);
    const pattern = new RegExp(`.*${core_util/* escapeRegex */.sD(def.suffix)}$`);
    def.pattern ?? (def.pattern = pattern);
    inst._zod.check = (payload) => {
        if (payload.value.endsWith(def.suffix))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "ends_with",
            suffix: def.suffix,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
///////////////////////////////////
/////    $ZodCheckProperty    /////
///////////////////////////////////
function handleCheckPropertyResult(result, payload, property) {
    if (result.issues.length) {
        payload.issues.push(...core_util/* prefixIssues */.lQ(property, result.issues));
    }
}
const $ZodCheckProperty = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckProperty", (inst, def) => {
    $ZodCheck.init(inst, def);
    inst._zod.check = (payload) => {
        const result = def.schema._zod.run({
            value: payload.value[def.property],
            issues: [],
        }, {});
        if (result instanceof Promise) {
            return result.then((result) => handleCheckPropertyResult(result, payload, def.property));
        }
        handleCheckPropertyResult(result, payload, def.property);
        return;
    };
})));
const $ZodCheckProperties = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckProperties", (inst, def) => {
    $ZodCheck.init(inst, def);
    core_util/* hide */.jD(inst, Symbol.iterator, function* () {
        yield inst;
    });
    // key and schema snapshotted together: reading one live and the other cached lets a later mutation of the caller's shape object pair a stale key with a missing schema
    let entries;
    inst._zod.check = (payload) => {
        // the base schema already typed the value, so only a nullish one is rejected here: the properties read on a primitive too, matching z.property() on a string's length
        if (payload.value == null) {
            payload.issues.push({ expected: "object", code: "invalid_type", input: payload.value, inst });
            return undefined;
        }
        entries ?? (entries = Reflect.ownKeys(def.shape).map((key) => [key, def.shape[key]]));
        const input = payload.value;
        let proms;
        for (const [key, schema] of entries) {
            const result = schema._zod.run({ value: input[key], issues: [] }, {});
            if (result instanceof Promise) {
                proms ?? (proms = []);
                proms.push(result.then((result) => handleCheckPropertyResult(result, payload, key)));
            }
            else {
                handleCheckPropertyResult(result, payload, key);
            }
        }
        if (proms)
            return Promise.all(proms).then(() => undefined);
        return undefined;
    };
});
const $ZodCheckMimeType = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMimeType", (inst, def) => {
    $ZodCheck.init(inst, def);
    const mimeSet = new Set(def.mime);
    inst._zod.check = (payload) => {
        if (mimeSet.has(payload.value.type))
            return;
        payload.issues.push({
            code: "invalid_value",
            values: def.mime,
            input: payload.value.type,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckOverwrite = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCheckOverwrite", (inst, def) => {
    $ZodCheck.init(inst, def);
    inst._zod.check = (payload) => {
        payload.value = def.tx(payload.value);
    };
});

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/doc.js
class Doc {
    constructor(args = [], closed = {}) {
        this.content = [];
        this.indent = 0;
        this.args = args;
        this.closed = closed;
    }
    // the compiler catches a child's throw and keeps writing into this doc, so the indent has to unwind with it
    indented(fn) {
        this.indent += 1;
        try {
            fn(this);
        }
        finally {
            this.indent -= 1;
        }
    }
    write(arg) {
        if (typeof arg === "function") {
            arg(this, { execution: "sync" });
            arg(this, { execution: "async" });
            return;
        }
        const content = arg;
        const lines = content.split("\n").filter((x) => x);
        const minIndent = Math.min(...lines.map((x) => x.length - x.trimStart().length));
        const dedented = lines.map((x) => x.slice(minIndent)).map((x) => " ".repeat(this.indent * 2) + x);
        for (const line of dedented) {
            this.content.push(line);
        }
    }
    compile() {
        const F = Function;
        const content = this?.content ?? [``];
        const factory = new F(...Object.keys(this.closed), `return function (${this.args.join(", ")}) {\n${content.join("\n")}\n};`);
        return factory(...Object.values(this.closed));
    }
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/versions.js
const version = {
    major: 4,
    minor: 6,
    patch: 7,
};

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/schemas.js







const $ZodType = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodType", (inst, def) => {
    var _a;
    inst ?? (inst = {});
    inst._zod.def = def; // set _def property
    inst._zod.bag = inst._zod.bag || {}; // initialize _bag object
    inst._zod.version = version;
    const defChecks = inst._zod.def.checks;
    // if inst is itself a checks.$ZodCheck, run it as a check
    const checks = inst._zod.traits.has("$ZodCheck")
        ? [inst, ...(defChecks ?? [])]
        : defChecks?.length
            ? [...defChecks]
            : [];
    for (const ch of checks) {
        for (const fn of ch._zod.onattach) {
            fn(inst);
        }
    }
    if (checks.length === 0) {
        // deferred initializer inst._zod.parse is not yet defined
        (_a = inst._zod).deferred ?? (_a.deferred = []);
        inst._zod.deferred?.push(() => {
            inst._zod.run = inst._zod.parse;
        });
    }
    else {
        const runChecks = (payload, checks, ctx) => {
            if (payload.memo)
                return payload;
            let isAborted = core_util/* aborted */.QH(payload);
            let asyncResult;
            for (const ch of checks) {
                if (ch._zod.def.when) {
                    if (core_util/* explicitlyAborted */.rL(payload))
                        continue;
                    const shouldRun = ch._zod.def.when(payload);
                    if (!shouldRun)
                        continue;
                }
                else if (isAborted) {
                    continue;
                }
                const currLen = payload.issues.length;
                const _ = ch._zod.check(payload);
                if (_ instanceof Promise && ctx?.async === false) {
                    throw new core_core/* $ZodAsyncError */.GT();
                }
                if (asyncResult || _ instanceof Promise) {
                    asyncResult = (asyncResult ?? Promise.resolve()).then(async () => {
                        await _;
                        const nextLen = payload.issues.length;
                        if (nextLen === currLen)
                            return;
                        core_util/* attachSchema */.d3(payload.issues, currLen, inst);
                        if (!isAborted)
                            isAborted = core_util/* aborted */.QH(payload, currLen);
                    });
                }
                else {
                    const nextLen = payload.issues.length;
                    if (nextLen === currLen)
                        continue;
                    core_util/* attachSchema */.d3(payload.issues, currLen, inst);
                    if (!isAborted)
                        isAborted = core_util/* aborted */.QH(payload, currLen);
                }
            }
            if (asyncResult) {
                return asyncResult.then(() => {
                    return payload;
                });
            }
            return payload;
        };
        const handleCanaryResult = (canary, payload, ctx) => {
            // abort if the canary is aborted
            if (core_util/* aborted */.QH(canary)) {
                canary.aborted = true;
                return canary;
            }
            // run checks first, then
            const checkResult = runChecks(payload, checks, ctx);
            if (checkResult instanceof Promise) {
                if (ctx.async === false)
                    throw new core_core/* $ZodAsyncError */.GT();
                return checkResult.then((checkResult) => inst._zod.parse(checkResult, ctx));
            }
            return inst._zod.parse(checkResult, ctx);
        };
        inst._zod.run = (payload, ctx) => {
            if (ctx.skipChecks) {
                return inst._zod.parse(payload, ctx);
            }
            if (ctx.direction === "backward") {
                // run canary initial pass (no checks)
                const canary = inst._zod.parse({ value: payload.value, issues: [] }, { ...ctx, skipChecks: true });
                if (canary instanceof Promise) {
                    return canary.then((canary) => {
                        return handleCanaryResult(canary, payload, ctx);
                    });
                }
                return handleCanaryResult(canary, payload, ctx);
            }
            // forward
            const result = inst._zod.parse(payload, ctx);
            if (result instanceof Promise) {
                if (ctx.async === false)
                    throw new core_core/* $ZodAsyncError */.GT();
                return result.then((result) => runChecks(result, checks, ctx));
            }
            return runChecks(result, checks, ctx);
        };
    }
}, {
    // Wrappers extend this by installing a richer factory over it; reading it eagerly would defeat the laziness.
    get "~standard"() {
        return core_util/* hide */.jD(this, "~standard", standardProps(this));
    },
    set "~standard"(value) {
        core_util/* own */.qh(this, "~standard", value);
    },
});
/** The Standard Schema surface for `inst`. Shared so wrappers can extend it without forcing it. */
// a Standard Schema result only reports issues, so a failure finalizes them straight off the raw payload: no ZodError, and no lazy result to read through
const toStandardResult = (r, ctx) => r.issues.length ? { issues: r.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())) } : { value: r.value };
async function validateAsync(inst, value) {
    const ctx = { async: true };
    return toStandardResult((await inst._zod.run({ value, issues: [] }, ctx)), ctx);
}
function standardProps(inst) {
    return {
        validate: (value) => {
            const ctx = { async: false };
            try {
                const r = inst._zod.run({ value, issues: [] }, ctx);
                if (!(r instanceof Promise))
                    return toStandardResult(r, ctx);
            }
            catch (_) { }
            // async function so a synchronously throwing check rejects instead of escaping validate
            return validateAsync(inst, value);
        },
        vendor: "zod",
        version: 1,
    };
}

const $ZodString = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodString", (inst, def) => {
    $ZodType.init(inst, def);
    // a format's own pattern, else unbounded; a template literal derives the check-aware form itself
    inst._zod.pattern = def.pattern ?? anyString;
    inst._zod.parse = (payload, _) => {
        if (def.coerce)
            try {
                payload.value = String(payload.value);
            }
            catch (_) { }
        if (typeof payload.value === "string")
            return payload;
        payload.issues.push({
            expected: "string",
            code: "invalid_type",
            input: payload.value,
            inst,
        });
        return payload;
    };
});
const $ZodStringFormat = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodStringFormat", (inst, def) => {
    // check initialization must come first
    $ZodCheckStringFormat.init(inst, def);
    $ZodString.init(inst, def);
});
const $ZodGUID = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodGUID", (inst, def) => {
    def.pattern ?? (def.pattern = guid);
    $ZodStringFormat.init(inst, def);
});
const $ZodUUID = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodUUID", (inst, def) => {
    if (def.version) {
        const versionMap = {
            v1: 1,
            v2: 2,
            v3: 3,
            v4: 4,
            v5: 5,
            v6: 6,
            v7: 7,
            v8: 8,
        };
        const v = versionMap[def.version];
        if (v === undefined)
            throw new Error(`Invalid UUID version: "${def.version}"`);
        def.pattern ?? (def.pattern = uuid(v));
    }
    else
        def.pattern ?? (def.pattern = uuid());
    $ZodStringFormat.init(inst, def);
});
const $ZodEmail = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodEmail", (inst, def) => {
    def.pattern ?? (def.pattern = email);
    $ZodStringFormat.init(inst, def);
});
/** The `://` guard rejected the input before the URL constructor saw it. */
const URL_BAD_FORMAT = 1;
/** The URL parser rejected the input. */
const URL_UNPARSEABLE = 2;
function canParseURL(input) {
    try {
        if (typeof URL !== "undefined" && typeof URL.canParse === "function")
            return URL.canParse(input);
        new URL(input);
        return true;
    }
    catch {
        return false;
    }
}
function validateURL(trimmed, def) {
    if (!("normalize" in def) && !("hostname" in def) && !("protocol" in def)) {
        return canParseURL(trimmed) || URL_UNPARSEABLE;
    }
    return parseURLObject(trimmed, def);
}
/** Parses a URL while preserving the non-normalizing HTTP guard. */
function parseURLObject(trimmed, def) {
    // When normalize is off, require :// for http/https URLs. This prevents strings like "http:example.com" or "https:/path" from being silently accepted
    if (!def.normalize && def.protocol?.source === httpProtocol.source && !/^https?:\/\//i.test(trimmed)) {
        return URL_BAD_FORMAT;
    }
    try {
        if (typeof URL !== "undefined") {
            const URLStatic = URL;
            if (typeof URLStatic.parse === "function")
                return URLStatic.parse(trimmed) ?? URL_UNPARSEABLE;
        }
        // @ts-ignore
        return new URL(trimmed);
    }
    catch {
        return URL_UNPARSEABLE;
    }
}
const asciiTabOrNewline = /[\t\n\r]/g;
/** The URL parser deletes every ASCII tab, LF and CR from its input before it parses, so `new URL("https://exa\nmple.com")` reports on `example.com`. Applying the same deletion to the returned value closes the half of that divergence which can move the host; the parser's other rewrite, stripping C0 controls at the edges, cannot. */
function stripTabAndNewline(value) {
    return value.replace(asciiTabOrNewline, "");
}
function urlHostnameOk(url, hostname) {
    hostname.lastIndex = 0;
    return hostname.test(url.hostname);
}
function urlProtocolOk(url, protocol) {
    protocol.lastIndex = 0;
    return protocol.test(url.protocol.endsWith(":") ? url.protocol.slice(0, -1) : url.protocol);
}
const $ZodURL = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodURL", (inst, def) => {
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        try {
            // Trim whitespace from input
            const trimmed = payload.value.trim();
            const url = validateURL(trimmed, def);
            if (url === URL_BAD_FORMAT) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    note: "Invalid URL format",
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
                return;
            }
            if (url === URL_UNPARSEABLE) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
                return;
            }
            if (url === true) {
                payload.value = stripTabAndNewline(trimmed);
                return;
            }
            if (def.hostname && !urlHostnameOk(url, def.hostname)) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    note: "Invalid hostname",
                    pattern: def.hostname.source,
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
            }
            if (def.protocol && !urlProtocolOk(url, def.protocol)) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    note: "Invalid protocol",
                    pattern: def.protocol.source,
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
            }
            // Set the output value based on normalize flag
            payload.value = def.normalize ? url.href : stripTabAndNewline(trimmed);
            return;
        }
        catch (_) {
            payload.issues.push({
                code: "invalid_format",
                format: "url",
                input: payload.value,
                inst,
                continue: !def.abort,
            });
        }
    };
});
const $ZodEmoji = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodEmoji", (inst, def) => {
    def.pattern ?? (def.pattern = emoji());
    $ZodStringFormat.init(inst, def);
});
const $ZodNanoID = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNanoID", (inst, def) => {
    if (def.length !== undefined && (!Number.isInteger(def.length) || def.length < 1))
        throw new Error(`Invalid nanoid length: ${def.length}`);
    def.pattern ?? (def.pattern = def.length === undefined ? nanoid : nanoidOfLength(def.length));
    $ZodStringFormat.init(inst, def);
});
/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link $ZodCUID2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
const $ZodCUID = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCUID", (inst, def) => {
    def.pattern ?? (def.pattern = cuid);
    $ZodStringFormat.init(inst, def);
});
const $ZodCUID2 = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCUID2", (inst, def) => {
    def.pattern ?? (def.pattern = cuid2);
    $ZodStringFormat.init(inst, def);
});
const $ZodULID = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodULID", (inst, def) => {
    def.pattern ?? (def.pattern = ulid);
    $ZodStringFormat.init(inst, def);
});
const $ZodXID = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodXID", (inst, def) => {
    def.pattern ?? (def.pattern = xid);
    $ZodStringFormat.init(inst, def);
});
const $ZodKSUID = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodKSUID", (inst, def) => {
    def.pattern ?? (def.pattern = ksuid);
    $ZodStringFormat.init(inst, def);
});
const $ZodISODateTime = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodISODateTime", (inst, def) => {
    def.pattern ?? (def.pattern = datetime(def));
    $ZodStringFormat.init(inst, def);
});
const $ZodISODate = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodISODate", (inst, def) => {
    def.pattern ?? (def.pattern = date);
    $ZodStringFormat.init(inst, def);
});
const $ZodISOTime = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodISOTime", (inst, def) => {
    def.pattern ?? (def.pattern = time(def));
    $ZodStringFormat.init(inst, def);
});
const $ZodISODuration = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodISODuration", (inst, def) => {
    def.pattern ?? (def.pattern = duration);
    $ZodStringFormat.init(inst, def);
});
const $ZodIPv4 = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodIPv4", (inst, def) => {
    def.pattern ?? (def.pattern = ipv4);
    $ZodStringFormat.init(inst, def);
});
/** An IPv6 address is written with hex digits, colons and dots, and nothing else. The guard is what makes the check below an IPv6 check: `new URL("http://[...]")` parses an authority, not an address, so `@` and `\` re-delimit it and `"::@1\\"` validates against the host `0.0.0.1`. The URL parser also deletes ASCII tab, LF and CR rather than failing, which is how `"::1\n"` validated as `::1`. */
const ipv6Alphabet = /^[0-9a-fA-F:.]+$/;
function isValidIPv6(value) {
    if (!ipv6Alphabet.test(value))
        return false;
    return canParseURL(`http://[${value}]`);
}
const $ZodIPv6 = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodIPv6", (inst, def) => {
    def.pattern ?? (def.pattern = ipv6);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (!isValidIPv6(payload.value)) {
            payload.issues.push({
                code: "invalid_format",
                format: "ipv6",
                input: payload.value,
                inst,
                continue: !def.abort,
            });
        }
    };
});
const $ZodMAC = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodMAC", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.mac(def.delimiter));
    $ZodStringFormat.init(inst, def);
})));
const $ZodCIDRv4 = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCIDRv4", (inst, def) => {
    def.pattern ?? (def.pattern = cidrv4);
    $ZodStringFormat.init(inst, def);
});
function isValidCIDRv6(value) {
    const parts = value.split("/");
    if (parts.length !== 2)
        return false;
    const [address, prefix] = parts;
    if (!prefix)
        return false;
    const prefixNum = Number(prefix);
    if (`${prefixNum}` !== prefix)
        return false;
    if (prefixNum < 0 || prefixNum > 128)
        return false;
    return isValidIPv6(address);
}
const $ZodCIDRv6 = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCIDRv6", (inst, def) => {
    def.pattern ?? (def.pattern = cidrv6); // not used for validation
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (!isValidCIDRv6(payload.value)) {
            payload.issues.push({
                code: "invalid_format",
                format: "cidrv6",
                input: payload.value,
                inst,
                continue: !def.abort,
            });
        }
    };
});
//////////////////////////////   ZodBase64   //////////////////////////////
function isValidBase64(data) {
    if (data === "")
        return true;
    // atob ignores whitespace, so reject it up front.
    if (/\s/.test(data))
        return false;
    if (data.length % 4 !== 0)
        return false;
    try {
        // @ts-ignore
        atob(data);
        return true;
    }
    catch {
        return false;
    }
}
// lax on purpose: the quantified regexes.base64 overflows the regex stack on multi-MB input and its leading ^$| alternation leaks through template-literal composition; isValidBase64 enforces length and padding
const base64Charset = /^[0-9a-zA-Z+/]*={0,2}$/;
const $ZodBase64 = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodBase64", (inst, def) => {
    def.pattern ?? (def.pattern = base64Charset);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidBase64(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "base64",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
//////////////////////////////   ZodBase64URL   //////////////////////////////
// lax on purpose: the quantified regexes.base64url overflows the regex stack on multi-MB input; isValidBase64 enforces length on the padded string
const base64urlCharset = /^[A-Za-z0-9_-]*$/;
function isValidBase64URL(data) {
    if (!base64urlCharset.test(data))
        return false;
    const base64 = data.replace(/[-_]/g, (c) => (c === "-" ? "+" : "/"));
    const padded = base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
    return isValidBase64(padded);
}
const $ZodBase64URL = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodBase64URL", (inst, def) => {
    def.pattern ?? (def.pattern = base64urlCharset);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidBase64URL(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "base64url",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodE164 = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodE164", (inst, def) => {
    def.pattern ?? (def.pattern = e164);
    $ZodStringFormat.init(inst, def);
});
//////////////////////////////   ZodCreditCard   //////////////////////////////
const CC_SANITIZE = /[- ]/g;
/** Luhn checksum on a digit-only string. Adapted from valibot (MIT). */
function isLuhnAlgo(digits) {
    let length = digits.length;
    let bit = 1;
    let sum = 0;
    while (length) {
        const value = digits.charCodeAt(--length) - 48;
        bit ^= 1;
        sum += bit ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][value] : value;
    }
    return sum % 10 === 0;
}
function isValidCreditCard(input) {
    if (!regexes.creditCard.test(input))
        return false;
    return isLuhnAlgo(input.replace(CC_SANITIZE, ""));
}
const $ZodCreditCard = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCreditCard", (inst, def) => {
    // Shape only — the Luhn check below is not expressible as a pattern, so consumers of `pattern` (JSON Schema, template literals) get the length and separator rules alone.
    def.pattern ?? (def.pattern = regexes.creditCard);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidCreditCard(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "credit_card",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
//////////////////////////////   ZodIBAN   //////////////////////////////
// iso 7064 mod 97-10 checksum without BigInt
function isIso7064Mod97(iban) {
    let remainder = 0;
    const len = iban.length;
    for (let i = 4; i < len; i++) {
        const code = iban.charCodeAt(i);
        remainder = (code >= 65 ? remainder * 100 + (code - 55) : remainder * 10 + (code - 48)) % 97;
    }
    for (let i = 0; i < 4; i++) {
        const code = iban.charCodeAt(i);
        remainder = (code >= 65 ? remainder * 100 + (code - 55) : remainder * 10 + (code - 48)) % 97;
    }
    return remainder === 1;
}
function isValidIBAN(input) {
    if (!regexes.iban.test(input))
        return false;
    return isIso7064Mod97(input);
}
const $ZodIBAN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodIBAN", (inst, def) => {
    // shape only — checksum is not expressible as a pattern
    def.pattern ?? (def.pattern = regexes.iban);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidIBAN(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "iban",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
//////////////////////////////   ZodJWT   //////////////////////////////
function isValidJWT(token, algorithm = null) {
    try {
        const tokensParts = token.split(".");
        if (tokensParts.length !== 3)
            return false;
        const [header] = tokensParts;
        if (!header)
            return false;
        // @ts-ignore
        const parsedHeader = JSON.parse(atob(header));
        if ("typ" in parsedHeader && parsedHeader?.typ !== "JWT")
            return false;
        if (!parsedHeader.alg)
            return false;
        if (algorithm && (!("alg" in parsedHeader) || parsedHeader.alg !== algorithm))
            return false;
        return true;
    }
    catch {
        return false;
    }
}
const $ZodJWT = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodJWT", (inst, def) => {
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidJWT(payload.value, def.alg))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "jwt",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCustomStringFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCustomStringFormat", (inst, def) => {
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (def.fn(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: def.format,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodNumber = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNumber", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = number;
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce)
            try {
                payload.value = Number(payload.value);
            }
            catch (_) { }
        const input = payload.value;
        if (typeof input === "number" && !Number.isNaN(input) && Number.isFinite(input)) {
            return payload;
        }
        const received = typeof input === "number"
            ? Number.isNaN(input)
                ? "NaN"
                : !Number.isFinite(input)
                    ? String(input)
                    : undefined
            : undefined;
        payload.issues.push({
            expected: "number",
            code: "invalid_type",
            input,
            inst,
            ...(received ? { received } : {}),
        });
        return payload;
    };
});
const $ZodNumberFormat = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNumberFormat", (inst, def) => {
    $ZodCheckNumberFormat.init(inst, def);
    $ZodNumber.init(inst, def); // no format checks
});
const $ZodBoolean = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodBoolean", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = regexes_boolean;
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce)
            try {
                payload.value = Boolean(payload.value);
            }
            catch (_) { }
        const input = payload.value;
        if (typeof input === "boolean")
            return payload;
        payload.issues.push({
            expected: "boolean",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
});
const $ZodBigInt = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodBigInt", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = bigint;
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce)
            try {
                payload.value = BigInt(payload.value);
            }
            catch (_) { }
        if (typeof payload.value === "bigint")
            return payload;
        payload.issues.push({
            expected: "bigint",
            code: "invalid_type",
            input: payload.value,
            inst,
        });
        return payload;
    };
});
const $ZodBigIntFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodBigIntFormat", (inst, def) => {
    checks.$ZodCheckBigIntFormat.init(inst, def);
    $ZodBigInt.init(inst, def); // no format checks
})));
const $ZodSymbol = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodSymbol", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (typeof input === "symbol")
            return payload;
        payload.issues.push({
            expected: "symbol",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodUndefined = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodUndefined", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = regexes.undefined;
    inst._zod.values = new Set([undefined]);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (typeof input === "undefined")
            return payload;
        payload.issues.push({
            expected: "undefined",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodNull = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodNull", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = regexes.null;
    inst._zod.values = new Set([null]);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (input === null)
            return payload;
        payload.issues.push({
            expected: "null",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodAny = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodAny", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload) => payload;
})));
const $ZodUnknown = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodUnknown", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload) => payload;
});
const $ZodNever = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNever", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        payload.issues.push({
            expected: "never",
            code: "invalid_type",
            input: payload.value,
            inst,
        });
        return payload;
    };
});
const $ZodVoid = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodVoid", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (typeof input === "undefined")
            return payload;
        payload.issues.push({
            expected: "void",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodDate = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodDate", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce) {
            try {
                payload.value = new Date(payload.value);
            }
            catch (_err) { }
        }
        const input = payload.value;
        const isDate = input instanceof Date;
        const isValidDate = isDate && !Number.isNaN(input.getTime());
        if (isValidDate)
            return payload;
        payload.issues.push({
            expected: "date",
            code: "invalid_type",
            input,
            ...(isDate ? { received: "Invalid Date" } : {}),
            inst,
        });
        return payload;
    };
});
// an oversized container fails its leading size checks before any element is parsed
function capSize(inst, size) {
    const caps = core_util/* sizeCaps */.hi(inst._zod.def.checks);
    if (!caps.length)
        return;
    const cap = Math.min(...caps.map((c) => c[0]));
    const parse = inst._zod.parse;
    inst._zod.parse = (payload, ctx) => {
        const n = size(payload.value);
        if (n > cap && !ctx?.skipChecks && ctx?.direction !== "backward") {
            for (const [max, ch] of core_util/* sizeCaps */.hi(inst._zod.def.checks)) {
                if (n > max && ch._zod.def.when(payload)) {
                    const start = payload.issues.length;
                    ch._zod.check(payload);
                    // the value is still the raw input, so no later check may read it
                    payload.issues[start].continue = false;
                    core_util/* attachSchema */.d3(payload.issues, start, inst);
                    return payload;
                }
            }
        }
        return parse(payload, ctx);
    };
}
const arraySize = (input) => (Array.isArray(input) ? input.length : -1);
const mapSize = (input) => (input instanceof Map ? input.size : -1);
const setSize = (input) => (input instanceof Set ? input.size : -1);
function handleArrayResult(result, final, index) {
    if (result.issues.length) {
        final.issues.push(...core_util/* prefixIssues */.lQ(index, result.issues));
    }
    final.value[index] = result.value;
}
const $ZodArray = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodArray", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core_core/* globalConfig */.cr.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!Array.isArray(input)) {
            payload.issues.push({
                expected: "array",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        payload.value = memo ? memo.alloc(inst, payload, Array(input.length), ctx) : Array(input.length);
        const proms = [];
        const abortEarly = ctx?.abortEarly;
        for (let i = 0; i < input.length; i++) {
            const item = input[i];
            const result = def.element._zod.run({
                value: item,
                issues: [],
            }, ctx);
            if (result instanceof Promise) {
                proms.push(result.then((result) => handleArrayResult(result, payload, i)));
            }
            else {
                handleArrayResult(result, payload, i);
                // the element's payload is authoritative here, since handleArrayResult forwards every issue; an object's is not, because it drops a failed absent optional
                if (abortEarly && result.issues.length !== 0 && core_util/* aborted */.QH(result))
                    break;
            }
        }
        if (proms.length) {
            return Promise.all(proms).then(() => payload);
        }
        return payload; //handleArrayResultsAsync(parseResults, final);
    };
    capSize(inst, arraySize);
});
function handlePropertyResult(result, final, key, input, optin, optout) {
    const isPresent = key in input;
    const isOptionalOut = optout === "optional";
    // The middle rung means "absence permitted, nothing supplied in its place", so an absent key contributes nothing — whatever the schema made of `undefined` is invented, not substituted. Only `optional` reaches this with a value: `defaulted` substitutes, and a schema that isn't optional-out has to keep the key.
    if (!isPresent && isOptionalOut && optin === "optional") {
        return;
    }
    if (result.issues.length) {
        // For optional-in/out schemas, ignore errors on absent keys.
        if (optin !== undefined && isOptionalOut && !isPresent) {
            return;
        }
        final.issues.push(...core_util/* prefixIssues */.lQ(key, result.issues));
    }
    if (!isPresent && optin === undefined) {
        if (!result.issues.length) {
            final.issues.push({
                code: "invalid_type",
                expected: "nonoptional",
                input: undefined,
                path: [key],
            });
        }
        return;
    }
    if (result.value === undefined) {
        if (isPresent || (optin === "defaulted" && !isOptionalOut)) {
            final.value[key] = undefined;
        }
    }
    else {
        final.value[key] = result.value;
    }
}
// one shared instance; a fresh [] per schema cost 56 bytes retained
const NO_SYMBOL_KEYS = [];
function normalizeDef(def) {
    const keys = Object.keys(def.shape);
    const ownSymbols = Object.getOwnPropertySymbols(def.shape);
    const symbolKeys = ownSymbols.length ? ownSymbols : NO_SYMBOL_KEYS;
    // aliases `keys` when there are no symbols, so a string-only shape keeps one array
    const allKeys = symbolKeys.length ? [...keys, ...symbolKeys] : keys;
    for (const k of allKeys) {
        if (!def.shape?.[k]?._zod?.traits?.has("$ZodType")) {
            throw new Error(`Invalid element at key "${String(k)}": expected a Zod schema`);
        }
    }
    const okeys = core_util/* optionalKeys */.NM(def.shape);
    return {
        ...def,
        allKeys,
        symbolKeys,
        // string-only: handleCatchall matches it against `for...in`, which never yields a symbol
        keySet: new Set(keys),
        numKeys: keys.length,
        optionalKeys: new Set(okeys),
    };
}
function handleCatchall(proms, input, payload, ctx, def, inst, abortEarly) {
    const unrecognized = [];
    const keySet = def.keySet;
    const _catchall = def.catchall._zod;
    const t = _catchall.def.type;
    const optin = _catchall.optin;
    const optout = _catchall.optout;
    // starts at 0, not the current length: the shape phase already ran and may have aborted
    let seen = 0;
    for (const key in input) {
        if (abortEarly && payload.issues.length !== seen) {
            if (core_util/* aborted */.QH(payload, seen))
                break;
            seen = payload.issues.length;
        }
        // Must precede the __proto__ branch: a declared key is not unrecognized, even though the shape loop deliberately strips __proto__ from the parsed output.
        if (keySet.has(key))
            continue;
        // Don't copy an undeclared __proto__ into the result; assignment to a plain {} would replace the result prototype. But in strict mode it is still an unknown key, so report it before skipping.
        if (key === "__proto__") {
            if (t === "never")
                unrecognized.push(key);
            continue;
        }
        if (t === "never") {
            unrecognized.push(key);
            continue;
        }
        const r = _catchall.run({ value: input[key], issues: [] }, ctx);
        if (r instanceof Promise) {
            proms.push(r.then((r) => handlePropertyResult(r, payload, key, input, optin, optout)));
        }
        else {
            handlePropertyResult(r, payload, key, input, optin, optout);
        }
    }
    if (unrecognized.length) {
        payload.issues.push({
            code: "unrecognized_keys",
            keys: unrecognized,
            input,
            inst,
            // Describes the shape of the input, not the validity of the parsed value, so it never aborts. The parse still fails; the schema's own checks just get to run first, and an enclosing intersection can reconcile the key against a sibling operand.
            continue: true,
        });
    }
    if (!proms.length)
        return payload;
    return Promise.all(proms).then(() => {
        return payload;
    });
}
const $ZodObject = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodObject", (inst, def) => {
    // requires cast because technically $ZodObject doesn't extend
    $ZodType.init(inst, def);
    const desc = Object.getOwnPropertyDescriptor(def, "shape");
    // a cloned def carries its source's accessor, which knows the shape it answers from; adopting that keeps the clone's keys readable without running it
    const sh = desc?.get ? desc.get.raw : (def.shape ?? {});
    if (sh) {
        // Freezes the shape on first read, so its getters resolve once and every later read sees the same schemas.
        const get = () => {
            const newSh = { ...sh };
            Object.defineProperty(def, "shape", { value: newSh });
            get.raw = newSh;
            return newSh;
        };
        get.raw = sh;
        Object.defineProperty(def, "shape", { get });
    }
    const _normalized = core_util/* cached */.PO(() => normalizeDef(def));
    core_util/* defineLazyInternal */.v5(inst, "propValues", (zod) => {
        const shape = zod.def.shape;
        const propValues = {};
        for (const key in shape) {
            const field = shape[key]._zod;
            if (field.values) {
                if (!Object.prototype.hasOwnProperty.call(propValues, key)) {
                    core_util/* assignProp */.Vy(propValues, key, new Set());
                }
                for (const v of field.values)
                    propValues[key].add(v);
                // An omittable slot reads back as undefined at a discriminator lookup, so it has to claim undefined: two options that can both omit the key are not discriminable on it.
                if (field.optin !== undefined)
                    propValues[key].add(undefined);
            }
        }
        return propValues;
    });
    const isObject = core_util/* isObject */.Gv;
    const catchall = def.catchall;
    let value;
    const memo = core_core/* globalConfig */.cr.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        value ?? (value = _normalized.value);
        const input = payload.value;
        if (!isObject(input)) {
            payload.issues.push({
                expected: "object",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
        const proms = [];
        const shape = value.shape;
        const abortEarly = ctx?.abortEarly;
        let seen = payload.issues.length;
        for (const key of value.allKeys) {
            if (abortEarly && payload.issues.length !== seen) {
                if (core_util/* aborted */.QH(payload, seen))
                    break;
                seen = payload.issues.length;
            }
            if (key === "__proto__")
                continue;
            const el = shape[key];
            const optin = el._zod.optin;
            const optout = el._zod.optout;
            const r = el._zod.run({ value: input[key], issues: [] }, ctx);
            if (r instanceof Promise) {
                proms.push(r.then((r) => handlePropertyResult(r, payload, key, input, optin, optout)));
            }
            else {
                handlePropertyResult(r, payload, key, input, optin, optout);
            }
        }
        if (!catchall) {
            return proms.length ? Promise.all(proms).then(() => payload) : payload;
        }
        return handleCatchall(proms, input, payload, ctx, _normalized.value, inst, abortEarly === true);
    };
});
const $ZodObjectJIT = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodObjectJIT", (inst, def) => {
    // requires cast because technically $ZodObject doesn't extend
    $ZodObject.init(inst, def);
    const superParse = inst._zod.parse;
    const _normalized = core_util/* cached */.PO(() => normalizeDef(def));
    const memo = core_core/* globalConfig */.cr.memoizer;
    const generateFastpass = (shape) => {
        const normalized = _normalized.value;
        const syms = normalized.symbolKeys;
        // a symbol has no source literal, so it is read as `syms[i]` off the closed-over scope
        const doc = new Doc(["payload", "ctx"], { shape, inst, memo, syms });
        const parseStr = (k) => `shape[${k}]._zod.run({ value: input[${k}], issues: [] }, ctx)`;
        // prefixes in place, like util.prefixIssues. newResult must land before the early return: a catchall runs after this and would otherwise write onto the caller's input
        const prefixStr = (id, k) => `
          let ${id}_ab = false;
          for (let i = 0; i < ${id}.issues.length; i++) {
            const iss = ${id}.issues[i];
            iss.path = iss.path ? [${k}, ...iss.path] : [${k}];
            payload.issues.push(iss);
            if (iss.continue !== true) ${id}_ab = true;
          }
          if (${id}_ab && ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }`;
        doc.write(`const input = payload.value;`);
        const ids = Object.create(null);
        let counter = 0;
        for (const key of normalized.allKeys) {
            ids[key] = `key_${counter++}`;
        }
        // A: preserve key order {
        doc.write(memo ? `const newResult = memo.alloc(inst, payload, {}, ctx);` : `const newResult = {};`);
        for (const key of normalized.allKeys) {
            if (key === "__proto__")
                continue;
            const id = ids[key];
            const k = typeof key === "symbol" ? `syms[${syms.indexOf(key)}]` : core_util/* esc */.UQ(key);
            const isPresent = `${k} in input`;
            const schema = shape[key];
            const optin = schema?._zod?.optin;
            const isOptionalIn = optin !== undefined;
            const isOptionalOut = schema?._zod?.optout === "optional";
            doc.write(`const ${id} = ${parseStr(k)};`);
            if (isOptionalIn && isOptionalOut) {
                // For optional-in/out schemas, ignore errors on absent keys — and, like the interpreted path, drop the value produced alongside them. The middle rung goes further: it permits absence without supplying anything in its place, so an absent key contributes nothing at all.
                const assign = optin === "optional" ? `${id}_present` : `${id}.value !== undefined || ${id}_present`;
                doc.write(`
        const ${id}_present = ${isPresent};
        if (!${id}.issues.length || ${id}_present) {
          if (${id}.issues.length) {${prefixStr(id, k)}
          }

          if (${assign}) {
            newResult[${k}] = ${id}.value;
          }
        }

      `);
            }
            else if (!isOptionalIn) {
                doc.write(`
        const ${id}_present = ${isPresent};
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
        if (!${id}_present && !${id}.issues.length) {
          payload.issues.push({
            code: "invalid_type",
            expected: "nonoptional",
            input: undefined,
            path: [${k}]
          });
          if (ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }
        }

        if (${id}_present) {
          newResult[${k}] = ${id}.value;
        }

      `);
            }
            else {
                doc.write(`
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
      `);
                if (optin === "defaulted") {
                    doc.write(`newResult[${k}] = ${id}.value;`);
                }
                else {
                    doc.write(`
        if (${id}.value !== undefined || ${isPresent}) {
          newResult[${k}] = ${id}.value;
        }
      `);
                }
            }
        }
        doc.write(`payload.value = newResult;`);
        doc.write(`return payload;`);
        // closing `shape` in is what pays: turbofan specializes the parser against that one shape object, so every `shape[k]._zod.run` folds to a known callee. as a parameter it stays a generic load and measures 13% slower even with the forwarding frame gone
        return doc.compile();
    };
    let fastpass;
    const isObject = core_util/* isObject */.Gv;
    const jit = !core_core/* globalConfig */.cr.jitless;
    const allowsEval = core_util/* allowsEval */.hI;
    const fastEnabled = jit && allowsEval.value; // && !def.catchall;
    const catchall = def.catchall;
    let value;
    inst._zod.parse = (payload, ctx) => {
        value ?? (value = _normalized.value);
        const input = payload.value;
        if (!isObject(input)) {
            payload.issues.push({
                expected: "object",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        if (jit && fastEnabled && ctx?.async === false && ctx.jitless !== true) {
            // always synchronous
            if (!fastpass)
                fastpass = generateFastpass(def.shape);
            payload = fastpass(payload, ctx);
            if (!catchall)
                return payload;
            return handleCatchall([], input, payload, ctx, value, inst, ctx?.abortEarly === true);
        }
        return superParse(payload, ctx);
    };
});
function handleUnionResults(results, final, inst, ctx) {
    for (const result of results) {
        if (result.issues.length === 0) {
            final.value = result.value;
            return final;
        }
    }
    const nonaborted = results.filter((r) => !core_util/* aborted */.QH(r));
    if (nonaborted.length === 1) {
        final.value = nonaborted[0].value;
        return nonaborted[0];
    }
    final.issues.push({
        code: "invalid_union",
        input: final.value,
        inst,
        errors: results.map((result) => result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W()))),
    });
    return final;
}
const $ZodUnion = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodUnion", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.options.some((o) => o._zod.optin === "defaulted")
        ? "defaulted"
        : zod.def.options.some((o) => o._zod.optin !== undefined)
            ? "optional"
            : undefined);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.options.some((o) => o._zod.optout === "optional") ? "optional" : undefined);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => {
        if (zod.def.options.every((o) => o._zod.values)) {
            return new Set(zod.def.options.flatMap((option) => Array.from(option._zod.values)));
        }
        return undefined;
    });
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        if (zod.def.options.every((o) => o._zod.pattern)) {
            const patterns = zod.def.options.map((o) => o._zod.pattern);
            return new RegExp(`^(${patterns.map((p) => core_util/* cleanRegex */.p6(p.source)).join("|")})$`);
        }
        return undefined;
    });
    const first = def.options.length === 1 ? def.options[0]._zod.run : null;
    inst._zod.parse = (payload, ctx) => {
        if (first) {
            return first(payload, ctx);
        }
        let async = false;
        const results = [];
        for (const option of def.options) {
            const result = option._zod.run({
                value: payload.value,
                issues: [],
            }, ctx);
            if (result instanceof Promise) {
                results.push(result);
                async = true;
            }
            else {
                if (result.issues.length === 0)
                    return result;
                results.push(result);
            }
        }
        if (!async)
            return handleUnionResults(results, payload, inst, ctx);
        return Promise.all(results).then((results) => {
            return handleUnionResults(results, payload, inst, ctx);
        });
    };
});
function handleExclusiveUnionResults(results, final, inst, ctx) {
    const matches = [];
    for (let i = 0; i < results.length; i++) {
        if (results[i].issues.length === 0)
            matches.push(i);
    }
    if (matches.length === 1) {
        final.value = results[matches[0]].value;
        return final;
    }
    if (matches.length === 0) {
        // No matches - same as regular union
        final.issues.push({
            code: "invalid_union",
            input: final.value,
            inst,
            errors: results.map((result) => result.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config()))),
        });
    }
    else {
        // Multiple matches - exclusive union failure
        final.issues.push({
            code: "invalid_union",
            input: final.value,
            inst,
            errors: [],
            inclusive: false,
            matches,
        });
    }
    return final;
}
const $ZodXor = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodXor", (inst, def) => {
    $ZodUnion.init(inst, def);
    def.inclusive = false;
    const first = def.options.length === 1 ? def.options[0]._zod.run : null;
    inst._zod.parse = (payload, ctx) => {
        if (first) {
            return first(payload, ctx);
        }
        let async = false;
        const results = [];
        for (const option of def.options) {
            const result = option._zod.run({
                value: payload.value,
                issues: [],
            }, ctx);
            if (result instanceof Promise) {
                results.push(result);
                async = true;
            }
            else {
                results.push(result);
            }
        }
        if (!async)
            return handleExclusiveUnionResults(results, payload, inst, ctx);
        return Promise.all(results).then((results) => {
            return handleExclusiveUnionResults(results, payload, inst, ctx);
        });
    };
})));
/** Returns the option whose discriminator claims `value`, or throws if ambiguous. */
function getDiscriminatedOption(union, value) {
    const internals = union._zod;
    let map = internals.bag.optionsMap;
    if (!map) {
        map = discriminatorMap(internals.def);
        internals.bag.optionsMap = map;
    }
    const option = map.get(value);
    if (option === null)
        throw new Error(`Ambiguous discriminator value "${String(value)}"`);
    return option;
}
function discriminatorMap(def) {
    const map = new Map();
    for (const option of def.options) {
        const values = option._zod.propValues?.[def.discriminator];
        if (!values || values.size === 0)
            throw new Error(`Invalid discriminated union option at index "${def.options.indexOf(option)}"`);
        for (const value of values) {
            if (map.has(value)) {
                if (value !== undefined)
                    throw new Error(`Duplicate discriminator value "${String(value)}"`);
                // keep the collision marked so a later member cannot reclaim it
                map.set(value, null);
            }
            else {
                map.set(value, option);
            }
        }
    }
    return map;
}
const $ZodDiscriminatedUnion = 
/*@__PURE__*/
(/* unused pure expression or super */ null && (core.$constructor("$ZodDiscriminatedUnion", (inst, def) => {
    def.inclusive = false;
    $ZodUnion.init(inst, def);
    const _super = inst._zod.parse;
    util.defineLazyInternal(inst, "propValues", (zod) => {
        const propValues = {};
        let undefinedCount = 0;
        for (const option of zod.def.options) {
            const pv = option._zod.propValues;
            if (!pv || Object.keys(pv).length === 0)
                throw new Error(`Invalid discriminated union option at index "${zod.def.options.indexOf(option)}"`);
            if (pv[zod.def.discriminator]?.has(undefined))
                undefinedCount++;
            for (const [k, v] of Object.entries(pv)) {
                if (!Object.prototype.hasOwnProperty.call(propValues, k)) {
                    util.assignProp(propValues, k, new Set());
                }
                for (const val of v) {
                    propValues[k].add(val);
                }
            }
        }
        if (!zod.def.unionFallback && undefinedCount > 1)
            propValues[zod.def.discriminator]?.delete(undefined);
        return propValues;
    });
    // Checked now rather than in the lookup map below, so an option that lacks the discriminator fails at the `discriminatedUnion` call instead of on the first object parsed. Options whose shape cannot be enumerated without resolving it — pipes and lazies — are left to the map.
    def.options.forEach((option, i) => {
        const propShape = util.rawShape(option._zod.def);
        if (propShape && !Object.prototype.hasOwnProperty.call(propShape, def.discriminator)) {
            throw new Error(`Invalid discriminated union option at index "${i}"`);
        }
    });
    const disc = util.cached(() => discriminatorMap(def));
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!util.isObject(input)) {
            payload.issues.push({
                code: "invalid_type",
                expected: "object",
                input,
                inst,
            });
            return payload;
        }
        const value = input?.[def.discriminator];
        const opt = disc.value.get(value);
        // forward metadata cannot choose an encoder for an absent tag
        if (opt && (value !== undefined || ctx.direction !== "backward")) {
            return opt._zod.run(payload, ctx);
        }
        // Fall back to union matching when the fast discriminator path fails:
        // - explicitly enabled via unionFallback, or
        // - during backward direction (encode), since codec-based discriminators have different values in forward vs backward directions
        if (def.unionFallback || ctx.direction === "backward") {
            return _super(payload, ctx);
        }
        // no matching discriminator
        payload.issues.push({
            code: "invalid_union",
            errors: [],
            note: "No matching discriminator",
            discriminator: def.discriminator,
            options: Array.from(disc.value.keys()).filter((value) => disc.value.get(value) !== null),
            input,
            path: [def.discriminator],
            inst,
        });
        return payload;
    };
})));
const $ZodIntersection = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodIntersection", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        const left = def.left._zod.run({ value: input, issues: [] }, ctx);
        const right = def.right._zod.run({ value: input, issues: [] }, ctx);
        const async = left instanceof Promise || right instanceof Promise;
        if (async) {
            return Promise.all([left, right]).then(([left, right]) => {
                return handleIntersectionResults(payload, left, right);
            });
        }
        return handleIntersectionResults(payload, left, right);
    };
});
function mergeValues(a, b) {
    // const aType = parse.t(a);
    // const bType = parse.t(b);
    if (a === b) {
        return { valid: true, data: a };
    }
    if (a instanceof Date && b instanceof Date && +a === +b) {
        return { valid: true, data: a };
    }
    if (core_util/* isPlainObject */.Qd(a) && core_util/* isPlainObject */.Qd(b)) {
        const bKeys = Object.keys(b);
        const sharedKeys = Object.keys(a).filter((key) => bKeys.indexOf(key) !== -1);
        const newObj = { ...a, ...b };
        if (Object.prototype.hasOwnProperty.call(newObj, "__proto__"))
            delete newObj.__proto__;
        for (const key of sharedKeys) {
            if (key === "__proto__")
                continue;
            const sharedValue = mergeValues(a[key], b[key]);
            if (!sharedValue.valid) {
                return {
                    valid: false,
                    mergeErrorPath: [key, ...sharedValue.mergeErrorPath],
                };
            }
            newObj[key] = sharedValue.data;
        }
        return { valid: true, data: newObj };
    }
    if (Array.isArray(a) && Array.isArray(b)) {
        if (a.length !== b.length) {
            return { valid: false, mergeErrorPath: [] };
        }
        const newArray = [];
        for (let index = 0; index < a.length; index++) {
            const itemA = a[index];
            const itemB = b[index];
            const sharedValue = mergeValues(itemA, itemB);
            if (!sharedValue.valid) {
                return {
                    valid: false,
                    mergeErrorPath: [index, ...sharedValue.mergeErrorPath],
                };
            }
            newArray.push(sharedValue.data);
        }
        return { valid: true, data: newArray };
    }
    return { valid: false, mergeErrorPath: [] };
}
function handleIntersectionResults(result, left, right) {
    // Track which side(s) reject each key. A key rejection is reported only when BOTH sides reject it, so a key owned by one branch survives the other's key schema. strictObject reports these as unrecognized_keys; a record with an open key schema reports one invalid_key per key.
    const unrecKeys = new Map();
    let unrecIssue;
    const keyIssues = new Map();
    const collect = (iss, side) => {
        let keys;
        if (iss.code === "unrecognized_keys" && !iss.path?.length) {
            unrecIssue ?? (unrecIssue = iss);
            keys = iss.keys;
        }
        else if (iss.code === "invalid_key" && iss.origin === "record" && iss.path?.length === 1) {
            const k = String(iss.path[0]);
            if (!keyIssues.has(k))
                keyIssues.set(k, iss);
            keys = [k];
        }
        else {
            return false;
        }
        for (const k of keys) {
            if (!unrecKeys.has(k))
                unrecKeys.set(k, {});
            unrecKeys.get(k)[side] = true;
        }
        return true;
    };
    for (const iss of left.issues) {
        if (!collect(iss, "l"))
            result.issues.push(iss);
    }
    for (const iss of right.issues) {
        if (!collect(iss, "r"))
            result.issues.push(iss);
    }
    // Report only keys rejected by BOTH sides
    const bothKeys = [...unrecKeys].filter(([, f]) => f.l && f.r).map(([k]) => k);
    if (bothKeys.length) {
        const aggregated = unrecIssue ? bothKeys.filter((k) => unrecIssue.keys.includes(k)) : [];
        if (aggregated.length)
            result.issues.push({ ...unrecIssue, keys: aggregated });
        for (const k of bothKeys) {
            if (!aggregated.includes(k) && keyIssues.has(k))
                result.issues.push(keyIssues.get(k));
        }
    }
    const merged = mergeValues(left.value, right.value);
    if (!merged.valid) {
        if (core_util/* aborted */.QH(result))
            return result;
        throw new Error(`Unmergable intersection. Error path: ` + `${JSON.stringify(merged.mergeErrorPath)}`);
    }
    result.value = merged.data;
    return result;
}
const $ZodTuple = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodTuple", (inst, def) => {
    $ZodType.init(inst, def);
    const items = def.items;
    const memo = core_core/* globalConfig */.cr.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!Array.isArray(input)) {
            payload.issues.push({
                input,
                inst,
                expected: "tuple",
                code: "invalid_type",
            });
            return payload;
        }
        payload.value = memo ? memo.alloc(inst, payload, [], ctx) : [];
        const proms = [];
        const optinStart = getTupleOptStart(items, "optin");
        const optoutStart = getTupleOptStart(items, "optout");
        if (!def.rest) {
            if (input.length < optinStart) {
                payload.issues.push({
                    code: "too_small",
                    minimum: optinStart,
                    inclusive: true,
                    input,
                    inst,
                    origin: "array",
                });
                return payload;
            }
            if (input.length > items.length) {
                payload.issues.push({
                    code: "too_big",
                    maximum: items.length,
                    inclusive: true,
                    input,
                    inst,
                    origin: "array",
                });
            }
        }
        // Run every item in parallel, collecting results into an indexed array. The post-processing in `handleTupleResults` walks them in order so it can decide whether an absent optional-output error can truncate the tail or must be reported to preserve required output.
        const itemResults = new Array(items.length);
        // only tracked when there is a rest loop to skip
        const abortEarly = def.rest ? ctx?.abortEarly : undefined;
        let itemAborted = false;
        for (let i = 0; i < items.length; i++) {
            const r = items[i]._zod.run({ value: input[i], issues: [] }, ctx);
            if (r instanceof Promise) {
                proms.push(r.then((rr) => {
                    itemResults[i] = rr;
                }));
            }
            else {
                itemResults[i] = r;
                if (abortEarly && !itemAborted && r.issues.length)
                    itemAborted = core_util/* aborted */.QH(r);
            }
        }
        // sound because rest is non-empty exactly when every fixed index is present, the one case handleTupleResults cannot discard an item's issues
        if (def.rest && !itemAborted) {
            let i = items.length - 1;
            const rest = input.slice(items.length);
            let seen = payload.issues.length;
            for (const el of rest) {
                if (abortEarly && payload.issues.length !== seen) {
                    if (core_util/* aborted */.QH(payload, seen))
                        break;
                    seen = payload.issues.length;
                }
                i++;
                const result = def.rest._zod.run({ value: el, issues: [] }, ctx);
                if (result instanceof Promise) {
                    proms.push(result.then((r) => handleTupleResult(r, payload, i)));
                }
                else {
                    handleTupleResult(result, payload, i);
                }
            }
        }
        if (proms.length) {
            return Promise.all(proms).then(() => handleTupleResults(itemResults, payload, items, input, optoutStart));
        }
        return handleTupleResults(itemResults, payload, items, input, optoutStart);
    };
});
function getTupleOptStart(items, key) {
    for (let i = items.length - 1; i >= 0; i--) {
        // optin is a three-rung ladder so any rung above `undefined` permits an absent slot; optout stays two-valued.
        const omittable = key === "optin" ? items[i]._zod.optin !== undefined : items[i]._zod.optout === "optional";
        if (!omittable)
            return i + 1;
    }
    return 0;
}
function handleTupleResult(result, final, index) {
    if (result.issues.length) {
        final.issues.push(...core_util/* prefixIssues */.lQ(index, result.issues));
    }
    final.value[index] = result.value;
}
function handleTupleResults(itemResults, final, items, input, optoutStart) {
    // Walk results in order. Mirror $ZodObject's swallow-on-absent-optional rule, but only after `optoutStart`: the first index where the output tuple tail can be absent.
    for (let i = 0; i < items.length; i++) {
        const r = itemResults[i];
        const isPresent = i < input.length;
        // The array analog of `handlePropertyResult`'s absent-key early return: the middle rung permits absence without supplying anything in its place, so the tail truncates here instead of materializing whatever the item made of `undefined`.
        if (!isPresent && i >= optoutStart && items[i]._zod.optin === "optional") {
            final.value.length = i;
            break;
        }
        if (r.issues.length) {
            if (!isPresent && i >= optoutStart) {
                final.value.length = i;
                break;
            }
            final.issues.push(...core_util/* prefixIssues */.lQ(i, r.issues));
        }
        final.value[i] = r.value;
    }
    // Drop trailing slots that produced `undefined` for absent input
    // (the array analog of an absent optional key on an object). The
    // `i >= input.length` floor is critical: an explicit `undefined`
    // *inside* the input must be preserved even when the schema is
    // optional-out (e.g. `z.string().or(z.undefined())` accepting an
    // explicit undefined value).
    for (let i = final.value.length - 1; i >= input.length; i--) {
        if (items[i]._zod.optout === "optional" && final.value[i] === undefined) {
            final.value.length = i;
        }
        else {
            break;
        }
    }
    return final;
}
const $ZodRecord = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodRecord", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core.globalConfig.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!util.isPlainObject(input)) {
            payload.issues.push({
                expected: "record",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        // no guard in either loop below: a record's invalid_key aborts but an enclosing intersection can reconcile it, so a stopped loop hides keys the sibling does not own and the intersection then rejects nothing
        const proms = [];
        const values = def.keyType._zod.values;
        if (values && !def.partial) {
            payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
            const recordKeys = new Set();
            for (const key of values) {
                if (typeof key === "string" || typeof key === "number" || typeof key === "symbol") {
                    recordKeys.add(typeof key === "number" ? key.toString() : key);
                    // A declared __proto__ is stripped but is not an unrecognized key.
                    if (key === "__proto__")
                        continue;
                    const keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
                    if (keyResult instanceof Promise) {
                        throw new Error("Async schemas not supported in object keys currently");
                    }
                    if (keyResult.issues.length) {
                        payload.issues.push({
                            code: "invalid_key",
                            origin: "record",
                            issues: keyResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
                            input: key,
                            path: [key],
                            inst,
                        });
                        continue;
                    }
                    const outKey = keyResult.value;
                    if (outKey === "__proto__")
                        continue;
                    const result = def.valueType._zod.run({ value: input[key], issues: [] }, ctx);
                    if (result instanceof Promise) {
                        proms.push(result.then((result) => {
                            if (result.issues.length) {
                                payload.issues.push(...util.prefixIssues(key, result.issues));
                            }
                            payload.value[outKey] = result.value;
                        }));
                    }
                    else {
                        if (result.issues.length) {
                            payload.issues.push(...util.prefixIssues(key, result.issues));
                        }
                        payload.value[outKey] = result.value;
                    }
                }
            }
            let unrecognized;
            for (const key in input) {
                if (!recordKeys.has(key)) {
                    if (def.mode === "loose") {
                        // skip __proto__ so it can't replace the result prototype via the assignment setter on the plain {} we build into
                        if (key === "__proto__")
                            continue;
                        payload.value[key] = input[key];
                    }
                    else {
                        unrecognized = unrecognized ?? [];
                        unrecognized.push(key);
                    }
                }
            }
            if (unrecognized && unrecognized.length > 0) {
                payload.issues.push({
                    code: "unrecognized_keys",
                    input,
                    inst,
                    keys: unrecognized,
                    continue: true,
                });
            }
        }
        else {
            payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
            // An enumerable key schema declares which keys the record owns, so a key outside the set is unrecognized. A non-enumerable one (regex, refine) is a constraint every key must satisfy, so a failing key is invalid. Only the former is reconcilable against the other side of an intersection.
            let unrecognized;
            // Reflect.ownKeys for Symbol-key support; filter non-enumerable to match z.object()
            for (const key of Reflect.ownKeys(input)) {
                if (key === "__proto__")
                    continue;
                if (!Object.prototype.propertyIsEnumerable.call(input, key))
                    continue;
                let keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
                if (keyResult instanceof Promise) {
                    throw new Error("Async schemas not supported in object keys currently");
                }
                // Numeric string fallback: if key is a numeric string and failed, retry with Number(key). This handles z.number(), z.literal([1, 2, 3]), and unions containing numeric literals
                const checkNumericKey = typeof key === "string" && regexes.number.test(key) && keyResult.issues.length;
                if (checkNumericKey) {
                    const retryResult = def.keyType._zod.run({ value: Number(key), issues: [] }, ctx);
                    if (retryResult instanceof Promise) {
                        throw new Error("Async schemas not supported in object keys currently");
                    }
                    if (retryResult.issues.length === 0) {
                        keyResult = retryResult;
                    }
                }
                if (keyResult.issues.length) {
                    if (def.mode === "loose") {
                        // Pass through unchanged
                        payload.value[key] = input[key];
                    }
                    else if (values) {
                        unrecognized = unrecognized ?? [];
                        unrecognized.push(key);
                    }
                    else {
                        // Default "strict" behavior: error on invalid key
                        payload.issues.push({
                            code: "invalid_key",
                            origin: "record",
                            issues: keyResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
                            input: key,
                            path: [key],
                            inst,
                        });
                    }
                    continue;
                }
                // the guard above tests the raw input key, but the key schema can normalize an ordinary key into __proto__; re-check the key we actually write under
                const outKey = keyResult.value;
                if (outKey === "__proto__")
                    continue;
                const result = def.valueType._zod.run({ value: input[key], issues: [] }, ctx);
                if (result instanceof Promise) {
                    proms.push(result.then((result) => {
                        if (result.issues.length) {
                            payload.issues.push(...util.prefixIssues(key, result.issues));
                        }
                        payload.value[outKey] = result.value;
                    }));
                }
                else {
                    if (result.issues.length) {
                        payload.issues.push(...util.prefixIssues(key, result.issues));
                    }
                    payload.value[outKey] = result.value;
                }
            }
            if (unrecognized && unrecognized.length > 0) {
                payload.issues.push({
                    code: "unrecognized_keys",
                    input,
                    inst,
                    keys: unrecognized,
                    continue: true,
                });
            }
        }
        if (proms.length) {
            return Promise.all(proms).then(() => payload);
        }
        return payload;
    };
})));
const $ZodMap = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodMap", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core.globalConfig.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!(input instanceof Map)) {
            payload.issues.push({
                expected: "map",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        const proms = [];
        payload.value = memo ? memo.alloc(inst, payload, new Map(), ctx) : new Map();
        const abortEarly = ctx?.abortEarly;
        let seen = payload.issues.length;
        for (const [key, value] of input) {
            if (abortEarly && payload.issues.length !== seen) {
                if (util.aborted(payload, seen))
                    break;
                seen = payload.issues.length;
            }
            const keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
            const valueResult = def.valueType._zod.run({ value: value, issues: [] }, ctx);
            if (keyResult instanceof Promise || valueResult instanceof Promise) {
                proms.push(Promise.all([keyResult, valueResult]).then(([keyResult, valueResult]) => {
                    handleMapResult(keyResult, valueResult, payload, key, input, inst, ctx);
                }));
            }
            else {
                handleMapResult(keyResult, valueResult, payload, key, input, inst, ctx);
            }
        }
        if (proms.length)
            return Promise.all(proms).then(() => payload);
        return payload;
    };
    capSize(inst, mapSize);
})));
function handleMapResult(keyResult, valueResult, final, key, input, inst, ctx) {
    if (keyResult.issues.length) {
        if (util.propertyKeyTypes.has(typeof key)) {
            final.issues.push(...util.prefixIssues(key, keyResult.issues));
        }
        else {
            final.issues.push({
                code: "invalid_key",
                origin: "map",
                input,
                inst,
                issues: keyResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
            });
        }
    }
    if (valueResult.issues.length) {
        if (util.propertyKeyTypes.has(typeof key)) {
            final.issues.push(...util.prefixIssues(key, valueResult.issues));
        }
        else {
            final.issues.push({
                origin: "map",
                code: "invalid_element",
                input,
                inst,
                key: key,
                issues: valueResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
            });
        }
    }
    final.value.set(keyResult.value, valueResult.value);
}
const $ZodSet = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodSet", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core.globalConfig.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!(input instanceof Set)) {
            payload.issues.push({
                input,
                inst,
                expected: "set",
                code: "invalid_type",
            });
            return payload;
        }
        const proms = [];
        payload.value = memo ? memo.alloc(inst, payload, new Set(), ctx) : new Set();
        const abortEarly = ctx?.abortEarly;
        let seen = payload.issues.length;
        for (const item of input) {
            if (abortEarly && payload.issues.length !== seen) {
                if (util.aborted(payload, seen))
                    break;
                seen = payload.issues.length;
            }
            const result = def.valueType._zod.run({ value: item, issues: [] }, ctx);
            if (result instanceof Promise) {
                proms.push(result.then((result) => handleSetResult(result, payload)));
            }
            else
                handleSetResult(result, payload);
        }
        if (proms.length)
            return Promise.all(proms).then(() => payload);
        return payload;
    };
    capSize(inst, setSize);
})));
function handleSetResult(result, final) {
    if (result.issues.length) {
        final.issues.push(...result.issues);
    }
    final.value.add(result.value);
}
const $ZodEnum = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodEnum", (inst, def) => {
    $ZodType.init(inst, def);
    const values = core_util/* getEnumValues */.w5(def.entries);
    const valuesSet = new Set(values);
    inst._zod.values = valuesSet;
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        const patternValues = core_util/* getEnumValues */.w5(zod.def.entries).filter((k) => core_util/* propertyKeyTypes */.qQ.has(typeof k));
        // unmatchable fallback, RE2-safe: an empty alternation would compile to /^()$/, which matches ""
        return new RegExp(patternValues.length ? `^(${patternValues.map((o) => core_util/* escapeRegex */.sD(o.toString())).join("|")})$` : "^[^\\s\\S]$");
    });
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (valuesSet.has(input)) {
            return payload;
        }
        payload.issues.push({
            code: "invalid_value",
            values,
            input,
            inst,
        });
        return payload;
    };
});
const $ZodLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodLiteral", (inst, def) => {
    $ZodType.init(inst, def);
    const values = new Set(def.values);
    inst._zod.values = values;
    util.defineLazyInternal(inst, "pattern", (zod) => {
        const vals = zod.def.values;
        // unmatchable fallback, RE2-safe: an empty alternation would compile to /^()$/, which matches ""
        return new RegExp(vals.length
            ? `^(${vals
                .map((o) => typeof o === "string" ? util.escapeRegex(o) : o ? util.escapeRegex(o.toString()) : String(o))
                .join("|")})$`
            : "^[^\\s\\S]$");
    });
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (values.has(input)) {
            return payload;
        }
        payload.issues.push({
            code: "invalid_value",
            values: def.values,
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodFile = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodFile", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        // @ts-ignore
        if (input instanceof File)
            return payload;
        payload.issues.push({
            expected: "file",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodTransform = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodTransform", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.optin = "optional";
    core_core/* globalConfig */.cr.memoizer?.guard(inst);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            throw new core_core/* $ZodEncodeError */.cV(inst.constructor.name);
        }
        const _out = def.transform(payload.value, payload);
        if (ctx.async) {
            const output = _out instanceof Promise ? _out : Promise.resolve(_out);
            return output.then((output) => {
                payload.value = output;
                return payload;
            });
        }
        if (_out instanceof Promise) {
            throw new core_core/* $ZodAsyncError */.GT();
        }
        payload.value = _out;
        return payload;
    };
});
function handleOptionalResult(payload, result) {
    // A substituting schema that still failed has no usable answer; yield undefined. Its issues are simply dropped: it ran on a payload of its own, so there is no shared array to truncate and nothing of the caller's to lose with it.
    payload.value = result.issues.length ? undefined : result.value;
    return payload;
}
const $ZodOptional = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodOptional", (inst, def) => {
    $ZodType.init(inst, def);
    // .optional() propagates absence rather than substituting for it, so a defaulted inner keeps its rung.
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
    inst._zod.optout = "optional";
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => {
        const values = zod.def.innerType._zod.values;
        return values ? new Set([...values, undefined]) : undefined;
    });
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        const pattern = zod.def.innerType._zod.pattern;
        return pattern ? new RegExp(`^(${core_util/* cleanRegex */.p6(pattern.source)})?$`) : undefined;
    });
    inst._zod.parse = (payload, ctx) => {
        if (payload.value === undefined) {
            // Only the top rung substitutes a value for absence; everything else leaves it intact, which is what .optional() means.
            if (def.innerType._zod.optin !== "defaulted")
                return payload;
            // Its own payload, for the same reason $ZodCatch gets one: a pipe forwards an unrecognized key through the caller's issues array, and this must not read that as the substituting schema failing and drop it.
            const result = def.innerType._zod.run({ value: payload.value, issues: [] }, ctx);
            if (result instanceof Promise)
                return result.then((result) => handleOptionalResult(payload, result));
            return handleOptionalResult(payload, result);
        }
        return def.innerType._zod.run(payload, ctx);
    };
});
const $ZodExactOptional = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodExactOptional", (inst, def) => {
    // Call parent init - inherits optin/optout = "optional"
    $ZodOptional.init(inst, def);
    // Override values/pattern to NOT add undefined
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.innerType._zod.values);
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => zod.def.innerType._zod.pattern);
    // Override parse to just delegate (no undefined handling)
    inst._zod.parse = (payload, ctx) => {
        return def.innerType._zod.run(payload, ctx);
    };
});
const $ZodNullable = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNullable", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.innerType._zod.optin);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.innerType._zod.optout);
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        const pattern = zod.def.innerType._zod.pattern;
        return pattern ? new RegExp(`^(${core_util/* cleanRegex */.p6(pattern.source)}|null)$`) : undefined;
    });
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => {
        return zod.def.innerType._zod.values ? new Set([...zod.def.innerType._zod.values, null]) : undefined;
    });
    inst._zod.parse = (payload, ctx) => {
        // Forward direction (decode): allow null to pass through
        if (payload.value === null)
            return payload;
        return def.innerType._zod.run(payload, ctx);
    };
});
const $ZodDefault = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodDefault", (inst, def) => {
    $ZodType.init(inst, def);
    // inst._zod.qin = "true";
    inst._zod.optin = "defaulted";
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.innerType._zod.values);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        // Forward direction (decode): apply defaults for undefined input
        if (payload.value === undefined) {
            payload.value = def.defaultValue;
            /**
             * $ZodDefault returns the default value immediately in forward direction.
             * It doesn't pass the default value into the validator ("prefault"). There's no reason to pass the default value through validation. The validity of the default is enforced by TypeScript statically. Otherwise, it's the responsibility of the user to ensure the default is valid. In the case of pipes with divergent in/out types, you can specify the default on the `in` schema of your ZodPipe to set a "prefault" for the pipe.   */
            return payload;
        }
        // Forward direction: continue with default handling
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then((result) => handleDefaultResult(result, def));
        }
        return handleDefaultResult(result, def);
    };
});
function handleDefaultResult(payload, def) {
    if (payload.value === undefined) {
        payload.value = def.defaultValue;
    }
    return payload;
}
const $ZodPrefault = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodPrefault", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.optin = "defaulted";
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.innerType._zod.values);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        // Forward direction (decode): apply prefault for undefined input
        if (payload.value === undefined) {
            payload.value = def.defaultValue;
        }
        return def.innerType._zod.run(payload, ctx);
    };
});
const $ZodNonOptional = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNonOptional", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => {
        const v = zod.def.innerType._zod.values;
        return v ? new Set([...v].filter((x) => x !== undefined)) : undefined;
    });
    inst._zod.parse = (payload, ctx) => {
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then((result) => handleNonOptionalResult(result, inst));
        }
        return handleNonOptionalResult(result, inst);
    };
});
function handleNonOptionalResult(payload, inst) {
    if (!payload.issues.length && payload.value === undefined) {
        payload.issues.push({
            code: "invalid_type",
            expected: "nonoptional",
            input: payload.value,
            inst,
        });
    }
    return payload;
}
const $ZodSuccess = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodSuccess", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            throw new core.$ZodEncodeError("ZodSuccess");
        }
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then((result) => {
                payload.value = result.issues.length === 0;
                return payload;
            });
        }
        payload.value = result.issues.length === 0;
        return payload;
    };
})));
function handleCatchResult(payload, result, def, ctx) {
    if (!result.issues.length) {
        payload.value = result.value;
        // The value carries up, so the flag describing it has to carry with it: a back-edge into a node still being parsed must not be frozen by an enclosing readonly, and its checks belong to the node itself. Guarded so the ordinary case adds no own property.
        if (result.memo)
            payload.memo = true;
        return payload;
    }
    // Spread the inner's own payload, not ours: `value` has to stay the input the catch was handed, and the inner ran on a payload of its own so its issues are already private to this call.
    payload.value = def.catchValue({
        ...result,
        value: payload.value,
        error: {
            issues: result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())),
        },
        input: payload.value,
    });
    return payload;
}
const $ZodCatch = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCatch", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.innerType._zod.optout);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.innerType._zod.values);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        // Forward direction (decode): apply catch logic
        const result = def.innerType._zod.run({ value: payload.value, issues: [] }, ctx);
        if (result instanceof Promise) {
            return result.then((result) => handleCatchResult(payload, result, def, ctx));
        }
        return handleCatchResult(payload, result, def, ctx);
    };
});
const $ZodNaN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodNaN", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        if (typeof payload.value !== "number" || !Number.isNaN(payload.value)) {
            payload.issues.push({
                input: payload.value,
                inst,
                expected: "nan",
                code: "invalid_type",
            });
            return payload;
        }
        return payload;
    };
})));
const $ZodPipe = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodPipe", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.in._zod.values);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.in._zod.optin);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.out._zod.optout);
    core_util/* defineLazyInternal */.v5(inst, "propValues", (zod) => zod.def.in._zod.propValues);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            const right = def.out._zod.run(payload, ctx);
            if (right instanceof Promise) {
                return right.then((right) => handlePipeResult(right, def.in, ctx));
            }
            return handlePipeResult(right, def.in, ctx);
        }
        const left = def.in._zod.run(payload, ctx);
        if (left instanceof Promise) {
            return left.then((left) => handlePipeResult(left, def.out, ctx));
        }
        return handlePipeResult(left, def.out, ctx);
    };
});
function handlePipeResult(left, next, ctx) {
    // Any issue stops the pipe, so a failing refinement never feeds its transform. An unrecognized key is the exception: it describes the input's extra properties, not the value being piped, and an enclosing intersection may yet reconcile it.
    if (left.issues.some((iss) => iss.code !== "unrecognized_keys")) {
        // prevent further checks
        left.aborted = true;
        return left;
    }
    return next._zod.run({ value: left.value, issues: left.issues }, ctx);
}
const $ZodCodec = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCodec", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.in._zod.values);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.in._zod.optin);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.out._zod.optout);
    core_util/* defineLazyInternal */.v5(inst, "propValues", (zod) => zod.def.in._zod.propValues);
    inst._zod.parse = (payload, ctx) => {
        const direction = ctx.direction || "forward";
        if (direction === "forward") {
            const left = def.in._zod.run(payload, ctx);
            if (left instanceof Promise) {
                return left.then((left) => handleCodecAResult(left, def, ctx));
            }
            return handleCodecAResult(left, def, ctx);
        }
        else {
            const right = def.out._zod.run(payload, ctx);
            if (right instanceof Promise) {
                return right.then((right) => handleCodecAResult(right, def, ctx));
            }
            return handleCodecAResult(right, def, ctx);
        }
    };
});
function handleCodecAResult(result, def, ctx) {
    if (result.issues.length) {
        // prevent further checks
        result.aborted = true;
        return result;
    }
    const direction = ctx.direction || "forward";
    if (direction === "forward") {
        const transformed = def.transform(result.value, result);
        if (transformed instanceof Promise) {
            return transformed.then((value) => handleCodecTxResult(result, value, def.out, ctx));
        }
        return handleCodecTxResult(result, transformed, def.out, ctx);
    }
    else {
        const transformed = def.reverseTransform(result.value, result);
        if (transformed instanceof Promise) {
            return transformed.then((value) => handleCodecTxResult(result, value, def.in, ctx));
        }
        return handleCodecTxResult(result, transformed, def.in, ctx);
    }
}
function handleCodecTxResult(left, value, nextSchema, ctx) {
    // Check if transform added any issues
    if (left.issues.length) {
        left.aborted = true;
        return left;
    }
    return nextSchema._zod.run({ value, issues: left.issues }, ctx);
}
const $ZodPreprocess = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodPreprocess", (inst, def) => {
    $ZodPipe.init(inst, def);
})));
const $ZodReadonly = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodReadonly", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "propValues", (zod) => zod.def.innerType._zod.propValues);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.innerType._zod.values);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.innerType?._zod?.optin);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.innerType?._zod?.optout);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then(handleReadonlyResult);
        }
        return handleReadonlyResult(result);
    };
});
function handleReadonlyResult(payload) {
    // A repeat visit hands back a node that is still being built; freezing it here would make the rest of its keys fail to assign.
    if (!payload.memo)
        payload.value = Object.freeze(payload.value);
    return payload;
}
// a leaf's pattern source with its own checks folded in: the last pattern-carrying check wins, else length bounds narrow the catch-all, else an integer format narrows the number form. the fold lives here instead of on `_zod.pattern` so a bundle without template literals never pays for it
function leafPattern(schema) {
    const def = schema._zod.def;
    let pattern = def.pattern;
    let isInt = !!def.format?.includes("int");
    let minimum;
    let maximum;
    for (const ch of def.checks ?? []) {
        const d = ch._zod.def;
        if (d.pattern)
            pattern = d.pattern;
        isInt || (isInt = !!d.format?.includes("int"));
        const lo = d.minimum ?? d.length;
        const hi = d.maximum ?? d.length;
        if (lo !== undefined && (minimum === undefined || lo > minimum))
            minimum = lo;
        if (hi !== undefined && (maximum === undefined || hi < maximum))
            maximum = hi;
    }
    if (pattern)
        return pattern.source;
    // an empty range matches nothing at runtime, and `{8,5}` is not a legal quantifier
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
        return "(?!)";
    if (minimum !== undefined || maximum !== undefined)
        return regexes.string({ minimum, maximum }).source;
    const own = schema._zod.pattern;
    return (isInt && own === regexes.number ? regexes.integer : own)?.source;
}
// a part's pattern source. a wrapper's pattern embeds its inner pattern's source verbatim, so the folded form is substituted in place without knowing the wrapper's own composition; a union's options are joined the way the union builds its own pattern
function partPattern(schema) {
    const def = schema._zod.def;
    const own = schema._zod.pattern?.source;
    // lazy resolves its inner on the internals, not the def
    const inner = def.innerType ?? schema._zod.innerType;
    if (inner) {
        const before = inner._zod.pattern?.source;
        const after = partPattern(inner);
        if (own && before && after && after !== before) {
            return own.replace(util.cleanRegex(before), () => util.cleanRegex(after));
        }
        return own;
    }
    if (def.options) {
        const sources = def.options.map(partPattern);
        if (sources.every(Boolean))
            return `^(${sources.map((s) => util.cleanRegex(s)).join("|")})$`;
    }
    return leafPattern(schema);
}
const $ZodTemplateLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodTemplateLiteral", (inst, def) => {
    $ZodType.init(inst, def);
    const regexParts = [];
    for (const part of def.parts) {
        if (typeof part === "object" && part !== null) {
            // is Zod schema
            const source = partPattern(part);
            if (!source) {
                throw new Error(`Invalid template literal part, no pattern found: ${[...part._zod.traits].shift()}`);
            }
            regexParts.push(util.cleanRegex(source));
        }
        else if (part === null || util.primitiveTypes.has(typeof part)) {
            regexParts.push(util.escapeRegex(`${part}`));
        }
        else {
            throw new Error(`Invalid template literal part: ${part}`);
        }
    }
    inst._zod.pattern = new RegExp(`^${regexParts.join("")}$`);
    inst._zod.parse = (payload, _ctx) => {
        if (typeof payload.value !== "string") {
            payload.issues.push({
                input: payload.value,
                inst,
                expected: "string",
                code: "invalid_type",
            });
            return payload;
        }
        inst._zod.pattern.lastIndex = 0;
        if (!inst._zod.pattern.test(payload.value)) {
            payload.issues.push({
                input: payload.value,
                inst,
                code: "invalid_format",
                format: def.format ?? "template_literal",
                pattern: inst._zod.pattern.source,
            });
            return payload;
        }
        return payload;
    };
})));
const $ZodFunction = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodFunction", (inst, def) => {
    $ZodType.init(inst, def);
    // Defined, not assigned: the classic prototype exposes `_def` as a getter with no setter.
    Object.defineProperty(inst, "_def", { value: def });
    inst._zod.def = def;
    inst.implement = (func) => {
        if (typeof func !== "function") {
            throw new Error("implement() must be called with a function");
        }
        // Defined inline so the closure stays anonymous: binding it to a `const` first names it, which costs 256 bytes per implemented function.
        return Object.defineProperty(function (...args) {
            const parsedArgs = inst._def.input ? parse(inst._def.input, args) : args;
            const result = Reflect.apply(func, this, parsedArgs);
            if (inst._def.output) {
                return parse(inst._def.output, result);
            }
            return result;
        }, "_zod", { value: inst._zod, enumerable: false });
    };
    inst.implementAsync = (func) => {
        if (typeof func !== "function") {
            throw new Error("implementAsync() must be called with a function");
        }
        return Object.defineProperty(async function (...args) {
            const parsedArgs = inst._def.input ? await parseAsync(inst._def.input, args) : args;
            const result = await Reflect.apply(func, this, parsedArgs);
            if (inst._def.output) {
                return await parseAsync(inst._def.output, result);
            }
            return result;
        }, "_zod", { value: inst._zod, enumerable: false });
    };
    inst._zod.parse = (payload, _ctx) => {
        if (typeof payload.value !== "function") {
            payload.issues.push({
                code: "invalid_type",
                expected: "function",
                input: payload.value,
                inst,
            });
            return payload;
        }
        // Check if output is a promise type to determine if we should use async implementation
        const hasPromiseOutput = inst._def.output && inst._def.output._zod.def.type === "promise";
        if (hasPromiseOutput) {
            payload.value = inst.implementAsync(payload.value);
        }
        else {
            payload.value = inst.implement(payload.value);
        }
        return payload;
    };
    inst.input = (...args) => {
        const F = inst.constructor;
        if (Array.isArray(args[0])) {
            return new F({
                type: "function",
                input: new $ZodTuple({
                    type: "tuple",
                    items: args[0],
                    rest: args[1],
                }),
                output: inst._def.output,
            });
        }
        return new F({
            type: "function",
            input: args[0],
            output: inst._def.output,
        });
    };
    inst.output = (output) => {
        const F = inst.constructor;
        return new F({
            type: "function",
            input: inst._def.input,
            output,
        });
    };
    return inst;
})));
const $ZodPromise = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodPromise", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, ctx) => {
        return Promise.resolve(payload.value).then((inner) => def.innerType._zod.run({ value: inner, issues: [] }, ctx));
    };
})));
const $ZodLazy = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodLazy", (inst, def) => {
    $ZodType.init(inst, def);
    // Cache the resolved inner type on the shared `def` so all clones of this lazy (e.g. via `.describe()`/`.meta()`) share the same inner instance, preserving identity for cycle detection on recursive schemas.
    util.defineLazy(inst._zod, "innerType", () => {
        const d = def;
        if (!d._cachedInner)
            d._cachedInner = def.getter();
        return d._cachedInner;
    });
    util.defineLazyInternal(inst, "pattern", (zod) => zod.innerType?._zod?.pattern);
    util.defineLazyInternal(inst, "propValues", (zod) => zod.innerType?._zod?.propValues);
    util.defineLazyInternal(inst, "optin", (zod) => zod.innerType?._zod?.optin ?? undefined);
    util.defineLazyInternal(inst, "optout", (zod) => zod.innerType?._zod?.optout ?? undefined);
    inst._zod.parse = (payload, ctx) => {
        const inner = inst._zod.innerType;
        return inner._zod.run(payload, ctx);
    };
})));
const $ZodCustom = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCustom", (inst, def) => {
    $ZodCheck.init(inst, def);
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _) => {
        return payload;
    };
    inst._zod.check = (payload) => {
        const input = payload.value;
        const r = def.fn(input);
        if (r instanceof Promise) {
            return r.then((r) => handleRefineResult(r, payload, input, inst));
        }
        handleRefineResult(r, payload, input, inst);
        return;
    };
});
function handleRefineResult(result, payload, input, inst) {
    if (!result) {
        const _iss = {
            code: "custom",
            input,
            inst, // incorporates params.error into issue reporting
            path: [...(inst._zod.def.path ?? [])], // incorporates params.error into issue reporting
            continue: !inst._zod.def.abort,
            // params: inst._zod.def.params,
        };
        if (inst._zod.def.params)
            _iss.params = inst._zod.def.params;
        payload.issues.push(core_util/* issue */.sn(_iss));
    }
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/registries.js
var _a;
const $output = /*@__PURE__*/ (/* unused pure expression or super */ null && (Symbol("ZodOutput")));
const $input = /*@__PURE__*/ (/* unused pure expression or super */ null && (Symbol("ZodInput")));
class $ZodRegistry {
    constructor() {
        this._map = new WeakMap();
        this._idmap = new Map();
    }
    add(schema, ..._meta) {
        const meta = _meta[0];
        this._map.set(schema, meta);
        if (meta && typeof meta === "object" && "id" in meta) {
            this._idmap.set(meta.id, schema);
        }
        return this;
    }
    clear() {
        this._map = new WeakMap();
        this._idmap = new Map();
        return this;
    }
    remove(schema) {
        const meta = this._map.get(schema);
        if (meta && typeof meta === "object" && "id" in meta) {
            this._idmap.delete(meta.id);
        }
        this._map.delete(schema);
        return this;
    }
    get(schema) {
        // return this._map.get(schema) as any;
        // inherit metadata
        const p = schema._zod.parent;
        if (p) {
            const pm = { ...(this.get(p) ?? {}) };
            delete pm.id; // do not inherit id
            const f = { ...pm, ...this._map.get(schema) };
            return Object.keys(f).length ? f : undefined;
        }
        return this._map.get(schema);
    }
    has(schema) {
        return this._map.has(schema);
    }
}
// registries
function registry() {
    return new $ZodRegistry();
}
(_a = globalThis).__zod_globalRegistry ?? (_a.__zod_globalRegistry = registry());
const globalRegistry = globalThis.__zod_globalRegistry;

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/api.js




function snapshotChecks(def) {
    if (def.checks)
        def.checks = [...def.checks];
    return def;
}
// @__NO_SIDE_EFFECTS__
function _string(Class, params) {
    return new Class(snapshotChecks({ type: "string", ...core_util/* normalizeParams */.A2(params) }));
}
// @__NO_SIDE_EFFECTS__
function _coercedString(Class, params) {
    return new Class(snapshotChecks({ type: "string", coerce: true, ...util.normalizeParams(params) }));
}
// @__NO_SIDE_EFFECTS__
function _email(Class, params) {
    return new Class({
        type: "string",
        format: "email",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _guid(Class, params) {
    return new Class({
        type: "string",
        format: "guid",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuid(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuidv4(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        version: "v4",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuidv6(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        version: "v6",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuidv7(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        version: "v7",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _url(Class, params) {
    return new Class({
        type: "string",
        format: "url",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function api_emoji(Class, params) {
    return new Class({
        type: "string",
        format: "emoji",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _nanoid(Class, params) {
    return new Class({
        type: "string",
        format: "nanoid",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link _cuid2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
// @__NO_SIDE_EFFECTS__
function _cuid(Class, params) {
    return new Class({
        type: "string",
        format: "cuid",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _cuid2(Class, params) {
    return new Class({
        type: "string",
        format: "cuid2",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ulid(Class, params) {
    return new Class({
        type: "string",
        format: "ulid",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _xid(Class, params) {
    return new Class({
        type: "string",
        format: "xid",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ksuid(Class, params) {
    return new Class({
        type: "string",
        format: "ksuid",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ipv4(Class, params) {
    return new Class({
        type: "string",
        format: "ipv4",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ipv6(Class, params) {
    return new Class({
        type: "string",
        format: "ipv6",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _mac(Class, params) {
    return new Class({
        type: "string",
        format: "mac",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _cidrv4(Class, params) {
    return new Class({
        type: "string",
        format: "cidrv4",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _cidrv6(Class, params) {
    return new Class({
        type: "string",
        format: "cidrv6",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _base64(Class, params) {
    return new Class({
        type: "string",
        format: "base64",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _base64url(Class, params) {
    return new Class({
        type: "string",
        format: "base64url",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _e164(Class, params) {
    return new Class({
        type: "string",
        format: "e164",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _creditCard(Class, params) {
    return new Class({
        type: "string",
        format: "credit_card",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _iban(Class, params) {
    return new Class({
        type: "string",
        format: "iban",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _jwt(Class, params) {
    return new Class({
        type: "string",
        format: "jwt",
        check: "string_format",
        abort: false,
        ...core_util/* normalizeParams */.A2(params),
    });
}
const TimePrecision = {
    Any: null,
    Minute: -1,
    Second: 0,
    Millisecond: 3,
    Microsecond: 6,
};
// @__NO_SIDE_EFFECTS__
function _isoDateTime(Class, params) {
    return new Class({
        type: "string",
        format: "datetime",
        check: "string_format",
        offset: false,
        local: false,
        precision: null,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _isoDate(Class, params) {
    return new Class({
        type: "string",
        format: "date",
        check: "string_format",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _isoTime(Class, params) {
    return new Class({
        type: "string",
        format: "time",
        check: "string_format",
        precision: null,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _isoDuration(Class, params) {
    return new Class({
        type: "string",
        format: "duration",
        check: "string_format",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _number(Class, params) {
    return new Class(snapshotChecks({ type: "number", checks: [], ...core_util/* normalizeParams */.A2(params) }));
}
// @__NO_SIDE_EFFECTS__
function _coercedNumber(Class, params) {
    return new Class(snapshotChecks({ type: "number", coerce: true, checks: [], ...util.normalizeParams(params) }));
}
// @__NO_SIDE_EFFECTS__
function _int(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "safeint",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _float32(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "float32",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _float64(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "float64",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _int32(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "int32",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uint32(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "uint32",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _boolean(Class, params) {
    return new Class({
        type: "boolean",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _coercedBoolean(Class, params) {
    return new Class({
        type: "boolean",
        coerce: true,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _bigint(Class, params) {
    return new Class({
        type: "bigint",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _coercedBigint(Class, params) {
    return new Class({
        type: "bigint",
        coerce: true,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _int64(Class, params) {
    return new Class({
        type: "bigint",
        check: "bigint_format",
        abort: false,
        format: "int64",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uint64(Class, params) {
    return new Class({
        type: "bigint",
        check: "bigint_format",
        abort: false,
        format: "uint64",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _symbol(Class, params) {
    return new Class({
        type: "symbol",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function api_undefined(Class, params) {
    return new Class({
        type: "undefined",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function api_null(Class, params) {
    return new Class({
        type: "null",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _any(Class) {
    return new Class({
        type: "any",
    });
}
// @__NO_SIDE_EFFECTS__
function _unknown(Class) {
    return new Class({
        type: "unknown",
    });
}
// @__NO_SIDE_EFFECTS__
function _never(Class, params) {
    return new Class({
        type: "never",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _void(Class, params) {
    return new Class({
        type: "void",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _date(Class, params) {
    return new Class({
        type: "date",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _coercedDate(Class, params) {
    return new Class({
        type: "date",
        coerce: true,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _nan(Class, params) {
    return new Class({
        type: "nan",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _lt(value, params) {
    return new $ZodCheckLessThan({
        check: "less_than",
        ...core_util/* normalizeParams */.A2(params),
        value,
        inclusive: false,
    });
}
// @__NO_SIDE_EFFECTS__
function _lte(value, params) {
    return new $ZodCheckLessThan({
        check: "less_than",
        ...core_util/* normalizeParams */.A2(params),
        value,
        inclusive: true,
    });
}

// @__NO_SIDE_EFFECTS__
function _gt(value, params) {
    return new $ZodCheckGreaterThan({
        check: "greater_than",
        ...core_util/* normalizeParams */.A2(params),
        value,
        inclusive: false,
    });
}
// @__NO_SIDE_EFFECTS__
function _gte(value, params) {
    return new $ZodCheckGreaterThan({
        check: "greater_than",
        ...core_util/* normalizeParams */.A2(params),
        value,
        inclusive: true,
    });
}

// @__NO_SIDE_EFFECTS__
function _positive(params) {
    return _gt(0, params);
}
// negative
// @__NO_SIDE_EFFECTS__
function _negative(params) {
    return _lt(0, params);
}
// nonpositive
// @__NO_SIDE_EFFECTS__
function _nonpositive(params) {
    return _lte(0, params);
}
// nonnegative
// @__NO_SIDE_EFFECTS__
function _nonnegative(params) {
    return _gte(0, params);
}
// @__NO_SIDE_EFFECTS__
function _multipleOf(value, params) {
    return new $ZodCheckMultipleOf({
        check: "multiple_of",
        ...core_util/* normalizeParams */.A2(params),
        value,
    });
}
// @__NO_SIDE_EFFECTS__
function _maxSize(maximum, params) {
    return new checks.$ZodCheckMaxSize({
        check: "max_size",
        ...util.normalizeParams(params),
        maximum,
    });
}
// @__NO_SIDE_EFFECTS__
function _minSize(minimum, params) {
    return new checks.$ZodCheckMinSize({
        check: "min_size",
        ...util.normalizeParams(params),
        minimum,
    });
}
// @__NO_SIDE_EFFECTS__
function _size(size, params) {
    return new checks.$ZodCheckSizeEquals({
        check: "size_equals",
        ...util.normalizeParams(params),
        size,
    });
}
// @__NO_SIDE_EFFECTS__
function _maxLength(maximum, params) {
    const ch = new $ZodCheckMaxLength({
        check: "max_length",
        ...core_util/* normalizeParams */.A2(params),
        maximum,
    });
    return ch;
}
// @__NO_SIDE_EFFECTS__
function _minLength(minimum, params) {
    return new $ZodCheckMinLength({
        check: "min_length",
        ...core_util/* normalizeParams */.A2(params),
        minimum,
    });
}
// @__NO_SIDE_EFFECTS__
function _length(length, params) {
    return new $ZodCheckLengthEquals({
        check: "length_equals",
        ...core_util/* normalizeParams */.A2(params),
        length,
    });
}
// @__NO_SIDE_EFFECTS__
function _regex(pattern, params) {
    return new $ZodCheckRegex({
        check: "string_format",
        format: "regex",
        ...core_util/* normalizeParams */.A2(params),
        pattern,
    });
}
// @__NO_SIDE_EFFECTS__
function _lowercase(params) {
    return new $ZodCheckLowerCase({
        check: "string_format",
        format: "lowercase",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uppercase(params) {
    return new $ZodCheckUpperCase({
        check: "string_format",
        format: "uppercase",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _includes(includes, params) {
    return new $ZodCheckIncludes({
        check: "string_format",
        format: "includes",
        ...core_util/* normalizeParams */.A2(params),
        includes,
    });
}
// @__NO_SIDE_EFFECTS__
function _startsWith(prefix, params) {
    return new $ZodCheckStartsWith({
        check: "string_format",
        format: "starts_with",
        ...core_util/* normalizeParams */.A2(params),
        prefix,
    });
}
// @__NO_SIDE_EFFECTS__
function _endsWith(suffix, params) {
    return new $ZodCheckEndsWith({
        check: "string_format",
        format: "ends_with",
        ...core_util/* normalizeParams */.A2(params),
        suffix,
    });
}
// @__NO_SIDE_EFFECTS__
function _property(property, schema, params) {
    return new checks.$ZodCheckProperty({
        check: "property",
        property,
        schema,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _properties(shape, params) {
    return new $ZodCheckProperties({
        check: "properties",
        shape,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _mime(types, params) {
    return new checks.$ZodCheckMimeType({
        check: "mime_type",
        mime: types,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _overwrite(tx) {
    return new $ZodCheckOverwrite({
        check: "overwrite",
        tx,
    });
}
// normalize
// @__NO_SIDE_EFFECTS__
function _normalize(form) {
    return _overwrite((input) => input.normalize(form));
}
// trim
// @__NO_SIDE_EFFECTS__
function _trim() {
    return _overwrite((input) => input.trim());
}
// toLowerCase
// @__NO_SIDE_EFFECTS__
function _toLowerCase() {
    return _overwrite((input) => input.toLowerCase());
}
// toUpperCase
// @__NO_SIDE_EFFECTS__
function _toUpperCase() {
    return _overwrite((input) => input.toUpperCase());
}
// slugify
// @__NO_SIDE_EFFECTS__
function _slugify() {
    return _overwrite((input) => core_util/* slugify */.Yv(input));
}
// @__NO_SIDE_EFFECTS__
function _array(Class, element, params) {
    return new Class({
        type: "array",
        element,
        // get element() {
        //   return element;
        // },
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _union(Class, options, params) {
    return new Class({
        type: "union",
        options,
        ...util.normalizeParams(params),
    });
}
function _xor(Class, options, params) {
    return new Class({
        type: "union",
        options,
        inclusive: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _discriminatedUnion(Class, discriminator, options, params) {
    return new Class({
        type: "union",
        options: options,
        discriminator,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _intersection(Class, left, right) {
    return new Class({
        type: "intersection",
        left,
        right,
    });
}
// export function _tuple(
//   Class: util.SchemaClass<schemas.$ZodTuple>,
//   items: [],
//   params?: string | $ZodTupleParams
// ): schemas.$ZodTuple<[], null>;
// @__NO_SIDE_EFFECTS__
function _tuple(Class, items, _paramsOrRest, _params) {
    const hasRest = _paramsOrRest instanceof schemas.$ZodType;
    const params = hasRest ? _params : _paramsOrRest;
    const rest = hasRest ? _paramsOrRest : null;
    return new Class({
        type: "tuple",
        items,
        rest,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _record(Class, keyType, valueType, params) {
    return new Class({
        type: "record",
        keyType,
        valueType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _map(Class, keyType, valueType, params) {
    return new Class({
        type: "map",
        keyType,
        valueType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _set(Class, valueType, params) {
    return new Class({
        type: "set",
        valueType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _enum(Class, values, params) {
    const entries = Array.isArray(values) ? Object.fromEntries(values.map((v) => [v, v])) : values;
    // if (Array.isArray(values)) {
    //   for (const value of values) {
    //     entries[value] = value;
    //   }
    // } else {
    //   Object.assign(entries, values);
    // }
    // const entries: util.EnumLike = {};
    // for (const val of values) {
    //   entries[val] = val;
    // }
    return new Class({
        type: "enum",
        entries,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
/** @deprecated This API has been merged into `z.enum()`. Use `z.enum()` instead.
 *
 * ```ts
 * enum Colors { red, green, blue }
 * z.enum(Colors);
 * ```
 */
function _nativeEnum(Class, entries, params) {
    return new Class({
        type: "enum",
        entries,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _literal(Class, value, params) {
    return new Class({
        type: "literal",
        values: Array.isArray(value) ? value : [value],
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _file(Class, params) {
    return new Class({
        type: "file",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _transform(Class, fn) {
    return new Class({
        type: "transform",
        transform: fn,
    });
}
// @__NO_SIDE_EFFECTS__
function _optional(Class, innerType) {
    return new Class({
        type: "optional",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _nullable(Class, innerType) {
    return new Class({
        type: "nullable",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _default(Class, innerType, defaultValue) {
    return new Class({
        type: "default",
        innerType,
        get defaultValue() {
            return typeof defaultValue === "function" ? defaultValue() : util.shallowClone(defaultValue);
        },
    });
}
// @__NO_SIDE_EFFECTS__
function _nonoptional(Class, innerType, params) {
    return new Class({
        type: "nonoptional",
        innerType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _success(Class, innerType) {
    return new Class({
        type: "success",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _catch(Class, innerType, catchValue) {
    return new Class({
        type: "catch",
        innerType,
        catchValue: (typeof catchValue === "function" ? catchValue : util.constantCatch(catchValue)),
    });
}
// @__NO_SIDE_EFFECTS__
function _pipe(Class, in_, out) {
    return new Class({
        type: "pipe",
        in: in_,
        out,
    });
}
// @__NO_SIDE_EFFECTS__
function _readonly(Class, innerType) {
    return new Class({
        type: "readonly",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _templateLiteral(Class, parts, params) {
    return new Class({
        type: "template_literal",
        parts,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _lazy(Class, getter) {
    return new Class({
        type: "lazy",
        getter,
    });
}
// @__NO_SIDE_EFFECTS__
function _promise(Class, innerType) {
    return new Class({
        type: "promise",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _custom(Class, fn, _params) {
    const norm = util.normalizeParams(_params);
    norm.abort ?? (norm.abort = true); // default to abort:false
    const schema = new Class({
        type: "custom",
        check: "custom",
        fn: fn,
        ...norm,
    });
    return schema;
}
// same as _custom but defaults to abort:false
// @__NO_SIDE_EFFECTS__
function _refine(Class, fn, _params) {
    const schema = new Class({
        type: "custom",
        check: "custom",
        fn: fn,
        ...core_util/* normalizeParams */.A2(_params),
    });
    return schema;
}
// @__NO_SIDE_EFFECTS__
function _superRefine(fn, params) {
    const ch = _check((payload) => {
        payload.addIssue = (issue) => {
            if (typeof issue === "string") {
                payload.issues.push(core_util/* issue */.sn(issue, payload.value, ch._zod.def));
            }
            else {
                // for Zod 3 backwards compatibility
                const _issue = issue;
                if (_issue.fatal)
                    _issue.continue = false;
                _issue.code ?? (_issue.code = "custom");
                if (!("input" in _issue))
                    _issue.input = payload.value;
                _issue.inst ?? (_issue.inst = ch);
                _issue.continue ?? (_issue.continue = !ch._zod.def.abort); // abort is always undefined, so this is always true...
                payload.issues.push(core_util/* issue */.sn(_issue));
            }
        };
        return fn(payload.value, payload);
    }, params);
    return ch;
}
// @__NO_SIDE_EFFECTS__
function _check(fn, params) {
    const ch = new $ZodCheck({
        check: "custom",
        ...core_util/* normalizeParams */.A2(params),
    });
    ch._zod.check = fn;
    return ch;
}
// @__NO_SIDE_EFFECTS__
function describe(description) {
    const ch = new $ZodCheck({ check: "describe" });
    ch._zod.onattach = [
        (inst) => {
            const existing = globalRegistry.get(inst) ?? {};
            globalRegistry.add(inst, { ...existing, description });
        },
    ];
    ch._zod.check = () => { }; // no-op check
    return ch;
}
// @__NO_SIDE_EFFECTS__
function meta(metadata) {
    const ch = new $ZodCheck({ check: "meta" });
    ch._zod.onattach = [
        (inst) => {
            const existing = globalRegistry.get(inst) ?? {};
            globalRegistry.add(inst, { ...existing, ...metadata });
        },
    ];
    ch._zod.check = () => { }; // no-op check
    return ch;
}
// @__NO_SIDE_EFFECTS__
function _stringbool(Classes, _params) {
    const params = core_util/* normalizeParams */.A2(_params);
    let truthyArray = params.truthy ?? ["true", "1", "yes", "on", "y", "enabled"];
    let falsyArray = params.falsy ?? ["false", "0", "no", "off", "n", "disabled"];
    if (params.case !== "sensitive") {
        truthyArray = truthyArray.map((v) => (typeof v === "string" ? v.toLowerCase() : v));
        falsyArray = falsyArray.map((v) => (typeof v === "string" ? v.toLowerCase() : v));
    }
    const truthySet = new Set(truthyArray);
    const falsySet = new Set(falsyArray);
    const _Codec = Classes.Codec ?? $ZodCodec;
    const _Boolean = Classes.Boolean ?? $ZodBoolean;
    const _String = Classes.String ?? $ZodString;
    const stringSchema = new _String({ type: "string", error: params.error });
    const booleanSchema = new _Boolean({ type: "boolean", error: params.error });
    const codec = new _Codec({
        type: "pipe",
        in: stringSchema,
        out: booleanSchema,
        transform: ((input, payload) => {
            let data = input;
            if (params.case !== "sensitive")
                data = data.toLowerCase();
            if (truthySet.has(data)) {
                return true;
            }
            else if (falsySet.has(data)) {
                return false;
            }
            else {
                payload.issues.push({
                    code: "invalid_value",
                    expected: "stringbool",
                    values: [...truthySet, ...falsySet],
                    input: payload.value,
                    inst: codec,
                    continue: false,
                });
                return {};
            }
        }),
        reverseTransform: ((input, _payload) => {
            if (input === true) {
                return truthyArray[0] || "true";
            }
            else {
                return falsyArray[0] || "false";
            }
        }),
        error: params.error,
    });
    codec._zod.bag.truthy = truthyArray;
    codec._zod.bag.falsy = falsyArray;
    codec._zod.bag.case = params.case ?? "insensitive";
    return codec;
}
// @__NO_SIDE_EFFECTS__
function _stringFormat(Class, format, fnOrRegex, _params = {}) {
    const params = util.normalizeParams(_params);
    const def = {
        check: "string_format",
        type: "string",
        format,
        fn: typeof fnOrRegex === "function" ? fnOrRegex : (val) => fnOrRegex.test(val),
        ...params,
    };
    if (fnOrRegex instanceof RegExp) {
        def.pattern = fnOrRegex;
    }
    const inst = new Class(def);
    return inst;
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/to-json-schema.js


function assignProps(target, ...sources) {
    for (const source of sources) {
        for (const key of Reflect.ownKeys(source)) {
            if (Object.prototype.propertyIsEnumerable.call(source, key)) {
                (0,core_util/* assignProp */.Vy)(target, key, source[key]);
            }
        }
    }
    return target;
}
// function initializeContext<T extends schemas.$ZodType>(inputs: JSONSchemaGeneratorParams<T>): ToJSONSchemaContext<T> {
//   return {
//     processor: inputs.processor,
//     metadataRegistry: inputs.metadata ?? globalRegistry,
//     target: inputs.target ?? "draft-2020-12",
//     unrepresentable: inputs.unrepresentable ?? "throw",
//   };
// }
function to_json_schema_initializeContext(params) {
    // Normalize target: convert old non-hyphenated versions to hyphenated versions
    let target = params?.target ?? "draft-2020-12";
    if (target === "draft-4")
        target = "draft-04";
    if (target === "draft-7")
        target = "draft-07";
    return {
        processors: params.processors ?? {},
        metadataRegistry: params?.metadata ?? globalRegistry,
        target,
        unrepresentable: params?.unrepresentable ?? "throw",
        override: params?.override ?? (() => { }),
        io: params?.io ?? "output",
        counter: 0,
        seen: new Map(),
        sharedDefsExtractedFor: undefined,
        sharedEmitDoneFor: undefined,
        cycles: params?.cycles ?? "ref",
        reused: params?.reused ?? "inline",
        intersections: [],
        deferred: [],
        external: params?.external ?? undefined,
    };
}
/**
 * Applies the `unrepresentable` setting at a site that has no JSON Schema equivalent. Throws
 * `message` unless the setting (or the handler's return value) says otherwise. Returns `true` if a
 * custom JSON Schema was written into `json`, in which case the caller must not write its own.
 */
function handleUnrepresentable(schema, ctx, json, params, message) {
    const result = typeof ctx.unrepresentable === "function"
        ? ctx.unrepresentable({ zodSchema: schema, path: params.path, message })
        : ctx.unrepresentable;
    if (result === "any")
        return false;
    if (result === undefined || result === "throw")
        throw new Error(message);
    Object.assign(json, result);
    return true;
}
// never rename this back to `process`: bundler polyfills inject a top-level `const process` that a lexical declaration of the same name collides with (#6397)
function to_json_schema_processSchema(schema, ctx, _params = { path: [], schemaPath: [] }) {
    var _a;
    const def = schema._zod.def;
    // check for schema in seens
    const seen = ctx.seen.get(schema);
    if (seen) {
        seen.count++;
        // check if cycle
        const isCycle = _params.schemaPath.includes(schema);
        if (isCycle) {
            seen.cycle = _params.path;
        }
        return seen.schema;
    }
    // initialize
    const result = { schema: {}, count: 1, cycle: undefined, path: _params.path };
    ctx.seen.set(schema, result);
    ctx.sharedDefsExtractedFor = undefined;
    ctx.sharedEmitDoneFor = undefined;
    // custom method overrides default behavior
    const overrideSchema = schema._zod.toJSONSchema?.();
    if (overrideSchema) {
        result.schema = overrideSchema;
    }
    else {
        const params = {
            ..._params,
            schemaPath: [..._params.schemaPath, schema],
            path: _params.path,
        };
        if (schema._zod.processJSONSchema) {
            schema._zod.processJSONSchema(ctx, result.schema, params);
        }
        else {
            const _json = result.schema;
            const processor = ctx.processors[def.type];
            if (!processor) {
                throw new Error(`[toJSONSchema]: Non-representable type encountered: ${def.type}`);
            }
            processor(schema, ctx, _json, params);
        }
        const parent = schema._zod.parent;
        if (parent) {
            // Also set ref if processor didn't (for inheritance)
            if (!result.ref)
                result.ref = parent;
            to_json_schema_processSchema(parent, ctx, params);
            ctx.seen.get(parent).isParent = true;
        }
    }
    // metadata
    const meta = ctx.metadataRegistry.get(schema);
    if (meta)
        assignProps(result.schema, meta);
    if (ctx.io === "input" && isTransforming(schema)) {
        // examples/defaults only apply to output type of pipe
        delete result.schema.examples;
        delete result.schema.default;
    }
    // set prefault as default
    if (ctx.io === "input" && "_prefault" in result.schema)
        (_a = result.schema).default ?? (_a.default = result.schema._prefault);
    delete result.schema._prefault;
    // pulling fresh from ctx.seen in case it was overwritten
    const _result = ctx.seen.get(schema);
    return _result.schema;
}
/** @deprecated Renamed to `processSchema`. An export alias declares no binding, so it is safe to keep. */

// Escape a reference token for use in a JSON Pointer fragment (RFC 6901): `~` becomes `~0` and `/` becomes `~1`. The `~` replacement must run first.
function encodeJSONPointerSegment(segment) {
    return segment.replace(/~/g, "~0").replace(/\//g, "~1");
}
function to_json_schema_extractDefs(ctx, schema
// params: EmitParams
) {
    // iterate over seen map;
    const root = ctx.seen.get(schema);
    if (!root)
        throw new Error("Unprocessed schema. This is a bug in Zod.");
    // With `external` set, every registered schema resolves through the external branch of `makeURI`, so the root branch below produces the same ref the external branch would — this pass is identical whichever schema it is called with, and only needs to run once.
    if (ctx.external && ctx.sharedDefsExtractedFor === ctx.external)
        return;
    // Track ids to detect duplicates across different schemas
    const idToSchema = new Map();
    for (const entry of ctx.seen.entries()) {
        const id = ctx.metadataRegistry.get(entry[0])?.id;
        if (id) {
            const existing = idToSchema.get(id);
            if (existing && existing !== entry[0]) {
                throw new Error(`Duplicate schema id "${id}" detected during JSON Schema conversion. Two different schemas cannot share the same id when converted together.`);
            }
            idToSchema.set(id, entry[0]);
        }
    }
    // returns a ref to the schema defId will be empty if the ref points to an external schema (or #)
    const makeURI = (entry) => {
        // comparing the seen objects because sometimes multiple schemas map to the same seen object. e.g. lazy
        // external is configured
        const defsSegment = ctx.target === "draft-2020-12" ? "$defs" : "definitions";
        if (ctx.external) {
            const externalId = ctx.external.registry.get(entry[0])?.id; // ?? "__shared";// `__schema${ctx.counter++}`;
            // check if schema is in the external registry
            const uriGenerator = ctx.external.uri ?? ((id) => id);
            if (externalId) {
                return { ref: uriGenerator(externalId) };
            }
            // otherwise, add to __shared
            const id = entry[1].defId ?? entry[1].schema.id ?? `schema${ctx.counter++}`;
            entry[1].defId = id; // set defId so it will be reused if needed
            return { defId: id, ref: `${uriGenerator("__shared")}#/${defsSegment}/${encodeJSONPointerSegment(id)}` };
        }
        const uriPrefix = `#`;
        const defUriPrefix = `${uriPrefix}/${defsSegment}/`;
        // an id-less root has nowhere to be extracted to, so it stays inline and self-references as `#`
        if (entry[1] === root && !entry[1].schema.id) {
            return { ref: uriPrefix };
        }
        // self-contained schema
        const defId = entry[1].schema.id ?? `__schema${ctx.counter++}`;
        return { defId, ref: defUriPrefix + encodeJSONPointerSegment(defId) };
    };
    // stored cached version in `def` property remove all properties, set $ref
    const extractToDef = (entry) => {
        // if the schema is already a reference, do not extract it
        if (entry[1].schema.$ref) {
            return;
        }
        const seen = entry[1];
        const { ref, defId } = makeURI(entry);
        seen.def = { ...seen.schema };
        // defId won't be set if the schema is a reference to an external schema or if the schema is the root schema
        if (defId)
            seen.defId = defId;
        // wipe away all properties except $ref
        const schema = seen.schema;
        for (const key in schema) {
            delete schema[key];
        }
        schema.$ref = ref;
    };
    // throw on cycles
    // break cycles
    if (ctx.cycles === "throw") {
        for (const entry of ctx.seen.entries()) {
            const seen = entry[1];
            if (seen.cycle) {
                throw new Error("Cycle detected: " +
                    `#/${seen.cycle?.join("/")}/<root>` +
                    '\n\nSet the `cycles` parameter to `"ref"` to resolve cyclical schemas with defs.');
            }
        }
    }
    // extract schemas into $defs
    for (const entry of ctx.seen.entries()) {
        const seen = entry[1];
        // convert root schema to # $ref
        if (schema === entry[0]) {
            extractToDef(entry); // this has special handling for the root schema
            continue;
        }
        // extract schemas that are in the external registry
        if (ctx.external) {
            const ext = ctx.external.registry.get(entry[0])?.id;
            if (schema !== entry[0] && ext) {
                extractToDef(entry);
                continue;
            }
        }
        // extract schemas with `id` meta
        const id = ctx.metadataRegistry.get(entry[0])?.id;
        if (id) {
            extractToDef(entry);
            continue;
        }
        // break cycles
        if (seen.cycle) {
            // any
            extractToDef(entry);
            continue;
        }
        // extract reused schemas
        if (seen.count > 1) {
            if (ctx.reused === "ref") {
                extractToDef(entry);
            }
        }
    }
    if (ctx.external)
        ctx.sharedDefsExtractedFor = ctx.external;
}
/** Rewrites `anyOf: [{type: "a"}, {type: "b"}]` to `type: ["a", "b"]`, which every JSON Schema draft treats as equivalent and most consumers render far better for the nullable case. Only branches that are a bare type assertion qualify — anything carrying a constraint, `$ref`, `const` or metadata is left alone. Runs after `flattenRef`, so a branch an override decorated or `$defs` extraction turned into a `$ref` is no longer bare and correctly stays in `anyOf`. `oneOf` is excluded: `integer` and `number` overlap, so "exactly one" and "at least one" are not the same there. OpenAPI 3.0 is excluded: its `type` must be a single string. */
function compactTypeUnion(schema) {
    const options = schema.anyOf;
    if (!Array.isArray(options) || options.length === 0 || schema.type !== undefined)
        return;
    const types = [];
    for (const option of options) {
        if (!option || typeof option !== "object")
            return;
        // A branch that is itself a compactible union folds into this one — nested `anyOf` and a flat `type` array say the same thing. Compacting it first also makes the result independent of the order this pass walks the seen map in.
        compactTypeUnion(option);
        const keys = Object.keys(option);
        if (keys.length !== 1 || keys[0] !== "type")
            return;
        const type = option.type;
        for (const member of Array.isArray(type) ? type : [type]) {
            if (typeof member !== "string")
                return;
            if (!types.includes(member))
                types.push(member);
        }
    }
    delete schema.anyOf;
    // A `type` array must be non-empty and unique (metaschema); a single member is spelled as a bare string.
    schema.type = types.length === 1 ? types[0] : types;
}
/** Keywords `foldIntersection` knows how to combine. Anything else — `$ref`, `patternProperties`,
 * an annotation like `description` — makes a member unfoldable, so a constraint this does not
 * understand leaves the `allOf` alone instead of being silently dropped or misattributed. */
const FOLDABLE_KEYS = new Set(["type", "properties", "required", "additionalProperties"]);
const UNION_KEYS = ["oneOf", "anyOf"];
/** A member's constraint on a key it does not declare itself. A `catchall` states one; `false`, an absent `additionalProperties`, and the empty schema a loose object emits state nothing. */
function undeclaredConstraint(member) {
    const extra = member.additionalProperties;
    if (extra === undefined || extra === false || typeof extra !== "object" || extra === null)
        return null;
    return Object.keys(extra).length ? extra : null;
}
/** Combines object members into the single object they describe together, or returns `null` if any of them carries a keyword outside {@link FOLDABLE_KEYS}. */
function foldObjects(members) {
    const objects = [];
    for (const member of members) {
        // A boolean subschema is legal JSON Schema and carries no keywords to fold.
        if (typeof member !== "object" || member.type !== "object")
            return null;
        for (const key in member) {
            if (!FOLDABLE_KEYS.has(key))
                return null;
        }
        objects.push(member);
    }
    const properties = {};
    const required = new Set();
    for (const object of objects) {
        for (const key in object.properties) {
            // `in` would report a `__proto__` key as already present via the prototype chain and skip it.
            if (Object.prototype.hasOwnProperty.call(properties, key))
                continue;
            // Every member constrains this key: the ones that declare it say how, and a `catchall` member constrains it too even though it does not name it. The key has to satisfy all of them, which is the same intersection one level down.
            const parts = [];
            for (const other of objects) {
                const part = other.properties?.[key] ?? undeclaredConstraint(other);
                if (part === null || part === undefined)
                    continue;
                if (!parts.some((seen) => JSON.stringify(seen) === JSON.stringify(part)))
                    parts.push(part);
            }
            const merged = parts.length === 1
                ? parts[0]
                : (foldObjects(parts) ?? { allOf: parts });
            (0,core_util/* assignProp */.Vy)(properties, key, merged);
        }
        for (const key of object.required ?? [])
            required.add(key);
    }
    const folded = { type: "object", properties };
    if (required.size)
        folded.required = [...required];
    // A key no member declares is rejected only when every member rejects it, so the fold is closed only when every member is. Otherwise it carries whatever the `catchall` members demand of such a key.
    if (objects.every((object) => object.additionalProperties === false)) {
        folded.additionalProperties = false;
    }
    else {
        const constraints = [];
        for (const object of objects) {
            const constraint = undeclaredConstraint(object);
            if (constraint && !constraints.some((seen) => JSON.stringify(seen) === JSON.stringify(constraint)))
                constraints.push(constraint);
        }
        if (constraints.length === 1)
            folded.additionalProperties = constraints[0];
        else if (constraints.length > 1)
            folded.additionalProperties = { allOf: constraints };
    }
    return folded;
}
/** `additionalProperties` in an `allOf` member sees only that member's own `properties`, so two
 * closed object members reject each other's keys and the schema validates nothing. Zod's parser
 * pools the key sets instead — `handleIntersectionResults` reports a key as unrecognized only when
 * *every* side rejects it — so the emitted schema has to pool them too, and folding the members
 * into one object is the encoding that says so on every target.
 *
 * This runs from `finalize`, after `extractDefs`, which is what keeps it clear of the `$ref`
 * machinery: a member extracted into `$defs` is already a `$ref` by now and declines to fold, so it
 * keeps its reference and its own closedness rather than being inlined as a stale copy. */
function foldIntersection(json) {
    const allOf = json.allOf;
    if (!Array.isArray(allOf) || allOf.length < 2)
        return;
    // An `override` runs before this pass and may have written object keywords onto the intersection itself. Those are deliberate, so decline rather than overwrite them.
    for (const key of FOLDABLE_KEYS)
        if (key in json)
            return;
    // An intersection distributes over a union: `A & (X | Y)` is `(A & X) | (A & Y)`. Only the first union is distributed over; a second one stays among the members every branch folds against, where it fails the object check and declines the whole intersection rather than multiplying out.
    const unions = allOf.filter((m) => UNION_KEYS.some((k) => Array.isArray(m[k])));
    let folded = null;
    if (!unions.length) {
        folded = foldObjects(allOf);
    }
    else {
        const union = unions[0];
        const keyword = UNION_KEYS.find((k) => Array.isArray(union[k]));
        if (Object.keys(union).length !== 1)
            return;
        const rest = allOf.filter((m) => m !== union);
        const branches = union[keyword].map((branch) => foldObjects([...rest, branch]));
        if (branches.some((b) => !b))
            return;
        folded = { [keyword]: branches };
    }
    if (!folded)
        return;
    delete json.allOf;
    assignProps(json, folded);
}
function to_json_schema_finalize(ctx, schema) {
    const root = ctx.seen.get(schema);
    if (!root)
        throw new Error("Unprocessed schema. This is a bug in Zod.");
    // flatten refs - inherit properties from parent schemas
    const flattenRef = (zodSchema) => {
        const seen = ctx.seen.get(zodSchema);
        // already processed
        if (seen.ref === null)
            return;
        const schema = seen.def ?? seen.schema;
        const _cached = { ...schema };
        const ref = seen.ref;
        seen.ref = null; // prevent infinite recursion
        if (ref) {
            flattenRef(ref);
            const refSeen = ctx.seen.get(ref);
            const refSchema = refSeen.schema;
            // merge referenced schema into current
            if (refSchema.$ref && (ctx.target === "draft-07" || ctx.target === "draft-04" || ctx.target === "openapi-3.0")) {
                // older drafts can't combine $ref with other properties
                schema.allOf = schema.allOf ?? [];
                schema.allOf.push(refSchema);
            }
            else {
                assignProps(schema, refSchema);
            }
            // restore child's own properties (child wins)
            assignProps(schema, _cached);
            const isParentRef = zodSchema._zod.parent === ref;
            // For parent chain, child is a refinement - remove parent-only properties
            if (isParentRef) {
                for (const key in schema) {
                    if (key === "$ref" || key === "allOf")
                        continue;
                    if (!(key in _cached)) {
                        delete schema[key];
                    }
                }
            }
            // When ref was extracted to $defs, remove properties that match the definition
            if (refSchema.$ref && refSeen.def) {
                for (const key in schema) {
                    if (key === "$ref" || key === "allOf")
                        continue;
                    if (key in refSeen.def && JSON.stringify(schema[key]) === JSON.stringify(refSeen.def[key])) {
                        delete schema[key];
                    }
                }
            }
        }
        // If parent was extracted (has $ref), propagate $ref to this schema. This handles cases like: readonly().meta({id}).describe() where processor sets ref to innerType but parent should be referenced
        const parent = zodSchema._zod.parent;
        if (parent && parent !== ref) {
            // Ensure parent is processed first so its def has inherited properties
            flattenRef(parent);
            const parentSeen = ctx.seen.get(parent);
            if (parentSeen?.schema.$ref) {
                schema.$ref = parentSeen.schema.$ref;
                // De-duplicate with parent's definition
                if (parentSeen.def) {
                    for (const key in schema) {
                        if (key === "$ref" || key === "allOf")
                            continue;
                        if (key in parentSeen.def && JSON.stringify(schema[key]) === JSON.stringify(parentSeen.def[key])) {
                            delete schema[key];
                        }
                    }
                }
            }
        }
        // execute overrides
        ctx.override({
            zodSchema: zodSchema,
            jsonSchema: schema,
            path: seen.path ?? [],
        });
    };
    // Flattening walks the whole map and clears each `ref` as it goes, so a second call over the same map is a no-op scan. Skip it outright once it has run for a registry conversion.
    if (!ctx.external || ctx.sharedEmitDoneFor !== ctx.external) {
        for (const entry of [...ctx.seen.entries()].reverse()) {
            flattenRef(entry[0]);
        }
        if (ctx.target !== "openapi-3.0") {
            for (const entry of ctx.seen.entries()) {
                compactTypeUnion(entry[1].def ?? entry[1].schema);
            }
        }
        for (const rewrite of ctx.deferred)
            rewrite();
        // After flattening, every member that was extracted is a `$ref`, so the fold sees the final shape. A schema that inherits an intersection — through `z.lazy`, or any `ref` chain — holds the same `allOf` array, so fold by array identity to catch every copy.
        if (ctx.intersections.length) {
            const carriers = new Map();
            for (const seen of ctx.seen.values()) {
                for (const json of [seen.schema, seen.def]) {
                    const allOf = json?.allOf;
                    if (!Array.isArray(allOf))
                        continue;
                    const existing = carriers.get(allOf);
                    if (existing)
                        existing.push(json);
                    else
                        carriers.set(allOf, [json]);
                }
            }
            for (const allOf of ctx.intersections) {
                for (const json of carriers.get(allOf) ?? [])
                    foldIntersection(json);
            }
        }
    }
    const result = {};
    if (ctx.target === "draft-2020-12") {
        result.$schema = "https://json-schema.org/draft/2020-12/schema";
    }
    else if (ctx.target === "draft-07") {
        result.$schema = "http://json-schema.org/draft-07/schema#";
    }
    else if (ctx.target === "draft-04") {
        result.$schema = "http://json-schema.org/draft-04/schema#";
    }
    else if (ctx.target === "openapi-3.0") {
        // OpenAPI 3.0 schema objects should not include a $schema property
    }
    else {
        // Arbitrary string values are allowed but won't have a $schema property set
    }
    if (ctx.external?.uri) {
        const id = ctx.external.registry.get(schema)?.id;
        if (!id)
            throw new Error("Schema is missing an `id` property");
        result.$id = ctx.external.uri(id);
    }
    // when the root was extracted into $defs, `root.schema` is the `$ref` wrapper and `root.def` is the body that now lives under $defs
    assignProps(result, root.defId ? root.schema : (root.def ?? root.schema));
    // The `id` in `.meta()` is a Zod-specific registration tag used to extract schemas into $defs — it is not user-facing JSON Schema metadata. Strip it from the output body where it would otherwise leak. The id is preserved implicitly via the $defs key (and via $ref paths).
    const rootMetaId = ctx.metadataRegistry.get(schema)?.id;
    if (rootMetaId !== undefined && result.id === rootMetaId)
        delete result.id;
    // build defs object. With `external`, `defs` is the shared object every schema writes into, so the same entries are reassigned on every call. Without it, `defs` is fresh per call and must be rebuilt.
    const defs = ctx.external?.defs ?? {};
    if (!ctx.external || ctx.sharedEmitDoneFor !== ctx.external) {
        for (const entry of ctx.seen.entries()) {
            const seen = entry[1];
            if (seen.def && seen.defId) {
                if (seen.def.id === seen.defId)
                    delete seen.def.id;
                (0,core_util/* assignProp */.Vy)(defs, seen.defId, seen.def);
            }
        }
    }
    if (ctx.external)
        ctx.sharedEmitDoneFor = ctx.external;
    // set definitions in result
    if (ctx.external) {
    }
    else {
        if (Object.keys(defs).length > 0) {
            if (ctx.target === "draft-2020-12") {
                result.$defs = defs;
            }
            else {
                result.definitions = defs;
            }
        }
    }
    try {
        // this "finalizes" this schema and ensures all cycles are removed each call to finalize() is functionally independent though the seen map is shared
        const finalized = JSON.parse(JSON.stringify(result));
        Object.defineProperty(finalized, "~standard", {
            value: {
                ...schema["~standard"],
                jsonSchema: {
                    input: createStandardJSONSchemaMethod(schema, "input", ctx.processors),
                    output: createStandardJSONSchemaMethod(schema, "output", ctx.processors),
                },
            },
            enumerable: false,
            writable: false,
        });
        return finalized;
    }
    catch (_err) {
        throw new Error("Error converting schema to JSON.");
    }
}
function isTransforming(_schema, _ctx) {
    const ctx = _ctx ?? { seen: new Set() };
    if (ctx.seen.has(_schema))
        return false;
    ctx.seen.add(_schema);
    const def = _schema._zod.def;
    if (def.type === "transform")
        return true;
    if (def.type === "array")
        return isTransforming(def.element, ctx);
    if (def.type === "set")
        return isTransforming(def.valueType, ctx);
    if (def.type === "lazy")
        return isTransforming(def.getter(), ctx);
    if (def.type === "promise" ||
        def.type === "optional" ||
        def.type === "nonoptional" ||
        def.type === "nullable" ||
        def.type === "readonly" ||
        def.type === "default" ||
        def.type === "prefault" ||
        def.type === "catch") {
        return isTransforming(def.innerType, ctx);
    }
    if (def.type === "intersection") {
        return isTransforming(def.left, ctx) || isTransforming(def.right, ctx);
    }
    if (def.type === "record" || def.type === "map") {
        return isTransforming(def.keyType, ctx) || isTransforming(def.valueType, ctx);
    }
    if (def.type === "pipe") {
        if (_schema._zod.traits.has("$ZodCodec"))
            return true;
        return isTransforming(def.in, ctx) || isTransforming(def.out, ctx);
    }
    if (def.type === "object") {
        for (const key in def.shape) {
            if (isTransforming(def.shape[key], ctx))
                return true;
        }
        return false;
    }
    if (def.type === "union") {
        for (const option of def.options) {
            if (isTransforming(option, ctx))
                return true;
        }
        return false;
    }
    if (def.type === "tuple") {
        for (const item of def.items) {
            if (isTransforming(item, ctx))
                return true;
        }
        if (def.rest && isTransforming(def.rest, ctx))
            return true;
        return false;
    }
    return false;
}
/**
 * Creates a toJSONSchema method for a schema instance.
 * This encapsulates the logic of initializing context, processing, extracting defs, and finalizing.
 */
const createToJSONSchemaMethod = (schema, processors = {}) => (params) => {
    const ctx = to_json_schema_initializeContext({ ...params, processors });
    to_json_schema_processSchema(schema, ctx);
    to_json_schema_extractDefs(ctx, schema);
    return to_json_schema_finalize(ctx, schema);
};
const createStandardJSONSchemaMethod = (schema, io, processors = {}) => (params) => {
    const { libraryOptions, target } = params ?? {};
    const ctx = to_json_schema_initializeContext({ ...(libraryOptions ?? {}), target, io, processors });
    to_json_schema_processSchema(schema, ctx);
    to_json_schema_extractDefs(ctx, schema);
    return to_json_schema_finalize(ctx, schema);
};

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/json-schema-processors.js




const narrowMin = (agg, key, value) => {
    if (agg[key] === undefined || value > agg[key])
        agg[key] = value;
};
const narrowMax = (agg, key, value) => {
    if (agg[key] === undefined || value < agg[key])
        agg[key] = value;
};
const narrowBoth = (agg, value) => {
    narrowMin(agg, "minimum", value);
    narrowMax(agg, "maximum", value);
};
const addDivisor = (agg, value) => {
    agg.multipleOf ?? (agg.multipleOf = []);
    if (!agg.multipleOf.includes(value))
        agg.multipleOf.push(value);
};
const addPattern = (agg, pattern) => {
    agg.patterns ?? (agg.patterns = new Set());
    agg.patterns.add(pattern);
};
const intersectMime = (agg, mime) => {
    agg.mime = agg.mime ? agg.mime.filter((m) => mime.includes(m)) : [...mime];
};
// last-wins, matching the bag's historical write order; the flag keeps an integer format from being lost to a later float one
const setFormat = (agg, format) => {
    agg.format = format;
    if (format.includes("int"))
        agg.isInt = true;
};
const minContributor = (agg, def) => narrowMin(agg, "minimum", def.minimum);
const maxContributor = (agg, def) => narrowMax(agg, "maximum", def.maximum);
const formatContributor = (ranges) => (agg, def) => {
    setFormat(agg, def.format);
    const [minimum, maximum] = ranges[def.format];
    narrowMin(agg, "minimum", minimum);
    narrowMax(agg, "maximum", maximum);
};
const contributors = {
    greater_than: (agg, def) => narrowMin(agg, def.inclusive ? "minimum" : "exclusiveMinimum", def.value),
    less_than: (agg, def) => narrowMax(agg, def.inclusive ? "maximum" : "exclusiveMaximum", def.value),
    multiple_of: (agg, def) => addDivisor(agg, def.value),
    number_format: formatContributor(core_util/* NUMBER_FORMAT_RANGES */.zH),
    bigint_format: formatContributor(core_util/* BIGINT_FORMAT_RANGES */.NR),
    min_length: minContributor,
    max_length: maxContributor,
    length_equals: (agg, def) => narrowBoth(agg, def.length),
    min_size: minContributor,
    max_size: maxContributor,
    size_equals: (agg, def) => narrowBoth(agg, def.size),
    string_format: (agg, def) => {
        setFormat(agg, def.format);
        if (def.pattern)
            addPattern(agg, def.pattern);
        if (def.format === "base64" || def.format === "base64url")
            agg.contentEncoding = def.format;
        if (def.local || def.precision === -1)
            agg.laxFormat = true;
    },
    mime_type: (agg, def) => intersectMime(agg, def.mime),
};
function aggregateChecks(schema) {
    const agg = {};
    const def = schema._zod.def;
    // a format schema is its own first check, same rule as $ZodType init
    const list = schema._zod.traits.has("$ZodCheck")
        ? [schema, ...(def.checks ?? [])]
        : (def.checks ?? []);
    for (const ch of list)
        contributors[ch._zod.def.check]?.(agg, ch._zod.def);
    // reconcile with the bag so third-party onattach contributions still land; first-party residue is never tighter than the fold, so merging it back is idempotent for one and additive for the other
    const bag = schema._zod.bag;
    if (bag.minimum !== undefined)
        narrowMin(agg, "minimum", bag.minimum);
    if (bag.exclusiveMinimum !== undefined)
        narrowMin(agg, "exclusiveMinimum", bag.exclusiveMinimum);
    if (bag.maximum !== undefined)
        narrowMax(agg, "maximum", bag.maximum);
    if (bag.exclusiveMaximum !== undefined)
        narrowMax(agg, "exclusiveMaximum", bag.exclusiveMaximum);
    if (bag.multipleOf !== undefined)
        addDivisor(agg, bag.multipleOf);
    if (bag.format !== undefined) {
        agg.format ?? (agg.format = bag.format);
        if (bag.format.includes("int"))
            agg.isInt = true;
    }
    if (bag.mime)
        intersectMime(agg, bag.mime);
    for (const pattern of bag.patterns ?? [])
        addPattern(agg, pattern);
    return agg;
}
const formatMap = {
    guid: "uuid",
    url: "uri",
    datetime: "date-time",
    json_string: "json-string",
    regex: "", // do not set
};
// ==================== SIMPLE TYPE PROCESSORS ====================
// the runtime patterns are lax so parse paths never overflow the regex stack; the emitted schema swaps in the exact block forms, which zod itself never executes
const exactPatterns = new Map([
    [base64Charset, base64],
    [base64urlCharset, base64url],
]);
const exactPattern = (p) => exactPatterns.get(p) ?? p;
const stringProcessor = (schema, ctx, _json, _params) => {
    const json = _json;
    json.type = "string";
    const { minimum, maximum, format, patterns, contentEncoding, laxFormat } = aggregateChecks(schema);
    if (typeof minimum === "number")
        json.minLength = minimum;
    if (typeof maximum === "number")
        json.maxLength = maximum;
    // custom pattern overrides format
    if (format) {
        json.format = formatMap[format] ?? format;
        if (json.format === "")
            delete json.format; // empty format is not valid
        // `z.iso.time()` is never full-time, and `laxFormat` carries the datetime shapes that also accept what their keyword forbids
        if (format === "time" || laxFormat) {
            delete json.format;
        }
    }
    if (contentEncoding)
        json.contentEncoding = contentEncoding;
    if (patterns && patterns.size > 0) {
        const patternList = [...patterns].map(exactPattern);
        if (patternList.length === 1)
            json.pattern = patternList[0].source;
        else if (patternList.length > 1) {
            json.allOf = [
                ...patternList.map((regex) => ({
                    ...(ctx.target === "draft-07" || ctx.target === "draft-04" || ctx.target === "openapi-3.0"
                        ? { type: "string" }
                        : {}),
                    pattern: regex.source,
                })),
            ];
        }
    }
};
const numberProcessor = (schema, ctx, _json, params) => {
    const json = _json;
    const { minimum, maximum, multipleOf, exclusiveMaximum, exclusiveMinimum, isInt } = aggregateChecks(schema);
    json.type = isInt ? "integer" : "number";
    // when both minimum and exclusiveMinimum exist, pick the more restrictive one
    const exMin = typeof exclusiveMinimum === "number" && exclusiveMinimum >= (minimum ?? Number.NEGATIVE_INFINITY);
    const exMax = typeof exclusiveMaximum === "number" && exclusiveMaximum <= (maximum ?? Number.POSITIVE_INFINITY);
    const legacy = ctx.target === "draft-04" || ctx.target === "openapi-3.0";
    if (exMin) {
        if (legacy) {
            json.minimum = exclusiveMinimum;
            json.exclusiveMinimum = true;
        }
        else {
            json.exclusiveMinimum = exclusiveMinimum;
        }
    }
    else if (typeof minimum === "number") {
        json.minimum = minimum;
    }
    if (exMax) {
        if (legacy) {
            json.maximum = exclusiveMaximum;
            json.exclusiveMaximum = true;
        }
        else {
            json.exclusiveMaximum = exclusiveMaximum;
        }
    }
    else if (typeof maximum === "number") {
        json.maximum = maximum;
    }
    if (multipleOf) {
        // JSON Schema requires a divisor strictly greater than zero, and a non-finite one does not survive JSON at all. A negative divisor accepts exactly what its absolute value accepts, so it still maps; zero, NaN and Infinity have no keyword form.
        const divisors = new Set();
        for (const divisor of multipleOf) {
            if (Number.isFinite(divisor) && divisor !== 0)
                divisors.add(Math.abs(divisor));
            else
                handleUnrepresentable(schema, ctx, json, params, `A multipleOf divisor of ${divisor} cannot be represented in JSON Schema`);
        }
        // chained divisors are a conjunction the keyword cannot carry alone, so extras ride an allOf, same as stacked patterns
        const [first, ...rest] = divisors;
        if (first !== undefined)
            json.multipleOf = first;
        if (rest.length)
            json.allOf = [...(json.allOf ?? []), ...rest.map((m) => ({ multipleOf: m }))];
    }
};
const booleanProcessor = (_schema, _ctx, json, _params) => {
    json.type = "boolean";
};
const bigintProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "BigInt cannot be represented in JSON Schema");
};
const symbolProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Symbols cannot be represented in JSON Schema");
};
const nullProcessor = (_schema, ctx, json, _params) => {
    if (ctx.target === "openapi-3.0") {
        json.type = "string";
        json.nullable = true;
        json.enum = [null];
    }
    else {
        json.type = "null";
    }
};
const undefinedProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Undefined cannot be represented in JSON Schema");
};
const voidProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Void cannot be represented in JSON Schema");
};
const neverProcessor = (_schema, _ctx, json, _params) => {
    json.not = {};
};
const anyProcessor = (_schema, _ctx, _json, _params) => {
    // empty schema accepts anything
};
const unknownProcessor = (_schema, _ctx, _json, _params) => {
    // empty schema accepts anything
};
const dateProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Date cannot be represented in JSON Schema");
};
const enumProcessor = (schema, _ctx, json, _params) => {
    const def = schema._zod.def;
    const values = (0,core_util/* getEnumValues */.w5)(def.entries);
    // an empty enum accepts nothing, same as z.never()
    if (values.length === 0) {
        json.not = {};
        return;
    }
    // Number enums can have both string and number values
    if (values.every((v) => typeof v === "number"))
        json.type = "number";
    if (values.every((v) => typeof v === "string"))
        json.type = "string";
    json.enum = values;
};
const literalProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    // a literal with no values accepts nothing, same as z.never()
    if (def.values.length === 0) {
        json.not = {};
        return;
    }
    const vals = [];
    for (const val of def.values) {
        if (val === undefined) {
            // a custom schema replaces the whole literal, so there is nothing left to accumulate
            if (handleUnrepresentable(schema, ctx, json, params, "Literal `undefined` cannot be represented in JSON Schema"))
                return;
            // otherwise do not add to vals
        }
        else if (typeof val === "bigint") {
            if (handleUnrepresentable(schema, ctx, json, params, "BigInt literals cannot be represented in JSON Schema"))
                return;
            vals.push(Number(val));
        }
        else {
            vals.push(val);
        }
    }
    if (vals.length === 0) {
        // do nothing (an undefined literal was stripped)
    }
    else if (vals.length === 1) {
        const val = vals[0];
        json.type = val === null ? "null" : typeof val;
        if (ctx.target === "draft-04" || ctx.target === "openapi-3.0") {
            json.enum = [val];
        }
        else {
            json.const = val;
        }
    }
    else {
        if (vals.every((v) => typeof v === "number"))
            json.type = "number";
        if (vals.every((v) => typeof v === "string"))
            json.type = "string";
        if (vals.every((v) => typeof v === "boolean"))
            json.type = "boolean";
        if (vals.every((v) => v === null))
            json.type = "null";
        json.enum = vals;
    }
};
const nanProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "NaN cannot be represented in JSON Schema");
};
const templateLiteralProcessor = (schema, _ctx, json, _params) => {
    const _json = json;
    const pattern = schema._zod.pattern;
    if (!pattern)
        throw new Error("Pattern not found in template literal");
    _json.type = "string";
    _json.pattern = pattern.source;
};
const fileProcessor = (schema, _ctx, json, _params) => {
    const _json = json;
    _json.type = "string";
    _json.format = "binary";
    _json.contentEncoding = "binary";
    const { minimum, maximum, mime } = aggregateChecks(schema);
    if (minimum !== undefined)
        _json.minLength = minimum;
    if (maximum !== undefined)
        _json.maxLength = maximum;
    if (!mime)
        return;
    // an empty intersection means the mime checks share no value, so nothing passes at runtime; `anyOf` must be non-empty, so the false schema is `not: {}`
    if (mime.length === 0)
        _json.not = {};
    else if (mime.length === 1)
        _json.contentMediaType = mime[0];
    // only contentMediaType differs, so the shared props stay at the root
    else
        _json.anyOf = mime.map((m) => ({ contentMediaType: m }));
};
const successProcessor = (_schema, _ctx, json, _params) => {
    json.type = "boolean";
};
const customProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Custom types cannot be represented in JSON Schema");
};
const functionProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Function types cannot be represented in JSON Schema");
};
const transformProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Transforms cannot be represented in JSON Schema");
};
const mapProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Map cannot be represented in JSON Schema");
};
const setProcessor = (schema, ctx, json, params) => {
    handleUnrepresentable(schema, ctx, json, params, "Set cannot be represented in JSON Schema");
};
// ==================== COMPOSITE TYPE PROCESSORS ====================
const arrayProcessor = (schema, ctx, _json, params) => {
    const json = _json;
    const def = schema._zod.def;
    const { minimum, maximum } = aggregateChecks(schema);
    if (typeof minimum === "number")
        json.minItems = minimum;
    if (typeof maximum === "number")
        json.maxItems = maximum;
    json.type = "array";
    json.items = to_json_schema_processSchema(def.element, ctx, {
        ...params,
        path: [...params.path, "items"],
    });
};
// Transform and catch set `optin = "optional"` at runtime so the parser lets them observe an
// absent key, but their declared input type stays required. An input JSON Schema describes the
// declared type, so resolve past them to the schema that actually carries the optionality.
// Used by both `objectProcessor` (for `required`) and `tupleProcessor` (for `minItems`); see
// wiki/optionality.md, "The JSON Schema emitter reads the *static* value".
function inputOptin(schema) {
    const def = schema._zod.def;
    if (def.type === "pipe" && def.in._zod.traits.has("$ZodTransform")) {
        return inputOptin(def.out);
    }
    if (def.type === "catch") {
        return inputOptin(def.innerType);
    }
    return schema._zod.optin;
}
const objectProcessor = (schema, ctx, _json, params) => {
    const json = _json;
    const def = schema._zod.def;
    const shape = def.shape;
    // dropping it while still emitting `additionalProperties: false` would emit a schema that rejects data this one requires
    const symbolKeys = Object.getOwnPropertySymbols(shape);
    if (symbolKeys.length &&
        handleUnrepresentable(schema, ctx, json, params, "Symbol keys cannot be represented in JSON Schema")) {
        return;
    }
    json.type = "object";
    json.properties = {};
    for (const key in shape) {
        // assignProp so a __proto__ key becomes an own property instead of hitting the inherited setter on the plain {} we build into
        (0,core_util/* assignProp */.Vy)(json.properties, key, to_json_schema_processSchema(shape[key], ctx, {
            ...params,
            path: [...params.path, "properties", key],
        }));
    }
    // required keys
    const requiredKeys = [];
    for (const key of Object.keys(shape)) {
        const field = def.shape[key];
        if (ctx.io === "input" ? inputOptin(field) === undefined : field._zod.optout === undefined) {
            requiredKeys.push(key);
        }
    }
    if (requiredKeys.length > 0) {
        json.required = requiredKeys;
    }
    // catchall
    if (def.catchall?._zod.def.type === "never") {
        // strict
        json.additionalProperties = false;
    }
    else if (!def.catchall) {
        // regular
        if (ctx.io === "output")
            json.additionalProperties = false;
    }
    else if (def.catchall) {
        json.additionalProperties = to_json_schema_processSchema(def.catchall, ctx, {
            ...params,
            path: [...params.path, "additionalProperties"],
        });
    }
};
const unionProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    // Exclusive unions (inclusive === false) use oneOf (exactly one match) instead of anyOf (one or more matches). This includes both z.xor() and discriminated unions
    const isExclusive = def.inclusive === false;
    const options = def.options.map((x, i) => to_json_schema_processSchema(x, ctx, {
        ...params,
        path: [...params.path, isExclusive ? "oneOf" : "anyOf", i],
    }));
    if (isExclusive) {
        json.oneOf = options;
    }
    else {
        json.anyOf = options;
    }
};
const intersectionProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    const a = to_json_schema_processSchema(def.left, ctx, {
        ...params,
        path: [...params.path, "allOf", 0],
    });
    const b = to_json_schema_processSchema(def.right, ctx, {
        ...params,
        path: [...params.path, "allOf", 1],
    });
    const isSimpleIntersection = (val) => "allOf" in val && Object.keys(val).length === 1;
    const allOf = [
        ...(isSimpleIntersection(a) ? a.allOf : [a]),
        ...(isSimpleIntersection(b) ? b.allOf : [b]),
    ];
    json.allOf = allOf;
    // Recorded innermost first, so a nested intersection has already folded by the time this one is considered. The array is the handle rather than the schema, because a wrapper that inherits this schema shares the same array; `finalize` folds every object holding it. See `foldIntersection`.
    ctx.intersections.push(allOf);
};
const tupleProcessor = (schema, ctx, _json, params) => {
    const json = _json;
    const def = schema._zod.def;
    json.type = "array";
    const prefixPath = ctx.target === "draft-2020-12" ? "prefixItems" : "items";
    const restPath = ctx.target === "draft-2020-12" ? "items" : ctx.target === "openapi-3.0" ? "items" : "additionalItems";
    const prefixItems = def.items.map((x, i) => to_json_schema_processSchema(x, ctx, {
        ...params,
        path: [...params.path, prefixPath, i],
    }));
    const rest = def.rest
        ? to_json_schema_processSchema(def.rest, ctx, {
            ...params,
            path: [...params.path, restPath, ...(ctx.target === "openapi-3.0" ? [def.items.length] : [])],
        })
        : null;
    let minItems = def.items.length;
    while (minItems > 0) {
        const item = def.items[minItems - 1];
        const optional = ctx.io === "input" ? inputOptin(item) !== undefined : item._zod.optout === "optional";
        if (!optional)
            break;
        minItems--;
    }
    const maxItems = def.items.length;
    const isClosed = !def.rest;
    if (ctx.target === "draft-2020-12") {
        json.prefixItems = prefixItems;
        if (isClosed) {
            json.items = false;
        }
        else if (rest) {
            json.items = rest;
        }
        if (minItems > 0)
            json.minItems = minItems;
        if (isClosed)
            json.maxItems = maxItems;
    }
    else if (ctx.target === "openapi-3.0") {
        json.items = {
            anyOf: prefixItems,
        };
        if (rest) {
            json.items.anyOf.push(rest);
        }
        if (minItems > 0)
            json.minItems = minItems;
        if (isClosed)
            json.maxItems = maxItems;
    }
    else {
        json.items = prefixItems;
        if (isClosed) {
            json.additionalItems = false;
        }
        else if (rest) {
            json.additionalItems = rest;
        }
        if (minItems > 0)
            json.minItems = minItems;
        if (isClosed)
            json.maxItems = maxItems;
    }
    // explicit user-defined length checks take precedence
    const { minimum, maximum } = aggregateChecks(schema);
    if (typeof minimum === "number")
        json.minItems = minimum;
    if (typeof maximum === "number")
        json.maxItems = maximum;
};
/** JSON object keys are always strings, so a numeric record key schema is re-expressed over the
 * numeric-string form the record parser matches. Deferred to `finalize`, after the flatten: a key
 * behind a wrapper only carries its own `type` before then, and a union key only has its branches.
 *
 * A numeric bound cannot apply to a property name, so `minimum` and its siblings are dropped rather
 * than carried over: keeping them beside `type: "string"` reproduces the match-nothing schema this
 * exists to fix. A key that carries one therefore emits wider than the record parses — `z.record(z.number().min(5), V)`
 * accepts `"3"` — which is the deliberate trade, since throwing on it would reject an ordinary schema
 * outright. */
function stringifyKeyNames(bySchema, json, visited) {
    // an extracted key that rewrites cannot go on sharing its definition — the string form a key position needs is not the number form every other reference wants — so it inlines. One that does not rewrite keeps the `$ref`.
    if (json.$ref) {
        // a recursive key holds its own reference inside its definition, so a node already on the path is left alone rather than resolved again
        if (visited.has(json))
            return json;
        visited.add(json);
        const def = bySchema.get(json)?.def;
        if (!def)
            return json;
        const inlined = stringifyKeyNames(bySchema, def, visited);
        return inlined === def ? json : inlined;
    }
    for (const keyword of ["anyOf", "oneOf"]) {
        const branches = json[keyword];
        if (!Array.isArray(branches))
            continue;
        const mapped = branches.map((branch) => stringifyKeyNames(bySchema, branch, visited));
        // rebuilding regardless would detach a key that had nothing to re-express, dropping its `$ref` and leaking the internal `id`
        if (mapped.some((branch, i) => branch !== branches[i]))
            json = { ...json, [keyword]: mapped };
    }
    // a member that already admits a string leaves the key unconstrained, so the node's own type re-expresses only when every member is numeric
    const types = Array.isArray(json.type) ? json.type : [json.type];
    const numericType = !types.includes("string") && types.some((t) => t === "number" || t === "integer");
    // a heterogeneous key carries no type at all, so its numeric members are caught here instead
    const values = json.enum ?? (json.const !== undefined ? [json.const] : undefined);
    if (!numericType && !values?.some((v) => typeof v === "number"))
        return json;
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format, id, ...rest } = json;
    if (rest.enum)
        rest.enum = rest.enum.map((v) => (typeof v === "number" ? String(v) : v));
    else if (typeof rest.const === "number")
        rest.const = String(rest.const);
    // a heterogeneous key keeps its absent type: the stringified members already say what a key may be
    if (!numericType)
        return rest;
    rest.type = "string";
    if (!values)
        rest.pattern = (types.includes("number") ? number : integer).source;
    return rest;
}
/** Every record of one conversion, so the carriers are found in a single pass rather than once per record. */
const pendingRecords = new WeakMap();
function rewriteKeyNames(ctx) {
    // an extracted key is resolved by the object `extractToDef` left in its place, so the map is built once rather than searched per reference. `_zod.toJSONSchema` can hand the same object to two schemas, so the first entry carrying a body wins, as a search would have found it.
    const bySchema = new Map();
    for (const entry of ctx.seen.values()) {
        if (entry.def && !bySchema.has(entry.schema))
            bySchema.set(entry.schema, entry);
    }
    const rewrites = new Map();
    for (const record of pendingRecords.get(ctx) ?? []) {
        const seen = ctx.seen.get(record);
        const names = (seen?.def ?? seen?.schema)?.propertyNames;
        if (!names || names === true || rewrites.has(names))
            continue;
        const rewritten = stringifyKeyNames(bySchema, names, new Set());
        if (rewritten !== names)
            rewrites.set(names, rewritten);
    }
    if (!rewrites.size)
        return;
    // the flatten has already copied each record's own properties onto every wrapper by reference, and an extracted body is another such copy, so every carrier holding a rewritten key is updated together
    for (const entry of ctx.seen.values()) {
        for (const carrier of [entry.schema, entry.def]) {
            const rewritten = carrier && rewrites.get(carrier.propertyNames);
            if (rewritten)
                carrier.propertyNames = rewritten;
        }
    }
}
const recordProcessor = (schema, ctx, _json, params) => {
    const json = _json;
    const def = schema._zod.def;
    json.type = "object";
    // For looseRecord with regex patterns, use patternProperties. This correctly represents "only validate keys matching the pattern" semantics and composes well with allOf (intersections)
    const keyType = def.keyType;
    const patterns = aggregateChecks(keyType).patterns;
    if (def.mode === "loose" && patterns && patterns.size > 0) {
        // Use patternProperties for looseRecord with regex patterns
        const valueSchema = to_json_schema_processSchema(def.valueType, ctx, {
            ...params,
            path: [...params.path, "patternProperties", "*"],
        });
        json.patternProperties = {};
        for (const pattern of patterns) {
            (0,core_util/* assignProp */.Vy)(json.patternProperties, exactPattern(pattern).source, valueSchema);
        }
    }
    else {
        // Default behavior: use propertyNames + additionalProperties
        if (ctx.target === "draft-07" || ctx.target === "draft-2020-12") {
            json.propertyNames = to_json_schema_processSchema(def.keyType, ctx, {
                ...params,
                path: [...params.path, "propertyNames"],
            });
            let pending = pendingRecords.get(ctx);
            if (!pending) {
                pending = [];
                pendingRecords.set(ctx, pending);
                ctx.deferred.push(() => rewriteKeyNames(ctx));
            }
            pending.push(schema);
        }
        json.additionalProperties = to_json_schema_processSchema(def.valueType, ctx, {
            ...params,
            path: [...params.path, "additionalProperties"],
        });
    }
    // Add required for keys with discrete values (enum, literal, etc.)
    const keyValues = keyType._zod.values;
    // Every key shares one value schema, so an optional-in value makes the whole key set omittable on input. Output keeps them: the exhaustive branch assigns every key, even one whose value came back undefined.
    const omittableOnInput = ctx.io === "input" && inputOptin(def.valueType) !== undefined;
    if (keyValues && !def.partial && !omittableOnInput) {
        const validKeyValues = [...keyValues].filter((v) => typeof v === "string" || typeof v === "number");
        if (validKeyValues.length > 0) {
            json.required = validKeyValues.map(String);
        }
    }
};
const nullableProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    const inner = to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    if (ctx.target === "openapi-3.0") {
        seen.ref = def.innerType;
        json.nullable = true;
    }
    else {
        json.anyOf = [inner, { type: "null" }];
    }
};
const nonoptionalProcessor = (schema, ctx, _json, params) => {
    const def = schema._zod.def;
    to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = def.innerType;
};
/** Round-trips a default value through JSON so the emitted schema is guaranteed to be valid JSON.
 * A BigInt has no reliable encoding, so it goes through `unrepresentable` like any other
 * unrepresentable value. Returns a sentinel when the caller must not write a default of its own. */
const UNREPRESENTABLE_DEFAULT = Symbol();
function serializeDefaultValue(value, schema, ctx, json, params) {
    let unrepresentable = false;
    const serialized = JSON.stringify(value, (_, val) => {
        if (typeof val !== "bigint")
            return val;
        unrepresentable = true;
        return null;
    });
    if (!unrepresentable)
        return JSON.parse(serialized);
    handleUnrepresentable(schema, ctx, json, params, "BigInt defaults cannot be represented in JSON Schema");
    return UNREPRESENTABLE_DEFAULT;
}
const defaultProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = def.innerType;
    const value = serializeDefaultValue(def.defaultValue, schema, ctx, json, params);
    if (value !== UNREPRESENTABLE_DEFAULT)
        json.default = value;
};
const prefaultProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = def.innerType;
    if (ctx.io !== "input")
        return;
    const value = serializeDefaultValue(def.defaultValue, schema, ctx, json, params);
    if (value !== UNREPRESENTABLE_DEFAULT)
        json._prefault = value;
};
const catchProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = def.innerType;
    let catchValue;
    try {
        catchValue = def.catchValue(undefined);
    }
    catch {
        handleUnrepresentable(schema, ctx, json, params, "Dynamic catch values are not supported in JSON Schema");
        return;
    }
    json.default = catchValue;
};
const pipeProcessor = (schema, ctx, _json, params) => {
    const def = schema._zod.def;
    const inIsTransform = def.in._zod.traits.has("$ZodTransform");
    const innerType = ctx.io === "input" ? (inIsTransform ? def.out : def.in) : def.out;
    to_json_schema_processSchema(innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = innerType;
};
const readonlyProcessor = (schema, ctx, json, params) => {
    const def = schema._zod.def;
    to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = def.innerType;
    json.readOnly = true;
};
const promiseProcessor = (schema, ctx, _json, params) => {
    const def = schema._zod.def;
    to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = def.innerType;
};
const optionalProcessor = (schema, ctx, _json, params) => {
    const def = schema._zod.def;
    to_json_schema_processSchema(def.innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = def.innerType;
};
const lazyProcessor = (schema, ctx, _json, params) => {
    const innerType = schema._zod.innerType;
    to_json_schema_processSchema(innerType, ctx, params);
    const seen = ctx.seen.get(schema);
    seen.ref = innerType;
};
// ==================== ALL PROCESSORS ====================
const allProcessors = {
    string: stringProcessor,
    number: numberProcessor,
    boolean: booleanProcessor,
    bigint: bigintProcessor,
    symbol: symbolProcessor,
    null: nullProcessor,
    undefined: undefinedProcessor,
    void: voidProcessor,
    never: neverProcessor,
    any: anyProcessor,
    unknown: unknownProcessor,
    date: dateProcessor,
    enum: enumProcessor,
    literal: literalProcessor,
    nan: nanProcessor,
    template_literal: templateLiteralProcessor,
    file: fileProcessor,
    success: successProcessor,
    custom: customProcessor,
    function: functionProcessor,
    transform: transformProcessor,
    map: mapProcessor,
    set: setProcessor,
    array: arrayProcessor,
    object: objectProcessor,
    union: unionProcessor,
    intersection: intersectionProcessor,
    tuple: tupleProcessor,
    record: recordProcessor,
    nullable: nullableProcessor,
    nonoptional: nonoptionalProcessor,
    default: defaultProcessor,
    prefault: prefaultProcessor,
    catch: catchProcessor,
    pipe: pipeProcessor,
    readonly: readonlyProcessor,
    promise: promiseProcessor,
    optional: optionalProcessor,
    lazy: lazyProcessor,
};
function toJSONSchema(input, params) {
    if ("_idmap" in input) {
        // Registry case
        const registry = input;
        const ctx = initializeContext({ ...params, processors: allProcessors });
        const defs = {};
        // First pass: process all schemas to build the seen map
        for (const entry of registry._idmap.entries()) {
            const [_, schema] = entry;
            processSchema(schema, ctx);
        }
        const schemas = {};
        const external = {
            registry,
            uri: params?.uri,
            defs,
        };
        // Update the context with external configuration
        ctx.external = external;
        // Second pass: emit each schema
        for (const entry of registry._idmap.entries()) {
            const [key, schema] = entry;
            extractDefs(ctx, schema);
            assignProp(schemas, key, finalize(ctx, schema));
        }
        if (Object.keys(defs).length > 0) {
            const defsSegment = ctx.target === "draft-2020-12" ? "$defs" : "definitions";
            schemas.__shared = {
                [defsSegment]: defs,
            };
        }
        return { schemas };
    }
    // Single schema case
    const ctx = initializeContext({ ...params, processors: allProcessors });
    processSchema(input, ctx);
    extractDefs(ctx, input);
    return finalize(ctx, input);
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/locales/en.js

const error = () => {
    const Sizable = {
        string: { unit: "characters", verb: "to have" },
        file: { unit: "bytes", verb: "to have" },
        array: { unit: "items", verb: "to have" },
        set: { unit: "items", verb: "to have" },
        map: { unit: "entries", verb: "to have" },
    };
    function getSizing(origin) {
        return Sizable[origin] ?? null;
    }
    const FormatDictionary = {
        regex: "input",
        email: "email address",
        url: "URL",
        emoji: "emoji",
        uuid: "UUID",
        uuidv4: "UUIDv4",
        uuidv6: "UUIDv6",
        nanoid: "nanoid",
        guid: "GUID",
        cuid: "cuid",
        cuid2: "cuid2",
        ulid: "ULID",
        xid: "XID",
        ksuid: "KSUID",
        datetime: "ISO datetime",
        date: "ISO date",
        time: "ISO time",
        duration: "ISO duration",
        ipv4: "IPv4 address",
        ipv6: "IPv6 address",
        mac: "MAC address",
        cidrv4: "IPv4 range",
        cidrv6: "IPv6 range",
        base64: "base64-encoded string",
        base64url: "base64url-encoded string",
        json_string: "JSON string",
        e164: "E.164 number",
        currency_code: "currency code",
        credit_card: "credit card number",
        iban: "IBAN",
        jwt: "JWT",
        template_literal: "input",
    };
    // type names: missing keys = do not translate (use raw value via ?? fallback)
    const TypeDictionary = {
        // Compatibility: "nan" -> "NaN" for display
        nan: "NaN",
        // All other type names omitted - they fall back to raw values via ?? operator
    };
    function getTypeName(type, input) {
        if (type === "number" && typeof input === "number" && !Number.isFinite(input)) {
            return String(input);
        }
        return TypeDictionary[type] ?? type;
    }
    return (issue) => {
        switch (issue.code) {
            case "invalid_type": {
                const expected = getTypeName(issue.expected);
                const receivedType = core_util/* parsedType */.GW(issue.input);
                const received = getTypeName(receivedType, issue.input);
                return `Invalid input: expected ${expected}, received ${received}`;
            }
            case "invalid_value":
                if (issue.values.length === 1)
                    return `Invalid input: expected ${core_util/* stringifyPrimitive */.B7(issue.values[0])}`;
                return `Invalid option: expected one of ${core_util/* joinValues */.jw(issue.values, "|")}`;
            case "too_big": {
                const adj = issue.exact ? "exactly " : issue.inclusive ? "<=" : "<";
                const sizing = getSizing(issue.origin);
                if (sizing)
                    return `Too big: expected ${issue.origin ?? "value"} to have ${adj}${issue.maximum.toString()} ${sizing.unit ?? "elements"}`;
                return `Too big: expected ${issue.origin ?? "value"} to be ${adj}${issue.maximum.toString()}`;
            }
            case "too_small": {
                const adj = issue.exact ? "exactly " : issue.inclusive ? ">=" : ">";
                const sizing = getSizing(issue.origin);
                if (sizing) {
                    return `Too small: expected ${issue.origin} to have ${adj}${issue.minimum.toString()} ${sizing.unit}`;
                }
                return `Too small: expected ${issue.origin} to be ${adj}${issue.minimum.toString()}`;
            }
            case "invalid_format": {
                const _issue = issue;
                if (_issue.format === "starts_with") {
                    return `Invalid string: must start with "${_issue.prefix}"`;
                }
                if (_issue.format === "ends_with")
                    return `Invalid string: must end with "${_issue.suffix}"`;
                if (_issue.format === "includes")
                    return `Invalid string: must include "${_issue.includes}"`;
                if (_issue.format === "regex")
                    return `Invalid string: must match pattern ${_issue.pattern}`;
                return `Invalid ${FormatDictionary[_issue.format] ?? issue.format}`;
            }
            case "not_multiple_of":
                return `Invalid number: must be a multiple of ${issue.divisor}`;
            case "unrecognized_keys":
                return `Unrecognized key${issue.keys.length > 1 ? "s" : ""}: ${core_util/* joinValues */.jw(issue.keys, ", ")}`;
            case "invalid_key":
                return `Invalid key in ${issue.origin}`;
            case "invalid_union":
                if (issue.options && Array.isArray(issue.options) && issue.options.length > 0) {
                    const opts = issue.options.map((o) => `'${o}'`).join(" | ");
                    return `Invalid discriminator value. Expected ${opts}`;
                }
                if (issue.inclusive === false) {
                    return "Invalid input: more than one option matched";
                }
                return "Invalid input";
            case "invalid_element":
                return `Invalid value in ${issue.origin}`;
            default:
                return `Invalid input`;
        }
    };
};
/* harmony default export */ function en() {
    return {
        localeError: error(),
    };
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/errors.js


/* Computing the message eagerly is expensive (pretty-printed JSON of all
 * issues), so defer it until first read. The accessor functions and
 * descriptors are shared across instances to keep error construction
 * cheap; the computed message is cached on the internals object. The
 * setter preserves plain assignment semantics for consumers that
 * overwrite `message`. */
function _getMessage() {
    const internals = this._zod;
    internals.message ?? (internals.message = JSON.stringify(internals.def, core_util/* jsonStringifyReplacer */.k8, 2));
    return internals.message;
}
function _setMessage(value) {
    this._zod.message = value;
}
const _messageDesc = {
    get: _getMessage,
    set: _setMessage,
    enumerable: true,
    configurable: true,
};
const _issuesDesc = { value: undefined, enumerable: false };
/* Prototypes that already carry the lazy `toString`. Seeded with the
 * intrinsics so that `init` on a foreign object — it accepts any object —
 * can never install an accessor onto a prototype we do not own. */
const _installedToString = /* @__PURE__ */ new WeakSet([Object.prototype, Error.prototype]);
const initializer = (inst, def) => {
    inst.name = "$ZodError";
    // `_zod` is already non-enumerable: $constructor's init defined it with this same descriptor
    _issuesDesc.value = def;
    Object.defineProperty(inst, "issues", _issuesDesc);
    // Clear the shared slot; a retained `value` pins the last error's issues.
    _issuesDesc.value = undefined;
    Object.defineProperty(inst, "message", _messageDesc);
    /* `toString` lives as a non-enumerable lazy getter on the shared
     * prototype; on first access it caches a per-instance closure so
     * detached usage still works. */
    const proto = Object.getPrototypeOf(inst);
    if (!_installedToString.has(proto)) {
        _installedToString.add(proto);
        Object.defineProperty(proto, "toString", {
            configurable: true,
            enumerable: false,
            get() {
                const value = () => this.message;
                Object.defineProperty(this, "toString", { value, configurable: true, writable: true });
                return value;
            },
            set(value) {
                Object.defineProperty(this, "toString", { value, configurable: true, writable: true });
            },
        });
    }
};
const $ZodError = (0,core_core/* $constructor */.xI)("$ZodError", initializer);
const $ZodRealError = (0,core_core/* $constructor */.xI)("$ZodError", initializer, undefined, {
    Parent: Error,
});
/** Get-or-create `obj[key]` as an own data property. A path segment naming an inherited member
 * ("toString", "constructor") would otherwise read through to the prototype, and assigning
 * "__proto__" would hit the setter instead of creating a key. */
function node(obj, key, make) {
    if (!Object.prototype.hasOwnProperty.call(obj, key)) {
        if (key === "__proto__") {
            Object.defineProperty(obj, key, { value: make(), writable: true, enumerable: true, configurable: true });
        }
        else {
            obj[key] = make();
        }
    }
    return obj[key];
}
function flattenError(error, mapper = (issue) => issue.message) {
    const fieldErrors = {};
    const formErrors = [];
    for (const sub of error.issues) {
        if (sub.path.length > 0) {
            node(fieldErrors, sub.path[0], () => []).push(mapper(sub));
        }
        else {
            formErrors.push(mapper(sub));
        }
    }
    return { formErrors, fieldErrors };
}
function formatError(error, mapper = (issue) => issue.message) {
    const fieldErrors = { _errors: [] };
    const processError = (error, path = []) => {
        for (const issue of error.issues) {
            if (issue.code === "invalid_union" && issue.errors.length) {
                issue.errors.map((issues) => processError({ issues }, [...path, ...issue.path]));
            }
            else if (issue.code === "invalid_key") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else if (issue.code === "invalid_element") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else {
                const fullpath = [...path, ...issue.path];
                if (fullpath.length === 0) {
                    fieldErrors._errors.push(mapper(issue));
                }
                else {
                    let curr = fieldErrors;
                    let i = 0;
                    while (i < fullpath.length) {
                        const el = fullpath[i];
                        const terminal = i === fullpath.length - 1;
                        // `_errors` is reserved by this legacy format, so merge a matching path segment into the current node instead of treating its array as a child.
                        if (el === "_errors") {
                            if (terminal)
                                curr._errors.push(mapper(issue));
                            i++;
                            continue;
                        }
                        // A path element may collide with an inherited property name such as
                        // "__proto__" or "constructor". Truthiness checks read the prototype
                        // (so no node is created, then ._errors.push throws), and bracket
                        // assignment of "__proto__" hits the setter instead of creating an
                        // own key. Guard the read with hasOwnProperty and create the node
                        // with defineProperty so any path element becomes a real own key.
                        if (!Object.prototype.hasOwnProperty.call(curr, el)) {
                            Object.defineProperty(curr, el, {
                                value: { _errors: [] },
                                enumerable: true,
                                writable: true,
                                configurable: true,
                            });
                        }
                        const node = curr[el];
                        if (terminal) {
                            node._errors.push(mapper(issue));
                        }
                        curr = node;
                        i++;
                    }
                }
            }
        }
    };
    processError(error);
    return fieldErrors;
}
function treeifyError(error, mapper = (issue) => issue.message) {
    const result = { errors: [] };
    const processError = (error, path = []) => {
        var _a;
        for (const issue of error.issues) {
            if (issue.code === "invalid_union" && issue.errors.length) {
                // regular union error
                issue.errors.map((issues) => processError({ issues }, [...path, ...issue.path]));
            }
            else if (issue.code === "invalid_key") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else if (issue.code === "invalid_element") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else {
                const fullpath = [...path, ...issue.path];
                if (fullpath.length === 0) {
                    result.errors.push(mapper(issue));
                    continue;
                }
                let curr = result;
                let i = 0;
                while (i < fullpath.length) {
                    const el = fullpath[i];
                    const terminal = i === fullpath.length - 1;
                    if (typeof el === "string") {
                        curr.properties ?? (curr.properties = {});
                        // el may collide with an inherited property name ("__proto__",
                        // "constructor", ...); ??= reads the prototype so the node is never
                        // created and curr.errors.push throws. Guard with hasOwnProperty and
                        // create the node with defineProperty so "__proto__" becomes a real
                        // own key rather than invoking the prototype setter.
                        if (!Object.prototype.hasOwnProperty.call(curr.properties, el)) {
                            Object.defineProperty(curr.properties, el, {
                                value: { errors: [] },
                                enumerable: true,
                                writable: true,
                                configurable: true,
                            });
                        }
                        curr = curr.properties[el];
                    }
                    else {
                        curr.items ?? (curr.items = []);
                        (_a = curr.items)[el] ?? (_a[el] = { errors: [] });
                        curr = curr.items[el];
                    }
                    if (terminal) {
                        curr.errors.push(mapper(issue));
                    }
                    i++;
                }
            }
        }
    };
    processError(error);
    return result;
}
/** Format a ZodError as a human-readable string in the following form.
 *
 * From
 *
 * ```ts
 * ZodError {
 *   issues: [
 *     {
 *       expected: 'string',
 *       code: 'invalid_type',
 *       path: [ 'username' ],
 *       message: 'Invalid input: expected string'
 *     },
 *     {
 *       expected: 'number',
 *       code: 'invalid_type',
 *       path: [ 'favoriteNumbers', 1 ],
 *       message: 'Invalid input: expected number'
 *     }
 *   ];
 * }
 * ```
 *
 * to
 *
 * ```
 * username
 *   ✖ Expected number, received string at "username
 * favoriteNumbers[0]
 *   ✖ Invalid input: expected number
 * ```
 */
function toDotPath(_path) {
    const segs = [];
    const path = _path.map((seg) => (typeof seg === "object" ? seg.key : seg));
    for (const seg of path) {
        if (typeof seg === "number")
            segs.push(`[${seg}]`);
        else if (typeof seg === "symbol")
            segs.push(`[${JSON.stringify(String(seg))}]`);
        else if (/[^\w$]/.test(seg))
            segs.push(`[${JSON.stringify(seg)}]`);
        else {
            if (segs.length)
                segs.push(".");
            segs.push(seg);
        }
    }
    return segs.join("");
}
function prettifyError(error) {
    const lines = [];
    // sort by path length
    const issues = [...error.issues].sort((a, b) => (a.path ?? []).length - (b.path ?? []).length);
    // Process each issue
    for (const issue of issues) {
        lines.push(`✖ ${issue.message}`);
        if (issue.path?.length)
            lines.push(`  → at ${toDotPath(issue.path)}`);
    }
    // Convert Map to formatted string
    return lines.join("\n");
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/parse.js



// Always both keys, so the `_params` read site in `_parse` sees one object shape rather than two.
function finalizeParams(callee, params) {
    return { callee: params?.callee ?? callee, Err: params?.Err };
}
const _parse = (_Err) => {
    const fn = (schema, value, _ctx, _params) => {
        const ctx = _ctx ? { ..._ctx, async: false } : { async: false };
        const result = schema._zod.run({ value, issues: [] }, ctx);
        if (result instanceof Promise) {
            throw new core_core/* $ZodAsyncError */.GT();
        }
        if (result.issues.length) {
            const e = new (_params?.Err ?? _Err)(result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())));
            core_util/* captureStackTrace */.gx(e, _params?.callee ?? fn);
            throw e;
        }
        return result.value;
    };
    return fn;
};
const parse_parse = /* @__PURE__*/ _parse($ZodRealError);
const _parseAsync = (_Err) => {
    const fn = async (schema, value, _ctx, params) => {
        const ctx = _ctx ? { ..._ctx, async: true } : { async: true };
        let result = schema._zod.run({ value, issues: [] }, ctx);
        if (result instanceof Promise)
            result = await result;
        if (result.issues.length) {
            const e = new (params?.Err ?? _Err)(result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())));
            core_util/* captureStackTrace */.gx(e, params?.callee ?? fn);
            throw e;
        }
        return result.value;
    };
    return fn;
};
const parse_parseAsync = /* @__PURE__*/ _parseAsync($ZodRealError);
const _safeParse = (_Err) => (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, async: false } : { async: false };
    const result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise) {
        throw new core_core/* $ZodAsyncError */.GT();
    }
    return result.issues.length ? failure(_Err, result.issues, ctx) : { success: true, data: result.value };
};
const safeParse = /* @__PURE__*/ _safeParse($ZodRealError);
// the error is built on the first read of `error`: finalizing the issues and constructing the instance is most of a failing parse, and a caller that only branches on `success` never pays it. a getter in the literal keeps this small; the alternative, one shared accessor descriptor plus a hidden state slot, reads ~15% faster but costs ~75 B gzipped in every bundle
function failure(Err, issues, ctx) {
    let error;
    return {
        success: false,
        get error() {
            if (!error) {
                error = new Err(issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())));
                // finalizeIssue drops `input`, so the built error holds nothing; keeping the raw issues past this point pins the parsed value for the life of the result
                issues = undefined;
                ctx = undefined;
            }
            return error;
        },
        set error(e) {
            error = e;
            // a replacement makes the getter's branch unreachable, so the captures have to go here too
            issues = undefined;
            ctx = undefined;
        },
    };
}
const _safeParseAsync = (_Err) => async (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, async: true } : { async: true };
    let result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise)
        result = await result;
    return result.issues.length ? failure(_Err, result.issues, ctx) : { success: true, data: result.value };
};
const safeParseAsync = /* @__PURE__*/ _safeParseAsync($ZodRealError);
// registry mirrors of the compiler's sentinels, so this module never imports the compiler
const COMPILE_INVALID = /* @__PURE__ */ Symbol.for("zod.compile.invalid");
const COMPILE_FALLBACK = /* @__PURE__ */ Symbol.for("zod.compile.fallback");
// Deliberately tiny, because v8 will not inline a body carrying the fallback's object literals and throw. Everything that is not the compiled happy path lives in validateFallback, and that split is worth ~35% on a compiled schema.
const validate = ((schema, value, _ctx) => {
    const validator = schema._zod.bag.validator;
    if (validator !== undefined) {
        if (validator(value) !== COMPILE_INVALID)
            return true;
        // a definite sentinel means the runtime would reject, so skip the re-parse; a ctx can still change the answer
        if (validator.definite === true && _ctx === undefined)
            return false;
    }
    return validateFallback(schema, value, _ctx);
});
function validateFallback(schema, value, _ctx) {
    const ctx = _ctx
        ? { ..._ctx, async: false, abortEarly: true }
        : { async: false, abortEarly: true };
    const fallbackRun = schema._zod.bag.fallbackRun;
    let result;
    if (fallbackRun) {
        // skip nested fast paths on the fallback, so user callbacks keep the at-most-twice bound
        ctx[COMPILE_FALLBACK] = true;
        result = fallbackRun({ value, issues: [] }, ctx);
    }
    else {
        result = schema._zod.run({ value, issues: [] }, ctx);
    }
    if (result instanceof Promise) {
        throw new core_core/* $ZodAsyncError */.GT();
    }
    return result.issues.length === 0;
}
// no fast path: the compiler keeps async parses on the runtime, because a promise-returning callback that is not declared async compiles to a throw
const parse_validateAsync = async (schema, value, _ctx) => {
    const ctx = _ctx
        ? { ..._ctx, async: true, abortEarly: true }
        : { async: true, abortEarly: true };
    let result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise)
        result = await result;
    return result.issues.length === 0;
};
const _encode = (_Err) => {
    const parse = _parse(_Err);
    const fn = (schema, value, _ctx, _params) => {
        const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
        return parse(schema, value, ctx, finalizeParams(fn, _params));
    };
    return fn;
};
const encode = /* @__PURE__*/ _encode($ZodRealError);
const _decode = (_Err) => {
    const parse = _parse(_Err);
    const fn = (schema, value, _ctx, _params) => {
        return parse(schema, value, _ctx, finalizeParams(fn, _params));
    };
    return fn;
};
const decode = /* @__PURE__*/ _decode($ZodRealError);
const _encodeAsync = (_Err) => {
    const parseAsync = _parseAsync(_Err);
    const fn = async (schema, value, _ctx, _params) => {
        const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
        return (await parseAsync(schema, value, ctx, finalizeParams(fn, _params)));
    };
    return fn;
};
const encodeAsync = /* @__PURE__*/ _encodeAsync($ZodRealError);
const _decodeAsync = (_Err) => {
    const parseAsync = _parseAsync(_Err);
    const fn = async (schema, value, _ctx, _params) => {
        return await parseAsync(schema, value, _ctx, finalizeParams(fn, _params));
    };
    return fn;
};
const decodeAsync = /* @__PURE__*/ _decodeAsync($ZodRealError);
const _safeEncode = (_Err) => (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
    return _safeParse(_Err)(schema, value, ctx);
};
const safeEncode = /* @__PURE__*/ _safeEncode($ZodRealError);
const _safeDecode = (_Err) => (schema, value, _ctx) => {
    return _safeParse(_Err)(schema, value, _ctx);
};
const safeDecode = /* @__PURE__*/ _safeDecode($ZodRealError);
const _safeEncodeAsync = (_Err) => async (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
    return _safeParseAsync(_Err)(schema, value, ctx);
};
const safeEncodeAsync = /* @__PURE__*/ _safeEncodeAsync($ZodRealError);
const _safeDecodeAsync = (_Err) => async (schema, value, _ctx) => {
    return _safeParseAsync(_Err)(schema, value, _ctx);
};
const safeDecodeAsync = /* @__PURE__*/ _safeDecodeAsync($ZodRealError);

;// CONCATENATED MODULE: ./node_modules/zod/v4/classic/errors.js



/* Prototypes that already carry the lazy helper methods. Seeded with the
 * intrinsics so that `init` on a foreign object — it accepts any object —
 * can never install an accessor onto a prototype we do not own. */
const _installedErrorProtos = /* @__PURE__ */ new WeakSet([Object.prototype, Error.prototype]);
/* Helper methods live as non-enumerable lazy getters on the shared
 * prototype instead of own properties on every instance. On first
 * access the getter allocates the per-instance closure and caches it
 * as a non-enumerable own property, so detached usage still works and
 * the allocation only happens for methods actually touched. */
function _lazyMethod(proto, key, make) {
    Object.defineProperty(proto, key, {
        configurable: true,
        enumerable: false,
        get() {
            const value = make(this);
            Object.defineProperty(this, key, { value, configurable: true, writable: true });
            return value;
        },
        set(value) {
            Object.defineProperty(this, key, { value, configurable: true, writable: true });
        },
    });
}
const errors_initializer = (inst, issues) => {
    $ZodError.init(inst, issues);
    inst.name = "ZodError";
    const proto = Object.getPrototypeOf(inst);
    if (_installedErrorProtos.has(proto))
        return;
    _installedErrorProtos.add(proto);
    _lazyMethod(proto, "format", (self) => (mapper) => formatError(self, mapper));
    _lazyMethod(proto, "flatten", (self) => (mapper) => flattenError(self, mapper));
    _lazyMethod(proto, "addIssue", (self) => (issue) => {
        self.issues.push(issue);
        self.message = JSON.stringify(self.issues, core_util/* jsonStringifyReplacer */.k8, 2);
    });
    _lazyMethod(proto, "addIssues", (self) => (issues) => {
        self.issues.push(...issues);
        self.message = JSON.stringify(self.issues, core_util/* jsonStringifyReplacer */.k8, 2);
    });
    Object.defineProperty(proto, "isEmpty", {
        configurable: true,
        enumerable: false,
        get() {
            return this.issues.length === 0;
        },
    });
};
const ZodError = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodError", errors_initializer)));
const ZodRealError = /*@__PURE__*/ core_core/* $constructor */.xI("ZodError", errors_initializer, undefined, {
    Parent: Error,
});
// /** @deprecated Use `z.core.$ZodErrorMapCtx` instead. */
// export type ErrorMapCtx = core.$ZodErrorMapCtx;

;// CONCATENATED MODULE: ./node_modules/zod/v4/classic/parse.js


const classic_parse_parse = /* @__PURE__ */ _parse(ZodRealError);
const classic_parse_parseAsync = /* @__PURE__ */ _parseAsync(ZodRealError);
const parse_safeParse = /* @__PURE__ */ _safeParse(ZodRealError);
const parse_safeParseAsync = /* @__PURE__ */ _safeParseAsync(ZodRealError);

// Codec functions
const parse_encode = /* @__PURE__ */ _encode(ZodRealError);
const parse_decode = /* @__PURE__ */ _decode(ZodRealError);
const parse_encodeAsync = /* @__PURE__ */ _encodeAsync(ZodRealError);
const parse_decodeAsync = /* @__PURE__ */ _decodeAsync(ZodRealError);
const parse_safeEncode = /* @__PURE__ */ _safeEncode(ZodRealError);
const parse_safeDecode = /* @__PURE__ */ _safeDecode(ZodRealError);
const parse_safeEncodeAsync = /* @__PURE__ */ _safeEncodeAsync(ZodRealError);
const parse_safeDecodeAsync = /* @__PURE__ */ _safeDecodeAsync(ZodRealError);

;// CONCATENATED MODULE: ./node_modules/zod/v4/classic/schemas.js








// Register English as the default locale on first ZodType construction. Hooked into the `ZodType` `$constructor` (rather than a top-level `config(en())` in `external.ts`) so bundlers honoring `sideEffects: false` can't tree-shake it out — see #5953, #5725. An explicit `z.config(z.locales.xx())` call wins regardless of order, since this only sets the default when none is present.
function _ensureDefaultLocale() {
    if (!core_core/* globalConfig */.cr.localeError)
        core_core/* config */.$W(en());
}
// the default memoizer is read by the core container init, which runs before `ZodType.init`, so each container calls this first
function _ensureDefaultMemoizer() {
    if (!core_core/* globalConfig */.cr.memoizer)
        core_core/* config */.$W({ memoizer: memoizer() });
}
const ZodType = /*@__PURE__*/ core_core/* $constructor */.xI("ZodType", (inst, def) => {
    _ensureDefaultLocale();
    $ZodType.init(inst, def);
    inst.def = def;
    inst.type = def.type;
    return inst;
}, {
    check(...chks) {
        const def = this.def;
        return this.clone(core_util/* mergeDefs */.zM(def, {
            checks: [
                ...(def.checks ?? []),
                ...chks.map((ch) => typeof ch === "function" ? { _zod: { check: ch, def: { check: "custom" }, onattach: [] } } : ch),
            ],
        }), { parent: true });
    },
    with(...chks) {
        return this.check(...chks);
    },
    clone(def, params) {
        return core_util/* clone */.o8(this, def, params);
    },
    brand() {
        return this;
    },
    register(reg, meta) {
        reg.add(this, meta);
        return this;
    },
    refine(check, params) {
        return this.check(refine(check, params));
    },
    superRefine(refinement, params) {
        return this.check(superRefine(refinement, params));
    },
    overwrite(fn) {
        return this.check(_overwrite(fn));
    },
    optional() {
        return optional(this);
    },
    exactOptional() {
        return exactOptional(this);
    },
    nullable() {
        return nullable(this);
    },
    nullish() {
        return optional(nullable(this));
    },
    nonoptional(params) {
        return nonoptional(this, params);
    },
    array() {
        return array(this);
    },
    or(arg) {
        return union([this, arg]);
    },
    and(arg) {
        return intersection(this, arg);
    },
    transform(tx) {
        return pipe(this, transform(tx));
    },
    default(d) {
        return schemas_default(this, d);
    },
    prefault(d) {
        return prefault(this, d);
    },
    catch(params) {
        return schemas_catch(this, params);
    },
    pipe(target) {
        return pipe(this, target);
    },
    readonly() {
        return readonly(this);
    },
    describe(description) {
        const cl = this.clone();
        globalRegistry.add(cl, { description });
        return cl;
    },
    meta(...args) {
        // overloaded: meta() returns the registered metadata, meta(data) returns a clone with `data` registered. The mapped type picks up the second overload, so we accept variadic any-args and return `any` to satisfy both at runtime.
        if (args.length === 0)
            return globalRegistry.get(this);
        const cl = this.clone();
        globalRegistry.add(cl, args[0]);
        return cl;
    },
    isOptional() {
        return this.safeParse(undefined).success;
    },
    isNullable() {
        return this.safeParse(null).success;
    },
    apply(fn, ...args) {
        return args.length === 0 ? fn(this) : fn(this, ...args);
    },
    // Overrides core's `~standard` to add `jsonSchema`. Must stay a prototype entry: redefining it per instance demotes instances to dictionary mode.
    get "~standard"() {
        return core_util/* hide */.jD(this, "~standard", {
            ...standardProps(this),
            jsonSchema: {
                input: createStandardJSONSchemaMethod(this, "input"),
                output: createStandardJSONSchemaMethod(this, "output"),
            },
        });
    },
    set "~standard"(value) {
        core_util/* own */.qh(this, "~standard", value);
    },
    parse: function _parse(data, params) {
        return classic_parse_parse(this, data, params, { callee: _parse });
    },
    parseAsync: async function _parseAsync(data, params) {
        return await classic_parse_parseAsync(this, data, params, { callee: _parseAsync });
    },
    safeParse(data, params) {
        return parse_safeParse(this, data, params);
    },
    async safeParseAsync(data, params) {
        return parse_safeParseAsync(this, data, params);
    },
    // `spa` is an alias: same function object as `safeParseAsync`, as before.
    get spa() {
        return this?.safeParseAsync;
    },
    set spa(value) {
        core_util/* own */.qh(this, "spa", value);
    },
    validate(data, params) {
        return validate(this, data, params);
    },
    validateAsync(data, params) {
        return parse_validateAsync(this, data, params);
    },
    encode: function _encode(data, params) {
        return parse_encode(this, data, params, { callee: _encode });
    },
    decode: function _decode(data, params) {
        return parse_decode(this, data, params, { callee: _decode });
    },
    encodeAsync: async function _encodeAsync(data, params) {
        return await parse_encodeAsync(this, data, params, { callee: _encodeAsync });
    },
    decodeAsync: async function _decodeAsync(data, params) {
        return await parse_decodeAsync(this, data, params, { callee: _decodeAsync });
    },
    safeEncode(data, params) {
        return parse_safeEncode(this, data, params);
    },
    safeDecode(data, params) {
        return parse_safeDecode(this, data, params);
    },
    async safeEncodeAsync(data, params) {
        return parse_safeEncodeAsync(this, data, params);
    },
    async safeDecodeAsync(data, params) {
        return parse_safeDecodeAsync(this, data, params);
    },
    toJSONSchema(params) {
        return createToJSONSchemaMethod(this, {})(params);
    },
    // Reads through to the registry on every access, so it must not cache.
    get description() {
        return globalRegistry.get(this)?.description;
    },
    // No setter: `schema._def = x` throws, as it did when `_def` was a non-writable own property.
    get _def() {
        return this._zod.def;
    },
});
/** @internal */
const _ZodString = /*@__PURE__*/ core_core/* $constructor */.xI("_ZodString", (inst, def) => {
    $ZodString.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => stringProcessor(inst, ctx, json, params);
}, 
/*@__PURE__*/ core_util/* derived */.un({
    format: (inst) => aggregateChecks(inst).format ?? null,
    minLength: (inst) => aggregateChecks(inst).minimum ?? null,
    maxLength: (inst) => aggregateChecks(inst).maximum ?? null,
}, {
    regex(...args) {
        return this.check(_regex(...args));
    },
    includes(...args) {
        return this.check(_includes(...args));
    },
    startsWith(...args) {
        return this.check(_startsWith(...args));
    },
    endsWith(...args) {
        return this.check(_endsWith(...args));
    },
    min(...args) {
        return this.check(_minLength(...args));
    },
    max(...args) {
        return this.check(_maxLength(...args));
    },
    length(...args) {
        return this.check(_length(...args));
    },
    nonempty(...args) {
        return this.check(_minLength(1, ...args));
    },
    lowercase(params) {
        return this.check(_lowercase(params));
    },
    uppercase(params) {
        return this.check(_uppercase(params));
    },
    trim() {
        return this.check(_trim());
    },
    normalize(...args) {
        return this.check(_normalize(...args));
    },
    toLowerCase() {
        return this.check(_toLowerCase());
    },
    toUpperCase() {
        return this.check(_toUpperCase());
    },
    slugify() {
        return this.check(_slugify());
    },
}));
const ZodString = /*@__PURE__*/ core_core/* $constructor */.xI("ZodString", (inst, def) => {
    $ZodString.init(inst, def);
    _ZodString.init(inst, def);
}, {
    email(params) {
        return this.check(_email(ZodEmail, params));
    },
    url(params) {
        return this.check(_url(ZodURL, params));
    },
    jwt(params) {
        return this.check(_jwt(ZodJWT, params));
    },
    emoji(params) {
        return this.check(api_emoji(ZodEmoji, params));
    },
    guid(params) {
        return this.check(_guid(ZodGUID, params));
    },
    uuid(params) {
        return this.check(_uuid(ZodUUID, params));
    },
    uuidv4(params) {
        return this.check(_uuidv4(ZodUUID, params));
    },
    uuidv6(params) {
        return this.check(_uuidv6(ZodUUID, params));
    },
    uuidv7(params) {
        return this.check(_uuidv7(ZodUUID, params));
    },
    nanoid(params) {
        return this.check(_nanoid(ZodNanoID, params));
    },
    cuid(params) {
        return this.check(_cuid(ZodCUID, params));
    },
    cuid2(params) {
        return this.check(_cuid2(ZodCUID2, params));
    },
    ulid(params) {
        return this.check(_ulid(ZodULID, params));
    },
    base64(params) {
        return this.check(_base64(ZodBase64, params));
    },
    base64url(params) {
        return this.check(_base64url(ZodBase64URL, params));
    },
    xid(params) {
        return this.check(_xid(ZodXID, params));
    },
    ksuid(params) {
        return this.check(_ksuid(ZodKSUID, params));
    },
    ipv4(params) {
        return this.check(_ipv4(ZodIPv4, params));
    },
    ipv6(params) {
        return this.check(_ipv6(ZodIPv6, params));
    },
    cidrv4(params) {
        return this.check(_cidrv4(ZodCIDRv4, params));
    },
    cidrv6(params) {
        return this.check(_cidrv6(ZodCIDRv6, params));
    },
    e164(params) {
        return this.check(_e164(ZodE164, params));
    },
    datetime(params) {
        return this.check(_isoDateTime(ZodISODateTime, params));
    },
    date(params) {
        return this.check(_isoDate(ZodISODate, params));
    },
    time(params) {
        return this.check(_isoTime(ZodISOTime, params));
    },
    duration(params) {
        return this.check(_isoDuration(ZodISODuration, params));
    },
});
function schemas_string(params) {
    return _string(ZodString, params);
}
const ZodStringFormat = /*@__PURE__*/ core_core/* $constructor */.xI("ZodStringFormat", (inst, def) => {
    $ZodStringFormat.init(inst, def);
    _ZodString.init(inst, def);
});
const ZodISODateTime = /*@__PURE__*/ core_core/* $constructor */.xI("ZodISODateTime", (inst, def) => {
    $ZodISODateTime.init(inst, def);
    ZodStringFormat.init(inst, def);
});
const ZodISODate = /*@__PURE__*/ core_core/* $constructor */.xI("ZodISODate", (inst, def) => {
    $ZodISODate.init(inst, def);
    ZodStringFormat.init(inst, def);
});
const ZodISOTime = /*@__PURE__*/ core_core/* $constructor */.xI("ZodISOTime", (inst, def) => {
    $ZodISOTime.init(inst, def);
    ZodStringFormat.init(inst, def);
});
const ZodISODuration = /*@__PURE__*/ core_core/* $constructor */.xI("ZodISODuration", (inst, def) => {
    $ZodISODuration.init(inst, def);
    ZodStringFormat.init(inst, def);
});
const ZodEmail = /*@__PURE__*/ core_core/* $constructor */.xI("ZodEmail", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodEmail.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_email(params) {
    return core._email(ZodEmail, params);
}
const ZodGUID = /*@__PURE__*/ core_core/* $constructor */.xI("ZodGUID", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodGUID.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_guid(params) {
    return _guid(ZodGUID, params);
}
const ZodUUID = /*@__PURE__*/ core_core/* $constructor */.xI("ZodUUID", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodUUID.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_uuid(params) {
    return core._uuid(ZodUUID, params);
}
function uuidv4(params) {
    return core._uuidv4(ZodUUID, params);
}
// ZodUUIDv6
function uuidv6(params) {
    return core._uuidv6(ZodUUID, params);
}
// ZodUUIDv7
function uuidv7(params) {
    return core._uuidv7(ZodUUID, params);
}
const ZodURL = /*@__PURE__*/ core_core/* $constructor */.xI("ZodURL", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodURL.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function url(params) {
    return core._url(ZodURL, params);
}
function httpUrl(params) {
    return core._url(ZodURL, {
        protocol: regexes.httpProtocol,
        hostname: regexes.domain,
        ...util.normalizeParams(params),
    });
}
const ZodEmoji = /*@__PURE__*/ core_core/* $constructor */.xI("ZodEmoji", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodEmoji.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_emoji(params) {
    return core._emoji(ZodEmoji, params);
}
const ZodNanoID = /*@__PURE__*/ core_core/* $constructor */.xI("ZodNanoID", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodNanoID.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_nanoid(params) {
    return core._nanoid(ZodNanoID, params);
}
/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link ZodCUID2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
const ZodCUID = /*@__PURE__*/ core_core/* $constructor */.xI("ZodCUID", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodCUID.init(inst, def);
    ZodStringFormat.init(inst, def);
});
/**
 * Validates a CUID v1 string.
 *
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link cuid2 | `z.cuid2()`} instead.
 * See https://github.com/paralleldrive/cuid.
 */
function schemas_cuid(params) {
    return core._cuid(ZodCUID, params);
}
const ZodCUID2 = /*@__PURE__*/ core_core/* $constructor */.xI("ZodCUID2", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodCUID2.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_cuid2(params) {
    return core._cuid2(ZodCUID2, params);
}
const ZodULID = /*@__PURE__*/ core_core/* $constructor */.xI("ZodULID", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodULID.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_ulid(params) {
    return core._ulid(ZodULID, params);
}
const ZodXID = /*@__PURE__*/ core_core/* $constructor */.xI("ZodXID", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodXID.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_xid(params) {
    return core._xid(ZodXID, params);
}
const ZodKSUID = /*@__PURE__*/ core_core/* $constructor */.xI("ZodKSUID", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodKSUID.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_ksuid(params) {
    return core._ksuid(ZodKSUID, params);
}
const ZodIPv4 = /*@__PURE__*/ core_core/* $constructor */.xI("ZodIPv4", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodIPv4.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_ipv4(params) {
    return core._ipv4(ZodIPv4, params);
}
const ZodMAC = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMAC", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    core.$ZodMAC.init(inst, def);
    ZodStringFormat.init(inst, def);
})));
function schemas_mac(params) {
    return core._mac(ZodMAC, params);
}
const ZodIPv6 = /*@__PURE__*/ core_core/* $constructor */.xI("ZodIPv6", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodIPv6.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_ipv6(params) {
    return core._ipv6(ZodIPv6, params);
}
const ZodCIDRv4 = /*@__PURE__*/ core_core/* $constructor */.xI("ZodCIDRv4", (inst, def) => {
    $ZodCIDRv4.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_cidrv4(params) {
    return core._cidrv4(ZodCIDRv4, params);
}
const ZodCIDRv6 = /*@__PURE__*/ core_core/* $constructor */.xI("ZodCIDRv6", (inst, def) => {
    $ZodCIDRv6.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_cidrv6(params) {
    return core._cidrv6(ZodCIDRv6, params);
}
const ZodBase64 = /*@__PURE__*/ core_core/* $constructor */.xI("ZodBase64", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodBase64.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_base64(params) {
    return core._base64(ZodBase64, params);
}
const ZodBase64URL = /*@__PURE__*/ core_core/* $constructor */.xI("ZodBase64URL", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodBase64URL.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_base64url(params) {
    return core._base64url(ZodBase64URL, params);
}
const ZodE164 = /*@__PURE__*/ core_core/* $constructor */.xI("ZodE164", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodE164.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function schemas_e164(params) {
    return core._e164(ZodE164, params);
}
const ZodCreditCard = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodCreditCard", (inst, def) => {
    core.$ZodCreditCard.init(inst, def);
    ZodStringFormat.init(inst, def);
})));
function schemas_creditCard(params) {
    return core._creditCard(ZodCreditCard, params);
}
const ZodIBAN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodIBAN", (inst, def) => {
    core.$ZodIBAN.init(inst, def);
    ZodStringFormat.init(inst, def);
})));
function schemas_iban(params) {
    return core._iban(ZodIBAN, params);
}
const ZodJWT = /*@__PURE__*/ core_core/* $constructor */.xI("ZodJWT", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    $ZodJWT.init(inst, def);
    ZodStringFormat.init(inst, def);
});
function jwt(params) {
    return core._jwt(ZodJWT, params);
}
const ZodCustomStringFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodCustomStringFormat", (inst, def) => {
    // ZodStringFormat.init(inst, def);
    core.$ZodCustomStringFormat.init(inst, def);
    ZodStringFormat.init(inst, def);
})));
function stringFormat(format, fnOrRegex, _params = {}) {
    return core._stringFormat(ZodCustomStringFormat, format, fnOrRegex, _params);
}
function schemas_hostname(_params) {
    return core._stringFormat(ZodCustomStringFormat, "hostname", regexes.hostname, _params);
}
function schemas_hex(_params) {
    return core._stringFormat(ZodCustomStringFormat, "hex", regexes.hex, _params);
}
function schemas_currencyCode(_params) {
    return core._stringFormat(ZodCustomStringFormat, "currency_code", regexes.currencyCode, _params);
}
function hash(alg, params) {
    const enc = params?.enc ?? "hex";
    const format = `${alg}_${enc}`;
    const regex = core.regexes[format];
    if (!regex)
        throw new Error(`Unrecognized hash format: ${format}`);
    return core._stringFormat(ZodCustomStringFormat, format, regex, params);
}
const ZodNumber = /*@__PURE__*/ core_core/* $constructor */.xI("ZodNumber", (inst, def) => {
    $ZodNumber.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => numberProcessor(inst, ctx, json, params);
    inst.isFinite = true;
}, 
/*@__PURE__*/ core_util/* derived */.un({
    minValue: (inst) => {
        const { minimum, exclusiveMinimum } = aggregateChecks(inst);
        return Math.max(minimum ?? Number.NEGATIVE_INFINITY, exclusiveMinimum ?? Number.NEGATIVE_INFINITY);
    },
    maxValue: (inst) => {
        const { maximum, exclusiveMaximum } = aggregateChecks(inst);
        return Math.min(maximum ?? Number.POSITIVE_INFINITY, exclusiveMaximum ?? Number.POSITIVE_INFINITY);
    },
    isInt: (inst) => {
        const { isInt, multipleOf } = aggregateChecks(inst);
        return !!isInt || !!multipleOf?.some(Number.isSafeInteger);
    },
    format: (inst) => aggregateChecks(inst).format ?? null,
}, {
    gt(value, params) {
        return this.check(_gt(value, params));
    },
    gte(value, params) {
        return this.check(_gte(value, params));
    },
    min(value, params) {
        return this.check(_gte(value, params));
    },
    lt(value, params) {
        return this.check(_lt(value, params));
    },
    lte(value, params) {
        return this.check(_lte(value, params));
    },
    max(value, params) {
        return this.check(_lte(value, params));
    },
    int(params) {
        return this.check(schemas_int(params));
    },
    safe(params) {
        return this.check(schemas_int(params));
    },
    positive(params) {
        return this.check(_gt(0, params));
    },
    nonnegative(params) {
        return this.check(_gte(0, params));
    },
    negative(params) {
        return this.check(_lt(0, params));
    },
    nonpositive(params) {
        return this.check(_lte(0, params));
    },
    multipleOf(value, params) {
        return this.check(_multipleOf(value, params));
    },
    step(value, params) {
        return this.check(_multipleOf(value, params));
    },
    finite() {
        return this;
    },
}));
function schemas_number(params) {
    return _number(ZodNumber, params);
}
const ZodNumberFormat = /*@__PURE__*/ core_core/* $constructor */.xI("ZodNumberFormat", (inst, def) => {
    $ZodNumberFormat.init(inst, def);
    ZodNumber.init(inst, def);
});
function schemas_int(params) {
    return _int(ZodNumberFormat, params);
}
function float32(params) {
    return core._float32(ZodNumberFormat, params);
}
function float64(params) {
    return core._float64(ZodNumberFormat, params);
}
function int32(params) {
    return core._int32(ZodNumberFormat, params);
}
function uint32(params) {
    return core._uint32(ZodNumberFormat, params);
}
const ZodBoolean = /*@__PURE__*/ core_core/* $constructor */.xI("ZodBoolean", (inst, def) => {
    $ZodBoolean.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => booleanProcessor(inst, ctx, json, params);
});
function schemas_boolean(params) {
    return _boolean(ZodBoolean, params);
}
const ZodBigInt = /*@__PURE__*/ core_core/* $constructor */.xI("ZodBigInt", (inst, def) => {
    $ZodBigInt.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => bigintProcessor(inst, ctx, json, params);
}, 
/*@__PURE__*/ core_util/* derived */.un({
    minValue: (inst) => aggregateChecks(inst).minimum ?? null,
    maxValue: (inst) => aggregateChecks(inst).maximum ?? null,
    format: (inst) => aggregateChecks(inst).format ?? null,
}, {
    gte(value, params) {
        return this.check(_gte(value, params));
    },
    min(value, params) {
        return this.check(_gte(value, params));
    },
    gt(value, params) {
        return this.check(_gt(value, params));
    },
    lt(value, params) {
        return this.check(_lt(value, params));
    },
    lte(value, params) {
        return this.check(_lte(value, params));
    },
    max(value, params) {
        return this.check(_lte(value, params));
    },
    positive(params) {
        return this.check(_gt(BigInt(0), params));
    },
    negative(params) {
        return this.check(_lt(BigInt(0), params));
    },
    nonpositive(params) {
        return this.check(_lte(BigInt(0), params));
    },
    nonnegative(params) {
        return this.check(_gte(BigInt(0), params));
    },
    multipleOf(value, params) {
        return this.check(_multipleOf(value, params));
    },
}));
function schemas_bigint(params) {
    return core._bigint(ZodBigInt, params);
}
const ZodBigIntFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodBigIntFormat", (inst, def) => {
    core.$ZodBigIntFormat.init(inst, def);
    ZodBigInt.init(inst, def);
})));
function int64(params) {
    return core._int64(ZodBigIntFormat, params);
}
function uint64(params) {
    return core._uint64(ZodBigIntFormat, params);
}
const ZodSymbol = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodSymbol", (inst, def) => {
    core.$ZodSymbol.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.symbolProcessor(inst, ctx, json, params);
})));
function symbol(params) {
    return core._symbol(ZodSymbol, params);
}
const ZodUndefined = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodUndefined", (inst, def) => {
    core.$ZodUndefined.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.undefinedProcessor(inst, ctx, json, params);
})));
function schemas_undefined(params) {
    return core._undefined(ZodUndefined, params);
}

const ZodNull = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodNull", (inst, def) => {
    core.$ZodNull.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.nullProcessor(inst, ctx, json, params);
})));
function schemas_null(params) {
    return core._null(ZodNull, params);
}

const ZodAny = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodAny", (inst, def) => {
    core.$ZodAny.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.anyProcessor(inst, ctx, json, params);
})));
function any() {
    return core._any(ZodAny);
}
const ZodUnknown = /*@__PURE__*/ core_core/* $constructor */.xI("ZodUnknown", (inst, def) => {
    $ZodUnknown.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => unknownProcessor(inst, ctx, json, params);
});
function unknown() {
    return _unknown(ZodUnknown);
}
const ZodNever = /*@__PURE__*/ core_core/* $constructor */.xI("ZodNever", (inst, def) => {
    $ZodNever.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => neverProcessor(inst, ctx, json, params);
});
function never(params) {
    return _never(ZodNever, params);
}
const ZodVoid = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodVoid", (inst, def) => {
    core.$ZodVoid.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.voidProcessor(inst, ctx, json, params);
})));
function schemas_void(params) {
    return core._void(ZodVoid, params);
}

const ZodDate = /*@__PURE__*/ core_core/* $constructor */.xI("ZodDate", (inst, def) => {
    $ZodDate.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => dateProcessor(inst, ctx, json, params);
    inst.min = (value, params) => inst.check(_gte(value, params));
    inst.max = (value, params) => inst.check(_lte(value, params));
}, 
/*@__PURE__*/ core_util/* derived */.un({
    minDate: (inst) => {
        const { minimum } = aggregateChecks(inst);
        return minimum ? new Date(minimum) : null;
    },
    maxDate: (inst) => {
        const { maximum } = aggregateChecks(inst);
        return maximum ? new Date(maximum) : null;
    },
}, {}));
function schemas_date(params) {
    return core._date(ZodDate, params);
}
const ZodArray = /*@__PURE__*/ core_core/* $constructor */.xI("ZodArray", (inst, def) => {
    _ensureDefaultMemoizer();
    $ZodArray.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => arrayProcessor(inst, ctx, json, params);
    inst.element = def.element;
}, {
    min(n, params) {
        return this.check(_minLength(n, params));
    },
    nonempty(params) {
        return this.check(_minLength(1, params));
    },
    max(n, params) {
        return this.check(_maxLength(n, params));
    },
    length(n, params) {
        return this.check(_length(n, params));
    },
    unwrap() {
        return this.element;
    },
});
function array(element, params) {
    return _array(ZodArray, element, params);
}
// .keyof
function keyof(schema) {
    const shape = schema._zod.def.shape;
    return schemas_enum(Object.keys(shape));
}
const ZodObject = /*@__PURE__*/ core_core/* $constructor */.xI("ZodObject", (inst, def) => {
    _ensureDefaultMemoizer();
    $ZodObjectJIT.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => objectProcessor(inst, ctx, json, params);
    core_util/* installLazyProp */.X(inst, "shape", (self) => self._zod.def.shape, false);
}, {
    keyof() {
        return schemas_enum(Object.keys(this._zod.def.shape));
    },
    catchall(catchall) {
        // `mergeDefs` rather than a spread: spreading reads `shape`, and resolving it can mint a whole fresh subtree
        return this.clone(core_util/* mergeDefs */.zM(this._zod.def, { catchall: catchall }));
    },
    passthrough() {
        return this.clone(core_util/* mergeDefs */.zM(this._zod.def, { catchall: unknown() }));
    },
    loose() {
        return this.clone(core_util/* mergeDefs */.zM(this._zod.def, { catchall: unknown() }));
    },
    strict() {
        return this.clone(core_util/* mergeDefs */.zM(this._zod.def, { catchall: never() }));
    },
    strip() {
        return this.clone(core_util/* mergeDefs */.zM(this._zod.def, { catchall: undefined }));
    },
    extend(incoming) {
        return core_util/* extend */.X$(this, incoming);
    },
    safeExtend(incoming) {
        return core_util/* safeExtend */.W0(this, incoming);
    },
    merge(other) {
        return core_util/* merge */.h1(this, other);
    },
    pick(mask) {
        return core_util/* pick */.Up(this, mask);
    },
    omit(mask) {
        return core_util/* omit */.cJ(this, mask);
    },
    partial(...args) {
        return core_util/* partial */.OH(ZodOptional, this, args[0]);
    },
    exactPartial(...args) {
        return core_util/* partial */.OH(ZodExactOptional, this, args[0], "exactPartial");
    },
    required(...args) {
        return core_util/* required */.mw(ZodNonOptional, this, args[0]);
    },
});
function object(shape, params) {
    const def = {
        type: "object",
        shape: shape ?? {},
        ...core_util/* normalizeParams */.A2(params),
    };
    return new ZodObject(def);
}
// strictObject
function strictObject(shape, params) {
    return new ZodObject({
        type: "object",
        shape,
        catchall: never(),
        ...util.normalizeParams(params),
    });
}
// looseObject
function looseObject(shape, params) {
    return new ZodObject({
        type: "object",
        shape,
        catchall: unknown(),
        ...core_util/* normalizeParams */.A2(params),
    });
}
const ZodUnion = /*@__PURE__*/ core_core/* $constructor */.xI("ZodUnion", (inst, def) => {
    $ZodUnion.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => unionProcessor(inst, ctx, json, params);
    inst.options = def.options;
});
function union(options, params) {
    return new ZodUnion({
        type: "union",
        options: options,
        ...core_util/* normalizeParams */.A2(params),
    });
}
const ZodXor = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodXor", (inst, def) => {
    ZodUnion.init(inst, def);
    core.$ZodXor.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.unionProcessor(inst, ctx, json, params);
    inst.options = def.options;
})));
/** Creates an exclusive union (XOR) where exactly one option must match.
 * Unlike regular unions that succeed when any option matches, xor fails if
 * zero or more than one option matches the input. */
function xor(options, params) {
    return new ZodXor({
        type: "union",
        options: options,
        inclusive: false,
        ...util.normalizeParams(params),
    });
}
const ZodDiscriminatedUnion = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodDiscriminatedUnion", (inst, def) => {
    ZodUnion.init(inst, def);
    core.$ZodDiscriminatedUnion.init(inst, def);
})));
function discriminatedUnion(discriminator, options, params) {
    // const [options, params] = args;
    return new ZodDiscriminatedUnion({
        type: "union",
        options: options,
        discriminator,
        ...util.normalizeParams(params),
    });
}
const ZodIntersection = /*@__PURE__*/ core_core/* $constructor */.xI("ZodIntersection", (inst, def) => {
    $ZodIntersection.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => intersectionProcessor(inst, ctx, json, params);
});
function intersection(left, right) {
    return new ZodIntersection({
        type: "intersection",
        left: left,
        right: right,
    });
}
const ZodTuple = /*@__PURE__*/ core_core/* $constructor */.xI("ZodTuple", (inst, def) => {
    _ensureDefaultMemoizer();
    $ZodTuple.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => tupleProcessor(inst, ctx, json, params);
}, {
    rest(rest) {
        return this.clone({
            ...this._zod.def,
            rest: rest,
        });
    },
    partial() {
        const def = this._zod.def;
        // a refinement was authored against the full arity; partialing would run it on a shorter array
        if (def.checks?.length)
            throw new Error(".partial() cannot be used on tuple schemas containing refinements");
        return this.clone({
            ...def,
            items: def.items.map((item) => new ZodOptional({ type: "optional", innerType: item })),
        });
    },
});
function tuple(items, _paramsOrRest, _params) {
    const hasRest = _paramsOrRest instanceof core.$ZodType;
    const params = hasRest ? _params : _paramsOrRest;
    const rest = hasRest ? _paramsOrRest : null;
    return new ZodTuple({
        type: "tuple",
        items: items,
        rest,
        ...util.normalizeParams(params),
    });
}
const ZodRecord = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodRecord", (inst, def) => {
    _ensureDefaultMemoizer();
    core.$ZodRecord.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.recordProcessor(inst, ctx, json, params);
    inst.keyType = def.keyType;
    inst.valueType = def.valueType;
})));
function record(keyType, valueType, params) {
    // v3-compat: z.record(valueType, params?) — defaults keyType to z.string()
    if (!valueType || !valueType._zod) {
        return new ZodRecord({
            type: "record",
            keyType: schemas_string(),
            valueType: keyType,
            ...util.normalizeParams(valueType),
        });
    }
    return new ZodRecord({
        type: "record",
        keyType,
        valueType: valueType,
        ...util.normalizeParams(params),
    });
}
// type alksjf = core.output<core.$ZodRecordKey>;
function partialRecord(keyType, valueType, params) {
    return new ZodRecord({
        type: "record",
        keyType,
        valueType: valueType,
        ...util.normalizeParams(params),
        partial: true,
    });
}
function looseRecord(keyType, valueType, params) {
    return new ZodRecord({
        type: "record",
        keyType,
        valueType: valueType,
        mode: "loose",
        ...util.normalizeParams(params),
    });
}
const ZodMap = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMap", (inst, def) => {
    _ensureDefaultMemoizer();
    core.$ZodMap.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.mapProcessor(inst, ctx, json, params);
    inst.keyType = def.keyType;
    inst.valueType = def.valueType;
    inst.min = (...args) => inst.check(core._minSize(...args));
    inst.nonempty = (params) => inst.check(core._minSize(1, params));
    inst.max = (...args) => inst.check(core._maxSize(...args));
    inst.size = (...args) => inst.check(core._size(...args));
})));
function map(keyType, valueType, params) {
    return new ZodMap({
        type: "map",
        keyType: keyType,
        valueType: valueType,
        ...util.normalizeParams(params),
    });
}
const ZodSet = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodSet", (inst, def) => {
    _ensureDefaultMemoizer();
    core.$ZodSet.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.setProcessor(inst, ctx, json, params);
    inst.min = (...args) => inst.check(core._minSize(...args));
    inst.nonempty = (params) => inst.check(core._minSize(1, params));
    inst.max = (...args) => inst.check(core._maxSize(...args));
    inst.size = (...args) => inst.check(core._size(...args));
})));
function set(valueType, params) {
    return new ZodSet({
        type: "set",
        valueType: valueType,
        ...util.normalizeParams(params),
    });
}
const ZodEnum = /*@__PURE__*/ core_core/* $constructor */.xI("ZodEnum", (inst, def) => {
    $ZodEnum.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => enumProcessor(inst, ctx, json, params);
    inst.enum = def.entries;
    // reuse the parsed value set so a numeric TS enum's reverse-mapping keys stay out
    inst.options = [...inst._zod.values];
    const keys = new Set(Object.keys(def.entries));
    inst.extract = (values, params) => {
        const newEntries = {};
        for (const value of values) {
            if (keys.has(value)) {
                newEntries[value] = def.entries[value];
            }
            else
                throw new Error(`Key ${value} not found in enum`);
        }
        return new ZodEnum({
            ...def,
            checks: [],
            ...core_util/* normalizeParams */.A2(params),
            entries: newEntries,
        });
    };
    inst.exclude = (values, params) => {
        const newEntries = { ...def.entries };
        for (const value of values) {
            if (keys.has(value)) {
                delete newEntries[value];
            }
            else
                throw new Error(`Key ${value} not found in enum`);
        }
        return new ZodEnum({
            ...def,
            checks: [],
            ...core_util/* normalizeParams */.A2(params),
            entries: newEntries,
        });
    };
});
function schemas_enum(values, params) {
    const entries = Array.isArray(values) ? Object.fromEntries(values.map((v) => [v, v])) : values;
    return new ZodEnum({
        type: "enum",
        entries,
        ...core_util/* normalizeParams */.A2(params),
    });
}

/** @deprecated This API has been merged into `z.enum()`. Use `z.enum()` instead.
 *
 * ```ts
 * enum Colors { red, green, blue }
 * z.enum(Colors);
 * ```
 */
function nativeEnum(entries, params) {
    return new ZodEnum({
        type: "enum",
        entries,
        ...util.normalizeParams(params),
    });
}
const ZodLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodLiteral", (inst, def) => {
    core.$ZodLiteral.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.literalProcessor(inst, ctx, json, params);
    inst.values = new Set(def.values);
    Object.defineProperty(inst, "value", {
        get() {
            if (def.values.length > 1) {
                throw new Error("This schema contains multiple valid literal values. Use `.values` instead.");
            }
            return def.values[0];
        },
    });
})));
function literal(value, params) {
    return new ZodLiteral({
        type: "literal",
        values: Array.isArray(value) ? value : [value],
        ...util.normalizeParams(params),
    });
}
const ZodFile = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodFile", (inst, def) => {
    core.$ZodFile.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.fileProcessor(inst, ctx, json, params);
    inst.min = (size, params) => inst.check(core._minSize(size, params));
    inst.max = (size, params) => inst.check(core._maxSize(size, params));
    inst.mime = (types, params) => inst.check(core._mime(Array.isArray(types) ? types : [types], params));
})));
function file(params) {
    return core._file(ZodFile, params);
}
const ZodTransform = /*@__PURE__*/ core_core/* $constructor */.xI("ZodTransform", (inst, def) => {
    _ensureDefaultMemoizer();
    $ZodTransform.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => transformProcessor(inst, ctx, json, params);
    inst._zod.parse = (payload, _ctx) => {
        if (_ctx.direction === "backward") {
            throw new core_core/* $ZodEncodeError */.cV(inst.constructor.name);
        }
        payload.addIssue = (issue) => {
            if (typeof issue === "string") {
                payload.issues.push(core_util/* issue */.sn(issue, payload.value, def));
            }
            else {
                // for Zod 3 backwards compatibility
                const _issue = issue;
                if (_issue.fatal)
                    _issue.continue = false;
                _issue.code ?? (_issue.code = "custom");
                if (!("input" in _issue))
                    _issue.input = payload.value;
                _issue.inst ?? (_issue.inst = inst);
                // _issue.continue ??= true;
                payload.issues.push(core_util/* issue */.sn(_issue));
            }
        };
        const output = def.transform(payload.value, payload);
        if (output instanceof Promise) {
            return output.then((output) => {
                payload.value = output;
                return payload;
            });
        }
        payload.value = output;
        return payload;
    };
});
function transform(fn) {
    return new ZodTransform({
        type: "transform",
        transform: fn,
    });
}
const ZodOptional = /*@__PURE__*/ core_core/* $constructor */.xI("ZodOptional", (inst, def) => {
    $ZodOptional.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => optionalProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
});
function optional(innerType) {
    return new ZodOptional({
        type: "optional",
        innerType: innerType,
    });
}
const ZodExactOptional = /*@__PURE__*/ core_core/* $constructor */.xI("ZodExactOptional", (inst, def) => {
    $ZodExactOptional.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => optionalProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
});
function exactOptional(innerType) {
    return new ZodExactOptional({
        type: "optional",
        innerType: innerType,
    });
}
const ZodNullable = /*@__PURE__*/ core_core/* $constructor */.xI("ZodNullable", (inst, def) => {
    $ZodNullable.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => nullableProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
});
function nullable(innerType) {
    return new ZodNullable({
        type: "nullable",
        innerType: innerType,
    });
}
// nullish
function nullish(innerType) {
    return optional(nullable(innerType));
}
const ZodDefault = /*@__PURE__*/ core_core/* $constructor */.xI("ZodDefault", (inst, def) => {
    $ZodDefault.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => defaultProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
    inst.removeDefault = inst.unwrap;
});
function schemas_default(innerType, defaultValue) {
    return new ZodDefault({
        type: "default",
        innerType: innerType,
        get defaultValue() {
            return typeof defaultValue === "function" ? defaultValue() : core_util/* shallowClone */.yG(defaultValue);
        },
    });
}
const ZodPrefault = /*@__PURE__*/ core_core/* $constructor */.xI("ZodPrefault", (inst, def) => {
    $ZodPrefault.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => prefaultProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
});
function prefault(innerType, defaultValue) {
    return new ZodPrefault({
        type: "prefault",
        innerType: innerType,
        get defaultValue() {
            return typeof defaultValue === "function" ? defaultValue() : core_util/* shallowClone */.yG(defaultValue);
        },
    });
}
const ZodNonOptional = /*@__PURE__*/ core_core/* $constructor */.xI("ZodNonOptional", (inst, def) => {
    $ZodNonOptional.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => nonoptionalProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
});
function nonoptional(innerType, params) {
    return new ZodNonOptional({
        type: "nonoptional",
        innerType: innerType,
        ...core_util/* normalizeParams */.A2(params),
    });
}
const ZodSuccess = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodSuccess", (inst, def) => {
    core.$ZodSuccess.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.successProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
})));
function success(innerType) {
    return new ZodSuccess({
        type: "success",
        innerType: innerType,
    });
}
const ZodCatch = /*@__PURE__*/ core_core/* $constructor */.xI("ZodCatch", (inst, def) => {
    $ZodCatch.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => catchProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
    inst.removeCatch = inst.unwrap;
});
function schemas_catch(innerType, catchValue) {
    return new ZodCatch({
        type: "catch",
        innerType: innerType,
        catchValue: (typeof catchValue === "function" ? catchValue : core_util/* constantCatch */.SS(catchValue)),
    });
}

const ZodNaN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodNaN", (inst, def) => {
    core.$ZodNaN.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.nanProcessor(inst, ctx, json, params);
})));
function nan(params) {
    return core._nan(ZodNaN, params);
}
const ZodPipe = /*@__PURE__*/ core_core/* $constructor */.xI("ZodPipe", (inst, def) => {
    $ZodPipe.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => pipeProcessor(inst, ctx, json, params);
    inst.in = def.in;
    inst.out = def.out;
});
function pipe(in_, out) {
    return new ZodPipe({
        type: "pipe",
        in: in_,
        out: out,
        // ...util.normalizeParams(params),
    });
}
const ZodCodec = /*@__PURE__*/ core_core/* $constructor */.xI("ZodCodec", (inst, def) => {
    ZodPipe.init(inst, def);
    $ZodCodec.init(inst, def);
});
function codec(in_, out, params) {
    return new ZodCodec({
        type: "pipe",
        in: in_,
        out: out,
        transform: params.decode,
        reverseTransform: params.encode,
    });
}
function invertCodec(codec) {
    const def = codec._zod.def;
    return new ZodCodec({
        type: "pipe",
        in: def.out,
        out: def.in,
        transform: def.reverseTransform,
        reverseTransform: def.transform,
    });
}
const ZodPreprocess = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodPreprocess", (inst, def) => {
    ZodPipe.init(inst, def);
    core.$ZodPreprocess.init(inst, def);
})));
const ZodReadonly = /*@__PURE__*/ core_core/* $constructor */.xI("ZodReadonly", (inst, def) => {
    $ZodReadonly.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => readonlyProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
});
function readonly(innerType) {
    return new ZodReadonly({
        type: "readonly",
        innerType: innerType,
    });
}
const ZodTemplateLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodTemplateLiteral", (inst, def) => {
    core.$ZodTemplateLiteral.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.templateLiteralProcessor(inst, ctx, json, params);
})));
function templateLiteral(parts, params) {
    return new ZodTemplateLiteral({
        type: "template_literal",
        parts,
        ...util.normalizeParams(params),
    });
}
const ZodLazy = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodLazy", (inst, def) => {
    core.$ZodLazy.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.lazyProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.getter();
})));
function lazy(getter) {
    return new ZodLazy({
        type: "lazy",
        getter: getter,
    });
}
const ZodPromise = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodPromise", (inst, def) => {
    core.$ZodPromise.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.promiseProcessor(inst, ctx, json, params);
    inst.unwrap = () => inst._zod.def.innerType;
})));
function promise(innerType) {
    return new ZodPromise({
        type: "promise",
        innerType: innerType,
    });
}
const ZodFunction = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodFunction", (inst, def) => {
    core.$ZodFunction.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => processors.functionProcessor(inst, ctx, json, params);
})));
function _function(params) {
    return new ZodFunction({
        type: "function",
        input: Array.isArray(params?.input) ? tuple(params?.input) : (params?.input ?? array(unknown())),
        output: params?.output ?? unknown(),
    });
}

const ZodCustom = /*@__PURE__*/ core_core/* $constructor */.xI("ZodCustom", (inst, def) => {
    $ZodCustom.init(inst, def);
    ZodType.init(inst, def);
    inst._zod.processJSONSchema = (ctx, json, params) => customProcessor(inst, ctx, json, params);
});
// custom checks
function check(fn) {
    const ch = new core.$ZodCheck({
        check: "custom",
        // ...util.normalizeParams(params),
    });
    ch._zod.check = fn;
    return ch;
}
function custom(fn, _params) {
    return core._custom(ZodCustom, fn ?? (() => true), _params);
}
function refine(fn, _params = {}) {
    return _refine(ZodCustom, fn, _params);
}
// superRefine
function superRefine(fn, params) {
    return _superRefine(fn, params);
}
// Re-export describe and meta from core
const schemas_describe = describe;
const schemas_meta = meta;
const ZodInstanceOf = /*@__PURE__*/ core_core/* $constructor */.xI("ZodInstanceOf", (inst, def) => {
    ZodCustom.init(inst, def);
}, {
    properties(shape, params) {
        // asserts in place, so the narrowed output type is truthful without a wrapper
        return this.check(_properties(shape, params));
    },
});
function _instanceof(cls, params = {}) {
    const inst = new ZodInstanceOf({
        type: "custom",
        check: "custom",
        fn: (data) => data instanceof cls,
        abort: true,
        ...util.normalizeParams(params),
    });
    inst._zod.bag.Class = cls;
    // Override check to emit invalid_type instead of custom
    inst._zod.check = (payload) => {
        if (!(payload.value instanceof cls)) {
            payload.issues.push({
                code: "invalid_type",
                expected: cls.name,
                input: payload.value,
                inst,
                path: [...(inst._zod.def.path ?? [])],
            });
        }
    };
    return inst;
}

// stringbool
const stringbool = (...args) => _stringbool({
    Codec: ZodCodec,
    Boolean: ZodBoolean,
    String: ZodString,
}, ...args);
function json(params) {
    const jsonSchema = lazy(() => {
        return union([schemas_string(params), schemas_number(), schemas_boolean(), schemas_null(), array(jsonSchema), record(schemas_string(), jsonSchema)]);
    });
    return jsonSchema;
}
// preprocess
function preprocess(fn, schema) {
    return new ZodPreprocess({
        type: "pipe",
        in: transform(fn),
        out: schema,
    });
}


/***/ }),

/***/ 88532:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $W: () => (/* binding */ config),
/* harmony export */   GT: () => (/* binding */ $ZodAsyncError),
/* harmony export */   cV: () => (/* binding */ $ZodEncodeError),
/* harmony export */   cr: () => (/* binding */ globalConfig),
/* harmony export */   tm: () => (/* binding */ NEVER),
/* harmony export */   xI: () => (/* binding */ $constructor)
/* harmony export */ });
/* unused harmony export $brand */
/* harmony import */ var _util_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(54723);
var _a;

/** A special constant with type `never` */
const NEVER = /*@__PURE__*/ Object.freeze({
    status: "aborted",
});
/* Shared descriptor for installing `_zod`; defineProperty reads it
 * synchronously, so reusing one object avoids a per-instance allocation. */
const _zodDesc = { value: undefined, enumerable: false };
// null where suppressing the capture would be unrecoverable: `parse()` puts the frames back with `captureStackTrace`, so without it the throw would lose its stack. also latched to null once `stackTraceLimit` proves unassignable, which a realm can do at any point by hardening Error
let _E = "captureStackTrace" in Error ? Error : null;
// v8 captures a stack trace inside the Error constructor, which dominates a failed parse; costs only the frames, and parse() restores those. the constructor must RUN: Object.create is cheaper and passes instanceof, but Error.isError and util.types.isNativeError check an internal slot
function newError(Definition) {
    const E = _E;
    if (E) {
        const saved = E.stackTraceLimit;
        if (typeof saved === "number") {
            try {
                E.stackTraceLimit = 0;
            }
            catch {
                _E = null;
                return new Definition();
            }
            try {
                return new Definition();
            }
            finally {
                E.stackTraceLimit = saved;
            }
        }
    }
    return new Definition();
}
function $constructor(name, initializer, 
/** This trait's members, installed once on every prototype that composes it. They cannot be declared in the initializer above: that runs per instance, and the prototype is shared. */
proto, params) {
    // Prototype for this constructor's `_zod` internals. Lazily-derived fields (`values`, `pattern`, `optin`, …) install here once rather than as an accessor on every instance.
    const zodProto = {};
    // Assigning the fields in the constructor body is what gives instances in-object slots; building the object literally and reparenting it costs a second allocation and a generic property copy.
    function Internals(def) {
        this.def = def;
        this.constr = _;
        this.traits = new Set();
    }
    Internals.prototype = zodProto;
    const protoMembers = proto;
    // One trait's members land on every prototype whose chain composes it, so the answer is per prototype rather than per trait.
    const initialized = protoMembers && new WeakSet();
    function init(inst, def) {
        if (!inst._zod) {
            _zodDesc.value = new Internals(def);
            try {
                Object.defineProperty(inst, "_zod", _zodDesc);
            }
            finally {
                // Cleared even on throw, so the shared descriptor never leaks one instance's internals into the next.
                _zodDesc.value = undefined;
            }
        }
        else if (inst._zod.traits.has(name)) {
            return;
        }
        inst._zod.traits.add(name);
        initializer(inst, def);
        if (initialized) {
            // `super(def)` from a user subclass gives `this` a prototype the subclass owns, and installing there would overwrite whatever the subclass declared. `constr` built the instance, so its prototype is the one below the subclass's that should carry the members. A receiver whose chain never reaches that prototype installs on its own, which for a plain object handed straight to `init` means `Object.prototype` — unchanged from before.
            const own = Object.getPrototypeOf(inst);
            const ctorProto = inst._zod.constr.prototype;
            let up = own;
            while (up && up !== ctorProto)
                up = Object.getPrototypeOf(up);
            const target = up ?? own;
            if (!initialized.has(target)) {
                initialized.add(target);
                (0,_util_js__WEBPACK_IMPORTED_MODULE_0__/* .members */ .ol)(target, protoMembers);
            }
        }
        // support prototype modifications; for-in avoids the array allocation of Object.keys on the (usually empty) prototype
        const proto = _.prototype;
        for (const k in proto) {
            if (!Object.prototype.hasOwnProperty.call(proto, k))
                continue;
            if (!(k in inst)) {
                inst[k] = proto[k].bind(inst);
            }
        }
    }
    // doesn't work if Parent has a constructor with arguments
    const Parent = params?.Parent ?? Object;
    class Definition extends Parent {
    }
    Object.defineProperty(Definition, "name", { value: name });
    function _(def) {
        const inst = params?.Parent ? newError(Definition) : this;
        init(inst, def);
        const deferred = inst._zod.deferred;
        if (deferred) {
            for (const fn of deferred) {
                fn();
            }
            // Released: initializers run once, and the list would otherwise be retained for the schema's lifetime.
            inst._zod.deferred = undefined;
        }
        // Global post-processor hook. Internal: installed by `import "zod/compile"` to enable AOT compilation for every constructed schema. Runs last, once the instance is fully built, because it hands the instance to compile(). The post-processor is expected to be reentrancy-guarded by its own implementation.
        const pp = globalThis.__zod_globalConfig?.postProcessor;
        if (pp)
            pp(inst);
        return inst;
    }
    Object.defineProperty(_, "init", { value: init });
    Object.defineProperty(_, Symbol.hasInstance, {
        value: (inst) => {
            if (params?.Parent && inst instanceof params.Parent)
                return true;
            return inst?._zod?.traits?.has(name);
        },
    });
    Object.defineProperty(_, "name", { value: name });
    return _;
}
//////////////////////////////   UTILITIES   ///////////////////////////////////////
const $brand = /*@__PURE__*/ (/* unused pure expression or super */ null && (Symbol("zod_brand")));
class $ZodAsyncError extends Error {
    constructor() {
        super(`Encountered Promise during synchronous parse. Use .parseAsync() instead.`);
    }
}
class $ZodEncodeError extends Error {
    constructor(name) {
        super(`Encountered unidirectional transform during encode: ${name}`);
        this.name = "ZodEncodeError";
    }
}
(_a = globalThis).__zod_globalConfig ?? (_a.__zod_globalConfig = {});
const globalConfig = globalThis.__zod_globalConfig;
function config(newConfig) {
    if (newConfig)
        Object.assign(globalConfig, newConfig);
    return globalConfig;
}


/***/ }),

/***/ 54723:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A2: () => (/* binding */ normalizeParams),
/* harmony export */   B7: () => (/* binding */ stringifyPrimitive),
/* harmony export */   GW: () => (/* binding */ parsedType),
/* harmony export */   Gv: () => (/* binding */ isObject),
/* harmony export */   LG: () => (/* binding */ floatSafeRemainder),
/* harmony export */   MO: () => (/* binding */ rawShape),
/* harmony export */   NM: () => (/* binding */ optionalKeys),
/* harmony export */   NR: () => (/* binding */ BIGINT_FORMAT_RANGES),
/* harmony export */   O7: () => (/* binding */ codePointLength),
/* harmony export */   OH: () => (/* binding */ partial),
/* harmony export */   PO: () => (/* binding */ cached),
/* harmony export */   QH: () => (/* binding */ aborted),
/* harmony export */   Qd: () => (/* binding */ isPlainObject),
/* harmony export */   Rc: () => (/* binding */ getLengthableOrigin),
/* harmony export */   SS: () => (/* binding */ constantCatch),
/* harmony export */   UQ: () => (/* binding */ esc),
/* harmony export */   Up: () => (/* binding */ pick),
/* harmony export */   Vy: () => (/* binding */ assignProp),
/* harmony export */   W0: () => (/* binding */ safeExtend),
/* harmony export */   X: () => (/* binding */ installLazyProp),
/* harmony export */   X$: () => (/* binding */ extend),
/* harmony export */   Yv: () => (/* binding */ slugify),
/* harmony export */   cJ: () => (/* binding */ omit),
/* harmony export */   cl: () => (/* binding */ nullish),
/* harmony export */   d3: () => (/* binding */ attachSchema),
/* harmony export */   gx: () => (/* binding */ captureStackTrace),
/* harmony export */   h1: () => (/* binding */ merge),
/* harmony export */   hI: () => (/* binding */ allowsEval),
/* harmony export */   hi: () => (/* binding */ sizeCaps),
/* harmony export */   iR: () => (/* binding */ finalizeIssue),
/* harmony export */   jD: () => (/* binding */ hide),
/* harmony export */   jw: () => (/* binding */ joinValues),
/* harmony export */   k8: () => (/* binding */ jsonStringifyReplacer),
/* harmony export */   lQ: () => (/* binding */ prefixIssues),
/* harmony export */   mw: () => (/* binding */ required),
/* harmony export */   o8: () => (/* binding */ clone),
/* harmony export */   ol: () => (/* binding */ members),
/* harmony export */   p6: () => (/* binding */ cleanRegex),
/* harmony export */   qQ: () => (/* binding */ propertyKeyTypes),
/* harmony export */   qh: () => (/* binding */ own),
/* harmony export */   rL: () => (/* binding */ explicitlyAborted),
/* harmony export */   sD: () => (/* binding */ escapeRegex),
/* harmony export */   sn: () => (/* binding */ issue),
/* harmony export */   un: () => (/* binding */ derived),
/* harmony export */   v5: () => (/* binding */ defineLazyInternal),
/* harmony export */   w5: () => (/* binding */ getEnumValues),
/* harmony export */   yG: () => (/* binding */ shallowClone),
/* harmony export */   zH: () => (/* binding */ NUMBER_FORMAT_RANGES),
/* harmony export */   zM: () => (/* binding */ mergeDefs)
/* harmony export */ });
/* unused harmony exports assertEqual, assertNotEqual, toZod, assertIs, assertNever, assert, defineLazy, objectClone, cloneDef, getElementAtPath, promiseAllObject, randomString, numKeys, getParsedType, primitiveTypes, createTransparentProxy, unwrapMessage, getSizableOrigin, cleanEnum, base64ToUint8Array, uint8ArrayToBase64, base64urlToUint8Array, uint8ArrayToBase64url, hexToUint8Array, uint8ArrayToHex, Class, CONSTANT_CATCH */
/* harmony import */ var _core_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(88532);

// functions
function assertEqual(val) {
    return val;
}
function assertNotEqual(val) {
    return val;
}
function toZod() {
    return (schema) => schema;
}
function assertIs(_arg) { }
function assertNever(_x) {
    throw new Error("Unexpected value in exhaustive check");
}
function assert(_) { }
function getEnumValues(entries) {
    const numericValues = Object.values(entries).filter((v) => typeof v === "number");
    const values = Object.entries(entries)
        .filter(([k, _]) => numericValues.indexOf(+k) === -1)
        .map(([_, v]) => v);
    return values;
}
function joinValues(array, separator = "|") {
    return array.map((val) => stringifyPrimitive(val)).join(separator);
}
function jsonStringifyReplacer(_, value) {
    if (typeof value === "bigint")
        return value.toString();
    return value;
}
// the accessor lives on a shared prototype: an own accessor makes every box a dictionary-mode object (~360 B and a slow load per read against ~100 B and an inlined getter here)
class Cached {
    constructor(getter) {
        this._getter = getter;
        this._value = undefined;
    }
    get value() {
        const getter = this._getter;
        if (getter !== undefined) {
            this._value = getter();
            this._getter = undefined;
        }
        return this._value;
    }
}
function cached(getter) {
    return new Cached(getter);
}
function nullish(input) {
    return input === null || input === undefined;
}
function cleanRegex(source) {
    const start = source.startsWith("^") ? 1 : 0;
    const end = source.endsWith("$") ? source.length - 1 : source.length;
    return source.slice(start, end);
}
function floatSafeRemainder(val, step) {
    const ratio = val / step;
    const roundedRatio = Math.round(ratio);
    // `val` and `step` each round to a double before the division rounds again, so a true decimal multiple's quotient can sit up to 1.5 of these scaled epsilons from the integer. A 1x tolerance therefore rejected 2.03 as a multiple of 0.07; 4x covers the worst case with margin.
    const tolerance = 4 * Number.EPSILON * Math.max(Math.abs(ratio), 1);
    if (Math.abs(ratio - roundedRatio) < tolerance)
        return 0;
    return ratio - roundedRatio;
}
const EVALUATING = /* @__PURE__*/ (/* unused pure expression or super */ null && (Symbol("evaluating")));
function defineLazy(object, key, getter) {
    let value = undefined;
    Object.defineProperty(object, key, {
        get() {
            if (value === EVALUATING) {
                // Circular reference detected, return undefined to break the cycle
                return undefined;
            }
            if (value === undefined) {
                value = EVALUATING;
                value = getter();
            }
            return value;
        },
        set(v) {
            Object.defineProperty(object, key, {
                value: v,
                // configurable: true,
            });
            // object[key] = v;
        },
        configurable: true,
    });
}
function objectClone(obj) {
    return Object.create(Object.getPrototypeOf(obj), Object.getOwnPropertyDescriptors(obj));
}
function assignProp(target, prop, value) {
    Object.defineProperty(target, prop, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
    });
}
/**
 * Whichever object a def's `shape` currently answers from: the one the caller passed until the first read, the frozen copy after it.
 *
 * Its keys and descriptors read without invoking anything, which is what lets a discriminated union check its discriminator, and the cycle walk read a shape, without resolving a getter that references the schema being constructed. A def that answers `shape` from an accessor of its own has none.
 */
function rawShape(def) {
    const desc = Object.getOwnPropertyDescriptor(def, "shape");
    return desc?.get ? desc.get.raw : desc?.value;
}
// where a builder reads its source's keys and descriptors, resolving only a shape a def answers for itself. A shape resolves by object spread, so only its enumerable keys are ever part of it.
function sourceShape(schema) {
    return rawShape(schema._zod.def) ?? schema._zod.def.shape;
}
// a key whose value is not settled yet, self-caching so every read after the first gets the same one
function deferProp(target, key, getter) {
    Object.defineProperty(target, key, {
        get() {
            const value = getter();
            assignProp(this, key, value);
            return value;
        },
        enumerable: true,
        configurable: true,
    });
}
// Writes a settled key. A plain assignment is much cheaper than `defineProperty` and produces the same descriptor, but it runs whatever setter already answers to the key — an accessor this shape deferred, or an inherited one, which `__proto__` has on every object and prototype pollution can add for any name.
function putProp(target, key, value) {
    if (key in target)
        assignProp(target, key, value);
    else
        target[key] = value;
}
/**
 * Copies `keys` of `source`'s shape onto `target`, each value passed through `wrap`.
 *
 * A key the source has resolved is copied through now, so the derived shape states it outright and nothing has to resolve it to learn what it holds. A key the source still defers stays deferred, and reads back through the source's own `shape`, so it resolves once and both shapes get that one schema.
 */
function mirrorShape(target, source, keys, wrap) {
    const raw = sourceShape(source);
    for (const key of keys) {
        const desc = Object.getOwnPropertyDescriptor(raw, key);
        if (!desc.enumerable)
            continue;
        if (desc.get) {
            deferProp(target, key, () => {
                const value = source._zod.def.shape[key];
                return wrap ? wrap(value, key) : value;
            });
        }
        else
            putProp(target, key, wrap ? wrap(desc.value, key) : desc.value);
    }
}
// same, for a plain shape a caller passed rather than a schema's
function mirrorProps(target, source) {
    for (const key of Reflect.ownKeys(source)) {
        const desc = Object.getOwnPropertyDescriptor(source, key);
        if (!desc.enumerable)
            continue;
        if (desc.get)
            deferProp(target, key, () => source[key]);
        else
            putProp(target, key, desc.value);
    }
}
function mergeDefs(...defs) {
    const mergedDescriptors = {};
    for (const def of defs) {
        const descriptors = Object.getOwnPropertyDescriptors(def);
        Object.assign(mergedDescriptors, descriptors);
    }
    return Object.defineProperties({}, mergedDescriptors);
}
function cloneDef(schema) {
    return mergeDefs(schema._zod.def);
}
function getElementAtPath(obj, path) {
    if (!path)
        return obj;
    return path.reduce((acc, key) => acc?.[key], obj);
}
function promiseAllObject(promisesObj) {
    const keys = Object.keys(promisesObj);
    const promises = keys.map((key) => promisesObj[key]);
    return Promise.all(promises).then((results) => {
        const resolvedObj = {};
        for (let i = 0; i < keys.length; i++) {
            resolvedObj[keys[i]] = results[i];
        }
        return resolvedObj;
    });
}
function randomString(length = 10) {
    const chars = "abcdefghijklmnopqrstuvwxyz";
    let str = "";
    for (let i = 0; i < length; i++) {
        str += chars[Math.floor(Math.random() * chars.length)];
    }
    return str;
}
function esc(str) {
    return JSON.stringify(str);
}
function slugify(input) {
    return input
        .toLowerCase()
        .trim()
        .replace(/[^\w\s-]/g, "")
        .replace(/[\s_-]+/g, "-")
        .replace(/^-+|-+$/g, "");
}
const captureStackTrace = ("captureStackTrace" in Error ? Error.captureStackTrace : (..._args) => { });
function isObject(data) {
    return typeof data === "object" && data !== null && !Array.isArray(data);
}
const allowsEval = /* @__PURE__*/ cached(() => {
    // Skip the probe under `jitless`: strict CSPs report the caught `new Function` as a `securitypolicyviolation` even though the throw is swallowed.
    if (_core_js__WEBPACK_IMPORTED_MODULE_0__/* .globalConfig */ .cr.jitless) {
        return false;
    }
    // @ts-ignore
    if (typeof navigator !== "undefined" && navigator?.userAgent?.includes("Cloudflare")) {
        return false;
    }
    try {
        const F = Function;
        new F("");
        return true;
    }
    catch (_) {
        return false;
    }
});
function isPlainObject(o) {
    if (isObject(o) === false)
        return false;
    // modified constructor
    const ctor = o.constructor;
    if (ctor === undefined)
        return true;
    if (typeof ctor !== "function")
        return true;
    // modified prototype
    const prot = ctor.prototype;
    if (isObject(prot) === false)
        return false;
    // ctor doesn't have static `isPrototypeOf`
    if (Object.prototype.hasOwnProperty.call(prot, "isPrototypeOf") === false) {
        return false;
    }
    return true;
}
function shallowClone(o) {
    if (isPlainObject(o))
        return { ...o };
    if (Array.isArray(o))
        return [...o];
    if (o instanceof Map)
        return new Map(o);
    if (o instanceof Set)
        return new Set(o);
    return o;
}
function numKeys(data) {
    let keyCount = 0;
    for (const key in data) {
        if (Object.prototype.hasOwnProperty.call(data, key)) {
            keyCount++;
        }
    }
    return keyCount;
}
const getParsedType = (data) => {
    const t = typeof data;
    switch (t) {
        case "undefined":
            return "undefined";
        case "string":
            return "string";
        case "number":
            return Number.isNaN(data) ? "nan" : "number";
        case "boolean":
            return "boolean";
        case "function":
            return "function";
        case "bigint":
            return "bigint";
        case "symbol":
            return "symbol";
        case "object":
            if (Array.isArray(data)) {
                return "array";
            }
            if (data === null) {
                return "null";
            }
            if (data.then && typeof data.then === "function" && data.catch && typeof data.catch === "function") {
                return "promise";
            }
            if (typeof Map !== "undefined" && data instanceof Map) {
                return "map";
            }
            if (typeof Set !== "undefined" && data instanceof Set) {
                return "set";
            }
            if (typeof Date !== "undefined" && data instanceof Date) {
                return "date";
            }
            // @ts-ignore
            if (typeof File !== "undefined" && data instanceof File) {
                return "file";
            }
            return "object";
        default:
            throw new Error(`Unknown data type: ${t}`);
    }
};
const propertyKeyTypes = /* @__PURE__*/ new Set(["string", "number", "symbol"]);
const primitiveTypes = /* @__PURE__*/ new Set([
    "string",
    "number",
    "bigint",
    "boolean",
    "symbol",
    "undefined",
]);
function escapeRegex(str) {
    return str.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
// zod-specific utils
function clone(inst, def, params) {
    const cl = new inst._zod.constr(def ?? inst._zod.def);
    if (!def || params?.parent)
        cl._zod.parent = inst;
    return cl;
}
function normalizeParams(_params) {
    const params = _params;
    if (!params)
        return {};
    if (typeof params === "string")
        return { error: () => params };
    if (params?.message !== undefined) {
        if (params?.error !== undefined)
            throw new Error("Cannot specify both `message` and `error` params");
        params.error = params.message;
    }
    delete params.message;
    if (typeof params.error === "string")
        return { ...params, error: () => params.error };
    return params;
}
function createTransparentProxy(getter) {
    let target;
    return new Proxy({}, {
        get(_, prop, receiver) {
            target ?? (target = getter());
            return Reflect.get(target, prop, receiver);
        },
        set(_, prop, value, receiver) {
            target ?? (target = getter());
            return Reflect.set(target, prop, value, receiver);
        },
        has(_, prop) {
            target ?? (target = getter());
            return Reflect.has(target, prop);
        },
        deleteProperty(_, prop) {
            target ?? (target = getter());
            return Reflect.deleteProperty(target, prop);
        },
        ownKeys(_) {
            target ?? (target = getter());
            return Reflect.ownKeys(target);
        },
        getOwnPropertyDescriptor(_, prop) {
            target ?? (target = getter());
            return Reflect.getOwnPropertyDescriptor(target, prop);
        },
        defineProperty(_, prop, descriptor) {
            target ?? (target = getter());
            return Reflect.defineProperty(target, prop, descriptor);
        },
    });
}
function stringifyPrimitive(value) {
    if (typeof value === "bigint")
        return value.toString() + "n";
    if (typeof value === "string")
        return `"${value}"`;
    return `${value}`;
}
function optionalKeys(shape) {
    return Object.keys(shape).filter((k) => {
        return shape[k]._zod.optin !== undefined && shape[k]._zod.optout === "optional";
    });
}
// Wrapped in a `@__PURE__` IIFE: esbuild never tree-shakes a top-level initializer that contains a member access on `Number`, so the bare object literal survived into every bundle.
const NUMBER_FORMAT_RANGES = /*@__PURE__*/ (() => ({
    safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    int32: [-2147483648, 2147483647],
    uint32: [0, 4294967295],
    float32: [-3.4028234663852886e38, 3.4028234663852886e38],
    float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
}))();
const BIGINT_FORMAT_RANGES = {
    int64: [/* @__PURE__*/ BigInt("-9223372036854775808"), /* @__PURE__*/ BigInt("9223372036854775807")],
    uint64: [/* @__PURE__*/ BigInt(0), /* @__PURE__*/ BigInt("18446744073709551615")],
};
function pick(schema, mask) {
    const currDef = schema._zod.def;
    const checks = currDef.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        throw new Error(".pick() cannot be used on object schemas containing refinements");
    }
    const newShape = {};
    mirrorShape(newShape, schema, maskedKeys(schema, mask));
    return clone(schema, mergeDefs(currDef, { shape: newShape, checks: [] }));
}
// the mask keys that select something, checked against the source's shape without resolving it
function maskedKeys(schema, mask) {
    const raw = sourceShape(schema);
    const keys = [];
    // `for...in` skips symbols, so a symbol in the mask would select nothing
    for (const key of Reflect.ownKeys(mask)) {
        if (!Object.getOwnPropertyDescriptor(raw, key)?.enumerable) {
            throw new Error(`Unrecognized key: "${String(key)}"`);
        }
        if (mask[key])
            keys.push(key);
    }
    return keys;
}
function omit(schema, mask) {
    const currDef = schema._zod.def;
    const checks = currDef.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        throw new Error(".omit() cannot be used on object schemas containing refinements");
    }
    const omitted = new Set(maskedKeys(schema, mask));
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)).filter((key) => !omitted.has(key)));
    return clone(schema, mergeDefs(currDef, { shape: newShape, checks: [] }));
}
function extend(schema, shape) {
    if (!isPlainObject(shape)) {
        throw new Error("Invalid input to extend: expected a plain object");
    }
    const checks = schema._zod.def.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        // Only throw if new shape overlaps with existing shape. Use getOwnPropertyDescriptor to check key existence without accessing values
        const existingShape = sourceShape(schema);
        for (const key of Reflect.ownKeys(shape)) {
            if (Object.getOwnPropertyDescriptor(existingShape, key) !== undefined) {
                throw new Error("Cannot overwrite keys on object schemas containing refinements. Use `.safeExtend()` instead.");
            }
        }
    }
    return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
// the source's keys, then the caller's overlaid on top
function extended(schema, shape) {
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)));
    mirrorProps(newShape, shape);
    return newShape;
}
function safeExtend(schema, shape) {
    if (!isPlainObject(shape)) {
        throw new Error("Invalid input to safeExtend: expected a plain object");
    }
    return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
function merge(a, b) {
    if (!b?._zod?.def) {
        throw new Error("Invalid input to merge: expected an object schema. To merge a plain shape, use `.extend()`.");
    }
    if (a._zod.def.checks?.length) {
        throw new Error(".merge() cannot be used on object schemas containing refinements. Use .safeExtend() instead.");
    }
    const newShape = {};
    mirrorShape(newShape, a, Reflect.ownKeys(sourceShape(a)));
    mirrorShape(newShape, b, Reflect.ownKeys(sourceShape(b)));
    const def = mergeDefs(a._zod.def, {
        shape: newShape,
        get catchall() {
            return b._zod.def.catchall;
        },
        checks: b._zod.def.checks ?? [],
    });
    return clone(a, def);
}
function partial(Class, schema, mask, name = "partial") {
    const currDef = schema._zod.def;
    const checks = currDef.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        throw new Error(`.${name}() cannot be used on object schemas containing refinements`);
    }
    const selected = mask ? new Set(maskedKeys(schema, mask)) : undefined;
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), Class &&
        ((value, key) => (selected && !selected.has(key) ? value : new Class({ type: "optional", innerType: value }))));
    return clone(schema, mergeDefs(schema._zod.def, { shape: newShape, checks: [] }));
}
function required(Class, schema, mask) {
    const selected = mask ? new Set(maskedKeys(schema, mask)) : undefined;
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), (value, key) => 
    // overwrite with non-optional
    selected && !selected.has(key) ? value : new Class({ type: "nonoptional", innerType: value }));
    return clone(schema, mergeDefs(schema._zod.def, { shape: newShape }));
}
// invalid_type | too_big | too_small | invalid_format | not_multiple_of | unrecognized_keys | invalid_union | invalid_key | invalid_element | invalid_value | custom
function aborted(x, startIndex = 0) {
    if (x.aborted === true)
        return true;
    for (let i = startIndex; i < x.issues.length; i++) {
        if (x.issues[i]?.continue !== true) {
            return true;
        }
    }
    return false;
}
// Checks for explicit abort (continue === false), as opposed to implicit abort (continue === undefined). Used to respect `abort: true` in .refine() even for checks that have a `when` function.
function explicitlyAborted(x, startIndex = 0) {
    if (x.aborted === true)
        return true;
    for (let i = startIndex; i < x.issues.length; i++) {
        if (x.issues[i]?.continue === false) {
            return true;
        }
    }
    return false;
}
function prefixIssues(path, issues) {
    return issues.map((iss) => {
        var _a;
        (_a = iss).path ?? (_a.path = []);
        iss.path.unshift(path);
        return iss;
    });
}
function unwrapMessage(message) {
    return typeof message === "string" ? message : message?.message;
}
/* A check holds no link back to the schema it is attached to — the same check instance is shared by every clone of that schema — so the owner is stamped onto the issues a check just raised, at the only point where both are in scope. Runs on the failure path only; `start` is the issue count from before the check ran. */
/** The leading size checks of `defChecks` that set an upper bound, each paired with it. */
function sizeCaps(defChecks) {
    const caps = [];
    for (const ch of defChecks ?? []) {
        const d = ch._zod.def;
        // a later check may rewrite the value
        if (!/_(length|size)$|_equals$/.test(d.check))
            break;
        const max = d.maximum ?? d.length ?? d.size;
        if (max >= 0)
            caps.push([max, ch]);
    }
    return caps;
}
function attachSchema(issues, start, inst) {
    var _a;
    for (let i = start; i < issues.length; i++) {
        (_a = issues[i]).schema ?? (_a.schema = inst);
    }
}
function finalizeIssue(iss, ctx, config) {
    var _a;
    // A schema that raised an issue itself owns it outright, and outranks any stamp an enclosing check left in `attachSchema`. String formats and z.custom() are schema and check at once, so when they act as a check they defer to that stamp instead.
    const traits = iss.inst?._zod?.traits;
    if (traits?.has("$ZodType")) {
        if (traits.has("$ZodCheck"))
            (_a = iss).schema ?? (_a.schema = iss.inst);
        else
            iss.schema = iss.inst;
    }
    // Decreasing specificity, first map to return a message wins. `inst` is whatever raised the issue, so a check's own map outranks the owning schema's.
    const schemaError = iss.schema !== iss.inst ? iss.schema?._zod.def?.error : undefined;
    const message = iss.message
        ? iss.message
        : (unwrapMessage(iss.inst?._zod.def?.error?.(iss)) ??
            unwrapMessage(schemaError?.(iss)) ??
            unwrapMessage(ctx?.error?.(iss)) ??
            unwrapMessage(config.customError?.(iss)) ??
            unwrapMessage(config.localeError?.(iss)) ??
            "Invalid input");
    // an explicit own-key copy beats object rest with excluded keys, which v8 routes through a generic runtime call; Object.keys rather than for-in so an issue pushed with a prototype does not leak inherited keys, and an own __proto__ key is dropped rather than assigned through the setter
    const full = {};
    for (const k of Object.keys(iss)) {
        if (k === "inst" || k === "schema" || k === "continue" || k === "input" || k === "__proto__")
            continue;
        full[k] = iss[k];
    }
    full.path ?? (full.path = []);
    full.message = message;
    if (ctx?.reportInput) {
        full.input = iss.input;
    }
    return full;
}
function getSizableOrigin(input) {
    if (input instanceof Set)
        return "set";
    if (input instanceof Map)
        return "map";
    // @ts-ignore
    if (input instanceof File)
        return "file";
    return "unknown";
}
const highSurrogate = /[\uD800-\uDBFF]/;
// Code points in `str`: a surrogate pair counts once, a lone surrogate as itself. Hand-rolled because the string iterator allocates and runs ~250x slower on this path; the regex probe exits ~50x quicker for a string with no astral characters.
function codePointLength(str) {
    const units = str.length;
    if (!highSurrogate.test(str))
        return units;
    let count = units;
    for (let i = 0; i < units - 1; i++) {
        if ((str.charCodeAt(i) & 0xfc00) === 0xd800 && (str.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
            count--;
            i++;
        }
    }
    return count;
}
function getLengthableOrigin(input) {
    if (Array.isArray(input))
        return "array";
    if (typeof input === "string")
        return "string";
    return "unknown";
}
function parsedType(data) {
    const t = typeof data;
    switch (t) {
        case "number": {
            return Number.isNaN(data) ? "nan" : "number";
        }
        case "object": {
            if (data === null) {
                return "null";
            }
            if (Array.isArray(data)) {
                return "array";
            }
            const obj = data;
            if (obj && Object.getPrototypeOf(obj) !== Object.prototype && "constructor" in obj && obj.constructor) {
                return obj.constructor.name;
            }
        }
    }
    return t;
}
function issue(...args) {
    const [iss, input, inst] = args;
    if (typeof iss === "string") {
        return {
            message: iss,
            code: "custom",
            input,
            inst,
        };
    }
    return { ...iss };
}
function cleanEnum(obj) {
    return Object.entries(obj)
        .filter(([k, _]) => {
        // return true if NaN, meaning it's not a number, thus a string key
        return Number.isNaN(Number.parseInt(k, 10));
    })
        .map((el) => el[1]);
}
// Codec utility functions
function base64ToUint8Array(base64) {
    const binaryString = atob(base64);
    const bytes = new Uint8Array(binaryString.length);
    for (let i = 0; i < binaryString.length; i++) {
        bytes[i] = binaryString.charCodeAt(i);
    }
    return bytes;
}
function uint8ArrayToBase64(bytes) {
    let binaryString = "";
    for (let i = 0; i < bytes.length; i++) {
        binaryString += String.fromCharCode(bytes[i]);
    }
    return btoa(binaryString);
}
function base64urlToUint8Array(base64url) {
    const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
    const padding = "=".repeat((4 - (base64.length % 4)) % 4);
    return base64ToUint8Array(base64 + padding);
}
function uint8ArrayToBase64url(bytes) {
    return uint8ArrayToBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}
function hexToUint8Array(hex) {
    const cleanHex = hex.replace(/^0x/, "");
    if (cleanHex.length % 2 !== 0) {
        throw new Error("Invalid hex string length");
    }
    const bytes = new Uint8Array(cleanHex.length / 2);
    for (let i = 0; i < cleanHex.length; i += 2) {
        bytes[i / 2] = Number.parseInt(cleanHex.slice(i, i + 2), 16);
    }
    return bytes;
}
function uint8ArrayToHex(bytes) {
    return Array.from(bytes)
        .map((b) => b.toString(16).padStart(2, "0"))
        .join("");
}
// instanceof
class Class {
    constructor(..._args) { }
}
//////////    PROTOTYPE INSTALLERS     //////////
//
// Members live on the prototype and materialize per instance on first read, which keeps own-property count under the step where V8 stops using inline slots. Changing anything here means re-measuring runtime, memory and bundle size together — see "The three axes" in AGENTS.md.
/**
 * Installs a trait's members on its prototype. Each value builds that member for the instance on first read; the built value shadows the accessor as an own property, so a detached `const { parse } = schema` keeps working.
 *
 * Call this from a `proto` initializer, which runs once per prototype — never per instance.
 */
function members(proto, table) {
    for (const key in table) {
        const desc = Object.getOwnPropertyDescriptor(table, key);
        // a getter installs as written, so it stays live: `description` reads through to the registry on every access. not enumerable: an object literal's is, and a prototype member never was
        if (desc.get)
            Object.defineProperty(proto, key, { ...desc, enumerable: false });
        // a method materializes bound on first read, which is what keeps a detached member working: `const opt = schema.optional; opt()`
        else
            defineBound(proto, key, desc.value);
    }
}
/** Shadows a prototype member with an own value, so a getter that builds from the instance runs once. */
function own(inst, key, value, enumerable = true) {
    Object.defineProperty(inst, key, { configurable: true, writable: true, enumerable, value });
    return value;
}
/** Like {@link own}, for a member that was never an own data property and has to stay out of `Object.keys`. */
function hide(inst, key, value) {
    return own(inst, key, value, false);
}
/** Adds members a table derives from the instance: each builds on first read and shadows as own data, and assignment shadows the same way, as when these were own properties. */
function derived(computes, table) {
    for (const key in computes) {
        const compute = computes[key];
        // an object literal's accessor is configurable and enumerable, and `members` copies the descriptor as written
        Object.defineProperty(table, key, {
            configurable: true,
            enumerable: true,
            get() {
                return own(this, key, compute(this));
            },
            set(value) {
                own(this, key, value);
            },
        });
    }
    return table;
}
function defineBound(proto, key, fn) {
    Object.defineProperty(proto, key, {
        configurable: true,
        get() {
            // vitest's spyOn calls a prototype getter bare to find the function it wraps, so a nullish receiver answers the raw method
            return this == null ? fn : own(this, key, fn.bind(this));
        },
        set(value) {
            own(this, key, value);
        },
    });
}
/** Returns the prototype to install on, or `undefined` if this group is already installed on it. */
function claim(inst, sentinel) {
    const proto = Object.getPrototypeOf(inst);
    // Runs on every construction, so `in` rather than the costlier `hasOwnProperty.call`. Sentinels are keys the group itself defines.
    return sentinel in proto ? undefined : proto;
}
// The internals whose init chain is installing. A second call for the same one is a derived constructor overriding its base, so it must not construct another schema in between or the override is dropped.
let installing;
// Set while a getter is running, so a value that resolved through a recursion break is not memoized. One shared descriptor shadows the key for the duration, which costs no per-key allocation.
let broke = false;
const breaker = {
    configurable: true,
    get() {
        broke = true;
        return undefined;
    },
};
/**
 * Installs a lazily-derived internal on the `_zod` prototype of `inst`'s
 * constructor, computed from the internals object itself and cached there on
 * first read. One accessor per constructor rather than one per instance.
 */
function defineLazyInternal(inst, key, compute) {
    const proto = Object.getPrototypeOf(inst._zod);
    if (key in proto && installing !== inst._zod) {
        // A repeat construction: everything is installed already. Cleared here so the reference is not held past the first construction of every type.
        installing = undefined;
        return;
    }
    installing = inst._zod;
    Object.defineProperty(proto, key, {
        configurable: true,
        get() {
            // Shadowed before computing so a re-entrant read from a recursive schema resolves to undefined instead of running the getter again.
            Object.defineProperty(this, key, breaker);
            const outer = broke;
            broke = false;
            try {
                const value = compute(this);
                // A result that resolved through a recursion break is recomputed once the graph is complete; everything else memoizes, undefined included.
                if (broke)
                    delete this[key];
                else
                    Object.defineProperty(this, key, { configurable: true, writable: true, value });
                broke = broke || outer;
                return value;
            }
            catch (err) {
                // A compute that threw memoizes nothing, so a later read runs it again and fails the same way. The shadow goes with it, since leaving it installed would answer undefined for every later read.
                delete this[key];
                broke = broke || outer;
                throw err;
            }
        },
        set(value) {
            Object.defineProperty(this, key, { configurable: true, writable: true, value });
        },
    });
}
/**
 * Installs `key` on `inst`'s prototype, computed by `make` on first read and cached there as an own
 * data property. One accessor per constructor rather than one per instance, because an own accessor
 * puts every instance after the first into v8 dictionary mode. The key doubles as the sentinel.
 */
function installLazyProp(inst, key, make, enumerable) {
    const proto = claim(inst, key);
    if (!proto)
        return;
    Object.defineProperty(proto, key, {
        configurable: true,
        get() {
            // Shadowed before computing, so a re-entrant read from a self-referential shape resolves to undefined instead of running the getter again. A data property rather than an accessor: an own accessor is the dictionary-mode transition this exists to avoid.
            const desc = { configurable: true, writable: true, enumerable, value: undefined };
            Object.defineProperty(this, key, desc);
            // a compute that throws leaves the shadow behind, so later reads answer undefined instead of re-throwing; `defineLazy` did the same, and `defineLazyInternal`'s delete-on-catch would cost bytes in every bundle for a case only a throwing user getter reaches
            desc.value = make(this);
            Object.defineProperty(this, key, desc);
            return desc.value;
        },
        set(value) {
            Object.defineProperty(this, key, { configurable: true, writable: true, enumerable, value });
        },
    });
}
/** Marks the thunk `_catch` synthesises for a constant catch value. `Function.length` cannot tell that thunk from a user callback — rest and defaulted parameters both report arity 0 — and a user callback reads `ctx.error`, whose issues only finalize correctly against the caller's per-parse error map. Provenance can say what arity cannot. A plain string key rather than `Symbol.for`, whose call at module scope no bundler can prove pure — the same shape that anchored `urlCanParse` into every build. */
const CONSTANT_CATCH = "~constantCatch";
/** Wraps a constant catch value in a thunk tagged with {@link CONSTANT_CATCH}. */
function constantCatch(value) {
    const fn = () => value;
    fn[CONSTANT_CATCH] = true;
    return fn;
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		id: moduleId,
/******/ 		loaded: false,
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId].call(module.exports, module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Flag the module as loaded
/******/ 	module.loaded = true;
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/node module decorator */
/******/ (() => {
/******/ 	__nccwpck_require__.nmd = (module) => {
/******/ 		module.paths = [];
/******/ 		if (!module.children) module.children = [];
/******/ 		return module;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(59479);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
