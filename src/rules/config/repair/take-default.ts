import type { FixProposal } from "../../../audit/fix.ts";
import type { SettingReading } from "../../../project/imports/trace.ts";
import type { ConstantValue } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import { removeFromEnvFile } from "../../../project/settings/env-file-edit.ts";
import { envFileOrigin, type FaultySettings, keyOf } from "../../../project/settings/faulty-settings.ts";

/** Takes a value out of its `.env` file, so that the default of the field stands in for it; undefined where it stands elsewhere, or there is no default. */
export function takeDefault(
	project: Project,
	settings: FaultySettings,
	reading: SettingReading,
	value: ConstantValue,
): FixProposal | undefined {
	const { name, fallback } = reading.field;
	const origin = envFileOrigin(value);
	const edit = origin === null || fallback === null ? null : removeFromEnvFile(project, origin.path, origin.key);
	if (origin === null || edit === null) return undefined;
	const isEmpty = value.value === "";
	return {
		title: `Take ${isEmpty ? "the empty " : ""}${keyOf(settings, reading)} out of ${origin.path}`,
		explanation: `Then ${settings.className} takes the default of ${name}.${isEmpty ? "" : " Write what you meant where that is something else."}`,
		applicability: isEmpty ? "safe" : "review",
		edits: [edit],
	};
}
