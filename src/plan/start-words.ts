import type { Project } from "../project/project.ts";
import type { Likeness } from "../project/starts/same-start.ts";
import type { Start } from "../project/starts/start.ts";
import type { StartCommand } from "../project/starts/start-commands.ts";

/** A command as a person would type it, also where a file has it as a list; without what follows its options. */
export function shownCommand({ text, server, target, path }: StartCommand): string {
	if (path.endsWith(".py") && server !== "python") return `uvicorn.run("${target.module}:${target.attribute}")`;
	const words = text
		.replace(/["'[\],]/g, " ")
		.split(/\s+/)
		.filter((word) => word !== "");
	const end = words.findIndex((word) => /^(?:&&|\|\||[;|&>#])/.test(word));
	const shown = (end < 0 ? words : words.slice(0, end)).join(" ");
	return shown.startsWith(server) || server === "python" ? shown : `${server} ${target.module}:${target.attribute}`;
}

/** In what a start command differs from the audited one, as clauses. */
export function differencesOf(project: Project, { command, place, image }: Start, likeness: Likeness): string[] {
	if (likeness === "same") return [];
	if (likeness === "no-env-file") return ["the .env file is not there"];
	const found: string[] = [];
	const { target } = project;
	const named = `${command.target.module}:${command.target.attribute}`;
	if (target !== null && named !== `${target.module}:${target.attribute}`) found.push(`it names ${named}`);
	if (place === null) return [...found, "where it runs is not known"];
	const shown = (folder: string) => (image === null ? (folder === "" ? "the repository's root" : `${folder}/`) : `/${folder}`);
	if (image !== null || place.workingDirectory !== project.workingDirectory)
		found.push(`it runs in ${shown(place.workingDirectory)}`);
	const others = place.searchPath.filter((folder) => folder !== place.workingDirectory);
	const usual = project.searchPath.filter((folder) => folder !== project.workingDirectory);
	if (others.length > 0 && (image !== null || others.join() !== usual.join()))
		found.push(`it looks for modules in ${others.map(shown).join(" and ")}, too`);
	if (others.length === 0 && usual.length > 0)
		found.push(`it does not look for modules in ${usual.map((folder) => `${folder}/`).join(" and ")}`);
	return found;
}
