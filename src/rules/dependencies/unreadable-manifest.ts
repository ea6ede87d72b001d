import { defineRule } from "../../audit/rule.ts";
import { isForDevelopment } from "../../project/manifests/declared.ts";
import { folderOf, relativeTo } from "../../project/manifests/paths.ts";
import type { Project } from "../../project/project.ts";
import { LineIndex } from "../../text/line-index.ts";

interface Evidence {
	readonly line: string;
	readonly message: string;
	readonly command: string;
	readonly isRequirementLine: boolean;
	/** Is it about the manifest that start-up is installed from? */
	readonly isPrimary: boolean;
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
		const seen = new Set<string>();
		const ordered = project.manifests.toSorted((a, b) => Number(b.primary) - Number(a.primary));
		for (const { problems, primary, installCommand } of ordered) {
			for (const { path, line, message, fatal, missing = null } of problems) {
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
						message,
						command: installCommand,
						isRequirementLine: message.startsWith("pip cannot read"),
						isPrimary: primary,
						missing,
						instead: missing === null ? null : listBeside(project, missing, path),
					},
				};
			}
		}
	},

	describe({ path, evidence }) {
		const { line, message, command, isRequirementLine, isPrimary, missing } = evidence;
		return {
			severity: isPrimary ? "CRITICAL" : "MEDIUM",
			stage: "import",
			problem: isRequirementLine ? `${path} holds a line that is no requirement` : `${path}: ${message}`,
			rootCause: isRequirementLine
				? `pip reads every line of a requirements file as a requirement. It refuses the file at this one, so ${command} installs nothing.`
				: `${command} refuses the file here and installs nothing.`,
			...(isRequirementLine ? { expectedError: `ERROR: Invalid requirement: '${line}'` } : {}),
			...(missing === null ? {} : { expectedError: couldNotOpen(missing) }),
			failsOn: isPrimary ? ["clean-install"] : [],
			order: -1,
			manualSteps: isRequirementLine ? [] : [`Correct ${path} here, then run ${command} again.`],
		};
	},

	fix({ path, range, evidence }) {
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
		if (!isRequirementLine) return undefined;
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
