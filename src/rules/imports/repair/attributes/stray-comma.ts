import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { statementsOf } from "../../../../python/rewrite/blocks.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { absoluteModule } from "../../../repair/names/symbol-homes.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** `config = load(),` and `config.title`: the comma behind the value makes a tuple of it, there or where the name is imported from. */
export function withoutStrayComma(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const read = attributeAt(failure)?.value;
	if (failure.detail.owner !== "tuple" || read?.type !== "Name") return undefined;
	const home = homeOf(project, failure.module, read.id);
	const [found, ...others] = home === null ? [] : tuplesOfOne(home.module, home.name);
	if (home === null || found === undefined || others.length > 0) return undefined;
	const { text } = home.module;
	const comma = /^\s*,/.exec(text.slice(found.end))?.[0];
	if (comma === undefined) return undefined;
	return {
		title: `Take the comma behind ${text.slice(found.start, found.end).split("\n")[0]} out`,
		explanation: `It is the comma that makes a tuple: ${home.name} holds the value in a tuple of one.`,
		applicability: "safe",
		edits: [replaceText(home.module, found.end, found.end + comma.length, "")],
	};
}

/** Where a name of a module is bound: in the module itself, or in the one it is imported from. */
function homeOf(project: Project, module: Module, name: string): { readonly module: Module; readonly name: string } | null {
	for (const statement of statementsOf(module.tree)) {
		if (statement.type !== "ImportFrom") continue;
		const alias = statement.names.find((each) => (each.asName ?? each.name).name === name);
		const source = alias && ownModules(project).get(absoluteModule(module.name, module.isPackage, statement) ?? "");
		if (alias) return source === undefined ? null : { module: source, name: alias.name.name };
	}
	return { module, name };
}

/** The values that a name is bound to with a comma behind them and no parentheses around. */
function tuplesOfOne(module: Module, name: string): readonly ast.Expression[] {
	return [...statementsOf(module.tree)].flatMap((statement) => {
		const target = statement.type === "Assign" ? statement.targets[0] : statement.type === "AnnAssign" ? statement.target : null;
		const value = statement.type === "Assign" || statement.type === "AnnAssign" ? statement.value : null;
		if (target?.type !== "Name" || target.id !== name || value?.type !== "Sequence" || value.kind !== "tuple") return [];
		const [only, ...others] = value.items;
		return only !== undefined && others.length === 0 && only.start === value.start ? [only] : [];
	});
}
