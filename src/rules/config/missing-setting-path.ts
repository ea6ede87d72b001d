import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { entryAt } from "../../project/disk.ts";
import { meantPath } from "../../project/meant-path.ts";
import type { Project } from "../../project/project.ts";
import type { AbsentPath } from "../../project/settings/absent-paths.ts";
import { replaceEnvValue } from "../../project/settings/env-file-edit.ts";
import {
	envFileOrigin,
	type FaultySettings,
	keyOf,
	listFaultySettings,
	outcomeOf,
	placeInWords,
	placeOfValue,
	subjectOf,
} from "../../project/settings/faulty-settings.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import { takeDefault } from "./repair/take-default.ts";

interface Evidence {
	readonly settings: FaultySettings;
	readonly absent: AbsentPath;
}

const example = (folder: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	"keys/public.pem": "-----BEGIN PUBLIC KEY-----\n",
	"main.py": `from fastapi import FastAPI
from pydantic import FilePath
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    public_key: FilePath = "keys/${folder}"


settings = Settings()
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "missing-setting-path",
	category: "CONFIG",
	summary: "A setting names a file or a folder that is not there",
	story:
		"pydantic looks at the disk for FilePath and DirectoryPath when the settings are made. A relative path counts from the folder in which the server is started; and git keeps no empty folders, so a folder that is there on one machine is missing on the next.",
	references: ["https://docs.pydantic.dev/latest/api/types/#pydantic.types.FilePath"],
	// pydantic-settings checks defaults as well.
	example: { before: example("pubic.pem"), after: example("public.pem") },

	*detect(project) {
		for (const settings of listFaultySettings(project)) {
			for (const absent of settings.faults.absent) {
				const { field } = absent.reading;
				const { module } = field.owner;
				yield {
					subject: subjectOf(settings, absent.reading),
					...placeOfValue(absent.value, { module, node: field.node }),
					evidence: { settings, absent },
				};
			}
		}
	},

	describe({ evidence }, project) {
		const { settings, absent } = evidence;
		const { wanted, reading, value, isGiven } = absent;
		const from = project.workingDirectory === "" ? "the root of the repository" : project.workingDirectory;
		const key = keyOf(settings, reading);
		return {
			...outcomeOf(settings, "validation"),
			problem: isGiven
				? `${key} names a ${wanted} that is not there: ${shown(absent)}`
				: `The default of ${reading.field.name} is a ${wanted} that is not there: ${shown(absent)}`,
			rootCause:
				`${settings.className} looks for it when ${settings.madeAt} makes the settings. ${absent.given.startsWith("/") ? "" : `The path counts from the folder in which the server is started, which is ${from}.`}`.trimEnd(),
			manualSteps: [
				isGiven
					? `Put the ${wanted} there, or give ${key} in ${placeInWords(value)} the path where it is.`
					: `Put the ${wanted} there, or set ${key} to the path where it is.`,
			],
		};
	},

	fix({ evidence }, project) {
		return waysToMend(evidence, project)[0];
	},

	alternatives({ evidence }, project) {
		return waysToMend(evidence, project).slice(1);
	},
});

/** The path as written; an absolute one from the root of the repository on. */
function shown({ given, path }: AbsentPath): string {
	return given.startsWith("/") ? path || "." : given;
}

function waysToMend({ settings, absent }: Evidence, project: Project): readonly FixProposal[] {
	const { reading, wanted, path, value, isGiven } = absent;
	const { field } = reading;
	const { module } = field.owner;
	const mends: FixProposal[] = [];
	const meant = meantPath(project, path, { isFile: wanted === "file", mayBeOnlyOne: wanted === "file" });
	const renamed = meant === null ? null : otherPath(project, absent, meant);
	if (renamed !== null) mends.push(renamed);
	if (wanted === "folder" && entryAt(project, absent.given) === "missing") {
		mends.push({
			title: `Make the folder ${path}`,
			explanation: "An empty file keeps it in git, which does not keep empty folders.",
			applicability: "safe",
			edits: [{ path: `${path}/.gitkeep`, range: { start: 0, end: 0 }, newText: "\n" }],
		});
	}
	const defaulted = isGiven && value.kind === "constant" ? takeDefault(project, settings, reading, value) : undefined;
	if (defaulted !== undefined) mends.push(defaulted);
	const type = typeName(field.node.annotation);
	if (wanted === "file" && type !== null) {
		mends.push({
			title: `Take ${field.name} as it stands, without looking for the file`,
			explanation: "The server comes up; what reads the file fails until it is there.",
			applicability: "review",
			edits: [replaceText(module, type.start, type.end, "Path")],
			needs: [{ path: module.path, module: "pathlib", name: "Path" }],
		});
	}
	return mends;
}

/** The name of what is nearly meant, in the place of the one that is written. */
function otherPath(project: Project, { path, given, value, reading, isGiven }: AbsentPath, meant: string): FixProposal | null {
	const name = (of: string): string => of.slice(of.lastIndexOf("/") + 1);
	const folder = (of: string): string => of.slice(0, of.lastIndexOf("/") + 1);
	const base = project.workingDirectory === "" ? "" : `${project.workingDirectory}/`;
	const isSibling = folder(path) === folder(meant);
	const whole = isSibling ? `${folder(given)}${name(meant)}` : given.startsWith("/") ? null : meant.slice(base.length);
	if (whole === null || !meant.startsWith(base)) return null;
	const origin = envFileOrigin(value);
	const { field } = reading;
	const literal = field.node.value === null ? null : lastText(field.node.value);
	const isWhole = literal?.value === given;
	const isEnd = isSibling && typeof literal?.value === "string" && name(literal.value) === name(path);
	const written = literal?.content ?? null;
	const edit =
		isGiven && origin !== null
			? replaceEnvValue(project, origin.path, origin.key, whole)
			: !isGiven && literal !== null && written !== null && (isWhole || isEnd)
				? replaceText(
						field.owner.module,
						written.start,
						written.end,
						isWhole ? whole : `${folder(String(literal.value))}${name(meant)}`,
					)
				: null;
	if (edit === null) return null;
	return {
		title: `Give the path ${isWhole || isGiven ? whole : name(meant)}`,
		explanation: `${meant} is there, and nothing else in the repository may be meant.`,
		applicability: isSibling ? "safe" : "review",
		edits: [edit],
	};
}

/** The last text of an expression, where the name of a file is written. */
function lastText(expression: ast.Expression): ast.Constant | null {
	let found: ast.Constant | null = null;
	walk(expression, (each) => {
		if (each.type === "Constant" && each.literal === "string" && each.content !== null) found = each;
	});
	return found;
}

/** Where `FilePath` stands in an annotation. */
function typeName(annotation: ast.Expression): ast.Name | null {
	let found: ast.Name | null = null;
	walk(annotation, (each) => {
		if (each.type === "Name" && each.id === "FilePath") found = each;
	});
	return found;
}
