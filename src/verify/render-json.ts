import { jsonText } from "../report/json-text.ts";
import type { BootFailure, BootReport, Frame } from "./boot-report.ts";
import { knowledgeOf } from "./found-by-boot.ts";

/** A boot's report as JSON, in snake_case as the audit's, with a line break at its end. All its text has passed the display gate. */
export function renderBootJson(report: BootReport, tool: { readonly name: string; readonly version: string }): string {
	const value = {
		schema_version: "1.0",
		tool,
		boots: report.boots,
		unavailable: report.unavailable,
		reaches: report.reaches,
		stages: report.stages,
		failure: report.failure === null ? null : failureOf(report.failure),
		answers: report.answers,
		module_times: report.moduleTimes,
		database: report.database,
		next_steps: report.nextSteps,
		output: report.output,
	};
	return jsonText(value);
}

function failureOf(failure: BootFailure): object {
	const { issue } = failure;
	return {
		stage: failure.stage,
		error: failure.error,
		detail: failure.detail,
		file_path: failure.at?.path ?? null,
		line_number: failure.at?.line ?? null,
		frames: failure.frames.map(frameOf),
		every_request_fails: failure.everyRequestFails,
		found_by_boot: knowledgeOf(failure) !== "foretold",
		issue: {
			id: knowledgeOf(failure) === "foretold" ? issue.id : null,
			rule: issue.rule,
			fingerprint: issue.fingerprint,
			severity: issue.severity,
			category: issue.category,
			story: issue.story,
			stage: issue.stage,
			file_path: issue.at.path === "" ? null : issue.at.path,
			line_number: issue.at.path === "" ? null : issue.at.line,
			problem_description: issue.problem,
			expected_error: issue.expectedError,
		},
		bug_report: failure.bugReport,
	};
}

function frameOf({ path, line, name, ofProject }: Frame): object {
	return { file_path: path, line_number: line, name, of_project: ofProject };
}
