export const id = 873;
export const ids = [873,989];
export const modules = {

/***/ 23832:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ inScope),
/* harmony export */   l: () => (/* binding */ Ended)
/* harmony export */ });
/** The reason that tasks still running meet when the work of their scope is done. */
class Ended extends Error {
    name = 'Ended';
    constructor() {
        super('the work is done');
    }
}
/**
 * Runs `body`, which starts tasks, and returns what it returns. Then the work is done: tasks that still run are ended, and nothing
 * that they throw makes a failure of it. Throws the first failure of a task or of `body`, or the reason of `signal`. Whichever way it
 * ends, no task runs any longer. `body` waits for nothing that the abort of `scope.signal` does not end.
 */
async function inScope(signal, body) {
    signal.throwIfAborted();
    const end = new AbortController();
    const abort = () => end.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const running = new Set();
    let failure;
    const fail = (reason) => {
        // What comes after the end is a consequence of it.
        if (end.signal.aborted)
            return;
        failure = { reason };
        end.abort(reason);
    };
    const scope = {
        signal: end.signal,
        start(task) {
            const result = begin(task, end.signal);
            const watch = result.then(() => undefined, fail).finally(() => running.delete(watch));
            running.add(watch);
            return result;
        },
    };
    try {
        const result = await body(scope);
        // Complete work stays complete when `signal` aborts late, but not when a task failed without its notice.
        if (failure)
            throw failure.reason;
        return result;
    }
    catch (error) {
        fail(error);
        throw end.signal.reason;
    }
    finally {
        signal.removeEventListener('abort', abort);
        end.abort(new Ended());
        while (running.size > 0)
            await Promise.all(running);
    }
}
async function begin(task, signal) {
    signal.throwIfAborted();
    return await task(signal);
}


/***/ }),

/***/ 86855:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   c: () => (/* binding */ batchesOf),
/* harmony export */   f: () => (/* binding */ unpackBatch)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(31279);
/* harmony import */ var _disk_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(68109);
/* harmony import */ var _entry_bytes_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(60909);






/** A batch is this many bytes of archive, this many entries, or one entry that is not small. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_ENTRIES = 256;
/** Cuts entries, given in the order of their data, into batches that are each unpacked in one go. */
function* batchesOf(entries) {
    let batch = [];
    let start = 0;
    for (const entry of entries) {
        const small = (0,_entry_bytes_js__WEBPACK_IMPORTED_MODULE_5__/* .isSmall */ .eq)(entry);
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
/**
 * Verifies the entries of a batch and, with a `target`, writes each to its place below it; the folders must exist. Nothing of an entry is
 * written before its local header was checked, and nothing is overwritten. Throws an `ActionError`, and what `onBytes` throws.
 *
 * @param onBytes called after each large chunk and at the end, with the unpacked bytes since the last call; waited for
 */
async function unpackBatch(archive, batch, target, onBytes) {
    const ahead = batch.at(-1)?.limit ?? 0;
    let bytes = 0;
    for (const entry of batch) {
        const path = target === undefined ? undefined : (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(target, entry.path);
        try {
            if (!(0,_entry_bytes_js__WEBPACK_IMPORTED_MODULE_5__/* .isSmall */ .eq)(entry)) {
                await unpackLarge(archive, entry, path, onBytes);
                continue;
            }
            const content = (0,_entry_bytes_js__WEBPACK_IMPORTED_MODULE_5__/* .inflateSmall */ .BX)(archive, entry, ahead);
            if (path !== undefined)
                writeWhole(path, content);
            release(entry, content);
            bytes += entry.size;
        }
        catch (error) {
            throw error instanceof Error && 'syscall' in error
                ? (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .systemFailure */ .oM)(error, 'unpack the export', path ?? entry.name)
                : error;
        }
    }
    await onBytes(bytes);
}
async function unpackLarge(archive, entry, path, onBytes) {
    let file;
    let writing;
    let position = 0;
    try {
        for await (const chunk of (0,_entry_bytes_js__WEBPACK_IMPORTED_MODULE_5__/* .inflateEntry */ .Yj)(archive, entry)) {
            if (path !== undefined)
                file ??= await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)(path, 'wx');
            await writing;
            // To be written while the next chunk is inflated.
            writing = file && (0,_disk_js__WEBPACK_IMPORTED_MODULE_4__/* .writeFully */ .KM)(file, chunk, position);
            writing?.catch(() => undefined);
            position += chunk.length;
            await onBytes(chunk.length);
        }
        await writing;
    }
    finally {
        await writing?.catch(() => undefined);
        await file?.close();
    }
}
/** Frees unpacked bytes: left to the garbage collector, unpacking thousands of images takes half as long again. */
function release({ method }, { buffer }) {
    // Stored bytes lie in the window, and small ones in Node's pool.
    const isOwn = method === 'deflated' && buffer.byteLength !== Buffer.poolSize;
    if (isOwn && buffer instanceof ArrayBuffer)
        buffer.transfer(0);
}
// A fifth faster than writeFileSync, which counts with 100,000 files.
function writeWhole(path, bytes) {
    const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(path, 'wx');
    try {
        for (let done = 0; done < bytes.length;)
            done += (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeSync)(file, bytes, done);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
    }
}


/***/ }),

/***/ 72989:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readArchive: () => (/* binding */ readArchive)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(48161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76760);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(58500);
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7094);
/* harmony import */ var _scope_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(23832);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(31279);
/* harmony import */ var _threads_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(11793);
/* harmony import */ var _disk_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(68109);
/* harmony import */ var _download_watermark_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(15245);
/* harmony import */ var _batches_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(86855);
/* harmony import */ var _entry_bytes_js__WEBPACK_IMPORTED_MODULE_12__ = __webpack_require__(60909);
/* harmony import */ var _zip_js__WEBPACK_IMPORTED_MODULE_13__ = __webpack_require__(2493);














