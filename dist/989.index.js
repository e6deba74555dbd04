export const id = 989;
export const ids = [989];
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


/***/ })

};
