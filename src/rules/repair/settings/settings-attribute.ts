import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import { exampleValue, findEntry } from "../../../project/settings/env-file-edit.ts";
import { placeholderText } from "../../../project/settings/placeholder.ts";
import { type SettingsField, settingsConfig, settingsFields } from "../../../project/settings/settings-class.ts";
import type * as ast from "../../../python/ast.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";
import { isSecretName } from "../../../text/secret-names.ts";

/** What may be meant by an attribute that a settings class does not have. */
export interface SettingsAttribute {
	/** A field that nothing reads by its own name: the one that has been renamed, most likely. */
	readonly renamed: string | null;
	/** The class with a field of that name. */
	readonly added: FixProposal | null;
}

/** Ways to give start-up an attribute of its settings; null where the class of that name is no settings class that it makes an object of. */
export function settingsAttribute(project: Project, className: string, name: string): SettingsAttribute | null {
	const objects = project.trace.settings.filter(({ settingsClass }) => settingsClass.node.name.name === className);
	const [object] = objects;
	if (object === undefined || objects.some(({ settingsClass }) => settingsClass.node !== object.settingsClass.node)) return null;
	const { settingsClass, envFiles } = object;
	const fields = settingsFields(settingsClass, settingsConfig(settingsClass));
	return {
		renamed: renamedField(project, settingsClass, fields, name),
		added: addField(project, settingsClass, fields, name, envFiles),
	};
}

/** The only field that nobody reads and that shares a word with the name; or the only one that nobody reads at all. The class itself knows its fields by their new names. */
function renamedField(
	project: Project,
	settingsClass: ClassValue,
	fields: readonly SettingsField[],
	name: string,
): string | null {
	const read = readAttributes(project, settingsClass.node);
	const unread = fields.filter((field) => !read.has(field.name)).map((field) => field.name);
	const words = wordsOf(name);
	const kin = unread.filter((each) => wordsOf(each).some((word) => words.includes(word)));
	const [only, ...others] = kin.length > 0 ? kin : unread.length === 1 && isSameKind(unread[0] ?? "", name) ? unread : [];
	return only !== undefined && others.length === 0 ? only : null;
}

function wordsOf(name: string): readonly string[] {
	return name.toLowerCase().split("_").filter(Boolean);
}

/** Both in capitals or not, and both the address of something or not. */
function isSameKind(a: string, b: string): boolean {
	const isAddress = (name: string): boolean => /(^|_)(url|uri|dsn)$/i.test(name);
	return (a === a.toUpperCase()) === (b === b.toUpperCase()) && isAddress(a) === isAddress(b);
}

const reads = new WeakMap<ast.ClassDef, ReadonlySet<string>>();

/** Every name that stands behind a dot anywhere in the project but in one class, or is asked for with getattr. */
function readAttributes(project: Project, settingsClass: ast.ClassDef): ReadonlySet<string> {
	let found = reads.get(settingsClass);
	if (found !== undefined) return found;
	const names = new Set<string>();
	for (const { tree } of project.modulesByPath.values()) {
		walk(tree, (node) => {
			if (node === settingsClass) return false;
			if (node.type === "Attribute") names.add(node.attribute.name);
			if (node.type === "Call" && node.callee.type === "Name" && node.callee.id === "getattr") {
				const [, asked] = node.args;
				if (asked?.type === "Constant" && typeof asked.value === "string") names.add(asked.value);
			}
			return true;
		});
	}
	found = names;
	reads.set(settingsClass, found);
	return found;
}

/** A field of the name, which takes what a `.env` file says already; where none does, with a default. */
function addField(
	project: Project,
	{ module, node }: ClassValue,
	fields: readonly SettingsField[],
	name: string,
	envFiles: readonly string[] | null,
): FixProposal | null {
	const last = fields.findLast((field) => field.owner.node === node)?.node;
	if (last === undefined) return null;
	const written = envFiles?.map((path) => findEntry(project, path, name)?.value).find((value) => value != null);
	const text = written ?? exampleValue(project, name)?.value ?? placeholderText(project, name.toUpperCase());
	const type = typeOf(text);
	const isGiven = written !== undefined && written !== null;
	const value = isGiven ? "" : ` = ${codeOf(type, isSecretName(name) ? "change-me" : text)}`;
	return {
		title: `Add ${name} to ${node.name.name}`,
		explanation: isGiven
			? `Its value is in the .env file already; the class has no field that takes it.`
			: `${node.name.name} has no field of that name. The default lets the server start; write the one that you mean.`,
		applicability: "review",
		edits: [insertAfter(module, last, `${name}: ${type}${value}`)],
	};
}

function typeOf(text: string): "bool" | "int" | "str" {
	if (/^(true|false)$/i.test(text)) return "bool";
	return /^\d+$/.test(text) ? "int" : "str";
}

function codeOf(type: "bool" | "int" | "str", text: string): string {
	if (type === "bool") return text.toLowerCase() === "true" ? "True" : "False";
	return type === "int" ? String(Number(text)) : JSON.stringify(text);
}
