import type { FixProposal } from "../../audit/fix.ts";
import { defineRule, type Match } from "../../audit/rule.ts";
import { normalizeName } from "../../environment/environment.ts";
import { isForDevelopment } from "../../project/manifests/declared.ts";
import { findLackingSign } from "../../project/manifests/mended-toml.ts";
import { folderOf, inFolder, relativeTo } from "../../project/manifests/paths.ts";
import { parsePep508 } from "../../project/manifests/pep508.ts";
import type { Project } from "../../project/project.ts";
import { LineIndex } from "../../text/line-index.ts";

interface Evidence {
	readonly line: string;
	readonly message: string;
	/** Counted from 1. */
	readonly number: number;
	readonly command: string;
	readonly isRequirementLine: boolean;
	/** Is it about the manifest that start-up is installed from? */
	readonly isPrimary: boolean;
	/** Is it about a lock file? */
	readonly inLock: boolean;
	/** Path of the file that the line includes and that is not there, if that is the problem. */
	readonly missing: string | null;
	/** The list that is meant in its place, where only one can be. */
	readonly instead: string | null;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

export default defineRule<Evidence>({
	name: "unreadable-manifest",
	category: "DEPENDENCY",
	summary: "A manifest holds a line that the installing tool refuses",
	story:
		"One line of prose, a single `=` or a broken table is enough: the tool refuses the whole file, so nothing at all is installed, and the server has no package to run with.",
	references: ["https://pip.pypa.io/en/stable/reference/requirements-file-format/", "https://toml.io/en/v1.0.0"],
	example: {
		before: { "requirements.txt": "fastapi\nInstall these with pip first\nuvicorn\n", "main.py": main },
		after: { "requirements.txt": "fastapi\n# Install these with pip first\nuvicorn\n", "main.py": main },
	},

	*detect(project) {
		yield* listsOfBytes(project);
		const seen = new Set<string>();
		const ordered = project.manifests.toSorted((a, b) => Number(b.primary) - Number(a.primary));
		for (const { problems, primary, installCommand, installedBy, installer } of ordered) {
			for (const { path, line, message, fatal, missing = null, inLock = false } of problems) {
				const key = `${path}:${line}`;
				if (!fatal || seen.has(key)) continue;
				seen.add(key);
				const lines = new LineIndex(project.files.get(path)?.text ?? "");
				const text = lines.lineText(line);
				const indent = text.length - text.trimStart().length;
				yield {
					subject: text.trim(),
					path,
					range: { start: lines.lineStart(line) + indent, end: lines.lineStart(line) + text.trimEnd().length },
					evidence: {
						line: text.trim(),
						number: line,
						message,
						command: installCommand,
						isRequirementLine: message.startsWith("pip cannot read"),
						isPrimary: primary && !(inLock && isInstalledWithPip(project, installedBy, installer)),
						inLock,
						missing,
						instead: missing === null ? null : listBeside(project, missing, path),
					},
				};
			}
		}
	},

	describe({ path, evidence }) {
		const { line, number, message, command, isRequirementLine, inLock, isPrimary, missing } = evidence;
		return {
			severity: isPrimary ? "CRITICAL" : "MEDIUM",
			stage: "import",
			problem: isRequirementLine ? `${path} holds a line that is no requirement` : `${path}: ${message}`,
			rootCause: isRequirementLine
				? `pip reads every line of a requirements file as a requirement. It refuses the file at this one, so ${command} installs nothing.`
				: `${command} refuses the file here and installs nothing.`,
			...(isRequirementLine ? { expectedError: `ERROR: Invalid requirement: '${line}' (from line ${number} of ${path})` } : {}),
			...(missing === null ? {} : { expectedError: couldNotOpen(missing) }),
			failsOn: isPrimary ? ["clean-install"] : [],
			order: -1,
			manualSteps: isRequirementLine
				? []
				: inLock
					? [`Delete ${path}, then run ${command}: it is written anew.`]
					: [`Correct ${path} here, then run ${command} again.`],
		};
	},

	fix({ path, range, evidence }, project) {
		const { line, isRequirementLine, command, missing, instead } = evidence;
		if (missing !== null && instead !== null) {
			return {
				title: `Include ${instead}`,
				explanation: `${missing} is not there, and no other list for the server lies beside it.`,
				applicability: "review",
				edits: [{ path, range, newText: line.replace(/(?<![^\s=])[^\s=]+$/, () => relativeTo(folderOf(path), instead)) }],
				commands: [command],
			};
		}
		if (evidence.message.startsWith("no valid TOML")) return addLackingSign(path, range.start, command, project);
		if (!isRequirementLine) return undefined;
		const packages = packagesNamed(line, project);
		if (packages !== null) {
			return {
				title: packages.length === 1 ? `Write ${packages.join()} alone` : "Write one package a line",
				explanation: "pip takes the name of one package, with its version, from each line.",
				applicability: "review",
				edits: [{ path, range, newText: packages.join("\n") }],
				commands: [command],
			};
		}
		const corrected = /^[A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?\s*=\s*\d[\w.]*$/.test(line);
		return {
			title: corrected ? "Write the version with ==" : "Make the line a comment",
			explanation: corrected
				? "pip has no operator `=`; an exact version is asked for with `==`."
				: "As a comment the line stays for readers, and pip passes over it.",
			applicability: corrected ? "safe" : "review",
			edits: [{ path, range, newText: corrected ? line.replace(/(?:(?<!\s)\s+)?=\s*/, "==") : `# ${line}` }],
			commands: [command],
		};
	},
});

/** A comma, quote or bracket that one slip has taken; where it stands is certain only from what the file is like with it. */
function addLackingSign(path: string, offset: number, command: string, { files }: Project): FixProposal | undefined {
	const text = files.get(path)?.text ?? "";
	const lines = new LineIndex(text);
	const lacking = findLackingSign(text, lines.positionAt(offset).line);
	if (lacking === null) return undefined;
	const { at, sign } = lacking;
	const name = sign === "," ? "comma" : sign === "]" ? "closing bracket" : "quote";
	return {
		title: `Write the ${name} that is missing in line ${lines.positionAt(at).line}`,
		explanation: `With it ${path} can be read.`,
		applicability: "review",
		edits: [{ path, range: { start: at, end: at }, newText: sign === "]" ? "\n]" : sign }],
		commands: [command],
	};
}

/** The list of the backend's folder that is no text, where the backend has no other manifest: pip reads it no more than the audit did. */
function* listsOfBytes({ unreadable, manifests, backend }: Project): Generator<Match<Evidence>> {
	if (manifests.length > 0) return;
	const path = inFolder(backend, "requirements.txt");
	const file = unreadable.find((each) => each.kind === "bytes" && each.path === path);
	if (file === undefined) return;
	const evidence: Evidence = {
		line: "",
		number: 1,
		message: file.reason,
		command: "pip install -r requirements.txt",
		isRequirementLine: false,
		isPrimary: true,
		inLock: false,
		missing: null,
		instead: null,
	};
	yield { subject: path, path, range: { start: 0, end: 0 }, evidence };
}

/** Packages that a line names in another form: behind a bullet or `pip install`, or several in a row; null where any word is no known package. */
function packagesNamed(line: string, { environment }: Project): readonly string[] | null {
	const words = line
		.replace(/^(?:[-*\u2022][ \t]|\$?[ \t]*(?:python3? -m )?pip3? install[ \t])/, "")
		// Two lines that a merge or a missing line break has joined.
		.replace(/(==[\d.]{0,30}\d)(?=[A-Za-z][\w.-]{0,80}[=<>~!]=)/g, "$1 ")
		.split(/[\s,]+/)
		.filter((word) => word !== "");
	const parsed = words.map((word) => parsePep508(word));
	const areKnown = parsed.every(
		(each) => each !== null && environment.expected(normalizeName(each.name), each.specifier) !== null,
	);
	return areKnown && words.length > 0 ? words : null;
}

/** pip reads no lock of another tool: the line that installs has to name the tool. */
function isInstalledWithPip({ files }: Project, installedBy: string | null, installer: string): boolean {
	const [path = "", line = ""] = installedBy?.split(/:(?=\d+$)/) ?? [];
	if (installedBy === null) return installer === "pip";
	return !new LineIndex(files.get(path)?.text ?? "").lineText(Number(line)).includes(installer);
}

/** The one list for the server in the folder of a list that is not there; null where there is none, or a choice. */
function listBeside({ files }: Project, missing: string, including: string): string | null {
	const folder = folderOf(missing);
	const lists = [...files.keys()].filter(
		(path) => folderOf(path) === folder && path !== including && /\.(?:txt|in)$/.test(path) && !isForDevelopment(path),
	);
	const [only] = lists.filter((path) => folder !== folderOf(including) || /requirements|constraints/i.test(path));
	return lists.length === 1 && only !== undefined ? only : null;
}

function couldNotOpen(path: string): string {
	return `ERROR: Could not open requirements file: [Errno 2] No such file or directory: '${path}'`;
}
