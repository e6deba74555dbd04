export const id = 946;
export const ids = [946];
export const modules = {

/***/ 93946:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  fetchPreviousExport: () => (/* binding */ fetchPreviousExport)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
;// CONCATENATED MODULE: ./build/runner/github/choice.js
/** How many successful runs of a branch are looked into. */
const MOST_RUNS = 20;
/**
 * The branch that the current run is of, where runs of that branch can be its forerunners: not for a pull request from a fork,
 * whose branch only shares a name with one of ours, and not for a run of no branch.
 */
function ownBranch(current) {
    const ours = current.head_repository?.id === current.repository.id && !isAnybodys(current);
    return ours && current.head_branch ? current.head_branch : undefined;
}
/**
 * The runs whose export may be compared with, newest first: successful ones of `branch` in this repository itself. GitHub lists
 * the runs of pull requests under the name of their branch, and anyone who forks a repository names the branch there as they like,
 * `main` included. Such a run may store anything, so it must never pass for what was exported before.
 */
function forerunners(runs, current, branch) {
    return runs
        .filter((run) => run.id !== current.id &&
        run.conclusion === 'success' &&
        run.head_branch === branch &&
        run.head_repository?.id === current.repository.id &&
        !isAnybodys(run))
        .sort((one, other) => other.id - one.id)
        .slice(0, MOST_RUNS);
}
/** Runs in the name of this repository, which a pull request from any fork starts: their reported head does not matter. */
function isAnybodys({ event }) {
    return event === 'pull_request_target';
}
/** The names under which a step with these inputs stores its export, the likeliest first. */
function storedNames(artifactName, extract) {
    const zip = `${artifactName}.zip`;
    return extract ? [artifactName, zip] : [zip, artifactName];
}
/**
 * The artifact of a run that contains its export: of the form that this step stores, else of the other; where an upload broke off
 * and the next attempt had to take a name of its own (`<name>-retry-2.zip`), that one. An expired one only where all are.
 */
function chooseArtifact(artifacts, artifactName, extract) {
    const wanted = storedNames(artifactName, extract);
    const createdAt = ({ artifact }) => Date.parse(artifact.created_at ?? '') || 0;
    const rank = (name) => {
        const plain = wanted.indexOf(name);
        if (plain >= 0)
            return plain;
        const retry = wanted.indexOf(name.replace(/-retry-\d+(?=(?:\.zip)?$)/, ''));
        return retry < 0 ? undefined : wanted.length + retry;
    };
    return artifacts
        .flatMap((artifact) => {
        const ranked = rank(artifact.name);
        return ranked === undefined ? [] : { artifact, ranked };
    })
        .sort((one, other) => Number(one.artifact.expired) - Number(other.artifact.expired) ||
        one.ranked - other.ranked ||
        // A run that was tried twice has two of one name, and IDs do not grow with time.
        createdAt(other) - createdAt(one) ||
        other.artifact.id - one.artifact.id)[0]?.artifact;
}

// EXTERNAL MODULE: ./build/clock.js
var build_clock = __webpack_require__(7094);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(58508);
// EXTERNAL MODULE: ./build/visual-layer/retry.js
var retry = __webpack_require__(86055);
// EXTERNAL MODULE: ./build/network.js
var network = __webpack_require__(60198);
// EXTERNAL MODULE: ./build/visual-layer/reply.js
var reply = __webpack_require__(9313);
// EXTERNAL MODULE: ./build/visual-layer/headers.js
var visual_layer_headers = __webpack_require__(12567);
;// CONCATENATED MODULE: ./build/runner/github/failure.js




/** A failed request to GitHub's REST API. */
class GitHubFailure extends errors/* ActionError */.lZ {
    /** `undefined` where no response came. */
    status;
    /** Whether another try may end better. */
    transient;
    /** The pause that GitHub asked for, in ms. */
    pauseMs;
    constructor(code, message, details) {
        super(code, message, details);
        this.status = details.status;
        this.transient = details.transient ?? false;
        this.pauseMs = details.pauseMs;
    }
}
/** Whether something does not exist, or no longer: for an expired artifact, GitHub responds with 410. */
function isGone(error) {
    return error instanceof GitHubFailure && (error.status === 404 || error.status === 410);
}
/** A rejection for too many requests that names no time: GitHub asks for at least a minute (docs.github.com, rate limits). */
const RATE_PAUSE_MS = 60_000;
const PERMISSIONS = `The token must be allowed to read the runs of this repository's workflows. Give the job these permissions:
permissions:
  actions: read
  contents: read`;
const REACH = 'On a self-hosted runner, check that it can reach the GitHub API, through its proxy if it has one.';
/** What a request that threw means. `what` completes "the request to GitHub for …". `dateMs`: the wall clock, ms since the epoch. */
function failureOf(what, error, dateMs) {
    const reply = replyIn(error);
    if (!reply) {
        const { cause, todo, isFinal } = (0,network/* networkFault */.T)(error);
        return new GitHubFailure('network', `Could not reach GitHub to read ${what}: ${cause}.`, {
            todo,
            transient: !isFinal,
            cause: error,
        });
    }
    const { status, headers } = reply;
    const apiWords = wordsOf(reply.data);
    const about = { status, apiWords, cause: error };
    const pauseMs = (0,visual_layer_headers/* retryAfterMs */.Vs)(headers, dateMs) ?? untilReset(headers, dateMs);
    if (status === 429 || (status === 403 && (pauseMs !== undefined || /rate limit/i.test(apiWords ?? '')))) {
        return new GitHubFailure('server_error', `GitHub's rate limit was reached by the request for ${what}.`, {
            ...about,
            todo: 'Re-run the job later. All jobs of a repository share the limit, so run fewer of them at once.',
            transient: true,
            pauseMs: pauseMs ?? RATE_PAUSE_MS,
        });
    }
    if (status === 401) {
        return new GitHubFailure('unauthorized', `GitHub did not accept the github_token (HTTP 401).`, {
            ...about,
            todo: 'Remove github_token to use the token of the job. Your own token may have expired or been revoked.',
        });
    }
    if (status === 403 || status === 404) {
        const message = `GitHub denied access to ${what} (HTTP ${status}).`;
        return new GitHubFailure('forbidden', message, { ...about, todo: PERMISSIONS });
    }
    const passing = status >= 500 || status === 408;
    return new GitHubFailure(passing ? 'server_error' : 'unexpected_reply', `The request to GitHub for ${what} failed (HTTP ${status}).`, {
        ...about,
        todo: 'Check whether githubstatus.com reports problems, then re-run the job.',
        transient: passing,
        pauseMs: (0,visual_layer_headers/* retryAfterMs */.Vs)(headers, dateMs),
    });
}
/** A response with HTTP 200 that is not what is documented; a cut-off one looks like this too. */
function unexpectedReply(what, status, data) {
    return new GitHubFailure('unexpected_reply', `Unexpected response to the request to GitHub for ${what}.`, {
        status,
        apiWords: wordsOf(data),
        todo: `Re-run the job. ${REACH}`,
        transient: true,
    });
}
/** Octokit's errors carry the response; one without is of the connection, whatever status it claims. */
function replyIn(error) {
    if (!(error instanceof Error && 'response' in error && (0,reply/* isRecord */.u4)(error.response)))
        return undefined;
    const { status, headers, data } = error.response;
    if (typeof status !== 'number')
        return undefined;
    const texts = {};
    for (const [name, value] of Object.entries((0,reply/* isRecord */.u4)(headers) ? headers : {})) {
        if (typeof value === 'string')
            texts[name] = value;
    }
    return { status, headers: texts, data };
}
function untilReset(headers, dateMs) {
    if (headers['x-ratelimit-remaining'] !== '0')
        return undefined;
    const resetMs = Number(headers['x-ratelimit-reset']) * 1000;
    return Number.isFinite(resetMs) ? Math.max(0, resetMs - dateMs) : undefined;
}
function wordsOf(data) {
    if ((0,reply/* isRecord */.u4)(data))
        return typeof data['message'] === 'string' ? data['message'] : undefined;
    return typeof data === 'string' && data !== '' ? (0,reply/* excerpt */.Kb)({ kind: 'other', text: data }) : undefined;
}

;// CONCATENATED MODULE: ./build/runner/github/client.js




/** A longer pause (ms) than this is not waited for: the hourly limit of a repository comes back in up to an hour. */
const LONGEST_PAUSE_MS = 120_000;
/** Of GitHub's REST API; docs.github.com/rest, API versions. */
const API_VERSION = '2022-11-28';
/**
 * Reads GitHub's REST API. Lost connections, responses that take too long, server errors and used up limits are made good with
 * growing, jittered pauses, or the pause GitHub asks for where that is bearable. Throws a {@link GitHubFailure}, or the signal's
 * reason.
 */
class GitHubClient {
    #options;
    #octokit;
    constructor(options) {
        this.#options = options;
    }
    /** @param what completes "the request to GitHub for …" */
    async read(what, route, schema) {
        return this.#repeat(what, async () => {
            const { status, data } = await this.#attempt(route, 'follow');
            const parsed = schema.safeParse(data);
            if (parsed.success)
                return parsed.data;
            throw unexpectedReply(what, status, data);
        });
    }
    /** Where a route redirects to. The token is not sent there. */
    async location(what, route) {
        return this.#repeat(what, async () => {
            const { status, headers, data } = await this.#attempt(route, 'manual');
            const link = status >= 300 && status < 400 ? URL.parse(headers.location ?? '') : null;
            const allowed = this.#options.apiUrl.startsWith('http:') ? ['http:', 'https:'] : ['https:'];
            if (link && allowed.includes(link.protocol))
                return link;
            throw unexpectedReply(what, status, data);
        });
    }
    async #repeat(what, attempt) {
        const { clock, signal, maxRetries, reporter } = this.#options;
        return (0,build_clock/* attempts */.r2)({ clock, signal }, attempt, (error, failures) => {
            signal.throwIfAborted();
            const failure = error instanceof GitHubFailure ? error : failureOf(what, error, clock.date());
            const pause = Math.max((0,retry/* fullJitter */.G)(failures), failure.pauseMs ?? 0);
            if (!failure.transient || failures >= maxRetries || pause > LONGEST_PAUSE_MS)
                throw failure;
            reporter.info(`${failure.message} Retrying (${failures + 1} of ${maxRetries}).`);
            return pause;
        });
    }
    async #attempt(route, redirect) {
        const { clock, signal, requestTimeoutMs } = this.#options;
        signal.throwIfAborted();
        this.#octokit ??= this.#open();
        const octokit = await this.#octokit;
        const late = () => new Error(`no response within ${Math.round(requestTimeoutMs / 100) / 10} s`);
        return (0,build_clock/* within */.ux)(clock, requestTimeoutMs, signal, late, async (ends) => {
            const reply = await route(octokit.rest, { redirect, signal: ends });
            // A body that broke off is no error to Octokit.
            ends.throwIfAborted();
            return reply;
        });
    }
    async #open() {
        const { apiUrl, token, connection, reporter } = this.#options;
        // The package reads the event of the run when it is imported, and throws if the file is broken. Nothing here needs the event.
        delete process.env['GITHUB_EVENT_PATH'];
        const [{ getOctokit: open }, { fetch }, dispatcher] = await Promise.all([
            __webpack_require__.e(/* import() */ 351).then(__webpack_require__.bind(__webpack_require__, 61351)),
            Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 46752, 19)),
            connection(),
        ]);
        const debug = (line) => reporter.debug(line);
        const octokit = open(token, {
            baseUrl: apiUrl,
            userAgent: version/* USER_AGENT */._,
            log: { debug, info: debug, warn: debug, error: debug },
            request: { fetch: (url, options) => fetch(url, { ...options, dispatcher }) },
        });
        octokit.hook.before('request', ({ headers }) => {
            headers['x-github-api-version'] = API_VERSION;
        });
        return octokit;
    }
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 15 modules
var schemas = __webpack_require__(9691);
;// CONCATENATED MODULE: ./build/runner/github/replies.js

