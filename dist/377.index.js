export const id = 377;
export const ids = [377];
export const modules = {

/***/ 56377:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   MultipartForm: () => (/* binding */ MultipartForm)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(19473);



/** One chunk of a file in memory, in bytes. */
const CHUNK_BYTES = 256 * 1024;
/**
 * One sending of a multipart form (RFC 7578) whose files are read as they go out: the memory used grows neither with their
 * number nor with their size. Its length is known beforehand, so that a proxy can reject it as too large at once.
 *
 * Why not undici's `FormData` with file-backed blobs: `request` of undici 8.12 never sends one. `fetch` does, but reports its progress only in
 * diagnostics channels that all requests of the process share, and a file that changes during the upload is an error that does not name it.
 */
class MultipartForm {
    contentType;
    contentLength;
    #parts;
    #heads;
    #end;
    #onBytes;
    #sent = 0;
    #whole = false;
    #broken;
    /** @param onBytes receives how many bytes of the body were handed to the connection so far */
    constructor(parts, onBytes) {
        const boundary = `----visual-layer-${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(16).toString('hex')}`;
        this.contentType = `multipart/form-data; boundary=${boundary}`;
        this.#parts = parts;
        this.#onBytes = onBytes;
        this.#heads = parts.map((part, index) => Buffer.from(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n${head(part)}\r\n`));
        this.#end = Buffer.from(`\r\n--${boundary}--\r\n`);
        const heads = this.#heads.reduce((sum, one) => sum + one.length, 0);
        const contents = parts.reduce((sum, part) => sum + contentBytes(part), 0);
        this.contentLength = heads + contents + this.#end.length;
    }
    /** Every byte was handed to the connection, so that the request may have arrived; before that it cannot have. */
    get whole() {
        return this.#whole;
    }
    /** Why a file could not be sent as it was found. */
    get broken() {
        return this.#broken;
    }
    async *[Symbol.asyncIterator]() {
        for (const [index, part] of this.#parts.entries()) {
            yield this.#counted(this.#heads[index] ?? Buffer.alloc(0));
            if ('value' in part)
                yield this.#counted(Buffer.from(part.value));
            else
                for await (const chunk of this.#file(part))
                    yield this.#counted(chunk);
        }
        this.#whole = true;
        yield this.#counted(this.#end);
    }
    #counted(chunk) {
        this.#sent += chunk.length;
        this.#onBytes(this.#sent);
        return chunk;
    }
    async *#file({ path, sizeBytes }) {
        const file = await this.#orBroken(path, (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)(path));
        try {
            for (let left = sizeBytes;;) {
                // One byte more than should be left, so that a file which grew shows it.
                const length = Math.min(left + 1, CHUNK_BYTES);
                const { bytesRead, buffer } = await this.#orBroken(path, file.read(Buffer.allocUnsafe(length), 0, length));
                left -= bytesRead;
                if (left < 0 || (left > 0 && bytesRead === 0))
                    throw this.#changed(path);
                if (bytesRead > 0)
                    yield buffer.subarray(0, bytesRead);
                if (left === 0 && bytesRead < length)
                    return;
            }
        }
        finally {
            await file.close();
        }
    }
    async #orBroken(path, reading) {
        try {
            return await reading;
        }
        catch (error) {
            this.#broken = new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ('operation_failed', `Could not read the file ${path}: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .describe */ .q0)(error)}.`, {
                todo: 'Make sure that the file exists and stays readable until the step ends, then re-run the job.',
                cause: error,
            });
            throw this.#broken;
        }
    }
    #changed(path) {
        this.#broken = new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .lZ('operation_failed', `The file ${path} changed during the upload.`, {
            todo: 'Make sure that nothing writes to the files while the step runs, then re-run the job.',
        });
        return this.#broken;
    }
}
function contentBytes(part) {
    return 'value' in part ? Buffer.byteLength(part.value) : part.sizeBytes;
}
/** The headers of a part; names are escaped as browsers do (HTML, "multipart form data"). */
function head(part) {
    const name = `content-disposition: form-data; name="${part.field}"`;
    if ('value' in part)
        return `${name}\r\n`;
    const file = part.fileName.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
    return `${name}; filename="${file}"\r\ncontent-type: ${part.contentType}\r\n`;
}


/***/ })

};
