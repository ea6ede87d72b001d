import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** What is wrong with the arguments of a call; where it stands, the call itself says. */
export type CallFault = Pick<ClassFault, "problem" | "rootCause" | "error" | "fixes" | "manualSteps">;
