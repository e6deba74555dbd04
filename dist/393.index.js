export const id = 393;
export const ids = [393];
export const modules = {

/***/ 82746:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   KN: () => (/* binding */ percent),
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   hS: () => (/* binding */ counted),
/* harmony export */   p0: () => (/* binding */ duration),
/* harmony export */   x8: () => (/* binding */ signed)
/* harmony export */ });
/* harmony import */ var pretty_ms__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(64506);

/**
 * A number for people: `1,234,567`; at most three digits after the point. Without `Intl`, which takes 20 ms to load.
 */
function count(value) {
    const [whole = '', fraction] = String(Number(value.toFixed(3))).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
/** A number and its noun: `1 class`, `1,234 classes`. */
function counted(value, one, many = `${one}s`) {
    return `${count(value)} ${value === 1 ? one : many}`;
}
/** A length of time for people, in two units at most: `0.4s`, `8s`, `1m 20s`, `2h 5m`. @param ms milliseconds */
function duration(ms) {
    const tenths = Math.floor(ms / 100);
    return tenths < 100 ? `${tenths / 10}s` : (0,pretty_ms__WEBPACK_IMPORTED_MODULE_0__/* ["default"] */ .A)(Math.floor(ms / 1000) * 1000, { unitCount: 2 });
}
/** How far work is, to follow its figures: ` (40%)`; '' if that says nothing, as 100% of work that continues does not. */
function percent(done, total) {
    const share = total ? Math.floor((done / total) * 100) : 100;
    return share >= 0 && share < 100 ? ` (${share}%)` : '';
}
/** A difference for people: `+12`, `−3` with a real minus, `±0`. */
function signed(difference) {
    const size = count(Math.abs(difference));
    if (size === '0')
        return '±0';
    return `${difference < 0 ? '−' : '+'}${size}`;
}


/***/ }),

/***/ 31340:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $i: () => (/* binding */ isPlain),
/* harmony export */   B6: () => (/* binding */ LONGEST_NAME),
/* harmony export */   Gz: () => (/* binding */ below),
/* harmony export */   QE: () => (/* binding */ markedName),
/* harmony export */   TM: () => (/* binding */ folded),
/* harmony export */   df: () => (/* binding */ slashed),
/* harmony export */   jC: () => (/* binding */ safeName),
/* harmony export */   sq: () => (/* binding */ withSlashes)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(76760);

// What differs between Linux, macOS and Windows in the names of files, decided here for all of them. `flavour` is the system's own
// way with paths, except in tests of another one.
/**
 * A path below a folder, relative to it and with `/` between its parts; '' for the folder itself, `undefined` for what is
 * elsewhere. Both are taken as they are: links are not looked at.
 */
function below(folder, path, flavour = node_path__WEBPACK_IMPORTED_MODULE_0__) {
    const inside = flavour.relative(folder, flavour.resolve(folder, path));
    // On another drive there is no way from one to the other.
    if (inside === '..' || inside.startsWith(`..${flavour.sep}`) || flavour.isAbsolute(inside))
        return undefined;
    // On Windows a colon begins a hidden stream of a file, and taken for itself the name of a drive.
    if (flavour.sep === '\\' && inside.includes(':'))
        return undefined;
    return inside.split(flavour.sep).join('/');
}
/** A path with `/` between its parts. Only where `\` parts them too: elsewhere it is a character like any other. */
function slashed(path, flavour = node_path__WEBPACK_IMPORTED_MODULE_0__) {
    return flavour.sep === '\\' ? path.replaceAll('\\', '/') : path;
}
/** A path as a person wrote it, with `/` for the separators of Windows, on every system. */
function withSlashes(path) {
    return path.replaceAll('\\', '/');
}
/** Whether a path read from a file stays inside the folder it is meant for: relative, no `..`, no drive, no other separators. */
function isPlain(path) {
    if (path.includes('\\') || path.includes('\0') || path.includes(':'))
        return false;
    return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
/** Equal for paths that some disk takes for one: macOS and Windows ignore case, macOS also how accents are composed. */
function folded(path) {
    return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
/** The longest name of one file or folder on common file systems, in bytes of UTF-8. */
const LONGEST_NAME = 255;
/** `name.ext` with a mark, as `name<mark>.ext`, cut to {@link LONGEST_NAME}. @param mark of ASCII characters */
function markedName(name, mark) {
    const extension = /[^.](\.[^.]{1,16})$/.exec(name)?.[1] ?? '';
    const stem = Buffer.from(name.slice(0, name.length - extension.length))
        .subarray(0, LONGEST_NAME - Buffer.byteLength(extension) - mark.length)
        .toString()
        // A character cut in half.
        .replace(/\uFFFD$/, '');
    return `${stem}${mark}${extension}`;
}
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)[ ]*(?=\.|$)/i;
/**
 * The name of one file or folder as every system and an artifact take it: `" : < > | * ?`, control characters, and dots and spaces
 * at the end become `_`; the name of a device of Windows (`CON`, `nul.txt`) gets one.
 */
function safeName(name) {
    return (name
        .replace(/[":<>|*?\p{Cc}]/gu, '_')
        // Looked for where a run begins only: else a long run that is not at the end would be gone through from each of its characters.
        .replace(/(?<![. ])[. ]+$/, (end) => '_'.repeat(end.length))
        .replace(DEVICES, (device) => `${device}_`));
}


/***/ }),

/***/ 84852:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   q: () => (/* binding */ NEW_EXPORT),
/* harmony export */   r: () => (/* binding */ REPORT)
/* harmony export */ });
const REPORT = 'If this keeps happening, send Visual Layer support the export ID.';
/** What to do about an export whose bytes are damaged. */
const NEW_EXPORT = `Re-run the job for a new export. ${REPORT}`;


