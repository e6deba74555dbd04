export const id = 989;
export const ids = [989];
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


/***/ })

};
