export const id = 161;
export const ids = [161];
export const modules = {

/***/ 28161:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony import */ var node_worker_threads__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(75919);
/* harmony import */ var _threads_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(11793);
/* harmony import */ var _read_batch_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(36237);



const wanted = node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.workerData.wanted;
node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.parentPort?.on('message', (batch) => {
    let report;
    try {
        report = { result: (0,_read_batch_js__WEBPACK_IMPORTED_MODULE_2__/* .readBytes */ .io)(batch, wanted) };
    }
    catch (error) {
        report = { error: (0,_threads_js__WEBPACK_IMPORTED_MODULE_1__/* .reported */ .Y6)(error) };
    }
    node_worker_threads__WEBPACK_IMPORTED_MODULE_0__.parentPort?.postMessage(report, []);
});


/***/ })

};
