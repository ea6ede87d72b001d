import { Command, InvalidArgumentError, Option } from "commander";
import { severities, stories } from "../audit/issue.ts";
import { show } from "../text/gate.ts";
import { applyConfig } from "./config.ts";
import type { ProcessIo } from "./io.ts";
import { version } from "./version.ts";

/**
 * The command line. Each command loads its own code when it is asked for, so that an audit never waits for a screen.
 * `finish` receives the exit status of the command that ran.
 */
export function buildProgram(io: ProcessIo, finish: (status: number) => void): Command {
	const program = new Command("bootmend");
	program
		.description("Gets a FastAPI backend that will not start to boot: finds what stops it, and mends it with you, step by step.")
		.version(version, "--version", "print the version")
		.helpOption("-h, --help", "print this help")
		.helpCommand(false)
		.showSuggestionAfterError()
		.exitOverride()
		.configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(show(text)) })
		.addHelpText("after", afterHelp)
		.hook("preAction", (_, action) => applyConfig(action, io));

	command(program, "wizard [path]", "walk through the fixes one by one (what bootmend does when you name no command)", true)
		.option("--no-commit", "leave the commits to me")
		.action(async (path, options) => finish(await (await import("./commands/wizard.ts")).wizardCommand(path, options, io)));

	command(program, "audit [path]", "print what stops the backend; changes nothing")
		.addOption(new Option("--format <format>", "how to print it").choices(["pretty", "json", "markdown", "sarif", "github"]))
		.option("--output <file>", "write it to a file")
		.addOption(severityOption("--fail-on <severity>", "exit with 1 at or above this").default("CRITICAL"))
		.option("--brief", "no causes, no diffs")
		.action(async (path, options) => finish(await (await import("./commands/audit.ts")).auditCommand(path, options, io)));

	command(program, "fix [path]", "apply the fixes without a screen: backups, one commit a phase")
		.option("--yes", "apply every safe fix")
		.option("--review", "also those that a person should look at")
		.option("--dry-run", "print the changes as a patch; change nothing")
		.addOption(new Option("--phase <story>", "only this phase").choices([...stories]).argParser(upperCased(stories)))
		.addOption(severityOption("--severity <severity>", "only at or above this"))
		.option("--issue <id...>", "only these issues, by id or fingerprint")
		.option("--on-my-changes", "also on lines that I changed and have not committed")
		.option("--no-commit", "leave the commits to me")
		.option("--install", "then install what is declared into the project's virtual environment")
		.option("--verify", "boot before and after; take back what makes it get less far")
		.action(async (path, options) => finish(await (await import("./commands/fix.ts")).fixCommand(path, options, io)));

	command(program, "verify [path]", "boot it for real and report stage by stage; changes nothing, but runs the project's code")
		.addOption(
			new Option("--database <choice>", "throw-away databases, the configured one, or none (stops before the lifespan)")
				.choices(["scratch", "configured", "none"])
				.default("scratch"),
		)
		.addOption(new Option("--format <format>", "how to print it").choices(["pretty", "json"]).default("pretty"))
		.option("--json", "the same as --format json")
		.addOption(new Option("--timeout <seconds>", "longest time for the imports, and for the lifespan").argParser(seconds))
		.option("--yes", "do not ask before the configured database is used")
		.action(async (path, options) => finish(await (await import("./commands/verify.ts")).verifyCommand(path, options, io)));

	command(program, "rollback [path]", "take back a phase, or the whole session")
		.addOption(new Option("--phase <story>", "only this phase").choices([...stories]).argParser(upperCased(stories)))
		.option("--session <id>", "an older session")
		.option("--with-later", "also the later phases that changed the same files")
		.option("--undo", "bring back what the newest rollback took back")
		.option("--list", "say what can be taken back; change nothing")
		.option("--json", "print the list as JSON")
		.option("--no-commit", "leave the commits to me")
		.option("--dry-run", "say what would happen; change nothing")
		.action(async (path, options) => finish(await (await import("./commands/rollback.ts")).rollbackCommand(path, options, io)));

	command(program, "status [path]", "where the session stands")
		.option("--json", "print it as JSON")
		.action(async (path, options) => finish(await (await import("./commands/status.ts")).statusCommand(path, options, io)));

	command(program, "resume [path]", "go on with an interrupted session")
		.option("--no-commit", "leave the commits to me")
		.action(async (path, options) => finish(await (await import("./commands/wizard.ts")).resumeCommand(path, options, io)));

	command(program, "clean [path]", "remove the backups of finished sessions")
		.option("--all", "of unfinished ones too, and where no commit holds the fixes")
		.option("--cache", "also empty bootmend's cache in your home folder; it fills again by itself")
		.action(async (path, options) => finish(await (await import("./commands/clean.ts")).cleanCommand(path, options, io)));

	command(program, "graph [path]", "the import graph with its cycles; changes nothing")
		.addOption(new Option("--format <format>", "how to print it").choices(["text", "mermaid", "dot", "json"]).default("text"))
		.option("--cycles", "only the modules that lie on a cycle")
		.action(async (path, options) => finish(await (await import("./commands/graph.ts")).graphCommand(path, options, io)));

	command(program, "routes [path]", "the routes of the application, and where each is registered; changes nothing")
		.addOption(new Option("--format <format>", "how to print it").choices(["text", "json"]).default("text"))
		.action(async (path, options) => finish(await (await import("./commands/routes.ts")).routesCommand(path, options, io)));

	command(program, "deps [path]", "declared, installed and required packages; changes nothing")
		.addOption(new Option("--format <format>", "how to print it").choices(["pretty", "json", "markdown"]).default("pretty"))
		.action(async (path, options) => finish(await (await import("./commands/deps.ts")).depsCommand(path, options, io)));

	command(program, "env [path]", "the settings that the backend reads, and what an empty machine must provide; prints no values")
		.addOption(new Option("--format <format>", "how to print it").choices(["pretty", "json", "markdown"]).default("pretty"))
		.option("--write-example", "show what .env.example should say")
		.option("--yes", "with --write-example: write it")
		.action(async (path, options) => finish(await (await import("./commands/env.ts")).envCommand(path, options, io)));

	program
		.command("rules")
		.description("list the faults that bootmend knows")
		.option("--json", "print it as JSON")
		.option("--no-color", "without colours")
		.action(async (options) => finish(await (await import("./commands/rules.ts")).rulesCommand(options, io)));

	program
		.command("explain <rule>")
		.description("one fault: whom it hurts, where the facts come from, an example")
		.option("--no-color", "without colours")
		.action(async (rule, options) => finish(await (await import("./commands/rules.ts")).explainCommand(rule, options, io)));

	return program;
}

