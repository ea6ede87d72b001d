import { dependencyRows } from "../../project/manifests/dependency-rows.ts";
import { renderDependencies, renderDependenciesJson, renderDependenciesMarkdown } from "../../report/dependencies.ts";
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
	if (options.format === "json") output.data(renderDependenciesJson(rows, manifests));
	else if (options.format === "markdown") output.data(renderDependenciesMarkdown(rows));
	else output.data(renderDependencies(rows, output.colour));
	return exitStatus.ok;
}
