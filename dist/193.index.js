export const id = 193;
export const ids = [193];
export const modules = {

/***/ 33373:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ CocoFile),
/* harmony export */   X: () => (/* binding */ gaveWay)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(31340);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(31279);
/* harmony import */ var _transfer_disk_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(68109);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(91946);
/* harmony import */ var _records_counts_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(25272);
/* harmony import */ var _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(43907);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(82746);









/** Beyond this many they are no classes, and their names would fill the memory. */
const MOST_CLASSES = 100_000;
const ANNOTATION_BYTES = _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__/* .ANNOTATION_NUMBERS */ .T * Float64Array.BYTES_PER_ELEMENT;
/** Few, so that their texts are small and soon collected. */
const ANNOTATIONS_AT_ONCE = 512;
/** Whether a file had to give way to our `annotations.json`. */
function gaveWay({ original_name: original }) {
    return original !== undefined && (0,_paths_js__WEBPACK_IMPORTED_MODULE_2__/* .folded */ .TM)(original) === _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ANNOTATIONS_NAME */ .fn;
}
/**
 * Writes an `annotations.json` in the format of COCO while the records are read. All IDs count from 1, in the order of the records. The
 * annotations are in a file of their own until the end, because only then the IDs of the classes are known.
 *
 * Takes no memory per record, only that of the names of the classes.
 */
class CocoFile {
    #labels;
    #isListed;
    /** The classes by name, numbered from 0 in the order of the list, or in that of their appearance. */
    #classes;
    #unlisted = new _records_counts_js__WEBPACK_IMPORTED_MODULE_7__/* .Counting */ .a();
    #images = 0;
    #boxes = 0;
    #imageLabels = 0;
    #badBoxes = 0;
    #unnamed = 0;
    #nameless = 0;
    #beyond = 0;
    #open;
    constructor({ labels, classes }) {
        this.#labels = labels;
        this.#isListed = classes !== undefined;
        this.#classes = new Map(classes?.map((name, number) => [name, number]));
    }
    /** What reading must be asked for. */
    get wanted() {
        return { coco: this.#labels };
    }
    /** Begins to write in a work folder. Throws an `ActionError` for the disk, as all methods do. */
    async begin(folder) {
        await onDisk(folder, async () => {
            const json = await _transfer_disk_js__WEBPACK_IMPORTED_MODULE_4__/* .SequentialFile */ .S6.create(draftIn(folder));
            this.#open = { folder, json, spool: await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.open)(spoolIn(folder), 'w+') };
            await json.write(Buffer.from('{"images":['));
        });
    }
    async take({ result: { coco } }) {
        if (!coco || !this.#open)
            return;
        const { folder, json, spool } = this.#open;
        const lines = coco.images.map((image, index) => `${this.#images + index === 0 ? '' : ','}\n{"id":${this.#images + index + 1},${image}}`);
        const position = this.#annotations * ANNOTATION_BYTES;
        const kept = this.#numbered(coco);
        await onDisk(folder, async () => {
            await json.write(Buffer.from(lines.join('')));
            await (0,_transfer_disk_js__WEBPACK_IMPORTED_MODULE_4__/* .writeFully */ .KM)(spool, Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength), position);
        });
        this.#images += coco.images.length;
        this.#badBoxes += coco.badBoxes;
        this.#unnamed += coco.unnamed;
        this.#nameless += coco.nameless;
    }
    get #annotations() {
        return this.#boxes + this.#imageLabels;
    }
    /** The annotations of a batch, changed in place: with the IDs of their images and the numbers of their classes, without those of other classes. */
    #numbered({ annotations, classes }) {
        let end = 0;
        for (let at = 0; at < annotations.length; at += _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__/* .ANNOTATION_NUMBERS */ .T) {
            const number = this.#classNumber(classes[annotations[at + 1] ?? 0] ?? '');
            if (number === undefined)
                continue;
            annotations.copyWithin(end, at, at + _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__/* .ANNOTATION_NUMBERS */ .T);
            annotations[end] = this.#images + (annotations[end] ?? 0) + 1;
            annotations[end + 1] = number;
            if (Number.isNaN(annotations[end + 2]))
                this.#imageLabels += 1;
            else
                this.#boxes += 1;
            end += _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__/* .ANNOTATION_NUMBERS */ .T;
        }
        return annotations.subarray(0, end);
    }
    #classNumber(name) {
        const known = this.#classes.get(name);
        if (known !== undefined)
            return known;
        if (this.#isListed)
            this.#unlisted.add(name);
        else if (this.#classes.size === MOST_CLASSES)
            this.#beyond += 1;
        else {
            this.#classes.set(name, this.#classes.size);
            return this.#classes.size - 1;
        }
        return undefined;
    }
    /**
     * Ends the file and moves it into the folder `files`. Throws an `ActionError` for the disk, or the signal's reason.
     *
     * @param contentDigest of the export
     */
    async finish(files, { dataset, produced_by: { action } }, contentDigest, signal) {
        if (!this.#open)
            throw new Error('the COCO file was not begun');
        const { folder, json, spool } = this.#open;
        const names = [...this.#classes.keys()];
        const sorted = this.#isListed ? names : names.toSorted(byCodePoint);
        const ids = new Map(sorted.map((name, index) => [name, index + 1]));
        const classIds = names.map((name) => ids.get(name) ?? 0);
        const categories = sorted.map((name, index) => `\n${JSON.stringify({ id: index + 1, name })}`);
        const { id, name } = dataset;
        const info = { dataset: { id, name }, content_digest: contentDigest, produced_by: { action } };
        await onDisk(folder, async () => {
            await json.write(Buffer.from('\n],\n"annotations":['));
            for (let first = 0; first < this.#annotations; first += ANNOTATIONS_AT_ONCE) {
                signal.throwIfAborted();
                const numbers = new Float64Array(Math.min(ANNOTATIONS_AT_ONCE, this.#annotations - first) * _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__/* .ANNOTATION_NUMBERS */ .T);
                await readFully(spool, Buffer.from(numbers.buffer), first * ANNOTATION_BYTES);
                await json.write(Buffer.from(annotationLines(numbers, first, classIds)));
            }
            await json.write(Buffer.from(`\n],\n"categories":[${categories.join(',')}\n],\n"info":${JSON.stringify(info)}}\n`));
            await json.close();
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rename)(draftIn(folder), (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(files, _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ANNOTATIONS_NAME */ .fn));
            // Nothing open may be left in the folder: Windows could not remove it.
            await this.close();
        });
        return {
            file: { path: _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ANNOTATIONS_NAME */ .fn, size_bytes: json.size, crc32: (0,_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .checksumText */ .d8)(json.crc32) },
            summary: {
                images: this.#images,
                boxes: this.#boxes,
                imageLabels: this.#imageLabels,
                classes: names.length,
                unlisted: this.#unlisted,
                notes: this.#notes(),
                theirs: undefined,
            },
        };
    }
    /** Ends what is being written, and removes what is not finished. */
    async close() {
        if (!this.#open)
            return;
        const { folder, json, spool } = this.#open;
        this.#open = undefined;
        await json.close();
        await spool.close();
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(draftIn(folder), { force: true });
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(spoolIn(folder), { force: true });
    }
    #notes() {
        const leftOut = [
            [this.#badBoxes, 'object label', 'whose bbox is not four finite numbers with a positive width and height'],
            [this.#unnamed, 'label', 'without a class name'],
            [this.#nameless, 'image', 'without a file name (labels included)'],
            [this.#beyond, 'label', `of classes beyond the first ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_8__/* .count */ .U9)(MOST_CLASSES)}`],
        ];
        return leftOut
            .filter(([number]) => number > 0)
            .map(([number, noun, which]) => `Left out of ${_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ANNOTATIONS_NAME */ .fn}: ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_8__/* .counted */ .hS)(number, noun)} ${which}.`);
    }
}
function draftIn(folder) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, `${_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ANNOTATIONS_NAME */ .fn}.partial`);
}
function spoolIn(folder) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, 'annotations.spool');
}
/** @param first how many annotations there are before these */
function annotationLines(numbers, first, classIds) {
    let text = '';
    for (let at = 0; at < numbers.length; at += _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__/* .ANNOTATION_NUMBERS */ .T) {
        const [x, y, width = 0, height = 0] = [numbers[at + 2], numbers[at + 3], numbers[at + 4], numbers[at + 5]];
        const id = first + at / _coco_batch_js__WEBPACK_IMPORTED_MODULE_6__/* .ANNOTATION_NUMBERS */ .T + 1;
        const box = Number.isNaN(x) ? '' : `,"bbox":[${x},${y},${width},${height}],"area":${width * height},"iscrowd":0`;
        const category = classIds[numbers[at + 1] ?? 0];
        text += `${id === 1 ? '' : ','}\n{"id":${id},"image_id":${numbers[at]},"category_id":${category}${box}}`;
    }
    return text;
}
/** The order of UTF-8 is that of code points; UTF-16, by which JavaScript compares, has another one. */
function byCodePoint(one, other) {
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
async function readFully(file, bytes, position) {
    for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
        if (bytesRead === 0)
            throw new Error('the file is shorter than what was written to it');
        done += bytesRead;
    }
}
async function onDisk(folder, body) {
    try {
        await body();
    }
    catch (error) {
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .systemFailure */ .oM)(error, `write ${_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ANNOTATIONS_NAME */ .fn}`, folder);
    }
}


/***/ }),

/***/ 95059:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ ItemIndex)
/* harmony export */ });
/* harmony import */ var _records_id_table_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(50000);
/* harmony import */ var _records_read_batch_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(36237);
/* harmony import */ var _fields_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(79736);



const FIRST_ITEMS = 1024;
const BEFORE = 1;
const AFTER = 2;
const LONGEST_BYTES = 200;
/** Different values of items that are kept, so that they take no more memory than the rest. */
const MOST_SHOWN = 200_000;
/**
 * The items of a baseline, and how those of a later export differ: about 200 bytes per item and its name. The fields of the records of an
 * item add up, so neither their order nor that of the items matters.
 */
class ItemIndex {
    #table = new _records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .IdTable */ .of();
    #sums = new Uint32Array(FIRST_ITEMS * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .SUM_WORDS */ .SB);
    #amounts = new Float64Array(FIRST_ITEMS * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .AMOUNT_COUNT */ .nf);
    #seen = new Uint8Array(FIRST_ITEMS);
    /** Of the items of the baseline: their names, and their IDs if these are no UUIDs. */
    #names = [];
    #ids = new Map();
    /** The different values of items, numbered from 1; an item whose values are too many to keep has 0. */
    #shown = new Map();
    #shownBefore = new Uint32Array(FIRST_ITEMS);
    #shownAfter = new Uint32Array(FIRST_ITEMS);
    /** Different items, of both exports together. */
    get size() {
        return this.#table.size;
    }
    /** Takes records of the baseline. */
    addBefore(batch) {
        const { keys, otherIds, items } = batch;
        if (!items)
            return;
        const texts = items.texts.map((text) => this.#numberOf(text));
        for (const [index, name] of items.names.entries()) {
            const { number, isNew } = this.#table.addKey(keys, index * _records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm);
            if (isNew) {
                this.#names[number] = shortened(name);
                if (otherIds.has(index))
                    this.#ids.set(number, optional(otherIds.get(index)));
            }
            this.#change(number, items, index, 1, BEFORE);
            this.#shownBefore[number] = texts[items.shown[index] ?? 0] ?? 0;
        }
    }
    /** Takes records of the later export. Returns the first ones, at most `most`, whose items the baseline does not have. */
    addAfter(batch, most) {
        const added = [];
        const { keys, items } = batch;
        if (!items)
            return added;
        const texts = items.texts.map((text) => this.#numberOf(text));
        for (const [index, name] of items.names.entries()) {
            const { number, isNew } = this.#table.addKey(keys, index * _records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm);
            if (isNew && added.length < most)
                added.push({ mediaId: optional((0,_records_read_batch_js__WEBPACK_IMPORTED_MODULE_1__/* .mediaIdOf */ .vK)(batch, index)), name: shortened(name) });
            this.#change(number, items, index, -1, AFTER);
            this.#shownAfter[number] = texts[items.shown[index] ?? 0] ?? 0;
        }
        return added;
    }
    #change(number, { fields }, index, sign, side) {
        while (number >= this.#seen.length) {
            this.#seen = (0,_records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .holding */ .G)(new Uint8Array(this.#seen.length * 2), this.#seen);
            this.#shownBefore = (0,_records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .holding */ .G)(new Uint32Array(this.#seen.length), this.#shownBefore);
            this.#shownAfter = (0,_records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .holding */ .G)(new Uint32Array(this.#seen.length), this.#shownAfter);
            this.#sums = (0,_records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .holding */ .G)(new Uint32Array(this.#sums.length * 2), this.#sums);
            this.#amounts = (0,_records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .holding */ .G)(new Float64Array(this.#amounts.length * 2), this.#amounts);
        }
        this.#seen[number] = (this.#seen[number] ?? 0) | side;
        for (let word = 0; word < _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .SUM_WORDS */ .SB; word += 1) {
            const at = number * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .SUM_WORDS */ .SB + word;
            this.#sums[at] = (this.#sums[at] ?? 0) + sign * (fields.sums[index * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .SUM_WORDS */ .SB + word] ?? 0);
        }
        for (let amount = 0; amount < _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .AMOUNT_COUNT */ .nf; amount += 1) {
            const at = number * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .AMOUNT_COUNT */ .nf + amount;
            this.#amounts[at] = (this.#amounts[at] ?? 0) + sign * (fields.amounts[index * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .AMOUNT_COUNT */ .nf + amount] ?? 0);
        }
    }
    /** All items: those of the baseline in their order there, then those that were added. */
    *items() {
        for (let number = 0; number < this.size; number += 1) {
            const example = () => this.#example(number);
            if (this.#seen[number] === AFTER)
                yield { fate: 'added' };
            else if (this.#seen[number] === BEFORE)
                yield { fate: 'removed', example };
            else {
                const fields = this.#fieldsOf(number);
                const values = () => this.#valuesOf(number, fields);
                yield { fate: 'kept', fields, example: () => ({ ...example(), fields, values: values() }) };
            }
        }
    }
    #numberOf(values) {
        const known = this.#shown.get(values);
        if (known !== undefined || this.#shown.size === MOST_SHOWN)
            return known ?? 0;
        this.#shown.set(values, this.#shown.size + 1);
        return this.#shown.size;
    }
    #valuesOf(number, fields) {
        const all = [...this.#shown.keys()];
        const before = all[(this.#shownBefore[number] ?? 0) - 1];
        const after = all[(this.#shownAfter[number] ?? 0) - 1];
        const values = {};
        if (before === undefined || after === undefined)
            return values;
        for (const field of fields) {
            const [was, is] = [(0,_fields_js__WEBPACK_IMPORTED_MODULE_2__/* .shownIn */ .fz)(before, field), (0,_fields_js__WEBPACK_IMPORTED_MODULE_2__/* .shownIn */ .fz)(after, field)];
            if (was !== undefined && is !== undefined && was !== is)
                values[field] = { before: was, after: is };
        }
        return values;
    }
    #fieldsOf(number) {
        const sums = this.#sums.subarray(number * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .SUM_WORDS */ .SB, (number + 1) * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .SUM_WORDS */ .SB);
        return (0,_fields_js__WEBPACK_IMPORTED_MODULE_2__/* .differingFields */ .W1)(sums, this.#amounts.subarray(number * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .AMOUNT_COUNT */ .nf, (number + 1) * _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .AMOUNT_COUNT */ .nf));
    }
    #example(number) {
        const isUuid = !this.#ids.has(number);
        const mediaId = isUuid ? (0,_records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .uuidOf */ .pV)(this.#table.keys, number * _records_id_table_js__WEBPACK_IMPORTED_MODULE_0__/* .KEY_WORDS */ .cm) : this.#ids.get(number);
        return { mediaId, name: this.#names[number] ?? '' };
    }
}
function optional(id) {
    return id === undefined ? undefined : shortened(id);
}
/** The first 200 bytes of a text, in whole characters. */
function shortened(text) {
    if (text.length <= LONGEST_BYTES / 4)
        return text;
    const bytes = Buffer.alloc(LONGEST_BYTES);
    return bytes.toString('utf8', 0, bytes.write(text));
}


/***/ }),

/***/ 80830:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dn: () => (/* binding */ isPlainFile),
/* harmony export */   E$: () => (/* binding */ hasRealFolders),
/* harmony export */   FD: () => (/* binding */ checkObstacles),
/* harmony export */   HT: () => (/* binding */ requireOwnComparison),
/* harmony export */   Mb: () => (/* binding */ inTheWay),
/* harmony export */   Op: () => (/* binding */ look),
/* harmony export */   _l: () => (/* binding */ findEarlier)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(19473);
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(31340);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(31279);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(91946);






/**
 * The files that an earlier export left in `dir`, as its `manifest.json` lists them: relative, posix separators, never outside the folder.
 * Throws `operation_failed` if the `manifest.json` there belongs to someone else.
 */
async function findEarlier(dir) {
    const files = new Set();
    if (!look((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .MANIFEST_NAME */ .ir)))
        return files;
    const manifest = await (0,_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .readManifest */ .WI)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .MANIFEST_NAME */ .ir));
    if (!manifest)
        throw inTheWay((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .MANIFEST_NAME */ .ir));
    for (const { path } of manifest.files)
        if ((0,_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .isPlain */ .$i)(path))
            files.add(path);
    // It describes that export, not the next.
    if (look((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .COMPARISON_NAME */ .EW)) && (await (0,_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .isComparison */ .gP)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .COMPARISON_NAME */ .EW))))
        files.add(_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .COMPARISON_NAME */ .EW);
    return files;
}
/** Throws unless every file has a free place, or one that a file of the earlier export will leave, reached through no link. */
function checkObstacles(dir, paths, earlier) {
    const free = new Map();
    const replaces = (path) => earlier.has(path) && isPlainFile(dir, path);
    const isFree = (folder) => {
        if (folder === '.')
            return false;
        const known = free.get(folder);
        if (known !== undefined)
            return known;
        const there = isFree((0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(folder)) ? undefined : look((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, folder));
        if (there && !there.isDirectory() && !replaces(folder))
            throw inTheWay((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, folder));
        free.set(folder, there === undefined);
        return there === undefined;
    };
    for (const path of paths) {
        if (isFree((0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path)) || look((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, path)) === undefined || replaces(path))
            continue;
        throw inTheWay((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, path));
    }
}
/** Throws `operation_failed` if the `comparison.json` in an output folder belongs to someone else. */
async function requireOwnComparison(dir) {
    const path = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .COMPARISON_NAME */ .EW);
    if (look(path) && !(await (0,_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .isComparison */ .gP)(path)))
        throw inTheWay(path);
}
/** Whether `path` below `dir` is a file that is reached through no link. */
function isPlainFile(dir, path) {
    const folder = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path);
    return (folder === '.' || hasRealFolders(dir, folder)) && look((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, path))?.isFile() === true;
}
/** Whether `folder` below `dir`, and each folder on the way to it, is a folder and no link. */
function hasRealFolders(dir, folder) {
    const segments = folder.split('/');
    return segments.every((_, depth) => look((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(dir, ...segments.slice(0, depth + 1)))?.isDirectory() === true);
}
/** What is at a path itself, a link not followed; `undefined` for nothing. */
function look(path) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path, { throwIfNoEntry: false });
    }
    catch (error) {
        // Below a file.
        if ((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .codeOf */ .$N)(error) === 'ENOTDIR')
            return undefined;
        throw error;
    }
}
/** The error for something in the output folder that is not ours to replace. */
function inTheWay(path) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ('operation_failed', `Could not move the export into place: ${path} exists and was not written by an earlier export.`, {
        todo: 'Set output_dir to an empty folder or to one that only exports are written to, for example "output_dir: visual-layer-export".',
    });
}


/***/ }),

/***/ 91946:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   EW: () => (/* binding */ COMPARISON_NAME),
/* harmony export */   HN: () => (/* binding */ writeManifest),
/* harmony export */   KE: () => (/* binding */ listed),
/* harmony export */   UD: () => (/* binding */ writeListing),
/* harmony export */   WI: () => (/* binding */ readManifest),
/* harmony export */   d8: () => (/* binding */ checksumText),
/* harmony export */   fn: () => (/* binding */ ANNOTATIONS_NAME),
/* harmony export */   gN: () => (/* binding */ OWN_NAMES),
/* harmony export */   gP: () => (/* binding */ isComparison),
/* harmony export */   ir: () => (/* binding */ MANIFEST_NAME)
/* harmony export */ });
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31279);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(77598);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9691);




/** The file next to every export that describes it. */
const MANIFEST_NAME = 'manifest.json';
/** The file next to the manifest of an export that was compared with a baseline. */
const COMPARISON_NAME = 'comparison.json';
/** The file that an export's labels are written to in the format of COCO. Visual Layer may have put one of that name into the export. */
const ANNOTATIONS_NAME = 'annotations.json';
/** Names that no file of an export may have. */
const OWN_NAMES = [MANIFEST_NAME, COMPARISON_NAME];
/** A CRC-32 as a manifest has it. */
function checksumText(crc32) {
    return crc32.toString(16).padStart(8, '0');
}
/** What was unpacked, as a manifest lists it. */
function listed({ entries }) {
    return entries.map(({ name, path, size, crc32 }) => ({
        path,
        ...(name === path ? {} : { original_name: name }),
        size_bytes: size,
        crc32: checksumText(crc32),
    }));
}
const FILES_AT_ONCE = 1000;
/**
 * Writes a manifest, under another name first, so that no half of one is ever found at `path`. `files` are listed only where the
 * export was unpacked; they are taken and written a thousand at a time. Throws an `ActionError` for the disk, or what `files` throws.
 */
async function writeManifest(path, manifest, files) {
    try {
        await writeListing(path, manifest, files);
    }
    catch (error) {
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .systemFailure */ .oM)(error, 'write the manifest', path);
    }
}
/** Writes an object that is not empty, and `files` as its last member, as JSON; under another name first. Throws what the disk does. */
async function writeListing(path, head, files) {
    const draft = `${path}.${(0,node_crypto__WEBPACK_IMPORTED_MODULE_1__.randomUUID)()}.tmp`;
    try {
        const file = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.open)(draft, 'wx');
        try {
            await write(file, head, files);
        }
        finally {
            await file.close();
        }
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rename)(draft, path);
    }
    catch (error) {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)(draft, { force: true }).catch(() => undefined);
        throw error;
    }
}
async function write(file, head, files) {
    const text = JSON.stringify(head, null, 2);
    if (!files)
        return file.appendFile(`${text}\n`);
    await file.appendFile(`${text.slice(0, -2)},\n  "files": [`);
    let lines = [];
    let separator = '';
    const flush = async () => {
        await file.appendFile(separator + lines.join(','));
        separator = ',';
        lines = [];
    };
    for await (const entry of files) {
        lines.push(`\n    ${JSON.stringify(entry)}`);
        if (lines.length === FILES_AT_ONCE)
            await flush();
    }
    if (lines.length > 0)
        await flush();
    await file.appendFile(separator === '' ? ']\n}\n' : '\n  ]\n}\n');
}
/** What is read back of a manifest. Everything but the version may be missing: another version of this action wrote it. */
const earlierManifest = zod__WEBPACK_IMPORTED_MODULE_3__/* .object */ .Ikc({
    schema_version: zod__WEBPACK_IMPORTED_MODULE_3__/* .number */ .aig(),
    media_count: zod__WEBPACK_IMPORTED_MODULE_3__/* .number */ .aig().optional(),
    content_digest: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().optional(),
    archive: zod__WEBPACK_IMPORTED_MODULE_3__/* .object */ .Ikc({ name: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP() }).nullish(),
    files: zod__WEBPACK_IMPORTED_MODULE_3__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_3__/* .object */ .Ikc({ path: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP() })).default([]),
    produced_by: zod__WEBPACK_IMPORTED_MODULE_3__/* .object */ .Ikc({ action: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP() }),
});
const ourComparison = zod__WEBPACK_IMPORTED_MODULE_3__/* .object */ .Ikc({
    schema_version: zod__WEBPACK_IMPORTED_MODULE_3__/* .number */ .aig(),
    compared_with: zod__WEBPACK_IMPORTED_MODULE_3__/* .object */ .Ikc({}),
    modified_fields: zod__WEBPACK_IMPORTED_MODULE_3__/* .object */ .Ikc({}),
});
const LARGEST_MANIFEST = 256 * 1024 * 1024;
/** Reads a manifest. `undefined` when there is none or it is not one of ours; its paths are not to be trusted. */
async function readManifest(path) {
    try {
        const result = earlierManifest.safeParse(await readJson(path));
        return result.success ? result.data : undefined;
    }
    catch {
        return undefined;
    }
}
/** Whether a file is a `comparison.json` of ours. */
async function isComparison(path) {
    try {
        return ourComparison.safeParse(await readJson(path)).success;
    }
    catch {
        return false;
    }
}
/** A file of ours, which may be anybody's. A link to a device or a pipe, which would never end, is not read. */
async function readJson(path) {
    const found = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(path);
    return found.isFile() && found.size <= LARGEST_MANIFEST ? JSON.parse(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readFile)(path, 'utf8')) : undefined;
}


/***/ }),

/***/ 50012:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G8: () => (/* binding */ prepareFolder),
/* harmony export */   ik: () => (/* binding */ requireWritable),
/* harmony export */   yr: () => (/* binding */ placeExport)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76760);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(31279);
/* harmony import */ var _coco_coco_file_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(33373);
/* harmony import */ var _earlier_export_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(80830);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(91946);
/* harmony import */ var _replace_export_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(36818);










/**
 * Fetches an export into the output folder and writes its manifest. Before any file gets its final name, the whole archive is verified
 * (every CRC) and its records are read. An export that was unpacked there before is replaced: the files its manifest lists, and no others.
 * A ZIP is replaced by one of the same name only. Anything else in the way is an error before anything is changed, and before the download
 * if it can be known then. On failure the folder is as it was (see {@link replaceExport}). Throws an `ActionError`, or the signal's reason.
 */
async function placeExport(options) {
    const { outputDir, archiveName, extract, signal, coco } = options;
    const earlier = await prepareFolder(outputDir);
    if (!extract) {
        const there = (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_7__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(outputDir, archiveName));
        if (there && !there.isFile())
            throw (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_7__/* .inTheWay */ .Mb)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(outputDir, archiveName));
    }
    let work;
    try {
        work = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(outputDir, `${_replace_export_js__WEBPACK_IMPORTED_MODULE_9__/* .WORK_PREFIX */ .Nc}${safeId(options.origin.export.id)}-`));
        const archive = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(work, `${archiveName}.partial`);
        const files = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(work, _replace_export_js__WEBPACK_IMPORTED_MODULE_9__/* .FILES_FOLDER */ .rv);
        const { downloaded, contents } = await options.fetch(archive, ...(extract ? [files] : []));
        if (!extract) {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdirSync)(files);
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rename)(archive, (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(files, archiveName));
        }
        const place = extract ? { dir: files } : { archive: (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(files, archiveName), spool: (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(work, 'metadata') };
        await coco?.begin(work);
        const records = await options.read(place);
        if (coco && records.format === 'parquet') {
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ActionError */ .lZ('invalid_input', 'coco requires an export in JSON, but this one is parquet.', {
                todo: 'Set coco: false, or start an export with export_format: json.',
            });
        }
        const written = await coco?.finish(files, options.origin, records.contentDigest, signal);
        const list = [...(0,_manifest_js__WEBPACK_IMPORTED_MODULE_8__/* .listed */ .KE)(contents), ...(written ? [written.file] : [])];
        if (written)
            written.summary.theirs = list.find(_coco_coco_file_js__WEBPACK_IMPORTED_MODULE_6__/* .gaveWay */ .X)?.path;
        const paths = extract ? list.map(({ path }) => path) : [archiveName];
        const manifest = manifestOf(options, downloaded, records);
        await (0,_manifest_js__WEBPACK_IMPORTED_MODULE_8__/* .writeManifest */ .HN)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(work, _manifest_js__WEBPACK_IMPORTED_MODULE_8__/* .MANIFEST_NAME */ .ir), manifest, extract ? list : undefined);
        if (!extract && (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_7__/* .isPlainFile */ .Dn)(outputDir, archiveName))
            earlier.add(archiveName);
        (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_7__/* .checkObstacles */ .FD)(outputDir, paths, earlier);
        signal.throwIfAborted();
        await (0,_replace_export_js__WEBPACK_IMPORTED_MODULE_9__/* .replaceExport */ .PZ)(outputDir, work, paths, earlier);
        return {
            ...records,
            sizeBytes: downloaded.sizeBytes,
            ...(extract ? {} : { archivePath: (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(outputDir, archiveName) }),
            manifestPath: (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(outputDir, _manifest_js__WEBPACK_IMPORTED_MODULE_8__/* .MANIFEST_NAME */ .ir),
            files: extract ? paths.map((path) => (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(outputDir, path)) : [],
            coco: written?.summary,
        };
    }
    catch (error) {
        if (error instanceof _replace_export_js__WEBPACK_IMPORTED_MODULE_9__/* .HalfReplaced */ .Wu)
            work = undefined;
        signal.throwIfAborted();
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .systemFailure */ .oM)(error, 'move the export into place', outputDir);
    }
    finally {
        await coco?.close().catch(() => undefined);
        if (work !== undefined)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)(work, { recursive: true, force: true }).catch(() => undefined);
    }
}
/** Throws `operation_failed` that names the output folder if nothing can be written there. Leaves nothing behind. */
async function requireWritable(outputDir) {
    // mkdir -p of Node never ends below a folder like /proc.
    let there = outputDir;
    while (!(0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(there) && (0,node_path__WEBPACK_IMPORTED_MODULE_3__.dirname)(there) !== there)
        there = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.dirname)(there);
    try {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rmdir)(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(there, `${_replace_export_js__WEBPACK_IMPORTED_MODULE_9__/* .WORK_PREFIX */ .Nc}check-`)));
    }
    catch (error) {
        // Without the path of the attempt, which nobody knows.
        const fault = Object.assign(new Error((0,_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .describe */ .q0)(error)), { code: (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .codeOf */ .$N)(error) });
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .systemFailure */ .oM)(fault, 'write to the workspace', outputDir);
    }
}
/**
 * Makes the output folder, undoes what a killed step left there, and returns the files of an earlier export. Throws `operation_failed`.
 *
 * @param keep a work folder that is still needed
 */
async function prepareFolder(outputDir, keep) {
    try {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.mkdir)(outputDir, { recursive: true });
        await (0,_replace_export_js__WEBPACK_IMPORTED_MODULE_9__/* .recover */ .lj)(outputDir, keep);
        return await (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_7__/* .findEarlier */ ._l)(outputDir);
    }
    catch (error) {
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .systemFailure */ .oM)(error, 'prepare the output folder', outputDir);
    }
}
function manifestOf(options, { sizeBytes, sha256 }, records) {
    return {
        schema_version: 1,
        ...options.origin,
        archive: { name: options.archiveName, size_bytes: sizeBytes, sha256 },
        media_count: records.mediaCount,
        content_digest: records.contentDigest,
        extracted: options.extract,
    };
}
/** An export ID as part of a file name: as it is, which is a UUID, or its hash if the service sent something else. */
function safeId(id) {
    return /^[\w-]{1,64}$/.test(id) ? id : (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(id).digest('hex').slice(0, 16);
}


/***/ }),

/***/ 66455:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  b: () => (/* binding */ PARQUET_PART),
  J: () => (/* binding */ readExport)
});

// EXTERNAL MODULE: ./build/transfer/advice.js
var advice = __webpack_require__(84852);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/transfer/archive/entry-bytes.js
var entry_bytes = __webpack_require__(60909);
// EXTERNAL MODULE: ./build/transfer/archive/zip.js + 1 modules
var zip = __webpack_require__(2493);
// EXTERNAL MODULE: ./build/transfer/disk.js
var disk = __webpack_require__(68109);
;// CONCATENATED MODULE: ./build/export/export-files.js






const CHUNK_BYTES = 1024 * 1024;
/** Lends the files of an export at its root or one folder deep, sorted by path, and the number of all its files. */
async function withExportFiles(place, use) {
    if (!('archive' in place)) {
        const files = 'dir' in place ? await filesIn(place.dir) : [fileAt(place.file, (0,external_node_path_.basename)(place.file))];
        return use(files, files.length);
    }
    const archive = await (0,zip/* openArchive */.p_)(place.archive);
    try {
        const shallow = archive.entries.filter(({ path }) => path.split('/').length <= 2);
        const spool = place.spool ?? `${place.archive}.spool`;
        const files = shallow.map((entry) => entryFile(archive, spool, entry));
        return await use(files.sort(byPath), archive.entries.length);
    }
    finally {
        await archive.file.close();
    }
}
function byPath(one, other) {
    return one.path < other.path ? -1 : 1;
}
async function filesIn(dir) {
    const paths = [];
    for (const entry of await (0,promises_.readdir)(dir, { withFileTypes: true })) {
        if (entry.isFile())
            paths.push(entry.name);
        if (!entry.isDirectory())
            continue;
        for (const inner of await (0,promises_.readdir)((0,external_node_path_.join)(dir, entry.name), { withFileTypes: true })) {
            if (inner.isFile())
                paths.push(`${entry.name}/${inner.name}`);
        }
    }
    return paths.map((path) => fileAt((0,external_node_path_.join)(dir, path), path)).sort(byPath);
}
function fileAt(onDisk, path) {
    return {
        path,
        sizeBytes: async () => (await (0,promises_.stat)(onDisk)).size,
        bytes: (signal) => bytesOf(onDisk, signal),
        onDisk: (_signal, use) => use(onDisk),
    };
}
/** The bytes of a file in chunks, each lent until the next: reading gigabytes leaves nothing to collect. */
async function* bytesOf(path, signal) {
    signal.throwIfAborted();
    const file = await (0,promises_.open)(path, 'r');
    try {
        const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
        for (;;) {
            const { bytesRead } = await file.read(chunk);
            signal.throwIfAborted();
            if (bytesRead === 0)
                return;
            yield chunk.subarray(0, bytesRead);
        }
    }
    finally {
        await file.close();
    }
}
function entryFile(archive, spool, entry) {
    return {
        path: entry.path,
        sizeBytes: async () => entry.size,
        bytes: (signal) => (0,entry_bytes/* openEntry */.vW)(archive, entry, signal),
        async onDisk(signal, use) {
            try {
                await copy((0,entry_bytes/* openEntry */.vW)(archive, entry, signal), spool);
                return await use(spool);
            }
            finally {
                await (0,promises_.rm)(spool, { force: true });
            }
        },
    };
}
async function copy(bytes, path) {
    try {
        await (0,promises_.rm)(path, { force: true });
        const file = await disk/* SequentialFile */.S6.create(path);
        try {
            for await (const chunk of bytes)
                await file.write(chunk);
        }
        finally {
            await file.close();
        }
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'unpack the metadata', path);
    }
}

// EXTERNAL MODULE: ./build/export/records/read-records.js + 1 modules
var read_records = __webpack_require__(24249);
// EXTERNAL MODULE: ./build/export/records/record-reader.js + 1 modules
var record_reader = __webpack_require__(14217);
;// CONCATENATED MODULE: ./build/export/records/metadata-files.js





/** The tables that together are the metadata of an export in parts: readers take the folder they are in for one table. */
const PARQUET_PART = /^metadata\/part-\d{5,}\.parquet$/;
/**
 * Reads the records of an export once, straight from its ZIP or from the folder it was unpacked into. They are those of `metadata.json` at
 * the root; without it, of `metadata.parquet` there; without either, of the `metadata/part-*.parquet` that an export in parts is merged
 * into; without those, of every JSON file with a `media_items` array, at the root or one folder deep, together; without any, of every
 * parquet file there. If the place is a single file, its own. Throws `corrupt_download` if there is no metadata or it is damaged, what
 * `take` throws, or the signal's reason.
 */
async function readExport(place, options) {
    const { signal, wanted = {}, onFile, take } = options;
    const summary = new read_records/* RecordSummary */.W6();
    const reading = {
        signal,
        wanted,
        onFile,
        take(batch) {
            summary.add(batch.result);
            return take?.(batch);
        },
    };
    const { paths, format } = await withExportFiles(place, async (files, count) => {
        try {
            for (const candidates of choices(place, files)) {
                const read = [];
                for (const candidate of candidates) {
                    if (await readFile(candidate, reading))
                        read.push(candidate.file.path);
                }
                const [first] = candidates;
                if (first && read.length > 0)
                    return { paths: read, format: first.format };
            }
            throw noMetadata(files, count);
        }
        catch (error) {
            signal.throwIfAborted();
            throw error;
        }
    });
    return {
        mediaCount: summary.mediaCount,
        contentDigest: summary.contentDigest(),
        statistics: summary.statistics(),
        format,
        metadataFiles: paths,
    };
}
/** The first of these that contain any records are the metadata. */
function* choices(place, files) {
    const all = (fits, format, certain) => files.filter(({ path }) => fits(path)).map((file) => ({ file, format, certain }));
    if ('file' in place)
        return yield all(() => true, place.format, true);
    yield all((path) => path === 'metadata.json', 'json', true);
    yield all((path) => path === 'metadata.parquet', 'parquet', true);
    yield all((path) => PARQUET_PART.test(path), 'parquet', true);
    yield all(isJson, 'json', false);
    yield all((path) => /\.parquet$/i.test(path), 'parquet', true);
}
function isJson(path) {
    return /\.json$/i.test(path);
}
/** Returns whether the file contains records, even none. */
async function readFile({ file, format, certain }, options) {
    const { signal } = options;
    if (format === 'parquet') {
        await file.onDisk(signal, (path) => (0,read_records/* readTable */.xz)(path, file.path, options));
        return true;
    }
    const reader = new record_reader/* RecordReader */.J(file.bytes(signal), file.path, {
        bareArrays: certain,
        keepOthers: options.onFile !== undefined,
    });
    try {
        await (0,read_records/* readJson */.Vh)(reader, await file.sizeBytes(), options);
    }
    catch (error) {
        if (certain || reader.found || signal.aborted)
            throw error;
    }
    if (certain && !reader.found)
        throw noRecords(file.path);
    if (reader.found)
        options.onFile?.(reader);
    return reader.found;
}
function noRecords(path) {
    return new errors/* ActionError */.lZ('corrupt_download', `The export's ${path} has no "media_items" array.`, { todo: advice/* NEW_EXPORT */.q });
}
function noMetadata(files, count) {
    return new errors/* ActionError */.lZ('corrupt_download', `The export has no metadata.json and no metadata.parquet. It contains ${inWords(files, count)}.`, { todo: advice/* NEW_EXPORT */.q });
}
function inWords(files, count) {
    const shown = files.slice(0, 10).map(({ path }) => JSON.stringify(path.slice(0, 100)));
    const rest = count - shown.length;
    return count === 0 ? 'nothing' : shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}


/***/ }),

/***/ 667:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  c: () => (/* binding */ NotParquet),
  a: () => (/* binding */ readRows)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
// EXTERNAL MODULE: ./build/visual-layer/reply.js
var reply = __webpack_require__(9313);
;// CONCATENATED MODULE: ./build/export/records/parquet-values.js


/**
 * Prepares a file's columns to be read without loss, and returns how to convert their raw values. The library would give decimals
 * as numbers, which keep about 15 digits, and bytes as text, whatever they are.
 *
 * @param metadata changed: its decimals are read as raw numbers or bytes
 * @param columns of `metadata`, at the root
 * @returns for each column that needs it, by name
 */
function conversions({ schema }, columns) {
    const decimals = new Map();
    for (const element of schema) {
        if (element.converted_type !== 'DECIMAL')
            continue;
        decimals.set(element, element.scale ?? 0);
        delete element.converted_type;
        delete element.logical_type;
    }
    const found = columns.map((column) => [column.element.name, conversionOf(column, decimals)]);
    return new Map(found.flatMap(([name, convert]) => (convert ? [[name, convert]] : [])));
}
function conversionOf(node, decimals) {
    const { element, children } = node;
    if (children.length === 0)
        return leafConversion(element, decimals);
    const inner = new Map();
    for (const child of children) {
        const convert = conversionOf(child, decimals);
        if (convert)
            inner.set(child.element.name, convert);
    }
    if (inner.size === 0)
        return undefined;
    // The library leaves out the group in the middle of a list or a map.
    const [middle] = children;
    const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST';
    const isMap = element.converted_type === 'MAP' || element.logical_type?.type === 'MAP';
    if (!middle || !(isList || isMap))
        return (value) => convertMembers(value, inner);
    const [first, second] = middle.children;
    const held = isMap ? second : (first ?? middle);
    const convert = held && middle.children.length < 3 ? conversionOf(held, decimals) : undefined;
    if (!convert)
        return undefined;
    return (value) => convertAll(value, convert);
}
function convertMembers(value, inner) {
    if (Array.isArray(value))
        return value.map((one) => convertMembers(one, inner));
    if (!(0,reply/* isRecord */.u4)(value))
        return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner.get(name)?.(one) ?? one]));
}
function convertAll(value, convert) {
    if (Array.isArray(value))
        return value.map(convert);
    return (0,reply/* isRecord */.u4)(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, convert(one)])) : value;
}
function leafConversion(element, decimals) {
    const scale = decimals.get(element);
    const convert = scale === undefined ? bytesConversion(element) : (value) => decimalOf(value, scale);
    if (!convert)
        return undefined;
    return (value) => (Array.isArray(value) ? value.map(convert) : convert(value));
}
/** Bytes that nobody marked as text: many writers leave the mark out. */
function bytesConversion({ type, converted_type, logical_type }) {
    if (type !== 'BYTE_ARRAY' || converted_type !== undefined || logical_type !== undefined)
        return undefined;
    return (value) => (value instanceof Uint8Array ? textOf(value) : value);
}
/** Bytes as text if they are UTF-8, else as they are: different bytes never become the same. */
function textOf(bytes) {
    return (0,external_node_buffer_.isUtf8)(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : bytes;
}
/** A decimal with all its digits: as a number if that has them, else as text. */
function decimalOf(value, scale) {
    const unscaled = unscaledOf(value);
    if (unscaled === undefined)
        return value;
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
    const cut = digits.length - scale;
    const fraction = digits.slice(cut).replace(/0+$/, '');
    const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, cut)}${fraction === '' ? '' : `.${fraction}`}`;
    return String(Number(text)) === text ? Number(text) : text;
}
function unscaledOf(value) {
    if (typeof value === 'bigint')
        return value;
    if (typeof value === 'number')
        return BigInt(value);
    if (!(value instanceof Uint8Array))
        return undefined;
    return value.length === 0 ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`));
}

;// CONCATENATED MODULE: ./build/export/records/parquet.js


/** How much of a row group is in memory at once, in bytes of its decoded values: as objects of JavaScript they take several times as much. */
const SLICE_BYTES = 16 * 1024 * 1024;
/**
 * Every row of an export has an ID of its own, which no packing makes smaller than several bytes. Rows that are all alike would unpack a
 * few kilobytes to billions of them.
 */
const UNIQUE_ROWS = { free: 100_000, perByte: 1 };
/** The values of one column, which may be lists, and rows that may be alike, as annotations are. */
const VALUES = { free: 1_000_000, perByte: 64 };
/** A file that cannot be read as parquet. The message says why, and completes "it cannot be read as parquet: …". */
class NotParquet extends Error {
    name = 'NotParquet';
}
/**
 * The rows of a parquet file as plain objects, in order; a range of one row group is in memory at a time, all of the group only where
 * it has lists or structures. 64-bit integers come as `bigint`, times as `Date`, bytes as `Uint8Array`. Throws {@link NotParquet}, or the
 * signal's reason.
 */
async function* readRows(path, { signal, sliceBytes = SLICE_BYTES, mayRepeat = false } = {}) {
    const compressors = await decompressors();
    const { file, metadata, columns, converts } = await footer(path, mayRepeat ? VALUES : UNIQUE_ROWS);
    const names = columns.map(({ element }) => element.name);
    const flat = columns.every(({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED');
    let rowStart = 0;
    for (const group of metadata.row_groups) {
        const groupEnd = rowStart + Number(group.num_rows);
        const slices = flat ? Math.ceil(Number(group.total_byte_size) / sliceBytes) : 1;
        const sliceRows = Math.ceil((groupEnd - rowStart) / Math.max(1, slices));
        for (; rowStart < groupEnd; rowStart += sliceRows) {
            const rowEnd = Math.min(groupEnd, rowStart + sliceRows);
            const slice = { file, metadata, compressors, rowStart, rowEnd, utf8: false, parsers: { stringFromBytes } };
            let rows;
            try {
                rows = flat ? await readColumns(slice, names, signal) : await readAll(slice, signal);
            }
            catch (error) {
                signal?.throwIfAborted();
                throw new NotParquet(`its data cannot be read (${inWords(error)})`, { cause: error });
            }
            if (rows.length !== rowEnd - rowStart)
                throw new NotParquet(TOO_FEW);
            for (const row of rows) {
                for (const [name, convert] of converts)
                    row[name] = convert(row[name]);
                yield row;
            }
        }
        rowStart = groupEnd;
    }
    if (rowStart !== Number(metadata.num_rows))
        throw new NotParquet(TOO_FEW);
}
const TOO_FEW = 'it contains fewer rows than it says';
/** Text that is not UTF-8 stays bytes. */
function stringFromBytes(bytes) {
    return bytes && textOf(bytes);
}
/** Those of the library. Its LZ4 fails for a page without values. */
async function decompressors() {
    const { compressors } = await __webpack_require__.e(/* import() */ 138).then(__webpack_require__.bind(__webpack_require__, 20138));
    const emptyOr = (unpack) => {
        return (input, length) => (length === 0 ? new Uint8Array() : unpack(input, length));
    };
    const { LZ4, LZ4_RAW } = compressors;
    return { ...compressors, ...(LZ4 && { LZ4: emptyOr(LZ4) }), ...(LZ4_RAW && { LZ4_RAW: emptyOr(LZ4_RAW) }) };
}
async function readAll(slice, signal) {
    const { parquetReadObjects } = await __webpack_require__.e(/* import() */ 148).then(__webpack_require__.bind(__webpack_require__, 54148));
    signal?.throwIfAborted();
    return parquetReadObjects(slice);
}
/** Reads column after column, so that the packed bytes of one only are in memory. */
async function readColumns(slice, names, signal) {
    const { parquetReadObjects } = await __webpack_require__.e(/* import() */ 148).then(__webpack_require__.bind(__webpack_require__, 54148));
    const rows = [];
    for (const name of names) {
        signal?.throwIfAborted();
        const cells = await parquetReadObjects({ ...slice, columns: [name] });
        for (const [index, cell] of cells.entries()) {
            const row = rows[index];
            if (row)
                row[name] = cell[name];
            else
                rows.push(cell);
        }
    }
    return rows;
}
async function footer(path, mostRows) {
    const { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } = await __webpack_require__.e(/* import() */ 148).then(__webpack_require__.bind(__webpack_require__, 54148));
    try {
        const file = await asyncBufferFromFile(path);
        const metadata = await parquetMetadataAsync(file);
        const columns = parquetSchema(metadata).children;
        checkForBombs(metadata.row_groups, file.byteLength, mostRows);
        return { file, metadata, columns, converts: conversions(metadata, columns) };
    }
    catch (error) {
        if (error instanceof NotParquet)
            throw error;
        throw new NotParquet(`its footer is damaged (${inWords(error)})`, { cause: error });
    }
}
/** Throws for a file that claims to contain far more than one of its size can, before anything of it is unpacked. */
function checkForBombs(groups, bytes, mostRows) {
    const isTooMuch = (claimed, { free, perByte }) => claimed > Math.max(free, bytes * perByte);
    const rows = groups.reduce((sum, { num_rows }) => sum + Math.abs(Number(num_rows)), 0);
    if (isTooMuch(rows, mostRows))
        throw new NotParquet(`it claims to contain ${rows} rows in ${bytes} bytes`);
    const values = new Map();
    for (const { columns } of groups) {
        for (const { meta_data: column } of columns) {
            if (!column)
                continue;
            const path = column.path_in_schema.join('.');
            values.set(path, (values.get(path) ?? 0) + Math.abs(Number(column.num_values)));
        }
    }
    const most = Math.max(0, ...values.values());
    if (isTooMuch(most, VALUES))
        throw new NotParquet(`it claims to contain ${most} values in a column, in ${bytes} bytes`);
}
function inWords(error) {
    return (0,errors/* describe */.q0)(error).replace(/[.?]+$/, '');
}


/***/ }),

/***/ 24249:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  W6: () => (/* binding */ RecordSummary),
  Vh: () => (/* binding */ readJson),
  xz: () => (/* binding */ readTable)
});

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./build/clock.js
var clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/transfer/advice.js
var advice = __webpack_require__(84852);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/threads.js
var threads = __webpack_require__(11793);
// EXTERNAL MODULE: ./build/export/records/read-batch.js
var read_batch = __webpack_require__(36237);
;// CONCATENATED MODULE: ./build/export/records/batch-threads.js


/** Enough for a thread to be busy until it gets more. */
const QUEUED = 2;
/** Reads batches in threads, and in this thread while the others are busy or when none is left. */
class BatchThreads {
    #wanted;
    #threads = [];
    #ended = false;
    constructor(count, wanted) {
        this.#wanted = wanted;
        try {
            for (let number = 0; number < count; number += 1)
                this.#threads.push(new BatchThread(wanted));
        }
        catch (error) {
            if (!(error instanceof threads/* ThreadLost */.XY))
                throw error;
        }
    }
    /** How many batches the threads have at most. */
    get capacity() {
        return this.#threads.length * QUEUED;
    }
    /** @param batch must stay as it is until then: the work of a thread that dies is done here */
    async read(batch) {
        const thread = this.#threads.find(({ queued }) => queued < QUEUED);
        if (!thread)
            return (0,read_batch/* readBytes */.io)(batch, this.#wanted);
        try {
            return await thread.read(batch);
        }
        catch (error) {
            if (!(error instanceof threads/* ThreadLost */.XY) || this.#ended)
                throw error;
            this.#threads = this.#threads.filter((one) => one !== thread);
            return (0,read_batch/* readBytes */.io)(batch, this.#wanted);
        }
    }
    /** Ends the threads. What they still read is rejected. */
    async end() {
        this.#ended = true;
        await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
    }
}
class BatchThread {
    #thread;
    #waiting = [];
    #lost;
    constructor(wanted) {
        this.#thread = (0,threads/* startThread */.BR)(import.meta.url, './records-thread.ts', 'records', { wanted });
        this.#thread.receive((report) => this.#waiting.shift()?.resolve(report));
        // Racing each batch against `lost` would keep all results in memory until the thread ends.
        this.#thread.lost.catch((error) => {
            this.#lost = { error };
            for (const { reject } of this.#waiting.splice(0))
                reject(error);
        });
    }
    /** How many batches it has. */
    get queued() {
        return this.#waiting.length;
    }
    async read(batch) {
        if (this.#lost)
            throw this.#lost.error;
        const waiting = Promise.withResolvers();
        this.#waiting.push(waiting);
        this.#thread.send(batch);
        const report = await waiting.promise;
        if ('error' in report)
            throw (0,threads/* toError */.iT)(report.error);
        return report.result;
    }
    async end() {
        await this.#thread.end();
    }
}

// EXTERNAL MODULE: ./build/export/records/digest.js
var digest = __webpack_require__(7368);
// EXTERNAL MODULE: ./build/export/records/record-reader.js + 1 modules
var record_reader = __webpack_require__(14217);
// EXTERNAL MODULE: ./build/export/records/parquet.js + 1 modules
var parquet = __webpack_require__(667);
// EXTERNAL MODULE: ./build/export/records/statistics.js
var statistics = __webpack_require__(19535);
;// CONCATENATED MODULE: ./build/export/records/read-records.js











/** With less to read than this (bytes), starting a thread takes longer than it saves. */
const WORTH_A_THREAD = 4 * 1024 * 1024;
const MOST_THREADS = 2;
/** Rows of a table that are read at once. */
const ROWS_AT_ONCE = 1000;
/**
 * Reads the records of a JSON file once: this thread splits them as bytes, and other threads parse and hash them. Throws
 * `corrupt_download` for what is wrong in the file first, what `take` throws, or the signal's reason.
 *
 * @param reader whose `info` and `others` are known afterwards
 */
async function readJson(reader, sizeBytes, options) {
    const { wanted, signal, take } = options;
    const threads = new BatchThreads(threadsFor(sizeBytes), wanted);
    const pending = [];
    const takeNext = async () => {
        const next = pending.shift();
        if (!next)
            return;
        const batch = await (0,clock/* orAborted */.H6)(next.batch, signal);
        const { broken } = batch.result;
        await take(batch);
        if (broken)
            throw reader.malformed(`its record ${next.first + broken.index} is not JSON (${broken.why})`);
    };
    try {
        let failure;
        try {
            for await (const { first, bytes, starts, ends } of reader.batches()) {
                signal.throwIfAborted();
                // A copy, because the reader only lends it.
                const records = { bytes: Buffer.from(bytes), starts, ends };
                const batch = threads.read(records).then((result) => ({ result, json: records }));
                batch.catch(() => undefined);
                pending.push({ first, batch });
                // One more than the threads have: this one reads on while they finish the first.
                while (pending.length > threads.capacity + 1)
                    await takeNext();
                await (0,promises_.setImmediate)();
            }
        }
        catch (error) {
            failure = { error };
        }
        // A record before the place of a failure may be broken as well.
        while (pending.length > 0)
            await takeNext();
        if (failure)
            throw failure.error;
    }
    finally {
        await threads.end();
    }
}
function threadsFor(sizeBytes) {
    // This thread reads, too.
    return sizeBytes < WORTH_A_THREAD ? 0 : Math.min(MOST_THREADS, (0,external_node_os_.availableParallelism)() - 1);
}
/**
 * Reads the rows of a parquet file once, as {@link readJson} reads records.
 *
 * @param fileName as errors should name it
 */
async function readTable(path, fileName, options) {
    const { wanted, signal, take } = options;
    let rows = [];
    const flush = async () => {
        const values = rows;
        rows = [];
        if (values.length > 0)
            await take({ result: (0,read_batch/* readValues */.N$)(values, wanted), json: undefined });
    };
    try {
        for await (const row of (0,parquet/* readRows */.a)(path, { signal })) {
            rows.push(row);
            if (rows.length === ROWS_AT_ONCE)
                await flush();
        }
    }
    catch (error) {
        if (!(error instanceof parquet/* NotParquet */.c))
            throw error;
        throw new errors/* ActionError */.lZ('corrupt_download', `The export's ${fileName} cannot be read as parquet: ${error.message}.`, {
            todo: advice/* NEW_EXPORT */.q,
            cause: error,
        });
    }
    await flush();
}
/** Gathers what all need of the records of an export. */
class RecordSummary {
    #digest = new digest/* RecordDigest */.G();
    #statistics = new statistics/* StatisticsBuilder */.NS();
    /** Records in JSON, rows in parquet. */
    get mediaCount() {
        return this.#digest.count;
    }
    add({ hashes, tally }) {
        for (let at = 0; at < hashes.length; at += digest/* HASH_BYTES */.F)
            this.#digest.add(hashes, at);
        this.#statistics.add(tally);
    }
    contentDigest() {
        return this.#digest.hex();
    }
    statistics() {
        return this.#statistics.end();
    }
}


/***/ }),

/***/ 14217:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  J: () => (/* binding */ RecordReader)
});

// EXTERNAL MODULE: ./build/transfer/advice.js
var advice = __webpack_require__(84852);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/export/records/parse.js
var parse = __webpack_require__(65809);
;// CONCATENATED MODULE: ./build/export/records/value-scanner.js
/** The longest record or other value that is kept in memory, in bytes. */
const LONGEST_VALUE = 256 * 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Finds the end of one JSON value that may span chunks, and keeps what came of it in earlier ones. */
class ValueScanner {
    active = false;
    /** Where the value begins, relative to the present chunk: below 0 if it began in an earlier one. */
    start = 0;
    #kind = 'scalar';
    #depth = 0;
    #inString = false;
    #escaped = false;
    #carried = [];
    #text = [];
    /** @param byte the first of the value, which {@link scan} will see again */
    begin(byte, at) {
        this.active = true;
        this.start = at;
        this.#kind = byte === QUOTE ? 'string' : byte === OPEN_OBJECT || byte === OPEN_ARRAY ? 'container' : 'scalar';
        this.#depth = 0;
        this.#inString = false;
        this.#escaped = false;
    }
    /** Scans on from `from`. Returns the place after the value, or the end of the chunk while the value stays active. */
    scan(chunk, from) {
        return this.#kind === 'scalar' ? this.#scanScalar(chunk, from) : this.#scanNested(chunk, from);
    }
    /** Keeps the value that ended at `end` for {@link text}. */
    keep(chunk, end) {
        // What else was carried belongs to a record that ended before this value began.
        this.#text = [...(this.start < 0 ? this.#carried : []), chunk.subarray(Math.max(0, this.start), end)];
    }
    text() {
        return Buffer.concat(this.#text).toString();
    }
    /** The bytes from `from`, which may be below 0, up to `until`. */
    bytesBefore(chunk, from, until) {
        if (from >= 0)
            return chunk.subarray(from, until);
        return Buffer.concat([...this.#carried, chunk.subarray(0, until)]);
    }
    /** At the end of a chunk in the middle of a value. False if the value is too large. */
    carry(chunk) {
        if (this.start >= 0)
            this.#carried = [];
        // A copy: a chunk is lent until the next one only.
        this.#carried.push(Buffer.from(chunk.subarray(Math.max(0, this.start))));
        this.start -= chunk.length;
        return -this.start <= LONGEST_VALUE;
    }
    drop() {
        this.#carried = [];
    }
    /** Ends a scalar that the end of the file ends. False for values that have an end of their own. */
    endsWithFile() {
        if (!this.active || this.#kind !== 'scalar')
            return false;
        this.active = false;
        this.#text = this.#carried;
        return true;
    }
    #scanScalar(chunk, from) {
        for (let at = from; at < chunk.length; at += 1) {
            const byte = chunk[at] ?? 0;
            if (byte > 0x20 && byte !== COMMA && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT)
                continue;
            this.active = false;
            return at;
        }
        return chunk.length;
    }
    // The hot loops: every byte of every record passes one of these two. As one loop they take twice as long.
    #scanNested(chunk, from) {
        const { length } = chunk;
        let at = this.#inString ? this.#scanString(chunk, from) : from;
        if (this.#depth === 0 && at > from && !this.#inString)
            return this.#ended(at);
        while (at < length) {
            const byte = chunk[at] ?? 0;
            at += 1;
            if (byte === QUOTE) {
                at = this.#scanString(chunk, at);
                if (this.#depth === 0 && !this.#inString)
                    return this.#ended(at);
            }
            // Setting this bit makes "[" of "{" and "]" of "}" the same.
            else if ((byte | 0x20) === OPEN_OBJECT)
                this.#depth += 1;
            else if ((byte | 0x20) === CLOSE_OBJECT) {
                this.#depth -= 1;
                if (this.#depth === 0)
                    return this.#ended(at);
            }
        }
        return at;
    }
    /** From inside of a string to after its end, or to the end of the chunk. */
    #scanString(chunk, from) {
        const { length } = chunk;
        this.#inString = true;
        let at = this.#escaped ? from + 1 : from;
        this.#escaped = false;
        while (at < length) {
            const byte = chunk[at] ?? 0;
            at += 1;
            if (byte === QUOTE) {
                this.#inString = false;
                return at;
            }
            if (byte === BACKSLASH)
                at += 1;
        }
        this.#escaped = at > length;
        return length;
    }
    #ended(at) {
        this.active = false;
        return at;
    }
}

;// CONCATENATED MODULE: ./build/export/records/record-reader.js




const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/**
 * The records of an export's `metadata.json`, split as bytes: the elements of its top-level `media_items` array (or of other arrays, if
 * they are named), or of the array that the whole file is. What is inside a record is for its parser to judge. The memory used is that of
 * one chunk and one record, however large the file. Read {@link batches} once; then {@link info} and {@link found} are known.
 */
class RecordReader {
    /** The `info` member next to the records, if there is one. */
    info;
    /** Whether there is a `media_items` array (or a bare array) at all. */
    found = false;
    /** The arrays so far, in their order, and the number of the record that each begins with, from 1. */
    opened = [];
    /** The other members of the file, in their order, if they were asked for. */
    others = new Map();
    #bytes;
    #fileName;
    #options;
    #expecting = 'root';
    #key = '';
    #bare = false;
    #records = 0;
    /** Of the present chunk in the file. */
    #offset = 0;
    #value = new ValueScanner();
    /** @param fileName as errors should name it */
    constructor(bytes, fileName, options = {}) {
        this.#bytes = bytes;
        this.#fileName = fileName;
        this.#options = { bareArrays: true, keepOthers: false, arrays: ['media_items'], ...options };
    }
    /** Throws `corrupt_download` when the bytes are not one complete JSON text, or a value is larger than 256 MiB. */
    async *batches() {
        let start = Buffer.alloc(0);
        for await (const bytes of this.#bytes) {
            let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
            if (start) {
                // A byte order mark may be split across chunks.
                start = Buffer.concat([start, chunk]);
                if (start.length < BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.subarray(0, start.length).equals(start))
                    continue;
                chunk = BYTE_ORDER_MARK.equals(start.subarray(0, BYTE_ORDER_MARK.length)) ? start.subarray(3) : start;
                start = undefined;
            }
            const batch = this.#read(chunk);
            this.#offset += chunk.length;
            if (batch)
                yield batch;
        }
        // A number or a word at the root ends with the file itself.
        if (this.#expecting === 'root' && this.#value.endsWithFile())
            this.#endValue(0);
        if (this.#expecting !== 'nothing')
            throw this.malformed(`it ends after ${this.#offset} bytes in the middle of its data`);
    }
    /** The error for what is wrong in the file. `why` completes "The export's metadata.json cannot be read: …". */
    malformed(why, cause) {
        return new errors/* ActionError */.lZ('corrupt_download', `The export's ${this.#fileName} cannot be read: ${why}.`, {
            todo: advice/* NEW_EXPORT */.q,
            cause,
        });
    }
    /** How errors name a place in the file. @param byte counted from 0, without a byte order mark */
    place(byte) {
        return `byte ${byte}`;
    }
    #read(chunk) {
        const value = this.#value;
        const starts = [];
        const ends = [];
        const first = this.#records + 1;
        for (let at = 0; at < chunk.length;) {
            if (!value.active) {
                const byte = chunk[at] ?? 0;
                at = byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 ? at + 1 : this.#step(byte, at);
                continue;
            }
            at = value.scan(chunk, at);
            if (value.active)
                break;
            if (this.#expecting === 'record' || this.#expecting === 'first record') {
                starts.push(value.start);
                ends.push(at);
                this.#records += 1;
                this.#expecting = 'comma or ]';
            }
            else {
                value.keep(chunk, at);
                this.#endValue(at);
            }
        }
        // A record that began in an earlier chunk is the first of the batch.
        const [from = 0] = starts;
        const until = ends.at(-1) ?? 0;
        const batch = starts.length > 0 ? { first, bytes: value.bytesBefore(chunk, from, until), starts, ends } : undefined;
        if (batch && from !== 0) {
            batch.starts = starts.map((start) => start - from);
            batch.ends = ends.map((end) => end - from);
        }
        if (!value.active)
            value.drop();
        else if (!value.carry(chunk))
            throw this.malformed(`its record ${this.#records + 1} is larger than ${LONGEST_VALUE} bytes`);
        return batch;
    }
    /** Takes one byte that belongs to the outer structure, or begins a value at it. Returns where to continue. */
    #step(byte, at) {
        const expecting = this.#expecting;
        if (expecting === 'root' && byte === OPEN_OBJECT)
            this.#expecting = 'first key';
        else if (expecting === 'root' && byte === OPEN_ARRAY && this.#options.bareArrays)
            this.#openRecords(true);
        else if (expecting === 'member' && byte === OPEN_ARRAY && this.#options.arrays.includes(this.#key))
            this.#openRecords(false);
        else if (expecting === 'colon' && byte === COLON)
            this.#expecting = 'member';
        else if (expecting === 'comma or }' && byte === COMMA)
            this.#expecting = 'key';
        else if ((expecting === 'comma or }' || expecting === 'first key') && byte === CLOSE_OBJECT)
            this.#expecting = 'nothing';
        else if (expecting === 'comma or ]' && byte === COMMA)
            this.#expecting = 'record';
        else if ((expecting === 'comma or ]' || expecting === 'first record') && byte === CLOSE_ARRAY)
            this.#expecting = this.#bare ? 'nothing' : 'comma or }';
        else if (beginsValue(expecting, byte)) {
            this.#value.begin(byte, at);
            return at;
        }
        else {
            const found = JSON.stringify(String.fromCharCode(byte));
            throw this.malformed(`it has ${found} at ${this.place(this.#offset + at)}, where something else belongs`);
        }
        return at + 1;
    }
    #openRecords(bare) {
        if (this.opened.some(({ name }) => name === this.#key))
            throw this.malformed(`it has "${this.#key}" twice`);
        this.opened.push({ name: this.#key, first: this.#records + 1 });
        this.found = true;
        this.#bare = bare;
        this.#expecting = 'first record';
    }
    /** Puts the value that was just scanned, and ended at this place of the chunk, where it belongs. */
    #endValue(at) {
        let value;
        try {
            value = (0,parse/* parseJson */.qF)(this.#value.text());
        }
        catch (error) {
            if (!(error instanceof parse/* NotJson */.ac))
                throw error;
            throw this.malformed(`the part before ${this.place(this.#offset + at)} is not JSON (${error.message})`, error);
        }
        if (this.#expecting === 'first key' || this.#expecting === 'key') {
            this.#key = String(value);
            this.#expecting = 'colon';
        }
        else if (this.#expecting === 'member') {
            if (this.#key === 'info')
                this.info = value;
            else if (this.#options.keepOthers)
                this.others.set(this.#key, value);
            this.#expecting = 'comma or }';
        }
        else {
            this.#expecting = 'nothing';
        }
    }
}
function beginsValue(expecting, byte) {
    if (expecting === 'first key' || expecting === 'key')
        return byte === QUOTE;
    if (expecting === 'root' || expecting === 'member' || expecting === 'record' || expecting === 'first record') {
        return byte !== COMMA && byte !== COLON && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT;
    }
    return false;
}


/***/ }),

/***/ 36818:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Bz: () => (/* binding */ MOVING_NAME),
/* harmony export */   Nc: () => (/* binding */ WORK_PREFIX),
/* harmony export */   PZ: () => (/* binding */ replaceExport),
/* harmony export */   Wu: () => (/* binding */ HalfReplaced),
/* harmony export */   lj: () => (/* binding */ recover),
/* harmony export */   rv: () => (/* binding */ FILES_FOLDER)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19473);
/* harmony import */ var _paths_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(31340);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(31279);
/* harmony import */ var _earlier_export_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(80830);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(91946);








/** The beginning of the names of the folders in which exports are prepared before they are moved into place. */
const WORK_PREFIX = '.visual-layer-';
/** In a work folder: the files of the new export, as far as they are not in place. */
const FILES_FOLDER = 'files';
/** In a work folder: the files of the earlier export, until the new one is in place. */
const OLD_FOLDER = 'old';
/** The manifests of the new export and of the earlier one, while one takes the place of the other. */
const MOVING_NAME = 'moving.json';
const EARLIER_NAME = 'earlier.json';
/** A replacement that could neither be finished nor undone: its work folder is needed by the next run, which undoes it. */
class HalfReplaced extends _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .ActionError */ .lZ {
}
/**
 * Undoes what killed steps had begun to replace in `dir`, and removes their work folders, except for `keep`. Throws `operation_failed` if
 * the disk does not allow it.
 */
async function recover(dir, keep) {
    for (const name of await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(dir)) {
        if (!name.startsWith(WORK_PREFIX))
            continue;
        const work = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, name);
        await revert(dir, work);
        if (work !== keep)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)(work, { recursive: true, force: true });
    }
}
/**
 * Replaces the earlier export in `dir` by the one in `work`: the files in `work`/files, and `work`/manifest.json, which lists them. What
 * moves is written down before anything does, and the manifest moves last, so a replacement that is stopped anywhere can be undone: at
 * once if a file cannot be moved, else by {@link recover} in the next run. It does not stop for a cancellation: it takes moments. Throws what
 * the disk does, or {@link HalfReplaced}.
 *
 * @param paths of the new files, relative, posix separators; each has a free place, or one that an `earlier` file leaves
 */
async function replaceExport(dir, work, paths, earlier) {
    const emptied = new Set();
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_NAME */ .ir), (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, MOVING_NAME));
        if ((0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_NAME */ .ir)))
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_NAME */ .ir), (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, EARLIER_NAME));
        for (const path of earlier) {
            if (!(0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .isPlainFile */ .Dn)(dir, path))
                continue;
            moveFile(dir, (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, OLD_FOLDER), path);
            addFolders(emptied, path);
        }
        removeEmpty(dir, emptied);
        moveIn((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, FILES_FOLDER), dir, paths);
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, MOVING_NAME), (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_NAME */ .ir));
    }
    catch (error) {
        await revert(dir, work);
        throw error;
    }
}
/** Moves files: whole folders if nothing is there, else file by file. */
function moveIn(from, dir, paths) {
    const whole = new Set((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)(from).filter((name) => (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, name)) === undefined));
    for (const name of whole)
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(from, name), (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, name));
    for (const path of paths)
        if (!whole.has(path.split('/', 1)[0] ?? ''))
            moveFile(from, dir, path);
}
/** Moves everything back to where it was before {@link replaceExport} began, unless it ended. */
async function revert(dir, work) {
    const moving = await (0,_manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .readManifest */ .WI)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, MOVING_NAME));
    if (!moving)
        return;
    const files = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, FILES_FOLDER);
    const archive = moving.files.length === 0 ? moving.archive?.name : undefined;
    const paths = archive === undefined ? moving.files.map(({ path }) => path) : [archive];
    try {
        // With a manifest in place, nothing else was moved.
        if (!(0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_NAME */ .ir))) {
            const emptied = new Set();
            for (const path of paths) {
                if (!(0,_paths_js__WEBPACK_IMPORTED_MODULE_4__/* .isPlain */ .$i)(path))
                    continue;
                // Made for it, even if it did not get there.
                addFolders(emptied, path);
                // What is still in the work folder was not moved: a file of that name in `dir` is the earlier one.
                if ((0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(files, path)) === undefined && (0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .isPlainFile */ .Dn)(dir, path))
                    moveFile(dir, files, path);
            }
            removeEmpty(dir, emptied);
            for (const path of filesBelow((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, OLD_FOLDER)))
                moveFile((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, OLD_FOLDER), dir, path);
            if ((0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, EARLIER_NAME)))
                (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, EARLIER_NAME), (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_NAME */ .ir));
        }
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, MOVING_NAME), (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_NAME */ .ir));
    }
    catch (error) {
        const { code, message, todo } = (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .systemFailure */ .oM)(error, 'put the earlier export back', dir);
        const kept = `Its files are in ${(0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(work, OLD_FOLDER)}. Once the cause is fixed, re-run the job: the next export into the folder puts them back first.`;
        throw new HalfReplaced(code, message, { todo: [todo, kept].join('\n'), cause: error });
    }
}
function moveFile(from, to, path) {
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdirSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(to, path)), { recursive: true });
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(from, path), (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(to, path));
}
function addFolders(folders, path) {
    for (let folder = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)(path); folder !== '.'; folder = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)(folder))
        folders.add(folder);
}
/** Relative, posix separators. */
function filesBelow(dir, below = '') {
    if (!(0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .look */ .Op)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, below))?.isDirectory())
        return [];
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, below), { withFileTypes: true }).flatMap((entry) => {
        const path = below === '' ? entry.name : `${below}/${entry.name}`;
        return entry.isDirectory() ? filesBelow(dir, path) : [path];
    });
}
/** Removes those of the folders that are empty. */
function removeEmpty(dir, folders) {
    for (const folder of [...folders].sort((one, other) => other.length - one.length)) {
        if (!(0,_earlier_export_js__WEBPACK_IMPORTED_MODULE_6__/* .hasRealFolders */ .E$)(dir, folder))
            continue;
        try {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmdirSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(dir, folder));
        }
        catch (error) {
            if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .codeOf */ .$N)(error) ?? ''))
                throw error;
        }
    }
}


/***/ }),

/***/ 60198:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ networkFault)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(31279);


const REACH = 'Check that the address is right (base_url) and that the runner can reach it (DNS, firewall, HTTPS_PROXY, and NO_PROXY), then re-run the job.';
const REACH_STORAGE = 'Check that the runner can reach the storage host (DNS, firewall, HTTPS_PROXY, and NO_PROXY), then re-run the job.';
const AUTHORITY = `Put the certificate of that authority (a PEM file) on the runner, and set its path for this step:
  env:
    NODE_EXTRA_CA_CERTS: /path/to/authority.pem
If the system of the runner trusts the authority, NODE_USE_SYSTEM_CA: 1 is enough.`;
/** Codes of OpenSSL and Node about TLS and certificates. */
const TLS = /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH)/;
const UNKNOWN_AUTHORITY = /^(?:UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/;
/** How a handshake ends at each attempt. The other faults of TLS can be those of a connection that was damaged on the way. */
const NO_HANDSHAKE = /WRONG_VERSION|PACKET_LENGTH|PROTOCOL|HANDSHAKE_FAILURE|CERT/;
/** Codes of failures before a connection stood. */
const CONNECTING = {
    ECONNREFUSED: 'the connection was refused',
    ENOTFOUND: 'the host name could not be resolved',
    EAI_AGAIN: 'the host name could not be resolved for now',
    EHOSTUNREACH: 'there is no route to the host',
    ENETUNREACH: 'there is no route to its network',
    ENETDOWN: 'the network of the runner is down',
    EADDRNOTAVAIL: 'the runner has no free port or address',
    UND_ERR_CONNECT_TIMEOUT: 'the connection attempt timed out',
};
const BROKEN = {
    ECONNRESET: 'the connection was reset',
    ECONNABORTED: 'the connection was aborted',
    EPIPE: 'the connection was closed',
    ETIMEDOUT: 'the connection timed out',
    UND_ERR_SOCKET: 'the connection was closed',
    UND_ERR_HEADERS_TIMEOUT: 'no response came in time',
    UND_ERR_BODY_TIMEOUT: 'no more bytes came in time',
};
/**
 * The classification of everything that can keep a response from coming. `error` is what an HTTP client threw.
 *
 * @param isStorage the host was named by a download link, and not by `base_url`
 */
function networkFault(error, isStorage = false) {
    const chain = errorsIn(error);
    const codes = chain.map(_system_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .codeOf */ .$N).filter((code) => code !== undefined);
    const tls = chain.find((one) => TLS.test((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .codeOf */ .$N)(one) ?? ''));
    if (tls)
        return tlsFault(tls, isStorage);
    // A proxy that opens no tunnel responds before anything reaches the server.
    const proxy = chain.find(({ message }) => /HTTP Tunneling|Proxy response/i.test(message));
    if (proxy) {
        const todo = 'Check the proxy and its credentials (HTTPS_PROXY: http://user:password@host:port), or add the host to NO_PROXY.';
        const isFinal = /\b407\b/.test(proxy.message);
        return { cause: `the proxy did not open a connection: ${proxy.message}`, todo, neverSent: true, isFinal };
    }
    const connecting = codes.find((code) => CONNECTING[code]);
    const broken = codes.find((code) => BROKEN[code]);
    const known = broken ?? connecting;
    const cause = known === undefined ? (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error) : `${BROKEN[known] ?? CONNECTING[known]} (${known})`;
    const neverSent = codes.length > 0 && codes.every((code) => CONNECTING[code] !== undefined);
    return { cause, todo: isStorage ? REACH_STORAGE : REACH, neverSent, isFinal: false };
}
function tlsFault(error, isStorage) {
    const code = (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .codeOf */ .$N)(error) ?? '';
    const fault = (cause, todo, isFinal = true) => {
        return { cause: `${cause} (${code})`, todo, neverSent: isFinal, isFinal };
    };
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        const names = namesOf(error);
        const cause = names === '' ? 'its certificate is for another host' : `its certificate is for ${names}`;
        return fault(cause, isStorage
            ? 'Something between the runner and the storage host responds instead of it: check DNS, the proxy, and the firewall.'
            : 'Check the host name in the address (base_url, or the proxy).');
    }
    if (UNKNOWN_AUTHORITY.test(code))
        return fault('its certificate is signed by an authority that the runner does not know', AUTHORITY);
    if (!code.startsWith('ERR_SSL_') && /CERT|^INVALID|^PATH/.test(code)) {
        const causes = { CERT_HAS_EXPIRED: 'has expired', CERT_NOT_YET_VALID: 'is not valid yet' };
        return fault(`its certificate ${causes[code] ?? 'is not valid'}`, 'Renew the certificate of the server, and check the clock of the runner.');
    }
    return fault('TLS failed', isStorage
        ? REACH_STORAGE
        : 'Check that the address begins with the right scheme (https:// or http://) and has the right port.', NO_HANDSHAKE.test(code));
}
/** The names that a certificate is for, such as `localhost, *.example.com`. */
function namesOf(error) {
    const certificate = 'cert' in error ? error.cert : undefined;
    const names = typeof certificate === 'object' && certificate !== null && 'subjectaltname' in certificate
        ? certificate.subjectaltname
        : undefined;
    return typeof names === 'string' ? names.replaceAll(/\b(?:DNS|IP Address):/g, '') : '';
}
/** An error and all that it hides: causes, and what each of several addresses of one name met. */
function errorsIn(error, depth = 0) {
    if (!(error instanceof Error) || depth > 5)
        return [];
    const inner = error instanceof AggregateError ? error.errors : [];
    return [error, ...inner.flatMap((one) => errorsIn(one, depth + 1)), ...errorsIn(error.cause, depth + 1)];
}


/***/ }),

/***/ 90960:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ calmDataset),
/* harmony export */   j: () => (/* binding */ throughConflicts)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(82746);
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57911);
/* harmony import */ var _visual_layer_tasks_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(38395);
/* harmony import */ var _waiting_pace_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(19901);
/* harmony import */ var _waiting_until_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(49404);
/* harmony import */ var _waiting_verdicts_clone_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6878);
/* harmony import */ var _waiting_verdicts_dataset_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(58999);
/* harmony import */ var _visible_tasks_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(46670);
/* harmony import */ var _waits_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(44801);










function statusBlocks(dataset) {
    switch (dataset.status) {
        case 'READY':
            return { kind: 'none' };
        case 'ERROR':
        case 'PARTIAL_INDEX':
        case 'DRAFT':
            return { kind: 'stuck', line: (0,_waiting_verdicts_dataset_js__WEBPACK_IMPORTED_MODULE_5__/* .datasetLine */ .Je)(dataset) };
        case 'INDEXING':
        case 'READ_ONLY':
        case 'BUSY':
        case 'UNKNOWN':
            return { kind: 'work', line: (0,_waiting_verdicts_dataset_js__WEBPACK_IMPORTED_MODULE_5__/* .datasetLine */ .Je)(dataset) };
    }
}
function taskName(task) {
    return `${task.type || 'a task'} (${(0,_waiting_verdicts_dataset_js__WEBPACK_IMPORTED_MODULE_5__/* .taskLine */ .er)(task)}, id ${task.id})`;
}
/** Looks at what a dataset is doing. A clone runs on the dataset it makes, so clones of this one are looked for by name. */
async function blocker(step, datasetId, retries) {
    const dataset = await step.api.datasets.get(datasetId, retries);
    const own = await (0,_visible_tasks_js__WEBPACK_IMPORTED_MODULE_6__/* .visibleTasks */ .H)(step, { datasetId }, retries);
    const running = own.find(_visual_layer_tasks_js__WEBPACK_IMPORTED_MODULE_2__/* .isBlocking */ .Us);
    if (running)
        return { kind: 'work', line: taskName(running) };
    const byStatus = statusBlocks(dataset);
    if (byStatus.kind !== 'none')
        return byStatus;
    const clones = await (0,_visible_tasks_js__WEBPACK_IMPORTED_MODULE_6__/* .visibleTasks */ .H)(step, { type: 'SNAPSHOT_CLONE' }, retries);
    const clone = clones.find((task) => !(0,_visual_layer_tasks_js__WEBPACK_IMPORTED_MODULE_2__/* .hasEnded */ .hY)(task) && task.datasetName === (0,_waiting_verdicts_clone_js__WEBPACK_IMPORTED_MODULE_4__/* .cloneName */ .tm)(dataset.name));
    return clone ? { kind: 'work', line: taskName(clone) } : byStatus;
}
/** Waits until no work is visible on the dataset. */
async function waitForCalm(step, datasetId, phase) {
    await (0,_waits_js__WEBPACK_IMPORTED_MODULE_7__/* .waitFor */ .fm)(step, phase, async () => {
        const now = await blocker(step, datasetId, 0);
        return now.kind === 'work'
            ? { state: 'pending', line: `waiting for ${now.line}`, phase: now.line.replace(/\(\d+%\)/, '') }
            : { state: 'done', value: undefined };
    });
}
/**
 * Makes a request that Visual Layer rejects with 409 while something else runs on the dataset. With `wait`, waits for what runs
 * and tries again, within the deadline; a conflict that waiting cannot resolve ends the step at once.
 */
async function throughConflicts(step, datasetId, onConflict, attempt) {
    let calmSince;
    for (;;) {
        try {
            return await attempt();
        }
        catch (error) {
            if (!(error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .RequestFailure */ .e6) || error.outcome.status !== 409)
                throw error;
            const { ifUnclear } = error.outcome;
            if (onConflict === 'fail')
                throw error.with({ todo: ifUnclear ?? 'Set on_conflict: wait to wait for it.' });
            const phase = calm(datasetId, ifUnclear);
            const now = await (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_3__/* .asPhase */ .uQ)(step.waiting, phase, () => blocker(step, datasetId));
            if (now.kind === 'stuck') {
                throw error.with({
                    todo: ifUnclear ??
                        `The dataset will stay in this state (${now.line}) until someone changes it, so waiting will not help. Fix it in Visual Layer first (PARTIAL INDEX: reindex; ERROR: restore a snapshot).`,
                });
            }
            if (now.kind === 'work') {
                calmSince = undefined;
                step.reporter.info(`Visual Layer reports the dataset as busy (${error.apiWords ?? error.message}). Waiting for ${now.line}.`);
                await waitForCalm(step, datasetId, phase);
                continue;
            }
            // Nothing runs, as far as can be seen: the lists may lag a little, and the rejection may have been the last of its kind.
            calmSince ??= step.clock.now();
            const calmFor = step.clock.now() - calmSince;
            if (calmFor >= (0,_waiting_pace_js__WEBPACK_IMPORTED_MODULE_8__/* .patienceMs */ .si)(step.deadline.remainingMs())) {
                throw error.with({
                    todo: ifUnclear ??
                        `Nothing appears to have been running on the dataset for ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_9__/* .duration */ .p0)(calmFor)}, so waiting longer will not help.`,
                });
            }
            step.reporter.progress('Visual Layer reports the dataset as busy, but nothing appears to be running. Retrying.');
            const pause = typeof step.waiting.interval === 'number' ? step.waiting.interval : 5_000;
            await (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_3__/* .asPhase */ .uQ)(step.waiting, phase, () => step.clock.sleep(Math.min(pause, step.deadline.remainingMs()), step.signal));
        }
    }
}
/**
 * Reads the dataset once its status shows no work in progress (at once with `fail`), so that what follows starts from a known
 * state. Goes by the status alone: a task that was left hanging long ago does not block what Visual Layer would accept.
 */
async function calmDataset(step, datasetId, onConflict) {
    const dataset = await step.api.datasets.get(datasetId);
    if (statusBlocks(dataset).kind !== 'work')
        return dataset;
    if (onConflict === 'fail') {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('conflict', `Dataset ${datasetId} is busy: ${(0,_waiting_verdicts_dataset_js__WEBPACK_IMPORTED_MODULE_5__/* .datasetLine */ .Je)(dataset)}.`, {
            todo: 'Set on_conflict: wait to wait for it.',
        });
    }
    return (0,_waits_js__WEBPACK_IMPORTED_MODULE_7__/* .waitFor */ .fm)(step, calm(datasetId), async () => {
        const now = await step.api.datasets.get(datasetId, 0);
        const { kind } = statusBlocks(now);
        return kind === 'work'
            ? { state: 'pending', line: (0,_waiting_verdicts_dataset_js__WEBPACK_IMPORTED_MODULE_5__/* .datasetLine */ .Je)(now), phase: now.statusWord }
            : { state: 'done', value: now };
    });
}
function calm(datasetId, carryOn = 'The operation was not started. Re-run the job when that work is finished.') {
    return { awaited: `other work on dataset ${datasetId} to end`, carryOn };
}


/***/ }),

/***/ 76660:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ fetchUnpacked),
/* harmony export */   H: () => (/* binding */ fetchExport)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _export_manifest_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(91946);
/* harmony import */ var _export_place_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(50012);
/* harmony import */ var _facts_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(57140);
/* harmony import */ var _export_records_metadata_files_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(66455);
/* harmony import */ var _export_origin_js__WEBPACK_IMPORTED_MODULE_13__ = __webpack_require__(36729);
/* harmony import */ var _export_subject_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(6443);
/* harmony import */ var _signed_link_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(55873);
/* harmony import */ var _start_export_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(31613);
/* harmony import */ var _transfer_progress_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(911);
/* harmony import */ var _transfer_options_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(61728);
/* harmony import */ var _waits_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(44801);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_12__ = __webpack_require__(82746);














/** A link that the API replaces when it has expired; masked before anything can show it. */
function sourceOf(step, datasetId, exportId, first) {
    const resolve = (link) => {
        const url = step.api.exports.resolve(link, exportId);
        (0,_signed_link_js__WEBPACK_IMPORTED_MODULE_10__/* .maskLink */ .L)(step.reporter, url);
        return url;
    };
    let current = resolve(first);
    return {
        link: () => current,
        async renew() {
            const task = await step.api.exports.status(datasetId, exportId);
            if (task.link === undefined) {
                throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('operation_failed', `The download link of export ${exportId} expired, and Visual Layer provides no new one (${task.statusWord}).`, {
                    apiWords: task.words,
                    todo: 'Re-run the job: it starts a new export.',
                });
            }
            current = resolve(task.link);
        },
    };
}
/** Says how to continue after a transfer that failed because of a transient error. */
async function toldHow(carryOn, transfer) {
    try {
        return await transfer();
    }
    catch (error) {
        const passing = error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ && (error.code === 'network' || error.code === 'server_error');
        if (!passing)
            throw error;
        throw error.with({ todo: [error.todo, carryOn].filter(Boolean).join('\n') });
    }
}
/** Downloads an export to `archive` and verifies every byte of it. On failure no file is left. */
function fetchVerified(step, wanted) {
    return fetchBytes(step, wanted, new _transfer_progress_js__WEBPACK_IMPORTED_MODULE_8__/* .Progress */ .k(step, wanted.label, 'verified'), {});
}
/**
 * Downloads an export to `archive`, verifies every byte of it and unpacks it to `target`, a folder that is not there yet; the ZIP
 * is removed then. The places of our own files next to it are left free. On failure and on abort neither is left. Throws an
 * `ActionError` that says how to continue after a transient error, or the signal's reason.
 */
async function fetchUnpacked(step, wanted) {
    const progress = new _transfer_progress_js__WEBPACK_IMPORTED_MODULE_8__/* .Progress */ .k(step, wanted.label, 'unpacked');
    const reserved = wanted.coco ? [..._export_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .OWN_NAMES */ .gN, _export_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .ANNOTATIONS_NAME */ .fn] : _export_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .OWN_NAMES */ .gN;
    const fetched = await fetchBytes(step, wanted, progress, { target: wanted.target, reserved });
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(wanted.archive, { force: true });
    return fetched;
}
async function fetchBytes(step, { datasetId, exportId, link, carryOn, archive, signal, onDownloaded }, progress, into) {
    const source = sourceOf(step, datasetId, exportId, link);
    const { fetchArchive } = await __webpack_require__.e(/* import() */ 873).then(__webpack_require__.bind(__webpack_require__, 69873));
    return toldHow(carryOn, async () => fetchArchive({
        source,
        path: archive,
        ...(await (0,_transfer_options_js__WEBPACK_IMPORTED_MODULE_11__/* .transferOptions */ .U)(step, signal)),
        onProgress: progress.received,
        onUnpacked: progress.unpacked,
        ...(onDownloaded ? { onDownloaded } : {}),
        ...into,
    }));
}
/**
 * Downloads a completed export, verifies every byte of it, and puts it in `output_dir`. The file carries its final name only
 * when it is whole and verified.
 *
 * @param link as the API gave it: absolute or relative, signed
 */
async function fetchExport(request, step, subject, { exportId, link }, reading) {
    const { reporter } = step;
    const carryOn = subject.again(exportId);
    const onDownloaded = ({ sizeBytes, sha256 }) => {
        reporter.output('export_size_bytes', sizeBytes);
        reporter.output('export_sha256', sha256);
        reporter.fact('Size', `${(0,_facts_js__WEBPACK_IMPORTED_MODULE_4__/* .size */ .Ej)(sizeBytes)} (${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_12__/* .count */ .U9)(sizeBytes)} bytes)`);
        reporter.fact('SHA-256', sha256, { code: true });
        reporter.info(`Downloaded ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_4__/* .size */ .Ej)(sizeBytes)}, SHA-256 ${sha256}.`);
    };
    const phase = { awaited: `the download of export ${exportId}`, carryOn };
    const placed = await (0,_waits_js__WEBPACK_IMPORTED_MODULE_9__/* .withinDeadline */ .iP)(step, phase, (signal) => (0,_export_place_js__WEBPACK_IMPORTED_MODULE_3__/* .placeExport */ .yr)({
        outputDir: request.outputDir,
        archiveName: (0,_start_export_js__WEBPACK_IMPORTED_MODULE_7__/* .archiveName */ .uv)(request),
        extract: request.extract,
        origin: (0,_export_origin_js__WEBPACK_IMPORTED_MODULE_13__/* .originOf */ .y)(request, step, subject, exportId),
        signal,
        fetch: async (archive, target) => {
            const wanted = {
                datasetId: subject.exported.id,
                exportId,
                link,
                carryOn,
                archive,
                label: '',
                signal,
                onDownloaded,
                coco: reading.coco !== undefined,
            };
            const fetched = await reporter.group(`Downloading and ${target === undefined ? 'verifying' : 'unpacking'}`, () => (target === undefined ? fetchVerified(step, wanted) : fetchUnpacked(step, { ...wanted, target })));
            phase.awaited = `the record count of export ${exportId}`;
            return fetched;
        },
        async read(place) {
            const records = await (0,_export_records_metadata_files_js__WEBPACK_IMPORTED_MODULE_5__/* .readExport */ .J)(place, { signal, ...reading });
            (0,_export_subject_js__WEBPACK_IMPORTED_MODULE_6__/* .requireItems */ .mc)(request, step, subject, records.mediaCount);
            return records;
        },
        coco: reading.coco,
    }));
    (0,_facts_js__WEBPACK_IMPORTED_MODULE_4__/* .tellPlaced */ .hN)(request, step, placed);
    return placed;
}


/***/ }),

/***/ 36729:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   y: () => (/* binding */ originOf)
/* harmony export */ });
/* harmony import */ var _version_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(58508);

/** What the manifest says about an export besides its bytes: what was asked for, of which dataset, and by which run. */
function originOf(request, step, { source: dataset, snapshot }, exportId) {
    const { context } = step;
    return {
        dataset: {
            id: dataset.id,
            name: dataset.name === '' ? undefined : dataset.name,
            snapshot: snapshot && { id: snapshot.id, name: snapshot.name },
        },
        export: {
            id: exportId,
            format: request.exportFormat,
            include_images: request.includeImages,
            entity_type: request.entityType,
            selection: selected(request),
        },
        exported_at: new Date(step.clock.date()).toISOString(),
        produced_by: {
            action: _version_js__WEBPACK_IMPORTED_MODULE_0__/* .VERSION */ .x,
            repository: context.repository,
            workflow: context.workflow,
            run_id: context.runId,
            run_attempt: context.runAttempt,
            sha: context.sha,
            run_url: context.runUrl,
        },
    };
}
function selected({ selection }) {
    switch (selection.kind) {
        case 'whole':
            return null;
        case 'attached':
            return { export_id: selection.exportId };
        case 'vql':
            return { vql: JSON.parse(selection.vql) };
        case 'selected':
            return {
                media_ids: selection.mediaIds,
                cluster_ids: selection.clusterIds,
                exclude_media_ids: selection.excludeMediaIds,
            };
    }
}


/***/ }),

/***/ 6443:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   mc: () => (/* binding */ requireItems),
/* harmony export */   oD: () => (/* binding */ EmptyExport),
/* harmony export */   w8: () => (/* binding */ selectionWords)
/* harmony export */ });
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(82746);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);


/** An export without records that is not allowed. */
class EmptyExport extends _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ {
}
/** Throws {@link EmptyExport} (`rejected`) for an export without records that is not allowed: it must not replace an earlier one. */
function requireItems(request, { reporter }, { source }, items) {
    if (items > 0 || request.allowEmpty || request.shard)
        return;
    reporter.output('media_count', 0);
    throw new EmptyExport('rejected', `The export of dataset "${source.name}" is empty: it contains no records.`, {
        todo: 'Check the dataset and what was selected. If an empty export is fine for this workflow, set allow_empty: true.',
    });
}
/** What the inputs select, for people. */
function selectionWords(request) {
    const { shard } = request;
    return `${shard ? `shard ${shard.index} of ${shard.of} of ` : ''}${selected(request)}`;
}
function selected(request) {
    const { selection } = request;
    const how = `${request.exportFormat}, ${request.includeImages ? 'with media files' : 'without media files'}`;
    switch (selection.kind) {
        case 'attached':
            return `the selection of export ${selection.exportId}`;
        case 'whole':
            return `the whole dataset (${how})`;
        case 'vql':
            return `the matches of the VQL filter (${how})`;
        case 'selected': {
            const parts = [
                selection.mediaIds.length > 0 ? `${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9)(selection.mediaIds.length)} media` : undefined,
                selection.clusterIds.length > 0 ? (0,_numbers_js__WEBPACK_IMPORTED_MODULE_1__/* .counted */ .hS)(selection.clusterIds.length, 'cluster') : undefined,
                selection.excludeMediaIds.length > 0 ? `less ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9)(selection.excludeMediaIds.length)} media` : undefined,
            ];
            return `${parts.filter((part) => part !== undefined).join(', ')} (${how})`;
        }
    }
}


/***/ }),

/***/ 38074:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ exportProbe),
/* harmony export */   c: () => (/* binding */ beginExport)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57911);
/* harmony import */ var _waiting_verdicts_export_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(89057);
/* harmony import */ var _conflicts_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(90960);
/* harmony import */ var _start_export_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(31613);
/* harmony import */ var _waits_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(44801);






/** Starts one export of a dataset, once nothing is in the way. */
async function beginExport(step, dataset, start, onConflict) {
    let task;
    try {
        task = await (0,_conflicts_js__WEBPACK_IMPORTED_MODULE_3__/* .throughConflicts */ .j)(step, dataset.id, onConflict, () => (0,_start_export_js__WEBPACK_IMPORTED_MODULE_4__/* .startExport */ .Nq)(step, dataset.id, start));
    }
    catch (error) {
        if (error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .RequestFailure */ .e6 && error.outcome.status === 413)
            return { kind: 'too_long', error };
        throw error;
    }
    if (task.state === 'REJECTED')
        return (0,_waiting_verdicts_export_js__WEBPACK_IMPORTED_MODULE_2__/* .rejected */ .nS)(task.words, task.entities);
    if (task.id === undefined)
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('unexpected_reply', 'Visual Layer started an export but did not return its ID.');
    return { kind: 'begun', exportId: task.id };
}
/**
 * Looks at an export until it ends.
 *
 * @param graceMs for how long it may not be known: one that was started a moment ago is not everywhere yet
 * @param onTask receives what each check found
 */
function exportProbe(step, datasetId, exportId, graceMs, onTask) {
    const read = (0,_waits_js__WEBPACK_IMPORTED_MODULE_5__/* .lenient */ .W_)(step, graceMs, () => step.api.exports.status(datasetId, exportId, 0));
    return async () => {
        const task = await read();
        if (task)
            onTask?.(task);
        return task
            ? (0,_waiting_verdicts_export_js__WEBPACK_IMPORTED_MODULE_2__/* .exportVerdict */ .MP)(task, exportId)
            : { state: 'pending', line: 'the status of the export is not available yet' };
    };
}


/***/ }),

/***/ 98921:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cl: () => (/* binding */ wasBegunInParts),
/* harmony export */   Hb: () => (/* binding */ partsFolder),
/* harmony export */   qM: () => (/* binding */ partsKey)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(76760);

/** Where the parts are kept until they are one export: in the output folder, and so on its disk. */
function partsFolder(request) {
    return node_path__WEBPACK_IMPORTED_MODULE_0__.join(request.outputDir, '.visual-layer-parts');
}
/**
 * What the parts are parts of. Equal for a step that is run again with the same inputs: also where it exports a snapshot, each
 * time from another clone; the listing shows whether the clones name their media alike.
 */
function partsKey(request, { source, snapshot }) {
    const { service, exportFormat, includeImages, entityType, selection, shard } = request;
    return JSON.stringify([
        service.origin,
        source.id,
        snapshot?.id ?? null,
        exportFormat,
        includeImages,
        entityType,
        selection,
        shard ?? null,
    ]);
}
/** Whether an earlier run of this step left parts that can be gone on from. */
async function wasBegunInParts(request, subject, nowMs) {
    const { KeptParts } = await __webpack_require__.e(/* import() */ 373).then(__webpack_require__.bind(__webpack_require__, 98373));
    return KeptParts.areIn(partsFolder(request), partsKey(request, subject), nowMs);
}


/***/ }),

/***/ 55873:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ maskLink)
/* harmony export */ });
/** Parameters of a link that sign it: anyone who has them can read the bytes. */
const SIGNING = /sig|token|credential|key|secret|auth|hmac|policy/i;
/** An id, which must stay readable whatever parameter it is under. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Masks what makes a link a secret: the whole of it, its query, and the values in it that sign it. Never an ID or a name. */
function maskLink(reporter, url) {
    if (url.search === '')
        return;
    reporter.mask(url.href);
    reporter.mask(url.search.slice(1));
    for (const [name, value] of url.searchParams) {
        if (SIGNING.test(name) && value.length >= 8 && !UUID.test(value))
            reporter.mask(value);
    }
}


/***/ }),

/***/ 31613:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   GH: () => (/* binding */ startOf),
/* harmony export */   Nq: () => (/* binding */ startExport),
/* harmony export */   uv: () => (/* binding */ archiveName)
/* harmony export */ });
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(57911);
/* harmony import */ var _visual_layer_retry_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(86055);
/* harmony import */ var _waiting_verdicts_export_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(89057);



/** The name that the ZIP gets, on the server and on disk: that of the artifact. */
function archiveName(request) {
    return /\.zip$/i.test(request.artifactName) ? request.artifactName : `${request.artifactName}.zip`;
}
/** What the inputs ask for, as one export. */
function startOf(request) {
    const { selection } = request;
    return {
        fileName: archiveName(request),
        format: request.exportFormat,
        includeImages: request.includeImages,
        entityType: request.entityType,
        vql: selection.kind === 'vql' ? selection.vql : undefined,
        selection: selection.kind === 'selected' ? selection : undefined,
    };
}
/**
 * Starts an export. A start whose response is lost is sent again: exports cannot be listed, so there is nothing to look for, and an
 * export changes nothing in the dataset; at worst one more than needed runs on the server.
 */
async function startExport(step, datasetId, start) {
    for (let failures = 0;; failures += 1) {
        try {
            return await step.api.exports.start(datasetId, start);
        }
        catch (error) {
            if (!(0,_visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .isTransient */ .dg)(error)) {
                const rejected = rejectionAtStart(error);
                if (rejected)
                    return rejected;
                throw error;
            }
            const pause = Math.max((0,_visual_layer_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .fullJitter */ .G)(failures), error.outcome.retryAfterMs ?? 0);
            if (failures >= step.maxRetries || pause >= step.deadline.remainingMs())
                throw error;
            const doubled = error.outcome.effect === 'unknown' ? ' If the first request arrived, its export is ignored.' : '';
            step.reporter.info(`${error.message} Retrying (${failures + 1} of ${step.maxRetries}).${doubled}`);
            await step.clock.sleep(pause, step.signal);
        }
    }
}
/** A rejection at the start that says the same as a REJECTED export, in another form. */
function rejectionAtStart(error) {
    if (!(error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .RequestFailure */ .e6) || error.code !== 'rejected')
        return undefined;
    const words = error.apiWords;
    const reason = (0,_waiting_verdicts_export_js__WEBPACK_IMPORTED_MODULE_2__/* .rejectionReason */ .OE)(words, undefined);
    // A proxy that finds the request too long says nothing of the export.
    if (error.outcome.status === 413 && !error.outcome.answered)
        return undefined;
    // A fault in the request itself (400, 422) is never an empty result.
    if (reason === 'other' || (reason === 'nothing_matched' && error.outcome.status !== 200))
        return undefined;
    return {
        id: undefined,
        state: 'REJECTED',
        statusWord: 'REJECTED',
        progress: undefined,
        entities: undefined,
        words,
        link: undefined,
    };
}


/***/ }),

/***/ 61728:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ transferOptions)
/* harmony export */ });
/** What all transfers of a step have in common. `signal` ends it. */
async function transferOptions(step, signal) {
    return {
        dispatcher: await step.connection(),
        clock: step.clock,
        signal,
        stallTimeoutMs: step.requestTimeoutMs,
        ...(step.retryLimit === undefined ? {} : { maxRetries: step.retryLimit }),
        leftMs: () => step.deadline.remainingMs(),
        slots: step.slots,
        userAgent: step.userAgent,
        onExchange: step.onExchange,
        onNote: (line) => step.reporter.info(line),
    };
}


/***/ }),

/***/ 911:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ Progress)
/* harmony export */ });
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(82746);
/* harmony import */ var _facts_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(57140);


/** Between two lines of progress, in ms. */
const PROGRESS_MS = 5_000;
/** Tells how far a download and its unpacking are, at most once in {@link PROGRESS_MS}. */
class Progress {
    #step;
    #label;
    #verb;
    #toldAt;
    #received = '';
    #unpacked = '';
    constructor(step, label, verb) {
        this.#step = step;
        this.#label = label;
        this.#verb = verb;
        this.#toldAt = step.clock.now();
    }
    received = (done, total) => {
        this.#received = `downloaded ${share(done, total)}`;
        this.#tell();
    };
    unpacked = (done, total) => {
        this.#unpacked = `, ${this.#verb} ${share(done, total)}`;
        this.#tell();
    };
    #tell() {
        const { clock, reporter } = this.#step;
        if (clock.now() - this.#toldAt < PROGRESS_MS)
            return;
        this.#toldAt = clock.now();
        reporter.progress(`${this.#label}${this.#received}${this.#unpacked}`);
    }
}
function share(done, total) {
    return total === undefined || total === 0 ? (0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .size */ .Ej)(done) : `${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .size */ .Ej)(done)} of ${(0,_facts_js__WEBPACK_IMPORTED_MODULE_0__/* .size */ .Ej)(total)}${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_1__/* .percent */ .KN)(done, total)}`;
}


/***/ }),

/***/ 57140:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ej: () => (/* binding */ size),
/* harmony export */   JP: () => (/* binding */ readDataset),
/* harmony export */   Sr: () => (/* binding */ aboutDataset),
/* harmony export */   gM: () => (/* binding */ namedDataset),
/* harmony export */   hN: () => (/* binding */ tellPlaced),
/* harmony export */   ld: () => (/* binding */ items),
/* harmony export */   sg: () => (/* binding */ aboutSnapshot)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(76760);
/* harmony import */ var pretty_bytes__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(85901);
/* harmony import */ var _export_manifest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(91946);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(82746);




/** Tells which dataset a step is about, in the outputs and the log, as soon as it is known. */
function aboutDataset(step, dataset) {
    const { reporter } = step;
    reporter.output('dataset_id', dataset.id);
    reporter.output('dataset_name', dataset.name);
    reporter.output('dataset_status', dataset.statusWord);
    reporter.info(`Dataset "${dataset.name}" (${dataset.id}) is ${dataset.statusWord}.`);
}
/** Reads the dataset that a step is about. Its ID is known from the inputs, and reported even if it cannot be read. */
async function readDataset(step, datasetId) {
    step.reporter.output('dataset_id', datasetId);
    const dataset = await step.api.datasets.get(datasetId);
    aboutDataset(step, dataset);
    return dataset;
}
/** How messages name a dataset: `dataset "Cats" (0a1b…)`; by its ID alone if its name is not known. */
function namedDataset({ id, name }) {
    return name ? `dataset "${name}" (${id})` : `dataset ${id}`;
}
/** Bytes for people. */
function size(bytes) {
    return (0,pretty_bytes__WEBPACK_IMPORTED_MODULE_2__/* ["default"] */ .A)(bytes, { binary: true });
}
/** Images and videos, as far as they are known: `1,234 images, 5 videos`. */
function items(images, videos) {
    const parts = [
        images === undefined || images < 0 ? undefined : `${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_3__/* .count */ .U9)(images)} images`,
        videos === undefined || videos <= 0 ? undefined : `${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_3__/* .count */ .U9)(videos)} videos`,
    ].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.join(', ');
}
/** Tells which snapshot a step is about, in the outputs and the summary, where `label` says what it is to the step. */
function aboutSnapshot(step, snapshot, label) {
    const { reporter } = step;
    reporter.output('snapshot_id', snapshot.id);
    reporter.output('snapshot_name', snapshot.name);
    reporter.fact(label, snapshot.name);
    reporter.fact('Snapshot ID', snapshot.id, { code: true });
    const text = items(snapshot.images, snapshot.videos);
    if (text !== undefined)
        reporter.fact('Snapshot items', text);
}
/** Reports where an export is and what it contains. */
function tellPlaced({ outputDir }, step, placed) {
    const { reporter, context } = step;
    if (placed.archivePath !== undefined)
        reporter.output('export_path', placed.archivePath);
    reporter.output('export_dir', outputDir);
    reporter.output('media_count', placed.mediaCount);
    reporter.output('content_digest', placed.contentDigest);
    const where = placed.archivePath ?? outputDir;
    reporter.fact('Export', node_path__WEBPACK_IMPORTED_MODULE_0__.relative(context.workspace, where), { code: true });
    reporter.fact('Content digest', placed.contentDigest, { code: true });
    if (!placed.coco)
        return;
    reporter.output('annotations_path', node_path__WEBPACK_IMPORTED_MODULE_0__.join(outputDir, _export_manifest_js__WEBPACK_IMPORTED_MODULE_1__/* .ANNOTATIONS_NAME */ .fn));
    const { images, boxes, imageLabels, classes, notes, theirs } = placed.coco;
    const counts = [
        (0,_numbers_js__WEBPACK_IMPORTED_MODULE_3__/* .counted */ .hS)(images, 'image'),
        (0,_numbers_js__WEBPACK_IMPORTED_MODULE_3__/* .counted */ .hS)(boxes, 'box', 'boxes'),
        (0,_numbers_js__WEBPACK_IMPORTED_MODULE_3__/* .counted */ .hS)(imageLabels, 'image label'),
        (0,_numbers_js__WEBPACK_IMPORTED_MODULE_3__/* .counted */ .hS)(classes, 'class', 'classes'),
    ];
    reporter.fact('COCO annotations', counts.join(', '));
    for (const note of notes)
        reporter.note(note);
    if (theirs !== undefined)
        reporter.note(`Renamed the ${_export_manifest_js__WEBPACK_IMPORTED_MODULE_1__/* .ANNOTATIONS_NAME */ .fn} from Visual Layer to ${theirs}.`);
}


/***/ }),

/***/ 46670:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ visibleTasks),
/* harmony export */   z: () => (/* binding */ nameTask)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57911);
/* harmony import */ var _waiting_pace_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19901);
/* harmony import */ var _waiting_until_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(49404);




/** Steps whose task list turned out to be unreadable. */
const without = new WeakSet();
/**
 * The tasks that this account may see. A task list that is rejected, or that an older self-hosted server does not have (it answers
 * with its web page), is no reason to give up: the status of the dataset and of its snapshots show it as well, only less surely.
 *
 * @param retries 0 in a wait, where the next look is the retry
 */
async function visibleTasks(step, filter, retries) {
    if (without.has(step))
        return [];
    try {
        return await step.api.tasks.list(filter, retries);
    }
    catch (error) {
        // A web page that stayed one however often it was asked is a rejection, too.
        const isPage = error instanceof _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .RequestFailure */ .e6 && error.code === 'unexpected_reply' && retries !== 0;
        if (!(0,_visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .isRejection */ .aK)(error) && !isPage)
            throw error;
        without.add(step);
        const todo = 'The step relies only on the status of the dataset and its snapshots.';
        step.reporter.warning(`Could not read the task list of Visual Layer: ${error.message}`, { todo });
        return [];
    }
}
/** Sets `task_id` where the list shows the task within a moment; a step that does not wait can do without, whatever the reason. */
async function nameTask(step, find) {
    await (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_2__/* .until */ .TG)(async () => {
        const task = await find();
        if (!task)
            return { state: 'pending', line: 'task not listed yet' };
        step.reporter.output('task_id', task.id);
        return { state: 'done', value: undefined };
    }, step.waiting, (0,_waiting_pace_js__WEBPACK_IMPORTED_MODULE_3__/* .settlingMs */ .Z0)(step.deadline.remainingMs())).catch((error) => {
        step.signal.throwIfAborted();
        step.reporter.info(`Could not look for the task, so task_id is not set: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error)}.`);
    });
}


/***/ }),

/***/ 44801:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   JU: () => (/* binding */ ownDataset),
/* harmony export */   UW: () => (/* binding */ Seen),
/* harmony export */   W_: () => (/* binding */ lenient),
/* harmony export */   fm: () => (/* binding */ waitFor),
/* harmony export */   iP: () => (/* binding */ withinDeadline),
/* harmony export */   lH: () => (/* binding */ Disappeared),
/* harmony export */   pM: () => (/* binding */ readNew)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7094);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(82746);
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(57911);
/* harmony import */ var _waiting_pace_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(19901);
/* harmony import */ var _waiting_until_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(49404);






/**
 * Waits until `probe` is done; a failed look or the end of the time is thrown. The message of a `timed_out` names what was
 * waited for, the last status, how long, and how to resume.
 */
async function waitFor(step, phase, probe) {
    let hasLooked = false;
    const look = async () => {
        const found = await probe();
        hasLooked = true;
        return found;
    };
    const ended = await step.reporter
        .group(`Waiting for ${phase.awaited}`, () => (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_3__/* .asPhase */ .uQ)(step.waiting, phase, () => (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_3__/* .until */ .TG)(look, step.waiting)))
        .catch((error) => {
        throw hasLooked ? goneMeanwhile(error, phase) : error;
    });
    switch (ended.end) {
        case 'done':
            return ended.value;
        case 'failed':
            throw ended.error;
        case 'out_of_time':
            throw timedOut(step, phase, ended);
    }
}
/** What is waited for was there before, so a 404 is news, and no fault of the inputs. */
function goneMeanwhile(error, { awaited }) {
    if (!(0,_visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .isMissing */ .b2)(error))
        return error;
    const message = `The dataset or the item disappeared while this step waited for ${awaited}: someone deleted it or removed this account's access. ${error.message}`;
    return new Disappeared('not_found', message, { apiWords: error.apiWords, todo: REDO, cause: error });
}
const REDO = 'If that was unintended, re-run the job.';
/** The error of a wait that timed out. */
function timedOut({ deadline }, { awaited, carryOn }, { lastLine, lastFault, waitedMs }) {
    const last = lastLine === undefined ? 'no status received' : `last status: ${lastLine}`;
    const fault = lastFault ? ` The last poll failed: ${lastFault.message}` : '';
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('timed_out', `Timed out after ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_4__/* .duration */ .p0)(deadline.elapsedMs())} (timeout: ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_4__/* .duration */ .p0)(deadline.totalMs)}). Waited ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_4__/* .duration */ .p0)(waitedMs)} for ${awaited}; ${last}.${fault}`, { apiWords: lastFault?.apiWords, todo: `${carryOn} Or increase timeout.`, cause: lastFault });
}
/** Makes a read that returns `undefined` for what is not there yet, for at most `graceMs` from now. */
function lenient(step, graceMs, read) {
    const startedAt = step.clock.now();
    return async () => {
        try {
            return await read();
        }
        catch (error) {
            if ((0,_visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .isMissing */ .b2)(error) && step.clock.now() - startedAt < graceMs)
                return undefined;
            throw error;
        }
    };
}
/** Reads a dataset that this step has made, whatever it is doing, as soon as it is visible. `carryOn` as in {@link Phase}. */
async function readNew(step, datasetId, carryOn) {
    const read = ownDataset(step, datasetId, (0,_waiting_pace_js__WEBPACK_IMPORTED_MODULE_5__/* .patienceMs */ .si)(step.deadline.remainingMs()));
    return waitFor(step, { awaited: `dataset ${datasetId} to be readable`, carryOn }, async () => {
        const dataset = await read();
        return dataset
            ? { state: 'done', value: dataset }
            : { state: 'pending', line: 'the new dataset cannot be read yet' };
    });
}
/** What a step had made is no longer there. */
class Disappeared extends _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ {
}
/**
 * Makes a read of a dataset that this step has made: `undefined` while it is not visible yet, for at most `graceMs` from now. Once it
 * was visible, a lasting absence is {@link Disappeared}.
 *
 * @param seen the dataset, if it was visible before
 */
function ownDataset({ api, clock, deadline }, datasetId, graceMs, seen) {
    let last = seen;
    let missingSince = seen ? undefined : clock.now();
    return async () => {
        try {
            last = await api.datasets.get(datasetId, 0);
            missingSince = undefined;
            return last;
        }
        catch (error) {
            if (!(0,_visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .isMissing */ .b2)(error))
                throw error;
            missingSince ??= clock.now();
            const grace = last ? (0,_waiting_pace_js__WEBPACK_IMPORTED_MODULE_5__/* .settlingMs */ .Z0)(deadline.remainingMs()) : graceMs;
            if (clock.now() - missingSince < grace)
                return undefined;
            if (!last) {
                const message = `Dataset ${datasetId} was created, but this account could not read it since.`;
                const todo = 'Look for it in Visual Layer, and check who has access to it, before you re-run the job.';
                throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('not_found', message, { apiWords: error.apiWords, todo, cause: error });
            }
            const message = `Dataset "${last.name}" (${datasetId}) disappeared while this step waited for it: someone deleted it or removed this account's access.`;
            throw new Disappeared('not_found', message, { todo: REDO, cause: error });
        }
    };
}
/** Remembers whether something was ever seen in a wait. */
class Seen {
    value = false;
    add(now) {
        this.value ||= now;
        return this.value;
    }
}
/**
 * Runs work that has no looks to count, a transfer say, against the deadline of the step: its signal aborts with `timed_out` when
 * the time is up, and with the step's own reason when that is cancelled.
 */
async function withinDeadline(step, phase, body) {
    const { clock, deadline } = step;
    step.signal.throwIfAborted();
    const late = () => {
        const message = `Timed out after ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_4__/* .duration */ .p0)(deadline.elapsedMs())} (timeout: ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_4__/* .duration */ .p0)(deadline.totalMs)}) while waiting for ${phase.awaited}.`;
        return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('timed_out', message, { todo: `${phase.carryOn} Or increase timeout.` });
    };
    return (0,_waiting_until_js__WEBPACK_IMPORTED_MODULE_3__/* .asPhase */ .uQ)(step.waiting, phase, () => (0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .within */ .ux)(clock, deadline.remainingMs(), step.signal, late, body));
}


/***/ }),

/***/ 29193:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  run: () => (/* binding */ run)
});

// EXTERNAL MODULE: ./build/clock.js
var build_clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
;// CONCATENATED MODULE: ./build/inputs/secrets.js
/**
 * What must be masked in the log before anything else is done, whether the inputs are right or not: the secrets as they
 * came and, where these have white space at the ends, as they are used.
 */
function secretsOf(env) {
    const raw = [env['INPUT_API_SECRET'], env['INPUT_TOKEN'], env['INPUT_GITHUB_TOKEN']];
    const secrets = raw.flatMap((secret) => (secret === undefined ? [] : [secret, secret.trim()]));
    return [...new Set(secrets)].filter((secret) => secret.trim() !== '');
}

;// CONCATENATED MODULE: ./build/inputs/input-table.js
/**
 * Every input of the action with its default, as `action.yml` states them (a test compares the two).
 * An input that is left out, or set to an empty string, takes the default.
 */
const INPUT_DEFAULTS = {
    operation: '',
    api_key: '',
    api_secret: '',
    token: '',
    base_url: 'https://app.visual-layer.com',
    dataset_id: '',
    dataset_name: '',
    bucket_path: '',
    files: '',
    models: '',
    archive: '',
    s3_uri: '',
    auto_reindex: 'true',
    snapshot_id: '',
    snapshot_name: '',
    description: '',
    if_exists: 'create',
    safety_snapshot: 'true',
    rollback_on_failure: 'false',
    export_format: 'json',
    include_images: 'false',
    media_ids: '',
    cluster_ids: '',
    exclude_media_ids: '',
    vql: '',
    entity_type: 'IMAGES',
    export_id: '',
    split: 'auto',
    shard: '',
    allow_empty: 'false',
    output_dir: 'visual-layer-export',
    extract: 'false',
    compare_with: '',
    upload_artifact: 'true',
    artifact_name: 'visual-layer-export',
    retention_days: '',
    compression_level: '6',
    overwrite_artifact: 'false',
    keep_last: '',
    keep_days: '',
    name_prefix: '',
    dry_run: 'false',
    confirm_dataset_name: '',
    fail_if: '',
    warn_if: '',
    coco: 'false',
    class_list: '',
    wait: 'true',
    timeout: '2h',
    poll_interval: 'auto',
    request_timeout: '60s',
    max_retries: '5',
    on_conflict: 'wait',
    on_cancel: 'abort',
    github_token: '${{ github.token }}',
};
const SOME_ID = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';
/** What a message shows as a valid value of an input that has no default. */
const EXAMPLES = {
    operation: 'export',
    api_key: '${{ secrets.VL_API_KEY }}',
    api_secret: '${{ secrets.VL_API_SECRET }}',
    token: '${{ secrets.VL_TOKEN }}',
    dataset_id: SOME_ID,
    dataset_name: 'street-scenes',
    bucket_path: 's3://my-bucket/images/',
    files: 'images/**/*.jpg',
    archive: 'images.zip',
    s3_uri: 's3://my-bucket/images/',
    snapshot_id: SOME_ID,
    snapshot_name: 'before-training',
    description: 'Labels reviewed',
    media_ids: SOME_ID,
    cluster_ids: SOME_ID,
    exclude_media_ids: SOME_ID,
    vql: '[{"labels":{"op":"one_of","value":["cat"]}}]',
    export_id: SOME_ID,
    shard: '2/8',
    compare_with: 'previous-run',
    retention_days: '7',
    keep_last: '10',
    keep_days: '30',
    name_prefix: 'nightly-',
    confirm_dataset_name: 'street-scenes',
    fail_if: 'removed > 5%',
    warn_if: 'issues.blur > 5%',
    models: 'vl_image_captioner_v00',
    class_list: 'classes.txt',
};
/** A valid value of an input: its default, or one made up. */
function exampleOf(name) {
    return lacksDefault(name) ? EXAMPLES[name] : INPUT_DEFAULTS[name];
}
function lacksDefault(name) {
    return INPUT_DEFAULTS[name] === '';
}
function isInputName(name) {
    return typeof name === 'string' && Object.hasOwn(INPUT_DEFAULTS, name);
}
/** The input names among the keys of an object. */
function inputNames(object) {
    return Object.keys(object).filter(isInputName);
}
const INPUT_NAMES = inputNames(INPUT_DEFAULTS);
/**
 * Collects the inputs from the environment, where the runner puts each as `INPUT_` and the upper-cased name
 * (docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs).
 */
function givenInputs(env) {
    const given = {};
    for (const name of INPUT_NAMES) {
        const text = env[`INPUT_${name.toUpperCase()}`]?.trim();
        if (text)
            given[name] = text;
    }
    return given;
}
/** Whether an input has its default, be it left out or spelled out; `True` is `true`, and `images` is `IMAGES`. */
function hasDefault(given, name) {
    const text = given[name];
    const standard = INPUT_DEFAULTS[name];
    if (text === undefined || text === standard)
        return true;
    const caseless = standard === 'true' || standard === 'false' || name === 'entity_type';
    return caseless && text.toLowerCase() === standard.toLowerCase();
}

// EXTERNAL MODULE: ./build/numbers.js
var numbers = __webpack_require__(82746);
;// CONCATENATED MODULE: ./build/inputs/faults.js



const MOST_PROBLEMS = 10;
const SHOWN_CHARACTERS = 100;
/** Inputs whose value never appears in a message: a key and a secret put in each other's place are secret too. */
const CONCEALED = ['api_key', 'api_secret', 'token', 'github_token'];
function shown({ input, got, wrongItems }) {
    if (got === undefined)
        return 'missing';
    if (wrongItems) {
        const { kind, total, problems } = wrongItems;
        return `${(0,numbers/* count */.U9)(problems.length)} of ${(0,numbers/* count */.U9)(total)} ${kind} ${problems.length === 1 ? 'is' : 'are'} invalid`;
    }
    if (CONCEALED.includes(input))
        return `got ${got.length} characters (hidden)`;
    return `got ${quoted(got)}`;
}
/** The bullet of a fault, with a line below it for each wrong item. */
function bullet(fault) {
    const { input, got, rule, wrongItems } = fault;
    const fix = fault.fix ?? `${got === undefined ? 'Add' : 'Example'}: ${yamlLine(input, exampleOf(input))}`;
    const problems = wrongItems?.problems ?? [];
    const items = problems.slice(0, MOST_PROBLEMS);
    if (problems.length > MOST_PROBLEMS)
        items.push(`and ${(0,numbers/* count */.U9)(problems.length - MOST_PROBLEMS)} more`);
    return [`- ${input}: ${shown(fault)}; ${rule}. ${fix}`, ...items].join('\n    ');
}
/** An input as a line under "with:"; a value that YAML would read as something else is quoted. */
function yamlLine(input, value) {
    const isOtherNumber = !Number.isNaN(Number(value)) && String(Number(value)) !== value;
    const isPlain = /^[\w./$][^#\n]*$/.test(value) && !/:(?:\s|$)|\s$/.test(value) && !isOtherNumber;
    return `${input}: ${isPlain ? value : `'${value.replaceAll("'", "''")}'`}`;
}
/** What to do about an input that cannot be there. */
function removal(input, got) {
    return `Remove: ${input}: ${CONCEALED.includes(input) || got.length > 40 ? '...' : quoted(got)}`;
}
/**
 * A value as a message shows it: as a JSON string, so on one line, of at most 100 characters. What a pasted URL may carry
 * as a secret (a user's password, a signature in the query) is left out.
 */
function quoted(text) {
    const harmless = withoutUser(text).replace(/\?[\w-]+=.*/s, '?***');
    if (harmless.length <= SHOWN_CHARACTERS)
        return JSON.stringify(harmless);
    return `${JSON.stringify(harmless.slice(0, SHOWN_CHARACTERS))}... (${harmless.length} characters)`;
}
/** What follows the first `://`, `//` or `:` is left out where an `@` comes after it, since a user and a password may. */
function withoutUser(text) {
    const mark = /:\/\/|\/\/|:/.exec(text);
    if (!mark)
        return text;
    const start = mark.index + mark[0].length;
    return text.includes('@', start) ? `${text.slice(0, start)}***` : text;
}
/** All faults as the one error that ends the step before any request is sent. `operation` is there if it is known. */
function invalidInput(faults, operation) {
    const bullets = new Set(faults.map(bullet));
    const inputs = new Set(faults.map((fault) => fault.input)).size;
    const what = inputs === 1 ? '1 input is invalid' : `${inputs} inputs are invalid`;
    const where = operation === undefined ? '' : ` for operation "${operation}"`;
    const problems = bullets.size > inputs ? ` (${bullets.size} problems)` : '';
    return new errors/* ActionError */.lZ('invalid_input', [`${what}${where}${problems}.`, ...bullets].join('\n'), {
        todo: `Fix ${bullets.size === 1 ? 'this input' : 'these inputs'} under "with:". Nothing was sent to Visual Layer.`,
    });
}

;// CONCATENATED MODULE: ./build/inputs/nearest.js
const MOST_EDITS = 3;
const LONGEST = 40;
/** The word that a text was probably meant to be: the one the fewest edits away, and none when all are far. */
function nearest(text, words) {
    const plain = (one) => one
        .toLowerCase()
        .replace(/[\s_]+/g, '-')
        .slice(0, LONGEST);
    const ranked = words
        .map((word) => ({ word, edits: editDistance(plain(text), plain(word)) }))
        .sort((a, b) => a.edits - b.edits);
    const best = ranked[0];
    return best && best.edits <= Math.min(MOST_EDITS, best.word.length / 2) ? best.word : undefined;
}
/** Levenshtein's distance: the insertions, deletions and replacements that turn one text into the other. */
function editDistance(from, to) {
    let row = Array.from({ length: to.length + 1 }, (_, index) => index);
    for (const [index, letter] of Array.from(from).entries()) {
        const next = [index + 1];
        for (let column = 1; column <= to.length; column++) {
            const replaced = row[column - 1] + (to[column - 1] === letter ? 0 : 1);
            next.push(Math.min(replaced, row[column] + 1, next[column - 1] + 1));
        }
        row = next;
    }
    return row[to.length];
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
;// CONCATENATED MODULE: ./build/inputs/base-url.js
const RULE = 'it must be the origin of a Visual Layer server';
const UUID_IN_PATH = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/**
 * The host and what follows it of an address that has no scheme. Which scheme is meant is clear only for a name with a dot: a
 * server at an IP address, on this machine, or with a name of one word often has no certificate.
 */
const WITHOUT_SCHEME = /^(?!(?:[^/:?#]*\.)?(?:localhost|\d+)\.?(?:[:/?#]|$))[^\s/:?#@[\]]+\.[^\s/:?#@[\]]+(?:[:/?#]|$)/i;
/** The service behind a `base_url`: an origin, with or without `https://`, and a slash or `/api/v1` at its end. */
function serviceAt(given) {
    if (/[\s\\\p{Cc}]/u.test(given))
        return { broken: `${RULE}, on one line and without spaces or backslashes` };
    const text = WITHOUT_SCHEME.test(given) ? `https://${given}` : given;
    if (!/^https?:\/\/[^/]/i.test(text))
        return { broken: `${RULE}, and it must begin with https:// or http://` };
    const url = URL.parse(text);
    if (url === null)
        return { broken: RULE };
    if (/^[^/]*\/\/[^/]*@/.test(text))
        return { broken: `${RULE}, without a user or password` };
    if (/[?#]/.test(text))
        return { broken: `${RULE}, without a query or a fragment` };
    if (!/^\/(?:api\/v1\/?)?$/.test(url.pathname)) {
        const id = UUID_IN_PATH.exec(url.pathname);
        const hint = id ? `; this looks like the page of a dataset, whose ID ${id[0]} belongs in dataset_id` : '';
        return { broken: `${RULE}, with nothing after it but /api/v1${hint}`, instead: url.origin };
    }
    const { origin } = url;
    return { value: { apiRoot: new URL('/api/v1/', origin), origin, isCloud: isCloudHost(url.hostname) } };
}
function isCloudHost(hostname) {
    return /(?:^|\.)(?:visual-layer\.com|(?:staging-)?visual-layer\.link)\.?$/.test(hostname);
}
/** Whether what is sent there stays on this machine, so that credentials may go over plain http. */
function isLoopback(service) {
    const { hostname } = new URL(service.origin);
    return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core = __webpack_require__(88532);
// EXTERNAL MODULE: ./node_modules/parse-duration/index.js + 1 modules
var parse_duration = __webpack_require__(97595);
;// CONCATENATED MODULE: ./build/inputs/durations.js

const NUMBER = String.raw `\d+(?:\.\d+)?`;
const UNITS = ['h|hrs?|hours?', 'm|mins?|minutes?', 's|secs?|seconds?', 'ms|milliseconds?'];
const WRITTEN = new RegExp(`^(?=\\d)${UNITS.map((unit) => `(?:${NUMBER} *(?:${unit}) *)?`).join('')}$`, 'i');
const ISO_8601 = new RegExp(`^PT(?=\\d)(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?$`);
/**
 * The milliseconds of a duration such as `90s`, `1h30m`, `500ms`, `2 hours`, `2h 30m` or `PT2H30M`: hours, minutes, seconds,
 * and milliseconds in this order, each at most once, each with an integer or a decimal. Rounded to whole milliseconds.
 * Anything else, and nothing more than zero, gives undefined: the library alone would take a bare number or other words.
 */
function durationMs(text) {
    if (!WRITTEN.test(text) && !ISO_8601.test(text))
        return undefined;
    const ms = Math.round((0,parse_duration/* default */.A)(text) ?? 0);
    return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}

;// CONCATENATED MODULE: ./build/inputs/uuids.js
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ALONE = new RegExp(`^${UUID}$`, 'i');
const AFTER_DATASET = new RegExp(`/datasets?/(${UUID})(?=/|$)`, 'i');
/**
 * The UUID that a text is, in lower case and of any version (Visual Layer's own are not of version 4 only). It may be in
 * quotes, in braces, or in both. `undefined` for anything else.
 */
function uuidIn(text) {
    const bare = unwrapped(text);
    return ALONE.test(bare) ? bare.toLowerCase() : undefined;
}
/**
 * The UUID of the dataset whose page a URL leads to, such as `https://app.visual-layer.com/dataset/<uuid>/data`; the scheme
 * may be missing. `undefined` for anything else.
 */
function datasetIn(text) {
    const bare = unwrapped(text);
    if (/[\s\\]/.test(bare))
        return undefined;
    const url = URL.parse(bare.includes('://') ? bare : `https://${bare}`);
    if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
        return undefined;
    return AFTER_DATASET.exec(url.pathname)?.[1]?.toLowerCase();
}
/** A text without the pairs of quotes and braces around it, of which there are at most two. */
function unwrapped(text) {
    const once = (wrapped) => /^(["'`])(.*)\1$|^\{(.*)\}$/s
        .exec(wrapped)
        ?.slice(2)
        .find((part) => part) ?? wrapped;
    return once(once(text.trim()).trim()).trim();
}

;// CONCATENATED MODULE: ./build/inputs/fields.js





// Field schemas turn the text of one input into its value. Every message is a rule: the sentence after "got ...;".
const HOUR = 3_600_000;
/** GitHub ends any job after five days: docs.github.com/actions/reference/limits. */
const LONGEST_JOB = 120 * HOUR;
const MAX_ID_CHARACTERS = 200;
/** A field whose text a function turns into a value. `rule` is said when there is no text at all. */
function parsed(rule, parse) {
    return schemas/* string */.YjP(rule).transform((text, context) => {
        const outcome = parse(text);
        if ('value' in outcome)
            return outcome.value;
        const { broken, ...details } = outcome;
        context.addIssue({ code: 'custom', message: broken, params: { details } });
        return core/* NEVER */.tm;
    });
}
/** The details that {@link parsed} gave an issue; none for any other issue. */
function detailsOf(issue) {
    return issue.code === 'custom' && issue.params !== undefined ? (issue.params['details'] ?? {}) : {};
}
/** The words that YAML 1.1, shells, and people use, for those that YAML 1.2 has. */
const OTHER_FLAGS = new Map([
    ...['yes', 'y', 'on', '1'].map((word) => [word, 'true']),
    ...['no', 'n', 'off', '0'].map((word) => [word, 'false']),
]);
/** `true` or `false` as YAML 1.2 spells them, which is what `@actions/core` takes too. */
function flag() {
    const rule = 'it must be true or false';
    return parsed(rule, (text) => {
        if (/^(?:true|True|TRUE)$/.test(text))
            return { value: true };
        if (/^(?:false|False|FALSE)$/.test(text))
            return { value: false };
        return { broken: rule, instead: OTHER_FLAGS.get(text.toLowerCase()) ?? nearest(text, ['true', 'false']) };
    });
}
/** One of a few words, spelled exactly. */
function oneOf(...words) {
    const rule = `it must be ${words.map((word) => JSON.stringify(word)).join(' or ')}`;
    return parsed(rule, (text) => {
        const value = words.find((word) => word === text);
        return value === undefined ? { broken: rule, instead: nearest(text, words) } : { value };
    });
}
/** What to do where something else is running on the dataset. */
const onConflict = () => oneOf('wait', 'fail');
/** What to do where the name is taken. */
const ifExists = () => oneOf('create', 'reuse', 'fail');
/** What becomes of the work that a canceled step has started. */
const onCancel = () => oneOf('abort', 'leave');
/** What an export counts; taken in any case. */
function entityType() {
    return schemas/* string */.YjP().toUpperCase().pipe(oneOf('IMAGES', 'OBJECTS'));
}
/** A whole number in decimal digits within bounds, both included. */
function wholeNumber(lowest, highest) {
    const rule = `it must be a whole number from ${lowest} to ${highest}`;
    return parsed(rule, (text) => {
        const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
        return value >= lowest && value <= highest ? { value } : { broken: rule };
    });
}
const DURATION_FORM = 'a duration such as 90s, 45m, 2h, 1h30m, or 500ms';
/** A duration in milliseconds, more than zero and at most the 120 hours that a job can last. */
function timeLimit() {
    const rule = `it must be ${DURATION_FORM}, more than zero and at most 120h`;
    return parsed(rule, (text) => durationWithin(text, rule, 1, LONGEST_JOB));
}
function durationWithin(text, rule, leastMs, mostMs) {
    const within = (written) => {
        const value = durationMs(written);
        return value !== undefined && value >= leastMs && value <= mostMs ? value : undefined;
    };
    const value = within(text);
    if (value !== undefined)
        return { value };
    if (within(`${text}s`) === undefined || !/^\d+(?:\.\d+)?$/.test(text))
        return { broken: rule };
    return { broken: `the unit is missing (${text}s for seconds, ${text}m for minutes)`, instead: `${text}s` };
}
/** `auto`, or milliseconds from 50 ms to an hour. */
function pollInterval() {
    const rule = `it must be "auto" or ${DURATION_FORM}, from 50ms to 1h`;
    return parsed(rule, (text) => {
        return text === 'auto' ? { value: text } : durationWithin(text, rule, 50, HOUR);
    });
}
/** A UUID in lower case; see {@link uuidIn}. */
function uuid() {
    const rule = 'it must be a UUID';
    return parsed(rule, (text) => {
        const value = uuidIn(text);
        return value === undefined ? { broken: rule } : { value };
    });
}
/** The ID of a dataset, or the address of its page. */
function datasetId() {
    const rule = "it must be a UUID, or the URL of the dataset's page";
    return parsed(rule, (text) => {
        const value = uuidIn(text) ?? datasetIn(text);
        return value === undefined ? { broken: rule } : { value };
    });
}
/** The id of a snapshot, in lower case, or the word `current`. */
function snapshotId() {
    const rule = 'it must be the UUID of a snapshot, or the word "current"';
    return parsed(rule, (text) => {
        if (text === 'current')
            return { value: text };
        const value = uuidIn(text);
        return value === undefined ? { broken: rule } : { value };
    });
}
/** A name on one line, as a dataset or a snapshot carries it. */
function displayName() {
    const rule = 'it must be one line of at most 255 characters, without control characters';
    return schemas/* string */.YjP(rule).refine((text) => text.length <= 255 && !/[\p{Cc}\u2028\u2029]/u.test(text), rule);
}
/** Free text of several lines. */
function description() {
    const rule = 'it must be text of at most 10,000 characters';
    return schemas/* string */.YjP(rule).refine((text) => text.length <= 10_000, rule);
}
/** The lines of a text that are not blank, trimmed, with their numbers from 1. */
function linesOf(text) {
    const lines = text.split(/\r\n|\r|\n/).map((content, index) => ({ line: index + 1, text: content.trim() }));
    return lines.filter((line) => line.text !== '');
}
/** Ids that Visual Layer gave out. UUIDs as far as documented, but that is the service's to judge. */
function idList() {
    const rule = `it must be IDs separated by commas or lines, or a JSON array of IDs, each of at most ${MAX_ID_CHARACTERS} characters without spaces, commas, quotes, brackets, or braces`;
    return parsed(rule, (text) => {
        const items = text.startsWith('[') ? jsonItems(text) : lineItems(text);
        if (items === undefined)
            return { broken: `${rule}, and it is not a JSON array of strings` };
        const given = items.map(({ place, id }) => ({ place, id: uuidIn(id) ?? id.trim() })).filter(({ id }) => id !== '');
        // Commas alone must not turn a selection that came out empty into the whole dataset.
        if (given.length === 0)
            return { broken: `${rule}, and it contains no ID` };
        const wrong = given.filter(({ id }) => id.length > MAX_ID_CHARACTERS || /[\s\p{Cc},"'`[\]{}]/u.test(id));
        if (wrong.length === 0)
            return { value: [...new Set(given.map(({ id }) => id))] };
        const problems = wrong.map(({ place, id }) => `${place}: ${quoted(id)}`);
        return { broken: rule, wrongItems: { kind: 'IDs', total: given.length, problems } };
    }).default([]);
}
function lineItems(text) {
    return linesOf(text).flatMap(({ line, text: ids }) => ids.split(',').map((id) => ({ place: `line ${line}`, id })));
}
/** The items of a JSON array of strings, as `toJSON()` of a workflow writes it; `undefined` for anything else. */
function jsonItems(text) {
    const list = jsonOf(text);
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string'))
        return undefined;
    return list.map((id, index) => ({ place: `item ${index + 1}`, id }));
}
/** The value of a JSON text; `undefined` if it is none. */
function jsonOf(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/**
 * A VQL filter (docs.visual-layer.com, semantic search): a JSON array of objects, kept as the text that came without the
 * white space between its parts, so that no number in it changes.
 */
function vql() {
    const rule = 'it must be a JSON array of filter objects';
    return parsed(rule, (text) => {
        const filters = jsonOf(text);
        if (filters === undefined)
            return { broken: `${rule}, and it is not JSON` };
        if (!Array.isArray(filters) || !filters.every(isObject))
            return { broken: rule };
        return { value: text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, '$1') };
    });
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/**
 * The path of a bucket. The documentation writes `s3://bucket/prefix/`; older pages leave the scheme out, so a bare path
 * passes as it came.
 */
function bucketPath() {
    const rule = 'it must be a bucket and a prefix';
    return parsed(rule, (text) => {
        if (/^https?:\/\//i.test(text))
            return { broken: `${rule}, not the web address of a bucket` };
        if (/[\s\p{Cc}]/u.test(text))
            return { broken: `${rule}, on one line and without spaces` };
        const path = text.replace(/^s3:\/\//, '');
        if (path.includes('://'))
            return { broken: `${rule}; s3:// is the only scheme` };
        return /^[^/]/.test(path) ? { value: text } : { broken: `${rule}, and the name of the bucket is missing` };
    });
}
/** An S3 folder, or a manifest in one; docs.visual-layer.com, "Add media to an existing dataset". */
function s3Uri() {
    const rule = 'it must be an S3 folder such as s3://my-bucket/images/, or a .csv, .parquet, or .txt manifest such as s3://my-bucket/list.csv';
    return schemas/* string */.YjP(rule).regex(/^s3:\/\/[^/\s\p{Cc}]+(?:\/[^\p{Cc}]*)?$/u, rule);
}
/** A name GitHub takes for an artifact; short enough for a file of that name with an ending. */
function artifactName() {
    const rule = 'it must be a name of at most 200 bytes without " : < > | * ? \\ / or line breaks';
    return schemas/* string */.YjP(rule).refine((text) => {
        const forbidden = /[":<>|*?\\/\p{Cc}]/u.test(text) || text === '.' || text === '..';
        return !forbidden && Buffer.byteLength(text) <= 200;
    }, rule);
}
/** More than a matrix of 256 jobs can use, and few enough that no shard is made of nothing. */
const MOST_SHARDS = 1000;
/** A shard and the number of shards: `2/8`. */
function shard() {
    const rule = `it must be the number of a shard and the number of shards: whole numbers, the first from 1 to the second, which is at most ${MOST_SHARDS}`;
    return parsed(rule, (text) => {
        const [, first, second] = /^(\d{1,4})\s*\/\s*(\d{1,4})$/.exec(text) ?? [];
        const [index, of] = [Number(first), Number(second)];
        return index >= 1 && index <= of && of <= MOST_SHARDS ? { value: { index, of } } : { broken: rule };
    });
}

;// CONCATENATED MODULE: ./build/inputs/read-fields.js




/** Reads the given inputs by their schemas, with defaults for those that are absent. */
function readFields(fields, given, operation) {
    const names = inputNames(fields);
    const texts = names.map((name) => [name, given[name] ?? (INPUT_DEFAULTS[name] || undefined)]);
    const outcome = schemas/* object */.Ikc(fields).safeParse(Object.fromEntries(texts));
    if (outcome.success)
        return { values: camelCased(outcome.data), faults: [] };
    const faults = new Map();
    for (const issue of outcome.error.issues) {
        const input = issue.path[0];
        if (!isInputName(input) || faults.has(input))
            continue;
        const got = given[input];
        const rule = got === undefined ? `operation "${operation}" requires it, and ${issue.message}` : issue.message;
        const { instead, wrongItems } = detailsOf(issue);
        const fix = instead === undefined ? undefined : `Change it to: ${yamlLine(input, instead)}`;
        faults.set(input, { input, got, rule, fix, wrongItems });
    }
    return { values: undefined, faults: [...faults.values()] };
}
function camelCased(values) {
    const camelCase = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]));
}

;// CONCATENATED MODULE: ./build/inputs/service-inputs.js






const fields = {
    base_url: parsed('it must be a URL', serviceAt),
    api_key: headerText('it must be the key alone, without spaces or line breaks').optional(),
    api_secret: schemas/* string */.YjP().optional(),
    token: headerText('it must be the token alone, without "Bearer", spaces or line breaks').optional(),
    timeout: timeLimit(),
    request_timeout: timeLimit(),
    max_retries: wholeNumber(0, 100),
    poll_interval: pollInterval(),
};
const SHARED_INPUTS = inputNames(fields);
/** Text that can be used in an HTTP header as it is. */
function headerText(rule) {
    return schemas/* string */.YjP(rule).regex(/^[\x21-\x7e]+$/, rule);
}
/** Reads what every operation receives. */
function readShared(given) {
    const { values, faults } = readFields(fields, given);
    const service = serviceAt(given.base_url ?? INPUT_DEFAULTS.base_url);
    faults.push(...credentialFaults(given, 'value' in service ? service.value : undefined));
    if (values === undefined || faults.length > 0)
        return { values: undefined, faults };
    return {
        values: {
            service: values.baseUrl,
            credentials: credentials(values),
            timeoutMs: values.timeout,
            requestTimeoutMs: values.requestTimeout,
            maxRetries: values.maxRetries,
            retryLimit: values.maxRetries === Number(INPUT_DEFAULTS.max_retries) ? undefined : values.maxRetries,
            pollIntervalMs: values.pollInterval,
        },
        faults,
    };
}
function credentials({ apiKey, apiSecret, token }) {
    if (token !== undefined)
        return { kind: 'token', token };
    if (apiKey !== undefined && apiSecret !== undefined)
        return { kind: 'key', apiKey, apiSecret };
    return { kind: 'none' };
}
const WHY_EMPTY = 'Undefined secrets are empty, and pull requests from forks or Dependabot get no secrets';
/** What is wrong with the credentials as a whole. The service is unknown when `base_url` is wrong itself. */
function credentialFaults(given, service) {
    const { api_key: key, api_secret: secret, token } = given;
    const faults = [];
    if (token !== undefined && (key !== undefined || secret !== undefined)) {
        faults.push({
            input: 'token',
            got: token,
            rule: 'it cannot be combined with api_key and api_secret; set only one kind of credentials',
            fix: removal('token', token),
        });
    }
    else if ((key === undefined) !== (secret === undefined)) {
        const [input, other] = key === undefined ? ['api_key', 'api_secret'] : ['api_secret', 'api_key'];
        faults.push({ input, got: undefined, rule: `it must be set together with ${other}. ${WHY_EMPTY}` });
    }
    if (service === undefined)
        return faults;
    if (key === undefined && secret === undefined && token === undefined) {
        if (service.isCloud) {
            const fix = `Add: ${yamlLine('api_key', exampleOf('api_key'))} and ${yamlLine('api_secret', exampleOf('api_secret'))}`;
            faults.push({
                input: 'api_key',
                got: undefined,
                rule: `${service.origin} requires credentials. ${WHY_EMPTY}`,
                fix,
            });
        }
    }
    else if (service.apiRoot.protocol === 'http:' && !isLoopback(service)) {
        const rule = 'it must begin with https://, because http would expose the credentials';
        const fix = `Change it to: ${yamlLine('base_url', service.origin.replace('http:', 'https:'))}`;
        faults.push({ input: 'base_url', got: given.base_url, rule, fix });
    }
    return faults;
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/paths.js
var paths = __webpack_require__(31340);
;// CONCATENATED MODULE: ./build/inputs/file-patterns.js




const file_patterns_RULE = 'it must be file patterns, one per line, relative to the workspace; ! at the start of a line excludes';
/**
 * File patterns, one per line, for @actions/glob: relative to the workspace and with `/`. Absolute ones are accepted if they are in
 * the workspace, since `${{ github.workspace }}` makes such. Blank lines and comments (`#`) are dropped.
 */
function filePatterns(workspace) {
    return parsed(file_patterns_RULE, (text) => {
        const lines = linesOf(text).filter((line) => !line.text.startsWith('#'));
        const patterns = lines.flatMap((line) => relativePattern(line.text, workspace) ?? []);
        if (patterns.length < lines.length) {
            const outside = lines.filter((line) => relativePattern(line.text, workspace) === undefined);
            const problems = outside.map((line) => `line ${line.line}: ${quoted(line.text)} leads outside the workspace`);
            return { broken: file_patterns_RULE, wrongItems: { kind: 'lines', total: lines.length, problems } };
        }
        return patterns.some((pattern) => !pattern.startsWith('!'))
            ? { value: patterns }
            : { broken: `${file_patterns_RULE}, and at least one line must not exclude` };
    });
}
/**
 * A pattern relative to the workspace, with `/`; `undefined` where it cannot stay inside. `flavour` is the system's own way with
 * paths, except in tests of another one.
 */
function relativePattern(line, workspace, flavour = external_node_path_) {
    const [, marks = '', rest = ''] = /^([!\s]*)(.*)$/s.exec(line) ?? [];
    // An even number of marks excludes nothing.
    const exclude = marks.replaceAll(/\s/g, '').length % 2 === 1 ? '!' : '';
    const root = (0,paths/* slashed */.df)(flavour.resolve(workspace), flavour).replace(/\/$/, '');
    let pattern = (0,paths/* slashed */.df)(separated(rest), flavour);
    // Windows takes upper and lower case for one.
    const known = (place) => (flavour.sep === '\\' ? place.toLowerCase() : place);
    if (known(`${pattern}/`).startsWith(known(`${root}/`)))
        pattern = pattern.slice(root.length + 1);
    else if (flavour.isAbsolute(rest) || pattern.startsWith('/'))
        return undefined;
    pattern = pattern.replace(/^(?:\.\/+)+/, '').replace(/\/\.(?=\/|$)/g, '');
    if (pattern === '~' || pattern.startsWith('~/') || pattern.split('/').includes('..'))
        return undefined;
    return `${exclude}${pattern === '' || pattern === '.' ? '**' : pattern}`;
}
/**
 * A pattern with `/` for each backslash that cannot be anything but a Windows separator. Outside of Windows a backslash takes
 * the meaning from a sign of patterns (`\*`), and shells and regular expressions do the same to spaces and dots.
 */
function separated(pattern) {
    return pattern.replace(/\\(?=[\p{L}\p{N}_-]|$)/gu, '/');
}
const ARCHIVE_RULE = 'it must be the path of one .zip, .tar, or .tar.gz file in the workspace';
/** The path of an archive, relative to the workspace, which is no pattern. */
function archivePath(workspace) {
    return parsed(ARCHIVE_RULE, (text) => {
        if (/[\p{Cc}]/u.test(text))
            return { broken: `${ARCHIVE_RULE}, on one line` };
        const inside = (0,paths/* below */.Gz)(workspace, (0,paths/* withSlashes */.sq)(text));
        if (inside === undefined)
            return { broken: `${ARCHIVE_RULE}, and it leads outside the workspace` };
        return /\.(?:zip|tar|tar\.gz)$/i.test(inside) ? { value: inside } : { broken: ARCHIVE_RULE };
    });
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
;// CONCATENATED MODULE: ./build/runner/restored.js



/**
 * Remembers for the other steps of this job to which snapshot a dataset was restored last; `undefined` once it was changed since. The
 * post step of an earlier step has no other way to know. Outside a workflow run nothing is remembered.
 */
function rememberRestored(job, datasetId, snapshotId, reporter) {
    if (job.runId === undefined)
        return;
    try {
        if (snapshotId === undefined)
            (0,external_node_fs_.rmSync)(fileOf(job, datasetId), { force: true });
        else
            (0,external_node_fs_.writeFileSync)(fileOf(job, datasetId), `${ownName(job)} ${snapshotId}`);
    }
    catch (error) {
        reporter.debug(`Could not remember the restore for later steps: ${(0,errors/* describe */.q0)(error)}`);
    }
}
/** The ID of the snapshot to which a step of this job restored the dataset last, if nothing of this action changed it since. */
function restoredTo(job, datasetId) {
    try {
        const [name, snapshotId] = readFileSync(fileOf(job, datasetId), 'utf8').split(' ');
        return job.runId !== undefined && name === ownName(job) ? snapshotId : undefined;
    }
    catch {
        return undefined;
    }
}
function fileOf({ temp }, datasetId) {
    return (0,external_node_path_.join)(temp, `visual-layer-restored-${datasetId}`);
}
/** The folder for temporary files may outlive a job on a self-hosted runner. */
function ownName({ runId, runAttempt, job }) {
    return `${runId}/${runAttempt}/${job}`;
}

// EXTERNAL MODULE: ./build/visual-layer/failure.js
var visual_layer_failure = __webpack_require__(57911);
// EXTERNAL MODULE: ./build/visual-layer/retry.js
var retry = __webpack_require__(86055);
;// CONCATENATED MODULE: ./build/transfer/upload.js




/** "About 50 files" a request; docs.visual-layer.com, "Create a dataset from local files". */
const MOST_FILES = 50;
/** Proxies commonly reject bodies over 100 MB; a request that breaks also costs less when it is small. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Concurrent requests, as many as a browser sends to one host. Each keeps its connection for the next batch. */
const AT_ONCE = 6;
/** The files in their order, cut where the next one would exceed a cap. A file larger than the cap goes alone. */
function batchesOf(files, mostFiles = MOST_FILES, mostBytes = MOST_BYTES) {
    const batches = [];
    let bytes = 0;
    for (const file of files) {
        const last = batches.at(-1);
        if (last && last.length < mostFiles && bytes + file.sizeBytes <= mostBytes) {
            last.push(file);
            bytes += file.sizeBytes;
        }
        else {
            batches.push([file]);
            bytes = file.sizeBytes;
        }
    }
    return batches;
}
function totalBytes(files) {
    return files.reduce((sum, file) => sum + file.sizeBytes, 0);
}
/**
 * Sends every file, in batches, several at a time. A batch that is rejected as too large is halved, and those that follow are
 * kept below what was rejected. One that cannot have arrived whole is sent again; one whose response was lost, once, with a warning,
 * since uploaded files cannot be listed. Throws the first failure, after all other batches were stopped.
 */
async function uploadFiles(options) {
    const queue = batchesOf(options.files);
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const underWay = new Map();
    let doneFiles = 0;
    let doneBytes = 0;
    let tooLarge = Infinity;
    const tell = () => {
        let bytes = doneBytes;
        for (const sent of underWay.values())
            bytes += sent;
        options.onProgress(doneFiles, bytes);
    };
    const work = async () => {
        for (let batch = queue.shift(); batch; batch = queue.shift()) {
            const current = batch;
            const size = totalBytes(current);
            if (size >= tooLarge && current.length > 1) {
                queue.unshift(...halves(current));
                continue;
            }
            const onBytes = (sent) => {
                // What goes out is more than the files: the form around them is not counted.
                underWay.set(current, Math.min(sent, size));
                tell();
            };
            try {
                await sendBatch(options, current, { signal, onBytes });
            }
            catch (error) {
                if (!(error instanceof visual_layer_failure/* RequestFailure */.e6) || error.outcome.status !== 413)
                    throw error;
                if (current.length === 1)
                    throw tooLargeAlone(error, current);
                tooLarge = Math.min(tooLarge, size);
                queue.unshift(...halves(current));
                options.say(`A batch of ${(0,numbers/* counted */.hS)(current.length, 'file')} was rejected as too large (HTTP 413); sending it in halves.`);
                continue;
            }
            finally {
                underWay.delete(current);
            }
            doneFiles += current.length;
            doneBytes += size;
            tell();
        }
    };
    const workers = Array.from({ length: AT_ONCE }, () => work().catch((error) => {
        // The first failure is the reason; what the others throw after it is that reason again.
        stop.abort(error);
    }));
    await Promise.all(workers);
    options.signal.throwIfAborted();
    stop.signal.throwIfAborted();
}
async function sendBatch(options, batch, sending) {
    const { clock, deadline, maxRetries, say, warn } = options;
    let lost = false;
    const attempt = () => options.send(batch, sending);
    return (0,build_clock/* attempts */.r2)({ clock, signal: sending.signal }, attempt, (error, failures) => {
        if (!(0,visual_layer_failure/* isTransient */.dg)(error) || failures >= maxRetries)
            throw error;
        const { effect, retryAfterMs } = error.outcome;
        if (effect === 'unknown' && lost)
            throw error;
        const pause = Math.max((0,retry/* fullJitter */.G)(failures), retryAfterMs ?? 0);
        if (pause >= deadline.remainingMs())
            throw error;
        if (effect === 'unknown') {
            lost = true;
            warn(`The response to the upload of ${named(batch)} was lost (${error.message}). Uploading them again. Uploaded files cannot be listed, so if the first request arrived, they may be in the dataset twice.`);
        }
        else {
            say(`${error.message} Retrying the upload of ${named(batch)} (${failures + 1} of ${maxRetries}).`);
        }
        return pause;
    });
}
function halves(batch) {
    const middle = Math.ceil(batch.length / 2);
    return [batch.slice(0, middle), batch.slice(middle)];
}
/** For people: `50 files (a.jpg to b.jpg)`. */
function named(batch) {
    const [first, last] = [batch.at(0)?.fileName, batch.at(-1)?.fileName];
    return `${(0,numbers/* counted */.hS)(batch.length, 'file')} (${batch.length === 1 ? first : `${first} to ${last}`})`;
}
function tooLargeAlone(error, batch) {
    const [file] = batch;
    return new visual_layer_failure/* RequestFailure */.e6(error.code, `Visual Layer rejected ${file?.path} as too large (HTTP 413): the file has ${(0,numbers/* count */.U9)(totalBytes(batch))} bytes.`, {
        apiWords: error.apiWords,
        todo: 'Exclude the file from "files" (a line with ! before its name), make it smaller, or put the media into a bucket and use create-from-s3.',
        cause: error,
    }, error.outcome);
}

// EXTERNAL MODULE: ./build/visual-layer/tasks.js
var visual_layer_tasks = __webpack_require__(38395);
// EXTERNAL MODULE: ./build/waiting/pace.js
var pace = __webpack_require__(19901);
// EXTERNAL MODULE: ./build/waiting/until.js
var until = __webpack_require__(49404);
;// CONCATENATED MODULE: ./build/waiting/once.js





/** Answers of the application itself with HTTP 500 before it counts as its last word. */
const MOST_ANSWERED_FAILURES = 2;
/**
 * The only way to send a request that changes something. A request that never arrived is sent again; one whose response was lost
 * is looked for, patiently, before it is sent again, so that it takes effect once.
 *
 * One instance represents one intended change: `run()` may be called again (after a conflict was waited out) and still knows
 * that an earlier attempt may have taken effect.
 */
class OnceOnly {
    #change;
    #waiting;
    #say;
    /** The failure after which the change may have been made. */
    #lost;
    /** @param say one line for the log, when a response is lost and what was found */
    constructor(change, waiting, say) {
        this.#change = change;
        this.#waiting = waiting;
        this.#say = say;
    }
    /** An earlier attempt may have taken effect: what is known of the state before it still counts. */
    get mayHaveTakenEffect() {
        return this.#lost !== undefined;
    }
    /**
     * Makes the change, or finds it made. Throws the {@link RequestFailure} of the last attempt where it was rejected or could not
     * be made, `timed_out` if the time ended before that was clear, and the signal's reason when the step is cancelled.
     */
    async run() {
        const { what, ifUnclear } = this.#change;
        const phase = { awaited: `the response to the request to ${what}`, carryOn: ifUnclear };
        return (0,until/* asPhase */.uQ)(this.#waiting, phase, () => this.#run());
    }
    async #run() {
        const { clock, deadline, signal, maxRetries } = this.#waiting;
        let answeredFailures = 0;
        let notBefore = 0;
        for (let failures = 0;; failures += 1) {
            const found = await this.#settled();
            if (found)
                return found.value;
            const early = notBefore - clock.now();
            if (early > 0) {
                if (this.#lost && early >= deadline.remainingMs())
                    throw this.#lost;
                await clock.sleep(early, signal);
            }
            try {
                const made = await this.#change.send();
                this.#lost = undefined;
                return made;
            }
            catch (error) {
                if (!(error instanceof visual_layer_failure/* RequestFailure */.e6))
                    throw error;
                const { transient, effect, answered, status, retryAfterMs } = error.outcome;
                if (effect === 'unknown')
                    this.#lost = error;
                if (answered && status === 500)
                    answeredFailures += 1;
                if (!transient || failures >= maxRetries || answeredFailures >= MOST_ANSWERED_FAILURES) {
                    // A rejection after a lost response can be the response to our own first attempt: a dataset busy with it, for one.
                    const late = await this.#settled();
                    if (late)
                        return late.value;
                    if (this.#lost)
                        error.outcome.ifUnclear = this.#change.ifUnclear;
                    throw error;
                }
                if (effect === 'unknown') {
                    // The checks continue during that time; they are the pause if the service asked for none.
                    this.#say(error.message);
                    notBefore = clock.now() + (retryAfterMs ?? 0);
                    continue;
                }
                const wait = Math.max((0,retry/* fullJitter */.G)(failures), retryAfterMs ?? 0);
                if (wait >= deadline.remainingMs())
                    throw error;
                this.#say(`${error.message} Retrying (${failures + 1} of ${maxRetries}).`);
                notBefore = clock.now() + wait;
            }
        }
    }
    /** What a lost response was about, where it is found; nothing where none was lost. */
    async #settled() {
        const lost = this.#lost;
        if (!lost)
            return undefined;
        const found = await this.#settle(lost);
        // Without time to look, an empty list proves nothing.
        if (!found && this.#waiting.deadline.remainingMs() <= 0)
            throw this.#unclear(lost);
        return found;
    }
    #unclear(lost) {
        const message = `Timed out before it was clear whether the request to ${this.#change.what} took effect. The last attempt failed: ${lost.message}`;
        return new errors/* ActionError */.lZ('timed_out', message, {
            apiWords: lost.apiWords,
            todo: `${this.#change.ifUnclear} Increase timeout if Visual Layer was slow.`,
            cause: lost,
        });
    }
    /** Looks for the change until it is found, or has had time to show and did not. */
    async #settle(lost) {
        const { clock, deadline } = this.#waiting;
        const { what } = this.#change;
        const patience = (0,pace/* patienceMs */.si)(deadline.remainingMs());
        const startedAt = clock.now();
        this.#say(`No clear response to the request to ${what}. Checking whether it took effect before retrying.`);
        const ended = await (0,until/* until */.TG)(async () => {
            const trace = await this.#change.look();
            if (trace === 'busy')
                return { state: 'pending', line: `Visual Layer is still busy, possibly with the request to ${what}` };
            if (trace !== 'absent')
                return { state: 'done', value: { value: trace.found } };
            return clock.now() - startedAt >= patience
                ? { state: 'done', value: undefined }
                : { state: 'pending', line: `no sign yet of the request to ${what}` };
        }, this.#waiting);
        switch (ended.end) {
            case 'done':
                this.#say(ended.value
                    ? `The request to ${what} took effect; not retrying.`
                    : `Found no sign of it after ${Math.round((clock.now() - startedAt) / 1000)} s: the request to ${what} did not take effect.`);
                if (ended.value)
                    this.#lost = undefined;
                return ended.value;
            case 'failed':
                throw ended.error;
            case 'out_of_time':
                throw this.#unclear(lost);
        }
    }
}

// EXTERNAL MODULE: ./build/waiting/verdicts/dataset.js
var verdicts_dataset = __webpack_require__(58999);
;// CONCATENATED MODULE: ./build/waiting/verdicts/media.js


/**
 * An addition is over when its own task COMPLETED and the dataset is READY, or PARTIAL INDEX; with an automatic reindex PARTIAL
 * INDEX counts only once it has stood for a while, and is then no success yet. A task that never shows is done without, once the
 * list had time and the dataset was seen to change. docs.visual-layer.com, "Add media to an existing dataset".
 */
function mediaVerdict(seen) {
    const { dataset, task, reindexing } = seen;
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: (0,verdicts_dataset/* taskError */.iX)(task, `that adds media to dataset ${dataset.id}`) };
    }
    const over = isOver(seen);
    if (dataset.status === 'ERROR' && (over || !task)) {
        return { state: 'failed', error: (0,verdicts_dataset/* datasetError */.T_)(dataset, 'while media were being added') };
    }
    if (over && !reindexing) {
        if (dataset.status === 'READY')
            return { state: 'done', value: dataset };
        const stands = !seen.autoReindex || seen.partialMs >= seen.settlingMs;
        if (dataset.status === 'PARTIAL_INDEX' && stands)
            return { state: 'done', value: dataset };
    }
    return pending(dataset, reindexing ?? task);
}
function isOver({ task, seenChange, sinceMs, patienceMs }) {
    return task ? task.state === 'COMPLETED' : seenChange && sinceMs >= patienceMs;
}
/** A reindex. Its READY cannot be old, since the dataset was PARTIAL INDEX. `task` is one that came since the request. */
function reindexVerdict(dataset, task) {
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: (0,verdicts_dataset/* taskError */.iX)(task, `that reindexes dataset ${dataset.id}`) };
    }
    if (dataset.status === 'ERROR') {
        return { state: 'failed', error: (0,verdicts_dataset/* datasetError */.T_)(dataset, 'while it was being reindexed') };
    }
    if (dataset.status === 'READY' && (!task || (0,visual_layer_tasks/* hasEnded */.hY)(task)))
        return { state: 'done', value: dataset };
    return pending(dataset, task);
}
function pending(dataset, task) {
    const words = task ? (0,verdicts_dataset/* taskLine */.er)(task) : 'task not listed yet';
    return {
        state: 'pending',
        line: `${(0,verdicts_dataset/* datasetLine */.Je)(dataset)}, ${words}`,
        phase: `${dataset.status} ${task?.type} ${task?.statusWord}`,
    };
}

// EXTERNAL MODULE: ./build/operations/conflicts.js
var conflicts = __webpack_require__(90960);
// EXTERNAL MODULE: ./build/operations/facts.js
var facts = __webpack_require__(57140);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
;// CONCATENATED MODULE: ./build/runner/files.js




/**
 * All files below the workspace that patterns match, ordered by their path, byte by byte. Patterns are relative to the workspace
 * and use `/`; later ones win, `!` excludes. Hidden files match too. No link to a folder is followed, so the search never leaves
 * the workspace and never goes in a circle.
 */
async function findFiles(patterns, workspace) {
    try {
        const root = await (0,promises_.realpath)(workspace);
        const matched = await globbed(patterns, root);
        const found = await Promise.all(matched.map((one) => look(one, root)));
        return found.sort((a, b) => Buffer.compare(Buffer.from(a.shown), Buffer.from(b.shown)));
    }
    catch (error) {
        throw new errors/* ActionError */.lZ('operation_failed', `Could not list the files: ${(0,errors/* describe */.q0)(error)}.`, {
            todo: 'Check that the step may read the workspace, and that an earlier step checks out or creates the files.',
            cause: error,
        });
    }
}
/** Of several patterns, those that match nothing by themselves. One alone is not looked at: then nothing is found at all. */
async function matchingNothing(patterns, workspace) {
    const including = patterns.filter((pattern) => !pattern.startsWith('!'));
    if (including.length < 2)
        return [];
    const root = await (0,promises_.realpath)(workspace);
    const counts = await Promise.all(including.map(async (pattern) => (await globbed([pattern], root)).length));
    return including.filter((_, index) => counts[index] === 0);
}
async function globbed(patterns, root) {
    const { create } = await __webpack_require__.e(/* import() */ 324).then(__webpack_require__.bind(__webpack_require__, 43324));
    const rooted = patterns.map((pattern) => {
        const [, exclude = '', rest = ''] = /^(!*)(.*)$/s.exec(pattern) ?? [];
        return `${exclude}${literally(root)}${root.endsWith(external_node_path_.sep) ? '' : external_node_path_.sep}${rest}`;
    });
    const globber = await create(rooted.join('\n'), { followSymbolicLinks: false, matchDirectories: false });
    return globber.glob();
}
/** One file by its path relative to the workspace; `undefined` where there is none. */
async function findFile(place, workspace) {
    try {
        const root = await (0,promises_.realpath)(workspace);
        return await look(external_node_path_.join(root, place), root);
    }
    catch {
        return undefined;
    }
}
/** A path as a pattern that matches just this path; as @actions/glob escapes the folder that it prefixes itself. */
function literally(folder) {
    return (external_node_path_.sep === '\\' ? folder : folder.replaceAll('\\', '\\\\'))
        .replace(/\[(?=[^/]+\])/g, '[[]')
        .replaceAll('?', '[?]')
        .replaceAll('*', '[*]');
}
async function look(file, root) {
    const shown = (0,paths/* below */.Gz)(root, file) ?? file;
    const own = await (0,promises_.lstat)(file);
    if (own.isFile())
        return { path: file, shown, sizeBytes: own.size, trouble: undefined };
    if (!own.isSymbolicLink())
        return { path: file, shown, sizeBytes: 0, trouble: 'not a regular file' };
    let target;
    try {
        target = await (0,promises_.realpath)(file);
    }
    catch {
        return { path: file, shown, sizeBytes: 0, trouble: 'broken link' };
    }
    if ((0,paths/* below */.Gz)(root, target) === undefined) {
        return { path: file, shown, sizeBytes: 0, trouble: 'link out of the workspace' };
    }
    const behind = await (0,promises_.stat)(target);
    if (behind.isDirectory())
        return { path: target, shown, sizeBytes: 0, trouble: 'link to a folder' };
    const trouble = behind.isFile() ? undefined : 'not a regular file';
    // Read by its real path, so that a link that changes during the step cannot redirect the read.
    return { path: target, shown, sizeBytes: behind.size, trouble };
}

;// CONCATENATED MODULE: ./build/visual-layer/media-formats.js
/** The formats that Visual Layer takes, by file extension, with their media types; docs.visual-layer.com, FAQ. */
const MEDIA_TYPES = {
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    jfif: 'image/jpeg',
    gif: 'image/gif',
    tif: 'image/tiff',
    tiff: 'image/tiff',
    heic: 'image/heic',
    heif: 'image/heif',
    bmp: 'image/bmp',
    webp: 'image/webp',
    jp2: 'image/jp2',
    mp4: 'video/mp4',
    m4v: 'video/x-m4v',
    mov: 'video/quicktime',
    mkv: 'video/x-matroska',
    wmv: 'video/x-ms-wmv',
    flv: 'video/x-flv',
    webm: 'video/webm',
    avi: 'video/x-msvideo',
    dav: 'application/octet-stream',
};
/** For people: `png, jpg, …`. */
const MEDIA_FORMATS = Object.keys(MEDIA_TYPES).join(', ');
/** The media type of a file by its name; `undefined` where it is no image or video that Visual Layer takes. */
function mediaType(fileName) {
    const extension = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
    return Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension] : undefined;
}
/** Whether a file is an archive by its name: `.zip`, `.tar` or `.tar.gz`. Creation from files takes none, add media one. */
function isArchive(fileName) {
    return /\.(?:zip|tar|tar\.gz|tgz)$/i.test(fileName);
}
/**
 * The files that label media when a dataset is created, by their exact names, with their media types; docs.visual-layer.com, "Prepare
 * annotation data".
 */
const ANNOTATION_TYPES = {
    'annotations.json': 'application/json',
    'image_annotations.csv': 'text/csv',
    'image_annotations.parquet': 'application/vnd.apache.parquet',
    'object_annotations.csv': 'text/csv',
    'object_annotations.parquet': 'application/vnd.apache.parquet',
};
/** For people: `annotations.json, …`. */
const ANNOTATION_NAMES = Object.keys(ANNOTATION_TYPES).join(', ');
/** The media type of an annotation file by its name without folders; `undefined` for other files. */
function annotationType(fileName) {
    return Object.hasOwn(ANNOTATION_TYPES, fileName) ? ANNOTATION_TYPES[fileName] : undefined;
}

;// CONCATENATED MODULE: ./build/operations/media-files.js





/** How many names a message lists. */
const MOST_NAMED = 10;
/**
 * The media that `files` selects, for a new dataset also the files that label them, in the order of their paths, ready to be sent. Everything that is matched is sent, or nothing:
 * what cannot be sent is named, all at once. Hidden files are the exception, unless a pattern names them. Nothing was sent yet.
 *
 * Throws `invalid_input`, or `operation_failed` where the workspace cannot be read.
 */
async function chooseMedia(step, patterns, operation) {
    const found = await findFiles(patterns, step.context.workspace);
    const { taken, hidden } = withoutHidden(found, patterns);
    if (hidden.length > 0) {
        step.reporter.note(`${(0,numbers/* counted */.hS)(hidden.length, 'file')} skipped because hidden (the name begins with a dot): ${list(hidden.map(({ shown }) => shown))}. To include them, name the dot in a pattern.`);
    }
    if (taken.length === 0)
        throw nothingFound(step, patterns, hidden.length);
    const idle = await matchingNothing(patterns, step.context.workspace);
    if (idle.length > 0) {
        step.reporter.warning(`${idle.length === 1 ? 'One pattern' : `${idle.length} patterns`} of "files" match${idle.length === 1 ? 'es' : ''} no file: ${quotedList(idle)}. Sending the files that the other patterns match.`, { todo: hints(idle) });
    }
    const annotations = new Set();
    const rejected = taken.flatMap((file) => {
        const why = reasonAgainst(file, operation, annotations);
        return why === undefined ? [] : [{ file, why }];
    });
    if (rejected.length > 0)
        throw cannotBeSent(rejected, taken.length);
    const files = taken.map((file) => {
        const fileName = external_node_path_.posix.basename(file.shown);
        return {
            path: file.path,
            shown: file.shown,
            fileName,
            contentType: annotationType(fileName) ?? mediaType(fileName) ?? 'application/octet-stream',
            sizeBytes: file.sizeBytes,
        };
    });
    warnOfEqualNames(step, taken);
    return files;
}
/** The archive that `archive` names, ready to be sent. Throws `invalid_input` where it is none. Nothing was sent yet. */
async function chooseArchive(step, place) {
    const found = await findFile(place, step.context.workspace);
    const why = !found
        ? 'does not exist'
        : found.trouble
            ? `is ${article(found.trouble)}`
            : found.sizeBytes === 0
                ? 'is empty'
                : '';
    if (found && why === '') {
        const fileName = external_node_path_.posix.basename(found.shown);
        const contentType = /\.zip$/i.test(fileName)
            ? 'application/zip'
            : /gz$/i.test(fileName)
                ? 'application/gzip'
                : 'application/x-tar';
        return { path: found.path, fileName, contentType, sizeBytes: found.sizeBytes };
    }
    throw new errors/* ActionError */.lZ('invalid_input', `The archive ${JSON.stringify(place)} ${why}, in ${step.context.workspace}.`, {
        todo: 'Check the path (archive: images.zip), and that an earlier step puts the archive into the workspace. Nothing was sent to Visual Layer.',
    });
}
function article(trouble) {
    return trouble.startsWith('not') ? trouble : `a ${trouble}`;
}
function withoutHidden(found, patterns) {
    const isHidden = (place) => /(?:^|\/)\.[^/]/.test(place);
    if (patterns.some((pattern) => !pattern.startsWith('!') && isHidden(pattern)))
        return { taken: found, hidden: [] };
    return { taken: found.filter(({ shown }) => !isHidden(shown)), hidden: found.filter(({ shown }) => isHidden(shown)) };
}
/** @param annotations the names of the annotation files so far, to which that of this one is added */
function reasonAgainst(file, operation, annotations) {
    if (file.trouble !== undefined)
        return article(file.trouble);
    if (isArchive(file.shown)) {
        return operation === 'add-media'
            ? 'an archive; set the input archive to it'
            : 'an archive, which Visual Layer does not accept at creation; extract it in an earlier step';
    }
    const name = external_node_path_.posix.basename(file.shown);
    if (annotationType(name) !== undefined) {
        if (operation === 'add-media')
            return 'an annotation file, which Visual Layer accepts only when a dataset is created';
        if (annotations.has(name))
            return `another ${name}; a dataset has at most one`;
        annotations.add(name);
    }
    else if (mediaType(name) === undefined) {
        return operation === 'create-from-files' && /\.(?:json|csv|parquet)$/i.test(name)
            ? `not the name of an annotation file (${ANNOTATION_NAMES})`
            : 'not a format that Visual Layer accepts';
    }
    return file.sizeBytes === 0 ? 'empty (0 bytes)' : undefined;
}
function nothingFound(step, patterns, hidden) {
    const only = hidden > 0 ? ' except hidden ones' : '';
    const message = `"files" matches no file${only} in ${step.context.workspace}: ${quotedList(patterns)}.`;
    const todo = hints(patterns) ??
        'Check the patterns (files: images/**/*.jpg), and that an earlier step puts the files into the workspace (actions/checkout, a download). Links to folders are not followed.';
    return new errors/* ActionError */.lZ('invalid_input', message, { todo: `${todo} Nothing was sent to Visual Layer.` });
}
function quotedList(patterns) {
    return patterns.map((pattern) => JSON.stringify(pattern)).join(', ');
}
/** What other tools take in a pattern and this action does not, and how to write it here. */
const HABITS = [
    {
        sign: /^!?["']|["']$/,
        hint: (pattern) => `Write patterns without quotes: ${pattern.replace(/^(!?)["']|["']$/g, '$1')}.`,
    },
    {
        sign: /\{.*\}/,
        hint: (pattern) => `Braces are not expanded: write one pattern per line: ${expanded(pattern).join(' and ')}.`,
    },
    {
        sign: /\\/,
        hint: (pattern) => `A backslash means the character after it. Write / between folders: ${pattern.replaceAll('\\', '/')}.`,
    },
    { sign: /,/, hint: () => 'Write one pattern per line, without commas.' },
    {
        sign: /\[.*\]/,
        hint: (pattern) => `Brackets match one of the characters in them. If a name contains a bracket, write [[] for it: ${pattern.replaceAll('[', '[[]')}.`,
    },
];
/** The patterns that the first braces of a pattern stand for. */
function expanded(pattern) {
    const [, before = '', inside = '', after = ''] = /^(.*?)\{(.*?)\}(.*)$/.exec(pattern) ?? [];
    return inside.split(',').map((one) => before + one.trim() + after);
}
function hints(patterns) {
    const found = HABITS.flatMap(({ sign, hint }) => patterns
        .filter((pattern) => sign.test(pattern))
        .slice(0, 1)
        .map(hint));
    return found.length === 0 ? undefined : found.join(' ');
}
function cannotBeSent(rejected, total) {
    const lines = rejected.slice(0, MOST_NAMED).map(({ file, why }) => `- ${JSON.stringify(file.shown)}: ${why}`);
    if (rejected.length > MOST_NAMED)
        lines.push(`- and ${(0,numbers/* count */.U9)(rejected.length - MOST_NAMED)} more`);
    return new errors/* ActionError */.lZ('invalid_input', [`${rejected.length} of the ${(0,numbers/* counted */.hS)(total, 'file')} that "files" matches cannot be sent.`, ...lines].join('\n'), {
        todo: `Narrow the patterns, or exclude other files, for example with the line "!**/*.txt" under files. Visual Layer accepts ${MEDIA_FORMATS}. Nothing was sent to Visual Layer.`,
    });
}
/** Files are uploaded under their base names; what Visual Layer does with two files of one name is not documented. */
function warnOfEqualNames(step, files) {
    const places = Map.groupBy(files, ({ shown }) => external_node_path_.posix.basename(shown));
    const equal = [...places.values()].filter((group) => group.length > 1);
    if (equal.length === 0)
        return;
    const examples = equal.slice(0, MOST_NAMED).map((group) => group.map(({ shown }) => shown).join(' = '));
    const more = equal.length > MOST_NAMED ? `, and ${(0,numbers/* count */.U9)(equal.length - MOST_NAMED)} more` : '';
    step.reporter.warning(`Several files have the same name: ${examples.join(', ')}${more}. Files are sent without their folders, and what Visual Layer does with two of the same name is not documented: one may replace the other.`, { todo: 'To be safe, give each file a unique name. The step compares the number of items at the end.' });
}
function list(names) {
    const shown = names.slice(0, MOST_NAMED).join(', ');
    return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}

// EXTERNAL MODULE: ./build/operations/visible-tasks.js
var visible_tasks = __webpack_require__(46670);
// EXTERNAL MODULE: ./build/operations/waits.js
var waits = __webpack_require__(44801);
;// CONCATENATED MODULE: ./build/operations/reindex.js





const TYPE = 'REINDEX';
/** Reindexes a dataset that is PARTIAL INDEX, once, and waits until it is READY. */
async function reindex(step, { id }, onConflict) {
    const { api, reporter } = step;
    let earlier = new Set();
    const newTask = async () => (await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId: id, type: TYPE }, 0)).find((task) => !earlier.has(task.id));
    const change = new OnceOnly({
        what: `reindex dataset ${id}`,
        ifUnclear: `The media were added. Wait for the dataset with operation: wait and dataset_id: ${id}. If it stays PARTIAL INDEX, start the reindex in Visual Layer. Do not add the media again.`,
        send: () => api.media.reindex(id),
        async look() {
            if (await newTask())
                return { found: undefined };
            const { status } = await api.datasets.get(id, 0);
            return status === 'PARTIAL_INDEX' ? 'absent' : { found: undefined };
        },
    }, step.waiting, (line) => reporter.info(line));
    await (0,conflicts/* throughConflicts */.j)(step, id, onConflict, async () => {
        if (!change.mayHaveTakenEffect) {
            earlier = new Set((await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId: id, type: TYPE })).map((task) => task.id));
            // An automatic reindex may have started, or ended, since.
            if ((await api.datasets.get(id)).status !== 'PARTIAL_INDEX')
                return;
        }
        await change.run();
    });
    return (0,waits/* waitFor */.fm)(step, {
        awaited: `dataset ${id} to be reindexed`,
        carryOn: `The media were added, and the reindex is still running in Visual Layer. To resume waiting, use operation: wait and dataset_id: ${id}.`,
    }, async () => {
        const task = await newTask();
        const dataset = await api.datasets.get(id, 0);
        reporter.output('dataset_status', dataset.statusWord);
        return reindexVerdict(dataset, task);
    });
}

;// CONCATENATED MODULE: ./build/operations/send-files.js




/** Between two lines of progress, in ms. */
const PROGRESS_MS = 5_000;
/** Says how far an upload is, now and then: `uploaded 1,250 of 2,000 files, 1.2 GiB of 2 GiB (60%)`. */
function uploadProgress(step, files) {
    const total = totalBytes(files);
    let last = step.clock.now();
    return (doneFiles, bytes) => {
        if (step.clock.now() - last < PROGRESS_MS && doneFiles < files.length)
            return;
        last = step.clock.now();
        const counted = `${(0,numbers/* count */.U9)(doneFiles)} of ${(0,numbers/* count */.U9)(files.length)} files`;
        step.reporter.progress(`uploaded ${counted}, ${(0,facts/* size */.Ej)(bytes)} of ${(0,facts/* size */.Ej)(total)}${(0,numbers/* percent */.KN)(bytes, total)}`);
    };
}
/** Sends files in batches, several at a time, within the deadline of the step. */
async function sendFiles(step, files, phase, send) {
    const { clock, deadline, maxRetries, reporter } = step;
    await reporter.group(`Uploading ${(0,numbers/* count */.U9)(files.length)} files, ${(0,facts/* size */.Ej)(totalBytes(files))}`, () => (0,waits/* withinDeadline */.iP)(step, phase, (signal) => uploadFiles({
        files,
        send,
        clock,
        deadline,
        signal,
        maxRetries,
        onProgress: uploadProgress(step, files),
        say: (line) => reporter.info(line),
        warn: (line) => reporter.warning(line),
    })));
}

;// CONCATENATED MODULE: ./build/operations/operation.js



/** Inputs that no operation is warned about: shared ones, and the token that the runner fills in by itself. */
const NEVER_UNUSED = ['operation', 'github_token', ...SHARED_INPUTS];
function operation(definition) {
    const { name, inputs, outputs, rules, idle, request } = definition;
    return {
        name,
        outputs,
        read(given, places) {
            const fields = typeof inputs === 'function' ? inputs(places) : inputs;
            const { values, faults } = readFields(fields, given, name);
            faults.push(...(rules?.(given) ?? []));
            const set = INPUT_NAMES.filter((input) => !hasDefault(given, input) && !NEVER_UNUSED.includes(input));
            const unused = set.filter((input) => !(input in fields));
            const warnings = unused.map((input) => `The input "${input}" is set but operation "${name}" does not use it.`);
            for (const { inputs: without, because } of idle?.(given) ?? []) {
                const idling = set.filter((input) => without.includes(input));
                warnings.push(...idling.map((input) => `The input "${input}" is set but has no effect: ${because}.`));
            }
            const made = values && ((shared) => ({ operation: name, ...shared, ...(request?.(values) ?? values) }));
            return { faults, request: made, warnings };
        },
        run: (asked, step) => definition.run(asked, step),
    };
}

;// CONCATENATED MODULE: ./build/operations/add-media.js




















const add_media_TYPE = 'MEDIA_ADDITION';
const SOURCES = ['files', 'archive', 's3_uri'];
/**
 * Adds media to a dataset; done when the task of this step COMPLETED and the dataset is READY, or PARTIAL INDEX where no reindex
 * was asked for. Where one was and PARTIAL INDEX stays, the reindex is asked for.
 */
const addMedia = operation({
    name: 'add-media',
    inputs: ({ workspace }) => ({
        dataset_id: datasetId(),
        files: filePatterns(workspace).optional(),
        archive: archivePath(workspace).optional(),
        s3_uri: s3Uri().optional(),
        auto_reindex: flag(),
        on_conflict: onConflict(),
        wait: flag(),
    }),
    outputs: ['task_id'],
    rules: sourceFaults,
    request: ({ files, archive, s3Uri: uri = '', ...values }) => ({ ...values, media: mediaChoice(files, archive, uri) }),
    async run(request, step) {
        const { reporter } = step;
        const source = await sourceOf(request, step);
        const what = sourceText(source);
        reporter.info(`To be added: ${what}.`);
        await (0,facts/* readDataset */.JP)(step, request.datasetId);
        const dataset = await (0,conflicts/* calmDataset */._)(step, request.datasetId, request.onConflict);
        if (dataset.status !== 'READY' && dataset.status !== 'PARTIAL_INDEX')
            throw notOpen(dataset);
        reporter.fact('Added', what);
        const { before, acceptedAt } = await startAddition(step, request, dataset, source);
        if (!request.wait) {
            await (0,visible_tasks/* nameTask */.z)(step, async () => lastAddition(additionsSince(before, await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId: dataset.id }, 0))));
            return `Visual Layer accepted ${what} for dataset "${dataset.name}". The step did not wait for it to finish (wait: false).`;
        }
        let now = await waitForAddition(step, request, before, acceptedAt);
        (0,facts/* aboutDataset */.Sr)(step, now);
        if (request.autoReindex && now.status === 'PARTIAL_INDEX') {
            reporter.note(`Dataset ${now.id} is still PARTIAL INDEX although auto_reindex is set; requesting a reindex.`);
            now = await reindex(step, now, request.onConflict);
            (0,facts/* aboutDataset */.Sr)(step, now);
        }
        const inside = (0,facts/* items */.ld)(now.images, now.videos);
        if (inside !== undefined)
            reporter.fact('Items', inside);
        compare(step, before.dataset, now, source);
        return `Added ${what} to dataset "${now.name}", which is ${now.statusWord}${inside === undefined ? '' : ` with ${inside}`}.`;
    },
});
/** The API takes exactly one source; docs.visual-layer.com, "Add media to an existing dataset". */
function sourceFaults(given) {
    const [first, ...others] = SOURCES.filter((name) => given[name] !== undefined);
    if (first === undefined) {
        return [{ input: 'files', got: undefined, rule: 'operation "add-media" requires files, archive, or s3_uri' }];
    }
    return others.map((input) => ({
        input,
        got: given[input],
        rule: `it cannot be combined with ${first}; set only one of files, archive, and s3_uri`,
        fix: removal(input, given[input] ?? ''),
    }));
}
function mediaChoice(files, archive, uri) {
    if (files !== undefined)
        return { from: 'files', files };
    return archive === undefined ? { from: 's3', uri } : { from: 'archive', archive };
}
async function sourceOf({ media }, step) {
    switch (media.from) {
        case 'files':
            return { kind: 'files', files: await chooseMedia(step, media.files, 'add-media') };
        case 'archive':
            return { kind: 'archive', archive: await chooseArchive(step, media.archive) };
        case 's3':
            return { kind: 's3', uri: media.uri };
    }
}
function filesOf(source) {
    return source.kind === 'files' ? source.files : source.kind === 'archive' ? [source.archive] : [];
}
function sourceText(source) {
    const bytes = (0,facts/* size */.Ej)(totalBytes(filesOf(source)));
    switch (source.kind) {
        case 'files':
            return source.files.length === 1 ? `1 file (${bytes})` : `${(0,numbers/* count */.U9)(source.files.length)} files (${bytes})`;
        case 'archive':
            return `archive ${source.archive.fileName} (${bytes})`;
        case 's3':
            return source.uri;
    }
}
function notOpen(dataset) {
    return new errors/* ActionError */.lZ('conflict', `Cannot add media to dataset ${dataset.id}: it is ${dataset.statusWord}.`, {
        apiWords: dataset.fatalError,
        todo: 'Visual Layer adds media to READY and PARTIAL INDEX datasets only. Fix the dataset first (ERROR: restore a snapshot). Nothing was sent.',
    });
}
/** The additions that came since. */
function additionsSince({ taskIds }, tasks) {
    return tasks.filter((task) => task.type === add_media_TYPE && !taskIds.has(task.id));
}
/** Of these, the one that runs, or the one that is known to have `added` media, or the one listed first: the newest. */
function lastAddition(since, added) {
    return since.find((task) => !(0,visual_layer_tasks/* hasEnded */.hY)(task)) ?? added ?? since[0];
}
function itemCount({ images = 0, videos = 0 }) {
    return images + videos;
}
/** Whether a dataset shows that media were added since: more in it, or an index that is out of date now. */
function isChanged(before, now) {
    return itemCount(now) > itemCount(before) || (now.status === 'PARTIAL_INDEX' && before.status !== 'PARTIAL_INDEX');
}
function isBusy({ status }) {
    return status === 'READ_ONLY' || status === 'INDEXING' || status === 'BUSY';
}
async function startAddition(step, request, dataset, source) {
    const { api, reporter } = step;
    let before = { dataset, taskIds: new Set() };
    const files = filesOf(source);
    const total = totalBytes(files);
    let sentBytes = 0;
    const phase = {
        awaited: `the upload to ${(0,facts/* namedDataset */.gM)(dataset)}`,
        get carryOn() {
            return sentBytes < total ? 'An incomplete upload adds no media. Re-run the job.' : change.ifUnclear;
        },
    };
    const change = {
        what: `add media to dataset ${dataset.id}`,
        get ifUnclear() {
            const held = (0,numbers/* count */.U9)(itemCount(before.dataset));
            return `The media may already have been added, and adding them again could duplicate them. Check dataset ${dataset.id} in Visual Layer first: its Task Manager shows a ${add_media_TYPE} task for each addition, and the dataset had ${held} items before this step. Re-run the job only if nothing was added.`;
        },
        send: () => (0,waits/* withinDeadline */.iP)(step, phase, (signal) => {
            const tell = uploadProgress(step, files);
            const onBytes = (sent) => {
                sentBytes = sent;
                if (total > 0)
                    tell(sent >= total ? files.length : 0, Math.min(sent, total));
            };
            return api.media.add(dataset.id, source, request.autoReindex, { signal, onBytes });
        }),
        async look() {
            const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId: dataset.id }, 0);
            if (additionsSince(before, tasks).length > 0)
                return { found: undefined };
            const now = await api.datasets.get(dataset.id, 0);
            if (isChanged(before.dataset, now))
                return { found: undefined };
            return isBusy(now) ? 'busy' : 'absent';
        },
    };
    const once = new OnceOnly(change, step.waiting, (line) => reporter.info(line));
    rememberRestored(step.context, dataset.id, undefined, reporter);
    await (0,conflicts/* throughConflicts */.j)(step, dataset.id, request.onConflict, async () => {
        if (!once.mayHaveTakenEffect) {
            const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId: dataset.id });
            before = { dataset: await api.datasets.get(dataset.id), taskIds: new Set(tasks.map((task) => task.id)) };
        }
        await once.run().catch((error) => {
            throw withSizeHint(error);
        });
    });
    reporter.info('Visual Layer accepted the media.');
    return { before, acceptedAt: step.clock.now() };
}
/** One addition is one request, so it cannot be sent in halves. */
function withSizeHint(error) {
    if (!(error instanceof errors/* ActionError */.lZ) || !error.message.includes('HTTP 413'))
        return error;
    const todo = 'Add fewer files per step, or put the media into a bucket and use s3_uri.';
    return error.with({ todo });
}
async function waitForAddition(step, { autoReindex }, before, acceptedAt) {
    const { api, clock, reporter } = step;
    const { id } = before.dataset;
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const settling = (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs());
    const change = new waits/* Seen */.UW();
    let partialSince;
    let ours;
    return (0,waits/* waitFor */.fm)(step, {
        awaited: `media to be added to ${(0,facts/* namedDataset */.gM)(before.dataset)}`,
        carryOn: `The addition is still running in Visual Layer. Do not add the media again; to resume waiting, use operation: wait and dataset_id: ${id}.`,
    }, async () => {
        const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId: id }, 0);
        const since = additionsSince(before, tasks);
        const [first] = since;
        // Only one runs at a time, so one that runs and is listed alone is ours.
        if (first && since.length === 1 && !(0,visual_layer_tasks/* hasEnded */.hY)(first))
            ours ??= first.id;
        const dataset = await api.datasets.get(id, 0);
        // If media were added, one that failed may be someone else's.
        const added = isChanged(before.dataset, dataset) ? since.find(({ state }) => state === 'COMPLETED') : undefined;
        const task = since.find((one) => one.id === ours) ?? lastAddition(since, added);
        if (task)
            reporter.output('task_id', task.id);
        reporter.output('dataset_status', dataset.statusWord);
        const ended = !task || (0,visual_layer_tasks/* hasEnded */.hY)(task);
        partialSince = dataset.status === 'PARTIAL_INDEX' && ended ? (partialSince ?? clock.now()) : undefined;
        const verdict = mediaVerdict({
            dataset,
            task,
            reindexing: tasks.find((one) => one.type === 'REINDEX' && !(0,visual_layer_tasks/* hasEnded */.hY)(one)),
            autoReindex,
            seenChange: change.add(isBusy(dataset) || isChanged(before.dataset, dataset)),
            sinceMs: clock.now() - acceptedAt,
            patienceMs: patience,
            partialMs: partialSince === undefined ? 0 : clock.now() - partialSince,
            settlingMs: settling,
        });
        const failed = since.find(({ state }) => state === 'FAILED' || state === 'ABORTED');
        if (verdict.state === 'done' && failed && task?.id !== ours) {
            reporter.warning(`Another addition to the dataset, task ${failed.id}, ended as ${failed.statusWord} at the same time. The step took the one that COMPLETED for its own.`, { todo: 'Check in Visual Layer that your media are in the dataset.' });
        }
        return verdict;
    });
}
/** Files that Visual Layer dropped or took twice show in the number of items. A video may count as its frames. */
function compare(step, before, now, source) {
    if (source.kind !== 'files' || before.images === undefined || now.images === undefined)
        return;
    const sent = source.files.filter(({ contentType }) => contentType.startsWith('image/')).length;
    const added = now.images - before.images;
    if (sent !== source.files.length || (now.videos ?? 0) !== (before.videos ?? 0) || added === sent)
        return;
    step.reporter.warning(`Sent ${(0,numbers/* count */.U9)(sent)} images, but dataset ${now.id} has ${(0,numbers/* count */.U9)(added)} more than before (${(0,verdicts_dataset/* datasetLine */.Je)(now)}).`, {
        todo: 'Check the dataset in Visual Layer. Unreadable images and files with the same name may have been dropped, or someone else may have changed the dataset.',
    });
}

;// CONCATENATED MODULE: ./build/inputs/snapshot-choice.js


const snapshotChoiceFields = {
    snapshot_id: snapshotId().optional(),
    snapshot_name: displayName().optional(),
};
/** Exactly one of the two must be there: guessing a snapshot could put the wrong data in place. */
function snapshotChoiceFaults(operation, { snapshot_id: id, snapshot_name: name }, idForm = 'a UUID, or "current"') {
    if (id === undefined && name === undefined) {
        const rule = `operation "${operation}" requires either snapshot_id (${idForm}) or snapshot_name`;
        return [{ input: 'snapshot_id', got: undefined, rule }];
    }
    if (id === undefined || name === undefined)
        return [];
    return [bothFault(name)];
}
/** The fault of a snapshot chosen in two ways. */
function bothFault(name) {
    const rule = 'it cannot be combined with snapshot_id; set only one';
    return { input: 'snapshot_name', got: name, rule, fix: removal('snapshot_name', name) };
}
/** The choice that values make once {@link snapshotChoiceFaults} has found nothing wrong. */
function snapshotChoice({ snapshotId, snapshotName }) {
    if (snapshotId !== undefined)
        return { by: 'id', snapshotId };
    if (snapshotName !== undefined)
        return { by: 'name', snapshotName };
    throw new Error('neither snapshot_id nor snapshot_name: the rules between inputs let this pass');
}
/** The values with the choice that two of them make. */
function withSnapshot(values) {
    const { snapshotId, snapshotName, ...others } = values;
    return { ...others, snapshot: snapshotChoice({ snapshotId, snapshotName }) };
}

;// CONCATENATED MODULE: ./build/operations/choose-snapshot.js



/** The newest snapshot of exactly this name. Names are not unique; the list is newest first, and stamps decide where there are any. */
function newestNamed(snapshots, name) {
    return snapshots
        .filter((snapshot) => snapshot.name === name)
        .reduce((best, next) => (best && (best.createdAt ?? 0) >= (next.createdAt ?? 0) ? best : next), undefined);
}
function pick(snapshots, choice) {
    if (choice.by === 'name')
        return newestNamed(snapshots, choice.snapshotName);
    if (choice.snapshotId === 'current')
        return snapshots.find((snapshot) => snapshot.isCurrent);
    return snapshots.find((snapshot) => snapshot.id.toLowerCase() === choice.snapshotId);
}
/**
 * Finds the snapshot that an input chooses, by id, by name, or `current`. A list that does not show it is read again for a
 * moment, since lists lag; then it is `not_found`, never another one.
 */
async function chooseSnapshot(step, dataset, choice) {
    let known = await step.api.snapshots.list(dataset.id);
    const first = pick(known, choice);
    if (first)
        return first;
    const look = async () => {
        known = await step.api.snapshots.list(dataset.id, 0);
        const snapshot = pick(known, choice);
        return snapshot
            ? { state: 'done', value: snapshot }
            : { state: 'pending', line: 'the snapshot is not listed; reading the list again' };
    };
    const ended = await (0,until/* until */.TG)(look, step.waiting, (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs()));
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'done')
        return ended.value;
    if (ended.lastFault)
        throw ended.lastFault;
    const wanted = choice.by === 'name'
        ? `named "${choice.snapshotName}"`
        : choice.snapshotId === 'current'
            ? 'marked as current'
            : choice.snapshotId;
    const names = known.slice(0, 10).map((snapshot) => `"${snapshot.name}" (${snapshot.id})`);
    const others = known.length === 0
        ? 'The dataset has no snapshots.'
        : `It has: ${names.join(', ')}${known.length > 10 ? `, and ${known.length - 10} more` : ''}.`;
    throw new errors/* ActionError */.lZ('not_found', `Dataset "${dataset.name}" (${dataset.id}) has no snapshot ${wanted}.`, {
        todo: `${others} Deleted snapshots are not listed. Fix snapshot_id or snapshot_name.`,
    });
}

// EXTERNAL MODULE: ./build/waiting/verdicts/copy.js
var copy = __webpack_require__(61582);
// EXTERNAL MODULE: ./build/waiting/verdicts/clone.js
var clone = __webpack_require__(6878);
;// CONCATENATED MODULE: ./build/operations/undo-log.js


const ids = schemas/* array */.YOg(schemas/* string */.YjP()).readonly();
const undo_log_named = { id: schemas/* string */.YjP(), name: schemas/* string */.YjP() };
/** What a step is about to leave in Visual Layer, with all that is needed to find it again. IDs and names only: the runner keeps them in plain text. */
const planSchema = schemas/* discriminatedUnion */.gMt('kind', [
    /** A dataset being created. `earlier`: the datasets that could be mistaken for it and were there before the request. */
    schemas/* object */.Ikc({
        kind: schemas/* literal */.euz('creation'),
        from: schemas/* enum */.k5n(['s3', 'files']),
        name: schemas/* string */.YjP(),
        earlier: ids,
        /** `false`: it is only named (`on_cancel: leave`). */
        abort: schemas/* boolean */.zMY(),
        datasetId: schemas/* string */.YjP().optional(),
    }),
    /** A clone. The API does not return its ID. */
    schemas/* object */.Ikc({
        kind: schemas/* literal */.euz('clone'),
        source: schemas/* object */.Ikc(undo_log_named),
        /** Clones of that dataset, and clone tasks, that were there before the request. */
        earlier: ids,
        earlierTasks: ids,
        /** Deleted at the end of the step. */
        ephemeral: schemas/* boolean */.zMY(),
        /** The API accepted the request, so exactly one clone is this step's. */
        accepted: schemas/* boolean */.zMY(),
        datasetId: schemas/* string */.YjP().optional(),
    }),
    /** An enrichment: a new dataset, or the source itself. */
    schemas/* object */.Ikc({
        kind: schemas/* literal */.euz('enrichment'),
        source: schemas/* object */.Ikc(undo_log_named),
        /** The datasets that could be mistaken for the copy, and the enrichment tasks on the source, that were there before the request. */
        earlier: ids,
        earlierTasks: ids,
        /** `false`: it is only named (`on_cancel: leave`). */
        abort: schemas/* boolean */.zMY(),
        datasetId: schemas/* string */.YjP().optional(),
        taskId: schemas/* string */.YjP().optional(),
        /** The API accepted an abort. */
        aborting: schemas/* boolean */.zMY().optional(),
    }),
    /** A snapshot, whose description ends with `mark`. */
    schemas/* object */.Ikc({ kind: schemas/* literal */.euz('snapshot'), datasetId: schemas/* string */.YjP(), mark: schemas/* string */.YjP(), safety: schemas/* boolean */.zMY() }),
    /** A snapshot that is restored if the job fails later. */
    schemas/* object */.Ikc({ kind: schemas/* literal */.euz('rollback'), datasetId: schemas/* string */.YjP(), snapshot: schemas/* object */.Ikc(undo_log_named) }),
]);
/** The runner hands a state to the post step as a variable; Windows allows 32,767 characters for all of them. */
const LONGEST_SAVED = 24_000;
/** Of more earlier datasets than this, only those are saved that look like what is made. */
const MOST_SAVED_IDS = 400;
/**
 * What must be undone if the step ends early. `plan()` before the request that makes something, `confirm()` as soon as more is
 * known, `settle()` only once nothing is left to undo. Every change is saved at once, so that the post step knows as much as a
 * killed main step. One plan is open at a time: a later one replaces it.
 */
class UndoLog {
    #save;
    #open;
    /** @param save keeps a text for the post step; '' says that nothing is left */
    constructor(save) {
        this.#save = save;
    }
    get open() {
        return this.#open;
    }
    plan(plan) {
        this.#open = plan;
        const text = JSON.stringify(plan);
        // Without all of the earlier IDs the dataset could not be distinguished from others: then only this process knows the plan.
        this.#save(text.length <= LONGEST_SAVED ? text : '');
    }
    /** Adds what became known since to the open plan. With the ID, nothing has to be distinguished. */
    confirm(known) {
        const open = this.#open;
        if (open?.kind !== 'creation' && open?.kind !== 'clone' && open?.kind !== 'enrichment')
            return;
        this.plan({ ...open, ...known, ...('datasetId' in known ? { earlier: [] } : {}) });
    }
    /** Runs the change that the open plan is about. If it is rejected for certain, nothing is left to undo. */
    async during(change) {
        try {
            return await change.run();
        }
        catch (error) {
            if (error instanceof visual_layer_failure/* RequestFailure */.e6 && !change.mayHaveTakenEffect)
                this.settle();
            throw error;
        }
    }
    settle() {
        if (!this.#open)
            return;
        this.#open = undefined;
        this.#save('');
    }
}
/** The plan in a saved text; `undefined` if there is none. Throws for a text that `UndoLog` did not write. */
function savedPlan(text) {
    return text ? planSchema.parse(JSON.parse(text)) : undefined;
}

;// CONCATENATED MODULE: ./build/operations/copies.js









/** Reads what is there before a request. `saved` is what a plan needs of it. */
async function backgroundOf(step, type, find, { id, name }) {
    const source = { id, name };
    const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { type });
    const datasets = await step.api.datasets.list();
    // A copy that someone else started a moment ago may be in only one of the lists.
    const datasetIds = new Set([...datasets.map((dataset) => dataset.id), ...tasks.map((task) => task.datasetId)]);
    const known = { source, taskIds: new Set(tasks.map((task) => task.id)), datasetIds };
    const alike = find({ source, taskIds: new Set(), datasetIds: new Set() }, tasks, datasets);
    const earlier = datasetIds.size <= MOST_SAVED_IDS ? [...datasetIds] : alike.map(({ datasetId }) => datasetId);
    const earlierTasks = (0,clone/* cloneTasksOf */.P5)(source, tasks).map((task) => task.id);
    return { known, saved: { source, earlier, earlierTasks } };
}
/** The datasets that may be the copy. Each is read, since the list may say less of where it comes from than it does itself. */
async function copiesSince(api, find, known, tasks) {
    const found = find(known, tasks, await api.datasets.list(0)).map(async (candidate) => {
        const dataset = await (0,visual_layer_failure/* unlessRejected */.hg)(api.datasets.get(candidate.datasetId, 0));
        const isFromSource = (dataset ?? candidate.dataset)?.sourceDatasetId !== undefined;
        return { ...candidate, dataset, isFromSource };
    });
    return (await Promise.all(found)).filter(({ dataset }) => (0,copy/* canComeFrom */.PZ)(dataset, known.source.id));
}
/** Tells whether the same has been seen for a settling time, since more may show. */
function steadiness({ clock, deadline }) {
    let last;
    let settledAt = 0;
    return (seen) => {
        if (seen !== last)
            settledAt = clock.now() + (0,pace/* settlingMs */.Z0)(deadline.remainingMs());
        last = seen;
        return clock.now() >= settledAt;
    };
}
/** The error for a copy that is one of these, or none of them. */
function cannotTell(source, copies) {
    const names = copies.map(({ datasetId, dataset }) => (0,facts/* namedDataset */.gM)({ id: datasetId, name: dataset?.name }));
    const found = names.length === 0 ? 'no new dataset is listed' : `the new ones are ${names.join(', ')}`;
    const check = names.length === 0
        ? 'Check the Task Manager in Visual Layer for the task of this dataset before you re-run the job.'
        : 'Check these datasets in Visual Layer, keep the one you want, and delete the others.';
    return new errors/* ActionError */.lZ('operation_failed', `Could not tell which dataset is this step's copy of ${(0,facts/* namedDataset */.gM)(source)}: ${found}.`, {
        todo: `No data was lost. ${check} To prevent this, let only one job clone or enrich this dataset at a time (a concurrency group in the workflow).`,
    });
}
/** Waits until it is READY and its task over; `undefined` if it was made and someone else deleted it at once. */
async function waitForMade(step, made) {
    const { type, source, datasetId, ephemeral, hasModels } = made;
    const isCopy = datasetId !== source.id;
    const noun = type === 'ENRICHMENT' ? 'enrichment' : 'clone';
    const phase = {
        awaited: `the ${noun} of ${(0,facts/* namedDataset */.gM)(source)}${isCopy ? ` as ${(0,facts/* namedDataset */.gM)({ id: datasetId, name: made.dataset?.name })}` : ''}`,
        carryOn: ephemeral
            ? 'The step deletes the clone when it ends, so re-run the job.'
            : `The ${noun} is still running in Visual Layer. Do not start it again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`,
    };
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const startedAt = step.clock.now();
    const read = (0,waits/* ownDataset */.JU)(step, datasetId, patience, made.dataset);
    const atWork = new waits/* Seen */.UW();
    let ours;
    return (0,waits/* waitFor */.fm)(step, phase, async () => {
        const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { type }, 0);
        const task = tasks.find(({ id }) => id === ours) ?? (0,copy/* ownTask */.IO)(made, datasetId, tasks);
        if (task)
            step.reporter.output('task_id', task.id);
        // One that is listed on the source of a copy is a guess, which a later look may correct.
        if (task?.datasetId === datasetId && task.id !== ours) {
            ours = task.id;
            if (type === 'ENRICHMENT')
                step.undo.confirm({ taskId: ours });
        }
        const dataset = await read().catch((error) => {
            if (error instanceof waits/* Disappeared */.lH && isCopy && task?.state === 'COMPLETED')
                return 'gone';
            throw error;
        });
        if (dataset === 'gone')
            return { state: 'done', value: undefined };
        if (dataset && !ephemeral) {
            step.reporter.output('dataset_name', dataset.name);
            step.reporter.output('dataset_status', dataset.statusWord);
        }
        const busy = atWork.add(dataset !== undefined && dataset.status !== 'READY');
        const hadTime = step.clock.now() - startedAt >= patience;
        // The READY of the source itself may be the old one.
        const proven = isCopy ? busy || hadTime : hadTime && (busy || (!task && (await hasModels?.()) === true));
        return (0,copy/* copyVerdict */.zr)(type, { datasetId, dataset, task, proven });
    });
}

;// CONCATENATED MODULE: ./build/operations/make-clone.js









const make_clone_TYPE = 'SNAPSHOT_CLONE';
/**
 * Has a snapshot cloned, once, and finds the new dataset, whose ID the API does not return. Never takes someone else's: if several
 * datasets could be it, it fails and names them.
 */
async function makeClone(step, source, target, wish) {
    const known = await startClone(step, source, target, wish);
    const found = await findClone(step, source, known);
    step.undo.confirm({ datasetId: found.datasetId });
    step.reporter.info(`The clone is dataset ${found.datasetId}.`);
    return { ...known, ...found, type: make_clone_TYPE, ephemeral: wish.ephemeral };
}
async function startClone(step, source, target, { onConflict, ephemeral }) {
    let known;
    const change = new OnceOnly({
        what: `clone snapshot ${target.id} of ${(0,facts/* namedDataset */.gM)(source)}`,
        ifUnclear: `The clone may already have been created. Before you clone again, check in Visual Layer for a new dataset named "${(0,clone/* cloneName */.tm)(source.name)}", and delete it if you do not need it.`,
        async send() {
            await step.api.snapshots.clone(source.id, target.id);
            return 'accepted';
        },
        async look() {
            const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { type: make_clone_TYPE }, 0);
            return known && (await copiesSince(step.api, clone/* cloneCandidates */.ec, known, tasks)).length > 0
                ? { found: 'found' }
                : 'absent';
        },
    }, step.waiting, (line) => step.reporter.info(line));
    return (0,conflicts/* throughConflicts */.j)(step, source.id, onConflict, async () => {
        if (!known || !change.mayHaveTakenEffect) {
            const background = await backgroundOf(step, make_clone_TYPE, clone/* newClones */.RZ, source);
            known = background.known;
            step.undo.plan({ kind: 'clone', ...background.saved, ephemeral, accepted: false });
        }
        if ((await step.undo.during(change)) === 'found') {
            step.reporter.warning(`The response to the clone of dataset "${source.name}" was lost. The step found a new clone of it and uses that one.`, { todo: 'If someone else cloned the same dataset at the same moment, check both clones in Visual Layer.' });
        }
        else {
            step.undo.confirm({ accepted: true });
            step.reporter.info("Visual Layer accepted the clone; it does not return the new dataset's ID.");
        }
        return known;
    });
}
/**
 * Finds the one dataset that is new and can be our clone. It is watched for a moment before it is named, since another clone of
 * the same dataset may show first; where several stay, none is named.
 */
async function findClone(step, source, known) {
    const isSteady = steadiness(step);
    const patientUntil = step.clock.now() + (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    // One that was read once and is gone at the next look was made, and someone deleted it.
    const read = new Map();
    const found = await (0,waits/* waitFor */.fm)(step, {
        awaited: `the clone of ${(0,facts/* namedDataset */.gM)(source)} to show in the lists`,
        carryOn: `The clone is still running in Visual Layer as "${source.name} (cloned)". Look for it there before you clone again.`,
    }, async () => {
        const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { type: make_clone_TYPE }, 0);
        const seen = await copiesSince(step.api, clone/* cloneCandidates */.ec, known, tasks);
        for (const { datasetId, dataset } of seen)
            if (dataset)
                read.set(datasetId, dataset);
        const failed = (0,clone/* failedClone */.H3)(known, tasks);
        const ids = seen.map(({ datasetId }) => datasetId).join(', ');
        if (ids === '' && !failed)
            return { state: 'pending', line: 'the new dataset is not listed yet' };
        const names = ids || `a clone task that ended as ${failed?.statusWord}`;
        if (!isSteady(names)) {
            return { state: 'pending', line: `found: ${names}; checking whether another clone of this dataset appears` };
        }
        if (seen.length > 0 && (0,clone/* failedClones */.A)(known, tasks, seen).length > 0)
            return { state: 'failed', error: cannotTell(source, seen) };
        // What only comes from the source may be an enriched copy: a clone has its name or its task.
        if (seen.length > 0 && !seen.some(({ isNamed, task }) => isNamed || task)) {
            return step.clock.now() < patientUntil
                ? { state: 'pending', line: `found: ${names}; the clone itself is not listed yet` }
                : { state: 'failed', error: cannotTell(source, seen) };
        }
        if (ids !== '' || !failed)
            return { state: 'done', value: seen };
        step.reporter.output('task_id', failed.id);
        return { state: 'failed', error: (0,verdicts_dataset/* taskError */.iX)(failed, `that clones ${(0,facts/* namedDataset */.gM)(source)}`) };
    });
    const [only, ...others] = found;
    if (only && others.length === 0)
        return { ...only, dataset: read.get(only.datasetId) };
    throw cannotTell(source, found);
}

;// CONCATENATED MODULE: ./build/operations/clone.js








/** Makes a new dataset from a snapshot; done when the clone's own task COMPLETED and the new dataset is READY. */
const clone_clone = operation({
    name: 'clone',
    inputs: {
        /** The dataset that the snapshot belongs to. */
        dataset_id: datasetId(),
        ...snapshotChoiceFields,
        on_conflict: onConflict(),
        wait: flag(),
    },
    outputs: ['source_dataset_id', 'snapshot_id', 'snapshot_name', 'task_id'],
    rules: (given) => snapshotChoiceFaults('clone', given),
    request: (values) => withSnapshot(values),
    async run(request, step) {
        const { reporter } = step;
        reporter.output('source_dataset_id', request.datasetId);
        const source = await step.api.datasets.get(request.datasetId);
        reporter.fact('Source dataset', source.name || source.id, { link: step.datasetPage(source.id) });
        reporter.fact('Source dataset ID', source.id, { code: true });
        reporter.info(`The source is dataset "${source.name}" (${source.id}), ${source.statusWord}.`);
        const target = await chooseSnapshot(step, source, request.snapshot);
        (0,facts/* aboutSnapshot */.sg)(step, target, 'Cloned snapshot');
        const made = await makeClone(step, source, target, { onConflict: request.onConflict, ephemeral: false });
        step.undo.settle();
        const { datasetId, task, dataset: listed } = made;
        reporter.output('dataset_id', datasetId);
        // With its name a later step can delete the clone of a step that failed.
        if (listed)
            reporter.output('dataset_name', listed.name);
        if (task)
            reporter.output('task_id', task.id);
        const carryOn = `The clone is still running in Visual Layer. Do not clone again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`;
        const dataset = await (request.wait ? waitForMade(step, made) : (0,waits/* readNew */.pM)(step, datasetId, carryOn));
        if (!dataset) {
            reporter.warning(`Dataset ${datasetId} was created, but someone has deleted it since.`);
            return `Cloned snapshot "${target.name}" of dataset "${source.name}" into dataset ${datasetId}, which someone has deleted since.`;
        }
        (0,facts/* aboutDataset */.Sr)(step, dataset);
        return request.wait
            ? `Cloned snapshot "${target.name}" of dataset "${source.name}" into dataset "${dataset.name}".`
            : `Visual Layer accepted the clone of snapshot "${target.name}" of dataset "${source.name}" as dataset "${dataset.name}". The step did not wait for it to finish (wait: false).`;
    },
});

// EXTERNAL MODULE: ./build/export/records/parse.js
var parse = __webpack_require__(65809);
// EXTERNAL MODULE: ./build/export/records/record-reader.js + 1 modules
var record_reader = __webpack_require__(14217);
// EXTERNAL MODULE: ./build/visual-layer/reply.js
var visual_layer_reply = __webpack_require__(9313);
;// CONCATENATED MODULE: ./build/operations/annotations/findings.js



/** How many examples of one kind a message shows. */
const MOST_SHOWN = 5;
/** How many labels are looked for in the new dataset, and how long they are at most: they go into one address. */
const MOST_LABELS = 20;
const LONGEST_LABEL = 50;
const LONGEST_VALUE = 100;
/** A number of things, and the first few of them. */
class Examples {
    count = 0;
    shown = [];
    add(one) {
        this.count += 1;
        if (this.shown.length < MOST_SHOWN)
            this.shown.push(one);
    }
    /** `"a.jpg", "b.jpg", and 1,234 more`. */
    words() {
        const more = this.count - this.shown.length;
        const names = this.shown.map(quoted).join(', ');
        return more === 0 ? names : `${names}, and ${(0,numbers/* count */.U9)(more)} more`;
    }
}
/** What is found in one annotation file while it is read. */
class Findings {
    /** What makes the file unusable, each with its place, as it follows the file's name: `line 3: …`. */
    faults = new Examples();
    /** Different names of media in the file. */
    get names() {
        return this.#names.size;
    }
    /** Names that no file being sent has. */
    missing = new Examples();
    /** Names that several files being sent have, and names that mean one of these files together with another name. */
    ambiguous = new Examples();
    /** Some of the labels that media being sent are given. */
    labels = new Set();
    #media;
    /** Each name in the file, and whether a file being sent has it. */
    #names = new Map();
    #taken = new Set();
    /** @param media how many of the files being sent have a name, without folders */
    constructor(media) {
        this.#media = media;
    }
    fault(place, why) {
        this.faults.add(`${place}: ${why}`);
    }
    /**
     * Looks up a file by the path or address that the annotations have for it. Files are uploaded without their folders, so only the last
     * part of it counts. Returns whether such a file is being sent.
     */
    refer(name) {
        const known = this.#names.get(name);
        if (known !== undefined)
            return known;
        const base = [external_node_path_.posix.basename(name), external_node_path_.win32.basename(name)].find((one) => this.#media.has(one));
        this.#names.set(name, base !== undefined);
        if (base === undefined) {
            this.missing.add(name);
            return false;
        }
        if (this.#taken.has(base) || this.#media.get(base) !== 1)
            this.ambiguous.add(name);
        else
            this.#taken.add(base);
        return true;
    }
    label(name) {
        if (name !== '' && name.length <= LONGEST_LABEL && this.labels.size < MOST_LABELS)
            this.labels.add(name);
    }
}
/** A value as a message shows it, on one line and cut where it is long. */
function shownValue(value) {
    if (typeof value === 'string')
        return quoted(value);
    const json = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
    return (json ?? 'nothing').slice(0, LONGEST_VALUE);
}

;// CONCATENATED MODULE: ./build/operations/annotations/coco.js






const ARRAYS = ['images', 'categories', 'annotations'];
const CHUNK_BYTES = 1024 * 1024;
/** An ID that is not exact as a number of JavaScript. */
const LONG_ID = /"(?:image_|category_)?id"\s*:\s*-?\d{16}/;
/**
 * Checks an `annotations.json` in COCO's format: its three arrays, the IDs between them, and the boxes. Its arrays may be in any order.
 * An annotation without `bbox` labels the whole image. Rejects if the file cannot be read, or with the signal's reason.
 */
async function checkCoco(path, findings, signal) {
    const reader = new CocoReader(path, signal);
    const coco = new Coco(findings);
    try {
        for await (const { first, bytes, starts, ends } of reader.batches()) {
            for (const [index, start] of starts.entries()) {
                const array = reader.opened.findLast((one) => one.first <= first + index);
                if (array)
                    coco.add(array.name, first + index - array.first, bytes.toString('utf8', start, ends[index]));
            }
        }
    }
    catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof errors/* ActionError */.lZ))
            throw error;
        return findings.fault('which is not JSON', error.message);
    }
    coco.end(reader.opened.map(({ name }) => name));
}
/** Splits the file, and names places in it by their line. */
class CocoReader extends record_reader/* RecordReader */.J {
    #path;
    constructor(path, signal) {
        super((0,external_node_fs_.createReadStream)(path, { signal, highWaterMark: CHUNK_BYTES }), path, { arrays: ARRAYS, bareArrays: false });
        this.#path = path;
    }
    malformed(why, cause) {
        return new errors/* ActionError */.lZ('invalid_input', why, { cause });
    }
    place(byte) {
        return `line ${lineOf(this.#path, byte)}`;
    }
}
/** The line that has a byte, from 1. Only used once, for an error. */
function lineOf(path, byte) {
    const file = (0,external_node_fs_.openSync)(path, 'r');
    try {
        const chunk = Buffer.alloc(CHUNK_BYTES);
        let line = 1;
        for (let at = 0; at < byte;) {
            const length = (0,external_node_fs_.readSync)(file, chunk, 0, Math.min(chunk.length, byte - at), at);
            if (length === 0)
                break;
            for (let found = chunk.indexOf(10); found >= 0 && found < length; found = chunk.indexOf(10, found + 1))
                line += 1;
            at += length;
        }
        return line;
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
/** The elements of the three arrays, checked against each other. */
class Coco {
    #findings;
    /** Each image, and whether its file is being sent. */
    #images = new Map();
    /** The names of the categories. */
    #categories = new Map();
    /** The first annotation that refers to an ID: what it refers to may come later in the file. */
    #imageRefs = new Map();
    #categoryRefs = new Map();
    /** The first category of each image. */
    #labels = new Map();
    constructor(findings) {
        this.#findings = findings;
    }
    add(array, index, json) {
        const place = `${array}[${index}]`;
        const element = this.#parsed(place, json);
        if (!element)
            return;
        if (array === 'annotations')
            this.#addAnnotation(place, index, element);
        else if (array === 'images')
            this.#addImage(place, element);
        else
            this.#addCategory(place, element);
    }
    end(arrays) {
        for (const name of ARRAYS)
            if (!arrays.includes(name))
                this.#findings.fault(name, 'this array is missing');
        this.#checkRefs('image_id', 'images', this.#imageRefs, this.#images);
        this.#checkRefs('category_id', 'categories', this.#categoryRefs, this.#categories);
        for (const [image, category] of this.#labels)
            if (this.#images.get(image))
                this.#findings.label(this.#categories.get(category) ?? '');
    }
    #parsed(place, json) {
        try {
            const value = LONG_ID.test(json) ? (0,parse/* parseExactly */.Ab)(json) : (0,parse/* parseJson */.qF)(json);
            if ((0,visual_layer_reply/* isRecord */.u4)(value))
                return value;
            this.#findings.fault(place, 'it is not an object');
        }
        catch (error) {
            if (!(error instanceof parse/* NotJson */.ac || error instanceof SyntaxError))
                throw error;
            this.#findings.fault(place, `it is not JSON (${error.message})`);
        }
        return undefined;
    }
    #addImage(place, { id, file_name: name }) {
        const isNamed = typeof name === 'string' && name.trim() !== '';
        if (!isNamed)
            this.#findings.fault(place, 'file_name is missing');
        const sent = isNamed && this.#findings.refer(name);
        if (this.#isNew(place, id, this.#images))
            this.#images.set(id, sent);
    }
    #addCategory(place, { id, name }) {
        if (typeof name !== 'string' || name.trim() === '')
            this.#findings.fault(place, 'name is missing');
        if (this.#isNew(place, id, this.#categories))
            this.#categories.set(id, typeof name === 'string' ? name : '');
    }
    #addAnnotation(place, index, annotation) {
        const { image_id: image, category_id: category, bbox } = annotation;
        if (isId(image))
            keepFirst(this.#imageRefs, image, index);
        else
            this.#findings.fault(place, 'image_id is missing');
        if (isId(category)) {
            keepFirst(this.#categoryRefs, category, index);
            if (isId(image))
                keepFirst(this.#labels, image, category);
        }
        else
            this.#findings.fault(place, 'category_id is missing');
        if (bbox === undefined || bbox === null || isBox(bbox))
            return;
        const rule = 'it must be [x, y, width, height] with a width and a height above 0';
        this.#findings.fault(place, `bbox is ${shownValue(bbox)}; ${rule}`);
    }
    #isNew(place, id, known) {
        if (!isId(id))
            this.#findings.fault(place, 'id is missing');
        else if (known.has(id))
            this.#findings.fault(place, `the id ${shownValue(id)} occurs more than once`);
        else
            return true;
        return false;
    }
    #checkRefs(field, array, refs, known) {
        for (const [id, index] of refs) {
            if (known.has(id))
                continue;
            this.#findings.fault(`annotations[${index}]`, `${field} ${shownValue(id)} is not the id of any entry in ${array}`);
        }
    }
}
function keepFirst(refs, id, value) {
    if (!refs.has(id))
        refs.set(id, value);
}
function isId(value) {
    return typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value !== '');
}
function isBox(value) {
    if (!Array.isArray(value) || value.length !== 4 || !value.every((one) => Number.isFinite(one)))
        return false;
    const [, , width, height] = value.map(Number);
    return (width ?? 0) > 0 && (height ?? 0) > 0;
}

// EXTERNAL MODULE: ./build/export/records/parquet.js + 1 modules
var parquet = __webpack_require__(667);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
;// CONCATENATED MODULE: ./build/operations/annotations/csv.js


/** The longest row in bytes. A quote that is never closed makes one row of the rest of the file. */
const LONGEST_ROW = 1024 * 1024;
/**
 * Reads a CSV file (RFC 4180, UTF-8, with any line ends) row by row; blank lines are no rows. Returns what is wrong with it, if anything,
 * after the rows before that. Rejects if the file cannot be read, or with the signal's reason.
 *
 * @param take gets the fields of a row, and the line that it begins on, from 1
 * @param chunkBytes how much is read at a time, in bytes
 */
async function readCsv(file, signal, take, chunkBytes = 64 * 1024) {
    const { CsvError, parse } = await Promise.all(/* import() */[__webpack_require__.e(84), __webpack_require__.e(75)]).then(__webpack_require__.bind(__webpack_require__, 68075));
    // csv-parse counts a line break of two characters inside quotes as two lines.
    let doubled = 0;
    let lastLine = 0;
    const parser = parse({
        record_delimiter: ['\r\n', '\n', '\r'],
        skip_empty_lines: true,
        max_record_size: LONGEST_ROW,
        // Called at once for each row, while rows that wait in the stream would be lost with an error after them.
        on_record(fields, { lines }) {
            const text = fields.join(' ');
            doubled += text.match(/\r\n/g)?.length ?? 0;
            lastLine = lines - doubled;
            take(fields, lastLine - (text.match(/\r\n|\r|\n/g)?.length ?? 0));
            return null;
        },
    });
    parser.resume();
    const decoded = new Decoded();
    try {
        await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file, { highWaterMark: chunkBytes }), (bytes) => decoded.from(bytes), parser, {
            signal,
        });
        return undefined;
    }
    catch (error) {
        signal.throwIfAborted();
        if (decoded.broken !== undefined)
            return { line: decoded.broken, why: 'it is not UTF-8 text' };
        if (!(error instanceof CsvError))
            throw error;
        // What is wrong with these shows at the end of the file only.
        const whole = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE';
        const line = whole ? lastLine + 1 : Number(error['lines']) - doubled;
        return { line, why: `it is not CSV (${error.message.replace(/ (?:at|on) line \d+/, '')})` };
    }
}
/** Text out of UTF-8 bytes, without a byte order mark. */
class Decoded {
    /** The line with the first bytes that are no UTF-8, from 1. */
    broken;
    async *from(chunks) {
        const decoder = new TextDecoder('utf-8', { fatal: true });
        let line = 1;
        for await (const chunk of chunks) {
            try {
                yield decoder.decode(chunk, { stream: true });
            }
            catch (error) {
                this.broken = line + breaks(new TextDecoder().decode(chunk).split('\uFFFD')[0] ?? '');
                throw error;
            }
            line += breaks(chunk.toString('latin1'));
        }
        this.broken = line;
        decoder.decode();
        this.broken = undefined;
    }
}
function breaks(text) {
    return text.split('\n').length - 1;
}

;// CONCATENATED MODULE: ./build/operations/annotations/tables.js




/** The columns that Visual Layer documents; `caption` may be left out. */
const IMAGE_COLUMNS = ['filename', 'label'];
const OBJECT_COLUMNS = [...IMAGE_COLUMNS, 'col_x', 'row_y', 'width', 'height'];
/** How many columns a message shows. */
const MOST_COLUMNS = 20;
/** Checks the rows of `image_annotations` or `object_annotations`. Rejects if the file cannot be read, or with the signal's reason. */
async function checkTable(file, findings, signal) {
    const columns = file.fileName.startsWith('object_') ? OBJECT_COLUMNS : IMAGE_COLUMNS;
    await (file.fileName.endsWith('.csv')
        ? checkCsv(file.path, columns, findings, signal)
        : checkParquet(file.path, columns, findings, signal));
}
async function checkCsv(path, columns, findings, signal) {
    let header;
    let complete = false;
    const broken = await readCsv(path, signal, (fields, line) => {
        const place = `line ${line}`;
        if (header === undefined) {
            header = fields;
            complete = checkHeader(place, header, columns, findings);
        }
        else if (complete) {
            const names = header;
            checkRow(place, (column) => fields[names.indexOf(column)], columns, findings);
        }
    });
    if (broken)
        findings.fault(`line ${broken.line}`, broken.why);
    else if (header === undefined)
        findings.fault('line 1', 'the header line is missing');
}
async function checkParquet(path, columns, findings, signal) {
    let number = 0;
    try {
        for await (const row of (0,parquet/* readRows */.a)(path, { signal, mayRepeat: true })) {
            number += 1;
            if (number === 1 && !checkHeader('the schema', Object.keys(row), columns, findings))
                return;
            checkRow(`row ${number}`, (column) => row[column], columns, findings);
        }
    }
    catch (error) {
        if (!(error instanceof parquet/* NotParquet */.c))
            throw error;
        findings.fault(`row ${number + 1}`, `it cannot be read as parquet: ${error.message}`);
    }
}
/** Whether all columns are there, each once. */
function checkHeader(place, header, columns, findings) {
    const missing = columns.filter((column) => !header.includes(column));
    const repeated = columns.filter((column) => header.indexOf(column) !== header.lastIndexOf(column));
    const shown = header.slice(0, MOST_COLUMNS).map(quoted).join(', ');
    if (missing.length > 0)
        findings.fault(place, `column ${missing.join(', ')} is missing; the columns are ${shown}`);
    if (repeated.length > 0)
        findings.fault(place, `the column ${repeated.join(', ')} occurs more than once`);
    return missing.length === 0 && repeated.length === 0;
}
function checkRow(place, cell, columns, findings) {
    const name = cell('filename');
    if (typeof name !== 'string' || name.trim() === '')
        findings.fault(place, 'filename is empty');
    else if (findings.refer(name))
        for (const label of labelsIn(cell('label')))
            findings.label(label);
    if (columns !== OBJECT_COLUMNS)
        return;
    for (const column of ['col_x', 'row_y', 'width', 'height']) {
        const value = numberIn(cell(column));
        const mustBePositive = column === 'width' || column === 'height';
        if (Number.isFinite(value) && (!mustBePositive || value > 0))
            continue;
        const rule = mustBePositive ? 'a number above 0' : 'a number';
        findings.fault(place, `${column} is ${shownValue(cell(column))}; it must be ${rule}`);
    }
}
/** One label, or a list of them such as `["a","b"]`. */
function labelsIn(value) {
    if (Array.isArray(value))
        return value.filter((label) => typeof label === 'string');
    if (typeof value !== 'string')
        return [];
    if (!value.startsWith('['))
        return [value];
    try {
        return labelsIn(JSON.parse(value));
    }
    catch {
        return [value];
    }
}
/** NaN if it is no number. */
function numberIn(value) {
    if (typeof value === 'string')
        return value.trim() === '' ? Number.NaN : Number(value);
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

;// CONCATENATED MODULE: ./build/operations/annotations/check.js






/**
 * Checks annotation files before anything is created. Names that mean none or several of the media are warnings. Returns some of the
 * labels that the media will have. Throws `invalid_input` that names everything broken by file and place, or if there are no media.
 */
async function checkAnnotations(step, files, media) {
    if (files.length === 0)
        return [];
    const names = files.map(({ shown }) => shown).join(', ');
    if (media.length === 0) {
        throw new errors/* ActionError */.lZ('invalid_input', `"files" matches annotation files only (${names}), and no image or video.`, {
            todo: 'Add the media that they label to "files". Visual Layer accepts annotations only together with them. Nothing was sent to Visual Layer.',
        });
    }
    step.reporter.info(`Annotations: ${names}. Visual Layer documents them for datasets created in its application or from S3, not for this upload.`);
    const counts = new Map();
    for (const { fileName } of media)
        counts.set(fileName, (counts.get(fileName) ?? 0) + 1);
    const phase = { awaited: 'the check of the annotation files', carryOn: 'Split the dataset into smaller ones.' };
    const found = await (0,waits/* withinDeadline */.iP)(step, phase, async (signal) => {
        const all = [];
        for (const file of files) {
            const findings = new Findings(counts);
            await (file.fileName.endsWith('.json')
                ? checkCoco(file.path, findings, signal)
                : checkTable(file, findings, signal));
            all.push({ file, findings });
        }
        return all;
    });
    const broken = found.filter(({ findings }) => findings.faults.count > 0);
    if (broken.length > 0)
        throw brokenFiles(broken);
    for (const { file, findings } of found)
        warnOfNames(step, file, findings);
    return [...new Set(found.flatMap(({ findings }) => [...findings.labels]))].slice(0, MOST_LABELS);
}
function brokenFiles(broken) {
    const problems = broken.reduce((sum, { findings }) => sum + findings.faults.count, 0);
    const lines = broken.flatMap(({ file, findings: { faults } }) => {
        const more = faults.count - faults.shown.length;
        const shown = faults.shown.map((fault) => `- ${file.shown}, ${fault}`);
        return more === 0 ? shown : [...shown, `- ${file.shown}: ${(0,numbers/* counted */.hS)(more, 'more problem')}`];
    });
    const heading = problems === 1
        ? 'There is 1 problem in the annotation files.'
        : `There are ${(0,numbers/* count */.U9)(problems)} problems in the annotation files.`;
    return new errors/* ActionError */.lZ('invalid_input', [heading, ...lines].join('\n'), {
        todo: 'Fix the annotation files, or exclude them from "files", then re-run the job. Nothing was sent to Visual Layer.',
    });
}
function warnOfNames({ reporter }, { shown }, { names, missing, ambiguous }) {
    const of = (part, one, many) => `${(0,numbers/* count */.U9)(part)} of ${(0,numbers/* counted */.hS)(names, 'file name')} ${part === 1 ? one : many}`;
    if (missing.count > 0) {
        reporter.warning(`${shown}: ${of(missing.count, 'matches', 'match')} no uploaded file: ${missing.words()}. Their annotations will have no effect.`, { todo: 'Check these names, and that "files" matches the media. Folders in the names are ignored.' });
    }
    if (ambiguous.count > 0) {
        reporter.warning(`${shown}: ${of(ambiguous.count, 'is', 'are')} ambiguous: ${ambiguous.words()}. Files are sent without their folders, so Visual Layer may apply these annotations to another file.`, { todo: 'Give each file a unique name.' });
    }
}
/**
 * Warns if a new dataset shows none of the labels that its annotation files have. A server that cannot tell is no reason to fail or to
 * warn: that labels can be searched for is documented (semantic search), when they appear is not.
 *
 * @param labels what {@link checkAnnotations} returned
 */
async function warnIfUnlabeled(step, dataset, labels) {
    if (labels.length === 0 || (dataset.objects ?? 0) > 0)
        return;
    const { explore } = step.api;
    try {
        if (await explore.hasLabels(dataset.id, 'IMAGES', labels))
            return;
        if (await explore.hasLabels(dataset.id, 'OBJECTS', labels))
            return;
    }
    catch (error) {
        step.signal.throwIfAborted();
        step.reporter.info(`Could not check whether dataset ${dataset.id} shows its labels: ${(0,errors/* describe */.q0)(error)}`);
        return;
    }
    step.reporter.warning(`Annotations were sent, but dataset ${dataset.id} shows none of their labels (such as ${JSON.stringify(labels[0])}).`, {
        todo: 'Check the dataset in Visual Layer. Annotations cannot be added later. If they are missing, put the media and the annotation files into a bucket and use create-from-s3.',
    });
}

;// CONCATENATED MODULE: ./build/operations/wait-until-ready.js






const REINDEX = 'PARTIAL INDEX does not become READY by itself: start the reindex in Visual Layer, or add media with auto_reindex: true.';
/** Waits until a dataset that this step did not make is READY, and the work that is seen on it has ended. */
async function waitUntilReady(step, known, carryOn) {
    const { id: datasetId } = known;
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    let readySince;
    const phase = { awaited: `${(0,facts/* namedDataset */.gM)(known)} to be READY`, carryOn };
    return (0,waits/* waitFor */.fm)(step, phase, async () => {
        const dataset = await step.api.datasets.get(datasetId, 0);
        phase.carryOn = dataset.status === 'PARTIAL_INDEX' ? `${REINDEX} ${carryOn}` : carryOn;
        step.reporter.output('dataset_status', dataset.statusWord);
        const unended = (await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId }, 0)).find(visual_layer_tasks/* isBlocking */.Us);
        readySince = dataset.status === 'READY' ? (readySince ?? step.clock.now()) : undefined;
        return (0,verdicts_dataset/* readyVerdict */.T7)(dataset, unended, step.clock.now() - (readySince ?? step.clock.now()), patience);
    });
}

;// CONCATENATED MODULE: ./build/operations/creation.js








const CREATION = 'DATASET_CREATION';
/**
 * What `if_exists` says to a dataset that has the name: the headline where it is used, `undefined` where one is to be created.
 * Throws `conflict` with `fail`, and where the one to be used is a draft, which never becomes READY by itself.
 */
async function reuseExisting(step, wish) {
    const { datasetName: name, ifExists, wait } = wish;
    const existing = ifExists === 'create' ? undefined : await newestDataset(step, name);
    if (!existing)
        return undefined;
    if (ifExists === 'fail') {
        throw new errors/* ActionError */.lZ('conflict', `A dataset named "${name}" already exists (${existing.id}).`, {
            todo: 'Choose another dataset_name, set if_exists: reuse to use that dataset, or set if_exists: create to create another one with the same name.',
        });
    }
    (0,facts/* aboutDataset */.Sr)(step, existing);
    if (existing.status === 'DRAFT') {
        throw new errors/* ActionError */.lZ('conflict', `The newest dataset named "${name}" (${existing.id}) is a draft: its upload is in progress elsewhere or was never finished.`, {
            todo: 'If nobody is uploading to the draft, delete it in Visual Layer. Or set if_exists: create to create another dataset with the same name.',
        });
    }
    if (wait) {
        const carryOn = `Wait for it with operation: wait and dataset_id: ${existing.id}.`;
        (0,facts/* aboutDataset */.Sr)(step, await waitUntilReady(step, existing, carryOn));
    }
    return `Reusing the existing dataset "${name}"; none was created.`;
}
async function newestDataset(step, name) {
    const named = (await step.api.datasets.list()).filter((dataset) => dataset.name === name);
    const newest = named.reduce((best, next) => (best && (best.createdAt ?? 0) >= (next.createdAt ?? 0) ? best : next), undefined);
    // The list may not contain the status.
    return newest && step.api.datasets.get(newest.id);
}
/** Has a dataset made, once; returns its ID, and leaves it to the outputs and the post step. */
async function createOnce(step, creation) {
    const { api, reporter, undo } = step;
    const { name, from } = creation;
    const read = async (retries) => {
        const datasets = (await api.datasets.list(retries)).filter((dataset) => dataset.name === name);
        const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { type: CREATION }, retries);
        return { datasets, tasks: tasks.filter((task) => task.datasetName === name && task.datasetId !== '') };
    };
    const { datasets, tasks } = await read();
    const before = new Set([...datasets.map(({ id }) => id), ...tasks.map(({ datasetId }) => datasetId)]);
    const change = new OnceOnly({
        what: `create dataset "${name}"`,
        ifUnclear: `The dataset may already have been created. Before you re-run the job, check in Visual Layer for a new dataset named "${name}". Delete it if you do not need it, or set if_exists: reuse to use it.`,
        send: () => creation.send(),
        async look() {
            const now = await read(0);
            const candidates = creation.candidates(now.datasets, now.tasks).filter((id) => !before.has(id));
            const [only, ...others] = new Set(candidates);
            if (only === undefined)
                return 'absent';
            if (others.length === 0)
                return { found: only };
            throw new errors/* ActionError */.lZ('operation_failed', `Could not tell which dataset belongs to this step: the response was lost, and several new datasets are named "${name}" (${[only, ...others].join(', ')}).`, {
                todo: 'No data was lost. Open these datasets in Visual Layer, keep the one you want, and delete the others.',
            });
        },
    }, step.waiting, (line) => reporter.info(line));
    undo.plan({ kind: 'creation', from, name, earlier: [...before], abort: creation.onCancel === 'abort' });
    const datasetId = await change.run().catch((error) => {
        throw creation.explain?.(error) ?? error;
    });
    undo.confirm({ datasetId });
    reporter.output('dataset_id', datasetId);
    return datasetId;
}
/** Waits until a dataset that this step has made is READY, and reports its size. */
async function waitForCreation(step, datasetId, name) {
    const read = (0,waits/* ownDataset */.JU)(step, datasetId, (0,pace/* patienceMs */.si)(step.deadline.remainingMs()));
    const dataset = await (0,waits/* waitFor */.fm)(step, {
        awaited: `${(0,facts/* namedDataset */.gM)({ id: datasetId, name })} to be READY`,
        carryOn: `The creation is still running in Visual Layer. Do not create the dataset again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`,
    }, async () => {
        // The task first: a dataset that is read after its task has failed says why.
        const task = (await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId, type: CREATION }, 0))[0];
        if (task)
            step.reporter.output('task_id', task.id);
        const now = await read();
        if (!now)
            return { state: 'pending', line: 'the new dataset cannot be read yet' };
        step.reporter.output('dataset_status', now.statusWord);
        return (0,verdicts_dataset/* creationVerdict */.zb)(now, task);
    });
    (0,facts/* aboutDataset */.Sr)(step, dataset);
    const size = (0,facts/* items */.ld)(dataset.images, dataset.videos);
    if (size !== undefined)
        step.reporter.fact('Items', size);
    return { dataset, size };
}

;// CONCATENATED MODULE: ./build/operations/create-from-files.js














/**
 * Creates a dataset from files on the runner, media and what labels them: every file goes up, then processing starts; done when the
 * dataset is READY.
 */
const createFromFiles = operation({
    name: 'create-from-files',
    inputs: ({ workspace }) => ({
        dataset_name: displayName(),
        files: filePatterns(workspace),
        if_exists: ifExists(),
        on_cancel: onCancel(),
        wait: flag(),
    }),
    outputs: ['task_id'],
    async run(request, step) {
        const { reporter } = step;
        const { datasetName: name } = request;
        reporter.output('dataset_name', name);
        const files = await chooseMedia(step, request.files, 'create-from-files');
        reporter.info(`"files" matches ${filesText(files)}.`);
        const annotations = files.filter(({ fileName }) => annotationType(fileName) !== undefined);
        const media = files.filter((file) => !annotations.includes(file));
        const labels = await checkAnnotations(step, annotations, media);
        const used = await reuseExisting(step, request);
        if (used !== undefined)
            return used;
        reporter.fact('Files', filesText(files));
        if (annotations.length > 0)
            reporter.fact('Annotations', annotations.map(({ shown }) => shown).join(', '));
        const datasetId = await create(step, request);
        try {
            await upload(step, datasetId, files);
        }
        catch (error) {
            throw step.signal.aborted ? error : draftLeft(error, name, datasetId, annotations);
        }
        if (!request.wait) {
            step.undo.settle();
            return `Visual Layer accepted the creation of dataset "${name}" from ${filesText(files)}. The step did not wait for it to finish (wait: false).`;
        }
        const { dataset, size: made } = await waitForCreation(step, datasetId, name);
        step.undo.settle();
        create_from_files_compare(step, dataset, media);
        await warnIfUnlabeled(step, dataset, labels);
        return `Created dataset "${name}" from ${filesText(files)}${made === undefined ? '' : ` with ${made}`}.`;
    },
});
async function create(step, request) {
    const { api, reporter } = step;
    const { datasetName: name, onCancel } = request;
    const datasetId = await createOnce(step, {
        name,
        from: 'files',
        onCancel,
        send: () => api.ingestion.newDataset(name),
        candidates(datasets, tasks) {
            // Ours has no task yet, and was made from nothing.
            const busy = new Set(tasks.map((task) => task.datasetId));
            return datasets
                .filter(({ id, sourceUri }) => !busy.has(id) && !sourceUri?.startsWith('s3://'))
                .map(({ id }) => id);
        },
    });
    reporter.output('dataset_status', 'DRAFT');
    reporter.info(`Visual Layer created dataset ${datasetId} as a draft.`);
    return datasetId;
}
/** Sends every file, and only then starts the processing, once. */
async function upload(step, datasetId, files) {
    const { api, reporter } = step;
    const transaction = await api.ingestion.openTransaction(datasetId);
    const phase = {
        awaited: `the upload to dataset ${datasetId}`,
        carryOn: 'Re-run the job: it starts again from the first file.',
    };
    await sendFiles(step, files, phase, (batch, sending) => api.ingestion.upload(datasetId, transaction, batch, sending));
    const change = new OnceOnly({
        what: `start the processing of dataset ${datasetId}`,
        ifUnclear: `The files are uploaded, and Visual Layer may be processing them. Wait for the dataset with operation: wait and dataset_id: ${datasetId}. If it stays DRAFT, delete it and re-run the job.`,
        send: () => api.ingestion.process(datasetId, transaction),
        async look() {
            const { status } = await api.datasets.get(datasetId, 0);
            if (status !== 'DRAFT')
                return { found: undefined };
            const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId, type: CREATION }, 0);
            return tasks.length > 0 ? { found: undefined } : 'absent';
        },
    }, step.waiting, (line) => reporter.info(line));
    await change.run();
    reporter.info(`Uploaded all files; Visual Layer accepted the processing of dataset ${datasetId}.`);
}
/** The same failure, which also names what is left behind. */
function draftLeft(error, name, datasetId, annotations) {
    if (!(error instanceof errors/* ActionError */.lZ))
        return error;
    const todo = [
        error.todo,
        error.code === 'rejected' && annotations.length > 0
            ? 'If Visual Layer does not accept annotation files here, exclude them from "files", or put them into a bucket with the media and use create-from-s3.'
            : undefined,
        `Dataset "${name}" (${datasetId}) remains, as a draft unless its processing started. Delete it in Visual Layer if you do not need it. Re-running the job creates another dataset.`,
    ];
    return error.with({ todo: todo.filter((line) => line !== undefined).join('\n') });
}
/** Files that Visual Layer dropped or took twice show in the number of items. A video may count as its frames. */
function create_from_files_compare(step, { id, images, videos }, files) {
    const sent = files.filter(({ contentType }) => contentType.startsWith('image/')).length;
    if (images === undefined || sent !== files.length || (videos ?? 0) > 0 || images === sent)
        return;
    step.reporter.warning(`Sent ${(0,numbers/* count */.U9)(sent)} images, but dataset ${id} has ${(0,numbers/* count */.U9)(images)}.`, {
        todo: 'Check the dataset in Visual Layer. Unreadable images and files with the same name may have been dropped, and a file that was sent twice may be duplicated.',
    });
}
function filesText(files) {
    return `${(0,numbers/* counted */.hS)(files.length, 'file')} (${(0,facts/* size */.Ej)(totalBytes(files))})`;
}

;// CONCATENATED MODULE: ./build/operations/create-from-s3.js




/** Creates a dataset from a bucket path; done when it is READY. */
const createFromS3 = operation({
    name: 'create-from-s3',
    inputs: {
        dataset_name: displayName(),
        bucket_path: bucketPath(),
        if_exists: ifExists(),
        on_cancel: onCancel(),
        wait: flag(),
    },
    outputs: ['task_id'],
    async run(request, step) {
        const { reporter } = step;
        const { datasetName: name, bucketPath } = request;
        reporter.output('dataset_name', name);
        reporter.fact('Bucket path', bucketPath, { code: true });
        const used = await reuseExisting(step, request);
        if (used !== undefined)
            return used;
        const datasetId = await create_from_s3_create(step, request);
        if (!request.wait) {
            step.undo.settle();
            return `Visual Layer accepted the creation of dataset "${name}" from ${bucketPath}. The step did not wait for it to finish (wait: false).`;
        }
        const { size } = await waitForCreation(step, datasetId, name);
        step.undo.settle();
        return `Created dataset "${name}" from ${bucketPath}${size === undefined ? '' : ` with ${size}`}.`;
    },
});
async function create_from_s3_create(step, request) {
    const { api, reporter } = step;
    const { datasetName: name, bucketPath, onCancel } = request;
    const datasetId = await createOnce(step, {
        name,
        from: 's3',
        onCancel,
        send: () => api.datasets.createFromS3(name, bucketPath),
        candidates: (datasets, tasks) => [
            ...datasets.filter((dataset) => fits(dataset, bucketPath)).map(({ id }) => id),
            ...tasks.map(({ datasetId: id }) => id),
        ],
        explain: (error) => withBucketHint(error, bucketPath),
    });
    reporter.info(`Visual Layer accepted the creation: dataset ${datasetId}.`);
    return datasetId;
}
/** The API returns HTTP 500 at once if it cannot read the bucket; docs.visual-layer.com, "Create a dataset from S3". */
function withBucketHint(error, bucketPath) {
    if (!(error instanceof visual_layer_failure/* RequestFailure */.e6) || (error.outcome.status !== 500 && error.outcome.status !== 400))
        return error;
    const todo = `Check that ${bucketPath} exists and contains media, and that Visual Layer can read it (a public bucket, or a role that it may assume). If it does, re-run the job later.`;
    return error.with({ todo });
}
/** Whether a dataset can come from a bucket path: if the API reports its source, that must agree. */
function fits(dataset, bucketPath) {
    const { sourceUri } = dataset;
    const bare = (path) => path.replace(/^s3:\/\//, '').replace(/(?<!\/)\/+$/, '');
    return !sourceUri?.startsWith('s3://') || bare(sourceUri) === bare(bucketPath);
}

;// CONCATENATED MODULE: ./build/operations/remove-dataset.js




/**
 * Prepares the deletion of a dataset. It is gone when it cannot be read any longer, or has left the list that showed it before.
 *
 * @param retries of the list; 0 in a wait
 */
async function datasetRemoval(api, waiting, datasetId, retries) {
    const isListed = async (most) => (await api.datasets.list(most)).some((dataset) => dataset.id === datasetId);
    // Not every dataset is in the list: only one that was there can be seen to leave it.
    const wasListed = await isListed(retries);
    const isGone = async () => {
        try {
            await api.datasets.get(datasetId, 0);
        }
        catch (error) {
            if ((0,visual_layer_failure/* isMissing */.b2)(error))
                return true;
            throw error;
        }
        return wasListed && !(await isListed(0));
    };
    const change = new OnceOnly({
        what: `delete dataset ${datasetId}`,
        ifUnclear: 'Check in Visual Layer whether the dataset is still there. If it is, re-run the job.',
        send: () => api.datasets.delete(datasetId),
        look: async () => ((await isGone()) ? { found: undefined } : 'absent'),
    }, waiting, waiting.onLook);
    return { change, isGone, wasListed };
}
/**
 * Deletes a dataset of ours and sees it gone. A 409 is retried: a clone may not be deletable while it is being made. A dataset that
 * is not found counts as deleted only after a while, since one that was just made may not be visible yet.
 *
 * Throws if the API rejects it, cannot be reached, or still shows the dataset when the time of `waiting` ends.
 */
async function removeDataset(api, waiting, datasetId) {
    const { clock, deadline } = waiting;
    const startedAt = clock.now();
    const patience = (0,pace/* patienceMs */.si)(deadline.remainingMs());
    let removal;
    let accepted = false;
    const ended = await (0,until/* until */.TG)(async () => {
        removal ??= await datasetRemoval(api, waiting, datasetId, 0);
        try {
            if (!accepted)
                await removal.change.run();
            accepted = true;
        }
        catch (error) {
            const busy = error instanceof visual_layer_failure/* RequestFailure */.e6 && error.outcome.status === 409;
            if (busy)
                return { state: 'pending', line: `dataset ${datasetId} cannot be deleted yet` };
            if (!(0,visual_layer_failure/* isMissing */.b2)(error))
                throw error;
            if (removal.wasListed || clock.now() - startedAt >= patience)
                return { state: 'done', value: undefined };
            return { state: 'pending', line: `dataset ${datasetId} is not visible yet` };
        }
        if (await removal.isGone())
            return { state: 'done', value: undefined };
        return { state: 'pending', line: `dataset ${datasetId} is still there` };
    }, waiting);
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'out_of_time')
        throw ended.lastFault ?? new Error(ended.lastLine);
}

;// CONCATENATED MODULE: ./build/operations/delete-dataset.js









/** Deletes a dataset permanently; done when it is gone. Without its name as a confirmation nothing is changed. */
const deleteDataset = operation({
    name: 'delete-dataset',
    inputs: {
        dataset_id: datasetId(),
        /** Must be the name of that dataset, or nothing is deleted. */
        confirm_dataset_name: displayName(),
    },
    outputs: [],
    async run(request, step) {
        const { api } = step;
        const dataset = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        // White space around an input is dropped before it gets here.
        if (dataset.name.trim() !== request.confirmDatasetName)
            throw notConfirmed(dataset, request.confirmDatasetName);
        const { change, isGone } = await datasetRemoval(api, step.waiting, dataset.id);
        await (0,conflicts/* throughConflicts */.j)(step, dataset.id, 'wait', () => change.run());
        const acceptedAt = step.clock.now();
        const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
        await (0,waits/* waitFor */.fm)(step, {
            awaited: `${(0,facts/* namedDataset */.gM)(dataset)} to be gone`,
            carryOn: 'Visual Layer accepted the deletion. Check the dataset there, or re-run the job.',
        }, async () => {
            if (await isGone())
                return { state: 'done', value: undefined };
            if (step.clock.now() - acceptedAt >= patience)
                return { state: 'failed', error: notGone(dataset, patience) };
            return { state: 'pending', line: 'Visual Layer still shows the dataset' };
        });
        step.reporter.output('dataset_status', '');
        return `Deleted dataset "${dataset.name}".`;
    },
});
function notConfirmed(dataset, given) {
    return new errors/* ActionError */.lZ('invalid_input', `Nothing was deleted: confirm_dataset_name is "${given}", but dataset ${dataset.id} is named "${dataset.name}".`, {
        todo: `Check that dataset_id is the dataset that you want to delete. If it is, set confirm_dataset_name: ${JSON.stringify(dataset.name)}. Deletion cannot be undone.`,
    });
}
function notGone(dataset, afterMs) {
    return new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the deletion of dataset "${dataset.name}" (${dataset.id}), but after ${(0,numbers/* duration */.p0)(afterMs)} still shows it.`, {
        todo: 'Check the dataset in Visual Layer. A self-hosted server may have dataset deletion disabled. If the dataset still exists, re-run the job.',
    });
}

;// CONCATENATED MODULE: ./build/operations/catalog.js

/** Newest first; those without a readable stamp at the end, in the order in which they came. */
function newestFirst(snapshots) {
    return snapshots.toSorted((a, b) => (b.createdAt ?? -Infinity) - (a.createdAt ?? -Infinity) || 0);
}
/** When a snapshot was taken, for people: `2026-01-02 03:04 UTC`; where the stamp cannot be read, as the API wrote it. */
function whenTaken(snapshot) {
    if (snapshot.createdAt === undefined)
        return snapshot.createdAtText;
    return `${new Date(snapshot.createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
/** The cells that any table of snapshots begins with, by the headers in {@link CATALOG_HEADERS}. */
function catalogCells(snapshot) {
    const { name, createdBy, images, videos, id } = snapshot;
    return [name, whenTaken(snapshot), createdBy, (0,facts/* items */.ld)(images, videos) ?? '', { code: id }];
}
const CATALOG_HEADERS = ['Name', 'When', 'By', 'Items', 'ID'];
/**
 * The catalog as a JSON array, in the API's own words for the fields; stamps with their zone, which the API leaves out, and
 * `null` if it shows nothing.
 */
function catalogJson(snapshots) {
    return JSON.stringify(snapshots.map((snapshot) => ({
        snapshot_id: snapshot.id,
        snapshot_name: snapshot.name,
        description: snapshot.description,
        reason: snapshot.reason,
        created_at: snapshot.createdAt === undefined ? snapshot.createdAtText || null : new Date(snapshot.createdAt).toISOString(),
        created_by: snapshot.createdBy,
        n_images: snapshot.images ?? null,
        n_videos: snapshot.videos ?? null,
        is_current: snapshot.isCurrent,
        is_restoring: snapshot.isRestoring,
    })));
}

;// CONCATENATED MODULE: ./build/operations/deletion.js





/** The deletion of one snapshot that the catalog has shown; it has taken effect when the catalog no longer shows it. */
function deletion(step, dataset, { id, name }) {
    const { snapshots } = step.api;
    return new OnceOnly({
        what: `delete snapshot "${name}" (${id}) of ${(0,facts/* namedDataset */.gM)(dataset)}`,
        ifUnclear: 'Check the Snapshot Catalog of the dataset. If the snapshot is still there, re-run the job.',
        send: () => snapshots.delete(dataset.id, id),
        async look() {
            const listed = await snapshots.list(dataset.id, 0);
            return listed.some((one) => one.id === id) ? 'absent' : { found: undefined };
        },
    }, step.waiting, (line) => step.reporter.info(line));
}
/** Waits until the catalog no longer shows these; returns those that it still shows when it has had its time. */
async function stillListed(step, dataset, ids) {
    const startedAt = step.clock.now();
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const many = ids.size > 1 ? (0,numbers/* counted */.hS)(ids.size, 'deleted snapshot') : 'the deleted snapshot';
    return (0,waits/* waitFor */.fm)(step, {
        awaited: `${many} to disappear from the catalog of ${(0,facts/* namedDataset */.gM)(dataset)}`,
        carryOn: 'Visual Layer accepted the deletion. Check the Snapshot Catalog of the dataset, or re-run the job.',
    }, async () => {
        const left = (await step.api.snapshots.list(dataset.id, 0)).filter((one) => ids.has(one.id));
        return left.length === 0 || step.clock.now() - startedAt >= patience
            ? { state: 'done', value: left }
            : { state: 'pending', line: `the catalog still shows ${(0,numbers/* counted */.hS)(left.length, 'deleted snapshot')}` };
    });
}

;// CONCATENATED MODULE: ./build/operations/delete-snapshot.js











const UUID_RULE = 'it must be the UUID of a snapshot';
const CURRENT_RULE = `${UUID_RULE}, because Visual Layer does not delete the current snapshot. First take another snapshot (operation: snapshot) or restore one (operation: restore); then delete this one by its UUID`;
/** Removes a snapshot from the catalog; done when the catalog no longer shows it. The current one is rejected, also by the service. */
const deleteSnapshot = operation({
    name: 'delete-snapshot',
    inputs: {
        dataset_id: datasetId(),
        snapshot_id: parsed(UUID_RULE, (text) => {
            if (text.toLowerCase() === 'current')
                return { broken: CURRENT_RULE };
            const value = uuidIn(text);
            return value === undefined ? { broken: UUID_RULE } : { value };
        })
            .optional(),
        snapshot_name: displayName().optional(),
    },
    outputs: ['deleted_snapshot_ids', 'snapshot_id', 'snapshot_name'],
    rules: (given) => snapshotChoiceFaults('delete-snapshot', given, 'a UUID'),
    request: (values) => withSnapshot(values),
    async run(request, step) {
        const { reporter } = step;
        reporter.output('deleted_snapshot_ids', '[]');
        const dataset = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        const target = await chooseSnapshot(step, dataset, request.snapshot);
        (0,facts/* aboutSnapshot */.sg)(step, target, 'Snapshot');
        reporter.info(`The snapshot to delete is "${target.name}" (${target.id}), taken ${whenTaken(target) || 'at an unknown time'}.`);
        if (target.isCurrent)
            throw currentIsKept(dataset, target);
        const change = deletion(step, dataset, target);
        await (0,conflicts/* throughConflicts */.j)(step, dataset.id, 'wait', async () => {
            try {
                await change.run();
            }
            catch (error) {
                const rejected = error instanceof visual_layer_failure/* RequestFailure */.e6 && error.outcome.status === 409;
                if (rejected && (await isCurrentNow(step, dataset, target)))
                    throw currentIsKept(dataset, target, error);
                throw error;
            }
        });
        reporter.output('deleted_snapshot_ids', JSON.stringify([target.id]));
        const left = await stillListed(step, dataset, new Set([target.id]));
        if (left.length === 0)
            return `Deleted snapshot "${target.name}" of dataset "${dataset.name}".`;
        reporter.output('deleted_snapshot_ids', '[]');
        throw new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the deletion of snapshot "${target.name}" (${target.id}), but still lists it.`, { todo: 'Check the Snapshot Catalog of the dataset. If the snapshot is still there, re-run the job.' });
    },
});
async function isCurrentNow(step, dataset, target) {
    return (await step.api.snapshots.list(dataset.id)).some((one) => one.id === target.id && one.isCurrent);
}
/** Waiting does not end this conflict. */
function currentIsKept(dataset, target, rejection) {
    return new errors/* ActionError */.lZ('conflict', `Snapshot "${target.name}" (${target.id}) is the current snapshot of dataset "${dataset.name}", and Visual Layer does not delete the current snapshot. Nothing was deleted.`, {
        apiWords: rejection?.apiWords,
        todo: `First take another snapshot (operation: snapshot) or restore another one (operation: restore), so this one is no longer current. Then delete it by its ID:\n  snapshot_id: ${target.id}`,
        cause: rejection,
    });
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(57975);
// EXTERNAL MODULE: ./build/visual-layer/datasets.js
var datasets = __webpack_require__(78824);
// EXTERNAL MODULE: ./build/visual-layer/fields.js
var visual_layer_fields = __webpack_require__(78284);
;// CONCATENATED MODULE: ./build/visual-layer/enrichment.js




/** What the work of a context came to. Only `NEW` is documented; a word that is not known means that the map contains what is applied. */
function contextState(status) {
    if (status === 'NEW')
        return 'none';
    if (/FAIL|ERROR|ABORT|CANCEL|REJECT/.test(status))
        return 'failed';
    return /RUNNING|PROGRESS|PENDING|QUEUED|INIT|PROCESSING|ENRICHING|START|WAIT/.test(status) ? 'running' : 'applied';
}
const modelReply = schemas/* looseObject */._H3({
    id: visual_layer_fields/* identifier */.Cv,
    name: visual_layer_fields/* text */.Qq,
    type: visual_layer_fields/* text */.Qq,
    status: visual_layer_fields/* text */.Qq,
    dependencies: schemas/* array */.YOg(schemas/* string */.YjP()).optional().catch(undefined),
})
    .transform((reply) => {
    const { id = '', name = '', type = '', status = '', dependencies = [] } = reply;
    return { id, name, type, status, isActive: ['', 'ACTIVE'].includes((0,datasets/* normalWord */.Y4)(status)), dependencies };
});
const modelList = schemas/* union */.KCZ([schemas/* array */.YOg(modelReply), schemas/* looseObject */._H3({ models: schemas/* array */.YOg(modelReply) }).transform((reply) => reply.models)])
    .transform((models) => models.filter(({ id }) => id !== ''));
const modelMap = schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* unknown */.L5J()).optional().catch(undefined);
const contextReply = schemas/* looseObject */._H3({
    enrichment_context_id: visual_layer_fields/* identifier */.Cv,
    status: visual_layer_fields/* text */.Qq,
    dataset_enrichment_models: schemas/* looseObject */._H3({ enrichment_models: modelMap }).optional().catch(undefined),
})
    .transform((reply) => ({
    id: reply.enrichment_context_id,
    status: (0,datasets/* normalWord */.Y4)(reply.status ?? ''),
    models: reply.dataset_enrichment_models?.enrichment_models ?? {},
}));
/** The ID in a value of {@link EnrichmentModels}. */
function modelId(value) {
    const id = (0,visual_layer_reply/* isRecord */.u4)(value) ? value['id'] : value;
    return typeof id === 'string' ? id : undefined;
}
/** AI models applied to a dataset; docs.visual-layer.com, "Enrichment". */
class Enrichment {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** The models on offer for a dataset, those that cannot be applied yet included. */
    async models(datasetId) {
        const what = `list the models for dataset ${datasetId}`;
        const request = { what, method: 'GET', path: `enrichment/${datasetId}/list_models` };
        return this.#http.read(request, modelList);
    }
    /** What was applied to a dataset. */
    async context(datasetId, retries) {
        const what = `read what was applied to dataset ${datasetId}`;
        const request = { what, method: 'GET', path: `enrichment/${datasetId}/context` };
        return this.#http.read(request, contextReply, retries);
    }
    /**
     * Applies models. One attempt. Returns the ID of the enriched dataset: a new one is a copy, the source's own means that the
     * source itself is enriched. 409 unless READY.
     */
    async start(datasetId, models) {
        const request = {
            what: `enrich dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/enrich_dataset`,
            json: { enrichment_models: models },
        };
        return this.#http.change(request, datasets/* createdReply */.Nq);
    }
    /** Aborts an enrichment. One attempt; the shape of the response is not documented, so any 2xx is an acceptance. */
    async abort(datasetId, contextId) {
        await this.#http.send({
            what: `abort the enrichment of dataset ${datasetId}`,
            method: 'DELETE',
            path: `enrichment/${datasetId}/${encodeURIComponent(contextId)}/abort`,
        });
    }
}

;// CONCATENATED MODULE: ./build/operations/choose-models.js







/** How many models a message lists. */
const MOST_LISTED = 40;
/**
 * Returns the models that an input names. Throws `invalid_input` that has every fault and lists what there is: a model that is not
 * listed or not active, a type that is not the model's, two models for one type, or a dependency that is neither wanted nor applied.
 */
function chooseModels(wish, offered, context, dataset) {
    const found = wish.form === 'lines'
        ? wish.lines.map((line) => fromLine(line, offered))
        : Object.entries(wish.models).map(([type, value]) => fromEntry(type, value, offered));
    const faults = found.filter((one) => typeof one === 'string');
    const wanted = new Map();
    for (const one of found) {
        if (typeof one === 'string')
            continue;
        const type = (0,datasets/* normalWord */.Y4)(one.type);
        const other = wanted.get(type);
        if (other && (wish.form === 'object' || other.model.id !== one.model.id)) {
            faults.push(`${one.type} has two models, "${other.model.id}" and "${one.model.id}"; each type takes one`);
        }
        wanted.set(type, one);
    }
    const counts = ['applied', 'running'].includes(contextState(context.status));
    const present = new Set([...wanted.keys(), ...(counts ? Object.keys(context.models).map(datasets/* normalWord */.Y4) : [])]);
    for (const { model } of wanted.values()) {
        if (!model.isActive)
            faults.push(`"${model.id}" cannot be applied yet (${model.status})`);
        const missing = model.dependencies.filter((type) => !present.has((0,datasets/* normalWord */.Y4)(type)));
        if (missing.length > 0)
            faults.push(`"${model.id}" requires ${missing.join(', ')} first; add a model of that type`);
    }
    if (faults.length === 0)
        return Object.fromEntries([...wanted.values()].map(({ type, value }) => [type, value]));
    const heading = `The input models does not match dataset "${dataset.name}" (${dataset.id}).`;
    throw new errors/* ActionError */.lZ('invalid_input', [heading, ...faults.map((fault) => `- ${fault}.`)].join('\n'), {
        todo: `Fix models under "with:". Nothing was started. ${listed(offered)}`,
    });
}
/** A line is a model, or a type, a colon, and a model. A display name may contain a colon, too. */
function fromLine(line, offered) {
    const [, type = '', rest = ''] = /^([^:]*):(.*)$/.exec(line) ?? [];
    const whole = choose_models_named(line, offered);
    if (whole.length > 0 || rest === '')
        return only(line, '', whole) ?? unlisted(line, line, offered);
    const model = rest.trim();
    return only(line, type.trim(), choose_models_named(model, offered)) ?? unlisted(line, model, offered);
}
function fromEntry(type, value, offered) {
    const id = modelId(value) ?? '';
    const exact = offered.filter((model) => model.id === id);
    const found = only(id, type, exact) ?? unlisted(id, id, offered);
    return typeof found === 'string' ? found : { ...found, type, value };
}
function choose_models_named(text, offered) {
    const lower = text.toLowerCase();
    const ways = [
        (model) => model.id === text,
        (model) => model.name === text,
        (model) => model.id.toLowerCase() === lower || model.name.toLowerCase() === lower,
    ];
    return ways.map((way) => offered.filter(way)).find((models) => models.length > 0) ?? [];
}
/** What is wrong with a text in which `name` is that of no model. */
function unlisted(given, name, offered) {
    const names = offered.flatMap((model) => [model.id, model.name]);
    const meant = nearest(name, names);
    return `${quoted(given)} is not in the list of models${meant ? ` (did you mean ${quoted(meant)}?)` : ''}`;
}
/** The one model that is meant, or what is wrong; `undefined` if none was found. @param type '' if none was given */
function only(given, type, found) {
    if (found.length === 0)
        return undefined;
    const fitting = found.filter((one) => type === '' || one.type === '' || (0,datasets/* normalWord */.Y4)(one.type) === (0,datasets/* normalWord */.Y4)(type));
    const [model] = fitting;
    if (!model)
        return `${quoted(given)}: the type is ${found.map((one) => one.type).join(' or ')}, not ${quoted(type)}`;
    if (fitting.length > 1) {
        return `${quoted(given)} is the name of several models: ${fitting.map(label).join(', ')}; use an ID after its type`;
    }
    const known = model.type || type;
    return known === ''
        ? `${quoted(given)} has no type in the list; write the type before it`
        : { type: known, value: model.id, model };
}
function label({ type, id, name, isActive, status }) {
    const notes = [...(name === '' || name === id ? [] : [name]), ...(isActive ? [] : [status])];
    return `${type}: ${id}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}
function listed(offered) {
    if (offered.length === 0)
        return 'Visual Layer lists no models for this dataset.';
    const more = offered.length - MOST_LISTED;
    const labels = offered.slice(0, MOST_LISTED).map(label).join('; ');
    return `Visual Layer lists: ${labels}${more > 0 ? `; and ${more} more` : ''}.`;
}
/** Models as a message shows them: `CAPTION_IMAGES: vl_image_captioner_v00`. */
function modelWords(models) {
    return Object.entries(models)
        .map(([type, value]) => `${type}: ${modelId(value)}`)
        .join(', ');
}
/**
 * Returns the models that are not applied yet. What a context says counts only if its own work is over: the map of one that failed or
 * still runs has models that were not applied. The same model with other metadata is left, too.
 */
function notApplied(wanted, context) {
    return Object.fromEntries(Object.entries(wanted).filter(([type, value]) => !isApplied(type, value, context)));
}
function isApplied(type, value, { status, models }) {
    if (contextState(status) !== 'applied')
        return false;
    const found = ofType(type, models);
    if (modelId(found) !== modelId(value))
        return false;
    const metadata = (0,visual_layer_reply/* isRecord */.u4)(value) ? value['metadata'] : undefined;
    return metadata === undefined || ((0,visual_layer_reply/* isRecord */.u4)(found) && (0,external_node_util_.isDeepStrictEqual)(found['metadata'], metadata));
}
/** Whether a copy has other models than those of a request, as far as its context shows. */
function excludes(context, wanted) {
    const models = context?.models ?? {};
    const isOther = ([type, value]) => {
        const found = ofType(type, models);
        return found === undefined || (modelId(found) ?? modelId(value)) !== modelId(value);
    };
    return Object.keys(models).length > 0 && Object.entries(wanted).some(isOther);
}
function ofType(type, models) {
    return Object.entries(models).find(([other]) => (0,datasets/* normalWord */.Y4)(other) === (0,datasets/* normalWord */.Y4)(type))?.[1];
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/enrichment.js


/**
 * The datasets that may be the enriched copy, whose name is not documented: new since the background, not known to come from another
 * dataset, and either with an enrichment task or known to come from the source. What is called like a clone needs the task.
 *
 * @param tasks enrichment tasks only
 */
function enrichedCopies({ source, taskIds, datasetIds }, tasks, datasets) {
    const known = new Map(datasets.map((dataset) => [dataset.id, dataset]));
    const withTask = tasks.filter((task) => !taskIds.has(task.id)).map((task) => task.datasetId);
    const fromSource = datasets
        .filter(({ sourceDatasetId, name }) => sourceDatasetId !== undefined && name.trim() !== (0,clone/* cloneName */.tm)(source.name).trim())
        .map(({ id }) => id);
    return [...new Set([...withTask, ...fromSource])]
        .filter((id) => id !== '' && id !== source.id && !datasetIds.has(id) && (0,copy/* canComeFrom */.PZ)(known.get(id), source.id))
        .map((datasetId) => ({ datasetId, dataset: known.get(datasetId) }));
}
/** The new tasks that are listed on the source: of an enrichment in place, or of a copy on a server that names the source there. */
function tasksOnSource({ source, taskIds }, tasks) {
    return tasks.filter(({ id, datasetId }) => !taskIds.has(id) && datasetId === source.id);
}

;// CONCATENATED MODULE: ./build/operations/make-enrichment.js














const make_enrichment_TYPE = 'ENRICHMENT';
/**
 * Has models applied, once, and returns the dataset that is enriched; `undefined` if all of them were applied already. If the response
 * is lost and several datasets could be it, it fails and names them.
 */
async function startEnrichment(step, source, models, { onConflict, onCancel }) {
    const { api, clock, deadline, reporter } = step;
    const atWork = new waits/* Seen */.UW();
    let busyAt = -Infinity;
    let known;
    const change = new OnceOnly({
        what: `enrich ${(0,facts/* namedDataset */.gM)(source)}`,
        ifUnclear: `The enrichment may have been started. Check the Task Manager in Visual Layer for an ENRICHMENT task of dataset "${source.name}", and the list for an enriched copy of it, before you re-run the job.`,
        send: () => api.enrichment.start(source.id, known?.applying ?? {}),
        async look() {
            if (!known)
                return 'absent';
            const now = await sighting(step, known);
            const isBusy = now.source.status === 'READ_ONLY';
            atWork.add(isBusy);
            if (isBusy)
                busyAt = clock.now();
            if (now.copies.length > 0 || now.onSource.length > 0 || now.inPlace)
                return { found: undefined };
            // The source is READ ONLY while it is enriched, and the lists may show nothing before the end, or a while after it.
            return clock.now() - busyAt < (0,pace/* patienceMs */.si)(deadline.remainingMs()) ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => reporter.info(line));
    return (0,conflicts/* throughConflicts */.j)(step, source.id, onConflict, async () => {
        if (!known || !change.mayHaveTakenEffect)
            known = await prepare(step, source, models, onCancel);
        if (!known)
            return undefined;
        const before = known;
        const datasetId = (await step.undo.during(change)) ?? (await findEnriched(step, source, before, atWork));
        step.undo.confirm({ datasetId });
        const dataset = datasetId === source.id ? source : undefined;
        return { ...before, type: make_enrichment_TYPE, datasetId, dataset, hasModels: () => isInPlace(step, before) };
    });
}
/** Reads what is there before the request, and plans its undo; `undefined` if nothing is left to apply. */
async function prepare(step, source, models, onCancel) {
    // In this order: what the context says of a dataset that is READY afterwards is no work in progress.
    const context = await step.api.enrichment.context(source.id);
    const { status } = await step.api.datasets.get(source.id);
    const applying = status === 'READY' ? notApplied(models, context) : models;
    if (Object.keys(applying).length === 0)
        return undefined;
    const { known, saved } = await backgroundOf(step, make_enrichment_TYPE, enrichedCopies, source);
    // What was restored before is no reason to skip a rollback: the source may be enriched in place.
    rememberRestored(step.context, source.id, undefined, step.reporter);
    step.undo.plan({ kind: 'enrichment', ...saved, abort: onCancel === 'abort' });
    return { ...known, context, applying };
}
/** What shows of an enrichment whose response was lost. A copy whose context names other models is someone else's. */
async function sighting(step, known) {
    const { api } = step;
    const source = await api.datasets.get(known.source.id, 0);
    const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { type: make_enrichment_TYPE }, 0);
    const found = await copiesSince(api, enrichedCopies, known, tasks);
    const contexts = await Promise.all(found.map((copy) => (0,visual_layer_failure/* unlessRejected */.hg)(api.enrichment.context(copy.datasetId, 0))));
    return {
        source,
        copies: found.filter((_, index) => !excludes(contexts[index], known.applying)),
        onSource: tasksOnSource(known, tasks),
        /** The models are applied to the source, and were not before. */
        inPlace: await isInPlace(step, known),
    };
}
/** Whether the source has the models now and had them not before: Visual Layer does not change the source of a copy. */
async function isInPlace(step, { source, context, applying }) {
    const now = await step.api.enrichment.context(source.id, 0);
    return Object.keys(notApplied(applying, now)).length === 0 && !(0,external_node_util_.isDeepStrictEqual)(now, context);
}
/**
 * Finds the dataset of an enrichment whose response was lost. A copy is watched for a moment before it is named, since another may
 * show. Without one the source is it only if it has the models once its work is over, and a copy had time to be listed.
 */
async function findEnriched(step, source, known, atWork) {
    const { clock, deadline, reporter } = step;
    const patience = (0,pace/* patienceMs */.si)(deadline.remainingMs());
    const isSteady = steadiness(step);
    let overSince;
    const datasetId = await (0,waits/* waitFor */.fm)(step, {
        awaited: `the enrichment of ${(0,facts/* namedDataset */.gM)(source)} to show in the lists`,
        carryOn: `The enrichment is still running in Visual Layer. Look for an enriched copy of "${source.name}" there before you enrich it again.`,
    }, async () => {
        const now = await sighting(step, known);
        atWork.add(now.source.status === 'READ_ONLY');
        const shown = [...now.copies.map((copy) => copy.datasetId), ...now.onSource.map(({ id }) => id)];
        if (!isSteady(shown.sort().join()))
            return { state: 'pending', line: 'checking whether anything else appears' };
        const [only, ...others] = now.copies;
        const isOurs = only?.isFromSource === true || atWork.value;
        if (only && others.length === 0 && isOurs)
            return { state: 'done', value: only.datasetId };
        if (only)
            return { state: 'failed', error: cannotTell(source, now.copies) };
        const [task] = now.onSource;
        if (task && now.onSource.every(({ state }) => state === 'FAILED' || state === 'ABORTED')) {
            reporter.output('task_id', task.id);
            return { state: 'failed', error: (0,verdicts_dataset/* taskError */.iX)(task, `that enriches ${(0,facts/* namedDataset */.gM)(source)}`) };
        }
        const isOver = now.source.status === 'READY' && now.onSource.every(visual_layer_tasks/* hasEnded */.hY);
        overSince = isOver ? (overSince ?? clock.now()) : undefined;
        if (overSince === undefined || clock.now() - overSince < patience) {
            return { state: 'pending', line: `source ${(0,verdicts_dataset/* datasetLine */.Je)(now.source)}; no enriched copy is listed yet` };
        }
        return now.inPlace
            ? { state: 'done', value: source.id }
            : { state: 'failed', error: cannotTell(source, await newDatasets(step, known)) };
    });
    reporter.warning(`The response to the enrichment of dataset "${source.name}" was lost. The step found that dataset ${datasetId} was enriched since, and uses that one.`, { todo: 'If someone else enriched the same dataset at the same moment, check both enrichments in Visual Layer.' });
    return datasetId;
}
async function newDatasets(step, known) {
    const datasets = await step.api.datasets.list(0);
    return datasets.filter(({ id }) => !known.datasetIds.has(id)).map((dataset) => ({ datasetId: dataset.id, dataset }));
}

;// CONCATENATED MODULE: ./build/operations/enrich.js








const LONGEST_LINE = 300;
const enrich_RULE = 'it must be models, one per line, by ID or name such as vl_image_captioner_v00, optionally after the type (CAPTION_IMAGES: vl_image_captioner_v00), or a JSON object such as {"CAPTION_IMAGES": "vl_image_captioner_v00"}';
/**
 * Applies AI models to a dataset; done when the enrichment's own task COMPLETED and the enriched dataset is READY. That is a copy, or
 * the dataset itself: the ID that Visual Layer returns decides.
 */
const enrich = operation({
    name: 'enrich',
    inputs: {
        dataset_id: datasetId(),
        models: parsed(enrich_RULE, (text) => (/^[{[]/.test(text) ? modelObject(text) : modelLines(text))),
        on_conflict: onConflict(),
        on_cancel: onCancel(),
        wait: flag(),
    },
    outputs: ['source_dataset_id', 'task_id'],
    async run(request, step) {
        const { api, reporter } = step;
        reporter.output('source_dataset_id', request.datasetId);
        const source = await api.datasets.get(request.datasetId);
        reporter.fact('Source dataset', source.name || source.id, { link: step.datasetPage(source.id) });
        reporter.fact('Source dataset ID', source.id, { code: true });
        reporter.info(`The source is dataset "${source.name}" (${source.id}), ${source.statusWord}.`);
        const offered = await api.enrichment.models(source.id);
        const models = chooseModels(request.models, offered, await api.enrichment.context(source.id), source);
        reporter.fact('Models', modelWords(models), { code: true });
        const started = await startEnrichment(step, source, models, request);
        const skipped = Object.entries(models).filter(([type]) => !Object.hasOwn(started?.applying ?? {}, type));
        if (skipped.length > 0) {
            const words = modelWords(Object.fromEntries(skipped));
            reporter.fact('Already applied', words, { code: true });
            reporter.info(`Skipped, because it was already applied: ${words}.`);
        }
        if (!started) {
            step.undo.settle();
            (0,facts/* aboutDataset */.Sr)(step, await api.datasets.get(source.id));
            return `All models were already applied to dataset "${source.name}"; nothing was started.`;
        }
        const { datasetId, applying } = started;
        const words = modelWords(applying);
        const isCopy = datasetId !== source.id;
        reporter.output('dataset_id', datasetId);
        reporter.info(isCopy ? `The enriched copy is dataset ${datasetId}.` : 'Visual Layer enriches the dataset in place.');
        if (!request.wait) {
            step.undo.settle();
            const carryOn = `The enrichment is still running in Visual Layer as dataset ${datasetId}.`;
            (0,facts/* aboutDataset */.Sr)(step, await (0,waits/* readNew */.pM)(step, datasetId, carryOn));
            return `Visual Layer accepted the enrichment of dataset "${source.name}" with ${words} as dataset ${datasetId}. The step did not wait for it to finish (wait: false).`;
        }
        const dataset = await waitForMade(step, started);
        step.undo.settle();
        if (!dataset) {
            reporter.warning(`Dataset ${datasetId} was created, but someone has deleted it since.`);
            return `Enriched dataset "${source.name}" with ${words} into dataset ${datasetId}, which someone has deleted since.`;
        }
        (0,facts/* aboutDataset */.Sr)(step, dataset);
        return `Enriched dataset "${source.name}" with ${words} ${isCopy ? `into dataset "${dataset.name}" (${datasetId})` : 'in place'}.`;
    },
});
function modelLines(text) {
    const lines = text.split(/[\r\n]+/).map((line) => line.trim());
    const wrong = lines.find((line) => line.length > LONGEST_LINE || /\p{Cc}/u.test(line));
    if (wrong !== undefined)
        return { broken: `${enrich_RULE}, and ${quoted(wrong)} is neither` };
    return { value: { form: 'lines', lines: [...new Set(lines.filter((line) => line !== ''))] } };
}
function modelObject(text) {
    let given;
    try {
        given = JSON.parse(text);
    }
    catch {
        return { broken: `${enrich_RULE}, and it is not JSON` };
    }
    if (typeof given !== 'object' || given === null || Array.isArray(given))
        return { broken: enrich_RULE };
    const entries = Object.entries(given);
    const wrong = entries.find(([, value]) => !namesModel(value));
    if (wrong)
        return { broken: `${enrich_RULE}; the value of ${quoted(wrong[0])} must be an ID, or an object with an "id"` };
    if (entries.length === 0)
        return { broken: `${enrich_RULE}, and it contains no model` };
    return { value: { form: 'object', models: Object.fromEntries(entries) } };
}
function namesModel(value) {
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
    return typeof id === 'string' && id.trim() !== '';
}

// EXTERNAL MODULE: ./build/export/earlier-export.js
var earlier_export = __webpack_require__(80830);
// EXTERNAL MODULE: ./build/export/records/digest.js
var digest = __webpack_require__(7368);
// EXTERNAL MODULE: ./build/export/manifest.js
var manifest = __webpack_require__(91946);
// EXTERNAL MODULE: ./build/export/place.js
var place = __webpack_require__(50012);
;// CONCATENATED MODULE: ./build/inputs/class-list.js





const class_list_RULE = 'it must be a text file in the workspace with one class name per line';
/** Far more than all classes that anyone names, in bytes. */
const LARGEST_LIST = 16 * 1024 * 1024;
/**
 * The class names in a file in the workspace, in its order. Lines that are blank or begin with `#` do not count. A link that leads out of the
 * workspace is rejected: what is in the file becomes part of the export.
 */
function classList(text, workspace) {
    let content;
    try {
        const path = external_node_fs_.realpathSync.native((0,external_node_path_.resolve)(workspace, (0,paths/* withSlashes */.sq)(text)));
        if ((0,paths/* below */.Gz)(external_node_fs_.realpathSync.native(workspace), path) === undefined)
            return { broken: `${class_list_RULE}, and it is outside the workspace` };
        const found = (0,external_node_fs_.statSync)(path);
        if (!found.isFile())
            return { broken: `${class_list_RULE}, and it is not a file` };
        if (found.size > LARGEST_LIST)
            return { broken: `${class_list_RULE}, of at most 16 MiB` };
        content = new TextDecoder('utf-8', { fatal: true }).decode((0,external_node_fs_.readFileSync)(path));
    }
    catch (error) {
        if ((0,system_errors/* codeOf */.$N)(error) === 'ENOENT')
            return { broken: `${class_list_RULE}, and it does not exist` };
        return { broken: `${class_list_RULE} in UTF-8, and it cannot be read (${(0,system_errors/* codeOf */.$N)(error) ?? 'unknown error'})` };
    }
    const names = content
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'))
        // A name that begins with `#` is written with a backslash before it.
        .map((line) => line.replace(/^\\(?=\\*#)/, ''));
    if (names.length === 0)
        return { broken: `${class_list_RULE}, and it contains no name` };
    const seen = new Set();
    for (const name of names) {
        if (seen.has(name))
            return { broken: `${class_list_RULE}, and it contains ${quoted(name)} twice` };
        seen.add(name);
    }
    return { value: names };
}

;// CONCATENATED MODULE: ./build/inputs/conditions.js



/** Figures of an export as a whole; those that compare require a baseline. */
const WHOLE = {
    media_count: { compares: false },
    clusters: { compares: false },
    size_bytes: { compares: false },
    added: { compares: true },
    removed: { compares: true },
    modified: { compares: true },
};
/** Figures by a name that the data gives: `issues.mislabels`, `labels.traffic light`. */
const NAMED = ['issues', 'labels', 'objects', 'tags', 'types'];
/** The outputs that a figure is also known as. */
const OUTPUT_NAMES = new Map([
    ['added_count', 'added'],
    ['removed_count', 'removed'],
    ['modified_count', 'modified'],
    ['export_size_bytes', 'size_bytes'],
]);
const MOST_CONDITIONS = 100;
/** The longest name of a label is far shorter, and the time to take a line apart grows with the square of its length. */
const LONGEST_CONDITION = 1000;
const OPERATORS = {
    '>': (actual, limit) => actual > limit,
    '>=': (actual, limit) => actual >= limit,
    '<': (actual, limit) => actual < limit,
    '<=': (actual, limit) => actual <= limit,
    '==': (actual, limit) => actual === limit,
    '!=': (actual, limit) => actual !== limit,
};
/** Whether a condition is met, by a figure or, where it is one, a share in percent. */
function isMet({ operator, limit }, actual) {
    return OPERATORS[operator](actual, limit);
}
/** Whether a condition requires a baseline. */
function compares({ figure, percent }) {
    if (figure.of !== 'whole')
        return false;
    return WHOLE[figure.name].compares || percent;
}
/** Conditions, one per line; empty lines and lines that begin with `#` do not count. All lines that cannot be read are named. */
function conditions() {
    const metrics = [...Object.keys(WHOLE), ...NAMED.map((group) => `${group}.<name>`)].join(', ');
    const rule = `each line must be a metric, one of ${Object.keys(OPERATORS).join(' ')}, and a number; the metrics are ${metrics}`;
    return parsed(rule, (text) => {
        const lines = conditionLines(text);
        if (lines.length > MOST_CONDITIONS)
            return { broken: `it must be at most ${MOST_CONDITIONS} conditions` };
        const problems = lines.flatMap(({ line, text: given, parsed: condition }) => typeof condition === 'string' ? [`line ${line}: ${quoted(given)}: ${condition}`] : []);
        if (problems.length > 0)
            return { broken: rule, wrongItems: { kind: 'lines', total: lines.length, problems } };
        return { value: lines.flatMap(({ parsed: condition }) => (typeof condition === 'string' ? [] : [condition])) };
    }).default([]);
}
/** The lines of conditions that something is wrong with. @param whatOf completes `"removed > 5%" …`; invalid lines are left out */
function wrongConditions(text, whatOf) {
    const lines = conditionLines(text);
    const problems = lines.flatMap(({ line, text: given, parsed: condition }) => {
        const what = typeof condition === 'string' ? undefined : whatOf(condition);
        return what === undefined ? [] : [`line ${line}: ${quoted(given)} ${what}`];
    });
    return { kind: 'lines', total: lines.length, problems };
}
/** Whether a line of the text is the same condition, however it is spelled. */
function includesCondition(text, one) {
    return conditionLines(text).some(({ parsed: other }) => typeof other !== 'string' && (0,external_node_util_.isDeepStrictEqual)({ ...one, text: '' }, { ...other, text: '' }));
}
function conditionLines(text) {
    const given = linesOf(text).filter((line) => !line.text.startsWith('#'));
    return given.map((line) => ({ ...line, parsed: parseCondition(line.text) }));
}
/** The condition, or what is wrong with the line. */
function parseCondition(text) {
    if (text.length > LONGEST_CONDITION)
        return `it has more than ${LONGEST_CONDITION} characters`;
    const [, left = '', operator = '', number = '', percent] = /^(.*?)\s*([<>=!]+)\s*([^<>=!\s]*?)\s*(%?)$/s.exec(text) ?? [];
    if (left === '' || !isOperator(operator)) {
        return 'it must be a metric, a comparison, and a number';
    }
    if (!/^\d+(\.\d+)?$/.test(number))
        return `${quoted(number)} is not a number such as 50, 0.5, or 5%`;
    const figure = figureOf(left);
    if (typeof figure === 'string')
        return figure;
    if (percent === '%' && figure.of === 'whole' && (figure.name === 'clusters' || figure.name === 'size_bytes')) {
        return `${figure.name} cannot be a percentage; remove the %`;
    }
    return { text, figure, operator, limit: Number(number), percent: percent === '%' };
}
function figureOf(text) {
    const name = OUTPUT_NAMES.get(text) ?? text;
    if (isWhole(name))
        return { of: 'whole', name };
    const dot = text.indexOf('.');
    const of = NAMED.find((group) => group === text.slice(0, dot));
    const rest = text.slice(dot + 1).trim();
    if (of !== undefined && rest !== '')
        return { of, name: rest };
    return `${quoted(text)} is not a metric`;
}
function isWhole(name) {
    return Object.hasOwn(WHOLE, name);
}
function isOperator(text) {
    return Object.hasOwn(OPERATORS, text);
}

;// CONCATENATED MODULE: ./build/inputs/output-dir.js




const output_dir_RULE = 'it must be a folder inside the workspace, and not the workspace itself';
/**
 * The absolute, real path of the folder that an export goes to. It is strictly inside the workspace after symbolic
 * links are resolved, so that an export cannot write over the rest of the runner; and not inside `.git`, where the
 * checkout keeps the repository and its credentials. The folder need not exist.
 */
function outputDir(text, workspace, isWindows = external_node_path_.sep === '\\') {
    const root = realPath((0,external_node_path_.resolve)(workspace)) ?? (0,external_node_path_.resolve)(workspace);
    if ((0,external_node_fs_.statSync)(root, { throwIfNoEntry: false })?.isFile())
        return { broken: `the workspace of the job (GITHUB_WORKSPACE) is a file, not a folder: ${root}` };
    const given = (0,paths/* withSlashes */.sq)(text);
    if (!isWindows && /^[a-z]:/i.test(given))
        return { broken: `${output_dir_RULE}, and this runner has no Windows drives` };
    const path = realPath((0,external_node_path_.resolve)(root, given));
    if (path === undefined)
        return { broken: `${output_dir_RULE}, and a link or a file is in the way` };
    const inside = (0,paths/* below */.Gz)(root, path);
    if (inside === undefined || inside === '')
        return { broken: output_dir_RULE };
    const names = inside.split('/');
    if (names.some((name) => name.toLowerCase() === '.git'))
        return { broken: 'it must not be inside a .git folder' };
    const impossible = isWindows ? names.find((name) => (0,paths/* safeName */.jC)(name) !== name) : undefined;
    if (impossible !== undefined)
        return { broken: `${output_dir_RULE}, and Windows allows no folder named ${quoted(impossible)}` };
    return { value: path };
}
/** The real path of a folder that may not exist yet in part; undefined when something that is no folder is in the way. */
function realPath(path) {
    try {
        if ((0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })) {
            return (0,external_node_fs_.statSync)(path).isDirectory() ? external_node_fs_.realpathSync.native(path) : undefined;
        }
    }
    catch {
        // A broken or circular link, a path below a file, a name too long, a folder that may not be read.
        return undefined;
    }
    const parent = (0,external_node_path_.dirname)(path);
    if (parent === path)
        return path;
    const realParent = realPath(parent);
    return realParent === undefined ? undefined : (0,external_node_path_.join)(realParent, (0,external_node_path_.basename)(path));
}

;// CONCATENATED MODULE: ./build/operations/export/inputs.js










const selectionFields = {
    export_id: uuid().optional(),
    media_ids: idList(),
    cluster_ids: idList(),
    exclude_media_ids: idList(),
    vql: vql().optional(),
};
const inputs = ({ workspace }) => ({
    dataset_id: datasetId(),
    ...snapshotChoiceFields,
    export_format: oneOf('json', 'parquet'),
    include_images: flag(),
    ...selectionFields,
    entity_type: entityType(),
    split: oneOf('auto', 'never'),
    shard: shard().optional(),
    allow_empty: flag(),
    extract: flag(),
    upload_artifact: flag(),
    /** Names the artifact, and the ZIP with or without one. */
    artifact_name: artifactName(),
    /** In days; if absent, the repository's setting applies. */
    retention_days: wholeNumber(1, 400).optional(),
    compression_level: wholeNumber(0, 9),
    overwrite_artifact: flag(),
    /** What must not be, once the export is safe. */
    fail_if: conditions(),
    /** What is worth a warning. */
    warn_if: conditions(),
    coco: schemas/* string */.YjP()
        .toLowerCase()
        .pipe(oneOf('false', 'true', 'boxes')),
    /** Reads what earlier runs stored; only used for that. */
    github_token: schemas/* string */.YjP('it must be a token').optional(),
    on_conflict: onConflict(),
    wait: flag(),
    /** Absolute and real, strictly inside the workspace. */
    output_dir: parsed('it must be a folder', (text) => outputDir(text, workspace)),
    class_list: parsed('it must be a file', (text) => classList(text, workspace)).optional(),
    compare_with: parsed('it must be a path, or "previous-run"', (text) => comparedWith(text, workspace))
        .optional(),
});
const SELECTING = ['vql', 'media_ids', 'cluster_ids', 'exclude_media_ids'];
const STARTING = [
    ...SELECTING,
    'split',
    'shard',
    'snapshot_id',
    'snapshot_name',
    'entity_type',
    'export_format',
    'include_images',
    'on_conflict',
];
const UPLOADING = ['retention_days', 'compression_level', 'overwrite_artifact'];
const LANDING = [
    'output_dir',
    'extract',
    'compare_with',
    'fail_if',
    'warn_if',
    'coco',
    'class_list',
    'artifact_name',
    ...UPLOADING,
];
function rules(given) {
    return [...selectionRules(given), ...conditionRules(given), ...cocoRules(given)];
}
/** A condition on what changed needs something to compare with, and no condition can both fail the step and leave it green. */
function conditionRules({ fail_if, warn_if, compare_with }) {
    const fix = `Add: ${yamlLine('compare_with', exampleOf('compare_with'))}`;
    const given = [['fail_if', fail_if], ['warn_if', warn_if]];
    const needing = given.flatMap(([input, got = '']) => {
        const wrongItems = wrongConditions(got, (one) => (compares(one) ? 'compares with an earlier export' : undefined));
        if (compare_with !== undefined || wrongItems.problems.length === 0)
            return [];
        return [{ input, got, rule: 'conditions on changes require compare_with', fix, wrongItems }];
    });
    const inBoth = wrongConditions(warn_if ?? '', (one) => includesCondition(fail_if ?? '', one) ? 'is also in fail_if' : undefined);
    if (inBoth.problems.length === 0)
        return needing;
    const rule = 'a condition cannot be in both fail_if and warn_if';
    return [
        ...needing,
        { input: 'warn_if', got: warn_if ?? '', rule, fix: 'Remove the line from one of them.', wrongItems: inBoth },
    ];
}
/** `annotations.json` is written next to `metadata.json`, so both must be files. */
function cocoRules({ coco: got, extract, export_format: format }) {
    if (got === undefined || got.toLowerCase() === 'false')
        return [];
    const lines = [
        ...(extract?.toLowerCase() === 'true' ? [] : [['extract', 'true']]),
        ...(format === undefined || format === 'json' ? [] : [['export_format', 'json']]),
    ];
    return lines.map(([input, value]) => ({
        input: 'coco',
        got,
        rule: `it requires ${input}: ${value}`,
        fix: `Add: ${yamlLine(input, value)}`,
    }));
}
function selectionRules(given) {
    if (given.export_id !== undefined)
        return [];
    const { vql: filter, media_ids, cluster_ids, exclude_media_ids: exclusions } = given;
    const faults = [];
    const { snapshot_id: id, snapshot_name: name } = given;
    if (id !== undefined && name !== undefined) {
        faults.push(bothFault(name));
    }
    if ((id ?? name) !== undefined && given.wait?.toLowerCase() === 'false') {
        const rule = 'it must be true with snapshot_id or snapshot_name, because the step deletes the clone after the export';
        faults.push({ input: 'wait', got: given.wait, rule });
    }
    if (given.shard !== undefined && (id ?? name) !== undefined) {
        const rule = 'it cannot be combined with snapshot_id or snapshot_name, because each job would export a clone of its own. Clone the snapshot in an earlier job (operation: clone) and export shards of the clone';
        faults.push({ input: 'shard', got: given.shard, rule, fix: `Or: ${removal('shard', given.shard)}` });
    }
    if (given.shard !== undefined && given.wait?.toLowerCase() === 'false') {
        const rule = 'it must be true with shard, because the step may have to merge several exports';
        faults.push({ input: 'wait', got: given.wait, rule });
    }
    if (filter !== undefined && (media_ids !== undefined || cluster_ids !== undefined)) {
        const rule = 'it cannot be combined with media_ids or cluster_ids; select by filter or by IDs';
        faults.push({ input: 'vql', got: filter, rule, fix: removal('vql', filter) });
    }
    if (exclusions !== undefined && cluster_ids === undefined) {
        const rule = 'it requires cluster_ids: it excludes media from those clusters';
        faults.push({ input: 'exclude_media_ids', got: exclusions, rule, fix: removal('exclude_media_ids', exclusions) });
    }
    return faults;
}
function idle(given) {
    const attached = given.export_id !== undefined;
    const waits = given.wait?.toLowerCase() !== 'false';
    const writesCoco = given.coco !== undefined && given.coco.toLowerCase() !== 'false';
    const uploads = given.upload_artifact?.toLowerCase() !== 'false';
    return [
        ...(attached ? [{ inputs: STARTING, because: 'the export of export_id was started earlier' }] : []),
        ...(waits ? [] : [{ inputs: LANDING, because: 'with wait: false nothing is downloaded' }]),
        ...(waits && !uploads ? [{ inputs: UPLOADING, because: 'upload_artifact is false' }] : []),
        ...(waits && !writesCoco ? [{ inputs: ['class_list'], because: 'coco is false' }] : []),
    ];
}
/** The request that the values make once {@link rules} has found nothing wrong. */
function request({ snapshotId, snapshotName, exportId, ...given }) {
    const { vql, mediaIds, clusterIds, excludeMediaIds, classList: classes, ...values } = given;
    const isAttached = exportId !== undefined;
    const shard = isAttached ? undefined : values.shard;
    return {
        ...values,
        /** The state that is exported, from a clone of it; without one the live dataset is. */
        snapshot: isAttached || (snapshotId ?? snapshotName) === undefined
            ? undefined
            : snapshotChoice({ snapshotId, snapshotName }),
        selection: selection({ exportId, vql, mediaIds, clusterIds, excludeMediaIds }),
        /** Whether an export that is rejected as too large is done in parts. */
        split: values.split === 'auto',
        /** The shard of the selection that this step exports; without one, all of it. */
        shard,
        /** Which labels are written to `annotations.json`, and their classes if a list gives them; `undefined` for no such file. */
        coco: values.coco === 'false' ? undefined : { labels: values.coco === 'boxes' ? 'boxes' : 'all', classes },
        // Where no runner filled it in, the default is the expression itself.
        githubToken: values.githubToken?.startsWith('${{') ? undefined : values.githubToken,
        artifactName: artifactOf(values.artifactName, shard),
    };
}
/** What an export takes, and the request that it makes of that. */
const exportInputs = { inputs, rules, idle, request };
/** Attached, filtered or selected where one is asked for, else the whole dataset; {@link rules} keep them apart. */
function selection(values) {
    const { exportId, vql, mediaIds, clusterIds, excludeMediaIds } = values;
    if (exportId !== undefined)
        return { kind: 'attached', exportId };
    if (vql !== undefined)
        return { kind: 'vql', vql };
    if (mediaIds.length === 0 && clusterIds.length === 0)
        return { kind: 'whole' };
    return { kind: 'selected', mediaIds, clusterIds, excludeMediaIds };
}
/** The jobs of a matrix cannot share one artifact name: if none was chosen, that of a shard says which one it is. */
function artifactOf(name, shard) {
    return shard && name === INPUT_DEFAULTS.artifact_name ? `${name}-${shard.index}-of-${shard.of}` : name;
}
/** Any place on the runner: it is only read. Whether something is there is checked at that time. */
function comparedWith(text, workspace) {
    if (text.toLowerCase() === 'previous-run')
        return { value: { kind: 'previous-run' } };
    if (text.includes('\0'))
        return { broken: 'it must be a path, or "previous-run"' };
    return { value: { kind: 'path', path: external_node_path_.resolve(workspace, (0,paths/* withSlashes */.sq)(text)), given: text } };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./build/runner/artifact-errors.js



function stageOf(error) {
    const text = (0,errors/* describe */.q0)(error);
    if (text.includes('Failed to CreateArtifact'))
        return 'create';
    return text.includes('Failed to FinalizeArtifact') ? 'finalize' : 'transfer';
}
/** Whether the artifact service rejected the name because the run already has an artifact of that name. */
function isNameTaken(error) {
    return stageOf(error) === 'create' && /\(409\)/.test((0,errors/* describe */.q0)(error));
}
const NETWORK_CODES = /\b(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|REQUEST_SEND_ERROR)\b/;
/**
 * Whether another attempt of ours may help: a lost connection during a call, or a stall. What the libraries below retry themselves
 * (server errors of calls, all failures of the transfer but a stall) has outlasted their retries: one counter is enough. A 403 of
 * FinalizeArtifact counts too: uploads have been seen to meet it at random (dotnet/orleans#10961, QIICR/dcmqi#562).
 */
function isTransient(error) {
    const text = (0,errors/* describe */.q0)(error);
    if (isOverQuota(text))
        return false;
    // All calls fail with these words.
    if (!text.includes('Failed to '))
        return isStalled(text);
    return NETWORK_CODES.test(text) || (stageOf(error) === 'finalize' && /\(403\)/.test(text));
}
function isStalled(text) {
    return text.includes('Upload progress stalled');
}
/** The HTTP status of the storage that rejected bytes. */
function statusOf(error) {
    return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
        ? error.statusCode
        : undefined;
}
function isOverQuota(text) {
    return /quota has been hit|insufficient usage/i.test(text);
}
const SKIP = 'To skip the artifact, set `upload_artifact: false`; the export stays in `output_dir` for later steps of the job.';
const SKIP_IN_ACT = 'This run is one of act, whose own artifact server is used. Set `upload_artifact: false`, or start act with --artifact-server-path and a version of act that supports the artifacts of upload-artifact@v4.';
/** The error for a name that another artifact of this run has. @param state what became of the export */
function nameTaken(name, state, cause) {
    return new errors/* ActionError */.lZ('artifact_failed', `${state}: this workflow run already has an artifact named "${name}".`, {
        todo: `Another job (of the matrix, for example) or an earlier step used the name. Give each a unique name, such as \`artifact_name: export-\${{ strategy.job-index }}\`, or, if they do not run at the same time, replace the earlier one: \`overwrite_artifact: true\`. ${SKIP}`,
        cause,
    });
}
const NOT_STORED = 'The export is complete on disk, but its artifact was not stored';
/**
 * What a user reads about an upload that failed permanently.
 *
 * @param lastResponse of whichever server answered last, such as `HTTP 500 from results.example`
 */
function uploadFailure(error, storedName, isAct, lastResponse) {
    const text = wordsOf(error);
    const failure = (message, todo, apiWords) => new errors/* ActionError */.lZ('artifact_failed', `${NOT_STORED}: ${message}`, {
        apiWords,
        todo: isAct ? SKIP_IN_ACT : `${todo} ${SKIP}`,
        cause: error,
    });
    if (isNameTaken(error))
        return nameTaken(storedName, NOT_STORED, error);
    if (isOverQuota(text)) {
        return failure("the account's artifact storage quota is used up.", 'Delete old artifacts or shorten their retention (`retention_days: 7`); GitHub recalculates usage every 6 to 12 hours.');
    }
    if (isStalled(text) || NETWORK_CODES.test(`${text} ${(0,system_errors/* codeOf */.$N)(error)}`)) {
        return failure(`the connection to ${isAct ? "act's artifact server" : "GitHub's artifact storage"} kept breaking. Last error: ${text}`, 'Re-run the job. On a self-hosted runner, check that it reaches *.actions.githubusercontent.com and *.blob.core.windows.net.');
    }
    const status = statusOf(error);
    const how = lastResponse ?? (status === undefined ? undefined : `HTTP ${status}`);
    return failure(`${isAct ? "act's artifact server" : 'the artifact service'} failed or rejected it${how === undefined ? '' : ` (last response: ${how})`}.`, 'Check whether githubstatus.com reports problems with Actions, then re-run the job.', text);
}
const withBody = schemas/* object */.Ikc({ response: schemas/* object */.Ikc({ bodyAsText: schemas/* string */.YjP() }) });
/** The words of an error of the libraries. Those of the storage have no message of their own, but a code and an XML body. */
function wordsOf(error) {
    const text = (0,errors/* describe */.q0)(error);
    const status = statusOf(error);
    if (status === undefined)
        return text;
    const body = withBody.safeParse(error).data?.response.bodyAsText ?? '';
    const said = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(body)?.[1]);
    const found = said.filter((word) => word !== undefined).join(': ') || body.slice(0, 300);
    const words = text === 'RestError' ? found : text;
    return [`HTTP ${status}`, (0,system_errors/* codeOf */.$N)(error), words].filter(Boolean).join(' ');
}
/** What a user reads if the artifact service is out of reach from the start. */
function noArtifactService(variable, isAct) {
    return new errors/* ActionError */.lZ('artifact_failed', `${NOT_STORED}: ${variable} is not set, so ${isAct ? "act's artifact server" : "GitHub's artifact service"} cannot be reached.`, {
        todo: isAct
            ? SKIP_IN_ACT
            : `The runner sets it for actions. It is missing outside a GitHub workflow, or if a step or container clears the environment. ${SKIP}`,
    });
}

// EXTERNAL MODULE: external "node:diagnostics_channel"
var external_node_diagnostics_channel_ = __webpack_require__(53053);
;// CONCATENATED MODULE: ./build/runner/artifact-service.js



/** How long to wait for the list of artifacts, in ms. */
const LIST_MS = 10_000;
/** What Node publishes about each response of an HTTP client. */
const RESPONSES = 'http.client.response.finish';
const responseMessage = schemas/* object */.Ikc({
    request: schemas/* object */.Ikc({ host: schemas/* string */.YjP() }),
    response: schemas/* object */.Ikc({ statusCode: schemas/* number */.aig() }),
});
/** The artifact service of this workflow run, through its library, which retries inside and writes to the log. */
class ArtifactService {
    #client;
    #options;
    #lastResponse;
    constructor(client, options) {
        this.#client = client;
        this.#options = options;
        (0,external_node_diagnostics_channel_.subscribe)(RESPONSES, this.#onResponse);
    }
    static async open(options) {
        // The package reads the event of the run when it is imported, and throws if the file is broken. Nothing here needs the event.
        delete process.env['GITHUB_EVENT_PATH'];
        return new ArtifactService((await Promise.all(/* import() */[__webpack_require__.e(351), __webpack_require__.e(220)]).then(__webpack_require__.bind(__webpack_require__, 67220))).default, options);
    }
    close() {
        (0,external_node_diagnostics_channel_.unsubscribe)(RESPONSES, this.#onResponse);
    }
    /** What the server that responded last said, such as `HTTP 503 from results.example`. */
    get lastResponse() {
        return this.#lastResponse;
    }
    /** Stores files under a name. The library names the artifact of a single unpacked file after the file. */
    async upload(name, files, root, more) {
        const work = this.#client.uploadArtifact(name, files, root, more);
        const { id, size = 0, digest } = await (0,build_clock/* orAborted */.H6)(work, this.#options.signal);
        if (id === undefined || digest === undefined)
            throw new Error('The response of the artifact service contains no artifact ID.');
        return { id, size, digest };
    }
    /** The artifact of this name in this run. The library retries a list for most of a minute, which is more than it is worth. */
    async find(name) {
        const { clock, signal } = this.#options;
        const late = () => new Error(`no response within ${LIST_MS / 1000} s`);
        const { artifacts } = await (0,build_clock/* within */.ux)(clock, LIST_MS, signal, late, (ends) => (0,build_clock/* orAborted */.H6)(this.#client.listArtifacts({ latest: true }), ends));
        return artifacts.find((artifact) => artifact.name === name);
    }
    /** Deletes the artifact of this name; `false` when none is listed. */
    async delete(name) {
        try {
            await (0,build_clock/* orAborted */.H6)(this.#client.deleteArtifact(name), this.#options.signal);
            return true;
        }
        catch (error) {
            if (error instanceof Error && error.name === 'ArtifactNotFoundError')
                return false;
            throw error;
        }
    }
    #onResponse = (message) => {
        const told = responseMessage.safeParse(message);
        if (told.success)
            this.#lastResponse = `HTTP ${told.data.response.statusCode} from ${told.data.request.host}`;
    };
}

;// CONCATENATED MODULE: ./build/runner/artifact.js










const MAX_ATTEMPTS = 5;
/**
 * Stores an export as an artifact of this workflow run. On GitHub Enterprise Server, which has no such artifact service, it
 * warns and skips. Up to 5 attempts; an artifact that was there before is only ever deleted
 * with `overwrite`.
 *
 * @throws ActionError `artifact_failed`, or the reason of `signal`
 */
async function uploadExport(options) {
    const { content, context, reporter, signal } = options;
    signal.throwIfAborted();
    if (context.isEnterpriseServer) {
        const reason = `${new URL(context.serverUrl).host} is GitHub Enterprise Server, which the artifact library does not support`;
        reporter.warning(`No artifact was stored: ${reason}. The export stays on the runner's disk.`, {
            todo: 'Add a step with actions/upload-artifact@v3 and `path: ${{ steps.<id>.outputs.export_dir }}`; and set `upload_artifact: false` here.',
        });
        return { kind: 'skipped', reason };
    }
    for (const variable of ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL']) {
        if (!process.env[variable])
            throw noArtifactService(variable, context.isAct);
    }
    await requireFiles('zip' in content ? [content.zip] : content.files);
    const service = await ArtifactService.open(options);
    try {
        return await reporter.group(`Storing the artifact "${options.name}"`, () => new Upload(options, service).run());
    }
    catch (error) {
        // A timeout says what the service answered until then.
        if (!(error instanceof errors/* ActionError */.lZ) || error.code !== 'timed_out')
            throw error;
        const last = `Last response of the artifact service: ${service.lastResponse ?? 'none'}.`;
        throw error.with({ message: `${error.message} ${last}` });
    }
    finally {
        service.close();
    }
}
/** One upload with its attempts. */
class Upload {
    #options;
    #service;
    #name;
    /** A folder for the ZIP under another name, made when one is needed. */
    #aliasFolder;
    /** One of our attempts got past the creation of an artifact of the present name, so it is ours beyond doubt. */
    #isOurs = false;
    constructor(options, service) {
        this.#options = options;
        this.#service = service;
        this.#name = 'zip' in options.content ? (0,external_node_path_.basename)(options.content.zip) : options.name;
    }
    async run() {
        const { reporter, clock, signal } = this.#options;
        const retentionDays = this.#retentionDays();
        let toDelete = this.#options.overwrite;
        try {
            for (let attempt = 1;; attempt++) {
                try {
                    if (toDelete)
                        await this.#service.delete(this.#name);
                    toDelete = false;
                    return await this.#send(retentionDays);
                }
                catch (error) {
                    signal.throwIfAborted();
                    if (error instanceof errors/* ActionError */.lZ)
                        throw error;
                    const isTaken = isNameTaken(error);
                    // The end of an upload whose response was lost, or a name that is ours.
                    const found = isTaken || stageOf(error) === 'finalize' ? await this.#find() : 'unknown';
                    const isStored = typeof found === 'object';
                    if (isStored && (!isTaken || (await this.#isOwn(found))))
                        return found;
                    const mayHelp = isTaken ? !isStored : isTransient(error);
                    if (!mayHelp || attempt >= MAX_ATTEMPTS)
                        throw this.#failure(error);
                    reporter.info(`Attempt ${attempt} of ${MAX_ATTEMPTS} was interrupted: ${(0,errors/* describe */.q0)(error)}`);
                    if (isTaken && found === 'none')
                        await this.#freeName(attempt);
                    else if (!isTaken && !toDelete && stageOf(error) !== 'create')
                        this.#isOurs = true;
                    await clock.sleep((0,retry/* fullJitter */.G)(attempt), signal);
                }
            }
        }
        finally {
            if (this.#aliasFolder)
                await (0,promises_.rm)(this.#aliasFolder, { recursive: true, force: true });
        }
    }
    #failure(error) {
        return uploadFailure(error, this.#name, this.#options.context.isAct, this.#service.lastResponse);
    }
    async #send(retentionDays) {
        const { content, compressionLevel } = this.#options;
        const retention = retentionDays === undefined ? {} : { retentionDays };
        const zip = 'zip' in content ? await this.#alias(content.zip) : '';
        const { id, size, digest } = 'zip' in content
            ? await this.#service.upload(this.#name, [zip], (0,external_node_path_.dirname)(zip), { skipArchive: true, ...retention })
            : await this.#service.upload(this.#name, [...content.files], content.folder, { compressionLevel, ...retention });
        return this.#uploaded(id, digest, size);
    }
    /**
     * Whether the artifact that has the name is ours: one of our attempts got that far, or it has our very bytes, as only a ZIP can. The
     * library retries inside, so we may have taken the name ourselves, in an attempt whose response was lost. What is someone else's is left
     * alone.
     */
    async #isOwn({ digest }) {
        const { content } = this.#options;
        if (this.#isOurs || !('zip' in content))
            return this.#isOurs;
        const hash = (0,external_node_crypto_.createHash)('sha256');
        await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(content.zip), hash);
        return hash.digest('hex') === digest;
    }
    /**
     * The name is taken and no artifact listed: an upload that was never finished has it. One of ours is deleted if that is possible;
     * else nobody can use or delete the name for the rest of the run (atlanhq/application-sdk#3711), so the next attempt takes a name of
     * its own.
     */
    async #freeName(attempt) {
        const deleted = this.#isOurs && (await this.#service.delete(this.#name).catch(() => false));
        this.#isOurs = false;
        if (deleted)
            return;
        const burnt = this.#name;
        const extension = 'zip' in this.#options.content ? (0,external_node_path_.extname)(burnt) : '';
        const stem = burnt.slice(0, burnt.length - extension.length).replace(/-retry-\d+$/, '');
        this.#name = `${stem}-retry-${attempt}${extension}`;
        this.#options.reporter.warning(`Storing the artifact as "${this.#name}": an interrupted upload of this step or another job still holds the name "${burnt}", and GitHub does not release it during this run.`, { todo: 'To find the artifact in later jobs, use the output `artifact_name` or `artifact_id`.' });
    }
    /** The finished artifact of the present name; `unknown` when the list cannot be had. */
    async #find() {
        try {
            const found = await this.#service.find(this.#name);
            return found?.digest ? this.#uploaded(found.id, found.digest, found.size) : 'none';
        }
        catch (error) {
            this.#options.signal.throwIfAborted();
            this.#options.reporter.debug(`Could not list the artifacts of this run: ${(0,errors/* describe */.q0)(error)}`);
            return 'unknown';
        }
    }
    #uploaded(id, digest, sizeBytes) {
        const { serverUrl, repository, runId } = this.#options.context;
        const url = repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}/artifacts/${id}` : '';
        return { kind: 'uploaded', id, name: this.#name, url, digest: digest.replace(/^sha256:/, ''), sizeBytes };
    }
    // The library names a single file's artifact after the file, whatever name it is given.
    async #alias(zip) {
        if (this.#name === (0,external_node_path_.basename)(zip))
            return zip;
        this.#aliasFolder ??= await (0,promises_.mkdtemp)((0,external_node_path_.join)((0,external_node_path_.dirname)(zip), '.artifact-'));
        const path = (0,external_node_path_.join)(this.#aliasFolder, this.#name);
        await (0,promises_.link)(zip, path)
            .catch(() => (0,promises_.copyFile)(zip, path))
            .catch((error) => {
            throw (0,system_errors/* systemFailure */.oM)(error, 'copy the export for the artifact', path);
        });
        return path;
    }
    #retentionDays() {
        const { retentionDays, context, reporter } = this.#options;
        const most = context.retentionDays;
        if (retentionDays === undefined || most === undefined || retentionDays <= most)
            return retentionDays;
        reporter.warning(`The artifact will be kept for ${most} days, not ${retentionDays}: that is the repository's maximum.`, {
            todo: `Set \`retention_days: ${most}\`, or increase the limit in the repository settings under Actions, General.`,
        });
        return most;
    }
}
/**
 * Throws `artifact_failed` if the run already has an artifact of this name, so that this is known before the export and not after it. A
 * list that cannot be read proves nothing, and neither does one where an artifact may be replaced.
 *
 * @throws the reason of `signal`
 */
async function requireFreeName(options) {
    const { name, overwrite, context, reporter, signal } = options;
    if (overwrite || context.isEnterpriseServer)
        return;
    if (!process.env['ACTIONS_RUNTIME_TOKEN'] || !process.env['ACTIONS_RESULTS_URL'])
        return;
    const service = await ArtifactService.open(options);
    // The library writes to the log.
    const found = await reporter
        .group('Checking that the artifact name is available', () => service.find(name))
        .catch((error) => {
        signal.throwIfAborted();
        reporter.debug(`Could not list the artifacts of this run: ${(0,errors/* describe */.q0)(error)}`);
    })
        .finally(() => service.close());
    if (found)
        throw nameTaken(name, 'Nothing was exported');
}
async function requireFiles(files) {
    if (files.length === 0)
        throw new errors/* ActionError */.lZ('artifact_failed', 'There is no file to store as an artifact: the export is empty.');
    for (const file of files) {
        const found = await (0,promises_.stat)(file).catch(() => undefined);
        if (!found?.isFile())
            throw new errors/* ActionError */.lZ('artifact_failed', `A file for the artifact no longer exists: ${file}`, {
                todo: 'Check that no other step or process deletes files in the workspace at the same time.',
            });
    }
}

// EXTERNAL MODULE: ./build/waiting/verdicts/export.js
var verdicts_export = __webpack_require__(89057);
;// CONCATENATED MODULE: ./build/operations/export/compare-with.js








/** Failures that may be gone by the next night, or that the stored data causes: no reason to skip tonight's export. */
const PASSING = [
    'network',
    'server_error',
    'unexpected_reply',
    'corrupt_download',
    'unsafe_archive',
    'invalid_input',
];
/**
 * Reads the export that `compare_with` names, before anything is asked for: it may be replaced by the new one. `undefined` where
 * nothing is to be compared. Throws `operation_failed` where `comparison.json` could not be written later, `invalid_input` for a path
 * without an export, `unauthorized` or `forbidden` where the
 * token may not look for earlier runs; what may be better the next night is a warning.
 */
async function readEarlier(request, step) {
    const { compareWith, wait, outputDir } = request;
    if (!compareWith || !wait)
        return undefined;
    await (0,earlier_export/* requireOwnComparison */.HT)(outputDir);
    const phase = {
        awaited: 'the baseline',
        carryOn: 'Nothing was exported yet. To skip the comparison, remove compare_with.',
    };
    return (0,waits/* withinDeadline */.iP)(step, phase, async (signal) => {
        if (compareWith.kind === 'previous-run')
            return previousRun(request, step, signal);
        const { readBaseline } = await __webpack_require__.e(/* import() */ 595).then(__webpack_require__.bind(__webpack_require__, 6595));
        const { path: place, given } = compareWith;
        const baseline = await readBaseline({ path: place, given }, { signal });
        const words = (0,paths/* below */.Gz)(step.context.workspace, place) || given;
        tell(step, words, baseline);
        return { kind: 'baseline', baseline, words, link: undefined, origin: { path: words } };
    });
}
async function previousRun(request, step, signal) {
    const folder = await temporaryFolder(step.context.temp);
    try {
        return await fetchAndRead(request, step, folder, signal);
    }
    catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof errors/* ActionError */.lZ) || !PASSING.includes(error.code))
            throw error;
        step.reporter.warning(`Could not compare with the previous run. Exporting anyway; the data counts as changed. ${error.message}`);
        return { kind: 'none', why: 'the previous export cannot be read' };
    }
    finally {
        await (0,promises_.rm)(folder, { recursive: true, force: true }).catch(() => undefined);
    }
}
async function fetchAndRead({ artifactName, extract, githubToken: token }, step, folder, signal) {
    const { fetchPreviousExport } = await __webpack_require__.e(/* import() */ 946).then(__webpack_require__.bind(__webpack_require__, 93946));
    const previous = await fetchPreviousExport({ artifactName, extract, token, folder, signal }, step);
    if (previous.kind === 'none') {
        step.reporter.note(`No baseline; the data counts as changed. ${previous.why}`);
        return { kind: 'none', why: previous.why };
    }
    const { readBaseline } = await __webpack_require__.e(/* import() */ 595).then(__webpack_require__.bind(__webpack_require__, 6595));
    const baseline = await readBaseline({ path: previous.folder, given: 'previous-run' }, { signal });
    const { runId, runUrl, artifactId, createdAt, branch } = previous;
    const day = createdAt === undefined ? '' : ` of ${createdAt.slice(0, 10)}`;
    const words = `run ${runId}${day} on ${branch}`;
    tell(step, words, baseline);
    return {
        kind: 'baseline',
        baseline,
        words,
        link: runUrl,
        origin: { run_id: runId, run_url: runUrl, artifact_id: artifactId, created_at: createdAt },
    };
}
function tell({ reporter }, words, { records }) {
    reporter.info(`Baseline: ${words} (${(0,numbers/* count */.U9)(records.mediaCount)} items).`);
}
async function temporaryFolder(temp) {
    try {
        await (0,promises_.mkdir)(temp, { recursive: true });
        return await (0,promises_.mkdtemp)(external_node_path_.join(temp, 'visual-layer-previous-'));
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'make a folder for the previous export', temp);
    }
}

;// CONCATENATED MODULE: ./build/operations/export/export-artifact.js




/**
 * Uploads the export as an artifact of the run: one ZIP as it is, so that the artifact's digest equals `export_sha256`, and then
 * `comparison.json`, if there is one, as a second artifact; an unpacked export as one folder, with `comparison.json`. Returns whether the export was
 * uploaded.
 */
async function publishExport(request, step, placed, comparisonPath) {
    const { reporter } = step;
    const comparison = comparisonPath === undefined ? [] : [comparisonPath];
    const zip = placed.archivePath;
    const result = await export_artifact_upload(request, step, {
        name: request.artifactName,
        content: zip === undefined
            ? { folder: request.outputDir, files: [...placed.files, placed.manifestPath, ...comparison] }
            : { zip },
    });
    if (result.kind === 'skipped') {
        reporter.note(`No artifact was uploaded: ${result.reason}`);
        return false;
    }
    reporter.output('artifact_id', result.id);
    reporter.output('artifact_name', result.name);
    reporter.output('artifact_url', result.url);
    reporter.output('artifact_digest', result.digest);
    reporter.fact('Artifact', result.name, { link: result.url });
    // That of a ZIP is its SHA-256, which the summary shows already.
    if (zip === undefined)
        reporter.fact('Artifact digest', result.digest, { code: true });
    else if (comparisonPath !== undefined)
        await publishComparison(request, step, comparisonPath);
    return true;
}
/** The export is complete and stored by now, so a failure is a warning. Throws only if the step is canceled. */
async function publishComparison(request, step, comparisonPath) {
    const name = `${request.artifactName}-comparison`;
    try {
        const content = { folder: external_node_path_.dirname(comparisonPath), files: [comparisonPath] };
        const result = await export_artifact_upload(request, step, { name, content });
        if (result.kind === 'uploaded')
            step.reporter.fact('Comparison artifact', result.name, { link: result.url });
    }
    catch (error) {
        step.signal.throwIfAborted();
        step.reporter.warning(`Could not store comparison.json as the artifact "${name}": ${(0,errors/* describe */.q0)(error)} The export is complete and stored.`, { todo: 'To keep the comparison, upload the file at the output comparison_path in a later step.' });
    }
}
function export_artifact_upload({ retentionDays, compressionLevel, overwriteArtifact: overwrite }, step, what) {
    const { reporter, context, clock } = step;
    const phase = {
        awaited: 'the upload of the artifact',
        carryOn: 'The export is saved on the runner (output export_dir), and a later step can upload it.',
    };
    return (0,waits/* withinDeadline */.iP)(step, phase, (signal) => uploadExport({ ...what, retentionDays, compressionLevel, overwrite, context, reporter, clock, signal }));
}

// EXTERNAL MODULE: ./build/operations/export/export-bytes.js
var export_bytes = __webpack_require__(76660);
// EXTERNAL MODULE: ./build/export/coco/coco-file.js
var coco_file = __webpack_require__(33373);
// EXTERNAL MODULE: ./build/export/comparison/item-index.js
var item_index = __webpack_require__(95059);
;// CONCATENATED MODULE: ./build/export/comparison/compare.js

const MOST_EXAMPLES = 10;
/**
 * Compares an export with a baseline while it is read. Signed links, `info`, the order of records and of their metadata never count, nor
 * scores that move by no more than their tolerance.
 */
class Comparing {
    #baseline;
    #index;
    #added = [];
    constructor(baseline) {
        this.#baseline = baseline;
        this.#index = baseline.takeIndex();
    }
    /** What reading must be asked for. */
    get wanted() {
        return { items: this.#baseline.seeds };
    }
    take({ result }) {
        this.#added.push(...this.#index.addAfter(result, MOST_EXAMPLES - this.#added.length));
    }
    /** @param records of the new export, all of which were taken */
    end(records) {
        const before = sideOf(this.#baseline.records);
        const after = sideOf(records);
        if (before.format !== after.format) {
            const notCompared = `the baseline is ${nameOf(before.format)} and this export is ${nameOf(after.format)}`;
            return { ...outcome(new item_index/* ItemIndex */.k(), []), changed: true, notCompared, before, after };
        }
        return { ...outcome(this.#index, this.#added), notCompared: undefined, before, after };
    }
}
function sideOf({ statistics, format, contentDigest }) {
    return { ...statistics, format, contentDigest };
}
function nameOf(format) {
    return format === 'json' ? 'JSON' : 'parquet';
}
function outcome(index, added) {
    const counts = { added: 0, removed: 0, modified: 0, unchanged: 0 };
    const fields = {
        labels: 0,
        boxes: 0,
        tags: 0,
        captions: 0,
        cluster: 0,
        issues: 0,
        uniqueness: 0,
        other: 0,
    };
    const examples = { added, removed: [], modified: [] };
    for (const item of index.items()) {
        if (item.fate === 'added')
            counts.added += 1;
        else if (item.fate === 'removed') {
            counts.removed += 1;
            if (examples.removed.length < MOST_EXAMPLES)
                examples.removed.push(item.example());
        }
        else {
            counts[item.fields.length === 0 ? 'unchanged' : 'modified'] += 1;
            for (const field of item.fields)
                fields[field] += 1;
            if (item.fields.length > 0 && examples.modified.length < MOST_EXAMPLES)
                examples.modified.push(item.example());
        }
    }
    return { ...counts, fields, examples, changed: counts.added + counts.removed + counts.modified > 0 };
}

// EXTERNAL MODULE: ./build/export/records/read-records.js + 1 modules
var read_records = __webpack_require__(24249);
// EXTERNAL MODULE: ./build/export/comparison/fields.js
var comparison_fields = __webpack_require__(79736);
// EXTERNAL MODULE: ./build/export/records/counts.js
var counts = __webpack_require__(25272);
;// CONCATENATED MODULE: ./build/operations/export/export-pictures.js




/** More names than this would bury the rest of the summary. */
const MOST_NAMES = 50;
/** Of each kind of change. */
const export_pictures_MOST_EXAMPLES = 3;
/** Names that changed most, in the one line that lists them. */
const export_pictures_MOST_NAMED = 3;
const DRAWN = [
    { named: 'labels', title: 'Labels', one: 'label', unit: 'items' },
    { named: 'objects', title: 'Objects', one: 'object', unit: 'objects' },
    { named: 'issues', title: 'Issues', one: 'issue', unit: 'items' },
    { named: 'tags', title: 'Tags', one: 'tag', unit: 'items' },
];
/** Shows in the job summary what an export contains, and what changed since the baseline if there is one. */
function tellContents(reporter, statistics, comparison) {
    if (comparison)
        tellChanges(reporter, comparison);
    else
        for (const drawn of DRAWN)
            drawCounts(reporter, drawn, statistics);
    drawUniqueness(reporter, comparison?.before, statistics);
    tellStatistics(reporter, statistics);
}
function tellStatistics(reporter, statistics) {
    const { types, captioned, clusters, bytes } = statistics;
    const kinds = Array.from(types, ([type, items]) => `${(0,numbers/* count */.U9)(items)} ${type.replaceAll('_', ' ')}`);
    // One type is what everybody expects.
    if (kinds.length > 1)
        reporter.fact('By type', kinds.slice(0, 10).join(', '));
    if (clusters > 0)
        reporter.fact('Clusters', (0,numbers/* count */.U9)(clusters));
    if (captioned > 0)
        reporter.fact('Captioned', (0,numbers/* count */.U9)(captioned));
    if (bytes !== undefined)
        reporter.fact('Media size', (0,facts/* size */.Ej)(bytes));
}
/** How the scores are distributed, and how they were if that differs. */
function drawUniqueness(reporter, before, { uniqueness: now }) {
    const earlier = before?.uniqueness;
    if (now.scored === 0)
        return;
    const isCompared = earlier && earlier.scored > 0 && earlier.bins.some((items, bin) => items !== now.bins[bin]);
    reporter.chart({
        title: 'Uniqueness',
        unit: 'items with a score in this range',
        categories: now.bins.map((_, bin) => `${(bin / 10).toFixed(1)} to ${((bin + 1) / 10).toFixed(1)}`),
        series: [...(isCompared ? [{ name: 'before', values: earlier.bins }] : []), { name: 'now', values: now.bins }],
    });
}
function tellChanges(reporter, comparison) {
    const { before, after } = comparison;
    if (comparison.notCompared === undefined)
        tellItems(reporter, comparison);
    for (const drawn of DRAWN)
        drawChanges(reporter, drawn, before, after);
}
function tellItems(reporter, comparison) {
    const { added, removed, modified, unchanged, before, after, examples } = comparison;
    const largest = largestChanges(before, after);
    reporter.table({
        title: 'Changes',
        headers: ['Change', 'Items'],
        rows: [
            ['Added', (0,numbers/* count */.U9)(added)],
            ['Removed', (0,numbers/* count */.U9)(removed)],
            ['Modified', (0,numbers/* count */.U9)(modified) + fieldWords(comparison)],
            ['Unchanged', (0,numbers/* count */.U9)(unchanged)],
            ...(largest.length === 0 ? [] : [['Largest changes', largest.join(', ')]]),
        ],
    });
    const rows = [
        ...exampleRows('added', added, examples.added),
        ...exampleRows('removed', removed, examples.removed),
        ...exampleRows('modified', modified, examples.modified),
    ];
    // Only a modified item has fields.
    const columns = examples.modified.length > 0 ? 3 : 2;
    if (rows.length > 0) {
        const headers = ['Change', 'Item', 'What differs'].slice(0, columns);
        reporter.table({ title: 'Examples', headers, rows: rows.map((row) => row.slice(0, columns)) });
    }
}
/** `3 added, 1 removed, 5 modified (labels 4, tags 1); 91 unchanged`. */
function changeWords(comparison) {
    const { added, removed, modified, unchanged } = comparison;
    if (!comparison.changed)
        return `none; ${(0,numbers/* count */.U9)(unchanged)} items unchanged`;
    return `${(0,numbers/* count */.U9)(added)} added, ${(0,numbers/* count */.U9)(removed)} removed, ${(0,numbers/* count */.U9)(modified)} modified${fieldWords(comparison)}; ${(0,numbers/* count */.U9)(unchanged)} unchanged`;
}
/** What changed, to end a sentence: `; since run 4242, 3 added, 1 removed, and 5 modified`. */
function changeClause({ changed, added, removed, modified, notCompared }, since) {
    if (notCompared !== undefined)
        return `; it counts as changed, because ${notCompared}`;
    if (!changed)
        return `; nothing changed since ${since}`;
    return `; since ${since}, ${(0,numbers/* count */.U9)(added)} added, ${(0,numbers/* count */.U9)(removed)} removed, and ${(0,numbers/* count */.U9)(modified)} modified`;
}
function fieldWords(comparison) {
    const fields = modifiedFields(comparison).map(([field, items]) => `${field} ${(0,numbers/* count */.U9)(items)}`);
    return fields.length === 0 ? '' : ` (${fields.join(', ')})`;
}
function modifiedFields({ fields }) {
    return comparison_fields/* FIELDS */.cJ.map((field) => [field, fields[field]])
        .filter(([, items]) => items > 0)
        .sort(([, one], [, other]) => other - one);
}
function largestChanges(before, after) {
    const all = DRAWN.flatMap(({ named, one }) => (0,counts/* changesOf */.f)(before[named], after[named]).map((change) => ({ ...change, one, by: change.after - change.before })));
    return all
        .filter(({ by }) => by !== 0)
        .sort((one, other) => Math.abs(other.by) - Math.abs(one.by))
        .slice(0, export_pictures_MOST_NAMED)
        .map(({ one, name, by }) => `${one} ${name} ${(0,numbers/* signed */.x8)(by)}`);
}
function drawCounts(reporter, { named, title, unit }, statistics) {
    const names = [...statistics[named]].sort(([, one], [, other]) => other - one);
    if (names.length === 0)
        return;
    const shown = names.slice(0, MOST_NAMES);
    reporter.chart({
        title: shown.length < names.length ? `${title}: ${MOST_NAMES} most frequent of ${(0,numbers/* count */.U9)(names.length)}` : title,
        unit,
        categories: shown.map(([name]) => name),
        series: [{ name: unit, values: shown.map(([, items]) => items) }],
    });
}
function drawChanges(reporter, drawn, before, after) {
    const { named, title, unit } = drawn;
    const changes = (0,counts/* changesOf */.f)(before[named], after[named]);
    if (changes.length === 0)
        return;
    if (changes.every((change) => change.before === change.after))
        return drawCounts(reporter, drawn, after);
    const shown = changes.slice(0, MOST_NAMES);
    reporter.chart({
        title: shown.length < changes.length ? `${title}: ${MOST_NAMES} largest changes of ${(0,numbers/* count */.U9)(changes.length)}` : title,
        unit,
        categories: shown.map(({ name }) => name),
        series: [
            { name: 'before', values: shown.map((change) => change.before) },
            { name: 'now', values: shown.map((change) => change.after) },
        ],
    });
}
/** The first of each kind, by their names, else their IDs, and how many more there are. */
function exampleRows(change, items, examples) {
    const shown = examples.slice(0, export_pictures_MOST_EXAMPLES);
    const rows = shown.map(({ name, mediaId = '', fields = [], values = {} }) => [
        change,
        { code: name === '' ? mediaId : name },
        fields.map((field) => differenceOf(field, values[field])).join('; '),
    ]);
    const more = items - shown.length;
    return more > 0 && shown.length > 0 ? [...rows, [change, `and ${(0,numbers/* count */.U9)(more)} more`, '']] : rows;
}
/** `labels: cat → dog`, or the field alone. */
function differenceOf(field, values) {
    return values ? `${field}: ${values.before || 'none'} → ${values.after || 'none'}` : field;
}

;// CONCATENATED MODULE: ./build/operations/export/export-review.js






/** Prepares to read a new export, to compare it with the baseline if there is one, and to write a COCO file if one is asked for. */
function readingFor(request, earlier) {
    const comparing = earlier?.kind === 'baseline' ? new Comparing(earlier.baseline) : undefined;
    const coco = request.coco && new coco_file/* CocoFile */.T(request.coco);
    return {
        wanted: { ...comparing?.wanted, ...coco?.wanted },
        async take(batch) {
            comparing?.take(batch);
            await coco?.take(batch);
        },
        coco,
        end: (records) => comparing?.end(records),
    };
}
/**
 * Reports what was found in an export that is in place: the outputs and the summary, and `comparison.json` next to the manifest.
 *
 * @param placed `undefined` if nothing matched what was selected
 */
async function reviewExport(request, step, placed, earlier, reading) {
    const { reporter } = step;
    const records = placed ?? noRecords(request);
    const { statistics } = records;
    const comparison = reading.end(records);
    if (earlier?.kind === 'none')
        reporter.output('changed', true);
    if (!comparison || earlier?.kind !== 'baseline') {
        tellContents(reporter, statistics, undefined);
        return { statistics, comparison: undefined, comparisonPath: undefined, changes: '' };
    }
    reporter.output('changed', comparison.changed);
    reporter.output('added_count', comparison.added);
    reporter.output('removed_count', comparison.removed);
    reporter.output('modified_count', comparison.modified);
    if (earlier.link !== undefined)
        reporter.fact('Baseline', earlier.words, { link: earlier.link });
    if (comparison.notCompared === undefined)
        reporter.info(`Changes since ${earlier.words}: ${changeWords(comparison)}.`);
    tellContents(reporter, statistics, comparison);
    const changes = changeClause(comparison, earlier.words);
    if (!placed)
        return { statistics, comparison, comparisonPath: undefined, changes };
    const { writeComparison } = await __webpack_require__.e(/* import() */ 335).then(__webpack_require__.bind(__webpack_require__, 74335));
    const comparisonPath = external_node_path_.join(request.outputDir, manifest/* COMPARISON_NAME */.EW);
    await writeComparison(comparisonPath, comparison, earlier.origin);
    reporter.output('comparison_path', comparisonPath);
    reporter.fact('Comparison', external_node_path_.relative(step.context.workspace, comparisonPath), { code: true });
    return { statistics, comparison, comparisonPath, changes };
}
/** Of an export that matched nothing. */
function noRecords({ exportFormat }) {
    const none = new read_records/* RecordSummary */.W6();
    const [contentDigest, statistics] = [none.contentDigest(), none.statistics()];
    return { mediaCount: 0, contentDigest, statistics, format: exportFormat, metadataFiles: [] };
}

;// CONCATENATED MODULE: ./build/operations/export/export-snapshot.js





/**
 * Makes a temporary clone of a snapshot and has `body` export it. The step deletes the clone at its end, however it ends, or the post
 * step does if this one is killed. The vendor's own way to export a snapshot is to restore it first, which changes the live dataset.
 */
async function withEphemeralClone(request, step, source, choice, body) {
    const { reporter } = step;
    const target = await chooseSnapshot(step, source, choice);
    (0,facts/* aboutSnapshot */.sg)(step, target, 'Exported snapshot');
    const made = await makeClone(step, source, target, { onConflict: request.onConflict, ephemeral: true });
    const { datasetId } = made;
    reporter.addToResult('clone_dataset_id', datasetId);
    reporter.fact('Ephemeral clone', datasetId, { code: true });
    const clone = await waitForMade(step, made);
    if (!clone) {
        throw new errors/* ActionError */.lZ('not_found', `The temporary clone, dataset ${datasetId}, was deleted by someone else.`, {
            todo: 'Nothing was exported. Re-run the job, and do not delete datasets that end in "(cloned)" while it runs.',
        });
    }
    return await body(clone, target);
}

// EXTERNAL MODULE: ./build/operations/export/export-subject.js
var export_subject = __webpack_require__(6443);
// EXTERNAL MODULE: ./build/operations/export/export-task.js
var export_task = __webpack_require__(38074);
;// CONCATENATED MODULE: ./build/operations/export/gates.js



/** Of those that are not in `class_list`. */
const MOST_CLASSES_SHOWN = 20;
/** Looks up the figure of each condition. One that needs an earlier export, where there is none, is not met. */
function check(conditions, figures) {
    return conditions.map((condition) => {
        const figure = gates_figureOf(condition, figures);
        const actual = condition.percent ? share(figure, wholeOf(condition, figures)) : figure;
        const notCompared = figures.comparison?.notCompared ?? 'no baseline';
        return { condition, figure, actual, met: actual !== undefined && isMet(condition, actual), notCompared };
    });
}
/** What each input makes of a condition that is met. */
const INPUTS = {
    fail_if: { title: 'Conditions that fail the step', met: '❌ fails the step' },
    warn_if: { title: 'Conditions that warn', met: '⚠️ warning' },
};
/**
 * Tells what became of the conditions. Each one of `warn_if` that is met is a warning. Fails with `gate_failed` if one of `fail_if` is met,
 * naming each that is with its figure, or if the data contains classes that are not in `class_list`. To be called when the export is safe:
 * nothing is undone.
 */
function passGates(step, { failIf, warnIf, unlisted }, { done, where }) {
    const { reporter } = step;
    gates_tell(step, 'fail_if', failIf);
    gates_tell(step, 'warn_if', warnIf);
    for (const one of warnIf.filter(({ met }) => met)) {
        reporter.warning(`A warn_if condition was met: ${one.condition.text}: found ${words(one)}.`);
    }
    const problems = [metConditions(failIf), unlistedClasses(unlisted)].filter((problem) => problem !== undefined);
    if (problems.length === 0)
        return;
    reporter.note(done);
    throw new errors/* ActionError */.lZ('gate_failed', problems.flatMap(({ lines }) => lines).join('\n'), {
        todo: [where, ...problems.map(({ todo }) => todo)].join(' '),
    });
}
function metConditions(checked) {
    const met = checked.filter((one) => one.met);
    if (met.length === 0)
        return undefined;
    const heading = met.length === 1
        ? 'A fail_if condition was met:'
        : `${met.length} of ${checked.length} fail_if conditions were met:`;
    return {
        lines: [heading, ...met.map((one) => `- ${one.condition.text}: found ${words(one)}`)],
        todo: 'If the data is correct, change the conditions under fail_if.',
    };
}
/** Those with the most annotations first. */
function unlistedClasses(unlisted) {
    if (!unlisted || unlisted.counts.size === 0)
        return undefined;
    const classes = [...unlisted.counts].sort(([, one], [, other]) => other - one);
    const more = classes.length - MOST_CLASSES_SHOWN;
    return {
        lines: [
            `The data contains classes that are not in class_list (${(0,numbers/* count */.U9)(classes.length)}); their annotations are not in annotations.json:`,
            ...classes
                .slice(0, MOST_CLASSES_SHOWN)
                .map(([name, annotations]) => `- ${JSON.stringify(name)}: ${(0,numbers/* count */.U9)(annotations)} left out`),
            ...(more > 0 ? [`- ${(0,numbers/* counted */.hS)(more, 'more class', 'more classes')}`] : []),
        ],
        todo: `Add the classes to the end of the class_list file, which keeps the other IDs, then re-run the job.${classes.some(([name]) => name.startsWith('#')) ? ' Write a name that begins with # with a backslash: \\#.' : ''}`,
    };
}
function gates_tell({ reporter }, input, checked) {
    if (checked.length === 0)
        return;
    const { title, met } = INPUTS[input];
    const verdict = (one) => (one.actual === undefined ? 'not checked' : one.met ? met : '✅ passed');
    reporter.table({
        title,
        place: 'first',
        headers: ['Condition', 'Value', 'Result'],
        rows: checked.map((one) => [{ code: one.condition.text }, words(one), verdict(one)]),
    });
    for (const one of checked)
        reporter.info(`${input}: ${one.condition.text}: ${words(one)} (${verdict(one)})`);
}
function words({ condition, figure, actual, notCompared }) {
    if (figure === undefined || actual === undefined)
        return notCompared;
    if (!condition.percent)
        return (0,numbers/* count */.U9)(figure);
    return Number.isFinite(actual) ? `${(0,numbers/* count */.U9)(figure)} (${percentage(actual)}%)` : `${(0,numbers/* count */.U9)(figure)} (none before)`;
}
/** Three digits, however small: a share that is not 0 never shows as 0. */
function percentage(percent) {
    const rounded = Number(percent.toPrecision(3));
    return rounded < 1 ? String(rounded) : (0,numbers/* count */.U9)(rounded);
}
function gates_figureOf({ figure }, figures) {
    if (figure.of === 'whole')
        return wholeFigure(figure.name, figures);
    return countOf(figures.statistics[figure.of], figure.name);
}
function wholeFigure(name, { statistics, comparison, sizeBytes }) {
    switch (name) {
        case 'media_count':
            return statistics.items;
        case 'clusters':
            return statistics.clusters;
        case 'size_bytes':
            return sizeBytes;
        case 'added':
        case 'removed':
        case 'modified':
            return comparison?.notCompared === undefined ? comparison?.[name] : undefined;
    }
}
/** The count of a name; where none is spelled exactly so, of those that differ in upper and lower case only. */
function countOf(counts, name) {
    const exact = counts.get(name);
    if (exact !== undefined)
        return exact;
    const wanted = name.toLowerCase();
    let sum = 0;
    for (const [other, items] of counts)
        if (other.toLowerCase() === wanted)
            sum += items;
    return sum;
}
/** What a share is a share of: the items before where a condition compares, else the items of this export. */
function wholeOf(condition, { statistics, comparison }) {
    return compares(condition) ? comparison?.before.items : statistics.items;
}
/** In percent. Something out of nothing is without bound. */
function share(part, whole) {
    if (part === undefined || whole === undefined)
        return undefined;
    if (whole > 0)
        return (part / whole) * 100;
    return part === 0 ? 0 : Infinity;
}

// EXTERNAL MODULE: ./build/operations/export/parts-folder.js
var parts_folder = __webpack_require__(98921);
// EXTERNAL MODULE: ./build/operations/export/start-export.js
var start_export = __webpack_require__(31613);
;// CONCATENATED MODULE: ./build/operations/export/export.js
























/** Exports a dataset, or a part of it; done when the bytes are on disk, verified, and (by default) up as an artifact. */
const exportDataset = operation({
    name: 'export',
    ...exportInputs,
    outputs: [
        'snapshot_id',
        'snapshot_name',
        'task_id',
        'export_id',
        'export_path',
        'export_dir',
        'export_size_bytes',
        'export_sha256',
        'media_count',
        'content_digest',
        'changed',
        'added_count',
        'removed_count',
        'modified_count',
        'comparison_path',
        'annotations_path',
        'artifact_id',
        'artifact_name',
        'artifact_url',
        'artifact_digest',
    ],
    async run(request, step) {
        await requireOutput(request, step);
        const earlier = await readEarlier(request, step);
        const source = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        step.reporter.fact('Exported', (0,export_subject/* selectionWords */.w8)(request));
        if (request.snapshot === undefined) {
            const carryOn = (exportId) => `The export is still running in Visual Layer. Do not start it again; to download it later, set export_id: ${exportId}.`;
            const again = (exportId) => `The export is complete in Visual Layer. To download it without exporting again, set export_id: ${exportId} and re-run the job.`;
            return exportSubject(request, step, { source, exported: source, snapshot: undefined, carryOn, again }, earlier);
        }
        return withEphemeralClone(request, step, source, request.snapshot, (clone, snapshot) => {
            const carryOn = () => 'Re-run the job.';
            return exportSubject(request, step, { source, exported: clone, snapshot, carryOn, again: carryOn }, earlier);
        });
    },
});
/** What is surely in the way of an export is an error before it starts. */
async function requireOutput(request, step) {
    if (!request.wait)
        return;
    const { coco, outputDir } = request;
    await (0,place/* requireWritable */.ik)(outputDir);
    if (coco && (0,earlier_export/* look */.Op)(external_node_path_.join(outputDir, manifest/* ANNOTATIONS_NAME */.fn)))
        (0,earlier_export/* checkObstacles */.FD)(outputDir, [manifest/* ANNOTATIONS_NAME */.fn], await (0,place/* prepareFolder */.G8)(outputDir, (0,parts_folder/* partsFolder */.Hb)(request)));
    if (!request.uploadArtifact)
        return;
    const name = request.extract || request.shard ? request.artifactName : (0,start_export/* archiveName */.uv)(request);
    await requireFreeName({ ...step, name, overwrite: request.overwriteArtifact });
}
async function exportSubject(request, step, subject, earlier) {
    const { source } = subject;
    const reading = readingFor(request, earlier);
    const outcome = await fetched(request, step, subject, reading);
    if (outcome.kind === 'started') {
        return `Started the export of dataset "${source.name}". The step did not wait for it to finish (wait: false). To download it in a later step, set export_id: ${outcome.exportId}.`;
    }
    const placed = outcome.kind === 'placed' ? outcome.placed : undefined;
    if (!placed) {
        step.reporter.output('media_count', 0);
        step.reporter.output('content_digest', new digest/* RecordDigest */.G().hex());
    }
    const review = await reviewExport(request, step, placed, earlier, reading);
    const isUploaded = placed !== undefined &&
        request.uploadArtifact &&
        (await publishExport(request, step, placed, review.comparisonPath));
    const what = outcome.kind === 'nothing'
        ? nothing(source)
        : `Exported dataset "${source.name}"${outcome.how}: ${told(step, request, outcome.placed)}`;
    const done = `${what}${review.changes}.`;
    const where = !placed
        ? 'No file was written.'
        : `The export is complete: see the ${isUploaded ? 'outputs artifact_url and export_dir' : 'output export_dir'}.`;
    const figures = { ...review, sizeBytes: placed?.sizeBytes ?? 0 };
    const [failIf, warnIf] = [check(request.failIf, figures), check(request.warnIf, figures)];
    passGates(step, { failIf, warnIf, unlisted: placed?.coco?.unlisted }, { done, where });
    return done;
}
/** One export if possible; parts if it was rejected as too large, is a shard, or was started in parts before. */
async function fetched(request, step, subject, reading) {
    if (request.shard ||
        (request.split && request.wait && (await (0,parts_folder/* wasBegunInParts */.Cl)(request, subject, step.clock.date())))) {
        return inParts(request, step, subject, undefined, reading);
    }
    const begun = await begin(request, step, subject.exported);
    if (begun.kind === 'too_long') {
        if (!request.split || !request.wait)
            throw begun.error;
        return inParts(request, step, subject, begun, reading);
    }
    if (begun.kind === 'rejected')
        return rejectedOutcome(request, step, subject, begun, reading);
    const { exportId } = begun;
    step.reporter.output('export_id', exportId);
    step.reporter.fact('Export ID', exportId, { code: true });
    if (!request.wait)
        return { kind: 'started', exportId };
    const end = await completed(request, step, subject, exportId);
    if (end.kind === 'rejected')
        return rejectedOutcome(request, step, subject, end, reading);
    const placed = await (0,export_bytes/* fetchExport */.H)(request, step, subject, { exportId, link: end.link }, reading);
    return { kind: 'placed', placed, how: '' };
}
async function rejectedOutcome(request, step, subject, rejection, reading) {
    if (rejection.reason === 'nothing_matched' && request.allowEmpty)
        return { kind: 'nothing' };
    if (rejection.reason !== 'too_large' || !request.split)
        throw (0,verdicts_export/* rejectedExport */.lE)(rejection);
    if (request.selection.kind === 'attached') {
        throw (0,verdicts_export/* rejectedExport */.lE)(rejection, 'Remove export_id: the step then exports in parts (split: auto).');
    }
    if (!request.wait) {
        throw (0,verdicts_export/* rejectedExport */.lE)(rejection, 'Set wait: true: the step then exports in parts and merges them (split: auto).');
    }
    return inParts(request, step, subject, rejection, reading);
}
async function inParts(request, step, subject, rejection, reading) {
    const { exportInParts } = await __webpack_require__.e(/* import() */ 360).then(__webpack_require__.bind(__webpack_require__, 62360));
    const { placed, parts } = await exportInParts(request, step, subject, rejection, reading);
    const ofShard = request.shard ? `, shard ${request.shard.index} of ${request.shard.of}` : '';
    const ofParts = parts === 0 ? '' : ` in ${(0,numbers/* counted */.hS)(parts, 'part')}`;
    return { kind: 'placed', placed, how: `${ofShard}${ofParts}` };
}
function told(step, request, placed) {
    const where = external_node_path_.relative(step.context.workspace, placed.archivePath ?? request.outputDir);
    return `${(0,numbers/* counted */.hS)(placed.mediaCount, request.exportFormat === 'json' ? 'record' : 'row')} in ${where}`;
}
/** Starts the export, or attaches to one that runs. */
async function begin(request, step, dataset) {
    if (request.selection.kind === 'attached') {
        step.reporter.info(`Attaching to export ${request.selection.exportId}; none is started.`);
        return { kind: 'begun', exportId: request.selection.exportId };
    }
    const phase = {
        awaited: 'the response to the start of the export',
        carryOn: 'The export may be running in Visual Layer, where it changes nothing. Re-run the job.',
    };
    return (0,until/* asPhase */.uQ)(step.waiting, phase, () => (0,export_task/* beginExport */.c)(step, dataset, (0,start_export/* startOf */.GH)(request), request.onConflict));
}
async function completed(request, step, { exported, carryOn, again }, exportId) {
    const grace = request.selection.kind === 'attached' ? 0 : (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const phase = { awaited: `the export of ${(0,facts/* namedDataset */.gM)(exported)}, export ${exportId}`, carryOn: carryOn(exportId) };
    // COMPLETED, it may still be without its link.
    const probe = (0,export_task/* exportProbe */.Z)(step, exported.id, exportId, grace, ({ state }) => {
        if (state === 'COMPLETED')
            phase.carryOn = again(exportId);
    });
    return (0,waits/* waitFor */.fm)(step, phase, probe);
}
function nothing(dataset) {
    return `Nothing matched in dataset "${dataset.name}", so no file was written and no artifact uploaded (allow_empty: true)`;
}

;// CONCATENATED MODULE: ./build/operations/list-snapshots.js





/** The summary and the output contain more; a log of thousands of lines helps nobody. */
const MOST_LOGGED = 100;
/** Tells the snapshots of a dataset, newest first: as JSON, as a table in the summary, and in the log. */
const listSnapshots = operation({
    name: 'list-snapshots',
    inputs: { dataset_id: datasetId() },
    outputs: ['snapshots'],
    async run(request, step) {
        const { reporter } = step;
        const dataset = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        const snapshots = newestFirst(await step.api.snapshots.list(dataset.id));
        reporter.output('snapshots', catalogJson(snapshots));
        reporter.table({
            title: 'Snapshots',
            headers: [...CATALOG_HEADERS, 'Why', 'Description', 'State'],
            rows: snapshots.map((one) => [...catalogCells(one), one.reason, one.description, stateOf(one)]),
        });
        reporter.fact('Snapshots', String(snapshots.length));
        const current = snapshots.find((one) => one.isCurrent);
        if (current)
            reporter.fact('Current snapshot', current.name);
        await reporter.group(`Snapshots of dataset "${dataset.name}", newest first`, async () => {
            for (const one of snapshots.slice(0, MOST_LOGGED)) {
                const state = stateOf(one);
                reporter.info(`"${one.name}" (${one.id}), ${whenTaken(one)}, ${one.reason}${state && `, ${state}`}`);
            }
            if (snapshots.length > MOST_LOGGED)
                reporter.info(`… and ${snapshots.length - MOST_LOGGED} more`);
        });
        return `Dataset "${dataset.name}" has ${(0,numbers/* counted */.hS)(snapshots.length, 'snapshot')}.`;
    },
});
function stateOf(snapshot) {
    return [snapshot.isCurrent ? 'current' : '', snapshot.isRestoring ? 'being restored' : ''].filter(Boolean).join(', ');
}

;// CONCATENATED MODULE: ./build/operations/prune-failure.js


const prune_failure_MOST_NAMED = 8;
const NAME_CHARS = 60;
const WHY_CHARS = 160;
/** The beginning of a text. */
function shortened(text, chars) {
    return text.length <= chars ? text : `${text.slice(0, chars).toWellFormed()}…`;
}
/** No faults of the dataset: the same deletion may succeed in the next run. */
const TRANSIENT = ['network', 'server_error', 'timed_out'];
/** The one error for all that stayed: what stayed, why, and what to do. The code is theirs if they share one or are all transient. */
function pruneFailure(dataset, stayed, deleted) {
    const [first] = stayed;
    const shared = stayed.every(({ error }) => error.code === first?.error.code) ? first?.error : undefined;
    const areAlike = shared !== undefined || stayed.every(({ error }) => TRANSIENT.includes(error.code));
    const named = stayed.slice(0, prune_failure_MOST_NAMED).map(({ snapshot, error }) => {
        const why = shortened(error.apiWords ?? error.message, WHY_CHARS);
        return `- "${shortened(snapshot.name, NAME_CHARS)}" (${snapshot.id}): ${why}`;
    });
    const more = stayed.length > prune_failure_MOST_NAMED ? [`- and ${stayed.length - prune_failure_MOST_NAMED} more, in the job summary`] : [];
    const many = (0,numbers/* counted */.hS)(stayed.length, 'snapshot');
    return new errors/* ActionError */.lZ((areAlike ? first?.error.code : undefined) ?? 'operation_failed', [
        `Could not delete ${many} of dataset "${shortened(dataset.name, NAME_CHARS)}"; ${deleted} ${deleted === 1 ? 'was' : 'were'} deleted.`,
        ...named,
        ...more,
    ].join('\n'), { todo: todoOf(shared), cause: first?.error });
}
function todoOf(shared) {
    if (shared?.code === 'conflict') {
        return 'If a snapshot is being restored or cloned, re-run the job when that is finished. The current snapshot can be deleted once another one is current.';
    }
    return (shared?.todo ??
        'Re-run the job to delete the remaining snapshots. If one remains each time, see its reason in the list.');
}

;// CONCATENATED MODULE: ./build/operations/retention.js



const DAY_MS = 86_400_000;
/**
 * Why a snapshot is kept whatever its age; `undefined` where the rule may delete it. Only snapshots that people or workflows
 * took are ever deleted (`reason` is `manual`), and never the current one.
 */
function protection(snapshot, { namePrefix }) {
    if (snapshot.isCurrent)
        return 'it is current';
    if ((0,datasets/* normalWord */.Y4)(snapshot.reason) !== 'MANUAL') {
        return `it is not manual (${snapshot.reason === '' ? 'unknown reason' : snapshot.reason})`;
    }
    if (!snapshot.name.startsWith(namePrefix))
        return `its name does not begin with "${namePrefix}"`;
    return snapshot.createdAt === undefined ? 'its time cannot be read' : undefined;
}
/**
 * Applies the rule to the catalog; newest first. The newest `keepLast` are counted among the manual ones of the prefix, the
 * current one included where it is one. A rule that keeps nothing deletes nothing.
 *
 * @param now the wall clock, in ms since the epoch
 */
function retentionPlan(snapshots, rule, now) {
    const { keepLast = 0, keepDays = 0 } = rule;
    let newest = 0;
    return newestFirst(snapshots).map((snapshot) => {
        const keptFor = protection(snapshot, rule);
        // The current one takes a place among the newest, as if it were not protected.
        const isCounted = protection({ ...snapshot, isCurrent: false }, rule) === undefined;
        if (isCounted)
            newest += 1;
        const ageMs = now - (snapshot.createdAt ?? now);
        const why = keptFor ??
            (keepLast === 0 && keepDays === 0 ? 'the rule is empty' : undefined) ??
            (newest <= keepLast ? `it is one of the newest ${keepLast}` : undefined) ??
            (keepDays > 0 && ageMs < keepDays * DAY_MS ? `it is younger than ${(0,numbers/* counted */.hS)(keepDays, 'day')}` : undefined);
        if (why !== undefined)
            return { snapshot, keep: true, why };
        const age = Math.floor(ageMs / DAY_MS);
        return {
            snapshot,
            keep: false,
            why: `it is ${(0,numbers/* counted */.hS)(age, 'day')} old, and the rule does not keep it`,
        };
    });
}
/** The rule in a sentence's worth of words: `the newest 3, and those younger than 30 days`. */
function ruleWords({ keepLast, keepDays, namePrefix }) {
    const parts = [
        keepLast === undefined ? '' : `the newest ${keepLast}`,
        keepDays === undefined ? '' : `those younger than ${(0,numbers/* counted */.hS)(keepDays, 'day')}`,
    ].filter(Boolean);
    const names = namePrefix === '' ? 'manual snapshots' : `manual snapshots whose name begins with "${namePrefix}"`;
    return `of the ${names} keep ${parts.join(', and ')}`;
}

;// CONCATENATED MODULE: ./build/operations/prune-snapshots.js











/** Written at each deletion up to here, then after every 25th: the runner keeps all that was ever written. */
const WRITTEN_EACH = 100;
const WRITTEN_AT = 25;
/** Of the table of deletions: it fits a screen. */
const MOST_ROWS = 15;
const prune_snapshots_NAME_CHARS = 40;
/** Deletes what a retention rule no longer keeps, oldest first; one failure does not stop the rest. */
const pruneSnapshots = operation({
    name: 'prune-snapshots',
    inputs: {
        dataset_id: datasetId(),
        /** How many of the newest to keep, and for how many days; at least one of them keeps something. */
        keep_last: wholeNumber(0, 1000).optional(),
        keep_days: wholeNumber(0, 36_500).optional(),
        /** Only snapshots whose name begins so are deleted; '' is every name. */
        name_prefix: displayName().default(''),
        /** Tell what would be deleted, and delete nothing. */
        dry_run: flag(),
    },
    outputs: ['deleted_snapshot_ids', 'would_delete_snapshot_ids'],
    /** A rule that keeps nothing is no retention: more likely, an expression in the workflow came out empty or as 0. */
    rules({ keep_last: last, keep_days: days }) {
        if (last === undefined && days === undefined) {
            const rule = 'operation "prune-snapshots" requires keep_last (how many of the newest to keep), keep_days (for how many days), or both';
            return [{ input: 'keep_last', got: undefined, rule }];
        }
        const keepsNothing = [last, days].every((text) => text === undefined || /^0+$/.test(text));
        if (!keepsNothing)
            return [];
        const rule = 'it must be at least 1 if nothing else keeps any, because this rule would delete every snapshot';
        return [last === undefined ? { input: 'keep_days', got: days, rule } : { input: 'keep_last', got: last, rule }];
    },
    async run(request, step) {
        const { reporter } = step;
        reporter.output('deleted_snapshot_ids', '[]');
        const dataset = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        reporter.fact('Rule', ruleWords(request));
        const plan = retentionPlan(await step.api.snapshots.list(dataset.id), request, step.clock.date());
        const doomed = plan.filter((one) => !one.keep).toReversed();
        reporter.fact('Kept', String(plan.length - doomed.length));
        prune_snapshots_tell(step, plan, new Map(), request.dryRun ? 'would be deleted' : 'to be deleted');
        if (request.dryRun) {
            for (const { snapshot } of doomed)
                reporter.info(`Would delete ${prune_snapshots_named(snapshot)}.`);
            reporter.output('would_delete_snapshot_ids', JSON.stringify(doomed.map(({ snapshot }) => snapshot.id)));
            return `Dry run: would delete ${(0,numbers/* counted */.hS)(doomed.length, 'snapshot')} of dataset "${dataset.name}". Nothing was deleted.`;
        }
        const pruning = new Pruning(step, dataset, request);
        try {
            await pruning.deleteAll(doomed);
        }
        finally {
            pruning.writeDeleted();
            prune_snapshots_tell(step, plan, pruning.ends, 'not tried');
        }
        if (pruning.stayed.length > 0)
            throw pruneFailure(dataset, pruning.stayed, pruning.deleted.length);
        return `Deleted ${(0,numbers/* counted */.hS)(pruning.deleted.length, 'snapshot')} of dataset "${dataset.name}".`;
    },
});
function prune_snapshots_named(snapshot) {
    return `snapshot "${snapshot.name}" (${snapshot.id}), taken ${whenTaken(snapshot)}`;
}
/** Shows the plan in the summary, with what became of it as far as it is known: the deletions first, and all with IDs, folded. */
function prune_snapshots_tell(step, plan, ends, otherwise) {
    const rows = plan.map(({ snapshot, keep, why }) => {
        const end = ends.get(snapshot.id);
        return { snapshot, keep, cells: [keep ? 'kept' : (end?.outcome ?? otherwise), end?.why ?? why] };
    });
    const isTrouble = ({ cells: [outcome] }) => Number(outcome === 'stayed');
    const doomed = rows.filter(({ keep }) => !keep).sort((one, other) => isTrouble(other) - isTrouble(one));
    const shown = doomed
        .slice(0, MOST_ROWS)
        .map(({ snapshot, cells }) => [shortened(snapshot.name, prune_snapshots_NAME_CHARS), whenTaken(snapshot), ...cells]);
    const more = doomed.length - shown.length;
    step.reporter.table({
        title: 'Retention',
        headers: ['Name', 'When', 'Outcome', 'Why'],
        rows: more > 0 ? [...shown, [`and ${more} more`, '', '', '']] : shown,
    });
    step.reporter.table({
        title: 'All snapshots',
        place: 'folded',
        headers: [...CATALOG_HEADERS, 'Outcome', 'Why'],
        rows: rows.map(({ snapshot, cells }) => [...catalogCells(snapshot), ...cells]),
    });
}
class Pruning {
    /** Ids, in the order in which they were deleted. */
    deleted = [];
    stayed = [];
    ends = new Map();
    #step;
    #dataset;
    #rule;
    constructor(step, dataset, rule) {
        this.#step = step;
        this.#dataset = dataset;
        this.#rule = rule;
    }
    /** @param doomed in the order in which they are to go */
    async deleteAll(doomed) {
        const { reporter, deadline, signal } = this.#step;
        for (const [index, { snapshot }] of doomed.entries()) {
            signal.throwIfAborted();
            try {
                if (deadline.remainingMs() <= 0)
                    throw notTried('timed_out');
                const outcome = await this.#deleteOne(snapshot);
                reporter.info(`${index + 1} of ${doomed.length}: ${prune_snapshots_named(snapshot)}: ${outcome}.`);
            }
            catch (error) {
                signal.throwIfAborted();
                const failure = (0,system_errors/* asActionError */.z6)(error);
                this.#stays(snapshot, failure);
                reporter.info(`${index + 1} of ${doomed.length}: ${prune_snapshots_named(snapshot)} stayed: ${failure.apiWords ?? failure.message}`);
                // Neither would end otherwise for any of the rest.
                if (failure.code === 'timed_out' || failure.code === 'unauthorized') {
                    for (const rest of doomed.slice(index + 1))
                        this.#stays(rest.snapshot, notTried(failure.code, failure.todo));
                    break;
                }
            }
        }
        await this.#confirm();
    }
    writeDeleted() {
        this.#step.reporter.output('deleted_snapshot_ids', JSON.stringify(this.deleted));
    }
    async #deleteOne(snapshot) {
        const { api } = this.#step;
        // Read again each time: a long list takes time, and someone may restore, rename, or delete during it.
        const now = (await api.snapshots.list(this.#dataset.id)).find((one) => one.id === snapshot.id);
        const keptFor = now && protection(now, this.#rule);
        if (!now)
            return this.#ended(snapshot, 'already gone', 'someone else deleted it during the step');
        if (keptFor !== undefined)
            return this.#ended(snapshot, 'kept', `since the step began, ${keptFor}`);
        if (now.isRestoring)
            throw new errors/* ActionError */.lZ('conflict', 'The dataset is being restored to this snapshot.');
        try {
            await deletion(this.#step, this.#dataset, snapshot).run();
        }
        catch (error) {
            if (!(0,visual_layer_failure/* isMissing */.b2)(error))
                throw error;
            // The list may lag behind someone else's deletion; that it is gone is seen at the end.
            return this.#ended(snapshot, 'already gone', 'Visual Layer no longer finds it');
        }
        this.deleted.push(snapshot.id);
        if (this.deleted.length <= WRITTEN_EACH || this.deleted.length % WRITTEN_AT === 0)
            this.writeDeleted();
        return this.#ended(snapshot, 'deleted');
    }
    #ended(snapshot, outcome, why) {
        this.ends.set(snapshot.id, { outcome, ...(why === undefined ? {} : { why }) });
        return outcome;
    }
    #stays(snapshot, error) {
        this.stayed.push({ snapshot, error });
        this.#ended(snapshot, 'stayed', error.apiWords ?? error.message);
    }
    /** An accepted deletion is not yet a deletion: the catalog must show it. */
    async #confirm() {
        const gone = [...this.ends].filter(([, { outcome }]) => outcome === 'deleted' || outcome === 'already gone');
        if (gone.length === 0)
            return;
        let left = [];
        try {
            left = await stillListed(this.#step, this.#dataset, new Set(gone.map(([id]) => id)));
        }
        catch (error) {
            this.#step.signal.throwIfAborted();
            if (this.stayed.length === 0)
                throw error;
            this.#step.reporter.note(`Could not confirm that the other snapshots are gone: ${(0,errors/* describe */.q0)(error)}`);
        }
        for (const snapshot of left) {
            const isOurs = this.deleted.includes(snapshot.id);
            const message = `Visual Layer ${isOurs ? 'accepted its deletion' : 'did not find it'}, but still lists it.`;
            this.#stays(snapshot, new errors/* ActionError */.lZ('operation_failed', message));
            this.deleted = this.deleted.filter((id) => id !== snapshot.id);
        }
    }
}
function notTried(code, todo = 'Re-run the job to delete the rest, or increase timeout.') {
    const why = code === 'timed_out' ? 'the step timed out' : 'the credentials were no longer accepted';
    return new errors/* ActionError */.lZ(code, `Its deletion was not attempted: ${why}.`, { todo });
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/restore.js



/** Of the restores since a request, the one that runs, or the last that began; one without a start still waits for its turn. */
function lastRestore(tasks) {
    const began = (task) => ((0,visual_layer_tasks/* hasEnded */.hY)(task) ? (task.startedAt ?? 0) : Infinity);
    return tasks.reduce((best, next) => (best && began(best) >= began(next) ? best : next), undefined);
}
/**
 * A restore is over when its own task COMPLETED, its snapshot is the current one, none is restoring, and the dataset is READY.
 * It is over too if its snapshot is no longer current only because of what someone else did since: a snapshot that was not there
 * before, or a later restore, is the current one.
 * A task that never shows is done without, once the list had time: then the snapshot must have become current, or have been seen
 * restoring. docs.visual-layer.com/api-reference/snapshots; the order of these signs is not documented.
 */
function restoreVerdict(seen) {
    const { tasks, dataset, snapshots, targetId } = seen;
    const task = lastRestore(tasks);
    const target = snapshots.find((snapshot) => snapshot.id === targetId);
    const succeeded = tasks.filter(({ state }) => state === 'COMPLETED').length;
    // Only one restore runs at a time, so one that failed after another had COMPLETED may be someone else's.
    const isTheirs = succeeded > 0 && target?.isCurrent === true && !seen.wasCurrent;
    if (task && !isTheirs && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: (0,verdicts_dataset/* taskError */.iX)(task, `that restores snapshot ${targetId}`) };
    }
    const completed = succeeded > 0 && tasks.every(visual_layer_tasks/* hasEnded */.hY);
    if (dataset.status === 'ERROR' && (completed || (!task && !seen.wasError))) {
        return { state: 'failed', error: (0,verdicts_dataset/* datasetError */.T_)(dataset, `while snapshot ${targetId} was being restored`) };
    }
    const restoring = snapshots.some((snapshot) => snapshot.isRestoring);
    const settled = dataset.status === 'READY' && !restoring;
    if (settled && target?.isCurrent) {
        const proven = completed || (!task && (!seen.wasCurrent || seen.seenAtWork) && seen.sinceMs >= seen.patienceMs);
        if (proven)
            return { state: 'done', value: { since: undefined } };
    }
    const current = snapshots.find((snapshot) => snapshot.isCurrent);
    if (settled && completed && current && !target?.isCurrent) {
        if (!seen.earlierIds.has(current.id) || succeeded > 1)
            return { state: 'done', value: { since: current } };
    }
    if (settled && completed && !target?.isCurrent && seen.sinceMs >= seen.patienceMs) {
        return {
            state: 'failed',
            error: new errors/* ActionError */.lZ('operation_failed', `The restore task COMPLETED, but snapshot ${targetId} is not the current state of dataset ${dataset.id}${current ? `: that is "${current.name}" (${current.id})` : ''}.`, {
                todo: 'Someone else may have changed the dataset. Check its Snapshot Catalog in Visual Layer before you continue.',
            }),
        };
    }
    const signs = [
        (0,verdicts_dataset/* datasetLine */.Je)(dataset),
        task ? (0,verdicts_dataset/* taskLine */.er)(task) : 'task not listed yet',
        restoring ? 'restoring' : target?.isCurrent ? 'snapshot is current' : 'snapshot not current yet',
    ];
    return { state: 'pending', line: signs.join(', '), phase: `${dataset.status} ${task?.statusWord} ${signs[2]}` };
}

;// CONCATENATED MODULE: ./build/waiting/verdicts/snapshot.js


/**
 * A snapshot counts when the list shows it and the dataset is READY. If the API accepted without naming one, a READY may still be
 * the old one: then it counts once the snapshot is the current state, or the dataset was busy in between. `gone`: the API named it,
 * and the list had time to show it and does not, since someone else may delete it at once.
 */
function snapshotVerdict(seen) {
    const { snapshot, dataset } = seen;
    if (dataset.status === 'ERROR') {
        return { state: 'failed', error: (0,verdicts_dataset/* datasetError */.T_)(dataset, 'while its snapshot was being created') };
    }
    const ready = dataset.status === 'READY';
    if (snapshot && ready && (seen.named || snapshot.isCurrent || seen.seenBusy))
        return { state: 'done', value: snapshot };
    if (!snapshot && ready && seen.named && seen.sinceMs >= seen.patienceMs)
        return { state: 'done', value: 'gone' };
    if (!snapshot && ready && !seen.named && seen.sinceMs >= seen.patienceMs) {
        return {
            state: 'failed',
            error: new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the request, but dataset ${dataset.id} is READY again and does not list the snapshot.`, { todo: 'Visual Layer could not create the snapshot. Re-run the job.' }),
        };
    }
    const line = `${snapshot ? 'snapshot listed' : 'snapshot not listed yet'}, ${(0,verdicts_dataset/* datasetLine */.Je)(dataset)}`;
    return { state: 'pending', line, phase: `${snapshot !== undefined} ${dataset.status}` };
}

;// CONCATENATED MODULE: ./build/operations/provenance.js

/** Marks one snapshot of ours, so that it is found again among others made at the same time under the same name. */
function newMark() {
    return (0,external_node_crypto_.randomBytes)(8).toString('hex');
}
/**
 * The line that a snapshot's description ends with: where it came from, for people, and a mark, for the action.
 * `Created by GitHub Actions: octo/cats, workflow "Nightly", job export, run 42, attempt 1, commit 1a2b3c4, https://… [mark 0f…]`
 */
function provenanceLine(context, mark) {
    const parts = [
        context.repository,
        context.workflow === undefined ? undefined : `workflow "${context.workflow}"`,
        context.job === undefined ? undefined : `job ${context.job}`,
        context.runId === undefined ? undefined : `run ${context.runId}`,
        context.runAttempt === undefined ? undefined : `attempt ${context.runAttempt}`,
        context.sha === undefined ? undefined : `commit ${context.sha}`,
        context.runUrl,
    ].filter((part) => part !== undefined);
    return `Created by GitHub Actions${parts.length > 0 ? `: ${parts.join(', ')}` : ''} [mark ${mark}]`;
}
/** A description with its provenance on a line of its own. */
function describedWith(description, line) {
    return description === undefined || description === '' ? line : `${description}\n${line}`;
}

;// CONCATENATED MODULE: ./build/operations/take-snapshot.js








/**
 * Saves the present state of a dataset, once, and sees it: the snapshot is in the list and the dataset READY again.
 * The description ends with a line that says where it came from; the mark in it distinguishes ours from any other.
 *
 * @param wait `false`: returns as soon as the ID is known
 */
async function takeSnapshot(step, dataset, wish, wait) {
    const { api, clock } = step;
    const mark = newMark();
    const description = describedWith(wish.description, provenanceLine(step.context, mark));
    const hint = wish.safety
        ? 'No restore was started.'
        : 'Check it before you take another one (if_exists: reuse uses an existing one).';
    const ours = (snapshots) => snapshots.find((snapshot) => snapshot.description.includes(mark));
    const change = new OnceOnly({
        what: `create a snapshot of dataset ${dataset.id}`,
        ifUnclear: `The snapshot may already have been created. Look in the Snapshot Catalog of dataset ${dataset.id} for a description that ends with [mark ${mark}]. ${hint}`,
        send: () => api.snapshots.create(dataset.id, wish.name, description),
        async look() {
            const found = ours(await api.snapshots.list(dataset.id, 0));
            if (found)
                return { found };
            const { status } = await api.datasets.get(dataset.id, 0);
            return status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => step.reporter.info(line));
    const known = (snapshot) => {
        step.undo.settle();
        wish.onId(snapshot);
    };
    const { existing, reply } = await (0,conflicts/* throughConflicts */.j)(step, dataset.id, wish.onConflict, async () => {
        const found = change.mayHaveTakenEffect ? undefined : await wish.existing?.();
        if (found)
            return { existing: found };
        step.undo.plan({ kind: 'snapshot', datasetId: dataset.id, mark, safety: wish.safety });
        return { reply: await step.undo.during(change) };
    });
    if (existing)
        return existing;
    if (reply)
        known(reply);
    if (reply && !wait)
        return reply;
    const acceptedAt = clock.now();
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const busy = new waits/* Seen */.UW();
    let last = reply;
    const made = await (0,waits/* waitFor */.fm)(step, {
        awaited: `the snapshot${wish.name === undefined ? '' : ` "${wish.name}"`}${reply ? ` (${reply.id})` : ''} of ${(0,facts/* namedDataset */.gM)(dataset)}`,
        carryOn: `The snapshot may still appear in the Snapshot Catalog of the dataset. ${hint}`,
    }, async () => {
        const listed = await api.snapshots.list(dataset.id, 0);
        const snapshot = listed.find((one) => one.id === last?.id) ?? ours(listed);
        if (snapshot && snapshot.id !== last?.id) {
            last = snapshot;
            known(snapshot);
        }
        const now = await api.datasets.get(dataset.id, 0);
        step.reporter.output('dataset_status', now.statusWord);
        if (snapshot && !wait)
            return { state: 'done', value: snapshot };
        return snapshotVerdict({
            snapshot,
            dataset: now,
            named: reply !== undefined,
            seenBusy: busy.add(now.status !== 'READY'),
            sinceMs: clock.now() - acceptedAt,
            patienceMs: patience,
        });
    });
    if (made !== 'gone')
        return made;
    if (!last)
        throw new Error('a snapshot without a name cannot be gone');
    step.reporter.warning(`Snapshot "${last.name}" (${last.id}) was created, but after ${(0,numbers/* duration */.p0)(patience)} the catalog does not list it. Someone else may have deleted it.`);
    return last;
}

;// CONCATENATED MODULE: ./build/operations/restore.js

















const restore_TYPE = 'SNAPSHOT_RESTORE';
/** How the summary calls the snapshot until it is restored. */
const TARGET = 'Target snapshot';
/**
 * Puts a dataset back to a snapshot; done when the restore's own task COMPLETED, the snapshot is current, none is restoring and
 * the dataset is READY. An error says which state the dataset is in, and how to bring back the one before.
 */
const restore = operation({
    name: 'restore',
    inputs: {
        dataset_id: datasetId(),
        ...snapshotChoiceFields,
        safety_snapshot: flag(),
        on_conflict: onConflict(),
        wait: flag(),
    },
    outputs: ['snapshot_id', 'snapshot_name', 'safety_snapshot_id', 'task_id'],
    rules: (given) => snapshotChoiceFaults('restore', given),
    request: (values) => withSnapshot(values),
    async run(request, step) {
        const { reporter } = step;
        let dataset = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        // Chosen before the safety snapshot is taken: that one becomes the current one.
        const target = await chooseSnapshot(step, dataset, request.snapshot);
        (0,facts/* aboutSnapshot */.sg)(step, target, TARGET);
        reporter.info(`The snapshot to restore is "${target.name}" (${target.id}), created ${whenTaken(target) || 'at an unknown time'}.`);
        dataset = await (0,conflicts/* calmDataset */._)(step, dataset.id, request.onConflict);
        const safety = request.safetySnapshot ? await saveFirst(step, request, dataset, target) : undefined;
        const restoring = { dataset, target, safety };
        const task = await startRestore(step, request, restoring);
        if (!request.wait) {
            return `Visual Layer accepted the restore of dataset "${dataset.name}" to snapshot "${target.name}". The step did not wait for it to finish (wait: false).`;
        }
        const { since } = await waitForRestore(step, restoring, task);
        reporter.fact('Restored to', target.name, { insteadOf: TARGET });
        rememberRestored(step.context, dataset.id, since?.id ?? target.id, reporter);
        if (since)
            reporter.note(`Snapshot "${since.name}" (${since.id}) is current now: someone else took or restored it after this restore finished.`);
        return `Restored dataset "${dataset.name}" to snapshot "${target.name}".`;
    },
});
/** A restore cannot be undone, so the present state is saved before. Only a READY dataset can be saved. */
async function saveFirst(step, request, dataset, target) {
    const { reporter } = step;
    if (dataset.status !== 'READY') {
        reporter.warning(`No safety snapshot was taken before the restore: dataset ${dataset.id} is ${dataset.statusWord}, and Visual Layer takes snapshots of READY datasets only. The restore permanently replaces its current contents.`);
        return undefined;
    }
    return reporter.group('Safety snapshot of the current state', async () => {
        const run = step.context.runId === undefined ? '' : `, run ${step.context.runId}`;
        const saved = await takeSnapshot(step, dataset, {
            name: `before restore to ${target.name}${run}`.slice(0, 255),
            description: `The state of the dataset before it was restored to snapshot "${target.name}" (${target.id}).`,
            onConflict: request.onConflict,
            safety: true,
            onId: (one) => reporter.output('safety_snapshot_id', one.id),
        }, true).catch((error) => {
            throw withState(step, error, `No restore was started, because the safety snapshot of dataset ${dataset.id} failed.`);
        });
        reporter.fact('Safety snapshot', saved.name);
        reporter.fact('Safety snapshot ID', saved.id, { code: true });
        reporter.info(`Saved the current state as snapshot "${saved.name}" (${saved.id}).`);
        return saved;
    });
}
/** A restore that may have been started, and was not seen to fail. */
class UnclearRestore extends errors/* ActionError */.lZ {
}
/** The error of a restore with the state that it left, and more to do. */
function withState(step, error, state, more, isUnclear = false) {
    if (step.signal.aborted || !(error instanceof errors/* ActionError */.lZ))
        return error;
    const told = error.with({
        message: `${error.message} ${state}`,
        todo: [error.todo, more].filter(Boolean).join('\n'),
    });
    return isUnclear ? new UnclearRestore(told.code, told.message, told) : told;
}
/** How to bring back what was there before a restore. */
function wayBack({ dataset, safety }) {
    if (!safety)
        return 'There is no safety snapshot of the state before this step.';
    return `To bring back the state before this step:
  operation: restore
  dataset_id: ${dataset.id}
  snapshot_id: ${safety.id}`;
}
/** The restores that came since the request. */
async function newTasks(step, datasetId, earlier) {
    return (await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId, type: restore_TYPE }, 0)).filter((task) => !earlier.has(task.id));
}
async function startRestore(step, request, restoring) {
    const { dataset, target } = restoring;
    const { api, reporter } = step;
    let earlier = new Set();
    let snapshotIds = new Set();
    let wasCurrent = false;
    let wasError = false;
    const change = new OnceOnly({
        what: `restore snapshot ${target.id} of dataset ${dataset.id}`,
        ifUnclear: `The restore may be running. Wait for the dataset with operation: wait and dataset_id: ${dataset.id}, then check in its Snapshot Catalog which snapshot is current before you restore again.`,
        send: () => api.snapshots.restore(dataset.id, target.id),
        async look() {
            // The tasks first: a restore that someone starts in between then shows as restoring, and not as a task of ours.
            const task = lastRestore(await newTasks(step, dataset.id, earlier));
            const snapshots = await api.snapshots.list(dataset.id, 0);
            const now = snapshots.find((one) => one.id === target.id);
            if (now?.isRestoring || (now?.isCurrent && !wasCurrent))
                return { found: undefined };
            // A new task is ours, unless another snapshot is the one that is being, or was, restored.
            const others = snapshots.some((one) => one.isRestoring && one.id !== target.id);
            const elsewhere = task?.state === 'COMPLETED' && !now?.isCurrent;
            if (task && !others && !elsewhere) {
                const later = (await newTasks(step, dataset.id, earlier)).find(({ id }) => id === task.id);
                // If it ended before the snapshots were read, it may have restored another one: the next check shows it.
                return later && (0,visual_layer_tasks/* hasEnded */.hY)(later) && !(0,visual_layer_tasks/* hasEnded */.hY)(task) ? 'busy' : { found: undefined };
            }
            const { status } = await api.datasets.get(dataset.id, 0);
            return others || status === 'READ_ONLY' || status === 'BUSY' ? 'busy' : 'absent';
        },
    }, step.waiting, (line) => reporter.info(line));
    rememberRestored(step.context, dataset.id, undefined, reporter);
    await (0,conflicts/* throughConflicts */.j)(step, dataset.id, request.onConflict, async () => {
        if (!change.mayHaveTakenEffect) {
            const tasks = await (0,visible_tasks/* visibleTasks */.H)(step, { datasetId: dataset.id, type: restore_TYPE });
            earlier = new Set(tasks.map((task) => task.id));
            const snapshots = await api.snapshots.list(dataset.id);
            snapshotIds = new Set(snapshots.map(({ id }) => id));
            wasCurrent = snapshots.some((one) => one.id === target.id && one.isCurrent);
            wasError = (await api.datasets.get(dataset.id)).status === 'ERROR';
        }
        await change.run();
    }).catch((error) => {
        throw change.mayHaveTakenEffect
            ? withState(step, error, 'Could not tell whether the restore was started.', wayBack(restoring), true)
            : withState(step, error, `Dataset "${dataset.name}" is unchanged: the restore was not started.`);
    });
    reporter.info('Visual Layer accepted the restore.');
    const started = { earlier, snapshotIds, wasCurrent, wasError, acceptedAt: step.clock.now() };
    if (!request.wait)
        await (0,visible_tasks/* nameTask */.z)(step, async () => lastRestore(await newTasks(step, dataset.id, earlier)));
    return started;
}
async function waitForRestore(step, restoring, started) {
    const { dataset, target } = restoring;
    const { api, clock, reporter } = step;
    const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
    const settling = (0,pace/* settlingMs */.Z0)(step.deadline.remainingMs());
    const atWork = new waits/* Seen */.UW();
    const carryOn = `The restore is still running in Visual Layer. Do not restore again; to resume waiting, use operation: wait and dataset_id: ${dataset.id}.`;
    let seen = `Visual Layer accepted the restore. No status of dataset "${dataset.name}" was received since.`;
    return (0,waits/* waitFor */.fm)(step, {
        awaited: `the restore of ${(0,facts/* namedDataset */.gM)(dataset)} to snapshot "${target.name}" (${target.id})`,
        get carryOn() {
            return step.signal.aborted ? `${carryOn}\n${wayBack(restoring)}` : carryOn;
        },
    }, async () => {
        const tasks = await newTasks(step, dataset.id, started.earlier);
        const task = lastRestore(tasks);
        if (task)
            reporter.output('task_id', task.id);
        const snapshots = await api.snapshots.list(dataset.id, 0);
        const now = await api.datasets.get(dataset.id, 0);
        reporter.output('dataset_status', now.statusWord);
        const current = snapshots.find((one) => one.isCurrent);
        seen = `Dataset "${now.name}" is ${now.statusWord}, and its current snapshot is ${current ? `"${current.name}" (${current.id})` : 'not known'}.`;
        const sinceMs = clock.now() - started.acceptedAt;
        const isRestoring = snapshots.some((one) => one.id === target.id && one.isRestoring);
        const verdict = restoreVerdict({
            tasks,
            snapshots,
            earlierIds: started.snapshotIds,
            dataset: now,
            targetId: target.id,
            wasCurrent: started.wasCurrent,
            wasError: started.wasError,
            seenAtWork: atWork.add(isRestoring || now.status === 'READ_ONLY' || now.status === 'BUSY'),
            sinceMs,
            patienceMs: patience,
        });
        // A task that failed may be someone else's, whose restore ended just before this one: then ours appears soon.
        if (verdict.state !== 'failed' || sinceMs >= settling)
            return verdict;
        return { state: 'pending', line: `${task ? (0,verdicts_dataset/* taskLine */.er)(task) : (0,verdicts_dataset/* datasetLine */.Je)(now)}; checking again` };
    }).catch((error) => {
        const hasFailed = error instanceof errors/* ActionError */.lZ && ['operation_failed', 'not_found'].includes(error.code);
        throw withState(step, error, seen, wayBack(restoring), !hasFailed);
    });
}

;// CONCATENATED MODULE: ./build/operations/snapshot.js








/** Saves the dataset's state under a name; done when the snapshot is listed and the dataset READY. */
const snapshot = operation({
    name: 'snapshot',
    inputs: {
        dataset_id: datasetId(),
        /** The name to give; without it the service gives one. */
        snapshot_name: displayName().optional(),
        description: description().optional(),
        if_exists: ifExists(),
        /** The post step restores the snapshot when the job fails or is cancelled later. */
        rollback_on_failure: flag(),
        on_conflict: onConflict(),
        wait: flag(),
    },
    outputs: ['snapshot_id', 'snapshot_name'],
    idle: (given) => given.snapshot_name === undefined
        ? [{ inputs: ['if_exists'], because: 'without snapshot_name there is no name to look for' }]
        : [],
    async run(request, step) {
        const { reporter } = step;
        const dataset = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        const name = request.snapshotName;
        let isReused = false;
        const existing = async () => {
            if (name === undefined || request.ifExists === 'create')
                return undefined;
            const found = newestNamed(await step.api.snapshots.list(dataset.id), name);
            if (found && request.ifExists === 'fail') {
                throw new errors/* ActionError */.lZ('conflict', `Dataset "${dataset.name}" (${dataset.id}) already has a snapshot named "${name}" (${found.id}).`, {
                    todo: 'Choose another snapshot_name, set if_exists: reuse to use that snapshot, or set if_exists: create to save another one with the same name.',
                });
            }
            isReused = found !== undefined;
            return found;
        };
        const made = await takeSnapshot(step, dataset, {
            name,
            description: request.description,
            onConflict: request.onConflict,
            safety: false,
            existing,
            onId: (one) => {
                reporter.output('snapshot_id', one.id);
                reporter.output('snapshot_name', one.name);
                reporter.info(`Snapshot "${one.name}" has the ID ${one.id}.`);
            },
        }, request.wait);
        (0,facts/* aboutSnapshot */.sg)(step, made, 'Snapshot');
        if (isReused && request.rollbackOnFailure) {
            const age = made.createdAt === undefined
                ? 'of unknown age'
                : `${(0,numbers/* duration */.p0)(Math.max(0, step.clock.date() - made.createdAt))} old`;
            reporter.warning(`Snapshot "${made.name}" is ${age}. A rollback to it also undoes what was changed since then.`);
        }
        if (request.rollbackOnFailure)
            planRollback(step, dataset.id, made);
        if (isReused)
            return `Reusing the existing snapshot "${made.name}" of dataset "${dataset.name}"; none was created.`;
        return request.wait
            ? `Created snapshot "${made.name}" of dataset "${dataset.name}".`
            : `Visual Layer accepted snapshot "${made.name}" of dataset "${dataset.name}". The step did not wait for it to finish (wait: false).`;
    },
});
/** From here on the post step restores the snapshot. It runs only if the job fails or is canceled. */
function planRollback(step, datasetId, { id, name }) {
    // What was restored before this step is no reason to skip the rollback.
    rememberRestored(step.context, datasetId, undefined, step.reporter);
    step.undo.plan({ kind: 'rollback', datasetId, snapshot: { id, name } });
    step.reporter.note(`If the job fails or is canceled after this step, the dataset will be restored to snapshot "${name}".`);
}

;// CONCATENATED MODULE: ./build/operations/update-snapshot.js










/** A service may keep a text without the white space around it, and with line ends of its own. */
function sameText(a, b) {
    const plain = (text) => text.replace(/\r\n?/g, '\n').trim();
    return plain(a) === plain(b);
}
/** Gives a snapshot another name, another description, or both; done when the catalog shows them. */
const updateSnapshot = operation({
    name: 'update-snapshot',
    inputs: {
        dataset_id: datasetId(),
        snapshot_id: snapshotId(),
        /** The name to give, and the text to keep with it; at least one is there. */
        snapshot_name: displayName().optional(),
        description: description().optional(),
    },
    outputs: ['snapshot_id', 'snapshot_name'],
    rules({ snapshot_name: name, description: text }) {
        if (name !== undefined || text !== undefined)
            return [];
        const rule = 'operation "update-snapshot" requires snapshot_name (the name to give), description, or both';
        return [{ input: 'snapshot_name', got: undefined, rule }];
    },
    async run(request, step) {
        const { api, reporter } = step;
        const { snapshotName: name, description } = request;
        const dataset = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        const target = await chooseSnapshot(step, dataset, { by: 'id', snapshotId: request.snapshotId });
        reporter.output('snapshot_id', target.id);
        reporter.output('snapshot_name', target.name);
        const isChanged = (one) => (name === undefined || sameText(one.name, name)) &&
            (description === undefined || sameText(one.description, description));
        /** Something that was to be changed is as it was. A third value comes from someone else. */
        const isStale = (one) => (name !== undefined && !sameText(name, one.name) && sameText(one.name, target.name)) ||
            (description !== undefined &&
                !sameText(description, one.description) &&
                sameText(one.description, target.description));
        const listed = async () => (await api.snapshots.list(dataset.id, 0)).find((one) => one.id === target.id);
        const change = new OnceOnly({
            what: `change snapshot ${target.id} of dataset ${dataset.id}`,
            ifUnclear: 'Re-run the job. Making the same change twice is harmless.',
            send: () => api.snapshots.update(dataset.id, target.id, {
                ...(name === undefined ? {} : { name }),
                ...(description === undefined ? {} : { description }),
            }),
            async look() {
                const now = await listed();
                return now && isChanged(now) ? { found: undefined } : 'absent';
            },
        }, step.waiting, (line) => reporter.info(line));
        await (0,conflicts/* throughConflicts */.j)(step, dataset.id, 'wait', () => change.run());
        const acceptedAt = step.clock.now();
        const patience = (0,pace/* patienceMs */.si)(step.deadline.remainingMs());
        const changed = await (0,waits/* waitFor */.fm)(step, {
            awaited: `the catalog to show the change of snapshot "${target.name}" (${target.id})`,
            carryOn: 'Visual Layer accepted the change. Check the Snapshot Catalog of the dataset, or re-run the job.',
        }, async () => {
            const now = await listed();
            if (now && isChanged(now))
                return { state: 'done', value: now };
            if (step.clock.now() - acceptedAt >= patience) {
                if (now && isStale(now))
                    return { state: 'failed', error: notChanged(target, now, patience) };
                reporter.warning(now
                    ? `The catalog shows other values than the requested ones (name: "${now.name}"): Visual Layer adjusted them, or someone else changed the snapshot since.`
                    : 'Someone else has deleted the snapshot since: the catalog no longer lists it.');
                return { state: 'done', value: now ?? { ...target, name: name ?? target.name } };
            }
            return { state: 'pending', line: 'the catalog still shows the old values' };
        });
        reporter.output('snapshot_name', changed.name);
        reporter.fact('Snapshot', changed.name);
        reporter.fact('Snapshot ID', changed.id, { code: true });
        if (name !== undefined && target.name !== changed.name)
            reporter.fact('Previous name', target.name);
        const what = [name === undefined ? '' : 'name', description === undefined ? '' : 'description'].filter(Boolean);
        return `The ${what.join(' and the ')} of snapshot "${changed.name}" of dataset "${dataset.name}" ${what.length > 1 ? 'were' : 'was'} changed.`;
    },
});
function notChanged(target, now, afterMs) {
    return new errors/* ActionError */.lZ('operation_failed', `Visual Layer accepted the change of snapshot "${target.name}" (${target.id}), but after ${(0,numbers/* duration */.p0)(afterMs)} its catalog still shows the old values (name: "${now.name}").`, { todo: 'Check the Snapshot Catalog of the dataset: Visual Layer may not accept this name or description.' });
}

;// CONCATENATED MODULE: ./build/operations/wait.js




/** Waits for a dataset to be READY: how to resume after a step that timed out or did not wait. */
const wait = operation({
    name: 'wait',
    inputs: { dataset_id: datasetId() },
    outputs: [],
    async run(request, step) {
        const known = await (0,facts/* readDataset */.JP)(step, request.datasetId);
        const dataset = await waitUntilReady(step, known, 'Re-run the job to keep waiting.');
        return `Dataset "${dataset.name}" is ${dataset.statusWord}.`;
    },
});

;// CONCATENATED MODULE: ./build/operations/index.js


















/** The operations on offer. A new one is a file next to these and an entry here. */
const OPERATIONS = [
    createFromS3,
    createFromFiles,
    addMedia,
    snapshot,
    restore,
    clone_clone,
    enrich,
    exportDataset,
    listSnapshots,
    updateSnapshot,
    deleteSnapshot,
    pruneSnapshots,
    wait,
    deleteDataset,
];
const OPERATION_NAMES = OPERATIONS.map(({ name }) => name);
/**
 * The request that the inputs make, and a warning for each input that is set without effect.
 *
 * @throws ActionError `invalid_input` that names everything wrong with the inputs.
 */
function readRequest(env, places) {
    const given = givenInputs(env);
    const shared = readShared(given);
    const operation = operationNamed(given.operation);
    if (!operation)
        throw invalidInput([noOperation(given), ...shared.faults]);
    const own = operation.read(given, places);
    if (own.request === undefined || shared.values === undefined || own.faults.length > 0) {
        throw invalidInput([...own.faults, ...shared.faults], operation.name);
    }
    return { request: own.request(shared.values), warnings: own.warnings };
}
/** Runs the operation that a request names; returns a sentence about what was done. */
function perform(request, step) {
    const operation = operationNamed(request.operation);
    if (!operation)
        throw new Error(`there is no operation ${request.operation}`);
    return operation.run(request, step);
}
function operationNamed(name) {
    return OPERATIONS.find((operation) => operation.name === name);
}
/** Why the inputs name no operation. */
function noOperation({ operation: got }) {
    const rule = `it must be one of ${OPERATION_NAMES.join(', ')}`;
    if (got === undefined)
        return { input: 'operation', got, rule };
    const meant = nearest(got, OPERATION_NAMES);
    return { input: 'operation', got, rule, fix: meant && `Did you mean ${yamlLine('operation', meant)}?` };
}

;// CONCATENATED MODULE: ./build/operations/abort-creation.js




const abort_creation_TYPE = 'DATASET_CREATION';
/**
 * Aborts the creation of a dataset on the server; returns a sentence about the result. Only dataset creations can be aborted;
 * docs.visual-layer.com, task manager API. The task may not be listed yet: it is looked for as long as `waiting` lasts.
 *
 * Throws where the task did not show or the API could not be reached.
 */
async function abortCreation(api, waiting, datasetId) {
    const read = async () => (await api.tasks.list({ datasetId, type: abort_creation_TYPE }, 0))[0];
    const task = await (0,until/* seen */.cI)(waiting, `the creation task of dataset ${datasetId}`, async () => {
        const found = await read();
        return found ? { state: 'done', value: found } : { state: 'pending', line: 'the creation task is not listed yet' };
    });
    if ((0,visual_layer_tasks/* hasEnded */.hY)(task))
        return alreadyEnded(datasetId, task);
    const change = new OnceOnly({
        what: `abort task ${task.id}`,
        ifUnclear: 'Check the task in the Task Manager of Visual Layer, and abort it there if it is still running.',
        async send() {
            await api.tasks.abort(task.id);
            return { ...task, state: 'ABORTED' };
        },
        async look() {
            const now = await read();
            return now && (0,visual_layer_tasks/* hasEnded */.hY)(now) ? { found: now } : 'absent';
        },
    }, waiting, waiting.onLook);
    try {
        const ended = await change.run();
        if (ended.state !== 'ABORTED')
            return alreadyEnded(datasetId, ended);
        return `Aborted the creation of dataset ${datasetId}. Visual Layer may still list the dataset; delete it there if you do not need it.`;
    }
    catch (error) {
        if (!(error instanceof visual_layer_failure/* RequestFailure */.e6) || error.outcome.status !== 409)
            throw error;
        return `Could not abort the creation of dataset ${datasetId}: it was being committed or had ended (${error.apiWords ?? 'HTTP 409'}).`;
    }
}
function alreadyEnded(datasetId, task) {
    return `The creation of dataset ${datasetId} had already ended (${task.statusWord}), so there was nothing to abort.`;
}

;// CONCATENATED MODULE: ./build/operations/abort-enrichment.js






/**
 * Aborts an enrichment: through the context of the enriched dataset or of the one its task is listed on, else through the task. Neither is documented to work in
 * every version, so a rejection is no error: the enrichment is named. Throws if neither its task nor the context of a copy shows that it runs, or if the API cannot be reached.
 *
 * @param onAccepted called as soon as the API accepts the abort
 */
async function abortEnrichment(api, waiting, { source, datasetId, taskId, earlierTasks, aborting }, onAccepted) {
    // The context of a copy is this step's own. That of the source may be that of a later enrichment by someone else.
    const isCopy = datasetId !== source.id;
    const look = async () => {
        const list = api.tasks.list({ type: 'ENRICHMENT' }, 0);
        const tasks = (await (isCopy ? (0,visual_layer_failure/* unlessRejected */.hg)(list) : list)) ?? [];
        const task = taskId
            ? tasks.find(({ id }) => id === taskId)
            : (0,copy/* ownTask */.IO)({ source, taskIds: new Set(earlierTasks) }, datasetId, tasks);
        if (task) {
            const end = task.state === 'COMPLETED' ? 'applied' : 'failed';
            return { task, state: (0,visual_layer_tasks/* hasEnded */.hY)(task) ? end : 'running', word: task.statusWord };
        }
        const word = isCopy ? ((await (0,visual_layer_failure/* unlessRejected */.hg)(api.enrichment.context(datasetId, 0)))?.status ?? 'NEW') : 'NEW';
        return { task, state: contextState(word), word };
    };
    const outcome = async () => {
        const last = await (0,until/* until */.TG)(async () => {
            const now = await look();
            return abort_enrichment_isOver(now)
                ? { state: 'done', value: now }
                : { state: 'pending', line: 'the abort was accepted; the enrichment task has not ended yet' };
        }, waiting);
        if (last.end === 'failed')
            throw last.error;
        if (last.end === 'out_of_time') {
            const text = `Visual Layer accepted the abort of the enrichment of dataset ${datasetId}, but its task has not ended yet.`;
            return { text, settled: false };
        }
        if (last.value.state === 'applied')
            return abort_enrichment_alreadyEnded(datasetId, last.value);
        const left = isCopy ? ' Visual Layer may still list the copy; delete it there if you do not need it.' : '';
        return { text: `Aborted the enrichment of dataset ${datasetId}.${left}`, settled: true };
    };
    if (aborting)
        return outcome();
    const first = await (0,until/* seen */.cI)(waiting, `the enrichment task of dataset ${datasetId}`, async () => {
        const now = await look();
        return now.task || now.state === 'running'
            ? { state: 'done', value: now }
            : { state: 'pending', line: 'the enrichment task is not listed yet' };
    });
    if (abort_enrichment_isOver(first))
        return abort_enrichment_alreadyEnded(datasetId, first);
    let rejection = 'there is no request for it';
    // A task on the source of a copy may be someone else's: it shows that something runs, and is not aborted.
    const task = isCopy && first.task?.datasetId !== datasetId ? undefined : first.task;
    for (const send of await ways(api, task, datasetId)) {
        const change = new OnceOnly({
            what: `abort the enrichment of dataset ${datasetId}`,
            ifUnclear: 'Check the task in the Task Manager of Visual Layer.',
            send,
            look: async () => (abort_enrichment_isOver(await look()) ? { found: undefined } : 'absent'),
        }, waiting, waiting.onLook);
        try {
            await change.run();
        }
        catch (error) {
            if (!(0,visual_layer_failure/* isRejection */.aK)(error))
                throw error;
            rejection = error.apiWords ?? error.message;
            continue;
        }
        onAccepted();
        return outcome();
    }
    const now = await look();
    if (abort_enrichment_isOver(now))
        return abort_enrichment_alreadyEnded(datasetId, now);
    return {
        text: `Could not abort the enrichment of dataset ${datasetId} (${rejection}), so it continues in Visual Layer.`,
        settled: true,
    };
}
/** The requests that may abort an enrichment, the surest first. */
async function ways(api, task, datasetId) {
    const found = [];
    for (const id of new Set([datasetId, task?.datasetId ?? datasetId])) {
        const context = await (0,visual_layer_failure/* unlessRejected */.hg)(api.enrichment.context(id, 0));
        const contextId = context && contextState(context.status) === 'running' ? context.id : undefined;
        if (contextId !== undefined)
            found.push(() => api.enrichment.abort(id, contextId));
    }
    return task ? [...found, () => api.tasks.abort(task.id)] : found;
}
function abort_enrichment_isOver({ state }) {
    return state === 'applied' || state === 'failed';
}
function abort_enrichment_alreadyEnded(datasetId, { word }) {
    const text = `The enrichment of dataset ${datasetId} had already ended (${word}), so there was nothing to abort.`;
    return { text, settled: true };
}

;// CONCATENATED MODULE: ./build/operations/delete-draft.js



/**
 * Undoes a creation from files that was cancelled; returns a sentence about the result. A draft is deleted, since no data is
 * lost with it: the files are still where they came from. Where processing has begun, that is aborted instead.
 *
 * Throws where the API could not be reached, or where the creation could not be found.
 */
async function deleteDraft(api, waiting, datasetId) {
    const draft = await api.datasets.get(datasetId).catch((error) => {
        if ((0,visual_layer_failure/* isMissing */.b2)(error))
            return undefined;
        throw error;
    });
    if (!draft)
        return `The draft dataset ${datasetId} no longer exists, so there was nothing to delete.`;
    if (draft.status !== 'DRAFT')
        return abortCreation(api, waiting, datasetId);
    const { change } = await datasetRemoval(api, waiting, datasetId);
    try {
        await change.run();
        return `Deleted the draft dataset ${datasetId}, because its upload was canceled.`;
    }
    catch (error) {
        if (!(error instanceof visual_layer_failure/* RequestFailure */.e6) || error.outcome.transient)
            throw error;
        return `Could not delete the draft dataset ${datasetId}, whose upload was canceled: ${error.apiWords ?? error.message}. Delete it in Visual Layer.`;
    }
}

;// CONCATENATED MODULE: ./build/operations/undo.js









/** A dataset is deleted without a confirmed ID only after nothing else appeared for this long, in ms. */
const CERTAIN_MS = 5_000;
/**
 * Undoes what a plan describes, as far as that is certain to be this step's own: aborts a creation or an enrichment, deletes a draft or an ephemeral
 * clone. Anything else is only named. Main and post share this; post has more time. A rollback is an operation of its own.
 *
 * Throws if the API cannot be reached, rejects, or shows nothing in the time of `waiting`.
 *
 * @param confirm called at once with what becomes known of the plan
 */
async function undo(plan, api, waiting, confirm = () => undefined) {
    switch (plan.kind) {
        case 'creation':
            return undoCreation(plan, api, waiting);
        case 'clone':
            return undoClone(plan, api, waiting);
        case 'enrichment':
            return undoEnrichment(plan, api, waiting, confirm);
        case 'snapshot':
            return nameSnapshot(plan, api, waiting);
    }
}
async function undoCreation(plan, api, waiting) {
    const { datasetId, from, name, abort } = plan;
    if (datasetId !== undefined) {
        if (!abort)
            return { text: `The creation of dataset ${datasetId} continues in Visual Layer.`, settled: true };
        const undoOne = from === 's3' ? abortCreation : deleteDraft;
        return { text: await undoOne(api, waiting, datasetId), settled: true };
    }
    const found = await appeared(waiting, async () => {
        const datasets = await api.datasets.list(0);
        const tasks = from === 's3' ? await api.tasks.list({ type: 'DATASET_CREATION' }, 0) : [];
        const named = [
            ...datasets.filter((dataset) => dataset.name === name).map(({ id }) => id),
            ...tasks.filter((task) => task.datasetName === name && task.datasetId !== '').map((task) => task.datasetId),
        ];
        return [...new Set(named)].filter((id) => !plan.earlier.includes(id));
    });
    if (found.length === 0) {
        const text = `The step ended before it knew the ID of dataset "${name}", and no new dataset of that name has appeared.`;
        return { text, settled: false };
    }
    return {
        text: `The step ended before it knew the ID of dataset "${name}". ${perhapsOurs(found, 'Abort its creation or delete it')}`,
        settled: false,
        candidates: found,
    };
}
async function undoClone(plan, api, waiting) {
    const { source, ephemeral, accepted } = plan;
    const deleted = async (datasetId) => {
        await removeDataset(api, waiting, datasetId);
        return { text: `Deleted the temporary clone, dataset ${datasetId}.`, settled: true, datasetId };
    };
    if (plan.datasetId !== undefined) {
        if (ephemeral && accepted)
            return deleted(plan.datasetId);
        const lost = `Dataset ${plan.datasetId} is probably the temporary clone of this step. Because the response to the clone request was lost, it was not deleted.`;
        return {
            text: `${lost} Delete it in Visual Layer if nobody else created it.`,
            settled: false,
            candidates: [plan.datasetId],
        };
    }
    const background = { source, taskIds: new Set(plan.earlierTasks), datasetIds: new Set(plan.earlier) };
    const startedAt = waiting.clock.now();
    let hasFailed = false;
    const found = await appeared(waiting, async () => {
        const tasks = await api.tasks.list({ type: 'SNAPSHOT_CLONE' }, 0);
        const copies = await copiesSince(api, clone/* cloneCandidates */.ec, background, tasks);
        hasFailed = (0,clone/* failedClones */.A)(background, tasks, copies).length > 0;
        return copies;
    });
    const ids = found.map(({ datasetId }) => datasetId);
    if (found.length === 0) {
        return {
            text: `The clone of dataset "${source.name}" ${accepted ? 'was accepted' : 'was requested'}, but no new clone has appeared. If "${source.name} (cloned)" appears later and you do not need it, delete it in Visual Layer.`,
            settled: false,
        };
    }
    const [only] = found;
    // If a clone of the source failed, that may have been this step's, and this one someone else's.
    if (accepted && only && found.length === 1 && !hasFailed) {
        const { datasetId, isNamed } = only;
        const isCertain = isNamed && waiting.clock.now() - startedAt >= CERTAIN_MS;
        if (ephemeral && isCertain)
            return deleted(datasetId);
        const what = ephemeral ? 'The temporary clone' : 'The clone';
        const text = `${what} of ${(0,facts/* namedDataset */.gM)(source)} is dataset ${datasetId}. Delete it in Visual Layer if you do not need it.`;
        return { text, settled: !ephemeral, datasetId };
    }
    return {
        text: `The clone of dataset "${source.name}" could not be identified with certainty. ${perhapsOurs(ids, 'Delete it')}`,
        settled: false,
        candidates: ids,
    };
}
async function undoEnrichment(plan, api, waiting, confirm) {
    const { source, datasetId, earlier, earlierTasks } = plan;
    if (datasetId !== undefined) {
        if (plan.abort)
            return abortEnrichment(api, waiting, { ...plan, datasetId }, () => confirm({ aborting: true }));
        return { text: `The enrichment continues in Visual Layer as dataset ${datasetId}.`, settled: true };
    }
    const background = { source, taskIds: new Set(earlierTasks), datasetIds: new Set(earlier) };
    const found = await appeared(waiting, async () => {
        const tasks = await api.tasks.list({ type: 'ENRICHMENT' }, 0);
        const copies = await copiesSince(api, enrichedCopies, background, tasks);
        const onSource = copies.length === 0 && tasksOnSource(background, tasks).length > 0;
        return onSource ? [source.id] : copies.map((copy) => copy.datasetId);
    });
    const lost = `The request to enrich ${(0,facts/* namedDataset */.gM)(source)} got no response`;
    if (found.length === 0)
        return { text: `${lost}, and no new enrichment has appeared.`, settled: false };
    const text = found[0] === source.id
        ? `${lost}. An enrichment task appeared on the dataset since, and may be the one. If you do not need it, abort it in Visual Layer.`
        : `${lost}. ${perhapsOurs(found, 'Abort its enrichment or delete it')}`;
    return { text, settled: false, candidates: found };
}
/** A snapshot stays. It is named, so that someone can find or delete it. */
async function nameSnapshot(plan, api, waiting) {
    const [snapshot] = await appeared(waiting, async () => (await api.snapshots.list(plan.datasetId, 0)).filter((one) => one.description.includes(plan.mark)));
    const restore = plan.safety ? ' No restore was started.' : '';
    if (!snapshot) {
        const text = `No snapshot of this step has appeared. If one appears later, its description ends with [mark ${plan.mark}].`;
        return { text: text + restore, settled: false };
    }
    return { text: `Snapshot "${snapshot.name}" (${snapshot.id}) was created.${restore}`, settled: true, snapshot };
}
function perhapsOurs(ids, advice) {
    return ids.length === 1
        ? `Dataset ${ids[0]} appeared since, and may be the one. ${advice} in Visual Layer if nobody else created it.`
        : `These datasets appeared since, and one of them may be the one: ${ids.join(', ')}. ${advice} in Visual Layer if you do not need it.`;
}
/**
 * What the lists show in the time that `waiting` has: once something appears they are read for {@link CERTAIN_MS} more, or for as
 * long as a tenth of the time lasts, since more may follow. Empty if nothing appeared in the whole time. Throws if the lists could
 * not be read.
 */
async function appeared(waiting, read) {
    const { clock, deadline } = waiting;
    let settledAt;
    let last;
    const ended = await (0,until/* until */.TG)(async () => {
        last = await read();
        if (last.length === 0)
            return { state: 'pending', line: 'nothing has appeared yet' };
        settledAt ??= clock.now() + Math.min(CERTAIN_MS, deadline.totalMs / 10);
        if (clock.now() < settledAt)
            return { state: 'pending', line: 'checking whether anything else appears' };
        return { state: 'done', value: undefined };
    }, waiting);
    if (ended.end === 'failed')
        throw ended.error;
    if (ended.end === 'out_of_time' && ended.lastFault)
        throw ended.lastFault;
    return last ?? [];
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
;// CONCATENATED MODULE: ./build/runner/text.js


/** The least that is looked at of a text, in characters. */
const READ_CHARS = 100_000;
/**
 * Text from outside made fit for one line of the log or of a message: no terminal sequence, no line break or other control
 * character, nothing invisible that hides or reorders what is read, and nothing the runner takes for a workflow command.
 * Longer text is cut, and says by how much. White space inside a line stays as it is.
 */
function oneLine(text, maxChars = 500) {
    const read = readable(text, maxChars);
    return cut(unarmed(visible(read)), maxChars, text.length - read.length);
}
/** As {@link oneLine}, for text of several lines: the breaks stay, and each line keeps its indentation. */
function lines(text, maxChars = 4000) {
    const read = readable(text, maxChars);
    return cut(read
        .split(/\r\n|\r|\n/)
        .map((line) => indentedLine(line, maxChars))
        .join('\n')
        .trimEnd(), maxChars, text.length - read.length);
}
/** A line of our own log: as {@link oneLine}, with the spaces it begins with. */
function indentedLine(line, maxChars = 2000) {
    const indent = /^ */.exec(line)?.[0] ?? '';
    return indent + oneLine(line.slice(indent.length), maxChars);
}
/**
 * Text from outside as plain text in Markdown, a table cell included: every character that Markdown or HTML would act on
 * becomes an entity. What GitHub links on its own (mentions, issue numbers, addresses) is parted by an invisible space, so
 * use {@link code} for what a reader will copy.
 */
function markdown(text, maxChars = 500) {
    return (entities(oneLine(text, maxChars))
        // A list marker counts only at the start of a line, which this text may be.
        .replace(/^[-+=]/, (character) => `&#${character.charCodeAt(0)};`)
        .replace(/^(\d+)\./, '$1&#46;')
        .replace(/&#64;(?=\w)/g, '&#64;&#8203;')
        .replace(/&#35;(?=\d)/g, '&#35;&#8203;')
        .replace(/\bGH-(?=\d)/gi, (prefix) => `${prefix}&#8203;`)
        .replace(/:(?=\/\/)/g, '&#58;&#8203;')
        .replace(/\b(mailto|xmpp):/gi, '$1&#58;&#8203;')
        .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#8203;&#46;`));
}
/** Text from outside as `<code>`, a table cell included; empty for empty text. Nothing invisible is added: it can be copied. */
function code(text, maxChars = 500) {
    const escaped = entities(oneLine(text, maxChars))
        .replace(/:(?=\/\/)/g, '&#58;')
        .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#46;`);
    return escaped && `<code>${escaped}</code>`;
}
/** The beginning of a text: more than is shown of it, and no more than can be gone through in a moment, whatever it is made of. */
function readable(text, maxChars) {
    return text.slice(0, Math.max(READ_CHARS, 2 * maxChars));
}
function visible(text) {
    return (0,external_node_util_.stripVTControlCharacters)(text)
        .toWellFormed()
        .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\n')
        .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
        .split('\n')
        .map((part) => part.trim())
        .filter(Boolean)
        .join(' ');
}
/**
 * The runner takes a line for a command when it begins, white space aside, with `::`, or contains `##[` anywhere
 * (ActionCommand.cs of actions/runner).
 */
function unarmed(text) {
    return text.replaceAll('##[', '## [').replace(/^::/, ': :');
}
/** @param unread how many more characters there are that are not in `text` */
function cut(text, maxChars, unread) {
    if (text.length <= maxChars && unread === 0)
        return text;
    const lastIsHalf = /[\uD800-\uDBFF]/.test(text[maxChars - 1] ?? '');
    const kept = text.slice(0, lastIsHalf ? maxChars - 1 : maxChars);
    return `${kept}… (${(0,numbers/* count */.U9)(text.length - kept.length + unread)} more characters)`;
}
function entities(text) {
    return text.replace(/[&<>"'\\*_`[\]()#|~!@${}^]/g, (character) => `&#${character.charCodeAt(0)};`);
}

;// CONCATENATED MODULE: ./build/runner/context.js


/**
 * Reads the runner's variables. `repository`, `job`, `runId`, `runAttempt`, `sha` and `event` are plain ASCII and may go into
 * a header; `workflow`, `ref` and `actor` are one line of any text.
 */
function readContext(env) {
    const shaped = (name, shape) => (shape.test(env[name] ?? '') ? env[name] : undefined);
    const line = (name) => oneLine(env[name] ?? '', 250) || undefined;
    const repository = shaped('GITHUB_REPOSITORY', /^[\w.-]{1,100}\/[\w.-]{1,100}$/);
    const runId = shaped('GITHUB_RUN_ID', /^\d{1,20}$/);
    const runAttempt = shaped('GITHUB_RUN_ATTEMPT', /^\d{1,10}$/);
    const serverUrl = address(env['GITHUB_SERVER_URL'], 'https://github.com');
    const run = repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}` : undefined;
    const days = shaped('GITHUB_RETENTION_DAYS', /^[1-9]\d{0,3}$/);
    return {
        repository,
        workflow: line('GITHUB_WORKFLOW'),
        job: shaped('GITHUB_JOB', /^[\w-]{1,200}$/),
        runId,
        runAttempt,
        sha: shaped('GITHUB_SHA', /^[0-9a-f]{40,64}$/i),
        ref: line('GITHUB_REF'),
        actor: line('GITHUB_ACTOR'),
        event: shaped('GITHUB_EVENT_NAME', /^\w{1,100}$/),
        serverUrl,
        apiUrl: address(env['GITHUB_API_URL'], 'https://api.github.com'),
        runUrl: run && runAttempt ? `${run}/attempts/${runAttempt}` : run,
        workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
        temp: env['RUNNER_TEMP'] || (0,external_node_os_.tmpdir)(),
        retentionDays: days === undefined ? undefined : Number(days),
        isEnterpriseServer: isEnterpriseServer(serverUrl),
        isAct: Boolean(env['ACT']),
        isRunner: env['GITHUB_ACTIONS'] === 'true',
    };
}
/** As @actions/artifact decides it: neither github.com nor a host under ghe.com or .localhost. */
function isEnterpriseServer(serverUrl) {
    const { hostname } = new URL(serverUrl);
    return hostname !== 'github.com' && !hostname.endsWith('.ghe.com') && !hostname.endsWith('.localhost');
}
function address(text, otherwise) {
    const url = URL.parse(text ?? '');
    if (!url || !/^https?:$/.test(url.protocol))
        return otherwise;
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 11 modules
var lib_core = __webpack_require__(91659);
;// CONCATENATED MODULE: ./build/runner/headline.js

const MOST_CHARS = 300;
const ENDS = {
    gate_failed: ['❌', ' complete, check failed'],
    cancelled: ['🚫', ' was canceled'],
    timed_out: ['⏱️', ' timed out'],
};
/** The sign of how a step ended, and the words that follow the operation in a title: `Visual Layer: export timed out`. */
function endOf(code) {
    return code === undefined ? ['✅', ''] : (ENDS[code] ?? ['❌', ' failed']);
}
/** Signs that Markdown or a chat program acts on, and what looks like them. */
const LOOK_ALIKES = {
    '`': "'",
    '*': '∗',
    '~': '∼',
    '|': '¦',
    _: '＿',
    '<': '‹',
    '@': '＠',
    '#': '＃',
};
/** Marks anywhere, what calls people or refers to something, and underscores at the edges of words: those within are no mark. */
const ACTED_ON = /[`*~]|\|(?=\|)|<(?=[!@#/a-z])|@(?=\w)|#(?=\w)|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/giu;
/** A text as one line of at most 300 characters, in which neither Markdown nor a chat program acts on what came from outside. */
function plainSentence(text) {
    const plain = oneLine(text, 10_000)
        .replaceAll('](', '] (')
        .replace(ACTED_ON, (signs) => (LOOK_ALIKES[signs.charAt(0)] ?? '').repeat(signs.length));
    if (plain.length <= MOST_CHARS)
        return plain;
    return `${plain
        .slice(0, MOST_CHARS - 1)
        .replace(/\s+\S*$/, '')
        .toWellFormed()}…`;
}
/** Why a step failed, in a sentence that says what failed at what. */
function failureHeadline({ code, message }, { operation, dataset }) {
    const [first = '', ...rest] = lines(message).split('\n');
    const isNamed = dataset === '' || (code !== 'cancelled' && first.includes(`"${dataset}"`));
    const subject = `Visual Layer ${operation === 'enrich' ? 'enrichment' : oneLine(operation, 60)}${isNamed ? '' : ` of dataset "${dataset}"`}`;
    if (code === 'cancelled')
        return `${subject} was canceled.`;
    const points = rest.map((line) => line.replace(/^\s*- /, '').trim()).filter(Boolean);
    // The first sentence of a timeout says only that it timed out; what was waited for follows.
    const sentence = code === 'timed_out' ? first : firstSentence(first);
    const why = points.length === 0 ? sentence : `${first.replace(/[.:]$/, '')}: ${points.join('; ')}`;
    return code === 'gate_failed' ? `${subject} is complete, but a check failed: ${why}` : `${subject} failed: ${why}`;
}
/** The end of a sentence in a quoted name is none. */
function firstSentence(text) {
    return /^(?:"[^"]*"|[^"])*?[.!?](?= [A-Z"]|$)/.exec(text)?.[0] ?? text;
}

;// CONCATENATED MODULE: ./build/runner/failure.js




/**
 * GitHub keeps the first 4,096 characters of an annotation (ExecutionContext.cs of actions/runner). What is left by the
 * service's own words and by what to do is the message's.
 */
const ANNOTATION_CHARS = 3900;
const API_WORDS_CHARS = 700;
const TODO_CHARS = 1200;
const TRACE_CHARS = 700;
/**
 * Ends the step as failed: the one error annotation (what failed, the service's own words, what to do, the request that failed) and
 * exit code 1. The process is left to end by itself: `process.exit` soon after network use crashes Node 24 on Windows (nodejs/node#56645).
 */
function fail(error, options) {
    const { reporter } = options;
    const words = error.apiWords && `Server message: ${oneLine(reporter.redact(error.apiWords), API_WORDS_CHARS)}`;
    const todo = error.todo && lines(reporter.redact(error.todo), TODO_CHARS);
    const trace = error.trace && oneLine(reporter.redact(error.trace), TRACE_CHARS);
    const left = ANNOTATION_CHARS - (words?.length ?? 0) - (todo?.length ?? 0) - (trace?.length ?? 0);
    const message = lines(reporter.redact(error.message), left);
    if (error.cause !== undefined)
        reporter.debug(`Caused by: ${(0,errors/* describe */.q0)(error.cause)}`);
    process.exitCode = 1;
    const title = `Visual Layer: ${oneLine(reporter.redact(options.operation), 60)}${endOf(error.code)[1]}`;
    lib_core/* error */.z3([message, words, todo, trace].filter(Boolean).join('\n'), { title });
}

;// CONCATENATED MODULE: ./build/runner/outputs.js

/** Every output of the action, as action.yml lists them, by its kind, which decides how it appears in `result`. */
const OUTPUTS = {
    dataset_id: 'text',
    dataset_name: 'text',
    dataset_status: 'text',
    source_dataset_id: 'text',
    snapshot_id: 'text',
    snapshot_name: 'text',
    safety_snapshot_id: 'text',
    snapshots: 'json',
    deleted_snapshot_ids: 'json',
    would_delete_snapshot_ids: 'json',
    task_id: 'text',
    export_id: 'text',
    export_path: 'text',
    export_dir: 'text',
    export_size_bytes: 'number',
    export_sha256: 'text',
    media_count: 'number',
    content_digest: 'text',
    changed: 'boolean',
    added_count: 'number',
    removed_count: 'number',
    modified_count: 'number',
    comparison_path: 'text',
    annotations_path: 'text',
    artifact_id: 'text',
    artifact_name: 'text',
    artifact_url: 'text',
    artifact_digest: 'text',
    elapsed_seconds: 'number',
    error_code: 'text',
    headline: 'text',
    report_path: 'text',
    result: 'json',
};
/** What every step sets, whatever it does. */
const COMMON_OUTPUTS = (/* unused pure expression or super */ null && ([
    'dataset_id',
    'dataset_name',
    'dataset_status',
    'elapsed_seconds',
    'error_code',
    'headline',
    'report_path',
    'result',
]));
/**
 * GitHub allows a job about 1 MB of outputs, counted in UTF-16 (docs.github.com, "Passing information between jobs"), and
 * breaks the workflow beyond. A list is both in its own output and in `result`.
 */
const LONGEST_LIST_CHARS = 200_000;
const LONGEST_TEXT_CHARS = 20_000;
const LONGEST_RESULT_CHARS = 250_000;
/** The outputs set so far, and the rules for their form. Writes nothing. */
class Outputs {
    #values = new Map();
    #extras = new Map();
    /**
     * Remembers a value and returns it as it goes to GitHub: always a string, and of bearable length. `problem` says in a
     * sentence what had to be left out.
     */
    set(name, value) {
        const given = String(value).toWellFormed();
        const shortened = OUTPUTS[name] === 'json' ? shortenList(given) : shortenText(given);
        this.#values.set(name, shortened.text);
        return { text: shortened.text, ...(shortened.left && { problem: `The output ${name} ${shortened.left}` }) };
    }
    /** The value as it was written; empty when not set. */
    get(name) {
        return this.#values.get(name) ?? '';
    }
    /** A value that is in `result` only. */
    addToResult(name, value) {
        this.#extras.set(name, value);
    }
    /** The `result` output: every other one under its name, numbers and lists as such, `null` for those not set. */
    result() {
        const entries = Object.keys(OUTPUTS).filter(isSettable);
        const extras = [...this.#extras];
        const values = entries.map((name) => [name, outputs_parsed(name, this.get(name))]);
        const whole = JSON.stringify(Object.fromEntries([...values, ...extras]));
        if (whole.length <= LONGEST_RESULT_CHARS)
            return { text: whole };
        const ids = entries.map((name) => [
            name,
            OUTPUTS[name] === 'json' || this.get(name).length > 1000 ? null : outputs_parsed(name, this.get(name)),
        ]);
        return {
            text: JSON.stringify(Object.fromEntries([...ids, ...extras])),
            problem: "The output result does not contain its long values, to fit GitHub's size limit.",
        };
    }
}
function isSettable(name) {
    return Object.hasOwn(OUTPUTS, name) && name !== 'result';
}
function outputs_parsed(name, text) {
    if (text === '')
        return null;
    const kind = OUTPUTS[name];
    if (kind === 'number')
        return Number.isFinite(Number(text)) ? Number(text) : text;
    if (kind === 'boolean')
        return text === 'true';
    return kind === 'json' ? (parseJson(text) ?? text) : text;
}
function parseJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
function shortenText(text) {
    if (text.length <= LONGEST_TEXT_CHARS)
        return { text };
    return {
        text: text.slice(0, LONGEST_TEXT_CHARS).toWellFormed(),
        left: `was cut to the first ${(0,numbers/* count */.U9)(LONGEST_TEXT_CHARS)} of ${(0,numbers/* count */.U9)(text.length)} characters.`,
    };
}
/** Keeps as many elements from the front as fit, so that what is left is still a JSON array. */
function shortenList(text) {
    if (text.length <= LONGEST_LIST_CHARS)
        return { text };
    const list = parseJson(text);
    if (!Array.isArray(list))
        return { text: '[]', left: `is empty: its ${(0,numbers/* count */.U9)(text.length)} characters exceed GitHub's size limit.` };
    const kept = [];
    let chars = 2;
    for (const element of list) {
        const json = JSON.stringify(element);
        if (chars + json.length + 1 > LONGEST_LIST_CHARS)
            break;
        kept.push(json);
        chars += json.length + 1;
    }
    return {
        text: `[${kept.join(',')}]`,
        left: `was cut to the first ${(0,numbers/* count */.U9)(kept.length)} of ${(0,numbers/* count */.U9)(list.length)} entries to fit GitHub's size limit.`,
    };
}

;// CONCATENATED MODULE: ./build/runner/secrets.js
/** Shorter values are not masked: `***` instead of every "yes" or "12" would make a log unreadable and hide nothing. */
const SHORTEST_SECRET = 4;
/** The values that may appear in no log line, output, state or summary. */
class Secrets {
    #forms = new Set();
    #longestFirst;
    /**
     * Remembers a secret and returns the forms of it that are new, for the runner's own masking: the value, each line of a
     * value of several lines (a log shows lines), and how it looks in an address, in a form and in JSON. Base64 is left out:
     * nothing here encodes a secret so, and the runner derives that form itself for every mask it is given.
     */
    add(secret) {
        const spellings = new Set();
        for (const part of [secret, ...secret.split(/[\r\n]+/)]) {
            const value = part.trim().toWellFormed();
            if (value.length < SHORTEST_SECRET)
                continue;
            spellings.add(value);
            spellings.add(encodeURIComponent(value));
            spellings.add(new URLSearchParams([['', value]]).toString().slice(1));
            spellings.add(JSON.stringify(value).slice(1, -1));
        }
        const added = [...spellings].filter((form) => !this.#forms.has(form));
        for (const form of added)
            this.#forms.add(form);
        this.#longestFirst = undefined;
        return added;
    }
    /** The text with `***` for every secret in it; the text itself when there is none. */
    redact(text) {
        // Longest first, so that a secret that begins with another one leaves no tail behind.
        this.#longestFirst ??= [...this.#forms].sort((a, b) => b.length - a.length);
        return this.#longestFirst.reduce((redacted, form) => redacted.replaceAll(form, '***'), text);
    }
}

;// CONCATENATED MODULE: ./build/runner/state.js
/** The one name under which main leaves something to post: the open plan of the undo log. */
const UNDO_STATE = 'undo';
/** What main left; `undefined` if nothing. The runner hands it over as a variable. */
function savedUndo(env) {
    return env[`STATE_${UNDO_STATE}`] || undefined;
}

;// CONCATENATED MODULE: ./build/runner/log.js








/** Wide enough for `23h 59m`, so that the lines of a wait align. */
const STAMP_WIDTH = 7;
/** A wait in which nothing changes says so this often, in ms, so that a log never looks dead. */
const HEARTBEAT_MS = 300_000;
/**
 * The {@link Reporter} of a real step: stdout, and the files the runner names in `GITHUB_OUTPUT` and `GITHUB_STATE`. It also
 * collects what the job summary shows.
 */
class RunnerReporter {
    #clock;
    #startedAt;
    #secrets = new Secrets();
    #outputs = new Outputs();
    #unwritten = new Set();
    #facts = new Map();
    #sections = new Map();
    #notes = [];
    #warnings = new Set();
    #inGroup = false;
    #lastProgress = '';
    #lastProgressMs = 0;
    constructor(options) {
        this.#clock = options.clock;
        this.#startedAt = options.clock.now();
    }
    /** Rows for the job summary, in the order their labels were first given. */
    get facts() {
        return [...this.#facts.values()];
    }
    /** Tables and charts for the job summary, in the order their titles were first given. */
    get sections() {
        return [...this.#sections.values()];
    }
    get notes() {
        return this.#notes;
    }
    get warnings() {
        return [...this.#warnings];
    }
    /** Milliseconds since this reporter was made. */
    get elapsedMs() {
        return this.#clock.now() - this.#startedAt;
    }
    info(line) {
        lib_core/* info */.pq(this.#safe(line));
    }
    debug(line) {
        lib_core/* debug */.Yz(this.#safe(line));
    }
    /** {@link debug}, if the runner shows it (`RUNNER_DEBUG`): for lines that are many. */
    get debugging() {
        return process.env['RUNNER_DEBUG'] === '1' ? (line) => this.debug(line) : undefined;
    }
    warning(message, details = {}) {
        const text = lines(this.redact(details.todo ? `${message}\n${details.todo}` : message));
        if (this.#warnings.has(text))
            return;
        this.#warnings.add(text);
        lib_core/* warning */.$e(text);
    }
    async group(title, body) {
        if (this.#inGroup) {
            this.info(`== ${title} ==`);
            return await body();
        }
        this.#inGroup = true;
        lib_core/* startGroup */.Oh(this.#safe(title));
        try {
            return await body();
        }
        finally {
            this.endGroup();
        }
    }
    /** Ends a group that work left open which nobody waits for any longer. */
    endGroup() {
        if (this.#inGroup)
            lib_core/* endGroup */.N4();
        this.#inGroup = false;
    }
    progress(line) {
        const silentMs = this.elapsedMs - this.#lastProgressMs;
        if (line === this.#lastProgress && silentMs < HEARTBEAT_MS)
            return;
        this.#lastProgress = line;
        this.#lastProgressMs = this.elapsedMs;
        this.info(`[${(0,numbers/* duration */.p0)(Math.floor(this.elapsedMs / 1000) * 1000).padStart(STAMP_WIDTH)}] ${line}`);
    }
    output(name, value) {
        const given = String(value);
        const redacted = this.redact(given);
        if (redacted !== given) {
            this.warning(`The output ${name} contained a masked secret, which was replaced by ***.`, {
                todo: 'If it is not a secret, choose a credential that is not an ordinary word.',
            });
        }
        const { text, problem } = this.#outputs.set(name, redacted);
        if (problem)
            this.warning(problem);
        this.#write(name, text);
    }
    addToResult(name, value) {
        this.#outputs.addToResult(name, typeof value === 'string' ? this.redact(value) : value.map((one) => this.redact(one)));
    }
    /** What an output was set to, as GitHub got it; empty when it was not set. */
    outputValue(name) {
        return this.#outputs.get(name);
    }
    /**
     * Sets `elapsed_seconds` and `result`, and tries again what could not be written before. Call it last, on success and on
     * failure.
     * @throws ActionError `operation_failed` when outputs are still missing: a later step would read them as empty
     */
    finishOutputs() {
        this.output('elapsed_seconds', Math.round(this.elapsedMs / 100) / 10);
        const { text, problem } = this.#outputs.result();
        if (problem)
            this.warning(problem);
        this.#write('result', text);
        if (!process.env['GITHUB_OUTPUT'] && process.env['GITHUB_ACTIONS'] === 'true')
            this.warning('GITHUB_OUTPUT is not set, so later steps cannot read the outputs of this step.');
        for (const name of this.#unwritten)
            if (name !== 'result')
                this.#write(name, this.#outputs.get(name));
        if (this.#unwritten.size === 0)
            return;
        throw new errors/* ActionError */.lZ('operation_failed', `Could not write these outputs (GITHUB_OUTPUT): ${[...this.#unwritten].join(', ')}.`, {
            todo: 'Check that the disk of the runner is not full. The changes that this step made in Visual Layer remain; the log lists the IDs.',
        });
    }
    /**
     * Makes sure that outputs can be written, before anything is done whose ID would be lost.
     * @throws ActionError `operation_failed` that names the file and the reason
     */
    requireOutputs() {
        const { GITHUB_OUTPUT: file } = process.env;
        if (!file)
            return;
        try {
            if (!(0,external_node_fs_.statSync)(file).isFile())
                throw new Error('it is not a file');
            (0,external_node_fs_.accessSync)(file, external_node_fs_.constants.W_OK);
        }
        catch (error) {
            throw new errors/* ActionError */.lZ('operation_failed', `Could not open the file for outputs (GITHUB_OUTPUT): ${(0,errors/* describe */.q0)(error)}.`, {
                todo: 'The runner creates this file for each step. Check the disk and the permissions of the runner, and that no step sets GITHUB_OUTPUT. Nothing was sent to Visual Layer.',
            });
        }
    }
    /** Saves what the post step has to undo if this step is killed, at once; '' for nothing. */
    saveUndo(text) {
        try {
            // Without the file the library would print a command that runners no longer know.
            if (!process.env['GITHUB_STATE'])
                throw new Error('the variable is not set');
            // A secret among the names makes them useless for finding anything, but the runner keeps states in plain text.
            lib_core/* saveState */.LZ(UNDO_STATE, this.redact(text));
        }
        catch (error) {
            if (text === '')
                return;
            this.warning(`Could not save what to undo (GITHUB_STATE): ${(0,errors/* describe */.q0)(error)}. If this step is killed, the post step cannot clean up.`);
        }
    }
    mask(secret) {
        for (const form of this.#secrets.add(secret))
            lib_core/* setSecret */.Pq(form);
    }
    /** The text with `***` for every masked secret in it. */
    redact(text) {
        return this.#secrets.redact(text);
    }
    fact(label, value, options = {}) {
        const { insteadOf = label, ...shown } = options;
        this.#facts.set(insteadOf, { label, value, ...shown });
    }
    table(table) {
        this.#sections.set(table.title, table);
    }
    chart(chart) {
        this.#sections.set(chart.title, chart);
    }
    note(text) {
        this.#notes.push(text);
        this.info(text);
    }
    // Secrets go before the line is cut: half of one would slip past the runner's own masking.
    #safe(line) {
        return indentedLine(this.redact(line));
    }
    #write(name, text) {
        if (!process.env['GITHUB_OUTPUT']) {
            this.debug(`Output ${name}: ${text}`);
            return;
        }
        try {
            lib_core/* setOutput */.uH(name, text);
            this.#unwritten.delete(name);
        }
        catch (error) {
            this.#unwritten.add(name);
            this.warning(`Could not write the output ${name} yet: ${(0,errors/* describe */.q0)(error)}`);
        }
    }
}

// EXTERNAL MODULE: ./build/transfer/download/slots.js
var slots = __webpack_require__(11526);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(58508);
;// CONCATENATED MODULE: ./build/visual-layer/explore.js





/** Ten million clusters in pages of 100. Only a listing that never ends comes so far. */
const MOST_PAGES = 100_000;
const MOST_RESTARTS = 3;
const LONGEST_EXCERPT = 300;
const clusterReply = schemas/* looseObject */._H3({ cluster_id: visual_layer_fields/* identifier */.Cv, id: visual_layer_fields/* identifier */.Cv, n_images: visual_layer_fields/* count */.U9, n_videos: visual_layer_fields/* count */.U9 })
    .transform((reply) => ({ id: reply.cluster_id ?? reply.id, items: itemsIn(reply.n_images, reply.n_videos) }))
    .refine((cluster) => cluster.id !== undefined, { path: ['cluster_id'] });
/** Negative counts are how the API says that it has not counted. */
function itemsIn(...counts) {
    const known = counts.filter((value) => value !== undefined && value >= 0);
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + (value ?? 0), 0);
}
const clusterPage = schemas/* union */.KCZ([
    schemas/* looseObject */._H3({
        clusters: schemas/* array */.YOg(clusterReply).nullable(),
        metadata: schemas/* looseObject */._H3({ total_clusters: visual_layer_fields/* count */.U9 }).optional().catch(undefined),
    })
        .transform((reply) => ({ clusters: reply.clusters ?? [], total: reply.metadata?.total_clusters })),
    schemas/* array */.YOg(clusterReply).transform((clusters) => ({ clusters, total: undefined })),
    // A page beyond the last one can be `null`, as public clients know.
    schemas/* null */.chJ().transform(() => ({ clusters: [], total: undefined })),
]);
const memberPage = schemas/* unknown */.L5J().transform(mediaIdsIn);
const MEMBER_LISTS = ['previews', 'media_items', 'items', 'media'];
/** The media IDs of one page of a cluster, wherever it has them; `undefined` where it has no list of them, or not of all. */
function mediaIdsIn(reply) {
    if (Array.isArray(reply)) {
        // `image_id` is what older responses call it.
        const ids = reply.map((entry) => ((0,visual_layer_reply/* isRecord */.u4)(entry) ? (entry['media_id'] ?? entry['image_id']) : undefined));
        return ids.every(isMediaId) ? ids : undefined;
    }
    if (!(0,visual_layer_reply/* isRecord */.u4)(reply))
        return undefined;
    const lists = [...MEMBER_LISTS.map((name) => reply[name]), reply['cluster']].filter((value) => Array.isArray(value) || (0,visual_layer_reply/* isRecord */.u4)(value));
    const found = lists.map(mediaIdsIn).filter((ids) => ids !== undefined);
    return found.length === 0 ? undefined : found.flat();
}
/** Not what an ID is, which is not documented, but what it surely is not: a file name, a sentence, half a row. */
function isMediaId(value) {
    return typeof value === 'string' && /^[^\s,"<>]{1,99}$/.test(value);
}
const explore_UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** What a dataset contains, by cluster and by ID. Reads only, with the usual retries. */
class Explore {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /**
     * All clusters of a dataset, each once; docs.visual-layer.com, semantic search. Media that are in no cluster are in none of them,
     * so a caller that needs all media verifies the sum of the items against the dataset's own count.
     *
     * Ends at an empty page, at the total that the response reports, or where the pages only repeat themselves. A listing that moves
     * while it is read is begun again, three times.
     *
     * @param onPage receives after each page how many clusters are known, and of how many if the API reports it
     * @throws ActionError `unexpected_reply` where the listing keeps moving, stops short of its own total, or never ends
     */
    async clusters(datasetId, explored, onPage) {
        for (let restarts = 0;; restarts += 1) {
            const listing = await this.#listClusters(datasetId, explored, onPage);
            if (typeof listing !== 'string')
                return listing;
            if (restarts === MOST_RESTARTS)
                throw incomplete(datasetId, listing);
        }
    }
    /** The clusters, or why what was read cannot be all of them. */
    async #listClusters(datasetId, explored, onPage) {
        const found = new Map();
        let last;
        let repeats = 0;
        for (let page = 0; page < MOST_PAGES; page += 1) {
            const what = `list the clusters of dataset ${datasetId} (page ${page + 1})`;
            const { clusters, total } = await this.#http.read(pageOf(what, datasetId, explored, page), clusterPage);
            const present = new Map(clusters.map((cluster) => [cluster.id, cluster]));
            const ids = [...present.keys()].join();
            // A server may count pages from 1 and take 0 for 1, so one page that comes twice is not yet an end.
            repeats = ids === last ? repeats + 1 : 0;
            last = ids;
            if (repeats === 1)
                continue;
            if (present.size === 0 || repeats === 2) {
                if (total === undefined || found.size >= total)
                    return [...found.values()];
                return `it reported ${total} clusters but listed ${found.size}`;
            }
            for (const [id, cluster] of present) {
                if (found.has(id))
                    return `cluster ${id} was on two of its pages`;
                found.set(id, cluster);
            }
            onPage?.(found.size, total);
            // A total that is no more than this page contains may be the page's own: then the next page decides.
            if (total !== undefined && found.size === total && total > present.size)
                return [...found.values()];
        }
        return `it did not end within ${MOST_PAGES} pages`;
    }
    /** Whether anything in a dataset has one of these labels; docs.visual-layer.com, semantic search. Retried once. */
    async hasLabels(datasetId, entityType, labels) {
        const vql = JSON.stringify([{ labels: { op: 'one_of', value: labels } }]);
        const request = pageOf(`look for labels in dataset ${datasetId}`, datasetId, { entityType, vql }, 0);
        const { clusters } = await this.#http.read(request, clusterPage, 1);
        return clusters.some(({ items }) => items !== 0);
    }
    /**
     * The IDs of all media of one cluster, as far as the API lists them: verify their number against the cluster's items. Known from
     * public clients only. `undefined` where the server cannot list the members of a cluster.
     */
    async members(datasetId, clusterId, explored) {
        const found = new Set();
        let fruitless = 0;
        for (let page = 0; page < MOST_PAGES && fruitless < 2; page += 1) {
            const what = `list the media of cluster ${clusterId} (page ${page + 1})`;
            const request = pageOf(what, `${datasetId}/similarity_cluster/${clusterId}`, explored, page);
            const ids = await this.#http.read(request, memberPage).catch(unlessUnsupported);
            if (ids === undefined && page === 0)
                return undefined;
            if (ids === undefined || ids.length === 0)
                break;
            const before = found.size;
            for (const id of ids)
                found.add(id);
            fruitless = found.size === before ? fruitless + 1 : 0;
        }
        return [...found];
    }
    /**
     * The IDs of all media of a dataset, from its table of file names and IDs. Known from public clients only. `undefined` where the
     * server has no such table.
     *
     * @throws ActionError `unexpected_reply` where a row of the table has no ID
     */
    async mediaIds(datasetId) {
        const request = {
            what: `list the media IDs of dataset ${datasetId}`,
            method: 'GET',
            path: `dataset/${datasetId}/export_media_id`,
        };
        const { parse } = await Promise.all(/* import() */[__webpack_require__.e(84), __webpack_require__.e(16)]).then(__webpack_require__.bind(__webpack_require__, 42016));
        return this.#http.readText(request, (table) => idColumn(parse, request, table)).catch(unlessUnsupported);
    }
}
function pageOf(what, path, explored, page) {
    return {
        what,
        method: 'GET',
        path: `explore/${path}`,
        query: { entity_type: explored.entityType, threshold: '0', page_number: String(page), vql: explored.vql },
    };
}
/** `undefined` for the failures by which a server says that it has no such call: its web page among them. */
function unlessUnsupported(error) {
    const outcome = error instanceof visual_layer_failure/* RequestFailure */.e6 ? error.outcome : undefined;
    const noSuchCall = outcome?.status === 404 || outcome?.status === 405;
    const noJson = error instanceof visual_layer_failure/* RequestFailure */.e6 && error.code === 'unexpected_reply' && !outcome?.wrongShape;
    if (!noSuchCall && !noJson)
        throw error;
}
function incomplete(datasetId, reason) {
    return new errors/* ActionError */.lZ('unexpected_reply', `Could not read the complete cluster list of dataset ${datasetId} in ${MOST_RESTARTS + 1} attempts: ${reason}.`, {
        todo: 'Wait until nothing changes the dataset, then re-run the job. If the problem persists, select what to export by vql, cluster_ids, or media_ids.',
    });
}
/**
 * The column `media_id` of a CSV table; the last one if it has no heading. Counted from the end, because a file name may contain commas
 * without quotes.
 */
function idColumn(parse, { what }, table) {
    if (table === '')
        return undefined;
    let fromEnd;
    let areUuids = false;
    const ids = new Set();
    const take = (fields) => {
        if (fromEnd === undefined) {
            const heading = fields.findIndex((name) => name.trim().toLowerCase() === 'media_id');
            fromEnd = heading < 0 ? 1 : fields.length - heading;
            if (heading >= 0)
                return null;
        }
        const id = fields.length > 1 ? fields.at(-fromEnd) : undefined;
        if (!isMediaId(id) || (areUuids && !explore_UUID.test(id))) {
            const reason = `its row ${ids.size + 1} has no media ID`;
            throw (0,visual_layer_failure/* unexpectedReply */.Cp)(what, reason, fields.join(',').slice(0, LONGEST_EXCERPT), true);
        }
        // Where the first ID is a UUID, one of another form was cut off.
        if (ids.size === 0)
            areUuids = explore_UUID.test(id);
        ids.add(id);
        return null;
    };
    try {
        parse(table, { relax_column_count: true, skip_empty_lines: true, on_record: take });
    }
    catch (error) {
        if (error instanceof visual_layer_failure/* RequestFailure */.e6)
            throw error;
        throw (0,visual_layer_failure/* unexpectedReply */.Cp)(what, `it is not CSV (${(0,errors/* describe */.q0)(error)})`, table.slice(-LONGEST_EXCERPT), true);
    }
    return [...ids];
}

;// CONCATENATED MODULE: ./build/visual-layer/exports.js





function exportState(word) {
    switch ((0,datasets/* normalWord */.Y4)(word)) {
        case 'COMPLETED':
            return 'COMPLETED';
        case 'FAILED':
        case 'ERROR':
            return 'FAILED';
        case 'REJECTED':
            return 'REJECTED';
        case 'CANCELED':
        case 'CANCELLED':
        case 'ABORTED':
            return 'CANCELLED';
        case 'INIT':
        case 'PENDING':
        case 'QUEUED':
            return 'QUEUED';
        default:
            return 'RUNNING';
    }
}
/** Used where a response has no status. */
const NO_STATUS = '(none)';
const LINK_FIELDS = ['download_uri', 'download_url', 'downloadUri', 'url', 'uri', 'file_url'];
function linkIn(reply) {
    if (!(0,visual_layer_reply/* isRecord */.u4)(reply))
        return undefined;
    for (const field of LINK_FIELDS) {
        const value = reply[field];
        if (typeof value === 'string' && value !== '')
            return value;
    }
    return linkIn(reply['result']);
}
const exportReply = schemas/* looseObject */._H3({
    id: visual_layer_fields/* identifier */.Cv,
    export_task_id: visual_layer_fields/* identifier */.Cv,
    task_id: visual_layer_fields/* identifier */.Cv,
    status: visual_layer_fields/* text */.Qq,
    progress: visual_layer_fields/* count */.U9,
    entities_count: visual_layer_fields/* count */.U9,
    result_message: visual_layer_fields/* text */.Qq,
})
    .transform((reply) => ({
    id: reply.id ?? reply.export_task_id ?? reply.task_id,
    state: exportState(reply.status ?? ''),
    statusWord: reply.status ?? NO_STATUS,
    progress: reply.progress,
    entities: reply.entities_count,
    words: reply.result_message,
    link: linkIn(reply),
}));
/** A start names its export, or says why there is none. */
const startReply = exportReply.refine((task) => task.id !== undefined || task.state === 'REJECTED', { path: ['id'] });
/** A status response has a status. */
const statusReply = exportReply.refine((task) => task.statusWord !== NO_STATUS, { path: ['status'] });
/** Exports; docs.visual-layer.com, export API. What the docs leave out is read as recorded by public clients. */
class Exports {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Starts an export, of the whole dataset, by VQL, or of a selection. One attempt. */
    async start(datasetId, start) {
        const request = start.selection ? selective(datasetId, start, start.selection) : whole(datasetId, start);
        return this.#http.change(request, startReply);
    }
    /** The status of an export, with a new link once it is COMPLETED. */
    async status(datasetId, exportId, retries) {
        const request = {
            what: `read the status of export ${exportId}`,
            method: 'GET',
            path: `dataset/${datasetId}/export_status`,
            query: { export_task_id: exportId },
        };
        return this.#http.read(request, statusReply, retries);
    }
    /**
     * The address that an export is fetched from: self-hosted servers give paths such as `/cdn/...`. A server that answers over https
     * must not lead over plain http: what comes that way can be changed on the way, and what only the runner reaches without credentials
     * (the metadata of a cloud machine, say) speaks plain http.
     *
     * @throws ActionError `unexpected_reply` for what is no address, and for such a one
     */
    resolve(link, exportId) {
        const { origin } = this.#http;
        const url = URL.parse(link, origin);
        if (url?.protocol === 'https:' || (url?.protocol === 'http:' && origin.startsWith('http:')))
            return url;
        const why = url?.protocol === 'http:'
            ? `uses plain http (to ${url.host}), although ${origin} uses https; data sent over http can be modified`
            : 'is not a URL';
        throw new errors/* ActionError */.lZ('unexpected_reply', `The download link of export ${exportId} ${why}.`, {
            todo: url?.protocol === 'http:'
                ? 'Configure the server to return links that begin with https://, or paths such as /cdn/export.zip.'
                : 'Export again with this export_id to get a new link.',
        });
    }
}
function whole(datasetId, start) {
    // `entity_type` and `vql` are not in the docs of this call; public clients send them.
    const chosen = start.vql !== undefined || start.entityType !== 'IMAGES';
    return {
        what: `start an export of dataset ${datasetId}`,
        method: 'GET',
        path: `dataset/${datasetId}/export_context_async`,
        query: {
            file_name: start.fileName,
            export_format: start.format,
            include_images: String(start.includeImages),
            entity_type: chosen ? start.entityType : undefined,
            vql: start.vql,
        },
    };
}
function selective(datasetId, start, selection) {
    const media = selection.mediaIds.length > 0 ? [{ type: 'media', payload: { media_ids: selection.mediaIds } }] : [];
    const filters = {
        entity_type: start.entityType,
        ...(selection.clusterVql === undefined ? {} : { vql: JSON.parse(selection.clusterVql) }),
    };
    const clusters = selection.clusterIds.map((clusterId) => ({
        type: 'cluster',
        payload: {
            cluster_id: clusterId,
            cluster_filters: filters,
            exclude_media_ids: selection.excludeMediaIds,
        },
    }));
    return {
        what: `start a selective export of dataset ${datasetId}`,
        method: 'POST',
        path: `dataset/${datasetId}/export_entities_async`,
        query: { export_format: start.format, include_images: String(start.includeImages) },
        json: { media_selection: [...media, ...clusters] },
    };
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
// EXTERNAL MODULE: ./build/visual-layer/headers.js
var visual_layer_headers = __webpack_require__(12567);
;// CONCATENATED MODULE: ./build/visual-layer/attempt.js






/** Time that a request still gets when the deadline is near, in ms: the last poll of a wait needs some. */
const LAST_POLL_MS = 2_000;
/** No request, of whichever stage of a step, lasts longer than this after the deadline, in ms. */
const OVERTIME_MS = 2_500;
/** A change that is in flight when the step is canceled gets this long, in ms, to be answered, so that its ID becomes known. */
const IN_FLIGHT_MS = 1_000;
/** One HTTP request and its whole response, in the time that both have. */
class Attempt {
    /** What has come so far. */
    reply;
    #sent;
    /** When a byte last went out or came in. */
    #movedAt;
    #form;
    constructor(sent) {
        this.#sent = sent;
        this.#movedAt = sent.options.clock.now();
    }
    /** Throws a {@link RequestFailure} if no whole response comes, or the reason of what ended it. */
    async run() {
        const { request, url, isChange, options } = this.#sent;
        const { clock, deadline, signal, requestTimeoutMs } = options;
        const { upload, what, text } = request;
        signal.throwIfAborted();
        if (isChange)
            options.onChange?.();
        // One attempt that hangs must leave time to check what became of it.
        const fair = upload ? Infinity : Math.max(deadline.remainingMs() / 2, LAST_POLL_MS);
        const limit = Math.min(requestTimeoutMs, fair, deadline.remainingMs(OVERTIME_MS));
        const moves = upload !== undefined || text === true;
        const startedAt = this.#movedAt;
        const left = () => Math.min((moves ? this.#movedAt : startedAt) + limit - clock.now(), deadline.remainingMs(OVERTIME_MS));
        const late = () => new Silence(`no ${upload ? 'progress' : 'response'} within ${Math.round(limit / 100) / 10} s`);
        const done = new AbortController();
        const ends = [
            isChange ? (0,build_clock/* delayed */.Nw)(signal, IN_FLIGHT_MS, clock, done.signal) : signal,
            ...(upload ? [upload.signal] : []),
        ];
        try {
            return await (0,build_clock/* within */.ux)(clock, left, AbortSignal.any(ends), late, (stop) => this.#exchange(stop));
        }
        catch (error) {
            signal.throwIfAborted();
            const whole = this.#form?.whole ?? true;
            // An upload that its deadline ended after the last byte may have taken effect.
            if (!whole)
                upload?.signal.throwIfAborted();
            if (this.#form?.broken)
                throw this.#form.broken;
            if (error instanceof visual_layer_failure/* RequestFailure */.e6)
                throw error;
            const { host } = url;
            const isLate = error instanceof Silence && (limit < requestTimeoutMs || deadline.remainingMs() <= 0);
            if (upload?.signal.aborted || isLate)
                throw (0,visual_layer_failure/* outOfTime */.p3)(what, host, 'no complete response', deadline, whole);
            throw (0,visual_layer_failure/* networkFailure */.rd)(what, host, error, whole);
        }
        finally {
            done.abort();
        }
    }
    async #exchange(stop) {
        const { request, url, options, authorization } = this.#sent;
        const { clock, signal, userAgent, connection } = options;
        const { upload, json, form: fields, text, method } = request;
        const { request: send, FormData: Form } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 46752, 19));
        const headers = {
            accept: text ? 'text/csv, text/plain, */*;q=0.5' : 'application/json',
            'user-agent': userAgent,
        };
        const bearer = authorization();
        if (bearer !== undefined)
            headers['authorization'] = bearer;
        let body;
        if (json !== undefined) {
            headers['content-type'] = 'application/json';
            body = JSON.stringify(json);
        }
        else if (fields) {
            body = new Form();
            for (const [name, value] of Object.entries(fields))
                body.append(name, value);
        }
        else if (upload) {
            const { MultipartForm } = await __webpack_require__.e(/* import() */ 377).then(__webpack_require__.bind(__webpack_require__, 56377));
            const form = new MultipartForm(upload.parts, (sent) => {
                // What was not sent whole cannot have arrived, so a canceled step need not wait for a response to it.
                signal.throwIfAborted();
                this.#movedAt = clock.now();
                upload.onBytes(sent);
            });
            this.#form = form;
            headers['content-type'] = form.contentType;
            headers['content-length'] = String(form.contentLength);
            // Read no further ahead than the connection takes.
            body = external_node_stream_.Readable.from(form, { objectMode: false, highWaterMark: 1 });
        }
        const dispatcher = await connection();
        // Nothing has been sent so far.
        signal.throwIfAborted();
        const response = await send(url, {
            method,
            headers,
            ...(body === undefined ? {} : { body }),
            dispatcher,
            signal: stop,
            // Never silently sent a second time by the connection pool: some GETs of this API create.
            idempotent: false,
        });
        const head = { status: response.statusCode, headers: response.headers };
        this.reply = head;
        const reply = { ...head, body: this.#read(await this.#whole(response.body), head.headers) };
        this.reply = reply;
        return reply;
    }
    async #whole(body) {
        const parts = [];
        let size = 0;
        for await (const part of body) {
            size += part.length;
            if (size > visual_layer_reply/* LARGEST_REPLY */.So) {
                throw new visual_layer_failure/* RequestFailure */.e6('unexpected_reply', `The response to the request to ${this.#sent.request.what} is larger than any documented one (over ${visual_layer_reply/* LARGEST_REPLY */.So / 1024 / 1024} MiB).`, { todo: 'Check base_url. If it is right, request less at once.' }, { transient: false, effect: 'unknown', wrongShape: true });
            }
            parts.push(part);
            this.#movedAt = this.#sent.options.clock.now();
        }
        return Buffer.concat(parts);
    }
    #read(bytes, headers) {
        try {
            return (0,visual_layer_reply/* readBody */.x8)((0,visual_layer_reply/* decodedText */["if"])(bytes, (0,visual_layer_headers/* headerOf */.rR)(headers, 'content-encoding')));
        }
        catch (error) {
            throw (0,visual_layer_failure/* unexpectedReply */.Cp)(this.#sent.request.what, (0,errors/* describe */.q0)(error), '', false);
        }
    }
}
/** No (further) byte came in the time there was. */
class Silence extends Error {
}

;// CONCATENATED MODULE: ./build/visual-layer/token.js

/** The lifetime of a signed token in seconds: the documented ten minutes. No upper bound is documented. */
const LIFETIME_S = 600;
/** `iat` is this far back, because verifiers reject one in the future and runners' clocks differ. */
const BACKDATE_S = 30;
/**
 * A bearer token (JWT, HS256) as docs.visual-layer.com/api-reference/authentication describes it: `kid` and `sub` are the API
 * key, `iss` is the literal `sdk`, `iat` and `exp` are whole Unix seconds.
 *
 * @param nowMs the wall clock in ms since the epoch
 */
function signToken(apiKey, apiSecret, nowMs) {
    const issuedAt = Math.floor(nowMs / 1000) - BACKDATE_S;
    const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const head = encode({ alg: 'HS256', typ: 'JWT', kid: apiKey });
    const claims = encode({ sub: apiKey, iss: 'sdk', iat: issuedAt, exp: issuedAt + LIFETIME_S });
    const signature = (0,external_node_crypto_.createHmac)('sha256', apiSecret).update(`${head}.${claims}`).digest('base64url');
    return `${head}.${claims}.${signature}`;
}
/** When a token expires, in ms since the epoch; `undefined` if it is no JWT or does not say. */
function expiryOf(token) {
    try {
        const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
        const expiry = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined;
        return typeof expiry === 'number' ? expiry * 1000 : undefined;
    }
    catch {
        return undefined;
    }
}
/**
 * Makes the `Authorization` header of each request. A token is signed again every time, so that none expires in a long wait.
 */
class Signer {
    #credentials;
    #skewMs = 0;
    constructor(credentials) {
        this.#credentials = credentials;
    }
    authorization(nowMs) {
        const credentials = this.#credentials;
        switch (credentials.kind) {
            case 'key':
                return `Bearer ${signToken(credentials.apiKey, credentials.apiSecret, nowMs + this.#skewMs)}`;
            case 'token':
                return `Bearer ${credentials.token}`;
            case 'none':
                return undefined;
        }
    }
    /**
     * Why a server answered 401.
     *
     * @param accepted whether it accepted these credentials before
     * @param nowMs the wall clock in ms since the epoch
     */
    rejection(accepted, nowMs) {
        const credentials = this.#credentials;
        if (credentials.kind !== 'token')
            return credentials.kind === 'key' ? 'key' : 'none_sent';
        const expiry = expiryOf(credentials.token);
        return accepted || (expiry !== undefined && expiry <= nowMs) ? 'expired_token' : 'token';
    }
    /**
     * Takes the server's clock (its `Date` header) after a 401: a runner whose clock is off signs tokens that are not yet, or no
     * longer, valid. Returns whether signing again can help.
     */
    learnFrom401(dateHeader, nowMs) {
        if (this.#credentials.kind !== 'key')
            return false;
        const serverMs = dateHeader === undefined ? Number.NaN : Date.parse(dateHeader);
        if (!Number.isNaN(serverMs))
            this.#skewMs = Math.abs(serverMs - nowMs) > 5_000 ? serverMs - nowMs : 0;
        return true;
    }
}

// EXTERNAL MODULE: ./build/visual-layer/trace.js
var trace = __webpack_require__(15028);
;// CONCATENATED MODULE: ./build/visual-layer/http.js








const MOST_REDIRECTS = 3;
/** HTTP to the API: signs each request, times it, and turns whatever comes into a body or a {@link RequestFailure}. */
class Http {
    #options;
    #signer;
    #accepted = false;
    constructor(options) {
        this.#options = options;
        this.#signer = new Signer(options.credentials);
    }
    /** The origin that relative links of the API are resolved against. */
    get origin() {
        return this.#options.apiRoot.origin;
    }
    /**
     * Sends one attempt of a request that changes something. Throws a {@link RequestFailure}, or the signal's reason once the step is
     * canceled: at once if the request was not sent, else after a moment in which it may still be answered.
     */
    async send(request) {
        return this.#send(request, true, (body) => body);
    }
    /** {@link send} for a response of a documented shape. */
    async change(request, schema) {
        return this.#send(request, true, (body) => http_parsed(request, body, schema));
    }
    /**
     * Sends a request that changes nothing, and retries it after transient failures, as {@link persistent} says. Throws a
     * {@link RequestFailure}.
     *
     * @param retries the most retries; in a wait 0, because the next poll is the retry
     */
    async read(request, schema, retries = this.#options.retryLimit) {
        const once = async () => this.#send(request, false, (body) => http_parsed(request, body, schema));
        return (0,retry/* persistent */.y)(once, retries, this.#options);
    }
    /** {@link read} of a response that is plain text, trimmed; '' for an empty one. What `take` throws counts as the response's fault. */
    async readText(request, take) {
        const text = (body) => (0,visual_layer_reply/* plainText */.wh)(body) ?? http_parsed(request, body, schemas/* string */.YjP());
        const once = async () => this.#send({ ...request, text: true }, false, (body) => take(text(body)));
        return (0,retry/* persistent */.y)(once, this.#options.retryLimit, this.#options);
    }
    async #send(request, isChange, take) {
        const url = new URL(request.path, this.#options.apiRoot);
        for (const [name, value] of Object.entries(request.query ?? {})) {
            if (value !== undefined)
                url.searchParams.set(name, value);
        }
        const { clock, onExchange } = this.#options;
        const authorization = () => this.#signer.authorization(clock.date());
        const tries = { redirects: 0, resigned: false };
        for (;;) {
            const [atMs, startedAt] = [clock.date(), clock.now()];
            const { pathname } = url;
            const attempt = new Attempt({ request, url, isChange, options: this.#options, authorization });
            let failure;
            try {
                const body = this.#taken(request, url, await attempt.run(), tries);
                if (body)
                    return take(body);
            }
            catch (error) {
                failure = error;
                if (error instanceof visual_layer_failure/* RequestFailure */.e6) {
                    error.trace ??= (0,trace/* traceLine */.iU)(request.method, pathname, atMs, (0,trace/* requestIds */.qs)(attempt.reply));
                }
                throw error;
            }
            finally {
                onExchange?.((0,trace/* exchangeLine */.g0)(request.method, pathname, clock.now() - startedAt, attempt.reply, failure));
            }
        }
    }
    /** The body of a success; `undefined` if the request is to be sent again, elsewhere or signed again. Throws for any other response. */
    #taken(request, url, reply, tries) {
        const { status, headers, body } = reply;
        if (status >= 300 && status < 400 && status !== 304) {
            // Only these keep the method of a change.
            const repeatable = request.method === 'GET' || status === 307 || status === 308;
            follow(request, url, reply, repeatable && (tries.redirects += 1) <= MOST_REDIRECTS);
            return undefined;
        }
        if (status === 401 &&
            !tries.resigned &&
            this.#signer.learnFrom401((0,visual_layer_headers/* headerOf */.rR)(headers, 'date'), this.#options.clock.date())) {
            tries.resigned = true;
            return undefined;
        }
        if (status < 200 || status >= 300)
            throw this.#failed(request, reply);
        this.#accepted = true;
        return accepted(request, body);
    }
    #failed(request, { status, headers, body }) {
        const words = (0,visual_layer_reply/* errorWords */.Yi)(body);
        const pause = (0,visual_layer_headers/* retryAfterMs */.Vs)(headers, this.#options.clock.date());
        const rejection = this.#signer.rejection(this.#accepted, this.#options.clock.date());
        return (0,visual_layer_failure/* statusFailure */.FP)(request.what, status, words, body.kind === 'json', pause, rejection);
    }
}
function accepted(request, body) {
    const wanted = request.text === true && body.kind === 'other' && !body.text.startsWith('<');
    if (body.kind === 'other' && !wanted) {
        throw (0,visual_layer_failure/* unexpectedReply */.Cp)(request.what, request.text ? 'it is a web page' : 'it is not JSON', (0,visual_layer_reply/* excerpt */.Kb)(body), false);
    }
    const rejection = body.kind === 'json' ? (0,visual_layer_reply/* rejectionIn */.TS)(body.json) : undefined;
    if (rejection !== undefined) {
        const message = `Visual Layer rejected the request to ${request.what} (HTTP 200 with an error).`;
        const todo = 'Fix what the server message describes, then re-run the job.';
        throw new visual_layer_failure/* RequestFailure */.e6('rejected', message, { apiWords: rejection, todo }, { transient: false, effect: 'none', status: 200 });
    }
    return body;
}
/** Holds a body against the shape that is documented for it. */
function http_parsed({ what }, body, schema) {
    const result = schema.safeParse(body.kind === 'json' ? body.json : undefined);
    if (result.success)
        return result.data;
    const first = result.error.issues[0];
    const place = first && first.path.length > 0
        ? `"${first.path.join('.')}" is missing or has the wrong type`
        : 'its format is not the documented one';
    throw (0,visual_layer_failure/* unexpectedReply */.Cp)(what, body.kind === 'empty' ? 'it is empty' : place, (0,visual_layer_reply/* excerpt */.Kb)(body), true);
}
/** Follows a redirect inside the same origin only: the bearer goes to no other server. */
function follow({ what }, url, { status, headers }, allowed) {
    const target = (0,visual_layer_headers/* redirectTarget */.ET)(headers, url);
    if (target && target.origin === url.origin && allowed) {
        url.href = target.href;
        return;
    }
    const where = target ? `to ${target.origin}${target.pathname}` : 'without an address';
    throw new visual_layer_failure/* RequestFailure */.e6('unexpected_reply', `The request to ${what} was redirected ${where}.`, {
        todo: `Set base_url to the address of Visual Layer itself; ${url.origin} redirects elsewhere. The action sends no credentials to another server.`,
    }, { transient: false, effect: 'none', status });
}

;// CONCATENATED MODULE: ./build/visual-layer/ingestion.js




const transactionReply = schemas/* looseObject */._H3({ trans_id: visual_layer_fields/* identifier */.Cv, transaction_id: visual_layer_fields/* identifier */.Cv })
    .transform((reply) => reply.trans_id ?? reply.transaction_id)
    .refine((id) => id !== undefined, { path: ['trans_id'] });
/** Datasets made of uploaded files; docs.visual-layer.com, "Create a dataset from local files". */
class Ingestion {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Makes an empty dataset in DRAFT; returns its ID. One attempt: this GET creates. */
    async newDataset(name) {
        const request = {
            what: `create dataset "${name}"`,
            method: 'GET',
            path: 'ingestion/new_dataset',
            query: { dataset_name: name },
        };
        return this.#http.change(request, datasets/* createdReply */.Nq);
    }
    /**
     * Opens an upload transaction; returns its ID. This GET creates too, but it is repeated like a read: transactions cannot be
     * listed, and one that is never processed changes nothing.
     */
    async openTransaction(datasetId) {
        return this.#http.read({
            what: `open an upload to dataset ${datasetId}`,
            method: 'GET',
            path: `ingestion/${datasetId}/data_files`,
        }, transactionReply);
    }
    /** Sends files into a transaction. One attempt; 202. No limits are documented but "about 50 files" a request. */
    async upload(datasetId, transactionId, files, sending) {
        await this.#http.send({
            what: `upload ${(0,numbers/* counted */.hS)(files.length, 'file')} to dataset ${datasetId}`,
            method: 'POST',
            path: `ingestion/${datasetId}/data_files/${encodeURIComponent(transactionId)}`,
            upload: { ...sending, parts: files.map((file) => ({ ...file, field: 'files' })) },
        });
    }
    /** Starts the processing of all that was uploaded. One attempt; 202. */
    async process(datasetId, transactionId) {
        await this.#http.send({
            what: `start the processing of dataset ${datasetId}`,
            method: 'POST',
            path: `ingestion/${datasetId}/process_files/${encodeURIComponent(transactionId)}`,
        });
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/media.js
/** Media added to a dataset; docs.visual-layer.com, "Add media to an existing dataset". */
class Media {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** Adds media, all in one request. One attempt; 202 with an empty body. 409 unless READY or PARTIAL INDEX. */
    async add(datasetId, source, autoReindex, sending) {
        // The fields come before the files, so that a server which reads as it receives knows them first.
        const parts = [{ field: 'auto_reindex', value: String(autoReindex) }, ...sourceParts(source)];
        await this.#http.send({
            what: `add media to dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/add_media`,
            upload: { ...sending, parts },
        });
    }
    /** Reindexes a dataset. One attempt; 202. 409 unless PARTIAL INDEX. */
    async reindex(datasetId) {
        await this.#http.send({
            what: `reindex dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/reindex`,
        });
    }
}
function sourceParts(source) {
    switch (source.kind) {
        case 'files':
            return source.files.map((file) => ({ ...file, field: 'files' }));
        case 'archive':
            return [{ ...source.archive, field: 'archive' }];
        case 's3':
            return [{ field: 's3_uri', value: source.uri }];
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/snapshots.js


const snapshotReply = schemas/* looseObject */._H3({
    snapshot_id: visual_layer_fields/* requiredIdentifier */.R1,
    snapshot_name: visual_layer_fields/* text */.Qq,
    name: visual_layer_fields/* text */.Qq,
    description: visual_layer_fields/* text */.Qq,
    reason: visual_layer_fields/* text */.Qq,
    created_by: visual_layer_fields/* text */.Qq,
    created_at: visual_layer_fields/* text */.Qq,
    n_images: visual_layer_fields/* count */.U9,
    n_videos: visual_layer_fields/* count */.U9,
    is_current: visual_layer_fields/* flag */.Jt,
    is_restoring: visual_layer_fields/* flag */.Jt,
})
    .transform((reply) => ({
    id: reply.snapshot_id,
    // Requests use `name`, responses `snapshot_name`.
    name: reply.snapshot_name ?? reply.name ?? '',
    description: reply.description ?? '',
    reason: reply.reason ?? '',
    createdBy: reply.created_by ?? '',
    createdAtText: reply.created_at ?? '',
    createdAt: (0,visual_layer_fields/* parseStamp */.Pu)(reply.created_at),
    images: reply.n_images,
    videos: reply.n_videos,
    isCurrent: reply.is_current,
    isRestoring: reply.is_restoring,
}));
const snapshotList = schemas/* union */.KCZ([
    schemas/* array */.YOg(snapshotReply),
    schemas/* looseObject */._H3({ snapshots: schemas/* array */.YOg(snapshotReply) }).transform((reply) => reply.snapshots),
]);
/** The snapshot catalog; docs.visual-layer.com/api-reference/snapshots. Paths are singular: `dataset/{id}/snapshot`. */
class Snapshots {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** All snapshots of a dataset, as the API orders them: newest first. */
    async list(datasetId, retries) {
        const request = {
            what: `list the snapshots of dataset ${datasetId}`,
            method: 'GET',
            path: `dataset/${datasetId}/snapshot`,
        };
        return this.#http.read(request, snapshotList, retries);
    }
    /**
     * Saves the present state. One attempt. Documented as synchronous with the snapshot in the response; `undefined` where the API
     * accepted without naming one.
     */
    async create(datasetId, name, description) {
        const request = {
            what: `create a snapshot of dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/snapshot`,
            json: { ...(name === undefined ? {} : { name }), description },
        };
        const body = await this.#http.send(request);
        if (body.kind !== 'json' || body.json === null)
            return undefined;
        const snapshot = snapshotReply.safeParse(body.json);
        return snapshot.success ? snapshot.data : undefined;
    }
    /** Changes the name, the description or both; what is left out stays as it is. One attempt. */
    async update(datasetId, snapshotId, change) {
        await this.#http.send({
            what: `change snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'PATCH',
            path: `dataset/${datasetId}/snapshot/${snapshotId}`,
            json: change,
        });
    }
    /** Removes a snapshot from the catalog. One attempt; 409 for the current one. Documented as 200 with an empty body. */
    async delete(datasetId, snapshotId) {
        await this.#http.send({
            what: `delete snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'DELETE',
            path: `dataset/${datasetId}/snapshot/${snapshotId}`,
        });
    }
    /** Starts a restore. One attempt; 202 with an empty body. */
    async restore(datasetId, snapshotId) {
        await this.#http.send({
            what: `restore snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/snapshot/${snapshotId}/restore`,
        });
    }
    /** Starts a clone. One attempt; 202 with an empty body: the new dataset's ID is not returned. */
    async clone(datasetId, snapshotId) {
        await this.#http.send({
            what: `clone snapshot ${snapshotId} of dataset ${datasetId}`,
            method: 'POST',
            path: `dataset/${datasetId}/snapshot/${snapshotId}/clone`,
        });
    }
}

;// CONCATENATED MODULE: ./build/visual-layer/client.js









function connect(options) {
    const http = new Http(options);
    return {
        datasets: new datasets/* Datasets */.ek(http),
        snapshots: new Snapshots(http),
        tasks: new visual_layer_tasks/* Tasks */.ZU(http),
        exports: new Exports(http),
        explore: new Explore(http),
        ingestion: new Ingestion(http),
        media: new Media(http),
        enrichment: new Enrichment(http),
    };
}

;// CONCATENATED MODULE: ./build/visual-layer/connection.js

/**
 * Reads the proxies from `http_proxy`, `HTTP_PROXY`, `https_proxy`, and `HTTPS_PROXY`; `host:port` is taken as `http://host:port`,
 * also in the environment itself, because the artifact library reads it too. Throws `invalid_input`, which never shows the value,
 * because it may contain a password.
 */
function readProxies(env) {
    return { http: readProxy(env, 'http_proxy'), https: readProxy(env, 'https_proxy') };
}
function readProxy(env, lowerCase) {
    const name = env[lowerCase] === undefined ? lowerCase.toUpperCase() : lowerCase;
    const given = env[name]?.trim();
    if (!given)
        return undefined;
    const address = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`;
    if (!isProxy(address)) {
        throw new errors/* ActionError */.lZ('invalid_input', `The environment variable ${name} is not a valid proxy address (not shown).`, {
            todo: `It must be http://host:port or http://user:password@host:port, with special characters in the password percent-encoded (% is %25). Fix it where the runner or the workflow sets it (env: ${name}: http://host:port), or unset it. Nothing was sent to Visual Layer.`,
        });
    }
    env[name] = address;
    return address;
}
function isProxy(address) {
    const url = URL.parse(address);
    if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
        return false;
    try {
        decodeURIComponent(url.username);
        decodeURIComponent(url.password);
        return true;
    }
    catch {
        return false;
    }
}
/**
 * The one way out to the network: the given proxies and `NO_PROXY`, kept-alive connections, TLS as Node verifies it
 * (`NODE_EXTRA_CA_CERTS` adds a company's own authority), even if `NODE_TLS_REJECT_UNAUTHORIZED=0` was set for some other step of the
 * job: credentials go to nobody who cannot prove who they are. undici's own timers are off where ours watch: the header and body
 * timeouts.
 */
async function openConnection({ http, https } = {}) {
    const { EnvHttpProxyAgent } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 46752, 19));
    const verified = { rejectUnauthorized: true };
    return new EnvHttpProxyAgent({
        ...(http === undefined ? {} : { httpProxy: http }),
        ...(https === undefined ? {} : { httpsProxy: https }),
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: 30_000, ...verified },
        proxyTls: verified,
        requestTls: verified,
        // Several connections are several only in HTTP/1.1: HTTP/2 would make streams of one.
        allowH2: false,
        // Below the usual idle limits of load balancers, so that a request is seldom written to a socket that is being closed.
        keepAliveTimeout: 4_000,
    });
}

;// CONCATENATED MODULE: ./build/session.js






/** Connections of a step that download at once, all parts of an export together. */
const MOST_DOWNLOADS = 8;
/** Between polls when seconds count, in ms. */
const LAST_INTERVAL_MS = 400;
/** What a request that is in progress when the time of {@link Session.lastly} ends still gets, in ms. */
const LAST_REQUEST_MS = 500;
/** The connections of one process, and the clients that use them. */
class Session {
    #request;
    #clock;
    #proxies;
    #say;
    #debug;
    #phases = new Set();
    #hasSentChange = false;
    #dispatcher;
    /** The `timeout` of the request, from now. */
    deadline;
    /** @param debug one line for the debug log, if there is one */
    constructor(request, clock, proxies, say, debug) {
        this.#request = request;
        this.#clock = clock;
        this.deadline = new build_clock/* Deadline */.B2(clock, request.timeoutMs);
        this.#proxies = proxies;
        this.#say = say;
        this.#debug = debug;
    }
    /** What the step was in the midst of when it ended. */
    get phase() {
        return [...this.#phases].at(-1);
    }
    /** A request that changes something was sent, or was about to be. */
    get hasSentChange() {
        return this.#hasSentChange;
    }
    /** Opened when first needed: an invalid input never loads the network. */
    connection = () => (this.#dispatcher ??= openConnection(this.#proxies));
    /** A client that works until `deadline` or `signal`. */
    client(deadline, signal) {
        const { service, credentials, requestTimeoutMs, retryLimit } = this.#request;
        return connect({
            apiRoot: service.apiRoot,
            credentials,
            userAgent: version/* USER_AGENT */._,
            requestTimeoutMs,
            retryLimit,
            clock: this.#clock,
            deadline,
            signal,
            connection: this.connection,
            onRetry: this.#say,
            onChange: () => (this.#hasSentChange = true),
            onExchange: this.#debug,
        });
    }
    /** What an operation gets. */
    step(parts) {
        const { service, requestTimeoutMs, maxRetries, retryLimit, pollIntervalMs } = this.#request;
        const { reporter, signal } = parts;
        const { deadline } = this;
        return {
            ...parts,
            api: this.client(deadline, signal),
            clock: this.#clock,
            deadline,
            waiting: {
                ...this.#waiting(deadline, signal, pollIntervalMs, (line) => reporter.progress(line)),
                phases: this.#phases,
            },
            maxRetries,
            retryLimit,
            requestTimeoutMs,
            userAgent: version/* USER_AGENT */._,
            connection: this.connection,
            onExchange: this.#debug,
            slots: new slots/* Slots */.W(MOST_DOWNLOADS),
            datasetPage: (datasetId) => `${service.origin}/dataset/${datasetId}/data`,
        };
    }
    #waiting(deadline, signal, interval, onLook) {
        return { clock: this.#clock, deadline, signal, interval, maxRetries: this.#request.maxRetries, onLook };
    }
    /**
     * Runs what must be done in the last seconds of a step, whatever ended the rest of it. Ends {@link LAST_REQUEST_MS} after `limitMs`,
     * or when `signal` aborts.
     */
    async lastly(limitMs, signal, onLook, body) {
        const late = () => new Error(`it took longer than ${(0,numbers/* duration */.p0)(limitMs)}`);
        const deadline = new build_clock/* Deadline */.B2(this.#clock, limitMs, 'limit of the cleanup');
        return await (0,build_clock/* within */.ux)(this.#clock, limitMs + LAST_REQUEST_MS, signal, late, (ends) => 
        // A change in flight would get more time to be answered, and there is none.
        (0,build_clock/* orAborted */.H6)(body(this.client(deadline, ends), this.#waiting(deadline, ends, LAST_INTERVAL_MS, onLook)), ends));
    }
    /** Kept-alive connections would keep the process alive. */
    async close() {
        const dispatcher = await this.#dispatcher?.catch(() => undefined);
        await dispatcher?.destroy();
    }
}

;// CONCATENATED MODULE: ./build/runner/chart-names.js

/**
 * Names from outside as they may stand between double quotes in a Mermaid chart: in one line, at most `room` wide, where a plain small
 * letter or digit is 1, and each unlike the others, since Mermaid draws what has one name at one place. What could end the quotes
 * or begin a tag or an entity is shown by a look-alike, what could begin a comment or a directive is parted, and what has no known
 * width shows as `?`.
 */
function chartNames(names, room) {
    const given = new Set();
    return names.map((name) => {
        const plain = harmless(name) || '(no name)';
        let shown = chart_names_shortened(plain, room);
        for (let number = 2; given.has(shown); number += 1) {
            const ending = ` (${number})`;
            shown = chart_names_shortened(plain, room - ending.length) + ending;
        }
        given.add(shown);
        return shown;
    });
}
/** More of a name is never shown. */
const chart_names_READ_CHARS = 1_000;
// Mermaid leaves out all names of an axis when one is too wide, so nothing is kept whose width is not known: what has no
// glyph (private, unassigned), the letters beyond the basic plane other than Chinese ones, and three signs of many letters' width.
const NO_KNOWN_WIDTH = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|(?![\p{Script=Han}\p{Emoji}])[\u{10000}-\u{10FFFF}]|[\u2E3A\u2E3B\uFDFD]/gu;
function harmless(name) {
    return (oneLine(name.slice(0, chart_names_READ_CHARS).normalize('NFKC'), Infinity)
        .replace(NO_KNOWN_WIDTH, '?')
        // Marks piled up reach into the rows above and below.
        .replace(/(\p{M}{3})\p{M}+/gu, '$1')
        .replace(/["`]/g, "'")
        .replaceAll('<', '‹')
        .replaceAll('>', '›')
        // The Greek question mark: `#35;` is an entity in Mermaid, and the semicolon after `style a:#b` goes.
        .replaceAll(';', '\u037E')
        // Parted by an invisible space: `%%` begins a comment, even right after the quote, `%%{` a directive, even within, and
        // `¶ß` is Mermaid's own stand-in for a semicolon.
        .replace(/%(?=%)|¶(?=ß)/g, '$&\u200B'));
}
/** Cut in the middle: the names of classes often begin alike, or end alike. */
function chart_names_shortened(name, room) {
    if (widthOf(name) <= room)
        return name;
    const letters = Array.from(new Intl.Segmenter('en').segment(name), ({ segment }) => segment);
    const half = (room - widthOf('…')) / 2;
    const head = fitting(letters, half);
    const tail = fitting(letters.toReversed(), half).toReversed();
    return `${head.join('').trimEnd()}…${tail.join('').trimStart()}`;
}
function fitting(letters, room) {
    let left = room;
    const end = letters.findIndex((letter) => (left -= widthOf(letter)) < 0);
    return letters.slice(0, end);
}
/** From above, for the fonts that Mermaid asks for: Trebuchet, Verdana, Arial, and what stands for them on Linux. */
function widthOf(text) {
    let width = 0;
    for (const character of text) {
        if (/\p{M}/u.test(character))
            continue;
        if (/[A-Zmw@%&+]/.test(character))
            width += 1.5;
        else if (character < '\u007F')
            width += 1;
        else
            width += character < '\u0900' ? 1.5 : 2;
    }
    return width;
}

;// CONCATENATED MODULE: ./build/runner/chart.js



/** With more bars a chart is no longer readable. */
const MAX_CATEGORIES = 15;
/** In CSS pixels; GitHub makes a chart narrower where there is less room. */
const WIDTH = 900;
const ROW_HEIGHT = 34;
/** The part of the width, in percent, that the names may not take from the bars: Mermaid would leave all of them out. */
const BARS_PERCENT = 38;
/** How wide a name and its numbers may be together, in small letters of 9 pixels; the rest of 62 % is the axis and its padding. */
const LABEL_ROOM = 58;
const NAME_ROOM = 32;
const MIN_NAME_ROOM = 16;
/** In CSS pixels: of a small letter, rounded up, and of the widest space. */
const LETTER_WIDTH = 8;
const SPACE_WIDTH = 14;
/** Of the squares in the legend, and seen on white and on black: more, fewer, and what both have or the only series. */
const COLOURS = ['#2da44e', '#e5534b', '#539bf5'];
/**
 * A chart as a section of the job summary: lying bars, each with its name and numbers, in a Mermaid fence. Of two series, a bar is as
 * long as the smaller value, and continues in the color of more or of fewer up to the larger. `undefined` where Mermaid cannot show
 * it well: too many categories or none, and values that are missing, below zero or have too many digits.
 *
 * Mermaid draws the bars of a category over each other, the last in front, and knows no legend (seen in 11.4, 11.12, 11.17 and
 * 12.3). Its own colours are too pale on white, and a labelled axis of values makes a bar of nothing look like something.
 */
function chartMarkdown(chart, frame = {}) {
    const drawing = drawingOf(chart);
    if (!drawing)
        return undefined;
    const unit = markdown(chart.unit, 100);
    const [first, second] = chart.series;
    const legend = first && second
        ? `🟦 ${unit}, ${markdown(first.name, 100)} → ${markdown(second.name, 100)} · 🟩 more · 🟥 fewer`
        : `🟦 ${unit}`;
    return `\n### ${markdown(chart.title, 200)}\n\n${legend}\n\n${fence(drawing, frame)}`;
}
/** The frame for the charts of a page. A chart that is alone needs none. */
function frameOf(charts) {
    const drawings = charts.map(drawingOf).filter((drawing) => drawing !== undefined);
    if (drawings.length < 2)
        return {};
    const scales = new Map();
    for (const { unit, longest } of drawings)
        scales.set(unit, Math.max(longest, scales.get(unit) ?? 0));
    const widest = Math.max(...drawings.flatMap(({ labels }) => labels.map(widthOf)));
    // Mermaid trims white space at the ends of a label, so characters without a width stand there.
    const spacer = `\u200B${'\u2003'.repeat(Math.ceil((widest * LETTER_WIDTH) / SPACE_WIDTH))}\u200B`;
    return { scales, spacer };
}
function drawingOf(chart) {
    const { categories, series } = chart;
    const [first, second] = series;
    if (!first || series.length > 2 || categories.length === 0 || categories.length > MAX_CATEGORIES)
        return undefined;
    const before = categories.map((_, row) => first.values[row] ?? Number.NaN);
    const after = second ? categories.map((_, row) => second.values[row] ?? Number.NaN) : before;
    // The numbers of Mermaid have no exponent.
    if (![...before, ...after].every((value) => /^\d+(\.\d+)?$/.test(String(value))))
        return undefined;
    const figures = before.map((value, row) => change(value, after[row] ?? value));
    const room = Math.min(NAME_ROOM, LABEL_ROOM - Math.max(...figures.map((figure) => widthOf(` · ${figure}`))));
    if (room < MIN_NAME_ROOM)
        return undefined;
    const names = chartNames(categories, room);
    const labels = names.map((name, row) => `${leftToRight(name)} · ${figures[row]}`);
    return { unit: chart.unit, labels, before, after, longest: Math.max(...before, ...after) };
}
function fence({ unit, longest, ...drawing }, { scales, spacer }) {
    const labels = spacer === undefined ? drawing.labels : [...drawing.labels, spacer];
    // A row of nothing for the spacer.
    const withSpacer = (values) => labels.map((_, row) => values[row] ?? 0);
    const [before, after] = [withSpacer(drawing.before), withSpacer(drawing.after)];
    const both = before.map((value, row) => Math.min(value, after[row] ?? value));
    const beyond = (values) => values.map((value, row) => (value > (both[row] ?? value) ? value : 0));
    return `\`\`\`mermaid
---
config:
  themeVariables:
    xyChart:
      backgroundColor: transparent
      plotColorPalette: "${COLOURS.join(',')}"
  xyChart:
    width: ${WIDTH}
    height: ${labels.length * ROW_HEIGHT}
    plotReservedSpacePercent: ${BARS_PERCENT}
    xAxis:
      showTick: false
    yAxis:
      showLabel: false
      showTick: false
      showAxisLine: false
---
xychart-beta horizontal
  x-axis [${labels.map((label) => `"${label}"`).join(', ')}]
  y-axis 0 --> ${scales?.get(unit) || longest || 1}
  bar [${beyond(after).join(', ')}]
  bar [${beyond(before).join(', ')}]
  bar [${both.join(', ')}]
\`\`\`
`;
}
/** The same as a table, for what cannot be drawn. */
function chartTable(chart) {
    const { title, unit, categories, series } = chart;
    const [first, second] = series;
    const headers = second ? series.map(({ name }) => `${unit} ${name}`) : [unit];
    const compared = first && second && series.length === 2;
    return {
        title,
        headers: ['Name', ...headers, ...(compared ? ['Change'] : [])],
        rows: categories.map((category, row) => {
            const cells = series.map(({ values }) => figureOr(values[row], numbers/* count */.U9));
            if (!compared)
                return [category, ...cells];
            return [
                category,
                ...cells,
                figureOr((second.values[row] ?? Number.NaN) - (first.values[row] ?? Number.NaN), numbers/* signed */.x8),
            ];
        }),
    };
}
function change(before, after) {
    const [from, to] = [(0,numbers/* count */.U9)(before), (0,numbers/* count */.U9)(after)];
    return from === to ? to : `${from} → ${to} (${(0,numbers/* signed */.x8)(after - before)})`;
}
function figureOr(value, shown) {
    return Number.isFinite(value) ? shown(Number(value)) : '?';
}
/** After a name in Hebrew or Arabic the numbers would run from right to left, and the arrow would point to the older one. */
function leftToRight(name) {
    return /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/.test(name) ? `${name}\u200E` : name;
}

;// CONCATENATED MODULE: ./build/runner/summary.js








/** GitHub drops the whole summary of a step over 1 MiB (FileCommandManager.cs of actions/runner). */
const MAX_BYTES = 1_000_000;
/** Kept free for the lines that say what was left out. */
const LEFT_OUT_BYTES = 8_000;
/** A comment takes 65,536 characters. */
const MAX_REPORT_BYTES = 60_000;
const CUT = '\nThis report was cut to fit into a comment. The job summary shows everything.\n';
/**
 * The summary as Markdown, of at most `maxBytes` bytes: first the verdict, then what happened and what changed, the charts, the facts,
 * and the details. Rows and charts that do not fit are counted, none is cut in the middle.
 */
function buildSummary(model, maxBytes = MAX_BYTES) {
    return summary_pageOf(model, maxBytes).text;
}
/** The same for a comment: of at most 60,000 bytes, and with a sentence that says so if something was left out. */
function buildReport(model) {
    const page = summary_pageOf(model, MAX_REPORT_BYTES - CUT.length);
    return page.isCut ? page.text + CUT : page.text;
}
function summary_pageOf(model, maxBytes) {
    const page = new Page(maxBytes);
    const [sign, end] = endOf(model.error?.code);
    page.add(`## ${sign} Visual Layer: ${markdown(model.operation, 100)}${end}\n`);
    if (model.headline !== '')
        page.add(`\n${paragraph(model.headline, 1000)}\n`);
    if (model.error)
        page.add(errorSection(model.error));
    const [facts, details] = factRows(model);
    const giveRoom = page.keepRoom([FACTS_HEAD, ...facts, DETAILS_HEAD, ...details, FOLD_END].join(''));
    page.list('lines', '\n### What happened\n\n', model.notes.map((note) => `- ${markdown(note, 1000)}\n`));
    page.list('warnings', '\n### Warnings\n\n', model.warnings.map((warning) => `- ${paragraph(warning, 2000)}\n`));
    const sections = model.sections ?? [];
    const tables = sections.filter((section) => 'rows' in section);
    const placed = (place) => tables.filter((table) => table.place === place);
    for (const table of [...placed('first'), ...placed(undefined)])
        addTable(page, table);
    addCharts(page, sections.filter((section) => 'series' in section));
    giveRoom();
    page.list('details', FACTS_HEAD, facts);
    page.list('IDs, paths, and digests', DETAILS_HEAD, details, FOLD_END);
    for (const table of placed('folded'))
        addTable(page, table);
    return page;
}
function addCharts(page, charts) {
    const frame = frameOf(charts);
    let leftOut = 0;
    for (const chart of charts) {
        const drawn = chartMarkdown(chart, frame);
        if (drawn === undefined)
            addTable(page, chartTable(chart));
        else if (!page.add(drawn))
            leftOut += 1;
    }
    if (leftOut > 0)
        page.addNote(`${(0,numbers/* count */.U9)(leftOut)} more ${leftOut === 1 ? 'chart' : 'charts'}`);
}
/**
 * Appends the summary to the step's summary file. Masked secrets are replaced. Never throws: without the file, or when it
 * cannot be written, the step continues.
 */
function writeSummary(model, options) {
    const { env, reporter } = options;
    const path = env['GITHUB_STEP_SUMMARY'];
    if (!path)
        return reporter.debug('No job summary: GITHUB_STEP_SUMMARY is not set.');
    try {
        const size = (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false })?.size ?? 0;
        (0,external_node_fs_.appendFileSync)(path, buildSummary(redacted(model, reporter), MAX_BYTES - size));
    }
    catch (error) {
        reporter.warning(`Could not write the job summary (GITHUB_STEP_SUMMARY): ${(0,errors/* describe */.q0)(error)}.`);
    }
}
/**
 * Writes the report to a file of its own in the folder `temp`. Masked secrets are replaced. Returns its absolute path; '' if it cannot
 * be written, which is a warning.
 */
function writeReport(model, options) {
    const { temp, reporter } = options;
    const path = (0,external_node_path_.join)(temp, `visual-layer-report-${(0,external_node_crypto_.randomUUID)()}.md`);
    try {
        (0,external_node_fs_.mkdirSync)(temp, { recursive: true });
        (0,external_node_fs_.writeFileSync)(path, buildReport(redacted(model, reporter)), { flag: 'wx' });
        return path;
    }
    catch (error) {
        reporter.warning(`Could not write the report (report_path): ${(0,errors/* describe */.q0)(error)}. The output report_path is empty.`);
        return '';
    }
}
/** Before escaping, which would hide a secret from the search for it. */
function redacted(model, reporter) {
    return JSON.parse(JSON.stringify(model), (_key, value) => typeof value === 'string' ? reporter.redact(value) : value);
}
/** Markdown that grows by whole parts, as long as they fit. */
class Page {
    /** Whether something was left out. */
    isCut = false;
    #text = '';
    #freeBytes;
    #maxBytes;
    constructor(maxBytes) {
        this.#maxBytes = maxBytes;
        this.#freeBytes = maxBytes - LEFT_OUT_BYTES;
    }
    get text() {
        return this.#text;
    }
    add(piece) {
        const bytes = Buffer.byteLength(piece);
        if (bytes > this.#freeBytes) {
            this.isCut = true;
            return false;
        }
        this.#text += piece;
        this.#freeBytes -= bytes;
        return true;
    }
    /** Keeps room for a text that is added later, of at most a quarter of what is left; the function that it returns gives it back. */
    keepRoom(text) {
        const bytes = Math.min(Buffer.byteLength(text), this.#freeBytes / 4);
        this.#freeBytes -= bytes;
        return () => void (this.#freeBytes += bytes);
    }
    /** Adds items between `head` and `tail`, as many as fit, and counts the others. Without room for the first, neither of the two. */
    list(items, head, [first, ...rest], tail = '') {
        if (first === undefined)
            return;
        const tailBytes = Buffer.byteLength(tail);
        this.#freeBytes -= tailBytes;
        let left = rest.length + 1;
        if (this.add(head + first)) {
            const end = rest.findIndex((item) => !this.add(item));
            left = end < 0 ? 0 : rest.length - end;
            this.#text += tail;
        }
        else
            this.#freeBytes += tailBytes;
        if (left > 0)
            this.addNote(`${(0,numbers/* count */.U9)(left)} more ${items}`);
    }
    /** Says what was left out, in the room kept free for that. */
    addNote(leftOut) {
        const note = `\n… and ${leftOut}\n`;
        if (Buffer.byteLength(this.#text + note) <= this.#maxBytes)
            this.#text += note;
    }
}
function errorSection(error) {
    const said = error.apiWords && `\n**Server message:** ${markdown(error.apiWords, 2000)}\n`;
    // A cancellation is no failure, and its text says what was left or undone.
    const [what, next] = error.code === 'cancelled' ? ['What happened', 'What is left'] : ['What failed', 'What to do'];
    const todo = error.todo && `\n**${next}:** ${paragraph(error.todo, 3000)}\n`;
    const trace = error.trace && `\n${markdown(error.trace, 700)}\n`;
    return `\n**${what}** (${code(error.code)}): ${paragraph(error.message, 4000)}\n${said ?? ''}${todo ?? ''}${trace ?? ''}`;
}
/** The rows of the facts, and those of the details that are folded. */
function factRows(model) {
    const { name, id, link: address } = model.dataset ?? {};
    const { durationMs, runUrl } = model;
    const facts = [];
    const details = [];
    if (name)
        facts.push(tableRow(['Dataset', summary_link(markdown(name), address)]));
    if (id)
        details.push(tableRow(['Dataset ID', name ? code(id) : summary_link(code(id), address)]));
    for (const fact of model.facts) {
        const value = fact.code ? code(fact.value) : markdown(fact.value);
        const row = tableRow([markdown(fact.label, 100), summary_link(value, fact.link)]);
        if (fact.code)
            details.push(row);
        else
            facts.push(row);
    }
    if (durationMs >= 1000)
        facts.push(tableRow(['Duration', (0,numbers/* duration */.p0)(durationMs)]));
    if (runUrl)
        details.push(tableRow(['Workflow run', summary_link(markdown(runName(runUrl)), runUrl)]));
    return [underHeader(facts), underHeader(details)];
}
function runName(runUrl) {
    const [, run, attempt] = /\/runs\/(\d+)(?:\/attempts\/(\d+))?$/.exec(runUrl) ?? [];
    return run ? `${run}${attempt ? `, attempt ${attempt}` : ''}` : 'this run';
}
function addTable(page, { title, headers, rows, place }) {
    const isFolded = place === 'folded';
    const head = isFolded ? folded(markdown(title, 200)) : `\n### ${markdown(title, 200)}\n\n`;
    const shown = headers.map((header) => markdown(header, 100));
    page.list(`rows of ${markdown(title, 200)}`, `${head}${tableRow(shown)}${tableRow(shown.map(() => '---'))}`, rows.map((row) => tableRow(row.map(cell))), isFolded ? FOLD_END : '');
}
/** Rows of labels and values as a table. A table must have a header, so the first row is one. */
function underHeader([first, ...rest]) {
    return first === undefined ? [] : [`${first}| :--- | :--- |\n`, ...rest];
}
const FACTS_HEAD = '\n### Details\n\n';
const DETAILS_HEAD = folded('IDs, paths, and digests');
const FOLD_END = '\n</details>\n';
function folded(title) {
    return `\n<details><summary>${title}</summary>\n\n`;
}
function tableRow(cells) {
    return `| ${cells.join(' | ')} |\n`;
}
function cell(content) {
    if (typeof content === 'string')
        return markdown(content);
    return 'code' in content ? code(content.code) : summary_link(markdown(content.text), content.link);
}
/** Only http and https lead anywhere; anything else stays text. */
function summary_link(shown, address) {
    const url = URL.parse(address ?? '');
    if (!url || !shown || !/^https?:$/.test(url.protocol))
        return shown;
    return `<a href="${url.href.replace(/[&<>"'|`\\*_[\]]/g, (character) => `&#${character.charCodeAt(0)};`)}">${shown}</a>`;
}
/** Text of several lines in one paragraph; indentation, which YAML needs, is kept. */
function paragraph(text, maxChars) {
    return lines(text, maxChars)
        .split('\n')
        .map((line) => '&nbsp;'.repeat(/^ */.exec(line)?.[0].length ?? 0) + markdown(line, maxChars))
        .join('<br>');
}

;// CONCATENATED MODULE: ./build/summarize.js


/** Sets the outputs that say how the step ended, and writes the report for them. Never throws. */
function tellEnd(account) {
    const { reporter, context, headline, failure } = account;
    const operation = operationOf(account);
    const dataset = reporter.outputValue('dataset_name');
    reporter.output('error_code', failure?.code ?? '');
    // Before it is cut: half of a secret would slip past the search for it.
    const told = failure ? failureHeadline(failure, { operation, dataset }) : headline;
    reporter.output('headline', plainSentence(reporter.redact(told)));
    reporter.output('report_path', writeReport(modelOf(account), { temp: context.temp, reporter }));
}
/** Writes the account of what was done to the job summary. Never throws. */
function summarize(account) {
    writeSummary(modelOf(account), account);
}
function modelOf(account) {
    const { reporter, context, request, headline, failure } = account;
    const id = reporter.outputValue('dataset_id');
    const name = reporter.outputValue('dataset_name');
    const isGone = request?.operation === 'delete-dataset' && !failure;
    const link = isGone ? undefined : request && `${request.service.origin}/dataset/${id}/data`;
    return {
        operation: operationOf(account),
        headline: failure ? '' : headline,
        dataset: id === '' ? undefined : { name, id, link },
        facts: reporter.facts,
        notes: reporter.notes.filter((note) => note !== headline),
        warnings: reporter.warnings.filter((warning) => !failure || !warning.startsWith(failure.message)),
        sections: reporter.sections,
        error: failure && {
            code: failure.code,
            message: failure.message,
            apiWords: failure.apiWords,
            todo: failure.todo,
            trace: failure.trace,
        },
        durationMs: reporter.elapsedMs,
        runUrl: context.runUrl,
    };
}
/** What to call a step in a title; 'step' if its inputs do not say what it does. */
function operationOf({ request, env }) {
    return request?.operation ?? (env['INPUT_OPERATION'] || 'step');
}

;// CONCATENATED MODULE: ./build/run.js















/**
 * A canceled step has this long, in ms, to undo or name what it left, and a little more for a request in progress. Together with
 * {@link IN_FLIGHT_MS} it ends within five seconds.
 */
const CANCELLED_UNDO_MS = 2_200;
/** The same for a step that ended in its own time. */
const UNDO_MS = 60_000;
/** A step ends at most this long after its deadline, in ms, whatever hangs. */
const run_OVERTIME_MS = 2_800;
/**
 * Runs the main step: one operation from the inputs to outputs, summary, and at most one error. Returns the exit code, 0 only for a
 * proven success. Never throws.
 */
async function run({ env, clock, signal }) {
    const reporter = new RunnerReporter({ clock });
    const account = {
        reporter,
        context: readContext(env),
        request: undefined,
        headline: '',
        failure: undefined,
        env,
    };
    let session;
    const log = new UndoLog((text) => reporter.saveUndo(text));
    try {
        for (const secret of secretsOf(env))
            reporter.mask(secret);
        reporter.requireOutputs();
        const { request, warnings } = readRequest(env, { workspace: account.context.workspace });
        account.request = request;
        for (const warning of warnings)
            reporter.warning(warning);
        reporter.info(`visual-layer-dataset-action ${version/* VERSION */.x}: ${request.operation} at ${request.service.origin}`);
        session = new Session(request, clock, readProxies(env), (line) => reporter.info(line), reporter.debugging);
        const opened = session;
        account.headline = await performed(opened.deadline, clock, signal, (ends) => perform(request, opened.step({ reporter, context: account.context, signal: ends, undo: log })));
    }
    catch (error) {
        account.failure = asFailure(error, signal);
        reporter.endGroup();
    }
    if (session) {
        const { phase, hasSentChange } = session;
        const undone = await cleanUp(session, log, account, clock, signal);
        await session.close();
        if (account.failure?.code === 'cancelled')
            account.failure = cancelledIn(account.failure, phase, hasSentChange, undone);
    }
    if (signal.aborted)
        account.failure ??= asFailure(undefined, signal);
    // Nothing waits from here on, so a signal finds the step either not over yet or over.
    return finish(account);
}
/** Runs an operation. One that hangs is given up soon after the deadline or a cancellation, even if it does not notice either. */
async function performed(deadline, clock, signal, start) {
    const late = () => new errors/* ActionError */.lZ('timed_out', 'The step was still busy after its timeout, and was stopped.', {
        todo: 'Increase timeout, then re-run the job.',
    });
    const done = new AbortController();
    const canceled = (0,build_clock/* delayed */.Nw)(signal, IN_FLIGHT_MS + 200, clock, done.signal);
    try {
        return await (0,build_clock/* within */.ux)(clock, deadline.remainingMs(run_OVERTIME_MS), canceled, late, (over) => (0,build_clock/* orAborted */.H6)(start(AbortSignal.any([signal, over])), over));
    }
    finally {
        done.abort();
    }
}
/** What a user reads about anything thrown. After a cancellation, whatever broke broke because of it. */
function asFailure(error, signal) {
    if (signal.aborted && signal.reason instanceof errors/* ActionError */.lZ)
        return signal.reason;
    return (0,system_errors/* asActionError */.z6)(error);
}
/** A cancellation, with what it interrupted, what continues in Visual Layer, and what was undone. */
function cancelledIn(failure, phase, hasSentChange, undone) {
    const untouched = hasSentChange ? undefined : 'This step had sent no request that changes anything in Visual Layer.';
    const left = undone ?? phase?.carryOn;
    return new errors/* ActionError */.lZ('cancelled', phase ? `${failure.message} It was waiting for ${phase.awaited}.` : failure.message, { todo: [untouched, left].filter(Boolean).join(' ') || failure.todo, cause: failure });
}
/**
 * Undoes or names what a canceled operation has left; returns a sentence about the result. After any other end only a temporary clone is
 * deleted; an error covers the rest.
 */
async function cleanUp(session, log, { reporter, failure }, clock, signal) {
    const plan = log.open;
    if (!plan || plan.kind === 'rollback')
        return undefined;
    const isEphemeral = plan.kind === 'clone' && plan.ephemeral;
    const isCancelled = failure?.code === 'cancelled';
    if (!isCancelled && !isEphemeral) {
        if (failure)
            log.settle();
        return undefined;
    }
    const done = new AbortController();
    const hurry = (0,build_clock/* delayed */.Nw)(signal, CANCELLED_UNDO_MS + LAST_REQUEST_MS, clock, done.signal);
    try {
        const leftMs = session.deadline.remainingMs(run_OVERTIME_MS) - LAST_REQUEST_MS;
        if (!isCancelled && leftMs <= 0)
            throw new Error('no time was left');
        const { text, settled, datasetId, candidates, snapshot } = await session.lastly(isCancelled ? CANCELLED_UNDO_MS : Math.min(UNDO_MS, leftMs), hurry, (line) => reporter.progress(line), (api, waiting) => undo(plan, api, waiting, (known) => log.confirm(known)));
        if (candidates) {
            reporter.addToResult('candidate_dataset_ids', candidates);
            reporter.warning(text);
        }
        else if (isCancelled)
            reporter.info(text);
        else
            reporter.note(text);
        if (datasetId !== undefined && isEphemeral)
            reporter.addToResult('clone_dataset_id', datasetId);
        else if (datasetId !== undefined)
            reporter.output('dataset_id', datasetId);
        if (snapshot && plan.kind === 'snapshot' && plan.safety)
            reporter.output('safety_snapshot_id', snapshot.id);
        else if (snapshot)
            reporter.output('snapshot_id', snapshot.id);
        if (settled)
            log.settle();
        return text;
    }
    catch (error) {
        const what = plan.kind === 'clone' && plan.datasetId !== undefined
            ? `Could not delete the temporary clone, dataset ${plan.datasetId}`
            : 'Could not undo or find what was started';
        reporter.warning(`${what}: ${(0,errors/* describe */.q0)(error)}.`, {
            todo: isEphemeral
                ? 'Delete it in Visual Layer; nothing else uses it. If the job fails or is canceled, the post step tries again.'
                : 'The post step tries again.',
        });
        return undefined;
    }
    finally {
        done.abort();
    }
}
/** Writes outputs and summary, and shows the error if there is one. Returns the exit code. */
function finish(account) {
    const { reporter } = account;
    if (!account.failure)
        reporter.note(account.headline);
    tellEnd(account);
    try {
        reporter.finishOutputs();
    }
    catch (error) {
        account.failure ??= (0,system_errors/* asActionError */.z6)(error);
    }
    summarize(account);
    if (!account.failure)
        return 0;
    fail(account.failure, { operation: operationOf(account), reporter });
    return 1;
}


/***/ }),

/***/ 11526:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   W: () => (/* binding */ Slots)
/* harmony export */ });
/** Limits how many connections work at once, over all downloads of a step. The one that waits longest is next. */
class Slots {
    #free;
    #waiting = [];
    constructor(count) {
        this.#free = count;
    }
    /** Resolves with the function that gives the slot back. Throws the reason of `signal`. */
    async acquire(signal) {
        signal.throwIfAborted();
        if (this.#free > 0) {
            this.#free -= 1;
        }
        else {
            const { promise, resolve, reject } = Promise.withResolvers();
            const abort = () => {
                const at = this.#waiting.indexOf(resolve);
                // It has its slot already.
                if (at === -1)
                    return;
                this.#waiting.splice(at, 1);
                reject(signal.reason);
            };
            this.#waiting.push(resolve);
            signal.addEventListener('abort', abort, { once: true });
            await promise.finally(() => signal.removeEventListener('abort', abort));
        }
        return () => {
            const next = this.#waiting.shift();
            if (next)
                next();
            else
                this.#free += 1;
        };
    }
}


/***/ }),

/***/ 58508:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ USER_AGENT),
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
/** The version in package.json; a test checks that they are equal. */
const VERSION = '1.0.0';
/** How the action names itself to servers. */
const USER_AGENT = `visual-layer-dataset-action/${VERSION}`;


/***/ }),

/***/ 78824:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Nq: () => (/* binding */ createdReply),
/* harmony export */   Y4: () => (/* binding */ normalWord),
/* harmony export */   ek: () => (/* binding */ Datasets)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9691);
/* harmony import */ var _fields_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(78284);


const KNOWN = {
    DRAFT: 'DRAFT',
    INDEXING: 'INDEXING',
    READ_ONLY: 'READ_ONLY',
    PARTIAL_INDEX: 'PARTIAL_INDEX',
    READY: 'READY',
    ERROR: 'ERROR',
    // Words of the retired `status` field and of older clients.
    COMPLETED: 'READY',
    'READY_(PUBLIC)': 'READY',
    FATAL_ERROR: 'ERROR',
    FAILED: 'ERROR',
    NEW: 'BUSY',
    PRE_PROCESSING: 'BUSY',
    PROCESSING: 'BUSY',
    INITIALIZING: 'BUSY',
    UPLOADING: 'BUSY',
    SAVING: 'BUSY',
    PENDING: 'BUSY',
    QUEUED: 'BUSY',
    ENRICHING: 'READ_ONLY',
    UPDATING: 'READ_ONLY',
};
/** Reads a status word whatever its spelling: `READ ONLY`, `READ_ONLY` and "Read Only" are one. */
function datasetStatus(word) {
    return KNOWN[normalWord(word)] ?? 'UNKNOWN';
}
/** Upper case, and any run of spaces, `_` or `-` as one `_`. */
function normalWord(word) {
    return word
        .trim()
        .toUpperCase()
        .replace(/[\s_-]+/g, '_');
}
/** Used where a response has no status. */
const NO_STATUS = '(none)';
const datasetReply = zod__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({
    id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .datasetIdentifier */ .U$,
    dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .datasetIdentifier */ .U$,
    display_name: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    dataset_name: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    name: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    status_new: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    status: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    progress: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9,
    n_images: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9,
    n_videos: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9,
    n_objects: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9,
    fatal_error_msg: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    source_dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .datasetIdentifier */ .U$,
    source_uri: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    bucket_path: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
    created_at: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .text */ .Qq,
})
    .transform((reply) => {
    // The docs: use `status_new`, which is one day to be renamed to `status`.
    const word = reply.status_new ?? reply.status ?? '';
    const known = (value) => (value === undefined || value < 0 ? undefined : value);
    return {
        id: reply.id ?? reply.dataset_id ?? '',
        name: reply.display_name ?? reply.dataset_name ?? reply.name ?? '',
        status: datasetStatus(word),
        statusWord: word === '' ? NO_STATUS : word,
        progress: (0,_fields_js__WEBPACK_IMPORTED_MODULE_0__/* .shownProgress */ .bV)(reply.progress),
        images: known(reply.n_images),
        videos: known(reply.n_videos),
        objects: known(reply.n_objects),
        fatalError: reply.fatal_error_msg,
        sourceDatasetId: reply.source_dataset_id,
        createdAt: (0,_fields_js__WEBPACK_IMPORTED_MODULE_0__/* .parseStamp */ .Pu)(reply.created_at),
        sourceUri: reply.source_uri ?? reply.bucket_path,
    };
});
/** A dataset read by itself has its status. */
const statusReply = datasetReply.refine((dataset) => dataset.statusWord !== NO_STATUS, { path: ['status_new'] });
const datasetList = zod__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KCZ([
    zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(datasetReply),
    zod__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ datasets: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(datasetReply) }).transform((reply) => reply.datasets),
]);
/** The id of a new dataset, under either of the names it is known by. */
const createdReply = zod__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .datasetIdentifier */ .U$, id: _fields_js__WEBPACK_IMPORTED_MODULE_0__/* .datasetIdentifier */ .U$ })
    .transform((reply) => reply.dataset_id ?? reply.id)
    .refine((id) => id !== undefined, { path: ['dataset_id'] });
class Datasets {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /** One dataset with its status; docs.visual-layer.com, "Retrieve dataset status". */
    async get(datasetId, retries) {
        const request = { what: `read dataset ${datasetId}`, method: 'GET', path: `dataset/${datasetId}` };
        const dataset = await this.#http.read(request, statusReply, retries);
        return { ...dataset, id: datasetId };
    }
    /** All datasets that the account sees. No paging is documented, and names are not unique. */
    async list(retries) {
        const request = { what: 'list the datasets', method: 'GET', path: 'datasets' };
        return (await this.#http.read(request, datasetList, retries)).filter((dataset) => dataset.id !== '');
    }
    /**
     * Asks for a dataset to be made from a bucket path; returns its ID. One attempt.
     * Sent as multipart, as the vendor's curl example does; docs.visual-layer.com, "Create a dataset from S3".
     */
    async createFromS3(name, bucketPath) {
        const request = {
            what: `create dataset "${name}"`,
            method: 'POST',
            path: 'dataset',
            form: { dataset_name: name, bucket_path: bucketPath },
        };
        return this.#http.change(request, createdReply);
    }
    /** Deletes a dataset permanently. One attempt. In public clients only; whatever the response contains, a 2xx is an acceptance. */
    async delete(datasetId) {
        await this.#http.send({ what: `delete dataset ${datasetId}`, method: 'DELETE', path: `dataset/${datasetId}` });
    }
}


/***/ }),

/***/ 57911:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cp: () => (/* binding */ unexpectedReply),
/* harmony export */   FP: () => (/* binding */ statusFailure),
/* harmony export */   aK: () => (/* binding */ isRejection),
/* harmony export */   b2: () => (/* binding */ isMissing),
/* harmony export */   dg: () => (/* binding */ isTransient),
/* harmony export */   e6: () => (/* binding */ RequestFailure),
/* harmony export */   hg: () => (/* binding */ unlessRejected),
/* harmony export */   p3: () => (/* binding */ outOfTime),
/* harmony export */   rd: () => (/* binding */ networkFailure)
/* harmony export */ });
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(82746);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _network_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(60198);



/** A failed request to the Visual Layer API. */
class RequestFailure extends _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ {
    outcome;
    constructor(code, message, details, outcome) {
        super(code, message, details);
        this.outcome = outcome;
    }
    copy(message, details) {
        return new RequestFailure(this.code, message, details, this.outcome);
    }
}
/** Whether a failure may be transient, so that a wait continues through it. */
function isTransient(error) {
    return error instanceof RequestFailure && error.outcome.transient;
}
/** Whether a request failed because what it names is not there, or not visible to this account. */
function isMissing(error) {
    return error instanceof RequestFailure && error.outcome.status === 404;
}
/**
 * A failure without a response: refused, reset, not resolved, cut off, or too long without a response.
 *
 * @param whole `false`: the connection broke before the last byte of the request had been handed to it
 */
function networkFailure(what, host, error, whole = true) {
    const { cause, todo, neverSent, isFinal } = (0,_network_js__WEBPACK_IMPORTED_MODULE_1__/* .networkFault */ .T)(error);
    return new RequestFailure('network', `Could not reach Visual Layer (${host}) to ${what}: ${cause}.`, { todo, cause: error }, { transient: !isFinal, effect: neverSent || !whole ? 'none' : 'unknown' });
}
/**
 * No response came in the time that the deadline of the step left.
 *
 * @param whole `false`: the request had not been sent completely
 */
function outOfTime(what, host, words, deadline, whole) {
    return new RequestFailure('timed_out', `Timed out: the request to ${what} got ${words} (${host}; ${deadline.name}: ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_2__/* .duration */ .p0)(deadline.totalMs)}).`, { todo: 'Increase timeout, and check that Visual Layer is up, then re-run the job.' }, { transient: true, effect: whole ? 'unknown' : 'none' });
}
/** A response that came with a 2xx but cannot be what the API documents. */
function unexpectedReply(what, reason, excerpt, wrongShape) {
    return new RequestFailure('unexpected_reply', `Unexpected response to the request to ${what}: ${reason}.`, {
        apiWords: excerpt,
        todo: 'Check base_url (a web page instead of a response means that it is not Visual Layer). If it is right, the API may have changed: look for a newer version of this action.',
    }, { transient: true, effect: 'unknown', wrongShape });
}
const MEANING = {
    403: {
        code: 'forbidden',
        happened: 'permission denied',
        todo: 'Check that the account of the credentials has the Editor or Owner role on the dataset, and that the feature is enabled for it.',
    },
    404: {
        code: 'not_found',
        happened: 'not found, or this account has no access (the API does not distinguish the two)',
        todo: 'Check the IDs, that base_url is the right server, and that the dataset is shared with the account that the credentials belong to.',
    },
    407: {
        code: 'network',
        happened: 'the proxy between the runner and Visual Layer requires credentials',
        todo: 'Put a user and a password into the proxy address (HTTPS_PROXY: http://user:password@host:port), or add the host to NO_PROXY.',
    },
    409: {
        code: 'conflict',
        happened: 'the dataset is busy, or its status does not allow this',
        todo: 'Wait until nothing else runs on the dataset (on_conflict: wait does so), then re-run the job.',
    },
    413: { code: 'rejected', happened: 'the request is too large', todo: 'Request less at once.' },
    414: {
        code: 'rejected',
        happened: 'the URL of the request is too long',
        todo: 'Shorten vql, or select by media_ids or cluster_ids, which are sent in the request body.',
    },
};
const REJECTIONS = {
    key: {
        happened: 'Visual Layer did not accept the credentials',
        todo: 'Check api_key and api_secret: they must be complete, not revoked, and made for this base_url. Pull requests from forks get no secrets.',
    },
    token: {
        happened: 'Visual Layer did not accept the token',
        todo: 'Check token: it must be complete, not revoked, and made for this base_url. Or set api_key and api_secret instead: they sign a new token for each request.',
    },
    expired_token: {
        happened: 'the token has expired',
        todo: 'The action cannot renew token. Set api_key and api_secret instead: they sign a new token for each request, however long the step takes.',
    },
    none_sent: {
        happened: 'Visual Layer requires credentials, and none were sent',
        todo: 'Set api_key and api_secret (or token). Undefined secrets are empty, and pull requests from forks get no secrets.',
    },
};
const REJECTED = {
    code: 'rejected',
    happened: 'Visual Layer rejected the request',
    todo: 'Fix what the server message describes, then re-run the job.',
};
/**
 * A response with a status that is no success. 408, 425, 429, and 5xx may be transient; the rest ends the step.
 *
 * @param words the API's own words, '' where it gave none
 * @param answered the body had the API's own JSON form
 * @param rejection what a 401 is about
 */
function statusFailure(what, status, words, answered, retryAfter, rejection = 'key') {
    const apiWords = words === '' ? undefined : words;
    if (status >= 500 || status === 408 || status === 425 || status === 429) {
        const isLimit = status === 429;
        const asked = retryAfter === undefined ? '' : `, Retry-After: ${Math.ceil(retryAfter / 1000)} s`;
        const happened = isLimit ? 'Visual Layer is limiting the request rate' : 'the server failed';
        const todo = isLimit
            ? `Re-run the job ${retryAfter === undefined ? 'later' : 'after that time'}, with fewer jobs that use Visual Layer at the same time.`
            : 'Re-run the job later. If the problem persists, contact Visual Layer support.';
        return new RequestFailure('server_error', `The request to ${what} failed (HTTP ${status}${asked}): ${happened}.`, { apiWords, todo }, {
            transient: true,
            // Too many requests, and too early: the request was turned away before anything was done with it.
            effect: status === 429 || status === 425 ? 'none' : 'unknown',
            status,
            retryAfterMs: retryAfter,
            answered,
        });
    }
    const meaning = status === 401 ? { code: 'unauthorized', ...REJECTIONS[rejection] } : (MEANING[status] ?? REJECTED);
    const old = status === 403 && what.includes('snapshot')
        ? ' Datasets created before Visual Layer had snapshots do not support them.'
        : '';
    return new RequestFailure(meaning.code, `The request to ${what} failed (HTTP ${status}): ${meaning.happened}.`, { apiWords, todo: meaning.todo + old }, { transient: false, effect: 'none', status, answered });
}
/** The API itself rejects the request, permanently, although it knows the account. */
function isRejection(error) {
    if (!(error instanceof RequestFailure) || error.outcome.transient)
        return false;
    const { status = 0 } = error.outcome;
    return status === 200 || (status >= 400 && status !== 401 && status !== 407);
}
/** What is read; `undefined` if the API rejects the request. */
async function unlessRejected(reading) {
    return reading.catch((error) => {
        if (!isRejection(error))
            throw error;
        return undefined;
    });
}


/***/ }),

/***/ 78284:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cv: () => (/* binding */ identifier),
/* harmony export */   Jt: () => (/* binding */ flag),
/* harmony export */   Pu: () => (/* binding */ parseStamp),
/* harmony export */   Qq: () => (/* binding */ text),
/* harmony export */   R1: () => (/* binding */ requiredIdentifier),
/* harmony export */   U$: () => (/* binding */ datasetIdentifier),
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   bV: () => (/* binding */ shownProgress)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9691);

/**
 * Fields as responses carry them. Everything is optional in practice, so a field that is absent, null, or of another kind than
 * documented reads as `undefined` and never spoils the response around it.
 */
const text = zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP().optional().catch(undefined);
const count = zod__WEBPACK_IMPORTED_MODULE_0__/* .union */ .KCZ([
    zod__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig(),
    zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()
        .regex(/^-?\d+(\.\d+)?$/)
        .transform(Number),
])
    .optional()
    .catch(undefined);
/** A progress in whole percent that helps a reader: 100 on work that continues does not, and neither does a larger number. */
function shownProgress(progress) {
    return progress !== undefined && progress >= 0 && progress < 100 ? Math.floor(progress) : undefined;
}
const flag = zod__WEBPACK_IMPORTED_MODULE_0__/* .boolean */ .zMY().catch(false).default(false);
/** An id: text that is not empty. A number is taken as text, since transactions carry one. */
const identifier = zod__WEBPACK_IMPORTED_MODULE_0__/* .union */ .KCZ([zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP().trim().min(1), zod__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig().int().transform(String)])
    .optional()
    .catch(undefined);
/** The ID of a dataset: a UUID, which IDs from elsewhere are compared with, so in one case. */
const datasetIdentifier = identifier.transform((id) => id?.toLowerCase());
/** A required id. */
const requiredIdentifier = zod__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP().trim().min(1);
/**
 * Milliseconds since the epoch of an ISO 8601 stamp. Stamps without a zone, as the API writes most of them, are read as UTC.
 */
function parseStamp(stamp) {
    if (stamp === undefined)
        return undefined;
    const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(stamp) ? stamp : `${stamp}Z`;
    const milliseconds = Date.parse(zoned.replace(' ', 'T'));
    return Number.isNaN(milliseconds) ? undefined : milliseconds;
}


/***/ }),

/***/ 12567:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ET: () => (/* binding */ redirectTarget),
/* harmony export */   Vs: () => (/* binding */ retryAfterMs),
/* harmony export */   rR: () => (/* binding */ headerOf)
/* harmony export */ });
/** The first value of a header. */
function headerOf(headers, name) {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
}
/**
 * The pause that a `Retry-After` header asks for, in ms from now; `undefined` if it is absent or unreadable.
 * Both forms of RFC 9110 are read: whole seconds, and an HTTP date (a date in the past asks for no pause: 0). A date is compared with
 * the `Date` of the same response, because the clocks of the server and the runner may differ.
 *
 * @param nowMs the wall clock, for a response without `Date`
 */
function retryAfterMs(headers, nowMs) {
    const value = headerOf(headers, 'retry-after')?.trim();
    if (!value)
        return undefined;
    if (/^\d{1,9}$/.test(value))
        return Number(value) * 1000;
    const until = httpDate(value);
    return until === undefined ? undefined : Math.max(0, until - (httpDate(headerOf(headers, 'date')) ?? nowMs));
}
function httpDate(value) {
    if (value === undefined || !/[a-z]{3}/i.test(value))
        return undefined;
    const date = Date.parse(value);
    return Number.isNaN(date) ? undefined : date;
}
/** Where a redirect leads; `undefined` if it does not say. Whether to follow is for the caller. @param from what was requested */
function redirectTarget(headers, from) {
    const location = headerOf(headers, 'location');
    return location === undefined ? undefined : (URL.parse(location, from.href) ?? undefined);
}


/***/ }),

/***/ 86055:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ fullJitter),
/* harmony export */   y: () => (/* binding */ persistent)
/* harmony export */ });
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7094);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(82746);
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57911);



/** The longest pause between two attempts of one request, in ms, when the service names none. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 500;
/** How long an outage may last for a read outside a wait, in ms, and at most this share of the time left. */
const LONGEST_OUTAGE_MS = 5 * 60_000;
const SHARE_OF_TIME_LEFT = 1 / 4;
/** Retries after responses in a row that are not understood. */
const MOST_UNEXPECTED = 5;
/**
 * A pause before attempt number `attempt` + 2 (`attempt` counts failures so far, from 0), in ms: anywhere between 0 and a
 * ceiling that doubles, so that many runners that failed together do not return together ("full jitter").
 */
function fullJitter(attempt, random = Math.random) {
    return random() * ceilingMs(attempt);
}
/**
 * A pause before a retry that is never shorter than the one before, in ms: between half of a ceiling that doubles and all of it, so
 * that an outage meets fewer and fewer requests, and not all runners at once.
 *
 * @param attempt failures so far, from 0
 */
function growingPause(attempt, random = Math.random) {
    return (ceilingMs(attempt) * (1 + random())) / 2;
}
function ceilingMs(attempt) {
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16));
}
/**
 * Retries what changes nothing after transient failures: for five minutes or a quarter of the time left, whichever is less, with pauses
 * that grow, or longer ones if `Retry-After` asks for them. Throws the last failure.
 *
 * @param retries the most retries; without it, time alone decides
 */
async function persistent(attempt, retries = Infinity, { clock, deadline, signal, onRetry }) {
    let failingSince;
    let patienceMs = 0;
    let unexpected = 0;
    return (0,_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .attempts */ .r2)({ clock, signal }, attempt, (error, failures) => {
        if (!(0,_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .isTransient */ .dg)(error))
            throw error;
        failingSince ??= clock.now();
        patienceMs ||= Math.min(LONGEST_OUTAGE_MS, deadline.remainingMs() * SHARE_OF_TIME_LEFT);
        const failingMs = clock.now() - failingSince;
        // A response that is not understood is no outage, and seldom passes: most often base_url names another server.
        const isOutage = error.code !== 'unexpected_reply';
        unexpected = isOutage ? 0 : unexpected + 1;
        const left = Math.min(retries - failures, isOutage ? Infinity : MOST_UNEXPECTED + 1 - unexpected);
        const restMs = isOutage ? patienceMs - failingMs : Infinity;
        const { retryAfterMs: asked = 0 } = error.outcome;
        const pause = Math.max(Math.min(growingPause(failures), Math.max(restMs, 0)), asked);
        if (left <= 0 || restMs <= 0 || asked > restMs || pause >= deadline.remainingMs()) {
            const times = `${failures} ${failures === 1 ? 'retry' : 'retries'} in ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_2__/* .duration */ .p0)(failingMs)}`;
            const tried = failures === 0 ? '' : ` ${times} did not help.`;
            const asks = left > 0 && asked > patienceMs;
            const longer = asks ? ` Retry-After asks for longer than the ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_2__/* .duration */ .p0)(patienceMs)} of retries.` : '';
            throw tried + longer === '' ? error : error.with({ message: `${error.message}${tried}${longer}` });
        }
        const count = left === Infinity ? '' : ` of ${failures + left}`;
        onRetry(`${error.message} Retrying in ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_2__/* .duration */ .p0)(pause)} (retry ${failures + 1}${count}).`);
        return pause;
    });
}


/***/ }),

/***/ 38395:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Us: () => (/* binding */ isBlocking),
/* harmony export */   ZU: () => (/* binding */ Tasks),
/* harmony export */   hY: () => (/* binding */ hasEnded)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9691);
/* harmony import */ var _datasets_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(78824);
/* harmony import */ var _fields_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(78284);



/** The largest documented page. */
const PAGE_SIZE = 50;
const MOST_PAGES = 40;
function taskState(word, ended) {
    switch ((0,_datasets_js__WEBPACK_IMPORTED_MODULE_0__/* .normalWord */ .Y4)(word)) {
        case 'COMPLETED':
        case 'SUCCEEDED':
        case 'DONE':
            return 'COMPLETED';
        case 'FAILED':
        case 'ERROR':
        case 'REJECTED':
            return 'FAILED';
        case 'ABORTED':
        case 'CANCELLED':
        case 'CANCELED':
            return 'ABORTED';
        case 'PENDING':
        case 'QUEUED':
            return 'QUEUED';
        default:
            // A word that is not known is not an end, unless the task has an end.
            return ended && !/RUNNING|INITIALIZING|PROGRESS/.test((0,_datasets_js__WEBPACK_IMPORTED_MODULE_0__/* .normalWord */ .Y4)(word)) ? 'FAILED' : 'RUNNING';
    }
}
const taskReply = zod__WEBPACK_IMPORTED_MODULE_2__/* .looseObject */ ._H3({
    task_id: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .requiredIdentifier */ .R1,
    dataset_id: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .datasetIdentifier */ .U$,
    dataset_name: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    task_type: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    status: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    status_message: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    error_message: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    progress_percentage: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9,
    start_time: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
    end_time: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .text */ .Qq,
})
    .transform((reply) => ({
    id: reply.task_id,
    datasetId: reply.dataset_id ?? '',
    datasetName: reply.dataset_name ?? '',
    type: (0,_datasets_js__WEBPACK_IMPORTED_MODULE_0__/* .normalWord */ .Y4)(reply.task_type ?? ''),
    state: taskState(reply.status ?? '', (reply.end_time ?? '') !== ''),
    statusWord: reply.status ?? '(none)',
    progress: (0,_fields_js__WEBPACK_IMPORTED_MODULE_1__/* .shownProgress */ .bV)(reply.progress_percentage),
    words: reply.error_message || reply.status_message || undefined,
    startedAt: (0,_fields_js__WEBPACK_IMPORTED_MODULE_1__/* .parseStamp */ .Pu)(reply.start_time),
}));
const taskPage = zod__WEBPACK_IMPORTED_MODULE_2__/* .union */ .KCZ([
    zod__WEBPACK_IMPORTED_MODULE_2__/* .looseObject */ ._H3({ tasks: zod__WEBPACK_IMPORTED_MODULE_2__/* .array */ .YOg(taskReply), total: _fields_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9 }),
    zod__WEBPACK_IMPORTED_MODULE_2__/* .array */ .YOg(taskReply).transform((tasks) => ({ tasks, total: tasks.length })),
]);
/** Whether a dataset cannot be used while the task runs. Models are trained and validated on a dataset that stays READY. */
function isBlocking(task) {
    return !hasEnded(task) && !/TRAIN|VALIDAT/.test(task.type);
}
/** Whether a task is over, well or not. */
function hasEnded(task) {
    return task.state === 'COMPLETED' || task.state === 'FAILED' || task.state === 'ABORTED';
}
/** The task manager; docs.visual-layer.com, task manager API. No call reads one task: lists are read, and IDs compared. */
class Tasks {
    #http;
    constructor(http) {
        this.#http = http;
    }
    /**
     * All tasks of a dataset, or of a type, as far back as the API keeps them (14 days). The filters are applied here again, in
     * case a server drops one silently.
     */
    async list(filter, retries) {
        const found = new Map();
        let seen = 0;
        for (let page = 1; page <= MOST_PAGES; page += 1) {
            const request = {
                what: 'list the tasks',
                method: 'GET',
                path: 'tasks',
                query: {
                    dataset_id: filter.datasetId,
                    task_type: filter.type,
                    sort_by: 'start_time',
                    sort_order: 'desc',
                    page: String(page),
                    page_size: String(PAGE_SIZE),
                },
            };
            const { tasks, total } = await this.#http.read(request, taskPage, retries);
            seen += tasks.length;
            for (const task of tasks)
                found.set(task.id, task);
            if (tasks.length < PAGE_SIZE || (total !== undefined && seen >= total))
                break;
        }
        return [...found.values()].filter((task) => (filter.datasetId === undefined || task.datasetId === filter.datasetId) &&
            (filter.type === undefined || task.type === filter.type));
    }
    /** Aborts a dataset creation, the only kind that can be. One attempt; 409 where it has ended or is being committed. */
    async abort(taskId) {
        await this.#http.send({ what: `abort task ${taskId}`, method: 'POST', path: `tasks/${taskId}/abort` });
    }
}


/***/ }),

/***/ 15028:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g0: () => (/* binding */ exchangeLine),
/* harmony export */   iU: () => (/* binding */ traceLine),
/* harmony export */   qs: () => (/* binding */ requestIds)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _reply_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9313);
/* harmony import */ var _headers_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(12567);



/** Headers by which Visual Layer, S3, and Cloudflare find a request in their logs. */
const ID_HEADERS = ['x-request-id', 'x-amz-request-id', 'x-amz-id-2', 'cf-ray'];
/** An ID, and not a sentence or a secret of another kind. */
const ID = /^\w[\w.+/=:@-]{0,127}$/;
const LONGEST_BODY_CHARS = 600;
/** The IDs in a response, for people: `x-request-id: 4f1c, cf-ray: 9a0b`. Empty if there are none. */
function requestIds(reply) {
    if (!reply)
        return '';
    const ids = ID_HEADERS.map((name) => [name, (0,_headers_js__WEBPACK_IMPORTED_MODULE_2__/* .headerOf */ .rR)(reply.headers, name)]);
    const json = reply.body?.kind === 'json' ? reply.body.json : undefined;
    // Some services put them next to the message, below `error`.
    const places = (0,_reply_js__WEBPACK_IMPORTED_MODULE_1__/* .isRecord */ .u4)(json) ? [json, ...Object.values(json).filter(_reply_js__WEBPACK_IMPORTED_MODULE_1__/* .isRecord */ .u4)] : [];
    for (const [name, value] of places.flatMap((place) => Object.entries(place)))
        if (name === 'request_id' || name === 'requestId')
            ids.push([name, String(value)]);
    return ids
        .filter(([, id]) => id !== undefined && ID.test(id))
        .map(([name, id]) => `${name}: ${id}`)
        .join(', ');
}
/**
 * The line of an error that lets the people who run a service find the request: method, path without its query, UTC time, and IDs.
 *
 * @param path as far as it may be shown
 * @param atMs when the request was sent, in ms since the Unix epoch
 */
function traceLine(method, path, atMs, ids) {
    const at = `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    return `Request, for support: ${method} ${path}, ${at}${ids === '' ? '' : `, ${ids}`}`;
}
/** An attempt and its response in one line for the debug log; with the body if it failed. `failure` is what it led to. */
function exchangeLine(method, path, ms, reply, failure) {
    const broken = reply && failure !== undefined && !reply.body ? `, then ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(failure)}` : '';
    const end = reply ? `${reply.status}${broken}` : `no response (${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(failure)})`;
    const ids = requestIds(reply);
    const body = reply?.body && (failure !== undefined || reply.status >= 400) ? `; body: ${debugBody(reply.body)}` : '';
    return `${method} ${path}: ${end} in ${Math.round(ms)} ms${ids === '' ? '' : `, ${ids}`}${body}`;
}
/**
 * A body as the debug log may show it: on one line, shortened, without the queries that sign links, tokens, and fields that are named
 * as secrets. Whatever else is a secret of this step is masked in the log itself.
 */
function debugBody(body) {
    if (body.kind === 'empty')
        return '(empty)';
    const text = (body.kind === 'json' ? (0,_reply_js__WEBPACK_IMPORTED_MODULE_1__/* .spelled */ .uQ)(body.json) : body.text).slice(0, 8 * LONGEST_BODY_CHARS);
    const bare = text
        .replace(/(https?:\/\/[^\s"'<>?\\]{1,2000})\?[^\s"'<>\\]*/gi, '$1?***')
        .replace(/\b([\w-]{0,60}(?:signature|credential|security-token|access_?key|secret|token|password)[\w-]{0,60}=)[^&\s"'<>]+/gi, '$1***')
        .replace(/("[\w-]{0,60}(?:signature|credential|access_?key|secret|token|password|authorization)[\w-]{0,60}"\s*:\s*)"(?:[^"\\]|\\.)*"?/gi, '$1"***"')
        .replace(/(<[\w-]{0,60}(?:signature|stringtosign|canonicalrequest|accesskey|token)[\w-]{0,60}>)[^<]*/gi, '$1***')
        .replace(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '***')
        .replace(/\b(bearer\s+)[^\s"'<>]+/gi, '$1***')
        .replace(/\s+/g, ' ');
    return bare.length > LONGEST_BODY_CHARS ? `${bare.slice(0, LONGEST_BODY_CHARS)}…` : bare;
}


/***/ }),

/***/ 19901:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z0: () => (/* binding */ settlingMs),
/* harmony export */   si: () => (/* binding */ patienceMs),
/* harmony export */   v7: () => (/* binding */ pause)
/* harmony export */ });
/**
 * The first pause of an adaptive wait, in ms; also the one it returns to whenever something moves. Work of twenty seconds is polled at
 * most twelve times, and its end is seen at most three seconds late.
 */
const SHORTEST_MS = 2_000;
/** Longer pauses save few requests and make every end of a wait late. Work of an hour is polled at most 160 times. */
const LONGEST_MS = 40_000;
/** A pause is this share of the time since the last change, so that an end is seen late by about an eighth of the wait at most. */
const SHARE = 0.12;
/**
 * The pause before the next poll, in ms: fixed where the user fixed it, otherwise growing with the time since something last
 * changed, and longer by up to a fifth so that many runners do not poll in step.
 *
 * @param sinceChangeMs since the state that is polled was last seen to change, in ms
 */
function pause(interval, sinceChangeMs, random = Math.random) {
    if (interval !== 'auto')
        return interval;
    const steady = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, sinceChangeMs * SHARE));
    return steady * (1 + 0.2 * random());
}
/**
 * How long to look for what a lost response may have made before it is asked for again, in ms: lists lag, so up to two minutes, or
 * a quarter of the time left.
 */
function patienceMs(remainingMs) {
    return Math.min(120_000, remainingMs / 4);
}
/** How long a result that others could still join is watched, in ms: 5 s, or a tenth of the time left. */
function settlingMs(remainingMs) {
    return Math.min(5_000, remainingMs / 10);
}


/***/ }),

/***/ 49404:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   TG: () => (/* binding */ until),
/* harmony export */   cI: () => (/* binding */ seen),
/* harmony export */   uQ: () => (/* binding */ asPhase)
/* harmony export */ });
/* harmony import */ var _visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(57911);
/* harmony import */ var _pace_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19901);


/** Runs `body` as a phase. One that a cancellation ends stays open, so that the step can say what it left. */
async function asPhase(waiting, phase, body) {
    waiting.phases?.add(phase);
    try {
        return await body();
    }
    finally {
        if (!waiting.signal.aborted)
            waiting.phases?.delete(phase);
    }
}
/**
 * The only poll loop. Looks until `probe` says done or failed, or the deadline has passed; then looks again, because what ended
 * in the last pause has ended in time. A transient fault is a pending look, for however long the outage lasts. `Retry-After`
 * stretches a pause. Throws what `probe` throws otherwise, and the signal's reason at once when the step is cancelled.
 *
 * @param limitMs ends the wait earlier than the deadline, in ms from now
 */
async function until(probe, waiting, limitMs = Infinity) {
    const { clock, deadline, signal, interval } = waiting;
    const startedAt = clock.now();
    const left = () => Math.min(deadline.remainingMs(), limitMs - (clock.now() - startedAt));
    let changedAt = startedAt;
    let lastPhase;
    let lastLine;
    let lastFault;
    let wrongShapes = 0;
    for (;;) {
        signal.throwIfAborted();
        const isLast = left() <= 0;
        let asked = 0;
        try {
            const look = await probe();
            if (look.state === 'done')
                return { end: 'done', value: look.value };
            if (look.state === 'failed')
                return { end: 'failed', error: look.error };
            wrongShapes = 0;
            lastFault = undefined;
            const phase = look.phase ?? look.line;
            if (phase !== lastPhase)
                changedAt = clock.now();
            lastPhase = phase;
            lastLine = look.line;
            waiting.onLook(look.line);
        }
        catch (error) {
            if (!(0,_visual_layer_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .isTransient */ .dg)(error))
                throw error;
            wrongShapes = error.outcome.wrongShape ? wrongShapes + 1 : 0;
            if (wrongShapes > waiting.maxRetries)
                return { end: 'failed', error };
            lastFault = error;
            asked = error.outcome.retryAfterMs ?? 0;
            waiting.onLook(`${error.message} Still waiting.`);
        }
        if (isLast)
            return { end: 'out_of_time', lastLine, lastFault, waitedMs: clock.now() - startedAt };
        const next = Math.max((0,_pace_js__WEBPACK_IMPORTED_MODULE_1__/* .pause */ .v7)(interval, clock.now() - changedAt), asked);
        await clock.sleep(Math.max(0, Math.min(next, left())), signal);
    }
}
/**
 * Returns what `probe` finds in the time that `waiting` has. Throws the error of a failed look; if the time ends first, the fault of
 * the last look, or an error that says that `what` did not appear.
 */
async function seen(waiting, what, probe) {
    const ended = await until(probe, waiting);
    if (ended.end === 'done')
        return ended.value;
    if (ended.end === 'failed')
        throw ended.error;
    throw ended.lastFault ?? new Error(`${what} did not appear in the lists of Visual Layer`);
}


/***/ }),

/***/ 6878:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ failedClones),
/* harmony export */   H3: () => (/* binding */ failedClone),
/* harmony export */   P5: () => (/* binding */ cloneTasksOf),
/* harmony export */   RZ: () => (/* binding */ newClones),
/* harmony export */   ec: () => (/* binding */ cloneCandidates),
/* harmony export */   tm: () => (/* binding */ cloneName)
/* harmony export */ });
/* harmony import */ var _copy_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(61582);

/** What Visual Layer calls a clone, as documented. */
function cloneName(sourceName) {
    return `${sourceName} (cloned)`;
}
/**
 * The datasets that may be the clone: new since the background, called like a clone of the source, and not known to come from
 * another dataset. If there is none, those that are known to come from the source, whatever they are called, since someone may
 * rename a clone at once.
 */
function cloneCandidates(background, tasks, datasets) {
    const all = newClones(background, tasks, datasets);
    const named = all.filter(({ isNamed }) => isNamed);
    return named.length > 0 ? named : all;
}
/**
 * All datasets that may be clones of the source and are new since the background. Two signs are read, since either list may lag: the
 * clone tasks, whose dataset is documented as the new one (a server that names the source there instead says nothing of the new one's
 * ID), and the datasets.
 */
function newClones(background, tasks, datasets) {
    const { source } = background;
    const expected = cloneName(source.name).trim();
    const known = new Map(datasets.map((dataset) => [dataset.id, dataset]));
    const isNew = (id) => id !== '' && id !== source.id && !background.datasetIds.has(id);
    const found = new Map();
    const add = (datasetId, name, task) => {
        const dataset = known.get(datasetId);
        if (!isNew(datasetId) || found.has(datasetId) || !(0,_copy_js__WEBPACK_IMPORTED_MODULE_0__/* .canComeFrom */ .PZ)(dataset, source.id))
            return;
        const isNamed = name.trim() === expected;
        if (isNamed || task || dataset?.sourceDatasetId !== undefined)
            found.set(datasetId, { datasetId, task, dataset, isNamed });
    };
    for (const task of tasks) {
        const name = ['', source.name].includes(task.datasetName) ? expected : task.datasetName;
        const isOurs = name.trim() === expected || known.get(task.datasetId)?.sourceDatasetId !== undefined;
        if (!background.taskIds.has(task.id) && isOurs)
            add(task.datasetId, name, task);
    }
    for (const dataset of datasets)
        add(dataset.id, dataset.name);
    return [...found.values()];
}
/** The clone tasks of a dataset, whichever dataset a server names in them. */
function cloneTasksOf({ id, name }, tasks) {
    return tasks.filter((task) => task.datasetId === id || task.datasetName.trim() === cloneName(name).trim());
}
/**
 * The new clone tasks of the source that failed, except those of the candidates themselves. One of them may be ours: then what else is
 * new is someone else's.
 */
function failedClones({ source, taskIds }, tasks, candidates) {
    return cloneTasksOf(source, tasks).filter(({ id, state, datasetId }) => !taskIds.has(id) &&
        (state === 'FAILED' || state === 'ABORTED') &&
        !candidates.some((candidate) => candidate.datasetId === datasetId));
}
/**
 * The task of a clone that failed before any dataset showed: every clone task that is new and of this source has failed. While one of
 * them still runs it may be ours.
 */
function failedClone(background, tasks) {
    const ours = cloneTasksOf(background.source, tasks).filter(({ id }) => !background.taskIds.has(id));
    return ours.length === failedClones(background, tasks, []).length ? ours[0] : undefined;
}


/***/ }),

/***/ 61582:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   IO: () => (/* binding */ ownTask),
/* harmony export */   PZ: () => (/* binding */ canComeFrom),
/* harmony export */   zr: () => (/* binding */ copyVerdict)
/* harmony export */ });
/* harmony import */ var _dataset_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(58999);

/** By the type of the task that makes a dataset of another one. */
const WORDS = {
    SNAPSHOT_CLONE: { task: 'that clones into', dataset: 'the new dataset', during: 'while it was being cloned' },
    ENRICHMENT: { task: 'that enriches', dataset: 'the enriched dataset', during: 'while it was being enriched' },
};
/** Whether a dataset can come from `sourceId`, as far as it shows. */
function canComeFrom(dataset, sourceId) {
    return (dataset?.sourceDatasetId ?? sourceId) === sourceId;
}
/**
 * The task that makes a dataset: the only new one on it, or, if the server names the source in it, the only new one on the source.
 * `undefined` if several could be it.
 */
function ownTask({ source, taskIds }, datasetId, tasks) {
    const on = (id) => tasks.filter((task) => task.datasetId === id && !taskIds.has(task.id));
    const own = on(datasetId);
    const [only, ...others] = own.length > 0 ? own : on(source.id);
    return others.length === 0 ? only : undefined;
}
/** A clone or an enrichment whose dataset is known. Its READY counts once its task is over, or, if none is listed, once it is proven. */
function copyVerdict(type, { datasetId, dataset, task, proven }) {
    const words = WORDS[type];
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: (0,_dataset_js__WEBPACK_IMPORTED_MODULE_0__/* .taskError */ .iX)(task, `${words.task} dataset ${datasetId}`) };
    }
    if (!dataset)
        return { state: 'pending', line: `${words.dataset} cannot be read yet` };
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: (0,_dataset_js__WEBPACK_IMPORTED_MODULE_0__/* .datasetError */ .T_)(dataset, words.during) };
    const over = task ? task.state === 'COMPLETED' : proven;
    if (dataset.status === 'READY' && over)
        return { state: 'done', value: dataset };
    if (dataset.status !== 'READY' || task)
        return (0,_dataset_js__WEBPACK_IMPORTED_MODULE_0__/* .pending */ .Ub)(dataset, task);
    return { state: 'pending', line: 'dataset READY, its task is not listed yet' };
}


/***/ }),

/***/ 58999:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Je: () => (/* binding */ datasetLine),
/* harmony export */   T7: () => (/* binding */ readyVerdict),
/* harmony export */   T_: () => (/* binding */ datasetError),
/* harmony export */   Ub: () => (/* binding */ pending),
/* harmony export */   er: () => (/* binding */ taskLine),
/* harmony export */   iX: () => (/* binding */ taskError),
/* harmony export */   zb: () => (/* binding */ creationVerdict)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

/** The status of a dataset, for a person: `INDEXING (40%)`. */
function datasetLine(dataset) {
    const known = dataset.status === 'READY' || dataset.progress === undefined ? '' : ` (${dataset.progress}%)`;
    return `dataset ${dataset.statusWord}${known}`;
}
/** The status of a task, for a person; it distinguishes a queued task from a running one. */
function taskLine(task) {
    const progress = task.progress === undefined || task.state !== 'RUNNING' ? '' : ` (${task.progress}%)`;
    return task.state === 'QUEUED'
        ? `task ${task.statusWord}: queued behind other work`
        : `task ${task.statusWord}${progress}`;
}
/** The state of a dataset and its task. */
function pending(dataset, task) {
    return {
        state: 'pending',
        line: [datasetLine(dataset), ...(task ? [taskLine(task)] : [])].join(', '),
        phase: `${dataset.status} ${task?.statusWord ?? ''}`,
    };
}
/** The failure of a dataset in status ERROR, with the reason that Visual Layer gives. */
function datasetError(dataset, doing) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('operation_failed', `Dataset ${dataset.id} ended in status ${dataset.statusWord} ${doing}.`, {
        apiWords: dataset.fatalError,
        todo: dataset.fatalError
            ? 'Fix the problem Visual Layer reports, then re-run the job.'
            : 'Visual Layer gave no reason. Open the dataset there, or send its support the dataset ID.',
    });
}
/** The failure of a task that ended FAILED or ABORTED. */
function taskError(task, doing) {
    const aborted = task.state === 'ABORTED';
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('operation_failed', `The task ${doing} ended as ${task.statusWord} (task ${task.id}).`, {
        apiWords: task.words,
        todo: aborted
            ? 'Someone aborted it in Visual Layer. If that was unintended, re-run the job.'
            : 'Check the task in the Task Manager of Visual Layer, then re-run the job.',
    });
}
/**
 * A dataset that is being made. Its READY cannot be old, since the dataset is new. `task` is its creation task, where the list
 * shows it.
 */
function creationVerdict(dataset, task) {
    if (dataset.status === 'READY')
        return { state: 'done', value: dataset };
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: datasetError(dataset, 'while it was being created') };
    if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
        return { state: 'failed', error: taskError(task, 'that creates the dataset') };
    }
    return pending(dataset, task);
}
/**
 * Any dataset that is waited for until it is READY. A READY next to a task that has not ended may be the old one: it counts once
 * it has stood for `patienceMs`, since a task may also have been left hanging long ago.
 */
function readyVerdict(dataset, unended, readyForMs, patienceMs) {
    if (dataset.status === 'ERROR')
        return { state: 'failed', error: datasetError(dataset, 'instead of READY') };
    if (dataset.status === 'READY' && (!unended || readyForMs >= patienceMs))
        return { state: 'done', value: dataset };
    return pending(dataset, unended);
}


/***/ }),

/***/ 89057:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   MP: () => (/* binding */ exportVerdict),
/* harmony export */   OE: () => (/* binding */ rejectionReason),
/* harmony export */   lE: () => (/* binding */ rejectedExport),
/* harmony export */   nS: () => (/* binding */ rejected)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _numbers_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(82746);


/**
 * Distinguishes the rejections. REJECTED is in no documentation: public clients met it for filters that match nothing and for
 * exports over a cap whose number is not known.
 */
function rejectionReason(words, entities) {
    const said = words ?? '';
    if (/exceed|threshold|too (?:many|large|big)|maximum/i.test(said))
        return 'too_large';
    // None of these words means an empty result, however the sentence reads.
    if (/permission|access|allowed|denied|trial|quota|licen|support|storage|account|plan/i.test(said))
        return 'other';
    // Items that were counted did match.
    if (entities !== undefined && entities > 0)
        return /entit/i.test(said) ? 'too_large' : 'other';
    return entities === 0 || NOTHING.test(said) ? 'nothing_matched' : 'other';
}
const NOTHING = /\bno\b.{0,40}\b(?:match|entit|item|media|image|result|data|record)|\bnothing\b|\bempty\b|\b0 (?:entit|item|media|image|result)/i;
/** What a rejection comes to, however it came. */
function rejected(words, entities) {
    return { kind: 'rejected', reason: rejectionReason(words, entities), words, entities };
}
/**
 * The error for a rejected export that nothing else handles.
 *
 * @param instead what to do about one that is too large, instead of the general advice
 */
function rejectedExport({ reason, words, entities }, instead) {
    const items = entities === undefined || entities <= 0 ? '' : ` (${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_1__/* .counted */ .hS)(entities, 'item')})`;
    switch (reason) {
        case 'nothing_matched':
            return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('rejected', 'Nothing matched: there is nothing to export.', {
                apiWords: words,
                todo: 'Check vql, media_ids, or cluster_ids. If an empty result is fine for this workflow, set allow_empty: true.',
            });
        case 'too_large':
            return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('rejected', `Visual Layer rejected the export as too large${items}.`, {
                apiWords: words,
                todo: instead ??
                    'Set split: auto, which exports in parts and merges them. Or export less at once: select with vql, cluster_ids, or media_ids, or leave the media files out with include_images: false.',
            });
        case 'other':
            return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('rejected', `Visual Layer rejected the export${items}.`, {
                apiWords: words,
                todo: 'Fix the problem Visual Layer reports, then re-run the job. Trial accounts cannot export.',
            });
    }
}
/**
 * An export is over when it is COMPLETED and has its link: one without the other is still in progress. `progress` decides nothing,
 * since its scale is not documented.
 */
function exportVerdict(task, exportId) {
    switch (task.state) {
        case 'COMPLETED':
            if (task.link !== undefined)
                return { state: 'done', value: { kind: 'link', link: task.link } };
            return { state: 'pending', line: 'export COMPLETED, its download link is not available yet', phase: 'COMPLETED' };
        case 'REJECTED':
            return { state: 'done', value: rejected(task.words, task.entities) };
        case 'FAILED':
        case 'CANCELLED':
            return {
                state: 'failed',
                error: new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('operation_failed', `Export ${exportId} ended as ${task.statusWord}.`, {
                    apiWords: task.words,
                    todo: 'Re-run the job: it starts a new export. If it fails again, send Visual Layer support the export ID.',
                }),
            };
        case 'QUEUED':
        case 'RUNNING': {
            const items = task.entities === undefined || task.entities <= 0 ? '' : `, ${(0,_numbers_js__WEBPACK_IMPORTED_MODULE_1__/* .counted */ .hS)(task.entities, 'item')}`;
            const queued = task.state === 'QUEUED' ? ': accepted, not started yet' : '';
            return { state: 'pending', line: `export ${task.statusWord}${queued}${items}`, phase: task.statusWord };
        }
    }
}


/***/ })

};
