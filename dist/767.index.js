export const id = 767;
export const ids = [767];
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
/* harmony import */ var _download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(96429);
/* harmony import */ var _archive_limits_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(84142);
/* harmony import */ var _damaged_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(66160);
/* harmony import */ var _disk_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(68109);
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
            throw (0,_disk_js__WEBPACK_IMPORTED_MODULE_7__/* .codeOf */ .$N)(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(entry) : undecodable(entry, error);
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
        throw error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .ActionError */ .lZ || error instanceof _download_arrivals_js__WEBPACK_IMPORTED_MODULE_4__/* .Void */ .Ti ? error : undecodable(entry, error);
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
        throw (0,_damaged_js__WEBPACK_IMPORTED_MODULE_6__/* .damaged */ .q)(entry.name, `it unpacks to ${size} bytes where ${entry.size} are declared`);
    if (crc !== entry.crc32)
        throw (0,_damaged_js__WEBPACK_IMPORTED_MODULE_6__/* .damaged */ .q)(entry.name, 'its checksum (CRC-32) is wrong');
}
function tooLong(entry) {
    return (0,_archive_limits_js__WEBPACK_IMPORTED_MODULE_5__/* .bomb */ .fv)(`its entry ${JSON.stringify(entry.name.slice(0, 300))} unpacks to more than the ${entry.size} bytes it declares`);
}
function undecodable(entry, error) {
    return (0,_damaged_js__WEBPACK_IMPORTED_MODULE_6__/* .damaged */ .q)(entry.name, `its data cannot be unpacked (${(0,_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .describe */ .q0)(error)})`, error);
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

/***/ 68109:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $N: () => (/* binding */ codeOf),
/* harmony export */   C9: () => (/* binding */ diskFailure),
/* harmony export */   KM: () => (/* binding */ writeFully),
/* harmony export */   MK: () => (/* binding */ requireSpace)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var pretty_bytes__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(85901);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(19473);




const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** The message for a file that could not be written, read or moved. `doing` completes "could not …": `write the export`. */
function diskFailure(error, doing, path) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ)
        return error;
    const code = codeOf(error);
    if (code !== undefined && FULL.has(code)) {
        return new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ('operation_failed', `The disk of the runner is full: could not ${doing} (${path}).`, {
            todo: 'Free space before this step, use a runner with a larger disk, or set output_dir to a folder on another disk.',
            cause: error,
        });
    }
    return new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ('operation_failed', `Could not ${doing} (${path}): ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .describe */ .q0)(error)}.`, {
        todo: 'Check that output_dir names a folder that the runner may write to.',
        cause: error,
    });
}
/** The `code` of a system error, such as `ENOENT`. */
function codeOf(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
/**
 * Throws when the disk that `path` will lie on has less free than all of `needs`, so that a full disk is met before the work and
 * not at its end. Says nothing where the file system does not tell.
 */
async function requireSpace(path, needs) {
    let free;
    try {
        const disk = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.statfs)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path));
        if (disk.blocks === 0)
            return;
        free = disk.bavail * disk.bsize;
    }
    catch {
        return;
    }
    const bytes = needs.reduce((sum, need) => sum + need.bytes, 0);
    if (free >= bytes)
        return;
    const parts = needs.filter((need) => need.bytes > 0).map((need) => `${(0,pretty_bytes__WEBPACK_IMPORTED_MODULE_3__/* ["default"] */ .A)(need.bytes)} to ${need.purpose}`);
    const sum = parts.length === 1 ? parts[0] : `${(0,pretty_bytes__WEBPACK_IMPORTED_MODULE_3__/* ["default"] */ .A)(bytes)} (${parts.join(', ')})`;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ('operation_failed', `The disk of the runner is too full for the export: it needs ${sum}, and ${(0,pretty_bytes__WEBPACK_IMPORTED_MODULE_3__/* ["default"] */ .A)(free)} are free (${(0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path)}).`, {
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


/***/ })

};
