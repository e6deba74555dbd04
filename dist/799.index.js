export const id = 799;
export const ids = [799];
export const modules = {

/***/ 52617:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   YZ: () => (/* binding */ readKey),
/* harmony export */   cm: () => (/* binding */ KEY_WORDS),
/* harmony export */   il: () => (/* binding */ spread)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);

/** The key of an id is four 32-bit words. */
const KEY_WORDS = 4;
/** Drawn anew in every process: nobody can prepare ids that all fall on one slot of a table. */
const [SEED = 0] = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomFillSync)(new Uint32Array(1));
/**
 * Makes `key` that of an id: a UUID's own bytes (upper and lower case are the same), half of the SHA-256 of any other text, or the
 * first 16 bytes of a hash.
 *
 * @returns whether the id is the text of a UUID
 */
function readKey(id, key) {
    if (typeof id === 'string' && readUuid(id, key))
        return true;
    const bytes = typeof id === 'string' ? (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)('sha256', id, 'buffer') : id;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let word = 0; word < KEY_WORDS; word += 1)
        key[word] = view.getUint32(word * 4);
    return false;
}
/** A key spread over 32 bits. Ids made from a clock differ in few bits: every bit has to reach those that choose a slot. */
function spread(key) {
    let mixed = Math.imul((key[0] ?? 0) ^ SEED, 0x85ebca6b) ^ Math.imul(key[1] ?? 0, 0xc2b2ae35);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (key[2] ?? 0), 0x27d4eb2f) ^ Math.imul(key[3] ?? 0, 0x165667b1);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x9e3779b1);
    return mixed ^ (mixed >>> 16);
}
const DASH = 0x2d;
/** The value of a hex digit by its character code, below 128; 16 for what is none. */
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
    const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
    return value === -1 ? 16 : value;
});
/** False when the text is no UUID. */
function readUuid(text, key) {
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
        const word = digit >>> 3;
        key[word] = ((key[word] ?? 0) << 4) | value;
        digit += 1;
    }
    return true;
}


/***/ }),

/***/ 88954:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   v: () => (/* binding */ FilesBelow)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(76760);
/* harmony import */ var _earlier_export_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(44495);


/** Looks for plain files below a folder that are reached through no link. Each folder on the way is looked at once. */
class FilesBelow {
    #dir;
    #real = new Map();
    constructor(dir) {
        this.#dir = dir;
    }
    /** In bytes. `undefined` when there is no such file, or something else is there. */
    sizeOf(path) {
        const stats = this.#isReal((0,node_path__WEBPACK_IMPORTED_MODULE_0__.dirname)(path)) ? (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_1__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_0__.join)(this.#dir, path)) : undefined;
        return stats?.isFile() ? stats.size : undefined;
    }
    #isReal(folder) {
        const known = this.#real.get(folder);
        if (known !== undefined)
            return known;
        const real = (folder === '.' || this.#isReal((0,node_path__WEBPACK_IMPORTED_MODULE_0__.dirname)(folder))) && (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_1__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_0__.join)(this.#dir, folder))?.isDirectory() === true;
        this.#real.set(folder, real);
        return real;
    }
}


/***/ }),

/***/ 33493:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ IdSet)
/* harmony export */ });
/* harmony import */ var _id_key_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(52617);

/** A slot with four zeros is free. */
const FIRST_SLOTS = 1024;
const FULLEST = 0.75;
/** The key of the id that is being looked up. */
const key = new Uint32Array(_id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm);
/**
 * A set of ids that may be millions: 16 bytes a slot, with between 1.3 and 2.7 slots for an id, and three times its memory for the
 * moments in which it grows. UUIDs are kept as they are (upper and lower case are the same); other ids as half of their SHA-256.
 */
