import type * as ast from "../../python/ast.ts";
import { addArgument, findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { insertAfter, insertBefore } from "../../python/rewrite/statements.ts";
import type { TextEdit } from "../../text/range.ts";
import type { ClassValue } from "../imports/values.ts";
import { isModernSettingsClass } from "./settings-class.ts";

/** Edits of a settings class, and the import that they need. */
export interface SettingsEdit {
	readonly edits: readonly TextEdit[];
	readonly needs: readonly { readonly path: string; readonly module: string; readonly name: string }[];
}

/** Sets one option of a settings class (`extra`, `env_file`) where its options stand; null where they cannot be changed there. */
export function changeSettingsConfig(settingsClass: ClassValue, option: string, code: string): SettingsEdit | null {
	const { module, node } = settingsClass;
	const edit = (edits: readonly TextEdit[]): SettingsEdit => ({ edits, needs: [] });
	for (const statement of node.body) {
		if (statement.type === "ClassDef" && statement.name.name === "Config") {
			const old = statement.body.find(
				(each) => each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === option),
			);
			if (old?.type === "Assign") return edit([replaceText(module, old.value.start, old.value.end, code)]);
			const last = statement.body.at(-1);
			return last === undefined ? null : edit([insertAfter(module, last, `${option} = ${code}`)]);
		}
		const value = modelConfig(statement);
		if (value === null) continue;
		if (value.type === "Call") {
			const old = findKeyword(value, option);
			if (old !== null) return edit([replaceText(module, old.value.start, old.value.end, code)]);
			return edit([addArgument(module, value, `${option}=${code}`)]);
		}
		return value.type === "Dict" ? changeDict(settingsClass, value, option, code) : null;
	}
	return addModelConfig(settingsClass, option, code);
}

/** Makes a settings class read a `.env` file, and ignore the keys of it that it has no field for. */
export function readEnvFile(settingsClass: ClassValue, path: string): SettingsEdit | null {
	const code = JSON.stringify(path);
	const hasConfig = settingsClass.node.body.some(
		(statement) => modelConfig(statement) !== null || (statement.type === "ClassDef" && statement.name.name === "Config"),
	);
	// Where there are options already, what becomes of unknown keys is settled by them.
	return hasConfig
		? changeSettingsConfig(settingsClass, "env_file", code)
		: addModelConfig(settingsClass, "env_file", code, true);
}

function modelConfig(statement: ast.Statement): ast.Expression | null {
	const isNamed = (target: ast.Expression): boolean => target.type === "Name" && target.id === "model_config";
	if (statement.type === "Assign") return statement.targets.some(isNamed) ? statement.value : null;
	return statement.type === "AnnAssign" && isNamed(statement.target) ? statement.value : null;
}

function changeDict({ module }: ClassValue, dict: ast.Dict, option: string, code: string): SettingsEdit | null {
	const old = dict.entries.find(({ key }) => key?.type === "Constant" && key.value === option);
	if (old !== undefined) return { edits: [replaceText(module, old.value.start, old.value.end, code)], needs: [] };
	const last = dict.entries.at(-1);
	const entry = `"${option}": ${code}`;
	if (last === undefined) return { edits: [replaceText(module, dict.start, dict.end, `{${entry}}`)], needs: [] };
	return { edits: [replaceText(module, last.value.end, last.value.end, `, ${entry}`)], needs: [] };
}

/** A class without options gets them as its first statement, behind a docstring. */
function addModelConfig(settingsClass: ClassValue, option: string, code: string, ignoreOthers = false): SettingsEdit | null {
	const { module, node } = settingsClass;
	if (!isModernSettingsClass(settingsClass)) return null;
	const extra = ignoreOthers ? ', extra="ignore"' : "";
	const line = `model_config = SettingsConfigDict(${option}=${code}${extra})`;
	const [first] = node.body;
	if (first === undefined) return null;
	const isDocstring = first.type === "ExpressionStatement" && first.value.type === "Constant";
	return {
		edits: [isDocstring ? insertAfter(module, first, `\n${line}`) : insertBefore(module, first, `${line}\n`)],
		needs: [{ path: module.path, module: "pydantic_settings", name: "SettingsConfigDict" }],
	};
}
