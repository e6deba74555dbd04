export const id = 640;
export const ids = [640];
export const modules = {

/***/ 67640:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  readBaseline: () => (/* binding */ readBaseline)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: ./build/paths.js
var paths = __webpack_require__(31340);
// EXTERNAL MODULE: ./build/exports/earlier-export.js
var earlier_export = __webpack_require__(44495);
// EXTERNAL MODULE: ./build/exports/manifest.js
var exports_manifest = __webpack_require__(54731);
;// CONCATENATED MODULE: ./build/exports/comparison/baseline-place.js







/** Tells by what lies there how an earlier export is to be read. Throws `invalid_input` for what can be none. */
async function locateBaseline(place) {
    try {
        const found = await (0,promises_.stat)(place.path);
        if (found.isDirectory())
            return await inFolder(place);
        if (!found.isFile())
            throw noExport(place, 'it is neither a file nor a folder');
        return await asFile(place.path);
    }
    catch (error) {
        if (error instanceof errors/* ActionError */.lZ)
            throw error;
        const missing = ['ENOENT', 'ENOTDIR'].includes((0,system_errors/* codeOf */.$N)(error) ?? '');
        throw noExport(place, missing ? 'there is nothing there' : `it cannot be read (${(0,errors/* describe */.q0)(error)})`, error);
    }
}
async function inFolder(place) {
    const dir = place.path;
    const manifest = await (0,exports_manifest/* readManifest */.WI)((0,external_node_path_.join)(dir, exports_manifest/* MANIFEST_NAME */.ir));
    const kept = manifest?.archive?.name;
    // An export that was unpacked has files in its manifest, and keeps no ZIP.
    if (manifest?.files.length === 0 && kept !== undefined && (0,paths/* isPlain */.$i)(kept) && (0,earlier_export/* isPlainFile */.Dn)(dir, kept))
        return { archive: (0,external_node_path_.join)(dir, kept) };
    const names = await (0,promises_.readdir)(dir);
    if (names.some((name) => /^metadata(?:\.json|\.parquet)?$/.test(name)))
        return { dir };
    const archives = await archivesIn(dir);
    const [archive] = archives;
    if (archive === undefined)
        return { dir };
    if (archives.length === 1)
        return { archive: (0,external_node_path_.join)(dir, archive) };
    const shown = archives.slice(0, 5).map((name) => JSON.stringify(name));
    const rest = archives.length > shown.length ? ` and ${archives.length - shown.length} more` : '';
    throw noExport(place, `the folder holds several archives and no manifest.json that tells which one is meant: ${shown.join(', ')}${rest}`);
}
/** The ZIPs of a folder, at its root or one folder deep: artifacts that are downloaded together have a folder each. */
async function archivesIn(dir) {
    const archives = [];
    for (const entry of await (0,promises_.readdir)(dir, { withFileTypes: true })) {
        const names = entry.isDirectory() ? await (0,promises_.readdir)((0,external_node_path_.join)(dir, entry.name)) : [];
        for (const name of entry.isFile() ? [entry.name] : names.map((inner) => `${entry.name}/${inner}`)) {
            if (/\.zip$/i.test(name))
                archives.push(name);
        }
    }
    return archives.sort();
}
/** Goes by the first bytes: the name of a file is the user's. */
async function asFile(path) {
    const file = await (0,promises_.open)(path, 'r');
    try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
        const start = buffer.toString('latin1', 0, bytesRead);
        if (start === 'PK\u0003\u0004' || start === 'PK\u0005\u0006')
            return { archive: path };
        return { file: path, format: start === 'PAR1' ? 'parquet' : 'json' };
    }
    finally {
        await file.close();
    }
}
/** The error for what `compare_with` names and what is no export. `why` completes "compare_with is "nightly", but ". */
function noExport({ path, given }, why, cause) {
    const where = path === given ? '' : ` (${path})`;
    return new errors/* ActionError */.lZ('invalid_input', `compare_with is ${JSON.stringify(given)}${where}, but ${why}.`, {
        todo: 'Set compare_with to an earlier export: the folder it was put in, its ZIP, its metadata.json or its .parquet file; or to "previous-run". Without the line "compare_with" the export is made and nothing is compared.',
        cause,
    });
}

