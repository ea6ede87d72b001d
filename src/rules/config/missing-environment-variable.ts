import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { findEntry } from "../../project/settings/env-file-edit.ts";
import { givenByServices } from "../../project/starts/container-variables.ts";
import { nodeAt } from "../../python/node-at.ts";
import {
	type DotenvLoading,
	defaultInCode,
	dotenvLoading,
	loadBefore,
	loadNewFile,
	type Need,
	newEnvFile,
	respellKey,
	writeTo,
} from "../repair/settings/provide-variable.ts";

interface Evidence extends Need, DotenvLoading {
	/** A `.env` file that has the key and was not loaded, or null. */
	readonly otherFile: string | null;
}

const example = (imports: string, lines: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npython-dotenv\n",
	".env": "APP_NAME=Example\n",
	"main.py": `import os

from fastapi import FastAPI
${imports}
${lines}app_name = os.environ["APP_NAME"]
app = FastAPI(title=app_name)
`,
});

export default defineRule<Evidence>({
	name: "missing-environment-variable",
	category: "CONFIG",
	summary: "Start-up needs a variable that nothing sets",
	story:
		"os.environ knows what the server's process was given and what load_dotenv() has read so far, not what stands in a .env file. Python stops at the first variable that is not there.",
	references: [
		"https://docs.python.org/3/library/os.html#os.environ",
		"https://saurabh-kumar.com/python-dotenv/#getting-started",
	],
	example: {
		before: example("", ""),
		after: example("from dotenv import load_dotenv\n", "load_dotenv()\n\n"),
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const need of [...failedNeeds(project), ...engineNeeds(project)]) {
			const { key, module, range } = need;
			if (seen.has(key)) continue;
			seen.add(key);
			yield {
				subject: `${module.name}:${key}`,
				path: module.path,
				range,
				evidence: {
					...need,
					...(need.file === null ? dotenvLoading(project, need.order) : ofReader(project, need.file)),
					// A reader with a file of its own looks into no other.
					otherFile: need.file === null ? fileWith(project, key) : null,
				},
			};
		}
	},

	describe({ evidence }, project) {
		const given = givenByServices(project.files, [evidence.key]);
		const { key, loadedFile, otherFile, stage, order, failsAt, error, consequence, guarded } = evidence;
		return {
			severity: guarded ? "HIGH" : "CRITICAL",
			stage,
			problem: `${key} is not in the environment of the server`,
			rootCause:
				loadedFile !== null
					? `${loadedFile} is read by then and does not set it, and ${consequence}.`
					: otherFile !== null
						? `${otherFile} sets it, but nothing has loaded that file by then: a .env file is no part of the environment by itself.`
						: given === null
							? `Nothing sets it, and ${consequence}.`
							: `The environment does not set it, and ${consequence}. ${given}`,
			expectedError: error,
			order: failsAt ?? order,
			manualSteps: [`Set ${key} in the environment in which the server is started, for example: export ${key}=...`],
		};
	},

	fix({ evidence }, project): FixProposal | undefined {
		const { key, loadedFile, loadsFile, otherFile } = evidence;
		if (otherFile !== null) return loadBefore(evidence, project, otherFile);
		const file = loadedFile ?? evidence.file ?? (loadsFile ? newEnvFile(project) : null);
		if (file !== null) return respellKey(project, file, key) ?? writeTo(project, file, key);
		return defaultInCode(evidence, project) ?? loadNewFile(evidence, project);
	},

	alternatives({ evidence }, project) {
		const { otherFile, loadedFile, file, loadsFile } = evidence;
		if (otherFile !== null) return [];
		const fallback = defaultInCode(evidence, project);
		if (loadedFile !== null || loadsFile) return [fallback ?? []].flat();
		return fallback === undefined || file !== null ? [] : [loadNewFile(evidence, project) ?? []].flat();
	},
});

/** Where start-up fails on a variable: `os.environ["KEY"]`, or None in the place of a text. */
function failedNeeds(project: Project): Need[] {
	return project.trace.failures.flatMap(({ detail, module, range, stage, order, error }) => {
		if (detail.type !== "missing-variable") return [];
		const { key, consequence, file = null } = detail;
		// What `os.environ["KEY"]` says of itself has no other reading behind it.
		const reading = nodeAt(module.tree, range, "Subscript") === undefined ? readingOf(project, key, order) : null;
		return [{ key, module, range, stage, order, error, consequence, guarded: false, reading, file }];
	});
}

/** The last `os.getenv("KEY")` before a place in start-up; null where there is none. */
function readingOf(project: Project, key: string, before: number): Call | null {
	return (
		project.trace.calls.findLast(({ callee, args, order }) => {
			const isReading = callee.kind === "external" && /^os\.(getenv|environ\.get)$/.test(callee.canonical);
			const [name] = args;
			return isReading && order < before && name?.kind === "constant" && name.value === key;
		}) ?? null
	);
}

/** `os.getenv("KEY")` whose None becomes the URL of an engine. */
function engineNeeds(project: Project): Need[] {
	return listEngines(project).flatMap(({ call, value }) => {
		if (value?.kind !== "constant" || value.value !== null || value.origin?.type !== "environment") return [];
		const { key } = value.origin;
		const reading = readingOf(project, key, call.order);
		const { module, node } = reading ?? call;
		return [
			{
				key,
				module,
				range: { start: node.start, end: node.end },
				stage: call.stage,
				order: reading?.order ?? call.order,
				failsAt: call.order,
				error: isSqlalchemyBefore(project, "2.0.19")
					? "AttributeError: 'NoneType' object has no attribute '_instantiate_plugins'"
					: "sqlalchemy.exc.ArgumentError: Expected string or URL object, got None",
				consequence: "the engine gets None in the place of a URL",
				guarded: call.guarded,
				reading,
				file: null,
			},
		];
	});
}

/** A reader such as starlette's Config looks into a file of its own. */
function ofReader(project: Project, file: string): DotenvLoading {
	return { loadedFile: project.files.has(file) ? file : null, loadsFile: true };
}

function fileWith(project: Project, key: string): string | null {
	for (const path of project.files.keys()) {
		if (/(^|\/)\.env(\.local)?$/.test(path) && findEntry(project, path, key)?.key === key) return path;
	}
	return null;
}
