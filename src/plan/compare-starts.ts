import type { AnyRule } from "../audit/rule.ts";
import { type AuditResult, type FoundIssue, runRules } from "../audit/run-rules.ts";
import { loadProject } from "../project/load.ts";
import { readManifests } from "../project/manifests/read-manifests.ts";
import type { Project, SourceFile, StartPlace } from "../project/project.ts";
import { settingRows } from "../project/settings/setting-rows.ts";
import { joinFolder, moduleFiles } from "../project/starts/folders.ts";
import { listStarts } from "../project/starts/list-starts.ts";
import { type Likeness, likenessOf } from "../project/starts/same-start.ts";
import type { Start } from "../project/starts/start.ts";
import type * as ast from "../python/ast.ts";
import type { StartCommandRow, StartStop } from "./audit-report.ts";
import { correctStart } from "./correct-start.ts";
import { differencesOf, shownCommand } from "./start-words.ts";

/** No more than these are audited beside the one that the report is about, so that a repository with many costs little more. */
const mostAudited = 4;
/**
 * In a repository with more modules than this, what a person may type is not audited beside what its files say. Another start means
 * other names of modules or another search path, so that nothing of the first simulation holds for it: each costs about what the first
 * costs after its files are read (1,000 modules: four more starts doubled the time).
 */
const mostModulesByHand = 300;

type Outcome = Pick<StartCommandRow, "verdict" | "stop" | "needs">;

/**
 * What every start command of the repository does: the one that was audited, and each that differs from it in its working directory,
 * PYTHONPATH, target, files or packages, audited as it would run. One that goes to a place we cannot tell stays unknown.
 */
export function compareStarts(project: Project, result: AuditResult, rules: readonly AnyRule[]): StartCommandRow[] {
	const audited = (start: Start) =>
		outcomeOf(result.issues.filter(stopsIn(start)).filter(isNotItself(start)), (path) => path, []);
	const known = new Map<string, Outcome>();
	return listStarts(project.files).map((start) => {
		const likeness = likenessOf(project, start);
		const key = JSON.stringify([
			start.place,
			start.command.target.module,
			start.command.target.attribute,
			start.dockerfile,
			start.service,
		]);
		const fault = ownFault(result, start);
		let outcome = fault ?? known.get(key);
		if (outcome === undefined) {
			outcome =
				likeness === "other"
					? auditStart(project, start, rules, known.size < mostAudited && !isOnlyTyped(project, start))
					: sameOutcome(project, start, likeness, audited(start));
			if (likeness === "other") known.set(key, outcome);
		}
		const isMendable =
			outcome.verdict === "fails" && audited(start).verdict === "starts" && !hasOtherFault(project, fault, start);
		return { ...rowOf(project, start, likeness, outcome), correction: isMendable ? correctStart(project, start) : null };
	});
}

/** What stops the command wherever it runs, such as a target that the server cannot read or a worker that cannot serve it. */
function ownFault({ issues }: AuditResult, { command }: Start): Outcome | null {
	const { path, start, range } = command;
	const fault = issues.find(
		({ rule, at }) =>
			rule === "unstartable-command" &&
			at.path === path &&
			(at.range.start === range.start || (start <= at.range.start && at.range.start <= range.end)),
	);
	if (fault === undefined) return null;
	const { at, expectedError, problem } = fault;
	return { verdict: "fails", stop: { path, line: at.line, error: expectedError, problem }, needs: [] };
}

/** A fault of the audited target's own command is not one of folder or target, and its fix says what to do. */
function hasOtherFault({ target }: Project, fault: Outcome | null, { command }: Start): boolean {
	const { module, attribute } = command.target;
	return fault !== null && command.refusal === null && module === target?.module && attribute === target.attribute;
}

/** A container has what its image installs, and what runs here what is installed here. */
function stopsIn({ image }: Start): (issue: FoundIssue) => boolean {
	const where = image === null ? "this-machine" : "clean-install";
	return ({ failsOn }) => failsOn.includes(where);
}

/** A module that starts its own server, where no file of a large repository runs it. */
function isOnlyTyped({ modulesByPath }: Project, { path }: Start): boolean {
	return path.endsWith(".py") && modulesByPath.size > mostModulesByHand;
}

