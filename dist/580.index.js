export const id = 580;
export const ids = [580];
export const modules = {

/***/ 99155:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ ArchiveBytes)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var _damaged_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(66160);


/** What is read at once where small entries lie side by side, in bytes: small enough to stay in a processor's cache. */
const WINDOW = 1024 * 1024;
/** The bytes of an archive on disk, read through one window: thousands of small entries cost a few hundred reads. */
class ArchiveBytes {
    #fd;
    #arrive;
    #want;
    #window = Buffer.alloc(0);
    #start = 0;
    #end = 0;
    /**
     * @param fd the archive, opened for reading
     * @param arrive called before bytes are read; returns once they are on disk
     * @param want the same for a thread that must not block: resolves then
     */
    constructor(fd, { arrive = () => undefined, want, } = {}) {
        this.#fd = fd;
        this.#arrive = arrive;
        this.#want = want;
    }
    /** To be waited for before bytes are read, in a thread that must not block; nothing elsewhere. */
    ready(start, end) {
        return this.#want?.(start, end);
    }
    /**
     * Lends bytes of the archive until the next call. Throws `corrupt_download`, naming `entry`, where the archive ends before.
     *
     * @param ahead may be read along with them, because it is wanted next: up to here
     */
    lend(entry, start, length, ahead) {
        if (start < this.#start || start + length > this.#end) {
            const wanted = Math.max(length, Math.min(WINDOW, ahead - start));
            if (this.#window.length < wanted)
                this.#window = Buffer.allocUnsafeSlow(Math.max(WINDOW, wanted));
            // Nothing of the window counts until it is full again.
            this.#end = 0;
            this.#read(entry, start, this.#window.subarray(0, wanted));
            this.#start = start;
            this.#end = start + wanted;
        }
        return this.#window.subarray(start - this.#start, start - this.#start + length);
    }
    /** Bytes of the archive, to keep. Throws as {@link lend} does. */
    read(entry, start, length) {
        const bytes = Buffer.allocUnsafeSlow(length);
        this.#read(entry, start, bytes);
        return bytes;
    }
    #read(entry, start, target) {
        this.#arrive(start, start + target.length);
        for (let done = 0; done < target.length;) {
            const read = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readSync)(this.#fd, target, done, target.length - done, start + done);
            if (read === 0)
                throw (0,_damaged_js__WEBPACK_IMPORTED_MODULE_1__/* .damaged */ .q)(entry.name, 'the archive ends within it');
            done += read;
        }
    }
}


/***/ }),

/***/ 51704:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ checkExtent),
/* harmony export */   e: () => (/* binding */ isSmall)
/* harmony export */ });
/* harmony import */ var _archive_limits_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(84142);
/* harmony import */ var _damaged_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(66160);


/** Up to this size (bytes) an entry is unpacked in one piece: for many small files that is several times faster. */
const SMALL = 4 * 1024 * 1024;
/** Whether an entry is unpacked in one piece. */
function isSmall(entry) {
    return entry.size <= SMALL && entry.compressedSize <= SMALL;
}
/** Throws unless the data of an entry, which cannot begin before `dataStart`, ends where something else begins. */
function checkExtent({ name, compressedSize, limit, last }, dataStart) {
    if (dataStart + compressedSize <= limit)
        return;
    if (last)
        throw (0,_damaged_js__WEBPACK_IMPORTED_MODULE_1__/* .damaged */ .q)(name, 'its data would reach into the directory');
    throw (0,_archive_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .bomb */ .fv)(`its entry ${JSON.stringify(name.slice(0, 300))} shares bytes with another one`);
}


/***/ }),

/***/ 84142:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   MK: () => (/* binding */ defaultLimits),
/* harmony export */   fv: () => (/* binding */ bomb),
/* harmony export */   rU: () => (/* binding */ checkSizes)
/* harmony export */ });
/* harmony import */ var pretty_bytes__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(85901);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);


