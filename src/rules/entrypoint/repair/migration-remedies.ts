import type { FixProposal } from "../../../audit/fix.ts";
import type { MigrationFault } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { enclosingStatement } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import type { TextRange } from "../../../text/range.ts";

/** Names the folder of migrations that the project has, in the INI file where there is one, else before alembic is asked. */
export function migrationRemedy(
	project: Project,
	module: Module,
	range: TextRange,
	fault: MigrationFault,
): FixProposal | undefined {
	if (fault.type === "percent") return doublePercent(module, range);
	if (fault.type === "no-revision") return otherRevision(fault);
	if (fault.type === "two-heads") return oneBehindOther(fault);
	const [folder, ...others] = migrationFolders(project);
	if (folder === undefined || others.length > 0) return undefined;
	const start = project.workingDirectory === "" ? "" : `${project.workingDirectory}/`;
	if (!folder.startsWith(start)) return undefined;
	const location = folder.slice(start.length);
	const explanation = `The migrations are in ${folder}: alembic looks for them from the folder in which the server starts.`;
	const { ini } = fault;
	const text = ini === null ? undefined : project.files.get(ini)?.text;
	if (ini !== null && text !== undefined) {
		const edit = iniEdit(ini, text, location);
		return edit === null
			? undefined
			: { title: `Name ${location} in ${ini}`, explanation, applicability: "review", edits: [edit] };
	}
	const config = configOf(module, range);
	const statement = enclosingStatement(module.tree, range.start);
	if (config === null || statement === null) return undefined;
	return {
		title: `Name ${location} to alembic`,
		explanation,
		applicability: "review",
		edits: [insertBefore(module, statement, `${config}.set_main_option("script_location", "${location}")\n`)],
	};
}

/** Names the migration that is likely meant in the one that comes after it. */
function otherRevision({
	path,
	range,
	wanted,
	meant,
}: MigrationFault & { readonly type: "no-revision" }): FixProposal | undefined {
	if (meant === undefined) return undefined;
	return {
		title: meant === null ? `Make ${path} the first migration` : `Put ${path} behind ${meant}`,
		explanation:
			meant === null
				? `No migration is called ${wanted}, and none comes before this one.`
				: `No migration is called ${wanted}; ${meant} is there. Look whether it is the one that this migration builds on.`,
		applicability: "review",
		edits: [{ path, range, newText: meant === null ? "None" : JSON.stringify(meant) }],
	};
}

/** Puts one branch of migrations behind the other, as whoever wrote it later would have. */
function oneBehindOther({ rebased }: MigrationFault & { readonly type: "two-heads" }): FixProposal | undefined {
	if (rebased === null) return undefined;
	const { path, range, onto } = rebased;
	return {
		title: `Put ${path} behind ${onto}`,
		explanation: `Both are the last of their branch. Behind ${onto} it runs after it, and one is the last again.`,
		applicability: "review",
		edits: [{ path, range, newText: JSON.stringify(onto) }],
	};
}

/** configparser reads two percent signs as one. */
function doublePercent(module: Module, range: TextRange): FixProposal | undefined {
	const found = nodeAt(module.tree, range, "Call")?.args[1];
	if (found === undefined) return undefined;
	const isPlain = found.type === "Name" || found.type === "Attribute" || found.type === "Call" || found.type === "Constant";
	const text = module.text.slice(found.start, found.end);
	return {
		title: "Double the percent signs",
		explanation: "configparser reads two percent signs as one, so the engine gets the value as it is.",
		applicability: "safe",
		edits: [replaceText(module, found.start, found.end, `${isPlain ? text : `(${text})`}.replace("%", "%%")`)],
	};
}

function iniEdit(path: string, text: string, location: string) {
	const line = /^script_location[ \t]*[=:].*$/m.exec(text);
	if (line !== null) {
		const range = { start: line.index, end: line.index + line[0].length };
		return { path, range, newText: `script_location = ${location}` };
	}
	const section = /^\[alembic\][^\n]*\n/m.exec(text);
	if (section === null) return null;
	const at = section.index + section[0].length;
	return { path, range: { start: at, end: at }, newText: `script_location = ${location}\n` };
}

/** The name under which the call `upgrade(config, …)` has the configuration. */
function configOf(module: Module, { start, end }: TextRange): string | null {
	const statement = enclosingStatement(module.tree, start);
	const call: ast.Expression | null = statement?.type === "ExpressionStatement" ? statement.value : null;
	const plain = call?.type === "Await" ? call.value : call;
	if (plain?.type !== "Call" || plain.start !== start || plain.end !== end) return null;
	const config = plain.args[0] ?? plain.keywords.find(({ name }) => name?.name === "config")?.value;
	return config?.type === "Name" ? config.id : null;
}

/** Folders with an `env.py` of alembic and its migrations or their template beside it. */
function migrationFolders(project: Project): readonly string[] {
	return [...project.files].flatMap(([path, { text }]) => {
		const folder = /^(.+)\/env\.py$/.exec(path)?.[1];
		if (folder === undefined || !/\balembic\b/.test(text)) return [];
		const isWhole = [...project.files.keys()].some(
			(each) => each.startsWith(`${folder}/versions/`) || each === `${folder}/script.py.mako`,
		);
		return isWhole ? [folder] : [];
	});
}
