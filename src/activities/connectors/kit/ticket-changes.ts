/** What an update of a ticket did and what it found done, step by step; the same for every tracker. */
import type { Changed, Ticket } from "../tracker.js";
import type { Outcome } from "./find-duplicates.js";

export class TicketChanges {
  readonly done: Changed;

  constructor(ticket: Ticket) {
    this.done = { ticket, changed: [], already: [], truncated: false, remarks: [] };
  }

  note(what: string, isNew: boolean): void {
    (isNew ? this.done.changed : this.done.already).push(what);
  }

  commented({ made, truncated, remarks }: Outcome<unknown> & { truncated: boolean }): void {
    this.note("comment", made);
    Object.assign(this.done, { truncated, remarks });
  }
}
