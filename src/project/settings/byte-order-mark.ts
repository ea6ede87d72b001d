import { compareVersions } from "../../environment/pep440.ts";
import { type Frame, failAt, type Machine } from "../imports/simulator/machine.ts";
import type { Call } from "../imports/trace.ts";
import type { ClassValue } from "../imports/values.ts";
import { getFolded } from "./setting-sources.ts";
import { isModernSettingsClass, type SettingsConfig, type SettingsField } from "./settings-class.ts";

/** The first release of python-dotenv that takes a byte order mark for no part of the first key. */
const tolerant = "1.2.3";

/**
 * A `.env` file with a byte order mark, as editors of Windows save it: older python-dotenv reads the first key with the mark in front. The field
 * is not given then, and a settings class that forbids what it does not know refuses the other name.
 */
export function failOnMarkedFile(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	{
		config,
		fields,
		paths,
		made,
	}: {
		readonly config: SettingsConfig;
		readonly fields: readonly SettingsField[];
		readonly paths: readonly (string | null)[] | null;
		readonly made: Call;
	},
): void {
	const version = machine.environment.distributions.get("python-dotenv")?.version;
	if (version === undefined || compareVersions(version, tolerant) >= 0) return;
	for (const path of paths ?? []) {
		const key = path !== null && machine.byteOrderMark(path) === "utf-8" ? firstKey(machine.fileText(path) ?? "") : null;
		if (path === null || key === null) continue;
		const lost = fields.find((field) => field.keys.some((each) => each.toLowerCase() === key.toLowerCase()));
		const isMissing =
			lost !== undefined && lost.fallback === null && !lost.mayBeFilledIn && getFolded(machine.environ, key) === undefined;
		const isModern = isModernSettingsClass(cls);
		const isForbidden = isModern && config.extra !== "ignore" && config.extra !== "allow";
		const count = (isMissing ? 1 : 0) + (isForbidden ? 1 : 0);
		if (count === 0 || machine.environDynamic) continue;
		const exception = isModern ? "pydantic_core._pydantic_core.ValidationError" : "pydantic.error_wrappers.ValidationError";
		failAt(machine, frame, made.node, {
			detail: { type: "raises", exception, by: "operation", document: { path, offset: 0 } },
			exception,
			message: `${count} validation error${count === 1 ? "" : "s"} for ${cls.node.name.name}`,
		});
	}
}

/** The key that stands right behind the mark; null where a comment or an empty line does. */
function firstKey(text: string): string | null {
	return /^([A-Za-z_]\w*)[ \t]*=[ \t]*[^\s#]/.exec(text)?.[1] ?? null;
}
