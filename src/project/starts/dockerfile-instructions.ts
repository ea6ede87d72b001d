/** One instruction of a Dockerfile; its line breaks are escaped ones that have been taken out. */
export interface Instruction {
	/** In capitals. */
	readonly name: string;
	readonly rest: string;
}

/** The instructions of a Dockerfile, in order (https://docs.docker.com/reference/dockerfile/#format). */
export function readInstructions(text: string): Instruction[] {
	const found: Instruction[] = [];
	let heredoc: string | null = null;
	let open: { name: string; rest: string } | null = null;
	for (const line of text.split(/\r?\n/)) {
		if (heredoc !== null) {
			if (line.trim() === heredoc) heredoc = null;
			continue;
		}
		if (/^\s*(#|$)/.test(line)) continue;
		const continues = /\\\s*$/.test(line);
		const content = continues ? line.replace(/\\\s*$/, " ") : line;
		if (open === null) {
			const [, name, rest = ""] = /^\s*([A-Za-z]+)\s+(.*)/s.exec(content) ?? [];
			if (name === undefined) continue;
			open = { name: name.toUpperCase(), rest };
		} else open.rest += content.trimStart();
		if (continues) continue;
		heredoc = /<<-?["']?(\w+)["']?/.exec(open.rest)?.[1] ?? null;
		found.push({ name: open.name, rest: open.rest.trim() });
		open = null;
	}
	if (open !== null) found.push({ name: open.name, rest: open.rest.trim() });
	return found;
}

/** The words of COPY and its like without their flags, in either form. */
export function wordsOf(rest: string): string[] {
	return rest
		.replace(/^((?:--\S+\s+)*)\[(.*)\]$/s, "$1$2")
		.split(/[\s,]+/)
		.map((word) => word.replace(/^["']|["']$/g, ""))
		.filter((word) => word !== "" && !word.startsWith("--"));
}

const systemPath = /^(?:\/(?:var|tmp|root|usr|etc|opt|bin|lib|home)\b|~|\$\{?HOME|-)/;

/** May a RUN instruction move code of the project about, bring more of it, or install it as a package? */
export function changesCode(rest: string, hasBuildSystem: boolean): boolean {
	if (rest.includes("<<")) return true;
	return rest.split(/&&|\|\||[;|\n]/).some((command) => {
		const words = command.split(/\s+/).filter((word) => word !== "" && !/^\w+=|^--mount|^(?:exec|sudo|time)$/.test(word));
		const [first = "", ...others] = words;
		if (/^(?:cp|mv|ln|rm|rsync|tar|unzip|sed)$/.test(first)) return others.some((word) => !systemPath.test(word));
		if (first === "git") return others.includes("clone");
		return installsProject(words, hasBuildSystem);
	});
}

const ownFolder = /^["']?\.{1,2}(?:\/[\w/-]*)?(?:\[[\w,-]+\])?["']?$/;

/** `pip install .`, `poetry install`, `uv sync`: the project itself becomes a package that is found from everywhere. */
function installsProject(words: readonly string[], hasBuildSystem: boolean): boolean {
	const line = words.join(" ");
	if (/\bpip3? install\b/.test(line)) return words.some((word) => ownFolder.test(word));
	if (/\bpoetry install\b/.test(line)) return !/--no-root\b/.test(line);
	// uv and pdm build only what says how it is built.
	if (/\buv sync\b/.test(line)) return hasBuildSystem && !/--no-install-project\b/.test(line);
	return /\bpdm (?:install|sync)\b/.test(line) && hasBuildSystem && !/--no-self\b/.test(line);
}