const defaultLimits = { maxEntries: 5_000_000, maxRatio: 400 };
const GIB = 1024 ** 3;
/** DEFLATE gives at most 1,032 bytes for one (zlib.net/zlib_tech.html), so that a declared size beyond it is a lie. */
const MOST_OF_DEFLATE = 1032;
/** The unpacked size of all entries, in bytes. Throws `unsafe_archive` where declared sizes are impossible or absurd. */
function checkSizes(entries, archiveBytes, limits) {
    let total = 0;
    for (const { name, size, compressedSize } of entries) {
        if (size > (compressedSize + 1) * MOST_OF_DEFLATE) {
            throw bomb(`its entry ${JSON.stringify(name.slice(0, 300))} claims to unpack ${(0,pretty_bytes__WEBPACK_IMPORTED_MODULE_1__/* ["default"] */ .A)(compressedSize)} to ${(0,pretty_bytes__WEBPACK_IMPORTED_MODULE_1__/* ["default"] */ .A)(size)}`);
        }
        total += size;
    }
    if (total > GIB && total > archiveBytes * limits.maxRatio) {
        throw bomb(`it claims to unpack ${(0,pretty_bytes__WEBPACK_IMPORTED_MODULE_1__/* ["default"] */ .A)(archiveBytes)} to ${(0,pretty_bytes__WEBPACK_IMPORTED_MODULE_1__/* ["default"] */ .A)(total)}, more than ${limits.maxRatio} times its size`);
    }
    return total;
}
/** The error for an archive that is made to unpack to far more than it should. */
function bomb(why) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('unsafe_archive', `The archive was refused: ${why}.`, {
        todo: 'Nothing of it was kept. No export of Visual Layer looks like this: check who could have changed the archive, and export again.',
    });
}


/***/ }),

/***/ 45580:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_worker_threads__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(75919);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(31279);
/* harmony import */ var _archive_bytes_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(99155);
/* harmony import */ var _download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(96429);
/* harmony import */ var _entry_table_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(30834);
/* harmony import */ var _entry_unpacker_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(48265);







const WORTH_TELLING = 16 * 1024 * 1024;
/** The code of a worker thread: takes batches of entries until none is left. */
async function work(job) {
    let file;
    try {
        file = openArchiveFile(job.archive);
        const unpacker = new _entry_unpacker_js__WEBPACK_IMPORTED_MODULE_6__/* .EntryUnpacker */ .a(new _archive_bytes_js__WEBPACK_IMPORTED_MODULE_3__/* .ArchiveBytes */ ._(file, arrivalsOf(job)), job.target);
        const toTell = new Unpacked();
        for (const batch of (0,_entry_table_js__WEBPACK_IMPORTED_MODULE_5__/* .claimed */ .Sf)(job))
            await unpacker.unpack(batch, (bytes) => toTell.add(bytes));
        toTell.tell();
        return { kind: 'done' };
    }
    catch (error) {
        if (error instanceof _download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__/* .Void */ .Ti)
            return { kind: 'stopped' };
        const { code, message, apiWords, todo } = (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .asActionError */ .z6)(error);
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
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .systemFailure */ .oM)(error, 'read the archive', path);
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

/***/ 66160:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   q: () => (/* binding */ damaged)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

/** The error for an entry that cannot be what the archive's writer meant. `why` completes "…: it is encrypted". */
function damaged(name, why, cause) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('corrupt_download', `The downloaded archive is damaged at its entry ${JSON.stringify(name.slice(0, 300))}: ${why}.`, {
        todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
        cause,
    });
}


/***/ }),

/***/ 60909:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BX: () => (/* binding */ inflateSmall),
/* harmony export */   Yj: () => (/* binding */ inflateEntry),
/* harmony export */   _r: () => (/* binding */ release),
/* harmony export */   vY: () => (/* binding */ freeAtOnce)
/* harmony export */ });
/* harmony import */ var node_stream__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(57075);
/* harmony import */ var node_stream_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(46466);
/* harmony import */ var node_zlib__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(38522);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(31279);
/* harmony import */ var _download_arrivals_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(96429);
/* harmony import */ var _archive_limits_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(84142);
/* harmony import */ var _damaged_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(66160);
/* harmony import */ var _local_header_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(97028);









const CHUNK = 1024 * 1024;
/** What is inflated comes in such pieces: smaller ones take longer, larger ones more memory. */
const INFLATED_CHUNK = 512 * 1024;
/** How much packed data is read at once: little, so that an archive that is still arriving is followed closely. */
const PACKED_CHUNK = 256 * 1024;
/**
 * All bytes of a small entry, local header, size and CRC checked; lent until the next call or {@link release}.
 *
 * @param ahead up to where the archive may be read along, because the entries there come next
 */
