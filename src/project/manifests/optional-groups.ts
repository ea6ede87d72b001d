import type { SourceTree } from "../project.ts";
import { isForDevelopment } from "./declared.ts";
import type { Installer } from "./installer.ts";
import type { Requirement } from "./manifest.ts";
import { findTomlNode, listTomlEntries, parseTomlDocument } from "./toml-document.ts";

/** What decides which groups of a manifest come only to those who ask for them. */
interface Grouped {
	readonly path: string;
	readonly requirements: readonly Requirement[];
	readonly installer: Installer;
}

/**
 * Groups and extras of a manifest that its installer's plain command leaves out (`pip install .`, `uv sync`, `poetry install`, `pipenv
 * install`), and that nothing in the repository asks for by name. What is written for developers does not count as asking: a server
 * is not installed like that.
 */
export function optionalGroups(files: SourceTree, { path, requirements, installer }: Grouped): readonly string[] {
	const groups = new Set(requirements.map(({ group }) => group));
	groups.delete("");
	if (groups.size === 0) return [];
	const text = files.get(path)?.text ?? "";
	const isLeftOut = leftOutOf(text, path, installer);
	const left = [...groups].filter(isLeftOut);
	if (left.length === 0) return [];
	const asking = [...files].flatMap(([other, file]) => (mayAsk.test(other) && other !== path ? [file.text] : []));
	return left.filter((group) => isForDevelopment(group) || !asking.some((written) => asksFor(written, group)));
}

/** Files that say how a project is installed: scripts, workflows, container files, what a person reads first. */
const mayAsk =
	/(?:^|\/)(?:[^/.]*|readme\.\w+|[^/]*\.(?:ya?ml|sh|bash|ps1|bat|cmd|toml|cfg|ini|json|txt|in|service|dockerfile)|(?:docker|container)file[^/]*)$/i;

function leftOutOf(text: string, path: string, installer: Installer): (group: string) => boolean {
	if (!path.endsWith("pyproject.toml")) return () => true;
	const document = parseTomlDocument(text);
	const named = (...table: string[]): readonly string[] => listTomlEntries(document, table).map(({ key }) => key[0] ?? "");
	const dependencyGroups = new Set([...named("dependency-groups"), ...named("tool", "pdm", "dev-dependencies")]);
	const poetryGroups = new Set(named("tool", "poetry", "group"));
	// A table of its own may name other groups to take along, and a group may include others.
	const isPlainUv = installer === "uv" && !/\b(?:default-groups|include-group)\b/.test(text);
	return (group) => {
		if (poetryGroups.has(group)) {
			const optional = findTomlNode(document, ["tool", "poetry", "group", group, "optional"]);
			return optional?.kind === "scalar" && optional.text === "true";
		}
		if (dependencyGroups.has(group)) return isPlainUv && group !== "dev";
		return group !== "dev" || named("project", "optional-dependencies").includes(group);
	};
}

/** `--extra logs`, `.[logs]`, `--all-extras`, `--with logs`. */
function asksFor(text: string, group: string): boolean {
	if (/--all-(?:extras|groups)\b/.test(text)) return true;
	for (const at of placesOf(text, group)) {
		const line = text.slice(text.lastIndexOf("\n", at) + 1, at);
		if (
			/[\w.]\[[^\]\s]*$/.test(line.slice(-200)) ||
			/(?:--(?:extras?|groups?|with|only)|-[EG])[ =][^\n]*$/.test(line.slice(-200))
		)
			return true;
	}
	return false;
}

function* placesOf(text: string, word: string): Generator<number> {
	const isPart = (character: string | undefined): boolean => character !== undefined && /[\w-]/.test(character);
	for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length))
		if (!isPart(text[at - 1]) && !isPart(text[at + word.length])) yield at;
}
