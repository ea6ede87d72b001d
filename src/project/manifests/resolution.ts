import { normalizeName } from "../../environment/environment.ts";
import type { SourceTree } from "../project.ts";
import type { Manifest } from "./manifest.ts";
import { folderOf, inFolder } from "./paths.ts";
import { parsePep508 } from "./pep508.ts";
import { findTomlNode, listTomlEntries, parseTomlDocument } from "./toml-document.ts";

/**
 * Packages (PEP 503 names) whose version the project settles by itself, whatever others ask for: uv's `override-dependencies`
 * (https://docs.astral.sh/uv/reference/settings/#override-dependencies), pdm's `[tool.pdm.resolution.overrides]`.
 */
export function overriddenPackages(files: SourceTree, manifest: Manifest): ReadonlySet<string> {
	const names = new Set<string>();
	const text = files.get(inFolder(folderOf(manifest.path), "pyproject.toml"))?.text;
	if (text === undefined || !/overrid/.test(text)) return names;
	const document = parseTomlDocument(text);
	const listed = manifest.installer === "uv" ? findTomlNode(document, ["tool", "uv", "override-dependencies"]) : null;
	for (const item of listed?.kind === "array" ? listed.items : []) {
		const requirement = item.kind === "string" ? parsePep508(item.value) : null;
		if (requirement !== null) names.add(normalizeName(requirement.name));
	}
	if (manifest.installer === "pdm")
		for (const { key } of listTomlEntries(document, ["tool", "pdm", "resolution", "overrides"]))
			names.add(normalizeName(key[0] ?? ""));
	return names;
}

/** The command that installs from a manifest, `RUN uv sync --frozen`, with the lines that it goes on in; `""` where no file orders it. */
export function installingCommand(files: SourceTree, { installedBy }: Manifest): string {
	const at = /^(.*):(\d+)$/.exec(installedBy ?? "");
	const lines = files.get(at?.[1] ?? "")?.text.split("\n") ?? [];
	const first = Number(at?.[2] ?? 0) - 1;
	let command = lines[first] ?? "";
	// A command of a Dockerfile goes on behind a backslash.
	for (let next = first + 1; /\\\s*$/.test(command) && next < lines.length; next++) command += lines[next];
	return command;
}

/** Does the command that installs from a manifest look at what the packages themselves require? Not with `pip install --no-deps`. */
export function isResolved(files: SourceTree, manifest: Manifest): boolean {
	return !/\s--no-deps(?:\s|$|["'])/.test(installingCommand(files, manifest));
}