function inflateSmall(archive, entry, ahead) {
    const dataStart = (0,_local_header_js__WEBPACK_IMPORTED_MODULE_8__/* .locate */ .x)(entry, (length) => archive.lend(entry, entry.headerStart, length, ahead));
    let bytes = archive.lend(entry, dataStart, entry.compressedSize, ahead);
    if (entry.method === 'deflated') {
        try {
            // One byte of room beyond the declared size is enough to see that it lies. What is as large as Node's pool is not part of it.
            const chunkSize = Math.max(Buffer.poolSize, entry.size + 1);
            bytes = (0,node_zlib__WEBPACK_IMPORTED_MODULE_2__.inflateRawSync)(bytes, { chunkSize, maxOutputLength: entry.size + 1 });
        }
        catch (error) {
            throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .codeOf */ .$N)(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(entry) : undecodable(entry, error);
        }
    }
    check(entry, bytes.length, (0,node_zlib__WEBPACK_IMPORTED_MODULE_2__.crc32)(bytes));
    return bytes;
}
/** Gives back what {@link inflateSmall} lent. */
function release(bytes, entry) {
    // Stored bytes lie in the window.
    if (entry.method === 'deflated' && bytes.buffer instanceof ArrayBuffer)
        bytes.buffer.transfer(0);
}
/**
 * Frees bytes that nobody needs any more, where they have memory of their own: the garbage collector lets 64 MiB of such gather in
 * each thread.
 */
function freeAtOnce(bytes) {
    const { buffer } = bytes;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength)
        buffer.transfer(0);
}
/**
 * The bytes of an entry of any size in chunks; the local header is checked before the first, size and CRC by the end. Memory stays
 * at a few chunks.
 *
 * @param lent each chunk is given only until the next one, which spares memory
 */
async function* inflateEntry(archive, entry, { signal, lent = false } = {}) {
    await archive.ready(entry.headerStart, entry.limit - entry.compressedSize);
    const dataStart = (0,_local_header_js__WEBPACK_IMPORTED_MODULE_8__/* .locate */ .x)(entry, (length) => archive.lend(entry, entry.headerStart, length, entry.headerStart));
    const stored = entry.method === 'stored';
    const packed = packedBytes(archive, entry, dataStart, stored && lent);
    let size = 0;
    let crc = 0;
    try {
        for await (const chunk of stored ? packed : inflated(packed)) {
            signal?.throwIfAborted();
            size += chunk.length;
            if (size > entry.size)
                throw tooLong(entry);
            crc = (0,node_zlib__WEBPACK_IMPORTED_MODULE_2__.crc32)(chunk, crc);
            yield chunk;
        }
    }
    catch (error) {
        signal?.throwIfAborted();
        throw error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .ActionError */ .lZ || error instanceof _download_arrivals_js__WEBPACK_IMPORTED_MODULE_5__/* .Void */ .Ti ? error : undecodable(entry, error);
    }
    check(entry, size, crc);
}
async function* packedBytes(archive, entry, dataStart, lent) {
    const end = dataStart + entry.compressedSize;
    const most = entry.method === 'stored' ? CHUNK : PACKED_CHUNK;
    for (let at = dataStart; at < end; at += most) {
        const length = Math.min(most, end - at);
        const ready = archive.ready(at, at + length);
        if (ready)
            await ready;
        yield lent ? archive.lend(entry, at, length, at) : archive.read(entry, at, length);
    }
}
async function* inflated(packed) {
    // Room for one chunk to be inflated, by another thread, while the one before is checked and written.
    const settings = { chunkSize: INFLATED_CHUNK, readableHighWaterMark: 2 * INFLATED_CHUNK };
    const inflate = (0,node_zlib__WEBPACK_IMPORTED_MODULE_2__.createInflateRaw)(settings);
    const source = node_stream__WEBPACK_IMPORTED_MODULE_0__.Readable.from(packed, { objectMode: false, highWaterMark: PACKED_CHUNK });
    // Its failure reaches the loop below as the failure of `inflate`.
    const flow = (0,node_stream_promises__WEBPACK_IMPORTED_MODULE_1__.pipeline)(source, inflate).catch(() => undefined);
    yield* inflate;
    await flow;
}
function check(entry, size, crc) {
    if (size > entry.size)
        throw tooLong(entry);
    if (size < entry.size)
        throw (0,_damaged_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .q)(entry.name, `it unpacks to ${size} bytes where ${entry.size} are declared`);
    if (crc !== entry.crc32)
        throw (0,_damaged_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .q)(entry.name, 'its checksum (CRC-32) is wrong');
}
function tooLong(entry) {
    return (0,_archive_limits_js__WEBPACK_IMPORTED_MODULE_6__/* .bomb */ .fv)(`its entry ${JSON.stringify(entry.name.slice(0, 300))} unpacks to more than the ${entry.size} bytes it declares`);
}
function undecodable(entry, error) {
    return (0,_damaged_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .q)(entry.name, `its data cannot be unpacked (${(0,_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .describe */ .q0)(error)})`, error);
}


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
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
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
        throw (0,system_errors/* systemFailure */.oM)(error, 'unpack the export', path);
    }
}
function writeNow(file, bytes, path) {
    try {
        for (let done = 0; done < bytes.length;)
            done += (0,external_node_fs_.writeSync)(file, bytes, done);
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'unpack the export', path);
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
        throw (0,system_errors/* systemFailure */.oM)(error, 'unpack the export', path);
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

/***/ 97028:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ SHORTEST_HEADER),
/* harmony export */   x: () => (/* binding */ locate)
/* harmony export */ });
/* harmony import */ var _archive_entry_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51704);
/* harmony import */ var _damaged_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(66160);


