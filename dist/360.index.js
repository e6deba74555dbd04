export const id = 360;
export const ids = [360,373];
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


/***/ }),

/***/ 62360:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  exportInParts: () => (/* binding */ exportInParts)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/export/earlier-export.js
var earlier_export = __webpack_require__(80830);
// EXTERNAL MODULE: ./build/export/manifest.js
var export_manifest = __webpack_require__(91946);
;// CONCATENATED MODULE: ./build/export/parts/content.js
/** How many items an export of `content` contains. */
function itemsOf(content) {
    let items = content.mediaIds.length;
    for (const cluster of content.clusters)
        items += cluster.items;
    return items;
}
/**
 * The same content in the one order that all planning starts from, so that no plan depends on the order in which the service
 * lists: clusters from the largest down, those of equal size by id, media IDs ascending (both by UTF-16 code units). Clusters
 * without items are left out; an ID that is there twice counts once, a cluster with the larger of its counts.
 *
 * @throws RangeError for a cluster whose `items` is not a whole number from 0 up: no plan could promise to contain it.
 */
function content_inOrder(content) {
    return { clusters: largestFirst(content.clusters), mediaIds: distinct(content.mediaIds) };
}
function largestFirst(clusters) {
    const largest = new Map();
    for (const cluster of clusters) {
        if (!Number.isSafeInteger(cluster.items) || cluster.items < 0) {
            throw new RangeError(`Cluster ${cluster.id} has ${cluster.items} items, which is no count`);
        }
        if (cluster.items > (largest.get(cluster.id)?.items ?? 0))
            largest.set(cluster.id, cluster);
    }
    return [...largest.values()].sort((one, other) => other.items - one.items || (one.id < other.id ? -1 : 1));
}
function distinct(ids) {
    const sorted = ids.toSorted();
    return sorted.filter((id, index) => index === 0 || id !== sorted[index - 1]);
}

// EXTERNAL MODULE: ./build/export/parts/kept-parts.js + 1 modules
var kept_parts = __webpack_require__(98373);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: ./build/visual-layer/reply.js
var reply = __webpack_require__(9313);
// EXTERNAL MODULE: ./build/export/coco/coco-file.js
var coco_file = __webpack_require__(33373);
// EXTERNAL MODULE: ./build/export/records/canonical.js
var canonical = __webpack_require__(58312);
// EXTERNAL MODULE: ./build/export/records/digest.js
var digest = __webpack_require__(7368);
// EXTERNAL MODULE: ./build/export/records/id-table.js
var id_table = __webpack_require__(50000);
// EXTERNAL MODULE: ./build/export/records/metadata-files.js + 1 modules
var metadata_files = __webpack_require__(66455);
// EXTERNAL MODULE: ./build/export/records/read-batch.js
var read_batch = __webpack_require__(36237);
// EXTERNAL MODULE: ./build/export/records/read-records.js + 1 modules
var read_records = __webpack_require__(24249);
// EXTERNAL MODULE: ./build/export/replace-export.js
var replace_export = __webpack_require__(36818);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./build/paths.js
var paths = __webpack_require__(31340);
;// CONCATENATED MODULE: ./build/export/parts/places.js




