export const id = 654;
export const ids = [654];
export const modules = {

/***/ 19473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Hu: () => (/* binding */ unforeseen),
/* harmony export */   lZ: () => (/* binding */ ActionError),
/* harmony export */   q0: () => (/* binding */ describe)
/* harmony export */ });
/* unused harmony export ERROR_CODES */
/** The ends a step can fail with, as `error_code` gives them to a workflow. */
const ERROR_CODES = (/* unused pure expression or super */ null && ([
    'invalid_input',
    'unauthorized',
    'forbidden',
    'not_found',
    'conflict',
    'rejected',
    'operation_failed',
    'timed_out',
    'network',
    'server_error',
    'unexpected_reply',
    'corrupt_download',
    'unsafe_archive',
    'artifact_failed',
    'gate_failed',
    'cancelled',
]));
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

/***/ 45580:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_worker_threads__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(75919);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(19473);
/* harmony import */ var _archive_bytes_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(99155);
/* harmony import */ var _download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(96429);
/* harmony import */ var _disk_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(68109);
/* harmony import */ var _entry_table_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(30834);
/* harmony import */ var _entry_unpacker_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(48265);








const WORTH_TELLING = 16 * 1024 * 1024;
/** The code of a worker thread: takes batches of entries until none is left. */
async function work(job) {
    let file;
    try {
        file = openArchiveFile(job.archive);
        const unpacker = new _entry_unpacker_js__WEBPACK_IMPORTED_MODULE_7__/* .EntryUnpacker */ .a(new _archive_bytes_js__WEBPACK_IMPORTED_MODULE_3__/* .ArchiveBytes */ ._(file, arrivalsOf(job)), job.target);
        const toTell = new Unpacked();
        for (const batch of (0,_entry_table_js__WEBPACK_IMPORTED_MODULE_6__/* .claimed */ .Sf)(job))
            await unpacker.unpack(batch, (bytes) => toTell.add(bytes));
        toTell.tell();
        return { kind: 'done' };
    }
    catch (error) {
        if (error instanceof _download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__/* .Void */ .Ti)
            return { kind: 'stopped' };
        const { code, message, apiWords, todo } = error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ ? error : (0,_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .unforeseen */ .Hu)(error);
        return { kind: 'failed', code, message, details: { apiWords, todo } };
    }
    finally {
        if (file !== undefined)
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
    }
}
/** How much was unpacked, told in round numbers: a message for each batch costs more than the batch. */
class Unpacked {
    #bytes = 0;
    add(bytes) {
        this.#bytes += bytes;
        if (this.#bytes >= WORTH_TELLING)
            this.tell();
    }
    tell() {
        tell({ kind: 'unpacked', bytes: this.#bytes });
        this.#bytes = 0;
    }
}
function openArchiveFile(path) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(path, 'r');
    }
    catch (error) {
        throw (0,_disk_js__WEBPACK_IMPORTED_MODULE_5__/* .diskFailure */ .C9)(error, 'read the archive', path);
    }
}
function arrivalsOf({ arrivals }) {
    if (!arrivals)
        return {};
    return {
        arrive(start, end) {
            if ((0,_download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__/* .waitForBytes */ .ex)(arrivals, start, end) === 'stopped')
                throw new _download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__/* .Void */ .Ti();
        },
    };
}
function tell(report) {
    node_worker_threads__WEBPACK_IMPORTED_MODULE_1__.parentPort?.postMessage(report, []);
}
node_worker_threads__WEBPACK_IMPORTED_MODULE_1__.parentPort?.once('message', (job) => void work(job).then(tell));


/***/ }),

/***/ 30834:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   MZ: () => (/* binding */ shareEntries),
/* harmony export */   Sf: () => (/* binding */ claimed),
/* harmony export */   cS: () => (/* binding */ batchesOf)
/* harmony export */ });
/* harmony import */ var _archive_entry_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51704);

