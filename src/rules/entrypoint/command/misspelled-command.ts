import { findMeantTarget } from "../../../project/fastapi/meant-target.ts";
import type { Project, Target } from "../../../project/project.ts";
import type { StartCommand } from "../../../project/starts/start-commands.ts";
import { spellTarget } from "../repair/target-remedies.ts";
import { type CommandFault, rewriteTarget } from "./command-fault.ts";

/** `uvicorn main`, `uvicorn src/main:app`, `fastapi run` where no file has a usual name; null where the server can read what it is told. */
export function misspelledCommand(project: Project, command: StartCommand): CommandFault | null {
	const { refusal, range, path, server, target } = command;
	if (refusal === null) return null;
	if (command.givesObject) return objectInPlaceOfText(project, command, refusal);
	const name = project.files.get(path)?.text.slice(range.start, range.end) ?? "";
	if (server === "fastapi" && target.module !== "") return factoryInPlaceOfObject(project, command, refusal);
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

/** `fastapi run main.py` where the file has a function that makes the application, and no application. */
function factoryInPlaceOfObject(project: Project, { path, range, start, target }: StartCommand, error: string): CommandFault {
	const name = project.files.get(path)?.text.slice(range.start, range.end) ?? "";
	const works = project.target?.factory === true ? ` uvicorn can: uvicorn ${spellTarget(project.target)} --factory.` : "";
	return {
		shape: "word",
		name,
		range: name === "" ? { start, end: range.end } : range,
		clause: `starts ${name === "" ? target.module : name} with FastAPI's command, which finds no application there`,
		cause: `FastAPI's command takes an application that the module holds, and calls no function that makes one.${works}`,
		error,
		fix: null,
	};
}

/** `uvicorn.run(app, reload=True)`: the processes that uvicorn starts import the application anew, by its name. */
function objectInPlaceOfText(project: Project, { path, range, target }: StartCommand, error: string): CommandFault {
	const name = project.files.get(path)?.text.slice(range.start, range.end) ?? "";
	const spelled = `"${target.module}:${target.attribute}"`;
	const newText = target.factory ? `${spelled}, factory=True` : spelled;
	return {
		shape: "word",
		name,
		range,
		clause: `hands uvicorn the application itself, beside reload or workers`,
		cause:
			"uvicorn then starts processes that import the application anew, for which it needs its name as a text; without one it ends at once.",
		error,
		fix:
			target.module === ""
				? null
				: {
						title: `Name ${spelled}`,
						explanation: "Each process imports it by this name.",
						applicability: "safe",
						edits: [{ path, range, newText }],
					},
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
