export const id = 595;
export const ids = [595];
export const modules = {

/***/ 6595:
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
// EXTERNAL MODULE: ./build/export/records/metadata-files.js + 1 modules
var metadata_files = __webpack_require__(66455);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: ./build/paths.js
var paths = __webpack_require__(31340);
// EXTERNAL MODULE: ./build/export/earlier-export.js
var earlier_export = __webpack_require__(80830);
// EXTERNAL MODULE: ./build/export/manifest.js
var export_manifest = __webpack_require__(91946);
;// CONCATENATED MODULE: ./build/export/comparison/baseline-source.js







/** Returns how to read a baseline, by what is at its path. Throws `invalid_input` for what can be none. */
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
    const manifest = await (0,export_manifest/* readManifest */.WI)((0,external_node_path_.join)(dir, export_manifest/* MANIFEST_NAME */.ir));
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
    throw noExport(place, `the folder contains several archives and no manifest.json that says which one to use: ${shown.join(', ')}${rest}`);
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
        todo: 'Set compare_with to an earlier export (its folder, ZIP, metadata.json, or .parquet file) or to previous-run. To skip the comparison, remove compare_with.',
        cause,
    });
}

// EXTERNAL MODULE: ./build/export/comparison/value-hash.js
var value_hash = __webpack_require__(80861);
// EXTERNAL MODULE: ./build/export/comparison/item-index.js
var item_index = __webpack_require__(95059);
;// CONCATENATED MODULE: ./build/export/comparison/baseline.js








/**
 * Reads the export to compare with, once, into about 200 bytes per item and its name. Throws `invalid_input` if there is none or it cannot
 * be read, or the signal's reason.
 */
async function readBaseline(source, { signal }) {
    signal.throwIfAborted();
    const place = await locateBaseline(source);
    let index = new item_index/* ItemIndex */.k();
    const reading = index;
    const seeds = (0,value_hash/* drawSeeds */.D)();
    // Readers may need a table on disk; the folder of the ZIP is not ours to write to.
    const spool = (0,external_node_path_.join)((0,external_node_os_.tmpdir)(), `visual-layer-${(0,external_node_crypto_.randomUUID)()}`);
    let records;
    try {
        records = await (0,metadata_files/* readExport */.J)('archive' in place ? { ...place, spool } : place, {
            signal,
            wanted: { items: seeds },
            take: ({ result }) => reading.addBefore(result),
        });
    }
    catch (error) {
        signal.throwIfAborted();
        if (error instanceof errors/* ActionError */.lZ && (error.code === 'corrupt_download' || error.code === 'unsafe_archive'))
            throw noExport(source, `it cannot be read. ${error.message.replace(/\.$/, '')}`, error);
        throw error;
    }
    return {
        records,
        seeds,
        takeIndex() {
            const taken = index;
            index = undefined;
            if (!taken)
                throw new Error('a baseline serves one comparison');
            return taken;
        },
    };
}


/***/ })

};