class IdSet {
    size = 0;
    #table = new Uint32Array(FIRST_SLOTS * _id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm);
    /** Whether the id whose key is all zeros is in the set: it has no place in the table. */
    #zero = false;
    /**
     * @param id a text, or a hash of at least 16 bytes
     * @returns whether it is new
     */
    add(id) {
        (0,_id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .readKey */ .YZ)(id, key);
        return this.#addKey();
    }
    has(id) {
        (0,_id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .readKey */ .YZ)(id, key);
        return isZero(key, 0) ? this.#zero : !isZero(this.#table, slotOf(this.#table));
    }
    addAll(other) {
        const table = other.#table;
        for (let at = 0; at < table.length; at += _id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm) {
            if (isZero(table, at))
                continue;
            copyKey(table, at);
            this.#addKey();
        }
        if (!other.#zero)
            return;
        key.fill(0);
        this.#addKey();
    }
    #addKey() {
        if (isZero(key, 0)) {
            if (this.#zero)
                return false;
            this.#zero = true;
        }
        else {
            const at = slotOf(this.#table);
            if (!isZero(this.#table, at))
                return false;
            this.#table.set(key, at);
        }
        this.size += 1;
        if (this.size * _id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm > this.#table.length * FULLEST)
            this.#grow();
        return true;
    }
    #grow() {
        const table = new Uint32Array(this.#table.length * 2);
        for (let at = 0; at < this.#table.length; at += _id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm) {
            if (isZero(this.#table, at))
                continue;
            copyKey(this.#table, at);
            table.set(key, slotOf(table));
        }
        this.#table = table;
    }
}
function copyKey(table, at) {
    for (let word = 0; word < _id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm; word += 1)
        key[word] = table[at + word] ?? 0;
}
function isZero(words, at) {
    return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0;
}
/** Where the key is in a table, or the free place for it. There is always a free one. */
function slotOf(table) {
    const mask = table.length - 1;
    let at = ((0,_id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .spread */ .il)(key) * _id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm) & mask;
    while (!isZero(table, at) && !isKey(table, at))
        at = (at + _id_key_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm) & mask;
    return at;
}
function isKey(table, at) {
    return table[at] === key[0] && table[at + 1] === key[1] && table[at + 2] === key[2] && table[at + 3] === key[3];
}


/***/ }),

/***/ 34799:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  KeptParts: () => (/* binding */ KeptParts)
});

// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
// EXTERNAL MODULE: ./build/exports/earlier-export.js
var earlier_export = __webpack_require__(44495);
// EXTERNAL MODULE: ./build/exports/parts/part-record.js
var part_record = __webpack_require__(97448);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./build/paths.js
var paths = __webpack_require__(31340);
// EXTERNAL MODULE: ./build/exports/manifest.js
var manifest = __webpack_require__(54731);
;// CONCATENATED MODULE: ./build/exports/parts/take-back.js







/**
 * Moves what a step had put into the output folder, when it was stopped in the midst of it, back into `work`/files. Without this
 * the next step would find files there that no manifest lists, and would not replace them. What is of another size than it was is
 * found out later, when the parts are looked at. Throws what the disk does.
 *
 * @param work the folder of the parts, in the output folder
 */
async function takeBack(work) {
    const outputDir = (0,external_node_path_.dirname)(work);
    const moving = await (0,manifest/* readManifest */.WI)((0,external_node_path_.join)(work, earlier_export/* MOVING_NAME */.Bz));
    // The earlier export's manifest goes before any file is moved: with one there, nothing was.
    if (!moving || (0,earlier_export/* look */.Op)((0,external_node_path_.join)(outputDir, manifest/* MANIFEST_NAME */.ir)))
        return;
    const files = (0,external_node_path_.join)(work, part_record/* FILES_FOLDER */.rv);
    const moved = new Set();
    for (const { path } of moving.files) {
        if (!(0,paths/* isPlain */.$i)(path) || (0,earlier_export/* look */.Op)((0,external_node_path_.join)(files, path)) || !(0,earlier_export/* isPlainFile */.Dn)(outputDir, path))
            continue;
        (0,external_node_fs_.mkdirSync)((0,external_node_path_.dirname)((0,external_node_path_.join)(files, path)), { recursive: true });
        (0,external_node_fs_.renameSync)((0,external_node_path_.join)(outputDir, path), (0,external_node_path_.join)(files, path));
        moved.add(path);
        if (moved.size % 256 === 0)
            await (0,external_node_timers_promises_.setImmediate)();
    }
    // Their folders are left empty.
    await (0,earlier_export/* removeEarlier */.Hm)(outputDir, { files: moved, leftovers: [] });
}

;// CONCATENATED MODULE: ./build/exports/parts/kept-parts.js







const PLAN = 'plan.json';
const CONTENT = 'content.json';
/** Parts older than this (ms) are not put together with fresh ones: the data has most likely changed in between. */
const OLDEST_MS = 24 * 3_600_000;
const plan = schemas/* object */.Ikc({
    schema_version: schemas/* literal */.euz(1),
    created_at: schemas/* number */.aig(),
    key: schemas/* string */.YjP(),
    listing: schemas/* string */.YjP(),
    cap: schemas/* unknown */.L5J().optional(),
});
const contentOnDisk = schemas/* object */.Ikc({
    clusters: schemas/* array */.YOg(schemas/* object */.Ikc({ id: schemas/* string */.YjP(), items: schemas/* number */.aig() })),
    mediaIds: schemas/* array */.YOg(schemas/* string */.YjP()),
    exportId: schemas/* string */.YjP().optional(),
});
/**
 * The parts of an export, each in a folder of its own, kept on disk until the export is whole: a step that is run again finds
 * them and goes on with the rest.
 *
 * `plan.json` says what they are parts of; `0001/content.json` what a part asks for and which export brings it;
 * `0001/part.json`, written last, that the part is whole, with its files in `0001/files`.
 */
class KeptParts {
    folder;
    parts = [];
    #now;
    #createdAt;
    #saved = Promise.resolve();
    constructor(folder, now) {
        this.folder = folder;
        this.#now = now;
        this.#createdAt = now();
    }
    /** Whether parts with this key lie in a folder, and are not too old to be continued. */
    static async areIn(folder, key, now) {
        const found = await readPlan(folder);
        return found !== undefined && found.key === key && now - found.created_at < OLDEST_MS;
    }
    /**
     * Opens the folder: with the parts of an earlier run where they belong to the same plan, else emptied. What an earlier run had
     * begun to put into place beside it, when it was stopped, is taken back first. Throws `operation_failed` for the disk.
     *
     * @param folder in the output folder of the export
     * @param now the wall clock, in ms since the epoch
     */
    static async open(folder, wanted, now) {
        const kept = new KeptParts(folder, now);
        const found = await readPlan(folder);
        await onDisk('take back what a stopped step had put into place', folder, () => takeBack(folder));
        const discarded = whyNot(found, wanted, now());
        if (found && discarded === undefined) {
            await kept.#load(found.created_at);
            return { kept, cap: found.cap, discarded };
        }
        await kept.remove();
        await onDisk('make a folder for the parts', folder, () => (0,promises_.mkdir)(folder, { recursive: true }));
        return { kept, cap: undefined, discarded };
    }
    get whole() {
        return this.parts.filter((part) => part.record !== undefined);
    }
    /** One after the other: parts end together. */
    async save(state) {
        const saved = this.#saved.catch(() => undefined).then(async () => this.#save(state));
        this.#saved = saved;
        await saved;
    }
    async #save(state) {
        await this.#write((0,external_node_path_.join)(this.folder, PLAN), { schema_version: 1, created_at: this.#createdAt, ...state });
    }
    /** A new part, with a folder and no bytes. */
    async add(content) {
        const taken = new Set(this.parts.map((part) => part.number));
        let number = 1;
        while (taken.has(number))
            number += 1;
        const part = { number, folder: this.#folderOf(number), content, exportId: undefined, record: undefined };
        this.parts.push(part);
        await onDisk('make a folder for a part', part.folder, () => (0,promises_.mkdir)(part.folder, { recursive: true }));
        await this.#saveContent(part);
        return part;
    }
    async started(part, exportId) {
        part.exportId = exportId;
        await this.#saveContent(part);
    }
    async finish(part, record) {
        await (0,part_record/* writePart */.$X)(part.folder, record);
        part.record = remembered(record);
    }
    /** Takes a part for one that was asked for less. */
    async narrow(part, content) {
        part.content = content;
        await this.#saveContent(part);
    }
    /** Forgets a part that came to nothing. */
    async drop(part) {
        // Its number is free again only when its folder is gone: the next part may be added meanwhile.
        await onDisk('remove a part', part.folder, () => (0,promises_.rm)(part.folder, { recursive: true, force: true }));
        this.parts.splice(this.parts.indexOf(part), 1);
    }
    /** Removes all of it. */
    async remove() {
        this.parts.length = 0;
        this.#createdAt = this.#now();
        await onDisk('remove the parts', this.folder, () => (0,promises_.rm)(this.folder, { recursive: true, force: true }));
    }
    async #load(createdAt) {
        this.#createdAt = createdAt;
        const numbers = (await (0,promises_.readdir)(this.folder)).filter((name) => /^\d{4,9}$/.test(name)).map(Number);
        for (const number of numbers.sort((one, other) => one - other)) {
            const folder = this.#folderOf(number);
            const content = contentOnDisk.safeParse(await readJson((0,external_node_path_.join)(folder, CONTENT)));
            if (!content.success) {
                await (0,promises_.rm)(folder, { recursive: true, force: true });
                continue;
            }
            const { exportId, ...asked } = content.data;
            const record = await (0,part_record/* readPart */.on)(folder, (0,external_node_path_.join)(this.folder, part_record/* FILES_FOLDER */.rv));
            this.parts.push({ number, folder, content: asked, exportId, record: record && remembered(record) });
        }
    }
    #folderOf(number) {
        return (0,external_node_path_.join)(this.folder, String(number).padStart(4, '0'));
    }
    async #saveContent({ folder, content, exportId }) {
        await this.#write((0,external_node_path_.join)(folder, CONTENT), { ...content, exportId });
    }
    /** Under another name first, so that no half of it is ever read. */
    async #write(path, value) {
        await onDisk('keep account of the parts', path, async () => {
            await (0,promises_.writeFile)(`${path}.tmp`, JSON.stringify(value));
            await (0,promises_.rename)(`${path}.tmp`, path);
        });
    }
}
function remembered({ files, ...record }) {
    return { ...record, unpackedBytes: files.reduce((sum, { size_bytes: size }) => sum + size, 0) };
}
async function readPlan(folder) {
    const result = plan.safeParse(await readJson((0,external_node_path_.join)(folder, PLAN)));
    return result.success ? result.data : undefined;
}
/** Why what lies in the folder cannot be continued; `undefined` where it can, or there is nothing. */
function whyNot(found, wanted, now) {
    if (!found)
        return undefined;
    if (found.key !== wanted.key)
        return 'they are parts of another export';
    if (found.listing !== wanted.listing)
        return 'the dataset has changed since';
    return now - found.created_at >= OLDEST_MS ? 'they are more than a day old' : undefined;
}
async function readJson(path) {
    try {
        // Whatever else lies there, a link to a device say, may never end.
        return (0,earlier_export/* look */.Op)(path)?.isFile() ? JSON.parse(await (0,promises_.readFile)(path, 'utf8')) : undefined;
    }
    catch {
        // What cannot be read is as good as not there: it is made anew.
        return undefined;
    }
}
async function onDisk(doing, path, body) {
    try {
        return await body();
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, doing, path);
    }
}


