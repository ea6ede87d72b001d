import { defineRule } from "../../audit/rule.ts";
import { LineIndex } from "../../text/line-index.ts";

interface Evidence {
	readonly line: string;
	readonly message: string;
	readonly command: string;
	readonly isRequirementLine: boolean;
	/** Is it about the manifest that start-up is installed from? */
	readonly isPrimary: boolean;
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
			for (const { path, line, message, fatal } of problems) {
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
					},
				};
			}
		}
	},

	describe({ path, evidence }) {
		const { line, message, command, isRequirementLine, isPrimary } = evidence;
		return {
			severity: isPrimary ? "CRITICAL" : "MEDIUM",
			stage: "import",
			problem: isRequirementLine ? `${path} holds a line that is no requirement` : `${path}: ${message}`,
			rootCause: isRequirementLine
				? `pip reads every line of a requirements file as a requirement. It refuses the file at this one, so ${command} installs nothing.`
				: `${command} refuses the file here and installs nothing.`,
			...(isRequirementLine ? { expectedError: `ERROR: Invalid requirement: '${line}'` } : {}),
			failsOn: isPrimary ? ["clean-install"] : [],
			order: -1,
			manualSteps: isRequirementLine ? [] : [`Correct ${path} here, then run ${command} again.`],
		};
	},

	fix({ path, range, evidence }) {
		const { line, isRequirementLine, command } = evidence;
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