// What is read of GitHub's responses (docs.github.com/rest/actions); the rest of them may be as it likes.
const id = schemas/* number */.aig().int();
const repositoryReply = schemas/* object */.Ikc({ id, default_branch: schemas/* string */.YjP().min(1) });
const run = schemas/* object */.Ikc({
    id,
    event: schemas/* string */.YjP(),
    conclusion: schemas/* string */.YjP().nullish(),
    head_branch: schemas/* string */.YjP().nullish(),
    /** Null where a fork that the run came from is deleted. */
    head_repository: schemas/* object */.Ikc({ id }).nullish(),
});
const currentRunReply = run.extend({ workflow_id: id, repository: schemas/* object */.Ikc({ id }) });
const runsReply = schemas/* object */.Ikc({ workflow_runs: schemas/* array */.YOg(run) });
const artifact = schemas/* object */.Ikc({
    id,
    name: schemas/* string */.YjP(),
    size_in_bytes: schemas/* number */.aig(),
    expired: schemas/* boolean */.zMY(),
    created_at: schemas/* string */.YjP().nullish(),
    expires_at: schemas/* string */.YjP().nullish(),
    /** `sha256:` and hex, of the bytes that are stored; artifacts of old have none. */
    digest: schemas/* string */.YjP()
        .regex(/^sha256:[0-9a-f]{64}$/i)
        .nullish(),
});
const artifactsReply = schemas/* object */.Ikc({ total_count: schemas/* number */.aig(), artifacts: schemas/* array */.YOg(artifact) });

