export const id = 1;
export const ids = [1];
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

/***/ 3001:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   digestInWorkers: () => (/* binding */ digestInWorkers)
/* harmony export */ });
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31279);
/* harmony import */ var _transfer_thread_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(80144);
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(42070);
/* harmony import */ var _record_batch_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(58934);




/** One to work on, one that is being filled meanwhile. */
const BATCHES = 2;
/**
 * Adds all records of a file to a digest; `count` worker threads parse and hash them. Throws what is wrong in the file first, the
 * signal's reason, or what ended a thread; all threads have ended then.
 */
async function digestInWorkers(reader, { digest, count, signal, onRecord }) {
    const workers = new RecordWorkers(digest, count, (record, number) => reader.parse(record, number));
    const stop = () => workers.fail(signal.reason);
    signal.addEventListener('abort', stop);
    try {
        signal.throwIfAborted();
        try {
            await reader.each((record, number) => {
                onRecord?.(reader.parse(record, number));
                return workers.take(record, number);
            });
        }
        catch (error) {
            // A record before that place may be broken as well.
            await workers.end();
            throw error;
        }
        await workers.end();
    }
    finally {
        signal.removeEventListener('abort', stop);
        await workers.close();
    }
}
class RecordWorkers {
    #digest;
    #parse;
    #threads;
    #idle = [];
    #filling;
    #busy = 0;
    #wake;
    /** What ended the whole work. */
    #failure;
    /** The first record that is broken, so far. */
    #broken;
    constructor(digest, count, parse) {
        this.#digest = digest;
        this.#parse = parse;
        this.#threads = Array.from({ length: count }, () => this.#start());
    }
    #start() {
        const batches = Array.from({ length: BATCHES }, () => new _record_batch_js__WEBPACK_IMPORTED_MODULE_3__/* .RecordBatch */ .g());
        const job = { batches: batches.map(({ shared }) => shared) };
        const thread = (0,_transfer_thread_js__WEBPACK_IMPORTED_MODULE_1__/* .startThread */ .B)(import.meta.url, './record-worker.ts', 'records', job);
        const slots = batches.map((batch, index) => {
            const filled = () => ({ batch: index, count: batch.count });
            return { batch, first: 0, send: () => thread.postMessage(filled(), []) };
        });
        this.#idle.unshift(...slots);
        thread.on('message', ({ batch, failed }) => this.#collect(slots[batch], failed));
        thread.on('error', (error) => this.fail((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .asActionError */ .z6)(error)));
        thread.on('exit', (code) => this.fail((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .asActionError */ .z6)(new Error(`a worker thread ended too early (${code})`))));
        return thread;
    }
    /** Takes a copy of a record. Answers a promise when there is to be waited for a thread first. */
    take(record, number) {
        return this.#filling?.batch.add(record) ? undefined : this.#takeLater(record, number);
    }
    async #takeLater(record, number) {
        this.#send();
        while (this.#idle.length === 0)
            await this.#change();
        // Nothing that comes now can be the first fault any more.
        if (this.#broken)
            await this.end();
        const slot = this.#idle.pop();
        if (!slot)
            return;
        slot.batch.count = 0;
        slot.first = number;
        if (slot.batch.add(record)) {
            this.#filling = slot;
            return;
        }
        // One that is too large for any batch is rare enough to be done here.
        this.#idle.push(slot);
        this.#addParsed(record, number);
    }
    /** Waits until all that was taken is in the digest. Throws what is wrong with the first record that is broken. */
    async end() {
        this.#send();
        while (this.#busy > 0)
            await this.#change();
        if (this.#broken)
            throw this.#broken.error;
    }
    /** Ends the work: who waits is told so. */
    fail(error) {
        this.#failure ??= { error };
        this.#wake?.();
    }
    async close() {
        await Promise.all(this.#threads.map((thread) => thread.terminate()));
    }
    #send() {
        const slot = this.#filling;
        this.#filling = undefined;
        if (!slot)
            return;
        this.#busy += 1;
        slot.send();
    }
    #collect(slot, failed) {
        if (!slot)
            return;
        const { batch, first } = slot;
        const broken = new Set(failed);
        for (let index = 0; index < batch.count; index += 1) {
            if (broken.has(index))
                this.#addParsed(batch.record(index), first + index);
            else
                this.#digest.addHash(batch.hashes, index * _digest_js__WEBPACK_IMPORTED_MODULE_2__/* .HASH_BYTES */ .FA);
        }
        this.#idle.push(slot);
        this.#busy -= 1;
        this.#wake?.();
    }
    /** Does a record here, where its fault can be told. */
    #addParsed(record, number) {
        try {
            this.#digest.add(this.#parse(record, number));
        }
        catch (error) {
            if (!this.#broken || number < this.#broken.number)
                this.#broken = { number, error };
        }
    }
    async #change() {
        if (!this.#failure) {
            const { promise, resolve } = Promise.withResolvers();
            this.#wake = resolve;
            await promise;
        }
        if (this.#failure)
            throw this.#failure.error;
    }
}


/***/ }),

/***/ 80144:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ startThread)
/* harmony export */ });
/* harmony import */ var node_worker_threads__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(75919);

/** Keeps a thread small: buffers do not count here. */
const LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 };
/**
 * Starts a worker thread. In the bundle all modules lie beside its entry, which serves as the thread's too; in the sources the
 * thread has a module of its own.
 *
 * @param from the `import.meta.url` of the caller
 * @param source the thread's module in the sources, relative to `from`
 * @param data what it is given beside its `work`
 */
function startThread(from, source, work, data = {}) {
    const entry = from.endsWith('.ts') ? source : './index.js';
    return new node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.Worker(new URL(entry, from), {
        workerData: { work, ...data },
        // Nothing of what the process was given, secrets least of all, is needed there.
        argv: [],
        env: {},
        execArgv: [],
        resourceLimits: LIMITS,
        name: work,
    });
}


/***/ })

};