/***/ }),

/***/ 50129:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N9: () => (/* binding */ unsafe),
/* harmony export */   TL: () => (/* binding */ quoted),
/* harmony export */   Xg: () => (/* binding */ SAMPLE),
/* harmony export */   "do": () => (/* binding */ notAnArchive),
/* harmony export */   fv: () => (/* binding */ bomb),
/* harmony export */   qM: () => (/* binding */ damaged)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _advice_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(84852);


/** How much of a file shows what it is, in bytes. */
const SAMPLE = 512;
/** The error for an entry that cannot be what the archive's writer meant. `why` completes "…: it is encrypted". */
function damaged(name, why, cause) {
    const message = `The downloaded archive is damaged at its entry ${quoted(name)}: ${why}.`;
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('corrupt_download', message, { todo: _advice_js__WEBPACK_IMPORTED_MODULE_1__/* .NEW_EXPORT */ .q, cause });
}
/** The error for an archive that is made to unpack to more than it should. */
function bomb(why) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('unsafe_archive', `The archive was rejected: ${why}.`, {
        todo: 'Nothing of it was kept. Visual Layer does not produce such archives: find out who could have modified it, and export again.',
    });
}
/** The error for an entry that would harm the folder it is unpacked into. */
function unsafe(name, why) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('unsafe_archive', `The archive was rejected because of its entry ${quoted(name)}: ${why}.`, {
        todo: 'Nothing was unpacked. Visual Layer does not produce such entries: find out who could have modified the archive, and export again.',
    });
}
/** The name of an entry, for messages. */
function quoted(name) {
    return JSON.stringify(name.slice(0, 300));
}
/** The error for a file that is not a whole ZIP archive. It says what the file looks like instead, and quotes its beginning. */
async function notAnArchive(file, sizeBytes, cause) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0);
    const start = buffer.subarray(0, bytesRead);
    const kind = looksLike(start, sizeBytes);
    const message = kind === undefined ? damage(cause) : `The download is not a ZIP archive: it ${kind}.`;
    const apiWords = kind?.startsWith('looks like') ? start.toString().slice(0, 200) : undefined;
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('corrupt_download', message, { apiWords, todo: _advice_js__WEBPACK_IMPORTED_MODULE_1__/* .NEW_EXPORT */ .q, cause });
}
/** What is wrong with the directory of an archive, in words that do not ask the reader back as yauzl's own do. */
function damage(cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const reason = /comment length|End of central directory record signature not found/i.test(words)
        ? 'it ends too early, or has bytes after its end'
        : words.replace(/[.?!]+$/, '');
    return `The downloaded archive is damaged: ${reason}.`;
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
        return 'looks like XML, such as the error response of a storage host';
    if (/^[[{]/.test(text))
        return 'looks like JSON';
    if (/^[\p{L}\p{N}\p{P}\p{S}\p{Zs}\s]+$/u.test(text) && !text.includes('\uFFFD'))
        return 'looks like plain text';
    return 'does not begin like a ZIP archive';
}


/***/ }),

/***/ 60909:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BX: () => (/* binding */ inflateSmall),
/* harmony export */   Yj: () => (/* binding */ inflateEntry),
/* harmony export */   _8: () => (/* binding */ ArchiveBytes),
/* harmony export */   eq: () => (/* binding */ isSmall),
/* harmony export */   vW: () => (/* binding */ openEntry)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_stream__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57075);
/* harmony import */ var node_stream_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(46466);
/* harmony import */ var node_zlib__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(38522);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(31279);
/* harmony import */ var _download_watermark_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(15245);
/* harmony import */ var _archive_errors_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(50129);
/* harmony import */ var _zip_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(2493);