/***/ }),

/***/ 97448:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $X: () => (/* binding */ writePart),
/* harmony export */   aE: () => (/* binding */ readRecord),
/* harmony export */   on: () => (/* binding */ readPart),
/* harmony export */   rv: () => (/* binding */ FILES_FOLDER)
/* harmony export */ });
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31279);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(58500);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(9691);
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(31340);
/* harmony import */ var _earlier_export_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(44495);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(54731);
/* harmony import */ var _files_below_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(88954);
/* harmony import */ var _places_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(74377);










const RECORD_NAME = 'part.json';
/** The folder in a part's folder that its archive was unpacked into. */
const FILES_FOLDER = 'files';
/** The longest record that is read, in bytes: that of some four million files. */
const LARGEST_RECORD = 500 * 1024 * 1024;
const count = zod__WEBPACK_IMPORTED_MODULE_9__/* .int */ .Whr().nonnegative();
const hash = zod__WEBPACK_IMPORTED_MODULE_9__/* .string */ .YjP().regex(/^[0-9a-f]{64}$/);
const plainPath = zod__WEBPACK_IMPORTED_MODULE_9__/* .string */ .YjP().refine(_paths_js__WEBPACK_IMPORTED_MODULE_4__/* .isPlain */ .$i);
const recordSchema = zod__WEBPACK_IMPORTED_MODULE_9__/* .object */ .Ikc({
    number: zod__WEBPACK_IMPORTED_MODULE_9__/* .int */ .Whr().positive(),
    exportId: zod__WEBPACK_IMPORTED_MODULE_9__/* .string */ .YjP(),
    sizeBytes: count,
    sha256: hash,
    mediaCount: count,
    contentDigest: hash,
    content: zod__WEBPACK_IMPORTED_MODULE_9__/* .object */ .Ikc({ clusters: count, media: count }),
    metadataFiles: zod__WEBPACK_IMPORTED_MODULE_9__/* .array */ .YOg(plainPath).min(1),
    files: zod__WEBPACK_IMPORTED_MODULE_9__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_9__/* .object */ .Ikc({
        path: plainPath,
        original_name: zod__WEBPACK_IMPORTED_MODULE_9__/* .string */ .YjP().exactOptional(),
        size_bytes: count,
        crc32: zod__WEBPACK_IMPORTED_MODULE_9__/* .string */ .YjP().regex(/^[0-9a-f]{8}$/),
    })),
})
    .refine(({ files, metadataFiles }) => {
    const paths = new Set(files.map((file) => file.path));
    return paths.size === files.length && metadataFiles.every((file) => paths.has(file));
});
/** Marks a part as whole. Call it when all of its files are in place. Throws an `ActionError` for the disk. */
async function writePart(folder, { files, ...head }) {
    const place = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, RECORD_NAME);
    try {
        await (0,_manifest_js__WEBPACK_IMPORTED_MODULE_6__/* .writeListing */ .UD)(place, head, files);
    }
    catch (error) {
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .systemFailure */ .oM)(error, 'keep a finished part of the export', place);
    }
}
/**
 * The record of a part, whose files it looks for one by one. `undefined` when the part is not whole: no `part.json` or not one of
 * ours, a file missing, of another size or no plain file.
 *
 * @param merged the `files` folder of a merge that may have been stopped half-way: files that it moved there count as the part's
 */