/** A batch is this many bytes of archive, this many entries, or one entry that is not small. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_ENTRIES = 256;
/** Cuts entries, given in the order of their data, into batches that are each unpacked in one go. */
function* batchesOf(entries) {
    let batch = [];
    let start = 0;
    for (const entry of entries) {
        const small = (0,_archive_entry_js__WEBPACK_IMPORTED_MODULE_0__/* .isSmall */ .e)(entry);
        const full = batch.length >= BATCH_ENTRIES || entry.limit - start > BATCH_BYTES || !small;
        if (batch.length > 0 && full) {
            yield batch;
            batch = [];
        }
        if (batch.length === 0)
            start = entry.headerStart;
        batch.push(entry);
        if (small)
            continue;
        yield batch;
        batch = [];
    }
    if (batch.length > 0)
        yield batch;
}
/** The numbers of an entry: its own, where its names begin, and how long each of the three is. */
const FIELDS = 10;
/** Puts entries into shared memory, cut into batches. */
function shareEntries(entries) {
    let length = 0;
    for (const { name, rawName, path } of entries)
        length += rawName.length + Buffer.byteLength(path) + Buffer.byteLength(spelling(name, rawName));
    const text = new SharedArrayBuffer(length);
    const numbers = new SharedArrayBuffer(entries.length * FIELDS * Float64Array.BYTES_PER_ELEMENT);
    const table = new Float64Array(numbers);
    const bytes = Buffer.from(text);
    let at = 0;
    for (const [index, entry] of entries.entries()) {
        const { name, rawName, path, size, compressedSize, crc32, method, headerStart, limit, last } = entry;
        const kind = (method === 'deflated' ? 1 : 0) + (last ? 2 : 0);
        const rawEnd = at + bytes.write(rawName, at, 'latin1');
        const pathEnd = rawEnd + bytes.write(path, rawEnd);
        const end = pathEnd + bytes.write(spelling(name, rawName), pathEnd);
        const places = [at, rawEnd - at, pathEnd - rawEnd, end - pathEnd];
        table.set([size, compressedSize, crc32, headerStart, limit, kind, ...places], index * FIELDS);
        at = end;
    }
    const starts = [0];
    for (const batch of batchesOf(entries))
        starts.push((starts.at(-1) ?? 0) + batch.length);
    const batches = new SharedArrayBuffer(starts.length * Uint32Array.BYTES_PER_ELEMENT);
    new Uint32Array(batches).set(starts);
    return { numbers, text, batches };
}
/** Takes one batch after the other that no other thread has taken; `claims` is one shared 32-bit number, 0 at first. */
function* claimed({ entries, claims }) {
    const next = new Int32Array(claims);
    const count = entries.batches.byteLength / Uint32Array.BYTES_PER_ELEMENT - 1;
    for (let batch = Atomics.add(next, 0, 1); batch < count; batch = Atomics.add(next, 0, 1)) {
        yield batchAt(entries, batch);
    }
}
/** The entries of one batch. */
function batchAt(shared, batch) {
    const [from = 0, to = 0] = new Uint32Array(shared.batches).subarray(batch, batch + 2);
    const text = Buffer.from(shared.text);
    return Array.from({ length: to - from }, (_, index) => {
        const fields = new Float64Array(shared.numbers).subarray((from + index) * FIELDS, (from + index + 1) * FIELDS);
        return entryOf(fields, text);
    });
}
/** The name of an entry where it is not just what the archive holds; else nothing. */
function spelling(name, rawName) {
    return rawName === name ? '' : name;
}
function entryOf(fields, text) {
    const [size = 0, compressedSize = 0, crc32 = 0, headerStart = 0, limit = 0, kind = 0, at = 0] = fields;
    const [rawEnd = 0, pathEnd = 0, end = 0] = ends(at, fields.subarray(7));
    const rawName = text.toString('latin1', at, rawEnd);
    return {
        name: end === pathEnd ? rawName : text.toString('utf8', pathEnd, end),
        rawName,
        path: text.toString('utf8', rawEnd, pathEnd),
        size,
        compressedSize,
        crc32,
        method: (kind & 1) === 1 ? 'deflated' : 'stored',
        headerStart,
        limit,
        last: (kind & 2) === 2,
    };
}
function ends(start, lengths) {
    let end = start;
    return Array.from(lengths, (length) => (end += length));
}


/***/ }),

/***/ 48265:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  a: () => (/* binding */ EntryUnpacker)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/transfer/archive/archive-entry.js
var archive_entry = __webpack_require__(51704);
// EXTERNAL MODULE: ./build/transfer/disk.js
var disk = __webpack_require__(68109);
// EXTERNAL MODULE: ./build/transfer/archive/entry-bytes.js
var entry_bytes = __webpack_require__(60909);
;// CONCATENATED MODULE: ./build/transfer/archive/following-file.js



