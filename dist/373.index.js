export const id = 373;
export const ids = [373];
export const modules = {

/***/ 98373:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  KeptParts: () => (/* binding */ KeptParts)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
// EXTERNAL MODULE: ./build/paths.js
var paths = __webpack_require__(31340);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: ./build/export/earlier-export.js
var earlier_export = __webpack_require__(80830);
// EXTERNAL MODULE: ./build/export/manifest.js
var manifest = __webpack_require__(91946);
// EXTERNAL MODULE: ./build/export/replace-export.js
var replace_export = __webpack_require__(36818);
;// CONCATENATED MODULE: ./build/export/parts/files-below.js


/** Looks for plain files below a folder that are reached through no link. Each folder on the way is looked at once. */
class FilesBelow {
    #dir;
    #real = new Map();
    constructor(dir) {
        this.#dir = dir;
    }
    /** In bytes. `undefined` when there is no such file, or something else is there. */
    sizeOf(path) {
        const stats = this.#isReal((0,external_node_path_.dirname)(path)) ? (0,earlier_export/* look */.Op)((0,external_node_path_.join)(this.#dir, path)) : undefined;
        return stats?.isFile() ? stats.size : undefined;
    }
    #isReal(folder) {
        const known = this.#real.get(folder);
        if (known !== undefined)
            return known;
        const real = (folder === '.' || this.#isReal((0,external_node_path_.dirname)(folder))) && (0,earlier_export/* look */.Op)((0,external_node_path_.join)(this.#dir, folder))?.isDirectory() === true;
        this.#real.set(folder, real);
        return real;
    }
}

;// CONCATENATED MODULE: ./build/export/parts/kept-parts.js











const PLAN = 'plan.json';
const CONTENT = 'content.json';
const RECORD = 'part.json';
/** Its presence, without a manifest next to it, says that the export made of the parts is in place. */
const PLACING = 'placing';
/** Parts older than this (ms) are not merged with new ones: the data has most likely changed in between. */
const OLDEST_MS = 24 * 3_600_000;
/** The longest record that is read, in bytes: that of some four million files. */
const LARGEST_RECORD = 500 * 1024 * 1024;
const planSchema = schemas/* object */.Ikc({
    schema_version: schemas/* literal */.euz(2),
    created_at: schemas/* number */.aig(),
    key: schemas/* string */.YjP(),
    listing: schemas/* string */.YjP(),
    cap: schemas/* int */.Whr().positive().optional(),
});
const contentSchema = schemas/* object */.Ikc({
    clusters: schemas/* array */.YOg(schemas/* object */.Ikc({ id: schemas/* string */.YjP(), items: schemas/* number */.aig() })),
    mediaIds: schemas/* array */.YOg(schemas/* string */.YjP()),
    exportId: schemas/* string */.YjP().optional(),
});
const count = schemas/* int */.Whr().nonnegative();
const recordSchema = schemas/* object */.Ikc({
    exportId: schemas/* string */.YjP(),
    sizeBytes: count,
    sha256: schemas/* string */.YjP().regex(/^[0-9a-f]{64}$/),
    files: schemas/* array */.YOg(schemas/* object */.Ikc({
        path: schemas/* string */.YjP().refine(paths/* isPlain */.$i),
        original_name: schemas/* string */.YjP().exactOptional(),
        size_bytes: count,
        crc32: schemas/* string */.YjP().regex(/^[0-9a-f]{8}$/),
    })),
});
/**
 * The parts of an export, each in a folder of its own, kept on disk until the export is in place: a step that is run again finds them and
 * continues with the rest.
 *
 * `plan.json` says what they are parts of; `0001/content.json` what a part asks for and which export brings it; `0001/part.json`, written
 * last, that the part is whole, with its files in `0001/files`.
 */
class KeptParts {
    folder;
    parts = [];
    #createdAt;
    #saved = Promise.resolve();
    constructor(folder, createdAt) {
        this.folder = folder;
        this.#createdAt = createdAt;
    }
    /** Whether there are parts with this key in a folder that are not too old. */
    static async areIn(folder, key, now) {
        const found = await readPlan(folder);
        return found !== undefined && found.key === key && now - found.created_at < OLDEST_MS;
    }
    /**
     * Opens the folder: with the parts of an earlier run if they belong to the same plan, else emptied. Throws `operation_failed` for the disk.
     *
     * @param now the wall clock, in ms since the epoch
     */
    static async open(folder, wanted, now) {
        const found = await readPlan(folder);
        const discarded = whyNot(found, wanted, now);
        if (found && discarded === undefined) {
            const kept = new KeptParts(folder, found.created_at);
            await kept.#load();
            return { kept, cap: found.cap, discarded };
        }
        const kept = new KeptParts(folder, now);
        await kept.remove();
        await onDisk('make a folder for the parts', folder, () => (0,promises_.mkdir)(folder, { recursive: true }));
        return { kept, cap: undefined, discarded };
    }
    get whole() {
        return this.parts.flatMap(({ number, folder, content, whole }) => whole ? [{ ...whole, number, folder, content, files: () => filesOf(folder) }] : []);
    }
    /** One after the other: parts end together. */
    async save(state) {
        const value = { schema_version: 2, created_at: this.#createdAt, ...state };
        const saved = this.#saved.catch(() => undefined).then(async () => write((0,external_node_path_.join)(this.folder, PLAN), value));
        this.#saved = saved;
        await saved;
    }
    /** A new part, with a folder and no bytes. */
    async add(content) {
        const taken = new Set(this.parts.map((part) => part.number));
        let number = 1;
        while (taken.has(number))
            number += 1;
        const part = { number, folder: this.#folderOf(number), content, exportId: undefined, whole: undefined };
        this.parts.push(part);
        await onDisk('make a folder for a part', part.folder, () => (0,promises_.mkdir)(part.folder, { recursive: true }));
        await this.started(part, undefined);
        return part;
    }
    async started(part, exportId) {
        part.exportId = exportId;
        await write((0,external_node_path_.join)(part.folder, CONTENT), { ...part.content, exportId });
    }
    /** Marks a part as whole. Call it when all of its files are in place. */
    async finish(part, { files, ...record }) {
        const path = (0,external_node_path_.join)(part.folder, RECORD);
        await onDisk('keep a finished part of the export', path, () => (0,manifest/* writeListing */.UD)(path, record, files));
        part.whole = remembered({ ...record, files });
    }
    /** Forgets a part that came to nothing. */
    async drop(part) {
        // Its number is free again only once its folder is gone: the next part may be added before that.
        await onDisk('remove a part', part.folder, () => (0,promises_.rm)(part.folder, { recursive: true, force: true }));
        this.parts.splice(this.parts.indexOf(part), 1);
    }
    /** Notes that the export made of them is moved into place from now on: if that succeeds, they are of no further use. */
    async placing() {
        await write((0,external_node_path_.join)(this.folder, PLACING), {});
    }
    /** Removes all of them. */
    async remove() {
        this.parts.length = 0;
        await onDisk('remove the parts', this.folder, async () => {
            // First: whatever is left without it is of no use.
            await (0,promises_.rm)((0,external_node_path_.join)(this.folder, PLAN), { force: true });
            await (0,promises_.rm)(this.folder, { recursive: true, force: true });
        });
    }
    async #load() {
        const numbers = (await (0,promises_.readdir)(this.folder)).filter((name) => /^\d{4,9}$/.test(name)).map(Number);
        for (const number of numbers.sort((one, other) => one - other)) {
            const folder = this.#folderOf(number);
            const content = contentSchema.safeParse(await readJson((0,external_node_path_.join)(folder, CONTENT)));
            if (!content.success) {
                await (0,promises_.rm)(folder, { recursive: true, force: true });
                continue;
            }
            const { exportId, ...asked } = content.data;
            const record = await readWhole(folder);
            const whole = record && remembered(record);
            this.parts.push({ number, folder, content: asked, exportId, whole });
        }
    }
    #folderOf(number) {
        return (0,external_node_path_.join)(this.folder, String(number).padStart(4, '0'));
    }
}
function remembered({ files, ...record }) {
    return { ...record, unpackedBytes: files.reduce((sum, { size_bytes: size }) => sum + size, 0) };
}
/** The record of a part; `undefined` if it is not whole: no `part.json` of ours, a file missing, of another size, or no plain file. */
async function readWhole(folder) {
    const record = recordSchema.safeParse(await readJson((0,external_node_path_.join)(folder, RECORD)));
    if (!record.success)
        return undefined;
    const there = new FilesBelow((0,external_node_path_.join)(folder, replace_export/* FILES_FOLDER */.rv));
    for (const [index, { path, size_bytes: size }] of record.data.files.entries()) {
        if (index % 1024 === 1023)
            await (0,external_node_timers_promises_.setImmediate)();
        if (there.sizeOf(path) !== size)
            return undefined;
    }
    return record.data;
}
function filesOf(folder) {
    const path = (0,external_node_path_.join)(folder, RECORD);
    try {
        return recordSchema.parse(JSON.parse((0,external_node_fs_.readFileSync)(path, 'utf8'))).files;
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'read a finished part of the export', path);
    }
}
/** The plan of parts that are not in place yet. */
async function readPlan(folder) {
    const isPending = [manifest/* MANIFEST_NAME */.ir, replace_export/* MOVING_NAME */.Bz].some((name) => (0,earlier_export/* look */.Op)((0,external_node_path_.join)(folder, name)));
    if ((0,earlier_export/* look */.Op)((0,external_node_path_.join)(folder, PLACING)) && !isPending)
        return undefined;
    const result = planSchema.safeParse(await readJson((0,external_node_path_.join)(folder, PLAN)));
    return result.success ? result.data : undefined;
}
/** Why what is in the folder cannot be continued; `undefined` if it can, or there is nothing. */
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
        const found = (0,earlier_export/* look */.Op)(path);
        // Anything else, a link to a device for example, may never end.
        if (!found?.isFile() || found.size > LARGEST_RECORD)
            return undefined;
        return JSON.parse(await (0,promises_.readFile)(path, 'utf8'));
    }
    catch {
        // What cannot be read is made again.
        return undefined;
    }
}
/** Under another name first, so that no half of it is ever read. */
async function write(path, value) {
    await onDisk('keep account of the parts', path, async () => {
        await (0,promises_.writeFile)(`${path}.tmp`, JSON.stringify(value));
        await (0,promises_.rename)(`${path}.tmp`, path);
    });
}
async function onDisk(doing, path, body) {
    try {
        return await body();
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, doing, path);
    }
}


/***/ })

};