const SIGNATURE = 0x04034b50;
const ENCRYPTED = 0x1;
/** Sizes and CRC follow the data ("data descriptor"); the header may hold zeros in their place. */
const SIZES_FOLLOW = 0x8;
const IN_ZIP64 = 0xffffffff;
const ZIP64_FIELD = 1;
/** The length of a local header without its name and its extra fields, in bytes. */
const SHORTEST_HEADER = 30;
/**
 * Where the data of an entry begins in the archive. Throws `corrupt_download` unless the entry's local header, in front of its
 * data, says the same of name, method, sizes and CRC as the central directory: unpackers differ in which of the two they believe.
 * Throws also where the data would reach into what follows it.
 *
 * @param begin lends that many bytes of the archive from the beginning of the local header on
 */
function locate(entry, begin) {
    const { name, rawName, headerStart } = entry;
    const fixed = begin(SHORTEST_HEADER);
    if (fixed.readUInt32LE(0) !== SIGNATURE)
        throw (0,_damaged_js__WEBPACK_IMPORTED_MODULE_1__/* .damaged */ .q)(name, 'there is no entry where the directory says');
    const flags = fixed.readUInt16LE(6);
    const extraStart = SHORTEST_HEADER + fixed.readUInt16LE(26);
    const length = extraStart + fixed.readUInt16LE(28);
    const dataStart = headerStart + length;
    if ((flags & ENCRYPTED) !== 0)
        throw disagree(name, 'encryption');
    if (fixed.readUInt16LE(8) !== (entry.method === 'stored' ? 0 : 8))
        throw disagree(name, 'the method');
    (0,_archive_entry_js__WEBPACK_IMPORTED_MODULE_0__/* .checkExtent */ .$)(entry, dataStart);
    const header = begin(length);
    if (header.toString('latin1', SHORTEST_HEADER, extraStart) !== rawName)
        throw disagree(name, 'the name');
    const local = sizes(header, extraStart);
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
function sizes(header, extraStart) {
    let compressedSize = header.readUInt32LE(18);
    let size = header.readUInt32LE(22);
    for (let at = extraStart; at + 4 <= header.length;) {
        const end = at + 4 + header.readUInt16LE(at + 2);
        if (header.readUInt16LE(at) === ZIP64_FIELD) {
            const data = header.subarray(at + 4, end);
            let next = 0;
            if (size === IN_ZIP64 && data.length >= next + 8) {
                size = Number(data.readBigUInt64LE(next));
                next += 8;
            }
            if (compressedSize === IN_ZIP64 && data.length >= next + 8)
                compressedSize = Number(data.readBigUInt64LE(next));
        }
        at = end;
    }
    return { size, compressedSize };
}
function disagree(name, about) {
    return (0,_damaged_js__WEBPACK_IMPORTED_MODULE_1__/* .damaged */ .q)(name, `its two headers disagree about ${about}`);
}


/***/ }),

/***/ 96429:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ti: () => (/* binding */ Void),
/* harmony export */   V$: () => (/* binding */ Arrivals),
/* harmony export */   ex: () => (/* binding */ waitForBytes)
/* harmony export */ });
/** The shared memory: what may be waited for, the version that changes with it, the size in bytes, a flag for each grain. */
const STATE = 0;
const VERSION = 1;
const SIZE_AT = 8;
const FLAGS_AT = 16;
const UNDER_WAY = 0;
const STOPPED = 1;
/** Bytes become known as arrived in grains of this size, or larger ones where an object would have too many. */
const SMALLEST_GRAIN = 256 * 1024;
const MOST_GRAINS = 64 * 1024;
/** The object changed while it was downloaded: nothing that is on disk belongs to it any more. The download starts over. */
class Void extends Error {
    name = 'Void';
    constructor() {
        super('the object changed while it was downloaded');
    }
}
/**
 * Which bytes of a file being downloaded are on disk already; the state lies in shared memory, so that worker threads can
 * wait for it with {@link waitForBytes}.
 */