;// CONCATENATED MODULE: ./build/runner/previous-run.js





const PER_PAGE = 100;
/** GitHub lets one job store 500 artifacts; a run of many jobs may have more than are looked at. */
const MOST_ARTIFACTS = 1000;
/**
 * Looks for the artifact that the last successful run of this workflow stored its export in: on the branch of this run first,
 * else on the default branch. Runs that stored none, or whose artifact expired, are passed over. Throws an `ActionError`
 * (`unauthorized`, `forbidden`, `network`, `server_error`, `unexpected_reply`), or the signal's reason.
 */
async function findPreviousExport(options) {
    const { context, token } = options;
    const { repository, runId } = context;
    if (!context.isRunner || repository === undefined || runId === undefined)
        return none('this is not a run of a GitHub workflow');
    if (context.isEnterpriseServer)
        return none(`${new URL(context.serverUrl).host} is GitHub Enterprise Server, where the action stores no artifacts`);
    if (!token)
        return none('github_token is empty, so the earlier runs cannot be read');
    return new Search({ ...options, token }, repository).run(Number(runId));
}
function none(why) {
    return { kind: 'none', why: `There is no previous run to compare with: ${why}.` };
}
/** One walk back through the runs, which keeps in mind what it saw. */
class Search {
    #options;
    #client;
    #repo;
    #branches = [];
    #runs = 0;
    /** The newest artifact that is no longer to be had. */
    #gone;
    constructor(options, repository) {
        const [owner = '', repo = ''] = repository.split('/');
        this.#options = options;
        this.#client = new GitHubClient({ ...options, apiUrl: options.context.apiUrl });
        this.#repo = { owner, repo };
    }
    async run(runId) {
        const current = await this.#client.read('this workflow run', (rest, request) => rest.actions.getWorkflowRun({ ...this.#repo, run_id: runId, request }), currentRunReply);
        const own = ownBranch(current);
        const onOwn = own === undefined ? undefined : await this.#onBranch(own, current);
        if (onOwn)
            return onOwn;
        const { default_branch: main } = await this.#client.read('this repository', (rest, request) => rest.repos.get({ ...this.#repo, request }), repositoryReply);
        const onMain = main === own ? undefined : await this.#onBranch(main, current);
        return onMain ?? this.#nothing();
    }
    async #onBranch(branch, current) {
        this.#branches.push(branch);
        const { workflow_runs: listed } = await this.#client.read(`the earlier runs of this workflow on the branch "${branch}"`, (rest, request) => rest.actions.listWorkflowRuns({
            ...this.#repo,
            workflow_id: current.workflow_id,
            branch,
            status: 'success',
            exclude_pull_requests: true,
            per_page: PER_PAGE,
            request,
        }), runsReply);
        for (const { id } of forerunners(listed, current, branch)) {
            this.#runs += 1;
            const { artifactName, extract, context } = this.#options;
            const artifact = chooseArtifact(await this.#artifactsOf(id), artifactName, extract);
            if (!artifact)
                continue;
            const runUrl = `${context.serverUrl}/${context.repository}/actions/runs/${id}`;
            const link = artifact.expired ? undefined : await this.#linkTo(artifact);
            if (link)
                return this.#found(artifact, link, { runId: String(id), runUrl, branch });
            this.#gone ??= { artifact, runUrl };
        }
        return undefined;
    }
    /** Empty if the run was deleted during the step. */
    async #artifactsOf(runId) {
        const artifacts = [];
        try {
            for (let page = 1; artifacts.length < MOST_ARTIFACTS; page += 1) {
                const reply = await this.#client.read(`the artifacts of run ${runId}`, (rest, request) => rest.actions.listWorkflowRunArtifacts({ ...this.#repo, run_id: runId, per_page: PER_PAGE, page, request }), artifactsReply);
                artifacts.push(...reply.artifacts);
                if (reply.artifacts.length < PER_PAGE)
                    break;
            }
        }
        catch (error) {
            if (!isGone(error))
                throw error;
        }
        return artifacts;
    }
    /** The same route that @actions/artifact asks. `undefined` where the artifact expired or was deleted since it was listed. */
    async #linkTo({ id, name }) {
        const zip = { ...this.#repo, artifact_id: id, archive_format: 'zip' };
        try {
            return await this.#client.location(`the artifact "${name}"`, (rest, request) => rest.actions.downloadArtifact({ ...zip, request }));
        }
        catch (error) {
            if (isGone(error))
                return undefined;
            throw error;
        }
    }
    #found(artifact, link, run) {
        return {
            kind: 'found',
            artifactId: artifact.id,
            name: artifact.name,
            digest: artifact.digest?.replace(/^sha256:/, '').toLowerCase(),
            createdAt: artifact.created_at ?? undefined,
            ...run,
            link,
            renew: async () => {
                const fresh = await this.#linkTo(artifact);
                if (fresh)
                    return fresh;
                throw new errors/* ActionError */.lZ('unexpected_reply', `The artifact "${artifact.name}" was deleted while it was downloaded.`);
            },
        };
    }
    #nothing() {
        const branches = this.#branches.map((branch) => `"${branch}"`).join(' or ');
        if (this.#gone) {
            const { artifact, runUrl } = this.#gone;
            const at = artifact.expires_at ?? '';
            const what = `the artifact "${artifact.name}" of ${runUrl}`;
            const expired = artifact.expired || Date.parse(at) <= this.#options.clock.date();
            if (!expired)
                return none(`${what} was deleted`);
            const when = at === '' ? '' : ` on ${at.slice(0, 10)}`;
            return none(`${what} expired${when}; increase retention_days to keep it longer`);
        }
        if (this.#runs === 0)
            return none(`no earlier run of this workflow has succeeded on ${branches}`);
        const names = storedNames(this.#options.artifactName, this.#options.extract).map((name) => `"${name}"`);
        const runs = this.#runs === 1 ? 'the one earlier run' : `none of the last ${this.#runs} runs`;
        const stored = this.#runs === 1 ? 'stored no artifact' : 'stored an artifact';
        return none(`${runs} of this workflow that succeeded on ${branches} ${stored} named ${names.join(' or ')}`);
    }
}

