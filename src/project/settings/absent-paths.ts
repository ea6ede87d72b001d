import { lacks, pathInRepository } from "../disk.ts";
import type { SettingReading, SettingsObject } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import { pathText } from "../path-values.ts";
import type { Project } from "../project.ts";
import { mayBeMadeBefore } from "../startup-paths.ts";
import { readSettingType } from "./setting-type.ts";

/** A setting of type `FilePath` or `DirectoryPath` that names what is not there. */
export interface AbsentPath {
	readonly reading: SettingReading;
	readonly wanted: "file" | "folder";
	/** As pydantic is given it. */
	readonly value: Value;
	readonly given: string;
	/** Relative to the root of the repository; empty for the root itself. */
	readonly path: string;
	/** False where nothing sets it, and its default counts. */
	readonly isGiven: boolean;
}

const wantedBy: Readonly<Record<string, AbsentPath["wanted"]>> = { FilePath: "file", DirectoryPath: "folder" };

/** Paths that pydantic looks at when it makes the settings and certainly does not find (pydantic/types.py, PathType). */
export function findAbsentPaths(project: Project, { fields, call }: SettingsObject): AbsentPath[] {
	return fields.flatMap((reading) => {
		const { field, given, checked, refusedBy } = reading;
		const { members } = readSettingType(field.node.annotation);
		const [type = ""] = members?.length === 1 ? members : [];
		const wanted = Object.hasOwn(wantedBy, type) ? wantedBy[type] : undefined;
		const isChecked = given !== null || field.validatesDefault;
		if (wanted === undefined || !isChecked || refusedBy !== null || checked === null) return [];
		const text = pathText(checked);
		const path = text === null ? null : pathInRepository(project, text);
		if (text === null || path === null || !lacks(project, text, wanted)) return [];
		if (mayBeMadeBefore(project, call.order, path)) return [];
		return [{ reading, wanted, value: checked, given: text, path, isGiven: given !== null }];
	});
}
