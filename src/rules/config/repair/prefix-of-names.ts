import type { FixProposal } from "../../../audit/fix.ts";
import type { Project } from "../../../project/project.ts";
import type { FaultySettings } from "../../../project/settings/faulty-settings.ts";
import { isModernSettingsClass, settingsConfig } from "../../../project/settings/settings-class.ts";
import { changeSettingsConfig } from "../../../project/settings/settings-edit.ts";

/**
 * All that is missing is set under one other prefix (`DB_USER`, `DB_PASSWORD` for a class that looks for `DATABASE_USER`, or has lost its prefix):
 * the class reads that one. A single name may stand there by chance, unless it is the present prefix but for its separator.
 */
export function readOtherPrefix(project: Project, { object, faults, className }: FaultySettings): FixProposal | undefined {
	const { settingsClass, fields } = object;
	const config = settingsConfig(settingsClass);
	const isNamedByPrefix = ({ name, keys }: { readonly name: string; readonly keys: readonly string[] }): boolean =>
		keys.length === 1 && keys[0] === config.prefix + name;
	const missing = faults.missing.map(({ field }) => field);
	const isUsed = fields.some(({ given, isArgument, field }) => given !== null && !isArgument && isNamedByPrefix(field));
	const [first] = missing;
	if (first === undefined || isUsed || !missing.every(isNamedByPrefix) || !isModernSettingsClass(settingsClass)) return undefined;
	const folded = (text: string): string => (config.caseSensitive ? text : text.toLowerCase());
	const names = [...Object.keys(project.processEnvironment), ...object.fileValues.keys()];
	const known = new Set(names.map(folded));
	const prefixes = new Set(
		names.flatMap((name) => (folded(name).endsWith(folded(first.name)) ? [name.slice(0, -first.name.length)] : [])),
	);
	const fitting = [...prefixes].filter(
		(prefix) => prefix !== config.prefix && missing.every(({ name }) => known.has(folded(prefix + name))),
	);
	const [prefix] = fitting;
	const isNear = prefix !== undefined && bare(prefix) !== "" && bare(prefix) === bare(config.prefix);
	if (prefix === undefined || fitting.length > 1 || (missing.length === 1 && !isNear)) return undefined;
	const edits = changeSettingsConfig(settingsClass, "env_prefix", JSON.stringify(prefix));
	if (edits === null) return undefined;
	const shown = missing.map(({ name }) => (config.caseSensitive ? prefix + name : (prefix + name).toUpperCase())).join(", ");
	return {
		title:
			prefix === "" ? `Let ${className} read names without a prefix` : `Let ${className} read names that begin with ${prefix}`,
		explanation: `The environment has ${shown}; ${className} looks for ${config.prefix === "" ? "the bare names of its fields" : `names that begin with ${config.prefix}`}.`,
		applicability: "review",
		...edits,
	};
}

function bare(prefix: string): string {
	return prefix.replace(/[\W_]/g, "").toLowerCase();
}
