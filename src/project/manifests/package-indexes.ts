import type { SourceTree } from "../project.ts";
import type { Manifest } from "./manifest.ts";
import { folderOf, inFolder } from "./paths.ts";

/** Is anything installed from another index than the public one, where a company keeps what it has written itself? */
export function hasIndexOfItsOwn(files: SourceTree, manifests: readonly Manifest[]): boolean {
	const places = manifests.flatMap(({ path, installedBy, requirements }) => [
		path,
		inFolder(folderOf(path), "pyproject.toml"),
		...requirements.map((each) => each.path),
		...(installedBy === null ? [] : [installedBy.replace(/:\d+$/, "")]),
	]);
	return [...new Set(places)].some((path) => otherIndex.test(files.get(path)?.text ?? ""));
}

const otherIndex =
	/(?:-i|--(?:extra-)?index(?:-url)?|--default-index|--find-links|-f|^url)["']?[=, \t]{1,8}["']?https?:\/\/(?!pypi\.(?:org|python\.org)|download\.pytorch\.org|files\.pythonhosted\.org)/m;

/** Is an index, or a place of packages, so much as spoken of in any file of the repository that configures something? */
export function speaksOfIndexes(files: SourceTree): boolean {
	for (const { path, text } of files.values()) if (!path.endsWith(".py") && indexWords.test(text)) return true;
	return false;
}

/** Options, variables and tables by which pip, uv, poetry, pdm and pipenv are told of an index; those that name PyTorch's in full say nothing. */
const indexWords =
	/--(?:extra-)?index(?:-url)?[= ](?!["']?https:\/\/(?:download\.pytorch\.org|pypi\.org))|--find-links|^(?:extra-)?index-url\s*=|^find-links\s*=|\b(?:PIP|UV|PDM)_(?:\w{1,20}_)?(?:INDEX|FIND_LINKS)|\bPOETRY_(?:REPOSITORIES|HTTP_BASIC)|^\[\[(?:tool\.(?:uv\.index|poetry\.source|pdm\.source))\]\]|\bpip config set\b|\bpoetry (?:source|config)\b|\bcodeartifact\b/m;