/** Up to this size (bytes) an entry is unpacked at once: for many small files that is several times faster. */
const SMALL = 4 * 1024 * 1024;
/** What is read at once where small entries lie side by side, in bytes: small enough to stay in a processor's cache. */
const WINDOW = 1024 * 1024;
/** The chunks in which large entries are unpacked, in bytes: smaller ones take longer, larger ones more memory. */
const CHUNK = 512 * 1024;
/** How much packed data is read at once: little, so that an archive that is still arriving is followed closely. */
const PACKED_CHUNK = 256 * 1024;
const HEADER_SIGNATURE = 0x04034b50;
const ENCRYPTED = 0x1;
/** Sizes and CRC follow the data ("data descriptor"); the header may contain zeros instead. */
const SIZES_FOLLOW = 0x8;
const IN_ZIP64 = 0xffffffff;
const ZIP64_FIELD = 1;
/** Whether an entry is unpacked at once. */
function isSmall(entry) {
    return entry.size <= SMALL && entry.compressedSize <= SMALL;
}
/** The bytes of an archive on disk, read through one window: thousands of small entries cost a few hundred reads. */
class ArchiveBytes {
    #fd;
    #watermark;
    #window = Buffer.alloc(0);
    #start = 0;
    #end = 0;
    /**
     * @param fd the archive, opened for reading
     * @param watermark of an archive that is still being downloaded: reading blocks the thread until the bytes are there, and throws
     *   {@link ObjectChanged} if they will not come
     */
    constructor(fd, watermark) {
        this.#fd = fd;
        this.#watermark = watermark;
    }
    /**
     * Lends bytes of the archive until the next call. Throws `corrupt_download`, naming `entry`, if the archive ends before.
     *
     * @param ahead may be read along with them, because it is wanted next: up to here
     */
    lend(entry, start, length, ahead = start) {
        if (start < this.#start || start + length > this.#end) {
            const wanted = Math.max(length, Math.min(WINDOW, ahead - start));
            if (this.#window.length < wanted)
                this.#window = Buffer.allocUnsafeSlow(Math.max(WINDOW, wanted));
            // Nothing in the window counts until it is full again.
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
        if (this.#watermark && !(0,_download_watermark_js__WEBPACK_IMPORTED_MODULE_6__/* .waitForBytes */ .ex)(this.#watermark, start, start + target.length))
            throw new _download_watermark_js__WEBPACK_IMPORTED_MODULE_6__/* .ObjectChanged */ .q3();
        for (let done = 0; done < target.length;) {
            const read = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readSync)(this.#fd, target, done, target.length - done, start + done);
            if (read === 0)
                throw (0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .qM)(entry.name, 'the archive ends within it');
            done += read;
        }
    }
}
/**
 * All bytes of a small entry, with local header, size, and CRC checked; lent until the next call.
 *
 * @param ahead up to where the archive may be read along, because the entries there come next
 */
function inflateSmall(archive, entry, ahead) {
    const dataStart = locate(entry, (length) => archive.lend(entry, entry.headerStart, length, ahead));
    let bytes = archive.lend(entry, dataStart, entry.compressedSize, ahead);
    if (entry.method === 'deflated') {
        try {
            // One byte beyond the declared size is enough to see that it is wrong.
            bytes = (0,node_zlib__WEBPACK_IMPORTED_MODULE_3__.inflateRawSync)(bytes, { chunkSize: Math.max(64, entry.size + 1), maxOutputLength: entry.size + 1 });
        }
        catch (error) {
            throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .codeOf */ .$N)(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(entry) : undecodable(entry, error);
        }
    }
    check(entry, bytes.length, (0,node_zlib__WEBPACK_IMPORTED_MODULE_3__.crc32)(bytes));
    return bytes;
}
/**
 * The bytes of an entry of any size in chunks; the local header is checked before the first, size and CRC by the end. Memory stays at a few
 * chunks.
 */
async function* inflateEntry(archive, entry, signal) {
    const dataStart = locate(entry, (length) => archive.lend(entry, entry.headerStart, length));
    const packed = packedBytes(archive, entry, dataStart);
    let size = 0;
    let crc = 0;
    try {
        for await (const chunk of entry.method === 'stored' ? packed : inflated(packed)) {
            signal?.throwIfAborted();
            size += chunk.length;
            if (size > entry.size)
                throw tooLong(entry);
            crc = (0,node_zlib__WEBPACK_IMPORTED_MODULE_3__.crc32)(chunk, crc);
            yield chunk;
        }
    }
    catch (error) {
        signal?.throwIfAborted();
        throw error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ActionError */ .lZ || error instanceof _download_watermark_js__WEBPACK_IMPORTED_MODULE_6__/* .ObjectChanged */ .q3 ? error : undecodable(entry, error);
    }
    check(entry, size, crc);
}
/** The bytes of one entry of an open archive, as {@link inflateEntry} gives them. */
function openEntry({ file }, entry, signal) {
    return inflateEntry(new ArchiveBytes(file.fd), entry, signal);
}
function* packedBytes(archive, entry, dataStart) {
    const end = dataStart + entry.compressedSize;
    const most = entry.method === 'stored' ? CHUNK : PACKED_CHUNK;
    for (let at = dataStart; at < end; at += most)
        yield archive.read(entry, at, Math.min(most, end - at));
}
async function* inflated(packed) {
    // Room for one chunk to be inflated, by another thread, while the one before is checked and written.
    const settings = { chunkSize: CHUNK, readableHighWaterMark: 2 * CHUNK };
    const inflate = (0,node_zlib__WEBPACK_IMPORTED_MODULE_3__.createInflateRaw)(settings);
    const source = node_stream__WEBPACK_IMPORTED_MODULE_1__.Readable.from(packed, { objectMode: false, highWaterMark: PACKED_CHUNK });
    // Its failure reaches the loop below as the failure of `inflate`.
    const flow = (0,node_stream_promises__WEBPACK_IMPORTED_MODULE_2__.pipeline)(source, inflate).catch(() => undefined);
    yield* inflate;
    await flow;
}
function check(entry, size, crc) {
    if (size > entry.size)
        throw tooLong(entry);
    if (size < entry.size)
        throw (0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .qM)(entry.name, `it unpacks to ${size} bytes instead of the declared ${entry.size}`);
    if (crc !== entry.crc32)
        throw (0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .qM)(entry.name, 'its checksum (CRC-32) is wrong');
}
function tooLong({ name, size }) {
    return (0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .bomb */ .fv)(`its entry ${(0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)(name)} unpacks to more than the ${size} bytes it declares`);
}
function undecodable(entry, error) {
    return (0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .qM)(entry.name, `its data cannot be unpacked (${(0,_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .describe */ .q0)(error)})`, error);
}
/**
 * Where the data of an entry begins in the archive. Throws `corrupt_download` unless the entry's local header, in front of its data, says
 * the same of name, method, sizes, and CRC as the central directory: unpackers differ in which of the two they believe. Throws also if the
 * data would reach into what follows it.
 *
 * @param begin lends that many bytes of the archive from the beginning of the local header on
 */
function locate(entry, begin) {
    const { name, rawName, headerStart } = entry;
    const fixed = begin(_zip_js__WEBPACK_IMPORTED_MODULE_8__/* .SHORTEST_HEADER */ .JE);
    if (fixed.readUInt32LE(0) !== HEADER_SIGNATURE)
        throw (0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .qM)(name, 'there is no entry where the directory says');
    const flags = fixed.readUInt16LE(6);
    const extraStart = _zip_js__WEBPACK_IMPORTED_MODULE_8__/* .SHORTEST_HEADER */ .JE + fixed.readUInt16LE(26);
    const length = extraStart + fixed.readUInt16LE(28);
    const dataStart = headerStart + length;
    if ((flags & ENCRYPTED) !== 0)
        throw disagree(name, 'encryption');
    if (fixed.readUInt16LE(8) !== (entry.method === 'stored' ? 0 : 8))
        throw disagree(name, 'the method');
    (0,_zip_js__WEBPACK_IMPORTED_MODULE_8__/* .checkExtent */ .$G)(entry, dataStart);
    const header = begin(length);
    if (header.toString('latin1', _zip_js__WEBPACK_IMPORTED_MODULE_8__/* .SHORTEST_HEADER */ .JE, extraStart) !== rawName)
        throw disagree(name, 'the name');
    const local = sizesIn(header, extraStart);
    const optional = (flags & SIZES_FOLLOW) !== 0;
    if (!agrees(local.size, entry.size, optional) || !agrees(local.compressedSize, entry.compressedSize, optional))
        throw disagree(name, 'the size');
    if (!agrees(header.readUInt32LE(14), entry.crc32, optional))
        throw disagree(name, 'the CRC');
    return dataStart;
}
function agrees(local, central, optional) {
    return local === central || (optional && (local === 0 || local === IN_ZIP64));
}
function sizesIn(header, extraStart) {
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
    return (0,_archive_errors_js__WEBPACK_IMPORTED_MODULE_7__/* .damaged */ .qM)(name, `its two headers disagree about ${about}`);
}


/***/ }),

/***/ 2493:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  JE: () => (/* binding */ SHORTEST_HEADER),
  $G: () => (/* binding */ checkExtent),
  p_: () => (/* binding */ openArchive)
});

// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./node_modules/pretty-bytes/index.js
var pretty_bytes = __webpack_require__(85901);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: ./build/transfer/archive/archive-errors.js
var archive_errors = __webpack_require__(50129);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./build/paths.js
var paths = __webpack_require__(31340);
;// CONCATENATED MODULE: ./build/transfer/archive/entry-names.js



/** Leaves room for the output folder within the 4,096 bytes that Linux allows a path. */
const LONGEST_PATH = 2048;
/**
 * Chooses the path of each entry of an archive, in the given order.
 *
 * Rejected, with an `unsafe_archive` error that names the entry: a name that leaves the folder (`..` in any spelling), an absolute
 * one, one with a drive letter, an empty one, one with a NUL; links, devices, sockets and pipes; the same name twice; a file
 * where another entry needs a folder.
 *
 * Changed, because names that are fine in the data are not fine on Windows or in the name of an artifact's file: `" : < > | * ?`,
 * control characters, trailing dots and spaces and device names get `_`; names too long for a file system are cut. Names that
 * would then, or on a disk that ignores case, fall together all get `~` and eight digits of their hash, so that where an entry
 * lands does not depend on the order in which an archive contains its entries.
 *
 * @param reserved paths that no entry may take, because the caller writes there
 */
function placeNames(entries, reserved = []) {
    const places = entries.map((entry) => placeName(entry));
    checkTwins(places);
    separate(places, reserved);
    return places;
}
function placeName(entry) {
    const kind = kindOf(entry);
    const segments = segmentsOf(entry.name);
    if (kind === 'file' && segments.length === 0)
        throw (0,archive_errors/* unsafe */.N9)(entry.name, 'it has no name');
    // With 100,000 names it counts that most are fine as they are, and need no second string.
    const meant = same(segments.join('/'), entry.name);
    const path = same(segments.map(safeSegment).join('/'), meant);
    if (Buffer.byteLength(path) > LONGEST_PATH)
        throw (0,archive_errors/* unsafe */.N9)(entry.name, `its path is longer than ${LONGEST_PATH} bytes`);
    return { entry, kind, path, meant };
}
function same(text, known) {
    return text === known ? known : text;
}
function kindOf(entry) {
    const type = (entry.attributes >>> 16) & 0o170000;
    const named = /[/\\]$/.test(entry.name) ? 'folder' : 'file';
    // 0: a writer that does not know unix modes.
    if (type === 0o120000)
        throw (0,archive_errors/* unsafe */.N9)(entry.name, 'it is a symbolic link');
    if (type !== 0 && type !== 0o100000 && type !== 0o040000)
        throw (0,archive_errors/* unsafe */.N9)(entry.name, 'it is neither a file nor a folder');
    if (type === 0o040000 && named === 'file')
        throw (0,archive_errors/* unsafe */.N9)(entry.name, 'it is marked as a folder but named as a file');
    // The DOS attribute of a "reparse point": what Windows calls its links.
    if ((entry.attributes & 0x400) !== 0)
        throw (0,archive_errors/* unsafe */.N9)(entry.name, 'it is a link');
    return named;
}
/** The parts of a name, both separators counting; `.` and empty parts mean nothing and are left out. */
function segmentsOf(name) {
    if (name === '')
        throw (0,archive_errors/* unsafe */.N9)(name, 'it has no name');
    if (name.includes('\0'))
        throw (0,archive_errors/* unsafe */.N9)(name, 'its name contains a NUL');
    if (/^[/\\]/.test(name))
        throw (0,archive_errors/* unsafe */.N9)(name, 'its path is absolute');
    if (/^[a-z]:/i.test(name))
        throw (0,archive_errors/* unsafe */.N9)(name, 'its path contains a drive');
    const segments = [];
    for (const segment of name.toWellFormed().split(/[/\\]/)) {
        if (segment === '' || segment === '.')
            continue;
        // Windows drops trailing dots and spaces, so that ".. " and "..." climb there too.
        if (/^\.{2,}$/.test(segment.replace(/[\s\p{C}]/gu, '')))
            throw (0,archive_errors/* unsafe */.N9)(name, 'its path leaves the folder ("..")');
        segments.push(segment);
    }
    return segments;
}
function safeSegment(segment) {
    const shown = (0,paths/* safeName */.jC)(segment);
    return Buffer.byteLength(shown) <= paths/* LONGEST_NAME */.B6 ? shown : withHash(shown, segment);
}
/** `name.ext` as `name~0123abcd.ext`, cut to what a file system takes; the digits come from `original`. */
function withHash(name, original) {
    const digits = (0,external_node_crypto_.createHash)('sha256').update(original).digest('hex').slice(0, 8);
    return (0,paths/* markedName */.QE)(name, `~${digits}`);
}
function checkTwins(places) {
    const files = new Set();
    for (const { entry, kind, meant } of places) {
        if (kind === 'folder')
            continue;
        // Two spellings of one path ("a//b", "a/b") are twins as well: an unpacker lets the second overwrite the first.
        if (files.has(meant))
            throw (0,archive_errors/* unsafe */.N9)(entry.name, 'another entry has the same name');
        files.add(meant);
    }
    const free = new Set(['']);
    for (const { entry, kind, meant } of places) {
        for (let folder = kind === 'folder' ? meant : parentOf(meant); !free.has(folder); folder = parentOf(folder)) {
            if (files.has(folder))
                throw (0,archive_errors/* unsafe */.N9)(entry.name, 'it needs a folder where another entry is a file');
            free.add(folder);
        }
    }
}
function parentOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
/** Gives names that fall together a suffix each. What still falls together after that was made to, and is rejected. */
function separate(places, reserved) {
    const wanted = occupied(places, reserved);
    if (!hasTwins(wanted))
        return;
    for (const place of places) {
        if (place.kind === 'folder' || (wanted.get((0,paths/* folded */.TM)(place.path)) ?? 0) < 2)
            continue;
        const cut = place.path.lastIndexOf('/') + 1;
        place.path = place.path.slice(0, cut) + withHash(place.path.slice(cut), place.entry.name);
    }
    const taken = occupied(places, reserved);
    const kept = reserved.find((path) => (taken.get((0,paths/* folded */.TM)(path)) ?? 0) > 1);
    if (kept !== undefined)
        throw (0,archive_errors/* unsafe */.N9)(kept, 'this path is reserved for a file of the action');
    for (const { entry, kind, path } of places) {
        if (kind === 'folder' || taken.get((0,paths/* folded */.TM)(path)) === 1)
            continue;
        throw (0,archive_errors/* unsafe */.N9)(entry.name, 'another entry has the same path on disk');
    }
}
function hasTwins(counts) {
    for (const count of counts.values())
        if (count > 1)
            return true;
    return false;
}
/** How many want each place, as a disk sees it that ignores case: files, and each folder once. */
function occupied(places, reserved) {
    const folders = new Set();
    const counts = new Map();
    const take = (key) => counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const path of reserved)
        take((0,paths/* folded */.TM)(path));
    for (const { kind, path } of places) {
        if (kind === 'file')
            take((0,paths/* folded */.TM)(path));
        let folder = (0,paths/* folded */.TM)(kind === 'folder' ? path : parentOf(path));
        while (folder !== '' && !folders.has(folder)) {
            folders.add(folder);
            take(folder);
            folder = parentOf(folder);
        }
    }
    return counts;
}