// EXTERNAL MODULE: ./build/operations/export/signed-link.js
var signed_link = __webpack_require__(55873);
// EXTERNAL MODULE: ./build/operations/export/transfer-options.js
var transfer_options = __webpack_require__(61728);
// EXTERNAL MODULE: ./build/operations/export/transfer-progress.js
var transfer_progress = __webpack_require__(911);
;// CONCATENATED MODULE: ./build/operations/export/previous-export.js







const INSTEAD = 'To skip the comparison, remove compare_with. To compare with another export, set compare_with to its folder or ZIP.';
/**
 * Fetches the export that the last successful run of this workflow stored as an artifact. The artifact is data from outside: it is
 * downloaded by our own transfer, verified against the digest GitHub keeps of it, verified to the last CRC, and unpacked only where it
 * contains the export's ZIP in a ZIP, never outside `folder`. On failure and on abort nothing of it is left. Throws what
 * `findPreviousExport` throws, an `ActionError` (`network`, `server_error`, `corrupt_download`, `unsafe_archive`,
 * `unexpected_reply`, `operation_failed`), or the signal's reason.
 */
async function fetchPreviousExport(request, step) {
    const { reporter, context, connection, requestTimeoutMs, maxRetries, clock } = step;
    const { artifactName, extract, token, signal } = request;
    return reporter.group('Fetching the export of the previous run', async () => {
        const found = await findPreviousExport({
            artifactName,
            extract,
            token,
            signal,
            reporter,
            context,
            connection,
            requestTimeoutMs,
            maxRetries,
            clock,
        });
        if (found.kind === 'none') {
            reporter.info(found.why);
            return found;
        }
        reporter.info(`Found the artifact "${found.name}" of ${found.runUrl}, on the branch "${found.branch}".`);
        return fetchFound(found, request, step);
    });
}
async function fetchFound(found, request, step) {
    const { signal, folder } = request;
    const { runId, runUrl, artifactId, createdAt, branch } = found;
    const archive = external_node_path_.join(folder, 'previous-export.zip');
    try {
        const { downloaded, contents } = await download(found, archive, signal, step);
        if (found.digest !== undefined && found.digest !== downloaded.sha256) {
            throw new errors/* ActionError */.lZ('corrupt_download', `its SHA-256 is ${downloaded.sha256}, while GitHub stored ${found.digest}.`);
        }
        const holds = contents.entries.some((entry) => /^[^/]+\.zip$/i.test(entry.path));
        const at = holds ? await unpacked(archive, external_node_path_.join(folder, 'artifact'), signal) : folder;
        return { kind: 'found', folder: at, runId, runUrl, artifactId, createdAt, branch };
    }
    catch (error) {
        await (0,promises_.rm)(archive, { force: true }).catch(() => undefined);
        signal.throwIfAborted();
        if (!(error instanceof errors/* ActionError */.lZ))
            throw error;
        throw error.with({
            message: `Could not download the export of ${runUrl}: ${error.message}`,
            todo: [error.todo ?? 'Re-run the job.', INSTEAD].join('\n'),
        });
    }
}
async function download(found, archive, signal, step) {
    const { fetchArchive } = await __webpack_require__.e(/* import() */ 873).then(__webpack_require__.bind(__webpack_require__, 69873));
    const progress = new transfer_progress/* Progress */.k(step, '', 'verified');
    return fetchArchive({
        source: sourceOf(found, step),
        path: archive,
        ...(await (0,transfer_options/* transferOptions */.U)(step, signal)),
        onProgress: progress.received,
        onUnpacked: progress.unpacked,
    });
}
/** Links are masked before anything can show them. */
function sourceOf({ link, renew }, { reporter }) {
    (0,signed_link/* maskLink */.L)(reporter, link);
    let current = link;
    return {
        link: () => current,
        async renew() {
            current = await renew();
            (0,signed_link/* maskLink */.L)(reporter, current);
        },
    };
}
/** What actions/upload-artifact makes of an output folder that contains the ZIP: the ZIP and its manifest in another one. */
async function unpacked(archive, target, signal) {
    const { readArchive } = await __webpack_require__.e(/* import() */ 989).then(__webpack_require__.bind(__webpack_require__, 72989));
    await readArchive({ archive, target, signal });
    await (0,promises_.rm)(archive);
    return target;
}


/***/ })

};
