import { run } from "./cli/run.ts";

// A reader that has seen enough (`bootmend audit | head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
	stream.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
	});
}

// The only place that sets the exit status.
run(process.argv.slice(2), process).then((status) => {
	process.exitCode = status;
});
