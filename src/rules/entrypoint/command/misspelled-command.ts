import { findMeantTarget } from "../../../project/fastapi/meant-target.ts";
import type { Project, Target } from "../../../project/project.ts";
import type { StartCommand } from "../../../project/starts/start-commands.ts";
import { spellTarget } from "../repair/target-remedies.ts";
import { type CommandFault, rewriteTarget } from "./command-fault.ts";

/** `uvicorn main`, `uvicorn src/main:app`, `fastapi run` where no file has a usual name; null where the server can read what it is told. */
export function misspelledCommand(project: Project, command: StartCommand): CommandFault | null {
	const { refusal, range, path, server, target } = command;
	if (refusal === null) return null;
	const name = project.files.get(path)?.text.slice(range.start, range.end) ?? "";
	const meant = target.module === "" ? fileToStart(project, path) : spelledFrom(project, target);
	const works = project.target === null ? "" : ` The application is ${spellTarget(project.target)}.`;
	return {
		shape: "word",
		name,
		range: name === "" ? { start: command.start, end: range.end } : range,
		clause:
			server === "fastapi"
				? "lets FastAPI's command look for the application, and there is no file where it looks"
				: `tells ${server} to start ${name}, which it does not understand`,
		cause: `${server === "fastapi" ? fastapiLooks : uvicornReads}${works}`,
		error: refusal,
		fix: meant === null ? null : rewriteTarget(path, range, name, name === "" ? ` ${meant}` : meant),
	};
}

const fastapiLooks = "Without a path it looks for main.py, app.py and api.py, in its folder and in app.";
const uvicornReads = "uvicorn takes a module with dots and, behind a colon, the name that holds the application.";

/** The target as the server takes it where the module is imported from the audited folder. */
function spelledFrom({ modules }: Project, target: Target): string {
	return spellTarget((modules.has(target.module) ? findMeantTarget(modules, target) : null) ?? target);
}

/** The application's file, as it is written in the folder of a start file; null for a factory, and for a file that lies elsewhere. */
function fileToStart({ target, modules }: Project, path: string): string | null {
	const file = target === null || target.factory ? undefined : modules.get(target.module)?.path;
	const folder = path.slice(0, path.lastIndexOf("/") + 1);
	return file?.startsWith(folder) ? file.slice(folder.length) : null;
}
