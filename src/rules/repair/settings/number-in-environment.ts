import type { FixProposal } from "../../../audit/fix.ts";
import type { ConstantValue } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import { exampleValue, removeFromEnvFile, replaceEnvValue } from "../../../project/settings/env-file-edit.ts";
import { placeholderText } from "../../../project/settings/placeholder.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** A `.env` value of which `int()` or `float()` makes no number: the default that the code has for it, else a number that such variables usually hold. */
export function numberInEnvironment(project: Project, module: Module, range: TextRange, error: string): FixProposal | undefined {
	if (!/^ValueError: (invalid literal for int\(\)|could not convert string to float)/.test(error)) return undefined;
	const call = project.trace.calls.find(
		(each) => each.module === module && each.node.start === range.start && each.node.end === range.end,
	);
	const [value] = call?.args ?? [];
	if (call === undefined || value?.kind !== "constant" || value.origin?.type !== "env-file") return undefined;
	const { path, key } = value.origin;
	const fallback = defaultIn(call.node, key);
	if (isEmpty(value) && fallback !== null && isNumber(fallback)) {
		const edit = removeFromEnvFile(project, path, key);
		if (edit === null) return undefined;
		return {
			title: `Take the empty ${key} out of ${path}`,
			explanation: `An empty value is a value: without the line the code takes its default, ${fallback}.`,
			applicability: "safe",
			edits: [edit],
		};
	}
	const digits = /\d+/.exec(String(value.value))?.[0] ?? null;
	const example = exampleValue(project, key)?.value ?? null;
	const better = [digits, fallback, example, placeholderText(project, key), "30"].find((each) => each !== null && isNumber(each));
	const edit = better == null ? null : replaceEnvValue(project, path, key, better);
	if (better == null || edit === null) return undefined;
	return {
		title: `Set ${key} to ${better}`,
		explanation: `The code makes a number of it. Write the one that you mean where ${better} is not it.`,
		applicability: "review",
		edits: [edit],
	};
}

function isEmpty({ value }: ConstantValue): boolean {
	return typeof value === "string" && value.trim() === "";
}

function isNumber(text: string): boolean {
	return /^\d+$/.test(text);
}

/** `20` of `int(os.getenv("PAGE_SIZE", "20"))`. */
function defaultIn(node: ast.Call, key: string): string | null {
	let found: string | null = null;
	walk(node, (each) => {
		if (each.type !== "Call") return;
		const [name, given] = each.args;
		const isOfKey = name?.type === "Constant" && name.value === key;
		if (isOfKey && given?.type === "Constant" && ["string", "number"].includes(typeof given.value)) found = String(given.value);
	});
	return found;
}
