import { resolve } from "node:path";
import { severities } from "../../audit/issue.ts";
import type { AuditReport } from "../../plan/audit-report.ts";
import { writeReport } from "../../workspace/write-report.ts";
import { type Audited, auditProject } from "../audit-project.ts";
import { exitStatus } from "../exit-status.ts";
import { type Output, outputOf, type ProcessIo } from "../io.ts";
import type { AuditOptions } from "../options.ts";
import { UserError } from "../user-error.ts";
import { version } from "../version.ts";

/** `bootmend audit`: prints what was found, or writes it to a file. */
export async function auditCommand(path: string | undefined, options: AuditOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const audited = auditProject(path, options, io);
	const format = options.format ?? formatOf(options.output);
	const toFile = options.output !== undefined;
	const text = await render(format, audited, options, { colour: output.colour && !toFile, width: output.width });
	if (options.output === undefined) output.data(text);
	else {
		const failure = writeReport(resolve(io.cwd(), options.output), text);
		if (failure !== null)
			throw new UserError(`The report could not be written: ${failure}.`, "Name another file after --output.");
		output.say(`The report is in ${options.output}.`);
	}
	if (format === "pretty" && !toFile) sayWhatNext(audited.report, output);
	if (failsAt(audited.report, options.failOn)) return exitStatus.found;
	if (audited.project.target !== null) return exitStatus.ok;
	output.warn("No application was found, so start-up could not be followed. Name it: --target src.main:app");
	return exitStatus.couldNotRun;
}

/** The end of a file's name says what it should hold. */
function formatOf(file: string | undefined): NonNullable<AuditOptions["format"]> {
	if (file === undefined) return "pretty";
	if (file.endsWith(".sarif") || file.endsWith(".sarif.json")) return "sarif";
	if (file.endsWith(".json")) return "json";
	return file.endsWith(".md") ? "markdown" : "pretty";
}

async function render(
	format: NonNullable<AuditOptions["format"]>,
	{ report, project }: Audited,
	options: AuditOptions,
	screen: { readonly colour: boolean; readonly width: number },
): Promise<string> {
	switch (format) {
		case "json":
			return (await import("../../report/json.ts")).renderJson(report, project.files, version);
		case "markdown":
			return (await import("../../report/markdown.ts")).renderMarkdown(report, project.files);
		case "sarif": {
			const { rules } = await import("../../rules/index.ts");
			return (await import("../../report/sarif.ts")).renderSarif(report, project.files, rules, version);
		}
		case "github":
			return (await import("../../report/github.ts")).renderGithub(report);
		case "pretty": {
			const { renderPretty } = await import("../../report/pretty.ts");
			return renderPretty(report, project.files, { ...screen, brief: options.brief ?? false });
		}
	}
}

function failsAt(report: AuditReport, threshold: AuditOptions["failOn"]): boolean {
	return report.issues.some((issue) => severities.indexOf(issue.severity) <= severities.indexOf(threshold));
}

function sayWhatNext(report: AuditReport, output: Output): void {
	if (!output.isTerminal || !report.issues.some((issue) => issue.fix)) return;
	output.say("\nMend it together: bootmend       All safe fixes at once: bootmend fix --yes");
}