/** A smaller archive (bytes) is unpacked before a thread has started. */
const WORTH_A_THREAD = 8 * 1024 * 1024;
/** Batches that a thread has at once: one in work, one to begin with next. */
const AHEAD = 2;
/** What file systems give out room by, in bytes. */
const BLOCK = 4096;
/** What `stat` counts a file's room in, in bytes. */
const STAT_BLOCK = 512;
/**
 * Verifies a ZIP archive completely (both headers, size, and CRC of every file) and, with `target`, unpacks it; an archive that is still
 * being downloaded while its bytes arrive. Nothing is written before the whole directory was found safe, nothing outside `target`, nothing
 * through a link, and nothing is overwritten. If it fails or is aborted, `target` is removed. Throws an `ActionError` (`corrupt_download`,
 * `unsafe_archive`; `operation_failed` for the disk), the signal's reason, and for an archive that is still being downloaded
 * {@link ObjectChanged} or {@link ThreadLost}: then it is to be read again once it is on disk.
 */
async function readArchive(options) {
    const { target, signal, watermark } = options;
    signal.throwIfAborted();
    // Starting a thread takes as long as reading the directory of a large archive.
    const thread = watermark ? startUnpacking(options) : isWorthwhile(options) ? tryToStart(options) : undefined;
    let archive;
    let made = false;
    try {
        archive = await (0,_zip_js__WEBPACK_IMPORTED_MODULE_13__/* .openArchive */ .p_)(options.archive, options);
        if (target !== undefined) {
            await (0,_disk_js__WEBPACK_IMPORTED_MODULE_9__/* .requireSpace */ .MK)(target, [
                { bytes: await missing(archive, options), purpose: 'download the rest of it' },
                { bytes: unpackedRoom(archive), purpose: 'unpack it' },
            ]);
            makeFolder(target);
            made = true;
            makeFolders(archive, target);
        }
        await unpackAll(archive, options, thread);
        const entries = archive.entries.map(({ name, path, size, crc32 }) => ({ name, path, size, crc32 }));
        return { entries, totalBytes: archive.totalBytes };
    }
    catch (error) {
        // What it has open or still writes would be in the way.
        await thread?.end();
        if (made && target !== undefined)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)(target, { recursive: true, force: true }).catch(() => undefined);
        throw error;
    }
    finally {
        await thread?.end();
        await archive?.file.close();
    }
}
function startUnpacking({ archive, target, watermark }) {
    const settings = { archive, target, watermark: watermark?.shared };
    return (0,_threads_js__WEBPACK_IMPORTED_MODULE_8__/* .startThread */ .BR)(import.meta.url, './unpack-thread.ts', 'archive', settings);
}
function tryToStart(options) {
    try {
        return startUnpacking(options);
    }
    catch (error) {
        if (error instanceof _threads_js__WEBPACK_IMPORTED_MODULE_8__/* .ThreadLost */ .XY)
            return undefined;
        throw error;
    }
}
function isWorthwhile({ archive, threaded }) {
    const sizeBytes = () => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(archive, { throwIfNoEntry: false })?.size ?? 0;
    return threaded ?? ((0,node_os__WEBPACK_IMPORTED_MODULE_2__.availableParallelism)() > 1 && sizeBytes() >= WORTH_A_THREAD);
}
/** How much of an archive is not on disk yet, in bytes. */
async function missing({ file, sizeBytes }, { watermark }) {
    if (!watermark)
        return 0;
    // Not its size: a file that is written from several places has holes.
    const { blocks } = await file.stat();
    return Math.max(0, sizeBytes - blocks * STAT_BLOCK);
}
function unpackedRoom({ entries }) {
    return entries.reduce((sum, { size }) => sum + Math.ceil(size / BLOCK) * BLOCK, 0);
}
function makeFolder(target) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdirSync)(target);
    }
    catch (error) {
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .systemFailure */ .oM)(error, 'make a folder for the export', target);
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
        const path = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(target, folder);
        try {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdirSync)(path);
        }
        catch (error) {
            // On a disk that ignores case, "Images" is there once "images" is.
            if ((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .codeOf */ .$N)(error) !== 'EEXIST' || !(0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path).isDirectory())
                throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .systemFailure */ .oM)(error, 'unpack the export', path);
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
async function unpackAll(archive, options, thread) {
    const { signal, target, watermark, onProgress } = options;
    const { totalBytes } = archive;
    let done = 0;
    const advance = (bytes) => {
        done += bytes;
        onProgress?.(done, totalBytes);
    };
    const batches = (0,_batches_js__WEBPACK_IMPORTED_MODULE_11__/* .batchesOf */ .c)(archive.entries);
    const bytes = new _entry_bytes_js__WEBPACK_IMPORTED_MODULE_12__/* .ArchiveBytes */ ._8(archive.file.fd);
    const unpackHere = async (rest, stop) => {
        for (const batch of rest) {
            await (0,_batches_js__WEBPACK_IMPORTED_MODULE_11__/* .unpackBatch */ .f)(bytes, batch, target, async (count) => {
                advance(count);
                await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_4__.setImmediate)();
                stop.throwIfAborted();
            });
        }
    };
    if (!thread)
        return await unpackHere(batches, signal);
    await (0,_scope_js__WEBPACK_IMPORTED_MODULE_6__/* .inScope */ .S)(signal, async (scope) => {
        const theirs = scope.start(async (stop) => {
            const taken = [];
            try {
                await feed(thread, batches, taken, advance, stop);
            }
            catch (error) {
                if (!(error instanceof _threads_js__WEBPACK_IMPORTED_MODULE_8__/* .ThreadLost */ .XY) || watermark)
                    throw error;
                // The work of a thread that died is done here, from the beginning of each batch that it had.
                if (target !== undefined) {
                    for (const { path } of taken.flat())
                        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(target, path), { force: true });
                }
                await unpackHere(taken, stop);
            }
        });
        // While bytes arrive, this thread serves the network.
        const ours = watermark ? undefined : scope.start((stop) => unpackHere(batches, stop));
        await Promise.all([theirs, ours]);
    });
}
/** Gives batches to a thread until none is left. `taken` is what it has and has not finished. */
async function feed(thread, batches, taken, onBytes, signal) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const give = () => {
        const { value } = batches.next();
        if (value) {
            taken.push(value);
            thread.send(value);
        }
        else if (taken.length === 0) {
            resolve();
        }
    };
    thread.receive((report) => {
        if (report.kind === 'unpacked')
            return onBytes(report.bytes);
        if (report.kind === 'failed')
            return reject((0,_threads_js__WEBPACK_IMPORTED_MODULE_8__/* .toError */ .iT)(report.error));
        if (report.kind === 'stopped')
            return reject(new _download_watermark_js__WEBPACK_IMPORTED_MODULE_10__/* .ObjectChanged */ .q3());
        taken.shift();
        give();
    });
    for (let count = 0; count < AHEAD; count += 1)
        give();
    await (0,_clock_js__WEBPACK_IMPORTED_MODULE_5__/* .orAborted */ .H6)(Promise.race([promise, thread.lost]), signal);
}


