import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `scheduler.add_job(tick(), "every", seconds=5)`: the function itself is the job, and a trigger has one of three names. */
export function jobRemedy(module: Module, range: TextRange, error: string): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined) return undefined;
	if (error.startsWith("LookupError")) return nameTrigger(module, call);
	const job = call.keywords.find(({ name }) => name?.name === "func")?.value ?? call.args[0];
	if (job?.type !== "Call" || job.args.length > 0 || job.keywords.length > 0) return undefined;
	const { start, end } = job.argumentsRange;
	return {
		title: "Pass the function without calling it",
		explanation: "The scheduler calls it, and awaits what it gives, each time the job is due.",
		applicability: "safe",
		edits: [replaceText(module, start, end, "")],
	};
}

function nameTrigger(module: Module, call: ast.Call): FixProposal | undefined {
	const trigger = call.keywords.find(({ name }) => name?.name === "trigger")?.value ?? call.args[1];
	if (trigger?.type === "Constant" && typeof trigger.value === "string" && /^[\d*,/-]+( [\w*,/-]+){4}$/.test(trigger.value))
		return {
			title: "Make a trigger of the line of crontab",
			explanation: "A text in this place is the name of a kind of trigger; CronTrigger.from_crontab reads such a line.",
			applicability: "safe",
			edits: [
				replaceText(
					module,
					trigger.start,
					trigger.end,
					`CronTrigger.from_crontab(${module.text.slice(trigger.start, trigger.end)})`,
				),
			],
			needs: [{ path: module.path, module: "apscheduler.triggers.cron", name: "CronTrigger" }],
		};
	const given = new Set(call.keywords.map(({ name }) => name?.name ?? ""));
	const isInterval = ["weeks", "days", "hours", "minutes", "seconds"].some((name) => given.has(name));
	const isCron = ["hour", "minute", "day_of_week", "day", "second"].some((name) => given.has(name));
	const meant = isInterval ? "interval" : isCron ? "cron" : given.has("run_date") ? "date" : null;
	if (trigger?.type !== "Constant" || trigger.content === null || meant === null) return undefined;
	return {
		title: `Name the trigger ${meant}`,
		explanation: "That is the trigger that takes the other arguments of the job.",
		applicability: "safe",
		edits: [replaceText(module, trigger.content.start, trigger.content.end, meant)],
	};
}
