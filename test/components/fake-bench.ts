import type { InstallOutcome } from "../../src/apply/install-packages.ts";
import type { BenchFacts, BootRequest, Workbench } from "../../src/session/boots/verify-bench.ts";
import type { KnownSettings } from "../../src/session/settings-form.ts";
import type { BootReport, BootStage } from "../../src/verify/boot-report.ts";
import type { ScriptedSession } from "./scripted-session.ts";

const stages: readonly BootStage[] = ["interpreter", "import", "engine", "lifespan", "listening", "answers", "shutdown"];

/** A boot that stops at the import with `error`, or comes up where there is none. */
export function bootReport(error: string | null, session: ScriptedSession): BootReport {
	const at = { path: "backend/src/core/database.py", line: 7, name: "<module>", ofProject: true };
	const [issue] = session.state.report.issues;
	return {
		boots: error === null,
		unavailable: false,
		stages: stages.map((stage, index) => ({
			stage,
			verdict: error === null || index === 0 ? "passed" : index === 1 ? "failed" : "skipped",
			milliseconds: 10,
			said: "",
		})),
		failure:
			error === null || issue === undefined
				? null
				: { stage: "import", error, detail: [], frames: [at], at, everyRequestFails: false, issue, bugReport: null },
		answers: error === null ? [{ method: "GET", path: "/health", status: 200, body: "", milliseconds: 3 }] : [],
		moduleTimes: [],
		database: { choice: "scratch", replaced: { DATABASE_URL: "postgresql (scratch)" } },
		output: error === null ? "INFO:     Database initialized successfully\n" : "",
		reaches: error === null ? "a running server" : "the import of backend/src/core/database.py",
		progress: error === null ? 7 : 2.003,
		nextSteps: [],
	};
}

/** A workbench whose boots end when the test says so. */
export class FakeBench implements Workbench {
	readonly requests: BootRequest[] = [];
	readonly documents = new Map<string, string>();
	installed = 0;
	current: BenchFacts = {
		lacks: null,
		databases: ["postgresql+asyncpg://todo:••••@db.example.com/todo"],
		install: {
			type: "possible",
			environment: "/home/someone/todo/backend/.venv",
			creates: true,
			commands: ["pip install -r requirements.txt"],
		},
	};
	private readonly ends: ((report: BootReport) => void)[] = [];

	facts(): BenchFacts {
		return this.current;
	}

	boot(request: BootRequest): Promise<BootReport> {
		this.requests.push(request);
		return new Promise((resolve, reject) => {
			this.ends.push(resolve);
			request.signal.addEventListener("abort", () => reject(new Error("given up")));
		});
	}

	/** Ends the newest boot. */
	async end(report: BootReport): Promise<void> {
		this.ends.at(-1)?.(report);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}

	/** Installs at once, or waits to be stopped where `isSlow`. */
	isSlow = false;

	async install({ onLine, signal }: Parameters<Workbench["install"]>[0]): Promise<InstallOutcome> {
		this.installed++;
		if (this.isSlow) {
			onLine("Collecting fastapi");
			await new Promise((resolve) => signal.addEventListener("abort", resolve));
			return { type: "interrupted" };
		}
		this.current = { ...this.current, lacks: null };
		return { type: "installed", changes: [{ name: "asyncpg", before: null, after: "0.30.0" }] };
	}

	async settings(files: readonly string[]): Promise<KnownSettings> {
		return { settings: [], standing: new Map(files.map((path) => [path, "untracked"])), ignoreFile: null };
	}

	writeDocument(name: string, text: string) {
		this.documents.set(name, text);
		return { path: name };
	}
}
