import { categories } from "../../audit/issue.ts";
import type { AnyRule, ExampleFiles } from "../../audit/rule.ts";
import { jsonText } from "../../report/json-text.ts";
import { type Paint, paintWith, wrap } from "../../report/paint.ts";
import { rules } from "../../rules/index.ts";
import { diffTexts } from "../../text/diff.ts";
import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import { nearest } from "../nearest.ts";
import { UserError } from "../user-error.ts";

interface RulesOptions {
	readonly json?: boolean;
	readonly color?: boolean;
}

/** `bootmend rules`: every fault that is known, in the order of the critical path. */
export async function rulesCommand(options: RulesOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	if (options.json) {
		const list = rules.map(({ name, category, summary, story, references }) => ({ name, category, summary, story, references }));
		output.data(jsonText(list));
		return exitStatus.ok;
	}
	const paint = paintWith(output.colour);
	const blocks = categories.flatMap((category) => {
		const ofCategory = rules.filter((rule) => rule.category === category);
		if (ofCategory.length === 0) return [];
		return [[paint.bold(category), ...ofCategory.map((rule) => line(rule, paint, output.width))].join("\n")];
	});
	output.data(`${blocks.join("\n\n")}\n`);
	return exitStatus.ok;
}

function line(rule: AnyRule, paint: Paint, width: number): string {
	const nameWidth = 34;
	return `  ${paint.accent(rule.name.padEnd(nameWidth))} ${wrap(rule.summary, width, nameWidth + 3)}`;
}

/** `bootmend explain RULE`: whom the fault hurts, where the facts come from, and an example mended. */
export async function explainCommand(name: string, options: RulesOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const rule = rules.find((one) => one.name === name);
	if (!rule) {
		const guess = nearest(
			name,
			rules.map((one) => one.name),
		);
		throw new UserError(`There is no rule ${name}.`, guess ? `Did you mean ${guess}?` : "`bootmend rules` lists them all.");
	}
	const paint = paintWith(output.colour);
	const width = Math.min(output.width, 100);
	const parts = [
		`${paint.accent(paint.bold(rule.name))}  ${paint.dim(rule.category)}`,
		wrap(rule.summary, width),
		wrap(rule.story, width),
		[paint.bold("Example"), ...exampleDiff(rule.example.before, rule.example.after, paint)].join("\n"),
	];
	if (rule.references.length > 0)
		parts.push([paint.bold("Sources"), ...rule.references.map((reference) => `  ${reference}`)].join("\n"));
	output.data(`${parts.join("\n\n")}\n`);
	return exitStatus.ok;
}

function exampleDiff(before: ExampleFiles, after: ExampleFiles, paint: Paint): readonly string[] {
	const lines: string[] = [];
	for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
		const hunks = diffTexts(before[path] ?? "", after[path] ?? "");
		if (hunks.length > 0) lines.push(paint.dim(`  ${path}`));
		for (const hunk of hunks) {
			for (const { kind, text } of hunk.lines) {
				if (kind === "removed") lines.push(paint.red(`  - ${text}`));
				else lines.push(kind === "added" ? paint.green(`  + ${text}`) : `    ${text}`);
			}
		}
	}
	return lines;
}
