import type { Machine } from "../imports/simulator/machine.ts";
import type { Value } from "../imports/values.ts";
import type { SettingsConfig, SettingsField } from "./settings-class.ts";

/** Texts by their names, as the environment or a file has them. */
export type SettingTexts = ReadonlyMap<string, Value>;

/** The path of a `.env` file relative to the repository root; null where it lies outside. */
export function pathOf(machine: Machine, name: string): string | null {
	const absolute = collapse(name.startsWith("/") ? name : `${machine.workingDirectory}/${name}`);
	return absolute.startsWith(`${machine.root}/`) ? absolute.slice(machine.root.length + 1) : null;
}

/** What the `.env` files say, stronger files later; null where one of them cannot be seen. */
export function dotenvOf(machine: Machine, paths: readonly (string | null)[] | null): SettingTexts | null {
	if (paths === null) return null;
	const merged = new Map<string, Value>();
	for (const path of paths) {
		if (path === null) return null;
		for (const [key, value] of machine.dotenvValues(path) ?? []) merged.set(key, value);
	}
	return merged;
}

function collapse(path: string): string {
	const parts: string[] = [];
	for (const part of path.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== "." && part !== "") parts.push(part);
	}
	return `/${parts.join("/")}`;
}

/** The text that the environment or a file gives a field; undefined: nothing sets it; null: something we cannot see may. */
export function rawValue(
	machine: Machine,
	config: SettingsConfig,
	files: SettingTexts | null,
	field: SettingsField,
): Value | undefined | null {
	for (const source of [config.readsEnvironment ? machine.environ : new Map(), config.readsFiles ? files : new Map()]) {
		if (source === null) return null;
		for (const key of field.keys) {
			const found = config.caseSensitive ? source.get(key) : getFolded(source, key);
			if (found !== undefined && !(config.ignoresEmpty && found.kind === "constant" && found.value === "")) return found;
			if (config.nestedDelimiter !== null && startsAny(source, key + config.nestedDelimiter)) return null;
		}
		if (source === machine.environ && machine.environDynamic) return null;
	}
	const secret = secretOf(machine, config, field);
	return secret === undefined && config.hasOtherSources ? null : secret;
}

/** What a file of the field's name in the folders of secrets holds; later folders win. Undefined: none has one; null: that cannot be seen. */
function secretOf(
	machine: Machine,
	{ secretFolders, caseSensitive }: SettingsConfig,
	{ keys }: SettingsField,
): Value | undefined | null {
	if (secretFolders === null) return null;
	for (const folder of secretFolders.toReversed()) {
		const path = pathOf(machine, folder);
		const names = path === null ? null : machine.listing(path);
		if (path === null || (names === null && !isAbsent(machine, path))) return null;
		const isMeant = (name: string) =>
			keys.some((key) => (caseSensitive ? name === key : name.toLowerCase() === key.toLowerCase()));
		const name = [...(names ?? [])].find(isMeant);
		if (name === undefined) continue;
		const text = machine.fileText(`${path}/${name}`);
		return text === null ? null : { kind: "constant", value: text.trim(), origin: null };
	}
	return undefined;
}

/** Does the nearest folder above that has been looked at lack what leads there? */
function isAbsent(machine: Machine, path: string): boolean {
	const slash = path.lastIndexOf("/");
	const above = slash < 0 ? "" : path.slice(0, slash);
	const names = machine.listing(above);
	return names === null ? above !== "" && isAbsent(machine, above) : !names.has(path.slice(slash + 1));
}

/** The text of a name, in whatever case it is written. */
export function getFolded(source: SettingTexts, key: string): Value | undefined {
	const exact = source.get(key);
	if (exact !== undefined) return exact;
	const folded = key.toLowerCase();
	for (const [name, value] of source) if (name.toLowerCase() === folded) return value;
	return undefined;
}

/** Does any name begin so, in whatever case? */
export function startsAny(source: SettingTexts, prefix: string): boolean {
	const folded = prefix.toLowerCase();
	for (const name of source.keys()) if (name.toLowerCase().startsWith(folded)) return true;
	return false;
}
