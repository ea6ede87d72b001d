import { proposeExampleFile } from "../../project/settings/example-file.ts";
import { requiredNames, type SettingRow, settingRows } from "../../project/settings/setting-rows.ts";
import { paintWith } from "../../report/paint.ts";
import { renderPatch } from "../../report/patch.ts";
import { isMissing, renderSettings, renderSettingsJson, renderSettingsMarkdown } from "../../report/settings.ts";
import { showLine } from "../../text/gate.ts";
import { readProjectFile, writeProjectFile } from "../../workspace/project-files.ts";
import { exitStatus } from "../exit-status.ts";
import { type Output, outputOf, type ProcessIo } from "../io.ts";
import { type OpenedProject, openProject } from "../open-project.ts";
import type { EnvOptions } from "../options.ts";
import { UserError } from "../user-error.ts";

/** `bootmend env`: every setting that the backend reads, and what an empty machine must provide. Values are never printed. */
export async function envCommand(path: string | undefined, options: EnvOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const opened = openProject(path, options, io);
	const rows = settingRows(opened.project);
	if (options.writeExample) return writeExample(opened, rows, options, output);
	if (options.format === "json") output.data(renderSettingsJson(rows));
	else if (options.format === "markdown") output.data(renderSettingsMarkdown(rows));
	else output.data(renderSettings(rows, output.colour));
	for (const line of summary(rows)) output.say(line);
	return exitStatus.ok;
}

function summary(rows: readonly SettingRow[]): readonly string[] {
	if (rows.length === 0) return [];
	const required = requiredNames(rows);
	const missing = rows.filter(isMissing).map(({ name }) => name);
	const machine =
		required.length === 0 ? "An empty machine needs to provide nothing." : `An empty machine must provide ${listed(required)}.`;
	return ["", machine, ...(missing.length === 0 ? [] : [`Here nothing sets ${listed(missing)}.`])];
}

/** Shows what the example file would become; writes it only with `--yes`. */
function writeExample(
	{ place, project }: OpenedProject,
	rows: readonly SettingRow[],
	options: EnvOptions,
	output: Output,
): number {
	const example = proposeExampleFile(project, rows);
	if (example.added.length === 0) {
		output.say(
			rows.length === 0
				? "There is nothing to write: the server reads no settings."
				: `${showLine(example.path)} has every setting already.`,
		);
		return exitStatus.ok;
	}
	const before = new Map(example.before === "" ? [] : [[example.path, { text: example.before }]]);
	output.data(renderPatch(before, new Map([[example.path, { text: example.after }]]), paintWith(output.colour)));
	if (!options.yes) {
		output.say("Nothing was written. Add --yes to write it.");
		return exitStatus.ok;
	}
	const current = readProjectFile(place.root, example.path);
	const mode = current.type === "file" ? current.image.mode : 0o644;
	const text =
		current.type === "file" ? current.bytes.toString("utf8") + example.after.slice(example.before.length) : example.after;
	const written =
		current.type === "refused"
			? current
			: writeProjectFile(
					place.root,
					example.path,
					Buffer.from(text),
					{ mode, modifiedMs: null },
					{ replaces: current.type === "file" ? current.image.sha256 : null },
				);
	if (written.type === "refused") {
		throw new UserError(
			`${showLine(example.path)} was not written: ${written.reason}.`,
			"See what is in the way, and try again.",
		);
	}
	output.say(`Wrote ${showLine(example.path)} with ${listed(example.added)}.`);
	return exitStatus.ok;
}

function listed(names: readonly string[]): string {
	const shown = names.map((name) => showLine(name));
	return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
