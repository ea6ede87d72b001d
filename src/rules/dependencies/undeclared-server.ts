import { defineRule, type Match } from "../../audit/rule.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import { addExtra, addRequirement, fileOfMainList, usesHashes } from "../../project/manifests/edit.ts";
import type { Manifest } from "../../project/manifests/manifest.ts";
import { packageAddition } from "../../project/manifests/package-addition.ts";
import type { Project } from "../../project/project.ts";
import type { TextEdit } from "../../text/range.ts";
import { findMissingServer, lacksEveryServer } from "./uses/start-servers.ts";

interface Evidence {
	/** The program of the start command: `uvicorn`. */
	readonly server: string;
	/** What is missing, in most cases of the same name. */
	readonly distribution: string;
	/** The option that needs it, `--loop uvloop`; null for the server itself. */
	readonly option: string | null;
	/** The line that starts it: `Dockerfile:9`; null where no file says how the backend is started. */
	readonly startedAt: string | null;
	/** The line that installs, `Dockerfile:5`; null where no file orders it. */
	readonly installedAt: string | null;
	/** The list that is installed. */
	readonly manifest: string;
	readonly error: string;
	readonly isMissingHere: boolean;
	/** Does it run outside containers? */
	readonly isHosted: boolean;
	/** Another start command whose server is there, `Dockerfile:9`; null where there is none. */
	readonly sound: string | null;
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
		if (manifest === null) return;
		if (lacksEveryServer(project)) yield* uvicornOf(manifest);
		const missing = findMissingServer(project);
		if (missing === null) return;
		const { start, distribution, error, option, installedAt, isMissingHere, sound } = missing;
		const { path, server, start: offset } = start.command;
		const evidence: Evidence = {
			server,
			distribution,
			option,
			startedAt: `${start.path}:${start.line}`,
			installedAt,
			manifest: fileOfMainList(manifest),
			error,
			isMissingHere,
			isHosted: start.dockerfile === null,
			sound,
		};
		yield { subject: distribution, path, range: { start: offset, end: offset + server.length }, evidence };
	},

	describe({ evidence }) {
		const { server, distribution, option, startedAt, installedAt, manifest, error, isMissingHere, isHosted, sound } = evidence;
		const needed = distribution === server ? "" : `${option === null ? "" : ` with ${option}`}, which needs ${distribution}`;
		const installs =
			installedAt === null ? `An installation brings what ${manifest} lists` : `${installedAt} installs what ${manifest} lists`;
		return {
			severity: sound === null ? "CRITICAL" : "HIGH",
			stage: "import",
			problem:
				startedAt === null
					? `No server is installed, and ${manifest} declares none`
					: `${startedAt} starts ${server}${needed}, and ${manifest} does not declare it`,
			rootCause: `${installs}, and neither that list nor a package on it brings ${distribution}. ${sound === null ? "On a machine that has it from elsewhere, the server starts." : `${sound} starts one that is there.`}`,
			expectedError: error,
			failsOn: isMissingHere && isHosted ? ["this-machine", "clean-install"] : ["clean-install"],
		};
	},

	fix({ evidence: { server, distribution } }, project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null || usesHashes(project.files, manifest)) return undefined;
		const isCommand = server === "fastapi";
		const asExtra = isCommand ? standardExtra(project, manifest) : null;
		const addition = packageAddition(distribution, isCommand ? ["standard"] : [], project.environment);
		const edits = asExtra ?? addRequirement(project.files, manifest, addition);
		if (edits === null) return undefined;
		const what = asExtra === null ? distribution : "fastapi[standard]";
		return {
			title: `Declare ${what} in ${fileOfMainList(manifest)}`,
			explanation: `Once it is declared, the installation brings what starts the server.`,
			applicability: "safe",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

/** The server that is missing where nobody has named one. It stands where FastAPI is declared, which cannot run without one. */
function* uvicornOf(manifest: Manifest): Generator<Match<Evidence>> {
	const fastapi = manifest.requirements.find(({ normalized, group }) => normalized === "fastapi" && group === "");
	if (fastapi === undefined) return;
	const evidence: Evidence = {
		server: "uvicorn",
		distribution: "uvicorn",
		option: null,
		startedAt: null,
		installedAt: manifest.installedBy,
		manifest: fileOfMainList(manifest),
		error: "No module named uvicorn",
		isMissingHere: true,
		isHosted: true,
		sound: null,
	};
	yield { subject: "uvicorn", path: fastapi.path, range: fastapi.range, evidence };
}

/** FastAPI's own command comes with its extra `standard`, from the first release that has one. */
function standardExtra(project: Project, manifest: Manifest): TextEdit[] | null {
	const requirement = manifest.requirements.find(({ normalized, group }) => normalized === "fastapi" && group === "");
	const hasExtra = project.environment.distributions.get("fastapi")?.extras.includes("standard") ?? false;
	return requirement === undefined || !hasExtra ? null : addExtra(project.files, requirement, "standard");
}