;// CONCATENATED MODULE: ./build/transfer/archive/zip.js








const defaultLimits = { maxEntries: 5_000_000, maxRatio: 400 };
const GIB = 1024 ** 3;
/** DEFLATE gives at most 1,032 bytes for one (zlib.net/zlib_tech.html), so a declared size beyond it is a lie. */
const MOST_OF_DEFLATE = 1032;
const READ_AHEAD = 1024 * 1024;
const ENTRY_SIGNATURE = 0x02014b50;
const SHORTEST_ENTRY = 46;
/** The length of a local header without its name and its extra fields, in bytes. */
const SHORTEST_HEADER = 30;
/**
 * Opens a ZIP archive (Zip64 too) and checks its whole directory before a byte is unpacked: names, types, sizes, encryption, methods, and
 * that no two entries share bytes as far as the directory shows. Of an archive that is still being downloaded, only the directory must be
 * on disk. The caller closes `file`. Throws an `ActionError`: `corrupt_download` for what is broken, `unsafe_archive` for what is made to
 * do harm.
 */
async function openArchive(path, options = {}) {
    let file;
    try {
        file = await (0,promises_.open)(path, 'r');
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'read the archive', path);
    }
    try {
        return await examine(path, file, options);
    }
    catch (error) {
        await file.close();
        throw error;
    }
}
async function examine(path, file, options) {
    const sizeBytes = options.watermark?.sizeBytes ?? (await file.stat()).size;
    const limits = { ...defaultLimits, ...options.limits };
    const directory = await readDirectory(file, sizeBytes, limits.maxEntries, options);
    const inOrder = placeNames(directory.entries, options.reserved).sort((one, other) => one.entry.headerStart - other.entry.headerStart);
    const entries = [];
    const folders = [];
    for (const [index, { entry, kind, path: place }] of inOrder.entries()) {
        const limit = Math.min(directory.start, inOrder[index + 1]?.entry.headerStart ?? directory.start);
        const { name, rawName, size, compressedSize, crc32, headerStart } = entry;
        const last = limit === directory.start;
        const method = methodOf(entry);
        checkExtent({ name, compressedSize, limit, last }, headerStart + SHORTEST_HEADER + rawName.length);
        if (kind === 'file')
            entries.push({ name, rawName, path: place, size, compressedSize, crc32, method, headerStart, limit, last });
        else if (size !== 0)
            throw (0,archive_errors/* damaged */.qM)(name, 'it is a folder but contains data');
        else if (place !== '')
            folders.push(place);
    }
    return { path, file, sizeBytes, entries, folders, totalBytes: checkSizes(entries, sizeBytes, limits) };
}
function methodOf({ name, encrypted, method }) {
    if (encrypted)
        throw (0,archive_errors/* damaged */.qM)(name, 'it is encrypted');
    if (method === 0)
        return 'stored';
    if (method === 8)
        return 'deflated';
    throw (0,archive_errors/* damaged */.qM)(name, `it is packed with method ${method}, which is neither "stored" nor "deflated"`);
}
/** Throws unless the data of an entry, which cannot begin before `dataStart`, ends where something else begins. */
function checkExtent({ name, compressedSize, limit, last }, dataStart) {
    if (dataStart + compressedSize <= limit)
        return;
    if (last)
        throw (0,archive_errors/* damaged */.qM)(name, 'its data would reach into the directory');
    throw (0,archive_errors/* bomb */.fv)(`its entry ${(0,archive_errors/* quoted */.TL)(name)} shares bytes with another one`);
}
/** The unpacked size of all entries, in bytes. Throws `unsafe_archive` if declared sizes are impossible or absurd. */
function checkSizes(entries, archiveBytes, { maxRatio }) {
    const bytes = (count) => (0,pretty_bytes/* default */.A)(count, { binary: true });
    let total = 0;
    for (const { name, size, compressedSize } of entries) {
        if (size > (compressedSize + 1) * MOST_OF_DEFLATE)
            throw (0,archive_errors/* bomb */.fv)(`its entry ${(0,archive_errors/* quoted */.TL)(name)} claims to unpack ${bytes(compressedSize)} to ${bytes(size)}`);
        total += size;
    }
    if (total > GIB && total > archiveBytes * maxRatio)
        throw (0,archive_errors/* bomb */.fv)(`it claims to unpack ${bytes(archiveBytes)} to ${bytes(total)}, more than ${maxRatio} times its size`);
    return total;
}
/** Reads the whole central directory, which begins at `start`: all data is before it. Names come back unchecked. */
async function readDirectory(file, sizeBytes, maxEntries, { signal, watermark }) {
    const { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } = await __webpack_require__.e(/* import() */ 663).then(__webpack_require__.t.bind(__webpack_require__, 20663, 19));
    const window = new ReadAhead(file.fd);
    class DirectoryReader extends RandomAccessReader {
        read(buffer, offset, length, position, done) {
            const target = buffer.subarray(offset, offset + length);
            if (window.holds(position, length) || !watermark)
                return done(null, window.read(target, position));
            void this.#readArriving(watermark, target, position, done);
        }
        async #readArriving(arriving, target, position, done) {
            try {
                await arriving.reached(position, Math.min(sizeBytes, position + READ_AHEAD));
            }
            catch (error) {
                return done(error instanceof Error ? error : new Error(String(error)));
            }
            done(null, window.read(target, position));
        }
    }
    const entries = [];
    const settings = { autoClose: false, decodeStrings: false, strictFileNames: true };
    try {
        const zip = await fromRandomAccessReaderPromise(new DirectoryReader(), sizeBytes, settings);
        const start = Number(zip.readEntryCursor);
        if (zip.entryCount > maxEntries)
            throw (0,archive_errors/* bomb */.fv)(`it claims to contain ${zip.entryCount} entries`);
        if (zip.entryCount * SHORTEST_ENTRY > sizeBytes)
            throw new Error('its directory is longer than the whole archive');
        for await (const entry of zip.eachEntry()) {
            signal?.throwIfAborted();
            entries.push(entryOf(entry, getFileNameLowLevel));
        }
        // A directory with more entries than it counts would hide the rest from this check, not from every unpacker.
        const next = Buffer.alloc(4);
        window.read(next, Number(zip.readEntryCursor));
        if (next.readUInt32LE(0) === ENTRY_SIGNATURE)
            throw new Error('its directory contains more entries than it counts');
        return { entries, start };
    }
    catch (error) {
        signal?.throwIfAborted();
        if (error instanceof errors/* ActionError */.lZ)
            throw error;
        // Its beginning shows what it is instead of an archive.
        await watermark?.reached(0, Math.min(sizeBytes, archive_errors/* SAMPLE */.Xg));
        throw await (0,archive_errors/* notAnArchive */["do"])(file, sizeBytes, error);
    }
}
function entryOf(entry, decode) {
    const bytes = entry.fileNameRaw;
    // Writers often store UTF-8 without the flag that says so; by the letter it would be code page 437.
    const flags = (0,external_node_buffer_.isUtf8)(bytes) ? entry.generalPurposeBitFlag | 0x800 : entry.generalPurposeBitFlag;
    const name = decode(flags, bytes, entry.extraFields, true);
    const rawName = bytes.toString('latin1');
    return {
        name,
        // With 100,000 entries it counts that one string serves as both.
        rawName: rawName === name ? name : rawName,
        attributes: entry.externalFileAttributes,
        method: entry.compressionMethod,
        encrypted: entry.isEncrypted(),
        crc32: entry.crc32,
        size: entry.uncompressedSize,
        compressedSize: entry.compressedSize,
        headerStart: entry.relativeOffsetOfLocalHeader,
    };
}
/** Reads a file through one large window: a directory of 100,000 entries costs a dozen reads instead of 200,000. */
class ReadAhead {
    #fd;
    #window = Buffer.allocUnsafe(READ_AHEAD);
    #start = 0;
    #length = 0;
    constructor(fd) {
        this.#fd = fd;
    }
    holds(position, length) {
        return position >= this.#start && position + length <= this.#start + this.#length;
    }
    /** The number of bytes read: fewer than `target` takes only at the end of the file. */
    read(target, position) {
        if (!this.holds(position, target.length)) {
            this.#length = (0,external_node_fs_.readSync)(this.#fd, this.#window, 0, READ_AHEAD, position);
            this.#start = position;
        }
        const from = position - this.#start;
        return this.#window.copy(target, 0, from, Math.min(this.#length, from + target.length));
    }
}


