import type { FixProposal } from "../../../audit/fix.ts";
import type { EngineCall } from "../../../project/database/engine-calls.ts";
import { findWrittenValue } from "../../../project/database/written-url.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import { appendToEnvFile } from "../../../project/settings/env-file-edit.ts";
import { placeholderText } from "../../../project/settings/placeholder.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { walk } from "../../../python/walk.ts";
import { dotenvLoading } from "../../repair/settings/provide-variable.ts";

/** The variables that an f-string puts together to a URL and that nothing sets: each stands in it as the text `None`. */
export function fillUnsetPieces(project: Project, { value, call }: EngineCall, port: string): FixProposal | undefined {
	const written = findWrittenValue(project, value);
	const module = written === null ? undefined : project.modulesByPath.get(written.path);
	const readings = module === undefined || written === null ? [] : unsetReadings(project, module, written.range);
	if (readings.length === 0) return undefined;
	const lines = readings.map(({ key }) => ({ key, value: /PORT$/i.test(key) ? port : placeholderText(project, key) }));
	const keys = lines.map(({ key }) => key).join(", ");
	const { loadedFile } = dotenvLoading(project, call.order);
	if (loadedFile !== null)
		return {
			title: `Add ${keys} to ${loadedFile}`,
			explanation: `Nothing sets ${keys}, and the URL has the word None there. Put the real values in the place of the placeholders before you rely on them.`,
			applicability: "review",
			edits: [appendToEnvFile(project, loadedFile, lines)],
		};
	const edits = readings.map(({ reading }, index) =>
		addArgument(reading.module, reading.node, JSON.stringify(lines[index]?.value ?? "")),
	);
	return {
		title: `Give ${keys} ${readings.length === 1 ? "a default" : "defaults"}`,
		explanation: `Nothing sets ${keys}, and the URL has the word None there; a value in the environment still wins.`,
		applicability: "review",
		edits,
	};
}

interface UnsetReading {
	readonly key: string;
	readonly reading: Call;
}

/** The `os.getenv("KEY")` without a default that give None, and whose names stand in the f-string. */
function unsetReadings(
	project: Project,
	module: Module,
	range: { readonly start: number; readonly end: number },
): UnsetReading[] {
	const joined = nodeAt(module.tree, range, "JoinedString");
	if (joined === undefined) return [];
	const names = new Set<string>();
	walk(joined, (node) => {
		if (node.type === "Name") names.add(node.id);
		if (node.type === "Attribute") names.add(node.attribute.name);
	});
	const namedAt = new Set<number>();
	walk(module.tree, (node) => {
		const target = node.type === "Assign" ? node.targets[0] : node.type === "AnnAssign" ? node.target : undefined;
		const given = node.type === "Assign" || node.type === "AnnAssign" ? node.value : null;
		if (target?.type === "Name" && names.has(target.id) && given != null) namedAt.add(given.start);
	});
	return project.trace.calls.flatMap((reading): UnsetReading[] => {
		const { callee, args, keywords, node, result } = reading;
		const isReading = callee.kind === "external" && /^os\.(getenv|environ\.get)$/.test(callee.canonical);
		const [key] = args;
		const isHere = reading.module === module && (namedAt.has(node.start) || (range.start < node.start && node.end < range.end));
		const isUnset = result.kind === "constant" && result.value === null && args.length === 1 && keywords.size === 0;
		if (!isReading || !isHere || !isUnset || key?.kind !== "constant" || typeof key.value !== "string") return [];
		return [{ key: key.value, reading }];
	});
}