/** The name that a file of a part gets where an earlier part has another file of its name: `a.png` of part 2 becomes `a~2.png`. */
function nameOfPart(path, number, attempt = 1) {
    const cut = path.lastIndexOf('/') + 1;
    const mark = attempt === 1 ? `~${number}` : `~${number}~${attempt}`;
    return path.slice(0, cut) + (0,paths/* markedName */.QE)(path.slice(cut), mark);
}
/**
 * Decides where the files of all parts go in one folder. Each keeps its path, unless an earlier part has a file there, or in a
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
            const key = (0,paths/* folded */.TM)(path);
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
                while (!isFree((0,paths/* folded */.TM)(place)) || !taken.add((0,paths/* folded */.TM)(place)));
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
    const taken = new id_table/* IdTable */.of();
    const folders = new Set(reserved.folders);
    const contested = new Set();
    const seen = new Set();
    for await (const { files } of parts()) {
        for (const { path } of files) {
            const key = (0,paths/* folded */.TM)(path);
            if (!taken.add(key) || reserved.isFile(key))
                contested.add(key);
            for (let folder = external_node_path_.posix.dirname(path); folder !== '.' && !seen.has(folder); folder = external_node_path_.posix.dirname(folder)) {
                seen.add(folder);
                folders.add((0,paths/* folded */.TM)(folder));
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
    return new errors/* ActionError */.lZ('unexpected_reply', `Could not merge the parts of the export: one has a folder ${JSON.stringify(folder.slice(0, 200))}, where the export needs a file.`, { todo: 'Re-run the job. If this keeps happening, send Visual Layer support the export IDs in the log.' });
}

;// CONCATENATED MODULE: ./build/export/parts/merged-files.js







/**
 * The files of parts, linked into one folder: the parts stay whole. Read the list of one part at a time, because it can be very long.
 * Methods throw what the disk does, or the signal's reason.
 */
class MergedFiles {
    #parts;
    #folder;
    #signal;
    #folders = [];
    /** @param folder where they go; it exists */
    constructor(parts, folder, signal) {
        this.#parts = parts;
        this.#folder = folder;
        this.#signal = signal;
    }
    /** Links the tables of parquet, with names by which pandas, DuckDB, and Spark take them for one table. */
    linkTables() {
        this.#folders.push('metadata');
        const tables = [];
        for (const { part, records } of this.#parts) {
            const listed = new Map(part.files().map((file) => [file.path, file]));
            for (const path of records.metadataFiles) {
                const table = `metadata/part-${String(tables.length + 1).padStart(5, '0')}.parquet`;
                this.#link(part, path, table);
                const { size_bytes = 0, crc32 = '' } = listed.get(path) ?? {};
                tables.push({ path: table, size_bytes, crc32 });
            }
        }
        return tables;
    }
    /**
     * Links all other files while they are listed, as the manifest lists them.
     *
     * @param reserved files that the export has itself, as folded paths
     */
    async *linkOthers(reserved) {
        const places = await planPlaces(() => this.#others(), {
            folders: this.#folders,
            isFile: (path) => reserved.includes(path) || metadata_files/* PARQUET_PART */.b.test(path),
        });
        for await (const { index, number, part, files } of this.#others()) {
            for (const [nth, { path, original_name: original = path, size_bytes, crc32 }] of files.entries()) {
                const place = places.of(index, path);
                if (place === undefined)
                    continue;
                this.#link(part, path, place);
                if (nth % 256 === 255) {
                    await (0,external_node_timers_promises_.setImmediate)();
                    this.#signal.throwIfAborted();
                }
                const named = place === original ? {} : { original_name: original };
                yield { path: place, ...named, ...(place === path ? {} : { part: number }), size_bytes, crc32 };
            }
        }
    }
    async *#others() {
        for (const [index, { part, records }] of this.#parts.entries()) {
            this.#signal.throwIfAborted();
            await (0,external_node_timers_promises_.setImmediate)();
            const metadata = new Set(records.metadataFiles);
            const files = part.files().filter(({ path }) => !metadata.has(path));
            yield { index, number: part.number, part, files };
        }
    }
    /** A hard link, or a copy if the file system has none. */
    #link(part, path, place) {
        const from = (0,external_node_path_.join)(part.folder, replace_export/* FILES_FOLDER */.rv, path);
        const to = (0,external_node_path_.join)(this.#folder, place);
        try {
            (0,external_node_fs_.linkSync)(from, to);
            return;
        }
        catch (error) {
            const code = (0,system_errors/* codeOf */.$N)(error) ?? '';
            if (code === 'ENOENT')
                (0,external_node_fs_.mkdirSync)((0,external_node_path_.dirname)(to), { recursive: true });
            else if (!NO_LINKS.includes(code))
                throw error;
        }
        try {
            (0,external_node_fs_.linkSync)(from, to);
        }
        catch {
            (0,external_node_fs_.copyFileSync)(from, to, external_node_fs_.constants.COPYFILE_EXCL);
        }
    }
}
/** What a file system without hard links says, and one where a file has too many. */
const NO_LINKS = ['EPERM', 'EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'UNKNOWN'];

// EXTERNAL MODULE: ./build/transfer/disk.js
var disk = __webpack_require__(68109);
;// CONCATENATED MODULE: ./build/export/parts/merged-json.js

const BETWEEN = Buffer.from(',\n');
/** Writes a `metadata.json` batch by batch: the records first, then the other members. Throws what the disk does. */
class MergedJson {
    #file;
    #empty = true;
    constructor(file) {
        this.#file = file;
    }
    static async create(path) {
        const merged = new MergedJson(await disk/* SequentialFile */.S6.create(path));
        await merged.#file.write(Buffer.from('{"media_items":[\n'));
        return merged;
    }
    /** Adds records, which are valid JSON in UTF-8, as they are. */
    async add({ bytes, starts, ends }) {
        const pieces = [];
        for (let index = 0; index < starts.length; index += 1) {
            if (!this.#empty)
                pieces.push(BETWEEN);
            this.#empty = false;
            pieces.push(bytes.subarray(starts[index], ends[index]));
        }
        await this.#file.write(Buffer.concat(pieces));
    }
    /** Ends the file and closes it: Windows could not move it otherwise. @param members what else is in it */
    async finish(members) {
        const texts = Object.entries(members).map(([name, value]) => `,\n${JSON.stringify(name)}:${JSON.stringify(value)}`);
        await this.#file.write(Buffer.from(`\n]${texts.join('')}}\n`));
        await this.#file.close();
        return this.#file;
    }
    async close() {
        await this.#file.close();
    }
}

;// CONCATENATED MODULE: ./build/export/parts/merge.js
















/**
 * Makes one export of parts. Each part is added once: its records are read, and those of media items that an earlier part has are left out,
 * because the dataset may have changed between two parts. In the end its files are linked, so that the parts stay whole until the
 * export is in place. JSON becomes one `metadata.json`, with the bytes of each record as they are; the tables of parquet stay as they are,
 * with names by which pandas, DuckDB, and Spark take them for one table.
 *
 * Takes 36 bytes of memory per record, 16 per file, and the paths it returns.
 */
class Merge {
    #options;
    #summary = new read_records/* RecordSummary */.W6();
    #ids = new id_table/* IdTable */.of();
    #parts = [];
    #json;
    #info;
    #others = new Map();
    #disagreeing = new Set();
    #differing = 0;
    constructor(options) {
        this.#options = options;
    }
    /** Records that were kept so far. */
    get mediaCount() {
        return this.#summary.mediaCount;
    }
    /** Whether there is a record with this `media_id`. */
    has(id) {
        return this.#ids.has(id);
    }
    /**
     * Reads the records of a part. Throws `unexpected_reply` if it does not go together with those before it, `corrupt_download` if it is
     * damaged, or the signal's reason.
     */
    async add(part) {
        const { wanted, signal, format } = this.#options;
        const ofPart = { ids: new id_table/* IdTable */.of(), hashes: new id_table/* IdTable */.of() };
        const records = await (0,metadata_files/* readExport */.J)({ dir: (0,external_node_path_.join)(part.folder, replace_export/* FILES_FOLDER */.rv) }, {
            signal,
            wanted,
            take: (batch) => this.#take(batch, part, ofPart),
            onFile: (file) => this.#addMembers(file),
        });
        if (records.format !== format) {
            const message = `Part ${part.number} of the export is ${records.format}, not ${format}.`;
            throw new errors/* ActionError */.lZ('unexpected_reply', message, { todo: RETRY });
        }
        this.#ids.addAll(ofPart.ids);
        this.#parts.push({ part, records });
    }
    async #take(batch, part, ofPart) {
        const { result, json } = batch;
        const hash = new Uint32Array(id_table/* KEY_WORDS */.cm);
        const kept = [];
        const count = result.hashes.length / digest/* HASH_BYTES */.F;
        for (let index = 0; index < count; index += 1) {
            const at = index * id_table/* KEY_WORDS */.cm;
            const isEarlier = this.#ids.hasKey(result.keys, at);
            if (isEarlier && !json)
                throw exportedTwice((0,id_table/* uuidOf */.pV)(result.keys, at), part);
            const isNew = ofPart.ids.addKey(result.keys, at).isNew;
            const view = new DataView(result.hashes.buffer, result.hashes.byteOffset + index * digest/* HASH_BYTES */.F);
            for (let word = 0; word < id_table/* KEY_WORDS */.cm; word += 1)
                hash[word] = view.getUint32(word * 4);
            const isOther = ofPart.hashes.addKey(hash, 0).isNew;
            // That one part contains an item twice with differing data is no repetition, and must not be lost.
            if (isEarlier || (json && !isNew && !isOther))
                continue;
            if (!isNew && json)
                this.#differing += 1;
            kept.push(index);
        }
        if (!json)
            return this.#keep(batch);
        if (kept.length === 0)
            return;
        const records = { ...json, ...only(json, kept) };
        this.#json ??= await MergedJson.create(this.#draft);
        await this.#json.add(records);
        await this.#keep(kept.length === count ? batch : { result: (0,read_batch/* readBytes */.io)(records, this.#options.wanted), json: records });
    }
    async #keep(batch) {
        this.#summary.add(batch.result);
        await this.#options.take?.(batch);
    }
    #addMembers({ info, others }) {
        this.#info ??= info;
        if (datasetOf(info) !== datasetOf(this.#info))
            this.#disagreeing.add('dataset');
        for (const [name, value] of others) {
            if (!this.#others.has(name))
                this.#others.set(name, value);
            else if ((0,canonical/* canonicalText */.A4)(value) !== (0,canonical/* canonicalText */.A4)(this.#others.get(name)))
                this.#disagreeing.add(name);
        }
    }
    /**
     * Makes `work`/files and `work`/manifest.json. Throws an `ActionError` for the disk, or the signal's reason.
     *
     * @param origin what the caller knows of the export; its ID is `null`, because each part has one
     */
    async finish(origin, shard) {
        const { work, format, coco, signal } = this.#options;
        const files = (0,external_node_path_.join)(work, replace_export/* FILES_FOLDER */.rv);
        try {
            await (0,promises_.rm)(files, { recursive: true, force: true });
            await (0,promises_.mkdir)(files);
            const merged = new MergedFiles(this.#parts, files, signal);
            const metadata = format === 'json' ? await this.#finishJson(files) : merged.linkTables();
            const contentDigest = this.#summary.contentDigest();
            const written = await coco?.finish(files, origin, contentDigest, signal);
            const own = written ? [...metadata, written.file] : metadata;
            const paths = own.map(({ path }) => path);
            const reserved = [...export_manifest/* OWN_NAMES */.gN, 'metadata.json', ...(written ? [export_manifest/* ANNOTATIONS_NAME */.fn] : [])];
            const list = async function* () {
                yield* own;
                for await (const file of merged.linkOthers(reserved)) {
                    paths.push(file.path);
                    if (written && (0,coco_file/* gaveWay */.X)(file))
                        written.summary.theirs ??= file.path;
                    yield file;
                }
            };
            const manifest = {
                schema_version: 1,
                ...origin,
                media_count: this.mediaCount,
                content_digest: contentDigest,
                extracted: true,
                parts: this.#parts.map(manifestPart),
                ...(shard ? { shard } : {}),
            };
            await (0,export_manifest/* writeManifest */.HN)((0,external_node_path_.join)(work, export_manifest/* MANIFEST_NAME */.ir), manifest, list());
            return {
                mediaCount: this.mediaCount,
                contentDigest,
                statistics: this.#summary.statistics(),
                format,
                metadataFiles: metadata.map(({ path }) => path),
                paths,
                notes: this.#notes(),
                coco: written?.summary,
            };
        }
        catch (error) {
            signal.throwIfAborted();
            throw (0,system_errors/* systemFailure */.oM)(error, 'merge the parts of the export', work);
        }
    }
    /** Ends what is being written, and removes what is not finished. */
    async close() {
        await this.#json?.close();
        await (0,promises_.rm)(this.#draft, { force: true });
    }
    get #draft() {
        return (0,external_node_path_.join)(this.#options.work, 'metadata.json.partial');
    }
    async #finishJson(files) {
        this.#json ??= await MergedJson.create(this.#draft);
        const info = (0,reply/* isRecord */.u4)(this.#info) ? this.#info : {};
        const others = { ...Object.fromEntries(this.#others), info: { ...info, total_media_items: this.mediaCount } };
        const { size, crc32 } = await this.#json.finish(others);
        await (0,promises_.rename)(this.#draft, (0,external_node_path_.join)(files, 'metadata.json'));
        return [{ path: 'metadata.json', size_bytes: size, crc32: (0,export_manifest/* checksumText */.d8)(crc32) }];
    }
    #notes() {
        const notes = [...this.#disagreeing].map((name) => `The parts have different values of ${JSON.stringify(name)} in metadata.json. The first part's was kept.`);
        if (this.#differing > 0)
            notes.push(`Records with the same media_id but other data in one part: ${this.#differing}. All were kept.`);
        return notes;
    }
}
const RETRY = 'Re-run the job. If this keeps happening, send Visual Layer support the export IDs in the log.';
function only({ starts, ends }, kept) {
    return { starts: kept.map((index) => starts[index] ?? 0), ends: kept.map((index) => ends[index] ?? 0) };
}
function manifestPart({ part, records }) {
    return {
        number: part.number,
        export_id: part.exportId,
        size_bytes: part.sizeBytes,
        sha256: part.sha256,
        media_count: records.mediaCount,
        content_digest: records.contentDigest,
        clusters: part.content.clusters.length,
        media_ids: part.content.mediaIds.length,
    };
}
function datasetOf(info) {
    return (0,reply/* isRecord */.u4)(info) && 'dataset' in info ? (0,canonical/* canonicalText */.A4)(info['dataset']) : '';
}
function exportedTwice(id, { number, exportId }) {
    return new errors/* ActionError */.lZ('unexpected_reply', `The parts of the export overlap: media item ${id} is in part ${number} (export ${exportId}) and in an earlier part. Rows cannot be removed from parquet files, so it would count twice.`, {
        todo: `Re-run the job once nobody changes the dataset, or use "export_format: json", where such items are kept once. ${RETRY}`,
    });
}

// EXTERNAL MODULE: ./build/export/place.js
var place = __webpack_require__(50012);
// EXTERNAL MODULE: ./build/visual-layer/failure.js
var failure = __webpack_require__(57911);
// EXTERNAL MODULE: ./build/waiting/verdicts/export.js
var verdicts_export = __webpack_require__(89057);
// EXTERNAL MODULE: ./build/operations/export/export-bytes.js
var export_bytes = __webpack_require__(76660);
// EXTERNAL MODULE: ./build/operations/export/export-task.js
var export_task = __webpack_require__(38074);
// EXTERNAL MODULE: ./build/operations/export/parts-folder.js
var parts_folder = __webpack_require__(98921);
// EXTERNAL MODULE: ./build/operations/export/start-export.js
var start_export = __webpack_require__(31613);
// EXTERNAL MODULE: ./build/operations/waits.js
var waits = __webpack_require__(44801);
// EXTERNAL MODULE: ./build/numbers.js
var numbers = __webpack_require__(82746);
;// CONCATENATED MODULE: ./build/operations/export/part-contents.js














function listedMedia(mediaIds, revision = '') {
    return { content: { clusters: [], mediaIds }, revision, ids: mediaIds };
}
/**
 * Names everything that the inputs select: by the media IDs that were given; by those that an export of the metadata alone lists,
 * where media files made the export too large; else by clusters.
 *
 * @param alike whether every job of a matrix must find the same: only clusters promise that
 */
async function listContents(request, step, subject, alike) {
    const { selection } = request;
    if (selection.kind === 'selected' && selection.clusterIds.length === 0)
        return listedMedia(selection.mediaIds);
    if (request.includeImages && !alike) {
        step.reporter.info('Exporting only the metadata first, because it lists all media and may fit into one export.');
        const found = await metadataIds(step, subject, request);
        if (found)
            return listedMedia(found.ids, found.contentDigest);
    }
    const clusters = await listClusters(request, step, subject);
    const held = heldBy(request, subject);
    const inClusters = itemsOf({ clusters, mediaIds: [] });
    if (selection.kind === 'whole' && (clusters.length === 0 || (alike && inClusters < held))) {
        const ids = await step.api.explore.mediaIds(subject.exported.id);
        if (ids && ids.length > 0 && (ids.length >= held || clusters.length === 0))
            return listedMedia(ids);
        // Nobody would notice the rest: each job of a matrix checks only its own shard.
        if (clusters.length > 0)
            throw outsideClusters(held - inClusters, held);
    }
    if (clusters.length > 0) {
        const given = selection.kind === 'selected' ? selection.mediaIds : [];
        const mediaIds = alike ? await outsideOf(clusters, given, request, step, subject) : given;
        return { content: { clusters, mediaIds }, revision: '', ids: undefined };
    }
    if (alike && selection.kind === 'vql') {
        if (request.allowEmpty)
            return listedMedia([]);
        throw (0,verdicts_export/* rejectedExport */.lE)({ reason: 'nothing_matched', words: undefined, entities: undefined });
    }
    throw new errors/* ActionError */.lZ('rejected', 'The export cannot be split: Visual Layer lists neither the clusters nor the media of the dataset.', { todo: 'Split it into several exports by vql or media_ids. A dataset has clusters once it is indexed.' });
}
/**
 * How many items the dataset reports at least; 0 if it does not report it, or if items are counted otherwise. Whether the
 * frames of a video are among its images is not documented, so images and videos are not added.
 */
function heldBy({ selection, entityType }, { exported }) {
    if (selection.kind !== 'whole' || entityType !== 'IMAGES')
        return 0;
    return Math.max(0, exported.images ?? 0, exported.videos ?? 0);
}
function outsideClusters(items, held) {
    return new errors/* ActionError */.lZ('rejected', `The dataset cannot be exported in shards: ${(0,numbers/* count */.U9)(items)} of its ${(0,numbers/* count */.U9)(held)} items are in no listed cluster, and Visual Layer does not list all media.`, { todo: 'Export it without shard. If items were added recently, wait until the dataset is indexed.' });
}
/** Of the media that were given in addition to clusters, those that are not in one of them: otherwise two shards would contain them. */
async function outsideOf(clusters, given, request, step, { exported }) {
    const { selection, entityType } = request;
    const excluded = new Set(selection.kind === 'selected' ? selection.excludeMediaIds : []);
    const outside = new Set(given);
    for (const { id } of given.length > 0 ? clusters : []) {
        const members = await step.api.explore.members(exported.id, id, { entityType });
        for (const member of members ?? [])
            if (!excluded.has(member))
                outside.delete(member);
    }
    return [...outside];
}
/** The clusters that the inputs select; with `vql`, those that contain matches, and how many. */
async function listClusters(request, step, subject) {
    const { exported } = subject;
    const { selection, entityType } = request;
    const explored = { entityType, vql: selection.kind === 'vql' ? selection.vql : undefined };
    const onPage = (found, total) => {
        const of = total === undefined ? '' : ` of ${(0,numbers/* count */.U9)(total)}`;
        step.reporter.progress(`listed ${(0,numbers/* count */.U9)(found)}${of} clusters`);
    };
    let listed = await step.api.explore.clusters(exported.id, explored, onPage).catch((error) => {
        // A server without this call: there may be another way.
        if ((0,failure/* isMissing */.b2)(error))
            return [];
        throw error;
    });
    if (selection.kind === 'selected') {
        const chosen = new Set(selection.clusterIds);
        listed = listed.filter(({ id }) => chosen.has(id));
        const missing = [...chosen].find((id) => !listed.some((cluster) => cluster.id === id));
        if (missing !== undefined) {
            throw new errors/* ActionError */.lZ('not_found', `Visual Layer lists no cluster ${missing} in the dataset.`, {
                todo: 'Check cluster_ids: clusters get new IDs when a dataset is reindexed.',
            });
        }
    }
    const clusters = [];
    for (const { id, items } of listed) {
        const counted = items ?? (await listMembers(request, step, subject, { id, items: 0 }))?.length;
        if (counted === undefined)
            throw uncounted(id);
        if (counted > 0)
            clusters.push({ id, items: counted });
    }
    return clusters;
}
function uncounted(id) {
    return new errors/* ActionError */.lZ('rejected', `Cluster ${id} cannot be split: Visual Layer reports neither its number of items nor its media.`, { todo: 'Split it into several exports by vql or media_ids.' });
}
/** The IDs that an export without media files brings; `undefined` where that one is rejected too. */
async function metadataIds(step, { exported }, request) {
    const start = { ...(0,start_export/* startOf */.GH)(request), format: 'json', includeImages: false };
    const begun = await (0,export_task/* beginExport */.c)(step, exported, start, request.onConflict);
    if (begun.kind !== 'begun')
        return undefined;
    const { exportId } = begun;
    const carryOn = 'Re-run the job.';
    const awaited = `export ${exportId}, the metadata alone`;
    const end = await (0,waits/* waitFor */.fm)(step, { awaited, carryOn }, (0,export_task/* exportProbe */.Z)(step, exported.id, exportId, Infinity));
    if (end.kind === 'rejected')
        return undefined;
    const folder = `${(0,parts_folder/* partsFolder */.Hb)(request)}-metadata`;
    try {
        return await (0,waits/* withinDeadline */.iP)(step, { awaited: 'the download of the metadata', carryOn }, async (signal) => {
            await (0,promises_.rm)(folder, { recursive: true, force: true });
            await (0,export_bytes/* fetchUnpacked */.E)(step, {
                datasetId: exported.id,
                exportId,
                link: end.link,
                carryOn,
                archive: `${folder}.partial`,
                target: folder,
                label: 'metadata: ',
                signal,
            });
            const ids = [];
            const { contentDigest } = await (0,metadata_files/* readExport */.J)({ dir: folder }, {
                signal,
                take({ result }) {
                    for (const id of idsOf(result))
                        ids.push(id);
                },
            });
            return { ids, contentDigest };
        });
    }
    finally {
        await (0,promises_.rm)(folder, { recursive: true, force: true });
    }
}
function* idsOf(result) {
    for (let index = 0; index < result.hashes.length / digest/* HASH_BYTES */.F; index += 1) {
        const id = (0,read_batch/* mediaIdOf */.vK)(result, index);
        if (id === undefined) {
            throw new errors/* ActionError */.lZ('unexpected_reply', 'A record of the exported metadata has no media_id, so it cannot be requested by ID.', { todo: 'Split it into several exports by vql or cluster_ids, and send Visual Layer support the export ID.' });
        }
        yield id;
    }
}
/** The media of one cluster, for a cluster that one export cannot contain; `undefined` if Visual Layer does not list them all. */
async function listMembers(request, step, subject, cluster) {
    const { selection, entityType } = request;
    const items = cluster.items > 1 ? `${(0,numbers/* count */.U9)(cluster.items)} items` : 'media';
    step.reporter.info(`Listing the ${items} of cluster ${cluster.id}.`);
    const vql = selection.kind === 'vql' ? selection.vql : undefined;
    const members = await step.api.explore.members(subject.exported.id, cluster.id, { entityType, vql });
    if (members === undefined || members.length < cluster.items)
        return undefined;
    const excluded = new Set(selection.kind === 'selected' ? selection.excludeMediaIds : []);
    return members.filter((id) => !excluded.has(id));
}

;// CONCATENATED MODULE: ./build/operations/export/completeness.js




/** Media that a message names. */
const MOST_NAMED = 10;
/** What the service itself says there is, as a least number of items. */
function expectations({ request, subject, cause, own }) {
    const { entityType, shard } = request;
    // An export of objects counts objects, while records are of media.
    if (entityType !== 'IMAGES')
        return [];
    const found = [];
    if (isListingExact(request, subject))
        found.push({ items: itemsOf(own.content), source: 'as its clusters and media are listed' });
    if (shard)
        return found;
    if (cause?.kind === 'rejected' && cause.entities !== undefined)
        found.push({ items: cause.entities, source: 'as counted when the whole export was rejected' });
    found.push({ items: heldBy(request, subject), source: 'as the dataset itself says' });
    return found;
}
/** Whether the number of listed items is that of the records. What a cluster counts of a video, itself or its frames or both, is not documented. */
function isListingExact({ selection, entityType }, { exported }) {
    return selection.kind !== 'selected' && entityType === 'IMAGES' && (exported.videos ?? 0) === 0;
}
/** The media that must be there: those that were given by someone may be gone. */
function expectedIds({ request, all }) {
    return request.selection.kind !== 'selected' && !request.shard ? (all.ids ?? []) : [];
}
/** What no part contained and can be requested by its media IDs: media that were given in addition to clusters, and those in no cluster. */
async function restOf(asked, merge) {
    const { request, step, subject, own } = asked;
    const { selection, shard } = request;
    if (shard)
        return [];
    if (selection.kind === 'selected')
        return own.content.clusters.length > 0 ? own.content.mediaIds.filter((id) => !merge.has(id)) : [];
    const wanted = Math.max(0, ...expectations(asked).map(({ items }) => items));
    if (selection.kind !== 'whole' || merge.mediaCount >= wanted)
        return [];
    const ids = await step.api.explore.mediaIds(subject.exported.id);
    return (ids ?? []).filter((id) => !merge.has(id));
}
/** Parts that together are not what was asked for. */
class WrongTotal extends errors/* ActionError */.lZ {
}
/** Throws {@link WrongTotal} when the records that were merged are fewer than the service says there are, or more than were asked for. */
function checkTotal(asked, merge) {
    const { request, subject, own, step } = asked;
    const listed = itemsOf(own.content);
    // Whether the service applies a filter to the media of a cluster is not documented.
    if (request.selection.kind === 'vql' && isListingExact(request, subject) && merge.mediaCount > listed) {
        throw new WrongTotal('rejected', `The export in parts contains ${(0,numbers/* count */.U9)(merge.mediaCount)} items, but the filter (vql) matches only ${(0,numbers/* count */.U9)(listed)}: Visual Layer does not apply it to the clusters of a part. Nothing was moved into the output folder.`, { todo: 'Run several exports, each with a filter that matches few enough items.' });
    }
    const missing = expectedIds(asked).filter((id) => !merge.has(id));
    const short = expectations(asked).find(({ items }) => merge.mediaCount < items);
    if (missing.length === 0 && !short)
        return;
    const of = short ? ` of ${(0,numbers/* count */.U9)(short.items)} (${short.source})` : '';
    const lost = short ? short.items - merge.mediaCount : missing.length;
    const shown = missing.slice(0, MOST_NAMED).join(', ');
    const names = shown === '' ? '' : ` Missing: ${shown}${missing.length > MOST_NAMED ? ', and others' : ''}.`;
    step.reporter.output('media_count', merge.mediaCount);
    throw new WrongTotal('operation_failed', `The export of dataset "${subject.source.name}" is incomplete: its parts contain ${(0,numbers/* counted */.hS)(merge.mediaCount, 'item')}${of}; ${(0,numbers/* count */.U9)(lost)} missing. Nothing was moved into the output folder.${names}`, {
        todo: 'Make sure that nothing changes the dataset during the export, then re-run the job. If the problem persists, contact Visual Layer support.',
    });
}

// EXTERNAL MODULE: ./build/operations/export/export-origin.js
var export_origin = __webpack_require__(36729);
// EXTERNAL MODULE: ./build/operations/export/export-subject.js
var export_subject = __webpack_require__(6443);
// EXTERNAL MODULE: ./build/operations/facts.js
var facts = __webpack_require__(57140);
// EXTERNAL MODULE: ./build/clock.js
var clock = __webpack_require__(7094);
;// CONCATENATED MODULE: ./build/export/parts/named-limit.js
const BEFORE = String.raw `(?<![a-z])(?:thresholds?|limit(?:s|ed)?|max(?:imum)?\.?|cap(?:ped)?|exceed(?:s|ed|ing)?|at most|up to|more than|greater than|larger than|only|allowed)(?![a-z])|>`;
/** Digits plain, as Python prints a whole float, or in groups of three set off by one kind of separator. */
const NUMBER = String.raw `(?<![\w.,#-])(?:\d{1,3}(?<apart>[,._' \u00a0\u202f])\d{3}(?:\k<apart>\d{3})*|\d+(?:\.0)?)(?![\w-]|[.,]\d|[' \u00a0\u202f]\d{3}(?!\d))`;
/** With one of these after it, a number counts something other than items. */
const OTHER_UNIT = String.raw `(?:%|[KMGT]i?B|bytes?|ms|seconds?|minutes?|hours?|days?|exports?|requests?|tasks?|times?)(?![a-z])`;
const LIMIT = new RegExp(`(?:${BEFORE})(?<between>[^\\d.;!?\\n]{0,40}?)(?<number>${NUMBER})(?!\\s*${OTHER_UNIT})`, 'gi');
/**
 * The most items that the words of a rejection name: the first number that follows words such as "threshold", "limit" or "at most"
 * and is below the `rejected` count. Not one of another unit ("2 exports", "30 minutes"), nor an excess ("by 5,000").
 */
function namedLimit(words, rejected) {
    for (const { groups } of words.matchAll(LIMIT)) {
        const limit = Number((groups?.['number'] ?? '').replace(/\.0$/, '').replaceAll(/\D/g, ''));
        if (limit >= 1 && limit < rejected && !/\bby\b/i.test(groups?.['between'] ?? ''))
            return limit;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/export/parts/request-bytes.js
/** The body of a selective export (docs.visual-layer.com, export API) without its IDs; `OBJECTS` is the longer entity type. */
const FRAME = '{"media_selection":[]}'.length;
const MEDIA_ENTRY = '{"type":"media","payload":{"media_ids":[]}},'.length;
const CLUSTER_ENTRY = '{"type":"cluster","payload":{"cluster_id":,"cluster_filters":{"entity_type":"OBJECTS"},"exclude_media_ids":[]}},'
    .length;
/**
 * Bytes of the body of the request that asks for `content`: at most a few more than it has in fact. `extraClusterBytes` is what
 * excluded media and a filter add to the entry of every cluster.
 */
function requestBytesOf(content, extraClusterBytes = 0) {
    let bytes = content.mediaIds.length === 0 ? FRAME : FRAME + MEDIA_ENTRY;
    for (const id of content.mediaIds)
        bytes += mediaIdBytes(id);
    for (const cluster of content.clusters)
        bytes += clusterBytes(cluster) + extraClusterBytes;
    return bytes;
}
/** How many of `mediaIds`, whichever they are, a request of `requestBytes` has room for. */
function mostMedia(mediaIds, requestBytes) {
    return Math.floor((requestBytes - FRAME - MEDIA_ENTRY) / longest(mediaIds, mediaIdBytes));
}
/** How many of `clusters`, whichever they are, a request of `requestBytes` has room for. */
function mostClusters(clusters, requestBytes, extraClusterBytes = 0) {
    return Math.floor((requestBytes - FRAME) / (longest(clusters, clusterBytes) + extraClusterBytes));
}
function mediaIdBytes(id) {
    return quoted(id) + ','.length;
}
function clusterBytes(cluster) {
    return CLUSTER_ENTRY + quoted(cluster.id);
}
function quoted(id) {
    return /^[\w-]*$/.test(id) ? id.length + '""'.length : Buffer.byteLength(JSON.stringify(id));
}
function longest(entries, bytes) {
    let most = 1;
    for (const entry of entries)
        most = Math.max(most, bytes(entry));
    return most;
}

;// CONCATENATED MODULE: ./build/export/parts/pack.js


/**
 * Packs `content` into parts that each stay within the limits, and few of them: first fit, from the largest cluster down (where
 * requests are long enough, at most 11/9 of the fewest possible and one more), and media in the fewest consecutive runs of
 * equal length. An entry that alone is longer than `requestBytes` has a part of its own.
 *
 * The result depends on what the content is, not on its order; see {@link inOrder} for duplicates and empty clusters. A part
 * that was rejected is split by packing it again with a cap below its items.
 *
 * @throws RangeError for a cap below 1, which no item fits, and for a cluster without a proper count.
 */
function pack(content, limits) {
    if (!(limits.cap >= 1))
        throw new RangeError(`No item fits a cap of ${limits.cap}`);
    const { clusters, mediaIds } = content_inOrder(content);
    const oversize = clusters.filter((cluster) => cluster.items > limits.cap);
    const mediaInPart = Math.max(1, Math.min(Math.floor(limits.cap), mostMedia(mediaIds, limits.requestBytes)));
    return {
        parts: [...packClusters(clusters.slice(oversize.length), limits), ...packMedia(mediaIds, mediaInPart)],
        oversize,
    };
}
/** The fewest lengths of at most `most` that add up to `count`, as equal as possible. */
function evenLengths(count, most) {
    const lengths = count === 0 ? 0 : Math.max(1, Math.ceil(count / most));
    return Array.from({ length: lengths }, (_, index) => Math.floor(count / lengths) + (index < count % lengths ? 1 : 0));
}
function packMedia(mediaIds, most) {
    let end = 0;
    return evenLengths(mediaIds.length, most).map((length) => {
        end += length;
        return { clusters: [], mediaIds: mediaIds.slice(end - length, end) };
    });
}
/** First fit. Every entry counts with the bytes of the longest, since IDs have one length in practice, so a part has a fixed number of places. */
function packClusters(clusters, limits) {
    const places = Math.max(1, mostClusters(clusters, limits.requestBytes, limits.extraClusterBytes));
    const least = clusters.at(-1)?.items ?? 0;
    const parts = [];
    /** Parts that have room for at least the smallest cluster. */
    let open = [];
    for (const cluster of clusters) {
        let part = open.find(({ room }) => room >= cluster.items);
        if (!part) {
            part = { clusters: [], room: limits.cap };
            parts.push({ clusters: part.clusters, mediaIds: [] });
            open.push(part);
        }
        part.clusters.push(cluster);
        part.room -= cluster.items;
        if (part.room < least || part.clusters.length === places)
            open = open.filter((one) => one !== part);
    }
    return parts;
}

// EXTERNAL MODULE: ./build/scope.js
var scope = __webpack_require__(23832);
// EXTERNAL MODULE: ./build/transfer/advice.js
var advice = __webpack_require__(84852);
// EXTERNAL MODULE: ./build/waiting/pace.js
var pace = __webpack_require__(19901);
// EXTERNAL MODULE: ./build/waiting/until.js
var until = __webpack_require__(49404);
;// CONCATENATED MODULE: ./build/operations/export/part-start.js

/** The request for one part of what the inputs select. Media IDs were chosen one by one: no filter applies to them. */
function startOfPart(request, { clusters, mediaIds }) {
    const { selection } = request;
    return {
        ...(0,start_export/* startOf */.GH)(request),
        vql: undefined,
        selection: {
            mediaIds,
            clusterIds: clusters.map(({ id }) => id),
            excludeMediaIds: selection.kind === 'selected' ? selection.excludeMediaIds : [],
            clusterVql: selection.kind === 'vql' ? selection.vql : undefined,
        },
    };
}
/** What excluded media and a filter add to the entry of every cluster in a request, in bytes. */
function extraClusterBytes({ selection }) {
    if (selection.kind === 'vql')
        return Buffer.byteLength(selection.vql) + ',"vql":'.length;
    return selection.kind === 'selected' ? Buffer.byteLength(JSON.stringify(selection.excludeMediaIds)) : 0;
}

;// CONCATENATED MODULE: ./build/operations/export/part-export.js












/** An export that failed, or whose bytes are damaged, is started again: a single bad worker must not fail the whole export. */
const MOST_STARTS = 2;
/** Fetches one part: starts its export, or continues with the one that was started before, waits, downloads, and unpacks. */
async function exportPart(job) {
    const { step, part, onPhase, onStarted } = job;
    let exportId = part.exportId;
    // One that an earlier run of the step started does not count: it may be long gone.
    let starts = 0;
    for (;;) {
        const graceMs = exportId === undefined ? (0,pace/* patienceMs */.si)(step.deadline.remainingMs()) : 0;
        if (exportId === undefined) {
            onPhase('starting');
            const begun = await (0,export_task/* beginExport */.c)(step, job.dataset, startOfPart(job.request, part.content), job.request.onConflict);
            // A request that is too long is divided like an export that is too large.
            if (begun.kind === 'too_long')
                return { kind: 'rejected', reason: 'too_large', words: undefined, entities: undefined };
            if (begun.kind === 'rejected')
                return begun;
            exportId = begun.exportId;
            starts += 1;
            await onStarted(exportId);
        }
        try {
            const end = await ended(job, exportId, graceMs);
            if (end.kind === 'rejected')
                return end;
            return { kind: 'whole', record: await fetched(job, exportId, end.link) };
        }
        catch (error) {
            if (!isSpoilt(error))
                throw error;
            // The next run of the step must not come back to it either.
            await onStarted(undefined);
            if (starts >= MOST_STARTS)
                throw error.with({ message: `Part ${part.number} of the export: ${error.message}` });
            step.reporter.info(`Part ${part.number}: ${error.message} Restarting its export.`);
            exportId = undefined;
        }
    }
}
/** Whether nothing will ever come of an export. */
function isSpoilt(error) {
    if (error instanceof ExportEndedBadly)
        return true;
    return error instanceof errors/* ActionError */.lZ && (error.code === 'corrupt_download' || error.code === 'unsafe_archive');
}
/** An export that failed, or that the service does not know any longer. */
class ExportEndedBadly extends errors/* ActionError */.lZ {
}
async function ended({ step, dataset, part, onPhase, onRunning }, exportId, graceMs) {
    const poll = (0,export_task/* exportProbe */.Z)(step, dataset.id, exportId, graceMs, ({ state }) => {
        // One that waits in a queue may still be rejected for its size.
        if (state === 'RUNNING' || state === 'COMPLETED')
            onRunning();
    });
    const probe = async () => {
        const seen = await poll().catch((error) => {
            if ((0,failure/* isMissing */.b2)(error))
                return { state: 'failed', error: endedBadly(error) };
            throw error;
        });
        if (seen.state === 'failed')
            return { state: 'failed', error: endedBadly(seen.error) };
        if (seen.state === 'pending')
            onPhase(seen.phase ?? seen.line);
        return seen;
    };
    // What the polls say is shown for all parts together.
    const end = await (0,until/* until */.TG)(probe, { ...step.waiting, onLook: () => undefined });
    if (end.end === 'done')
        return end.value;
    if (end.end === 'failed')
        throw end.error;
    const last = end.lastLine === undefined ? 'no status received' : `last status: ${end.lastLine}`;
    throw new errors/* ActionError */.lZ('timed_out', `Timed out while waiting for part ${part.number}; ${last}.`, {
        apiWords: end.lastFault?.apiWords,
        todo: 'Increase timeout.',
        cause: end.lastFault,
    });
}
function endedBadly(error) {
    const { code, message, apiWords } = error;
    return new ExportEndedBadly(code, message, { apiWords, todo: `Re-run the job. ${advice/* REPORT */.r}`, cause: error });
}
async function fetched({ step, dataset, part, onPhase }, exportId, link) {
    onPhase('downloading');
    const target = external_node_path_.join(part.folder, replace_export/* FILES_FOLDER */.rv);
    // Of a step that was killed while it unpacked.
    await (0,promises_.rm)(target, { recursive: true, force: true });
    const { downloaded, contents } = await (0,export_bytes/* fetchUnpacked */.E)(step, {
        datasetId: dataset.id,
        exportId,
        link,
        carryOn: '',
        archive: external_node_path_.join(part.folder, 'part.zip.partial'),
        target,
        label: `part ${part.number}: `,
        signal: step.signal,
    });
    return { exportId, sizeBytes: downloaded.sizeBytes, sha256: downloaded.sha256, files: (0,export_manifest/* listed */.KE)(contents) };
}

;// CONCATENATED MODULE: ./build/operations/export/part-queue.js










/** Parts that are exported and fetched at once, once the service accepted one of that size. */
const AT_ONCE = 3;
/** The longest request, in bytes: what proxies accept that nobody configured (1 MiB). */
const REQUEST_BYTES = 1_000_000;
/** Between two progress lines, in ms: there may be a thousand parts. */
const TELL_MS = 5_000;
/**
 * Exports everything in parts, a few at a time. The most items that a part may contain is learned: a part that is rejected as too large
 * halves it, or sets it to what the rejection states, and is divided, as is what still waits. Until the service has accepted a part of
 * the present size there is only one at a time, so that a wrong guess costs one rejection.
 */
class PartQueue {
    #options;
    #exportOne;
    #waiting = [];
    #running = new Map();
    #cap;
    #accepted = false;
    /** Clusters that were rejected alone: to be divided whatever the cap. */
    #divided = new Set();
    #change = Promise.withResolvers();
    #toldAt = -Infinity;
    /** @param exportOne exports one part */
    constructor(options, exportOne = exportPart) {
        this.#options = options;
        this.#exportOne = exportOne;
        this.#cap = options.cap ?? Infinity;
    }
    /** Infinity until something was rejected. */
    get cap() {
        return this.#cap;
    }
    /** How many parts there are and will be, as far as is known now. */
    get count() {
        return this.#options.kept.parts.length + this.#waiting.length;
    }
    /** The progress, for people. */
    get state() {
        const phases = [...this.#running].map(([part, { phase }]) => `part ${part.number}: ${phase}`);
        return [`${this.#options.kept.whole.length} of ${this.count} parts done`, ...phases].join('; ');
    }
    /**
     * Lowers the cap after a rejection.
     *
     * @param items of the export that was rejected, as planned
     * @param itemsFound by the service, if it said so: a limit in its words is in these terms
     */
    reject(items, words, itemsFound = items) {
        const limit = namedLimit(words ?? '', itemsFound);
        const stated = limit === undefined ? Infinity : Math.max(1, Math.floor((limit * items) / itemsFound));
        const next = stated < items ? stated : Math.max(1, Math.floor(items / 2));
        this.#cap = Math.min(this.#cap, next);
        this.#accepted = false;
    }
    /** Returns when every part of `content` is whole. Throws what stopped it, once nothing runs any longer. */
    async run(content, signal) {
        const { kept } = this.#options;
        await (0,scope/* inScope */.S)(signal, async (scope) => {
            for (const part of kept.parts)
                if (!part.whole)
                    this.#start(scope, part);
            this.#waiting.push(content);
            for (;;) {
                this.#change = Promise.withResolvers();
                while (this.#running.size < (this.#accepted ? AT_ONCE : 1)) {
                    const next = await this.#next(scope.signal);
                    if (!next)
                        break;
                    this.#start(scope, await kept.add(next));
                }
                if (this.#running.size === 0)
                    break;
                await (0,clock/* orAborted */.H6)(this.#change.promise, scope.signal);
            }
        });
        if (this.count > 0)
            this.#tell('always');
    }
    /** The next part; `undefined` if nothing waits. */
    async #next(signal) {
        for (;;) {
            signal.throwIfAborted();
            const next = this.#waiting.shift();
            if (!next || this.#fits(next))
                return next;
            await this.#pack(next);
        }
    }
    #fits({ clusters, mediaIds }) {
        // Neither both nor none.
        if (clusters.length > 0 === mediaIds.length > 0)
            return false;
        return itemsOf({ clusters, mediaIds }) <= this.#cap && !clusters.some(({ id }) => this.#divided.has(id));
    }
    /** Packs what waits, with `more`, under the cap known now. A cluster that is over it is divided by its media. */
    async #pack(more) {
        const all = { clusters: [], mediaIds: [] };
        for (const { clusters, mediaIds } of [...this.#waiting, more]) {
            for (const cluster of clusters)
                all.clusters.push(cluster);
            for (const id of mediaIds)
                all.mediaIds.push(id);
        }
        this.#waiting = [];
        const { request, kept, members } = this.#options;
        const limits = {
            cap: this.#cap,
            requestBytes: REQUEST_BYTES,
            extraClusterBytes: extraClusterBytes(request),
        };
        const whole = all.clusters.filter(({ id }) => !this.#divided.has(id));
        const clusters = pack({ clusters: whole, mediaIds: [] }, limits);
        const divided = [...clusters.oversize, ...all.clusters.filter(({ id }) => this.#divided.has(id))];
        // An earlier run of the step may have divided a cluster, and fetched some of it.
        const requested = new Set(divided.length === 0 ? [] : kept.parts.flatMap(({ content }) => content.mediaIds));
        for (const cluster of divided) {
            const ids = await members(cluster);
            if (!ids)
                throw undividable(cluster);
            for (const id of ids)
                if (!requested.has(id))
                    all.mediaIds.push(id);
        }
        const media = pack({ clusters: [], mediaIds: all.mediaIds }, limits);
        this.#waiting.push(...clusters.parts, ...media.parts);
        this.#tell();
    }
    #start(scope, part) {
        const state = { phase: 'starting' };
        this.#running.set(part, state);
        const { step, request, dataset, kept } = this.#options;
        void scope.start(async (signal) => {
            const end = await this.#exportOne({
                // Its waits end with the queue.
                step: { ...step, signal, waiting: { ...step.waiting, signal } },
                request,
                dataset,
                part,
                onPhase: (phase) => {
                    state.phase = phase;
                    this.#tell();
                },
                onRunning: () => this.#accept(),
                onStarted: (exportId) => kept.started(part, exportId),
            });
            await this.#end(part, end);
            // Only now: a rejected part waits again before the queue can take itself for empty.
            this.#running.delete(part);
            this.#change.resolve();
        });
    }
    async #end(part, end) {
        const { step, kept, save, onWhole } = this.#options;
        const { content } = part;
        if (end.kind === 'whole') {
            this.#accept();
            await kept.finish(part, end.record);
            this.#tell();
            return onWhole(this.#waiting.reduce((sum, waiting) => sum + itemsOf(waiting), 0));
        }
        if (end.reason === 'nothing_matched') {
            step.reporter.info(`Part ${part.number} matched nothing: its items are no longer in the dataset.`);
            return kept.drop(part);
        }
        if (end.reason !== 'too_large')
            throw (0,verdicts_export/* rejectedExport */.lE)(end);
        const items = itemsOf(content);
        const [cluster] = content.clusters;
        if (items > 1)
            this.reject(items, end.words, end.entities);
        else if (cluster)
            this.#divided.add(cluster.id);
        else
            throw (0,verdicts_export/* rejectedExport */.lE)(end, 'Not even a single item can be exported. Contact Visual Layer support.');
        const words = end.words === undefined ? '' : ` (${end.words})`;
        const next = items > 1 ? `limiting parts to ${(0,numbers/* count */.U9)(this.#cap)} items from now on` : 'splitting it';
        step.reporter.info(`Part ${part.number} with ${(0,numbers/* counted */.hS)(items, 'item')} was rejected as too large${words}; ${next}.`);
        if (this.#cap !== Infinity)
            await save(this.#cap);
        await kept.drop(part);
        this.#waiting.push(content);
    }
    #accept() {
        this.#accepted = true;
        this.#change.resolve();
    }
    #tell(when) {
        const { step } = this.#options;
        if (when === undefined && step.clock.now() - this.#toldAt < TELL_MS)
            return;
        this.#toldAt = step.clock.now();
        step.reporter.progress(this.state);
    }
}
function undividable({ id, items }) {
    const contents = items > 1 ? `${(0,numbers/* count */.U9)(items)} items, more than one export may` : 'more than one export may';
    return new errors/* ActionError */.lZ('rejected', `Cluster ${id} contains ${contents}, and Visual Layer does not list its media, so it cannot be split.`, { todo: 'Export it with several filters (vql) that each match fewer items.' });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./build/export/parts/cluster-range.js

/** Puts clusters end to end, and cuts the row into the given lengths. */
function cutInto(clusters, lengths) {
    let next = 0;
    let from = 0;
    return lengths.map((length) => {
        const cut = [];
        for (let room = length; room > 0;) {
            const cluster = clusters[next];
            if (!cluster)
                break;
            const to = Math.min(cluster.items, from + room);
            cut.push({ cluster, from, to });
            room -= to - from;
            next += to === cluster.items ? 1 : 0;
            from = to === cluster.items ? 0 : to;
        }
        return cut;
    });
}
/**
 * The media of a range, where `members` are those listed of its cluster. They may be more or fewer than its items: the ranges of a cluster
 * together contain each of them once, provided that every runner sees the same ones, in whatever order.
 */
function membersIn({ cluster, from, to }, members) {
    const { mediaIds } = content_inOrder({ clusters: [], mediaIds: members });
    // A rounded product could leave out the last one.
    const indexOf = (place) => Number((BigInt(place) * BigInt(mediaIds.length)) / BigInt(cluster.items));
    return mediaIds.slice(indexOf(from), indexOf(to));
}

;// CONCATENATED MODULE: ./build/export/parts/shard.js



/** The largest shard may contain this many times the mean before more clusters are split. */
const MOST_UNEVEN = 1.1;
/** With a mean below this many items, an even split is not worth further requests. */
const FEW_ITEMS = 10;
/**
 * The clusters to split for `of` shards, so that no shard is far larger than another: those with more items than the mean, and those that
 * would bring their shard to more than a tenth above it. With these split, the largest shard is within a tenth of the mean. None if there
 * are too few items to matter.
 */
function clustersToSplit(clusters, of) {
    return assignClusters(inOrder({ clusters: [...clusters], mediaIds: [] }).clusters, of).split;
}
/**
 * Divides `content` into `of` shards: every cluster, or every position in it, and every media ID is in exactly one. Clusters with more items
 * than the mean, end to end, fill one shard after another. Each other cluster, from the largest down, goes whole to the emptiest of the
 * remaining shards. Those that would make it too large, end to end, then fill these shards up to one level. The media IDs, ascending, do
 * the same with all shards.
 *
 * Few members have to be listed: over all shards, those of each split cluster, and of one more at each border between two shards. Every
 * runner that sees the same content, in whatever order, gets the same shards.
 *
 * @throws RangeError for a cluster whose count is not valid.
 */
function shardsOf(content, of) {
    const { clusters, mediaIds } = content_inOrder(content);
    const { shards, loads } = assignClusters(clusters, of);
    let end = 0;
    for (const [index, length] of fillUp(loads, mediaIds.length).entries()) {
        end += length;
        const shard = shards[index];
        if (shard)
            shard.mediaIds = mediaIds.slice(end - length, end);
    }
    return shards;
}
/** One of the {@link shardsOf}; `index` counts from 1. */
function shardOf(content, { index, of }) {
    const shard = shardsOf(content, of)[index - 1];
    if (!shard)
        throw new RangeError(`There is no shard ${index} of ${of}`);
    return shard;
}
/** Assigns clusters, in their canonical order; returns how many items each shard then contains, and which clusters may be split. */
function assignClusters(ordered, of) {
    const items = itemsIn(ordered);
    const mean = items / of;
    const worthwhile = of > 1 && mean >= FEW_ITEMS;
    const giants = worthwhile ? ordered.filter((cluster) => cluster.items > mean) : [];
    const { full, left } = fillOneByOne(worthwhile ? evenSizes(items, of) : [], itemsIn(giants));
    const loads = Array.from({ length: of - full.length }, (_, index) => (index === 0 ? left : 0));
    const shards = Array.from({ length: of }, () => ({ clusters: [], ranges: [], mediaIds: [] }));
    const late = [];
    for (const cluster of ordered.slice(giants.length)) {
        const least = Math.min(...loads);
        if (worthwhile && least + cluster.items > MOST_UNEVEN * mean) {
            late.push(cluster);
            continue;
        }
        const emptiest = loads.indexOf(least);
        loads[emptiest] = least + cluster.items;
        shards[full.length + emptiest]?.clusters.push(cluster);
    }
    const positions = fillUp(loads, itemsIn(late));
    give(giants, [...full, left], shards);
    give(late, positions, shards.slice(full.length));
    return {
        shards,
        loads: [...full, ...loads.map((load, index) => load + (positions[index] ?? 0))],
        split: [...giants, ...late],
    };
}
/** Gives each shard this number of positions in the clusters. A cluster that is in a single shard stays whole. */
function give(clusters, positions, shards) {
    for (const [index, ranges] of cutInto(clusters, positions).entries()) {
        for (const range of ranges) {
            if (range.to - range.from === range.cluster.items)
                shards[index]?.clusters.push(range.cluster);
            else
                shards[index]?.ranges.push(range);
        }
    }
}
function itemsIn(clusters) {
    return itemsOf({ clusters, mediaIds: [] });
}
/** As equal as possible, and the smaller ones first, so that those full of giants are no larger than the rest. */
function evenSizes(items, of) {
    return Array.from({ length: of }, (_, index) => Math.floor((items + index) / of));
}
/** The sizes that are filled when `items` fill one after another, and what is left for the next. */
function fillOneByOne(sizes, items) {
    let left = items;
    let count = 0;
    for (const size of sizes) {
        if (left < size)
            break;
        left -= size;
        count += 1;
    }
    return { full: sizes.slice(0, count), left };
}
/** How many of `items` single items each shard gets, so that all end as equal as possible; of equal ones the first get one more. */
function fillUp(loads, items) {
    const order = loads.map((_, index) => index).sort((one, other) => (loads[one] ?? 0) - (loads[other] ?? 0));
    const filled = loads.map(() => 0);
    let sum = items;
    let level = 0;
    let extra = 0;
    let below = 0;
    // The shards below the common level come first in the order.
    for (const index of order) {
        const load = loads[index] ?? 0;
        if (below > 0 && level <= load)
            break;
        sum += load;
        below += 1;
        level = Math.floor(sum / below);
        extra = sum % below;
    }
    for (const [place, index] of order.slice(0, below).entries()) {
        filled[index] = level + (place < extra ? 1 : 0) - (loads[index] ?? 0);
    }
    return filled;
}
/**
 * Shows that runners work on the same shards: SHA-256, in hex, over `content` and `of`. Equal for the same clusters with the same
 * counts and the same media IDs, in whatever order.
 */
function planDigest(content, of) {
    const { clusters, mediaIds } = content_inOrder(content);
    const total = (0,external_node_crypto_.createHash)('sha256').update(`${of} shards\n`);
    for (const { id, items } of clusters)
        total.update(`${JSON.stringify(id)} ${items}\n`);
    for (const id of mediaIds)
        total.update(`${JSON.stringify(id)}\n`);
    return total.digest('hex');
}

;// CONCATENATED MODULE: ./build/operations/export/shard-content.js





/**
 * The part of the selection that `shard` requests, or all of it. Every job of a matrix computes it alone: it follows from the listing, whatever
 * the order of that. A cluster that would make one job's shard far larger than another's is split by its media, which only the
 * jobs with a range of it list.
 */
async function shardContentOf(request, step, subject, { content }) {
    const { shard, selection } = request;
    const digest = planDigest(content, shard?.of ?? 1);
    // Clusters are listed with the media that are excluded from them.
    const excluded = selection.kind === 'selected' ? selection.excludeMediaIds.length : 0;
    const totalItems = Math.max(0, itemsOf(content) - excluded);
    if (!shard)
        return { content, digest, totalItems };
    const own = shardOf(content, shard);
    const clusters = [...own.clusters];
    // Media may be in more than one cluster.
    const mediaIds = new Set(own.mediaIds);
    for (const range of own.ranges) {
        const { cluster, from } = range;
        const members = await listMembers(request, step, subject, cluster);
        if (members)
            for (const id of membersIn(range, members))
                mediaIds.add(id);
        // The other jobs cannot list it either.
        else if (from === 0) {
            clusters.push(cluster);
            step.reporter.note(`Cluster ${cluster.id} with ${(0,numbers/* count */.U9)(cluster.items)} items goes to one shard as a whole, because Visual Layer does not list its media. The shards have unequal sizes.`);
        }
    }
    const chosen = { clusters, mediaIds: [...mediaIds] };
    step.reporter.note(`Shard ${shard.index} of ${shard.of} contains ${(0,numbers/* count */.U9)(itemsOf(chosen))} of ${(0,numbers/* count */.U9)(totalItems)} items.`);
    return { content: chosen, digest, totalItems };
}

;// CONCATENATED MODULE: ./build/operations/export/tell-parts.js


/** Rows of the table of parts: more would bury the rest of the summary. */
const MOST_ROWS = 50;
/** Reports the parts that an export was merged from. @param bytes of their ZIPs together */
function tellParts(step, parts, bytes) {
    const { reporter } = step;
    reporter.output('export_size_bytes', bytes);
    const zips = parts.length === 1 ? 'one ZIP' : `${parts.length} ZIPs`;
    reporter.fact('Size', `${(0,facts/* size */.Ej)(bytes)} (${(0,numbers/* count */.U9)(bytes)} bytes) in ${zips}`);
    if (parts.length === 0)
        return;
    const shown = parts.slice(0, MOST_ROWS);
    reporter.table({
        title: shown.length < parts.length ? `The first ${shown.length} of ${parts.length} parts` : 'Parts',
        place: 'folded',
        headers: ['Part', 'Export ID', 'Size', 'SHA-256'],
        rows: shown.map(({ number, exportId, sizeBytes, sha256 }) => [
            String(number),
            { code: exportId },
            (0,facts/* size */.Ej)(sizeBytes),
            { code: sha256 },
        ]),
    });
    if (shown.length < parts.length)
        reporter.note('The manifest (manifest.json) lists all parts.');
}

;// CONCATENATED MODULE: ./build/operations/export/export-in-parts.js






















/**
 * Exports what one export cannot contain: lists it, divides it, exports the parts, and merges them. Whole parts are kept on disk until the
 * export is in place, so a step that is run again on the same `output_dir` continues with the rest.
 *
 * @param cause the rejection that made it necessary
 */
async function exportInParts(request, step, subject, cause, reading) {
    const { reporter } = step;
    reporter.output('export_id', '');
    if (cause?.kind === 'rejected') {
        reporter.fact('Export ID', 'one per part');
        const words = cause.words === undefined ? '' : ` ("${cause.words}")`;
        reporter.note(`Visual Layer rejected the export as too large${words}; exporting in parts (split: auto).`);
    }
    const earlier = await prepareOutput(request);
    const all = await listContents(request, step, subject, request.shard !== undefined);
    const own = await shardContentOf(request, step, subject, all);
    const plan = { key: (0,parts_folder/* partsKey */.qM)(request, subject), listing: `${own.digest} ${all.revision}` };
    const { kept, cap, discarded } = await kept_parts.KeptParts.open((0,parts_folder/* partsFolder */.Hb)(request), plan, step.clock.date());
    if (discarded !== undefined)
        reporter.note(`Parts of an interrupted export were not used: ${discarded}.`);
    if (kept.whole.length > 0)
        reporter.note(`Resuming an interrupted export: ${(0,numbers/* counted */.hS)(kept.whole.length, 'part')} ${kept.whole.length === 1 ? 'is' : 'are'} already on disk.`);
    const queue = new PartQueue({
        step,
        request,
        dataset: subject.exported,
        kept,
        cap,
        save: (known) => kept.save({ ...plan, cap: known }),
        members: (cluster) => listMembers(request, step, subject, cluster),
        async onWhole(itemsLeft) {
            // The size of the first parts predicts the rest, so a full disk is found before the last part.
            const items = kept.whole.reduce((sum, part) => sum + itemsOf(part.content), 0);
            const bytes = kept.whole.reduce((sum, part) => sum + part.unpackedBytes, 0);
            const rest = Math.ceil((bytes / Math.max(1, items)) * itemsLeft);
            await (0,disk/* requireSpace */.MK)(kept.folder, [{ bytes: rest, purpose: 'unpack the remaining parts' }]);
        },
    });
    if (cause?.kind === 'rejected' && cap === undefined)
        queue.reject(itemsOf(own.content), cause.words, cause.entities);
    await kept.save(queue.cap === Infinity ? plan : { ...plan, cap: queue.cap });
    const work = { request, step, subject, cause, all, own, kept, reading, earlier };
    const phase = {
        get awaited() {
            return `the export in parts; last status: ${queue.state}`;
        },
        get carryOn() {
            return carryOn(request, step, kept, queue.count);
        },
    };
    return reporter.group('Exporting in parts', () => (0,waits/* withinDeadline */.iP)(step, phase, async (signal) => {
        try {
            await queue.run(withoutKept(firstContent(request, own.content), kept), signal);
            return await mergeAndPlace(work, queue, signal);
        }
        catch (error) {
            if (step.signal.aborted)
                reporter.note(phase.carryOn);
            signal.throwIfAborted();
            throw told(error, kept.whole.length, phase.carryOn);
        }
    }));
}
/** Makes the output folder. What is surely in the way there is an error now, not when everything is exported. */
async function prepareOutput(request) {
    const { outputDir, exportFormat } = request;
    const earlier = await (0,place/* prepareFolder */.G8)(outputDir, (0,parts_folder/* partsFolder */.Hb)(request));
    for (const file of exportFormat === 'json' ? ['metadata.json'] : ['metadata', 'metadata/part-00001.parquet']) {
        const there = (0,earlier_export/* look */.Op)(external_node_path_.join(outputDir, file));
        if (!there)
            break;
        if (!earlier.has(file) && !there.isDirectory())
            throw (0,earlier_export/* inTheWay */.Mb)(external_node_path_.join(outputDir, file));
    }
    return earlier;
}
/** Media that were given in addition to clusters wait until it is known which of them the clusters contain. */
function firstContent({ selection, shard }, content) {
    const both = selection.kind === 'selected' && !shard && content.clusters.length > 0;
    return both ? { clusters: content.clusters, mediaIds: [] } : content;
}
/** What no part that exists already asks for. */
function withoutKept({ clusters, mediaIds }, kept) {
    const clusterIds = new Set();
    const media = new Set();
    for (const { content } of kept.parts) {
        for (const { id } of content.clusters)
            clusterIds.add(id);
        for (const id of content.mediaIds)
            media.add(id);
    }
    return {
        clusters: clusters.filter(({ id }) => !clusterIds.has(id)),
        mediaIds: mediaIds.filter((id) => !media.has(id)),
    };
}
/**
 * Merges the parts, compares the total with what the service says there is, and moves the export into the output folder. What no part
 * contained is requested by its media IDs, if they are listed. Throws `operation_failed` naming what is missing: then nothing is moved.
 */
async function mergeAndPlace(work, queue, signal) {
    const { request, step, subject, own, kept, reading, earlier } = work;
    step.reporter.progress('merging the parts');
    const { wanted, take, coco } = reading;
    const merge = new Merge({ work: kept.folder, format: request.exportFormat, wanted, take, coco, signal });
    try {
        await coco?.begin(kept.folder);
        for (const part of kept.whole)
            await merge.add(part);
        const rest = await restOf(work, merge);
        if (rest.length > 0) {
            step.reporter.note(`Exporting ${(0,numbers/* counted */.hS)(rest.length, 'item')} by ID that the clusters did not contain.`);
            const before = new Set(kept.whole.map(({ number }) => number));
            await queue.run({ clusters: [], mediaIds: rest }, signal);
            for (const part of kept.whole)
                if (!before.has(part.number))
                    await merge.add(part);
        }
        checkTotal(work, merge);
        (0,export_subject/* requireItems */.mc)(request, step, subject, merge.mediaCount);
        const { shard } = request;
        const manifestShard = shard && { ...shard, plan_digest: own.digest, total_items: own.totalItems };
        const { paths, notes, ...records } = await merge.finish((0,export_origin/* originOf */.y)(request, step, subject, null), manifestShard);
        for (const note of notes)
            step.reporter.note(note);
        (0,earlier_export/* checkObstacles */.FD)(request.outputDir, paths, earlier);
        signal.throwIfAborted();
        await kept.placing();
        await (0,replace_export/* replaceExport */.PZ)(request.outputDir, kept.folder, paths, earlier).catch((error) => {
            throw (0,system_errors/* systemFailure */.oM)(error, 'move the export into place', request.outputDir);
        });
        const parts = kept.whole;
        const placed = {
            ...records,
            sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
            manifestPath: external_node_path_.join(request.outputDir, export_manifest/* MANIFEST_NAME */.ir),
            files: paths.map((file) => external_node_path_.join(request.outputDir, file)),
        };
        tellParts(step, parts, placed.sizeBytes);
        (0,facts/* tellPlaced */.hN)(request, step, placed);
        await leave(kept, step);
        return { placed, parts: parts.length };
    }
    catch (error) {
        // Before the folder is removed: Windows keeps a file that is open.
        await Promise.allSettled([coco?.close(), merge.close()]);
        // With the same parts the next run would come to the same end.
        const isFinal = error instanceof errors/* ActionError */.lZ && ['unexpected_reply', 'corrupt_download'].includes(error.code);
        if (isFinal || error instanceof WrongTotal || error instanceof export_subject/* EmptyExport */.oD)
            await leave(kept, step);
        throw error;
    }
}
/** Removes the parts. If the disk does not allow it, that changes nothing of what the step did: the next run removes them. */
async function leave(kept, { reporter }) {
    await kept.remove().catch((error) => reporter.note((0,errors/* describe */.q0)(error)));
}
function carryOn({ outputDir, snapshot }, { context }, kept, parts) {
    const whole = kept.whole.length;
    if (whole === 0 || snapshot)
        return 'Re-run the job.';
    const where = external_node_path_.relative(context.workspace, outputDir);
    return `Kept in ${where}: ${whole} of ${(0,numbers/* counted */.hS)(parts, 'part')}. To export only the rest, re-run the job with the same inputs within a day. The folder must still exist: a self-hosted runner keeps it with "clean: false" in actions/checkout; elsewhere save and restore it with actions/cache.`;
}
/** Says how to continue if that helps: what was rejected is rejected again. */
function told(error, whole, how) {
    if (!(error instanceof errors/* ActionError */.lZ) || error.code === 'rejected')
        return error;
    const { todo } = error;
    if (whole === 0 && todo !== undefined)
        return error;
    return error.with({ todo: [todo, how].filter(Boolean).join('\n') });
}


/***/ }),

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


/***/ })

};
