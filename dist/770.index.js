export const id = 770;
export const ids = [770];
export const modules = {

/***/ 58934:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ RecordBatch)
/* harmony export */ });
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(42070);

/** The most bytes of records, and the most records, in one batch. */
const BATCH_BYTES = 512 * 1024;
const MOST_RECORDS = 4096;
const ENDS_BYTES = MOST_RECORDS * Int32Array.BYTES_PER_ELEMENT;
const HASHES_BYTES = MOST_RECORDS * _digest_js__WEBPACK_IMPORTED_MODULE_0__/* .HASH_BYTES */ .FA;
/** Records, and room for their hashes, in memory that threads share. Only one of them has it in hand at a time. */
class RecordBatch {
    shared;
    /** As many of {@link count} as were computed. */
    hashes;
    count = 0;
    #ends;
    #bytes;
    /** @param shared of a batch in another thread */
    constructor(shared = new SharedArrayBuffer(ENDS_BYTES + HASHES_BYTES + BATCH_BYTES)) {
        this.shared = shared;
        this.#ends = new Int32Array(shared, 0, MOST_RECORDS);
        this.hashes = Buffer.from(shared, ENDS_BYTES, HASHES_BYTES);
        this.#bytes = Buffer.from(shared, ENDS_BYTES + HASHES_BYTES);
    }
    /** Puts in a copy of a record. False when there is no room for it. */
    add(record) {
        const start = this.#endOf(this.count - 1);
        if (this.count === MOST_RECORDS || start + record.length > BATCH_BYTES)
            return false;
        this.#bytes.set(record, start);
        this.#ends[this.count] = start + record.length;
        this.count += 1;
        return true;
    }
    /** The bytes of a record, lent. */
    record(index) {
        return this.#bytes.subarray(this.#endOf(index - 1), this.#endOf(index));
    }
    #endOf(index) {
        return index < 0 ? 0 : (this.#ends[index] ?? 0);
    }
}


/***/ }),

/***/ 61770:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony import */ var node_worker_threads__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(75919);
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(42070);
/* harmony import */ var _record_batch_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(58934);
/* harmony import */ var _record_hasher_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19567);




const job = node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.workerData;
const batches = job.batches.map((shared) => new _record_batch_js__WEBPACK_IMPORTED_MODULE_2__/* .RecordBatch */ .g(shared));
const hasher = new _record_hasher_js__WEBPACK_IMPORTED_MODULE_3__/* .RecordHasher */ .P();
/** Fills in the hashes of a batch. Answers which records have none, because they are no JSON. */
function hashAll(batch) {
    const failed = [];
    for (let index = 0; index < batch.count; index += 1) {
        const record = batch.record(index);
        try {
            hasher.hash(record, batch.hashes, index * _digest_js__WEBPACK_IMPORTED_MODULE_1__/* .HASH_BYTES */ .FA, () => JSON.parse(record.toString()));
        }
        catch {
            failed.push(index);
        }
    }
    return failed;
}
node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.parentPort?.on('message', ({ batch: number, count }) => {
    const batch = batches[number];
    if (!batch)
        return;
    batch.count = count;
    const hashed = { batch: number, failed: hashAll(batch) };
    node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.parentPort?.postMessage(hashed, []);
});


/***/ })

};
