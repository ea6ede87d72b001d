import { Writable } from "node:stream";
import { run } from "../../src/cli/run.ts";
import type { RouteListing } from "../../src/report/routes.ts";

/** The part of a report (`--format json`) that the bench reads. */
export interface ReportedIssue {
	readonly id: string;
	readonly rule: string;
	readonly severity: "CRITICAL" | "HIGH" | "MEDIUM" | "LOW";
	readonly stage: "import" | "startup" | "request" | "none";
	readonly fails_on: readonly string[];
	readonly file_path: string;
	readonly line_number: number;
	readonly problem_description: string;
	readonly expected_error: string | null;
	readonly raised_at: { readonly file_path: string; readonly line_number: number } | null;
	/** Ids of issues that start-up meets later. */
	readonly hides: readonly string[];
	readonly exact_fix: object | null;
}

export interface Audit {
	readonly issues: readonly ReportedIssue[];
	/** Ids in the order in which start-up meets them. */
	readonly criticalPath: readonly string[];
	/** What each start command of the repository would do. */
	readonly startCommands: readonly ReportedStart[];
	/** What bootmend said when it could not audit, else null. */
	readonly refusal: string | null;
}

/** A start command, as far as a boot can hold the report to it. */
export interface ReportedStart {
	readonly file_path: string;
	readonly line_number: number;
	readonly verdict: "starts" | "fails" | "unknown";
	readonly stops_at: { readonly expected_error: string | null } | null;
	readonly correction: string | null;
}

/** Where and as what a backend is audited. */
export interface Subject {
	/** Absolute path of the backend's folder. */
	readonly folder: string;
	readonly target: string;
	/** Interpreter that the server would run with; null for none at all, so that the bundled catalog answers for the packages. */
	readonly python: string | null;
	readonly environment: Readonly<Record<string, string>>;
}

/** `bootmend audit --format json`, in this process. */
export async function audit(subject: Subject): Promise<Audit> {
	const { stdout, stderr } = await runQuietly(subject, ["audit", subject.folder, "--format", "json"]);
	if (!stdout.startsWith("{")) return { issues: [], criticalPath: [], startCommands: [], refusal: stderr.trim() };
	const report = JSON.parse(stdout) as { issues: ReportedIssue[]; critical_path: string[]; start_commands: ReportedStart[] };
	return { issues: report.issues, criticalPath: report.critical_path, startCommands: report.start_commands, refusal: null };
}

/** `bootmend routes --format json`, in this process. */
export async function listRoutes(subject: Subject): Promise<readonly RouteListing[]> {
	const { stdout } = await runQuietly(subject, ["routes", subject.folder, "--format", "json"]);
	return stdout.startsWith("[") ? (JSON.parse(stdout) as RouteListing[]) : [];
}

/** `bootmend fix --yes --review`, in this process; returns what it said. */
export async function fixEverything(subject: Subject): Promise<string> {
	const { stdout, stderr } = await runQuietly(subject, ["fix", subject.folder, "--yes", "--review", "--no-commit"]);
	return stdout + stderr;
}

/** `bootmend fix --issue ID`, in this process: mends one issue and nothing else. */
export async function fixOne(subject: Subject, id: string): Promise<void> {
	await runQuietly(subject, ["fix", subject.folder, "--issue", id, "--review", "--no-commit"]);
}

async function runQuietly(subject: Subject, command: readonly string[]): Promise<{ stdout: string; stderr: string }> {
	const stdout = new Collector();
	const stderr = new Collector();
	const python = subject.python === null ? [] : ["--python", subject.python];
	await run([...command, "--target", subject.target, ...python], {
		// Commands only write to these two, which any writable can stand for.
		stdout: stdout as unknown as NodeJS.WriteStream,
		stderr: stderr as unknown as NodeJS.WriteStream,
		stdin: process.stdin,
		env: { ...(subject.python === null ? {} : { HOME: process.env.HOME, PATH: process.env.PATH }), ...subject.environment },
		cwd: () => subject.folder,
	});
	return { stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable {
	text = "";

	override _write(chunk: Buffer, _encoding: string, done: () => void): void {
		this.text += chunk.toString("utf8");
		done();
	}
}
