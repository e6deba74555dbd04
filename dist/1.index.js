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
/* harmony import */ var _threads_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(11793);
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
        const thread = (0,_threads_js__WEBPACK_IMPORTED_MODULE_1__/* .startThread */ .BR)(import.meta.url, './record-worker.ts', 'records', job);
        const slots = batches.map((batch, index) => {
            const filled = () => ({ batch: index, count: batch.count });
            return { batch, first: 0, send: () => thread.send(filled()) };
        });
        this.#idle.unshift(...slots);
        thread.receive(({ batch, failed }) => this.#collect(slots[batch], failed));
        thread.lost.catch((error) => this.fail((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .asActionError */ .z6)(error)));
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
        await Promise.all(this.#threads.map((thread) => thread.end()));
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

/***/ 11793:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BR: () => (/* binding */ startThread),
/* harmony export */   XY: () => (/* binding */ ThreadLost),
/* harmony export */   Y6: () => (/* binding */ reported),
/* harmony export */   iT: () => (/* binding */ toError)
/* harmony export */ });
/* harmony import */ var node_worker_threads__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(75919);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(31279);



/** A thread that could not start, or that died: out of memory, for example. Its work can be done in the main thread. */
class ThreadLost extends Error {
    name = 'ThreadLost';
}
/** For a thread: an error as plain data. */
function reported(error) {
    const { code, message, apiWords, todo } = (0,_system_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .asActionError */ .z6)(error);
    return { code, message, details: { apiWords, todo } };
}
/** The error that a thread reported. */
function toError({ code, message, details }) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ(code, message, details);
}
class WorkerThread {
    #worker;
    lost;
    constructor(worker) {
        this.#worker = worker;
        const { promise, reject } = Promise.withResolvers();
        promise.catch(() => undefined);
        worker.once('error', (error) => reject(new ThreadLost(`a thread died: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .describe */ .q0)(error)}`, { cause: error })));
        worker.once('exit', (code) => reject(new ThreadLost(`a thread ended too early (${code})`)));
        this.lost = promise;
    }
    send(message) {
        this.#worker.postMessage(message, []);
    }
    receive(handler) {
        this.#worker.on('message', handler);
    }
    async end() {
        await this.#worker.terminate();
    }
}
/**
 * Starts a thread. In the bundle all modules are beside its entry, which serves as the thread's too; in the sources the thread has a module
 * of its own. Throws {@link ThreadLost} if the system refuses.
 *
 * @param from the `import.meta.url` of the caller
 * @param source the thread's module in the sources, relative to `from`
 * @param data what it is given beside its `work`
 */
function startThread(from, source, work, data = {}) {
    const entry = from.endsWith('.ts') ? source : './index.js';
    try {
        return new WorkerThread(new node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.Worker(new URL(entry, from), {
            workerData: { work, ...data },
            // Nothing of what the process was given, secrets least of all, is needed there.
            argv: [],
            env: {},
            execArgv: [],
            // Keeps a thread small, and ends it, not the process, when its data is too large. Buffers do not count.
            resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 },
            name: work,
        }));
    }
    catch (error) {
        throw new ThreadLost(`a thread could not be started: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .describe */ .q0)(error)}`, { cause: error });
    }
}


/***/ })

};