async function readPart(folder, merged) {
    const record = await readRecord(folder);
    if (!record)
        return undefined;
    const metadata = new Set(record.metadataFiles);
    const own = new _files_below_js__WEBPACK_IMPORTED_MODULE_7__/* .FilesBelow */ .v((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, FILES_FOLDER));
    const moved = merged === undefined ? undefined : new _files_below_js__WEBPACK_IMPORTED_MODULE_7__/* .FilesBelow */ .v(merged);
    for (const [index, { path, size_bytes: size }] of record.files.entries()) {
        if (index % 1024 === 1023)
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_3__.setImmediate)();
        if (own.sizeOf(path) === size)
            continue;
        if (!moved || metadata.has(path))
            return undefined;
        if (moved.sizeOf(path) !== size && moved.sizeOf((0,_places_js__WEBPACK_IMPORTED_MODULE_8__/* .nameOfPart */ .s)(path, record.number)) !== size)
            return undefined;
    }
    return record;
}
/** The record of a part, without a look at its files. `undefined` when there is none or it is not one of ours. */
async function readRecord(folder) {
    const place = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, RECORD_NAME);
    try {
        const stats = (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_5__/* .look */ .Op)(place);
        if (!stats?.isFile() || stats.size > LARGEST_RECORD)
            return undefined;
        const result = recordSchema.safeParse(JSON.parse(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readFile)(place, 'utf8')));
        return result.success ? result.data : undefined;
    }
    catch {
        return undefined;
    }
}


