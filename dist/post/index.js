import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 5317:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("child_process");

/***/ }),

/***/ 6982:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 9278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 4589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 6698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 7540:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:console");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 8474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 1455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 2467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 7030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 1792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 99:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:sqlite");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 7830:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/web");

/***/ }),

/***/ 7997:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 3136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 3429:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util/types");

/***/ }),

/***/ 5919:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 6928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 3193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");

/***/ }),

/***/ 3557:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("timers");

/***/ }),

/***/ 4756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 4701:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  B2: () => (/* binding */ Deadline),
  r2: () => (/* binding */ attempts),
  Nw: () => (/* binding */ delayed),
  H6: () => (/* binding */ orAborted),
  ml: () => (/* binding */ systemClock),
  ux: () => (/* binding */ within)
});

;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./build/clock.js

const systemClock = {
    now: () => performance.now(),
    date: () => Date.now(),
    async sleep(ms, signal) {
        signal?.throwIfAborted();
        try {
            await (0,promises_namespaceObject.setTimeout)(ms, undefined, signal ? { signal } : {});
        }
        catch (error) {
            signal?.throwIfAborted();
            throw error;
        }
    },
};
/** The end of a step: one deadline that every wait, request, download and upload shares. */
class Deadline {
    totalMs;
    /** What a user knows the limit as. */
    name;
    #clock;
    #startedAt;
    /** @param totalMs from now, in ms */
    constructor(clock, totalMs, name = 'timeout') {
        this.#clock = clock;
        this.#startedAt = clock.now();
        this.totalMs = totalMs;
        this.name = name;
    }
    /** Milliseconds since the step began. */
    elapsedMs() {
        return this.#clock.now() - this.#startedAt;
    }
    /**
     * Milliseconds left, never below 0.
     *
     * @param overtimeMs for what may end this much later, in ms
     */
    remainingMs(overtimeMs = 0) {
        return Math.max(0, this.totalMs + overtimeMs - this.elapsedMs());
    }
}
/**
 * Runs `body` with a signal that aborts when `signal` does, or with `late()` when the time is up. Returns or throws what `body` does,
 * once its timer has ended.
 *
 * @param left milliseconds, or how many are left whenever the time seems to be up: a transfer that moves gets more
 */
async function within(clock, left, signal, late, body) {
    const end = new AbortController();
    const done = new AbortController();
    const expire = async () => {
        if (typeof left === 'number')
            await clock.sleep(left, done.signal);
        else
            for (let ms = left(); ms > 0; ms = left())
                await clock.sleep(ms, done.signal);
        end.abort(late());
    };
    const timer = expire().catch(() => undefined);
    try {
        return await body(AbortSignal.any([signal, end.signal]));
    }
    finally {
        done.abort();
        await timer;
    }
}
/**
 * Repeats `attempt` until it succeeds, with pauses. Throws what `pauseAfter` throws, or the signal's reason.
 *
 * @param pauseAfter returns how long to wait after a failure, in ms, or throws what ends the attempts; `failures` there were before, from 0
 */
async function attempts({ clock, signal }, attempt, pauseAfter) {
    for (let failures = 0;; failures += 1) {
        try {
            return await attempt();
        }
        catch (error) {
            await clock.sleep(pauseAfter(error, failures), signal);
        }
    }
}
/**
 * A signal that aborts `ms` milliseconds after `signal`, with the same reason: for what may finish although everything else ends.
 *
 * @param done ends the watch
 */
function delayed(signal, ms, clock, done) {
    const late = new AbortController();
    const begin = () => {
        clock.sleep(ms, done).then(() => late.abort(signal.reason), () => undefined);
    };
    if (signal.aborted)
        begin();
    else
        signal.addEventListener('abort', begin, { once: true, signal: done });
    return late.signal;
}
/** `work`, or the reason of `signal` as soon as it aborts; then nobody waits for `work` any longer. */
async function orAborted(work, signal) {
    work.catch(() => undefined);
    signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
        return await Promise.race([work, aborted]);
    }
    finally {
        signal.removeEventListener('abort', abort);
    }
}