// EXTERNAL MODULE: ./build/exports/comparison/export-items.js
var export_items = __webpack_require__(26253);
// EXTERNAL MODULE: ./build/exports/comparison/item-index.js + 1 modules
var item_index = __webpack_require__(71016);
;// CONCATENATED MODULE: ./build/exports/comparison/baseline.js







/**
 * Reads an earlier export, once, into about 200 bytes an item and its name. Throws `invalid_input` where there is none or it cannot
 * be read, or the signal's reason.
 */
async function readBaseline(place, { signal }) {
    signal.throwIfAborted();
    const found = await locateBaseline(place);
    let index = new item_index/* ItemIndex */.k();
    const { statistics, shown, contentDigest } = await readFound(place, found, index, signal);
    return {
        statistics,
        mediaCount: statistics.items,
        format: shown.format,
        contentDigest: contentDigest ?? '',
        shown,
        takeIndex() {
            const taken = index;
            index = undefined;
            if (!taken)
                throw new Error('a baseline serves one comparison');
            return taken;
        },
    };
}
async function readFound(place, found, index, signal) {
    // Readers may need a table on disk; beside the ZIP is not ours to write.
    const spool = (0,external_node_path_.join)((0,external_node_os_.tmpdir)(), `visual-layer-${(0,external_node_crypto_.randomUUID)()}`);
    try {
        return await (0,export_items/* readItems */.F)('archive' in found ? { ...found, spool } : found, {
            signal,
            digested: true,
            take: (item, content) => index.addBefore(item, content),
        });
    }
    catch (error) {
        signal.throwIfAborted();
        if (error instanceof errors/* ActionError */.lZ && (error.code === 'corrupt_download' || error.code === 'unsafe_archive'))
            throw noExport(place, `what is there cannot be read. ${error.message.replace(/\.$/, '')}`, error);
        throw error;
    }
}


/***/ }),

/***/ 26253:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ readItems)
/* harmony export */ });
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(42070);
/* harmony import */ var _digest_records_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(24781);
/* harmony import */ var _metadata_files_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(31583);
/* harmony import */ var _item_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76557);
/* harmony import */ var _item_content_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(70096);
/* harmony import */ var _shown_members_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(53735);
/* harmony import */ var _statistics_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(32649);







/** Reads an export once, record by record. Throws `corrupt_download` where it is damaged, or the signal's reason. */
async function readItems(place, options) {
    const { signal, digested = false, take } = options;
    const statistics = new _statistics_js__WEBPACK_IMPORTED_MODULE_5__/* .StatisticsBuilder */ .N();
    const members = new _shown_members_js__WEBPACK_IMPORTED_MODULE_6__/* .ShownMembers */ .n();
    const content = new _item_content_js__WEBPACK_IMPORTED_MODULE_4__/* .ItemContent */ .Vj();
    const digest = new _digest_js__WEBPACK_IMPORTED_MODULE_0__/* .RecordDigest */ .Gc();
    const onRecord = (record) => {
        const item = (0,_item_js__WEBPACK_IMPORTED_MODULE_3__/* .itemOf */ .Tu)(record);
        statistics.add(item);
        if (!take)
            return;
        if (item.members)
            members.add(item.members);
        take(item, content.read(record, item));
    };
    const { format } = await (0,_metadata_files_js__WEBPACK_IMPORTED_MODULE_2__/* .readMetadata */ ._)(place, {
        json: (reader, sizeBytes) => digested
            ? (0,_digest_records_js__WEBPACK_IMPORTED_MODULE_1__/* .digestRecords */ .r)(reader, { digest, sizeBytes, signal, onRecord })
            : reader.each((bytes, number) => onRecord(reader.parse(bytes, number))),
        row(row) {
            if (digested)
                digest.add(row);
            onRecord(row);
        },
    }, options);
    const contentDigest = digested ? digest.hex() : undefined;
    return { statistics: statistics.end(), shown: { format, members }, contentDigest };
}