/***/ }),

/***/ 74377:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ planPlaces),
/* harmony export */   s: () => (/* binding */ nameOfPart)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(76760);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(31340);
/* harmony import */ var _id_set_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(33493);




/** The longest name of one file on common file systems, in bytes of UTF-8. */
const LONGEST_NAME = 255;
/** The name that a file of a part gets where an earlier part has another file of its name: `a.png` of part 2 becomes `a~2.png`. */
function nameOfPart(path, number, attempt = 1) {
    const cut = path.lastIndexOf('/') + 1;
    const name = path.slice(cut);
    const extension = /[^.](\.[^.]{1,16})$/.exec(name)?.[1] ?? '';
    const mark = attempt === 1 ? `~${number}` : `~${number}~${attempt}`;
    const stem = Buffer.from(name.slice(0, name.length - extension.length))
        .subarray(0, LONGEST_NAME - Buffer.byteLength(extension) - mark.length)
        .toString()
        // A character cut in half.
        .replace(/\uFFFD$/, '');
    return `${path.slice(0, cut)}${stem}${mark}${extension}`;
}
/**
 * Decides where the files of all parts lie in one folder. Each keeps its path, unless an earlier part has a file there, or in a
 * place that some disk takes for the same: where both have the same size and CRC they count as one file, else the later one gets a
 * name of its own (see {@link nameOfPart}). So does a file where the merge writes one itself, or where a part needs a folder. The
 * same parts in the same order give the same places.
 *
 * Takes 16 bytes a file, and more only for those that fall together.
 *
 * @param parts gives all parts, in order, each time that it is called; which is once or twice
 */