/***/ }),

/***/ 68109:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   KM: () => (/* binding */ writeFully),
/* harmony export */   MK: () => (/* binding */ requireSpace),
/* harmony export */   S6: () => (/* binding */ SequentialFile)
/* harmony export */ });
/* unused harmony export inUnitOf */
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var node_zlib__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(38522);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(82746);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(31279);






/**
 * Throws when the disk that `path` will lie on has less free than all of `needs`, so that a full disk is met before the work and
 * not at its end. Says nothing if the file system does not report it.
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
    const show = inUnitOf(bytes);
    const parts = needs.filter((need) => need.bytes > 0).map((need) => `${show(need.bytes)} to ${need.purpose}`);
    const sum = parts.length === 1 ? parts[0] : `${show(bytes)} (${parts.join(', ')})`;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .ActionError */ .lZ('operation_failed', `Not enough disk space on the runner: the export needs ${sum}, but only ${show(free)} is free (${(0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path)}).`, { todo: _system_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .FREE_SPACE */ .Kt });
}
const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
/** Shows sizes that are to be compared in one unit: that of `largest` bytes. */
function inUnitOf(largest) {
    const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, largest)) / 10));
    return (bytes) => `${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_5__/* .count */ .U9)(Number((bytes / 1024 ** power).toFixed(power === 0 ? 0 : 2)))} ${UNITS[power]}`;
}
/** Writes all of `bytes` at `position`: one write call may take fewer than it is given. */
async function writeFully(file, bytes, position) {
    for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
    }
}
/** A file that is written from its beginning to its end. Throws what the disk does. */
class SequentialFile {
    /** Of what was written, in bytes. */
    size = 0;
    /** Of what was written. */
    crc32 = 0;
    #file;
    constructor(file) {
        this.#file = file;
    }
    static async create(path) {
        return new SequentialFile(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.open)(path, 'w'));
    }
    async write(bytes) {
        await writeFully(this.#file, bytes, this.size);
        this.crc32 = (0,node_zlib__WEBPACK_IMPORTED_MODULE_2__.crc32)(bytes, this.crc32);
        this.size += bytes.length;
    }
    async close() {
        await this.#file.close();
    }
}


