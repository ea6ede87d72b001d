import type { FixProposal } from "../../../audit/fix.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import { findEntry } from "../../../project/settings/env-file-edit.ts";
import type { TextRange } from "../../../text/range.ts";
import { dotenvLoading, loadBefore, loadNewFile, type Need, newEnvFile, writeTo } from "./provide-variable.ts";

/**
 * `raise RuntimeError("SECRET_KEY is not set")` behind a reading of the environment that gave nothing: the variable, where the error names it, or where
 * it is the only one that was asked for in vain.
 */
export function variableBehindRaise(project: Project, module: Module, range: TextRange, error: string): FixProposal | undefined {
	const failure = project.trace.failures.find(
		(each) => each.module === module && each.range.start === range.start && each.detail.type === "raises",
	);
	if (failure === undefined) return undefined;
	const unset = project.trace.calls.filter((call) => call.order < failure.order && call.reached && unsetKey(call) !== null);
	const named = unset.filter((call) => new RegExp(`\\b${unsetKey(call)}\\b`).test(error));
	const last = unset.at(-1);
	const reading = named.at(-1) ?? (last !== undefined && isNear(last, failure.order) ? last : undefined);
	const key = reading === undefined ? null : unsetKey(reading);
	if (reading === undefined || key === null) return undefined;
	const need: Need = {
		key,
		module: reading.module,
		range: reading.node,
		stage: failure.stage,
		order: reading.order,
		error,
		consequence: "the code raises where it is not set",
		guarded: false,
		reading,
		file: null,
	};
	const { loadedFile, loadsFile } = dotenvLoading(project, reading.order);
	const present = [...project.files.keys()].find(
		(path) => /(^|\/)\.env$/.test(path) && findEntry(project, path, key)?.value != null,
	);
	if (loadedFile !== null || loadsFile) return writeTo(project, loadedFile ?? newEnvFile(project), key);
	return present === undefined ? loadNewFile(need, project) : loadBefore(need, project, present);
}

/** The variable that `os.getenv("KEY")` asked for in vain. */
function unsetKey({ callee, args, result }: Call): string | null {
	const [name, fallback] = args;
	const isReading = callee.kind === "external" && /^os\.(getenv|environ\.get)$/.test(callee.canonical);
	if (!isReading || name?.kind !== "constant" || typeof name.value !== "string") return null;
	if (result.kind === "constant" && result.value === null && result.origin?.type === "environment") return name.value;
	const isEmpty = fallback?.kind === "constant" && fallback.value === "" && result === fallback;
	return isEmpty ? name.value : null;
}

/** A handful of events lie between the reading and the raise: what is read there is what the condition asks about. */
function isNear({ order }: Call, raised: number): boolean {
	return raised - order < 6;
}
