import { createHash } from "node:crypto";
import type { FixProposal } from "../../../audit/fix.ts";
import { materialise } from "../../../audit/materialise.ts";
import type { Failure } from "../../../project/imports/trace.ts";
import { loadProject } from "../../../project/load.ts";
import type { Project, SourceFile } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { applyChange } from "../../../text/tree-change.ts";

/** Modules that all trials of one audit may simulate: a large project gets few trials, so that its audit does not take minutes. */
const mostModules = 3000;

/** Characters of a module of the usual size at the most, and failures that cost as much as a module. */
const largeModule = 4_000;
const manyFailures = 10;

const costs = new WeakMap<Project, { readonly ofOne: number; readonly spent: number }>();

/**
 * Does a change, by the simulator's judgement, take a failure away and bring no other? Where `wholeStatement` is asked, what
 * else fails in the same statement has to go too: in a cycle the names of one statement fail for one reason.
 */
export function mends(project: Project, proposal: FixProposal, failure: Failure, wholeStatement = false): boolean {
	const after = projectAfter(project, proposal);
	if (after === null) return false;
	const before = new Set(project.trace.failures.map(keyOf));
	const left = after.trace.failures.map(keyOf);
	const mended = project.trace.failures.filter(
		(each) => each === failure || (wholeStatement && each.statement !== null && each.statement === failure.statement),
	);
	return !mended.some((each) => left.includes(keyOf(each))) && left.every((key) => before.has(key));
}

/** Does a change, by the simulator's judgement, bring no failure that is not there already? */
export function bringsNoFailure(project: Project, proposal: FixProposal): boolean {
	const before = new Set(project.trace.failures.map(keyOf));
	return projectAfter(project, proposal)?.trace.failures.every((failure) => before.has(keyOf(failure))) === true;
}

/** The project with a change made, understood anew; null where the change cannot be made. */
function projectAfter(project: Project, proposal: FixProposal): Project | null {
	const cost = costs.get(project) ?? { ofOne: costOfTrial(project), spent: 0 };
	if (cost.spent + cost.ofOne > mostModules) return null;
	const fix = materialise(proposal, project);
	if (fix === null) return null;
	costs.set(project, { ...cost, spent: cost.spent + cost.ofOne });
	const texts = new Map([...project.files].map(([path, file]) => [path, file.text]));
	const changed = applyChange(texts, fix);
	if (changed === null) return null;
	const files = new Map(project.files);
	for (const [path, text] of changed) {
		if (text === null) files.delete(path);
		else files.set(path, fileOf(path, text));
	}
	const trees = new Map<string, ast.Module>();
	for (const [path, { tree }] of project.modulesByPath) if (!changed.has(path) && tree.errors.length === 0) trees.set(path, tree);
	return loadProject({
		trees,
		root: project.root,
		hint: project.backend,
		files,
		unreadable: project.unreadable,
		target: project.target,
		place: { workingDirectory: project.workingDirectory, searchPath: project.searchPath },
		processEnvironment: project.processEnvironment,
		openEnvironment: () => project.environment,
	});
}

/** In modules of the usual size. */
function costOfTrial({ modules, trace }: Project): number {
	let characters = 0;
	for (const { text } of modules.values()) characters += text.length;
	return Math.max(modules.size, characters / largeModule) + trace.failures.length / manyFailures;
}

function fileOf(path: string, text: string): SourceFile {
	return { path, text, sha256: createHash("sha256").update(text).digest("hex") };
}

/** What a failure is, wherever its line has moved. */
function keyOf(failure: Failure): string {
	return `${failure.module.path}\0${failure.error}`;
}