/***/ }),

/***/ 69873:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  fetchArchive: () => (/* binding */ fetchArchive)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: ./build/scope.js
var build_scope = __webpack_require__(23832);
// EXTERNAL MODULE: ./build/threads.js
var threads = __webpack_require__(11793);
// EXTERNAL MODULE: ./build/transfer/archive/unpack.js
var unpack = __webpack_require__(72989);
// EXTERNAL MODULE: ./build/transfer/disk.js
var disk = __webpack_require__(68109);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./build/clock.js
var clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
;// CONCATENATED MODULE: ./build/transfer/download/file-writer.js


/** The bytes that may wait for the disk before a connection pauses. */
const MOST_WAITING = 512 * 1024;
/** Writes what one connection receives to its place in a file, behind the connection. */
class FileWriter {
    #file;
    #path;
    #onWritten;
    #position;
    #chunks = [];
    #bytes = 0;
    #writing;
    /**
     * @param position of the first byte
     * @param onWritten called after each write, with its bytes; writes are in order
     */
    constructor(file, path, position, onWritten) {
        this.#file = file;
        this.#path = path;
        this.#position = position;
        this.#onWritten = onWritten;
    }
    /** Takes ownership of bytes. Resolves when there is room for more. Throws an `ActionError` if an earlier write failed. */
    async push(chunk) {
        this.#chunks.push(chunk);
        this.#bytes += chunk.length;
        this.#writing ??= this.#writeAll();
        this.#writing.catch(() => undefined);
        if (this.#bytes >= MOST_WAITING)
            await this.#writing;
    }
    /** Resolves when everything is in the file. */
    async flush() {
        await this.#writing;
    }
    /** What arrives during one write goes into the next. */
    async #writeAll() {
        while (this.#bytes > 0)
            await this.#write();
        this.#writing = undefined;
    }
    async #write() {
        const [chunks, bytes] = [this.#chunks, this.#bytes];
        this.#chunks = [];
        this.#bytes = 0;
        try {
            const { bytesWritten } = await this.#file.writev(chunks, this.#position);
            if (bytesWritten < bytes) {
                const rest = Buffer.concat(chunks).subarray(bytesWritten);
                await (0,disk/* writeFully */.KM)(this.#file, rest, this.#position + bytesWritten);
            }
        }
        catch (error) {
            throw (0,system_errors/* systemFailure */.oM)(error, 'write the download', this.#path);
        }
        this.#position += bytes;
        this.#onWritten(bytes);
    }
}

// EXTERNAL MODULE: ./build/numbers.js
var numbers = __webpack_require__(82746);
// EXTERNAL MODULE: ./node_modules/pretty-bytes/index.js
var pretty_bytes = __webpack_require__(85901);
// EXTERNAL MODULE: ./build/visual-layer/retry.js
var retry = __webpack_require__(86055);
;// CONCATENATED MODULE: ./build/transfer/download/source.js
/** What a message may show of a link: the host and the last part of the path, never the query that signs it. */
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

// EXTERNAL MODULE: ./build/transfer/advice.js
var advice = __webpack_require__(84852);
;// CONCATENATED MODULE: ./build/transfer/download/transfer-failure.js


/** One request for bytes that failed. Users see the {@link ActionError} that {@link toActionError} makes of it. */
class TransferFailure extends Error {
    name = 'TransferFailure';
    kind;
    code;
    /** The pause the storage host asks for, in ms. */
    pauseMs;
    apiWords;
    /** The request, in one line for the operator of the storage host. */
    trace;
    /** What to do, if that is known better than by the code. */
    todo;
    /** Of the response, if it is one without the wanted bytes. */
    status;
    constructor(kind, code, message, more = {}) {
        super(message, more.cause === undefined ? undefined : { cause: more.cause });
        this.kind = kind;
        this.code = code;
        this.todo = more.todo;
        this.status = more.status;
    }
}
const todos = {
    network: 'Check the network and the proxy between the runner and the storage host, then re-run the job.',
    server_error: advice/* REPORT */.r,
    corrupt_download: advice/* NEW_EXPORT */.q,
    unexpected_reply: 'Check that nothing between the runner and the storage host (a proxy, a firewall) responds instead of it.',
};
/**
 * The error that users see. `place` is what may be shown of the link.
 *
 * @param ending completes the sentence: `, 3 times in a row without progress`
 */
function toActionError(failure, place, ending) {
    const { code, message, todo, apiWords, trace } = failure;
    const details = { todo: todo ?? todos[code], apiWords, trace, cause: failure };
    return new errors/* ActionError */.lZ(code, `The download of ${place} failed: ${message}${ending}.`, details);
}

;// CONCATENATED MODULE: ./build/transfer/download/recovery.js





/** How long to be patient without a new byte, in ms, and at most this share of the time left. */
const PATIENCE_MS = 5 * 60_000;
const SHARE_OF_TIME_LEFT = 1 / 4;
/**
 * Deals with the failures of a download, of all its connections together: one outage that breaks several connections counts once, is
 * logged once, and has one pause, and one new link serves all.
 */
class Recovery {
    #options;
    /** The most bytes ever received. Bytes received again are no progress, so that a loop over them ends. */
    #furthest = 0;
    #furthestAtFailure = 0;
    /** In a row, without progress. */
    #failures = 0;
    #failingSince = 0;
    #patienceMs = 0;
    #recoveries = 0;
    #renewals = 0;
    #recovering;
    /** No connection tries again before this, by the clock. */
    #pausedUntil = 0;
    constructor(options) {
        this.#options = options;
    }
    /** For a request that begins now. */
    attempt() {
        return { recoveries: this.#recoveries, renewals: this.#renewals };
    }
    /** `received` bytes of the object are on disk. */
    reached(received) {
        this.#furthest = Math.max(this.#furthest, received);
    }
    /**
     * Returns when it is time for the next attempt. Throws an `ActionError` when the failure is final or lasts too long, what a new link
     * failed with, or the signal's reason.
     *
     * @param received bytes that need not be requested again
     */
    async recover(failure, attempt, received, signal) {
        if (failure.kind === 'final')
            throw toActionError(failure, this.#place(), '');
        const { pauseMs } = failure;
        if (this.#recovering) {
            // The pause in progress may be shorter than the one that the host asks this connection for.
            if (pauseMs !== undefined && pauseMs < this.#options.leftMs())
                this.#pause(pauseMs);
        }
        else {
            const isKnown = failure.kind === 'expired' ? attempt.renewals < this.#renewals : attempt.recoveries < this.#recoveries;
            if (isKnown && pauseMs === undefined)
                return;
            this.#recoveries += 1;
            this.#recovering = this.#recover(failure, received, signal).finally(() => {
                this.#recovering = undefined;
            });
        }
        await this.#recovering;
        // A pause that was asked for while the link was renewed.
        await this.#paused(signal);
        signal.throwIfAborted();
    }
    async #recover(failure, received, signal) {
        const { clock, leftMs, maxRetries = Infinity, onNote } = this.#options;
        if (this.#furthest > this.#furthestAtFailure)
            this.#failures = 0;
        this.#furthestAtFailure = this.#furthest;
        if (this.#failures === 0) {
            this.#failingSince = clock.now();
            this.#patienceMs = Math.min(PATIENCE_MS, leftMs() * SHARE_OF_TIME_LEFT);
        }
        const waitedMs = clock.now() - this.#failingSince;
        this.#failures += 1;
        // The first new link is what any long download needs.
        if (failure.kind === 'expired' && this.#failures === 1)
            return await this.#renew(failure);
        const retries = this.#failures - (failure.kind === 'expired' ? 1 : 0);
        const restMs = this.#patienceMs - waitedMs;
        const pauseMs = Math.max(Math.min((0,retry/* fullJitter */.G)(retries - 1), Math.max(0, restMs)), failure.pauseMs ?? 0);
        if (retries > maxRetries || restMs <= 0 || pauseMs >= leftMs()) {
            const times = this.#failures > 1 ? `, ${this.#failures} times in a row without progress` : '';
            const wait = failure.pauseMs === undefined ? '' : `; it asked to wait ${(0,numbers/* duration */.p0)(failure.pauseMs)}`;
            throw toActionError(failure, this.#place(), `${times}${wait}`);
        }
        const from = received > 0 ? `Resuming at ${(0,pretty_bytes/* default */.A)(received, { binary: true })}` : 'Restarting';
        const count = maxRetries === Infinity ? `retry ${retries}` : `retry ${retries} of ${maxRetries}`;
        onNote(`Download interrupted: ${failure.message}. ${from} in ${(0,numbers/* duration */.p0)(pauseMs)} (${count}).`);
        this.#pause(pauseMs);
        await this.#paused(signal);
        if (failure.kind === 'expired')
            await this.#renew(failure);
    }
    #pause(ms) {
        this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.clock.now() + ms);
    }
    async #paused(signal) {
        const { clock } = this.#options;
        for (let ms = this.#pausedUntil - clock.now(); ms > 0; ms = this.#pausedUntil - clock.now())
            await clock.sleep(ms, signal);
    }
    async #renew(failure) {
        this.#options.onNote(`The download link was rejected: ${failure.message}. Requesting a new one.`);
        await this.#options.source.renew();
        this.#renewals += 1;
    }
    #place() {
        return placeOf(this.#options.source.link());
    }
}

;// CONCATENATED MODULE: ./build/transfer/download/segments.js
/** The end of an object, where a ZIP archive has its directory, is fetched early: this share of it, within bounds in segments. */
const TAIL_SHARE = 1 / 64;
const SMALLEST_TAIL = 1 / 4;
const LARGEST_TAIL = 4;
/** What is left to fetch of an object: a first segment, and the others once the size is known. */
class Segments {
    #segmentBytes;
    /** Where the segments that nobody has requested yet begin and end. */
    #next = 0;
    #last = 0;
    /** The end of the object, until a connection fetches it. */
    #tail;
    /** Segments that a connection fetches now, and those that one gave back. */
    #active = new Set();
    #returned = new Set();
    /** @param inSegments whether the first one is a segment, and not the whole object */
    constructor(segmentBytes, inSegments) {
        this.#segmentBytes = segmentBytes;
        this.#returned.add({ start: 0, position: 0, end: inSegments ? segmentBytes : Infinity });
    }
    /** How many are fetched now. */
    get active() {
        return this.#active.size;
    }
    /** Divides what is behind the first segment, now that the size of the object is known. */
    divide(first, size) {
        first.end = Math.min(first.end, size);
        this.#next = first.end;
        const tail = Math.min(LARGEST_TAIL, Math.max(SMALLEST_TAIL, (size / this.#segmentBytes) * TAIL_SHARE));
        this.#last = Math.max(first.end, size - Math.ceil(tail * this.#segmentBytes));
        if (this.#last < size)
            this.#tail = { start: this.#last, position: this.#last, end: size };
    }
    /** The next segment: one that was given back, then the tail, then in order. */
    peek() {
        let next = this.#tail;
        for (const segment of this.#returned) {
            if (!next || next === this.#tail || segment.position < next.position)
                next = segment;
        }
        if (next || this.#next >= this.#last)
            return next;
        return { start: this.#next, position: this.#next, end: Math.min(this.#last, this.#next + this.#segmentBytes) };
    }
    /** The next segment, for one connection. */
    take() {
        const segment = this.peek();
        if (!segment)
            return undefined;
        if (segment === this.#tail)
            this.#tail = undefined;
        else if (!this.#returned.delete(segment))
            this.#next = segment.end;
        this.#active.add(segment);
        return segment;
    }
    /** Ends the work of a connection on a segment. What is missing of it is next. */
    giveBack(segment) {
        this.#active.delete(segment);
        if (segment.position < segment.end)
            this.#returned.add(segment);
    }
    /** The first byte that is not in the file; `undefined` when all are. */
    front() {
        let front = this.#next < this.#last ? this.#next : Infinity;
        const missing = [...this.#active, ...this.#returned, ...(this.#tail ? [this.#tail] : [])];
        for (const { position, end } of missing)
            if (position < end)
                front = Math.min(front, position);
        return front === Infinity ? undefined : front;
    }
}

// EXTERNAL MODULE: ./build/transfer/download/slots.js
var slots = __webpack_require__(11526);
// EXTERNAL MODULE: ./build/network.js
var network = __webpack_require__(60198);
// EXTERNAL MODULE: ./build/visual-layer/headers.js
var visual_layer_headers = __webpack_require__(12567);
// EXTERNAL MODULE: ./build/visual-layer/trace.js
var trace = __webpack_require__(15028);
;// CONCATENATED MODULE: ./build/transfer/download/storage.js





const MOST_REDIRECTS = 5;
/** How much of a rejection is read for its words, in bytes. */
const LONGEST_REJECTION = 8 * 1024;
/**
 * Requests bytes of an object. Returns `undefined` when the object ends at `start`. Throws a {@link TransferFailure}, with the storage
 * host's own words and the pause it asks for, or the signal's reason.
 */
async function requestBytes(options, wanted, signal) {
    const { start, end, ranged, identity } = wanted;
    const condition = identity?.etag ?? identity?.lastModified;
    const reply = await get(options, signal, {
        ...(ranged ? { range: `bytes=${start}-${end === undefined ? '' : end - 1}` } : {}),
        ...(ranged && condition !== undefined ? { 'if-range': condition } : {}),
    });
    try {
        const part = readReply(reply.status, reply.headers, wanted);
        if (part)
            return { ...part, body: reply.body };
        discard(reply.body);
        return undefined;
    }
    catch (error) {
        if (!(error instanceof TransferFailure))
            throw error;
        error.pauseMs = (0,visual_layer_headers/* retryAfterMs */.Vs)(reply.headers, options.clock.date());
        error.apiWords = await rejectionWords(reply.body);
        error.trace = reply.trace;
        throw error;
    }
}
/**
 * Reads status and headers of a response to a (ranged) GET as RFC 9110 defines them. Returns `undefined` when the object ends where the
 * wanted bytes begin. Throws a {@link TransferFailure} for a response that brings no bytes, or not the wanted ones.
 */
function readReply(status, headers, wanted) {
    const failure = (kind, code, why) => new TransferFailure(kind, code, why, { status });
    const answered = `the storage host responded with HTTP ${status}`;
    if (status === 200) {
        const size = wholeNumber((0,visual_layer_headers/* headerOf */.rR)(headers, 'content-length'));
        const identity = identityOf(headers, size);
        if (differs(wanted.identity, identity))
            throw changed();
        return { start: 0, end: size, part: false, identity: { ...wanted.identity, ...identity } };
    }
    if (status === 206)
        return partOf(headers, wanted);
    if (status === 416 && wanted.ranged) {
        const size = wholeNumber(/^bytes \*\/(\d{1,16})$/i.exec((0,visual_layer_headers/* headerOf */.rR)(headers, 'content-range')?.trim() ?? '')?.[1]);
        if (size !== undefined && size === wanted.start && (wanted.identity?.size ?? size) === size)
            return undefined;
        throw failure('changed', 'corrupt_download', 'the object is shorter than the bytes already received');
    }
    if (status === 412)
        throw changed();
    // 400 is how S3 and Google say that the credentials behind a link expired (ExpiredToken), 403 that the link did.
    if ([400, 401, 403, 404, 410].includes(status))
        throw failure('expired', 'server_error', answered);
    if ([408, 416, 425, 429].includes(status) || (status >= 500 && status !== 501))
        throw failure('transient', 'server_error', answered);
    throw failure('final', 'unexpected_reply', answered);
}
function partOf(headers, { start, end, ranged, identity: known }) {
    const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec((0,visual_layer_headers/* headerOf */.rR)(headers, 'content-range')?.trim() ?? '');
    if (!ranged || !range)
        throw new TransferFailure('transient', 'server_error', 'the storage host sent a range that was not requested');
    const [first, last, size] = [Number(range[1]), Number(range[2]), wholeNumber(range[3])];
    const identity = identityOf(headers, size);
    if (differs(known, identity))
        throw changed();
    if (first !== start || last < first || last >= Math.min(size ?? Infinity, end ?? Infinity))
        throw new TransferFailure('transient', 'server_error', 'the storage host sent a different range than requested');
    return { start: first, end: last + 1, part: true, identity: { ...known, ...identity } };
}
function changed() {
    return new TransferFailure('changed', 'corrupt_download', 'the object behind the link has changed');
}
/** Whether two responses show two versions of an object. What only one of them says proves nothing. */
function differs(known, seen) {
    if (!known)
        return false;
    const keys = ['etag', 'lastModified', 'size'];
    const compared = keys.filter((key) => known[key] !== undefined && seen[key] !== undefined);
    // Equal strong tags settle it: mirrors of one object may have different dates.
    if (compared.includes('etag'))
        return known.etag !== seen.etag || (compared.includes('size') && known.size !== seen.size);
    return compared.some((key) => known[key] !== seen[key]);
}
/** Whether two responses surely show the same version of an object. */
function isSame(known, seen) {
    if (differs(known, seen))
        return false;
    if (known.etag !== undefined && known.etag === seen.etag)
        return true;
    return known.lastModified !== undefined && known.lastModified === seen.lastModified && known.size === seen.size;
}
function identityOf(headers, size) {
    const etag = (0,visual_layer_headers/* headerOf */.rR)(headers, 'etag')?.trim();
    const lastModified = (0,visual_layer_headers/* headerOf */.rR)(headers, 'last-modified')?.trim();
    return {
        ...(etag && /^"[^"]*"$/.test(etag) ? { etag } : {}),
        ...(lastModified ? { lastModified } : {}),
        ...(size === undefined ? {} : { size }),
    };
}
function wholeNumber(text) {
    const value = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) ? value : undefined;
}
/**
 * Sends one GET and follows redirects. It never carries credentials: the link itself opens the object, and S3 rejects a signed link
 * that comes with an `Authorization` header.
 */
async function get(options, signal, more) {
    const { source, dispatcher, clock, stallTimeoutMs, userAgent, onExchange } = options;
    const { request } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 46752, 19));
    const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': userAgent, ...more };
    let link = source.link();
    for (let redirects = 0;; redirects += 1) {
        if (link.protocol !== 'https:' && link.protocol !== 'http:')
            throw astray('its link is neither http nor https');
        let reply;
        const [atMs, startedAt] = [clock.date(), clock.now()];
        const tell = (response, failure) => onExchange?.((0,trace/* exchangeLine */.g0)('GET', placeOf(link), clock.now() - startedAt, response, failure));
        try {
            const limits = { headersTimeout: stallTimeoutMs, bodyTimeout: stallTimeoutMs };
            reply = await request(link, { headers, dispatcher, signal, ...limits });
        }
        catch (error) {
            signal.throwIfAborted();
            tell(undefined, error);
            const failure = networkFailure(error, stallTimeoutMs);
            failure.trace = (0,trace/* traceLine */.iU)('GET', placeOf(link), atMs, '');
            throw failure;
        }
        const { statusCode: status, headers: got, body } = reply;
        tell({ status, headers: got });
        if (![301, 302, 303, 307, 308].includes(status)) {
            return {
                status,
                headers: got,
                body,
                trace: (0,trace/* traceLine */.iU)('GET', placeOf(link), atMs, (0,trace/* requestIds */.qs)({ headers: got })),
            };
        }
        discard(body);
        link = follow(link, (0,visual_layer_headers/* redirectTarget */.ET)(got, link), redirects);
    }
}
function follow(link, next, redirects) {
    if (!next)
        throw astray('the storage host redirected without an address');
    if (redirects >= MOST_REDIRECTS)
        throw astray(`the storage host redirected more than ${MOST_REDIRECTS} times`);
    if (link.protocol === 'https:' && next.protocol === 'http:')
        throw astray(`the storage host redirected from https to plain http (${placeOf(next)})`);
    return next;
}
function astray(why) {
    return new TransferFailure('final', 'unexpected_reply', why);
}
/** Why no (more) bytes came. */
function networkFailure(error, stallTimeoutMs) {
    const { cause, todo, isFinal } = (0,network/* networkFault */.T)(error, true);
    const silent = /UND_ERR_(BODY|HEADERS)_TIMEOUT/.test(cause);
    const words = silent ? `no byte arrived for ${Math.round(stallTimeoutMs / 100) / 10} s` : cause;
    return new TransferFailure(isFinal ? 'final' : 'transient', 'network', words, { cause: error, todo });
}
/** Ends a response whose body nobody wants. */
function discard(body) {
    body.on('error', () => undefined);
    body.destroy();
}
/**
 * The storage host's own words in a rejection: `Code` and `Message` of the XML that S3 and its kin send. Nothing else of it is kept,
 * because it repeats keys and signatures.
 */
async function rejectionWords(body) {
    let text = '';
    try {
        for await (const chunk of body) {
            text += chunk.toString('latin1');
            if (text.length > LONGEST_REJECTION)
                break;
        }
    }
    catch {
        // A rejection that breaks off is still a rejection.
    }
    const words = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(text)?.[1]);
    return words.filter((word) => word !== undefined).join(': ') || undefined;
}

// EXTERNAL MODULE: ./build/transfer/download/watermark.js
var watermark = __webpack_require__(15245);
;// CONCATENATED MODULE: ./build/transfer/download/download.js














const MIB = 1024 * 1024;
/** Bytes that one request asks for, unless the caller says otherwise. */
const SEGMENT = 4 * MIB;
const MOST_CONNECTIONS = 8;
/** If the host rejected a connection while others worked, one more is tried after this many segments. */
const SEGMENTS_PER_ATTEMPT = 4;
/** Responses in a row that contain the whole object instead of a segment, before the download restarts without segments. */
const MOST_WHOLES = 10;
/** The file is hashed behind the watermark in blocks of this size, in bytes. */
const HASHED = MIB;
/**
 * Downloads one object to `path`, in order, over as many connections as the host and the step allow, and hashes it behind the watermark.
 * Broken, stalled, rejected, and expired connections are retried as long as {@link Recovery} says; an object that changes restarts the
 * download. If it fails or is aborted, no file is left at `path`. Throws an `ActionError` (`network`, `server_error`,
 * `corrupt_download`, `unexpected_reply`; `operation_failed` for the disk), what `source.renew()` or `onSize` throws, or the signal's reason.
 */
async function download(options) {
    options.signal.throwIfAborted();
    let file;
    try {
        // Removed and created, never opened as it is: it could be a link to somewhere else.
        await (0,promises_.rm)(options.path, { force: true });
        file = await (0,promises_.open)(options.path, 'wx+');
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'write the download', options.path);
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
    const { signal, path } = options;
    const recovery = new Recovery(options);
    for (let restarts = 0;; restarts += 1) {
        try {
            // Where one object after another is another one, only a single response belongs together.
            return await new Version(options, file, recovery, restarts < 2).fetch();
        }
        catch (error) {
            if (!(error instanceof TransferFailure))
                throw error;
            await file.truncate(0).catch((failure) => {
                throw (0,system_errors/* systemFailure */.oM)(failure, 'write the download', path);
            });
            await recovery.recover(error, recovery.attempt(), 0, signal);
        }
    }
}
/** One version of the object, on its way into the file. */
class Version {
    #options;
    #file;
    #recovery;
    #slots;
    #watermark = new watermark/* Watermark */.nz();
    #sized = Promise.withResolvers();
    #complete = Promise.withResolvers();
    #identity;
    /** Whether segments are requested, instead of the whole object in one response. */
    #inSegments;
    #segments;
    #connections = 0;
    #limit = MOST_CONNECTIONS;
    #received = 0;
    /** Responses in a row, without a new byte, that contained the whole object instead of a segment. */
    #wholes = 0;
    constructor(options, file, recovery, inSegments) {
        this.#options = options;
        this.#file = file;
        this.#recovery = recovery;
        this.#slots = options.slots ?? new slots/* Slots */.W(MOST_CONNECTIONS);
        this.#inSegments = inSegments;
        this.#segments = new Segments(options.segmentBytes ?? SEGMENT, inSegments);
    }
    /** Throws a {@link TransferFailure} when the download must restart, an `ActionError`, or the signal's reason. */
    async fetch() {
        return await (0,build_scope/* inScope */.S)(this.#options.signal, async (scope) => {
            scope.signal.addEventListener('abort', () => this.#stopReaders(scope.signal.reason), { once: true });
            const sha256 = scope.start((signal) => hashOf(this.#file, this.#options.path, this.#watermark, signal));
            const told = scope.start(async (signal) => {
                await (0,clock/* orAborted */.H6)(this.#sized.promise, signal);
                await this.#options.onSize?.(this.#watermark);
            });
            await (0,build_scope/* inScope */.S)(scope.signal, async (connections) => {
                this.#connect(connections);
                await (0,clock/* orAborted */.H6)(this.#complete.promise, connections.signal);
            });
            const { etag } = this.#identity ?? {};
            const result = { sizeBytes: this.#received, sha256: await sha256, ...(etag === undefined ? {} : { etag }) };
            if (this.#identity?.size !== undefined)
                await told;
            return result;
        });
    }
    #stopReaders(reason) {
        if (reason instanceof build_scope/* Ended */.l)
            return;
        this.#watermark.stop(reason instanceof TransferFailure ? new watermark/* ObjectChanged */.q3() : reason);
    }
    /** Starts as many connections as there may be work for; one that finds none ends at once. */
    #connect(scope) {
        while (this.#connections < Math.floor(this.#limit) && this.#segments.peek()) {
            this.#connections += 1;
            void scope.start((signal) => this.#connection(scope, signal));
        }
    }
    /** Fetches one segment after another, until none is left. */
    async #connection(scope, signal) {
        for (;;) {
            const release = await this.#slots.acquire(signal);
            const segment = this.#segments.take();
            if (!segment) {
                release();
                break;
            }
            const attempt = this.#recovery.attempt();
            const from = segment.position;
            const failure = await this.#fetch(segment, scope).finally(release);
            this.#segments.giveBack(segment);
            if (segment.position === this.#identity?.size)
                this.#watermark.tail(segment.start);
            if (!failure) {
                this.#limit = Math.min(MOST_CONNECTIONS, this.#limit + 1 / SEGMENTS_PER_ATTEMPT);
                this.#connect(scope);
                continue;
            }
            if (failure.kind === 'transient' && segment.position === from && this.#segments.active > 0) {
                // One connection too many: the others continue, and take its segment.
                this.#limit = this.#segments.active;
                break;
            }
            await this.#recovery.recover(failure, attempt, this.#received, signal).catch((error) => {
                // Meanwhile another connection fetched the last byte.
                if (!this.#isComplete())
                    throw error;
            });
        }
        this.#connections -= 1;
    }
    /**
     * One request for the rest of a segment, whose `position` then shows how far it came. Returns a failure that {@link Recovery} deals
     * with, and throws any other.
     */
    async #fetch(segment, scope) {
        try {
            const bytes = await this.#request(segment, scope);
            if (!bytes)
                this.#end(segment);
            else
                await this.#write(segment, bytes, scope).finally(() => discard(bytes.body));
            return undefined;
        }
        catch (error) {
            scope.signal.throwIfAborted();
            if (error instanceof TransferFailure && error.kind !== 'changed')
                return error;
            throw error;
        }
    }
    async #request(segment, { signal }) {
        const { position: start, end } = segment;
        const identity = this.#identity;
        const ranged = this.#inSegments || start > 0;
        const rest = { start, end: end === Infinity ? undefined : end, ranged, identity };
        try {
            return await requestBytes(this.#options, rest, signal);
        }
        catch (error) {
            // A host without ranges may return an error.
            const rejected = error instanceof TransferFailure && error.status !== undefined;
            if (!rejected ||
                error.kind === 'transient' ||
                error.kind === 'expired' ||
                !ranged ||
                (this.#inSegments && identity))
                throw error;
            if (this.#inSegments)
                segment.end = Infinity;
            this.#inSegments = false;
            return await requestBytes(this.#options, { ...rest, end: undefined, ranged: false }, signal);
        }
    }
    async #write(segment, bytes, scope) {
        const { stallTimeoutMs, path } = this.#options;
        let known = this.#overlap(segment, bytes);
        this.#learn(segment, bytes, scope);
        const end = Math.min(bytes.end ?? Infinity, segment.end);
        let arrived = segment.position;
        const writer = new FileWriter(this.#file, path, arrived, (written) => {
            segment.position += written;
            this.#advance(written);
        });
        try {
            for await (const chunk of bytes.body) {
                const fresh = known > 0 ? chunk.subarray(known) : chunk;
                known -= chunk.length - fresh.length;
                arrived += fresh.length;
                if (arrived > end) {
                    const why = 'more bytes arrived than the storage host announced';
                    throw new TransferFailure('changed', 'corrupt_download', why);
                }
                if (fresh.length > 0)
                    await writer.push(fresh);
            }
        }
        catch (error) {
            await writer.flush();
            scope.signal.throwIfAborted();
            if (error instanceof errors/* ActionError */.lZ || error instanceof TransferFailure)
                throw error;
            // A connection that breaks after the last byte has done its work.
            if (arrived < end)
                throw networkFailure(error, stallTimeoutMs);
        }
        await writer.flush();
        if (end === Infinity)
            return this.#end(segment);
        if (arrived >= end)
            return;
        const missing = `only ${(0,numbers/* count */.U9)(arrived)} of ${(0,numbers/* count */.U9)(end)} bytes arrived`;
        throw new TransferFailure('transient', 'corrupt_download', missing);
    }
    /** How many bytes at the beginning of a response are in the file already. */
    #overlap({ position }, { start, identity }) {
        if (start === position)
            return 0;
        // The whole object instead of the rest of it.
        if (!this.#inSegments && isSame(this.#identity ?? {}, identity))
            return position;
        this.#wholes += 1;
        const kind = this.#inSegments && this.#wholes <= MOST_WHOLES ? 'transient' : 'changed';
        throw new TransferFailure(kind, 'server_error', 'the storage host sent the whole object instead of a range');
    }
    /** The first response shows which object it is, its size, and whether to download it in segments. */
    #learn(segment, { part, identity }, scope) {
        const { size } = identity;
        if (!this.#identity && (!part || size === undefined)) {
            this.#inSegments = false;
            segment.end = Infinity;
        }
        this.#identity = identity;
        if (size === undefined || this.#watermark.sizeBytes !== undefined)
            return;
        this.#watermark.sizeBytes = size;
        this.#segments.divide(segment, size);
        this.#sized.resolve();
        this.#connect(scope);
        this.#advance(0);
    }
    /** The object ends where the segment does now. */
    #end(segment) {
        segment.end = segment.position;
        this.#watermark.sizeBytes = this.#received;
        this.#advance(0);
    }
    #advance(written) {
        this.#received += written;
        this.#recovery.reached(this.#received);
        if (written > 0) {
            this.#wholes = 0;
            this.#options.onProgress(this.#received, this.#identity?.size);
        }
        this.#watermark.advance(this.#segments.front() ?? this.#received);
        if (this.#isComplete())
            this.#complete.resolve();
    }
    #isComplete() {
        return this.#received === this.#watermark.sizeBytes;
    }
}
/** Hashes the file behind the watermark, to its end; in hex. */
async function hashOf(file, path, watermark, signal) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    const block = Buffer.allocUnsafeSlow(HASHED);
    for (let position = 0;;) {
        const front = await (0,clock/* orAborted */.H6)(watermark.beyond(position, HASHED), signal);
        if (position === front)
            return hash.digest('hex');
        while (position < front) {
            const { bytesRead } = await file
                .read(block, 0, Math.min(HASHED, front - position), position)
                .catch((error) => {
                throw (0,system_errors/* systemFailure */.oM)(error, 'read the download', path);
            });
            if (bytesRead === 0)
                throw (0,system_errors/* systemFailure */.oM)(new Error('the file became shorter'), 'read the download', path);
            hash.update(block.subarray(0, bytesRead));
            position += bytesRead;
        }
    }
}

;// CONCATENATED MODULE: ./build/transfer/fetch-archive.js








/** A smaller archive (bytes) is on disk before a thread has started. */
const WORTH_OVERLAP = 8 * 1024 * 1024;
/**
 * Downloads an archive and verifies or unpacks it, while its bytes arrive where that is faster. What its directory shows of harm, of
 * damage, or of a disk too small ends the download at once. If it fails or is aborted, neither `path` nor `target` is left. Throws what
 * `download` and `readArchive` throw.
 */
async function fetchArchive(options) {
    const { path, threaded, onDownloaded, onUnpacked, ...rest } = options;
    const reading = { ...rest, archive: path, ...(onUnpacked ? { onProgress: onUnpacked } : {}) };
    const isWorthwhile = (sizeBytes) => threaded ?? (sizeBytes >= WORTH_OVERLAP && (0,external_node_os_.availableParallelism)() > 1);
    try {
        return await (0,build_scope/* inScope */.S)(options.signal, async (scope) => {
            let early;
            let hasChanged = false;
            const onSize = async (watermark) => {
                const sizeBytes = watermark.sizeBytes ?? 0;
                await (0,disk/* requireSpace */.MK)(path, [{ bytes: sizeBytes, purpose: 'download it' }]);
                // Only once: what changed while it was read may change again, and is unpacked when all of it is on disk.
                if (early)
                    hasChanged = true;
                else if (isWorthwhile(sizeBytes))
                    early = scope.start((signal) => whileArriving(() => (0,unpack.readArchive)({ ...reading, signal, watermark })));
            };
            const downloaded = await download({ ...options, signal: scope.signal, onSize });
            onDownloaded?.(downloaded);
            const read = await early;
            // The reader may have ended before the object changed: it had all bytes except those that belong to no entry.
            const inTime = hasChanged ? undefined : read;
            if (read && !inTime && options.target !== undefined)
                await (0,promises_.rm)(options.target, { recursive: true, force: true });
            const later = async () => (0,unpack.readArchive)({ ...reading, signal: scope.signal, ...(early ? { threaded: false } : {}) });
            return { downloaded, contents: inTime ?? (await later()) };
        });
    }
    catch (error) {
        await (0,promises_.rm)(path, { force: true }).catch(() => undefined);
        throw error;
    }
}
/** `undefined` when what was read does not count, because the object changed or the thread died. */
async function whileArriving(read) {
    try {
        return await read();
    }
    catch (error) {
        if (error instanceof watermark/* ObjectChanged */.q3 || error instanceof threads/* ThreadLost */.XY)
            return undefined;
        throw error;
    }
}


/***/ })

};
