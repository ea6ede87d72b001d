import { createHash } from "node:crypto";
import { type Category, type Issue, type Stage, storyOf } from "../audit/issue.ts";
import type { SourceTree } from "../project/project.ts";
import { LineIndex } from "../text/line-index.ts";
import type { BootFailure, BootStage } from "./boot-report.ts";
import type { UnjoinedFailure } from "./explain-stop.ts";

/** What a report for the makers of bootmend needs to say about the machine. */
export interface BugReportContext {
	readonly version: string;
	readonly python: string | null;
	/** Name and version of each package that a frame of the failure lies in. */
	readonly packages: readonly string[];
}

/** The rule name of issues that no audit foretold. */
const foundByBoot = "found-by-boot";

/** How a failure stands to the audit. `unreachable`: something that it connects to does not answer, which no source text can tell. */
export function knowledgeOf({ issue, error, detail }: BootFailure): "foretold" | "unreachable" | "found" {
	if (issue.rule !== foundByBoot) return "foretold";
	return isUnreachable([error, ...detail].join("\n")) ? "unreachable" : "found";
}

/** Words of operating systems, resolvers and clients for a service that is not there. */
const unreachable =
	/\[Errno (?:111|61|113|101|-2|-3|-5|8|11001)\]|Connection refused|Connect call failed|Name or service not known|Temporary failure in name resolution|nodename nor servname|No address associated|None of DNS query names exist|The DNS operation timed out|Network is unreachable|No route to host|^(?:\w+\.)*(?:ConnectionRefusedError|gaierror|KafkaConnectionError|NoBrokersAvailable|AMQPConnectionError|ServerSelectionTimeoutError)\b/m;

/** Does an error say that a service cannot be reached? */
function isUnreachable(error: string): boolean {
	return unreachable.test(error);
}

/** What an unreachable service means, and what to do. */
export const unreachableWords =
	"Something that it connects to does not answer here, which no audit of the code can tell. Start that service, or give its address in --env-file.";

/** An issue made of what a boot showed and no audit foretold. */
export function issueFromBoot(failure: UnjoinedFailure, files: SourceTree): Issue {
	const category = categoryOf(failure);
	const path = failure.at?.path ?? "";
	const line = failure.at?.line ?? 1;
	const text = files.get(path)?.text;
	const start = text === undefined ? 0 : new LineIndex(text).lineStart(Math.max(1, line));
	return {
		id: `${category}-000`,
		rule: foundByBoot,
		fingerprint: createHash("sha256").update([foundByBoot, path, failure.error].join("\0")).digest("hex").slice(0, 16),
		severity: failure.stage === "answers" && !failure.everyRequestFails ? "HIGH" : "CRITICAL",
		category,
		story: storyOf(category),
		stage: stageOf(failure.stage),
		blocksStartup: failure.stage !== "answers" && failure.stage !== "shutdown",
		reachedFromTarget: true,
		failsOn: ["this-machine"],
		at: { path, range: { start, end: start }, line, column: 1, endLine: line },
		problem: failure.error,
		rootCause: isUnreachable(failure.error) ? unreachableWords : "The boot met it, and the audit did not foresee it.",
		expectedError: failure.error,
		raisedAt: failure.at === null ? null : { path: failure.at.path, line: failure.at.line },
		importChain: [],
		fix: null,
		alternatives: [],
		manualSteps: [],
		related: [],
		hides: [],
	};
}

function categoryOf({ error, frames, stage }: UnjoinedFailure): Category {
	if (/^(?:\w+\.)*ModuleNotFoundError\b/.test(error)) return "DEPENDENCY";
	if (/^(?:\w+\.)*(ImportError|NameError|SyntaxError|IndentationError|TabError|AttributeError)\b/.test(error)) return "IMPORT";
	if (frames.some(({ path }) => path.startsWith("<site-packages>/pydantic_settings/"))) return "CONFIG";
	if (/^KeyError\b/.test(error) && frames.some(({ path, name }) => path === "<frozen os>" || name === "__getitem__"))
		return "CONFIG";
	const database = /^<site-packages>\/(sqlalchemy|sqlmodel|asyncpg|psycopg2?|aiosqlite|alembic)\//;
	if (stage === "engine" || frames.some(({ path }) => database.test(path))) return "DATABASE";
	return "ENTRYPOINT";
}

function stageOf(stage: BootStage): Stage {
	if (stage === "answers") return "request";
	return stage === "interpreter" || stage === "import" || stage === "engine" ? "import" : "startup";
}

/**
 * Text of a bug report about a failure that the audit missed: error, frames and versions, and nothing of the project but the kinds
 * of its frames. Names of its files and functions are replaced.
 */
export function bugReport(failure: UnjoinedFailure, context: BugReportContext): string {
	const names = new Map<string, string>();
	const veil = (path: string): string => {
		const known = names.get(path) ?? `project/file${names.size + 1}.py`;
		names.set(path, known);
		return known;
	};
	const frames = failure.frames
		.slice(-14)
		.map((frame) => (frame.ofProject ? `${veil(frame.path)}:${frame.line}` : `${frame.path}:${frame.line} ${frame.name}`));
	const quoteless = (text: string): string =>
		text.replace(/(["'])(?:(?!\1).){1,200}\1/g, "$1…$1").replace(/\/[^\s,:;()]+/g, "/…");
	return [
		"A boot failed and the audit had not foretold it.",
		"",
		`bootmend ${context.version}, Python ${context.python ?? "unknown"}`,
		...(context.packages.length > 0 ? [`Packages: ${context.packages.join(", ")}`] : []),
		`Stage: ${failure.stage}`,
		`Error: ${quoteless(failure.error)}`,
		...failure.detail.map((line) => `  ${quoteless(line)}`),
		"Frames, innermost last:",
		...frames.map((frame) => `  ${frame}`),
		"",
	].join("\n");
}
