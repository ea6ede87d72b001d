import type { FixProposal } from "../../../../audit/fix.ts";
import { primaryManifest } from "../../../../project/manifests/declared.ts";
import { addRequirement, usesHashes } from "../../../../project/manifests/edit.ts";
import { packageAddition } from "../../../../project/manifests/package-addition.ts";
import type { Project } from "../../../../project/project.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import type { UnresolvedImport } from "./module-remedy.ts";

/** Modules that came with a later Python, and the packages that bring the same to older ones under a name of their own. */
const backports: Readonly<Record<string, { readonly since: number; readonly module: string; readonly distribution: string }>> = {
	// https://docs.python.org/3/library/tomllib.html
	tomllib: { since: 11, module: "tomli", distribution: "tomli" },
	// https://peps.python.org/pep-0615/#backwards-compatibility
	zoneinfo: { since: 9, module: "backports.zoneinfo", distribution: "backports-zoneinfo" },
};

/** `import tomllib` before Python 3.11 is `import tomli as tomllib`; the package is declared where it is not there yet. */
export function importBackport(project: Project, { detail, module, statement, range }: UnresolvedImport): FixProposal | null {
	const known = Object.hasOwn(backports, detail.requested) ? backports[detail.requested] : undefined;
	const manifest = primaryManifest(project.manifests);
	if (known === undefined || statement === null || project.environment.python.minor >= known.since) return null;
	const alias = statement.type === "Import" ? statement.names.find((each) => each.name.start === range.start) : undefined;
	if (statement.type === "Import" && alias === undefined) return null;
	const place = statement.type === "ImportFrom" ? statement.moduleRange : (alias?.name ?? range);
	const local = alias === undefined || alias.asName !== null ? "" : ` as ${detail.requested}`;
	const isThere = project.environment.findModule(known.module).found === "present";
	const isDeclared = manifest?.requirements.some(({ normalized }) => normalized === known.distribution) === true;
	if (!isThere && !isDeclared && (manifest === null || usesHashes(project.files, manifest))) return null;
	const addition =
		isThere || isDeclared || manifest === null
			? []
			: addRequirement(project.files, manifest, packageAddition(known.distribution, [], project.environment));
	if (addition === null) return null;
	return {
		title: `Import ${known.module}${addition.length > 0 ? `, and declare ${known.distribution}` : ""}`,
		explanation: `The standard library has ${detail.requested} since Python 3.${known.since}; ${known.module} is the same for older ones.`,
		applicability: "review",
		edits: [replaceText(module, place.start, place.end, known.module + local), ...addition],
		commands: addition.length > 0 ? (manifest?.updateCommands ?? []) : [],
	};
}
