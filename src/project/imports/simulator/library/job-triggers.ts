import type { Value } from "../../values.ts";
import { classMember, externalSymbol, symbolEntry } from "../external.ts";
import { externalBindingProblem, failToBind } from "../external-signature.ts";
import type { CallArguments, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { refusedCron } from "./cron-fields.ts";
import type { LibraryCall } from "./library-call.ts";

const cronTrigger = "apscheduler.triggers.cron.CronTrigger";

/** Triggers that APScheduler cannot make: arguments that the kind of trigger does not take, and times of cron that there are not. */
export function failOnTrigger({ machine, frame, canonical, args, node }: LibraryCall): void {
	if (!canonical.startsWith("apscheduler.")) return;
	let fields: ReadonlyMap<string, Value> = args.keywords;
	if (canonical !== cronTrigger && canonical !== `${cronTrigger}.from_crontab`) {
		const named = namedTrigger(machine, canonical, args);
		if (named === null) return;
		const entry = symbolEntry(machine, named.trigger);
		const given = { args: [], keywords: named.keywords, open: args.open };
		const problem = externalBindingProblem(machine, externalSymbol(machine, named.trigger, entry), given);
		if (problem !== null) {
			failToBind(machine, frame, problem, node);
			return;
		}
		if (named.trigger !== cronTrigger) return;
		fields = named.keywords;
	}
	const text = canonical.endsWith(".from_crontab") ? (args.args[0] ?? args.keywords.get("expr")) : undefined;
	const message = refusedCron(fields, text);
	if (message !== null) failOperation(machine, frame, node, "ValueError", message);
}

interface NamedTrigger {
	/** Dotted name of the trigger's class. */
	readonly trigger: string;
	/** What is left for the trigger when the scheduler has taken its own arguments. */
	readonly keywords: ReadonlyMap<string, Value>;
}

/** `add_job(run, "cron", hour=3)`: the trigger by its name, and the arguments that it is made with. */
function namedTrigger(machine: Machine, canonical: string, { args, keywords }: CallArguments): NamedTrigger | null {
	const [, owner, method] = /^(apscheduler\.schedulers\..+)\.(add_job|scheduled_job)$/.exec(canonical) ?? [];
	if (owner === undefined || method === undefined) return null;
	const trigger = keywords.get("trigger") ?? args[method === "add_job" ? 1 : 0];
	if (trigger?.kind !== "constant" || !["cron", "interval", "date"].includes(String(trigger.value))) return null;
	const member = classMember(machine, symbolEntry(machine, owner), method);
	if (typeof member === "string" || member.kind !== "method") return null;
	const { parameters } = member.signature;
	if (!parameters.some(({ kind }) => kind === "var-keyword")) return null;
	const own = new Set(parameters.map(({ name }) => name));
	const name = String(trigger.value);
	return {
		trigger: `apscheduler.triggers.${name}.${name[0]?.toUpperCase()}${name.slice(1)}Trigger`,
		keywords: new Map([...keywords].filter(([each]) => !own.has(each))),
	};
}
