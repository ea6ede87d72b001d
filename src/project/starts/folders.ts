/** A folder below another, without `.`, `..` and slashes at its ends. */
export function joinFolder(base: string, folder: string): string {
	const parts = base.split("/").filter((part) => part !== "");
	for (const part of folder.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== "." && part !== "") parts.push(part);
	}
	return parts.join("/");
}

/** The files that may hold a module, from the folder that it is imported from. */
export function moduleFiles(module: string): readonly [string, string] {
	const path = module.replaceAll(".", "/");
	return [`${path}.py`, `${path}/__init__.py`];
}
