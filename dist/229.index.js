export const id = 229;
export const ids = [229,989];
export const modules = {

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

/***/ 72989:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readArchive: () => (/* binding */ readArchive)
/* harmony export */ });
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31279);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(48161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(76760);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(58500);
/* harmony import */ var _archive_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(96799);
/* harmony import */ var _archive_bytes_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(99155);
/* harmony import */ var _download_arrivals_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(96429);
/* harmony import */ var _disk_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(68109);
/* harmony import */ var _entry_table_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(30834);
/* harmony import */ var _entry_unpacker_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(48265);












/** With less to unpack than this (bytes), starting a thread takes longer than it saves. */
const WORTH_A_WORKER = 32 * 1024 * 1024;
/** Fewer entries are not shared. */
const MANY = 32;
/** A thread for an archive of this size (bytes) is started before its directory is read. */
const EARLY = 16 * 1024 * 1024;
/** The last record of an archive without a comment: its length, how it begins, and where it counts the entries. */
const END = 22;
const END_SIGNATURE = 0x06054b50;
const END_COUNT = 10;
/** What file systems give out room by, in bytes. */
const BLOCK = 4096;
/** What `stat` counts a file's room in, in bytes. */
const STAT_BLOCK = 512;
/** What one file costs beyond its bytes, counted in bytes. */
const PER_FILE = 32 * 1024;
/**
 * Verifies a ZIP archive from end to end (both headers, size and CRC of every file) and, with `target`, unpacks it; an archive that
 * is still being downloaded as its bytes arrive. Nothing is written before the whole directory was found safe, nothing outside
 * `target`, nothing through a link, and nothing is overwritten. On failure and on abort `target` is removed. Throws an
 * `ActionError` (`corrupt_download`, `unsafe_archive`; `operation_failed` for the disk), the signal's reason, or what the download
 * ended with.
 */
async function readArchive(options) {
    const { target, signal } = options;
    signal.throwIfAborted();
    const threads = new Threads(options);
    let archive;
    try {
        await threads.startEarly();
        archive = await (0,_archive_js__WEBPACK_IMPORTED_MODULE_6__/* .openArchive */ .p)(options.archive, options);
        if (target === undefined) {
            await walk(archive, options, threads);
        }
        else {
            const unpacked = archive.entries.reduce((sum, { size }) => sum + Math.ceil(size / BLOCK) * BLOCK, 0);
            await (0,_disk_js__WEBPACK_IMPORTED_MODULE_9__/* .requireSpace */ .M)(target, [
                { bytes: await missing(archive, options), purpose: 'download the rest of it' },
                { bytes: unpacked, purpose: 'unpack it' },
            ]);
            await unpack(archive, options, threads, target);
        }
        const entries = archive.entries.map(({ name, path, size, crc32 }) => ({ name, path, size, crc32 }));
        return { entries, totalBytes: archive.totalBytes };
    }
    finally {
        await threads.close();
        await archive?.close();
    }
}
/** How much of an archive is not on disk yet, in bytes. */
async function missing({ file, sizeBytes }, { arrivals }) {
    if (!arrivals)
        return 0;
    // Not its size: a file that is written from several places has holes.
    const { blocks } = await file.stat();
    return Math.max(0, sizeBytes - blocks * STAT_BLOCK);
}
async function unpack(archive, options, threads, target) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdirSync)(target);
    }
    catch (error) {
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .systemFailure */ .oM)(error, 'make a folder for the export', target);
    }
    try {
        makeFolders(archive, target);
        await walk(archive, options, threads);
    }
    catch (error) {
        // What they have open or still write would be in the way.
        await threads.close();
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)(target, { recursive: true, force: true }).catch(() => undefined);
        throw error;
    }
}
/** Makes every folder that the archive needs, each once. */
function makeFolders({ folders, entries }, target) {
    const made = new Set(['']);
    const make = (folder) => {
        if (made.has(folder))
            return;
        made.add(folder);
        make(parentOf(folder));
        const path = (0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(target, folder);
        try {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdirSync)(path);
        }
        catch (error) {
            // On a disk that ignores case, "Images" is there once "images" is.
            if ((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .codeOf */ .$N)(error) !== 'EEXIST' || !(0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(path).isDirectory())
                throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .systemFailure */ .oM)(error, 'unpack the export', path);
        }
    };
    for (const folder of folders)
        make(folder);
    for (const { path } of entries)
        make(parentOf(path));
}
function parentOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
async function walk(archive, options, threads) {
    const { signal, target, arrivals, onProgress } = options;
    const { totalBytes } = archive;
    let done = 0;
    const advance = (bytes) => {
        done += bytes;
        onProgress?.(done, totalBytes);
    };
    const unpackHere = async (batches, stopped) => {
        const want = arrivals && (async (start, end) => arrivals.want(start, end));
        const unpacker = new _entry_unpacker_js__WEBPACK_IMPORTED_MODULE_11__/* .EntryUnpacker */ .a(new _archive_bytes_js__WEBPACK_IMPORTED_MODULE_7__/* .ArchiveBytes */ ._(archive.file.fd, want ? { want } : {}), target);
        for (const batch of batches) {
            await unpacker.unpack(batch, async (bytes) => {
                advance(bytes);
                await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_5__.setImmediate)();
                stopped.throwIfAborted();
            });
        }
    };
    const workers = await threads.for(archive);
    if (!workers)
        return unpackHere((0,_entry_table_js__WEBPACK_IMPORTED_MODULE_10__/* .batchesOf */ .cS)(archive.entries), signal);
    const job = {
        archive: archive.path,
        target,
        entries: (0,_entry_table_js__WEBPACK_IMPORTED_MODULE_10__/* .shareEntries */ .MZ)(archive.entries),
        claims: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
        arrivals: arrivals?.shared,
    };
    const stop = new AbortController();
    const all = AbortSignal.any([signal, stop.signal]);
    const theirs = workers.run(job, { signal: all, onBytes: advance });
    // While bytes arrive, this thread has the network to serve.
    const ours = arrivals ? undefined : unpackHere((0,_entry_table_js__WEBPACK_IMPORTED_MODULE_10__/* .claimed */ .Sf)(job), all);
    for (const share of [theirs, ours])
        share?.catch((error) => stop.abort(error));
    const [end] = await Promise.allSettled([theirs, ours]);
    all.throwIfAborted();
    if (end.status === 'fulfilled' && end.value === 'done')
        return;
    // Why no more bytes come, the download knows.
    await arrivals?.want(0, 0);
    throw new _download_arrivals_js__WEBPACK_IMPORTED_MODULE_8__/* .Void */ .Ti();
}
/** The worker threads of one archive. */
class Threads {
    #options;
    #workers;
    constructor(options) {
        this.#options = options;
    }
    /** Starts a thread where the archive has so many entries that there is most likely enough to do. */
    async startEarly() {
        const { archive, arrivals, workers } = this.#options;
        if (workers !== undefined || (0,node_os__WEBPACK_IMPORTED_MODULE_3__.availableParallelism)() === 1)
            return;
        // What arrives does not tell yet how much there is to do; a thread for nothing costs less than one that comes late.
        if (arrivals ? arrivals.sizeBytes >= EARLY : await isOfMany(archive))
            await this.#start(1);
    }
    /** The threads to share an archive with; `undefined` where that does not pay. */
    async for(archive) {
        const { workers } = this.#options;
        const count = workers ?? (isWorthwhile(archive) ? 1 : 0);
        if (count === 0)
            return undefined;
        return this.#workers ?? this.#start(count);
    }
    async close() {
        await this.#workers?.close();
    }
    async #start(count) {
        const { ArchiveWorkers: Workers } = await __webpack_require__.e(/* import() */ 283).then(__webpack_require__.bind(__webpack_require__, 57283));
        this.#workers = new Workers(count);
        return this.#workers;
    }
}
/** Whether the end of an archive of some size tells of many entries. What it tells is not checked yet. */
async function isOfMany(path) {
    let file;
    try {
        file = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.open)(path, 'r');
        const { size } = await file.stat();
        const { buffer } = await file.read(Buffer.alloc(END), 0, END, Math.max(0, size - END));
        return size >= EARLY && buffer.readUInt32LE(0) === END_SIGNATURE && buffer.readUInt16LE(END_COUNT) >= MANY;
    }
    catch {
        // Whatever is wrong with it is found, and told, when it is read.
        return false;
    }
    finally {
        await file?.close();
    }
}
/**
 * Whether a second thread makes it faster: there must be many entries to share. What is inflated in large pieces has other threads
 * by itself, in Node's pool.
 */
