import type { PackageFiles } from "./package-files.ts";

const kept = new WeakMap<PackageFiles, Map<string, unknown>>();

/**
 * What `read` makes of data that stays as it is, under a name of its own: worked out at the first question and once for all audits
 * that ask the same `files`, as those of a session do.
 */
export function keptWith<Data extends object>(files: PackageFiles, name: string, read: () => Data): Data {
	const all = kept.get(files) ?? new Map<string, unknown>();
	kept.set(files, all);
	const known = all.get(name) as Data | undefined;
	if (known !== undefined) return known;
	const data = read();
	all.set(name, data);
	return data;
}
