export const id = 565;
export const ids = [565];
export const modules = {

/***/ 43907:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   O: () => (/* binding */ CocoBatchBuilder),
/* harmony export */   T: () => (/* binding */ ANNOTATION_NUMBERS)
/* harmony export */ });
/* harmony import */ var _records_item_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(43155);

/** How many numbers describe one annotation in {@link CocoBatch.annotations}. */
const ANNOTATION_NUMBERS = 6;
/** Collects what the COCO file gets from records. */
class CocoBatchBuilder {
    #labels;
    #images = [];
    #classes = new Map();
    #annotations = [];
    #badBoxes = 0;
    #unnamed = 0;
    #nameless = 0;
    constructor(labels) {
        this.#labels = labels;
    }
    add({ name, members, metadata }) {
        if (name.trim() === '') {
            this.#nameless += 1;
            return;
        }
        const image = this.#images.length;
        this.#images.push(`"file_name":${JSON.stringify(name)}${sizeText('width', members)}${sizeText('height', members)}`);
        for (const { type, properties } of metadata) {
            const isBox = type === 'object_label';
            if (!isBox && (type !== 'image_label' || this.#labels === 'boxes'))
                continue;
            // As `class_list` and Visual Layer's readers of annotations take it.
            const className = (0,_records_item_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)(properties['category_name'])?.trim() ?? '';
            const box = isBox ? boxIn(properties['bbox']) : NO_BOX;
            if (className === '')
                this.#unnamed += 1;
            else if (!box)
                this.#badBoxes += 1;
            else
                this.#annotations.push(image, this.#classOf(className), ...box);
        }
    }
    end() {
        return {
            images: this.#images,
            classes: [...this.#classes.keys()],
            annotations: Float64Array.from(this.#annotations),
            badBoxes: this.#badBoxes,
            unnamed: this.#unnamed,
            nameless: this.#nameless,
        };
    }
    #classOf(name) {
        const known = this.#classes.get(name);
        if (known !== undefined)
            return known;
        this.#classes.set(name, this.#classes.size);
        return this.#classes.size - 1;
    }
}
const NO_BOX = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
/**
 * The `bbox` of an object label, which exports give in the order of COCO: left, top, width, and height in pixels (docs and clients).
 * `undefined` unless it is four finite numbers with a positive size.
 */
function boxIn(value) {
    if (!Array.isArray(value) || value.length !== 4)
        return undefined;
    const [x = NaN, y = NaN, width = NaN, height = NaN] = value.map(numberIn);
    const isSized = width > 0 && height > 0 && width * height > 0;
    return isSized && [x, y, width * height].every(Number.isFinite) ? [x, y, width, height] : undefined;
}
function sizeText(name, members) {
    const size = numberIn(members?.[name]);
    return size > 0 && Number.isFinite(size) ? `,"${name}":${size}` : '';
}
/** NaN for what is no number. */
function numberIn(value) {
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}


/***/ }),

/***/ 79736:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   KR: () => (/* binding */ ShownTexts),
/* harmony export */   SB: () => (/* binding */ SUM_WORDS),
/* harmony export */   W1: () => (/* binding */ differingFields),
/* harmony export */   Xf: () => (/* binding */ CONFIDENCE_TOLERANCE),
/* harmony export */   ZS: () => (/* binding */ UNIQUENESS_TOLERANCE),
/* harmony export */   cJ: () => (/* binding */ FIELDS),
/* harmony export */   fz: () => (/* binding */ shownIn),
/* harmony export */   lf: () => (/* binding */ FieldSums),
/* harmony export */   nf: () => (/* binding */ AMOUNT_COUNT)
/* harmony export */ });
/* harmony import */ var _records_canonical_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(58312);
/* harmony import */ var _records_item_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(43155);
/* harmony import */ var _value_hash_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(80861);



/** What of an item can differ. `boxes` are its objects; `other` is all that has no field of its own. */
const FIELDS = ['labels', 'boxes', 'tags', 'captions', 'cluster', 'issues', 'uniqueness', 'other'];
/** Scores are recomputed and jitter: a score counts as changed if it moves by more than this. */
const UNIQUENESS_TOLERANCE = 0.01;
/** So do issues of the same kinds if the sum of their confidences moves by more than this. */
const CONFIDENCE_TOLERANCE = 0.01;
const METADATA = new Map([
    ['image_label', { field: 'labels', by: ['category_name'], shown: 'category_name' }],
    [
        'object_label',
        {
            field: 'boxes',
            by: ['category_name', 'bbox', 'metadata_items'],
            never: ['uniqueness_score'],
            shown: 'category_name',
        },
    ],
    ['user_tag', { field: 'tags', by: ['tag_name'], never: ['assigned_date'], shown: 'tag_name' }],
    ['caption', { field: 'captions', by: ['text', 'caption'] }],
    [
        'issue',
        {
            field: 'issues',
            by: ['issue_type', 'duplicate_group_id'],
            score: { property: 'confidence', amount: 'confidence' },
            shown: 'issue_type',
        },
    ],
]);
/** What is compared as the sum of the hashes of its values, which does not depend on their order: two words each. */
const SUMS = ['labels', 'boxes', 'tags', 'captions', 'issues', 'cluster', 'other', 'details'];
/** What is compared as a sum of numbers, within a tolerance. */
const AMOUNTS = ['records', 'scored', 'uniqueness', 'confidence'];
const SUM_WORDS = SUMS.length * 2;
const AMOUNT_COUNT = AMOUNTS.length;
const sumAt = new Map(SUMS.map((name, index) => [name, index * 2]));
const amountAt = new Map(AMOUNTS.map((name, index) => [name, index]));
/** The fields of records, hashed: as many sums and amounts as there are records. The contents of the records of an item add up. */
class FieldSums {
    sums;
    amounts;
    /** Of what is compared, and of all that there is. */
    #compared;
    #details;
    #record = 0;
    constructor(records, seeds) {
        this.sums = new Uint32Array(records * SUM_WORDS);
        this.amounts = new Float64Array(records * AMOUNT_COUNT);
        this.#compared = new _value_hash_js__WEBPACK_IMPORTED_MODULE_2__/* .ValueHash */ .C(seeds);
        this.#details = new _value_hash_js__WEBPACK_IMPORTED_MODULE_2__/* .ValueHash */ .C(seeds);
    }
    /** Throws `corrupt_download` for a record that is nested too deeply. @param record its index among the records */
    add(record, value, item) {
        this.#record = record;
        this.#addAmount('records', 1);
        (0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_0__/* .notTooDeep */ .os)(() => this.#addAll(value, item));
    }
    #addAll(value, item) {
        const { members } = item;
        if (!members)
            return this.#add('other', value);
        for (const key of (0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_0__/* .namesOf */ .eZ)(members, '')) {
            const content = members[key];
            if (content !== null && content !== undefined)
                this.#addMember(key, content, item);
        }
        for (const metadata of item.metadata)
            this.#addMetadata(metadata);
        for (const odd of item.oddMetadata)
            this.#add('details', odd);
    }
    #addMember(key, content, item) {
        if (key === 'media_id' && item.id !== undefined)
            return;
        if (key === 'metadata_items' && item.hasMetadata)
            return;
        if (key === 'cluster_id')
            return this.#add('cluster', item.cluster ?? content);
        if (key === 'uniqueness_score' && item.uniqueness !== undefined) {
            this.#addAmount('uniqueness', item.uniqueness);
            return this.#addAmount('scored', 1);
        }
        this.#compared.add(key);
        this.#add('other', content, key);
    }
    #addMetadata({ type, properties, element }) {
        const row = METADATA.get(type);
        if (!row)
            return this.#add(type === 'video_info' ? 'other' : 'details', element);
        const { by, never = [], score } = row;
        for (const key of (0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_0__/* .namesOf */ .eZ)(properties, 'properties')) {
            const content = properties[key];
            if (content === null || content === undefined || never.includes(key))
                continue;
            const amount = key === score?.property ? (0,_records_item_js__WEBPACK_IMPORTED_MODULE_1__/* .scoreIn */ .OB)(content) : undefined;
            if (score && amount !== undefined) {
                this.#addAmount(score.amount, amount);
                continue;
            }
            const hash = by.includes(key) ? this.#compared : this.#details;
            hash.add(key);
            hash.add(content, key);
        }
        if (element !== properties) {
            for (const key of (0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_0__/* .namesOf */ .eZ)(element, '')) {
                if (key === 'properties')
                    continue;
                this.#details.add(key);
                this.#details.add(element[key], key);
            }
        }
        this.#details.addHash(this.#compared);
        this.#end(row.field, this.#compared);
        this.#end('details', this.#details);
    }
    #addAmount(name, value) {
        const at = this.#record * AMOUNT_COUNT + (amountAt.get(name) ?? 0);
        this.amounts[at] = (this.amounts[at] ?? 0) + value;
    }
    #add(name, value, member = '') {
        this.#compared.add(value, member);
        this.#end(name, this.#compared);
    }
    #end(name, hash) {
        hash.endIn(this.sums, this.#record * SUM_WORDS + (sumAt.get(name) ?? 0));
    }
}
/**
 * The fields in which an item differs, in the order of {@link FIELDS}; none if nothing does.
 *
 * @param sums the sums of the records before, less those of the records after
 * @param amounts the same of the amounts
 */
