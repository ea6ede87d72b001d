// Runs stdlib-names.py, or the script named second, in Pyodide: node stdlib-pyodide.mjs FOLDER_OF_THE_PYODIDE_PACKAGE [SCRIPT]. For a version of Python that is not at hand.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { loadPyodide } = await import(pathToFileURL(`${process.argv[2]}/pyodide.mjs`).href);
const output = [];
const pyodide = await loadPyodide({ stdout: (line) => output.push(line), stderr: () => {} });
pyodide.runPython(readFileSync(new URL(process.argv[3] ?? "stdlib-names.py", import.meta.url), "utf8"));
process.stdout.write(`${output.join("\n")}\n`);
process.exit(0);
