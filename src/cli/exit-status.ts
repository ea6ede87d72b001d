/** Exit statuses as CONTRACT and README publish them. */
export const exitStatus = {
	/** The command did what was asked, or found nothing that matters. */
	ok: 0,
	/** It worked, and there is something to look at: issues, fixes left over, a rollback refused. */
	found: 1,
	/** It could not run: bad usage, no backend there. */
	couldNotRun: 2,
	/** A bug of ours (EX_SOFTWARE of sysexits.h). */
	bug: 70,
	/** Ended by ^C (128 + SIGINT). */
	interrupted: 130,
} as const;