function isWorthwhile({ entries, totalBytes }) {
    return ((0,node_os__WEBPACK_IMPORTED_MODULE_3__.availableParallelism)() > 1 && entries.length >= MANY && totalBytes + entries.length * PER_FILE >= WORTH_A_WORKER);
}


/***/ }),

/***/ 83229:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  fetchArchive: () => (/* binding */ fetchArchive)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./build/transfer/disk.js
var disk = __webpack_require__(68109);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./build/transfer/download/arriving-file.js



const READ_BACK = 1024 * 1024;
/** Network chunks are gathered to writes of this size, which are as fast as larger ones. */
const BLOCK = 128 * 1024;
/** Blocks of one connection that are written at once. */
const MOST_WRITES = 2;
/**
 * A file whose parts are written in any order and hashed in theirs: what arrives in order is hashed from memory, the rest is read
 * back from the file, where it still lies in the page cache. So the memory used does not grow with the size.
 */
class ArrivingFile {
    #file;
    #path;
    #hash = (0,external_node_crypto_.createHash)('sha256');
    #hashed = 0;
    /** What is written but not yet hashed: each block's end by its start. */
    #unhashed = new Map();
    #readingBack;
    #buffer;
    #arrivals;
    constructor(file, path) {
        this.#file = file;
        this.#path = path;
    }
    /** Everything that was written so far, and all that follows, is told to `arrivals`. */
    tell(arrivals) {
        this.#arrivals = arrivals;
        arrivals.add(0, this.#hashed);
    }
    /** Writes all of `bytes` at `start`. No byte of the file is written twice, unless it starts over. */
    async write(bytes, start) {
        const writing = (0,disk/* writeFully */.K)(this.#file, bytes, start);
        const inOrder = start === this.#hashed;
        if (inOrder) {
            this.#hash.update(bytes);
            this.#hashed += bytes.length;
        }
        try {
            await writing;
        }
        catch (error) {
            throw (0,system_errors/* systemFailure */.oM)(error, 'write the download', this.#path);
        }
        this.#arrivals?.add(start, start + bytes.length);
        if (!inOrder)
            this.#unhashed.set(start, start + bytes.length);
        if (this.#readingBack || !this.#unhashed.has(this.#hashed))
            return;
        this.#readingBack = this.#readBack();
        this.#readingBack.catch(() => undefined);
    }
    /** Forgets all that was written. */
    async startOver() {
        this.#arrivals = undefined;
        this.#unhashed.clear();
        await this.#readingBack?.catch(() => undefined);
        this.#readingBack = undefined;
        this.#hash = (0,external_node_crypto_.createHash)('sha256');
        this.#hashed = 0;
        try {
            await this.#file.truncate(0);
        }
        catch (error) {
            throw (0,system_errors/* systemFailure */.oM)(error, 'write the download', this.#path);
        }
    }
    /** The SHA-256 of the whole, in hex, once everything is written. Nothing may be written after it. */
    async digest(sizeBytes) {
        await this.#readingBack;
        if (this.#hashed !== sizeBytes)
            throw new Error(`${this.#hashed} of ${sizeBytes} bytes of the download were hashed`);
        return this.#hash.digest('hex');
    }
    async #readBack() {
        this.#buffer ??= Buffer.allocUnsafeSlow(READ_BACK);
        for (;;) {
            let end = this.#hashed;
            for (let next = this.#unhashed.get(end); next !== undefined; next = this.#unhashed.get(end)) {
                if (next - this.#hashed > READ_BACK)
                    break;
                this.#unhashed.delete(end);
                end = next;
            }
            if (end === this.#hashed)
                break;
            await this.#hashFrom(this.#buffer, end);
        }
        this.#readingBack = undefined;
    }
    async #hashFrom(buffer, end) {
        while (this.#hashed < end) {
            let bytesRead;
            try {
                ;
                ({ bytesRead } = await this.#file.read(buffer, 0, end - this.#hashed, this.#hashed));
            }
            catch (error) {
                throw (0,system_errors/* systemFailure */.oM)(error, 'read the download', this.#path);
            }
            if (bytesRead === 0)
                throw (0,system_errors/* systemFailure */.oM)(new Error('the file became shorter'), 'read the download', this.#path);
            this.#hash.update(buffer.subarray(0, bytesRead));
            this.#hashed += bytesRead;
        }
    }
}
/**
 * Gathers the small chunks of one connection to blocks, which are written while the next ones fill. Chunks are copied at once:
 * what is not kept is the cheapest to clean up.
 */
class Blocks {
    #file;
    #spare = [];
    #filling;
    #start = 0;
    #length = 0;
    #writing = new Set();
    #failure;
    constructor(file) {
        this.#file = file;
    }
    /** Takes bytes that follow those before them, or begin anew after {@link flush}. Throws when an earlier block could not be written. */
    push(bytes, start) {
        if (this.#failure)
            throw this.#failure.reason;
        if (this.#length === 0)
            this.#start = start;
        for (let done = 0; done < bytes.length;) {
            this.#filling ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
            const copied = bytes.copy(this.#filling, this.#length, done);
            done += copied;
            this.#length += copied;
            if (this.#length === BLOCK)
                this.#write(this.#filling);
        }
    }
    /** What to wait for before the next chunk is taken, so that memory stays bounded when the disk is slow. */
    room() {
        return this.#writing.size < MOST_WRITES ? undefined : Promise.race(this.#writing);
    }
    /** Resolves when everything taken is in the file. */
    async flush() {
        if (this.#filling && this.#length > 0)
            this.#write(this.#filling);
        await Promise.all(this.#writing);
        if (this.#failure)
            throw this.#failure.reason;
    }
    #write(block) {
        const writing = this.#save(block, this.#length, this.#start).finally(() => this.#writing.delete(writing));
        this.#writing.add(writing);
        this.#filling = undefined;
        this.#start += this.#length;
        this.#length = 0;
    }
    async #save(block, length, start) {
        try {
            await this.#file.write(block.subarray(0, length), start);
            this.#spare.push(block);
        }
        catch (reason) {
            this.#failure ??= { reason };
        }
    }
}

// EXTERNAL MODULE: ./node_modules/pretty-bytes/index.js
var pretty_bytes = __webpack_require__(85901);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/visual-layer/retry.js
var retry = __webpack_require__(86055);
;// CONCATENATED MODULE: ./build/transfer/download/transfer-failure.js

/** One try at some bytes that came to nothing. Not shown to users: {@link toActionError} makes the error they meet. */
class TransferFailure extends Error {
    name = 'TransferFailure';
    code;
    /** Whether another try may end better. */
    transient;
    /** The pause the storage host asked for, in ms. */
    pauseMs;
    apiWords;
    /** What to do, if that is known better than by the code. */
    todo;
    constructor(code, message, more = {}) {
        super(message, more.cause === undefined ? undefined : { cause: more.cause });
        this.code = code;
        this.transient = more.transient ?? true;
        this.pauseMs = more.pauseMs;
        this.apiWords = more.apiWords;
        this.todo = more.todo;
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
    const details = {
        todo: failure.todo ?? todos[failure.code],
        apiWords: failure.apiWords,
        cause: failure,
    };
    return new errors/* ActionError */.lZ(failure.code, `The download of ${place} failed: ${failure.message}${times}.`, details);
}

;// CONCATENATED MODULE: ./build/transfer/download/storage-reply.js

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
        return { kind: 'start over', why: 'the object behind the link has changed', changed: true };
    const beyond = Math.min(total ?? Infinity, asked.end ?? Infinity);
    if (first !== asked.offset || last < first || last >= beyond) {
        return { kind: 'start over', why: 'the storage host sent another range than the one asked for', changed: false };
    }
    return { kind: 'bytes', offset: first, end: last + 1, identity: { ...asked.identity, ...identity } };
}
function outside(headers, asked) {
    const total = wholeNumber(/^bytes \*\/(\d{1,16})$/i.exec(headerOf(headers, 'content-range')?.trim() ?? '')?.[1]);
    const known = asked.identity?.totalBytes;
    if (total !== undefined && total === asked.offset && (known === undefined || known === total))
        return { kind: 'complete' };
    const why = 'the object behind the link is shorter than what was already received';
    return { kind: 'start over', why, changed: total !== undefined && total !== known };
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

// EXTERNAL MODULE: ./build/network.js
var network = __webpack_require__(60198);
;// CONCATENATED MODULE: ./build/transfer/download/source.js
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

;// CONCATENATED MODULE: ./build/transfer/download/storage-request.js




const MOST_REDIRECTS = 5;
/** How much of a refusal is read for its words, in bytes. */
const LONGEST_REFUSAL = 8 * 1024;
/**
 * One GET to a storage host, redirects followed. It never carries credentials: the link itself is what opens the object, and
 * S3 refuses a signed link that comes with an `Authorization` header. Throws a {@link TransferFailure}, or the signal's reason.
 */
async function askStorage(asked) {
    const { request } = await __webpack_require__.e(/* import() */ 752).then(__webpack_require__.t.bind(__webpack_require__, 46752, 19));
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
    const { cause, todo, isFinal } = (0,network/* networkFault */.T)(error);
    const isSilent = /UND_ERR_(BODY|HEADERS)_TIMEOUT/.test(cause);
    const words = isSilent ? `no byte arrived for ${Math.round(stallTimeoutMs / 100) / 10} s` : cause;
    return new TransferFailure('network', words, { cause: error, transient: !isFinal, todo });
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

;// CONCATENATED MODULE: ./build/transfer/download/segment.js




/**
 * One request for bytes of an object, and what its reply means. Throws a {@link TransferFailure}, with the storage host's own
 * words and the pause it asks for, or the signal's reason.
 */
async function openSegment(options, asked, signal) {
    const { offset, end, ranged, identity } = asked;
    const reply = await askStorage({
        ...options,
        signal,
        link: options.source.link(),
        range: ranged ? `bytes=${offset}-${end === undefined ? '' : end - 1}` : undefined,
        ifRange: identity?.etag ?? identity?.lastModified,
    });
    try {
        return { reply, meaning: readReply(reply.status, reply.headers, asked) };
    }
    catch (error) {
        if (!(error instanceof TransferFailure))
            throw error;
        const pauseMs = (0,retry/* retryAfterMs */.Vs)(reply.headers, options.clock.date());
        const apiWords = await refusalWords(reply.body);
        throw new TransferFailure(error.code, error.message, { transient: error.transient, pauseMs, apiWords });
    }
}

;// CONCATENATED MODULE: ./build/transfer/download/exchange.js






/** What is on disk is void: the object changed, or its host sends nothing but the whole. */
class StartOver extends Error {
    name = 'StartOver';
    /** A reply that holds the whole object already. */
    opened;
    /** What to make good before the next request. */
    failure;
    /** What to tell where there is no failure. */
    note;
    /** Whether parts of the object are to be had. */
    ranges;
    constructor(more) {
        super('the download starts over');
        this.opened = more.opened;
        this.failure = more.failure;
        this.note = more.note;
        this.ranges = more.ranges;
    }
}
/**
 * Sends the request, or goes on with a reply that is `given`, and takes what belongs to the segment: `position` tells how far it
 * came, and a reply may rightly bring less than was asked for. Throws a {@link TransferFailure}, a {@link StartOver}, what
 * writing throws, or the signal's reason.
 */
async function exchange(about, given) {
    const { segment, identity, part } = about;
    const ranged = part || segment.position > 0;
    const asked = { offset: segment.position, end: part ? segment.end : undefined, ranged, identity };
    const opened = given ?? (await openSegment(about.options, asked, about.signal));
    const { reply, meaning } = opened;
    if (meaning.kind === 'expired')
        return await about.onExpired(reply);
    if (meaning.kind === 'bytes') {
        if (meaning.offset !== segment.position || differs(identity, meaning.identity))
            throw sentWhole(about, opened, meaning);
        about.onBytes(opened, meaning.identity);
        return await take(about, reply, meaning);
    }
    discard(reply.body);
    if (meaning.kind === 'complete') {
        segment.end = segment.position;
        return;
    }
    // Bytes of another range were asked for in vain; those that are there came from their place.
    if (part && !meaning.changed)
        throw new TransferFailure('server_error', meaning.why, { transient: !about.probe });
    throw new StartOver({ failure: new TransferFailure('corrupt_download', meaning.why), ranges: true });
}
/** The whole object came in place of a part. */
function sentWhole(about, opened, { identity }) {
    const { segment, part, probe } = about;
    const changed = differs(about.identity, identity);
    if (!changed && (probe || (part && about.othersGoOn()))) {
        discard(opened.reply.body);
        const why = 'the storage host sent the whole object in place of a part';
        return new TransferFailure('server_error', why, { transient: !probe });
    }
    const note = changed
        ? 'The object behind the link has changed: starting over.'
        : `The storage host sends the whole object again in place of the rest after ${(0,pretty_bytes/* default */.A)(segment.position)}: starting over.`;
    return new StartOver({ opened, note, ranges: changed });
}
async function take(about, { body }, meaning) {
    const { options, segment, signal } = about;
    const limit = meaning.end ?? Infinity;
    try {
        await drain(about, body, limit);
    }
    catch (error) {
        signal.throwIfAborted();
        if (error instanceof errors/* ActionError */.lZ || error instanceof TransferFailure || error instanceof StartOver)
            throw error;
        throw networkFailure(error, options.stallTimeoutMs);
    }
    if (segment.end === Infinity)
        segment.end = segment.position;
    const wanted = Math.min(segment.end, limit);
    if (segment.position >= wanted)
        return;
    const arrived = `${(0,pretty_bytes/* default */.A)(segment.position)} arrived of ${(0,pretty_bytes/* default */.A)(wanted)}`;
    throw new TransferFailure('corrupt_download', arrived);
}
/** Takes the body as it comes: what is taken within the event is never queued. */
function drain(about, body, limit) {
    const { blocks, segment } = about;
    const { promise, resolve, reject } = Promise.withResolvers();
    // A reply that was opened before a start over may have broken since: it tells of that only once, and what it still holds counts
    // for nothing.
    if (body.destroyed) {
        reject(body.errored ?? new Error('the connection was closed'));
        return promise;
    }
    const stop = (error) => {
        reject(error);
        discard(body);
    };
    body.on('error', reject);
    body.on('end', resolve);
    body.on('close', () => reject(new Error('the connection was closed')));
    const onData = (chunk) => {
        try {
            const ended = takeChunk(about, chunk, limit);
            if (ended && segment.end < limit) {
                // The rest of the body is another connection's.
                resolve();
                discard(body);
                return;
            }
            const room = blocks.room();
            if (!room)
                return;
            body.pause();
            room.then(() => body.resume(), stop);
        }
        catch (error) {
            stop(error);
        }
    };
    body.on('data', onData);
    // Once it is over, no byte may come in any more: the rest of the segment is fetched anew.
    return promise.finally(() => body.off('data', onData));
}
/** True when the segment is at its end. */
function takeChunk(about, chunk, limit) {
    const { options, segment, blocks, signal } = about;
    signal.throwIfAborted();
    let rest = chunk;
    for (;;) {
        const start = segment.position;
        if (start + rest.length > limit) {
            const why = `more bytes arrived than the ${(0,pretty_bytes/* default */.A)(limit)} announced`;
            throw new StartOver({ failure: new TransferFailure('corrupt_download', why), ranges: true });
        }
        const bytes = rest.subarray(0, segment.end - start);
        segment.position += bytes.length;
        segment.heardAt = options.clock.now();
        about.onChunk(bytes.length);
        blocks.push(bytes, start);
        rest = rest.subarray(bytes.length);
        if (segment.position < segment.end)
            return false;
        if (segment.end >= limit || !about.extend())
            return true;
        if (rest.length === 0)
            return false;
    }
}

// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(78474);
// EXTERNAL MODULE: ./build/transfer/download/arrivals.js
var download_arrivals = __webpack_require__(96429);
;// CONCATENATED MODULE: ./build/transfer/download/connections.js
const FIRST = 2;
const MOST = 16;
/** How much faster twice as many connections must be to be kept. */
const CLEARLY = 1.25;
/** The rate is measured over this long, in ms. */
const SLICE_MS = 120;
/** New connections get this many slices to show that they help: each begins slowly. */
const SLICES = 8;
/** After more connections did not help, or were refused, they are tried again this much later, in ms. */
const REST_MS = 10_000;
/** A thread that is busy for a larger share of the time than this is what limits the rate, not the network. */
const BUSY = 0.9;
/** It may be busy with something that passes, such as the directory of an archive: looked at again so much later, in ms. */
const BUSY_MS = 100;
/** Requests for a part that may fail before the first connection is left alone. */
const MOST_PROBES = 3;
/**
 * How many connections to use: one until the object is found to be large, a second one to find out whether the host sends parts,
 * then 4, 8 and 16 as long as each step makes the whole clearly faster. A step that does not help is taken back, and tried again
 * after a while.
 */
class ConnectionCount {
    #now;
    #busy;
    #mode = 'alone';
    #probes = 0;
    #calmUntil = 0;
    #limit = FIRST;
    /** While more connections are on trial: how many there were before, and how fast (bytes per ms). */
    #trial;
    #restUntil = 0;
    #slice;
    /**
     * @param now monotonic ms
     * @param busy the share (0 to 1) of the time since the last call for which this thread was busy
     */
    constructor(now, busy = busyShare()) {
        this.#now = now;
        this.#busy = busy;
    }
    /** `alone`: one connection, to the end. `probing`: another one finds out whether the host sends parts. */
    get mode() {
        return this.#mode;
    }
    get limit() {
        if (this.#mode === 'alone')
            return 1;
        return this.#mode === 'probing' ? FIRST : this.#limit;
    }
    /** For how long (ms) no further connection is to be begun, because the host refused one. */
    get pauseMs() {
        return Math.max(0, this.#calmUntil - this.#now());
    }
    /** The object is worth several connections. */
    probe() {
        this.#mode = 'probing';
    }
    /** The host sent a part. */
    spread() {
        if (this.#mode === 'probing')
            this.#mode = 'spread';
    }
    /** The host sent no part; `final` when it never will. */
    notSpread(final) {
        this.#probes += 1;
        if (final || this.#probes >= MOST_PROBES)
            this.#mode = 'alone';
    }
    /** Takes note of the bytes received so far, over `active` connections. True when more connections are to be tried now. */
    measure(received, active) {
        if (this.#mode !== 'spread')
            return false;
        const now = this.#now();
        // What fewer connections do says nothing of what all of them can.
        if (active < this.#limit || now < this.#restUntil) {
            this.#slice = undefined;
            return false;
        }
        if (!this.#slice) {
            this.#slice = { since: now, received };
            this.#busy();
            return false;
        }
        const elapsed = now - this.#slice.since;
        if (elapsed < SLICE_MS)
            return false;
        const rate = (received - this.#slice.received) / elapsed;
        this.#slice = undefined;
        return this.#judge(rate);
    }
    /** The storage host refused a connection while `alive` others went on, and asks for a pause, in ms. */
    refused(alive, pauseMs) {
        this.#limit = Math.max(1, Math.min(alive, this.#limit));
        this.#calmUntil = Math.max(this.#calmUntil, this.#now() + pauseMs);
        this.#rest(Math.max(REST_MS, pauseMs));
    }
    #judge(rate) {
        if (this.#trial && rate < this.#trial.rate * CLEARLY) {
            this.#trial.slices += 1;
            if (this.#trial.slices < SLICES)
                return false;
            this.#limit = this.#trial.from;
            this.#rest(REST_MS);
            return false;
        }
        if (this.#limit >= MOST) {
            this.#rest(REST_MS);
            return false;
        }
        if (this.#busy() > BUSY) {
            this.#rest(BUSY_MS);
            return false;
        }
        this.#trial = { from: this.#limit, rate, slices: 0 };
        this.#limit = Math.min(MOST, this.#limit * 2);
        return true;
    }
    #rest(ms) {
        this.#trial = undefined;
        this.#slice = undefined;
        this.#restUntil = this.#now() + ms;
    }
}
function busyShare() {
    let last = performance.eventLoopUtilization();
    return () => {
        const now = performance.eventLoopUtilization();
        const { utilization } = performance.eventLoopUtilization(now, last);
        last = now;
        return utilization;
    };
}

// EXTERNAL MODULE: external "node:v8"
var external_node_v8_ = __webpack_require__(78877);
// EXTERNAL MODULE: external "node:vm"
var external_node_vm_ = __webpack_require__(30714);
;// CONCATENATED MODULE: ./build/transfer/download/dead-chunks.js


/** The bytes of dead network chunks that may pile up. */
const MOST_DEAD = 5 * 1024 * 1024;
/** Chunks that had to wait for a slow disk have grown old, and only a whole collection finds them: every so many times. */
const WHOLE_EVERY = 32;
/**
 * Frees the memory of network chunks soon after they were copied to where they belong. Each is a buffer outside of the heap, of
 * which V8 lets 64 MiB and more pile up before it looks; a collection of the young ones alone takes about a millisecond, a whole
 * one some ten. The function that is returned is told of every chunk, in bytes.
 */
function sweeper() {
    let dead = 0;
    let sweeps = 0;
    let collect;
    return (bytes) => {
        dead += bytes;
        if (dead < MOST_DEAD)
            return;
        dead = 0;
        sweeps += 1;
        collect ??= collector();
        collect(sweeps % WHOLE_EVERY === 0);
    };
}
function collector() {
    // Swept so often, the young part of the heap need not grow: in a long download it takes up to 48 MiB.
    (0,external_node_v8_.setFlagsFromString)('--semi-space-growth-factor=1');
    (0,external_node_v8_.setFlagsFromString)('--expose-gc');
    const collect = (0,external_node_vm_.runInNewContext)('globalThis.gc');
    (0,external_node_v8_.setFlagsFromString)('--no-expose-gc');
    if (typeof collect !== 'function')
        return () => undefined;
    return (whole) => void collect({ type: whole ? 'major' : 'minor' });
}

;// CONCATENATED MODULE: ./build/transfer/download/ranges.js
const MIB = 1024 * 1024;
/** Segments begin and end at multiples of this, as far as the object and broken connections let them. */
const GRAIN = 256 * 1024;
const SMALLEST_SEGMENT = MIB;
/** How many of the largest segments the bytes being fetched may spread over, so that the file fills from its beginning. */
const WINDOW = 64;
/** A segment with more than this before it, in ms, is shared with a connection that has nothing to do. */
const SLOW_MS = 1_000;
/** A connection without a byte for this long, in ms, loses its segment to one that has nothing to do. */
const SILENT_MS = 3_000;
/** What is still to be fetched of an object, and who fetches what. */
class Ranges {
    #now;
    #largest = Infinity;
    /** In order, apart from each other. */
    #free;
    #segments = new Set();
    /** @param now monotonic ms */
    constructor(now) {
        this.#now = now;
        this.#free = [{ start: 0, end: Infinity }];
    }
    /** Everything was received. */
    get done() {
        return this.#free.length === 0 && this.#segments.size === 0;
    }
    /** The size of the object, once it is known. */
    setSize(totalBytes) {
        this.#largest = Math.min(16 * MIB, Math.max(8 * MIB, Math.ceil(totalBytes / 256)));
        this.#free = this.#free
            .map(({ start, end }) => ({ start, end: Math.min(end, totalBytes) }))
            .filter(({ start, end }) => start < end);
        for (const segment of this.#segments)
            segment.end = Math.min(segment.end, totalBytes);
    }
    /** All that is free in one piece, from the first free byte on. */
    takeAll() {
        const first = this.#free[0];
        return first && this.#take(first.start, first.end);
    }
    /**
     * The segment to fetch next: of what is wished for, else the first that is free, else the rest of one that is fetched slowly.
     * `undefined` when there is nothing to do for another connection now.
     *
     * @param connections how many share what is left
     */
    take(connections, wishes) {
        const wished = this.takeWished(wishes);
        if (wished)
            return wished;
        const first = this.#free[0];
        if (first && first.start < this.#front() + WINDOW * this.#largest)
            return this.#take(first.start, Math.min(first.end, first.start + this.#length(first.start, connections)));
        return this.#share();
    }
    /** The first free bytes of what is wished for. */
    takeWished(wishes) {
        for (const wish of wishes) {
            const free = this.#free.find(({ start, end }) => start < wish.end && wish.start < end);
            if (!free)
                continue;
            const start = Math.max(free.start, downToGrain(wish.start));
            return this.#take(start, Math.min(free.end, upToGrain(wish.end), start + this.#largest));
        }
        return undefined;
    }
    /** Up to `bytes` at the end of the object, where they are free. */
    takeLast(bytes) {
        const last = this.#free.at(-1);
        return last && this.#take(Math.max(last.start, downToGrain(last.end - bytes)), last.end);
    }
    /** Adds to a segment the bytes right behind it. False when they are not free. */
    extend(segment, connections) {
        const next = this.#free.find(({ start }) => start === segment.end);
        if (!next)
            return false;
        const end = Math.min(next.end, next.start + this.#length(next.start, connections));
        this.#cut(next, next.start, end);
        segment.end = end;
        return true;
    }
    /** Leaves a segment only `connections`' share of what it held; the rest is free. */
    shorten(segment, connections) {
        const rest = { start: segment.position, end: segment.end };
        segment.end = segment.position;
        this.#add(rest);
        this.extend(segment, connections);
    }
    /** The connection is done with the segment, or failed: what it did not receive is free again. */
    giveBack(segment) {
        if (this.#segments.delete(segment))
            this.#add({ start: segment.position, end: segment.end });
    }
    /** Whether a connection might get something to do later, though it has nothing now. */
    get mayShare() {
        return [...this.#segments].some((segment) => segment.end - segment.position >= 2 * GRAIN || !segment.rescued);
    }
    #share() {
        const now = this.#now();
        const inOrder = [...this.#segments].sort((one, other) => one.position - other.position);
        for (const segment of inOrder) {
            const { position, end, start, startedAt, heardAt, rescued } = segment;
            const left = end - position;
            if (left > 0 && !rescued && now - heardAt >= SILENT_MS) {
                segment.end = position;
                segment.stop.abort();
                return this.#begin(position, end, true);
            }
            if (left < 2 * GRAIN || now - startedAt < SLOW_MS || left * (now - startedAt) < SLOW_MS * (position - start))
                continue;
            const middle = upToGrain(position + left / 2);
            if (middle >= end)
                continue;
            segment.end = middle;
            return this.#begin(middle, end, rescued);
        }
        return undefined;
    }
    /** The first byte that was not received. */
    #front() {
        let front = this.#free[0]?.start ?? Infinity;
        for (const { position, end } of this.#segments)
            if (position < end)
                front = Math.min(front, position);
        return front;
    }
    /** Segments become smaller towards the end, so that all connections end at about the same time. */
    #length(start, connections) {
        let free = 0;
        for (const range of this.#free)
            free += range.end - range.start;
        const fair = free / (2 * connections);
        const length = Math.max(SMALLEST_SEGMENT, Math.min(this.#largest, fair));
        return upToGrain(start + length) - start;
    }
    #take(start, end) {
        const range = this.#free.find((free) => free.start <= start && start < free.end);
        if (!range || start >= end)
            return undefined;
        this.#cut(range, start, end);
        return this.#begin(start, end, false);
    }
    #begin(start, end, rescued) {
        const now = this.#now();
        const segment = { start, position: start, end, startedAt: now, heardAt: now, stop: new AbortController(), rescued };
        this.#segments.add(segment);
        return segment;
    }
    #cut(range, start, end) {
        const left = [
            { start: range.start, end: start },
            { start: end, end: range.end },
        ].filter((piece) => piece.start < piece.end);
        this.#free.splice(this.#free.indexOf(range), 1, ...left);
    }
    #add(range) {
        if (range.start >= range.end)
            return;
        const before = this.#free.findLast(({ end }) => end <= range.start);
        const after = this.#free.find(({ start }) => start >= range.end);
        const merged = {
            start: before?.end === range.start ? before.start : range.start,
            end: after?.start === range.end ? after.end : range.end,
        };
        this.#free = this.#free.filter(({ start, end }) => end < merged.start || start > merged.end);
        this.#free.push(merged);
        this.#free.sort((one, other) => one.start - other.start);
    }
}
function downToGrain(position) {
    return Math.floor(position / GRAIN) * GRAIN;
}
function upToGrain(position) {
    return Math.ceil(position / GRAIN) * GRAIN;
}

;// CONCATENATED MODULE: ./build/transfer/download/fetching.js











/** Below this, in bytes, further connections take longer to begin than they save. */
const WORTH_SPREADING = 16 * 1024 * 1024;
/** The end of the object, which shows whether the host knows ranges: there a ZIP archive has its directory. */
const PROBE = 512 * 1024;
/** Between two looks at whether a slow connection should share its segment, in ms. */
const LOOK_AGAIN_MS = 1_000;
/**
 * Fetches one version of an object into a file, over one connection at first and over several where that is allowed, pays and
 * the host sends parts. Every byte is fetched by one connection, whatever breaks.
 */
class Fetching {
    #options;
    #file;
    #recovery;
    #ranges;
    #count;
    #maySpread;
    #probe;
    #identity;
    #arrivals;
    #told;
    #received = 0;
    #sweep = sweeper();
    #lookingAgain = false;
    #failure;
    #over = false;
    #running = new Set();
    #fetched = new Set();
    #stop = new AbortController();
    #signal;
    #whole = Promise.withResolvers();
    #failed = Promise.withResolvers();
    constructor(options, file, recovery, maySpread) {
        this.#options = options;
        this.#file = file;
        this.#recovery = recovery;
        this.#maySpread = maySpread;
        const now = () => options.clock.now();
        this.#ranges = new Ranges(now);
        this.#count = new ConnectionCount(now);
        this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
        (0,external_node_events_.setMaxListeners)(0, this.#signal);
    }
    /**
     * Resolves when every byte is in the file; when it ends, whichever way, no connection is open any more. Throws a
     * {@link StartOver}, an `ActionError` or the signal's reason.
     *
     * @param opened a reply that holds the whole object
     */
    async run(opened) {
        const { signal } = this.#options;
        const abort = () => this.#fail(signal.reason);
        signal.addEventListener('abort', abort);
        try {
            const first = this.#ranges.takeAll();
            if (first)
                this.#begin(first, opened);
            return await Promise.race([this.#failed.promise, this.#complete()]);
        }
        catch (error) {
            await this.#end();
            throw error;
        }
        finally {
            signal.removeEventListener('abort', abort);
        }
    }
    async #complete() {
        await this.#whole.promise;
        await this.#end();
        if (this.#failure)
            throw this.#failure.reason;
        const sha256 = await this.#file.digest(this.#received);
        await this.#told;
        return { identity: this.#identity ?? {}, sizeBytes: this.#received, sha256 };
    }
    async #end() {
        this.#over = true;
        this.#stop.abort();
        for (const segment of this.#fetched)
            segment.stop.abort();
        await Promise.all(this.#running);
    }
    #fail(error) {
        if (this.#failure) {
            if (error instanceof StartOver && error.opened)
                discard(error.opened.reply.body);
            return;
        }
        this.#failure = { reason: error };
        this.#arrivals?.stop(error instanceof StartOver ? new download_arrivals/* Void */.Ti() : error);
        this.#failed.reject(error);
    }
    /** Begins as many connections as there are work and leave for. */
    #fill() {
        while (!this.#over && this.#running.size < this.#count.limit) {
            if (this.#running.size > 0 && this.#count.pauseMs > 0)
                return;
            const segment = this.#next();
            if (!segment) {
                void this.#lookAgain();
                return;
            }
            this.#begin(segment);
        }
    }
    #next() {
        if (this.#count.mode === 'alone')
            return this.#ranges.takeAll();
        const wishes = this.#arrivals?.wished() ?? [];
        if (this.#count.mode === 'probing' && !this.#probe) {
            this.#probe = this.#ranges.takeWished(wishes) ?? this.#ranges.takeLast(PROBE);
            return this.#probe;
        }
        return this.#ranges.take(this.#count.limit, wishes);
    }
    async #lookAgain() {
        if (this.#lookingAgain || !this.#ranges.mayShare || this.#count.mode !== 'spread')
            return;
        this.#lookingAgain = true;
        try {
            await this.#options.clock.sleep(LOOK_AGAIN_MS, this.#signal);
        }
        catch {
            // Only the end of the download ends the pause early.
            return;
        }
        this.#lookingAgain = false;
        this.#fill();
    }
    #begin(segment, opened) {
        const running = this.#connection(segment, opened)
            .catch((error) => this.#fail(error))
            .finally(() => {
            this.#running.delete(running);
            this.#fill();
        });
        this.#running.add(running);
    }
    /** One connection, from its first segment to its last. */
    async #connection(first, opened) {
        const { clock } = this.#options;
        const blocks = new Blocks(this.#file);
        const { pauseMs } = this.#count;
        if (pauseMs > 0)
            await clock.sleep(pauseMs, this.#signal);
        for (let segment = first; segment && !this.#over;) {
            const stays = await this.#fetch(segment, blocks, segment === first ? opened : undefined);
            if (this.#ranges.done)
                this.#whole.resolve();
            if (!stays || this.#running.size > this.#count.limit)
                return;
            segment = this.#next();
            this.#fill();
        }
    }
    /** One request. False when the connection is one too many. */
    async #fetch(segment, blocks, opened) {
        const attempt = this.#recovery.attempt();
        const before = this.#received;
        const from = segment.position;
        this.#fetched.add(segment);
        let trouble;
        try {
            await exchange(this.#exchange(segment, blocks, attempt), opened);
        }
        catch (error) {
            trouble = error;
        }
        await blocks.flush();
        const missing = segment.position < segment.end;
        this.#fetched.delete(segment);
        this.#ranges.giveBack(segment);
        if (trouble instanceof StartOver)
            throw trouble;
        this.#options.signal.throwIfAborted();
        // Another connection took the rest of the segment, or the download is over.
        if (trouble === undefined || (!missing && segment.stop.signal.aborted) || this.#over)
            return true;
        if (!(trouble instanceof TransferFailure))
            throw trouble;
        if (this.#isProbe(segment))
            return await this.#probeAgain(trouble, attempt);
        const own = segment.position - from;
        if (own === 0 && this.#received > before && trouble.transient) {
            this.#count.refused(this.#running.size - 1, trouble.pauseMs ?? (0,retry/* fullJitter */.G1)(0));
            this.#recovery.tellOnce(attempt, `One more connection was refused: ${trouble.message}. Going on over fewer.`);
            return false;
        }
        await this.#recovery.recover(trouble, attempt, this.#received, this.#signal);
        return true;
    }
    #isProbe(segment) {
        return segment === this.#probe && this.#count.mode === 'probing';
    }
    /** The first connection goes on, whatever becomes of the request for a part. */
    async #probeAgain(failure, attempt) {
        this.#probe = undefined;
        this.#count.notSpread(!failure.transient);
        if (this.#count.mode === 'alone')
            return true;
        this.#recovery.tellOnce(attempt, `A second connection failed: ${failure.message}. Going on over the first one.`);
        await this.#options.clock.sleep(failure.pauseMs ?? (0,retry/* fullJitter */.G1)(1), this.#signal);
        return true;
    }
    #exchange(segment, blocks, attempt) {
        const before = this.#received;
        const from = segment.position;
        const probe = this.#isProbe(segment);
        return {
            options: this.#options,
            segment,
            blocks,
            identity: this.#identity,
            signal: AbortSignal.any([this.#options.signal, segment.stop.signal]),
            part: this.#count.mode !== 'alone',
            probe,
            othersGoOn: () => this.#received - before > segment.position - from,
            onBytes: (opened, identity) => this.#look(segment, opened, identity),
            onExpired: async (reply) => {
                if (!probe)
                    return await this.#recovery.renew(reply, attempt);
                discard(reply.body);
                throw fail('server_error', `the storage host answered HTTP ${reply.status}`);
            },
            onChunk: (bytes) => this.#receive(bytes),
            extend: () => this.#ranges.extend(segment, this.#count.limit),
        };
    }
    /** What the headers of a good reply tell: the size, and whether more connections are worth it. */
    #look(segment, { reply }, identity) {
        const first = this.#identity === undefined;
        this.#identity = identity;
        const { totalBytes } = identity;
        if (totalBytes === undefined)
            return;
        if (!this.#arrivals)
            this.#learnSize(totalBytes);
        const refused = headerOf(reply.headers, 'accept-ranges')?.trim().toLowerCase() === 'none';
        if (first && reply.status === 200 && this.#maySpread && !refused && totalBytes >= WORTH_SPREADING) {
            this.#count.probe();
            this.#ranges.shorten(segment, this.#count.limit);
        }
        else if (reply.status === 206) {
            this.#count.spread();
        }
        this.#fill();
    }
    #learnSize(totalBytes) {
        const { onSize } = this.#options;
        const arrivals = new download_arrivals/* Arrivals */.V$(totalBytes, () => this.#fill());
        this.#arrivals = arrivals;
        this.#ranges.setSize(totalBytes);
        this.#file.tell(arrivals);
        this.#told = (async () => onSize?.(arrivals))();
        this.#told.catch((error) => this.#fail(error));
    }
    #receive(bytes) {
        this.#received += bytes;
        this.#sweep(bytes);
        this.#recovery.reached(this.#received);
        this.#options.onProgress(this.#received, this.#identity?.totalBytes);
        if (this.#count.measure(this.#received, this.#running.size))
            this.#fill();
    }
}

// EXTERNAL MODULE: ./node_modules/pretty-ms/index.js
var pretty_ms = __webpack_require__(64506);
;// CONCATENATED MODULE: ./build/transfer/download/recovery.js






/** Fresh links that may be asked for in a row without a single new byte. */
const MOST_RENEWALS = 3;
/** Deals with what goes wrong in a download, over all its connections: counts, tells, pauses, and ends what does not get better. */
class Recovery {
    #options;
    /** The most bytes ever received. Bytes fetched a second time are no progress, so that a loop over them ends. */
    #furthest = 0;
    #furthestAtFailure = 0;
    #furthestAtRenewal = 0;
    #failures = 0;
    #renewalsInARow = 0;
    #renewals = 0;
    #renewing;
    #troubles = 0;
    #pause;
    constructor(options) {
        this.#options = options;
    }
    /** For a request that begins now. */
    attempt() {
        return { troubles: this.#troubles, renewals: this.#renewals };
    }
    /** `received` bytes of the object are there. */
    reached(received) {
        if (received > this.#furthest)
            this.#furthest = received;
    }
    /**
     * After a failed attempt: returns when it is time for the next one. One outage that breaks several connections counts, and
     * is told, once. `signal` ends the pause. Throws an `ActionError` when the failure is final or too many came in a row without a new byte.
     */
    async recover(failure, attempt, received, signal) {
        const { clock, maxRetries, source } = this.#options;
        if (failure.transient && (this.#pause || attempt.troubles < this.#troubles)) {
            await Promise.all([this.#pause, clock.sleep(failure.pauseMs ?? (0,retry/* fullJitter */.G1)(0), signal)]);
            return;
        }
        if (this.#furthest > this.#furthestAtFailure)
            this.#failures = 0;
        this.#furthestAtFailure = this.#furthest;
        if (!failure.transient || this.#failures >= maxRetries)
            throw toActionError(failure, placeOf(source.link()), this.#failures + 1);
        const pause = failure.pauseMs ?? (0,retry/* fullJitter */.G1)(this.#failures);
        this.#failures += 1;
        const from = received > 0 ? `going on after ${(0,pretty_bytes/* default */.A)(received)}` : 'starting again';
        this.tellOnce(attempt, `The download broke: ${failure.message}. In ${(0,pretty_ms/* default */.A)(pause)} ${from} (${this.#failures} of ${maxRetries}).`);
        const pausing = clock.sleep(pause, signal);
        this.#pause = pausing;
        try {
            await pausing;
        }
        finally {
            if (this.#pause === pausing)
                this.#pause = undefined;
        }
    }
    /** One line for the log, unless the trouble it tells of began with another one that was told. */
    tellOnce(attempt, line) {
        if (attempt.troubles < this.#troubles)
            return;
        this.#troubles += 1;
        this.#options.onNote(line);
    }
    /** Asks for a fresh link, once for all connections that met the refusal of the same one. */
    async renew(reply, attempt) {
        const apiWords = await refusalWords(reply.body);
        this.#options.signal.throwIfAborted();
        if (!this.#renewing) {
            if (attempt.renewals < this.#renewals)
                return;
            this.#renewing = this.#askAnew(reply.status, apiWords).finally(() => {
                this.#renewing = undefined;
            });
        }
        await this.#renewing;
        this.#options.signal.throwIfAborted();
    }
    async #askAnew(status, apiWords) {
        const { source, onNote } = this.#options;
        if (this.#furthest > this.#furthestAtRenewal)
            this.#renewalsInARow = 0;
        this.#furthestAtRenewal = this.#furthest;
        if (this.#renewalsInARow >= MOST_RENEWALS) {
            throw new TransferFailure('server_error', `the storage host refused the link (HTTP ${status}) and ${MOST_RENEWALS} fresh ones after it`, { transient: false, apiWords });
        }
        this.#renewalsInARow += 1;
        onNote(`The download link is no longer accepted (HTTP ${status}): asking for a fresh one.`);
        await source.renew();
        this.#renewals += 1;
    }
}

;// CONCATENATED MODULE: ./build/transfer/download/download.js







/** Where one object after another turns out to be another one, the next is fetched over one connection, in one piece. */
const MOST_SPREAD = 2;
/**
 * Downloads one object to `path` over as many connections as make it faster, hashing it on the way; the memory used does not
 * grow with its size. Broken, stalled, refused and expired connections are made good. On failure and on abort no file is left at
 * `path`. Throws an `ActionError` (`network`, `server_error`, `corrupt_download`, `unexpected_reply`; `operation_failed` when
 * the disk is full), what `source.renew()` or `onSize` throws, or the signal's reason.
 */
async function download(options) {
    options.signal.throwIfAborted();
    let file;
    try {
        // Removed and made anew, never opened as it is: what lies there could be a link to somewhere else.
        await (0,promises_.rm)(options.path, { force: true });
        // Readable too: what arrives out of order is hashed from the file.
        file = await (0,promises_.open)(options.path, 'wx+');
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'write the download', options.path);
    }
    try {
        const result = await downloadInto(new ArrivingFile(file, options.path), options);
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
    const recovery = new Recovery(options);
    let opened;
    let ranges = true;
    for (let round = 0;; round += 1) {
        try {
            const { identity, sizeBytes, sha256 } = await new Fetching(options, file, recovery, ranges).run(opened);
            return { sizeBytes, sha256, ...(identity.etag === undefined ? {} : { etag: identity.etag }) };
        }
        catch (error) {
            if (!(error instanceof StartOver))
                throw error;
            opened = error.opened;
            if (error.note !== undefined)
                options.onNote(error.note);
            ranges &&= error.ranges && round + 1 < MOST_SPREAD;
            try {
                await file.startOver();
                if (error.failure)
                    await recovery.recover(error.failure, recovery.attempt(), 0, options.signal);
            }
            catch (failure) {
                if (opened)
                    discard(opened.reply.body);
                throw failure;
            }
        }
    }
}

// EXTERNAL MODULE: ./build/transfer/archive/unpack.js
var unpack = __webpack_require__(72989);
;// CONCATENATED MODULE: ./build/transfer/fetch-archive.js




/** A smaller archive (bytes) is there before a thread has started. */
const WORTH_OVERLAP = 8 * 1024 * 1024;
/**
 * Downloads an archive and verifies or unpacks it, while its bytes arrive where that is faster. What its directory tells of harm,
 * of damage or of a disk too small ends the download at once. On failure and on abort neither `path` nor `target` is left.
 * Throws what `download` and `readArchive` throw.
 */
async function fetchArchive(options) {
    const { path, workers, onDownloaded } = options;
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    let early;
    const onSize = async (arrivals) => {
        await (0,disk/* requireSpace */.M)(path, [{ bytes: arrivals.sizeBytes, purpose: 'download it' }]);
        // Only once: what changes while it is read may change again, and is unpacked when all of it is there.
        if (early || !(workers === undefined ? arrivals.sizeBytes >= WORTH_OVERLAP : workers > 0))
            return;
        early = readArriving({ ...options, signal }, arrivals);
        early.catch((error) => stop.abort(error));
    };
    try {
        const downloaded = await download({ ...options, signal, onSize });
        onDownloaded?.(downloaded);
        const contents = (await early) ?? (await (0,unpack.readArchive)(readOptions(options)));
        return { downloaded, contents };
    }
    catch (error) {
        stop.abort(error);
        await early?.catch(() => undefined);
        await (0,promises_.rm)(path, { force: true }).catch(() => undefined);
        throw error;
    }
}
/** `undefined` when the bytes that were read turned out not to count: the object changed, or the download failed. */
async function readArriving(options, arrivals) {
    try {
        return await (0,unpack.readArchive)({ ...readOptions(options), arrivals });
    }
    catch (error) {
        const count = await arrivals.want(0, 0).then(() => true, () => false);
        if (count)
            throw error;
        return undefined;
    }
}
function readOptions({ path, target, reserved, limits, signal, onUnpacked, workers }) {
    return {
        archive: path,
        signal,
        ...(target === undefined ? {} : { target }),
        ...(reserved ? { reserved } : {}),
        ...(limits ? { limits } : {}),
        ...(onUnpacked ? { onProgress: onUnpacked } : {}),
        ...(workers === undefined ? {} : { workers }),
    };
}


/***/ })

};
