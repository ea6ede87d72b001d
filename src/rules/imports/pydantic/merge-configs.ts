import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";
import { enclosing } from "./enclosing-node.ts";
import { configsOf } from "./find-refusals.ts";

/** Names of settings in pydantic 1 and 2 (https://docs.pydantic.dev/latest/migration/#changes-to-config). */
const renamed: Readonly<Record<string, string>> = {
	allow_population_by_field_name: "populate_by_name",
	anystr_lower: "str_to_lower",
	anystr_strip_whitespace: "str_strip_whitespace",
	anystr_upper: "str_to_upper",
	keep_untouched: "ignored_types",
	max_anystr_length: "str_max_length",
	min_anystr_length: "str_min_length",
	orm_mode: "from_attributes",
	schema_extra: "json_schema_extra",
	validate_all: "validate_default",
};

/** Settings that pydantic 2 only warns of, and that do nothing. */
const withoutEffect = new Set([
	"allow_mutation",
	"error_msg_templates",
	"fields",
	"getter_dict",
	"smart_union",
	"underscore_attrs_are_private",
	"json_loads",
	"json_dumps",
	"copy_on_model_validation",
	"post_init_call",
]);

/** Moves what `class Config` says into `model_config`, where that is a call or a dict; what both say, model_config says. */
export function mergeConfigs(module: Module, range: TextRange): FixProposal | undefined {
	const config = enclosing(module, range, "ClassDef");
	const owner = config && ownerOf(module, config);
	const value = owner && configsOf(owner)?.value;
	const settings = config && settingsOf(config);
	if (!config || !value || !settings) return undefined;
	const edit = value.type === "Call" ? intoCall(module, value, settings) : intoDict(module, value, settings);
	if (edit === undefined) return undefined;
	return {
		title: "Move class Config into model_config",
		explanation: "pydantic 2 reads its settings from model_config, and refuses a model that has class Config as well.",
		applicability: "safe",
		edits: [...edit, ...removeStatements(module, [config])],
	};
}

function ownerOf(module: Module, config: ast.ClassDef): ast.ClassDef | null {
	let owner: ast.ClassDef | null = null;
	const search = (body: readonly ast.Statement[]): void => {
		for (const statement of body) {
			if (statement.start > config.start || statement.end < config.end) continue;
			if (statement.type === "ClassDef" && statement !== config) {
				owner = statement;
				search(statement.body);
			} else if (statement.type === "FunctionDef") search(statement.body);
			else if (statement.type === "If") search([...statement.body, ...statement.orelse]);
			else if (statement.type === "Try") search([...statement.body, ...statement.orelse]);
		}
	};
	search(module.tree.body);
	return owner;
}

/** What a `class Config` sets, under the names of pydantic 2; null where it does more than set values. */
function settingsOf(config: ast.ClassDef): ReadonlyMap<string, ast.Expression> | null {
	const settings = new Map<string, ast.Expression>();
	for (const statement of config.body) {
		if (statement.type === "Pass") continue;
		if (statement.type === "ExpressionStatement" && statement.value.type === "Constant") continue;
		const target = statement.type === "AnnAssign" ? statement.target : statement.type === "Assign" ? statement.targets[0] : null;
		const value = statement.type === "AnnAssign" || statement.type === "Assign" ? statement.value : null;
		if (target?.type !== "Name" || value === null) return null;
		const name = renamed[target.id] ?? target.id;
		if (!withoutEffect.has(name)) settings.set(name, value);
		else if (name === "allow_mutation" && value.type === "Constant" && value.value === false)
			settings.set("frozen", { ...value, value: true });
	}
	return settings;
}

type Settings = ReadonlyMap<string, ast.Expression>;

function codeOf(module: Module, name: string, value: ast.Expression): string {
	return name === "frozen" && value.type === "Constant" ? "True" : module.text.slice(value.start, value.end);
}

function intoCall(module: Module, call: ast.Call, settings: Settings): readonly TextEdit[] | undefined {
	if (call.keywords.some((keyword) => keyword.name === null)) return undefined;
	const fresh = [...settings].filter(([name]) => findKeyword(call, name) === null);
	if (fresh.length === 0) return [];
	return [addArgument(module, call, fresh.map(([name, value]) => `${name}=${codeOf(module, name, value)}`).join(", "))];
}

function intoDict(module: Module, dict: ast.Expression, settings: Settings): readonly TextEdit[] | undefined {
	if (dict.type !== "Dict") return undefined;
	const present = dict.entries.map((entry) => (entry.key?.type === "Constant" ? String(entry.key.value) : ""));
	const fresh = [...settings].filter(([name]) => !present.includes(name));
	const first = dict.entries[0]?.key;
	if (fresh.length === 0) return [];
	if (!first) return undefined;
	const code = fresh.map(([name, value]) => `"${name}": ${codeOf(module, name, value)}, `).join("");
	return [replaceText(module, first.start, first.start, code)];
}