async function planPlaces(parts, reserved) {
    const { taken, folders, contested } = await gather(parts, reserved);
    if (contested.size === 0)
        return { of: (_, path) => path };
    const isFree = (key) => !folders.has(key) && !reserved.isFile(key);
    const first = new Set();
    const places = new Map();
    const contents = new Set();
    for await (const { index, number, files } of parts()) {
        for (const { path, size_bytes, crc32 } of files) {
            const key = (0,_paths_js__WEBPACK_IMPORTED_MODULE_2__/* .folded */ .TM)(path);
            if (!contested.has(key))
                continue;
            const content = `${key}\0${size_bytes}\0${crc32}`;
            let place = path;
            if (contents.has(content))
                place = undefined;
            else if (first.has(key) || !isFree(key)) {
                let attempt = 0;
                do
                    place = nameOfPart(path, number, (attempt += 1));
                while (!isFree((0,_paths_js__WEBPACK_IMPORTED_MODULE_2__/* .folded */ .TM)(place)) || !taken.add((0,_paths_js__WEBPACK_IMPORTED_MODULE_2__/* .folded */ .TM)(place)));
            }
            first.add(key);
            contents.add(content);
            if (place !== path)
                places.set(`${index}/${path}`, place);
        }
    }
    return {
        of: (index, path) => {
            const name = `${index}/${path}`;
            return places.has(name) ? places.get(name) : path;
        },
    };
}
/** The folded paths: of all files, of all folders, and of the files that may not all keep theirs. */
async function gather(parts, reserved) {
    const taken = new _id_set_js__WEBPACK_IMPORTED_MODULE_3__/* .IdSet */ .w();
    const folders = new Set(reserved.folders);
    const contested = new Set();
    const seen = new Set();
    for await (const { files } of parts()) {
        for (const { path } of files) {
            const key = (0,_paths_js__WEBPACK_IMPORTED_MODULE_2__/* .folded */ .TM)(path);
            if (!taken.add(key) || reserved.isFile(key))
                contested.add(key);
            for (let folder = node_path__WEBPACK_IMPORTED_MODULE_0__.posix.dirname(path); folder !== '.' && !seen.has(folder); folder = node_path__WEBPACK_IMPORTED_MODULE_0__.posix.dirname(folder)) {
                seen.add(folder);
                folders.add((0,_paths_js__WEBPACK_IMPORTED_MODULE_2__/* .folded */ .TM)(folder));
            }
        }
    }
    for (const folder of folders) {
        if (reserved.isFile(folder))
            throw folderInTheWay(folder);
        if (taken.has(folder))
            contested.add(folder);
    }
    return { taken, folders, contested };
}
function folderInTheWay(folder) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('unexpected_reply', `The parts of the export could not be put together: one has a folder ${JSON.stringify(folder.slice(0, 200))}, where the export needs a file.`, { todo: 'Run the step again. If it happens each time, tell Visual Layer support the export ids in the log.' });
}


/***/ })

};
