import { type AuditResult, mostIssues } from "../audit/run-rules.ts";
import type { Project } from "../project/project.ts";
import { listStarts, mostStarts } from "../project/starts/list-starts.ts";
import type { AuditReport, DependencyRow, Notice, ProjectSummary, StartCommandRow } from "./audit-report.ts";
import { summariseImports } from "./import-graph-summary.ts";
import { otherApplicationRows } from "./other-applications.ts";
import { type KnownIds, planIssues } from "./plan.ts";
import { recommend } from "./recommendations.ts";

/** What a report is made of besides the project itself. */
export interface ReportInput {
	readonly result: AuditResult;
	readonly dependencies: readonly DependencyRow[];
	readonly startCommands?: readonly StartCommandRow[];
	readonly durationSeconds: number;
	/** Ids that earlier audits of the same session gave. */
	readonly knownIds?: KnownIds;
}

/** Puts together everything an audit has to say. */
export function buildReport(project: Project, input: ReportInput): AuditReport {
	const { issues, criticalPath, phases } = planIssues(input.result.issues, input.knownIds);
	return {
		project: summariseProject(project),
		filesScanned: countScanned(project),
		durationSeconds: input.durationSeconds,
		issues,
		criticalPath,
		phases,
		recommendations: recommend(project, issues, criticalPath),
		dependencies: input.dependencies,
		importGraph: summariseImports(project),
		startCommands: input.startCommands ?? [],
		otherApplications: otherApplicationRows(project),
		notices: [...noticesOf(project), ...brokenRules(input.result), ...cutRules(input.result), ...spentRules(input.result)],
	};
}

function summariseProject(project: Project): ProjectSummary {
	const { target, environment } = project;
	const [first, ...rest] = target?.module.split(".") ?? [];
	return {
		root: project.root,
		backend: project.backend,
		target: target ? `${target.module}:${target.attribute}` : null,
		targetEvidence: target?.evidence ?? null,
		packageRoot: first !== undefined && rest.length > 0 ? first : null,
		python: `${environment.python.major}.${environment.python.minor} (${environment.pythonEvidence})`,
		manifests: project.manifests.map((manifest) => manifest.path),
	};
}

/** Python files, manifests and settings files: what the rules looked at. */
function countScanned(project: Project): number {
	const paths = new Set(project.modulesByPath.keys());
	for (const manifest of project.manifests) paths.add(manifest.path);
	for (const path of project.files.keys()) if (/(^|\/)\.env(\.[\w-]+)?$/.test(path)) paths.add(path);
	return paths.size;
}

function noticesOf(project: Project): readonly Notice[] {
	const unread = project.unreadable.filter((file) => concerns(project.backend, file.path));
	const firstOmitted = unread.find(({ kind }) => kind === "omitted");
	const unreadable = unread
		.filter((file) => file.kind !== "omitted" || file === firstOmitted)
		.map((file) => ({ path: file.path, message: `not audited: ${file.reason}` }));
	const problems = project.manifests.flatMap((manifest) =>
		manifest.problems.map((problem) => ({ path: problem.path, message: `line ${problem.line}: ${problem.message}` })),
	);
	return [...unreadable, ...cutFiles(project), ...problems, ...cutStarts(project)];
}

function cutFiles(project: Project): readonly Notice[] {
	return [...project.modulesByPath.values()].flatMap(({ path, tree, lines }) => {
		if (tree.cutAt === null) return [];
		const { line } = lines.positionAt(tree.cutAt);
		const message = `line ${line}: nested too deep to be read whole, and too deep for some versions of Python; what stands deepest there is left unsaid`;
		return [{ path, message }];
	});
}

function cutStarts(project: Project): readonly Notice[] {
	if (listStarts(project.files).length < mostStarts) return [];
	return [{ path: "", message: `there are more than ${mostStarts} start commands: only the first ${mostStarts} are compared` }];
}

/** Files of the backend, and those that lie on the way up to the root; the rest of a repository is nobody's loss here. */
function concerns(backend: string, path: string): boolean {
	const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
	const within = (inner: string, outer: string) => outer === "" || inner === outer || inner.startsWith(`${outer}/`);
	return within(folder, backend) || within(backend, folder);
}

function brokenRules(result: AuditResult): readonly Notice[] {
	return result.brokenRules.map(({ rule, error }) => ({
		path: "",
		message: `the rule ${rule} broke down (${error}); its issues are missing from this report, please report this as a bug of bootmend`,
	}));
}

function cutRules(result: AuditResult): readonly Notice[] {
	return result.cutRules.map((rule) => ({
		path: "",
		message: `the rule ${rule} sees more than ${mostIssues} places: the first ${mostIssues} are listed and the rest is left unsaid; mend those, and audit again`,
	}));
}

function spentRules({ spentRules }: AuditResult): readonly Notice[] {
	if (spentRules.length === 0) return [];
	const names =
		spentRules.length > 5 ? `${spentRules.slice(0, 5).join(", ")} and ${spentRules.length - 5} more` : spentRules.join(", ");
	const message = `looking any further would take too long: ${names} ${spentRules.length === 1 ? "was" : "were"} stopped, and what ${spentRules.length === 1 ? "it" : "they"} had not found by then is left unsaid; mend what is listed, and audit again`;
	return [{ path: "", message }];
}
