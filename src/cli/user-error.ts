/** What the person who typed the command can mend. Thrown at the edge only, caught once in `run`. */
export class UserError extends Error {
	override readonly name = "UserError";

	constructor(
		/** What is in the way, as a whole sentence. */
		message: string,
		/** What to do about it, as a whole sentence. */
		readonly nextStep: string,
	) {
		super(message);
	}
}