/***/ }),

/***/ 71016:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  k: () => (/* binding */ ItemIndex)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./build/exports/id-key.js
var id_key = __webpack_require__(52617);
// EXTERNAL MODULE: ./build/exports/comparison/item-content.js + 1 modules
var item_content = __webpack_require__(70096);
;// CONCATENATED MODULE: ./build/exports/comparison/names.js
/** Of each text that is kept, in bytes. */
const LONGEST = 200;
const FIRST_BYTES = 4096;
/** Texts for people, as many as there are items: one after another in a single buffer, the length of each in a byte before it. */
class Names {
    #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    #end = 0;
    /** Keeps the first 200 bytes of a text, in whole characters. */
    add(text) {
        if (this.#end + 1 + LONGEST > this.#bytes.length) {
            const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
            this.#bytes.copy(larger);
            this.#bytes = larger;
        }
        // A character that does not fit as a whole is left out.
        const length = this.#bytes.write(text, this.#end + 1, LONGEST);
        this.#bytes[this.#end] = length;
        this.#end += 1 + length;
    }
    /** Where the text after the one at `at` begins; the first is at 0. */
    next(at) {
        return at + 1 + (this.#bytes[at] ?? 0);
    }
    at(at) {
        return this.#bytes.toString('utf8', at + 1, this.next(at));
    }
}

;// CONCATENATED MODULE: ./build/exports/comparison/item-index.js




const BLOCK_ITEMS = 8192;
const FIRST_SLOTS = 1024;
const FULLEST = 0.7;
const BEFORE = 1;
const AFTER = 2;
const UUID = 4;
const NAMELESS = 8;
/**
 * The items of an earlier export, and how those of a later one differ: about 200 bytes an item and its name. The contents of the
 * records of an item add up, so neither their order nor that of the items matters.
 */
class ItemIndex {
    #size = 0;
    #blocks = [];
    /** The number of an item plus one; 0 is free. */
    #slots = new Uint32Array(FIRST_SLOTS);
    #key = new Uint32Array(id_key/* KEY_WORDS */.cm);
    /** Different items, of both exports together. */
    get size() {
        return this.#size;
    }
    addBefore(item, content) {
        const isUuid = this.#readKey(item, content);
        const { block, at, isNew } = this.#place();
        block.seen[at] = BEFORE | (item.id === undefined ? NAMELESS : 0) | (isUuid ? UUID : 0);
        if (isNew) {
            if (!isUuid)
                block.names.add(typeof item.id === 'string' ? item.id : '');
            block.names.add(item.name);
        }
        block.add(at, content);
    }
    /** Takes a record of the later export. Returns whether it is the first of an item that the earlier one has not. */
    addAfter(item, content) {
        this.#readKey(item, content);
        const { block, at, isNew } = this.#place();
        block.seen[at] = (block.seen[at] ?? 0) | AFTER;
        block.subtract(at, content);
        return isNew;
    }
    /** All items: those of the earlier export in their order there, then those that were added. */
    *items() {
        for (const [number, block] of this.#blocks.entries()) {
            yield* block.items(Math.min(BLOCK_ITEMS, this.#size - number * BLOCK_ITEMS));
        }
    }
    /** Returns whether the id is the UUID that the key is. */
    #readKey({ id }, { sums, amounts }) {
        if (id !== undefined)
            return (0,id_key/* readKey */.YZ)(id, this.#key) || typeof id !== 'string';
        const content = Buffer.concat([Buffer.from(sums.buffer), Buffer.from(amounts.buffer)]);
        (0,id_key/* readKey */.YZ)((0,external_node_crypto_.hash)('sha256', content, 'buffer'), this.#key);
        return false;
    }
    /** Where the item with the present key is; a new place where there is none. */
    #place() {
        const slot = this.#slotOf(this.#slots, this.#key);
        const number = this.#slots[slot] ?? 0;
        if (number > 0)
            return this.#found(number - 1, false);
        if (this.#size % BLOCK_ITEMS === 0)
            this.#blocks.push(new Block());
        this.#size += 1;
        this.#slots[slot] = this.#size;
        const found = this.#found(this.#size - 1, true);
        found.block.keys.set(this.#key, found.at * id_key/* KEY_WORDS */.cm);
        if (this.#size > this.#slots.length * FULLEST)
            this.#grow();
        return found;
    }
    #found(number, isNew) {
        const block = this.#blocks[Math.floor(number / BLOCK_ITEMS)];
        if (!block)
            throw new Error(`the index has no item ${number}`);
        return { block, at: number % BLOCK_ITEMS, isNew };
    }
    #slotOf(slots, key) {
        const mask = slots.length - 1;
        let slot = (0,id_key/* spread */.il)(key) & mask;
        for (let number = slots[slot] ?? 0; number > 0; number = slots[slot] ?? 0) {
            const { block, at } = this.#found(number - 1, false);
            if (block.hasKey(at, key))
                return slot;
            slot = (slot + 1) & mask;
        }
        return slot;
    }
    #grow() {
        const slots = new Uint32Array(this.#slots.length * 2);
        for (let number = 0; number < this.#size; number += 1) {
            const { block, at } = this.#found(number, false);
            slots[this.#slotOf(slots, block.keys.subarray(at * id_key/* KEY_WORDS */.cm, (at + 1) * id_key/* KEY_WORDS */.cm))] = number + 1;
        }
        this.#slots = slots;
    }
}
/** So many items in a row. */
class Block {
    keys = new Uint32Array(BLOCK_ITEMS * id_key/* KEY_WORDS */.cm);
    seen = new Uint8Array(BLOCK_ITEMS);
    names = new Names();
    #sums = new Uint32Array(BLOCK_ITEMS * item_content/* SUM_WORDS */.SB);
    #amounts = new Float64Array(BLOCK_ITEMS * item_content/* AMOUNTS */.SL.length);
    add(at, { sums, amounts }) {
        this.#change(at, sums, amounts, 1);
    }
    subtract(at, { sums, amounts }) {
        this.#change(at, sums, amounts, -1);
    }
    #change(at, sums, amounts, sign) {
        for (let word = 0, place = at * item_content/* SUM_WORDS */.SB; word < item_content/* SUM_WORDS */.SB; word += 1, place += 1) {
            this.#sums[place] = (this.#sums[place] ?? 0) + sign * (sums[word] ?? 0);
        }
        for (let amount = 0, place = at * item_content/* AMOUNTS */.SL.length; amount < item_content/* AMOUNTS */.SL.length; amount += 1, place += 1) {
            this.#amounts[place] = (this.#amounts[place] ?? 0) + sign * (amounts[amount] ?? 0);
        }
    }
    hasKey(at, key) {
        const first = at * id_key/* KEY_WORDS */.cm;
        for (let word = 0; word < id_key/* KEY_WORDS */.cm; word += 1)
            if (this.keys[first + word] !== key[word])
                return false;
        return true;
    }
    *items(count) {
        let nameAt = 0;
        for (let at = 0; at < count; at += 1) {
            const seen = this.seen[at] ?? 0;
            const named = nameAt;
            const before = (seen & BEFORE) !== 0;
            if (before)
                nameAt = this.names.next((seen & UUID) === 0 ? this.names.next(named) : named);
            yield {
                fate: !before ? 'added' : (seen & AFTER) === 0 ? 'removed' : 'kept',
                sums: this.#sums.subarray(at * item_content/* SUM_WORDS */.SB, (at + 1) * item_content/* SUM_WORDS */.SB),
                amounts: this.#amounts.subarray(at * item_content/* AMOUNTS */.SL.length, (at + 1) * item_content/* AMOUNTS */.SL.length),
                example: () => this.#example(at, seen, named),
            };
        }
    }
    #example(at, seen, named) {
        if ((seen & UUID) !== 0)
            return { mediaId: this.#uuid(at), name: this.names.at(named) };
        const mediaId = (seen & NAMELESS) === 0 ? this.names.at(named) : undefined;
        return { mediaId, name: this.names.at(this.names.next(named)) };
    }
    #uuid(at) {
        const words = this.keys.subarray(at * id_key/* KEY_WORDS */.cm, (at + 1) * id_key/* KEY_WORDS */.cm);
        const hex = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
        return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
    }
}


/***/ }),

/***/ 32649:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ StatisticsBuilder)
/* harmony export */ });
/* harmony import */ var _parts_id_set_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(33493);
/* harmony import */ var _counts_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4226);
/* harmony import */ var _item_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76557);