/** A new file that is made with its first bytes, and written behind the thread that has them. */
class FollowingFile {
    #path;
    #file;
    #writing = Promise.resolve();
    constructor(path) {
        this.#path = path;
    }
    /** Writes bytes before it returns. */
    write(bytes) {
        this.#file ??= openNew(this.#path);
        writeNow(this.#file, bytes, this.#path);
    }
    /** Takes bytes for good, and returns once those before them are written. */
    async push(bytes) {
        const file = (this.#file ??= openNew(this.#path));
        const before = this.#writing;
        this.#writing = before.then(async () => writeBehind(file, bytes, this.#path));
        this.#writing.catch(() => undefined);
        await before;
    }
    /** Resolves once everything is written; a file of no bytes is made as well. */
    async end() {
        await this.#writing;
        this.#file ??= openNew(this.#path);
    }
    async close() {
        await this.#writing.catch(() => undefined);
        if (this.#file !== undefined)
            (0,external_node_fs_.closeSync)(this.#file);
    }
}
/** Opens a file that is not there yet. Throws an `ActionError`, as the others here. */
function openNew(path) {
    try {
        return (0,external_node_fs_.openSync)(path, 'wx');
    }
    catch (error) {
        throw (0,disk/* diskFailure */.C9)(error, 'unpack the export', path);
    }
}
function writeNow(file, bytes, path) {
    try {
        for (let done = 0; done < bytes.length;)
            done += (0,external_node_fs_.writeSync)(file, bytes, done);
    }
    catch (error) {
        throw (0,disk/* diskFailure */.C9)(error, 'unpack the export', path);
    }
}
async function writeBehind(file, bytes, path) {
    try {
        for (let done = 0; done < bytes.length;) {
            const { promise, resolve, reject } = Promise.withResolvers();
            (0,external_node_fs_.write)(file, bytes, done, bytes.length - done, null, (error, written) => error ? reject(error) : resolve(written));
            done += await promise;
        }
    }
    catch (error) {
        throw (0,disk/* diskFailure */.C9)(error, 'unpack the export', path);
    }
    (0,entry_bytes/* freeAtOnce */.vY)(bytes);
}

;// CONCATENATED MODULE: ./build/transfer/archive/entry-unpacker.js





/** Verifies entries of an archive and, with a `root`, writes each to its place below it. The folders must be there. */
class EntryUnpacker {
    #archive;
    #root;
    constructor(archive, root) {
        this.#archive = archive;
        this.#root = root;
    }
    /**
     * Unpacks entries that lie side by side. Nothing of an entry is written before its local header was checked, and nothing that
     * is there is overwritten. Throws an `ActionError`, and what `onBytes` throws.
     *
     * @param onBytes called after each large chunk and at the end, with the unpacked bytes since the last call; waited for
     */
    async unpack(batch, onBytes) {
        const ahead = batch.at(-1)?.limit ?? 0;
        let bytes = 0;
        const [first] = batch;
        if (first && (0,archive_entry/* isSmall */.e)(first))
            await this.#archive.ready(first.headerStart, ahead);
        for (const entry of batch) {
            const path = this.#root === undefined ? undefined : (0,external_node_path_.join)(this.#root, entry.path);
            if ((0,archive_entry/* isSmall */.e)(entry)) {
                const content = (0,entry_bytes/* inflateSmall */.BX)(this.#archive, entry, ahead);
                if (path !== undefined)
                    writeWhole(path, content);
                (0,entry_bytes/* release */._r)(content, entry);
                bytes += entry.size;
            }
            else {
                await this.#large(entry, path, onBytes);
            }
        }
        await onBytes(bytes);
    }
    async #large(entry, path, onBytes) {
        const file = path === undefined ? undefined : new FollowingFile(path);
        try {
            for await (const chunk of (0,entry_bytes/* inflateEntry */.Yj)(this.#archive, entry, { lent: true })) {
                const { length } = chunk;
                if (entry.method === 'stored')
                    file?.write(chunk);
                // To be written while the next one is inflated.
                else if (file)
                    await file.push(chunk);
                else
                    (0,entry_bytes/* freeAtOnce */.vY)(chunk);
                await onBytes(length);
            }
            await file?.end();
        }
        finally {
            await file?.close();
        }
    }
}
// A fifth faster than writeFileSync, which counts with 100,000 files.
function writeWhole(path, bytes) {
    const file = openNew(path);
    try {
        writeNow(file, bytes, path);
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}


/***/ }),

/***/ 85901:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ prettyBytes)
/* harmony export */ });
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


/***/ })

};