/***/ }),

/***/ 9473:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   lZ: () => (/* binding */ ActionError),
/* harmony export */   q0: () => (/* binding */ describe)
/* harmony export */ });
/* unused harmony export ERROR_CODES */
/** The ends a step can fail with, as `error_code` gives them to a workflow. */
const ERROR_CODES = (/* unused pure expression or super */ null && ([
    'invalid_input',
    'unauthorized',
    'forbidden',
    'not_found',
    'conflict',
    'rejected',
    'operation_failed',
    'timed_out',
    'network',
    'server_error',
    'unexpected_reply',
    'corrupt_download',
    'unsafe_archive',
    'artifact_failed',
    'gate_failed',
    'cancelled',
]));
/**
 * A failure a user meets. Thrown where it is known, shown once, by `run()`.
 *
 * `message` says what happened; `apiWords` what the service said; `todo` what to do. Text from outside may stand in any of
 * them: the runner's side escapes and shortens it.
 */
class ActionError extends Error {
    name = 'ActionError';
    code;
    apiWords;
    todo;
    /** Set where the request is known, which may be above the place that throws. */
    trace;
    constructor(code, message, details = {}) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.code = code;
        this.apiWords = details.apiWords;
        this.todo = details.todo;
        this.trace = details.trace ?? (details.cause instanceof ActionError ? details.cause.trace : undefined);
    }
    /** The same failure in other words. */
    with({ message = this.message, todo = this.todo }) {
        return this.copy(message, { apiWords: this.apiWords, todo, cause: this });
    }
    copy(message, details) {
        return new ActionError(this.code, message, details);
    }
}
const MOST_CAUSES = 3;
/** The text of anything thrown, with the cause chain that network errors hide their reason in; without the period of a sentence. */
function describe(error) {
    if (!(error instanceof Error))
        return String(error);
    const parts = [error.message || error.name];
    let { cause } = error;
    // Counted, since causes can go round in a circle.
    for (let depth = 0; depth < MOST_CAUSES && cause instanceof Error; depth += 1) {
        const { message } = cause;
        if (message && !parts.some((part) => part.includes(message)))
            parts.push(message);
        cause = cause.cause;
    }
    return parts.map((part) => part.replace(/\.$/, '')).join(': ');
}


/***/ }),

/***/ 1279:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $N: () => (/* binding */ codeOf),
/* harmony export */   z6: () => (/* binding */ asActionError)
/* harmony export */ });
/* unused harmony exports FREE_SPACE, systemFailure */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(9473);

