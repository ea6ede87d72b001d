import { createHash } from "node:crypto";
import { type ModuleTable, tableFormat } from "./module-table.ts";
import { readModuleTable } from "./outline/read-table.ts";
import type { SourceContext } from "./outline/simple-statement-reader.ts";
import type { PackageFiles } from "./package-files.ts";
import { formatPythonVersion } from "./python-version.ts";
import { readTable, writeTable } from "./written-table.ts";

/** Sources smaller than this are read faster than their cached table. */
const worthCaching = 4_000;

/** The export table of a source, from the cache where it is of this very text and context. */
export function loadTable(files: PackageFiles, text: string, context: SourceContext): ModuleTable {
	if (text.length < worthCaching) return readModuleTable(text, context);
	const key = `tables-${tableFormat}/${cacheKey(text, context)}`;
	const cached = readTable(files.readCache(key) ?? "");
	if (cached !== null) return cached;
	const table = readModuleTable(text, context);
	files.writeCache(key, writeTable(table));
	return table;
}

function cacheKey(text: string, context: SourceContext): string {
	const { module, isPackage, python, platform } = context;
	const where = `${module}\n${isPackage}\n${formatPythonVersion(python)}\n${platform}\n`;
	return createHash("sha1").update(where).update(text).digest("hex");
}
