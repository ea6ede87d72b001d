import { defineRule } from "../../audit/rule.ts";
import type { Project } from "../../project/project.ts";
import { listStarts } from "../../project/starts/list-starts.ts";
import type { Start } from "../../project/starts/start.ts";
import type { StartCommand } from "../../project/starts/start-commands.ts";
import type { CommandFault } from "./command/command-fault.ts";
import { consoleScriptFaults } from "./command/console-script-fault.ts";
import { misspelledCommand } from "./command/misspelled-command.ts";
import { serverFault } from "./command/server-fault.ts";
import { targetFault } from "./command/target-fault.ts";

const example = (dockerTarget: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	Procfile: "web: uvicorn shop.main:app\n",
	Dockerfile: `FROM python:3.12\nWORKDIR /srv\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["uvicorn", "${dockerTarget}", "--host", "0.0.0.0"]\n`,
	"shop/__init__.py": "",
	"shop/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
});

/** A command with what stops it. */
interface Found {
	readonly command: StartCommand;
	readonly fault: CommandFault;
}

interface Evidence extends CommandFault {
	/** Does the audit follow this command, and does nothing else in the repository start the application? */
	readonly isTheOnlyWay: boolean;
}

export default defineRule<Evidence>({
	name: "unstartable-command",
	category: "ENTRYPOINT",
	summary: "A start command cannot start the application",
	story:
		"A Procfile works and the Dockerfile does not, or the other way round: the commands differ in module, attribute, file-name case, working directory or worker. Who develops with one finds out when the other is deployed.",
	references: ["https://www.uvicorn.org/settings/#application", "https://www.uvicorn.org/deployment/#gunicorn"],
	example: { before: example("main:app"), after: example("shop.main:app") },

	*detect(project) {
		const found = new Map<string, Found>();
		let isAnyWithout = false;
		for (const start of listStarts(project.files)) {
			const { command } = start;
			// What a service makes of the command of its image shows where the start commands are compared.
			if (command.path !== start.path && command.server !== "python") continue;
			const fault =
				misspelledCommand(project, command) ??
				serverFault(project, start) ??
				(isAudited(project, start) ? null : targetFault(project, start));
			if (fault === null) isAnyWithout = true;
			else found.set(`${command.path}:${fault.range.start}:${fault.shape}`, { command, fault });
		}
		for (const { command, fault } of found.values()) {
			const isTheOnlyWay = !isAnyWithout && project.target?.evidence === command.target.evidence;
			const { path } = command;
			const subject = `${path}:${fault.name}:${fault.shape}`;
			yield { subject, path, range: fault.range, evidence: { ...fault, isTheOnlyWay } };
		}
		for (const { path, fault } of consoleScriptFaults(project))
			yield {
				subject: `${path}:${fault.name}:${fault.shape}`,
				path,
				range: fault.range,
				evidence: { ...fault, isTheOnlyWay: false },
			};
	},

	describe({ path, evidence: { clause, cause, error, fix, isTheOnlyWay } }) {
		return {
			severity: isTheOnlyWay ? "CRITICAL" : "HIGH",
			stage: "import",
			problem: `${path} ${clause}`,
			rootCause: cause,
			expectedError: error,
			manualSteps:
				fix === null ? ["Name the module and the attribute as they are seen from the folder that the command runs in."] : [],
		};
	},

	fix({ evidence }) {
		return evidence.fix ?? undefined;
	},
});

/** The command that the audit follows, in the folder that it runs in; its own fault is another rule's. */
function isAudited({ target, workingDirectory }: Project, { command, place, image }: Start): boolean {
	const isFollowed = target?.evidence === command.target.evidence || target?.evidence.startsWith(`${command.path}:`) === true;
	return isFollowed && (place === null || image !== null || place.workingDirectory === workingDirectory);
}
