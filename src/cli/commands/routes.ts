import { servedRoutes } from "../../project/fastapi/routes/served-routes.ts";
import type { Project } from "../../project/project.ts";
import { type RouteListing, renderRoutesJson, renderRoutesText } from "../../report/routes.ts";
import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import { openProject } from "../open-project.ts";
import type { RoutesOptions } from "../options.ts";

/** `bootmend routes`: what the application would answer, and where each route is registered. */
export async function routesCommand(path: string | undefined, options: RoutesOptions, io: ProcessIo): Promise<number> {
	const { project } = openProject(path, options, io);
	const listings = listingsOf(project);
	outputOf(io, options).data(options.format === "json" ? renderRoutesJson(listings) : renderRoutesText(listings));
	return exitStatus.ok;
}

function listingsOf(project: Project): RouteListing[] {
	return [...servedRoutes(project)].map(([application, routes]) => ({
		application: application.call.module.name,
		routes: routes.map(({ methods, path, endpoint, module, offset, isCertain }) => ({
			methods,
			path,
			endpoint,
			module: module.name,
			file: module.path,
			line: module.lines.positionAt(offset).line,
			conditional: !isCertain,
		})),
	}));
}
