import { primaryManifest } from "../../project/manifests/declared.ts";
import { dependencyRows } from "../../project/manifests/dependency-rows.ts";
import { renderDependencies, renderDependenciesJson, renderDependenciesMarkdown } from "../../report/dependencies.ts";
import { showLine } from "../../text/gate.ts";
import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import { openProject } from "../open-project.ts";
import type { DepsOptions } from "../options.ts";

/** `bootmend deps`: what is declared, installed and required, and by whom. */
export async function depsCommand(path: string | undefined, options: DepsOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const { project } = openProject(path, options, io);
	const rows = dependencyRows(project);
	const manifests = project.manifests.map((manifest) => manifest.path);
	const primary = primaryManifest(project.manifests);
	if (primary !== null)
		output.say(showLine(`Start-up is installed from ${primary.path} (${primary.evidence}), with ${primary.installCommand}.`));
	if (options.format === "json") output.data(renderDependenciesJson(rows, manifests));
	else if (options.format === "markdown") output.data(renderDependenciesMarkdown(rows));
	else output.data(renderDependencies(rows, output.colour));
	return exitStatus.ok;
}
