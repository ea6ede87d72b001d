import type { TextRange } from "../../text/range.ts";
import type { SourceTree } from "../project.ts";
import { readKeyedRequirements } from "./poetry-table.ts";
import type { RequirementsContent } from "./requirements-file.ts";
import { findTomlNode, listTomlEntries, parseTomlDocument } from "./toml-document.ts";

export interface PipfileContent extends RequirementsContent {
	readonly requiresPython: string | null;
	readonly requiresPythonRange: TextRange | null;
}

/** Reads a Pipfile (https://pipenv.pypa.io/en/latest/pipfile.html). Never throws. */
export function readPipfile(files: SourceTree, path: string): PipfileContent {
	const document = parseTomlDocument(files.get(path)?.text ?? "");
	const python =
		findTomlNode(document, ["requires", "python_version"]) ?? findTomlNode(document, ["requires", "python_full_version"]);
	const { fault } = document;
	return {
		requirements: [
			...readKeyedRequirements(listTomlEntries(document, ["packages"]), path, "", "pipfile"),
			...readKeyedRequirements(listTomlEntries(document, ["dev-packages"]), path, "dev", "pipfile"),
		],
		constraints: [],
		problems: fault === null ? [] : [{ path, line: fault.line, message: `no valid TOML: ${fault.message}`, fatal: true }],
		requiresPython: python?.kind === "string" ? `==${python.value.split(".").slice(0, 2).join(".")}.*` : null,
		requiresPythonRange: python?.kind === "string" ? python.inner : null,
	};
}
