export const id = 283;
export const ids = [283];
export const modules = {

/***/ 57283:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ArchiveWorkers: () => (/* binding */ ArchiveWorkers)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _system_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(31279);
/* harmony import */ var _thread_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(80144);



/**
 * Threads that unpack. Starting one takes as long as reading the directory of a large archive, so they are started before it is
 * known what there is to do.
 */
class ArchiveWorkers {
    #workers;
    /** Of threads that could not be started: told once there is something to do. */
    #broken;
    constructor(count) {
        this.#workers = Array.from({ length: count }, () => (0,_thread_js__WEBPACK_IMPORTED_MODULE_2__/* .startThread */ .B)(import.meta.url, './archive-worker.ts', 'archive'));
        this.#broken = this.#workers.map((worker) => {
            const { promise, reject } = Promise.withResolvers();
            promise.catch(() => undefined);
            worker.once('error', (error) => reject((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .asActionError */ .z6)(error)));
            return promise;
        });
    }
    get count() {
        return this.#workers.length;
    }
    /**
     * Shares a job out to the threads. `stopped` when the archive will not arrive as a whole. Throws the first failure of any, or the
     * signal's reason; all threads have ended then.
     */
    async run(job, { signal, onBytes }) {
        const stop = new AbortController();
        const all = AbortSignal.any([signal, stop.signal]);
        const ends = this.#workers.map(async (worker, index) => {
            try {
                return await Promise.race([runWorker(worker, job, all, onBytes), ...this.#broken.slice(index, index + 1)]);
            }
            catch (error) {
                stop.abort(error);
                throw error;
            }
        });
        const ended = await Promise.allSettled(ends);
        if (all.aborted)
            await this.close();
        all.throwIfAborted();
        return ended.some((end) => end.status === 'fulfilled' && end.value === 'stopped') ? 'stopped' : 'done';
    }
    /** Ends the threads, whatever they do. */
    async close() {
        await Promise.all(this.#workers.map((worker) => worker.terminate()));
    }
}
async function runWorker(worker, job, signal, onBytes) {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers();
    worker.on('message', (report) => {
        if (report.kind === 'unpacked')
            onBytes(report.bytes);
        else if (report.kind === 'failed')
            reject(new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ(report.code, report.message, report.details));
        else
            resolve(report.kind);
    });
    worker.on('exit', (code) => reject((0,_system_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .asActionError */ .z6)(new Error(`a worker thread ended too early (${code})`))));
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    worker.postMessage(job, []);
    try {
        return await promise;
    }
    finally {
        signal.removeEventListener('abort', abort);
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
