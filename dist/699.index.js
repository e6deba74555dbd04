export const id = 699;
export const ids = [699];
export const modules = {

/***/ 79699:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  exportInParts: () => (/* binding */ exportInParts)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/system-errors.js
var system_errors = __webpack_require__(31279);
// EXTERNAL MODULE: ./build/exports/earlier-export.js
var earlier_export = __webpack_require__(44495);
// EXTERNAL MODULE: ./build/exports/parts/kept-parts.js + 1 modules
var kept_parts = __webpack_require__(34799);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
;// CONCATENATED MODULE: ./build/exports/parts/named-limit.js
const BEFORE = String.raw `(?<![a-z])(?:thresholds?|limit(?:s|ed)?|max(?:imum)?\.?|cap(?:ped)?|exceed(?:s|ed|ing)?|at most|up to|more than|greater than|larger than|only|allowed)(?![a-z])|>`;
/** Digits plain, as Python prints a whole float, or in groups of three set off by one kind of separator. */
const NUMBER = String.raw `(?<![\w.,#-])(?:\d{1,3}(?<apart>[,._' \u00a0\u202f])\d{3}(?:\k<apart>\d{3})*|\d+(?:\.0)?)(?![\w-]|[.,]\d|[' \u00a0\u202f]\d{3}(?!\d))`;
/** With one of these after it, a number counts something other than items. */
const OTHER_UNIT = String.raw `(?:%|[KMGT]i?B|bytes?|ms|seconds?|minutes?|hours?|days?|exports?|requests?|tasks?|times?)(?![a-z])`;
const LIMIT = new RegExp(`(?:${BEFORE})(?<between>[^\\d.;!?\\n]{0,40}?)(?<number>${NUMBER})(?!\\s*${OTHER_UNIT})`, 'gi');
/**
 * The most items that the words of a refusal name: the first number that follows words such as "threshold", "limit" or "at most"
 * and lies below the `refused` count. Not one of another unit ("2 exports", "30 minutes"), nor an excess ("by 5,000").
 */
function namedLimit(words, refused) {
    for (const { groups } of words.matchAll(LIMIT)) {
        const limit = Number((groups?.['number'] ?? '').replace(/\.0$/, '').replaceAll(/\D/g, ''));
        if (limit >= 1 && limit < refused && !/\bby\b/i.test(groups?.['between'] ?? ''))
            return limit;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/exports/parts/cap.js


const count = schemas/* int */.Whr().min(0);
const stateSchema = schemas/* object */.Ikc({ cap: count, accepted: count, ceiling: count })
    .refine(({ cap, accepted, ceiling }) => accepted <= cap && cap < ceiling);
/**
 * The most items that one export may hold. The service does not document it, so it is learned from refusals and successes.
 *
 * Always: what was accepted ≤ `value` < what was refused. A refusal of at most `value` items lowers `value`, so a loop that
 * divides what is above `value` comes to an end. A refusal of more than that (of an export that was on its way when another was
 * refused) lowers it only where its words name a lower limit.
 */
class LearnedCap {
    #value = Infinity;
    #accepted = 0;
    /** No success is believed from here up: the least that was refused, or what remains after successes and refusals disagreed. */
    #ceiling = Infinity;
    /** The cap as {@link toState} gave it; for anything that is no such state, one of which nothing is known. */
    static fromState(state) {
        const learned = new LearnedCap();
        const read = stateSchema.safeParse(state);
        if (read.success) {
            learned.#value = read.data.cap;
            learned.#accepted = read.data.accepted;
            learned.#ceiling = read.data.ceiling;
        }
        return learned;
    }
    /** What to keep for the next run; `undefined` while nothing was refused. */
    toState() {
        if (this.#ceiling === Infinity)
            return undefined;
        return { cap: this.#value, accepted: this.#accepted, ceiling: this.#ceiling };
    }
    /** Infinity at first. 0 once a single item was refused as too large: then there is nothing left to divide. */
    get value() {
        return this.#value;
    }
    /**
     * An export of `items` items (from 1 up) was refused as too large. The cap is then the limit that the words name, where it is
     * plausible, else half of `items`. `items` is as planned; `counted` is the service's own count, where it told one: a limit in
     * its words is in terms of that, and is brought to the planned ones in proportion.
     */
    refused(items, words, counted = items) {
        // A success of as many items says that items are not all that is counted; the refusal is the newer word.
        const disagree = items <= this.#accepted;
        if (disagree)
            this.#accepted = 0;
        const limit = namedLimit(words ?? '', counted);
        const planned = limit === undefined ? 0 : Math.min(items - 1, Math.max(1, Math.floor((limit * items) / counted)));
        if (planned > 0 && planned >= this.#accepted)
            this.#value = Math.min(this.#value, planned);
        else if (items <= this.#value)
            this.#value = Math.max(this.#accepted, Math.floor(items / 2));
        this.#ceiling = Math.min(this.#ceiling, disagree ? this.#value + 1 : items);
    }
    /** An export of `items` items was not refused. */
    accepted(items) {
        this.#accepted = Math.max(this.#accepted, Math.min(items, this.#ceiling - 1));
        this.#value = Math.max(this.#value, this.#accepted);
    }
}

;// CONCATENATED MODULE: ./build/exports/parts/content.js
/** How many items an export of `content` holds. */
function itemsOf(content) {
    let items = content.mediaIds.length;
    for (const cluster of content.clusters)
        items += cluster.items;
    return items;
}
/**
 * The same content in the one order that all planning starts from, so that no plan depends on the order in which the service
 * lists: clusters from the largest down, those of equal size by id, media ids ascending (both by UTF-16 code units). Clusters
 * without items are left out; an id that is there twice counts once, a cluster with the larger of its counts.
 *
 * @throws RangeError for a cluster whose `items` is not a whole number from 0 up: no plan could promise to hold it.
 */
function content_inOrder(content) {
    return { clusters: largestFirst(content.clusters), mediaIds: distinct(content.mediaIds) };
}
function largestFirst(clusters) {
    const distinctIds = [];
    for (const cluster of sortedById(clusters)) {
        if (!Number.isSafeInteger(cluster.items) || cluster.items < 0) {
            throw new RangeError(`Cluster ${cluster.id} has ${cluster.items} items, which is no count`);
        }
        if (cluster.items > 0 && cluster.id !== distinctIds.at(-1)?.id)
            distinctIds.push(cluster);
    }
    // Distinct sizes are few, so grouping is quicker than a second sort; a group keeps the order of ids.
    const sizes = Map.groupBy(distinctIds, (cluster) => cluster.items);
    return [...sizes.keys()].sort((one, other) => other - one).flatMap((size) => sizes.get(size) ?? []);
}
/** A million random ids sort almost three times as fast in groups that begin alike. */
function sortedById(clusters) {
    const groups = Map.groupBy(clusters, (cluster) => cluster.id.slice(0, 3));
    return [...groups.keys()].sort().flatMap((start) => (groups.get(start) ?? []).sort(byIdThenLargest));
}
function byIdThenLargest(one, other) {
    if (one.id < other.id)
        return -1;
    return one.id > other.id ? 1 : other.items - one.items;
}
function distinct(ids) {
    const sorted = ids.toSorted();
    return sorted.filter((id, index) => index === 0 || id !== sorted[index - 1]);
}

;// CONCATENATED MODULE: ./build/exports/parts/part-caps.js



const part_caps_stateSchema = schemas/* object */.Ikc({ clusters: schemas/* unknown */.L5J().optional(), media: schemas/* unknown */.L5J().optional() });
/**
 * The most items that a part may hold, learned apart for parts of clusters and for parts of single media: items of media are
 * items, while those of clusters are as the service lists them, which can be far from what an export counts.
 */
class PartCaps {
    #clusters;
    #media;
    #counted;
    /**
     * @param state as {@link toState} gave it; for anything else nothing is known
     * @param counted whether the listing tells of every cluster how many items it holds
     */
    constructor(state, counted) {
        const read = part_caps_stateSchema.safeParse(state);
        this.#clusters = LearnedCap.fromState(read.data?.clusters);
        this.#media = LearnedCap.fromState(read.data?.media);
        this.#counted = counted;
    }
    /** Infinity at first. */
    get clusters() {
        return this.#clusters.value;
    }
    get media() {
        return this.#media.value;
    }
    /** For a part of this kind. */
    of(content) {
        return content.clusters.length > 0 ? this.clusters : this.media;
    }
    /**
     * An export of `content` was refused as too large. One of a single item teaches nothing.
     *
     * @param entities the service's own count of it, where it told one
     */
    refused(content, words, entities) {
        const items = itemsOf(content);
        const ofClusters = content.clusters.length > 0;
        if (items > 1 && (ofClusters || this.#counted))
            this.#clusters.refused(items, words, entities);
        if (!ofClusters) {
            if (items > 1)
                this.#media.refused(items, words, entities);
            return;
        }
        const counted = entities ?? (this.#counted ? items : 0);
        if (counted > 1)
            this.#media.refused(counted, words);
    }
    /** An export of `content` was not refused, and brought so many records. */
    accepted(content, mediaCount) {
        const items = Math.min(itemsOf(content), mediaCount);
        if (content.clusters.length > 0)
            this.#clusters.accepted(items);
        else
            this.#media.accepted(items);
    }
    /** What to keep for the next run; `undefined` while nothing was refused. */
    toState() {
        const state = { clusters: this.#clusters.toState(), media: this.#media.toState() };
        return (state.clusters ?? state.media) ? state : undefined;
    }
}

// EXTERNAL MODULE: ./build/transfer/disk.js
var disk = __webpack_require__(68109);
// EXTERNAL MODULE: ./build/exports/inspect.js
var inspect = __webpack_require__(95308);
// EXTERNAL MODULE: ./build/exports/record-ids.js
var record_ids = __webpack_require__(79892);
// EXTERNAL MODULE: ./build/visual-layer/failure.js
var failure = __webpack_require__(57911);
// EXTERNAL MODULE: ./build/waiting/verdicts/export.js
var verdicts_export = __webpack_require__(89057);
// EXTERNAL MODULE: ./build/operations/export/export-bytes.js + 1 modules
var export_bytes = __webpack_require__(22227);
// EXTERNAL MODULE: ./build/operations/export/export-task.js
var export_task = __webpack_require__(38074);
// EXTERNAL MODULE: ./build/operations/export/start-export.js
var start_export = __webpack_require__(31613);
;// CONCATENATED MODULE: ./build/operations/export/part-start.js

/** The request for one part of what the inputs select. Media ids were chosen one by one: no filter applies to them any more. */
function startOfPart(request, { clusters, mediaIds }) {
    const { selection } = request;
    return {
        ...(0,start_export/* startOf */.GH)(request),
        vql: undefined,
        selection: {
            mediaIds,
            clusterIds: clusters.map(({ id }) => id),
            excludeMediaIds: selection.kind === 'selected' ? selection.excludeMediaIds : [],
            clusterVql: selection.kind === 'vql' ? selection.vql : undefined,
        },
    };
}
/** What excluded media and a filter add to the entry of every cluster in a request, in bytes. */
function extraClusterBytes({ selection }) {
    if (selection.kind === 'vql')
        return Buffer.byteLength(selection.vql) + ',"vql":'.length;
    return selection.kind === 'selected' ? Buffer.byteLength(JSON.stringify(selection.excludeMediaIds)) : 0;
}

// EXTERNAL MODULE: ./build/operations/export/parts-folder.js
var parts_folder = __webpack_require__(98921);
// EXTERNAL MODULE: ./build/operations/waits.js
var waits = __webpack_require__(44801);
;// CONCATENATED MODULE: ./build/operations/export/part-contents.js













function listedMedia(mediaIds, revision = '') {
    return { content: { clusters: [], mediaIds }, revision, ids: mediaIds, counted: true };
}
/**
 * Names everything that the inputs select: by the media ids that were given; by those that an export of the metadata alone lists,
 * where media files made the export too large; else by clusters.
 *
 * @param alike whether every job of a matrix must find the same: only clusters promise that
 */
async function listContents(request, step, subject, alike) {
    const { selection } = request;
    if (selection.kind === 'selected' && selection.clusterIds.length === 0)
        return listedMedia(selection.mediaIds);
    if (request.includeImages && !alike) {
        step.reporter.info('Asking for the metadata alone, which one export may hold: it names all media.');
        const found = await metadataIds(step, subject, request, (0,start_export/* startOf */.GH)(request));
        if (found)
            return listedMedia(found.ids, found.contentDigest);
    }
    const { clusters, counted } = await listClusters(request, step, subject);
    const held = heldBy(request, subject);
    const inClusters = itemsOf({ clusters, mediaIds: [] });
    if (selection.kind === 'whole' && (clusters.length === 0 || (alike && inClusters < held))) {
        const ids = await step.api.explore.mediaIds(subject.exported.id);
        if (ids && ids.length > 0 && (ids.length >= held || clusters.length === 0))
            return listedMedia(ids);
        // Nobody would know of the rest: the jobs of a matrix look at their own slices only.
        if (clusters.length > 0 && counted)
            throw outsideClusters(held - inClusters, held);
    }
    if (clusters.length > 0) {
        const given = selection.kind === 'selected' ? selection.mediaIds : [];
        const mediaIds = alike ? await outsideOf(clusters, given, request, step, subject) : given;
        return { content: { clusters, mediaIds }, revision: '', ids: undefined, counted };
    }
    if (alike && selection.kind === 'vql') {
        if (request.allowEmpty)
            return listedMedia([]);
        throw (0,verdicts_export/* refusedExport */.lG)({ reason: 'nothing_matched', words: undefined, entities: undefined });
    }
    throw new errors/* ActionError */.lZ('rejected', 'The export cannot be divided: Visual Layer lists no clusters of the dataset, and no table of its media.', { todo: 'Divide it by hand, into exports by vql or media_ids. A dataset has clusters once it is indexed.' });
}
/**
 * How many items the dataset at least says it holds; 0 where it does not tell, or where items are counted otherwise. Whether the
 * frames of a video are among its images is documented nowhere, so images and videos are not added.
 */
function heldBy({ selection, entityType }, { exported }) {
    if (selection.kind !== 'whole' || entityType !== 'IMAGES')
        return 0;
    return Math.max(0, exported.images ?? 0, exported.videos ?? 0);
}
function outsideClusters(items, held) {
    return new errors/* ActionError */.lZ('rejected', `The dataset cannot be exported in slices: ${items.toLocaleString('en-US')} of its ${held.toLocaleString('en-US')} items are in none of the clusters that Visual Layer lists, and it gives no table of all media.`, { todo: 'Export it without shard. If items were added a moment ago, wait until the dataset is indexed.' });
}
/** Of the media that were given beside clusters, those that are not in one of them: else two slices would hold them. */
async function outsideOf(clusters, given, request, step, { exported }) {
    const { selection, entityType } = request;
    const excluded = new Set(selection.kind === 'selected' ? selection.excludeMediaIds : []);
    const outside = new Set(given);
    for (const { id } of given.length > 0 ? clusters : []) {
        const members = await step.api.explore.members(exported.id, id, { entityType });
        for (const member of members ?? [])
            if (!excluded.has(member))
                outside.delete(member);
    }
    return [...outside];
}
/** The clusters that the inputs select; with `vql`, those that hold matches, and how many. */
async function listClusters(request, step, { exported }) {
    const { selection, entityType } = request;
    const explored = { entityType, vql: selection.kind === 'vql' ? selection.vql : undefined };
    const onPage = (found, total) => {
        const of = total === undefined ? '' : ` of ${total.toLocaleString('en-US')}`;
        step.reporter.progress(`listed ${found.toLocaleString('en-US')}${of} clusters`);
    };
    let listed = await step.api.explore.clusters(exported.id, explored, onPage).catch((error) => {
        // A server without this call: there may be another way.
        if (error instanceof failure/* RequestFailure */.e6 && error.outcome.status === 404)
            return [];
        throw error;
    });
    if (selection.kind === 'selected') {
        const chosen = new Set(selection.clusterIds);
        listed = listed.filter(({ id }) => chosen.has(id));
        const missing = [...chosen].find((id) => !listed.some((cluster) => cluster.id === id));
        if (missing !== undefined) {
            throw new errors/* ActionError */.lZ('not_found', `The dataset has no cluster ${missing}, as far as Visual Layer lists them.`, {
                todo: 'Check cluster_ids: clusters get new ids when a dataset is indexed anew.',
            });
        }
    }
    // A cluster that was not counted is taken for a small one: should it be large, its part is refused and divided.
    const clusters = listed.map(({ id, items = 1 }) => ({ id, items })).filter(({ items }) => items > 0);
    return { clusters, counted: listed.every(({ items }) => items !== undefined) };
}
/** The ids that an export without media files brings; `undefined` where that one is refused too. */
async function metadataIds(step, { exported }, request, start) {
    const begun = await (0,export_task/* beginExport */.c)(step, exported, { ...start, format: 'json', includeImages: false }, request.onConflict);
    if (begun.kind !== 'begun')
        return undefined;
    const { exportId } = begun;
    const carryOn = 'Run the step again.';
    const awaited = `export ${exportId}, the metadata alone`;
    const end = await (0,waits/* waitFor */.fm)(step, { awaited, carryOn }, (0,export_task/* exportProbe */.Z)(step, exported.id, exportId, Infinity));
    if (end.kind === 'refused')
        return undefined;
    const folder = `${(0,parts_folder/* partsFolder */.Hb)(request)}-metadata`;
    try {
        return await (0,waits/* withinDeadline */.iP)(step, { awaited: 'the download of the metadata', carryOn }, async (signal) => {
            await (0,promises_.rm)(folder, { recursive: true, force: true });
            await (0,export_bytes/* fetchUnpacked */.E)(step, {
                datasetId: exported.id,
                exportId,
                link: end.link,
                carryOn,
                archive: `${folder}.partial`,
                target: folder,
                label: 'metadata: ',
                signal,
            });
            const ids = [];
            const onRecord = (record) => ids.push(idOf(record));
            const { contentDigest } = await (0,inspect/* inspectExport */.X)({ dir: folder, signal, onRecord });
            return { ids, contentDigest };
        });
    }
    finally {
        await (0,promises_.rm)(folder, { recursive: true, force: true });
    }
}
function idOf(record) {
    const id = (0,record_ids/* idIn */.D)(record, 'media_id');
    if (id !== undefined)
        return id;
    throw new errors/* ActionError */.lZ('unexpected_reply', 'A record of the exported metadata has no media_id, so that it cannot be asked for by itself.', {
        todo: 'Tell Visual Layer support the export id. Until then divide the export by hand, by vql or cluster_ids.',
    });
}
/** The media of one cluster, for a cluster that one export cannot hold; `undefined` where Visual Layer does not list them all. */
async function listMembers(request, step, subject, cluster) {
    const { selection, entityType } = request;
    const items = cluster.items > 1 ? `${cluster.items.toLocaleString('en-US')} items` : 'media';
    step.reporter.info(`Listing the ${items} of cluster ${cluster.id}.`);
    const vql = selection.kind === 'vql' ? selection.vql : undefined;
    const members = await step.api.explore.members(subject.exported.id, cluster.id, { entityType, vql });
    if (members !== undefined && members.length >= cluster.items) {
        const excluded = new Set(selection.kind === 'selected' ? selection.excludeMediaIds : []);
        return members.filter((id) => !excluded.has(id));
    }
    if (!request.includeImages)
        return undefined;
    const start = startOfPart(request, { clusters: [cluster], mediaIds: [] });
    return (await metadataIds(step, subject, request, start))?.ids;
}

// EXTERNAL MODULE: ./build/exports/manifest.js
var exports_manifest = __webpack_require__(54731);
// EXTERNAL MODULE: ./build/waiting/pace.js
var pace = __webpack_require__(19901);
// EXTERNAL MODULE: ./build/waiting/until.js
var until = __webpack_require__(49404);
;// CONCATENATED MODULE: ./build/operations/export/part-export.js











/** An export that failed, or whose bytes are damaged, is started once more: a single bad worker must not cost the whole. */
const MOST_STARTS = 2;
/** Brings one part: starts its export, or goes on with the one that was started before, waits, downloads, unpacks and counts. */
async function exportPart(job) {
    const { step, part, onPhase, onStarted } = job;
    let exportId = part.exportId;
    // One that an earlier run of the step had started does not count: it may be long gone.
    let starts = 0;
    for (;;) {
        const graceMs = exportId === undefined ? (0,pace/* patienceMs */.si)(step.deadline.remainingMs()) : 0;
        if (exportId === undefined) {
            onPhase('starting');
            const begun = await begin(job);
            if (begun.kind !== 'begun')
                return begun;
            exportId = begun.exportId;
            starts += 1;
            await onStarted(exportId);
        }
        try {
            const end = await ended(job, exportId, graceMs);
            if (end.kind === 'refused')
                return end;
            return { kind: 'whole', record: await fetched(job, exportId, end.link) };
        }
        catch (error) {
            if (!isSpoilt(error))
                throw error;
            // The next run of the step must not come back to it either.
            await onStarted(undefined);
            if (starts >= MOST_STARTS)
                throw ofPart(part, error);
            step.reporter.info(`Part ${part.number}: ${error.message} Its export is started once more.`);
            exportId = undefined;
        }
    }
}
/** Whether nothing will ever come of an export. */
function isSpoilt(error) {
    if (error instanceof ExportEndedBadly)
        return true;
    return error instanceof errors/* ActionError */.lZ && (error.code === 'corrupt_download' || error.code === 'unsafe_archive');
}
/** An export that failed, or that the service does not know any more. */
class ExportEndedBadly extends errors/* ActionError */.lZ {
}
function ofPart({ number }, error) {
    const { code, apiWords, todo } = error;
    return new errors/* ActionError */.lZ(code, `Part ${number} of the export: ${error.message}`, { apiWords, todo, cause: error });
}
async function begin({ step, request, dataset, part }) {
    try {
        return await (0,export_task/* beginExport */.c)(step, dataset, startOfPart(request, part.content), request.onConflict);
    }
    catch (error) {
        const refused = error instanceof failure/* RequestFailure */.e6 && error.code === 'rejected' && error.outcome.effect === 'none';
        if (refused)
            return { kind: 'not_understood', error };
        throw error;
    }
}
async function ended({ step, dataset, part, signal, onPhase, onRunning }, exportId, graceMs) {
    const look = (0,export_task/* exportProbe */.Z)(step, dataset.id, exportId, graceMs, ({ state }) => {
        // One that waits in a queue may still be refused for its size.
        if (state === 'RUNNING' || state === 'COMPLETED')
            onRunning();
    });
    const probe = async () => {
        const seen = await look().catch((error) => {
            const gone = error instanceof failure/* RequestFailure */.e6 && error.outcome.status === 404;
            if (gone)
                return { state: 'failed', error: endedBadly(error) };
            throw error;
        });
        if (seen.state === 'failed')
            return { state: 'failed', error: endedBadly(seen.error) };
        if (seen.state === 'pending')
            onPhase(seen.phase ?? seen.line);
        return seen;
    };
    // What the looks say is told for all parts together.
    const end = await (0,until/* until */.T)(probe, { ...step.waiting, signal, onLook: () => undefined });
    if (end.end === 'done')
        return end.value;
    if (end.end === 'failed')
        throw end.error;
    const last = end.lastLine ?? 'nothing was seen of it';
    throw new errors/* ActionError */.lZ('timed_out', `The timeout was over while part ${part.number} was waited for; last seen: ${last}.`, {
        apiWords: end.lastFault?.apiWords,
        todo: 'Raise timeout.',
        cause: end.lastFault,
    });
}
function endedBadly(error) {
    const { code, message, apiWords } = error;
    const todo = 'Run the step again. If it fails again, ask Visual Layer support with the export id.';
    return new ExportEndedBadly(code, message, { apiWords, todo, cause: error });
}
async function fetched({ step, dataset, part, signal, onPhase }, exportId, link) {
    onPhase('downloading');
    const target = external_node_path_.join(part.folder, 'files');
    // Of a step that was killed while it unpacked.
    await (0,promises_.rm)(target, { recursive: true, force: true });
    const { downloaded, contents } = await (0,export_bytes/* fetchUnpacked */.E)(step, {
        datasetId: dataset.id,
        exportId,
        link,
        carryOn: '',
        archive: external_node_path_.join(part.folder, 'part.zip.partial'),
        target,
        label: `part ${part.number}: `,
        signal,
    });
    onPhase('counting');
    const inspection = await (0,inspect/* inspectExport */.X)({ dir: target, signal });
    const record = {
        number: part.number,
        exportId,
        sizeBytes: downloaded.sizeBytes,
        sha256: downloaded.sha256,
        mediaCount: inspection.mediaCount,
        contentDigest: inspection.contentDigest,
        content: { clusters: part.content.clusters.length, media: part.content.mediaIds.length },
        metadataFiles: inspection.metadataFiles,
        files: (0,exports_manifest/* listed */.KE)(contents),
    };
    return record;
}

;// CONCATENATED MODULE: ./build/exports/parts/request-bytes.js
/** The body of a selective export (docs.visual-layer.com, export API) without its ids; `OBJECTS` is the longer entity type. */
const FRAME = '{"media_selection":[]}'.length;
const MEDIA_ENTRY = '{"type":"media","payload":{"media_ids":[]}},'.length;
const CLUSTER_ENTRY = '{"type":"cluster","payload":{"cluster_id":,"cluster_filters":{"entity_type":"OBJECTS"},"exclude_media_ids":[]}},'
    .length;
/**
 * Bytes of the body of the request that asks for `content`: at most a few more than it has in fact. `extraClusterBytes` is what
 * excluded media and a filter add to the entry of every cluster.
 */
function requestBytesOf(content, extraClusterBytes = 0) {
    let bytes = content.mediaIds.length === 0 ? FRAME : FRAME + MEDIA_ENTRY;
    for (const id of content.mediaIds)
        bytes += mediaIdBytes(id);
    for (const cluster of content.clusters)
        bytes += clusterBytes(cluster) + extraClusterBytes;
    return bytes;
}
/** How many of `mediaIds`, whichever they are, a request of `requestBytes` has room for. */
function mostMedia(mediaIds, requestBytes) {
    return Math.floor((requestBytes - FRAME - MEDIA_ENTRY) / longest(mediaIds, mediaIdBytes));
}
/** How many of `clusters`, whichever they are, a request of `requestBytes` has room for. */
function mostClusters(clusters, requestBytes, extraClusterBytes = 0) {
    return Math.floor((requestBytes - FRAME) / (longest(clusters, clusterBytes) + extraClusterBytes));
}
function mediaIdBytes(id) {
    return quoted(id) + ','.length;
}
function clusterBytes(cluster) {
    return CLUSTER_ENTRY + quoted(cluster.id);
}
function quoted(id) {
    return /^[\w-]*$/.test(id) ? id.length + '""'.length : Buffer.byteLength(JSON.stringify(id));
}
function longest(entries, bytes) {
    let most = 1;
    for (const entry of entries)
        most = Math.max(most, bytes(entry));
    return most;
}

;// CONCATENATED MODULE: ./build/exports/parts/pack.js


/**
 * Packs `content` into parts that each stay within the limits, and few of them: first fit, from the largest cluster down (where
 * requests are long enough, at most 11/9 of the fewest possible and one more), and media in the fewest consecutive slices of
 * equal length. An entry that alone is longer than `requestBytes` has a part of its own.
 *
 * The result depends on what the content is, not on its order; see {@link inOrder} for duplicates and empty clusters. A part
 * that was refused is divided by packing it again with a cap below its items.
 *
 * @throws RangeError for a cap below 1, which no item fits, and for a cluster without a proper count.
 */
function pack(content, limits) {
    if (!(limits.cap >= 1))
        throw new RangeError(`No item fits a cap of ${limits.cap}`);
    const { clusters, mediaIds } = content_inOrder(content);
    const oversize = clusters.filter((cluster) => cluster.items > limits.cap);
    const mediaInPart = Math.max(1, Math.min(Math.floor(limits.cap), mostMedia(mediaIds, limits.requestBytes)));
    return {
        parts: [...packClusters(clusters.slice(oversize.length), limits), ...packMedia(mediaIds, mediaInPart)],
        oversize,
    };
}
/** Lengths of the fewest slices of `count` that hold at most `most` each: as equal as can be. */
function sliceLengths(count, most) {
    const slices = count === 0 ? 0 : Math.max(1, Math.ceil(count / most));
    return Array.from({ length: slices }, (_, index) => Math.floor(count / slices) + (index < count % slices ? 1 : 0));
}
function packMedia(mediaIds, most) {
    let end = 0;
    return sliceLengths(mediaIds.length, most).map((length) => {
        end += length;
        return { clusters: [], mediaIds: mediaIds.slice(end - length, end) };
    });
}
/** First fit; every entry counts with the bytes of the longest (ids are of one length in fact), so a part has so many places. */
function packClusters(clusters, limits) {
    const places = Math.max(1, mostClusters(clusters, limits.requestBytes, limits.extraClusterBytes));
    let items = 0;
    for (const cluster of clusters)
        items += cluster.items;
    // Of the parts with a place left any two hold more than one cap together, or the later one would not have been begun.
    const most = 2 * Math.ceil(items / limits.cap) + Math.ceil(clusters.length / places);
    const room = new Room(Math.min(clusters.length, most), limits.cap);
    const parts = [];
    for (const cluster of clusters) {
        const part = room.take(cluster.items);
        const packed = (parts[part] ??= { clusters: [], mediaIds: [] }).clusters;
        packed.push(cluster);
        if (packed.length === places)
            room.close(part);
    }
    return parts;
}
/** The room left in each of a row of parts, as a tree of maxima: the first part with room enough is found in logarithmic time. */
class Room {
    #leaves;
    #most;
    constructor(parts, cap) {
        this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, parts)));
        this.#most = new Float64Array(2 * this.#leaves).fill(cap);
    }
    /** Takes room in the first part that has it, and there must be one; gives its index. */
    take(items) {
        let node = 1;
        while (node < this.#leaves)
            node = this.#at(2 * node) >= items ? 2 * node : 2 * node + 1;
        this.#set(node, this.#at(node) - items);
        return node - this.#leaves;
    }
    close(part) {
        this.#set(part + this.#leaves, 0);
    }
    #at(node) {
        return this.#most[node] ?? 0;
    }
    #set(leaf, room) {
        this.#most[leaf] = room;
        for (let node = leaf >> 1; node >= 1; node >>= 1) {
            const most = Math.max(this.#at(2 * node), this.#at(2 * node + 1));
            if (most === this.#at(node))
                break;
            this.#most[node] = most;
        }
    }
}

;// CONCATENATED MODULE: ./build/operations/export/part-plan.js





/** The longest request, in bytes: what proxies take that nobody configured (1 MiB). */
const REQUEST_BYTES = 1_000_000;
/** So little room that every cluster goes alone, in bytes. */
const ONE_BY_ONE = 1;
/** What is still to be asked for, packed in parts under all that was learned so far of what the service takes. */
class PartPlan {
    /** Clusters that no export can hold, and whose media are not listed. */
    unlisted = [];
    #options;
    #extraBytes;
    #waiting = [];
    #clusterBytes = REQUEST_BYTES;
    #mediaBytes = REQUEST_BYTES;
    /** Clusters that were refused although they are listed with a single item: to be taken apart whatever the cap. */
    #refusedAlone = new Set();
    #byMembers = false;
    constructor(options) {
        this.#options = options;
        this.#extraBytes = extraClusterBytes(options.request);
    }
    /** Parts that wait. */
    get count() {
        return this.#waiting.length;
    }
    get items() {
        return this.#waiting.reduce((sum, content) => sum + itemsOf(content), 0);
    }
    /** The next part; `undefined` where none waits. One that was packed before the last refusal is packed again first. */
    async next() {
        for (;;) {
            const next = this.#waiting.shift();
            if (!next || itemsOf(next) <= this.#options.caps.of(next))
                return next;
            await this.add(next);
        }
    }
    /** Packs what waits, with `more`, under the limits known now. */
    async add(more) {
        const all = { clusters: [], mediaIds: [] };
        for (const { clusters, mediaIds } of [...this.#waiting, more]) {
            for (const cluster of clusters)
                all.clusters.push(cluster);
            for (const id of mediaIds)
                all.mediaIds.push(id);
        }
        this.#waiting = [];
        const { caps } = this.#options;
        const toDivide = (cluster) => this.#byMembers || this.#refusedAlone.has(cluster.id);
        const clusters = pack({ clusters: all.clusters.filter((cluster) => !toDivide(cluster)), mediaIds: [] }, { cap: caps.clusters, requestBytes: this.#clusterBytes, extraClusterBytes: this.#extraBytes });
        const divided = [...clusters.oversize, ...all.clusters.filter(toDivide)];
        // An earlier run of the step may have divided a cluster, and brought some of it.
        const asked = new Set(divided.length === 0 ? [] : this.#options.kept.parts.flatMap(({ content }) => content.mediaIds));
        for (const cluster of divided) {
            const members = (await this.#membersOf(cluster))?.filter((id) => !asked.has(id));
            if (members)
                for (const id of members)
                    all.mediaIds.push(id);
            else
                this.unlisted.push(cluster);
        }
        const media = pack({ clusters: [], mediaIds: all.mediaIds }, { cap: caps.media, requestBytes: this.#mediaBytes });
        // Another part may have come back while the media were listed.
        this.#waiting.push(...clusters.parts, ...media.parts);
    }
    /** The service takes no request as long as the one for `content`. */
    shorten(content) {
        const half = Math.floor(requestBytesOf(content, this.#extraBytes) / 2);
        if (content.clusters.length > 1)
            this.#clusterBytes = Math.min(this.#clusterBytes, half);
        else
            this.#mediaBytes = Math.min(this.#mediaBytes, half);
    }
    /** The service takes one cluster at a time. */
    clustersOneByOne() {
        this.#clusterBytes = ONE_BY_ONE;
    }
    /** The service takes no more clusters at a time than these. */
    atMostClusters(clusters) {
        const bytes = requestBytesOf({ clusters, mediaIds: [] }, this.#extraBytes);
        this.#clusterBytes = Math.min(this.#clusterBytes, bytes);
    }
    /** The service takes a cluster not even alone. */
    divide(cluster) {
        this.#refusedAlone.add(cluster.id);
    }
    /** The service does not filter clusters: every one is taken apart from here on. */
    divideAll() {
        this.#byMembers = true;
    }
    async #membersOf(cluster) {
        const listed = await this.#options.members(cluster);
        if (this.#byMembers && listed?.length !== cluster.items)
            throw filterIgnored(cluster, listed?.length);
        return listed;
    }
}
function filterIgnored({ id, items }, listed) {
    const found = listed === undefined ? 'does not list its media' : `lists ${listed.toLocaleString('en-US')} media of it`;
    return new errors/* ActionError */.lZ('rejected', `The export is too large for one, and cannot be divided: Visual Layer exports more of a cluster than the filter (vql) matches, and of cluster ${id}, in which ${items.toLocaleString('en-US')} items match, it ${found}.`, {
        todo: 'Divide the export by hand, into exports by filters of your own (vql), each of which matches fewer items. Should the dataset have changed meanwhile, run the step again.',
    });
}

;// CONCATENATED MODULE: ./build/operations/export/part-shortfall.js



/**
 * The clusters that a part asked for and has no record of: nothing says that one request may name several, and a server may take
 * the first one only, or some. `undefined` where the records do not tell which clusters they belong to.
 */
async function absentClusters(part, signal) {
    const present = new Set();
    const onRecord = (record) => present.add((0,record_ids/* idIn */.D)(record, 'cluster_id'));
    await (0,inspect/* inspectExport */.X)({ dir: external_node_path_.join(part.folder, 'files'), signal, onRecord });
    const { clusters } = part.content;
    const absent = clusters.filter(({ id }) => !present.has(id));
    return absent.length === clusters.length ? undefined : absent;
}

;// CONCATENATED MODULE: ./build/operations/export/part-queue.js





/** Parts that are exported and fetched at once, when it is known that the service takes parts of that size. */
const AT_ONCE = 3;
/** Between two lines that tell how it stands, in ms: there may be a thousand parts. */
const TELL_MS = 5_000;
/**
 * Exports everything in parts, a few at a time. How many items a part may hold is learned: a part that is refused as too large is
 * divided, and so is what still waits. Until the service was seen working on a part of the present size there is only one at a
 * time, so that a wrong guess costs one refusal.
 */
class PartQueue {
    #options;
    #exportOne;
    #plan;
    #end = new AbortController();
    /** Whose waits end with the queue. */
    #step;
    #running = new Map();
    #proven = false;
    #failure;
    #toldAt = -Infinity;
    /** @param exportOne exports one part */
    constructor(options, exportOne = exportPart) {
        this.#options = options;
        this.#exportOne = exportOne;
        this.#plan = new PartPlan(options);
        const { signal } = this.#end;
        this.#step = { ...options.step, signal, waiting: { ...options.step.waiting, signal } };
    }
    /** Clusters that no export can hold, and whose media are not listed. */
    get unlisted() {
        return this.#plan.unlisted;
    }
    /** Ends when every part of `content` is whole, but for {@link unlisted}. Throws what stopped it, once nothing runs any more. */
    async run(content, signal) {
        const { kept } = this.#options;
        const stop = () => this.#end.abort(signal.reason);
        signal.throwIfAborted();
        signal.addEventListener('abort', stop, { once: true });
        const running = new Set();
        const begin = (part) => {
            const run = this.#export(part)
                .catch((error) => {
                this.#failure ??= error;
                this.#end.abort(error);
            })
                .finally(() => running.delete(run));
            running.add(run);
        };
        try {
            for (const part of kept.parts)
                if (!part.record)
                    begin(part);
            await this.#add(content);
            while (!this.#end.signal.aborted && (running.size > 0 || this.#plan.count > 0)) {
                const next = running.size < (this.#proven ? AT_ONCE : 1) ? await this.#plan.next() : undefined;
                if (next)
                    begin(await kept.add(next));
                else
                    await Promise.race([...running, this.#changed()]);
            }
        }
        catch (error) {
            this.#failure ??= error;
            this.#end.abort(error);
        }
        finally {
            await Promise.all(running);
            signal.removeEventListener('abort', stop);
        }
        signal.throwIfAborted();
        if (this.#failure !== undefined)
            throw this.#failure;
        if (this.count > 0)
            this.#tell('always');
    }
    /** Whether clusters bring as many items as they are listed with. */
    get #exact() {
        const { selection, entityType } = this.#options.request;
        const excluded = selection.kind === 'selected' && selection.excludeMediaIds.length > 0;
        return entityType === 'IMAGES' && !excluded;
    }
    /** How many parts there are and will be, as far as is known now. */
    get count() {
        return this.#options.kept.parts.length + this.#plan.count;
    }
    async #add(content) {
        await this.#plan.add(content);
        if (this.count > 0)
            this.#tell();
    }
    async #export(part) {
        const { request, dataset, kept } = this.#options;
        const state = { phase: 'starting' };
        this.#running.set(part, state);
        let end;
        try {
            end = await this.#exportOne({
                step: this.#step,
                request,
                dataset,
                part,
                signal: this.#end.signal,
                onPhase: (phase) => {
                    state.phase = phase;
                    this.#tell();
                },
                onRunning: () => this.#prove(),
                onStarted: (exportId) => kept.started(part, exportId),
            });
        }
        finally {
            this.#running.delete(part);
        }
        if (end.kind === 'whole')
            await this.#whole(part, end.record);
        else
            await this.#refused(part, itemsOf(part.content), end);
    }
    async #whole(part, record) {
        const { step, request, kept, caps, counted, save, onWhole } = this.#options;
        const { clusters } = part.content;
        const items = itemsOf(part.content);
        if (request.selection.kind === 'vql' && counted && clusters.length > 0 && record.mediaCount > items) {
            step.reporter.info(`Part ${part.number} came with ${record.mediaCount} items where ${items} match the filter (vql): what matches is asked for by media ids.`);
            this.#plan.divideAll();
            return this.#again(part);
        }
        caps.accepted(part.content, record.mediaCount);
        this.#prove();
        const isShort = record.mediaCount < items && clusters.length > 1 && this.#exact;
        const absent = isShort ? await absentClusters(part, this.#end.signal) : [];
        // Without a word about clusters: as many items as the first one alone would bring, or far too few.
        if (!absent && (record.mediaCount === clusters[0]?.items || record.mediaCount <= items / 2)) {
            step.reporter.info(`Part ${part.number} came with ${record.mediaCount} of ${items} items: clusters are asked for one at a time from here on.`);
            this.#plan.clustersOneByOne();
            return this.#again(part);
        }
        if (absent && absent.length > 0) {
            step.reporter.info(`Part ${part.number} came without ${absent.length} of the ${clusters.length} clusters that it was asked for: fewer are asked for at once from here on.`);
            const present = clusters.filter((cluster) => !absent.includes(cluster));
            this.#plan.atMostClusters(present);
            await kept.narrow(part, { clusters: present, mediaIds: [] });
        }
        const { length: asked } = part.content.clusters;
        await kept.finish(part, { ...record, content: { clusters: asked, media: part.content.mediaIds.length } });
        await save();
        if (absent && absent.length > 0)
            await this.#add({ clusters: absent, mediaIds: [] });
        this.#tell();
        await onWhole(part, this.#plan.items);
    }
    async #refused(part, items, end) {
        const { step, request, kept } = this.#options;
        const { clusters, mediaIds } = part.content;
        if (end.kind === 'too_long') {
            if (clusters.length + mediaIds.length <= 1)
                return this.#tooLarge(part, items, { words: undefined, entities: undefined });
            step.reporter.info(`The request for part ${part.number} was too long for the server: asking for less at once.`);
            this.#plan.shorten(part.content);
            return this.#again(part);
        }
        if (end.kind === 'not_understood') {
            const words = end.error.apiWords ?? end.error.message;
            if (clusters.length > 1) {
                step.reporter.info(`Visual Layer did not take a request for several clusters (${words}): asking for them one at a time.`);
                this.#plan.clustersOneByOne();
                return this.#again(part);
            }
            if (clusters.length === 0 || request.selection.kind !== 'vql')
                throw end.error;
            this.#plan.divideAll();
            step.reporter.info(`Visual Layer did not take a filter (vql) for a cluster (${words}): what matches is asked for by media ids.`);
            return this.#again(part);
        }
        if (end.reason === 'nothing_matched') {
            step.reporter.info(`Part ${part.number} matched nothing: its items are no longer in the dataset.`);
            return kept.drop(part);
        }
        if (end.reason !== 'too_large')
            throw (0,verdicts_export/* refusedExport */.lG)(end);
        await this.#tooLarge(part, items, end);
    }
    async #tooLarge(part, items, { words, entities }) {
        const { step, caps, save } = this.#options;
        if (items <= 1) {
            const [cluster] = part.content.clusters;
            if (!cluster)
                throw (0,verdicts_export/* refusedExport */.lG)({ reason: 'too_large', words, entities }, 'Not even a single item can be exported: ask Visual Layer support.');
            this.#plan.divide(cluster);
            step.reporter.info(`Cluster ${cluster.id} was refused as too large: it is divided by its media.`);
            return this.#again(part);
        }
        caps.refused(part.content, words, entities);
        this.#proven = false;
        step.reporter.info(`Part ${part.number} with ${items.toLocaleString('en-US')} items was refused as too large${words === undefined ? '' : ` (${words})`}: parts hold at most ${caps.of(part.content).toLocaleString('en-US')} items from here on.`);
        await save();
        await this.#again(part);
    }
    /** Takes a part back, to be packed anew. */
    async #again(part) {
        await this.#options.kept.drop(part);
        await this.#add(part.content);
    }
    #wake;
    /** Resolves when more parts may be begun. */
    #changed() {
        return new Promise((resolve) => {
            this.#wake = resolve;
        });
    }
    #prove() {
        this.#proven = true;
        this.#wake?.();
    }
    /** How it stands, for people. */
    get state() {
        const { whole } = this.#options.kept;
        const phases = [...this.#running].map(([part, { phase }]) => `part ${part.number}: ${phase}`);
        return [`${whole.length} of ${this.count} parts here`, ...phases].join('; ');
    }
    #tell(when) {
        const { step } = this.#options;
        if (when === undefined && step.clock.now() - this.#toldAt < TELL_MS)
            return;
        this.#toldAt = step.clock.now();
        step.reporter.progress(this.state);
    }
}

// EXTERNAL MODULE: ./build/exports/digest.js
var digest = __webpack_require__(42070);
// EXTERNAL MODULE: ./build/exports/parts/id-set.js
var id_set = __webpack_require__(33493);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: ./build/exports/metadata-files.js + 1 modules
var metadata_files = __webpack_require__(31583);
// EXTERNAL MODULE: ./build/exports/canonical.js
var canonical = __webpack_require__(64742);
// EXTERNAL MODULE: ./build/exports/records.js + 1 modules
var records = __webpack_require__(48117);
;// CONCATENATED MODULE: ./build/exports/parts/distinct-records.js



/**
 * Tells which records of the parts repeat earlier ones: those with the same `media_id`; without one, those with the same data. An
 * item may come in two parts, because the dataset changed between them. That a single part tells of an item twice with differing
 * data is no such repetition, and must not be lost.
 *
 * Takes the memory of an {@link IdSet} of all media items, and 32 bytes a record for the digest.
 */
class DistinctRecords {
    /** Those of all parts that were ended. */
    ids = new id_set/* IdSet */.w();
    #digest = new digest/* RecordDigest */.Gc();
    #idsOfPart = new id_set/* IdSet */.w();
    #contentsOfPart = new id_set/* IdSet */.w();
    /** Records that were kept. */
    get count() {
        return this.#digest.count;
    }
    /** Looks at the next record of a part. Its hash is for {@link keep}. */
    next(record) {
        const hash = (0,digest/* recordHash */.oj)(record);
        const id = (0,record_ids/* idIn */.D)(record, 'media_id') ?? hash;
        if (this.ids.has(id))
            return { novelty: 'in an earlier part', hash };
        const isNew = this.#idsOfPart.add(id);
        const differs = this.#contentsOfPart.add(hash);
        return { novelty: isNew ? 'new' : differs ? 'differing' : 'again', hash };
    }
    /** Counts a record in. */
    keep(hash) {
        this.#digest.addHash(hash);
    }
    endPart() {
        this.ids.addAll(this.#idsOfPart);
        this.#idsOfPart = new id_set/* IdSet */.w();
        this.#contentsOfPart = new id_set/* IdSet */.w();
    }
    contentDigest() {
        return this.#digest.hex();
    }
}

// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
;// CONCATENATED MODULE: ./build/exports/parts/merged-json.js




const BUFFER_BYTES = 1024 * 1024;
const BETWEEN = Buffer.from(',\n');
const TOTAL = 'total_media_items';
/**
 * Writes a `metadata.json` record by record: `info` first, a record a line. Uses a megabyte of memory, however long the file gets.
 * Throws what the disk does.
 */
class MergedJson {
    #path;
    #file;
    /** The total that stands in `info` before the records were counted, and where. */
    #total;
    #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    #used = 0;
    #size = 0;
    #crc = 0;
    #empty = true;
    constructor(path, file, total) {
        this.#path = path;
        this.#file = file;
        this.#total = total;
    }
    /**
     * @param info its `total_media_items` is set to the true number
     * @param mostRecords an upper bound of that number
     */
    static async create(path, info, mostRecords) {
        const total = { text: String(mostRecords), at: 0 };
        let head = '{"info":{';
        for (const [name, value] of Object.entries({ ...info, [TOTAL]: mostRecords })) {
            head += `${head.endsWith('{') ? '' : ','}${JSON.stringify(name)}:`;
            if (name === TOTAL)
                total.at = Buffer.byteLength(head);
            head += JSON.stringify(value);
        }
        const merged = new MergedJson(path, await (0,promises_.open)(path, 'w'), total);
        await merged.#append(Buffer.from(`${head}},"media_items":[\n`));
        return merged;
    }
    /**
     * @param record valid JSON in UTF-8
     * @returns a promise only where the caller has to wait before it goes on
     */
    add(record) {
        if (this.#used + BETWEEN.length + record.length > BUFFER_BYTES)
            return this.#addLater(record);
        if (!this.#empty)
            this.#take(BETWEEN);
        this.#take(record);
        this.#empty = false;
        return undefined;
    }
    /**
     * Ends the file.
     *
     * @param others what else stands in it, after the records
     */
    async finish(records, others) {
        await this.#append(Buffer.from('\n]'));
        for (const [name, value] of others)
            await this.#append(Buffer.from(`,\n${JSON.stringify(name)}:${JSON.stringify(value)}`));
        await this.#append(Buffer.from('}\n'));
        await this.#flush();
        const total = String(records);
        if (total !== this.#total.text) {
            await (0,disk/* writeFully */.K)(this.#file, Buffer.from(total.padEnd(this.#total.text.length)), this.#total.at);
            this.#crc = 0;
            for await (const chunk of (0,external_node_fs_.createReadStream)(this.#path, { highWaterMark: BUFFER_BYTES })) {
                this.#crc = (0,external_node_zlib_.crc32)(chunk, this.#crc);
            }
        }
        return { size: this.#size, crc32: this.#crc };
    }
    async close() {
        await this.#file.close();
    }
    async #addLater(record) {
        if (!this.#empty)
            await this.#append(BETWEEN);
        await this.#append(record);
        this.#empty = false;
    }
    async #append(bytes) {
        if (this.#used + bytes.length > BUFFER_BYTES)
            await this.#flush();
        if (bytes.length <= BUFFER_BYTES)
            this.#take(bytes);
        else
            await this.#write(bytes);
    }
    #take(bytes) {
        this.#used += bytes.copy(this.#buffer, this.#used);
    }
    async #flush() {
        await this.#write(this.#buffer.subarray(0, this.#used));
        this.#used = 0;
    }
    async #write(bytes) {
        await (0,disk/* writeFully */.K)(this.#file, bytes, this.#size);
        this.#crc = (0,external_node_zlib_.crc32)(bytes, this.#crc);
        this.#size += bytes.length;
    }
}

// EXTERNAL MODULE: ./build/exports/parts/part-record.js
var part_record = __webpack_require__(97448);
;// CONCATENATED MODULE: ./build/exports/parts/part-head.js


/** The part in this folder with all its files. Throws `operation_failed` when it is not a whole part. */
async function wholePart(folder) {
    const record = await (0,part_record/* readRecord */.aE)(folder);
    if (record)
        return record;
    throw new errors/* ActionError */.lZ('operation_failed', `A finished part of the export is not whole any more (${folder}).`, RUN_AGAIN);
}
async function headOf(folder) {
    const { files, metadataFiles, ...head } = await wholePart(folder);
    const metadata = metadataFiles.flatMap((path) => files.filter((file) => file.path === path));
    return { ...head, folder, metadata };
}
/** The error for a finished part whose files are not what they were. */
function changedOnDisk({ number, folder }, file) {
    const which = file === undefined ? 'its records' : JSON.stringify(file.slice(0, 200));
    return new errors/* ActionError */.lZ('operation_failed', `Part ${number} of the export changed on the disk after it was unpacked: ${which} (${folder}).`, RUN_AGAIN);
}
const RUN_AGAIN = {
    todo: 'Run the step again; if that does not help, remove this folder first. Make sure that nothing else writes to output_dir.',
};

;// CONCATENATED MODULE: ./build/exports/parts/merge-json.js










const CHUNK_BYTES = 1024 * 1024;
/**
 * Makes one `metadata.json` of those of the parts: the bytes of each record as they are, each media item once; `info` and whatever
 * else is there as the first part has it, but for `total_media_items`, which is the true number. Reads each file once, in order.
 *
 * @param path of the new file; one that is there is written over. It is gone if this fails.
 */
async function mergeJson(heads, path, pass) {
    const bytes = heads.flatMap(({ metadata }) => metadata.map((file) => file.size_bytes));
    await (0,disk/* requireSpace */.M)(path, [{ bytes: total(bytes), purpose: 'put its metadata together' }]);
    const members = new Members(await infoOf(heads[0], pass.signal));
    try {
        const merged = await MergedJson.create(path, members.info, total(heads.map(({ mediaCount }) => mediaCount)));
        try {
            return await copyRecords(heads, merged, members, pass);
        }
        finally {
            await merged.close();
        }
    }
    catch (error) {
        await (0,promises_.rm)(path, { force: true }).catch(() => undefined);
        throw error;
    }
}
async function copyRecords(heads, merged, members, { signal, onProgress }) {
    const records = new DistinctRecords();
    let duplicates = 0;
    let differing = 0;
    for (const [index, head] of heads.entries()) {
        let count = 0;
        for (const { path } of head.metadata) {
            const reader = readerOf(head, path, signal);
            for await (const record of reader) {
                signal.throwIfAborted();
                count += 1;
                if (count > head.mediaCount)
                    throw changedOnDisk(head);
                const { novelty, hash } = records.next(record);
                if (novelty === 'again' || novelty === 'in an earlier part') {
                    duplicates += 1;
                    continue;
                }
                if (novelty === 'differing')
                    differing += 1;
                records.keep(hash);
                const written = merged.add(reader.recordBytes);
                if (written)
                    await written;
            }
            members.add(reader);
        }
        if (count !== head.mediaCount)
            throw changedOnDisk(head);
        records.endPart();
        onProgress?.(index + 1, heads.length);
    }
    const { size, crc32 } = await merged.finish(records.count, members.others);
    const file = { path: 'metadata.json', size_bytes: size, crc32: crc32.toString(16).padStart(8, '0') };
    return { records, duplicates, files: [file], notes: [...members.notes(), ...notesOn(differing)] };
}
function readerOf({ folder, number }, path, signal) {
    const bytes = (0,external_node_fs_.createReadStream)((0,external_node_path_.join)(folder, part_record/* FILES_FOLDER */.rv, path), { signal, highWaterMark: CHUNK_BYTES });
    return new records/* RecordReader */.J(bytes, `${path} (part ${number})`, path === 'metadata.json', true);
}
/** The `info` of a part. It is at the beginning of the file as a rule; otherwise this reads all of it. */
async function infoOf(head, signal) {
    const [file] = head?.metadata ?? [];
    if (!head || !file)
        return undefined;
    const reader = readerOf(head, file.path, signal);
    for await (const _ of reader)
        if (reader.info !== undefined)
            break;
    return reader.info;
}
function total(numbers) {
    return numbers.reduce((sum, number) => sum + number, 0);
}
function notesOn(differing) {
    if (differing === 0)
        return [];
    return [`Records of media items that the same part tells of already, with other data: ${differing}. All were kept.`];
}
/** What stands in the files beside the records: the first part's counts. */
class Members {
    info;
    others = new Map();
    #differing = new Set();
    constructor(info) {
        this.info = typeof info === 'object' && info !== null && !Array.isArray(info) ? info : {};
    }
    add({ info, others }) {
        if (datasetOf(info) !== datasetOf(this.info))
            this.#differing.add('dataset');
        for (const [name, value] of others) {
            if (!this.others.has(name))
                this.others.set(name, value);
            else if ((0,canonical/* canonical */.$)(value) !== (0,canonical/* canonical */.$)(this.others.get(name)))
                this.#differing.add(name);
        }
    }
    notes() {
        return [...this.#differing].map((name) => `The parts do not agree on ${JSON.stringify(name)} beside their records. The first part's was kept.`);
    }
}
function datasetOf(info) {
    return typeof info === 'object' && info !== null && 'dataset' in info ? (0,canonical/* canonical */.$)(info.dataset) : '';
}

// EXTERNAL MODULE: ./build/exports/parquet.js
var parquet = __webpack_require__(1224);
;// CONCATENATED MODULE: ./build/exports/parts/merge-parquet.js







/**
 * Counts and digests the tables of the parts, which stay as they are and get names by which pandas, DuckDB and Spark take them for
 * one table. Throws `unexpected_reply` when two parts tell of the same media item: rows cannot be taken out of a table.
 */
async function mergeParquet(heads, { signal, onProgress }) {
    const records = new DistinctRecords();
    const tables = [];
    const files = [];
    for (const [index, head] of heads.entries()) {
        const before = records.count;
        for (const { path, size_bytes, crc32 } of head.metadata) {
            const source = (0,external_node_path_.join)(head.folder, part_record/* FILES_FOLDER */.rv, path);
            for await (const row of (0,parquet/* readRows */.a)(source, `${path} (part ${head.number})`, signal)) {
                signal.throwIfAborted();
                const { novelty, hash } = records.next(row);
                if (novelty === 'in an earlier part')
                    throw exportedTwice(row, head);
                records.keep(hash);
            }
            const table = `metadata/part-${String(tables.length + 1).padStart(5, '0')}.parquet`;
            tables.push({ source, path: table });
            files.push({ path: table, size_bytes, crc32 });
        }
        if (records.count - before !== head.mediaCount)
            throw changedOnDisk(head);
        records.endPart();
        onProgress?.(index + 1, heads.length);
    }
    return { records, duplicates: 0, files, notes: [], tables };
}
function exportedTwice(row, { number, exportId }) {
    const id = (0,record_ids/* idIn */.D)(row, 'media_id');
    const item = id === undefined ? 'the same row' : `the media item ${JSON.stringify(id.slice(0, 100))}`;
    return new errors/* ActionError */.lZ('unexpected_reply', `The parts of the export overlap: ${item} is in part ${number} (export ${exportId}) and in an earlier part. Rows cannot be taken out of parquet files, so that it would count twice.`, {
        todo: 'Run the step again once nobody changes the dataset, or with "export_format: json", where such items are kept once. If it happens each time, tell Visual Layer support the export id.',
    });
}

// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./build/exports/parts/files-below.js
var files_below = __webpack_require__(88954);
;// CONCATENATED MODULE: ./build/exports/parts/move-files.js





/**
 * Moves files to their places, one by one, which can be stopped at any of them and done again: a file that is not there any more
 * but has its place already was moved before. Returns the first file that is at neither, or is not the size that it should be.
 * Throws what the disk does, or the signal's reason.
 */
async function moveFiles({ from, to, files, placeOf, signal }) {
    const sources = new files_below/* FilesBelow */.v(from);
    const moved = new files_below/* FilesBelow */.v(to);
    const made = new Set();
    for (const [index, { path, size_bytes: size }] of files.entries()) {
        signal.throwIfAborted();
        if (index % 256 === 255)
            await (0,external_node_timers_promises_.setImmediate)();
        const place = placeOf(path);
        if (place === undefined)
            continue;
        if (sources.sizeOf(path) !== size) {
            if (sources.sizeOf(path) === undefined && moved.sizeOf(place) === size)
                continue;
            return path;
        }
        const folder = (0,external_node_path_.dirname)(place);
        if (!made.has(folder))
            (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(to, folder), { recursive: true });
        made.add(folder);
        (0,external_node_fs_.renameSync)((0,external_node_path_.join)(from, path), (0,external_node_path_.join)(to, place));
    }
    return undefined;
}
/** Removes the files below `dir` that are not in `paths`, and the folders that are empty then. */
async function removeOthers(dir, paths) {
    await sweep(dir, '', paths);
}
/** Whether the folder is empty in the end. */
async function sweep(dir, below, paths) {
    let empty = true;
    for (const entry of await (0,promises_.readdir)((0,external_node_path_.join)(dir, below), { withFileTypes: true })) {
        const path = below === '' ? entry.name : `${below}/${entry.name}`;
        if (entry.isDirectory()) {
            if (await sweep(dir, path, paths))
                await (0,promises_.rmdir)((0,external_node_path_.join)(dir, path));
            else
                empty = false;
        }
        else if (paths.has(path))
            empty = false;
        else
            await (0,promises_.rm)((0,external_node_path_.join)(dir, path));
    }
    return empty;
}

// EXTERNAL MODULE: ./build/exports/parts/places.js
var parts_places = __webpack_require__(74377);
;// CONCATENATED MODULE: ./build/exports/parts/merge.js














const MOST_MISSING = 10;
/**
 * Makes one export of its parts: `work`/files, which holds all their files and one set of metadata, and the manifest that lists them,
 * `work`/manifest.json.
 *
 * The records come first: nothing is moved unless they can be put together (see {@link mergeJson} and {@link mergeParquet}). The
 * other files are moved out of the parts' folders, not copied (see {@link planPlaces} for their names); the metadata stays there. So
 * a merge that was stopped at any point, by the signal or by force, is done again with the same result; until then `readPart` has
 * to be told of `work`/files to find the parts whole.
 *
 * Takes the memory of one {@link IdSet} of all media items, 32 bytes a record, an `IdSet` of all files, and the paths it returns.
 * Throws an `ActionError`, or the signal's reason: `unexpected_reply` where the parts cannot be put together and should be exported
 * anew.
 */
async function mergeParts(options) {
    const { work, signal } = options;
    try {
        signal.throwIfAborted();
        const heads = [];
        for (const folder of options.folders)
            heads.push(await headOf(folder));
        return formatOf(heads) === 'json' ? await mergeAsJson(options, heads) : await mergeAsParquet(options, heads);
    }
    catch (error) {
        signal.throwIfAborted();
        throw (0,system_errors/* systemFailure */.oM)(error, 'put the parts of the export together', work);
    }
}
function formatOf(heads) {
    const metadata = heads.flatMap((head) => head.metadata);
    const parquet = metadata.filter(({ path }) => /\.parquet$/i.test(path)).length;
    if (parquet === 0)
        return 'json';
    if (parquet === metadata.length)
        return 'parquet';
    throw new errors/* ActionError */.lZ('unexpected_reply', 'Some parts of the export are JSON and others are parquet.', {
        todo: 'Run the step again. If it happens each time, tell Visual Layer support the export ids in the log.',
    });
}
async function mergeAsJson(options, heads) {
    const draft = (0,external_node_path_.join)(options.work, 'metadata.json.partial');
    const merged = await mergeJson(heads, draft, options);
    const reserved = { folders: [], isFile: (path) => exports_manifest/* OWN_NAMES */.gN.includes(path) || path === 'metadata.json' };
    return putTogether(options, heads, merged, reserved, (files) => (0,promises_.rename)(draft, (0,external_node_path_.join)(files, 'metadata.json')));
}
async function mergeAsParquet(options, heads) {
    const merged = await mergeParquet(heads, options);
    const reserved = {
        folders: ['metadata'],
        isFile: (path) => exports_manifest/* OWN_NAMES */.gN.includes(path) || metadata_files/* PARQUET_PART */.b.test(path),
    };
    return putTogether(options, heads, merged, reserved, async (files) => {
        await (0,promises_.mkdir)((0,external_node_path_.join)(files, 'metadata'), { recursive: true });
        for (const { source, path } of merged.tables) {
            options.signal.throwIfAborted();
            await (0,promises_.copyFile)(source, (0,external_node_path_.join)(files, path), external_node_fs_.constants.COPYFILE_FICLONE);
        }
    });
}
/** @param placeMetadata puts the metadata into the folder of the merged export */
async function putTogether(options, heads, { records, duplicates, files: metadata, notes }, reserved, placeMetadata) {
    const { work, signal } = options;
    const files = (0,external_node_path_.join)(work, part_record/* FILES_FOLDER */.rv);
    const places = await (0,parts_places/* planPlaces */.I)(() => filesOf(heads, signal), reserved);
    const list = async function* () {
        yield* metadata;
        yield* placed(heads, places, signal);
    };
    const paths = [];
    for await (const { path } of list())
        paths.push(path);
    if ((0,earlier_export/* look */.Op)(files))
        await removeOthers(files, new Set(paths));
    else
        await (0,promises_.mkdir)(files);
    for await (const part of filesOf(heads, signal)) {
        const from = (0,external_node_path_.join)(part.head.folder, part_record/* FILES_FOLDER */.rv);
        const placeOf = (path) => places.of(part.index, path);
        const lost = await moveFiles({ from, to: files, files: part.files, placeOf, signal });
        if (lost !== undefined)
            throw changedOnDisk(part.head, lost);
    }
    await placeMetadata(files);
    const contentDigest = records.contentDigest();
    const manifest = {
        schema_version: 1,
        ...options.origin,
        media_count: records.count,
        content_digest: contentDigest,
        extracted: true,
        parts: heads.map(manifestPart),
        ...(options.shard ? { shard: options.shard } : {}),
    };
    await (0,exports_manifest/* writeManifest */.HN)((0,external_node_path_.join)(work, exports_manifest/* MANIFEST_NAME */.ir), manifest, list());
    const metadataFiles = metadata.map(({ path }) => path);
    const missing = missingOf(records, options.expectedIds ?? []);
    return { mediaCount: records.count, contentDigest, duplicates, metadataFiles, paths, ...missing, notes };
}
/** The files beside the metadata, part by part: the list of one part is in memory at a time. */
async function* filesOf(heads, signal) {
    for (const [index, head] of heads.entries()) {
        signal.throwIfAborted();
        const { number, files, metadataFiles } = await wholePart(head.folder);
        const metadata = new Set(metadataFiles);
        yield { index, head, number, files: files.filter(({ path }) => !metadata.has(path)) };
    }
}
/** The same files as the manifest of the merged export lists them. */
async function* placed(heads, places, signal) {
    for await (const { index, number, files } of filesOf(heads, signal)) {
        for (const { path, original_name: original = path, size_bytes, crc32 } of files) {
            const place = places.of(index, path);
            if (place === undefined)
                continue;
            const named = place === original ? {} : { original_name: original };
            yield { path: place, ...named, ...(place === path ? {} : { part: number }), size_bytes, crc32 };
        }
    }
}
function manifestPart(head) {
    return {
        number: head.number,
        export_id: head.exportId,
        size_bytes: head.sizeBytes,
        sha256: head.sha256,
        media_count: head.mediaCount,
        content_digest: head.contentDigest,
        clusters: head.content.clusters,
        media_ids: head.content.media,
    };
}
function missingOf({ ids }, expected) {
    const missing = [];
    let missingCount = 0;
    for (const id of expected) {
        if (ids.has(id))
            continue;
        missingCount += 1;
        if (missing.length < MOST_MISSING)
            missing.push(id);
    }
    return { missingCount, missing };
}

// EXTERNAL MODULE: ./build/exports/put-in-place.js
var put_in_place = __webpack_require__(27763);
// EXTERNAL MODULE: ./build/operations/export/export-origin.js
var export_origin = __webpack_require__(36729);
// EXTERNAL MODULE: ./build/operations/facts.js
var facts = __webpack_require__(57140);
;// CONCATENATED MODULE: ./build/operations/export/place-parts.js

















/** Rows of the table of parts: more would bury the rest of the summary. */
const MOST_ROWS = 50;
/**
 * Puts the parts together as one export in the output folder, and sets its outputs. Before that the total is held against what
 * the service says there is; what no part brought is asked for by its media ids, where they are listed. Throws `operation_failed`
 * naming what is missing: then nothing is put into place.
 */
async function placeParts(work) {
    const { request, step, subject, slice, kept, signal } = work;
    await fetchRest(work);
    step.reporter.progress('putting the parts together');
    const options = {
        folders: kept.whole.map(({ folder }) => folder),
        work: kept.folder,
        origin: (0,export_origin/* originOf */.y)(request, step, subject, null),
        ...(request.shard ? { shard: { ...request.shard, plan_digest: slice.digest, total_items: slice.totalItems } } : {}),
        ...(work.all.ids && isWholeListing(work) ? { expectedIds: work.all.ids } : {}),
        signal,
    };
    const noTable = request.exportFormat === 'parquet' && kept.whole.length === 0;
    const merged = await (noTable ? noTables(options) : mergeParts(options)).catch(async (error) => {
        // The same parts would not fit together in the next run either.
        if (error instanceof errors/* ActionError */.lZ && error.code === 'unexpected_reply')
            await kept.remove();
        throw error;
    });
    for (const note of merged.notes)
        step.reporter.note(note);
    await checkTotal(work, merged);
    const earlier = await (0,earlier_export/* findEarlier */._l)(request.outputDir, { keep: kept.folder });
    await (0,put_in_place/* putInPlace */.y)({ outputDir: request.outputDir, work: kept.folder, paths: merged.paths, earlier, signal });
    const parts = kept.whole;
    const bytes = parts.reduce((sum, { record }) => sum + record.sizeBytes, 0);
    const placed = {
        sizeBytes: bytes,
        mediaCount: merged.mediaCount,
        contentDigest: merged.contentDigest,
        metadataFiles: merged.metadataFiles,
        manifestPath: external_node_path_.join(request.outputDir, exports_manifest/* MANIFEST_NAME */.ir),
        files: merged.paths.map((file) => external_node_path_.join(request.outputDir, file)),
    };
    step.reporter.output('export_size_bytes', bytes);
    step.reporter.fact('Size', `${(0,facts/* size */.Ej)(bytes)} (${bytes.toLocaleString('en-US')} bytes) in ${parts.length === 1 ? 'one ZIP' : `${parts.length} ZIPs`}`);
    if (parts.length > 0)
        tellParts(step, parts);
    (0,facts/* tellPlaced */.hN)(request, step, placed);
    const count = parts.length;
    await kept.remove();
    return { placed, parts: count };
}
/** An empty slice: where there is no row, there are no columns to make a table of. */
async function noTables({ work, origin, shard }) {
    const contentDigest = new digest/* RecordDigest */.Gc().hex();
    try {
        await (0,promises_.mkdir)(external_node_path_.join(work, part_record/* FILES_FOLDER */.rv), { recursive: true });
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'make a folder for the export', work);
    }
    const counts = { media_count: 0, content_digest: contentDigest, extracted: true, parts: [] };
    const manifest = { schema_version: 1, ...origin, ...counts, ...(shard ? { shard } : {}) };
    await (0,exports_manifest/* writeManifest */.HN)(external_node_path_.join(work, exports_manifest/* MANIFEST_NAME */.ir), manifest, []);
    const nothing = { duplicates: 0, metadataFiles: [], paths: [], missingCount: 0, missing: [], notes: [] };
    return { mediaCount: 0, contentDigest, ...nothing };
}
/** Whether the listing names exactly what must be there: media ids that somebody wrote down may be of media that are gone. */
function isWholeListing({ request }) {
    return request.selection.kind !== 'selected' && !request.shard;
}
/** What the service itself says there is, as a least number of items. */
function expectations({ request, subject, cause, slice }) {
    const { selection, entityType, shard } = request;
    // An export of objects counts objects where records are of media.
    if (entityType !== 'IMAGES')
        return [];
    const found = [];
    // What a cluster counts of a video, itself or its frames or both, is documented nowhere.
    if (selection.kind !== 'selected' && (subject.exported.videos ?? 0) === 0)
        found.push({ items: itemsOf(slice.content), source: 'as its clusters and media are listed' });
    if (shard)
        return found;
    if (cause?.kind === 'refused' && cause.entities !== undefined)
        found.push({ items: cause.entities, source: 'as counted when the export of all was refused' });
    found.push({ items: heldBy(request, subject), source: 'as the dataset itself says' });
    return found;
}
/**
 * Asks by media ids for what the clusters did not bring: media that were given beside them, clusters that nobody could take apart,
 * and media in no cluster.
 */
async function fetchRest(work) {
    const { step, kept, queue, signal } = work;
    const ids = await restIn(work);
    if (!ids)
        return;
    step.reporter.info('Looking for the media that no cluster brought.');
    const seen = new id_set/* IdSet */.w();
    for (const { folder } of kept.whole) {
        const onRecord = (record) => {
            const id = (0,record_ids/* idIn */.D)(record, 'media_id');
            if (id !== undefined)
                seen.add(id);
        };
        await (0,inspect/* inspectExport */.X)({ dir: external_node_path_.join(folder, 'files'), signal, onRecord });
    }
    const mediaIds = ids.filter((id) => !seen.has(id));
    if (mediaIds.length === 0)
        return;
    step.reporter.note(`${mediaIds.length.toLocaleString('en-US')} items that no cluster brought are exported by their ids.`);
    await queue.run({ clusters: [], mediaIds }, signal);
}
/** Among which media to look for the rest; `undefined` where there is none, or where nobody can tell. */
async function restIn(work) {
    const { request, step, subject, slice, kept, queue } = work;
    const { selection, shard } = request;
    const there = kept.whole.reduce((sum, { record }) => sum + record.mediaCount, 0);
    const wanted = Math.max(0, ...expectations(work).map(({ items }) => items));
    const [cluster] = queue.unlisted;
    if ((cluster || there < wanted) && selection.kind === 'whole' && !shard) {
        const ids = await step.api.explore.mediaIds(subject.exported.id);
        if (ids)
            return ids;
    }
    if (cluster)
        throw undividable(cluster);
    const both = selection.kind === 'selected' && !shard && slice.content.clusters.length > 0;
    return both ? slice.content.mediaIds : undefined;
}
function undividable({ id, items }) {
    const held = items > 1 ? `${items.toLocaleString('en-US')} items, more than one export may` : 'more than one export may';
    return new errors/* ActionError */.lZ('rejected', `Cluster ${id} holds ${held}, and Visual Layer does not list its media: it cannot be divided.`, { todo: 'Export it by filters of your own (vql), each of which matches fewer items.' });
}
async function checkTotal(work, merged) {
    const { subject, kept, step } = work;
    const short = expectations(work).find(({ items }) => merged.mediaCount < items);
    if (merged.missingCount === 0 && !short)
        return;
    // With these parts the next run would come to the same end.
    await kept.remove();
    const there = merged.mediaCount.toLocaleString('en-US');
    const missing = short ? short.items - merged.mediaCount : merged.missingCount;
    const of = short ? ` of ${short.items.toLocaleString('en-US')} (${short.source})` : '';
    const names = merged.missing.length === 0
        ? ''
        : ` Missing are ${merged.missing.join(', ')}${merged.missingCount > merged.missing.length ? ' and others' : ''}.`;
    step.reporter.output('media_count', merged.mediaCount);
    throw new errors/* ActionError */.lZ('operation_failed', `The export of dataset "${subject.source.name}" is not whole: its parts hold ${there} items${of}, so that ${missing.toLocaleString('en-US')} are missing. Nothing was put into the output folder.${names}`, {
        todo: 'Make sure that nothing changes the dataset meanwhile, then run the step again. If it stays, tell Visual Layer support.',
    });
}
function tellParts(step, parts) {
    const shown = parts.slice(0, MOST_ROWS);
    step.reporter.table({
        title: shown.length < parts.length ? `The first ${shown.length} of ${parts.length} parts` : 'Parts',
        headers: ['part', 'export id', 'items', 'size', 'SHA-256'],
        rows: shown.map(({ number, record }) => [
            String(number),
            { code: record.exportId },
            record.mediaCount.toLocaleString('en-US'),
            (0,facts/* size */.Ej)(record.sizeBytes),
            { code: record.sha256 },
        ]),
    });
    if (shown.length < parts.length)
        step.reporter.note('The manifest (manifest.json) lists all parts.');
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./build/exports/parts/stretch.js

/** Lays clusters end to end, and cuts the row into pieces with so many places each. */
function cutInto(clusters, lengths) {
    let next = 0;
    let from = 0;
    return lengths.map((length) => {
        const piece = [];
        for (let room = length; room > 0;) {
            const cluster = clusters[next];
            if (!cluster)
                break;
            const to = Math.min(cluster.items, from + room);
            piece.push({ cluster, from, to });
            room -= to - from;
            next += to === cluster.items ? 1 : 0;
            from = to === cluster.items ? 0 : to;
        }
        return piece;
    });
}
/**
 * The media of a stretch, where `members` are those listed of its cluster. They may be more or fewer than its items: the
 * stretches of a cluster together hold each of them once, provided that every runner sees the same ones, in whatever order.
 */
function membersIn({ cluster, from, to }, members) {
    const { mediaIds } = content_inOrder({ clusters: [], mediaIds: members });
    // A rounded product could leave out the last one.
    const indexOf = (place) => Number((BigInt(place) * BigInt(mediaIds.length)) / BigInt(cluster.items));
    return mediaIds.slice(indexOf(from), indexOf(to));
}

;// CONCATENATED MODULE: ./build/exports/parts/shard.js



/** The largest share may hold this many times a fair one before more clusters are divided. */
const MOST_UNEVEN = 1.1;
/** Below so many items a share, an even split is worth no further requests. */
const FEW_ITEMS = 10;
/**
 * The clusters to divide when they are shared out `of` ways, so that no share is far larger than another: those above a fair
 * share of the items, and those that would bring their share to more than a tenth above it. With these divided, the largest
 * share is within a tenth of the mean. None where there are too few items to care.
 */
function clustersToDivide(clusters, of) {
    return shareClusters(inOrder({ clusters: [...clusters], mediaIds: [] }).clusters, of).divided;
}
/**
 * Shares `content` out `of` ways: every cluster, or every place in it, and every media id is in exactly one share. Clusters above
 * a fair share, laid end to end, fill one share after another. Each other cluster, from the largest down, goes whole to the
 * emptiest of the rest; those that would make it too large, laid end to end, at last fill the rest up to one level. So do the
 * media ids, ascending, with all shares.
 *
 * The members to list are few: over all shares, those of each divided cluster, and of one more at each border between two shares;
 * of a large cluster for no more shares than it fills. Every runner that sees the same content, in whatever order, gets the same
 * shares.
 *
 * @throws RangeError for a cluster without a proper count.
 */
function shares(content, of) {
    const { clusters, mediaIds } = content_inOrder(content);
    const { shared, loads } = shareClusters(clusters, of);
    let end = 0;
    for (const [index, length] of fillUp(loads, mediaIds.length).entries()) {
        end += length;
        const share = shared[index];
        if (share)
            share.mediaIds = mediaIds.slice(end - length, end);
    }
    return shared;
}
/** One of the {@link shares}; `index` counts from 1. */
function shardOf(content, shard) {
    const share = shares(content, shard.of)[shard.index - 1];
    if (!share)
        throw new RangeError(`There is no shard ${shard.index} of ${shard.of}`);
    return share;
}
/** Shares out clusters in their canonical order; tells how many items each share then holds, and which clusters are divided. */
function shareClusters(ordered, of) {
    const items = itemsIn(ordered);
    const fair = items / of;
    const worthwhile = of > 1 && fair >= FEW_ITEMS;
    const giants = worthwhile ? ordered.filter((cluster) => cluster.items > fair) : [];
    const { full, left } = fillOneByOne(worthwhile ? fairSizes(items, of) : [], itemsIn(giants));
    const rest = new Loads(of - full.length);
    if (left > 0)
        rest.add(left);
    const shared = Array.from({ length: of }, () => ({ clusters: [], stretches: [], mediaIds: [] }));
    const late = [];
    for (const cluster of ordered.slice(giants.length)) {
        if (worthwhile && rest.least + cluster.items > MOST_UNEVEN * fair)
            late.push(cluster);
        else
            shared[full.length + rest.add(cluster.items)]?.clusters.push(cluster);
    }
    const loads = rest.all();
    const places = fillUp(loads, itemsIn(late));
    give(giants, [...full, left], shared);
    give(late, places, shared.slice(full.length));
    return {
        shared,
        loads: [...full, ...loads.map((load, index) => load + (places[index] ?? 0))],
        divided: [...giants, ...late],
    };
}
/** Gives each share so many places of the clusters. One that lies in a single share stays whole. */
function give(clusters, places, shared) {
    for (const [index, stretches] of cutInto(clusters, places).entries()) {
        for (const stretch of stretches) {
            if (stretch.to - stretch.from === stretch.cluster.items)
                shared[index]?.clusters.push(stretch.cluster);
            else
                shared[index]?.stretches.push(stretch);
        }
    }
}
function itemsIn(clusters) {
    return itemsOf({ clusters, mediaIds: [] });
}
/** As equal as can be, and the smaller ones first: so those that are full of giants are no larger than the rest. */
function fairSizes(items, of) {
    return Array.from({ length: of }, (_, index) => Math.floor((items + index) / of));
}
/** The sizes that are filled when `items` fill one after another, and what is left for the next. */
function fillOneByOne(sizes, items) {
    let left = items;
    let count = 0;
    for (const size of sizes) {
        if (left < size)
            break;
        left -= size;
        count += 1;
    }
    return { full: sizes.slice(0, count), left };
}
/** How many of `items` single items each share gets, so that all end as level as can be; of equal ones the first get one more. */
function fillUp(loads, items) {
    const order = loads.map((_, index) => index).sort((one, other) => (loads[one] ?? 0) - (loads[other] ?? 0));
    const filled = loads.map(() => 0);
    let sum = items;
    let level = 0;
    let extra = 0;
    let below = 0;
    // The shares that lie below the common level are the first so many of the order.
    for (const index of order) {
        const load = loads[index] ?? 0;
        if (below > 0 && level <= load)
            break;
        sum += load;
        below += 1;
        level = Math.floor(sum / below);
        extra = sum % below;
    }
    for (const [place, index] of order.slice(0, below).entries()) {
        filled[index] = level + (place < extra ? 1 : 0) - (loads[index] ?? 0);
    }
    return filled;
}
/**
 * What tells that runners share out the same: SHA-256, in hex, over `content` and `of`. Equal for the same clusters with the same
 * counts and the same media ids, in whatever order.
 */
function planDigest(content, of) {
    const { clusters, mediaIds } = content_inOrder(content);
    const total = (0,external_node_crypto_.createHash)('sha256').update(`${of} shards\n`);
    for (const { id, items } of clusters)
        total.update(`${JSON.stringify(id)} ${items}\n`);
    for (const id of mediaIds)
        total.update(`${JSON.stringify(id)}\n`);
    return total.digest('hex');
}
/** How much each share holds, as a heap with the emptiest on top; among equals the first. */
class Loads {
    #loads;
    #heap;
    constructor(of) {
        this.#loads = new Float64Array(of);
        this.#heap = new Uint32Array(of).map((_, index) => index);
    }
    get least() {
        return this.#load(0);
    }
    all() {
        return [...this.#loads];
    }
    /** Puts items into the emptiest share; gives its index. */
    add(items) {
        const share = this.#heap[0] ?? 0;
        this.#loads[share] = this.least + items;
        let place = 0;
        for (;;) {
            const left = 2 * place + 1;
            const next = this.#before(left + 1, left) ? left + 1 : left;
            if (!this.#before(next, place))
                return share;
            const [upper = 0, lower = 0] = [this.#heap[place], this.#heap[next]];
            this.#heap[place] = lower;
            this.#heap[next] = upper;
            place = next;
        }
    }
    #before(one, other) {
        if (one >= this.#heap.length)
            return false;
        const [first, second] = [this.#load(one), this.#load(other)];
        return first < second || (first === second && (this.#heap[one] ?? 0) < (this.#heap[other] ?? 0));
    }
    #load(place) {
        return this.#loads[this.#heap[place] ?? 0] ?? 0;
    }
}

;// CONCATENATED MODULE: ./build/operations/export/slice.js




/**
 * The slice that `shard` asks for, or all of it. Every job of a matrix computes it alone: it follows from the listing, whatever
 * the order of that. A cluster that would make one job's slice far larger than another's is divided by its media, which only the
 * jobs list that share it.
 */
async function sliceOf(request, step, subject, { content }) {
    const { shard, selection } = request;
    const digest = planDigest(content, shard?.of ?? 1);
    // Clusters are listed with the media that are excluded from them.
    const excluded = selection.kind === 'selected' ? selection.excludeMediaIds.length : 0;
    const totalItems = Math.max(0, itemsOf(content) - excluded);
    if (!shard)
        return { content, digest, totalItems };
    const share = shardOf(content, shard);
    const clusters = [...share.clusters];
    // Media may be in more than one cluster.
    const mediaIds = new Set(share.mediaIds);
    for (const stretch of share.stretches) {
        const { cluster, from } = stretch;
        const members = await listMembers(request, step, subject, cluster);
        if (members)
            for (const id of membersIn(stretch, members))
                mediaIds.add(id);
        // The other jobs cannot list it either.
        else if (from === 0) {
            clusters.push(cluster);
            step.reporter.note(`Cluster ${cluster.id} with ${cluster.items.toLocaleString('en-US')} items goes to one slice as a whole: Visual Layer does not list its media, so that the slices are of unequal size.`);
        }
    }
    const slice = { clusters, mediaIds: [...mediaIds] };
    step.reporter.note(`Slice ${shard.index} of ${shard.of} holds ${itemsOf(slice).toLocaleString('en-US')} of ${totalItems.toLocaleString('en-US')} items.`);
    return { content: slice, digest, totalItems };
}

;// CONCATENATED MODULE: ./build/operations/export/export-in-parts.js














/**
 * Exports what one export cannot hold: lists it, divides it, exports the parts, and puts them together as one. Whole parts are
 * kept on disk until then, so that a step that is run again on the same `output_dir` goes on with the rest.
 *
 * @param cause the refusal that made it necessary
 */
async function exportInParts(request, step, subject, cause) {
    const { reporter } = step;
    reporter.output('export_id', '');
    if (cause?.kind === 'refused') {
        reporter.fact('Export id', 'one each part');
        reporter.note(`Visual Layer refused the export as too large${cause.words === undefined ? '' : ` ("${cause.words}")`}: it is done in parts (split: auto).`);
    }
    await prepareOutput(request);
    const all = await listContents(request, step, subject, request.shard !== undefined);
    const slice = await sliceOf(request, step, subject, all);
    const plan = {
        key: (0,parts_folder/* partsKey */.qM)(request, subject),
        listing: `${slice.digest} ${all.revision}`,
    };
    const opened = await kept_parts.KeptParts.open((0,parts_folder/* partsFolder */.Hb)(request), plan, () => step.clock.date());
    const { kept } = opened;
    const caps = new PartCaps(opened.cap, all.counted);
    if (opened.discarded !== undefined)
        reporter.note(`Parts of an interrupted export were not used: ${opened.discarded}.`);
    if (kept.whole.length > 0)
        reporter.note(`An interrupted export is continued: ${partsWord(kept.whole.length)} of it ${kept.whole.length === 1 ? 'is' : 'are'} still there.`);
    if (cause?.kind === 'refused' && opened.cap === undefined)
        caps.refused(slice.content, cause.words, cause.entities);
    const save = () => kept.save({ ...plan, cap: caps.toState() });
    await save();
    let unpackedBytes = kept.whole.reduce((sum, { record }) => sum + record.unpackedBytes, 0);
    const queue = new PartQueue({
        step,
        request,
        dataset: subject.exported,
        kept,
        caps,
        save,
        counted: all.counted,
        members: (cluster) => listMembers(request, step, subject, cluster),
        async onWhole({ record }, itemsLeft) {
            // What came tells what is to come, so that a full disk is met before the last part.
            unpackedBytes += record?.unpackedBytes ?? 0;
            const there = kept.whole.reduce((sum, part) => sum + part.record.mediaCount, 0);
            const bytes = Math.ceil((unpackedBytes / Math.max(1, there)) * itemsLeft);
            await (0,disk/* requireSpace */.M)(kept.folder, [{ bytes, purpose: 'unpack the parts that are still to come' }]);
        },
    });
    const phase = {
        get awaited() {
            return `the export in parts; last seen: ${queue.state}`;
        },
        get carryOn() {
            return carryOn(request, step, kept, queue.count);
        },
    };
    return reporter.group('Exporting in parts', () => (0,waits/* withinDeadline */.iP)(step, phase, async (signal) => {
        const work = { request, step, subject, cause, all, slice, kept, queue, signal };
        try {
            await queue.run(withoutKept(firstContent(request, slice.content), kept), signal);
            return await placeParts(work);
        }
        catch (error) {
            if (step.signal.aborted)
                reporter.note(phase.carryOn);
            signal.throwIfAborted();
            throw told(error, kept.whole.length, phase.carryOn);
        }
    }));
}
/** Makes the output folder. What is surely in the way there is an error now, not when everything is exported. */
async function prepareOutput(request) {
    const { outputDir, exportFormat } = request;
    try {
        await (0,promises_.mkdir)(outputDir, { recursive: true });
        const { files } = await (0,earlier_export/* findEarlier */._l)(outputDir, { keep: (0,parts_folder/* partsFolder */.Hb)(request) });
        for (const place of exportFormat === 'json' ? ['metadata.json'] : ['metadata', 'metadata/part-00001.parquet']) {
            const there = (0,earlier_export/* look */.Op)(external_node_path_.join(outputDir, place));
            if (!there)
                break;
            if (!files.has(place) && !there.isDirectory())
                throw (0,earlier_export/* inTheWay */.Mb)(external_node_path_.join(outputDir, place));
        }
    }
    catch (error) {
        throw (0,system_errors/* systemFailure */.oM)(error, 'make the output folder', outputDir);
    }
}
/** Media that were given beside clusters wait until it is known which of them the clusters bring. */
function firstContent({ selection, shard }, content) {
    const both = selection.kind === 'selected' && !shard && content.clusters.length > 0;
    return both ? { clusters: content.clusters, mediaIds: [] } : content;
}
/** What no part that is there, or under way, asks for. */
function withoutKept({ clusters, mediaIds }, kept) {
    const clusterIds = new Set();
    const media = new Set();
    for (const { content } of kept.parts) {
        for (const { id } of content.clusters)
            clusterIds.add(id);
        for (const id of content.mediaIds)
            media.add(id);
    }
    return {
        clusters: clusters.filter(({ id }) => !clusterIds.has(id)),
        mediaIds: mediaIds.filter((id) => !media.has(id)),
    };
}
function carryOn({ outputDir, snapshot }, { context }, kept, count) {
    const whole = kept.whole.length;
    if (whole === 0 || snapshot)
        return 'Run the step again.';
    const where = external_node_path_.relative(context.workspace, outputDir);
    return `Kept in ${where}: ${whole} of ${partsWord(count)}. Run the step again with the same inputs within a day, and it exports only the rest. The folder must still be there: a self-hosted runner keeps it with "clean: false" in actions/checkout; elsewhere save and restore it with actions/cache.`;
}
function partsWord(count) {
    return count === 1 ? '1 part' : `${count.toLocaleString('en-US')} parts`;
}
/** Says how to go on where that helps: what was refused is refused again. */
function told(error, whole, how) {
    if (!(error instanceof errors/* ActionError */.lZ) || error.code === 'rejected')
        return error;
    const { code, message, apiWords, todo } = error;
    if (whole === 0 && todo !== undefined)
        return error;
    return new errors/* ActionError */.lZ(code, message, { apiWords, todo: [todo, how].filter(Boolean).join('\n'), cause: error });
}


/***/ })

};
