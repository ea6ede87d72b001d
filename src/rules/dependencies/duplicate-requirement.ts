import { defineRule } from "../../audit/rule.ts";
import { markerApplies } from "../../environment/marker.ts";
import { canAllBeSatisfied } from "../../environment/pep440.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import { removeRequirement } from "../../project/manifests/edit.ts";
import type { Requirement } from "../../project/manifests/manifest.ts";
import type { Project } from "../../project/project.ts";

interface Evidence {
	readonly name: string;
	/** `fastapi==0.115.0`, as written, the first one and this one. */
	readonly first: string;
	readonly second: string;
	/** `requirements.txt:3`. */
	readonly firstAt: string;
	readonly contradict: boolean;
	/** Does this one say nothing that the first does not? */
	readonly isRedundant: boolean;
	/** Does the second line say all that the first one says, and more? */
	readonly firstIsRedundant: boolean;
	readonly firstPath: string;
	readonly firstStart: number;
	readonly command: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

export default defineRule<Evidence>({
	name: "duplicate-requirement",
	category: "DEPENDENCY",
	summary: "A package is declared twice",
	story:
		"Two lines ask for the same package. Where no version satisfies both, pip refuses the whole list; where one does, a later change to one of them is easily lost.",
	references: ["https://pip.pypa.io/en/stable/topics/dependency-resolution/"],
	example: {
		before: { "requirements.txt": "fastapi>=0.115.0\nuvicorn\nfastapi>=0.115.0\n", "main.py": main },
		after: { "requirements.txt": "fastapi>=0.115.0\nuvicorn\n", "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		const firsts = new Map<string, Requirement>();
		for (const requirement of manifest?.requirements ?? []) {
			const { normalized, group, path, range, marker, url } = requirement;
			if (group !== "" || normalized === "" || url !== null || markerApplies(marker, project.environment.python) !== true)
				continue;
			const first = firsts.get(normalized);
			if (first === undefined) {
				firsts.set(normalized, requirement);
				continue;
			}
			if (first.path === path && first.range.start === range.start) continue;
			const contradict = !canAllBeSatisfied([first.specifier, requirement.specifier]);
			const evidence = {
				name: requirement.name,
				first: written(project, first),
				second: written(project, requirement),
				firstAt: `${first.path}:${lineOf(project, first)}`,
				contradict,
				isRedundant: saysNothingNew(first, requirement),
				// The second may say more: `passlib`, then `passlib[bcrypt]`.
				firstIsRedundant: !contradict && !saysNothingNew(first, requirement) && saysNothingNew(requirement, first),
				firstPath: first.path,
				firstStart: first.range.start,
				command: manifest?.installCommand ?? "",
			};
			yield { subject: normalized, path, range, evidence };
		}
	},

	describe({ evidence }) {
		const { name, first, second, firstAt, contradict, command } = evidence;
		return {
			severity: contradict ? "CRITICAL" : "LOW",
			stage: contradict ? "import" : "none",
			problem: contradict ? `${name} is declared twice, with versions that exclude each other` : `${name} is declared twice`,
			rootCause: contradict
				? `${firstAt} asks for ${first}, this line for ${second}. No version satisfies both, so ${command} installs nothing.`
				: `${firstAt} asks for ${first} already.`,
			...(contradict
				? {
						expectedError: `ERROR: Cannot install ${first} and ${second} because these package versions have conflicting dependencies.`,
					}
				: {}),
			failsOn: contradict ? ["clean-install"] : [],
			...(contradict ? { order: -1 } : {}),
		};
	},

	fix({ path, range, evidence }, project) {
		const { name, first, second, firstAt, contradict, isRedundant, firstIsRedundant } = evidence;
		const manifest = primaryManifest(project.manifests);
		const [file, start] = firstIsRedundant ? [evidence.firstPath, evidence.firstStart] : [path, range.start];
		const requirement = manifest?.requirements.find((each) => each.path === file && each.range.start === start);
		const edits = requirement === undefined ? null : removeRequirement(project.files, requirement);
		if (manifest === null || edits === null) return undefined;
		if (firstIsRedundant)
			return {
				title: `Remove the first ${name}`,
				explanation: `${second} stays, and says all that ${first} says.`,
				applicability: "safe",
				edits,
				commands: manifest.updateCommands,
			};
		return {
			title: `Remove the second ${name}`,
			explanation: `${firstAt} stays${isRedundant ? ", and says all that this line says" : ". Look which of the two versions is meant"}.`,
			applicability: isRedundant && !contradict ? "safe" : "review",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

function saysNothingNew(first: Requirement, second: Requirement): boolean {
	const sameVersions = second.specifier === "" || second.specifier.replaceAll(" ", "") === first.specifier.replaceAll(" ", "");
	return sameVersions && second.extras.every((extra) => first.extras.includes(extra));
}

function written(project: Project, { path, range }: Requirement): string {
	return project.files.get(path)?.text.slice(range.start, range.end) ?? "";
}

function lineOf(project: Project, { path, range }: Requirement): number {
	return (
		(project.files
			.get(path)
			?.text.slice(0, range.start)
			.match(/\r\n|\n|\r/g)?.length ?? 0) + 1
	);
}
