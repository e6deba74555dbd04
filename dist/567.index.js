export const id = 567;
export const ids = [567];
export const modules = {

/***/ 64742:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ canonical),
/* harmony export */   N: () => (/* binding */ withoutSignature)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

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
 *
 * Throws `corrupt_download` for a record that is nested thousands of levels deep.
 */
function canonical(value) {
    try {
        return text(value, '');
    }
    catch (error) {
        // JSON.parse takes a nesting that no function that follows it has a stack for.
        if (error instanceof RangeError)
            throw tooDeep(error);
        throw error;
    }
}
function tooDeep(cause) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('corrupt_download', 'A record of the export is nested thousands of levels deep: no export has such.', {
        todo: 'Find out who could have changed the export, and export again.',
        cause,
    });
}
function text(value, name) {
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
        return list(value, name);
    if (value instanceof Date)
        return JSON.stringify(value);
    if (value instanceof Uint8Array)
        return JSON.stringify(Buffer.from(value).toString('base64'));
    if (isNumbers(value))
        return list(Array.from(value), name);
    const members = Object.entries(value);
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    let texts = '';
    for (const [key, member] of members) {
        if (key === 'url' || member === undefined)
            continue;
        texts += `${texts === '' ? '' : ','}${JSON.stringify(key)}:${text(member, key)}`;
    }
    return `{${texts}}`;
}
/** A typed array: parquet readers give one for a list of plain numbers. */
function isNumbers(value) {
    return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
function list(values, name) {
    const texts = values.map((value) => text(value, ''));
    return `[${(name === 'metadata_items' ? texts.sort() : texts).join(',')}]`;
}
function metadataItems(value) {
    if (value.startsWith('[')) {
        try {
            return text(JSON.parse(value), 'metadata_items');
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


/***/ }),

/***/ 42070:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   FA: () => (/* binding */ HASH_BYTES),
/* harmony export */   Gc: () => (/* binding */ RecordDigest),
/* harmony export */   oj: () => (/* binding */ recordHash)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var _canonical_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(64742);


/** The length of a record's hash. */
const HASH_BYTES = 32;
const BLOCK_HASHES = 32 * 1024;
/** By their first two bytes. Of a million records, about 15 share a bucket. */
const BUCKETS = 2 ** 16;
const GATHERED_HASHES = 2048;
const NONE = Buffer.alloc(0);
/** SHA-256 of one record's {@link canonical} text in UTF-8: 32 bytes, equal for equal data. */
function recordHash(record) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)('sha256', (0,_canonical_js__WEBPACK_IMPORTED_MODULE_1__/* .canonical */ .$)(record), 'buffer');
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
    #blocks = [];
    add(record) {
        this.addHash(recordHash(record));
    }
    /** Adds a record whose {@link recordHash} is known already; `hashes` holds it from `start` on. */
    addHash(hashes, start = 0) {
        const at = this.count % BLOCK_HASHES;
        if (at === 0)
            this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_HASHES * HASH_BYTES));
        this.#blocks.at(-1)?.set(hashes.subarray(start, start + HASH_BYTES), at * HASH_BYTES);
        this.count += 1;
    }
    hex() {
        const { order, ends } = this.#byBucket();
        let start = 0;
        for (const end of ends) {
            if (end - start > 1)
                order.subarray(start, end).sort((one, other) => this.#compare(one, other));
            start = end;
        }
        const total = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256');
        const gathered = Buffer.allocUnsafeSlow(GATHERED_HASHES * HASH_BYTES);
        let length = 0;
        for (const index of order) {
            const at = placeOf(index);
            length += this.#blockOf(index).copy(gathered, length, at, at + HASH_BYTES);
            if (length < gathered.length)
                continue;
            total.update(gathered);
            length = 0;
        }
        return total.update(gathered.subarray(0, length)).digest('hex');
    }
    /** The numbers of all records, those of a bucket side by side, and where each bucket ends among them. */
    #byBucket() {
        const ends = new Uint32Array(BUCKETS);
        for (let index = 0; index < this.count; index += 1) {
            const bucket = this.#bucketOf(index);
            ends[bucket] = (ends[bucket] ?? 0) + 1;
        }
        let sum = 0;
        for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
            const size = ends[bucket] ?? 0;
            ends[bucket] = sum;
            sum += size;
        }
        // Each is where its bucket begins, and moves to its end as the bucket fills.
        const order = new Uint32Array(this.count);
        for (let index = 0; index < this.count; index += 1) {
            const bucket = this.#bucketOf(index);
            const at = ends[bucket] ?? 0;
            order[at] = index;
            ends[bucket] = at + 1;
        }
        return { order, ends };
    }
    #bucketOf(index) {
        return this.#blockOf(index).readUInt16BE(placeOf(index));
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

