import { defineRule } from "../../audit/rule.ts";
import { closeOver, primaryManifest, startUpRequirements } from "../../project/manifests/declared.ts";
import { addRequirement, fileOfMainList, usesHashes } from "../../project/manifests/edit.ts";
import { packageAddition } from "../../project/manifests/package-addition.ts";
import { findStartCommands, type StartCommand } from "../../project/starts/start-commands.ts";

interface Evidence {
	/** The program of the start command, which is also the distribution's name: `uvicorn`. */
	readonly server: string;
	/** The line that starts it: `Dockerfile:9`. */
	readonly startedAt: string;
	/** The line that installs, `Dockerfile:5`, and the list that it installs. */
	readonly installedAt: string;
	readonly manifest: string;
}

const main = `from fastapi import FastAPI

app = FastAPI()
`;
const image = `FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
CMD ["uvicorn", "main:app"]
`;

export default defineRule<Evidence>({
	name: "undeclared-server",
	category: "DEPENDENCY",
	summary: "The start command runs a server that nothing installs",
	story:
		"Nobody imports uvicorn, so nobody misses it in the list of packages, and everybody has it at home; the image is built without a word, and its container ends with: executable file not found.",
	references: ["https://fastapi.tiangolo.com/deployment/docker/", "https://docs.docker.com/reference/dockerfile/#cmd"],
	example: {
		before: { "requirements.txt": "fastapi\n", Dockerfile: image, "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\n", Dockerfile: image, "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		const installedAt = manifest?.installedBy ?? null;
		if (manifest === null || installedAt === null) return;
		const dockerfile = installedAt.replace(/:\d+$/, "");
		if (!bringsPythonOnly(project.files.get(dockerfile)?.text ?? "")) return;
		const declared = startUpRequirements(project.manifests);
		const { provided, opaque } = closeOver(declared, project.manifests, project.environment);
		// A package that nobody knows may bring a server where it is declared itself; what others require seldom does.
		if (opaque.some((name) => name === "" || declared.some(({ normalized }) => normalized === name))) return;
		for (const command of findStartCommands(project.files)) {
			if (command.path !== dockerfile || !servers.has(command.server) || provided.has(command.server)) continue;
			const { server, start } = command;
			const evidence = { server, startedAt: command.target.evidence, installedAt, manifest: fileOfMainList(manifest) };
			yield { subject: server, path: dockerfile, range: { start, end: start + server.length }, evidence };
			return;
		}
	},

	describe({ evidence: { server, startedAt, installedAt, manifest } }) {
		return {
			severity: "CRITICAL",
			stage: "import",
			problem: `${startedAt} starts ${server}, and ${manifest} does not declare it`,
			rootCause: `${installedAt} installs what ${manifest} lists, and neither that list nor a package on it brings ${server}. On a machine that has it from elsewhere, the server starts.`,
			expectedError: `exec: "${server}": executable file not found in $PATH`,
			failsOn: ["clean-install"],
		};
	},

	fix({ evidence: { server } }, project) {
		const manifest = primaryManifest(project.manifests);
		const edits =
			manifest === null || usesHashes(project.files, manifest)
				? null
				: addRequirement(project.files, manifest, packageAddition(server, [], project.environment));
		if (manifest === null || edits === null) return undefined;
		return {
			title: `Declare ${server} in ${fileOfMainList(manifest)}`,
			explanation: `Once it is declared, the installation that the image is built with brings ${server}.`,
			applicability: "safe",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

const servers: ReadonlySet<StartCommand["server"]> = new Set(["uvicorn", "gunicorn", "hypercorn", "granian"]);

/** Do all stages of a Dockerfile start from images with a bare Python, or from one another? Others may bring a server. */
function bringsPythonOnly(dockerfile: string): boolean {
	const stages = [...dockerfile.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?/gim)];
	const names = new Set(stages.map(([, , name]) => name?.toLowerCase()));
	return (
		stages.length > 0 &&
		stages.every(([, from = ""]) => /^(?:docker\.io\/)?(?:library\/)?python:/.test(from) || names.has(from.toLowerCase()))
	);
}
