export const id = 335;
export const ids = [335];
export const modules = {

/***/ 74335:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   writeComparison: () => (/* binding */ writeComparison)
/* harmony export */ });
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31279);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(91946);
/* harmony import */ var _records_counts_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(25272);
/* harmony import */ var _fields_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(79736);




/** More names than this are not listed, those least that changed most. */
const MOST_LISTED = 10_000;
/**
 * Writes `comparison.json`, under another name first, so that no half of one is ever found at `path`. Throws an `ActionError` for
 * the disk.
 *
 * @param comparedWith says in the file what the earlier export was; its members have names as the file's own
 */
async function writeComparison(path, comparison, comparedWith) {
    try {
        await (0,_manifest_js__WEBPACK_IMPORTED_MODULE_1__/* .writeListing */ .UD)(path, fileOf(comparison, comparedWith));
    }
    catch (error) {
        throw (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .systemFailure */ .oM)(error, 'write the comparison', path);
    }
}
function fileOf(comparison, comparedWith) {
    const { changed, added, removed, modified, unchanged, fields, notCompared, examples } = comparison;
    const both = (pick) => ({
        before: pick(comparison.before),
        after: pick(comparison.after),
    });
    const names = (named) => nameChanges(comparison, named, both);
    return {
        schema_version: 1,
        compared_with: comparedWith,
        format: both(({ format }) => format),
        content_digest: both(({ contentDigest }) => contentDigest ?? null),
        changed,
        added,
        removed,
        modified,
        unchanged,
        modified_fields: fields,
        not_compared: notCompared === undefined ? [] : [notCompared],
        tolerance: { uniqueness_score: _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .UNIQUENESS_TOLERANCE */ .ZS, confidence: _fields_js__WEBPACK_IMPORTED_MODULE_2__/* .CONFIDENCE_TOLERANCE */ .Xf },
        media_count: both(({ items }) => items),
        types: names('types'),
        labels: names('labels'),
        objects: names('objects'),
        issues: names('issues'),
        tags: names('tags'),
        captioned: both(({ captioned }) => captioned),
        clusters: both(({ clusters }) => clusters),
        uniqueness: {
            bins: comparison.after.uniqueness.bins.map((_, bin, { length }) => ({
                from: bin / length,
                to: (bin + 1) / length,
                ...both(({ uniqueness }) => uniqueness.bins[bin] ?? 0),
            })),
            scored: both(({ uniqueness }) => uniqueness.scored),
            mean: both(({ uniqueness }) => uniqueness.mean ?? null),
        },
        size_bytes: both(({ bytes }) => bytes ?? null),
        examples: {
            added: examples.added.map(namedItem),
            removed: examples.removed.map(namedItem),
            modified: examples.modified.map((example) => {
                return { ...namedItem(example), fields: example.fields, values: example.values };
            }),
        },
    };
}
function nameChanges({ before, after }, named, both) {
    const changes = (0,_records_counts_js__WEBPACK_IMPORTED_MODULE_3__/* .changesOf */ .f)(before[named], after[named]);
    return {
        names: changes.slice(0, MOST_LISTED),
        omitted: Math.max(0, changes.length - MOST_LISTED),
        uncounted: both(({ uncounted }) => uncounted[named]),
    };
}
function namedItem({ mediaId, name }) {
    return { media_id: mediaId ?? null, name };
}


/***/ })

};
