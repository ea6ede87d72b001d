import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import { addRequirement, fileOfMainList } from "../../project/manifests/edit.ts";
import { packageAddition } from "../../project/manifests/package-addition.ts";
import { isNearName, meantPath } from "../../project/meant-path.ts";
import type { Module, Project } from "../../project/project.ts";
import { type MissingPath, missingPaths } from "../../project/startup-paths.ts";
import type * as ast from "../../python/ast.ts";
import { addArgument } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";

export default defineRule<MissingPath>({
	name: "missing-startup-path",
	category: "ENTRYPOINT",
	summary: "Start-up needs a file or a folder that is not there",
	story:
		"The code opens a file, or serves a folder, that does not exist at the path it gives. A relative path counts from the folder in which the server is started, not from the file that names it; and git keeps no empty folders, so a folder that is there on one machine is missing on the next.",
	references: ["https://starlette.dev/staticfiles/", "https://docs.python.org/3/library/functions.html#open"],
	example: {
		before: {
			"requirements.txt": "fastapi\nuvicorn\n",
			"motd.txt": "Hello\n",
			"main.py": `from fastapi import FastAPI\n\ngreeting = open("modt.txt").read()\n\napp = FastAPI(title=greeting)\n`,
		},
		after: {
			"requirements.txt": "fastapi\nuvicorn\n",
			"motd.txt": "Hello\n",
			"main.py": `from fastapi import FastAPI\n\ngreeting = open("motd.txt").read()\n\napp = FastAPI(title=greeting)\n`,
		},
	},

	*detect(project) {
		const seen = new Set<string>();
		for (const missing of missingPaths(project)) {
			const { module, node } = missing.call;
			const key = `${module.path}:${node.start}`;
			if (seen.has(key)) continue;
			seen.add(key);
			yield {
				// An absolute path says where the checkout lies; the same issue elsewhere is the same.
				subject: `${module.name}:${missing.given.startsWith("/") ? missing.path : missing.given}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: missing,
			};
		}
	},

	describe({ evidence }, project) {
		const { kind, given, path, call, error } = evidence;
		const from = project.workingDirectory === "" ? "the root of the repository" : project.workingDirectory;
		const isLate = kind === "template-folder";
		return {
			severity: isLate ? "HIGH" : "CRITICAL",
			stage: isLate ? "request" : call.stage,
			problem: problems[kind](given.startsWith("/") ? path : given),
			rootCause: causeOf(evidence, from),
			...(error === null ? {} : { expectedError: error }),
			order: call.order,
			manualSteps:
				mendsOf(evidence, project).length > 0
					? []
					: kind === "static-package"
						? [`Declare and install the distribution that brings ${given}.`]
						: [`Put the file at ${path}, or give the path where it is.`],
		};
	},

	fix({ evidence }, project) {
		return mendsOf(evidence, project)[0];
	},

	alternatives({ evidence }, project) {
		return mendsOf(evidence, project).slice(1);
	},
});

const problems: Readonly<Record<MissingPath["kind"], (given: string) => string>> = {
	file: (given) => `There is no file ${given}`,
	"logging-file": (given) => `There is no file ${given}`,
	"settings-file": (given) => `There is no file ${given}`,
	"static-folder": (given) => `There is no folder ${given} to serve`,
	"frontend-folder": (given) => `There is no folder ${given} with the built pages`,
	"package-folder": (given) => `The package has no folder ${given} to serve`,
	"static-package": (given) => `There is no package ${given} to serve the files of`,
	"template-folder": (given) => `There is no folder ${given} with templates`,
	"listed-folder": (given) => `There is no folder ${given} to list`,
	"outer-folder": (given) => `There is no folder ${given} to put files into`,
};

function causeOf({ kind, given, path }: MissingPath, from: string): string {
	if (kind === "package-folder") return `Starlette looks for it beside the package's __init__.py: ${path} is not there.`;
	if (kind === "static-package")
		return "Starlette looks for the package when the folder is mounted, and nothing imports it elsewhere.";
	const where = given.startsWith("/")
		? `${path} is not there.`
		: `The path counts from the folder in which the server is started, which is ${from}: ${path} is not there.`;
	return kind === "template-folder"
		? `${where} The server comes up, and each page made of a template is answered with 500.`
		: where;
}

/** Kinds of folders that may be empty, which git does not keep. */
const keptFolders: ReadonlySet<MissingPath["kind"]> = new Set([
	"static-folder",
	"frontend-folder",
	"package-folder",
	"listed-folder",
	"outer-folder",
]);

/** The ways to mend it: the path of what was likely meant, the folder made, or the check left out. */
function mendsOf(missing: MissingPath, project: Project): readonly FixProposal[] {
	const mends: FixProposal[] = [];
	if (missing.kind === "static-package") return declaredPackage(missing.given, project);
	const isOwnPath = missing.kind !== "package-folder" && missing.kind !== "outer-folder";
	const isFile = missing.kind === "file" || missing.kind === "logging-file";
	const meant = isOwnPath ? meantPath(project, missing.path, { isFile, mayBeOnlyOne: missing.kind === "file" }) : null;
	const renamed = meant === null ? null : otherPath(missing, project, meant);
	if (renamed !== null) mends.push(renamed);
	const { call, path } = missing;
	if (missing.kind === "settings-file") {
		mends.push({
			title: `Make the file ${path}`,
			explanation:
				"This version of Starlette refuses a settings file that is not there. Without lines it leaves all to the environment.",
			applicability: "safe",
			edits: [{ path, range: { start: 0, end: 0 }, newText: "# Settings of this machine, KEY=value\n" }],
		});
	}
	if (keptFolders.has(missing.kind)) {
		mends.push({
			title: `Make the folder ${path}`,
			explanation: "An empty file keeps it in git, which does not keep empty folders.",
			applicability: "safe",
			edits: [{ path: `${path}/.gitkeep`, range: { start: 0, end: 0 }, newText: "\n" }],
		});
	}
	if (missing.kind === "static-folder" || missing.kind === "frontend-folder") {
		mends.push({
			title: "Serve the folder without looking for it at start-up",
			explanation: "With check_dir=False the server comes up; requests for files are answered once the folder is there.",
			applicability: "review",
			edits: [addArgument(call.module, call.node, "check_dir=False")],
		});
	}
	return mends;
}

/** The distribution that brings a package, where only one is known. */
function declaredPackage(name: string, project: Project): FixProposal[] {
	const manifest = primaryManifest(project.manifests);
	const [distribution, ...others] = project.environment.distributionsFor(name);
	if (manifest === null || distribution === undefined || others.length > 0) return [];
	const edits = addRequirement(project.files, manifest, packageAddition(distribution, [], project.environment));
	if (edits === null) return [];
	return [
		{
			title: `Declare ${distribution} in ${fileOfMainList(manifest)}`,
			explanation: `It brings the package ${name}.`,
			applicability: "safe",
			edits,
			commands: manifest.updateCommands,
		},
	];
}

function otherPath(missing: MissingPath, project: Project, meant: string): FixProposal | null {
	const { call, given, path } = missing;
	const literal = lastLiteral(missing);
	if (literal === null || literal.content === null || typeof literal.value !== "string") return null;
	const written = literal.value;
	const name = (of: string): string => of.slice(of.lastIndexOf("/") + 1);
	const isSibling = path.slice(0, path.lastIndexOf("/") + 1) === meant.slice(0, meant.lastIndexOf("/") + 1);
	let text: string;
	if (isSibling && name(written) === name(path)) text = written.slice(0, written.length - name(written).length) + name(meant);
	else if (written === given && !given.startsWith("/")) {
		const base = project.workingDirectory === "" ? "" : `${project.workingDirectory}/`;
		if (!meant.startsWith(base)) return fromModule(call.module, literal, meant);
		text = meant.slice(base.length);
	} else {
		// What is put together in code: the text at its end counts from what stands before it.
		const before = path.endsWith(`/${written}`) || path === written ? path.slice(0, path.length - written.length) : null;
		if (before === null || !meant.startsWith(before)) return null;
		text = meant.slice(before.length);
	}
	return {
		title: `Give the path ${text}`,
		explanation: isNearName(name(path), name(meant))
			? `${meant} is there, and nothing else in the repository has such a name.`
			: `${meant} is the only file of its kind in that folder.`,
		applicability: isSibling && isNearName(name(path), name(meant)) ? "safe" : "review",
		edits: [replaceText(call.module, literal.content.start, literal.content.end, text)],
	};
}

/** What lies outside the server's folder is named from the module's own file, which is right wherever the server is started. */
function fromModule(module: Module, literal: ast.Constant, meant: string): FixProposal | null {
	const own = module.path.split("/").slice(0, -1);
	const parts = meant.split("/");
	let shared = 0;
	while (shared < own.length && shared < parts.length - 1 && own[shared] === parts[shared]) shared++;
	const rest = parts.slice(shared).join("/");
	return {
		title: `Name ${meant} from where ${module.path} lies`,
		explanation: "A path counted from the file that names it is right in whatever folder the server is started.",
		applicability: "review",
		edits: [
			replaceText(
				module,
				literal.start,
				literal.end,
				`Path(__file__).resolve().parents[${own.length - shared}] / ${JSON.stringify(rest)}`,
			),
		],
		needs: [{ path: module.path, module: "pathlib", name: "Path" }],
	};
}

/** The last text in the call, or in what the method is called on: where the name of the file is written. */
function lastLiteral({ call, path }: MissingPath): ast.Constant | null {
	const { node } = call;
	let found: ast.Constant | null = null;
	const note = (each: ast.TypedNode): void => {
		if (each.type === "Constant" && each.literal === "string" && each.content !== null) found = each;
	};
	if (node.callee.type === "Attribute") walk(node.callee.value, note);
	if (found !== null) return found;
	const [first] = node.args;
	const directory = node.keywords.find(({ name }) => /^(directory|file|fname)$/.test(name?.name ?? ""))?.value;
	const argument = directory ?? first;
	if (argument !== undefined) walk(argument, note);
	return found ?? onlyLiteral(call.module.tree, path.slice(path.lastIndexOf("/") + 1));
}

/** The only text of the module that says this, for paths that are put together elsewhere. */
function onlyLiteral(tree: ast.Module, text: string): ast.Constant | null {
	const found: ast.Constant[] = [];
	walk(tree, (each) => {
		if (each.type === "Constant" && each.value === text && each.content !== null) found.push(each);
	});
	return found.length === 1 ? (found[0] ?? null) : null;
}