const BINS = 10;
const MOST_CLUSTERS = 4_000_000;
/** Gathers the {@link Statistics} of an export record by record, in bounded memory. */
class StatisticsBuilder {
    #items = 0;
    #captioned = 0;
    #sized = 0;
    #bytes = 0;
    #scored = 0;
    #scores = 0;
    #bins = Array.from({ length: BINS }, () => 0);
    #clusters = new _parts_id_set_js__WEBPACK_IMPORTED_MODULE_0__/* .IdSet */ .w();
    #lastCluster;
    #named = {
        types: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        labels: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        objects: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        issues: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
        tags: new _counts_js__WEBPACK_IMPORTED_MODULE_2__/* .Counting */ .a(),
    };
    add({ type, cluster, uniqueness, bytes, metadata }) {
        this.#items += 1;
        this.#count('types', type);
        if (cluster !== undefined)
            this.#addCluster(cluster);
        if (uniqueness !== undefined)
            this.#addScore(uniqueness);
        if (bytes !== undefined) {
            this.#sized += 1;
            this.#bytes += bytes;
        }
        let captions = 0;
        for (const { type: kind, properties } of metadata) {
            if (kind === 'image_label')
                this.#count('labels', properties['category_name']);
            else if (kind === 'object_label')
                this.#count('objects', properties['category_name']);
            else if (kind === 'issue')
                this.#count('issues', properties['issue_type']);
            else if (kind === 'user_tag')
                this.#count('tags', properties['tag_name']);
            else if (kind === 'caption')
                captions += 1;
        }
        if (captions > 0)
            this.#captioned += 1;
    }
    #count(named, value) {
        const name = (0,_item_js__WEBPACK_IMPORTED_MODULE_1__/* .textOf */ .b6)(value);
        if (name !== undefined)
            this.#named[named].add(name);
    }
    #addCluster(cluster) {
        // Items of a cluster often follow one another.
        if (cluster === this.#lastCluster || this.#clusters.size >= MOST_CLUSTERS)
            return;
        this.#lastCluster = cluster;
        this.#clusters.add(cluster);
    }
    #addScore(score) {
        const bin = Math.min(BINS - 1, Math.max(0, Math.floor(score * BINS)));
        this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
        this.#scored += 1;
        this.#scores += score;
    }
    end() {
        const { types, labels, objects, issues, tags } = this.#named;
        return {
            items: this.#items,
            types: types.counts,
            labels: labels.counts,
            objects: objects.counts,
            issues: issues.counts,
            tags: tags.counts,
            uncounted: {
                types: types.beyond,
                labels: labels.beyond,
                objects: objects.beyond,
                issues: issues.beyond,
                tags: tags.beyond,
            },
            captioned: this.#captioned,
            clusters: this.#clusters.size,
            uniqueness: {
                bins: this.#bins,
                scored: this.#scored,
                mean: this.#scored === 0 ? undefined : this.#scores / this.#scored,
            },
            bytes: this.#sized === 0 ? undefined : Math.round(this.#bytes),
        };
    }
}


/***/ }),

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


/***/ })

};
