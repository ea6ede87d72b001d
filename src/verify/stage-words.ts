import type { EngineMade } from "./boot-events.ts";
import type { BootStage, StageVerdict } from "./boot-report.ts";
import type { Shown } from "./compose-report.ts";

/** One sentence about what became of a stage; `""` where there is nothing to say. */
export function describeStage(stage: BootStage, verdict: StageVerdict, boot: Shown): string {
	if (verdict === "hung") return `did not end within ${limitOf(stage, boot) / 1000} s`;
	switch (stage) {
		case "interpreter":
			return aboutInterpreter(boot);
		case "import":
			return verdict === "passed" ? aboutImport(boot) : verdict === "unavailable" ? aboutForeign(boot) : "";
		case "engine":
			return verdict === "passed" ? boot.observation.engines.map(aboutEngine).join("; ") : "";
		case "lifespan":
			return aboutLifespan(verdict, boot);
		case "listening":
			return verdict === "passed" ? "on a free port of the loopback interface" : "";
		case "answers":
			return verdict === "unavailable" ? aboutForeign(boot) : aboutAnswers(boot);
		case "shutdown":
			return verdict === "passed" ? "ended by itself when asked to" : "";
	}
}

function aboutInterpreter({ observation, request }: Shown): string {
	const { python, stop } = observation;
	if (python === null) return `${request.project.environment.pythonPath} could not be run`;
	if (stop?.kind === "no-server") return `Python ${python.version} has no uvicorn`;
	return `Python ${python.version}`;
}

function aboutImport({ observation }: Shown): string {
	const { modules, ownModules } = observation;
	const own = `${ownModules} ${ownModules === 1 ? "module" : "modules"} of the project`;
	return modules === null ? "" : `imported ${own}, ${modules} in all`;
}

function aboutEngine({ scheme, host, port, database }: EngineMade): string {
	if (/^sqlite\b/.test(scheme)) return `${scheme}, ${database === null || database === "" ? "in memory" : fileName(database)}`;
	return `${scheme} at ${host ?? "its usual place"}${port === null ? "" : `:${port}`}`;
}

function fileName(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}

function aboutLifespan(verdict: StageVerdict, boot: Shown): string {
	const { observation, scratch, request } = boot;
	if (verdict === "passed") return "start-up complete";
	if (verdict === "unavailable" && boot.observation.stop?.kind === "foreign") return aboutForeign(boot);
	if (verdict === "unavailable")
		return scratch.lacking ?? "start-up asks for tables that migrations make, and the scratch database is empty";
	return verdict === "skipped" && request.database === "none" && observation.stop === null ? "not entered, as asked" : "";
}

function aboutForeign({ observation }: Shown): string {
	const { database = null, connecting = false } = observation.stop ?? {};
	const stopped = connecting ? "stopped before it connects" : "not entered";
	if (database === null) return `${stopped}: the database is no scratch one`;
	const { scheme, host, port } = database;
	const dialect = scheme.split("+")[0] ?? scheme;
	if (dialect === "sqlite") return `${stopped}: the SQLite file lies outside the project, and no variable sets its place`;
	if (!/^postgres/.test(dialect)) return `${stopped}: there are scratch databases for PostgreSQL and SQLite, none for ${dialect}`;
	const place = `${host ?? "its usual place"}${port === null ? "" : `:${port}`}`;
	return `${stopped}: the database at ${place} is set in the code, and no variable replaces it`;
}

function aboutAnswers({ probe }: Shown): string {
	if (probe === null) return "";
	if (probe.everyRequestFails) return "every request is answered by an internal error";
	if (probe.failed !== null) {
		const { method, path, status } = probe.failed.answer;
		return `${method} ${path} is answered ${status === null ? "by nothing" : status}`;
	}
	const { length } = probe.answers;
	const asked = `${length} ${length === 1 ? "request" : "requests"}, no internal error`;
	const [first, ...others] = probe.withoutTables;
	if (first === undefined) return asked;
	const routes = others.length === 0 ? first.path : `${first.path} and ${others.length} more`;
	return `${length} requests; ${routes} found no tables in the scratch database, which migrations would make`;
}

function limitOf(stage: BootStage, { limits }: Shown): number {
	return limits[stage === "engine" ? "import" : stage];
}
