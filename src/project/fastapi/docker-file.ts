/** Where a Dockerfile's last command runs, as folders of the repository. */
export interface ContainerLayout {
	/** The repository's folder that lies at a path of the container, or null where none is copied there. */
	folderAt(path: string, firstPart: string): string | null;
	readonly workingDirectory: string;
	/** Entries of PYTHONPATH, absolute. */
	readonly pythonPath: readonly string[];
}

/** Reads WORKDIR, COPY, ADD and ENV PYTHONPATH of a Dockerfile's text; `context` is the folder that it is built from. */
export function readDockerfile(text: string, context: string): ContainerLayout {
	let workingDirectory = "/";
	const copies: { readonly source: string; readonly target: string }[] = [];
	let pythonPath: readonly string[] = [];
	for (const line of text.replace(/\\\r?\n/g, " ").split("\n")) {
		const [, instruction = "", rest = ""] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? [];
		switch (instruction.toUpperCase()) {
			case "FROM":
				workingDirectory = "/";
				copies.length = 0;
				break;
			case "WORKDIR":
				workingDirectory = resolvePath(workingDirectory, unquoted(rest));
				break;
			case "COPY":
			case "ADD":
				if (/--from=/.test(rest)) break;
				copies.push(...copiesOf(rest, context, workingDirectory));
				break;
			case "ENV": {
				const value = /\bPYTHONPATH[= ]"?([^"\s]+)/.exec(rest)?.[1];
				if (value !== undefined)
					pythonPath = value
						.split(":")
						.filter((part) => part !== "" && !part.includes("$"))
						.map((part) => resolvePath(workingDirectory, part));
				break;
			}
		}
	}
	const folderAt = (path: string, firstPart: string): string | null => {
		for (const { source, target } of copies) {
			if (target === path) return source;
			if (path.startsWith(target === "/" ? "/" : `${target}/`)) return joinFolder(source, path.slice(target.length));
			// `COPY app /code/app` puts a folder of the same name below.
			const name = source.slice(source.lastIndexOf("/") + 1);
			if (target === resolvePath(path, firstPart) && name === firstPart)
				return source.slice(0, Math.max(0, source.lastIndexOf("/")));
		}
		return null;
	};
	return { folderAt, workingDirectory, pythonPath };
}

function copiesOf(rest: string, context: string, workingDirectory: string): { source: string; target: string }[] {
	const words = rest
		.replace(/^\[|\]$/g, "")
		.split(/[\s,]+/)
		.map(unquoted)
		.filter((word) => word !== "" && !word.startsWith("--"));
	const target = words.pop();
	if (target === undefined) return [];
	return words.map((word) => ({ source: joinFolder(context, word), target: resolvePath(workingDirectory, target) }));
}

function unquoted(word: string): string {
	return word.replace(/^["']|["']$/g, "");
}

function resolvePath(base: string, path: string): string {
	const folder = joinFolder(path.startsWith("/") ? "" : base, path);
	return `/${folder}`;
}

/** A folder below another, without `.`, `..` and slashes at its ends. */
export function joinFolder(base: string, folder: string): string {
	const parts = base.split("/").filter((part) => part !== "");
	for (const part of folder.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== "." && part !== "") parts.push(part);
	}
	return parts.join("/");
}