/***/ 19567:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  P: () => (/* binding */ RecordHasher)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
// EXTERNAL MODULE: ./build/exports/canonical.js
var canonical = __webpack_require__(64742);
;// CONCATENATED MODULE: ./build/exports/pieces.js
const COMMA = 0x2c;
const MOST_PIECES = 16 * 1024;
const MOST_GROUPS = 4096;
/** Sorting more groups than these by insertion would take too long. */
const MOST_TO_SORT = 64;
/** From here on, a place is not one in the source. */
const SPELLED = 2 ** 30;
const SPELLED_BYTES = 64 * 1024;
/**
 * A text that is put together from pieces of a source, and of what is spelled otherwise than there. Pieces are collected in groups,
 * a member of an object or an element of an array each, with a comma after it; those of inner objects above those of outer ones.
 * Groups can be sorted without a byte being moved.
 */
class Pieces {
    count = 0;
    /** How many groups there are. */
    groups = 0;
    /** More was asked for than there is room for: the text is not whole. */
    full = false;
    #starts = new Int32Array(MOST_PIECES);
    #ends = new Int32Array(MOST_PIECES);
    #scratch = new Int32Array(MOST_PIECES * 2);
    /** What the groups are sorted by, and their pieces. */
    #keyStarts = new Int32Array(MOST_GROUPS);
    #keyEnds = new Int32Array(MOST_GROUPS);
    #firsts = new Int32Array(MOST_GROUPS);
    #lasts = new Int32Array(MOST_GROUPS);
    #spelled = Buffer.alloc(SPELLED_BYTES, COMMA);
    #spelledBytes = 1;
    clear() {
        this.count = 0;
        this.groups = 0;
        this.full = false;
        // The comma stays.
        this.#spelledBytes = 1;
    }
    /** Adds what the source has from `start` to `end`. */
    add(start, end) {
        const { count } = this;
        if (count === MOST_PIECES) {
            this.full = true;
            return;
        }
        this.#starts[count] = start;
        this.#ends[count] = end;
        this.count = count + 1;
    }
    /** Adds a text that is not in the source. Answers whether it is ASCII. */
    spell(text) {
        const start = this.#spelledBytes;
        // In UTF-8, no unit of a string takes more than three bytes.
        if (start + text.length * 3 > SPELLED_BYTES) {
            this.full = true;
            return false;
        }
        const bytes = this.#spelled.write(text, start);
        this.#spelledBytes += bytes;
        this.add(SPELLED + start, SPELLED + start + bytes);
        return bytes === text.length;
    }
    /** Makes a group of the pieces from `first` on; what it is to be sorted by is at `keyStart` of the source. */
    endGroup(first, keyStart, keyEnd) {
        const { groups } = this;
        if (groups === MOST_GROUPS) {
            this.full = true;
            return;
        }
        this.add(SPELLED, SPELLED + 1);
        this.#keyStarts[groups] = keyStart;
        this.#keyEnds[groups] = keyEnd;
        this.#firsts[groups] = first;
        this.#lasts[groups] = this.count;
        this.groups = groups + 1;
    }
    /** Ends the object or array with the groups from `base` on by a closing bracket, which the source has there. */
    close(base, bracket) {
        // It takes the place of the last comma.
        if (this.groups > base)
            this.count -= 1;
        this.add(bracket, bracket + 1);
        this.groups = base;
    }
    /** Whether the last group comes after the one before it. */
    inOrder(source) {
        return this.#compare(source, this.groups - 2, this.groups - 1) < 0;
    }
    /** Puts the members from `base` on in the order of their names. False when there are too many, or two have the same name. */
    sortMembers(source, base) {
        return this.#sort(source, base, true);
    }
    /** Puts the elements from `base` on in the order of their texts. False when there are too many. */
    sortElements(source, base, text) {
        let to = 0;
        for (let group = base; group < this.groups; group += 1) {
            this.#keyStarts[group] = to;
            to = this.#write(source, text, to, this.#firsts[group] ?? 0, (this.#lasts[group] ?? 0) - 1);
            this.#keyEnds[group] = to;
        }
        return this.#sort(text, base, false);
    }
    /** Writes all of the text. Answers its length in bytes. */
    write(source, text) {
        return this.#write(source, text, 0, 0, this.count);
    }
    #write(source, text, start, first, last) {
        let to = start;
        for (let piece = first; piece < last; piece += 1) {
            const from = this.#starts[piece] ?? 0;
            const end = this.#ends[piece] ?? 0;
            to =
                from < SPELLED
                    ? copy(source, from, end, text, to)
                    : copy(this.#spelled, from - SPELLED, end - SPELLED, text, to);
        }
        return to;
    }
    #sort(keys, base, distinct) {
        if (this.groups - base > MOST_TO_SORT)
            return false;
        for (let next = base + 1; next < this.groups; next += 1) {
            for (let at = next; at > base; at -= 1) {
                const order = this.#compare(keys, at - 1, at);
                if (order === 0 && distinct)
                    return false;
                if (order <= 0)
                    break;
                swap(this.#keyStarts, at);
                swap(this.#keyEnds, at);
                swap(this.#firsts, at);
                swap(this.#lasts, at);
            }
        }
        this.#rearrange(base);
        return true;
    }
    /** Brings the pieces into the order of their groups. */
    #rearrange(base) {
        const [starts, ends, scratch] = [this.#starts, this.#ends, this.#scratch];
        let size = 0;
        for (let group = base; group < this.groups; group += 1) {
            const last = this.#lasts[group] ?? 0;
            for (let piece = this.#firsts[group] ?? 0; piece < last; piece += 1, size += 2) {
                scratch[size] = starts[piece] ?? 0;
                scratch[size + 1] = ends[piece] ?? 0;
            }
        }
        for (let at = 0, piece = this.count - size / 2; at < size; at += 2, piece += 1) {
            starts[piece] = scratch[at] ?? 0;
            ends[piece] = scratch[at + 1] ?? 0;
        }
    }
    /** By the UTF-16 code units of their keys: negative when the one comes first, 0 when they are equal. */
    #compare(keys, one, other) {
        let first = this.#keyStarts[one] ?? 0;
        let second = this.#keyStarts[other] ?? 0;
        const firstEnd = this.#keyEnds[one] ?? 0;
        const secondEnd = this.#keyEnds[other] ?? 0;
        for (; first < firstEnd && second < secondEnd; first += 1, second += 1) {
            const a = keys[first] ?? 0;
            const b = keys[second] ?? 0;
            if (a !== b)
                return inUtf16(a) - inUtf16(b);
        }
        return firstEnd - first - (secondEnd - second);
    }
}
function copy(source, start, end, text, place) {
    let to = place;
    for (let from = start; from < end; from += 1) {
        text[to] = source[from] ?? 0;
        to += 1;
    }
    return to;
}
function swap(field, at) {
    const value = field[at] ?? 0;
    field[at] = field[at - 1] ?? 0;
    field[at - 1] = value;
}
/** The first byte in which two texts in UTF-8 differ, in the order of UTF-16: there, what takes two units comes before U+E000 to U+FFFF. */
function inUtf16(byte) {
    return byte === 0xee || byte === 0xef ? byte + 0x10 : byte;
}

;// CONCATENATED MODULE: ./build/exports/shortest-number.js
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
/** An integer or a decimal fraction of so many digits is the shortest spelling of its own 64-bit value. */
const EXACT_DIGITS = 15;
/** From one zero more, ECMAScript writes an exponent. */
const MOST_ZEROS = 5;
/**
 * Where a JSON number ends that is spelled as ECMAScript spells its value, as can be told from its digits alone; -1 when it is not,
 * cannot be told, or is no number.
 *
 * @param start of the number
 * @param limit up to where the bytes may be read
 */
function shortestNumber(bytes, start, limit) {
    const first = bytes[start] === MINUS ? start + 1 : start;
    const point = digitsFrom(bytes, first, limit);
    const zero = bytes[first] === ZERO;
    if (point === first || (zero && point > first + 1))
        return -1;
    const byte = point < limit ? (bytes[point] ?? 0) : 0;
    if (byte !== POINT) {
        // Minus zero is spelled 0.
        const exact = point - first <= EXACT_DIGITS && !(zero && first > start);
        return exact && !isExponent(byte) ? point : -1;
    }
    const end = digitsFrom(bytes, point + 1, limit);
    if (end === point + 1 || end - first - 1 > EXACT_DIGITS || bytes[end - 1] === ZERO)
        return -1;
    if (end < limit && isExponent(bytes[end] ?? 0))
        return -1;
    if (!zero)
        return end;
    let digit = point + 1;
    while (bytes[digit] === ZERO)
        digit += 1;
    return digit - point - 1 <= MOST_ZEROS ? end : -1;
}
/** Whether a byte may stand in a JSON number. */
function inNumber(byte) {
    return (byte >= ZERO && byte <= NINE) || byte === MINUS || byte === PLUS || byte === POINT || isExponent(byte);
}
function digitsFrom(bytes, start, limit) {
    let at = start;
    for (; at < limit; at += 1) {
        const byte = bytes[at] ?? 0;
        if (byte < ZERO || byte > NINE)
            break;
    }
    return at;
}
/** "e" or "E": setting this bit makes them the same. */
function isExponent(byte) {
    return (byte | 0x20) === 0x65;
}

;// CONCATENATED MODULE: ./build/exports/canonical-bytes.js




const QUOTE = 0x22;
const canonical_bytes_COMMA = 0x2c;
const canonical_bytes_MINUS = 0x2d;
const canonical_bytes_ZERO = 0x30;
const canonical_bytes_NINE = 0x39;
const COLON = 0x3a;
const QUESTION = 0x3f;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const LOWER_H = 0x68;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** What was seen in a string: a byte beyond ASCII, an escape; below zero for what must not be in one. */
const WIDE = 0x80;
const ESCAPE = 0x100;
const ITEMS = Buffer.from('"metadata_items"');
const URL = Buffer.from('"url"');
const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];
/** Longer records (bytes) and those with deeper nesting are rare enough to go the plain way. */
const LONGEST = 256 * 1024;
const DEEPEST = 64;
/** A canonical text is longer than its record where a number that has an exponent is written in full: `1e20`. */
const MOST_GROWTH = 8;
/**
 * Writes the {@link canonical} text of records, straight from their JSON and without making objects of them: several times as fast.
 * What is rare (a record that is no JSON, repeated names, names with escapes, metadata that is a string, great size or depth) it
 * leaves to the plain way.
 */
class CanonicalBytes {
    /** The text that was written last, up to {@link length}; lent until the next one. */
    text = Buffer.allocUnsafeSlow(16 * 1024);
    length = 0;
    /** Whether that text is known to be ASCII. */
    ascii = true;
    #pieces = new Pieces();
    #source = Buffer.alloc(0);
    #at = 0;
    #wide = false;
    #depth = 0;
    /** Inside of how many members that are left out. */
    #leftOut = 0;
    /** Writes the text of a record. False when only the plain way can tell what it is. */
    write(record) {
        if (record.length > LONGEST)
            return false;
        const room = record.length * MOST_GROWTH;
        if (this.text.length < room)
            this.text = Buffer.allocUnsafeSlow(room * 2);
        this.#source = record;
        this.#at = 0;
        this.#wide = false;
        this.#depth = 0;
        this.#leftOut = 0;
        this.#pieces.clear();
        this.ascii = true;
        this.#skipSpace();
        if (!this.#value(this.#at, false) || this.#next() !== -1 || this.#pieces.full)
            return false;
        // Bytes that are no UTF-8 would become replacement characters.
        if (this.#wide && !(0,external_node_buffer_.isUtf8)(record))
            return false;
        if (this.#wide)
            this.ascii = false;
        this.length = this.#pieces.write(record, this.text);
        return true;
    }
    #skipSpace() {
        const source = this.#source;
        for (; this.#at < source.length; this.#at += 1) {
            const byte = source[this.#at] ?? 0;
            if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)
                return;
        }
    }
    /** The next byte that is no white space, still to be taken; -1 at the end. */
    #next() {
        this.#skipSpace();
        return this.#source[this.#at] ?? -1;
    }
    /**
     * @param from where the piece begins that the value, which is next, is a part of: there or before
     * @param items whether it is the value of a member named `metadata_items`
     */
    #value(from, items) {
        const byte = this.#source[this.#at] ?? -1;
        if (byte === QUOTE)
            return this.#string(from, items);
        if (byte === canonical_bytes_MINUS || (byte >= canonical_bytes_ZERO && byte <= canonical_bytes_NINE))
            return this.#number(from);
        if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY)
            return this.#word(from);
        if (this.#depth === DEEPEST)
            return false;
        this.#depth += 1;
        this.#at += 1;
        this.#pieces.add(from, this.#at);
        const taken = byte === OPEN_OBJECT ? this.#object() : this.#array(items);
        this.#depth -= 1;
        return taken;
    }
    #object() {
        const pieces = this.#pieces;
        const base = pieces.groups;
        let sorted = true;
        if (this.#next() !== CLOSE_OBJECT) {
            for (;;) {
                if (!this.#member())
                    return false;
                sorted &&= pieces.groups < base + 2 || pieces.inOrder(this.#source);
                const byte = this.#next();
                if (byte === CLOSE_OBJECT)
                    break;
                if (byte !== canonical_bytes_COMMA)
                    return false;
                this.#at += 1;
                this.#skipSpace();
            }
        }
        if (!sorted && !pieces.sortMembers(this.#source, base))
            return false;
        pieces.close(base, this.#at);
        this.#at += 1;
        return true;
    }
    #member() {
        const pieces = this.#pieces;
        const source = this.#source;
        const start = this.#at;
        const first = pieces.count;
        if (source[start] !== QUOTE)
            return false;
        const seen = this.#scanString();
        if (seen < 0 || (seen & ESCAPE) !== 0)
            return false;
        const nameEnd = this.#at;
        let from = start;
        if (this.#next() !== COLON)
            return false;
        this.#at += 1;
        if (this.#at > nameEnd + 1) {
            pieces.add(start, nameEnd);
            from = this.#at - 1;
        }
        const colonEnd = this.#at;
        this.#skipSpace();
        if (this.#at > colonEnd) {
            pieces.add(from, colonEnd);
            from = this.#at;
        }
        if (isNamed(source, start, nameEnd, URL)) {
            this.#leftOut += 1;
            if (!this.#value(from, false))
                return false;
            this.#leftOut -= 1;
            pieces.count = first;
            return true;
        }
        if (!this.#value(from, isNamed(source, start, nameEnd, ITEMS)))
            return false;
        // A quote is no part of the name.
        pieces.endGroup(first, start, nameEnd - 1);
        return true;
    }
    #array(items) {
        const pieces = this.#pieces;
        const base = pieces.groups;
        if (this.#next() !== CLOSE_ARRAY) {
            for (;;) {
                const first = pieces.count;
                if (!this.#value(this.#at, false))
                    return false;
                pieces.endGroup(first, 0, 0);
                const byte = this.#next();
                if (byte === CLOSE_ARRAY)
                    break;
                if (byte !== canonical_bytes_COMMA)
                    return false;
                this.#at += 1;
                this.#skipSpace();
            }
        }
        if (items && pieces.groups > base + 1 && !pieces.sortElements(this.#source, base, this.text))
            return false;
        pieces.close(base, this.#at);
        this.#at += 1;
        return true;
    }
    #string(from, items) {
        // It may hold JSON.
        if (items)
            return false;
        const source = this.#source;
        const start = this.#at;
        const seen = this.#scanString();
        if (seen < 0)
            return false;
        if ((seen & ESCAPE) === 0 && (this.#leftOut > 0 || !mayBeSigned(source, start, this.#at))) {
            this.#pieces.add(from, this.#at);
            return true;
        }
        return this.#respell(from, start, (value) => typeof value === 'string' ? JSON.stringify((0,canonical/* withoutSignature */.N)(value)) : undefined);
    }
    /** Goes to the end of a string, and answers what was seen in it. */
    #scanString() {
        const source = this.#source;
        const { length } = source;
        let seen = 0;
        // The hot loop: most bytes of every record pass here.
        for (let at = this.#at + 1; at < length;) {
            const byte = source[at] ?? 0;
            at += 1;
            if (byte === QUOTE) {
                this.#at = at;
                if ((seen & WIDE) !== 0)
                    this.#wide = true;
                return seen;
            }
            // Below zero for control characters.
            seen |= byte | (byte - 0x20);
            if (byte === BACKSLASH) {
                seen |= ESCAPE;
                at += 1;
            }
        }
        return -1;
    }
    #number(from) {
        const source = this.#source;
        const start = this.#at;
        const end = shortestNumber(source, start, source.length);
        if (end !== -1) {
            this.#at = end;
            this.#pieces.add(from, end);
            return true;
        }
        while (inNumber(source[this.#at] ?? 0))
            this.#at += 1;
        const spelled = source.toString('latin1', start, this.#at);
        if (String(Number(spelled)) === spelled) {
            this.#pieces.add(from, this.#at);
            return true;
        }
        return this.#respell(from, start, (value) => (Number.isFinite(value) ? JSON.stringify(value) : undefined));
    }
    #word(from) {
        const source = this.#source;
        const start = this.#at;
        const word = WORDS.find((one) => one[0] === source[start]);
        if (!word || !isNamed(source, start, start + word.length, word))
            return false;
        this.#at += word.length;
        this.#pieces.add(from, this.#at);
        return true;
    }
    /** Spells the string or number that began at `start`, up to here, by its value. */
    #respell(from, start, spell) {
        let spelled;
        try {
            spelled = spell(JSON.parse(this.#source.toString('utf8', start, this.#at)));
        }
        catch {
            return false;
        }
        if (spelled === undefined)
            return false;
        if (from < start)
            this.#pieces.add(from, start);
        if (!this.#pieces.spell(spelled))
            this.ascii = false;
        return true;
    }
}
/** Whether a string might be a link with a query; hardly any is asked for its whole length. */
function mayBeSigned(source, start, end) {
    // Setting this bit makes "h" of "H".
    if (((source[start + 1] ?? 0) | 0x20) !== LOWER_H)
        return false;
    for (let at = start; at < end; at += 1)
        if (source[at] === QUESTION)
            return true;
    return false;
}
function isNamed(source, start, end, name) {
    if (end - start !== name.length)
        return false;
    for (let index = 1; index < name.length; index += 1)
        if (source[start + index] !== name[index])
            return false;
    return true;
}

// EXTERNAL MODULE: ./build/exports/digest.js
var digest = __webpack_require__(42070);
;// CONCATENATED MODULE: ./build/exports/record-hasher.js



/** Computes {@link recordHash} of records from their JSON, the fast way where there is one. */
class RecordHasher {
    #canonical = new CanonicalBytes();
    /**
     * Writes the hash of a record to `target`, from `at` on.
     *
     * @param parse called where the record has to be parsed; what it throws comes out
     */
    hash(record, target, at, parse) {
        const canonical = this.#canonical;
        if (!canonical.write(record)) {
            target.set((0,digest/* recordHash */.oj)(parse()), at);
            return;
        }
        const { text, length, ascii } = canonical;
        // From string to string is the way that costs least.
        const hashed = (0,external_node_crypto_.hash)('sha256', ascii ? text.toString('latin1', 0, length) : text.subarray(0, length), 'binary');
        target.write(hashed, at, 'latin1');
    }
}


/***/ })

};
