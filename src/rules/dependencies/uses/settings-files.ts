import { versionSatisfies } from "../../../environment/pep440.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { inFolder } from "../../../project/manifests/paths.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { isExternal } from "./names.ts";

/** Settings of pydantic 1 read an `env_file` that is there with python-dotenv, which is an extra of it (pydantic/env_settings.py). */
export function listEnvFileReaders(project: Project): OptionalUse[] {
	const pydantic = project.environment.distributions.get("pydantic")?.version;
	if (pydantic === undefined || versionSatisfies(pydantic, "<2") !== true) return [];
	return project.trace.calls.flatMap(({ callee, module, node, stage, order, reached, guarded }) => {
		if (!reached || guarded || callee.kind !== "class" || !isSettings(callee)) return [];
		const file = envFileOf(callee);
		if (file === null || !project.files.has(inFolder(project.workingDirectory, file))) return [];
		return [
			{
				providers: ["python-dotenv"],
				extras: [],
				floor: null,
				importName: "dotenv",
				what: `env_file of ${callee.node.name.name}`,
				module,
				range: { start: node.callee.start, end: node.callee.end },
				stage,
				order,
				error: "ImportError: python-dotenv is not installed, run `pip install pydantic[dotenv]`",
			},
		];
	});
}

function isSettings(value: ClassValue, depth = 0): boolean {
	if (depth > 20) return false;
	return value.bases.some(
		(base) =>
			isExternal(base, /^pydantic\.(?:env_settings\.)?BaseSettings$/) || (base.kind === "class" && isSettings(base, depth + 1)),
	);
}

/** The literal `env_file` of a class's own `Config`. */
function envFileOf(value: ClassValue): string | null {
	for (const config of value.node.body) {
		if (config.type !== "ClassDef" || config.name.name !== "Config") continue;
		for (const statement of config.body) {
			if (statement.type !== "Assign" || statement.value.type !== "Constant") continue;
			const isEnvFile = statement.targets.some((target) => target.type === "Name" && target.id === "env_file");
			if (isEnvFile && typeof statement.value.value === "string") return statement.value.value;
		}
	}
	return null;
}