/***/ }),

/***/ 15245:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ex: () => (/* binding */ waitForBytes),
/* harmony export */   nz: () => (/* binding */ Watermark),
/* harmony export */   q3: () => (/* binding */ ObjectChanged)
/* harmony export */ });
/** Shared memory: a version that changes with everything else, and whether more bytes will come. */
const VERSION = 0;
const STOPPED = 1;
/** The positions behind them: the file is complete before the watermark, and from the tail on. */
const POSITIONS_AT = 8;
const FRONT = 0;
const TAIL = 1;
/** The object changed while it was downloaded, so nothing that was read of it counts. The download restarts. */
class ObjectChanged extends Error {
    name = 'ObjectChanged';
    constructor() {
        super('the object changed while it was downloaded');
    }
}
/**
 * How far a file that is being downloaded is complete: up to the watermark, and from the tail on. The state is in shared memory, so that
 * threads can wait for it with {@link waitForBytes}.
 */
class Watermark {
    shared = new SharedArrayBuffer(POSITIONS_AT + 2 * BigInt64Array.BYTES_PER_ELEMENT);
    /** Of the whole file in bytes, once that is known. */
    sizeBytes;
    #words = new Int32Array(this.shared, 0, 2);
    #positions = new BigInt64Array(this.shared, POSITIONS_AT);
    #waiting = new Set();
    #stopped;
    constructor() {
        this.#positions[TAIL] = BigInt(Number.MAX_SAFE_INTEGER);
    }
    get front() {
        return Number(this.#positions[FRONT]);
    }
    /** For the download: all bytes before `front` are in the file. */
    advance(front) {
        Atomics.store(this.#positions, FRONT, BigInt(front));
        this.#wake();
    }
    /** For the download: all bytes from `tail` on are in the file. */
    tail(tail) {
        Atomics.store(this.#positions, TAIL, BigInt(tail));
        this.#wake();
    }
    /** For the download: no more bytes will come. Everyone who waits, now or later, gets `reason`. */
    stop(reason) {
        if (this.#stopped)
            return;
        this.#stopped = { reason };
        Atomics.store(this.#words, STOPPED, 1);
        this.#wake();
        for (const { reject } of this.#waiting)
            reject(reason);
        this.#waiting.clear();
    }
    /** Resolves once the bytes from `start` up to `end` (exclusive) are in the file. Rejects when they will not come. */
    async reached(start, end) {
        await this.#until(() => isComplete(this.#positions, start, end));
    }
    /** Resolves with the watermark once it is beyond `position`, or the file is complete. Rejects when no more bytes will come. */
    async beyond(position, atLeast) {
        await this.#until(() => this.front >= position + atLeast || this.front === this.sizeBytes);
        return this.front;
    }
    async #until(isOver) {
        if (this.#stopped)
            throw this.#stopped.reason;
        if (isOver())
            return;
        const { promise, resolve, reject } = Promise.withResolvers();
        this.#waiting.add({ isOver, resolve, reject });
        await promise;
    }
    #wake() {
        Atomics.add(this.#words, VERSION, 1);
        Atomics.notify(this.#words, VERSION);
        for (const waiting of this.#waiting) {
            if (!waiting.isOver())
                continue;
            this.#waiting.delete(waiting);
            waiting.resolve();
        }
    }
}
/**
 * For a thread: blocks until the bytes from `start` up to `end` (exclusive) are in the file. False when the download failed, was aborted,
 * or restarts.
 */
function waitForBytes(shared, start, end) {
    const words = new Int32Array(shared, 0, 2);
    const positions = new BigInt64Array(shared, POSITIONS_AT);
    for (;;) {
        // Read before the check: what changes after the check has changed the version, and the wait returns at once.
        const version = Atomics.load(words, VERSION);
        if (Atomics.load(words, STOPPED) !== 0)
            return false;
        if (isComplete(positions, start, end))
            return true;
        Atomics.wait(words, VERSION, version);
    }
}
function isComplete(positions, start, end) {
    const front = Number(Atomics.load(positions, FRONT));
    const tail = Number(Atomics.load(positions, TAIL));
    return end <= front || start >= tail || (front >= tail && start <= front);
}


/***/ })

};