function differingFields(sums, amounts) {
    const differs = (name) => {
        const at = sumAt.get(name);
        return at !== undefined && (sums[at] !== 0 || sums[at + 1] !== 0);
    };
    const moved = (name, tolerance) => Math.abs(amounts[amountAt.get(name) ?? 0] ?? 0) > tolerance;
    const fields = FIELDS.filter((field) => {
        switch (field) {
            case 'issues':
                return differs(field) || moved('confidence', CONFIDENCE_TOLERANCE);
            case 'uniqueness':
                return moved('scored', 0) || moved('uniqueness', UNIQUENESS_TOLERANCE);
            case 'other':
                return differs(field) || moved('records', 0);
            default:
                return differs(field);
        }
    });
    return fields.length === 0 && differs('details') ? ['other'] : fields;
}
/** The fields whose values an example shows, by the type of their metadata: one line for each, made of these properties. */
const SHOWN = new Map([...METADATA]
    .flatMap(([type, { field, shown }]) => (shown === undefined ? [] : [{ type, field, shown }]))
    .map(({ type, field, shown }, line) => [type, { field, shown, line }]));
const LINES = [...SHOWN.values()].map(({ field }) => field);
const LONGEST_SHOWN = 80;
/** What examples show of items: texts, and which of them each item has. Many have the same. */
class ShownTexts {
    /** A line for each field, such as `bus, car ×2`; '' for an item without any. */
    texts = [];
    /** By the names as they come: sorting and counting those of every item would take most of the time. */
    #numbers = new Map();
    /** Returns the number of the item's text. */
    add({ metadata }) {
        let key = '';
        for (const element of metadata) {
            const shown = shownOf(element);
            if (shown)
                key += `${shown.line}${shown.name}\0`;
        }
        const known = this.#numbers.get(key);
        if (known !== undefined)
            return known;
        this.#numbers.set(key, this.texts.length);
        return this.texts.push(textFor(metadata)) - 1;
    }
}
function textFor(metadata) {
    const lines = LINES.map(() => []);
    for (const element of metadata) {
        const shown = shownOf(element);
        if (shown)
            lines[shown.line]?.push(shown.name);
    }
    return lines.some((names) => names.length > 0) ? lines.map(listOf).join('\n') : '';
}
function shownOf({ type, properties }) {
    const row = SHOWN.get(type);
    const name = row && (0,_records_item_js__WEBPACK_IMPORTED_MODULE_1__/* .textOf */ .b6)(properties[row.shown]);
    return row && name !== undefined ? { line: row.line, name } : undefined;
}
/** The part of a text of {@link ShownTexts} that is about a field; `undefined` for a field whose values are not shown. */
function shownIn(shown, field) {
    const line = LINES.indexOf(field);
    return line === -1 ? undefined : (shown.split('\n')[line] ?? '');
}
function listOf(names) {
    // Most have one, of millions of items.
    const line = (names.length > 1 ? listOfMany(names) : (names[0] ?? '')).replaceAll('\n', ' ');
    return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN).toWellFormed()}…` : line;
}
function listOfMany(names) {
    const times = new Map();
    for (const name of names.toSorted())
        times.set(name, (times.get(name) ?? 0) + 1);
    return Array.from(times, ([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', ');
}


/***/ }),

/***/ 80861:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ ValueHash),
/* harmony export */   D: () => (/* binding */ drawSeeds)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var _visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9313);
/* harmony import */ var _records_canonical_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(58312);
var _a;



function drawSeeds() {
    const [one = 0, two = 0] = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomFillSync)(new Int32Array(2));
    return [one, two];
}
/** What comes before a value, so that one kind never looks like another. */
const NULL = 0x10000;
const BOOLEAN = 0x20000;
const NUMBER = 0x30000;
const STRING = 0x40000;
const LIST = 0x50000;
const SET = 0x60000;
const OBJECT = 0x70000;
const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
/** The 64-bit hash of some values in a row: equal if `canonicalText` is equal for each of them, without the time to write it. */
class ValueHash {
    #seeds;
    #one;
    #two;
    constructor(seeds) {
        this.#seeds = seeds;
        [this.#one, this.#two] = seeds;
    }
    /** @param name of the member that the value is */
    add(value, name = '') {
        if (typeof value === 'string')
            this.#addText(STRING, (0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_2__/* .withoutSignature */ .Nv)(value));
        else if (typeof value === 'number')
            this.#addNumber(value);
        else if (typeof value === 'boolean')
            this.#addWord(BOOLEAN + Number(value));
        else if (typeof value === 'bigint')
            this.#addWhole(value);
        else if (Array.isArray(value))
            this.#addArray(value, name);
        else if ((0,_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_1__/* .isRecord */ .u4)(value))
            this.#addObject(value, name);
        else
            this.#addWord(NULL);
    }
    /** Adds what another hash has so far. */
    addHash(other) {
        this.#addWord(other.#one);
        this.#addWord(other.#two);
    }
    /** Adds the hash to the two words at a place, and starts over. Sums are equal whatever the order of what was added. */
    endIn(sums, at) {
        const first = this.#one ^ mixed(this.#two);
        const second = this.#two ^ mixed(first);
        sums[at] = (sums[at] ?? 0) + (first ^ mixed(second));
        sums[at + 1] = (sums[at + 1] ?? 0) + second;
        [this.#one, this.#two] = this.#seeds;
    }
    #addNumber(value) {
        if (!Number.isFinite(value))
            return this.#addText(STRING, String(value));
        // A larger whole number may be a bigint elsewhere.
        if (Number.isInteger(value) && !Number.isSafeInteger(value))
            return this.#addText(NUMBER, String(value));
        // -0 is 0.
        double[0] = value + 0;
        this.#addWord(NUMBER);
        this.#addWord(halves[0] ?? 0);
        this.#addWord(halves[1] ?? 0);
    }
    #addWhole(value) {
        const number = Number(value);
        if (Number.isSafeInteger(number))
            this.#addNumber(number);
        else
            this.#addText(NUMBER, String(value));
    }
    #addArray(values, name) {
        if (!(0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_2__/* .isSet */ .vM)(name)) {
            this.#addWord(LIST);
            this.#addWord(values.length);
            for (const value of values)
                this.add(value);
            return;
        }
        const sum = new Uint32Array(2);
        for (const value of values) {
            const element = new _a(this.#seeds);
            element.add(value);
            element.endIn(sum, 0);
        }
        this.#addWord(SET);
        this.#addWord(values.length);
        for (const word of sum)
            this.#addWord(word);
    }
    #addObject(object, name) {
        const value = (0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_2__/* .plain */ .pj)(object);
        if (!(0,_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_1__/* .isRecord */ .u4)(value))
            return this.add(value, name);
        const names = (0,_records_canonical_js__WEBPACK_IMPORTED_MODULE_2__/* .namesOf */ .eZ)(value, name);
        this.#addWord(OBJECT);
        this.#addWord(names.length);
        for (const member of names) {
            this.#addText(STRING, member);
            this.add(value[member], member);
        }
    }
    #addText(kind, text) {
        this.#addWord(kind);
        this.#addWord(text.length);
        for (let at = 0; at < text.length; at += 1)
            this.#addWord(text.charCodeAt(at));
    }
    #addWord(word) {
        const one = Math.imul(this.#one ^ word, 0x85ebca6b);
        this.#one = one ^ (one >>> 15);
        const two = Math.imul(this.#two ^ word, 0xc2b2ae35);
        this.#two = (two << 13) | (two >>> 19);
    }
}
_a = ValueHash;
/** Spreads each bit over all 32: the finish of MurmurHash3, public domain. */
function mixed(value) {
    let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return bits ^ (bits >>> 16);
}


/***/ }),

/***/ 58312:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A4: () => (/* binding */ canonicalText),
/* harmony export */   Nv: () => (/* binding */ withoutSignature),
/* harmony export */   eZ: () => (/* binding */ namesOf),
/* harmony export */   oj: () => (/* binding */ recordHash),
/* harmony export */   os: () => (/* binding */ notTooDeep),
/* harmony export */   pj: () => (/* binding */ plain),
/* harmony export */   uS: () => (/* binding */ InexactNumber),
/* harmony export */   vM: () => (/* binding */ isSet)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9313);



/** A record contains a whole number that a JavaScript number cannot represent: it has to be parsed again, by `parseExactly`. */
class InexactNumber extends Error {
    name = 'InexactNumber';
}
/** SHA-256 of {@link canonicalText} in UTF-8, in hex: equal for equal records. Throws as it does. */
function recordHash(record, exact = false) {
    // As a buffer it would take twice as long.
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)('sha256', canonicalText(record, '', exact));
}
/**
 * Any value of a record as text that is equal for equal data: JSON without white space, members sorted by the UTF-16 code units of their
 * names, strings and numbers as JavaScript writes them (1.0 is 1), with these rules on top:
 *
 * 1. Members named `url`, at any depth, are left out: they are links, signed again for every export.
 * 2. Any other string that is an http(s) link loses the query parameters that sign it.
 * 3. The elements of arrays named `metadata_items`, at any depth, are a set: their texts are sorted by UTF-16 code units.
 * 4. What JSON does not know: a whole number is written in full, a date and time as an ISO 8601 string in UTC with milliseconds, bytes as
 *    {"base64":"…"}, NaN and the infinities as the strings "NaN", "Infinity", and "-Infinity".
 *
 * `.github/docs/comparing.md` has the same rules as a script. Throws `corrupt_download` for a record that is nested thousands of levels deep.
 *
 * @param name of the member that the value is
 * @param exact `false` throws {@link InexactNumber} for a whole number that may have lost digits when it was parsed
 */
function canonicalText(value, name = '', exact = true) {
    return notTooDeep(() => textOf(value, name, exact));
}
/** What `walk` returns, which goes through a record. Throws `corrupt_download` if that is nested too deeply for it. */
function notTooDeep(walk) {
    try {
        return walk();
    }
    catch (error) {
        // JSON.parse accepts a nesting that no function after it has a stack for.
        if (!(error instanceof RangeError))
            throw error;
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('corrupt_download', 'A record of the export is nested thousands of levels deep.', {
            todo: 'Find out who could have modified the export, and export again.',
            cause: error,
        });
    }
}
function textOf(value, name, exact) {
    switch (typeof value) {
        case 'string':
            return JSON.stringify(withoutSignature(value));
        case 'number':
            if (!exact && Math.abs(value) > Number.MAX_SAFE_INTEGER && Number.isInteger(value))
                throw new InexactNumber();
            // -0 is 0.
            return Number.isFinite(value) ? String(value) : `"${value}"`;
        case 'boolean':
        case 'bigint':
            return String(value);
        case 'object':
            return value === null ? 'null' : objectText(plain(value), name, exact);
        default:
            return 'null';
    }
}
function objectText(value, name, exact) {
    if (Array.isArray(value)) {
        const texts = value.map((one) => textOf(one, '', exact));
        return `[${(isSet(name) ? texts.sort(byCodeUnits) : texts).join(',')}]`;
    }
    if (!(0,_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_2__/* .isRecord */ .u4)(value))
        return textOf(value, name, exact);
    const { names, heads } = orderOf(value, name);
    let text = '{';
    for (let index = 0; index < names.length; index += 1) {
        const member = names[index] ?? '';
        text += `${heads[index]}${textOf(value[member], member, exact)}`;
    }
    return `${text}}`;
}
/** Whether the order of an array does not count. @param name of the member that it is */
function isSet(name) {
    return name === 'metadata_items';
}
/** What parquet readers give for what JSON does not know, as JSON would have it. */
function plain(value) {
    if (value instanceof Date)
        return value.toJSON();
    if (value instanceof Uint8Array)
        return { base64: Buffer.from(value).toString('base64') };
    // For lists of plain numbers.
    return ArrayBuffer.isView(value) ? Object.values(value) : value;
}
/** The names of an object's members in the order in which they count, without links. @param name of the member that it is */
function namesOf(value, name) {
    return orderOf(value, name).names;
}
const MOST_ORDERS = 20;
/** By the name of the member that the objects are. */
const known = new Map();
function orderOf(value, name) {
    const keys = Object.keys(value);
    let orders = known.get(name);
    if (!orders) {
        if (known.size >= 1000)
            known.clear();
        known.set(name, (orders = []));
    }
    const found = orders.find((order) => isSame(order.keys, keys));
    if (found)
        return found;
    const names = keys.filter((key) => key !== 'url').sort(byCodeUnits);
    const heads = names.map((key, index) => `${index === 0 ? '' : ','}${JSON.stringify(key)}:`);
    const order = { keys, names, heads };
    if (orders.length === MOST_ORDERS)
        orders.shift();
    orders.push(order);
    return order;
}
function byCodeUnits(one, other) {
    return one < other ? -1 : one > other ? 1 : 0;
}
function isSame(one, other) {
    return one.length === other.length && one.every((key, index) => key === other[index]);
}
/** Query parameters that sign a link or say until when it is valid, with their values. */
const SIGNING = /(?<=[?&])(?:x-amz-[^=&#]*|x-goog-[^=&#]*|awsaccesskeyid|googleaccessid|signature|expires|key-pair-id|policy|token|access_token|sig)=[^&#]*&?/gi;
/** Those of a shared access signature of Azure: too short to mean anything unless there is a `sig`, too. */
const SIGNING_WITH_SIG = /(?<=[?&])(?:s[eprstv]|srt|spr|sip|si|skoid|sktid|skt|ske|sks|skv)=[^&#]*&?/gi;
const LOWER_H = 0x68;
// Most strings are no link: the cheap question first.
function isLink(text) {
    return (text.charCodeAt(0) | 0x20) === LOWER_H && /^https?:\/\/[^ \t\r\n]+$/i.test(text);
}
/** A link without the query parameters that sign it. Any other string comes back unchanged. */
function withoutSignature(text) {
    if (!isLink(text) || !text.includes('?'))
        return text;
    const isAzure = /[?&]sig=/i.test(text);
    const unsigned = text.replaceAll(SIGNING, '');
    return (isAzure ? unsigned.replaceAll(SIGNING_WITH_SIG, '') : unsigned).replace(/[?&]+(?=#|$)/, '');
}


/***/ }),

/***/ 25272:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ Counting),
/* harmony export */   f: () => (/* binding */ changesOf)
/* harmony export */ });
/** More distinct names than this are counted together: they are no longer classes. */
const MOST_NAMES = 100_000;
/** Of a name, in characters; what is longer counts by its beginning. */
const LONGEST_NAME = 200;
/** Counts names, of which there may be any number and length, in bounded memory. */
class Counting {
    counts = new Map();
    /** How often others than the names in {@link counts} occurred. */
    beyond = 0;
    #most;
    constructor(most = MOST_NAMES) {
        this.#most = most;
    }
    add(name, times = 1) {
        const key = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
        const count = this.counts.get(key);
        if (count !== undefined)
            this.counts.set(key, count + times);
        else if (this.counts.size < this.#most)
            this.counts.set(key, times);
        else
            this.beyond += times;
    }
}
/** All names of both, those first whose count changed most; what changed equally by falling count, then by name. */
function changesOf(before, after) {
    const names = new Set([...before.keys(), ...after.keys()]);
    const changes = Array.from(names, (name) => ({ name, before: before.get(name) ?? 0, after: after.get(name) ?? 0 }));
    return changes.sort((one, other) => sizeOf(other) - sizeOf(one) ||
        other.after - one.after ||
        other.before - one.before ||
        (one.name < other.name ? -1 : 1));
}
function sizeOf({ before, after }) {
    return Math.abs(after - before);
}


/***/ }),

/***/ 7368:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ HASH_BYTES),
/* harmony export */   G: () => (/* binding */ RecordDigest)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(48161);


/** The length of a record's hash. */
const HASH_BYTES = 32;
const BLOCK_HASHES = 32 * 1024;
const GATHERED_HASHES = 2048;
const NONE = Buffer.alloc(0);
/** Which half of a 64-bit integer comes first in memory. */
const [LOW, HIGH] = (0,node_os__WEBPACK_IMPORTED_MODULE_1__.endianness)() === 'LE' ? [0, 1] : [1, 0];
/**
 * The `content_digest` of an export: SHA-256, in hex, over its records, regardless of their order, their links, or the time of export. It is
 * the SHA-256 of the sorted hashes of all records in a row. A record that is there twice counts twice; without records it is the SHA-256 of
 * nothing. Only the records count: `info` does not.
 *
 * Uses 32 bytes of memory per record (and 12 more while it ends).
 */
class RecordDigest {
    count = 0;
    #blocks = [];
    /** Adds a record by its hash (see `recordHash`), which is in `hashes` from `start` on. */
    add(hashes, start = 0) {
        const at = this.count % BLOCK_HASHES;
        if (at === 0)
            this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_HASHES * HASH_BYTES));
        this.#blocks.at(-1)?.set(hashes.subarray(start, start + HASH_BYTES), at * HASH_BYTES);
        this.count += 1;
    }
    hex() {
        const total = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256');
        const gathered = Buffer.allocUnsafeSlow(GATHERED_HASHES * HASH_BYTES);
        let length = 0;
        for (const index of this.#order()) {
            const at = placeOf(index);
            length += this.#blockOf(index).copy(gathered, length, at, at + HASH_BYTES);
            if (length < gathered.length)
                continue;
            total.update(gathered);
            length = 0;
        }
        return total.update(gathered.subarray(0, length)).digest('hex');
    }
    /** The numbers of all records, sorted by their hashes. */
    #order() {
        // The first four bytes of a hash and its number, together one integer that is sorted without a call for each two.
        const words = new Uint32Array(2 * this.count);
        for (let index = 0; index < this.count; index += 1) {
            words[2 * index + LOW] = index;
            words[2 * index + HIGH] = this.#blockOf(index).readUInt32BE(placeOf(index));
        }
        new BigUint64Array(words.buffer).sort();
        const order = new Uint32Array(this.count).map((_, index) => words[2 * index + LOW] ?? 0);
        for (let start = 0, end = 1; start < this.count; start = end, end += 1) {
            while (end < this.count && words[2 * end + HIGH] === words[2 * start + HIGH])
                end += 1;
            if (end - start > 1)
                order.subarray(start, end).sort((one, other) => this.#compare(one, other));
        }
        return order;
    }
    #compare(one, other) {
        const [first, second] = [placeOf(one), placeOf(other)];
        return this.#blockOf(one).compare(this.#blockOf(other), second, second + HASH_BYTES, first, first + HASH_BYTES);
    }
    #blockOf(index) {
        return this.#blocks[Math.floor(index / BLOCK_HASHES)] ?? NONE;
    }
}
/** Where the hash of a record begins in its block. */
function placeOf(index) {
    return (index % BLOCK_HASHES) * HASH_BYTES;
}


/***/ }),

/***/ 50000:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ holding),
/* harmony export */   TE: () => (/* binding */ writeKey),
/* harmony export */   cm: () => (/* binding */ KEY_WORDS),
/* harmony export */   of: () => (/* binding */ IdTable),
/* harmony export */   pV: () => (/* binding */ uuidOf)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);

/** The key of an ID is four 32-bit words. */
const KEY_WORDS = 4;
const FIRST_SLOTS = 1024;
const FULLEST = 0.7;
const DASH = 0x2d;
/** Random in every process: nobody can prepare IDs that all fall on one slot of a table. */
const [SEED = 0] = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomFillSync)(new Uint32Array(1));
/**
 * Writes the key of an ID: a UUID's own bytes (upper and lower case are the same), or half of the SHA-256 of any other text or bytes.
 *
 * @returns whether the ID is a UUID, as text or as its 16 bytes
 */
function writeKey(id, keys, at = 0) {
    if (typeof id === 'string' && writeUuid(id, keys, at))
        return true;
    const isUuid = id instanceof Uint8Array && id.length === 16;
    const bytes = isUuid ? id : (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)('sha256', id, 'buffer');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let word = 0; word < KEY_WORDS; word += 1)
        keys[at + word] = view.getUint32(word * 4);
    return isUuid;
}
/** The text of the UUID whose key this is. */
function uuidOf(keys, at = 0) {
    let hex = '';
    for (let word = 0; word < KEY_WORDS; word += 1)
        hex += (keys[at + word] ?? 0).toString(16).padStart(8, '0');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
/**
 * Numbers different IDs, of which there may be millions, in the order in which they come: 16 bytes each, and between 1.4 and 2.9 slots of
 * 4 bytes. It is a set, and what indexes by ID are made of.
 */
class IdTable {
    size = 0;
    /** Of the IDs, in their order. */
    keys = new Uint32Array(FIRST_SLOTS * KEY_WORDS);
    /** The number of an ID plus one; 0 is free. */
    #slots = new Uint32Array(FIRST_SLOTS);
    #key = new Uint32Array(KEY_WORDS);
    /** @returns whether the ID is new */
    add(id) {
        writeKey(id, this.#key);
        return this.addKey(this.#key, 0).isNew;
    }
    has(id) {
        writeKey(id, this.#key);
        return this.hasKey(this.#key, 0);
    }
    hasKey(keys, at) {
        return this.#slots[this.#slotOf(this.#slots, keys, at)] !== 0;
    }
    addAll(other) {
        for (let number = 0; number < other.size; number += 1)
            this.addKey(other.keys, number * KEY_WORDS);
    }
    /** The number of the key at a place of an array; a new one if it is not in the table. */
    addKey(keys, at) {
        const slot = this.#slotOf(this.#slots, keys, at);
        const found = this.#slots[slot] ?? 0;
        if (found > 0)
            return { number: found - 1, isNew: false };
        const number = this.size;
        if ((number + 1) * KEY_WORDS > this.keys.length)
            this.keys = holding(new Uint32Array(this.keys.length * 2), this.keys);
        for (let word = 0; word < KEY_WORDS; word += 1)
            this.keys[number * KEY_WORDS + word] = keys[at + word] ?? 0;
        this.size += 1;
        this.#slots[slot] = this.size;
        if (this.size > this.#slots.length * FULLEST)
            this.#grow();
        return { number, isNew: true };
    }
    #slotOf(slots, keys, at) {
        const mask = slots.length - 1;
        let slot = spread(keys, at) & mask;
        for (let number = slots[slot] ?? 0; number > 0; number = slots[slot] ?? 0) {
            if (isKey(this.keys, (number - 1) * KEY_WORDS, keys, at))
                break;
            slot = (slot + 1) & mask;
        }
        return slot;
    }
    #grow() {
        const slots = new Uint32Array(this.#slots.length * 2);
        for (let number = 0; number < this.size; number += 1)
            slots[this.#slotOf(slots, this.keys, number * KEY_WORDS)] = number + 1;
        this.#slots = slots;
    }
}
/** A larger array with what was in a smaller one. */
function holding(larger, smaller) {
    larger.set(smaller);
    return larger;
}
function isKey(keys, at, others, other) {
    for (let word = 0; word < KEY_WORDS; word += 1)
        if (keys[at + word] !== others[other + word])
            return false;
    return true;
}
/** A key spread over 32 bits. IDs made from a clock differ in few bits: every bit has to reach those that choose a slot. */
function spread(keys, at) {
    let mixed = Math.imul((keys[at] ?? 0) ^ SEED, 0x85ebca6b) ^ Math.imul(keys[at + 1] ?? 0, 0xc2b2ae35);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (keys[at + 2] ?? 0), 0x27d4eb2f) ^ Math.imul(keys[at + 3] ?? 0, 0x165667b1);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x9e3779b1);
    return mixed ^ (mixed >>> 16);
}
/** The value of a hex digit by its character code, below 128; 16 for any other character. */
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
    const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
    return value === -1 ? 16 : value;
});
/** False if the text is no UUID. */
function writeUuid(text, keys, start) {
    if (text.length !== 36)
        return false;
    let digit = 0;
    for (let at = 0; at < 36; at += 1) {
        const code = text.charCodeAt(at);
        if (at === 8 || at === 13 || at === 18 || at === 23) {
            if (code !== DASH)
                return false;
            continue;
        }
        const value = digits[code] ?? 16;
        if (value === 16)
            return false;
        const word = start + (digit >>> 3);
        keys[word] = ((keys[word] ?? 0) << 4) | value;
        digit += 1;
    }
    return true;
}


/***/ }),

/***/ 43155:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   OB: () => (/* binding */ scoreIn),
/* harmony export */   Tu: () => (/* binding */ itemOf),
/* harmony export */   b6: () => (/* binding */ textOf)
/* harmony export */ });
/* harmony import */ var _visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9313);

const NONE = [];
const UUID_BYTES = 16;
/** Reads any record whatever: what is not there or of another type than it should be is `undefined` or empty. */
function itemOf(record) {
    const members = (0,_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)(record) ? record : undefined;
    const items = metadataIn(members?.['metadata_items']);
    const odd = items?.filter((item) => !(0,_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)(item));
    return {
        id: idOf(members),
        name: textOf(members?.['file_path']) || textOf(members?.['file_name']) || textOf(members?.['image_filename']) || '',
        type: textOf(members?.['media_type']),
        cluster: idIn(members, 'cluster_id'),
        uniqueness: scoreIn(members?.['uniqueness_score']),
        bytes: bytesIn(members?.['file_size']),
        metadata: items?.filter(_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4).map(metadataItem) ?? NONE,
        hasMetadata: items !== undefined,
        oddMetadata: odd ?? NONE,
        members,
    };
}
/** An ID that a record carries, as text; `undefined` if there is none that distinguishes it from all others. */
function idIn(record, field) {
    const id = (0,_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)(record) ? record[field] : undefined;
    if (typeof id === 'string')
        return id === '' ? undefined : id;
    if (typeof id === 'bigint' || Number.isSafeInteger(id))
        return String(id);
    return id instanceof Uint8Array ? Buffer.from(id).toString('hex') : undefined;
}
function idOf(members) {
    const id = members?.['media_id'];
    return id instanceof Uint8Array && id.length === UUID_BYTES ? id : idIn(members, 'media_id');
}
function metadataItem(element) {
    const { type, properties } = element;
    return { type: typeof type === 'string' ? type : '', properties: objectIn(properties) ?? element, element };
}
/** The array that `metadata_items` is, or that it contains as text: a parquet column may. */
function metadataIn(value) {
    if (Array.isArray(value))
        return value;
    const parsed = typeof value === 'string' && value.startsWith('[') ? parsedJson(value) : undefined;
    return Array.isArray(parsed) ? parsed : undefined;
}
function objectIn(value) {
    const object = typeof value === 'string' && value.startsWith('{') ? parsedJson(value) : value;
    return (0,_visual_layer_reply_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)(object) ? object : undefined;
}
function parsedJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/** A name: a text, or a number as text. */
function textOf(value) {
    if (typeof value === 'string')
        return value;
    return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
/** Beyond this a number is no score, and sums of it would lose what is to be compared. */
const LARGEST_SCORE = 1e6;
/** A score that can be summed up and compared within a tolerance. */
function scoreIn(value) {
    const score = typeof value === 'bigint' ? Number(value) : value;
    return typeof score === 'number' && Math.abs(score) <= LARGEST_SCORE ? score : undefined;
}
const LONGEST_SIZE = 40;
const UNITS = ['', 'k', 'm', 'g', 't', 'p'];
/** `"48.27KB"`, as exports have it (a KB taken as 1,024 bytes: inferred), or a number of bytes. */
function bytesIn(value) {
    if (typeof value === 'number' || typeof value === 'bigint') {
        const bytes = Number(value);
        return bytes >= 0 && Number.isFinite(bytes) ? bytes : undefined;
    }
    if (typeof value !== 'string' || value.length > LONGEST_SIZE)
        return undefined;
    const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)i?(?:b|bytes)?\s*$/i.exec(value) ?? [];
    return number === undefined ? undefined : Number(number) * 1024 ** UNITS.indexOf(unit.toLowerCase());
}


/***/ }),

/***/ 65809:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ab: () => (/* binding */ parseExactly),
/* harmony export */   ac: () => (/* binding */ NotJson),
/* harmony export */   qF: () => (/* binding */ parseJson)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

/** One JSON text that is no JSON even if NaN and the infinities are allowed, as Python writes them. */
class NotJson extends Error {
    name = 'NotJson';
}
/** Strings, which stay as they are, and the words that JSON does not know. */
const STRING_OR_WORD = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/gs;
/**
 * Parses JSON. `NaN`, `Infinity`, and `-Infinity`, which Python writes, become the strings of these names, as the content digest counts
 * them. Throws {@link NotJson}.
 */
function parseJson(text) {
    try {
        return JSON.parse(text);
    }
    catch (error) {
        if (!/NaN|Infinity/.test(text))
            throw new NotJson((0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error), { cause: error });
    }
    try {
        return JSON.parse(quoted(text));
    }
    catch (error) {
        throw new NotJson((0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error), { cause: error });
    }
}
/** {@link parseJson}, with whole numbers beyond 2^53 as `bigint`. */
function parseExactly(text) {
    const exact = (_, value, context) => {
        const { source } = context ?? {};
        const isInexact = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
        return isInexact && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
    };
    return JSON.parse(/NaN|Infinity/.test(text) ? quoted(text) : text, exact);
}
function quoted(text) {
    return text.replaceAll(STRING_OR_WORD, (found) => (found.startsWith('"') ? found : `"${found}"`));
}


/***/ }),

/***/ 36237:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N$: () => (/* binding */ readValues),
/* harmony export */   io: () => (/* binding */ readBytes),
/* harmony export */   vK: () => (/* binding */ mediaIdOf)
/* harmony export */ });
/* harmony import */ var node_buffer__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4573);
/* harmony import */ var _coco_coco_batch_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(43907);
/* harmony import */ var _comparison_fields_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(79736);
/* harmony import */ var _canonical_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(58312);
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(7368);
/* harmony import */ var _id_table_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(50000);
/* harmony import */ var _item_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(43155);
/* harmony import */ var _parse_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(65809);
/* harmony import */ var _statistics_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(19535);









/** The `media_id` of a record. */
function mediaIdOf({ keys, otherIds }, index) {
    return otherIds.has(index) ? otherIds.get(index) : (0,_id_table_js__WEBPACK_IMPORTED_MODULE_5__/* .uuidOf */ .pV)(keys, index * _id_table_js__WEBPACK_IMPORTED_MODULE_5__/* .KEY_WORDS */ .cm);
}
/** Parses each record once. Throws `corrupt_download` for a record that is nested too deeply. */
function readBytes({ bytes, starts, ends }, wanted) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const encoding = (0,node_buffer__WEBPACK_IMPORTED_MODULE_0__.isAscii)(bytes) ? 'latin1' : 'utf8';
    const result = new BatchReader(starts.length, wanted);
    for (let index = 0; index < starts.length; index += 1) {
        const record = buffer.toString(encoding, starts[index], ends[index]);
        let value;
        try {
            value = (0,_parse_js__WEBPACK_IMPORTED_MODULE_7__/* .parseJson */ .qF)(record);
        }
        catch (error) {
            if (!(error instanceof _parse_js__WEBPACK_IMPORTED_MODULE_7__/* .NotJson */ .ac))
                throw error;
            return result.end({ index, why: error.message });
        }
        try {
            result.add(value, false);
        }
        catch (error) {
            if (!(error instanceof _canonical_js__WEBPACK_IMPORTED_MODULE_3__/* .InexactNumber */ .uS))
                throw error;
            result.add((0,_parse_js__WEBPACK_IMPORTED_MODULE_7__/* .parseExactly */ .Ab)(record), true);
        }
    }
    return result.end();
}
/** The same of records that are values already: rows of a table. */
function readValues(values, wanted) {
    const result = new BatchReader(values.length, wanted);
    for (const value of values)
        result.add(value, true);
    return result.end();
}
class BatchReader {
    #hashes;
    #keys;
    #tally = (0,_statistics_js__WEBPACK_IMPORTED_MODULE_8__/* .emptyTally */ .CK)();
    #fields;
    #otherIds = new Map();
    #names = [];
    #shown = [];
    #texts = new _comparison_fields_js__WEBPACK_IMPORTED_MODULE_2__/* .ShownTexts */ .KR();
    #coco;
    #count = 0;
    constructor(records, { items, coco }) {
        this.#hashes = Buffer.alloc(records * _digest_js__WEBPACK_IMPORTED_MODULE_4__/* .HASH_BYTES */ .F);
        this.#keys = new Uint32Array(records * _id_table_js__WEBPACK_IMPORTED_MODULE_5__/* .KEY_WORDS */ .cm);
        this.#fields = items && new _comparison_fields_js__WEBPACK_IMPORTED_MODULE_2__/* .FieldSums */ .lf(records, items);
        this.#coco = coco && new _coco_coco_batch_js__WEBPACK_IMPORTED_MODULE_1__/* .CocoBatchBuilder */ .O(coco);
    }
    add(record, exact) {
        const index = this.#count;
        this.#hashes.write((0,_canonical_js__WEBPACK_IMPORTED_MODULE_3__/* .recordHash */ .oj)(record, exact), index * _digest_js__WEBPACK_IMPORTED_MODULE_4__/* .HASH_BYTES */ .F, 'hex');
        const item = (0,_item_js__WEBPACK_IMPORTED_MODULE_6__/* .itemOf */ .Tu)(record);
        const id = item.id ?? this.#hashes.subarray(index * _digest_js__WEBPACK_IMPORTED_MODULE_4__/* .HASH_BYTES */ .F, (index + 1) * _digest_js__WEBPACK_IMPORTED_MODULE_4__/* .HASH_BYTES */ .F);
        const isUuid = (0,_id_table_js__WEBPACK_IMPORTED_MODULE_5__/* .writeKey */ .TE)(id, this.#keys, index * _id_table_js__WEBPACK_IMPORTED_MODULE_5__/* .KEY_WORDS */ .cm);
        if (!isUuid)
            this.#otherIds.set(index, typeof id === 'string' ? id : undefined);
        (0,_statistics_js__WEBPACK_IMPORTED_MODULE_8__/* .tally */ .N4)(this.#tally, item);
        if (this.#fields) {
            this.#fields.add(index, record, item);
            this.#names.push(item.name);
            this.#shown.push(this.#texts.add(item));
        }
        this.#coco?.add(item);
        this.#count += 1;
    }
    end(broken) {
        const count = this.#count;
        const keys = this.#keys.subarray(0, count * _id_table_js__WEBPACK_IMPORTED_MODULE_5__/* .KEY_WORDS */ .cm);
        const hashes = this.#hashes.subarray(0, count * _digest_js__WEBPACK_IMPORTED_MODULE_4__/* .HASH_BYTES */ .F);
        const items = this.#fields && {
            names: this.#names,
            texts: this.#texts.texts,
            shown: this.#shown,
            fields: this.#fields,
        };
        const coco = this.#coco?.end();
        return { hashes, keys, otherIds: this.#otherIds, tally: this.#tally, items, coco, broken };
    }
}


/***/ }),

/***/ 19535:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CK: () => (/* binding */ emptyTally),
/* harmony export */   N4: () => (/* binding */ tally),
/* harmony export */   NS: () => (/* binding */ StatisticsBuilder)
/* harmony export */ });
/* harmony import */ var _counts_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(25272);
/* harmony import */ var _id_table_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(50000);
/* harmony import */ var _item_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(43155);



/** The names that are counted. */
const NAMED = ['types', 'labels', 'objects', 'issues', 'tags'];
const BINS = 10;
const MOST_CLUSTERS = 4_000_000;
function emptyTally() {
    return {
        items: 0,
        captioned: 0,
        sized: 0,
        bytes: 0,
        scores: 0,
        bins: Array.from({ length: BINS }, () => 0),
        clusters: new Set(),
        names: { types: new Map(), labels: new Map(), objects: new Map(), issues: new Map(), tags: new Map() },
    };
}
/** Which property of which metadata is counted as what. */
const COUNTED = new Map([
    ['image_label', ['labels', 'category_name']],
    ['object_label', ['objects', 'category_name']],
    ['issue', ['issues', 'issue_type']],
    ['user_tag', ['tags', 'tag_name']],
]);
/** Adds a record to a tally. */
function tally(to, { type, cluster, uniqueness, bytes, metadata }) {
    to.items += 1;
    if (type !== undefined)
        count(to.names.types, type);
    if (cluster !== undefined)
        to.clusters.add(cluster);
    if (uniqueness !== undefined) {
        const bin = Math.min(BINS - 1, Math.max(0, Math.floor(uniqueness * BINS)));
        to.bins[bin] = (to.bins[bin] ?? 0) + 1;
        to.scores += uniqueness;
    }
    if (bytes !== undefined) {
        to.sized += 1;
        to.bytes += bytes;
    }
    let captions = 0;
    for (const { type: kind, properties } of metadata) {
        if (kind === 'caption')
            captions += 1;
        const [named, property = ''] = COUNTED.get(kind) ?? [];
        const name = named && (0,_item_js__WEBPACK_IMPORTED_MODULE_1__/* .textOf */ .b6)(properties[property]);
        if (named && name !== undefined)
            count(to.names[named], name);
    }
    if (captions > 0)
        to.captioned += 1;
}
function count(counts, name) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
}
/** Merges tallies to {@link Statistics}, in bounded memory. */
class StatisticsBuilder {
    #sum = emptyTally();
    #clusters = new _id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .IdTable */ .of();
    #named = {
        types: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        labels: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        objects: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        issues: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        tags: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
    };
    add(part) {
        const sum = this.#sum;
        sum.items += part.items;
        sum.captioned += part.captioned;
        sum.sized += part.sized;
        sum.bytes += part.bytes;
        sum.scores += part.scores;
        sum.bins = sum.bins.map((items, bin) => items + (part.bins[bin] ?? 0));
        for (const cluster of part.clusters)
            if (this.#clusters.size < MOST_CLUSTERS)
                this.#clusters.add(cluster);
        for (const named of NAMED)
            for (const [name, times] of part.names[named])
                this.#named[named].add(name, times);
    }
    end() {
        const { items, captioned, sized, bytes, scores, bins } = this.#sum;
        const scored = bins.reduce((all, some) => all + some);
        const { types, labels, objects, issues, tags } = this.#named;
        return {
            items,
            types: types.counts,
            labels: labels.counts,
            objects: objects.counts,
            issues: issues.counts,
            tags: tags.counts,
            uncounted: {
                types: types.beyond,
                labels: labels.beyond,
                objects: objects.beyond,
                issues: issues.beyond,
                tags: tags.beyond,
            },
            captioned,
            clusters: this.#clusters.size,
            uniqueness: { bins, scored, mean: scored === 0 ? undefined : scores / scored },
            bytes: sized === 0 ? undefined : Math.round(bytes),
        };
    }
}


/***/ }),

/***/ 11793:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BR: () => (/* binding */ startThread),
/* harmony export */   XY: () => (/* binding */ ThreadLost),
/* harmony export */   Y6: () => (/* binding */ reported),
/* harmony export */   iT: () => (/* binding */ toError)
/* harmony export */ });
/* harmony import */ var node_worker_threads__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(75919);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(31279);



/** A thread that could not start, or that died: out of memory, for example. Its work can be done in the main thread. */
class ThreadLost extends Error {
    name = 'ThreadLost';
}
/** For a thread: an error as plain data. */
function reported(error) {
    const { code, message, apiWords, todo } = (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .asActionError */ .z6)(error);
    return { code, message, details: { apiWords, todo } };
}
/** The error that a thread reported. */
function toError({ code, message, details }) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ(code, message, details);
}
class WorkerThread {
    #worker;
    lost;
    constructor(worker) {
        this.#worker = worker;
        const { promise, reject } = Promise.withResolvers();
        promise.catch(() => undefined);
        worker.once('error', (error) => reject(new ThreadLost(`a thread died: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .describe */ .q0)(error)}`, { cause: error })));
        worker.once('exit', (code) => reject(new ThreadLost(`a thread ended too early (${code})`)));
        this.lost = promise;
    }
    send(message) {
        this.#worker.postMessage(message, []);
    }
    receive(handler) {
        this.#worker.on('message', handler);
    }
    async end() {
        await this.#worker.terminate();
    }
}
/**
 * Starts a thread. In the bundle all modules are next to its entry, which serves as the thread's too; in the sources the thread has its
 * own module. Throws {@link ThreadLost} if the system rejects it.
 *
 * @param from the `import.meta.url` of the caller
 * @param source the thread's module in the sources, relative to `from`
 * @param data what it is given in addition to its `work`
 */
function startThread(from, source, work, data = {}) {
    const entry = from.endsWith('.ts') ? source : './index.js';
    try {
        return new WorkerThread(new node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.Worker(new URL(entry, from), {
            workerData: { work, ...data },
            // Nothing of what the process was given, secrets least of all, is needed there.
            argv: [],
            env: {},
            execArgv: [],
            // Keeps a thread small, and ends it, not the process, when its data is too large. Buffers do not count.
            resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 },
            name: work,
        }));
    }
    catch (error) {
        throw new ThreadLost(`a thread could not be started: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .describe */ .q0)(error)}`, { cause: error });
    }
}


/***/ }),

/***/ 9313:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Kb: () => (/* binding */ excerpt),
/* harmony export */   So: () => (/* binding */ LARGEST_REPLY),
/* harmony export */   TS: () => (/* binding */ rejectionIn),
/* harmony export */   Yi: () => (/* binding */ errorWords),
/* harmony export */   "if": () => (/* binding */ decodedText),
/* harmony export */   u4: () => (/* binding */ isRecord),
/* harmony export */   uQ: () => (/* binding */ spelled),
/* harmony export */   wh: () => (/* binding */ plainText),
/* harmony export */   x8: () => (/* binding */ readBody)
/* harmony export */ });
/* harmony import */ var node_zlib__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(38522);

/** The longest excerpt of a response that an error shows, in characters. */
const EXCERPT_CHARS = 300;
/** Only this many characters of a web page are examined: what looks for tags may take the square of their number. */
const PAGE_CHARS = 10_000;
/** The words of an error are in the first objects of its body, or not at all. */
const DEEPEST_WORDS = 5;
/** No documented response comes near this size, in bytes. */
const LARGEST_REPLY = 256 * 1024 * 1024;
const DECODERS = {
    gzip: node_zlib__WEBPACK_IMPORTED_MODULE_0__.gunzipSync,
    'x-gzip': node_zlib__WEBPACK_IMPORTED_MODULE_0__.gunzipSync,
    deflate: node_zlib__WEBPACK_IMPORTED_MODULE_0__.inflateSync,
    br: node_zlib__WEBPACK_IMPORTED_MODULE_0__.brotliDecompressSync,
    zstd: node_zlib__WEBPACK_IMPORTED_MODULE_0__.zstdDecompressSync,
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
function isRecord(value) {
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
    if (!isRecord(item))
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
    if (!isRecord(json) || depth === DEEPEST_WORDS)
        return undefined;
    for (const key of ['detail', 'error', 'message', 'error_message', 'msg']) {
        const value = json[key];
        if (typeof value === 'string' && value.trim() !== '')
            return value;
        if (Array.isArray(value) && value.length > 0)
            return value.map(validationWords).join('; ');
        if (isRecord(value))
            return wordsOf(value, depth + 1) ?? spelled(value);
    }
    return undefined;
}
/**
 * A rejection that came with HTTP 200: `{"error": ...}` (export start) or `{"status": "error", "message": ...}` (creation), as
 * recorded in public clients. `undefined` where the response is no rejection.
 */
function rejectionIn(json) {
    if (!isRecord(json))
        return undefined;
    if ('id' in json || 'dataset_id' in json || 'snapshot_id' in json || 'tasks' in json)
        return undefined;
    const { error, status, message, detail } = json;
    const saysError = (typeof error === 'string' && error !== '') || isRecord(error);
    const saysStatus = typeof status === 'string' && status.toLowerCase() === 'error' && (message ?? detail) !== undefined;
    return saysError || saysStatus ? (wordsOf(json) ?? spelled(json)) : undefined;
}


/***/ })

};