/** What to do about a full disk. The workspace is on the one that it is on. */
const FREE_SPACE = 'Free disk space before this step, use a larger runner, or split the export over several jobs (shard: 1/4).';
const ACCESS = 'Check that the user of the runner may read and write there, and that no earlier step changed the owner (a container that runs as root, for example).';
const MEMORY = 'Use a runner with more memory, or run less at the same time as this step.';
const FILES = 'Raise the limit on open files of the runner (ulimit -n) to at least 256.';
const PLACE = 'Check the path, and that no other step or process changes the folder while this step runs.';
const HARDWARE = 'The disk of the runner is faulty. Re-run the job on another runner.';
/** What a fault of the machine means, by the code of the system call that met it. The one table for files, folders, and threads. */
const FAULTS = {
    ENOSPC: { cause: 'the disk is full', todo: FREE_SPACE },
    EDQUOT: { cause: 'the disk quota is used up', todo: FREE_SPACE },
    EFBIG: { cause: 'the file is larger than the file system allows', todo: FREE_SPACE },
    EMFILE: { cause: 'too many files are open in this process', todo: FILES },
    ENFILE: { cause: 'too many files are open on this machine', todo: FILES },
    ENOMEM: { cause: 'the runner is out of memory', todo: MEMORY },
    ERR_WORKER_OUT_OF_MEMORY: { cause: 'the runner is out of memory', todo: MEMORY },
    EACCES: { cause: 'permission denied', todo: ACCESS },
    EPERM: { cause: 'operation not permitted', todo: ACCESS },
    EROFS: {
        cause: 'the file system is read-only',
        todo: 'Mount the workspace writable.',
    },
    EIO: { cause: 'the disk reported a read or write error', todo: HARDWARE },
    ENOENT: { cause: 'it does not exist', todo: PLACE },
    ENOTDIR: { cause: 'part of the path is a file, not a folder', todo: PLACE },
    EISDIR: { cause: 'it is a folder', todo: PLACE },
    EEXIST: { cause: 'it already exists', todo: PLACE },
    ENOTEMPTY: { cause: 'the folder is not empty', todo: PLACE },
    ELOOP: { cause: 'its links form a loop', todo: PLACE },
    EXDEV: { cause: 'it is on another disk', todo: PLACE },
    ENAMETOOLONG: { cause: 'the name is too long for the file system', todo: PLACE },
    EINVAL: { cause: 'the system does not accept this name', todo: PLACE },
    EBUSY: { cause: 'something else is using it', todo: PLACE },
    ETXTBSY: { cause: 'something else is using it', todo: PLACE },
};
/** The `code` of a system error, such as `ENOENT`. */
function codeOf(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
/**
 * The error for a file, folder, or thread that the operating system reported. An `ActionError` stays as it is.
 *
 * @param doing completes "could not …": `write the manifest`
 * @param path what it is about, if the error itself names none
 */
function systemFailure(error, doing, path) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ)
        return error;
    const code = codeOf(error);
    const fault = code === undefined ? undefined : FAULTS[code];
    const cause = fault ? `${fault.cause} (${code})` : (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error);
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('operation_failed', `Could not ${doing} (${pathOf(error) ?? path}): ${cause}.`, {
        todo: fault?.todo ?? PLACE,
        cause: error,
    });
}
/**
 * What a user reads about anything thrown: an `ActionError` as it is, a fault of the machine as what it is, and only the rest as a bug
 * of the action.
 */