function command(program: Command, usage: string, description: string, isDefault = false): Command {
	return program
		.command(usage, { isDefault })
		.description(description)
		.option("--target <module:app>", "the application to start (found by itself unless told)")
		.option("--python <path>", "the interpreter or virtual environment of the project")
		.option("--env-file <file>", "read settings from this file")
		.option("--clean-env", "ignore the variables of this shell")
		.option("--config <file>", "take options from a TOML file ([tool.bootmend] of pyproject.toml unless told)")
		.option("--no-color", "without colours")
		.option("--quiet", "only what was asked for")
		.option("--verbose", "more about what is going on");
}

function severityOption(flags: string, description: string): Option {
	return new Option(flags, description).choices([...severities]).argParser(upperCased(severities));
}

function seconds(value: string): number {
	const number = Number(value);
	if (number >= 1 && number <= 3600) return number;
	throw new InvalidArgumentError("Use a number of seconds from 1 to 3600.");
}

/** `us1` and `high` are understood too. */
function upperCased(known: readonly string[]): (value: string) => string {
	return (value) => {
		const upper = value.toUpperCase();
		if (known.includes(upper)) return upper;
		throw new InvalidArgumentError(`Use one of ${known.join(", ")}.`);
	};
}

const afterHelp = `
Exit status
  audit     0 nothing at or above --fail-on   1 something   2 it could not run
  fix       0 all that was asked is applied   1 something is left   2 it could not run
  verify    0 the server answered   1 it did not   2 it could not be tried
  rollback  0 done   1 refused, and nothing half done   2 it could not run

Try
  bootmend audit            what stops the backend here?
  bootmend                  mend it together
  bootmend fix --dry-run    the patch, nothing changed`;