/** A server that a script starts outside any guard is what running that script is for. */
function isNotItself({ command }: Start): (issue: FoundIssue) => boolean {
	const isMeant = command.server === "python" && command.givesObject;
	return ({ rule, at }) =>
		!(isMeant && rule === "server-started-on-import" && at.path.endsWith(command.path.replace(/^.*\//, "")));
}

function rowOf(project: Project, start: Start, likeness: Likeness, outcome: Outcome): Omit<StartCommandRow, "correction"> {
	const { command, path, line, service, image, place } = start;
	return {
		path,
		line,
		service,
		command: shownCommand(command),
		target: `${command.target.module}:${command.target.attribute}`,
		workingDirectory: place === null ? null : image === null ? place.workingDirectory : `/${place.workingDirectory}`,
		searchPath: place === null ? [] : place.searchPath.map((folder) => (image === null ? folder : `/${folder}`)),
		inContainer: image !== null,
		isAudited: likeness !== "other",
		differences: differencesOf(project, start, likeness),
		...outcome,
	};
}

/** In a container the `.env` file may be left out on purpose: what it holds must come from the container's environment. */
function sameOutcome(project: Project, start: Start, likeness: Likeness, audited: Outcome): Outcome {
	if (likeness !== "no-env-file") return audited;
	const { image, variables } = start;
	const kept = new Set(image?.files.values());
	const needs = settingRows(project)
		.filter(
			({ name, isRequired, setBy }) =>
				isRequired && setBy !== null && project.files.has(setBy) && !kept.has(setBy) && !variables.has(name),
		)
		.map(({ name }) => name);
	return { ...audited, needs };
}

const unknownOutcome: Outcome = { verdict: "unknown", stop: null, needs: [] };

function auditStart(project: Project, start: Start, rules: readonly AnyRule[], isAffordable: boolean): Outcome {
	const { place, image, command } = start;
	if (place === null || (image !== null && !image.isComplete)) return unknownOutcome;
	const { module } = command.target;
	const files = filesOf(project, start);
	const names = moduleFiles(module);
	if (!place.searchPath.some((folder) => names.some((name) => files.has(joinFolder(folder, name))))) {
		// A module that is nowhere in the repository may come with a package.
		const isFile = command.server === "fastapi";
		const isOwn =
			isFile ||
			(image === null && isPackageHere(project, start)) ||
			(start.isCertain && project.environment.findModule(module.split(".")[0] ?? module).found === "missing") ||
			[...project.files.keys()].some((path) => names.some((name) => `/${path}`.toLowerCase().endsWith(`/${name.toLowerCase()}`)));
		const error = isFile
			? `Path does not exist ${module.replaceAll(".", "/")}.py`
			: `Error loading ASGI app. Could not import module "${module}".`;
		return isOwn
			? { ...unknownOutcome, verdict: "fails", stop: { path: start.path, line: start.line, error, problem: error } }
			: unknownOutcome;
	}
	if (!isAffordable) return unknownOutcome;
	const variant = loadVariant(project, start, place, files);
	const variables = image === null ? new Map<string, string | null>() : start.variables;
	const needs =
		image === null
			? []
			: settingRows(variant)
					.filter(({ name, isRequired, setBy }) => isRequired && setBy === null && !variables.has(name))
					.map(({ name }) => name);
	const { issues } = runRules(variant, rules);
	// What a container's environment holds is not known from here.
	const isKnown = ({ rule }: FoundIssue) => image === null || !/^missing-(setting|environment-variable)$/.test(rule);
	const counted = issues.filter(stopsIn(start)).filter(isKnown).filter(isNotItself(start));
	const original = (path: string) => image?.files.get(path) ?? path;
	const outcome = outcomeOf(counted, original, needs);
	const left = leftBehind(project, variant);
	return outcome.verdict === "starts" && left !== null
		? { ...outcome, verdict: "fails", stop: { ...left, path: original(left.path) } }
		: outcome;
}

/** Does the folder that the command runs in hold the package of its module, which then lacks that module? */
function isPackageHere({ files }: Project, { place, command }: Start): boolean {
	const [top = ""] = command.target.module.split(".");
	return (place?.searchPath ?? []).some((folder) => files.has(joinFolder(folder, `${top}/__init__.py`)));
}

/** The first import of a module that the audited start finds among the project's own files, and this one finds nowhere. */
function leftBehind(project: Project, variant: Project): StartStop | null {
	for (const { module: name, importer, range, reached, guarded, deferred } of variant.trace.externalImports) {
		const [top = name] = name.split(".");
		if (!reached || guarded || deferred || project.environment.isStdlib(top)) continue;
		const isOwn = project.searchPath.some((folder) =>
			moduleFiles(top).some((file) => project.files.has(joinFolder(folder, file))),
		);
		if (!isOwn || project.environment.findModule(top).found === "present") continue;
		const error = `ModuleNotFoundError: No module named '${top}'`;
		return { path: importer.path, line: importer.lines.positionAt(range.start).line, error, problem: error };
	}
	return null;
}

function outcomeOf(issues: readonly FoundIssue[], original: (path: string) => string, needs: readonly string[]): Outcome {
	const [first] = issues
		.filter(({ blocksStartup }) => blocksStartup)
		.sort((a, b) => (a.order ?? Number.MAX_VALUE) - (b.order ?? Number.MAX_VALUE));
	if (first === undefined) return { verdict: "starts", stop: null, needs };
	const { at, expectedError, problem } = first;
	const stop: StartStop = { path: original(at.path), line: at.line, error: expectedError, problem };
	return { verdict: "fails", stop, needs };
}

/** The files as the process sees them, by their paths there. */
function filesOf(project: Project, { image }: Start): ReadonlyMap<string, SourceFile> {
	if (image === null) return project.files;
	const files = new Map<string, SourceFile>();
	for (const [path, original] of image.files) {
		const file = project.files.get(original);
		if (file !== undefined) files.set(path, { ...file, path });
	}
	return files;
}

/** The project as this command would start it: with the same packages at hand, and the list of those that its image installs. */
function loadVariant(project: Project, start: Start, place: StartPlace, files: ReadonlyMap<string, SourceFile>): Project {
	const { image, command, dockerfile } = start;
	const trees = new Map<string, ast.Module>();
	const known = (path: string, original: string) => {
		const module = project.modulesByPath.get(original);
		if (module !== undefined && module.tree.errors.length === 0) trees.set(path, module.tree);
	};
	if (image === null) for (const path of project.modulesByPath.keys()) known(path, path);
	else for (const [path, original] of image.files) known(path, original);
	const constants = [...start.variables].flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]]));
	return loadProject({
		// A container's files are named from its root.
		root: image === null ? project.root : "",
		hint: place.workingDirectory,
		files,
		unreadable: [],
		...(image === null && project.listings && { listings: project.listings }),
		target: command.target,
		place,
		processEnvironment: image === null ? project.processEnvironment : Object.fromEntries(constants),
		trees,
		...(image !== null && { manifests: readManifests(project.files, project.backend, dockerfile) }),
		openEnvironment: () => project.environment,
	});
}