function asActionError(error) {
    for (let next = error, depth = 0; next instanceof Error && depth < 5; next = next.cause, depth += 1) {
        if (next instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ)
            return next;
        if (FAULTS[codeOf(next) ?? ''])
            return systemFailure(next, attempted(next), 'unknown path');
    }
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('operation_failed', `The action itself failed: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error)}`, {
        todo: 'This is a bug in the action, not in your workflow. Please report it with this log.',
        cause: error,
    });
}
const VERBS = {
    open: 'open a file',
    read: 'read a file',
    write: 'write a file',
    mkdir: 'make a folder',
    mkdtemp: 'make a folder',
    scandir: 'list a folder',
    unlink: 'remove a file',
    rmdir: 'remove a folder',
    rename: 'move a file',
    link: 'link a file',
    copyfile: 'copy a file',
};
function attempted(error) {
    const call = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '';
    return VERBS[call] ?? 'use a file or a resource of the runner';
}
function pathOf(error) {
    return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		id: moduleId,
/******/ 		loaded: false,
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Flag the module as loaded
/******/ 	module.loaded = true;
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/node module decorator */
/******/ (() => {
/******/ 	__nccwpck_require__.nmd = (module) => {
/******/ 		module.paths = [];
/******/ 		if (!module.children) module.children = [];
/******/ 		return module;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXTERNAL MODULE: ./build/clock.js + 1 modules
var clock = __nccwpck_require__(4701);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./build/errors.js
var errors = __nccwpck_require__(9473);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __nccwpck_require__(1279);
;// CONCATENATED MODULE: ./build/lifetime.js



/** SIGBREAK is what Node makes of the Ctrl-Break that the runner sends on Windows instead of SIGTERM. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'];
/** After a cancellation the runner sends SIGTERM after 7.5 s and kills 2.5 s later. A step must have ended after this many ms. */
const CANCELLED_MS = 4_700;
/** action.yml names Node 24. A step that is run by hand may meet an older one, and needs at least this: the first with zstd. */
const OLDEST_NODE = [22, 15];
/** How long handles that nothing can close (an artifact upload in progress, for example) may keep a finished process alive, in ms. */
const LINGER_MS = 250;
/**
 * Runs a step as this process, from its first line to its last. This file is imported before anything slow, so a signal counts
 * from the start. The exit code is 1 until the step proves that it succeeded.
 *
 * `signal` aborts when the step must end: with `cancelled` for the first SIGINT or SIGTERM (later ones change nothing), or with
 * `operation_failed` for anything thrown where no call of ours can catch it, and for an event loop that runs empty before the step
 * ended. If the step cannot even report that, it is reported here.
 *
 * @param load imports the step; what it throws is reported like any other failure
 */
function runAsProcess(load) {
    process.exitCode = 1;
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
        reportAlone(tooOld());
        return;
    }
    const stop = new AbortController();
    let ended = false;
    const crash = (error) => {
        stop.abort((0,system_errors/* asActionError */.z6)(error));
    };
    const end = (code) => {
        ended = true;
        process.exitCode = code;
        // Node ends by itself once nothing is open: process.exit so soon after network use can crash it on Windows (nodejs/node#56645).
        setTimeout(() => process.exit(), LINGER_MS).unref();
    };
    const giveUp = (error) => {
        if (ended)
            return;
        reportAlone(stop.signal.aborted ? stop.signal.reason : error);
        end(1);
    };
    const cancel = () => {
        if (stop.signal.aborted)
            return;
        stop.abort(cancelled());
        setTimeout(() => giveUp(stop.signal.reason), CANCELLED_MS).unref();
    };
    for (const name of SIGNALS)
        process.on(name, cancel);
    // Unhandled rejections arrive here too.
    process.on('uncaughtException', crash);
    process.on('beforeExit', () => {
        if (!ended)
            crash(new Error('the step stopped before it had finished'));
    });
    process.on('exit', () => giveUp(new Error('the step stopped before it had finished')));
    load()
        .then((step) => step({ env: process.env, signal: stop.signal }))
        .then(end, giveUp);
}
function cancelled() {
    return new errors/* ActionError */.lZ('cancelled', 'The step was canceled: the workflow run was stopped, or the step reached its timeout-minutes.', {
        todo: 'What this step started in Visual Layer continues. The outputs list its IDs.',
    });
}
function tooOld() {
    return new errors/* ActionError */.lZ('operation_failed', `This action needs Node 24, but runs on Node ${process.versions.node}. On GitHub, use a runner of version 2.327.1 or later; in a clone, run npm ci and use node_modules/.bin/node.`);
}
/** Reports a failure without anything else of the action, which may not even have loaded: one error, its outputs, a summary. */
function reportAlone(reason) {
    const error = reason instanceof errors/* ActionError */.lZ ? reason : (0,system_errors/* asActionError */.z6)(reason);
    const text = [error.message, error.todo, (0,errors/* describe */.q0)(error.cause ?? '')].filter(Boolean).join('\n');
    const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
    process.stdout.write(`::error title=Visual Layer%3A step failed::${escaped}\n`);
    const headline = error.message
        .replace(/[\s`<>]+/g, ' ')
        .slice(0, 300)
        .toWellFormed();
    const result = JSON.stringify({ error_code: error.code, headline });
    append('GITHUB_OUTPUT', `error_code=${error.code}\nheadline=${headline}\nresult=${result}\n`);
    append('GITHUB_STEP_SUMMARY', `## ❌ Visual Layer: step failed\n\n${error.message.replace(/[<>&`]/g, ' ')}\n`);
}
function append(variable, text) {
    const { [variable]: path } = process.env;
    try {
        if (path)
            (0,external_node_fs_.appendFileSync)(path, text);
    }
    catch {
        // The annotation says it all the same.
    }
}

;// CONCATENATED MODULE: ./build/post.js


// A bundle of its own: no operation is in it, except what undoes one.
runAsProcess(async () => {
    const { runPost } = await Promise.all(/* import() */[__nccwpck_require__.e(290), __nccwpck_require__.e(657)]).then(__nccwpck_require__.bind(__nccwpck_require__, 5657));
    return (options) => runPost({ ...options, clock: clock/* systemClock */.ml });
});