class Arrivals {
    /** Of the whole object. */
    sizeBytes;
    shared;
    #words;
    #flags;
    #grain;
    /** Bytes still missing of each grain. */
    #missing;
    #wishes = new Set();
    #onWish;
    #end;
    /** @param onWish called when bytes are wanted that are not there yet */
    constructor(sizeBytes, onWish = () => undefined) {
        this.sizeBytes = sizeBytes;
        this.#onWish = onWish;
        this.#grain = grainOf(sizeBytes);
        const grains = Math.ceil(sizeBytes / this.#grain);
        this.shared = new SharedArrayBuffer(FLAGS_AT + grains);
        this.#words = new Int32Array(this.shared, 0, 2);
        new Float64Array(this.shared, SIZE_AT, 1)[0] = sizeBytes;
        this.#flags = new Uint8Array(this.shared, FLAGS_AT);
        this.#missing = new Float64Array(grains).fill(this.#grain);
        if (grains > 0)
            this.#missing[grains - 1] = sizeBytes - (grains - 1) * this.#grain;
    }
    /**
     * Resolves once the bytes from `start` up to `end` (exclusive) are on disk, and asks the download to fetch them next where it
     * can. Rejects with the download's failure or the reason of its abort, or with {@link Void}.
     */
    async want(start, end) {
        if (this.#end)
            throw this.#end.reason;
        if (haveArrived(this.#flags, this.#grain, start, end))
            return;
        const { promise, resolve, reject } = Promise.withResolvers();
        this.#wishes.add({ start, end, granted: resolve, refused: reject });
        this.#onWish();
        await promise;
    }
    /** What is wanted and not there yet, the oldest wish first. */
    wished() {
        return this.#wishes;
    }
    /** For the download: the bytes from `start` up to `end` are on disk. No byte may be told twice. */
    add(start, end) {
        let whole = false;
        for (let at = start; at < end;) {
            const index = Math.floor(at / this.#grain);
            const until = Math.min(end, (index + 1) * this.#grain);
            const missing = (this.#missing[index] ?? 0) - (until - at);
            this.#missing[index] = missing;
            if (missing === 0) {
                Atomics.store(this.#flags, index, 1);
                whole = true;
            }
            at = until;
        }
        if (!whole)
            return;
        this.#wake();
        for (const wish of this.#wishes) {
            if (!haveArrived(this.#flags, this.#grain, wish.start, wish.end))
                continue;
            this.#wishes.delete(wish);
            wish.granted();
        }
    }
    /** For the download: no more bytes come. Whoever waits, and whoever asks later, is told `reason`. */
    stop(reason) {
        if (this.#end)
            return;
        this.#end = { reason };
        Atomics.store(this.#words, STATE, STOPPED);
        this.#wake();
        for (const wish of this.#wishes)
            wish.refused(reason);
        this.#wishes.clear();
    }
    #wake() {
        Atomics.add(this.#words, VERSION, 1);
        Atomics.notify(this.#words, VERSION);
    }
}
/**
 * For a worker thread: blocks until the bytes from `start` up to `end` (exclusive) are on disk. `stopped` when the download
 * failed, was aborted or became void, even if these very bytes had arrived.
 */
function waitForBytes(shared, start, end) {
    const words = new Int32Array(shared, 0, 2);
    const flags = new Uint8Array(shared, FLAGS_AT);
    const grain = grainOf(new Float64Array(shared, SIZE_AT, 1)[0] ?? 0);
    for (;;) {
        // Read before the look: what changes after the look has changed the version, and the wait returns at once.
        const version = Atomics.load(words, VERSION);
        if (Atomics.load(words, STATE) !== UNDER_WAY)
            return 'stopped';
        if (haveArrived(flags, grain, start, end))
            return 'arrived';
        Atomics.wait(words, VERSION, version);
    }
}
function grainOf(sizeBytes) {
    let grain = SMALLEST_GRAIN;
    while (sizeBytes / grain > MOST_GRAINS)
        grain *= 2;
    return grain;
}
function haveArrived(flags, grain, start, end) {
    const last = Math.min(flags.length, Math.ceil(end / grain));
    for (let index = Math.floor(start / grain); index < last; index += 1) {
        if (Atomics.load(flags, index) === 0)
            return false;
    }
    return true;
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
